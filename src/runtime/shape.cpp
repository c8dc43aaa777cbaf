// Shapes: transitions, lookup, attributes of instances (model: objects/shape.h).
#include <stdlib.h>

#include <vector>

#include "objects/traits.h"
#include "runtime/attr_dict.h"
#include "runtime/types.h"

namespace kaa {

static size_t key_hash(Str* k) { return reinterpret_cast<uintptr_t>(k) >> 4; }  // interned: the address identifies

int Shape::find(Str* name) {
  if (nslots <= 8) {
    for (Shape* s = this; s->parent; s = s->parent)
      if (s->key == name) return static_cast<int>(s->nslots - 1);
    return -1;
  }
  if (!table_size) {
    uint32_t n = 16;
    while (n < nslots * 2) n *= 2;
    TableEntry* tb = static_cast<TableEntry*>(calloc(n, sizeof(TableEntry)));
    for (Shape* s = this; s->parent; s = s->parent) {
      size_t i = key_hash(s->key) & (n - 1);
      while (tb[i].key) i = (i + 1) & (n - 1);
      tb[i] = {s->key, s->nslots - 1};
    }
    table = tb;
    table_size = n;
  }
  for (size_t i = key_hash(name) & (table_size - 1); table[i].key; i = (i + 1) & (table_size - 1))
    if (table[i].key == name) return static_cast<int>(table[i].slot);
  return -1;
}

Shape* Shape::child(Str* name) {
  for (uint32_t i = 0; i < nchildren; i++)
    if (children[i]->key == name) return children[i];
  if (nslots >= kMaxSlots || nchildren >= kMaxChildren) return nullptr;
  Shape* s = static_cast<Shape*>(calloc(1, sizeof(Shape)));
  s->type = type;
  s->parent = this;
  s->key = name;
  s->nslots = nslots + 1;
  s->inline_cap = inline_cap;
  if (nchildren == cap_children) {
    cap_children = static_cast<uint16_t>(cap_children ? cap_children * 2 : 2);
    children = static_cast<Shape**>(realloc(children, cap_children * sizeof(Shape*)));
  }
  children[nchildren++] = s;
  return s;
}

Shape* new_root_shape(Type* ty, uint32_t inline_cap) {
  Shape* s = static_cast<Shape*>(calloc(1, sizeof(Shape)));
  s->type = ty;
  s->inline_cap = inline_cap;
  s->next_root = ty->root;
  return s;
}

// Inline caches of code that outlives a class name its shapes: by their address, and by reading their type's version. So a dead class's shapes stay, of a
// type that no object has and whose version no record has, until there are many; then all caches are emptied and the shapes freed.
static Type g_dead_type;
static std::vector<Shape*> g_retired;
constexpr size_t kMaxRetired = 2000;

// What shape_without() found last: classes whose instances lose an attribute in the middle do so again and again.
struct Without { Shape *from, *to; uint32_t slot; };
constexpr size_t kWithout = 32;
static Without g_without[kWithout];

static void retire_shape(Shape* s) {
  for (uint32_t i = 0; i < s->nchildren; i++) retire_shape(s->children[i]);
  free(s->children);
  free(s->table);
  *s = Shape{};
  s->type = &g_dead_type;
  g_retired.push_back(s);
}
void free_retired_shapes() {
  if (g_retired.size() < kMaxRetired) return;
  flush_attr_caches();
  for (Shape* s : g_retired) free(s);
  g_retired.clear();
  for (Without& w : g_without) w = {};
}
void LayoutTraits<Type>::destroy(Type* ty) {
  for (Shape* s = ty->root; s;) { Shape* n = s->next_root; retire_shape(s); s = n; }
  if (ty->dict_shape) retire_shape(ty->dict_shape);
  free(ty->subclasses);
  ty->subclasses = nullptr;  // a subclass in the same batch of garbage may look
  ty->nsubclasses = ty->cap_subclasses = 0;
  for (uint64_t i = 0; ty->bases && i < ty->bases->size; i++) {
    Type* b = ty->bases->items[i].as<Type>();
    for (uint32_t k = b->nsubclasses; k-- > 0;)  // those that die were made late, mostly
      if (b->subclasses[k] == ty) {
        memmove(&b->subclasses[k], &b->subclasses[k + 1], (--b->nsubclasses - k) * sizeof(Type*));  // __subclasses__() keeps the order of creation
        break;
      }
  }
}

static size_t items_end(Object* o) {
  switch (o->type()->layout->kind) {
    case LayoutKind::kTuple: return sizeof(Tuple) + static_cast<Tuple*>(o)->size * 8;
    case LayoutKind::kStr: return (sizeof(Str) + (static_cast<Str*>(o)->length + 1) * static_cast<size_t>(static_cast<Str*>(o)->kind()) + 7) & ~size_t{7};
    default: break;
  }
  if (o->type()->has(kTypeTuple)) return o->type()->layout->bytes(o);  // a structseq: more fields than items
  if (o->type()->has(kTypeInt)) { int64_t n = static_cast<IntObject*>(o)->size; return sizeof(IntObject) + static_cast<size_t>(n < 0 ? -n : n) * 8; }
  return (sizeof(Bytes) + static_cast<Bytes*>(o)->size + 1 + 7) & ~size_t{7};
}
// Members made by __slots__ lie between the items and the attributes.
static size_t slots_bytes(Type* ty) { return ty->slots_offset ? ty->basicsize - ty->slots_offset : 0; }
Value* attr_words_var(Object* o) { return reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + items_end(o) + slots_bytes(o->type())); }

