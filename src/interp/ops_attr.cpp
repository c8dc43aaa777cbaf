// Attributes, methods, super.
//
// The cache word of these instructions is either a slot fact {shape:48, offset:16} (the attribute of an instance of exactly this shape is the word at this
// offset from the object's start) or, with the top bit set, the address of an immutable AttrRecord, which may lead to others: one for each shape that the
// instruction has met, up to four. Slot facts and slot records rest on the type having no data descriptor of that name and no __getattribute__ or
// __setattr__ of its own: type_set_attr flushes all caches when that changes for a type that has such instances (flush_attr_caches). All other records
// guard the type's version.
#include <stdlib.h>

#include "heap/heap_inl.h"
#include "interp/interp.h"

namespace kaa {

namespace {

struct AttrRecord {
  enum Kind : uint8_t {
    kSlot,        // the word at offset `index`
    kOverflow,    // slot `index` of the overflow buffer
    kEntry,       // the instance's attributes are in a dict, where this one is (or was) entry `index`
    kMethod,      // function `value`, self is the object; no attribute of the instance can have the name
    kMethodDict,  // the same, but the instance's dict must be asked first
    kBound,       // function `value`, self is `self` (class methods); empty: no self
    kValue,       // `value`
    kModule,      // entry `index` of a module's dict while its keys' version is `keys`
    kMember, kProperty, kGetSet,
    kDescriptor,  // a descriptor of another type with a __get__, which nothing of the instance can hide
    kGetattr,     // no such attribute: __getattr__ is the function `value`
    kAddSlot,     // STORE_ATTR: the attribute is new, the word at offset `index` takes it, the shape becomes `next`
    kSuper,       // LOAD_SUPER_METHOD: `self` is the class, the function is `value`
  } kind;
  uint8_t depth;           // of the chain of links
  Shape* shape;            // of the object
  uint32_t version;        // of its type
  uint32_t keys;           // kModule: see there; of classes' attributes: the class's own version
  uint32_t index;
  Shape* next;
  Value value, self;       // kept by the class while the version holds
  Shape* method_shape;     // kMethod: as shape, so that one comparison tells kind and shape; else null
  const AttrRecord* link;  // about another shape
};
constexpr uint16_t kMaxRecords = 32;   // of one instruction; then it stays with what it has
constexpr uint8_t kMaxDepth = 4;

// A record's address stands in the word complemented: one instruction tells it from a slot fact, one gives it back.
inline bool is_record(uint64_t w) { return static_cast<int64_t>(w) < 0; }
inline const AttrRecord* record_of(uint64_t w) { return is_record(w) ? reinterpret_cast<const AttrRecord*>(~w) : nullptr; }
inline Shape* shape_of(Value v) { return LIKELY(v.is_object()) ? v.object()->shape : type_of(v)->root; }
inline bool fresh(const AttrRecord* rec, Shape* s) { return rec->shape == s && rec->version == s->type->version; }
inline bool is_method(const AttrRecord* rec, Shape* s) { return rec->method_shape == s && rec->version == s->type->version; }
// The record about this object, or null. Records of classes' attributes are about one class, in a version of its own.
inline const AttrRecord* find_record(uint64_t w, Value o, Shape* s) {
  for (const AttrRecord* rec = record_of(w); rec; rec = rec->link) {
    if (!fresh(rec, s)) continue;
    if (rec->keys && rec->kind != AttrRecord::kModule && o.as<Type>()->version != rec->keys) continue;
    return rec;
  }
  return nullptr;
}

void write_word(const Word* w, uint64_t bits) { __atomic_store_n(const_cast<uint64_t*>(&w->bits), bits, __ATOMIC_RELEASE); }
bool may_record(const Word* pc) {
  uint16_t n = pc[1].counter;
  if (n >= kMaxRecords) return false;
  const_cast<Word*>(pc)[1].counter = static_cast<uint16_t>(n + 1);
  return true;
}
// Records of replaced facts are few (kMaxRecords an instruction) and are kept: another thread may still be reading one.
void write_record(const Word* pc, AttrRecord rec) {
  if (!may_record(pc)) return;
  uint64_t old = pc[2].bits;
  if (const AttrRecord* head = record_of(old)) {
    if (head->depth + 1 < kMaxDepth && head->shape->type->version == head->version) { rec.link = head; rec.depth = static_cast<uint8_t>(head->depth + 1); }
  } else if (old && rec.kind != AttrRecord::kAddSlot) {  // a slot fact
    Shape* s = reinterpret_cast<Shape*>(old >> 16);
    AttrRecord* slot = static_cast<AttrRecord*>(malloc(sizeof(AttrRecord)));
    if (slot && s != rec.shape) {
      *slot = AttrRecord{.kind = AttrRecord::kSlot, .shape = s, .version = s->type->version, .index = static_cast<uint32_t>(old & 0xFFFF)};
      rec.link = slot;
      rec.depth = 1;
    }
  }
  AttrRecord* p = static_cast<AttrRecord*>(malloc(sizeof(AttrRecord)));
  if (!p) return;
  *p = rec;
  p->method_shape = rec.kind == AttrRecord::kMethod ? rec.shape : nullptr;
  write_word(&pc[2], ~reinterpret_cast<uint64_t>(p));
}
// A slot at an offset: the first such fact of an instruction goes into the word itself.
void write_slot(const Word* pc, Shape* s, uint64_t offset, uint32_t version) {
  if (pc[2].bits == 0) {
    if (may_record(pc)) write_word(&pc[2], reinterpret_cast<uint64_t>(s) << 16 | offset);
  } else {
    write_record(pc, {.kind = AttrRecord::kSlot, .shape = s, .version = version, .index = static_cast<uint32_t>(offset)});
  }
}

bool is_plain_function(Type* dt) { return dt == KAA_TYPE(function) || dt == KAA_TYPE(method_descriptor) || dt == KAA_TYPE(wrapper_descriptor); }

// Where an attribute of a class was found: a function, static or class method, or value without __get__ of its mro.
void cache_class_attr(const Word* pc, Type* cls, Str* name, bool method) {
  Type* meta = cls->type();
  if (!cls->version || !meta->version || meta->dunder(D_getattribute) != KAA_TYPE(type)->dunder(D_getattribute) || meta->has(kTypeHasGetattr)) return;
  if (Value d = type_lookup(meta, name); d && is_data_descriptor(d)) {
    if (IS_EXACT(d, getset_descriptor) && !method) write_record(pc, {.kind = AttrRecord::kGetSet, .shape = cls->shape, .version = meta->version, .value = d});
    return;
  }
  Value a = type_lookup(cls, name);
  if (!a) return;
  Type* at = type_of(a);
  AttrRecord rec{.kind = AttrRecord::kValue, .shape = cls->shape, .version = meta->version, .keys = cls->version, .value = a};
  if (at == KAA_TYPE(staticmethod)) {
    rec.value = a.as<WrapperObject>()->callable;
  } else if (at == KAA_TYPE(classmethod)) {
    Value f = a.as<WrapperObject>()->callable;
    if (!method || !f || !IS_EXACT(f, function)) return;
    rec.kind = AttrRecord::kBound;
    rec.value = f;
    rec.self = cls;
  } else if (!is_plain_function(at) && at->dunder(D_get)) {
    return;
  }
  if (rec.value) write_record(pc, rec);
}

void cache_module_attr(const Word* pc, Value o, Str* name) {
  Type* ty = type_of(o);
  Dict* d = o.as<Module>()->dict;
  if (!d || type_lookup(ty, name)) return;
  int64_t i = dict_index_str(d, name);
  uint32_t ver = i >= 0 ? dict_keys_version(d) : 0;
  if (ver) write_record(pc, {.kind = AttrRecord::kModule, .shape = o.object()->shape, .version = ty->version, .keys = ver, .index = static_cast<uint32_t>(i)});
}

// Notes where the attribute was found, if its place is a fact about shape and type version.
void cache_attr(const Word* pc, Value o, Str* name, bool method) {
  Type* ty = type_of(o);
  Shape* s = shape_of(o);
  if (ty->has(kTypeType)) return cache_class_attr(pc, o.as<Type>(), name, method);
  if (IS_EXACT(o, module)) return cache_module_attr(pc, o, name);
  if (!ty->version || ty->has(kTypeCustomGetattribute)) return;
  AttrRecord rec{.kind = AttrRecord::kValue, .shape = s, .version = ty->version};
  Value d = type_lookup(ty, name);
  bool data = d && is_data_descriptor(d), may_have_own = false;
  if (!data && o.is_object() && ty->attr_offset) {
    if (s->is_dict) {
      Value own = attr_words(o.object())[0];
      int64_t i = own && IS_EXACT(own, dict) ? dict_index_str(own.as<Dict>(), name) : -1;
      if (i >= 0) {
        rec.kind = AttrRecord::kEntry;
        rec.index = static_cast<uint32_t>(i);
        return write_record(pc, rec);
      }
      may_have_own = true;
    } else if (int i = s->find(name); i >= 0) {
      if (ty->has(kTypeVarSized)) return;
      if (static_cast<uint32_t>(i) < s->inline_cap) return write_slot(pc, s, ty->attr_offset / 8 + 1 + static_cast<uint64_t>(i), ty->version);
      rec.kind = AttrRecord::kOverflow;
      rec.index = static_cast<uint32_t>(i) - s->inline_cap;
      return write_record(pc, rec);
    }
  } else if (!data && ty->has(kTypeHasDict)) {
    return;  // the instance's dict may hold it
  }
  if (!d) {
    if (!ty->has(kTypeHasGetattr) || may_have_own || !IS_EXACT(ty->dunder(D_getattr), function)) return;
    rec.kind = AttrRecord::kGetattr;
    rec.value = ty->dunder(D_getattr);
    return write_record(pc, rec);
  }
  Type* dt = type_of(d);
  rec.value = d;
  // An AttributeError of a descriptor goes to __getattr__: get_attr() sees to that.
  if (ty->has(kTypeHasGetattr) && !is_plain_function(dt) && dt->dunder(D_get) && dt != KAA_TYPE(member_descriptor) && dt != KAA_TYPE(staticmethod) &&
      dt != KAA_TYPE(classmethod))
    return;
  if (is_plain_function(dt)) {
    if (!method && may_have_own) return;
    rec.kind = may_have_own ? AttrRecord::kMethodDict : AttrRecord::kMethod;
  } else if (may_have_own) {
    return;
  } else if (dt == KAA_TYPE(member_descriptor)) {
    if (ty->has(kTypeVarSized)) return;
    rec.kind = AttrRecord::kMember;
    rec.index = d.as<MemberObject>()->offset;
  } else if (dt == KAA_TYPE(property)) {
    if (!d.as<PropertyObject>()->get || type_of(d.as<PropertyObject>()->get) != KAA_TYPE(function)) return;
    rec.kind = AttrRecord::kProperty;
  } else if (dt == KAA_TYPE(getset_descriptor)) {
    rec.kind = AttrRecord::kGetSet;
  } else if (dt == KAA_TYPE(staticmethod)) {
    rec.value = d.as<WrapperObject>()->callable;
    if (!rec.value) return;
  } else if (dt == KAA_TYPE(classmethod)) {
    Value f = d.as<WrapperObject>()->callable;
    if (!method || !f || !IS_EXACT(f, function)) return;
    rec.kind = AttrRecord::kBound;
    rec.value = f;
    rec.self = ty;
  } else if (dt->dunder(D_get)) {
    if (method || dt->has(kTypeForeignDunder)) return;
    rec.kind = AttrRecord::kDescriptor;
  } else if (data) {
    return;
  }
  write_record(pc, rec);
}

Result<Value> load_attr_slow(Thread& t, Frame* f, const Word* pc) {
  Value o = f->regs[pc->b];
  Str* name = f->code->names[pc[1].index];
  Value v = TRY(get_attr(t, o, name));
  if (pc[1].counter < kMaxRecords) cache_attr(pc, o, name, false);
  return v;
}

// An instruction that sees more types than it has records for, and a property whose getter is a Python function: the getter, which then runs in a frame of this loop. Else empty.
Value unrecorded_getter(const Word* pc, Value o, Str* name) {
  if (LIKELY(pc[1].counter < kMaxRecords) || !o.is_object()) return Value();
  Type* ty = o.object()->type();
  if (ty->flags & (kTypeCustomGetattribute | kTypeHasGetattr | kTypeType)) return Value();
  Value d = type_lookup(ty, name);
  if (!d || type_of(d) != KAA_TYPE(property)) return Value();
  Value get = d.as<PropertyObject>()->get;
  return get && IS_EXACT(get, function) ? get : Value();
}

// What records that only name a place give: empty when it is not there (any more).
inline Value recorded_value(const AttrRecord* rec, Value o, Str* name) {
  switch (rec->kind) {
    case AttrRecord::kSlot: return reinterpret_cast<Value*>(o.object())[rec->index];
    case AttrRecord::kOverflow: return overflow_of(attr_words(o.object())[0])->slots[rec->index];
    case AttrRecord::kEntry: {
      Value own = attr_words(o.object())[0];
      if (UNLIKELY(!own || !IS_EXACT(own, dict))) return Value();
      Dict* d = own.as<Dict>();
      if (LIKELY(rec->index < d->fill && d->entries[rec->index].key == Value(name))) return d->entries[rec->index].value;
      return Value();
    }
    case AttrRecord::kValue: return rec->value;
    case AttrRecord::kModule: {
      Dict* d = o.as<Module>()->dict;
      return LIKELY(d->keys_version == rec->keys) ? d->entries[rec->index].value : Value();
    }
    case AttrRecord::kMember: return *reinterpret_cast<Value*>(reinterpret_cast<char*>(o.object()) + rec->index);
    default: return Value();
  }
}

}  // namespace

void flush_attr_caches() {
  heap().each_object([](Object* o) {
    if (o->shape != KAA_SHAPE(code)) return;
    Code* c = static_cast<Code*>(o);
    if (!c->words) return;
    for (uint32_t i = 0; i < c->nwords && c->words[i].op < static_cast<uint16_t>(Op::kCount); i += kOpInfo[c->words[i].op].words) {  // code may be in the making
      Op op = static_cast<Op>(c->words[i].op);
      if ((op >= Op::LOAD_ATTR && op <= Op::STORE_ATTR) || op == Op::LOAD_METHOD || op == Op::LOAD_METHOD_CALL || op == Op::LOAD_SUPER_METHOD) write_word(&c->words[i + 2], 0);
    }
  });
}

// Between a handler and its slow path: the records of several shapes, and kinds of them that take no call. R[b] (or the object of STORE_ATTR) is an object, and
// the cache word an address.
#define RECORDS(name) static KAA_PRESERVE_NONE __attribute__((noinline)) Value records_##name(HANDLER_ARGS)
#define GO_RECORDS(name) do { MUSTTAIL return records_##name(HANDLER_PASS); } while (0)

SLOW(LOAD_ATTR) {
  Value o = r[pc->b];
  SAVE();
  if (const AttrRecord* rec = find_record(pc[2].bits, o, shape_of(o))) {
    if (rec->kind == AttrRecord::kProperty || rec->kind == AttrRecord::kGetattr) {
      bool property = rec->kind == AttrRecord::kProperty;
      Value fn = property ? rec->value.as<PropertyObject>()->get.get() : rec->value;
      Frame* nf = call_special(*t, f, fn, o, property ? Value() : Value(f->code->names[pc[1].index]), Value(), pc->a, pc + 3, kReturnPlain);
      if (UNLIKELY(!nf)) FAIL();
      ENTER(nf);
    }
    if (rec->kind == AttrRecord::kMethod) STORE_RESULT(pc->a, descr_get(*t, rec->value, o, type_of(o)), 3);
    if (rec->kind == AttrRecord::kDescriptor) {
      Value get = type_of(rec->value)->dunder(D_get), d = rec->value;
      if (get && IS_EXACT(get, function)) {
        Frame* nf = call_special(*t, f, get, d, o, type_of(o), pc->a, pc + 3, kReturnPlain);
        if (UNLIKELY(!nf)) FAIL();
        ENTER(nf);
      }
      if (get) STORE_RESULT(pc->a, call_dunder(*t, D_get, d, o, type_of(o)), 3);
    }
    if (rec->kind == AttrRecord::kGetSet) STORE_RESULT(pc->a, rec->value.as<GetSetObject>()->def->get(*t, o), 3);
    if (Value v = recorded_value(rec, o, f->code->names[pc[1].index]); LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(3); }
  } else if (Value get = unrecorded_getter(pc, o, f->code->names[pc[1].index])) {
    Frame* nf = call_special(*t, f, get, o, Value(), Value(), pc->a, pc + 3, kReturnPlain);
    if (UNLIKELY(!nf)) FAIL();
    ENTER(nf);
  }
  STORE_RESULT(pc->a, load_attr_slow(*t, f, pc), 3);
}
RECORDS(LOAD_ATTR) {
  Value o = r[pc->b], v;
  if (const AttrRecord* rec = find_record(pc[2].bits, o, o.object()->shape)) {
    switch (rec->kind) {
      case AttrRecord::kSlot: v = reinterpret_cast<Value*>(o.object())[rec->index]; break;
      case AttrRecord::kMember: v = *reinterpret_cast<Value*>(reinterpret_cast<char*>(o.object()) + rec->index); break;
      case AttrRecord::kValue: v = rec->value; break;
      case AttrRecord::kModule: {
        Dict* d = o.as<Module>()->dict;
        if (LIKELY(d->keys_version == rec->keys)) v = d->entries[rec->index].value;
        break;
      }
      case AttrRecord::kMethod: {
        if (UNLIKELY(!IS_EXACT(rec->value, function) || ((o.object()->rc | rec->value.object()->rc) & kEager))) GO_SLOW(LOAD_ATTR);
        Object* made = t->heap->try_allocate(KAA_SHAPE(method), sizeof(BoundMethod));
        if (UNLIKELY(!made)) GO_SLOW(LOAD_ATTR);
        BoundMethod* m = static_cast<BoundMethod*>(made);
        static_cast<void>(init_quick(&m->func.raw(), rec->value));
        static_cast<void>(init_quick(&m->self.raw(), o));
        v = m;
        break;
      }
      default: GO_SLOW(LOAD_ATTR);
    }
    if (LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(3); }
  }
  GO_SLOW(LOAD_ATTR);
}
HANDLER(LOAD_ATTR) {
  Value o = r[pc->b];
  uint64_t w = pc[2].bits;
  if (LIKELY(o.is_object())) {
    Shape* s = o.object()->shape;
    if (LIKELY(w >> 16 == reinterpret_cast<uint64_t>(s))) {
      r[pc->a] = reinterpret_cast<Value*>(o.object())[w & 0xFFFF];
      NEXT(3);
    }
    if (is_record(w)) GO_RECORDS(LOAD_ATTR);
  }
  GO_SLOW(LOAD_ATTR);
}

// With the LOAD_ATTR behind it, when both are slots.
HANDLER(LOAD_ATTR_ATTR) {
  Value o = r[pc->b];
  uint64_t w = pc[2].bits;
  if (LIKELY(o.is_object() && w >> 16 == reinterpret_cast<uint64_t>(o.object()->shape))) {
    Value v = reinterpret_cast<Value*>(o.object())[w & 0xFFFF];
    r[pc->a] = v;
    uint64_t w2 = pc[5].bits;
    if (LIKELY(v.is_object() && w2 >> 16 == reinterpret_cast<uint64_t>(v.object()->shape) && table == t->live)) {
      r[pc[3].a] = reinterpret_cast<Value*>(v.object())[w2 & 0xFFFF];
      NEXT(6);
    }
    NEXT(3);
  }
  MUSTTAIL return op_LOAD_ATTR(HANDLER_PASS);
}
// With the INPLACE instruction and the STORE_ATTR behind it, when the slot holds a small int or a float, as the right operand does.
#define UPDATE_ATTR(NAME, RIGHT, INTS, OPER)                                                          \
  HANDLER(LOAD_ATTR_##NAME) {                                                                         \
    Value o = r[pc->b];                                                                               \
    uint64_t w = pc[2].bits;                                                                          \
    if (LIKELY(o.is_object() && w >> 16 == reinterpret_cast<uint64_t>(o.object()->shape) && pc[6].bits == w && table == t->live)) { \
      Value* p = &reinterpret_cast<Value*>(o.object())[w & 0xFFFF];                                   \
      Value x = *p, y = RIGHT;                                                                        \
      int64_t sum;                                                                                    \
      if (LIKELY(x.is_int() && y.is_int())) {                                                         \
        if (LIKELY(!INTS(static_cast<int64_t>(x.bits()), static_cast<int64_t>(y.bits() - 1), &sum))) { \
          *p = Value::from_bits(static_cast<uint64_t>(sum));                                          \
          NEXT(7);                                                                                    \
        }                                                                                             \
      } else if (x.is_float_word() && y.is_float_word()) {                                            \
        Value v = Value::try_float(x.float_word() OPER y.float_word());                               \
        if (LIKELY(!v.is_empty())) { *p = v; NEXT(7); }                                               \
      }                                                                                               \
    }                                                                                                 \
    MUSTTAIL return op_LOAD_ATTR(HANDLER_PASS);                                                       \
  }
UPDATE_ATTR(ADD, r[pc[3].c], __builtin_add_overflow, +)
UPDATE_ATTR(SUB, r[pc[3].c], __builtin_sub_overflow, -)
UPDATE_ATTR(ADD_I, Value::from_int(static_cast<int16_t>(pc[3].c)), __builtin_add_overflow, +)
UPDATE_ATTR(SUB_I, Value::from_int(static_cast<int16_t>(pc[3].c)), __builtin_sub_overflow, -)

static Status store_attr_slow(Thread& t, Frame* f, const Word* pc) {
  Value o = f->regs[pc->a], v = f->regs[pc->b];
  Str* name = f->code->names[pc[1].index];
  Shape* before = shape_of(o);
  TRY(set_attr(t, o, name, v));
  Type* ty = type_of(o);
  if (!o.is_object() || !ty->version || ty->has(kTypeCustomSetattr) || ty->has(kTypeVarSized)) return {};
  Value d = type_lookup(ty, name);
  AttrRecord rec{.kind = AttrRecord::kMember, .shape = before, .version = ty->version, .value = d};
  if (d && is_data_descriptor(d)) {
    if (type_of(d) == KAA_TYPE(member_descriptor) && !d.as<MemberObject>()->readonly) {
      rec.index = d.as<MemberObject>()->offset;
      write_record(pc, rec);
    } else if (type_of(d) == KAA_TYPE(property) && IS_EXACT(d.as<PropertyObject>()->set.get(), function)) {
      rec.kind = AttrRecord::kProperty;
      write_record(pc, rec);
    }
    return {};
  }
  if (!ty->attr_offset) return {};
  Shape* after = o.object()->shape;
  if (after->is_dict) {
    Value own = attr_words(o.object())[0];
    int64_t i = before == after && own && IS_EXACT(own, dict) ? dict_index_str(own.as<Dict>(), name) : -1;
    if (i < 0) return {};
    rec.kind = AttrRecord::kEntry;
    rec.index = static_cast<uint32_t>(i);
    write_record(pc, rec);
    return {};
  }
  int i = after->find(name);
  if (i < 0) return {};
  if (static_cast<uint32_t>(i) >= after->inline_cap) {
    if (before != after) return {};
    rec.kind = AttrRecord::kOverflow;
    rec.index = static_cast<uint32_t>(i) - after->inline_cap;
    write_record(pc, rec);
    return {};
  }
  uint64_t off = ty->attr_offset / 8 + 1 + static_cast<uint64_t>(i);
  if (before == after) {
    write_slot(pc, after, off, ty->version);
  } else if (after->parent == before) {
    rec.kind = AttrRecord::kAddSlot;
    rec.index = static_cast<uint32_t>(off);
    rec.next = after;
    write_record(pc, rec);
  }
  return {};
}

static inline void store_counted(Object* owner, Value* p, Value v) {
  Value old = *p;
  inc_into(v, owner);
  *p = v;
  dec(old);
}
SLOW(STORE_ATTR) {
  Value o = r[pc->a], v = r[pc->b];
  SAVE();
  if (uint64_t w = pc[2].bits; w >> 16 == reinterpret_cast<uint64_t>(shape_of(o))) {
    store_counted(o.object(), &reinterpret_cast<Value*>(o.object())[w & 0xFFFF], v);
    NEXT(3);
  }
  if (const AttrRecord* rec = find_record(pc[2].bits, o, shape_of(o))) {
    Object* x = o.object();
    switch (rec->kind) {
      case AttrRecord::kSlot: store_counted(x, &reinterpret_cast<Value*>(x)[rec->index], v); NEXT(3);
      case AttrRecord::kOverflow: store_counted(x, &overflow_of(attr_words(x)[0])->slots[rec->index], v); NEXT(3);
      case AttrRecord::kMember: store_counted(x, reinterpret_cast<Value*>(reinterpret_cast<char*>(x) + rec->index), v); NEXT(3);
      case AttrRecord::kAddSlot:
        inc_into(v, x);
        reinterpret_cast<Value*>(x)[rec->index] = v;
        x->shape = rec->next;
        NEXT(3);
      case AttrRecord::kEntry: {
        Value own = attr_words(x)[0];
        if (!own || !IS_EXACT(own, dict)) break;
        Dict* d = own.as<Dict>();
        if (rec->index >= d->fill || d->entries[rec->index].key != Value(f->code->names[pc[1].index])) break;
        store_counted(d, &d->entries[rec->index].value, v);
        NEXT(3);
      }
      case AttrRecord::kProperty: {
        Frame* nf = call_special(*t, f, rec->value.as<PropertyObject>()->set, o, v, Value(), 0, pc + 3, kReturnDiscard);
        if (UNLIKELY(!nf)) FAIL();
        ENTER(nf);
      }
      default: break;
    }
  }
  if (!store_attr_slow(*t, f, pc).ok()) FAIL();
  NEXT(3);
}
RECORDS(STORE_ATTR) {
  Object* o = r[pc->a].object();
  Shape* s = o->shape;
  for (const AttrRecord* rec = record_of(pc[2].bits); rec; rec = rec->link) {
    if (!fresh(rec, s)) continue;
    Value* p;
    switch (rec->kind) {
      case AttrRecord::kSlot: p = &reinterpret_cast<Value*>(o)[rec->index]; break;
      case AttrRecord::kMember: p = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + rec->index); break;
      case AttrRecord::kOverflow: p = &overflow_of(attr_words(o)[0])->slots[rec->index]; break;
      case AttrRecord::kAddSlot:
        if (UNLIKELY(!init_quick(&reinterpret_cast<Value*>(o)[rec->index], r[pc->b]))) GO_SLOW(STORE_ATTR);
        o->shape = rec->next;
        NEXT(3);
      default: GO_SLOW(STORE_ATTR);
    }
    Value old = *p;
    if (LIKELY(!old.is_empty() && store_quick(p, old, r[pc->b]))) NEXT(3);
    break;
  }
  GO_SLOW(STORE_ATTR);
}
HANDLER(STORE_ATTR) {
  Value o = r[pc->a];
  uint64_t w = pc[2].bits;
  if (LIKELY(o.is_object())) {
    Shape* s = o.object()->shape;
    if (LIKELY(w >> 16 == reinterpret_cast<uint64_t>(s))) {
      Value* p = &reinterpret_cast<Value*>(o.object())[w & 0xFFFF];
      if (LIKELY(store_quick(p, *p, r[pc->b]))) NEXT(3);
      GO_SLOW(STORE_ATTR);
    }
    if (is_record(w)) GO_RECORDS(STORE_ATTR);
  }
  GO_SLOW(STORE_ATTR);
}
HANDLER(DEL_ATTR) {
  SAVE();
  if (!set_attr(*t, r[pc->a], f->code->names[pc[1].index], Value()).ok()) FAIL();
  NEXT(2);
}

