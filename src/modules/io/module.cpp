// The module _io: open() and its like, and the standard streams at start-up.
//
// open() makes the layers from the bottom: FileIO, a buffer unless buffering is 0, and text unless the mode is binary. It calls the types of this module
// directly. When an upper layer cannot be made, what there is so far is closed.
#include <fcntl.h>

#include "modules/io/io.h"
#include "runtime/audit.h"

namespace kaa {

namespace {

constexpr int64_t kMaxBlockSize = 8 << 20;  // a file system that asks for more does not get it

// str or None arguments of open().
Status check_str_arg(Thread& t, const char* arg, Value& v) {
  if (!v) v = kNone;
  if (v.is_none()) return {};
  if (!is_str(v)) return RAISE(TypeError, "open() argument '%s' must be str or None, not %T", arg, v);
  if (find_char(v.as<Str>(), 0) >= 0) return RAISE(ValueError, "embedded null character");
  return {};
}

struct Mode { bool create = false, read = false, write = false, append = false, update = false, text = false, binary = false; char raw[8]; };

Status parse_mode(Thread& t, Str* mode, Mode& m) {
  for (uint64_t i = 0; i < mode->length; i++) {
    uint32_t c = mode->at(i);
    bool* which = c == 'x' ? &m.create : c == 'r' ? &m.read : c == 'w' ? &m.write : c == 'a' ? &m.append : c == '+' ? &m.update : c == 't' ? &m.text : c == 'b' ? &m.binary : nullptr;
    if (!which || *which) return RAISE(ValueError, "invalid mode: '%U'", mode);
    *which = true;
  }
  char* p = m.raw;
  if (m.create) *p++ = 'x';
  if (m.read) *p++ = 'r';
  if (m.write) *p++ = 'w';
  if (m.append) *p++ = 'a';
  if (m.update) *p++ = '+';
  *p = 0;
  if (m.text && m.binary) return RAISE(ValueError, "can't have text and binary mode at once");
  if (m.create + m.read + m.write + m.append > 1) return RAISE(ValueError, "must have exactly one of create/read/write/append mode");
  return {};
}

struct OpenArgs { Value file, encoding, errors, newline, opener; Str* mode; int buffering; bool closefd; };

// The layers above `raw`; `top` is the uppermost that exists.
Result<Value> open_layers(Thread& t, const OpenArgs& o, const Mode& m, Value& top) {
  FileIO* raw = top.as<FileIO>();
  int64_t buffering = o.buffering;
  bool line_buffering = false, tty = false;
  if (buffering < 0) {
    Value r = TRY(call_method(t, raw, NAME("_isatty_open_only")));
    tty = TRY(truth(t, r));
  }
  if (buffering == 1 || tty) {
    buffering = -1;
    line_buffering = true;
  }
  if (buffering < 0) {
    buffering = raw->blksize;
    if (buffering > kMaxBlockSize) buffering = kMaxBlockSize;
    if (buffering < kDefaultBufferSize) buffering = kDefaultBufferSize;
  }
  if (buffering == 0) {
    if (!m.binary) return RAISE(ValueError, "can't have unbuffered text I/O");
    return Value(raw);
  }
  Type* type = m.update ? g_io.buffered_random : m.create || m.write || m.append ? g_io.buffered_writer : m.read ? g_io.buffered_reader : nullptr;
  if (!type) return RAISE(ValueError, "unknown mode: '%U'", o.mode);
  top = TRY(make_buffered(t, type, raw, buffering));
  if (m.binary) return top;
  top = TRY(make_textio(t, top, o.encoding, o.errors, o.newline, line_buffering, false));
  TRY(set_attr(t, top, NAME("mode"), o.mode));
  return top;
}

Result<Value> open_file(Thread& t, OpenArgs o) {
  if (!is_int(o.file) && !is_str(o.file) && !is_bytes(o.file) && !type_of(o.file)->dunder(D_index)) {
    Opt fspath = TRY(lookup_special(t, o.file, NAME("__fspath__")));
    if (!fspath || fspath.v.is_none()) return RAISE(TypeError, "expected str, bytes or os.PathLike object, not %T", o.file);
    Value path = o.file;
    o.file = TRY(call(t, fspath.v));
    if (!is_str(o.file) && !is_bytes(o.file)) return RAISE(TypeError, "expected %T.__fspath__() to return str or bytes, not %T", path, o.file);
  }
  Mode m;
  TRY(parse_mode(t, o.mode, m));
  if (m.binary && !o.encoding.is_none()) return RAISE(ValueError, "binary mode doesn't take an encoding argument");
  if (m.binary && !o.errors.is_none()) return RAISE(ValueError, "binary mode doesn't take an errors argument");
  if (m.binary && !o.newline.is_none()) return RAISE(ValueError, "binary mode doesn't take a newline argument");
  if (m.binary && o.buffering == 1)
    TRY(warn(t, KAA_TYPE(RuntimeWarning), 1, "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used"));
  if (UNLIKELY(interp().auditing)) {
    std::string letters = m.raw;
    std::erase(letters, 'b');
    int flags = (m.update ? O_RDWR : m.read ? O_RDONLY : O_WRONLY) | (m.create ? O_EXCL | O_CREAT : m.write ? O_CREAT | O_TRUNC : m.append ? O_APPEND | O_CREAT : 0) | O_CLOEXEC;
    TRY(audit(t, "open", o.file, TRY(new_str(t, letters)), small_int(flags)));
  }
  Value top = TRY(make_fileio(t, o.file, m.raw, o.closefd, o.opener));
  Result<Value> r = open_layers(t, o, m, top);
  if (r.ok()) return r;
  Value e = take_exc(t);
  (void)call_method(t, top, NAME("close")).ok();
  TRY(io_chain(t, e));
  return Error{};
}

Result<Value> io_open(Thread& t, Args a) {
  OpenArgs o;
  o.file = a[0];
  o.mode = NAME("r");
  if (a[1]) {
    if (!is_str(a[1])) return RAISE(TypeError, "open() argument 'mode' must be str, not %T", a[1]);
    o.mode = a[1].as<Str>();
    if (find_char(o.mode, 0) >= 0) return RAISE(ValueError, "embedded null character");
  }
  o.buffering = a[2] ? TRY(to_cint(t, a[2])) : -1;
  o.encoding = a[3];
  o.errors = a[4];
  o.newline = a[5];
  TRY(check_str_arg(t, "encoding", o.encoding));
  TRY(check_str_arg(t, "errors", o.errors));
  TRY(check_str_arg(t, "newline", o.newline));
  o.closefd = a[6] ? TRY(truth(t, a[6])) : true;
  o.opener = a[7] ? a[7] : kNone;
  return open_file(t, o);
}

Result<Value> io_open_code(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "open_code() argument 'path' must be str, not %T", a[0]);
  return open_file(t, {a[0], kNone, kNone, kNone, kNone, NAME("rb"), -1, true});
}

Result<Value> io_text_encoding(Thread& t, Args a) {
  int stacklevel = a[1] ? TRY(to_cint(t, a[1])) : 2;
  if (!a[0].is_none()) return a[0];
  if (io_flag(t, "warn_default_encoding")) TRY(warn(t, KAA_TYPE(EncodingWarning), stacklevel, "'encoding' argument not specified"));
  return Value(io_flag(t, "utf8_mode") ? NAME("utf-8") : NAME("locale"));
}

Status io_exec(Thread& t, Module* m) {
  TRY(io_init_iobase(t));
  TRY(io_init_fileio(t));
  TRY(io_init_buffered(t));
  TRY(io_init_rwpair(t));
  TRY(io_init_bytesio(t));
  TRY(io_init_newlines(t));
  TRY(io_init_textio(t));
  TRY(io_init_stringio(t));
  // class UnsupportedOperation(OSError, ValueError)
  Tuple* bases = TRY(make_tuple(t, Value(KAA_TYPE(OSError)), Value(KAA_TYPE(ValueError))));
  Dict* ns = TRY(new_dict(t));
  TRY(dict_set(t, ns, NAME("__module__"), NAME("io")));
  g_io.unsupported = TRY(call(t, KAA_TYPE(type), Value(NAME("UnsupportedOperation")), bases, ns));
  TRY(module_add(t, m, "UnsupportedOperation", g_io.unsupported));
  TRY(module_add(t, m, "BlockingIOError", KAA_TYPE(BlockingIOError)));
  TRY(module_add(t, m, "DEFAULT_BUFFER_SIZE", small_int(kDefaultBufferSize)));
  for (Type* ty : {g_io.iobase, g_io.rawiobase, g_io.bufferediobase, g_io.textiobase, g_io.fileio, g_io.buffered_reader, g_io.buffered_writer, g_io.buffered_random,
                   g_io.buffered_rwpair, g_io.bytesio, g_io.bytesio_buffer, g_io.newline_decoder, g_io.textiowrapper, g_io.stringio})
    TRY(dict_set(t, m->dict, ty->name.get(), ty));
  return {};
}

void io_scan(RootVisitor& v) { v.value(g_io.unsupported); }

const MethodDef k_functions[] = {
    {"open", io_open, "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
     "Open a file and return a stream: text, or binary with 'b' in the mode.", MethodKind::kFunction},
    {"open_code", io_open_code, "(path)", "Open a file that holds code, in mode 'rb'.", MethodKind::kFunction},
    {"text_encoding", io_text_encoding, "(encoding, stacklevel=2, /)",
     "Return encoding, or what None stands for: 'locale', or 'utf-8' in UTF-8 mode. May warn that none was given.", MethodKind::kFunction},
};

}  // namespace

