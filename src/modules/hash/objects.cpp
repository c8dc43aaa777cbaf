// Hash objects, and the modules _md5, _sha1, _sha2 and _sha3 made from them. BLAKE2 is in blake2_module.cpp.
#include "modules/hash/objects.h"

#include <new>

#include "types/buffer.h"

namespace kaa {

using namespace digest;

static_assert(sizeof(Blake2b) <= 512 && sizeof(Sha3) <= 512 && sizeof(Sha512) <= 512);

Status HashInput::get(Thread& t, Value v) {
  if (is_str(v)) return RAISE(TypeError, "Strings must be encoded before hashing");
  if (!has_buffer(v)) return RAISE(TypeError, "object supporting the buffer API required");
  TRY(get_buffer_full(t, v, b_, false));
  held_ = true;
  if (b_.ndim > 1) return RAISE(BufferError, "Buffer must be single dimension");
  if (!buffer_contiguous(b_)) return RAISE(BufferError, "memoryview: underlying buffer is not C-contiguous");
  return {};
}
HashInput::~HashInput() {
  if (held_) release_buffer(b_);
}

Result<Value> hash_data(Thread& t, Value data, Value string) {
  if (data && string)
    return RAISE(TypeError, "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.");
  if (string) {
    TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "the 'string' keyword parameter is deprecated since Python 3.15 and slated for removal in Python 3.19; use the 'data' keyword parameter or pass the data to hash as a positional argument instead"));
    return string;
  }
  return data ? data : Value(interp().empty_bytes);
}

void hash_update(HashObject* h, std::string_view s) {
  switch (h->kind) {
    case HashObject::kMd5: return h->core<Md5>().update(s.data(), s.size());
    case HashObject::kSha1: return h->core<Sha1>().update(s.data(), s.size());
    case HashObject::kSha256: return h->core<Sha256>().update(s.data(), s.size());
    case HashObject::kSha512: return h->core<Sha512>().update(s.data(), s.size());
    case HashObject::kSha3: case HashObject::kShake: return h->core<Sha3>().update(s.data(), s.size());
    case HashObject::kBlake2b: return h->core<Blake2b>().update(s.data(), s.size());
    case HashObject::kBlake2s: return h->core<Blake2s>().update(s.data(), s.size());
  }
}
size_t hash_digest_size(HashObject* h) {
  switch (h->kind) {
    case HashObject::kMd5: return Md5::kDigestSize;
    case HashObject::kSha1: return Sha1::kDigestSize;
    case HashObject::kSha256: return h->core<Sha256>().digest_size();
    case HashObject::kSha512: return h->core<Sha512>().digest_size();
    case HashObject::kSha3: return h->core<Sha3>().digest_size();
    case HashObject::kShake: return 0;
    case HashObject::kBlake2b: return h->core<Blake2b>().digest_size();
    case HashObject::kBlake2s: return h->core<Blake2s>().digest_size();
  }
  return 0;
}

