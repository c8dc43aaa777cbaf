// memoryview: another object's memory, seen as an array of any number of dimensions.
//
// All views made from one export share a ManagedBuffer, which counts the views that are not released; the last one releases the exporter. A view's
// own `exports` are buffers taken from it: while there are any it cannot be released. A view that dies unreleased lets go of its ManagedBuffer.
#include "types/memoryview_items.h"

#include <vector>

#include "base/siphash.h"
#include "heap/heap_inl.h"
#include "runtime/codecs_api.h"
#include "types/bytes.h"
#include "runtime/weakrefs.h"
#include "types/dict.h"

namespace kaa {

void LayoutTraits<MemoryView>::destroy(MemoryView* m) {
  if (m->managed && m->managed->exports) m->managed->exports--;
  if (m->dims) heap().free_raw(m->dims, static_cast<size_t>(m->ndim ? m->ndim : 1) * 3 * sizeof(int64_t));
  if (m->format) heap().free_raw(m->format, m->format_size);
}

namespace {

MemoryView* self_of(Args a) { return a.as<MemoryView>(0); }

Result<MemoryView*> alloc_view(Thread& t, ManagedBuffer* managed, int ndim, const char* format) {
  MemoryView* m = TRY(alloc<MemoryView>(t, KAA_SHAPE(memoryview)));
  m->hash = -1;
  m->ndim = ndim;
  size_t bytes = static_cast<size_t>(ndim ? ndim : 1) * 3 * sizeof(int64_t);
  m->dims = static_cast<int64_t*>(heap().allocate_raw(bytes));
  if (!m->dims) return raise_memory(t);
  memset(m->dims, 0, bytes);
  m->format_size = strlen(format) + 1;
  m->format = static_cast<char*>(heap().allocate_raw(m->format_size));
  if (!m->format) return raise_memory(t);
  memcpy(m->format, format, m->format_size);
  m->managed.init(managed);
  managed->exports++;
  return m;
}

Status check_unrestricted(Thread& t, MemoryView* m) {
  if (UNLIKELY(m->restricted)) return RAISE(ValueError, "cannot create new view on restricted memoryview");
  return {};
}

Result<MemoryView*> copy_view(Thread& t, MemoryView* from) {
  TRY(check_unrestricted(t, from));
  Keep keep(from);
  MemoryView* m = TRY(alloc_view(t, from->managed, from->ndim, from->format));
  m->data = from->data;
  m->size = from->size;
  m->itemsize = from->itemsize;
  m->readonly = from->readonly;
  m->indirect = from->indirect;
  memcpy(m->dims, from->dims, static_cast<size_t>(from->ndim) * 3 * sizeof(int64_t));
  return m;
}

}  // namespace

Result<MemoryView*> new_memoryview(Thread& t, Value exporter, bool writable, bool native) {
  if (IS_EXACT(exporter, memoryview)) {
    TRY(check_view(t, exporter.as<MemoryView>()));
    if (writable && exporter.as<MemoryView>()->readonly) return RAISE(BufferError, "memoryview: underlying buffer is not writable");
    return copy_view(t, exporter.as<MemoryView>());
  }
  ManagedBuffer* mb = TRY(alloc<ManagedBuffer>(t, KAA_SHAPE(_managed_buffer)));
  mb->released = true;  // nothing to release yet
  mb->b = Buffer();
  if (native) TRY(get_native_buffer(t, exporter, mb->b, writable, "memoryview: "));
  else TRY(get_buffer_full(t, exporter, mb->b, writable, "memoryview: "));
  mb->owner.init(mb->b.owner);
  mb->released = false;
  const Buffer& b = mb->b;
  if (b.ndim > kMaxBufferDims) return RAISE(ValueError, "memoryview: number of dimensions must not exceed 64");
  MemoryView* m = TRY(alloc_view(t, mb, b.ndim, b.format ? b.format : "B"));
  m->data = static_cast<char*>(b.data);
  m->size = b.size;
  m->itemsize = b.itemsize;
  m->readonly = b.readonly;
  int64_t step = b.itemsize;
  for (int i = b.ndim - 1; i >= 0; i--) {
    m->shape()[i] = b.shape ? b.shape[i] : b.size / (b.itemsize ? b.itemsize : 1);
    m->strides()[i] = b.strides ? b.strides[i] : step;
    step *= m->shape()[i];
  }
  if (b.suboffsets) {
    m->indirect = true;
    memcpy(m->dims + 2 * b.ndim, b.suboffsets, static_cast<size_t>(b.ndim) * sizeof(int64_t));
  }
  return m;
}

Result<MemoryView*> new_memoryview_of(Thread& t, Value owner, void* data, size_t size, bool readonly) {
  ManagedBuffer* mb = TRY(alloc<ManagedBuffer>(t, KAA_SHAPE(_managed_buffer)));
  mb->b = Buffer();
  mb->released = true;
  mb->owner.init(owner);
  MemoryView* m = TRY(alloc_view(t, mb, 1, "B"));
  m->data = static_cast<char*>(data);
  m->size = static_cast<int64_t>(size);
  m->itemsize = 1;
  m->readonly = readonly;
  m->shape()[0] = m->size;
  m->strides()[0] = 1;
  return m;
}

static void let_go(ManagedBuffer* mb) {
  mb->released = true;
  Value owner = mb->owner;
  mb->b.owner = owner;
  mb->owner.clear();
  release_buffer(mb->b);
}
// Whether a register of a running frame, or another exact root of a thread, is o.
static bool held_exactly(Object* o) {
  struct Finder final : RootVisitor {
    Object* o;
    bool found = false;
    explicit Finder(Object* o) : o(o) {}
    void value(Value v) override { found |= v.is_object() && v && v.object() == o; }
    void conservative(const void*, const void*) override {}
  } finder(o);
  for (Thread* t = interp().threads; t && !finder.found; t = t->next) scan_frames(t, finder);
  return finder.found;
}
Status drop_dead_exports(Thread& t, Object* owner, const uint64_t& exports) {
  t.heap->reconcile();
  if (!exports) return {};
  // What is found goes into a list at once: a release may run Python. The list is made first, since making it may reconcile; appending does not.
  auto uncounted = [&](Type* type) -> Result<List*> {
    List* l = TRY(new_list(t));
    std::vector<Object*> found;
    uncounted_objects(*t.heap, type, found);
    for (Object* o : found) TRY(list_append(t, l, o));
    return l;
  };
  List* views = TRY(uncounted(KAA_TYPE(memoryview)));
  std::vector<bool> held;
  for (uint64_t i = 0; i < views->size; i++) held.push_back(held_exactly(views->items[i].object()));
  for (uint64_t i = 0; i < views->size; i++) {
    MemoryView* m = views->items[i].as<MemoryView>();
    if (!held[i] && m->managed && m->managed->owner == Value(owner) && m->exports == 0) TRY(memoryview_release(t, m));
  }
  // What the views shared may lie there without any.
  List* shared = TRY(uncounted(KAA_TYPE(_managed_buffer)));
  for (uint64_t i = 0; i < shared->size; i++) {
    ManagedBuffer* mb = shared->items[i].as<ManagedBuffer>();
    if (mb->owner == Value(owner) && !mb->released) let_go(mb);
  }
  return {};
}

Status memoryview_release(Thread& t, MemoryView* m) {
  if (!m->managed) return {};
  if (m->exports) t.heap->reconcile();  // perhaps only garbage holds them
  if (m->exports) return RAISE(BufferError, "memoryview has %lu exported buffer%s", m->exports, m->exports == 1 ? "" : "s");
  ManagedBuffer* mb = m->managed;
  m->managed.clear();
  if (mb->exports) mb->exports--;
  if (mb->exports == 0 && !mb->released) let_go(mb);
  return {};
}

namespace {

// ---- the buffer of a view
Status view_get_buffer(Thread& t, Object* self, Buffer& out, bool writable) {
  MemoryView* m = static_cast<MemoryView*>(self);
  TRY(check_view(t, m));
  if (writable && m->readonly) return RAISE(BufferError, "memoryview: underlying buffer is not writable");
  out.data = m->data;
  out.size = m->size;
  out.itemsize = m->itemsize;
  out.format = m->format;
  out.readonly = m->readonly;
  out.ndim = m->ndim;
  out.shape = m->shape();
  out.strides = m->strides();
  out.suboffsets = m->suboffsets();
  m->exports++;
  return {};
}
void view_release_buffer(Object* self, Buffer&) { static_cast<MemoryView*>(self)->exports--; }
constexpr BufferProcs k_buffer = {view_get_buffer, view_release_buffer};

Result<Value> view_new(Thread& t, Args a) { return TRY(new_memoryview(t, a[1])); }
Result<Value> view_from_flags(Thread& t, Args a) {
  int flags = TRY(to_cint(t, a[2]));
  return TRY(new_memoryview(t, a[1], flags & kBufWritable));
}

// ---- items
// The place of an index in dimension d.
Result<char*> item_at(Thread& t, MemoryView* m, char* p, int d, int64_t i) {
  int64_t n = m->shape()[d];
  if (i < 0) i += n;
  if (i < 0 || i >= n) return RAISE(IndexError, "index out of bounds on dimension %d", d + 1);
  return view_item(m, p, d, i);
}
bool is_index(Value v) { return v.is_int() || is_int(v) || type_of(v)->dunder(D_index); }
Result<int64_t> index_value(Thread& t, Value v) {
  if (v.is_int()) return v.as_int();
  Result<int64_t> i = to_ssize(t, v);
  if (i.ok() || !exc_matches(t, KAA_TYPE(OverflowError))) return i;
  clear_exc(t);
  return RAISE(IndexError, "cannot fit '%T' into an index-sized integer", v);
}

enum class Key { kIndices, kSlices, kOther };
Key key_kind(Value key) {
  if (!is_tuple(key)) return Key::kOther;
  Tuple* u = key.as<Tuple>();
  bool indices = true, slices = u->size > 0;
  for (uint64_t i = 0; i < u->size; i++) {
    indices &= is_index(u->items[i]);
    slices &= IS_EXACT(u->items[i], slice);
  }
  return indices ? Key::kIndices : slices ? Key::kSlices : Key::kOther;
}
Result<char*> item_at_tuple(Thread& t, MemoryView* m, Tuple* key) {
  int n = static_cast<int>(key->size);
  if (n > m->ndim) return RAISE(TypeError, "cannot index %d-dimension view with %d-element tuple", m->ndim, n);
  if (n < m->ndim) return RAISE(NotImplementedError, "sub-views are not implemented");
  char* p = m->data;
  for (int d = 0; d < n; d++) {
    int64_t i = TRY(index_value(t, key->items[d]));
    TRY(check_view(t, m));
    p = TRY(item_at(t, m, p, d, i));
  }
  return p;
}

Status slice_view(Thread& t, MemoryView* m, SliceObject* s) {
  SliceParts parts = TRY(slice_parts(t, s));
  IndexRange r = fit_slice(parts, m->shape()[0]);
  m->data += r.start * m->strides()[0];
  m->shape()[0] = r.count;
  m->strides()[0] *= r.step;
  int64_t n = m->itemsize;
  for (int i = 0; i < m->ndim; i++) n *= m->shape()[i];
  m->size = n;
  return {};
}

Result<Value> view_getitem(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_view(t, m));
  Value key = a[1];
  char f = native_format(m->format);
  if (m->ndim == 0) {
    if (is_tuple(key) && key.as<Tuple>()->size == 0) return view_get(t, m, m->data);
    if (key == kEllipsis) return a[0];
    return RAISE(TypeError, "invalid indexing of 0-dim memory");
  }
  if (is_index(key)) {
    if (!f) return unsupported_format(t, m->format);
    int64_t i = TRY(index_value(t, key));
    TRY(check_view(t, m));
    if (m->ndim > 1) return RAISE(NotImplementedError, "multi-dimensional sub-views are not implemented");
    char* p = TRY(item_at(t, m, m->data, 0, i));
    return unpack_native(t, f, p);
  }
  if (IS_EXACT(key, slice)) {
    MemoryView* r = TRY(copy_view(t, m));
    TRY(slice_view(t, r, key.as<SliceObject>()));
    return r;
  }
  switch (key_kind(key)) {
    case Key::kIndices: {
      if (!f) return unsupported_format(t, m->format);
      char* p = TRY(item_at_tuple(t, m, key.as<Tuple>()));
      return unpack_native(t, f, p);
    }
    case Key::kSlices: return RAISE(NotImplementedError, "multi-dimensional slicing is not implemented");
    case Key::kOther: break;
  }
  return RAISE(TypeError, "memoryview: invalid slice key");
}

// Copies the items of one dimension, of the same format, between views of one dimension; they may overlap.
Status copy_items(Thread& t, MemoryView* to, const Buffer& from) {
  int64_t n = buffer_length(from), step = from.strides ? from.strides[0] : from.itemsize;
  const char* f1 = to->format[0] == '@' ? to->format + 1 : to->format;
  const char* f2 = from.format[0] == '@' ? from.format + 1 : from.format;
  if (from.ndim != 1 || n != to->shape()[0] || from.itemsize != to->itemsize || strcmp(f1, f2))
    return RAISE(ValueError, "memoryview assignment: lvalue and rvalue have different structures");
  size_t size = static_cast<size_t>(to->itemsize);
  const char* p = static_cast<const char*>(from.data);
  if (to->strides()[0] == to->itemsize && step == to->itemsize && !from.suboffsets && !to->indirect) {
    memmove(to->data, p, static_cast<size_t>(n) * size);
    return {};
  }
  ByteBuilder copy;
  char* q = reinterpret_cast<char*>(copy.grow(static_cast<size_t>(n) * size));
  if (copy.failed()) return raise_memory(t);
  for (int64_t i = 0; i < n; i++) {
    const char* s = p + i * step;
    if (from.suboffsets && from.suboffsets[0] >= 0) s = *reinterpret_cast<char* const*>(s) + from.suboffsets[0];
    memcpy(q + static_cast<size_t>(i) * size, s, size);
  }
  for (int64_t i = 0; i < n; i++) memcpy(view_item(to, to->data, 0, i), q + static_cast<size_t>(i) * size, size);
  return {};
}

Result<Value> view_setitem(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_view(t, m));
  Value key = a[1], v = a[2];
  char f = native_format(m->format);
  if (m->readonly) return RAISE(TypeError, "cannot modify read-only memory");
  // The value is packed to a copy first: its methods may release the view.
  auto put = [&](char* p) -> Status {
    char item[16];
    memcpy(item, p, static_cast<size_t>(m->itemsize));
    TRY(pack_native(t, f, m->format, item, v));
    TRY(check_view(t, m));
    memcpy(p, item, static_cast<size_t>(m->itemsize));
    return {};
  };
  if (m->ndim == 0) {
    if (key == kEllipsis || (is_tuple(key) && key.as<Tuple>()->size == 0)) {
      if (!f) return unsupported_format(t, m->format);
      TRY(put(m->data));
      return kNone;
    }
    return RAISE(TypeError, "invalid indexing of 0-dim memory");
  }
  if (is_index(key)) {
    if (!f) return unsupported_format(t, m->format);
    if (m->ndim > 1) return RAISE(NotImplementedError, "sub-views are not implemented");
    int64_t i = TRY(index_value(t, key));
    TRY(check_view(t, m));
    char* p = TRY(item_at(t, m, m->data, 0, i));
    TRY(put(p));
    return kNone;
  }
  if (IS_EXACT(key, slice) && m->ndim == 1) {
    Buffer from;
    TRY(get_buffer_full(t, v, from, false));
    auto copy = [&]() -> Status {
      TRY(check_view(t, m));
      MemoryView* part = TRY(copy_view(t, m));
      TRY(slice_view(t, part, key.as<SliceObject>()));
      TRY(check_view(t, m));
      Status s = copy_items(t, part, from);
      TRY(memoryview_release(t, part));
      return s;
    };
    Status s = copy();
    release_buffer(from);
    if (!s.ok()) return Error{};
    return kNone;
  }
  Key kind = key_kind(key);
  if (kind == Key::kIndices) {
    if (!f) return unsupported_format(t, m->format);
    char* p = TRY(item_at_tuple(t, m, key.as<Tuple>()));
    TRY(put(p));
    return kNone;
  }
  if (IS_EXACT(key, slice) || kind == Key::kSlices) return RAISE(NotImplementedError, "memoryview slice assignments are currently restricted to ndim = 1");
  return RAISE(TypeError, "memoryview: invalid slice key");
}
Result<Value> view_delitem(Thread& t, Args a) {
  TRY(check_view(t, self_of(a)));
  if (self_of(a)->readonly) return RAISE(TypeError, "cannot modify read-only memory");
  return RAISE(TypeError, "cannot delete memory");
}

