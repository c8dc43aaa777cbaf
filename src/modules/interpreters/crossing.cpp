// Parcels: objects on their way from one interpreter to another.
//
// A parcel is a tuple (kind, contents...). What cannot be changed and refers to nothing (None, bool, int, float, str) travels as it is; bytes are copied,
// tuples are packed item by item, a memoryview gets a new view of the same memory, queues and channels go by their numbers. With `fallback`, functions without a
// state go as their code, which runs among the names of the other interpreter's __main__, and everything else as a pickle. The heap is one for all
// interpreters, so that a parcel needs no memory of its own kind.
#include "bytecode/bytecode.h"
#include "modules/code_builtins.h"
#include "modules/interpreters/interpreters.h"
#include "runtime/call.h"
#include "runtime/code_builder.h"
#include "types/buffer.h"

namespace kaa::interpreters {

namespace {

enum Kind : int64_t { kSelf, kBytes, kTuple, kView, kFunction, kQueue, kChannel, kPickle };

Result<Value> parcel(Thread& t, Kind kind, Value a) { return TRY(make_tuple(t, small_int(kind), a)); }

// Why a function has a state, or null: what CPython says of it.
const char* state_of(Thread& t, Function* f) {
  Code* c = f->code;
  if (f->closure || c->nfree) return "closures not supported";
  if (f->defaults && f->defaults.get()->size) return "defaults not supported";
  if (f->kwdefaults && length(t, f->kwdefaults.value()).value()) return "keyword defaults not supported";
  if (c->flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator)) return "generators not supported";
  for (uint32_t i = 0; i < c->nwords; i += kOpInfo[code_words(c)[i].op].words) {
    switch (static_cast<Op>(code_words(c)[i].op)) {
      case Op::STORE_GLOBAL: case Op::DEL_GLOBAL: return "globals not supported";
      case Op::LOAD_GLOBAL: {
        Str* name = c->names[code_words(c)[i + 1].index];
        if (dict_get_str(f->globals, name) || !dict_get_str(f->builtins, name)) return "globals not supported";
        break;
      }
      default: break;
    }
  }
  return nullptr;
}

Result<Value> pickled(Thread& t, Value v) {
  Value dumps = TRY(import_attr(t, "pickle", "dumps"));
  Value data = TRY(call(t, dumps, v));
  // The program's file: where what is called __main__.something can be made again. A module run with -m may do anything when it is run once more.
  Value file = kNone;
  Opt main = TRY(dict_get(t, interp().modules, NAME("__main__")));
  Opt spec = main ? TRY(lookup_attr(t, main.v, NAME("__spec__"))) : Opt{};
  if (spec && spec.v.is_none()) {
    Opt f = TRY(lookup_attr(t, main.v, NAME("__file__")));
    if (f && is_str(f.v)) file = f.v;
  }
  return TRY(make_tuple(t, small_int(kPickle), data, file));
}

// The names of another interpreter's program, run here once as a module of its own.
Result<Value> program_module(Thread& t, Value file) {
  Interpreter& here = *interp().current;
  Utf8 u;
  TRY(str_utf8(t, file.as<Str>(), u, true));
  for (auto& [name, module] : here.kept) if (name == u.view()) return module;
  Str* name = NAME("<fake __main__>");
  Value run_path = TRY(import_attr(t, "runpy", "run_path"));
  Value names = TRY(call(t, run_path, file, kNone, name));
  Value module = TRY(call(t, KAA_TYPE(module), name));
  TRY(dict_update(t, module.as<Module>()->dict, names));
  here.kept.push_back({std::string(u.view()), module});
  return module;
}

Result<Value> unpickled(Thread& t, Value data, Value file) {
  Value loads = TRY(import_attr(t, "pickle", "loads"));
  Result<Value> r = call(t, loads, data);
  if (r.ok() || file.is_none() || !exc_matches(t, KAA_TYPE(AttributeError))) return r;
  Value e = take_exc(t);
  Opt owner = TRY(lookup_attr(t, e, NAME("obj")));
  Opt main = TRY(dict_get(t, interp().modules, NAME("__main__")));
  if (!owner || !main || owner.v != main.v) { restore_exc(t, e); return Error{}; }
  Value module = TRY(program_module(t, file));
  TRY(dict_set(t, interp().modules, NAME("__main__"), module));
  r = call(t, loads, data);
  Value pending = r.ok() ? Value() : take_exc(t);
  TRY(dict_set(t, interp().modules, NAME("__main__"), main.v));
  if (pending) restore_exc(t, pending);
  return r;
}

Result<Value> pack_other(Thread& t, Value v) {
  if (IS_EXACT(v, function)) {
    TRY(make_ready(t, v.as<Function>()->code));
    const char* why = state_of(t, v.as<Function>());
    if (!why) return parcel(t, kFunction, v.as<Function>()->code.get());
    Result<Value> p = pickled(t, v);
    if (p.ok()) return p;
    clear_exc(t);
    static_cast<void>(RAISE(ValueError, "%s", why));
    return raise_from(t, errors().not_shareable, TRY(new_str(t, "only stateless functions are shareable")));
  }
  Result<Value> p = pickled(t, v);
  return p.ok() ? p : Result<Value>(not_shareable(t, v));
}

// Copies and views are made where they arrive.
bool crosses_as_itself(Value v) {
  return v.is_none() || v == kTrue || v == kFalse || v.is_int() || is_exact_float(v) || is_exact_str(v);
}

}  // namespace

