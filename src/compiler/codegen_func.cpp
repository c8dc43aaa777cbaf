// Functions and classes.
#include "compiler/codegen.h"

#include "compiler/docstring.h"

namespace kaa::compiler {

using namespace ast;

// Decorated definitions begin at their first decorator.
static int32_t first_line(const Seq<Expr*>& decorators, const Loc& loc) {
  return decorators.empty() ? loc.lineno : decorators[0]->loc.lineno;
}

static Pos line_of(const Loc& loc, int32_t firstlineno) { return Pos(loc); }

void Codegen::leave_and_make(Reg dst, const FunctionParts& parts) {
  std::vector<Name*> frees = u_->frees;
  uint32_t index_code = 0;
  CompiledCode* code = leave();
  if (!e().reachable()) {
    delete code;
    return;
  }
  index_code = e().constant_code(code);
  Temps temps(this);
  e().emit_bc(Op::MAKE_FUNCTION, dst, (int32_t)index_code);
  e().set_top(dst + 1);
  if (!frees.empty()) {
    Reg first = e().top();
    bool wide = crowded((uint32_t)frees.size()), looked_at = wide;
    if (wide) {
      e().emit(Op::BUILD_LIST, first, first, 0);
      e().set_top(first + 1);
    }
    for (Name* name : frees) {
      Reg cell = u_->captured(name);
      if (cell == kNoReg) {
        if (!error_) {
          error_.kind = CompileErrorKind::RuntimeError;
          error_.message = "compiler: no cell for '" + std::string(name->text()) + "' of " + code->qualname;
        }
        return;
      }
      looked_at |= u_->spilled(cell);
      Reg reg = alloc();
      release(reg);
      e().move(reg, cell_register(cell));
      e().set_top(reg + 1);
      if (wide) {
        e().emit(Op::LIST_APPEND, first, reg);
        e().set_top(first + 1);
      }
    }
    wide ? e().emit(Op::LIST_TO_TUPLE, first, first) : e().emit(Op::BUILD_TUPLE, first, first, (uint32_t)frees.size());
    e().emit(Op::SET_FUNCTION, dst, first, (uint32_t)(looked_at ? FunctionPart::WideClosure : FunctionPart::Closure));
    e().set_top(first);
  }
  if (parts.annotate != kNoReg) e().emit(Op::SET_FUNCTION, dst, parts.annotate, (uint32_t)FunctionPart::Annotate);
  if (parts.kwdefaults != kNoReg) e().emit(Op::SET_FUNCTION, dst, parts.kwdefaults, (uint32_t)FunctionPart::KwDefaults);
  if (parts.defaults != kNoReg) e().emit(Op::SET_FUNCTION, dst, parts.defaults, (uint32_t)FunctionPart::Defaults);
}

Reg Codegen::push_defaults(Arguments* args) {
  if (args->defaults.empty()) return kNoReg;
  Reg reg = e().top();
  build_sequence(ExprKind::Tuple, args->defaults, reg);
  return alloc();
}

Reg Codegen::push_kwdefaults(Arguments* args) {
  uint32_t count = 0;
  for (Expr* value : args->kw_defaults) count += value != nullptr;
  if (!count) return kNoReg;
  Reg dict = e().top();
  e().emit(Op::BUILD_MAP, dict, dict, 0);
  e().set_top(dict + 1);
  for (uint32_t i = 0; i < args->kw_defaults.size; i++) {
    if (!args->kw_defaults[i]) continue;
    Temps temps(this);
    push_text(mangled(args->kwonlyargs[i]->arg)->text());
    push(args->kw_defaults[i]);
    e().emit(Op::MAP_ADD, dict, dict + 1, dict + 2);
  }
  return dict;
}

void Codegen::check_arguments(Arguments* args) {
  auto check = [&](Arg* arg) {
    if (arg) forbidden(arg->arg, ExprContext::Store, arg->loc);
  };
  for (Arg* arg : args->posonlyargs) check(arg);
  for (Arg* arg : args->args) check(arg);
  check(args->vararg);
  for (Arg* arg : args->kwonlyargs) check(arg);
  check(args->kwarg);
}

void Codegen::count_arguments(Arguments* args) {
  u_->code->argcount = args->posonlyargs.size + args->args.size;
  u_->code->posonlyargcount = args->posonlyargs.size;
  u_->code->kwonlyargcount = args->kwonlyargs.size;
}

// Leaves the decorators in temporaries, or in a list (then `wide`).
bool Codegen::push_decorators(const Seq<Expr*>& decorators) {
  bool wide = crowded(decorators.size);
  if (wide) {
    build_sequence(ExprKind::List, decorators, e().top());
    alloc();
  } else {
    for (Expr* decorator : decorators) push(decorator);
  }
  return wide;
}

// Applies the decorators, which stand in registers from `first`, to R[value], the temporary behind them. The last result is in `first`.
void Codegen::decorate(const Seq<Expr*>& decorators, bool wide, Reg first, Reg value) {
  for (uint32_t i = decorators.size; wide && i-- > 0;) {
    At at(this, decorators[i]->loc);
    e().set_top(value + 1);
    Reg window = push_item(first, i);
    e().move(e().top(), value);
    alloc();
    e().emit(Op::CALL, i ? value : first, window, 1);
  }
  e().set_top(first + 1);
  for (uint32_t i = wide ? 0 : decorators.size; i-- > 0;) {
    Reg window = first + i;
    e().set_top(window + 2);
    At at(this, decorators[i]->loc);
    e().emit(Op::CALL, window, window, 1);
    e().set_top(window + 1);
  }
}

void Codegen::function_def(FunctionDef* s, bool async) {
  check_arguments(s->args);
  Reg base = e().top();
  bool wide = push_decorators(s->decorator_list);
  int32_t line = first_line(s->decorator_list, s->loc);
  Pos pos = line_of(s->loc, line);
  e().set_pos(pos);
  Reg function = e().top();
  if (s->type_params.empty()) {
    FunctionParts parts;
    parts.defaults = push_defaults(s->args);
    parts.kwdefaults = push_kwdefaults(s->args);
    parts.annotate = push_annotations(s);
    Reg made = e().top();
    function_body(s, async, line);
    e().set_pos(pos);
    leave_and_make(made, parts);
    e().set_top(made + 1);
    e().move(function, made);
  } else {
    // A hidden function makes the type parameters, and the function in their scope. It is called with the defaults.
    Reg window = alloc();
    release(window);
    // The hidden function goes below its arguments, which are evaluated first.
    Reg scratch = e().top();
    Reg defaults = push_defaults(s->args);
    Reg kwdefaults = push_kwdefaults(s->args);
    Reg made = e().top();
    uint32_t count = (defaults != kNoReg) + (kwdefaults != kNoReg);
    enter_type_params(scopes_.find(s, ScopePart::TypeParams), s->name, s->loc, line);
    u_->code->argcount = count;
    {
      Reg tuple = e().top();
      type_params(s->type_params, tuple);
      e().set_top(tuple + 1);
      FunctionParts parts;
      auto argument = [&](const char* name) {
        Reg reg = e().top();
        load(resolve_mangled(intern(name)), reg);
        return alloc();
      };
      if (defaults != kNoReg) parts.defaults = argument(".defaults");
      if (kwdefaults != kNoReg) parts.kwdefaults = argument(".kwdefaults");
      parts.annotate = push_annotations(s);
      Reg inner = e().top();
      function_body(s, async, line);
      e().set_pos(pos);
      leave_and_make(inner, parts);
      e().set_top(inner + 1);
      e().emit(Op::SET_FUNCTION, inner, tuple, (uint32_t)FunctionPart::TypeParams);
      e().emit(Op::RETURN, inner);
    }
    e().set_pos(pos);
    leave_and_make(made, FunctionParts());
    e().set_top(made + 1);
    // The window: the hidden function, then the arguments.
    Reg call = made;
    for (uint32_t i = 0; i < count; i++) {
      Reg arg = e().top();
      e().move(arg, scratch + i);
      alloc();
    }
    e().emit(Op::CALL, function, call, count);
  }
  e().set_top(function + 1);
  decorate(s->decorator_list, wide, base, function);
  e().set_pos(pos);
  store_name(s->name, base);
}

void Codegen::function_body(FunctionDef* s, bool async, int32_t firstlineno) {
  enter(scopes_.find(s), async ? UnitKind::AsyncFunction : UnitKind::Function, s->name->text(), s->name, s->loc, firstlineno);
  count_arguments(s->args);
  uint32_t first = 0;
  if (const Constant* doc = u_->scope->has_docstring ? docstring_of(s->body) : nullptr) {
    first = 1;
    if (options_.optimize < 2) {
      u_->code->flags |= kCoHasDocstring;
      ConstantData text = data_of(doc->value);
      text.text = clean_docstring(text.text);
      e().constant(std::move(text));
    } else {
      e().mark_line(s->body[0]->loc);
    }
  }
  note_deletable(s->body);
  start_generator();
  for (uint32_t i = first; i < s->body.size; i++) stmt(s->body[i]);
  e().emit_exit();
  finish_generator();
}

void Codegen::lambda(Lambda* expr, Reg dst) {
  check_arguments(expr->args);
  FunctionParts parts;
  parts.defaults = push_defaults(expr->args);
  parts.kwdefaults = push_kwdefaults(expr->args);
  Reg made = e().top();
  Pos pos = e().pos();
  enter(scopes_.find(expr), UnitKind::Lambda, "<lambda>", nullptr, expr->loc, expr->loc.lineno);
  count_arguments(expr->args);
  start_generator();
  {
    Temps temps(this);
    Reg value = ev(expr->body);
    e().set_pos(expr->body->loc);
    if (u_->code->flags & kCoAsyncGenerator)
      e().emit(Op::RETURN_NONE);
    else
      e().emit(Op::RETURN, value);
  }
  finish_generator();
  e().set_pos(pos);
  leave_and_make(made, parts);
  e().set_top(made + 1);
  e().move(dst, made);
}

// ---- classes ------------------------------------------------------------------------------------------------------

void Codegen::class_def(ClassDef* s) {
  Reg base = e().top();
  bool wide = push_decorators(s->decorator_list);
  int32_t line = first_line(s->decorator_list, s->loc);
  Pos pos(s->loc);
  e().set_pos(pos);
  Reg result = e().top();
  if (!check_keywords(s->keywords)) return;
  if (s->type_params.empty()) {
    build_class(s, line, kNoReg, result);
  } else {
    enter_type_params(scopes_.find(s, ScopePart::TypeParams), s->name, s->loc, line);
    {
      Reg tuple = e().top();
      type_params(s->type_params, tuple);
      e().set_top(tuple + 1);
      store(resolve_mangled(intern(".type_params")), tuple);
      e().set_top(tuple);
      Reg generic = tuple;
      load(resolve_mangled(intern(".type_params")), generic);
      e().set_top(generic + 1);
      e().emit(Op::INTRINSIC, generic, generic, (uint32_t)Intrinsic::SubscriptGeneric);
      store(resolve_mangled(intern(".generic_base")), generic);
      Reg made = e().top();
      build_class(s, line, generic, made);
      e().set_top(made + 1);
      e().emit(Op::RETURN, made);
    }
    e().set_pos(pos);
    leave_and_make(result, FunctionParts());
    e().set_top(result + 1);
    e().emit(Op::CALL, result, result, 0);
  }
  e().set_top(result + 1);
  decorate(s->decorator_list, wide, base, result);
  e().set_pos(pos);
  store_name(s->name, base);
}

void Codegen::build_class(ClassDef* s, int32_t firstlineno, Reg generic_base, Reg dst) {
  Temps temps(this);
  Pos pos(s->loc);
  Reg window = alloc();
  release(window);
  e().emit(Op::LOAD_BUILD_CLASS, window);
  e().set_top(window + 1);
  class_body(s, firstlineno);
  e().set_pos(pos);
  leave_and_make(window + 1, FunctionParts());
  e().set_top(window + 2);
  push_text(s->name->text());
  if (generic_base == kNoReg) {
    call_arguments(window, false, s->bases, s->keywords, 2, dst, pos);
    return;
  }
  // The generic base stands behind the written ones.
  std::vector<Expr*> bases(s->bases.begin(), s->bases.end());
  NameExpr* generic = ast_.make<NameExpr>(s->loc);
  generic->id = intern(".generic_base");
  bases.push_back(generic);
  call_arguments(window, false, ast_.copy_seq(bases.data(), bases.size()), s->keywords, 2, dst, pos);
}

void Codegen::class_body(ClassDef* s, int32_t firstlineno) {
  Scope* scope = scopes_.find(s);
  enter(scope, UnitKind::Class, s->name->text(), s->name, s->loc, firstlineno);
  Reg temp = e().first_temp();
  // The body may have declared one of these names global or nonlocal.
  auto store_own = [&](const char* name) {
    NameClass where = scope->class_of(intern(name));
    if (where == NameClass::Free || where == NameClass::Cell || where == NameClass::GlobalExplicit) store_name(intern(name), temp);
    else e().emit1(Op::STORE_NAME, temp, 0, 0, e().name(name));
  };
  e().emit1(Op::LOAD_NAME, temp, 0, 0, e().name("__name__"));
  store_own("__module__");
  load_text(u_->qualname, temp);
  store_own("__qualname__");
  load_small(firstlineno, temp);
  store_own("__firstlineno__");
  if (!s->type_params.empty()) {
    auto it = u_->regs.find(intern(".type_params"));
    if (it != u_->regs.end()) {
      VarRef params;
      params.kind = VarRef::Deref;
      params.reg = it->second;
      load(params, temp);
      e().emit1(Op::STORE_NAME, temp, 0, 0, e().name("__type_params__"));
    }
  }
  auto cell = [&](const char* name) { return cell_register(u_->captured(intern(name))); };
  if (scope->needs_classdict) {
    Temps temps(this);
    e().emit(Op::LOAD_LOCALS, temp);
    alloc();
    e().emit(Op::STORE_DEREF, cell("__classdict__"), temp);
  }
  if (scope->has_conditional_annotations && !future_annotations()) {
    e().emit(Op::BUILD_SET, temp, temp, 0);
    store(conditional_annotations(), temp);
  }
  Loc head{firstlineno, 0, firstlineno, 0};
  module_body(s->body, head);
  e().begin_exit();
  std::vector<std::string_view> attributes;
  for (Name* name : u_->static_attributes) attributes.push_back(name->text());
  load_name_tuple(attributes, temp);
  store_own("__static_attributes__");
  if (scope->needs_classdict) e().emit1(Op::STORE_NAME, cell("__classdict__"), 0, 0, e().name("__classdictcell__"));
  if (scope->needs_class_closure) {
    Reg own = cell("__class__");
    e().emit1(Op::STORE_NAME, own, 0, 0, e().name("__classcell__"));
    e().emit(Op::RETURN, own);
    e().end_exit();
  } else {
    e().emit_exit();
  }
}

}  // namespace kaa::compiler
