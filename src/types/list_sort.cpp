// list.sort: a stable merge sort of natural runs. Runs are merged in the order of Powersort (Munro and Wild, "Nearly-Optimal Mergesorts", 2018), merges
// gallop when one side keeps winning (exponential search, as in Tim Peters's listsort.txt).
//
// The sort works on a raw array of words outside the heap's view, while a hidden list holds the items, and another one the keys, with their counts: so
// comparisons may run any Python code and raise, and the collector always sees a consistent state. The list itself is empty meanwhile; if it is not empty
// afterwards, somebody changed it: ValueError. After an error, too, the list holds all its items, in some order.
//
// Keys of one builtin type (small ints, floats, strings) are compared without any chance of an error, tuples by their first items so. For floats, strings
// and tuples each element is preceded by its rank, a number that decides most comparisons without a look at the object: the float, the first characters of
// the string, the same of the first item.
#include "types/list.h"

namespace kaa {

namespace {

struct Pair { Value key, value; };
inline Value key_of(Value v) { return v; }
inline Value key_of(const Pair& p) { return p.key; }

template <class R, class Item>
struct Ranked { R rank; Item item; };
template <class R, class Item>
inline Value key_of(const Ranked<R, Item>& e) { return key_of(e.item); }

// ---- ranks

double rank_of_float(Value v) { return v.is_float_word() ? v.float_word() : float_value(v); }
int64_t rank_of_int(Value v) { return v.as_int(); }
// Strings of one byte a character: the first eight. Missing ones are 0, so that equal ranks say nothing.
uint64_t rank_of_latin1(Value v) {
  Str* s = v.as<Str>();
  const uint8_t* p = s->data1();
  uint64_t rank = 0;
  if (s->length >= 8) {
    memcpy(&rank, p, 8);
    return __builtin_bswap64(rank);
  }
  for (uint64_t i = 0; i < s->length; i++) rank |= uint64_t{p[i]} << (56 - 8 * i);
  return rank;
}
// Other strings: the first three characters.
uint64_t rank_of_str(Value v) {
  Str* s = v.as<Str>();
  uint64_t rank = 0;
  for (uint64_t i = 0; i < 3 && i < s->length; i++) rank |= uint64_t{s->at(i)} << (42 - 21 * i);
  return rank;
}

// ---- comparisons of elements: 1 less, 0 not, -1 an exception was raised

struct IntLess {
  static constexpr bool kRaises = false;
  Thread& t;
  template <class E> int operator()(const E& a, const E& b) const {
    return static_cast<int64_t>(key_of(a).bits()) < static_cast<int64_t>(key_of(b).bits());  // the tags are equal
  }
};
struct RankLess {  // of floats: a NaN is not less than anything
  static constexpr bool kRaises = false;
  Thread& t;
  template <class E> int operator()(const E& a, const E& b) const { return a.rank < b.rank; }
};
struct StrLess {
  static constexpr bool kRaises = false;
  Thread& t;
  template <class E> int operator()(const E& a, const E& b) const {
    return a.rank != b.rank ? a.rank < b.rank : str_compare(key_of(a).template as<Str>(), key_of(b).template as<Str>()) < 0;
  }
};
int any_less(Thread& t, Value a, Value b) {
  Result<bool> r = compare_bool(t, CompareOp::LT, a, b);
  return r.ok() ? r.value() : -1;
}
struct AnyLess {
  static constexpr bool kRaises = true;
  Thread& t;
  template <class E> int operator()(const E& a, const E& b) const { return any_less(t, key_of(a), key_of(b)); }
};
// By the items from the first one on that may differ.
int tuple_less(Thread& t, Tuple* x, Tuple* y, uint64_t i) {
  for (uint64_t n = x->size < y->size ? x->size : y->size; i < n; i++) {
    Result<bool> eq = equal(t, x->items[i], y->items[i]);
    if (!eq.ok()) return -1;
    if (!eq.value()) return any_less(t, x->items[i], y->items[i]);
  }
  return x->size < y->size;
}
// Tuples with the rank of their first items, which are of one kind: equal ranks mean equal items if the rank is `exact`.
template <bool exact>
struct TupleLess {
  static constexpr bool kRaises = true;
  Thread& t;
  template <class E> int operator()(const E& a, const E& b) const {
    if (a.rank < b.rank) return 1;
    if (b.rank < a.rank) return 0;
    Tuple *x = key_of(a).template as<Tuple>(), *y = key_of(b).template as<Tuple>();
    if (a.rank != b.rank && x->items[0] != y->items[0]) return 0;  // a NaN
    return tuple_less(t, x, y, exact ? 1 : 0);
  }
};
struct AnyTupleLess {
  static constexpr bool kRaises = true;
  Thread& t;
  template <class E> int operator()(const E& a, const E& b) const { return tuple_less(t, key_of(a).template as<Tuple>(), key_of(b).template as<Tuple>(), 0); }
};

// ---- the sort

template <class E, class Less>
class Sorter {
 public:
  Sorter(Thread& t, E* a, uint64_t n) : less_{t}, t_(t), a_(a), n_(n) {}
  ~Sorter() { t_.heap->free_raw(temp_, temp_size_ * sizeof(E)); }

