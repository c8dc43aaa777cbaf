// ast::dump: the text of Python's `ast.dump(tree, include_attributes=...)`, for tests and for comparing with CPython.
//
// As there: fields that are absent and empty lists are left out.
#include <charconv>
#include <stdio.h>
#include <string.h>

#include "parser/ast.h"
#include "parser/tokenizer.h"

namespace kaa::ast {

namespace {

const char* const kOperators[] = {"Add", "Sub", "Mult", "MatMult", "Div", "Mod", "Pow",
                                  "LShift", "RShift", "BitOr", "BitXor", "BitAnd", "FloorDiv"};
const char* const kUnaryOperators[] = {"Invert", "Not", "UAdd", "USub"};
const char* const kCmpOps[] = {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"};

class Dumper {
 public:
  Dumper(std::string* out, bool attributes) : out_(*out), attributes_(attributes) {}

  void mod(const Mod* node) {
    switch (node->kind) {
      case ModKind::Module: {
        const Module* m = node->as<Module>();
        open("Module");
        stmts("body", m->body);
        list("type_ignores", m->type_ignores, [&](const TypeIgnore* ignore) {
          open("TypeIgnore");
          number("lineno", ignore->lineno);
          text("tag", ignore->tag);
          close();
        });
        close();
        break;
      }
      case ModKind::Interactive:
        open("Interactive");
        stmts("body", node->as<Interactive>()->body);
        close();
        break;
      case ModKind::Expression:
        open("Expression");
        expr("body", node->as<Expression>()->body);
        close();
        break;
      case ModKind::FunctionType:
        open("FunctionType");
        exprs("argtypes", node->as<FunctionType>()->argtypes);
        expr("returns", node->as<FunctionType>()->returns);
        close();
        break;
    }
  }

 private:
  // ---- pieces ----
  void open(const char* name) {
    out_ += name;
    out_ += '(';
    first_ = true;
  }
  void close() {
    out_ += ')';
    first_ = false;
  }
  void close(const Loc& loc) {
    if (attributes_) {
      number("lineno", loc.lineno);
      number("col_offset", loc.col_offset);
      number("end_lineno", loc.end_lineno);
      number("end_col_offset", loc.end_col_offset);
    }
    close();
  }
  void field(const char* name) {
    if (!first_) out_ += ", ";
    first_ = false;
    out_ += name;
    out_ += '=';
  }
  void number(const char* name, int value) {
    field(name);
    out_ += std::to_string(value);
  }
  void name(const char* field_name, const Name* value) {
    if (!value) return;
    field(field_name);
    repr(value->text());
  }
  void text(const char* field_name, std::string_view value) {
    if (!value.data()) return;
    field(field_name);
    repr(value);
  }
  void simple(const char* field_name, const char* value) {
    field(field_name);
    out_ += value;
    out_ += "()";
  }
  void context(ExprContext ctx) {
    simple("ctx", ctx == ExprContext::Load ? "Load" : ctx == ExprContext::Store ? "Store" : "Del");
  }
  template <class T, class F>
  void list(const char* field_name, const Seq<T>& seq, F item) {
    if (seq.empty()) return;
    field(field_name);
    out_ += '[';
    bool first = true;
    for (const T& each : seq) {
      if (!first) out_ += ", ";
      first = false;
      item(each);
    }
    out_ += ']';
    first_ = false;
  }
  void expr(const char* field_name, const Expr* value) {
    if (!value) return;
    field(field_name);
    expr(value);
  }
  void exprs(const char* field_name, const Seq<Expr*>& seq) {
    list(field_name, seq, [&](const Expr* each) { expr(each); });
  }
  void stmts(const char* field_name, const Seq<Stmt*>& seq) {
    list(field_name, seq, [&](const Stmt* each) { stmt(each); });
  }
  void names(const char* field_name, const Seq<Name*>& seq) {
    list(field_name, seq, [&](const Name* each) { repr(each->text()); });
  }

  // ---- constants ----
  void repr(std::string_view value) {
    bool single = memchr(value.data(), '\'', value.size()) != nullptr;
    bool both = single && memchr(value.data(), '"', value.size()) != nullptr;
    char quote = single && !both ? '"' : '\'';
    out_ += quote;
    const char* at = value.data();
    const char* end = at + value.size();
    while (at < end) {
      const char* from = at;
      uint32_t c = parser::decode_utf8_char(at);
      char buffer[12];
      if (c == (uint32_t)quote || c == '\\') {
        out_ += '\\';
        out_ += (char)c;
      } else if (c == '\n') {
        out_ += "\\n";
      } else if (c == '\r') {
        out_ += "\\r";
      } else if (c == '\t') {
        out_ += "\\t";
      } else if (c < 0x20 || c == 0x7F) {
        snprintf(buffer, sizeof buffer, "\\x%02x", c);
        out_ += buffer;
      } else if (c < 0x7F || (!(c >= 0xD800 && c < 0xE000) &&
                              (!parser::character_hook || (parser::character_hook(c) & parser::kPrintable)))) {
        out_.append(from, (size_t)(at - from));
      } else {
        snprintf(buffer, sizeof buffer, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
        out_ += buffer;
      }
    }
    out_ += quote;
  }
  void bytes_repr(std::string_view value) {
    bool single = memchr(value.data(), '\'', value.size()) != nullptr;
    bool both = single && memchr(value.data(), '"', value.size()) != nullptr;
    char quote = single && !both ? '"' : '\'';
    out_ += 'b';
    out_ += quote;
    for (unsigned char c : value) {
      char buffer[8];
      if (c == (unsigned char)quote || c == '\\') {
        out_ += '\\';
        out_ += (char)c;
      } else if (c == '\n') {
        out_ += "\\n";
      } else if (c == '\r') {
        out_ += "\\r";
      } else if (c == '\t') {
        out_ += "\\t";
      } else if (c < 0x20 || c >= 0x7F) {
        snprintf(buffer, sizeof buffer, "\\x%02x", c);
        out_ += buffer;
      } else {
        out_ += (char)c;
      }
    }
    out_ += quote;
  }
  // The shortest digits that read back as the number, laid out as Python does.
  void float_repr(double value, bool keep_point) {
    if (value != value || value - value != 0) {
      out_ += value != value ? "nan" : value > 0 ? "inf" : "-inf";
      return;
    }
    char buffer[40];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    *end = 0;
    char* e = strchr(buffer, 'e');
    int exponent = atoi(e + 1);
    std::string digits;
    for (char* p = buffer; p < e; p++) {
      if (*p != '.') digits += *p;
    }
    if (digits[0] == '-') {
      out_ += '-';
      digits.erase(0, 1);
    }
    if (exponent < -4 || exponent >= 16) {
      out_ += digits[0];
      if (digits.size() > 1) {
        out_ += '.';
        out_.append(digits, 1);
      }
      snprintf(buffer, sizeof buffer, "e%c%02d", exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
      out_ += buffer;
    } else if (exponent < 0) {
      out_ += "0.";
      out_.append((size_t)(-exponent - 1), '0');
      out_ += digits;
    } else {
      size_t whole = (size_t)exponent + 1;
      if (digits.size() <= whole) {
        out_ += digits;
        out_.append(whole - digits.size(), '0');
        if (keep_point) out_ += ".0";
      } else {
        out_.append(digits, 0, whole);
        out_ += '.';
        out_.append(digits, whole);
      }
    }
  }
  // Decimal digits of a number in another base: schoolbook multiplication in limbs of 10^9.
  void int_repr(const ConstantValue& value) {
    if (value.base == 10) {
      out_ += value.text();
      return;
    }
    std::vector<uint32_t> limbs(1, 0);
    for (char c : value.text()) {
      uint64_t carry = (uint64_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
      for (uint32_t& limb : limbs) {
        uint64_t sum = (uint64_t)limb * value.base + carry;
        limb = (uint32_t)(sum % 1000000000);
        carry = sum / 1000000000;
      }
      if (carry) limbs.push_back((uint32_t)carry);
    }
    out_ += std::to_string(limbs.back());
    for (size_t i = limbs.size() - 1; i-- > 0;) {
      char buffer[12];
      snprintf(buffer, sizeof buffer, "%09u", limbs[i]);
      out_ += buffer;
    }
  }
  void constant(const ConstantValue& value) {
    switch (value.kind) {
      case ConstKind::None: out_ += "None"; break;
      case ConstKind::True: out_ += "True"; break;
      case ConstKind::False: out_ += "False"; break;
      case ConstKind::Ellipsis: out_ += "Ellipsis"; break;
      case ConstKind::Int: int_repr(value); break;
      case ConstKind::Float: float_repr(value.number, true); break;
      case ConstKind::Complex:
        if (value.size == 2) {  // of constant folding
          double real = value.items[0].number, imag = value.items[1].number;
          bool plain = real == 0 && !__builtin_signbit(real);
          if (!plain) {
            out_ += '(';
            float_repr(real, false);
            if (imag != imag || !__builtin_signbit(imag)) out_ += '+';
          }
          float_repr(imag, false);
          out_ += plain ? "j" : "j)";
        } else {
          float_repr(value.number, false);
          out_ += 'j';
        }
        break;
      case ConstKind::Str: repr(value.text()); break;
      case ConstKind::Bytes: bytes_repr(value.text()); break;
      case ConstKind::Tuple:
      case ConstKind::FrozenSet: {
        bool set = value.kind == ConstKind::FrozenSet;
        out_ += set ? "frozenset({" : "(";
        for (uint32_t i = 0; i < value.size; i++) {
          if (i) out_ += ", ";
          constant(value.items[i]);
        }
        out_ += set ? "})" : value.size == 1 ? ",)" : ")";
        break;
      }
      case ConstKind::Object: out_ += "<object>"; break;
    }
  }

  // ---- products ----
  void arg(const Arg* node) {
    open("arg");
    name("arg", node->arg);
    expr("annotation", node->annotation);
    text("type_comment", node->type_comment);
    close(node->loc);
  }
  void arguments(const char* field_name, const Arguments* node) {
    field(field_name);
    auto each = [&](const Arg* a) { arg(a); };
    open("arguments");
    list("posonlyargs", node->posonlyargs, each);
    list("args", node->args, each);
    if (node->vararg) {
      field("vararg");
      arg(node->vararg);
    }
    list("kwonlyargs", node->kwonlyargs, each);
    list("kw_defaults", node->kw_defaults, [&](const Expr* value) {
      if (value) {
        expr(value);
      } else {
        out_ += "None";
      }
    });
    if (node->kwarg) {
      field("kwarg");
      arg(node->kwarg);
    }
    exprs("defaults", node->defaults);
    close();
  }
  void keywords(const Seq<Keyword*>& seq) {
    list("keywords", seq, [&](const Keyword* node) {
      open("keyword");
      name("arg", node->arg);
      expr("value", node->value);
      close(node->loc);
    });
  }
  void aliases(const Seq<Alias*>& seq) {
    list("names", seq, [&](const Alias* node) {
      open("alias");
      name("name", node->name);
      name("asname", node->asname);
      close(node->loc);
    });
  }
  void generators(const Seq<Comprehension*>& seq) {
    list("generators", seq, [&](const Comprehension* node) {
      open("comprehension");
      expr("target", node->target);
      expr("iter", node->iter);
      exprs("ifs", node->ifs);
      number("is_async", node->is_async);
      close();
    });
  }
  void type_params(const Seq<TypeParam*>& seq) {
    list("type_params", seq, [&](const TypeParam* node) {
      static const char* const kNames[] = {"TypeVar", "ParamSpec", "TypeVarTuple"};
      open(kNames[(int)node->kind]);
      name("name", node->name);
      if (const TypeVar* var = node->if_a<TypeVar>()) expr("bound", var->bound);
      expr("default_value", node->default_value);
      close(node->loc);
    });
  }
  void pattern(const char* field_name, const Pattern* node) {
    if (!node) return;
    field(field_name);
    pattern(node);
  }
  void patterns(const char* field_name, const Seq<Pattern*>& seq) {
    list(field_name, seq, [&](const Pattern* node) { pattern(node); });
  }
  void pattern(const Pattern* node) {
    switch (node->kind) {
      case PatternKind::MatchValue:
        open("MatchValue");
        expr("value", node->as<MatchValue>()->value);
        break;
      case PatternKind::MatchSingleton:
        open("MatchSingleton");
        field("value");
        constant(node->as<MatchSingleton>()->value);
        break;
      case PatternKind::MatchSequence:
        open("MatchSequence");
        patterns("patterns", node->as<MatchSequence>()->patterns);
        break;
      case PatternKind::MatchMapping: {
        const MatchMapping* m = node->as<MatchMapping>();
        open("MatchMapping");
        exprs("keys", m->keys);
        patterns("patterns", m->patterns);
        name("rest", m->rest);
        break;
      }
      case PatternKind::MatchClass: {
        const MatchClass* m = node->as<MatchClass>();
        open("MatchClass");
        expr("cls", m->cls);
        patterns("patterns", m->patterns);
        names("kwd_attrs", m->kwd_attrs);
        patterns("kwd_patterns", m->kwd_patterns);
        break;
      }
      case PatternKind::MatchStar:
        open("MatchStar");
        name("name", node->as<MatchStar>()->name);
        break;
      case PatternKind::MatchAs:
        open("MatchAs");
        pattern("pattern", node->as<MatchAs>()->pattern);
        name("name", node->as<MatchAs>()->name);
        break;
      case PatternKind::MatchOr:
        open("MatchOr");
        patterns("patterns", node->as<MatchOr>()->patterns);
        break;
    }
    close(node->loc);
  }

  // ---- statements ----
  void function(const char* kind, const FunctionDef* f) {
    open(kind);
    name("name", f->name);
    arguments("args", f->args);
    stmts("body", f->body);
    exprs("decorator_list", f->decorator_list);
    expr("returns", f->returns);
    text("type_comment", f->type_comment);
    type_params(f->type_params);
  }
  void loop(const char* kind, const For* f) {
    open(kind);
    expr("target", f->target);
    expr("iter", f->iter);
    stmts("body", f->body);
    stmts("orelse", f->orelse);
    text("type_comment", f->type_comment);
  }
  void with(const char* kind, const With* w) {
    open(kind);
    list("items", w->items, [&](const WithItem* item) {
      open("withitem");
      expr("context_expr", item->context_expr);
      expr("optional_vars", item->optional_vars);
      close();
    });
    stmts("body", w->body);
    text("type_comment", w->type_comment);
  }
  void try_(const char* kind, const Try* t) {
    open(kind);
    stmts("body", t->body);
    list("handlers", t->handlers, [&](const ExceptHandler* handler) {
      open("ExceptHandler");
      expr("type", handler->type);
      name("name", handler->name);
      stmts("body", handler->body);
      close(handler->loc);
    });
    stmts("orelse", t->orelse);
    stmts("finalbody", t->finalbody);
  }

  void stmt(const Stmt* node) {
    switch (node->kind) {
      case StmtKind::FunctionDef: function("FunctionDef", node->as<FunctionDef>()); break;
      case StmtKind::AsyncFunctionDef: function("AsyncFunctionDef", node->as<FunctionDef>()); break;
      case StmtKind::ClassDef: {
        const ClassDef* c = node->as<ClassDef>();
        open("ClassDef");
        name("name", c->name);
        exprs("bases", c->bases);
        keywords(c->keywords);
        stmts("body", c->body);
        exprs("decorator_list", c->decorator_list);
        type_params(c->type_params);
        break;
      }
      case StmtKind::Return:
        open("Return");
        expr("value", node->as<Return>()->value);
        break;
      case StmtKind::Delete:
        open("Delete");
        exprs("targets", node->as<Delete>()->targets);
        break;
      case StmtKind::Assign: {
        const Assign* a = node->as<Assign>();
        open("Assign");
        exprs("targets", a->targets);
        expr("value", a->value);
        text("type_comment", a->type_comment);
        break;
      }
      case StmtKind::TypeAlias: {
        const TypeAlias* t = node->as<TypeAlias>();
        open("TypeAlias");
        expr("name", t->name);
        type_params(t->type_params);
        expr("value", t->value);
        break;
      }
      case StmtKind::AugAssign: {
        const AugAssign* a = node->as<AugAssign>();
        open("AugAssign");
        expr("target", a->target);
        simple("op", kOperators[(int)a->op]);
        expr("value", a->value);
        break;
      }
      case StmtKind::AnnAssign: {
        const AnnAssign* a = node->as<AnnAssign>();
        open("AnnAssign");
        expr("target", a->target);
        expr("annotation", a->annotation);
        expr("value", a->value);
        number("simple", a->simple);
        break;
      }
      case StmtKind::For: loop("For", node->as<For>()); break;
      case StmtKind::AsyncFor: loop("AsyncFor", node->as<For>()); break;
      case StmtKind::While: {
        const While* w = node->as<While>();
        open("While");
        expr("test", w->test);
        stmts("body", w->body);
        stmts("orelse", w->orelse);
        break;
      }
      case StmtKind::If: {
        const If* i = node->as<If>();
        open("If");
        expr("test", i->test);
        stmts("body", i->body);
        stmts("orelse", i->orelse);
        break;
      }
      case StmtKind::With: with("With", node->as<With>()); break;
      case StmtKind::AsyncWith: with("AsyncWith", node->as<With>()); break;
      case StmtKind::Match: {
        const Match* m = node->as<Match>();
        open("Match");
        expr("subject", m->subject);
        list("cases", m->cases, [&](const MatchCase* c) {
          open("match_case");
          pattern("pattern", c->pattern);
          expr("guard", c->guard);
          stmts("body", c->body);
          close();
        });
        break;
      }
      case StmtKind::Raise:
        open("Raise");
        expr("exc", node->as<Raise>()->exc);
        expr("cause", node->as<Raise>()->cause);
        break;
      case StmtKind::Try: try_("Try", node->as<Try>()); break;
      case StmtKind::TryStar: try_("TryStar", node->as<Try>()); break;
      case StmtKind::Assert:
        open("Assert");
        expr("test", node->as<Assert>()->test);
        expr("msg", node->as<Assert>()->msg);
        break;
      case StmtKind::Import:
        open("Import");
        aliases(node->as<Import>()->names);
        break;
      case StmtKind::ImportFrom: {
        const ImportFrom* i = node->as<ImportFrom>();
        open("ImportFrom");
        name("module", i->module);
        aliases(i->names);
        number("level", i->level);
        break;
      }
      case StmtKind::Global:
        open("Global");
        names("names", node->as<Global>()->names);
        break;
      case StmtKind::Nonlocal:
        open("Nonlocal");
        names("names", node->as<Nonlocal>()->names);
        break;
      case StmtKind::Expr:
        open("Expr");
        expr("value", node->as<ExprStmt>()->value);
        break;
      case StmtKind::Pass: open("Pass"); break;
      case StmtKind::Break: open("Break"); break;
      case StmtKind::Continue: open("Continue"); break;
    }
    close(node->loc);
  }

  // ---- expressions ----
  void comprehension(const char* kind, const Expr* elt, const Seq<Comprehension*>& seq) {
    open(kind);
    expr("elt", elt);
    generators(seq);
  }

  void expr(const Expr* node) {
    switch (node->kind) {
      case ExprKind::BoolOp:
        open("BoolOp");
        simple("op", node->as<BoolOp>()->op == BoolOperator::And ? "And" : "Or");
        exprs("values", node->as<BoolOp>()->values);
        break;
      case ExprKind::NamedExpr:
        open("NamedExpr");
        expr("target", node->as<NamedExpr>()->target);
        expr("value", node->as<NamedExpr>()->value);
        break;
      case ExprKind::BinOp: {
        const BinOp* b = node->as<BinOp>();
        open("BinOp");
        expr("left", b->left);
        simple("op", kOperators[(int)b->op]);
        expr("right", b->right);
        break;
      }
      case ExprKind::UnaryOp:
        open("UnaryOp");
        simple("op", kUnaryOperators[(int)node->as<UnaryOp>()->op]);
        expr("operand", node->as<UnaryOp>()->operand);
        break;
      case ExprKind::Lambda:
        open("Lambda");
        arguments("args", node->as<Lambda>()->args);
        expr("body", node->as<Lambda>()->body);
        break;
      case ExprKind::IfExp: {
        const IfExp* i = node->as<IfExp>();
        open("IfExp");
        expr("test", i->test);
        expr("body", i->body);
        expr("orelse", i->orelse);
        break;
      }
      case ExprKind::Dict:
        open("Dict");
        list("keys", node->as<Dict>()->keys, [&](const Expr* key) {
          if (key) {
            expr(key);
          } else {
            out_ += "None";
          }
        });
        exprs("values", node->as<Dict>()->values);
        break;
      case ExprKind::Set:
        open("Set");
        exprs("elts", node->as<Set>()->elts);
        break;
      case ExprKind::ListComp:
        comprehension("ListComp", node->as<ListComp>()->elt, node->as<ListComp>()->generators);
        break;
      case ExprKind::SetComp:
        comprehension("SetComp", node->as<SetComp>()->elt, node->as<SetComp>()->generators);
        break;
      case ExprKind::GeneratorExp:
        comprehension("GeneratorExp", node->as<GeneratorExp>()->elt, node->as<GeneratorExp>()->generators);
        break;
      case ExprKind::DictComp: {
        const DictComp* d = node->as<DictComp>();
        open("DictComp");
        expr("key", d->key);
        expr("value", d->value);
        generators(d->generators);
        break;
      }
      case ExprKind::Await:
        open("Await");
        expr("value", node->as<Await>()->value);
        break;
      case ExprKind::Yield:
        open("Yield");
        expr("value", node->as<Yield>()->value);
        break;
      case ExprKind::YieldFrom:
        open("YieldFrom");
        expr("value", node->as<YieldFrom>()->value);
        break;
      case ExprKind::Compare: {
        const Compare* c = node->as<Compare>();
        open("Compare");
        expr("left", c->left);
        list("ops", c->ops, [&](CmpOp op) {
          out_ += kCmpOps[(int)op];
          out_ += "()";
        });
        exprs("comparators", c->comparators);
        break;
      }
      case ExprKind::Call: {
        const Call* c = node->as<Call>();
        open("Call");
        expr("func", c->func);
        exprs("args", c->args);
        keywords(c->keywords);
        break;
      }
      case ExprKind::FormattedValue: {
        const FormattedValue* f = node->as<FormattedValue>();
        open("FormattedValue");
        expr("value", f->value);
        number("conversion", f->conversion);
        expr("format_spec", f->format_spec);
        break;
      }
      case ExprKind::Interpolation: {
        const Interpolation* i = node->as<Interpolation>();
        open("Interpolation");
        expr("value", i->value);
        field("str");
        constant(i->str);
        number("conversion", i->conversion);
        expr("format_spec", i->format_spec);
        break;
      }
      case ExprKind::JoinedStr:
        open("JoinedStr");
        exprs("values", node->as<JoinedStr>()->values);
        break;
      case ExprKind::TemplateStr:
        open("TemplateStr");
        exprs("values", node->as<TemplateStr>()->values);
        break;
      case ExprKind::Constant:
        open("Constant");
        field("value");
        constant(node->as<Constant>()->value);
        name("kind", node->as<Constant>()->kind_);
        break;
      case ExprKind::Attribute: {
        const Attribute* a = node->as<Attribute>();
        open("Attribute");
        expr("value", a->value);
        name("attr", a->attr);
        context(a->ctx);
        break;
      }
      case ExprKind::Subscript: {
        const Subscript* s = node->as<Subscript>();
        open("Subscript");
        expr("value", s->value);
        expr("slice", s->slice);
        context(s->ctx);
        break;
      }
      case ExprKind::Starred:
        open("Starred");
        expr("value", node->as<Starred>()->value);
        context(node->as<Starred>()->ctx);
        break;
      case ExprKind::Name:
        open("Name");
        name("id", node->as<NameExpr>()->id);
        context(node->as<NameExpr>()->ctx);
        break;
      case ExprKind::List:
        open("List");
        exprs("elts", node->as<List>()->elts);
        context(node->as<List>()->ctx);
        break;
      case ExprKind::Tuple:
        open("Tuple");
        exprs("elts", node->as<Tuple>()->elts);
        context(node->as<Tuple>()->ctx);
        break;
      case ExprKind::Slice: {
        const Slice* s = node->as<Slice>();
        open("Slice");
        expr("lower", s->lower);
        expr("upper", s->upper);
        expr("step", s->step);
        break;
      }
    }
    close(node->loc);
  }

  std::string& out_;
  bool attributes_;
  bool first_ = true;
};

}  // namespace

std::string dump(const Mod* mod, bool attributes) {
  std::string out;
  Dumper(&out, attributes).mod(mod);
  return out;
}

}  // namespace kaa::ast
