// The metaclasses: what happens when a class of C data is made, and the class methods that make instances.
//
// CType_Type is their common base, itself a subclass of type. Its layout is CType, so every class that one of them makes has an Info in it.
#include <dlfcn.h>
#include <stdlib.h>

#include "modules/ctypes/ctypes.h"
#include "modules/native_new.h"
#include "runtime/audit.h"
#include "runtime/native_class.h"
#include "runtime/types.h"
#include "runtime/weakrefs.h"
#include "types/buffer.h"

namespace kaa {

void LayoutTraits<ctypes::CType>::destroy(ctypes::CType* ty) {
  free(ty->info.format);
  free(ty->info.shape);
  free(ty->info.aggregate);
  LayoutTraits<Type>::destroy(ty);
}

}  // namespace kaa

namespace kaa::ctypes {

State& state() {
  static State* s = new State();
  return *s;
}

Result<Info*> need_info(Thread& t, Value type, const char* message) {
  if (Info* info = info_of(type)) return info;
  return RAISE(TypeError, "%s", message);
}

Status set_format(Thread& t, Info& info, const char* text, size_t n) {
  char* copy = static_cast<char*>(malloc(n + 1));
  if (!copy) return raise_memory(t);
  memcpy(copy, text, n);
  copy[n] = 0;
  free(info.format);
  info.format = copy;
  return {};
}

Status begin_info(Thread& t, CType* ty, Kind kind) {
  Info& info = ty->info;
  if (info.kind != Kind::kNone) return RAISE(SystemError, "StgInfo of '%N' is already initialized.", ty);
  info.kind = kind;
  info.align = 1;
  info.ffi = info.ffi_result = &ffi_type_pointer;
  return {};
}

Status inherit_info(Thread& t, CType* ty, CType* from) {
  Info &to = ty->info, &is = from->info;
  is.final = true;
  to.kind = is.kind;
  to.flags = is.flags;
  to.size = is.size;
  to.align = is.align;
  to.length = is.length;
  to.words[0] = is.words[0];
  to.words[1] = is.words[1];
  to.get = is.get;
  to.set = is.set;
  to.code = is.code;
  to.ndim = is.ndim;
  to.item.set(is.item);
  if (is.format) TRY(set_format(t, to, is.format, strlen(is.format)));
  return make_aggregate(t, to);
}

namespace {

CType* self_type(Args a) { return a.as<CType>(0); }
std::string_view format_of(const Info& i) { return i.format ? i.format : "B"; }

Status set_pointer_layout(Info& info) {
  info.size = info.align = static_cast<int64_t>(sizeof(void*));
  info.ffi = info.ffi_result = &ffi_type_pointer;
  info.flags |= kIsPointer;
  info.length = 1;
  return {};
}
// Formats are put together in malloc memory: they are short, and no object.
class Text {
 public:
  ~Text() { free(data_); }
  void add(std::string_view s) {
    data_ = static_cast<char*>(realloc(data_, size_ + s.size() + 1));
    memcpy(data_ + size_, s.data(), s.size());
    size_ += s.size();
  }
  void add(int64_t n) { char b[24]; add(std::string_view(b, static_cast<size_t>(snprintf(b, sizeof b, "%ld", static_cast<long>(n))))); }
  const char* data() const { return data_ ? data_ : ""; }
  size_t size() const { return size_; }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

// The arguments of a metaclass's __init__ are those of type's.
Result<CType*> begin_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  if (n != 3) return RAISE(TypeError, "type.__init__() takes 1 or 3 arguments");
  return self_type(a);
}

// ---- structures and unions
Result<Value> aggregate_init(Thread& t, Args a, Tuple* kwnames, Kind kind) {
  CType* ty = TRY(begin_init(t, a, kwnames));
  if (dict_get_str(ty->dict, NAME("_abstract_"))) return kNone;
  TRY(begin_info(t, ty, kind));
  TRY(set_format(t, ty->info, "B", 1));
  TRY(make_aggregate(t, ty->info));
  if (kind == Kind::kUnion) ty->info.flags |= kHasUnion;
  if (Value fields = dict_get_str(ty->dict, NAME("_fields_"))) {
    TRY(set_attr(t, ty, NAME("_fields_"), fields));
    return kNone;
  }
  if (is_ctype(ty->base.value()) && info_of(ty->base.value())) TRY(inherit_info(t, ty, as_ctype(ty->base)));
  return kNone;
}
Result<Value> struct_type_init(Thread& t, Args a, Tuple* kwnames) { return aggregate_init(t, a, kwnames, Kind::kStruct); }
Result<Value> union_type_init(Thread& t, Args a, Tuple* kwnames) { return aggregate_init(t, a, kwnames, Kind::kUnion); }
Result<Value> aggregate_setattr(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "attribute name must be string, not '%T'", a[1]);
  Str* name = TRY(intern(t, a.as<Str>(1)));
  // A class whose fields stand already keeps its _fields_.
  if (name == NAME("_fields_") && a[2] && !self_type(a)->has(kTypeImmutable)) TRY(struct_update(t, self_type(a), a[2]));
  TRY(type_generic_set_attr(t, self_type(a), name, a[2]));
  return kNone;
}

// ---- pointers
Status set_target(Thread& t, CType* ty, Value target) {
  if (!is_type(target)) return RAISE(TypeError, "_type_ must be a type");
  Info* info = info_of(target);
  if (!info) return RAISE(TypeError, "%R must have storage info", target);
  ty->info.item.set(target);
  if (!info->pointer_type) info->pointer_type.set(ty);
  return {};
}
Result<Value> pointer_type_init(Thread& t, Args a, Tuple* kwnames) {
  CType* ty = TRY(begin_init(t, a, kwnames));
  TRY(begin_info(t, ty, Kind::kPointer));
  TRY(set_pointer_layout(ty->info));
  Value target = dict_get_str(ty->dict, NAME("_type_"));
  if (target) {
    TRY(set_target(t, ty, target));
    Info* info = info_of(target);
    Text f;
    f.add("&");
    for (int i = 0; i < info->ndim; i++) {
      f.add(i ? "," : "(");
      f.add(info->shape[i]);
    }
    if (info->ndim) f.add(")");
    f.add(format_of(*info));
    TRY(set_format(t, ty->info, f.data(), f.size()));
  }
  return kNone;
}
Result<Value> pointer_type_set_type(Thread& t, Args a) {
  TRY(set_target(t, self_type(a), a[1]));
  TRY(set_attr(t, a[0], NAME("_type_"), a[1]));
  return kNone;
}

// ---- arrays
Status char_array_getsets(Thread& t, CType* ty, uint32_t code);
Result<Value> array_type_init(Thread& t, Args a, Tuple* kwnames) {
  CType* ty = TRY(begin_init(t, a, kwnames));
  Opt given = TRY(lookup_attr(t, ty, NAME("_length_")));
  if (!given || given.v.is_none()) return RAISE(AttributeError, "class must define a '_length_' attribute");
  if (!is_int(given.v)) return RAISE(TypeError, "The '_length_' attribute must be an integer");
  Result<int64_t> length = to_int64(t, given.v);
  bool negative;
  if (length.ok()) {
    negative = length.value() < 0;
  } else {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    negative = TRY(compare_bool(t, CompareOp::LT, given.v, small_int(0)));
  }
  if (negative) return RAISE(ValueError, "The '_length_' attribute must not be negative");
  if (!length.ok()) return RAISE(OverflowError, "The '_length_' attribute is too large");
  Opt item = TRY(lookup_attr(t, ty, NAME("_type_")));
  if (!item || item.v.is_none()) return RAISE(AttributeError, "class must define a '_type_' attribute");
  Info* of = info_of(item.v);
  if (!of) return RAISE(TypeError, "_type_ must have storage info");
  int64_t n = length.value(), size;
  if (__builtin_mul_overflow(of->size, n, &size)) return RAISE(OverflowError, "array too large");
  Info& info = ty->info;
  TRY(begin_info(t, ty, Kind::kArray));
  TRY(set_format(t, info, format_of(*of).data(), format_of(*of).size()));
  info.ndim = of->ndim + 1;
  free(info.shape);
  info.shape = static_cast<int64_t*>(malloc(static_cast<size_t>(info.ndim) * sizeof(int64_t)));
  if (!info.shape) return raise_memory(t);
  info.shape[0] = n;
  for (int i = 0; i < of->ndim; i++) info.shape[i + 1] = of->shape[i];
  if (of->flags & (kIsPointer | kHasPointer)) info.flags |= kHasPointer;
  info.size = size;
  info.align = of->align;
  info.length = n;
  info.item.set(item.v);
  if (of->kind == Kind::kSimple && has_data_layout(ty)) TRY(char_array_getsets(t, ty, static_cast<uint32_t>(of->code->code)));
  return kNone;
}

// ---- simple types
Result<Value> char_pointer_from_param(Thread& t, Args a);
Result<Value> wchar_pointer_from_param(Thread& t, Args a);
Result<Value> void_pointer_from_param(Thread& t, Args a);
constexpr MethodDef k_char_pointer_row{"from_param", char_pointer_from_param, "($type, value, /)", "An argument of a call: None, bytes, or characters in C memory.", MethodKind::kClassMethod};
constexpr MethodDef k_wchar_pointer_row{"from_param", wchar_pointer_from_param, "($type, value, /)", "An argument of a call: None, a str, or wide characters in C memory.", MethodKind::kClassMethod};
constexpr MethodDef k_void_pointer_row{"from_param", void_pointer_from_param, "($type, value, /)", "An argument of a call: None, an address, text, or any pointer.", MethodKind::kClassMethod};

Status set_simple(Thread& t, CType* ty, const TypeCode* code, bool swapped) {
  TRY(begin_info(t, ty, Kind::kSimple));
  Info& info = ty->info;
  info.code = code;
  info.swapped = swapped;
  info.ffi = info.ffi_result = code->ffi;
  info.size = static_cast<int64_t>(code->ffi->size);
  info.align = code->ffi->alignment;
  info.get = swapped ? code->get_swapped : code->get;
  info.set = swapped ? code->set_swapped : code->set;
  if (strchr("zZPO", code->code)) info.flags |= kIsPointer;
  char format[] = {swapped ? '>' : '<', code->format};
  return set_format(t, info, format, 2);
}
// The same type in the other byte order.
Result<Value> swapped_type(Thread& t, CType* ty, const TypeCode* code) {
  Value meta = type_of(ty);
  Value bases = ty->bases.value();
  Dict* ns = TRY(dict_copy(t, ty->dict));
  TRY(dict_set_str(t, ns, "__qualname__", ty->qualname.get()));
  Str* name = TRY(str_format(t, "%U_be", ty->name.get()));
  Type* swapped = TRY(new_class(t, meta.as<Type>(), name, bases.as<Tuple>(), ns, nullptr, nullptr));
  TRY(set_simple(t, as_ctype(swapped), code, true));
  return swapped;
}
Result<Value> simple_type_init(Thread& t, Args a, Tuple* kwnames) {
  CType* ty = TRY(begin_init(t, a, kwnames));
  Opt proto = TRY(lookup_attr(t, ty, NAME("_type_")));
  if (!proto) return RAISE(AttributeError, "class must define a '_type_' attribute");
  if (!is_str(proto.v)) return RAISE(TypeError, "class must define a '_type_' string attribute");
  if (proto.v.as<Str>()->length != 1) return RAISE(ValueError, "class must define a '_type_' attribute which must be a string of length 1");
  const TypeCode* code = find_code(proto.v.as<Str>()->at(0));
  if (!code)
    return RAISE(AttributeError, "class must define a '_type_' attribute which must be\na single character string containing one of the\nsupported types: '%s'.", kCodes);
  TRY(set_simple(t, ty, code, false));
  const MethodDef* row = ty->base != state().simple ? nullptr : code->code == 'z' ? &k_char_pointer_row : code->code == 'Z' ? &k_wchar_pointer_row : code->code == 'P' ? &k_void_pointer_row : nullptr;
  if (row) {
    Value f = TRY(new_native_function(t, row, type_of(ty), Value(), Value(), KAA_TYPE(classmethod_descriptor)));
    f.as<NativeFunction>()->owner = state().simple;
    TRY(type_set_attr(t, ty, NAME("from_param"), f));
  }
  if (type_of(ty) == state().simple_type && code->get_swapped) {
    Value swapped = TRY(swapped_type(t, ty, code));
    TRY(type_set_attr(t, ty, NAME("__ctype_be__"), swapped));
    TRY(type_set_attr(t, ty, NAME("__ctype_le__"), ty));
    TRY(type_set_attr(t, swapped.as<Type>(), NAME("__ctype_le__"), ty));
    TRY(type_set_attr(t, swapped.as<Type>(), NAME("__ctype_be__"), swapped));
  }
  return kNone;
}

// ---- functions
Result<Value> function_type_init(Thread& t, Args a, Tuple* kwnames) {
  CType* ty = TRY(begin_init(t, a, kwnames));
  Info& info = ty->info;
  Opt flags = TRY(lookup_attr(t, ty, NAME("_flags_")));
  if (!flags || !is_int(flags.v)) return RAISE(TypeError, "class must define _flags_ which must be an integer");
  uint64_t bits = TRY(to_uint64_mask(t, flags.v));
  TRY(begin_info(t, ty, Kind::kFunction));
  TRY(set_pointer_layout(info));
  info.flags = static_cast<uint32_t>(bits) | kIsPointer;
  TRY(set_format(t, info, "X{}", 3));
  Opt argtypes = TRY(lookup_attr(t, ty, NAME("_argtypes_")));
  if (argtypes) {
    if (!is_tuple(argtypes.v)) return RAISE(TypeError, "_argtypes_ must be a sequence of types");
    Tuple* converters = TRY(converters_of(t, argtypes.v));
    info.argtypes.set(argtypes.v);
    info.converters.set(converters);
  }
  Opt restype = TRY(lookup_attr(t, ty, NAME("_restype_")));
  if (restype) TRY(check_restype(t, restype.v, info.restype, info.checker, "_restype_ must be a type, a callable, or None"));
  return kNone;
}

// ---- what all of them have
Result<Value> type_mul(Thread& t, Args a) {
  if (!type_of(a[1])->dunder(D_index)) return RAISE(TypeError, "can't multiply sequence by non-int of type '%T'", a[1]);
  int64_t n = TRY(to_ssize(t, a[1]));
  if (n < 0) return RAISE(ValueError, "Array length must be >= 0, not %ld", n);
  return TRY(array_type(t, a[0], n));
}
Result<Value> get_pointer_type(Thread& t, Value self) {
  Value v = self.as<CType>()->info.pointer_type;
  if (v) return v;
  return RAISE(AttributeError, "%R has no attribute '__pointer_type__'", self);
}
Status set_pointer_type(Thread& t, Value self, Value v) {
  Field<>& field = self.as<CType>()->info.pointer_type;
  if (v) field.set(v);
  else field.clear();
  return {};
}
Result<Value> type_sizeof(Thread& t, Args a) {
  const Info& i = self_type(a)->info;
  size_t n = sizeof(CType) + (i.format ? strlen(i.format) + 1 : 0) + static_cast<size_t>(i.ndim) * 8 + (i.aggregate ? sizeof(Aggregate) : 0);
  return make_uint(t, n);
}

// ---- class methods
Result<Value> from_address(Thread& t, Args a) {
  if (!is_int(a[1])) return RAISE(TypeError, "integer expected");
  uint64_t p = TRY(address_from_int(t, a[1]));
  return TRY(cdata_at(t, a[0], reinterpret_cast<char*>(p)));
}
Status check_room(Thread& t, int64_t have, int64_t offset, int64_t size) {
  if (offset < 0) return RAISE(ValueError, "offset cannot be negative");
  if (size <= have - offset) return {};
  return RAISE(ValueError, "Buffer size too small (%ld instead of at least %ld bytes)", have, size + offset);
}
Result<Value> from_buffer(Thread& t, Args a) {
  int64_t offset = a[2] ? TRY(to_ssize(t, a[2])) : 0;
  int64_t size = TRY(need_info(t, a[0]))->size;
  if (!has_buffer(a[1])) return RAISE(TypeError, "memoryview: a bytes-like object is required, not '%T'", a[1]);
  MemoryView* m = TRY(new_memoryview(t, a[1]));
  if (m->readonly) return RAISE(TypeError, "underlying buffer is not writable");
  Buffer shape;
  shape.size = m->size;
  shape.itemsize = m->itemsize;
  shape.ndim = m->ndim;
  shape.shape = m->shape();
  shape.strides = m->strides();
  shape.suboffsets = m->suboffsets();
  if (!buffer_contiguous(shape)) return RAISE(TypeError, "underlying buffer is not C contiguous");
  TRY(check_room(t, m->size, offset, size));
  if (interp().auditing) {
    Value address = TRY(make_uint(t, reinterpret_cast<uint64_t>(m->data)));
    TRY(audit(t, "ctypes.cdata/buffer", address, TRY(make_int(t, m->size)), TRY(make_int(t, offset))));
  }
  CData* d = TRY(cdata_at(t, a[0], m->data + offset));
  TRY(keep_ref(t, d, -1, m));
  return d;
}
Result<Value> from_buffer_copy(Thread& t, Args a) {
  int64_t offset = a[2] ? TRY(to_ssize(t, a[2])) : 0;
  int64_t size = TRY(need_info(t, a[0]))->size;
  BufferHold b;
  TRY(b.get(t, a[1]));
  TRY(check_room(t, b.b.size, offset, size));
  if (interp().auditing) {
    Value address = TRY(make_uint(t, reinterpret_cast<uint64_t>(b.data())));
    TRY(audit(t, "ctypes.cdata/buffer", address, TRY(make_int(t, b.b.size)), TRY(make_int(t, offset))));
  }
  CData* d = TRY(new_cdata(t, a[0]));
  if (size) memcpy(d->data, b.data() + offset, static_cast<size_t>(size));
  return d;
}
Result<Value> in_dll(Thread& t, Args a) {
  if (!is_str(a[2])) return RAISE(TypeError, "in_dll() argument 2 must be str, not %T", a[2]);
  Utf8 name;
  TRY(str_utf8(t, a.as<Str>(2), name));
  if (strlen(name.data) != name.size) return RAISE(ValueError, "embedded null character");
  TRY(audit(t, "ctypes.dlsym", a[1], a[2]));
  TRY(need_info(t, a[0]));
  void* p = TRY(find_symbol(t, a[1], name.data, KAA_TYPE(ValueError)));
  return TRY(cdata_at(t, a[0], static_cast<char*>(p)));
}

// What an object that is no C data stands for as an argument of this type; empty: nothing.
Result<Opt> as_parameter(Thread& t, Value type, Value v) {
  Opt p = TRY(lookup_attr(t, v, NAME("_as_parameter_")));
  if (!p) return Opt{};
  TRY(native_enter(t, " while processing _as_parameter_"));
  return Opt{TRY(call_method(t, type, NAME("from_param"), p.v))};
}
Result<Value> from_param(Thread& t, Args a) {
  if (is_data_of(a[1], a[0])) return a[1];
  Type* wanted = a.as<Type>(0);
  if (is_arg(a[1])) {
    Value target = a[1].as<CArg>()->obj;
    Info* info = info_of(a[0]);
    if (target && info && info->item && is_data_of(target, info->item)) return a[1];  // byref(x) where a pointer to x's type is wanted
    if (target) return RAISE(TypeError, "expected %N instance instead of pointer to %T", wanted, target);
    return RAISE(TypeError, "expected %N instance instead of pointer to %s", wanted, "(null)");
  }
  Opt p = TRY(as_parameter(t, a[0], a[1]));
  if (p) return p.v;
  return RAISE(TypeError, "expected %N instance instead of %T", wanted, a[1]);
}
Result<Value> pointer_from_param(Thread& t, Args a) {
  if (a[1].is_none()) return kNone;
  Info* info = info_of(a[0]);
  if (!info || !info->item) return RAISE(TypeError, "abstract class");
  if (is_data_of(a[1], info->item)) return TRY(arg_by_reference(t, a[1].as<CData>(), 0));
  if (is_cdata(a[1])) {  // a pointer or an array of what this points to
    Info& other = info_of_data(a[1].as<CData>());
    if ((other.kind == Kind::kPointer || other.kind == Kind::kArray) && other.item && is_subtype(other.item.get().as<Type>(), info->item.get().as<Type>())) return a[1];
  }
  return from_param(t, a);
}
Result<Value> simple_from_param(Thread& t, Args a) {
  if (is_data_of(a[1], a[0])) return a[1];
  Info* info = TRY(need_info(t, a[0]));
  CArg* arg = TRY(new_arg(t, info->code->code, info->ffi, Value()));
  // In this machine's order whatever the type's own is: the value goes into a register.
  Result<Value> kept = info->code->set(t, arg->value, a[1], Extent{info->size});
  if (kept.ok()) {
    arg->obj.set(kept.value());
    return arg;
  }
  Value e = take_exc(t);
  Opt p = TRY(as_parameter(t, a[0], a[1]));
  if (p) return p.v;
  restore_exc(t, e);
  return Error{};
}

Result<Value> text_arg(Thread& t, char code, Value v) {
  CArg* arg = TRY(new_arg(t, code, &ffi_type_pointer, Value()));
  Value kept = TRY(find_code(static_cast<uint32_t>(code))->set(t, arg->value, v, Extent{8}));
  arg->obj.set(kept);
  return arg;
}
bool is_array_or_pointer_of(Value v, const char* codes) {
  if (!is_cdata(v)) return false;
  Info& info = info_of_data(v.as<CData>());
  if (info.kind != Kind::kPointer && info.kind != Kind::kArray) return false;
  Info* item = info.item ? info_of(info.item.get()) : nullptr;
  return !codes || (item && item->kind == Kind::kSimple && strchr(codes, item->code->code));
}
// byref() of a simple object.
bool is_reference_to(Value v, char code) {
  if (!is_arg(v) || !v.as<CArg>()->obj || !is_cdata(v.as<CArg>()->obj)) return false;
  Info& info = info_of_data(v.as<CArg>()->obj.get().as<CData>());
  return info.kind == Kind::kSimple && info.code->code == code;
}
Error no_parameter(Thread& t, Value v, const char* what) { return RAISE(TypeError, "'%T' object cannot be interpreted as ctypes.%s", v, what); }

Result<Value> char_pointer_from_param(Thread& t, Args a) {
  if (a[1].is_none()) return kNone;
  if (is_bytes(a[1])) return text_arg(t, 'z', a[1]);
  if (is_data_of(a[1], a[0]) || is_array_or_pointer_of(a[1], "c") || is_reference_to(a[1], 'c')) return a[1];
  Opt p = TRY(as_parameter(t, a[0], a[1]));
  if (p) return p.v;
  return no_parameter(t, a[1], "c_char_p");
}
Result<Value> wchar_pointer_from_param(Thread& t, Args a) {
  if (a[1].is_none()) return kNone;
  if (is_str(a[1])) return text_arg(t, 'Z', a[1]);
  if (is_data_of(a[1], a[0]) || is_array_or_pointer_of(a[1], "u") || is_reference_to(a[1], 'u')) return a[1];
  Opt p = TRY(as_parameter(t, a[0], a[1]));
  if (p) return p.v;
  return no_parameter(t, a[1], "c_wchar_p");
}
Result<Value> void_pointer_from_param(Thread& t, Args a) {
  Value v = a[1];
  if (v.is_none()) return kNone;
  if (is_int(v)) return text_arg(t, 'P', v);
  if (is_bytes(v)) return text_arg(t, 'z', v);
  if (is_str(v)) return text_arg(t, 'Z', v);
  if (is_data_of(v, a[0]) || is_array_or_pointer_of(v, nullptr)) return v;
  if (is_arg(v) && v.as<CArg>()->tag == 'P') return v;
  if (is_cdata(v)) {
    Info& info = info_of_data(v.as<CData>());
    bool text = info.kind == Kind::kSimple && (info.code->code == 'z' || info.code->code == 'Z');
    if (info.kind == Kind::kFunction || text) {
      CArg* arg = TRY(new_arg(t, text ? 'Z' : 'P', &ffi_type_pointer, v));
      memcpy(arg->value, v.as<CData>()->data, sizeof(void*));
      return arg;
    }
  }
  Opt p = TRY(as_parameter(t, a[0], v));
  if (p) return p.v;
  return no_parameter(t, v, "c_void_p");
}

#define COMMON_ROWS \
    {"from_address", from_address, "($self, value, /)", "The instance at an address."}, \
    {"from_buffer", from_buffer, "($self, obj, offset=0, /)", "An instance that shares the memory of a writable buffer."}, \
    {"from_buffer_copy", from_buffer_copy, "($self, buffer, offset=0, /)", "An instance with a copy of a buffer's bytes."}, \
    {"in_dll", in_dll, "($self, dll, name, /)", "The instance that a library exports under a name."}
constexpr const char* kInitSig = nullptr;
#define PARAM_ROW(fn) {"from_param", fn, "($self, value, /)", "Turns an object into an argument of a call."}

constexpr MethodDef k_ctype_rows[] = {
    {"__mul__", type_mul, "($self, value, /)", "The type of arrays of so many."},
    {"__rmul__", type_mul, "($self, value, /)", "The type of arrays of so many."},
    {"__sizeof__", type_sizeof, "($self, /)", "Memory that the type takes, in bytes."},
};
constexpr GetSetDef k_ctype_getsets[] = {{"__pointer_type__", get_pointer_type, set_pointer_type, "The type of pointers to this type."}};
constexpr MethodDef k_struct_rows[] = {{"__init__", struct_type_init, kInitSig, "Sets up a structure class."},
    {"__setattr__", aggregate_setattr, "($self, name, value, /)", "Sets an attribute; _fields_ lays the structure out."},
    {"__delattr__", aggregate_setattr, "($self, name, /)", "Deletes an attribute."}, PARAM_ROW(from_param), COMMON_ROWS};
constexpr MethodDef k_union_rows[] = {{"__init__", union_type_init, kInitSig, "Sets up a union class."},
    {"__setattr__", aggregate_setattr, "($self, name, value, /)", "Sets an attribute; _fields_ lays the union out."},
    {"__delattr__", aggregate_setattr, "($self, name, /)", "Deletes an attribute."}, PARAM_ROW(from_param), COMMON_ROWS};
constexpr MethodDef k_pointer_rows[] = {{"__init__", pointer_type_init, kInitSig, "Sets up a pointer class."},
    {"set_type", pointer_type_set_type, "($self, type, /)", "Says what the pointers point to."}, PARAM_ROW(pointer_from_param), COMMON_ROWS};
constexpr MethodDef k_array_rows[] = {{"__init__", array_type_init, kInitSig, "Sets up an array class."}, PARAM_ROW(from_param), COMMON_ROWS};
constexpr MethodDef k_simple_rows[] = {{"__init__", simple_type_init, kInitSig, "Sets up a class of simple values."}, PARAM_ROW(simple_from_param), COMMON_ROWS};
constexpr MethodDef k_function_rows[] = {{"__init__", function_type_init, kInitSig, "Sets up a class of functions."}, PARAM_ROW(from_param), COMMON_ROWS};
#undef COMMON_ROWS
#undef PARAM_ROW

constexpr const Layout* kTypeLayout = &kLayout<CType>;
const TypeSpec k_ctype_spec = {.methods = k_ctype_rows, .getsets = k_ctype_getsets, .layout = kTypeLayout, .flags = kTypeBase | kTypeDisallowInstantiation};
const TypeSpec k_struct_type_spec = {.doc = "The metaclass of structures.", .methods = k_struct_rows, .layout = kTypeLayout, .flags = kTypeBase};
const TypeSpec k_union_type_spec = {.doc = "The metaclass of unions.", .methods = k_union_rows, .layout = kTypeLayout, .flags = kTypeBase};
const TypeSpec k_pointer_type_spec = {.doc = "The metaclass of pointers.", .methods = k_pointer_rows, .layout = kTypeLayout, .flags = kTypeBase};
const TypeSpec k_array_type_spec = {.doc = "The metaclass of arrays.", .methods = k_array_rows, .layout = kTypeLayout, .flags = kTypeBase};
const TypeSpec k_simple_type_spec = {.doc = "The metaclass of simple types.", .methods = k_simple_rows, .layout = kTypeLayout, .flags = kTypeBase};
const TypeSpec k_function_type_spec = {.doc = "The metaclass of functions.", .methods = k_function_rows, .layout = kTypeLayout, .flags = kTypeBase};

// ---- c_char and c_wchar arrays: value, raw
CData* data_of(Value v) { return v.as<CData>(); }
Result<Value> get_char_value(Thread& t, Value self) { return get_char_field(t, data_of(self)->data, Extent{data_of(self)->size}); }
Status set_char_value(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete attribute");
  if (!is_bytes(v)) return RAISE(TypeError, "bytes expected instead of %T instance", v);
  CData* d = data_of(self);
  Bytes* b = v.as<Bytes>();
  if (static_cast<int64_t>(b->size) > d->size) return RAISE(ValueError, "byte string too long");
  memcpy(d->data, b->data(), b->size);
  if (static_cast<int64_t>(b->size) < d->size) d->data[b->size] = 0;
  return {};
}
Result<Value> get_raw(Thread& t, Value self) { return TRY(new_bytes(t, data_of(self)->data, static_cast<size_t>(data_of(self)->size))); }
Status set_raw(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "attribute 'raw' of '%T' objects cannot be deleted", self);
  BufferHold b;
  TRY(b.get(t, v));
  if (b.b.size > data_of(self)->size) return RAISE(ValueError, "byte string too long");
  memcpy(data_of(self)->data, b.data(), b.size());
  return {};
}
Result<Value> get_wchar_value(Thread& t, Value self) { return get_wchar_field(t, data_of(self)->data, Extent{data_of(self)->size}); }
Status set_wchar_value(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete attribute");
  if (!is_str(v)) return RAISE(TypeError, "unicode string expected instead of %T instance", v);
  if (static_cast<int64_t>(v.as<Str>()->length) > data_of(self)->size / 4) return RAISE(ValueError, "string too long");
  TRY(set_wchar_field(t, data_of(self)->data, v, Extent{data_of(self)->size}));
  return {};
}
constexpr GetSetDef k_char_value{"value", get_char_value, set_char_value, "The bytes up to the first NUL."};
constexpr GetSetDef k_char_raw{"raw", get_raw, set_raw, "All bytes."};
constexpr GetSetDef k_wchar_value{"value", get_wchar_value, set_wchar_value, "The characters up to the first NUL."};