Result<Value> view_len(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_view(t, m));
  if (m->ndim == 0) return RAISE(TypeError, "0-dim memory has no length");
  return small_int(m->shape()[0]);
}

// ---- search and iteration
Status check_lookup(Thread& t, MemoryView* m) {
  TRY(check_view(t, m));
  if (m->ndim == 0) return RAISE(TypeError, "invalid lookup on 0-dim memory");
  if (m->ndim != 1) return RAISE(NotImplementedError, "multi-dimensional lookup is not implemented");
  if (!native_format(m->format)) return unsupported_format(t, m->format);
  return {};
}
Result<Value> view_index(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_lookup(t, m));
  int64_t start = a[2] ? TRY(to_ssize_clamped(t, a[2])) : 0, stop = a[3] ? TRY(to_ssize_clamped(t, a[3])) : INT64_MAX;
  TRY(check_view(t, m));
  int64_t n = m->shape()[0];
  if (start < 0) start = start + n < 0 ? 0 : start + n;
  if (stop < 0) stop = stop + n < 0 ? 0 : stop + n;
  if (stop > n) stop = n;
  for (int64_t i = start; i < stop; i++) {
    TRY(check_view(t, m));
    Value v = TRY(unpack_native(t, native_format(m->format), view_item(m, m->data, 0, i)));
    bool same = TRY(equal(t, v, a[1]));
    if (same) return small_int(i);
  }
  return RAISE(ValueError, "memoryview.index(x): x not found");
}
Result<Value> view_count(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_view(t, m));
  if (m->ndim != 1) {  // as iteration says it
    if (m->ndim == 0) return RAISE(TypeError, "invalid indexing of 0-dim memory");
    return RAISE(NotImplementedError, "multi-dimensional sub-views are not implemented");
  }
  if (!native_format(m->format)) return unsupported_format(t, m->format);
  int64_t found = 0;
  for (int64_t i = 0; i < m->shape()[0]; i++) {
    TRY(check_view(t, m));
    Value v = TRY(unpack_native(t, native_format(m->format), view_item(m, m->data, 0, i)));
    bool same = TRY(equal(t, v, a[1]));
    found += same;
  }
  return small_int(found);
}

