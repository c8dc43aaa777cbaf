// _operator: the operators as functions.
#include "modules/operator/operator.h"

namespace kaa {
namespace operators {

Type* g_itemgetter;
Type* g_attrgetter;
Type* g_methodcaller;

namespace {

template <BinaryOp op>
Result<Value> binary(Thread& t, Args a) { return binary_op(t, op, a[0], a[1]); }
template <BinaryOp op>
Result<Value> inplace(Thread& t, Args a) { return inplace_op(t, op, a[0], a[1]); }
template <CompareOp op>
Result<Value> comparison(Thread& t, Args a) { return compare(t, op, a[0], a[1]); }

Result<Value> op_pow(Thread& t, Args a) { return power(t, a[0], a[1], Value()); }
Result<Value> op_neg(Thread& t, Args a) { return unary_neg(t, a[0]); }
Result<Value> op_pos(Thread& t, Args a) { return unary_pos(t, a[0]); }
Result<Value> op_invert(Thread& t, Args a) { return unary_invert(t, a[0]); }
Result<Value> op_abs(Thread& t, Args a) {
  if (!type_of(a[0])->dunder(D_abs)) return RAISE(TypeError, "bad operand type for abs(): '%T'", a[0]);
  return call_dunder(t, D_abs, a[0]);
}
Result<Value> op_index(Thread& t, Args a) { return to_index(t, a[0]); }
Result<Value> op_truth(Thread& t, Args a) { return Value::from_bool(TRY(truth(t, a[0]))); }
Result<Value> op_not(Thread& t, Args a) { return Value::from_bool(!TRY(truth(t, a[0]))); }
Result<Value> op_is(Thread&, Args a) { return Value::from_bool(a[0] == a[1]); }
Result<Value> op_is_not(Thread&, Args a) { return Value::from_bool(!(a[0] == a[1])); }
Result<Value> op_is_none(Thread&, Args a) { return Value::from_bool(a[0].is_none()); }
Result<Value> op_is_not_none(Thread&, Args a) { return Value::from_bool(!a[0].is_none()); }

Result<Value> op_getitem(Thread& t, Args a) { return get_item(t, a[0], a[1]); }
Result<Value> op_setitem(Thread& t, Args a) {
  TRY(set_item(t, a[0], a[1], a[2]));
  return kNone;
}
Result<Value> op_delitem(Thread& t, Args a) {
  TRY(del_item(t, a[0], a[1]));
  return kNone;
}
Result<Value> op_contains(Thread& t, Args a) { return Value::from_bool(TRY(contains(t, a[0], a[1]))); }

bool is_sequence(Value v) { return type_of(v)->dunder(D_getitem) && !is_dict(v); }

Result<Value> op_concat(Thread& t, Args a) {
  if (!is_sequence(a[0]) || (!is_sequence(a[1]) && !type_of(a[0])->has(kTypeStr | kTypeBytes | kTypeTuple | kTypeList)))
    return RAISE(TypeError, "'%T' object can't be concatenated", a[0]);
  return binary_op(t, BinaryOp::ADD, a[0], a[1]);
}
Result<Value> op_iconcat(Thread& t, Args a) {
  if (!is_sequence(a[0])) return RAISE(TypeError, "'%T' object can't be concatenated", a[0]);
  return inplace_op(t, BinaryOp::ADD, a[0], a[1]);
}

// The iterator of a container that is searched; what is not iterable gets words of its own.
Result<Value> search_iter(Thread& t, Value container) {
  Result<Value> it = get_iter(t, container);
  if (!it.ok() && exc_matches(t, KAA_TYPE(TypeError)) && !type_of(container)->dunder(D_iter)) {
    clear_exc(t);
    return RAISE(TypeError, "argument of type '%T' is not iterable", container);
  }
  return it;
}

Result<Value> op_countof(Thread& t, Args a) {
  Value it = TRY(search_iter(t, a[0]));
  int64_t n = 0;
  TRY(each_next(t, it, [&](Value v) -> Status {
    n += TRY(equal(t, v, a[1]));
    return {};
  }));
  return small_int(n);
}

Result<Value> op_indexof(Thread& t, Args a) {
  Value it = TRY(search_iter(t, a[0]));
  for (int64_t i = 0;; i++) {
    Opt v = TRY(iter_next(t, it));
    if (!v) return RAISE(ValueError, "sequence.index(x): x not in sequence");
    if (TRY(equal(t, v.v, a[1]))) return small_int(i);
  }
}

Result<Value> op_length_hint(Thread& t, Args a) {
  int64_t fallback = a[1] ? TRY(to_c_ssize(t, a[1])) : 0;
  return make_int(t, TRY(length_hint(t, a[0], fallback)));
}

Result<Value> op_call(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames);
  if (n < 1) return RAISE(TypeError, "call expected at least 1 argument, got 0");
  return call_args(t, a[0], a.p + 1, n - 1, kwnames);
}

// Compares in a time that depends on the second argument's length alone.
bool digest_equal(std::string_view a, std::string_view b) {
  volatile unsigned char difference = a.size() != b.size();
  const volatile char* left = a.size() == b.size() ? a.data() : b.data();
  for (size_t i = 0; i < b.size(); i++) difference = static_cast<unsigned char>(difference | (left[i] ^ b[i]));
  return difference == 0;
}

Result<Value> op_compare_digest(Thread& t, Args a) {
  if (is_str(a[0]) && is_str(a[1])) {
    if (!a.as<Str>(0)->is_ascii() || !a.as<Str>(1)->is_ascii())
      return RAISE(TypeError, "comparing strings with non-ASCII characters is not supported");
    return Value::from_bool(digest_equal(a.as<Str>(0)->ascii(), a.as<Str>(1)->ascii()));
  }
  if (!has_buffer(a[0]) && !has_buffer(a[1]))
    return RAISE(TypeError, "unsupported operand types(s) or combination of types: '%T' and '%T'", a[0], a[1]);
  BufferHold x, y;
  TRY(x.get(t, a[0]));
  TRY(y.get(t, a[1]));
  if (x.b.ndim > 1 || y.b.ndim > 1) return RAISE(BufferError, "Buffer must be single dimension");
  return Value::from_bool(digest_equal(x.view(), y.view()));
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"truth", op_truth, "(a, /)", "Whether a is true.", kF},
    {"contains", op_contains, "(a, b, /)", "b in a", kF},
    {"indexOf", op_indexof, "(a, b, /)", "The index of the first b in a.", kF},
    {"countOf", op_countof, "(a, b, /)", "How often b is in a.", kF},
    {"is_", op_is, "(a, b, /)", "a is b", kF},
    {"is_not", op_is_not, "(a, b, /)", "a is not b", kF},
    {"is_none", op_is_none, "(a, /)", "a is None", kF},
    {"is_not_none", op_is_not_none, "(a, /)", "a is not None", kF},
    {"add", binary<BinaryOp::ADD>, "(a, b, /)", "a + b", kF},
    {"sub", binary<BinaryOp::SUB>, "(a, b, /)", "a - b", kF},
    {"mul", binary<BinaryOp::MUL>, "(a, b, /)", "a * b", kF},
    {"matmul", binary<BinaryOp::MATMUL>, "(a, b, /)", "a @ b", kF},
    {"floordiv", binary<BinaryOp::FLOORDIV>, "(a, b, /)", "a // b", kF},
    {"truediv", binary<BinaryOp::DIV>, "(a, b, /)", "a / b", kF},
    {"mod", binary<BinaryOp::MOD>, "(a, b, /)", "a % b", kF},
    {"pow", op_pow, "(a, b, /)", "a ** b", kF},
    {"lshift", binary<BinaryOp::LSHIFT>, "(a, b, /)", "a << b", kF},
    {"rshift", binary<BinaryOp::RSHIFT>, "(a, b, /)", "a >> b", kF},
    {"and_", binary<BinaryOp::AND>, "(a, b, /)", "a & b", kF},
    {"xor", binary<BinaryOp::XOR>, "(a, b, /)", "a ^ b", kF},
    {"or_", binary<BinaryOp::OR>, "(a, b, /)", "a | b", kF},
    {"iadd", inplace<BinaryOp::ADD>, "(a, b, /)", "a += b", kF},
    {"isub", inplace<BinaryOp::SUB>, "(a, b, /)", "a -= b", kF},
    {"imul", inplace<BinaryOp::MUL>, "(a, b, /)", "a *= b", kF},
    {"imatmul", inplace<BinaryOp::MATMUL>, "(a, b, /)", "a @= b", kF},
    {"ifloordiv", inplace<BinaryOp::FLOORDIV>, "(a, b, /)", "a //= b", kF},
    {"itruediv", inplace<BinaryOp::DIV>, "(a, b, /)", "a /= b", kF},
    {"imod", inplace<BinaryOp::MOD>, "(a, b, /)", "a %= b", kF},
    {"ipow", inplace<BinaryOp::POW>, "(a, b, /)", "a **= b", kF},
    {"ilshift", inplace<BinaryOp::LSHIFT>, "(a, b, /)", "a <<= b", kF},
    {"irshift", inplace<BinaryOp::RSHIFT>, "(a, b, /)", "a >>= b", kF},
    {"iand", inplace<BinaryOp::AND>, "(a, b, /)", "a &= b", kF},
    {"ixor", inplace<BinaryOp::XOR>, "(a, b, /)", "a ^= b", kF},
    {"ior", inplace<BinaryOp::OR>, "(a, b, /)", "a |= b", kF},
    {"neg", op_neg, "(a, /)", "-a", kF},
    {"pos", op_pos, "(a, /)", "+a", kF},
    {"abs", op_abs, "(a, /)", "abs(a)", kF},
    {"inv", op_invert, "(a, /)", "~a", kF},
    {"invert", op_invert, "(a, /)", "~a", kF},
    {"index", op_index, "(a, /)", "a.__index__()", kF},
    {"not_", op_not, "(a, /)", "not a", kF},
    {"lt", comparison<CompareOp::LT>, "(a, b, /)", "a < b", kF},
    {"le", comparison<CompareOp::LE>, "(a, b, /)", "a <= b", kF},
    {"eq", comparison<CompareOp::EQ>, "(a, b, /)", "a == b", kF},
    {"ne", comparison<CompareOp::NE>, "(a, b, /)", "a != b", kF},
    {"gt", comparison<CompareOp::GT>, "(a, b, /)", "a > b", kF},
    {"ge", comparison<CompareOp::GE>, "(a, b, /)", "a >= b", kF},
    {"getitem", op_getitem, "(a, b, /)", "a[b]", kF},
    {"setitem", op_setitem, "(a, b, c, /)", "a[b] = c", kF},
    {"delitem", op_delitem, "(a, b, /)", "del a[b]", kF},
    {"concat", op_concat, "(a, b, /)", "a + b, for sequences", kF},
    {"iconcat", op_iconcat, "(a, b, /)", "a += b, for sequences", kF},
    {"length_hint", op_length_hint, "(obj, default=0, /)", "An estimate of the number of items.", kF},
    {"call", op_call, "(obj, /, *args, **kwargs)", "obj(*args, **kwargs)", kF},
    {"_compare_digest", op_compare_digest, "(a, b, /)", "a == b in a time that tells nothing about the contents.", kF},
};

Status exec(Thread& t, Module* m) {
  if (!g_itemgetter) g_itemgetter = TRY(make_native_type(t, "operator.itemgetter", nullptr, itemgetter_spec));
  if (!g_attrgetter) g_attrgetter = TRY(make_native_type(t, "operator.attrgetter", nullptr, attrgetter_spec));
  if (!g_methodcaller) g_methodcaller = TRY(make_native_type(t, "operator.methodcaller", nullptr, methodcaller_spec));
  TRY(module_add(t, m, "itemgetter", g_itemgetter));
  TRY(module_add(t, m, "attrgetter", g_attrgetter));
  return module_add(t, m, "methodcaller", g_methodcaller);
}

}  // namespace
}  // namespace operators

extern const ModuleDef _operator_module = {
    .name = "_operator", .doc = "The operators of Python as functions.", .functions = operators::k_functions, .exec = operators::exec};

}  // namespace kaa
