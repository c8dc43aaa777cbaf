// time of day.
#include "modules/datetime/datetime.h"
#include "modules/native_new.h"
#include "modules/posix/sys_util.h"
#include "types/str.h"

namespace kaa::datetime {

namespace {
Time* self_of(Args a) { return a.as<Time>(0); }
Result<Time*> store(Thread& t, Type* cls, const Clock& c, Value tz) {
  Time* x = TRY(alloc_as<Time>(t, cls));
  x->clock = c;
  x->tz.init(tz_value(tz));
  return x;
}
Clock clock_of(int64_t hour, int64_t minute, int64_t second, int64_t us, int64_t fold) {
  return {static_cast<uint8_t>(hour), static_cast<uint8_t>(minute), static_cast<uint8_t>(second), static_cast<uint8_t>(fold), static_cast<int32_t>(us)};
}
}  // namespace

Result<Value> make_time(Thread& t, Type* cls, const Clock& c, Value tz) {
  if (cls == state().time) return TRY(store(t, cls, c, tz));
  Value args[] = {small_int(c.hour), small_int(c.minute), small_int(c.second), small_int(c.us), tz && !tz.is_none() ? tz : kNone};
  Value v = TRY(call_args(t, cls, args, 5));
  if (c.fold && is_time(v)) v.as<Time>()->clock.fold = c.fold;
  return v;
}

namespace {

Result<Value> time_new(Thread& t, Args a, Tuple* kwnames) {
  if (a.n >= 2 && a.n <= 3 && !kwnames && (is_bytes(a[1]) || is_str(a[1]))) {
    Value v = a[1];
    if (is_str(v) && v.as<Str>()->length == 6 && (v.as<Str>()->at(0) & 0x7F) < 24) {
      Result<Value> b = encode_str(t, v.as<Str>(), Value(NAME("latin-1")), Value());
      if (!b.ok()) {
        if (!exc_matches(t, KAA_TYPE(UnicodeEncodeError))) return Error{};
        clear_exc(t);
        return RAISE(ValueError, "Failed to encode latin1 string when unpickling a time object. pickle.load(data, encoding='latin1') is assumed.");
      }
      v = b.value();
    }
    if (is_bytes(v) && v.as<Bytes>()->size == 6 && (static_cast<uint8_t>(v.as<Bytes>()->data()[0]) & 0x7F) < 24) {
      const uint8_t* b = reinterpret_cast<const uint8_t*>(v.as<Bytes>()->data());
      if (a[2] && !a[2].is_none() && !is_tzinfo(a[2])) return RAISE(TypeError, "bad tzinfo state arg");
      return TRY(store(t, a.as<Type>(0), clock_of(b[0] & 0x7F, b[1], b[2], b[3] << 16 | b[4] << 8 | b[5], b[0] >> 7), a[2]));
    }
  }
  BIND_NEW("time", "($cls, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)", 7);
  int64_t n[6] = {};
  for (int i : {1, 2, 3, 4, 6})
    if (p[i]) n[i - 1] = TRY(to_cint(t, p[i]));
  TRY(check_clock(t, n[0], n[1], n[2], n[3], n[5]));
  TRY(check_tz(t, p[5]));
  return TRY(store(t, p[0].as<Type>(), clock_of(n[0], n[1], n[2], n[3], n[5]), p[5]));
}

Result<Value> time_strptime(Thread& t, Args a) { return parsed_by_format(t, "_strptime_datetime_time", a); }
Result<Value> time_fromisoformat(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "fromisoformat: argument must be str");
  Str* s = a.as<Str>(1);
  if (!s->is_ascii()) return bad_iso(t, a[1]);
  std::string_view text = s->ascii();
  if (!text.empty() && text[0] == 'T') text.remove_prefix(1);
  IsoTime iso;
  if (!TRY(parse_iso_time(t, text, &iso))) return bad_iso(t, a[1]);
  if (iso.bad_24) return RAISE(ValueError, "minute, second, and microsecond must be 0 when hour is 24");
  TRY(check_clock(t, iso.hour, iso.minute, iso.second, iso.us, 0));
  return make_time(t, a.as<Type>(0), clock_of(iso.hour, iso.minute, iso.second, iso.us, 0), iso.tz);
}

Result<Value> time_isoformat(Thread& t, Args a) {
  std::string s;
  TRY(append_clock(t, s, self_of(a)->clock, a[1]));
  append_offset(s, TRY(ask_offset(t, self_of(a)->tz.value(), NAME("utcoffset"), kNone)), ":");
  return TRY(new_str(t, s));
}
Result<Value> time_str(Thread& t, Args a) { return call_method(t, a[0], NAME("isoformat")); }
Result<Value> time_repr(Thread& t, Args a) {
  const Clock& c = self_of(a)->clock;
  char b[64];
  int n = snprintf(b, sizeof b, "%d, %d", c.hour, c.minute);
  if (c.second || c.us) n += snprintf(b + n, sizeof b - static_cast<size_t>(n), ", %d", c.second);
  if (c.us) snprintf(b + n, sizeof b - static_cast<size_t>(n), ", %d", c.us);
  bool fold = c.fold;
  Str* name = TRY(class_text(t, a[0]));
  const char* end = fold ? ", fold=1)" : ")";
  if (Value tz = self_of(a)->tz.value()) return TRY(str_format(t, "%U(%s, tzinfo=%R%s", name, b, tz, end));
  return TRY(str_format(t, "%U(%s%s", name, b, end));
}
Result<Value> time_strftime(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "strftime() argument 1 must be str, not %T", a[1]);
  const Clock& c = self_of(a)->clock;
  // A year that strftime() can show.
  auto n = [](int64_t i) { return small_int(i); };
  Tuple* u = TRY(make_tuple(t, n(1900), n(1), n(1), n(c.hour), n(c.minute), n(c.second), n(0), n(1), n(-1)));
  return wrap_strftime(t, a[0], a[1], u, kNone);
}

