// The core of str: making, interning, hashing, comparing, converting. The methods are in str_*.cpp.
#include "runtime/api.h"
#include "base/siphash.h"

#include <stdlib.h>

namespace kaa {

namespace {

// Characters, and the largest of them, of valid (W)UTF-8.
struct Measure { size_t chars; uint32_t max; };
Measure measure(std::string_view s) {
  size_t n = 0;
  uint8_t hi = 0;
  for (unsigned char c : s) {
    n += (c & 0xC0) != 0x80;
    if (c > hi) hi = c;
  }
  if (hi < 0x80) return {n, 0x7F};
  if (hi < 0xC4) return {n, 0xFF};
  if (hi < 0xF0) return {n, 0xFFFF};
  return {n, 0x10FFFF};
}

template <class C>
void decode_into(C* out, std::string_view s) {
  const unsigned char* p = reinterpret_cast<const unsigned char*>(s.data());
  const unsigned char* e = p + s.size();
  while (p < e) {
    uint32_t c = *p++;
    if (c >= 0xF0) { c = (c & 7) << 18 | (p[0] & 63u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u); p += 3; }
    else if (c >= 0xE0) { c = (c & 15) << 12 | (p[0] & 63u) << 6 | (p[1] & 63u); p += 2; }
    else if (c >= 0xC0) { c = (c & 31) << 6 | (p[0] & 63u); p += 1; }
    *out++ = static_cast<C>(c);
  }
}

void put_char(Str* s, size_t i, uint32_t c) {
  switch (s->kind()) {
    case 1: static_cast<uint8_t*>(s->inline_data())[i] = static_cast<uint8_t>(c); break;
    case 2: static_cast<uint16_t*>(s->inline_data())[i] = static_cast<uint16_t>(c); break;
    default: static_cast<uint32_t*>(s->inline_data())[i] = c;
  }
}

}  // namespace

Result<Str*> alloc_str(Thread& t, size_t length, uint32_t max_char) {
  size_t kind = max_char < 0x100 ? 1 : max_char < 0x10000 ? 2 : 4;
  if (length > (size_t{1} << 46)) return raise_memory(t);
  Object* o = t.heap->allocate(KAA_SHAPE(str), sizeof(Str) + (length + 1) * kind);
  if (!o) return raise_memory(t);
  Str* s = static_cast<Str*>(o);
  s->hash = 0;
  s->length = length;
  if (kind == 2) s->rc |= kStrKind2;
  if (kind == 4) s->rc |= kStrKind4;
  if (max_char < 0x80) s->rc |= kStrAscii;
  put_char(s, length, 0);
  return s;
}

Result<Str*> new_str_ascii(Thread& t, const char* p, size_t n) {
  if (n == 0) return interp().empty_str;
  if (n == 1) return interp().latin1[static_cast<uint8_t>(*p)];
  Str* s = TRY(alloc_str(t, n, 0x7F));
  memcpy(s->inline_data(), p, n);
  return s;
}

Result<Str*> new_str(Thread& t, std::string_view u) {
  Measure m = measure(u);
  if (m.max == 0x7F) return new_str_ascii(t, u.data(), u.size());
  Str* s = TRY(alloc_str(t, m.chars, m.max));
  switch (s->kind()) {
    case 1: decode_into(static_cast<uint8_t*>(s->inline_data()), u); break;
    case 2: decode_into(static_cast<uint16_t*>(s->inline_data()), u); break;
    default: decode_into(static_cast<uint32_t*>(s->inline_data()), u);
  }
  return s;
}

Result<Str*> str_char(Thread& t, uint32_t cp) {
  if (cp < 256 && interp().latin1[cp]) return interp().latin1[cp];
  Str* s = TRY(alloc_str(t, 1, cp));
  put_char(s, 0, cp);
  return s;
}

template <class From>
static uint32_t max_of(const From* p, size_t n) {
  uint32_t m = 0;
  for (size_t i = 0; i < n; i++) m |= p[i];  // an upper bound to the power of two is exact for the kinds
  return m;
}
template <class To, class From>
static void copy_chars(To* to, const From* from, size_t n) {
  if constexpr (sizeof(To) == sizeof(From)) memcpy(to, from, n * sizeof(To));
  else for (size_t i = 0; i < n; i++) to[i] = static_cast<To>(from[i]);
}
template <class From>
static void copy_into(Str* s, size_t at, const From* p, size_t n) {
  switch (s->kind()) {
    case 1: copy_chars(static_cast<uint8_t*>(s->inline_data()) + at, p, n); break;
    case 2: copy_chars(static_cast<uint16_t*>(s->inline_data()) + at, p, n); break;
    default: copy_chars(static_cast<uint32_t*>(s->inline_data()) + at, p, n);
  }
}

Result<Str*> str_from_ucs(Thread& t, int kind, const void* p, size_t n, bool narrow) {
  if (n == 0) return interp().empty_str;
  uint32_t max = kind == 1 ? max_of(static_cast<const uint8_t*>(p), n)
               : kind == 2 ? (narrow ? max_of(static_cast<const uint16_t*>(p), n) : 0xFFFF)
                           : (narrow ? max_of(static_cast<const uint32_t*>(p), n) : 0x10FFFF);
  if (n == 1 && max < 256) return str_char(t, max);
  Str* s = TRY(alloc_str(t, n, max));
  if (kind == 1) copy_into(s, 0, static_cast<const uint8_t*>(p), n);
  else if (kind == 2) copy_into(s, 0, static_cast<const uint16_t*>(p), n);
  else copy_into(s, 0, static_cast<const uint32_t*>(p), n);
  return s;
}
Result<Str*> str_from_ucs4(Thread& t, const uint32_t* p, size_t n) { return str_from_ucs(t, 4, p, n); }

static void copy_str(Str* to, size_t at, const Str* from, size_t start, size_t n) {
  switch (from->kind()) {
    case 1: copy_into(to, at, from->data1() + start, n); break;
    case 2: copy_into(to, at, from->data2() + start, n); break;
    default: copy_into(to, at, from->data4() + start, n);
  }
}
static uint32_t kind_max(const Str* s) { return s->is_ascii() ? 0x7F : s->kind() == 1 ? 0xFF : s->kind() == 2 ? 0xFFFF : 0x10FFFF; }

Result<Str*> str_concat(Thread& t, Str* a, Str* b) {
  if (a->length == 0 && b->shape == KAA_SHAPE(str)) return b;
  if (b->length == 0 && a->shape == KAA_SHAPE(str)) return a;
  uint32_t ma = kind_max(a), mb = kind_max(b);
  Str* s = TRY(alloc_str(t, a->length + b->length, ma > mb ? ma : mb));
  copy_str(s, 0, a, 0, a->length);
  copy_str(s, a->length, b, 0, b->length);
  return s;
}

Result<Str*> str_substr(Thread& t, Str* s, size_t start, size_t end) {
  if (start >= end) return interp().empty_str;
  if (start == 0 && end == s->length && s->shape == KAA_SHAPE(str)) return s;
  Keep k(s);
  if (s->is_ascii()) {
    if (end - start == 1) return interp().latin1[s->data1()[start]];
    Str* r = TRY(alloc_str(t, end - start, 0x7F));
    memcpy(r->inline_data(), s->data1() + start, end - start);
    return r;
  }
  const char* p = static_cast<const char*>(s->data()) + start * static_cast<size_t>(s->kind());
  return str_from_ucs(t, s->kind(), p, end - start);
}

bool str_equal(const Str* a, const Str* b) {
  if (a == b) return true;
  if (a->length != b->length || a->kind() != b->kind()) return false;
  return memcmp(a->data(), b->data(), a->length * static_cast<size_t>(a->kind())) == 0;
}
bool str_equal_ascii(const Str* a, std::string_view b) {
  return a->length == b.size() && a->is_ascii() && memcmp(a->data(), b.data(), b.size()) == 0;
}
int str_compare(const Str* a, const Str* b) {
  uint64_t n = a->length < b->length ? a->length : b->length;
  if (a->kind() == 1 && b->kind() == 1) {
    int c = memcmp(a->data(), b->data(), n);
    if (c) return c < 0 ? -1 : 1;
  } else {
    for (uint64_t i = 0; i < n; i++) {
      uint32_t x = a->at(i), y = b->at(i);
      if (x != y) return x < y ? -1 : 1;
    }
  }
  return a->length == b->length ? 0 : a->length < b->length ? -1 : 1;
}

int64_t str_hash(Str* s) {
  if (LIKELY(s->hash != 0)) return s->hash;
  return s->hash = hash_bytes(HashSecret{interp().hash_key0, interp().hash_key1}, s->data(), static_cast<int64_t>(s->length) * s->kind());
}

// ---- interning. A weak table: strings that are not immortal leave it when they die (str_interned_dies).
static size_t intern_slot(Interp& in, Str* s) {
  size_t mask = in.interned_size - 1, i = static_cast<size_t>(str_hash(s)) & mask;
  while (in.interned[i] && !str_equal(in.interned[i], s)) i = (i + 1) & mask;
  return i;
}
static void intern_grow(Interp& in) {
  size_t old = in.interned_size;
  Str** table = in.interned;
  in.interned_size = old ? old * 2 : 4096;
  in.interned = static_cast<Str**>(calloc(in.interned_size, sizeof(Str*)));
  for (size_t i = 0; i < old; i++)
    if (table[i]) in.interned[intern_slot(in, table[i])] = table[i];
  free(table);
}
// Interned strings are immortal: names live as long as the program. (Strings interned by sys.intern alone stay, too.)
Result<Str*> intern(Thread& t, Str* s) {
  if (s->flag(kStrInterned)) return s;
  Interp& in = interp();
  if (in.interned_used * 2 >= in.interned_size) intern_grow(in);
  size_t i = intern_slot(in, s);
  if (in.interned[i]) return in.interned[i];
  if (s->shape != KAA_SHAPE(str) || s->flag(kStrView)) {
    s = TRY(str_from_ucs(t, s->kind(), s->data(), s->length));
    if (s->flag(kStrInterned)) return s;
    i = intern_slot(in, s);
  }
  s->rc |= kStrInterned | kImmortal;
  in.interned[i] = s;
  in.interned_used++;
  return s;
}
Str* intern_name(const char* text) {
  Thread& t = current_thread();
  Result<Str*> s = new_str(t, text);
  if (s.ok()) s = intern(t, s.value());
  if (!s.ok()) { fputs("kaa: out of memory\n", stderr); abort(); }
  return s.value();
}

// ---- UTF-8
Utf8::~Utf8() { free(storage_); }

Status str_utf8(Thread& t, Str* s, Utf8& out, bool surrogates_allowed) {
  out.owner_ = s;
  if (s->is_ascii()) {
    out.data = reinterpret_cast<const char*>(s->data());
    out.size = s->length;
    if (!s->flag(kStrView)) return {};
  }
  char* b = static_cast<char*>(malloc(s->length * 4 + 1));
  if (!b) return raise_memory(t);
  char* q = b;
  for (size_t i = 0; i < s->length; i++) {
    uint32_t c = s->at(i);
    if (c < 0x80) *q++ = static_cast<char>(c);
    else if (c < 0x800) { *q++ = static_cast<char>(0xC0 | c >> 6); *q++ = static_cast<char>(0x80 | (c & 63)); }
    else if (c < 0x10000) {
      if (c >= 0xD800 && c < 0xE000 && !surrogates_allowed) {
        free(b);
        size_t end = i + 1;
        while (end < s->length && s->at(end) >= 0xD800 && s->at(end) < 0xE000) end++;
        Value exc = TRY(call(t, KAA_TYPE(UnicodeEncodeError), NAME("utf-8"), s, small_int(static_cast<int64_t>(i)), small_int(static_cast<int64_t>(end)), NAME("surrogates not allowed")));
        return raise_value(t, exc);
      }
      *q++ = static_cast<char>(0xE0 | c >> 12); *q++ = static_cast<char>(0x80 | (c >> 6 & 63)); *q++ = static_cast<char>(0x80 | (c & 63));
    } else {
      *q++ = static_cast<char>(0xF0 | c >> 18); *q++ = static_cast<char>(0x80 | (c >> 12 & 63)); *q++ = static_cast<char>(0x80 | (c >> 6 & 63)); *q++ = static_cast<char>(0x80 | (c & 63));
    }
  }
  *q = 0;
  out.storage_ = b;
  out.data = b;
  out.size = static_cast<size_t>(q - b);
  return {};
}

}  // namespace kaa
