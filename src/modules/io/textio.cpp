// TextIOWrapper: its set-up, attributes and methods. textio.h tells how it works inside.
#include "modules/io/textio.h"

#include <langinfo.h>

#include "modules/io/buffered.h"
#include "runtime/codecs_api.h"

namespace kaa {

namespace {

constexpr int64_t kChunkSize = 8192;

// The text encoding that the locale asks for; in UTF-8 mode utf-8.
Str* locale_encoding(Thread& t) {
  if (io_flag(t, "utf8_mode")) return NAME("utf-8");
  const char* name = nl_langinfo(CODESET);
  if (!name || !*name) return NAME("utf-8");
  return intern_name(name);
}

Status check_newline(Thread& t, const char* fname, Value nl) {
  if (!nl.is_none() && !is_str(nl)) return RAISE(TypeError, "%s() argument 'newline' must be str or None, not %T", fname, nl);
  if (!newline_valid(nl)) return RAISE(ValueError, "illegal newline value: %U", nl.as<Str>());
  return {};
}

void set_newline(TextIO* x, Value nl) {
  x->newline.set(nl);
  Str* s = nl.is_none() ? nullptr : nl.as<Str>();
  x->universal = !s || s->length == 0;
  x->write_translate = s && s->length && s->at(0) == '\r';
}

// A text stream that begins in the middle of something writes no byte order mark.
Status settle_encoder(Thread& t, TextIO* x) {
  if (!x->seekable || !x->can_write) return {};
  Value at = TRY(call_method(t, TRY(textio_buffer(t, x)), NAME("tell")));
  if (!TRY(equal(t, at, small_int(0)))) TRY(text_reset_encoder(t, x, false));
  return {};
}

Result<bool> ask(Thread& t, Value stream, Str* method) {
  Value r = TRY(call_method(t, stream, method));
  return truth(t, r);
}

Status textio_init(Thread& t, TextIO* x, Value buffer, Value encoding, Value errors, Value newline, bool line_buffering, bool write_through) {
  x->ok = x->detached = false;
  TRY(check_newline(t, "TextIOWrapper", newline));
  if (encoding.is_none()) {
    if (io_flag(t, "warn_default_encoding")) TRY(warn(t, KAA_TYPE(EncodingWarning), 1, "'encoding' argument not specified"));
    encoding = locale_encoding(t);
  } else if (str_equal_ascii(encoding.as<Str>(), "locale")) {
    encoding = locale_encoding(t);
  }
  if (!errors.is_none() && io_flag(t, "dev_mode")) {
    Utf8 name;
    TRY(str_utf8(t, errors.as<Str>(), name));
    TRY(codec_lookup_error(t, name.data));
  }
  x->encoding.set(encoding);
  x->errors.set(errors.is_none() ? Value(NAME("strict")) : errors);
  set_newline(x, newline);
  x->line_buffering = line_buffering;
  x->write_through = write_through;
  x->chunk_size = kChunkSize;
  x->bytes_per_char = 0;
  x->pending_size = 0;
  x->finalizing = false;
  text_drop_decoded(x);
  x->can_read = x->can_write = false;
  x->buffer.clear();
  // The codec is looked up before the buffer is asked, so that an unknown one is reported first.
  TRY(text_open_codec(t, x));
  x->can_read = TRY(ask(t, buffer, NAME("readable")));
  x->can_write = TRY(ask(t, buffer, NAME("writable")));
  if (x->codec == TextCodec::kOther) TRY(text_open_codec(t, x));
  x->buffer.set(buffer);
  x->seekable = x->telling = TRY(ask(t, buffer, NAME("seekable")));
  x->has_read1 = static_cast<bool>(TRY(lookup_attr(t, buffer, NAME("read1"))));
  TRY(settle_encoder(t, x));
  x->ok = true;
  return {};
}

Status check_text_arg(Thread& t, const char* fname, const char* name, Value& v, bool check_nul = true) {
  if (!v) v = kNone;
  if (v.is_none()) return {};
  if (!is_str(v)) return RAISE(TypeError, "%s() argument '%s' must be str or None, not %T", fname, name, v);
  Utf8 u;
  TRY(str_utf8(t, v.as<Str>(), u));  // UnicodeEncodeError for surrogates
  if (check_nul && find_char(v.as<Str>(), 0) >= 0) return RAISE(ValueError, "embedded null character");
  return {};
}

const char* const k_init_sig = "($self, /, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)";
const MethodDef k_init_def{"TextIOWrapper", static_cast<NativeFn>(nullptr), k_init_sig, nullptr};
Result<Value> textio_init_method(Thread& t, Args a, Tuple* kwnames) {
  Value v[8];
  TRY(io_bind(t, k_init_def, a, kwnames, v));
  TRY(check_text_arg(t, "TextIOWrapper", "encoding", v[2]));
  TRY(check_text_arg(t, "TextIOWrapper", "errors", v[3]));
  TRY(check_text_arg(t, "TextIOWrapper", "newline", v[4]));
  bool line_buffering = v[5] ? TRY(truth(t, v[5])) : false, write_through = v[6] ? TRY(truth(t, v[6])) : false;
  TRY(textio_init(t, v[0].as<TextIO>(), v[1], v[2], v[3], v[4], line_buffering, write_through));
  return kNone;
}

Result<Value> textio_reconfigure(Thread& t, Args a) {
  TextIO* x = a.as<TextIO>(0);
  Value encoding = a[1], errors = a[2], newline = a[3];
  TRY(check_text_arg(t, "reconfigure", "encoding", encoding, false));
  TRY(check_text_arg(t, "reconfigure", "errors", errors));
  bool new_newline = static_cast<bool>(newline);
  if (new_newline && !newline.is_none() && !is_str(newline)) return RAISE(TypeError, "reconfigure() argument 'newline' must be str or None, not %T", newline);
  TRY(textio_self(t, a[0]));
  if (x->snapshot && (!encoding.is_none() || !errors.is_none() || new_newline))
    return raise_unsupported(t, "It is not possible to set the encoding or newline of stream after the first read");
  if (new_newline && !newline_valid(newline)) return RAISE(ValueError, "illegal newline value: %U", newline.as<Str>());
  auto flag = [&](Value v, bool now) -> Result<bool> {
    if (!v || v.is_none()) return now;
    return TRY(to_cint(t, v)) != 0;
  };
  bool line_buffering = TRY(flag(a[4], x->line_buffering)), write_through = TRY(flag(a[5], x->write_through));
  TRY(call_method(t, x, NAME("flush")));
  x->bytes_per_char = 0;
  if (new_newline) set_newline(x, newline);
  if (!encoding.is_none() || !errors.is_none() || new_newline) {
    if (encoding.is_none()) {
      encoding = x->encoding;
      if (errors.is_none()) errors = x->errors;
    } else {
      if (str_equal_ascii(encoding.as<Str>(), "locale")) encoding = locale_encoding(t);
      if (errors.is_none()) errors = NAME("strict");
    }
    Value old_encoding = x->encoding, old_errors = x->errors, old_decoder = x->decoder, old_encoder = x->encoder;
    TextCodec old_codec = x->codec;
    x->encoding.set(encoding);
    x->errors.set(errors);
    Status s = text_open_codec(t, x);
    if (!s.ok()) {  // everything stays as it was
      x->encoding.set(old_encoding);
      x->errors.set(old_errors);
      x->decoder.set(old_decoder);
      x->encoder.set(old_encoder);
      x->codec = old_codec;
      return Error{};
    }
    TRY(settle_encoder(t, x));
  }
  x->line_buffering = line_buffering;
  x->write_through = write_through;
  return kNone;
}

Result<Value> textio_detach(Thread& t, Args a) {
  TextIO* x = TRY(textio_self(t, a[0]));
  TRY(call_method(t, x, NAME("flush")));
  Value buffer = TRY(textio_buffer(t, x));
  x->buffer.clear();
  x->detached = true;
  x->ok = false;
  return buffer;
}

Result<Value> textio_write(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "write() argument must be str, not %T", a[1]);
  TextIO* x = TRY(textio_open_self(t, a[0]));
  if (!x->can_write) return raise_unsupported(t, "not writable");
  Str* text = a[1].as<Str>();
  uint64_t n = text->length;
  bool newline = (x->write_translate || x->line_buffering) && find_char(text, '\n') >= 0;
  bool flush = x->line_buffering && (newline || find_char(text, '\r') >= 0);
  if (newline && x->write_translate) {
    Str* with = x->newline.get().as<Str>();
    if (is_exact_str(a[1])) {
      text = TRY(replace_newlines(t, text, with));
    } else {  // a subclass may have a replace() of its own, which may do anything
      Value r = TRY(call_method(t, text, NAME("replace"), Value(NAME("\n")), Value(with)));
      if (!is_str(r)) return RAISE(TypeError, "replace() should return a str, not %T", r);
      text = r.as<Str>();
      TRY(textio_open_self(t, a[0]));
      if (!x->can_write) return raise_unsupported(t, "not writable");
    }
  }
  TRY(text_encode(t, x, text));
  if (x->pending_size >= static_cast<uint64_t>(x->chunk_size) || flush || x->write_through) TRY(text_write_pending(t, x));
  if (flush) {
    Value b = TRY(textio_buffer(t, x));
    if ((is_exactly(b, g_io.buffered_writer) || is_exactly(b, g_io.buffered_random)) && b.as<Buffered>()->ok) TRY(buffered_flush(t, b.as<Buffered>()));
    else TRY(call_method(t, b, NAME("flush")));
  }
  if (x->can_read) {
    if (x->snapshot) text_drop_decoded(x);  // else the stream cannot seek, and what was read ahead is still to come
    TRY(text_reset_decoder(t, x));
  }
  return make_int(t, static_cast<int64_t>(n));
}

Result<Value> textio_read(Thread& t, Args a) {
  int64_t n = TRY(io_size_arg(t, a[1], -1));
  return text_read(t, TRY(textio_open_self(t, a[0])), n);
}
Result<Value> textio_readline(Thread& t, Args a) {
  int64_t n = a[1] ? TRY(to_ssize(t, a[1])) : -1;
  return text_readline(t, TRY(textio_open_self(t, a[0])), n);
}

// Iteration reads ahead without remembering how: telling is off until it ends.
Result<Value> textio_iternext(Thread& t, Object* self) {
  TextIO* x = TRY(textio_self(t, self));
  x->telling = false;
  Value line;
  if (is_exactly(self, g_io.textiowrapper)) {
    TRY(textio_open_self(t, self));
    line = TRY(text_readline(t, x, -1));
  } else {
    line = TRY(call_method(t, self, NAME("readline")));
    if (!is_str(line)) return RAISE(OSError, "readline() should have returned a str object, not '%T'", line);
  }
  if (line.as<Str>()->length) return line;
  x->snapshot.clear();
  x->telling = x->seekable;
  return Value();
}

Result<Value> textio_flush(Thread& t, Args a) { return text_flush(t, TRY(textio_open_self(t, a[0]))); }

Result<Value> textio_close(Thread& t, Args a) {
  TextIO* x = TRY(textio_self(t, a[0]));
  if (TRY(io_is_closed(t, x)) || !x->buffer) return kNone;  // asking may have detached it
  if (x->finalizing && !call_method(t, x->buffer, NAME("_dealloc_warn"), Value(x)).ok()) clear_exc(t);
  Value e;
  if (!call_method(t, x, NAME("flush")).ok()) e = take_exc(t);
  Result<Value> r = x->buffer ? call_method(t, x->buffer, NAME("close")) : Result<Value>(textio_not_ready(t, x));
  TRY(io_chain(t, e));
  return r;
}

Result<Value> textio_truncate(Thread& t, Args a) {
  TextIO* x = TRY(textio_self(t, a[0]));
  TRY(call_method(t, x, NAME("flush")));
  return call_method(t, TRY(textio_buffer(t, x)), NAME("truncate"), a[1] ? a[1] : kNone);
}

Result<Value> forward(Thread& t, Args a, Str* method) { return call_method(t, TRY(textio_self(t, a[0]))->buffer, method); }
Result<Value> textio_fileno(Thread& t, Args a) { return forward(t, a, NAME("fileno")); }
Result<Value> textio_seekable(Thread& t, Args a) { return forward(t, a, NAME("seekable")); }
Result<Value> textio_readable(Thread& t, Args a) { return forward(t, a, NAME("readable")); }
Result<Value> textio_writable(Thread& t, Args a) { return forward(t, a, NAME("writable")); }
Result<Value> textio_isatty(Thread& t, Args a) { return forward(t, a, NAME("isatty")); }

Result<Value> textio_repr(Thread& t, Args a) {
  TextIO* x = a.as<TextIO>(0);
  if (!x->ok && !x->detached) return textio_not_ready(t, x);
  if (repr_enter(t, x)) return RAISE(RuntimeError, "reentrant call inside %U.__repr__", TRY(io_type_name(t, x)));
  Result<Value> r = [&]() -> Result<Value> {
    Str* type = TRY(io_type_name(t, x));
    Str* s = TRY(str_format(t, "<%U", type));
    for (const char* attr : {"name", "mode"}) {
      Result<Opt> v = lookup_attr(t, x, intern_name(attr));
      if (!v.ok()) {
        if (attr[0] != 'n' || !exc_matches(t, KAA_TYPE(ValueError))) return Error{};  // detached: no name
        clear_exc(t);
        continue;
      }
      if (v.value()) s = TRY(str_format(t, "%U %s=%R", s, attr, v.value().v));
    }
    return TRY(str_format(t, "%U encoding=%R>", s, x->encoding.get()));
  }();
  repr_leave(t, x);
  return r;
}

// ---- attributes
Result<Value> get_name(Thread& t, Value v) { return get_attr(t, TRY(textio_self(t, v))->buffer, NAME("name")); }
Result<Value> get_closed(Thread& t, Value v) {
  if (!v.as<TextIO>()->ok && !v.as<TextIO>()->detached) return kTrue;  // __init__ failed: there is nothing to close
  return get_attr(t, TRY(textio_self(t, v))->buffer, NAME("closed"));
}
Result<Value> get_buffer_attr(Thread& t, Value v) { return TRY(textio_self(t, v))->buffer.get(); }
Result<Value> get_encoding(Thread&, Value v) { return v.as<TextIO>()->encoding ? v.as<TextIO>()->encoding.get() : kNone; }
Result<Value> get_errors(Thread& t, Value v) {
  TextIO* x = v.as<TextIO>();
  if (!x->ok && !x->detached) return textio_not_ready(t, x);
  return x->errors.get();
}
Result<Value> get_newlines(Thread& t, Value v) {
  TextIO* x = TRY(textio_self(t, v));
  if (!x->can_read) return kNone;
  if (x->universal) return newlines_seen(t, x->newlines.seen);
  if (!x->decoder) return kNone;
  Opt n = TRY(lookup_attr(t, x->decoder, NAME("newlines")));
  return n ? n.v : kNone;
}
Result<Value> get_line_buffering(Thread&, Value v) { return Value::from_bool(v.as<TextIO>()->line_buffering); }
Result<Value> get_write_through(Thread&, Value v) { return Value::from_bool(v.as<TextIO>()->write_through); }
Result<Value> get_finalizing(Thread&, Value v) { return Value::from_bool(v.as<TextIO>()->finalizing); }
Status set_finalizing(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete numeric/char attribute");
  if (!v.is_bool()) return RAISE(TypeError, "attribute value type must be bool");
  self.as<TextIO>()->finalizing = v == kTrue;
  return {};
}
Result<Value> get_chunk_size(Thread& t, Value v) { return make_int(t, TRY(textio_self(t, v))->chunk_size); }
Status set_chunk_size(Thread& t, Value self, Value v) {
  TextIO* x = TRY(textio_self(t, self));
  if (!v) return RAISE(AttributeError, "attribute '_CHUNK_SIZE' of '_io.TextIOWrapper' objects cannot be deleted");
  Result<int64_t> r = to_ssize(t, v);
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    return RAISE(ValueError, "cannot fit '%T' into an index-sized integer", v);
  }
  int64_t n = r.value();
  if (n <= 0) return RAISE(ValueError, "a strictly positive integer is required");
  x->chunk_size = n;
  return {};
}

