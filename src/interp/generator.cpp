// Generators and what delegates to them. A generator object holds its frame and registers; it runs in place (interp/loop.cpp: resume_generator,
// YIELD). This file makes them and is the way in for native code: send, throw, close.
#include "interp/generator.h"

#include "heap/eager.h"
#include "interp/interp.h"
#include "interp/tracing.h"
#include "objects/traits.h"
#include "runtime/module_errors.h"
#include "runtime/traceback.h"
#include "runtime/weakrefs.h"
#include "runtime/zombies.h"

namespace kaa {

// Where a coroutine was made: ((filename, line, function), ...), innermost first.
static Result<Value> coroutine_origin(Thread& t, Frame* f) {
  List* l = TRY(new_list(t));
  for (int32_t n = t.coroutine_origin_depth; f && n > 0; f = f->prev, n--) {
    Tuple* u = TRY(make_tuple(t, f->code->filename.get(), small_int(code_line(f->code, f->pc_index())), f->code->name.get()));
    TRY(list_append(t, l, u));
  }
  return tuple_of(t, l->items, l->size);
}

Result<Value> make_generator(Thread& t, Frame* f) {
  Code* c = f->code;
  Value origin;
  if (UNLIKELY(t.coroutine_origin_depth > 0) && (c->flags & kCoCoroutine)) origin = TRY(coroutine_origin(t, f->prev));
  Shape* shape = (c->flags & kCoCoroutine) ? KAA_SHAPE(coroutine) : (c->flags & kCoAsyncGenerator) ? KAA_SHAPE(async_generator) : KAA_SHAPE(generator);
  size_t size = sizeof(GeneratorObject) + c->nregs * sizeof(Value);
  GeneratorObject* g = take_zombie(t, c, shape);
  if (!g) {
    Object* o = t.heap->allocate(shape, size);
    if (UNLIKELY(!o)) return raise_memory(t);
    g = static_cast<GeneratorObject*>(o);
  }
  fill_generator(g, f, c);
  Function* fn = f->func;
  if (UNLIKELY(fn->name.value() != c->name.value())) g->own_name.init(fn->name);
  if (UNLIKELY(fn->qualname.value() != c->qualname.value())) g->own_qualname.init(fn->qualname);
  if (UNLIKELY(static_cast<bool>(origin))) g->origin.init(origin);
  Frame& gf = g->frame;
  inc(c);          // the generator's own references, which each_field names
  inc_into(fn, g);  // one whose closure is eager
  if (!(c->flags & kCoOptimized)) {  // a module with `await` at its top level
    gf.locals = f->locals;
    inc(f->locals);
  }
  if (f->obj) {    // the frame object follows
    gf.obj = f->obj;
    f->obj->live = &gf;
    f->obj = nullptr;
  }
  generator_made(t, g);
  // A coroutine that dies before it is awaited warns. Nearly all are awaited by the caller's next instruction.
  if ((c->flags & kCoCoroutine) && !((f->kind & kKindMask) == kReturnPlain && static_cast<Op>(f->ret_pc->op) == Op::GET_AWAITABLE)) born_eager(t, g);
  return g;
}

int generator_resume(Thread& t, GeneratorObject* g, Value sent, Value* out) {
  if (g->state == GenState::kFinished) { *out = kNone; return 0; }
  Value v = generator_step(t, g, sent);
  if (!v) return -1;
  *out = v;
  return g->state == GenState::kFinished ? 0 : 1;
}

// The generator is suspended at `SEND v, it; YIELD` when its YIELD has c = 1: the delegate is register b of the SEND before it.
Value generator_delegate(GeneratorObject* g) {
  if (g->state != GenState::kSuspended) return Value();
  const Word* y = g->frame.pc;
  if (static_cast<Op>(y->op) != Op::YIELD || !y->c) return Value();
  const Word* send = y - 2;
  return static_cast<Op>(send->op) == Op::SEND ? g->regs[send->b] : Value();
}

// Resumes with an exception raised at the yield; exc empty: the one that is being raised already, which no frame of a caller holds then.
static int resume_raising(Thread& t, GeneratorObject* g, Value exc, Value* out) {
  if (!native_enter(t).ok()) return -1;
  bool created = g->state == GenState::kCreated;
  const Word* at = g->frame.pc;
  // `x = yield` that raises leaves x as it was.
  Value kept = !created && at->a < g->frame.code->nlocals ? g->regs[at->a] : kNone;
  Frame* nf = resume_generator(t, t.frame, g, kept, 0, nullptr, kReturnExit);
  if (!nf) return -1;
  nf->pc = created ? at - 1 : at;   // the YIELD itself raises (RETURN_GENERATOR before the first)
  if (!exc) exc = take_exc(t);
  // What the generator handles is the context; what its caller handles is not.
  if (g->exc.exc && !g->exc.exc.is_none()) static_cast<void>(raise_value(t, exc));
  else restore_exc(t, exc);
  if (is_traced(t) && !trace_thrown(t, nf)) { /* the trace function's exception goes on */ }
  // The generator may handle and forget it: this function's frame must not keep it while the generator runs.
  exc = Value();
  asm volatile("" : "+m"(exc));
  Value v = enter_loop(op_fail, t, nf);
  if (!v) return -1;
  *out = v;
  return g->state == GenState::kFinished ? 0 : 1;
}

static Status close_iterator(Thread& t, Value it) {
  if (IS_EXACT(it, generator) || IS_EXACT(it, coroutine)) {
    TRY(generator_close(t, it.as<GeneratorObject>()));
    return {};
  }
  Result<Opt> found = lookup_attr(t, it, NAME("close"));
  if (!found.ok()) {
    write_unraisable(t, it);
    return {};
  }
  Opt m = found.value();
  if (m) TRY(call(t, m.v));
  return {};
}

// A generator whose delegate runs for throw() stands on the thread's chain of frames, as it does for send(). (For close() it does not, as in CPython.)
class WithFrame {
 public:
  WithFrame(Thread& t, GeneratorObject* g) : t_(t), g_(g), outer_(t.frame) {
    g->slot = outer_ ? next_frame(outer_) : t.frame_base;
    g->top = outer_ ? next_regs(outer_) : reinterpret_cast<Value*>(t.stack_base);
    g->frame.prev = outer_;
    g->state = GenState::kRunning;
    t.frame = &g->frame;
  }
  ~WithFrame() {
    t_.frame = outer_;
    g_->frame.prev = nullptr;
    g_->state = GenState::kSuspended;
  }
 private:
  Thread& t_;
  GeneratorObject* g_;
  Frame* outer_;
};

int generator_throw(Thread& t, GeneratorObject* g, Value exc, Value* out, bool close_delegate) {
  if (g->state == GenState::kFinished) {
    if (g->type() == KAA_TYPE(coroutine)) {
      static_cast<void>(RAISE(RuntimeError, "cannot reuse already awaited coroutine"));
      return -1;
    }
    restore_exc(t, exc);
    return -1;
  }
  Value it = generator_delegate(g);
  if (it && !native_enter(t).ok()) return -1;
  if (it) {
    // While the delegate runs, g counts as running and what it refers to stays counted (invariant G2, thread.cpp).
    generator_count(g);
    Frame* f = &g->frame;
    if (close_delegate && is_instance(exc, KAA_TYPE(GeneratorExit))) {
      g->state = GenState::kRunning;
      bool closed = close_iterator(t, it).ok();
      g->state = GenState::kSuspended;
      return resume_raising(t, g, closed ? exc : Value(), out);
    }
    int s;
    Value v;
    if (IS_EXACT(it, generator) || IS_EXACT(it, coroutine)) {
      WithFrame running(t, g);
      s = generator_throw(t, it.as<GeneratorObject>(), exc, &v);
    } else {
      Result<Opt> m = lookup_attr(t, it, NAME("throw"));
      if (!m.ok()) return -1;
      if (!m.value()) return resume_raising(t, g, exc, out);
      WithFrame running(t, g);
      Result<Value> r = call(t, m.value().v, exc);
      s = r.ok() ? 1 : -1;
      if (r.ok()) v = r.value();
    }
    if (s == 1) {
      *out = v;
      generator_ran(g);
      return 1;
    }
    if (s < 0) {
      if (!exc_matches(t, KAA_TYPE(StopIteration))) return resume_raising(t, g, Value(), out);
      Value e = take_exc(t);
      v = e.as<ExcWithValue>()->value;
      if (!v) v = kNone;
    }
    // The delegate returned: execution goes on where SEND jumps to, with its value.
    const Word* y = f->pc;
    const Word* send = y - 2;
    if (!native_enter(t).ok()) return -1;
    Frame* nf = resume_generator(t, t.frame, g, kNone, 0, nullptr, kReturnExit);
    if (!nf) return -1;
    g->regs[send->a] = v;
    nf->pc = send + 2 + send[1].offset;
    Value r = run_frame(t, nf);
    if (!r) return -1;
    *out = r;
    return g->state == GenState::kFinished ? 0 : 1;
  }
  return resume_raising(t, g, exc, out);
}

bool inside_try(const Code* c, uint32_t word) {
  for (uint32_t i = 0; i < c->nexceptions; i++) {
    const ExceptionEntry& e = c->exceptions[i];
    if (word < e.start || word >= e.end) continue;
    const Word& w = c->words[e.target];
    if (static_cast<Op>(w.op) == Op::END_ASYNC_FOR) continue;  // lets GeneratorExit pass
    return !(static_cast<Op>(w.op) == Op::INTRINSIC && w.c == static_cast<uint16_t>(Intrinsic::StopIterationError));
  }
  return false;
}

void generator_drop(GeneratorObject* g) {
  generator_uncount(g);
  if (g->watched) heap().forget_frame(&g->frame);
  g->state = GenState::kFinished;
  g->exc.exc = Value();
  for (uint32_t i = 0; i < g->nregs; i++) g->regs[i] = Value();
  if (FrameObject* o = g->frame.obj) {
    o->lasti = g->frame.pc_index();
    o->live = nullptr;
    g->frame.obj = nullptr;
  }
  g->kept_frame.clear();  // keep_frame_object()
}

// What its death must do: a coroutine that was never awaited warns, an async generator has its hook called, others are closed if that runs code.
bool LayoutTraits<GeneratorObject>::needs_finalizer(GeneratorObject* g) {
  if (g->state == GenState::kFinished) return false;
  if (g->type() == KAA_TYPE(async_generator) && g->origin && !g->ag_closed) return true;
  if (g->state == GenState::kCreated) return g->type() == KAA_TYPE(coroutine);
  if (inside_try(g->frame.code, g->frame.pc_index())) return true;
  // Tracing hears of the GeneratorExit. One that was suspended while nothing was traced is not eager: it may have been garbage then, and died unheard.
  return g->flag(kEager) && thread_is_traced(current_thread());
}

const char* generator_kind(GeneratorObject* g) {
  return g->type() == KAA_TYPE(coroutine) ? "coroutine" : g->type() == KAA_TYPE(async_generator) ? "async generator" : "generator";
}

Result<Value> generator_close(Thread& t, GeneratorObject* g) {
  if (g->state == GenState::kFinished) return kNone;
  if (g->state == GenState::kCreated) {
    generator_drop(g);
    return kNone;
  }
  if (g->state == GenState::kRunning) return RAISE(ValueError, "%s already executing", generator_kind(g));
  if (!inside_try(g->frame.code, g->frame.pc_index()) && !thread_is_traced(t)) {  // nothing would see the GeneratorExit
    generator_drop(g);
    return kNone;
  }
  Value e = TRY(call(t, KAA_TYPE(GeneratorExit)));
  Value v;
  int s = generator_throw(t, g, e, &v);
  if (s == 1) return RAISE(RuntimeError, "%s ignored GeneratorExit", generator_kind(g));
  if (s == 0) return v;
  if (exc_matches(t, KAA_TYPE(GeneratorExit)) || exc_matches(t, KAA_TYPE(StopIteration))) {
    clear_exc(t);
    return kNone;
  }
  return Error{};
}

int generator_send(Thread& t, GeneratorObject* g, Value v, Value* out) {
  if (g->state == GenState::kCreated && !v.is_none()) {
    static_cast<void>(RAISE(TypeError, "can't send non-None value to a just-started %s", generator_kind(g)));
    return -1;
  }
  if (g->state == GenState::kFinished && g->type() == KAA_TYPE(coroutine)) {
    static_cast<void>(RAISE(RuntimeError, "cannot reuse already awaited coroutine"));
    return -1;
  }
  return generator_resume(t, g, v, out);
}

Result<Value> throw_arguments(Thread& t, const char* method, Args a) {
  if (a.n > 1)
    TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "the (type, exc, tb) signature of %s() is deprecated, use the single-arg signature instead.", method));
  Value typ = a[0], val = a.n > 1 ? a[1] : kNone, tb = a.n > 2 ? a[2] : kNone;
  if (!tb.is_none() && !IS_EXACT(tb, traceback)) return RAISE(TypeError, "throw() third argument must be a traceback object");
  Value e;
  if (is_exception_class(typ)) {
    if (is_exception(val) && is_subtype(type_of(val), typ.as<Type>())) e = val;
    else if (val.is_none()) {
      Result<Value> made = call(t, typ);
      e = made.ok() ? made.value() : take_exc(t);  // an exception that cannot be made is thrown in instead
    }
    else {
      Result<Value> made = is_tuple(val) ? call_tuple(t, typ, val.as<Tuple>(), nullptr) : call(t, typ, val);
      e = made.ok() ? made.value() : take_exc(t);
    }
    if (!is_exception(e)) {
      static_cast<void>(RAISE(TypeError, "calling %R should have returned an instance of BaseException, not %T", typ, e));
      e = take_exc(t);
    }
  } else if (is_exception(typ)) {
    if (!val.is_none()) return RAISE(TypeError, "instance exception may not have a separate value");
    e = typ;
  } else {
    return RAISE(TypeError, "exceptions must be classes or instances deriving from BaseException, not %T", typ);
  }
  if (!tb.is_none()) e.as<BaseException>()->traceback.set(tb);
  return e;
}

