// Abstract operations: what an operator or a builtin does with any object.
//
// Fast paths for exact builtin types stand in the interpreter and in the types; here is the general protocol: special methods are read
// from the type's table (Type::dunders), natives among them are called directly.
#include "runtime/abc.h"
#include "runtime/call.h"
#include "runtime/plain.h"

namespace kaa {

Value generator_step(Thread& t, GeneratorObject* g, Value sent);  // interp/loop.cpp

namespace {

struct OpRow { Dunder left, right, inplace; const char* symbol; const char* isymbol; };
const OpRow k_ops[] = {
    {D_add, D_radd, D_iadd, "+", "+="},           {D_sub, D_rsub, D_isub, "-", "-="},
    {D_mul, D_rmul, D_imul, "*", "*="},           {D_truediv, D_rtruediv, D_itruediv, "/", "/="},
    {D_floordiv, D_rfloordiv, D_ifloordiv, "//", "//="}, {D_mod, D_rmod, D_imod, "%", "%="},
    {D_pow, D_rpow, D_ipow, "** or pow()", "**="}, {D_matmul, D_rmatmul, D_imatmul, "@", "@="},
    {D_lshift, D_rlshift, D_ilshift, "<<", "<<="}, {D_rshift, D_rrshift, D_irshift, ">>", ">>="},
    {D_and, D_rand, D_iand, "&", "&="},           {D_or, D_ror, D_ior, "|", "|="},
    {D_xor, D_rxor, D_ixor, "^", "^="}};

// A native sequence adds and repeats by slots that CPython asks after the number protocol of both: the other's reflected method goes first.
bool is_concatenation(Value method) {
  if (!method || type_of(method) != KAA_TYPE(wrapper_descriptor)) return false;
  Type* owner = method.as<NativeFunction>()->owner;
  return owner->dunder(D_add) && !owner->dunder(D_radd) && owner->dunder(D_getitem);
}

// a's own method m for an operator, with b. Native ones are called as they are.
inline Result<Value> call_operator(Thread& t, Dunder d, Value m, Value a, Value b) {
  if (UNLIKELY(!IS_EXACT(m, wrapper_descriptor) || type_of(a)->has(kTypeForeignDunder))) return call_dunder(t, d, a, b);
  TRY(native_enter(t));
  Value both[] = {a, b};
  return call_native_direct(t, m.as<NativeFunction>(), {both, 2});
}

// The operation of a, then of b; kNotImplemented when neither knows.
Result<Value> try_binary(Thread& t, Dunder left, Dunder right, Value a, Value b) {
  Type* ta = type_of(a);
  Type* tb = type_of(b);
  Value l = ta->dunder(left), r = ta == tb ? Value() : tb->dunder(right);
  if (UNLIKELY(r && tb->has(kTypeHeap) && (left == D_add || left == D_mul) && is_concatenation(l))) {
    Value v = TRY(call_dunder(t, right, b, a));
    if (v != kNotImplemented) return v;
    r = Value();
  }
  // A subclass on the right that overrides the reflected method goes first.
  if (l && r && is_subtype(tb, ta) && r != ta->dunder(right)) {
    Value v = TRY(call_dunder(t, right, b, a));
    if (v != kNotImplemented) return v;
    r = Value();
  }
  if (l) {
    Value v = TRY(call_operator(t, left, l, a, b));
    if (v != kNotImplemented) return v;
  }
  if (r) return call_operator(t, right, r, b, a);
  return kNotImplemented;
}

// Sequences concatenate and repeat by __add__ and __mul__ of their own; a missing number protocol gets CPython's words.
Result<Value> operands_error(Thread& t, const OpRow& op, const char* symbol, Value a, Value b) {
  if (op.left == D_add) {
    auto concat = [&](Value v) { return type_of(v)->has(kTypeStr | kTypeBytes | kTypeTuple | kTypeList) || IS_EXACT(v, bytearray); };
    if (concat(a) && symbol == op.symbol) {
      if (is_str(a)) return RAISE(TypeError, "can only concatenate str (not \"%T\") to str", b);
      if (is_list(a)) return RAISE(TypeError, "can only concatenate list (not \"%T\") to list", b);
      if (is_tuple(a)) return RAISE(TypeError, "can only concatenate tuple (not \"%T\") to tuple", b);
      return RAISE(TypeError, "can't concat %T to %T", b, a);
    }
  }
  if (op.left == D_mul) {
    auto seq = [&](Value v) { return type_of(v)->has(kTypeStr | kTypeBytes | kTypeTuple | kTypeList) || IS_EXACT(v, bytearray); };
    if (seq(a)) return RAISE(TypeError, "can't multiply sequence by non-int of type '%T'", b);
    if (seq(b)) return RAISE(TypeError, "can't multiply sequence by non-int of type '%T'", a);
  }
  if (op.left == D_rshift && type_of(a) == KAA_TYPE(builtin_function) && !strcmp(a.as<NativeFunction>()->def->name, "print"))
    return RAISE(TypeError, "unsupported operand type(s) for %s: '%T' and '%T'. Did you mean \"print(<message>, file=<output_stream>)\"?", symbol, a, b);
  return raise_type_error_operands(t, symbol, a, b);
}

const Dunder k_compare[] = {D_lt, D_le, D_eq, D_ne, D_gt, D_ge};
const CompareOp k_swapped[] = {CompareOp::GT, CompareOp::GE, CompareOp::EQ, CompareOp::NE, CompareOp::LT, CompareOp::LE};
const char* const k_compare_symbols[] = {"<", "<=", "==", "!=", ">", ">="};

}  // namespace

[[gnu::noinline]] static Result<Value> binary_general(Thread& t, BinaryOp op, Value a, Value b);
Result<Value> binary_op(Thread& t, BinaryOp op, Value a, Value b) {
  if (is_exact_int(a) && is_exact_int(b) && op != BinaryOp::MATMUL) return int_binary(t, op, a, b);
  const OpRow& row = k_ops[static_cast<int>(op)];
  Type *ta = type_of(a), *tb = type_of(b);
  Value l = ta->dunder(row.left);
  // A native method of a that nothing of b's goes before.
  bool native = l && IS_EXACT(l, wrapper_descriptor) && !ta->has(kTypeForeignDunder) && t.native_ok();
  if (LIKELY(native) && (ta == tb || !tb->dunder(row.right) || (!tb->has(kTypeHeap) && (tb->base.get() == KAA_TYPE(object) || !is_subtype(tb, ta))))) {
    Value both[] = {a, b};
    Value v = TRY(call_native_direct(t, l.as<NativeFunction>(), {both, 2}));
    return LIKELY(v != kNotImplemented) ? Result<Value>(v) : binary_op_after_left(t, op, a, b, false);
  }
  return binary_general(t, op, a, b);
}
static Result<Value> binary_general(Thread& t, BinaryOp op, Value a, Value b) {
  const OpRow& row = k_ops[static_cast<int>(op)];
  Value v = TRY(try_binary(t, row.left, row.right, a, b));
  if (LIKELY(v != kNotImplemented)) return v;
  return operands_error(t, row, row.symbol, a, b);
}

Result<Value> inplace_op(Thread& t, BinaryOp op, Value a, Value b) {
  const OpRow& row = k_ops[static_cast<int>(op)];
  if (is_exact_int(a) && is_exact_int(b) && op != BinaryOp::MATMUL) return int_binary(t, op, a, b);
  if (Value own = type_of(a)->dunder(row.inplace)) {
    Type* tb = type_of(b);
    if (UNLIKELY((row.left == D_add || row.left == D_mul) && tb->has(kTypeHeap) && tb != type_of(a) && tb->dunder(row.right) && is_concatenation(own))) {
      Value v = TRY(call_dunder(t, row.right, b, a));
      if (v != kNotImplemented) return v;
    }
    Value v = TRY(call_operator(t, row.inplace, own, a, b));
    if (v != kNotImplemented) return v;
  }
  Value v = TRY(try_binary(t, row.left, row.right, a, b));
  if (v != kNotImplemented) return v;
  return operands_error(t, row, op == BinaryOp::ADD && type_of(a)->has(kTypeStr | kTypeBytes | kTypeTuple) ? row.symbol : row.isymbol, a, b);
}

Result<Value> binary_op_after_left(Thread& t, BinaryOp op, Value a, Value b, bool inplace) {
  const OpRow& row = k_ops[static_cast<int>(op)];
  Type *ta = type_of(a), *tb = type_of(b);
  Value v = kNotImplemented;
  if (inplace && ta->dunder(row.inplace)) v = TRY(try_binary(t, row.left, row.right, a, b));
  else if (ta != tb && tb->dunder(row.right)) v = TRY(call_dunder(t, row.right, b, a));
  if (v != kNotImplemented) return v;
  return operands_error(t, row, inplace ? row.isymbol : row.symbol, a, b);
}
Value python_operator_of(Type* ta, BinaryOp op, Value b, bool inplace) {
  const OpRow& row = k_ops[static_cast<int>(op)];
  Value m = inplace ? ta->dunder(row.inplace) : Value();
  if (!m) {
    m = ta->dunder(row.left);
    Type* tb = type_of(b);
    if (tb != ta && tb->has(kTypeHeap) && is_subtype(tb, ta)) return Value();  // its reflected method may go first
  }
  return m && IS_EXACT(m, function) ? m : Value();
}
Value python_comparison_of(Type* ta, CompareOp op, Value b) {
  Type* tb = type_of(b);
  if (tb != ta && tb->has(kTypeHeap) && is_subtype(tb, ta)) return Value();
  Value m = ta->dunder(k_compare[static_cast<int>(op)]);
  return m && IS_EXACT(m, function) ? m : Value();
}
Result<Value> compare_after_left(Thread& t, CompareOp op, Value a, Value b) {
  Dunder swapped = k_compare[static_cast<int>(k_swapped[static_cast<int>(op)])];
  Value v = kNotImplemented;
  if (type_of(b)->dunder(swapped)) v = TRY(call_dunder(t, swapped, b, a));
  if (v != kNotImplemented) return v;
  if (op == CompareOp::EQ) return Value::from_bool(a == b);
  if (op == CompareOp::NE) return Value::from_bool(a != b);
  return RAISE(TypeError, "'%s' not supported between instances of '%T' and '%T'", k_compare_symbols[static_cast<int>(op)], a, b);
}

Result<Value> power(Thread& t, Value a, Value b, Value mod) {
  if (mod.is_empty() || mod.is_none()) {
    Value v = TRY(try_binary(t, D_pow, D_rpow, a, b));
    if (v != kNotImplemented) return v;
    return raise_type_error_operands(t, "** or pow()", a, b);
  }
  Value v = kNotImplemented;
  Type *ta = type_of(a), *tb = type_of(b);
  bool reflected = ta != tb && tb->dunder(D_rpow);
  bool first = reflected && is_subtype(tb, ta) && tb->dunder(D_rpow) != ta->dunder(D_rpow);
  if (first) v = TRY(call_dunder(t, D_rpow, b, a, mod));
  if (v == kNotImplemented && ta->dunder(D_pow)) v = TRY(call_dunder(t, D_pow, a, b, mod));
  if (v == kNotImplemented && reflected && !first) v = TRY(call_dunder(t, D_rpow, b, a, mod));
  if (v != kNotImplemented) return v;
  // A modulus has no reflected method. Native numbers see to one of their type beside others: floats and complex numbers refuse, Decimal takes ints.
  if (is_float(mod)) return RAISE(TypeError, "pow() 3rd argument not allowed unless all arguments are integers");
  auto number = [](Value x) { return is_int(x) || is_float(x) || is_instance(x, KAA_TYPE(complex)); };
  if (number(a) && number(b) && is_instance(mod, KAA_TYPE(complex))) return RAISE(ValueError, "complex modulo");
  if (Value m = type_of(mod)->dunder(D_pow); is_int(a) && is_int(b) && m && !is_int(mod) && IS_EXACT(m, wrapper_descriptor)) {
    Value converted = TRY(call(t, m.as<NativeFunction>()->owner, a));
    return call_dunder(t, D_pow, converted, b, mod);
  }
  return RAISE(TypeError, "unsupported operand type(s) for ** or pow(): '%T', '%T', '%T'", a, b, mod);
}

static Result<Value> unary(Thread& t, Dunder d, const char* symbol, Value v) {
  if (!type_of(v)->dunder(d)) return RAISE(TypeError, "bad operand type for unary %s: '%T'", symbol, v);
  return call_dunder(t, d, v);
}
Result<Value> unary_neg(Thread& t, Value v) { return unary(t, D_neg, "-", v); }
Result<Value> unary_pos(Thread& t, Value v) { return unary(t, D_pos, "+", v); }
Result<Value> unary_invert(Thread& t, Value v) { return unary(t, D_invert, "~", v); }

// What -1, 0, 1 mean for an operator.
static bool order_satisfies(CompareOp op, int order) {
  switch (op) {
    case CompareOp::LT: return order < 0;
    case CompareOp::LE: return order <= 0;
    case CompareOp::EQ: return order == 0;
    case CompareOp::NE: return order != 0;
    case CompareOp::GT: return order > 0;
    case CompareOp::GE: return order >= 0;
  }
  return false;
}

// Ints that are no small ones, and members of enumerations and others whose classes compare as int or str do; else kNoOrder.
[[gnu::noinline]] static int inherited_order_of(CompareOp op, Value a, Value b) {
  if (!(a.is_object() || a.is_int()) || !(b.is_object() || b.is_int())) return kNoOrder;
  Type *ta = type_of(a), *tb = type_of(b);
  Dunder left = k_compare[static_cast<int>(op)], right = k_compare[static_cast<int>(k_swapped[static_cast<int>(op)])];
  auto both = [&](Type* base, uint64_t flag) {
    return ta->has(flag) && tb->has(flag) && ta->dunder(left) == base->dunder(left) && tb->dunder(right) == base->dunder(right);
  };
  if (both(KAA_TYPE(int), kTypeInt)) return int_compare(a, b);
  if (both(KAA_TYPE(str), kTypeStr)) {
    if (op == CompareOp::EQ || op == CompareOp::NE) return !str_equal(a.as<Str>(), b.as<Str>());
    return str_compare(a.as<Str>(), b.as<Str>());
  }
  return kNoOrder;
}
static inline int inherited_order(CompareOp op, Value a, Value b) {
  return type_of(a)->flags & type_of(b)->flags & (kTypeInt | kTypeStr) ? inherited_order_of(op, a, b) : kNoOrder;
}

static Result<Value> compare_general(Thread& t, CompareOp op, Value a, Value b);
// Apart from compare(), which saves no registers.
[[gnu::noinline]] static Result<Value> compare_objects(Thread& t, CompareOp op, Value a, Value b) {
  if (int order = inherited_order(op, a, b); order != kNoOrder) return Value::from_bool(order_satisfies(op, order));
  return compare_general(t, op, a, b);
}
// The native method of a that is asked first, for what plain_order() and inherited_order() do not know; else empty.
static inline Value native_comparison(CompareOp op, Value a, Value b) {
  if (!a.is_object()) return Value();
  Type *ta = a.object()->type(), *tb = type_of(b);
  if (ta == tb ? ta == KAA_TYPE(tuple) || ta == KAA_TYPE(bytes) : is_subtype(tb, ta)) return Value();
  if (ta->flags & tb->flags & (kTypeInt | kTypeStr)) return Value();
  Value m = ta->dunder(k_compare[static_cast<int>(op)]);
  return m && IS_EXACT(m, wrapper_descriptor) ? m : Value();
}
[[gnu::noinline]] static Result<Value> compare_natively(Thread& t, CompareOp op, Value m, Value a, Value b) {
  if (op == CompareOp::EQ && m == KAA_TYPE(object)->dunder(D_eq) && type_of(b)->dunder(D_eq) == m) return Value::from_bool(a == b);
  Value v = TRY(call_operator(t, k_compare[static_cast<int>(op)], m, a, b));
  if (LIKELY(v != kNotImplemented)) return v;
  if (op == CompareOp::EQ && type_of(a) == type_of(b)) return Value::from_bool(a == b);  // b would say the same
  return compare_after_left(t, op, a, b);
}
Result<Value> compare(Thread& t, CompareOp op, Value a, Value b) {
  if (IS_EXACT(a, str) && IS_EXACT(b, str)) return Value::from_bool(order_satisfies(op, str_compare(a.as<Str>(), b.as<Str>())));
  if (a.is_object())
    if (int order = inherited_order(op, a, b); order != kNoOrder) return Value::from_bool(order_satisfies(op, order));
  if (Value m = native_comparison(op, a, b)) return compare_natively(t, op, m, a, b);
  if (int order = plain_order(a, b); order != kNoOrder) return Value::from_bool(order_satisfies(op, order));
  return compare_objects(t, op, a, b);
}
static Result<Value> compare_general(Thread& t, CompareOp op, Value a, Value b) {
  TRY(native_enter(t, " in comparison"));
  if (Value m = python_comparison(op, a, b)) {
    Value both[] = {a, b};
    Value v = TRY(call_python(t, m.as<Function>(), both, 2, nullptr));
    return LIKELY(v != kNotImplemented) ? Result<Value>(v) : compare_after_left(t, op, a, b);
  }
  int i = static_cast<int>(op), s = static_cast<int>(k_swapped[i]);
  Type* ta = type_of(a);
  Type* tb = type_of(b);
  bool reflected = false;
  if (ta != tb && is_subtype(tb, ta) && tb->dunder(k_compare[s])) {  // inherited methods, too, unlike those of operators
    reflected = true;
    Value v = TRY(call_dunder(t, k_compare[s], b, a));
    if (v != kNotImplemented) return v;
  }
  if (Value m = ta->dunder(k_compare[i])) {
    Value v = TRY(call_operator(t, k_compare[i], m, a, b));
    if (v != kNotImplemented) return v;
  }
  if (Value m = tb->dunder(k_compare[s]); m && !reflected) {
    Value v = TRY(call_operator(t, k_compare[s], m, b, a));
    if (v != kNotImplemented) return v;
  }
  if (op == CompareOp::EQ) return Value::from_bool(a == b);
  if (op == CompareOp::NE) return Value::from_bool(a != b);
  return RAISE(TypeError, "'%s' not supported between instances of '%T' and '%T'", k_compare_symbols[i], a, b);
}

// Of what heaps, sorted lists and trees compare: numbers in the word without a call.
Result<bool> compare_bool(Thread& t, CompareOp op, Value a, Value b) {
  if (a.is_int() && b.is_int()) return order_satisfies(op, a.as_int() < b.as_int() ? -1 : a.as_int() > b.as_int());
  if (a.is_float_word() && b.is_float_word()) {
    double x = a.float_word(), y = b.float_word();
    if (LIKELY(x == x && y == y)) return order_satisfies(op, x < y ? -1 : x > y);
  }
  if (IS_EXACT(a, str) && IS_EXACT(b, str)) return order_satisfies(op, str_compare(a.as<Str>(), b.as<Str>()));
  if (Value m = native_comparison(op, a, b)) return truth(t, TRY(compare_natively(t, op, m, a, b)));
  if (int order = plain_order(a, b); order != kNoOrder) return order_satisfies(op, order);
  if (int order = inherited_order(op, a, b); order != kNoOrder) return order_satisfies(op, order);
  Value v = TRY(compare_general(t, op, a, b));
  return truth(t, v);
}

Result<bool> equal(Thread& t, Value a, Value b) {
  if (int r = plain_equal(a, b); r != kAsk) return r == kSame;
  if (Value m = native_comparison(CompareOp::EQ, a, b)) return truth(t, TRY(compare_natively(t, CompareOp::EQ, m, a, b)));
  if (int order = inherited_order(CompareOp::EQ, a, b); order != kNoOrder) return order == 0;
  Value v = TRY(compare_general(t, CompareOp::EQ, a, b));
  return truth(t, v);
}

Result<bool> truth(Thread& t, Value v) {
  if (v == kTrue) return true;
  if (v == kFalse || v == kNone) return false;
  if (v.is_int()) return v.as_int() != 0;
  if (v.is_float_word()) return true;
  if (is_float_constant(v)) return false;
  Type* ty = type_of(v);
  if (ty == KAA_TYPE(str)) return v.as<Str>()->length != 0;
  if (ty == KAA_TYPE(list)) return v.as<List>()->size != 0;
  if (ty == KAA_TYPE(dict)) return v.as<Dict>()->used != 0;
  if (ty == KAA_TYPE(tuple)) return v.as<Tuple>()->size != 0;
  if (ty == KAA_TYPE(set)) return v.as<Set>()->used != 0;
  if (ty->dunder(D_bool)) {
    Value r = TRY(call_dunder(t, D_bool, v));
    if (!r.is_bool()) return RAISE(TypeError, "__bool__ should return bool, returned %T", r);
    return r == kTrue;
  }
  if (ty->dunder(D_len)) {
    int64_t n = TRY(length(t, v));
    return n != 0;
  }
  return true;
}

Result<int64_t> hash(Thread& t, Value v) {
  int64_t plain;
  if (plain_hash(v, &plain)) return plain;
  Type* ty = type_of(v);
  Value h = ty->dunder(D_hash);
  if (!h || h.is_none()) return RAISE(TypeError, "unhashable type: '%T'", v);
  if (h == KAA_TYPE(object)->dunder(D_hash)) return identity_hash(v);
  // Named tuples and frozensets: without an int object for 64 bits.
  if (h == KAA_TYPE(tuple)->dunder(D_hash) && is_tuple(v)) return hash_of_tuple(t, v.as<Tuple>());
  if (h == KAA_TYPE(frozenset)->dunder(D_hash) && is_instance(v, KAA_TYPE(frozenset))) return hash_of_frozenset(v.as<Set>());
  Value r = IS_EXACT(h, function) ? TRY(call_python(t, h.as<Function>(), &v, 1, nullptr)) : TRY(call_dunder(t, D_hash, v));
  if (!is_int(r)) return RAISE(TypeError, "__hash__ method should return an integer");
  int64_t i;
  if (r.is_int()) {
    i = r.as_int();
  } else {
    i = TRY(int_hash(t, r));
    if (Result<int64_t> w = to_int64(t, r); w.ok()) i = w.value();  // a value of 64 bits is taken as it is
    else clear_exc(t);
  }
  return i == -1 ? -2 : i;
}

int64_t object_id(Value v) { return static_cast<int64_t>(v.bits()); }
Result<Value> id_value(Thread& t, Value v) { return make_uint(t, v.bits()); }
int64_t identity_hash(Value v) {
  uint64_t b = v.bits();
  int64_t h = static_cast<int64_t>(b >> 4 | b << 60);
  return h == -1 ? -2 : h;
}

static Result<Str*> text_of(Thread& t, Dunder d, const char* name, Value v) {
  TRY(native_enter(t, d == D_repr ? " while getting the repr of an object" : " while getting the str of an object"));
  Value r = TRY(call_dunder(t, d, v));
  if (!is_str(r)) return RAISE(TypeError, "%s returned non-string (type %T)", name, r);
  return r.as<Str>();
}
Result<Str*> repr(Thread& t, Value v) {
  if (v.is_empty()) return new_str(t, "<NULL>");
  return text_of(t, D_repr, "__repr__", v);
}
Result<Str*> str(Thread& t, Value v) {
  if (v.is_empty()) return new_str(t, "<NULL>");
  if (IS_EXACT(v, str)) return v.as<Str>();
  if (v.is_int()) {
    char buf[24], *p = buf + sizeof buf;
    int64_t i = v.as_int();
    uint64_t u = i < 0 ? 0 - static_cast<uint64_t>(i) : static_cast<uint64_t>(i);
    if (u < 10 && i >= 0) return interp().latin1['0' + u];
    do *--p = static_cast<char>('0' + u % 10); while (u /= 10);
    if (i < 0) *--p = '-';
    return new_str_ascii(t, p, static_cast<size_t>(buf + sizeof buf - p));
  }
  return text_of(t, D_str, "__str__", v);
}
Result<Str*> ascii(Thread& t, Value v) {
  Str* s = TRY(repr(t, v));
  if (s->is_ascii()) return s;
  Keep k(s);
  size_t n = 0;
  for (uint64_t i = 0; i < s->length; i++) { uint32_t c = s->at(i); n += c < 0x80 ? 1 : c < 0x100 ? 4 : c < 0x10000 ? 6 : 10; }
  Str* r = TRY(alloc_str(t, n, 0x7F));
  char* q = static_cast<char*>(r->inline_data());
  for (uint64_t i = 0; i < s->length; i++) {
    uint32_t c = s->at(i);
    if (c < 0x80) {
      *q++ = static_cast<char>(c);
      continue;
    }
    int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    *q++ = '\\';
    *q++ = digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
    while (digits) *q++ = "0123456789abcdef"[c >> 4 * --digits & 15];
  }
  return r;
}

Result<Value> format(Thread& t, Value v, Str* spec) {
  if (!spec) spec = interp().empty_str;
  if (spec->length == 0) {
    if (IS_EXACT(v, str)) return v;
    if (v.is_int()) return TRY(str(t, v));
  }
  if (!type_of(v)->dunder(D_format)) return RAISE(TypeError, "Type %T doesn't define __format__", v);
  Value r = TRY(call_dunder(t, D_format, v, spec));
  if (!is_str(r)) return RAISE(TypeError, "__format__ must return a str, not %T", r);
  return r;
}

Result<int64_t> length(Thread& t, Value v) {
  Type* ty = type_of(v);
  if (ty == KAA_TYPE(list)) return static_cast<int64_t>(v.as<List>()->size);
  if (ty == KAA_TYPE(str)) return static_cast<int64_t>(v.as<Str>()->length);
  if (ty == KAA_TYPE(tuple)) return static_cast<int64_t>(v.as<Tuple>()->size);
  if (ty == KAA_TYPE(dict)) return static_cast<int64_t>(v.as<Dict>()->used);
  if (ty == KAA_TYPE(set)) return static_cast<int64_t>(v.as<Set>()->used);
  Value f = ty->dunder(D_len), r;
  if (!f) return RAISE(TypeError, "object of type '%T' has no len()", v);
  const NativeFunction* nf = IS_EXACT(f, wrapper_descriptor) && !ty->has(kTypeForeignDunder) ? f.as<NativeFunction>() : nullptr;  // as call_dunder() does
  if (nf && LIKELY(1 - nf->sig->direct_min <= nf->sig->direct_span && t.native_ok())) r = TRY(nf->def->fn(t, {&v, 1}));
  else r = TRY(call_dunder(t, D_len, v));
  if (r.is_int()) {
    if (r.as_int() < 0) return RAISE(ValueError, "__len__() should return >= 0");
    return r.as_int();
  }
  Value i = TRY(to_index(t, r));
  if (i.is_int() ? i.as_int() < 0 : is_big(i) && i.as<IntObject>()->size < 0) return RAISE(ValueError, "__len__() should return >= 0");
  return to_ssize(t, i);
}

Result<int64_t> length_hint(Thread& t, Value v, int64_t fallback) {
  Type* ty = type_of(v);
  if (ty->dunder(D_len)) {
    Result<int64_t> n = length(t, v);
    if (n.ok()) return n;
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
  }
  Opt h = TRY(lookup_special(t, v, dunder_name(D_length_hint)));
  if (!h) return fallback;
  Result<Value> r = call(t, h.v);
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return fallback;
  }
  if (r.value() == kNotImplemented) return fallback;
  if (!is_int(r.value())) return RAISE(TypeError, "__length_hint__ must be an integer, not %T", r.value());
  int64_t n = TRY(to_ssize(t, r.value()));
  if (n < 0) return RAISE(ValueError, "__length_hint__() should return >= 0");
  return n;
}

