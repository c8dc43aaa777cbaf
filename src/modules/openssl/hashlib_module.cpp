// _hashlib: digests, HMAC and key derivation by OpenSSL.
//
// Names: hashlib's own for the algorithms that it knows, the library's otherwise.
#define OPENSSL_SUPPRESS_DEPRECATED 1  // HMAC_CTX: its successor cannot be asked for block sizes and names
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>

#include <string>

#include "modules/hash/objects.h"
#include "modules/new_exception.h"
#include "modules/openssl/errors.h"
#include "types/bytes.h"
#include "types/int.h"

namespace kaa {

Error raise_openssl(Thread& t, Type* type) {
  unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (!code) return raise(t, type, "no reason supplied");
  if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) return raise_memory(t);
  const char *lib = ERR_lib_error_string(code), *reason = ERR_reason_error_string(code);
  if (lib && reason) return raise(t, type, "[%s] %s", lib, reason);
  if (lib) return raise(t, type, "[%s]", lib);
  return raise(t, type, "%s", reason ? reason : "unknown reason");
}

namespace {

struct EvpHash : Object {
  EVP_MD_CTX* ctx;
};
struct EvpHmac : Object {
  HMAC_CTX* ctx;
};
Type *g_hash, *g_xof, *g_hmac, *g_unsupported;

struct Name { const char* ours; const char* theirs; int nid; };
constexpr Name k_names[] = {
    {"md5", "MD5", NID_md5}, {"sha1", "SHA1", NID_sha1}, {"sha224", "SHA224", NID_sha224}, {"sha256", "SHA256", NID_sha256}, {"sha384", "SHA384", NID_sha384},
    {"sha512", "SHA512", NID_sha512}, {"sha512_224", "SHA512-224", NID_sha512_224}, {"sha512_256", "SHA512-256", NID_sha512_256}, {"sha3_224", "SHA3-224", NID_sha3_224},
    {"sha3_256", "SHA3-256", NID_sha3_256}, {"sha3_384", "SHA3-384", NID_sha3_384}, {"sha3_512", "SHA3-512", NID_sha3_512}, {"shake_128", "SHAKE128", NID_shake128},
    {"shake_256", "SHAKE256", NID_shake256}, {"blake2s", "BLAKE2s256", NID_blake2s256}, {"blake2b", "BLAKE2b512", NID_blake2b512}};

std::string name_of(const EVP_MD* md) {
  int nid = EVP_MD_get_type(md);
  for (auto& n : k_names)
    if (n.nid == nid) return n.ours;
  const char* s = nid == NID_undef ? EVP_MD_get0_name(md) : OBJ_nid2ln(nid);
  std::string out = s ? s : "unknown";
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}
// A digest by either name, or null with the library's error. Fetching one takes as long as hashing some hundred bytes: those with a name of ours are kept.
EVP_MD* fetch(const char* name) {
  static EVP_MD* kept[sizeof k_names / sizeof *k_names];
  for (auto& n : k_names) {
    if (strcmp(n.ours, name)) continue;
    EVP_MD*& md = kept[&n - k_names];
    if (!md) md = EVP_MD_fetch(nullptr, n.theirs, nullptr);
    if (!md || !EVP_MD_up_ref(md)) return nullptr;
    return md;
  }
  return EVP_MD_fetch(nullptr, name, nullptr);
}
bool is_xof(const EVP_MD* md) { return EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF; }

EvpHash* hash_of(Args a) { return a.as<EvpHash>(0); }
EvpHmac* hmac_of(Args a) { return a.as<EvpHmac>(0); }

// ---- digests
Result<Value> new_hash(Thread& t, const char* name, Value data, Value string) {
  data = TRY(hash_data(t, data, string));
  HashInput in;
  TRY(in.get(t, data));
  EVP_MD* md = fetch(name);
  if (!md) return raise_openssl(t, g_unsupported);
  EvpHash* h = nullptr;
  Result<EvpHash*> made = alloc_as<EvpHash>(t, is_xof(md) ? g_xof : g_hash);
  if (made.ok()) {
    h = made.value();
    h->ctx = EVP_MD_CTX_new();
  }
  bool ok = h && h->ctx && EVP_DigestInit_ex(h->ctx, md, nullptr) && EVP_DigestUpdate(h->ctx, in.view().data(), in.view().size());
  EVP_MD_free(md);
  if (!made.ok()) return Error{};
  if (!ok) return raise_openssl(t, KAA_TYPE(ValueError));
  return h;
}
Result<Value> m_new(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "new() argument 'name' must be str, not %T", a[0]);
  if (a[2]) TRY(truth(t, a[2]));
  Utf8 name;
  TRY(str_utf8(t, a.as<Str>(0), name));
  return new_hash(t, name.data, a[1], a[3]);
}
template <const char* const& name>
Result<Value> m_named(Thread& t, Args a) {
  if (a[1]) TRY(truth(t, a[1]));
  return new_hash(t, name, a[0], a[2]);
}
Result<Value> hash_update_(Thread& t, Args a) {
  HashInput in;
  TRY(in.get(t, a[1]));
  if (!EVP_DigestUpdate(hash_of(a)->ctx, in.view().data(), in.view().size())) return raise_openssl(t, KAA_TYPE(ValueError));
  return kNone;
}
Result<Value> hash_copy_(Thread& t, Args a) {
  EvpHash* h = TRY(alloc_as<EvpHash>(t, hash_of(a)->type()));
  h->ctx = EVP_MD_CTX_new();
  if (!h->ctx || !EVP_MD_CTX_copy_ex(h->ctx, hash_of(a)->ctx)) return raise_openssl(t, KAA_TYPE(ValueError));
  return h;
}
Result<Value> hex_of(Thread& t, const uint8_t* p, size_t n) {
  Str* s = TRY(alloc_str(t, 2 * n, 0x7F));
  char* q = static_cast<char*>(s->inline_data());
  for (size_t i = 0; i < n; i++) {
    *q++ = "0123456789abcdef"[p[i] >> 4];
    *q++ = "0123456789abcdef"[p[i] & 15];
  }
  return s;
}
// The digest so far; of an XOF, `n` bytes.
Status digest(Thread& t, EvpHash* h, uint8_t* out, unsigned* n, bool xof) {
  EVP_MD_CTX* copy = EVP_MD_CTX_new();
  bool ok = copy && EVP_MD_CTX_copy_ex(copy, h->ctx) && (xof ? EVP_DigestFinalXOF(copy, out, *n) : EVP_DigestFinal_ex(copy, out, n));
  EVP_MD_CTX_free(copy);
  return ok ? Status() : Status(raise_openssl(t, KAA_TYPE(ValueError)));
}
template <bool hex>
Result<Value> hash_digest_(Thread& t, Args a) {
  uint8_t out[EVP_MAX_MD_SIZE];
  unsigned n;
  TRY(digest(t, hash_of(a), out, &n, false));
  if (hex) return hex_of(t, out, n);
  return TRY(new_bytes(t, out, n));
}
template <bool hex>
Result<Value> xof_digest(Thread& t, Args a) {
  Value i = TRY(to_index(t, a[1]));
  if (int_is_negative(i)) return RAISE(ValueError, "Cannot convert negative int");
  if (!i.is_int()) return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
  if (i.as_int() > INT32_MAX) return raise_memory(t);
  unsigned n = static_cast<unsigned>(i.as_int());
  Bytes* b = TRY(new_bytes(t, n ? nullptr : "", n));
  Keep keep(b);
  if (n) TRY(digest(t, hash_of(a), reinterpret_cast<uint8_t*>(b->data()), &n, true));
  if (hex) return hex_of(t, reinterpret_cast<uint8_t*>(b->data()), n);
  return b;
}
Result<Value> shown(Thread& t, const std::string& name, const char* what, Value v) {
  char where[32];
  snprintf(where, sizeof where, "%#lx", static_cast<unsigned long>(object_id(v)));
  return TRY(str_format(t, "<%s %s object @ %s>", name.c_str(), what, where));
}
const EVP_MD* md_of(Value v) { return EVP_MD_CTX_get0_md(v.as<EvpHash>()->ctx); }
Result<Value> hash_repr(Thread& t, Args a) { return shown(t, name_of(md_of(a[0])), is_xof(md_of(a[0])) ? "_hashlib.HASHXOF" : "_hashlib.HASH", a[0]); }
Result<Value> get_name(Thread& t, Value v) { return TRY(new_str(t, name_of(md_of(v)))); }
Result<Value> get_digest_size(Thread&, Value v) { return small_int(EVP_MD_get_size(md_of(v))); }
Result<Value> get_xof_size(Thread&, Value) { return small_int(0); }
Result<Value> get_block_size(Thread&, Value v) { return small_int(EVP_MD_get_block_size(md_of(v))); }

