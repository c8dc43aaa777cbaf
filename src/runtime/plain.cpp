#include "runtime/plain.h"

#include "base/hash.h"

namespace kaa {

namespace {
constexpr int64_t kExact = int64_t{1} << 53;  // ints up to here are doubles without rounding
// An exact float, or an int that a double holds exactly.
inline bool as_double(Value v, double* d) {
  if (v.is_float_word()) { *d = v.float_word(); return true; }
  if (v.is_int()) { *d = static_cast<double>(v.as_int()); return v.as_int() >= -kExact && v.as_int() <= kExact; }
  if (v == kPosZero || v == kNegZero) { *d = 0.0; return true; }
  if (IS_EXACT(v, float)) { *d = v.as<FloatObject>()->value; return true; }
  return false;
}
}  // namespace

int plain_equal_slow(Value a, Value b, int depth) {
  if (a == b) return kSame;
  if (a.is_object() && b.is_object()) {
    Shape *x = a.object()->shape, *y = b.object()->shape;
    if (x == KAA_SHAPE(str)) return y == x ? str_equal(a.as<Str>(), b.as<Str>()) : y == KAA_SHAPE(tuple) ? kDiffer : kAsk;
    if (x == KAA_SHAPE(bytes) && y == x) return a.as<Bytes>()->view() == b.as<Bytes>()->view();
    if (x == KAA_SHAPE(tuple) && y == x) {
      Tuple *u = a.as<Tuple>(), *v = b.as<Tuple>();
      if (u->size != v->size || depth == 0) return kAsk;  // items in common are compared even then
      for (uint64_t i = 0; i < u->size; i++) {
        Value p = u->items[i], q = v->items[i];
        if (p == q) continue;
        if (p.is_int() && q.is_int()) return kDiffer;
        if (int r = plain_equal_slow(p, q, depth - 1); r != kSame) return r;
      }
      return kSame;
    }
    return kAsk;
  }
  double p, q;
  if (as_double(a, &p) && as_double(b, &q)) return p == q;
  // A str or tuple against a number, None, True and the like; None against those.
  auto other = [](Value o, Value word) { return !word.is_object() && (o.is_none() || IS_EXACT(o, str) || IS_EXACT(o, tuple)); };
  return other(a, b) || other(b, a) ? kDiffer : kAsk;
}

int plain_order_slow(Value a, Value b) {
  double x, y;
  if (as_double(a, &x) && as_double(b, &y)) return x < y ? -1 : x > y ? 1 : x == y ? 0 : kNoOrder;
  if (!a.is_object() || !b.is_object() || a.object()->shape != b.object()->shape) return kNoOrder;
  if (a.object()->shape == KAA_SHAPE(str)) return str_compare(a.as<Str>(), b.as<Str>());
  if (a.object()->shape == KAA_SHAPE(bytes)) {
    int order = a.as<Bytes>()->view().compare(b.as<Bytes>()->view());
    return order < 0 ? -1 : order > 0;
  }
  if (a.object()->shape == KAA_SHAPE(tuple)) {
    Tuple *u = a.as<Tuple>(), *v = b.as<Tuple>();
    uint64_t n = u->size < v->size ? u->size : v->size;
    for (uint64_t i = 0; i < n; i++) {
      Value p = u->items[i], q = v->items[i];
      if (p == q) continue;
      if (p.is_int() && q.is_int()) return p.as_int() < q.as_int() ? -1 : 1;
      int same = plain_equal_slow(p, q, kPlainDepth);
      if (same == kSame) continue;
      if (same == kAsk || IS_EXACT(p, tuple)) return kNoOrder;
      return plain_order_slow(p, q);
    }
    return u->size == v->size ? 0 : u->size < v->size ? -1 : 1;
  }
  return kNoOrder;
}

[[gnu::noinline]] static bool tuple_hash_slow(Tuple* u, int64_t* h, int depth) {
  if (depth == 0) return false;
  TupleHash th;
  for (uint64_t i = 0; i < u->size; i++) {
    int64_t x;
    if (!plain_hash(u->items[i], &x, depth - 1)) return false;
    th.add(x);
  }
  *h = th.finish(static_cast<int64_t>(u->size));
  return true;
}
// The loop calls nothing, so that it needs no stack frame.
bool plain_tuple_hash(Tuple* u, int64_t* h, int depth) {
  TupleHash th;
  for (const Value *p = u->items, *end = p + u->size; p < end; p++) {
    Value item = *p;
    int64_t x;
    if (LIKELY(item.is_int())) x = small_int_hash(item.as_int());
    else if (LIKELY(IS_EXACT(item, str) && item.as<Str>()->hash != 0)) x = item.as<Str>()->hash;
    else return tuple_hash_slow(u, h, depth);
    th.add(x);
  }
  *h = th.finish(static_cast<int64_t>(u->size));
  return true;
}

bool plain_hash(Value v, int64_t* h, int depth) {
  if (v.is_int()) { *h = small_int_hash(v.as_int()); return true; }
  if (v.is_float_word()) { *h = hash_double(v.float_word()); return true; }
  if (!v.is_object()) {
    if (!v.is_bool() && !v.is_none()) return false;
    *h = v.is_none() ? kNoneHash : v == kTrue;
    return true;
  }
  Shape* s = v.object()->shape;
  if (s == KAA_SHAPE(str)) { *h = str_hash(v.as<Str>()); return true; }
  if (s == KAA_SHAPE(frozenset)) { *h = hash_of_frozenset(v.as<Set>()); return true; }
  if (s == KAA_SHAPE(bytes)) { *h = hash_of_bytes(v.as<Bytes>()); return true; }
  if (s == KAA_SHAPE(tuple)) return plain_tuple_hash(v.as<Tuple>(), h, depth);
  if (s->type->dunder(D_hash) != KAA_TYPE(object)->dunder(D_hash)) return false;
  *h = identity_hash(v);
  return true;
}

}  // namespace kaa
