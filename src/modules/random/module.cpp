// _random: the generator behind the random module.
#include <errno.h>
#include <sys/random.h>

#include <new>
#include <vector>

#include "modules/native_new.h"
#include "modules/random/mt19937.h"
#include "types/int.h"

namespace kaa {

namespace {

struct RandomObject : Object {
  random::Mt19937 generator;
  template <class F> void each_field(F&&) {}
};
Type* g_random;

random::Mt19937& self_of(Args a) { return a.as<RandomObject>(0)->generator; }

// Seeds from the bits of a non-negative int.
void seed_from(random::Mt19937& g, BigView v) {
  std::vector<uint32_t> words;
  int64_t n = v.size < 0 ? -v.size : v.size;
  for (int64_t i = 0; i < n; i++) {
    words.push_back(static_cast<uint32_t>(v.limbs[i]));
    words.push_back(static_cast<uint32_t>(v.limbs[i] >> 32));
  }
  while (words.size() > 1 && words.back() == 0) words.pop_back();
  if (words.empty()) words.push_back(0);
  g.seed(words.data(), words.size());
}

Status seed(Thread& t, Object* self, Value v) {
  random::Mt19937& g = static_cast<RandomObject*>(self)->generator;
  if (!v || v.is_none()) {
    uint32_t words[random::Mt19937::kWords];
    ssize_t n;
    do n = getrandom(words, sizeof words, 0); while (n < 0 && errno == EINTR);
    if (n < 0) return raise_os_error(t, errno);
    g.seed(words, static_cast<size_t>(n) / 4);
    return {};
  }
  if (is_int(v)) {
    AnyInt i(v);
    seed_from(g, i.view());
    return {};
  }
  int64_t h = TRY(hash(t, v));
  uint64_t u = static_cast<uint64_t>(h);
  uint32_t words[2] = {static_cast<uint32_t>(u), static_cast<uint32_t>(u >> 32)};
  g.seed(words, words[1] ? 2 : 1);
  return {};
}

// The seed is __init__'s business, so that a subclass with an __init__ of its own, as random.Random is, does not seed twice.
Result<Value> random_new(Thread& t, Args a, Tuple*) {
  return TRY(alloc_as<RandomObject>(t, a.as<Type>(0)));  // all zero, as CPython's
}
Result<Value> random_init(Thread& t, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, "Random", type_of(a[0]), g_random, kwnames));
  uint32_t given = a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  TRY(check_count(t, "Random", given, 0, 1));
  TRY(seed(t, a[0].object(), given ? a[1] : Value()));
  return kNone;
}

Result<Value> random_random(Thread& t, Args a) { return make_float(t, self_of(a).next_double()); }
Result<Value> random_seed(Thread& t, Args a) {
  TRY(seed(t, a[0].object(), a[1]));
  return kNone;
}

Result<Value> random_getstate(Thread& t, Args a) {
  constexpr size_t n = random::Mt19937::kWords;
  Tuple* u = TRY(new_tuple(t, n + 1));
  for (size_t i = 0; i < n; i++) tuple_init(u, i, small_int(self_of(a).state()[i]));
  tuple_init(u, n, small_int(self_of(a).index()));
  return u;
}

Result<Value> random_setstate(Thread& t, Args a) {
  constexpr size_t n = random::Mt19937::kWords;
  if (!is_tuple(a[1])) return RAISE(TypeError, "state vector must be a tuple");
  Tuple* u = a.as<Tuple>(1);
  if (u->size != n + 1) return RAISE(ValueError, "state vector is the wrong size");
  uint32_t words[n];
  for (size_t i = 0; i < n; i++) {
    if (!is_int(u->items[i])) return RAISE(TypeError, "an integer is required");
    if (int_is_negative(u->items[i])) return RAISE(OverflowError, "can't convert negative value to unsigned int");
    Result<uint64_t> w = to_uint64(t, u->items[i]);
    if (!w.ok()) {
      clear_exc(t);
      return RAISE(OverflowError, "Python int too large to convert to C unsigned long");
    }
    words[i] = static_cast<uint32_t>(w.value());
  }
  if (!is_int(u->items[n])) return RAISE(TypeError, "an integer is required");
  int64_t index = TRY(to_int64(t, u->items[n]));
  if (index < 0 || index > static_cast<int64_t>(n) || !self_of(a).set_state(words, static_cast<uint32_t>(index))) return RAISE(ValueError, "invalid state");
  return kNone;
}

Result<Value> random_getrandbits(Thread& t, Args a) {
  Value k = TRY(to_index(t, a[1]));
  if (int_is_negative(k)) return RAISE(ValueError, "Cannot convert negative int");
  Result<uint64_t> bits = to_uint64(t, k);
  if (!bits.ok()) {
    clear_exc(t);
    return RAISE(OverflowError, "Python int too large for C uint64_t");
  }
  uint64_t n = bits.value();
  if (n == 0) return small_int(0);
  if (n <= 32) return small_int(self_of(a).next() >> (32 - n));
  if (n > (uint64_t{1} << 40)) return raise_memory(t);
  int64_t limbs = static_cast<int64_t>((n + 63) / 64);
  IntObject* o = TRY(int_alloc(t, limbs));
  std::vector<uint32_t> words((n + 31) / 32);
  self_of(a).get_bits(n, words.data());
  for (int64_t i = 0; i < limbs; i++) {
    size_t j = static_cast<size_t>(2 * i);
    o->limbs[i] = words[j] | static_cast<uint64_t>(j + 1 < words.size() ? words[j + 1] : 0) << 32;
  }
  return int_finish(t, o, limbs);
}

constexpr MethodDef k_methods[] = {
    {"__new__", random_new, nullptr, "A generator without a seed yet.", MethodKind::kNew},
    {"__init__", random_init, nullptr, "Sets the seed."},
    {"random", random_random, "($self, /)", "The next number in [0, 1)."},
    {"seed", random_seed, "($self, n=None, /)", "Starts over, from the hash of an object, an int, or the system's randomness."},
    {"getstate", random_getstate, "($self, /)", "The state as a tuple of ints."},
    {"setstate", random_setstate, "($self, state, /)", "Takes over a state that getstate() gave."},
    {"getrandbits", random_getrandbits, "($self, k, /)", "An int of k random bits."},
};

}  // namespace

template <> struct LayoutTraits<RandomObject> { static constexpr Death death = Death::kPlain; };
static const TypeSpec k_random_spec = {.doc = "A Mersenne Twister.", .methods = k_methods, .layout = &kLayout<RandomObject>, .flags = kTypeBase};

static Status random_exec(Thread& t, Module* m) {
  if (!g_random) g_random = TRY(make_native_type(t, "_random.Random", nullptr, k_random_spec));
  return module_add(t, m, "Random", g_random);
}
extern const ModuleDef _random_module = {"_random", "The Mersenne Twister.", {}, random_exec};

}  // namespace kaa
