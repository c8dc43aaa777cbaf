// Arithmetic on big integers in sign and magnitude, over spans of GMP limbs. Knows nothing of Python objects.
//
// Model
//   A number is a BigView: little-endian 64-bit limbs and a signed count of them. The sign of the count is the sign of
//   the number, zero has count 0 and the top limb is never zero ("normalised"). Every function here takes normalised
//   views. Results go where the caller wants them, so that the limbs of a heap object can be filled in place:
//   `NAME_size(...)` gives an upper bound in limbs, the caller provides that room, `NAME(out, ...)` fills it and gives
//   the signed normalised count. `out` must not overlap an operand unless the function says so. BigBuf is storage for
//   those who have none.
//
// Failure
//   All results and all our scratch are allocated by checked calls, numbers of more than kMaxLimbs limbs are refused
//   (kTooLarge), and where GMP may allocate it runs in a guard (gmp_guard.h): it does not end the process (kNoMemory).
//
// Long operations take a Poll, asked between pieces of work of at most some tenths of a second to a few seconds (one
// GMP call cannot be stopped); when it answers false the operation ends with kInterrupted and its output is undefined.
#pragma once

#include <cstdint>
#include <gmp.h>

namespace kaa {

static_assert(sizeof(mp_limb_t) == 8 && GMP_NAIL_BITS == 0, "the code below counts on 64-bit limbs");

enum class BigStatus : uint8_t {
  kOk,
  kNoMemory,
  kTooLarge,       // the result would pass kMaxLimbs
  kInterrupted,    // the poll said stop
  kDivideByZero,   // also: a modulus of zero
  kOverflow,       // the result does not fit the target (a double, a number of bytes)
  kNegative,       // a negative number where none is allowed
  kNotInvertible,  // pow(a, -n, m) where gcd(a, m) != 1
};

inline constexpr int64_t kMaxLimbs = int64_t{1} << 32;  // 32 GiB

// Only answers: it neither raises nor runs Python, since GMP's frames may be below it.
struct Poll {
  bool (*go_on)(void*) = nullptr;  // false: stop
  void* arg = nullptr;
  bool operator()() const { return go_on == nullptr || go_on(arg); }
};

struct BigView {
  const mp_limb_t* limbs = nullptr;
  int64_t size = 0;

  bool is_zero() const { return size == 0; }
  bool is_negative() const { return size < 0; }
  bool is_odd() const { return size != 0 && (limbs[0] & 1); }
  int64_t length() const { return size < 0 ? -size : size; }
  BigView negated() const { return {limbs, -size}; }
  BigView magnitude() const { return {limbs, length()}; }
};

// A machine integer as a big one. Must outlive the views taken from it.
struct SmallBig {
  mp_limb_t limb;
  int64_t size;
  explicit SmallBig(int64_t v)
      : limb(v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v)), size((v > 0) - (v < 0)) {}
  static SmallBig from_unsigned(uint64_t v) {
    SmallBig r(v != 0);
    r.limb = v;
    return r;
  }
  BigView view() const { return {&limb, size}; }
  operator BigView() const { return view(); }
};

// Growable storage for one number; small ones need no allocation.
class BigBuf {
 public:
  static constexpr int64_t kInlineLimbs = 4;

  int64_t size = 0;  // signed, as in BigView

  BigBuf() : limbs_(inline_), capacity_(kInlineLimbs) {}
  ~BigBuf() { release(); }
  BigBuf(BigBuf&& other) noexcept : BigBuf() { take(other); }
  BigBuf& operator=(BigBuf&& other) noexcept;
  BigBuf(const BigBuf&) = delete;
  BigBuf& operator=(const BigBuf&) = delete;

  // Room for `limbs` limbs; the old contents are lost when it must grow. False: no memory, or above kMaxLimbs.
  [[nodiscard]] bool reserve(int64_t limbs) { return limbs <= capacity_ || grow(limbs); }
  [[nodiscard]] bool assign(BigView value);
  void assign_int64(int64_t value);
  void assign_uint64(uint64_t value);
  // Gives the memory back and becomes zero.
  void release();

  mp_limb_t* data() { return limbs_; }
  const mp_limb_t* data() const { return limbs_; }
  int64_t capacity() const { return capacity_; }
  BigView view() const { return {limbs_, size}; }
  operator BigView() const { return view(); }

