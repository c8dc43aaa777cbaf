// zlib: compression by the library of that name.
//
// A compressor or decompressor belongs to one thread at a time by the interpreter's lock; long calls of the library hold it. Output grows in a
// buffer outside the heap, so that nothing moves while the library writes.
#include <zlib.h>

#include <new>

#include "base/text_buffer.h"
#include "modules/new_exception.h"
#include "types/bytes.h"

namespace kaa {

namespace {

Type *g_compress, *g_decompress, *g_zlib_decompressor, *g_error;

// A stream of either direction, and what is left of the input.
struct ZObject : Object {
  z_stream z;
  Field<Bytes*> unused_data, unconsumed_tail, zdict;
  bool ready, inflating, eof, needs_input, failed;
  template <class F> void each_field(F&& f) { f(unused_data); f(unconsumed_tail); f(zdict); }
};

Error zlib_error(Thread& t, const z_stream& z, int err, const char* what) {
  const char* why = err == Z_VERSION_ERROR ? "library version mismatch" : z.msg;
  if (!why) {
    switch (err) {
      case Z_BUF_ERROR: why = "incomplete or truncated stream"; break;
      case Z_STREAM_ERROR: why = "inconsistent stream state"; break;
      case Z_DATA_ERROR: why = "invalid input data"; break;
    }
  }
  if (why) return raise(t, g_error, "Error %d %s: %.200s", err, what, why);
  return raise(t, g_error, "Error %d %s", err, what);
}

// Feeds input to deflate or inflate in pieces that fit its counters.
class Feed {
 public:
  Feed(z_stream& z, std::string_view in) : z_(z), left_(in) { z_.avail_in = 0; z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data())); }
  void refill() {
    if (z_.avail_in || left_.empty()) return;
    size_t n = left_.size() < UINT_MAX ? left_.size() : UINT_MAX;
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(left_.data()));
    z_.avail_in = static_cast<uInt>(n);
    left_.remove_prefix(n);
  }
  bool more() const { return !left_.empty(); }
  std::string_view rest() const { return {reinterpret_cast<const char*>(z_.next_in), z_.avail_in + left_.size()}; }

 private:
  z_stream& z_;
  std::string_view left_;
};

// Room for the next output; at most `limit` bytes in all.
class Output {
 public:
  explicit Output(size_t first, size_t limit = SIZE_MAX) : step_(first ? first : 1), limit_(limit) {}
  bool full(const z_stream& z) const { return out_.size() - z.avail_out >= limit_; }
  bool grow(z_stream& z) {
    size_t n = step_ < limit_ - out_.size() ? step_ : limit_ - out_.size();
    if (n > (1u << 30)) n = 1u << 30;
    uint8_t* p = out_.grow(n);
    if (!p) return false;
    z.next_out = p;
    z.avail_out = static_cast<uInt>(n);
    step_ *= 2;
    return true;
  }
  Result<Bytes*> finish(Thread& t, const z_stream& z) {
    if (out_.failed()) return raise_memory(t);
    return new_bytes(t, out_.data() ? out_.data() : reinterpret_cast<const uint8_t*>(""), out_.size() - z.avail_out);
  }

 private:
  ByteBuilder out_;
  size_t step_, limit_;
};

// ---- whole buffers
Result<Value> m_compress(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  int level = a[1] ? TRY(to_cint(t, a[1])) : Z_DEFAULT_COMPRESSION, wbits = a[2] ? TRY(to_cint(t, a[2])) : MAX_WBITS;
  z_stream z{};
  int err = deflateInit2(&z, level, Z_DEFLATED, wbits, 8, Z_DEFAULT_STRATEGY);
  if (err == Z_MEM_ERROR) return RAISE(MemoryError, "Out of memory while compressing data");
  if (err == Z_STREAM_ERROR) return raise(t, g_error, "Bad compression level");
  if (err != Z_OK) {
    deflateEnd(&z);
    return zlib_error(t, z, err, "while compressing data");
  }
  Output out(16 * 1024);
  Feed feed(z, in.view());
  do {
    feed.refill();
    int flush = feed.more() ? Z_NO_FLUSH : Z_FINISH;
    do {
      if (z.avail_out == 0 && !out.grow(z)) {
        deflateEnd(&z);
        return raise_memory(t);
      }
      err = deflate(&z, flush);
      if (err == Z_STREAM_ERROR) {
        deflateEnd(&z);
        return zlib_error(t, z, err, "while compressing data");
      }
    } while (z.avail_out == 0);
  } while (err != Z_STREAM_END);
  err = deflateEnd(&z);
  if (err != Z_OK) return zlib_error(t, z, err, "while finishing compression");
  return out.finish(t, z);
}