Error raise_from(Thread& t, Type* cls, Value text) {
  Value cause = t.exc ? take_exc(t) : Value();
  Result<Value> e = call(t, cls, text);
  if (!e.ok()) return Error{};
  if (cause) {
    BaseException* x = e.value().as<BaseException>();
    x->cause.set(cause);
    x->suppress_context = true;
  }
  return raise_value(t, e.value());
}
Error not_shareable(Thread& t, Value v) {
  Value cause = t.exc ? take_exc(t) : Value();
  Result<Str*> text = str_format(t, "%R does not support cross-interpreter data", v);
  if (!text.ok()) return Error{};
  if (cause) restore_exc(t, cause);
  return raise_from(t, errors().not_shareable, text.value());
}

Result<bool> shareable(Thread& t, Value v) {
  if (crosses_as_itself(v) || is_exact_int(v) || IS_EXACT(v, bytes) || IS_EXACT(v, tuple) || IS_EXACT(v, memoryview)) return true;
  static_cast<void>(t);
  return is_queue(v) || is_channel(v);
}

Result<Value> pack(Thread& t, Value v, bool fallback) {
  TRY(native_enter(t));
  if (crosses_as_itself(v)) return parcel(t, kSelf, v);
  if (is_exact_int(v)) {
    if (to_int64(t, v).ok()) return parcel(t, kSelf, v);
    clear_exc(t);
    if (fallback) return pickled(t, v);
    static_cast<void>(RAISE(OverflowError, "try sending as bytes"));
    return not_shareable(t, v);
  }
  if (IS_EXACT(v, bytes)) return parcel(t, kBytes, v);
  if (IS_EXACT(v, memoryview)) return parcel(t, kView, v);
  if (IS_EXACT(v, tuple)) {
    List* items = TRY(new_list(t));
    for (uint64_t i = 0; i < v.as<Tuple>()->size; i++) {
      Result<Value> p = pack(t, v.as<Tuple>()->items[i], fallback);
      if (!p.ok()) return not_shareable(t, v);
      TRY(list_append(t, items, p.value()));
    }
    return parcel(t, kTuple, TRY(tuple_from(t, items)));
  }
  if (is_queue(v)) return parcel(t, kQueue, TRY(queue_ticket(t, v)));
  if (is_channel(v)) return parcel(t, kChannel, TRY(channel_address(t, v)));
  if (!fallback) return not_shareable(t, v);
  return pack_other(t, v);
}

Result<Value> unpack(Thread& t, Value v) {
  Tuple* p = v.as<Tuple>();
  Value a = p->items[1];
  switch (static_cast<Kind>(p->items[0].as_int())) {
    case kSelf: return a;
    case kBytes: {
      Bytes* b = TRY(new_bytes(t, nullptr, a.as<Bytes>()->size));
      memcpy(b->data(), a.as<Bytes>()->data(), b->size);
      return b;
    }
    case kTuple: {
      List* items = TRY(new_list(t));
      for (uint64_t i = 0; i < a.as<Tuple>()->size; i++) TRY(list_append(t, items, TRY(unpack(t, a.as<Tuple>()->items[i]))));
      return TRY(tuple_from(t, items));
    }
    case kView: return TRY(new_memoryview(t, a));
    case kFunction: return TRY(new_function(t, a.as<Code>(), TRY(main_namespace(t))));
    case kQueue: return queue_from_ticket(t, a);
    case kChannel: return channel_at(t, a);
    case kPickle: break;
  }
  Result<Value> r = unpickled(t, a, p->items[2]);
  if (r.ok()) return r;
  return raise_from(t, errors().not_shareable, TRY(new_str(t, "object could not be unpickled")));
}

Result<Code*> script_code(Thread& t, Value v) {
  if (IS_EXACT(v, function) || IS_EXACT(v, code)) {
    Function* f = IS_EXACT(v, function) ? v.as<Function>() : nullptr;
    Code* c = f ? f->code.get() : v.as<Code>();
    if (c->argcount || c->kwonlyargcount || (c->flags & (kCoVarargs | kCoVarkeywords))) return RAISE(ValueError, "code with args not supported");
    TRY(make_ready(t, c));
    if (c->nfree) return RAISE(ValueError, "closures not supported");
    if (c->flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator)) return RAISE(ValueError, "generators not supported");
    for (uint32_t i = 0; i < c->nwords; i += kOpInfo[code_words(c)[i].op].words)
      if (static_cast<Op>(code_words(c)[i].op) == Op::RETURN) return RAISE(ValueError, "code that returns a value is not a script");
    return c;
  }
  if (!is_str(v) && !has_buffer(v)) return RAISE(TypeError, "unsupported script %R", v);
  std::string text;
  uint32_t flags = 0;
  TRY(source_text(t, v, NAME("<script>"), "exec", "string, bytes or code", &flags, text));
  return compile_utf8(t, text, NAME("<script>"), CompileMode::kExec, flags, -1);
}

Result<Dict*> main_namespace(Thread& t) {
  Opt m = TRY(dict_get(t, interp().modules, NAME("__main__")));
  if (!m || !is_instance(m.v, KAA_TYPE(module))) return RAISE(RuntimeError, "unable to get the __main__ module");
  return m.v.as<Module>()->dict.get();
}

}  // namespace kaa::interpreters
