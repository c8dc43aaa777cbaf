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

// The buffer of an object's native base, whatever __buffer__ its class has.
Status get_native_buffer(Thread& t, Value v, Buffer& out, bool writable, const char* what = "");
// A memoryview of any object with a buffer; `native`: of that of its native base.
Result<MemoryView*> new_memoryview(Thread& t, Value exporter, bool writable = false, bool native = false);
// A one-dimensional memoryview of bytes that the caller keeps valid until the view is released.
Result<MemoryView*> new_memoryview_of(Thread& t, Value owner, void* data, size_t size, bool readonly);
Status memoryview_release(Thread& t, MemoryView* m);
// For an exporter that must be resized: reconciles, and if it is still exported then, releases its memoryviews that no object and no Python variable holds. What a
// native stack seems to hold may be a stale word; if it is not, that native finds a released view, since one whose buffer is in use is left alone.
Status drop_dead_exports(Thread& t, Object* owner, const uint64_t& exports);  // exports: the owner's count of them
inline bool is_memoryview(Value v) { return IS_EXACT(v, memoryview); }

// The rows __buffer__ and __release_buffer__ of exporting types.
Result<Value> buffer_dunder(Thread& t, Args a);
Result<Value> release_buffer_dunder(Thread& t, Args a);

}  // namespace kaa
