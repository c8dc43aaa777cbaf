// The module, its exceptions, and libmpdec's memory.
#include "modules/decimal/decimal.h"

namespace kaa::decimal {

State& state() {
  static State s;
  return s;
}

namespace {

// libmpdec's buffers are buffers of the heap's, so that they count towards the next reconcile. The heap wants the size of what it gets back.
struct Block { size_t size; };
void* block_new(size_t size) {
  if (size > SIZE_MAX / 2) return nullptr;
  Block* b = static_cast<Block*>(heap().allocate_raw(sizeof(Block) + size));
  if (!b) return nullptr;
  b->size = size;
  return b + 1;
}
void* block_zeroed(size_t n, size_t size) {
  if (size && n > SIZE_MAX / 2 / size) return nullptr;
  void* p = block_new(n * size);
  if (p) memset(p, 0, n * size);
  return p;
}
void* block_resize(void* p, size_t size) {
  if (!p) return block_new(size);
  if (size > SIZE_MAX / 2) return nullptr;
  Block* b = static_cast<Block*>(p) - 1;
  Block* n = static_cast<Block*>(heap().reallocate_raw(b, sizeof(Block) + b->size, sizeof(Block) + size));
  if (!n) return nullptr;
  n->size = size;
  return n + 1;
}
void block_free(void* p) {
  if (!p) return;
  Block* b = static_cast<Block*>(p) - 1;
  heap().free_raw(b, sizeof(Block) + b->size);
}

template <class... B>
Result<Type*> new_exception(Thread& t, const char* name, B... bases) {
  Value tuple = TRY(make_tuple(t, Value(bases)...));
  Dict* ns = TRY(new_dict(t));
  TRY(dict_set_str(t, ns, "__module__", NAME("decimal")));
  Type* type = TRY(call(t, KAA_TYPE(type), TRY(new_str(t, name)), tuple, Value(ns))).as<Type>();
  TRY(list_append(t, state().keep.get().as<List>(), type));
  return type;
}

Status init_signals(Thread& t, Module* m) {
  State& s = state();
  Type* base = TRY(new_exception(t, "DecimalException", KAA_TYPE(ArithmeticError)));
  TRY(module_add(t, m, "DecimalException", base));
  Type* invalid = TRY(new_exception(t, "InvalidOperation", base));
  Type* mixed = TRY(new_exception(t, "FloatOperation", base, KAA_TYPE(TypeError)));
  Type* by_zero = TRY(new_exception(t, "DivisionByZero", base, KAA_TYPE(ZeroDivisionError)));
  Type* inexact = TRY(new_exception(t, "Inexact", base));
  Type* rounded = TRY(new_exception(t, "Rounded", base));
  Type* subnormal = TRY(new_exception(t, "Subnormal", base));
  Type* clamped = TRY(new_exception(t, "Clamped", base));
  Type* overflow = TRY(new_exception(t, "Overflow", inexact, rounded));
  Type* underflow = TRY(new_exception(t, "Underflow", inexact, rounded, subnormal));
  const Signal signals[kSignals] = {
      {"InvalidOperation", MPD_IEEE_Invalid_operation, invalid}, {"FloatOperation", kFloatOperation, mixed}, {"DivisionByZero", MPD_Division_by_zero, by_zero},
      {"Overflow", MPD_Overflow, overflow}, {"Underflow", MPD_Underflow, underflow}, {"Subnormal", MPD_Subnormal, subnormal},
      {"Inexact", MPD_Inexact, inexact}, {"Rounded", MPD_Rounded, rounded}, {"Clamped", MPD_Clamped, clamped},
  };
  for (int i = 0; i < kSignals; i++) {
    s.signals[i] = signals[i];
    TRY(module_add(t, m, signals[i].name, signals[i].type));
  }
  const Signal conditions[kConditions] = {
      {"InvalidOperation", MPD_Invalid_operation, invalid},
      {"ConversionSyntax", MPD_Conversion_syntax, TRY(new_exception(t, "ConversionSyntax", invalid))},
      {"DivisionImpossible", MPD_Division_impossible, TRY(new_exception(t, "DivisionImpossible", invalid))},
      {"DivisionUndefined", MPD_Division_undefined, TRY(new_exception(t, "DivisionUndefined", invalid, KAA_TYPE(ZeroDivisionError)))},
      {"InvalidContext", MPD_Invalid_context, TRY(new_exception(t, "InvalidContext", invalid))},
  };
  for (int i = 0; i < kConditions; i++) {
    s.conditions[i] = conditions[i];
    TRY(module_add(t, m, conditions[i].name, conditions[i].type));
  }
  return {};
}

Rows<MethodDef> all_decimal_methods() {
  static MethodDef rows[128];
  Rows<MethodDef> all;
  all.data = rows;
  for (const MethodDef& m : number_methods()) rows[all.size++] = m;
  for (const MethodDef& m : decimal_methods()) rows[all.size++] = m;
  return all;
}

Status init_decimal_type(Thread& t, Module* m) {
  State& s = state();
  static TypeSpec spec = {.doc = "A decimal number of any precision, made exactly from an int, a text, a float, a tuple or another Decimal.",
                          .getsets = k_decimal_getsets, .layout = &kLayout<Decimal>, .flags = kTypeBase};
  spec.methods = all_decimal_methods();
  s.decimal = TRY(make_native_type(t, "decimal.Decimal", nullptr, spec));
  TRY(module_add(t, m, "Decimal", s.decimal));
  List* keep = s.keep.get().as<List>();
  Value number = TRY(import_attr(t, "numbers", "Number"));
  TRY(call_method(t, number, NAME("register"), Value(s.decimal)));
  s.rational = TRY(import_attr(t, "numbers", "Rational"));
  TRY(list_append(t, keep, s.rational));
  Value named = TRY(import_attr(t, "collections", "namedtuple"));
  Value fields = TRY(new_str(t, "sign digits exponent"));
  Value module_name = NAME("decimal");
  Value arguments[] = {NAME("DecimalTuple"), fields, module_name};
  Tuple* kwnames = TRY(make_tuple(t, Value(NAME("module"))));
  s.tuple_type = TRY(call_args(t, named, arguments, 2, kwnames));
  TRY(list_append(t, keep, s.tuple_type));
  return module_add(t, m, "DecimalTuple", s.tuple_type);
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"getcontext", get_context_function, "()", "The current context.", kF},
    {"setcontext", set_context_function, "(context, /)", "Makes a context the current one.", kF},
    {"localcontext", local_context_function, "(ctx=None, **kwargs)", "For a with statement: a copy of a context, with changes, as the current one.", kF},
    {"IEEEContext", ieee_context_function, "(bits, /)", "The context of an interchange format of IEEE 754.", kF},
};

Status first_exec(Thread& t, Module* m) {
  State& s = state();
  mpd_mallocfunc = block_new;
  mpd_callocfunc = block_zeroed;
  mpd_reallocfunc = block_resize;
  mpd_free = block_free;
  if (MPD_MINALLOC != kWords) mpd_setminalloc(kWords);
  mpd_traphandler = [](mpd_context_t*) {};
  s.keep = Value(TRY(new_list(t)));
  for (int i = 0; i < MPD_ROUND_TRUNC; i++) {
    s.roundings[i] = intern_name(mpd_round_string[i]);
    TRY(module_add(t, m, mpd_round_string[i], s.roundings[i]));
  }
  TRY(init_signals(t, m));
  TRY(init_decimal_type(t, m));
  TRY(init_contexts(t, m));
  TRY(module_add(t, m, "MAX_PREC", TRY(make_int(t, MPD_MAX_PREC))));
  TRY(module_add(t, m, "MAX_EMAX", TRY(make_int(t, MPD_MAX_EMAX))));
  TRY(module_add(t, m, "MIN_EMIN", TRY(make_int(t, MPD_MIN_EMIN))));
  TRY(module_add(t, m, "MIN_ETINY", TRY(make_int(t, MPD_MIN_ETINY))));
  TRY(module_add(t, m, "IEEE_CONTEXT_MAX_BITS", small_int(MPD_IEEE_CONTEXT_MAX_BITS)));
  TRY(module_add(t, m, "HAVE_CONTEXTVAR", kTrue));
  TRY(module_add(t, m, "HAVE_THREADS", kTrue));
  TRY(module_add(t, m, "__version__", TRY(new_str(t, "1.70"))));
  return module_add(t, m, "__libmpdec_version__", TRY(new_str(t, mpd_version())));
}

// Imported anew, the module gets the types that there are: numbers made before are still numbers.
Status exec(Thread& t, Module* m) {
  static Root<Dict*> contents;
  if (!contents.get()) {
    TRY(first_exec(t, m));
    contents = TRY(dict_copy(t, m->dict));
    return {};
  }
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(contents.get(), &pos))
    if (!dict_get_str(m->dict, e->key.as<Str>())) TRY(dict_set(t, m->dict, e->key, e->value));
  return {};
}

}  // namespace
}  // namespace kaa::decimal

namespace kaa {
extern const ModuleDef _decimal_module = {.name = "_decimal", .doc = "Decimal numbers, by libmpdec.", .functions = decimal::k_functions, .exec = decimal::exec};
}  // namespace kaa
