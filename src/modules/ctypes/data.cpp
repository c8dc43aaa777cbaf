// Instances of C data: their memory, what keeps alive what the memory refers to, and the buffer that they export.
#include <stdlib.h>

#include "modules/ctypes/ctypes.h"
#include "runtime/audit.h"
#include "types/buffer.h"
#include "types/bytes.h"

namespace kaa {

void LayoutTraits<ctypes::CData>::destroy(ctypes::CData* d) {
  if (d->block) heap().free_raw(d->data, static_cast<size_t>(d->block));
}
size_t LayoutTraits<ctypes::CData>::bytes(ctypes::CData* d) { return sizeof(ctypes::CData) + static_cast<size_t>(d->block); }
void LayoutTraits<ctypes::CFuncPtr>::destroy(ctypes::CFuncPtr* f) { LayoutTraits<ctypes::CData>::destroy(f); }
size_t LayoutTraits<ctypes::CFuncPtr>::bytes(ctypes::CFuncPtr* f) { return sizeof(ctypes::CFuncPtr) + static_cast<size_t>(f->block); }

}  // namespace kaa

namespace kaa::ctypes {

namespace {

CData* self_of(Args a) { return a.as<CData>(0); }

// An instance without memory yet.
Result<CData*> alloc_cdata(Thread& t, Value type) {
  Info* info = TRY(need_info(t, type));
  if (!has_data_layout(type.as<Type>())) return RAISE(TypeError, "abstract class");
  info->final = true;
  CData* d = static_cast<CData*>(TRY(alloc_instance(t, type.as<Type>())));
  d->length = info->length;
  d->size = info->size;
  return d;
}
Status give_memory(Thread& t, CData* d, int64_t size) {
  if (size <= static_cast<int64_t>(sizeof d->small)) {
    d->data = d->small;
  } else {
    void* p = size > INT64_MAX / 2 ? nullptr : t.heap->allocate_raw(static_cast<size_t>(size));
    if (!p) return raise_memory(t);
    memset(p, 0, static_cast<size_t>(size));
    d->data = static_cast<char*>(p);
    d->block = size;
  }
  d->owns = true;
  return {};
}

}  // namespace

Result<CData*> new_cdata(Thread& t, Value type) {
  CData* d = TRY(alloc_cdata(t, type));
  TRY(give_memory(t, d, d->size));
  return d;
}
Result<CData*> cdata_within(Thread& t, Value type, CData* base, int64_t index, char* p) {
  CData* d = TRY(alloc_cdata(t, type));
  d->base.init(base);
  d->data = p;
  d->index = index;
  return d;
}
Result<CData*> cdata_copy(Thread& t, Value type, const char* p) {
  CData* d = TRY(new_cdata(t, type));
  memcpy(d->data, p, static_cast<size_t>(d->size));
  return d;
}
Result<CData*> cdata_at(Thread& t, Value type, char* p) {
  TRY(need_info(t, type));
  if (interp().auditing) TRY(audit(t, "ctypes.cdata", TRY(make_uint(t, reinterpret_cast<uint64_t>(p)))));
  CData* d = TRY(alloc_cdata(t, type));
  d->data = p;
  return d;
}

Result<uint64_t> address_from_int(Thread& t, Value v) { return to_uint64_mask(t, v); }

// ---- keeping alive
// `objects` of the outermost object holds what the whole memory refers to: one object for a simple value, else a dict, whose keys say where the reference is.
Result<CData*> container_of(Thread& t, CData* d) {
  while (d->base) d = d->base;
  if (!d->objects) {
    if (d->length) d->objects.set(TRY(new_dict(t)));
    else d->objects.set(kNone);
  }
  return d;
}
Result<Value> kept_objects(Thread& t, CData* d) { return TRY(container_of(t, d))->objects.get(); }

// Indices from the inside out, in hexadecimal, with colons.
static Result<Str*> position_key(Thread& t, CData* d, int64_t index) {
  char text[256];
  size_t n = static_cast<size_t>(snprintf(text, sizeof text, "%x", static_cast<unsigned>(index)));
  for (; d->base; d = d->base) {
    if (n + 12 > sizeof text) return RAISE(ValueError, "ctypes object structure too deep");
    n += static_cast<size_t>(snprintf(text + n, sizeof text - n, ":%x", static_cast<unsigned>(d->index)));
  }
  return new_str_ascii(t, text, n);
}
Status keep_ref(Thread& t, CData* d, int64_t index, Value object) {
  if (object.is_none()) return {};
  CData* c = TRY(container_of(t, d));
  if (!c->objects || !IS_EXACT(c->objects.get(), dict)) {
    c->objects.set(object);
    return {};
  }
  Str* key = TRY(position_key(t, d, index));
  return dict_set(t, c->objects.get().as<Dict>(), key, object);
}

// ---- reading and writing
Result<Value> cdata_get(Thread& t, Value type, Getter get, CData* of, int64_t index, char* p, Extent e) {
  Keep keep(of);
  if (get) return get(t, p, e);
  Info* info = TRY(need_info(t, type));
  if (info->get && !is_simple_subclass(type)) return info->get(t, p, e);
  return TRY(cdata_within(t, type, of, index, p));
}

// Stores; the result is what must be kept.
static Result<Value> store(Thread& t, Value type, Setter set, Value v, char* p, Extent e) {
  if (set) return set(t, p, v, e);
  Info* info = TRY(need_info(t, type));
  if (!is_cdata(v)) {
    if (info->set) return info->set(t, p, v, e);
    if (is_tuple(v)) {  // arguments for a new instance
      TRY(native_enter(t));
      Result<Value> made = call_tuple(t, type, v.as<Tuple>(), nullptr);
      if (!made.ok()) {
        Str* prefix = TRY(str_format(t, "(%N) ", type.as<Type>()));
        return extend_error(t, KAA_TYPE(RuntimeError), prefix);
      }
      if (is_tuple(made.value())) return RAISE(TypeError, "expected %N instance, got %T", type.as<Type>(), made.value());
      return store(t, type, set, made.value(), p, e);
    }
    if (v.is_none() && info->kind == Kind::kPointer) {
      set_pointer_at(p, nullptr);
      return kNone;
    }
    return RAISE(TypeError, "expected %N instance, got %T", type.as<Type>(), v);
  }
  CData* from = v.as<CData>();
  if (is_data_of(v, type)) {
    memmove(p, from->data, static_cast<size_t>(e.size < from->size ? e.size : from->size));
    return kept_objects(t, from);
  }
  if (info->kind == Kind::kPointer && info_of_data(from).kind == Kind::kArray) {
    if (info_of_data(from).item.get() != info->item.get())
      return RAISE(TypeError, "incompatible types, %T instance instead of %N instance", v, type.as<Type>());
    set_pointer_at(p, from->data);
    Value kept = TRY(kept_objects(t, from));  // and the array itself, which is pointed to
    return TRY(make_tuple(t, kept, v));
  }
  return RAISE(TypeError, "incompatible types, %T instance instead of %N instance", v, type.as<Type>());
}
Status cdata_set(Thread& t, CData* into, Value type, Setter set, Value v, int64_t index, char* p, Extent e) {
  Keep keep(into);
  Value kept = TRY(store(t, type, set, v, p, e));
  return keep_ref(t, into, index, kept);
}

// ---- buffers
static Status get_cdata_buffer(Thread&, Object* self, Buffer& out, bool) {
  CData* d = static_cast<CData*>(self);
  const Info* item = &info_of_data(d);
  out.data = d->data;
  out.size = d->size;
  out.format = item->format ? item->format : "B";
  out.readonly = false;
  out.ndim = item->ndim;
  out.shape = item->shape;
  while (item->kind == Kind::kArray) item = info_of(item->item.get());
  out.itemsize = item->size;
  return {};
}
const BufferProcs k_cdata_buffer = {get_cdata_buffer, nullptr};

Result<Value> cdata_resize(Thread& t, Args a) {
  if (!is_cdata(a[0])) return RAISE(TypeError, "resize() argument 1 must be _ctypes._CData, not %T", a[0]);
  CData* d = a.as<CData>(0);
  int64_t size = TRY(to_ssize(t, a[1]));
  if (size < info_of_data(d).size) return RAISE(ValueError, "minimum size is %ld", info_of_data(d).size);
  if (!d->owns) return RAISE(ValueError, "Memory cannot be resized because this object doesn't own it");
  if (size <= static_cast<int64_t>(sizeof d->small) && !d->block) {
    d->size = size;
    return kNone;
  }
  if (size <= d->block) {
    d->size = size;
    return kNone;
  }
  void* p = size > INT64_MAX / 2 ? nullptr : t.heap->allocate_raw(static_cast<size_t>(size));
  if (!p) return raise_memory(t);
  memset(p, 0, static_cast<size_t>(size));
  memcpy(p, d->data, static_cast<size_t>(d->size));
  if (d->block) t.heap->free_raw(d->data, static_cast<size_t>(d->block));
  d->data = static_cast<char*>(p);
  d->block = d->size = size;
  return kNone;
}

// ---- _CData
namespace {

Result<Value> data_new(Thread& t, Args a, Tuple*) { return TRY(new_cdata(t, a[0])); }
Result<Value> data_hash(Thread& t, Args) { return RAISE(TypeError, "unhashable type"); }
Result<Value> data_outparam(Thread&, Args a) { return a[0]; }

Result<Value> data_setstate(Thread& t, Args a, Tuple*) {
  if (a.n != 3) return RAISE(TypeError, "__setstate__() takes exactly 2 arguments (%u given)", a.n - 1);
  if (!is_dict(a[1])) return RAISE(TypeError, "__setstate__() argument 1 must be dict, not %T", a[1]);
  BufferHold bytes;
  if (!bytes.get(t, a[2]).ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "__setstate__() argument 2 must be read-only bytes-like object, not %T", a[2]);
  }
  CData* d = self_of(a);
  int64_t n = bytes.b.size < d->size ? bytes.b.size : d->size;
  if (n) memmove(d->data, bytes.data(), static_cast<size_t>(n));
  Value own = TRY(get_attr(t, a[0], NAME("__dict__")));
  if (!is_dict(own)) return RAISE(TypeError, "%T.__dict__ must be a dictionary, not %T", a[0], own);
  TRY(dict_update(t, own.as<Dict>(), a[1]));
  return kNone;
}
Result<Value> data_reduce(Thread& t, Args a) {
  CData* d = self_of(a);
  if (info_of_data(d).flags & (kIsPointer | kHasPointer)) return RAISE(ValueError, "ctypes objects containing pointers cannot be pickled");
  Value unpickle = TRY(import_attr(t, "_ctypes", "_unpickle"));
  Value own = TRY(get_attr(t, a[0], NAME("__dict__")));
  Bytes* bytes = TRY(new_bytes(t, d->data, static_cast<size_t>(d->size)));
  Tuple* state = TRY(make_tuple(t, own, Value(bytes)));
  Tuple* args = TRY(make_tuple(t, Value(type_of(a[0])), Value(state)));
  return TRY(make_tuple(t, unpickle, Value(args)));
}
Result<Value> get_base(Thread&, Value self) { return self.as<CData>()->base ? self.as<CData>()->base.value() : kNone; }
Result<Value> get_needs_free(Thread&, Value self) { return small_int(self.as<CData>()->owns); }
Result<Value> get_objects(Thread&, Value self) { return self.as<CData>()->objects ? self.as<CData>()->objects.get() : kNone; }

constexpr GetSetDef k_data_getsets[] = {
    {"_b_base_", get_base, nullptr, "The object that the memory is a part of."},
    {"_b_needsfree_", get_needs_free, nullptr, "Whether the memory is the object's own."},
    {"_objects", get_objects, nullptr, "What is kept alive because the memory refers to it. Not to be changed."},
};
constexpr MethodDef k_data_rows[] = {
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the memory."},
    {"__hash__", data_hash, "($self, /)", "TypeError: the contents can change."},
    {"__reduce__", data_reduce, "($self, /)", "For pickling; ValueError where there are pointers."},
    {"__setstate__", data_setstate, nullptr, "Sets attributes and memory."},
    {"__ctypes_from_outparam__", data_outparam, "($self, /)", "What a function gives back for an output parameter."},
};

// ---- Structure, Union
Status init_fields(Thread& t, Value self, Type* type, Args given, Tuple* kwnames, uint32_t* used) {
  TRY(native_enter(t));
  if (is_ctype(type->base.value()) && info_of(type->base.value())) TRY(init_fields(t, self, type->base, given, kwnames, used));
  Value fields = dict_get_str(type->dict, NAME("_fields_"));
  if (!fields) return {};
  int64_t n = TRY(length(t, fields));
  for (int64_t i = 0; i < n && *used < given.n; i++) {
    Value pair = TRY(get_item(t, fields, small_int(i)));
    Value name = TRY(get_item(t, pair, small_int(0)));
    if (!is_str(name)) return RAISE(TypeError, "attribute name must be string, not '%T'", name);
    for (uint64_t k = 0; kwnames && k < kwnames->size; k++)
      if (str_equal(kwnames->items[k].as<Str>(), name.as<Str>())) return RAISE(TypeError, "duplicate values for field %R", name);
    Str* key = TRY(intern(t, name.as<Str>()));
    TRY(set_attr(t, self, key, given[(*used)++]));
  }
  return {};
}
Result<Value> aggregate_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  Args given{a.p + 1, a.n - 1 - nkw};
  if (given.n) {
    uint32_t used = 0;
    TRY(init_fields(t, a[0], type_of(a[0]), given, kwnames, &used));
    if (used < given.n) return RAISE(TypeError, "too many initializers");
  }
  for (uint32_t i = 0; i < nkw; i++) TRY(set_attr(t, a[0], TRY(intern(t, kwnames->items[i].as<Str>())), a[1 + given.n + i]));
  return kNone;
}
constexpr MethodDef k_aggregate_rows[] = {
    {"__new__", data_new, nullptr, "An instance with zeroed memory.", MethodKind::kNew},
    {"__init__", aggregate_init, nullptr, "Sets fields, in their order or by name."},
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the memory."},
};