Result<Value> get_item(Thread& t, Value o, Value key) {
  Type* ty = type_of(o);
  if (key.is_int()) {  // what most native callers want
    uint64_t i = static_cast<uint64_t>(key.as_int());
    if (ty == KAA_TYPE(tuple) && i < o.as<Tuple>()->size) return o.as<Tuple>()->items[i];
    if (ty == KAA_TYPE(list) && i < o.as<List>()->size) return o.as<List>()->items[i];
  }
  if (ty->dunder(D_getitem)) return call_dunder(t, D_getitem, o, key);
  if (is_type(o)) {
    Opt f = TRY(lookup_attr(t, o, dunder_name(D_class_getitem)));
    if (f && !f.v.is_none()) return call(t, f.v, key);
    if (o == Value(KAA_TYPE(type))) return generic_alias(t, o, key);
    return RAISE(TypeError, "type '%U' is not subscriptable", o.as<Type>()->name.get());
  }
  return RAISE(TypeError, "'%T' object is not subscriptable", o);
}

// A class that defines one of __setitem__ and __delitem__ in Python has the slot for both: what fails then is the look for the other.
static bool half_item_slot(Type* ty, Dunder other) {
  Value f = ty->dunder(other);
  return f && type_of(f) != KAA_TYPE(wrapper_descriptor);
}
// CPython words it as sequences do where an index meets a type that has slots of sequences: each class made by a class statement, and native ones
// that have a length.
static bool fails_as_sequence(Type* ty, Value key) {
  return type_of(key)->dunder(D_index) && (ty->has(kTypeHeap) || ty->dunder(D_len));
}