const MethodDef k_methods[] = {
    {"__init__", textio_init_method, k_init_sig, nullptr},
    {"__iter__", io_iter_self, "($self, /)", nullptr},
    {"__repr__", textio_repr, "($self, /)", nullptr},
    {"detach", textio_detach, "($self, /)", "Flush, and give up the buffer, which is returned."},
    {"reconfigure", textio_reconfigure, "($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)",
     "Change some of the stream's parameters; the others stay."},
    {"write", textio_write, "($self, text, /)", "Write a string; return the number of its characters."},
    {"read", textio_read, "($self, size=-1, /)", "Read up to size characters, or all."},
    {"readline", textio_readline, "($self, size=-1, /)", "Read a line, of at most size characters."},
    {"flush", textio_flush, "($self, /)", "Hand what was written down, and flush the buffer."},
    {"close", textio_close, "($self, /)", "Flush, and close the buffer."},
    {"fileno", textio_fileno, "($self, /)", "The file descriptor of the buffer."},
    {"seekable", textio_seekable, "($self, /)", "Whether the buffer can seek."},
    {"readable", textio_readable, "($self, /)", "Whether the buffer can be read."},
    {"writable", textio_writable, "($self, /)", "Whether the buffer can be written."},
    {"isatty", textio_isatty, "($self, /)", "Whether the buffer is a terminal."},
    {"seek", text_seek, "($self, cookie, whence=os.SEEK_SET, /)", "Go to the start, the end, or where tell() was called."},
    {"tell", text_tell, "($self, /)", "The position: a number with a meaning for seek() only."},
    {"truncate", textio_truncate, "($self, pos=None, /)", "Flush, and resize the file."},
    {"__getstate__", io_getstate_refused, "($self, /)", nullptr},
};
const GetSetDef k_getsets[] = {
    {"encoding", get_encoding, io_readonly_member, "The name of the encoding."},
    {"line_buffering", get_line_buffering, io_readonly_member, "Whether a newline flushes the stream."},
    {"write_through", get_write_through, io_readonly_member, "Whether each write goes to the buffer at once."},
    {"_finalizing", get_finalizing, set_finalizing, nullptr},
    {"name", get_name, nullptr, "The name of the buffer."},
    {"closed", get_closed, nullptr, "Whether the buffer is closed."},
    {"newlines", get_newlines, nullptr, "The kinds of newline seen so far."},
    {"errors", get_errors, nullptr, "The error handler."},
    {"_CHUNK_SIZE", get_chunk_size, set_chunk_size, nullptr},
    {"buffer", get_buffer_attr, nullptr, "The buffered stream below."},
};
const TypeSpec k_spec = {
    .doc = "A text stream over a buffered binary stream. newline: None translates all newlines to \"\\n\" on input, \"\" keeps them; \"\\n\", \"\\r\", \"\\r\\n\" end lines.",
    .methods = k_methods, .getsets = k_getsets, .iternext = textio_iternext, .layout = &kLayout<TextIO>,
    .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable | kTypeGenericNew};

}  // namespace

