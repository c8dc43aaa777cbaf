// Arrays and pointers: items, slices, what a pointer points to.
#include "modules/ctypes/ctypes.h"
#include "modules/native_new.h"
#include "types/buffer.h"
#include "types/slice.h"

namespace kaa::ctypes {

namespace {

CData* self_of(Args a) { return a.as<CData>(0); }
bool is_index(Value v) { return is_int(v) || type_of(v)->dunder(D_index); }
// The code of arrays of, and pointers to, characters, which slices turn into text; else 0.
char text_code(const Info& item) { return item.kind == Kind::kSimple && (item.code->code == 'c' || item.code->code == 'u') ? item.code->code : 0; }

// count items from `at` on, in steps: a list, or the text of characters.
template <class F> Result<Value> slice_items(Thread& t, char code, const char* data, int64_t start, int64_t step, int64_t count, F&& item) {
  if (code == 'c') {
    Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(count)));
    for (int64_t i = 0, k = start; i < count; i++, k += step) b->data()[i] = data[k];
    return b;
  }
  if (code == 'u') {
    if (step == 1) return TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(data) + start, static_cast<size_t>(count)));
    Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(count) * 4));
    Keep keep(b);
    for (int64_t i = 0, k = start; i < count; i++, k += step) memcpy(b->data() + i * 4, data + k * 4, 4);
    return TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(b->data()), static_cast<size_t>(count)));
  }
  List* l = TRY(new_list(t, static_cast<size_t>(count)));
  for (int64_t i = 0, k = start; i < count; i++, k += step) {
    Value v = TRY(item(k));
    TRY(list_append(t, l, v));
  }
  return l;
}

// ---- arrays
Result<char*> item_at(Thread& t, CData* d, int64_t i, Info* item) {
  if (i < 0 || i >= d->length) return RAISE(IndexError, "invalid index");
  return d->data + i * item->size;
}
Result<Value> array_item(Thread& t, CData* d, int64_t i) {
  Value type = info_of_data(d).item;
  Info* item = TRY(need_info(t, type));
  char* p = TRY(item_at(t, d, i, item));
  return cdata_get(t, type, nullptr, d, i, p, Extent{item->size});
}
Status array_set_item(Thread& t, CData* d, int64_t i, Value v) {
  Value type = info_of_data(d).item;
  Info* item = TRY(need_info(t, type));
  char* p = TRY(item_at(t, d, i, item));
  return cdata_set(t, d, type, nullptr, v, i, p, Extent{item->size});
}
Result<Value> array_new(Thread& t, Args a, Tuple*) { return TRY(new_cdata(t, a[0])); }
Result<Value> array_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  for (uint32_t i = 0; i < n; i++) TRY(array_set_item(t, self_of(a), i, a[1 + i]));
  return kNone;
}
Result<Value> array_len(Thread& t, Args a) { return make_int(t, self_of(a)->length); }
Result<Value> array_getitem(Thread& t, Args a) {
  CData* d = self_of(a);
  if (is_index(a[1])) {
    int64_t i = TRY(to_ssize(t, a[1]));
    return array_item(t, d, i < 0 ? i + d->length : i);
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "indices must be integers");
  int64_t start, stop, step, count;
  TRY(slice_bounds(t, a.as<SliceObject>(1), d->length, &start, &stop, &step, &count));
  Info* item = TRY(need_info(t, info_of_data(d).item));
  return slice_items(t, text_code(*item), d->data, start, step, count, [&](int64_t k) { return array_item(t, d, k); });
}
Result<Value> array_setitem(Thread& t, Args a) {
  CData* d = self_of(a);
  if (is_index(a[1])) {
    int64_t i = TRY(to_ssize(t, a[1]));
    TRY(array_set_item(t, d, i < 0 ? i + d->length : i, a[2]));
    return kNone;
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "indices must be integer");
  int64_t start, stop, step, count;
  TRY(slice_bounds(t, a.as<SliceObject>(1), d->length, &start, &stop, &step, &count));
  int64_t n = TRY(length(t, a[2]));
  if (n != count) return RAISE(ValueError, "Can only assign sequence of same size");
  for (int64_t i = 0, k = start; i < count; i++, k += step) {
    Value v = TRY(get_item(t, a[2], small_int(i)));
    TRY(array_set_item(t, d, k, v));
  }
  return kNone;
}
Result<Value> array_delitem(Thread& t, Args) { return RAISE(TypeError, "Array does not support item deletion"); }
Result<Value> class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }

constexpr MethodDef k_array_rows[] = {
    {"__new__", array_new, nullptr, "An array of zeroed memory.", MethodKind::kNew},
    {"__init__", array_init, nullptr, "Sets the first items."},
    {"__len__", array_len, "($self, /)", "The number of items."},
    {"__getitem__", array_getitem, "($self, key, /)", "An item, or a list of items."},
    {"__setitem__", array_setitem, "($self, key, value, /)", "Sets items."},
    {"__delitem__", array_delitem, "($self, key, /)", "TypeError: an array has its length."},
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the memory."},
    {"__class_getitem__", class_getitem, "($type, object, /)", "A generic alias: Array[c_int].", MethodKind::kClassMethod},
};

