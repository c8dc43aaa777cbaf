// Configurations of interpreters, as namespaces with one attribute for each field.
#include "modules/interpreters/interpreters.h"
#include "types/objmodel.h"

namespace kaa::interpreters {

namespace {
struct Flag { const char* name; bool InterpreterConfig::*at; };
constexpr Flag k_flags[] = {
    {"use_main_obmalloc", &InterpreterConfig::use_main_obmalloc},
    {"allow_fork", &InterpreterConfig::allow_fork},
    {"allow_exec", &InterpreterConfig::allow_exec},
    {"allow_threads", &InterpreterConfig::allow_threads},
    {"allow_daemon_threads", &InterpreterConfig::allow_daemon_threads},
    {"check_multi_interp_extensions", &InterpreterConfig::check_multi_interp_extensions},
};
constexpr const char* k_gil[] = {"default", "shared", "own"};  // by GilConfig

constexpr InterpreterConfig kIsolated;
constexpr InterpreterConfig kLegacy = {.use_main_obmalloc = true, .allow_fork = true, .allow_exec = true, .allow_threads = true, .allow_daemon_threads = true,
                                       .check_multi_interp_extensions = false, .gil = GilConfig::kShared};
constexpr InterpreterConfig kEmpty = {.use_main_obmalloc = false, .allow_fork = false, .allow_exec = false, .allow_threads = false, .allow_daemon_threads = false,
                                      .check_multi_interp_extensions = false, .gil = GilConfig::kDefault};

Status take_gil(Thread& t, Value v, GilConfig& out) {
  if (!is_str(v)) return RAISE(TypeError, "invalid config type: gil");
  for (int i = 0; i < 3; i++)
    if (str_equal_ascii(v.as<Str>(), k_gil[i])) { out = static_cast<GilConfig>(i); return {}; }
  return RAISE(ValueError, "unsupported interpreter config .gil value '%U'", v.as<Str>());
}
}  // namespace

Result<Value> config_namespace(Thread& t, const InterpreterConfig& c) {
  Value ns = TRY(new_simple_namespace(t));
  for (const Flag& f : k_flags) TRY(set_attr(t, ns, intern_name(f.name), Value::from_bool(c.*f.at)));
  TRY(set_attr(t, ns, NAME("gil"), intern_name(k_gil[static_cast<int>(c.gil)])));
  return ns;
}

Status config_named(Thread& t, Value name, InterpreterConfig& c) {
  Utf8 u;
  TRY(str_utf8(t, name.as<Str>(), u));
  std::string_view n = u.view();
  if (n.empty() || n == "default" || n == "isolated") c = kIsolated;
  else if (n == "legacy") c = kLegacy;
  else if (n == "empty") c = kEmpty;
  else return RAISE(ValueError, "unsupported config name '%U'", name.as<Str>());
  return {};
}

Status config_override(Thread& t, Dict* fields, InterpreterConfig& c, bool all) {
  Dict* rest = TRY(dict_copy(t, fields));
  auto take = [&](const char* name) -> Result<Opt> {
    Opt v = TRY(dict_pop(t, rest, intern_name(name)));
    if (!v && all) return RAISE(ValueError, "missing config key: %s", name);
    return v;
  };
  for (const Flag& f : k_flags) {
    Opt v = TRY(take(f.name));
    if (!v) continue;
    if (v.v != kTrue && v.v != kFalse) return RAISE(TypeError, "invalid config type: %s", f.name);
    c.*f.at = v.v == kTrue;
  }
  Opt gil = TRY(take("gil"));
  if (gil) TRY(take_gil(t, gil.v, c.gil));
  int64_t extra = TRY(length(t, rest));
  if (extra) return RAISE(ValueError, "config dict has %ld extra item%s (%R)", extra, extra == 1 ? "" : "s", Value(rest));
  return {};
}

Status config_from(Thread& t, Value v, InterpreterConfig& c) {
  c = kIsolated;
  if (!v || v.is_none()) return {};
  if (is_str(v)) return config_named(t, v, c);
  Opt d = TRY(lookup_attr(t, v, NAME("__dict__")));
  if (!d || !is_dict(d.v)) return RAISE(TypeError, "bad config %R", v);
  return config_override(t, d.v.as<Dict>(), c, true);
}

}  // namespace kaa::interpreters
