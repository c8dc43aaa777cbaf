// Buffered streams: what reader, writer and random access share. io.h tells what the buffer holds; buffered_read.cpp and buffered_write.cpp move the data.
//
// The raw stream may be anything with the right methods, and may run Python code that comes back to the same object, or let another thread in: whoever
// works on the buffer holds the lock. The same thread coming back is an error ("reentrant call"), another thread waits.
#include "modules/io/buffered.h"

#include <errno.h>
#include <unistd.h>
#include "runtime/gil.h"
#include "types/bytes.h"

namespace kaa {

namespace {

// Who waits for whose lock, the longest waiting first: a thread that enters again and again must not keep the others out.
struct Waiter { Buffered* b; Thread* t; };
std::vector<Waiter> g_waiters;

// Threads are gone after a fork, whatever they held or waited for.
bool is_gone(const Thread* t) {
  for (Thread* u = interp().threads; u; u = u->next)
    if (u == t) return false;
  return true;
}

class Queued {
 public:
  Queued(Buffered* b, Thread& t) : b_(b), t_(t) { g_waiters.push_back({b, &t}); }
  ~Queued() {
    for (auto i = g_waiters.end(); i != g_waiters.begin();)
      if ((--i)->b == b_ && i->t == &t_) {
        g_waiters.erase(i);
        return;
      }
  }
  bool may_enter() {
    std::erase_if(g_waiters, [](const Waiter& w) { return is_gone(w.t); });
    if (b_->owner && is_gone(b_->owner)) b_->owner = nullptr;
    if (b_->owner) return false;
    for (const Waiter& w : g_waiters)
      if (w.b == b_) return w.t == &t_;
    return true;
  }

