// str: case mappings and questions about character classes.
#include <stdlib.h>

#include "base/unicode_props.h"
#include "types/str.h"

namespace kaa {

namespace {

// ---- ASCII: branch-free loops that the compiler turns into vector code
inline uint8_t ascii_lower(uint8_t c) { return static_cast<uint8_t>(c | (static_cast<uint8_t>(c - 'A') < 26 ? 0x20 : 0)); }
inline uint8_t ascii_upper(uint8_t c) { return static_cast<uint8_t>(c & ~(static_cast<uint8_t>(c - 'a') < 26 ? 0x20 : 0)); }
inline uint8_t ascii_swap(uint8_t c) { return static_cast<uint8_t>(c ^ (static_cast<uint8_t>((c | 0x20) - 'a') < 26 ? 0x20 : 0)); }

template <class F>
Result<Value> map_ascii(Thread& t, Str* s, F&& f) {
  size_t n = s->length;
  if (n == 0) return interp().empty_str;
  if (n == 1) return interp().latin1[f(s->data1()[0])];
  Str* r = TRY(alloc_str(t, n, 0x7F));
  const uint8_t* p = s->data1();
  uint8_t* q = static_cast<uint8_t*>(r->inline_data());
  for (size_t i = 0; i < n; i++) q[i] = f(p[i]);
  return r;
}

// ---- full mappings
bool final_sigma(TextView v, size_t i) {
  if (v.kind == 2) return unicode::is_final_sigma(v.u16(), v.length, i);
  return unicode::is_final_sigma(v.u32(), v.length, i);
}
unsigned lower_at(TextView v, size_t i, uint32_t* out) {
  uint32_t c = v[i];
  if (c < 0x80) {
    out[0] = ascii_lower(static_cast<uint8_t>(c));
    return 1;
  }
  if (UNLIKELY(c == 0x3A3)) {
    out[0] = final_sigma(v, i) ? 0x3C2 : 0x3C3;
    return 1;
  }
  return unicode::to_lower_full(c, out);
}

// f(view, index, out) writes up to three characters. They are gathered in four bytes each, and narrowed at the end.
template <class F>
Result<Value> map_full(Thread& t, Str* s, F&& f) {
  TextView v = view_of(s);
  uint32_t local[256];
  size_t room = v.length * unicode::kMaxCaseExpansion;
  uint32_t* out = local;
  if (room > sizeof local / sizeof *local) {
    out = static_cast<uint32_t*>(malloc(room * sizeof(uint32_t)));
    if (!out) return raise_memory(t);
  }
  uint32_t* q = out;
  for (size_t i = 0; i < v.length; i++) q += f(v, i, q);
  Result<Str*> r = str_from_view(t, {out, static_cast<size_t>(q - out), 4});
  if (out != local) free(out);
  return TRY(r);
}

template <class F>
bool all_of(const Str* s, F&& f) {
  TextView v = view_of(s);
  for (size_t i = 0; i < v.length; i++)
    if (!f(v[i])) return false;
  return true;
}
template <class F>
Result<Value> all_and_one(Args a, F&& f) {
  const Str* s = a.as<Str>(0);
  return Value::from_bool(s->length != 0 && all_of(s, f));
}

// Some cased character, and none for which `wrong` holds.
template <class Right, class Wrong>
Result<Value> cased(Args a, Right&& right, Wrong&& wrong) {
  TextView v = view_of(a.as<Str>(0));
  bool found = false;
  for (size_t i = 0; i < v.length; i++) {
    uint32_t c = v[i];
    if (wrong(c)) return kFalse;
    if (!found && right(c)) found = true;
  }
  return Value::from_bool(found);
}

}  // namespace

Result<Value> str_lower(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  return s->is_ascii() ? map_ascii(t, s, ascii_lower) : map_full(t, s, lower_at);
}
Result<Value> str_upper(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  if (s->is_ascii()) return map_ascii(t, s, ascii_upper);
  return map_full(t, s, [](TextView v, size_t i, uint32_t* out) -> unsigned {
    uint32_t c = v[i];
    if (c >= 0x80) return unicode::to_upper_full(c, out);
    out[0] = ascii_upper(static_cast<uint8_t>(c));
    return 1;
  });
}
Result<Value> str_swapcase(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  if (s->is_ascii()) return map_ascii(t, s, ascii_swap);
  return map_full(t, s, [](TextView v, size_t i, uint32_t* out) -> unsigned {
    uint32_t c = v[i];
    if (unicode::is_upper(c)) return lower_at(v, i, out);
    if (unicode::is_lower(c)) return unicode::to_upper_full(c, out);
    out[0] = c;
    return 1;
  });
}
Result<Value> str_casefold(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  if (s->is_ascii()) return map_ascii(t, s, ascii_lower);
  return map_full(t, s, [](TextView v, size_t i, uint32_t* out) { return unicode::to_fold_full(v[i], out); });
}
Result<Value> str_capitalize(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  if (s->is_ascii()) {
    Value r = TRY(map_ascii(t, s, ascii_lower));
    Str* out = r.as<Str>();
    if (out->length == 0) return r;
    if (out->length == 1) return interp().latin1[ascii_upper(out->data1()[0])];
    uint8_t* q = static_cast<uint8_t*>(out->inline_data());
    q[0] = ascii_upper(q[0]);
    return r;
  }
  return map_full(t, s, [](TextView v, size_t i, uint32_t* out) { return i == 0 ? unicode::to_title_full(v[i], out) : lower_at(v, i, out); });
}
Result<Value> str_title(Thread& t, Args a) {
  bool in_word = false;
  Str* s = a.as<Str>(0);
  if (s->is_ascii()) {
    return map_ascii(t, s, [&](uint8_t c) {
      uint8_t r = in_word ? ascii_lower(c) : ascii_upper(c);
      in_word = static_cast<uint8_t>((c | 0x20) - 'a') < 26;
      return r;
    });
  }
  return map_full(t, s, [&](TextView v, size_t i, uint32_t* out) {
    unsigned n = in_word ? lower_at(v, i, out) : unicode::to_title_full(v[i], out);
    in_word = unicode::is_cased(v[i]);
    return n;
  });
}

Result<Value> str_isalpha(Thread&, Args a) { return all_and_one(a, unicode::is_alpha); }
Result<Value> str_isalnum(Thread&, Args a) { return all_and_one(a, unicode::is_alnum); }
Result<Value> str_isdecimal(Thread&, Args a) { return all_and_one(a, unicode::is_decimal); }
Result<Value> str_isdigit(Thread&, Args a) { return all_and_one(a, unicode::is_digit); }
Result<Value> str_isnumeric(Thread&, Args a) { return all_and_one(a, unicode::is_numeric); }
Result<Value> str_isspace(Thread&, Args a) { return all_and_one(a, unicode::is_space); }
Result<Value> str_isascii(Thread&, Args a) { return Value::from_bool(a.as<Str>(0)->is_ascii()); }
Result<Value> str_isprintable(Thread&, Args a) { return Value::from_bool(all_of(a.as<Str>(0), unicode::is_printable)); }

Result<Value> str_islower(Thread&, Args a) {
  return cased(a, unicode::is_lower, [](uint32_t c) { return unicode::is_upper(c) || unicode::is_title(c); });
}
Result<Value> str_isupper(Thread&, Args a) {
  return cased(a, unicode::is_upper, [](uint32_t c) { return unicode::is_lower(c) || unicode::is_title(c); });
}
Result<Value> str_istitle(Thread&, Args a) {
  TextView v = view_of(a.as<Str>(0));
  bool found = false, in_word = false;
  for (size_t i = 0; i < v.length; i++) {
    uint32_t c = v[i];
    if (unicode::is_upper(c) || unicode::is_title(c)) {
      if (in_word) return kFalse;
      found = in_word = true;
    } else if (unicode::is_lower(c)) {
      if (!in_word) return kFalse;
      found = true;
    } else {
      in_word = false;
    }
  }
  return Value::from_bool(found);
}
Result<Value> str_isidentifier(Thread&, Args a) {
  TextView v = view_of(a.as<Str>(0));
  if (v.length == 0 || !(v[0] == '_' || unicode::is_xid_start(v[0]))) return kFalse;
  for (size_t i = 1; i < v.length; i++)
    if (!unicode::is_xid_continue(v[i])) return kFalse;
  return kTrue;
}

}  // namespace kaa
