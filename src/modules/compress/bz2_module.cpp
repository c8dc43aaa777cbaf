// _bz2: compression by libbz2.
#include <bzlib.h>

#include "modules/compress/stream.h"

namespace kaa {

namespace {

struct Bz2Compressor : Object {
  bz_stream s;
  bool ready, flushed;
};
struct Bz2Decompressor : Decompressor {
  bz_stream s;
};

Error bz2_error(Thread& t, int err) {
  switch (err) {
    case BZ_PARAM_ERROR: return RAISE(ValueError, "Internal error - invalid parameters passed to libbzip2");
    case BZ_MEM_ERROR: return raise_memory(t);
    case BZ_DATA_ERROR: case BZ_DATA_ERROR_MAGIC: return RAISE(OSError, "Invalid data stream");
    case BZ_IO_ERROR: return RAISE(OSError, "Unknown I/O error");
    case BZ_UNEXPECTED_EOF: return RAISE(EOFError, "Compressed file ended before the logical end-of-stream was detected");
    case BZ_SEQUENCE_ERROR: return RAISE(RuntimeError, "Internal error - Invalid sequence of commands sent to libbzip2");
    default: return RAISE(OSError, "Unrecognized error from libbzip2: %d", err);
  }
}
bool is_error(int err) { return err != BZ_OK && err != BZ_RUN_OK && err != BZ_FLUSH_OK && err != BZ_FINISH_OK && err != BZ_STREAM_END; }

// Moves the next part of `left` that fits the library's counter into the stream.
void refill(bz_stream& s, std::string_view& left) {
  if (s.avail_in) return;
  size_t n = left.size() < UINT32_MAX ? left.size() : UINT32_MAX;
  s.next_in = const_cast<char*>(left.data());
  s.avail_in = static_cast<unsigned>(n);
  left.remove_prefix(n);
}

Result<Value> compressor_new(Thread& t, Args a) {
  int level = a[1] ? TRY(to_cint(t, a[1])) : 9;
  if (level < 1 || level > 9) return RAISE(ValueError, "compresslevel must be between 1 and 9");
  Bz2Compressor* c = TRY(alloc_as<Bz2Compressor>(t, a.as<Type>(0)));
  int err = BZ2_bzCompressInit(&c->s, level, 0, 0);
  if (err != BZ_OK) return bz2_error(t, err);
  c->ready = true;
  return c;
}

Result<Value> run_compressor(Thread& t, Bz2Compressor* c, std::string_view in, int action) {
  StepOutput out;
  c->s.avail_in = 0;
  for (;;) {
    refill(c->s, in);
    if (action == BZ_RUN && !c->s.avail_in) break;
    size_t n;
    c->s.next_out = reinterpret_cast<char*>(out.room(&n));
    if (!c->s.next_out) return raise_memory(t);
    c->s.avail_out = static_cast<unsigned>(n);
    int err = BZ2_bzCompress(&c->s, action);
    out.took(n - c->s.avail_out);
    if (is_error(err)) return bz2_error(t, err);
    if (action == BZ_FINISH && err == BZ_STREAM_END) break;
  }
  return out.finish(t);
}
Result<Value> compressor_compress(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[1]));
  Bz2Compressor* c = a.as<Bz2Compressor>(0);
  if (c->flushed) return RAISE(ValueError, "Compressor has been flushed");
  return run_compressor(t, c, in.view(), BZ_RUN);
}
Result<Value> compressor_flush(Thread& t, Args a) {
  Bz2Compressor* c = a.as<Bz2Compressor>(0);
  if (c->flushed) return RAISE(ValueError, "Repeated call to flush()");
  c->flushed = true;
  return run_compressor(t, c, {}, BZ_FINISH);
}

