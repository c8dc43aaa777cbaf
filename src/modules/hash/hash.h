// Message digests as streaming contexts over plain buffers: the cores of _md5, _sha1, _sha2, _sha3 and _blake2.
//
// A context is plain data: copying it copies the state. Use: init, any number of updates, then `digest`, which works on
// a copy and leaves the context as it was, so that updates may follow. Nothing here fails or allocates, but for Blake2
// parameters. Sources: RFC 1321 (MD5), FIPS 180-4 (SHA-1, SHA-2), FIPS 202 (SHA-3, SHAKE), RFC 7693 (BLAKE2) and, for
// BLAKE2's salt, personalisation and tree parameters, the BLAKE2 specification (2013), section 2.5. Lengths are in
// bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kaa::digest {

class Md5 {
 public:
  static constexpr size_t kDigestSize = 16, kBlockSize = 64;
  Md5();
  void update(const void* data, size_t size);
  void digest(uint8_t* out) const;  // kDigestSize bytes

 private:
  uint32_t state_[4];
  uint64_t length_ = 0;
  uint8_t buffer_[64];
};

class Sha1 {
 public:
  static constexpr size_t kDigestSize = 20, kBlockSize = 64;
  Sha1();
  void update(const void* data, size_t size);
  void digest(uint8_t* out) const;

 private:
  uint32_t state_[5];
  uint64_t length_ = 0;
  uint8_t buffer_[64];
};

// SHA-224 and SHA-256.
class Sha256 {
 public:
  static constexpr size_t kBlockSize = 64;
  explicit Sha256(size_t bits);  // 224 or 256
  size_t digest_size() const { return digest_size_; }
  void update(const void* data, size_t size);
  void digest(uint8_t* out) const;  // digest_size() bytes

 private:
  uint32_t state_[8];
  uint64_t length_ = 0;
  size_t digest_size_;
  uint8_t buffer_[64];
};

// SHA-384 and SHA-512.
class Sha512 {
 public:
  static constexpr size_t kBlockSize = 128;
  explicit Sha512(size_t bits);  // 384 or 512
  size_t digest_size() const { return digest_size_; }
  void update(const void* data, size_t size);
  void digest(uint8_t* out) const;

 private:
  uint64_t state_[8];
  uint64_t length_ = 0;  // below 2**61 bytes, so that one word of bits more is enough
  size_t digest_size_;
  uint8_t buffer_[128];
};

// SHA3-224, -256, -384, -512, and SHAKE128, SHAKE256 with a digest of any length.
class Sha3 {
 public:
  enum class Kind { kSha3, kShake };
  Sha3(Kind kind, size_t bits);
  size_t digest_size() const { return kind_ == Kind::kSha3 ? capacity_ / 2 : 0; }
  size_t block_size() const { return 200 - capacity_; }  // the rate
  size_t capacity() const { return capacity_; }          // bytes
  uint8_t suffix() const { return kind_ == Kind::kSha3 ? 0x06 : 0x1F; }
  void update(const void* data, size_t size);
  void digest(uint8_t* out, size_t size) const;

 private:
  uint64_t state_[25] = {};
  size_t used_ = 0;  // bytes of the current block taken in
  size_t capacity_;
  Kind kind_;
};

struct Blake2Parameters {
  size_t digest_size = 0;  // 1..64 (blake2b), 1..32 (blake2s); 0: the largest
  const void* key = nullptr;
  size_t key_size = 0;  // at most the largest digest size
  const void* salt = nullptr;
  size_t salt_size = 0;  // at most 16 (blake2b) or 8 (blake2s)
  const void* person = nullptr;
  size_t person_size = 0;  // as the salt
  uint8_t fanout = 1;
  uint8_t depth = 1;
  uint32_t leaf_size = 0;
  uint64_t node_offset = 0;  // blake2s: below 2**48
  uint8_t node_depth = 0;
  uint8_t inner_size = 0;
  bool last_node = false;
};

class Blake2b {
 public:
  static constexpr size_t kMaxDigestSize = 64, kMaxKeySize = 64, kBlockSize = 128, kSaltSize = 16, kPersonSize = 16;
  // False when a size or the node offset is out of range; the caller says which.
  [[nodiscard]] bool init(const Blake2Parameters& parameters);
  size_t digest_size() const { return digest_size_; }
  void update(const void* data, size_t size);
  void digest(uint8_t* out) const;

 private:
  uint64_t state_[8];
  uint64_t length_;  // bytes compressed
  size_t digest_size_;
  size_t used_;
  bool last_node_;
  uint8_t buffer_[128];
};

class Blake2s {
 public:
  static constexpr size_t kMaxDigestSize = 32, kMaxKeySize = 32, kBlockSize = 64, kSaltSize = 8, kPersonSize = 8;
  [[nodiscard]] bool init(const Blake2Parameters& parameters);
  size_t digest_size() const { return digest_size_; }
  void update(const void* data, size_t size);
  void digest(uint8_t* out) const;

 private:
  uint32_t state_[8];
  uint64_t length_;
  size_t digest_size_;
  size_t used_;
  bool last_node_;
  uint8_t buffer_[64];
};

}  // namespace kaa::digest
