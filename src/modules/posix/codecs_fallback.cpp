// The filesystem encoding until the codecs are linked in (these are weak): utf-8 with surrogateescape.
#include "base/utf8.h"
#include "modules/posix/sys_util.h"
#include "types/str.h"

namespace kaa {

__attribute__((weak)) Result<Str*> decode_fs(Thread& t, std::string_view data) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(data.data());
  if (utf8_valid(p, data.size())) return new_str(t, data);
  TextBuilder out;
  size_t pos = 0;
  while (pos < data.size()) {
    CodecError e;
    pos = utf8_decode(p, data.size(), pos, true, out, e);
    for (size_t end = pos < data.size() ? e.end : pos; pos < end; pos++) out.push(0xDC00 + p[pos]);
  }
  return str_from_ucs(t, out.kind(), out.data(), out.length());
}

__attribute__((weak)) Result<Bytes*> encode_fs(Thread& t, Str* s) {
  if (s->is_ascii()) return new_bytes(t, s->data(), s->length);
  Bytes* b = TRY(new_bytes(t, nullptr, s->length * 4));
  uint8_t* to = reinterpret_cast<uint8_t*>(b->data());
  for (size_t i = 0; i < s->length; i++) {
    uint32_t c = s->at(i);
    if (c >= 0xDC80 && c <= 0xDCFF) *to++ = static_cast<uint8_t>(c - 0xDC00);
    else if (c >= 0xD800 && c <= 0xDFFF) return RAISE(ValueError, "surrogates not allowed");
    else to = utf8_put(c, to);
  }
  return new_bytes(t, b->data(), static_cast<size_t>(reinterpret_cast<char*>(to) - b->data()));
}

}  // namespace kaa
