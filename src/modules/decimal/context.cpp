// Contexts, their flags and traps, signals, and which context is the current one.
#include <string>

#include "modules/decimal/decimal.h"
#include "modules/native_new.h"
#include "runtime/weakrefs.h"
#include "types/int.h"
#include "types/objmodel.h"

namespace kaa::decimal {

namespace {

constexpr const char* kRoundingMessage =
    "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]";
constexpr const char* kSignalMessage =
    "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";

Context* self_of(Args a) { return a.as<Context>(0); }

Result<Context*> new_context(Thread& t, Type* cls) {
  Context* c = TRY(alloc_as<Context>(t, cls));
  const Context* from = state().default_context;
  if (from) {
    c->ctx = from->ctx;
    c->capitals = from->capitals;
  } else {
    mpd_defaultcontext(&c->ctx);
    c->ctx.prec = 28;
    c->ctx.emax = 999999;
    c->ctx.emin = -999999;
    c->ctx.round = MPD_ROUND_HALF_EVEN;
    c->ctx.traps = MPD_IEEE_Invalid_operation | MPD_Division_by_zero | MPD_Overflow;
    c->ctx.clamp = 0;
    c->ctx.allcr = 1;
    c->capitals = 1;
  }
  c->ctx.status = 0;
  c->ctx.newtrap = 0;
  return c;
}
}  // namespace

Result<Value> copy_context(Thread& t, Context* from) {
  Context* c = TRY(new_context(t, state().context));
  c->ctx = from->ctx;
  c->ctx.newtrap = 0;
  c->capitals = from->capitals;
  return c;
}

// ---- the current context

static bool is_template(Context* c) { return c == state().default_context || c == state().basic_context || c == state().extended_context; }

Result<Context*> current_slow(Thread& t) {
  Opt v = TRY(context_var_get(t, state().var));
  if (v && is_context(v.v)) return v.v.as<Context>();
  Context* c = TRY(copy_context(t, state().default_context)).as<Context>();
  c->ctx.status = 0;
  TRY(context_var_set(t, state().var, c));
  return c;
}
Result<Context*> context_arg(Thread& t, Value v) {
  if (!v || v.is_none()) return current(t);
  if (!is_context(v)) return RAISE(TypeError, "optional argument must be a context");
  return v.as<Context>();
}
static Status set_current(Thread& t, Context* c) {
  if (is_template(c)) {
    c = TRY(copy_context(t, c)).as<Context>();
    c->ctx.status = 0;
  }
  return context_var_set(t, state().var, c);
}
Result<Value> get_context_function(Thread& t, Args) { return TRY(current(t)); }
Result<Value> set_context_function(Thread& t, Args a) {
  if (!is_context(a[0])) return RAISE(TypeError, "argument must be a context");
  TRY(set_current(t, a.as<Context>(0)));
  return kNone;
}
Result<Value> ieee_context_function(Thread& t, Args a) {
  if (!is_int(a[0])) return RAISE(TypeError, "an integer is required");
  int64_t bits;
  Context* c = TRY(new_context(t, state().context));
  if (!int_fits64(a[0], &bits)) return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
  if (bits <= 0 || bits > MPD_IEEE_CONTEXT_MAX_BITS || mpd_ieee_context(&c->ctx, static_cast<int>(bits)) < 0)
    return RAISE(ValueError, "argument must be a multiple of 32, with a maximum of %d", MPD_IEEE_CONTEXT_MAX_BITS);
  return c;
}

// ---- signals

Status signal_slow(Thread& t, Context* c, uint32_t status) {
  State& s = state();
  c->ctx.status |= status;
  if (status & MPD_Malloc_error) return raise_memory(t);
  uint32_t trapped = status & c->ctx.traps;
  Type* type = nullptr;
  for (const Signal& x : s.signals)
    if (!type && (trapped & x.flag)) type = x.type;
  List* list = TRY(new_list(t));
  for (const Signal& x : s.conditions)
    if (trapped & x.flag) TRY(list_append(t, list, x.type));
  for (int i = 1; i < kSignals; i++)
    if (trapped & s.signals[i].flag) TRY(list_append(t, list, s.signals[i].type));
  return raise_class(t, type, list);
}

static Result<uint32_t> flag_of(Thread& t, Value v) {
  for (const Signal& x : state().signals)
    if (v == Value(x.type)) return x.flag;
  return RAISE(KeyError, "%s", kSignalMessage);
}
static Result<Value> flags_list(Thread& t, uint32_t flags) {
  List* list = TRY(new_list(t));
  for (const Signal& x : state().signals)
    if (flags & x.flag) TRY(list_append(t, list, x.type));
  return list;
}
static std::string flags_text(uint32_t flags) {
  // In the order of the bits, as libmpdec names them.
  static constexpr int k_order[kSignals] = {8, 0, 2, 6, 1, 3, 7, 5, 4};
  std::string s = "[";
  for (int i : k_order)
    if (flags & state().signals[i].flag) {
      if (s.size() > 1) s += ", ";
      s += state().signals[i].name;
    }
  return s + "]";
}

// ---- SignalDict

// The context that a signal dict belongs to, and which of its bits are meant.
struct Bits {
  Context* context;
  bool is_traps;
  uint32_t& get() const { return is_traps ? context->ctx.traps : context->ctx.status; }
  bool has(uint32_t flag) const { return get() & flag; }
};
static Status bits_of(Thread& t, Value v, Bits* out) {
  SignalDict* d = v.as<SignalDict>();
  Value c = d->context ? weakref_live(t, d->context) : Value();
  if (!c) return RAISE(ValueError, "invalid signal dict");
  *out = {c.as<Context>(), d->is_traps};
  return {};
}
static bool is_signal_dict(Value v) { return v.is_object() && is_instance(v, state().mixin); }
// Of a signal dict, or a dict with the same keys.
static Result<uint32_t> dict_flags(Thread& t, Value v) {
  if (is_signal_dict(v)) {
    Bits bits;
    TRY(bits_of(t, v, &bits));
    return bits.get();
  }
  if (!is_dict(v)) return RAISE(TypeError, "argument must be a signal dict");
  Dict* d = v.as<Dict>();
  if (d->used != kSignals) return RAISE(KeyError, "invalid signal dict");
  uint32_t flags = 0, pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    uint32_t flag = TRY(flag_of(t, e->key));
    if (TRY(truth(t, e->value))) flags |= flag;
  }
  return flags;
}
static Result<uint32_t> any_flags(Thread& t, Value v) {
  if (!is_list(v)) return dict_flags(t, v);
  uint32_t flags = 0;
  for (uint64_t i = 0; i < v.as<List>()->size; i++) flags |= TRY(flag_of(t, v.as<List>()->items[i]));
  return flags;
}

