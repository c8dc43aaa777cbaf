// Functions that fold an iterable into one value: sum, min, max, all, any, sorted.
#include <math.h>

#include "modules/builtins/builtins.h"
#include "types/list.h"

namespace kaa {

namespace {

// A sum of floats with the rounding errors collected beside it (Neumaier's variant of Kahan's summation).
struct FloatSum {
  double hi, lo = 0;
  void add(double x) {
    double s = hi + x;
    lo += fabs(hi) >= fabs(x) ? (hi - s) + x : (x - s) + hi;
    hi = s;
  }
  // The correction is worthless once the sum is infinite or a NaN.
  double total() const { return lo != 0 && isfinite(lo) ? hi + lo : hi; }
};

bool is_exact_complex(Value v) { return IS_EXACT(v, complex); }

Result<Value> make_complex(Thread& t, double re, double im) {
  ComplexObject* c = TRY(alloc<ComplexObject>(t, KAA_SHAPE(complex)));
  c->real = re;
  c->imag = im;
  return c;
}

// The value of an int as a double as float(int) would give it, for a small int.
bool small_as_double(Value v, double* d) {
  if (v.is_int()) {
    *d = static_cast<double>(v.as_int());
    return true;
  }
  if (v.is_bool()) {
    *d = v == kTrue;
    return true;
  }
  return false;
}

// State of sum(). The first item of a wider kind is added without compensation, which begins with the next one (so the results equal CPython's). While all items have been ints, then floats, then complex, the total is kept unboxed.
class Summation {
 public:
  explicit Summation(Value start) : total_(start) {
    if (start.is_int()) {
      mode_ = Mode::kInt;
      int_ = start.as_int();
    } else if (is_exact_float(start)) {
      mode_ = Mode::kFloat;
      re_.hi = float_value(start);
    } else if (is_exact_complex(start)) {
      begin_complex(start.as<ComplexObject>()->real, start.as<ComplexObject>()->imag);
    }
  }
  Status add(Thread& t, Value v) {
    if (int64_t sum; LIKELY(mode_ == Mode::kInt && v.is_int()) && !__builtin_add_overflow(int_, v.as_int(), &sum)) {
      int_ = sum;
      return {};
    }
    return add_any(t, v);
  }
  [[gnu::noinline]] Status add_any(Thread& t, Value v) {
    switch (mode_) {
      case Mode::kInt:
        if (v.is_int() || v.is_bool()) {
          int64_t i = v.is_int() ? v.as_int() : v == kTrue;
          if (!__builtin_add_overflow(int_, i, &int_)) return {};
          int_ -= i;  // wraps back
        } else if (is_exact_float(v) && Value::fits_int(int_)) {
          mode_ = Mode::kFloat;
          re_ = {static_cast<double>(int_) + float_value(v)};
          return {};
        } else if (is_exact_complex(v) && Value::fits_int(int_)) {
          begin_complex(static_cast<double>(int_) + v.as<ComplexObject>()->real, v.as<ComplexObject>()->imag);
          return {};
        }
        break;
      case Mode::kFloat: {
        double d;
        if (is_exact_float(v)) {
          re_.add(float_value(v));
          return {};
        }
        if (small_as_double(v, &d)) {
          re_.add(d);
          return {};
        }
        if (is_exact_complex(v)) {
          begin_complex(re_.total() + v.as<ComplexObject>()->real, v.as<ComplexObject>()->imag);
          return {};
        }
        break;
      }
      case Mode::kComplex: {
        double d;
        if (is_exact_complex(v)) {
          re_.add(v.as<ComplexObject>()->real);
          im_.add(v.as<ComplexObject>()->imag);
          return {};
        }
        if (is_exact_float(v)) {
          re_.add(float_value(v));
          return {};
        }
        if (small_as_double(v, &d)) {
          re_.add(d);
          return {};
        }
        break;
      }
      case Mode::kObject: break;
    }
    total_ = TRY(binary_op(t, BinaryOp::ADD, TRY(total(t)), v));
    mode_ = Mode::kObject;
    return {};
  }
  Result<Value> total(Thread& t) {
    switch (mode_) {
      case Mode::kInt: return make_int(t, int_);
      case Mode::kFloat: return make_float(t, re_.total());
      case Mode::kComplex: return make_complex(t, re_.total(), im_.total());
      case Mode::kObject: break;
    }
    return total_;
  }

