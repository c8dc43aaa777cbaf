#include "base/unicode_norm.h"

#include <cstdlib>

#include "base/utf8.h"

// A text is decomposed into a scratch array whose entries carry the combining class in their upper byte, so that
// sorting and composing need no further look at the tables. Invariants: before `run_start_` every entry has its final
// place; the run from there on holds entries of non-zero class only, and is sorted when the next starter (class zero)
// arrives.

namespace kaa::unicode {

namespace {

constexpr uint32_t kLBase = 0x1100, kVBase = 0x1161, kTBase = 0x11A7, kSBase = 0xAC00;
constexpr uint32_t kLCount = 19, kVCount = 21, kTCount = 28, kNCount = kVCount * kTCount, kSCount = kLCount * kNCount;

class Scratch {
 public:
  Scratch(Form form, Version version) : form_(form), version_(version) {
    // The quick check "no" of NFD or NFKD: the character has a decomposition. Version 3.2.0 has no more of them.
    decomposes_ = form == Form::kNFKD || form == Form::kNFKC ? 2u << 2 : 2u;
  }
  ~Scratch() { free(entries_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  bool failed() const { return failed_; }
  uint32_t operator[](size_t i) const { return entries_[i] & 0x1FFFFF; }

  void add(uint32_t cp);
  void finish() { sort_run(); }
  void compose_all();
  // Drops the combining classes: the last thing to do.
  TextView text() {
    for (size_t i = 0; i < size_; i++) entries_[i] &= 0x1FFFFF;
    return {entries_, size_, 4};
  }
  bool equals(TextView text) const;

 private:
  void push(uint32_t cp);
  void sort_run();

  uint32_t* entries_ = nullptr;
  size_t size_ = 0, capacity_ = 0, run_start_ = 0;
  Form form_;
  Version version_;
  unsigned decomposes_;
  bool run_sorted_ = true, failed_ = false;
};

inline void Scratch::push(uint32_t cp) {
  if (size_ == capacity_) {
    size_t capacity = capacity_ * 2 + 64;
    auto* entries =
        capacity > SIZE_MAX / 8 ? nullptr : static_cast<uint32_t*>(realloc(entries_, capacity * sizeof(uint32_t)));
    if (!entries) {
      failed_ = true;
      return;
    }
    entries_ = entries;
    capacity_ = capacity;
  }
  uint32_t ccc = cp < 0x300 ? 0 : combining(cp);
  if (ccc == 0) {
    sort_run();
    run_start_ = size_ + 1;
  } else if (size_ > run_start_ && entries_[size_ - 1] >> 24 > ccc) {
    run_sorted_ = false;
  }
  entries_[size_++] = ccc << 24 | cp;
}

// Stable sort of the open run by combining class.
void Scratch::sort_run() {
  if (run_sorted_) return;
  run_sorted_ = true;
  uint32_t* run = entries_ + run_start_;
  size_t n = size_ - run_start_;
  if (n <= 32) {
    for (size_t i = 1; i < n; i++) {
      uint32_t entry = run[i];
      size_t j = i;
      for (; j > 0 && run[j - 1] >> 24 > entry >> 24; j--) run[j] = run[j - 1];
      run[j] = entry;
    }
    return;
  }
  size_t place[256] = {}, sum = 0;
  for (size_t i = 0; i < n; i++) place[run[i] >> 24]++;
  for (size_t& p : place) {
    size_t count = p;
    p = sum;
    sum += count;
  }
  auto* sorted = static_cast<uint32_t*>(malloc(n * sizeof(uint32_t)));
  if (!sorted) {
    failed_ = true;
    return;
  }
  for (size_t i = 0; i < n; i++) sorted[place[run[i] >> 24]++] = run[i];
  memcpy(run, sorted, n * sizeof(uint32_t));
  free(sorted);
}

void Scratch::add(uint32_t cp) {
  if (cp < 0xA0 || (db_record(cp).quick_check & decomposes_) == 0) return push(cp);
  // Decompositions nest a few levels deep, and the longest has 18 code points.
  uint32_t stack[64];
  unsigned depth = 0;
  stack[depth++] = cp;
  bool compatibility = form_ == Form::kNFKD || form_ == Form::kNFKC;
  while (depth) {
    uint32_t c = stack[--depth];
    if (c - kSBase < kSCount) {
      uint32_t index = c - kSBase;
      push(kLBase + index / kNCount);
      push(kVBase + index % kNCount / kTCount);
      if (index % kTCount) push(kTBase + index % kTCount);
      continue;
    }
    if (version_ == Version::k3_2_0) {
      if (uint32_t old = old_decomposition(c)) {
        stack[depth++] = old;
        continue;
      }
    }
    Decomposition d = decomposition(c, version_);
    if (d.length == 0 || (d.tag[0] && !compatibility) || depth + d.length > 64) {
      push(c);
      continue;
    }
    for (unsigned i = d.length; i-- > 0;) {
      uint32_t unit = d.utf16[i];
      if ((unit & 0xFC00) == 0xDC00) unit = 0x10000 + ((d.utf16[--i] & 0x3FFu) << 10 | (unit & 0x3FF));
      stack[depth++] = unit;
    }
  }
}

void Scratch::compose_all() {
  size_t out = 0, starter = SIZE_MAX;
  for (size_t i = 0; i < size_; i++) {
    uint32_t entry = entries_[i], ccc = entry >> 24;
    // Not blocked: nothing stands between the starter and this one, or only lower classes do.
    if (starter != SIZE_MAX && (out == starter + 1 || entries_[out - 1] >> 24 < ccc)) {
      if (uint32_t composed = compose(entries_[starter] & 0x1FFFFF, entry & 0x1FFFFF)) {
        entries_[starter] = composed;  // composites are starters
        continue;
      }
    }
    if (ccc == 0) starter = out;
    entries_[out++] = entry;
  }
  size_ = out;
}

bool Scratch::equals(TextView text) const {
  if (text.length != size_) return false;
  for (size_t i = 0; i < size_; i++) {
    if (text[i] != (*this)[i]) return false;
  }
  return true;
}

bool composes(Form form) { return form == Form::kNFC || form == Form::kNFKC; }

bool fill(Scratch& scratch, TextView text, Form form) {
  for (size_t i = 0; i < text.length; i++) scratch.add(text[i]);
  scratch.finish();
  if (scratch.failed()) return false;
  if (composes(form)) scratch.compose_all();
  return true;
}

}  // namespace

uint32_t compose(uint32_t first, uint32_t second) {
  if (first - kLBase < kLCount && second - kVBase < kVCount) {
    return kSBase + ((first - kLBase) * kVCount + (second - kVBase)) * kTCount;
  }
  if (first - kSBase < kSCount && (first - kSBase) % kTCount == 0 && second > kTBase && second < kTBase + kTCount) {
    return first + (second - kTBase);
  }
  // Whatever can be the second of a pair may be composed away, which is what the quick check "maybe" of NFC means.
  if ((db_record(second).quick_check >> 4 & 3) != static_cast<unsigned>(Quick::kMaybe)) return 0;
  size_t low = 0, high = kCompositionFirstCount;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (kCompositionFirsts[middle] < first) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == kCompositionFirstCount || kCompositionFirsts[low] != first) return 0;
  for (size_t i = kCompositionStarts[low]; i < kCompositionStarts[low + 1]; i++) {
    if (kCompositions[i].second == second) return kCompositions[i].composed;
  }
  return 0;
}

Quick quick_check(TextView text, Form form) {
  // Below this every character is in the form.
  uint32_t plain = form == Form::kNFC ? 0x300 : form == Form::kNFD ? 0xC0 : 0xA0;
  if (text_bits(text) < 0x80) return Quick::kYes;
  unsigned shift = 2 * static_cast<unsigned>(form), last = 0;
  Quick result = Quick::kYes;
  for (size_t i = 0; i < text.length; i++) {
    uint32_t cp = text[i];
    if (cp < plain) {
      last = 0;
      continue;
    }
    const DbRecord& record = db_record(cp);
    if (record.combining != 0 && record.combining < last) return Quick::kNo;
    unsigned answer = record.quick_check >> shift & 3;
    if (answer == static_cast<unsigned>(Quick::kNo)) return Quick::kNo;
    if (answer == static_cast<unsigned>(Quick::kMaybe)) result = Quick::kMaybe;
    last = record.combining;
  }
  return result;
}

bool is_normalized(TextView text, Form form, Version version) {
  if (version == Version::k16_0) {
    Quick quick = quick_check(text, form);
    if (quick != Quick::kMaybe) return quick == Quick::kYes;
  }
  Scratch scratch(form, version);
  return fill(scratch, text, form) && scratch.equals(text);
}

bool normalize(TextView text, Form form, TextBuilder& out, Version version) {
  if (version == Version::k16_0 && quick_check(text, form) == Quick::kYes) {
    out.append(text);
    return !out.failed();
  }
  Scratch scratch(form, version);
  if (!fill(scratch, text, form)) return false;
  out.append(scratch.text());
  return !out.failed();
}

bool normalize_utf8(std::string_view in, Form form, std::string& out) {
  auto* bytes = reinterpret_cast<const uint8_t*>(in.data());
  if (is_ascii(bytes, in.size())) {
    out.assign(in);
    return true;
  }
  if (!utf8_valid(bytes, in.size(), Surrogates::kAllow)) return false;
  TextBuilder text, normal;
  CodecError error;
  utf8_decode(bytes, in.size(), 0, true, text, error, Surrogates::kAllow);
  if (text.failed() || !normalize(text.view(), form, normal)) return false;
  out.resize(utf8_size(normal.view()));
  utf8_write(normal.view(), reinterpret_cast<uint8_t*>(out.data()));
  return true;
}

bool nfkc_utf8(std::string_view in, std::string& out) { return normalize_utf8(in, Form::kNFKC, out); }

}  // namespace kaa::unicode
