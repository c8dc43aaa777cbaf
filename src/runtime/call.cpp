// Calling any object.
#include "runtime/bind.h"

namespace kaa {

bool is_callable(Value v) { return static_cast<bool>(type_of(v)->dunder(D_call)) || type_of(v)->has(kTypeType); }

// Arguments with one more in front, on the native stack for small counts.
class Prepended {
 public:
  Prepended(Thread& t, Value first, const Value* a, size_t n) : n_(n + 1) {
    Value* p = small_;
    if (n + 1 > kSmall) {
      Result<Tuple*> u = new_tuple(t, n + 1);  // a tuple keeps them seen by the collector
      if (!u.ok()) { failed_ = true; return; }
      tuple_ = u.value();
      p = tuple_->items;
      for (size_t i = 0; i < n; i++) tuple_init(tuple_, i + 1, a[i]);
      tuple_init(tuple_, 0, first);
      p_ = p;
      return;
    }
    p[0] = first;
    for (size_t i = 0; i < n; i++) p[i + 1] = a[i];
    p_ = p;
  }
  bool failed() const { return failed_; }
  Args args() const { return {p_, static_cast<uint32_t>(n_)}; }

 private:
  static constexpr size_t kSmall = 16;
  Value small_[kSmall];
  Value* p_ = nullptr;
  size_t n_;
  Tuple* tuple_ = nullptr;
  bool failed_ = false;
};

// Calls with one argument more in front. Functions of their own, because the frame of call_any() lies under everything that it calls: room for arguments that
// are not there would keep what earlier calls left in it.
static __attribute__((noinline)) Result<Value> call_native_with(Thread& t, NativeFunction* f, Value first, const Value* a, size_t all, Tuple* kwnames) {
  if (LIKELY(all < 3)) {
    Value args[3] = {first};
    for (size_t i = 0; i < all; i++) args[i + 1] = a[i];
    return call_native(t, f, {args, static_cast<uint32_t>(all + 1)}, kwnames);
  }
  Prepended p(t, first, a, all);
  if (p.failed()) return Error{};
  return call_native(t, f, p.args(), kwnames);
}
static __attribute__((noinline)) Result<Value> call_with(Thread& t, Value f, Value first, const Value* a, size_t n, Tuple* kwnames) {
  Prepended p(t, first, a, n + (kwnames ? kwnames->size : 0));
  if (p.failed()) return Error{};
  return call_args(t, f, p.args().p, n + 1, kwnames);
}

static Result<Value> call_any(Thread& t, Value f, const Value* a, size_t n, Tuple* kwnames);
static Result<Value> init_instance(Thread& t, Type* ty, Value obj, const Value* a, size_t n, Tuple* kwnames);

// cls(x), without a copy of many arguments where __new__ is native and there is no __init__: int, str, tuple and the like.
static __attribute__((noinline)) Result<Value> convert_with(Thread& t, Type* cls, Value x) {
  Value nw = cls->dunder(D_new);
  bool plain = nw && IS_EXACT(nw, builtin_function) && nw != KAA_TYPE(object)->dunder(D_new) && nw.as<NativeFunction>()->def->kind == MethodKind::kNew &&
               cls->dunder(D_init) == KAA_TYPE(object)->dunder(D_init) && !cls->has(kTypeDisallowInstantiation) && cls != KAA_TYPE(type);
  if (UNLIKELY(!plain)) return call_any(t, cls, &x, 1, nullptr);
  Value both[] = {cls, x};
  Value obj = TRY(call_native(t, nw.as<NativeFunction>(), {both, 2}, nullptr));
  if (LIKELY(type_of(obj) == cls) || cls == KAA_TYPE(str)) return obj;  // str() leaves what __str__() made as it is
  return init_instance(t, cls, obj, &x, 1, nullptr);
}

// What native code calls again and again, as keys of sorting and functions of map(): each way without a copy of many arguments, and with few registers saved.
Result<Value> call_args(Thread& t, Value f, const Value* a, size_t n, Tuple* kwnames) {
  TRY(native_enter(t));
  if (UNLIKELY(kwnames || !f.is_object())) return call_any(t, f, a, n, kwnames);
  Type* ty = f.object()->type();
  if (ty == KAA_TYPE(function)) return call_python(t, f.as<Function>(), a, n, nullptr);
  Args args{const_cast<Value*>(a), static_cast<uint32_t>(n)};
  if (ty == KAA_TYPE(builtin_function)) {
    NativeFunction* nf = f.as<NativeFunction>();
    if (UNLIKELY(nf->def->kind == MethodKind::kNew)) return call_any(t, f, a, n, nullptr);
    if (!nf->sig->has_self) return call_native_direct(t, nf, args);
    if (n != 1) return call_any(t, f, a, n, nullptr);
    Value both[] = {nf->self, a[0]};
    return call_native_direct(t, nf, {both, 2});
  }
  if (ty == KAA_TYPE(type) && n == 1) return convert_with(t, f.as<Type>(), a[0]);
  if (ty == KAA_TYPE(method_descriptor)) {
    NativeFunction* nf = f.as<NativeFunction>();
    if (UNLIKELY(n == 0 || !is_instance(a[0], nf->owner))) return call_any(t, f, a, n, nullptr);
    return call_native_direct(t, nf, args);
  }
  Value c = ty->dunder(D_call);
  bool own = c && IS_EXACT(c, wrapper_descriptor) && !ty->has(kTypeForeignDunder | kTypeType) && ty->layout != &kLayout<NativeFunction> && ty != KAA_TYPE(method);
  if (n != 1 || !own) return call_any(t, f, a, n, nullptr);
  Value both[] = {f, a[0]};
  NativeFunction* nf = c.as<NativeFunction>();
  return nf->def->fnkw ? nf->def->fnkw(t, {both, 2}, nullptr) : call_native_direct(t, nf, {both, 2});
}

[[gnu::noinline]] static Result<Value> call_any(Thread& t, Value f, const Value* a, size_t n, Tuple* kwnames) {
  size_t all = n + (kwnames ? kwnames->size : 0);  // n counts positional arguments; keyword values follow them
  uint32_t hops = 0;
  for (;;) {
    if (UNLIKELY(!f.is_object())) return RAISE(TypeError, "'%T' object is not callable", f);
    Type* ty = f.object()->type();
    if (ty == KAA_TYPE(function)) return call_python(t, f.as<Function>(), a, n, kwnames);
    if (ty == KAA_TYPE(builtin_function) || ty == KAA_TYPE(method_wrapper)) {
      NativeFunction* nf = f.as<NativeFunction>();
      if (!nf->sig->has_self || nf->def->kind == MethodKind::kNew) return call_native(t, nf, {const_cast<Value*>(a), static_cast<uint32_t>(all)}, kwnames);
      return call_native_with(t, nf, nf->self, a, all, kwnames);
    }
    if (ty == KAA_TYPE(method_descriptor) || ty == KAA_TYPE(wrapper_descriptor) || ty == KAA_TYPE(classmethod_descriptor)) {
      NativeFunction* nf = f.as<NativeFunction>();
      bool slot = ty == KAA_TYPE(wrapper_descriptor), of_class = ty == KAA_TYPE(classmethod_descriptor);
      if (n == 0) {
        if (slot || of_class) return RAISE(TypeError, "descriptor '%s' of '%N' object needs an argument", nf->def->name, nf->owner);
        return RAISE(TypeError, "unbound method %N.%s() needs an argument", nf->owner, nf->def->name);
      }
      bool fits = ty == KAA_TYPE(classmethod_descriptor) ? is_type(a[0]) && is_subtype(a[0].as<Type>(), nf->owner) : is_instance(a[0], nf->owner);
      if (UNLIKELY(!fits && of_class)) {
        if (!is_type(a[0])) return RAISE(TypeError, "descriptor '%s' for type '%N' needs a type, not a '%T' as arg 2", nf->def->name, nf->owner, a[0]);
        return RAISE(TypeError, "descriptor '%s' requires a subtype of '%N' but received '%N'", nf->def->name, nf->owner, a[0].as<Type>());
      }
      if (UNLIKELY(!fits && slot)) return RAISE(TypeError, "descriptor '%s' requires a '%N' object but received a '%T'", nf->def->name, nf->owner, a[0]);
      if (UNLIKELY(!fits)) return RAISE(TypeError, "descriptor '%s' for '%N' objects doesn't apply to a '%T' object", nf->def->name, nf->owner, a[0]);
      return call_native(t, nf, {const_cast<Value*>(a), static_cast<uint32_t>(all)}, kwnames);
    }
    if (ty == KAA_TYPE(method)) {
      BoundMethod* m = f.as<BoundMethod>();
      return call_with(t, m->func, m->self, a, n, kwnames);
    }
    if (ty->has(kTypeType) && ty->dunder(D_call) == KAA_TYPE(type)->dunder(D_call)) return type_call(t, f.as<Type>(), a, n, kwnames);
    Value c = ty->dunder(D_call);
    if (!c) return RAISE(TypeError, "'%T' object is not callable", f);
    if (type_of(c) == KAA_TYPE(wrapper_descriptor) && LIKELY(!ty->has(kTypeForeignDunder))) {  // a native type's own: self goes first
      return call_native_with(t, c.as<NativeFunction>(), f, a, all, kwnames);
    }
    if (type_of(c) == KAA_TYPE(function)) return call_with(t, c, f, a, n, kwnames);
    f = TRY(descr_get(t, c, f, ty));
    if (UNLIKELY(++hops > t.recursion_limit)) return RAISE(RecursionError, "maximum recursion depth exceeded");  // a class whose __call__ is an instance of its own
  }
}

Result<Value> frame_builtin(Thread& t, Str* name) {
  Dict* b = t.frame ? t.frame->func->builtins.get() : interp().builtins;
  Opt v = TRY(dict_get(t, b, name));
  return v ? Result<Value>(v.v) : Result<Value>(RAISE(AttributeError, "%U", name));
}

Result<Value> call_tuple(Thread& t, Value f, Tuple* args, Dict* kwargs) {
  if (!kwargs || kwargs->used == 0) {
    Keep k(args);
    return call_args(t, f, args->items, args->size);
  }
  Tuple* names = TRY(new_tuple(t, kwargs->used));
  Tuple* all = TRY(new_tuple(t, args->size + kwargs->used));
  for (uint64_t i = 0; i < args->size; i++) tuple_init(all, i, args->items[i]);
  uint32_t pos = 0, i = 0;
  while (DictEntry* e = dict_next(kwargs, &pos)) {
    if (!is_str(e->key)) return RAISE(TypeError, "keywords must be strings");
    tuple_init(names, i, e->key);
    tuple_init(all, args->size + i, e->value);
    i++;
  }
  Keep k1(names), k2(all);
  return call_args(t, f, all->items, args->size, names);
}

// Native special methods may call themselves through it (views of views, iterators over iterators): each is a level of native recursion.
static Result<Value> call_dunder_general(Thread& t, Dunder d, Value o, Value a, Value b);
Result<Value> call_dunder(Thread& t, Dunder d, Value o, Value a, Value b) {
  Type* ty = type_of(o);
  Value f = ty->dunder(d);
  if (UNLIKELY(!f)) return call_dunder_general(t, d, o, a, b);
  Value args[3] = {o, a, b};
  uint32_t n = 1 + static_cast<bool>(a) + static_cast<bool>(b);
  if ((IS_EXACT(f, wrapper_descriptor) || IS_EXACT(f, method_descriptor)) && LIKELY(!ty->has(kTypeForeignDunder) && t.native_ok())) {
    NativeFunction* nf = f.as<NativeFunction>();
    if (LIKELY(n - nf->sig->direct_min <= nf->sig->direct_span)) return nf->def->fn(t, {args, n});
  } else if (IS_EXACT(f, function)) {
    return call_python(t, f.as<Function>(), args, n, nullptr);
  }
  return call_dunder_general(t, d, o, a, b);
}
[[gnu::noinline]] static Result<Value> call_dunder_general(Thread& t, Dunder d, Value o, Value a, Value b) {
  TRY(native_enter(t));
  Type* ty = type_of(o);
  Value f = ty->dunder(d);
  if (!f) return RAISE(TypeError, "'%T' object has no special method '%U'", o, dunder_name(d));
  Value args[3] = {o, a, b};
  uint32_t n = b ? 3 : a ? 2 : 1;
  if (IS_EXACT(f, wrapper_descriptor) || IS_EXACT(f, method_descriptor)) {
    if (UNLIKELY(ty->has(kTypeForeignDunder))) return call_args(t, f, args, n);  // which looks at self
    return call_native_direct(t, f.as<NativeFunction>(), {args, n});
  }
  Value bound = TRY(descr_get(t, f, o, ty));
  return call_args(t, bound, args + 1, n - 1);
}

// type.__call__: __new__, then __init__ when the result is an instance.
Result<Value> type_call(Thread& t, Type* ty, const Value* a, size_t n, Tuple* kwnames) {
  size_t all = n + (kwnames ? kwnames->size : 0);
  if (ty == KAA_TYPE(type)) {
    if (n == 1 && (!kwnames || !kwnames->size)) return Value(type_of(a[0]));
    if (n != 3) return RAISE(TypeError, "type() takes 1 or 3 arguments");
  }
  if (ty->has(kTypeDisallowInstantiation)) {
    return RAISE(TypeError, "cannot create '%N' instances", ty);
  }
  Value nw = ty->dunder(D_new);
  if (!nw) return RAISE(TypeError, "cannot create '%U' instances", ty->name.get());
  Value obj;
  Prepended p(t, ty, a, all);
  if (p.failed()) return Error{};
  if (nw == KAA_TYPE(object)->dunder(D_new)) {
    if (all && ty->dunder(D_init) == KAA_TYPE(object)->dunder(D_init)) return RAISE(TypeError, "%U() takes no arguments", ty->name.get());
    if (ty->has(kTypeAbstract)) obj = TRY(call_native(t, nw.as<NativeFunction>(), {p.args().p, 1}, nullptr));
    else obj = TRY(alloc_instance(t, ty));
  } else if (LIKELY(IS_EXACT(nw, builtin_function) && nw.as<NativeFunction>()->def->kind == MethodKind::kNew)) {
    obj = TRY(call_native(t, nw.as<NativeFunction>(), p.args(), kwnames));
  } else {
    Value f = TRY(descr_get(t, nw, Value(), ty));
    obj = TRY(call_args(t, f, p.args().p, n + 1, kwnames));
  }
  return init_instance(t, ty, obj, a, n, kwnames);
}

// Calls __init__ of what ty's __new__ has made, if that is an instance of ty.
static Result<Value> init_instance(Thread& t, Type* ty, Value obj, const Value* a, size_t n, Tuple* kwnames) {
  Type* ot = type_of(obj);
  if (ot != ty && !is_subtype(ot, ty)) return obj;
  Value init = ot->dunder(D_init);
  if (init == KAA_TYPE(object)->dunder(D_init)) return obj;
  Prepended q(t, obj, a, n + (kwnames ? kwnames->size : 0));
  if (q.failed()) return Error{};
  Value r;
  Type* it = type_of(init);
  if (it == KAA_TYPE(function)) r = TRY(call_python(t, init.as<Function>(), q.args().p, n + 1, kwnames));
  else if ((it == KAA_TYPE(wrapper_descriptor) || it == KAA_TYPE(method_descriptor)) && !ot->has(kTypeForeignDunder)) r = TRY(call_native(t, init.as<NativeFunction>(), q.args(), kwnames));
  else {
    Value f = TRY(descr_get(t, init, obj, ot));
    r = TRY(call_args(t, f, a, n, kwnames));
  }
  if (!r.is_none()) return RAISE(TypeError, "__init__() should return None, not '%T'", r);
  return obj;
}

Result<Object*> alloc_instance(Thread& t, Type* ty, size_t items_bytes) {
  Shape* s = ty->root;
  size_t size = ty->basicsize + items_bytes;
  bool unusual = ty->has(kTypeVarSized | kTypeHasDel);
  if (UNLIKELY(unusual) && ty->has(kTypeVarSized)) size = (size + 7) & ~size_t{7};
  if (ty->attr_offset) size += sizeof(Value) * (1 + s->inline_cap);
  Object* o = TRY(alloc_object(t, s, size));
  if (UNLIKELY(unusual) && ty->has(kTypeHasDel)) born_eager(t, o);
  return o;
}

Result<Object*> alloc_object(Thread& t, Shape* shape, size_t size) {
  Object* o = t.heap->allocate(shape, size);
  if (UNLIKELY(!o)) return raise_memory(t);
  Value* field = reinterpret_cast<Value*>(o + 1);
  size_t bytes = size - sizeof(Object);
  if (LIKELY(bytes <= 64)) {  // in words, without a call; slots are made of these
    for (Value* end = field + (bytes + 7) / 8; field < end; field++) {
      *field = Value();
      asm volatile("" ::: "memory");
    }
    return o;
  }
  memset(static_cast<void*>(field), 0, bytes);
  return o;
}

// ---- arguments of Python functions
// Edit distance, cut off: case changes cost 1, other edits 2.
static int distance(Str* a, Str* b, int limit) {
  int row[41];
  size_t n = a->length, m = b->length;
  if (n > 40 || m > 40) return limit + 1;
  for (size_t j = 0; j <= m; j++) row[j] = static_cast<int>(j) * 2;
  for (size_t i = 1; i <= n; i++) {
    int diag = row[0];
    row[0] = static_cast<int>(i) * 2;
    for (size_t j = 1; j <= m; j++) {
      uint32_t x = a->at(i - 1), y = b->at(j - 1);
      int sub = x == y ? 0 : ((x ^ y) == 32 && ((x | 32) >= 'a' && (x | 32) <= 'z')) ? 1 : 2;
      int best = diag + sub;
      if (row[j] + 2 < best) best = row[j] + 2;
      if (row[j - 1] + 2 < best) best = row[j - 1] + 2;
      diag = row[j];
      row[j] = best;
    }
  }
  return row[m];
}
Result<Value> keyword_suggestion(Thread&, Code* c, Str* name) {
  Value best = kNone;
  int best_d = 1 << 30;
  for (uint32_t i = c->posonlyargcount; i < c->argcount + c->kwonlyargcount; i++) {
    Str* p = c->varnames->items[i].as<Str>();
    int limit = static_cast<int>((name->length + p->length + 3) * 2 / 6);
    int d = distance(name, p, limit);
    if (d <= limit && d < best_d) { best = p; best_d = d; }
  }
  return best;
}

static Result<Str*> join_names(Thread& t, List* names) {  // 'a', 'b', and 'c'
  uint64_t n = names->size;
  if (n == 1) return repr(t, names->items[0]);
  List* texts = TRY(new_list(t, n));
  for (uint64_t i = 0; i + 1 < n; i++) TRY(list_append(t, texts, TRY(repr(t, names->items[i]))));
  Value joined = TRY(call_method(t, NAME(", "), NAME("join"), texts));
  return str_format(t, "%S%s%R", joined, n > 2 ? ", and " : " and ", names->items[n - 1]);
}

static Error missing_error(Thread& t, Function* f, Value* regs, uint32_t from, uint32_t to, const char* kind) {
  Code* c = f->code;
  Result<List*> names = new_list(t);
  if (!names.ok()) return {};
  for (uint32_t i = from; i < to; i++)
    if (!regs[i] && !list_append(t, names.value(), c->varnames->items[i]).ok()) return {};
  Result<Str*> j = join_names(t, names.value());
  if (!j.ok()) return {};
  uint64_t n = names.value()->size;
  return RAISE(TypeError, "%S() missing %lu required %s argument%s: %U", f->qualname.get(), n, kind, n == 1 ? "" : "s", j.value());
}

static Error too_many_error(Thread& t, Function* f, Value* regs, size_t given) {
  Code* c = f->code;
  uint32_t kw = 0;
  for (uint32_t i = c->argcount; i < c->argcount + c->kwonlyargcount; i++) kw += static_cast<bool>(regs[i]);
  uint64_t ndef = f->defaults ? f->defaults->size : 0;
  char takes[64];
  bool plural = c->argcount != 1;
  if (ndef) snprintf(takes, sizeof takes, "from %u to %u", static_cast<unsigned>(c->argcount - ndef), c->argcount);
  else snprintf(takes, sizeof takes, "%u", c->argcount);
  if (ndef) plural = true;
  char kwtext[96] = "";
  if (kw) snprintf(kwtext, sizeof kwtext, " positional argument%s (and %u keyword-only argument%s)", given != 1 ? "s" : "", kw, kw != 1 ? "s" : "");
  return RAISE(TypeError, "%S() takes %s positional argument%s but %lu%s %s given", f->qualname.get(), takes, plural ? "s" : "", given, kwtext,
               given == 1 && !kw ? "was" : "were");
}

// The rest of bind_quick() without keywords.
static int bind_positional(Thread& t, Frame* nf, const Value* a, size_t n) {
  Function* f = nf->func;
  Value* regs = nf->regs;
  Code* c = nf->code;
  uint32_t argc = c->argcount, total = argc + c->kwonlyargcount, take = n < argc ? static_cast<uint32_t>(n) : argc;
  uint32_t ndef = f->defaults ? static_cast<uint32_t>(f->defaults->size) : 0;
  if (take + ndef < argc) return 0;
  for (uint32_t i = argc; i < total; i++)
    if (!f->kwdefaults || !dict_get_str(f->kwdefaults, c->varnames->items[i].as<Str>())) return 0;
  Value rest, others;
  if (c->flags & kCoVarargs) {
    rest = interp().empty_tuple;
    if (n > argc) {
      Result<Tuple*> u = tuple_of(t, a + argc, n - argc);
      if (UNLIKELY(!u.ok())) return -1;
      rest = u.value();
    }
  }
  if (c->flags & kCoVarkeywords) {
    Result<Dict*> d = new_dict(t);
    if (UNLIKELY(!d.ok())) return -1;
    others = d.value();
  }
  if (regs != a) for (uint32_t i = 0; i < take; i++) regs[i] = a[i];
  for (uint32_t i = take; i < argc; i++) regs[i] = f->defaults->items[i + ndef - argc];
  for (uint32_t i = argc; i < total; i++) regs[i] = dict_get_str(f->kwdefaults, c->varnames->items[i].as<Str>());
  uint32_t end = total;
  if (rest) regs[end++] = rest;
  if (others) regs[end++] = others;
  for (uint32_t i = end; i < c->nlocals; i++) regs[i] = Value();
  return 1;
}

// Names of keywords and parameters are interned, as a rule: those that are not are left to the general way.
int bind_quick(Thread& t, Frame* nf, const Value* a, size_t n, const Value* names, const Value* values, uint32_t nkw) {
  constexpr uint32_t kMaxKeywords = kMaxQuickKeywords, kSurplus = 255;
  Function* f = nf->func;
  Value* regs = nf->regs;
  Code* c = nf->code;
  uint32_t argc = c->argcount, total = argc + c->kwonlyargcount;
  bool varargs = c->flags & kCoVarargs, varkw = c->flags & kCoVarkeywords;
  if (n > argc && !varargs) return 0;
  if (!nkw) return bind_positional(t, nf, a, n);
  if (total > 64 || nkw > kMaxKeywords || c->kwonlyargcount > kMaxKeywords) return 0;
  uint32_t take = n < argc ? static_cast<uint32_t>(n) : argc;
  // Which parameters have a value is settled before any register is written, since the general way reads the arguments again.
  uint64_t given = 0;
  Value kept[kMaxKeywords], surplus[2 * kMaxKeywords];
  uint32_t at[kMaxKeywords], nsurplus = 0;
  for (uint32_t k = 0; k < nkw; k++) {
    Value name = names[k];
    uint32_t i = c->posonlyargcount > take ? c->posonlyargcount : take;
    while (i < total && c->varnames->items[i] != name) i++;
    at[k] = i;
    if (i < total) {
      if (given >> i & 1) return 0;
      given |= uint64_t{1} << i;
      kept[k] = values[k];
      continue;
    }
    if (!varkw || !IS_EXACT(name, str) || !name.object()->flag(kStrInterned)) return 0;
    for (uint32_t p = c->posonlyargcount; p < take; p++)
      if (c->varnames->items[p] == name) return 0;
    for (uint32_t p = 0; p < nsurplus; p++)
      if (surplus[2 * p] == name) return 0;
    at[k] = kSurplus;
    surplus[2 * nsurplus] = name;
    surplus[2 * nsurplus++ + 1] = values[k];
  }
  uint32_t ndef = f->defaults ? static_cast<uint32_t>(f->defaults->size) : 0, first_def = argc > ndef ? argc - ndef : 0;
  for (uint32_t i = take; i < first_def; i++)
    if (!(given >> i & 1)) return 0;
  Value kwdef[kMaxKeywords];
  for (uint32_t i = argc; i < total; i++) {
    if (given >> i & 1) continue;
    Value v = f->kwdefaults ? dict_get_str(f->kwdefaults, c->varnames->items[i].as<Str>()) : Value();
    if (!v) return 0;
    kwdef[i - argc] = v;
  }
  Tuple* rest = nullptr;
  if (varargs) {
    Result<Tuple*> u = n > argc ? tuple_of(t, a + argc, n - argc) : Result<Tuple*>(interp().empty_tuple);
    if (UNLIKELY(!u.ok())) return -1;
    rest = u.value();
  }
  Dict* others = nullptr;
  if (varkw) {
    Result<Dict*> d = new_dict(t);
    if (UNLIKELY(!d.ok())) return -1;
    others = d.value();
    for (uint32_t i = 0; i < nsurplus; i++)
      if (UNLIKELY(!dict_set(t, others, surplus[2 * i], surplus[2 * i + 1]).ok())) return -1;
  }
  if (regs != a) for (uint32_t i = 0; i < take; i++) regs[i] = a[i];
  for (uint32_t i = take; i < argc; i++) regs[i] = i >= first_def ? f->defaults->items[i + ndef - argc] : Value();
  for (uint32_t i = argc; i < total; i++) regs[i] = kwdef[i - argc];
  for (uint32_t k = 0; k < nkw; k++)
    if (at[k] != kSurplus) regs[at[k]] = kept[k];
  uint32_t end = total;
  if (varargs) regs[end++] = rest;
  if (varkw) regs[end++] = others;
  for (uint32_t i = end; i < c->nlocals; i++) regs[i] = Value();
  return 1;
}

Status bind_python(Thread& t, Frame* nf, const Value* a, size_t n, Tuple* kwnames) {
  Function* f = nf->func;
  Value* regs = nf->regs;
  Code* c = nf->code;
  int quick = kwnames && kwnames->size > kMaxQuickKeywords ? 0 : bind_quick(t, nf, a, n, kwnames ? kwnames->items : nullptr, a + n, kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  if (UNLIKELY(quick < 0)) return Error{};
  if (LIKELY(quick)) {
    t.frame = nf;
    return {};
  }
  uint32_t argc = c->argcount, kwonly = c->kwonlyargcount;
  uint32_t kwvals = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  bool varargs = c->flags & kCoVarargs, varkw = c->flags & kCoVarkeywords;
  // The arguments may lie where the registers go: what does not stay in place is copied out first.
  Tuple* kwcopy = nullptr;
  if (kwvals) kwcopy = TRY(tuple_of(t, a + n, kwvals));
  Tuple* surplus = nullptr;
  if (varargs) surplus = TRY(tuple_of(t, a + (n < argc ? n : argc), n > argc ? n - argc : 0));
  uint32_t take = n < argc ? static_cast<uint32_t>(n) : argc;
  if (regs != a) for (uint32_t i = 0; i < take; i++) regs[i] = a[i];
  for (uint32_t i = take; i < c->nlocals; i++) regs[i] = Value();
  nf->pc = c->words;
  t.frame = nf;
  uint32_t at = argc + kwonly;
  if (varargs) regs[at++] = surplus;
  Dict* kwdict = nullptr;
  if (varkw) { kwdict = TRY(new_dict(t)); regs[at] = kwdict; }
  for (uint32_t k = 0; k < kwvals; k++) {
    Str* name = kwnames->items[k].as<Str>();
    if (!is_str(kwnames->items[k])) return RAISE(TypeError, "%S() keywords must be strings", f->qualname.get());
    uint32_t i = c->posonlyargcount, end = argc + kwonly;
    Tuple* vn = c->varnames;
    while (i < end && vn->items[i] != Value(name)) i++;
    if (i == end) { i = c->posonlyargcount; while (i < end && !str_equal(vn->items[i].as<Str>(), name)) i++; }
    if (i < end) {
      if (regs[i]) return RAISE(TypeError, "%S() got multiple values for argument '%U'", f->qualname.get(), name);
      regs[i] = kwcopy->items[k];
      continue;
    }
    if (kwdict) { TRY(dict_set(t, kwdict, name, kwcopy->items[k])); continue; }
    // Positional-only parameters given by name are reported together.
    Str* bad = nullptr;
    for (uint32_t p = 0; p < c->posonlyargcount; p++) {
      for (uint32_t q = 0; q < kwvals; q++)
        if (str_equal(vn->items[p].as<Str>(), kwnames->items[q].as<Str>())) {
          Str* item = vn->items[p].as<Str>();
          bad = bad ? TRY(str_format(t, "%U, %U", bad, item)) : item;
        }
    }
    if (bad) return RAISE(TypeError, "%S() got some positional-only arguments passed as keyword arguments: '%U'", f->qualname.get(), bad);
    Value cand = TRY(keyword_suggestion(t, c, name));
    if (!cand.is_none()) return RAISE(TypeError, "%S() got an unexpected keyword argument '%U'. Did you mean '%S'?", f->qualname.get(), name, cand);
    return RAISE(TypeError, "%S() got an unexpected keyword argument '%U'", f->qualname.get(), name);
  }
  if (n > argc && !varargs) return too_many_error(t, f, regs, n);
  if (n < argc) {
    uint64_t ndef = f->defaults ? f->defaults->size : 0;
    uint32_t first_def = argc - static_cast<uint32_t>(std::min<uint64_t>(ndef, argc));  // __defaults__ may have more than there are parameters
    bool missing = false;
    for (uint32_t i = static_cast<uint32_t>(n); i < first_def; i++) missing |= !regs[i];
    if (missing) return missing_error(t, f, regs, 0, first_def, "positional");
    for (uint32_t i = n > first_def ? static_cast<uint32_t>(n) : first_def; i < argc; i++)
      if (!regs[i]) regs[i] = f->defaults->items[i + ndef - argc];
  }
  if (kwonly) {
    bool missing = false;
    for (uint32_t i = argc; i < argc + kwonly; i++) {
      if (regs[i]) continue;
      if (f->kwdefaults) {
        Opt v = TRY(dict_get(t, f->kwdefaults, c->varnames->items[i]));
        regs[i] = v.v;
      }
      missing |= !regs[i];
    }
    if (missing) return missing_error(t, f, regs, argc, argc + kwonly, "keyword-only");
  }
  return {};
}

}  // namespace kaa