Status set_item(Thread& t, Value o, Value key, Value v) {
  Type* ty = type_of(o);
  if (!ty->dunder(D_setitem)) {
    if (half_item_slot(ty, D_delitem)) return RAISE(AttributeError, "__setitem__");
    return RAISE(TypeError, "'%T' object does not support item assignment", o);
  }
  TRY(call_dunder(t, D_setitem, o, key, v));
  return {};
}
Status del_item(Thread& t, Value o, Value key) {
  Type* ty = type_of(o);
  if (!ty->dunder(D_delitem)) {
    if (half_item_slot(ty, D_setitem)) return RAISE(AttributeError, "__delitem__");
    return RAISE(TypeError, fails_as_sequence(ty, key) ? "'%T' object doesn't support item deletion" : "'%T' object does not support item deletion", o);
  }
  TRY(call_dunder(t, D_delitem, o, key));
  return {};
}

// Whether the old iteration protocol works: __getitem__ with 0, 1, 2... A native type that has subscripts but no length (a union) is a mapping.
static bool is_indexed(Type* ty) {
  Value get = ty->dunder(D_getitem);
  if (!get || ty->has(kTypeDict)) return false;
  return type_of(get) != KAA_TYPE(wrapper_descriptor) || get.as<NativeFunction>()->owner->dunder(D_len);
}