int send_value(Thread& t, Value it, Value v, Value* out) {
  if (IS_EXACT(it, generator) || IS_EXACT(it, coroutine)) {
    return generator_send(t, it.as<GeneratorObject>(), v, out);
  }
  if (IS_EXACT(it, async_generator_asend)) return async_gen_send(t, it, v, out);
  Result<Value> r = Error{};
  if (v.is_none()) {
    Type* ty = type_of(it);
    if (ty->iternext) {
      r = ty->iternext(t, it.object());
      if (!r.ok() && !t.exc) { *out = kNone; return 0; }
    } else if (ty->dunder(D_next)) {
      r = call_dunder(t, D_next, it);
    } else {
      static_cast<void>(RAISE(TypeError, "'%T' object is not an iterator", it));
      return -1;
    }
  } else {
    r = call_method(t, it, NAME("send"), v);
  }
  if (r.ok()) { *out = r.value(); return 1; }
  if (!exc_matches(t, KAA_TYPE(StopIteration))) return -1;
  Value e = take_exc(t);
  Value val = e.as<ExcWithValue>()->value;
  *out = val ? val : kNone;
  return 0;
}

// StopIteration must not leave a generator: it becomes a RuntimeError whose cause it is.
Result<Value> stop_iteration_error(Thread& t, Frame* f, Value e) {
  const char* text = nullptr;
  uint32_t flags = f->code->flags;
  if (is_instance(e, KAA_TYPE(StopIteration)))
    text = (flags & kCoAsyncGenerator) ? "async generator raised StopIteration" : (flags & kCoCoroutine) ? "coroutine raised StopIteration" : "generator raised StopIteration";
  else if ((flags & kCoAsyncGenerator) && is_instance(e, KAA_TYPE(StopAsyncIteration)))
    text = "async generator raised StopAsyncIteration";
  if (!text) return e;
  Str* s = TRY(new_str(t, text));
  Value r = TRY(call(t, KAA_TYPE(RuntimeError), s));
  BaseException* x = r.as<BaseException>();
  x->cause.set(e);
  x->context.set(e);
  x->suppress_context = true;
  return r;
}

