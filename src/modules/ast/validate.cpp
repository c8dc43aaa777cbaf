// What holds of every tree that the parser makes, checked for trees that programs make.
#include "modules/ast/classes.h"

namespace kaa::pyast {

namespace {

const char* context_name(ast::ExprContext c) { return c == ast::ExprContext::Load ? "Load" : c == ast::ExprContext::Store ? "Store" : "Del"; }

constexpr ast::ExprContext kLoad = ast::ExprContext::Load, kStore = ast::ExprContext::Store;

struct Validator {
  Thread& t;

  Status place(const ast::Loc& l) {
    if (l.lineno > l.end_lineno) return RAISE(ValueError, "AST node line range (%d, %d) is not valid", l.lineno, l.end_lineno);
    if ((l.lineno < 0 && l.end_lineno != l.lineno) || (l.col_offset < 0 && l.col_offset != l.end_col_offset))
      return RAISE(ValueError, "AST node column range (%d, %d) for line range (%d, %d) is not valid", l.col_offset, l.end_col_offset, l.lineno, l.end_lineno);
    if (l.lineno == l.end_lineno && l.col_offset > l.end_col_offset)
      return RAISE(ValueError, "line %d, column %d-%d is not a valid range", l.lineno, l.col_offset, l.end_col_offset);
    return {};
  }
  Status name(const ast::Name* n) {
    if (!n) return {};
    for (const char* s : {"None", "True", "False"})
      if (n->text() == s) return RAISE(ValueError, "identifier field can't represent '%s' constant", s);
    return {};
  }
  template <class T>
  Status nonempty(const ast::Seq<T>& s, const char* what, const char* owner) {
    if (s.empty()) return RAISE(ValueError, "empty %s on %s", what, owner);
    return {};
  }
  Status names(const ast::Seq<ast::Name*>& s, const char* owner) {
    TRY(nonempty(s, "names", owner));
    for (ast::Name* n : s)
      if (!n) return RAISE(ValueError, "None disallowed in identifier list");
    return {};
  }

