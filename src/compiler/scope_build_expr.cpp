// Pass 1 of the scope analysis: expressions, comprehensions, annotations, type parameters, patterns.
#include <algorithm>

#include "compiler/scope_passes.h"

namespace kaa::compiler {

using ast::Expr;
using ast::ExprContext;
using ast::ExprKind;
using ast::Loc;
using ast::PatternKind;

bool ScopeBuilder::visit_exprs(const ast::Seq<Expr*>& exprs) {
  for (const Expr* expr : exprs) {
    if (expr && !visit_expr(expr)) return false;
  }
  return true;
}

bool ScopeBuilder::visit_expr(const Expr* expr) {
  if (++depth_ > options_.recursion_limit) return fail_depth();
  size_t base = spine_.size();
  while (const Expr* first = first_operand(expr)) {
    if (const ast::Attribute* attribute = expr->if_a<ast::Attribute>()) {
      if (!check_name(attribute->attr, expr->loc, attribute->ctx)) return false;
    }
    spine_.push_back(expr);
    expr = first;
  }
  if (!visit_head(expr)) return false;
  while (spine_.size() > base) {
    const Expr* outer = spine_.back();
    spine_.pop_back();
    if (!visit_rest(outer)) return false;
  }
  depth_--;
  return true;
}

// What follows the first operand.
bool ScopeBuilder::visit_rest(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::BinOp:
      return visit_expr(expr->as<ast::BinOp>()->right);
    case ExprKind::Compare:
      return visit_exprs(expr->as<ast::Compare>()->comparators);
    case ExprKind::Subscript:
      return visit_expr(expr->as<ast::Subscript>()->slice);
    case ExprKind::Call: {
      const ast::Call* call = expr->as<ast::Call>();
      return visit_exprs(call->args) && check_keywords(call->keywords) && visit_keywords(call->keywords);
    }
    default:
      return true;
  }
}

bool ScopeBuilder::visit_head(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::NamedExpr:
      return visit_named_expr(expr->as<ast::NamedExpr>());
    case ExprKind::BoolOp:
      return visit_exprs(expr->as<ast::BoolOp>()->values);
    case ExprKind::Lambda:
      return visit_lambda(expr->as<ast::Lambda>());
    case ExprKind::IfExp: {
      const ast::IfExp* node = expr->as<ast::IfExp>();
      return visit_expr(node->test) && visit_expr(node->body) && visit_expr(node->orelse);
    }
    case ExprKind::Dict:
      return visit_dict(expr->as<ast::Dict>());
    case ExprKind::Set:
      return visit_exprs(expr->as<ast::Set>()->elts);
    case ExprKind::ListComp: {
      const ast::ListComp* node = expr->as<ast::ListComp>();
      return visit_comprehension(expr, n_listcomp_, ComprehensionKind::List, node->generators, node->elt, nullptr);
    }
    case ExprKind::SetComp: {
      const ast::SetComp* node = expr->as<ast::SetComp>();
      return visit_comprehension(expr, n_setcomp_, ComprehensionKind::Set, node->generators, node->elt, nullptr);
    }
    case ExprKind::DictComp: {
      const ast::DictComp* node = expr->as<ast::DictComp>();
      return visit_comprehension(expr, n_dictcomp_, ComprehensionKind::Dict, node->generators, node->key, node->value);
    }
    case ExprKind::GeneratorExp: {
      const ast::GeneratorExp* node = expr->as<ast::GeneratorExp>();
      return visit_comprehension(expr, n_genexpr_, ComprehensionKind::Generator, node->generators, node->elt, nullptr);
    }
    case ExprKind::Yield:
      return visit_yield(expr, expr->as<ast::Yield>()->value);
    case ExprKind::YieldFrom:
      return visit_yield(expr, expr->as<ast::YieldFrom>()->value);
    case ExprKind::Await:
      return visit_await(expr->as<ast::Await>());
    case ExprKind::FormattedValue: {
      const ast::FormattedValue* node = expr->as<ast::FormattedValue>();
      return visit_expr(node->value) && visit_optional(node->format_spec);
    }
    case ExprKind::Interpolation: {
      const ast::Interpolation* node = expr->as<ast::Interpolation>();
      return visit_expr(node->value) && visit_optional(node->format_spec);
    }
    case ExprKind::JoinedStr:
      return visit_exprs(expr->as<ast::JoinedStr>()->values);
    case ExprKind::TemplateStr:
      return visit_exprs(expr->as<ast::TemplateStr>()->values);
    case ExprKind::Starred:
      return visit_expr(expr->as<ast::Starred>()->value);
    case ExprKind::Slice: {
      const ast::Slice* node = expr->as<ast::Slice>();
      return visit_optional(node->lower) && visit_optional(node->upper) && visit_optional(node->step);
    }
    case ExprKind::Name:
      return visit_name(expr->as<ast::NameExpr>());
    case ExprKind::List:
      return visit_exprs(expr->as<ast::List>()->elts);
    case ExprKind::Tuple:
      return visit_exprs(expr->as<ast::Tuple>()->elts);
    case ExprKind::Constant:
      return true;
    case ExprKind::BinOp:
    case ExprKind::UnaryOp:
    case ExprKind::Compare:
    case ExprKind::Call:
    case ExprKind::Attribute:
    case ExprKind::Subscript:
      break;  // have a first operand: never a head
  }
  return true;
}

