// Fields of structures and unions. The library's ctypes/_layout.py says where they lie; struct_update() makes the class from its answer.
#include "modules/ctypes/ctypes.h"
#include "modules/native_new.h"
#include "runtime/types.h"

namespace kaa::ctypes {

namespace {

CField* self_of(Value v) { return v.as<CField>(); }
bool is_field(Value v) { return v.is_object() && v.object()->type() == state().field; }

Result<int64_t> int_arg(Thread& t, Value v) {
  if (!is_int(v)) return RAISE(TypeError, "an integer is required");
  return to_int64(t, v);
}

// Which part of its memory the field is, and the accessors that it has not from its type.
Status set_accessors(Thread& t, CField* f, Info& info, Value bit_size, Value bit_offset, Value name) {
  f->get = nullptr;
  f->set = nullptr;
  if (!bit_size.is_none()) {
    int64_t bits = TRY(int_arg(t, bit_size)), at = TRY(int_arg(t, bit_offset));
    bool integer = info.kind == Kind::kSimple && strchr("bBhHiIlLqQ?", info.code->code);
    if (!integer) return RAISE(TypeError, "bit fields not allowed for type %N", f->type.get().as<Type>());
    if (bits <= 0 || bits > 255) return RAISE(ValueError, "bit size of field %R out of range, got %ld", name, bits);
    if (at < 0 || at > 255) return RAISE(ValueError, "bit offset of field %R out of range, got %ld", name, at);
    if (at + bits > f->byte_size * 8) return RAISE(ValueError, "bit field %R overflows its type (%ld + %ld > %ld)", name, at, bits, f->byte_size * 8);
    f->bitfield = true;
    f->bit_size = static_cast<uint8_t>(bits);
    f->bit_offset = static_cast<uint8_t>(at);
    return {};
  }
  if (!bit_offset.is_none()) return RAISE(ValueError, "field %R: bit_offset must be specified if bit_size is", name);
  if (info.kind == Kind::kArray) {
    Info* item = info_of(info.item.get());
    if (item->kind != Kind::kSimple) return {};
    if (item->code->code == 'c') { f->get = get_char_field; f->set = set_char_field; }
    if (item->code->code == 'u') { f->get = get_wchar_field; f->set = set_wchar_field; }
  }
  return {};
}

Result<Value> field_new(Thread& t, Args a, Tuple* kwnames) {
  if (a.n - 1 - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0) > 0) return RAISE(TypeError, "CField() takes no positional arguments");
  // Bound as if positional, for the messages about missing ones.
  BIND_NEW("CField", "($cls, /, name, type, byte_size, byte_offset, index, _internal_use, bit_size=None, bit_offset=None)", 9);
  if (!is_str(p[1])) return RAISE(TypeError, "CField() argument 'name' must be str, not %T", p[1]);
  if (!TRY(truth(t, p[6]))) return RAISE(TypeError, "CField is not intended to be used directly; it is made by setting _fields_");
  Info* info = info_of(p[2]);
  if (!info) return RAISE(TypeError, "type of field %R must be a C type", p[1]);
  int64_t size = TRY(to_ssize(t, p[3])), offset = TRY(to_ssize(t, p[4])), index = TRY(to_ssize(t, p[5]));
  if (size < 0) return RAISE(ValueError, "byte size of field %R must not be negative, got %ld", p[1], size);
  if (size != info->size) return RAISE(ValueError, "byte size of field %R (%ld) does not match type size (%ld)", p[1], size, info->size);
  int64_t end;
  if (__builtin_add_overflow(offset, size, &end)) return RAISE(ValueError, "field %R is too far behind the beginning", p[1]);
  CField* f = TRY(alloc_as<CField>(t, a[0].as<Type>()));
  f->byte_offset = offset;
  f->byte_size = size;
  f->index = index;
  f->type.init(p[2]);
  f->name.init(TRY(intern(t, p[1].as<Str>())));
  TRY(set_accessors(t, f, *info, p[7] ? p[7] : kNone, p[8] ? p[8] : kNone, p[1]));
  return f;
}

Extent extent_of(CField* f) { return {f->byte_size, f->bit_size, f->bit_offset}; }
Status check_within(Thread& t, CField* f, CData* d) {
  if (f->byte_offset >= 0 && f->byte_offset + f->byte_size <= d->size) return {};
  return RAISE(ValueError, "field %R lies outside of the memory of the %T instance", Value(f->name.get()), Value(d));
}

Result<Value> field_get(Thread& t, Args a) {
  CField* f = self_of(a[0]);
  if (!a[1] || a[1].is_none()) return a[0];
  if (!is_cdata(a[1])) return RAISE(TypeError, "not a ctype instance");
  CData* d = a.as<CData>(1);
  TRY(check_within(t, f, d));
  return cdata_get(t, f->type, f->get, d, f->index, d->data + f->byte_offset, extent_of(f));
}
Result<Value> field_set(Thread& t, Args a) {
  CField* f = self_of(a[0]);
  if (!is_cdata(a[1])) return RAISE(TypeError, "not a ctype instance");
  CData* d = a.as<CData>(1);
  TRY(check_within(t, f, d));
  TRY(cdata_set(t, d, f->type, f->set, a[2], f->index, d->data + f->byte_offset, extent_of(f)));
  return kNone;
}
Result<Value> field_delete(Thread& t, Args a) {
  if (!is_cdata(a[1])) return RAISE(TypeError, "not a ctype instance");
  return RAISE(TypeError, "can't delete attribute");
}
Result<Value> field_repr(Thread& t, Args a) {
  CField* f = self_of(a[0]);
  if (f->bitfield)
    return TRY(str_format(t, "<%s %R type=%N, ofs=%ld, bit_size=%d, bit_offset=%d>", "ctypes.CField", Value(f->name.get()), f->type.get().as<Type>(), f->byte_offset,
                          static_cast<int>(f->bit_size), static_cast<int>(f->bit_offset)));
  return TRY(str_format(t, "<%s %R type=%N, ofs=%ld, size=%ld>", "ctypes.CField", Value(f->name.get()), f->type.get().as<Type>(), f->byte_offset, f->byte_size));
}

Result<Value> get_name(Thread&, Value v) { return Value(self_of(v)->name.get()); }
Result<Value> get_type(Thread&, Value v) { return self_of(v)->type.get(); }
Result<Value> get_offset(Thread& t, Value v) { return make_int(t, self_of(v)->byte_offset); }
Result<Value> get_byte_size(Thread& t, Value v) { return make_int(t, self_of(v)->byte_size); }
// Of a bit field: what an earlier form of the library had, bits in the upper half and their position in the lower.
Result<Value> get_size(Thread& t, Value v) {
  CField* f = self_of(v);
  return make_int(t, f->bitfield ? static_cast<int64_t>(f->bit_size) << 16 | f->bit_offset : f->byte_size);
}
Result<Value> get_bit_size(Thread& t, Value v) {
  CField* f = self_of(v);
  if (f->bitfield) return small_int(f->bit_size);
  if (f->byte_size > INT64_MAX / 8) return binary_op(t, BinaryOp::MUL, TRY(make_int(t, f->byte_size)), small_int(8));
  return make_int(t, f->byte_size * 8);
}
Result<Value> get_bit_offset(Thread&, Value v) { return small_int(self_of(v)->bit_offset); }
Result<Value> get_bitfield(Thread&, Value v) { return Value::from_bool(self_of(v)->bitfield); }
Result<Value> get_anonymous(Thread&, Value v) { return Value::from_bool(self_of(v)->anonymous); }

constexpr GetSetDef k_getsets[] = {
    {"name", get_name, nullptr, "The field's name."},
    {"type", get_type, nullptr, "The field's type."},
    {"offset", get_offset, nullptr, "Where the field begins, in bytes."},
    {"size", get_size, nullptr, "The size in bytes; of bit fields, size and position in one number."},
    {"byte_offset", get_offset, nullptr, "Where the field, or the number that a bit field is a part of, begins, in bytes."},
    {"byte_size", get_byte_size, nullptr, "The size in bytes of the field, or of the number that a bit field is a part of."},
    {"bit_offset", get_bit_offset, nullptr, "The position of a bit field within its number; 0 for other fields."},
    {"bit_size", get_bit_size, nullptr, "The size in bits."},
    {"is_bitfield", get_bitfield, nullptr, "Whether the field is a bit field."},
    {"is_anonymous", get_anonymous, nullptr, "Whether the fields of this field are those of the structure, too."},
};
constexpr MethodDef k_rows[] = {
    {"__new__", field_new, nullptr, "For the library's use.", MethodKind::kNew},
    {"__get__", field_get, "($self, instance, owner=None, /)", "The field's value."},
    {"__set__", field_set, "($self, instance, value, /)", "Sets the field."},
    {"__delete__", field_delete, "($self, instance, /)", "TypeError: fields stay."},
    {"__repr__", field_repr, "($self, /)", "Type and position."},
};

// The fields of an anonymous field, and of anonymous fields in it, become fields of the class.
Status lift_fields(Thread& t, CType* ty, CField* of, int64_t index, int64_t offset) {
  TRY(native_enter(t));
  Value fields = TRY(get_attr(t, of->type, NAME("_fields_")));
  fields = TRY(tuple_from(t, fields));
  Tuple* all = fields.as<Tuple>();
  for (uint64_t i = 0; i < all->size; i++) {
    Value name = TRY(get_item(t, all->items[i], small_int(0)));
    if (!is_str(name)) return RAISE(TypeError, "attribute name must be string, not '%T'", name);
    Str* key = TRY(intern(t, name.as<Str>()));
    Value v = TRY(get_attr(t, of->type, key));
    if (!is_field(v)) return RAISE(TypeError, "unexpected type");
    CField* inner = v.as<CField>();
    if (inner->anonymous) {
      TRY(lift_fields(t, ty, inner, index + inner->index, offset + inner->byte_offset));
      continue;
    }
    CField* f = TRY(alloc_as<CField>(t, state().field));
    f->byte_offset = inner->byte_offset + offset;
    f->byte_size = inner->byte_size;
    f->index = inner->index + index;
    f->bit_size = inner->bit_size;
    f->bit_offset = inner->bit_offset;
    f->bitfield = inner->bitfield;
    f->get = inner->get;
    f->set = inner->set;
    f->type.init(inner->type);
    f->name.init(inner->name);
    TRY(type_set_attr(t, ty, key, f));
  }
  return {};
}
Status anonymous_fields(Thread& t, CType* ty) {
  Opt names = TRY(lookup_attr(t, ty, NAME("_anonymous_")));
  if (!names) return {};
  Result<Tuple*> all = tuple_from(t, names.v);
  if (!all.ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "_anonymous_ must be a sequence");
  }
  for (uint64_t i = 0; i < all.value()->size; i++) {
    Value name = all.value()->items[i];
    if (!is_str(name)) return RAISE(TypeError, "attribute name must be string, not '%T'", name);
    Str* key = TRY(intern(t, name.as<Str>()));
    Value v = TRY(get_attr(t, ty, key));
    if (!is_field(v)) return RAISE(AttributeError, "'%U' is specified in _anonymous_ but not in _fields_", key);
    v.as<CField>()->anonymous = true;
    TRY(lift_fields(t, ty, v.as<CField>(), v.as<CField>()->index, v.as<CField>()->byte_offset));
  }
  return {};
}

}  // namespace

