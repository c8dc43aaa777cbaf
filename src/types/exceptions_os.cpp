// OSError and the subclasses that errno chooses.
#include <errno.h>

#include "runtime/call.h"
#include "types/exceptions.h"

namespace kaa {

static Type* class_of_errno(int64_t e) {
  switch (e) {
    case EAGAIN: case EALREADY: case EINPROGRESS: return KAA_TYPE(BlockingIOError);
    case EPIPE: case ESHUTDOWN: return KAA_TYPE(BrokenPipeError);
    case ECHILD: return KAA_TYPE(ChildProcessError);
    case ECONNABORTED: return KAA_TYPE(ConnectionAbortedError);
    case ECONNREFUSED: return KAA_TYPE(ConnectionRefusedError);
    case ECONNRESET: return KAA_TYPE(ConnectionResetError);
    case EEXIST: return KAA_TYPE(FileExistsError);
    case ENOENT: return KAA_TYPE(FileNotFoundError);
    case EISDIR: return KAA_TYPE(IsADirectoryError);
    case ENOTDIR: return KAA_TYPE(NotADirectoryError);
    case EINTR: return KAA_TYPE(InterruptedError);
    case EACCES: case EPERM: return KAA_TYPE(PermissionError);
    case ESRCH: return KAA_TYPE(ProcessLookupError);
    case ETIMEDOUT: return KAA_TYPE(TimeoutError);
    default: return nullptr;
  }
}

// A subclass that overrides __init__ alone is set up there; everything else in __new__, so that a subclass may ignore the arguments in __init__.
static bool set_up_in_init(Type* ty) {
  Type* os = KAA_TYPE(OSError);
  return ty->dunder(D_init) != os->dunder(D_init) && ty->dunder(D_new) == os->dunder(D_new);
}

// args: the positional arguments. Two to five are (errno, strerror[, filename[, winerror[, filename2]]]).
static Status set_up(Thread& t, ExcOS* e, Tuple* args) {
  Value filename = args->size > 2 && args->size <= 5 ? args->items[2] : Value();
  Value filename2 = args->size == 5 ? args->items[4] : Value();
  bool parsed = args->size >= 2 && args->size <= 5;
  if (filename && !filename.is_none()) {
    bool number = e->type() == KAA_TYPE(BlockingIOError) && type_of(filename)->dunder(D_index);
    if (number) {
      int64_t n = TRY(to_ssize(t, filename));
      Value boxed = TRY(make_int(t, n));
      e->characters_written.set(boxed);
    } else {
      e->filename.set(filename);
      if (filename2 && !filename2.is_none()) e->filename2.set(filename2);
      // The file names are not part of args, for old programs' sake.
      args = TRY(tuple_of(t, args->items, 2));
    }
  }
  if (parsed) {
    e->errno_.set(args->items[0]);
    e->strerror.set(args->items[1]);
  }
  e->args.set(args);
  return {};
}

static Result<Value> os_error_new(Thread& t, Args a, Tuple* kwnames) {
  Type* ty = a.as<Type>(0);
  bool later = set_up_in_init(ty);
  uint32_t n = positional_count(a, kwnames) - 1;
  Tuple* args = TRY(tuple_of(t, a.p + 1, n));
  if (!later) {
    if (kwnames && kwnames->size) return RAISE(TypeError, "%N() takes no keyword arguments", ty);
    if (ty == KAA_TYPE(OSError) && n >= 2 && n <= 5 && is_int(a[1])) {
      Result<int64_t> code = to_int64(t, a[1]);
      if (!code.ok()) clear_exc(t);
      else if (Type* sub = class_of_errno(code.value())) ty = sub;
    }
  }
  ExcOS* e = TRY(alloc_as<ExcOS>(t, ty));
  if (later) {
    e->args.init(interp().empty_tuple);
  } else {
    e->args.init(args);
    TRY(set_up(t, e, args));
  }
  return e;
}

static Result<Value> os_error_init(Thread& t, Args a, Tuple* kwnames) {
  Type* ty = type_of(a[0]);
  if (!set_up_in_init(ty)) return kNone;
  if (kwnames && kwnames->size) return RAISE(TypeError, "%N() takes no keyword arguments", ty);
  Tuple* args = TRY(tuple_of(t, a.p + 1, a.n - 1));
  TRY(set_up(t, a.as<ExcOS>(0), args));
  return kNone;
}

static Result<Value> os_error_str(Thread& t, Args a) {
  ExcOS* e = a.as<ExcOS>(0);
  Value code = or_none(e->errno_), text = or_none(e->strerror);
  if (e->filename) {
    if (e->filename2) return TRY(str_format(t, "[Errno %S] %S: %R -> %R", code, text, e->filename.get(), e->filename2.get()));
    return TRY(str_format(t, "[Errno %S] %S: %R", code, text, e->filename.get()));
  }
  if (e->errno_ && e->strerror) return TRY(str_format(t, "[Errno %S] %S", code, text));
  return base_exception_str(t, a);
}

static Result<Value> os_error_reduce(Thread& t, Args a) {
  ExcOS* e = a.as<ExcOS>(0);
  Tuple* args = e->args;
  if (args->size == 2 && e->filename) {
    if (e->filename2) args = TRY(make_tuple(t, args->items[0], args->items[1], e->filename.get(), kNone, e->filename2.get()));
    else args = TRY(make_tuple(t, args->items[0], args->items[1], e->filename.get()));
  }
  Dict* d = TRY(exc_attributes(t, a[0]));
  if (d->used) return TRY(make_tuple(t, Value(type_of(a[0])), Value(args), Value(d)));
  return TRY(make_tuple(t, Value(type_of(a[0])), Value(args)));
}

static Result<Value> get_written(Thread& t, Value self) {
  Value v = self.as<ExcOS>()->characters_written;
  if (!v) return RAISE(AttributeError, "characters_written");
  return v;
}
static Status set_written(Thread& t, Value self, Value v) {
  Field<>& f = self.as<ExcOS>()->characters_written;
  if (!v) {
    if (!f) return RAISE(AttributeError, "characters_written");
    f.clear();
    return {};
  }
  Value n = TRY(to_index(t, v));
  TRY(to_ssize(t, n));
  f.set(n);
  return {};
}

static const MethodDef k_methods[] = {
    {"__new__", os_error_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__str__", os_error_str, "($self, /)", "Return str(self)."},
    {"__init__", os_error_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__reduce__", os_error_reduce, "($self, /)", "What pickle saves of the exception."},
};
static const GetSetDef k_getsets[] = {
    EXC_FIELD(ExcOS, "errno", errno_, "POSIX exception code"),
    EXC_FIELD(ExcOS, "strerror", strerror, "exception strerror"),
    EXC_FIELD(ExcOS, "filename", filename, "exception filename"),
    EXC_FIELD(ExcOS, "filename2", filename2, "second exception filename"),
    {"characters_written", get_written, set_written, nullptr},
};
extern const TypeSpec OSError_spec = {.doc = "Base class of errors of the operating system.", .methods = k_methods, .getsets = k_getsets};

#define DOC(name, text) extern const TypeSpec name##_spec = {.doc = text, .methods = {}, .getsets = {}};
DOC(BlockingIOError, "An operation would have to wait.")
DOC(ChildProcessError, "An operation on a child process failed.")
DOC(ConnectionError, "Base class of connection errors.")
DOC(BrokenPipeError, "The other end of a pipe or socket is closed.")
DOC(ConnectionAbortedError, "Connection aborted.")
DOC(ConnectionRefusedError, "Connection refused.")
DOC(ConnectionResetError, "Connection reset.")
DOC(FileExistsError, "The file exists already.")
DOC(FileNotFoundError, "No such file.")
DOC(InterruptedError, "Interrupted by a signal.")
DOC(IsADirectoryError, "A directory where a file is needed.")
DOC(NotADirectoryError, "No directory where one is needed.")
DOC(PermissionError, "Not permitted.")
DOC(ProcessLookupError, "No such process.")
DOC(TimeoutError, "Time limit exceeded.")
#undef DOC

}  // namespace kaa
