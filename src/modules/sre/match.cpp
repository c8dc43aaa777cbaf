// re.Match, and the scanners that make one match after the other.
#include "modules/sre/sre.h"
#include "types/dict.h"
#include "types/buffer.h"

namespace kaa::regex {

Result<Value> new_match(Thread& t, Pattern* p, Value string, size_t pos, size_t endpos, const sre::Matcher& mt) {
  uint32_t groups = p->groups + 1;
  Match* m = TRY(alloc<Match>(t, g_match->root, groups * 2 * sizeof(int64_t)));
  m->string.init(string);
  m->pattern.init(p);
  m->pos = static_cast<int64_t>(pos);
  m->endpos = static_cast<int64_t>(endpos);
  m->last_index = mt.last_index();
  m->groups = groups;
  m->spans[0] = static_cast<int64_t>(mt.match_start());
  m->spans[1] = static_cast<int64_t>(mt.match_end());
  for (uint32_t g = 1; g < groups; g++) {
    size_t s, e;
    bool there = mt.group(g, &s, &e);
    m->spans[2 * g] = there ? static_cast<int64_t>(s) : -1;
    m->spans[2 * g + 1] = there ? static_cast<int64_t>(e) : -1;
  }
  return m;
}

Result<Value> match_group(Thread& t, Match* m, uint32_t number, Value missing) {
  int64_t s = m->spans[2 * number], e = m->spans[2 * number + 1];
  if (s < 0) return missing;
  Text text;
  TRY(text.get(t, m->string));
  int64_t n = static_cast<int64_t>(text.subject.length);  // a bytearray may have shrunk since
  if (s > n) s = n;
  if (e > n) e = n;
  return text.slice(t, static_cast<size_t>(s), static_cast<size_t>(e));
}

namespace {

Match* self_of(Args a) { return a.as<Match>(0); }

// The group that a number or a name stands for.
Result<uint32_t> group_number(Thread& t, Match* m, Value v) {
  if (LIKELY(v.is_int() && v.as_int() >= 0 && v.as_int() < m->groups)) return static_cast<uint32_t>(v.as_int());
  if (type_of(v)->dunder(D_index)) {
    Value i = TRY(to_index(t, v));
    if (i.is_int() && i.as_int() >= 0 && i.as_int() < m->groups) return static_cast<uint32_t>(i.as_int());
  } else {
    Opt g = TRY(dict_get(t, m->pattern->group_index, v));
    if (g && g.v.is_int()) {
      int64_t i = g.v.as_int();
      if (i >= 0 && i < m->groups) return static_cast<uint32_t>(i);
    }
  }
  return RAISE(IndexError, "no such group");
}

Result<Value> match_group_method(Thread& t, Args a) {
  Match* m = self_of(a);
  if (a.n <= 1) return match_group(t, m, 0, kNone);
  if (a.n == 2) return match_group(t, m, TRY(group_number(t, m, a[1])), kNone);
  Tuple* u = TRY(new_tuple(t, a.n - 1));
  for (uint32_t i = 1; i < a.n; i++) {
    uint32_t g = TRY(group_number(t, m, a[i]));
    Value v = TRY(match_group(t, m, g, kNone));
    tuple_init(u, i - 1, v);
  }
  return u;
}
Result<Value> match_getitem(Thread& t, Args a) { return match_group(t, self_of(a), TRY(group_number(t, self_of(a), a[1])), kNone); }

Result<Value> match_groups(Thread& t, Args a) {
  Match* m = self_of(a);
  Value missing = a[1] ? a[1] : kNone;
  Tuple* u = TRY(new_tuple(t, m->groups - 1));
  for (uint32_t g = 1; g < m->groups; g++) {
    Value v = TRY(match_group(t, m, g, missing));
    tuple_init(u, g - 1, v);
  }
  return u;
}

Result<Value> match_groupdict(Thread& t, Args a) {
  Match* m = self_of(a);
  Value missing = a[1] ? a[1] : kNone;
  Dict* out = TRY(new_dict(t));
  Dict* index = m->pattern->group_index;
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(index, &pos)) {
    Value key = e->key;
    uint32_t g = TRY(group_number(t, m, e->value));
    TRY(dict_set(t, out, key, TRY(match_group(t, m, g, missing))));
  }
  return out;
}

Result<uint32_t> group_arg(Thread& t, Args a) { return a[1] ? group_number(t, self_of(a), a[1]) : Result<uint32_t>(0u); }
Result<Value> match_start(Thread& t, Args a) { return small_int(self_of(a)->spans[2 * TRY(group_arg(t, a))]); }
Result<Value> match_end(Thread& t, Args a) { return small_int(self_of(a)->spans[2 * TRY(group_arg(t, a)) + 1]); }
Result<Value> match_span(Thread& t, Args a) {
  uint32_t g = TRY(group_arg(t, a));
  return TRY(make_tuple(t, small_int(self_of(a)->spans[2 * g]), small_int(self_of(a)->spans[2 * g + 1])));
}

Result<Value> match_expand(Thread& t, Args a) {
  Match* m = self_of(a);
  Value v = TRY(compile_template(t, m->pattern, a[1]));
  if (!is_instance(v, g_template)) return v;
  Template* tpl = v.as<Template>();
  Tuple* parts = tpl->parts;
  if (!parts->size) return tpl->literal.value();
  Text text;
  TRY(text.get(t, m->string));
  Joiner out(text);
  TRY(out.add(t, tpl->literal));
  for (uint64_t i = 0; i < parts->size; i += 2) {
    uint32_t g = TRY(group_number(t, m, parts->items[i]));
    Value piece = TRY(match_group(t, m, g, kNone));
    if (!piece.is_none()) TRY(out.add(t, piece));
    if (!parts->items[i + 1].is_none()) TRY(out.add(t, parts->items[i + 1]));
  }
  return out.finish(t);
}

Result<Value> match_repr(Thread& t, Args a) {
  Match* m = self_of(a);
  Value text = TRY(match_group(t, m, 0, kNone));
  Str* r = TRY(repr(t, text));
  if (r->length > 50) r = TRY(str_substr(t, r, 0, 50));
  return TRY(str_format(t, "<re.Match object; span=(%ld, %ld), match=%U>", m->spans[0], m->spans[1], r));
}

Result<Value> match_self(Thread&, Args a) { return a[0]; }

Result<Value> get_regs(Thread& t, Value v) {
  Match* m = v.as<Match>();
  if (m->regs) return m->regs.value();
  Tuple* u = TRY(new_tuple(t, m->groups));
  for (uint32_t g = 0; g < m->groups; g++) tuple_init(u, g, TRY(make_tuple(t, small_int(m->spans[2 * g]), small_int(m->spans[2 * g + 1]))));
  m->regs.set(u);
  return u;
}
Result<Value> get_lastindex(Thread&, Value v) { return v.as<Match>()->last_index ? small_int(v.as<Match>()->last_index) : kNone; }
Result<Value> get_lastgroup(Thread&, Value v) {
  Match* m = v.as<Match>();
  Tuple* names = m->pattern->index_group;
  return m->last_index && m->last_index < names->size ? names->items[m->last_index] : kNone;
}

const MethodDef k_match_methods[] = {
    {"group", match_group_method, nullptr, "The text of one group, or a tuple of several."},
    {"groups", match_groups, "($self, /, default=None)", "A tuple of all groups."},
    {"groupdict", match_groupdict, "($self, /, default=None)", "A dict of the named groups."},
    {"start", match_start, "($self, group=0, /)", "Where the group begins, or -1."},
    {"end", match_end, "($self, group=0, /)", "Where the group ends, or -1."},
    {"span", match_span, "($self, group=0, /)", "(start, end) of the group."},
    {"expand", match_expand, "($self, /, template)", "A replacement text with the groups put in."},
    {"__getitem__", match_getitem, "($self, key, /)", "The text of a group."},
    {"__repr__", match_repr, "($self, /)", "Span and text of the match."},
    {"__copy__", match_self, "($self, /)", "The match itself."},
    {"__deepcopy__", match_self, "($self, memo, /)", "The match itself."},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: re.Match[str].", MethodKind::kClassMethod},
};
const GetSetDef k_match_getsets[] = {
    {"string", [](Thread&, Value v) -> Result<Value> { return v.as<Match>()->string.value(); }, nullptr, "The string that was searched."},
    {"re", [](Thread&, Value v) -> Result<Value> { return v.as<Match>()->pattern.value(); }, nullptr, "The pattern."},
    {"pos", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Match>()->pos); }, nullptr, "Where the search began."},
    {"endpos", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Match>()->endpos); }, nullptr, "Where the search had to end."},
    {"lastindex", get_lastindex, nullptr, "The group that was closed last."},
    {"lastgroup", get_lastgroup, nullptr, "The name of the group that was closed last."},
    {"regs", get_regs, nullptr, "The spans of all groups."},
};