namespace {

HashObject* self_of(Args a) { return a.as<HashObject>(0); }

size_t block_size(HashObject* h) {
  switch (h->kind) {
    case HashObject::kSha512: case HashObject::kBlake2b: return 128;
    case HashObject::kSha3: case HashObject::kShake: return h->core<Sha3>().block_size();
    default: return 64;
  }
}
void write_digest(HashObject* h, uint8_t* out, size_t size) {
  switch (h->kind) {
    case HashObject::kMd5: return h->core<Md5>().digest(out);
    case HashObject::kSha1: return h->core<Sha1>().digest(out);
    case HashObject::kSha256: return h->core<Sha256>().digest(out);
    case HashObject::kSha512: return h->core<Sha512>().digest(out);
    case HashObject::kSha3: case HashObject::kShake: return h->core<Sha3>().digest(out, size);
    case HashObject::kBlake2b: return h->core<Blake2b>().digest(out);
    case HashObject::kBlake2s: return h->core<Blake2s>().digest(out);
  }
}
Result<Value> digest_bytes(Thread& t, HashObject* h, size_t n) {
  if (n == 0) return interp().empty_bytes;
  Bytes* b = TRY(new_bytes(t, nullptr, n));
  write_digest(h, reinterpret_cast<uint8_t*>(b->data()), n);
  return b;
}
Result<Value> digest_hex(Thread& t, HashObject* h, size_t n) {
  Value v = TRY(digest_bytes(t, h, n));
  if (n == 0) return interp().empty_str;
  Keep keep(v);
  Str* s = TRY(alloc_str(t, 2 * n, 0x7F));
  char* q = static_cast<char*>(s->inline_data());
  for (size_t i = 0; i < n; i++) {
    uint8_t c = static_cast<uint8_t>(v.as<Bytes>()->data()[i]);
    *q++ = "0123456789abcdef"[c >> 4];
    *q++ = "0123456789abcdef"[c & 15];
  }
  return s;
}

Result<Value> hash_update_method(Thread& t, Args a) {
  HashInput in;
  TRY(in.get(t, a[1]));
  hash_update(self_of(a), in.view());
  return kNone;
}
Result<Value> hash_digest(Thread& t, Args a) { return digest_bytes(t, self_of(a), hash_digest_size(self_of(a))); }
Result<Value> hash_hexdigest(Thread& t, Args a) { return digest_hex(t, self_of(a), hash_digest_size(self_of(a))); }
Result<Value> hash_copy(Thread& t, Args a) {
  HashObject* from = self_of(a);
  HashObject* h = TRY(alloc_as<HashObject>(t, from->type()));
  h->kind = from->kind;
  h->name = from->name;
  memcpy(h->storage, from->storage, sizeof h->storage);
  return h;
}
Result<size_t> shake_length(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  if (!i.is_int()) {
    Result<uint64_t> n = to_uint64(t, i);
    if (!n.ok()) return Error{};
    return RAISE(ValueError, "length is too large");
  }
  if (i.as_int() < 0) return RAISE(ValueError, "Cannot convert negative int");
  if (i.as_int() >= 1 << 29) return RAISE(ValueError, "length is too large");
  return static_cast<size_t>(i.as_int());
}
Result<Value> shake_digest(Thread& t, Args a) { return digest_bytes(t, self_of(a), TRY(shake_length(t, a[1]))); }
Result<Value> shake_hexdigest(Thread& t, Args a) { return digest_hex(t, self_of(a), TRY(shake_length(t, a[1]))); }

Result<Value> get_name(Thread& t, Value self) { return TRY(new_str(t, self.as<HashObject>()->name)); }
Result<Value> get_digest_size(Thread&, Value self) { return small_int(static_cast<int64_t>(hash_digest_size(self.as<HashObject>()))); }
Result<Value> get_block_size(Thread&, Value self) { return small_int(static_cast<int64_t>(block_size(self.as<HashObject>()))); }
Result<Value> get_capacity_bits(Thread&, Value self) { return small_int(static_cast<int64_t>(self.as<HashObject>()->core<Sha3>().capacity() * 8)); }
Result<Value> get_rate_bits(Thread&, Value self) { return small_int(static_cast<int64_t>(self.as<HashObject>()->core<Sha3>().block_size() * 8)); }
Result<Value> get_suffix(Thread& t, Value self) {
  uint8_t s = self.as<HashObject>()->core<Sha3>().suffix();
  return TRY(new_bytes(t, &s, 1));
}

#define COMMON_GETSETS                                                          \
  {"name", get_name, nullptr, "The algorithm's name."},                        \
  {"digest_size", get_digest_size, nullptr, "The digest's size in bytes."},    \
  {"block_size", get_block_size, nullptr, "The algorithm's block size in bytes."}
#define SHA3_GETSETS                                                            \
  {"_capacity_bits", get_capacity_bits, nullptr, "The sponge's capacity."},    \
  {"_rate_bits", get_rate_bits, nullptr, "The sponge's rate."},                \
  {"_suffix", get_suffix, nullptr, "The padding's first byte."}
constexpr GetSetDef k_getsets[] = {COMMON_GETSETS};
constexpr GetSetDef k_sha3_getsets[] = {COMMON_GETSETS, SHA3_GETSETS};

#define COPY_ROW {"copy", hash_copy, "($self, /)", "A copy with the same state."}
#define UPDATE_ROW(name) {"update", hash_update_method, "($self, " name ", /)", "Adds data."}
#define DIGEST_ROWS                                                             \
  {"digest", hash_digest, "($self, /)", "The digest of the data so far."},     \
  {"hexdigest", hash_hexdigest, "($self, /)", "The digest in hexadecimal."}
constexpr MethodDef k_methods[] = {COPY_ROW, UPDATE_ROW("obj"), DIGEST_ROWS};

// ---- constructors
struct Algorithm { const char* name; HashObject::Kind kind; size_t bits; };
constexpr Algorithm k_md5{"md5", HashObject::kMd5, 0}, k_sha1{"sha1", HashObject::kSha1, 0}, k_sha224{"sha224", HashObject::kSha256, 224}, k_sha256{"sha256", HashObject::kSha256, 256},
    k_sha384{"sha384", HashObject::kSha512, 384}, k_sha512{"sha512", HashObject::kSha512, 512}, k_sha3_224{"sha3_224", HashObject::kSha3, 224}, k_sha3_256{"sha3_256", HashObject::kSha3, 256},
    k_sha3_384{"sha3_384", HashObject::kSha3, 384}, k_sha3_512{"sha3_512", HashObject::kSha3, 512}, k_shake_128{"shake_128", HashObject::kShake, 128}, k_shake_256{"shake_256", HashObject::kShake, 256};

void start(HashObject* h, const Algorithm& a) {
  h->kind = a.kind;
  h->name = a.name;
  switch (a.kind) {
    case HashObject::kMd5: new (h->storage) Md5(); break;
    case HashObject::kSha1: new (h->storage) Sha1(); break;
    case HashObject::kSha256: new (h->storage) Sha256(a.bits); break;
    case HashObject::kSha512: new (h->storage) Sha512(a.bits); break;
    case HashObject::kSha3: new (h->storage) Sha3(Sha3::Kind::kSha3, a.bits); break;
    case HashObject::kShake: new (h->storage) Sha3(Sha3::Kind::kShake, a.bits); break;
    default: break;
  }
}
Result<Value> make(Thread& t, Type* type, const Algorithm& algorithm, Value data, Value string) {
  data = TRY(hash_data(t, data, string));
  HashInput in;
  TRY(in.get(t, data));
  HashObject* h = TRY(alloc_as<HashObject>(t, type));
  start(h, algorithm);
  hash_update(h, in.view());
  return h;
}

Type *g_md5, *g_sha1, *g_sha224, *g_sha256, *g_sha384, *g_sha512;
// (data=b'', *, usedforsecurity=True, string=None)
template <Type** type, const Algorithm* algorithm>
Result<Value> construct(Thread& t, Args a) {
  if (a[1]) TRY(truth(t, a[1]));
  return make(t, *type, *algorithm, a[0], a[2]);
}
template <const Algorithm* algorithm>
Result<Value> sha3_new(Thread& t, Args a) {
  if (a[2]) TRY(truth(t, a[2]));
  return make(t, a.as<Type>(0), *algorithm, a[1], a[3]);
}
#define SHA3_NEW(algorithm) {"__new__", sha3_new<&algorithm>, "($cls, data=b'', *, usedforsecurity=True, string=None)", "A new hash object.", MethodKind::kNew}
#define SHA3_METHODS(algorithm) constexpr MethodDef algorithm##_methods[] = {SHA3_NEW(algorithm), COPY_ROW, UPDATE_ROW("data"), DIGEST_ROWS}
SHA3_METHODS(k_sha3_224);
SHA3_METHODS(k_sha3_256);
SHA3_METHODS(k_sha3_384);
SHA3_METHODS(k_sha3_512);
#define SHAKE_METHODS(algorithm)                                                                     \
  constexpr MethodDef algorithm##_methods[] = {                                                      \
      SHA3_NEW(algorithm), COPY_ROW, UPDATE_ROW("data"),                                             \
      {"digest", shake_digest, "($self, /, length)", "So many bytes of digest."},                    \
      {"hexdigest", shake_hexdigest, "($self, /, length)", "So many bytes of digest in hexadecimal."}}
