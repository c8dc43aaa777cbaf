// _lzma: compression by liblzma.
#include "modules/compress/lzma_filters.h"
#include "modules/compress/stream.h"
#include "modules/new_exception.h"

namespace kaa {

namespace {

enum Format { kAuto, kXz, kAlone, kRaw };

Type* g_error;

struct LzmaCompressor : Object {
  lzma_stream s;
  bool flushed;
};
struct LzmaDecompressor : Decompressor {
  lzma_stream s;
  int check;
};

Result<int64_t> unsigned_argument(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  if (i.is_int() && i.as_int() < 0) return RAISE(ValueError, "Cannot convert negative int");
  if (!i.is_int() || i.as_int() > UINT32_MAX) return RAISE(OverflowError, "Python int too large for C uint32_t");
  return i.as_int();
}

Result<Value> compressor_new(Thread& t, Args a) {
  int format = a[1] ? TRY(to_cint(t, a[1])) : kXz;
  int check = a[2] ? TRY(to_cint(t, a[2])) : -1;
  Value preset_arg = a[3] ? a[3] : kNone, filter_arg = a[4] ? a[4] : kNone;
  if (!preset_arg.is_none() && !filter_arg.is_none()) return RAISE(ValueError, "Cannot specify both preset and filter chain");
  uint32_t preset = LZMA_PRESET_DEFAULT;
  if (!preset_arg.is_none()) preset = static_cast<uint32_t>(TRY(unsigned_argument(t, preset_arg)));
  if (format != kXz && check != -1 && check != LZMA_CHECK_NONE) return RAISE(ValueError, "Integrity checks are only supported by FORMAT_XZ");
  LzmaCompressor* c = TRY(alloc_as<LzmaCompressor>(t, a.as<Type>(0)));
  c->s = LZMA_STREAM_INIT;
  FilterChain chain;
  if (!filter_arg.is_none()) TRY(chain.parse(t, filter_arg));
  lzma_ret ret;
  switch (format) {
    case kXz: {
      lzma_check kind = check == -1 ? LZMA_CHECK_CRC64 : static_cast<lzma_check>(check);
      ret = filter_arg.is_none() ? lzma_easy_encoder(&c->s, preset, kind) : lzma_stream_encoder(&c->s, chain.filters, kind);
      break;
    }
    case kAlone: {
      lzma_options_lzma options;
      if (filter_arg.is_none()) {
        if (lzma_lzma_preset(&options, preset)) return raise(t, g_error, "Invalid compression preset: %lu", static_cast<uint64_t>(preset));
        ret = lzma_alone_encoder(&c->s, &options);
      } else if (chain.filters[0].id == LZMA_FILTER_LZMA1 && chain.filters[1].id == LZMA_VLI_UNKNOWN) {
        ret = lzma_alone_encoder(&c->s, static_cast<lzma_options_lzma*>(chain.filters[0].options));
      } else {
        return RAISE(ValueError, "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter");
      }
      break;
    }
    case kRaw:
      if (filter_arg.is_none()) return RAISE(ValueError, "Must specify filters for FORMAT_RAW");
      ret = lzma_raw_encoder(&c->s, chain.filters);
      break;
    default: return RAISE(ValueError, "Invalid container format: %d", format);
  }
  TRY(lzma_check_ret(t, ret));
  return c;
}

Result<Value> run_compressor(Thread& t, LzmaCompressor* c, std::string_view in, lzma_action action) {
  StepOutput out;
  c->s.next_in = u8(in);
  c->s.avail_in = in.size();
  for (;;) {
    size_t n;
    c->s.next_out = out.room(&n);
    if (!c->s.next_out) return raise_memory(t);
    c->s.avail_out = n;
    lzma_ret ret = lzma_code(&c->s, action);
    out.took(n - c->s.avail_out);
    if (ret == LZMA_BUF_ERROR && in.empty() && c->s.avail_out > 0) ret = LZMA_OK;  // nothing to do is no error
    TRY(lzma_check_ret(t, ret));
    if (action == LZMA_RUN ? c->s.avail_in == 0 && c->s.avail_out > 0 : ret == LZMA_STREAM_END) break;
  }
  return out.finish(t);
}
Result<Value> compressor_compress(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[1]));
  LzmaCompressor* c = a.as<LzmaCompressor>(0);
  if (c->flushed) return RAISE(ValueError, "Compressor has been flushed");
  return run_compressor(t, c, in.view(), LZMA_RUN);
}
Result<Value> compressor_flush(Thread& t, Args a) {
  LzmaCompressor* c = a.as<LzmaCompressor>(0);
  if (c->flushed) return RAISE(ValueError, "Repeated call to flush()");
  c->flushed = true;
  return run_compressor(t, c, {}, LZMA_FINISH);
}