// ---- scanners

// There is no match any more: the subject may be changed again.
Value scanner_ends(Scanner* sc) {
  sc->next = -1;
  sc->exported.set(Value());
  return kNone;
}

// The next match of a scanner; None when there is none, and from then on.
Result<Value> scan(Thread& t, Scanner* sc, bool search) {
  if (sc->running) return RAISE(ValueError, "regular expression scanner already executing");
  if (sc->next < 0) return kNone;
  Search s(t, sc->pattern);
  TRY(s.begin(sc->string, Value(), Value()));
  size_t n = s.text.subject.length;  // a bytearray's may have changed
  size_t at = static_cast<size_t>(sc->next), end = static_cast<size_t>(sc->endpos);
  if (end > n) end = n;
  if (at > end) {
    return scanner_ends(sc);
  }
  sre::Options o;
  o.must_advance = sc->must_advance;
  sc->running = true;
  Result<bool> found = s.matcher.run(sc->pattern, s.text.subject, at, end, search, o);
  sc->running = false;
  bool there = TRY(std::move(found));
  if (!there) {
    return scanner_ends(sc);
  }
  sc->must_advance = s.matcher.start() == s.matcher.end();
  sc->next = static_cast<int64_t>(s.matcher.end());
  return new_match(t, sc->pattern, sc->string, static_cast<size_t>(sc->pos), static_cast<size_t>(sc->endpos), s.matcher.matcher());
}