SHAKE_METHODS(k_shake_128);
SHAKE_METHODS(k_shake_256);

#define SHA3_SPEC(algorithm) \
  const TypeSpec algorithm##_spec = {.doc = "A SHA-3 hash object.", .methods = algorithm##_methods, .getsets = k_sha3_getsets, .layout = &kLayout<HashObject>}
SHA3_SPEC(k_sha3_224);
SHA3_SPEC(k_sha3_256);
SHA3_SPEC(k_sha3_384);
SHA3_SPEC(k_sha3_512);
SHA3_SPEC(k_shake_128);
SHA3_SPEC(k_shake_256);

constexpr const char* kSig = "(data=b'', *, usedforsecurity=True, string=None)";
constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_md5_functions[] = {{"md5", construct<&g_md5, &k_md5>, kSig, "A new MD5 hash object.", kF}};
constexpr MethodDef k_sha1_functions[] = {{"sha1", construct<&g_sha1, &k_sha1>, kSig, "A new SHA-1 hash object.", kF}};
constexpr MethodDef k_sha2_functions[] = {
    {"sha224", construct<&g_sha224, &k_sha224>, kSig, "A new SHA-224 hash object.", kF},
    {"sha256", construct<&g_sha256, &k_sha256>, kSig, "A new SHA-256 hash object.", kF},
    {"sha384", construct<&g_sha384, &k_sha384>, kSig, "A new SHA-384 hash object.", kF},
    {"sha512", construct<&g_sha512, &k_sha512>, kSig, "A new SHA-512 hash object.", kF},
};

