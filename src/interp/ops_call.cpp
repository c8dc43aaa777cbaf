// Calls and functions.
#include "interp/call_keywords.h"
#include "interp/interp.h"
#include "runtime/bind.h"

namespace kaa {

// type.__call__ of a class whose __new__ is native. The register in front of the arguments takes the class, then the instance, so that __new__ and __init__
// find their arguments in place; an __init__ written in Python runs in the loop.
static Frame* call_class(Thread& t, Frame* f, Type* cls, Value nw, Value* args, size_t n, size_t all, Tuple* kwnames, uint16_t dst, const Word* ret_pc) {
  Value no_init = KAA_TYPE(object)->dunder(D_init);
  Args with_self{args - 1, static_cast<uint32_t>(all) + 1};
  Value o;
  if (nw == KAA_TYPE(object)->dunder(D_new)) {
    if (UNLIKELY(all && cls->dunder(D_init) == no_init)) {
      static_cast<void>(RAISE(TypeError, "%U() takes no arguments", cls->name.get()));
      return nullptr;
    }
    Result<Object*> made = alloc_instance(t, cls);
    if (!made.ok()) return nullptr;
    o = made.value();
  } else if (is_plain_exception(cls)) {
    Result<Value> made = make_plain_exception(t, cls, args, n);
    if (!made.ok()) return nullptr;
    o = made.value();
    if (!kwnames && cls->dunder(D_init) == KAA_TYPE(BaseException)->dunder(D_init)) {  // would set the same arguments again
      f->regs[dst] = o;
      f->pc = ret_pc;
      return f;
    }
  } else {
    args[-1] = cls;
    Result<Value> made = call_native(t, nw.as<NativeFunction>(), with_self, kwnames);
    if (!made.ok()) return nullptr;
    o = made.value();
  }
  Type* ot = type_of(o);
  if (LIKELY(ot == cls || is_subtype(ot, cls))) {
    Value init = ot->dunder(D_init);
    if (init != no_init) {
      args[-1] = o;
      if (LIKELY(IS_EXACT(init, function) && init.as<Function>()->code->flags & kCoOptimized)) {  // other code needs the frame's locals itself
        Frame* nf = push_call(t, f, init.as<Function>(), args - 1, n + 1, kwnames, dst, ret_pc, kReturnInit);
        if (nf) nf->locals = o;  // keeps the instance, whatever __init__ does to its self
        return nf;
      }
      Result<Value> r = Error{};
      if (LIKELY(IS_EXACT(init, wrapper_descriptor) && !ot->has(kTypeForeignDunder))) {
        r = kwnames ? call_native(t, init.as<NativeFunction>(), with_self, kwnames) : call_native_direct(t, init.as<NativeFunction>(), with_self);
      } else {
        Result<Value> bound = descr_get(t, init, o, ot);
        if (!bound.ok()) return nullptr;
        r = call_args(t, bound.value(), args, n, kwnames);
      }
      if (!r.ok()) return nullptr;
      if (UNLIKELY(!r.value().is_none())) {
        static_cast<void>(RAISE(TypeError, "__init__() should return None, not '%T'", r.value()));
        return nullptr;
      }
    }
  }
  f->regs[dst] = o;
  f->pc = ret_pc;
  return f;
}

// The frame of a __new__ written in Python. Its arguments are copied behind the caller's registers, so that __init__ finds them where they were (initialise()).
static Frame* new_frame(Thread& t, Frame* f, Value cls, Function* fn, const Value* args, size_t n, size_t all, Tuple* kwnames, uint16_t dst, const Word* ret_pc) {
  Value* top = next_regs(f);
  if (UNLIKELY(static_cast<size_t>(reinterpret_cast<char*>(top + all + 1) - t.stack_base) > t.stack_bytes)) {
    static_cast<void>(RAISE(RecursionError, "maximum recursion depth exceeded"));
    return nullptr;
  }
  top[0] = cls;
  for (size_t i = 0; i < all; i++) top[i + 1] = args[i];
  return push_call(t, f, fn, top, n + 1, kwnames, dst, ret_pc, kReturnNew);
}
static inline Function* python_new(Value nw) {
  if (nw && IS_EXACT(nw, staticmethod)) nw = nw.as<WrapperObject>()->callable;
  return nw && IS_EXACT(nw, function) ? nw.as<Function>() : nullptr;
}

// __new__ of the class that the instruction at p->pc calls gave v: the frame of its __init__, p when the result is in register dst already, or null on error.
Frame* initialise(Thread& t, Frame* p, Value v, uint16_t dst, const Word* ret_pc) {
  const Word* call = p->pc;
  Op op = static_cast<Op>(call->op);
  Value* args = p->regs + call->b + (op == Op::CALL || op == Op::CALL_KW ? 1 : 2);
  Type *cls = p->regs[call->b].as<Type>(), *ty = type_of(v);
  Value init = ty->dunder(D_init);
  if (LIKELY(init == KAA_TYPE(object)->dunder(D_init)) || (ty != cls && !is_subtype(ty, cls))) {
    p->regs[dst] = v;
    return p;
  }
  Tuple* kwnames = op == Op::CALL_KW || op == Op::CALL_METHOD_KW ? p->code->consts[call[1].index].as<Tuple>() : nullptr;
  size_t n = call->c - (kwnames ? kwnames->size : 0);
  if (LIKELY(IS_EXACT(init, function) && init.as<Function>()->code->flags & kCoOptimized)) {  // other code needs the frame's locals itself
    args[-1] = v;
    Frame* nf = push_call(t, p, init.as<Function>(), args - 1, n + 1, kwnames, dst, ret_pc, kReturnInit);
    if (nf) nf->locals = v;
    return nf;
  }
  Result<Value> bound = descr_get(t, init, v, ty);
  Result<Value> r = bound.ok() ? call_args(t, bound.value(), args, n, kwnames) : Result<Value>(Error{});
  if (!r.ok()) return nullptr;
  if (UNLIKELY(!r.value().is_none())) {
    static_cast<void>(RAISE(TypeError, "__init__() should return None, not '%T'", r.value()));
    return nullptr;
  }
  p->regs[dst] = v;
  return p;
}

Frame* do_call(Thread& t, Frame* f, Value* callable, Value* args, size_t n, Tuple* kwnames, uint16_t dst, const Word* ret_pc) {
  Value fn = *callable;
  size_t all = n + (kwnames ? kwnames->size : 0);
  if (LIKELY(fn.is_object())) {
    Type* ty = fn.object()->type();
    if (ty == KAA_TYPE(method)) {
      // self takes the register in front of the arguments: the callable's own, or LOAD_METHOD's empty one.
      BoundMethod* m = fn.as<BoundMethod>();
      args--;
      *args = m->self;
      n++;
      fn = m->func;
      if (!fn.is_object()) { static_cast<void>(RAISE(TypeError, "'%T' object is not callable", fn)); return nullptr; }
      ty = fn.object()->type();
      if (ty == KAA_TYPE(function)) return push_call(t, f, fn.as<Function>(), args, n, kwnames, dst, ret_pc, kReturnPlain);
      Result<Value> v = call_args(t, fn, args, n, kwnames);
      if (!v.ok()) return nullptr;
      f->regs[dst] = v.value();
      f->pc = ret_pc;
      return f;
    }
    if (ty == KAA_TYPE(function)) return push_call(t, f, fn.as<Function>(), args, n, kwnames, dst, ret_pc, kReturnPlain);
    if (ty == KAA_TYPE(builtin_function)) {
      NativeFunction* nf = fn.as<NativeFunction>();
      Args a{args, static_cast<uint32_t>(all)};
      if (nf->sig->has_self && nf->def->kind != MethodKind::kNew) {
        args[-1] = nf->self;
        a.p--;
        a.n++;
      }
      Result<Value> v = kwnames ? call_native(t, nf, a, kwnames) : call_native_direct(t, nf, a);
      if (!v.ok()) return nullptr;
      f->regs[dst] = v.value();
      f->pc = ret_pc;
      return f;
    }
    if (fn == Value(KAA_TYPE(type)) && n == 1 && !kwnames) {
      f->regs[dst] = type_of(args[0]);
      f->pc = ret_pc;
      return f;
    }
    if (ty->has(kTypeType) && ty->dunder(D_call) == KAA_TYPE(type)->dunder(D_call) && fn != Value(KAA_TYPE(type)) && !fn.as<Type>()->has(kTypeDisallowInstantiation)) {
      Value nw = fn.as<Type>()->dunder(D_new);
      if (nw == KAA_TYPE(object)->dunder(D_new) ? !fn.as<Type>()->has(kTypeAbstract) : nw && IS_EXACT(nw, builtin_function) && nw.as<NativeFunction>()->def->kind == MethodKind::kNew)
        return call_class(t, f, fn.as<Type>(), nw, args, n, all, kwnames, dst, ret_pc);
      if (Function* pf = python_new(nw)) return new_frame(t, f, fn, pf, args, n, all, kwnames, dst, ret_pc);
    } else if (Value c = ty->dunder(D_call); c && IS_EXACT(c, function)) {  // __call__ written in Python: self goes in front
      args[-1] = fn;
      return push_call(t, f, c.as<Function>(), args - 1, n + 1, kwnames, dst, ret_pc, kReturnPlain);
    } else if (c && IS_EXACT(c, wrapper_descriptor) && !ty->has(kTypeType | kTypeForeignDunder)) {  // a native type's own
      args[-1] = fn;
      Result<Value> v = call_native(t, c.as<NativeFunction>(), {args - 1, static_cast<uint32_t>(all) + 1}, kwnames);
      if (!v.ok()) return nullptr;
      f->regs[dst] = v.value();
      f->pc = ret_pc;
      return f;
    }
  }
  Result<Value> v = call_args(t, fn, args, n, kwnames);
  if (!v.ok()) return nullptr;
  f->regs[dst] = v.value();
  f->pc = ret_pc;
  return f;
}

// Finds Type::quick_call of a class that is an instance of `type` itself.
static __attribute__((noinline)) Object* find_quick_call(Type* cls) {
  Value nw = cls->dunder(D_new), init = cls->dunder(D_init), object_new = KAA_TYPE(object)->dunder(D_new);
  cls->quick_version = cls->version;
  cls->quick_call = nullptr;
  if (!cls->version || !nw || !init || cls->has(kTypeAbstract | kTypeDisallowInstantiation | kTypeHasDel) || cls == KAA_TYPE(type)) return nullptr;
  if (nw == object_new) {
    if (IS_EXACT(init, function) && !cls->has(kTypeVarSized)) cls->quick_call = init.object();
  } else if (IS_EXACT(nw, builtin_function) && nw.as<NativeFunction>()->owner == cls && nw.as<NativeFunction>()->def->kind == MethodKind::kNew && !cls->has(kTypeHeap) &&
             init == KAA_TYPE(object)->dunder(D_init)) {
    cls->quick_call = nw.object();
  }
  return cls->quick_call;
}
static inline Object* quick_call(Type* cls) {
  return LIKELY(cls->quick_version == cls->version && cls->version) ? cls->quick_call : find_quick_call(cls);
}

// A new instance of a class that is an instance of `type` itself, has object's __new__, an __init__ written in Python and no abstract methods; null sends the call
// to do_call.
static inline Object* plain_instance(Thread* t, Type* cls) {
  Object* init = quick_call(cls);
  if (!init || init->shape != KAA_SHAPE(function)) return nullptr;
  if (!(static_cast<Function*>(init)->code->flags & kCoOptimized)) return nullptr;  // other code needs the frame's locals itself
  Shape* s = cls->root;
  size_t before = cls->basicsize, size = before;
  if (cls->attr_offset) size += sizeof(Value) * (1 + s->inline_cap);
  Object* o = t->heap->allocate(s, size);
  if (UNLIKELY(!o)) return nullptr;
  if (cls->attr_offset) before += sizeof(Value);  // words of attributes beyond the shape's are never read
  for (size_t i = sizeof(Object); i < before; i += sizeof(Value)) { *reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + i) = Value(); asm volatile(""); }
  return o;
}
// The frame of its __init__. The instance stands in front of the arguments, and in the frame, which keeps it. Null: error.
static inline Frame* init_frame(Thread* t, Frame* f, Object* o, Value* args, uint32_t n, const Word* pc) {
  Function* fn = o->type()->dunder(D_init).as<Function>();
  Code* c = fn->code;
  Frame* nf = next_frame(f);
  Value* regs = args - 1;
  args[-1] = o;
  if (UNLIKELY(f->on_heap)) regs = generator_of(f)->top;
  if (UNLIKELY(c->simple_args != n + 1 || nf >= t->frame_limit || static_cast<size_t>(reinterpret_cast<char*>(regs + c->nregs) - t->stack_base) > t->stack_bytes)) {
    nf = push_call(*t, f, fn, args - 1, n + 1, nullptr, pc->a, pc + 2, kReturnInit);
    if (nf) nf->locals = o;
    return nf;
  }
  begin_frame(nf, fn, c, regs, f, pc + 2, pc->a, kReturnInit, o);
  if (UNLIKELY(regs != args - 1)) for (uint32_t i = 0; i <= n; i++) { regs[i] = args[static_cast<int64_t>(i) - 1]; asm volatile(""); }
  for (uint32_t i = n + 1, end = c->nlocals; i < end; i++) { regs[i] = Value(); asm volatile(""); }
  t->frame = nf;
  return nf;
}

