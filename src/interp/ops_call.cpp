// Calls and functions.
#include "interp/interp.h"

namespace kaa {

// The frame of a plain Python function when the arguments fit: null sends the call to do_call.
static inline Frame* quick_call(Thread* t, Frame* f, Function* fn, Value* args, uint32_t n, uint16_t dst, const Word* ret_pc) {
  Code* c = fn->code;
  Frame* nf = f + 1;
  if (UNLIKELY(c->simple_args != n)) return nullptr;
  // One unsigned comparison: room on the data stack, and that the caller's registers are on it at all (a generator's are not).
  if (UNLIKELY(static_cast<size_t>(reinterpret_cast<char*>(args + c->nregs) - t->stack_base) > t->stack_bytes || nf >= t->frame_limit)) return nullptr;
  nf->regs = args;
  nf->code = c;
  nf->func = fn;
  nf->prev = f;
  nf->pc = c->words;
  nf->ret_pc = ret_pc;
  nf->obj = nullptr;
  nf->locals = Value();
  nf->dst = dst;
  nf->kind = kReturnPlain;
  nf->on_heap = false;
  for (uint32_t i = n; i < c->nlocals; i++) args[i] = Value();
  t->frame = nf;
  return nf;
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
      Result<Value> v = call_native(t, nf, a, kwnames);
      if (!v.ok()) return nullptr;
      f->regs[dst] = v.value();
      f->pc = ret_pc;
      return f;
    }
    if (ty->has(kTypeType) && ty->dunder(D_call) == KAA_TYPE(type)->dunder(D_call)) {
      Type* cls = fn.as<Type>();
      Value init = cls->dunder(D_init);
      if (cls->dunder(D_new) == KAA_TYPE(object)->dunder(D_new) && !cls->has(kTypeAbstract | kTypeDisallowInstantiation) && init && IS_EXACT(init, function) &&
          init.as<Function>()->code->flags & kCoOptimized) {  // other code needs the frame's locals itself
        Result<Object*> o = alloc_instance(t, cls);
        if (!o.ok()) return nullptr;
        args--;
        *args = o.value();
        Frame* nf = push_call(t, f, init.as<Function>(), args, n + 1, kwnames, dst, ret_pc, kReturnInit);
        if (nf) nf->locals = o.value();  // keeps the instance, whatever __init__ does to its self
        return nf;
      }
    }
  }
  Result<Value> v = call_args(t, fn, args, n, kwnames);
  if (!v.ok()) return nullptr;
  f->regs[dst] = v.value();
  f->pc = ret_pc;
  return f;
}

#define POLL_CALL()                                                \
  if (UNLIKELY(t->poll.load(std::memory_order_relaxed))) {         \
    SAVE();                                                        \
    if (!safepoint(*t).ok()) FAIL();                               \
  }

HANDLER(CALL) {
  Value fn = r[pc->b];
  if (LIKELY(IS_EXACT(fn, function))) {
    POLL_CALL();
    if (Frame* nf = quick_call(t, f, fn.as<Function>(), r + pc->b + 1, pc->c, pc->a, pc + 2); LIKELY(nf != nullptr)) {
      SAVE();
      ENTER(nf);
    }
  }
  SAVE();
  Frame* nf = do_call(*t, f, r + pc->b, r + pc->b + 1, pc->c, nullptr, pc->a, pc + 2);
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
}

static Result<Value> call_descriptor(Thread& t, NativeFunction* nf, Args a) {
  if (LIKELY(!nf->def->fnkw && nf->sig->simple && a.n >= nf->sig->nrequired && a.n <= nf->sig->npositional)) return nf->def->fn(t, a);
  return call_native(t, nf, a, nullptr);
}

HANDLER(CALL_METHOD) {
  Value fn = r[pc->b];
  Value* w = r + pc->b + 1;
  if (LIKELY(!w->is_empty())) {
    if (LIKELY(IS_EXACT(fn, function))) {
      POLL_CALL();
      if (Frame* nf = quick_call(t, f, fn.as<Function>(), w, pc->c + 1u, pc->a, pc + 2); LIKELY(nf != nullptr)) {
        SAVE();
        ENTER(nf);
      }
      SAVE();
      Frame* nf = push_call(*t, f, fn.as<Function>(), w, pc->c + 1u, nullptr, pc->a, pc + 2, kReturnPlain);
      if (UNLIKELY(!nf)) FAIL();
      ENTER(nf);
    }
    SAVE();
    // LOAD_METHOD leaves only functions and method descriptors with a self.
    STORE_RESULT(pc->a, call_descriptor(*t, fn.as<NativeFunction>(), {w, pc->c + 1u}), 2);
  }
  SAVE();
  Frame* nf = do_call(*t, f, r + pc->b, w + 1, pc->c, nullptr, pc->a, pc + 2);
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
}
HANDLER(CALL_KW) {
  SAVE();
  Tuple* names = k[pc[1].index].as<Tuple>();
  Frame* nf = do_call(*t, f, r + pc->b, r + pc->b + 1, pc->c - names->size, names, pc->a, pc + 3);
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
}
HANDLER(CALL_METHOD_KW) {
  SAVE();
  Tuple* names = k[pc[1].index].as<Tuple>();
  Value* w = r + pc->b + 1;
  Value fn = r[pc->b];
  Frame* nf;
  if (w->is_empty()) {
    nf = do_call(*t, f, r + pc->b, w + 1, pc->c - names->size, names, pc->a, pc + 3);
  } else if (IS_EXACT(fn, function)) {
    nf = push_call(*t, f, fn.as<Function>(), w, pc->c + 1 - names->size, names, pc->a, pc + 3, kReturnPlain);
  } else {
    STORE_RESULT(pc->a, call_native(*t, fn.as<NativeFunction>(), {w, pc->c + 1u}, names), 3);
  }
  if (UNLIKELY(!nf)) FAIL();
  ENTER_SYNC(nf);
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

static Result<Value> make_function(Thread& t, Frame* f, Code* c) {
  Function* fn = TRY(alloc<Function>(t, KAA_SHAPE(function)));
  fn->code.init(c);
  fn->globals.init(f->func->globals);
  fn->builtins.init(f->func->builtins);
  fn->name.init(c->name);
  fn->qualname.init(c->qualname);
  fn->doc.init((c->flags & kCoHasDocstring) ? c->consts[0] : kNone);
  Value m = dict_get_str(f->func->globals, NAME("__name__"));
  if (m) fn->module.init(m);
  fn->version = interp().next_function_version++;
  return fn;
}
HANDLER(MAKE_FUNCTION) { SAVE(); STORE_RESULT(pc->a, make_function(*t, f, k[pc->bc].as<Code>()), 1); }
HANDLER(SET_FUNCTION) {
  Function* fn = r[pc->a].as<Function>();
  Value v = r[pc->b];
  switch (static_cast<FunctionPart>(pc->c)) {
    case FunctionPart::Defaults: fn->defaults.set(v.as<Tuple>()); break;
    case FunctionPart::KwDefaults: fn->kwdefaults.set(v.as<Dict>()); break;
    case FunctionPart::Closure: fn->closure.set(v.as<Tuple>()); break;
    case FunctionPart::Annotate: if (IS_EXACT(v, function) || type_of(v)->dunder(D_call)) fn->annotate.set(v); else fn->annotations.set(v); break;
    case FunctionPart::TypeParams: fn->type_params.set(v); break;
  }
  NEXT(1);
}

}  // namespace kaa