size_t object_size(Object* o) {
  Type* ty = o->type();
  size_t attrs = ty->attr_offset ? sizeof(Value) * (1 + o->shape->inline_cap) : 0;
  if (ty->has(kTypeVarSized)) return (ty->attr_offset | ty->slots_offset) || !ty->layout->bytes ? items_end(o) + slots_bytes(ty) + attrs : ty->layout->bytes(o);
  if (attrs && !o->shape->is_dict) {
    Value ext = attr_words(o)[0];
    if (ext.bits() & 1) attrs += sizeof(Overflow) + overflow_of(ext)->cap * sizeof(Value);
  }
  if (ty->layout->bytes) return ty->layout->bytes(o) + (ty->basicsize - ty->layout->size) + attrs;
  return ty->basicsize + attrs;
}

static Value* slot_at(Object* o, Shape* s, uint32_t i) {
  Value* w = attr_words(o);
  if (i < s->inline_cap) return &w[1 + i];
  return &overflow_of(w[0])->slots[i - s->inline_cap];
}

Value shape_get(Object* o, Str* name) {
  Shape* s = o->shape;
  if (s->is_dict) {
    Value d = attr_words(o)[0];
    return d ? dict_get_str(d.as<Dict>(), name) : Value();
  }
  int i = s->find(name);
  return i < 0 ? Value() : *slot_at(o, s, static_cast<uint32_t>(i));
}

// Room for slot i of an instance whose shape will be s.
static bool make_room(Object* o, Shape* s, uint32_t i) {
  if (i < s->inline_cap) return true;
  Value* w = attr_words(o);
  uint32_t need = i - s->inline_cap + 1;
  Overflow* ov = (w[0].bits() & 1) ? overflow_of(w[0]) : nullptr;
  if (ov && ov->cap >= need) return true;
  uint32_t cap = ov ? ov->cap * 2 : 4;
  size_t old = ov ? sizeof(Overflow) + ov->cap * sizeof(Value) : 0;
  Overflow* n = static_cast<Overflow*>(heap().reallocate_raw(ov, old, sizeof(Overflow) + cap * sizeof(Value)));
  if (!n) return false;
  n->cap = cap;
  w[0] = Value::from_bits(reinterpret_cast<uint64_t>(n) | 1);
  return true;
}

// The type's next instances get room inside for as many attributes as this one has, within reason.
static void learn_capacity(Type* ty, uint32_t n) {
  if (ty->has(kTypeVarSized) || n <= ty->inline_cap || n > 30) return;
  uint32_t cap = n + 2;
  ty->inline_cap = cap;
  ty->root = new_root_shape(ty, cap);
}