Result<Value> view_iter(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_view(t, m));
  if (m->ndim == 0) return RAISE(TypeError, "invalid indexing of 0-dim memory");
  if (m->ndim != 1) return RAISE(NotImplementedError, "multi-dimensional sub-views are not implemented");
  if (!native_format(m->format)) return unsupported_format(t, m->format);
  SeqIter* it = TRY(alloc<SeqIter>(t, KAA_SHAPE(memory_iterator)));
  it->seq.init(m);
  return it;
}
Result<Value> iter_step(Thread& t, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (!it->seq) return Value();
  MemoryView* m = it->seq.get().as<MemoryView>();
  TRY(check_view(t, m));
  if (static_cast<int64_t>(it->index) < m->shape()[0])
    return unpack_native(t, native_format(m->format), view_item(m, m->data, 0, static_cast<int64_t>(it->index++)));
  it->seq.clear();
  return Value();
}

// ---- conversions
Result<Value> view_tobytes(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_view(t, m));
  char order = 'C';
  if (a[1] && !a[1].is_none()) {
    if (!is_str(a[1])) return RAISE(TypeError, "tobytes() argument 'order' must be str or None, not %T", a[1]);
    Str* s = a.as<Str>(1);
    if (str_equal_ascii(s, "F")) order = 'F';
    else if (str_equal_ascii(s, "A")) order = view_f_contiguous(m) && !view_c_contiguous(m) ? 'F' : 'C';
    else if (!str_equal_ascii(s, "C")) return RAISE(ValueError, "order must be 'C', 'F' or 'A'");
  }
  if (m->size == 0) return interp().empty_bytes;
  Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(m->size)));
  view_copy_out(m, b->data(), order);
  return b;
}
Result<Value> view_tolist_method(Thread& t, Args a) {
  TRY(check_view(t, self_of(a)));
  return view_tolist(t, self_of(a));
}
Result<Value> view_hex(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_view(t, m));
  if (view_c_contiguous(m)) {
    BufferHold h;
    TRY(h.get(t, m));
    return hex_text(t, h.view(), a[1], a[2]);
  }
  Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(m->size)));
  view_copy_out(m, b->data(), 'C');
  Keep keep(b);
  return hex_text(t, b->view(), a[1], a[2]);
}
Result<Value> view_toreadonly(Thread& t, Args a) {
  TRY(check_view(t, self_of(a)));
  MemoryView* m = TRY(copy_view(t, self_of(a)));
  m->readonly = true;
  return m;
}
Result<Value> view_release(Thread& t, Args a) {
  TRY(memoryview_release(t, self_of(a)));
  return kNone;
}
Result<Value> view_enter(Thread& t, Args a) {
  TRY(check_view(t, self_of(a)));
  return a[0];
}

