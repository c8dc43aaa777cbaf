// The core of str: making, growing, interning, hashing, comparing, converting. The methods are in the other str*.cpp.
//
// Invariant: the kind of a string is the smallest that holds its characters, and kStrAscii is set exactly when all are below 128. Equality is
// therefore a comparison of kinds, lengths and bytes, and the hash of equal strings is the hash of equal bytes.
#include <stdlib.h>

#include "base/siphash.h"
#include "base/utf8.h"
#include "heap/reserve.h"
#include "objects/str_buffer.h"
#include "types/str.h"

namespace kaa {

namespace {

constexpr size_t kMaxLength = size_t{1} << 46;

void put_char(Str* s, size_t i, uint32_t c) {
  switch (s->kind()) {
    case 1: static_cast<uint8_t*>(s->inline_data())[i] = static_cast<uint8_t>(c); break;
    case 2: static_cast<uint16_t*>(s->inline_data())[i] = static_cast<uint16_t>(c); break;
    default: static_cast<uint32_t*>(s->inline_data())[i] = c;
  }
}

uint64_t kind_flags(uint32_t max_char) {
  if (max_char < 0x80) return kStrAscii;
  if (max_char < 0x100) return 0;
  return max_char < 0x10000 ? kStrKind2 : kStrKind4;
}

}  // namespace

Result<Str*> alloc_str(Thread& t, size_t length, uint32_t max_char) {
  size_t kind = static_cast<size_t>(kind_for(max_char));
  if (UNLIKELY(length > kMaxLength)) return raise_memory(t);
  Object* o = t.heap->allocate_deferred(KAA_SHAPE(str), sizeof(Str) + (length + 1) * kind);
  if (UNLIKELY(!o)) return raise_memory(t);
  Str* s = static_cast<Str*>(o);
  s->hash = 0;
  s->length = length;
  s->rc |= kind_flags(max_char);
  put_char(s, length, 0);
  return s;
}

Result<Str*> alloc_str_as(Thread& t, Type* cls, size_t length, uint32_t max_char) {
  if (cls == KAA_TYPE(str)) return alloc_str(t, length, max_char);
  if (length > kMaxLength) return raise_memory(t);
  Str* s = TRY(alloc_as<Str>(t, cls, (length + 1) * static_cast<size_t>(kind_for(max_char))));
  s->length = length;
  s->rc |= kind_flags(max_char);
  return s;
}

Result<Str*> new_str_ascii(Thread& t, const char* p, size_t n) {
  if (n <= 1) return n ? interp().latin1[static_cast<uint8_t>(*p)] : interp().empty_str;
  Str* s = TRY(alloc_str(t, n, 0x7F));
  memcpy(s->inline_data(), p, n);
  return s;
}

Result<Str*> new_str(Thread& t, std::string_view u) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(u.data());
  if (is_ascii(p, u.size())) return new_str_ascii(t, u.data(), u.size());
  Utf8Shape shape = utf8_shape(p, u.size());
  if (shape.length > 1) {
    Str* s = TRY(alloc_str(t, shape.length, shape.bits));
    if (utf8_fill(p, u.size(), s->inline_data(), shape.length, s->kind(), Surrogates::kAllow)) return s;
  }
  Utf8Scan scan = utf8_scan(p, u.size(), true, Surrogates::kAllow);  // one character, or not valid: up to the error
  if (scan.length == 1 && scan.max < 0x100) return str_char(t, scan.max);
  Str* s = TRY(alloc_str(t, scan.length, scan.max));
  utf8_widen(p, scan.bytes, s->inline_data(), s->kind());
  return s;
}

Result<Str*> str_char(Thread& t, uint32_t cp) {
  if (cp < 256 && interp().latin1[cp]) return interp().latin1[cp];
  Str* s = TRY(alloc_str(t, 1, cp));
  put_char(s, 0, cp);
  return s;
}

void str_put(Str* to, size_t at, TextView from) {
  char* p = static_cast<char*>(to->inline_data()) + at * static_cast<size_t>(to->kind());
  if (from.kind == to->kind()) {
    if (from.length) memcpy(p, from.data, from.length * static_cast<size_t>(from.kind));
  } else {
    text_convert(from, p, to->kind());
  }
}

void str_fill(Str* to, size_t at, size_t n, uint32_t cp) {
  switch (to->kind()) {
    case 1: memset(static_cast<uint8_t*>(to->inline_data()) + at, static_cast<int>(cp), n); break;
    case 2: for (uint16_t* p = static_cast<uint16_t*>(to->inline_data()) + at; n--;) *p++ = static_cast<uint16_t>(cp); break;
    default: for (uint32_t* p = static_cast<uint32_t*>(to->inline_data()) + at; n--;) *p++ = cp;
  }
}

