// Tokens. The type numbers are those of Python's `token` module (they are visible through it and `_tokenize`).
#pragma once

#include <stdint.h>

namespace kaa::parser {

enum TokenType : uint8_t {
  ENDMARKER = 0, NAME, NUMBER, STRING, NEWLINE, INDENT, DEDENT, LPAR, RPAR, LSQB, RSQB, COLON, COMMA, SEMI, PLUS, MINUS,
  STAR, SLASH, VBAR, AMPER, LESS, GREATER, EQUAL, DOT, PERCENT, LBRACE, RBRACE, EQEQUAL, NOTEQUAL, LESSEQUAL,
  GREATEREQUAL, TILDE, CIRCUMFLEX, LEFTSHIFT, RIGHTSHIFT, DOUBLESTAR, PLUSEQUAL, MINEQUAL, STAREQUAL, SLASHEQUAL,
  PERCENTEQUAL, AMPEREQUAL, VBAREQUAL, CIRCUMFLEXEQUAL, LEFTSHIFTEQUAL, RIGHTSHIFTEQUAL, DOUBLESTAREQUAL, DOUBLESLASH,
  DOUBLESLASHEQUAL, AT, ATEQUAL, RARROW, ELLIPSIS, COLONEQUAL, EXCLAMATION, OP, TYPE_IGNORE, TYPE_COMMENT,
  SOFT_KEYWORD, FSTRING_START, FSTRING_MIDDLE, FSTRING_END, TSTRING_START, TSTRING_MIDDLE, TSTRING_END, COMMENT, NL,
  ERRORTOKEN
};

// What a NAME spells. Everything from kFalse to kYield is reserved; the soft keywords are names as well.
enum class Keyword_ : uint8_t {
  kNone, kFalse, kNoneValue, kTrue, kAnd, kAs, kAssert, kAsync, kAwait, kBreak, kClass, kContinue, kDef, kDel, kElif,
  kElse, kExcept, kFinally, kFor, kFrom, kGlobal, kIf, kImport, kIn, kIs, kLambda, kNonlocal, kNot, kOr, kPass, kRaise,
  kReturn, kTry, kWhile, kWith, kYield, kMatch, kCase, kType, kUnderscore
};
using Kw = Keyword_;
inline bool is_reserved(Kw kw) { return kw != Kw::kNone && kw < Kw::kMatch; }
inline bool is_soft(Kw kw) { return kw >= Kw::kMatch; }

// Offsets are bytes in the tokenizer's buffer; columns bytes from the line's start, -1 where the token has no text
// (INDENT, DEDENT and errors). `level` is the number of open brackets after the token.
struct Token {
  uint8_t type;
  Kw kw;
  uint16_t level;
  uint32_t start;
  uint32_t end;
  int32_t lineno;
  int32_t col;
  int32_t end_lineno;
  int32_t end_col;
};

Kw keyword_of(const char* text, uint32_t size);

}  // namespace kaa::parser