Result<Value> time_utcoffset(Thread& t, Args a) { return ask_offset(t, self_of(a)->tz.value(), NAME("utcoffset"), kNone); }
Result<Value> time_dst(Thread& t, Args a) { return ask_offset(t, self_of(a)->tz.value(), NAME("dst"), kNone); }
Result<Value> time_tzname(Thread& t, Args a) { return ask_name(t, self_of(a)->tz.value(), kNone); }

Result<Value> time_replace(Thread& t, Args a) {
  Time* x = self_of(a);
  Clock c = x->clock;
  int64_t n[6] = {c.hour, c.minute, c.second, c.us, 0, c.fold};
  for (uint32_t i : {1u, 2u, 3u, 4u, 6u})
    if (a[i]) n[i - 1] = TRY(to_cint(t, a[i]));
  Value tz = a[5] ? a[5] : x->tz.value();
  TRY(check_tz(t, tz));
  TRY(check_clock(t, n[0], n[1], n[2], n[3], n[5]));
  return make_time(t, x->type(), clock_of(n[0], n[1], n[2], n[3], n[5]), tz);
}

Result<Value> time_reduce_ex(Thread& t, Args a) {
  Time* x = self_of(a);
  int64_t protocol = a[1] ? TRY(to_cint(t, a[1])) : 2;
  const Clock& c = x->clock;
  uint8_t b[6] = {static_cast<uint8_t>(c.hour | (protocol > 3 && c.fold ? 0x80 : 0)), c.minute, c.second,
                  static_cast<uint8_t>(c.us >> 16), static_cast<uint8_t>(c.us >> 8), static_cast<uint8_t>(c.us)};
  Bytes* packed = TRY(new_bytes(t, b, 6));
  Tuple* args = x->tz ? TRY(make_tuple(t, Value(packed), x->tz.value())) : TRY(make_tuple(t, Value(packed)));
  return TRY(make_tuple(t, Value(type_of(a[0])), Value(args)));
}
Result<Value> time_reduce(Thread& t, Args a) { return time_reduce_ex(t, {a.p, 1}); }