namespace {
Result<Value> signals_len(Thread& t, Args a) {
  Bits bits;
  TRY(bits_of(t, a[0], &bits));
  return small_int(kSignals);
}
Result<Value> signals_iter(Thread& t, Args a) {
  Bits bits;
  TRY(bits_of(t, a[0], &bits));
  Tuple* u = TRY(new_tuple(t, kSignals));
  for (uint32_t i = 0; i < kSignals; i++) tuple_init(u, i, state().signals[i].type);
  return get_iter(t, u);
}
Result<Value> signals_getitem(Thread& t, Args a) {
  Bits bits;
  TRY(bits_of(t, a[0], &bits));
  return Value::from_bool(bits.has(TRY(flag_of(t, a[1]))));
}
Result<Value> signals_setitem(Thread& t, Args a) {
  Bits bits;
  TRY(bits_of(t, a[0], &bits));
  uint32_t flag = TRY(flag_of(t, a[1]));
  bool on = TRY(truth(t, a[2]));
  bits.get() = on ? bits.get() | flag : bits.get() & ~flag;
  return kNone;
}
Result<Value> signals_delitem(Thread& t, Args) { return RAISE(ValueError, "signal keys cannot be deleted"); }
Result<Value> signals_repr(Thread& t, Args a) {
  Bits bits;
  TRY(bits_of(t, a[0], &bits));
  std::string s = "{";
  for (const Signal& x : state().signals) {
    if (s.size() > 1) s += ", ";
    s += std::string("<class 'decimal.") + x.name + "'>:" + (bits.has(x.flag) ? "True" : "False");
  }
  return TRY(new_str(t, s + "}"));
}
Result<Value> signals_copy(Thread& t, Args a) {
  Bits bits;
  TRY(bits_of(t, a[0], &bits));
  Dict* r = TRY(new_dict(t));
  for (const Signal& x : state().signals) TRY(dict_set(t, r, x.type, Value::from_bool(bits.has(x.flag))));
  return r;
}
template <bool negate>
Result<Value> signals_eq(Thread& t, Args a) {
  Bits bits;
  TRY(bits_of(t, a[0], &bits));
  if (!is_signal_dict(a[1]) && !is_dict(a[1])) return kNotImplemented;
  Result<uint32_t> other = dict_flags(t, a[1]);
  if (!other.ok()) {
    // A dict with other keys is unequal; a signal dict without a context is an error.
    if (is_signal_dict(a[1]) || !exc_matches(t, KAA_TYPE(KeyError))) return Error{};
    clear_exc(t);
    return Value::from_bool(negate);
  }
  return Value::from_bool((bits.get() == other.value()) != negate);
}
const MethodDef k_signals[] = {
    {"__len__", signals_len, "($self, /)", nullptr},
    {"__iter__", signals_iter, "($self, /)", nullptr},
    {"__getitem__", signals_getitem, "($self, key, /)", nullptr},
    {"__setitem__", signals_setitem, "($self, key, value, /)", nullptr},
    {"__delitem__", signals_delitem, "($self, key, /)", nullptr},
    {"__repr__", signals_repr, "($self, /)", nullptr},
    {"__eq__", signals_eq<false>, "($self, value, /)", nullptr},
    {"__ne__", signals_eq<true>, "($self, value, /)", nullptr},
    {"copy", signals_copy, "($self, /)", "An ordinary dict of the same signals."},
};
}  // namespace
const TypeSpec mixin_spec = {.doc = "Signals of a context: flags or traps.", .methods = k_signals, .layout = &kLayout<SignalDict>, .flags = kTypeBase, .unhashable = "x"};

