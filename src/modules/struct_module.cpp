// _struct: values packed in bytes by a format.
//
// A format is compiled to runs: a type, how many items of it, and where the first stands. Native formats ("@", the default) have C's sizes and
// alignment; the others ("=", "<", ">", "!") have standard sizes and none. Compiled formats of the module's functions are cached in a dict.
#include <ctype.h>

#include <bit>
#include <vector>

#include "runtime/codecs_api.h"
#include "modules/new_exception.h"
#include "base/half_float.h"
#include "types/buffer.h"
#include "types/complex.h"
#include "types/dict.h"

namespace kaa {

namespace {

struct Run {
  char type;
  bool big;
  uint8_t size;       // of an item; of 's' and 'p': see `count`
  int64_t offset;
  int64_t count;      // items; of 's' and 'p' the length of the one item
};

struct StructObject : Object {
  Field<Str*> format;
  Run* runs;          // malloc
  uint64_t nruns;
  int64_t size;       // bytes; -1: not initialised
  int64_t items;
  template <class F> void each_field(F&& f) { f(format); }
};
struct UnpackIter : Object {
  Field<StructObject*> s;
  Field<MemoryView*> view;
  int64_t index;
  template <class F> void each_field(F&& f) { f(s); f(view); }
};

Type* g_struct;
Type* g_iter;
Type* g_error;
Root<>* g_cache;

#define STRUCT_ERROR(...) ::kaa::raise(t, g_error, __VA_ARGS__)

// Size and alignment of a type in native mode; 0: unknown.
int native_size(char c) {
  switch (c) {
    case 'x': case 'c': case 'b': case 'B': case '?': case 's': case 'p': return 1;
    case 'h': case 'H': case 'e': return 2;
    case 'i': case 'I': case 'f': return 4;
    case 'l': case 'L': case 'q': case 'Q': case 'n': case 'N': case 'P': case 'd': case 'F': return 8;
    case 'D': return 16;
    default: return 0;
  }
}
int native_align(char c) { return c == 'F' ? 4 : c == 'D' ? 8 : native_size(c); }
int standard_size(char c) {
  switch (c) {
    case 'l': case 'L': return 4;
    case 'n': case 'N': case 'P': return 0;
    default: return native_size(c);
  }
}

Status compile_format(Thread& t, StructObject* s, std::string_view f) {
  if (f.find('\0') != f.npos) return STRUCT_ERROR("embedded null character");
  bool native = true, big = false;
  size_t i = 0;
  if (!f.empty()) {
    switch (f[0]) {
      case '<': native = false; i = 1; break;
      case '>': case '!': native = false; big = true; i = 1; break;
      case '=': native = false; i = 1; break;
      case '@': i = 1; break;
    }
  }
  std::vector<Run> runs;
  int64_t size = 0, items = 0;
  auto too_long = [&]() -> Error { return STRUCT_ERROR("total struct size too long"); };
  while (i < f.size()) {
    char c = f[i++];
    if (isspace(static_cast<unsigned char>(c))) continue;
    int64_t count = 1;
    if (c >= '0' && c <= '9') {
      count = c - '0';
      for (; i < f.size() && f[i] >= '0' && f[i] <= '9'; i++)
        if (__builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, f[i] - '0', &count)) return too_long();
      if (i == f.size()) return STRUCT_ERROR("repeat count given without format specifier");
      c = f[i++];
    }
    int n = native ? native_size(c) : standard_size(c);
    if (!n) return STRUCT_ERROR("bad char in struct format");
    if (native && native_align(c) > 1) {
      int64_t align = native_align(c), up;
      if (__builtin_add_overflow(size, align - 1, &up)) return too_long();
      size = up / align * align;
    }
    int64_t bytes;
    if (__builtin_mul_overflow(count, static_cast<int64_t>(n), &bytes) || __builtin_add_overflow(size, bytes, &bytes)) return too_long();
    if (c == 's' || c == 'p') {
      runs.push_back({c, big, 1, size, count});
      items++;
    } else if (c != 'x' && count) {
      runs.push_back({c, big, static_cast<uint8_t>(n), size, count});
      items += count;
    }
    size = bytes;
  }
  free(s->runs);
  s->runs = static_cast<Run*>(malloc(runs.size() * sizeof(Run) + 1));
  if (!s->runs) return raise_memory(t);
  if (!runs.empty()) memcpy(static_cast<void*>(s->runs), runs.data(), runs.size() * sizeof(Run));
  s->nruns = runs.size();
  s->size = size;
  s->items = items;
  return {};
}

Status init_struct(Thread& t, StructObject* s, Value format) {
  Str* text;
  if (is_str(format)) {
    text = format.as<Str>();
    if (!text->is_ascii()) {
      TRY(encode_str(t, text, "ascii", nullptr));
      return Error{};
    }
  } else if (is_bytes(format)) {
    Value v = TRY(decode_bytes(t, format.as<Bytes>()->view(), "ascii", "surrogateescape"));
    text = v.as<Str>();
    if (!text->is_ascii()) return STRUCT_ERROR("bad char in struct format");
  } else {
    return RAISE(TypeError, "Struct() argument 1 must be a str or bytes object, not %.200T", format);
  }
  Keep keep(text);
  TRY(compile_format(t, s, text->ascii()));
  s->format.set(text);
  return {};
}

Result<StructObject*> struct_for(Thread& t, Value format) {
  if (format.is_object() && format.object()->type() == g_struct) return format.as<StructObject>();
  // One cache for texts and one for bytes, which would warn of a comparison under -b.
  Root<>& kept = g_cache[is_bytes(format)];
  if (!kept.get()) kept = TRY(new_dict(t));
  Dict* cache = kept.get().as<Dict>();
  if (!is_str(format) && !is_bytes(format)) return RAISE(TypeError, "Struct() argument 1 must be a str or bytes object, not %.200T", format);
  Opt hit = TRY(dict_get(t, cache, format));
  if (hit) return hit.v.as<StructObject>();
  StructObject* s = TRY(alloc<StructObject>(t, g_struct->root));
  s->size = -1;
  TRY(init_struct(t, s, format));
  if (cache->used >= 100) dict_clear(cache);
  TRY(dict_set(t, cache, format, s));
  return s;
}

// ---- items
constexpr bool kHostIsBig = std::endian::native == std::endian::big;
uint16_t swapped(uint16_t v) { return __builtin_bswap16(v); }
uint32_t swapped(uint32_t v) { return __builtin_bswap32(v); }
uint64_t swapped(uint64_t v) { return __builtin_bswap64(v); }
template <class U>
U load_as(const uint8_t* p, bool big) {
  U v;
  memcpy(&v, p, sizeof v);
  return big == kHostIsBig ? v : swapped(v);
}
template <class U>
void store_as(uint8_t* p, bool big, uint64_t v) {
  U u = static_cast<U>(v);
  if (big != kHostIsBig) u = swapped(u);
  memcpy(p, &u, sizeof u);
}
uint64_t load(const uint8_t* p, int n, bool big) {
  switch (n) {
    case 1: return *p;
    case 2: return load_as<uint16_t>(p, big);
    case 4: return load_as<uint32_t>(p, big);
    default: return load_as<uint64_t>(p, big);
  }
}
void store(uint8_t* p, int n, bool big, uint64_t v) {
  switch (n) {
    case 1: *p = static_cast<uint8_t>(v); break;
    case 2: store_as<uint16_t>(p, big, v); break;
    case 4: store_as<uint32_t>(p, big, v); break;
    default: store_as<uint64_t>(p, big, v);
  }
}
double load_float(const uint8_t* p, int n, bool big) {
  uint64_t b = load(p, n, big);
  if (n == 2) return half_to_double(static_cast<uint16_t>(b));
  if (n == 4) {
    uint32_t w = static_cast<uint32_t>(b);
    float f;
    memcpy(&f, &w, 4);
    return f;
  }
  double d;
  memcpy(&d, &b, 8);
  return d;
}
// False: too large for the format.
bool store_float(uint8_t* p, int n, bool big, double d, bool check = true) {
  uint64_t b;
  if (n == 2) {
    uint16_t h;
    if (!double_to_half(d, &h)) return false;
    b = h;
  } else if (n == 4) {
    float f = static_cast<float>(d);
    if (check && isinf(f) && !isinf(d)) return false;
    uint32_t w;
    memcpy(&w, &f, 4);
    b = w;
  } else {
    memcpy(&b, &d, 8);
  }
  store(p, n, big, b);
  return true;
}

Result<Value> unpack_item(Thread& t, const Run& r, const uint8_t* p) {
  switch (r.type) {
    case 'c': return TRY(new_bytes(t, p, 1));
    case '?': return Value::from_bool(load(p, r.size, false) != 0);
    case 'b': case 'h': case 'i': case 'l': case 'q': case 'n': {
      int shift = 64 - 8 * r.size;
      return make_int(t, static_cast<int64_t>(load(p, r.size, r.big) << shift) >> shift);
    }
    case 'B': case 'H': case 'I': case 'L': case 'Q': case 'N': case 'P': return make_uint(t, load(p, r.size, r.big));
    case 'e': case 'f': case 'd': return make_float(t, load_float(p, r.size, r.big));
    case 'F': case 'D': {
      int n = r.size / 2;
      return make_complex(t, load_float(p, n, r.big), load_float(p + n, n, r.big));
    }
  }
  return RAISE(SystemError, "bad run in struct");
}

Error range_error(Thread& t, const Run& r, bool is_signed) {
  int bits = 8 * r.size;
  if (is_signed) {
    int64_t hi = bits == 64 ? INT64_MAX : (int64_t{1} << (bits - 1)) - 1;
    return STRUCT_ERROR("'%c' format requires %ld <= number <= %ld", r.type, -hi - 1, hi);
  }
  uint64_t hi = bits == 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  return STRUCT_ERROR("'%c' format requires 0 <= number <= %lu", r.type, hi);
}

Result<Value> integer_argument(Thread& t, Value v) {
  if (v.is_int()) return v;
  if (!is_int(v) && !type_of(v)->dunder(D_index)) return STRUCT_ERROR("required argument is not an integer");
  return to_index(t, v);
}

Status pack_item(Thread& t, const Run& r, uint8_t* p, Value v) {
  switch (r.type) {
    case 'c':
      if (!is_bytes(v) || v.as<Bytes>()->size != 1) return STRUCT_ERROR("char format requires a bytes object of length 1");
      *p = static_cast<uint8_t>(v.as<Bytes>()->data()[0]);
      return {};
    case '?': {
      bool b = TRY(truth(t, v));
      store(p, r.size, false, b);
      return {};
    }
    case 'b': case 'h': case 'i': case 'l': case 'q': case 'n': {
      Value i = TRY(integer_argument(t, v));
      Result<int64_t> n = to_int64(t, i);
      int shift = 64 - 8 * r.size;
      if (!n.ok()) clear_exc(t);
      if (!n.ok() || static_cast<int64_t>(static_cast<uint64_t>(n.value()) << shift) >> shift != n.value()) return range_error(t, r, true);
      store(p, r.size, r.big, static_cast<uint64_t>(n.value()));
      return {};
    }
    case 'B': case 'H': case 'I': case 'L': case 'Q': case 'N': {
      Value i = TRY(integer_argument(t, v));
      Result<uint64_t> n = to_uint64(t, i);
      if (!n.ok()) clear_exc(t);
      if (!n.ok() || (r.size < 8 && n.value() >> (8 * r.size))) return range_error(t, r, false);
      store(p, r.size, r.big, n.value());
      return {};
    }
    case 'P': {
      Value i = TRY(integer_argument(t, v));
      Result<uint64_t> n = to_uint64(t, i);
      if (!n.ok()) {
        clear_exc(t);
        Result<int64_t> m = to_int64(t, i);
        if (!m.ok()) {
          clear_exc(t);
          return STRUCT_ERROR("int too large to convert");
        }
        n = static_cast<uint64_t>(m.value());
      }
      store(p, r.size, r.big, n.value());
      return {};
    }
    case 'e': case 'f': case 'd': {
      Result<double> d = to_double(t, v);
      if (!d.ok()) {
        if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
        clear_exc(t);
        return STRUCT_ERROR("required argument is not a float");
      }
      if (!store_float(p, r.size, r.big, d.value())) return RAISE(OverflowError, "float too large to pack with %c format", r.type);
      return {};
    }
    case 'F': case 'D': {
      Result<Complex> c = to_complex(t, v);
      if (!c.ok()) {
        if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
        clear_exc(t);
        return STRUCT_ERROR("required argument is not a complex");
      }
      int n = r.size / 2;
      store_float(p, n, r.big, c.value().re, false);
      store_float(p + n, n, r.big, c.value().im, false);
      return {};
    }
  }
  return RAISE(SystemError, "bad run in struct");
}

// The bytes of an argument for 's' or 'p'.
Result<std::string_view> string_argument(Thread& t, char type, Value v) {
  if (is_bytes(v)) return v.as<Bytes>()->view();
  if (is_instance(v, KAA_TYPE(bytearray))) return std::string_view(v.as<ByteArray>()->data ? v.as<ByteArray>()->data : "", v.as<ByteArray>()->size);
  return STRUCT_ERROR("argument for '%c' must be a bytes object", type);
}

Status pack_all(Thread& t, StructObject* s, const Value* v, char* out) {
  memset(out, 0, static_cast<size_t>(s->size));
  for (uint64_t i = 0; i < s->nruns; i++) {
    const Run r = s->runs[i];
    uint8_t* p = reinterpret_cast<uint8_t*>(out) + r.offset;
    if (r.type == 's') {
      std::string_view b = TRY(string_argument(t, 's', *v++));
      size_t n = b.size() < static_cast<size_t>(r.count) ? b.size() : static_cast<size_t>(r.count);
      if (n) memcpy(p, b.data(), n);
    } else if (r.type == 'p') {
      std::string_view b = TRY(string_argument(t, 'p', *v++));
      if (r.count == 0) continue;
      size_t n = b.size() < static_cast<size_t>(r.count - 1) ? b.size() : static_cast<size_t>(r.count - 1);
      if (n) memcpy(p + 1, b.data(), n);
      *p = static_cast<uint8_t>(n > 255 ? 255 : n);
    } else {
      for (int64_t k = 0; k < r.count; k++) TRY(pack_item(t, r, p + k * r.size, *v++));
    }
  }
  return {};
}

Result<Value> unpack_all(Thread& t, StructObject* s, const char* in) {
  Tuple* u = TRY(new_tuple(t, static_cast<size_t>(s->items)));
  size_t at = 0;
  for (uint64_t i = 0; i < s->nruns; i++) {
    const Run& r = s->runs[i];
    const uint8_t* p = reinterpret_cast<const uint8_t*>(in) + r.offset;
    if (r.type == 's') {
      tuple_init(u, at++, TRY(new_bytes(t, p, static_cast<size_t>(r.count))));
    } else if (r.type == 'p') {
      size_t n = r.count ? *p : 0;
      if (r.count && n >= static_cast<size_t>(r.count)) n = static_cast<size_t>(r.count - 1);
      tuple_init(u, at++, TRY(new_bytes(t, p + 1, n)));
    } else {
      for (int64_t k = 0; k < r.count; k++) tuple_init(u, at++, TRY(unpack_item(t, r, p + k * r.size)));
    }
  }
  return u;
}

Status check_ready(Thread& t, StructObject* s) {
  if (LIKELY(s->size >= 0)) return {};
  return RAISE(RuntimeError, "Struct object is not initialized");
}

// ---- operations on a compiled format
Result<Value> do_pack(Thread& t, StructObject* s, Args a) {
  TRY(check_ready(t, s));
  Keep keep(s);
  if (static_cast<int64_t>(a.n) != s->items) return STRUCT_ERROR("pack expected %ld items for packing (got %u)", s->items, a.n);
  Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(s->size)));
  if (s->size) TRY(pack_all(t, s, a.p, b->data()));
  else {
    char none;
    TRY(pack_all(t, s, a.p, &none));
  }
  return b;
}