// ---- HMAC
Root<Dict*>& constructors() { static auto* d = new Root<Dict*>; return *d; }  // constructor -> name
// A digest by name or by its constructor of this module.
Result<EVP_MD*> digest_argument(Thread& t, Value v) {
  Value name = v;
  if (!is_str(v)) {
    name = TRY(dict_get(t, constructors(), v)).v;
    if (!name) return raise(t, g_unsupported, "Unsupported digestmod %R", v);
  }
  Utf8 u;
  TRY(str_utf8(t, name.as<Str>(), u));
  EVP_MD* md = fetch(u.data);
  if (!md) return raise_openssl(t, g_unsupported);
  return md;
}
Result<Value> m_hmac_new(Thread& t, Args a) {
  if (!a[2] || a[2].is_none()) return RAISE(TypeError, "Missing required parameter 'digestmod'.");
  BufferHold key;
  TRY(key.get(t, a[0]));
  if (key.size() > INT32_MAX) return RAISE(OverflowError, "key is too long.");
  EVP_MD* md = TRY(digest_argument(t, a[2]));
  Result<EvpHmac*> made = alloc_as<EvpHmac>(t, g_hmac);
  bool ok = false;
  if (made.ok()) {
    made.value()->ctx = HMAC_CTX_new();
    ok = made.value()->ctx && HMAC_Init_ex(made.value()->ctx, key.size() ? key.data() : "", static_cast<int>(key.size()), md, nullptr);
  }
  EVP_MD_free(md);
  if (!made.ok()) return Error{};
  if (!ok) return raise_openssl(t, KAA_TYPE(ValueError));
  if (a[1] && !a[1].is_none()) {
    HashInput in;
    TRY(in.get(t, a[1]));
    if (!HMAC_Update(made.value()->ctx, u8(in.view()), in.view().size())) return raise_openssl(t, KAA_TYPE(ValueError));
  }
  return made.value();
}
Result<Value> m_hmac_digest(Thread& t, Args a) {
  BufferHold key, msg;
  TRY(key.get(t, a[0]));
  TRY(msg.get(t, a[1]));
  if (key.size() > INT32_MAX) return RAISE(OverflowError, "key is too long.");
  if (msg.size() > INT32_MAX) return RAISE(OverflowError, "msg is too long.");
  EVP_MD* md = TRY(digest_argument(t, a[2]));
  uint8_t out[EVP_MAX_MD_SIZE];
  unsigned n = 0;
  bool ok = HMAC(md, key.size() ? key.data() : "", static_cast<int>(key.size()), u8(msg.view()), msg.size(), out, &n);
  EVP_MD_free(md);
  if (!ok) return raise_openssl(t, KAA_TYPE(ValueError));
  return TRY(new_bytes(t, out, n));
}
const EVP_MD* hmac_md(Value v) { return HMAC_CTX_get_md(v.as<EvpHmac>()->ctx); }
Result<Value> hmac_update(Thread& t, Args a) {
  HashInput in;
  TRY(in.get(t, a[1]));
  if (!HMAC_Update(hmac_of(a)->ctx, u8(in.view()), in.view().size())) return raise_openssl(t, KAA_TYPE(ValueError));
  return kNone;
}
Result<Value> hmac_copy(Thread& t, Args a) {
  EvpHmac* h = TRY(alloc_as<EvpHmac>(t, g_hmac));
  h->ctx = HMAC_CTX_new();
  if (!h->ctx || !HMAC_CTX_copy(h->ctx, hmac_of(a)->ctx)) return raise_openssl(t, KAA_TYPE(ValueError));
  return h;
}
template <bool hex>
Result<Value> hmac_digest(Thread& t, Args a) {
  uint8_t out[EVP_MAX_MD_SIZE];
  unsigned n = 0;
  HMAC_CTX* copy = HMAC_CTX_new();
  bool ok = copy && HMAC_CTX_copy(copy, hmac_of(a)->ctx) && HMAC_Final(copy, out, &n);
  HMAC_CTX_free(copy);
  if (!ok) return raise_openssl(t, KAA_TYPE(ValueError));
  if (hex) return hex_of(t, out, n);
  return TRY(new_bytes(t, out, n));
}
Result<Value> hmac_repr(Thread& t, Args a) { return shown(t, name_of(hmac_md(a[0])), "HMAC", a[0]); }
Result<Value> get_hmac_name(Thread& t, Value v) { return TRY(new_str(t, "hmac-" + name_of(hmac_md(v)))); }
Result<Value> get_hmac_size(Thread&, Value v) { return small_int(EVP_MD_get_size(hmac_md(v))); }
Result<Value> get_hmac_block(Thread&, Value v) { return small_int(EVP_MD_get_block_size(hmac_md(v))); }

