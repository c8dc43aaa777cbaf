// Sums and products of many numbers: fsum, sumprod, prod, and the norm behind hypot and dist.
#include <vector>

#include "modules/math/math_util.h"
#include "types/iter_inl.h"

namespace kaa {

// The Euclidean norm: squares are taken without error (fma), summed in two doubles after scaling by a power of two, and the root gets one
// Newton step from the remaining error. Correctly rounded in nearly all cases.
double vector_norm(const double* v, size_t n, double max, bool found_nan) {
  if (isinf(max)) return max;
  if (found_nan) return NAN;
  if (max == 0 || n <= 1) return max;
  int e;
  frexp(max, &e);
  double up = 1.0;
  if (e < -1023) {  // subnormals: make them normal first
    constexpr double kTiny = 0x1p-1022;
    up = kTiny;
    frexp(max / kTiny, &e);
  }
  double scale = ldexp(1.0, -e), sum = 1.0, low1 = 0, low2 = 0;
  for (size_t i = 0; i < n; i++) {
    double x = fabs(v[i]) / up * scale;
    Double2 p = two_product(x, x), s = fast_two_sum(sum, p.hi);
    sum = s.hi;
    low1 += p.lo;
    low2 += s.lo;
  }
  double h = sqrt(sum - 1.0 + (low1 + low2));
  Double2 p = two_product(-h, h), s = fast_two_sum(sum, p.hi);
  sum = s.hi;
  low1 += p.lo;
  low2 += s.lo;
  h += (sum - 1.0 + (low1 + low2)) / (2.0 * h);
  return h / scale * up;
}

// Shewchuk's adaptive summation: the partials do not overlap and add up to the exact sum, which is rounded once.
Result<Value> math_fsum(Thread& t, Args a) {
  std::vector<double> partials;
  double special = 0, infinities = 0;
  TRY(iterate(t, a[0], [&](Value item) -> Status {
    double x = LIKELY(item.is_float_word()) ? item.float_word() : TRY(to_double(t, item)), given = x;
    size_t n = 0;
    for (double y : partials) {
      if (fabs(x) < fabs(y)) std::swap(x, y);
      Double2 s = fast_two_sum(x, y);
      if (s.lo != 0) partials[n++] = s.lo;
      x = s.hi;
    }
    partials.resize(n);
    if (x == 0) return {};
    if (!isfinite(x)) {
      if (isfinite(given)) return RAISE(OverflowError, "intermediate overflow in fsum");
      if (isinf(given)) infinities += given;
      special += given;
      partials.clear();
    } else {
      partials.push_back(x);
    }
    return {};
  }));
  if (special != 0) {
    if (isnan(infinities)) return RAISE(ValueError, "-inf + inf in fsum");
    return make_float(t, special);
  }
  double hi = 0, lo = 0;
  size_t n = partials.size();
  if (n > 0) {
    hi = partials[--n];
    while (n > 0) {
      Double2 s = fast_two_sum(hi, partials[--n]);
      hi = s.hi;
      lo = s.lo;
      if (lo != 0) break;
    }
    // A remainder of half a unit: the next partial decides to which side.
    if (n > 0 && ((lo < 0 && partials[n - 1] < 0) || (lo > 0 && partials[n - 1] > 0))) {
      double y = lo * 2, x = hi + y;
      if (y == x - hi) hi = x;
    }
  }
  return make_float(t, hi);
}

namespace {

struct Triple { double hi = 0, lo = 0, tiny = 0; };
Triple add_product(double x, double y, Triple total) {
  Double2 p = two_product(x, y), s = two_sum(total.hi, p.hi), r1 = two_sum(total.lo, p.lo), r2 = two_sum(r1.hi, s.lo);
  return {s.hi, r2.hi, total.tiny + r1.lo + r2.lo};
}
double triple_value(Triple v) {
  Double2 last = two_sum(v.lo, v.tiny), total = two_sum(v.hi, last.hi);
  return total.hi + (total.lo + last.lo);
}

// The running total of sumprod: ints as long as products fit 64 bits, floats in triple precision, and any Python object.
struct ProductSum {
  Value total = small_int(0);
  int64_t ints = 0;
  bool ints_used = false, ints_done = false, floats_used = false, floats_done = false;
  Triple floats;