extern const ModuleDef _io_module;
const ModuleDef _io_module = {"_io", "Streams: raw, buffered, text, and in memory.", k_functions, io_exec};
void _io_roots(RootVisitor& v) { io_scan(v); }

// sys.stdin and its like. A standard stream without a buffer is text over the raw stream, and writes through.
Result<Value> io_open_std(Thread& t, int fd, const char* mode, const char* name, Value encoding, Value errors, bool line_buffering, bool write_through,
                          bool unbuffered) {
  bool writing = mode[0] == 'w';
  Value raw = TRY(make_fileio(t, small_int(fd), writing ? "wb" : "rb", false, kNone));
  Str* text = TRY(new_str(t, name));
  Value buffer = raw;
  if (!(unbuffered && writing)) buffer = TRY(make_buffered(t, writing ? g_io.buffered_writer : g_io.buffered_reader, raw, kDefaultBufferSize));
  TRY(set_attr(t, raw, NAME("name"), text));
  Value isatty = TRY(call_method(t, raw, NAME("isatty")));
  if (isatty == kTrue && writing && !unbuffered) line_buffering = true;
  Value stream = TRY(make_textio(t, buffer, encoding ? encoding : kNone, errors ? errors : kNone, writing ? Value(NAME("\n")) : kNone, line_buffering,
                                 write_through || unbuffered));
  TRY(set_attr(t, stream, NAME("mode"), Value(intern_name(mode))));
  return stream;
}

}  // namespace kaa
