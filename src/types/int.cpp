// The int representation and the conversions of api.h. Operators are in int_ops.cpp, methods in int_methods.cpp, text in int_text.cpp.
#include "types/int.h"

#include <math.h>

#include "base/hash.h"
#include "types/dict.h"

namespace kaa {

// ---- making
Result<IntObject*> int_alloc(Thread& t, int64_t limbs) {
  if (limbs > kMaxLimbs) return raise_memory(t);
  Object* o = t.heap->allocate_deferred(KAA_SHAPE(int), sizeof(IntObject) + static_cast<size_t>(limbs) * 8);
  if (UNLIKELY(!o)) return raise_memory(t);
  IntObject* i = static_cast<IntObject*>(o);
  i->size = 0;
  return i;
}

// The word for a number of at most one limb, or empty.
static inline Value small_of(const mp_limb_t* limbs, int64_t size) {
  if (size == 0) return Value::from_int(0);
  if (size == 1 && limbs[0] <= static_cast<uint64_t>(Value::kMaxInt)) return Value::from_int(static_cast<int64_t>(limbs[0]));
  if (size == -1 && limbs[0] <= static_cast<uint64_t>(Value::kMaxInt) + 1) return Value::from_int(static_cast<int64_t>(0 - limbs[0]));
  return Value();
}

Result<Value> int_from_big(Thread& t, BigView v) {
  if (Value s = small_of(v.limbs, v.size)) return s;
  int64_t n = v.length();
  IntObject* o = TRY(int_alloc(t, n));
  for (int64_t i = 0; i < n; i++) o->limbs[i] = v.limbs[i];
  o->size = v.size;
  return o;
}

Result<Value> int_finish(Thread& t, IntObject* o, int64_t size) {
  int64_t n = big_normalise(o->limbs, size < 0 ? -size : size);
  size = size < 0 ? -n : n;
  if (Value s = small_of(o->limbs, size)) return s;
  o->size = size;
  return o;
}

Result<Value> make_big(Thread& t, int64_t i) {
  SmallBig b(i);
  return int_from_big(t, b);
}
Result<Value> make_big_u(Thread& t, uint64_t i) {
  mp_limb_t l = i;
  return int_from_big(t, {&l, i != 0});
}

Error raise_big_status(Thread& t, BigStatus s) {
  switch (s) {
    case BigStatus::kDivideByZero: return RAISE(ZeroDivisionError, "division by zero");
    case BigStatus::kOverflow: return RAISE(OverflowError, "int too large to convert to float");
    case BigStatus::kNegative: return RAISE(OverflowError, "can't convert negative int to unsigned");
    case BigStatus::kNotInvertible: return RAISE(ValueError, "base is not invertible for the given modulus");
    default: return raise_memory(t);
  }
}

Poll thread_poll(Thread& t) {
  return {[](void* p) { return !(static_cast<Thread*>(p)->poll.load(std::memory_order_relaxed) & (kPollSignal | kPollAsyncExc)); }, &t};
}

// ---- kinds
bool is_int(Value v) { return v.is_int() || v.is_bool() || (v.is_object() && v.object()->type()->has(kTypeInt)); }
bool is_float(Value v) { return v.is_float_word() || is_float_constant(v) || (v.is_object() && (IS_EXACT(v, float) || is_subtype(v.object()->type(), KAA_TYPE(float)))); }
double float_value(Value v) {
  if (LIKELY(v.is_float_word())) return v.float_word();
  if (v == kPosZero) return 0.0;
  if (v == kNegZero) return -0.0;
  return v.as<FloatObject>()->value;
}
Value int_exact_small(Value v) {
  if (v.is_int()) return v;
  if (!v.is_object()) return Value::from_int(v == kTrue);
  return small_of(v.as<IntObject>()->limbs, v.as<IntObject>()->size);
}
Result<Value> int_exact(Thread& t, Value v) {
  if (is_exact_int(v)) return v;
  if (!v.is_object()) return Value::from_int(v == kTrue);
  return int_from_big(t, {v.as<IntObject>()->limbs, v.as<IntObject>()->size});
}

Result<int64_t> int_hash(Thread&, Value v) {
  if (LIKELY(v.is_int())) return small_int_hash(v.as_int());
  AnyInt a(v);
  return big_hash(a);
}

// ---- conversions
// The result of __index__ or __int__, which must be an int; a subclass is on its way out.
Result<Value> check_int_result(Thread& t, Value r, const char* method) {
  if (LIKELY(is_exact_int(r))) return r;
  if (!is_int(r)) return RAISE(TypeError, "%s returned non-int (type %.200T)", method, r);
  TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
           "%s returned non-int (type %.200T).  The ability to return an instance of a strict subclass of int is deprecated, and may be removed in a "
           "future version of Python.", method, r));
  return int_exact(t, r);
}

