// The abstract classes _IOBase, _RawIOBase, _BufferedIOBase and _TextIOBase, and helpers of all streams.
//
// Whether a stream without a `closed` of its own is closed is an attribute of the instance, `__IOBase_closed`, as in CPython: subclasses look at it.
// _IOBase.__del__ closes what nobody closed; it first sets `_finalizing`, by which close() knows that it has to warn.
#include "modules/io/io.h"

namespace kaa {

IoState g_io;

Error raise_unsupported(Thread& t, const char* text) { return raise(t, g_io.unsupported.as<Type>(), "%s", text); }
Error raise_closed(Thread& t, const char* text) { return RAISE(ValueError, "%s", text); }

Result<int64_t> io_size_arg(Thread& t, Value v, int64_t missing) {
  if (!v || v.is_none()) return missing;
  if (v.is_int()) return v.as_int();
  if (!is_int(v) && !type_of(v)->dunder(D_index)) return RAISE(TypeError, "argument should be integer or None, not '%T'", v);
  return to_ssize(t, v);
}

Result<int64_t> io_offset(Thread& t, Value v) {
  if (v.is_int()) return v.as_int();
  Value i = TRY(to_index(t, v));
  return to_int64(t, i);
}

Result<Value> io_instance_state(Thread& t, Value self) {
  Value d = TRY(get_dict_attr(t, self));
  if (!is_dict(d) || d.as<Dict>()->used == 0) return kNone;
  return Value(TRY(dict_copy(t, d.as<Dict>())));
}

Result<Str*> io_type_name(Thread& t, Value self) {
  Type* ty = type_of(self);
  if (ty->has(kTypeHeap)) return ty->name.get();
  return str_format(t, "_io.%U", ty->name.get());
}

Result<bool> io_is_closed(Thread& t, Value stream) {
  Value c = TRY(get_attr(t, stream, NAME("closed")));
  return truth(t, c);
}

Status io_check_closed(Thread& t, Value stream) {
  Opt c = TRY(lookup_attr(t, stream, NAME("closed")));
  if (c && TRY(truth(t, c.v))) return raise_closed(t);
  return {};
}

Status io_check_mode(Thread& t, Value stream, Str* method, const char* text) {
  Value r = TRY(call_method(t, stream, method));
  if (r == kTrue) return {};
  return raise_unsupported(t, text);
}

Result<Value> io_iter_self(Thread& t, Args a) {
  TRY(io_check_closed(t, a[0]));
  return a[0];
}

Result<Value> io_getstate_refused(Thread& t, Args a) {
  return RAISE(TypeError, "cannot pickle '%U' instances", type_of(a[0])->name.get());
}

Status io_writable_buffer(Thread& t, Value v, const char* fname, BufferHold& out) {
  Status s = has_buffer(v) ? out.get(t, v, true) : Status(Error{});
  if (s.ok()) return {};
  clear_exc(t);  // whatever it was, as in CPython
  return RAISE(TypeError, "%s must be read-write bytes-like object, not %T", fname, v);
}

Status io_readonly_member(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

Status io_chain(Thread& t, Value earlier) {
  if (!earlier) return t.exc ? Status(Error{}) : Status();
  if (!t.exc) {
    restore_exc(t, earlier);
    return Error{};
  }
  BaseException* e = t.exc.as<BaseException>();
  if (Value(e) != earlier && !e->context) e->context.set(earlier);
  return Error{};
}

bool io_flag(Thread& t, const char* name) {
  if (!interp().sys_dict) return false;
  Value flags = dict_get_str(interp().sys_dict, NAME("flags"));
  if (!flags) return false;
  Result<Opt> v = lookup_attr(t, flags, intern_name(name));
  if (!v.ok()) { clear_exc(t); return false; }
  return v.value() && v.value().v != small_int(0) && v.value().v != kFalse;
}

Result<Value> memoryview_whole(Thread& t, Value owner) {
  return call(t, KAA_TYPE(memoryview), owner);
}

Result<Value> memoryview_of(Thread& t, Value owner, int64_t start, int64_t end) {
  Value m = TRY(memoryview_whole(t, owner));
  Value slice = TRY(call(t, KAA_TYPE(slice), small_int(start), small_int(end)));
  return get_item(t, m, slice);
}

Status io_bind(Thread& t, const MethodDef& def, Args a, Tuple* kwnames, Value* out) {
  return bind_raw(t, def.name, *parse_signature(t, def), a, kwnames, out, nullptr, nullptr);
}

// ---- _IOBase
namespace {

Result<bool> iobase_closed_mark(Thread& t, Value self) {
  Opt v = TRY(lookup_attr(t, self, NAME("__IOBase_closed")));
  return static_cast<bool>(v);
}

Result<Value> iobase_get_closed(Thread& t, Value self) { return Value::from_bool(TRY(iobase_closed_mark(t, self))); }

Result<Value> iobase_seek(Thread& t, Args) { return raise_unsupported(t, "seek"); }
Result<Value> iobase_truncate(Thread& t, Args) { return raise_unsupported(t, "truncate"); }
Result<Value> iobase_fileno(Thread& t, Args) { return raise_unsupported(t, "fileno"); }
Result<Value> iobase_tell(Thread& t, Args a) { return call_method(t, a[0], NAME("seek"), small_int(0), small_int(1)); }
Result<Value> iobase_no(Thread&, Args) { return kFalse; }

Result<Value> iobase_flush(Thread& t, Args a) {
  if (TRY(iobase_closed_mark(t, a[0]))) return raise_closed(t);
  return kNone;
}

Result<Value> iobase_isatty(Thread& t, Args a) {
  TRY(io_check_closed(t, a[0]));
  return kFalse;
}

Result<Value> iobase_close_method(Thread& t, Args a) { return iobase_close(t, a[0]); }

Result<Value> check_method(Thread& t, Value self, Str* method, const char* text) {
  TRY(io_check_mode(t, self, method, text));
  return kTrue;
}
Result<Value> iobase_check_seekable(Thread& t, Args a) { return check_method(t, a[0], NAME("seekable"), "File or stream is not seekable."); }
Result<Value> iobase_check_readable(Thread& t, Args a) { return check_method(t, a[0], NAME("readable"), "File or stream is not readable."); }
Result<Value> iobase_check_writable(Thread& t, Args a) { return check_method(t, a[0], NAME("writable"), "File or stream is not writable."); }
Result<Value> iobase_check_closed(Thread& t, Args a) {
  TRY(io_check_closed(t, a[0]));
  return kNone;
}

Result<Value> iobase_enter(Thread& t, Args a) {
  TRY(io_check_closed(t, a[0]));
  return a[0];
}
Result<Value> iobase_exit(Thread& t, Args a) { return call_method(t, a[0], NAME("close")); }

Result<Value> iobase_del(Thread& t, Args a) {
  Value self = a[0], pending = take_exc(t);
  bool closed = true;  // a stream that cannot tell is left alone
  Result<Opt> c = lookup_attr(t, self, NAME("closed"));
  if (c.ok() && c.value()) {
    Result<bool> b = truth(t, c.value().v);
    if (b.ok()) closed = b.value();
  } else if (c.ok()) {
    closed = false;
  }
  clear_exc(t);
  if (!closed) {
    if (!set_attr(t, self, NAME("_finalizing"), kTrue).ok()) clear_exc(t);
    Result<Value> r = call_method(t, self, NAME("close"));
    if (!r.ok()) {
      Value e = take_exc(t);
      Result<Str*> who = repr(t, self);
      clear_exc(t);
      restore_exc(t, e);
      Utf8 u;
      Result<Str*> text = who.ok() ? str_format(t, "Exception ignored while finalizing file %U", who.value()) : new_str(t, "Exception ignored while finalizing file");
      if (text.ok() && str_utf8(t, text.value(), u, true).ok()) {
        restore_exc(t, e);
        write_unraisable(t, kNone, u.data);
      }
      clear_exc(t);
    }
  }
  if (pending) restore_exc(t, pending);
  return kNone;
}

// readline over read(), with the help of peek() where there is one.
Result<Value> iobase_readline(Thread& t, Args a) {
  Value self = a[0];
  int64_t limit = TRY(io_size_arg(t, a[1], -1));
  Opt peek = TRY(lookup_attr(t, self, NAME("peek")));
  Value acc = TRY(call(t, KAA_TYPE(bytearray)));
  ByteArray* line = acc.as<ByteArray>();
  while (limit < 0 || static_cast<int64_t>(line->size) < limit) {
    int64_t want = 1;
    if (peek) {
      Value ahead = TRY(call(t, peek.v, small_int(1)));
      if (!is_bytes(ahead)) return RAISE(OSError, "peek() should have returned a bytes object, not '%T'", ahead);
      Bytes* b = ahead.as<Bytes>();
      if (b->size) {
        size_t n = b->size;
        if (limit >= 0 && n > static_cast<size_t>(limit) - line->size) n = static_cast<size_t>(limit) - line->size;
        const void* nl = memchr(b->data(), '\n', n);
        want = nl ? static_cast<const char*>(nl) - b->data() + 1 : static_cast<int64_t>(n);
      }
    }
    Value got = TRY(call_method(t, self, NAME("read"), small_int(want)));
    if (!is_bytes(got)) return RAISE(OSError, "read() should have returned a bytes object, not '%T'", got);
    if (!got.as<Bytes>()->size) break;
    TRY(call_method(t, acc, NAME("extend"), got));
    if (line->data[line->size - 1] == '\n') break;
  }
  Keep keep(acc);
  return TRY(new_bytes(t, line->data, line->size));
}

Result<Value> iobase_iternext(Thread& t, Object* self) {
  Value line = TRY(call_method(t, self, NAME("readline")));
  if (TRY(length(t, line)) <= 0) return Value();
  return line;
}
Result<Value> iobase_next(Thread& t, Args a) {
  Result<Value> v = iobase_iternext(t, a[0].object());
  if (v.ok() || t.exc) return v;
  return raise_stop_iteration(t);
}

Result<Value> iobase_readlines(Thread& t, Args a) {
  int64_t hint = TRY(io_size_arg(t, a[1], -1));
  List* out = TRY(new_list(t));
  if (hint <= 0) {
    TRY(list_extend(t, out, a[0]));
    return out;
  }
  Value it = TRY(get_iter(t, a[0]));
  int64_t total = 0;
  while (total <= hint) {  // at least one line; stops once there is more than hint
    Opt line = TRY(iter_next(t, it));
    if (!line) break;
    TRY(list_append(t, out, line.v));
    int64_t n = TRY(length(t, line.v));
    if (n > hint - total) break;
    total += n;
  }
  return out;
}

Result<Value> iobase_writelines(Thread& t, Args a) {
  TRY(io_check_closed(t, a[0]));
  Value self = a[0];
  TRY(iterate(t, a[1], [&](Value line) -> Status {
    TRY(call_method(t, self, NAME("write"), line));
    return {};
  }));
  return kNone;
}

const MethodDef k_iobase_methods[] = {
    {"__iter__", io_iter_self, "($self, /)", "Return the stream itself, an iterator over its lines."},
    {"__next__", iobase_next, "($self, /)", "Return the next line."},
    {"__del__", iobase_del, "($self, /)", "Close the stream if nobody has."},
    {"seek", iobase_seek, "($self, offset, whence=os.SEEK_SET, /)", "Change the stream position; return the new one."},
    {"tell", iobase_tell, "($self, /)", "Return the stream position."},
    {"truncate", iobase_truncate, "($self, size=None, /)", "Resize the file; the size defaults to the current position."},
    {"flush", iobase_flush, "($self, /)", "Hand on what is buffered for writing."},
    {"close", iobase_close_method, "($self, /)", "Flush and close; further calls do nothing."},
    {"seekable", iobase_no, "($self, /)", "Whether seek(), tell() and truncate() work."},
    {"readable", iobase_no, "($self, /)", "Whether the stream can be read."},
    {"writable", iobase_no, "($self, /)", "Whether the stream can be written."},
    {"_checkClosed", iobase_check_closed, "($self, /)", nullptr},
    {"_checkSeekable", iobase_check_seekable, "($self, /)", nullptr},
    {"_checkReadable", iobase_check_readable, "($self, /)", nullptr},
    {"_checkWritable", iobase_check_writable, "($self, /)", nullptr},
    {"fileno", iobase_fileno, "($self, /)", "Return the underlying file descriptor, an int."},
    {"isatty", iobase_isatty, "($self, /)", "Whether the stream is a terminal."},
    {"__enter__", iobase_enter, "($self, /)", nullptr},
    {"__exit__", iobase_exit, "($self, /, *args)", nullptr},
    {"readline", iobase_readline, "($self, size=-1, /)", "Read one line, of at most size bytes."},
    {"readlines", iobase_readlines, "($self, hint=-1, /)", "Read a list of lines, not many more bytes than hint."},
    {"writelines", iobase_writelines, "($self, lines, /)", "Write each of the lines; separators are not added."},
};
const GetSetDef k_iobase_getsets[] = {
    {"__dict__", get_dict_attr, nullptr, nullptr},
    {"closed", iobase_get_closed, nullptr, "Whether the stream is closed."},
};
const TypeSpec k_iobase_spec = {
    .doc = "The base of all streams: methods that every stream has, most of which say that they are not supported.",
    .methods = k_iobase_methods, .getsets = k_iobase_getsets, .iternext = iobase_iternext,
    .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};

// ---- _RawIOBase
Result<Value> rawio_readall(Thread& t, Args a) {
  List* parts = TRY(new_list(t));
  for (;;) {
    Value data = TRY(call_method(t, a[0], NAME("read"), small_int(kDefaultBufferSize)));
    if (data.is_none()) {
      if (!parts->size) return kNone;
      break;
    }
    if (!is_bytes(data)) return RAISE(TypeError, "read() should return bytes");
    if (!data.as<Bytes>()->size) break;
    TRY(list_append(t, parts, data));
    TRY(safepoint(t));
  }
  return call_method(t, interp().empty_bytes, NAME("join"), parts);
}

Result<Value> rawio_read(Thread& t, Args a) {
  int64_t n = a[1] ? TRY(io_size_arg(t, a[1], -1)) : -1;
  if (n < 0) return call_method(t, a[0], NAME("readall"));
  Value buf = TRY(call(t, KAA_TYPE(bytearray), TRY(make_int(t, n))));
  Value got = TRY(call_method(t, a[0], NAME("readinto"), buf));
  if (got.is_none()) return got;
  int64_t k = TRY(to_ssize(t, got));
  ByteArray* b = buf.as<ByteArray>();
  if (k < 0 || static_cast<uint64_t>(k) > b->size) return RAISE(ValueError, "readinto returned %ld outside buffer size %ld", k, static_cast<int64_t>(b->size));
  Keep keep(buf);
  return TRY(new_bytes(t, b->data, static_cast<size_t>(k)));
}
Result<Value> rawio_missing(Thread& t, Args) { return raise_class(t, KAA_TYPE(NotImplementedError), Value()); }

const MethodDef k_rawio_methods[] = {
    {"read", rawio_read, "($self, size=-1, /)", nullptr},
    {"readall", rawio_readall, "($self, /)", "Read until the end, with several calls of read() if need be."},
    {"readinto", rawio_missing, nullptr, nullptr},
    {"write", rawio_missing, nullptr, nullptr},
};
const TypeSpec k_rawio_spec = {.doc = "The base of raw binary streams.", .methods = k_rawio_methods, .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};

// ---- _BufferedIOBase
Result<Value> bufio_detach(Thread& t, Args) { return raise_unsupported(t, "detach"); }
Result<Value> bufio_read(Thread& t, Args) { return raise_unsupported(t, "read"); }
Result<Value> bufio_read1(Thread& t, Args) { return raise_unsupported(t, "read1"); }
Result<Value> bufio_write(Thread& t, Args) { return raise_unsupported(t, "write"); }

Result<Value> readinto_by(Thread& t, Args a, Str* method, const char* fname) {
  BufferHold hold;
  TRY(io_writable_buffer(t, a[1], fname, hold));
  Value data = TRY(call_method(t, a[0], method, small_int(hold.b.size)));
  if (!is_bytes(data)) return RAISE(TypeError, "read() should return bytes");
  Bytes* b = data.as<Bytes>();
  if (b->size > hold.size())
    return RAISE(ValueError, "read() returned too much data: %ld bytes requested, %ld returned", hold.b.size, static_cast<int64_t>(b->size));
  memcpy(hold.b.data, b->data(), b->size);
  return small_int(static_cast<int64_t>(b->size));
}
Result<Value> bufio_readinto(Thread& t, Args a) { return readinto_by(t, a, NAME("read"), "readinto() argument"); }
Result<Value> bufio_readinto1(Thread& t, Args a) { return readinto_by(t, a, NAME("read1"), "readinto1() argument"); }

const MethodDef k_bufio_methods[] = {
    {"detach", bufio_detach, "($self, /)", "Separate the raw stream from the buffer and return it."},
    {"read", bufio_read, "($self, size=-1, /)", "Read up to size bytes, or to the end."},
    {"read1", bufio_read1, "($self, size=-1, /)", "Read up to size bytes with at most one call of the raw stream."},
    {"readinto", bufio_readinto, "($self, buffer, /)", nullptr},
    {"readinto1", bufio_readinto1, "($self, buffer, /)", nullptr},
    {"write", bufio_write, "($self, b, /)", "Write a buffer; return the number of bytes."},
};
const TypeSpec k_bufio_spec = {.doc = "The base of buffered binary streams.", .methods = k_bufio_methods, .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};

// ---- _TextIOBase
Result<Value> text_readline(Thread& t, Args a) {
  if (a[1]) TRY(to_ssize(t, a[1]));
  return raise_unsupported(t, "readline");
}
Result<Value> text_none(Thread&, Value) { return kNone; }
const MethodDef k_text_methods[] = {
    {"detach", bufio_detach, "($self, /)", "Separate the buffer from the text stream and return it."},
    {"read", bufio_read, "($self, size=-1, /)", "Read up to size characters, or to the end."},
    {"readline", text_readline, "($self, size=-1, /)", "Read one line; an empty string at the end."},
    {"write", bufio_write, "($self, s, /)", "Write a string; return the number of its characters."},
};
const GetSetDef k_text_getsets[] = {
    {"encoding", text_none, nullptr, "The encoding, or None."},
    {"newlines", text_none, nullptr, "The newlines seen so far: None, a str or a tuple."},
    {"errors", text_none, nullptr, "The error handler of the codec, or None."},
};
const TypeSpec k_text_spec = {.doc = "The base of text streams.", .methods = k_text_methods, .getsets = k_text_getsets, .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};

}  // namespace

Result<Value> iobase_close(Thread& t, Value self) {
  if (TRY(iobase_closed_mark(t, self))) return kNone;
  Value e;
  if (!call_method(t, self, NAME("flush")).ok()) e = take_exc(t);
  Status s = set_attr(t, self, NAME("__IOBase_closed"), kTrue);
  (void)s.ok();
  TRY(io_chain(t, e));
  return kNone;
}

Status io_init_iobase(Thread& t) {
  g_io.iobase = TRY(make_native_type(t, "_io._IOBase", nullptr, k_iobase_spec));
  g_io.rawiobase = TRY(make_native_type(t, "_io._RawIOBase", g_io.iobase, k_rawio_spec));
  g_io.bufferediobase = TRY(make_native_type(t, "_io._BufferedIOBase", g_io.iobase, k_bufio_spec));
  g_io.textiobase = TRY(make_native_type(t, "_io._TextIOBase", g_io.iobase, k_text_spec));
  return {};
}

}  // namespace kaa