Error textio_not_ready(Thread& t, TextIO* x) {
  if (x->detached) return RAISE(ValueError, "underlying buffer has been detached");
  return RAISE(ValueError, "I/O operation on uninitialized object");
}

Result<TextIO*> textio_open_self(Thread& t, Value v) {
  TextIO* x = TRY(textio_self(t, v));
  bool closed;
  if (!is_exactly(v, g_io.textiowrapper)) {
    closed = TRY(io_is_closed(t, v));
  } else {
    Value b = TRY(textio_buffer(t, x));
    closed = is_exact_buffered(b) && b.as<Buffered>()->ok ? TRY(buffered_closed(t, b.as<Buffered>())) : TRY(io_is_closed(t, b));
  }
  if (closed) return raise_closed(t);
  return x;
}

Result<Value> make_textio(Thread& t, Value buffer, Value encoding, Value errors, Value newline, bool line_buffering, bool write_through) {
  TextIO* x = TRY(alloc_as<TextIO>(t, g_io.textiowrapper));
  TRY(textio_init(t, x, buffer, encoding, errors, newline, line_buffering, write_through));
  return x;
}

Status io_init_textio(Thread& t) {
  g_io.textiowrapper = TRY(make_native_type(t, "_io.TextIOWrapper", g_io.textiobase, k_spec));
  return {};
}

}  // namespace kaa
