// The buffer protocol beyond api.h: whole descriptions of buffers (shape, strides, format), and the objects that hold an export for longer than
// a scope. Sizes and strides are in bytes.
#pragma once
#include "runtime/api.h"

namespace kaa {

// Flags of __buffer__ (PEP 688, inspect.BufferFlags).
enum : int { kBufSimple = 0, kBufWritable = 1, kBufFullRo = 0x11C, kBufFull = 0x11D };
inline constexpr int kMaxBufferDims = 64;

// Any buffer, contiguous or not. BufferError when it cannot be had (not writable), TypeError "<what>a bytes-like object is required, not 'X'".
Status get_buffer_full(Thread& t, Value v, Buffer& out, bool writable, const char* what = "");

inline bool buffer_contiguous(const Buffer& b) {
  if (b.suboffsets) return false;
  if (!b.strides || b.size == 0) return true;
  int64_t step = b.itemsize;
  for (int i = b.ndim - 1; i >= 0; i--) {
    int64_t n = b.shape ? b.shape[i] : b.size / b.itemsize;
    if (n > 1 && b.strides[i] != step) return false;
    step *= n;
  }
  return true;
}
inline int64_t buffer_length(const Buffer& b) { return b.shape ? (b.ndim ? b.shape[0] : 1) : b.size / (b.itemsize ? b.itemsize : 1); }

// An export that objects share: a memoryview and the views made from it. The owner is released when the last lets go, or dies.
struct ManagedBuffer : Object {
  Buffer b;
  Field<> owner;          // b.owner, counted
  uint64_t exports;       // memoryviews not released yet
  bool released;
  template <class F> void each_field(F&& f) { f(owner); }
};
template <> struct LayoutTraits<ManagedBuffer> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ManagedBuffer* m);
};

struct MemoryView : Object {
  Field<ManagedBuffer*> managed;  // empty: released
  char* data;
  int64_t size, itemsize;
  char* format;                   // raw memory of format_size bytes, NUL-terminated
  uint64_t format_size;
  int64_t* dims;                  // raw memory: shape, strides, suboffsets (ndim of each)
  int64_t hash;                   // -1: not computed
  uint64_t exports;               // buffers taken from this view
  int ndim;
  bool readonly, indirect, restricted;
  int64_t* shape() const { return dims; }
  int64_t* strides() const { return dims + ndim; }
  int64_t* suboffsets() const { return indirect ? dims + 2 * ndim : nullptr; }
  template <class F> void each_field(F&& f) { f(managed); }
};
template <> struct LayoutTraits<MemoryView> {
  static constexpr Death death = Death::kCustom;
  static void destroy(MemoryView* m);
};

// A memoryview of any object with a buffer.
Result<MemoryView*> new_memoryview(Thread& t, Value exporter, bool writable = false);
// A one-dimensional memoryview of bytes that the caller keeps valid until the view is released.
Result<MemoryView*> new_memoryview_of(Thread& t, Value owner, void* data, size_t size, bool readonly);
Status memoryview_release(Thread& t, MemoryView* m);
inline bool is_memoryview(Value v);

// The rows __buffer__ and __release_buffer__ of exporting types.
Result<Value> buffer_dunder(Thread& t, Args a);
Result<Value> release_buffer_dunder(Thread& t, Args a);

// Held in a Buffer's owner for classes that define __buffer__ in Python: the object, and the memoryview that it returned.
struct BufferWrapper : Object {
  Field<> object;
  Field<MemoryView*> view;
  template <class F> void each_field(F&& f) { f(object); f(view); }
};
template <> struct LayoutTraits<BufferWrapper> { static constexpr Death death = Death::kFinalizer; };

}  // namespace kaa