Result<bool> contains(Thread& t, Value c, Value item) {
  Type* ty = type_of(c);
  if (ty == KAA_TYPE(dict)) {
    Opt v = TRY(dict_get(t, c.as<Dict>(), item));
    return static_cast<bool>(v);
  }
  if (ty == KAA_TYPE(set) || ty == KAA_TYPE(frozenset)) return set_contains(t, c.as<Set>(), item);
  if (ty == KAA_TYPE(str) && IS_EXACT(item, str)) {  // a character in a text of one byte each
    Str *s = c.as<Str>(), *x = item.as<Str>();
    if (x->length == 1 && s->kind() == 1) return x->kind() == 1 && memchr(s->data1(), x->data1()[0], s->length) != nullptr;
  }
  if (ty == KAA_TYPE(tuple) || ty == KAA_TYPE(list)) {
    bool is_list = ty == KAA_TYPE(list);
    Str* text = IS_EXACT(item, str) ? item.as<Str>() : nullptr;
    for (uint64_t i = 0;; i++) {  // an __eq__ may change a list
      if (i >= (is_list ? c.as<List>()->size : c.as<Tuple>()->size)) return false;
      Value x = is_list ? c.as<List>()->items[i] : c.as<Tuple>()->items[i];
      if (x == item) return true;
      if (text && IS_EXACT(x, str)) {
        if (x.as<Str>()->length == text->length && str_equal(x.as<Str>(), text)) return true;
        continue;
      }
      if (x.is_int() && item.is_int()) continue;
      bool eq = TRY(equal(t, x, item));
      if (eq) return true;
    }
  }
  Value f = ty->dunder(D_contains);
  if (f && !f.is_none()) {
    Value r = TRY(call_operator(t, D_contains, f, c, item));
    return truth(t, r);
  }
  if (f || (!ty->dunder(D_iter) && !is_indexed(ty))) {
    if (f) return RAISE(TypeError, "'%T' object is not a container", c);
    return RAISE(TypeError, "argument of type '%T' is not a container or iterable", c);
  }
  Value it = TRY(get_iter(t, c));
  for (;;) {
    Opt v = TRY(iter_next(t, it));
    if (!v) return false;
    bool eq = TRY(equal(t, v.v, item));
    if (eq) return true;
  }
}

