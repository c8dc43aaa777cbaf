// Calls of C functions: arguments are converted, libffi makes the call, the result is converted.
//
// During the call of a function of a CDLL other threads run; one of a PyDLL keeps the interpreter's lock, and may leave an exception on the thread.
// Arguments lie in this activation's native frame, where the collector sees the objects that they refer to.
#include <alloca.h>
#include <errno.h>

#include "modules/ctypes/ctypes.h"
#include "runtime/audit.h"
#include "runtime/types.h"

namespace kaa::ctypes {

namespace {

constexpr uint32_t kMaxArguments = 1024;

Status text_argument(Thread& t, CallArg& arg, Str* s) {
  // As wchar_t, in a bytes object.
  Value kept = TRY(find_code('Z')->set(t, arg.value, s, Extent{8}));
  arg.keep = kept;
  return {};
}

Status convert(Thread& t, CallArg& arg, Value v, uint32_t position, uint32_t depth = 0) {
  arg.data = arg.value;
  arg.ffi = &ffi_type_pointer;
  arg.keep = v;
  if (is_cdata(v)) {
    CData* d = v.as<CData>();
    Info& info = info_of_data(d);
    arg.ffi = info.ffi;
    switch (info.kind) {
      case Kind::kSimple:
        memcpy(arg.value, d->data, static_cast<size_t>(info.size));
        return {};
      case Kind::kArray: set_pointer_at(arg.value, d->data); return {};
      case Kind::kPointer: case Kind::kFunction: memcpy(arg.value, d->data, sizeof(void*)); return {};
      default: {
        // A copy: others may change the object while the call is under way.
        size_t n = static_cast<size_t>(info.size), room = n < 32 ? 32 : n;
        if (room > sizeof arg.value) {
          Bytes* copy = TRY(new_bytes(t, nullptr, room));
          arg.copy = copy;
          arg.data = copy->data();
        }
        memcpy(arg.data, d->data, n);
        return {};
      }
    }
  }
  if (is_arg(v)) {
    CArg* a = v.as<CArg>();
    arg.ffi = a->ffi;
    memcpy(arg.value, a->value, sizeof arg.value);
    return {};
  }
  if (v.is_none()) {
    set_pointer_at(arg.value, nullptr);
    return {};
  }
  if (is_int(v)) {  // a C int, if nothing else is known
    arg.ffi = &ffi_type_sint;
    Result<uint64_t> n = to_uint64(t, v);
    int64_t value;
    if (n.ok()) {
      value = static_cast<int64_t>(n.value());
    } else {
      clear_exc(t);
      Result<int64_t> s = to_int64(t, v);
      if (!s.ok()) {
        clear_exc(t);
        return RAISE(OverflowError, "int too long to convert");
      }
      value = s.value();
    }
    int32_t low = static_cast<int32_t>(value);
    memcpy(arg.value, &low, sizeof low);
    return {};
  }
  if (is_bytes(v)) {
    set_pointer_at(arg.value, v.as<Bytes>()->data());
    return {};
  }
  if (is_str(v)) return text_argument(t, arg, v.as<Str>());
  Opt p = TRY(lookup_attr(t, v, NAME("_as_parameter_")));
  if (p) {
    if (depth >= t.recursion_limit) return RAISE(RecursionError, "maximum recursion depth exceeded while processing _as_parameter_");
    return convert(t, arg, p.v, position, depth + 1);
  }
  return RAISE(TypeError, "Don't know how to convert parameter %ld", static_cast<int64_t>(position));
}

Error argument_failed(Thread& t, uint32_t position) {
  Str* prefix = TRY(str_format(t, "argument %ld: ", static_cast<int64_t>(position)));
  return extend_error(t, state().argument_error.get(), prefix);
}

ffi_type* result_type(Value restype) {
  if (!restype) return &ffi_type_sint;
  if (restype.is_none()) return &ffi_type_void;
  Info* info = info_of(restype);
  return info ? info->ffi_result : &ffi_type_sint;
}

Result<Value> convert_result(Thread& t, Value restype, Value checker, char* p) {
  int32_t n;
  memcpy(&n, p, sizeof n);
  if (!restype) return small_int(n);
  if (restype.is_none()) return kNone;
  Info* info = info_of(restype);
  if (!info) return call(t, restype, small_int(n));
  Value v = info->get && !is_simple_subclass(restype) ? TRY(info->get(t, p, Extent{info->size})) : Value(TRY(cdata_copy(t, restype, p)));
  if (!checker) return v;
  return call(t, checker, v);
}

// The call itself, apart so that nothing else of this activation is in registers.
__attribute__((noinline)) void invoke(Thread& t, ffi_cif* cif, void* function, void* result, void** values, uint32_t flags) {
  int& own = saved_errno();
  auto call = [&] {
    if (flags & kUseErrno) { int e = errno; errno = own; own = e; }
    ffi_call(cif, FFI_FN(function), result, values);
    if (flags & kUseErrno) { int e = errno; errno = own; own = e; }
  };
  if (flags & kPythonApi) {
    call();
  } else {
    Blocking b(t);
    call();
  }
}

}  // namespace

int& saved_errno() {
  static thread_local int e = 0;
  return e;
}

Error extend_error(Thread& t, Value exc_class, Str* prefix) {
  Value e = take_exc(t);
  Result<Str*> text = str(t, e);
  Str* name = type_of(e)->name;
  if (!text.ok()) clear_exc(t);
  Str* message = text.ok() ? TRY(str_format(t, "%U%U: %U", prefix, name, text.value())) : TRY(str_format(t, "%U%U: ???", prefix, name));
  return raise_class(t, exc_class.as<Type>(), message);
}

Result<Value> call_foreign(Thread& t, void* function, const Signature& sig, Args args) {
  if (args.n > kMaxArguments)
    return raise(t, state().argument_error.get().as<Type>(), "too many arguments (%d), maximum is %d", static_cast<int>(args.n), static_cast<int>(kMaxArguments));
  if (interp().auditing) {
    Value address = TRY(make_uint(t, reinterpret_cast<uint64_t>(function)));
    TRY(audit(t, "ctypes.call_function", address, TRY(tuple_of(t, args.p, args.n))));
  }
  Tuple* converters = sig.converters ? sig.converters.as<Tuple>() : nullptr;
  uint32_t known = converters ? static_cast<uint32_t>(converters->size) : 0;
  CallArg* list = static_cast<CallArg*>(alloca((args.n + 1) * sizeof(CallArg)));
  memset(static_cast<void*>(list), 0, (args.n + 1) * sizeof(CallArg));
  ffi_type** types = static_cast<ffi_type**>(alloca((args.n + 1) * sizeof(ffi_type*)));
  void** values = static_cast<void**>(alloca((args.n + 1) * sizeof(void*)));
  for (uint32_t i = 0; i < args.n; i++) {
    Value v = args[i];
    if (i < known) {
      Result<Value> r = call(t, converters->items[i], v);
      if (!r.ok()) return argument_failed(t, i + 1);
      v = r.value();
    }
    if (!convert(t, list[i], v, i + 1).ok()) return argument_failed(t, i + 1);
    types[i] = list[i].ffi;
    values[i] = list[i].data;
  }
  ffi_cif cif;
  ffi_type* rtype = result_type(sig.restype);
  ffi_status prepared = known && known < args.n ? ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, known, args.n, rtype, types) : ffi_prep_cif(&cif, FFI_DEFAULT_ABI, args.n, rtype, types);
  if (prepared != FFI_OK) return RAISE(RuntimeError, "%s failed", known && known < args.n ? "ffi_prep_cif_var" : "ffi_prep_cif");
  alignas(16) char buffer[64] = {};
  char* result = buffer;
  Bytes* large = nullptr;
  if (rtype->size > sizeof buffer) {
    large = TRY(new_bytes(t, nullptr, rtype->size));
    result = large->data();
  }
  Keep k1(large ? Value(large) : kNone), k2(sig.restype), k3(sig.checker);
  invoke(t, &cif, function, result, values, sig.flags);
  asm volatile("" : : "r"(list) : "memory");
  if (sig.flags & kPythonApi && t.exc) return Error{};
  return convert_result(t, sig.restype, sig.checker, result);
}

