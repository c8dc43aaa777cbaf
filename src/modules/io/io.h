// The _io module: the layouts of its objects and what its files share.
//
// Layers, as Python sees them: FileIO (a descriptor), Buffered* (a buffer over any raw stream), TextIOWrapper (text over any buffered stream), and the two in
// memory, BytesIO and StringIO. Each layer calls the one below by its Python methods, but for the exact types of this module, where it calls the
// native function at once: nothing can have been overridden there.
//
// All objects of these types may be instances of subclasses written in Python, and `__init__` may be called twice, or never: every entry checks that
// the object is initialised.
#pragma once
#include <stdint.h>

#include "objects/layout.h"
#include "runtime/api.h"

namespace kaa {

inline constexpr int64_t kDefaultBufferSize = 128 << 10;

// ---- module state. The types are immortal; `unsupported` (io.UnsupportedOperation) is scanned by the module's scan function.
struct IoState {
  Type *iobase, *rawiobase, *bufferediobase, *textiobase;
  Type *fileio, *buffered_reader, *buffered_writer, *buffered_random, *buffered_rwpair;
  Type *bytesio, *bytesio_buffer, *stringio, *textiowrapper, *newline_decoder;
  Value unsupported;
};
extern IoState g_io;

inline bool is_exactly(Value v, Type* ty) { return v.is_object() && v.object()->type() == ty; }

// Makes the types, in the order of their bases (module.cpp calls them).
Status io_init_iobase(Thread& t);
Status io_init_fileio(Thread& t);
Status io_init_buffered(Thread& t);
Status io_init_rwpair(Thread& t);
Status io_init_bytesio(Thread& t);
Status io_init_newlines(Thread& t);
Status io_init_textio(Thread& t);
Status io_init_stringio(Thread& t);

// ---- helpers (iobase.cpp)
Error raise_unsupported(Thread& t, const char* text);       // io.UnsupportedOperation
Error raise_closed(Thread& t, const char* text = "I/O operation on closed file.");
// A size argument that may be missing or None: then `missing`.
Result<int64_t> io_size_arg(Thread& t, Value v, int64_t missing);
// A file offset: any int that fits 64 bits; ValueError otherwise is the caller's choice of CPython: OverflowError here.
Result<int64_t> io_offset(Thread& t, Value v);
// The instance's __dict__ for pickling: a dict copy, or None when there are no attributes.
Result<Value> io_instance_state(Thread& t, Value self);
Result<Str*> io_type_name(Thread& t, Value self);           // with the module for native types: "_io.FileIO"
Result<Value> io_iter_self(Thread& t, Args a);              // __iter__: self, unless closed
Result<Value> io_getstate_refused(Thread& t, Args a);       // __getstate__ of streams that cannot be pickled
Result<bool> io_is_closed(Thread& t, Value stream);         // truth of its `closed` attribute
Status io_check_closed(Thread& t, Value stream);            // ValueError when it is
Status io_check_mode(Thread& t, Value stream, Str* method, const char* text);  // UnsupportedOperation unless stream.method() is True
Result<Value> iobase_close(Thread& t, Value self);          // _IOBase.close
Status io_readonly_member(Thread& t, Value self, Value v);  // the setter of what are plain members in CPython
// A writable buffer for readinto and the like; TypeError names the function.
Status io_writable_buffer(Thread& t, Value v, const char* fname, BufferHold& out);
// One of `a` and `b` failed while the other was handled: joins the exceptions as CPython does (the earlier becomes the context) and leaves it raised.
// `earlier` may be empty. Fails when there is any exception.
Status io_chain(Thread& t, Value earlier);
// True and False from sys.flags.<name>, 0 when there is no sys.flags yet.
bool io_flag(Thread& t, const char* name);
Result<Value> memoryview_of(Thread& t, Value owner, int64_t start, int64_t end);  // memoryview(owner)[start:end]
Result<Value> memoryview_whole(Thread& t, Value owner);
// Binds the arguments of an __init__ to the signature of `def`; messages call it by def.name (the class). out has room for 8.
Status io_bind(Thread& t, const MethodDef& def, Args a, Tuple* kwnames, Value* out);

// ---- FileIO (fileio.cpp)
struct FileIO : Object {
  int fd;                 // -1: closed
  bool created, readable, writable, appending, closefd, finalizing, ready;
  int8_t seekable;        // -1: not known yet
  int64_t blksize;
  int64_t size_at_open;   // of a regular file; -1: not known
  bool maybe_tty;         // fstat did not say that it is a regular file
  template <class F> void each_field(F&&) {}
};
inline bool is_closed_file(Value v) { return v && is_exactly(v, g_io.fileio) && v.as<FileIO>()->fd < 0; }
// What __del__ does to a stream is close it. Where nothing can have been overridden, one that is closed dies without.
template <> struct LayoutTraits<FileIO> {
  static bool needs_finalizer(FileIO* f) { return !is_closed_file(f); }
};
enum : int64_t { kIoBlocked = -2 };
Result<Value> make_fileio(Thread& t, Value file, const char* mode, bool closefd, Value opener);
// Reads or writes once at most `n` bytes; kIoBlocked when the descriptor is non-blocking and not ready.
Result<int64_t> fileio_read_into(Thread& t, FileIO* f, void* p, size_t n);
Result<int64_t> fileio_write_from(Thread& t, FileIO* f, const void* p, size_t n);
Result<int64_t> fileio_seek_to(Thread& t, FileIO* f, int64_t pos, int whence);
Result<Value> fileio_read_all(Thread& t, FileIO* f);

// ---- Buffered (buffered.cpp, buffered_read.cpp, buffered_write.cpp)
//
// One buffer serves reading and writing, never both: either [pos, end) is read-ahead, taken from the raw stream but not handed out yet, or
// [pos, end) is written data that the raw stream does not have yet (`dirty`). A random-access stream that changes direction first gives the other one up.
// The stream's own position is abs_pos - (end - pos) when reading, abs_pos + (end - pos) when writing, if [0, pos) was dropped.
struct Buffered : Object {
  Field<> raw;                 // empty: detached
  Field<ByteArray*> buf;       // buffer_size bytes
  int64_t buffer_size;
  int64_t pos, end;            // see above
  int64_t abs_pos;             // where the raw stream is; -1: not known
  bool ok, detached, readable, writable, finalizing, dirty;
  Thread* owner;               // who is inside
  template <class F> void each_field(F&& f) { f(raw); f(buf); }
};
Result<Value> make_buffered(Thread& t, Type* ty, Value raw, int64_t size);
bool is_exact_buffered(Value v);
inline bool is_closed_buffered(Value v) { return v && is_exact_buffered(v) && is_closed_file(v.as<Buffered>()->raw); }
template <> struct LayoutTraits<Buffered> {
  static bool needs_finalizer(Buffered* b) { return !is_closed_buffered(b); }
};
Result<Value> buffered_read(Thread& t, Buffered* b, int64_t n);    // n < 0: everything
Result<Value> buffered_read1(Thread& t, Buffered* b, int64_t n);
Result<Value> buffered_write(Thread& t, Buffered* b, const char* p, size_t n);
Result<Value> buffered_flush(Thread& t, Buffered* b);

// ---- newlines (newlines.cpp)
enum : uint8_t { kSeenCR = 1, kSeenLF = 2, kSeenCRLF = 4 };
struct NewlineState {
  bool translate, pending_cr;
  uint8_t seen;
};
// One step of universal newlines: a "\r" at the end waits for what follows, unless `final`; newlines are noted and, if asked for, made "\n".
Result<Str*> newline_step(Thread& t, NewlineState& n, Str* text, bool final);
Value newlines_seen(Thread& t, uint8_t seen);                // None, a str or a tuple
Result<Str*> replace_newlines(Thread& t, Str* text, Str* with);  // each "\n" becomes `with`
int64_t find_char(Str* s, uint32_t c, uint64_t from, uint64_t to);  // index or -1
inline int64_t find_char(Str* s, uint32_t c, uint64_t from = 0) { return find_char(s, c, from, s->length); }
// Where the line that starts at `from` ends (after its newline), or -1. `nl`: the newline that ends lines, null for "\n"; universal: any of the three.
int64_t find_line_end(Str* s, uint64_t from, bool universal, Str* nl);
// Checks newline arguments: None, "", "\n", "\r", "\r\n".
bool newline_valid(Value nl);

// ---- TextIOWrapper (textio*.cpp)
Result<Value> make_textio(Thread& t, Value buffer, Value encoding, Value errors, Value newline, bool line_buffering, bool write_through);

// ---- start-up: what sys.stdin and its like are made from. `name` is "<stdin>", ...; `mode` "r" or "w"; encoding and errors are str or None.
Result<Value> io_open_std(Thread& t, int fd, const char* mode, const char* name, Value encoding, Value errors, bool line_buffering, bool write_through,
                          bool unbuffered);

}  // namespace kaa