Result<Value> scanner_match(Thread& t, Args a) { return scan(t, a.as<Scanner>(0), false); }
Result<Value> scanner_search(Thread& t, Args a) { return scan(t, a.as<Scanner>(0), true); }

Result<Value> find_iter_next(Thread& t, Object* o) {
  Value v = TRY(scan(t, static_cast<Scanner*>(o), true));
  return v.is_none() ? Value() : v;
}

const MethodDef k_scanner_methods[] = {
    {"match", scanner_match, "($self, /)", "A match where the last one ended, or None."},
    {"search", scanner_search, "($self, /)", "The next match, or None."},
};
const GetSetDef k_scanner_getsets[] = {
    {"pattern", [](Thread&, Value v) -> Result<Value> { return v.as<Scanner>()->pattern.value(); }, nullptr, "The pattern."},
};

}  // namespace

Result<Value> new_scanner(Thread& t, Type* type, Pattern* p, Args a) {
  Search s(t, p);
  TRY(s.begin(a[1], a[2], a[3]));
  Scanner* sc = TRY(alloc<Scanner>(t, type->root));
  sc->pattern.init(p);
  sc->string.init(a[1]);
  sc->pos = static_cast<int64_t>(s.pos);
  sc->endpos = static_cast<int64_t>(s.endpos);
  sc->next = sc->pos;
  if (!is_str(a[1]) && !is_bytes(a[1])) sc->exported.set(TRY(new_memoryview(t, a[1])));
  return sc;
}

const TypeSpec match_spec = {.doc = "What a search found. It is always true.",
                             .methods = k_match_methods,
                             .getsets = k_match_getsets,
                             .layout = &kLayout<Match>,
                             .flags = kTypeDisallowInstantiation};
const TypeSpec scanner_spec = {
    .methods = k_scanner_methods, .getsets = k_scanner_getsets, .layout = &kLayout<Scanner>, .flags = kTypeDisallowInstantiation};
const TypeSpec find_iter_spec = {.iternext = find_iter_next, .layout = &kLayout<Scanner>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::regex
