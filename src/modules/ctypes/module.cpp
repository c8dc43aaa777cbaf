// The functions of _ctypes, and the C functions that the library calls by address (cast, string_at, ...).
#include <dlfcn.h>
#include <link.h>
#include <time.h>
#include <wchar.h>

#include "modules/ctypes/ctypes.h"
#include "modules/new_exception.h"
#include "modules/posix/sys_util.h"
#include "runtime/audit.h"
#include "types/buffer.h"

namespace kaa::ctypes {

// dlsym() in the library that dll._handle names.
Result<void*> find_symbol(Thread& t, Value dll, const char* name, Type* error) {
  Value handle = TRY(get_attr(t, dll, NAME("_handle")));
  if (!is_int(handle)) return RAISE(TypeError, "the _handle attribute of the second argument must be an integer");
  Result<uint64_t> h = address_from_int(t, handle);
  if (!h.ok()) {
    clear_exc(t);
    return RAISE(ValueError, "could not convert the _handle attribute to a pointer");
  }
  dlerror();
  void* p = dlsym(reinterpret_cast<void*>(h.value()), name);
  if (p) return p;
  const char* why = dlerror();
  if (why) return raise(t, error, "%U", TRY(decode_fs(t, why)));
  return raise(t, error, "%s '%s' not found", error == KAA_TYPE(AttributeError) ? "function" : "symbol", name);
}

namespace {

// ---- libraries. dlerror()'s text may be in any encoding.
Error library_error(Thread& t, Type* type) {
  const char* why = dlerror();
  Str* text = TRY(decode_fs(t, why ? why : "unknown dlopen() error"));
  return raise(t, type, "%U", text);
}
Result<Value> f_dlopen(Thread& t, Args a) {
  if (a.n < 1) return RAISE(TypeError, "dlopen() takes at least 1 argument (0 given)");
  if (a.n > 2) return RAISE(TypeError, "dlopen() takes at most 2 arguments (%u given)", a.n);
  int mode = a.n > 1 ? TRY(to_cint(t, a[1])) : RTLD_NOW;
  Bytes* path = a[0].is_none() ? nullptr : TRY(fs_bytes(t, a[0]));
  Keep keep(path ? Value(path) : kNone);
  TRY(audit(t, "ctypes.dlopen", a[0]));
  void* h = dlopen(path ? path->data() : nullptr, mode | RTLD_NOW);
  if (!h) return library_error(t, KAA_TYPE(OSError));
  return make_uint(t, reinterpret_cast<uint64_t>(h));
}
Result<Value> f_dlclose(Thread& t, Args a) {
  if (a.n != 1) return RAISE(TypeError, "dlclose() takes exactly 1 argument (%u given)", a.n);
  if (!is_int(a[0])) return RAISE(TypeError, "an integer is required");
  uint64_t h = TRY(address_from_int(t, a[0]));
  if (dlclose(reinterpret_cast<void*>(h))) return library_error(t, KAA_TYPE(OSError));
  return kNone;
}
Result<Value> f_dlsym(Thread& t, Args a) {
  if (a.n != 2) return RAISE(TypeError, "dlsym() takes exactly 2 arguments (%u given)", a.n);
  if (!is_int(a[0])) return RAISE(TypeError, "an integer is required");
  if (!is_str(a[1])) return RAISE(TypeError, "dlsym() argument 2 must be str, not %T", a[1]);
  Utf8 name;
  TRY(str_utf8(t, a.as<Str>(1), name));
  if (strlen(name.data) != name.size) return RAISE(ValueError, "embedded null character");
  TRY(audit(t, "ctypes.dlsym/handle", a[0], a[1]));
  uint64_t h = TRY(address_from_int(t, a[0]));
  dlerror();
  void* p = dlsym(reinterpret_cast<void*>(h), name.data);
  if (p) return make_uint(t, reinterpret_cast<uint64_t>(p));
  if (const char* why = dlerror()) return RAISE(OSError, "%U", TRY(decode_fs(t, why)));
  return RAISE(OSError, "symbol '%s' not found", name.data);
}
Result<Value> f_dllist(Thread& t, Args) {
  struct Found { Thread& t; List* names; bool failed; } found{t, TRY(new_list(t)), false};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* data) {
        Found& f = *static_cast<Found*>(data);
        Result<Str*> name = decode_fs(f.t, info->dlpi_name ? info->dlpi_name : "");
        f.failed = !name.ok() || !list_append(f.t, f.names, name.value()).ok();
        return f.failed ? 1 : 0;
      },
      &found);
  if (found.failed) return Error{};
  return found.names;
}

