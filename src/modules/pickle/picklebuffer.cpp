// PickleBuffer: a buffer that is pickled out of band (PEP 574). It holds a memoryview of the object that it was made of.
#include "modules/pickle/pickle.h"
#include "types/buffer.h"

namespace kaa::pickle {

namespace {
Error released(Thread& t) { return RAISE(ValueError, "operation forbidden on released PickleBuffer object"); }

bool in_order(MemoryView* m, bool fortran) {
  if (m->indirect) return false;
  if (!m->size) return true;
  int64_t step = m->itemsize;
  for (int k = 0; k < m->ndim; k++) {
    int i = fortran ? k : m->ndim - 1 - k;
    if (m->shape()[i] > 1 && m->strides()[i] != step) return false;
    step *= m->shape()[i];
  }
  return true;
}
}  // namespace

bool contiguous(MemoryView* m) { return in_order(m, false) || in_order(m, true); }

Result<MemoryView*> raw_view(Thread& t, PickleBuffer* b) {
  if (!b->view) return released(t);
  if (!contiguous(b->view)) return RAISE(BufferError, "cannot extract raw buffer from non-contiguous buffer");
  MemoryView* m = TRY(new_memoryview(t, b->view.get()));
  if (m->ndim == 1 && m->itemsize == 1 && !strcmp(m->format, "B")) return m;
  Keep keep(m);
  if (m->ndim != 1) {
    void* dims = heap().allocate_raw(3 * sizeof(int64_t));
    if (!dims) return raise_memory(t);
    heap().free_raw(m->dims, static_cast<size_t>(m->ndim ? m->ndim : 1) * 3 * sizeof(int64_t));
    m->dims = static_cast<int64_t*>(dims);
    m->ndim = 1;
  }
  m->itemsize = 1;
  m->format[0] = 'B';
  m->format[m->format_size > 1] = 0;
  m->shape()[0] = m->size;
  m->strides()[0] = 1;
  m->dims[2] = -1;
  return m;
}

namespace {
Result<Value> buffer_new(Thread& t, Args a) {
  MemoryView* m = TRY(new_memoryview(t, a[1]));
  PickleBuffer* b = TRY(alloc_as<PickleBuffer>(t, a.as<Type>(0)));
  b->view.init(m);
  return b;
}
Result<Value> buffer_raw(Thread& t, Args a) { return TRY(raw_view(t, a.as<PickleBuffer>(0))); }
Result<Value> buffer_release(Thread& t, Args a) {
  PickleBuffer* b = a.as<PickleBuffer>(0);
  if (MemoryView* m = b->view) {
    TRY(memoryview_release(t, m));
    b->view.clear();
  }
  return kNone;
}
Status get_view(Thread& t, Object* self, Buffer& out, bool writable) {
  PickleBuffer* b = static_cast<PickleBuffer*>(self);
  if (!b->view) return released(t);
  return get_buffer_full(t, b->view->managed->owner.value(), out, writable);
}
const BufferProcs k_procs = {get_view, nullptr};
const MethodDef k_methods[] = {
    {"__new__", buffer_new, "($cls, object, /)", nullptr, MethodKind::kNew},
    {"raw", buffer_raw, "($self, /)", "A memoryview of the bytes in memory; BufferError if they are not contiguous."},
    {"release", buffer_release, "($self, /)", "Lets go of the buffer."},
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the buffer."},
};
}  // namespace

const TypeSpec pickle_buffer_spec = {.doc = "A buffer that may be pickled out of band.", .methods = k_methods, .buffer = &k_procs, .layout = &kLayout<PickleBuffer>, .flags = kTypeWeakrefable};

}  // namespace kaa::pickle
