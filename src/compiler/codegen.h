// The code generator: one walk over the folded and analysed tree. Internal to src/compiler.
//
// How expressions choose registers
//   to(e, dst)   leaves e's value in dst. dst is the top temporary (not yet allocated: it is written by the last instruction, or earlier
//                where nothing of e is needed any more) or a local. A local is written by the very last instruction alone, so that an
//                exception inside e, or a later use of the local in e, sees its old value.
//   push(e)      to(e, top), and allocates it.
//   ev(e)        the register of e's value: a local's own register, or push(e). With `hold`, code that may rebind the local runs before
//                the value is used, so a local that an assignment expression or an inlined comprehension can rebind is copied.
//   effect(e)    evaluates e for its effects.
//   branch(e, label, when)  jumps to label when the truth of e is `when`.
// Whoever allocates temporaries restores top() when done; `Temps` does it.
//
// Instructions have 16 bits for a register. Variables beyond kVariableRegisters are entries of a dict (`Unit::spill`), and where very many values are wanted at once
// (crowded()), they go through a list. What needs more registers all the same is a SyntaxError (Emitter::finish).
//
// A Unit is one code object being made. Inlined comprehensions share their function's unit: `comps` is the stack of those that are
// being compiled, and name lookups go through it.
//
// Errors: the first one is kept in `error_`; the walk then goes on without effect until it has unwound.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/compile.h"
#include "compiler/emitter.h"
#include "compiler/scope.h"

namespace kaa::compiler {

enum class UnitKind : uint8_t { Module, Class, Function, AsyncFunction, Lambda, Comprehension, TypeParams, Annotations };

// What return, break and continue have to leave.
struct FBlock {
  enum Kind : uint8_t {
    While,          // a while loop
    For,            // a for loop: its iterator is a temporary
    Try,            // body with except clauses: a region
    Finally,        // body of try/finally: a region; the final body is to be compiled on the way out
    FinallyEnd,     // inside a final body that handles an exception: POP_EXC
    With,           // body of with: a region; __exit__ is to be called
    Handler,        // inside an except clause: a region; POP_EXC, and the name is cleared
    StarHandler,    // inside except*: nothing may leave
    Cleanup,        // a region alone
  } kind = Try;
  bool async = false;
  Label next = kNoLabel, exit = kNoLabel;        // loops: for continue and for break
  size_t regions = 0;                            // active regions outside this block
  Reg reg = kNoReg;                              // With: __exit__'s two registers; FinallyEnd, Handler: what PUSH_EXC saved
  const ast::Seq<ast::Stmt*>* body = nullptr;    // Finally
  ast::Name* name = nullptr;                     // Handler
  ast::Loc loc;                                  // With
};

// Where a name lives, seen from the point being compiled.
struct VarRef {
  enum Kind : uint8_t { Local, Spilled, Deref, ClassDeref, Global, ClassGlobal, Name } kind = Global;
  Reg reg = kNoReg;  // Local: the register; Spilled, Deref, ClassDeref: the variable's number
  ast::Name* name = nullptr;  // mangled
};

// A bare annotation of a module or class body (PEP 649).
struct DeferredAnnotation {
  const ast::AnnAssign* node;
  int32_t condition;  // index in __conditional_annotations__, or -1
};

BinaryOp binary_op(ast::Operator op);  // the same operator, as instructions name it

struct Unit {
  Unit(CompiledCode* c, Scope* s, UnitKind k) : code(c), scope(s), kind(k), e(c) {}
  CompiledCode* code;
  Scope* scope;
  UnitKind kind;
  Unit* parent = nullptr;
  Emitter e;
  ast::Name* self_name = nullptr;  // the name of the function or class, for qualified names
  std::string qualname;
  std::unordered_map<const ast::Name*, Reg> regs;   // numbers of locals, cells and free variables: their registers, but for those that are
  Reg spill = kNoReg;                               // in the dict of this register: of this number and above
  bool spilled(Reg number) const { return number >= spill; }
  // Cells that a class makes for the functions in it (__class__), where the body itself means a variable around it by the name (nonlocal).
  std::unordered_map<const ast::Name*, Reg> class_cells;
  // The variable whose cell a function in this unit gets for a free variable, or kNoReg.
  Reg captured(const ast::Name* name) const {
    auto own = class_cells.find(name);
    if (own != class_cells.end()) return own->second;
    auto it = regs.find(name);
    return it == regs.end() ? kNoReg : it->second;
  }
  std::vector<Scope*> comps;                        // inlined comprehensions being compiled
  std::vector<FBlock> fblocks;
  std::vector<ast::Name*> cells, frees;
  std::vector<DeferredAnnotation> annotations;
  std::vector<ast::Name*> static_attributes;        // class: names assigned through self in methods
  std::unordered_map<const ast::Name*, bool> static_seen;
  int32_t conditional_annotations = 0;
  int conditional_depth = 0;                        // inside if, for, try, ... of a module or class body
  bool interactive = false;
  bool is_generator = false;
};

constexpr uint32_t kCrowded = 30000;

class Codegen {
 public:
  Codegen(ast::Ast& ast, ScopeTable& scopes, const CompileOptions& options, uint32_t future_flags, uintptr_t stack_limit);
  ~Codegen();
  CompiledCode* compile(ast::Mod* mod);