const TypeSpec k_field_spec = {.doc = "A field of a structure or union.", .methods = k_rows, .getsets = k_getsets, .layout = &kLayout<CField>};

Status struct_update(Thread& t, CType* ty, Value fields) {
  Info& info = ty->info;
  if (info.kind != Kind::kStruct && info.kind != Kind::kUnion) return RAISE(TypeError, "ctypes state is not initialized");
  if (info.final) return RAISE(AttributeError, "_fields_ is final");
  Value base = ty->base.value();
  Info* base_info = info_of(base);
  Value layout_of = TRY(import_attr(t, "ctypes._layout", "get_layout"));
  Value args[] = {ty, fields, Value::from_bool(info.kind == Kind::kStruct), base_info ? base : kNone};
  Tuple* names = TRY(make_tuple(t, Value(NAME("is_struct")), Value(NAME("base"))));
  Value layout = TRY(call_args(t, layout_of, args, 2, names));
  Value align_value = TRY(get_attr(t, layout, NAME("align"))), size_value = TRY(get_attr(t, layout, NAME("size")));
  int64_t align = TRY(to_ssize(t, align_value)), size = TRY(to_ssize(t, size_value));
  if (align < 0 || size < 0) return RAISE(ValueError, "size and alignment must not be negative");
  Value format = TRY(get_attr(t, layout, NAME("format_spec")));
  if (!is_str(format)) return RAISE(TypeError, "format_spec must be str, not %T", format);
  Value made = TRY(get_attr(t, layout, NAME("fields")));
  Tuple* all = TRY(tuple_from(t, made));

  Word words[2] = {Word::kNone, Word::kNone};
  uint32_t flags = info.flags;
  if (base_info) {
    words[0] = base_info->words[0];
    words[1] = base_info->words[1];
    flags |= base_info->flags & (kHasUnion | kHasBitfield | kIsPointer | kHasPointer);
    base_info->final = true;
  }
  for (uint64_t i = 0; i < all->size; i++) {
    Value v = all->items[i];
    if (!is_field(v)) return RAISE(TypeError, "fields must be of type CField, got %T", v);
    CField* f = v.as<CField>();
    if (f->index != static_cast<int64_t>(i)) return RAISE(ValueError, "field %R index mismatch: expected %ld, got %ld", Value(f->name.get()), static_cast<int64_t>(i), f->index);
    if (f->byte_offset < 0 || f->byte_offset + f->byte_size > size) return RAISE(ValueError, "field %R lies outside of the structure", Value(f->name.get()));
    Info* of = info_of(f->type.get());
    if (of->flags & (kIsPointer | kHasPointer)) flags |= kHasPointer;
    flags |= of->flags & (kHasUnion | kHasBitfield);
    if (f->bitfield) flags |= kHasBitfield;
    of->final = true;
    add_words(words, *of, f->byte_offset);
    // Positions count the fields of bases, too.
    if (base_info) f->index += base_info->length;
    TRY(type_set_attr(t, ty, f->name, v));
  }
  if (info.final) return RAISE(AttributeError, "Structure or union cannot contain itself");
  Utf8 text;
  TRY(str_utf8(t, format.as<Str>(), text));
  TRY(set_format(t, info, text.data, text.size));
  info.flags = flags;
  info.size = size;
  info.align = align;
  info.length = static_cast<int64_t>(all->size) + (base_info ? base_info->length : 0);
  info.words[0] = words[0];
  info.words[1] = words[1];
  TRY(make_aggregate(t, info));
  info.final = true;
  return anonymous_fields(t, ty);
}

}  // namespace kaa::ctypes