Result<Value> get_yield_from_iter(Thread& t, Value v, uint32_t flags) {
  if (IS_EXACT(v, coroutine)) {
    if (!(flags & (kCoCoroutine | kCoIterableCoroutine))) return RAISE(TypeError, "cannot 'yield from' a coroutine object in a non-coroutine generator");
    return v;
  }
  if (IS_EXACT(v, generator)) return v;
  return get_iter(t, v);
}

static bool is_generator_coroutine(Value v) { return IS_EXACT(v, generator) && (v.as<GeneratorObject>()->frame.code->flags & kCoIterableCoroutine); }

Result<Value> get_awaitable(Thread& t, Value v, int where) {
  if (IS_EXACT(v, coroutine)) {
    if (generator_delegate(v.as<GeneratorObject>())) return RAISE(RuntimeError, "coroutine is being awaited already");
    return v;
  }
  if (is_generator_coroutine(v) || IS_EXACT(v, async_generator_asend)) return v;
  if (!type_of(v)->dunder(D_await)) {
    if (where == 1) return RAISE(TypeError, "'async with' received an object from __aenter__ that does not implement __await__: %T", v);
    if (where == 2) return RAISE(TypeError, "'async with' received an object from __aexit__ that does not implement __await__: %T", v);
    return RAISE(TypeError, "'%T' object can't be awaited", v);
  }
  Value it = TRY(call_dunder(t, D_await, v));
  if (IS_EXACT(it, coroutine) || is_generator_coroutine(it)) return RAISE(TypeError, "__await__() returned a coroutine");
  if (!type_of(it)->iternext && !type_of(it)->dunder(D_next)) return RAISE(TypeError, "__await__() returned non-iterator of type '%T'", it);
  return it;
}

