// Views of texts, and buffers that grow while a text or bytes are made.
//
// A text is an array of code points of one, two or four bytes each (its kind: 1, 2 or 4), the smallest that holds its
// largest code point. Surrogates count as code points like any other. Buffers come from malloc; when it fails, the
// buffer remembers (`failed()`) and drops what is added, so that the caller asks once, at the end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kaa {

// Two words, so that it is passed in registers: functions that take a character of it would wait for a copy in memory.
struct TextView {
  const void* data = nullptr;
  size_t length : 56 = 0;  // code points
  int kind : 8 = 1;

  constexpr TextView() = default;
  constexpr TextView(const void* data, size_t length, int kind) : data(data), length(length), kind(kind) {}
  uint32_t operator[](size_t i) const {
    if (kind == 1) return static_cast<const uint8_t*>(data)[i];
    if (kind == 2) return static_cast<const uint16_t*>(data)[i];
    return static_cast<const uint32_t*>(data)[i];
  }
  const uint8_t* u8() const { return static_cast<const uint8_t*>(data); }
  const uint16_t* u16() const { return static_cast<const uint16_t*>(data); }
  const uint32_t* u32() const { return static_cast<const uint32_t*>(data); }
  TextView slice(size_t from, size_t to) const { return {u8() + from * kind, to - from, kind}; }
};

static_assert(sizeof(TextView) == 16);

inline int kind_for(uint32_t max_code_point) { return max_code_point < 0x100 ? 1 : max_code_point < 0x10000 ? 2 : 4; }

// An upper bound of the code points of the text, precise enough to choose a kind and to tell ASCII: the bitwise or of
// all.
uint32_t text_bits(TextView text);
// The largest code point itself; 0 for an empty text.
uint32_t text_max(TextView text);
// Copies to an array of another kind. Each code point must fit there.
void text_convert(TextView from, void* to, int to_kind);

class TextBuilder {
 public:
  TextBuilder() = default;
  ~TextBuilder();
  TextBuilder(const TextBuilder&) = delete;
  TextBuilder& operator=(const TextBuilder&) = delete;

  void push(uint32_t cp) {
    if (length_ == capacity_ || cp > limit_) {
      if (!make_room(1, cp)) return;
    }
    bits_ |= cp;
    if (kind_ == 1) {
      static_cast<uint8_t*>(data_)[length_++] = static_cast<uint8_t>(cp);
    } else if (kind_ == 2) {
      static_cast<uint16_t*>(data_)[length_++] = static_cast<uint16_t>(cp);
    } else {
      static_cast<uint32_t*>(data_)[length_++] = cp;
    }
  }
  void append_latin1(const uint8_t* bytes, size_t count);
  void append(TextView text);
  // Room for `count` code points that the caller writes at once, as units of kind() as it is afterwards; `max` is the
  // largest of them. Null when there is no memory.
  void* grow(size_t count, uint32_t max);
  // Makes room for `count` further code points of the present kind.
  void reserve(size_t count);
  // Drops all after the first `length` code points; the kind becomes the smallest again.
  void truncate(size_t length);

  size_t length() const { return length_; }
  int kind() const { return kind_; }
  const void* data() const { return data_; }
  TextView view() const { return {data_, length_, kind_}; }
  // At least the largest code point, and needs no more bits: the text is ASCII if this is below 0x80.
  uint32_t bits() const { return bits_; }
  bool failed() const { return failed_; }

 private:
  bool make_room(size_t count, uint32_t cp);

  // Short texts need no memory of their own: the characters begin in inline_.
  static constexpr size_t kInline = 128;
  void* data_ = inline_;
  size_t length_ = 0, capacity_ = kInline;
  uint32_t limit_ = 0xFF, bits_ = 0;
  int kind_ = 1;
  bool failed_ = false;
  alignas(4) uint8_t inline_[kInline];
};

class ByteBuilder {
 public:
  ByteBuilder() = default;
  ~ByteBuilder();
  ByteBuilder(const ByteBuilder&) = delete;
  ByteBuilder& operator=(const ByteBuilder&) = delete;

  void push(uint8_t byte) {
    if (size_ == capacity_ && !make_room(1)) return;
    data_[size_++] = byte;
  }
  void append(const void* bytes, size_t count) {
    if (count > capacity_ - size_ && !make_room(count)) return;
    if (count) memcpy(data_ + size_, bytes, count);
    size_ += count;
  }
  // Room for `count` bytes that the caller writes at once; null when there is no memory (and may be, for no bytes).
  uint8_t* grow(size_t count) {
    if (count > capacity_ - size_ && !make_room(count)) return nullptr;
    uint8_t* at = data_ + size_;
    size_ += count;
    return at;
  }
  void reserve(size_t count) {
    if (count > capacity_ - size_) make_room(count);
  }
  void truncate(size_t size) { size_ = size; }

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  bool failed() const { return failed_; }

 private:
  bool make_room(size_t count);

  uint8_t* data_ = nullptr;
  size_t size_ = 0, capacity_ = 0;
  bool failed_ = false;
};

// What a decoder or encoder could not do: the input units [start, end) and why, in CPython's words. `reason` is null
// when nothing went wrong. Decoders and encoders stop at the first error and return its start; the caller lets its
// error handler append a replacement, and calls again from where that handler says.
struct CodecError {
  size_t start = 0, end = 0;
  const char* reason = nullptr;
  size_t set(size_t from, size_t to, const char* why) {
    start = from;
    end = to;
    reason = why;
    return from;
  }
};

}  // namespace kaa
