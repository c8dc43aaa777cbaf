// What ctypes.pythonapi finds in the program: those functions of CPython's C API that programs call through ctypes and that mean something here.
//
// There is no C API beyond these; any other name is "undefined symbol". Objects are passed as py_object passes them, as one word; NULL is the empty word. Who calls
// holds the interpreter's lock, but for PyGILState_Ensure(), which takes it.
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules/capsule.h"
#include "modules/ctypes/ctypes.h"
#include "modules/foreign_thread.h"
#include "modules/sys_module.h"
#include "runtime/call.h"
#include "runtime/startup.h"
#include "types/buffer.h"

namespace kaa {

namespace {

using Word64 = uint64_t;
Word64 give(Result<Value> r) { return r.ok() ? r.value().bits() : 0; }
template <class T> Word64 give_object(Result<T*> r) { return r.ok() ? Value(r.value()).bits() : 0; }
Value take(Word64 w) { return Value::from_bits(w); }

struct GilState {
  ForeignThread* foreign = nullptr;  // of a thread that PyGILState_Ensure() has made known
};
thread_local GilState g_gil_state;

}  // namespace

#define API extern "C" __attribute__((visibility("default"), used))

// ---- references
API void Py_IncRef(Word64 o) { if (o) inc(take(o)); }
API void Py_DecRef(Word64 o) { if (o) dec(take(o)); }

// ---- threads
// The exception is raised in the thread at its next safepoint; NULL takes one back. The result is the number of threads.
API int PyThreadState_SetAsyncExc(unsigned long id, Word64 exc) {
  for (Thread* t = interp().threads; t; t = t->next) {
    if (t->id != id) continue;
    Value e = take(exc);
    t->async_exc = !e || is_exception(e) || is_exception_class(e) ? e : Value(KAA_TYPE(SystemError));
    if (exc) t->poll.fetch_or(kPollAsyncExc);
    return 1;
  }
  return 0;
}
API int PyGILState_Check() { return tls_thread && !tls_thread->native_top; }
// 0: the thread had the lock already; 1: it has it now.
API int PyGILState_Ensure() {
  if (!tls_thread) {
    g_gil_state.foreign = new ForeignThread();
    return 1;
  }
  if (!tls_thread->native_top) return 0;
  leave_blocking(*tls_thread);
  return 1;
}
API void PyGILState_Release(int state) {
  if (state == 0) return;
  if (g_gil_state.foreign) {
    delete g_gil_state.foreign;
    g_gil_state.foreign = nullptr;
    return;
  }
  enter_blocking(*tls_thread);
}

// ---- frames
API Word64 PyEval_GetFrameLocals() {
  Thread& t = current_thread();
  if (t.frame) return give(frame_locals(t, t.frame));
  static_cast<void>(RAISE(SystemError, "frame does not exist"));
  return 0;
}
API Word64 PyEval_GetFrameGlobals() {
  Thread& t = current_thread();
  return t.frame && t.frame->func ? Value(t.frame->func->globals.get()).bits() : 0;
}
API Word64 PyEval_GetFrameBuiltins() {
  Thread& t = current_thread();
  return t.frame && t.frame->func ? Value(t.frame->func->builtins.get()).bits() : Value(interp().builtins).bits();
}
API Word64 PyFrame_GetLocals(Word64 frame) { return give(get_attr(current_thread(), take(frame), NAME("f_locals"))); }

// ---- errors
API Word64 PyErr_Occurred() {
  Value e = current_thread().exc;
  return e ? Value(type_of(e)).bits() : 0;
}
API void PyErr_Clear() { clear_exc(current_thread()); }
API int PyErr_CheckSignals() { return safepoint(current_thread()).ok() ? 0 : -1; }

// ---- objects
API Word64 PyBytes_FromStringAndSize(const char* p, int64_t n) {
  Thread& t = current_thread();
  if (n < 0) {
    static_cast<void>(RAISE(SystemError, "Negative size passed to PyBytes_FromStringAndSize"));
    return 0;
  }
  return give_object(new_bytes(t, p, static_cast<size_t>(n)));
}
API Word64 PyBytes_FromString(const char* p) { return give_object(new_bytes(current_thread(), p, strlen(p))); }
API Word64 PyLong_FromLong(long n) { return give(make_int(current_thread(), n)); }
API long PyLong_AsLong(Word64 o) {
  Result<int64_t> n = to_int64(current_thread(), take(o));
  return n.ok() ? n.value() : -1;
}
API Word64 PyMemoryView_FromMemory(char* p, int64_t n, int flags) {
  return give_object(new_memoryview_of(current_thread(), kNone, p, static_cast<size_t>(n), flags != 0x200));  // PyBUF_WRITE
}

// ---- capsules
namespace {

// `what`: the function's name for the error; null: none.
Capsule* capsule_of(Word64 o, const char* what) {
  Thread& t = current_thread();
  Result<Type*> type = capsule_type(t);
  if (type.ok() && o && is_instance(take(o), type.value()) && take(o).as<Capsule>()->pointer) return take(o).as<Capsule>();
  if (type.ok() && what) static_cast<void>(RAISE(ValueError, "%s called with invalid PyCapsule object", what));
  return nullptr;
}
bool is_named(Capsule* c, const char* name) { return c->name && name ? !strcmp(c->name, name) : !c->name && !name; }

}  // namespace

API Word64 PyCapsule_New(void* pointer, const char* name, void (*destructor)(Word64)) {
  Thread& t = current_thread();
  if (!pointer) {
    static_cast<void>(RAISE(ValueError, "PyCapsule_New called with null pointer"));
    return 0;
  }
  Result<Type*> type = capsule_type(t);
  Result<Capsule*> made = type.ok() ? alloc_as<Capsule>(t, type.value()) : Result<Capsule*>(Error{});
  if (!made.ok()) return 0;
  Capsule* c = made.value();
  c->pointer = pointer;
  c->name = name ? strdup(name) : nullptr;
  c->context = nullptr;
  c->destructor = destructor;
  return Value(c).bits();
}
API void* PyCapsule_GetPointer(Word64 o, const char* name) {
  Capsule* c = capsule_of(o, "PyCapsule_GetPointer");
  if (!c || is_named(c, name)) return c ? c->pointer : nullptr;
  Thread& t = current_thread();
  static_cast<void>(RAISE(ValueError, "PyCapsule_GetPointer called with incorrect name"));
  return nullptr;
}
API const char* PyCapsule_GetName(Word64 o) {
  Capsule* c = capsule_of(o, "PyCapsule_GetName");
  return c ? c->name : nullptr;
}
API void* PyCapsule_GetContext(Word64 o) {
  Capsule* c = capsule_of(o, "PyCapsule_GetContext");
  return c ? c->context : nullptr;
}
API void (*PyCapsule_GetDestructor(Word64 o))(Word64) {
  Capsule* c = capsule_of(o, "PyCapsule_GetDestructor");
  return c ? c->destructor : nullptr;
}
API int PyCapsule_IsValid(Word64 o, const char* name) {
  Capsule* c = capsule_of(o, nullptr);
  return c && is_named(c, name);
}
API int PyCapsule_SetName(Word64 o, const char* name) {
  Capsule* c = capsule_of(o, "PyCapsule_SetName");
  if (!c) return -1;
  char* copy = name ? strdup(name) : nullptr;
  free(c->name);
  c->name = copy;
  return 0;
}
API int PyCapsule_SetContext(Word64 o, void* context) {
  Capsule* c = capsule_of(o, "PyCapsule_SetContext");
  if (c) c->context = context;
  return c ? 0 : -1;
}
API int PyCapsule_SetDestructor(Word64 o, void (*destructor)(Word64)) {
  Capsule* c = capsule_of(o, "PyCapsule_SetDestructor");
  if (c) c->destructor = destructor;
  return c ? 0 : -1;
}
API int PyCapsule_SetPointer(Word64 o, void* pointer) {
  Thread& t = current_thread();
  if (!pointer) {
    static_cast<void>(RAISE(ValueError, "PyCapsule_SetPointer called with null pointer"));
    return -1;
  }
  Capsule* c = capsule_of(o, "PyCapsule_SetPointer");
  if (c) c->pointer = pointer;
  return c ? 0 : -1;
}

// ---- signals
// The handler that the operating system has; SIG_ERR on an error.
API sighandler_t PyOS_getsig(int number) {
  struct sigaction now;
  return sigaction(number, nullptr, &now) < 0 ? SIG_ERR : now.sa_handler;
}
// Sets it, and gives back the one before.
API sighandler_t PyOS_setsig(int number, sighandler_t handler) {
  struct sigaction next = {}, before;
  next.sa_handler = handler;
  sigemptyset(&next.sa_mask);
  next.sa_flags = SA_ONSTACK;  // a program may have given its threads small stacks
  return sigaction(number, &next, &before) < 0 ? SIG_ERR : before.sa_handler;
}

// ---- others
API int PyOS_snprintf(char* out, size_t n, const char* format, ...) {
  va_list list;
  va_start(list, format);
  int r = vsnprintf(out, n, format, list);
  va_end(list);
  return r;
}
API const char* Py_GetVersion() {
  Value v = sys_get("version");
  return is_exact_str(v) && v.as<Str>()->is_ascii() ? v.as<Str>()->ascii().data() : "";
}
extern "C" { __attribute__((visibility("default"), used)) int Py_OptimizeFlag = 0; }

void ctypes::init_pythonapi() { Py_OptimizeFlag = g_config.optimize; }

}  // namespace kaa
