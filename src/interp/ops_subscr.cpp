// Subscripts and slices.
#include "interp/interp.h"
#include "types/dict.h"
#include "types/list.h"

namespace kaa {

// ---- subscripts
static Result<Value> subscript(Thread& t, Value o, Value key) {
  if (IS_EXACT(o, dict)) {
    Opt v = TRY(dict_get(t, o.as<Dict>(), key));
    if (v) return v.v;
    return raise_class(t, KAA_TYPE(KeyError), key);
  }
  return get_item(t, o, key);
}
// A __getitem__ or __setitem__ written in Python runs in the loop.
static inline Value python_item_method(Value o, Dunder d) {
  if (!o.is_object() || !o.object()->type()->has(kTypeHeap)) return Value();
  Value m = o.object()->type()->dunder(d);
  return m && IS_EXACT(m, function) ? m : Value();
}
// A subscript of a str, bytes or bytearray that is there; empty: not that simple.
static inline Value text_item(Value o, int64_t i) {
  if (IS_EXACT(o, str)) {
    Str* s = o.as<Str>();
    if (i < 0) i += static_cast<int64_t>(s->length);
    if (UNLIKELY(static_cast<uint64_t>(i) >= s->length)) return Value();
    uint32_t c = s->at(static_cast<size_t>(i));
    return LIKELY(c < 256) ? Value(interp().latin1[c]) : Value();
  }
  if (!IS_EXACT(o, bytes) && !IS_EXACT(o, bytearray)) return Value();
  bool fixed = IS_EXACT(o, bytes);
  int64_t n = static_cast<int64_t>(fixed ? o.as<Bytes>()->size : o.as<ByteArray>()->size);
  if (i < 0) i += n;
  if (UNLIKELY(static_cast<uint64_t>(i) >= static_cast<uint64_t>(n))) return Value();
  return Value::from_int(static_cast<uint8_t>((fixed ? o.as<Bytes>()->data() : o.as<ByteArray>()->data)[i]));
}
// The place of item i of a list or tuple that has it, else null.
static inline Value* sequence_item(Object* o, int64_t i) {
  Shape* s = o->shape;
  if (LIKELY(s == KAA_SHAPE(list))) {
    List* l = static_cast<List*>(o);
    i += (i >> 63) & static_cast<int64_t>(l->size);
    if (LIKELY(static_cast<uint64_t>(i) < l->size)) return &l->items[i];
  } else if (s == KAA_SHAPE(tuple)) {
    Tuple* u = static_cast<Tuple*>(o);
    i += (i >> 63) & static_cast<int64_t>(u->size);
    if (LIKELY(static_cast<uint64_t>(i) < u->size)) return &u->items[i];
  }
  return nullptr;
}
static inline Value* list_item(Object* o, int64_t i) {
  if (UNLIKELY(o->shape != KAA_SHAPE(list))) return nullptr;
  List* l = static_cast<List*>(o);
  i += (i >> 63) & static_cast<int64_t>(l->size);
  return LIKELY(static_cast<uint64_t>(i) < l->size) ? &l->items[i] : nullptr;
}

#define LOAD_SUBSCR_SLOW(NAME, KEY)                                                                    \
  SLOW(NAME) {                                                                                         \
    Value o = r[pc->b], key = KEY;                                                                     \
    SAVE();                                                                                            \
    if (key.is_int()) {                                                                                \
      if (Value v = text_item(o, key.as_int())) { r[pc->a] = v; NEXT(1); }                             \
    }                                                                                                  \
    if (IS_EXACT(o, dict)) STORE_RESULT(pc->a, subscript(*t, o, key), 1);                              \
    if (IS_EXACT(key, slice) && IS_EXACT(o, list)) STORE_RESULT(pc->a, list_get_subscript(*t, o.as<List>(), key), 1); \
    if (Value m = python_item_method(o, D_getitem)) {                                                  \
      Frame* nf = call_special(*t, f, m, o, key, Value(), pc->a, pc + 1, kReturnPlain);                \
      if (UNLIKELY(!nf)) FAIL();                                                                       \
      ENTER(nf);                                                                                       \
    }                                                                                                  \
    STORE_RESULT(pc->a, get_item(*t, o, key), 1);                                                      \
  }
LOAD_SUBSCR_SLOW(LOAD_SUBSCR, r[pc->c])
LOAD_SUBSCR_SLOW(LOAD_SUBSCR_I, Value::from_int(static_cast<int16_t>(pc->c)))
HANDLER(LOAD_SUBSCR) {
  Value o = r[pc->b], key = r[pc->c];
  if (LIKELY(key.is_int() && o.is_object()))
    if (Value* p = sequence_item(o.object(), key.as_int()); LIKELY(p != nullptr)) { r[pc->a] = *p; NEXT(1); }
  GO_SLOW(LOAD_SUBSCR);
}
HANDLER(LOAD_SUBSCR_I) {
  Value o = r[pc->b];
  if (LIKELY(o.is_object()))
    if (Value* p = sequence_item(o.object(), static_cast<int16_t>(pc->c)); LIKELY(p != nullptr)) { r[pc->a] = *p; NEXT(1); }
  GO_SLOW(LOAD_SUBSCR_I);
}

#define STORE_SUBSCR_SLOW(NAME, KEY)                                                                   \
  SLOW(NAME) {                                                                                         \
    Value o = r[pc->a], key = KEY, v = r[pc->c];                                                       \
    SAVE();                                                                                            \
    if (key.is_int() && o.is_object()) {                                                               \
      if (Value* p = list_item(o.object(), key.as_int())) {                                            \
        Value old = *p;                                                                                \
        inc_into(v, o.object());                                                                       \
        *p = v;                                                                                        \
        dec(old);                                                                                      \
        NEXT(1);                                                                                       \
      }                                                                                                \
    }                                                                                                  \
    if (key.is_int() && v.is_int() && IS_EXACT(o, bytearray)) {                                        \
      ByteArray* b = o.as<ByteArray>();                                                                \
      int64_t i = key.as_int();                                                                        \
      if (i < 0) i += static_cast<int64_t>(b->size);                                                   \
      if (LIKELY(static_cast<uint64_t>(i) < b->size && static_cast<uint64_t>(v.as_int()) < 256)) {     \
        b->data[i] = static_cast<char>(v.as_int());                                                    \
        NEXT(1);                                                                                       \
      }                                                                                                \
    }                                                                                                  \
    if (Value m = python_item_method(o, D_setitem)) {                                                  \
      Frame* nf = call_special(*t, f, m, o, key, v, 0, pc + 1, kReturnDiscard);                        \
      if (UNLIKELY(!nf)) FAIL();                                                                       \
      ENTER(nf);                                                                                       \
    }                                                                                                  \
    Status s = IS_EXACT(o, dict) ? dict_set(*t, o.as<Dict>(), key, v) : set_item(*t, o, key, v);       \
    if (UNLIKELY(!s.ok())) FAIL();                                                                     \
    NEXT(1);                                                                                           \
  }
STORE_SUBSCR_SLOW(STORE_SUBSCR, r[pc->b])
STORE_SUBSCR_SLOW(STORE_SUBSCR_I, Value::from_int(static_cast<int16_t>(pc->b)))
HANDLER(STORE_SUBSCR) {
  Value o = r[pc->a], key = r[pc->b];
  if (LIKELY(key.is_int() && o.is_object()))
    if (Value* p = list_item(o.object(), key.as_int()); LIKELY(p && store_quick(p, *p, r[pc->c]))) NEXT(1);
  GO_SLOW(STORE_SUBSCR);
}
HANDLER(STORE_SUBSCR_I) {
  Value o = r[pc->a];
  if (LIKELY(o.is_object()))
    if (Value* p = list_item(o.object(), static_cast<int16_t>(pc->b)); LIKELY(p && store_quick(p, *p, r[pc->c]))) NEXT(1);
  GO_SLOW(STORE_SUBSCR_I);
}
HANDLER(DEL_SUBSCR) {
  SAVE();
  if (!del_item(*t, r[pc->a], r[pc->b]).ok()) FAIL();
  NEXT(1);
}
static Result<Value> make_slice(Thread& t, Value start, Value stop, Value step) {
  SliceObject* s = TRY(alloc<SliceObject>(t, KAA_SHAPE(slice)));
  s->start.init(start);
  s->stop.init(stop);
  s->step.init(step);
  return s;
}
// A bound of a slice as a position within n items; false: it is no int and not None.
static inline bool slice_bound(Value v, int64_t n, int64_t missing, int64_t* out) {
  if (v.is_none()) { *out = missing; return true; }
  if (!v.is_int()) return false;
  int64_t i = v.as_int();
  if (i < 0) i += n;
  *out = i < 0 ? 0 : i > n ? n : i;
  return true;
}
static Result<Value> load_slice(Thread& t, Value o, Value start, Value stop) {
  int64_t a, b;
  if (IS_EXACT(o, str)) {
    int64_t n = static_cast<int64_t>(o.as<Str>()->length);
    if (slice_bound(start, n, 0, &a) && slice_bound(stop, n, n, &b)) return TRY(str_substr(t, o.as<Str>(), static_cast<size_t>(a), static_cast<size_t>(b)));
  } else if (IS_EXACT(o, list)) {
    int64_t n = static_cast<int64_t>(o.as<List>()->size);
    if (slice_bound(start, n, 0, &a) && slice_bound(stop, n, n, &b)) {
      return TRY(list_slice(t, o.as<List>(), a, b));
    }
  }
  Value s = TRY(make_slice(t, start, stop, kNone));
  return get_item(t, o, s);
}
HANDLER(LOAD_SLICE) { SAVE(); STORE_RESULT(pc->a, load_slice(*t, r[pc->b], r[pc->c], r[pc->c + 1]), 1); }
static Status store_slice(Thread& t, Value o, Value v, Value start, Value stop) {
  if (IS_EXACT(o, list) && (IS_EXACT(v, list) || IS_EXACT(v, tuple))) {
    int64_t n = static_cast<int64_t>(o.as<List>()->size), a, b;
    if (slice_bound(start, n, 0, &a) && slice_bound(stop, n, n, &b)) return list_assign_slice(t, o.as<List>(), a, b < a ? a : b, v);
  }
  Value s = TRY(make_slice(t, start, stop, kNone));
  return set_item(t, o, s, v);
}
HANDLER(STORE_SLICE) {
  SAVE();
  if (!store_slice(*t, r[pc->a], r[pc->b], r[pc->c], r[pc->c + 1]).ok()) FAIL();
  NEXT(1);
}
HANDLER(BUILD_SLICE) { SAVE(); STORE_RESULT(pc->a, make_slice(*t, r[pc->b], r[pc->b + 1], pc->c == 3 ? r[pc->b + 2] : kNone), 1); }

}  // namespace kaa