// ---- attributes of a context

Result<int> rounding_arg(Thread& t, Value v) {
  if (is_str(v)) {
    for (int i = 0; i < MPD_ROUND_TRUNC; i++)
      if (v == Value(state().roundings[i])) return i;
    for (int i = 0; i < MPD_ROUND_TRUNC; i++)
      if (str_equal(v.as<Str>(), state().roundings[i])) return i;
  }
  return RAISE(TypeError, "%s", kRoundingMessage);
}

namespace {

Result<int64_t> integer(Thread& t, Value v) {
  int64_t i;
  if (!is_int(v)) return RAISE(TypeError, "an integer is required");
  if (!int_fits64(v, &i)) return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
  return i;
}
Status no_delete(Thread& t, Value v) {
  if (!v) return RAISE(AttributeError, "context attributes cannot be deleted");
  return {};
}
Status set_prec(Thread& t, Value c, Value v) {
  TRY(no_delete(t, v));
  if (!mpd_qsetprec(&c.as<Context>()->ctx, TRY(integer(t, v)))) return RAISE(ValueError, "valid range for prec is [1, MAX_PREC]");
  return {};
}
Status set_emin(Thread& t, Value c, Value v) {
  TRY(no_delete(t, v));
  if (!mpd_qsetemin(&c.as<Context>()->ctx, TRY(integer(t, v)))) return RAISE(ValueError, "valid range for Emin is [MIN_EMIN, 0]");
  return {};
}
Status set_emax(Thread& t, Value c, Value v) {
  TRY(no_delete(t, v));
  if (!mpd_qsetemax(&c.as<Context>()->ctx, TRY(integer(t, v)))) return RAISE(ValueError, "valid range for Emax is [0, MAX_EMAX]");
  return {};
}
Status set_rounding(Thread& t, Value c, Value v) {
  TRY(no_delete(t, v));
  c.as<Context>()->ctx.round = TRY(rounding_arg(t, v));
  return {};
}
Status set_capitals(Thread& t, Value c, Value v) {
  TRY(no_delete(t, v));
  int64_t i = TRY(integer(t, v));
  if (i != 0 && i != 1) return RAISE(ValueError, "valid values for capitals are 0 or 1");
  c.as<Context>()->capitals = static_cast<int>(i);
  return {};
}
Status set_clamp(Thread& t, Value c, Value v) {
  TRY(no_delete(t, v));
  int64_t i = TRY(integer(t, v));
  if (i != 0 && i != 1) return RAISE(ValueError, "valid values for clamp are 0 or 1");
  c.as<Context>()->ctx.clamp = static_cast<int>(i);
  return {};
}
Status set_flags(Thread& t, Value c, Value v) {
  TRY(no_delete(t, v));
  c.as<Context>()->ctx.status = TRY(dict_flags(t, v));
  return {};
}
Status set_traps(Thread& t, Value c, Value v) {
  TRY(no_delete(t, v));
  c.as<Context>()->ctx.traps = TRY(dict_flags(t, v));
  return {};
}
Result<Value> signal_dict(Thread& t, Context* c, bool traps) {
  Field<>& field = traps ? c->traps : c->flags;
  if (field) return field.get();
  WeakRef* ref = TRY(make_weakref(t, KAA_TYPE(weakref), c, Value()));
  SignalDict* d = TRY(alloc_as<SignalDict>(t, state().signal_dict));
  d->context.init(ref);
  d->is_traps = traps;
  field.set(d);
  return d;
}
template <mpd_ssize_t mpd_context_t::*field>
Result<Value> get_number(Thread& t, Value c) { return make_int(t, c.as<Context>()->ctx.*field); }

const GetSetDef k_attributes[] = {
    {"prec", get_number<&mpd_context_t::prec>, set_prec, "Digits that results are rounded to."},
    {"Emax", get_number<&mpd_context_t::emax>, set_emax, "The largest exponent."},
    {"Emin", get_number<&mpd_context_t::emin>, set_emin, "The smallest exponent of normal numbers."},
    {"rounding", [](Thread&, Value c) -> Result<Value> { return state().roundings[c.as<Context>()->ctx.round]; }, set_rounding, "How results are rounded."},
    {"capitals", [](Thread&, Value c) -> Result<Value> { return small_int(c.as<Context>()->capitals); }, set_capitals, "1: exponents are written with E, 0: with e."},
    {"clamp", [](Thread&, Value c) -> Result<Value> { return small_int(c.as<Context>()->ctx.clamp); }, set_clamp, "1: exponents are kept in the range of IEEE 754."},
    {"flags", [](Thread& t, Value c) { return signal_dict(t, c.as<Context>(), false); }, set_flags, "Signals that were seen."},
    {"traps", [](Thread& t, Value c) { return signal_dict(t, c.as<Context>(), true); }, set_traps, "Signals that raise."},
};

Status set_signals(Thread& t, Context* c, Value v, bool traps) {
  (traps ? c->ctx.traps : c->ctx.status) = TRY(any_flags(t, v));
  return {};
}
}  // namespace