// ---- cast
Result<Value> view_cast(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  TRY(check_view(t, m));
  TRY(check_unrestricted(t, m));
  if (!is_str(a[1])) return RAISE(TypeError, "cast() argument 'format' must be str, not %T", a[1]);
  if (!view_c_contiguous(m)) return RAISE(TypeError, "memoryview: casts are restricted to C-contiguous views");
  bool shaped = a[2] && !a[2].is_none();
  if ((shaped || m->ndim != 1) && m->ndim > 0) {
    for (int i = 0; i < m->ndim; i++)
      if (m->shape()[i] == 0) return RAISE(TypeError, "memoryview: cannot cast view with zeros in shape or strides");
  }
  int64_t dims[kMaxBufferDims];
  int ndim = 1;
  if (shaped) {
    if (!is_list(a[2]) && !is_tuple(a[2])) return RAISE(TypeError, "shape must be a list or a tuple");
    Tuple* u = TRY(tuple_from(t, a[2]));
    if (u->size > kMaxBufferDims) return RAISE(ValueError, "memoryview: number of dimensions must not exceed 64");
    ndim = static_cast<int>(u->size);
    if (m->ndim != 1 && ndim != 1) return RAISE(TypeError, "memoryview: cast must be 1D -> ND or ND -> 1D");
    for (int i = 0; i < ndim; i++) {
      if (!is_int(u->items[i])) return RAISE(TypeError, "memoryview.cast(): elements of shape must be integers");
      dims[i] = TRY(to_ssize(t, u->items[i]));
      if (dims[i] <= 0) return RAISE(ValueError, "memoryview.cast(): elements of shape must be integers > 0");
    }
  }
  if (!a.as<Str>(1)->is_ascii()) return encode_str(t, a.as<Str>(1), "ascii", nullptr);  // the error
  char format[8] = {};
  std::string_view given = a.as<Str>(1)->ascii();
  if (given.size() < sizeof format) memcpy(format, given.data(), given.size());
  char to = given.size() < sizeof format ? native_format(format) : 0, from = native_format(m->format);
  if (!to) return RAISE(ValueError, "memoryview: destination format must be a native single character format prefixed with an optional '@'");
  auto byte = [](char c) { return c == 'b' || c == 'B' || c == 'c'; };
  if (!byte(from) && !byte(to)) return RAISE(TypeError, "memoryview: cannot cast between two non-byte formats");
  int64_t itemsize = native_format_size(to);
  if (m->size % itemsize) return RAISE(TypeError, "memoryview: length is not a multiple of itemsize");
  if (!shaped) dims[0] = m->size / itemsize;
  int64_t total = itemsize;
  for (int i = 0; i < ndim; i++)
    if (__builtin_mul_overflow(total, dims[i], &total)) return RAISE(ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX");
  if (total != m->size) return RAISE(TypeError, "memoryview: product(shape) * itemsize != buffer size");
  MemoryView* r = TRY(alloc_view(t, m->managed, ndim, format));
  r->data = m->data;
  r->size = m->size;
  r->itemsize = itemsize;
  r->readonly = m->readonly;
  int64_t step = itemsize;
  for (int i = ndim - 1; i >= 0; i--) {
    r->shape()[i] = dims[i];
    r->strides()[i] = step;
    step *= dims[i];
  }
  return r;
}

// ---- comparison, hash, text
Result<bool> equal_views(Thread& t, MemoryView* m, Value other) {
  if (!IS_EXACT(other, memoryview)) {
    Result<MemoryView*> w = new_memoryview(t, other);
    if (!w.ok()) return Error{};
    Result<bool> r = view_equal(t, m, w.value());
    TRY(memoryview_release(t, w.value()));
    return r;
  }
  return view_equal(t, m, other.as<MemoryView>());
}
template <bool want>
Result<Value> view_compare(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  if (!m->managed || (IS_EXACT(a[1], memoryview) && !a.as<MemoryView>(1)->managed)) return Value::from_bool((a[0] == a[1]) == want);
  if (!has_buffer(a[1])) return kNotImplemented;
  m->exports++;  // what the items' __eq__ does must not release it
  Result<bool> r = equal_views(t, m, a[1]);
  m->exports--;
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(BufferError)) && !exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return kNotImplemented;
  }
  return Value::from_bool(r.value() == want);
}