Result<Value> get_iter(Thread& t, Value v) {
  if (IS_EXACT(v, list) || IS_EXACT(v, tuple)) {
    SeqIter* it = TRY(alloc<SeqIter>(t, IS_EXACT(v, list) ? KAA_SHAPE(list_iterator) : KAA_SHAPE(tuple_iterator)));
    it->seq.init(v);
    return it;
  }
  Type* ty = type_of(v);
  Value f = ty->dunder(D_iter);
  if (f && !f.is_none()) {
    Value it = TRY(call_dunder(t, D_iter, v));
    if (!type_of(it)->iternext && !type_of(it)->dunder(D_next)) return RAISE(TypeError, "iter() returned non-iterator of type '%T'", it);
    return it;
  }
  if (!f && is_indexed(ty)) {
    SeqIter* it = TRY(alloc<SeqIter>(t, KAA_SHAPE(iterator)));
    it->seq.init(v);
    return it;
  }
  return RAISE(TypeError, "'%T' object is not iterable", v);
}

// A safepoint, so that native loops over endless iterators can be interrupted and let other threads run.
Result<Opt> iter_next(Thread& t, Value it) {
  if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) TRY(safepoint(t));
  if (IS_EXACT(it, generator) && LIKELY(it.as<GeneratorObject>()->state == GenState::kSuspended)) {  // as its iternext does
    Value v = generator_step(t, it.as<GeneratorObject>(), kNone);
    if (LIKELY(v && it.as<GeneratorObject>()->state == GenState::kSuspended)) return Opt{v};
    if (v) return Opt{};  // what it returns is of no interest to a loop
    if (!exc_matches(t, KAA_TYPE(StopIteration))) return Error{};
    clear_exc(t);
    return Opt{};
  }
  Type* ty = type_of(it);
  if (ty->iternext) {
    TRY(native_enter(t));  // an iterator over an iterator over ...
    Result<Value> v = ty->iternext(t, it.object());
    if (v.ok()) return Opt{v.value()};
    if (!t.exc) return Opt{};
  } else {
    if (!ty->dunder(D_next)) return RAISE(TypeError, "'%T' object is not an iterator", it);
    Result<Value> v = call_dunder(t, D_next, it);
    if (v.ok()) return Opt{v.value()};
  }
  if (!exc_matches(t, KAA_TYPE(StopIteration))) return Error{};
  clear_exc(t);
  return Opt{};
}

