// str: padding, tabs, translate and maketrans.
#include "base/unicode_props.h"
#include "types/str.h"

namespace kaa {

int decimal_digit(char32_t c) { return c < 0x110000 ? unicode::to_decimal(c) : -1; }

// The first `take` characters with fill characters around.
Result<Str*> str_pad_slice(Thread& t, Str* s, size_t take, size_t left, size_t right, uint32_t fill) {
  if (left + right == 0) return str_substr(t, s, 0, take);
  TextView v = view_of(s).slice(0, take);
  uint32_t max = take == s->length ? str_max(s) : text_bits(v);
  if (fill > max) max = fill;
  size_t length;
  if (__builtin_add_overflow(take, left, &length) || __builtin_add_overflow(length, right, &length)) return raise_memory(t);
  if (length == 1) return str_char(t, fill);
  Str* r = TRY(alloc_str(t, length, max));
  str_fill(r, 0, left, fill);
  str_put(r, left, v);
  str_fill(r, left + take, right, fill);
  return r;
}

Result<Str*> str_pad(Thread& t, Str* s, size_t left, size_t right, uint32_t fill) {
  if (left + right == 0) return str_exact(t, s);
  return str_pad_slice(t, s, s->length, left, right, fill);
}

namespace {

// The padding a width asks for, and the fill character.
struct Padding { size_t n; uint32_t fill; };
Result<Padding> padding(Thread& t, Args a) {
  int64_t width = TRY(ssize_argument(t, a[1]));
  Padding p{0, ' '};
  if (a[2]) {
    if (!is_str(a[2])) return RAISE(TypeError, "The fill character must be a unicode character, not %T", a[2]);
    if (a.as<Str>(2)->length != 1) return RAISE(TypeError, "The fill character must be exactly one character long");
    p.fill = a.as<Str>(2)->at(0);
  }
  int64_t n = static_cast<int64_t>(a.as<Str>(0)->length);
  if (width > n) p.n = static_cast<size_t>(width - n);
  return p;
}

// ---- translate
enum class Found : uint8_t { kKeep, kDrop, kChar, kText };
struct Replacement { Found what; uint32_t cp; Str* text; };

Result<Replacement> look_up(Thread& t, Value table, uint32_t c) {
  Value v;
  if (IS_EXACT(table, dict)) {  // no KeyError needs to be made
    Opt found = TRY(dict_get(t, table.as<Dict>(), small_int(c)));
    if (!found) return Replacement{Found::kKeep, c, nullptr};
    v = found.v;
  } else {
    Result<Value> r = get_item(t, table, small_int(c));
    if (!r.ok()) {
      if (!exc_matches(t, KAA_TYPE(LookupError))) return Error{};
      clear_exc(t);
      return Replacement{Found::kKeep, c, nullptr};
    }
    v = r.value();
  }
  if (v.is_none()) return Replacement{Found::kDrop, 0, nullptr};
  if (is_int(v)) {
    Value i = TRY(to_index(t, v));
    if (!i.is_int() || i.as_int() < 0 || i.as_int() > 0x10FFFF) return RAISE(ValueError, "character mapping must be in range(0x110000)");
    return Replacement{Found::kChar, static_cast<uint32_t>(i.as_int()), nullptr};
  }
  if (is_str(v)) {
    Str* s = v.as<Str>();
    if (s->length == 1) return Replacement{Found::kChar, s->at(0), nullptr};
    return Replacement{Found::kText, 0, s};
  }
  return RAISE(TypeError, "character mapping must return integer, None or str");
}

}  // namespace

Result<Value> str_center(Thread& t, Args a) {
  Padding p = TRY(padding(t, a));
  Str* s = a.as<Str>(0);
  size_t left = p.n / 2 + (p.n & (p.n + s->length) & 1);
  return TRY(str_pad(t, s, left, p.n - left, p.fill));
}
Result<Value> str_ljust(Thread& t, Args a) {
  Padding p = TRY(padding(t, a));
  return TRY(str_pad(t, a.as<Str>(0), 0, p.n, p.fill));
}
Result<Value> str_rjust(Thread& t, Args a) {
  Padding p = TRY(padding(t, a));
  return TRY(str_pad(t, a.as<Str>(0), p.n, 0, p.fill));
}
Result<Value> str_zfill(Thread& t, Args a) {
  int64_t width = TRY(ssize_argument(t, a[1]));
  Str* s = a.as<Str>(0);
  if (width <= static_cast<int64_t>(s->length)) return TRY(str_exact(t, s));
  size_t n = static_cast<size_t>(width) - s->length;
  Str* r = TRY(str_pad(t, s, n, 0, '0'));
  uint32_t sign = s->length ? s->at(0) : 0;
  if (sign == '+' || sign == '-') {  // to the front
    str_fill(r, n, 1, '0');
    str_fill(r, 0, 1, sign);
  }
  return r;
}

Result<Value> str_expandtabs(Thread& t, Args a) {
  int size = a[1] ? TRY(to_cint(t, a[1])) : 8;
  Str* s = a.as<Str>(0);
  TextView v = view_of(s);
  uint64_t length = 0, column = 0;
  bool found = false;
  for (size_t i = 0; i < v.length; i++) {
    uint32_t c = v[i];
    if (c == '\t') {
      found = true;
      if (size > 0) {
        uint64_t n = static_cast<uint64_t>(size) - column % static_cast<uint64_t>(size);
        column += n;
        length += n;
      }
    } else {
      column = c == '\n' || c == '\r' ? 0 : column + 1;
      length++;
    }
    if (length > INT64_MAX) return RAISE(OverflowError, "new string is too long");
  }
  if (!found) return TRY(str_exact(t, s));
  if (length == 0) return interp().empty_str;
  if (length == 1 && v.length == 1) return interp().latin1[' '];
  Str* r = TRY(alloc_str(t, length, str_max(s)));
  column = 0;
  size_t at = 0;
  for (size_t i = 0; i < v.length; i++) {
    uint32_t c = v[i];
    if (c == '\t') {
      if (size > 0) {
        uint64_t n = static_cast<uint64_t>(size) - column % static_cast<uint64_t>(size);
        str_fill(r, at, n, ' ');
        at += n;
        column += n;
      }
    } else {
      column = c == '\n' || c == '\r' ? 0 : column + 1;
      str_fill(r, at++, 1, c);
    }
  }
  return r;
}

Result<Value> str_translate(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  Value table = a[1];
  TextView v = view_of(s);
  TextBuilder out;
  // What was found for ASCII characters: 0 nothing yet, 1 + the character, or 0xFF: dropped.
  uint8_t known[128] = {};
  size_t i = 0;
  if (s->is_ascii() && v.length) {
    // As long as the table gives ASCII characters, they are written without further ado.
    uint8_t* start = static_cast<uint8_t*>(out.grow(v.length, 0x7F));
    if (!start) return raise_memory(t);
    uint8_t* q = start;
    const uint8_t* p = v.u8();
    for (; i < v.length; i++) {
      uint8_t c = p[i];
      if (UNLIKELY(!known[c])) {
        Replacement r = TRY(look_up(t, table, c));
        if (r.what == Found::kDrop) known[c] = 0xFF;
        else if (r.what != Found::kText && r.cp < 128) known[c] = static_cast<uint8_t>(r.cp + 1);
        else break;
      }
      *q = static_cast<uint8_t>(known[c] - 1);
      q += known[c] != 0xFF;
    }
    out.truncate(static_cast<size_t>(q - start));
  }
  for (; i < v.length; i++) {
    uint32_t c = v[i];
    if (c < 128 && known[c]) {
      if (known[c] != 0xFF) out.push(known[c] - 1u);
      continue;
    }
    Replacement r = TRY(look_up(t, table, c));
    switch (r.what) {
      case Found::kDrop: if (c < 128) known[c] = 0xFF; break;
      case Found::kText: out.append(view_of(r.text)); break;
      default:
        out.push(r.cp);
        if (c < 128 && r.cp < 128) known[c] = static_cast<uint8_t>(r.cp + 1);
    }
  }
  return TRY(str_from_text(t, out));
}

Result<Value> str_maketrans(Thread& t, Args a) {
  Value x = a[0], y = a[1], z = a[2];
  Dict* d = TRY(new_dict(t));
  if (y) {
    if (!is_str(y)) return RAISE(TypeError, "maketrans() argument 2 must be str, not %T", y);
    if (z && !is_str(z)) return RAISE(TypeError, "maketrans() argument 3 must be str, not %T", z);
    if (!is_str(x)) return RAISE(TypeError, "first maketrans argument must be a string if there is a second argument");
    TextView from = view_of(x.as<Str>()), to = view_of(y.as<Str>());
    if (from.length != to.length) return RAISE(ValueError, "the first two maketrans arguments must have equal length");
    for (size_t i = 0; i < from.length; i++) TRY(dict_set(t, d, small_int(from[i]), small_int(to[i])));
    if (z) {
      TextView drop = view_of(z.as<Str>());
      for (size_t i = 0; i < drop.length; i++) TRY(dict_set(t, d, small_int(drop[i]), kNone));
    }
    return d;
  }
  if (!IS_EXACT(x, dict)) return RAISE(TypeError, "if you give only one argument to maketrans it must be a dict");
  Dict* from = x.as<Dict>();
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(from, &pos)) {
    Value k = e->key, v = e->value;
    if (is_str(k)) {
      if (k.as<Str>()->length != 1) return RAISE(ValueError, "string keys in translatetable must be of length 1");
      TRY(dict_set(t, d, small_int(k.as<Str>()->at(0)), v));
    } else if (is_int(k)) {
      TRY(dict_set(t, d, k, v));
    } else {
      return RAISE(TypeError, "keys in translate table mustbe strings or integers");
    }
  }
  return d;
}

}  // namespace kaa