// ---- key derivation
Result<Value> m_pbkdf2(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "pbkdf2_hmac() argument 'hash_name' must be str, not %T", a[0]);
  BufferHold password, salt;
  TRY(password.get(t, a[1]));
  TRY(salt.get(t, a[2]));
  int64_t iterations = TRY(to_int64(t, a[3]));
  EVP_MD* md = TRY(digest_argument(t, a[0]));
  struct Free { EVP_MD* md; ~Free() { EVP_MD_free(md); } } free_md{md};
  if (password.size() > INT32_MAX) return RAISE(OverflowError, "password is too long.");
  if (salt.size() > INT32_MAX) return RAISE(OverflowError, "salt is too long.");
  if (iterations < 1) return RAISE(ValueError, "iteration value must be greater than 0.");
  if (iterations > INT32_MAX) return RAISE(OverflowError, "iteration value is too great.");
  int64_t length = a[4] && !a[4].is_none() ? TRY(to_int64(t, a[4])) : EVP_MD_get_size(md);
  if (length < 1) return RAISE(ValueError, "key length must be greater than 0.");
  if (length > INT32_MAX) return RAISE(OverflowError, "key length is too great.");
  Bytes* out = TRY(new_bytes(t, nullptr, static_cast<size_t>(length)));
  Keep keep(out);
  int ok;
  {
    Blocking b(t);
    ok = PKCS5_PBKDF2_HMAC(password.size() ? password.data() : "", static_cast<int>(password.size()), u8(salt.view()), static_cast<int>(salt.size()),
                           static_cast<int>(iterations), md, static_cast<int>(length), reinterpret_cast<uint8_t*>(out->data()));
  }
  if (!ok) return raise_openssl(t, KAA_TYPE(ValueError));
  return out;
}
Result<uint64_t> unsigned_argument(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  if (int_is_negative(i)) return RAISE(ValueError, "Cannot convert negative int");
  return to_uint64(t, i);
}
Result<Value> m_scrypt(Thread& t, Args a) {
  BufferHold password, salt;
  TRY(password.get(t, a[0]));
  TRY(salt.get(t, a[1]));
  uint64_t n = TRY(unsigned_argument(t, a[2])), r = TRY(unsigned_argument(t, a[3])), p = TRY(unsigned_argument(t, a[4]));
  int64_t maxmem = a[5] ? TRY(to_int64(t, a[5])) : 0, length = a[6] ? TRY(to_int64(t, a[6])) : 64;
  if (password.size() > INT32_MAX) return RAISE(OverflowError, "password is too long");
  if (salt.size() > INT32_MAX) return RAISE(OverflowError, "salt is too long");
  if (n < 2 || (n & (n - 1))) return RAISE(ValueError, "n must be a power of 2.");
  if (maxmem < 0 || maxmem > INT32_MAX) return RAISE(ValueError, "maxmem must be positive and smaller than %d", INT32_MAX);
  if (length < 1 || length > INT32_MAX) return RAISE(ValueError, "dklen must be greater than 0 and smaller than %d", INT32_MAX);
  if (!EVP_PBE_scrypt(nullptr, 0, nullptr, 0, n, r, p, static_cast<uint64_t>(maxmem), nullptr, 0)) return raise_openssl(t, KAA_TYPE(ValueError));
  Bytes* out = TRY(new_bytes(t, nullptr, static_cast<size_t>(length)));
  Keep keep(out);
  int ok;
  {
    Blocking b(t);
    ok = EVP_PBE_scrypt(password.size() ? password.data() : "", password.size(), u8(salt.view()), salt.size(), n, r, p, static_cast<uint64_t>(maxmem),
                        reinterpret_cast<uint8_t*>(out->data()), static_cast<size_t>(length));
  }
  if (!ok) return raise_openssl(t, KAA_TYPE(ValueError));
  return out;
}
Result<Value> m_get_fips_mode(Thread&, Args) { return small_int(EVP_default_properties_is_fips_enabled(nullptr)); }
Result<Value> m_compare_digest(Thread& t, Args a) {
  Value f = TRY(import_attr(t, "_operator", "_compare_digest"));
  return call(t, f, a[0], a[1]);
}

