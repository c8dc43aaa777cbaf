// re.Pattern.
#include "base/siphash.h"
#include "modules/sre/sre.h"
#include "types/dict.h"

namespace kaa::regex {

namespace {

Pattern* self_of(Args a) { return a.as<Pattern>(0); }

Result<Value> match_at_start(Thread& t, Args a, bool all) {
  Search s(t, self_of(a));
  TRY(s.begin(a[1], a[2], a[3]));
  if (s.pos > s.endpos) return kNone;
  sre::Options o;
  o.match_all = all;
  bool found = TRY(s.matcher.run(s.pattern, s.text.subject, s.pos, s.endpos, false, o));
  if (!found) return kNone;
  return s.match_object();
}
Result<Value> pattern_match(Thread& t, Args a) { return match_at_start(t, a, false); }
Result<Value> pattern_fullmatch(Thread& t, Args a) { return match_at_start(t, a, true); }

Result<Value> pattern_search(Thread& t, Args a) {
  Search s(t, self_of(a));
  TRY(s.begin(a[1], a[2], a[3]));
  bool found = TRY(s.next());
  if (!found) return kNone;
  return s.match_object();
}

Result<Value> pattern_findall(Thread& t, Args a) {
  Pattern* p = self_of(a);
  Search s(t, p);
  TRY(s.begin(a[1], a[2], a[3]));
  List* out = TRY(new_list(t));
  Value nothing;  // stands for groups that took no part
  if (p->groups) nothing = TRY(s.text.slice(t, 0, 0));
  for (;;) {
    bool found = TRY(s.next());
    if (!found) return out;
    Value item;
    if (p->groups <= 1) {
      item = TRY(s.group(p->groups));
      if (item.is_none()) item = nothing;
    } else {
      Tuple* u = TRY(new_tuple(t, p->groups));
      for (uint32_t g = 1; g <= p->groups; g++) {
        Value v = TRY(s.group(g));
        tuple_init(u, g - 1, v.is_none() ? nothing : v);
      }
      item = u;
    }
    TRY(list_append(t, out, item));
  }
}

Result<Value> pattern_finditer(Thread& t, Args a) { return new_scanner(t, g_find_iter, self_of(a), a); }
Result<Value> pattern_scanner(Thread& t, Args a) { return new_scanner(t, g_scanner, self_of(a), a); }

Result<Value> pattern_split(Thread& t, Args a) {
  Pattern* p = self_of(a);
  int64_t most = a[2] ? TRY(ssize_argument(t, a[2])) : 0;
  Search s(t, p);
  TRY(s.begin(a[1], Value(), Value()));
  List* out = TRY(new_list(t));
  size_t last = 0;
  for (int64_t n = 0; !most || n < most; n++) {
    bool found = TRY(s.next());
    if (!found) break;
    size_t start = s.matcher.start(), end = s.matcher.end();
    TRY(list_append(t, out, TRY(s.text.slice(t, last, start))));
    for (uint32_t g = 1; g <= p->groups; g++) TRY(list_append(t, out, TRY(s.group(g))));
    last = end;
  }
  TRY(list_append(t, out, TRY(s.text.slice(t, last, s.text.subject.length))));
  return out;
}

// What sub() replaces with.
struct Replacement {
  enum Kind { kLiteral, kTemplate, kCallable } kind;
  Value value;
};

Result<bool> has_backslash(Thread& t, Value v, bool* known) {
  Text text;
  *known = is_str(v) || has_buffer(v);
  if (!*known) return true;
  TRY(text.get(t, v));
  const sre::Subject& s = text.subject;
  if (s.kind == 1) return memchr(s.data, '\\', s.length) != nullptr;
  TextView view = text.view(0, s.length);
  for (size_t i = 0; i < s.length; i++)
    if (view[i] == '\\') return true;
  return false;
}

Result<Replacement> replacement_of(Thread& t, Pattern* p, Value repl) {
  if (is_callable(repl)) return Replacement{Replacement::kCallable, repl};
  bool known, special = TRY(has_backslash(t, repl, &known));
  if (known && !special) return Replacement{Replacement::kLiteral, repl};
  Value v = TRY(compile_template(t, p, repl));
  if (!is_instance(v, g_template)) return Replacement{Replacement::kLiteral, v};
  if (!v.as<Template>()->parts->size) return Replacement{Replacement::kLiteral, v.as<Template>()->literal.value()};
  return Replacement{Replacement::kTemplate, v};
}

Result<Value> substitute(Thread& t, Args a, bool with_count) {
  Pattern* p = self_of(a);
  int64_t most = a[3] ? TRY(ssize_argument(t, a[3])) : 0;
  Replacement r = TRY(replacement_of(t, p, a[1]));
  Search s(t, p);
  TRY(s.begin(a[2], Value(), Value()));
  Joiner out(s.text);
  size_t last = 0;
  int64_t n = 0;
  for (; !most || n < most; n++) {
    bool found = TRY(s.next());
    if (!found) break;
    size_t start = s.matcher.start(), end = s.matcher.end();
    if (start > last) {
      out.add(s.text.view(last, start));
      out.counted();
    }
    last = end;
    switch (r.kind) {
      case Replacement::kLiteral: TRY(out.add(t, r.value)); break;
      case Replacement::kTemplate: TRY(add_template(t, out, r.value.as<Template>(), s.text, s.matcher.matcher(), p->groups)); break;
      case Replacement::kCallable: {
        Value m = TRY(s.match_object());
        Value v = TRY(call(t, r.value, m));
        if (v.is_none()) continue;
        TRY(out.add(t, v));
      }
    }
    out.counted();
  }
  Value text;
  if (n) {
    out.add(s.text.view(last, s.text.subject.length));
    text = TRY(out.finish(t));
  } else {
    text = TRY(s.text.slice(t, 0, s.text.subject.length));
  }
  if (!with_count) return text;
  return TRY(make_tuple(t, text, TRY(make_int(t, n))));
}
Result<Value> pattern_sub(Thread& t, Args a) { return substitute(t, a, false); }
Result<Value> pattern_subn(Thread& t, Args a) { return substitute(t, a, true); }

Result<Value> pattern_repr(Thread& t, Args a) {
  Pattern* p = self_of(a);
  static const struct { const char* name; int flag; } k_names[] = {
      {"re.IGNORECASE", 2}, {"re.LOCALE", 4}, {"re.MULTILINE", 8}, {"re.DOTALL", 16}, {"re.VERBOSE", 64}, {"re.DEBUG", 128}, {"re.ASCII", 256}};
  constexpr int kLocale = 4, kUnicode = 32, kAscii = 256;
  int flags = p->flags;
  if (p->of_bytes == 0 && (flags & (kLocale | kUnicode | kAscii)) == kUnicode) flags &= ~kUnicode;  // what every str pattern has
  std::string text;
  for (auto& f : k_names) {
    if (!(flags & f.flag)) continue;
    flags &= ~f.flag;
    (text += text.empty() ? "" : "|") += f.name;
  }
  if (flags) {
    char hex[16];
    snprintf(hex, sizeof hex, "0x%x", static_cast<unsigned>(flags));
    (text += text.empty() ? "" : "|") += hex;
  }
  Str* r = TRY(repr(t, p->source));
  if (r->length > 200) r = TRY(str_substr(t, r, 0, 200));
  return TRY(str_format(t, "re.compile(%U%s%s)", r, text.empty() ? "" : ", ", text.c_str()));
}

Result<Value> pattern_hash(Thread& t, Args a) {
  Pattern* p = self_of(a);
  if (p->hash) return small_int(p->hash);  // caches of templates ask at each call
  uint64_t h = static_cast<uint64_t>(TRY(hash(t, p->source)));
  uint64_t c = siphash13(HashSecret{interp().hash_key0, interp().hash_key1}, p->program->code(), static_cast<int64_t>(p->program->size() * sizeof(uint32_t)));
  h ^= c ^ static_cast<uint64_t>(p->flags) ^ static_cast<uint64_t>(p->of_bytes) ^ p->groups;
  int64_t r = static_cast<int64_t>(h << 3) >> 3;
  p->hash = r == 0 || r == -1 ? -2 : r;
  return small_int(p->hash);
}

Result<Value> pattern_eq(Thread& t, Args a) {
  if (!is_instance(a[1], g_pattern)) return kNotImplemented;
  Pattern *x = self_of(a), *y = a.as<Pattern>(1);
  if (x == y) return kTrue;
  bool same = x->flags == y->flags && x->of_bytes == y->of_bytes && x->groups == y->groups && x->program->size() == y->program->size() &&
              !memcmp(x->program->code(), y->program->code(), x->program->size() * sizeof(uint32_t));
  if (same) same = TRY(equal(t, x->source, y->source));
  return Value::from_bool(same);
}

Result<Value> pattern_self(Thread&, Args a) { return a[0]; }

Result<Value> get_groupindex(Thread& t, Value v) {
  if (!v.as<Pattern>()->group_index->used) return TRY(new_dict(t));
  return call(t, KAA_TYPE(mappingproxy), v.as<Pattern>()->group_index.value());
}

const MethodDef k_methods[] = {
    {"match", pattern_match, "($self, /, string, pos=0, endpos=sys.maxsize)", "A Match at the beginning of the string, or None."},
    {"fullmatch", pattern_fullmatch, "($self, /, string, pos=0, endpos=sys.maxsize)", "A Match of the whole string, or None."},
    {"search", pattern_search, "($self, /, string, pos=0, endpos=sys.maxsize)", "The first Match in the string, or None."},
    {"findall", pattern_findall, "($self, /, string, pos=0, endpos=sys.maxsize)", "A list of the texts, or groups, of all matches."},
    {"finditer", pattern_finditer, "($self, /, string, pos=0, endpos=sys.maxsize)", "An iterator over all matches."},
    {"scanner", pattern_scanner, "($self, /, string, pos=0, endpos=sys.maxsize)", "An object that gives one match after the other."},
    {"split", pattern_split, "($self, /, string, maxsplit=0)", "The pieces of the string between matches, and the groups."},
    {"sub", pattern_sub, "($self, /, repl, string, count=0)", "The string with matches replaced."},
    {"subn", pattern_subn, "($self, /, repl, string, count=0)", "(new string, number of replacements)."},
    {"__repr__", pattern_repr, "($self, /)", "The call of re.compile that makes it."},
    {"__hash__", pattern_hash, "($self, /)", "Hash of the compiled code."},
    {"__eq__", pattern_eq, "($self, value, /)", "Equal code, flags and source."},
    {"__copy__", pattern_self, "($self, /)", "The pattern itself."},
    {"__deepcopy__", pattern_self, "($self, memo, /)", "The pattern itself."},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: re.Pattern[str].", MethodKind::kClassMethod},
};
const GetSetDef k_getsets[] = {
    {"pattern", [](Thread&, Value v) -> Result<Value> { return v.as<Pattern>()->source.value(); }, nullptr, "What was compiled."},
    {"flags", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Pattern>()->flags); }, nullptr, "The flags, those in the pattern included."},
    {"groups", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Pattern>()->groups); }, nullptr, "The number of groups."},
    {"groupindex", get_groupindex, nullptr, "A mapping of group names to numbers."},
};

}  // namespace

Result<Value> compile_template(Thread& t, Pattern* p, Value replacement) {
  Value f = TRY(import_attr(t, "re", "_compile_template"));
  Result<Value> r = call(t, f, p, replacement);
  if (r.ok() || !exc_matches(t, KAA_TYPE(TypeError))) return r;
  // The cache of re wants hashable texts: bytearray and the like become bytes.
  Value e = take_exc(t);
  if (hash(t, replacement).ok()) {
    restore_exc(t, e);
    return Error{};
  }
  clear_exc(t);
  if (is_str(replacement)) return call(t, f, p, TRY(str_exact(t, replacement.as<Str>())));
  BufferHold b;
  TRY(b.get(t, replacement));
  return call(t, f, p, TRY(new_bytes(t, b.data(), b.size())));
}

const TypeSpec pattern_spec = {.doc = "A compiled regular expression.",
                               .methods = k_methods,
                               .getsets = k_getsets,
                               .layout = &kLayout<Pattern>,
                               .flags = kTypeDisallowInstantiation | kTypeWeakrefable};

}  // namespace kaa::regex