Result<Value> view_hash(Thread& t, Args a) {
  MemoryView* m = self_of(a);
  if (m->hash != -1) return make_int(t, m->hash);
  TRY(check_view(t, m));
  if (!m->readonly) return RAISE(ValueError, "cannot hash writable memoryview object");
  char f = native_format(m->format);
  if (f != 'B' && f != 'b' && f != 'c') return RAISE(ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
  Value owner = m->managed->owner;
  if (owner) {  // unhashable owners make unhashable views; what their __hash__ does must not release this one
    m->exports++;
    Result<int64_t> h = hash(t, owner);
    m->exports--;
    if (!h.ok()) return Error{};
  }
  ByteBuilder copy;
  char* p = m->size ? reinterpret_cast<char*>(copy.grow(static_cast<size_t>(m->size))) : nullptr;
  if (copy.failed()) return raise_memory(t);
  if (p) view_copy_out(m, p, 'C');
  m->hash = hash_bytes(HashSecret{interp().hash_key0, interp().hash_key1}, p, m->size);
  return make_int(t, m->hash);
}

Result<Value> view_repr(Thread& t, Args a) {
  return TRY(str_format(t, self_of(a)->managed ? "<memory at %p>" : "<released memory at %p>", static_cast<void*>(self_of(a))));
}

// ---- attributes
Result<Value> ints(Thread& t, const int64_t* p, int n) {
  Tuple* u = TRY(new_tuple(t, static_cast<size_t>(n)));
  for (int i = 0; i < n; i++) tuple_init(u, static_cast<size_t>(i), small_int(p[i]));
  return u;
}
#define GETTER(name, expr)                              \
  Result<Value> get_##name(Thread& t, Value self) {     \
    MemoryView* m = self.as<MemoryView>();              \
    TRY(check_view(t, m));                              \
    return expr;                                        \
  }