constexpr MethodDef k_hash_methods[] = {
    {"copy", hash_copy_, "($self, /)", "A copy with the same state."},
    {"digest", hash_digest_<false>, "($self, /)", "The digest of the data so far."},
    {"hexdigest", hash_digest_<true>, "($self, /)", "The digest in hexadecimal."},
    {"update", hash_update_, "($self, obj, /)", "Adds data."},
    {"__repr__", hash_repr, "($self, /)", nullptr},
};
constexpr GetSetDef k_hash_getsets[] = {
    {"name", get_name, nullptr, "The algorithm's name."},
    {"digest_size", get_digest_size, nullptr, "The digest's size in bytes."},
    {"block_size", get_block_size, nullptr, "The algorithm's block size in bytes."},
};
constexpr MethodDef k_xof_methods[] = {
    {"digest", xof_digest<false>, "($self, /, length)", "So many bytes of digest."},
    {"hexdigest", xof_digest<true>, "($self, /, length)", "So many bytes of digest in hexadecimal."},
};
constexpr GetSetDef k_xof_getsets[] = {{"digest_size", get_xof_size, nullptr, "0: the digest has any size."}};
constexpr MethodDef k_hmac_methods[] = {
    {"copy", hmac_copy, "($self, /)", "A copy with the same state."},
    {"digest", hmac_digest<false>, "($self, /)", "The digest of the data so far."},
    {"hexdigest", hmac_digest<true>, "($self, /)", "The digest in hexadecimal."},
    {"update", hmac_update, "($self, /, msg)", "Adds data."},
    {"__repr__", hmac_repr, "($self, /)", nullptr},
};
constexpr GetSetDef k_hmac_getsets[] = {
    {"name", get_hmac_name, nullptr, "hmac- and the digest's name."},
    {"digest_size", get_hmac_size, nullptr, "The digest's size in bytes."},
    {"block_size", get_hmac_block, nullptr, "The digest's block size in bytes."},
};

