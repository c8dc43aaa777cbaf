// _zstd: compression by libzstd.
//
// A ZstdDict holds its content; what the library digests of it (one CDict for each level, one DDict) is made when first used and shared by the
// compressors and decompressors. These keep the ZstdDict alive, but in a cycle all die together and in any order, and a compressor's worker threads use its
// CDict until the context is freed: so what was digested is counted apart (Digests).
//
// The library is opened when the module is imported: programs that do without it need not have it in memory. (Debian's archive, which could be linked
// statically, has no threads.)
#include <dlfcn.h>
#include <zdict.h>
#include <zstd.h>

#include <vector>

#include "base/text_buffer.h"
#include "modules/compress/stream.h"
#include "modules/new_exception.h"

namespace kaa {

namespace {

// The library's functions by their own names, which here mean these pointers.
#define ZSTD_FUNCTIONS(F) \
  F(ZDICT_finalizeDictionary) F(ZDICT_getDictID) F(ZDICT_getErrorName) F(ZDICT_isError) F(ZDICT_trainFromBuffer) F(ZSTD_CCtx_loadDictionary) \
  F(ZSTD_CCtx_refCDict) F(ZSTD_CCtx_refPrefix) F(ZSTD_CCtx_reset) F(ZSTD_CCtx_setParameter) F(ZSTD_CCtx_setPledgedSrcSize) F(ZSTD_DCtx_loadDictionary) \
  F(ZSTD_DCtx_refDDict) F(ZSTD_DCtx_refPrefix) F(ZSTD_DCtx_reset) F(ZSTD_DCtx_setParameter) F(ZSTD_DStreamOutSize) F(ZSTD_cParam_getBounds) \
  F(ZSTD_compressStream2) F(ZSTD_createCCtx) F(ZSTD_createCDict) F(ZSTD_createDCtx) F(ZSTD_createDDict) F(ZSTD_dParam_getBounds) \
  F(ZSTD_decompressStream) F(ZSTD_defaultCLevel) F(ZSTD_findFrameCompressedSize) F(ZSTD_freeCCtx) F(ZSTD_freeCDict) F(ZSTD_freeDCtx) F(ZSTD_freeDDict) \
  F(ZSTD_getDictID_fromFrame) F(ZSTD_getErrorName) F(ZSTD_getFrameContentSize) F(ZSTD_isError) F(ZSTD_maxCLevel) F(ZSTD_minCLevel) \
  F(ZSTD_versionNumber) F(ZSTD_versionString)
#define F(name) decltype(&::name) name;
ZSTD_FUNCTIONS(F)
#undef F
Status open_library(Thread& t) {
  void* lib = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!lib) return RAISE(ImportError, "%s", dlerror());
#define F(name) \
  if (!(name = reinterpret_cast<decltype(name)>(dlsym(lib, #name)))) return RAISE(ImportError, "%s", dlerror());
  ZSTD_FUNCTIONS(F)
#undef F
  return {};
}

enum DictUse { kDigested, kUndigested, kPrefix };

struct Digests {
  struct ForLevel { int level; ZSTD_CDict* dict; };
  int users;
  std::vector<ForLevel> cdicts;
  ZSTD_DDict* ddict;
};
struct ZstdDict : Object {
  Field<Bytes*> content;
  uint32_t id;
  Digests* digests;  // null: none yet
  template <class F> void each_field(F&& f) { f(content); }
};
struct ZstdCompressor : Object {
  Field<ZstdDict*> dict;
  Digests* digests;  // null: none used
  ZSTD_CCtx* ctx;
  int last_mode;
  bool multithreaded;
  template <class F> void each_field(F&& f) { f(dict); }
};
struct ZstdDecompressor : Decompressor {
  Field<ZstdDict*> dict;
  Digests* digests;  // null: none used
  ZSTD_DCtx* ctx;
  template <class F> void each_field(F&& f) { Decompressor::each_field(f); f(dict); }
};

Type* g_dict_type;
Type* g_error;
// The enum types that compression.zstd registers.
struct ParameterTypes { Root<> c, d; };
ParameterTypes& parameter_types() { static auto* p = new ParameterTypes; return *p; }

Error zstd_error(Thread& t, const char* what, size_t code) { return raise(t, g_error, "%s: %s", what, ZSTD_getErrorName(code)); }

// ---- parameters
struct ParameterName { int id; const char* name; };
constexpr ParameterName k_c_names[] = {
    {ZSTD_c_compressionLevel, "compression_level"}, {ZSTD_c_windowLog, "window_log"}, {ZSTD_c_hashLog, "hash_log"}, {ZSTD_c_chainLog, "chain_log"},
    {ZSTD_c_searchLog, "search_log"}, {ZSTD_c_minMatch, "min_match"}, {ZSTD_c_targetLength, "target_length"}, {ZSTD_c_strategy, "strategy"},
    {ZSTD_c_enableLongDistanceMatching, "enable_long_distance_matching"}, {ZSTD_c_ldmHashLog, "ldm_hash_log"}, {ZSTD_c_ldmMinMatch, "ldm_min_match"},
    {ZSTD_c_ldmBucketSizeLog, "ldm_bucket_size_log"}, {ZSTD_c_ldmHashRateLog, "ldm_hash_rate_log"}, {ZSTD_c_contentSizeFlag, "content_size_flag"},
    {ZSTD_c_checksumFlag, "checksum_flag"}, {ZSTD_c_dictIDFlag, "dict_id_flag"}, {ZSTD_c_nbWorkers, "nb_workers"}, {ZSTD_c_jobSize, "job_size"},
    {ZSTD_c_overlapLog, "overlap_log"}};
constexpr ParameterName k_d_names[] = {{ZSTD_d_windowLogMax, "window_log_max"}};

Error parameter_error(Thread& t, bool compress, int key, int value) {
  char unknown[64];
  snprintf(unknown, sizeof unknown, "unknown parameter (key %d)", key);
  const char* name = unknown;
  if (compress) {
    for (auto& n : k_c_names) if (n.id == key) name = n.name;
  } else {
    for (auto& n : k_d_names) if (n.id == key) name = n.name;
  }
  ZSTD_bounds b = compress ? ZSTD_cParam_getBounds(static_cast<ZSTD_cParameter>(key)) : ZSTD_dParam_getBounds(static_cast<ZSTD_dParameter>(key));
  const char* kind = compress ? "compression" : "decompression";
  if (ZSTD_isError(b.error)) return RAISE(ValueError, "invalid %s parameter '%s'", kind, name);
  return RAISE(ValueError, "%s parameter '%s' received an illegal value %d; the valid range is [%d, %d]", kind, name, value, b.lowerBound, b.upperBound);
}

Status set_level(Thread& t, ZstdCompressor* c, int level) {
  int lo = ZSTD_minCLevel(), hi = ZSTD_maxCLevel();
  if (level < lo || level > hi) return RAISE(ValueError, "illegal compression level %d; the valid range is [%d, %d]", level, lo, hi);
  if (ZSTD_isError(ZSTD_CCtx_setParameter(c->ctx, ZSTD_c_compressionLevel, level))) return parameter_error(t, true, ZSTD_c_compressionLevel, level);
  return {};
}

// Calls fn(key, value) for the entries of an options dict, whose keys must not be of the other kind.
template <class F>
Status each_option(Thread& t, Dict* d, Value other, const char* message, F&& fn) {
  uint32_t pos = 0;
  Keep keep(d);
  while (DictEntry* e = dict_next(d, &pos)) {
    Value key = e->key, value = e->value;
    if (other && Value(type_of(key)) == other) return RAISE(TypeError, "%s", message);
    int k = TRY(to_cint(t, key)), v = TRY(to_cint(t, value));
    TRY(fn(k, v));
  }
  return {};
}

// ---- dictionaries
Digests* digests_of(ZstdDict* d) {
  if (!d->digests) d->digests = new Digests{1, {}, nullptr};
  return d->digests;
}
void release(Digests* g) {
  if (!g || --g->users) return;
  for (auto& e : g->cdicts) ZSTD_freeCDict(e.dict);
  ZSTD_freeDDict(g->ddict);
  delete g;
}
Result<ZSTD_CDict*> digested(Thread& t, ZstdDict* d, int level) {
  Digests* g = digests_of(d);
  for (auto& e : g->cdicts)
    if (e.level == level) return e.dict;
  ZSTD_CDict* c = ZSTD_createCDict(d->content->data(), d->content->size, level);
  if (!c) return raise(t, g_error, "Failed to create a ZSTD_CDict instance from Zstandard dictionary content.");
  g->cdicts.push_back({level, c});
  return c;
}
// A ZstdDict, or (ZstdDict, use).
struct DictArg { ZstdDict* dict; int use; };
Result<DictArg> dict_argument(Thread& t, Value v, int plain_use) {
  if (is_instance(v, g_dict_type)) return DictArg{v.as<ZstdDict>(), plain_use};
  if (IS_EXACT(v, tuple) && v.as<Tuple>()->size == 2 && is_instance(v.as<Tuple>()->items[0], g_dict_type) && is_int(v.as<Tuple>()->items[1])) {
    int use = TRY(to_cint(t, v.as<Tuple>()->items[1]));
    if (use >= kDigested && use <= kPrefix) return DictArg{v.as<Tuple>()->items[0].as<ZstdDict>(), use};
  }
  return RAISE(TypeError, "zstd_dict argument should be a ZstdDict object.");
}

Result<Value> dict_new(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[1]));
  bool raw = a[2] && TRY(truth(t, a[2]));
  if (in.size() < 8) return RAISE(ValueError, "Zstandard dictionary content too short (must have at least eight bytes)");
  uint32_t id = ZDICT_getDictID(in.data(), in.size());
  if (!raw && !id) return RAISE(ValueError, "invalid Zstandard dictionary");
  Bytes* content = TRY(new_bytes(t, in.data(), in.size()));
  Keep keep(content);
  ZstdDict* d = TRY(alloc_as<ZstdDict>(t, a.as<Type>(0)));
  d->content.init(content);
  d->id = id;
  return d;
}
Result<Value> dict_len(Thread&, Args a) { return small_int(static_cast<int64_t>(a.as<ZstdDict>(0)->content->size)); }
Result<Value> dict_repr(Thread& t, Args a) {
  ZstdDict* d = a.as<ZstdDict>(0);
  return TRY(str_format(t, "<ZstdDict dict_id=%lu dict_size=%lu>", static_cast<uint64_t>(d->id), static_cast<uint64_t>(d->content->size)));
}
Result<Value> dict_id(Thread&, Value self) { return small_int(self.as<ZstdDict>()->id); }
Result<Value> dict_content(Thread&, Value self) { return self.as<ZstdDict>()->content.value(); }
template <DictUse use> Result<Value> dict_as(Thread& t, Value self) { return TRY(make_tuple(t, self, small_int(use))); }

// ---- compressor
Result<Value> compressor_new(Thread& t, Args a) {
  Value level = a[1] ? a[1] : kNone, options = a[2] ? a[2] : kNone, dict = a[3] ? a[3] : kNone;
  if (!options.is_none() && !is_dict(options)) return RAISE(TypeError, "ZstdCompressor() argument 'options' must be dict, not %T", options);
  if (!level.is_none() && !options.is_none()) return RAISE(TypeError, "Only one of level or options should be used.");
  if (!level.is_none() && !is_int(level)) return RAISE(TypeError, "invalid type for level, expected int");
  ZstdCompressor* c = TRY(alloc_as<ZstdCompressor>(t, a.as<Type>(0)));
  c->ctx = ZSTD_createCCtx();
  if (!c->ctx) return raise(t, g_error, "Unable to create ZSTD_CCtx instance.");
  c->last_mode = ZSTD_e_end;
  int level_used = 0;
  if (!level.is_none()) {
    Result<int> n = to_cint(t, level);
    if (!n.ok()) {
      clear_exc(t);
      return RAISE(ValueError, "illegal compression level; the valid range is [%d, %d]", ZSTD_minCLevel(), ZSTD_maxCLevel());
    }
    TRY(set_level(t, c, n.value()));
    level_used = n.value();
  }
  if (!options.is_none())
    TRY(each_option(t, options.as<Dict>(), parameter_types().d, "compression options dictionary key must not be a DecompressionParameter attribute", [&](int key, int value) -> Status {
      if (key == ZSTD_c_compressionLevel) {
        level_used = value;
        return set_level(t, c, value);
      }
      if (key == ZSTD_c_nbWorkers && value != 0) c->multithreaded = true;
      if (ZSTD_isError(ZSTD_CCtx_setParameter(c->ctx, static_cast<ZSTD_cParameter>(key), value))) return parameter_error(t, true, key, value);
      return {};
    }));
  if (!dict.is_none()) {
    DictArg d = TRY(dict_argument(t, dict, kUndigested));
    size_t r;
    if (d.use == kDigested) {
      r = ZSTD_CCtx_refCDict(c->ctx, TRY(digested(t, d.dict, level_used)));
      c->digests = d.dict->digests;
      c->digests->users++;
    } else if (d.use == kUndigested) {
      r = ZSTD_CCtx_loadDictionary(c->ctx, d.dict->content->data(), d.dict->content->size);
    } else {
      r = ZSTD_CCtx_refPrefix(c->ctx, d.dict->content->data(), d.dict->content->size);
    }
    if (ZSTD_isError(r)) return zstd_error(t, "Unable to load Zstandard dictionary or prefix for compression", r);
    c->dict.init(d.dict);
  }
  return c;
}

Result<Value> run_compressor(Thread& t, ZstdCompressor* c, std::string_view data, ZSTD_EndDirective mode) {
  StepOutput out;
  ZSTD_inBuffer in{data.data(), data.size(), 0};
  for (;;) {
    size_t n;
    ZSTD_outBuffer o{out.room(&n), n, 0};
    if (!o.dst) return raise_memory(t);
    size_t r = ZSTD_compressStream2(c->ctx, &o, &in, mode);
    out.took(o.pos);
    if (ZSTD_isError(r)) {
      c->last_mode = ZSTD_e_end;
      ZSTD_CCtx_reset(c->ctx, ZSTD_reset_session_only);
      return zstd_error(t, "Unable to compress Zstandard data", r);
    }
    if (r == 0 && in.pos == in.size) break;
    // With workers, what they hold back does not come out by asking again.
    if (mode == ZSTD_e_continue && in.pos == in.size && o.pos < o.size) break;
  }
  c->last_mode = mode;
  return out.finish(t);
}
Result<Value> compressor_compress(Thread& t, Args a) {
  int mode = a[2] ? TRY(to_cint(t, a[2])) : static_cast<int>(ZSTD_e_continue);
  if (mode != ZSTD_e_continue && mode != ZSTD_e_flush && mode != ZSTD_e_end)
    return RAISE(ValueError, "mode argument wrong value, it should be one of ZstdCompressor.CONTINUE, ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME.");
  BufferHold in;
  TRY(in.get(t, a[1]));
  return run_compressor(t, a.as<ZstdCompressor>(0), in.view(), static_cast<ZSTD_EndDirective>(mode));
}
Result<Value> compressor_flush(Thread& t, Args a) {
  int mode = a[1] ? TRY(to_cint(t, a[1])) : static_cast<int>(ZSTD_e_end);
  if (mode != ZSTD_e_flush && mode != ZSTD_e_end)
    return RAISE(ValueError, "mode argument wrong value, it should be ZstdCompressor.FLUSH_FRAME or ZstdCompressor.FLUSH_BLOCK.");
  return run_compressor(t, a.as<ZstdCompressor>(0), {}, static_cast<ZSTD_EndDirective>(mode));
}
Result<Value> compressor_set_pledged_input_size(Thread& t, Args a) {
  ZstdCompressor* c = a.as<ZstdCompressor>(0);
  uint64_t size = ZSTD_CONTENTSIZE_UNKNOWN;
  if (!a[1].is_none()) {
    if (!is_int(a[1])) return RAISE(TypeError, "an integer is required");
    Result<uint64_t> n = to_uint64(t, a[1]);
    if (!n.ok()) clear_exc(t);
    if (!n.ok() || n.value() >= ZSTD_CONTENTSIZE_ERROR) return RAISE(ValueError, "size argument should be a positive int less than %lu", static_cast<uint64_t>(ZSTD_CONTENTSIZE_ERROR));
    size = n.value();
  }
  if (c->last_mode != ZSTD_e_end) return RAISE(ValueError, "set_pledged_input_size() method must be called when last_mode == FLUSH_FRAME");
  size_t r = ZSTD_CCtx_setPledgedSrcSize(c->ctx, size);
  if (ZSTD_isError(r)) return zstd_error(t, "Unable to set pledged uncompressed content size", r);
  return kNone;
}
Result<Value> compressor_last_mode(Thread&, Value self) { return small_int(self.as<ZstdCompressor>()->last_mode); }

// ---- decompressor
Result<Value> decompressor_new(Thread& t, Args a) {
  Value dict = a[1] ? a[1] : kNone, options = a[2] ? a[2] : kNone;
  if (!options.is_none() && !is_dict(options)) return RAISE(TypeError, "ZstdDecompressor() argument 'options' must be dict, not %T", options);
  ZstdDecompressor* d = TRY(alloc_as<ZstdDecompressor>(t, a.as<Type>(0)));
  d->begin();
  d->ctx = ZSTD_createDCtx();
  if (!d->ctx) return raise(t, g_error, "Unable to create ZSTD_DCtx instance.");
  if (!dict.is_none()) {
    DictArg arg = TRY(dict_argument(t, dict, kDigested));
    size_t r;
    if (arg.use == kDigested) {
      Digests* g = digests_of(arg.dict);
      if (!g->ddict) g->ddict = ZSTD_createDDict(arg.dict->content->data(), arg.dict->content->size);
      if (!g->ddict) return raise(t, g_error, "Failed to create a ZSTD_DDict instance from Zstandard dictionary content.");
      r = ZSTD_DCtx_refDDict(d->ctx, g->ddict);
      d->digests = g;
      g->users++;
    } else if (arg.use == kUndigested) {
      r = ZSTD_DCtx_loadDictionary(d->ctx, arg.dict->content->data(), arg.dict->content->size);
    } else {
      r = ZSTD_DCtx_refPrefix(d->ctx, arg.dict->content->data(), arg.dict->content->size);
    }
    if (ZSTD_isError(r)) return zstd_error(t, "Unable to load Zstandard dictionary or prefix for decompression", r);
    d->dict.init(arg.dict);
  }
  if (!options.is_none())
    TRY(each_option(t, options.as<Dict>(), parameter_types().c, "decompression options dictionary key must not be a CompressionParameter attribute", [&](int key, int value) -> Status {
      if (ZSTD_isError(ZSTD_DCtx_setParameter(d->ctx, static_cast<ZSTD_dParameter>(key), value))) return parameter_error(t, false, key, value);
      return {};
    }));
  return d;
}
Result<Value> decompressor_decompress(Thread& t, Args a) {
  ZstdDecompressor* d = a.as<ZstdDecompressor>(0);
  size_t limit = TRY(max_length(t, a[2]));
  BufferHold fresh;
  TRY(fresh.get(t, a[1]));
  if (d->eof) return RAISE(EOFError, "Already at the end of a Zstandard frame.");
  KeptInput kept;
  TRY(kept.start(t, d, fresh.view()));
  StepOutput out(limit);
  ZSTD_inBuffer in{kept.view().data(), kept.view().size(), 0};
  for (;;) {
    size_t n;
    ZSTD_outBuffer o{out.room(&n), n, 0};
    if (!o.dst) return raise_memory(t);
    size_t r = ZSTD_decompressStream(d->ctx, &o, &in);
    out.took(o.pos);
    if (ZSTD_isError(r)) {
      ZSTD_DCtx_reset(d->ctx, ZSTD_reset_session_only);
      d->kept.clear();
      d->kept_at = 0;
      d->needs_input = true;
      return zstd_error(t, "Unable to decompress Zstandard data", r);
    }
    if (r == 0) {
      d->eof = true;
      break;
    }
    if (o.pos == o.size) {
      if (out.at_limit()) break;
    } else if (in.pos == in.size) {
      break;
    }
  }
  d->needs_input = !d->eof && in.pos == in.size && !out.at_limit();
  Bytes* r = TRY(out.finish(t));
  Keep keep(r);
  TRY(kept.finish(t, d, kept.view().substr(in.pos)));
  return r;
}

// ---- functions
// The samples' sizes; their sum must be the size of all.
Status sample_sizes(Thread& t, Tuple* sizes, size_t total, std::vector<size_t>& out) {
  size_t sum = 0;
  for (uint64_t i = 0; i < sizes->size; i++) {
    if (!is_int(sizes->items[i])) return RAISE(TypeError, "an integer is required");
    Result<uint64_t> n = to_uint64(t, sizes->items[i]);
    if (!n.ok() || n.value() > total) {
      clear_exc(t);
      return RAISE(ValueError, "The samples size tuple doesn't match the concatenation's size.");
    }
    out.push_back(n.value());
    sum += n.value();
  }
  if (sum != total) return RAISE(ValueError, "The samples size tuple doesn't match the concatenation's size.");
  return {};
}
Status tuple_argument(Thread& t, Value v, const char* fname, int at) {
  if (!is_tuple(v)) return RAISE(TypeError, "%s() argument %d must be tuple, not %T", fname, at, v);
  return {};
}
Result<Value> m_train_dict(Thread& t, Args a) {
  BufferHold samples;
  if (!is_bytes(a[0])) return RAISE(TypeError, "train_dict() argument 1 must be bytes, not %T", a[0]);
  TRY(tuple_argument(t, a[1], "train_dict", 2));
  TRY(samples.get(t, a[0]));
  int64_t size = TRY(to_ssize(t, a[2]));
  if (size <= 0) return RAISE(ValueError, "dict_size argument should be positive number.");
  std::vector<size_t> sizes;
  TRY(sample_sizes(t, a[1].as<Tuple>(), samples.size(), sizes));
  ByteBuilder room;  // not a vector, which ends the process when a program asks for too much
  uint8_t* dict = room.grow(static_cast<size_t>(size));
  if (!dict) return raise_memory(t);
  size_t r;
  {
    Blocking b(t);
    r = ZDICT_trainFromBuffer(dict, static_cast<size_t>(size), samples.data(), sizes.data(), static_cast<unsigned>(sizes.size()));
  }
  if (ZDICT_isError(r)) return raise(t, g_error, "Unable to train the Zstandard dictionary: %s", ZDICT_getErrorName(r));
  return TRY(new_bytes(t, dict, r));
}
Result<Value> m_finalize_dict(Thread& t, Args a) {
  BufferHold custom, samples;
  if (!is_bytes(a[0])) return RAISE(TypeError, "finalize_dict() argument 1 must be bytes, not %T", a[0]);
  if (!is_bytes(a[1])) return RAISE(TypeError, "finalize_dict() argument 2 must be bytes, not %T", a[1]);
  TRY(tuple_argument(t, a[2], "finalize_dict", 3));
  TRY(custom.get(t, a[0]));
  TRY(samples.get(t, a[1]));
  int64_t size = TRY(to_ssize(t, a[3]));
  int level = TRY(to_cint(t, a[4]));
  if (size <= 0) return RAISE(ValueError, "dict_size argument should be positive number.");
  std::vector<size_t> sizes;
  TRY(sample_sizes(t, a[2].as<Tuple>(), samples.size(), sizes));
  ByteBuilder room;  // not a vector, which ends the process when a program asks for too much
  uint8_t* dict = room.grow(static_cast<size_t>(size));
  if (!dict) return raise_memory(t);
  ZDICT_params_t params{};
  params.compressionLevel = level;
  size_t r;
  {
    Blocking b(t);
    r = ZDICT_finalizeDictionary(dict, static_cast<size_t>(size), custom.data(), custom.size(), samples.data(), sizes.data(), static_cast<unsigned>(sizes.size()), params);
  }
  if (ZDICT_isError(r)) return raise(t, g_error, "Unable to finalize the Zstandard dictionary: %s", ZDICT_getErrorName(r));
  return TRY(new_bytes(t, dict, r));
}
Result<Value> m_get_param_bounds(Thread& t, Args a) {
  int key = TRY(to_cint(t, a[0]));
  bool compress = TRY(truth(t, a[1]));
  ZSTD_bounds b = compress ? ZSTD_cParam_getBounds(static_cast<ZSTD_cParameter>(key)) : ZSTD_dParam_getBounds(static_cast<ZSTD_dParameter>(key));
  if (ZSTD_isError(b.error)) return zstd_error(t, compress ? "Unable to get zstd compression parameter bounds" : "Unable to get zstd decompression parameter bounds", b.error);
  return TRY(make_tuple(t, small_int(b.lowerBound), small_int(b.upperBound)));
}
Result<Value> m_get_frame_size(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  size_t n = ZSTD_findFrameCompressedSize(in.data(), in.size());
  if (ZSTD_isError(n))
    return raise(t, g_error, "Error when finding the compressed size of a Zstandard frame. Ensure the frame_buffer argument starts from the beginning of a frame, and its "
                             "length is not less than this complete frame. Zstd error message: %s.", ZSTD_getErrorName(n));
  return make_uint(t, n);
}
Result<Value> m_get_frame_info(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  unsigned long long size = ZSTD_getFrameContentSize(in.data(), in.size());
  if (size == ZSTD_CONTENTSIZE_ERROR)
    return raise(t, g_error, "Error when getting information from the header of a Zstandard frame. Ensure the frame_buffer argument starts from the beginning of a frame, and "
                             "its length is not less than the frame header (6~18 bytes).");
  unsigned id = ZSTD_getDictID_fromFrame(in.data(), in.size());
  Value n = size == ZSTD_CONTENTSIZE_UNKNOWN ? kNone : TRY(make_uint(t, size));
  return TRY(make_tuple(t, n, small_int(id)));
}
Result<Value> m_set_parameter_types(Thread& t, Args a) {
  if (!is_type(a[0])) return RAISE(TypeError, "set_parameter_types() argument 'c_parameter_type' must be type, not %T", a[0]);
  if (!is_type(a[1])) return RAISE(TypeError, "set_parameter_types() argument 'd_parameter_type' must be type, not %T", a[1]);
  parameter_types().c = a[0];
  parameter_types().d = a[1];
  return kNone;
}

constexpr MethodDef k_dict_methods[] = {
    {"__new__", dict_new, "($cls, dict_content, /, *, is_raw=False)", "A dictionary.", MethodKind::kNew},
    {"__len__", dict_len, "($self, /)", "The size of the content."},
    {"__repr__", dict_repr, "($self, /)", nullptr},
};
constexpr GetSetDef k_dict_getsets[] = {
    {"as_digested_dict", dict_as<kDigested>, nullptr, "Loads the dictionary digested: parameters of the compressor may be overridden by it."},
    {"as_undigested_dict", dict_as<kUndigested>, nullptr, "Loads the dictionary as it is: the compressor's parameters hold."},
    {"as_prefix", dict_as<kPrefix>, nullptr, "Uses the content as what came before the data."},
    {"dict_content", dict_content, nullptr, "The content."},
    {"dict_id", dict_id, nullptr, "The dictionary's number; 0: a raw one."},
};
constexpr MethodDef k_compressor_methods[] = {
    {"__new__", compressor_new, "($cls, level=None, options=None, zstd_dict=None)", "A compressor.", MethodKind::kNew},
    {"compress", compressor_compress, "($self, /, data, mode=ZstdCompressor.CONTINUE)", "Compresses more data; what is ready so far."},
    {"flush", compressor_flush, "($self, /, mode=ZstdCompressor.FLUSH_FRAME)", "What is held back; by default the end of the frame."},
    {"set_pledged_input_size", compressor_set_pledged_input_size, "($self, size, /)", "Tells the size of the next frame's data."},
};
constexpr GetSetDef k_compressor_getsets[] = {{"last_mode", compressor_last_mode, nullptr, "The mode of the last call."}};
constexpr MethodDef k_decompressor_methods[] = {
    {"__new__", decompressor_new, "($cls, zstd_dict=None, options=None)", "A decompressor.", MethodKind::kNew},
    {"decompress", decompressor_decompress, "($self, /, data, max_length=-1)", "Decompresses data, to at most max_length bytes."},
};
constexpr GetSetDef k_decompressor_getsets[] = {DECOMPRESSOR_GETSETS};
constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_functions[] = {
    {"train_dict", m_train_dict, "(samples_bytes, samples_sizes, dict_size, /)", "The content of a dictionary trained on samples.", kF},
    {"finalize_dict", m_finalize_dict, "(custom_dict_bytes, samples_bytes, samples_sizes, dict_size, compression_level, /)", "The content of a dictionary made from one's own and samples.", kF},
    {"get_param_bounds", m_get_param_bounds, "(parameter, is_compress)", "The bounds of a parameter.", kF},
    {"get_frame_size", m_get_frame_size, "(frame_buffer)", "The size of a compressed frame.", kF},
    {"get_frame_info", m_get_frame_info, "(frame_buffer)", "The decompressed size and dictionary of a frame.", kF},
    {"set_parameter_types", m_set_parameter_types, "(c_parameter_type, d_parameter_type)", "Registers the enumerations of parameters.", kF},
};

Status compressor_constants(Thread& t, Type* ty) {
  TRY(dict_set_str(t, ty->dict, "CONTINUE", small_int(ZSTD_e_continue)));
  TRY(dict_set_str(t, ty->dict, "FLUSH_BLOCK", small_int(ZSTD_e_flush)));
  return dict_set_str(t, ty->dict, "FLUSH_FRAME", small_int(ZSTD_e_end));
}

}  // namespace

template <> struct LayoutTraits<ZstdDict> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ZstdDict* d) { release(d->digests); }
};
template <> struct LayoutTraits<ZstdCompressor> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ZstdCompressor* c) {
    // The library frees a dictionary of the context's before it waits for the workers that use it (as of 1.5.7): they must be idle by then.
    if (c->multithreaded && c->dict && c->last_mode != ZSTD_e_end) {
      static char scratch[128 * 1024];
      ZSTD_inBuffer in{nullptr, 0, 0};
      size_t r;
      do {
        ZSTD_outBuffer out{scratch, sizeof scratch, 0};
        r = ZSTD_compressStream2(c->ctx, &out, &in, ZSTD_e_end);
      } while (r && !ZSTD_isError(r));
    }
    ZSTD_freeCCtx(c->ctx);
    release(c->digests);
  }
};
template <> struct LayoutTraits<ZstdDecompressor> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ZstdDecompressor* d) {
    ZSTD_freeDCtx(d->ctx);
    release(d->digests);
  }
};
static const TypeSpec k_dict_spec = {.doc = "A dictionary for compression.", .methods = k_dict_methods, .getsets = k_dict_getsets, .layout = &kLayout<ZstdDict>};
static const TypeSpec k_compressor_spec = {.doc = "A compressor of data that comes in parts.", .methods = k_compressor_methods, .getsets = k_compressor_getsets,
                                           .layout = &kLayout<ZstdCompressor>, .init = compressor_constants};
