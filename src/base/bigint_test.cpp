// Big integers against CPython's answers (bigint_cases.inc), by identities on random numbers, and at their edges.
#include "base/bigint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/float_text.h"

namespace kaa {
namespace {

struct Case {
  const char* op;
  const char* a;
  const char* b;
  const char* c;
  const char* result;
};
const Case kCases[] = {
#include "base/bigint_cases.inc"
};

// Room is exactly what the size functions promise, on the heap, so that AddressSanitizer sees a step beyond it.
struct Out {
  std::vector<mp_limb_t> limbs;
  int64_t size = 0;
  explicit Out(int64_t room) : limbs(static_cast<size_t>(room)) {}
  mp_limb_t* data() { return limbs.data(); }
  BigView view() const { return {limbs.data(), size}; }
  operator BigView() const { return view(); }
};

Out parse(const std::string& text, int base = 16) {
  IntScan scan = scan_int(text.data(), static_cast<int64_t>(text.size()), base, 0);
  EXPECT_EQ(scan.status, IntText::kOk) << text;
  Out out(scan.limbs);
  EXPECT_EQ(big_from_scan(out.data(), &out.size, scan, text.data()), BigStatus::kOk);
  return out;
}

std::string text_of(BigView a, int base = 16) {
  std::string text(static_cast<size_t>(big_text_size(a, base)), '?');
  int64_t length = 0;
  EXPECT_EQ(big_to_text(text.data(), &length, a, base), BigStatus::kOk);
  text.resize(static_cast<size_t>(length));
  return text;
}

std::string hex_of(double d) {
  char buffer[kDoubleHexSize];
  return std::string(buffer, static_cast<size_t>(double_to_hex(buffer, d)));
}
double double_of(const char* hex) {
  double d = 0;
  EXPECT_EQ(parse_hex_double(hex, static_cast<int64_t>(std::strlen(hex)), &d), FloatText::kOk) << hex;
  return d;
}

bool is_normalised(BigView a) { return a.size == 0 || a.limbs[a.length() - 1] != 0; }

std::vector<uint8_t> bytes_of(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::string run_big(const std::string& op, BigView a, BigView b, BigView c) {
  auto shown = [](const Out& out) {
    EXPECT_TRUE(is_normalised(out));
    return text_of(out);
  };
  auto with_status = [&](Out& out, BigStatus status, const char* value_error) -> std::string {
    switch (status) {
      case BigStatus::kOk:
        return shown(out);
      case BigStatus::kDivideByZero:
        return value_error ? value_error : "!ZeroDivisionError";
      default:
        return "!ValueError";
    }
  };
  if (op == "add" || op == "sub") {
    Out out(big_add_size(a, b));
    out.size = op == "add" ? big_add(out.data(), a, b) : big_sub(out.data(), a, b);
    return shown(out);
  }
  if (op == "mul") {
    Out out(big_mul_size(a, b));
    EXPECT_EQ(big_mul(out.data(), &out.size, a, b), BigStatus::kOk);
    return shown(out);
  }
  if (op == "floordiv") {
    Out out(big_quotient_size(a, b));
    BigStatus status = big_floor_div(out.data(), &out.size, a, b);
    return with_status(out, status, nullptr);
  }
  if (op == "mod") {
    Out out(big_remainder_size(a, b));
    BigStatus status = big_mod(out.data(), &out.size, a, b);
    return with_status(out, status, nullptr);
  }
  if (op == "and" || op == "or" || op == "xor") {
    Out out(big_bitwise_size(a, b));
    out.size = op == "and"  ? big_and(out.data(), a, b)
               : op == "or" ? big_or(out.data(), a, b)
                            : big_xor(out.data(), a, b);
    return shown(out);
  }
  if (op == "gcd" || op == "lcm") {
    Out out(op == "gcd" ? big_gcd_size(a, b) : big_lcm_size(a, b));
    BigStatus status = op == "gcd" ? big_gcd(out.data(), &out.size, a, b) : big_lcm(out.data(), &out.size, a, b);
    return with_status(out, status, nullptr);
  }
  if (op == "truediv") {
    double d = 0;
    switch (big_true_divide(a, b, &d)) {
      case BigStatus::kOk:
        return hex_of(d);
      case BigStatus::kDivideByZero:
        return "!ZeroDivisionError";
      default:
        return "!OverflowError";
    }
  }
  if (op == "compare") return std::to_string(big_compare(a, b));
  if (op == "invert") {
    Out out(big_invert_size(a));
    out.size = big_invert(out.data(), a);
    return shown(out);
  }
  if (op == "bit_length") return text_of(SmallBig(big_bit_length(a)));
  if (op == "bit_count") return text_of(SmallBig(big_bit_count(a)));
  if (op == "hash") return text_of(SmallBig(big_hash(a)));
  if (op == "isqrt") {
    Out out(big_isqrt_size(a));
    BigStatus status = big_isqrt(out.data(), &out.size, a);
    return with_status(out, status, nullptr);
  }
  if (op == "float") {
    double d;
    return big_to_double(a, &d) ? hex_of(d) : "!OverflowError";
  }
  if (op == "str") return text_of(a, 10);
  uint64_t n = 0;
  if (op == "lshift" || op == "rshift") {
    EXPECT_TRUE(big_to_uint64(b, &n));
    Out out(op == "lshift" ? big_shift_left_size(a, n) : big_shift_right_size(a, n));
    out.size = op == "lshift" ? big_shift_left(out.data(), a, n) : big_shift_right(out.data(), a, n);
    return shown(out);
  }
  if (op == "pow") {
    Out out(big_pow_size(a, b));
    BigStatus status = big_pow(out.data(), &out.size, a, b);
    return with_status(out, status, nullptr);
  }
  if (op == "powmod") {
    Out out(big_pow_mod_size(c));
    BigStatus status = big_pow_mod(out.data(), &out.size, a, b, c);
    return with_status(out, status, "!ValueError");
  }
  if (op == "base") {
    EXPECT_TRUE(big_to_uint64(b, &n));
    return text_of(a, static_cast<int>(n));
  }
  return "unknown operation " + op;
}

std::string run_case(const Case& row) {
  std::string op = row.op;
  if (op == "parse") {
    int64_t length = static_cast<int64_t>(std::strlen(row.a));
    int base = static_cast<int>(std::strtol(row.b, nullptr, 16));
    IntScan scan = scan_int(row.a, length, base, 0);
    if (scan.status != IntText::kOk) return "!ValueError";
    Out out(scan.limbs);
    EXPECT_EQ(big_from_scan(out.data(), &out.size, scan, row.a), BigStatus::kOk);
    EXPECT_TRUE(is_normalised(out));
    return text_of(out);
  }
  if (op == "from_double") {
    Out out(kDoubleLimbs);
    out.size = big_from_double(out.data(), double_of(row.a));
    EXPECT_TRUE(is_normalised(out));
    return text_of(out);
  }
  if (op == "ratio") {
    BigBuf n, d;
    EXPECT_TRUE(double_ratio(double_of(row.a), &n, &d));
    return text_of(n) + "/" + text_of(d);
  }
  if (op == "compare_double") return std::to_string(big_compare_double(parse(row.a), double_of(row.b)));
  bool little = row.c[0] == 'l', is_signed = row.c[0] && row.c[std::strlen(row.c) - 1] == '1';
  if (op == "from_bytes") {
    std::vector<uint8_t> bytes = bytes_of(row.a);
    Out out(big_from_bytes_size(static_cast<int64_t>(bytes.size())));
    out.size = big_from_bytes(out.data(), bytes.data(), static_cast<int64_t>(bytes.size()), little, is_signed);
    EXPECT_TRUE(is_normalised(out));
    return text_of(out);
  }
  if (op == "to_bytes") {
    std::vector<uint8_t> bytes(static_cast<size_t>(std::strtol(row.b, nullptr, 16)));
    if (big_to_bytes(parse(row.a), bytes.data(), static_cast<int64_t>(bytes.size()), little, is_signed) !=
        BigStatus::kOk)
      return "!OverflowError";
    std::string hex;
    for (uint8_t byte : bytes) {
      hex += "0123456789abcdef"[byte >> 4];
      hex += "0123456789abcdef"[byte & 15];
    }
    return hex;
  }
  Out a = parse(row.a);
  Out b = row.b[0] ? parse(row.b) : Out(1);
  Out c = row.c[0] ? parse(row.c) : Out(1);
  return run_big(op, a, b, c);
}

TEST(BigInt, AsCPython) {
  for (const Case& row : kCases)
    EXPECT_EQ(run_case(row), row.result) << row.op << " " << row.a << " " << row.b << " " << row.c;
}

// ---- identities on larger random numbers

struct Random {
  uint64_t state = 88172645463325252u;
  uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
  // Runs of ones and zeros are likelier than in uniform bits: carries and borrows go far.
  Out number(int64_t max_limbs) {
    Out out(max_limbs + 1);
    int64_t n = static_cast<int64_t>(next() % static_cast<uint64_t>(max_limbs + 1));
    for (int64_t i = 0; i < n; ++i) {
      uint64_t kind = next() % 4;
      out.limbs[static_cast<size_t>(i)] = kind == 0 ? 0 : kind == 1 ? ~mp_limb_t{0} : next();
    }
    out.size = big_normalise(out.data(), n);
    if (next() & 1) out.size = -out.size;
    return out;
  }
};

Out add(BigView a, BigView b) {
  Out out(big_add_size(a, b));
  out.size = big_add(out.data(), a, b);
  return out;
}
Out sub(BigView a, BigView b) {
  Out out(big_add_size(a, b));
  out.size = big_sub(out.data(), a, b);
  return out;
}
Out mul(BigView a, BigView b, Poll poll = {}) {
  Out out(big_mul_size(a, b));
  EXPECT_EQ(big_mul(out.data(), &out.size, a, b, poll), BigStatus::kOk);
  return out;
}

TEST(BigInt, Identities) {
  Random random;
  for (int round = 0; round < 3000; ++round) {
    int64_t limbs = round % 100 == 0 ? 400 : round % 5 + 1;
    Out a = random.number(limbs), b = random.number(round % 3 == 0 ? limbs : limbs / 2 + 1);
    EXPECT_TRUE(big_equal(sub(add(a, b), b), a));
    EXPECT_TRUE(big_equal(add(a, b), add(b, a)));
    EXPECT_EQ(sub(a, a).size, 0);
    Out sum = add(a, b), difference = sub(a, b);
    // (a + b)(a - b) == a*a - b*b
    EXPECT_TRUE(big_equal(mul(sum, difference), sub(mul(a, a), mul(b, b))));
    if (b.size != 0) {
      Out q(big_quotient_size(a, b)), r(big_remainder_size(a, b));
      ASSERT_EQ(big_divmod(q.data(), &q.size, r.data(), &r.size, a, b), BigStatus::kOk);
      EXPECT_TRUE(is_normalised(q));
      EXPECT_TRUE(is_normalised(r));
      EXPECT_TRUE(big_equal(add(mul(q, b), r), a));
      EXPECT_TRUE(r.size == 0 || (r.size < 0) == (b.size < 0));
      EXPECT_LT(big_compare(r.view().magnitude(), b.view().magnitude()), 0);
      Out q2(big_quotient_size(a, b)), r2(big_remainder_size(a, b));
      ASSERT_EQ(big_floor_div(q2.data(), &q2.size, a, b), BigStatus::kOk);
      ASSERT_EQ(big_mod(r2.data(), &r2.size, a, b), BigStatus::kOk);
      EXPECT_TRUE(big_equal(q, q2));
      EXPECT_TRUE(big_equal(r, r2));
    }
    // (a & b) + (a | b) == a + b, (a | b) - (a & b) == a ^ b, ~a == -a - 1
    Out both(big_bitwise_size(a, b)), either(big_bitwise_size(a, b)), one(big_bitwise_size(a, b));
    both.size = big_and(both.data(), a, b);
    either.size = big_or(either.data(), a, b);
    one.size = big_xor(one.data(), a, b);
    EXPECT_TRUE(big_equal(add(both, either), sum));
    EXPECT_TRUE(big_equal(sub(either, both), one));
    Out inverted(big_invert_size(a));
    inverted.size = big_invert(inverted.data(), a);
    EXPECT_TRUE(big_equal(inverted, sub(a.view().negated(), SmallBig(1))));
    // (a << n) >> n == a, and a >> n is the floor of a / 2**n
    uint64_t n = random.next() % 300;
    Out up(big_shift_left_size(a, n));
    up.size = big_shift_left(up.data(), a, n);
    Out back(big_shift_right_size(up, n));
    back.size = big_shift_right(back.data(), up, n);
    EXPECT_TRUE(big_equal(back, a));
    Out down(big_shift_right_size(a, n));
    down.size = big_shift_right(down.data(), a, n);
    SmallBig unit(1);
    Out power(big_shift_left_size(unit, n));
    power.size = big_shift_left(power.data(), unit, n);
    Out floored(big_quotient_size(a, power));
    ASSERT_EQ(big_floor_div(floored.data(), &floored.size, a, power), BigStatus::kOk);
    EXPECT_TRUE(big_equal(floored, down));
    // text there and back
    for (int base : {10, 16, 7, 36}) {
      std::string text = text_of(a, base);
      EXPECT_TRUE(big_equal(parse(text, base), a)) << text;
    }
  }
}

TEST(BigInt, ResultMayBeAnOperand) {
  Random random;
  for (int round = 0; round < 500; ++round) {
    Out a = random.number(6), b = random.number(6);
    Out expected = add(a, b), less = sub(a, b);
    Out x(8), y(8);
    auto fill = [](Out* to, const Out& from) {
      std::memcpy(to->data(), from.limbs.data(), static_cast<size_t>(from.view().length()) * 8);
      to->size = from.size;
    };
    fill(&x, a);
    x.size = big_add(x.data(), x, b);
    EXPECT_TRUE(big_equal(x, expected));
    fill(&y, b);
    y.size = big_add(y.data(), a, y);
    EXPECT_TRUE(big_equal(y, expected));
    fill(&x, a);
    x.size = big_sub(x.data(), x, b);
    EXPECT_TRUE(big_equal(x, less));
    fill(&y, b);
    y.size = big_sub(y.data(), a, y);
    EXPECT_TRUE(big_equal(y, less));
  }
}

TEST(BigInt, MachineIntegers) {
  for (int64_t v : {INT64_MIN, INT64_MIN + 1, int64_t{-1}, int64_t{0}, int64_t{1}, INT64_MAX}) {
    int64_t back = 7;
    EXPECT_TRUE(big_to_int64(SmallBig(v), &back));
    EXPECT_EQ(back, v);
    EXPECT_EQ(text_of(SmallBig(v), 10), std::to_string(v));
  }
  int64_t i;
  uint64_t u;
  EXPECT_FALSE(big_to_int64(SmallBig::from_unsigned(uint64_t{1} << 63), &i));
  EXPECT_TRUE(big_to_uint64(SmallBig::from_unsigned(UINT64_MAX), &u));
  EXPECT_EQ(u, UINT64_MAX);
  EXPECT_FALSE(big_to_uint64(SmallBig(-1), &u));
  EXPECT_FALSE(big_to_int64(parse("10000000000000000"), &i));
  EXPECT_FALSE(big_to_uint64(parse("10000000000000000"), &u));
}

TEST(BigInt, Frexp) {
  int64_t exponent;
  EXPECT_EQ(big_frexp(SmallBig(0), &exponent), 0.0);
  EXPECT_EQ(exponent, 0);
  EXPECT_EQ(big_frexp(SmallBig(-3), &exponent), -0.75);
  EXPECT_EQ(exponent, 2);
  // All ones round up to the next power of two.
  Out ones = parse(std::string(1000, 'f'));
  EXPECT_EQ(big_frexp(ones, &exponent), 0.5);
  EXPECT_EQ(exponent, 4001);
}

TEST(BigInt, CompareWithSpecialDoubles) {
  EXPECT_EQ(big_compare_double(SmallBig(5), NAN), kUnordered);
  EXPECT_EQ(big_compare_double(SmallBig(5), INFINITY), -1);
  EXPECT_EQ(big_compare_double(SmallBig(5), -INFINITY), 1);
  EXPECT_EQ(big_compare_double(SmallBig(0), -0.0), 0);
  EXPECT_EQ(big_compare_double(SmallBig(0), 5e-324), -1);
  EXPECT_EQ(big_compare_double(SmallBig(-1), -1.5), 1);
  EXPECT_EQ(big_compare_double(SmallBig((int64_t{1} << 53) + 1), 9007199254740992.0), 1);
}

TEST(BigInt, DigitLimit) {
  std::string text(4301, '9');
  EXPECT_EQ(scan_int(text.data(), 4301, 10, 4300).status, IntText::kTooManyDigits);
  EXPECT_EQ(scan_int(text.data(), 4301, 10, 4300).digits, 4301);
  EXPECT_EQ(scan_int(text.data(), 4300, 10, 4300).status, IntText::kOk);
  EXPECT_EQ(scan_int(text.data(), 4301, 16, 4300).status, IntText::kOk);
  EXPECT_EQ(scan_int(text.data(), 4301, 10, 0).status, IntText::kOk);
  Out nines = parse(text.substr(0, 4300), 10);
  EXPECT_FALSE(big_exceeds_digits(nines, 4300));
  EXPECT_TRUE(big_exceeds_digits(nines, 4299));
  EXPECT_TRUE(big_exceeds_digits(add(nines, SmallBig(1)), 4300));
  EXPECT_FALSE(big_exceeds_digits(nines, 0));
  // An invalid literal is invalid whatever its length.
  text += 'x';
  EXPECT_EQ(scan_int(text.data(), 4302, 10, 4300).status, IntText::kInvalid);
}

TEST(BigInt, EmbeddedZeroByteIsInvalid) { EXPECT_EQ(scan_int("12\0", 3, 10, 0).status, IntText::kInvalid); }

TEST(BigInt, Refusals) {
  SmallBig ten(10), one(1), minus_one(-1), zero(0);
  EXPECT_EQ(big_pow_size(ten, SmallBig(INT64_MAX)), -1);
  EXPECT_EQ(big_pow_size(ten, parse("1" + std::string(40, '0'))), -1);
  mp_limb_t out[4];
  int64_t size;
  EXPECT_EQ(big_pow(out, &size, ten, SmallBig(INT64_MAX)), BigStatus::kTooLarge);
  EXPECT_EQ(big_pow(out, &size, ten, minus_one), BigStatus::kNegative);
  EXPECT_EQ(big_shift_left_size(one, UINT64_MAX), -1);
  EXPECT_EQ(big_shift_left_size(zero, UINT64_MAX), 1);
  // Bases whose powers stay small take any exponent.
  Out huge = parse("1" + std::string(40, '0'));
  EXPECT_EQ(big_pow(out, &size, minus_one, huge), BigStatus::kOk);
  EXPECT_EQ(size, 1);
  EXPECT_EQ(big_pow(out, &size, zero, huge), BigStatus::kOk);
  EXPECT_EQ(size, 0);
  EXPECT_EQ(big_pow(out, &size, zero, zero), BigStatus::kOk);
  EXPECT_EQ(size, 1);
  EXPECT_EQ(big_shift_right(out, SmallBig(-5), UINT64_MAX), -1);
  EXPECT_EQ(out[0], 1u);
  EXPECT_EQ(big_shift_right(out, SmallBig(5), UINT64_MAX), 0);
  EXPECT_EQ(big_isqrt(out, &size, minus_one), BigStatus::kNegative);
  BigBuf buf;
  EXPECT_FALSE(buf.reserve(kMaxLimbs * 2));
}

bool stop_after(void* count) { return --*static_cast<int*>(count) > 0; }

TEST(BigInt, LongTextAndInterruption) {
  // 3 ** 1500000 has 715,682 digits, more than one piece.
  SmallBig three(3), e(1500000);
  Out power(big_pow_size(three, e));
  ASSERT_EQ(big_pow(power.data(), &power.size, three, e), BigStatus::kOk);
  std::string text = text_of(power, 10);
  EXPECT_EQ(text.size(), 715682u);
  EXPECT_TRUE(big_equal(parse(text, 10), power));
  EXPECT_EQ(text_of(power, 16).size(), static_cast<size_t>((big_bit_length(power) + 3) / 4));
  // 10 ** 600000, whose low pieces are all zeros.
  SmallBig ten(10), n(600000);
  Out round_number(big_pow_size(ten, n));
  ASSERT_EQ(big_pow(round_number.data(), &round_number.size, ten, n), BigStatus::kOk);
  EXPECT_EQ(text_of(round_number, 10), "1" + std::string(600000, '0'));
  EXPECT_TRUE(big_equal(parse("-1" + std::string(600000, '0'), 10), round_number.view().negated()));

  int count = 2;
  Poll poll{stop_after, &count};
  EXPECT_EQ(big_pow(power.data(), &power.size, three, e, poll), BigStatus::kInterrupted);
  ASSERT_EQ(big_pow(power.data(), &power.size, three, e), BigStatus::kOk);
  std::string room(static_cast<size_t>(big_text_size(power, 10)), ' ');
  int64_t length;
  count = 1;
  EXPECT_EQ(big_to_text(room.data(), &length, power, 10, poll), BigStatus::kInterrupted);
  count = 1;
  IntScan scan = scan_int(text.data(), static_cast<int64_t>(text.size()), 10, 0);
  Out out(scan.limbs);
  EXPECT_EQ(big_from_scan(out.data(), &out.size, scan, text.data(), poll), BigStatus::kInterrupted);
}

TEST(BigInt, MultiplicationInPieces) {
  // (2**n - 1) * m for a long first factor: (m << n) - m.
  int64_t bits = 64 * ((int64_t{1} << 22) + 3);
  SmallBig one(1);
  Out power(big_shift_left_size(one, static_cast<uint64_t>(bits)));
  power.size = big_shift_left(power.data(), one, static_cast<uint64_t>(bits));
  Out ones = sub(power, one);
  Random random;
  Out m = random.number(1000);
  while (m.view().length() < 500) m = random.number(1000);
  Out shifted(big_shift_left_size(m, static_cast<uint64_t>(bits)));
  shifted.size = big_shift_left(shifted.data(), m, static_cast<uint64_t>(bits));
  EXPECT_TRUE(big_equal(mul(ones, m), sub(shifted, m)));
  int count = 2;
  Out out(big_mul_size(ones, m));
  EXPECT_EQ(big_mul(out.data(), &out.size, ones, m, Poll{stop_after, &count}), BigStatus::kInterrupted);
}

TEST(BigInt, LongModularPowerIsInterruptible) {
  // Cut into pieces it must give what squaring gives: a ** (2 ** k) mod m, and a ** (2 ** k - 1) * a.
  Random random;
  Out a = random.number(60), m = random.number(700);
  while (m.view().length() < 400) m = random.number(700);
  a.size = a.view().length();
  m.size = m.view().length();
  m.limbs[0] |= 1;
  SmallBig one(1);
  uint64_t k = 2048;
  Out e(big_shift_left_size(one, k));
  e.size = big_shift_left(e.data(), one, k);
  Out expected(big_pow_mod_size(m)), part(big_pow_mod_size(m));
  ASSERT_EQ(big_mod(expected.data(), &expected.size, a, m), BigStatus::kOk);
  for (uint64_t i = 0; i < k; ++i) {
    Out square = mul(expected, expected);
    ASSERT_EQ(big_mod(expected.data(), &expected.size, square, m), BigStatus::kOk);
  }
  Out result(big_pow_mod_size(m));
  ASSERT_EQ(big_pow_mod(result.data(), &result.size, a, e, m), BigStatus::kOk);
  EXPECT_TRUE(big_equal(result, expected));
  Out less = sub(e, one);
  ASSERT_EQ(big_pow_mod(part.data(), &part.size, a, less, m), BigStatus::kOk);
  Out product = mul(part, a);
  ASSERT_EQ(big_mod(result.data(), &result.size, product, m), BigStatus::kOk);
  EXPECT_TRUE(big_equal(result, expected));
  int count = 1;
  // As large as is cut: 2**20 bits of exponent.
  k = 1 << 20;
  Out long_e(big_shift_left_size(one, k));
  long_e.size = big_shift_left(long_e.data(), one, k);
  EXPECT_EQ(big_pow_mod(result.data(), &result.size, a, long_e, m, Poll{stop_after, &count}), BigStatus::kInterrupted);
}

TEST(BigBuf, MovesAndGrows) {
  BigBuf a;
  ASSERT_TRUE(a.assign(parse("-123456789abcdef0123456789abcdef")));
  BigBuf b = std::move(a);
  EXPECT_EQ(a.size, 0);
  EXPECT_EQ(text_of(b), "-123456789abcdef0123456789abcdef");
  ASSERT_TRUE(a.assign(parse("1" + std::string(200, '0'))));
  b = std::move(a);
  EXPECT_EQ(text_of(b), "1" + std::string(200, '0'));
  std::swap(a, b);
  EXPECT_EQ(text_of(a), "1" + std::string(200, '0'));
  EXPECT_EQ(b.size, 0);
}

}  // namespace
}  // namespace kaa