Result<Value> m_decompress(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  int wbits = a[1] ? TRY(to_cint(t, a[1])) : MAX_WBITS;
  int64_t size = a[2] ? TRY(to_ssize(t, a[2])) : 16384;
  if (size < 0) return RAISE(ValueError, "bufsize must be non-negative");
  z_stream z{};
  int err = inflateInit2(&z, wbits);
  if (err == Z_MEM_ERROR) return RAISE(MemoryError, "Out of memory while decompressing data");
  if (err != Z_OK) {
    inflateEnd(&z);
    return zlib_error(t, z, err, "while preparing to decompress data");
  }
  Output out(static_cast<size_t>(size));
  Feed feed(z, in.view());
  do {
    feed.refill();
    int flush = feed.more() ? Z_SYNC_FLUSH : Z_FINISH;
    do {
      if (z.avail_out == 0 && !out.grow(z)) {
        inflateEnd(&z);
        return raise_memory(t);
      }
      err = inflate(&z, flush);
      if (err != Z_OK && err != Z_BUF_ERROR && err != Z_STREAM_END) {
        Error e = err == Z_MEM_ERROR ? RAISE(MemoryError, "Out of memory while decompressing data") : zlib_error(t, z, err, "while decompressing data");
        inflateEnd(&z);
        return e;
      }
    } while (z.avail_out == 0 && err != Z_STREAM_END);
  } while (err != Z_STREAM_END && feed.more());
  if (err != Z_STREAM_END) {
    Error e = zlib_error(t, z, Z_BUF_ERROR, "while decompressing data");
    inflateEnd(&z);
    return e;
  }
  err = inflateEnd(&z);
  if (err != Z_OK) return zlib_error(t, z, err, "while finishing decompression");
  return out.finish(t, z);
}

template <unsigned long (*checksum)(unsigned long, const unsigned char*, z_size_t), int start>
Result<Value> m_checksum(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  uint64_t v = a[1] ? TRY(to_uint64_mask(t, a[1])) : start;
  return small_int(static_cast<int64_t>(checksum(static_cast<uint32_t>(v), u8(in.view()), in.size()) & 0xFFFFFFFF));
}

// ---- objects
Result<ZObject*> new_object(Thread& t, Type* type, bool inflating) {
  ZObject* o = TRY(alloc_as<ZObject>(t, type));
  o->inflating = inflating;
  o->unused_data.init(interp().empty_bytes);
  o->unconsumed_tail.init(interp().empty_bytes);
  return o;
}

Result<Value> m_compressobj(Thread& t, Args a) {
  int level = a[0] ? TRY(to_cint(t, a[0])) : -1, method = a[1] ? TRY(to_cint(t, a[1])) : Z_DEFLATED, wbits = a[2] ? TRY(to_cint(t, a[2])) : MAX_WBITS;
  int memory = a[3] ? TRY(to_cint(t, a[3])) : 8, strategy = a[4] ? TRY(to_cint(t, a[4])) : 0;
  BufferHold dict;
  if (a[5]) TRY(dict.get(t, a[5]));
  ZObject* o = TRY(new_object(t, g_compress, false));
  int err = deflateInit2(&o->z, level, method, wbits, memory, strategy);
  if (err == Z_MEM_ERROR) return RAISE(MemoryError, "Can't allocate memory for compression object");
  if (err == Z_STREAM_ERROR) return RAISE(ValueError, "Invalid initialization option");
  if (err != Z_OK) return zlib_error(t, o->z, err, "while creating compression object");
  o->ready = true;
  if (a[5]) {
    if (dict.size() > UINT_MAX) return RAISE(OverflowError, "zdict length does not fit in an unsigned int");
    err = deflateSetDictionary(&o->z, reinterpret_cast<const Bytef*>(dict.data()), static_cast<uInt>(dict.size()));
    if (err == Z_STREAM_ERROR) return RAISE(ValueError, "Invalid dictionary");
    if (err != Z_OK) return RAISE(ValueError, "deflateSetDictionary()");
  }
  return o;
}