// ---- CArgObject
Result<CArg*> new_arg(Thread& t, char tag, ffi_type* ffi, Value obj) {
  CArg* a = TRY(alloc_as<CArg>(t, state().arg));
  a->tag = tag;
  a->ffi = ffi;
  if (obj) a->obj.init(obj);
  return a;
}
Result<CArg*> arg_by_reference(Thread& t, CData* d, int64_t offset) {
  CArg* a = TRY(new_arg(t, 'P', &ffi_type_pointer, d));
  set_pointer_at(a->value, d->data + offset);
  return a;
}

namespace {

template <class T> T value_of(CArg* a) {
  T v;
  memcpy(&v, a->value, sizeof v);
  return v;
}
Result<Value> arg_repr(Thread& t, Args a) {
  CArg* arg = a.as<CArg>(0);
  switch (arg->tag) {
    case 'b': case 'B': return TRY(str_format(t, "<cparam '%c' (%d)>", arg->tag, static_cast<int>(value_of<int8_t>(arg))));
    case 'h': case 'H': return TRY(str_format(t, "<cparam '%c' (%d)>", arg->tag, static_cast<int>(value_of<int16_t>(arg))));
    case 'i': case 'I': return TRY(str_format(t, "<cparam '%c' (%d)>", arg->tag, value_of<int32_t>(arg)));
    case 'l': case 'L': case 'q': case 'Q': return TRY(str_format(t, "<cparam '%c' (%ld)>", arg->tag, value_of<int64_t>(arg)));
    case 'd': case 'f': {
      Value v = TRY(make_float(t, arg->tag == 'd' ? value_of<double>(arg) : static_cast<double>(value_of<float>(arg))));
      return TRY(str_format(t, "<cparam '%c' (%R)>", arg->tag, v));
    }
    case 'c': {
      unsigned char c = static_cast<unsigned char>(arg->value[0]);
      if (c >= 32 && c < 127 && c != '\'' && c != '\\') return TRY(str_format(t, "<cparam 'c' ('%c')>", c));
      char hex[8];
      snprintf(hex, sizeof hex, "\\x%02x", c);
      return TRY(str_format(t, "<cparam 'c' ('%s')>", hex));
    }
    case 'z': case 'Z': case 'P': return TRY(str_format(t, "<cparam '%c' (%p)>", arg->tag, value_of<void*>(arg)));
    default: return TRY(str_format(t, "<cparam '%c' at %p>", arg->tag, static_cast<void*>(arg)));
  }
}
Result<Value> get_obj(Thread&, Value self) { return self.as<CArg>()->obj ? self.as<CArg>()->obj.get() : kNone; }
constexpr MethodDef k_arg_rows[] = {{"__repr__", arg_repr, "($self, /)", "Type code and value."}};
constexpr GetSetDef k_arg_getsets[] = {{"_obj", get_obj, nullptr, "The object that the argument was made from."}};

}  // namespace

const TypeSpec k_arg_spec = {.methods = k_arg_rows, .getsets = k_arg_getsets, .layout = &kLayout<CArg>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::ctypes