// ---- pointers
Result<Value> target_type(Thread& t, CData* d) {
  Value type = info_of_data(d).item;
  if (!type) return RAISE(TypeError, "Cannot create instance: has no _type_");
  return type;
}
Result<Value> pointer_item(Thread& t, CData* d, int64_t i) {
  char* p = static_cast<char*>(pointer_at(d->data));
  if (!p) return RAISE(ValueError, "NULL pointer access");
  Value type = TRY(target_type(t, d));
  Info* item = TRY(need_info(t, type));
  return cdata_get(t, type, nullptr, d, i, p + i * item->size, Extent{item->size});
}
Result<Value> pointer_new(Thread& t, Args a, Tuple*) {
  Info* info = info_of(a[0]);
  if (!info || !info->item) return RAISE(TypeError, "Cannot create instance: has no _type_");
  return TRY(new_cdata(t, a[0]));
}
Status set_contents(Thread& t, CData* d, Value v) {
  if (!v) return RAISE(TypeError, "Pointer does not support item deletion");
  Value type = TRY(target_type(t, d));
  bool fits = is_data_of(v, type);
  if (!fits && is_cdata(v)) {  // an array where its first item is meant
    Info &want = *TRY(need_info(t, type)), &have = info_of_data(v.as<CData>());
    fits = want.kind == Kind::kArray && have.kind == Kind::kArray && want.item.get() == have.item.get() && have.length >= want.length;
  }
  if (!fits) return RAISE(TypeError, "expected %N instead of %T", type.as<Type>(), v);
  CData* to = v.as<CData>();
  set_pointer_at(d->data, to->data);
  TRY(keep_ref(t, d, 1, v));
  Value kept = TRY(kept_objects(t, to));
  return keep_ref(t, d, 0, kept);
}
Result<Value> pointer_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  if (n > 1) return RAISE(TypeError, "POINTER expected at most 1 argument, got %u", n);
  if (n) TRY(set_contents(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> get_contents(Thread& t, Value self) {
  CData* d = self.as<CData>();
  char* p = static_cast<char*>(pointer_at(d->data));
  if (!p) return RAISE(ValueError, "NULL pointer access");
  Value type = TRY(target_type(t, d));
  return TRY(cdata_within(t, type, d, 0, p));
}
Status put_contents(Thread& t, Value self, Value v) { return set_contents(t, self.as<CData>(), v); }

Result<Value> pointer_getitem(Thread& t, Args a) {
  CData* d = self_of(a);
  if (is_index(a[1])) return pointer_item(t, d, TRY(to_ssize(t, a[1])));
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "Pointer indices must be integer");
  SliceObject* s = a.as<SliceObject>(1);
  int64_t step = s->step.get().is_none() ? 1 : TRY(to_ssize(t, s->step));
  if (step == 0) return RAISE(ValueError, "slice step cannot be zero");
  int64_t start = 0;
  if (s->start.get().is_none()) {
    if (step < 0) return RAISE(ValueError, "slice start is required for step < 0");
  } else {
    start = TRY(to_ssize(t, s->start));
  }
  if (s->stop.get().is_none()) return RAISE(ValueError, "slice stop is required");
  int64_t stop = TRY(to_ssize(t, s->stop)), count = 0;
  if (step > 0 ? start < stop : start > stop) count = step > 0 ? (stop - start - 1) / step + 1 : (start - stop - 1) / -step + 1;
  Value type = TRY(target_type(t, d));
  Info* item = TRY(need_info(t, type));
  char* p = static_cast<char*>(pointer_at(d->data));
  if (!p && count) return RAISE(ValueError, "NULL pointer access");
  return slice_items(t, text_code(*item), p, start, step, count, [&](int64_t k) { return pointer_item(t, d, k); });
}
Result<Value> pointer_setitem(Thread& t, Args a) {
  CData* d = self_of(a);
  if (!is_index(a[1])) return RAISE(TypeError, "sequence index must be integer, not '%T'", a[1]);
  int64_t i = TRY(to_ssize(t, a[1]));
  char* p = static_cast<char*>(pointer_at(d->data));
  if (!p) return RAISE(ValueError, "NULL pointer access");
  Value type = TRY(target_type(t, d));
  Info* item = TRY(need_info(t, type));
  TRY(cdata_set(t, d, type, nullptr, a[2], i, p + i * item->size, Extent{item->size}));
  return kNone;
}
Result<Value> pointer_delitem(Thread& t, Args) { return RAISE(TypeError, "Pointer does not support item deletion"); }
Result<Value> pointer_bool(Thread&, Args a) { return Value::from_bool(pointer_at(self_of(a)->data)); }

constexpr GetSetDef k_pointer_getsets[] = {{"contents", get_contents, put_contents, "The object that the pointer points to."}};
constexpr MethodDef k_pointer_rows[] = {
    {"__new__", pointer_new, nullptr, "A pointer, NULL at first.", MethodKind::kNew},
    {"__init__", pointer_init, nullptr, "Lets the pointer point to an object."},
    {"__getitem__", pointer_getitem, "($self, key, /)", "What lies so many items behind what is pointed to."},
    {"__setitem__", pointer_setitem, "($self, key, value, /)", "Sets what is pointed to."},
    {"__delitem__", pointer_delitem, "($self, key, /)", "TypeError."},
    {"__bool__", pointer_bool, "($self, /)", "Whether the pointer is not NULL."},
    {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the memory."},
};

}  // namespace

const TypeSpec k_array_spec = {.doc = "The base of arrays, whose classes come out of multiplying a type by a length.", .methods = k_array_rows, .buffer = &k_cdata_buffer,
                               .flags = kTypeBase};
const TypeSpec k_pointer_spec = {.doc = "The base of pointers to C data.", .methods = k_pointer_rows, .getsets = k_pointer_getsets, .buffer = &k_cdata_buffer, .flags = kTypeBase};

}  // namespace kaa::ctypes
