// array: sequences of numbers or characters of one C type.
//
// Items are read and written through a table of item types by type code. Anything that runs Python code (converting an item, comparing) may resize
// the array: sizes and pointers are read again after it. While exports > 0 the array does not change its size.
#include <stdlib.h>

#include "base/text_buffer.h"
#include "modules/native_new.h"
#include "types/bytes.h"
#include "types/dict.h"
#include "types/buffer.h"
#include "runtime/call.h"
#include "runtime/interpreters.h"

namespace kaa {

namespace {

struct ArrayObject : Object {
  char* items;       // raw buffer of cap items
  int64_t size, cap; // items
  uint64_t exports;
  const struct ItemType* item;
  template <class F> void each_field(F&&) {}
};

struct ItemType {
  char code;
  int size;
  const char* format;
  int64_t min;
  uint64_t max;          // of integers
  bool is_signed, is_float, is_char;
  const char* low;       // OverflowError below min, and above max
  const char* high;
  int machine;           // machine format code of the pickles (PEP 3118's table in array_reconstructor)
};

constexpr const char* kLongHigh = "Python int too large to convert to C long";
constexpr ItemType k_types[] = {
    {'b', 1, "b", INT8_MIN, INT8_MAX, true, false, false, "signed char is less than minimum", "signed char is greater than maximum", 1},
    {'B', 1, "B", 0, UINT8_MAX, false, false, false, "unsigned byte integer is less than minimum", "unsigned byte integer is greater than maximum", 0},
    {'u', 4, "w", 0, 0, false, false, true, nullptr, nullptr, 20},
    {'w', 4, "w", 0, 0, false, false, true, nullptr, nullptr, 20},
    {'h', 2, "h", INT16_MIN, INT16_MAX, true, false, false, "signed short integer is less than minimum", "signed short integer is greater than maximum", 4},
    {'H', 2, "H", 0, UINT16_MAX, false, false, false, "unsigned short is less than minimum", "unsigned short is greater than maximum", 2},
    {'i', 4, "i", INT32_MIN, INT32_MAX, true, false, false, "signed integer is less than minimum", "signed integer is greater than maximum", 8},
    {'I', 4, "I", 0, UINT32_MAX, false, false, false, "can't convert negative value to unsigned int", "unsigned int is greater than maximum", 6},
    {'l', 8, "l", INT64_MIN, INT64_MAX, true, false, false, kLongHigh, kLongHigh, 12},
    {'L', 8, "L", 0, UINT64_MAX, false, false, false, "can't convert negative value to unsigned int", "Python int too large to convert to C unsigned long", 10},
    {'q', 8, "q", INT64_MIN, INT64_MAX, true, false, false, "int too big to convert", "int too big to convert", 12},
    {'Q', 8, "Q", 0, UINT64_MAX, false, false, false, "can't convert negative int to unsigned", "int too big to convert", 10},
    {'f', 4, "f", 0, 0, false, true, false, nullptr, nullptr, 14},
    {'d', 8, "d", 0, 0, false, true, false, nullptr, nullptr, 16},
};
const ItemType* find_type(uint32_t code) {
  for (const ItemType& i : k_types)
    if (static_cast<uint32_t>(i.code) == code) return &i;
  return nullptr;
}

Type *g_array, *g_iterator;

bool is_array(Value v) { return v.is_object() && is_instance(v, g_array); }
ArrayObject* self_of(Args a) { return a.as<ArrayObject>(0); }
char* at(ArrayObject* o, int64_t i) { return o->items + i * o->item->size; }
std::string_view raw(ArrayObject* o) { return {o->items ? o->items : "", static_cast<size_t>(o->size * o->item->size)}; }

template <class T> T load(const void* p) {
  T v;
  memcpy(&v, p, sizeof v);
  return v;
}

Result<Value> get_value(Thread& t, const ItemType* ty, const char* p) {
  switch (ty->code) {
    case 'b': return small_int(load<int8_t>(p));
    case 'B': return small_int(load<uint8_t>(p));
    case 'h': return small_int(load<int16_t>(p));
    case 'H': return small_int(load<uint16_t>(p));
    case 'i': return small_int(load<int32_t>(p));
    case 'I': return small_int(load<uint32_t>(p));
    case 'l': case 'q': return make_int(t, load<int64_t>(p));
    case 'L': case 'Q': return make_uint(t, load<uint64_t>(p));
    case 'f': return make_float(t, load<float>(p));
    case 'd': return make_float(t, load<double>(p));
    default: {
      uint32_t c = load<uint32_t>(p);
      if (c > 0x10FFFF) return RAISE(ValueError, "character U+%x is not in range [U+0000; U+10ffff]", c);
      return TRY(str_char(t, c));
    }
  }
}
Result<Value> get_value(Thread& t, ArrayObject* o, int64_t i) { return get_value(t, o->item, at(o, i)); }

// Converts to an item of eight bytes at most.
Status to_item(Thread& t, const ItemType* ty, Value v, char* out) {
  if (ty->is_char) {
    if (!is_str(v)) return RAISE(TypeError, "array item must be a unicode character, not %T", v);
    if (v.as<Str>()->length != 1) return RAISE(TypeError, "array item must be a unicode character, not a string of length %lu", v.as<Str>()->length);
    uint32_t c = v.as<Str>()->at(0);
    memcpy(out, &c, 4);
    return {};
  }
  if (ty->is_float) {
    double d = TRY(to_double(t, v));
    float f = static_cast<float>(d);
    if (ty->size == 4) memcpy(out, &f, 4);
    else memcpy(out, &d, 8);
    return {};
  }
  Value i = TRY(to_index(t, v));
  if (ty->is_signed) {
    int64_t n;
    if (i.is_int()) {
      n = i.as_int();
    } else {
      Result<int64_t> r = to_int64(t, i);
      if (!r.ok()) {
        clear_exc(t);
        return RAISE(OverflowError, "%s", ty->size == 8 ? ty->high : kLongHigh);
      }
      n = r.value();
    }
    if (n < ty->min) return RAISE(OverflowError, "%s", ty->low);
    if (n > static_cast<int64_t>(ty->max)) return RAISE(OverflowError, "%s", ty->high);
    memcpy(out, &n, 8);  // the low bytes stand first
    return {};
  }
  uint64_t n;
  if (i.is_int()) {
    if (i.as_int() < 0) return RAISE(OverflowError, "%s", ty->low);
    n = static_cast<uint64_t>(i.as_int());
  } else {
    Result<bool> negative = compare_bool(t, CompareOp::LT, i, small_int(0));
    if (!negative.ok()) return Error{};
    if (negative.value()) return RAISE(OverflowError, "%s", ty->size >= 4 ? ty->low : kLongHigh);
    Result<uint64_t> r = to_uint64(t, i);
    if (!r.ok()) {
      clear_exc(t);
      return RAISE(OverflowError, "%s", ty->size == 8 ? ty->high : ty->size == 4 ? "Python int too large to convert to C unsigned long" : kLongHigh);
    }
    n = r.value();
  }
  if (n > ty->max) return RAISE(OverflowError, "%s", ty->high);
  memcpy(out, &n, 8);
  return {};
}

Status check_resizable(Thread& t, ArrayObject* o) {
  if (LIKELY(o->exports == 0)) return {};
  TRY(drop_dead_exports(t, o, o->exports));
  if (o->exports == 0) return {};
  return RAISE(BufferError, "cannot resize an array that is exporting buffers");
}
Status resize(Thread& t, ArrayObject* o, int64_t n) {
  if (n == o->size) return {};
  TRY(check_resizable(t, o));
  if (n > o->cap || n < o->cap / 2) {
    int64_t cap = n ? n + (n >> 4) + (o->size < 8 ? 3 : 7) : 0;
    if (cap > INT64_MAX / 16 || (n > o->cap && o->size == 0)) cap = n;
    if (n > INT64_MAX / 16) return raise_memory(t);
    if (cap == 0) {
      if (o->items) heap().free_raw(o->items, static_cast<size_t>(o->cap * o->item->size));
      o->items = nullptr;
    } else {
      void* p = o->items ? heap().reallocate_raw(o->items, static_cast<size_t>(o->cap * o->item->size), static_cast<size_t>(cap * o->item->size))
                         : heap().allocate_raw(static_cast<size_t>(cap * o->item->size));
      if (!p) return raise_memory(t);
      o->items = static_cast<char*>(p);
    }
    o->cap = cap;
  }
  o->size = n;
  return {};
}
Result<ArrayObject*> new_array(Thread& t, Type* cls, const ItemType* item, int64_t n) {
  ArrayObject* o = TRY(alloc_as<ArrayObject>(t, cls));
  o->item = item;
  TRY(resize(t, o, n));
  return o;
}
// Puts n raw items in place of [from, to). The source must not lie in the array.
Status replace_range(Thread& t, ArrayObject* o, int64_t from, int64_t to, const char* with, int64_t n) {
  int64_t size = o->size, more = n - (to - from), width = o->item->size;
  if (more > 0) {
    TRY(resize(t, o, size + more));
    memmove(at(o, to + more), at(o, to), static_cast<size_t>((size - to) * width));
  } else if (more < 0) {
    TRY(check_resizable(t, o));
    memmove(at(o, to + more), at(o, to), static_cast<size_t>((size - to) * width));
    TRY(resize(t, o, size + more));
  }
  if (n) memcpy(at(o, from), with, static_cast<size_t>(n * width));
  return {};
}
Status append(Thread& t, ArrayObject* o, Value v) {
  char item[8];
  TRY(to_item(t, o->item, v, item));
  TRY(resize(t, o, o->size + 1));
  memcpy(at(o, o->size - 1), item, static_cast<size_t>(o->item->size));
  return {};
}

// ---- buffer
Status array_get_buffer(Thread&, Object* self, Buffer& out, bool) {
  ArrayObject* o = static_cast<ArrayObject*>(self);
  out.data = o->items ? o->items : const_cast<char*>("");
  out.size = o->size * o->item->size;
  out.itemsize = o->item->size;
  out.format = o->item->format;
  out.readonly = false;
  o->exports++;
  return {};
}
void array_release_buffer(Object* self, Buffer&) { static_cast<ArrayObject*>(self)->exports--; }
constexpr BufferProcs k_buffer = {array_get_buffer, array_release_buffer};

// ---- making
Status append_text(Thread& t, ArrayObject* o, Str* s) {
  int64_t old = o->size;
  TRY(resize(t, o, old + static_cast<int64_t>(s->length)));
  for (uint64_t i = 0; i < s->length; i++) {
    uint32_t c = s->at(i);
    memcpy(at(o, old + static_cast<int64_t>(i)), &c, 4);
  }
  return {};
}
Status append_bytes(Thread& t, ArrayObject* o, std::string_view b) {
  if (b.size() % static_cast<size_t>(o->item->size)) return RAISE(ValueError, "bytes length not a multiple of item size");
  return replace_range(t, o, o->size, o->size, b.data(), static_cast<int64_t>(b.size()) / o->item->size);
}
Status extend(Thread& t, ArrayObject* o, Value v) {
  if (is_array(v)) {
    ArrayObject* from = v.as<ArrayObject>();
    if (from->item != o->item) return RAISE(TypeError, "can only extend with array of same kind");
    int64_t n = from->size, old = o->size;
    TRY(resize(t, o, old + n));
    if (n) memcpy(at(o, old), from->items, static_cast<size_t>(n * o->item->size));
    return {};
  }
  Value it = TRY(get_iter(t, v));
  return iterate(t, it, [&](Value x) { return append(t, o, x); });
}

Result<Value> array_new(Thread& t, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, "array.array", a[0], g_array, kwnames));
  uint32_t given = a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  if (given < 1) return RAISE(TypeError, "array() takes at least 1 argument (0 given)");
  if (given > 2) return RAISE(TypeError, "array() takes at most 2 arguments (%u given)", given);
  if (!is_str(a[1])) return RAISE(TypeError, "array() argument 1 must be a unicode character, not %T", a[1]);
  if (a.as<Str>(1)->length != 1) return RAISE(TypeError, "array() argument 1 must be a unicode character, not a string of length %lu", a.as<Str>(1)->length);
  uint32_t code = a.as<Str>(1)->at(0);
  Value init = given > 1 ? a[2] : Value();
  const ItemType* item = find_type(code);
  if (code == 'u') TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "The 'u' type code is deprecated and will be removed in Python 3.16"));
  if (init && !(item && item->is_char)) {
    if (is_str(init)) return RAISE(TypeError, "cannot use a str to initialize an array with typecode '%c'", static_cast<int>(code));
    if (is_array(init) && init.as<ArrayObject>()->item->is_char)
      return RAISE(TypeError, "cannot use a unicode array to initialize an array with typecode '%c'", static_cast<int>(code));
  }
  if (!item) return RAISE(ValueError, "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)");
  ArrayObject* o = TRY(new_array(t, a.as<Type>(0), item, 0));
  if (!init) return o;
  if (is_str(init)) {
    TRY(append_text(t, o, init.as<Str>()));
  } else if (is_bytes(init) || is_bytearray(init)) {
    TRY(append_bytes(t, o, bytes_view(init)));
  } else if (is_array(init) && init.as<ArrayObject>()->item == item) {
    TRY(extend(t, o, init));
  } else {
    Value source = IS_EXACT(init, list) || IS_EXACT(init, tuple) ? init : TRY(get_iter(t, init));
    TRY(iterate(t, source, [&](Value x) { return append(t, o, x); }));
  }
  return o;
}

