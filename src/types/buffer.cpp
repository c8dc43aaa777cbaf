// The buffer protocol: native exporters (BufferProcs), and classes with __buffer__ and __release_buffer__ written in Python (PEP 688).
//
// A Buffer is released exactly once, by whoever took it; exporters count the exports that are open and refuse to move their memory meanwhile.
// For a Python exporter the Buffer's owner is a BufferWrapper around the memoryview that __buffer__ returned, itself an exporter: releasing it
// calls __release_buffer__. When such a buffer is dropped without being released, the wrapper's finalizer does it.
#include "types/buffer.h"

#include "runtime/types.h"

namespace kaa {

namespace {

// __buffer__ as written in Python, or empty. Native types have it as a wrapper around their BufferProcs.
Value python_hook(Type* ty, Dunder d) {
  Value f = ty->dunder(d);
  if (!f || f.is_none() || (f.is_object() && f.object()->type() == KAA_TYPE(wrapper_descriptor))) return Value();
  return f;
}

// Whether a class written in Python has a say: __buffer__, or __release_buffer__ over a native buffer.
bool has_python_buffer(Type* ty) {
  return UNLIKELY(ty->has(kTypeHeap)) && (python_hook(ty, D_buffer) || (ty->buffer && python_hook(ty, D_release_buffer)));
}

Status get_python_buffer(Thread& t, Value v, Buffer& out, int flags) {
  bool own = static_cast<bool>(python_hook(type_of(v), D_buffer));
  Value r = own ? TRY(call_dunder(t, D_buffer, v, small_int(flags))) : Value(TRY(new_memoryview(t, v, flags & kBufWritable, true)));
  if (!is_instance(r, KAA_TYPE(memoryview))) return RAISE(TypeError, "__buffer__ returned non-memoryview object");
  MemoryView* m = r.as<MemoryView>();
  TRY(type_of(r)->buffer->get(t, m, out, flags & kBufWritable));
  if (m->managed->owner.get() == v) m->restricted = true;  // __release_buffer__ gets it: no new views of what is about to go
  Result<BufferWrapper*> w = alloc<BufferWrapper>(t, KAA_SHAPE(_buffer_wrapper));
  if (!w.ok()) {
    type_of(r)->buffer->release(m, out);
    return Error{};
  }
  w.value()->object.init(v);
  w.value()->view.init(m);
  out.owner = w.value();
  return {};
}

// Tells the Python exporter, once.
Status finish_wrapper(Thread& t, BufferWrapper* w) {
  Value object = w->object, view = w->view.value();
  if (!object) return {};
  w->object.clear();
  w->view.clear();
  if (type_of(object)->dunder(D_release_buffer) && python_hook(type_of(object), D_release_buffer)) {
    if (view.as<MemoryView>()->managed) TRY(call_dunder(t, D_release_buffer, object, view));
  }
  // A view of another object that the exporter has kept goes on; any other ends here.
  MemoryView* m = view.as<MemoryView>();
  bool kept = m->managed && m->managed->owner.get() != object && m->count() > 0;
  if (m->managed && !m->exports && !kept) return memoryview_release(t, view.as<MemoryView>());
  return {};
}

Result<Value> wrapper_del(Thread& t, Args a) {
  BufferWrapper* w = a.as<BufferWrapper>(0);
  if (w->view && w->view->exports) w->view->exports--;
  TRY(finish_wrapper(t, w));
  return kNone;
}
constexpr MethodDef k_wrapper_methods[] = {{"__del__", wrapper_del, "($self, /)", "Releases the buffer."}};

}  // namespace

extern const TypeSpec _buffer_wrapper_spec = {
    .doc = "Holds the buffer that a __buffer__ method returned.", .methods = k_wrapper_methods, .flags = kTypeHasDel};

bool has_buffer(Value v) {
  Type* ty = type_of(v);
  return ty->buffer || python_hook(ty, D_buffer);
}

Status get_buffer_full(Thread& t, Value v, Buffer& out, bool writable, const char* what) {
  if (has_python_buffer(type_of(v))) return get_python_buffer(t, v, out, writable ? kBufFull : kBufFullRo);
  return get_native_buffer(t, v, out, writable, what);
}

Status get_native_buffer(Thread& t, Value v, Buffer& out, bool writable, const char* what) {
  Type* ty = type_of(v);
  if (!ty->buffer) return RAISE(TypeError, "%sa bytes-like object is required, not '%T'", what, v);
  out.owner = v;
  return ty->buffer->get(t, v.object(), out, writable);
}

Status get_buffer(Thread& t, Value v, Buffer& out, bool writable) {
  if (IS_EXACT(v, bytes) && !writable) {  // as bytes_get_buffer: a Buffer is made with the rest
    out.owner = v;
    out.data = v.as<Bytes>()->data();
    out.size = static_cast<int64_t>(v.as<Bytes>()->size);
    return {};
  }
  Type* ty = type_of(v);
  if (has_python_buffer(ty)) {
    TRY(get_python_buffer(t, v, out, writable ? kBufWritable : kBufSimple));
  } else {
    if (!ty->buffer) {
      if (writable) return RAISE(TypeError, "argument must be read-write bytes-like object, not %T", v);
      return RAISE(TypeError, "a bytes-like object is required, not '%T'", v);
    }
    out.owner = v;
    Status s = ty->buffer->get(t, v.object(), out, writable);
    if (!s.ok()) {
      if (!writable || !exc_matches(t, KAA_TYPE(BufferError))) return s;
      clear_exc(t);
      return RAISE(TypeError, "argument must be read-write bytes-like object, not %T", v);
    }
  }
  if (LIKELY(buffer_contiguous(out))) return {};
  release_buffer(out);
  if (writable) return RAISE(TypeError, "argument must be read-write bytes-like object, not %T", v);
  return RAISE(BufferError, "memoryview: underlying buffer is not C-contiguous");
}

void release_buffer(Buffer& b) {
  if (!b.owner) return;
  Value owner = b.owner;
  if (IS_EXACT(owner, bytes)) {  // counts no exports
    b.owner = Value();
    return;
  }
  Keep keep(owner);
  b.owner = Value();
  if (IS_EXACT(owner, _buffer_wrapper)) {
    Thread& t = current_thread();
    Value pending = t.exc ? take_exc(t) : Value();
    BufferWrapper* w = owner.as<BufferWrapper>();
    if (w->view && w->view->exports) w->view->exports--;
    if (!finish_wrapper(t, w).ok()) write_unraisable(t, owner);
    if (pending) restore_exc(t, pending);
    return;
  }
  if (type_of(owner)->buffer && type_of(owner)->buffer->release) type_of(owner)->buffer->release(owner.object(), b);
}

void LayoutTraits<ManagedBuffer>::destroy(ManagedBuffer* m) {
  if (m->released) return;
  m->released = true;
  Value owner = m->owner;
  if (IS_EXACT(owner, _buffer_wrapper)) return;  // its finalizer tells the exporter
  Type* ty = type_of(owner);
  if (ty->buffer && ty->buffer->release) ty->buffer->release(owner.object(), m->b);
}

// ---- __buffer__ and __release_buffer__ of native types
Result<Value> buffer_dunder(Thread& t, Args a) {
  int64_t flags = TRY(to_ssize(t, a[1]));
  if (flags > INT32_MAX || flags < INT32_MIN) return RAISE(OverflowError, "buffer flags out of range");
  MemoryView* m = TRY(new_memoryview(t, a[0], flags & kBufWritable, !IS_EXACT(a[0], memoryview)));
  m->restricted = false;
  return m;
}

Result<Value> release_buffer_dunder(Thread& t, Args a) {
  if (!IS_EXACT(a[1], memoryview)) return RAISE(TypeError, "expected a memoryview object");
  MemoryView* m = a.as<MemoryView>(1);
  if (!m->managed) return kNone;
  if (m->managed->owner.get() != a[0]) return RAISE(ValueError, "memoryview's buffer is not this object");
  TRY(memoryview_release(t, m));
  return kNone;
}

}  // namespace kaa
