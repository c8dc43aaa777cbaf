// BytesIO: a binary stream in memory.
//
// The contents are a buffer of the stream's own, or a bytes object that is shared until somebody writes (`shared`): what it was made from, or what
// getvalue() returned last. While getbuffer() views exist, nothing may resize the buffer.
#include "modules/io/io.h"
#include "runtime/unwatched.h"
#include "types/buffer.h"

namespace kaa {

namespace {

struct BytesIO : Object {
  Field<Bytes*> shared;   // non-empty: it is the contents, and data is null
  char* data;             // raw memory of cap bytes
  uint64_t size, cap, pos, exports;
  bool closed;
  template <class F> void each_field(F&& f) { f(shared); }
  const char* begin() { return shared ? shared->data() : data; }
};

struct BytesIOBuffer : Object {
  Field<BytesIO*> source;
  template <class F> void each_field(F&& f) { f(source); }
};

}  // namespace

template <>
struct LayoutTraits<BytesIO> {
  static void destroy(BytesIO* b) { heap().free_raw(b->data, b->cap); }
  static size_t bytes(BytesIO* b) { return sizeof(BytesIO) + b->cap; }
};

namespace {

BytesIO* self_of(Args a) { return a.as<BytesIO>(0); }

Status check_closed(Thread& t, BytesIO* b) {
  if (b->closed) return raise_closed(t);
  return {};
}
Status check_exports(Thread& t, BytesIO* b) {
  if (b->exports) TRY(drop_dead_exports(t, b, b->exports));
  if (b->exports) return RAISE(BufferError, "Existing exports of data: object cannot be re-sized");
  return {};
}

// A buffer of the stream's own with room for at least `want` bytes; the contents stay.
Status make_room(Thread& t, BytesIO* b, uint64_t want) {
  if (b->shared) {
    uint64_t cap = want > b->size ? want : b->size;
    if (cap < 64) cap = 64;
    char* p = static_cast<char*>(heap().allocate_raw(cap));
    if (!p) return raise_memory(t);
    memcpy(p, b->shared->data(), b->size);
    b->shared.clear();
    b->data = p;
    b->cap = cap;
    return {};
  }
  if (want <= b->cap) return {};
  uint64_t cap = b->cap + b->cap / 2 + 64;
  if (cap < want) cap = want;
  char* p = static_cast<char*>(heap().reallocate_raw(b->data, b->cap, cap));
  if (!p) return raise_memory(t);
  b->data = p;
  b->cap = cap;
  return {};
}

void drop_contents(BytesIO* b) {
  heap().free_raw(b->data, b->cap);
  b->data = nullptr;
  b->size = b->cap = 0;
  b->shared.clear();
}

// Makes `size` the new size: shorter, or longer with zeros.
Status resize(Thread& t, BytesIO* b, uint64_t size) {
  TRY(make_room(t, b, size));
  if (size > b->size) memset(b->data + b->size, 0, size - b->size);
  b->size = size;
  return {};
}

Result<int64_t> write_bytes(Thread& t, BytesIO* b, Value v) {
  TRY(check_closed(t, b));
  TRY(check_exports(t, b));
  if (IS_EXACT(v, bytes)) {  // whose data stay where they are
    Bytes* text = v.as<Bytes>();
    uint64_t n = text->size, end = b->pos + n;
    if (LIKELY(n != 0 && b->pos <= b->size)) {
      TRY(make_room(t, b, end));
      memcpy(b->data + b->pos, text->data(), n);
      b->pos = end;
      if (end > b->size) b->size = end;
      return static_cast<int64_t>(n);
    }
  }
  BufferHold hold;
  TRY(hold.get(t, v));
  TRY(check_closed(t, b));   // making the buffer may have run Python code
  TRY(check_exports(t, b));  // v may be a view of this very stream
  uint64_t n = hold.size();
  if (n == 0) return 0;
  if (b->pos > static_cast<uint64_t>(INT64_MAX) - n) return RAISE(OverflowError, "new buffer size too large");
  uint64_t end = b->pos + n;
  TRY(make_room(t, b, end));
  if (b->pos > b->size) memset(b->data + b->size, 0, b->pos - b->size);
  memcpy(b->data + b->pos, hold.data(), n);
  b->pos = end;
  if (end > b->size) b->size = end;
  return static_cast<int64_t>(n);
}

Result<Value> take(Thread& t, BytesIO* b, uint64_t n) {
  uint64_t left = b->pos < b->size ? b->size - b->pos : 0;
  if (n > left) n = left;
  if (n == 0) return Value(interp().empty_bytes);
  if (b->shared && b->pos == 0 && n == b->shared->size) {
    b->pos = n;
    return Value(b->shared.get());
  }
  Bytes* r = TRY(new_bytes(t, nullptr, n));
  memcpy(r->data(), b->begin() + b->pos, n);
  b->pos += n;
  return r;
}

// Length of the line at the position, at most `limit` when that is not negative.
uint64_t line_length(BytesIO* b, int64_t limit) {
  if (b->pos >= b->size) return 0;
  uint64_t n = b->size - b->pos;
  if (limit >= 0 && static_cast<uint64_t>(limit) < n) n = static_cast<uint64_t>(limit);
  const char* p = b->begin() + b->pos;
  const void* nl = memchr(p, '\n', n);
  return nl ? static_cast<uint64_t>(static_cast<const char*>(nl) - p) + 1 : n;
}

Result<Value> bytesio_new(Thread& t, Args a, Tuple*) {
  if (a[0] != Value(g_io.bytesio)) return TRY(alloc_as<BytesIO>(t, a.as<Type>(0)));
  BytesIO* b = TRY(alloc_unwatched<BytesIO>(t, g_io.bytesio));
  b->set_flag(kFinalized);  // closing one has no effect that anybody sees
  return b;
}

const MethodDef k_init_def{"BytesIO", static_cast<NativeFn>(nullptr), "($self, /, initial_bytes=b'')", nullptr};
Result<Value> bytesio_init(Thread& t, Args a, Tuple* kwnames) {
  Value v[8];
  TRY(io_bind(t, k_init_def, a, kwnames, v));
  BytesIO* b = v[0].as<BytesIO>();
  TRY(check_exports(t, b));
  b->pos = 0;
  if (v[1] && !v[1].is_none()) {
    if (IS_EXACT(v[1], bytes)) {
      drop_contents(b);
      b->shared.set(v[1].as<Bytes>());
      b->size = v[1].as<Bytes>()->size;
    } else {
      b->size = 0;
      if (b->shared) drop_contents(b);
      b->closed = false;
      TRY(write_bytes(t, b, v[1]));
      b->pos = 0;
    }
  } else {
    drop_contents(b);
  }
  b->closed = false;
  return kNone;
}

Result<Value> bytesio_yes(Thread& t, Args a) {
  TRY(check_closed(t, self_of(a)));
  return kTrue;
}
Result<Value> bytesio_flush(Thread& t, Args a) {
  TRY(check_closed(t, self_of(a)));
  return kNone;
}
Result<Value> bytesio_isatty(Thread& t, Args a) {
  TRY(check_closed(t, self_of(a)));
  return kFalse;
}
Result<Value> bytesio_iter(Thread& t, Args a) {
  TRY(check_closed(t, self_of(a)));
  return a[0];
}
Result<Value> bytesio_close(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  TRY(check_exports(t, b));
  drop_contents(b);
  b->closed = true;
  return kNone;
}
Result<Value> bytesio_tell(Thread& t, Args a) {
  TRY(check_closed(t, self_of(a)));
  return make_int(t, static_cast<int64_t>(self_of(a)->pos));
}

Result<Value> bytesio_read(Thread& t, Args a) {
  int64_t n = TRY(io_size_arg(t, a[1], -1));
  TRY(check_closed(t, self_of(a)));
  return take(t, self_of(a), n < 0 ? UINT64_MAX : static_cast<uint64_t>(n));
}
Result<Value> bytesio_readline(Thread& t, Args a) {
  int64_t n = TRY(io_size_arg(t, a[1], -1));
  TRY(check_closed(t, self_of(a)));
  return take(t, self_of(a), line_length(self_of(a), n));
}
Result<Value> bytesio_readlines(Thread& t, Args a) {
  TRY(check_closed(t, self_of(a)));
  int64_t hint = TRY(io_size_arg(t, a[1], 0)), total = 0;
  BytesIO* b = self_of(a);
  List* out = TRY(new_list(t));
  while (uint64_t n = line_length(b, -1)) {
    Value line = TRY(take(t, b, n));
    TRY(list_append(t, out, line));
    total += static_cast<int64_t>(n);
    if (hint > 0 && total >= hint) break;
  }
  return out;
}
Result<Value> bytesio_iternext(Thread& t, Object* self) {
  BytesIO* b = static_cast<BytesIO*>(self);
  TRY(check_closed(t, b));
  uint64_t n = line_length(b, -1);
  if (n == 0) return Value();
  return take(t, b, n);
}
Result<Value> bytesio_readinto(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  TRY(check_closed(t, b));
  BufferHold hold;
  TRY(io_writable_buffer(t, a[1], "readinto() argument", hold));
  TRY(check_closed(t, b));
  uint64_t n = b->pos < b->size ? b->size - b->pos : 0;
  if (n > hold.size()) n = hold.size();
  if (n) memmove(hold.b.data, b->begin() + b->pos, n);
  b->pos += n;
  return small_int(static_cast<int64_t>(n));
}

Result<Value> bytesio_write(Thread& t, Args a) { return small_int(TRY(write_bytes(t, self_of(a), a[1]))); }
Result<Value> bytesio_writelines(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  TRY(check_closed(t, b));
  TRY(iterate(t, a[1], [&](Value line) -> Status {
    TRY(write_bytes(t, b, line));
    return {};
  }));
  return kNone;
}

Result<Value> bytesio_seek(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  int64_t pos = TRY(to_ssize(t, a[1]));
  int whence = a[2] ? TRY(to_cint(t, a[2])) : 0;
  TRY(check_closed(t, b));
  if (pos < 0 && whence == 0) return RAISE(ValueError, "negative seek value %ld", pos);
  int64_t base = 0;
  if (whence == 1) base = static_cast<int64_t>(b->pos);
  else if (whence == 2) base = static_cast<int64_t>(b->size);
  else if (whence != 0) return RAISE(ValueError, "invalid whence (%d, should be 0, 1 or 2)", whence);
  int64_t at;
  if (__builtin_add_overflow(base, pos, &at)) return RAISE(OverflowError, "new position too large");
  b->pos = at < 0 ? 0 : static_cast<uint64_t>(at);
  return make_int(t, static_cast<int64_t>(b->pos));
}

Result<Value> bytesio_truncate(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  int64_t size = TRY(io_size_arg(t, a[1], -1));
  bool given = a[1] && !a[1].is_none();
  TRY(check_closed(t, b));
  TRY(check_exports(t, b));
  if (!given) size = static_cast<int64_t>(b->pos);
  if (size < 0) return RAISE(ValueError, "negative size value %ld", size);
  if (static_cast<uint64_t>(size) < b->size) TRY(resize(t, b, static_cast<uint64_t>(size)));
  return make_int(t, size);
}

Result<Value> bytesio_getvalue(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  TRY(check_closed(t, b));
  if (b->shared && b->shared->size == b->size) return Value(b->shared.get());
  Bytes* r = TRY(new_bytes(t, nullptr, b->size));
  if (b->size) memcpy(r->data(), b->begin(), b->size);
  if (!b->exports) {  // from now on this is the contents
    uint64_t size = b->size;
    drop_contents(b);
    b->shared.set(r);
    b->size = size;
  }
  return r;
}

Result<Value> bytesio_getbuffer(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  TRY(check_closed(t, b));
  BytesIOBuffer* view = TRY(alloc<BytesIOBuffer>(t, g_io.bytesio_buffer->root));
  view->source.init(b);
  return memoryview_whole(t, view);
}

Result<Value> bytesio_getstate(Thread& t, Args a) {
  Value contents = TRY(bytesio_getvalue(t, a));
  Value pos = TRY(make_int(t, static_cast<int64_t>(self_of(a)->pos)));
  Value attrs = TRY(io_instance_state(t, a[0]));
  return TRY(make_tuple(t, contents, pos, attrs));
}

Result<Value> bytesio_setstate(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  TRY(check_closed(t, b));
  if (!is_tuple(a[1]) || a[1].as<Tuple>()->size < 3) {
    Str* type = TRY(io_type_name(t, b));
    return RAISE(TypeError, "%U.__setstate__ argument should be 3-tuple, got %T", type, a[1]);
  }
  TRY(check_exports(t, b));
  Tuple* s = a[1].as<Tuple>();
  b->pos = 0;
  b->closed = false;
  drop_contents(b);
  TRY(write_bytes(t, b, s->items[0]));
  if (!is_int(s->items[1])) return RAISE(TypeError, "second item of state must be an integer, not %T", s->items[1]);
  int64_t pos = TRY(to_ssize(t, s->items[1]));
  if (pos < 0) return RAISE(ValueError, "position value cannot be negative");
  b->pos = static_cast<uint64_t>(pos);
  Value attrs = s->items[2];
  if (!attrs.is_none()) {
    if (!is_dict(attrs)) return RAISE(TypeError, "third item of state should be a dict, got a %T", attrs);
    Value d = TRY(get_dict_attr(t, b));
    TRY(dict_update(t, d.as<Dict>(), attrs));
  }
  return kNone;
}

Result<Value> bytesio_sizeof(Thread& t, Args a) {
  BytesIO* b = self_of(a);
  uint64_t n = type_of(a[0])->basicsize + (b->shared ? sizeof(Bytes) + b->shared->size + 1 : b->cap);
  return make_int(t, static_cast<int64_t>(n));
}

Result<Value> get_closed(Thread&, Value v) { return Value::from_bool(v.as<BytesIO>()->closed); }

const MethodDef k_methods[] = {
    {"__new__", bytesio_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", bytesio_init, "($self, /, initial_bytes=b'')", nullptr},
    {"__iter__", bytesio_iter, "($self, /)", nullptr},
    {"readable", bytesio_yes, "($self, /)", "True while the stream is open."},
    {"seekable", bytesio_yes, "($self, /)", "True while the stream is open."},
    {"writable", bytesio_yes, "($self, /)", "True while the stream is open."},
    {"close", bytesio_close, "($self, /)", "Give up the contents."},
    {"flush", bytesio_flush, "($self, /)", "Nothing to do."},
    {"isatty", bytesio_isatty, "($self, /)", "False."},
    {"tell", bytesio_tell, "($self, /)", "The position, in bytes."},
    {"write", bytesio_write, "($self, b, /)", "Write a buffer at the position; return the number of bytes."},
    {"writelines", bytesio_writelines, "($self, lines, /)", "Write each of the buffers."},
    {"read1", bytesio_read, "($self, size=-1, /)", "The same as read()."},
    {"readinto", bytesio_readinto, "($self, buffer, /)", "Read into the buffer; return the number of bytes."},
    {"readline", bytesio_readline, "($self, size=-1, /)", "Read a line, its newline included."},
    {"readlines", bytesio_readlines, "($self, size=None, /)", "Read lines until there are at least size bytes."},
    {"read", bytesio_read, "($self, size=-1, /)", "Read up to size bytes, or all."},
    {"getbuffer", bytesio_getbuffer, "($self, /)", "A writable view of the contents, which cannot be resized while it lives."},
    {"getvalue", bytesio_getvalue, "($self, /)", "The whole contents."},
    {"seek", bytesio_seek, "($self, pos, whence=0, /)", "Change the position; return the new one."},
    {"truncate", bytesio_truncate, "($self, size=None, /)", "Cut the contents at size, or at the position."},
    {"__getstate__", bytesio_getstate, "($self, /)", nullptr},
    {"__setstate__", bytesio_setstate, "($self, object, /)", nullptr},
    {"__sizeof__", bytesio_sizeof, "($self, /)", nullptr},
};
const GetSetDef k_getsets[] = {{"closed", get_closed, nullptr, "Whether the stream is closed."}};
const TypeSpec k_spec = {
    .doc = "A binary stream over bytes in memory.", .methods = k_methods, .getsets = k_getsets, .iternext = bytesio_iternext, .layout = &kLayout<BytesIO>,
    .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};

Status view_get(Thread& t, Object* self, Buffer& out, bool) {
  BytesIO* b = static_cast<BytesIOBuffer*>(self)->source;
  TRY(check_closed(t, b));
  TRY(make_room(t, b, b->size > 0 ? b->size : 1));
  out.data = b->data;
  out.owner = self;
  out.size = static_cast<int64_t>(b->size);
  out.readonly = false;
  b->exports++;
  return {};
}
void view_release(Object* self, Buffer&) { static_cast<BytesIOBuffer*>(self)->source->exports--; }
const BufferProcs k_view_procs = {view_get, view_release};
const TypeSpec k_view_spec = {.doc = nullptr, .buffer = &k_view_procs, .layout = &kLayout<BytesIOBuffer>, .flags = kTypeDisallowInstantiation};

}  // namespace

Status io_init_bytesio(Thread& t) {
  g_io.bytesio = TRY(make_native_type(t, "_io.BytesIO", g_io.bufferediobase, k_spec));
  g_io.bytesio_buffer = TRY(make_native_type(t, "_io._BytesIOBuffer", nullptr, k_view_spec));
  return {};
}

}  // namespace kaa