static const TypeSpec k_decompressor_spec = {.doc = "A decompressor of data that comes in parts.", .methods = k_decompressor_methods,
                                             .getsets = k_decompressor_getsets, .layout = &kLayout<ZstdDecompressor>};

static Status zstd_exec(Thread& t, Module* m) {
  TRY(open_library(t));
  static Type *compressor, *decompressor;
  static Root<> error;
  if (!compressor) {
    g_dict_type = TRY(make_native_type(t, "compression.zstd.ZstdDict", nullptr, k_dict_spec));
    compressor = TRY(make_native_type(t, "compression.zstd.ZstdCompressor", nullptr, k_compressor_spec));
    decompressor = TRY(make_native_type(t, "compression.zstd.ZstdDecompressor", nullptr, k_decompressor_spec));
    g_error = TRY(new_exception(t, "compression.zstd", "ZstdError", KAA_TYPE(Exception)));
    error = g_error;
  }
  TRY(module_add(t, m, "ZstdDict", g_dict_type));
  TRY(module_add(t, m, "ZstdCompressor", compressor));
  TRY(module_add(t, m, "ZstdDecompressor", decompressor));
  TRY(module_add(t, m, "ZstdError", g_error));
  TRY(module_add(t, m, "zstd_version", TRY(new_str(t, ZSTD_versionString()))));
  struct { const char* name; int64_t value; } constants[] = {
      {"zstd_version_number", ZSTD_versionNumber()}, {"ZSTD_CLEVEL_DEFAULT", ZSTD_defaultCLevel()}, {"ZSTD_DStreamOutSize", static_cast<int64_t>(ZSTD_DStreamOutSize())},
#define K(name) {#name, name}
      K(ZSTD_c_compressionLevel), K(ZSTD_c_windowLog), K(ZSTD_c_hashLog), K(ZSTD_c_chainLog), K(ZSTD_c_searchLog), K(ZSTD_c_minMatch), K(ZSTD_c_targetLength),
      K(ZSTD_c_strategy), K(ZSTD_c_enableLongDistanceMatching), K(ZSTD_c_ldmHashLog), K(ZSTD_c_ldmMinMatch), K(ZSTD_c_ldmBucketSizeLog), K(ZSTD_c_ldmHashRateLog),
      K(ZSTD_c_contentSizeFlag), K(ZSTD_c_checksumFlag), K(ZSTD_c_dictIDFlag), K(ZSTD_c_nbWorkers), K(ZSTD_c_jobSize), K(ZSTD_c_overlapLog), K(ZSTD_d_windowLogMax),
      K(ZSTD_fast), K(ZSTD_dfast), K(ZSTD_greedy), K(ZSTD_lazy), K(ZSTD_lazy2), K(ZSTD_btlazy2), K(ZSTD_btopt), K(ZSTD_btultra), K(ZSTD_btultra2)};
#undef K
  for (auto& c : constants) TRY(module_add(t, m, c.name, small_int(c.value)));
  return {};
}

extern const ModuleDef _zstd_module = {"_zstd", "Compression with the zstd library.", k_functions, zstd_exec};

}  // namespace kaa