Result<Str*> str_from_view(Thread& t, TextView v) {
  if (v.length == 0) return interp().empty_str;
  if (v.length == 1) return str_char(t, v[0]);
  Str* s = TRY(alloc_str(t, v.length, text_bits(v)));
  str_put(s, 0, v);
  return s;
}
Result<Str*> str_from_ucs(Thread& t, int kind, const void* p, size_t n, bool) { return str_from_view(t, {p, n, kind}); }
Result<Str*> str_from_ucs4(Thread& t, const uint32_t* p, size_t n) { return str_from_view(t, {p, n, 4}); }

Result<Str*> str_from_text(Thread& t, const TextBuilder& b) {
  if (UNLIKELY(b.failed())) return raise_memory(t);
  if (b.length() == 0) return interp().empty_str;
  if (b.length() == 1) return str_char(t, b.view()[0]);
  Str* s = TRY(alloc_str(t, b.length(), b.bits()));
  str_put(s, 0, b.view());
  return s;
}

Result<Str*> str_exact(Thread& t, Str* s) {
  if (LIKELY(s->shape == KAA_SHAPE(str))) return s;
  return str_from_view(t, view_of(s));
}

Result<Str*> str_concat(Thread& t, Str* a, Str* b) {
  if (a->length == 0) return str_exact(t, b);
  if (b->length == 0) return str_exact(t, a);
  // Something short behind something long may be one of many (s = s + t in a loop): as s += t.
  if (UNLIKELY(a->length >= 4096 && b->length <= a->length / 16)) {
    Value v = TRY(str_append_inplace(t, a, b));
    return v.as<Str>();
  }
  if (LIKELY(a->is_ascii() && b->is_ascii())) {
    Str* s = TRY(alloc_str(t, a->length + b->length, 0x7F));
    memcpy(s->inline_data(), a->data1(), a->length);
    memcpy(static_cast<char*>(s->inline_data()) + a->length, b->data1(), b->length);
    return s;
  }
  uint32_t ma = str_max(a), mb = str_max(b);
  Str* s = TRY(alloc_str(t, a->length + b->length, ma > mb ? ma : mb));
  str_put(s, 0, view_of(a));
  str_put(s, a->length, view_of(b));
  return s;
}

// A view of the first `length` characters of the buffer.
static Result<Value> new_view(Thread& t, StrBuffer* b, size_t length, uint32_t max_char) {
  Object* o = t.heap->allocate_deferred(KAA_SHAPE(str), sizeof(Str) + sizeof(StrViewFields));
  if (!o) return raise_memory(t);
  Str* s = static_cast<Str*>(o);
  s->hash = 0;
  s->length = length;
  s->rc |= kStrView | kind_flags(max_char);
  s->view()->data = b->start();
  s->view()->owner.init(b);
  return s;
}

Result<Value> str_append_inplace(Thread& t, Str* a, Str* b) {
  constexpr size_t kMinViewBytes = 64;  // shorter results are cheaper to copy
  if (a->length == 0) return TRY(str_exact(t, b));
  if (b->length == 0) return TRY(str_exact(t, a));
  uint32_t ma = str_max(a), mb = str_max(b), max = ma > mb ? ma : mb;
  size_t kind = static_cast<size_t>(kind_for(max)), length = a->length + b->length, bytes = length * kind, begin = a->length * kind;
  if (bytes < kMinViewBytes) return TRY(str_concat(t, a, b));
  if (length > kMaxLength) return raise_memory(t);
  if (a->flag(kStrView) && static_cast<size_t>(a->kind()) == kind) {
    StrBuffer* buf = a->view()->owner.get().as<StrBuffer>();
    if (buf->used == begin && buf->cap - begin >= bytes - begin) {
      text_convert(view_of(b), buf->start() + begin, static_cast<int>(kind));
      buf->used = bytes;
      return new_view(t, buf, length, max);
    }
  }
  size_t cap = bytes + (a->flag(kStrView) || bytes < 4096 ? bytes / 2 : bytes / 8);  // little room before it has grown once
  Object* o = t.heap->allocate_deferred(KAA_SHAPE(str_buffer), sizeof(StrBuffer) + cap);
  if (!o) return raise_memory(t);
  StrBuffer* buf = static_cast<StrBuffer*>(o);
  buf->used = bytes;
  buf->cap = cap;
  text_convert(view_of(a), buf->start(), static_cast<int>(kind));
  text_convert(view_of(b), buf->start() + begin, static_cast<int>(kind));
  return new_view(t, buf, length, max);
}