  // False after an exception; the array is a permutation of what it was in any case.
  bool sort() {
    uint64_t min_run = minimal_run(n_), start = 0;
    while (start < n_) {
      int64_t length = count_run(start);
      if (length < 0) return false;
      uint64_t len = static_cast<uint64_t>(length);
      if (len < min_run) {
        uint64_t want = min_run < n_ - start ? min_run : n_ - start;
        if (!insert_sort(a_ + start, want, len)) return false;
        len = want;
      }
      if (!push_run(start, len)) return false;
      start += len;
    }
    while (depth_ > 1)
      if (!merge_top()) return false;
    return true;
  }

 private:
  struct Run { uint64_t start, len; int power; };

  int less(const E& a, const E& b) const { return less_(a, b); }

  static uint64_t minimal_run(uint64_t n) {
    uint64_t odd = 0;
    for (; n >= 64; n >>= 1) odd |= n & 1;
    return n + odd;
  }

  static void reverse(E* lo, E* hi) {
    while (lo < --hi) {
      E e = *lo;
      *lo++ = *hi;
      *hi = e;
    }
  }

  // Length of the run that begins at `start`; a strictly descending one is turned round. -1 on error.
  int64_t count_run(uint64_t start) {
    E* p = a_ + start;
    uint64_t n = n_ - start, i = 2;
    if (n < 2) return static_cast<int64_t>(n);
    int down = less(p[1], p[0]);
    if (down < 0) return -1;
    for (; i < n; i++) {
      int c = less(p[i], p[i - 1]);
      if (c < 0) return -1;
      if (c != down) break;
    }
    if (down) reverse(p, p + i);
    return static_cast<int64_t>(i);
  }

  // Binary insertion; the first `sorted` items are in order.
  bool insert_sort(E* p, uint64_t n, uint64_t sorted) {
    for (uint64_t i = sorted ? sorted : 1; i < n; i++) {
      E pivot = p[i];
      uint64_t lo = 0, hi = i;
      while (lo < hi) {
        uint64_t mid = (lo + hi) / 2;
        int c = less(pivot, p[mid]);
        if (Less::kRaises && c < 0) return false;
        if (c) hi = mid; else lo = mid + 1;
      }
      memmove(static_cast<void*>(p + lo + 1), p + lo, (i - lo) * sizeof(E));
      p[lo] = pivot;
    }
    return true;
  }

  // Depth in the ideal merge tree of the boundary between two neighbouring runs: the first bit in which their midpoints, as fractions of n, differ.
  int boundary_power(uint64_t s1, uint64_t n1, uint64_t n2) const {
    using Wide = unsigned __int128;
    uint64_t a = static_cast<uint64_t>((Wide(2 * s1 + n1) << 62) / n_), b = static_cast<uint64_t>((Wide(2 * s1 + 2 * n1 + n2) << 62) / n_);
    return a == b ? 64 : __builtin_clzll(a ^ b);
  }

  bool push_run(uint64_t start, uint64_t len) {
    if (depth_) {
      int power = boundary_power(runs_[depth_ - 1].start, runs_[depth_ - 1].len, len);
      while (depth_ > 1 && runs_[depth_ - 2].power > power)
        if (!merge_top()) return false;
      runs_[depth_ - 1].power = power;
    }
    runs_[depth_++] = {start, len, 0};
    return true;
  }

  bool merge_top() {
    Run &x = runs_[depth_ - 2], &y = runs_[depth_ - 1];
    bool ok = merge(a_ + x.start, x.len, a_ + y.start, y.len);
    x.len += y.len;
    depth_--;
    return ok;
  }