  // ---- expressions
  Status constant(const ast::ConstantValue& c) {
    if (c.kind == ast::ConstKind::Object) return RAISE(TypeError, "got an invalid type in Constant: %T", Value(static_cast<Object*>(c.object)));
    if (c.kind == ast::ConstKind::Tuple || c.kind == ast::ConstKind::FrozenSet)
      for (uint32_t i = 0; i < c.size; i++) TRY(constant(c.items[i]));
    return {};
  }
  Status exprs(const ast::Seq<ast::Expr*>& s, ast::ExprContext ctx, bool null_ok = false) {
    for (ast::Expr* e : s) {
      if (e) TRY(expr(e, ctx));
      else if (!null_ok) return RAISE(ValueError, "None disallowed in expression list");
    }
    return {};
  }
  Status maybe(const ast::Expr* e, ast::ExprContext ctx = kLoad) { return e ? expr(e, ctx) : Status(); }
  Status arg(const ast::Arg* a) {
    TRY(place(a->loc));
    return maybe(a->annotation);
  }
  Status arguments(const ast::Arguments* a) {
    for (auto* s : {&a->posonlyargs, &a->args})
      for (ast::Arg* x : *s) TRY(arg(x));
    if (a->vararg) TRY(maybe(a->vararg->annotation));
    for (ast::Arg* x : a->kwonlyargs) TRY(arg(x));
    if (a->kwarg) TRY(maybe(a->kwarg->annotation));
    if (a->defaults.size > a->posonlyargs.size + a->args.size) return RAISE(ValueError, "more positional defaults than args on arguments");
    if (a->kw_defaults.size != a->kwonlyargs.size) return RAISE(ValueError, "length of kwonlyargs is not the same as kw_defaults on arguments");
    TRY(exprs(a->defaults, kLoad));
    return exprs(a->kw_defaults, kLoad, true);
  }
  Status generators(const ast::Seq<ast::Comprehension*>& s) {
    if (s.empty()) return RAISE(ValueError, "comprehension with no generators");
    for (ast::Comprehension* c : s) {
      TRY(expr(c->target, kStore));
      TRY(expr(c->iter, kLoad));
      TRY(exprs(c->ifs, kLoad));
    }
    return {};
  }
  Status keywords(const ast::Seq<ast::Keyword*>& s) {
    for (ast::Keyword* k : s) TRY(expr(k->value, kLoad));
    return {};
  }
  Status own_context(ast::ExprContext want, ast::ExprContext have) {
    if (want == have) return {};
    return RAISE(ValueError, "expression must have %s context but has %s instead", context_name(want), context_name(have));
  }
  Status context(const ast::Expr* e, ast::ExprContext ctx) {
    using K = ast::ExprKind;
    switch (e->kind) {
      case K::Attribute: return own_context(ctx, e->as<ast::Attribute>()->ctx);
      case K::Subscript: return own_context(ctx, e->as<ast::Subscript>()->ctx);
      case K::Starred: return own_context(ctx, e->as<ast::Starred>()->ctx);
      case K::Name: TRY(name(e->as<ast::NameExpr>()->id)); return own_context(ctx, e->as<ast::NameExpr>()->ctx);
      case K::List: return own_context(ctx, e->as<ast::List>()->ctx);
      case K::Tuple: return own_context(ctx, e->as<ast::Tuple>()->ctx);
      default:
        if (ctx != kLoad) return RAISE(ValueError, "expression which can't be assigned to in %s context", context_name(ctx));
        return {};
    }
  }
  Status expr(const ast::Expr* e, ast::ExprContext ctx) {
    TRY(native_enter(t, " during compilation"));
    TRY(place(e->loc));
    TRY(context(e, ctx));
    using K = ast::ExprKind;
    switch (e->kind) {
      case K::BoolOp:
        if (e->as<ast::BoolOp>()->values.size < 2) return RAISE(ValueError, "BoolOp with less than 2 values");
        return exprs(e->as<ast::BoolOp>()->values, kLoad);
      case K::BinOp: TRY(expr(e->as<ast::BinOp>()->left, kLoad)); return expr(e->as<ast::BinOp>()->right, kLoad);
      case K::UnaryOp: return expr(e->as<ast::UnaryOp>()->operand, kLoad);
      case K::Lambda: TRY(arguments(e->as<ast::Lambda>()->args)); return expr(e->as<ast::Lambda>()->body, kLoad);
      case K::IfExp: {
        auto* n = e->as<ast::IfExp>();
        TRY(expr(n->test, kLoad));
        TRY(expr(n->body, kLoad));
        return expr(n->orelse, kLoad);
      }
      case K::Dict: {
        auto* n = e->as<ast::Dict>();
        if (n->keys.size != n->values.size) return RAISE(ValueError, "Dict doesn't have the same number of keys as values");
        TRY(exprs(n->keys, kLoad, true));  // a null key expands a mapping
        return exprs(n->values, kLoad);
      }
      case K::Set: return exprs(e->as<ast::Set>()->elts, kLoad);
      case K::ListComp: TRY(generators(e->as<ast::ListComp>()->generators)); return expr(e->as<ast::ListComp>()->elt, kLoad);
      case K::SetComp: TRY(generators(e->as<ast::SetComp>()->generators)); return expr(e->as<ast::SetComp>()->elt, kLoad);
      case K::GeneratorExp: TRY(generators(e->as<ast::GeneratorExp>()->generators)); return expr(e->as<ast::GeneratorExp>()->elt, kLoad);
      case K::DictComp: {
        auto* n = e->as<ast::DictComp>();
        TRY(generators(n->generators));
        TRY(expr(n->key, kLoad));
        return expr(n->value, kLoad);
      }
      case K::Yield: return maybe(e->as<ast::Yield>()->value);
      case K::YieldFrom: return expr(e->as<ast::YieldFrom>()->value, kLoad);
      case K::Await: return expr(e->as<ast::Await>()->value, kLoad);
      case K::Compare: {
        auto* n = e->as<ast::Compare>();
        if (n->comparators.empty()) return RAISE(ValueError, "Compare with no comparators");
        if (n->comparators.size != n->ops.size) return RAISE(ValueError, "Compare has a different number of comparators and operands");
        TRY(exprs(n->comparators, kLoad));
        return expr(n->left, kLoad);
      }
      case K::Call: {
        auto* n = e->as<ast::Call>();
        TRY(expr(n->func, kLoad));
        TRY(exprs(n->args, kLoad));
        return keywords(n->keywords);
      }
      case K::Constant: return constant(e->as<ast::Constant>()->value);
      case K::JoinedStr: return exprs(e->as<ast::JoinedStr>()->values, kLoad);
      case K::TemplateStr: return exprs(e->as<ast::TemplateStr>()->values, kLoad);
      case K::FormattedValue: TRY(expr(e->as<ast::FormattedValue>()->value, kLoad)); return maybe(e->as<ast::FormattedValue>()->format_spec);
      case K::Interpolation: {
        auto* n = e->as<ast::Interpolation>();
        TRY(constant(n->str));
        TRY(expr(n->value, kLoad));
        return maybe(n->format_spec);
      }
      case K::Attribute: return expr(e->as<ast::Attribute>()->value, kLoad);
      case K::Subscript: TRY(expr(e->as<ast::Subscript>()->slice, kLoad)); return expr(e->as<ast::Subscript>()->value, kLoad);
      case K::Starred: return expr(e->as<ast::Starred>()->value, ctx);
      case K::Slice: {
        auto* n = e->as<ast::Slice>();
        TRY(maybe(n->lower));
        TRY(maybe(n->upper));
        return maybe(n->step);
      }
      case K::List: return exprs(e->as<ast::List>()->elts, ctx);
      case K::Tuple: return exprs(e->as<ast::Tuple>()->elts, ctx);
      case K::NamedExpr: {
        auto* n = e->as<ast::NamedExpr>();
        if (n->target->kind != K::Name) return RAISE(TypeError, "NamedExpr target must be a Name");
        return expr(n->value, kLoad);
      }
      case K::Name: return {};
    }
    return {};
  }

