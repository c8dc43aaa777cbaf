// Digests of "abc", and of the digests of 300 messages of every length across a few blocks, as CPython's hashlib gives
// them.
#include "modules/hash/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace kaa::digest {
namespace {

template <typename Context>
std::string digest_of(const Context& context, size_t size) {
  std::string out(size, '\0');
  context.digest(reinterpret_cast<uint8_t*>(out.data()));
  return out;
}

std::string shake_of(const Sha3& context, size_t size) {
  std::string out(size, '\0');
  context.digest(reinterpret_cast<uint8_t*>(out.data()), size);
  return out;
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

template <typename Make, typename Digest>
void check(Make make, Digest digest, const char* abc, const char* many) {
  auto small = make();
  small.update("abc", 3);
  std::string whole = hex(digest(small));
  EXPECT_EQ(whole.substr(0, std::string(abc).size()), abc);
  EXPECT_EQ(hex(digest(small)), whole) << "digest changed the context";
  auto outer = make();
  for (size_t n = 0; n < 300; ++n) {
    std::string message;
    for (size_t i = 0; i < n; ++i) message += static_cast<char>(i * 7 + n);
    auto inner = make();
    // In parts of changing sizes, with a copy in between.
    size_t done = 0, part = n % 5;
    while (done < n) {
      size_t size = part < n - done ? part : n - done;
      inner.update(message.data() + done, size);
      done += size;
      part = part * 3 + 1;
    }
    auto copy = inner;
    std::string result = digest(copy);
    outer.update(result.data(), result.size());
  }
  EXPECT_EQ(hex(digest(outer)), many);
}

Blake2Parameters odd_parameters() {
  Blake2Parameters p;
  p.digest_size = 20;
  p.key = "secret";
  p.key_size = 6;
  p.salt = "salty";
  p.salt_size = 5;
  p.person = "me";
  p.person_size = 2;
  p.fanout = 2;
  p.depth = 3;
  p.leaf_size = 4096;
  p.node_offset = 0x123456789a;
  p.node_depth = 1;
  p.inner_size = 32;
  p.last_node = true;
  return p;
}

template <typename Context>
Context blake(const Blake2Parameters& parameters) {
  Context context;
  EXPECT_TRUE(context.init(parameters));
  return context;
}

TEST(Hash, Md5AndSha1) {
  check([] { return Md5(); }, [](const auto& h) { return digest_of(h, Md5::kDigestSize); },
        "900150983cd24fb0d6963f7d28e17f72", "07078cab541bc45f0a66e2c0213a32f4");
  check([] { return Sha1(); }, [](const auto& h) { return digest_of(h, Sha1::kDigestSize); },
        "a9993e364706816aba3e25717850c26c9cd0d89d", "dfc942b5ddc5fe6421ccada9be50fa42e873926c");
}

TEST(Hash, Sha2) {
  check([] { return Sha256(224); }, [](const auto& h) { return digest_of(h, h.digest_size()); },
        "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
        "d88e0c78201368a96088c911f15d0f9e9d274ff23ac82fc481f92e00");
  check([] { return Sha256(256); }, [](const auto& h) { return digest_of(h, h.digest_size()); },
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "d5238871a46ac4a1a75ac3fb19d645b0b3b9e5f35f5f720e2b240d605c6b694e");
  check([] { return Sha512(384); }, [](const auto& h) { return digest_of(h, h.digest_size()); },
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        "e3a73ee7e40ce4f9bb660f1ec279e2e3145ce11a3d066daaf5ba43639ef37a5e105d92e2090d8f782a96ca4c97457b29");
  check([] { return Sha512(512); }, [](const auto& h) { return digest_of(h, h.digest_size()); },
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d"
        "4423643ce80e2a9ac94fa54ca49f",
        "30d6c78a55e1f152f00703601a37b39b96c6c8fa2b3e66fb9c8182466b108d39d5dd84827c69cadb4376853da7ec31ea83a0"
        "a7a0e5a713bac426e0f0ceea8424");
}

TEST(Hash, Sha3) {
  check([] { return Sha3(Sha3::Kind::kSha3, 224); }, [](const auto& h) { return shake_of(h, h.digest_size()); },
        "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
        "728e8a64919249fc39946cd66f1acf79f3e60502da69ba644bd08a2d");
  check([] { return Sha3(Sha3::Kind::kSha3, 256); }, [](const auto& h) { return shake_of(h, h.digest_size()); },
        "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
        "dabd5ac39c87c1b00c4e69fda62098b8ab8cbe822a59392a3c8c70a4f147cde0");
  check([] { return Sha3(Sha3::Kind::kSha3, 384); }, [](const auto& h) { return shake_of(h, h.digest_size()); },
        "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
        "98de9b808696745753b73a5b11890cc386f4a9633414397742df93ba12694aee1d7a44c05c7712f2d85f2e190b349c8b");
  check([] { return Sha3(Sha3::Kind::kSha3, 512); }, [](const auto& h) { return shake_of(h, h.digest_size()); },
        "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e393405734"
        "0b4cf408d5a56592f8274eec53f0",
        "0493bb1ed8a67423b47070272de6694f08760209bb73a028830c7546427a73465bfd9ffab0eeb9e34ace03bf29ef4584dd13"
        "7fdd2e6cd64aae3a56d203cef640");
  check([] { return Sha3(Sha3::Kind::kShake, 128); }, [](const auto& h) { return shake_of(h, 200); },
        "5881092dd818bf5cf8a3ddb793fbcba74097d5c5",
        "3519cb3f32d161c65be5c66fd0fb5d8b79278c823ad305ea1b9dadd8671c8dc9721f01e8fb092f629b644f7c439d852ae364"
        "00991173dffb0228b5aeaa33da5e57e22a83c79ceadf59d5296132a17a3c9a2f44610de8b262337d7b5277148c123e34e13f"
        "d66fd24ab45475be187946c7e0abb0118b94fd54dd1819b037de24cef4f8208e853467d756ebddffd9e805a5f27c6d68c45b"
        "fe676271b953a8f939d628f041087c89c71a3ae1167b72224116856287d90c626f108516906075e875305b0321b60dd7dd8b");
  check([] { return Sha3(Sha3::Kind::kShake, 256); }, [](const auto& h) { return shake_of(h, 200); },
        "483366601360a8771c6863080cc4114d8db44530",
        "b21b0229118ff1f602b169e7d0dfdd483f07365a4eabf0000b78d9764310f6d62740a4a62cbe976a1655ae578927204e1290"
        "f80db9f7fb379d5ebfc98fa5a822ba0da5498fc0f9950486f47c96a13f21002297930895317ffa28d95743942ca4c6c49d5b"
        "92f25d2ea12a0da30375dc42d7494fc5168ff71c05c9b1f75127d61e4e34f8cb5a6f70f5b1bfb1c343c7a873b847d7f03f35"
        "38a4319958ff52ccf51c0cdb45fb6020e4dc52e1c2204626a24ecc1a45dc8aec66dbc54dc2557e3a3bd5c82cfd2cc5ad16ff");
}

TEST(Hash, Blake2) {
  check([] { return blake<Blake2b>({}); }, [](const auto& h) { return digest_of(h, h.digest_size()); },
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d3"
        "8aa8dbf1925ab92386edd4009923",
        "402d926a8c9f178449c22b2ba7aac17fbacc44f1563afe8fe13d12134233cf76fec0a6a70bd3ba667b91c69e3a38b95b57db"
        "03991b609eba3c26c440a4ded4c5");
  check([] { return blake<Blake2b>(odd_parameters()); }, [](const auto& h) { return digest_of(h, h.digest_size()); },
        "9b48c243b26ebd7847857f9cba5925b576a7abd4", "b2362531acce670f7611e3d0795879bbac5445ec");
  check([] { return blake<Blake2s>({}); }, [](const auto& h) { return digest_of(h, h.digest_size()); },
        "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
        "c483bc6278408ac63a7af18327709fd3419b43ae36bf65f01a73a4f4a1826c58");
  check([] { return blake<Blake2s>(odd_parameters()); }, [](const auto& h) { return digest_of(h, h.digest_size()); },
        "5b90febbb80b73bcdc78db79fd0ae32aacfedaa9", "a29f3678bf26dcadafcdd91847d001d5fcac7e6c");
  Blake2Parameters bad;
  bad.digest_size = 65;
  EXPECT_FALSE(Blake2b().init(bad));
  bad = {};
  bad.salt = "123456789";
  bad.salt_size = 9;
  EXPECT_FALSE(Blake2s().init(bad));
  bad = {};
  bad.node_offset = uint64_t{1} << 48;
  EXPECT_FALSE(Blake2s().init(bad));
  EXPECT_TRUE(Blake2b().init(bad));
}

}  // namespace
}  // namespace kaa::digest
