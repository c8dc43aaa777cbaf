// The module: Pickler and Unpickler as Python sees them, their memos, and dump(), dumps(), load(), loads().
#include "modules/native_new.h"
#include "modules/new_exception.h"
#include "modules/pickle/pickle.h"
#include "modules/posix/sys_util.h"
#include "runtime/interpreters.h"
#include "runtime/types.h"
#include "types/dict.h"
#include "types/objmodel.h"

namespace kaa::pickle {

State& state() {
  static State* s = [] {
    auto* n = new State{};
    own_state("_pickle", &n->library, sizeof n->library);  // the types are everybody's
    return n;
  }();
  return *s;
}

namespace {

// ---- Pickler

Error in_use(Thread& t, const char* what) { return RAISE(RuntimeError, "%s object is already used", what); }

}  // namespace

Status pickler_init(Thread& t, Pickler* p, Value file, Value protocol, bool fix_imports, Value buffer_callback) {
  int64_t proto = kDefaultProtocol;
  if (protocol && !protocol.is_none()) {
    proto = TRY(to_cint(t, protocol));
    if (proto < 0) proto = kHighestProtocol;
    if (proto > kHighestProtocol) return RAISE(ValueError, "pickle protocol must be <= %d", kHighestProtocol);
  }
  if (buffer_callback && buffer_callback.is_none()) buffer_callback = Value();
  if (buffer_callback && proto < 5) return RAISE(ValueError, "buffer_callback needs protocol >= 5");
  Value write;
  if (file) {
    Opt w = TRY(lookup_attr(t, file, NAME("write")));
    if (!w) return RAISE(TypeError, "file must have a 'write' attribute");
    write = w.v;
  }
  p->protocol = proto;
  p->bin = proto > 0;
  p->fix_imports = fix_imports && proto < 3;
  p->buffer_callback.set(buffer_callback);
  p->write.set(write);
  return {};
}

Status pickler_dump(Thread& t, Pickler* p, Value v, Bytes** result) {
  Keep keep(p), keep_v(v);
  p->running = true;
  Saver saver(t, p);
  auto run = [&]() -> Status {
    if (p->type() != state().pickler || p->persistent_id_attr) {
      Value id = TRY(get_attr(t, p, NAME("persistent_id")));
      bool standard = IS_EXACT(id, builtin_function) && id.as<NativeFunction>()->owner == state().pickler;
      if (!standard) p->persistent_id.set(id);
      Opt own = TRY(lookup_attr(t, p, NAME("reducer_override")));
      p->reducer_override.set(own.v);
    }
    TRY(saver.dump(v));
    return saver.finish(result);
  };
  Status s = run();
  p->persistent_id.clear();
  p->reducer_override.clear();
  p->fast_memo.clear();
  p->fast_nesting = 0;
  p->running = false;
  return s;
}

namespace {

const MethodDef k_pickler_sig{"Pickler", static_cast<NativeFn>(nullptr), "($self, /, file, protocol=None, fix_imports=True, buffer_callback=None)", nullptr, MethodKind::kMethod};

Result<Value> pickler_new(Thread& t, Args a, Tuple*) {
  if (!a.n || !is_type(a[0])) return RAISE(TypeError, "Pickler.__new__(): not enough arguments");
  return TRY(alloc_as<Pickler>(t, a.as<Type>(0)));
}
Result<Value> pickler_init_method(Thread& t, Args a, Tuple* kwnames) {
  Value v[5];
  TRY(bind_raw(t, "Pickler", *parse_signature(t, k_pickler_sig), a, kwnames, v, nullptr, nullptr));
  Pickler* p = v[0].as<Pickler>();
  if (p->running) return in_use(t, "Pickler");
  TRY(pickler_init(t, p, v[1], v[2], TRY(bool_arg(t, v[3], true)), v[4]));
  memo_clear(p);
  p->fast = 0;
  Opt table = TRY(lookup_attr(t, p, NAME("dispatch_table")));
  p->dispatch_table.set(table.v);
  return kNone;
}
Result<Value> pickler_dump_method(Thread& t, Args a) {
  Pickler* p = a.as<Pickler>(0);
  if (p->running) return in_use(t, "Pickler");
  if (!p->write) return PICKLING_ERROR("Pickler.__init__() was not called by %N.__init__()", p->type());
  TRY(pickler_dump(t, p, a[1], nullptr));
  return kNone;
}
Result<Value> pickler_clear_memo(Thread& t, Args a) {
  if (a.as<Pickler>(0)->running) return in_use(t, "Pickler");
  memo_clear(a.as<Pickler>(0));
  return kNone;
}
Result<Value> pickler_persistent_id(Thread&, Args) { return kNone; }

// persistent_id and persistent_load are methods that can be replaced on an object: what is assigned is kept apart.
template <class T, Field<> T::*F>
Result<Value> get_with_hook(Thread& t, Args a, Str* hook) {
  Str* name = TRY(attribute_name(t, a[1]));
  T* self = a.as<T>(0);
  if (name == hook && self->*F) return (self->*F).value();
  return generic_get_attr(t, a[0], name);
}
template <class T, Field<> T::*F>
Result<Value> set_with_hook(Thread& t, Args a, Str* hook) {
  Str* name = TRY(attribute_name(t, a[1]));
  T* self = a.as<T>(0);
  if (name != hook) {
    TRY(generic_set_attr(t, a[0], name, a[2]));
    return kNone;
  }
  if (!a[2] && !(self->*F)) return RAISE(AttributeError, "%U", name);
  (self->*F).set(a[2]);
  return kNone;
}
Result<Value> pickler_getattribute(Thread& t, Args a) { return get_with_hook<Pickler, &Pickler::persistent_id_attr>(t, a, NAME("persistent_id")); }
Result<Value> pickler_setattr(Thread& t, Args a) { return set_with_hook<Pickler, &Pickler::persistent_id_attr>(t, a, NAME("persistent_id")); }
Result<Value> unpickler_getattribute(Thread& t, Args a) { return get_with_hook<Unpickler, &Unpickler::persistent_load_attr>(t, a, NAME("persistent_load")); }
Result<Value> unpickler_setattr(Thread& t, Args a) { return set_with_hook<Unpickler, &Unpickler::persistent_load_attr>(t, a, NAME("persistent_load")); }

Result<Value> layout_size(Thread&, Args a) {
  Object* o = a.as<Object>(0);
  return small_int(static_cast<int64_t>(object_size(o)));
}

const MethodDef k_pickler_methods[] = {
    {"__new__", pickler_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", pickler_init_method, "($self, /, file, protocol=None, fix_imports=True, buffer_callback=None)", "Prepares a pickler that writes to a binary file."},
    {"__getattribute__", pickler_getattribute, "($self, name, /)", nullptr},
    {"__setattr__", pickler_setattr, "($self, name, value, /)", nullptr},
    {"__delattr__", pickler_setattr, "($self, name, /)", nullptr},
    {"dump", pickler_dump_method, "($self, obj, /)", "Writes the pickle of an object to the file."},
    {"clear_memo", pickler_clear_memo, "($self, /)", "Forgets what was pickled before."},
    {"persistent_id", pickler_persistent_id, "($self, obj, /)", "For subclasses: an id that is pickled in place of the object, or None."},
    {"__sizeof__", layout_size, "($self, /)", "The object's size in memory, in bytes."},
};

template <int64_t Pickler::*F>
Status set_number(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete numeric/char attribute");
  int64_t n = TRY(to_int64(t, v));
  if (n > INT32_MAX || n < INT32_MIN) return RAISE(OverflowError, n > 0 ? "Python int too large to convert to C int" : "Python int too large to convert to C int");
  self.as<Pickler>()->*F = n;
  return {};
}
template <int64_t Pickler::*F>
Result<Value> get_number(Thread& t, Value self) { return make_int(t, self.as<Pickler>()->*F); }

Result<Value> get_dispatch_table(Thread& t, Value self) {
  if (Pickler* p = self.as<Pickler>(); p->dispatch_table) return p->dispatch_table.value();
  return RAISE(AttributeError, "'%T' object has no attribute 'dispatch_table'", self);
}
Status set_dispatch_table(Thread& t, Value self, Value v) {
  Pickler* p = self.as<Pickler>();
  if (!v && !p->dispatch_table) return RAISE(AttributeError, "dispatch_table");
  p->dispatch_table.set(v);
  return {};
}
const GetSetDef k_pickler_getsets[] = {
    {"bin", get_number<&Pickler::bin>, set_number<&Pickler::bin>, nullptr},
    {"fast", get_number<&Pickler::fast>, set_number<&Pickler::fast>, nullptr},
    {"dispatch_table", get_dispatch_table, set_dispatch_table, nullptr},
    {"memo", pickler_get_memo, pickler_set_memo, nullptr},
};

// ---- Unpickler

}  // namespace

Status unpickler_init(Thread& t, Unpickler* u, Value file, bool fix_imports, Value encoding, Value errors, Value buffers, const char* fname) {
  for (auto [v, name] : {std::pair{encoding, "encoding"}, std::pair{errors, "errors"}})
    if (v && !is_str(v)) return RAISE(TypeError, "%s() argument '%s' must be str, not %T", fname, name, v);
  Value peek, readinto, read, readline, iterator;
  if (file) {
    peek = TRY(lookup_attr(t, file, NAME("peek"))).v;
    readinto = TRY(lookup_attr(t, file, NAME("readinto"))).v;
    read = TRY(lookup_attr(t, file, NAME("read"))).v;
    readline = TRY(lookup_attr(t, file, NAME("readline"))).v;
    if (!read || !readline) return RAISE(TypeError, "file must have 'read' and 'readline' attributes");
  }
  if (buffers && !buffers.is_none()) iterator = TRY(get_iter(t, buffers));
  u->read.set(read);
  u->readline.set(readline);
  u->readinto.set(readinto);
  u->peek.set(peek);
  u->buffers.set(iterator);
  u->encoding.set(encoding ? encoding.as<Str>() : NAME("ASCII"));
  u->errors.set(errors ? errors.as<Str>() : NAME("strict"));
  u->fix_imports = fix_imports;
  u->protocol = 0;
  u->chunk.clear();
  u->in = nullptr;
  u->pos = u->len = u->limit = u->taken = 0;
  u->framed = false;
  unpickler_clear(u);
  return {};
}

namespace {

constexpr const char* kUnpicklerSig = "($self, /, file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())";
const MethodDef k_unpickler_sig{"Unpickler", static_cast<NativeFn>(nullptr), kUnpicklerSig, nullptr, MethodKind::kMethod};

Result<Value> unpickler_new(Thread& t, Args a, Tuple*) {
  if (!a.n || !is_type(a[0])) return RAISE(TypeError, "Unpickler.__new__(): not enough arguments");
  return TRY(alloc_as<Unpickler>(t, a.as<Type>(0)));
}
Result<Value> unpickler_init_method(Thread& t, Args a, Tuple* kwnames) {
  Value v[6];
  TRY(bind_raw(t, "Unpickler", *parse_signature(t, k_unpickler_sig), a, kwnames, v, nullptr, nullptr));
  Unpickler* u = v[0].as<Unpickler>();
  if (u->running) return in_use(t, "Unpickler");
  TRY(unpickler_init(t, u, v[1], TRY(bool_arg(t, v[2], true)), v[3], v[4], v[5], "Unpickler"));
  unpickler_memo_clear(u);
  return kNone;
}
Result<Value> unpickler_load_method(Thread& t, Args a) {
  Unpickler* u = a.as<Unpickler>(0);
  if (u->running) return in_use(t, "Unpickler");
  if (!u->read) return UNPICKLING_ERROR("Unpickler.__init__() was not called by %N.__init__()", u->type());
  return unpickler_load(t, u);
}
Result<Value> unpickler_find_class(Thread& t, Args a) { return find_class(t, a.as<Unpickler>(0), a[1], a[2]); }
Result<Value> unpickler_persistent_load(Thread& t, Args) {
  return UNPICKLING_ERROR("A load persistent id instruction was encountered, but no persistent_load function was specified.");
}
const MethodDef k_unpickler_methods[] = {
    {"__new__", unpickler_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", unpickler_init_method, kUnpicklerSig, "Prepares an unpickler that reads a binary file."},
    {"__getattribute__", unpickler_getattribute, "($self, name, /)", nullptr},
    {"__setattr__", unpickler_setattr, "($self, name, value, /)", nullptr},
    {"__delattr__", unpickler_setattr, "($self, name, /)", nullptr},
    {"load", unpickler_load_method, "($self, /)", "Reads a pickle, and makes the object."},
    {"find_class", unpickler_find_class, "($self, module_name, global_name, /)", "The object of that name in a module, which is imported."},
    {"persistent_load", unpickler_persistent_load, "($self, pid, /)", "For subclasses: the object of a persistent id."},
    {"__sizeof__", layout_size, "($self, /)", "The object's size in memory, in bytes."},
};
const GetSetDef k_unpickler_getsets[] = {{"memo", unpickler_get_memo, unpickler_set_memo, nullptr}};

// ---- memos: objects that show the memo of their owner

struct MemoProxy : Object {
  Field<> owner;
  template <class F> void each_field(F&& f) { f(owner); }
};
Result<Value> make_proxy(Thread& t, Type* type, Value owner) {
  MemoProxy* m = TRY(alloc<MemoProxy>(t, type->root));
  m->owner.init(owner);
  return m;
}
Pickler* pickler_of(Args a) { return a.as<MemoProxy>(0)->owner.value().as<Pickler>(); }
Unpickler* unpickler_of(Args a) { return a.as<MemoProxy>(0)->owner.value().as<Unpickler>(); }

Result<Value> pickler_memo_copy(Thread& t, Args a) {
  Pickler* p = pickler_of(a);
  Dict* d = TRY(new_dict(t));
  for (uint64_t i = 0; i < p->memo_cap; i++) {
    if (!p->memo[i].key) continue;
    MemoEntry e = p->memo[i];
    Value pair = TRY(make_tuple(t, small_int(static_cast<int64_t>(e.index)), e.key));
    TRY(dict_set(t, d, TRY(id_value(t, e.key)), pair));
  }
  return d;
}
Result<Value> pickler_memo_clear(Thread&, Args a) {
  memo_clear(pickler_of(a));
  return kNone;
}
Result<Value> unpickler_memo_copy(Thread& t, Args a) {
  Unpickler* u = unpickler_of(a);
  Dict* d = TRY(new_dict(t));
  for (uint64_t i = 0; i < u->memo_cap; i++)
    if (u->memo[i]) TRY(dict_set(t, d, small_int(static_cast<int64_t>(i)), u->memo[i]));
  return d;
}
Result<Value> unpickler_memo_clear_method(Thread&, Args a) {
  unpickler_memo_clear(unpickler_of(a));
  return kNone;
}
template <Result<Value> (*Copy)(Thread&, Args)>
Result<Value> memo_reduce(Thread& t, Args a) {
  Value copy = TRY(Copy(t, a));
  Value args = TRY(make_tuple(t, copy));
  return TRY(make_tuple(t, Value(KAA_TYPE(dict)), args));
}
const MethodDef k_pickler_memo_methods[] = {
    {"clear", pickler_memo_clear, "($self, /)", "Forgets everything."},
    {"copy", pickler_memo_copy, "($self, /)", "A dict with the same contents."},
    {"__reduce__", memo_reduce<pickler_memo_copy>, "($self, /)", "Pickled as a dict."},
};
const MethodDef k_unpickler_memo_methods[] = {
    {"clear", unpickler_memo_clear_method, "($self, /)", "Forgets everything."},
    {"copy", unpickler_memo_copy, "($self, /)", "A dict with the same contents."},
    {"__reduce__", memo_reduce<unpickler_memo_copy>, "($self, /)", "Pickled as a dict."},
};

}  // namespace

Result<Value> pickler_get_memo(Thread& t, Value self) { return make_proxy(t, state().pickler_memo, self); }
Status pickler_set_memo(Thread& t, Value self, Value v) {
  Pickler* p = self.as<Pickler>();
  if (!v) return RAISE(TypeError, "attribute deletion is not supported");
  if (p->running) return in_use(t, "Pickler");
  if (type_of(v) == state().pickler_memo) {
    Value proxy[1] = {v};
    v = TRY(pickler_memo_copy(t, {proxy, 1}));
  } else if (!is_dict(v)) {
    return RAISE(TypeError, "'memo' attribute must be a PicklerMemoProxy object or dict, not %T", v);
  }
  Dict* d = TRY(dict_copy(t, v.as<Dict>()));
  Keep keep(d);
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    if (!is_tuple(e->value) || e->value.as<Tuple>()->size != 2) return RAISE(TypeError, "'memo' values must be 2-item tuples");
    TRY(to_ssize(t, e->value.as<Tuple>()->items[0]));
  }
  memo_clear(p);
  pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    Tuple* pair = e->value.as<Tuple>();
    if (!memo_find(p, pair->items[1])) TRY(memo_add(t, p, pair->items[1], static_cast<uint64_t>(TRY(to_ssize(t, pair->items[0])))));
  }
  return {};
}
Result<Value> unpickler_get_memo(Thread& t, Value self) { return make_proxy(t, state().unpickler_memo, self); }
Status unpickler_set_memo(Thread& t, Value self, Value v) {
  Unpickler* u = self.as<Unpickler>();
  if (!v) return RAISE(TypeError, "attribute deletion is not supported");
  if (u->running) return in_use(t, "Unpickler");
  if (type_of(v) == state().unpickler_memo) {
    Value proxy[1] = {v};
    v = TRY(unpickler_memo_copy(t, {proxy, 1}));
  } else if (!is_dict(v)) {
    return RAISE(TypeError, "'memo' attribute must be an UnpicklerMemoProxy object or dict, not %T", v);
  }
  Dict* d = TRY(dict_copy(t, v.as<Dict>()));
  Keep keep(d);
  uint32_t pos = 0;
  uint64_t need = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    if (!is_int(e->key)) return RAISE(TypeError, "memo key must be integers");
    int64_t i = TRY(to_ssize(t, e->key));
    if (i < 0) return RAISE(ValueError, "memo key must be positive integers.");
    if (static_cast<uint64_t>(i) >= need) need = static_cast<uint64_t>(i) + 1;
  }
  unpickler_memo_clear(u);
  TRY(unpickler_memo_reserve(t, u, need));
  pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    int64_t i = TRY(to_ssize(t, e->key));
    if (!u->memo[i]) u->memo_used++;
    Value old = u->memo[i];
    inc(e->value);
    u->memo[i] = e->value;
    if (old) dec(old);
  }
  return {};
}