  // ---- patterns
  static bool is_number(const ast::Expr* e, bool real, bool imaginary) {
    auto* c = e->if_a<ast::Constant>();
    if (!c) return false;
    return c->value.kind == ast::ConstKind::Complex ? imaginary : real && (c->value.kind == ast::ConstKind::Int || c->value.kind == ast::ConstKind::Float);
  }
  static bool is_negative(const ast::Expr* e, bool real, bool imaginary) {
    auto* u = e->if_a<ast::UnaryOp>();
    return u && u->op == ast::UnaryOperator::USub && is_number(u->operand, real, imaginary);
  }
  Status match_value(const ast::Expr* e) {
    TRY(expr(e, kLoad));
    using K = ast::ExprKind;
    switch (e->kind) {
      case K::Constant: {
        ast::ConstKind k = e->as<ast::Constant>()->value.kind;
        if (k == ast::ConstKind::Int || k == ast::ConstKind::Float || k == ast::ConstKind::Complex || k == ast::ConstKind::Str || k == ast::ConstKind::Bytes) return {};
        return RAISE(ValueError, "unexpected constant inside of a literal pattern");
      }
      case K::Attribute:
      case K::JoinedStr:
      case K::TemplateStr: return {};
      case K::UnaryOp:
        if (is_negative(e, true, true)) return {};
        break;
      case K::BinOp: {
        auto* b = e->as<ast::BinOp>();
        bool op = b->op == ast::Operator::Add || b->op == ast::Operator::Sub;
        if (op && (is_number(b->left, true, false) || is_negative(b->left, true, false)) && is_number(b->right, false, true)) return {};
        break;
      }
      default: break;
    }
    return RAISE(ValueError, "patterns may only match literals and attribute lookups");
  }
  Status capture(const ast::Name* n) {
    if (n && n->text() == "_") return RAISE(ValueError, "can't capture name '_' in patterns");
    return name(n);
  }
  Status patterns(const ast::Seq<ast::Pattern*>& s, bool star_ok) {
    for (ast::Pattern* p : s) {
      if (!p) return RAISE(ValueError, "None disallowed in pattern list");
      TRY(pattern(p, star_ok));
    }
    return {};
  }
  Status match_mapping(const ast::MatchMapping* n) {
    if (n->keys.size != n->patterns.size) return RAISE(ValueError, "MatchMapping doesn't have the same number of keys as patterns");
    TRY(capture(n->rest));
    for (ast::Expr* key : n->keys) {
      if (!key) return RAISE(ValueError, "None disallowed in expression list");
      if (auto* c = key->if_a<ast::Constant>()) {
        ast::ConstKind k = c->value.kind;
        if (k == ast::ConstKind::None || k == ast::ConstKind::True || k == ast::ConstKind::False) continue;
      }
      TRY(match_value(key));
    }
    return patterns(n->patterns, false);
  }
  Status match_class(const ast::MatchClass* n) {
    if (n->kwd_attrs.size != n->kwd_patterns.size) return RAISE(ValueError, "MatchClass doesn't have the same number of keyword attributes as patterns");
    TRY(expr(n->cls, kLoad));
    for (const ast::Expr* c = n->cls;; c = c->as<ast::Attribute>()->value) {
      if (c->kind == ast::ExprKind::Name) break;
      if (c->kind != ast::ExprKind::Attribute) return RAISE(ValueError, "MatchClass cls field can only contain Name or Attribute nodes.");
    }
    for (ast::Name* a : n->kwd_attrs) TRY(name(a));
    TRY(patterns(n->patterns, false));
    return patterns(n->kwd_patterns, false);
  }
  Status pattern(const ast::Pattern* p, bool star_ok) {
    TRY(native_enter(t, " during compilation"));
    TRY(place(p->loc));
    using K = ast::PatternKind;
    switch (p->kind) {
      case K::MatchValue: return match_value(p->as<ast::MatchValue>()->value);
      case K::MatchSingleton: {
        ast::ConstKind k = p->as<ast::MatchSingleton>()->value.kind;
        if (k == ast::ConstKind::None || k == ast::ConstKind::True || k == ast::ConstKind::False) return {};
        return RAISE(ValueError, "MatchSingleton can only contain True, False and None");
      }
      case K::MatchSequence: return patterns(p->as<ast::MatchSequence>()->patterns, true);
      case K::MatchMapping: return match_mapping(p->as<ast::MatchMapping>());
      case K::MatchClass: return match_class(p->as<ast::MatchClass>());
      case K::MatchStar:
        if (!star_ok) return RAISE(ValueError, "can't use MatchStar here");
        return capture(p->as<ast::MatchStar>()->name);
      case K::MatchAs: {
        auto* n = p->as<ast::MatchAs>();
        TRY(capture(n->name));
        if (!n->pattern) return {};
        if (!n->name) return RAISE(ValueError, "MatchAs must specify a target name if a pattern is given");
        return pattern(n->pattern, false);
      }
      case K::MatchOr:
        if (p->as<ast::MatchOr>()->patterns.size < 2) return RAISE(ValueError, "MatchOr requires at least 2 patterns");
        return patterns(p->as<ast::MatchOr>()->patterns, false);
    }
    return {};
  }

