// math's functions of ints: gcd, lcm, isqrt, factorial, comb, perm.
#include <numeric>

#include "modules/math/math_util.h"

namespace kaa {

namespace {

// lo * (lo + 1) * ... * (hi - 1) by halves, so that the factors of the large products are of like size.
Result<Value> product_of_range(Thread& t, uint64_t lo, uint64_t hi) {
  unsigned __int128 small = 1;
  if (hi - lo <= 8) {
    Value r = small_int(1);
    for (uint64_t i = lo; i < hi; i++) {
      if (static_cast<uint64_t>(small) * static_cast<unsigned __int128>(i) >> 63) {
        Value part = TRY(make_uint(t, static_cast<uint64_t>(small)));
        r = TRY(int_mul(t, r, part));
        small = 1;
      }
      small *= i;
    }
    Value part = TRY(make_uint(t, static_cast<uint64_t>(small)));
    return int_mul(t, r, part);
  }
  TRY(safepoint(t));
  uint64_t mid = lo + (hi - lo) / 2;
  Value x = TRY(product_of_range(t, lo, mid)), y = TRY(product_of_range(t, mid, hi));
  return int_mul(t, x, y);
}

// n * (n - 1) * ... , k factors, for an n that does not fit a word.
Result<Value> falling_product(Thread& t, Value n, uint64_t first, uint64_t k) {
  if (k == 1) {
    Value d = TRY(make_uint(t, first));
    return int_sub(t, n, d);
  }
  TRY(safepoint(t));
  uint64_t half = k / 2;
  Value x = TRY(falling_product(t, n, first, half)), y = TRY(falling_product(t, n, first + half, k - half));
  return int_mul(t, x, y);
}

Result<Value> permutations(Thread& t, Value n, uint64_t k) {  // 0 <= k <= n
  if (k == 0) return small_int(1);
  int64_t small;
  if (int_fits64(n, &small)) return product_of_range(t, static_cast<uint64_t>(small) - k + 1, static_cast<uint64_t>(small) + 1);
  return falling_product(t, n, 0, k);
}

// C(n, k) in r[0, size). False: it, or a step to it, has more than kLimbs limbs.
// C(n, i + g) = C(n, i) * (n - i) ... (n - i - g + 1) / ((i + 1) ... (i + g)), for as many g at once as make products of one word.
constexpr mp_size_t kLimbs = 32;
bool small_binomial(uint64_t n, uint64_t k, mp_limb_t* r, mp_size_t& size) {
  r[0] = 1;
  size = 1;
  for (uint64_t i = 0; i < k;) {
    uint64_t over = 1, under = 1;
    for (uint64_t p, q; i < k && !__builtin_mul_overflow(over, n - i, &p) && !__builtin_mul_overflow(under, i + 1, &q); i++) {
      over = p;
      under = q;
    }
    mp_limb_t carry = mpn_mul_1(r, r, size, over);
    if (carry) {
      if (size == kLimbs) return false;
      r[size++] = carry;
    }
    mpn_divrem_1(r, 0, r, size, under);
    if (!r[size - 1]) size--;
  }
  return true;
}

// C(n, k) for 1 <= k <= n / 2. C(n, k) = C(n, j) * C(n - j, k - j) / C(k, j), which keeps the numbers near the result's size.
Result<Value> binomial(Thread& t, Value n, uint64_t k) {
  int64_t small;
  if (int_fits64(n, &small)) {
    mp_limb_t r[kLimbs];
    mp_size_t size;
    if (small_binomial(static_cast<uint64_t>(small), k, r, size)) return int_from_big(t, {r, size});
  }
  if (k == 0) return small_int(1);
  if (k <= 40) {
    Value top = TRY(permutations(t, n, k)), bottom = TRY(product_of_range(t, 1, k + 1));
    return int_floor_div(t, top, bottom);
  }
  TRY(safepoint(t));
  uint64_t j = k / 2;
  Value a = TRY(binomial(t, n, j));
  Value jv = TRY(make_uint(t, j)), kv = TRY(make_uint(t, k));
  Value rest = TRY(int_sub(t, n, jv));
  Value b = TRY(binomial(t, rest, k - j)), c = TRY(binomial(t, kv, j));
  Value ab = TRY(int_mul(t, a, b));
  return int_floor_div(t, ab, c);
}

constexpr uint64_t kFactorials = 21;  // those of 0 to 20 fit a word
constexpr struct FactorialTable {
  uint64_t of[kFactorials];
  constexpr FactorialTable() : of{1} { for (uint64_t i = 1; i < kFactorials; i++) of[i] = of[i - 1] * i; }
} k_factorials;

Result<Value> factorial_of(Thread& t, Value v) {
  if (LIKELY(v.is_int() && static_cast<uint64_t>(v.as_int()) < kFactorials)) return make_uint(t, k_factorials.of[v.as_int()]);
  Value n = TRY(to_index(t, v));
  if (int_is_negative(n)) return RAISE(ValueError, "factorial() not defined for negative values");
  int64_t i;
  if (!int_fits64(n, &i)) return RAISE(OverflowError, "factorial() argument should not exceed %ld", INT64_MAX);
  return product_of_range(t, 1, static_cast<uint64_t>(i) + 1);
}

}  // namespace

Result<Value> math_factorial(Thread& t, Args a) { return factorial_of(t, a[0]); }

Result<Value> math_perm(Thread& t, Args a) {
  if (!a[1] || a[1].is_none()) return factorial_of(t, a[0]);
  Value n = TRY(to_index(t, a[0])), k = TRY(to_index(t, a[1]));
  if (int_is_negative(n)) return RAISE(ValueError, "n must be a non-negative integer");
  if (int_is_negative(k)) return RAISE(ValueError, "k must be a non-negative integer");
  if (int_compare(n, k) < 0) return small_int(0);
  int64_t ki;
  if (!int_fits64(k, &ki)) return RAISE(OverflowError, "k must not exceed %ld", INT64_MAX);
  return permutations(t, n, static_cast<uint64_t>(ki));
}

Result<Value> math_comb(Thread& t, Args a) {
  Value n = TRY(to_index(t, a[0])), k = TRY(to_index(t, a[1]));
  if (int_is_negative(n)) return RAISE(ValueError, "n must be a non-negative integer");
  if (int_is_negative(k)) return RAISE(ValueError, "k must be a non-negative integer");
  Value rest = TRY(int_sub(t, n, k));
  if (int_is_negative(rest)) return small_int(0);
  if (int_compare(rest, k) < 0) k = rest;
  int64_t ki;
  if (!int_fits64(k, &ki)) return RAISE(OverflowError, "min(n - k, k) must not exceed %ld", INT64_MAX);
  return binomial(t, n, static_cast<uint64_t>(ki));
}

Result<Value> math_isqrt(Thread& t, Args a) {
  Value n = TRY(to_index(t, a[0]));
  if (int_is_negative(n)) return RAISE(ValueError, "isqrt() argument must be nonnegative");
  AnyInt x(n);
  return int_build(t, big_isqrt_size(x), [&](mp_limb_t* out, int64_t* size, Poll) { return big_isqrt(out, size, x); });
}

Result<Value> math_gcd(Thread& t, Args a) {
  Value r = small_int(0);
  for (uint32_t i = 0; i < a.n; i++) {
    Value v = TRY(to_index(t, a[i]));
    if (r != small_int(1)) r = TRY(int_gcd(t, r, v));
  }
  return r;
}

Result<Value> math_lcm(Thread& t, Args a) {
  Value r = small_int(1);
  for (uint32_t i = 0; i < a.n; i++) {
    Value v = TRY(to_index(t, a[i]));
    if (LIKELY(r.is_int() && v.is_int())) {
      auto p = static_cast<uint64_t>(r.as_int()), q = static_cast<uint64_t>(v.as_int() < 0 ? -v.as_int() : v.as_int());
      uint64_t product;
      if (!__builtin_mul_overflow(p ? p / std::gcd(p, q) : 0, q, &product)) {
        r = TRY(make_uint(t, product));
        continue;
      }
    }
    AnyInt x(r), y(v);
    r = TRY(int_build(t, big_lcm_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll) { return big_lcm(out, n, x, y); }));
  }
  return r;
}

}  // namespace kaa
