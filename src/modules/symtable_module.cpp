// _symtable: the compiler's scope analysis as objects, for symtable.py.
#include "compiler/future.h"
#include "compiler/scope.h"
#include "modules/code_builtins.h"

namespace kaa {

namespace {

// One block. The analysis itself is gone when Python sees the entry: all is converted.
struct Entry : Object {
  Field<> name, symbols, varnames, children;
  int64_t lineno;
  uint8_t type;
  bool nested;
  template <class F> void each_field(F&& f) { f(name); f(symbols); f(varnames); f(children); }
};

Type* g_entry;

Result<Value> name_str(Thread& t, const ast::Name* n) { return TRY(intern(t, TRY(new_str(t, n->text())))); }

Result<Value> make_entry(Thread& t, const compiler::Scope* s) {
  TRY(native_enter(t));
  Dict* symbols = TRY(new_dict(t));
  for (const compiler::Symbol& y : s->symbols) TRY(dict_set(t, symbols, TRY(name_str(t, y.name)), small_int(y.packed())));
  List *varnames = TRY(new_list(t)), *children = TRY(new_list(t));
  for (ast::Name* n : s->params) TRY(list_append(t, varnames, TRY(name_str(t, n))));
  for (const compiler::Scope* c : s->children) TRY(list_append(t, children, TRY(make_entry(t, c))));
  Value name = TRY(name_str(t, s->name));
  Entry* e = TRY(alloc<Entry>(t, g_entry->root));
  e->name.init(name);
  e->symbols.init(symbols);
  e->varnames.init(varnames);
  e->children.init(children);
  e->lineno = s->loc.lineno;
  e->type = static_cast<uint8_t>(s->type);
  e->nested = s->nested;
  return e;
}

Result<Value> entry_repr(Thread& t, Args a) {
  Entry* e = a.as<Entry>(0);
  return TRY(str_format(t, "<symtable entry %S(%ld), line %ld>", e->name.value(), object_id(e), e->lineno));
}

const MethodDef k_entry_methods[] = {{"__repr__", entry_repr, "($self, /)", "Name, identity and line."}};
const GetSetDef k_entry_getsets[] = {
    {"id", [](Thread& t, Value v) -> Result<Value> { return id_value(t, v); }, nullptr, nullptr},
    {"name", [](Thread&, Value v) -> Result<Value> { return v.as<Entry>()->name.value(); }, nullptr, nullptr},
    {"symbols", [](Thread&, Value v) -> Result<Value> { return v.as<Entry>()->symbols.value(); }, nullptr, nullptr},
    {"varnames", [](Thread&, Value v) -> Result<Value> { return v.as<Entry>()->varnames.value(); }, nullptr, nullptr},
    {"children", [](Thread&, Value v) -> Result<Value> { return v.as<Entry>()->children.value(); }, nullptr, nullptr},
    {"nested", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Entry>()->nested); }, nullptr, nullptr},
    {"type", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Entry>()->type); }, nullptr, nullptr},
    {"lineno", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Entry>()->lineno); }, nullptr, nullptr},
};
const TypeSpec k_entry_spec = {.methods = k_entry_methods, .getsets = k_entry_getsets, .layout = &kLayout<Entry>, .flags = kTypeDisallowInstantiation};

Result<Value> symtable(Thread& t, Args a) {
  uint32_t flags = 0;
  if (!is_str(a[2])) return RAISE(TypeError, "symtable() argument 3 must be str, not %T", a[2]);
  if (!is_str(a[0]) && !has_buffer(a[0])) return RAISE(TypeError, "symtable() arg 1 must be a string or bytes object");
  Str* filename = TRY(filename_argument(t, a[1]));
  std::string source;
  TRY(source_text(t, a[0], filename, "symtable", "string or bytes", &flags, source));
  parser::ParseOptions o;
  Str* mode = a.as<Str>(2);
  if (str_equal_ascii(mode, "exec")) o.mode = parser::Mode::Exec;
  else if (str_equal_ascii(mode, "eval")) o.mode = parser::Mode::Eval;
  else if (str_equal_ascii(mode, "single")) o.mode = parser::Mode::Single;
  else return RAISE(ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
  ast::Ast tree;
  parser::ParseResult parsed = parser::parse(tree, source, o);
  TRY(emit_parse_warnings(t, parsed.warnings, source, filename));
  if (!parsed.mod) return raise_parse_error(t, parsed.error, filename);
  compiler::FutureFeatures features;
  compiler::CompileError error;
  if (!compiler::scan_future(parsed.mod, &features, &error)) return raise_compile_error(t, error, filename);
  compiler::ScopeOptions so;
  so.future_annotations = features.flags & compiler::kFutureAnnotations;
  so.future_loc = features.loc;
  compiler::ScopeTable scopes;
  if (!scopes.build(tree, parsed.mod, so)) return raise_compile_error(t, scopes.error(), filename);
  return make_entry(t, scopes.top());
}

const MethodDef k_functions[] = {
    {"symtable", symtable, "(source, filename, startstr, /)", "The blocks of a program and what their names mean.", MethodKind::kFunction},
};

Status exec(Thread& t, Module* m) {
  g_entry = TRY(make_native_type(t, "symtable entry", nullptr, k_entry_spec));
  static const struct { const char* name; int value; } k_constants[] = {
      {"USE", compiler::kUse}, {"DEF_GLOBAL", compiler::kDefGlobal}, {"DEF_NONLOCAL", compiler::kDefNonlocal}, {"DEF_LOCAL", compiler::kDefLocal},
      {"DEF_PARAM", compiler::kDefParam}, {"DEF_TYPE_PARAM", compiler::kDefTypeParam}, {"DEF_FREE_CLASS", compiler::kDefFreeClass},
      {"DEF_IMPORT", compiler::kDefImport}, {"DEF_BOUND", compiler::kDefBound}, {"DEF_ANNOT", compiler::kDefAnnotation},
      {"DEF_COMP_ITER", compiler::kDefCompIter}, {"DEF_COMP_CELL", compiler::kDefCompCell},
      {"TYPE_FUNCTION", static_cast<int>(compiler::ScopeType::Function)}, {"TYPE_CLASS", static_cast<int>(compiler::ScopeType::Class)},
      {"TYPE_MODULE", static_cast<int>(compiler::ScopeType::Module)}, {"TYPE_ANNOTATION", static_cast<int>(compiler::ScopeType::Annotation)},
      {"TYPE_TYPE_ALIAS", static_cast<int>(compiler::ScopeType::TypeAlias)},
      {"TYPE_TYPE_PARAMETERS", static_cast<int>(compiler::ScopeType::TypeParameters)},
      {"TYPE_TYPE_VARIABLE", static_cast<int>(compiler::ScopeType::TypeVariable)},
      {"LOCAL", static_cast<int>(compiler::NameClass::Local)}, {"GLOBAL_EXPLICIT", static_cast<int>(compiler::NameClass::GlobalExplicit)},
      {"GLOBAL_IMPLICIT", static_cast<int>(compiler::NameClass::GlobalImplicit)}, {"FREE", static_cast<int>(compiler::NameClass::Free)},
      {"CELL", static_cast<int>(compiler::NameClass::Cell)}, {"SCOPE_OFF", compiler::kNameClassShift}, {"SCOPE_MASK", 15}};
  for (auto& c : k_constants) TRY(module_add(t, m, c.name, small_int(c.value)));
  return {};
}

}  // namespace

extern const ModuleDef _symtable_module = {.name = "_symtable", .functions = k_functions, .exec = exec};

}  // namespace kaa