 private:
  bool grow(int64_t limbs);
  void take(BigBuf& other);

  mp_limb_t* limbs_;
  int64_t capacity_;
  mp_limb_t inline_[kInlineLimbs];
};

// ---- helpers -------------------------------------------------------------------------------------------------------

// The number of limbs left when zero limbs at the top are dropped.
inline int64_t big_normalise(const mp_limb_t* limbs, int64_t n) {
  while (n > 0 && limbs[n - 1] == 0) --n;
  return n;
}
inline int64_t big_max(int64_t a, int64_t b) { return a > b ? a : b; }

// From this many limbs on GMP may allocate: below, its scratch is on the stack (64 KiB at most).
inline constexpr int64_t kGuardLimbs = 512;

// ---- conversion to and from machine integers and doubles (bigint_convert.cpp) --------------------------------------

// False when the number does not fit.
bool big_to_int64(BigView a, int64_t* out);
bool big_to_uint64(BigView a, uint64_t* out);

// Truncates; `d` is finite. At most kDoubleLimbs limbs.
inline constexpr int64_t kDoubleLimbs = 17;
int64_t big_from_double(mp_limb_t* out, double d);
// Rounds half to even; false when the number is beyond the largest double.
bool big_to_double(BigView a, double* out);
// a == m * 2**exponent with 0.5 <= |m| < 1, m rounded half to even; 0 gives 0 and 0. For logarithms of huge numbers.
double big_frexp(BigView a, int64_t* exponent);
// The correctly rounded quotient. kDivideByZero, kOverflow, kNoMemory.
BigStatus big_true_divide(BigView a, BigView b, double* out);
// Python's hash: modulo 2**61 - 1, with the sign, and -2 for -1.
int64_t big_hash(BigView a);

// Two's complement bytes. kNegative when a < 0 and not is_signed; kOverflow when `length` bytes are too few.
BigStatus big_to_bytes(BigView a, uint8_t* bytes, int64_t length, bool little_endian, bool is_signed);
inline int64_t big_from_bytes_size(int64_t length) { return length / 8 + 1; }
int64_t big_from_bytes(mp_limb_t* out, const uint8_t* bytes, int64_t length, bool little_endian, bool is_signed);

// ---- comparison ----------------------------------------------------------------------------------------------------

int big_compare(BigView a, BigView b);  // -1, 0, 1
inline bool big_equal(BigView a, BigView b) { return a.size == b.size && big_compare(a, b) == 0; }
// Exact comparison of a with d (infinities allowed): -1, 0, 1; kUnordered for a NaN.
inline constexpr int kUnordered = 2;
int big_compare_double(BigView a, double d);

// ---- arithmetic (bigint.cpp, bigint_power.cpp) ---------------------------------------------------------------------

// Never less than 2: the short path writes two limbs.
inline int64_t big_add_size(BigView a, BigView b) { return big_max(big_max(a.length(), b.length()), 1) + 1; }
int64_t big_add(mp_limb_t* out, BigView a, BigView b);  // out may be a's or b's limbs
int64_t big_sub(mp_limb_t* out, BigView a, BigView b);  // the same

// a.length() + b.length(), never less than 2, so that the short paths may write two limbs.
inline int64_t big_mul_size(BigView a, BigView b) { return big_max(a.length() + b.length(), 2); }
BigStatus big_mul(mp_limb_t* out, int64_t* size, BigView a, BigView b, Poll poll = {});

// Python's division: the quotient is floored and the remainder has the divisor's sign.
// kDivideByZero, kNoMemory. q and r may not overlap each other or the operands.
inline int64_t big_quotient_size(BigView a, BigView b) { return big_max(a.length() - b.length() + 2, 1); }
inline int64_t big_remainder_size(BigView /*a*/, BigView b) { return big_max(b.length(), 1); }
BigStatus big_divmod(mp_limb_t* q, int64_t* q_size, mp_limb_t* r, int64_t* r_size, BigView a, BigView b);
BigStatus big_floor_div(mp_limb_t* q, int64_t* q_size, BigView a, BigView b);
BigStatus big_mod(mp_limb_t* r, int64_t* r_size, BigView a, BigView b);

// a ** e for e >= 0. The size is -1 when the result passes kMaxLimbs.
int64_t big_pow_size(BigView a, BigView e);
BigStatus big_pow(mp_limb_t* out, int64_t* size, BigView a, BigView e, Poll poll = {});

