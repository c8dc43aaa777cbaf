// Arithmetic on constants (see fold.h). Ints are computed in 128 bits, which covers what CPython folds but for huge literals.
#include <math.h>
#include <string.h>

#include "compiler/fold.h"

namespace kaa::compiler {

using ast::ConstantValue;
using ast::ConstKind;
using ast::Operator;
using ast::UnaryOperator;
using Int = __int128;
using Unsigned = unsigned __int128;

// CPython's limits, so that no constant of a code object is huge.
static constexpr int kMaxIntBits = 128;
static constexpr size_t kMaxStrSize = 4096;
static constexpr size_t kMaxItems = 256;
static constexpr size_t kMaxTotalItems = 1024;

// ---- conversions --------------------------------------------------------------------------------------------------

bool int128_of(const ConstantValue& value, Int* out) {
  std::string_view text = value.text();
  bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  Unsigned sum = 0;
  unsigned base = value.base ? value.base : 10;
  for (char c : text) {
    unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
    if (__builtin_mul_overflow(sum, (Unsigned)base, &sum) || __builtin_add_overflow(sum, (Unsigned)digit, &sum)) return false;
  }
  if (sum > (Unsigned)1 << 127 || (sum == (Unsigned)1 << 127 && !negative)) return false;
  *out = negative ? (Int)(0 - sum) : (Int)sum;
  return true;
}

ConstantValue int_constant(Arena& arena, Int value) {
  char digits[48];
  char* at = digits + sizeof digits;
  Unsigned magnitude = value < 0 ? 0 - (Unsigned)value : (Unsigned)value;
  do {
    *--at = (char)('0' + (int)(magnitude % 10));
    magnitude /= 10;
  } while (magnitude);
  if (value < 0) *--at = '-';
  std::string_view text = arena.copy({at, (size_t)(digits + sizeof digits - at)});
  ConstantValue constant;
  constant.kind = ConstKind::Int;
  constant.base = 10;
  constant.chars = text.data();
  constant.size = (uint32_t)text.size();
  return constant;
}

static ConstantValue float_constant(double number) {
  ConstantValue constant;
  constant.kind = ConstKind::Float;
  constant.number = number;
  return constant;
}

static ConstantValue bool_constant(bool value) {
  ConstantValue constant;
  constant.kind = value ? ConstKind::True : ConstKind::False;
  return constant;
}

static ConstantValue complex_constant(Arena& arena, double real, double imag) {
  ConstantValue* items = arena.array<ConstantValue>(2);
  items[0] = float_constant(real);
  items[1] = float_constant(imag);
  ConstantValue constant;
  constant.kind = ConstKind::Complex;
  constant.size = 2;
  constant.items = items;
  return constant;
}

void complex_of(const ConstantValue& value, double* real, double* imag) {
  if (value.size == 2) {
    *real = value.items[0].number;
    *imag = value.items[1].number;
  } else {
    *real = 0;
    *imag = value.number;
  }
}

const char* constant_type_name(const ConstantValue& value) {
  switch (value.kind) {
    case ConstKind::None:
      return "NoneType";
    case ConstKind::True:
    case ConstKind::False:
      return "bool";
    case ConstKind::Ellipsis:
      return "ellipsis";
    case ConstKind::Int:
      return "int";
    case ConstKind::Float:
      return "float";
    case ConstKind::Complex:
      return "complex";
    case ConstKind::Str:
      return "str";
    case ConstKind::Bytes:
      return "bytes";
    case ConstKind::Tuple:
      return "tuple";
    case ConstKind::FrozenSet:
      return "frozenset";
    case ConstKind::Object:
      return "object";
  }
  return "object";
}

int constant_truth(const ConstantValue& value) {
  switch (value.kind) {
    case ConstKind::None:
    case ConstKind::False:
      return 0;
    case ConstKind::True:
    case ConstKind::Ellipsis:
      return 1;
    case ConstKind::Int:
      for (char c : value.text()) {
        if (c != '0' && c != '-') return 1;
      }
      return 0;
    case ConstKind::Float:
      return value.number != 0;
    case ConstKind::Complex: {
      double real, imag;
      complex_of(value, &real, &imag);
      return real != 0 || imag != 0;
    }
    case ConstKind::Str:
    case ConstKind::Bytes:
    case ConstKind::Tuple:
    case ConstKind::FrozenSet:
      return value.size != 0;
    case ConstKind::Object:
      return -1;
  }
  return -1;
}

// ---- numbers ------------------------------------------------------------------------------------------------------

namespace {
enum class Rank : uint8_t { None, Int, Float, Complex };

struct Number {
  Rank rank = Rank::None;
  bool is_bool = false;
  Int whole = 0;
  double real = 0, imag = 0;  // of ints as well, rounded
};
}  // namespace

static bool number_of(const ConstantValue& value, Number* out) {
  switch (value.kind) {
    case ConstKind::True:
    case ConstKind::False:
      out->is_bool = true;
      out->whole = value.kind == ConstKind::True;
      break;
    case ConstKind::Int:
      if (!int128_of(value, &out->whole)) return false;
      break;
    case ConstKind::Float:
      out->rank = Rank::Float;
      out->real = value.number;
      return true;
    case ConstKind::Complex:
      out->rank = Rank::Complex;
      complex_of(value, &out->real, &out->imag);
      return true;
    default:
      return false;
  }
  out->rank = Rank::Int;
  out->real = (double)out->whole;
  return true;
}

static int bit_length(Int value) {
  Unsigned magnitude = value < 0 ? 0 - (Unsigned)value : (Unsigned)value;
  uint64_t high = (uint64_t)(magnitude >> 64);
  if (high) return 128 - __builtin_clzll(high);
  return (uint64_t)magnitude ? 64 - __builtin_clzll((uint64_t)magnitude) : 0;
}

static bool exact_double(Int value) { return bit_length(value) <= 53; }

// Python's float floor division and remainder: the remainder has the divisor's sign, and quotient * divisor + remainder is as
// close as can be.
static void float_divmod(double a, double b, double* quotient, double* remainder) {
  double mod = fmod(a, b);
  double div = (a - mod) / b;
  if (mod != 0) {
    if ((b < 0) != (mod < 0)) {
      mod += b;
      div -= 1;
    }
  } else {
    mod = copysign(0.0, b);
  }
  if (div != 0) {
    double floored = floor(div);
    if (div - floored > 0.5) floored += 1;
    div = floored;
  } else {
    div = copysign(0.0, a / b);
  }
  *quotient = div;
  *remainder = mod;
}

static bool fold_float(Operator op, double a, double b, ConstantValue* out) {
  double result, other;
  switch (op) {
    case Operator::Add:
      result = a + b;
      break;
    case Operator::Sub:
      result = a - b;
      break;
    case Operator::Mult:
      result = a * b;
      break;
    case Operator::Div:
      if (b == 0) return false;
      result = a / b;
      break;
    case Operator::FloorDiv:
      if (b == 0) return false;
      float_divmod(a, b, &result, &other);
      break;
    case Operator::Mod:
      if (b == 0) return false;
      float_divmod(a, b, &other, &result);
      break;
    case Operator::Pow:
      // Left to run time: errors, complex results, infinities and NaNs.
      if (!isfinite(a) || !isfinite(b) || (a == 0 && b < 0) || (a < 0 && b != floor(b))) return false;
      result = pow(a, b);
      if (!isfinite(result)) return false;
      break;
    default:
      return false;
  }
  *out = float_constant(result);
  return true;
}

static bool int_power(Int base, Int exponent, Int* out) {
  if (base != 0 && exponent > 0 && (exponent > kMaxIntBits || bit_length(base) > kMaxIntBits / (int)exponent)) return false;
  if (base == 0 || base == 1) {
    *out = exponent == 0 ? 1 : base;
    return true;
  }
  Int result = 1;
  for (Int i = 0; i < exponent; i++) {
    if (__builtin_mul_overflow(result, base, &result)) return false;
  }
  *out = result;
  return true;
}

static bool fold_int(Arena& arena, Operator op, const Number& left, const Number& right, ConstantValue* out) {
  Int a = left.whole, b = right.whole, result = 0;
  switch (op) {
    case Operator::Add:
      if (__builtin_add_overflow(a, b, &result)) return false;
      break;
    case Operator::Sub:
      if (__builtin_sub_overflow(a, b, &result)) return false;
      break;
    case Operator::Mult:
      if (a && b && bit_length(a) + bit_length(b) > kMaxIntBits) return false;
      if (__builtin_mul_overflow(a, b, &result)) return false;
      break;
    case Operator::Div:
      // Correctly rounded where both operands are exact doubles.
      if (b == 0 || !exact_double(a) || !exact_double(b)) return false;
      *out = float_constant(left.real / right.real);
      return true;
    case Operator::FloorDiv:
    case Operator::Mod: {
      if (b == 0 || b == -1) {
        if (b == 0) return false;
        if (op == Operator::Mod) break;  // 0
        if (__builtin_sub_overflow((Int)0, a, &result)) return false;
        break;
      }
      Int quotient = a / b, remainder = a % b;
      if (remainder != 0 && (remainder < 0) != (b < 0)) {
        quotient--;
        remainder += b;
      }
      result = op == Operator::Mod ? remainder : quotient;
      break;
    }
    case Operator::Pow:
      if (b < 0) {
        if (!exact_double(a) || !exact_double(b)) return false;
        return fold_float(op, left.real, right.real, out);
      }
      if (!int_power(a, b, &result)) return false;
      break;
    case Operator::LShift:
      if (b < 0 || b > kMaxIntBits) return false;
      if (a != 0 && bit_length(a) + (int)b > 127) return false;
      result = a << (int)b;
      break;
    case Operator::RShift:
      if (b < 0) return false;
      result = a >> (int)(b > 127 ? 127 : b);
      break;
    case Operator::BitOr:
      result = a | b;
      break;
    case Operator::BitXor:
      result = a ^ b;
      break;
    case Operator::BitAnd:
      result = a & b;
      break;
    case Operator::MatMult:
      return false;
  }
  bool bitwise = op == Operator::BitOr || op == Operator::BitXor || op == Operator::BitAnd;
  *out = bitwise && left.is_bool && right.is_bool ? bool_constant(result != 0) : int_constant(arena, result);
  return true;
}

// A real operand has no imaginary part at all: it takes no part in the imaginary result (CPython 3.14).
static bool fold_complex(Arena& arena, Operator op, const Number& left, const Number& right, ConstantValue* out) {
  if (left.rank == Rank::Int && !exact_double(left.whole)) return false;
  if (right.rank == Rank::Int && !exact_double(right.whole)) return false;
  bool real_left = left.rank != Rank::Complex, real_right = right.rank != Rank::Complex;
  double real, imag;
  switch (op) {
    case Operator::Add:
      real = left.real + right.real;
      imag = real_left ? right.imag : real_right ? left.imag : left.imag + right.imag;
      break;
    case Operator::Sub:
      real = left.real - right.real;
      imag = real_left ? -right.imag : real_right ? left.imag : left.imag - right.imag;
      break;
    case Operator::Mult:
      if (real_left) {
        real = left.real * right.real;
        imag = left.real * right.imag;
      } else if (real_right) {
        real = left.real * right.real;
        imag = left.imag * right.real;
      } else {
        real = left.real * right.real - left.imag * right.imag;
        imag = left.real * right.imag + left.imag * right.real;
      }
      break;
    default:
      return false;
  }
  if (!isfinite(real) || !isfinite(imag)) return false;
  *out = complex_constant(arena, real, imag);
  return true;
}

// ---- sequences ----------------------------------------------------------------------------------------------------

static size_t count_code_points(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += ((unsigned char)c & 0xC0) != 0x80;
  return count;
}

// The items of a tuple, those of tuples in it included; above the limit when it passes `limit`.
static size_t total_items(const ConstantValue& value, size_t limit) {
  if (value.kind != ConstKind::Tuple) return 0;
  size_t total = value.size;
  for (uint32_t i = 0; i < value.size && total <= limit; i++) total += total_items(value.items[i], limit);
  return total;
}

// A surrogate pair that meets at a seam stays two code points: the text keeps their separate encodings.
static bool concatenate(Arena& arena, const ConstantValue& left, const ConstantValue& right, ConstantValue* out) {
  uint64_t size = (uint64_t)left.size + right.size;
  *out = left;
  out->size = (uint32_t)size;
  if (left.kind == ConstKind::Tuple) {
    if (size > kMaxItems) return false;
    ConstantValue* items = arena.array<ConstantValue>(size + 1);
    for (uint32_t i = 0; i < left.size; i++) items[i] = left.items[i];
    for (uint32_t i = 0; i < right.size; i++) items[left.size + i] = right.items[i];
    out->items = items;
    return true;
  }
  // CPython has no limit here; without one a long chain of `+` would take memory of the square of its length.
  if (size > kMaxStrSize) return false;
  char* chars = (char*)arena.allocate(size + 1, 1);
  if (left.size) memcpy(chars, left.chars, left.size);
  if (right.size) memcpy(chars + left.size, right.chars, right.size);
  chars[size] = 0;
  out->chars = chars;
  return true;
}

static bool repeat(Arena& arena, const ConstantValue& sequence, Int count, ConstantValue* out) {
  *out = sequence;
  if (count > INT64_MAX || count < INT64_MIN) return false;  // OverflowError, even for an empty sequence
  if (sequence.size == 0) return true;
  size_t length = sequence.kind == ConstKind::Str ? count_code_points(sequence.text()) : sequence.size;
  size_t limit = sequence.kind == ConstKind::Tuple ? kMaxItems : kMaxStrSize;
  if (count < 0 || count > (Int)(limit / length)) return false;
  size_t times = (size_t)count;
  out->size = (uint32_t)(sequence.size * times);
  if (sequence.kind == ConstKind::Tuple) {
    size_t total = total_items(sequence, kMaxTotalItems);
    if (total * times > kMaxTotalItems) return false;
    ConstantValue* items = arena.array<ConstantValue>(out->size + 1);
    for (uint32_t i = 0; i < out->size; i++) items[i] = sequence.items[i % sequence.size];
    out->items = items;
    return true;
  }
  char* chars = (char*)arena.allocate(out->size + 1, 1);
  for (size_t i = 0; i < times; i++) memcpy(chars + i * sequence.size, sequence.chars, sequence.size);
  chars[out->size] = 0;
  out->chars = chars;
  return true;
}

static bool is_sequence(const ConstantValue& value) {
  return value.kind == ConstKind::Str || value.kind == ConstKind::Bytes || value.kind == ConstKind::Tuple;
}

bool fold_subscript(Arena& arena, const ConstantValue& value, const ConstantValue& index, ConstantValue* out) {
  Number number;
  if (!is_sequence(value) || !number_of(index, &number) || number.rank != Rank::Int) return false;
  size_t length = value.kind == ConstKind::Str ? count_code_points(value.text()) : value.size;
  Int at = number.whole < 0 ? number.whole + (Int)length : number.whole;
  if (at < 0 || at >= (Int)length) return false;
  size_t position = (size_t)at;
  switch (value.kind) {
    case ConstKind::Tuple:
      *out = value.items[position];
      return true;
    case ConstKind::Bytes:
      *out = int_constant(arena, (unsigned char)value.chars[position]);
      return true;
    default: {
      const char* end = value.chars + value.size;
      const char* start = value.chars;
      auto next = [end](const char* p) {
        p++;
        while (p < end && ((unsigned char)*p & 0xC0) == 0x80) p++;
        return p;
      };
      for (size_t i = 0; i < position; i++) start = next(start);
      *out = value;
      out->chars = start;
      out->size = (uint32_t)(next(start) - start);
      return true;
    }
  }
}

// ---- operators ----------------------------------------------------------------------------------------------------

bool fold_binary(Arena& arena, Operator op, const ConstantValue& left, const ConstantValue& right, ConstantValue* out) {
  Number a, b;
  bool left_number = number_of(left, &a), right_number = number_of(right, &b);
  if (left_number && right_number) {
    if (a.rank == Rank::Int && b.rank == Rank::Int) return fold_int(arena, op, a, b, out);
    if (a.rank == Rank::Complex || b.rank == Rank::Complex) return fold_complex(arena, op, a, b, out);
    return fold_float(op, a.real, b.real, out);
  }
  if (op == Operator::Add && left.kind == right.kind && is_sequence(left)) return concatenate(arena, left, right, out);
  if (op == Operator::Mult) {
    if (is_sequence(left) && right_number && b.rank == Rank::Int) return repeat(arena, left, b.whole, out);
    if (is_sequence(right) && left_number && a.rank == Rank::Int) return repeat(arena, right, a.whole, out);
  }
  return false;
}

bool fold_unary(Arena& arena, UnaryOperator op, const ConstantValue& operand, ConstantValue* out) {
  if (op == UnaryOperator::Not) {
    int truth = constant_truth(operand);
    if (truth < 0) return false;
    *out = bool_constant(!truth);
    return true;
  }
  // The sign of an int needs no arithmetic, whatever its size.
  if (operand.kind == ConstKind::Int && op != UnaryOperator::Invert) {
    *out = operand;
    if (op == UnaryOperator::UAdd || !constant_truth(operand)) return true;
    Int small;
    if (int128_of(operand, &small) && small != -small) {
      *out = int_constant(arena, -small);
      return true;
    }
    std::string text(operand.text());
    if (text[0] == '-') {
      text.erase(0, 1);
    } else {
      text.insert(0, 1, '-');
    }
    std::string_view kept = arena.copy(text);
    out->chars = kept.data();
    out->size = (uint32_t)kept.size();
    return true;
  }
  Number number;
  if (!number_of(operand, &number)) return false;
  switch (number.rank) {
    case Rank::Int:
      if (op == UnaryOperator::Invert) {
        if (number.is_bool) return false;  // deprecated: warns at run time
        *out = int_constant(arena, ~number.whole);
      } else {
        *out = int_constant(arena, op == UnaryOperator::USub ? -number.whole : number.whole);
      }
      return true;
    case Rank::Float:
      if (op == UnaryOperator::Invert) return false;
      *out = float_constant(op == UnaryOperator::USub ? -number.real : number.real);
      return true;
    case Rank::Complex:
      if (op == UnaryOperator::Invert) return false;
      *out = op == UnaryOperator::UAdd ? operand : complex_constant(arena, -number.real, -number.imag);
      return true;
    case Rank::None:
      return false;
  }
  return false;
}

}  // namespace kaa::compiler
