// Attributes, methods, super, subscripts.
//
// The cache word of LOAD_ATTR, LOAD_METHOD and STORE_ATTR is either a slot fact {shape:48, offset:16} (the attribute of an instance of exactly this shape is the word at this
// offset from the object's start) or, with the top bit set, the address of an immutable AttrRecord. Slot facts rest on no class of the type having a data
// descriptor of that name: type_set_attr flushes all caches in the rare case that one appears later (flush_attr_caches).
#include <stdlib.h>

#include "heap/heap_inl.h"
#include "interp/interp.h"

namespace kaa {

namespace {

struct AttrRecord {
  enum Kind : uint8_t { kMethod, kClassValue, kModule, kMember, kProperty, kGetSet, kAddSlot } kind;
  Shape* shape;       // of the object
  uint32_t version;   // of its type
  uint32_t keys;      // kModule: keys version
  uint32_t index;     // kModule: entry; kMember: offset; kAddSlot: word offset
  Shape* next;        // kAddSlot: shape afterwards
  Value value;        // function, class value, property, getset: kept by the class while the version holds
};
constexpr uint64_t kRecordBit = uint64_t{1} << 63;
constexpr uint16_t kMaxRecords = 32;   // of one instruction; then it stays with what it has

inline const AttrRecord* record_of(uint64_t w) { return (w & kRecordBit) ? reinterpret_cast<const AttrRecord*>(w & ~kRecordBit) : nullptr; }
inline Shape* shape_of(Value v) { return v.is_object() ? v.object()->shape : type_of(v)->root; }
inline bool fresh(const AttrRecord* rec, Shape* s) { return rec->shape == s && rec->version == s->type->version; }

void write_word(const Word* w, uint64_t bits) { __atomic_store_n(const_cast<uint64_t*>(&w->bits), bits, __ATOMIC_RELEASE); }
bool may_record(const Word* pc) {
  uint16_t n = pc[1].counter;
  if (n >= kMaxRecords) return false;
  const_cast<Word*>(pc)[1].counter = static_cast<uint16_t>(n + 1);
  return true;
}
// Records of replaced facts are few (kMaxRecords an instruction) and are kept: another thread may still be reading one.
void write_record(const Word* pc, AttrRecord rec) {
  AttrRecord* p = static_cast<AttrRecord*>(malloc(sizeof(AttrRecord)));
  if (!p) return;
  *p = rec;
  write_word(&pc[2], reinterpret_cast<uint64_t>(p) | kRecordBit);
}

// Notes where the attribute was found, if its place is a fact about shape and type version.
void cache_attr(const Word* pc, Value o, Str* name, bool method) {
  Type* ty = type_of(o);
  Shape* s = shape_of(o);
  if (!ty->version || ty->has(kTypeCustomGetattribute)) {
    if (IS_EXACT(o, module) && !method) {
      Dict* d = o.as<Module>()->dict;
      if (!d || type_lookup(ty, name)) return;
      int64_t i = dict_index_str(d, name);
      uint32_t ver = i >= 0 ? dict_keys_version(d) : 0;
      if (ver && may_record(pc)) write_record(pc, {AttrRecord::kModule, s, ty->version, ver, static_cast<uint32_t>(i), nullptr, Value()});
    }
    return;
  }
  Value d = type_lookup(ty, name);
  bool data = d && is_data_descriptor(d);
  if (!data && o.is_object() && ty->attr_offset && !s->is_dict) {
    int i = s->find(name);
    if (i >= 0) {
      if (static_cast<uint32_t>(i) < s->inline_cap && !ty->has(kTypeVarSized) && !method) {
        uint64_t off = ty->attr_offset / 8 + 1 + static_cast<uint64_t>(i);
        if (may_record(pc)) write_word(&pc[2], reinterpret_cast<uint64_t>(s) << 16 | off);
      }
      return;
    }
  } else if (!data && ty->has(kTypeHasDict)) {
    return;  // the instance's dict may hold it
  }
  if (!d || !may_record(pc)) return;
  Type* dt = type_of(d);
  if (dt == KAA_TYPE(function) || dt == KAA_TYPE(method_descriptor) || dt == KAA_TYPE(wrapper_descriptor)) {
    if (method) write_record(pc, {AttrRecord::kMethod, s, ty->version, 0, 0, nullptr, d});
  } else if (method) {
    return;
  } else if (dt == KAA_TYPE(member_descriptor)) {
    if (!ty->has(kTypeVarSized)) write_record(pc, {AttrRecord::kMember, s, ty->version, 0, d.as<MemberObject>()->offset, nullptr, d});
  } else if (dt == KAA_TYPE(property)) {
    if (d.as<PropertyObject>()->get && type_of(d.as<PropertyObject>()->get) == KAA_TYPE(function)) write_record(pc, {AttrRecord::kProperty, s, ty->version, 0, 0, nullptr, d});
  } else if (dt == KAA_TYPE(getset_descriptor)) {
    write_record(pc, {AttrRecord::kGetSet, s, ty->version, 0, 0, nullptr, d});
  } else if (!data && !dt->dunder(D_get)) {
    write_record(pc, {AttrRecord::kClassValue, s, ty->version, 0, 0, nullptr, d});
  }
}

Result<Value> load_attr_slow(Thread& t, Frame* f, const Word* pc) {
  Value o = f->regs[pc->b];
  Str* name = f->code->names[pc[1].index];
  Value v = TRY(get_attr(t, o, name));
  cache_attr(pc, o, name, false);
  return v;
}

}  // namespace

void flush_attr_caches() {
  heap().each_object([](Object* o) {
    if (o->shape != KAA_SHAPE(code)) return;
    Code* c = static_cast<Code*>(o);
    for (uint32_t i = 0; i < c->nwords; i += kOpInfo[c->words[i].op].words) {
      Op op = static_cast<Op>(c->words[i].op);
      if (op == Op::LOAD_ATTR || op == Op::STORE_ATTR || op == Op::LOAD_METHOD) write_word(&c->words[i + 2], 0);
    }
  });
}

HANDLER(LOAD_ATTR) {
  Value o = r[pc->b];
  Shape* s = shape_of(o);
  uint64_t w = pc[2].bits;
  if (LIKELY(w >> 16 == reinterpret_cast<uint64_t>(s))) {
    r[pc->a] = reinterpret_cast<Value*>(o.object())[w & 0xFFFF];
    NEXT(3);
  }
  if (const AttrRecord* rec = record_of(w); rec && fresh(rec, s)) {
    switch (rec->kind) {
      case AttrRecord::kClassValue: r[pc->a] = rec->value; NEXT(3);
      case AttrRecord::kModule: {
        Dict* d = o.as<Module>()->dict;
        if (LIKELY(d->keys_version == rec->keys)) { r[pc->a] = d->entries[rec->index].value; NEXT(3); }
        break;
      }
      case AttrRecord::kMember: {
        Value v = *reinterpret_cast<Value*>(reinterpret_cast<char*>(o.object()) + rec->index);
        if (LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(3); }
        break;
      }
      case AttrRecord::kProperty: {
        SAVE();
        Function* fn = rec->value.as<PropertyObject>()->get.get().as<Function>();
        Value* args = next_regs(f);
        if (UNLIKELY(f->on_heap)) break;
        *args = o;  // its own register now: the callee's first
        Frame* nf = push_call(*t, f, fn, args, 1, nullptr, pc->a, pc + 3, kReturnPlain);
        if (!nf) FAIL();
        ENTER(nf);
      }
      case AttrRecord::kGetSet: SAVE(); STORE_RESULT(pc->a, rec->value.as<GetSetObject>()->def->get(*t, o), 3);
      default: break;
    }
  }
  SAVE();
  STORE_RESULT(pc->a, load_attr_slow(*t, f, pc), 3);
}

static Status store_attr_slow(Thread& t, Frame* f, const Word* pc) {
  Value o = f->regs[pc->a], v = f->regs[pc->b];
  Str* name = f->code->names[pc[1].index];
  Shape* before = shape_of(o);
  TRY(set_attr(t, o, name, v));
  Type* ty = type_of(o);
  if (!o.is_object() || ty->has(kTypeCustomSetattr) || !ty->attr_offset || ty->has(kTypeVarSized)) return {};
  Value d = type_lookup(ty, name);
  if (d && is_data_descriptor(d)) {
    if (type_of(d) == KAA_TYPE(member_descriptor) && may_record(pc)) write_record(pc, {AttrRecord::kMember, before, ty->version, 0, d.as<MemberObject>()->offset, nullptr, d});
    return {};
  }
  Shape* after = o.object()->shape;
  if (after->is_dict) return {};
  int i = after->find(name);
  if (i < 0 || static_cast<uint32_t>(i) >= after->inline_cap || !may_record(pc)) return {};
  uint64_t off = ty->attr_offset / 8 + 1 + static_cast<uint64_t>(i);
  if (before == after) write_word(&pc[2], reinterpret_cast<uint64_t>(after) << 16 | off);
  else if (after->parent == before) write_record(pc, {AttrRecord::kAddSlot, before, ty->version, 0, static_cast<uint32_t>(off), after, Value()});
  return {};
}

HANDLER(STORE_ATTR) {
  Value o = r[pc->a];
  Shape* s = shape_of(o);
  uint64_t w = pc[2].bits;
  if (LIKELY(w >> 16 == reinterpret_cast<uint64_t>(s))) {
    Value* p = &reinterpret_cast<Value*>(o.object())[w & 0xFFFF];
    Value v = r[pc->b], old = *p;
    inc(v);
    *p = v;
    dec(old);
    NEXT(3);
  }
  if (const AttrRecord* rec = record_of(w); rec && fresh(rec, s)) {
    if (LIKELY(rec->kind == AttrRecord::kAddSlot)) {
      Value v = r[pc->b];
      inc(v);
      reinterpret_cast<Value*>(o.object())[rec->index] = v;
      o.object()->shape = rec->next;
      NEXT(3);
    }
    if (rec->kind == AttrRecord::kMember) {
      Value* p = reinterpret_cast<Value*>(reinterpret_cast<char*>(o.object()) + rec->index);
      Value v = r[pc->b], old = *p;
      inc(v);
      *p = v;
      dec(old);
      NEXT(3);
    }
  }
  SAVE();
  if (!store_attr_slow(*t, f, pc).ok()) FAIL();
  NEXT(3);
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
    if (d && d.is_object()) {
      Type* dt = d.object()->type();
      if (dt == KAA_TYPE(function) || dt == KAA_TYPE(method_descriptor) || dt == KAA_TYPE(wrapper_descriptor)) {
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
  }
  Value v = TRY(get_attr(t, o, name));
  f->regs[pc->a] = v;
  f->regs[pc->a + 1] = Value();
  if (IS_EXACT(o, module)) cache_attr(pc, o, name, false);
  return {};
}
HANDLER(LOAD_METHOD) {
  Value o = r[pc->b];
  Shape* s = shape_of(o);
  if (const AttrRecord* rec = record_of(pc[2].bits); LIKELY(rec && fresh(rec, s))) {
    if (LIKELY(rec->kind == AttrRecord::kMethod)) {
      r[pc->a] = rec->value;
      r[pc->a + 1] = o;
      NEXT(3);
    }
    if (rec->kind == AttrRecord::kModule) {
      Dict* d = o.as<Module>()->dict;
      if (LIKELY(d->keys_version == rec->keys)) {
        r[pc->a] = d->entries[rec->index].value;
        r[pc->a + 1] = Value();
        NEXT(3);
      }
    }
  }
  SAVE();
  if (!load_method_slow(*t, f, pc).ok()) FAIL();
  NEXT(3);
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
      while (i < mro->size && mro->items[i] != cls) i++;
      for (i++; i < mro->size; i++) {
        Value d = dict_get_str(mro->items[i].as<Type>()->dict, name);
        if (!d) continue;
        Type* dt = type_of(d);
        if (method && !on_class && (dt == KAA_TYPE(function) || dt == KAA_TYPE(method_descriptor) || dt == KAA_TYPE(wrapper_descriptor))) {
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
HANDLER(LOAD_SUPER_METHOD) {
  SAVE();
  Value out[2];
  if (!load_super(*t, f, pc, true, out).ok()) FAIL();
  r[pc->a] = out[0];
  r[pc->a + 1] = out[1];
  NEXT(2);
}

// ---- subscripts
static Result<Value> subscript(Thread& t, Value o, Value key) {
  if (IS_EXACT(o, dict)) {
    Opt v = TRY(dict_get(t, o.as<Dict>(), key));
    if (v) return v.v;
    return raise_class(t, KAA_TYPE(KeyError), key);
  }
  return get_item(t, o, key);
}
HANDLER(LOAD_SUBSCR) {
  Value o = r[pc->b], key = r[pc->c];
  if (key.is_int() && o.is_object()) {
    int64_t i = key.as_int();
    if (o.object()->shape == KAA_SHAPE(list)) {
      List* l = o.as<List>();
      if (i < 0) i += static_cast<int64_t>(l->size);
      if (LIKELY(static_cast<uint64_t>(i) < l->size)) { r[pc->a] = l->items[i]; NEXT(2); }
    } else if (o.object()->shape == KAA_SHAPE(tuple)) {
      Tuple* u = o.as<Tuple>();
      if (i < 0) i += static_cast<int64_t>(u->size);
      if (LIKELY(static_cast<uint64_t>(i) < u->size)) { r[pc->a] = u->items[i]; NEXT(2); }
    } else if (o.object()->shape == KAA_SHAPE(str)) {
      Str* s = o.as<Str>();
      if (i < 0) i += static_cast<int64_t>(s->length);
      if (LIKELY(static_cast<uint64_t>(i) < s->length)) {
        uint32_t c = s->at(static_cast<size_t>(i));
        if (LIKELY(c < 256)) { r[pc->a] = interp().latin1[c]; NEXT(2); }
      }
    }
  }
  SAVE();
  STORE_RESULT(pc->a, subscript(*t, o, key), 2);
}
HANDLER(STORE_SUBSCR) {
  Value o = r[pc->a], key = r[pc->b], v = r[pc->c];
  if (key.is_int() && IS_EXACT(o, list)) {
    List* l = o.as<List>();
    int64_t i = key.as_int();
    if (i < 0) i += static_cast<int64_t>(l->size);
    if (LIKELY(static_cast<uint64_t>(i) < l->size)) {
      Value old = l->items[i];
      inc(v);
      l->items[i] = v;
      dec(old);
      NEXT(1);
    }
  }
  SAVE();
  Status s = IS_EXACT(o, dict) ? dict_set(*t, o.as<Dict>(), key, v) : set_item(*t, o, key, v);
  if (UNLIKELY(!s.ok())) FAIL();
  NEXT(1);
}
HANDLER(DEL_SUBSCR) {
  SAVE();
  if (!del_item(*t, r[pc->a], r[pc->b]).ok()) FAIL();
  NEXT(1);
}
static Result<Value> make_slice(Thread& t, Value start, Value stop, Value step) {
  SliceObject* s = TRY(alloc<SliceObject>(t, KAA_SHAPE(slice)));
  s->start.init(start);
  s->stop.init(stop);
  s->step.init(step);
  return s;
}
static Result<Value> load_slice(Thread& t, Value o, Value start, Value stop) {
  auto bound = [](Value v, int64_t n, int64_t missing, int64_t& out) {
    if (v.is_none()) { out = missing; return true; }
    if (!v.is_int()) return false;
    int64_t i = v.as_int();
    if (i < 0) i += n;
    out = i < 0 ? 0 : i > n ? n : i;
    return true;
  };
  int64_t a, b;
  if (IS_EXACT(o, str)) {
    int64_t n = static_cast<int64_t>(o.as<Str>()->length);
    if (bound(start, n, 0, a) && bound(stop, n, n, b)) return TRY(str_substr(t, o.as<Str>(), static_cast<size_t>(a), static_cast<size_t>(b)));
  } else if (IS_EXACT(o, list)) {
    int64_t n = static_cast<int64_t>(o.as<List>()->size);
    if (bound(start, n, 0, a) && bound(stop, n, n, b)) {
      List* l = TRY(new_list(t, a < b ? static_cast<size_t>(b - a) : 0));
      List* src = o.as<List>();
      for (int64_t i = a; i < b; i++) { l->items[i - a] = src->items[i]; inc(src->items[i]); }
      l->size = a < b ? static_cast<uint64_t>(b - a) : 0;
      return l;
    }
  }
  Value s = TRY(make_slice(t, start, stop, kNone));
  return get_item(t, o, s);
}
HANDLER(LOAD_SLICE) { SAVE(); STORE_RESULT(pc->a, load_slice(*t, r[pc->b], r[pc->c], r[pc->c + 1]), 1); }
static Status store_slice(Thread& t, Value o, Value v, Value start, Value stop) {
  Value s = TRY(make_slice(t, start, stop, kNone));
  return set_item(t, o, s, v);
}
HANDLER(STORE_SLICE) {
  SAVE();
  if (!store_slice(*t, r[pc->a], r[pc->b], r[pc->c], r[pc->c + 1]).ok()) FAIL();
  NEXT(1);
}
HANDLER(BUILD_SLICE) { SAVE(); STORE_RESULT(pc->a, make_slice(*t, r[pc->b], r[pc->b + 1], pc->c == 3 ? r[pc->b + 2] : kNone), 1); }

}  // namespace kaa