  bool reserve(uint64_t n) {
    if (n <= temp_size_) return true;
    t_.heap->free_raw(temp_, temp_size_ * sizeof(E));
    temp_size_ = 0;
    temp_ = static_cast<E*>(t_.heap->allocate_raw(n * sizeof(E)));
    if (!temp_) {
      (void)raise_memory(t_);
      return false;
    }
    temp_size_ = n;
    return true;
  }

  // Where `x` belongs in the sorted p[0, n): behind equal items (right) or before them. The search starts at `hint` and doubles its steps. -1 on error.
  template <bool right>
  int64_t gallop(const E& x, const E* p, int64_t n, int64_t hint) {
    // below(i): p[i] goes before x.
    auto below = [&](int64_t i) {
      if constexpr (right) {
        int c = less(x, p[i]);
        return c < 0 ? -1 : !c;
      } else {
        return less(p[i], x);
      }
    };
    int64_t lo, hi, step = 1;
    int c = below(hint);
    if (c < 0) return -1;
    if (c) {
      lo = hint + 1;
      for (hi = lo; hi < n; hi = hint + (step <<= 1)) {
        c = below(hi);
        if (c < 0) return -1;
        if (!c) break;
        lo = hi + 1;
      }
      if (hi > n) hi = n;
    } else {
      hi = hint;
      for (lo = hi - 1; lo >= 0; lo = hint - (step <<= 1)) {
        c = below(lo);
        if (c < 0) return -1;
        if (c) break;
        hi = lo;
      }
      lo = lo < 0 ? 0 : lo + 1;
    }
    while (lo < hi) {
      int64_t mid = lo + (hi - lo) / 2;
      c = below(mid);
      if (c < 0) return -1;
      if (c) lo = mid + 1; else hi = mid;
    }
    return lo;
  }

  // Merges neighbours a[0, na) and b[0, nb). What is in place already at both ends stays.
  bool merge(E* a, uint64_t na, E* b, uint64_t nb) {
    int64_t k = gallop<true>(*b, a, static_cast<int64_t>(na), 0);
    if (k < 0) return false;
    a += k;
    na -= static_cast<uint64_t>(k);
    if (!na) return true;
    k = gallop<false>(a[na - 1], b, static_cast<int64_t>(nb), static_cast<int64_t>(nb) - 1);
    if (k < 0) return false;
    nb = static_cast<uint64_t>(k);
    if (!nb) return true;
    return na <= nb ? merge_low(a, static_cast<int64_t>(na), b, static_cast<int64_t>(nb)) : merge_high(a, static_cast<int64_t>(na), b, static_cast<int64_t>(nb));
  }

  static void copy(E* to, const E* from, int64_t n) { memmove(static_cast<void*>(to), from, static_cast<size_t>(n) * sizeof(E)); }

  // From the left; the left run goes to temporary memory. Whatever happens, the items left there end in the gap before b's rest.
  bool merge_low(E* a, int64_t na, E* b, int64_t nb) {
    if (!reserve(static_cast<uint64_t>(na))) return false;
    copy(temp_, a, na);
    E *left = temp_, *to = a;
    int64_t min_gallop = min_gallop_;
    bool ok = true;
    while (na > 0 && nb > 0 && ok) {
      int64_t won_a = 0, won_b = 0;
      while (na > 0 && nb > 0) {
        int c = less(*b, *left);
        if (c < 0) {
          ok = false;
          break;
        }
        if (c) {
          *to++ = *b++;
          nb--;
          won_b++;
          won_a = 0;
          if (won_b >= min_gallop) break;
        } else {
          *to++ = *left++;
          na--;
          won_a++;
          won_b = 0;
          if (won_a >= min_gallop) break;
        }
      }
      if (!ok || na == 0 || nb == 0) break;
      do {
        if (min_gallop > 1) min_gallop--;
        won_a = gallop<true>(*b, left, na, 0);
        if (won_a < 0) {
          ok = false;
          break;
        }
        copy(to, left, won_a);
        to += won_a;
        left += won_a;
        na -= won_a;
        if (na == 0) break;
        *to++ = *b++;
        if (--nb == 0) break;
        won_b = gallop<false>(*left, b, nb, 0);
        if (won_b < 0) {
          ok = false;
          break;
        }
        copy(to, b, won_b);
        to += won_b;
        b += won_b;
        nb -= won_b;
        if (nb == 0) break;
        *to++ = *left++;
        if (--na == 0) break;
      } while (won_a >= kGallop || won_b >= kGallop);
      min_gallop++;  // leaving galloping costs
    }
    copy(to, left, na);
    min_gallop_ = min_gallop < 1 ? 1 : min_gallop;
    return ok;
  }