Result<Value> decompressor_new(Thread& t, Args a) {
  Bz2Decompressor* d = TRY(alloc_as<Bz2Decompressor>(t, a.as<Type>(0)));
  d->begin();
  int err = BZ2_bzDecompressInit(&d->s, 0, 0);
  if (err != BZ_OK) return bz2_error(t, err);
  d->ready = true;
  return d;
}
Result<Value> decompressor_decompress(Thread& t, Args a) {
  Bz2Decompressor* d = a.as<Bz2Decompressor>(0);
  size_t limit = TRY(max_length(t, a[2]));
  BufferHold fresh;
  TRY(fresh.get(t, a[1]));
  if (d->eof) return RAISE(EOFError, "End of stream already reached");
  if (d->failed) return RAISE(ValueError, "Decompressor is unusable after a previous error");
  KeptInput in;
  TRY(in.start(t, d, fresh.view()));
  std::string_view left = in.view();
  StepOutput out(limit);
  d->s.avail_in = 0;
  for (;;) {
    refill(d->s, left);
    size_t n;
    d->s.next_out = reinterpret_cast<char*>(out.room(&n));
    if (!d->s.next_out) return raise_memory(t);
    d->s.avail_out = static_cast<unsigned>(n);
    int err = BZ2_bzDecompress(&d->s);
    out.took(n - d->s.avail_out);
    if (is_error(err)) {
      d->failed = true;
      d->needs_input = false;
      return bz2_error(t, err);
    }
    if (err == BZ_STREAM_END) {
      d->eof = true;
      break;
    }
    if (d->s.avail_out == 0) {
      if (out.at_limit()) break;
    } else if (!d->s.avail_in && left.empty()) {
      break;
    }
  }
  d->needs_input = !d->eof && d->s.avail_in == 0 && left.empty() && !out.at_limit();
  Bytes* r = TRY(out.finish(t));
  Keep keep(r);
  size_t rest = d->s.avail_in + left.size();
  TRY(in.finish(t, d, in.view().substr(in.view().size() - rest)));
  return r;
}

constexpr MethodDef k_compressor_methods[] = {
    {"__new__", compressor_new, "($cls, compresslevel=9, /)", "A compressor; compresslevel from 1 to 9.", MethodKind::kNew},
    {"compress", compressor_compress, "($self, data, /)", "Compresses more data; what is ready so far."},
    {"flush", compressor_flush, "($self, /)", "The end of the stream. The compressor cannot be used afterwards."},
};
constexpr MethodDef k_decompressor_methods[] = {
    {"__new__", decompressor_new, "($cls)", "A decompressor.", MethodKind::kNew},
    {"decompress", decompressor_decompress, "($self, /, data, max_length=-1)", "Decompresses data, to at most max_length bytes."},
};
constexpr GetSetDef k_decompressor_getsets[] = {DECOMPRESSOR_GETSETS};

}  // namespace

template <> struct LayoutTraits<Bz2Compressor> {
  static constexpr Death death = Death::kCustom;
  static void destroy(Bz2Compressor* c) { if (c->ready) BZ2_bzCompressEnd(&c->s); }
};
template <> struct LayoutTraits<Bz2Decompressor> {
  static constexpr Death death = Death::kCustom;
  static void destroy(Bz2Decompressor* d) { if (d->ready) BZ2_bzDecompressEnd(&d->s); }
};
static const TypeSpec k_compressor_spec = {.doc = "A compressor of data that comes in parts.", .methods = k_compressor_methods, .layout = &kLayout<Bz2Compressor>};
static const TypeSpec k_decompressor_spec = {.doc = "A decompressor of data that comes in parts.", .methods = k_decompressor_methods,
                                             .getsets = k_decompressor_getsets, .layout = &kLayout<Bz2Decompressor>};

static Status bz2_exec(Thread& t, Module* m) {
  static Type *compressor, *decompressor;
  if (!compressor) {
    compressor = TRY(make_native_type(t, "_bz2.BZ2Compressor", nullptr, k_compressor_spec));
    decompressor = TRY(make_native_type(t, "_bz2.BZ2Decompressor", nullptr, k_decompressor_spec));
  }
  TRY(module_add(t, m, "BZ2Compressor", compressor));
  return module_add(t, m, "BZ2Decompressor", decompressor);
}

extern const ModuleDef _bz2_module = {.name = "_bz2", .exec = bz2_exec};

}  // namespace kaa
