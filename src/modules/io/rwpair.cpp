// BufferedRWPair: a reader over one raw stream and a writer over another, as one object.
#include "modules/io/buffered.h"

namespace kaa {

namespace {

struct RWPair : Object {
  Field<> reader, writer;
  template <class F> void each_field(F&& f) { f(reader); f(writer); }
};

Result<Value> part(Thread& t, Value v) {
  if (v) return v;
  return RAISE(ValueError, "I/O operation on uninitialized object");
}
Result<Value> forward(Thread& t, Value to, Str* name, Args a) {
  Value target = TRY(part(t, to)), f = TRY(get_attr(t, target, name));
  return call_args(t, f, a.p + 1, a.n - 1);
}

const MethodDef k_init_def{"BufferedRWPair", static_cast<NativeFn>(nullptr), "($self, reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)", nullptr};
Result<Value> pair_init(Thread& t, Args a, Tuple* kwnames) {
  Value v[8];
  TRY(io_bind(t, k_init_def, a, kwnames, v));
  int64_t size = v[3] ? TRY(to_ssize(t, v[3])) : kDefaultBufferSize;
  TRY(io_check_mode(t, v[1], NAME("readable"), "File or stream is not readable."));
  TRY(io_check_mode(t, v[2], NAME("writable"), "File or stream is not writable."));
  RWPair* p = v[0].as<RWPair>();
  Value reader = TRY(make_buffered(t, g_io.buffered_reader, v[1], size));
  p->reader.set(reader);
  Value writer = TRY(make_buffered(t, g_io.buffered_writer, v[2], size));
  p->writer.set(writer);
  return kNone;
}

RWPair* self_of(Args a) { return a.as<RWPair>(0); }
#define TO_READER(method) \
  Result<Value> pair_##method(Thread& t, Args a) { return forward(t, self_of(a)->reader, NAME(#method), a); }
#define TO_WRITER(method) \
  Result<Value> pair_##method(Thread& t, Args a) { return forward(t, self_of(a)->writer, NAME(#method), a); }
TO_READER(read)
TO_READER(peek)
TO_READER(read1)
TO_READER(readinto)
TO_READER(readinto1)
TO_READER(readable)
TO_WRITER(write)
TO_WRITER(flush)
TO_WRITER(writable)

Result<Value> pair_close(Thread& t, Args a) {
  RWPair* p = self_of(a);
  Value e;
  Result<Value> w = forward(t, p->writer, NAME("close"), {a.p, 1});
  if (!w.ok()) e = take_exc(t);
  Result<Value> r = forward(t, p->reader, NAME("close"), {a.p, 1});
  TRY(io_chain(t, e));
  return r;
}

Result<Value> pair_isatty(Thread& t, Args a) {
  Value r = TRY(forward(t, self_of(a)->writer, NAME("isatty"), {a.p, 1}));
  if (r != kFalse) return r;
  return forward(t, self_of(a)->reader, NAME("isatty"), {a.p, 1});
}

Result<Value> get_closed(Thread& t, Value self) {
  RWPair* p = self.as<RWPair>();
  if (!p->writer) return RAISE(RuntimeError, "the BufferedRWPair object is being garbage-collected");
  return get_attr(t, p->writer, NAME("closed"));
}

const MethodDef k_methods[] = {
    {"__init__", pair_init, "($self, reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)", nullptr},
    {"read", pair_read, "($self, size=-1, /)", nullptr},
    {"peek", pair_peek, "($self, size=0, /)", nullptr},
    {"read1", pair_read1, "($self, size=-1, /)", nullptr},
    {"readinto", pair_readinto, "($self, buffer, /)", nullptr},
    {"readinto1", pair_readinto1, "($self, buffer, /)", nullptr},
    {"write", pair_write, "($self, buffer, /)", nullptr},
    {"flush", pair_flush, "($self, /)", nullptr},
    {"readable", pair_readable, "($self, /)", nullptr},
    {"writable", pair_writable, "($self, /)", nullptr},
    {"close", pair_close, "($self, /)", nullptr},
    {"isatty", pair_isatty, "($self, /)", nullptr},
};
const GetSetDef k_getsets[] = {{"closed", get_closed, nullptr, "Whether the writer is closed."}};
const TypeSpec k_spec = {.doc = "A buffered reader and a buffered writer together, over two raw streams (two ends of pipes, say).", .methods = k_methods,
                         .getsets = k_getsets, .layout = &kLayout<RWPair>, .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable | kTypeGenericNew};

}  // namespace

Status io_init_rwpair(Thread& t) {
  g_io.buffered_rwpair = TRY(make_native_type(t, "_io.BufferedRWPair", g_io.bufferediobase, k_spec));
  return {};
}

}  // namespace kaa
