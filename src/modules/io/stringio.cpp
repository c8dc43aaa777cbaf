// StringIO: a text stream in memory.
//
// The text is an array of code points of the smallest kind that has held it so far (1, 2 or 4 bytes), widened when a larger character is written. Newlines
// are translated on the way in; reading finds lines by `newline` ("" and None: universal).
#include "base/text_buffer.h"
#include "modules/io/io.h"
#include "runtime/unwatched.h"

namespace kaa {

namespace {

struct StringIO : Object {
  char* data;               // raw memory of cap characters of `kind` bytes
  uint64_t size, cap, pos;  // characters
  Field<> newline;          // None or a str, as given
  NewlineState state;
  uint8_t kind;
  bool ok, closed, universal, write_translate;
  template <class F> void each_field(F&& f) { f(newline); }
};

}  // namespace

template <>
struct LayoutTraits<StringIO> {
  static void destroy(StringIO* s) { heap().free_raw(s->data, s->cap * s->kind); }
  static size_t bytes(StringIO* s) { return sizeof(StringIO) + s->cap * s->kind; }
};

namespace {

Result<StringIO*> ready(Thread& t, Value v) {
  StringIO* s = v.as<StringIO>();
  if (!s->ok) return RAISE(ValueError, "I/O operation on uninitialized object");
  if (s->closed) return RAISE(ValueError, "I/O operation on closed file");
  return s;
}

TextView view(StringIO* s) { return {s->data, s->size, s->kind}; }

// Room for `want` characters of at least `kind` bytes each.
Status make_room(Thread& t, StringIO* s, uint64_t want, int kind) {
  if (kind < s->kind) kind = s->kind;
  if (want <= s->cap && kind == s->kind) return {};
  uint64_t cap = want > s->cap ? want + want / 4 + 64 : s->cap;
  if (cap > (uint64_t{1} << 46)) return raise_memory(t);
  if (kind == s->kind) {
    char* p = static_cast<char*>(heap().reallocate_raw(s->data, s->cap * s->kind, cap * s->kind));
    if (!p) return raise_memory(t);
    s->data = p;
  } else {
    char* p = static_cast<char*>(heap().allocate_raw(cap * static_cast<unsigned>(kind)));
    if (!p) return raise_memory(t);
    if (s->size) text_convert(view(s), p, kind);
    heap().free_raw(s->data, s->cap * s->kind);
    s->data = p;
    s->kind = static_cast<uint8_t>(kind);
  }
  s->cap = cap;
  return {};
}

void drop_text(StringIO* s) {
  heap().free_raw(s->data, s->cap * s->kind);
  s->data = nullptr;
  s->size = s->cap = 0;
  s->kind = 1;
}

Status put(Thread& t, StringIO* s, Str* text) {
  uint64_t n = text->length;
  if (n == 0) return {};
  if (s->pos > static_cast<uint64_t>(INT64_MAX) - n) return RAISE(OverflowError, "new position too large");
  Keep keep(text);
  TRY(make_room(t, s, s->pos + n, text->kind()));
  if (s->pos > s->size) memset(s->data + s->size * s->kind, 0, (s->pos - s->size) * s->kind);
  char* to = s->data + s->pos * s->kind;
  if (text->kind() == s->kind) memcpy(to, text->data(), n * s->kind);
  else text_convert({text->data(), n, text->kind()}, to, s->kind);
  s->pos += n;
  if (s->pos > s->size) s->size = s->pos;
  return {};
}

Status write_text(Thread& t, StringIO* s, Str* text) {
  if (s->universal) text = TRY(newline_step(t, s->state, text, true));
  if (s->write_translate) text = TRY(replace_newlines(t, text, s->newline.get().as<Str>()));
  return put(t, s, text);
}

Result<Str*> slice(Thread& t, StringIO* s, uint64_t from, uint64_t n) {
  if (n == 0) return interp().empty_str;
  Keep keep(s);
  return str_from_ucs(t, s->kind, s->data + from * s->kind, n);
}

// Length of the line at the position, at most `limit` when that is not negative.
uint64_t line_length(StringIO* s, int64_t limit) {
  if (s->pos >= s->size) return 0;
  uint64_t n = s->size - s->pos;
  if (limit >= 0 && static_cast<uint64_t>(limit) < n) n = static_cast<uint64_t>(limit);
  TextView v = view(s);
  if (s->kind == 1 && !(s->universal && !s->state.translate) && !s->write_translate) {
    const void* nl = memchr(s->data + s->pos, '\n', n);
    return nl ? static_cast<uint64_t>(static_cast<const char*>(nl) - (s->data + s->pos)) + 1 : n;
  }
  Value nl_value = s->newline;
  Str* nl = !nl_value.is_none() && nl_value.as<Str>()->length ? nl_value.as<Str>() : nullptr;
  bool any = s->universal && !s->state.translate;
  uint32_t first = any || !nl ? '\n' : nl->at(0);
  for (uint64_t i = 0; i < n; i++) {
    uint32_t c = v[s->pos + i];
    if (any && c == '\r') {
      bool pair = i + 1 < n && v[s->pos + i + 1] == '\n';
      return i + (pair ? 2 : 1);
    }
    if (c != first) continue;
    if (any || !nl || nl->length == 1) return i + 1;
    if (i + 1 < n && v[s->pos + i + 1] == nl->at(1)) return i + 2;
  }
  return n;
}

Result<Value> stringio_new(Thread& t, Args a, Tuple*) {
  bool exact = a[0] == Value(g_io.stringio);
  StringIO* s = exact ? TRY(alloc_unwatched<StringIO>(t, g_io.stringio)) : TRY(alloc_as<StringIO>(t, a.as<Type>(0)));
  s->kind = 1;
  s->newline.init(kNone);
  if (exact) s->set_flag(kFinalized);  // closing one has no effect that anybody sees
  return s;
}

Status setup(Thread& t, StringIO* s, Value initial, Value newline) {
  if (!newline.is_none() && !is_str(newline)) return RAISE(TypeError, "newline must be str or None, not %T", newline);
  if (!newline_valid(newline)) return RAISE(ValueError, "illegal newline value: %R", newline);
  if (!initial.is_none() && !is_str(initial)) return RAISE(TypeError, "initial_value must be str or None, not %T", initial);
  s->ok = false;
  drop_text(s);
  s->pos = 0;
  Str* nl = newline.is_none() ? nullptr : newline.as<Str>();
  s->newline.set(newline);
  s->universal = !nl || nl->length == 0;
  s->state = {!nl, false, 0};
  s->write_translate = nl && nl->length && nl->at(0) == '\r';
  s->closed = false;
  if (!initial.is_none()) TRY(write_text(t, s, initial.as<Str>()));
  s->pos = 0;
  s->ok = true;
  return {};
}

const MethodDef k_init_def{"StringIO", static_cast<NativeFn>(nullptr), "($self, /, initial_value='', newline='\\n')", nullptr};
Result<Value> stringio_init(Thread& t, Args a, Tuple* kwnames) {
  Value v[8];
  TRY(io_bind(t, k_init_def, a, kwnames, v));
  TRY(setup(t, v[0].as<StringIO>(), v[1] ? v[1] : kNone, v[2] ? v[2] : Value(NAME("\n"))));
  return kNone;
}

Result<Value> stringio_yes(Thread& t, Args a) {
  TRY(ready(t, a[0]));
  return kTrue;
}
Result<Value> stringio_close(Thread& t, Args a) {
  StringIO* s = a.as<StringIO>(0);
  s->closed = true;
  drop_text(s);
  return kNone;
}
Result<Value> stringio_getvalue(Thread& t, Args a) {
  StringIO* s = TRY(ready(t, a[0]));
  return TRY(slice(t, s, 0, s->size));
}
Result<Value> stringio_tell(Thread& t, Args a) {
  StringIO* s = TRY(ready(t, a[0]));
  return make_int(t, static_cast<int64_t>(s->pos));
}
Result<Value> stringio_read(Thread& t, Args a) {
  int64_t n = TRY(io_size_arg(t, a[1], -1));
  StringIO* s = TRY(ready(t, a[0]));
  uint64_t left = s->pos < s->size ? s->size - s->pos : 0;
  if (n < 0 || static_cast<uint64_t>(n) > left) n = static_cast<int64_t>(left);
  Str* r = TRY(slice(t, s, s->pos, static_cast<uint64_t>(n)));
  s->pos += static_cast<uint64_t>(n);
  return r;
}
Result<Value> take_line(Thread& t, StringIO* s, int64_t limit) {
  uint64_t n = line_length(s, limit);
  Str* r = TRY(slice(t, s, s->pos, n));
  s->pos += n;
  return r;
}
Result<Value> stringio_readline(Thread& t, Args a) {
  int64_t n = TRY(io_size_arg(t, a[1], -1));
  return take_line(t, TRY(ready(t, a[0])), n);
}
Result<Value> stringio_iternext(Thread& t, Object* self) {
  StringIO* s = TRY(ready(t, self));
  Value line;
  if (is_exactly(self, g_io.stringio)) {
    line = TRY(take_line(t, s, -1));
  } else {
    line = TRY(call_method(t, self, NAME("readline")));
    if (!is_str(line)) return RAISE(OSError, "readline() should have returned a str object, not '%T'", line);
  }
  if (line.as<Str>()->length == 0) return Value();
  return line;
}
Result<Value> stringio_write(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "string argument expected, got '%T'", a[1]);
  StringIO* s = TRY(ready(t, a[0]));
  TRY(write_text(t, s, a[1].as<Str>()));
  return small_int(static_cast<int64_t>(a[1].as<Str>()->length));
}
Result<Value> stringio_truncate(Thread& t, Args a) {
  int64_t n = TRY(io_size_arg(t, a[1], -1));
  StringIO* s = TRY(ready(t, a[0]));
  if (!a[1] || a[1].is_none()) n = static_cast<int64_t>(s->pos);
  if (n < 0) return RAISE(ValueError, "Negative size value %ld", n);
  if (static_cast<uint64_t>(n) < s->size) s->size = static_cast<uint64_t>(n);
  return make_int(t, n);
}
Result<Value> stringio_seek(Thread& t, Args a) {
  int64_t pos = TRY(to_ssize(t, a[1]));
  int whence = a[2] ? TRY(to_cint(t, a[2])) : 0;
  StringIO* s = TRY(ready(t, a[0]));
  if (whence < 0 || whence > 2) return RAISE(ValueError, "Invalid whence (%d, should be 0, 1 or 2)", whence);
  if (whence == 0 && pos < 0) return RAISE(ValueError, "Negative seek position %ld", pos);
  if (whence != 0 && pos != 0) return RAISE(OSError, "Can't do nonzero cur-relative seeks");
  if (whence == 0) s->pos = static_cast<uint64_t>(pos);
  else if (whence == 2) s->pos = s->size;
  return make_int(t, static_cast<int64_t>(s->pos));
}

Result<Value> stringio_getstate(Thread& t, Args a) {
  Value text = TRY(stringio_getvalue(t, a));
  StringIO* s = a.as<StringIO>(0);
  Value pos = TRY(make_int(t, static_cast<int64_t>(s->pos))), attrs = TRY(io_instance_state(t, a[0]));
  return TRY(make_tuple(t, text, s->newline.get(), pos, attrs));
}
Result<Value> stringio_setstate(Thread& t, Args a) {
  StringIO* s = a.as<StringIO>(0);
  if (s->closed) return RAISE(ValueError, "I/O operation on closed file");
  if (!is_tuple(a[1]) || a[1].as<Tuple>()->size < 4) {
    Str* type = TRY(io_type_name(t, s));
    return RAISE(TypeError, "%U.__setstate__ argument should be 4-tuple, got %T", type, a[1]);
  }
  Tuple* st = a[1].as<Tuple>();
  TRY(setup(t, s, kNone, st->items[1]));
  // The text was translated when it was first written.
  if (!st->items[0].is_none()) {
    if (!is_str(st->items[0])) return RAISE(TypeError, "first item of state must be a str, not %T", st->items[0]);
    TRY(put(t, s, st->items[0].as<Str>()));
    s->pos = 0;
  }
  if (!is_int(st->items[2])) return RAISE(TypeError, "third item of state must be an integer, got %T", st->items[2]);
  int64_t pos = TRY(to_ssize(t, st->items[2]));
  if (pos < 0) return RAISE(ValueError, "position value cannot be negative");
  s->pos = static_cast<uint64_t>(pos);
  Value attrs = st->items[3];
  if (!attrs.is_none()) {
    if (!is_dict(attrs)) return RAISE(TypeError, "fourth item of state should be a dict, got a %T", attrs);
    Value d = TRY(get_dict_attr(t, s));
    TRY(dict_update(t, d.as<Dict>(), attrs));
  }
  return kNone;
}

Result<Value> get_closed(Thread& t, Value v) {
  if (!v.as<StringIO>()->ok) return RAISE(ValueError, "I/O operation on uninitialized object");
  return Value::from_bool(v.as<StringIO>()->closed);
}
Result<Value> get_newlines(Thread& t, Value v) {
  StringIO* s = TRY(ready(t, v));
  return s->universal ? newlines_seen(t, s->state.seen) : kNone;
}
Result<Value> get_line_buffering(Thread& t, Value v) {
  TRY(ready(t, v));
  return kFalse;
}

const MethodDef k_methods[] = {
    {"__new__", stringio_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", stringio_init, "($self, /, initial_value='', newline='\\n')", nullptr},
    {"__iter__", io_iter_self, "($self, /)", nullptr},
    {"close", stringio_close, "($self, /)", "Give up the text."},
    {"getvalue", stringio_getvalue, "($self, /)", "The whole text."},
    {"read", stringio_read, "($self, size=-1, /)", "Read up to size characters, or all."},
    {"readline", stringio_readline, "($self, size=-1, /)", "Read a line, its newline included."},
    {"tell", stringio_tell, "($self, /)", "The position, in characters."},
    {"truncate", stringio_truncate, "($self, pos=None, /)", "Cut the text at pos, or at the position."},
    {"seek", stringio_seek, "($self, pos, whence=0, /)", "Change the position; return the new one."},
    {"write", stringio_write, "($self, s, /)", "Write a string at the position; return the number of its characters."},
    {"seekable", stringio_yes, "($self, /)", "True while the stream is open."},
    {"readable", stringio_yes, "($self, /)", "True while the stream is open."},
    {"writable", stringio_yes, "($self, /)", "True while the stream is open."},
    {"__getstate__", stringio_getstate, "($self, /)", nullptr},
    {"__setstate__", stringio_setstate, "($self, state, /)", nullptr},
};
const GetSetDef k_getsets[] = {
    {"closed", get_closed, nullptr, "Whether the stream is closed."},
    {"newlines", get_newlines, nullptr, "The kinds of newline seen so far."},
    {"line_buffering", get_line_buffering, nullptr, "False."},
};
const TypeSpec k_spec = {.doc = "A text stream over a text in memory.", .methods = k_methods, .getsets = k_getsets, .iternext = stringio_iternext,
                         .layout = &kLayout<StringIO>, .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};

}  // namespace

Status io_init_stringio(Thread& t) {
  g_io.stringio = TRY(make_native_type(t, "_io.StringIO", g_io.textiobase, k_spec));
  return {};
}

}  // namespace kaa
