// tzinfo, timezone, and the module.
#include "modules/datetime/datetime.h"
#include "modules/native_new.h"

namespace kaa::datetime {

namespace {

// ---- tzinfo

Result<Value> tzinfo_new(Thread& t, Args a, Tuple*) {
  if (!a.n || !is_type(a[0])) return RAISE(TypeError, "tzinfo.__new__(): not enough arguments");
  return TRY(alloc_as<TzInfo>(t, a.as<Type>(0)));
}
Result<Value> tzinfo_utcoffset(Thread& t, Args) { return RAISE(NotImplementedError, "a tzinfo subclass must implement utcoffset()"); }
Result<Value> tzinfo_tzname(Thread& t, Args) { return RAISE(NotImplementedError, "a tzinfo subclass must implement tzname()"); }
Result<Value> tzinfo_dst(Thread& t, Args) { return RAISE(NotImplementedError, "a tzinfo subclass must implement dst()"); }

// From UTC to local time: the standard offset first, then what dst() says of the time so reached.
Result<Value> tzinfo_fromutc(Thread& t, Args a) {
  if (!is_datetime(a[1])) return RAISE(TypeError, "fromutc: argument must be a datetime");
  DateTime* dt = a.as<DateTime>(1);
  if (dt->tz.value() != a[0]) return RAISE(ValueError, "fromutc: dt.tzinfo is not self");
  Value offset = TRY(ask_offset(t, a[0], NAME("utcoffset"), dt));
  if (offset.is_none()) return RAISE(ValueError, "fromutc: non-None utcoffset() result required");
  Value dst = TRY(ask_offset(t, a[0], NAME("dst"), dt));
  if (dst.is_none()) return RAISE(ValueError, "fromutc: non-None dst() result required");
  Value result = TRY(binary_op(t, BinaryOp::ADD, dt, TRY(binary_op(t, BinaryOp::SUB, offset, dst))));
  if (!is_datetime(result)) return RAISE(TypeError, "fromutc: argument must be a datetime");
  dst = TRY(ask_offset(t, result.as<DateTime>()->tz.value(), NAME("dst"), result));
  if (dst.is_none()) return RAISE(ValueError, "fromutc: tz.dst() gave inconsistent results; cannot convert");
  return binary_op(t, BinaryOp::ADD, result, dst);
}
Result<Value> tzinfo_reduce(Thread& t, Args a) {
  Value args = TRY(new_tuple(t, 0));
  Opt f = TRY(lookup_attr(t, a[0], NAME("__getinitargs__")));
  if (f) args = TRY(call(t, f.v));
  Value self_state = TRY(call_method(t, a[0], NAME("__getstate__")));
  return TRY(make_tuple(t, Value(type_of(a[0])), args, self_state));
}

const MethodDef k_tzinfo_methods[] = {
    {"__new__", tzinfo_new, nullptr, nullptr, MethodKind::kNew},
    {"tzname", tzinfo_tzname, "($self, dt, /)", "The name of the time zone at a datetime."},
    {"utcoffset", tzinfo_utcoffset, "($self, dt, /)", "The distance from UTC at a datetime, a timedelta; positive in the east."},
    {"dst", tzinfo_dst, "($self, dt, /)", "The part of the offset that is daylight saving time."},
    {"fromutc", tzinfo_fromutc, "($self, dt, /)", "A datetime in UTC as one in local time."},
    {"__reduce__", tzinfo_reduce, "($self, /)", "What pickle saves."},
};

// ---- timezone

TimeZone* self_of(Args a) { return a.as<TimeZone>(0); }

Result<TimeZone*> store(Thread& t, Delta* offset, Value name) {
  TimeZone* z = TRY(alloc<TimeZone>(t, state().timezone->root));
  z->offset.init(offset);
  z->name.init(name);
  return z;
}
}  // namespace

Result<Value> make_timezone(Thread& t, Delta* offset, Value name) {
  bool inside = offset->days == 0 || (offset->days == -1 && (offset->seconds > 0 || offset->us > 0));
  if (!inside) {
    Str* shown = TRY(repr(t, offset));
    return RAISE(ValueError, "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not %U", shown);
  }
  if (!name && !delta_us(offset) && state().utc.get()) return state().utc.get();
  return TRY(store(t, offset, name));
}

namespace {

Result<Value> timezone_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("timezone", "($cls, offset, name=<unrepresentable>)", 3);
  if (!is_delta(p[1])) return RAISE(TypeError, "timezone() argument 1 must be datetime.timedelta, not %T", p[1]);
  if (p[2] && !is_str(p[2])) return RAISE(TypeError, "timezone() argument 2 must be str, not %T", p[2]);
  return make_timezone(t, p[1].as<Delta>(), p[2]);
}
Result<Value> timezone_init_subclass(Thread& t, Args) { return RAISE(TypeError, "type 'datetime.timezone' is not an acceptable base type"); }

Status check_argument(Thread& t, Value dt, const char* method) {
  if (dt.is_none() || is_datetime(dt)) return {};
  return RAISE(TypeError, "%s(dt) argument must be a datetime instance or None, not %T", method, dt);
}
Result<Value> offset_name(Thread& t, TimeZone* z) {
  if (z->name) return z->name.value();
  if (!delta_us(z->offset)) return Value(NAME("UTC"));
  std::string s = "UTC";
  append_offset(s, z->offset.value(), ":");
  return TRY(new_str(t, s));
}
Result<Value> timezone_utcoffset(Thread& t, Args a) {
  TRY(check_argument(t, a[1], "utcoffset"));
  return self_of(a)->offset.value();
}
Result<Value> timezone_tzname(Thread& t, Args a) {
  TRY(check_argument(t, a[1], "tzname"));
  return offset_name(t, self_of(a));
}
Result<Value> timezone_dst(Thread& t, Args a) {
  TRY(check_argument(t, a[1], "dst"));
  return kNone;
}
Result<Value> timezone_fromutc(Thread& t, Args a) {
  if (!is_datetime(a[1])) return RAISE(TypeError, "fromutc: argument must be a datetime");
  if (a.as<DateTime>(1)->tz.value() != a[0]) return RAISE(ValueError, "fromutc: dt.tzinfo is not self");
  return binary_op(t, BinaryOp::ADD, a[1], self_of(a)->offset.value());
}
Result<Value> timezone_repr(Thread& t, Args a) {
  TimeZone* z = self_of(a);
  if (z == state().utc.get()) return Value(NAME("datetime.timezone.utc"));
  Value offset = z->offset.value(), name = z->name.value();
  if (name) return TRY(str_format(t, "datetime.timezone(%R, %R)", offset, name));
  return TRY(str_format(t, "datetime.timezone(%R)", offset));
}
Result<Value> timezone_str(Thread& t, Args a) { return offset_name(t, self_of(a)); }
template <bool negate>
Result<Value> timezone_eq(Thread& t, Args a) {
  if (type_of(a[1]) != state().timezone) return kNotImplemented;
  bool same = TRY(equal(t, self_of(a)->offset.value(), a.as<TimeZone>(1)->offset.value()));
  return Value::from_bool(same != negate);
}
Result<Value> timezone_hash(Thread& t, Args a) { return make_int(t, TRY(hash(t, self_of(a)->offset.value()))); }
Result<Value> timezone_getinitargs(Thread& t, Args a) {
  TimeZone* z = self_of(a);
  if (z->name) return TRY(make_tuple(t, z->offset.value(), z->name.value()));
  return TRY(make_tuple(t, z->offset.value()));
}
const MethodDef k_timezone_methods[] = {
    {"__new__", timezone_new, nullptr, "timezone(offset[, name])", MethodKind::kNew},
    {"__init_subclass__", timezone_init_subclass, "($cls, /)", nullptr, MethodKind::kClassMethod},
    {"tzname", timezone_tzname, "($self, dt, /)", "The name given, or one made from the offset."},
    {"utcoffset", timezone_utcoffset, "($self, dt, /)", "The fixed offset."},
    {"dst", timezone_dst, "($self, dt, /)", "None."},
    {"fromutc", timezone_fromutc, "($self, dt, /)", "A datetime in UTC as one in local time."},
    {"__getinitargs__", timezone_getinitargs, "($self, /)", "What pickle saves."},
    {"__repr__", timezone_repr, "($self, /)", nullptr}, {"__str__", timezone_str, "($self, /)", nullptr}, {"__hash__", timezone_hash, "($self, /)", nullptr},
    {"__eq__", timezone_eq<false>, "($self, value, /)", nullptr}, {"__ne__", timezone_eq<true>, "($self, value, /)", nullptr},
};

}  // namespace

