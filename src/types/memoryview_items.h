// Elements of a memoryview: reading and writing single items of a native format.
#pragma once
#include "types/buffer.h"

namespace kaa {

// The character of a native single character format ("B", "@B"), or 0.
char native_format(const char* format);
int native_format_size(char f);   // 0: not a native format
Result<Value> unpack_native(Thread& t, char f, const void* p);
// TypeError, ValueError "memoryview: invalid ... for format 'f'".
Status pack_native(Thread& t, char f, const char* format, void* p, Value v);

inline int64_t view_length(const MemoryView* m) { return m->ndim ? m->shape()[0] : 1; }
// The place of item i in dimension d, from the start of that dimension.
inline char* view_item(const MemoryView* m, char* p, int d, int64_t i) {
  p += m->strides()[d] * i;
  if (m->indirect && m->suboffsets()[d] >= 0) p = *reinterpret_cast<char**>(p) + m->suboffsets()[d];
  return p;
}
bool view_c_contiguous(const MemoryView* m);
bool view_f_contiguous(const MemoryView* m);
// Copies all items in C order ('C') or with the first index varying fastest ('F') to out, m->size bytes.
void view_copy_out(const MemoryView* m, char* out, char order);
Result<Value> view_tolist(Thread& t, MemoryView* m);
// Whether two views have the same shape and equal items.
Result<bool> view_equal(Thread& t, MemoryView* a, MemoryView* b);
inline Status check_view(Thread& t, const MemoryView* m) {
  if (LIKELY(static_cast<bool>(m->managed))) return {};
  return RAISE(ValueError, "operation forbidden on released memoryview object");
}
Error unsupported_format(Thread& t, const char* format);
Result<Value> view_get(Thread& t, MemoryView* m, char* p);  // one item

}  // namespace kaa
