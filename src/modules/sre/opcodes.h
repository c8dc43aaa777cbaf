// The instruction set of a compiled regular expression, as the library's `re/_constants.py` (MAGIC 20230612) numbers
// it. A program is an array of 32-bit words. Every `skip` word holds the distance from itself to where it leads.
//
//   unit (matches one character)   ANY | ANY_ALL | LITERAL* c | NOT_LITERAL* c | IN* skip set... FAILURE | CATEGORY ch
//   INFO skip flags min max [prefix_length prefix_skip prefix... overlap...] | [set... FAILURE]
//   MARK i, AT at, GROUPREF* g, JUMP skip, SUCCESS, FAILURE
//   BRANCH (skip body JUMP skip)... 0
//   REPEAT skip min max body (MAX_UNTIL | MIN_UNTIL)
//   REPEAT_ONE, MIN_REPEAT_ONE, POSSESSIVE_REPEAT_ONE: skip min max unit SUCCESS
//   POSSESSIVE_REPEAT skip min max body SUCCESS
//   ATOMIC_GROUP skip body SUCCESS, ASSERT and ASSERT_NOT: skip back body SUCCESS
//   GROUPREF_EXISTS g skip then [JUMP skip else]             (this skip counts from the word before it)
//
// POSSESSIVE_REPEAT's skip leads to the one SUCCESS behind its body, as REPEAT's leads to the UNTIL.
#pragma once

#include <cstdint>

namespace kaa::sre {

constexpr uint32_t kMagic = 20230612;
constexpr uint32_t kMaxRepeat = 0xFFFFFFFFu;
constexpr uint32_t kMaxGroups = 0x3FFFFFFFu;

enum Opcode : uint32_t {
  kOpFailure,
  kOpSuccess,
  kOpAny,
  kOpAnyAll,
  kOpAssert,
  kOpAssertNot,
  kOpAt,
  kOpBranch,
  kOpCategory,
  kOpCharset,
  kOpBigCharset,
  kOpGroupref,
  kOpGrouprefExists,
  kOpIn,
  kOpInfo,
  kOpJump,
  kOpLiteral,
  kOpMark,
  kOpMaxUntil,
  kOpMinUntil,
  kOpNotLiteral,
  kOpNegate,
  kOpRange,
  kOpRepeat,
  kOpRepeatOne,
  kOpSubpattern,
  kOpMinRepeatOne,
  kOpAtomicGroup,
  kOpPossessiveRepeat,
  kOpPossessiveRepeatOne,
  kOpGrouprefIgnore,
  kOpInIgnore,
  kOpLiteralIgnore,
  kOpNotLiteralIgnore,
  kOpGrouprefLocIgnore,
  kOpInLocIgnore,
  kOpLiteralLocIgnore,
  kOpNotLiteralLocIgnore,
  kOpGrouprefUniIgnore,
  kOpInUniIgnore,
  kOpLiteralUniIgnore,
  kOpNotLiteralUniIgnore,
  kOpRangeUniIgnore,
};

enum AtCode : uint32_t {
  kAtBeginning,
  kAtBeginningLine,
  kAtBeginningString,
  kAtBoundary,
  kAtNonBoundary,
  kAtEnd,
  kAtEndLine,
  kAtEndString,
  kAtLocBoundary,
  kAtLocNonBoundary,
  kAtUniBoundary,
  kAtUniNonBoundary,
  kAtCount,
};

enum CategoryCode : uint32_t {
  kCategoryDigit,
  kCategoryNotDigit,
  kCategorySpace,
  kCategoryNotSpace,
  kCategoryWord,
  kCategoryNotWord,
  kCategoryLinebreak,
  kCategoryNotLinebreak,
  kCategoryLocWord,
  kCategoryLocNotWord,
  kCategoryUniDigit,
  kCategoryUniNotDigit,
  kCategoryUniSpace,
  kCategoryUniNotSpace,
  kCategoryUniWord,
  kCategoryUniNotWord,
  kCategoryUniLinebreak,
  kCategoryUniNotLinebreak,
  kCategoryCount,
};

enum InfoFlag : uint32_t { kInfoPrefix = 1, kInfoLiteral = 2, kInfoCharset = 4 };

}  // namespace kaa::sre