// ---- errno
Result<Value> f_get_errno(Thread& t, Args) {
  TRY(audit(t, "ctypes.get_errno"));
  return small_int(saved_errno());
}
Result<Value> f_set_errno(Thread& t, Args a) {
  if (a.n != 1) return RAISE(TypeError, "function takes exactly 1 argument (%u given)", a.n);
  int e = TRY(to_cint(t, a[0]));
  TRY(audit(t, "ctypes.set_errno", a[0]));
  int old = saved_errno();
  saved_errno() = e;
  return small_int(old);
}

// ---- about types and instances
Result<Value> f_sizeof(Thread& t, Args a) {
  if (is_cdata(a[0])) return make_int(t, a.as<CData>(0)->size);
  if (Info* info = info_of(a[0])) return make_int(t, info->size);
  return RAISE(TypeError, "this type has no size");
}
Result<Value> f_alignment(Thread& t, Args a) {
  Info* info = is_cdata(a[0]) ? &info_of_data(a.as<CData>(0)) : info_of(a[0]);
  if (!info) return RAISE(TypeError, "no alignment info");
  return make_int(t, info->align);
}
Result<Value> f_buffer_info(Thread& t, Args a) {
  Info* info = is_cdata(a[0]) ? &info_of_data(a.as<CData>(0)) : info_of(a[0]);
  if (!info) return RAISE(TypeError, "not a ctypes type or object");
  Tuple* shape = TRY(new_tuple(t, static_cast<size_t>(info->ndim)));
  for (int i = 0; i < info->ndim; i++) tuple_init(shape, static_cast<size_t>(i), small_int(info->shape[i]));
  Value format = info->format ? Value(TRY(new_str(t, info->format))) : kNone;
  return TRY(make_tuple(t, format, small_int(info->ndim), Value(shape)));
}
Result<Value> f_addressof(Thread& t, Args a) {
  if (!is_cdata(a[0])) return RAISE(TypeError, "addressof() argument must be _ctypes._CData, not %T", a[0]);
  TRY(audit(t, "ctypes.addressof", a[0]));
  return make_uint(t, reinterpret_cast<uint64_t>(a.as<CData>(0)->data));
}
Result<Value> f_byref(Thread& t, Args a) {
  if (!is_cdata(a[0])) return RAISE(TypeError, "byref() argument 1 must be _ctypes._CData, not %T", a[0]);
  return TRY(arg_by_reference(t, a.as<CData>(0), a[1] ? TRY(to_ssize(t, a[1])) : 0));
}
Result<Value> f_unpickle(Thread& t, Args a) {
  if (a.n != 2) return RAISE(TypeError, "_unpickle expected 2 arguments, got %u", a.n);
  if (!is_tuple(a[1])) return RAISE(TypeError, "_unpickle() argument 2 must be tuple, not %T", a[1]);
  Value made = TRY(call_method(t, a[0], NAME("__new__"), a[0]));
  Value set = TRY(get_attr(t, made, NAME("__setstate__")));
  TRY(call_tuple(t, set, a.as<Tuple>(1), nullptr));
  return made;
}

// ---- calls by address
Result<Value> call_address(Thread& t, Args a, uint32_t flags) {
  if (a.n != 2) return RAISE(TypeError, "function takes exactly 2 arguments (%u given)", a.n);
  if (!is_int(a[0])) return RAISE(TypeError, "an integer is required");
  if (!is_tuple(a[1])) return RAISE(TypeError, "argument 2 must be tuple, not %T", a[1]);
  uint64_t p = TRY(address_from_int(t, a[0]));
  Tuple* args = a.as<Tuple>(1);
  return call_foreign(t, reinterpret_cast<void*>(p), Signature{Value(), Value(), Value(), flags}, Args{args->items, static_cast<uint32_t>(args->size)});
}
Result<Value> f_call_function(Thread& t, Args a) { return call_address(t, a, 0); }
Result<Value> f_call_cdecl(Thread& t, Args a) { return call_address(t, a, kCdecl); }