 private:
  enum class Mode { kObject, kInt, kFloat, kComplex };
  void begin_complex(double re, double im) {
    mode_ = Mode::kComplex;
    re_ = {re};
    im_ = {im};
  }
  Value total_;
  Mode mode_ = Mode::kObject;
  int64_t int_ = 0;
  FloatSum re_{0}, im_{0};
};

Result<Value> min_or_max(Thread& t, const char* name, CompareOp op, Args a, Tuple* kwnames) {
  static const char* const k_known[] = {"key", "default", nullptr};
  Value kw[2];
  uint32_t n = positional_count(a, kwnames);
  if (n == 0) return RAISE(TypeError, "%s expected at least 1 argument, got 0", name);
  TRY(read_keywords(t, name, a, kwnames, k_known, kw));
  Value key = kw[0] && !kw[0].is_none() ? kw[0] : Value(), fallback = kw[1];
  if (n > 1 && fallback) return RAISE(TypeError, "Cannot specify a default for %s() with multiple positional arguments", name);
  Value best, best_key;
  auto look = [&](Value v) -> Status {
    Value k = key ? TRY(call(t, key, v)) : v;
    bool better = !best;
    if (!better) {
      if (k.is_int() && best_key.is_int()) better = op == CompareOp::LT ? k.as_int() < best_key.as_int() : k.as_int() > best_key.as_int();
      else if (k.is_float_word() && best_key.is_float_word())
        better = op == CompareOp::LT ? k.float_word() < best_key.float_word() : k.float_word() > best_key.float_word();
      else better = TRY(compare_bool(t, op, k, best_key));
    }
    if (better) {
      best = v;
      best_key = k;
    }
    return {};
  };
  if (n > 1) {
    for (uint32_t i = 0; i < n; i++) TRY(look(a.p[i]));
  } else {
    TRY(iterate(t, a[0], look));
  }
  if (best) return best;
  if (fallback) return fallback;
  return RAISE(ValueError, "%s() iterable argument is empty", name);
}

// all() and any(): stops at the first item whose truth is `stop`.
Result<bool> finds(Thread& t, Value iterable, bool stop) {
  Value it = TRY(get_iter(t, iterable));
  if (IterNext next = iter_function(t, it)) {
    for (;;) {
      if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) TRY(safepoint(t));
      Result<Value> v = next(t, it.object());
      if (UNLIKELY(!v.ok())) {
        TRY(iter_ended(t));
        return false;
      }
      if (TRY(truth(t, v.value())) == stop) return true;
    }
  }
  for (;;) {
    Opt v = TRY(iter_next(t, it));
    if (!v) return false;
    if (TRY(truth(t, v.v)) == stop) return true;
  }
}

}  // namespace

Result<Value> builtin_sum(Thread& t, Args a) {
  Value start = a[1] ? a[1] : small_int(0);
  if (is_str(start)) return RAISE(TypeError, "sum() can't sum strings [use ''.join(seq) instead]");
  if (is_bytes(start)) return RAISE(TypeError, "sum() can't sum bytes [use b''.join(seq) instead]");
  if (is_instance(start, KAA_TYPE(bytearray))) return RAISE(TypeError, "sum() can't sum bytearray [use b''.join(seq) instead]");
  Summation s(start);
  TRY(iterate(t, a[0], [&](Value v) { return s.add(t, v); }));
  return s.total(t);
}

Result<Value> builtin_min(Thread& t, Args a, Tuple* kwnames) { return min_or_max(t, "min", CompareOp::LT, a, kwnames); }
Result<Value> builtin_max(Thread& t, Args a, Tuple* kwnames) { return min_or_max(t, "max", CompareOp::GT, a, kwnames); }
Result<Value> builtin_all(Thread& t, Args a) { return Value::from_bool(!TRY(finds(t, a[0], false))); }
Result<Value> builtin_any(Thread& t, Args a) { return Value::from_bool(TRY(finds(t, a[0], true))); }

Result<Value> builtin_sorted(Thread& t, Args a, Tuple* kwnames) {
  static const char* const k_known[] = {"key", "reverse", nullptr};
  uint32_t n = positional_count(a, kwnames);
  if (n != 1) return RAISE(TypeError, "sorted expected 1 argument, got %u", n);
  List* l = TRY(list_from(t, a[0]));
  Value kw[2];
  TRY(read_keywords(t, "sort", a, kwnames, k_known, kw));
  bool reverse = kw[1] && TRY(truth(t, kw[1]));
  TRY(list_sort(t, l, kw[0] ? kw[0] : kNone, reverse));
  return l;
}

}  // namespace kaa
