// _decimal: Decimal and Context, on libmpdec.
//
// A Decimal is immutable and holds libmpdec's number inline: coefficients of up to kWords words (76 digits) lie in the object itself, larger ones in a
// buffer of the heap's (module.cpp directs libmpdec's memory functions there), so that big coefficients count towards the next reconcile.
//
// Every operation collects libmpdec's status bits and hands them to signal(), which sets the context's flags and raises what is trapped. The bit
// kFloatOperation, of a condition that libmpdec itself never reports, stands for the signal that only Python knows.
//
// The flags and traps dicts of a context are made when somebody asks for them, and kept. They refer to it weakly: a dict that outlives its context is
// good for nothing, as in CPython, and no context is part of a cycle.
#pragma once
#include <mpdecimal.h>

#include "modules/contextvars.h"
#include "runtime/api.h"

namespace kaa::decimal {

inline constexpr uint32_t kFloatOperation = MPD_Not_implemented;
inline constexpr int kWords = 4;

struct Decimal : Object {
  int64_t hash;             // -1: not computed yet
  mpd_t dec;
  mpd_uint_t words[kWords];
  template <class F> void each_field(F&&) {}
};
struct SignalDict;
struct Context : Object {
  mpd_context_t ctx;
  int capitals;             // 0 or 1
  Field<> flags, traps;     // SignalDict, or empty as long as nobody asked
  template <class F> void each_field(F&& f) { f(flags); f(traps); }
};
struct SignalDict : Object {
  Field<WeakRef*> context;  // empty: made by SignalDict() itself
  bool is_traps;
  template <class F> void each_field(F&& f) { f(context); }
};
struct Manager : Object {   // of a with statement
  Field<Context*> local, outer;
  template <class F> void each_field(F&& f) { f(local); f(outer); }
};

inline constexpr int kSignals = 9, kConditions = 5;
struct Signal { const char* name; uint32_t flag; Type* type; };

struct State {
  Type *decimal, *context, *mixin, *manager;
  Root<Type*> signal_dict;
  Signal signals[kSignals];        // in the order of keys of flags and traps
  Signal conditions[kConditions];  // the first is InvalidOperation itself
  Str* roundings[MPD_ROUND_TRUNC]; // by libmpdec's number
  Root<> keep;                     // a list that holds the exception types and the others
  Value tuple_type, rational;
  ContextVarObject* var;           // the current context
  Root<Context*> default_context, basic_context, extended_context;
  mpd_context_t exact;             // the largest context: what rounds there is not exact
};
State& state();

inline bool is_decimal(Value v) {
  if (!v.is_object()) return false;
  Type* ty = v.object()->type();
  return ty == state().decimal || is_subtype(ty, state().decimal);
}
inline bool is_context(Value v) { return v.is_object() && is_instance(v, state().context); }
inline const mpd_t* dec_of(Value v) { return &v.as<Decimal>()->dec; }

inline void init_decimal(Decimal* d) {
  d->hash = -1;
  d->dec.flags = MPD_STATIC | MPD_STATIC_DATA;
  d->dec.exp = d->dec.digits = d->dec.len = 0;
  d->dec.alloc = kWords;
  d->dec.data = d->words;
}
// A number to be filled in.
inline Result<Decimal*> new_decimal(Thread& t) {
  Object* o = t.heap->allocate(state().decimal->root, sizeof(Decimal));
  if (UNLIKELY(!o)) return raise_memory(t);
  Decimal* d = static_cast<Decimal*>(o);
  init_decimal(d);
  return d;
}
Result<Decimal*> new_decimal_as(Thread& t, Type* cls);

// ---- contexts (context.cpp)
Result<Context*> current_slow(Thread& t);
inline Result<Context*> current(Thread& t) {
  ContextVarObject* v = state().var;
  if (LIKELY(t.context && v->seen_version == t.context.as<ContextObject>()->version && v->seen && v->seen.is_object() && v->seen.object()->type() == state().context))
    return v->seen.as<Context>();
  return current_slow(t);
}
Result<Context*> context_arg(Thread& t, Value v);    // empty or None: the current one
Result<int> rounding_arg(Thread& t, Value v);
Status signal_slow(Thread& t, Context* c, uint32_t status);
// What an operation reported: sets flags, raises what is trapped.
inline Status signal(Thread& t, Context* c, uint32_t status) {
  if (LIKELY(!(status & (c->ctx.traps | MPD_Malloc_error)))) {
    c->ctx.status |= status;
    return {};
  }
  return signal_slow(t, c, status);
}
Result<Value> copy_context(Thread& t, Context* c);
Status set_context_attribute(Thread& t, Context* c, Str* name, Value v);  // TypeError for other names
extern const TypeSpec context_base_spec, mixin_spec, manager_spec;
Result<Value> get_context_function(Thread& t, Args a);
Result<Value> set_context_function(Thread& t, Args a);
Result<Value> local_context_function(Thread& t, Args a, Tuple* kwnames);
Result<Value> ieee_context_function(Thread& t, Args a);
Status init_contexts(Thread& t, Module* m);

// ---- conversions (convert.cpp). ctx: what to round by; kExact numbers that would round are invalid operations instead.
Status set_from_int(Thread& t, mpd_t* d, Value i, const mpd_context_t* ctx, uint32_t* status);
Status set_from_float(Thread& t, mpd_t* d, double x, uint32_t* status);  // exactly
// What Decimal(v) and Context.create_decimal(v) make. TypeError "conversion from X to Decimal is not supported".
Result<Value> from_object_exact(Thread& t, Type* cls, Value v, Context* c);
Result<Value> from_object_rounded(Thread& t, Value v, Context* c);
Result<Value> from_int_exact(Thread& t, Type* cls, Value v, Context* c);
Result<Value> from_float_exact(Thread& t, Type* cls, Value v, Context* c);
Result<Value> to_int(Thread& t, const mpd_t* d, Context* c, int rounding);
Result<Value> to_int_ratio(Thread& t, const mpd_t* d);
Result<Value> to_tuple(Thread& t, const mpd_t* d);
Result<Value> to_float(Thread& t, const mpd_t* d);
Result<Str*> to_text(Thread& t, const mpd_t* d, bool capitals, bool engineering = false);
Result<Value> coefficient(Thread& t, const mpd_t* d);                   // an int; the sign does not count
Result<int64_t> decimal_hash(Thread& t, Decimal* d);

// An operand: a Decimal, or an int taken as one, exactly.
class Operand {
 public:
  Operand() = default;
  Operand(const Operand&) = delete;
  // False: it is neither.
  Result<bool> set(Thread& t, Context* c, Value v) {
    if (LIKELY(is_decimal(v))) {
      p_ = dec_of(v);
      return true;
    }
    return set_other(t, c, v);
  }
  // TypeError for what is neither.
  Status require(Thread& t, Context* c, Value v) {
    if (TRY(set(t, c, v))) return {};
    return RAISE(TypeError, "conversion from %T to Decimal is not supported", v);
  }
  operator const mpd_t*() const { return p_; }

