// Moves, cells, names, globals, jumps.
#include "interp/interp.h"
#include "runtime/traceback.h"

namespace kaa {

HANDLER(NOP) { NEXT(1); }
HANDLER(MOVE) { r[pc->a] = r[pc->b]; NEXT(1); }
HANDLER(MOVE_PAIR) {
  Value* to = r + pc->a;
  to[0] = r[pc->b];
  to[1] = r[pc->c];
  NEXT(1);
}
HANDLER(LOAD_CONST) { r[pc->a] = k[pc->bc]; NEXT(1); }
HANDLER(LOAD_INT) { r[pc->a] = Value::from_int(pc->bc); NEXT(1); }
HANDLER(CLEAR) { r[pc->a] = Value(); NEXT(1); }
HANDLER(CLEAR_RUN) {
  for (uint32_t i = 0; i < pc->b; i++) r[pc->a + i] = Value();
  NEXT(1);
}

// What an empty variable means: a local variable, or a cell variable's or free variable's cell.
Error unbound_error(Thread& t, Frame* f, uint32_t number) {
  Code* c = f->code;
  Str* name = code_variable(c, number);
  if (UNLIKELY(!name)) return RAISE(UnboundLocalError, "cannot access register %u where it is not associated with a value", number);  // code that nobody compiled
  if (number >= c->free_base && number - c->free_base < c->nfree)
    return RAISE(NameError, "cannot access free variable '%S' where it is not associated with a value in enclosing scope", name);
  return RAISE(UnboundLocalError, "cannot access local variable '%S' where it is not associated with a value", name);
}

HANDLER(CHECK_BOUND) {
  if (LIKELY(!r[pc->a].is_empty())) NEXT(1);
  SAVE();
  static_cast<void>(unbound_error(*t, f, pc->a));
  FAIL();
}
HANDLER(DEL_LOCAL) {
  if (LIKELY(!r[pc->a].is_empty())) { r[pc->a] = Value(); NEXT(1); }
  SAVE();
  static_cast<void>(unbound_error(*t, f, pc->a));
  FAIL();
}

HANDLER(MAKE_CELL) {
  SAVE();
  Object* o = t->heap->allocate(KAA_SHAPE(cell), sizeof(CellObject));
  if (UNLIKELY(!o)) { static_cast<void>(raise_memory(*t)); FAIL(); }
  static_cast<CellObject*>(o)->contents.init(r[pc->a]);
  r[pc->a] = o;
  NEXT(1);
}
HANDLER(COPY_FREE_VARS) {
  Tuple* c = f->func->closure;
  for (uint32_t i = 0; i < pc->b; i++) r[pc->a + i] = c->items[i];
  NEXT(1);
}
HANDLER(LOAD_DEREF) {
  Value v = r[pc->b].as<CellObject>()->contents;
  if (LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(1); }
  SAVE();
  static_cast<void>(unbound_error(*t, f, pc->b));
  FAIL();
}
HANDLER(STORE_DEREF) { r[pc->a].as<CellObject>()->contents.set(r[pc->b]); NEXT(1); }
HANDLER(DEL_DEREF) {
  CellObject* c = r[pc->a].as<CellObject>();
  if (LIKELY(static_cast<bool>(c->contents))) { c->contents.clear(); NEXT(1); }
  SAVE();
  static_cast<void>(unbound_error(*t, f, pc->a));
  FAIL();
}

// ---- variables without registers. The dict has entries for those that are bound, and for all cells.
static Result<Dict*> make_spilled(Thread& t, Frame* f) {
  Code* c = f->code;
  Dict* d = TRY(new_dict(t));
  for (uint64_t i = 0; i < c->cellvars->size; i++) {
    if (c->cell_regs[i] < c->spill) continue;
    CellObject* cell = TRY(alloc<CellObject>(t, KAA_SHAPE(cell)));
    TRY(dict_set(t, d, c->cellvars->items[i], cell));
  }
  for (uint32_t i = 0; i < c->nfree; i++)
    if (c->free_base + i >= c->spill) TRY(dict_set(t, d, c->freevars->items[i], f->func->closure->items[i]));
  return d;
}
// The cell of the entry where the instruction means what that holds; else null.
static CellObject* spilled_cell(const Word* pc, Value entry) {
  bool inner = pc->c == static_cast<uint16_t>(Spilled::Cell) || pc->c == static_cast<uint16_t>(Spilled::Free);
  return inner && entry && IS_EXACT(entry, cell) ? entry.as<CellObject>() : nullptr;
}
static Status store_spilled(Thread& t, Frame* f, const Word* pc, Dict* d, Value v) {
  Str* name = code_variable(f->code, pc[1].index);
  if (CellObject* cell = spilled_cell(pc, dict_get_str(d, name))) {
    cell->contents.set(v);
    return {};
  }
  if (v) return dict_set(t, d, name, v);
  TRY(dict_pop(t, d, name));
  return {};
}
static Status del_spilled(Thread& t, Frame* f, const Word* pc, Dict* d) {
  Str* name = code_variable(f->code, pc[1].index);
  if (CellObject* cell = spilled_cell(pc, dict_get_str(d, name))) {
    if (!cell->contents) return unbound_error(t, f, pc[1].index);
    cell->contents.clear();
    return {};
  }
  Opt old = TRY(dict_pop(t, d, name));
  if (!old) return unbound_error(t, f, pc[1].index);
  return {};
}
HANDLER(MAKE_SPILLED) {
  SAVE();
  Result<Dict*> d = make_spilled(*t, f);
  if (!d.ok()) FAIL();
  r[pc->a] = d.value();
  NEXT(1);
}
HANDLER(LOAD_SPILLED) {
  SAVE();
  Value v = dict_get_str(r[pc->b].as<Dict>(), code_variable(f->code, pc[1].index));
  if (CellObject* cell = spilled_cell(pc, v)) v = cell->contents;
  if (UNLIKELY(!v && pc->c != static_cast<uint16_t>(Spilled::Raw))) {
    static_cast<void>(unbound_error(*t, f, pc[1].index));
    FAIL();
  }
  r[pc->a] = v;
  NEXT(2);
}
HANDLER(STORE_SPILLED) {
  SAVE();
  if (!store_spilled(*t, f, pc, r[pc->b].as<Dict>(), r[pc->a]).ok()) FAIL();
  NEXT(2);
}
HANDLER(DEL_SPILLED) {
  SAVE();
  if (!del_spilled(*t, f, pc, r[pc->a].as<Dict>()).ok()) FAIL();
  NEXT(2);
}

// ---- globals. Cache word 1 (pc[2]): the keys version of the globals below the place of the value among the entries, in bytes; place 0: known to be absent
// there. Cache word 2 (pc[3]): the same for the builtins. Each word is a fact by itself, so that another thread may read while they change. The version is in
// the lower half, so that what is left of the word when that has been compared is the place, and says by itself whether there is one.
static uint64_t place_fact(uint32_t version, int64_t index) {
  uint64_t place = static_cast<uint64_t>(index) * sizeof(DictEntry) + offsetof(DictEntry, value);
  static_assert(offsetof(DictEntry, value) > 0);
  return version && place >> 32 == 0 ? place << 32 | version : 0;
}
static bool holds_for(uint64_t fact, Dict* d) { return static_cast<uint32_t>(fact) == d->keys_version; }
static Value& value_at(Dict* d, uint64_t place) { return *reinterpret_cast<Value*>(reinterpret_cast<char*>(d->entries) + place); }
static void write_word(const Word* w, uint64_t bits) { __atomic_store_n(const_cast<uint64_t*>(&w->bits), bits, __ATOMIC_RELAXED); }

Error name_error(Thread& t, Str* name) {
  static_cast<void>(RAISE(NameError, "name '%U' is not defined", name));
  if (t.exc && is_instance(t.exc, KAA_TYPE(NameError))) t.exc.as<ExcNameObj>()->name.set(name);
  return {};
}

// A mapping that is no exact dict may stand as builtins or locals.
Result<Value> load_global_slow(Thread& t, Frame* f, const Word* pc) {
  Str* name = f->code->names[pc[1].index];
  Dict* g = f->func->globals;
  Dict* b = f->func->builtins;
  int64_t i = dict_index_str(g, name);
  if (i >= 0) {
    Value v = g->entries[i].value;
    if (IS_EXACT(Value(g), dict)) write_word(&pc[2], place_fact(dict_keys_version(g), i));
    return v;
  }
  if (UNLIKELY(type_of(g) != KAA_TYPE(dict))) {  // a subclass may know names by its __missing__ (annotationlib's do)
    Result<Value> v = get_item(t, g, name);
    if (v.ok() || !exc_matches(t, KAA_TYPE(KeyError))) return v;
    clear_exc(t);
  } else if (g->flag(kDictHasNonStr)) {
    Opt v = TRY(dict_get(t, g, name));
    if (v) return v.v;
  } else if (uint32_t ver = IS_EXACT(Value(g), dict) ? dict_keys_version(g) : 0) {
    write_word(&pc[2], ver);
  }
  if (LIKELY(IS_EXACT(Value(b), dict))) {
    i = dict_index_str(b, name);
    if (i >= 0) {
      Value v = b->entries[i].value;
      write_word(&pc[3], place_fact(dict_keys_version(b), i));
      return v;
    }
    if (UNLIKELY(b->flag(kDictHasNonStr))) {
      Opt v = TRY(dict_get(t, b, name));
      if (v) return v.v;
    }
  } else {
    Result<Value> v = get_item(t, b, name);
    if (v.ok() || !exc_matches(t, KAA_TYPE(KeyError))) return v;
    clear_exc(t);
  }
  return name_error(t, name);
}

// Globals of a class derived from dict are asked as a mapping (annotationlib's have a __missing__). They never get into the caches.
static Result<Value> load_global(Thread& t, Frame* f, const Word* pc) {
  if (UNLIKELY(!IS_EXACT(f->func->globals.value(), dict))) {
    Result<Value> v = get_item(t, f->func->globals.value(), f->code->names[pc[1].index]);
    if (v.ok() || !exc_matches(t, KAA_TYPE(KeyError))) return v;
    clear_exc(t);
  }
  return load_global_slow(t, f, pc);
}

SLOW(LOAD_GLOBAL) {
  SAVE();
  STORE_RESULT(pc->a, load_global(*t, f, pc), 4);
}
HANDLER(LOAD_GLOBAL) {
  uint64_t fact = pc[2].bits;
  Dict* g = f->func->globals;
  if (LIKELY(holds_for(fact, g))) {
    if (uint64_t place = fact >> 32; LIKELY(place)) { r[pc->a] = value_at(g, place); NEXT(4); }
    uint64_t fact2 = pc[3].bits;
    Dict* b = f->func->builtins;
    if (uint64_t place = fact2 >> 32; LIKELY(fact && place && holds_for(fact2, b))) { r[pc->a] = value_at(b, place); NEXT(4); }
  }
  GO_SLOW(LOAD_GLOBAL);
}
HANDLER(STORE_GLOBAL) {
  Dict* g = f->func->globals;
  uint64_t fact = pc[2].bits;
  if (uint64_t place = fact >> 32; LIKELY(holds_for(fact, g) && place)) {
    Value& at = value_at(g, place);
    Value old = at, v = r[pc->a];
    inc_into(v, g);
    at = v;
    dec(old);
    NEXT(3);
  }
  SAVE();
  Str* name = f->code->names[pc[1].index];
  if (!dict_set(*t, g, name, r[pc->a]).ok()) FAIL();
  int64_t i = dict_index_str(g, name);
  if (i >= 0) write_word(&pc[2], place_fact(dict_keys_version(g), i));
  NEXT(3);
}
HANDLER(DEL_GLOBAL) {
  SAVE();
  Str* name = f->code->names[pc[1].index];
  Result<Opt> o = dict_pop(*t, f->func->globals, name);
  if (!o.ok()) FAIL();
  if (!o.value()) { static_cast<void>(name_error(*t, name)); FAIL(); }
  NEXT(2);
}

static Result<Opt> mapping_get(Thread& t, Value m, Str* name) {
  if (IS_EXACT(m, dict)) return dict_get(t, m.as<Dict>(), name);
  Result<Value> v = get_item(t, m, name);
  if (v.ok()) return Opt{v.value()};
  if (!exc_matches(t, KAA_TYPE(KeyError))) return Error{};
  clear_exc(t);
  return Opt{};
}
static Result<Value> load_name(Thread& t, Frame* f, const Word* pc) {
  Str* name = f->code->names[pc[1].index];
  if (f->locals && f->locals != Value(f->func->globals.get())) {
    Opt v = TRY(mapping_get(t, f->locals, name));
    if (v) return v.v;
  }
  return load_global_slow(t, f, pc);
}
HANDLER(LOAD_NAME) {
  if (f->locals == f->func->globals.value()) MUSTTAIL return op_LOAD_GLOBAL(HANDLER_PASS);
  SAVE();
  STORE_RESULT(pc->a, load_name(*t, f, pc), 4);
}
static Status store_name(Thread& t, Frame* f, Str* name, Value v) {
  Value ns = namespace_of(f);
  if (IS_EXACT(ns, dict)) return dict_set(t, ns.as<Dict>(), name, v);
  return set_item(t, ns, name, v);
}
HANDLER(STORE_NAME) {
  SAVE();
  if (!store_name(*t, f, f->code->names[pc[1].index], r[pc->a]).ok()) FAIL();
  NEXT(2);
}
static Status del_name(Thread& t, Frame* f, Str* name) {
  Value ns = namespace_of(f);
  if (IS_EXACT(ns, dict)) {
    Opt v = TRY(dict_pop(t, ns.as<Dict>(), name));
    if (!v) return name_error(t, name);
    return {};
  }
  Status s = del_item(t, ns, name);
  if (s.ok() || !exc_matches(t, KAA_TYPE(KeyError))) return s;
  clear_exc(t);
  return name_error(t, name);
}
HANDLER(DEL_NAME) {
  SAVE();
  if (!del_name(*t, f, f->code->names[pc[1].index]).ok()) FAIL();
  NEXT(2);
}
HANDLER(LOAD_LOCALS) { r[pc->a] = namespace_of(f); NEXT(1); }
static Result<Value> load_dict_or(Thread& t, Frame* f, const Word* pc, Value m, CellObject* cell) {
  Opt v = TRY(mapping_get(t, m, f->code->names[pc[1].index]));
  if (v) return v.v;
  if (!cell) {
    Str* name = f->code->names[pc[1].index];
    Opt g = TRY(mapping_get(t, f->func->globals.value(), name));
    if (g) return g.v;
    Opt b = TRY(mapping_get(t, f->func->builtins.value(), name));
    if (b) return b.v;
    return name_error(t, name);
  }
  if (cell->contents) return cell->contents.get();
  if (pc->c < f->code->nlocals) return unbound_error(t, f, pc->c);
  // The cell of a free variable without a register, in a temporary.
  return RAISE(NameError, "cannot access free variable '%U' where it is not associated with a value in enclosing scope", f->code->names[pc[1].index]);
}
HANDLER(LOAD_DICT_OR_GLOBAL) { SAVE(); STORE_RESULT(pc->a, load_dict_or(*t, f, pc, r[pc->b], nullptr), 2); }
HANDLER(LOAD_DICT_OR_DEREF) {
  SAVE();
  if (UNLIKELY(!IS_EXACT(r[pc->c], cell))) {  // whoever searches the heap may have changed the dict of variables without registers
    static_cast<void>(raise(*t, KAA_TYPE(SystemError), "the cell of a variable is a %T", r[pc->c]));
    FAIL();
  }
  STORE_RESULT(pc->a, load_dict_or(*t, f, pc, r[pc->b], r[pc->c].as<CellObject>()), 2);
}

static Result<Value> builtin_or(Thread& t, Frame* f, Str* name, const char* error) {
  Opt v = TRY(mapping_get(t, f->func->builtins.value(), name));
  if (v) return v.v;
  return RAISE(NameError, "%s", error);
}
HANDLER(LOAD_BUILD_CLASS) { SAVE(); STORE_RESULT(pc->a, builtin_or(*t, f, NAME("__build_class__"), "__build_class__ not found"), 1); }
HANDLER(LOAD_COMMON) {
  Value v;
  switch (static_cast<CommonConst>(pc->b)) {
    case CommonConst::AssertionError: v = KAA_TYPE(AssertionError); break;
    case CommonConst::NotImplementedError: v = KAA_TYPE(NotImplementedError); break;
    case CommonConst::Tuple: v = KAA_TYPE(tuple); break;
    case CommonConst::List: v = KAA_TYPE(list); break;
    case CommonConst::Set: v = KAA_TYPE(set); break;
    case CommonConst::All: v = dict_get_str(interp().builtins, NAME("all")); break;
    case CommonConst::Any: v = dict_get_str(interp().builtins, NAME("any")); break;
  }
  r[pc->a] = LIKELY(!v.is_empty()) ? v : kNone;
  NEXT(1);
}

// ---- jumps
HANDLER(JUMP) { JUMP_BY(1, pc->bc); }
SLOW(JUMP_BACK) {
  SAVE();
  if (!safepoint(*t, t->loop_base).ok()) FAIL();
  JUMP_BY(1, pc->bc);
}
HANDLER(JUMP_BACK) {
  if (UNLIKELY(poll_due(t))) GO_SLOW(JUMP_BACK);
  JUMP_BY(1, pc->bc);
}
// A __bool__ written in Python runs in the loop.
#define TRUTH_JUMP(NAME, when)                                                 \
  SLOW(NAME) {                                                                 \
    Value v = r[pc->a];                                                        \
    SAVE();                                                                    \
    if (v.is_object() && type_of(v)->has(kTypeHeap)) {                         \
      if (Value m = type_of(v)->dunder(D_bool); m && IS_EXACT(m, function)) {  \
        Frame* nf = call_special(*t, f, m, v, Value(), Value(), 0, pc, kReturnJump); \
        if (UNLIKELY(!nf)) FAIL();                                             \
        ENTER(nf);                                                             \
      }                                                                        \
    }                                                                          \
    Result<bool> res = truth(*t, v);                                           \
    if (UNLIKELY(!res.ok())) FAIL();                                           \
    if (res.value() == when) JUMP_BY(1, pc->bc);                                 \
    NEXT(1);                                                                   \
  }                                                                            \
  HANDLER(NAME) {                                                              \
    Value v = r[pc->a];                                                        \
    bool b;                                                                    \
    if (v == kTrue) b = true;                                                  \
    else if (v == kFalse || v == kNone) b = false;                             \
    else if (v.is_int()) b = v != Value::from_int(0);                          \
    else GO_SLOW(NAME);                                                        \
    if (b == when) JUMP_BY(1, pc->bc);                                           \
    NEXT(1);                                                                   \
  }
TRUTH_JUMP(JUMP_TRUE, true)
TRUTH_JUMP(JUMP_FALSE, false)
HANDLER(JUMP_NONE) { if (r[pc->a].is_none()) JUMP_BY(1, pc->bc); NEXT(1); }
HANDLER(JUMP_NOT_NONE) { if (!r[pc->a].is_none()) JUMP_BY(1, pc->bc); NEXT(1); }
HANDLER(JUMP_EMPTY) { if (r[pc->a].is_empty()) JUMP_BY(1, pc->bc); NEXT(1); }
HANDLER(JUMP_IS) { if ((r[pc->a] == r[pc->b]) == (pc->c != 0)) JUMP_BY(2, pc[1].offset); NEXT(2); }
HANDLER(JUMP_IN) {
  SAVE();
  if (IS_EXACT(r[pc->b], set)) {
    Result<bool> res = set_contains(*t, r[pc->b].as<Set>(), r[pc->a]);
    if (UNLIKELY(!res.ok())) FAIL();
    if (res.value() == (pc->c != 0)) JUMP_BY(2, pc[1].offset);
    NEXT(2);
  }
  if (Value c = r[pc->b]; c.is_object() && type_of(c)->has(kTypeHeap)) {
    if (Value m = type_of(c)->dunder(D_contains); m && IS_EXACT(m, function)) {
      Frame* nf = call_special(*t, f, m, c, r[pc->a], Value(), 0, pc, kReturnJump);
      if (UNLIKELY(!nf)) FAIL();
      ENTER(nf);
    }
  }
  Result<bool> res = contains(*t, r[pc->b], r[pc->a]);
  if (UNLIKELY(!res.ok())) FAIL();
  if (res.value() == (pc->c != 0)) JUMP_BY(2, pc[1].offset);
  NEXT(2);
}

}  // namespace kaa