Status set_dictionary(Thread& t, ZObject* o) {
  Bytes* d = o->zdict;
  if (d->size > UINT_MAX) return RAISE(OverflowError, "zdict length does not fit in an unsigned int");
  int err = inflateSetDictionary(&o->z, reinterpret_cast<const Bytef*>(d->data()), static_cast<uInt>(d->size));
  if (err != Z_OK) return zlib_error(t, o->z, err, "while setting zdict");
  return {};
}

Status start_inflate(Thread& t, ZObject* o, Value wbits_arg, Value zdict) {
  int wbits = wbits_arg ? TRY(to_cint(t, wbits_arg)) : MAX_WBITS;
  if (zdict) {
    if (!has_buffer(zdict)) return RAISE(TypeError, "zdict argument must support the buffer protocol");
    BufferHold h;
    TRY(h.get(t, zdict));
    o->zdict.set(TRY(new_bytes(t, h.data() ? h.data() : "", h.size())));
  }
  int err = inflateInit2(&o->z, wbits);
  if (err == Z_MEM_ERROR) return RAISE(MemoryError, "Can't allocate memory for decompression object");
  if (err == Z_STREAM_ERROR) return RAISE(ValueError, "Invalid initialization option");
  if (err != Z_OK) return zlib_error(t, o->z, err, "while creating decompression object");
  o->ready = true;
  if (o->zdict && wbits < 0) TRY(set_dictionary(t, o));  // raw streams do not ask for it
  return {};
}
Result<Value> m_decompressobj(Thread& t, Args a) {
  ZObject* o = TRY(new_object(t, g_decompress, true));
  TRY(start_inflate(t, o, a[0], a[1]));
  return o;
}

ZObject* self_of(Args a) { return a.as<ZObject>(0); }

Result<Value> compress_compress(Thread& t, Args a) {
  ZObject* o = self_of(a);
  BufferHold in;
  TRY(in.get(t, a[1]));
  Output out(16 * 1024);
  Feed feed(o->z, in.view());
  o->z.avail_out = 0;
  do {
    feed.refill();
    do {
      if (o->z.avail_out == 0 && !out.grow(o->z)) return raise_memory(t);
      int err = deflate(&o->z, Z_NO_FLUSH);
      if (err == Z_STREAM_ERROR) return zlib_error(t, o->z, err, "while compressing data");
    } while (o->z.avail_out == 0);
  } while (feed.more());
  return out.finish(t, o->z);
}

Result<Value> compress_flush(Thread& t, Args a) {
  ZObject* o = self_of(a);
  int mode = a[1] ? TRY(to_cint(t, a[1])) : Z_FINISH;
  if (mode == Z_NO_FLUSH) return interp().empty_bytes;
  Output out(16 * 1024);
  o->z.avail_in = 0;
  o->z.avail_out = 0;
  int err;
  do {
    if (o->z.avail_out == 0 && !out.grow(o->z)) return raise_memory(t);
    err = deflate(&o->z, mode);
    if (err == Z_STREAM_ERROR) return zlib_error(t, o->z, err, "while flushing");
  } while (o->z.avail_out == 0);
  if (err == Z_STREAM_END && mode == Z_FINISH) {
    err = deflateEnd(&o->z);
    if (err != Z_OK) return zlib_error(t, o->z, err, "while finishing compression");
    o->ready = false;
  } else if (err != Z_OK && err != Z_BUF_ERROR) {
    return zlib_error(t, o->z, err, "while flushing");
  }
  return out.finish(t, o->z);
}

Result<Value> object_copy(Thread& t, Args a) {
  ZObject* from = self_of(a);
  if (!from->ready) return RAISE(ValueError, "Inconsistent stream state");
  ZObject* o = TRY(new_object(t, from->type(), from->inflating));
  int err = from->inflating ? inflateCopy(&o->z, &from->z) : deflateCopy(&o->z, &from->z);
  if (err == Z_STREAM_ERROR) return RAISE(ValueError, "Inconsistent stream state");
  if (err == Z_MEM_ERROR) return RAISE(MemoryError, "Can't allocate memory for %s object", from->inflating ? "decompression" : "compression");
  if (err != Z_OK) return zlib_error(t, o->z, err, from->inflating ? "while copying decompression object" : "while copying compression object");
  o->ready = true;
  o->eof = from->eof;
  o->unused_data.set(from->unused_data);
  o->unconsumed_tail.set(from->unconsumed_tail);
  if (from->zdict) o->zdict.set(from->zdict);
  return o;
}
Result<Value> object_deepcopy(Thread& t, Args a) { return object_copy(t, a); }