// The iterator of range(...) of small ints, for a call that only a GET_ITER waits for: the range itself is not made. Null: not that simple.
static Object* range_iterator_at_once(Thread* t, const Value* args, uint32_t n) {
  constexpr int64_t kLimit = int64_t{1} << 60;
  if (n - 1 > 2) return nullptr;
  int64_t v[3];
  for (uint32_t i = 0; i < n; i++) {
    if (!args[i].is_int()) return nullptr;
    v[i] = args[i].as_int();
    if (v[i] < -kLimit || v[i] > kLimit) return nullptr;
  }
  int64_t start = n == 1 ? 0 : v[0], stop = n == 1 ? v[0] : v[1], step = n == 3 ? v[2] : 1;
  if (step == 0) return nullptr;
  RangeIter* it = static_cast<RangeIter*>(t->heap->allocate(KAA_SHAPE(range_iterator), sizeof(RangeIter)));
  if (!it) return nullptr;
  it->next = start;
  it->step = step;
  if (step == 1) it->remaining = stop > start ? static_cast<uint64_t>(stop - start) : 0;
  else if (step > 0) it->remaining = stop > start ? static_cast<uint64_t>((stop - start - 1) / step + 1) : 0;
  else it->remaining = stop < start ? static_cast<uint64_t>((start - stop - 1) / -step + 1) : 0;
  return it;
}