const TypeSpec pickler_spec = {.doc = "Writes objects as pickles to a binary file.", .methods = k_pickler_methods, .getsets = k_pickler_getsets, .layout = &kLayout<Pickler>, .flags = kTypeBase};
const TypeSpec unpickler_spec = {.doc = "Reads objects from pickles in a binary file.", .methods = k_unpickler_methods, .getsets = k_unpickler_getsets, .layout = &kLayout<Unpickler>, .flags = kTypeBase};
const TypeSpec pickler_memo_spec = {.doc = nullptr, .methods = k_pickler_memo_methods, .layout = &kLayout<MemoProxy>, .flags = kTypeDisallowInstantiation, .unhashable = "PicklerMemoProxy"};
const TypeSpec unpickler_memo_spec = {.doc = nullptr, .methods = k_unpickler_memo_methods, .layout = &kLayout<MemoProxy>, .flags = kTypeDisallowInstantiation, .unhashable = "UnpicklerMemoProxy"};

// ---- functions

namespace {

Result<Pickler*> new_pickler(Thread& t, Value file, Value protocol, Value fix_imports, Value buffer_callback) {
  Pickler* p = TRY(alloc<Pickler>(t, state().pickler->root));
  TRY(pickler_init(t, p, file, protocol, TRY(bool_arg(t, fix_imports, true)), buffer_callback));
  return p;
}
// The memo goes at once: it would keep what was pickled, or what was read, until the next reconcile.
Result<Value> pickle_dump(Thread& t, Args a) {
  Pickler* p = TRY(new_pickler(t, a[1], a[2], a[3], a[4]));
  Status s = pickler_dump(t, p, a[0], nullptr);
  memo_clear(p);
  TRY(s);
  return kNone;
}
Result<Value> pickle_dumps(Thread& t, Args a) {
  Pickler* p = TRY(new_pickler(t, Value(), a[1], a[2], a[3]));
  Bytes* result = nullptr;
  Status s = pickler_dump(t, p, a[0], &result);
  memo_clear(p);
  TRY(s);
  return result;
}
Result<Value> pickle_load(Thread& t, Args a) {
  Unpickler* u = TRY(alloc<Unpickler>(t, state().unpickler->root));
  TRY(unpickler_init(t, u, a[0], TRY(bool_arg(t, a[1], true)), a[2], a[3], a[4], "load"));
  Result<Value> r = unpickler_load(t, u);
  unpickler_memo_clear(u);
  return r;
}
Result<Value> pickle_loads(Thread& t, Args a) {
  Unpickler* u = TRY(alloc<Unpickler>(t, state().unpickler->root));
  TRY(unpickler_init(t, u, Value(), TRY(bool_arg(t, a[1], true)), a[2], a[3], a[4], "loads"));
  Keep keep(u), keep_data(a[0]);
  BufferHold hold;  // the data stay where they are meanwhile
  TRY(hold.get(t, a[0]));
  u->in = hold.data();
  u->len = hold.size();
  Result<Value> r = unpickler_load(t, u);
  unpickler_memo_clear(u);
  u->in = nullptr;
  u->pos = u->len = u->limit = 0;
  return r;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"dump", pickle_dump, "(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)", "Writes the pickle of an object to a binary file.", kF},
    {"dumps", pickle_dumps, "(obj, protocol=None, *, fix_imports=True, buffer_callback=None)", "The pickle of an object.", kF},
    {"load", pickle_load, "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())", "Reads a pickle from a binary file, and makes the object.", kF},
    {"loads", pickle_loads, "(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())", "Makes the object of a pickle.", kF},
};