// Keeps what inflate left of the input.
Status save_rest(Thread& t, ZObject* o, std::string_view rest, int err) {
  if (err == Z_STREAM_END) {
    if (!rest.empty()) {
      Bytes* old = o->unused_data;
      Bytes* b = TRY(new_bytes(t, nullptr, old->size + rest.size()));
      memcpy(b->data(), old->data(), old->size);
      memcpy(b->data() + old->size, rest.data(), rest.size());
      o->unused_data.set(b);
    }
    rest = {};
  }
  if (!rest.empty() || o->unconsumed_tail->size) o->unconsumed_tail.set(TRY(new_bytes(t, rest.empty() ? "" : rest.data(), rest.size())));
  return {};
}

// inflate() until the input is used up, the limit reached or the stream over; *err is zlib's last word.
Result<Bytes*> inflate_some(Thread& t, ZObject* o, Feed& feed, Output& out, int last_flush, int* result) {
  int err = Z_OK;
  o->z.avail_out = 0;
  do {
    feed.refill();
    int flush = feed.more() ? Z_SYNC_FLUSH : last_flush;
    do {
      if (o->z.avail_out == 0) {
        if (out.full(o->z)) goto done;
        if (!out.grow(o->z)) return raise_memory(t);
      }
      err = inflate(&o->z, flush);
      if (err == Z_NEED_DICT && o->zdict) {
        TRY(set_dictionary(t, o));
        continue;
      }
      if (err != Z_OK && err != Z_BUF_ERROR && err != Z_STREAM_END) {
        *result = err;
        goto done;
      }
    } while (err != Z_STREAM_END && (o->z.avail_out == 0 || err == Z_NEED_DICT));
  } while (err != Z_STREAM_END && feed.more());
done:
  *result = err;
  return out.finish(t, o->z);
}

Result<Value> decompress_decompress(Thread& t, Args a) {
  ZObject* o = self_of(a);
  int64_t max = a[2] ? TRY(to_ssize(t, a[2])) : 0;
  if (max < 0) return RAISE(ValueError, "max_length must be non-negative");
  BufferHold in;
  TRY(in.get(t, a[1]));
  Feed feed(o->z, in.view());
  Output out(16 * 1024, max ? static_cast<size_t>(max) : SIZE_MAX);
  int err;
  Bytes* r = TRY(inflate_some(t, o, feed, out, Z_SYNC_FLUSH, &err));
  Keep keep(r);
  if (err != Z_OK && err != Z_BUF_ERROR && err != Z_STREAM_END) return zlib_error(t, o->z, err, "while decompressing data");
  TRY(save_rest(t, o, feed.rest(), err));
  if (err == Z_STREAM_END) o->eof = true;
  return r;
}

Result<Value> decompress_flush(Thread& t, Args a) {
  ZObject* o = self_of(a);
  int64_t length = a[1] ? TRY(to_ssize(t, a[1])) : 16384;
  if (length <= 0) return RAISE(ValueError, "length must be greater than zero");
  if (!o->ready) return interp().empty_bytes;
  Bytes* tail = o->unconsumed_tail;
  Keep keep_tail(tail);
  Feed feed(o->z, tail->view());
  Output out(static_cast<size_t>(length));
  int err;
  Bytes* r = TRY(inflate_some(t, o, feed, out, Z_FINISH, &err));
  Keep keep(r);
  if (err != Z_OK && err != Z_BUF_ERROR && err != Z_STREAM_END) return zlib_error(t, o->z, err, "while decompressing data");
  TRY(save_rest(t, o, feed.rest(), err));
  if (err == Z_STREAM_END) {
    o->eof = true;
    o->ready = false;
    err = inflateEnd(&o->z);
    if (err != Z_OK) return zlib_error(t, o->z, err, "while finishing decompression");
  }
  return r;
}