#define POLL_CALL()                                                \
  if (UNLIKELY(!t->call_limit.load(std::memory_order_relaxed))) {  \
    SAVE();                                                        \
    if (!safepoint(*t, t->loop_base).ok()) FAIL();                 \
    t->renew_call_limit();                                         \
  }

// The native __call__ of an instance that is no function and no class: a weak reference, an itemgetter. Null: it is something else.
static inline NativeFunction* native_call_of(Value fn) {
  if (!fn.is_object()) return nullptr;
  Type* ty = fn.object()->type();
  if (ty->has(kTypeType | kTypeForeignDunder) || ty == KAA_TYPE(method)) return nullptr;
  Value call = ty->dunder(D_call);
  return call && IS_EXACT(call, wrapper_descriptor) ? call.as<NativeFunction>() : nullptr;
}
SLOW(CALL) {
  POLL_CALL();
  SAVE();
  Value fn = r[pc->b];
  if (IS_EXACT(fn, function)) {
    Frame* nf = push_call(*t, f, fn.as<Function>(), r + pc->b + 1, pc->c, nullptr, pc->a, pc + 2, kReturnPlain);
    if (UNLIKELY(!nf)) FAIL();
    ENTER(nf);
  }
  if (IS_EXACT(fn, type)) {
    if (fn == Value(KAA_TYPE(range)) && pc[2].op == static_cast<uint16_t>(Op::GET_ITER) && pc[2].b == pc->a && pc[2].a == pc->a && table == t->live) {
      if (Object* it = range_iterator_at_once(t, r + pc->b + 1, pc->c)) { r[pc->a] = it; NEXT(3); }
    }
    Object* quick = quick_call(fn.as<Type>());
    if (quick && quick->shape == KAA_SHAPE(builtin_function)) {  // the register in front of the arguments has the class already
      NativeFunction* nw = static_cast<NativeFunction*>(quick);
      Args a{r + pc->b, pc->c + 1u};
      Result<Value> v = nw->def->fnkw ? nw->def->fnkw(*t, a, nullptr) : call_native_direct(*t, nw, a);
      if (UNLIKELY(!v.ok())) FAIL();
      table = t->dispatch;
      r[pc->a] = v.value();
      NEXT(2);
    }
    if (Object* o = plain_instance(t, fn.as<Type>()); LIKELY(o != nullptr)) {
      Frame* nf = init_frame(t, f, o, r + pc->b + 1, pc->c, pc);
      if (UNLIKELY(!nf)) FAIL();
      ENTER(nf);
    }
  }
  if (IS_EXACT(fn, builtin_function)) {
    NativeFunction* nf = fn.as<NativeFunction>();
    uint32_t bound = nf->sig->has_self;  // self takes the callable's register
    if (LIKELY(!bound || nf->def->kind != MethodKind::kNew)) {
      if (bound) r[pc->b] = nf->self;
      Result<Value> v = call_native_direct(*t, nf, {r + pc->b + 1 - bound, pc->c + bound});
      if (UNLIKELY(!v.ok())) FAIL();
      table = t->dispatch;  // sys.settrace() and the like
      r[pc->a] = v.value();
      NEXT(2);
    }
  }
  if (NativeFunction* nf = native_call_of(fn)) {  // it takes the callable's register, too
    if (UNLIKELY(!native_enter(*t).ok())) FAIL();
    Result<Value> v = call_native(*t, nf, {r + pc->b, pc->c + 1u}, nullptr);
    if (UNLIKELY(!v.ok())) FAIL();
    table = t->dispatch;
    r[pc->a] = v.value();
    NEXT(2);
  }
  Frame* nf = do_call(*t, f, r + pc->b, r + pc->b + 1, pc->c, nullptr, pc->a, pc + 2);
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
}
// What slow_CALL does for a class that plain_instance() is for, where neither the arguments nor the size nor anything that is due ask for more.
SLOW(CALL_CLASS) {
  Type* cls = r[pc->b].as<Type>();
  Object* init = cls->quick_call;
  if (UNLIKELY(!init || cls->quick_version != cls->version || !cls->version || init->shape != KAA_SHAPE(function))) GO_SLOW(CALL);
  Code* c = static_cast<Function*>(init)->code;
  Value* args = r + pc->b;  // the class takes the register in front of the others, then the instance
  Frame* nf = f + 1;
  uint32_t n = pc->c + 1u;
  if (UNLIKELY(c->simple_args != n || static_cast<size_t>(reinterpret_cast<char*>(args + c->nregs) - t->stack_base) > t->stack_bytes)) GO_SLOW(CALL);
  if (UNLIKELY(nf >= t->call_limit.load(std::memory_order_relaxed))) GO_SLOW(CALL);
  Shape* s = cls->root;
  size_t size = cls->basicsize, cleared = size;
  if (cls->attr_offset) {
    size += sizeof(Value) * (1 + s->inline_cap);
    cleared += sizeof(Value);  // words of attributes beyond the shape's are never read
  }
  if (UNLIKELY(size > 128)) GO_SLOW(CALL);  // size classes up to here are found without a calculation
  Object* o = t->heap->try_allocate(s, size);
  if (UNLIKELY(!o)) GO_SLOW(CALL);
  for (size_t i = sizeof(Object); i < cleared; i += sizeof(Value)) { *reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + i) = Value(); asm volatile(""); }
  SAVE();
  args[0] = o;
  begin_frame(nf, static_cast<Function*>(init), c, args, f, pc + 2, pc->a, kReturnInit, o);
  for (uint32_t i = n, end = c->nlocals; i < end; i++) { args[i] = Value(); asm volatile(""); }
  t->frame = nf;
  f = nf;
  r = args;
  k = c->consts;
  pc = c->words;
  DISPATCH();
}
// A call made by a generator, of a function as QUICK_CALL wants it: the arguments are copied to the data stack.
#define QUICK_CALL_COPIED(FN, ARGS, COUNT)                                                                                          \
  do {                                                                                                                              \
    Function* _fn = (FN);                                                                                                           \
    const Value* _from = (ARGS);                                                                                                    \
    uint32_t _count = (COUNT);                                                                                                      \
    Code* _c = _fn->code;                                                                                                           \
    Frame* _nf = generator_of(f)->slot;                                                                                             \
    Value* _args = generator_of(f)->top;                                                                                            \
    if (UNLIKELY(_c->simple_args != _count || _nf >= call_limit(t))) break;                                                         \
    if (UNLIKELY(static_cast<size_t>(reinterpret_cast<char*>(_args + _c->nregs) - t->stack_base) > t->stack_bytes)) break;          \
    SAVE();                                                                                                                         \
    begin_plain_frame(_nf, _fn, _c, _c->words, _args, f, pc + 2, pc->a);                                                            \
    for (uint32_t _i = 0; _i != _count; _i++) { _args[_i] = _from[_i]; asm volatile(""); }                                          \
    for (uint32_t _n = _c->nlocals; _count != _n; _count++) { _args[_count] = Value(); asm volatile(""); }                          \
    t->frame = f = _nf;                                                                                                             \
    pc = _c->words;                                                                                                                 \
    k = _c->consts;                                                                                                                 \
    r = _args;                                                                                                                      \
    DISPATCH();                                                                                                                     \
  } while (0)