Status set_context_attribute(Thread& t, Context* c, Str* name, Value v) {
  if (str_equal_ascii(name, "flags") || str_equal_ascii(name, "traps")) return set_signals(t, c, v, str_equal_ascii(name, "traps"));
  for (const GetSetDef& g : k_attributes)
    if (str_equal_ascii(name, g.name)) return g.set(t, c, v);
  return RAISE(TypeError, "this function got an unexpected keyword argument '%U'", name);
}

namespace {
Result<Value> context_new(Thread& t, Args a, Tuple*) { return TRY(new_context(t, a.as<Type>(0))); }
Result<Value> context_init(Thread& t, Args a) {
  static constexpr const char* k_names[] = {"prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"};
  for (uint32_t i = 0; i < 8; i++)
    if (a[i + 1] && !a[i + 1].is_none()) TRY(set_context_attribute(t, self_of(a), intern_name(k_names[i]), a[i + 1]));
  return kNone;
}
Result<Value> context_repr(Thread& t, Args a) {
  Context* c = self_of(a);
  std::string s = "Context(prec=" + std::to_string(c->ctx.prec) + ", rounding=" + mpd_round_string[c->ctx.round] + ", Emin=" + std::to_string(c->ctx.emin) +
                  ", Emax=" + std::to_string(c->ctx.emax) + ", capitals=" + std::to_string(c->capitals) + ", clamp=" + std::to_string(c->ctx.clamp) +
                  ", flags=" + flags_text(c->ctx.status) + ", traps=" + flags_text(c->ctx.traps) + ")";
  return TRY(new_str(t, s));
}
Result<Value> context_copy(Thread& t, Args a) { return copy_context(t, self_of(a)); }
Result<Value> context_reduce(Thread& t, Args a) {
  Context* c = self_of(a);
  Value flags = TRY(flags_list(t, c->ctx.status)), traps = TRY(flags_list(t, c->ctx.traps));
  Value args = TRY(make_tuple(t, TRY(make_int(t, c->ctx.prec)), Value(state().roundings[c->ctx.round]), TRY(make_int(t, c->ctx.emin)), TRY(make_int(t, c->ctx.emax)),
                              small_int(c->capitals), small_int(c->ctx.clamp), flags, traps));
  return TRY(make_tuple(t, Value(type_of(c)), args));
}
Result<Value> context_etiny(Thread& t, Args a) { return make_int(t, mpd_etiny(&self_of(a)->ctx)); }
Result<Value> context_etop(Thread& t, Args a) { return make_int(t, mpd_etop(&self_of(a)->ctx)); }
Result<Value> context_clear_flags(Thread&, Args a) {
  self_of(a)->ctx.status = 0;
  return kNone;
}
Result<Value> context_clear_traps(Thread&, Args a) {
  self_of(a)->ctx.traps = 0;
  return kNone;
}
const MethodDef k_context[] = {
    {"__new__", context_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", context_init, "($self, /, prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)", nullptr},
    {"__repr__", context_repr, "($self, /)", nullptr},
    {"__copy__", context_copy, "($self, /)", "A copy with the same flags."},
    {"copy", context_copy, "($self, /)", "A copy with the same flags."},
    {"__reduce__", context_reduce, "($self, /)", "What pickle saves."},
    {"Etiny", context_etiny, "($self, /)", "Emin - prec + 1: the smallest exponent of subnormal numbers."},
    {"Etop", context_etop, "($self, /)", "Emax - prec + 1."},
    {"clear_flags", context_clear_flags, "($self, /)", "Takes all flags off."},
    {"clear_traps", context_clear_traps, "($self, /)", "Takes all traps off."},
};
}  // namespace

// The methods that calculate are in a table of their own.
static Rows<MethodDef> all_context_methods() {
  static MethodDef rows[128];
  Rows<MethodDef> all;
  all.data = rows;
  for (const MethodDef& m : k_context) rows[all.size++] = m;
  for (const MethodDef& m : context_methods()) rows[all.size++] = m;
  return all;
}

// ---- with localcontext()

namespace {
Result<Value> manager_enter(Thread& t, Args a) {
  Manager* m = a.as<Manager>(0);
  TRY(set_current(t, m->local));
  return m->local.get();
}
Result<Value> manager_exit(Thread& t, Args a) {
  TRY(set_current(t, a.as<Manager>(0)->outer));
  return kFalse;
}
const MethodDef k_manager[] = {
    {"__enter__", manager_enter, "($self, /)", "Makes the copy the current context."},
    {"__exit__", manager_exit, nullptr, "Makes the context of before the current one again."},
};
}  // namespace
const TypeSpec manager_spec = {.doc = nullptr, .methods = k_manager, .layout = &kLayout<Manager>, .flags = kTypeDisallowInstantiation};

Result<Value> local_context_function(Thread& t, Args a, Tuple* kwnames) {
  static const MethodDef signature{"localcontext", static_cast<NativeFn>(nullptr), "(ctx=None, **kwargs)", nullptr, MethodKind::kFunction};
  Value p[1], kwargs;
  TRY(bind_raw(t, "localcontext", *parse_signature(t, signature), a, kwnames, p, nullptr, &kwargs));
  Context* outer = TRY(current(t));
  Context* from = outer;
  if (p[0] && !p[0].is_none()) from = TRY(context_arg(t, p[0]));
  Context* local = TRY(copy_context(t, from)).as<Context>();
  if (kwargs) {
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(kwargs.as<Dict>(), &pos)) {
      Value name = e->key, v = e->value;
      if (v.is_none()) continue;
      TRY(set_context_attribute(t, local, name.as<Str>(), v));
    }
  }
  Manager* m = TRY(alloc_as<Manager>(t, state().manager));
  m->local.init(local);
  m->outer.init(outer);
  return m;
}