bool ScopeBuilder::visit_name(const ast::NameExpr* name) {
  if (cur_->in_unevaluated_annotation) return true;
  bool load = name->ctx == ExprContext::Load;
  if (!add_def_ctx(name->id, load ? kUse : kDefLocal, name->loc, name->ctx)) return false;
  // super() without arguments finds its class in the cell __class__.
  if (load && name->id == n_super_ && cur_->is_function_like()) return add_def(n_class_, kUse, name->loc);
  return true;
}

bool ScopeBuilder::visit_dict(const ast::Dict* dict) {
  // Keys are visited before values, but evaluated in pairs.
  size_t start = mark();
  std::vector<size_t> marks;
  bool record = cur_->is_function_like();
  for (const Expr* key : dict->keys) {
    if (record) marks.push_back(mark());
    if (key && !visit_expr(key)) return false;
  }
  for (const Expr* value : dict->values) {
    if (record) marks.push_back(mark());
    if (!visit_expr(value)) return false;
  }
  if (!record || mark() == start) return true;
  marks.push_back(mark());
  std::vector<uintptr_t> pairs;
  const auto& references = cur_->references;
  size_t count = dict->keys.size;
  for (size_t i = 0; i < count; i++) {
    for (size_t part : {i, count + i}) {
      pairs.insert(pairs.end(), references.begin() + (ptrdiff_t)marks[part], references.begin() + (ptrdiff_t)marks[part + 1]);
    }
  }
  std::copy(pairs.begin(), pairs.end(), cur_->references.begin() + (ptrdiff_t)start);
  return true;
}

bool ScopeBuilder::visit_lambda(const ast::Lambda* lambda) {
  if (!visit_exprs(lambda->args->defaults) || !visit_exprs(lambda->args->kw_defaults)) return false;
  if (!enter(n_lambda_, ScopeType::Function, lambda, ScopePart::Body, lambda->loc)) return false;
  if (!visit_arguments(lambda->args) || !visit_expr(lambda->body)) return false;
  leave();
  return true;
}

bool ScopeBuilder::check_keywords(const ast::Seq<ast::Keyword*>& keywords) {
  for (const ast::Keyword* keyword : keywords) {
    if (keyword->arg && !check_name(keyword->arg, keyword->loc, ExprContext::Store)) return false;
  }
  return true;
}

bool ScopeBuilder::visit_keywords(const ast::Seq<ast::Keyword*>& keywords) {
  for (const ast::Keyword* keyword : keywords) {
    if (!visit_expr(keyword->value)) return false;
  }
  return true;
}

// ---- assignment expressions ---------------------------------------------------------------------------------------

bool ScopeBuilder::visit_named_expr(const ast::NamedExpr* expr) {
  if (!refuse_in_annotation("named expression", expr)) return false;
  if (cur_->comp_iter_expr > 0) {
    return fail(expr->loc, "assignment expression cannot be used in a comprehension iterable expression");
  }
  if (cur_->comprehension != ComprehensionKind::None) {
    if (!extend_named_expr_scope(expr->target->as<ast::NameExpr>())) return false;
  }
  return visit_expr(expr->value) && visit_expr(expr->target);
}