SLOW(CALL_COPIED) {
  Value fn = r[pc->b];
  if (LIKELY(f->on_heap && IS_EXACT(fn, function))) QUICK_CALL_COPIED(fn.as<Function>(), r + pc->b + 1, pc->c);
  GO_SLOW(CALL);
}
HANDLER(CALL) {
  Value fn = r[pc->b];
  if (LIKELY(IS_EXACT(fn, function))) {
    QUICK_CALL(fn.as<Function>(), r + pc->b + 1, pc->c, 2);
    GO_SLOW(CALL_COPIED);
  }
  if (IS_EXACT(fn, type)) GO_SLOW(CALL_CLASS);
  GO_SLOW(CALL);
}

SLOW(CALL_METHOD) {
  POLL_CALL();
  SAVE();
  Value fn = r[pc->b];
  Value* w = r + pc->b + 1;
  if (LIKELY(!w->is_empty())) {
    // LOAD_METHOD leaves only functions and method descriptors with a self.
    if (!IS_EXACT(fn, function)) {
      Result<Value> v = call_native_direct(*t, fn.as<NativeFunction>(), {w, pc->c + 1u});
      if (UNLIKELY(!v.ok())) FAIL();
      table = t->dispatch;
      r[pc->a] = v.value();
      NEXT(2);
    }
    Frame* nf = push_call(*t, f, fn.as<Function>(), w, pc->c + 1u, nullptr, pc->a, pc + 2, kReturnPlain);
    if (UNLIKELY(!nf)) FAIL();
    ENTER(nf);
  }
  if (IS_EXACT(fn, builtin_function)) {
    NativeFunction* nf = fn.as<NativeFunction>();
    if (LIKELY(!nf->sig->has_self)) {
      Result<Value> v = call_native_direct(*t, nf, {w + 1, pc->c});
      if (UNLIKELY(!v.ok())) FAIL();
      table = t->dispatch;
      r[pc->a] = v.value();
      NEXT(2);
    }
  }
  Frame* nf = do_call(*t, f, r + pc->b, w + 1, pc->c, nullptr, pc->a, pc + 2);
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
}
SLOW(CALL_METHOD_COPIED) {
  Value fn = r[pc->b];
  if (LIKELY(f->on_heap && IS_EXACT(fn, function))) {
    uint32_t no_self = r[pc->b + 1].is_empty();
    QUICK_CALL_COPIED(fn.as<Function>(), r + pc->b + 1 + no_self, pc->c + 1u - no_self);
  }
  GO_SLOW(CALL_METHOD);
}
HANDLER(CALL_METHOD) {
  Value fn = r[pc->b];
  Value* w = r + pc->b + 1;
  if (LIKELY(IS_EXACT(fn, function))) {
    if (LIKELY(!w->is_empty())) QUICK_CALL(fn.as<Function>(), w, pc->c + 1u, 2);
    else QUICK_CALL(fn.as<Function>(), w + 1, pc->c, 2);
    GO_SLOW(CALL_METHOD_COPIED);
  }
  GO_SLOW(CALL_METHOD);
}
// A Python function, called with keywords: by the instruction's record if it has one.
static inline Frame* call_with_keywords(Thread* t, Frame* f, Function* fn, Value* args, uint32_t n, Tuple* names, const Word* pc, FrameKind kind) {
  if (Frame* nf = keyword_frame(t, f, fn, args, n, pc, kind); LIKELY(nf != nullptr)) return nf;
  Frame* nf = push_call(*t, f, fn, args, n, names, pc->a, pc + 3, kind);
  if (nf) record_keywords(pc, fn, n, names);
  return nf;
}
HANDLER(CALL_KW) {
  POLL_CALL();
  SAVE();
  Tuple* names = k[pc[1].index].as<Tuple>();
  Value fn = r[pc->b];
  Value* args = r + pc->b + 1;
  uint32_t n = pc->c - static_cast<uint32_t>(names->size);
  Frame* nf;
  if (LIKELY(IS_EXACT(fn, function))) {
    nf = call_with_keywords(t, f, fn.as<Function>(), args, n, names, pc, kReturnPlain);
    if (UNLIKELY(!nf)) FAIL();
    ENTER(nf);
  }
  if (IS_EXACT(fn, type)) {
    if (Object* o = plain_instance(t, fn.as<Type>())) {
      args[-1] = o;
      nf = call_with_keywords(t, f, o->type()->dunder(D_init).as<Function>(), args - 1, n + 1, names, pc, kReturnInit);
      if (UNLIKELY(!nf)) FAIL();
      nf->locals = o;
      ENTER(nf);
    }
  }
  nf = do_call(*t, f, r + pc->b, args, n, names, pc->a, pc + 3);
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
}
HANDLER(CALL_METHOD_KW) {
  POLL_CALL();
  SAVE();
  Tuple* names = k[pc[1].index].as<Tuple>();
  Value* w = r + pc->b + 1;
  Value fn = r[pc->b];
  uint32_t n = pc->c - static_cast<uint32_t>(names->size);
  Frame* nf;
  if (IS_EXACT(fn, function)) {
    bool self = !w->is_empty();
    nf = call_with_keywords(t, f, fn.as<Function>(), self ? w : w + 1, n + self, names, pc, kReturnPlain);
    if (UNLIKELY(!nf)) FAIL();
    ENTER(nf);
  }
  if (w->is_empty()) {
    nf = do_call(*t, f, r + pc->b, w + 1, n, names, pc->a, pc + 3);
  } else {
    Result<Value> v = call_native(*t, fn.as<NativeFunction>(), {w, pc->c + 1u}, names);
    if (UNLIKELY(!v.ok())) FAIL();
    table = t->dispatch;  // it may have begun to trace, as in CALL_METHOD
    r[pc->a] = v.value();
    NEXT(3);
  }
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
}

