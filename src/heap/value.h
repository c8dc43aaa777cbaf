// Value: one 64-bit word that is a pointer to an object, a small int, a float, or one of a few constants. This header alone knows the encoding.
//
//   low bits   meaning
//   000        pointer to an Object (8-byte aligned); the all-zero word is "empty": no value (unbound local, missing argument)
//   .01        int of 62 bits, in the upper 62
//   .1.        float: the double's bits plus 2^61, rotated left by 3, so that the exponent's top two bits become bits 1 and 0
//              (float self-tagging, arXiv 2411.16544). This holds magnitudes from about 1e-154 to 1e154. Other doubles are boxed
//              (FloatObject), but for the two zeros, which are constants.
//   100        constant: None, False, True, 0.0, -0.0, NotImplemented, Ellipsis
//
// `is` and id() of what is in the word follow the value. KAA_BOXED_FLOATS boxes every float, to measure what self-tagging gives.
#pragma once
#include <bit>
#include <cstdint>

#include "base/result.h"

namespace kaa {

struct Object;

class Value {
 public:
  constexpr Value() : bits_(0) {}
  Value(const Object* o) : bits_(reinterpret_cast<uint64_t>(o)) {}  // any struct that begins with an Object converts, too
  static constexpr Value from_bits(uint64_t b) { Value v; v.bits_ = b; return v; }
  constexpr uint64_t bits() const { return bits_; }

  constexpr bool is_empty() const { return bits_ == 0; }
  constexpr explicit operator bool() const { return bits_ != 0; }  // "there is a value", not Python truth
  constexpr bool is_object() const { return (bits_ & 7) == 0; }    // must not be empty
  // A value that is an object: is_object() of a word that may be empty. Two branches: a number fails the first, and what passes it is hardly ever empty. (The
  // empty asm keeps the compiler from making one branch of them, with four instructions more.)
  constexpr bool is_reference() const {
    if (bits_ & 7) return false;
    if (!__builtin_is_constant_evaluated()) asm("");
    return bits_ != 0;
  }
  Object* object() const { return reinterpret_cast<Object*>(bits_); }
  template <class T> T* as() const { return static_cast<T*>(object()); }  // unchecked

  // ---- small ints: -2^61 .. 2^61-1
  static constexpr int64_t kMaxInt = (int64_t{1} << 61) - 1, kMinInt = -(int64_t{1} << 61);
  constexpr bool is_int() const { return (bits_ & 3) == 1; }
  constexpr int64_t as_int() const { return static_cast<int64_t>(bits_) >> 2; }
  static constexpr bool fits_int(int64_t i) { return i >= kMinInt && i <= kMaxInt; }
  static constexpr Value from_int(int64_t i) { return from_bits((static_cast<uint64_t>(i) << 2) | 1); }  // i must fit

  // ---- floats in the word
  constexpr bool is_float_word() const { return (bits_ & 2) != 0; }
  double float_word() const { return std::bit_cast<double>(std::rotr(bits_, 3) - kFloatBias); }
  // The word for d, or empty when d must be boxed.
  static Value try_float([[maybe_unused]] double d) {
#ifndef KAA_BOXED_FLOATS
    uint64_t b = std::bit_cast<uint64_t>(d);
    uint64_t w = std::rotl(b + kFloatBias, 3);
    if (LIKELY(w & 2)) return from_bits(w);
    if ((b << 1) == 0) return from_bits(b ? kNegZeroBits : kPosZeroBits);
#endif
    return Value();
  }

  constexpr bool is_none() const { return bits_ == kNoneBits; }
  constexpr bool is_bool() const { return bits_ == kFalseBits || bits_ == kTrueBits; }
  constexpr bool operator==(const Value& o) const { return bits_ == o.bits_; }  // identity: Python's `is`
  static constexpr Value from_bool(bool b) { return from_bits(b ? kTrueBits : kFalseBits); }

  static constexpr uint64_t kFloatBias = uint64_t{1} << 61;
  static constexpr uint64_t kNoneBits = 0 << 3 | 4, kFalseBits = 1 << 3 | 4, kTrueBits = 2 << 3 | 4, kPosZeroBits = 3 << 3 | 4,
                            kNegZeroBits = 4 << 3 | 4, kNotImplementedBits = 5 << 3 | 4, kEllipsisBits = 6 << 3 | 4;
  static constexpr int kConstantCount = 7;

 private:
  uint64_t bits_;
};

inline constexpr Value kNone = Value::from_bits(Value::kNoneBits), kFalse = Value::from_bits(Value::kFalseBits),
                       kTrue = Value::from_bits(Value::kTrueBits), kPosZero = Value::from_bits(Value::kPosZeroBits),
                       kNegZero = Value::from_bits(Value::kNegZeroBits), kNotImplemented = Value::from_bits(Value::kNotImplementedBits),
                       kEllipsis = Value::from_bits(Value::kEllipsisBits), kEmpty = Value();

// Result<Value>: the empty word is the error.
template <>
class [[nodiscard]] Result<Value> {
 public:
  Result(Value v) : value_(v) {}
  Result(const Object* o) : value_(o) {}
  Result(Error) : value_() {}
  template <class T> Result(Result<T*> r) : value_(r.value()) {}
  bool ok() const { return !value_.is_empty(); }
  Value value() const { return value_; }
 private:
  Value value_;
};

}  // namespace kaa