const TypeSpec tzinfo_spec = {.doc = "Abstract base of time zones.", .methods = k_tzinfo_methods, .layout = &kLayout<TzInfo>, .flags = kTypeBase};
const TypeSpec timezone_spec = {.doc = "A time zone with a fixed offset from UTC.", .methods = k_timezone_methods, .layout = &kLayout<TimeZone>};

Status init_timezone(Thread& t) {
  State& s = state();
  s.utc = TRY(store(t, TRY(make_delta(t, 0, 0, 0)), Value()));
  TRY(type_constant(t, s.timezone, "utc", s.utc.get()));
  TRY(type_constant(t, s.timezone, "min", TRY(store(t, TRY(make_delta(t, 0, -(23 * 60 + 59) * 60, 0)), Value()))));
  return type_constant(t, s.timezone, "max", TRY(store(t, TRY(make_delta(t, 0, (23 * 60 + 59) * 60, 0)), Value())));
}

namespace {
Status exec(Thread& t, Module* m) {
  State& s = state();
  s.delta = TRY(make_native_type(t, "datetime.timedelta", nullptr, delta_spec));
  s.date = TRY(make_native_type(t, "datetime.date", nullptr, date_spec));
  s.time = TRY(make_native_type(t, "datetime.time", nullptr, time_spec));
  s.tzinfo = TRY(make_native_type(t, "datetime.tzinfo", nullptr, tzinfo_spec));
  s.timezone = TRY(make_native_type(t, "datetime.timezone", s.tzinfo, timezone_spec));
  s.datetime = TRY(make_native_type(t, "datetime.datetime", s.date, datetime_spec));
  TRY(init_delta(t));
  TRY(init_date(t));
  TRY(init_time(t));
  TRY(init_timezone(t));
  TRY(init_datetime(t));
  for (Type* ty : {s.delta, s.date, s.time, s.datetime, s.tzinfo, s.timezone}) TRY(dict_set(t, m->dict, ty->name.get(), ty));
  TRY(module_add(t, m, "UTC", s.utc.get()));
  TRY(module_add(t, m, "MINYEAR", small_int(kMinYear)));
  return module_add(t, m, "MAXYEAR", small_int(kMaxYear));
}
}  // namespace
}  // namespace kaa::datetime

namespace kaa {
extern const ModuleDef _datetime_module = {.name = "_datetime", .doc = "Dates and times.", .functions = {}, .exec = datetime::exec};
}  // namespace kaa