// ---- objects by address: what py_object puts into memory
Result<Value> f_object_at(Thread& t, Args a) {
  if (a.n != 1) return RAISE(TypeError, "function takes exactly 1 argument (%u given)", a.n);
  if (!is_int(a[0])) return RAISE(TypeError, "an integer is required");
  Value v = Value::from_bits(TRY(address_from_int(t, a[0])));
  if (!v) return RAISE(ValueError, "PyObject is NULL");
  TRY(audit(t, "ctypes.PyObj_FromPtr", v));
  return v;
}
Result<Value> f_incref(Thread&, Args a) { inc(a[0]); return a[0]; }
Result<Value> f_decref(Thread&, Args a) { dec(a[0]); return a[0]; }

constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_functions[] = {
    {"dlopen", f_dlopen, nullptr, "Opens a shared library.", kF},
    {"dlclose", f_dlclose, nullptr, "Closes a shared library.", kF},
    {"dlsym", f_dlsym, nullptr, "The address of a symbol.", kF},
    {"dllist", f_dllist, "()", "The names of all loaded shared libraries.", kF},
    {"get_errno", f_get_errno, "()", "The thread's copy of errno.", kF},
    {"set_errno", f_set_errno, nullptr, "Sets the thread's copy of errno; returns what it was.", kF},
    {"sizeof", f_sizeof, "(obj, /)", "The size of a type or an instance in bytes.", kF},
    {"alignment", f_alignment, "(object, /)", "The alignment of a type or an instance.", kF},
    {"buffer_info", f_buffer_info, "(object, /)", "Format, number of dimensions and shape of a type's buffers.", kF},
    {"addressof", f_addressof, "(obj, /)", "The address of an instance's memory.", kF},
    {"byref", f_byref, "(obj, offset=0, /)", "An instance as an argument by reference.", kF},
    {"resize", cdata_resize, "(obj, size, /)", "Changes the size of an instance's own memory.", kF},
    {"_unpickle", f_unpickle, nullptr, "For unpickling.", kF},
    {"call_function", f_call_function, nullptr, "Calls the function at an address.", kF},
    {"call_cdeclfunction", f_call_cdecl, nullptr, "Calls the function at an address.", kF},
    {"PyObj_FromPtr", f_object_at, nullptr, "The object that py_object memory holds.", kF},
    {"Py_INCREF", f_incref, "(object, /)", "Counts a reference more.", kF},
    {"Py_DECREF", f_decref, "(object, /)", "Counts a reference less.", kF},
};

// ---- functions with C's calling convention. They are called with the interpreter's lock, and return an object's word: 0 with an exception set.
uint64_t word(Result<Value> r) { return r.ok() ? r.value().bits() : 0; }

Result<Value> cast_to(Thread& t, void* p, Value source, Value type) {
  Info* info = info_of(type);
  bool pointer = info && (info->kind == Kind::kPointer || info->kind == Kind::kFunction || (info->kind == Kind::kSimple && strchr("sPzUZX", info->code->code)));
  if (!pointer && is_type(type)) return RAISE(TypeError, "cast() argument 2 must be a pointer type, not %N", type.as<Type>());
  if (!pointer) return RAISE(TypeError, "cast() argument 2 must be a pointer type");
  Value made = TRY(call(t, type));
  if (!is_cdata(made)) return RAISE(TypeError, "cast() argument 2 must be a pointer type");
  CData* d = made.as<CData>();
  // Both share what is kept alive, and the source is among it.
  if (is_cdata(source)) {
    CData* from = source.as<CData>();
    CData* c = TRY(container_of(t, from));
    if (c->objects.get().is_none()) c->objects.set(TRY(new_dict(t)));
    if (from->objects.get().is_empty() || from->objects.get().is_none()) from->objects.set(TRY(new_dict(t)));
    d->objects.set(from->objects.get());
    if (IS_EXACT(d->objects.get(), dict)) TRY(dict_set(t, d->objects.get().as<Dict>(), TRY(make_uint(t, source.bits())), source));
  }
  set_pointer_at(d->data, p);
  return made;
}
uint64_t c_cast(void* p, uint64_t source, uint64_t type) { return word(cast_to(current_thread(), p, Value::from_bits(source), Value::from_bits(type))); }