// f(*args, **kwargs) of a Python function: `self`, unless empty, goes in front. Null without an exception: not a case for this.
static Frame* push_ex(Thread& t, Frame* f, Function* fn, Value self, Tuple* args, Dict* kw, const Word* pc, FrameKind kind) {
  Code* c = fn->code;
  if (!(c->flags & kCoOptimized) || (kw && kw->used > kMaxQuickKeywords) || UNLIKELY(!is_ready(c))) return nullptr;
  Frame* nf = next_frame(f);
  Value* regs = next_regs(f);
  size_t n = args->size;
  const Value* a = args->items;
  if (UNLIKELY(nf >= t.frame_limit || static_cast<size_t>(reinterpret_cast<char*>(regs + c->nregs + n + 1) - t.stack_base) > t.stack_bytes)) return nullptr;
  if (self) {
    regs[0] = self;
    for (size_t i = 0; i < n; i++) regs[i + 1] = a[i];
    a = regs;
    n++;
  }
  begin_frame(nf, fn, c, regs, f, pc + 1, pc->a, kind);
  int bound;
  if (kw) {
    Value names[kMaxQuickKeywords], values[kMaxQuickKeywords];
    uint32_t nkw = 0, pos = 0;
    while (DictEntry* e = dict_next(kw, &pos)) {
      names[nkw] = e->key;
      values[nkw++] = e->value;
    }
    bound = bind_quick(t, nf, a, n, names, values, nkw);
  } else if (c->simple_args == n) {
    if (a != regs) for (size_t i = 0; i < n; i++) regs[i] = a[i];
    for (size_t i = n; i < c->nlocals; i++) regs[i] = Value();
    bound = 1;
  } else {
    bound = bind_quick(t, nf, a, n, nullptr, nullptr, 0);
  }
  if (bound != 1) return nullptr;
  t.frame = nf;
  return nf;
}