Result<Value> decompressor_new(Thread& t, Args a) {
  int format = a[1] ? TRY(to_cint(t, a[1])) : kAuto;
  uint64_t memlimit = UINT64_MAX;
  Value filter_arg = a[3] ? a[3] : kNone;
  if (a[2] && !a[2].is_none()) {
    if (format == kRaw) return RAISE(ValueError, "Cannot specify memory limit with FORMAT_RAW");
    Value i = TRY(to_index(t, a[2]));
    if (i.is_int() && i.as_int() < 0) return RAISE(ValueError, "Cannot convert negative int");
    memlimit = TRY(to_uint64(t, i));
  }
  if (format == kRaw && filter_arg.is_none()) return RAISE(ValueError, "Must specify filters for FORMAT_RAW");
  if (format != kRaw && !filter_arg.is_none()) return RAISE(ValueError, "Cannot specify filters except with FORMAT_RAW");
  LzmaDecompressor* d = TRY(alloc_as<LzmaDecompressor>(t, a.as<Type>(0)));
  d->begin();
  d->s = LZMA_STREAM_INIT;
  d->check = LZMA_CHECK_ID_MAX + 1;
  constexpr uint32_t kFlags = LZMA_TELL_ANY_CHECK | LZMA_TELL_NO_CHECK;
  lzma_ret ret;
  switch (format) {
    case kAuto: ret = lzma_auto_decoder(&d->s, memlimit, kFlags); break;
    case kXz: ret = lzma_stream_decoder(&d->s, memlimit, kFlags); break;
    case kAlone:
      d->check = LZMA_CHECK_NONE;
      ret = lzma_alone_decoder(&d->s, memlimit);
      break;
    case kRaw: {
      d->check = LZMA_CHECK_NONE;
      FilterChain chain;
      TRY(chain.parse(t, filter_arg));
      ret = lzma_raw_decoder(&d->s, chain.filters);
      break;
    }
    default: return RAISE(ValueError, "Invalid container format: %d", format);
  }
  TRY(lzma_check_ret(t, ret));
  return d;
}
Result<Value> decompressor_decompress(Thread& t, Args a) {
  LzmaDecompressor* d = a.as<LzmaDecompressor>(0);
  size_t limit = TRY(max_length(t, a[2]));
  BufferHold fresh;
  TRY(fresh.get(t, a[1]));
  if (d->eof) return RAISE(EOFError, "Already at end of stream");
  KeptInput in;
  TRY(in.start(t, d, fresh.view()));
  StepOutput out(limit);
  d->s.next_in = u8(in.view());
  d->s.avail_in = in.view().size();
  for (;;) {
    size_t n;
    d->s.next_out = out.room(&n);
    if (!d->s.next_out) return raise_memory(t);
    d->s.avail_out = n;
    lzma_ret ret = lzma_code(&d->s, LZMA_RUN);
    out.took(n - d->s.avail_out);
    if (ret == LZMA_BUF_ERROR && d->s.avail_in == 0 && d->s.avail_out > 0) ret = LZMA_OK;  // it wants more input
    Status s = lzma_check_ret(t, ret);
    if (!s.ok()) {
      d->needs_input = false;
      return Error{};
    }
    if (ret == LZMA_GET_CHECK || ret == LZMA_NO_CHECK) d->check = lzma_get_check(&d->s);
    if (ret == LZMA_STREAM_END) {
      d->eof = true;
      break;
    }
    if (d->s.avail_out == 0) {
      if (out.at_limit()) break;
    } else if (d->s.avail_in == 0) {
      break;
    }
  }
  d->needs_input = !d->eof && d->s.avail_in == 0 && !out.at_limit();
  Bytes* r = TRY(out.finish(t));
  Keep keep(r);
  TRY(in.finish(t, d, in.view().substr(in.view().size() - d->s.avail_in)));
  return r;
}
Result<Value> decompressor_check(Thread&, Value self) { return small_int(self.as<LzmaDecompressor>()->check); }

