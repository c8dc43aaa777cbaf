// Encoding: make_encoder and the string literals.
#include "modules/json/json.h"
#include "modules/native_new.h"
#include "types/int.h"
#include "types/list.h"

namespace kaa::json {

namespace {

// How a character is written between quotes: 0 as it is, else the letter behind the backslash ('u' for numbers).
char escape_of(uint32_t c, bool ascii) {
  switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '\b': return 'b';
    case '\f': return 'f';
  }
  return c < 0x20 || (ascii && c >= 0x7F) ? 'u' : 0;
}

void append_u(TextBuilder& out, uint32_t c) {
  static const char digits[] = "0123456789abcdef";
  char b[6] = {'\\', 'u', digits[c >> 12 & 15], digits[c >> 8 & 15], digits[c >> 4 & 15], digits[c & 15]};
  put(out, {b, 6});
}

// Whether one of eight characters below 256 may have to be escaped.
bool may_escape(uint64_t x, bool ascii) {
  constexpr uint64_t kOnes = ~uint64_t{0} / 255, kHigh = kOnes << 7;
  auto has_zero = [](uint64_t v) { return (v - kOnes) & ~v & kHigh; };
  uint64_t r = ((x - kOnes * 0x20) & ~x & kHigh) | has_zero(x ^ kOnes * '"') | has_zero(x ^ kOnes * '\\');
  if (ascii) r |= (x & kHigh) | has_zero(x ^ kOnes * 0x7F);
  return r;
}
// How many characters at the beginning are surely written as they are.
size_t plain_prefix(TextView s, bool ascii) {
  size_t i = 0;
  if (s.kind != 1) return 0;
  const uint8_t* p = s.u8();
  for (uint64_t x; i + 8 <= s.length; i += 8) {
    memcpy(&x, p + i, 8);
    if (may_escape(x, ascii)) return i;
  }
  if (size_t rest = s.length - i; rest && i) {  // the last eight, some of which were seen
    uint64_t x;
    memcpy(&x, p + s.length - 8, 8);
    return may_escape(x, ascii) ? i : s.length;
  }
  return i;
}

}  // namespace

