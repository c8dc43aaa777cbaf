// str: finding, counting, replacing, splitting, joining, stripping.
#include "base/simd.h"
#include "base/text_search.h"
#include "base/unicode_props.h"
#include "types/list.h"
#include "types/str.h"

namespace kaa {

namespace {

// White space among the first 256 characters, bit c % 64 of word c / 64.
constexpr uint64_t k_space[4] = {0x1F0003E00u, 0, 1ull << (0x85 - 0x80) | 1ull << (0xA0 - 0x80), 0};
inline bool is_space(uint32_t c) {
  if (c < 0x100) return k_space[c >> 6] >> (c & 63) & 1;
  return c >= 0x1680 && c <= 0x3000 && unicode::is_space(c);  // none beyond those
}

Result<Str*> str_argument(Thread& t, Value v, const char* fname, int position) {
  if (LIKELY(is_str(v))) return v.as<Str>();
  if (position == 0) return RAISE(TypeError, "%s() argument must be str, not %T", fname, v);
  return RAISE(TypeError, "%s() argument %d must be str, not %T", fname, position, v);
}

// ---- find and its like
// The place of a[1] within the bounds, or -1.
Result<int64_t> find_common(Thread& t, Args a, const char* fname, bool last) {
  Str* s = a.as<Str>(0);
  Str* sub = TRY(str_argument(t, a[1], fname, 1));
  Bounds b = TRY(slice_bounds(t, a[2], a[3], static_cast<int64_t>(s->length)));
  if (b.end - b.start < static_cast<int64_t>(sub->length)) return -1;
  TextView hay = view_of(s).slice(static_cast<size_t>(b.start), static_cast<size_t>(b.end));
  size_t at = last ? text_rfind(hay, view_of(sub)) : text_find(hay, view_of(sub));
  return at == kNotFound ? -1 : b.start + static_cast<int64_t>(at);
}

// Whether `part` stands at the start, or the end, of s[start:end].
bool tail_match(const Str* s, Bounds b, const Str* part, bool at_end) {
  int64_t m = static_cast<int64_t>(part->length);
  if (b.end - m < b.start) return false;
  if (m == 0) return true;
  if (part->kind() > s->kind()) return false;
  size_t from = static_cast<size_t>(at_end ? b.end - m : b.start);
  if (part->kind() == s->kind()) {
    size_t kind = static_cast<size_t>(s->kind());
    return memcmp(static_cast<const char*>(s->data()) + from * kind, part->data(), part->length * kind) == 0;
  }
  for (size_t i = 0; i < part->length; i++)
    if (s->at(from + i) != part->at(i)) return false;
  return true;
}

Result<Value> tail_common(Thread& t, Args a, const char* fname, bool at_end) {
  Str* s = a.as<Str>(0);
  if (LIKELY(IS_EXACT(a[1], str) && !a[2] && !a[3]) && s->kind() == a.as<Str>(1)->kind()) {
    Str* part = a.as<Str>(1);
    size_t unit = static_cast<size_t>(s->kind());
    if (part->length > s->length) return kFalse;
    const char* at = static_cast<const char*>(s->data()) + (at_end ? (s->length - part->length) * unit : 0);
    return Value::from_bool(!memcmp(at, part->data(), part->length * unit));
  }
  Bounds b = TRY(slice_bounds(t, a[2], a[3], static_cast<int64_t>(s->length)));
  if (LIKELY(is_str(a[1]))) return Value::from_bool(tail_match(s, b, a.as<Str>(1), at_end));
  if (!is_tuple(a[1])) return RAISE(TypeError, "%s first arg must be str or a tuple of str, not %T", fname, a[1]);
  Tuple* u = a.as<Tuple>(1);
  for (uint64_t i = 0; i < u->size; i++) {
    if (!is_str(u->items[i])) return RAISE(TypeError, "tuple for %s must only contain str, not %T", fname, u->items[i]);
    if (tail_match(s, b, u->items[i].as<Str>(), at_end)) return kTrue;
  }
  return kFalse;
}

// ---- replace
Result<Str*> replace_text(Thread& t, Str* s, Str* from, Str* to, size_t max) {
  TextView sv = view_of(s), fv = view_of(from), tv = view_of(to);
  bool ascii = s->is_ascii() && to->is_ascii();
  // A text of bytes that took the place of another: the characters that went may have been the only ones beyond ASCII.
  auto finish = [&](Str* r) {
    if (!ascii && text_bits(view_of(r)) < 0x80) r->rc |= kStrAscii;
    return r;
  };
  if (sv.kind == 1 && fv.kind == 1 && tv.kind == 1 && from->length == 1 && to->length == 1 && max >= sv.length) {
    if (text_find_char(sv, fv[0]) == kNotFound) return str_exact(t, s);
    if (sv.length == 1) return str_char(t, tv[0]);
    Str* r = TRY(alloc_str(t, sv.length, ascii ? 0x7F : 0xFF));
    const uint8_t* p = sv.u8();
    uint8_t *q = static_cast<uint8_t*>(r->inline_data()), x = fv.u8()[0], y = tv.u8()[0];
    for (size_t i = 0; i < sv.length; i++) q[i] = p[i] == x ? y : p[i];
    return finish(r);
  }
  TextPlaces places(sv, fv, max);
  size_t n = places.count(), pos = 0;
  if (n == 0) return str_exact(t, s);
  uint64_t grown, length;
  if (__builtin_mul_overflow(n, tv.length, &grown) || __builtin_add_overflow(sv.length - n * fv.length, grown, &length) || length > INT64_MAX)
    return RAISE(OverflowError, "replace string is too long");
  if (length == 0) return interp().empty_str;
  if (sv.kind == 1 && tv.kind == 1 && length > 1) {
    Str* r = TRY(alloc_str(t, length, ascii ? 0x7F : 0xFF));
    const uint8_t* p = sv.u8();
    uint8_t* q = static_cast<uint8_t*>(r->inline_data());
    for (size_t i = 0; i < n; i++) {
      size_t at = places.next();
      memcpy(q, p + pos, at - pos);
      q += at - pos;
      memcpy(q, tv.data, tv.length);
      q += tv.length;
      pos = at + fv.length;
    }
    memcpy(q, p + pos, sv.length - pos);
    return finish(r);
  }
  // Of the wider of the two kinds at first. The characters that went may have been the ones that needed it.
  bool wider = tv.kind > sv.kind;
  Str* r = TRY(alloc_str(t, length, str_max(wider ? to : s)));
  size_t at = 0;
  auto put = [&](TextView part) {
    if (part.length) str_put(r, at, part);
    at += part.length;
  };
  for (size_t i = 0; i < n; i++) {
    size_t place = places.next();
    put(sv.slice(pos, place));
    put(tv);
    pos = place + fv.length;
  }
  put(sv.slice(pos, sv.length));
  if (r->length > 1 && kind_for(text_bits(view_of(r))) == r->kind()) return r;
  return str_from_view(t, view_of(r));
}

// ---- split
Status add_piece(Thread& t, List* l, Str* s, size_t start, size_t end) {
  Str* piece = TRY(str_substr(t, s, start, end));
  return list_append(t, l, piece);
}

// A piece of s, whose characters are p; `bits` are those of the piece ored together.
template <class C>
Status add_piece_of(Thread& t, List* l, Str* s, const C* p, size_t start, size_t end, uint32_t bits) {
  size_t n = end - start;
  if (n < 2 || n == s->length) return add_piece(t, l, s, start, end);
  Str* piece = TRY(alloc_str(t, n, bits));
  TextView v{p + start, n, sizeof(C)};
  if (LIKELY(piece->kind() == sizeof(C))) memcpy(piece->inline_data(), v.data, n * sizeof(C));
  else text_convert(v, piece->inline_data(), piece->kind());
  return list_append(t, l, piece);
}

template <class C>
Result<Value> split_space(Thread& t, Str* s, const C* p, size_t max) {
  List* l = TRY(new_list(t, 8));
  size_t i = 0, n = s->length;
  for (;;) {
    while (i < n && is_space(p[i])) i++;
    if (i == n) return l;
    if (l->size == max) {  // white space at the end stays
      TRY(add_piece(t, l, s, i, n));
      return l;
    }
    size_t start = i;
    uint32_t bits = 0;
    while (i < n && !is_space(p[i])) bits |= p[i++];
    TRY(add_piece_of(t, l, s, p, start, i, bits));
  }
}
inline bool is_space_ascii(uint8_t c) {
  constexpr uint64_t kSpaces = uint64_t{0x1F} << 9 | uint64_t{0x1F} << 28;  // tab to carriage return, the four separators, the space
  return c <= ' ' && (kSpaces >> c & 1);
}
Result<Value> split_space_ascii(Thread& t, Str* s, size_t max) {
  List* l = TRY(new_list(t, 8));
  const uint8_t* p = s->data1();
  size_t i = 0, n = s->length;
  for (;;) {
    while (i < n && is_space_ascii(p[i])) i++;
    if (i == n) return l;
    size_t start = i++;
    if (UNLIKELY(l->size == max)) i = n;  // white space at the end stays
    while (i < n && !is_space_ascii(p[i])) i++;
    Str* piece = LIKELY(i - start < n) ? TRY(new_str_ascii(t, reinterpret_cast<const char*>(p) + start, i - start)) : TRY(str_exact(t, s));
    TRY(list_append(t, l, piece));
  }
}
template <class C>
Result<Value> rsplit_space(Thread& t, Str* s, const C* p, size_t max) {
  List* l = TRY(new_list(t));
  size_t n = s->length;
  for (;;) {
    while (n && is_space(p[n - 1])) n--;
    if (n == 0) break;
    if (l->size == max) {
      TRY(add_piece(t, l, s, 0, n));
      break;
    }
    size_t end = n;
    while (n && !is_space(p[n - 1])) n--;
    TRY(add_piece(t, l, s, n, end));
  }
  for (uint64_t i = 0, j = l->size; i + 1 < j; i++) std::swap(l->items[i], l->items[--j]);
  return l;
}

// At one character of ASCII text: the separators of sixteen characters are found at once.
Result<Value> split_ascii(Thread& t, Str* s, uint8_t c, size_t max) {
  List* l = TRY(new_list(t, 8));
  const uint8_t* p = s->data1();
  size_t pos = 0;
  Status status;
  if (max) each_byte(p, s->length, c, [&](size_t at) {
    Result<Str*> piece = new_str_ascii(t, reinterpret_cast<const char*>(p) + pos, at - pos);
    status = piece.ok() ? list_append(t, l, piece.value()) : Status(Error{});
    pos = at + 1;
    return status.ok() && l->size < max;
  });
  TRY(status);
  TRY(add_piece(t, l, s, pos, s->length));
  return l;
}
// Of other text each character must be looked at anyway, for the kind of the piece.
template <class C>
Result<Value> split_char(Thread& t, Str* s, const C* p, uint32_t c, size_t max) {
  List* l = TRY(new_list(t, 8));
  size_t pos = 0, n = s->length;
  while (l->size < max) {
    size_t i = pos;
    uint32_t bits = 0;
    while (i < n && p[i] != c) bits |= p[i++];
    if (i == n) break;
    TRY(add_piece_of(t, l, s, p, pos, i, bits));
    pos = i + 1;
  }
  TRY(add_piece(t, l, s, pos, n));
  return l;
}

Result<Value> split_at(Thread& t, Str* s, Str* sep, size_t max) {
  if (sep->length == 1) {
    uint32_t c = sep->at(0);
    if (s->is_ascii()) return split_ascii(t, s, c < 0x80 ? static_cast<uint8_t>(c) : 0xFF, max);  // 0xFF: nowhere
    auto run = [&](auto* p) { return split_char(t, s, p, c, max); };
    return s->kind() == 1 ? run(s->data1()) : s->kind() == 2 ? run(s->data2()) : run(s->data4());
  }
  TextPlaces places(view_of(s), view_of(sep), max);
  List* l = TRY(new_list(t, places.count() + 1));
  size_t pos = 0;
  for (size_t i = places.count(); i--;) {
    size_t at = places.next();
    TRY(add_piece(t, l, s, pos, at));
    pos = at + sep->length;
  }
  TRY(add_piece(t, l, s, pos, s->length));
  return l;
}
Result<Value> rsplit_at(Thread& t, Str* s, Str* sep, size_t max) {
  List* l = TRY(new_list(t));
  TextView sv = view_of(s), need = view_of(sep);
  size_t n = s->length;
  while (l->size < max) {
    size_t at = text_rfind(sv.slice(0, n), need);
    if (at == kNotFound) break;
    TRY(add_piece(t, l, s, at + need.length, n));
    n = at;
  }
  TRY(add_piece(t, l, s, 0, n));
  for (uint64_t i = 0, j = l->size; i + 1 < j; i++) std::swap(l->items[i], l->items[--j]);
  return l;
}

// Does for str.split and str.rsplit; an exact str stands for a subclass instance where a piece is the whole text.
Result<Value> split_common(Thread& t, Args a, bool from_end) {
  Str* s = a.as<Str>(0);
  size_t max = SIZE_MAX;
  if (a[2]) {
    int64_t m = TRY(ssize_argument(t, a[2]));
    if (m >= 0) max = static_cast<size_t>(m);
  }
  if (!a[1] || a[1].is_none()) {
    if (s->is_ascii() && !from_end) return split_space_ascii(t, s, max);
    auto run = [&](auto* p) { return from_end ? rsplit_space(t, s, p, max) : split_space(t, s, p, max); };
    return s->kind() == 1 ? run(s->data1()) : s->kind() == 2 ? run(s->data2()) : run(s->data4());
  }
  if (!is_str(a[1])) return RAISE(TypeError, "must be str or None, not %T", a[1]);
  Str* sep = a.as<Str>(1);
  if (sep->length == 0) return RAISE(ValueError, "empty separator");
  return from_end ? rsplit_at(t, s, sep, max) : split_at(t, s, sep, max);
}

Result<Value> partition_common(Thread& t, Args a, bool last) {
  Str* s = a.as<Str>(0);
  if (!is_str(a[1])) return RAISE(TypeError, "must be str, not %T", a[1]);
  Str* sep = a.as<Str>(1);
  if (sep->length == 0) return RAISE(ValueError, "empty separator");
  size_t at = last ? text_rfind(view_of(s), view_of(sep)) : text_find(view_of(s), view_of(sep));
  Str* empty = interp().empty_str;
  if (at == kNotFound) {
    Str* whole = TRY(str_exact(t, s));
    return TRY(last ? make_tuple(t, empty, empty, whole) : make_tuple(t, whole, empty, empty));
  }
  Str* before = TRY(str_substr(t, s, 0, at));
  Str* after = TRY(str_substr(t, s, at + sep->length, s->length));
  return TRY(make_tuple(t, before, sep, after));
}

// ---- strip
enum : int { kLeft = 1, kRight = 2 };

Result<Value> strip_common(Thread& t, Args a, const char* fname, int sides) {
  Str* s = a.as<Str>(0);
  TextView v = view_of(s);
  size_t i = 0, n = s->length;
  auto cut = [&](auto&& drop) {
    if (sides & kLeft) while (i < n && drop(v[i])) i++;
    if (sides & kRight) while (n > i && drop(v[n - 1])) n--;
  };
  if (!a[1] || a[1].is_none()) {
    cut(is_space);
  } else {
    if (!is_str(a[1])) return RAISE(TypeError, "%s arg must be None or str", fname);
    TextView chars = view_of(a.as<Str>(1));
    if (chars.length == 1) {
      uint32_t c = chars[0];
      cut([c](uint32_t x) { return x == c; });
    } else if (chars.length) {
      uint64_t low = 0;  // a filter: bit c % 64 for each character
      for (size_t k = 0; k < chars.length; k++) low |= uint64_t{1} << (chars[k] & 63);
      cut([&](uint32_t x) { return (low >> (x & 63) & 1) && text_find_char(chars, x) != kNotFound; });
    }
  }
  return TRY(str_substr(t, s, i, n));
}

}  // namespace

Result<Value> str_find(Thread& t, Args a) { return small_int(TRY(find_common(t, a, "find", false))); }
Result<Value> str_rfind(Thread& t, Args a) { return small_int(TRY(find_common(t, a, "rfind", true))); }
Result<Value> str_index(Thread& t, Args a) {
  int64_t i = TRY(find_common(t, a, "index", false));
  if (i < 0) return RAISE(ValueError, "substring not found");
  return small_int(i);
}
Result<Value> str_rindex(Thread& t, Args a) {
  int64_t i = TRY(find_common(t, a, "rindex", true));
  if (i < 0) return RAISE(ValueError, "substring not found");
  return small_int(i);
}
Result<Value> str_count(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  Str* sub = TRY(str_argument(t, a[1], "count", 1));
  Bounds b = TRY(slice_bounds(t, a[2], a[3], static_cast<int64_t>(s->length)));
  if (b.end - b.start < static_cast<int64_t>(sub->length)) return small_int(0);
  return small_int(static_cast<int64_t>(text_count(view_of(s).slice(static_cast<size_t>(b.start), static_cast<size_t>(b.end)), view_of(sub))));
}
Result<Value> str_startswith(Thread& t, Args a) { return tail_common(t, a, "startswith", false); }
Result<Value> str_endswith(Thread& t, Args a) { return tail_common(t, a, "endswith", true); }

Result<Value> str_replace(Thread& t, Args a) {
  Str* from = TRY(str_argument(t, a[1], "replace", 1));
  Str* to = TRY(str_argument(t, a[2], "replace", 2));
  size_t max = SIZE_MAX;
  if (a[3]) {
    int64_t m = TRY(ssize_argument(t, a[3]));
    if (m >= 0) max = static_cast<size_t>(m);
  }
  return TRY(replace_text(t, a.as<Str>(0), from, to, max));
}

Result<Value> str_split(Thread& t, Args a) { return split_common(t, a, false); }
Result<Value> str_rsplit(Thread& t, Args a) { return split_common(t, a, true); }
Result<Value> str_partition(Thread& t, Args a) { return partition_common(t, a, false); }
Result<Value> str_rpartition(Thread& t, Args a) { return partition_common(t, a, true); }

template <class C>
static Result<Value> split_lines(Thread& t, Str* s, const C* p, bool keep) {
  List* l = TRY(new_list(t));
  for (size_t i = 0, n = s->length; i < n;) {
    size_t start = i;
    while (i < n) {
      uint32_t c = p[i];
      if (c >= 0x20 && c < 0x80) i++;
      else if (c < 0x80 ? (c >= 10 && c <= 13) || (c >= 0x1C && c <= 0x1E) : unicode::is_linebreak(c)) break;
      else i++;
    }
    size_t end = i;
    if (i < n) {
      i += p[i] == '\r' && i + 1 < n && p[i + 1] == '\n' ? 2 : 1;
      if (keep) end = i;
    }
    TRY(add_piece(t, l, s, start, end));
  }
  return l;
}
Result<Value> str_splitlines(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  bool keep = a[1] ? TRY(truth(t, a[1])) : false;
  if (s->kind() == 1) return split_lines(t, s, s->data1(), keep);
  if (s->kind() == 2) return split_lines(t, s, s->data2(), keep);
  return split_lines(t, s, s->data4(), keep);
}

Result<Value> str_strip(Thread& t, Args a) { return strip_common(t, a, "strip", kLeft | kRight); }
Result<Value> str_lstrip(Thread& t, Args a) { return strip_common(t, a, "lstrip", kLeft); }
Result<Value> str_rstrip(Thread& t, Args a) { return strip_common(t, a, "rstrip", kRight); }

Result<Value> str_removeprefix(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  Str* part = TRY(str_argument(t, a[1], "removeprefix", 0));
  bool there = tail_match(s, {0, static_cast<int64_t>(s->length)}, part, false);
  return TRY(str_substr(t, s, there ? part->length : 0, s->length));
}
Result<Value> str_removesuffix(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  Str* part = TRY(str_argument(t, a[1], "removesuffix", 0));
  bool there = tail_match(s, {0, static_cast<int64_t>(s->length)}, part, true);
  return TRY(str_substr(t, s, 0, s->length - (there ? part->length : 0)));
}

Result<Value> str_join(Thread& t, Args a) {
  Str* sep = a.as<Str>(0);
  Value items = a[1];
  if (!iterates_plainly(items)) {
    if (!type_of(items)->dunder(D_iter) && !type_of(items)->dunder(D_getitem)) return RAISE(TypeError, "can only join an iterable");
    items = TRY(list_from(t, items));
  }
  // Nothing below runs Python: a list cannot change meanwhile.
  const Value* p = is_list(items) ? items.as<List>()->items : items.as<Tuple>()->items;
  size_t n = is_list(items) ? items.as<List>()->size : items.as<Tuple>()->size;
  if (n == 0) return interp().empty_str;
  if (n == 1 && is_exact_str(p[0])) return p[0];
  uint64_t length = 0;
  uint32_t max = n > 1 ? str_max(sep) : 0;
  for (size_t i = 0; i < n; i++) {
    if (UNLIKELY(!is_str(p[i]))) return RAISE(TypeError, "sequence item %lu: expected str instance, %T found", static_cast<uint64_t>(i), p[i]);
    Str* s = p[i].as<Str>();
    length += s->length;
    if (uint32_t m = str_max(s); m > max) max = m;
  }
  uint64_t gaps;
  if (__builtin_mul_overflow(sep->length, n - 1, &gaps) || __builtin_add_overflow(length, gaps, &length) || length > INT64_MAX)
    return RAISE(OverflowError, "join() result is too long for a Python string");
  if (length == 0) return interp().empty_str;
  Keep keep(items);
  Str* r = TRY(alloc_str(t, length, max));
  if (r->kind() == 1) {
    char* q = static_cast<char*>(r->inline_data());
    for (size_t i = 0; i < n; i++) {
      if (i && sep->length) {
        if (sep->length == 1) *q = static_cast<char>(sep->data1()[0]);
        else memcpy(q, sep->data(), sep->length);
        q += sep->length;
      }
      Str* s = p[i].as<Str>();
      memcpy(q, s->data(), s->length);
      q += s->length;
    }
    return r;
  }
  auto fill = [&]<typename C>(C* q) {
    auto put = [&](Str* s) {
      if (s->kind() == sizeof(C)) memcpy(q, s->data(), s->length * sizeof(C));
      else text_convert(view_of(s), q, sizeof(C));
      q += s->length;
    };
    for (size_t i = 0; i < n; i++) {
      if (i && sep->length == 1) *q++ = static_cast<C>(sep->at(0));
      else if (i && sep->length) put(sep);
      put(p[i].as<Str>());
    }
  };
  if (r->kind() == 2) fill(static_cast<uint16_t*>(r->inline_data()));
  else fill(static_cast<uint32_t*>(r->inline_data()));
  return r;
}

}  // namespace kaa
