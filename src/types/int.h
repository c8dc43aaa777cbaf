// What the files about ints, floats and the modules that compute with them share. An int is a small one in the word, a bool constant, or an
// IntObject: outside the 62 bits, normalised, or an instance of a subclass with any value.
#pragma once
#include "base/bigint.h"
#include "runtime/api.h"

namespace kaa {

// A view of any int Value. Small ints and bools are held in the view itself: it must stay where it is, and outlive what it gives out.
class AnyInt {
 public:
  AnyInt() = default;
  explicit AnyInt(Value v) { set(v); }
  AnyInt(const AnyInt&) = delete;
  ~AnyInt() { asm volatile("" : : "r"(owner_.bits()) : "memory"); }  // the owner is seen by the collector to the end
  void set(Value v) {
    if (v.is_int() || !v.is_object()) {
      int64_t i = v.is_int() ? v.as_int() : v == kTrue;
      limb_ = i < 0 ? 0 - static_cast<uint64_t>(i) : static_cast<uint64_t>(i);
      view_ = {&limb_, (i > 0) - (i < 0)};
    } else {
      owner_ = v;
      view_ = {v.as<IntObject>()->limbs, v.as<IntObject>()->size};
    }
  }
  BigView view() const { return view_; }
  operator BigView() const { return view_; }

 private:
  mp_limb_t limb_ = 0;
  BigView view_;
  Value owner_;
};

// The value of an int that is small, whatever its form; false when it does not fit 64 bits.
inline bool int_fits64(Value v, int64_t* out) {
  if (LIKELY(v.is_int())) { *out = v.as_int(); return true; }
  if (!v.is_object()) { *out = v == kTrue; return true; }
  return big_to_int64({v.as<IntObject>()->limbs, v.as<IntObject>()->size}, out);
}
Result<double> float_by_method(Thread& t, Value v);  // what v.__float__() gives
inline bool int_is_zero(Value v) { return v.is_int() ? v.as_int() == 0 : v.is_object() ? v.as<IntObject>()->size == 0 : v == kFalse; }
inline bool int_is_negative(Value v) { return v.is_int() ? v.as_int() < 0 : v.is_object() && v.as<IntObject>()->size < 0; }

// ---- making ints
Result<Value> int_from_big(Thread& t, BigView v);
// An IntObject with room for `limbs` limbs, to be filled and given to int_finish, which trims it and demotes what fits the word.
Result<IntObject*> int_alloc(Thread& t, int64_t limbs);
Result<Value> int_finish(Thread& t, IntObject* o, int64_t size);
Error raise_big_status(Thread& t, BigStatus s);

// A poll for long operations: stops them when a signal or an asynchronous exception is there to be handled.
Poll thread_poll(Thread& t);
// Runs f(Poll) -> BigStatus, and again after a safepoint when it was interrupted; without polls after some rounds, so that it ends.
template <class F>
Result<BigStatus> interruptible(Thread& t, F&& f) {
  for (int round = 0;; round++) {
    BigStatus s = f(round < 3 ? thread_poll(t) : Poll{});
    if (s != BigStatus::kInterrupted) return s;
    TRY(safepoint(t));
  }
}
// The int that f(limbs, &size, poll) -> BigStatus writes, in room for n limbs.
template <class F>
Result<Value> int_build(Thread& t, int64_t n, F&& f) {
  int64_t size = 0;
  if (n < 0) return raise_memory(t);
  if (n <= 8) {
    mp_limb_t room[8];
    BigStatus s = f(room, &size, Poll{});
    if (UNLIKELY(s != BigStatus::kOk)) return raise_big_status(t, s);
    return int_from_big(t, {room, size});
  }
  IntObject* o = TRY(int_alloc(t, n));
  BigStatus s = TRY(interruptible(t, [&](Poll p) { return f(o->limbs, &size, p); }));
  if (UNLIKELY(s != BigStatus::kOk)) return raise_big_status(t, s);
  return int_finish(t, o, size);
}

// ---- arithmetic on any ints
Result<Value> int_add(Thread& t, Value a, Value b);
Result<Value> int_sub(Thread& t, Value a, Value b);
Result<Value> int_mul(Thread& t, Value a, Value b);
Result<Value> int_floor_div(Thread& t, Value a, Value b);
Result<Value> int_mod(Thread& t, Value a, Value b);
Status int_divmod(Thread& t, Value a, Value b, Value* q, Value* r);
Result<Value> int_pow(Thread& t, Value a, Value b);          // b >= 0
Result<Value> int_shift_left(Thread& t, Value a, uint64_t bits);
Result<Value> int_shift_right(Thread& t, Value a, uint64_t bits);
Result<Value> int_neg(Thread& t, Value a);
Result<Value> int_abs(Thread& t, Value a);
Result<Value> int_gcd(Thread& t, Value a, Value b);
int int_compare(Value a, Value b);
Result<double> int_to_double(Thread& t, Value v);            // OverflowError "int too large to convert to float"
Result<Value> int_from_double(Thread& t, double d);          // truncates; ValueError, OverflowError for what is not finite
Value int_exact_small(Value v);                              // a bool or a subclass instance that fits the word as a plain int; empty if it does not fit
Result<Value> int_exact(Thread& t, Value v);                 // the same value without subclass

// ---- text
// ASCII digits as in source code or int(): ValueError "invalid literal ..." names `shown` (the object that was given), or the text when empty.
Result<Value> int_from_text(Thread& t, std::string_view text, int base, Value shown = Value());
Result<Value> int_from_str(Thread& t, Str* s, int base);     // int(str, base): any Unicode digits
// base 10 honours sys.set_int_max_str_digits(); other bases of 2 to 36 have no prefix.
Result<Str*> int_to_str(Thread& t, Value v, int base = 10);
Result<Value> number_to_int(Thread& t, Value v);             // int(v): strings, numbers
std::string text_to_ascii(Str* s);                           // decimal digits and spaces of any script as ASCII, other characters as '?'

// ---- float
double float_floor_div(double a, double b);
double float_mod(double a, double b);
Result<Value> float_pow(Thread& t, double a, double b);      // may be a complex
Result<Value> complex_pow(Thread& t, double ar, double ai, double br, double bi);
Result<Value> make_complex(Thread& t, double re, double im);
int compare_int_float(Value i, double d);                    // -1, 0, 1, kUnordered

}  // namespace kaa