// The target of an assignment expression in a comprehension belongs to the nearest block around the comprehensions.
bool ScopeBuilder::extend_named_expr_scope(const ast::NameExpr* target) {
  Name* name = target->id;
  const Loc& loc = target->loc;
  for (size_t i = stack_.size(); i-- > 0;) {
    Scope* scope = stack_[i];
    if (scope->comprehension != ComprehensionKind::None) {
      uint32_t flags = flags_of(scope, name);
      if ((flags & kDefCompIter) && (flags & kDefLocal)) {
        return fail_name(loc, "assignment expression cannot rebind comprehension iteration variable '", name, "'");
      }
      continue;
    }
    const char* message = nullptr;
    switch (scope->type) {
      case ScopeType::Function: {
        uint32_t kind = flags_of(scope, name) & kDefGlobal ? kDefGlobal : kDefNonlocal;
        if (!add_def(name, kind, loc)) return false;
        record_directive(name, loc);
        return add_def_to(scope, name, kDefLocal, loc);
      }
      case ScopeType::Module:
        if (!add_def(name, kDefGlobal, loc)) return false;
        record_directive(name, loc);
        return add_def_to(scope, name, kDefGlobal, loc);
      case ScopeType::Class:
        message = "assignment expression within a comprehension cannot be used in a class body";
        break;
      case ScopeType::TypeParameters:
        message = "assignment expression within a comprehension cannot be used within the definition of a generic";
        break;
      case ScopeType::TypeAlias:
        message = "assignment expression within a comprehension cannot be used in a type alias";
        break;
      case ScopeType::TypeVariable:
        message = "assignment expression within a comprehension cannot be used in a TypeVar bound";
        break;
      case ScopeType::Annotation:
        break;  // CPython looks further out
    }
    if (message) return fail(loc, message);
  }
  return true;
}

// ---- yield and await ----------------------------------------------------------------------------------------------

bool ScopeBuilder::visit_yield(const Expr* expr, const Expr* value) {
  if (!refuse_in_annotation("yield expression", expr)) return false;
  if (!visit_optional(value)) return false;
  cur_->generator = true;
  return cur_->comprehension == ComprehensionKind::None || refuse_in_comprehension(expr);
}

bool ScopeBuilder::visit_await(const ast::Await* expr) {
  if (!refuse_in_annotation("await expression", expr)) return false;
  if (!top_level_await_allowed()) {
    if (!cur_->is_function_like()) return fail(expr->loc, "'await' outside function");
    if (!is_async_function() && cur_->comprehension == ComprehensionKind::None) {
      return fail(expr->loc, "'await' outside async function");
    }
  }
  if (!visit_expr(expr->value)) return false;
  cur_->coroutine = true;
  return true;
}

bool ScopeBuilder::refuse_in_annotation(const char* what, const Expr* expr) {
  std::string where;
  switch (cur_->type) {
    case ScopeType::Annotation:
      where = "an annotation";
      break;
    case ScopeType::TypeVariable:
      where = cur_->scope_info;
      break;
    case ScopeType::TypeAlias:
      where = "a type alias";
      break;
    case ScopeType::TypeParameters:
      where = "the definition of a generic";
      break;
    default:
      return true;
  }
  return fail(expr->loc, std::string(what) + " cannot be used within " + where);
}

bool ScopeBuilder::refuse_in_comprehension(const Expr* expr) {
  switch (cur_->comprehension) {
    case ComprehensionKind::List:
      return fail(expr->loc, "'yield' inside list comprehension");
    case ComprehensionKind::Set:
      return fail(expr->loc, "'yield' inside set comprehension");
    case ComprehensionKind::Dict:
      return fail(expr->loc, "'yield' inside dict comprehension");
    default:
      return fail(expr->loc, "'yield' inside generator expression");
  }
}

// ---- comprehensions -----------------------------------------------------------------------------------------------

bool ScopeBuilder::visit_comprehension(const Expr* expr, Name* name, ComprehensionKind kind,
                                       const ast::Seq<ast::Comprehension*>& generators, const Expr* elt,
                                       const Expr* value) {
  const ast::Comprehension* outermost = generators[0];
  bool is_generator = kind == ComprehensionKind::Generator;
  // The first iterable is evaluated outside and handed in as a parameter.
  cur_->comp_iter_expr++;
  if (!visit_expr(outermost->iter)) return false;
  cur_->comp_iter_expr--;
  Scope* outer = cur_;
  if (!enter(name, ScopeType::Function, expr, ScopePart::Body, expr->loc)) return false;
  outer->references.push_back((uintptr_t)cur_ | 1);
  cur_->comprehension = kind;
  if (outermost->is_async) cur_->coroutine = true;
  if (!add_def(n_dot_zero_, kDefParam, expr->loc)) return false;
  cur_->comp_iter_target = true;
  if (!visit_expr(outermost->target)) return false;
  cur_->comp_iter_target = false;
  if (!visit_exprs(outermost->ifs)) return false;
  for (uint32_t i = 1; i < generators.size; i++) {
    if (!visit_generator(generators[i])) return false;
  }
  size_t start = mark();
  if (!visit_optional(value)) return false;
  size_t key = mark();
  if (!visit_expr(elt)) return false;
  exchange(start, key);
  cur_->generator = is_generator;
  bool is_async = cur_->coroutine && !is_generator;
  leave();
  if (!is_async) return true;
  if (!is_async_function() && cur_->comprehension == ComprehensionKind::None && !top_level_await_allowed()) {
    return fail(expr->loc, "asynchronous comprehension outside of an asynchronous function");
  }
  cur_->coroutine = true;
  return true;
}