Status iter_ended(Thread& t) {
  if (LIKELY(!t.exc)) return {};
  if (!exc_matches(t, KAA_TYPE(StopIteration))) return Error{};
  clear_exc(t);
  return {};
}

// Whether the __class__ of the type's instances is the type, because object's descriptor gives it.
static bool class_is_type(Type* ty) {
  static const Value of_object = type_lookup(KAA_TYPE(object), dunder_name(D_class));  // the type is immutable
  return !ty->has(kTypeCustomGetattribute | kTypeHasGetattr) && type_lookup(ty, dunder_name(D_class)) == of_object;
}

Result<bool> isinstance(Thread& t, Value o, Value cls) {
  Type* ot = type_of(o);
  if (cls == Value(ot)) return true;
  if (IS_EXACT(cls, type)) {  // the metaclass has no hook of its own
    if (is_subtype(ot, cls.as<Type>())) return true;
    if (LIKELY(class_is_type(ot))) return false;
    Opt c = TRY(lookup_attr(t, o, dunder_name(D_class)));
    return c && c.v != Value(ot) && is_type(c.v) && is_subtype(c.v.as<Type>(), cls.as<Type>());
  }
  if (is_tuple(cls)) {
    TRY(native_enter(t, " in __instancecheck__"));
    for (uint64_t i = 0; i < cls.as<Tuple>()->size; i++) {
      bool r = TRY(isinstance(t, o, cls.as<Tuple>()->items[i]));
      if (r) return true;
    }
    return false;
  }
  if (Value hook = type_of(cls)->dunder(D_instancecheck)) {
    if (is_type(cls))
      if (AbcAnswer known = abc_isinstance(o, cls, hook); known != AbcAnswer::kAsk) return known == AbcAnswer::kYes;
    TRY(native_enter(t, " in __instancecheck__"));
    Value r = TRY(call_dunder(t, D_instancecheck, cls, o));
    return truth(t, r);
  }
  return generic_isinstance(t, o, cls);
}