Status add_getset(Thread& t, CType* ty, const GetSetDef& def) {
  GetSetObject* o = TRY(alloc<GetSetObject>(t, KAA_SHAPE(getset_descriptor)));
  o->def = &def;
  o->owner.init(ty);
  return type_set_attr(t, ty, intern_name(def.name), o);
}
Status char_array_getsets(Thread& t, CType* ty, uint32_t code) {
  if (code == 'u') return add_getset(t, ty, k_wchar_value);
  if (code != 'c') return {};
  TRY(add_getset(t, ty, k_char_value));
  return add_getset(t, ty, k_char_raw);
}

}  // namespace

// Array types are made once for each type of items and length, and live as long as they are used.
Result<CType*> array_type(Thread& t, Value item, int64_t length) {
  Info* info = info_of(item);
  if (!info) return RAISE(TypeError, "Expected a type object");
  if (!info->arrays) info->arrays.set(TRY(new_dict(t)));
  Value key = TRY(make_int(t, length));
  Opt known = TRY(dict_get(t, info->arrays, key));
  if (known && weakref_get(known.v.as<WeakRef>())) return weakref_get(known.v.as<WeakRef>()).as<CType>();
  Str* name = TRY(str_format(t, "%U_Array_%ld", item.as<Type>()->name.get(), length));
  Dict* ns = TRY(new_dict(t));
  TRY(dict_set_str(t, ns, "_length_", key));
  TRY(dict_set_str(t, ns, "_type_", item));
  Tuple* bases = TRY(make_tuple(t, Value(state().array)));
  Value made = TRY(call(t, state().array_type, name, bases, ns));
  WeakRef* ref = TRY(make_weakref(t, KAA_TYPE(weakref), made, kNone));
  // Types that are gone leave their references behind; now and then these are taken out.
  Dict* all = info->arrays;
  if (all->used >= 64 && (all->used & (all->used - 1)) == 0) {
    Dict* live = TRY(new_dict(t));
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(all, &pos))
      if (weakref_get(e->value.as<WeakRef>())) TRY(dict_set(t, live, e->key, e->value));
    info->arrays.set(live);
  }
  TRY(dict_set(t, info->arrays, key, ref));
  return made.as<CType>();
}