Result<Value> to_index(Thread& t, Value v) {
  if (LIKELY(v.is_int())) return v;
  if (is_int(v)) return int_exact(t, v);
  if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "'%.200T' object cannot be interpreted as an integer", v);
  Value r = TRY(call_dunder(t, D_index, v));
  return check_int_result(t, r, "__index__");
}

Result<int64_t> to_int64(Thread& t, Value v) {
  if (LIKELY(v.is_int())) return v.as_int();
  Value i = TRY(to_index(t, v));
  int64_t r;
  if (!int_fits64(i, &r)) return RAISE(OverflowError, "Python int too large to convert to C long");
  return r;
}
Result<int64_t> to_ssize(Thread& t, Value v) {
  if (LIKELY(v.is_int())) return v.as_int();
  Value i = TRY(to_index(t, v));
  int64_t r;
  if (!int_fits64(i, &r)) return RAISE(OverflowError, "cannot fit '%.200T' into an index-sized integer", v);
  return r;
}
Result<int64_t> to_ssize_clamped(Thread& t, Value v) {
  if (LIKELY(v.is_int())) return v.as_int();
  Value i = TRY(to_index(t, v));
  int64_t r;
  if (!int_fits64(i, &r)) return int_is_negative(i) ? INT64_MIN : INT64_MAX;
  return r;
}
Result<uint64_t> to_uint64(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  if (int_is_negative(i)) return RAISE(OverflowError, "can't convert negative value to unsigned int");
  AnyInt a(i);
  uint64_t r;
  if (!big_to_uint64(a, &r)) return RAISE(OverflowError, "Python int too large to convert to C unsigned long");
  return r;
}
Result<uint64_t> to_uint64_mask(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  AnyInt a(i);
  BigView b = a;
  if (b.is_zero()) return uint64_t{0};
  return b.is_negative() ? 0 - b.limbs[0] : b.limbs[0];
}
Result<int> to_cint(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  int64_t r;
  if (!int_fits64(i, &r) || r != static_cast<int>(r)) return RAISE(OverflowError, "Python int too large to convert to C int");
  return static_cast<int>(r);
}

Result<double> int_to_double(Thread& t, Value v) {
  if (LIKELY(v.is_int())) return static_cast<double>(v.as_int());
  AnyInt a(v);
  double d;
  if (!big_to_double(a, &d)) return RAISE(OverflowError, "int too large to convert to float");
  return d;
}

Result<Value> int_from_double(Thread& t, double d) {
  if (d >= -0x1p61 && d < 0x1p61) return Value::from_int(static_cast<int64_t>(d));
  if (isnan(d)) return RAISE(ValueError, "cannot convert float NaN to integer");
  if (isinf(d)) return RAISE(OverflowError, "cannot convert float infinity to integer");
  mp_limb_t limbs[kDoubleLimbs];
  int64_t n = big_from_double(limbs, d);
  return int_from_big(t, {limbs, n});
}

// What v.__float__() gives.
Result<double> float_by_method(Thread& t, Value v) {
  Value r = TRY(call_dunder(t, D_float, v));
  if (is_exact_float(r)) return float_value(r);
  if (!is_float(r)) return RAISE(TypeError, "%.50T.__float__ returned non-float (type %.50T)", v, r);
  TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
           "%.50T.__float__ returned non-float (type %.50T).  The ability to return an instance of a strict subclass of float is deprecated, and may "
           "be removed in a future version of Python.", v, r));
  return float_value(r);
}
Result<double> to_double(Thread& t, Value v) {
  if (LIKELY(v.is_float_word())) return v.float_word();
  if (is_exact_float(v)) return float_value(v);
  if (v.is_int() || v.is_bool() || IS_EXACT(v, int)) return int_to_double(t, v);
  if (is_float(v)) return float_value(v);
  Type* ty = type_of(v);
  if (ty->dunder(D_float)) return float_by_method(t, v);
  if (ty->dunder(D_index)) {
    Value i = TRY(to_index(t, v));
    return int_to_double(t, i);
  }
  return RAISE(TypeError, "must be real number, not %.50T", v);
}

// ---- comparison of any ints
int int_compare(Value a, Value b) {
  if (a.is_int() && b.is_int()) return (a.as_int() > b.as_int()) - (a.as_int() < b.as_int());
  AnyInt x(a), y(b);
  return big_compare(x, y);
}
int compare_int_float(Value i, double d) {
  if (isnan(d)) return kUnordered;
  if (i.is_int()) {
    int64_t n = i.as_int();
    if (n >= -(int64_t{1} << 53) && n <= (int64_t{1} << 53)) {
      double x = static_cast<double>(n);
      return (x > d) - (x < d);
    }
  }
  AnyInt a(i);
  return big_compare_double(a, d);
}

}  // namespace kaa
