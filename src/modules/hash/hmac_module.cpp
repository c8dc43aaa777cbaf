// _hmac: HMAC (RFC 2104) over the digests of hash.h, for when OpenSSL does not have or allow one.
#include "modules/hash/objects.h"
#include "modules/new_exception.h"
#include "types/bytes.h"

namespace kaa {

namespace {

// Two digests that have taken in the key's inner and outer block. They are plain data, not objects of the heap.
struct HmacObject : Object {
  HashObject inner, outer;
  template <class F> void each_field(F&&) {}
};

Type *g_hmac, *g_unknown;

constexpr const char* k_algorithms[] = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2s_32", "blake2b_32"};

void start(HmacObject* h, const char* name, std::string_view key) {
  uint8_t block[256] = {}, pad[256];
  hash_start(&h->inner, name);
  size_t n = hash_block_size(&h->inner);
  if (key.size() > n) {
    hash_update(&h->inner, key);
    hash_finish(&h->inner, block);
  } else if (!key.empty()) {
    memcpy(block, key.data(), key.size());
  }
  for (HashObject* side : {&h->inner, &h->outer}) {
    hash_start(side, name);
    for (size_t i = 0; i < n; i++) pad[i] = block[i] ^ (side == &h->inner ? 0x36 : 0x5C);
    hash_update(side, {reinterpret_cast<char*>(pad), n});
  }
}
size_t finish(const HmacObject* h, uint8_t* out) {
  HashObject inner, outer;
  memcpy(static_cast<void*>(&inner), &h->inner, sizeof inner);
  memcpy(static_cast<void*>(&outer), &h->outer, sizeof outer);
  size_t n = hash_digest_size(&inner);
  uint8_t middle[128];
  hash_finish(&inner, middle);
  hash_update(&outer, {reinterpret_cast<char*>(middle), n});
  hash_finish(&outer, out);
  return n;
}

Result<const char*> algorithm(Thread& t, Value v) {
  if (is_str(v)) {
    Value lower = TRY(call_method(t, v, intern_name("lower")));
    for (const char* name : k_algorithms)
      if (str_equal_ascii(lower.as<Str>(), name)) return name;
  }
  return raise(t, g_unknown, "unsupported hash type: %R", v);
}
HmacObject* self_of(Args a) { return a.as<HmacObject>(0); }

Result<Value> m_new(Thread& t, Args a) {
  if (!a[2] || a[2].is_none()) return RAISE(TypeError, "new() missing 1 required argument 'digestmod'");
  const char* name = TRY(algorithm(t, a[2]));
  HashInput key, msg;
  TRY(key.get(t, a[0]));
  bool more = a[1] && !a[1].is_none();
  if (more) TRY(msg.get(t, a[1]));
  HmacObject* h = TRY(alloc_as<HmacObject>(t, g_hmac));
  start(h, name, key.view());
  if (more) hash_update(&h->inner, msg.view());
  return h;
}
Result<Value> compute(Thread& t, const char* name, Value key_arg, Value msg_arg) {
  HashInput key, msg;
  TRY(key.get(t, key_arg));
  TRY(msg.get(t, msg_arg));
  HmacObject h;
  start(&h, name, key.view());
  hash_update(&h.inner, msg.view());
  uint8_t out[128];
  size_t n = finish(&h, out);
  return TRY(new_bytes(t, out, n));
}
Result<Value> m_compute_digest(Thread& t, Args a) { return compute(t, TRY(algorithm(t, a[2])), a[0], a[1]); }
template <int which> Result<Value> m_compute(Thread& t, Args a) { return compute(t, k_algorithms[which], a[0], a[1]); }

Result<Value> hmac_update(Thread& t, Args a) {
  HashInput in;
  TRY(in.get(t, a[1]));
  hash_update(&self_of(a)->inner, in.view());
  return kNone;
}
Result<Value> hmac_copy(Thread& t, Args a) {
  HmacObject* h = TRY(alloc_as<HmacObject>(t, g_hmac));
  memcpy(static_cast<void*>(&h->inner), &self_of(a)->inner, sizeof h->inner);
  memcpy(static_cast<void*>(&h->outer), &self_of(a)->outer, sizeof h->outer);
  return h;
}
template <bool hex> Result<Value> hmac_digest(Thread& t, Args a) {
  uint8_t out[128];
  size_t n = finish(self_of(a), out);
  Bytes* b = TRY(new_bytes(t, out, n));
  if (!hex) return b;
  return TRY(hex_text(t, b->view(), Value(), Value()));
}
Result<Value> hmac_repr(Thread& t, Args a) {
  char where[32];
  snprintf(where, sizeof where, "%#lx", static_cast<unsigned long>(object_id(a[0])));
  return TRY(str_format(t, "<%s HMAC object @ %s>", self_of(a)->inner.name, where));
}
Result<Value> get_name(Thread& t, Value v) { return TRY(str_format(t, "hmac-%s", v.as<HmacObject>()->inner.name)); }
Result<Value> get_digest_size(Thread&, Value v) { return small_int(static_cast<int64_t>(hash_digest_size(&v.as<HmacObject>()->inner))); }
Result<Value> get_block_size(Thread&, Value v) { return small_int(static_cast<int64_t>(hash_block_size(&v.as<HmacObject>()->inner))); }

constexpr MethodDef k_methods[] = {
    {"copy", hmac_copy, "($self, /)", "A copy with the same state."},
    {"digest", hmac_digest<false>, "($self, /)", "The digest of the data so far."},
    {"hexdigest", hmac_digest<true>, "($self, /)", "The digest in hexadecimal."},
    {"update", hmac_update, "($self, /, msg)", "Adds data."},
    {"__repr__", hmac_repr, "($self, /)", nullptr},
};
constexpr GetSetDef k_getsets[] = {
    {"name", get_name, nullptr, "hmac- and the digest's name."},
    {"digest_size", get_digest_size, nullptr, "The digest's size in bytes."},
    {"block_size", get_block_size, nullptr, "The digest's block size in bytes."},
};
constexpr MethodKind kF = MethodKind::kFunction;
#define COMPUTE(i, name) {"compute_" name, m_compute<i>, "(key, msg, /)", "The HMAC of a message.", kF}
constexpr MethodDef k_functions[] = {
    {"new", m_new, "(key, msg=None, digestmod=None)", "A new HMAC object.", kF},
    {"compute_digest", m_compute_digest, "(key, msg, digest)", "The HMAC of a message.", kF},
    COMPUTE(0, "md5"), COMPUTE(1, "sha1"), COMPUTE(2, "sha224"), COMPUTE(3, "sha256"), COMPUTE(4, "sha384"), COMPUTE(5, "sha512"), COMPUTE(6, "sha3_224"),
    COMPUTE(7, "sha3_256"), COMPUTE(8, "sha3_384"), COMPUTE(9, "sha3_512"), COMPUTE(10, "blake2s_32"), COMPUTE(11, "blake2b_32"),
};
const TypeSpec k_spec = {.doc = "An HMAC object.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<HmacObject>, .flags = kTypeDisallowInstantiation};

Status exec(Thread& t, Module* m) {
  static Root<> error;
  if (!g_hmac) {
    g_hmac = TRY(make_native_type(t, "_hmac.HMAC", nullptr, k_spec));
    g_unknown = TRY(new_exception(t, "_hmac", "UnknownHashError", KAA_TYPE(ValueError)));
    error = g_unknown;
  }
  TRY(module_add(t, m, "HMAC", g_hmac));
  TRY(module_add(t, m, "UnknownHashError", error));
  return module_add(t, m, "_GIL_MINSIZE", small_int(2048));
}

}  // namespace

extern const ModuleDef _hmac_module = {.name = "_hmac", .functions = k_functions, .exec = exec};

}  // namespace kaa