 private:
  Result<bool> set_other(Thread& t, Context* c, Value v);
  const mpd_t* p_ = nullptr;
  mpd_t small_;       // of ints that fit a word
  mpd_uint_t word_;
};

using Unary = void (*)(mpd_t*, const mpd_t*, const mpd_context_t*, uint32_t*);
using Binary = void (*)(mpd_t*, const mpd_t*, const mpd_t*, const mpd_context_t*, uint32_t*);
template <Unary F>
inline Result<Value> apply(Thread& t, Context* c, const mpd_t* a) {
  Decimal* r = TRY(new_decimal(t));
  uint32_t status = 0;
  F(&r->dec, a, &c->ctx, &status);
  TRY(signal(t, c, status));
  return r;
}
template <Binary F>
inline Result<Value> apply(Thread& t, Context* c, const mpd_t* a, const mpd_t* b) {
  Decimal* r = TRY(new_decimal(t));
  uint32_t status = 0;
  F(&r->dec, a, b, &c->ctx, &status);
  TRY(signal(t, c, status));
  return r;
}
// libmpdec's functions of other forms in these.
inline void compare_quiet(mpd_t* r, const mpd_t* a, const mpd_t* b, const mpd_context_t* c, uint32_t* s) { mpd_qcompare(r, a, b, c, s); }
inline void compare_signal(mpd_t* r, const mpd_t* a, const mpd_t* b, const mpd_context_t* c, uint32_t* s) { mpd_qcompare_signal(r, a, b, c, s); }
inline void compare_total(mpd_t* r, const mpd_t* a, const mpd_t* b, const mpd_context_t*, uint32_t*) { mpd_compare_total(r, a, b); }
inline void compare_total_mag(mpd_t* r, const mpd_t* a, const mpd_t* b, const mpd_context_t*, uint32_t*) { mpd_compare_total_mag(r, a, b); }
inline void copy_sign(mpd_t* r, const mpd_t* a, const mpd_t* b, const mpd_context_t*, uint32_t* s) { mpd_qcopy_sign(r, a, b, s); }
inline void copy_abs(mpd_t* r, const mpd_t* a, const mpd_context_t*, uint32_t* s) { mpd_qcopy_abs(r, a, s); }
inline void copy_negate(mpd_t* r, const mpd_t* a, const mpd_context_t*, uint32_t* s) { mpd_qcopy_negate(r, a, s); }
inline void copy_finalized(mpd_t* r, const mpd_t* a, const mpd_context_t* c, uint32_t* s) {
  mpd_qcopy(r, a, s);
  mpd_qfinalize(r, c, s);
}
Result<Value> divmod(Thread& t, Context* c, const mpd_t* a, const mpd_t* b);
Result<Value> power(Thread& t, Context* c, const mpd_t* a, const mpd_t* b, const mpd_t* m);  // m null: no modulus
Result<Value> ternary_fma(Thread& t, Context* c, const mpd_t* x, const mpd_t* y, const mpd_t* z);

Result<Value> decimal_format(Thread& t, Args a);     // format.cpp
Rows<MethodDef> number_methods();                    // number.cpp: operators and conversions
Rows<MethodDef> decimal_methods();                   // methods.cpp
Rows<MethodDef> context_methods();                   // context_methods.cpp
extern const GetSetDef k_decimal_getsets[2];

}  // namespace kaa::decimal

namespace kaa {
template <> struct LayoutTraits<decimal::Decimal> {
  static constexpr Death death = Death::kCustom;
  static void destroy(decimal::Decimal* d) {
    if (UNLIKELY(!(d->dec.flags & MPD_DATAFLAGS)) && d->dec.data) mpd_free(d->dec.data);
  }
  static size_t bytes(decimal::Decimal* d) { return sizeof(decimal::Decimal) + (d->dec.flags & MPD_DATAFLAGS ? 0 : static_cast<size_t>(d->dec.alloc) * sizeof(mpd_uint_t)); }
};
}  // namespace kaa
