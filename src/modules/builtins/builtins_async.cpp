// anext(iterator, default): an awaitable around __anext__()'s that turns StopAsyncIteration into the default.
#include "interp/generator.h"
#include "modules/builtins/builtins.h"
#include "runtime/types.h"

namespace kaa {

namespace {

struct AnextAwaitable : Object {
  Field<> wrapped, fallback;
  template <class F> void each_field(F&& f) { f(wrapped); f(fallback); }
};

Type* g_anext_type;  // made once at start-up

// An exception that leaves the wrapped awaitable: the end of the asynchronous iterator is a return of the default.
Error translate(Thread& t, AnextAwaitable* self) {
  if (!exc_matches(t, KAA_TYPE(StopAsyncIteration))) return {};
  clear_exc(t);
  return raise_stop_iteration(t, self->fallback);
}

// What is stepped. A coroutine that waits itself is the rule here: that it is awaited already says nothing.
Result<Value> wrapped_iter(Thread& t, AnextAwaitable* self) {
  if (IS_EXACT(self->wrapped.value(), coroutine)) return self->wrapped.value();
  return get_awaitable(t, self->wrapped, 0);
}

Result<Value> step_method(Thread& t, AnextAwaitable* self, const char* name, const Value* a, size_t n) {
  Value it = TRY(wrapped_iter(t, self));
  Value m = TRY(get_attr(t, it, intern_name(name)));
  Result<Value> r = call_args(t, m, a, n);
  if (!r.ok()) return translate(t, self);
  return r;
}

Result<Value> anext_awaitable_next(Thread& t, Object* o) {
  AnextAwaitable* self = static_cast<AnextAwaitable*>(o);
  Value it = TRY(wrapped_iter(t, self));
  if (!type_of(it)->iternext && !type_of(it)->dunder(D_next)) {  // a coroutine
    Value none = kNone;
    return step_method(t, self, "send", &none, 1);
  }
  Result<Value> r = next_value(t, it, Value());
  if (!r.ok()) return translate(t, self);
  return r;
}

Result<Value> anext_awaitable_await(Thread&, Args a) { return a[0]; }
Result<Value> anext_awaitable_send(Thread& t, Args a) { return step_method(t, a.as<AnextAwaitable>(0), "send", a.p + 1, a.n - 1); }
Result<Value> anext_awaitable_throw(Thread& t, Args a) { return step_method(t, a.as<AnextAwaitable>(0), "throw", a.p + 1, a.n - 1); }
Result<Value> anext_awaitable_close(Thread& t, Args a) { return step_method(t, a.as<AnextAwaitable>(0), "close", a.p + 1, a.n - 1); }

const MethodDef k_methods[] = {
    {"__await__", anext_awaitable_await, "($self, /)", "The iterator behind await: itself."},
    {"send", anext_awaitable_send, nullptr, "Sends a value to the awaited iterator."},
    {"throw", anext_awaitable_throw, nullptr, "Raises an exception in the awaited iterator."},
    {"close", anext_awaitable_close, nullptr, "Closes the awaited iterator."},
};
const TypeSpec k_spec = {
    .methods = k_methods, .iternext = anext_awaitable_next, .layout = &kLayout<AnextAwaitable>, .flags = kTypeDisallowInstantiation};

}  // namespace

Status init_anext_type(Thread& t) {
  if (!g_anext_type) g_anext_type = TRY(make_native_type(t, "builtins.anext_awaitable", nullptr, k_spec));
  return {};
}

Result<Value> anext_with_default(Thread& t, Value awaitable, Value fallback) {
  AnextAwaitable* a = TRY(alloc_as<AnextAwaitable>(t, g_anext_type));
  a->wrapped.init(awaitable);
  a->fallback.init(fallback);
  return Value(a);
}

}  // namespace kaa