Result<Value> get_aiter(Thread& t, Value v) {
  if (!type_of(v)->dunder(D_aiter)) return RAISE(TypeError, "'async for' requires an object with __aiter__ method, got %T", v);
  Value it = TRY(call_dunder(t, D_aiter, v));
  if (!type_of(it)->dunder(D_anext)) return RAISE(TypeError, "'async for' received an object from __aiter__ that does not implement __anext__: %T", it);
  return it;
}

Result<Value> get_anext(Thread& t, Value v) {
  if (IS_EXACT(v, async_generator)) return async_gen_anext(t, v.as<GeneratorObject>());
  if (!type_of(v)->dunder(D_anext)) return RAISE(TypeError, "'async for' requires an iterator with __anext__ method, got %T", v);
  Value a = TRY(call_dunder(t, D_anext, v));
  Result<Value> it = get_awaitable(t, a, 0);
  if (!it.ok()) {
    Value cause = take_exc(t);
    static_cast<void>(RAISE(TypeError, "'async for' received an invalid object from __anext__: %T", a));
    t.exc.as<BaseException>()->cause.set(cause);
    t.exc.as<BaseException>()->suppress_context = true;
    return Error{};
  }
  return it;
}

// ---- except*: what is raised at the end. Raised exceptions are new; parts of the original that were not handled are joined to what they were part of.
static bool same_metadata(Value a, Value b) {
  BaseException *x = a.as<BaseException>(), *y = b.as<BaseException>();
  return x->notes.value() == y->notes.value() && x->traceback.value() == y->traceback.value() && x->cause.value() == y->cause.value() && x->context.value() == y->context.value();
}
static Status leaf_ids(Thread& t, Value e, List* out) {
  if (!is_instance(e, KAA_TYPE(BaseExceptionGroup))) return list_append(t, out, e);
  Tuple* u = e.as<ExcGroup>()->excs.get().as<Tuple>();
  for (uint64_t i = 0; i < u->size; i++) TRY(leaf_ids(t, u->items[i], out));
  return {};
}
// The part of group e whose leaves are in keep, in e's structure; None if empty.
static Result<Value> project(Thread& t, Value e, List* keep) {
  if (!is_instance(e, KAA_TYPE(BaseExceptionGroup))) {
    for (uint64_t i = 0; i < keep->size; i++) if (keep->items[i] == e) return e;
    return kNone;
  }
  Tuple* u = e.as<ExcGroup>()->excs.get().as<Tuple>();
  List* parts = TRY(new_list(t));
  for (uint64_t i = 0; i < u->size; i++) {
    Value p = TRY(project(t, u->items[i], keep));
    if (!p.is_none()) TRY(list_append(t, parts, p));
  }
  if (!parts->size) return kNone;
  Value g = TRY(call_method(t, e, NAME("derive"), parts));
  if (is_exception(g)) {
    BaseException *from = e.as<BaseException>(), *to = g.as<BaseException>();
    to->traceback.set(from->traceback);
    to->context.set(from->context);
    to->cause.set(from->cause);
    to->suppress_context = true;
    Opt notes = TRY(lookup_attr(t, e, NAME("__notes__")));
    if (notes) { Value copy = TRY(list_from(t, notes.v)); TRY(set_attr(t, g, NAME("__notes__"), copy)); }
  }
  return g;
}
Result<Value> prepare_reraise_star(Thread& t, Value orig, List* excs) {
  List* raised = TRY(new_list(t));
  List* keep = TRY(new_list(t));
  for (uint64_t i = 0; i < excs->size; i++) {
    Value e = excs->items[i];
    if (e.is_none()) continue;
    if (!is_instance(orig, KAA_TYPE(BaseExceptionGroup))) {
      // A naked exception that nothing matched is raised as it is; else what the clauses raised.
      if (e == orig || excs->size == 1) { TRY(list_append(t, raised, e)); continue; }
      TRY(list_append(t, raised, e));
      continue;
    }
    if (e == orig || (is_instance(e, KAA_TYPE(BaseExceptionGroup)) && same_metadata(e, orig))) TRY(leaf_ids(t, e, keep));
    else TRY(list_append(t, raised, e));
  }
  if (keep->size) {
    Value p = TRY(project(t, orig, keep));
    if (!raised->size) return p;
    TRY(list_append(t, raised, p));
  }
  if (!raised->size) return kNone;
  if (raised->size == 1) return raised->items[0];
  Value eg = dict_get_str(interp().builtins, NAME("ExceptionGroup"));
  bool all_plain = eg.bits() != 0;
  for (uint64_t i = 0; i < raised->size; i++) all_plain &= is_instance(raised->items[i], KAA_TYPE(Exception));
  return call(t, all_plain ? eg : Value(KAA_TYPE(BaseExceptionGroup)), interp().empty_str, raised);
}

