// C functions that call Python: libffi's closures.
//
// A callback may come at any time during a foreign call, with the interpreter's lock or without it, or from a thread that Python has never seen. It takes the lock, and gives
// it back as it was. Exceptions cannot pass through C: they go to sys.unraisablehook, and the C caller gets zero.
#include <stdlib.h>

#include "modules/ctypes/ctypes.h"
#include "modules/foreign_thread.h"
#include "modules/library_callback.h"

namespace kaa {

void LayoutTraits<ctypes::Thunk>::destroy(ctypes::Thunk* k) {
  if (k->closure) ffi_closure_free(k->closure);
  free(k->types);
}

}  // namespace kaa

namespace kaa::ctypes {

namespace {

Result<Value> argument(Thread& t, Value type, const char* p) {
  Info* info = TRY(need_info(t, type, "cannot build parameter"));
  if (info->get && !is_simple_subclass(type)) return info->get(t, p, Extent{info->size});
  return TRY(cdata_copy(t, type, p));
}

// The exception being raised goes to sys.unraisablehook.
void report(Thread& t, const char* doing, Value callable) {
  Value e = take_exc(t);
  Keep keep(e);
  Result<Str*> text = str_format(t, "Exception ignored while %s ctypes callback function %R", doing, callable);
  Utf8 message;
  bool ok = text.ok() && str_utf8(t, text.value(), message, true).ok();
  if (!ok) clear_exc(t);
  restore_exc(t, e);
  write_unraisable(t, Value(), ok ? message.data : "Exception ignored while calling ctypes callback function");
}

void call_python(Thread& t, Thunk* k, char* result, void** args) {
  Keep keep(k);
  uint64_t n = k->argtypes->size;
  Value callable = k->callable, restype = k->restype;
  Value few[8];
  Tuple* many = nullptr;
  Value* values = few;
  auto build = [&]() -> Status {
    if (n > 8) {
      many = TRY(new_tuple(t, n));
      for (uint64_t i = 0; i < n; i++) tuple_init(many, i, kNone);
      values = many->items;
    }
    for (uint64_t i = 0; i < n; i++) {
      Value v = TRY(argument(t, k->argtypes->items[i], static_cast<const char*>(args[i])));
      if (many) reinterpret_cast<Field<>&>(many->items[i]).set(v);
      else few[i] = v;
    }
    return {};
  };
  if (!build().ok()) {
    report(t, "creating arguments for", callable);
    return;
  }
  // The errno that Python sees is the thread's copy, in callbacks, too.
  int& own = saved_errno();
  if (k->flags & kUseErrno) { int e = errno; errno = own; own = e; }
  Result<Value> r = call_args(t, callable, values, n);
  if (k->flags & kUseErrno) { int e = errno; errno = own; own = e; }
  asm volatile("" : : "r"(many) : "memory");
  if (!r.ok()) {
    report(t, "calling", callable);
    return;
  }
  if (restype.is_none()) return;
  Info* info = info_of(restype);
  Result<Value> kept = info->set(t, result, r.value(), Extent{info->size});
  if (!kept.ok()) {
    report(t, "converting result of", callable);
    return;
  }
  // What the caller got a pointer to is kept by nobody from here on.
  if (!kept.value().is_none() && info->code && info->code->code != 'O' && !warn(t, KAA_TYPE(RuntimeWarning), 1, "memory leak in callback function.").ok())
    report(t, "calling", callable);
}

void entry(ffi_cif* cif, void* result, void** args, void* data) {
  size_t n = cif->rtype->size;
  if (cif->rtype->type != FFI_TYPE_VOID) memset(result, 0, n < sizeof(ffi_arg) ? sizeof(ffi_arg) : n);
  ForeignThread attached;  // does nothing in a thread of Python's
  LibraryCallback callback;
  call_python(callback.t, static_cast<Thunk*>(data), static_cast<char*>(result), args);
}

}  // namespace

Result<Thunk*> new_thunk(Thread& t, Value callable, Tuple* argtypes, Value restype, uint32_t flags) {
  uint64_t n = argtypes->size;
  ffi_type* rtype = &ffi_type_void;
  if (!restype.is_none()) {
    Info* info = info_of(restype);
    if (!info || !info->set) return RAISE(TypeError, "invalid result type for callback function");
    rtype = info->ffi_result;
  }
  Thunk* k = TRY(alloc_as<Thunk>(t, state().thunk));
  k->callable.init(callable);
  k->restype.init(restype);
  k->argtypes.init(argtypes);
  k->flags = flags;
  k->types = static_cast<ffi_type**>(calloc(n + 1, sizeof(ffi_type*)));
  if (!k->types) return raise_memory(t);
  for (uint64_t i = 0; i < n; i++) {
    Info* info = info_of(argtypes->items[i]);
    k->types[i] = info ? info->ffi : &ffi_type_sint;
  }
  k->closure = static_cast<ffi_closure*>(ffi_closure_alloc(sizeof(ffi_closure), &k->code));
  if (!k->closure) return raise_memory(t);
  if (ffi_prep_cif(&k->cif, FFI_DEFAULT_ABI, static_cast<unsigned>(n), rtype, k->types) != FFI_OK) return RAISE(RuntimeError, "ffi_prep_cif failed");
  if (ffi_prep_closure_loc(k->closure, &k->cif, entry, k, k->code) != FFI_OK) return RAISE(RuntimeError, "ffi_prep_closure failed");
  return k;
}

const TypeSpec k_thunk_spec = {.layout = &kLayout<Thunk>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::ctypes