constexpr const char* kSig = "(data=b'', *, usedforsecurity=True, string=None)";
constexpr MethodKind kF = MethodKind::kFunction;
#define DIGESTS(D) D(md5) D(sha1) D(sha224) D(sha256) D(sha384) D(sha512) D(sha3_224) D(sha3_256) D(sha3_384) D(sha3_512) D(shake_128) D(shake_256)
#define D(name) constexpr const char* k_##name = #name;
DIGESTS(D)
#undef D
constexpr MethodDef k_functions[] = {
#define D(name) {"openssl_" #name, m_named<k_##name>, kSig, "A new hash object.", kF},
    DIGESTS(D)
#undef D
    {"new", m_new, "(name, data=b'', *, usedforsecurity=True, string=None)", "A new hash object by name.", kF},
    {"hmac_new", m_hmac_new, "(key, msg=b'', digestmod=None)", "A new HMAC object.", kF},
    {"hmac_digest", m_hmac_digest, "(key, msg, digest)", "The HMAC of a message.", kF},
    {"pbkdf2_hmac", m_pbkdf2, "(hash_name, password, salt, iterations, dklen=None)", "A key from a password (PKCS #5).", kF},
    {"scrypt", m_scrypt, "(password, *, salt, n, r, p, maxmem=0, dklen=64)", "A key from a password (scrypt).", kF},
    {"get_fips_mode", m_get_fips_mode, "()", "Whether the library is in FIPS mode.", kF},
    {"compare_digest", m_compare_digest, "(a, b, /)", "a == b in a time that tells nothing about the contents.", kF},
};

}  // namespace