// ---- sequence operations
Result<Value> array_len(Thread&, Args a) { return small_int(self_of(a)->size); }
bool is_index(Value v) { return is_int(v) || type_of(v)->dunder(D_index); }

Result<Value> array_getitem(Thread& t, Args a) {
  ArrayObject* o = self_of(a);
  if (is_index(a[1])) {
    int64_t i = TRY(checked_index(t, a[1], o->size, "array index out of range"));
    if (i >= o->size) return RAISE(IndexError, "array index out of range");
    return get_value(t, o, i);
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "array indices must be integers");
  SliceParts parts = TRY(slice_parts(t, a.as<SliceObject>(1)));
  IndexRange r = fit_slice(parts, o->size);
  ArrayObject* out = TRY(new_array(t, g_array, o->item, r.count));
  size_t width = static_cast<size_t>(o->item->size);
  if (r.step == 1 && r.count) memcpy(out->items, at(o, r.start), static_cast<size_t>(r.count) * width);
  else for (int64_t i = 0, k = r.start; i < r.count; i++, k += r.step) memcpy(at(out, i), at(o, k), width);
  return out;
}

Result<Value> set_or_delete(Thread& t, Args a, Value v) {
  ArrayObject* o = self_of(a);
  if (is_index(a[1])) {
    int64_t i = TRY(checked_index(t, a[1], o->size, "array assignment index out of range"));
    char item[8];
    if (v) TRY(to_item(t, o->item, v, item));
    // The __index__ of either may have shortened the array.
    if (i >= o->size) return RAISE(IndexError, "array assignment index out of range");
    if (v) memcpy(at(o, i), item, static_cast<size_t>(o->item->size));
    else TRY(replace_range(t, o, i, i + 1, nullptr, 0));
    return kNone;
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "array indices must be integers");
  if (v && !is_array(v)) return RAISE(TypeError, "can only assign array (not \"%T\") to array slice", v);
  SliceParts parts = TRY(slice_parts(t, a.as<SliceObject>(1)));
  IndexRange r = fit_slice(parts, o->size);
  ArrayObject* from = v ? v.as<ArrayObject>() : nullptr;
  if (from && from->item != o->item) return RAISE(TypeError, "bad argument type for built-in operation");
  ByteBuilder copy;  // of the array itself
  const char* source = from ? from->items : nullptr;
  int64_t n = from ? from->size : 0;
  if (from == o) {
    copy.append(raw(o).data(), raw(o).size());
    if (copy.failed()) return raise_memory(t);
    source = reinterpret_cast<const char*>(copy.data());
  }
  if (r.step == 1) {
    if (r.stop < r.start) r.stop = r.start;
    TRY(replace_range(t, o, r.start, r.stop, source, n));
    return kNone;
  }
  size_t width = static_cast<size_t>(o->item->size);
  if (from && n) {
    if (n != r.count) return RAISE(ValueError, "attempt to assign array of size %ld to extended slice of size %ld", n, r.count);
    for (int64_t i = 0, k = r.start; i < n; i++, k += r.step) memcpy(at(o, k), source + i * static_cast<int64_t>(width), width);
    return kNone;
  }
  if (r.count == 0) return kNone;
  TRY(check_resizable(t, o));
  int64_t start = r.start, step = r.step;
  if (step < 0) {
    start += (r.count - 1) * step;
    step = -step;
  }
  int64_t q = start, next = start, left = r.count;
  for (int64_t i = start; i < o->size; i++) {
    if (left && i == next) {
      next += step;
      left--;
    } else {
      memmove(at(o, q++), at(o, i), width);
    }
  }
  TRY(resize(t, o, q));
  return kNone;
}
Result<Value> array_setitem(Thread& t, Args a) { return set_or_delete(t, a, a[2]); }
Result<Value> array_delitem(Thread& t, Args a) { return set_or_delete(t, a, Value()); }