// The function and self, or the attribute and nothing.
static Status load_method_slow(Thread& t, Frame* f, const Word* pc) {
  Value o = f->regs[pc->b];
  Str* name = f->code->names[pc[1].index];
  Type* ty = type_of(o);
  if (!ty->has(kTypeCustomGetattribute)) {
    Value d = type_lookup(ty, name);
    // A native method that was put into a class of another kind is left to the descriptor, which looks at self.
    if (d && d.is_object() && is_plain_function(d.object()->type()) && (IS_EXACT(d, function) || is_subtype(ty, d.as<NativeFunction>()->owner))) {
      Value own;
      if (o.is_object() && ty->attr_offset) own = shape_get(o.object(), name);
      else if (o.is_object() && ty->has(kTypeHasDict)) {
        if (Field<Dict*>* nd = native_dict_field(o.object())) own = *nd ? dict_get_str(nd->get(), name) : Value();
      }
      if (!own) {
        f->regs[pc->a] = d;
        f->regs[pc->a + 1] = o;
        cache_attr(pc, o, name, true);
        return {};
      }
    }
  }
  Value v = TRY(get_attr(t, o, name));
  f->regs[pc->a] = v;
  f->regs[pc->a + 1] = Value();
  cache_attr(pc, o, name, true);
  return {};
}
SLOW(LOAD_METHOD) {
  Value o = r[pc->b];
  SAVE();
  if (const AttrRecord* rec = find_record(pc[2].bits, o, shape_of(o))) {
    Str* name = f->code->names[pc[1].index];
    switch (rec->kind) {
      case AttrRecord::kMethodDict: {
        Value own = attr_words(o.object())[0];
        if (own && (!IS_EXACT(own, dict) || dict_index_str(own.as<Dict>(), name) >= 0)) break;
        [[fallthrough]];
      }
      case AttrRecord::kMethod:
        r[pc->a] = rec->value;
        r[pc->a + 1] = o;
        NEXT(3);
      case AttrRecord::kBound:
        r[pc->a] = rec->value;
        r[pc->a + 1] = rec->self;
        NEXT(3);
      default:
        if (Value v = recorded_value(rec, o, name)) {
          r[pc->a] = v;
          r[pc->a + 1] = Value();
          NEXT(3);
        }
    }
  }
  if (uint64_t w = pc[2].bits; w >> 16 == reinterpret_cast<uint64_t>(shape_of(o))) {  // a callable in a slot
    r[pc->a] = reinterpret_cast<Value*>(o.object())[w & 0xFFFF];
    r[pc->a + 1] = Value();
    NEXT(3);
  }
  if (!load_method_slow(*t, f, pc).ok()) FAIL();
  NEXT(3);
}
RECORDS(LOAD_METHOD) {
  Value o = r[pc->b], fn, self;
  if (const AttrRecord* rec = find_record(pc[2].bits, o, o.object()->shape)) {
    switch (rec->kind) {
      case AttrRecord::kMethod: fn = rec->value; self = o; break;
      case AttrRecord::kBound: fn = rec->value; self = rec->self; break;
      case AttrRecord::kSlot: fn = reinterpret_cast<Value*>(o.object())[rec->index]; break;
      case AttrRecord::kValue: fn = rec->value; break;
      case AttrRecord::kModule: {
        Dict* d = o.as<Module>()->dict;
        if (LIKELY(d->keys_version == rec->keys)) fn = d->entries[rec->index].value;
        break;
      }
      default: GO_SLOW(LOAD_METHOD);
    }
    if (LIKELY(!fn.is_empty())) {
      r[pc->a] = fn;
      r[pc->a + 1] = self;
      NEXT(3);
    }
  }
  GO_SLOW(LOAD_METHOD);
}
// With the CALL_METHOD behind it: a plain function whose only argument is self.
HANDLER(LOAD_METHOD_CALL) {
  Value o = r[pc->b];
  if (LIKELY(o.is_object() && is_record(pc[2].bits))) {
    const AttrRecord* rec = record_of(pc[2].bits);
    if (LIKELY(is_method(rec, o.object()->shape))) {
      Value fn = rec->value;
      Value* w = r + pc->a;
      w[0] = fn;
      w[1] = o;
      if (LIKELY(fn.object()->shape == KAA_SHAPE(function) && table == t->live)) {
        pc += 3;
        QUICK_CALL(fn.as<Function>(), w + 1, 1, 2);
        DISPATCH();
      }
      NEXT(3);
    }
    GO_RECORDS(LOAD_METHOD);
  }
  GO_SLOW(LOAD_METHOD);
}
HANDLER(LOAD_METHOD) {
  Value o = r[pc->b];
  if (LIKELY(o.is_object() && is_record(pc[2].bits))) {
    const AttrRecord* rec = record_of(pc[2].bits);
    if (LIKELY(is_method(rec, o.object()->shape))) {
      Value* to = r + pc->a;
      to[0] = rec->value;
      to[1] = o;
      NEXT(3);
    }
    GO_RECORDS(LOAD_METHOD);
  }
  GO_SLOW(LOAD_METHOD);
}