template <> struct LayoutTraits<EvpHash> {
  static constexpr Death death = Death::kCustom;
  static void destroy(EvpHash* h) { EVP_MD_CTX_free(h->ctx); }
};
template <> struct LayoutTraits<EvpHmac> {
  static constexpr Death death = Death::kCustom;
  static void destroy(EvpHmac* h) { HMAC_CTX_free(h->ctx); }
};
static const TypeSpec k_evp_spec = {.doc = "A hash object.", .methods = k_hash_methods, .getsets = k_hash_getsets, .layout = &kLayout<EvpHash>,
                                    .flags = kTypeBase | kTypeDisallowInstantiation};
static const TypeSpec k_xof_spec = {.doc = "A hash object whose digest has any size.", .methods = k_xof_methods, .getsets = k_xof_getsets, .layout = &kLayout<EvpHash>,
                                    .flags = kTypeBase | kTypeDisallowInstantiation};
static const TypeSpec k_hmac_spec = {.doc = "An HMAC object.", .methods = k_hmac_methods, .getsets = k_hmac_getsets, .layout = &kLayout<EvpHmac>, .flags = kTypeDisallowInstantiation};

static Status hashlib_exec(Thread& t, Module* m) {
  static Root<> error;
  if (!g_hash) {
    g_hash = TRY(make_native_type(t, "_hashlib.HASH", nullptr, k_evp_spec));
    g_xof = TRY(make_native_type(t, "_hashlib.HASHXOF", g_hash, k_xof_spec));
    g_hmac = TRY(make_native_type(t, "_hashlib.HMAC", nullptr, k_hmac_spec));
    g_unsupported = TRY(new_exception(t, "_hashlib", "UnsupportedDigestmodError", KAA_TYPE(ValueError)));
    error = g_unsupported;
  }
  TRY(module_add(t, m, "HASH", g_hash));
  TRY(module_add(t, m, "HASHXOF", g_xof));
  TRY(module_add(t, m, "HMAC", g_hmac));
  TRY(module_add(t, m, "UnsupportedDigestmodError", error));
  Dict* by_function = TRY(new_dict(t));
#define D(name) TRY(dict_set(t, by_function, dict_get_str(m->dict, intern_name("openssl_" #name)), intern_name(#name)));
  DIGESTS(D)
#undef D
  constructors() = by_function;
  TRY(module_add(t, m, "_constructors", TRY(call(t, KAA_TYPE(mappingproxy), by_function))));
  Set* names = TRY(new_set(t, true));
  struct Collect { Thread& t; Set* names; bool failed; } collect{t, names, false};
  EVP_MD_do_all_provided(nullptr, [](EVP_MD* md, void* p) {
    auto* c = static_cast<Collect*>(p);
    if (c->failed || EVP_MD_get_type(md) == NID_undef) return;
    Result<Str*> s = new_str(c->t, name_of(md));
    if (!s.ok() || !set_add(c->t, c->names, s.value()).ok()) c->failed = true;
  }, &collect);
  if (collect.failed) return Error{};
  TRY(module_add(t, m, "openssl_md_meth_names", names));
  return module_add(t, m, "_GIL_MINSIZE", small_int(2048));
}

extern const ModuleDef _hashlib_module = {"_hashlib", "Digests by OpenSSL.", k_functions, hashlib_exec};

}  // namespace kaa