Result<Str*> str_substr(Thread& t, Str* s, size_t start, size_t end) {
  if (start >= end) return interp().empty_str;
  if (start == 0 && end == s->length && s->shape == KAA_SHAPE(str)) return s;
  if (LIKELY(s->is_ascii())) return new_str_ascii(t, reinterpret_cast<const char*>(s->data1()) + start, end - start);
  return str_from_view(t, view_of(s).slice(start, end));
}

bool str_equal(const Str* a, const Str* b) {
  if (a == b) return true;
  if (a->length != b->length || ((a->rc ^ b->rc) & (kStrKind2 | kStrKind4 | kStrAscii))) return false;
  const uint8_t *p = a->data1(), *q = b->data1();
  return a->length == 0 || (*p == *q && memcmp(p, q, a->length * static_cast<size_t>(a->kind())) == 0);
}
bool str_equal_ascii(const Str* a, std::string_view b) {
  return a->length == b.size() && a->is_ascii() && memcmp(a->data(), b.data(), b.size()) == 0;
}

template <class A, class B>
static int compare_chars(const A* a, const B* b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}
template <class A>
static int compare_with(const A* a, const Str* b, size_t n) {
  switch (b->kind()) {
    case 1: return compare_chars(a, b->data1(), n);
    case 2: return compare_chars(a, b->data2(), n);
    default: return compare_chars(a, b->data4(), n);
  }
}
int str_compare(const Str* a, const Str* b) {
  uint64_t n = a->length < b->length ? a->length : b->length;
  int c;
  if (a->kind() == 1 && b->kind() == 1) c = memcmp(a->data(), b->data(), n);
  else c = a->kind() == 1 ? compare_with(a->data1(), b, n) : a->kind() == 2 ? compare_with(a->data2(), b, n) : compare_with(a->data4(), b, n);
  if (c) return c < 0 ? -1 : 1;
  return a->length == b->length ? 0 : a->length < b->length ? -1 : 1;
}

int64_t str_hash(Str* s) {
  if (LIKELY(s->hash != 0)) return s->hash;
  return s->hash = hash_bytes(HashSecret{interp().hash_key0, interp().hash_key1}, s->data(), static_cast<int64_t>(s->length) * s->kind());
}