Result<Value> array_add(Thread& t, Args a) {
  ArrayObject* o = self_of(a);
  if (!is_array(a[1])) return RAISE(TypeError, "can only append array (not \"%T\") to array", a[1]);
  ArrayObject* b = a.as<ArrayObject>(1);
  if (b->item != o->item) return RAISE(TypeError, "bad argument type for built-in operation");
  ArrayObject* r = TRY(new_array(t, g_array, o->item, o->size + b->size));
  std::string_view x = raw(o), y = raw(b);
  if (!x.empty()) memcpy(r->items, x.data(), x.size());
  if (!y.empty()) memcpy(r->items + x.size(), y.data(), y.size());
  return r;
}
Result<Value> array_iadd(Thread& t, Args a) {
  if (!is_array(a[1])) return RAISE(TypeError, "can only extend array with array (not \"%T\")", a[1]);
  TRY(extend(t, self_of(a), a[1]));
  return a[0];
}
Status repeat(Thread& t, ArrayObject* o, const ArrayObject* from, int64_t size, int64_t n) {
  int64_t total;
  if (n < 0) n = 0;
  if (__builtin_mul_overflow(size, n, &total)) return raise_memory(t);
  TRY(resize(t, o, total));
  size_t bytes = static_cast<size_t>(size * o->item->size);
  for (int64_t i = 0; bytes && i < n; i++)
    if (o != from || i) memcpy(o->items + static_cast<size_t>(i) * bytes, from->items, bytes);
  return {};
}
Result<Value> array_mul(Thread& t, Args a) {
  if (!is_index(a[1])) return RAISE(TypeError, "can't multiply sequence by non-int of type '%T'", a[1]);
  int64_t n = TRY(to_ssize(t, a[1]));
  ArrayObject* o = self_of(a);
  ArrayObject* r = TRY(new_array(t, g_array, o->item, 0));
  TRY(repeat(t, r, o, o->size, n));
  return r;
}
Result<Value> array_imul(Thread& t, Args a) {
  if (!is_index(a[1])) return RAISE(TypeError, "can't multiply sequence by non-int of type '%T'", a[1]);
  int64_t n = TRY(to_ssize(t, a[1]));
  TRY(repeat(t, self_of(a), self_of(a), self_of(a)->size, n));
  return a[0];
}

