#include "modules/posix/sys_util.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>

#include "runtime/types.h"

namespace kaa {

Result<Value> os_fspath(Thread& t, Value v) {
  if (is_str(v) || is_bytes(v)) return v;
  Opt method = TRY(lookup_special(t, v, NAME("__fspath__")));
  if (!method || method.v.is_none()) return RAISE(TypeError, "expected str, bytes or os.PathLike object, not %T", v);
  Value r = TRY(call(t, method.v));
  if (is_str(r) || is_bytes(r)) return r;
  return RAISE(TypeError, "expected %T.__fspath__() to return str or bytes, not %T", v, r);
}

Result<Bytes*> fs_bytes(Thread& t, Value v) {
  Value p = TRY(os_fspath(t, v));
  Bytes* b = is_bytes(p) ? p.as<Bytes>() : TRY(encode_fs(t, p.as<Str>()));
  if (memchr(b->data(), 0, b->size)) return RAISE(ValueError, "embedded null byte");
  return b;
}

static const char* allowed_kinds(const PathSpec& s) {
  if (s.allow_fd) return s.nullable ? "string, bytes, os.PathLike, integer or None" : "string, bytes, os.PathLike or integer";
  return s.nullable ? "string, bytes, os.PathLike or None" : "string, bytes or os.PathLike";
}

static Status warn_bool_fd(Thread& t, Value v) {
  if (v.is_bool()) TRY(warn(t, KAA_TYPE(RuntimeWarning), 1, "bool is used as a file descriptor"));
  return {};
}

static Error wrong_path(Thread& t, Value v, const PathSpec& s) {
  if (s.func) return RAISE(TypeError, "%s: %s should be %s, not %T", s.func, s.arg, allowed_kinds(s), v);
  return RAISE(TypeError, "%s should be %s, not %T", s.arg, allowed_kinds(s), v);
}

Status path_arg(Thread& t, Value v, const PathSpec& s, OsPath& out) {
  if (!v) v = kNone;
  if (v.is_none() && s.nullable) {
    out.is_none = true;
    return {};
  }
  Value p = v;
  if (!is_str(v) && !is_bytes(v)) {
    if (s.allow_fd && type_of(v)->dunder(D_index)) {
      TRY(warn_bool_fd(t, v));
      Value i = TRY(to_index(t, v));
      Result<int64_t> n = to_int64(t, i);
      bool big = !n.ok();
      if (big) clear_exc(t);
      if (big || n.value() > INT_MAX || n.value() < INT_MIN) {
        bool negative = big ? TRY(compare_bool(t, CompareOp::LT, i, small_int(0))) : n.value() < 0;
        return RAISE(OverflowError, negative ? "fd is less than minimum" : "fd is greater than maximum");
      }
      out.fd = static_cast<int>(n.value());
      out.is_fd = true;
      out.object = v;
      return {};
    }
    Opt method = TRY(lookup_special(t, v, NAME("__fspath__")));
    if (!method || method.v.is_none()) return wrong_path(t, v, s);
    p = TRY(call(t, method.v));
    if (!is_str(p) && !is_bytes(p)) return RAISE(TypeError, "expected %T.__fspath__() to return str or bytes, not %T", v, p);
  }
  out.object = p;
  out.is_bytes = is_bytes(p);
  out.bytes_ = out.is_bytes ? p.as<Bytes>() : TRY(encode_fs(t, p.as<Str>()));
  if (memchr(out.bytes_->data(), 0, out.bytes_->size)) {
    if (s.func) return RAISE(ValueError, "%s: embedded null character in %s", s.func, s.arg);
    return RAISE(ValueError, "embedded null character in %s", s.arg);
  }
  return {};
}

Result<Value> OsPath::result(Thread& t, std::string_view name) const {
  if (is_bytes) return TRY(new_bytes(t, name.data(), name.size()));
  return TRY(decode_fs(t, name));
}

Result<int> dir_fd_arg(Thread& t, Value v) {
  if (!v || v.is_none()) return AT_FDCWD;
  if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "argument should be integer or None, not %T", v);
  TRY(warn_bool_fd(t, v));
  Result<int64_t> n = to_int64(t, v);
  if (!n.ok()) {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    return RAISE(OverflowError, "fd is greater than maximum");
  }
  if (n.value() > INT_MAX) return RAISE(OverflowError, "fd is greater than maximum");
  if (n.value() < INT_MIN) return RAISE(OverflowError, "fd is less than minimum");
  return static_cast<int>(n.value());
}

Result<int> fd_arg(Thread& t, Value v) {
  Value n = v;
  if (!is_int(v)) {
    Opt method = TRY(lookup_attr(t, v, NAME("fileno")));
    if (!method) return RAISE(TypeError, "argument must be an int, or have a fileno() method.");
    n = TRY(call(t, method.v));
    if (!is_int(n)) return RAISE(TypeError, "fileno() returned a non-integer");
  } else {
    TRY(warn_bool_fd(t, v));
  }
  int fd = TRY(to_cint(t, n));
  if (fd < 0) return RAISE(ValueError, "file descriptor cannot be a negative integer (%d)", fd);
  return fd;
}