  // From the right; the right run goes to temporary memory.
  bool merge_high(E* a, int64_t na, E* b, int64_t nb) {
    if (!reserve(static_cast<uint64_t>(nb))) return false;
    copy(temp_, b, nb);
    E* to = b + nb;  // one behind the next place
    int64_t min_gallop = min_gallop_;
    bool ok = true;
    while (na > 0 && nb > 0 && ok) {
      int64_t won_a = 0, won_b = 0;
      while (na > 0 && nb > 0) {
        int c = less(temp_[nb - 1], a[na - 1]);
        if (c < 0) {
          ok = false;
          break;
        }
        if (c) {
          *--to = a[--na];
          won_a++;
          won_b = 0;
          if (won_a >= min_gallop) break;
        } else {
          *--to = temp_[--nb];
          won_b++;
          won_a = 0;
          if (won_b >= min_gallop) break;
        }
      }
      if (!ok || na == 0 || nb == 0) break;
      do {
        if (min_gallop > 1) min_gallop--;
        int64_t k = gallop<true>(temp_[nb - 1], a, na, na - 1);
        if (k < 0) {
          ok = false;
          break;
        }
        won_a = na - k;
        to -= won_a;
        copy(to, a + k, won_a);
        na = k;
        if (na == 0) break;
        *--to = temp_[--nb];
        if (nb == 0) break;
        k = gallop<false>(a[na - 1], temp_, nb, nb - 1);
        if (k < 0) {
          ok = false;
          break;
        }
        won_b = nb - k;
        to -= won_b;
        copy(to, temp_ + k, won_b);
        nb = k;
        if (nb == 0) break;
        *--to = a[--na];
        if (na == 0) break;
      } while (won_a >= kGallop || won_b >= kGallop);
      min_gallop++;
    }
    copy(to - nb, temp_, nb);
    min_gallop_ = min_gallop < 1 ? 1 : min_gallop;
    return ok;
  }