Result<Value> do_pack_into(Thread& t, StructObject* s, Args a) {
  TRY(check_ready(t, s));
  Keep keep(s);
  if (a.n == 0) return STRUCT_ERROR("pack_into expected buffer argument");
  if (a.n == 1) return STRUCT_ERROR("pack_into expected offset argument");
  if (static_cast<int64_t>(a.n) - 2 != s->items) return STRUCT_ERROR("pack_into expected %ld items for packing (got %u)", s->items, a.n - 2);
  BufferHold hold;
  TRY(hold.get(t, a[0], true));
  int64_t size = static_cast<int64_t>(hold.size()), offset = TRY(to_ssize(t, a[1]));
  if (offset < 0) {
    if (offset + s->size > 0) return STRUCT_ERROR("no space to pack %ld bytes at offset %ld", s->size, offset);
    if (offset + size < 0) return STRUCT_ERROR("offset %ld out of range for %ld-byte buffer", offset, size);
    offset += size;
  }
  if (size - offset < s->size) {
    return STRUCT_ERROR("pack_into requires a buffer of at least %lu bytes for packing %ld bytes at offset %ld (actual buffer size is %ld)",
                        static_cast<uint64_t>(s->size) + static_cast<uint64_t>(offset), s->size, offset, size);
  }
  TRY(pack_all(t, s, a.p + 2, static_cast<char*>(hold.b.data) + offset));
  return kNone;
}

