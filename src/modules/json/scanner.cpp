// Decoding: make_scanner and scanstring.
#include "base/float_text.h"
#include "modules/json/json.h"
#include "modules/native_new.h"
#include "types/int.h"

namespace kaa::json {

Error raise_decode_error(Thread& t, const char* message, Str* s, size_t at) {
  Value cls = TRY(import_attr(t, "json.decoder", "JSONDecodeError"));
  Value e = TRY(call(t, cls, TRY(new_str(t, message)), s, small_int(static_cast<int64_t>(at))));
  return raise_value(t, e);
}

namespace {

// Four hexadecimal digits, or -1.
int32_t hex4(TextView v, size_t at) {
  if (at + 4 > v.length) return -1;
  int32_t n = 0;
  for (size_t i = at; i < at + 4; i++) {
    uint32_t c = v[i];
    uint32_t d = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' && c < 0x80 ? (c | 32) - 'a' + 10 : 16;
    if (d > 15) return -1;
    n = n * 16 + static_cast<int32_t>(d);
  }
  return n;
}

// The first character from `at` on that is a quote, a backslash or a control character.
template <class C>
size_t find_special(const C* p, size_t at, size_t n) {
  while (at < n && p[at] != '"' && p[at] != '\\' && p[at] >= 0x20) at++;
  return at;
}
size_t next_special(TextView v, size_t at) {
  switch (v.kind) {
    case 1: return find_special(v.u8(), at, v.length);
    case 2: return find_special(v.u16(), at, v.length);
    default: return find_special(v.u32(), at, v.length);
  }
}

}  // namespace

Result<Value> scan_string(Thread& t, Str* s, size_t begin, bool strict, size_t* end) {
  TextView v = view_of(s);
  size_t n = v.length, at = begin;
  TextBuilder out;
  bool escapes = false;
  for (size_t piece = begin;;) {
    at = next_special(v, at);
    if (at >= n) return raise_decode_error(t, "Unterminated string starting at", s, begin - 1);
    uint32_t c = v[at];
    if (c < 0x20) {
      if (strict) return raise_decode_error(t, "Invalid control character at", s, at);
      at++;
      continue;
    }
    if (c == '"') {
      *end = at + 1;
      if (!escapes) return TRY(str_substr(t, s, begin, at));
      out.append(v.slice(piece, at));
      return TRY(str_from_text(t, out));
    }
    escapes = true;
    out.append(v.slice(piece, at));
    if (++at >= n) return raise_decode_error(t, "Unterminated string starting at", s, begin - 1);
    c = v[at++];
    switch (c) {
      case '"': case '\\': case '/': break;
      case 'b': c = '\b'; break;
      case 'f': c = '\f'; break;
      case 'n': c = '\n'; break;
      case 'r': c = '\r'; break;
      case 't': c = '\t'; break;
      case 'u': {
        int32_t h = hex4(v, at);
        if (h < 0) return raise_decode_error(t, "Invalid \\uXXXX escape", s, at - 1);
        c = static_cast<uint32_t>(h);
        at += 4;
        if ((c & 0xFC00) == 0xD800 && at + 6 <= n && v[at] == '\\' && v[at + 1] == 'u') {
          int32_t low = hex4(v, at + 2);
          if (low >= 0 && (low & 0xFC00) == 0xDC00) {
            c = 0x10000 + ((c & 0x3FF) << 10) + (static_cast<uint32_t>(low) & 0x3FF);
            at += 6;
          }
        }
        break;
      }
      default: return raise_decode_error(t, "Invalid \\escape", s, at - 2);
    }
    out.push(c);
    piece = at;
  }
}

namespace {

struct Scanner : Object {
  Field<> strict, object_hook, object_pairs_hook, parse_float, parse_int, parse_constant;
  bool is_strict;
  template <class F> void each_field(F&& f) { f(strict); f(object_hook); f(object_pairs_hook); f(parse_float); f(parse_int); f(parse_constant); }
};

// One run over one text.
struct Run {
  Thread& t;
  Scanner* sc;
  Str* s;
  TextView v;
  Dict* keys;  // equal keys become one object