// pow(a, e, m) as in Python: the result has m's sign, a negative e goes through the inverse.
// kDivideByZero (m == 0), kNotInvertible, kNoMemory, kInterrupted. Room: m.length() limbs, at least 1.
inline int64_t big_pow_mod_size(BigView m) { return big_max(m.length(), 1); }
BigStatus big_pow_mod(mp_limb_t* out, int64_t* size, BigView a, BigView e, BigView m, Poll poll = {});

// Both are never negative; gcd(0, 0) == 0, lcm(0, x) == 0.
inline int64_t big_gcd_size(BigView a, BigView b) { return big_max(big_max(a.length(), b.length()), 1); }
BigStatus big_gcd(mp_limb_t* out, int64_t* size, BigView a, BigView b);
inline int64_t big_lcm_size(BigView a, BigView b) { return a.length() + b.length() + 2; }
BigStatus big_lcm(mp_limb_t* out, int64_t* size, BigView a, BigView b);

// The floor of the square root, a >= 0 (kNegative). Room: a.length() / 2 + 1 limbs.
inline int64_t big_isqrt_size(BigView a) { return a.length() / 2 + 1; }
BigStatus big_isqrt(mp_limb_t* out, int64_t* size, BigView a);

// ---- bits, in two's complement with infinitely many sign bits (bigint_bits.cpp) -------------------------------------

int64_t big_bit_length(BigView a);      // of the magnitude; 0 for 0
int64_t big_bit_count(BigView a);       // ones in the magnitude
int64_t big_trailing_zeros(BigView a);  // a != 0

// -1 when the result passes kMaxLimbs.
int64_t big_shift_left_size(BigView a, uint64_t bits);
int64_t big_shift_left(mp_limb_t* out, BigView a, uint64_t bits);
// Floors: -1 >> 1 == -1. Room: the size function, at least 1.
int64_t big_shift_right_size(BigView a, uint64_t bits);
int64_t big_shift_right(mp_limb_t* out, BigView a, uint64_t bits);

inline int64_t big_bitwise_size(BigView a, BigView b) { return big_max(a.length(), b.length()) + 1; }
int64_t big_and(mp_limb_t* out, BigView a, BigView b);
int64_t big_or(mp_limb_t* out, BigView a, BigView b);
int64_t big_xor(mp_limb_t* out, BigView a, BigView b);
inline int64_t big_invert_size(BigView a) { return a.length() + 1; }
int64_t big_invert(mp_limb_t* out, BigView a);

// ---- text (bigint_text.cpp) ----------------------------------------------------------------------------------------

// What int(text, base) accepts, for ASCII text (the caller has mapped Unicode digits to ASCII and spaces to ' ').
enum class IntText : uint8_t {
  kOk,
  kInvalid,        // "invalid literal for int() with base %d: %R"
  kTooManyDigits,  // the limit of sys.set_int_max_str_digits; `digits` tells how many there are
};
struct IntScan {
  IntText status = IntText::kInvalid;
  bool negative = false;
  bool is_small = false;  // the value is in `small`, no conversion is needed
  int base = 10;          // the base found (base 0 is resolved)
  int64_t small = 0;      // signed
  int64_t first = 0;      // where the digits are in the text
  int64_t end = 0;        // underscores may be among them
  int64_t digits = 0;     // how many, without underscores
  int64_t limbs = 0;      // room that big_from_scan needs
};
// base is 0 or 2 to 36. max_digits 0: no limit; it holds only for bases that are not powers of two.
IntScan scan_int(const char* text, int64_t length, int base, int64_t max_digits);
// kNoMemory, kTooLarge, kInterrupted.
BigStatus big_from_scan(mp_limb_t* out, int64_t* size, const IntScan& scan, const char* text, Poll poll = {});

// Digits and a '-', lower case, no prefix. `out` has room for big_text_size chars; base 2 to 36.
int64_t big_text_size(BigView a, int base);
BigStatus big_to_text(char* out, int64_t* length, BigView a, int base, Poll poll = {});
// Are there more than max_digits decimal digits? (Costs no conversion but near the border.) False when max_digits is 0.
bool big_exceeds_digits(BigView a, int64_t max_digits);

}  // namespace kaa