void append_quoted(TextBuilder& out, TextView s, bool ascii) {
  out.push('"');
  size_t plain = 0;
  for (size_t i = plain_prefix(s, ascii); i < s.length; i++) {
    uint32_t c = s[i];
    char e = escape_of(c, ascii);
    if (LIKELY(!e)) continue;
    if (i > plain) out.append(s.slice(plain, i));
    plain = i + 1;
    if (e != 'u') {
      out.push('\\');
      out.push(static_cast<uint8_t>(e));
    } else if (c < 0x10000) {
      append_u(out, c);
    } else {
      append_u(out, 0xD800 + ((c - 0x10000) >> 10));
      append_u(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  if (s.length > plain) out.append(s.slice(plain, s.length));
  out.push('"');
}

namespace {
Result<Value> quoted(Thread& t, Value v, bool ascii) {
  if (!is_str(v)) return RAISE(TypeError, "first argument must be a string, not %T", v);
  TextBuilder out;
  append_quoted(out, view_of(v.as<Str>()), ascii);
  return TRY(str_from_text(t, out));
}
}  // namespace
Result<Value> py_encode_basestring(Thread& t, Args a) { return quoted(t, a[0], false); }
Result<Value> py_encode_basestring_ascii(Thread& t, Args a) { return quoted(t, a[0], true); }

namespace {

struct Encoder : Object {
  Field<> markers;   // a Dict of the containers that are being written, or None
  Field<> fallback, encoder, indent, key_separator, item_separator;
  bool sort_keys, skip_keys, allow_nan;
  uint8_t fast;      // 1: encoder is encode_basestring, 2: encode_basestring_ascii
  template <class F> void each_field(F&& f) { f(markers); f(fallback); f(encoder); f(indent); f(key_separator); f(item_separator); }
};

// Adds a note to the exception that is being raised.
template <class... A>
Error note(Thread& t, const char* format, A... args) {
  Value e = take_exc(t);
  Result<Str*> text = str_format(t, format, args...);
  if (!text.ok()) return Error{};
  if (!call_method(t, e, NAME("add_note"), text.value()).ok()) return Error{};
  restore_exc(t, e);
  return {};
}

struct Writer {
  Thread& t;
  Encoder* e;
  TextBuilder out;
  int64_t level = 0;

  bool indented() const { return !e->indent.value().is_none(); }
  void new_line() {
    out.push('\n');
    for (int64_t i = 0; i < level; i++) out.append(view_of(e->indent.value().as<Str>()));
  }
  // Before an item of a list or dict, and behind the last one.
  void before_item(bool first) {
    if (!first) out.append(view_of(e->item_separator.value().as<Str>()));
    else level++;
    if (indented()) new_line();
  }
  void behind_items(bool any) {
    if (!any) return;
    level--;
    if (indented()) new_line();
  }

  Status text(Value v) {
    if (LIKELY(e->fast)) {
      append_quoted(out, view_of(v.as<Str>()), e->fast == 2);
      return {};
    }
    Value r = TRY(call(t, e->encoder.value(), v));
    if (!is_str(r)) return RAISE(TypeError, "encoder() must return a string, not %T", r);
    out.append(view_of(r.as<Str>()));
    return {};
  }
  Status number(Value v) {
    if (v.is_int()) {
      push_decimal(out, v.as_int());
      return {};
    }
    if (is_float(v)) {
      double d = float_value(v);
      if (d != d || d - d != 0) {
        if (!e->allow_nan) return RAISE(ValueError, "Out of range float values are not JSON compliant: %R", v);
        put(out, d != d ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
        return {};
      }
      v = TRY(make_float(t, d));  // of a subclass: float's own text
      out.append(view_of(TRY(repr(t, v))));
      return {};
    }
    out.append(view_of(TRY(int_to_str(t, TRY(int_exact(t, v))))));
    return {};
  }
  Status key(Value k) {
    if (is_str(k)) return text(k);
    out.push('"');
    if (k.is_none()) put(out, "null");
    else if (k.is_bool()) put(out, k == kTrue ? "true" : "false");
    else TRY(number(k));
    out.push('"');
    return {};
  }

  Result<Value> enter(Value o) {
    if (e->markers.value().is_none()) return kNone;
    Value id = TRY(id_value(t, o));
    Dict* m = e->markers.value().as<Dict>();
    Opt known = TRY(dict_get(t, m, id));
    if (known) return RAISE(ValueError, "Circular reference detected");
    TRY(dict_set(t, m, id, o));
    return id;
  }
  Status leave(Value id) {
    if (!id.is_none()) TRY(dict_pop(t, e->markers.value().as<Dict>(), id));
    return {};
  }

  Status value(Value o) {
    if (o.is_none()) { put(out, "null"); return {}; }
    if (o.is_bool()) { put(out, o == kTrue ? "true" : "false"); return {}; }
    if (is_str(o)) return text(o);
    if (is_int(o) || is_float(o)) return number(o);
    TRY(native_enter(t, " while encoding a JSON object"));
    if (is_list(o) || is_tuple(o)) return list(o);
    if (is_dict(o)) return dict(o);
    Value id = TRY(enter(o));
    Value other = TRY(call(t, e->fallback.value(), o));
    Status s = value(other);
    if (!s.ok()) return note(t, "when serializing %T object", o);
    return leave(id);
  }

  Status list(Value o) {
    Value given = o;
    if (!iterates_plainly(o)) o = TRY(list_from(t, o));
    int64_t n = is_list(o) ? static_cast<int64_t>(o.as<List>()->size) : static_cast<int64_t>(o.as<Tuple>()->size);
    if (!n) { put(out, "[]"); return {}; }
    Value id = TRY(enter(given));
    TRY(safepoint(t));
    out.push('[');
    bool any = false;
    for (int64_t i = 0;; i++) {
      if (i >= (is_list(o) ? static_cast<int64_t>(o.as<List>()->size) : n)) break;
      before_item(!i);
      any = true;
      Value item = is_list(o) ? o.as<List>()->items[i] : o.as<Tuple>()->items[i];
      if (!value(item).ok()) return note(t, "when serializing %T item %ld", given, i);
    }
    behind_items(any);
    out.push(']');
    return leave(id);
  }

  Status pair(Value o, Value k, Value v, bool* first) {
    if (!is_str(k) && !is_float(k) && !is_int(k) && !k.is_none()) {
      if (e->skip_keys) return {};
      return RAISE(TypeError, "keys must be str, int, float, bool or None, not %T", k);
    }
    before_item(*first);
    *first = false;
    TRY(key(k));
    out.append(view_of(e->key_separator.value().as<Str>()));
    if (!value(v).ok()) return note(t, "when serializing %T item %R", o, k);
    return {};
  }

  Status dict(Value o) {
    Dict* d = o.as<Dict>();
    if (!d->used) { put(out, "{}"); return {}; }
    Value id;
    bool first = true;
    if (e->sort_keys || !IS_EXACT(o, dict)) {
      List* items = TRY(list_from(t, TRY(call_method(t, o, NAME("items")))));
      if (!items->size) { put(out, "{}"); return {}; }
      id = TRY(enter(o));
      if (e->sort_keys) TRY(call_method(t, items, NAME("sort")));
      out.push('{');
      for (uint64_t i = 0; i < items->size; i++) {
        Value u = items->items[i];
        if (!is_tuple(u) || u.as<Tuple>()->size != 2) return RAISE(ValueError, "items must return 2-tuples");
        TRY(pair(o, u.as<Tuple>()->items[0], u.as<Tuple>()->items[1], &first));
      }
    } else {
      id = TRY(enter(o));
      TRY(safepoint(t));
      out.push('{');
      uint32_t pos = 0;
      while (DictEntry* x = dict_next(d, &pos)) {
        Value k = x->key, v = x->value;
        TRY(pair(o, k, v, &first));
      }
    }
    behind_items(!first);
    out.push('}');
    return leave(id);
  }
};

Result<Value> encoder_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("make_encoder", "($cls, markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)", 10);
  for (int i = 5; i <= 6; i++)
    if (!is_str(p[i])) return RAISE(TypeError, "make_encoder() argument %d must be str, not %T", i, p[i]);
  if (!p[4].is_none() && !is_str(p[4])) return RAISE(TypeError, "make_encoder() argument 4 must be str or None, not %T", p[4]);
  bool sort_keys = TRY(truth(t, p[7])), skip_keys = TRY(truth(t, p[8])), allow_nan = TRY(truth(t, p[9]));
  if (!p[1].is_none() && !is_dict(p[1])) return RAISE(TypeError, "make_encoder() argument 1 must be dict or None, not %T", p[1]);
  Encoder* e = TRY(alloc_as<Encoder>(t, p[0].as<Type>()));
  e->markers.init(p[1]);
  e->fallback.init(p[2]);
  e->encoder.init(p[3]);
  e->indent.init(p[4]);
  e->key_separator.init(p[5]);
  e->item_separator.init(p[6]);
  e->sort_keys = sort_keys;
  e->skip_keys = skip_keys;
  e->allow_nan = allow_nan;
  if (IS_EXACT(p[3], builtin_function)) {
    NativeFn f = p[3].as<NativeFunction>()->def->fn;
    e->fast = f == py_encode_basestring ? 1 : f == py_encode_basestring_ascii ? 2 : 0;
  }
  return e;
}

Result<Value> encoder_call(Thread& t, Args a, Tuple* kwnames) {
  static const MethodDef k_sig{"_iterencode", static_cast<NativeFn>(nullptr), "($self, obj, _current_indent_level)", nullptr, MethodKind::kMethod};
  Value p[3];
  TRY(bind_raw(t, "_iterencode", *parse_signature(t, k_sig), a, kwnames, p, nullptr, nullptr));
  int64_t level = TRY(to_ssize(t, p[2]));
  Writer w{t, p[0].as<Encoder>(), {}, level > 0 ? level : 0};
  TRY(w.value(p[1]));
  return TRY(make_tuple(t, TRY(str_from_text(t, w.out))));
}

#define MEMBER(name, field) {name, [](Thread&, Value v) -> Result<Value> { return v.as<Encoder>()->field; }, nullptr, nullptr}
const GetSetDef k_getsets[] = {
    MEMBER("markers", markers.value()), MEMBER("default", fallback.value()), MEMBER("encoder", encoder.value()), MEMBER("indent", indent.value()),
    MEMBER("key_separator", key_separator.value()), MEMBER("item_separator", item_separator.value()),
    {"sort_keys", [](Thread&, Value v) -> Result<Value> { return Value::from_bool(v.as<Encoder>()->sort_keys); }, nullptr, nullptr},
    {"skipkeys", [](Thread&, Value v) -> Result<Value> { return Value::from_bool(v.as<Encoder>()->skip_keys); }, nullptr, nullptr},
};
#undef MEMBER
const MethodDef k_methods[] = {
    {"__new__", encoder_new, nullptr, "make_encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)", MethodKind::kNew},
    {"__call__", encoder_call, nullptr, "A tuple with the JSON text of an object."},
};

}  // namespace

const TypeSpec encoder_spec = {.doc = "Writes objects as JSON.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Encoder>, .flags = kTypeBase};

}  // namespace kaa::json
