// Calls: the window of callable and arguments, methods, super(), keywords, * and ** arguments.
#include "compiler/codegen.h"

namespace kaa::compiler {

using namespace ast;

// More arguments than this are passed through CALL_EX.
constexpr uint32_t kLongCall = 200;

// For super().x and super(C, self).x where the name can only be the builtin: leaves super, the class and self in a run of
// temporaries, which stay allocated. False: nothing was emitted.
bool Codegen::super_parts(Attribute* attr, Reg* run, bool* zero_arguments) {
  Call* call = attr->value->if_a<Call>();
  if (!call || !call->func->is<NameExpr>() || !call->keywords.empty()) return false;
  NameExpr* name = call->func->as<NameExpr>();
  if (name->id->text() != "super" || attr->attr->text() == "__class__") return false;
  Scope* scope = u_->comps.empty() ? u_->scope : u_->comps.back();
  if (scope->class_of(name->id) != NameClass::GlobalImplicit) return false;
  const Symbol* global = scopes_.top()->lookup(name->id);
  if (global && global->name_class != NameClass::Unknown && global->name_class != NameClass::GlobalImplicit) return false;
  for (Expr* arg : call->args)
    if (arg->is<Starred>()) return false;
  if (call->args.size == 2) {
    At at(this, name->loc);
    *run = e().top();
    *zero_arguments = false;
    load(resolve(name->id), *run);
    alloc();
    push(call->args[0]);
    push(call->args[1]);
    return true;
  }
  if (call->args.size != 0) return false;
  // In a function, or in a comprehension inlined into it, with a first parameter and __class__ free.
  if (!u_->comps.empty()) return false;
  if (!u_->scope->is_function_like() || u_->code->argcount == 0) return false;
  Name* dunder_class = intern("__class__");
  if (scope->class_of(dunder_class) != NameClass::Free) return false;
  At at(this, name->loc);
  *run = e().top();
  *zero_arguments = true;
  load(resolve(name->id), *run);
  alloc();
  load(resolve_mangled(dunder_class), *run + 1);
  alloc();
  Name* self = u_->scope->params[0];
  load(resolve_mangled(self), *run + 2);
  alloc();
  return true;
}

bool Codegen::check_keywords(const Seq<Keyword*>& keywords) {
  for (uint32_t i = 0; i < keywords.size; i++) {
    if (!keywords[i]->arg) continue;
    if (forbidden(keywords[i]->arg, ExprContext::Store, keywords[i]->loc)) return false;
  }
  if (keywords.size > 16) {
    std::unordered_map<const Name*, bool> seen;
    for (Keyword* keyword : keywords)
      if (keyword->arg && !seen.try_emplace(keyword->arg, true).second) {
        fail(keyword->loc, "keyword argument repeated: " + std::string(keyword->arg->text()));
        return false;
      }
    return true;
  }
  for (uint32_t i = 0; i < keywords.size; i++)
    for (uint32_t j = i + 1; keywords[i]->arg && j < keywords.size; j++)
      if (keywords[i]->arg == keywords[j]->arg) {
        fail(keywords[j]->loc, "keyword argument repeated: " + std::string(keywords[j]->arg->text()));
        return false;
      }
  return true;
}

static bool needs_call_ex(const Seq<Expr*>& args, const Seq<Keyword*>& keywords, uint32_t extra) {
  if (args.size + keywords.size + extra > kLongCall) return true;
  for (Expr* arg : args)
    if (arg->is<Starred>()) return true;
  for (Keyword* keyword : keywords)
    if (!keyword->arg) return true;
  return false;
}

void Codegen::call(Call* expr, Reg dst) {
  if (!check_keywords(expr->keywords)) return;
  Reg window = e().top();
  Attribute* attr = expr->func->if_a<Attribute>();
  if (attr && !needs_call_ex(expr->args, expr->keywords, 0)) {
    if (!deep()) return;
    Reg run;
    bool zero_arguments;
    if (super_parts(attr, &run, &zero_arguments)) {
      At at(this, narrowed(attr->loc, attr));
      e().emit1(Op::LOAD_SUPER_METHOD, window, run, zero_arguments, e().name(mangled(attr->attr)));
    } else {
      // A chain a.b().c()... leans to the left: each step is one level of native recursion, bounded by deep().
      Reg object = ev(attr->value);
      At at(this, narrowed(attr->loc, attr));
      e().emit1(Op::LOAD_METHOD, window, object, 0, e().name(mangled(attr->attr)));
    }
    e().set_top(window + 2);
    call_arguments(window, true, expr->args, expr->keywords, 0, dst, narrowed(expr->loc, attr));
    return;
  }
  push(expr->func);
  call_arguments(window, false, expr->args, expr->keywords, 0, dst, Pos(expr->loc));
}

// The callable is in place (two registers for a method), and `extra` arguments behind it.
void Codegen::call_arguments(Reg window, bool method, const Seq<Expr*>& args, const Seq<Keyword*>& keywords, uint32_t extra,
                             Reg dst, const Pos& pos) {
  if (!method && needs_call_ex(args, keywords, extra)) {
    Reg extra_from = extra ? window + 1 : kNoReg;
    if (extra) {
      // The extra arguments are put into a list, which the others follow.
      e().emit(Op::BUILD_LIST, window + 1, extra_from, extra);
      e().set_top(window + 2);
    }
    return call_ex(window, args, keywords, extra ? window + 1 : kNoReg, dst, pos);
  }
  for (Expr* arg : args) push(arg);
  std::vector<std::string_view> names;
  for (Keyword* keyword : keywords) {
    push(keyword->value);
    names.push_back(keyword->arg->text());  // keyword names are not mangled
  }
  At at(this, pos);
  uint32_t count = extra + args.size + keywords.size;
  if (names.empty())
    e().emit(method ? Op::CALL_METHOD : Op::CALL, dst, window, count);
  else
    e().emit1(method ? Op::CALL_METHOD_KW : Op::CALL_KW, dst, window, count, name_tuple(names));
}

// `list`: a list in window + 1 that holds the first arguments, or none.
void Codegen::call_ex(Reg window, const Seq<Expr*>& args, const Seq<Keyword*>& keywords, Reg list, Reg dst, const Pos& pos) {
  Reg positional = window + 1;
  e().set_top(list == kNoReg ? positional : positional + 1);
  if (list == kNoReg) {
    if (args.size == 1 && args[0]->is<Starred>()) {
      push(args[0]->as<Starred>()->value);
    } else {
      build_sequence(args.size ? ExprKind::List : ExprKind::Tuple, args, positional);
      e().set_top(positional + 1);
    }
  } else {
    for (Expr* arg : args) {
      Temps each(this);
      if (arg->is<Starred>()) {
        Reg value = ev(arg->as<Starred>()->value);
        e().emit(Op::LIST_EXTEND, positional, value);
      } else {
        Reg value = ev(arg);
        e().emit(Op::LIST_APPEND, positional, value);
      }
    }
  }
  Reg dict = positional + 1;
  if (keywords.empty()) {
    e().emit(Op::CLEAR, dict);
  } else {
    // Runs of plain keywords become dicts; merging them and the ** mappings finds repeated names.
    bool started = false;
    for (uint32_t i = 0; i < keywords.size;) {
      Temps each(this);
      Reg merged = started ? dict + 1 : dict;
      if (keywords[i]->arg) {
        uint32_t count = 0;
        e().set_top(merged);
        while (i < keywords.size && keywords[i]->arg && count < 32) {
          push_text(keywords[i]->arg->text());
          push(keywords[i]->value);
          i++;
          count++;
        }
        At at(this, pos);
        e().emit(Op::BUILD_MAP, merged, merged, count);
        if (started) {
          e().set_top(merged + 1);
          e().emit(Op::DICT_MERGE, dict, merged, window);
        }
      } else {
        if (!started) {
          e().set_top(dict);
          e().emit(Op::BUILD_MAP, dict, dict, 0);
        }
        e().set_top(dict + 1);
        Reg value = ev(keywords[i]->value);
        At at(this, pos);
        e().emit(Op::DICT_MERGE, dict, value, window);
        i++;
      }
      started = true;
      each.saved = dict + 1;
    }
  }
  e().set_top(dict + 1);
  At at(this, pos);
  e().emit(Op::CALL_EX, dst, window);
}

}  // namespace kaa::compiler