Status add_type(Thread& t, Module* m, Type** where, const char* qualified, const char* name, const TypeSpec& spec) {
  if (!*where) *where = TRY(make_native_type(t, qualified, nullptr, spec));
  return module_add(t, m, name, *where);
}
Status md5_exec(Thread& t, Module* m) {
  TRY(add_type(t, m, &g_md5, "_md5.md5", "MD5Type", k_hash_spec));
  return module_add(t, m, "_GIL_MINSIZE", small_int(2048));
}
Status sha1_exec(Thread& t, Module* m) {
  TRY(add_type(t, m, &g_sha1, "_sha1.sha1", "SHA1Type", k_hash_spec));
  return module_add(t, m, "_GIL_MINSIZE", small_int(2048));
}
Status sha2_exec(Thread& t, Module* m) {
  TRY(add_type(t, m, &g_sha224, "_sha2.SHA224Type", "SHA224Type", k_hash_spec));
  TRY(add_type(t, m, &g_sha256, "_sha2.SHA256Type", "SHA256Type", k_hash_spec));
  TRY(add_type(t, m, &g_sha384, "_sha2.SHA384Type", "SHA384Type", k_hash_spec));
  TRY(add_type(t, m, &g_sha512, "_sha2.SHA512Type", "SHA512Type", k_hash_spec));
  return module_add(t, m, "_GIL_MINSIZE", small_int(2048));
}
Status sha3_exec(Thread& t, Module* m) {
  static Type* types[6];
  TRY(add_type(t, m, &types[0], "_sha3.sha3_224", "sha3_224", k_sha3_224_spec));
  TRY(add_type(t, m, &types[1], "_sha3.sha3_256", "sha3_256", k_sha3_256_spec));
  TRY(add_type(t, m, &types[2], "_sha3.sha3_384", "sha3_384", k_sha3_384_spec));
  TRY(add_type(t, m, &types[3], "_sha3.sha3_512", "sha3_512", k_sha3_512_spec));
  TRY(add_type(t, m, &types[4], "_sha3.shake_128", "shake_128", k_shake_128_spec));
  TRY(add_type(t, m, &types[5], "_sha3.shake_256", "shake_256", k_shake_256_spec));
  TRY(module_add(t, m, "implementation", TRY(new_str(t, "Kaa"))));
  return module_add(t, m, "_GIL_MINSIZE", small_int(2048));
}