template <CompareOp op>
Result<Value> array_compare(Thread& t, Args a) {
  if (!is_array(a[1])) return kNotImplemented;
  ArrayObject *x = self_of(a), *y = a.as<ArrayObject>(1);
  if ((op == CompareOp::EQ || op == CompareOp::NE) && x->size != y->size) return Value::from_bool(op == CompareOp::NE);
  for (int64_t i = 0; i < x->size && i < y->size; i++) {
    Value u = TRY(get_value(t, x, i)), v = TRY(get_value(t, y, i));
    bool same = TRY(compare_bool(t, CompareOp::EQ, u, v));
    if (same) continue;
    if constexpr (op == CompareOp::EQ) return kFalse;
    if constexpr (op == CompareOp::NE) return kTrue;
    return compare(t, op, u, v);
  }
  return compare(t, op, small_int(x->size), small_int(y->size));
}

// Position of an equal item in [start, stop), or -1.
Result<int64_t> find(Thread& t, ArrayObject* o, Value v, int64_t start, int64_t stop) {
  for (int64_t i = start; i < stop && i < o->size; i++) {
    Value x = TRY(get_value(t, o, i));
    bool same = TRY(compare_bool(t, CompareOp::EQ, x, v));
    if (same) return i;
  }
  return -1;
}
Result<Value> array_contains(Thread& t, Args a) {
  int64_t i = TRY(find(t, self_of(a), a[1], 0, INT64_MAX));
  return Value::from_bool(i >= 0);
}
Result<Value> array_index(Thread& t, Args a) {
  ArrayObject* o = self_of(a);
  int64_t start = a[2] ? TRY(to_ssize_clamped(t, a[2])) : 0, stop = a[3] ? TRY(to_ssize_clamped(t, a[3])) : INT64_MAX;
  if (start < 0) start = start + o->size < 0 ? 0 : start + o->size;
  if (stop < 0) stop += o->size;
  int64_t i = TRY(find(t, o, a[1], start, stop));
  if (i < 0) return RAISE(ValueError, "array.index(x): x not in array");
  return small_int(i);
}
Result<Value> array_count(Thread& t, Args a) {
  int64_t n = 0;
  for (int64_t i = 0; i < self_of(a)->size; i++) {
    Value x = TRY(get_value(t, self_of(a), i));
    bool same = TRY(compare_bool(t, CompareOp::EQ, x, a[1]));
    n += same;
  }
  return small_int(n);
}