Result<Dict*> import_dict(Thread& t, const char* module, const char* name) {
  Value v = TRY(import_attr(t, module, name));
  if (!IS_EXACT(v, dict)) return RAISE(RuntimeError, "%s.%s should be a dict, not %T", module, name, v);
  return v.as<Dict>();
}

Status exec(Thread& t, Module* m) {
  State& s = state();
  s.library.dispatch_table = TRY(import_dict(t, "copyreg", "dispatch_table"));
  s.library.extension_registry = TRY(import_dict(t, "copyreg", "_extension_registry"));
  s.library.inverted_registry = TRY(import_dict(t, "copyreg", "_inverted_registry"));
  s.library.extension_cache = TRY(import_dict(t, "copyreg", "_extension_cache"));
  s.library.name_mapping = TRY(import_dict(t, "_compat_pickle", "NAME_MAPPING"));
  s.library.import_mapping = TRY(import_dict(t, "_compat_pickle", "IMPORT_MAPPING"));
  s.library.reverse_name_mapping = TRY(import_dict(t, "_compat_pickle", "REVERSE_NAME_MAPPING"));
  s.library.reverse_import_mapping = TRY(import_dict(t, "_compat_pickle", "REVERSE_IMPORT_MAPPING"));
  s.library.encode = TRY(import_attr(t, "codecs", "encode"));
  s.library.getattr = dict_get_str(interp().builtins, NAME("getattr"));
  s.library.partial = TRY(import_attr(t, "functools", "partial"));
  if (!s.pickler || in_main_interpreter()) {
    s.pickler = TRY(make_native_type(t, "_pickle.Pickler", nullptr, pickler_spec));
    s.unpickler = TRY(make_native_type(t, "_pickle.Unpickler", nullptr, unpickler_spec));
    s.pickler_memo = TRY(make_native_type(t, "_pickle.PicklerMemoProxy", nullptr, pickler_memo_spec));
    s.unpickler_memo = TRY(make_native_type(t, "_pickle.UnpicklerMemoProxy", nullptr, unpickler_memo_spec));
    s.buffer = TRY(make_native_type(t, "pickle.PickleBuffer", nullptr, pickle_buffer_spec));
    s.pickle_error = TRY(new_exception(t, "_pickle", "PickleError", KAA_TYPE(Exception)));
    s.pickle_error->rc |= kImmortal;
    s.pickling_error = TRY(new_exception(t, "_pickle", "PicklingError", s.pickle_error));
    s.pickling_error->rc |= kImmortal;
    s.unpickling_error = TRY(new_exception(t, "_pickle", "UnpicklingError", s.pickle_error));
    s.unpickling_error->rc |= kImmortal;
  }
  for (Type* ty : {s.pickler, s.unpickler, s.buffer, s.pickle_error, s.pickling_error, s.unpickling_error}) TRY(dict_set(t, m->dict, ty->name.get(), ty));
  return {};
}

}  // namespace
}  // namespace kaa::pickle

namespace kaa {
extern const ModuleDef _pickle_module = {.name = "_pickle", .doc = "Pickling and unpickling.", .functions = pickle::k_functions, .exec = pickle::exec};
}  // namespace kaa