bool ScopeBuilder::visit_generator(const ast::Comprehension* generator) {
  size_t start = mark();
  cur_->comp_iter_target = true;
  if (!visit_expr(generator->target)) return false;
  cur_->comp_iter_target = false;
  size_t iter = mark();
  cur_->comp_iter_expr++;
  if (!visit_expr(generator->iter)) return false;
  cur_->comp_iter_expr--;
  exchange(start, iter);
  if (!visit_exprs(generator->ifs)) return false;
  if (generator->is_async) cur_->coroutine = true;
  return true;
}

// ---- signatures and annotations -----------------------------------------------------------------------------------

bool ScopeBuilder::visit_params(const ast::Seq<ast::Arg*>& args) {
  for (const ast::Arg* arg : args) {
    if (!add_def(arg->arg, kDefParam, arg->loc)) return false;
  }
  return true;
}

bool ScopeBuilder::visit_arguments(const ast::Arguments* args) {
  if (!visit_params(args->posonlyargs) || !visit_params(args->args) || !visit_params(args->kwonlyargs)) return false;
  if (args->vararg) {
    if (!add_def(args->vararg->arg, kDefParam, args->vararg->loc)) return false;
    cur_->varargs = true;
  }
  if (args->kwarg) {
    if (!add_def(args->kwarg->arg, kDefParam, args->kwarg->loc)) return false;
    cur_->varkeywords = true;
  }
  return true;
}

bool ScopeBuilder::visit_arg_annotation(const ast::Arg* arg) {
  if (!arg || !arg->annotation) return true;
  cur_->annotations_used = true;
  return visit_expr(arg->annotation);
}

// The __annotate__ scope of a signature exists for every function; annotations_used says whether there is anything in it.
bool ScopeBuilder::visit_signature_annotations(const ast::FunctionDef* def) {
  bool in_class = cur_->can_see_class_scope || cur_->type == ScopeType::Class;
  if (!enter(n_annotate_, ScopeType::Annotation, def, ScopePart::Annotations, def->loc)) return false;
  if (in_class) {
    cur_->can_see_class_scope = true;
    if (!add_def(n_classdict_, kUse, def->loc)) return false;
  }
  const ast::Arguments* args = def->args;
  for (const ast::Arg* arg : args->posonlyargs) {
    if (!visit_arg_annotation(arg)) return false;
  }
  for (const ast::Arg* arg : args->args) {
    if (!visit_arg_annotation(arg)) return false;
  }
  if (!visit_arg_annotation(args->vararg) || !visit_arg_annotation(args->kwarg)) return false;
  for (const ast::Arg* arg : args->kwonlyargs) {
    if (!visit_arg_annotation(arg)) return false;
  }
  if (def->returns) {
    cur_->annotations_used = true;
    if (!visit_expr(def->returns)) return false;
  }
  leave();
  return true;
}

// The annotation of a variable. All of a block's share one scope.
bool ScopeBuilder::visit_annotation(const Expr* annotation) {
  Scope* owner = cur_;
  bool is_unevaluated = owner->type == ScopeType::Function;  // annotations of locals only have to be valid
  bool keeps = owner->type == ScopeType::Class || owner->type == ScopeType::Module;
  // __annotate__ must leave out what was not reached: for a class in conditional code, for a module everywhere, because it
  // may be asked while the module still runs.
  bool conditional = owner->type == ScopeType::Module || (owner->type == ScopeType::Class && owner->in_conditional_block);
  if (conditional && !owner->has_conditional_annotations) {
    owner->has_conditional_annotations = true;
    if (!add_def(n_conditional_, kUse, annotation->loc)) return false;
  }
  if (!owner->annotation_scope) {
    ScopePart part = keeps ? ScopePart::Annotations : ScopePart::Unregistered;
    if (!enter(n_annotate_, ScopeType::Annotation, owner->node, part, annotation->loc)) return false;
    owner->annotation_scope = cur_;
    if (owner->type == ScopeType::Class && !options_.future_annotations) {
      cur_->can_see_class_scope = true;
      if (!add_def(n_classdict_, kUse, annotation->loc)) return false;
    }
  } else {
    enter_existing(owner->annotation_scope, false);
  }
  cur_->in_unevaluated_annotation = is_unevaluated;
  if (!visit_expr(annotation)) return false;
  cur_->in_unevaluated_annotation = false;
  leave();
  return true;
}