  static constexpr int64_t kGallop = 7;
  Less less_;
  Thread& t_;
  E* a_;
  uint64_t n_;
  E* temp_ = nullptr;
  uint64_t temp_size_ = 0;
  int64_t min_gallop_ = kGallop;
  Run runs_[66];  // powers strictly increase along the stack
  int depth_ = 0;
};

// ---- which comparison

enum class Keys { kAny, kInt, kFloat, kLatin1, kStr, kTuple };

Keys kind_of(Value v) {
  if (v.is_int()) return Keys::kInt;
  if (is_exact_float(v)) return Keys::kFloat;
  if (IS_EXACT(v, str)) return v.as<Str>()->kind() == 1 ? Keys::kLatin1 : Keys::kStr;
  if (IS_EXACT(v, tuple) && v.as<Tuple>()->size) return Keys::kTuple;
  return Keys::kAny;
}
template <class At>
Keys common_kind(uint64_t n, At at) {
  Keys k = kind_of(at(0));
  for (uint64_t i = 1; i < n && k != Keys::kAny; i++) {
    Keys x = kind_of(at(i));
    if (x == k) continue;
    bool strs = (x == Keys::kLatin1 || x == Keys::kStr) && (k == Keys::kLatin1 || k == Keys::kStr);
    k = strs ? Keys::kStr : Keys::kAny;
  }
  return k;
}

template <class E>
void reverse_array(E* a, uint64_t n) {
  for (uint64_t i = 0, j = n; i + 1 < j; i++) {
    E e = a[i];
    a[i] = a[--j];
    a[j] = e;
  }
}

inline Value value_of(Value v) { return v; }
inline Value value_of(const Pair& p) { return p.value; }
template <class R, class Item>
inline Value value_of(const Ranked<R, Item>& e) { return value_of(e.item); }

// Sorts the items of a hidden list by elements of type E, of which make(i) gives the one for item i, and writes the order back.
template <class Less, class Make>
Status sort_elements(Thread& t, List* items, bool reversed, Make make) {
  using E = decltype(make(0));
  uint64_t n = items->size;
  E* work = static_cast<E*>(t.heap->allocate_raw(n * sizeof(E)));
  if (!work) return raise_memory(t);
  for (uint64_t i = 0; i < n; i++) work[i] = make(i);
  // Equal items keep their order in a descending sort, too.
  if (reversed) reverse_array(work, n);
  bool ok = Sorter<E, Less>(t, work, n).sort();
  if (reversed) reverse_array(work, n);
  for (uint64_t i = 0; i < n; i++) items->items[i] = value_of(work[i]);  // the same items in another order: no counts change
  t.heap->free_raw(work, n * sizeof(E));
  if (!ok) return Error{};
  return {};
}

// `item(i)` is what stands for item i in an element: the item, or its key and itself; `key(i)` its key.
template <class ItemAt, class KeyAt>
Status sort_by_kind(Thread& t, List* items, bool reversed, ItemAt item, KeyAt key) {
  using Item = decltype(item(0));
  uint64_t n = items->size;
  auto ranked = [&](auto rank, auto at) {
    return [rank, at, item](uint64_t i) { return Ranked<decltype(rank(Value())), Item>{rank(at(i)), item(i)}; };
  };
  auto first = [key](uint64_t i) { return key(i).template as<Tuple>()->items[0]; };
  switch (common_kind(n, key)) {
    case Keys::kInt: return sort_elements<IntLess>(t, items, reversed, item);
    case Keys::kFloat:  // the rank is all of the key
      return sort_elements<RankLess>(t, items, reversed, [&](uint64_t i) { return Ranked<double, Value>{rank_of_float(key(i)), items->items[i]}; });
    case Keys::kLatin1: return sort_elements<StrLess>(t, items, reversed, ranked(rank_of_latin1, key));
    case Keys::kStr: return sort_elements<StrLess>(t, items, reversed, ranked(rank_of_str, key));
    case Keys::kTuple:
      switch (common_kind(n, first)) {
        case Keys::kInt: return sort_elements<TupleLess<true>>(t, items, reversed, ranked(rank_of_int, first));
        case Keys::kFloat: return sort_elements<TupleLess<true>>(t, items, reversed, ranked(rank_of_float, first));
        case Keys::kLatin1: return sort_elements<TupleLess<false>>(t, items, reversed, ranked(rank_of_latin1, first));
        case Keys::kStr: return sort_elements<TupleLess<false>>(t, items, reversed, ranked(rank_of_str, first));
        default: return sort_elements<AnyTupleLess>(t, items, reversed, item);
      }
    default: return sort_elements<AnyLess>(t, items, reversed, item);
  }
}

// Sorts `items` (a hidden list) by `keys` (one for each item, or null).
Status sort_items(Thread& t, List* items, List* keys, bool reversed) {
  auto value = [items](uint64_t i) { return items->items[i]; };
  if (!keys) return sort_by_kind(t, items, reversed, value, value);
  return sort_by_kind(t, items, reversed, [=](uint64_t i) { return Pair{keys->items[i], items->items[i]}; }, [keys](uint64_t i) { return keys->items[i]; });
}

void swap_buffers(List* a, List* b) {
  Value* items = a->items;
  uint64_t size = a->size, cap = a->cap;
  a->items = b->items;
  a->size = b->size;
  a->cap = b->cap;
  b->items = items;
  b->size = size;
  b->cap = cap;
}

}  // namespace

Status list_sort(Thread& t, List* l, Value key, bool reversed) {
  List* hidden = TRY(new_list(t));
  list_clear(hidden);  // no buffer: one that is there afterwards shows that the list was changed
  swap_buffers(l, hidden);
  Status status = [&]() -> Status {
    List* keys = nullptr;
    if (!key.is_none()) {
      keys = TRY(new_list(t, hidden->size));
      for (uint64_t i = 0; i < hidden->size; i++) {
        Value item = hidden->items[i], k = TRY(call_args(t, key, &item, 1));
        if (UNLIKELY(keys->size == keys->cap)) { TRY(list_append(t, keys, k)); continue; }
        inc_into(k, keys);
        keys->items[keys->size++] = k;
      }
    }
    Keep keep_keys(keys);
    if (hidden->size > 1) TRY(sort_items(t, hidden, keys, reversed));
    return {};
  }();
  bool modified = l->items != nullptr;
  swap_buffers(l, hidden);
  list_clear(hidden);
  if (modified && status.ok()) return RAISE(ValueError, "list modified during sort");
  return status;
}

}  // namespace kaa
