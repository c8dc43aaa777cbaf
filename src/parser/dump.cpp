// ast::dump: the text of Python's `ast.dump(tree, include_attributes=...)`, for tests and for comparing with CPython.
//
// As there: fields that are absent and empty lists are left out. The nodes and their fields are those of defs/ast.def.
#include <charconv>
#include <stdio.h>
#include <string.h>

#include "parser/ast.h"
#include "parser/tokenizer.h"

namespace kaa::ast {

namespace {

// T is a case of the sum type B.
template <class T, class B>
concept CaseOf = requires { T::kKind; } && std::is_same_v<typename T::Base, B>;

class Dumper {
 public:
  Dumper(std::string* out, bool attributes) : out_(*out), attributes_(attributes) {}

  // A node of a sum type: the case that its kind says. AsyncFunctionDef and its like have their own name in the table.
  template <class B>
  void value(const B* node) {
#define SUM(name, attrs)
#define NODE(sum, st, name, fields) \
  if (in_case<st>(node, [&](const st* n) { value_of_##name(n); })) return;
#define ENUM(sum, en, name)
#define PRODUCT(st, name, attrs, fields)
#include "defs/ast.def"
    __builtin_unreachable();
  }

 private:
  // ---- nodes, from the table ----
  template <class T, class B, class F>
  static bool in_case(const B* node, F then) {
    if constexpr (CaseOf<T, B>) {
      if (node->kind == T::kKind) {
        then(node->template as<T>());
        return true;
      }
    }
    return false;
  }
#define F(member, type, count) field(#member, node->member);
#define G(member, text, type, count) field(text, node->member);
#define SUM(name, attrs)
#define NODE(sum, st, name, fields)          \
  void value_of_##name(const st* node) {     \
    open(#name);                             \
    fields                                   \
    close(node);                             \
  }
#define ENUM(sum, en, name)
#define PRODUCT(st, name, attrs, fields)     \
  void value(const st* node) {               \
    open(#name);                             \
    fields                                   \
    close(node);                             \
  }
#include "defs/ast.def"
#undef F
#undef G
  void value(const ExceptHandler* node) { value_of_ExceptHandler(node); }  // the only cases of their sums have no kind
  void value(const TypeIgnore* node) { value_of_TypeIgnore(node); }

  template <class E>
    requires std::is_enum_v<E>
  void value(E e) {
#define SUM(name, attrs)
#define NODE(sum, st, name, fields)
#define ENUM(sum, en, name)                                   \
  if constexpr (std::is_same_v<E, en>) {                      \
    if (e == en::name) out_ += #name "()";                    \
  }
#define PRODUCT(st, name, attrs, fields)
#include "defs/ast.def"
  }
  void value(const Name* name) { repr(name->text()); }
  void value(std::string_view text) { repr(text); }
  void value(int number) { out_ += std::to_string(number); }
  void value(const ConstantValue& constant_value) { constant(constant_value); }
  template <class T>
  void value(const Seq<T>& seq) {
    out_ += '[';
    bool first = true;
    for (const T& each : seq) {
      if (!first) out_ += ", ";
      first = false;
      item(each);
    }
    out_ += ']';
  }
  template <class T>
  void item(T* node) {  // null in the keys of a dict display, and where a keyword-only parameter has no default
    if (node) {
      value(node);
    } else {
      out_ += "None";
    }
  }
  template <class T>
  void item(T each) {
    value(each);
  }

  // ---- pieces ----
  void open(const char* name) {
    out_ += name;
    out_ += '(';
    first_ = true;
  }
  template <class T>
  void close(const T* node) {
    if constexpr (requires { node->loc; }) {
      if (attributes_) {
        field("lineno", node->loc.lineno);
        field("col_offset", node->loc.col_offset);
        field("end_lineno", node->loc.end_lineno);
        field("end_col_offset", node->loc.end_col_offset);
      }
    }
    out_ += ')';
  }
  template <class T>
  static bool absent(T* node) {
    return !node;
  }
  static bool absent(std::string_view text) { return !text.data(); }
  template <class T>
  static bool absent(const Seq<T>& seq) {
    return seq.empty();
  }
  template <class T>
  static bool absent(const T&) {
    return false;
  }
  template <class T>
  void field(const char* name, const T& member) {
    if (absent(member)) return;
    if (!first_) out_ += ", ";
    out_ += name;
    out_ += '=';
    value(member);
    first_ = false;
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

  std::string& out_;
  const bool attributes_;
  bool first_ = true;  // no field of the node at hand is written yet
};

}  // namespace

std::string dump(const Mod* mod, bool attributes) {
  std::string out;
  Dumper(&out, attributes).value(mod);
  return out;
}

}  // namespace kaa::ast