Result<Value> address_and_size(Thread& t, const char* event, const void* p, int64_t size) {
  if (!interp().auditing) return kNone;
  Value address = TRY(make_uint(t, reinterpret_cast<uint64_t>(p)));
  TRY(audit(t, event, address, small_int(size)));
  return kNone;
}
Result<Value> bytes_at(Thread& t, const char* p, int size) {
  TRY(address_and_size(t, "ctypes.string_at", p, size));
  if (size < -1) return RAISE(SystemError, "Negative size passed to PyBytes_FromStringAndSize");
  return TRY(new_bytes(t, p, size == -1 ? strlen(p) : static_cast<size_t>(size)));
}
uint64_t c_string_at(const char* p, int size) { return word(bytes_at(current_thread(), p, size)); }
Result<Value> text_at(Thread& t, const wchar_t* p, int size) {
  TRY(address_and_size(t, "ctypes.wstring_at", p, size));
  if (size < -1) return RAISE(SystemError, "Negative size passed to PyUnicode_FromWideChar");
  size_t n = size == -1 ? wcslen(p) : static_cast<size_t>(size);
  for (size_t i = 0; i < n; i++)
    if (static_cast<uint32_t>(p[i]) > 0x10FFFF) return RAISE(ValueError, "character U+%x is not in range [U+0000; U+10ffff]", static_cast<uint32_t>(p[i]));
  return TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(p), n));
}
uint64_t c_wstring_at(const wchar_t* p, int size) { return word(text_at(current_thread(), p, size)); }
Result<Value> memory_at(Thread& t, void* p, int64_t size, int readonly) {
  if (interp().auditing) {
    Value address = TRY(make_uint(t, reinterpret_cast<uint64_t>(p)));
    TRY(audit(t, "ctypes.memoryview_at", address, TRY(make_int(t, size)), small_int(readonly)));
  }
  if (size < 0) return RAISE(ValueError, "memoryview_at: size is negative (or overflowed): %ld", size);
  return TRY(new_memoryview_of(t, kNone, p, static_cast<size_t>(size), readonly));
}
uint64_t c_memoryview_at(void* p, int64_t size, int readonly) { return word(memory_at(current_thread(), p, size, readonly)); }

Status add_address(Thread& t, Module* m, const char* name, const void* p) { return module_add(t, m, name, TRY(make_uint(t, reinterpret_cast<uint64_t>(p)))); }

Status exec(Thread& t, Module* m) {
  TRY(init_types(t, m));
  init_pythonapi();
  State& s = state();
  if (!s.argument_error.get()) s.argument_error = TRY(new_exception(t, "ctypes", "ArgumentError", KAA_TYPE(Exception)));
  TRY(module_add(t, m, "ArgumentError", s.argument_error.get()));
  TRY(module_add(t, m, "__version__", TRY(new_str(t, "1.1.0"))));
  TRY(add_address(t, m, "_cast_addr", reinterpret_cast<void*>(c_cast)));
  TRY(add_address(t, m, "_string_at_addr", reinterpret_cast<void*>(c_string_at)));
  TRY(add_address(t, m, "_wstring_at_addr", reinterpret_cast<void*>(c_wstring_at)));
  TRY(add_address(t, m, "_memoryview_at_addr", reinterpret_cast<void*>(c_memoryview_at)));
  TRY(add_address(t, m, "_memmove_addr", reinterpret_cast<void*>(memmove)));
  TRY(add_address(t, m, "_memset_addr", reinterpret_cast<void*>(memset)));
  struct { const char* name; int value; } numbers[] = {
      {"FUNCFLAG_CDECL", kCdecl}, {"FUNCFLAG_PYTHONAPI", kPythonApi}, {"FUNCFLAG_USE_ERRNO", kUseErrno}, {"FUNCFLAG_USE_LASTERROR", kUseLastError},
      {"RTLD_LOCAL", RTLD_LOCAL}, {"RTLD_GLOBAL", RTLD_GLOBAL}, {"SIZEOF_TIME_T", sizeof(time_t)}, {"CTYPES_MAX_ARGCOUNT", 1024},
  };
  for (auto& n : numbers) TRY(module_add(t, m, n.name, small_int(n.value)));
  return {};
}

}  // namespace

}  // namespace kaa::ctypes

namespace kaa {
extern const ModuleDef _ctypes_module = {"_ctypes", "C data in Python, and calls of C functions.", ctypes::k_functions, ctypes::exec};
}  // namespace kaa
