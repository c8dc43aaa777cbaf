// Hash objects: the Python types over the digests of hash.h. Each module lists its types as rows of HashRow.
#pragma once
#include "modules/hash/hash.h"
#include "runtime/api.h"

namespace kaa {

// Any of the digests, as plain data. One struct for all types, so that their methods are shared.
struct HashObject : Object {
  enum Kind : uint8_t { kMd5, kSha1, kSha256, kSha512, kSha3, kShake, kBlake2b, kBlake2s } kind;
  const char* name;
  union {
    alignas(8) char storage[512];
  };
  template <class T> T& core() { return *reinterpret_cast<T*>(storage); }
  template <class F> void each_field(F&&) {}
};
template <> struct LayoutTraits<HashObject> { static constexpr Death death = Death::kPlain; };

// The data of a constructor or update(): any buffer of one dimension. TypeError for str.
class HashInput {
 public:
  Status get(Thread& t, Value v);
  std::string_view view() const { return {static_cast<const char*>(b_.data), static_cast<size_t>(b_.size)}; }
  HashInput() = default;
  ~HashInput();
  HashInput(const HashInput&) = delete;

 private:
  Buffer b_;
  bool held_ = false;
};
// The one of `data` and `string` that was given, or empty.
Result<Value> hash_data(Thread& t, Value data, Value string);
void hash_update(HashObject* h, std::string_view data);
size_t hash_digest_size(HashObject* h);
size_t hash_block_size(HashObject* h);
void hash_finish(HashObject* h, uint8_t* out);  // hash_digest_size() bytes
// Begins the digest of a fixed size with this name (BLAKE2: blake2s_32, blake2b_32). False: there is none.
bool hash_start(HashObject* h, std::string_view name);

extern const TypeSpec k_hash_spec;    // digests of a fixed size; instances come from functions
extern const TypeSpec k_sha3_spec;
extern const TypeSpec k_shake_spec;
extern const TypeSpec k_blake2b_spec;
extern const TypeSpec k_blake2s_spec;

}  // namespace kaa