// Classes that are no types but have __bases__ (abstract, by convention).
static Result<Opt> abstract_bases(Thread& t, Value cls) {
  Opt b = TRY(lookup_attr(t, cls, NAME("__bases__")));
  if (b && !is_tuple(b.v)) return Opt{};
  return b;
}
static Result<bool> abstract_issubclass(Thread& t, Value c, Value cls) {
  TRY(native_enter(t, " in __subclasscheck__"));
  if (c == cls) return true;
  Opt b = TRY(abstract_bases(t, c));
  if (!b) return false;
  for (uint64_t i = 0; i < b.v.as<Tuple>()->size; i++) {
    bool r = TRY(abstract_issubclass(t, b.v.as<Tuple>()->items[i], cls));
    if (r) return true;
  }
  return false;
}

Result<bool> generic_isinstance(Thread& t, Value o, Value cls) {
  if (is_type(cls)) {
    Type* ot = type_of(o);
    if (is_subtype(ot, cls.as<Type>())) return true;
    if (LIKELY(class_is_type(ot))) return false;
    Opt c = TRY(lookup_attr(t, o, dunder_name(D_class)));
    return c && c.v != Value(ot) && is_type(c.v) && is_subtype(c.v.as<Type>(), cls.as<Type>());
  }
  Opt b = TRY(abstract_bases(t, cls));
  if (!b) return RAISE(TypeError, "isinstance() arg 2 must be a type, a tuple of types, or a union");
  Opt c = TRY(lookup_attr(t, o, dunder_name(D_class)));
  if (!c) return false;
  return abstract_issubclass(t, c.v, cls);
}

