// _bisect: binary search in sorted sequences.
#include "types/list.h"

namespace kaa {

namespace {

// Parameters: a, x, lo, hi, key. The place for x, whose key is known: before equal items (left) or behind them.
template <bool right>
Result<int64_t> search(Thread& t, Value seq, Value x, Args a) {
  Value key = a[4] && !a[4].is_none() ? a[4] : Value();
  int64_t lo = a[2] ? TRY(to_c_ssize(t, a[2])) : 0;
  if (lo < 0) return RAISE(ValueError, "lo must be non-negative");
  int64_t hi = a[3] && !a[3].is_none() ? TRY(to_c_ssize(t, a[3])) : -1;
  if (hi == -1) hi = TRY(length(t, seq));
  bool plain = IS_EXACT(seq, list);
  while (lo < hi) {
    int64_t mid = static_cast<int64_t>((static_cast<uint64_t>(lo) + static_cast<uint64_t>(hi)) / 2);
    Value item = plain && static_cast<uint64_t>(mid) < seq.as<List>()->size ? seq.as<List>()->items[mid] : TRY(get_item(t, seq, TRY(make_int(t, mid))));
    if (key) item = TRY(call(t, key, item));
    Value first = right ? x : item, second = right ? item : x;
    bool less = first.is_int() && second.is_int() ? first.as_int() < second.as_int() : TRY(compare_bool(t, CompareOp::LT, first, second));
    if (less == right) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

template <bool right>
Result<Value> bisect(Thread& t, Args a) { return make_int(t, TRY(search<right>(t, a[0], a[1], a))); }

template <bool right>
Result<Value> insort(Thread& t, Args a) {
  Value x = a[1];
  if (a[4] && !a[4].is_none()) x = TRY(call(t, a[4], x));
  int64_t i = TRY(search<right>(t, a[0], x, a));
  if (IS_EXACT(a[0], list)) TRY(list_insert(t, a.as<List>(0), i, a[1]));
  else TRY(call_method(t, a[0], NAME("insert"), TRY(make_int(t, i)), a[1]));
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"bisect_right", bisect<true>, "(a, x, lo=0, hi=None, *, key=None)", "Where to insert x into sorted a, behind equal items.", kF},
    {"bisect_left", bisect<false>, "(a, x, lo=0, hi=None, *, key=None)", "Where to insert x into sorted a, before equal items.", kF},
    {"insort_right", insort<true>, "(a, x, lo=0, hi=None, *, key=None)", "Inserts x into sorted a, behind equal items.", kF},
    {"insort_left", insort<false>, "(a, x, lo=0, hi=None, *, key=None)", "Inserts x into sorted a, before equal items.", kF},
};

}  // namespace

extern const ModuleDef _bisect_module = {.name = "_bisect", .doc = "Binary search in sorted sequences.", .functions = k_functions};

}  // namespace kaa