// ---- interning: an open-addressed table with linear probing. Names (kStrInterned) are immortal, since code, shapes and caches keep them as plain
// pointers; what sys.intern() adds (kStrWeakInterned) is held by nobody here and leaves the table when it dies. The upper 16 bits of a word of the table are those
// of the string's hash: the table may be nearly full, as few strings that differ are looked at.
constexpr uint64_t kTagBits = uint64_t{0xFFFF} << 48;
static Str* tagged(Str* s) { return reinterpret_cast<Str*>(reinterpret_cast<uintptr_t>(s) | (static_cast<uint64_t>(s->hash) & kTagBits)); }
static Str* untagged(Str* word) { return reinterpret_cast<Str*>(reinterpret_cast<uintptr_t>(word) & ~kTagBits); }
static size_t intern_slot(Interp& in, Str* s) {
  uint64_t hash = static_cast<uint64_t>(str_hash(s));
  size_t mask = in.interned_size - 1, i = hash & mask;
  while (Str* word = in.interned[i]) {
    if (((reinterpret_cast<uintptr_t>(word) ^ hash) & kTagBits) == 0 && str_equal(untagged(word), s)) break;
    i = (i + 1) & mask;
  }
  return i;
}
Str* known_name(const char* p, size_t n, int64_t* found) {
  Interp& in = interp();
  uint64_t hash = static_cast<uint64_t>(*found = hash_bytes(HashSecret{in.hash_key0, in.hash_key1}, p, static_cast<int64_t>(n)));
  if (!in.interned) return nullptr;
  size_t mask = in.interned_size - 1;
  for (size_t i = hash & mask; Str* word = in.interned[i]; i = (i + 1) & mask) {
    if ((reinterpret_cast<uintptr_t>(word) ^ hash) & kTagBits) continue;
    Str* s = untagged(word);
    if (str_equal_ascii(s, {p, n})) return s->flag(kStrInterned) ? s : nullptr;
  }
  return nullptr;
}
static bool intern_grow(Interp& in) {
  size_t old = in.interned_size, size = old ? old * 2 : 4096;
  Str** table = in.interned;
  Str** grown = static_cast<Str**>(calloc(size, sizeof(Str*)));
  if (!grown) return false;
  in.interned = grown;
  in.interned_size = size;
  for (size_t i = 0; i < old; i++)
    if (table[i]) in.interned[intern_slot(in, untagged(table[i]))] = table[i];
  free(table);
  return true;
}
static Result<Str*> intern_as(Thread& t, Str* s, uint64_t flags) {
  Interp& in = interp();
  if (in.interned_used * 4 >= in.interned_size * 3 && !intern_grow(in) && in.interned_used * 32 >= in.interned_size * 31) return raise_memory(t);
  size_t i = intern_slot(in, s);
  if (Str* known = untagged(in.interned[i])) {
    if ((flags & kStrInterned) && known->flag(kStrWeakInterned)) {
      known->clear_flag(kStrWeakInterned);
      known->rc |= flags;
    }
    return known;
  }
  if (s->shape != KAA_SHAPE(str) || s->flag(kStrView)) {
    s = TRY(str_from_view(t, view_of(s)));
    if (s->rc & (kStrInterned | kStrWeakInterned)) return s;
    i = intern_slot(in, s);  // the allocation may have taken dead strings out of the table
  }
  s->rc |= flags;
  in.interned[i] = tagged(s);
  in.interned_used++;
  return s;
}
Result<Str*> intern(Thread& t, Str* s) {
  if (LIKELY(s->flag(kStrInterned))) return s;
  return intern_as(t, s, kStrInterned | kImmortal);
}
Result<Str*> intern_weak(Thread& t, Str* s) {
  if (s->rc & (kStrInterned | kStrWeakInterned)) return s;
  return intern_as(t, s, kStrWeakInterned);
}
Str* intern_name(const char* text) {
  size_t n = strlen(text);
  int64_t hash;
  if (Str* known = known_name(text, n, &hash)) return known;
  Thread& t = current_thread();
  NeedMemory needed;
  Result<Str*> s = new_str(t, {text, n});
  if (s.ok() && s.value()->is_ascii()) s.value()->hash = hash;
  if (s.ok()) s = intern(t, s.value());
  if (!s.ok()) { fputs("kaa: out of memory\n", stderr); abort(); }
  return s.value();
}
// Takes the string out of the table and moves up what probing had put behind it.
void str_dies(Str* s) {
  Interp& in = interp();
  size_t mask = in.interned_size - 1, hole = intern_slot(in, s);
  if (untagged(in.interned[hole]) != s) return;
  in.interned_used--;
  for (size_t i = (hole + 1) & mask; in.interned[i]; i = (i + 1) & mask) {
    size_t home = static_cast<size_t>(untagged(in.interned[i])->hash) & mask;
    if (((i - home) & mask) >= ((i - hole) & mask)) {
      in.interned[hole] = in.interned[i];
      hole = i;
    }
  }
  in.interned[hole] = nullptr;
}

// ---- UTF-8
Utf8::~Utf8() { free(storage_); }

Status str_utf8(Thread& t, Str* s, Utf8& out, bool surrogates_allowed) {
  out.owner_ = s;
  size_t size = s->length;
  if (s->is_ascii()) {
    out.data = reinterpret_cast<const char*>(s->data());
    out.size = size;
    if (!s->flag(kStrView)) return {};  // views have no NUL behind them
  } else {
    if (s->kind() > 1 && !surrogates_allowed) {
      size_t i = find_surrogate(view_of(s));
      if (i < s->length) {
        size_t end = i + 1;
        while (end < s->length && s->at(end) >= 0xD800 && s->at(end) < 0xE000) end++;
        Value exc = TRY(call(t, KAA_TYPE(UnicodeEncodeError), NAME("utf-8"), s, small_int(static_cast<int64_t>(i)), small_int(static_cast<int64_t>(end)), NAME("surrogates not allowed")));
        return raise_value(t, exc);
      }
    }
    size = utf8_size(view_of(s));
  }
  char* b = out.short_;
  if (size >= sizeof out.short_) {
    free(out.storage_);
    b = out.storage_ = static_cast<char*>(malloc(size + 1));
    if (!b) return raise_memory(t);
  }
  if (s->is_ascii()) memcpy(b, s->data(), size);
  else utf8_write(view_of(s), reinterpret_cast<uint8_t*>(b));
  b[size] = 0;
  out.data = b;
  out.size = size;
  return {};
}

}  // namespace kaa