// ---- BLAKE2
template <class Core, HashObject::Kind kind>
Result<Value> blake2_new(Thread& t, Args a) {
  constexpr bool big = kind == HashObject::kBlake2b;
  Value data = TRY(hash_data(t, a[1], a[14]));
  if (a[13]) TRY(truth(t, a[13]));
  Blake2Parameters p;
  auto number = [&](Value v, int64_t missing) -> Result<int64_t> { return v ? Result<int64_t>(TRY(to_cint(t, v))) : Result<int64_t>(missing); };
  auto natural = [&](Value v, uint64_t limit, const char* name) -> Result<uint64_t> {
    if (!v) return uint64_t{0};
    Value i = TRY(to_index(t, v));
    if (i.is_int() && i.as_int() < 0) return RAISE(ValueError, "Cannot convert negative int");
    Result<uint64_t> n = to_uint64(t, i);
    if (!n.ok()) {
      clear_exc(t);
      return RAISE(OverflowError, "Python int too large for C unsigned long long");
    }
    if (n.value() > limit) return RAISE(OverflowError, "%s is too large", name);
    return n;
  };
  const char* name = big ? "Blake2b" : "Blake2s";
  int64_t digest = TRY(number(a[2], Core::kMaxDigestSize));
  if (digest <= 0 || digest > static_cast<int64_t>(Core::kMaxDigestSize))
    return RAISE(ValueError, "digest_size for %s must be between 1 and %d bytes, here it is %ld", name, static_cast<int>(Core::kMaxDigestSize), digest);
  BufferHold key, salt, person;
  if (a[3]) TRY(key.get(t, a[3]));
  if (a[4]) TRY(salt.get(t, a[4]));
  if (a[5]) TRY(person.get(t, a[5]));
  if (salt.size() > Core::kSaltSize) return RAISE(ValueError, "maximum salt length is %d bytes", static_cast<int>(Core::kSaltSize));
  if (person.size() > Core::kPersonSize) return RAISE(ValueError, "maximum person length is %d bytes", static_cast<int>(Core::kPersonSize));
  int64_t fanout = TRY(number(a[6], 1)), depth = TRY(number(a[7], 1));
  if (fanout < 0 || fanout > 255) return RAISE(ValueError, "fanout must be between 0 and 255");
  if (depth <= 0 || depth > 255) return RAISE(ValueError, "depth must be between 1 and 255");
  uint64_t leaf = TRY(natural(a[8], UINT32_MAX, "leaf_size"));
  uint64_t offset = TRY(natural(a[9], big ? UINT64_MAX : (uint64_t{1} << 48) - 1, "node_offset"));
  int64_t node_depth = TRY(number(a[10], 0)), inner = TRY(number(a[11], 0));
  if (node_depth < 0 || node_depth > 255) return RAISE(ValueError, "node_depth must be between 0 and 255");
  if (inner < 0 || inner > static_cast<int64_t>(Core::kMaxDigestSize)) return RAISE(ValueError, "inner_size must be between 0 and is %d", static_cast<int>(Core::kMaxDigestSize));
  p.last_node = a[12] && TRY(truth(t, a[12]));
  if (key.size() > Core::kMaxKeySize) return RAISE(ValueError, "maximum key length is %d bytes", static_cast<int>(Core::kMaxKeySize));
  p.digest_size = static_cast<size_t>(digest);
  p.key = key.data();
  p.key_size = key.size();
  p.salt = salt.data();
  p.salt_size = salt.size();
  p.person = person.data();
  p.person_size = person.size();
  p.fanout = static_cast<uint8_t>(fanout);
  p.depth = static_cast<uint8_t>(depth);
  p.leaf_size = static_cast<uint32_t>(leaf);
  p.node_offset = offset;
  p.node_depth = static_cast<uint8_t>(node_depth);
  p.inner_size = static_cast<uint8_t>(inner);
  HashObject* h = TRY(alloc_as<HashObject>(t, a.as<Type>(0)));
  h->kind = kind;
  h->name = big ? "blake2b" : "blake2s";
  new (h->storage) Core();
  if (!h->core<Core>().init(p)) return RAISE(ValueError, "invalid parameters");
  HashInput in;
  TRY(in.get(t, data));
  hash_update(h, in.view());
  return h;
}
#define BLAKE2_SIG                                                                                                                              \
  "($cls, data=b'', *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, " \
  "last_node=False, usedforsecurity=True, string=None)"
constexpr MethodDef k_blake2b_methods[] = {
    {"__new__", blake2_new<Blake2b, HashObject::kBlake2b>, BLAKE2_SIG, "A new BLAKE2b hash object.", MethodKind::kNew}, COPY_ROW, UPDATE_ROW("data"), DIGEST_ROWS};
constexpr MethodDef k_blake2s_methods[] = {
    {"__new__", blake2_new<Blake2s, HashObject::kBlake2s>, BLAKE2_SIG, "A new BLAKE2s hash object.", MethodKind::kNew}, COPY_ROW, UPDATE_ROW("data"), DIGEST_ROWS};