// ---- _SimpleCData
Result<Value> simple_get(Thread& t, Value self) {
  CData* d = self.as<CData>();
  Info& info = info_of_data(d);
  Keep k(d);
  return info.get(t, d->data, Extent{d->size});
}
Status simple_set(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete attribute");
  CData* d = self.as<CData>();
  Info& info = info_of_data(d);
  Keep k(d);
  Value kept = TRY(info.set(t, d->data, v, Extent{d->size}));
  return keep_ref(t, d, 0, kept);
}
Result<Value> simple_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t given = a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  if (given > 1) return RAISE(TypeError, "__init__ expected at most 1 argument, got %u", given);
  if (given) TRY(simple_set(t, a[0], a[1]));
  return kNone;
}
Result<Value> simple_bool(Thread&, Args a) {
  CData* d = self_of(a);
  for (int64_t i = 0; i < d->size; i++) if (d->data[i]) return kTrue;
  return kFalse;
}
Result<Value> simple_repr(Thread& t, Args a) {
  if (type_of(a[0])->base != state().simple) return TRY(str_format(t, "<%T object at %p>", a[0], static_cast<void*>(a[0].object())));
  Value v = TRY(simple_get(t, a[0]));
  Str* text = TRY(repr(t, v));
  return TRY(str_format(t, "%T(%U)", a[0], text));
}
Result<Value> simple_outparam(Thread& t, Args a) {
  if (is_simple_subclass(type_of(a[0]))) return a[0];
  return simple_get(t, a[0]);
}
constexpr GetSetDef k_simple_getsets[] = {{"value", simple_get, simple_set, "The value as a Python object."}};
constexpr MethodDef k_simple_rows[] = {
    {"__new__", data_new, nullptr, "An instance with zeroed memory.", MethodKind::kNew},
    {"__init__", simple_init, nullptr, "Sets the value."},
    {"__bool__", simple_bool, "($self, /)", "Whether any byte is not zero."},
    {"__repr__", simple_repr, "($self, /)", "The type and the value."},
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the memory."},
    {"__ctypes_from_outparam__", simple_outparam, "($self, /)", "The value, unless the class is a subclass."},
};

}  // namespace

const TypeSpec k_cdata_spec = {.doc = "The base of all C data.", .methods = k_data_rows, .getsets = k_data_getsets, .buffer = &k_cdata_buffer, .layout = &kLayout<CData>,
                               .flags = kTypeBase | kTypeDisallowInstantiation};
const TypeSpec k_structure_spec = {.doc = "The base of structures.", .methods = k_aggregate_rows, .buffer = &k_cdata_buffer, .flags = kTypeBase};
const TypeSpec k_union_spec = {.doc = "The base of unions.", .methods = k_aggregate_rows, .buffer = &k_cdata_buffer, .flags = kTypeBase};
const TypeSpec k_simple_spec = {.doc = "The base of simple types: numbers, characters, addresses.", .methods = k_simple_rows, .getsets = k_simple_getsets, .buffer = &k_cdata_buffer,
                                .flags = kTypeBase};

}  // namespace kaa::ctypes