  size_t skip(size_t i) const {
    while (i < v.length) {
      uint32_t c = v[i];
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r') break;
      i++;
    }
    return i;
  }
  bool is(size_t i, uint32_t c) const { return i < v.length && v[i] == c; }
  bool word(size_t i, const char* w) const {
    for (; *w; w++, i++)
      if (!is(i, static_cast<uint8_t>(*w))) return false;
    return true;
  }
  Result<Value> constant(const char* name, size_t at, size_t* next) {
    *next = at + strlen(name);
    return call(t, sc->parse_constant.value(), TRY(new_str(t, name)));
  }

  Result<Value> value(size_t at, size_t* next) {
    if (at >= v.length) return raise_stop_iteration(t, small_int(static_cast<int64_t>(at)));
    switch (v[at]) {
      case '"': return scan_string(t, s, at + 1, sc->is_strict, next);
      case '{': TRY(native_enter(t, " while decoding a JSON object from a unicode string")); return object(at + 1, next);
      case '[': TRY(native_enter(t, " while decoding a JSON array from a unicode string")); return array(at + 1, next);
      case 'n': if (word(at, "null")) { *next = at + 4; return kNone; } break;
      case 't': if (word(at, "true")) { *next = at + 4; return kTrue; } break;
      case 'f': if (word(at, "false")) { *next = at + 5; return kFalse; } break;
      case 'N': if (word(at, "NaN")) return constant("NaN", at, next); break;
      case 'I': if (word(at, "Infinity")) return constant("Infinity", at, next); break;
      case '-': if (word(at, "-Infinity")) return constant("-Infinity", at, next); break;
    }
    return number(at, next);
  }

  Result<Value> number(size_t start, size_t* next) {
    auto digit = [&](size_t i) { return i < v.length && v[i] >= '0' && v[i] <= '9'; };
    size_t i = start;
    if (is(i, '-')) i++;
    if (!digit(i)) return raise_stop_iteration(t, small_int(static_cast<int64_t>(start)));
    if (v[i] == '0') i++;
    else while (digit(i)) i++;
    bool real = false;
    if (is(i, '.') && digit(i + 1)) {
      real = true;
      i += 2;
      while (digit(i)) i++;
    }
    if (is(i, 'e') || is(i, 'E')) {
      size_t e = i + 1;
      if (is(e, '+') || is(e, '-')) e++;
      if (digit(e)) {
        real = true;
        while (digit(e)) e++;
        i = e;
      }
    }
    *next = i;
    Value custom = real ? sc->parse_float.value() : sc->parse_int.value();
    if (custom != Value(real ? KAA_TYPE(float) : KAA_TYPE(int))) return call(t, custom, TRY(str_substr(t, s, start, i)));
    char room[64];
    std::string longer;
    size_t n = i - start;
    char* p = room;
    if (n >= sizeof room) {
      longer.resize(n);
      p = longer.data();
    }
    for (size_t k = 0; k < n; k++) p[k] = static_cast<char>(v[start + k]);
    if (!real) {
      if (n <= 18) {
        int64_t x = 0;
        for (size_t k = p[0] == '-'; k < n; k++) x = x * 10 + (p[k] - '0');
        return small_int(p[0] == '-' ? -x : x);
      }
      return int_from_text(t, {p, n}, 10);
    }
    double d = 0;
    read_double(p, p + n, &d);
    return make_float(t, d);
  }

  Result<Value> array(size_t at, size_t* next) {
    List* out = TRY(new_list(t));
    at = skip(at);
    if (!is(at, ']')) {
      for (;;) {
        Value item = TRY(value(at, &at));
        TRY(list_append(t, out, item));
        at = skip(at);
        if (is(at, ']')) break;
        if (!is(at, ',')) return raise_decode_error(t, "Expecting ',' delimiter", s, at);
        size_t comma = at;
        at = skip(at + 1);
        if (is(at, ']')) return raise_decode_error(t, "Illegal trailing comma before end of array", s, comma);
      }
    }
    *next = at + 1;
    return out;
  }

  Result<Value> key(size_t at, size_t* next) {
    Value k = TRY(scan_string(t, s, at + 1, sc->is_strict, next));
    Opt known = TRY(dict_get(t, keys, k));
    if (known) return known.v;
    TRY(dict_set(t, keys, k, k));
    return k;
  }

