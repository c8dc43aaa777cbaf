// Unpacking the mappings, and the codecs that need nothing else.
#include <string.h>
#include <zlib.h>

#include <string>

#include "modules/cjk/cjk.h"

namespace kaa::cjk {

namespace {

struct Packed { const char* name; size_t raw_size, packed_size; const char* text; };
constexpr Packed k_tables[] = {
#define CJK_TABLE(name, raw, packed, text) {#name, raw, packed, text},
#include "base/generated/cjk_tables.inc"
#undef CJK_TABLE
};

// Base 85, with an apostrophe for the question mark.
std::string unpack(const Packed& p) {
  static constexpr char k_alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>'@^_`{|}~";
  uint8_t value[256] = {};
  for (int i = 0; i < 85; i++) value[static_cast<uint8_t>(k_alphabet[i])] = static_cast<uint8_t>(i);
  std::string packed;
  packed.reserve(p.packed_size + 4);
  size_t n = strlen(p.text);
  for (size_t i = 0; i < n; i += 5) {
    uint32_t v = 0;
    for (size_t k = 0; k < 5; k++) v = v * 85 + (i + k < n ? value[static_cast<uint8_t>(p.text[i + k])] : 84);
    for (int shift = 24; shift >= 0; shift -= 8) packed.push_back(static_cast<char>(v >> shift));
  }
  std::string planes(p.raw_size, '\0'), raw(p.raw_size, '\0');
  uLongf size = p.raw_size;
  if (uncompress(reinterpret_cast<Bytef*>(planes.data()), &size, reinterpret_cast<const Bytef*>(packed.data()), p.packed_size) != Z_OK || size != p.raw_size) return {};
  size_t quarter = p.raw_size / 4;
  for (size_t i = 0; i < quarter; i++)
    for (size_t k = 0; k < 4; k++) raw[i * 4 + k] = planes[k * quarter + i];
  return raw;
}

}  // namespace

const Table& Table::get(const char* name) {
  static std::unordered_map<std::string_view, Table*>* made = new std::unordered_map<std::string_view, Table*>;
  auto it = made->find(name);
  if (it != made->end()) return *it->second;
  for (auto& p : k_tables)
    if (!strcmp(p.name, name)) return *(made->emplace(p.name, new Table(unpack(p))).first->second);
  __builtin_trap();  // every codec has its table
}

void Table::set(uint32_t cp, uint32_t code) {
  if (!pages_[cp >> 8]) {
    pages_[cp >> 8] = new uint32_t[256];
    memset(pages_[cp >> 8], 0xFF, 256 * sizeof(uint32_t));
  }
  pages_[cp >> 8][cp & 0xFF] = code;
}

Table::Table(std::string_view raw) {
  numbers_.resize(raw.size() / 4);
  memcpy(numbers_.data(), raw.data(), raw.size());
  uint32_t* p = numbers_.data();
  auto row = [&]() -> uint32_t* {
    uint32_t* r = p;
    for (int i = 1; i < 256; i++) r[i] += r[i - 1];
    p += 256;
    return r;
  };
  auto learn = [&](uint32_t v, uint32_t code) {
    if (v < kPair) {
      if (this->code(v) == kIllegal) set(v, code);
    } else if (v < kIllegal2) {
      static constexpr uint16_t k_seconds[] = {0x300, 0x301, 0x304, 0x30C, 0x309A, 0x2E5, 0x2E9};
      pairs_.emplace(static_cast<uint64_t>(v & 0xFFFFF) << 32 | k_seconds[(v >> 20) & 7], code);
      firsts_.emplace(v & 0xFFFFF, true);
    }
  };
  memcpy(first, row(), sizeof first);
  for (uint32_t i = 0; i < 256; i++) learn(first[i], i);
  std::vector<uint32_t> more;
  for (uint32_t a = 0; a < 256; a++) {
    if (first[a] != kMore) continue;
    second[a] = row();
    for (uint32_t b = 0; b < 256; b++) {
      learn(second[a][b], a << 8 | b);
      if (second[a][b] == kMore) more.push_back(a << 8 | b);
    }
  }
  // Three-byte codes begin with 8F in all the codecs that have them.
  for (uint32_t ab : more) {
    if (ab >> 8 != 0x8F || first[0x8F] != kMore || !(second[0x8F][0xA1] == kMore)) continue;
    const uint32_t* r = row();
    thirds_.emplace(ab, r);
    for (uint32_t c = 0; c < 256; c++) learn(r[c], ab << 8 | c);
  }
  for (uint32_t n = *p++; n; n--, p += 2) set(p[0], p[1]);
  for (uint32_t n = *p++; n; n--, p += 3) ranges.push_back({p[0], p[1], p[2]});
}
const uint32_t* Table::third(uint8_t a, uint8_t b) const {
  auto it = thirds_.find(static_cast<uint32_t>(a) << 8 | b);
  return it == thirds_.end() ? nullptr : it->second;
}
uint32_t Table::pair_code(uint32_t cp, uint32_t next) const {
  auto it = pairs_.find(static_cast<uint64_t>(cp) << 32 | next);
  return it == pairs_.end() ? kIllegal : it->second;
}

namespace {

void push_code(ByteBuilder& out, uint32_t code) {
  if (code > 0xFFFF) out.push(static_cast<uint8_t>(code >> 16));
  if (code > 0xFF) out.push(static_cast<uint8_t>(code >> 8));
  out.push(static_cast<uint8_t>(code));
}

// ---- what some codecs have besides tables
// gb18030: four bytes for everything else, numbered in order.
constexpr uint32_t kGbSupplementary = 189000;
void push_linear(ByteBuilder& out, uint32_t n) {
  uint8_t d = static_cast<uint8_t>(0x30 + n % 10), c = static_cast<uint8_t>(0x81 + n / 10 % 126), b = static_cast<uint8_t>(0x30 + n / 1260 % 10);
  out.push(static_cast<uint8_t>(0x81 + n / 12600));
  out.push(b);
  out.push(c);
  out.push(d);
}
bool encode_gb18030(const Table& t, uint32_t cp, ByteBuilder& out) {
  if (cp >= 0x10000) {
    push_linear(out, cp - 0x10000 + kGbSupplementary);
    return true;
  }
  for (auto& r : t.ranges)
    if (cp >= r.cp && cp < r.cp + r.count) {
      push_linear(out, r.linear + cp - r.cp);
      return true;
    }
  return false;
}
int decode_gb18030(const Table& t, std::string_view in, size_t& at, TextBuilder& out) {
  if (in.size() - at < 4) return kTooFew;
  auto b = [&](size_t i) { return static_cast<uint8_t>(in[at + i]); };
  if (b(0) < 0x81 || b(0) > 0xFE || b(2) < 0x81 || b(2) > 0xFE || b(3) < 0x30 || b(3) > 0x39) return 1;
  uint32_t n = ((static_cast<uint32_t>(b(0) - 0x81) * 10 + (b(1) - 0x30)) * 126 + (b(2) - 0x81)) * 10 + (b(3) - 0x30);
  if (n >= kGbSupplementary) {
    if (n - kGbSupplementary > 0xFFFFF) return 1;
    out.push(0x10000 + n - kGbSupplementary);
    at += 4;
    return kDone;
  }
  for (auto& r : t.ranges)
    if (n >= r.linear && n < r.linear + r.count) {
      out.push(r.cp + n - r.linear);
      at += 4;
      return kDone;
    }
  return 1;
}

// euc_kr: syllables that KS X 1001 lacks are spelled by their letters (its annex 3), eight bytes.
constexpr uint8_t k_initial[] = {0xa1, 0xa2, 0xa4, 0xa7, 0xa8, 0xa9, 0xb1, 0xb2, 0xb3, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe};
constexpr uint8_t k_final[] = {0xd4, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae,
                               0xaf, 0xb0, 0xb1, 0xb2, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xba, 0xbb, 0xbc, 0xbd, 0xbe};
bool encode_spelled(uint32_t cp, ByteBuilder& out) {
  if (cp < 0xAC00 || cp > 0xD7A3) return false;
  uint32_t n = cp - 0xAC00;
  uint8_t bytes[] = {0xA4, 0xD4, 0xA4, k_initial[n / 588], 0xA4, static_cast<uint8_t>(0xBF + n / 28 % 21), 0xA4, k_final[n % 28]};
  out.append(bytes, 8);
  return true;
}
int decode_spelled(std::string_view in, size_t& at, TextBuilder& out) {
  if (in.size() - at < 8) return kTooFew;
  auto b = [&](size_t i) { return static_cast<uint8_t>(in[at + i]); };
  if (b(2) != 0xA4 || b(4) != 0xA4 || b(6) != 0xA4) return 1;
  int initial = -1, final = -1, vowel = b(5) - 0xBF;
  for (int i = 0; i < 19; i++) if (k_initial[i] == b(3)) initial = i;
  for (int i = 0; i < 28; i++) if (k_final[i] == b(7)) final = i;
  if (initial < 0 || final < 0 || vowel < 0 || vowel > 20) return 1;
  out.push(0xAC00 + static_cast<uint32_t>(initial) * 588 + static_cast<uint32_t>(vowel) * 28 + static_cast<uint32_t>(final));
  at += 8;
  return kDone;
}

// ---- codecs made of a table
enum Extra { kNone, kGb18030, kSpelled };
struct TableConfig { Extra extra; };

int table_encode(const Codec& codec, CodecState&, TextView in, size_t& at, bool flush, ByteBuilder& out) {
  const Table& t = Table::get(codec.name);
  Extra extra = static_cast<const TableConfig*>(codec.config)->extra;
  for (; at < in.length; at++) {
    uint32_t cp = in[at];
    if (t.is_first(cp)) {
      if (at + 1 == in.length && !flush) return kTooFew;
      uint32_t both = at + 1 < in.length ? t.pair_code(cp, in[at + 1]) : kIllegal;
      if (both != kIllegal) {
        push_code(out, both);
        at++;
        continue;
      }
    }
    uint32_t code = t.code(cp);
    if (code != kIllegal) {
      push_code(out, code);
      continue;
    }
    if (extra == kGb18030 && encode_gb18030(t, cp, out)) continue;
    if (extra == kSpelled && encode_spelled(cp, out)) continue;
    return 1;
  }
  return kDone;
}
int table_decode(const Codec& codec, CodecState&, std::string_view in, size_t& at, TextBuilder& out) {
  const Table& t = Table::get(codec.name);
  Extra extra = static_cast<const TableConfig*>(codec.config)->extra;
  while (at < in.size()) {
    uint8_t a = static_cast<uint8_t>(in[at]);
    uint32_t v = t.first[a];
    size_t used = 1;
    if (v == kMore) {
      if (in.size() - at < 2) return kTooFew;
      uint8_t b = static_cast<uint8_t>(in[at + 1]);
      v = t.second[a][b];
      used = 2;
      if (v == kMore) {
        if (extra != kNone) {
          int r = extra == kGb18030 ? decode_gb18030(t, in, at, out) : decode_spelled(in, at, out);
          if (r != kDone) return r;
          continue;
        }
        if (in.size() - at < 3) return kTooFew;
        const uint32_t* row = t.third(a, b);
        v = row ? row[static_cast<uint8_t>(in[at + 2])] : kIllegal;
        used = 3;
      }
    }
    if (v >= kIllegal2) return v == kIllegal2 ? 2 : 1;
    if (v >= kPair) push_pair(out, v);
    else out.push(v);
    at += used;
  }
  return kDone;
}

// ---- hz: GB 2312 in seven bits, between ~{ and ~}
int hz_encode(const Codec&, CodecState& s, TextView in, size_t& at, bool, ByteBuilder& out) {
  const Table& t = Table::get("gb2312");
  for (; at < in.length; at++) {
    uint32_t cp = in[at];
    if (cp < 0x80) {
      if (s.c[0]) {
        out.append("~}", 2);
        s.c[0] = 0;
      }
      if (cp == '~') out.push('~');
      out.push(static_cast<uint8_t>(cp));
      continue;
    }
    uint32_t code = t.code(cp);
    if (code == kIllegal || code < 0x100) return 1;
    if (!s.c[0]) {
      out.append("~{", 2);
      s.c[0] = 1;
    }
    push_code(out, code & 0x7F7F);
  }
  return kDone;
}
void hz_reset(const Codec&, CodecState& s, ByteBuilder& out) {
  if (s.c[0]) out.append("~}", 2);
  s.c[0] = 0;
}
int hz_decode(const Codec&, CodecState& s, std::string_view in, size_t& at, TextBuilder& out) {
  const Table& t = Table::get("gb2312");
  while (at < in.size()) {
    uint8_t a = static_cast<uint8_t>(in[at]);
    if (a == '~') {
      if (in.size() - at < 2) return kTooFew;
      char b = in[at + 1];
      if (b == '~' && !s.c[0]) out.push('~');
      else if (b == '{' && !s.c[0]) s.c[0] = 1;
      else if (b == '}' && s.c[0]) s.c[0] = 0;
      else if (!(b == '\n' && !s.c[0])) return 1;
      at += 2;
      continue;
    }
    if (a & 0x80) return 1;
    if (!s.c[0]) {
      out.push(a);
      at++;
      continue;
    }
    if (in.size() - at < 2) return kTooFew;
    uint8_t b = static_cast<uint8_t>(in[at + 1]);
    const uint32_t* row = t.second[a | 0x80];
    uint32_t v = row && b < 0x80 ? row[b | 0x80] : kIllegal;
    if (v >= kPair) return 1;
    out.push(v);
    at += 2;
  }
  return kDone;
}
void zero(CodecState& s) { s = {}; }

constexpr TableConfig k_plain{kNone}, k_gb18030{kGb18030}, k_spelled{kSpelled};
#define TABLE(name) {#name, table_encode, nullptr, nullptr, table_decode, nullptr, &k_plain}
constexpr Codec k_cn[] = {TABLE(gb2312), TABLE(gbk), {"gb18030", table_encode, nullptr, nullptr, table_decode, nullptr, &k_gb18030},
                          {"hz", hz_encode, zero, hz_reset, hz_decode, zero, nullptr}};
constexpr Codec k_hk[] = {TABLE(big5hkscs)};
constexpr Codec k_jp[] = {TABLE(shift_jis), TABLE(cp932), TABLE(euc_jp), TABLE(shift_jis_2004), TABLE(euc_jis_2004), TABLE(euc_jisx0213), TABLE(shift_jisx0213)};
constexpr Codec k_kr[] = {{"euc_kr", table_encode, nullptr, nullptr, table_decode, nullptr, &k_spelled}, TABLE(cp949), TABLE(johab)};
constexpr Codec k_tw[] = {TABLE(big5), TABLE(cp950)};

template <size_t n> const Codec* find(const Codec (&group)[n], std::string_view name) {
  for (auto& c : group)
    if (name == c.name) return &c;
  return nullptr;
}

}  // namespace

const Codec* find_codec(std::string_view group, std::string_view name) {
  if (group == "cn") return find(k_cn, name);
  if (group == "hk") return find(k_hk, name);
  if (group == "jp") return find(k_jp, name);
  if (group == "kr") return find(k_kr, name);
  if (group == "tw") return find(k_tw, name);
  return find_iso2022(name);
}

}  // namespace kaa::cjk
