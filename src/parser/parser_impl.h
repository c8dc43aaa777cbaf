// The parser: recursive descent over a buffer of tokens, with one class for the whole grammar.
//
// Invariants:
//   1. A function that cannot parse what is there returns null (an empty Seq has a bool beside it). It need not restore
//      `pos_`; whoever tries an alternative saves and restores it.
//   2. When `error_.kind` is set the parse is over: every function returns null at once, nobody tries alternatives.
//   3. The first reading (`diagnosing_` false) is predictive: it looks at most one token past a decision, and goes back only
//      for soft keywords and parenthesised `with` items. It builds the tree.
//   4. If it fails without an error, the statement in which it failed is read again with `diagnosing_` set. The same
//      functions then call the diagnose_* functions (diagnose_*.cpp) at the places where CPython's grammar has rules for
//      invalid code, in the same order, since the first that applies decides the message. These go back at will; results
//      of the expression functions are remembered by position so that the time stays bounded.
//   5. The token farthest to the right that was asked for in the first reading is where a plain "invalid syntax" is
//      reported. So no function may look at a token that CPython's parser would not have asked for.
//   6. Nesting is counted (DepthGuard) so that the native stack cannot overflow; whatever can repeat without bound in
//      practice (binary operators, trailers, elif) is a loop.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/ast.h"
#include "parser/parser.h"
#include "parser/token.h"
#include "parser/tokenizer.h"

namespace kaa::parser {

using namespace ast;  // NOLINT: the whole parser speaks in these terms

enum class TargetKind : uint8_t { kStar, kDel, kFor };

class Parser {
 public:
  Parser(Ast& ast, std::string_view source, const ParseOptions& options);
  ParseResult run();

 private:
  friend struct DepthGuard;
  static constexpr int kMaxDepth = 6000;

  enum Rule : uint8_t {
    kRuleExpression, kRuleDisjunction, kRuleBitwiseOr, kRuleInvalidNamed, kRuleStarExpression, kRulePrimary,
    kRuleArguments, kRuleFactor, kRuleStrings
  };
  struct Memo {
    void* node;
    uint32_t end;
  };

  // A list being built; its items are on a stack shared by all lists.
  template <class T>
  struct ListOf {
    explicit ListOf(Parser* parser) : parser_(parser), base_(parser->scratch_.size()) {}
    ~ListOf() { parser_->scratch_.resize(base_); }
    void push(T* item) { parser_->scratch_.push_back((void*)item); }
    size_t size() const { return parser_->scratch_.size() - base_; }
    T* operator[](size_t i) const { return (T*)parser_->scratch_[base_ + i]; }
    T* last() const { return (T*)parser_->scratch_.back(); }
    Seq<T*> take() { return parser_->ast_.copy_seq<T*>((T* const*)parser_->scratch_.data() + base_, size()); }
    Parser* parser_;
    size_t base_;
  };

  // ---- tokens (parser.cpp) ----
  void fetch();
  const Token& peek() {
    if (pos_ == tokens_.size()) fetch();
    return tokens_[pos_];
  }
  int peek_type() { return peek().type; }
  bool at(int type) { return peek().type == type; }
  bool at(Kw kw) { return peek().kw == kw; }
  // The token after the next one; only where CPython would look at it, too.
  const Token& peek_second() {
    peek();
    pos_++;
    const Token& token = peek();
    pos_--;
    return token;
  }
  bool accept(int type) {
    if (peek().type != type) return false;
    pos_++;
    return true;
  }
  bool accept(Kw kw) {
    if (peek().kw != kw) return false;
    pos_++;
    return true;
  }
  // Like accept, but raises "expected ':'" at the token that is there instead.
  bool expect_forced(int type, const char* text);
  bool at_name() {
    const Token& token = peek();
    return token.type == NAME && !is_reserved(token.kw);
  }
  Name* accept_name();
  std::string_view text(const Token& token) const { return tokenizer_.text(token); }
  Loc loc_from(size_t start) const;
  Loc loc_of(const Token& token) const { return {token.lineno, token.col, token.end_lineno, token.end_col}; }
  const Token& last_token() const { return tokens_.back(); }
  bool failed() const { return error_.kind != ErrorKind::None; }

  template <class T>
  T* make(size_t start) {
    return ast_.make<T>(loc_from(start));
  }