  const CompileError& error() const { return error_; }

 private:
  // Sets the position while alive.
  struct At {
    Emitter& e;
    Pos saved;
    At(Codegen* g, const Pos& pos) : e(g->e()), saved(e.pos()) { e.set_pos(pos); }
    ~At() { e.set_pos(saved); }
  };
  // Frees the temporaries made while alive.
  struct Temps {
    Emitter& e;
    Reg saved;
    explicit Temps(Codegen* g) : e(g->e()), saved(e.top()) {}
    ~Temps() { e.set_top(saved); }
  };
  // A level of native recursion: false when the stack is used up.
  bool deep();

  // ---- core (codegen.cpp)
  Emitter& e() { return u_->e; }
  void fail(const ast::Loc& loc, std::string message);
  bool failed() const { return (bool)error_; }
  ast::Name* intern(std::string_view text) { return ast_.intern(text); }
  ast::Name* mangled(ast::Name* name);
  Unit* enter(Scope* scope, UnitKind kind, std::string_view name, ast::Name* self_name, const ast::Loc& loc, int32_t firstlineno);
  // Finishes the current unit and goes back to its parent. The code object is the parent's constant or the result.
  CompiledCode* leave();
  void layout(Unit* unit);
  void prologue();
  void note_deletable(const ast::Seq<ast::Stmt*>& stmts);
  void note_deletable(ast::Name* name);
  void set_qualname(Unit* unit);
  void module_body(const ast::Seq<ast::Stmt*>& body, const ast::Loc& loc);
  VarRef resolve(ast::Name* name);
  VarRef resolve_mangled(ast::Name* name);
  Reg alloc();
  // Whether `more` temporaries are too many here: then values go through a list, item by item.
  bool crowded(uint32_t more) { return more > 16 && (uint64_t)e().top() + more > kCrowded; }
  Reg push_item(Reg list, uint32_t index);
  void release(Reg top) { e().set_top(top); }
  bool is_local(const ast::Expr* expr, VarRef* ref = nullptr);
  bool optimize() const { return options_.optimize > 0; }
  bool future_annotations() const { return future_flags_ & kCoFutureAnnotations; }
  bool in_async_unit() const;

  // ---- names
  void load(const VarRef& ref, Reg dst);
  void store(const VarRef& ref, Reg value);
  void del(const VarRef& ref);
  // The entry of a variable without a register; LOAD_SPILLED and so on with R[reg].
  void spilled(Op op, Reg reg, Reg number, Spilled how);
  Spilled spilled_cell(Reg number) { return number >= u_->code->free_base ? Spilled::Free : Spilled::Cell; }
  // The register of a variable's cell: its own, or the top temporary, which it is loaded to and which stays free.
  Reg cell_register(Reg number);
  void load_name(ast::Name* name, Reg dst) { load(resolve(name), dst); }
  void store_name(ast::Name* name, Reg value) { store(resolve(name), value); }
  void store_text(std::string_view name, Reg value) { store(resolve_mangled(intern(name)), value); }
  bool forbidden(ast::Name* name, ast::ExprContext ctx, const ast::Loc& loc);

  // ---- constants
  ConstantData data_of(const ast::ConstantValue& value);
  void load_value(const ast::ConstantValue& value, Reg dst);
  void load_text(std::string_view text, Reg dst) { e().load_const(dst, e().constant_str(text)); }
  void load_none(Reg dst) { e().load_const(dst, e().constant_none()); }
  void load_small(int32_t value, Reg dst) { e().emit_bc(Op::LOAD_INT, dst, value); }
  void push_text(std::string_view text) {
    load_text(text, e().top());
    alloc();
  }
  void push_none() {
    load_none(e().top());
    alloc();
  }
  void load_name_tuple(const std::vector<std::string_view>& names, Reg dst);
  uint32_t name_tuple(const std::vector<std::string_view>& names);
  bool constant_items(const ast::Seq<ast::Expr*>& items, std::vector<ConstantData>* out);