  Result<Value> object(size_t at, size_t* next) {
    bool pairs = !sc->object_pairs_hook.value().is_none();
    List* list = pairs ? TRY(new_list(t)) : nullptr;
    Dict* dict = pairs ? nullptr : TRY(new_dict(t));
    at = skip(at);
    if (!is(at, '}')) {
      for (;;) {
        if (!is(at, '"')) return raise_decode_error(t, "Expecting property name enclosed in double quotes", s, at);
        Value k = TRY(key(at, &at));
        at = skip(at);
        if (!is(at, ':')) return raise_decode_error(t, "Expecting ':' delimiter", s, at);
        at = skip(at + 1);
        Value item = TRY(value(at, &at));
        if (pairs) TRY(list_append(t, list, TRY(make_tuple(t, k, item))));
        else TRY(dict_set(t, dict, k, item));
        at = skip(at);
        if (is(at, '}')) break;
        if (!is(at, ',')) return raise_decode_error(t, "Expecting ',' delimiter", s, at);
        size_t comma = at;
        at = skip(at + 1);
        if (is(at, '}')) return raise_decode_error(t, "Illegal trailing comma before end of object", s, comma);
      }
    }
    *next = at + 1;
    if (pairs) return call(t, sc->object_pairs_hook.value(), list);
    if (!sc->object_hook.value().is_none()) return call(t, sc->object_hook.value(), dict);
    return dict;
  }
};

Result<Value> scanner_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("make_scanner", "($cls, context)", 2);
  Scanner* sc = TRY(alloc_as<Scanner>(t, p[0].as<Type>()));
  sc->strict.init(TRY(get_attr(t, p[1], NAME("strict"))));
  sc->is_strict = TRY(truth(t, sc->strict));
  sc->object_hook.init(TRY(get_attr(t, p[1], NAME("object_hook"))));
  sc->object_pairs_hook.init(TRY(get_attr(t, p[1], NAME("object_pairs_hook"))));
  sc->parse_float.init(TRY(get_attr(t, p[1], NAME("parse_float"))));
  sc->parse_int.init(TRY(get_attr(t, p[1], NAME("parse_int"))));
  sc->parse_constant.init(TRY(get_attr(t, p[1], NAME("parse_constant"))));
  return sc;
}

Result<Value> scanner_call(Thread& t, Args a, Tuple* kwnames) {
  static const MethodDef k_sig{"scan_once", static_cast<NativeFn>(nullptr), "($self, string, idx)", nullptr, MethodKind::kMethod};
  Value p[3];
  TRY(bind_raw(t, "scan_once", *parse_signature(t, k_sig), a, kwnames, p, nullptr, nullptr));
  int64_t at = TRY(to_ssize(t, p[2]));
  if (!is_str(p[1])) return RAISE(TypeError, "first argument must be a string, not %T", p[1]);
  if (at < 0) return RAISE(ValueError, "idx cannot be negative");
  Str* s = p[1].as<Str>();
  Keep keep(s);
  Run run{t, p[0].as<Scanner>(), s, view_of(s), TRY(new_dict(t))};
  size_t next = 0;
  Value v = TRY(run.value(static_cast<size_t>(at), &next));
  return TRY(make_tuple(t, v, small_int(static_cast<int64_t>(next))));
}

#define MEMBER(name) {#name, [](Thread&, Value v) -> Result<Value> { return v.as<Scanner>()->name.value(); }, nullptr, nullptr}
const GetSetDef k_getsets[] = {MEMBER(strict), MEMBER(object_hook), MEMBER(object_pairs_hook), MEMBER(parse_float), MEMBER(parse_int), MEMBER(parse_constant)};
#undef MEMBER
const MethodDef k_methods[] = {
    {"__new__", scanner_new, nullptr, "make_scanner(context)", MethodKind::kNew},
    {"__call__", scanner_call, nullptr, "Reads one value of the text: (value, where it ends)."},
};

}  // namespace

const TypeSpec scanner_spec = {.doc = "Reads JSON values from texts.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Scanner>, .flags = kTypeBase};

}  // namespace kaa::json
