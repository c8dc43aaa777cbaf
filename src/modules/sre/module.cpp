// _sre: what the library's re package is built on. The engine is in engine.h; here are the module's functions.
#include "base/unicode_props.h"
#include "modules/sre/sre.h"

namespace kaa {

namespace regex {

Type* g_pattern;
Type* g_match;
Type* g_template;
Type* g_scanner;
Type* g_find_iter;

namespace {

Result<Value> sre_compile(Thread& t, Args a) {
  int flags = TRY(to_cint(t, a[1]));
  if (!is_list(a[2])) return RAISE(TypeError, "compile() argument 'code' must be list, not %T", a[2]);
  int64_t groups = TRY(ssize_argument(t, a[3]));
  if (!is_dict(a[4])) return RAISE(TypeError, "compile() argument 'groupindex' must be dict, not %T", a[4]);
  if (!is_tuple(a[5])) return RAISE(TypeError, "compile() argument 'indexgroup' must be tuple, not %T", a[5]);
  List* code = a.as<List>(2);
  std::vector<uint32_t> words;
  words.reserve(code->size);
  for (uint64_t i = 0; i < code->size; i++) {
    Value v = code->items[i];
    if (!is_int(v)) return RAISE(TypeError, "an integer is required");
    if (v.is_int() && v.as_int() < 0) return RAISE(OverflowError, "can't convert negative value to unsigned int");
    uint64_t w = TRY(to_uint64(t, v));
    if (w > UINT32_MAX) return RAISE(OverflowError, "regular expression code size limit exceeded");
    words.push_back(static_cast<uint32_t>(w));
  }
  int8_t of_bytes = -1;
  if (!a[0].is_none()) {
    Text text;
    TRY(text.get(t, a[0]));
    of_bytes = text.is_bytes();
  }
  sre::Program* program = new sre::Program;
  if (groups < 0 || groups > static_cast<int64_t>(sre::kMaxGroups) || !program->load(words.data(), words.size(), static_cast<uint32_t>(groups), unicode_ops())) {
    delete program;
    return RAISE(RuntimeError, "invalid SRE code");
  }
  Result<Pattern*> r = alloc<Pattern>(t, g_pattern->root);
  if (!r.ok()) {
    delete program;
    return Error{};
  }
  Pattern* p = r.value();
  p->program = program;
  p->source.init(a[0]);
  p->group_index.init(a.as<Dict>(4));
  p->index_group.init(a.as<Tuple>(5));
  p->flags = flags;
  p->groups = static_cast<uint32_t>(groups);
  p->of_bytes = of_bytes;
  return p;
}

Result<Value> sre_template(Thread& t, Args a) {
  if (!is_instance(a[0], g_pattern)) return RAISE(TypeError, "template() argument 1 must be re.Pattern, not %T", a[0]);
  if (!is_list(a[1])) return RAISE(TypeError, "template() argument 2 must be list, not %T", a[1]);
  List* l = a.as<List>(1);
  uint64_t n = l->size;
  if (n % 2 == 0) return RAISE(TypeError, "invalid template");
  Tuple* parts = TRY(new_tuple(t, n - 1));
  for (uint64_t i = 0; i + 1 < n; i++) tuple_init(parts, i, kNone);
  for (uint64_t i = 1; i < n; i += 2) {
    if (!is_int(l->items[i])) return RAISE(TypeError, "an integer is required");
    int64_t g = TRY(to_int64(t, l->items[i]));
    if (g < 0 || g > static_cast<int64_t>(sre::kMaxGroups)) return RAISE(TypeError, "invalid template");
    parts->items[i - 1] = small_int(g);
    Value literal = l->items[i + 1];
    bool empty = (is_str(literal) && !literal.as<Str>()->length) || (is_bytes(literal) && !literal.as<Bytes>()->size);
    if (!empty) {
      parts->items[i] = literal;
      inc(literal);
    }
  }
  Template* tpl = TRY(alloc<Template>(t, g_template->root));
  tpl->literal.init(l->items[0]);
  tpl->parts.init(parts);
  return tpl;
}

bool ascii_letter(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool in_unicode(int c) { return c >= 0 && c < 0x110000; }

Result<Value> ascii_iscased(Thread& t, Args a) { return Value::from_bool(ascii_letter(TRY(to_cint(t, a[0])))); }
Result<Value> ascii_tolower(Thread& t, Args a) {
  int c = TRY(to_cint(t, a[0]));
  return small_int(c >= 'A' && c <= 'Z' ? c + 32 : c);
}
Result<Value> unicode_iscased(Thread& t, Args a) {
  int c = TRY(to_cint(t, a[0]));
  if (!in_unicode(c)) return kFalse;
  uint32_t u = static_cast<uint32_t>(c);
  uint32_t full[unicode::kMaxCaseExpansion];  // a ligature's upper case is several letters
  return Value::from_bool(unicode::to_lower(u) != u || unicode::to_upper_full(u, full) != 1 || full[0] != u);
}
Result<Value> unicode_tolower(Thread& t, Args a) {
  int c = TRY(to_cint(t, a[0]));
  return small_int(in_unicode(c) ? static_cast<int64_t>(unicode::to_lower(static_cast<uint32_t>(c))) : c);
}
Result<Value> getcodesize(Thread&, Args) { return small_int(4); }

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"compile", sre_compile, "(pattern, flags, code, groups, groupindex, indexgroup)", "A Pattern from the words of a compiled regular expression.", kF},
    {"template", sre_template, "(pattern, template, /)", "A replacement: literal, then group numbers and literals in turn.", kF},
    {"getcodesize", getcodesize, "()", "Bytes of a word of code.", kF},
    {"ascii_iscased", ascii_iscased, "(character, /)", "Whether an ASCII letter.", kF},
    {"ascii_tolower", ascii_tolower, "(character, /)", "The lower case of an ASCII letter, else the character.", kF},
    {"unicode_iscased", unicode_iscased, "(character, /)", "Whether the character has another case.", kF},
    {"unicode_tolower", unicode_tolower, "(character, /)", "The lower case of the character.", kF},
};

Status exec(Thread& t, Module* m) {
  g_pattern = TRY(make_native_type(t, "re.Pattern", nullptr, pattern_spec));
  g_match = TRY(make_native_type(t, "re.Match", nullptr, match_spec));
  g_template = TRY(make_native_type(t, "_sre.SRE_Template", nullptr, template_spec));
  g_scanner = TRY(make_native_type(t, "_sre.SRE_Scanner", nullptr, scanner_spec));
  g_find_iter = TRY(make_native_type(t, "callable_iterator", nullptr, find_iter_spec));
  TRY(module_add(t, m, "MAGIC", small_int(sre::kMagic)));
  TRY(module_add(t, m, "CODESIZE", small_int(4)));
  TRY(module_add(t, m, "MAXREPEAT", small_int(sre::kMaxRepeat)));
  return module_add(t, m, "MAXGROUPS", small_int(sre::kMaxGroups));
}

}  // namespace

const TypeSpec template_spec = {.doc = nullptr, .layout = &kLayout<Template>, .flags = kTypeDisallowInstantiation};

}  // namespace regex

extern const ModuleDef _sre_module = {.name = "_sre", .doc = nullptr, .functions = regex::k_functions, .exec = regex::exec};

}  // namespace kaa