Result<Dict*> instance_dict(Thread& t, Object* o) {
  if (Field<Dict*>* f = native_dict_field(o)) {
    if (!*f) { Dict* d = TRY(new_dict(t)); f->set(d); }
    return f->get();
  }
  Value* w = attr_words(o);
  Shape* s = o->shape;
  if (s->is_dict) {
    if (!w[0]) { Dict* d = TRY(new_dict(t)); w = attr_words(o); w[0] = d; inc_into(Value(d), o); }
    return w[0].as<Dict>();
  }
  Str* keys[Shape::kMaxSlots];
  Value values[Shape::kMaxSlots];
  for (Shape* p = s; p->parent; p = p->parent) keys[p->nslots - 1] = p->key;
  for (uint32_t i = 0; i < s->nslots; i++) values[i] = *slot_at(o, s, i);
  Dict* d = TRY(dict_of_attributes(t, keys, values, s->nslots));
  for (uint32_t i = 0; i < s->nslots; i++) dec(*slot_at(o, s, i));
  if (w[0].bits() & 1) heap().free_raw(overflow_of(w[0]), sizeof(Overflow) + overflow_of(w[0])->cap * sizeof(Value));
  for (uint32_t i = 0; i < s->inline_cap; i++) w[1 + i] = Value();
  w[0] = d;
  inc_into(Value(d), o);
  o->shape = o->type()->dict_shape;
  return d;
}

Status shape_set(Thread& t, Object* o, Str* name, Value v) {
  Shape* s = o->shape;
  if (!s->is_dict) {
    int i = s->find(name);
    if (i >= 0) {
      Value* p = slot_at(o, s, static_cast<uint32_t>(i));
      Value old = *p;
      inc_into(v, o);
      *p = v;
      dec(old);
      return {};
    }
    Shape* c = s->child(name);
    if (c) {
      if (!make_room(o, s, s->nslots)) return raise_memory(t);
      *slot_at(o, c, s->nslots) = v;
      inc_into(v, o);
      o->shape = c;
      if (c->nslots > c->inline_cap) learn_capacity(o->type(), c->nslots);
      return {};
    }
  }
  Dict* d = TRY(instance_dict(t, o));
  TRY(dict_set(t, d, name, v));
  if (UNLIKELY(d->flag(kEager))) make_eager(o);
  return {};
}

// The shape with the attributes of s but the one of slot i, in their order. Null where there are many attributes, or where this would make many shapes: an
// instance that names come to and leave in any order is better off with a dict.
static Shape* find_shape_without(Shape* s, uint32_t i) {
  constexpr uint32_t kMost = 6, kFew = 4;
  if (s->nslots > kMost) return nullptr;
  Str* keys[kMost];
  uint32_t n = s->nslots;
  for (; s->parent; s = s->parent) keys[s->nslots - 1] = s->key;
  for (uint32_t k = 0; k < n; k++) {
    if (k == i) continue;
    Shape* next = nullptr;
    for (uint32_t c = 0; c < s->nchildren && !next; c++)
      if (s->children[c]->key == keys[k]) next = s->children[c];
    if (!next && s->nchildren < kFew) next = s->child(keys[k]);
    if (!next) return nullptr;
    s = next;
  }
  return s;
}
static Shape* shape_without(Shape* s, uint32_t i) {
  Without& w = g_without[(reinterpret_cast<uintptr_t>(s) >> 6 ^ i) % kWithout];
  if (LIKELY(w.from == s && w.slot == i)) return w.to;
  Shape* to = find_shape_without(s, i);
  if (to) w = {s, to, i};
  return to;
}

Result<bool> shape_delete(Thread& t, Object* o, Str* name) {
  Shape* s = o->shape;
  if (!s->is_dict) {
    int i = s->find(name);
    if (i < 0) return false;
    if (s->key == name) {
      Value* p = slot_at(o, s, static_cast<uint32_t>(i));
      Value old = *p;
      *p = Value();
      o->shape = s->parent;
      dec(old);
      return true;
    }
    if (Shape* without = shape_without(s, static_cast<uint32_t>(i))) {
      uint32_t at = static_cast<uint32_t>(i);
      Value old = *slot_at(o, s, at);
      for (; at + 1 < s->nslots; at++) *slot_at(o, s, at) = *slot_at(o, s, at + 1);
      *slot_at(o, s, at) = Value();
      o->shape = without;
      dec(old);
      return true;
    }
    TRY(instance_dict(t, o));
  }
  Value d = attr_words(o)[0];
  if (!d) return false;
  Opt v = TRY(dict_pop(t, d.as<Dict>(), name));
  return static_cast<bool>(v);
}

Field<Dict*>* native_dict_field(Object* o) {
  const Layout* l = o->type()->layout;
  if (l == &kLayout<Function>) return &static_cast<Function*>(o)->attrs;
  if (l == &kLayout<Module>) return &static_cast<Module*>(o)->dict;
  if (l == &kLayout<WrapperObject>) return &static_cast<WrapperObject*>(o)->attrs;
  return nullptr;
}

}  // namespace kaa
