// What an interpreter needs before it can run a program: importlib, codecs, __main__, the standard streams, site.
#include "main/boot.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/faulthandler/faulthandler.h"
#include "modules/import.h"
#include "modules/io/io.h"
#include "modules/signal_module.h"
#include "runtime/call.h"
#include "runtime/codecs_api.h"
#include "runtime/startup.h"

namespace kaa {

const char* env(const Config& c, const char* name) {
  if (c.ignore_environment) return nullptr;
  const char* v = getenv(name);
  return v && *v ? v : nullptr;
}
bool in_c_locale() {
  const char* loc = setlocale(LC_CTYPE, nullptr);
  return !loc || !strcmp(loc, "C") || !strcmp(loc, "POSIX");
}

namespace {

// The name of the codec for the standard streams: the locale's, or UTF-8.
Result<Value> locale_codec(Thread& t) {
  const char* name = g_config.utf8_mode ? "" : nl_langinfo(CODESET);
  if (!name || !*name || !strcmp(name, "UTF-8")) return NAME("utf-8");
  Value lookup = TRY(import_attr(t, "codecs", "lookup"));
  return get_attr(t, TRY(call(t, lookup, TRY(new_str(t, name)))), NAME("name"));
}

Status make_std_streams(Thread& t) {
  const Config& c = g_config;
  Value enc = TRY(locale_codec(t)), errors = NAME("strict"), in_errors = errors, err_errors = NAME("backslashreplace");
  // In the UTF-8 mode and in the C locale and its like what cannot be decoded passes through.
  bool lenient = c.utf8_mode || in_c_locale();
  for (const char* target : kUtf8Locales) lenient |= !strcmp(setlocale(LC_CTYPE, nullptr), target);
  if (lenient) in_errors = errors = NAME("surrogateescape");
  if (const char* e = env(c, "PYTHONIOENCODING")) {
    std::string s = e;
    size_t colon = s.find(':');
    if (colon != 0) {
      enc = TRY(new_str(t, s.substr(0, colon)));
      Value lookup = TRY(import_attr(t, "codecs", "lookup"));
      Value codec = TRY(call(t, lookup, enc));
      enc = TRY(get_attr(t, codec, NAME("name")));
      in_errors = errors = NAME("strict");
    }
    if (colon != std::string::npos && colon + 1 < s.size()) in_errors = errors = TRY(new_str(t, s.substr(colon + 1)));
  }
  bool interactive = c.interactive || (isatty(0) && isatty(1));
  auto open = [&](int fd, const char* mode, const char* name, Value err, bool line, const char* attr, const char* dunder) -> Status {
    struct stat st;
    Value f = kNone;
    if (fstat(fd, &st) == 0) f = TRY(io_open_std(t, fd, mode, name, enc, err, line, c.unbuffered && fd, c.unbuffered && fd));
    TRY(sys_set(t, attr, f));
    return sys_set(t, dunder, f);
  };
  TRY(open(0, "r", "<stdin>", in_errors, false, "stdin", "__stdin__"));
  TRY(open(1, "w", "<stdout>", errors, interactive || isatty(1), "stdout", "__stdout__"));
  return open(2, "w", "<stderr>", err_errors, true, "stderr", "__stderr__");
}

Status make_main_module(Thread& t) {
  Module* main = TRY(alloc<Module>(t, KAA_SHAPE(module)));
  main->dict.init(TRY(new_dict(t)));
  TRY(dict_set_str(t, main->dict, "__name__", NAME("__main__")));
  for (const char* n : {"__doc__", "__package__", "__loader__", "__spec__"}) TRY(dict_set_str(t, main->dict, n, kNone));
  Value loader = TRY(get_attr(t, interp().importlib, NAME("BuiltinImporter")));
  TRY(dict_set_str(t, main->dict, "__loader__", loader));
  Opt b = TRY(dict_get(t, interp().modules, NAME("builtins")));
  TRY(dict_set_str(t, main->dict, "__builtins__", b.v));
  return dict_set(t, interp().modules, NAME("__main__"), main);
}

}  // namespace

Status boot_library(Thread& t, bool main) {
  TRY(set_early_stderr(t));
  TRY(start_importlib(t, TRY(new_str(t, g_config.stdlib))));
  TRY(import_module(t, "encodings"));
  if (main) {
    TRY(install_signals(t));
    if (g_config.faulthandler || g_config.dev_mode) faulthandler_enable_at_start();
  }
  TRY(make_main_module(t));
  TRY(make_std_streams(t));
  Value open = TRY(import_attr(t, "io", "open"));
  TRY(dict_set_str(t, interp().builtins, "open", open));
  if (!g_config.warn_options.empty()) TRY(import_module(t, "warnings"));
  if (!g_config.no_site) TRY(import_module(t, "site"));
  if (main) {
    g_gc.booting = false;
    t.heap->age_young();
  }
  if (main || !g_config.has_path_0) return {};
  Value first = TRY(decode_fs(t, g_config.path_0));
  TRY(call_method(t, sys_get("path"), NAME("insert"), small_int(0), first));
  return {};
}

void finish_threads(Thread& t) {
  Result<Opt> threading = dict_get(t, interp().modules, NAME("threading"));
  if (!threading.ok()) return clear_exc(t);
  if (threading.value() && !call_method(t, threading.value().v, NAME("_shutdown")).ok()) write_unraisable(t, Value());
}

bool flush_std_files(Thread& t) {
  static bool failed = false;  // what could not be written the first time is not complained about again
  for (const char* n : {"stdout", "stderr"}) {
    Value f = sys_get(n);
    if (!f || f.is_none()) continue;
    Result<Opt> closed = lookup_attr(t, f, NAME("closed"));
    if (closed.ok() && closed.value() && closed.value().v == kTrue) continue;
    if (!call_method(t, f, NAME("flush")).ok()) {
      if (n[3] == 'o' && !failed) { write_unraisable(t, kNone, "Exception ignored while flushing sys.stdout"); failed = true; }
      clear_exc(t);
    }
  }
  return failed;
}

}  // namespace kaa