  // ---- raising (parser.cpp); all return null ----
  void* raise_loc(const Loc& loc, const char* format, ...) __attribute__((format(printf, 3, 4)));
  void* raise_range(const Loc& from, const Loc& to, const char* format, ...) __attribute__((format(printf, 4, 5)));
  void* raise_starting_from(const Loc& from, const char* format, ...) __attribute__((format(printf, 3, 4)));
  void* raise_last(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void* raise_next(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void* raise_indentation(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void raise_at_token(ErrorKind kind, const Token& token, std::string_view message);
  void set_error(ErrorKind kind, int lineno, int col, int end_lineno, int end_col, std::string_view message);
  void raise_too_deep();
  bool check_version(int minor, const char* what);
  void check_rest_of_source();

  // The result of a rule at a position, found again while remembering_. Only the rules that CPython remembers may use it.
  template <class F>
  Expr* remember(Rule rule, F parse) {
    if (!remembering_) return parse();
    uint64_t key = (uint64_t)pos_ << 8 | rule;
    auto found = memo_.find(key);
    if (found != memo_.end()) {
      pos_ = found->second.end;
      return (Expr*)found->second.node;
    }
    Expr* node = parse();
    if (!failed()) memo_[key] = Memo{(void*)node, (uint32_t)pos_};
    return node;
  }

  // ---- modules ----
  Mod* parse_module();
  bool statements(ListOf<Stmt>& into, bool top_level);

  // ---- expressions (expressions.cpp) ----
  // The tuple that began at `start` with `first`; a comma follows. Commas that no element follows: the last one belongs to the tuple, no further.
  Tuple* tuple_after(Expr* first, size_t start, Expr* (Parser::*element)());
  Expr* star_expressions();
  Expr* star_expression();
  Expr* star_named_expression();
  Expr* expressions();
  Expr* expression();
  Expr* expression_without_invalid();
  Expr* named_expression();
  Expr* assignment_expression();  // null without an error when there is no `NAME :=`
  Expr* yield_expr();
  Expr* annotated_rhs() { return at(Kw::kYield) ? yield_expr() : star_expressions(); }
  Expr* disjunction();
  Expr* conjunction();
  Expr* inversion();
  Expr* comparison();
  Expr* bitwise_or();
  Expr* binary(int precedence);
  Expr* factor();
  Expr* power();
  Expr* await_primary();
  Expr* primary();
  Expr* primary_after(Expr* left, size_t start);
  Expr* atom();
  Expr* parse_atom();
  Expr* number(const Token& token);
  Expr* slices();
  Expr* slice();
  Expr* lambdef();

  // ---- displays (displays.cpp) ----
  Expr* paren_atom();
  Expr* list_atom();
  Expr* brace_atom();
  Expr* genexp();
  bool for_if_clauses(Seq<Comprehension*>* out);
  Comprehension* for_if_clause();
  bool star_named_expressions(ListOf<Expr>& into);
  bool at_comprehension_for();

  // ---- calls and parameters (arguments.cpp) ----
  struct ArgList {
    Seq<Expr*> args;
    Seq<Keyword*> keywords;
  };
  bool arguments(ArgList* out, int closing);
  bool args(ArgList* out);
  Expr* call_after(Expr* func, size_t start);
  Arguments* parameters(bool lambda);
  Arguments* params_or_empty(bool lambda);
  Arg* param(bool lambda, bool star_annotation);
  Expr* starred_expression();

  // ---- targets (targets.cpp) ----
  Expr* star_targets();
  Expr* star_target();
  bool make_target(Expr* target, ExprContext context);
  static bool is_single_target(const Expr* target);
  static Expr* invalid_target(Expr* target, TargetKind kind);

  // ---- statements (statements.cpp) ----
  bool statement(ListOf<Stmt>& into);
  void note_compound(const ast::Stmt* stmt);
  bool statement_once(ListOf<Stmt>& into);
  bool simple_stmts(ListOf<Stmt>& into);
  Stmt* simple_stmt();
  Stmt* expression_stmt();
  Stmt* annotated_assignment(Expr* target, size_t start, bool simple);
  Stmt* return_stmt();
  Stmt* raise_stmt();
  Stmt* global_stmt();
  Stmt* del_stmt();
  Stmt* assert_stmt();
  Stmt* import_name();
  Stmt* import_from();
  bool import_from_names(ListOf<Alias>& into);
  Name* dotted_name();
  Stmt* type_alias();
  bool type_params(Seq<TypeParam*>* out);
  TypeParam* type_param();
  static bool augmented_operator(int type, Operator* op);

  // ---- compound statements (compound.cpp) ----
  Stmt* compound_stmt();
  bool at_compound();
  bool block(Seq<Stmt*>* out, const char* after, int line);
  bool else_block(Seq<Stmt*>* out);
  Stmt* if_stmt();
  Stmt* while_stmt();
  Stmt* for_stmt(size_t start, bool async);
  Stmt* with_stmt(size_t start, bool async);
  bool with_items(ListOf<WithItem>& into, bool parenthesised);
  WithItem* with_item();
  Stmt* try_stmt();
  ExceptHandler* except_block(bool star);
  Stmt* decorated();
  Stmt* function_def(size_t start, bool async, Seq<Expr*> decorators);
  Stmt* class_def(size_t start, Seq<Expr*> decorators);
  std::string_view type_comment();
  std::string_view function_type_comment();

  // ---- match (patterns.cpp) ----
  Stmt* match_stmt();
  Expr* subject_expr();
  MatchCase* case_block();
  Pattern* patterns();
  Pattern* pattern();
  Pattern* or_pattern();
  Pattern* closed_pattern();
  Pattern* maybe_star_pattern();
  Pattern* sequence_pattern(int closing);
  Pattern* mapping_pattern();
  Pattern* class_pattern(Expr* cls, size_t start);
  Pattern* name_pattern();
  Expr* name_or_attr(bool* dotted);
  Expr* signed_number_or_complex();
  Expr* literal_key();
  Name* capture_target();

  // ---- strings (strings.cpp, format_strings.cpp) ----
  Expr* strings();
  Expr* parse_strings();
  Expr* string_literal();
  Expr* format_string();
  bool replacement_field(ListOf<Expr>& into, bool template_field, char kind, bool raw);
  Expr* format_spec(char kind, bool raw);
  Expr* concatenate(ListOf<Expr>& parts, size_t start);
  Seq<Expr*> fold_parts(Expr** parts, size_t count);
  Expr* text_constant(const Token& token, bool raw);
  bool decode_text(std::string_view source, bool raw, const Token& token, std::string* out);
  bool decode_bytes(std::string_view source, const Token& token, std::string* out);
  void warn_invalid_escape(const Token& token, std::string_view before, std::string_view escape);
  std::string_view expression_text(uint32_t from, uint32_t to, std::string* storage);
  Constant* make_string(const Loc& loc, ConstKind kind, std::string_view value);

  // ---- diagnosis (diagnose_*.cpp): each may raise; none moves pos_ ----
  void diagnose_expression();
  void diagnose_legacy_expression();
  void diagnose_named_expression();
  void diagnose_assignment();
  void diagnose_comprehension(int opening);
  void diagnose_group();
  void diagnose_dict();
  void diagnose_arguments();
  void diagnose_keyword_argument();
  void diagnose_starred_expression();
  void diagnose_for_target();
  void diagnose_for_if_clause();
  void diagnose_parameters(bool lambda);
  void diagnose_star_etc(bool lambda);
  void diagnose_kwds(bool lambda);
  void diagnose_replacement_field(char kind);
  void diagnose_with();
  void diagnose_with_item();
  void diagnose_try();
  void diagnose_except(bool star);
  void diagnose_import();
  void diagnose_import_as(bool dotted);
  void diagnose_import_targets();
  void diagnose_del();
  void diagnose_match();
  void diagnose_as_pattern();
  void diagnose_class_pattern();
  void diagnose_type_param();
  void diagnose_sum();
  void diagnose_factor();
  void raise_invalid_target(TargetKind kind, Expr* target);
  bool at_legacy_name(const Expr* name) const;

  // One parameter as the grammar's param_* rules take it, with the comma or closing token after it.
  enum class Default : uint8_t { kNo, kYes, kMaybe };
  Arg* diagnosed_param(bool lambda, Default def);
  bool diagnosed_slash(bool lambda, bool with_default);
  void raise_needs_parentheses(const Loc& from, const Seq<Comprehension*>& clauses);
  bool lambda_or_function_closing(bool lambda) { return at(lambda ? (int)COLON : (int)RPAR); }

  // Positions for diagnose_*: restores pos_ on leaving the scope.
  struct Mark {
    explicit Mark(Parser* parser) : parser_(parser), pos_(parser->pos_) {}
    ~Mark() { parser_->pos_ = pos_; }
    void reset() { parser_->pos_ = pos_; }
    Parser* parser_;
    size_t pos_;
  };

  Ast& ast_;
  ParseOptions options_;
  Tokenizer tokenizer_;
  std::vector<Token> tokens_;
  size_t pos_ = 0;
  int last_compound_line_ = 0, last_compound_col_ = 0;
  size_t statement_start_ = 0;  // where the top-level statement that is being read starts
  ParseError error_;
  bool diagnosing_ = false;
  // Results are remembered in memo_: while diagnosing, and in what is read without diagnosis on the way. (A part that
  // was first read without is not diagnosed later, there as in CPython: that decides some messages.)
  bool remembering_ = false;
  bool parsing_started_ = false;
  int depth_ = 0;
  std::vector<void*> scratch_;
  std::vector<TypeIgnore*> type_ignores_;
  std::vector<ParseWarning> warnings_;
  std::unordered_map<uint64_t, Memo> memo_;
};

// Counts nesting for as long as it lives; ok() is false (and the error is raised) when it is too deep.
struct DepthGuard {
  DepthGuard(Parser* parser, int cost) : parser_(parser), cost_(cost) { parser->depth_ += cost; }
  ~DepthGuard() { parser_->depth_ -= cost_; }
  bool ok() {
    if (parser_->depth_ <= Parser::kMaxDepth) return true;
    parser_->raise_too_deep();
    return false;
  }
  Parser* parser_;
  int cost_;
};

// What error messages call this kind of expression ("function call", "literal", ...).
const char* expression_name(const Expr* expr);

}  // namespace kaa::parser
