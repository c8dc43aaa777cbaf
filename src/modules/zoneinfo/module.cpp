// _zoneinfo: the class ZoneInfo. zone.h has what a zone is; here are its objects, caches, and what datetime asks of a tzinfo.
#include "modules/datetime/datetime.h"
#include "modules/native_new.h"
#include "modules/zoneinfo/zone.h"
#include "types/int.h"

namespace kaa::zoneinfo {

struct ZoneInfo : datetime::TzInfo {
  Field<> key;         // None: made from a file without one
  Field<> file_repr;   // of zones from files; empty: found by its key
  Field<Tuple*> parts; // utcoffset, dst and name of each of the zone's types, three in a row
  Zone* zone;          // owned
  bool cached;
  template <class F> void each_field(F&& f) { f(key); f(file_repr); f(parts); }
};

}  // namespace kaa::zoneinfo

namespace kaa {
template <> struct LayoutTraits<zoneinfo::ZoneInfo> {
  static constexpr Death death = Death::kCustom;
  static void destroy(zoneinfo::ZoneInfo* z) { delete z->zone; }
};
}  // namespace kaa

namespace kaa::zoneinfo {

namespace {

// One for each time the module was made: a fresh zoneinfo package has its own search path.
struct State {
  Type* type;
  Root<Tuple*> functions;   // find_tzfile, load_tzdata, load_data, the weak cache
  Root<Dict*> strong;       // the zones used last, the latest last
  Value find_tzfile() const { return functions->items[0]; }
  Value load_tzdata() const { return functions->items[1]; }
  Value load_data() const { return functions->items[2]; }
  Value weak_cache() const { return functions->items[3]; }
};
constexpr uint32_t kStrong = 8;
std::vector<State*> g_states;

State& state_of(Type* cls) {
  for (State* s : g_states)
    if (is_subtype(cls, s->type)) return *s;
  return *g_states.back();
}
ZoneInfo* self_of(Args a) { return a.as<ZoneInfo>(0); }

// ---- loading

Status int_list(Thread& t, Value v, std::vector<int64_t>& out) {
  return iterate(t, v, [&](Value x) -> Status {
    out.push_back(TRY(to_int64(t, x)));
    return {};
  });
}
Status load(Thread& t, ZoneInfo* z, Value file) {
  Value data = TRY(call(t, state_of(type_of(z)).load_data(), file));
  if (!is_tuple(data) || data.as<Tuple>()->size != 6) return RAISE(TypeError, "Invalid data result type: %R", data);
  Tuple* u = data.as<Tuple>();
  Zone* zone = z->zone = new Zone;
  std::vector<int64_t> types, utcoff, isdst_ints;
  TRY(int_list(t, u->items[0], types));
  TRY(int_list(t, u->items[1], zone->utc));
  TRY(int_list(t, u->items[2], utcoff));
  TRY(int_list(t, u->items[3], isdst_ints));
  std::vector<bool> isdst(isdst_ints.begin(), isdst_ints.end());
  TRY(iterate(t, u->items[4], [&](Value name) -> Status {
    if (!is_str(name)) return RAISE(TypeError, "expected str, not %T", name);
    Utf8 text;
    TRY(str_utf8(t, name.as<Str>(), text));
    zone->infos.push_back({0, 0, std::string(text.view())});
    return {};
  }));
  size_t count = zone->infos.size();
  if (utcoff.size() != count || isdst.size() != count || types.size() != zone->utc.size()) return RAISE(ValueError, "Invalid data in TZif file");
  for (size_t i = 0; i < count; i++) {
    if (utcoff[i] != static_cast<int32_t>(utcoff[i])) return RAISE(ValueError, "Invalid data in TZif file");
    zone->infos[i].utcoff = static_cast<int32_t>(utcoff[i]);
  }
  for (int64_t type : types) {
    if (type < 0 || static_cast<size_t>(type) >= count) return RAISE(ValueError, "Invalid transition index found while reading TZif: %ld", type);
    zone->types.push_back(static_cast<uint32_t>(type));
  }
  zone->finish(isdst);

  Value footer = u->items[5];
  if (!footer.is_none() && !(is_bytes(footer) && !footer.as<Bytes>()->size)) {
    if (!is_bytes(footer)) return RAISE(TypeError, "expected bytes, not %T", footer);
    if (const char* wrong = zone->set_rule(footer.as<Bytes>()->view())) return RAISE(ValueError, "%s %R", wrong, footer);
  } else {
    if (!count) return RAISE(ValueError, "No time zone information found.");
    zone->after = static_cast<int>(zone->types.empty() ? count - 1 : zone->types.back());
  }
  zone->fixed = count <= 1 && !zone->has_rule && (!count || zone->infos[0] == zone->infos[static_cast<size_t>(zone->after)]);

  Tuple* parts = TRY(new_tuple(t, zone->infos.size() * 3));
  for (size_t i = 0; i < parts->size; i++) tuple_init(parts, i, kNone);
  z->parts.set(parts);
  for (size_t i = 0; i < zone->infos.size(); i++) {
    Value items[] = {TRY(datetime::make_delta(t, 0, zone->infos[i].utcoff, 0)), TRY(datetime::make_delta(t, 0, zone->infos[i].dst, 0)), TRY(new_str(t, zone->infos[i].name))};
    for (size_t k = 0; k < 3; k++) tuple_init(parts, i * 3 + k, items[k]);
  }
  return {};
}

Result<ZoneInfo*> new_zone(Thread& t, Type* cls, Value key) {
  State& s = state_of(cls);
  Value path = TRY(call(t, s.find_tzfile(), key));
  Value file = path.is_none() ? TRY(call(t, s.load_tzdata(), key)) : TRY(call(t, TRY(import_attr(t, "io", "open")), path, Value(NAME("rb"))));
  ZoneInfo* z = TRY(alloc_as<ZoneInfo>(t, cls));
  z->key.init(key);
  Status loaded = load(t, z, file);
  Value error = loaded.ok() ? Value() : take_exc(t);
  Result<Value> closed = call_method(t, file, NAME("close"));
  if (error) {
    if (!closed.ok()) clear_exc(t);
    restore_exc(t, error);
    return Error{};
  }
  TRY(closed);
  return z;
}

// ---- caches: all zones of a class weakly, those of the class itself that were used last also strongly

Result<Value> weak_cache_of(Thread& t, State& s, Type* cls) { return cls == s.type ? Result<Value>(s.weak_cache()) : get_attr(t, cls, NAME("_weak_cache")); }

Status use(Thread& t, State& s, Value key, Value zone) {
  Dict* d = s.strong;
  TRY(dict_pop(t, d, key));
  TRY(dict_set(t, d, key, zone));
  while (d->used > kStrong) {
    uint32_t pos = 0;
    Value oldest = dict_next(d, &pos)->key;
    TRY(dict_pop(t, d, oldest));
  }
  return {};
}
Result<ZoneInfo*> checked(Thread& t, Type* cls, Value v, Value key) {
  if (!is_instance(v, cls)) return RAISE(RuntimeError, "Unexpected instance of %T in %N weak cache for key %R", v, cls, key);
  return v.as<ZoneInfo>();
}
Result<Value> cached_zone(Thread& t, Type* cls, Value key) {
  State& s = state_of(cls);
  if (cls == s.type) {
    Opt hit = TRY(dict_get(t, s.strong, key));
    if (hit) {
      TRY(use(t, s, key, hit.v));
      return hit.v;
    }
  }
  Value weak = TRY(weak_cache_of(t, s, cls));
  Value v = TRY(call_method(t, weak, NAME("get"), key, kNone));
  if (v.is_none()) {
    Value fresh = TRY(new_zone(t, cls, key));
    v = TRY(call_method(t, weak, NAME("setdefault"), key, fresh));
    TRY(checked(t, cls, v, key))->cached = true;
  }
  TRY(checked(t, cls, v, key));
  if (cls == s.type) TRY(use(t, s, key, v));
  return v;
}

Result<Value> zone_new(Thread& t, Args a) { return cached_zone(t, a.as<Type>(0), a[1]); }
Result<Value> zone_no_cache(Thread& t, Args a) { return TRY(new_zone(t, a.as<Type>(0), a[1])); }
Result<Value> zone_from_file(Thread& t, Args a) {
  ZoneInfo* z = TRY(alloc_as<ZoneInfo>(t, a.as<Type>(0)));
  z->key.init(a[2] ? a[2] : kNone);
  Value shown = TRY(repr(t, a[1]));
  z->file_repr.init(shown);
  TRY(load(t, z, a[1]));
  return z;
}
Result<Value> zone_clear_cache(Thread& t, Args a) {
  Type* cls = a.as<Type>(0);
  State& s = state_of(cls);
  Value weak = TRY(weak_cache_of(t, s, cls));
  if (!a[1] || a[1].is_none()) {
    TRY(call_method(t, weak, NAME("clear")));
    if (cls == s.type) dict_clear(s.strong);
    return kNone;
  }
  TRY(iterate(t, a[1], [&](Value key) -> Status {
    if (cls == s.type) TRY(dict_pop(t, s.strong, key));
    TRY(call_method(t, weak, NAME("pop"), key, kNone));
    return {};
  }));
  return kNone;
}
Result<Value> zone_init_subclass(Thread& t, Args a, Tuple*) {
  if (!a.n || !is_type(a[0])) return RAISE(TypeError, "__init_subclass__() needs a class");
  Value cache = TRY(call(t, TRY(import_attr(t, "weakref", "WeakValueDictionary"))));
  TRY(set_attr(t, a[0], NAME("_weak_cache"), cache));
  return kNone;
}
Result<Value> zone_unpickle(Thread& t, Args a) {
  if (TRY(truth(t, a[2]))) return call(t, a[0], a[1]);
  return TRY(new_zone(t, a.as<Type>(0), a[1]));
}

// ---- what datetime asks

struct Moment { int64_t seconds; int year, fold; };
Result<int64_t> int_attr(Thread& t, Value v, Str* name) { return to_int64(t, TRY(get_attr(t, v, name))); }
// The wall clock of anything that looks like a datetime.
Result<Moment> moment_of(Thread& t, Value v) {
  if (LIKELY(datetime::is_datetime(v))) {
    auto* d = v.as<datetime::DateTime>();
    return Moment{(datetime::ordinal_of(d) - 719163) * 86400 + d->clock.in_seconds(), d->year, d->clock.fold};
  }
  int64_t ordinal = TRY(to_int64(t, TRY(call_method(t, v, NAME("toordinal")))));
  int64_t hour = TRY(int_attr(t, v, NAME("hour"))), minute = TRY(int_attr(t, v, NAME("minute"))), second = TRY(int_attr(t, v, NAME("second")));
  int64_t year = TRY(int_attr(t, v, NAME("year"))), fold = TRY(int_attr(t, v, NAME("fold")));
  return Moment{(ordinal - 719163) * 86400 + hour * 3600 + minute * 60 + second, static_cast<int>(year), fold != 0};
}
template <int part>
Result<Value> zone_part(Thread& t, Args a) {
  ZoneInfo* z = self_of(a);
  int type;
  if (a[1].is_none()) {
    type = z->zone->fixed ? z->zone->after : -1;
  } else {
    Moment m = TRY(moment_of(t, a[1]));
    type = z->zone->find(m.seconds, m.year, m.fold);
  }
  return type < 0 ? kNone : z->parts->items[type * 3 + part];
}
Result<Value> zone_fromutc(Thread& t, Args a) {
  if (!datetime::is_datetime(a[1])) return RAISE(TypeError, "fromutc: argument must be a datetime");
  if (a.as<datetime::DateTime>(1)->tz.value() != a[0]) return RAISE(ValueError, "fromutc: dt.tzinfo is not self");
  ZoneInfo* z = self_of(a);
  Moment m = TRY(moment_of(t, a[1]));
  bool fold;
  int type = z->zone->find_utc(m.seconds, m.year, &fold);
  if (type < 0) return RAISE(ValueError, "the time zone has no type for this time");
  Value r = TRY(binary_op(t, BinaryOp::ADD, a[1], z->parts->items[type * 3]));
  if (!fold) return r;
  if (type_of(r) == datetime::state().datetime) {
    auto* d = r.as<datetime::DateTime>();
    datetime::Clock clock = d->clock;
    clock.fold = 1;
    return TRY(datetime::alloc_datetime(t, type_of(r), {d->year, d->month, d->day}, clock, d->tz.value()));
  }
  Value one = small_int(1);
  Value replace = TRY(get_attr(t, r, NAME("replace")));
  return call_args(t, replace, &one, 0, TRY(make_tuple(t, Value(NAME("fold")))));
}

Result<Value> zone_repr(Thread& t, Args a) {
  ZoneInfo* z = self_of(a);
  // The class's own name has its module, as types of C have.
  const char* prefix = type_of(a[0])->has(kTypeHeap) ? "" : "zoneinfo.";
  if (!z->key.get().is_none()) return TRY(str_format(t, "%s%T(key=%R)", prefix, a[0], z->key.get()));
  return TRY(str_format(t, "%s%T.from_file(%U)", prefix, a[0], z->file_repr.get().as<Str>()));
}
Result<Value> zone_str(Thread& t, Args a) {
  ZoneInfo* z = self_of(a);
  if (!z->key.get().is_none()) return TRY(str(t, z->key));
  return TRY(repr(t, a[0]));
}
Result<Value> zone_reduce(Thread& t, Args a) {
  ZoneInfo* z = self_of(a);
  if (z->file_repr) {
    Value error = TRY(import_attr(t, "pickle", "PicklingError"));
    return raise(t, error.as<Type>(), "Cannot pickle a ZoneInfo file from a file stream.");
  }
  Value constructor = TRY(get_attr(t, type_of(a[0]), NAME("_unpickle")));
  Value args = TRY(make_tuple(t, z->key.get(), small_int(z->cached)));
  return TRY(make_tuple(t, constructor, args));
}

constexpr MethodKind kC = MethodKind::kClassMethod;
const MethodDef k_methods[] = {
    {"__new__", zone_new, "($cls, key)", nullptr, MethodKind::kNew},
    {"__init_subclass__", zone_init_subclass, nullptr, "Gives a subclass a cache of its own.", kC},
    {"no_cache", zone_no_cache, "($cls, /, key)", "A zone that is neither taken from the cache nor put there.", kC},
    {"from_file", zone_from_file, "($cls, file_obj, /, key=None)", "A zone from an open TZif file.", kC},
    {"clear_cache", zone_clear_cache, "($cls, /, *, only_keys=None)", "Forgets zones, all or those of some keys.", kC},
    {"_unpickle", zone_unpickle, "($cls, key, from_cache, /)", "What pickle calls.", kC},
    {"utcoffset", zone_part<0>, "($self, dt, /)", "The distance from UTC at a time."},
    {"dst", zone_part<1>, "($self, dt, /)", "The part of the distance that is daylight saving time."},
    {"tzname", zone_part<2>, "($self, dt, /)", "The abbreviation used at a time."},
    {"fromutc", zone_fromutc, "($self, object, /)", "A datetime in UTC as one in local time."},
    {"__repr__", zone_repr, "($self, /)", nullptr},
    {"__str__", zone_str, "($self, /)", nullptr},
    {"__reduce__", zone_reduce, "($self, /)", "What pickle saves."},
};
const GetSetDef k_getsets[] = {{"key", [](Thread&, Value v) -> Result<Value> { return v.as<ZoneInfo>()->key.get(); },
                                [](Thread& t, Value, Value) -> Status { return RAISE(AttributeError, "readonly attribute"); }, "The key that the zone was found by, or None."}};
const TypeSpec k_spec = {.doc = nullptr, .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<ZoneInfo>, .flags = kTypeBase | kTypeWeakrefable};

Status exec(Thread& t, Module* m) {
  // AttributeError without the native datetime, which tells the package to use its own class.
  TRY(import_module(t, "_datetime"));
  // Where this module comes first, the package that this line imports has imported it, too, meanwhile: then the class is there.
  TRY(import_module(t, "zoneinfo._tzpath"));
  Value other = dict_get_str(interp().modules, NAME("_zoneinfo"));
  if (other && other != Value(m) && IS_EXACT(other, module))
    if (Value cls = dict_get_str(other.as<Module>()->dict, NAME("ZoneInfo"))) return module_add(t, m, "ZoneInfo", cls);
  State* s = new State;
  s->type = TRY(make_native_type(t, "zoneinfo.ZoneInfo", datetime::state().tzinfo, k_spec));
  TRY(module_add(t, m, "ZoneInfo", s->type));
  Value find = TRY(import_attr(t, "zoneinfo._tzpath", "find_tzfile"));
  Value load_tzdata = TRY(import_attr(t, "zoneinfo._common", "load_tzdata"));
  Value load_data = TRY(import_attr(t, "zoneinfo._common", "load_data"));
  Value weak = TRY(call(t, TRY(import_attr(t, "weakref", "WeakValueDictionary"))));
  Value functions = TRY(make_tuple(t, find, load_tzdata, load_data, weak));
  Value strong = TRY(new_dict(t));
  s->functions = functions.as<Tuple>();
  s->strong = strong.as<Dict>();
  g_states.push_back(s);
  return {};
}

}  // namespace
}  // namespace kaa::zoneinfo

namespace kaa {
extern const ModuleDef _zoneinfo_module = {.name = "_zoneinfo", .doc = "Time zones of the IANA database.", .functions = {}, .exec = zoneinfo::exec};
}  // namespace kaa