 private:
  Buffered* b_;
  Thread& t_;
};

}  // namespace

Status BufferedLock::enter() {
  Thread& t = t_;
  if (b_->owner == &t) return RAISE(RuntimeError, "reentrant call inside %R", Value(b_));
  if (UNLIKELY(b_->owner || !g_waiters.empty())) TRY(wait());
  b_->owner = &t;
  held_ = true;
  return {};
}

// Rare, and short: whoever is inside is in a system call or about to let us go on. But for a daemon thread, when the program ends: its call may take for ever, and at
// last it gets no more turns.
Status BufferedLock::wait() {
  constexpr int kGrace = 10000;  // about a second
  Thread& t = t_;
  Queued queued(b_, t);
  for (int waited = 0; !queued.may_enter(); waited++) {
    if (UNLIKELY(interp().finalizing) && (gil_closed() || waited == kGrace))
      return RAISE(RuntimeError, "could not acquire lock for %A at interpreter shutdown, possibly due to daemon threads", Value(b_));
    {
      Blocking wait(t);
      usleep(100);
    }
    TRY(safepoint(t));
  }
  return {};
}

Error buffered_uninitialised(Thread& t, Buffered* b) {
  if (b->detached) return RAISE(ValueError, "raw stream has been detached");
  return RAISE(ValueError, "I/O operation on uninitialized object");
}

FileIO* exact_fileio(Buffered* b) {
  Value raw = b->raw;
  return raw && is_exactly(raw, g_io.fileio) ? raw.as<FileIO>() : nullptr;
}

static Result<bool> raw_closed(Thread& t, Buffered* b) {
  if (FileIO* f = exact_fileio(b)) return f->fd < 0;
  return io_is_closed(t, TRY(buffered_raw(t, b)));
}

Result<bool> buffered_closed(Thread& t, Buffered* b) {
  if (!b->buf) return true;  // freed by close()
  return raw_closed(t, b);
}

Status buffered_check_open(Thread& t, Buffered* b, const char* text) {
  if (TRY(buffered_closed(t, b))) return raise_closed(t, text);
  return {};
}

Result<int64_t> buffered_raw_tell(Thread& t, Buffered* b) {
  int64_t n;
  if (FileIO* f = exact_fileio(b)) {
    n = TRY(fileio_seek_to(t, f, 0, 1));
  } else {
    Value r = TRY(call_method(t, TRY(buffered_raw(t, b)), NAME("tell")));
    n = TRY(io_offset(t, r));
    if (n < 0) return RAISE(OSError, "Raw stream returned invalid position %ld", n);
  }
  b->abs_pos = n;
  return n;
}

Result<int64_t> buffered_raw_seek(Thread& t, Buffered* b, int64_t target, int whence) {
  int64_t n;
  if (FileIO* f = exact_fileio(b)) {
    n = TRY(fileio_seek_to(t, f, target, whence));
  } else {
    Value r = TRY(call_method(t, TRY(buffered_raw(t, b)), NAME("seek"), TRY(make_int(t, target)), small_int(whence)));
    n = TRY(io_offset(t, r));
    if (n < 0) return RAISE(OSError, "Raw stream returned invalid position %ld", n);
  }
  b->abs_pos = n;
  return n;
}

Status buffered_settle(Thread& t, Buffered* b) {
  if (b->dirty) TRY(buffered_flush_dirty(t, b));
  else TRY(buffered_unread(t, b));
  return {};
}

Status buffered_unread(Thread& t, Buffered* b) {
  int64_t ahead = b->dirty ? 0 : b->end - b->pos;
  if (ahead > 0) TRY(buffered_raw_seek(t, b, -ahead, 1));
  if (!b->dirty) b->pos = b->end = 0;
  return {};
}

namespace {

Status buffered_setup(Thread& t, Buffered* b, Value raw, int64_t size, bool readable, bool writable) {
  b->ok = b->detached = false;
  if (size <= 0) return RAISE(ValueError, "buffer size must be strictly positive");
  ByteArray* storage = TRY(new_bytearray(t, nullptr, static_cast<size_t>(size)));
  b->raw.set(raw);
  b->buf.set(storage);
  b->buffer_size = size;
  b->pos = b->end = 0;
  b->dirty = false;
  b->readable = readable;
  b->writable = writable;
  b->abs_pos = -1;
  FileIO* f = exact_fileio(b);
  Result<int64_t> at = f && f->seekable == 0 ? Result<int64_t>(int64_t{-1}) : buffered_raw_tell(t, b);
  if (!at.ok()) clear_exc(t);  // not seekable
  b->ok = true;
  return {};
}

Status init_by_type(Thread& t, Buffered* b, Value raw, int64_t size, bool readable, bool writable) {
  if (readable && writable) TRY(io_check_mode(t, raw, NAME("seekable"), "File or stream is not seekable."));
  if (readable) TRY(io_check_mode(t, raw, NAME("readable"), "File or stream is not readable."));
  if (writable) TRY(io_check_mode(t, raw, NAME("writable"), "File or stream is not writable."));
  return buffered_setup(t, b, raw, size, readable, writable);
}

Result<Value> init_method(Thread& t, Args a, Tuple* kwnames, const MethodDef& def, bool readable, bool writable) {
  Value v[8];
  TRY(io_bind(t, def, a, kwnames, v));
  Buffered* b = v[0].as<Buffered>();
  int64_t size = v[2] ? TRY(to_ssize(t, v[2])) : kDefaultBufferSize;
  b->ok = b->detached = false;
  TRY(init_by_type(t, b, v[1], size, readable, writable));
  return kNone;
}
const char* const k_init_sig = "($self, /, raw, buffer_size=DEFAULT_BUFFER_SIZE)";
const MethodDef k_reader_def{"BufferedReader", static_cast<NativeFn>(nullptr), k_init_sig, nullptr};
const MethodDef k_writer_def{"BufferedWriter", static_cast<NativeFn>(nullptr), k_init_sig, nullptr};
const MethodDef k_random_def{"BufferedRandom", static_cast<NativeFn>(nullptr), k_init_sig, nullptr};
Result<Value> reader_init(Thread& t, Args a, Tuple* kw) { return init_method(t, a, kw, k_reader_def, true, false); }
Result<Value> writer_init(Thread& t, Args a, Tuple* kw) { return init_method(t, a, kw, k_writer_def, false, true); }
Result<Value> random_init(Thread& t, Args a, Tuple* kw) { return init_method(t, a, kw, k_random_def, true, true); }

// Methods that the raw stream answers.
Result<Value> forward(Thread& t, Args a, Str* name) {
  Buffered* b = TRY(buffered_self(t, a));
  return call_method(t, TRY(buffered_raw(t, b)), name);
}
Result<Value> buffered_seekable(Thread& t, Args a) { return forward(t, a, NAME("seekable")); }
Result<Value> buffered_readable(Thread& t, Args a) { return forward(t, a, NAME("readable")); }
Result<Value> buffered_writable(Thread& t, Args a) { return forward(t, a, NAME("writable")); }
Result<Value> buffered_fileno(Thread& t, Args a) { return forward(t, a, NAME("fileno")); }
Result<Value> buffered_isatty(Thread& t, Args a) { return forward(t, a, NAME("isatty")); }
Result<Value> reader_flush(Thread& t, Args a) { return forward(t, a, NAME("flush")); }

Result<Value> flush_method(Thread& t, Args a) {
  Buffered* b = TRY(buffered_self(t, a));
  return buffered_flush(t, b);
}

Result<Value> buffered_dealloc_warn(Thread& t, Args a) {
  Buffered* b = a.as<Buffered>(0);
  if (b->ok && b->raw && !call_method(t, TRY(buffered_raw(t, b)), NAME("_dealloc_warn"), a[1]).ok()) clear_exc(t);
  return kNone;
}

Result<Value> buffered_close(Thread& t, Args a) {
  Buffered* b = TRY(buffered_self(t, a));
  {
    BufferedLock lock(t, b);
    TRY(lock.enter());
    if (TRY(raw_closed(t, b))) return kNone;
    if (b->finalizing && b->raw && !call_method(t, TRY(buffered_raw(t, b)), NAME("_dealloc_warn"), Value(b)).ok()) clear_exc(t);
  }
  Value e;
  if (!call_method(t, b, NAME("flush")).ok()) e = take_exc(t);
  BufferedLock lock(t, b);
  Value result = kNone;
  if (Status s = lock.enter(); s.ok()) {
    Result<Value> r = b->raw ? call_method(t, b->raw, NAME("close")) : Result<Value>(buffered_uninitialised(t, b));
    if (r.ok()) result = r.value();
    b->pos = b->end = 0;
    b->dirty = false;
    b->buf.clear();
  }
  TRY(io_chain(t, e));
  return result;
}

Result<Value> buffered_detach(Thread& t, Args a) {
  Buffered* b = TRY(buffered_self(t, a));
  TRY(call_method(t, b, NAME("flush")));
  Value raw = b->raw;
  b->raw.clear();
  b->detached = true;
  b->ok = false;
  return raw;
}

Result<Value> buffered_tell(Thread& t, Args a) {
  Buffered* b = TRY(buffered_self(t, a));
  BufferedLock lock(t, b);
  TRY(lock.enter());
  int64_t at = TRY(buffered_raw_tell(t, b));
  at += b->dirty ? b->end - b->pos : -(b->end - b->pos);
  return make_int(t, at < 0 ? 0 : at);
}

Result<Value> buffered_seek(Thread& t, Args a) {
  Buffered* b = TRY(buffered_self(t, a));
  int whence = a[2] ? TRY(to_cint(t, a[2])) : 0;
  if (whence < 0 || whence > 4) return RAISE(ValueError, "whence value %d unsupported", whence);  // 3 and 4: SEEK_DATA, SEEK_HOLE
  TRY(buffered_check_open(t, b, "seek of closed file"));
  if (FileIO* f = exact_fileio(b); !f || f->seekable != 1) TRY(io_check_mode(t, TRY(buffered_raw(t, b)), NAME("seekable"), "File or stream is not seekable."));
  int64_t target = TRY(io_offset(t, a[1]));
  BufferedLock lock(t, b);
  if (whence <= 1 && b->readable && !b->dirty) {
    // Within what was read ahead, the raw stream need not move.
    TRY(lock.enter());
    if (b->end > 0) {
      int64_t at = b->abs_pos >= 0 ? b->abs_pos : TRY(buffered_raw_tell(t, b));
      int64_t here = at - (b->end - b->pos);
      int64_t delta;
      bool fits = whence == 1 ? (delta = target, true) : !__builtin_sub_overflow(target, here, &delta);
      if (fits && delta >= -b->pos && delta <= b->end - b->pos) {
        b->pos += delta;
        return make_int(t, here + delta < 0 ? 0 : here + delta);  // a character device may say 0 always
      }
    }
  } else {
    TRY(lock.enter());
  }
  if (b->dirty) TRY(buffered_flush_dirty(t, b));
  if (whence == 1) target -= b->end - b->pos;
  int64_t n = TRY(buffered_raw_seek(t, b, target, whence));
  b->pos = b->end = 0;
  return make_int(t, n);
}

Result<Value> buffered_truncate(Thread& t, Args a) {
  Buffered* b = TRY(buffered_self(t, a));
  TRY(buffered_check_open(t, b, "truncate of closed file"));
  if (!b->writable) return raise_unsupported(t, "truncate");
  BufferedLock lock(t, b);
  TRY(lock.enter());
  TRY(buffered_settle(t, b));
  Value r = TRY(call_method(t, TRY(buffered_raw(t, b)), NAME("truncate"), a[1] ? a[1] : kNone));
  if (!buffered_raw_tell(t, b).ok()) clear_exc(t);
  return r;
}

Result<Value> buffered_repr(Thread& t, Args a) {
  Value self = a[0];
  Str* type = TRY(io_type_name(t, self));
  Result<Opt> name = lookup_attr(t, self, NAME("name"));
  if (!name.ok()) {
    if (!exc_matches(t, KAA_TYPE(ValueError))) return Error{};  // detached or not initialised: no name
    clear_exc(t);
    return TRY(str_format(t, "<%U>", type));
  }
  if (!name.value()) return TRY(str_format(t, "<%U>", type));
  if (repr_enter(t, self.object())) return RAISE(RuntimeError, "reentrant call inside %U.__repr__", type);
  Result<Str*> r = str_format(t, "<%U name=%R>", type, name.value().v);
  repr_leave(t, self.object());
  return r;
}

Result<Value> buffered_sizeof(Thread& t, Args a) {
  Buffered* b = a.as<Buffered>(0);
  return make_int(t, static_cast<int64_t>(type_of(a[0])->basicsize) + (b->buf ? b->buffer_size : 0));
}

Result<Buffered*> attr_self(Thread& t, Value v) {
  if (!v.as<Buffered>()->ok) return buffered_uninitialised(t, v.as<Buffered>());
  return v.as<Buffered>();
}
Result<Value> get_closed(Thread& t, Value v) {
  Buffered* b = TRY(attr_self(t, v));
  return get_attr(t, TRY(buffered_raw(t, b)), NAME("closed"));
}
Result<Value> get_name(Thread& t, Value v) { return get_attr(t, TRY(attr_self(t, v))->raw, NAME("name")); }
Result<Value> get_mode(Thread& t, Value v) { return get_attr(t, TRY(attr_self(t, v))->raw, NAME("mode")); }
Result<Value> get_raw(Thread&, Value v) { return v.as<Buffered>()->raw ? v.as<Buffered>()->raw.get() : kNone; }
Result<Value> get_finalizing(Thread&, Value v) { return Value::from_bool(v.as<Buffered>()->finalizing); }
Status set_finalizing(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete numeric/char attribute");
  if (!v.is_bool()) return RAISE(TypeError, "attribute value type must be bool");
  self.as<Buffered>()->finalizing = v == kTrue;
  return {};
}

#define COMMON_ROWS(init)                                                                                  \
  {"__init__", init, k_init_sig, nullptr},                                                                 \
  {"__repr__", buffered_repr, "($self, /)", nullptr},                                                      \
  {"close", buffered_close, "($self, /)", "Flush, and close the raw stream."},                             \
  {"detach", buffered_detach, "($self, /)", "Flush, and give up the raw stream, which is returned."},      \
  {"seekable", buffered_seekable, "($self, /)", "Whether the raw stream can seek."},                       \
  {"fileno", buffered_fileno, "($self, /)", "The file descriptor of the raw stream."},                     \
  {"isatty", buffered_isatty, "($self, /)", "Whether the raw stream is a terminal."},                      \
  {"_dealloc_warn", buffered_dealloc_warn, "($self, source, /)", nullptr},                                 \
  {"seek", buffered_seek, "($self, target, whence=0, /)", "Change the position; return the new one."},     \
  {"tell", buffered_tell, "($self, /)", "The position, what is buffered taken into account."},             \
  {"truncate", buffered_truncate, "($self, pos=None, /)", "Flush, and resize the file."},                  \
  {"__sizeof__", buffered_sizeof, "($self, /)", nullptr},                                                  \
  {"__getstate__", io_getstate_refused, "($self, /)", nullptr}
#define READ_ROWS                                                                                                                  \
  {"__iter__", io_iter_self, "($self, /)", nullptr},                                                                               \
  {"readable", buffered_readable, "($self, /)", "Whether the raw stream can be read."},                                            \
  {"read", buffered_read_method, "($self, size=-1, /)", "Read size bytes with as many reads as that takes, or to the end."},       \
  {"peek", buffered_peek_method, "($self, size=0, /)", "Return what is buffered, after one raw read at most, without taking it."}, \
  {"read1", buffered_read1_method, "($self, size=-1, /)", "Read up to size bytes with one raw read at most."},                     \
  {"readinto", buffered_readinto_method, "($self, buffer, /)", "Fill the buffer; return the number of bytes."},                    \
  {"readinto1", buffered_readinto1_method, "($self, buffer, /)", "readinto() with one raw read at most."},                         \
  {"readline", buffered_readline_method, "($self, size=-1, /)", "Read a line, of at most size bytes."}
#define WRITE_ROWS                                                                        \
  {"writable", buffered_writable, "($self, /)", "Whether the raw stream can be written."}, \
  {"write", buffered_write_method, "($self, buffer, /)", "Write a buffer; return the number of bytes."}, \
  {"flush", flush_method, "($self, /)", "Hand what was written to the raw stream."}

const MethodDef k_reader_methods[] = {COMMON_ROWS(reader_init), READ_ROWS, {"flush", reader_flush, "($self, /)", "Flush the raw stream."}};
const MethodDef k_writer_methods[] = {COMMON_ROWS(writer_init), WRITE_ROWS};
const MethodDef k_random_methods[] = {COMMON_ROWS(random_init), READ_ROWS, WRITE_ROWS};
const GetSetDef k_getsets[] = {
    {"raw", get_raw, io_readonly_member, "The raw stream."},
    {"_finalizing", get_finalizing, set_finalizing, nullptr},
    {"closed", get_closed, nullptr, "Whether the raw stream is closed."},
    {"name", get_name, nullptr, "The name of the raw stream."},
    {"mode", get_mode, nullptr, "The mode of the raw stream."},
};
constexpr uint64_t kFlags = kTypeBase | kTypeHasDict | kTypeWeakrefable | kTypeGenericNew;
const TypeSpec k_reader_spec = {.doc = "A buffered reader over a raw stream.", .methods = k_reader_methods, .getsets = k_getsets, .iternext = buffered_iternext,
                                .layout = &kLayout<Buffered>, .flags = kFlags};
const TypeSpec k_writer_spec = {.doc = "A buffered writer over a raw stream.", .methods = k_writer_methods, .getsets = k_getsets,
                                .layout = &kLayout<Buffered>, .flags = kFlags};
const TypeSpec k_random_spec = {.doc = "A buffered stream, for reading and writing, over a raw stream that can seek.", .methods = k_random_methods,
                                .getsets = k_getsets, .iternext = buffered_iternext, .layout = &kLayout<Buffered>, .flags = kFlags};

}  // namespace

bool is_exact_buffered(Value v) {
  return is_exactly(v, g_io.buffered_reader) || is_exactly(v, g_io.buffered_writer) || is_exactly(v, g_io.buffered_random);
}

Result<Value> make_buffered(Thread& t, Type* ty, Value raw, int64_t size) {
  Buffered* b = TRY(alloc_as<Buffered>(t, ty));
  TRY(init_by_type(t, b, raw, size, ty != g_io.buffered_writer, ty != g_io.buffered_reader));
  return b;
}

Status io_init_buffered(Thread& t) {
  g_io.buffered_reader = TRY(make_native_type(t, "_io.BufferedReader", g_io.bufferediobase, k_reader_spec));
  g_io.buffered_writer = TRY(make_native_type(t, "_io.BufferedWriter", g_io.bufferediobase, k_writer_spec));
  g_io.buffered_random = TRY(make_native_type(t, "_io.BufferedRandom", g_io.bufferediobase, k_random_spec));
  return {};
}

}  // namespace kaa