// f(*args, **kwargs)
static Frame* call_ex(Thread& t, Frame* f, const Word* pc) {
  Value* w = f->regs + pc->b;
  Value fn = w[0];
  Value args = w[1];
  if (!IS_EXACT(args, tuple)) {
    if (!is_list(args) && !is_tuple(args) && !type_of(args)->dunder(D_iter) && !type_of(args)->dunder(D_getitem)) {
      Result<Str*> name = function_text(t, fn);
      if (name.ok()) static_cast<void>(RAISE(TypeError, "%U argument after * must be an iterable, not %T", name.value(), args));
      return nullptr;
    }
    Result<Tuple*> u = tuple_from(t, args);
    if (!u.ok()) return nullptr;
    args = u.value();
    w[1] = args;
  }
  Tuple* a = args.as<Tuple>();
  Dict* kw = w[2] ? w[2].as<Dict>() : nullptr;
  if (kw && kw->used == 0) kw = nullptr;
  const Word* ret = pc + 1;
  if (IS_EXACT(fn, function)) {
    if (Frame* nf = push_ex(t, f, fn.as<Function>(), Value(), a, kw, pc, kReturnPlain); nf || t.exc) return nf;
  } else if (IS_EXACT(fn, method) && IS_EXACT(fn.as<BoundMethod>()->func.get(), function)) {
    BoundMethod* m = fn.as<BoundMethod>();
    if (Frame* nf = push_ex(t, f, m->func.get().as<Function>(), m->self, a, kw, pc, kReturnPlain); nf || t.exc) return nf;
  } else if (IS_EXACT(fn, type) && (!kw || kw->used <= kMaxQuickKeywords)) {
    if (Object* o = plain_instance(&t, fn.as<Type>())) {
      Frame* nf = push_ex(t, f, o->type()->dunder(D_init).as<Function>(), o, a, kw, pc, kReturnInit);
      if (nf) nf->locals = o;
      if (nf || t.exc) return nf;
    }
  }
  if (!kw) {
    if (IS_EXACT(fn, function)) return push_call(t, f, fn.as<Function>(), a->items, a->size, nullptr, pc->a, ret, kReturnPlain);
    Result<Value> v = call_args(t, fn, a->items, a->size);
    if (!v.ok()) return nullptr;
    f->regs[pc->a] = v.value();
    f->pc = ret;
    return f;
  }
  Result<Tuple*> names = new_tuple(t, kw->used);
  if (!names.ok()) return nullptr;
  Result<Tuple*> all = new_tuple(t, a->size + kw->used);
  if (!all.ok()) return nullptr;
  Tuple* v = all.value();
  for (uint64_t i = 0; i < a->size; i++) tuple_init(v, i, a->items[i]);
  uint32_t pos = 0, i = 0;
  while (DictEntry* e = dict_next(kw, &pos)) {
    if (!is_str(e->key)) { static_cast<void>(RAISE(TypeError, "keywords must be strings")); return nullptr; }
    tuple_init(names.value(), i, e->key);
    tuple_init(v, a->size + i, e->value);
    i++;
  }
  w[1] = v;  // stays seen while the callee copies its arguments
  if (IS_EXACT(fn, function)) return push_call(t, f, fn.as<Function>(), v->items, a->size, names.value(), pc->a, ret, kReturnPlain);
  Result<Value> res = call_args(t, fn, v->items, a->size, names.value());
  if (!res.ok()) return nullptr;
  f->regs[pc->a] = res.value();
  f->pc = ret;
  return f;
}
HANDLER(CALL_EX) {
  SAVE();
  Frame* nf = call_ex(*t, f, pc);
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
}