  // ---- expressions (codegen_expr.cpp, codegen_cond.cpp)
  void to(ast::Expr* expr, Reg dst);
  Reg push(ast::Expr* expr);
  Reg ev(ast::Expr* expr, bool hold = false);
  void effect(ast::Expr* expr);
  void binop(ast::BinOp* expr, Reg dst);
  void binop_step(ast::BinOp* expr, Reg left, Reg dst);
  void unary(ast::UnaryOp* expr, Reg dst);
  void jump_with(Reg result, Label label);
  void boolop(ast::BoolOp* expr, Reg dst);
  void boolop_operand(ast::BoolOp* expr, Reg result, Label decided, bool deciding, Label next);
  void ifexp(ast::IfExp* expr, Reg dst);
  void compare(ast::Compare* expr, Reg dst);
  void attribute(ast::Attribute* expr, Reg dst);
  void subscript(ast::Subscript* expr, Reg dst);
  void slice(ast::Slice* expr, Reg dst);
  bool constant_slice(ast::Expr* expr, ConstantData* out);
  void display(ast::Expr* expr, const ast::Seq<ast::Expr*>& elts, Reg dst);
  void build_sequence(ast::ExprKind kind, const ast::Seq<ast::Expr*>& elts, Reg dst);
  void dict(ast::Dict* expr, Reg dst);
  void joined_str(ast::JoinedStr* expr, Reg dst);
  void formatted_value(ast::FormattedValue* expr, Reg dst);
  void template_str(ast::TemplateStr* expr, Reg dst);
  void interpolation(ast::Interpolation* expr, Reg dst);
  void named_expr(ast::NamedExpr* expr, Reg dst);
  void yield_expr(ast::Expr* expr, Reg dst);
  void await_value(Reg value, int how, Reg dst);     // GET_AWAITABLE and the loop; `value` may be the top temporary
  void yield_from_loop(Reg iterator, Reg dst);       // the loop; the iterator is the last allocated temporary
  void branch(ast::Expr* expr, Label label, bool when);
  void branch_compare(ast::Compare* expr, Label label, bool when);
  void branch_compare_one(ast::CmpOp op, Reg left, ast::Expr* right_expr, Reg right, Label label, bool when);
  int truth(ast::Expr* expr);  // 1, 0, or -1: not constant
  bool harmless(ast::Expr* expr, int* budget);  // rebinds no local (a bounded look; false when unsure)
  bool harmless(ast::Expr* expr);
  Pos narrowed(const ast::Loc& loc, const ast::Attribute* attr);

  // ---- calls (codegen_call.cpp)
  void call(ast::Call* expr, Reg dst);
  bool super_parts(ast::Attribute* attr, Reg* run, bool* zero_arguments);
  void call_arguments(Reg window, bool method, const ast::Seq<ast::Expr*>& args, const ast::Seq<ast::Keyword*>& keywords,
                      uint32_t extra, Reg dst, const Pos& pos);
  void call_ex(Reg window, const ast::Seq<ast::Expr*>& args, const ast::Seq<ast::Keyword*>& keywords, Reg extra, Reg dst,
               const Pos& pos);
  bool check_keywords(const ast::Seq<ast::Keyword*>& keywords);

  // ---- assignment (codegen_assign.cpp)
  void assign(ast::Expr* target, Reg value);
  void unpack(const ast::Seq<ast::Expr*>& targets, Reg value, const ast::Loc& loc);
  void assign_stmt(ast::Assign* stmt);
  bool assign_pairwise(ast::Expr* target, ast::Expr* value);
  void aug_assign(ast::AugAssign* stmt);
  void ann_assign(ast::AnnAssign* stmt);
  void del_target(ast::Expr* target);
  Reg plain_local(ast::Expr* target);  // the register of a target that is a plain local, or kNoReg

  // ---- statements (codegen_stmt.cpp)
  void body(const ast::Seq<ast::Stmt*>& stmts);
  void stmt(ast::Stmt* stmt);
  void if_stmt(ast::If* stmt);
  void while_stmt(ast::While* stmt);
  void for_stmt(ast::For* stmt);
  void async_for_stmt(ast::For* stmt);
  void for_targets(ast::Expr* target, Reg iterator, Label exhausted);
  void return_stmt(ast::Return* stmt);
  void break_or_continue(const ast::Loc& loc, bool is_break);
  void assert_stmt(ast::Assert* stmt);
  void raise_stmt(ast::Raise* stmt);
  void import_stmt(ast::Import* stmt);
  void import_from(ast::ImportFrom* stmt);
  void expr_stmt(ast::ExprStmt* stmt);