Status init_types(Thread& t, Module* m) {
  State& s = state();
  if (!s.ctype) {
    s.ctype = TRY(make_native_type(t, "_ctypes.CType_Type", KAA_TYPE(type), k_ctype_spec));
    s.struct_type = TRY(make_native_type(t, "_ctypes.PyCStructType", s.ctype, k_struct_type_spec));
    s.union_type = TRY(make_native_type(t, "_ctypes.UnionType", s.ctype, k_union_type_spec));
    s.pointer_type = TRY(make_native_type(t, "_ctypes.PyCPointerType", s.ctype, k_pointer_type_spec));
    s.array_type = TRY(make_native_type(t, "_ctypes.PyCArrayType", s.ctype, k_array_type_spec));
    s.simple_type = TRY(make_native_type(t, "_ctypes.PyCSimpleType", s.ctype, k_simple_type_spec));
    s.function_type = TRY(make_native_type(t, "_ctypes.PyCFuncPtrType", s.ctype, k_function_type_spec));
    s.cdata = TRY(make_native_type(t, "_ctypes._CData", nullptr, k_cdata_spec));
    s.structure = TRY(make_native_class(t, s.struct_type, "_ctypes.Structure", s.cdata, k_structure_spec));
    s.union_ = TRY(make_native_class(t, s.union_type, "_ctypes.Union", s.cdata, k_union_spec));
    s.pointer = TRY(make_native_class(t, s.pointer_type, "_ctypes._Pointer", s.cdata, k_pointer_spec));
    s.array = TRY(make_native_class(t, s.array_type, "_ctypes.Array", s.cdata, k_array_spec));
    s.simple = TRY(make_native_class(t, s.simple_type, "_ctypes._SimpleCData", s.cdata, k_simple_spec));
    s.function = TRY(make_native_class(t, s.function_type, "_ctypes.CFuncPtr", s.cdata, k_function_spec));
    s.field = TRY(make_native_type(t, "ctypes.CField", nullptr, k_field_spec));
    s.arg = TRY(make_native_type(t, "_ctypes.CArgObject", nullptr, k_arg_spec));
    s.thunk = TRY(make_native_type(t, "_ctypes.CThunkObject", nullptr, k_thunk_spec));
  }
  TRY(module_add(t, m, "Structure", s.structure));
  TRY(module_add(t, m, "Union", s.union_));
  TRY(module_add(t, m, "_Pointer", s.pointer));
  TRY(module_add(t, m, "Array", s.array));
  TRY(module_add(t, m, "_SimpleCData", s.simple));
  TRY(module_add(t, m, "CFuncPtr", s.function));
  return module_add(t, m, "CField", s.field);
}

}  // namespace kaa::ctypes
