// Expressions back to text, with the parentheses that precedence asks for and CPython's spacing.
#include "compiler/unparse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "compiler/fold.h"

namespace kaa::compiler {

using namespace ast;

namespace {

// Binding strength, weakest first.
enum Level { kTuple, kTest, kOr, kAnd, kNot, kCmp, kExpr, kBitOr = kExpr, kBitXor, kBitAnd, kShift, kArith, kTerm, kFactor, kPower, kAwait, kAtom };

// Decimal digits of digits in another base.
std::string to_decimal(std::string_view digits, int base) {
  std::vector<uint32_t> limbs = {0};  // base 10^9, lowest first
  for (char c : digits) {
    uint64_t carry = c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
    for (uint32_t& limb : limbs) {
      carry += (uint64_t)limb * base;
      limb = (uint32_t)(carry % 1000000000);
      carry /= 1000000000;
    }
    if (carry) limbs.push_back((uint32_t)carry);
  }
  std::string out = std::to_string(limbs.back());
  for (size_t i = limbs.size() - 1; i-- > 0;) {
    char part[16];
    snprintf(part, sizeof part, "%09u", limbs[i]);
    out += part;
  }
  return out;
}

std::string float_repr(double value) {
  if (isinf(value)) return value < 0 ? "-1e309" : "1e309";
  if (isnan(value)) return "nan";
  char digits[64];
  auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
  std::string_view text(digits, end - digits);
  std::string out;
  if (text[0] == '-') {
    out = "-";
    text.remove_prefix(1);
  }
  size_t e = text.find('e');
  int exponent = atoi(std::string(text.substr(e + 1)).c_str());
  std::string mantissa;
  for (char c : text.substr(0, e))
    if (c != '.') mantissa.push_back(c);
  if (exponent < -4 || exponent >= 16) {
    out += mantissa[0];
    if (mantissa.size() > 1) out += "." + mantissa.substr(1);
    char buffer[16];
    snprintf(buffer, sizeof buffer, "e%c%02d", exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
    return out + buffer;
  }
  if (exponent < 0) return out + "0." + std::string(-exponent - 1, '0') + mantissa;
  if ((int)mantissa.size() <= exponent + 1) return out + mantissa + std::string(exponent + 1 - mantissa.size(), '0') + ".0";
  return out + mantissa.substr(0, exponent + 1) + "." + mantissa.substr(exponent + 1);
}

// Code points beyond ASCII that repr() escapes: controls, separators, format characters, surrogates, private use, non-characters.
bool escaped(uint32_t c) {
  struct Range {
    uint32_t first, last;
  };
  static const Range ranges[] = {{0x7f, 0xa0},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},
                                 {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x1680, 0x1680},   {0x180e, 0x180e},
                                 {0x2000, 0x200f},   {0x2028, 0x202f},   {0x205f, 0x206f},   {0x3000, 0x3000},   {0xd800, 0xf8ff},
                                 {0xfeff, 0xfeff},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
                                 {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe00ff}, {0xe01f0, 0x10ffff}};
  for (const Range& range : ranges)
    if (c >= range.first && c <= range.last) return true;
  return false;
}

std::string str_repr(std::string_view text, bool bytes) {
  bool single = text.find('\'') != text.npos, two = text.find('"') != text.npos;
  char quote = single && !two ? '"' : '\'';
  std::string out(1, quote);
  char buffer[16];
  for (size_t i = 0; i < text.size();) {
    unsigned char c = (unsigned char)text[i];
    if (c == (unsigned char)quote || c == '\\') {
      out.push_back('\\');
      out.push_back((char)c);
      i++;
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
      i++;
    } else if (c < 0x20 || c == 0x7f || (bytes && c >= 0x80)) {
      snprintf(buffer, sizeof buffer, "\\x%02x", c);
      out += buffer;
      i++;
    } else if (c < 0x80) {
      out.push_back((char)c);
      i++;
    } else {
      int size = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
      uint32_t code = c & (0x7f >> size);
      for (int j = 1; j < size && i + j < text.size(); j++) code = code << 6 | (text[i + j] & 0x3f);
      if (escaped(code)) {
        snprintf(buffer, sizeof buffer, code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
        out += buffer;
      } else {
        out += text.substr(i, size);
      }
      i += size;
    }
  }
  out.push_back(quote);
  return out;
}

class Writer {
 public:
  std::string out;

  void constant(const ConstantValue& value) {
    switch (value.kind) {
      case ConstKind::None: out += "None"; break;
      case ConstKind::True: out += "True"; break;
      case ConstKind::False: out += "False"; break;
      case ConstKind::Ellipsis: out += "..."; break;
      case ConstKind::Int: out += value.base && value.base != 10 ? to_decimal(value.text(), value.base) : std::string(value.text()); break;
      case ConstKind::Float: out += float_repr(value.number); break;
      case ConstKind::Complex: {
        double real, imag;
        complex_of(value, &real, &imag);
        auto part = [&](double number) {
          std::string text = float_repr(number);
          if (text.size() > 2 && text.substr(text.size() - 2) == ".0") text.resize(text.size() - 2);
          return text;
        };
        if (real == 0 && !signbit(real)) {
          out += part(imag) + "j";
        } else {
          std::string second = part(imag);
          out += "(" + part(real) + (second[0] == '-' ? "" : "+") + second + "j)";
        }
        break;
      }
      case ConstKind::Str: out += str_repr(value.text(), false); break;
      case ConstKind::Bytes: out += "b" + str_repr(value.text(), true); break;
      case ConstKind::Tuple:
      case ConstKind::FrozenSet: {
        bool set = value.kind == ConstKind::FrozenSet;
        out += set ? "frozenset({" : "(";
        for (uint32_t i = 0; i < value.size; i++) {
          if (i) out += ", ";
          constant(value.items[i]);
        }
        out += set ? "})" : value.size == 1 ? ",)" : ")";
        break;
      }
      case ConstKind::Object: break;
    }
  }

  void expr(const Expr* e, int level) {
    auto open = [&](int mine) {
      if (level > mine) out += "(";
    };
    auto close = [&](int mine) {
      if (level > mine) out += ")";
    };
    switch (e->kind) {
      case ExprKind::BoolOp: {
        const BoolOp* n = e->as<BoolOp>();
        bool is_and = n->op == BoolOperator::And;
        int mine = is_and ? kAnd : kOr;
        open(mine);
        for (uint32_t i = 0; i < n->values.size; i++) {
          if (i) out += is_and ? " and " : " or ";
          expr(n->values[i], mine + 1);
        }
        close(mine);
        break;
      }
      case ExprKind::BinOp: binop(e->as<BinOp>(), level); break;
      case ExprKind::UnaryOp: {
        const UnaryOp* n = e->as<UnaryOp>();
        int mine = n->op == UnaryOperator::Not ? kNot : kFactor;
        open(mine);
        out += n->op == UnaryOperator::Not ? "not " : n->op == UnaryOperator::Invert ? "~" : n->op == UnaryOperator::UAdd ? "+" : "-";
        expr(n->operand, mine);
        close(mine);
        break;
      }
      case ExprKind::Lambda: {
        const Lambda* n = e->as<Lambda>();
        open(kTest);
        size_t before = out.size();
        out += "lambda ";
        size_t with = out.size();
        arguments(n->args);
        if (out.size() == with) out.resize(before + 6);
        out += ": ";
        expr(n->body, kTest);
        close(kTest);
        break;
      }
      case ExprKind::IfExp: {
        const IfExp* n = e->as<IfExp>();
        open(kTest);
        expr(n->body, kTest + 1);
        out += " if ";
        expr(n->test, kTest + 1);
        out += " else ";
        expr(n->orelse, kTest);
        close(kTest);
        break;
      }
      case ExprKind::Dict: {
        const Dict* n = e->as<Dict>();
        out += "{";
        for (uint32_t i = 0; i < n->values.size; i++) {
          if (i) out += ", ";
          if (n->keys[i]) {
            expr(n->keys[i], kTest);
            out += ": ";
            expr(n->values[i], kTest);
          } else {
            out += "**";
            expr(n->values[i], kExpr);
          }
        }
        out += "}";
        break;
      }
      case ExprKind::Set:
        out += "{";
        list(e->as<Set>()->elts);
        out += "}";
        break;
      case ExprKind::GeneratorExp:
        out += "(";
        expr(e->as<GeneratorExp>()->elt, kTest);
        generators(e->as<GeneratorExp>()->generators);
        out += ")";
        break;
      case ExprKind::ListComp:
        out += "[";
        expr(e->as<ListComp>()->elt, kTest);
        generators(e->as<ListComp>()->generators);
        out += "]";
        break;
      case ExprKind::SetComp:
        out += "{";
        expr(e->as<SetComp>()->elt, kTest);
        generators(e->as<SetComp>()->generators);
        out += "}";
        break;
      case ExprKind::DictComp:
        out += "{";
        expr(e->as<DictComp>()->key, kTest);
        out += ": ";
        expr(e->as<DictComp>()->value, kTest);
        generators(e->as<DictComp>()->generators);
        out += "}";
        break;
      case ExprKind::Yield:
        if (!e->as<Yield>()->value) {
          out += "(yield)";
          break;
        }
        out += "(yield ";
        expr(e->as<Yield>()->value, kTest);
        out += ")";
        break;
      case ExprKind::YieldFrom:
        out += "(yield from ";
        expr(e->as<YieldFrom>()->value, kTest);
        out += ")";
        break;
      case ExprKind::Await:
        open(kAwait);
        out += "await ";
        expr(e->as<Await>()->value, kAtom);
        close(kAwait);
        break;
      case ExprKind::Compare: {
        const Compare* n = e->as<Compare>();
        static const char* const names[] = {" == ", " != ", " < ", " <= ", " > ", " >= ", " is ", " is not ", " in ", " not in "};
        open(kCmp);
        expr(n->left, kCmp + 1);
        for (uint32_t i = 0; i < n->ops.size; i++) {
          out += names[(int)n->ops[i]];
          expr(n->comparators[i], kCmp + 1);
        }
        close(kCmp);
        break;
      }
      case ExprKind::Call: {
        const Call* n = e->as<Call>();
        expr(n->func, kAtom);
        if (n->args.size == 1 && n->keywords.empty() && n->args[0]->is<GeneratorExp>()) {
          expr(n->args[0], kTest);
          break;
        }
        out += "(";
        list(n->args);
        bool first = n->args.empty();
        for (const Keyword* keyword : n->keywords) {
          if (!first) out += ", ";
          first = false;
          if (keyword->arg) {
            out += keyword->arg->text();
            out += "=";
          } else {
            out += "**";
          }
          expr(keyword->value, kTest);
        }
        out += ")";
        break;
      }
      case ExprKind::Constant:
        if (e->as<Constant>()->kind_) out += e->as<Constant>()->kind_->text();
        constant(e->as<Constant>()->value);
        break;
      case ExprKind::JoinedStr: {
        std::string body = string_body(e->as<JoinedStr>()->values);
        out += "f" + str_repr(body, false);
        break;
      }
      case ExprKind::TemplateStr: {
        std::string body = string_body(e->as<TemplateStr>()->values);
        out += "t" + str_repr(body, false);
        break;
      }
      case ExprKind::FormattedValue:
      case ExprKind::Interpolation: {
        std::string body;
        string_part(e, body);
        out += (e->is<FormattedValue>() ? "f" : "t") + str_repr(body, false);
        break;
      }
      case ExprKind::Attribute: {
        const Attribute* n = e->as<Attribute>();
        expr(n->value, kAtom);
        // 1 .real: without the space it would be a float.
        bool number = n->value->is<Constant>() && n->value->as<Constant>()->value.kind == ConstKind::Int;
        out += number ? " ." : ".";
        out += n->attr->text();
        break;
      }
      case ExprKind::Starred:
        out += "*";
        expr(e->as<Starred>()->value, kExpr);
        break;
      case ExprKind::Name: out += e->as<NameExpr>()->id->text(); break;
      case ExprKind::List:
        out += "[";
        list(e->as<List>()->elts);
        out += "]";
        break;
      case ExprKind::Tuple: {
        const Tuple* n = e->as<Tuple>();
        if (n->elts.empty()) {
          out += "()";
          break;
        }
        open(kTuple);
        list(n->elts);
        if (n->elts.size == 1) out += ",";
        close(kTuple);
        break;
      }
      case ExprKind::Subscript:
        expr(e->as<Subscript>()->value, kAtom);
        out += "[";
        expr(e->as<Subscript>()->slice, kTuple);
        out += "]";
        break;
      case ExprKind::Slice: {
        const Slice* n = e->as<Slice>();
        if (n->lower) expr(n->lower, kTest);
        out += ":";
        if (n->upper) expr(n->upper, kTest);
        if (n->step) {
          out += ":";
          expr(n->step, kTest);
        }
        break;
      }
      case ExprKind::NamedExpr: {
        const NamedExpr* n = e->as<NamedExpr>();
        open(kTuple);
        expr(n->target, kAtom);
        out += " := ";
        expr(n->value, kAtom);
        close(kTuple);
        break;
      }
    }
  }

 private:
  void list(const Seq<Expr*>& items) {
    for (uint32_t i = 0; i < items.size; i++) {
      if (i) out += ", ";
      expr(items[i], kTest);
    }
  }

  // Left operands are walked in a loop: sums may be long.
  void binop(const BinOp* e, int level) {
    struct Shape {
      const char* text;
      int level;
      bool right;
    };
    auto shape = [](Operator op) -> Shape {
      switch (op) {
        case Operator::Add: return {" + ", kArith, false};
        case Operator::Sub: return {" - ", kArith, false};
        case Operator::Mult: return {" * ", kTerm, false};
        case Operator::MatMult: return {" @ ", kTerm, false};
        case Operator::Div: return {" / ", kTerm, false};
        case Operator::Mod: return {" % ", kTerm, false};
        case Operator::LShift: return {" << ", kShift, false};
        case Operator::RShift: return {" >> ", kShift, false};
        case Operator::BitOr: return {" | ", kBitOr, false};
        case Operator::BitXor: return {" ^ ", kBitXor, false};
        case Operator::BitAnd: return {" & ", kBitAnd, false};
        case Operator::FloorDiv: return {" // ", kTerm, false};
        case Operator::Pow: return {" ** ", kPower, true};
      }
      return {"", kAtom, false};
    };
    std::vector<std::pair<const BinOp*, bool>> chain;  // with: parenthesised
    const Expr* left = e;
    while (left->is<BinOp>()) {
      const BinOp* n = left->as<BinOp>();
      Shape s = shape(n->op);
      chain.push_back({n, level > s.level});
      if (level > s.level) out += "(";
      level = s.level + s.right;
      left = n->left;
    }
    expr(left, level);
    for (size_t i = chain.size(); i-- > 0;) {
      Shape s = shape(chain[i].first->op);
      out += s.text;
      expr(chain[i].first->right, s.level + !s.right);
      if (chain[i].second) out += ")";
    }
  }

  void generators(const Seq<Comprehension*>& items) {
    for (const Comprehension* item : items) {
      out += item->is_async ? " async for " : " for ";
      expr(item->target, kTuple);
      out += " in ";
      expr(item->iter, kTest + 1);
      for (const Expr* test : item->ifs) {
        out += " if ";
        expr(test, kTest + 1);
      }
    }
  }

  void argument(const Arg* arg) {
    out += arg->arg->text();
    if (arg->annotation) {
      out += ": ";
      expr(arg->annotation, kTest);
    }
  }

  void arguments(const Arguments* args) {
    bool first = true;
    auto comma = [&]() {
      if (!first) out += ", ";
      first = false;
    };
    uint32_t positional = args->posonlyargs.size + args->args.size;
    for (uint32_t i = 0; i < positional; i++) {
      comma();
      argument(i < args->posonlyargs.size ? args->posonlyargs[i] : args->args[i - args->posonlyargs.size]);
      uint32_t without = positional - args->defaults.size;
      if (i >= without) {
        out += "=";
        expr(args->defaults[i - without], kTest);
      }
      if (args->posonlyargs.size && i + 1 == args->posonlyargs.size) out += ", /";
    }
    if (args->vararg || args->kwonlyargs.size) {
      comma();
      out += "*";
      if (args->vararg) argument(args->vararg);
    }
    for (uint32_t i = 0; i < args->kwonlyargs.size; i++) {
      comma();
      argument(args->kwonlyargs[i]);
      if (args->kw_defaults[i]) {
        out += "=";
        expr(args->kw_defaults[i], kTest);
      }
    }
    if (args->kwarg) {
      comma();
      out += "**";
      argument(args->kwarg);
    }
  }

  void string_part(const Expr* e, std::string& body) {
    if (e->is<Constant>()) {
      for (char c : e->as<Constant>()->value.text()) {
        body.push_back(c);
        if (c == '{' || c == '}') body.push_back(c);
      }
      return;
    }
    if (e->is<JoinedStr>()) {
      body += string_body(e->as<JoinedStr>()->values);
      return;
    }
    bool formatted = e->is<FormattedValue>();
    const Expr* value = formatted ? e->as<FormattedValue>()->value : e->as<Interpolation>()->value;
    int32_t conversion = formatted ? e->as<FormattedValue>()->conversion : e->as<Interpolation>()->conversion;
    const Expr* spec = formatted ? e->as<FormattedValue>()->format_spec : e->as<Interpolation>()->format_spec;
    if (formatted) {
      Writer inner;
      inner.expr(value, kTest + 1);
      body += inner.out[0] == '{' ? "{ " : "{";
      body += inner.out;
    } else {
      body += "{";
      body += interpolation_text(e->as<Interpolation>());
    }
    if (conversion > 0) {
      body += "!";
      body.push_back((char)conversion);
    }
    if (spec) {
      body += ":";
      string_part(spec, body);
    }
    body += "}";
  }

  // The text that stands in the source; a tree made by hand may have something else there.
  static std::string interpolation_text(const Interpolation* e) {
    if (e->str.kind == ConstKind::Str) return std::string(e->str.chars, e->str.size);
    Writer inner;
    inner.expr(e->value, kTest + 1);
    return (inner.out[0] == '{' ? " " : "") + inner.out;
  }

  std::string string_body(const Seq<Expr*>& values) {
    std::string body;
    for (const Expr* value : values) string_part(value, body);
    return body;
  }
};

}  // namespace

std::string unparse(const Expr* expr) {
  Writer writer;
  writer.expr(expr, kTest);
  return std::move(writer.out);
}

}  // namespace kaa::compiler
