// Iteration, unpacking, building of containers and strings.
#include "interp/interp.h"
#include "interp/tracing.h"
#include "types/dict.h"
#include "types/pair_iter.h"
#include "types/set.h"

namespace kaa {

HANDLER(GET_ITER) {
  Value v = r[pc->b];
  SAVE();
  if (v.is_object()) {
    Shape* s = v.object()->shape;
    if (s == KAA_SHAPE(generator)) { r[pc->a] = v; NEXT(1); }
    if (s == KAA_SHAPE(list) || s == KAA_SHAPE(tuple)) {
      SeqIter* it = static_cast<SeqIter*>(t->heap->allocate(s == KAA_SHAPE(list) ? KAA_SHAPE(list_iterator) : KAA_SHAPE(tuple_iterator), sizeof(SeqIter)));
      if (UNLIKELY(!it)) { static_cast<void>(raise_memory(*t)); FAIL(); }
      it->index = 0;
      it->seq.init(v);
      r[pc->a] = it;
      NEXT(1);
    }
    if (s->type->has(kTypeHeap)) {
      if (Value m = s->type->dunder(D_iter); m && IS_EXACT(m, function)) {  // runs in the loop
        Frame* nf = call_special(*t, f, m, v, Value(), Value(), pc->a, pc + 1, kReturnIter);
        if (UNLIKELY(!nf)) FAIL();
        ENTER(nf);
      }
    }
  }
  STORE_RESULT(pc->a, get_iter(*t, v), 1);
}

// 1: *out is the next item; 0: exhausted; -1: error.
static int next_item(Thread& t, Value it, Value* out) {
  Type* ty = type_of(it);
  Result<Value> v = ty->iternext ? ty->iternext(t, it.object()) : call_dunder(t, D_next, it);
  if (LIKELY(v.ok())) { *out = v.value(); return 1; }
  if (!t.exc) return 0;
  if (!exc_matches(t, KAA_TYPE(StopIteration))) return -1;
  if (is_traced(t)) return trace_swallowed(t, t.frame) ? 0 : -1;
  clear_exc(t);
  return 0;
}

SLOW(FOR_ITER) {
  Value it = r[pc->b];
  Object* o = it.object();
  if (o->shape == KAA_SHAPE(generator)) RESUME_QUICK(static_cast<GeneratorObject*>(o), kNone, pc->a, pc + 2);
  SAVE();
  if (o->shape == KAA_SHAPE(generator)) {
    GeneratorObject* g = static_cast<GeneratorObject*>(o);
    if (UNLIKELY(g->state == GenState::kFinished)) JUMP_BY(2, pc[1].offset);
    Frame* nf = resume_generator(*t, f, g, kNone, pc->a, pc + 2, kReturnGenerator);
    if (UNLIKELY(!nf)) FAIL();
    ENTER_SYNC(nf);
  }
  if (o->shape == KAA_SHAPE(list_iterator) || o->shape == KAA_SHAPE(tuple_iterator)) {  // exhausted
    static_cast<SeqIter*>(o)->seq.clear();
    JUMP_BY(2, pc[1].offset);
  }
  if (Type* ty = o->type(); ty->has(kTypeHeap) && !ty->iternext) {  // a __next__ written in Python runs in the loop
    if (Value m = ty->dunder(D_next); m && IS_EXACT(m, function) && (m.as<Function>()->code->flags & kCoOptimized)) {
      Frame* nf = call_special(*t, f, m, it, Value(), Value(), pc->a, pc + 2, kReturnNext);
      if (UNLIKELY(!nf)) FAIL();
      ENTER(nf);
    }
  }
  Value v;
  int s = next_item(*t, it, &v);
  if (LIKELY(s == 1)) { r[pc->a] = v; NEXT(2); }
  if (s < 0) FAIL();
  JUMP_BY(2, pc[1].offset);
}
HANDLER(FOR_ITER) {
  Object* o = r[pc->b].object();
  Shape* shape = o->shape;
  if (shape == KAA_SHAPE(range_iterator)) {
    RangeIter* ri = static_cast<RangeIter*>(o);
    if (UNLIKELY(!ri->remaining)) JUMP_BY(2, pc[1].offset);
    ri->remaining--;
    int64_t i = ri->next;
    ri->next = i + ri->step;
    r[pc->a] = Value::from_int(i);
    NEXT(2);
  }
  if (shape == KAA_SHAPE(list_iterator)) {
    SeqIter* si = static_cast<SeqIter*>(o);
    if (LIKELY(static_cast<bool>(si->seq))) {
      List* l = si->seq.get().as<List>();
      if (LIKELY(si->index < l->size)) { r[pc->a] = l->items[si->index++]; NEXT(2); }
    }
  } else if (shape == KAA_SHAPE(tuple_iterator)) {
    SeqIter* si = static_cast<SeqIter*>(o);
    if (LIKELY(static_cast<bool>(si->seq))) {
      Tuple* u = si->seq.get().as<Tuple>();
      if (LIKELY(si->index < u->size)) { r[pc->a] = u->items[si->index++]; NEXT(2); }
    }
  }
  GO_SLOW(FOR_ITER);
}

// Exactly n items of v into out.
static Status unpack(Thread& t, Value v, uint32_t n, Value* out) {
  if (IS_EXACT(v, tuple) || IS_EXACT(v, list)) {
    bool is_t = IS_EXACT(v, tuple);
    uint64_t size = is_t ? v.as<Tuple>()->size : v.as<List>()->size;
    const Value* p = is_t ? v.as<Tuple>()->items : v.as<List>()->items;
    if (UNLIKELY(size < n)) return RAISE(ValueError, "not enough values to unpack (expected %u, got %lu)", n, size);
    if (UNLIKELY(size > n)) return RAISE(ValueError, "too many values to unpack (expected %u, got %lu)", n, size);
    for (uint32_t i = 0; i < n; i++) out[i] = p[i];
    return {};
  }
  if (is_tuple(v) && v.as<Tuple>()->size == n && type_of(v)->dunder(D_iter) == KAA_TYPE(tuple)->dunder(D_iter)) {  // a named tuple
    for (uint32_t i = 0; i < n; i++) out[i] = v.as<Tuple>()->items[i];
    return {};
  }
  if (!type_of(v)->dunder(D_iter) && !type_of(v)->dunder(D_getitem)) return RAISE(TypeError, "cannot unpack non-iterable %T object", v);
  Value it = TRY(get_iter(t, v));
  Tuple* got = TRY(new_tuple(t, n ? n : 1));  // keeps the items seen
  for (uint32_t i = 0; i < n; i++) {
    Opt x = TRY(iter_next(t, it));
    if (!x) return RAISE(ValueError, "not enough values to unpack (expected %u, got %u)", n, i);
    tuple_init(got, i, x.v);
  }
  Opt more = TRY(iter_next(t, it));
  if (more) {
    if (IS_EXACT(v, dict)) return RAISE(ValueError, "too many values to unpack (expected %u, got %u)", n, v.as<Dict>()->used);
    return RAISE(ValueError, "too many values to unpack (expected %u)", n);
  }
  for (uint32_t i = 0; i < n; i++) out[i] = got->items[i];
  asm volatile("" : : "r"(got) : "memory");
  return {};
}
SLOW(UNPACK_SEQUENCE) {
  SAVE();
  if (!unpack(*t, r[pc->b], pc->c, r + pc->a).ok()) FAIL();
  NEXT(1);
}
HANDLER(UNPACK_SEQUENCE) {
  Value v = r[pc->b];
  uint32_t n = pc->c;
  if (LIKELY(IS_EXACT(v, tuple) && v.as<Tuple>()->size == n)) {
    Tuple* u = v.as<Tuple>();
    Value* to = r + pc->a;
    if (LIKELY(n == 2)) {
      Value x = u->items[0], y = u->items[1];
      to[0] = x;
      to[1] = y;
      NEXT(1);
    }
    for (uint32_t i = 0; i < n; i++) to[i] = u->items[i];
    NEXT(1);
  }
  GO_SLOW(UNPACK_SEQUENCE);
}

// The word behind it is the UNPACK_SEQUENCE of R[c], which is skipped but for generators: they run in the loop and leave their value in R[c].
SLOW(FOR_ITER_PAIR) {
  SAVE();
  Value it = r[pc->b];
  if (IS_EXACT(it, generator)) RESUME_QUICK(it.as<GeneratorObject>(), kNone, pc->c, pc + 2);
  Value out[2];
  int s = next_pair(*t, it.object(), out);
  if (s == -2) {
    Value v;
    if (IS_EXACT(it, generator)) {
      if (UNLIKELY(it.as<GeneratorObject>()->state == GenState::kFinished)) JUMP_BY(2, pc[1].offset);
      Frame* nf = resume_generator(*t, f, it.as<GeneratorObject>(), kNone, pc->c, pc + 2, kReturnGenerator);
      if (UNLIKELY(!nf)) FAIL();
      ENTER_SYNC(nf);
    }
    s = next_item(*t, it, &v);
    if (s == 1 && !unpack(*t, v, 2, out).ok()) s = -1;
  }
  if (LIKELY(s == 1)) {
    r[pc->a] = out[0];
    r[pc->a + 1] = out[1];
    NEXT(3);
  }
  if (s < 0) FAIL();
  JUMP_BY(2, pc[1].offset);
}

// enumerate() of a list: both values are there without a call.
SLOW(FOR_ITER_ENUMERATE) {
  EnumerateIter* e = static_cast<EnumerateIter*>(r[pc->b].object());
  Value it = e->it, i = e->index;
  int64_t after;
  if (LIKELY(IS_EXACT(it, list_iterator) && i.is_int() && !__builtin_add_overflow(static_cast<int64_t>(i.bits()), static_cast<int64_t>(Value::from_int(1).bits() - Value::from_int(0).bits()), &after))) {
    SeqIter* si = it.as<SeqIter>();
    if (LIKELY(static_cast<bool>(si->seq))) {
      List* l = si->seq.get().as<List>();
      if (LIKELY(si->index < l->size)) {
        Value v = l->items[si->index++];
        e->index.raw() = Value::from_bits(static_cast<uint64_t>(after));  // small ints are not counted
        r[pc->a] = i;
        r[pc->a + 1] = v;
        NEXT(3);
      }
    }
  }
  GO_SLOW(FOR_ITER_PAIR);
}
HANDLER(FOR_ITER_PAIR) {
  Object* o = r[pc->b].object();
  if (o->shape == KAA_SHAPE(list_iterator)) {
    SeqIter* si = static_cast<SeqIter*>(o);
    if (LIKELY(static_cast<bool>(si->seq))) {
      List* l = si->seq.get().as<List>();
      if (LIKELY(si->index < l->size)) {
        Value v = l->items[si->index];
        if (LIKELY(IS_EXACT(v, tuple) && v.as<Tuple>()->size == 2)) {
          si->index++;
          r[pc->a] = v.as<Tuple>()->items[0];
          r[pc->a + 1] = v.as<Tuple>()->items[1];
          NEXT(3);
        }
      }
    }
  }
  if (o->shape == KAA_SHAPE(enumerate)) GO_SLOW(FOR_ITER_ENUMERATE);
  GO_SLOW(FOR_ITER_PAIR);
}

static Status unpack_ex(Thread& t, Value v, uint32_t before, uint32_t after, Value* out) {
  if (!type_of(v)->dunder(D_iter) && !type_of(v)->dunder(D_getitem)) return RAISE(TypeError, "cannot unpack non-iterable %T object", v);
  List* l = TRY(list_from(t, v));
  if (l->size < before + after) return RAISE(ValueError, "not enough values to unpack (expected at least %u, got %lu)", before + after, l->size);
  uint64_t rest = l->size - before - after;
  List* mid = TRY(list_of(t, l->items + before, rest));
  for (uint32_t i = 0; i < before; i++) out[i] = l->items[i];
  out[before] = mid;
  for (uint32_t i = 0; i < after; i++) out[before + 1 + i] = l->items[before + rest + i];
  asm volatile("" : : "r"(l) : "memory");
  return {};
}
HANDLER(UNPACK_EX) {
  SAVE();
  if (!unpack_ex(*t, r[pc->b], pc[1].before, pc[1].after, r + pc->a).ok()) FAIL();
  NEXT(2);
}
// What the two above give, as a list.
static Result<List*> unpack_list(Thread& t, Value v, uint32_t before, uint32_t after, bool starred) {
  if (!type_of(v)->dunder(D_iter) && !type_of(v)->dunder(D_getitem)) return RAISE(TypeError, "cannot unpack non-iterable %T object", v);
  if (starred) {
    List* l = TRY(list_from(t, v));
    if (l->size < uint64_t{before} + after) return RAISE(ValueError, "not enough values to unpack (expected at least %u, got %lu)", before + after, l->size);
    uint64_t rest = l->size - before - after;
    List* mid = TRY(list_of(t, l->items + before, rest));
    List* out = TRY(new_list(t, before + 1 + after));
    for (uint64_t i = 0; i < before; i++) TRY(list_append(t, out, l->items[i]));
    TRY(list_append(t, out, mid));
    for (uint64_t i = before + rest; i < l->size; i++) TRY(list_append(t, out, l->items[i]));
    return out;
  }
  bool sized = IS_EXACT(v, tuple) || IS_EXACT(v, list) || IS_EXACT(v, dict);
  List* out = TRY(new_list(t, before));
  Value it = TRY(get_iter(t, v));
  for (uint32_t i = 0;; i++) {
    Opt x = TRY(iter_next(t, it));
    if (!x && i == before) return out;
    if (!x) return RAISE(ValueError, "not enough values to unpack (expected %u, got %u)", before, i);
    if (i == before) break;
    TRY(list_append(t, out, x.v));
  }
  if (!sized) return RAISE(ValueError, "too many values to unpack (expected %u)", before);
  int64_t size = TRY(length(t, v));
  return RAISE(ValueError, "too many values to unpack (expected %u, got %ld)", before, size);
}
HANDLER(UNPACK_LIST) {
  SAVE();
  Result<List*> l = unpack_list(*t, r[pc->b], pc[1].before, pc[1].after, pc->c != 0);
  if (!l.ok()) FAIL();
  r[pc->a] = l.value();
  NEXT(2);
}
HANDLER(GET_LEN) {
  SAVE();
  Result<int64_t> n = length(*t, r[pc->b]);
  if (!n.ok()) FAIL();
  r[pc->a] = Value::from_int(n.value());
  NEXT(1);
}

// ---- building
SLOW(BUILD_TUPLE) { SAVE(); STORE_RESULT(pc->a, tuple_of(*t, r + pc->b, pc->c), 1); }
SLOW(BUILD_LIST) { SAVE(); STORE_RESULT(pc->a, list_of(*t, r + pc->b, pc->c), 1); }
// A new tuple or list is in its register, and what it holds of eager objects is not counted yet.
static void count_eager(Value* items, size_t n, Object* owner) {
  for (size_t i = 0; i < n; i++)
    if (items[i].is_reference() && items[i].object()->flag(kEager)) inc_into(items[i], owner);
}
SLOW(TUPLE_EAGER) {
  Tuple* u = r[pc->a].as<Tuple>();
  count_eager(u->items, u->size, u);
  NEXT(1);
}
SLOW(LIST_EAGER) {
  List* l = r[pc->a].as<List>();
  count_eager(l->items, l->size, l);
  NEXT(1);
}
// Copies and counts n > 0 items, but for eager ones: false if there are any.
[[gnu::always_inline]] static inline bool fill_quick(Value* items, const Value* p, size_t n) {
  bool quick = true;
  for (const Value* end = p + n; p != end; p++, items++) {
    Value v = *p;
    *items = v;
    if (!v.is_reference()) continue;
    Object* o = v.object();
    if (LIKELY(static_cast<int64_t>(o->rc) >= 0)) { o->rc += kCountOne; note_counting(); }
    else if (UNLIKELY(o->rc & kEager)) quick = false;
  }
  return quick;
}
HANDLER(BUILD_TUPLE) {
  uint32_t n = pc->c;
  if (UNLIKELY(n - 1 >= 13)) GO_SLOW(BUILD_TUPLE);  // size classes up to 128 bytes are found without a calculation
  __builtin_assume(n >= 1 && n <= 13);              // so that they are not asked about again
  Object* o = t->heap->try_allocate(KAA_SHAPE(tuple), sizeof(Tuple) + n * sizeof(Value));
  if (UNLIKELY(!o)) GO_SLOW(BUILD_TUPLE);
  Tuple* u = static_cast<Tuple*>(o);
  u->size = n;
  bool quick = fill_quick(u->items, r + pc->b, n);
  r[pc->a] = u;
  if (UNLIKELY(!quick)) GO_SLOW(TUPLE_EAGER);
  NEXT(1);
}
HANDLER(BUILD_LIST) {
  size_t n = pc->c;
  FreeSlot* head = t->heap->shells[kShell_list].head;
  if (UNLIKELY(!head || n > reinterpret_cast<const List*>(head)->cap)) GO_SLOW(BUILD_LIST);
  Object* o = t->heap->reuse(kShell_list, KAA_SHAPE(list));
  if (UNLIKELY(!o)) GO_SLOW(BUILD_LIST);
  List* l = static_cast<List*>(o);
  l->size = n;
  bool quick = fill_quick(l->items, r + pc->b, n);
  r[pc->a] = l;
  if (UNLIKELY(!quick)) GO_SLOW(LIST_EAGER);
  NEXT(1);
}
static Result<Value> build_set(Thread& t, const Value* p, uint32_t n) {
  Set* s = TRY(new_set(t));
  for (uint32_t i = 0; i < n; i++) TRY(set_add(t, s, p[i]));
  return s;
}
HANDLER(BUILD_SET) { SAVE(); STORE_RESULT(pc->a, build_set(*t, r + pc->b, pc->c), 1); }
static Result<Value> build_map(Thread& t, const Value* p, uint32_t n) {
  Dict* d = TRY(new_dict(t));
  for (uint32_t i = dict_fill_names(d, p, n); i < n; i++) TRY(dict_set(t, d, p[2 * i], p[2 * i + 1]));
  return d;
}
HANDLER(BUILD_MAP) { SAVE(); STORE_RESULT(pc->a, build_map(*t, r + pc->b, pc->c), 1); }

static Result<Value> build_string(Thread& t, const Value* p, uint32_t n) {
  size_t len = 0;
  int kind = 1;
  bool ascii = true;
  for (uint32_t i = 0; i < n; i++) {
    Str* s = p[i].as<Str>();
    len += s->length;
    if (s->kind() > kind) kind = s->kind();
    ascii &= s->is_ascii();
  }
  if (len == 0) return interp().empty_str;
  Str* out = TRY(alloc_str(t, len, ascii ? 0x7F : kind == 1 ? 0xFF : kind == 2 ? 0xFFFF : 0x10FFFF));
  char* q = static_cast<char*>(out->inline_data());
  for (uint32_t i = 0; i < n; i++) {
    Str* s = p[i].as<Str>();
    if (s->kind() == kind) {
      memcpy(q, s->data(), s->length * static_cast<size_t>(kind));
    } else {
      for (size_t j = 0; j < s->length; j++) {
        if (kind == 2) reinterpret_cast<uint16_t*>(q)[j] = static_cast<uint16_t>(s->at(j));
        else reinterpret_cast<uint32_t*>(q)[j] = s->at(j);
      }
    }
    q += s->length * static_cast<size_t>(kind);
  }
  return out;
}
HANDLER(BUILD_STRING) { SAVE(); STORE_RESULT(pc->a, build_string(*t, r + pc->b, pc->c), 1); }

SLOW(LIST_APPEND) {
  SAVE();
  if (!list_append(*t, r[pc->a].as<List>(), r[pc->b]).ok()) FAIL();
  NEXT(1);
}
HANDLER(LIST_APPEND) {
  List* l = r[pc->a].as<List>();
  Value v = r[pc->b];
  if (LIKELY(l->size < l->cap && init_quick(&l->items[l->size], v))) {
    l->size++;
    NEXT(1);
  }
  GO_SLOW(LIST_APPEND);
}
static Status extend_star(Thread& t, List* l, Value v) {
  if (!is_list(v) && !is_tuple(v) && !type_of(v)->dunder(D_iter) && !type_of(v)->dunder(D_getitem))
    return RAISE(TypeError, "Value after * must be an iterable, not %T", v);
  return list_extend(t, l, v);
}
HANDLER(LIST_EXTEND) { SAVE(); if (!extend_star(*t, r[pc->a].as<List>(), r[pc->b]).ok()) FAIL(); NEXT(1); }
HANDLER(LIST_TO_TUPLE) { SAVE(); STORE_RESULT(pc->a, tuple_from(*t, r[pc->b]), 1); }
HANDLER(SET_ADD) {
  SAVE();
  if (UNLIKELY(!IS_EXACT(r[pc->a], set))) {  // __conditional_annotations__ can be rebound
    static_cast<void>(raise(*t, KAA_TYPE(TypeError), "'%T' object is not a set", r[pc->a]));
    FAIL();
  }
  if (!set_add(*t, r[pc->a].as<Set>(), r[pc->b]).ok()) FAIL();
  NEXT(1);
}
HANDLER(SET_UPDATE) {
  SAVE();
  if (UNLIKELY(!IS_EXACT(r[pc->a], set))) {
    static_cast<void>(raise(*t, KAA_TYPE(SystemError), "'%T' object is not a set", r[pc->a]));
    FAIL();
  }
  if (!set_update(*t, r[pc->a].as<Set>(), r[pc->b]).ok()) FAIL();
  NEXT(1);
}
HANDLER(MAP_ADD) { SAVE(); if (!dict_set(*t, r[pc->a].as<Dict>(), r[pc->b], r[pc->c]).ok()) FAIL(); NEXT(1); }
static Status dict_update_star(Thread& t, Dict* d, Value m) {
  if (!is_dict(m)) {
    Opt keys = TRY(lookup_attr(t, m, NAME("keys")));
    if (!keys) return RAISE(TypeError, "'%T' object is not a mapping", m);
  }
  return dict_update(t, d, m);
}
HANDLER(DICT_UPDATE) { SAVE(); if (!dict_update_star(*t, r[pc->a].as<Dict>(), r[pc->b]).ok()) FAIL(); NEXT(1); }

Result<Str*> function_text(Thread& t, Value f) {
  Opt q = TRY(lookup_attr(t, f, NAME("__qualname__")));
  if (!q || !is_str(q.v)) return str(t, f);
  Opt m = TRY(lookup_attr(t, f, NAME("__module__")));
  if (m && is_str(m.v) && !str_equal_ascii(m.v.as<Str>(), "builtins")) return str_format(t, "%U.%U()", m.v.as<Str>(), q.v.as<Str>());
  return str_format(t, "%U()", q.v.as<Str>());
}
// The call itself finds keys that are no strings.
static Status merge_one(Thread& t, Dict* d, Value key, Value v, Value callable) {
  Opt old = TRY(dict_get(t, d, key));
  if (old) {
    Str* fn = TRY(function_text(t, callable));
    return RAISE(TypeError, "%U got multiple values for keyword argument '%S'", fn, key);
  }
  return dict_set(t, d, key, v);
}
static Status merge_mapping(Thread& t, Dict* d, Value m, Value keys, Value callable) {
  Value list = TRY(call(t, keys));
  return iterate(t, list, [&](Value key) -> Status {
    Value v = TRY(get_item(t, m, key));
    return merge_one(t, d, key, v, callable);
  });
}
static Status dict_merge(Thread& t, Dict* d, Value m, Value callable) {
  Dict* src;
  if (IS_EXACT(m, dict)) src = m.as<Dict>();
  else {
    Opt keys = is_dict(m) ? Opt{m} : TRY(lookup_attr(t, m, NAME("keys")));
    if (!keys) {
      Str* fn = TRY(function_text(t, callable));
      return RAISE(TypeError, "%U argument after ** must be a mapping, not %T", fn, m);
    }
    if (keys.v != m) return merge_mapping(t, d, m, keys.v, callable);
    src = TRY(new_dict(t));
    TRY(dict_update(t, src, m));
  }
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(src, &pos)) {
    Value key = e->key, v = e->value;
    TRY(merge_one(t, d, key, v, callable));
  }
  return {};
}
HANDLER(DICT_MERGE) {
  SAVE();
  // The only ** of a call, which reads the dict and changes nothing in it.
  if (Value m = r[pc->b]; LIKELY(IS_EXACT(m, dict) && r[pc->a].as<Dict>()->used == 0 && pc[1].op == static_cast<uint16_t>(Op::CALL_EX) && pc->a == pc[1].b + 2)) {
    r[pc->a] = m;
    NEXT(1);
  }
  if (!dict_merge(*t, r[pc->a].as<Dict>(), r[pc->b], r[pc->c]).ok()) FAIL();
  NEXT(1);
}

static Result<Value> convert(Thread& t, Value v, uint32_t how) {
  switch (how) {
    case 1: return str(t, v);
    case 2: return repr(t, v);
    default: return ascii(t, v);
  }
}
HANDLER(CONVERT) { SAVE(); STORE_RESULT(pc->a, convert(*t, r[pc->b], pc->c), 1); }
HANDLER(FORMAT) {
  Value v = r[pc->b];
  if (IS_EXACT(v, str)) { r[pc->a] = v; NEXT(1); }
  SAVE();
  STORE_RESULT(pc->a, format(*t, v, nullptr), 1);
}
HANDLER(FORMAT_SPEC) { SAVE(); STORE_RESULT(pc->a, format(*t, r[pc->b], r[pc->c].as<Str>()), 1); }
HANDLER(BUILD_INTERPOLATION) { SAVE(); STORE_RESULT(pc->a, make_interpolation(*t, r[pc->b], r[pc->b + 1], pc->c, r[pc->b + 2]), 1); }
HANDLER(BUILD_TEMPLATE) { SAVE(); STORE_RESULT(pc->a, make_template(*t, r[pc->b], r[pc->c]), 1); }

}  // namespace kaa
