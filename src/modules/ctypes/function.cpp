// CFuncPtr: C functions, found in a library, given by address, or made from a Python callable.
#include <dlfcn.h>

#include "modules/ctypes/ctypes.h"
#include "modules/native_new.h"
#include "runtime/audit.h"
#include "types/buffer.h"

namespace kaa::ctypes {

Result<Tuple*> converters_of(Thread& t, Value argtypes) {
  Tuple* types = TRY(tuple_from(t, argtypes));
  if (types->size > 1024)
    return raise(t, state().argument_error.get().as<Type>(), "_argtypes_ has too many arguments (%ld), maximum is %d", static_cast<int64_t>(types->size), 1024);
  List* l = TRY(new_list(t, types->size));
  for (uint64_t i = 0; i < types->size; i++) {
    Opt f = TRY(lookup_attr(t, types->items[i], NAME("from_param")));
    if (!f) return RAISE(TypeError, "item %ld in _argtypes_ has no from_param method", static_cast<int64_t>(i + 1));
    TRY(list_append(t, l, f.v));
  }
  return tuple_of(t, l->items, l->size);
}

Status check_restype(Thread& t, Value v, Field<>& restype, Field<>& checker, const char* message) {
  if (!v.is_none() && !info_of(v) && !is_callable(v)) return RAISE(TypeError, "%s", message);
  Opt check = v.is_none() ? Opt{} : TRY(lookup_attr(t, v, NAME("_check_retval_")));
  restype.set(v);
  if (check) checker.set(check.v);
  else checker.clear();
  return {};
}

namespace {

CFuncPtr* self_of(Value v) { return v.as<CFuncPtr>(); }
enum : int64_t { kIn = 1, kOut = 2, kLcid = 4 };

// ---- paramflags: (flags[, name[, default]]) for each argument
struct ParamFlag { int64_t flags; Value name, value; };
Result<ParamFlag> param_flag(Thread& t, Value item) {
  ParamFlag p{0, Value(), Value()};
  auto wrong = [&] { return RAISE(TypeError, "paramflags must be a sequence of (int [,string [,value]]) tuples"); };
  if (!is_tuple(item)) return wrong();
  Tuple* u = item.as<Tuple>();
  if (u->size < 1 || u->size > 3 || !is_int(u->items[0])) return wrong();
  if (u->size > 1 && !is_str(u->items[1]) && !u->items[1].is_none()) return wrong();
  Result<int64_t> flags = to_int64(t, u->items[0]);
  if (!flags.ok()) { clear_exc(t); return wrong(); }
  p.flags = flags.value();
  if (u->size > 1 && !u->items[1].is_none()) p.name = u->items[1];
  if (u->size > 2) p.value = u->items[2];
  return p;
}
Status check_param_flags(Thread& t, Value argtypes, Value flags) {
  if (!flags || flags.is_none() || !argtypes) return {};
  if (!is_tuple(flags)) return RAISE(TypeError, "paramflags must be a tuple or None");
  Tuple *u = flags.as<Tuple>(), *types = argtypes.as<Tuple>();
  if (u->size != types->size) return RAISE(ValueError, "paramflags must have the same length as argtypes");
  for (uint64_t i = 0; i < u->size; i++) {
    ParamFlag p = TRY(param_flag(t, u->items[i]));
    switch (p.flags & (kIn | kOut | kLcid)) {
      case 0: case kIn: case kIn | kLcid: case kIn | kOut: break;
      case kOut: {
        Info* of = info_of(types->items[i]);
        bool pointer = of && (of->kind == Kind::kPointer || of->kind == Kind::kArray || (of->kind == Kind::kSimple && strchr("PzZ", of->code->code)));
        if (pointer) break;
        if (is_type(types->items[i]))
          return RAISE(TypeError, "'out' parameter %ld must be a pointer type, not %N", static_cast<int64_t>(i + 1), types->items[i].as<Type>());
        return RAISE(TypeError, "'out' parameter %ld must be a pointer type, not %T", static_cast<int64_t>(i + 1), types->items[i]);
      }
      default: return RAISE(TypeError, "paramflag value %ld not supported", p.flags);
    }
  }
  return {};
}

// The arguments of a call, by paramflags, and which of them are results.
struct Built {
  Tuple* args = nullptr;
  uint64_t out = 0, inout = 0;  // bits by position
  int results = 0;
};
Result<Value> take_argument(Thread& t, uint32_t* next, const ParamFlag& p, Value fallback, Args given, Tuple* kwnames) {
  if (*next < given.n) return given[(*next)++];
  for (uint64_t i = 0; p.name && kwnames && i < kwnames->size; i++)
    if (str_equal(kwnames->items[i].as<Str>(), p.name.as<Str>())) {
      ++*next;
      return given.p[given.n + i];
    }
  if (fallback) return fallback;
  if (p.name) return RAISE(TypeError, "required argument '%S' missing", p.name);
  return RAISE(TypeError, "not enough arguments");
}
Result<Built> build_arguments(Thread& t, CFuncPtr* f, Tuple* types, Args given, Tuple* kwnames) {
  Built b;
  Tuple* flags = f->paramflags.get().as<Tuple>();
  List* l = TRY(new_list(t, types->size));
  uint32_t next = 0;
  for (uint64_t i = 0; i < types->size; i++) {
    if (i >= flags->size) return RAISE(ValueError, "NULL stgdict unexpected");
    ParamFlag p = TRY(param_flag(t, flags->items[i]));
    Value v;
    switch (p.flags & (kIn | kOut | kLcid)) {
      case kIn | kLcid: v = p.value ? p.value : small_int(0); break;
      case kIn | kOut:
        if (i < 64) b.inout |= uint64_t{1} << i, b.out |= uint64_t{1} << i;
        b.results++;
        [[fallthrough]];
      case 0: case kIn: v = TRY(take_argument(t, &next, p, p.value, given, kwnames)); break;
      case kOut: {
        if (i < 64) b.out |= uint64_t{1} << i;
        b.results++;
        if (p.value) { v = p.value; break; }
        Info* info = TRY(need_info(t, types->items[i], "NULL stgdict unexpected"));
        if (info->kind == Kind::kSimple) return RAISE(TypeError, "%N 'out' parameter must be passed as default value", types->items[i].as<Type>());
        if (info->kind == Kind::kArray) v = TRY(call(t, types->items[i]));
        else v = TRY(call(t, info->item.get()));
        break;
      }
      default: return RAISE(ValueError, "paramflag %ld not yet implemented", p.flags);
    }
    TRY(list_append(t, l, v));
  }
  uint64_t actual = given.n + (kwnames ? kwnames->size : 0);
  if (actual != next) return RAISE(TypeError, "call takes exactly %d arguments (%ld given)", static_cast<int>(next), static_cast<int64_t>(actual));
  b.args = TRY(tuple_of(t, l->items, l->size));
  return b;
}
Result<Value> build_result(Thread& t, Value result, const Built& b) {
  if (!b.args || !b.results) return result;
  List* l = TRY(new_list(t, static_cast<size_t>(b.results)));
  for (uint64_t i = 0; i < b.args->size && i < 64; i++) {
    uint64_t bit = uint64_t{1} << i;
    Value v = b.args->items[i];
    if (b.inout & bit) TRY(list_append(t, l, v));
    else if (b.out & bit) TRY(list_append(t, l, TRY(call_method(t, v, NAME("__ctypes_from_outparam__")))));
  }
  if (l->size == 1) return l->items[0];
  return TRY(tuple_of(t, l->items, l->size));
}

// ---- making
Result<Value> function_from_dll(Thread& t, Value type, Value spec, Value flags) {
  Tuple* u = TRY(tuple_from(t, spec));
  if (u->size != 2) return RAISE(TypeError, "illegal func_spec argument");
  Value name = u->items[0], dll = u->items[1];
  Utf8 text;
  const char* symbol;
  if (is_str(name)) {
    TRY(str_utf8(t, name.as<Str>(), text));
    symbol = text.data;
    if (strlen(symbol) != text.size) return RAISE(ValueError, "embedded null character");
  } else if (is_bytes(name)) {
    symbol = name.as<Bytes>()->data();
    if (strlen(symbol) != name.as<Bytes>()->size) return RAISE(ValueError, "embedded null byte");
  } else {
    return RAISE(TypeError, "function name must be string, bytes object or integer");
  }
  Keep keep(name);
  TRY(audit(t, "ctypes.dlsym", dll, name));
  void* p = TRY(find_symbol(t, dll, symbol, KAA_TYPE(AttributeError)));
  Info* info = TRY(need_info(t, type));
  TRY(check_param_flags(t, info->argtypes, flags));
  CFuncPtr* f = static_cast<CFuncPtr*>(TRY(new_cdata(t, type)));
  if (flags && !flags.is_none()) f->paramflags.set(flags);
  set_pointer_at(f->data, p);
  TRY(keep_ref(t, f, 0, dll));
  return f;
}
Result<Value> function_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  if (n == 0) return TRY(new_cdata(t, a[0]));
  if (n <= 2 && is_tuple(a[1])) return function_from_dll(t, a[0], a[1], n > 1 ? a[2] : Value());
  if (n != 1) return RAISE(TypeError, "function takes exactly 1 argument (%u given)", n);
  Info* info = TRY(need_info(t, a[0]));
  if (is_int(a[1])) {
    uint64_t p = TRY(address_from_int(t, a[1]));
    CData* f = TRY(new_cdata(t, a[0]));
    set_pointer_at(f->data, reinterpret_cast<void*>(p));
    return f;
  }
  if (!is_callable(a[1])) return RAISE(TypeError, "argument must be callable or integer function address");
  if (!info->argtypes) return RAISE(TypeError, "cannot construct instance of this class: no argtypes");
  Thunk* k = TRY(new_thunk(t, a[1], info->argtypes.get().as<Tuple>(), info->restype ? info->restype.get() : kNone, info->flags));
  CFuncPtr* f = static_cast<CFuncPtr*>(TRY(new_cdata(t, a[0])));
  f->callable.set(a[1]);
  f->thunk.set(k);
  set_pointer_at(f->data, k->code);
  TRY(keep_ref(t, f, 0, k));
  return f;
}

// ---- calling
Result<Value> function_call(Thread& t, Args a, Tuple* kwnames) {
  CFuncPtr* f = self_of(a[0]);
  Info& info = info_of_data(f);
  Args given{a.p + 1, a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0)};
  Value types = f->argtypes ? f->argtypes.get() : info.argtypes.get();
  Signature sig;
  sig.restype = f->restype ? f->restype.get() : info.restype.get();
  sig.converters = f->converters ? f->converters.get() : info.converters.get();
  sig.checker = f->restype ? f->checker.get() : info.checker.get();
  sig.flags = info.flags;
  Built b;
  Tuple* all = f->paramflags && types ? TRY(tuple_from(t, types)) : nullptr;
  if (all && all->size) {
    b = TRY(build_arguments(t, f, all, given, kwnames));
    given = Args{b.args->items, static_cast<uint32_t>(b.args->size)};
  }
  if (sig.converters) {
    uint64_t want = sig.converters.as<Tuple>()->size;
    if (given.n < want)
      return RAISE(TypeError, "this function takes at least %ld argument%s (%ld given)", static_cast<int64_t>(want), want == 1 ? "" : "s", static_cast<int64_t>(given.n));
  }
  void* function = pointer_at(f->data);
  Value errcheck = f->errcheck;
  Value result = TRY(call_foreign(t, function, sig, given));
  if (errcheck) {
    Tuple* args = b.args ? b.args : TRY(tuple_of(t, given.p, given.n));
    Value v = TRY(call(t, errcheck, result, Value(f), Value(args)));
    if (v != Value(args)) return v;
  }
  return build_result(t, result, b);
}