Result<Value> do_unpack(Thread& t, StructObject* s, Value data) {
  TRY(check_ready(t, s));
  Keep keep(s);
  BufferHold hold;
  TRY(hold.get(t, data));
  if (static_cast<int64_t>(hold.size()) != s->size) return STRUCT_ERROR("unpack requires a buffer of %ld bytes", s->size);
  return unpack_all(t, s, hold.data());
}

Result<Value> do_unpack_from(Thread& t, StructObject* s, Value data, Value where) {
  TRY(check_ready(t, s));
  Keep keep(s);
  int64_t offset = where ? TRY(to_ssize(t, where)) : 0;
  BufferHold hold;
  TRY(hold.get(t, data));
  int64_t size = static_cast<int64_t>(hold.size());
  if (offset < 0) {
    if (offset + s->size > 0) return STRUCT_ERROR("not enough data to unpack %ld bytes at offset %ld", s->size, offset);
    if (offset + size < 0) return STRUCT_ERROR("offset %ld out of range for %ld-byte buffer", offset, size);
    offset += size;
  }
  if (size - offset < s->size) {
    return STRUCT_ERROR("unpack_from requires a buffer of at least %lu bytes for unpacking %ld bytes at offset %ld (actual buffer size is %ld)",
                        static_cast<uint64_t>(s->size) + static_cast<uint64_t>(offset), s->size, offset, size);
  }
  return unpack_all(t, s, hold.data() + offset);
}