GETTER(obj, m->managed->owner ? m->managed->owner.get() : kNone)
GETTER(nbytes, small_int(m->size))
GETTER(itemsize, small_int(m->itemsize))
GETTER(format, TRY(new_str(t, m->format)))
GETTER(ndim, small_int(m->ndim))
GETTER(shape, ints(t, m->shape(), m->ndim))
GETTER(strides, ints(t, m->strides(), m->ndim))
GETTER(suboffsets, ints(t, m->dims + 2 * m->ndim, m->indirect ? m->ndim : 0))
GETTER(readonly, Value::from_bool(m->readonly))
GETTER(c_contiguous, Value::from_bool(view_c_contiguous(m)))
GETTER(f_contiguous, Value::from_bool(view_f_contiguous(m)))
GETTER(contiguous, Value::from_bool(view_c_contiguous(m) || view_f_contiguous(m)))
#undef GETTER

constexpr GetSetDef k_getsets[] = {
    {"obj", get_obj, nullptr, "The object whose memory this is."},
    {"nbytes", get_nbytes, nullptr, "The size in bytes of the items together."},
    {"itemsize", get_itemsize, nullptr, "The size of an item in bytes."},
    {"format", get_format, nullptr, "The format of an item, as in the struct module."},
    {"ndim", get_ndim, nullptr, "The number of dimensions."},
    {"shape", get_shape, nullptr, "The length of each dimension."},
    {"strides", get_strides, nullptr, "The distance in bytes between items of each dimension."},
    {"suboffsets", get_suboffsets, nullptr, "For arrays of pointers: what to add behind them."},
    {"readonly", get_readonly, nullptr, "Whether the memory cannot be changed."},
    {"c_contiguous", get_c_contiguous, nullptr, "Whether the items lie together, the last index varying fastest."},
    {"f_contiguous", get_f_contiguous, nullptr, "Whether the items lie together, the first index varying fastest."},
    {"contiguous", get_contiguous, nullptr, "Whether the items lie together in either order."},
};
constexpr MethodDef k_methods[] = {
    {"__new__", view_new, "($cls, object)", "A view of the object's memory.", MethodKind::kNew},
    {"__repr__", view_repr, "($self, /)", "A short description."},
    {"__hash__", view_hash, "($self, /)", "The hash of the bytes, of a view that is read-only."},
    {"__eq__", view_compare<true>, "($self, value, /)", "Whether both have the same shape and equal items."},
    {"__ne__", view_compare<false>, "($self, value, /)", "The opposite of __eq__."},
    {"__len__", view_len, "($self, /)", "The length of the first dimension."},
    {"__getitem__", view_getitem, "($self, key, /)", "An item, or a view of a part."},
    {"__setitem__", view_setitem, "($self, key, value, /)", "Sets an item or a part of the same size."},
    {"__delitem__", view_delitem, "($self, key, /)", "Memory cannot be deleted: always an error."},
    {"__iter__", view_iter, "($self, /)", "Iterates over the items."},
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the same memory."},
    {"__release_buffer__", release_buffer_dunder, "($self, buffer, /)", "Releases a memoryview that __buffer__ made."},
    {"__enter__", view_enter, "($self, /)", "The view itself."},
    {"__exit__", view_release, "($self, /, *exc_info)", "Releases the view."},
    {"__class_getitem__", class_getitem, "($type, object, /)", "A generic alias: memoryview[int].", MethodKind::kClassMethod},
    {"_from_flags", view_from_flags, "($type, object, flags)", "A view made with flags of the buffer protocol.", MethodKind::kClassMethod},
    {"release", view_release, "($self, /)", "Lets go of the memory."},
    {"tobytes", view_tobytes, "($self, /, order='C')", "The items' bytes."},
    {"tolist", view_tolist_method, "($self, /)", "The items as a list (of lists)."},
    {"hex", view_hex, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "The bytes in hexadecimal; with sep between groups of bytes_per_sep, counted from the end, or from the start when it is negative.\n\n>>> view = memoryview(b'snake')\n>>> view.hex()\n'736e616b65'\n>>> view.hex(' ')\n'73 6e 61 6b 65'\n>>> view.hex('_', 3)\n'736e_616b65'\n>>> view.hex('_', -3)\n'736e61_6b65'"},
    {"cast", view_cast, "($self, /, format, shape=<unrepresentable>)", "The same memory with another format or shape."},
    {"toreadonly", view_toreadonly, "($self, /)", "A view that cannot be written through."},
    {"count", view_count, "($self, value, /)", "How often a value occurs."},
    {"index", view_index, "($self, value, start=0, stop=sys.maxsize, /)", "The index of the first occurrence; ValueError."},
};

}  // namespace

extern const TypeSpec memoryview_spec = {
    .doc = "memoryview(object): the memory of an object that supports the buffer protocol, without copying it.",
    .methods = k_methods,
    .getsets = k_getsets,
    .buffer = &k_buffer,
};
extern const TypeSpec memory_iterator_spec = {.doc = "Iterator over a memoryview.", .methods = {}, .iternext = iter_step};

}  // namespace kaa