// ---- import helpers
Result<Value> import_from(Thread& t, Value module, Str* name) {
  Opt v = TRY(lookup_attr(t, module, name));
  if (v) return v.v;
  // A submodule being imported is found in sys.modules before it is an attribute.
  Opt mname = TRY(lookup_attr(t, module, NAME("__name__")));
  if (mname && is_str(mname.v)) {
    Str* full = TRY(str_format(t, "%U.%U", mname.v.as<Str>(), name));
    Opt m = TRY(dict_get(t, interp().modules, full));
    if (m) return m.v;
  }
  return raise_import_name(t, module, name);
}

static Status store_local(Thread& t, Frame* f, Value key, Value v) {
  Value ns = namespace_of(f);
  if (IS_EXACT(ns, dict)) return dict_set(t, ns.as<Dict>(), key, v);
  return set_item(t, ns, key, v);
}
Status import_star(Thread& t, Frame* f, Value module) {
  Opt all = TRY(lookup_attr(t, module, NAME("__all__")));
  bool skip = false;
  Value names;
  if (all) {
    names = all.v;
  } else {
    Opt d = TRY(lookup_attr(t, module, NAME("__dict__")));
    if (!d) return RAISE(ImportError, "from-import-* object has no __dict__ and no __all__");
    Value keys = TRY(call_method(t, d.v, NAME("keys")));
    names = TRY(list_from(t, keys));
    skip = true;
  }
  for (int64_t i = 0;; i++) {
    Result<Value> item = get_item(t, names, Value::from_int(i));
    if (!item.ok()) {
      if (!exc_matches(t, KAA_TYPE(IndexError))) return Error{};
      clear_exc(t);
      return {};
    }
    Value name = item.value();
    if (!is_str(name)) {
      Value mn = TRY(get_attr(t, module, NAME("__name__")));
      return RAISE(TypeError, skip ? "Key in %S.__dict__ must be str, not %T" : "Item in %S.__all__ must be str, not %T", mn, name);
    }
    if (skip && name.as<Str>()->length && name.as<Str>()->at(0) == '_') continue;
    Value v = TRY(get_attr(t, module, name.as<Str>()));
    TRY(store_local(t, f, name, v));
  }
}