Result<Value> do_iter_unpack(Thread& t, StructObject* s, Value data) {
  TRY(check_ready(t, s));
  if (s->size == 0) return STRUCT_ERROR("cannot iteratively unpack with a struct of length 0");
  MemoryView* view;
  {
    BufferHold hold;  // the errors of a plain buffer
    TRY(hold.get(t, data));
    if (static_cast<int64_t>(hold.size()) % s->size) return STRUCT_ERROR("iterative unpacking requires a buffer of a multiple of %ld bytes", s->size);
    view = TRY(new_memoryview(t, data));
  }
  UnpackIter* it = TRY(alloc<UnpackIter>(t, g_iter->root));
  it->s.init(s);
  it->view.init(view);
  return it;
}

Result<Value> iter_step(Thread& t, Object* o) {
  UnpackIter* it = static_cast<UnpackIter*>(o);
  if (!it->view) return Value();
  MemoryView* m = it->view;
  StructObject* s = it->s;
  if (it->index >= m->size) {
    it->view.clear();
    TRY(memoryview_release(t, m));
    return Value();
  }
  Value v = TRY(unpack_all(t, s, m->data + it->index));
  it->index += s->size;
  return v;
}
Result<Value> iter_length_hint(Thread&, Args a) {
  UnpackIter* it = a.as<UnpackIter>(0);
  return small_int(it->view ? (it->view->size - it->index) / it->s->size : 0);
}
constexpr MethodDef k_iter_methods[] = {{"__length_hint__", iter_length_hint, "($self, /)", "How many tuples should still come."}};

