#include "base/text_buffer.h"

#include <cstdlib>

#include "base/simd.h"

namespace kaa {

namespace {

template <typename T>
uint32_t or_all(const T* p, size_t n) {
  constexpr size_t kLanes = 16 / sizeof(T);
  uint32_t bits = 0;
  size_t i = 0;
  if (n >= kLanes) {
    Bytes16 sum = Bytes16::load(p);
    for (i = kLanes; i + kLanes <= n; i += kLanes) sum = sum | Bytes16::load(p + i);
    T lanes[kLanes];
    sum.store(lanes);
    for (T lane : lanes) bits |= lane;
  }
  if constexpr (sizeof(T) == 1) {
    if (i == 0 && n >= 8) {  // two words that overlap
      uint64_t x, y;
      memcpy(&x, p, 8);
      memcpy(&y, p + n - 8, 8);
      x |= y;
      x |= x >> 32;
      x |= x >> 16;
      return static_cast<uint32_t>((x | x >> 8) & 0xFF);
    }
  }
  for (; i < n; i++) bits |= p[i];
  return bits;
}

template <typename T>
uint32_t max_of(const T* p, size_t n) {
  T max = 0;
  for (size_t i = 0; i < n; i++) max = p[i] > max ? p[i] : max;  // the compiler vectorizes this
  return max;
}

template <typename From, typename To>
void convert(const From* from, To* to, size_t n) {
  for (size_t i = 0; i < n; i++) to[i] = static_cast<To>(from[i]);
}

template <typename From>
void convert_from(const From* from, void* to, int to_kind, size_t n) {
  if (n == 0) return;
  if (to_kind == static_cast<int>(sizeof(From))) {
    memcpy(to, from, n * sizeof(From));
  } else if (to_kind == 1) {
    convert(from, static_cast<uint8_t*>(to), n);
  } else if (to_kind == 2) {
    convert(from, static_cast<uint16_t*>(to), n);
  } else {
    convert(from, static_cast<uint32_t*>(to), n);
  }
}

}  // namespace

uint32_t text_bits(TextView text) {
  if (text.kind == 1) return or_all(text.u8(), text.length);
  if (text.kind == 2) return or_all(text.u16(), text.length);
  return or_all(text.u32(), text.length);
}

uint32_t text_max(TextView text) {
  if (text.kind == 1) return max_of(text.u8(), text.length);
  if (text.kind == 2) return max_of(text.u16(), text.length);
  return max_of(text.u32(), text.length);
}

void text_convert(TextView from, void* to, int to_kind) {
  if (from.kind == 1) {
    convert_from(from.u8(), to, to_kind, from.length);
  } else if (from.kind == 2) {
    convert_from(from.u16(), to, to_kind, from.length);
  } else {
    convert_from(from.u32(), to, to_kind, from.length);
  }
}

TextBuilder::~TextBuilder() {
  if (data_ != inline_) free(data_);
}

// Room for `count` more, in a kind that holds `cp`.
bool TextBuilder::make_room(size_t count, uint32_t cp) {
  int kind = kind_for(cp);
  if (kind < kind_) kind = kind_;
  if (failed_) return false;
  size_t need = length_ + count;
  // What comes at once at first is often all.
  size_t capacity = need <= capacity_ && data_ != inline_ ? capacity_ : length_ == 0 && count > 16 ? need : need + need / 2 + 16;
  if (need < length_ || capacity > SIZE_MAX / 8) {
    failed_ = true;
    return false;
  }
  if (kind == kind_) {
    if (capacity == capacity_) return true;
    bool first = data_ == inline_;
    void* data = realloc(first ? nullptr : data_, capacity * kind);
    if (!data) {
      failed_ = true;
      return false;
    }
    if (first) memcpy(data, inline_, length_ * kind);
    data_ = data;
  } else {
    void* data = malloc(capacity * kind);
    if (!data) {
      failed_ = true;
      return false;
    }
    text_convert(view(), data, kind);
    if (data_ != inline_) free(data_);
    data_ = data;
    kind_ = kind;
    limit_ = kind == 1 ? 0xFF : kind == 2 ? 0xFFFF : UINT32_MAX;
  }
  capacity_ = capacity;
  return true;
}

void TextBuilder::append_latin1(const uint8_t* bytes, size_t count) { append({bytes, count, 1}); }

void* TextBuilder::grow(size_t count, uint32_t max) {
  if ((count > capacity_ - length_ || max > limit_) && !make_room(count, max)) return nullptr;
  void* to = static_cast<uint8_t*>(data_) + length_ * static_cast<size_t>(kind_);
  length_ += count;
  bits_ |= max;
  return to;
}

void TextBuilder::append(TextView text) {
  if (text.length == 0) return;
  if (text.kind == 1 && kind_ == 1 && text.length <= capacity_ - length_) {
    const uint8_t* from = text.u8();
    uint8_t* to = static_cast<uint8_t*>(data_) + length_;
    length_ += text.length;
    if (text.length < 8) {  // separators, indents and the like: less than what follows takes to begin
      uint32_t bits = 0;
      for (size_t i = 0; i < text.length; i++) bits |= to[i] = from[i];
      bits_ |= bits;
      return;
    }
    bits_ |= or_all(from, text.length);
    memcpy(to, from, text.length);
    return;
  }
  // The or of code points needs no more bytes than the largest of them.
  if (void* to = grow(text.length, text_bits(text))) text_convert(text, to, kind_);
}

void TextBuilder::reserve(size_t count) {
  if (count > capacity_ - length_) make_room(count, 0);
}

void TextBuilder::truncate(size_t length) {
  if (length >= length_) return;
  length_ = length;
  bits_ = text_bits(view());
  int kind = kind_for(bits_);
  if (kind == kind_) return;
  // In place: the narrow unit i never lies behind the wide unit i that is read next.
  auto* to8 = static_cast<uint8_t*>(data_);
  auto* to16 = static_cast<uint16_t*>(data_);
  for (size_t i = 0; i < length_; i++) {
    uint32_t cp = view()[i];
    if (kind == 1) {
      to8[i] = static_cast<uint8_t>(cp);
    } else {
      to16[i] = static_cast<uint16_t>(cp);
    }
  }
  capacity_ = capacity_ * kind_ / kind;
  kind_ = kind;
  limit_ = kind == 1 ? 0xFF : 0xFFFF;
}

ByteBuilder::~ByteBuilder() { free(data_); }

bool ByteBuilder::make_room(size_t count) {
  if (failed_) return false;
  size_t need = size_ + count, capacity = size_ == 0 && count > 32 ? need : need + need / 2 + 32;
  auto* data = need < size_ || need > SIZE_MAX / 4 ? nullptr : static_cast<uint8_t*>(realloc(data_, capacity));
  if (!data) {
    failed_ = true;
    return false;
  }
  data_ = data;
  capacity_ = capacity;
  return true;
}

}  // namespace kaa