template <class Core>
Status blake2_constants(Thread& t, Type* ty) {
  TRY(dict_set_str(t, ty->dict, "SALT_SIZE", small_int(Core::kSaltSize)));
  TRY(dict_set_str(t, ty->dict, "PERSON_SIZE", small_int(Core::kPersonSize)));
  TRY(dict_set_str(t, ty->dict, "MAX_KEY_SIZE", small_int(Core::kMaxKeySize)));
  return dict_set_str(t, ty->dict, "MAX_DIGEST_SIZE", small_int(Core::kMaxDigestSize));
}

Status blake2_exec(Thread& t, Module* m) {
  static Type *b, *s;
  TRY(add_type(t, m, &b, "_blake2.blake2b", "blake2b", k_blake2b_spec));
  TRY(add_type(t, m, &s, "_blake2.blake2s", "blake2s", k_blake2s_spec));
  TRY(module_add(t, m, "BLAKE2B_SALT_SIZE", small_int(Blake2b::kSaltSize)));
  TRY(module_add(t, m, "BLAKE2B_PERSON_SIZE", small_int(Blake2b::kPersonSize)));
  TRY(module_add(t, m, "BLAKE2B_MAX_KEY_SIZE", small_int(Blake2b::kMaxKeySize)));
  TRY(module_add(t, m, "BLAKE2B_MAX_DIGEST_SIZE", small_int(Blake2b::kMaxDigestSize)));
  TRY(module_add(t, m, "BLAKE2S_SALT_SIZE", small_int(Blake2s::kSaltSize)));
  TRY(module_add(t, m, "BLAKE2S_PERSON_SIZE", small_int(Blake2s::kPersonSize)));
  TRY(module_add(t, m, "BLAKE2S_MAX_KEY_SIZE", small_int(Blake2s::kMaxKeySize)));
  TRY(module_add(t, m, "BLAKE2S_MAX_DIGEST_SIZE", small_int(Blake2s::kMaxDigestSize)));
  return module_add(t, m, "_GIL_MINSIZE", small_int(2048));
}

}  // namespace

size_t hash_block_size(HashObject* h) { return block_size(h); }
void hash_finish(HashObject* h, uint8_t* out) { write_digest(h, out, hash_digest_size(h)); }
bool hash_start(HashObject* h, std::string_view name) {
  for (const Algorithm* a : {&k_md5, &k_sha1, &k_sha224, &k_sha256, &k_sha384, &k_sha512, &k_sha3_224, &k_sha3_256, &k_sha3_384, &k_sha3_512})
    if (name == a->name) {
      start(h, *a);
      return true;
    }
  const Blake2Parameters p;  // the largest digests; the names come from the library that CPython has them from
  if (name == "blake2s_32") {
    h->kind = HashObject::kBlake2s;
    h->name = "blake2s_32";
    return (new (h->storage) Blake2s())->init(p);
  }
  if (name == "blake2b_32") {
    h->kind = HashObject::kBlake2b;
    h->name = "blake2b_32";
    return (new (h->storage) Blake2b())->init(p);
  }
  return false;
}

const TypeSpec k_hash_spec = {.doc = "A hash object.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<HashObject>, .flags = kTypeDisallowInstantiation};
const TypeSpec k_blake2b_spec = {.doc = "A BLAKE2b hash object.", .methods = k_blake2b_methods, .getsets = k_getsets, .layout = &kLayout<HashObject>, .flags = kTypeBase, .init = blake2_constants<Blake2b>};
const TypeSpec k_blake2s_spec = {.doc = "A BLAKE2s hash object.", .methods = k_blake2s_methods, .getsets = k_getsets, .layout = &kLayout<HashObject>, .flags = kTypeBase, .init = blake2_constants<Blake2s>};

extern const ModuleDef _md5_module = {"_md5", "MD5.", k_md5_functions, md5_exec};
extern const ModuleDef _sha1_module = {"_sha1", "SHA-1.", k_sha1_functions, sha1_exec};
extern const ModuleDef _sha2_module = {"_sha2", "SHA-224, SHA-256, SHA-384 and SHA-512.", k_sha2_functions, sha2_exec};
extern const ModuleDef _sha3_module = {"_sha3", "SHA-3 and SHAKE.", {}, sha3_exec};
extern const ModuleDef _blake2_module = {"_blake2", "BLAKE2b and BLAKE2s.", {}, blake2_exec};

}  // namespace kaa