Result<int64_t> int_arg(Thread& t, Value v, int64_t fallback) {
  if (!v) return fallback;
  return static_cast<int64_t>(TRY(to_cint(t, v)));
}

Result<bool> bool_arg(Thread& t, Value v, bool fallback) {
  if (!v) return fallback;
  return truth(t, v);
}

Result<uint32_t> uid_arg(Thread& t, Value v, const char* what) {
  if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "%s should be integer, not %T", what, v);
  Value i = TRY(to_index(t, v));
  Result<int64_t> n = to_int64(t, i);
  if (!n.ok()) {
    clear_exc(t);
    bool negative = TRY(compare_bool(t, CompareOp::LT, i, small_int(0)));
    return RAISE(OverflowError, negative ? "%s is less than minimum" : "%s is greater than maximum", what);
  }
  if (n.value() < -1) return RAISE(OverflowError, "%s is less than minimum", what);
  if (n.value() > 0xFFFFFFFF) return RAISE(OverflowError, "%s is greater than maximum", what);
  return static_cast<uint32_t>(n.value());
}

Result<Value> uid_value(Thread& t, uint32_t id) { return make_int(t, id == 0xFFFFFFFFu ? -1 : static_cast<int64_t>(id)); }

Status check_dir_fd(Thread& t, const char* func, const OsPath& p, int dir_fd) {
  if (dir_fd == AT_FDCWD) return {};
  if (p.is_none || p.is_fd) return RAISE(ValueError, "%s: can't specify dir_fd without matching path", func);
  return {};
}

Status check_follow(Thread& t, const char* func, const OsPath& p, int dir_fd, bool follow) {
  TRY(check_dir_fd(t, func, p, dir_fd));
  if (p.is_fd && !follow) return RAISE(ValueError, "%s: cannot use fd and follow_symlinks together", func);
  return {};
}

static double round_time(double x, Rounding r) {
  switch (r) {
    case Rounding::kFloor: return floor(x);
    case Rounding::kCeiling: return ceil(x);
    case Rounding::kTimeout: return x >= 0 ? ceil(x) : floor(x);
    case Rounding::kHalfEven: break;
  }
  double n = round(x);
  if (fabs(x - n) == 0.5) n = 2.0 * round(x / 2.0);
  return n;
}

Result<int64_t> time_arg(Thread& t, Value v, Rounding r) {
  constexpr double kLimit = 9223372036854775808.0;
  if (is_float(v)) {
    double d = float_value(v);
    if (isnan(d)) return RAISE(ValueError, "Invalid value NaN (not a number)");
    d = round_time(d * 1e9, r);
    if (!(d >= -kLimit && d < kLimit)) return RAISE(OverflowError, "timestamp out of range for C PyTime_t");
    return static_cast<int64_t>(d);
  }
  if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "'%T' object cannot be interpreted as an integer or float", v);
  Result<int64_t> n = to_int64(t, v);
  int64_t ns;
  if (!n.ok()) {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    return RAISE(OverflowError, "timestamp out of range for C PyTime_t");
  }
  if (__builtin_mul_overflow(n.value(), int64_t{1000000000}, &ns)) return RAISE(OverflowError, "timestamp out of range for C PyTime_t");
  return ns;
}

int64_t monotonic_ns() {
  timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return ts.tv_sec * 1000000000 + ts.tv_nsec;
}

Status add_constants(Thread& t, Module* m, const Constant* c, size_t n) {
  for (size_t i = 0; i < n; i++) {
    Value v = TRY(make_int(t, c[i].value));
    TRY(module_add(t, m, c[i].name, v));
  }
  return {};
}

Status add_functions(Thread& t, Module* m, Rows<MethodDef> rows) {
  Value name = dict_get_str(m->dict, NAME("__name__"));
  for (const MethodDef& f : rows) {
    Value fn = TRY(new_native_function(t, &f, nullptr, m, name));
    TRY(module_add(t, m, f.name, fn));
  }
  return {};
}

Result<Type*> make_exception(Thread& t, const char* qualified, Type* base, const char* doc) {
  const char* dot = strrchr(qualified, '.');
  Dict* ns = TRY(new_dict(t));
  Value module = TRY(new_str_ascii(t, qualified, static_cast<size_t>(dot - qualified)));
  TRY(dict_set_str(t, ns, "__module__", module));
  if (doc) {
    Value text = TRY(new_str(t, doc));
    TRY(dict_set_str(t, ns, "__doc__", text));
  }
  Tuple* bases = TRY(make_tuple(t, Value(base)));
  return new_class(t, KAA_TYPE(type), intern_name(dot + 1), bases, ns, nullptr, nullptr);
}

}  // namespace kaa