Result<Value> m_is_check_supported(Thread& t, Args a) {
  return Value::from_bool(lzma_check_is_supported(static_cast<lzma_check>(TRY(to_cint(t, a[0])))));
}
Result<Value> m_encode_properties(Thread& t, Args a) {
  FilterChain chain;
  TRY(chain.parse_one(t, a[0], 0));
  uint32_t size = 0;
  TRY(lzma_check_ret(t, lzma_properties_size(&size, chain.filters)));
  uint8_t props[64];
  if (size > sizeof props) return raise(t, g_error, "Internal error");
  TRY(lzma_check_ret(t, lzma_properties_encode(chain.filters, props)));
  return TRY(new_bytes(t, props, size));
}
Result<Value> m_decode_properties(Thread& t, Args a) {
  Value id = TRY(to_index(t, a[0]));
  if (id.is_int() && id.as_int() < 0) return RAISE(ValueError, "Cannot convert negative int");
  FilterChain chain;
  chain.filters[0].id = TRY(to_uint64(t, id));
  BufferHold props;
  TRY(props.get(t, a[1]));
  chain.filters[0].options = nullptr;
  TRY(lzma_check_ret(t, lzma_properties_decode(chain.filters, nullptr, u8(props.view()), props.size())));
  return filter_dict(t, chain.filters[0]);
}

constexpr MethodDef k_compressor_methods[] = {
    {"__new__", compressor_new, "($cls, format=FORMAT_XZ, check=-1, preset=None, filters=None)", "A compressor.", MethodKind::kNew},
    {"compress", compressor_compress, "($self, data, /)", "Compresses more data; what is ready so far."},
    {"flush", compressor_flush, "($self, /)", "The end of the stream. The compressor cannot be used afterwards."},
};
constexpr MethodDef k_decompressor_methods[] = {
    {"__new__", decompressor_new, "($cls, format=FORMAT_AUTO, memlimit=None, filters=None)", "A decompressor.", MethodKind::kNew},
    {"decompress", decompressor_decompress, "($self, /, data, max_length=-1)", "Decompresses data, to at most max_length bytes."},
};
constexpr GetSetDef k_decompressor_getsets[] = {DECOMPRESSOR_GETSETS, {"check", decompressor_check, nullptr, "The kind of integrity check (CHECK_UNKNOWN until it is known)."}};
constexpr MethodDef k_functions[] = {
    {"is_check_supported", m_is_check_supported, "(check_id, /)", "Whether the library knows the integrity check.", MethodKind::kFunction},
    {"_encode_filter_properties", m_encode_properties, "(filter, /)", "The options of a filter as bytes.", MethodKind::kFunction},
    {"_decode_filter_properties", m_decode_properties, "(filter_id, encoded_props, /)", "The filter that such bytes describe.", MethodKind::kFunction},
};

}  // namespace

Type* lzma_error_type() { return g_error; }

Status lzma_check_ret(Thread& t, lzma_ret ret) {
  const char* what;
  switch (ret) {
    case LZMA_OK: case LZMA_GET_CHECK: case LZMA_NO_CHECK: case LZMA_STREAM_END: return {};
    case LZMA_UNSUPPORTED_CHECK: what = "Unsupported integrity check"; break;
    case LZMA_MEM_ERROR: return raise_memory(t);
    case LZMA_MEMLIMIT_ERROR: what = "Memory usage limit exceeded"; break;
    case LZMA_FORMAT_ERROR: what = "Input format not supported by decoder"; break;
    case LZMA_OPTIONS_ERROR: what = "Invalid or unsupported options"; break;
    case LZMA_DATA_ERROR: what = "Corrupt input data"; break;
    case LZMA_BUF_ERROR: what = "Insufficient buffer space"; break;
    case LZMA_PROG_ERROR: what = "Internal error"; break;
    default: return raise(t, g_error, "Unrecognized error from liblzma: %d", static_cast<int>(ret));
  }
  return raise(t, g_error, "%s", what);
}

