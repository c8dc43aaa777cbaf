// Annotations (PEP 649), type parameters and type aliases (PEP 695, 696): code that runs in hidden functions when somebody asks.
#include "compiler/codegen.h"
#include "compiler/unparse.h"

namespace kaa::compiler {

using namespace ast;

// A function of one parameter, the format: it knows VALUE (1) and VALUE_WITH_FAKE_GLOBALS (2) alone.
void Codegen::enter_annotations(Scope* scope, std::string_view name, Name* self_name, const Loc& loc) {
  enter(scope, UnitKind::Annotations, name, self_name, loc, loc.lineno);
  u_->code->argcount = u_->code->posonlyargcount = 1;
  e().set_pos(Pos(loc));
  Label fine = e().new_label();
  e().jump_word(Op::JUMP_GT_I, 0, 2, 0, fine);
  Reg error = alloc();
  release(error);
  e().emit(Op::LOAD_COMMON, error, (uint32_t)CommonConst::NotImplementedError);
  e().emit(Op::RAISE, error, error, 1);
  e().bind(fine);
}

// With `from __future__ import annotations` an annotation's value is its text.
void Codegen::annotation_value(Expr* annotation, Reg dst) {
  if (!future_annotations()) return starred_value(annotation, dst);
  At at(this, annotation->loc);
  load_text(unparse(annotation), dst);
}

// `*args: *Ts` has the one item that *Ts unpacks to.
void Codegen::starred_value(Expr* expr, Reg dst) {
  if (!expr->is<Starred>()) return to(expr, dst);
  Temps temps(this);
  Reg value = ev(expr->as<Starred>()->value);
  At at(this, expr->loc);
  e().emit(Op::UNPACK_SEQUENCE, dst, value, 1);
}

Reg Codegen::push_annotations(FunctionDef* s) {
  Scope* scope = scopes_.find(s, ScopePart::Annotations);
  if (!scope || !scope->annotations_used) return kNoReg;
  std::vector<std::pair<Name*, Expr*>> list;
  auto add = [&](Arg* arg) {
    if (arg && arg->annotation) list.push_back({mangled(arg->arg), arg->annotation});
  };
  for (Arg* arg : s->args->args) add(arg);  // CPython's order: the positional-only ones come second
  for (Arg* arg : s->args->posonlyargs) add(arg);
  add(s->args->vararg);
  for (Arg* arg : s->args->kwonlyargs) add(arg);
  add(s->args->kwarg);
  if (s->returns) list.push_back({intern("return"), s->returns});
  if (list.empty()) return kNoReg;
  Reg made = e().top();
  Pos pos = e().pos();
  enter_annotations(scope, "__annotate__", s->name, s->loc);
  {
    Temps temps(this);
    Reg dict = e().top();
    if (list.size() <= 30) {
      for (auto& [name, annotation] : list) {
        push_text(name->text());
        annotation_value(annotation, e().top());
        alloc();
      }
      e().set_pos(Pos(s->loc));
      e().emit(Op::BUILD_MAP, dict, dict, (uint32_t)list.size());
    } else {
      e().emit(Op::BUILD_MAP, dict, dict, 0);
      e().set_top(dict + 1);
      for (auto& [name, annotation] : list) {
        Temps each(this);
        push_text(name->text());
        annotation_value(annotation, e().top());
        alloc();
        e().emit(Op::MAP_ADD, dict, dict + 1, dict + 2);
      }
    }
    e().set_top(dict + 1);
    e().emit(Op::RETURN, dict);
  }
  e().set_pos(pos);
  leave_and_make(made, FunctionParts());
  return alloc();
}

// The set of those conditional annotations that were reached: a global, or a cell of the class, which its __annotate__ sees. The cell has no symbol.
VarRef Codegen::conditional_annotations() {
  VarRef ref;
  ref.name = intern("__conditional_annotations__");
  auto it = u_->regs.find(ref.name);
  if (it != u_->regs.end() && (u_->kind == UnitKind::Class || u_->scope->type == ScopeType::Annotation)) {
    ref.kind = VarRef::Deref;
    ref.reg = it->second;
  } else {
    ref.kind = u_->scope->is_function_like() ? VarRef::Global : VarRef::Name;
  }
  return ref;
}

// The annotations of a module's or class's variables.
void Codegen::deferred_annotations(const Loc& loc) {
  bool in_class = u_->kind == UnitKind::Class;
  if (u_->annotations.empty() && (in_class || module_annotate_ < 0)) return;
  Scope* scope = u_->scope->annotation_scope;
  if (!scope) return;
  std::vector<DeferredAnnotation> list = std::move(u_->annotations);
  u_->annotations.clear();
  std::vector<Name*> names;
  for (const DeferredAnnotation& item : list) names.push_back(mangled(item.node->target->as<NameExpr>()->id));
  if (in_class) e().mark_line(Pos(loc));  // as in CPython the end of such a class body is a step of its own, at its head
  Reg made = e().top();
  enter_annotations(scope, "__annotate__", nullptr, loc);
  {
    Temps temps(this);
    Reg dict = e().top();
    e().emit(Op::BUILD_MAP, dict, dict, 0);
    e().set_top(dict + 1);
    for (size_t i = 0; i < list.size(); i++) {
      Temps each(this);
      Expr* annotation = list[i].node->annotation;
      Label skip = e().new_label();
      if (list[i].condition >= 0) {
        At at(this, annotation->loc);
        Reg index = e().top();
        load_small(list[i].condition, index);
        alloc();
        load(conditional_annotations(), index + 1);
        alloc();
        e().jump_word(Op::JUMP_IN, index, index + 1, 0, skip);
        e().set_top(index);
      }
      Reg value = e().top();
      starred_value(annotation, value);
      alloc();
      push_text(names[i]->text());
      At at(this, loc);
      e().emit(Op::STORE_SUBSCR, dict, value + 1, value);
      e().bind(skip);
    }
    e().emit(Op::RETURN, dict);
  }
  if (!in_class) {
    CompiledCode* code = leave();
    e().fill_constant_code((uint32_t)module_annotate_, code);
    return;
  }
  e().set_pos(Pos(loc));
  leave_and_make(made, FunctionParts());
  Temps temps(this);
  e().set_top(made + 1);
  store_text("__annotate_func__", made);
}

// ---- type parameters ----------------------------------------------------------------------------------------------

void Codegen::enter_type_params(Scope* scope, Name* name, const Loc& loc, int32_t firstlineno) {
  std::string text = "<generic parameters of " + std::string(name->text()) + ">";
  enter(scope, UnitKind::TypeParams, text, nullptr, loc, firstlineno);
  e().set_pos(Pos(loc));
}

// A function with the parameter .format = VALUE that evaluates `expr`.
void Codegen::evaluate_function(Expr* expr, Scope* scope, Name* name, bool starred, const Loc& loc, Reg dst) {
  Temps temps(this);
  ConstantData defaults, one;
  one.kind = ConstantData::Int;
  one.small = 1;
  defaults.kind = ConstantData::Tuple;
  defaults.items.push_back(one);
  Reg made = e().top();
  Pos pos = e().pos();
  enter_annotations(scope, name->text(), name, loc);
  {
    Temps inner(this);
    Reg value = e().top();
    starred ? starred_value(expr, value) : to(expr, value);
    alloc();
    e().set_pos(Pos(loc));
    e().emit(Op::RETURN, value);
  }
  e().set_pos(pos);
  leave_and_make(made, FunctionParts());
  e().set_top(made + 1);
  Reg tuple = e().top();
  e().load_const(tuple, e().constant(std::move(defaults)));
  e().set_top(tuple + 1);
  e().emit(Op::SET_FUNCTION, made, tuple, (uint32_t)FunctionPart::Defaults);
  e().set_top(made + 1);
  e().move(dst, made);
}

void Codegen::type_params(const Seq<TypeParam*>& params, Reg dst) {
  Temps temps(this);
  Reg first = e().top();
  bool wide = crowded(params.size), seen_default = false;
  if (wide) {
    e().emit(Op::BUILD_LIST, first, first, 0);
    alloc();
  }
  for (TypeParam* param : params) {
    At at(this, param->loc);
    Reg reg = e().top();
    push_text(param->name->text());
    Intrinsic make = Intrinsic::TypeVar;
    if (param->is<TypeVar>()) {
      if (Expr* bound = param->as<TypeVar>()->bound) {
        evaluate_function(bound, scopes_.find(param, ScopePart::Body), param->name, false, bound->loc, e().top());
        alloc();
        make = bound->is<Tuple>() ? Intrinsic::TypeVarWithConstraints : Intrinsic::TypeVarWithBound;
      }
    } else {
      make = param->is<ParamSpec>() ? Intrinsic::ParamSpec : Intrinsic::TypeVarTuple;
    }
    e().emit(Op::INTRINSIC, reg, reg, (uint32_t)make);
    e().set_top(reg + 1);
    if (Expr* value = param->default_value) {
      seen_default = true;
      evaluate_function(value, scopes_.find(param, ScopePart::Default), param->name, param->is<TypeVarTuple>(), value->loc, e().top());
      e().set_top(reg + 2);
      e().emit(Op::INTRINSIC, reg, reg, (uint32_t)Intrinsic::SetTypeparamDefault);
      e().set_top(reg + 1);
    } else if (seen_default) {
      return fail(param->loc, "non-default type parameter '" + std::string(param->name->text()) + "' follows default type parameter");
    }
    store_name(param->name, reg);
    if (wide) {
      e().emit(Op::LIST_APPEND, first, reg);
      e().set_top(reg);
    }
  }
  wide ? e().emit(Op::LIST_TO_TUPLE, dst, first) : e().emit(Op::BUILD_TUPLE, dst, first, params.size);
}

void Codegen::type_alias(TypeAlias* s) {
  Name* name = s->name->as<NameExpr>()->id;
  Reg result = e().top();
  auto build = [&]() {
    // The name, the type parameters, the function of the value.
    Reg first = e().top();
    push_text(name->text());
    if (s->type_params.empty()) {
      push_none();
    } else {
      type_params(s->type_params, e().top());
      alloc();
    }
    e().set_pos(Pos(s->loc));
    evaluate_function(s->value, scopes_.find(s, ScopePart::Body), name, false, s->loc, e().top());
    e().set_top(first + 3);
    e().emit(Op::INTRINSIC, first, first, (uint32_t)Intrinsic::TypeAlias);
    e().set_top(first + 1);
    return first;
  };
  if (s->type_params.empty()) {
    build();
  } else {
    enter_type_params(scopes_.find(s, ScopePart::TypeParams), name, s->loc, s->loc.lineno);
    Reg alias = build();
    e().emit(Op::RETURN, alias);
    e().set_pos(Pos(s->loc));
    leave_and_make(result, FunctionParts());
    e().set_top(result + 1);
    e().emit(Op::CALL, result, result, 0);
  }
  e().set_top(result + 1);
  e().set_pos(Pos(s->name->loc));
  store_name(name, result);
}

}  // namespace kaa::compiler