Status init_contexts(Thread& t, Module* m) {
  State& s = state();
  static TypeSpec spec = {.doc = "How numbers are calculated: to how many digits, with which rounding, and what raises.\n\n"
                                 ">>> Context(prec=4).divide(Decimal(2), Decimal(3))\nDecimal('0.6667')",
                          .getsets = k_attributes, .layout = &kLayout<Context>, .flags = kTypeBase | kTypeWeakrefable};
  spec.methods = all_context_methods();
  s.context = TRY(make_native_type(t, "decimal.Context", nullptr, spec));
  s.mixin = TRY(make_native_type(t, "decimal.SignalDictMixin", nullptr, mixin_spec));
  s.manager = TRY(make_native_type(t, "decimal.ContextManager", nullptr, manager_spec));
  Value mapping = TRY(import_attr(t, "collections.abc", "MutableMapping"));
  Value bases = TRY(make_tuple(t, Value(s.mixin), mapping));
  Value ns = TRY(new_dict(t));
  s.signal_dict = TRY(call(t, Value(type_of(mapping)), Value(NAME("SignalDict")), bases, ns)).as<Type>();

  s.var = TRY(new_context_var(t, "decimal_context"));
  TRY(list_append(t, s.keep.get().as<List>(), s.var));
  mpd_maxcontext(&s.exact);
  s.exact.traps = 0;

  s.default_context = TRY(new_context(t, s.context));
  s.basic_context = TRY(new_context(t, s.context));
  s.basic_context->ctx.prec = 9;
  s.basic_context->ctx.round = MPD_ROUND_HALF_UP;
  s.basic_context->ctx.traps |= MPD_Underflow | MPD_Clamped;
  s.extended_context = TRY(new_context(t, s.context));
  s.extended_context->ctx.prec = 9;
  s.extended_context->ctx.traps = 0;
  TRY(module_add(t, m, "Context", s.context));
  TRY(module_add(t, m, "DefaultContext", s.default_context.get()));
  TRY(module_add(t, m, "BasicContext", s.basic_context.get()));
  return module_add(t, m, "ExtendedContext", s.extended_context.get());
}

}  // namespace kaa::decimal