Result<bool> generic_issubclass(Thread& t, Value c, Value cls) {
  if (is_type(c) && is_type(cls)) return is_subtype(c.as<Type>(), cls.as<Type>());
  Opt b = TRY(abstract_bases(t, c));
  if (!b) return RAISE(TypeError, "issubclass() arg 1 must be a class");
  Opt b2 = TRY(abstract_bases(t, cls));
  if (!b2) return RAISE(TypeError, "issubclass() arg 2 must be a class, a tuple of classes, or a union");
  return abstract_issubclass(t, c, cls);
}

Result<bool> issubclass(Thread& t, Value c, Value cls) {
  if (IS_EXACT(cls, type)) {
    if (c == cls) return true;
    return generic_issubclass(t, c, cls);
  }
  if (is_tuple(cls)) {
    TRY(native_enter(t, " in __subclasscheck__"));
    for (uint64_t i = 0; i < cls.as<Tuple>()->size; i++) {
      bool r = TRY(issubclass(t, c, cls.as<Tuple>()->items[i]));
      if (r) return true;
    }
    return false;
  }
  if (type_of(cls)->dunder(D_subclasscheck)) {
    TRY(native_enter(t, " in __subclasscheck__"));
    Value r = TRY(call_dunder(t, D_subclasscheck, cls, c));
    return truth(t, r);
  }
  return generic_issubclass(t, c, cls);
}

bool repr_enter(Thread&, Object* o) {
  if (o->flag(kInRepr)) return true;
  o->set_flag(kInRepr);
  return false;
}
void repr_leave(Thread&, Object* o) { o->clear_flag(kInRepr); }

}  // namespace kaa