// ---- type parameters ----------------------------------------------------------------------------------------------

bool ScopeBuilder::visit_type_params(const ast::Seq<ast::TypeParam*>& params) {
  for (const ast::TypeParam* param : params) {
    if (!visit_type_param(param)) return false;
  }
  return true;
}

bool ScopeBuilder::visit_type_param(const ast::TypeParam* param) {
  if (!add_def(param->name, kDefTypeParam | kDefLocal, param->loc)) return false;
  switch (param->kind) {
    case ast::TypeParamKind::TypeVar: {
      const Expr* bound = param->as<ast::TypeVar>()->bound;
      const char* info = bound && bound->is<ast::Tuple>() ? "a TypeVar constraint" : "a TypeVar bound";
      return visit_bound_or_default(param, bound, ScopePart::Body, info) &&
             visit_bound_or_default(param, param->default_value, ScopePart::Default, "a TypeVar default");
    }
    case ast::TypeParamKind::ParamSpec:
      return visit_bound_or_default(param, param->default_value, ScopePart::Default, "a ParamSpec default");
    case ast::TypeParamKind::TypeVarTuple:
      return visit_bound_or_default(param, param->default_value, ScopePart::Default, "a TypeVarTuple default");
  }
  return true;
}

bool ScopeBuilder::visit_bound_or_default(const ast::TypeParam* param, const Expr* expr, ScopePart part, const char* info) {
  if (param->name == n_classdict_) {
    return fail_name(param->loc, "reserved name '", param->name, "' cannot be used for type parameter");
  }
  if (!expr) return true;
  bool in_class = cur_->can_see_class_scope;
  if (!enter(param->name, ScopeType::TypeVariable, param, part, expr->loc)) return false;
  cur_->can_see_class_scope = in_class;
  if (in_class && !add_def(n_classdict_, kUse, expr->loc)) return false;
  cur_->scope_info = info;
  if (!visit_expr(expr)) return false;
  leave();
  return true;
}

// ---- patterns -----------------------------------------------------------------------------------------------------

bool ScopeBuilder::visit_patterns(const ast::Seq<ast::Pattern*>& patterns) {
  for (const ast::Pattern* pattern : patterns) {
    if (!visit_pattern(pattern)) return false;
  }
  return true;
}

bool ScopeBuilder::visit_pattern(const ast::Pattern* pattern) {
  if (++depth_ > options_.recursion_limit) return fail_depth();
  bool ok = true;
  switch (pattern->kind) {
    case PatternKind::MatchValue:
      ok = visit_expr(pattern->as<ast::MatchValue>()->value);
      break;
    case PatternKind::MatchSingleton:
      break;
    case PatternKind::MatchSequence:
      ok = visit_patterns(pattern->as<ast::MatchSequence>()->patterns);
      break;
    case PatternKind::MatchStar: {
      Name* name = pattern->as<ast::MatchStar>()->name;
      ok = !name || add_def(name, kDefLocal, pattern->loc);
      break;
    }
    case PatternKind::MatchMapping: {
      const ast::MatchMapping* node = pattern->as<ast::MatchMapping>();
      ok = visit_exprs(node->keys) && visit_patterns(node->patterns) &&
           (!node->rest || add_def(node->rest, kDefLocal, pattern->loc));
      break;
    }
    case PatternKind::MatchClass: {
      const ast::MatchClass* node = pattern->as<ast::MatchClass>();
      ok = visit_expr(node->cls) && visit_patterns(node->patterns);
      for (uint32_t i = 0; ok && i < node->kwd_attrs.size; i++) {
        ok = check_name(node->kwd_attrs[i], node->kwd_patterns[i]->loc, ExprContext::Store);
      }
      ok = ok && visit_patterns(node->kwd_patterns);
      break;
    }
    case PatternKind::MatchAs: {
      const ast::MatchAs* node = pattern->as<ast::MatchAs>();
      ok = (!node->pattern || visit_pattern(node->pattern)) &&
           (!node->name || add_def(node->name, kDefLocal, pattern->loc));
      break;
    }
    case PatternKind::MatchOr:
      ok = visit_patterns(pattern->as<ast::MatchOr>()->patterns);
      break;
  }
  depth_--;
  return ok;
}

}  // namespace kaa::compiler
