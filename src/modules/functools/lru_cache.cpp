// functools._lru_cache_wrapper: the callable that lru_cache makes.
//
// A bounded cache keeps a list of links in order of use, oldest first, beside a dict from keys to links. A link holds its successor counted and its
// predecessor uncounted, so the list is no cycle: what is linked is alive.
#include "modules/functools/functools.h"
#include "types/dict.h"

namespace kaa::functools {

namespace {

struct Link : Object {
  Field<Link*> next;
  Link* prev;        // not counted
  Field<> key, value;
  int64_t hash;
  template <class F> void each_field(F&& f) { f(next); f(key); f(value); }
};

struct Cache : Object {
  Field<> func;
  Field<Dict*> dict;      // bounded: keys to links; unbounded: keys to values
  Field<> info_type;
  Field<Link*> first;     // the oldest
  Link* last;             // not counted
  int64_t max;            // -1: unbounded
  int64_t hits, misses;
  bool typed;
  template <class F> void each_field(F&& f) { f(func); f(dict); f(info_type); f(first); }
};

// Stands between positional and keyword arguments in a key.
struct Marker : Object {};
const TypeSpec k_link_spec = {.layout = &kLayout<Link>, .flags = kTypeDisallowInstantiation};
const TypeSpec k_marker_spec = {.layout = &kLayout<Marker>, .flags = kTypeDisallowInstantiation};
Type* g_link_type;

Result<Value> keyword_marker(Thread& t) {
  static Root<Value> marker;
  if (!marker.get()) {
    Type* ty = TRY(make_native_type(t, "functools._kwd_mark", nullptr, k_marker_spec));
    marker = Value(TRY(alloc_as<Marker>(t, ty)));
  }
  return marker.get();
}

void unlink(Cache* c, Link* link) {
  Link* next = link->next;
  Link* prev = link->prev;
  if (next) next->prev = prev;
  else c->last = prev;
  if (prev) prev->next.set(next);
  else c->first.set(next);
  link->next.clear();
  link->prev = nullptr;
}
void append(Cache* c, Link* link) {
  link->prev = c->last;
  if (c->last) c->last->next.set(link);
  else c->first.set(link);
  c->last = link;
}

Result<Value> make_key(Thread& t, Args a, Tuple* kwnames, bool typed) {
  uint64_t n = positional_count(a, kwnames) - 1, nkw = kwnames ? kwnames->size : 0;
  if (!typed && !nkw) {
    if (n == 1 && (is_exact_int(a[1]) || is_exact_str(a[1]))) return a[1];
    return TRY(tuple_of(t, a.p + 1, n));
  }
  Tuple* key = TRY(new_tuple(t, n + (nkw ? 1 + 2 * nkw : 0) + (typed ? n + nkw : 0)));
  uint64_t k = 0;
  for (uint64_t i = 0; i < n; i++) tuple_init(key, k++, a.p[1 + i]);
  if (nkw) tuple_init(key, k++, TRY(keyword_marker(t)));
  for (uint64_t i = 0; i < nkw; i++) {
    tuple_init(key, k++, kwnames->items[i]);
    tuple_init(key, k++, a.p[1 + n + i]);
  }
  if (typed)
    for (uint64_t i = 0; i < n + nkw; i++) tuple_init(key, k++, type_of(a.p[1 + i]));
  return key;
}

Result<Value> cache_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("_lru_cache_wrapper", "($cls, user_function, maxsize, typed, cache_info_type)", 5);
  if (!is_callable(p[1])) return RAISE(TypeError, "the first argument must be callable");
  int64_t max = -1;
  if (!p[2].is_none()) {
    if (!has_index(p[2])) return RAISE(TypeError, "maxsize should be integer or None");
    max = TRY(to_c_ssize(t, p[2]));
    if (max < 0) max = 0;
  }
  bool typed = TRY(truth(t, p[3]));
  if (!g_link_type) g_link_type = TRY(make_native_type(t, "functools._lru_list_elem", nullptr, k_link_spec));
  Dict* d = TRY(new_dict(t));
  Cache* c = TRY(alloc_as<Cache>(t, p[0].as<Type>()));
  c->func.init(p[1]);
  c->dict.init(d);
  c->info_type.init(p[4]);
  c->max = max;
  c->typed = typed;
  return c;
}

Result<Value> call_function(Thread& t, Cache* c, Args a, Tuple* kwnames) {
  return call_args(t, c->func, a.p + 1, positional_count(a, kwnames) - 1, kwnames);
}

Result<Value> call_bounded(Thread& t, Cache* c, Args a, Tuple* kwnames) {
  Value key = TRY(make_key(t, a, kwnames, c->typed));
  int64_t h = TRY(hash(t, key));
  Dict* d = c->dict;
  Opt found = TRY(dict_get_hashed(t, d, key, h));
  if (found) {
    Link* link = found.v.as<Link>();
    if (c->last != link) {
      unlink(c, link);
      append(c, link);
    }
    c->hits++;
    return link->value.value();
  }
  c->misses++;
  Value v = TRY(call_function(t, c, a, kwnames));
  d = c->dict;
  // The call, or another thread meanwhile, may have stored the same key.
  Opt again = TRY(dict_get_hashed(t, d, key, h));
  if (again) return v;
  if (static_cast<int64_t>(d->used) >= c->max && c->first) {
    Link* oldest = c->first;
    unlink(c, oldest);
    int64_t at = TRY(dict_find(t, d, oldest->key, oldest->hash));  // __hash__ runs once for each call
    if (at < 0) return v;  // its __eq__ is not what it was
    dict_delete_at(d, at);
  }
  Link* link = TRY(alloc_as<Link>(t, g_link_type));
  link->key.init(key);
  link->value.init(v);
  link->hash = h;
  TRY(dict_set_hashed(t, d, key, h, link));
  append(c, link);
  return v;
}

Result<Value> cache_call(Thread& t, Args a, Tuple* kwnames) {
  Cache* c = a.as<Cache>(0);
  if (c->max == 0) {
    c->misses++;
    return call_function(t, c, a, kwnames);
  }
  if (c->max > 0) return call_bounded(t, c, a, kwnames);
  Value key = TRY(make_key(t, a, kwnames, c->typed));
  int64_t h = TRY(hash(t, key));
  Opt found = TRY(dict_get_hashed(t, c->dict, key, h));
  if (found) {
    c->hits++;
    return found.v;
  }
  c->misses++;
  Value v = TRY(call_function(t, c, a, kwnames));
  TRY(dict_set_hashed(t, c->dict, key, h, v));
  return v;
}

Result<Value> cache_info(Thread& t, Args a) {
  Cache* c = a.as<Cache>(0);
  Value max = c->max < 0 ? kNone : TRY(make_int(t, c->max));
  return call(t, c->info_type, TRY(make_int(t, c->hits)), TRY(make_int(t, c->misses)), max, small_int(c->dict->used));
}

Result<Value> cache_clear(Thread&, Args a) {
  Cache* c = a.as<Cache>(0);
  c->hits = c->misses = 0;
  c->first.clear();
  c->last = nullptr;
  dict_clear(c->dict);
  return kNone;
}

Result<Value> cache_get(Thread& t, Args a) { return bind_method(t, a[0], a[1]); }
Result<Value> cache_reduce(Thread& t, Args a) { return get_attr(t, a[0], NAME("__qualname__")); }
Result<Value> cache_self(Thread&, Args a) { return a[0]; }

const MethodDef k_methods[] = {
    {"__new__", cache_new, nullptr, "_lru_cache_wrapper(user_function, maxsize, typed, cache_info_type)", MethodKind::kNew},
    {"__call__", cache_call, nullptr, "The function's result, from the cache if it is there."},
    {"__get__", cache_get, "($self, instance, owner=None, /)", "Binds to an instance as a function does."},
    {"cache_info", cache_info, "($self, /)", "Hits, misses, maximum and current size."},
    {"cache_clear", cache_clear, "($self, /)", "Forgets all results."},
    {"__reduce__", cache_reduce, "($self, /)", "For pickling: its qualified name."},
    {"__copy__", cache_self, "($self, /)", "Itself."},
    {"__deepcopy__", cache_self, "($self, memo, /)", "Itself."},
};
const GetSetDef k_getsets[] = {{"__dict__", get_instance_dict, set_instance_dict, nullptr}};

}  // namespace

const TypeSpec lru_cache_wrapper_spec = {.doc = "A function with a cache of its results.",
                                         .methods = k_methods,
                                         .getsets = k_getsets,
                                         .layout = &kLayout<Cache>,
                                         .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};

}  // namespace kaa::functools
