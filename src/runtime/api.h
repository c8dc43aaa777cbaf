// The native API: what types and modules are written against. All functions that take Thread& may allocate, raise, or run Python.
//
// References: keep Values and object pointers in C++ locals freely (the native stack is scanned); never in malloc memory or statics (use Root<T>).
// Inside heap objects use Field<T>. A buffer pointer (list items, str data) does not keep its owner alive: hold the owner in a Keep, and reload
// pointers and sizes after anything that takes Thread&.
// New objects come zero-filled from alloc<T>(); fill their fields with init() before the next allocation where a zero field would not be valid.
#pragma once
#include <string.h>

#include <string_view>

#include "objects/exceptions.h"
#include "objects/layout.h"
#include "runtime/native.h"

namespace kaa {

// Something that may be absent without an error: Result<Opt>.
struct Opt {
  Value v;
  explicit operator bool() const { return !v.is_empty(); }
};

// ---- raising. The format knows: %s char*, %d int, %ld int64_t, %lu uint64_t, %c code point, %g double, %% and
//   %T Value: its type's name        %N Type*: its name        %U Str*: its text       %S Value: str() of it      %R Value: repr() of it     %A ascii()
// %.200s style precisions are accepted and apply to s, U, T, N.
Error raise(Thread& t, Type* exc_type, const char* fmt, ...);
#define RAISE(exc, ...) ::kaa::raise(t, KAA_TYPE(exc), __VA_ARGS__)  // return RAISE(TypeError, "...")
Error raise_value(Thread& t, Value exception);                        // an exception object; sets __context__
Error raise_class(Thread& t, Type* exc_type, Value arg);              // exc_type(arg); empty arg: exc_type()
Error raise_memory(Thread& t);
Error raise_os_error(Thread& t, int err, Value filename = Value(), Value filename2 = Value());  // OSError subclass of errno
Error raise_stop_iteration(Thread& t, Value value = Value());
Error raise_type_error_operands(Thread& t, const char* op, Value a, Value b);
bool exc_matches(Thread& t, Type* exc_type);                          // the exception being raised is an instance
Value take_exc(Thread& t);                                            // takes the exception being raised off the thread
void clear_exc(Thread& t);
void restore_exc(Thread& t, Value e);                                 // puts it back as it was
Status warn(Thread& t, Type* category, int stacklevel, const char* fmt, ...);
void write_unraisable_in(Thread& t, const char* what, Value who);  // likewise: "Exception ignored in <what> <repr of who>", without an object
void write_unraisable(Thread& t, Value where, const char* what = nullptr);  // sys.unraisablehook for the exception being raised

// ---- allocation. Size classes count in bytes; `extra` bytes come behind the struct.
Result<Object*> alloc_object(Thread& t, Shape* shape, size_t size);   // zero-filled behind the header; MemoryError
template <class T>
Result<T*> alloc(Thread& t, Shape* shape, size_t extra = 0) {
  Object* o = t.heap->allocate(shape, sizeof(T) + extra);
  if (UNLIKELY(!o)) return raise_memory(t);
  memset(static_cast<void*>(o + 1), 0, sizeof(T) + extra - sizeof(Object));
  return static_cast<T*>(o);
}
// An instance of `type` (which may be a subclass) whose native part is T, with `extra` bytes of items; its attributes are empty.
Result<Object*> alloc_instance(Thread& t, Type* type, size_t items_bytes = 0);
template <class T>
Result<T*> alloc_as(Thread& t, Type* type, size_t items_bytes = 0) { return static_cast<T*>(TRY(alloc_instance(t, type, items_bytes))); }

// ---- numbers
Result<Value> box_float(Thread& t, double d);
inline Result<Value> make_float(Thread& t, double d) {
  Value v = Value::try_float(d);
  if (LIKELY(!v.is_empty())) return v;
  return box_float(t, d);
}
Result<Value> make_big(Thread& t, int64_t i);    // outside the 62 bits
Result<Value> make_big_u(Thread& t, uint64_t i);
inline Result<Value> make_int(Thread& t, int64_t i) { return LIKELY(Value::fits_int(i)) ? Result<Value>(Value::from_int(i)) : make_big(t, i); }
inline Result<Value> make_uint(Thread& t, uint64_t i) { return i <= static_cast<uint64_t>(Value::kMaxInt) ? Result<Value>(Value::from_int(static_cast<int64_t>(i))) : make_big_u(t, i); }
inline Value small_int(int64_t i) { return Value::from_int(i); }  // i must fit 62 bits
inline bool is_exact_float(Value v) { return v.is_float_word() || v == kPosZero || v == kNegZero || IS_EXACT(v, float); }
inline bool is_float_constant(Value v) { return v == kPosZero || v == kNegZero; }
bool is_float(Value v);                          // instance of float, subclasses included
double float_value(Value v);                     // of an is_float value
inline bool is_big(Value v) { return v.is_object() && v.object()->type() == KAA_TYPE(int); }
bool is_int(Value v);                            // instance of int: small, boxed, bool, subclasses
inline bool is_exact_int(Value v) { return v.is_int() || IS_EXACT(v, int); }
Result<Value> int_binary(Thread& t, BinaryOp op, Value a, Value b);  // a op b of two ints; NotImplemented for matmul
Result<Value> to_index(Thread& t, Value v);      // operator.index(): an exact int; TypeError "'X' object cannot be interpreted as an integer"
Result<int64_t> to_int64(Thread& t, Value v);    // through __index__; OverflowError "Python int too large to convert to C long"
Result<int64_t> to_ssize(Thread& t, Value v);    // through __index__; OverflowError "cannot fit 'int' into an index-sized integer"
Result<int64_t> to_ssize_clamped(Thread& t, Value v);  // the same, saturating
Result<uint64_t> to_uint64(Thread& t, Value v);
Result<uint64_t> to_uint64_mask(Thread& t, Value v);   // modulo 2^64
Result<int> to_cint(Thread& t, Value v);         // OverflowError "Python int too large to convert to C int" / "signed integer is greater than maximum"
Result<Value> int_from_literal(Thread& t, std::string_view text);  // digits as the compiler writes them: decimal or 0x..., with sign
Result<double> to_double(Thread& t, Value v);    // float, __float__ or __index__; TypeError "must be real number, not X"

// ---- text and bytes
Result<Str*> new_str(Thread& t, std::string_view utf8);           // text known to be valid UTF-8 (or WTF-8: lone surrogates)
Result<Str*> new_str_ascii(Thread& t, const char* p, size_t n);   // ASCII
Result<Str*> alloc_str(Thread& t, size_t length, uint32_t max_char);  // uninitialised characters of the kind that max_char needs
Result<Str*> str_from_ucs4(Thread& t, const uint32_t* p, size_t n);
Result<Str*> str_from_ucs(Thread& t, int kind, const void* p, size_t n, bool narrow = true);  // narrow: look for the smallest kind
Result<Str*> str_char(Thread& t, uint32_t cp);
Result<Str*> str_format(Thread& t, const char* fmt, ...);         // formats as raise()
Result<Str*> str_concat(Thread& t, Str* a, Str* b);
Result<Value> str_append_inplace(Thread& t, Str* a, Str* b);         // a += b, both exact: extends a's buffer where it can
Result<Value> make_interpolation(Thread& t, Value value, Value expr, int conversion, Value spec);
Result<Value> make_template(Thread& t, Value strings, Value interpolations);
Result<Str*> str_substr(Thread& t, Str* s, size_t start, size_t end);
Result<Str*> intern(Thread& t, Str* s);                           // the interned string equal to s; immortal: for names
Result<Str*> intern_weak(Thread& t, Str* s);                      // sys.intern(): lives as long as it is used
Str* intern_name(const char* ascii);                              // immortal; for names in code
bool str_equal(const Str* a, const Str* b);
bool str_equal_ascii(const Str* a, std::string_view b);
int str_compare(const Str* a, const Str* b);                      // by code points: -1, 0, 1
int64_t str_hash(Str* s);
// UTF-8 of a str. Borrowed for ASCII strings, else in `storage`. UnicodeEncodeError for lone surrogates.
class Utf8 {
 public:
  Utf8() = default;
  ~Utf8();
  Utf8(const Utf8&) = delete;
  const char* data = nullptr;   // NUL-terminated
  size_t size = 0;
  std::string_view view() const { return {data, size}; }
 private:
  friend Status str_utf8(Thread&, Str*, Utf8&, bool surrogates_allowed);
  char* storage_ = nullptr;     // malloc; null: not needed
  char short_[48];              // most texts that are not ASCII fit here
  Value owner_;
};
Status str_utf8(Thread& t, Str* s, Utf8& out, bool surrogates_allowed = false);
inline bool is_str(Value v) { return v.is_object() && v.object()->type()->has(kTypeStr); }   // subclasses included
inline bool is_exact_str(Value v) { return IS_EXACT(v, str); }
Result<Bytes*> new_bytes(Thread& t, const void* p, size_t n);     // p null: uninitialised
inline bool is_bytes(Value v) { return v.is_object() && v.object()->type()->has(kTypeBytes); }
#define NAME(text) (__extension__({ static ::kaa::Str* _n; if (UNLIKELY(!_n)) _n = ::kaa::intern_name(text); _n; }))  // interned, immortal

// ---- buffers
Status get_buffer(Thread& t, Value v, Buffer& out, bool writable = false);  // TypeError "a bytes-like object is required, not 'X'"
bool has_buffer(Value v);
void release_buffer(Buffer& b);
// Gets a contiguous buffer for a scope.
class BufferHold {
 public:
  BufferHold() = default;
  ~BufferHold() { if (held_) release_buffer(b); }
  BufferHold(const BufferHold&) = delete;
  Status get(Thread& t, Value v, bool writable = false) { TRY(get_buffer(t, v, b, writable)); held_ = true; return {}; }
  const char* data() const { return static_cast<const char*>(b.data); }
  size_t size() const { return static_cast<size_t>(b.size); }
  std::string_view view() const { return {data(), size()}; }
  Buffer b;
 private:
  bool held_ = false;
};

// ---- containers
Result<Tuple*> new_tuple(Thread& t, size_t n);                    // items empty: fill each with tuple_init before anything else can see it
inline void tuple_init(Tuple* u, size_t i, Value v) { u->items[i] = v; inc_into(v, u); }
Result<Tuple*> tuple_of(Thread& t, const Value* p, size_t n);
template <class... V> Result<Tuple*> make_tuple(Thread& t, V... v) { Value a[] = {Value(v)...}; return tuple_of(t, a, sizeof...(v)); }
Result<Tuple*> tuple_from(Thread& t, Value iterable);
Result<List*> new_list(Thread& t, size_t capacity = 0);           // empty
Result<List*> list_of(Thread& t, const Value* p, size_t n);
Result<List*> list_from(Thread& t, Value iterable);
Status list_append(Thread& t, List* l, Value v);
Status list_extend(Thread& t, List* l, Value iterable);
inline bool is_list(Value v) { return v.is_object() && v.object()->type()->has(kTypeList); }
inline bool is_tuple(Value v) { return v.is_object() && v.object()->type()->has(kTypeTuple); }
inline bool is_dict(Value v) { return v.is_object() && v.object()->type()->has(kTypeDict); }
inline bool is_type(Value v) { return v.is_object() && v.object()->type()->has(kTypeType); }
inline bool is_exception(Value v) { return v.is_object() && v.object()->type()->has(kTypeException); }
inline bool is_exception_class(Value v) { return is_type(v) && v.as<Type>()->has(kTypeException); }
Result<Dict*> new_dict(Thread& t);
Result<Opt> dict_get(Thread& t, Dict* d, Value key);
Result<Opt> dict_get_hashed(Thread& t, Dict* d, Value key, int64_t hash);
Value dict_get_str(Dict* d, Str* key);                            // no error possible; empty when absent (also when d has a non-str key that would equal it by its own __eq__)
Status dict_set(Thread& t, Dict* d, Value key, Value v);
Status dict_set_hashed(Thread& t, Dict* d, Value key, int64_t hash, Value v);
inline Status dict_set_str(Thread& t, Dict* d, const char* key, Value v) { return dict_set(t, d, intern_name(key), v); }
Result<Opt> dict_pop(Thread& t, Dict* d, Value key);              // removes; empty when absent
void dict_clear(Dict* d);
Result<Dict*> dict_copy(Thread& t, Dict* d);
Status dict_update(Thread& t, Dict* d, Value mapping_or_pairs);
uint32_t dict_keys_version(Dict* d);                              // a number that changes when keys or their positions do; 0: none can be given
int64_t dict_index_str(Dict* d, Str* key);                        // position in entries, or -1
// for (DictEntry* e = nullptr; (e = dict_next(d, &pos)); )
inline DictEntry* dict_next(Dict* d, uint32_t* pos) {
  while (*pos < d->fill) { DictEntry* e = &d->entries[(*pos)++]; if (e->key) return e; }
  return nullptr;
}
Result<Set*> new_set(Thread& t, bool frozen = false);
Status set_add(Thread& t, Set* s, Value v);
Result<bool> set_contains(Thread& t, Set* s, Value v);
inline bool is_any_set(Value v) { return is_instance(v, KAA_TYPE(set)) || is_instance(v, KAA_TYPE(frozenset)); }

// ---- attributes
Result<Value> get_attr(Thread& t, Value o, Str* name);
Result<Opt> lookup_attr(Thread& t, Value o, Str* name);           // a missing attribute is no error
Status set_attr(Thread& t, Value o, Str* name, Value v);          // empty v: delete
Value type_lookup(Type* ty, Str* name);                           // along the mro; borrowed; empty when absent
Result<Opt> lookup_special(Thread& t, Value o, Str* name);        // on the type, bound to o
Result<Value> generic_get_attr(Thread& t, Value o, Str* name);    // object.__getattribute__
Result<Opt> generic_lookup_attr(Thread& t, Value o, Str* name);
Status generic_set_attr(Thread& t, Value o, Str* name, Value v);
Result<Value> get_dict_attr(Thread& t, Value o);                  // o.__dict__ of an instance with attributes of its own (made a Dict)
Status set_dict_attr(Thread& t, Value o, Value d);
Result<Value> import_attr(Thread& t, const char* module, const char* name);
Result<Value> import_module(Thread& t, const char* name);

// ---- calling
Result<Value> call_args(Thread& t, Value f, const Value* a, size_t n, Tuple* kwnames = nullptr);
template <class... V> Result<Value> call(Thread& t, Value f, V... v) {
  Value a[sizeof...(v) + 1] = {Value(v)...};
  return call_args(t, f, a, sizeof...(v));
}
// The function that o.name() calls with o before its arguments, where it is one of the type's that needs no binding; else empty: get_attr() decides.
Value unbound_method(Value o, Str* name);
// self.name(v...), without a bound method in between where there need be none: one of an object whose death can be seen would be looked for at once, too.
// (Not inline: words of the arguments' array that the caller does not come to write would be stale ones in its frame.)
template <class... V>
[[gnu::noinline]] Result<Value> call_method(Thread& t, Value self, Str* name, V... v) {
  if (Value f = unbound_method(self, name)) return call(t, f, self, v...);
  Value m = TRY(get_attr(t, self, name));
  return call(t, m, v...);
}
Result<Value> call_tuple(Thread& t, Value f, Tuple* args, Dict* kwargs);
// Calls special method d of o's type with o and up to two further arguments; the caller has seen that it exists.
Result<Value> call_dunder(Thread& t, Dunder d, Value o, Value a = Value(), Value b = Value());
bool is_callable(Value v);

// ---- abstract operations
Result<Value> binary_op(Thread& t, BinaryOp op, Value a, Value b);
Result<Value> inplace_op(Thread& t, BinaryOp op, Value a, Value b);
Result<Value> compare(Thread& t, CompareOp op, Value a, Value b);
Result<bool> compare_bool(Thread& t, CompareOp op, Value a, Value b);
Result<bool> equal(Thread& t, Value a, Value b);                  // identity first, then ==
Result<bool> truth(Thread& t, Value v);
Result<int64_t> hash(Thread& t, Value v);
Result<Str*> repr(Thread& t, Value v);
Result<Str*> str(Thread& t, Value v);
Result<Str*> ascii(Thread& t, Value v);
Result<Value> format(Thread& t, Value v, Str* spec);
Result<int64_t> length(Thread& t, Value v);
Result<int64_t> length_hint(Thread& t, Value v, int64_t fallback);
Result<Value> get_item(Thread& t, Value o, Value key);
Status set_item(Thread& t, Value o, Value key, Value v);
Status del_item(Thread& t, Value o, Value key);
Result<bool> contains(Thread& t, Value container, Value item);
Result<Value> get_iter(Thread& t, Value v);
Result<Opt> iter_next(Thread& t, Value it);                       // empty: exhausted, no exception
Result<Value> unary_neg(Thread& t, Value v);
Result<Value> unary_pos(Thread& t, Value v);
Result<Value> unary_invert(Thread& t, Value v);
Result<bool> isinstance(Thread& t, Value o, Value cls);
Result<bool> issubclass(Thread& t, Value c, Value cls);
Result<bool> generic_isinstance(Thread& t, Value o, Value cls);   // without the hooks of cls's metaclass
Result<bool> generic_issubclass(Thread& t, Value c, Value cls);
Result<Value> generic_alias(Thread& t, Value origin, Value args); // types.GenericAlias(origin, args)
Result<int64_t> int_hash(Thread& t, Value i);                     // of any int
Result<Value> power(Thread& t, Value a, Value b, Value mod);
int64_t identity_hash(Value v);
int64_t object_id(Value v);
Result<Value> id_value(Thread& t, Value v);
// The function of the iterator's type that gives the next item, for a loop that calls it as iter_next() does; null: call iter_next(). What the function leaves
// at the end, or after an error, iter_ended() looks at.
using IterNext = Result<Value> (*)(Thread&, Object*);
inline IterNext iter_function(Thread& t, Value it) { return LIKELY(it.is_object() && !IS_EXACT(it, generator) && t.native_ok()) ? type_of(it)->iternext : nullptr; }
Status iter_ended(Thread& t);
// Long native loops call it now and then: signals, collection, handover. top: where the scan of the native stack may begin (handlers know), or null.
Status safepoint(Thread& t, const void* top = nullptr);
// Calls fn(Value) -> Status for each item that is left of an iterator.
template <class F>
Status each_next(Thread& t, Value it, F&& fn) {
  if (IterNext next = iter_function(t, it)) {
    for (;;) {
      if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) TRY(safepoint(t));
      Result<Value> v = next(t, it.object());
      if (UNLIKELY(!v.ok())) return iter_ended(t);
      TRY(fn(v.value()));
    }
  }
  for (;;) {
    Opt v = TRY(iter_next(t, it));
    if (!v) return {};
    TRY(fn(v.v));
  }
}
// The same for an iterable; lists and tuples are walked in place.
template <class F>
Status iterate(Thread& t, Value iterable, F&& fn) {
  if (IS_EXACT(iterable, list)) {
    for (uint64_t i = 0; i < iterable.as<List>()->size; i++) TRY(fn(iterable.as<List>()->items[i]));
    return {};
  }
  if (IS_EXACT(iterable, tuple)) {
    for (uint64_t i = 0; i < iterable.as<Tuple>()->size; i++) TRY(fn(iterable.as<Tuple>()->items[i]));
    return {};
  }
  Value it = TRY(get_iter(t, iterable));
  return each_next(t, it, fn);
}

// ---- recursion, safepoints, blocking
// Native recursion: TRY(native_enter(t, " while getting the repr of an object")) where a native function can call itself through Python objects.
inline Status native_enter(Thread& t, const char* where = "") { if (LIKELY(t.native_ok())) return {}; return RAISE(RecursionError, "maximum recursion depth exceeded%s", where); }
void enter_blocking(Thread& t);                                   // before a call that may wait: other threads may run
void leave_blocking(Thread& t);
class Blocking {
 public:
  explicit Blocking(Thread& t) : t_(t) { enter_blocking(t); }
  ~Blocking() { leave_blocking(t_); }
 private:
  Thread& t_;
};
// repr of containers: true when this object's repr is already running (then print [...] ).
bool repr_enter(Thread& t, Object* o);
void repr_leave(Thread& t, Object* o);

}  // namespace kaa