// ---- Struct
StructObject* self_of(Args a) { return a.as<StructObject>(0); }
Result<Value> struct_new(Thread& t, Args a, Tuple* kwnames) {
  StructObject* s = TRY(alloc_as<StructObject>(t, a.as<Type>(0)));
  s->size = -1;
  return s;
}
Result<Value> struct_init(Thread& t, Args a) {
  TRY(init_struct(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> struct_pack(Thread& t, Args a) { return do_pack(t, self_of(a), a.from(1)); }
Result<Value> struct_pack_into(Thread& t, Args a) { return do_pack_into(t, self_of(a), a.from(1)); }
Result<Value> struct_unpack(Thread& t, Args a) { return do_unpack(t, self_of(a), a[1]); }
Result<Value> struct_unpack_from(Thread& t, Args a) { return do_unpack_from(t, self_of(a), a[1], a[2]); }
Result<Value> struct_iter_unpack(Thread& t, Args a) { return do_iter_unpack(t, self_of(a), a[1]); }
Result<Value> struct_repr(Thread& t, Args a) {
  TRY(check_ready(t, self_of(a)));
  return TRY(str_format(t, "%U(%R)", self_of(a)->type()->name.get(), Value(self_of(a)->format.get())));
}
Result<Value> struct_sizeof(Thread& t, Args a) {
  TRY(check_ready(t, self_of(a)));
  return make_uint(t, self_of(a)->type()->basicsize + self_of(a)->nruns * sizeof(Run));
}
Result<Value> get_format(Thread& t, Value self) {
  TRY(check_ready(t, self.as<StructObject>()));
  return self.as<StructObject>()->format.value();
}
Result<Value> get_size(Thread& t, Value self) { return small_int(self.as<StructObject>()->size); }

constexpr MethodDef k_struct_methods[] = {
    {"__new__", struct_new, nullptr, "Makes a Struct without a format; __init__ compiles it.", MethodKind::kNew},
    {"__init__", struct_init, "($self, format)", "Compiles the format."},
    {"__repr__", struct_repr, "($self, /)", "Struct('format')."},
    {"__sizeof__", struct_sizeof, "($self, /)", "Bytes of the object."},
    {"pack", struct_pack, nullptr, "The values as bytes."},
    {"pack_into", struct_pack_into, nullptr, "Packs the values into a writable buffer at an offset."},
    {"unpack", struct_unpack, "($self, buffer, /)", "The values in a buffer of exactly this size."},
    {"unpack_from", struct_unpack_from, "($self, /, buffer, offset=0)", "The values in a buffer from an offset on."},
    {"iter_unpack", struct_iter_unpack, "($self, buffer, /)", "Iterates over the tuples in a buffer."},
};
constexpr GetSetDef k_struct_getsets[] = {
    {"format", get_format, nullptr, "The format."},
    {"size", get_size, nullptr, "The size in bytes."},
};

// ---- functions
Result<Value> m_calcsize(Thread& t, Args a) { return small_int(TRY(struct_for(t, a[0]))->size); }
Result<Value> m_pack(Thread& t, Args a) {
  if (a.n == 0) return RAISE(TypeError, "missing format argument");
  StructObject* s = TRY(struct_for(t, a[0]));
  return do_pack(t, s, a.from(1));
}
Result<Value> m_pack_into(Thread& t, Args a) {
  if (a.n == 0) return RAISE(TypeError, "missing format argument");
  StructObject* s = TRY(struct_for(t, a[0]));
  return do_pack_into(t, s, a.from(1));
}
Result<Value> m_unpack(Thread& t, Args a) { return do_unpack(t, TRY(struct_for(t, a[0])), a[1]); }
Result<Value> m_unpack_from(Thread& t, Args a) { return do_unpack_from(t, TRY(struct_for(t, a[0])), a[1], a[2]); }
Result<Value> m_iter_unpack(Thread& t, Args a) { return do_iter_unpack(t, TRY(struct_for(t, a[0])), a[1]); }
Result<Value> m_clearcache(Thread&, Args) {
  for (int i : {0, 1}) g_cache[i] = Value();
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_functions[] = {
    {"calcsize", m_calcsize, "(format, /)", "How many bytes the format describes.", kF},
    {"pack", m_pack, nullptr, "The values as bytes.", kF},
    {"pack_into", m_pack_into, nullptr, "Packs the values into a writable buffer at an offset.", kF},
    {"unpack", m_unpack, "(format, buffer, /)", "The values in a buffer of exactly the format's size.", kF},
    {"unpack_from", m_unpack_from, "(format, /, buffer, offset=0)", "The values in a buffer from an offset on.", kF},
    {"iter_unpack", m_iter_unpack, "(format, buffer, /)", "Iterates over the tuples in a buffer.", kF},
    {"_clearcache", m_clearcache, "()", "Forgets the compiled formats.", kF},
};

}  // namespace

template <> struct LayoutTraits<StructObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(StructObject* s) { free(s->runs); }
};
static const TypeSpec k_struct_spec = {.doc = "Struct(format): a compiled format.", .methods = k_struct_methods, .getsets = k_struct_getsets,
                                       .layout = &kLayout<StructObject>, .flags = kTypeBase | kTypeWeakrefable};
static const TypeSpec k_iter_spec = {.doc = "Iterator of iter_unpack().", .methods = k_iter_methods, .iternext = iter_step, .layout = &kLayout<UnpackIter>,
                                     .flags = kTypeDisallowInstantiation};

static Status struct_exec(Thread& t, Module* m) {
  if (!g_struct) {
    static Root<> caches[2];
    g_cache = caches;
    g_struct = TRY(make_native_type(t, "_struct.Struct", nullptr, k_struct_spec));
    g_iter = TRY(make_native_type(t, "_struct.unpack_iterator", nullptr, k_iter_spec));
    static Root<> error;
    g_error = TRY(new_exception(t, "struct", "error", KAA_TYPE(Exception)));
    error = g_error;
  }
  TRY(module_add(t, m, "Struct", g_struct));
  return module_add(t, m, "error", g_error);
}

extern const ModuleDef _struct_module = {"_struct", "Values packed in bytes.", k_functions, struct_exec};

}  // namespace kaa
