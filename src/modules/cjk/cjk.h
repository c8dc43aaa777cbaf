// The CJK codecs: what their files share.
//
// A codec takes its input step by step and keeps a state of 8 bytes. Its functions go on until the input is used up or something is wrong, and leave `at` where they
// stopped: kDone, kTooFew (what is left may be the beginning of something; at the end of the input: incomplete), or the number of units that make no sense.
#pragma once
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text_buffer.h"

namespace kaa::cjk {

constexpr int kDone = 0, kTooFew = -1;
constexpr uint32_t kIllegal = 0xFFFFFFFF, kMore = 0xFFFFFFFE, kIllegal2 = 0xFFFFFFFD, kPair = 0x80000000;

struct CodecState { uint8_t c[8] = {}; };

// The mapping of a stateless codec (see tools/cjk_tables/generate.py), unpacked when first used.
class Table {
 public:
  static const Table& get(const char* name);
  uint32_t first[256];                       // code point, kIllegal, or kMore: a lead byte
  const uint32_t* second[256] = {};          // by lead byte: code point, kPair..., kIllegal, kIllegal2, kMore
  const uint32_t* third(uint8_t a, uint8_t b) const;
  // The code of a code point, its bytes from the highest; kIllegal: none.
  uint32_t code(uint32_t cp) const {
    const uint32_t* page = cp < 0x30000 ? pages_[cp >> 8] : nullptr;
    return page ? page[cp & 0xFF] : kIllegal;
  }
  // Two code points that have one code. is_first(): whether cp can begin such a pair.
  bool is_first(uint32_t cp) const { return firsts_.count(cp); }
  uint32_t pair_code(uint32_t cp, uint32_t next) const;
  struct Range { uint32_t cp, linear, count; };
  std::vector<Range> ranges;                 // gb18030's four-byte codes of the BMP, in order

 private:
  explicit Table(std::string_view raw);
  void set(uint32_t cp, uint32_t code);
  std::vector<uint32_t> numbers_;
  std::unordered_map<uint32_t, const uint32_t*> thirds_;
  std::unordered_map<uint64_t, uint32_t> pairs_;
  std::unordered_map<uint32_t, bool> firsts_;
  uint32_t* pages_[0x300] = {};
};
inline void push_pair(TextBuilder& out, uint32_t v) {
  static constexpr uint16_t k_seconds[] = {0x300, 0x301, 0x304, 0x30C, 0x309A, 0x2E5, 0x2E9};
  out.push(v & 0xFFFFF);
  out.push(k_seconds[(v >> 20) & 7]);
}

struct Codec {
  const char* name;
  int (*encode)(const Codec&, CodecState&, TextView in, size_t& at, bool flush, ByteBuilder& out);
  void (*encode_init)(CodecState&);                       // may be null
  void (*encode_reset)(const Codec&, CodecState&, ByteBuilder&);  // what the end of the text needs; may be null
  int (*decode)(const Codec&, CodecState&, std::string_view in, size_t& at, TextBuilder& out);
  void (*decode_init)(CodecState&);
  const void* config;
};
// Null: there is none of that name in the group ("jp", "cn", ...).
const Codec* find_codec(std::string_view group, std::string_view name);
const Codec* find_iso2022(std::string_view name);

}  // namespace kaa::cjk