  Status flush_ints(Thread& t) {
    if (!ints_used) return {};
    Value v = TRY(make_int(t, ints));
    total = TRY(binary_op(t, BinaryOp::ADD, total, v));
    ints = 0;
    ints_used = false;
    return {};
  }
  Status flush_floats(Thread& t) {
    if (!floats_used) return {};
    Value v = TRY(make_float(t, triple_value(floats)));
    total = TRY(binary_op(t, BinaryOp::ADD, total, v));
    floats = {};
    floats_used = false;
    return {};
  }
  Status add(Thread& t, Value p, Value q) {
    if (!ints_done) {
      int64_t prod, sum;
      if (p.is_int() && q.is_int() && !__builtin_mul_overflow(p.as_int(), q.as_int(), &prod) && !__builtin_add_overflow(ints, prod, &sum)) {
        ints = sum;
        ints_used = true;
        return {};
      }
      // What follows the first pair of other numbers is summed as Python would.
      TRY(flush_ints(t));
      if (!(is_exact_int(p) && is_exact_int(q))) ints_done = true;
    }
    if (!floats_done) {
      double x, y;
      bool pf = is_exact_float(p), qf = is_exact_float(q);
      bool pi = is_exact_int(p) || p.is_bool(), qi = is_exact_int(q) || q.is_bool();
      if ((pf || pi) && (qf || qi) && (pf || qf)) {
        Result<double> from = pf ? Result<double>(float_value(p)) : int_to_double(t, p), to = qf ? Result<double>(float_value(q)) : int_to_double(t, q);
        if (from.ok() && to.ok()) {
          x = from.value();
          y = to.value();
          Triple sum = add_product(x, y, floats);
          if (isfinite(sum.hi)) {
            floats = sum;
            floats_used = true;
            return {};
          }
        } else {
          clear_exc(t);
        }
      }
      // The first pair that is no plain float ends this: what follows is added one by one, in order.
      TRY(flush_floats(t));
      floats_done = true;
    }
    Value v = TRY(binary_op(t, BinaryOp::MUL, p, q));
    total = TRY(binary_op(t, BinaryOp::ADD, total, v));
    return {};
  }
};

}  // namespace

Result<Value> math_sumprod(Thread& t, Args a) {
  Value p = TRY(get_iter(t, a[0])), q = TRY(get_iter(t, a[1]));
  ProductSum sum;
  for (;;) {
    Value x, y;
    int more = iter_step(t, p, &x), same = more < 0 ? more : iter_step(t, q, &y);
    if (same < 0) return Error{};
    if (more != same) return RAISE(ValueError, "Inputs are not the same length");
    if (!more) break;
    TRY(sum.add(t, x, y));
  }
  TRY(sum.flush_ints(t));
  TRY(sum.flush_floats(t));
  return sum.total;
}

Result<Value> math_prod(Thread& t, Args a) {
  Value r = a[1] ? a[1] : small_int(1);
  Value it = TRY(get_iter(t, a[0]));
  TRY(each_next(t, it, [&](Value v) -> Status {
    int64_t p;
    if (r.is_int() && v.is_int() && !__builtin_mul_overflow(r.as_int(), v.as_int(), &p)) r = TRY(make_int(t, p));
    else if (r.is_float_word() && v.is_float_word()) r = TRY(make_float(t, r.float_word() * v.float_word()));
    else r = TRY(binary_op(t, BinaryOp::MUL, r, v));
    return {};
  }));
  return r;
}

}  // namespace kaa