// globals['__name__']. Functions are made one after the other in the same module: its place there is remembered.
static Value module_name(Interp& in, Dict* globals) {
  if (LIKELY(globals->keys_version == in.module_name_version && in.module_name_version)) return globals->entries[in.module_name_index].value;
  int64_t i = dict_index_str(globals, NAME("__name__"));
  if (i < 0) return Value();
  if (uint32_t version = IS_EXACT(Value(globals), dict) ? dict_keys_version(globals) : 0) {
    in.module_name_version = version;
    in.module_name_index = static_cast<uint32_t>(i);
  }
  return globals->entries[i].value;
}
static Result<Value> make_function(Thread& t, Frame* f, Code* c) {
  Function* fn = TRY(alloc<Function>(t, KAA_SHAPE(function)));
  Function* maker = f->func;
  auto init = [&](auto& field, Value v) {
    field.raw() = v;
    if (UNLIKELY(!inc_quick(v))) inc_into(v, fn);
  };
  init(fn->code, c);
  init(fn->globals, maker->globals.value());
  init(fn->builtins, maker->builtins.value());
  init(fn->name, c->name);
  init(fn->qualname, c->qualname);
  init(fn->doc, (c->flags & kCoHasDocstring) ? c->consts[0] : kNone);
  init(fn->module, module_name(interp(), maker->globals));
  fn->version = interp().next_function_version++;
  return fn;
}
HANDLER(MAKE_FUNCTION) { SAVE(); STORE_RESULT(pc->a, make_function(*t, f, k[pc->bc].as<Code>()), 1); }
// Only code that nobody compiled gets here.
SLOW(WRONG_PART) {
  SAVE();
  static_cast<void>(raise(*t, KAA_TYPE(SystemError), "a part of a new function is a %T", r[pc->b]));
  FAIL();
}
static bool is_closure_of(Function* fn, Value v) {
  if (!IS_EXACT(v, tuple) || v.as<Tuple>()->size != fn->code->nfree) return false;
  for (uint64_t i = 0; i < fn->code->nfree; i++) if (!IS_EXACT(v.as<Tuple>()->items[i], cell)) return false;
  return true;
}
HANDLER(SET_FUNCTION) {
  Function* fn = r[pc->a].as<Function>();
  Value v = r[pc->b];
  switch (static_cast<FunctionPart>(pc->c)) {
    case FunctionPart::Defaults:
      if (UNLIKELY(!IS_EXACT(v, tuple))) GO_SLOW(WRONG_PART);
      fn->defaults.set(v.as<Tuple>());
      break;
    case FunctionPart::KwDefaults:
      if (UNLIKELY(!IS_EXACT(v, dict))) GO_SLOW(WRONG_PART);
      fn->kwdefaults.set(v.as<Dict>());
      break;
    case FunctionPart::WideClosure:
      if (UNLIKELY(!is_closure_of(fn, v))) GO_SLOW(WRONG_PART);
      fn->closure.set(v.as<Tuple>());
      break;
    case FunctionPart::Closure:  // a tuple of cells, the validator says
      if (UNLIKELY(v.as<Tuple>()->size != fn->code->nfree)) GO_SLOW(WRONG_PART);
      if (LIKELY(!fn->closure && inc_quick(v))) fn->closure.raw() = v;
      else fn->closure.set(v.as<Tuple>());
      break;
    case FunctionPart::Annotate: if (IS_EXACT(v, function) || type_of(v)->dunder(D_call)) fn->annotate.set(v); else fn->annotations.set(v); break;
    case FunctionPart::TypeParams: case FunctionPart::kCount: fn->type_params.set(v); break;
  }
  NEXT(1);
}

}  // namespace kaa
