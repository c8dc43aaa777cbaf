// What the compressors and decompressors of bz2, lzma and zstd share: output that grows, and input that a decompressor keeps for later calls.
//
// As with zlib, an object belongs to one thread at a time by the interpreter's lock, and calls of the library hold it.
#pragma once
#include "base/text_buffer.h"
#include "runtime/api.h"
#include "types/bytes.h"

namespace kaa {

// Output outside the heap, made in steps: the library writes into room(), took() says how much of it. Never more than `limit` bytes.
class StepOutput {
 public:
  explicit StepOutput(size_t limit = SIZE_MAX) : limit_(limit) {}
  uint8_t* room(size_t* n) {  // null: no memory. *n is 0 at the limit
    static uint8_t nothing;
    size_t left = limit_ - out_.size();
    *n = given_ = step_ < left ? step_ : left;
    if (!given_) return &nothing;
    if (step_ < (size_t{64} << 20)) step_ *= 2;
    return out_.grow(given_);
  }
  void took(size_t n) { out_.truncate(out_.size() - (given_ - n)); given_ = 0; }
  bool at_limit() const { return out_.size() >= limit_; }
  size_t size() const { return out_.size(); }
  Result<Bytes*> finish(Thread& t) {
    if (out_.failed()) return raise_memory(t);
    return new_bytes(t, out_.size() ? static_cast<const void*>(out_.data()) : "", out_.size());
  }

 private:
  ByteBuilder out_;
  size_t step_ = 32 * 1024, limit_, given_ = 0;
};

// The common part of a decompressor. `kept` from `kept_at` on is input that earlier calls did not use.
struct Decompressor : Object {
  Field<Bytes*> unused_data, kept;
  size_t kept_at;
  bool ready, eof, needs_input, failed;
  template <class F> void each_field(F&& f) { f(unused_data); f(kept); }
  void begin() {
    unused_data.init(interp().empty_bytes);
    needs_input = true;
  }
};

// The input of one call: what was kept, then what is new.
class KeptInput {
 public:
  Status start(Thread& t, Decompressor* d, std::string_view fresh) {
    Bytes* kept = d->kept;
    size_t left = kept ? kept->size - d->kept_at : 0;
    if (!left) {
      view_ = fresh;
      return {};
    }
    if (fresh.empty()) {
      owner_ = kept;
      from_kept_ = true;
      view_ = kept->view().substr(d->kept_at);
      return {};
    }
    Bytes* joined = TRY(new_bytes(t, nullptr, left + fresh.size()));
    memcpy(joined->data(), kept->data() + d->kept_at, left);
    memcpy(joined->data() + left, fresh.data(), fresh.size());
    owner_ = joined;
    view_ = joined->view();
    return {};
  }
  ~KeptInput() { asm volatile("" : : "r"(owner_.bits()) : "memory"); }
  std::string_view view() const { return view_; }
  // After the call: `rest` (the end of view()) stays for later, or is what came behind the stream.
  Status finish(Thread& t, Decompressor* d, std::string_view rest) {
    if (d->eof) {
      d->needs_input = false;
      d->unused_data.set(rest.empty() ? interp().empty_bytes : TRY(new_bytes(t, rest.data(), rest.size())));
      d->kept.clear();
      d->kept_at = 0;
    } else if (rest.empty()) {
      d->kept.clear();
      d->kept_at = 0;
    } else if (from_kept_) {
      d->kept_at = d->kept->size - rest.size();
    } else {
      d->kept.set(owner_ ? owner_.as<Bytes>() : TRY(new_bytes(t, rest.data(), rest.size())));
      d->kept_at = d->kept->size - rest.size();
    }
    return {};
  }

 private:
  Value owner_;
  bool from_kept_ = false;
  std::string_view view_;
};

// The limit for StepOutput of decompress(data, max_length=-1).
inline Result<size_t> max_length(Thread& t, Value v) {
  int64_t n = v ? TRY(to_ssize(t, v)) : -1;
  return n < 0 ? SIZE_MAX : static_cast<size_t>(n);
}

inline Result<Value> decompressor_unused_data(Thread&, Value self) { return self.as<Decompressor>()->unused_data.value(); }
inline Result<Value> decompressor_eof(Thread&, Value self) { return Value::from_bool(self.as<Decompressor>()->eof); }
inline Result<Value> decompressor_needs_input(Thread&, Value self) { return Value::from_bool(self.as<Decompressor>()->needs_input); }
#define DECOMPRESSOR_GETSETS                                                                                      \
  {"eof", decompressor_eof, nullptr, "Whether the end of the stream was reached."},                               \
  {"needs_input", decompressor_needs_input, nullptr, "Whether more input is needed before more comes out."},      \
  {"unused_data", decompressor_unused_data, nullptr, "What came behind the end of the stream."}

}  // namespace kaa