  // ---- statements
  Status stmts(const ast::Seq<ast::Stmt*>& s) {
    for (ast::Stmt* x : s) {
      if (!x) return RAISE(ValueError, "None disallowed in statement list");
      TRY(stmt(x));
    }
    return {};
  }
  Status body(const ast::Seq<ast::Stmt*>& s, const char* owner) {
    TRY(nonempty(s, "body", owner));
    return stmts(s);
  }
  Status type_params(const ast::Seq<ast::TypeParam*>& s) {
    for (ast::TypeParam* p : s) {
      if (!p) return RAISE(ValueError, "None disallowed in type parameter list");
      TRY(place(p->loc));
      TRY(name(p->name));
      if (auto* v = p->if_a<ast::TypeVar>()) TRY(maybe(v->bound));
      TRY(maybe(p->default_value));
    }
    return {};
  }
  Status function(const ast::FunctionDef* f, const char* owner) {
    TRY(body(f->body, owner));
    TRY(name(f->name));
    TRY(type_params(f->type_params));
    TRY(arguments(f->args));
    TRY(exprs(f->decorator_list, kLoad));
    return maybe(f->returns);
  }
  Status loop(const ast::For* f, const char* owner) {
    TRY(expr(f->target, kStore));
    TRY(expr(f->iter, kLoad));
    TRY(body(f->body, owner));
    return stmts(f->orelse);
  }
  Status with(const ast::With* w, const char* owner) {
    TRY(nonempty(w->items, "items", owner));
    for (ast::WithItem* i : w->items) {
      TRY(expr(i->context_expr, kLoad));
      TRY(maybe(i->optional_vars, kStore));
    }
    return body(w->body, owner);
  }
  Status try_(const ast::Try* n, const char* owner) {
    TRY(body(n->body, owner));
    if (n->handlers.empty() && n->finalbody.empty()) return RAISE(ValueError, "%s has neither except handlers nor finalbody", owner);
    if (n->handlers.empty() && !n->orelse.empty()) return RAISE(ValueError, "%s has orelse but no except handlers", owner);
    for (ast::ExceptHandler* h : n->handlers) {
      if (!h) return RAISE(ValueError, "None disallowed in handler list");
      TRY(place(h->loc));
      TRY(name(h->name));
      TRY(maybe(h->type));
      TRY(body(h->body, "ExceptHandler"));
    }
    TRY(stmts(n->finalbody));
    return stmts(n->orelse);
  }
  Status aliases(const ast::Seq<ast::Alias*>& s, const char* owner) {
    TRY(nonempty(s, "names", owner));
    for (ast::Alias* a : s) {
      TRY(name(a->name));
      TRY(name(a->asname));
    }
    return {};
  }
  Status targets(const ast::Seq<ast::Expr*>& s, ast::ExprContext ctx, const char* owner) {
    TRY(nonempty(s, "targets", owner));
    return exprs(s, ctx);
  }
  Status class_(const ast::ClassDef* n) {
    TRY(body(n->body, "ClassDef"));
    TRY(name(n->name));
    TRY(type_params(n->type_params));
    TRY(exprs(n->bases, kLoad));
    TRY(keywords(n->keywords));
    return exprs(n->decorator_list, kLoad);
  }
  Status match(const ast::Match* n) {
    TRY(expr(n->subject, kLoad));
    TRY(nonempty(n->cases, "cases", "Match"));
    for (ast::MatchCase* c : n->cases) {
      TRY(pattern(c->pattern, false));
      TRY(maybe(c->guard));
      TRY(body(c->body, "match_case"));
    }
    return {};
  }
  Status stmt(const ast::Stmt* s) {
    TRY(native_enter(t, " during compilation"));
    TRY(place(s->loc));
    using K = ast::StmtKind;
    switch (s->kind) {
      case K::FunctionDef: return function(s->as<ast::FunctionDef>(), "FunctionDef");
      case K::AsyncFunctionDef: return function(s->as<ast::FunctionDef>(), "AsyncFunctionDef");
      case K::ClassDef: return class_(s->as<ast::ClassDef>());
      case K::Return: return maybe(s->as<ast::Return>()->value);
      case K::Delete: return targets(s->as<ast::Delete>()->targets, ast::ExprContext::Del, "Delete");
      case K::Assign: TRY(targets(s->as<ast::Assign>()->targets, kStore, "Assign")); return expr(s->as<ast::Assign>()->value, kLoad);
      case K::AugAssign: TRY(expr(s->as<ast::AugAssign>()->target, kStore)); return expr(s->as<ast::AugAssign>()->value, kLoad);
      case K::AnnAssign: {
        auto* n = s->as<ast::AnnAssign>();
        if (n->target->kind != ast::ExprKind::Name && n->simple) return RAISE(TypeError, "AnnAssign with simple non-Name target");
        TRY(expr(n->target, kStore));
        TRY(maybe(n->value));
        return expr(n->annotation, kLoad);
      }
      case K::TypeAlias: {
        auto* n = s->as<ast::TypeAlias>();
        if (n->name->kind != ast::ExprKind::Name) return RAISE(TypeError, "TypeAlias with non-Name name");
        TRY(expr(n->name, kStore));
        TRY(type_params(n->type_params));
        return expr(n->value, kLoad);
      }
      case K::For: return loop(s->as<ast::For>(), "For");
      case K::AsyncFor: return loop(s->as<ast::For>(), "AsyncFor");
      case K::While: {
        auto* n = s->as<ast::While>();
        TRY(expr(n->test, kLoad));
        TRY(body(n->body, "While"));
        return stmts(n->orelse);
      }
      case K::If: {
        auto* n = s->as<ast::If>();
        TRY(expr(n->test, kLoad));
        TRY(body(n->body, "If"));
        return stmts(n->orelse);
      }
      case K::With: return with(s->as<ast::With>(), "With");
      case K::AsyncWith: return with(s->as<ast::With>(), "AsyncWith");
      case K::Match: return match(s->as<ast::Match>());
      case K::Raise: {
        auto* n = s->as<ast::Raise>();
        if (!n->exc && n->cause) return RAISE(ValueError, "Raise with cause but no exception");
        TRY(maybe(n->exc));
        return maybe(n->cause);
      }
      case K::Try: return try_(s->as<ast::Try>(), "Try");
      case K::TryStar: return try_(s->as<ast::Try>(), "TryStar");
      case K::Assert: TRY(expr(s->as<ast::Assert>()->test, kLoad)); return maybe(s->as<ast::Assert>()->msg);
      case K::Import: return aliases(s->as<ast::Import>()->names, "Import");
      case K::ImportFrom:
        if (s->as<ast::ImportFrom>()->level < 0) return RAISE(ValueError, "Negative ImportFrom level");
        return aliases(s->as<ast::ImportFrom>()->names, "ImportFrom");
      case K::Global: return names(s->as<ast::Global>()->names, "Global");
      case K::Nonlocal: return names(s->as<ast::Nonlocal>()->names, "Nonlocal");
      case K::Expr: return expr(s->as<ast::ExprStmt>()->value, kLoad);
      case K::Pass:
      case K::Break:
      case K::Continue: return {};
    }
    return {};
  }
};

}  // namespace

Status validate(Thread& t, const ast::Mod* mod) {
  Validator v{t};
  switch (mod->kind) {
    case ast::ModKind::Module: return v.stmts(mod->as<ast::Module>()->body);
    case ast::ModKind::Interactive: return v.stmts(mod->as<ast::Interactive>()->body);
    case ast::ModKind::Expression: return v.expr(mod->as<ast::Expression>()->body, kLoad);
    case ast::ModKind::FunctionType: TRY(v.exprs(mod->as<ast::FunctionType>()->argtypes, kLoad)); return v.expr(mod->as<ast::FunctionType>()->returns, kLoad);
  }
  return {};
}

}  // namespace kaa::pyast