// ---- _ZlibDecompressor: keeps its input, like the decompressors of bz2 and lzma
Result<Value> zdec_new(Thread& t, Args a) {
  ZObject* o = TRY(new_object(t, a.as<Type>(0), true));
  o->needs_input = true;
  TRY(start_inflate(t, o, a[1], a[2]));
  return o;
}
Result<Value> zdec_decompress(Thread& t, Args a) {
  ZObject* o = self_of(a);
  int64_t max = a[2] ? TRY(to_ssize(t, a[2])) : -1;
  BufferHold in;
  TRY(in.get(t, a[1]));
  if (o->eof) return RAISE(EOFError, "End of stream already reached");
  Bytes* kept = o->unconsumed_tail;
  Keep keep_kept(kept);
  Bytes* joined = kept;
  std::string_view data = in.view();
  if (kept->size) {
    joined = TRY(new_bytes(t, nullptr, kept->size + in.size()));
    memcpy(joined->data(), kept->data(), kept->size);
    if (in.size()) memcpy(joined->data() + kept->size, in.data(), in.size());
    data = joined->view();
  }
  Keep keep_joined(joined);
  Feed feed(o->z, data);
  Output out(16 * 1024, max >= 0 ? static_cast<size_t>(max) : SIZE_MAX);
  int err;
  Bytes* r = TRY(inflate_some(t, o, feed, out, Z_SYNC_FLUSH, &err));
  Keep keep(r);
  if (err != Z_OK && err != Z_BUF_ERROR && err != Z_STREAM_END) return zlib_error(t, o->z, err, "while decompressing data");
  std::string_view rest = feed.rest();
  Bytes* left = TRY(new_bytes(t, rest.empty() ? "" : rest.data(), rest.size()));
  if (err == Z_STREAM_END) {
    o->eof = true;
    o->needs_input = false;
    o->unused_data.set(left);
    o->unconsumed_tail.set(interp().empty_bytes);
  } else {
    o->unconsumed_tail.set(left);
    o->needs_input = rest.empty() && !(max >= 0 && r->size == static_cast<uint64_t>(max));
  }
  return r;
}

Result<Value> get_unused(Thread&, Value self) { return self.as<ZObject>()->unused_data.value(); }
Result<Value> get_tail(Thread&, Value self) { return self.as<ZObject>()->unconsumed_tail.value(); }
Result<Value> get_eof(Thread&, Value self) { return Value::from_bool(self.as<ZObject>()->eof); }
Result<Value> get_needs_input(Thread&, Value self) { return Value::from_bool(self.as<ZObject>()->needs_input); }

constexpr MethodDef k_compress_methods[] = {
    {"compress", compress_compress, "($self, data, /)", "Compresses more data; what is ready so far."},
    {"flush", compress_flush, "($self, mode=zlib.Z_FINISH, /)", "What was held back; by default the end of the stream."},
    {"copy", object_copy, "($self, /)", "A copy in the same state."},
    {"__copy__", object_copy, "($self, /)", "A copy in the same state."},
    {"__deepcopy__", object_deepcopy, "($self, memo, /)", "A copy in the same state."},
};
constexpr MethodDef k_decompress_methods[] = {
    {"decompress", decompress_decompress, "($self, data, /, max_length=0)", "Decompresses data, to at most max_length bytes."},
    {"flush", decompress_flush, "($self, length=zlib.DEF_BUF_SIZE, /)", "What the rest of the input gives."},
    {"copy", object_copy, "($self, /)", "A copy in the same state."},
    {"__copy__", object_copy, "($self, /)", "A copy in the same state."},
    {"__deepcopy__", object_deepcopy, "($self, memo, /)", "A copy in the same state."},
};
constexpr GetSetDef k_decompress_getsets[] = {
    {"unused_data", get_unused, nullptr, "What came behind the end of the stream."},
    {"unconsumed_tail", get_tail, nullptr, "Input that max_length left over."},
    {"eof", get_eof, nullptr, "Whether the end of the stream was reached."},
};
constexpr MethodDef k_zdec_methods[] = {
    {"__new__", zdec_new, "($cls, wbits=15, zdict=b'')", "A decompressor.", MethodKind::kNew},
    {"decompress", zdec_decompress, "($self, /, data, max_length=-1)", "Decompresses data, to at most max_length bytes."},
};
constexpr GetSetDef k_zdec_getsets[] = {
    {"unused_data", get_unused, nullptr, "What came behind the end of the stream."},
    {"eof", get_eof, nullptr, "Whether the end of the stream was reached."},
    {"needs_input", get_needs_input, nullptr, "Whether more input is needed before more comes out."},
};

constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_functions[] = {
    {"compress", m_compress, "(data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)", "Compresses data.", kF},
    {"decompress", m_decompress, "(data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)", "Decompresses data.", kF},
    {"compressobj", m_compressobj, "(level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY, zdict=<unrepresentable>)",
     "A compressor for data that comes in parts.", kF},
    {"decompressobj", m_decompressobj, "(wbits=MAX_WBITS, zdict=b'')", "A decompressor for data that comes in parts.", kF},
    {"adler32", m_checksum<adler32_z, 1>, "(data, value=1, /)", "The Adler-32 checksum, going on from value.", kF},
    {"crc32", m_checksum<crc32_z, 0>, "(data, value=0, /)", "The CRC-32, going on from value.", kF},
};

}  // namespace

template <> struct LayoutTraits<ZObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ZObject* o) {
    if (!o->ready) return;
    if (o->inflating) inflateEnd(&o->z);
    else deflateEnd(&o->z);
  }
};
static const TypeSpec k_compress_spec = {.doc = "A compressor.", .methods = k_compress_methods, .layout = &kLayout<ZObject>, .flags = kTypeDisallowInstantiation};
static const TypeSpec k_decompress_spec = {.doc = "A decompressor.", .methods = k_decompress_methods, .getsets = k_decompress_getsets, .layout = &kLayout<ZObject>,
                                           .flags = kTypeDisallowInstantiation};
static const TypeSpec k_zdec_spec = {.doc = "A decompressor that keeps its input.", .methods = k_zdec_methods, .getsets = k_zdec_getsets, .layout = &kLayout<ZObject>};

static Status zlib_exec(Thread& t, Module* m) {
  static Root<> error;
  if (!g_error) {
    g_compress = TRY(make_native_type(t, "zlib.Compress", nullptr, k_compress_spec));
    g_decompress = TRY(make_native_type(t, "zlib.Decompress", nullptr, k_decompress_spec));
    g_zlib_decompressor = TRY(make_native_type(t, "zlib._ZlibDecompressor", nullptr, k_zdec_spec));
    g_error = TRY(new_exception(t, "zlib", "error", KAA_TYPE(Exception)));
    error = g_error;
  }
  TRY(module_add(t, m, "error", error));
  TRY(module_add(t, m, "_ZlibDecompressor", g_zlib_decompressor));
  struct { const char* name; int value; } constants[] = {
      {"MAX_WBITS", MAX_WBITS}, {"DEFLATED", Z_DEFLATED}, {"DEF_MEM_LEVEL", 8}, {"DEF_BUF_SIZE", 16384}, {"Z_NO_COMPRESSION", Z_NO_COMPRESSION},
      {"Z_BEST_SPEED", Z_BEST_SPEED}, {"Z_BEST_COMPRESSION", Z_BEST_COMPRESSION}, {"Z_DEFAULT_COMPRESSION", Z_DEFAULT_COMPRESSION}, {"Z_FILTERED", Z_FILTERED},
      {"Z_HUFFMAN_ONLY", Z_HUFFMAN_ONLY}, {"Z_RLE", Z_RLE}, {"Z_FIXED", Z_FIXED}, {"Z_DEFAULT_STRATEGY", Z_DEFAULT_STRATEGY}, {"Z_FINISH", Z_FINISH},
      {"Z_NO_FLUSH", Z_NO_FLUSH}, {"Z_PARTIAL_FLUSH", Z_PARTIAL_FLUSH}, {"Z_SYNC_FLUSH", Z_SYNC_FLUSH}, {"Z_FULL_FLUSH", Z_FULL_FLUSH}, {"Z_BLOCK", Z_BLOCK},
      {"Z_TREES", Z_TREES}};
  for (auto& c : constants) TRY(module_add(t, m, c.name, small_int(c.value)));
  TRY(module_add(t, m, "ZLIB_VERSION", TRY(new_str(t, ZLIB_VERSION))));
  TRY(module_add(t, m, "ZLIB_RUNTIME_VERSION", TRY(new_str(t, zlibVersion()))));
  return module_add(t, m, "__version__", TRY(new_str(t, "1.0")));
}

extern const ModuleDef zlib_module = {"zlib", "Compression with the zlib library.", k_functions, zlib_exec};

}  // namespace kaa