template <> struct LayoutTraits<LzmaCompressor> {
  static constexpr Death death = Death::kCustom;
  static void destroy(LzmaCompressor* c) { lzma_end(&c->s); }
};
template <> struct LayoutTraits<LzmaDecompressor> {
  static constexpr Death death = Death::kCustom;
  static void destroy(LzmaDecompressor* d) { lzma_end(&d->s); }
};
static const TypeSpec k_compressor_spec = {.doc = "A compressor of data that comes in parts.", .methods = k_compressor_methods, .layout = &kLayout<LzmaCompressor>};
static const TypeSpec k_decompressor_spec = {.doc = "A decompressor of data that comes in parts.", .methods = k_decompressor_methods,
                                             .getsets = k_decompressor_getsets, .layout = &kLayout<LzmaDecompressor>};

static Status lzma_exec(Thread& t, Module* m) {
  static Type *compressor, *decompressor;
  static Root<> error;
  if (!compressor) {
    compressor = TRY(make_native_type(t, "_lzma.LZMACompressor", nullptr, k_compressor_spec));
    decompressor = TRY(make_native_type(t, "_lzma.LZMADecompressor", nullptr, k_decompressor_spec));
    g_error = TRY(new_exception(t, "_lzma", "LZMAError", KAA_TYPE(Exception)));
    error = g_error;
  }
  TRY(module_add(t, m, "LZMACompressor", compressor));
  TRY(module_add(t, m, "LZMADecompressor", decompressor));
  TRY(module_add(t, m, "LZMAError", g_error));
  struct { const char* name; uint64_t value; } constants[] = {
      {"FORMAT_AUTO", kAuto}, {"FORMAT_XZ", kXz}, {"FORMAT_ALONE", kAlone}, {"FORMAT_RAW", kRaw}, {"CHECK_NONE", LZMA_CHECK_NONE}, {"CHECK_CRC32", LZMA_CHECK_CRC32},
      {"CHECK_CRC64", LZMA_CHECK_CRC64}, {"CHECK_SHA256", LZMA_CHECK_SHA256}, {"CHECK_ID_MAX", LZMA_CHECK_ID_MAX}, {"CHECK_UNKNOWN", LZMA_CHECK_ID_MAX + 1},
      {"FILTER_LZMA1", LZMA_FILTER_LZMA1}, {"FILTER_LZMA2", LZMA_FILTER_LZMA2}, {"FILTER_DELTA", LZMA_FILTER_DELTA}, {"FILTER_X86", LZMA_FILTER_X86},
      {"FILTER_IA64", LZMA_FILTER_IA64}, {"FILTER_ARM", LZMA_FILTER_ARM}, {"FILTER_ARMTHUMB", LZMA_FILTER_ARMTHUMB}, {"FILTER_SPARC", LZMA_FILTER_SPARC},
      {"FILTER_POWERPC", LZMA_FILTER_POWERPC}, {"MF_HC3", LZMA_MF_HC3}, {"MF_HC4", LZMA_MF_HC4}, {"MF_BT2", LZMA_MF_BT2}, {"MF_BT3", LZMA_MF_BT3},
      {"MF_BT4", LZMA_MF_BT4}, {"MODE_FAST", LZMA_MODE_FAST}, {"MODE_NORMAL", LZMA_MODE_NORMAL}, {"PRESET_DEFAULT", LZMA_PRESET_DEFAULT},
      {"PRESET_EXTREME", LZMA_PRESET_EXTREME}};
  for (auto& c : constants) TRY(module_add(t, m, c.name, TRY(make_uint(t, c.value))));
  return {};
}

extern const ModuleDef _lzma_module = {.name = "_lzma", .functions = k_functions, .exec = lzma_exec};

}  // namespace kaa