template <CompareOp op>
Result<Value> time_compare(Thread& t, Args a) {
  if (!is_time(a[1])) return kNotImplemented;
  constexpr bool equality = op == CompareOp::EQ || op == CompareOp::NE;
  Time *x = self_of(a), *y = a.as<Time>(1);
  int64_t i = x->clock.in_us(), j = y->clock.in_us();
  if (x->tz.value() != y->tz.value()) {
    Value ox = TRY(ask_offset(t, x->tz.value(), NAME("utcoffset"), kNone)), oy = TRY(ask_offset(t, y->tz.value(), NAME("utcoffset"), kNone));
    if (ox.is_none() != oy.is_none()) {
      if (equality) return Value::from_bool(op == CompareOp::NE);
      return RAISE(TypeError, "can't compare offset-naive and offset-aware times");
    }
    if (!ox.is_none()) {
      i -= delta_us(ox.as<Delta>());
      j -= delta_us(oy.as<Delta>());
    }
  }
  switch (op) {
    case CompareOp::LT: return Value::from_bool(i < j);
    case CompareOp::LE: return Value::from_bool(i <= j);
    case CompareOp::EQ: return Value::from_bool(i == j);
    case CompareOp::NE: return Value::from_bool(i != j);
    case CompareOp::GT: return Value::from_bool(i > j);
    default: return Value::from_bool(i >= j);
  }
}
Result<Value> time_hash(Thread& t, Args a) {
  Time* x = self_of(a);
  if (!x->hash) {
    int64_t us = x->clock.in_us();
    if (x->tz) {
      Value offset;
      if (x->clock.fold) {  // equal times differ in fold
        Clock c = x->clock;
        c.fold = 0;
        Time* plain = TRY(store(t, state().time, c, x->tz.value()));
        offset = TRY(ask_offset(t, plain->tz.value(), NAME("utcoffset"), kNone));
      } else {
        offset = TRY(ask_offset(t, x->tz.value(), NAME("utcoffset"), kNone));
      }
      if (!offset.is_none()) us -= delta_us(offset.as<Delta>());
    }
    x->hash = mixed_hash(static_cast<uint64_t>(us), 2);
  }
  return make_int(t, x->hash);
}

const MethodDef k_methods[] = {
    {"__new__", time_new, nullptr, "time(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)", MethodKind::kNew},
    {"strptime", time_strptime, "($type, string, format, /)", "The time that a text in the given format gives.", MethodKind::kClassMethod},
    {"fromisoformat", time_fromisoformat, "($type, string, /)", "The time that a text in an ISO 8601 format gives.", MethodKind::kClassMethod},
    {"isoformat", time_isoformat, "($self, /, timespec='auto')", "As text: HH:MM:SS[.ffffff][+HH:MM]; timespec says how much of it."},
    {"strftime", time_strftime, "($self, /, format)", "As text in a format of the C library."},
    {"__format__", format_dunder, "($self, format, /)", "strftime(format), or str(self) for an empty format."},
    {"utcoffset", time_utcoffset, "($self, /)", "tzinfo.utcoffset(None)"},
    {"tzname", time_tzname, "($self, /)", "tzinfo.tzname(None)"},
    {"dst", time_dst, "($self, /)", "tzinfo.dst(None)"},
    {"replace", time_replace, "($self, /, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)", "A time with other values for some fields."},
    {"__replace__", time_replace, "($self, /, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)", "As replace()."},
    {"__reduce_ex__", time_reduce_ex, "($self, proto, /)", "What pickle saves."},
    {"__reduce__", time_reduce, "($self, /)", "What pickle saves."},
    {"__repr__", time_repr, "($self, /)", nullptr}, {"__str__", time_str, "($self, /)", nullptr}, {"__hash__", time_hash, "($self, /)", nullptr},
    {"__lt__", time_compare<CompareOp::LT>, "($self, value, /)", nullptr}, {"__le__", time_compare<CompareOp::LE>, "($self, value, /)", nullptr},
    {"__eq__", time_compare<CompareOp::EQ>, "($self, value, /)", nullptr}, {"__ne__", time_compare<CompareOp::NE>, "($self, value, /)", nullptr},
    {"__gt__", time_compare<CompareOp::GT>, "($self, value, /)", nullptr}, {"__ge__", time_compare<CompareOp::GE>, "($self, value, /)", nullptr},
};
#define NUMBER(name, field) {name, [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Time>()->clock.field); }, nullptr, nullptr}
const GetSetDef k_getsets[] = {
    NUMBER("hour", hour), NUMBER("minute", minute), NUMBER("second", second), NUMBER("microsecond", us), NUMBER("fold", fold),
    {"tzinfo", [](Thread&, Value v) -> Result<Value> { Value tz = v.as<Time>()->tz.value(); return tz ? tz : kNone; }, nullptr, nullptr},
};
#undef NUMBER

}  // namespace

const TypeSpec time_spec = {.doc = "A time of day.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Time>, .flags = kTypeBase};

Status init_time(Thread& t) {
  Type* ty = state().time;
  TRY(type_constant(t, ty, "min", TRY(make_time(t, ty, Clock{}, Value()))));
  TRY(type_constant(t, ty, "max", TRY(make_time(t, ty, Clock{23, 59, 59, 0, 999999}, Value()))));
  return type_constant(t, ty, "resolution", TRY(make_delta(t, 0, 0, 1)));
}

}  // namespace kaa::datetime
