// Buffers (the buffer protocol) and the objects that hold one: memoryview and what it shares with the views made from it. Sizes are in bytes.
#pragma once
#include "objects/layout.h"
#include "objects/objects.h"

namespace kaa {

// A view of an object's memory (the buffer protocol). Filled by BufferProcs::get; release() must be called once.
struct Buffer {
  void* data = nullptr;
  Value owner;                 // what was asked; kept alive by the holder (a Keep, a Field or a Root)
  int64_t size = 0;            // bytes
  int64_t itemsize = 1;
  const char* format = "B";    // lives as long as the buffer
  bool readonly = true;
  int ndim = 1;
  int64_t* shape = nullptr;    // null: one dimension of size / itemsize
  int64_t* strides = nullptr;  // null: contiguous
  int64_t* suboffsets = nullptr;
  void* internal = nullptr;
};

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

// Held in a Buffer's owner for classes that define __buffer__ in Python: the object, and the memoryview that it returned.
struct BufferWrapper : Object {
  Field<> object;
  Field<MemoryView*> view;
  template <class F> void each_field(F&& f) { f(object); f(view); }
};
template <> struct LayoutTraits<BufferWrapper> { static constexpr Death death = Death::kFinalizer; };

}  // namespace kaa
