// Units, names and constants: what the other parts of the code generator stand on.
#include "compiler/codegen.h"

#include "compiler/docstring.h"

#include <stdlib.h>
#include <string.h>

#include <algorithm>

namespace kaa::compiler {

using namespace ast;

Codegen::Codegen(ast::Ast& ast, ScopeTable& scopes, const CompileOptions& options, uint32_t future_flags, uintptr_t stack_limit)
    : ast_(ast), scopes_(scopes), options_(options), future_flags_(future_flags), stack_limit_(stack_limit) {
  for (Scope* scope : scopes_.scopes()) {
    if (!scope->comp_inlined) continue;
    Scope* owner = scope->parent;
    while (owner->comp_inlined) owner = owner->parent;
    inlined_[owner].push_back(scope);
  }
}

Codegen::~Codegen() {
  while (u_) {
    Unit* unit = u_;
    u_ = unit->parent;
    delete unit->code;
    delete unit;
  }
}

void Codegen::fail(const Loc& loc, std::string message) {
  if (error_) return;
  error_.kind = CompileErrorKind::SyntaxError;
  error_.message = std::move(message);
  error_.loc = loc;
}

bool Codegen::deep() {
  if ((uintptr_t)__builtin_frame_address(0) > stack_limit_) return !failed();
  if (!error_) {
    error_.kind = CompileErrorKind::RecursionError;
    error_.message = "maximum recursion depth exceeded during compilation";
  }
  return false;
}

// ---- units --------------------------------------------------------------------------------------------------------

static bool bound_here(const Symbol& symbol) {
  return (symbol.flags & kDefBound) && !(symbol.flags & (kDefNonlocal | kDefGlobal)) &&
         (symbol.name_class == NameClass::Local || symbol.name_class == NameClass::Cell) && symbol.name->text() != ".0";
}

// Gives every variable of the unit its register, as docs/design/bytecode.md orders them.
void Codegen::layout(Unit* unit) {
  CompiledCode* code = unit->code;
  Scope* scope = unit->scope;
  Reg next = 0;
  auto add_local = [&](Name* name) {
    if (!unit->regs.try_emplace(name, next).second) return;
    std::string_view text = name->text();
    // The parameter of __annotate__ shows under a name that signatures can have.
    if (unit->kind == UnitKind::Annotations && text == ".format" && scope->type == ScopeType::Annotation) text = "format";
    code->varnames.emplace_back(text);
    next++;
  };
  for (Name* name : scope->params) add_local(name);
  unit->cells = scope->cells();
  unit->frees = scope->frees();
  if (scope->is_function_like())
    for (Name* name : scope->locals())
      if (name->text() != ".generic_base") add_local(name);
  if (unit->kind == UnitKind::TypeParams && scope->class_of(intern(".generic_base")) == NameClass::Local) add_local(intern(".generic_base"));
  auto elsewhere = [&](Name* name) {
    return std::find(unit->frees.begin(), unit->frees.end(), name) != unit->frees.end() ||
           (std::find(unit->cells.begin(), unit->cells.end(), name) != unit->cells.end() && scope->class_of(name) == NameClass::Cell);
  };
  auto it = inlined_.find(scope);
  if (it != inlined_.end())
    for (Scope* comp : it->second)
      for (const Symbol& symbol : comp->symbols)
        if (bound_here(symbol) && !elsewhere(symbol.name)) add_local(symbol.name);
  // A cell that only an inlined comprehension needs is made there.
  bool function_like = scope->is_function_like();
  std::erase_if(unit->cells, [&](Name* name) {
    return function_like && scope->class_of(name) != NameClass::Cell;
  });
  // Parameters first, in their order; then the others as sorted.
  auto place = [&](Name* name) {
    auto at = unit->regs.find(name);
    return at == unit->regs.end() ? next : at->second;
  };
  std::sort(unit->cells.begin(), unit->cells.end(), [&](Name* a, Name* b) {
    return place(a) != place(b) ? place(a) < place(b) : a->text() < b->text();
  });
  for (Name* name : unit->cells) {
    auto [at, fresh] = unit->regs.try_emplace(name, next);
    if (fresh) next++;
    code->cellvars.emplace_back(name->text());
    code->cell_regs.push_back(at->second);
  }
  code->free_base = next;
  for (Name* name : unit->frees) {
    if (auto own = unit->regs.find(name); own != unit->regs.end() && scope->is_class()) unit->class_cells[name] = own->second;
    unit->regs[name] = next++;
    code->freevars.emplace_back(name->text());
  }
  unit->spill = spill_register(next, (uint32_t)scope->params.size());
  unit->e.set_first_temp(unit->spill == kNoReg ? next : unit->spill + 1, (uint32_t)code->varnames.size());
  for (uint32_t i = 0; i < scope->params.size(); i++) unit->e.set_bound(i);
}

Unit* Codegen::enter(Scope* scope, UnitKind kind, std::string_view name, Name* self_name, const Loc& loc, int32_t firstlineno) {
  CompiledCode* code = new CompiledCode();
  code->name = name;
  code->filename = options_.filename;
  code->firstlineno = firstlineno;
  Unit* unit = new Unit(code, scope, kind);
  unit->parent = u_;
  unit->self_name = self_name;
  set_qualname(unit);
  code->qualname = unit->qualname;

  uint32_t flags = future_flags_;
  if (scope->is_function_like()) {
    flags |= kCoNewlocals | kCoOptimized;
    if (scope->nested) flags |= kCoNested;
    if (scope->generator && !scope->coroutine) flags |= kCoGenerator;
    if (scope->generator && scope->coroutine) flags |= kCoAsyncGenerator;
    if (!scope->generator && scope->coroutine) flags |= kCoCoroutine;
    if (scope->varargs) flags |= kCoVarargs;
    if (scope->varkeywords) flags |= kCoVarkeywords;
    if (scope->method) flags |= kCoMethod;
  } else if (kind == UnitKind::Module && scope->coroutine && (options_.flags & kAllowTopLevelAwait)) {
    flags |= kCoCoroutine;
  }
  code->flags = flags;
  unit->is_generator = flags & (kCoGenerator | kCoAsyncGenerator | kCoCoroutine);
  layout(unit);
  if (scope->params.size() > kMaxParameters) fail(loc, "more than " + std::to_string(kMaxParameters) + " parameters");
  u_ = unit;
  e().set_pos(Pos(firstlineno, firstlineno, 0, 0));
  prologue();
  return unit;
}

void Codegen::prologue() {
  if (u_->spill != kNoReg) e().emit(Op::MAKE_SPILLED, u_->spill);
  uint32_t base = u_->code->free_base, end = std::min(base + (uint32_t)u_->frees.size(), u_->spill);
  if (base < end) e().emit(Op::COPY_FREE_VARS, base, end - base);
  for (uint32_t reg : u_->code->cell_regs)
    if (!u_->spilled(reg)) e().emit(Op::MAKE_CELL, reg);
}

// Everything in a generator after its creation runs under a handler that turns a StopIteration into RuntimeError.
void Codegen::start_generator() {
  if (!u_->is_generator) return;
  e().emit(Op::RETURN_GENERATOR);
  e().open_region(e().top());
}

void Codegen::finish_generator() {
  if (!u_->is_generator) return;
  e().mark_line(Pos());
  e().close_region();
  uint32_t region = 0;  // the first that was opened
  Reg exc = e().first_temp();
  e().set_top(exc);
  if (e().bind_handler(region)) {
    e().set_pos(Pos(kNoLine, -1, -1, -1));
    e().emit(Op::INTRINSIC, exc, exc, (uint32_t)Intrinsic::StopIterationError);
    e().emit(Op::RERAISE, exc);
  }
  e().set_top(exc);
}

CompiledCode* Codegen::leave() {
  Unit* unit = u_;
  if (!unit->e.finish() && !failed()) fail(Loc{unit->code->firstlineno, 0, unit->code->firstlineno, 0}, "too many local variables or temporaries");
  CompiledCode* code = unit->code;
  u_ = unit->parent;
  delete unit;
  return code;
}

void Codegen::set_qualname(Unit* unit) {
  Unit* parent = unit->parent;
  unit->qualname = unit->code->name;
  // A function's __annotate__ is named as if it stood in the function.
  if (unit->kind == UnitKind::Annotations && unit->self_name && unit->code->name == "__annotate__") unit->qualname = std::string(unit->self_name->text()) + ".__annotate__";
  std::string own = unit->qualname;
  if (!parent || !parent->parent) return;
  if (parent->kind == UnitKind::TypeParams || parent->kind == UnitKind::Annotations) {
    parent = parent->parent;
    if (!parent->parent) return;
  }
  if (unit->kind == UnitKind::Function || unit->kind == UnitKind::AsyncFunction || unit->kind == UnitKind::Class) {
    Name* name = unit->self_name ? unit->self_name : intern(unit->code->name);
    name = mangle(ast_, parent->scope->private_name, name);
    if (parent->scope->class_of(name) == NameClass::GlobalExplicit) return;
  }
  std::string base = parent->qualname;
  if (parent->kind == UnitKind::Function || parent->kind == UnitKind::AsyncFunction || parent->kind == UnitKind::Lambda)
    base += ".<locals>";
  unit->qualname = base + "." + own;
}

// Locals that something in the unit unbinds: see the emitter's definite assignment.
void Codegen::note_deletable(Name* name) {
  auto it = u_->regs.find(mangled(name));
  if (it != u_->regs.end()) e().set_deletable(it->second);
}

static void deletable_targets(Expr* target, std::vector<Name*>* out) {
  if (target->is<NameExpr>()) {
    out->push_back(target->as<NameExpr>()->id);
  } else if (target->is<Tuple>() || target->is<List>()) {
    for (Expr* item : target->is<Tuple>() ? target->as<Tuple>()->elts : target->as<List>()->elts) deletable_targets(item, out);
  }
}

void Codegen::note_deletable(const Seq<Stmt*>& stmts) {
  if (!u_->scope->is_function_like()) return;
  std::vector<const Seq<Stmt*>*> work = {&stmts};
  std::vector<Name*> names;
  while (!work.empty()) {
    const Seq<Stmt*>& list = *work.back();
    work.pop_back();
    for (Stmt* s : list) {
      switch (s->kind) {
        case StmtKind::Delete:
          for (Expr* target : s->as<Delete>()->targets)
            if (deep()) deletable_targets(target, &names);
          break;
        case StmtKind::For:
        case StmtKind::AsyncFor:
          work.push_back(&s->as<For>()->body);
          work.push_back(&s->as<For>()->orelse);
          break;
        case StmtKind::While:
          work.push_back(&s->as<While>()->body);
          work.push_back(&s->as<While>()->orelse);
          break;
        case StmtKind::If:
          work.push_back(&s->as<If>()->body);
          work.push_back(&s->as<If>()->orelse);
          break;
        case StmtKind::With:
        case StmtKind::AsyncWith: work.push_back(&s->as<With>()->body); break;
        case StmtKind::Match:
          for (MatchCase* c : s->as<Match>()->cases) work.push_back(&c->body);
          break;
        case StmtKind::Try:
        case StmtKind::TryStar: {
          Try* t = s->as<Try>();
          work.push_back(&t->body);
          for (ExceptHandler* handler : t->handlers) {
            if (handler->name) names.push_back(handler->name);
            work.push_back(&handler->body);
          }
          work.push_back(&t->orelse);
          work.push_back(&t->finalbody);
          break;
        }
        default: break;
      }
    }
  }
  for (Name* name : names) note_deletable(name);
}

CompiledCode* Codegen::compile(Mod* mod) {
  Scope* scope = scopes_.top();
  enter(scope, UnitKind::Module, "<module>", nullptr, Loc{}, 1);
  start_generator();
  Loc loc{1, 0, 1, 0};
  switch (mod->kind) {
    case ModKind::Module:
      if (!mod->as<Module>()->body.empty()) loc = mod->as<Module>()->body[0]->loc;
      module_body(mod->as<Module>()->body, loc);
      if (mod->as<Module>()->body.empty()) e().mark_line(Loc{0, 0, 0, 0});  // something for a debugger to stop at, at line 0 as in CPython
      break;
    case ModKind::Interactive:
      u_->interactive = true;
      module_body(mod->as<Interactive>()->body, loc);
      break;
    case ModKind::Expression: {
      Expr* body = mod->as<Expression>()->body;
      At at(this, body->loc);
      e().emit(Op::RETURN, push(body));
      e().set_top(e().first_temp());
      break;
    }
    default:
      error_.kind = CompileErrorKind::RuntimeError;
      error_.message = "module kind 4 should not be possible";
  }
  e().emit_exit();
  finish_generator();
  CompiledCode* code = leave();
  if (failed()) {
    delete code;
    return nullptr;
  }
  return code;
}

// The statements of a module or a class, with docstring and annotations.
void Codegen::module_body(const Seq<Stmt*>& stmts, const Loc& loc) {
  note_deletable(stmts);
  if (future_annotations() && u_->scope->annotation_scope) {
    At at(this, stmts.empty() ? loc : stmts[0]->loc);
    e().emit(Op::SETUP_ANNOTATIONS);
  }
  if (u_->scope->has_conditional_annotations && !future_annotations() && u_->kind == UnitKind::Module) {
    At at(this, loc);
    Reg set = alloc();
    release(set);
    e().emit(Op::BUILD_SET, set, set, 0);
    store_text("__conditional_annotations__", set);
    // A module's annotations may be asked for while it runs: its __annotate__ exists from the start.
    bool any = false;
    for (const Symbol& symbol : u_->scope->symbols) any |= (symbol.flags & kDefAnnotation) != 0;
    if (any) {
      module_annotate_ = (int32_t)e().constant_code(nullptr);
      e().emit_bc(Op::MAKE_FUNCTION, set, module_annotate_);
      store_text("__annotate__", set);
    }
  }
  uint32_t first = 0;
  if (!u_->interactive) {
    const Constant* doc = u_->scope->has_docstring ? docstring_of(stmts) : nullptr;
    if (doc) {
      first = 1;
      if (options_.optimize < 2) {
        At at(this, stmts[0]->loc);
        Reg reg = e().top();
        ConstantData text = data_of(doc->value);
        text.text = clean_docstring(text.text);
        e().load_const(reg, e().constant(std::move(text)));
        store_text("__doc__", reg);
      }
    }
  }
  for (uint32_t i = first; i < stmts.size; i++) stmt(stmts[i]);
  if (!future_annotations()) deferred_annotations(loc);
}

bool Codegen::in_async_unit() const {
  return u_->kind == UnitKind::AsyncFunction || (u_->kind == UnitKind::Module && (options_.flags & kAllowTopLevelAwait)) ||
         (u_->kind == UnitKind::Comprehension && u_->scope->coroutine);
}

// ---- names --------------------------------------------------------------------------------------------------------

Name* Codegen::mangled(Name* name) {
  if (name->size < 2 || name->chars[0] != '_' || name->chars[1] != '_') return name;
  return mangle_in(ast_, u_->comps.empty() ? u_->scope : u_->comps.back(), name);
}

VarRef Codegen::resolve(Name* name) { return resolve_mangled(mangled(name)); }

VarRef Codegen::resolve_mangled(Name* name) {
  VarRef ref;
  ref.name = name;
  Unit* u = u_;
  auto reg = [&]() {
    auto it = u->regs.find(name);
    return it == u->regs.end() ? kNoReg : it->second;
  };
  for (size_t i = u->comps.size(); i-- > 0;) {
    const Symbol* symbol = u->comps[i]->lookup(name);
    if (symbol && bound_here(*symbol)) {
      ref.kind = symbol->name_class == NameClass::Cell ? VarRef::Deref : VarRef::Local;
      ref.reg = reg();
      if (ref.kind == VarRef::Local && ref.reg != kNoReg && u->spilled(ref.reg)) ref.kind = VarRef::Spilled;
      return ref;
    }
  }
  Scope* scope = u->scope;
  NameClass where = scope->class_of(name);
  bool in_class_comp = false;
  if (u->kind == UnitKind::Class && !u->comps.empty()) {
    // Names of the class are not seen from a comprehension in it.
    in_class_comp = true;
    NameClass inner = u->comps.back()->class_of(name);
    if (inner != NameClass::Unknown) where = inner;
  } else if (!u->comps.empty() && where == NameClass::Local) {
    // The function may have the name from another comprehension in it alone; this one means a global.
    NameClass inner = u->comps.back()->class_of(name);
    if (inner == NameClass::GlobalImplicit || inner == NameClass::GlobalExplicit) where = inner;
  }
  switch (where) {
    case NameClass::Free:
    case NameClass::Cell:
      ref.reg = reg();
      ref.kind = VarRef::Deref;
      if (where == NameClass::Free && ((u->kind == UnitKind::Class && !in_class_comp) || scope->can_see_class_scope))
        ref.kind = VarRef::ClassDeref;
      break;
    case NameClass::Local:
      if (scope->is_function_like()) {
        ref.kind = VarRef::Local;
        ref.reg = reg();
      } else {
        ref.kind = in_class_comp ? VarRef::Global : VarRef::Name;
      }
      break;
    case NameClass::GlobalExplicit: ref.kind = VarRef::Global; break;
    case NameClass::GlobalImplicit:
    case NameClass::Unknown:
      if (scope->is_function_like())
        ref.kind = scope->can_see_class_scope && where == NameClass::GlobalImplicit ? VarRef::ClassGlobal : VarRef::Global;
      else
        ref.kind = in_class_comp ? VarRef::Global : VarRef::Name;
      break;
  }
  if (ref.reg == kNoReg && (ref.kind == VarRef::Local || ref.kind == VarRef::Deref || ref.kind == VarRef::ClassDeref)) {
    if (!error_) {
      error_.kind = CompileErrorKind::RuntimeError;
      error_.message = "compiler: no register for '" + std::string(name->text()) + "'";
    }
    ref.reg = 0;
  }
  if (ref.kind == VarRef::Local && u->spilled(ref.reg)) ref.kind = VarRef::Spilled;
  return ref;
}

Reg Codegen::alloc() {
  Reg reg = e().top();
  e().set_top(reg + 1);
  return reg;
}

// Item `index` of R[list], a list or tuple, in a new temporary.
Reg Codegen::push_item(Reg list, uint32_t index) {
  load_small((int32_t)index, e().top());
  Reg reg = alloc();
  e().emit(Op::LOAD_SUBSCR, reg, list, reg);
  return reg;
}

void Codegen::spilled(Op op, Reg reg, Reg number, Spilled how) {
  if (op == Op::DEL_SPILLED)
    e().emit1(op, u_->spill, 0, (uint32_t)how, number);
  else
    e().emit1(op, reg, u_->spill, (uint32_t)how, number);
}

Reg Codegen::cell_register(Reg number) {
  if (!u_->spilled(number)) return number;
  Reg reg = e().top();
  spilled(Op::LOAD_SPILLED, reg, number, Spilled::Local);
  return reg;
}

bool Codegen::is_local(const Expr* expr, VarRef* out) {
  if (!expr->is<NameExpr>()) return false;
  VarRef ref = resolve(expr->as<NameExpr>()->id);
  if (out) *out = ref;
  return ref.kind == VarRef::Local;
}

void Codegen::load(const VarRef& ref, Reg dst) {
  switch (ref.kind) {
    case VarRef::Local:
      if (!e().is_bound(ref.reg)) {
        e().emit(Op::CHECK_BOUND, ref.reg);
        e().set_bound(ref.reg);
      }
      e().move(dst, ref.reg);
      break;
    case VarRef::Spilled: spilled(Op::LOAD_SPILLED, dst, ref.reg, Spilled::Local); break;
    case VarRef::Deref:
      u_->spilled(ref.reg) ? spilled(Op::LOAD_SPILLED, dst, ref.reg, spilled_cell(ref.reg)) : e().emit(Op::LOAD_DEREF, dst, ref.reg);
      break;
    case VarRef::ClassDeref: {
      Temps temps(this);
      Reg dict = alloc();
      release(dict);
      if (u_->kind == UnitKind::Class) {
        e().emit(Op::LOAD_LOCALS, dict);
      } else {
        VarRef classdict = resolve_mangled(intern("__classdict__"));
        classdict.kind = VarRef::Deref;
        load(classdict, dict);
      }
      Reg cell = ref.reg;
      if (u_->spilled(cell)) {
        e().set_top(dict + 1);
        cell = cell_register(cell);
      }
      e().emit1(Op::LOAD_DICT_OR_DEREF, dst, dict, cell, e().name(ref.name));
      break;
    }
    case VarRef::Global: e().emit1(Op::LOAD_GLOBAL, dst, 0, 0, e().name(ref.name)); break;
    case VarRef::ClassGlobal: {
      Reg dict = e().top();
      auto it = u_->regs.find(intern("__classdict__"));
      if (it == u_->regs.end()) {
        e().emit1(Op::LOAD_GLOBAL, dst, 0, 0, e().name(ref.name));
        break;
      }
      VarRef classdict;
      classdict.kind = VarRef::Deref;
      classdict.reg = it->second;
      load(classdict, dict);
      e().emit1(Op::LOAD_DICT_OR_GLOBAL, dst, dict, 0, e().name(ref.name));
      break;
    }
    case VarRef::Name: e().emit1(Op::LOAD_NAME, dst, 0, 0, e().name(ref.name)); break;
  }
}

void Codegen::store(const VarRef& ref, Reg value) {
  switch (ref.kind) {
    case VarRef::Local:
      e().move(ref.reg, value);
      e().set_bound(ref.reg);
      break;
    case VarRef::Spilled: spilled(Op::STORE_SPILLED, value, ref.reg, Spilled::Local); break;
    case VarRef::Deref:
    case VarRef::ClassDeref:
      u_->spilled(ref.reg) ? spilled(Op::STORE_SPILLED, value, ref.reg, spilled_cell(ref.reg)) : e().emit(Op::STORE_DEREF, ref.reg, value);
      break;
    case VarRef::Global:
    case VarRef::ClassGlobal: e().emit1(Op::STORE_GLOBAL, value, 0, 0, e().name(ref.name)); break;
    case VarRef::Name: e().emit1(Op::STORE_NAME, value, 0, 0, e().name(ref.name)); break;
  }
}

void Codegen::del(const VarRef& ref) {
  switch (ref.kind) {
    case VarRef::Local:
      e().emit(Op::DEL_LOCAL, ref.reg);
      e().set_unbound(ref.reg);
      break;
    case VarRef::Spilled: spilled(Op::DEL_SPILLED, kNoReg, ref.reg, Spilled::Local); break;
    case VarRef::Deref:
    case VarRef::ClassDeref:
      u_->spilled(ref.reg) ? spilled(Op::DEL_SPILLED, kNoReg, ref.reg, spilled_cell(ref.reg)) : e().emit(Op::DEL_DEREF, ref.reg);
      break;
    case VarRef::Global:
    case VarRef::ClassGlobal: e().emit1(Op::DEL_GLOBAL, 0, 0, 0, e().name(ref.name)); break;
    case VarRef::Name: e().emit1(Op::DEL_NAME, 0, 0, 0, e().name(ref.name)); break;
  }
}

bool Codegen::forbidden(Name* name, ExprContext ctx, const Loc& loc) {
  if (ctx == ExprContext::Load || name->text() != "__debug__") return false;
  fail(loc, ctx == ExprContext::Store ? "cannot assign to __debug__" : "cannot delete __debug__");
  return true;
}

// ---- constants ----------------------------------------------------------------------------------------------------

// Digits in `base` as the number's value when it has at most 62 bits, else as text that ConstantData allows.
static void integer(const ConstantValue& value, ConstantData* out) {
  std::string_view text = value.text();
  bool negative = !text.empty() && text[0] == '-';
  std::string_view digits = negative ? text.substr(1) : text;
  int base = value.base ? value.base : 10;
  auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  uint64_t number = 0;
  bool fits = true;
  for (char c : digits) {
    if (number > ((1ull << 61) - 1 - digit(c)) / base) {
      fits = false;
      break;
    }
    number = number * base + digit(c);
  }
  if (fits) {
    out->small = negative ? -(int64_t)number : (int64_t)number;
    return;
  }
  if (negative) out->text = "-";
  if (base == 10) {
    out->text += digits;
    return;
  }
  out->text += "0x";
  if (base == 16) {
    out->text += digits;
    return;
  }
  // Bits, then groups of four from the lowest.
  int width = base == 8 ? 3 : 1;
  std::string bits;
  for (char c : digits)
    for (int i = width; i-- > 0;) bits.push_back('0' + (digit(c) >> i & 1));
  size_t first = bits.find('1');
  bits.erase(0, first == std::string::npos ? bits.size() : first);
  bits.insert(0, (4 - bits.size() % 4) % 4, '0');
  for (size_t i = 0; i < bits.size(); i += 4) {
    int nibble = 0;
    for (int j = 0; j < 4; j++) nibble = nibble * 2 + (bits[i + j] - '0');
    out->text.push_back("0123456789abcdef"[nibble]);
  }
}

ConstantData Codegen::data_of(const ConstantValue& value) {
  ConstantData data;
  switch (value.kind) {
    case ConstKind::None: data.kind = ConstantData::None; break;
    case ConstKind::True: data.kind = ConstantData::True; break;
    case ConstKind::False: data.kind = ConstantData::False; break;
    case ConstKind::Ellipsis: data.kind = ConstantData::Ellipsis; break;
    case ConstKind::Int:
      data.kind = ConstantData::Int;
      integer(value, &data);
      break;
    case ConstKind::Float:
      data.kind = ConstantData::Float;
      data.real = value.number;
      break;
    case ConstKind::Complex:
      data.kind = ConstantData::Complex;
      complex_of(value, &data.real, &data.imag);
      break;
    case ConstKind::Str:
      data.kind = ConstantData::Str;
      data.text = value.text();
      break;
    case ConstKind::Bytes:
      data.kind = ConstantData::Bytes;
      data.text = value.text();
      break;
    case ConstKind::Tuple:
    case ConstKind::FrozenSet:
      data.kind = value.kind == ConstKind::Tuple ? ConstantData::Tuple : ConstantData::FrozenSet;
      for (uint32_t i = 0; i < value.size; i++) data.items.push_back(data_of(value.items[i]));
      break;
    case ConstKind::Object:
      if (!error_) {
        error_.kind = CompileErrorKind::RuntimeError;
        error_.message = "compiler: a constant of an unknown type";
      }
      break;
  }
  return data;
}

void Codegen::load_value(const ConstantValue& value, Reg dst) {
  ConstantData data = data_of(value);
  if (data.kind == ConstantData::Int && data.text.empty() && data.small == (int32_t)data.small)
    load_small((int32_t)data.small, dst);
  else
    e().load_const(dst, e().constant(std::move(data)));
}

uint32_t Codegen::name_tuple(const std::vector<std::string_view>& names) {
  ConstantData data;
  data.kind = ConstantData::Tuple;
  for (std::string_view name : names) {
    ConstantData item;
    item.kind = ConstantData::Str;
    item.text = name;
    data.items.push_back(std::move(item));
  }
  return e().constant(std::move(data));
}

void Codegen::load_name_tuple(const std::vector<std::string_view>& names, Reg dst) { e().load_const(dst, name_tuple(names)); }

bool Codegen::constant_items(const Seq<Expr*>& items, std::vector<ConstantData>* out) {
  for (Expr* item : items)
    if (!item->is<Constant>()) return false;
  for (Expr* item : items) out->push_back(data_of(item->as<Constant>()->value));
  return true;
}

}  // namespace kaa::compiler
