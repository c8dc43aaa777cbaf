// Native named tuples. The items behind the visible ones lie in the same object, after `size` items; the layout below knows how many there are from
// the type's description, which is the TypeSpec that the type was made from.
#include "types/structseq.h"

#include "runtime/types.h"
#include "types/repr_builder_inl.h"

namespace kaa {

namespace {

struct SeqSpec : TypeSpec {
  const StructSeqDef* def;
  uint32_t n_fields, n_unnamed;
};
const SeqSpec& spec_of(const Type* ty) { return *static_cast<const SeqSpec*>(ty->spec); }

// A Tuple (the same fields at the same places) whose children are all items, not only the visible ones.
struct StructSeq : Object {
  uint64_t size;
  Value items[];
  template <class F> void each_field(F&& f) {
    uint32_t n = spec_of(type()).n_fields;
    for (uint32_t i = 0; i < n; i++) f(reinterpret_cast<Field<>&>(items[i]));
  }
};

static_assert(sizeof(StructSeq) == sizeof(Tuple));

}  // namespace

template <> struct LayoutTraits<StructSeq> {
  static size_t bytes(StructSeq* u) { return sizeof(Tuple) + spec_of(u->type()).n_fields * sizeof(Value); }
};

const char kStructSeqEndName[] = "";

namespace {

Status fail_names(Thread& t, const StructSeqDef& def) {
  return RAISE(TypeError, "%s() got duplicate or unexpected field name(s)", def.name);
}

Result<Value> structseq_new(Thread& t, Args a, Tuple* kwnames) {
  Type* ty = a.as<Type>(0);
  if (!is_type(a[0]) || ty->layout != &kLayout<StructSeq>) return RAISE(TypeError, "structseq.__new__(X): X is not a structseq type");
  const SeqSpec& spec = spec_of(ty);
  const StructSeqDef& def = *spec.def;
  Value sequence, dict;
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, npos = a.n - 1 - nkw;
  if (npos + nkw > 2) return RAISE(TypeError, "structseq() takes at most 2 arguments (%d given)", static_cast<int>(npos + nkw));
  if (npos > 0) sequence = a[1];
  if (npos > 1) dict = a[2];
  for (uint32_t i = 0; i < nkw; i++) {
    Str* name = kwnames->items[i].as<Str>();
    Value* to = str_equal_ascii(name, "sequence") ? &sequence : str_equal_ascii(name, "dict") ? &dict : nullptr;
    if (!to) return RAISE(TypeError, "structseq() got an unexpected keyword argument '%U'", name);
    if (*to) return RAISE(TypeError, "argument for structseq() given by name ('%U') and position (%d)", name, to == &sequence ? 1 : 2);
    *to = a[1 + npos + i];
  }
  if (!sequence) return RAISE(TypeError, "structseq() missing required argument 'sequence' (pos 1)");
  Tuple* items;
  if (is_tuple(sequence)) {
    items = sequence.as<Tuple>();
  } else {
    Result<Tuple*> r = tuple_from(t, sequence);
    if (!r.ok()) {
      if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
      clear_exc(t);
      return RAISE(TypeError, "constructor requires a sequence");
    }
    items = r.value();
  }
  if (dict && !is_dict(dict)) return RAISE(TypeError, "%s() takes a dict as second arg, if any", def.name);
  uint64_t n = items->size;
  if (n < def.n_sequence && def.n_sequence != spec.n_fields)
    return RAISE(TypeError, "%s() takes an at least %d-sequence (%ld-sequence given)", def.name, static_cast<int>(def.n_sequence), static_cast<int64_t>(n));
  if (n > spec.n_fields && def.n_sequence != spec.n_fields)
    return RAISE(TypeError, "%s() takes an at most %d-sequence (%ld-sequence given)", def.name, static_cast<int>(spec.n_fields), static_cast<int64_t>(n));
  if (n != def.n_sequence && def.n_sequence == spec.n_fields)
    return RAISE(TypeError, "%s() takes a %d-sequence (%ld-sequence given)", def.name, static_cast<int>(def.n_sequence), static_cast<int64_t>(n));
  Tuple* u = TRY(new_structseq(t, ty));
  for (uint32_t i = 0; i < n; i++) structseq_set(u, i, items->items[i]);
  if (dict && dict.as<Dict>()->used) {
    uint32_t found = 0;
    for (uint32_t i = static_cast<uint32_t>(n); i < spec.n_fields; i++) {
      if (!def.fields[i].name) continue;
      Opt v = TRY(dict_get(t, dict.as<Dict>(), intern_name(def.fields[i].name)));
      if (!v) continue;
      structseq_set(u, i, v.v);
      found++;
    }
    if (found < dict.as<Dict>()->used) { TRY(fail_names(t, def)); }
  }
  if (def.complete) def.complete(u);
  return u;
}

// The i-th field that has a name: what the repr calls the i-th item. (Types with unnamed fields thus show the names that come later.)
const char* nth_name(const StructSeqDef& def, uint32_t n) {
  for (uint32_t i = 0; def.fields[i].name != kStructSeqEndName; i++)
    if (def.fields[i].name && n-- == 0) return def.fields[i].name;
  return nullptr;
}

Result<Value> structseq_repr(Thread& t, Args a) {
  Tuple* u = a.as<Tuple>(0);
  const StructSeqDef& def = *spec_of(u->type()).def;
  TRY(native_enter(t, " while getting the repr of an object"));
  ReprBuilder b(t);
  b.add(def.name);
  b.add("(");
  for (uint32_t i = 0; i < def.n_sequence; i++) {
    const char* name = nth_name(def, i);
    if (!name) return RAISE(SystemError, "In structseq_repr(), member %d name is NULL for type %.500s", static_cast<int>(i), def.name);
    if (i) b.add(", ");
    b.add(name);
    b.add("=");
    TRY(b.add_repr(u->items[i]));
  }
  b.add(")");
  return TRY(b.finish());
}

Result<Value> structseq_reduce(Thread& t, Args a) {
  Tuple* u = a.as<Tuple>(0);
  const SeqSpec& spec = spec_of(u->type());
  Tuple* visible = TRY(tuple_of(t, u->items, spec.def->n_sequence));
  Dict* rest = TRY(new_dict(t));
  for (uint32_t i = spec.def->n_sequence; i < spec.n_fields; i++)
    if (spec.def->fields[i].name) TRY(dict_set_str(t, rest, spec.def->fields[i].name, u->items[i]));
  Tuple* args = TRY(make_tuple(t, Value(visible), Value(rest)));
  return TRY(make_tuple(t, Value(u->type()), Value(args)));
}

Result<Value> structseq_replace(Thread& t, Args a, Tuple* kwnames) {
  Tuple* u = a.as<Tuple>(0);
  const SeqSpec& spec = spec_of(u->type());
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  if (a.n - nkw > 1) return RAISE(TypeError, "__replace__() takes no positional arguments");
  if (spec.n_unnamed) return RAISE(TypeError, "__replace__() is not supported for %s because it has unnamed field(s)", spec.def->name);
  Tuple* r = TRY(new_structseq(t, u->type()));
  for (uint32_t i = 0; i < spec.n_fields; i++) structseq_set(r, i, u->items[i]);
  List* unknown = TRY(new_list(t));
  for (uint32_t k = 0; k < nkw; k++) {
    Str* name = kwnames->items[k].as<Str>();
    uint32_t i = 0;
    while (i < spec.n_fields && !str_equal_ascii(name, spec.def->fields[i].name)) i++;
    if (i < spec.n_fields) structseq_set(r, i, a[1 + k]);
    else TRY(list_append(t, unknown, name));
  }
  if (unknown->size) return RAISE(TypeError, "Got unexpected field name(s): %R", Value(unknown));
  return r;
}

const MethodDef k_methods[] = {
    {"__new__", structseq_new, nullptr, nullptr, MethodKind::kNew},
    {"__repr__", structseq_repr, "($self, /)", "Return repr(self)."},
    {"__reduce__", structseq_reduce, "($self, /)", nullptr},
    {"__replace__", structseq_replace, nullptr, "A copy of the structure with new values for the named fields."},
};
const MethodDef k_methods_no_new[] = {k_methods[1], k_methods[2], k_methods[3]};

}  // namespace

Result<Type*> make_structseq(Thread& t, const StructSeqDef& def) {
  SeqSpec* spec = new SeqSpec();
  spec->doc = def.doc;
  spec->layout = &kLayout<StructSeq>;
  spec->def = &def;
  for (const StructSeqField* f = def.fields; f->name != kStructSeqEndName; f++) {
    spec->n_fields++;
    if (!f->name) spec->n_unnamed++;
  }
  if (def.disallow_instantiation) { spec->methods = k_methods_no_new; spec->flags = kTypeDisallowInstantiation; }
  else spec->methods = k_methods;
  Type* ty = TRY(make_native_type(t, def.name, KAA_TYPE(tuple), *spec));
  if (!def.disallow_instantiation) ty->flags &= ~uint64_t{kTypeImmutable};
  Dict* d = ty->dict;
  List* names = TRY(new_list(t));
  for (uint32_t i = 0; i < spec->n_fields; i++) {
    const StructSeqField& f = def.fields[i];
    if (!f.name) continue;
    MemberObject* m = TRY(alloc<MemberObject>(t, KAA_SHAPE(member_descriptor)));
    m->owner.init(ty);
    m->offset = static_cast<uint32_t>(sizeof(Tuple) + i * sizeof(Value));
    m->readonly = true;
    m->name.init(intern_name(f.name));
    Value doc = f.doc ? Value(TRY(new_str(t, f.doc))) : Value();
    if (doc) m->doc.init(doc);
    TRY(dict_set(t, d, m->name, m));
    if (i < def.n_sequence) TRY(list_append(t, names, m->name));
  }
  TRY(dict_set_str(t, d, "n_sequence_fields", small_int(def.n_sequence)));
  TRY(dict_set_str(t, d, "n_fields", small_int(spec->n_fields)));
  TRY(dict_set_str(t, d, "n_unnamed_fields", small_int(spec->n_unnamed)));
  Tuple* match = TRY(tuple_of(t, names->items, names->size));
  TRY(dict_set_str(t, d, "__match_args__", match));
  type_modified(ty);
  return ty;
}

Result<Tuple*> new_structseq(Thread& t, Type* ty) {
  const SeqSpec& spec = spec_of(ty);
  Tuple* u = TRY(alloc<Tuple>(t, ty->root, spec.n_fields * sizeof(Value)));
  u->size = spec.def->n_sequence;
  for (uint32_t i = 0; i < spec.n_fields; i++) u->items[i] = kNone;
  return u;
}

Status structseq_override(Thread& t, Type* ty, Rows<MethodDef> methods) {
  for (const MethodDef& m : methods) {
    bool is_new = m.kind == MethodKind::kNew;
    Value f = TRY(new_native_function(t, &m, ty, is_new ? Value(ty) : Value(), Value(), is_new ? nullptr : KAA_TYPE(method_descriptor)));
    TRY(dict_set_str(t, ty->dict, m.name, f));
  }
  update_dunders(ty);
  type_modified(ty);
  return {};
}

void structseq_set(Tuple* u, uint32_t i, Value v) {
  Value old = u->items[i];
  inc_into(v, u);
  u->items[i] = v;
  dec(old);
}

}  // namespace kaa