// ---- patterns
Result<Value> match_keys(Thread& t, Value subject, Value wanted) {
  if (!IS_EXACT(wanted, tuple)) return RAISE(SystemError, "keys of a pattern are a %T", wanted);
  Tuple* keys = wanted.as<Tuple>();
  if (!keys->size) return interp().empty_tuple;
  Value get = TRY(get_attr(t, subject, NAME("get")));
  Object* dummy = TRY(alloc_instance(t, KAA_TYPE(object)));
  Set* seen = TRY(new_set(t));
  Tuple* out = TRY(new_tuple(t, keys->size));
  for (uint64_t i = 0; i < keys->size; i++) {
    Value key = keys->items[i];
    bool dup = TRY(set_contains(t, seen, key));
    if (dup) return RAISE(ValueError, "mapping pattern checks duplicate key (%R)", key);
    TRY(set_add(t, seen, key));
    Value v = TRY(call(t, get, key, dummy));
    if (v == Value(dummy)) return kNone;
    tuple_init(out, i, v);
  }
  return out;
}

Result<Value> match_class(Thread& t, Value subject, Value cls, uint32_t npos, Value keywords) {
  Tuple* names = IS_EXACT(keywords, tuple) ? keywords.as<Tuple>() : nullptr;
  for (uint64_t i = 0; names && i < names->size; i++) if (!is_str(names->items[i])) names = nullptr;
  if (!names) return RAISE(SystemError, "keywords of a pattern are no tuple of strings");
  if (!is_type(cls)) return RAISE(TypeError, "called match pattern must be a class");
  bool inst = TRY(isinstance(t, subject, cls));
  if (!inst) return kNone;
  Type* ty = cls.as<Type>();
  Tuple* out = TRY(new_tuple(t, npos + names->size));
  Tuple* args = nullptr;  // __match_args__, if they were used
  // The attribute of positional or keyword pattern i; each name may be asked for once.
  auto attr = [&](Value name, uint64_t positional, uint64_t keywords) -> Result<Opt> {
    auto same = [&](Value other) { return other == name || str_equal(other.as<Str>(), name.as<Str>()); };
    bool dup = false;
    for (uint64_t i = 0; args && i < positional; i++) dup |= same(args->items[i]);
    for (uint64_t i = 0; i < keywords; i++) dup |= same(names->items[i]);
    if (dup) return RAISE(TypeError, "%U() got multiple sub-patterns for attribute %R", ty->name.get(), name);
    return lookup_attr(t, subject, name.as<Str>());
  };
  if (npos) {
    Opt ma = TRY(lookup_attr(t, cls, NAME("__match_args__")));
    bool self = false;
    uint64_t allowed = 0;
    if (ma) {
      if (!IS_EXACT(ma.v, tuple)) return RAISE(TypeError, "%U.__match_args__ must be a tuple (got %T)", ty->name.get(), ma.v);
      allowed = ma.v.as<Tuple>()->size;
    } else {
      for (Type* b : {KAA_TYPE(bool), KAA_TYPE(bytearray), KAA_TYPE(bytes), KAA_TYPE(dict), KAA_TYPE(float), KAA_TYPE(frozenset), KAA_TYPE(int), KAA_TYPE(list), KAA_TYPE(set), KAA_TYPE(str), KAA_TYPE(tuple)})
        self |= is_subtype(ty, b);
      allowed = self ? 1 : 0;
    }
    if (npos > allowed) return RAISE(TypeError, "%U() accepts %lu positional sub-pattern%s (%u given)", ty->name.get(), allowed, allowed == 1 ? "" : "s", npos);
    if (self) {
      tuple_init(out, 0, subject);
    } else {
      args = ma.v.as<Tuple>();
      for (uint32_t i = 0; i < npos; i++) {
        Value name = args->items[i];
        if (!is_str(name)) return RAISE(TypeError, "__match_args__ elements must be strings (got %T)", name);
        Opt v = TRY(attr(name, i, 0));
        if (!v) return kNone;
        tuple_init(out, i, v.v);
      }
    }
  }
  for (uint64_t i = 0; i < names->size; i++) {
    Opt v = TRY(attr(names->items[i], npos, i));
    if (!v) return kNone;
    tuple_init(out, npos + i, v.v);
  }
  return out;
}

}  // namespace kaa