// ---- methods that change it
Result<Value> array_append(Thread& t, Args a) {
  TRY(append(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> array_extend(Thread& t, Args a) {
  TRY(extend(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> array_insert(Thread& t, Args a) {
  int64_t i = TRY(to_ssize(t, a[1]));
  ArrayObject* o = self_of(a);
  char item[8];
  TRY(to_item(t, o->item, a[2], item));
  if (i < 0) i = i + o->size < 0 ? 0 : i + o->size;
  if (i > o->size) i = o->size;
  TRY(replace_range(t, o, i, i, item, 1));
  return kNone;
}
Result<Value> array_pop(Thread& t, Args a) {
  int64_t i = a[1] ? TRY(to_ssize(t, a[1])) : -1;
  ArrayObject* o = self_of(a);
  if (o->size == 0) return RAISE(IndexError, "pop from empty array");
  if (i < 0) i += o->size;
  if (i < 0 || i >= o->size) return RAISE(IndexError, "pop index out of range");
  Value v = TRY(get_value(t, o, i));
  TRY(replace_range(t, o, i, i + 1, nullptr, 0));
  return v;
}
Result<Value> array_remove(Thread& t, Args a) {
  int64_t i = TRY(find(t, self_of(a), a[1], 0, INT64_MAX));
  if (i < 0) return RAISE(ValueError, "array.remove(x): x not in array");
  TRY(replace_range(t, self_of(a), i, i + 1, nullptr, 0));
  return kNone;
}
Result<Value> array_reverse(Thread&, Args a) {
  ArrayObject* o = self_of(a);
  size_t width = static_cast<size_t>(o->item->size);
  for (int64_t i = 0, j = o->size - 1; i < j; i++, j--) {
    char tmp[8];
    memcpy(tmp, at(o, i), width);
    memcpy(at(o, i), at(o, j), width);
    memcpy(at(o, j), tmp, width);
  }
  return kNone;
}
Result<Value> array_clear(Thread& t, Args a) {
  TRY(resize(t, self_of(a), 0));
  return kNone;
}
Result<Value> array_byteswap(Thread&, Args a) {
  ArrayObject* o = self_of(a);
  for (int64_t i = 0; i < o->size; i++)
    for (char *p = at(o, i), *q = p + o->item->size - 1; p < q; p++, q--) {
      char c = *p;
      *p = *q;
      *q = c;
    }
  return kNone;
}
Result<Value> array_copy(Thread& t, Args a) {
  ArrayObject* o = self_of(a);
  ArrayObject* r = TRY(new_array(t, g_array, o->item, o->size));
  if (o->size) memcpy(r->items, o->items, raw(o).size());
  return r;
}

// ---- conversions
Result<Value> array_tolist(Thread& t, Args a) {
  List* l = TRY(new_list(t, static_cast<size_t>(self_of(a)->size)));
  for (int64_t i = 0; i < self_of(a)->size; i++) TRY(list_append(t, l, TRY(get_value(t, self_of(a), i))));
  return l;
}
Result<Value> array_fromlist(Thread& t, Args a) {
  if (!is_list(a[1])) return RAISE(TypeError, "arg must be list");
  ArrayObject* o = self_of(a);
  List* l = a.as<List>(1);
  int64_t n = static_cast<int64_t>(l->size), old = o->size;
  TRY(resize(t, o, old + n));
  for (int64_t i = 0; i < n; i++) {
    char item[8];
    Status s = to_item(t, o->item, l->items[i], item);
    if (s.ok() && static_cast<int64_t>(l->size) != n) s = RAISE(RuntimeError, "list changed size during iteration");
    if (s.ok() && old + i >= o->size) s = RAISE(IndexError, "array assignment index out of range");
    if (!s.ok()) {
      Value e = take_exc(t);
      if (o->size > old && !resize(t, o, old).ok()) clear_exc(t);
      restore_exc(t, e);
      return Error{};
    }
    memcpy(at(o, old + i), item, static_cast<size_t>(o->item->size));
  }
  return kNone;
}
Result<Value> array_tobytes(Thread& t, Args a) { return TRY(new_bytes(t, raw(self_of(a)).data(), raw(self_of(a)).size())); }
Result<Value> array_frombytes(Thread& t, Args a) {
  ArrayObject* o = self_of(a);
  BufferHold in;
  TRY(in.get(t, a[1]));
  TRY(append_bytes(t, o, in.view()));
  return kNone;
}
Result<Value> array_tounicode(Thread& t, Args a) {
  ArrayObject* o = self_of(a);
  if (!o->item->is_char) return RAISE(ValueError, "tounicode() may only be called on unicode type arrays ('u' or 'w')");
  for (int64_t i = 0; i < o->size; i++) {
    uint32_t c = load<uint32_t>(at(o, i));
    if (c > 0x10FFFF) return RAISE(ValueError, "character U+%x is not in range [U+0000; U+10ffff]", c);
  }
  return TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(raw(o).data()), static_cast<size_t>(o->size)));
}
Result<Value> array_fromunicode(Thread& t, Args a) {
  ArrayObject* o = self_of(a);
  if (!is_str(a[1])) return RAISE(TypeError, "fromunicode() argument must be str, not %T", a[1]);
  if (!o->item->is_char) return RAISE(ValueError, "fromunicode() may only be called on unicode type arrays ('u' or 'w')");
  TRY(append_text(t, o, a.as<Str>(1)));
  return kNone;
}
Result<Value> array_fromfile(Thread& t, Args a) {
  int64_t n = TRY(to_ssize(t, a[2])), bytes;
  if (n < 0) return RAISE(ValueError, "negative count");
  if (__builtin_mul_overflow(n, static_cast<int64_t>(self_of(a)->item->size), &bytes)) return raise_memory(t);
  Value b = TRY(call_method(t, a[1], NAME("read"), TRY(make_int(t, bytes))));
  if (!is_bytes(b)) return RAISE(TypeError, "read() didn't return bytes");
  bool enough = static_cast<int64_t>(b.as<Bytes>()->size) == bytes;
  Keep keep(b);
  TRY(append_bytes(t, self_of(a), b.as<Bytes>()->view()));
  if (!enough) return RAISE(EOFError, "read() didn't return enough bytes");
  return kNone;
}
Result<Value> array_tofile(Thread& t, Args a) {
  Value write = TRY(get_attr(t, a[1], NAME("write")));
  constexpr size_t kBlock = 64 << 10;
  for (size_t pos = 0; pos < raw(self_of(a)).size();) {
    std::string_view part = raw(self_of(a)).substr(pos, kBlock);
    Value b = TRY(new_bytes(t, part.data(), part.size()));
    pos += part.size();
    TRY(call(t, write, b));
  }
  return kNone;
}
Result<Value> array_buffer_info(Thread& t, Args a) {
  Value address = TRY(make_uint(t, reinterpret_cast<uint64_t>(self_of(a)->items)));
  return TRY(make_tuple(t, address, small_int(self_of(a)->size)));
}

Result<Value> array_repr(Thread& t, Args a) {
  ArrayObject* o = self_of(a);
  Str* name = o->type()->name;
  if (o->size == 0) return TRY(str_format(t, "%U('%c')", name, o->item->code));
  Value v = o->item->is_char ? TRY(array_tounicode(t, a)) : TRY(array_tolist(t, a));
  return TRY(str_format(t, "%U('%c', %R)", name, o->item->code, v));
}

// ---- pickling
Result<Value> array_reduce_ex(Thread& t, Args a) {
  int protocol = TRY(to_cint(t, a[1]));
  ArrayObject* o = self_of(a);
  Opt dict = TRY(lookup_attr(t, a[0], NAME("__dict__")));
  Value state = dict ? dict.v : kNone;
  Value code = TRY(str_char(t, static_cast<uint32_t>(o->item->code)));
  if (protocol < 3) {
    Value items = TRY(array_tolist(t, a));
    return TRY(make_tuple(t, o->type(), TRY(make_tuple(t, code, items)), state));
  }
  Value f = TRY(import_attr(t, "array", "_array_reconstructor"));
  Value data = TRY(array_tobytes(t, a));
  return TRY(make_tuple(t, f, TRY(make_tuple(t, o->type(), code, small_int(o->item->machine), data)), state));
}

// What a machine format code means: kind of item, its size, and whether the bytes are big-endian.
struct Machine { char kind; int size; bool big; };
constexpr Machine k_machines[] = {{'u', 1, false}, {'s', 1, false}, {'u', 2, false}, {'u', 2, true}, {'s', 2, false}, {'s', 2, true}, {'u', 4, false}, {'u', 4, true},
                                  {'s', 4, false}, {'s', 4, true}, {'u', 8, false}, {'u', 8, true}, {'s', 8, false}, {'s', 8, true}, {'f', 4, false}, {'f', 4, true},
                                  {'f', 8, false}, {'f', 8, true}, {'c', 2, false}, {'c', 2, true}, {'c', 4, false}, {'c', 4, true}};

Result<Value> array_reconstructor(Thread& t, Args a) {
  if (!is_type(a[0])) return RAISE(TypeError, "first argument must be a type object, not %T", a[0]);
  if (!is_subtype(a.as<Type>(0), g_array)) return RAISE(TypeError, "%U is not a subtype of %U", a.as<Type>(0)->name.get(), g_array->name.get());
  if (!is_str(a[1]) || a.as<Str>(1)->length != 1) return RAISE(TypeError, "_array_reconstructor() argument 2 must be a unicode character, not %T", a[1]);
  const ItemType* item = find_type(a.as<Str>(1)->at(0));
  if (!item) return RAISE(ValueError, "second argument must be a valid type code");
  int machine = TRY(to_cint(t, a[2]));
  if (machine < 0 || machine > 21) return RAISE(ValueError, "third argument must be a valid machine format code.");
  if (!is_bytes(a[3])) return RAISE(TypeError, "fourth argument should be bytes, not %T", a[3]);
  std::string_view data = a.as<Bytes>(3)->view();
  const Machine& m = k_machines[machine];
  Value code = a[1];
  if (machine == item->machine) {
    Value r = TRY(call(t, a[0], code, a[3]));
    return r;
  }
  if (data.size() % static_cast<size_t>(m.size)) return RAISE(ValueError, "bytes length not a multiple of item size");
  // From another machine: item by item, as numbers; the type code may have another width there.
  List* l = TRY(new_list(t, data.size() / static_cast<size_t>(m.size)));
  if (m.kind == 'c') {
    Value text = TRY(call_method(t, a[3], NAME("decode"), TRY(new_str(t, m.size == 2 ? (m.big ? "utf-16-be" : "utf-16-le") : m.big ? "utf-32-be" : "utf-32-le"))));
    return call(t, a[0], code, text);
  }
  for (size_t i = 0; i < data.size(); i += static_cast<size_t>(m.size)) {
    uint64_t u = 0;
    for (int k = 0; k < m.size; k++) u |= static_cast<uint64_t>(static_cast<uint8_t>(data[i + static_cast<size_t>(m.big ? m.size - 1 - k : k)])) << (8 * k);
    Value v;
    if (m.kind == 'f') {
      uint32_t w = static_cast<uint32_t>(u);
      v = TRY(make_float(t, m.size == 4 ? load<float>(&w) : load<double>(&u)));
    } else if (m.kind == 's') {
      int shift = 64 - 8 * m.size;
      v = TRY(make_int(t, static_cast<int64_t>(u << shift) >> shift));
    } else {
      v = TRY(make_uint(t, u));
    }
    TRY(list_append(t, l, v));
  }
  // A type code of the same kind and width here, if the given one is not.
  char kind = item->is_float ? 'f' : item->is_signed ? 's' : 'u';
  if (kind != m.kind || item->size != m.size) {
    for (const ItemType& other : k_types)
      if (!other.is_char && (other.is_float ? 'f' : other.is_signed ? 's' : 'u') == m.kind && other.size == m.size) {
        code = TRY(str_char(t, static_cast<uint32_t>(other.code)));
        break;
      }
  }
  return call(t, a[0], code, l);
}

// ---- iterator
Result<Value> array_iter(Thread& t, Args a) {
  SeqIter* it = TRY(alloc<SeqIter>(t, g_iterator->root));
  it->seq.init(a[0]);
  return it;
}
Result<Value> iter_step(Thread& t, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (!it->seq) return Value();
  ArrayObject* arr = it->seq.get().as<ArrayObject>();
  if (static_cast<int64_t>(it->index) < arr->size) return get_value(t, arr, static_cast<int64_t>(it->index++));
  it->seq.clear();
  return Value();
}
Result<Value> iter_reduce(Thread& t, Args a) {
  Value f = TRY(frame_builtin(t, NAME("iter")));
  SeqIter* it = a.as<SeqIter>(0);
  if (!it->seq) return TRY(make_tuple(t, f, TRY(make_tuple(t, TRY(new_list(t))))));
  return TRY(make_tuple(t, f, TRY(make_tuple(t, it->seq.get())), small_int(static_cast<int64_t>(it->index))));
}
Result<Value> iter_setstate(Thread& t, Args a) {
  int64_t i = TRY(to_ssize(t, a[1]));
  SeqIter* it = a.as<SeqIter>(0);
  if (it->seq) {
    int64_t n = it->seq.get().as<ArrayObject>()->size;
    it->index = static_cast<uint64_t>(i < 0 ? 0 : i > n ? n : i);
  }
  return kNone;
}
constexpr MethodDef k_iter_methods[] = {
    {"__reduce__", iter_reduce, "($self, /)", "For copying and pickling."},
    {"__setstate__", iter_setstate, "($self, state, /)", "Sets the index."},
};

Result<Value> get_typecode(Thread& t, Value self) { return TRY(str_char(t, static_cast<uint32_t>(self.as<ArrayObject>()->item->code))); }
Result<Value> get_itemsize(Thread&, Value self) { return small_int(self.as<ArrayObject>()->item->size); }
Result<Value> array_sizeof(Thread& t, Args a) { return make_int(t, self_of(a)->type()->basicsize + self_of(a)->cap * self_of(a)->item->size); }

constexpr GetSetDef k_getsets[] = {
    {"typecode", get_typecode, nullptr, "The type code that the array was made with."},
    {"itemsize", get_itemsize, nullptr, "The size of an item in bytes."},
};
constexpr MethodDef k_methods[] = {
    {"__new__", array_new, nullptr, "array(typecode[, initializer])", MethodKind::kNew},
    {"__repr__", array_repr, "($self, /)", "Text that makes an equal array."},
    {"__len__", array_len, "($self, /)", "The number of items."},
    {"__getitem__", array_getitem, "($self, key, /)", "An item or a part."},
    {"__setitem__", array_setitem, "($self, key, value, /)", "Sets an item, or replaces a part by an array."},
    {"__delitem__", array_delitem, "($self, key, /)", "Deletes an item or a part."},
    {"__contains__", array_contains, "($self, key, /)", "Whether an item is equal."},
    {"__iter__", array_iter, "($self, /)", "Iterates over the items."},
    {"__add__", array_add, "($self, value, /)", "Both arrays, one after the other."},
    {"__iadd__", array_iadd, "($self, value, /)", "Appends an array."},
    {"__mul__", array_mul, "($self, value, /)", "Repeated so many times."},
    {"__rmul__", array_mul, "($self, value, /)", "Repeated so many times."},
    {"__imul__", array_imul, "($self, value, /)", "Repeats the contents."},
    {"__eq__", array_compare<CompareOp::EQ>, "($self, value, /)", "Whether the items are equal."},
    {"__ne__", array_compare<CompareOp::NE>, "($self, value, /)", "The opposite of __eq__."},
    {"__lt__", array_compare<CompareOp::LT>, "($self, value, /)", "Lexicographic order."},
    {"__le__", array_compare<CompareOp::LE>, "($self, value, /)", "Lexicographic order."},
    {"__gt__", array_compare<CompareOp::GT>, "($self, value, /)", "Lexicographic order."},
    {"__ge__", array_compare<CompareOp::GE>, "($self, value, /)", "Lexicographic order."},
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the items."},
    {"__release_buffer__", release_buffer_dunder, "($self, buffer, /)", "Releases a memoryview that __buffer__ made."},
    {"__copy__", array_copy, "($self, /)", "A copy."},
    {"__deepcopy__", array_copy, "($self, unused, /)", "A copy."},
    {"__reduce_ex__", array_reduce_ex, "($self, value, /)", "For pickling."},
    {"__sizeof__", array_sizeof, "($self, /)", "Bytes of the object and its items."},
    {"__class_getitem__", class_getitem, "($type, object, /)", "A generic alias: array[int].", MethodKind::kClassMethod},
    {"append", array_append, "($self, v, /)", "Adds an item at the end."},
    {"buffer_info", array_buffer_info, "($self, /)", "(address, number of items)."},
    {"byteswap", array_byteswap, "($self, /)", "Reverses the bytes of each item."},
    {"clear", array_clear, "($self, /)", "Removes all items."},
    {"count", array_count, "($self, v, /)", "How often a value occurs."},
    {"extend", array_extend, "($self, bb, /)", "Adds the items of an array of the same type, or of an iterable."},
    {"frombytes", array_frombytes, "($self, buffer, /)", "Adds items given by their bytes."},
    {"fromfile", array_fromfile, "($self, f, n, /)", "Adds n items read from a file."},
    {"fromlist", array_fromlist, "($self, list, /)", "Adds the items of a list."},
    {"fromunicode", array_fromunicode, "($self, ustr, /)", "Adds the characters of a str."},
    {"index", array_index, "($self, v, start=0, stop=sys.maxsize, /)", "The index of the first equal item; ValueError."},
    {"insert", array_insert, "($self, i, v, /)", "Puts an item before index i."},
    {"pop", array_pop, "($self, i=-1, /)", "Removes an item and returns it."},
    {"remove", array_remove, "($self, v, /)", "Removes the first equal item."},
    {"reverse", array_reverse, "($self, /)", "Reverses the order in place."},
    {"tobytes", array_tobytes, "($self, /)", "The items' bytes."},
    {"tofile", array_tofile, "($self, f, /)", "Writes the items' bytes to a file."},
    {"tolist", array_tolist, "($self, /)", "The items as a list."},
    {"tounicode", array_tounicode, "($self, /)", "The characters as a str."},
};
constexpr MethodDef k_functions[] = {
    {"_array_reconstructor", array_reconstructor, "(arraytype, typecode, mformat_code, items, /)", "Makes an array from its pickled form.", MethodKind::kFunction},
};

}  // namespace

template <> struct LayoutTraits<ArrayObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ArrayObject* o) {
    if (o->items) heap().free_raw(o->items, static_cast<size_t>(o->cap * o->item->size));
  }
};
static const TypeSpec k_array_spec = {.doc = "array(typecode[, initializer]): a sequence of numbers or characters of one C type.", .methods = k_methods, .getsets = k_getsets,
                                      .buffer = &k_buffer, .layout = &kLayout<ArrayObject>, .flags = kTypeBase | kTypeWeakrefable | kTypeSequence, .unhashable = "array.array"};
static const TypeSpec k_iter_spec = {.doc = "Iterator over an array.", .methods = k_iter_methods, .iternext = iter_step, .flags = kTypeDisallowInstantiation};

static bool g_registered = false;  // with this interpreter's collections.abc
static Status array_exec(Thread& t, Module* m) {
  if (!g_array) {
    g_array = TRY(make_native_type(t, "array.array", nullptr, k_array_spec));
    TypeSpec* spec = new TypeSpec(k_iter_spec);
    spec->layout = KAA_TYPE(bytes_iterator)->layout;
    g_iterator = TRY(make_native_type(t, "array.arrayiterator", nullptr, *spec));
    own_state("array", &g_registered, sizeof g_registered);
  }
  if (!g_registered) {
    g_registered = true;
    Value abc = TRY(import_module(t, "collections.abc"));
    Value seq = TRY(get_attr(t, abc, NAME("MutableSequence")));
    TRY(call_method(t, seq, NAME("register"), Value(g_array)));
  }
  TRY(module_add(t, m, "array", g_array));
  TRY(module_add(t, m, "ArrayType", g_array));
  char codes[sizeof k_types / sizeof k_types[0] + 1] = {};
  for (size_t i = 0; i < sizeof k_types / sizeof k_types[0]; i++) codes[i] = k_types[i].code;
  return module_add(t, m, "typecodes", TRY(new_str(t, codes)));
}

extern const ModuleDef array_module = {"array", "Arrays of numbers.", k_functions, array_exec};

}  // namespace kaa
