// The codecs of ISO 2022: character sets are designated to G0..G2 by escape sequences, SO and SI choose between G0 and G1.
//
// State: c[0] to c[3] are the sets designated (the final byte of the escape sequence, the high bit for two-byte sets), c[4] flags.
#include <string.h>

#include "modules/cjk/cjk.h"

namespace kaa::cjk {

namespace {

constexpr uint8_t kDouble = 0x80;
constexpr uint8_t kAscii = 'B', kRoman = 'J', kKatakana = 'I', kLatin1 = 'A', kGreek = 'F', kJis0208 = 'B' | kDouble, kJis0208Old = '@' | kDouble, kJis0212 = 'D' | kDouble,
                  kJis0213_1 = 'O' | kDouble, kJis0213_2 = 'P' | kDouble, kJis0213_2004 = 'Q' | kDouble, kKsx1001 = 'C' | kDouble, kGb2312 = 'A' | kDouble;
constexpr uint8_t kShifted = 1, kEscape = 2;  // flags of c[4]; kEscape: within an escape sequence that is passed through
enum Config : uint32_t { kNoShift = 1, kUseG2 = 2, kJisExt = 4 };

// A set of an encoding. `pairs`: only for code points that come in twos. `decode_only`: never chosen by the encoder. `old`: JIS X 0213 as of 2000.
struct Set { uint8_t mark, plane; const char* table; bool pairs, decode_only, old; };
struct Encoding { uint32_t config; const Set* sets; size_t n; };

bool is_plane2(uint8_t mark) { return mark == kJis0212 || mark == kJis0213_2; }
// EUC has JIS X 0212 and the second plane of JIS X 0213 in one: they do not use the same rows.
bool is_0213_row(uint8_t a) {
  a &= 0x7F;
  return a == 0x21 || (a >= 0x23 && a <= 0x25) || a == 0x28 || (a >= 0x2C && a <= 0x2F) || (a >= 0x6E && a <= 0x7E);
}

// Code points of two bytes in the set, whose table is that of an EUC codec.
uint32_t decode_double(const Set& s, uint8_t a, uint8_t b) {
  const Table& t = Table::get(s.table);
  if (a < 0x21 || a > 0x7E || b < 0x21 || b > 0x7E) return kIllegal;
  if (is_plane2(s.mark)) {
    const uint32_t* row = t.third(0x8F, a | 0x80);
    if (s.mark == kJis0213_2 && !is_0213_row(a)) return kIllegal;
    if (s.mark == kJis0213_2 && s.old && a == 0x7D && b == 0x3B) return 0x9B1C;  // 9B1D since 2004, and in EUC
    return row ? row[b | 0x80] : kIllegal;
  }
  // Where EUC differs from the set: the filler of spelled syllables, and the tilde.
  if (s.mark == kKsx1001 && a == 0x24 && b == 0x54) return 0x3164;
  if ((s.mark == kJis0213_1 || s.mark == kJis0213_2004) && a == 0x22 && b == 0x32) return '~';
  const uint32_t* row = t.second[a | 0x80];
  return row ? row[b | 0x80] : kIllegal;
}
// The two bytes of a code, without high bits; kIllegal: it is not of this set's plane.
uint32_t bytes_of(const Set& s, uint32_t code) {
  if ((s.mark == kJis0213_1 || s.mark == kJis0213_2004) && code == 0xA2B2) return kIllegal;
  bool two = code >= 0xA1A1 && code <= 0xFEFE && (code & 0x80);
  if (is_plane2(s.mark) ? code >> 16 != 0x8F : !two) return kIllegal;
  if (s.mark == kJis0213_2 && !is_0213_row(static_cast<uint8_t>(code >> 8))) return kIllegal;
  return code == kIllegal ? kIllegal : code & 0x7F7F;
}

const Set* find(const Encoding& e, uint8_t mark) {
  for (size_t i = 0; i < e.n; i++)
    if (e.sets[i].mark == mark && !e.sets[i].pairs) return &e.sets[i];
  return nullptr;
}

void designate(CodecState& s, const Set& set, ByteBuilder& out) {
  if (s.c[set.plane] == set.mark) return;
  uint8_t final = set.mark & 0x7F;
  out.push(0x1B);
  if (set.mark & kDouble) out.push('$');
  bool short_form = (set.mark & kDouble) && set.plane == 0 && (final == '@' || final == 'B');
  if (!short_form) out.push(set.plane ? ')' : '(');
  out.push(final);
  s.c[set.plane] = set.mark;
}
void to_ascii(CodecState& s, ByteBuilder& out) {
  if (s.c[0] != kAscii) {
    out.append("\x1B(B", 3);
    s.c[0] = kAscii;
  }
}
void unshift(CodecState& s, ByteBuilder& out) {
  if (s.c[4] & kShifted) out.push(0x0F);
  s.c[4] &= static_cast<uint8_t>(~kShifted);
}

int encode(const Codec& codec, CodecState& s, TextView in, size_t& at, bool flush, ByteBuilder& out) {
  const Encoding& e = *static_cast<const Encoding*>(codec.config);
  for (; at < in.length; at++) {
    uint32_t cp = in[at];
    if (cp < 0x80) {
      to_ascii(s, out);
      unshift(s, out);
      out.push(static_cast<uint8_t>(cp));
      continue;
    }
    const Set* chosen = nullptr;
    uint32_t code = kIllegal;
    bool both = false;
    for (size_t i = 0; i < e.n && !chosen; i++) {
      const Set& set = e.sets[i];
      if (set.decode_only) continue;
      if (set.mark == kRoman) {
        code = cp == 0xA5 ? 0x5C : cp == 0x203E ? 0x7E : kIllegal;
      } else if (set.mark == kKatakana) {
        code = cp >= 0xFF61 && cp <= 0xFF9F ? cp - 0xFF40 : kIllegal;
      } else {
        const Table& t = Table::get(set.table);
        code = kIllegal;
        both = false;
        bool paired_set = set.mark == kJis0213_1 || set.mark == kJis0213_2004;
        if (paired_set && t.is_first(cp)) {
          if (at + 1 == in.length && !flush) return kTooFew;
          if (at + 1 < in.length) code = bytes_of(set, t.pair_code(cp, in[at + 1]));
          both = code != kIllegal;
        }
        if (!both && !set.pairs) code = bytes_of(set, t.code(cp));
      }
      if (code != kIllegal) chosen = &set;
    }
    if (!chosen) return 1;
    if (chosen->plane == 0) {
      unshift(s, out);
      designate(s, *chosen, out);
    } else {
      designate(s, *chosen, out);
      if (!(s.c[4] & kShifted)) out.push(0x0E);
      s.c[4] |= kShifted;
    }
    if (chosen->mark & kDouble) out.push(static_cast<uint8_t>(code >> 8));
    out.push(static_cast<uint8_t>(code));
    if (both) at++;
  }
  return kDone;
}
void encode_init(CodecState& s) {
  s = {};
  s.c[0] = s.c[1] = kAscii;
}
void encode_reset(const Codec&, CodecState& s, ByteBuilder& out) {
  unshift(s, out);
  to_ascii(s, out);
}

constexpr size_t kMaxEscape = 16;
// An escape sequence that designates. Returns kDone with `at` behind it.
int designation(const Encoding& e, CodecState& s, std::string_view in, size_t& at) {
  auto b = [&](size_t i) { return static_cast<uint8_t>(in[at + i]); };
  size_t length = 0, left = in.size() - at;
  for (size_t i = 1; i < kMaxEscape; i++) {
    if (i >= left) return kTooFew;
    if ((b(i) >= 'A' && b(i) <= 'Z') || b(i) == '@') {
      length = i + 1;
      break;
    }
    if ((e.config & kJisExt) && i + 1 < left && b(i) == '&' && b(i + 1) == '@') i += 2;
  }
  uint8_t mark, plane;
  switch (length) {
    case 0: return 1;
    case 3:
      if (b(1) == '$') {
        mark = b(2) | kDouble;
        plane = 0;
      } else {
        mark = b(2);
        if (b(1) == '(') plane = 0;
        else if (b(1) == ')') plane = 1;
        else if ((e.config & kUseG2) && b(1) == '.') plane = 2;
        else return 3;
      }
      break;
    case 4:
      if (b(1) != '$') return 4;
      mark = b(3) | kDouble;
      if (b(2) == '(') plane = 0;
      else if (b(2) == ')') plane = 1;
      else return 4;
      break;
    case 6:
      if (!(e.config & kJisExt) || in.substr(at + 3, 3) != "\x1B$B") return 6;
      mark = kJis0208;
      plane = 0;
      break;
    default: return static_cast<int>(length);
  }
  if (mark != kAscii && !find(e, mark)) return static_cast<int>(length);
  s.c[plane] = mark;
  at += length;
  return kDone;
}
// ISO 8859-7; kIllegal: not assigned.
uint32_t greek(uint8_t c) {
  if (c < 0xA0) return c;
  if (c == 0xAE || c == 0xD2 || c == 0xFF || c == 0xA4 || c == 0xA5 || c == 0xAA) return kIllegal;
  if (c == 0xA1) return 0x2018;
  if (c == 0xA2) return 0x2019;
  if (c == 0xAF) return 0x2015;
  if (c == 0xB7 || c == 0xBB || c == 0xBD || c == 0xB0 || c == 0xB1 || c == 0xB2 || c == 0xB3 || (c >= 0xA0 && c < 0xB4)) return c;
  return static_cast<uint32_t>(c) + 0x2D0;
}

int decode(const Codec& codec, CodecState& s, std::string_view in, size_t& at, TextBuilder& out) {
  const Encoding& e = *static_cast<const Encoding*>(codec.config);
  auto plain = [&] { out.push(static_cast<uint8_t>(in[at++])); };
  while (at < in.size()) {
    uint8_t c = static_cast<uint8_t>(in[at]);
    if (s.c[4] & kEscape) {
      plain();
      if ((c >= 'A' && c <= 'Z') || c == '@' || c == '\n') s.c[4] &= static_cast<uint8_t>(~kEscape);
      continue;
    }
    if (c == 0x1B) {
      if (in.size() - at < 2) return kTooFew;
      char next = in[at + 1];
      if (next == '(' || next == ')' || next == '$' || next == '.' || next == '&') {
        int r = designation(e, s, in, at);
        if (r != kDone) return r;
      } else if ((e.config & kUseG2) && next == 'N') {  // one character of G2
        if (in.size() - at < 3) return kTooFew;
        uint8_t v = static_cast<uint8_t>(in[at + 2]);
        if (s.c[2] == kLatin1) {
          if (v >= 0x80) return 3;
          out.push(v + 0x80u);
        } else if (s.c[2] == kGreek) {
          uint32_t cp = greek(static_cast<uint8_t>(v ^ 0x80));
          if (cp == kIllegal) return 3;
          out.push(cp);
        } else if (s.c[2] == kAscii) {
          if (v & 0x80) return 3;
          out.push(v);
        } else {
          return 3;
        }
        at += 3;
      } else {
        s.c[4] |= kEscape;
        plain();
      }
      continue;
    }
    if ((c == 0x0E || c == 0x0F) && !(e.config & kNoShift)) {
      if (c == 0x0E) s.c[4] |= kShifted;
      else s.c[4] &= static_cast<uint8_t>(~kShifted);
      at++;
      continue;
    }
    if (c == '\n') {
      s.c[4] &= static_cast<uint8_t>(~kShifted);
      plain();
      continue;
    }
    if (c < 0x20) {
      plain();
      continue;
    }
    if (c >= 0x80) return 1;
    uint8_t mark = s.c[s.c[4] & kShifted ? 1 : 0];
    if (mark == kAscii) {
      plain();
      continue;
    }
    const Set* set = find(e, mark);
    if (!set) return 1;
    if (!(mark & kDouble)) {
      uint32_t cp;
      if (mark == kRoman) cp = c == 0x5C ? 0xA5 : c == 0x7E ? 0x203E : c;
      else if (mark == kKatakana) cp = c >= 0x21 && c <= 0x5F ? c + 0xFF40u : 0;
      else cp = 0;
      if (!cp) return 1;
      out.push(cp);
      at++;
      continue;
    }
    if (in.size() - at < 2) return kTooFew;
    uint32_t v = decode_double(*set, c, static_cast<uint8_t>(in[at + 1]));
    if (v >= kIllegal2) return 2;
    if (v >= kPair) push_pair(out, v);
    else out.push(v);
    at += 2;
  }
  return kDone;
}
void decode_init(CodecState& s) {
  s = {};
  s.c[0] = s.c[1] = s.c[2] = kAscii;
}

#define JIS0208 {kJis0208, 0, "euc_jp", false, false, false}
#define JIS0208_OLD {kJis0208Old, 0, "euc_jp", false, false, false}
#define JIS0212 {kJis0212, 0, "euc_jp", false, false, false}
#define ROMAN {kRoman, 0, nullptr, false, false, false}
constexpr Set k_kr[] = {{kKsx1001, 1, "euc_kr", false, false}};
constexpr Set k_jp[] = {JIS0208, ROMAN, JIS0208_OLD};
constexpr Set k_jp_1[] = {JIS0208, JIS0212, ROMAN, JIS0208_OLD};
constexpr Set k_jp_2[] = {JIS0208, JIS0212, {kKsx1001, 0, "euc_kr", false, false}, {kGb2312, 0, "gb2312", false, false}, ROMAN, JIS0208_OLD,
                          {kLatin1, 2, nullptr, false, true}, {kGreek, 2, nullptr, false, true}};
constexpr Set k_jp_2004[] = {{kJis0213_2004, 0, "euc_jis_2004", true, false}, JIS0208, {kJis0213_2004, 0, "euc_jis_2004", false, false}, {kJis0213_2, 0, "euc_jis_2004", false, false}};
constexpr Set k_jp_3[] = {{kJis0213_1, 0, "euc_jisx0213", true, false}, JIS0208, {kJis0213_1, 0, "euc_jisx0213", false, false}, {kJis0213_2, 0, "euc_jisx0213", false, false, true}};
constexpr Set k_jp_ext[] = {JIS0208, JIS0212, ROMAN, {kKatakana, 0, nullptr, false, false}, JIS0208_OLD};
#define ENCODING(name, config) constexpr Encoding k_##name##_encoding{config, k_##name, sizeof k_##name / sizeof *k_##name}
ENCODING(kr, 0);
ENCODING(jp, kNoShift | kJisExt);
ENCODING(jp_1, kNoShift | kJisExt);
ENCODING(jp_2, kNoShift | kUseG2 | kJisExt);
ENCODING(jp_2004, kNoShift | kJisExt);
ENCODING(jp_3, kNoShift | kJisExt);
ENCODING(jp_ext, kNoShift | kJisExt);
#define CODEC(name) {"iso2022_" #name, encode, encode_init, encode_reset, decode, decode_init, &k_##name##_encoding}
constexpr Codec k_codecs[] = {CODEC(kr), CODEC(jp), CODEC(jp_1), CODEC(jp_2), CODEC(jp_2004), CODEC(jp_3), CODEC(jp_ext)};

}  // namespace

const Codec* find_iso2022(std::string_view name) {
  for (auto& c : k_codecs)
    if (name == c.name) return &c;
  return nullptr;
}

}  // namespace kaa::cjk