  // ---- try, with (codegen_try.cpp)
  bool push_block(const FBlock& block, const ast::Loc& loc);
  void pop_block() { u_->fblocks.pop_back(); }
  // Emits what leaving the blocks up to the function or the innermost loop takes. Their regions are suspended; the caller emits the jump
  // and resumes them.
  bool unwind(bool to_loop, const ast::Loc& loc, std::vector<uint32_t>* suspended);
  void unwind_one(const FBlock& block);
  void try_stmt(ast::Try* stmt);
  bool guarded_body(ast::Try* stmt, Reg exc, Label end, uint32_t& cleanup);
  void try_except(ast::Try* stmt);
  void try_finally(ast::Try* stmt, bool star);
  void try_star(ast::Try* stmt);
  void clear_name(ast::Name* name);
  void with_stmt(ast::With* stmt, uint32_t index);
  void call_exit_none(Reg exit, bool async, const ast::Loc& loc);
  void cleanup_handler(uint32_t region, Reg saved);

  // ---- functions, classes (codegen_func.cpp, codegen_class.cpp)
  void function_def(ast::FunctionDef* stmt, bool async);
  void lambda(ast::Lambda* expr, Reg dst);
  // What a function made from code needs: its parts stand in temporaries, kNoReg for none.
  struct FunctionParts {
    Reg defaults = kNoReg, kwdefaults = kNoReg, annotate = kNoReg;
  };
  // The current unit is left, and the function made in dst (the top temporary) of its parent.
  void leave_and_make(Reg dst, const FunctionParts& parts);
  Reg push_defaults(ast::Arguments* args);
  Reg push_kwdefaults(ast::Arguments* args);
  Reg push_annotations(ast::FunctionDef* stmt);
  void function_body(ast::FunctionDef* stmt, bool async, int32_t firstlineno);
  void start_generator();
  void finish_generator();
  void count_arguments(ast::Arguments* args);
  void check_arguments(ast::Arguments* args);
  void class_def(ast::ClassDef* stmt);
  void class_body(ast::ClassDef* stmt, int32_t firstlineno);
  // The window: __build_class__, the body's function, the name, bases and keywords; then the call.
  void build_class(ast::ClassDef* stmt, int32_t firstlineno, Reg generic_base, Reg dst);
  bool push_decorators(const ast::Seq<ast::Expr*>& decorators);
  void decorate(const ast::Seq<ast::Expr*>& decorators, bool wide, Reg first, Reg value);
  void note_static_attribute(ast::Attribute* attr);

  // ---- annotations and type parameters (codegen_types.cpp)
  void enter_annotations(Scope* scope, std::string_view name, ast::Name* self_name, const ast::Loc& loc);
  VarRef conditional_annotations();
  void deferred_annotations(const ast::Loc& loc);
  // The code of a module's __annotate__, which is made at the module's head: the constant that waits for it, or -1.
  int32_t module_annotate_ = -1;
  void annotation_value(ast::Expr* annotation, Reg dst);
  void starred_value(ast::Expr* expr, Reg dst);
  void type_params(const ast::Seq<ast::TypeParam*>& params, Reg dst);
  void evaluate_function(ast::Expr* expr, Scope* scope, ast::Name* name, bool starred, const ast::Loc& loc, Reg dst);
  void type_alias(ast::TypeAlias* stmt);
  void enter_type_params(Scope* scope, ast::Name* name, const ast::Loc& loc, int32_t firstlineno);

  // ---- comprehensions (codegen_comp.cpp)
  void comprehension(ast::Expr* expr, Reg dst);
  void comprehension_loops(ast::Expr* expr, uint32_t index, const ast::Seq<ast::Comprehension*>& generators, Reg first_iter, Reg result);
  void comprehension_function(ast::Expr* expr, Scope* scope, Reg dst);
  void comprehension_inlined(ast::Expr* expr, Scope* scope, Reg dst);

  // ---- match (codegen_pattern.cpp)
  struct PatternState;
  void match_stmt(ast::Match* stmt);
  void pattern(ast::Pattern* pattern, Reg subject, PatternState& state);
  void pattern_capture(ast::Pattern* node, ast::Name* name, Reg value, PatternState& state);
  void pattern_sequence(ast::MatchSequence* pattern, Reg subject, PatternState& state);
  void pattern_mapping(ast::MatchMapping* pattern, Reg subject, PatternState& state);
  void pattern_class(ast::MatchClass* pattern, Reg subject, PatternState& state);
  void pattern_or(ast::MatchOr* pattern, Reg subject, PatternState& state);
  template <class Get>
  void patterns_of(uint32_t count, Reg items, bool wide, Get&& get, PatternState& state);

  ast::Ast& ast_;
  ScopeTable& scopes_;
  const CompileOptions& options_;
  uint32_t future_flags_;
  uintptr_t stack_limit_;
  Unit* u_ = nullptr;
  CompileError error_;
  std::unordered_map<const Scope*, std::vector<Scope*>> inlined_;  // unit's scope -> comprehensions inlined into it
};

}  // namespace kaa::compiler