// ---- super(cls, self).name with the builtin super; another super, or odd arguments, go the general way.
static Status load_super(Thread& t, Frame* f, const Word* pc, bool method, Value out[2]) {
  Value* w = f->regs + pc->b;
  Str* name = f->code->names[pc[1].index];
  Value sup = w[0], cls = w[1], self = w[2];
  out[1] = Value();
  if (sup == Value(KAA_TYPE(super)) && is_type(cls) && !str_equal_ascii(name, "__class__")) {
    Type* start = nullptr;
    bool on_class = false;
    if (is_type(self) && is_subtype(self.as<Type>(), cls.as<Type>())) { start = self.as<Type>(); on_class = true; }
    else if (is_subtype(type_of(self), cls.as<Type>())) start = type_of(self);
    if (start) {
      Tuple* mro = start->mro;
      uint64_t i = 0;
      while (mro && i < mro->size && mro->items[i] != cls) i++;
      for (i++; mro && i < mro->size; i++) {
        Value d = dict_get_str(mro->items[i].as<Type>()->dict, name);
        if (!d) continue;
        Type* dt = type_of(d);
        bool native = dt == KAA_TYPE(method_descriptor) || dt == KAA_TYPE(wrapper_descriptor);
        if (method && !on_class && (dt == KAA_TYPE(function) || (native && is_subtype(start, d.as<NativeFunction>()->owner)))) {
          out[0] = d;
          out[1] = self;
          return {};
        }
        out[0] = TRY(descr_get(t, d, on_class ? Value() : self, start));
        return {};
      }
    }
  }
  Value s = pc->c && sup != Value(KAA_TYPE(super)) ? TRY(call(t, sup)) : TRY(call(t, sup, cls, self));
  out[0] = TRY(get_attr(t, s, name));
  return {};
}
HANDLER(LOAD_SUPER_ATTR) {
  SAVE();
  Value out[2];
  if (!load_super(*t, f, pc, false, out).ok()) FAIL();
  r[pc->a] = out[0];
  NEXT(2);
}
SLOW(LOAD_SUPER_METHOD) {
  SAVE();
  Value cls = r[pc->b + 1], self = r[pc->b + 2];
  Value out[2];
  bool plain = r[pc->b] == Value(KAA_TYPE(super)) && is_type(cls);
  if (!load_super(*t, f, pc, true, out).ok()) FAIL();
  if (plain && out[1] && out[1] == self && self.is_object() && !is_type(self) && type_of(self)->version && is_plain_function(type_of(out[0])))
    write_record(pc, {.kind = AttrRecord::kSuper, .shape = self.object()->shape, .version = type_of(self)->version, .value = out[0], .self = cls});
  r[pc->a] = out[0];
  r[pc->a + 1] = out[1];
  NEXT(3);
}
HANDLER(LOAD_SUPER_METHOD) {
  Value self = r[pc->b + 2];
  if (LIKELY(self.is_object() && r[pc->b] == Value(KAA_TYPE(super)))) {
    Shape* s = self.object()->shape;
    for (const AttrRecord* rec = record_of(pc[2].bits); rec; rec = rec->link) {
      if (!fresh(rec, s) || rec->self != r[pc->b + 1]) continue;
      r[pc->a] = rec->value;
      r[pc->a + 1] = self;
      NEXT(3);
    }
  }
  GO_SLOW(LOAD_SUPER_METHOD);
}

}  // namespace kaa