// ---- attributes
Result<Value> get_argtypes(Thread&, Value self) {
  CFuncPtr* f = self_of(self);
  if (f->argtypes) return f->argtypes.get();
  Info& info = info_of_data(f);
  return info.argtypes ? info.argtypes.get() : kNone;
}
Status set_argtypes(Thread& t, Value self, Value v) {
  CFuncPtr* f = self_of(self);
  if (!v || v.is_none()) {
    f->argtypes.clear();
    f->converters.clear();
    return {};
  }
  if (!type_of(v)->dunder(D_getitem) || is_dict(v)) return RAISE(TypeError, "_argtypes_ must be a sequence of types");
  Tuple* types = TRY(tuple_from(t, v));
  Tuple* converters = TRY(converters_of(t, types));
  TRY(check_param_flags(t, types, f->paramflags));
  f->converters.set(converters);
  f->argtypes.set(v);
  return {};
}
Result<Value> get_restype(Thread&, Value self) {
  CFuncPtr* f = self_of(self);
  if (f->restype) return f->restype.get();
  Info& info = info_of_data(f);
  return info.restype ? info.restype.get() : kNone;
}
Status set_restype(Thread& t, Value self, Value v) {
  CFuncPtr* f = self_of(self);
  if (!v) {
    f->restype.clear();
    f->checker.clear();
    return {};
  }
  return check_restype(t, v, f->restype, f->checker, "restype must be a type, a callable, or None");
}
Result<Value> get_errcheck(Thread&, Value self) { return self_of(self)->errcheck ? self_of(self)->errcheck.get() : kNone; }
Status set_errcheck(Thread& t, Value self, Value v) {
  if (!v) {
    self_of(self)->errcheck.clear();
    return {};
  }
  if (!is_callable(v)) return RAISE(TypeError, "the errcheck attribute must be callable");
  self_of(self)->errcheck.set(v);
  return {};
}
Result<Value> function_repr(Thread& t, Args a) { return TRY(str_format(t, "<%T object at %p>", a[0], static_cast<void*>(a[0].object()))); }
Result<Value> function_bool(Thread&, Args a) { return Value::from_bool(pointer_at(a.as<CData>(0)->data)); }

constexpr GetSetDef k_getsets[] = {
    {"argtypes", get_argtypes, set_argtypes, "The types of the arguments."},
    {"restype", get_restype, set_restype, "The type of the result, a callable that gets an int, or None for void."},
    {"errcheck", get_errcheck, set_errcheck, "Called with the result, the function and the arguments."},
};
constexpr MethodDef k_rows[] = {
    {"__new__", function_new, nullptr, "A function of a library, at an address, or that calls a Python callable.", MethodKind::kNew},
    {"__call__", function_call, nullptr, "Calls the function."},
    {"__repr__", function_repr, "($self, /)", "Type and address of the object."},
    {"__bool__", function_bool, "($self, /)", "Whether the address is not NULL."},
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the memory."},
};

}  // namespace

const TypeSpec k_function_spec = {.doc = "The base of C functions.", .methods = k_rows, .getsets = k_getsets, .buffer = &k_cdata_buffer, .layout = &kLayout<CFuncPtr>,
                                  .flags = kTypeBase};

}  // namespace kaa::ctypes
