// The program `kaa`: command line, environment, start-up, what runs as __main__, shut-down.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "heap/verify.h"
#include "base/version.h"
#include "main/boot.h"
#include "main/interactive.h"
#include "modules/kaa/kaa.h"
#include "modules/code_builtins.h"
#include "modules/frozen.h"
#include "modules/import.h"
#include "modules/io/io.h"
#include "modules/remote_debug.h"
#include "modules/signal_module.h"
#include "modules/sys_module.h"
#include "objects/exceptions.h"
#include "runtime/audit.h"
#include "runtime/call.h"
#include "runtime/codecs_api.h"
#include "runtime/startup.h"
#include "runtime/traceback.h"
#include "runtime/types.h"
#include "runtime/weakrefs.h"

#ifdef KAA_RECORD_PROFILE
extern "C" int __llvm_profile_write_file(void);
#endif

using namespace kaa;

namespace {

const char k_usage[] = "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";
const char k_help[] =
    "Options (and the environment variables that do the same):\n"
    "-b     : warn about str(bytes), comparing bytes with str; -bb: errors\n"
    "-B     : write no .pyc files; PYTHONDONTWRITEBYTECODE=x\n"
    "-c cmd : program given as text (ends the options)\n"
    "-d     : parser debugging (no effect)\n"
    "-E     : ignore PYTHON* environment variables\n"
    "-h     : this help; also -? and --help\n"
    "-i     : go on interactively after the program; PYTHONINSPECT=x\n"
    "-I     : isolated from the environment (means -E, -P and -s)\n"
    "-m mod : run a library module as a program (ends the options)\n"
    "-O     : no assert statements, __debug__ is False; PYTHONOPTIMIZE=x\n"
    "-OO    : no docstrings either\n"
    "-P     : do not put a possibly unsafe folder first on sys.path; PYTHONSAFEPATH\n"
    "-q     : no version and copyright in interactive mode\n"
    "-s     : no user site folder on sys.path; PYTHONNOUSERSITE=x\n"
    "-S     : no 'import site' at start\n"
    "-u     : unbuffered standard output and error; PYTHONUNBUFFERED=x\n"
    "-v     : say what is imported; PYTHONVERBOSE=x\n"
    "-V     : version; also --version (twice: more)\n"
    "-W arg : warning control, action:message:category:module:lineno; PYTHONWARNINGS=arg\n"
    "-x     : skip the first line of the source\n"
    "-X opt : implementation options: dev, utf8, importtime, int_max_str_digits=N, pycache_prefix=DIR, ...\n"
    "file   : program read from a file\n"
    "-      : program read from standard input (the default; interactive on a terminal)\n"
    "arg ...: arguments of the program, in sys.argv[1:]\n"
    "More help: --help-env, --help-xoptions, --help-all\n";
const char k_help_environment[] =
    "Environment variables, besides those named with the options:\n"
    "PYTHONPATH     : folders and archives that come first on sys.path, separated by ':'\n"
    "PYTHONHOME     : where the installation is\n"
    "PYTHONSTARTUP  : a file that the interactive mode runs first\n"
    "PYTHONUSERBASE : the folder that the user's site-packages are in\n"
    "PYTHONBREAKPOINT: what breakpoint() calls; 0: nothing\n"
    "PYTHONHASHSEED : 'random', or the number that hashes of str and bytes start from\n"
    "PYTHONIOENCODING: encoding[:errors] of the standard streams\n"
    "PYTHONUTF8     : as -X utf8\n"
    "PYTHONCOERCECLOCALE: 0: the C locale is not exchanged for one with UTF-8; warn: it is said\n"
    "PYTHONDEVMODE, PYTHONFAULTHANDLER, PYTHONINTMAXSTRDIGITS, PYTHONNODEBUGRANGES, PYTHONPROFILEIMPORTTIME, PYTHONPYCACHEPREFIX,\n"
    "PYTHONTRACEMALLOC, PYTHONWARNDEFAULTENCODING, PYTHON_CPU_COUNT, PYTHON_DISABLE_REMOTE_DEBUG, PYTHON_FROZEN_MODULES: as the -X options\n"
    "PYTHONASYNCIODEBUG: asyncio's debug mode\n"
    "PYTHON_BASIC_REPL: the plain interactive mode\n"
    "PYTHON_COLORS, NO_COLOR, FORCE_COLOR: whether output is coloured\n"
    "PYTHON_HISTORY : the file of the interactive mode's history\n"
    "KAA_STDLIB     : another copy of the library\n";
const char k_help_xoptions[] =
    "Implementation options:\n"
    "-X cpu_count=N|default : what os.cpu_count() says\n"
    "-X dev                 : development mode: more checks and warnings\n"
    "-X disable-remote-debug: sys.remote_exec() of other processes is not answered\n"
    "-X faulthandler        : tracebacks at fatal errors\n"
    "-X frozen_modules=on|off: whether modules for the start are read the fast way\n"
    "-X importtime[=2]      : how long each import takes; 2: modules that are there already, too\n"
    "-X int_max_str_digits=N: the most digits in conversions between int and str; 0: any number\n"
    "-X lifecycle[=FILE]    : figures of how objects lived at the end, or a report in a file\n"
    "-X no_debug_ranges     : no columns in tracebacks\n"
    "-X pycache_prefix=DIR  : .pyc files go to a tree of their own\n"
    "-X tracemalloc[=N]     : allocations are traced, N frames deep\n"
    "-X utf8[=0|1]          : UTF-8 mode\n"
    "-X warn_default_encoding: EncodingWarning where files are opened with the locale's encoding\n";

struct What {
  enum Kind { kStdin, kFile, kCommand, kModule } kind = kStdin;
  std::string text;
  bool skip_first_line = false, random_hash = false;
};

int env_level(const char* v) { return v ? (atoi(v) > 0 ? atoi(v) : 1) : 0; }

// Parses the options; returns an exit status, or -1 to go on.
int parse_options(int argc, char** argv, Config& c, What& what) {
  int i = 1, version = 0;
  bool done = false;
  for (int k = 0; k < argc; k++) c.orig_argv.push_back(argv[k]);
  auto usage = [&](const char* text) {
    fprintf(stderr, "%s", text);
    fprintf(stderr, k_usage, argv[0]);
    fputs("Try `kaa -h' for more information.\n", stderr);
    return 2;
  };
  for (; i < argc && !done; i++) {
    const char* a = argv[i];
    if (a[0] != '-' || !a[1]) break;
    if (!strcmp(a, "--")) { i++; break; }
    if (a[1] == '-') {
      if (!strcmp(a, "--help")) { printf(k_usage, argv[0]); fputs(k_help, stdout); return 0; }
      bool all = !strcmp(a, "--help-all"), environment = !strcmp(a, "--help-env"), xoptions = !strcmp(a, "--help-xoptions");
      if (all) { printf(k_usage, argv[0]); fputs(k_help, stdout); }
      if (all || environment) fputs(k_help_environment, stdout);
      if (all || xoptions) fputs(k_help_xoptions, stdout);
      if (all || environment || xoptions) return 0;
      if (!strcmp(a, "--version")) { version++; continue; }
      if (!strcmp(a, "--check-hash-based-pycs")) {
        if (i + 1 >= argc) return usage("Argument expected for the --check-hash-based-pycs options\n");
        c.check_hash_based_pycs = argv[++i];
        if (c.check_hash_based_pycs != "always" && c.check_hash_based_pycs != "default" && c.check_hash_based_pycs != "never")
          return usage("--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n");
        continue;
      }
      return usage((std::string("Unknown option: ") + a + "\n").c_str());
    }
    for (const char* p = a + 1; *p && !done; p++) {
      auto argument = [&](const char*& out) {
        if (p[1]) { out = p + 1; return true; }
        if (i + 1 < argc) { out = argv[++i]; return true; }
        return false;
      };
      const char* arg = nullptr;
      char missing[64];
      switch (*p) {
        case 'b': c.bytes_warning++; break;
        case 'B': c.dont_write_bytecode++; break;
        case 'd': c.debug++; break;
        case 'E': c.ignore_environment = 1; break;
        case 'h': case '?': printf(k_usage, argv[0]); fputs(k_help, stdout); return 0;
        case 'i': c.inspect++; c.interactive++; break;
        case 'I': c.isolated = c.ignore_environment = c.no_user_site = c.safe_path = 1; break;
        case 'O': c.optimize++; break;
        case 'P': c.safe_path = 1; break;
        case 'q': c.quiet++; break;
        case 's': c.no_user_site = 1; break;
        case 'S': c.no_site = 1; break;
        case 'u': c.unbuffered = 1; break;
        case 'v': c.verbose++; break;
        case 'V': version++; break;
        case 'x': what.skip_first_line = true; break;
        case 'R': what.random_hash = true; break;
        case 'J': return usage("-J is reserved for Jython\n");
        case 'c': case 'm': case 'W': case 'X':
          if (!argument(arg)) {
            snprintf(missing, sizeof missing, "Argument expected for the -%c option\n", *p);
            return usage(missing);
          }
          if (*p == 'c') { what.kind = What::kCommand; what.text = arg; done = true; }
          else if (*p == 'm') { what.kind = What::kModule; what.text = arg; done = true; }
          else if (*p == 'W') c.warn_options.push_back(arg);
          else {
            const char* eq = strchr(arg, '=');
            c.x_options.push_back({eq ? std::string(arg, eq) : arg, eq ? eq + 1 : ""});
            c.x_has_value.push_back(eq != nullptr);
          }
          p = "x";
          if (!done) { p = " "; }
          break;
        default: {
          char text[64];
          snprintf(text, sizeof text, "Unknown option: -%c\n", *p);
          return usage(text);
        }
      }
      if (arg) break;
    }
  }
  if (version) {
    if (version > 1) puts("Kaa (Python " KAA_PYTHON_VERSION "), deferred reference counting, register bytecode");
    else puts("Python " KAA_PYTHON_VERSION " (Kaa)");
    return 0;
  }
  if (what.kind == What::kCommand) c.argv.push_back("-c");
  else if (what.kind == What::kModule) c.argv.push_back("-m");
  else if (i < argc && strcmp(argv[i], "-")) { what.kind = What::kFile; what.text = argv[i]; c.argv.push_back(argv[i]); i++; }
  else if (i < argc) { c.argv.push_back("-"); i++; }
  else c.argv.push_back("");
  for (; i < argc; i++) c.argv.push_back(argv[i]);
  return -1;
}

bool is_file(const std::string& p) { struct stat s; return stat(p.c_str(), &s) == 0 && S_ISREG(s.st_mode); }
std::string parent(const std::string& p) { size_t i = p.rfind('/'); return i == std::string::npos ? "." : i == 0 ? "/" : p.substr(0, i); }

// The folder of the program that made the virtual environment at `folder`: what its pyvenv.cfg calls home. Empty: it is none.
std::string venv_home(const std::string& folder) {
  FILE* f = fopen((folder + "/pyvenv.cfg").c_str(), "re");
  if (!f) return "";
  char line[PATH_MAX + 64];
  std::string home;
  while (home.empty() && fgets(line, sizeof line, f)) {
    char* eq = strchr(line, '=');
    if (!eq) continue;
    auto trimmed = [](std::string s) {
      size_t a = s.find_first_not_of(" \t\r\n"), z = s.find_last_not_of(" \t\r\n");
      return a == std::string::npos ? std::string() : s.substr(a, z - a + 1);
    };
    if (trimmed(std::string(line, eq)) == "home") home = trimmed(eq + 1);
  }
  fclose(f);
  return home;
}

// Where the library is (docs/design/library.md).
[[gnu::noinline]] bool find_library(Config& c) {
  char exe[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
  std::string self = n > 0 ? std::string(exe, static_cast<size_t>(n)) : c.executable;
  std::string b = parent(self), up = parent(b);
  const char* e = getenv("KAA_STDLIB");
  std::string tries[] = {e ? e : "", up + "/lib/kaa3.14", parent(up) + "/.deps/stdlib/lib/kaa3.14", "", ""};
  // A copy of the program in a virtual environment: as the original would.
  for (const std::string& d : {b, up})
    if (std::string h = venv_home(d); !h.empty()) {
      tries[3] = parent(h) + "/lib/kaa3.14";
      tries[4] = parent(parent(h)) + "/.deps/stdlib/lib/kaa3.14";
      break;
    }
  const char* home = env(c, "PYTHONHOME");
  if (home && !e) {  // PREFIX or PREFIX:EXEC_PREFIX: the library is there or nowhere
    tries[1] = std::string(home, strcspn(home, ":")) + "/lib/kaa3.14";
    tries[2] = "";
  }
  for (const std::string& t : tries) {
    if (t.empty() || !is_file(t + "/os.py")) continue;
    char real[PATH_MAX];
    c.stdlib = realpath(t.c_str(), real) ? real : t;
    c.base_prefix = parent(parent(c.stdlib));
    return true;
  }
  if (home && !e) {
    const char* path = env(c, "PYTHONPATH");
    fprintf(stderr, "Could not find platform independent libraries <prefix>\nPython path configuration:\n  PYTHONHOME = '%s'\n", home);
    if (path) fprintf(stderr, "  PYTHONPATH = '%s'\n", path);
    else fputs("  PYTHONPATH = (not set)\n", stderr);
    fprintf(stderr, "  program name = '%s'\n  isolated = %d\n  environment = %d\n  user site = %d\n  safe_path = %d\n  import site = %d\n  stdlib dir = '%s'\n", c.executable.c_str(),
            c.isolated, !c.ignore_environment, !c.no_user_site, c.safe_path, !c.no_site, tries[1].c_str());
    fputs("Fatal Python error: init_fs_encoding: failed to get the Python codec of the filesystem encoding\nPython runtime state: core initialized\n"
          "ModuleNotFoundError: No module named 'encodings'\n", stderr);
    return false;
  }
  fprintf(stderr, "kaa: cannot find the Python library (os.py): looked in $KAA_STDLIB, %s and %s\n", tries[1].c_str(), tries[2].c_str());
  return false;
}

int bad_config(const char* where, const char* message, const char* state = "preinitialized") {
  fprintf(stderr, "Fatal Python error: %s%s%s\nPython runtime state: %s\n\n", where, *where ? ": " : "", message, state);
  return 1;
}
bool known_allocator(const char* s) {
  for (const char* name : {"default", "debug", "pymalloc", "pymalloc_debug", "mimalloc", "mimalloc_debug", "malloc", "malloc_debug"})
    if (!strcmp(s, name)) return true;
  return false;
}
bool zero_or_one(const char* s, int& out) {
  if (strcmp(s, "0") && strcmp(s, "1")) return false;
  out = *s - '0';
  return true;
}
constexpr struct { const char *option, *variable, *where; int Config::*value; } k_context_flags[] = {
    {"context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS", "config_init_context_aware_warnings", &Config::context_aware_warnings},
    {"thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT", "config_init_thread_inherit_context", &Config::thread_inherit_context},
};
// There is a lock, as in CPython's usual build, and no way to do without it.
bool wants_gil(const char* s, int* status) {
  if (!strcmp(s, "1")) return true;
  *status = bad_config("config_read_gil", strcmp(s, "0") ? "PYTHON_GIL / -X gil must be \"0\" or \"1\"" : "Disabling the GIL is not supported by this build");
  return false;
}
bool int_limit(const char* s, int64_t& out) {
  char* end;
  errno = 0;
  long n = strtol(s, &end, 10);
  if (!*s || *end || errno || n > INT_MAX || (n != 0 && n < 640)) return false;
  out = n;
  return true;
}
bool cpu_number(const char* s, int& out) {
  if (!strcmp(s, "default")) { out = -1; return true; }
  char* end;
  errno = 0;
  long n = strtol(s, &end, 10);
  if (!*s || *end || errno || n < 1 || n > INT_MAX) return false;
  out = static_cast<int>(n);
  return true;
}

// PEP 538: the C locale becomes one that has UTF-8, here and for programs started from here.
void coerce_c_locale(const Config& c) {
  const char* ctype = setlocale(LC_CTYPE, nullptr);
  const char* all = getenv("LC_ALL");
  const char* wish = c.ignore_environment ? nullptr : getenv("PYTHONCOERCECLOCALE");
  if (!ctype || strcmp(ctype, "C") || (all && *all) || (wish && !strcmp(wish, "0"))) return;
  for (const char* target : kUtf8Locales) {
    if (!setlocale(LC_CTYPE, target)) continue;
    setenv("LC_CTYPE", target, 1);
    if (wish && !strcmp(wish, "warn"))
      fprintf(stderr, "Python detected LC_CTYPE=C: LC_CTYPE coerced to %s (set another locale or PYTHONCOERCECLOCALE=0 to disable this locale coercion behavior).\n", target);
    return;
  }
}

// PROGRAM._pth beside the program, as called: its lines are the whole of sys.path, and the environment has no say.
std::string without_dots(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t p = 0; p <= path.size();) {
    size_t e = path.find('/', p);
    if (e == std::string::npos) e = path.size();
    std::string part = path.substr(p, e - p);
    if (part == ".." && !parts.empty()) parts.pop_back();
    else if (!part.empty() && part != "." && part != "..") parts.push_back(part);
    p = e + 1;
  }
  std::string out;
  for (const std::string& part : parts) out += "/" + part;
  return out.empty() ? "/" : out;
}
bool take_pth_file(Config& c) {
  FILE* f = c.executable.empty() ? nullptr : fopen((c.executable + "._pth").c_str(), "re");
  if (!f) return false;
  c.isolated = c.ignore_environment = c.no_user_site = c.safe_path = c.no_site = 1;
  char* text = nullptr;
  size_t room = 0;
  while (getline(&text, &room, f) >= 0) {
    std::string line = text;
    if (size_t hash = line.find('#'); hash != std::string::npos) line.resize(hash);
    size_t end = line.find_last_not_of(" \t\r\n"), begin = line.find_first_not_of(" \t\r\n");
    if (end == std::string::npos) continue;
    line = line.substr(begin, end + 1 - begin);
    if (line == "import site") c.no_site = 0;
    else if (line.rfind("import ", 0) == 0) fputs("unsupported 'import' line in ._pth file\n", stderr);
    else c.path.push_back(without_dots(line[0] == '/' ? line : parent(c.executable) + "/" + line));
  }
  free(text);
  fclose(f);
  return true;
}

[[gnu::noinline]] int configure(char** argv, Config& c, const What& what) {
  int status = 0;
  int utf8 = -1;  // the UTF-8 mode, when somebody has said it
  bool c_locale = in_c_locale();
  coerce_c_locale(c);
  if (env(c, "PYTHONDEBUG")) c.debug = 1;
  if (env(c, "PYTHONDONTWRITEBYTECODE")) c.dont_write_bytecode = 1;
  if (env(c, "PYTHONUNBUFFERED")) c.unbuffered = 1;
  if (env(c, "PYTHONNOUSERSITE")) c.no_user_site = 1;
  if (env(c, "PYTHONSAFEPATH")) c.safe_path = 1;
  if (env(c, "PYTHONINSPECT")) c.inspect = 1;
  if (int n = env_level(env(c, "PYTHONOPTIMIZE")); n > c.optimize) c.optimize = n;
  if (int n = env_level(env(c, "PYTHONVERBOSE")); n > c.verbose) c.verbose = n;
  if (env(c, "PYTHONDEVMODE")) c.dev_mode = 1;
  if (env(c, "PYTHONWARNDEFAULTENCODING")) c.warn_default_encoding = 1;
  if (const char* p = env(c, "PYTHONPYCACHEPREFIX")) c.pycache_prefix = p;
  if (const char* s = env(c, "PYTHONHASHSEED"); s && !what.random_hash && strcmp(s, "random")) {
    char* end;
    unsigned long n = strtoul(s, &end, 10);
    if (*end || n > 4294967295ul) {
      return bad_config("config_init_hash_seed", "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]");
    }
    c.hash_seed = static_cast<int64_t>(n);
  }
  if (const char* s = env(c, "PYTHONINTMAXSTRDIGITS"); s && !int_limit(s, c.int_max_str_digits)) return bad_config("config_init_int_max_str_digits", "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.");
  if (const char* s = env(c, "PYTHON_CPU_COUNT"); s && !cpu_number(s, c.cpu_count)) return bad_config("config_init_cpu_count", "-X cpu_count=n option: n is missing or an invalid number, n must be greater than 0");
  if (const char* s = env(c, "PYTHONMALLOC"); s && !known_allocator(s)) return bad_config("preconfig_init_allocator", "PYTHONMALLOC: unknown allocator", "preinitializing");
  for (const auto& f : k_context_flags)
    if (const char* s = env(c, f.variable); s && !zero_or_one(s, c.*f.value))
      return bad_config(f.where, (std::string(f.variable) + "=N: N is missing or invalid").c_str());
  if (const char* s = env(c, "PYTHON_GIL"); s && !wants_gil(s, &status)) return status;
  if (const char* s = env(c, "PYTHONPROFILEIMPORTTIME")) c.import_time = !strcmp(s, "2") ? 2 : 1;
  if (env(c, "PYTHONNODEBUGRANGES")) g_no_debug_ranges = true;
  if (const char* s = env(c, "PYTHONUTF8")) {
    if (strcmp(s, "0") && strcmp(s, "1")) return bad_config("preconfig_init_utf8_mode", "invalid PYTHONUTF8 environment variable value", "preinitializing");
    utf8 = *s - '0';
  }
  std::string frozen;
  if (const char* s = env(c, "PYTHON_FROZEN_MODULES")) frozen = s;
  if (env(c, "PYTHONFAULTHANDLER")) c.faulthandler = true;
  for (size_t i = 0; i < c.x_options.size(); i++) {
    const auto& [k, v] = c.x_options[i];
    if (k == "faulthandler") c.faulthandler = true;
    if (k == "dev") c.dev_mode = 1;
    if (k == "int_max_str_digits" && !int_limit(v.c_str(), c.int_max_str_digits)) return bad_config("config_init_int_max_str_digits", "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.");
    if (k == "cpu_count" && !cpu_number(v.c_str(), c.cpu_count)) return bad_config("config_init_cpu_count", "-X cpu_count=n option: n is missing or an invalid number, n must be greater than 0");
    if (k == "importtime") {
      c.import_time = v == "2" ? 2 : 1;
      if (c.x_has_value[i] && v != "1" && v != "true" && v != "2") return bad_config("config_init_import_time", "-X importtime: values other than 1 and 2 are reserved for future use.");
    }
    if (k == "no_debug_ranges") g_no_debug_ranges = true;
    for (const auto& f : k_context_flags)
      if (k == f.option && !zero_or_one(v.c_str(), c.*f.value)) return bad_config(f.where, (std::string("-X ") + f.option + "=n: n is missing or invalid").c_str());
    if (k == "gil" && !wants_gil(v.c_str(), &status)) return status;
    if (k == "utf8") {
      if (c.x_has_value[i] && v != "0" && v != "1") return bad_config("preconfig_init_utf8_mode", "invalid -X utf8 option value", "preinitializing");
      utf8 = v != "0";
    }
    if (k == "pycache_prefix") c.pycache_prefix = v;
    if (k == "warn_default_encoding") c.warn_default_encoding = 1;
    if (k == "frozen_modules") frozen = c.x_has_value[i] ? v : "on";
  }
  if (!frozen.empty()) {
    if (frozen != "on" && frozen != "off") {
      return bad_config("", "bad value for option -X frozen_modules (expected \"on\" or \"off\")");
    }
    g_frozen_modules = frozen == "on";
  }
  c.utf8_mode = utf8 >= 0 ? utf8 : c_locale;
  c.ascii_arguments = !c.utf8_mode && in_c_locale();
  std::vector<std::string> from_env;
  if (const char* w = env(c, "PYTHONWARNINGS")) {
    std::string s = w;
    for (size_t p = 0; p <= s.size();) {
      size_t e = s.find(',', p);
      if (e == std::string::npos) e = s.size();
      if (e > p) from_env.push_back(s.substr(p, e - p));
      p = e + 1;
    }
  }
  std::vector<std::string> warn;
  if (c.dev_mode) warn.push_back("default");
  warn.insert(warn.end(), from_env.begin(), from_env.end());
  warn.insert(warn.end(), c.warn_options.begin(), c.warn_options.end());
  if (c.bytes_warning) warn.push_back(c.bytes_warning > 1 ? "error::BytesWarning" : "default::BytesWarning");
  c.warn_options = warn;

  // sys.executable: as called, made absolute.
  std::string exe = argv[0];
  if (exe.find('/') == std::string::npos) {
    std::string called = exe;
    exe.clear();  // nobody can say where it is
    const char* path = getenv("PATH");
    std::string s = path ? path : "";
    for (size_t p = 0; p <= s.size();) {
      size_t e = s.find(':', p);
      if (e == std::string::npos) e = s.size();
      std::string t = s.substr(p, e - p) + "/" + called;
      if (is_file(t) && access(t.c_str(), X_OK) == 0) { exe = t; break; }
      p = e + 1;
    }
  }
  char cwd[PATH_MAX];
  if (!exe.empty() && exe[0] != '/' && getcwd(cwd, sizeof cwd)) exe = std::string(cwd) + "/" + (exe.rfind("./", 0) == 0 ? exe.substr(2) : exe);
  c.executable = c.base_executable = exe;
  if (!find_library(c)) return 1;
  c.base_exec_prefix = c.base_prefix;
  c.prefix = c.exec_prefix = c.base_prefix;
  for (const std::string& d : {parent(exe), parent(parent(exe))})
    if (std::string home = venv_home(d); is_file(d + "/pyvenv.cfg")) {
      c.prefix = c.exec_prefix = d;
      if (!home.empty()) {
        c.base_executable = home + exe.substr(exe.rfind('/'));
        if (!is_file(c.base_executable)) c.base_executable = home + "/kaa";  // "python" is a name that environments alone have
      }
      break;
    }
  if (take_pth_file(c)) return 0;
  // sys.path without its first entry
  if (const char* p = env(c, "PYTHONPATH")) {
    std::string s = p;
    for (size_t q = 0; q <= s.size();) {
      size_t e = s.find(':', q);
      if (e == std::string::npos) e = s.size();
      c.path.push_back(s.substr(q, e - q));
      q = e + 1;
    }
  }
  c.path.push_back(c.base_prefix + "/lib/kaa314.zip");
  c.path.push_back(c.stdlib);
  c.path.push_back(c.stdlib + "/lib-dynload");
  return 0;
}

Result<Dict*> main_dict(Thread& t) {
  Opt m = TRY(dict_get(t, interp().modules, NAME("__main__")));
  return m.v.as<Module>()->dict.get();
}
Status path_insert(Thread& t, const std::string& s) {
  g_config.path_0 = s;
  g_config.has_path_0 = true;
  Value path = sys_get("path");
  Value v = TRY(decode_fs(t, s));
  TRY(call_method(t, path, NAME("insert"), Value::from_int(0), v));
  return {};
}

[[gnu::noinline]] Status read_all(Thread& t, int fd, std::string& out) {
  char buf[65536];
  for (;;) {
    ssize_t n = read(fd, buf, sizeof buf);
    if (n == 0) return {};
    if (n < 0) {
      if (errno == EINTR) { TRY(safepoint(t)); continue; }
      return raise_os_error(t, errno);
    }
    out.append(buf, static_cast<size_t>(n));
  }
}

Result<Value> run_source(Thread& t, const std::string& bytes, Str* filename) {
  std::string text;
  TRY(decode_source_bytes(t, bytes, filename, text, true));
  Result<Code*> code = compile_utf8(t, text, filename, CompileMode::kExec, 0, -1);
  if (!code.ok()) {
    // CPython reads a program line by line: an error at its end, where no line is left, has no column (and so no caret).
    if (exc_matches(t, KAA_TYPE(SyntaxError)) && is_instance(t.exc, KAA_TYPE(SyntaxError))) {
      ExcSyntax* e = t.exc.as<ExcSyntax>();
      bool at_end = e->end_offset.get() == small_int(-1);
      bool has_line = is_str(e->msg) && str_equal_ascii(e->msg.get().as<Str>(), "unexpected EOF while parsing") && e->offset.get() != small_int(2);
      if (at_end && !has_line) e->offset.set(small_int(0));
    }
    return Error{};
  }
  Dict* d = TRY(main_dict(t));
  return run_code(t, code.value(), d, d);
}

// Takes off the white space that all lines begin with; lines of nothing else become empty.
std::string dedent(const std::string& text) {
  std::string margin;
  bool first = true;
  auto each_line = [&](auto&& f) {
    for (size_t p = 0; p < text.size();) {
      size_t e = text.find('\n', p);
      size_t end = e == std::string::npos ? text.size() : e;
      size_t body = text.find_first_not_of(" \t", p);
      if (body == std::string::npos || body > end) body = end;
      f(p, body, end, e != std::string::npos);
      p = end + 1;
    }
  };
  each_line([&](size_t p, size_t body, size_t end, bool) {
    if (body == end) return;
    std::string own = text.substr(p, body - p);
    if (first) { margin = own; first = false; return; }
    size_t n = 0;
    while (n < margin.size() && n < own.size() && margin[n] == own[n]) n++;
    margin.resize(n);
  });
  std::string out;
  each_line([&](size_t p, size_t body, size_t end, bool more) {
    if (body != end) out.append(text, p + margin.size(), end - p - margin.size());
    if (more) out += '\n';
  });
  return out;
}

Result<Value> run_command(Thread& t, const std::string& argument) {
  Str* given = TRY(decode_fs(t, argument));
  Utf8 u;
  if (!str_utf8(t, given, u, false).ok()) {
    fputs("Unable to decode the command from the command line:\n", stderr);
    return Error{};
  }
  std::string text = dedent(std::string(u.view())) + "\n";
  Str* name = NAME("<string>");
  Code* code = TRY(compile_utf8(t, text, name, CompileMode::kExec, 0, -1));
  TRY(register_source(t, code, text, name));
  Dict* d = TRY(main_dict(t));
  return run_code(t, code, d, d);
}

// The standard input of a terminal, or with -i of anything. startup: the line editor runs $PYTHONSTARTUP first.
Result<Value> run_interactive(Thread& t, bool startup) {
  Dict* d = TRY(main_dict(t));
  if (isatty(0) && !env(g_config, "PYTHON_BASIC_REPL")) {
    Result<Value> r = import_attr(t, "_pyrepl.main", "interactive_console");
    if (r.ok()) {
      Opt main = TRY(dict_get(t, interp().modules, NAME("__main__")));
      return call(t, r.value(), main ? main.v : kNone, kFalse, Value::from_bool(startup));
    }
    clear_exc(t);
  }
  TRY(interact(t, d));
  return kNone;
}

Result<Value> base_repl(Thread& t, Args) {
  TRY(interact(t, TRY(main_dict(t))));
  return kNone;
}
const MethodDef k_base_repl{"_baserepl", base_repl, "()", "The interactive loop without a line editor.", MethodKind::kFunction};

Result<Value> run_module(Thread& t, Value name, bool set_argv0) {
  Value f = TRY(import_attr(t, "runpy", "_run_module_as_main"));
  return call(t, f, name, Value::from_bool(set_argv0));
}

// In functions of their own: a large buffer in a frame below the program's would hold stale words, which keep objects alive.
[[gnu::noinline]] std::string current_folder() {
  char cwd[PATH_MAX];
  return getcwd(cwd, sizeof cwd) ? cwd : "";
}
[[gnu::noinline]] std::string whole_path(const std::string& path) {
  if (path[0] == '/') return path;
  std::string cwd = current_folder();
  return cwd.empty() ? path : cwd + "/" + (path.rfind("./", 0) == 0 ? path.substr(2) : path);
}
[[gnu::noinline]] std::string folder_of(const std::string& path) {
  char real[PATH_MAX];
  return realpath(path.c_str(), real) ? parent(real) : parent(path);
}

// A folder or an archive with a __main__.py.
Result<Value> run_container(Thread& t, const std::string& path) {
  size_t n = path.size();
  TRY(path_insert(t, n > 2 && path.compare(n - 2, 2, "/.") == 0 ? path.substr(0, n - 2) : path));
  return run_module(t, NAME("__main__"), false);
}

// The program's name for itself is gone when it has ended, be it by an exception that nobody has printed yet.
struct MainFile {
  Thread& t;
  Dict* d;
  ~MainFile() {
    Value e = take_exc(t);
    for (const char* name : {"__file__", "__cached__"})
      if (!dict_pop(t, d, intern_name(name)).ok()) clear_exc(t);
    if (e) restore_exc(t, e);
  }
};

// status: what the program ends with when there is none to run.
Result<Value> run_file(Thread& t, const What& what, int& status) {
  const std::string& path = what.text;
  std::string whole = whole_path(path);  // which the main module's file has
  struct stat st;
  if (stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return run_container(t, whole);
  FILE* f = fopen(path.c_str(), "rbe");
  if (!f) {
    int error = errno;
    // A folder within an archive, or whatever else a hook of sys.path_hooks knows.
    Value finder = TRY(import_attr(t, "_frozen_importlib_external", "PathFinder"));
    Value importer = TRY(call_method(t, finder, NAME("_path_importer_cache"), TRY(decode_fs(t, whole))));
    if (!importer.is_none()) return run_container(t, whole);
    if (!g_config.safe_path) TRY(path_insert(t, path.find('/') == std::string::npos ? "" : folder_of(path)));
    fprintf(stderr, "%s: can't open file '%s': [Errno %d] %s\n", g_config.orig_argv[0].c_str(), whole.c_str(), error, strerror(error));
    status = 2;
    return kNone;
  }
  std::string bytes;
  Status s = read_all(t, fileno(f), bytes);
  fclose(f);
  TRY(s);
  // An archive ends with its directory, and a comment of at most 64 KiB.
  size_t tail = bytes.size() > 65557 ? bytes.size() - 65557 : 0;
  if (bytes.find("PK\x05\x06", tail) != std::string::npos) return run_container(t, whole);
  if (!g_config.safe_path) {
    TRY(path_insert(t, folder_of(path)));
  }
  Str* name = TRY(decode_fs(t, whole));
  Dict* d = TRY(main_dict(t));
  MainFile file{t, d};
  TRY(dict_set_str(t, d, "__file__", name));
  bool compiled = whole.size() > 4 && whole.rfind(".pyc") == whole.size() - 4;
  Value loader_type = TRY(import_attr(t, "_frozen_importlib_external", compiled ? "SourcelessFileLoader" : "SourceFileLoader"));
  Value loader = TRY(call(t, loader_type, NAME("__main__"), name));
  TRY(dict_set_str(t, d, "__loader__", loader));
  TRY(dict_set_str(t, d, "__cached__", kNone));
  if (compiled) {
    Value get_code = TRY(get_attr(t, loader, NAME("get_code")));
    Result<Value> code = call(t, get_code, NAME("__main__"));
    if (!code.ok()) {
      if (!exc_matches(t, KAA_TYPE(ImportError))) return Error{};
      clear_exc(t);
      return RAISE(RuntimeError, "Bad magic number in .pyc file");
    }
    return run_code(t, code.value().as<Code>(), d, d);
  }
  if (what.skip_first_line) {
    size_t e = bytes.find('\n');
    bytes = e == std::string::npos ? "" : bytes.substr(e);
  }
  return run_source(t, bytes, name);
}

[[gnu::noinline]] Result<Value> run_main(Thread& t, const What& what, int& status) {
  switch (what.kind) {
    case What::kCommand:
      if (!g_config.safe_path) TRY(path_insert(t, ""));
      return run_command(t, what.text);
    case What::kModule: {
      if (!g_config.safe_path) {
        TRY(path_insert(t, current_folder()));
      }
      Value name = TRY(new_str(t, what.text));
      return run_module(t, name, true);
    }
    case What::kFile: return run_file(t, what, status);
    case What::kStdin: break;
  }
  if (!g_config.safe_path) TRY(path_insert(t, ""));
  if (stdin_is_interactive()) {
    g_config.inspect = 0;
    print_banner(t);
    TRY(run_startup_file(t, TRY(main_dict(t))));
    run_interactive_hook(t);
    return run_interactive(t, false);
  }
  std::string bytes;
  if (fcntl(STDIN_FILENO, F_GETFD) >= 0) TRY(read_all(t, STDIN_FILENO, bytes));  // closed: there is no program
  Dict* d = TRY(main_dict(t));
  MainFile file{t, d};
  TRY(dict_set_str(t, d, "__file__", NAME("<stdin>")));
  TRY(dict_set_str(t, d, "__cached__", kNone));
  return run_source(t, bytes, NAME("<stdin>"));
}

// Exit status of the exception being raised, which is printed unless it is SystemExit, and that too when the program is to go on interactively.
int handle_exit(Thread& t) {
  Value e = take_exc(t);
  if (is_instance(e, KAA_TYPE(SystemExit)) && !g_config.inspect) {
    Value code = e.as<ExcWithValue>()->value;
    if (!code || code.is_none()) return 0;
    if (is_int(code)) {
      Result<int64_t> n = to_int64(t, code);
      clear_exc(t);
      return n.ok() ? static_cast<int>(n.value() & 0xFF) : 255;
    }
    Value err = sys_get("stderr");
    Result<Str*> s = str(t, code);
    if (s.ok() && err && !err.is_none()) {
      if (!call_method(t, err, NAME("write"), s.value()).ok() || !call_method(t, err, NAME("write"), NAME("\n")).ok()) clear_exc(t);
    }
    clear_exc(t);
    return 1;
  }
  restore_exc(t, e);
  print_and_clear(t);
  if (exc_matches(t, KAA_TYPE(SystemExit))) {  // of sys.excepthook
    if (!g_config.inspect) return handle_exit(t);
    clear_exc(t);
  }
  if (is_instance(e, KAA_TYPE(KeyboardInterrupt))) return 130 + 256;  // the signal is raised again at the end
  return 1;
}

// threading._shutdown, atexit callbacks, flushing; true when the flush of stdout failed.
bool shut_down(Thread& t, const char* title) {
  finish_threads(t);
  if (!run_exit_functions(t).ok()) write_unraisable(t, Value());
  end_interpreters(t);
  interp().finalizing = true;
  bool failed = flush_std_files(t);
  for (const auto& [option, value] : g_config.x_options)
    if (option == "lifecycle" && value.empty() && !kaa_print_lifecycle(t).ok()) write_unraisable(t, Value());
  kaa_report_write(t, title);
  tear_down(t);
  return flush_std_files(t) || failed;
}

// -X tracemalloc[=NFRAME], PYTHONTRACEMALLOC. False: there is a message.
bool start_tracemalloc(Thread& t, const Config& c) {
  std::string frames;
  const char* where = "PYTHONTRACEMALLOC";
  if (const char* s = env(c, where)) frames = s;
  for (const auto& [option, value] : c.x_options)
    if (option == "tracemalloc") {
      frames = value.empty() ? "1" : value;
      where = "-X tracemalloc=NFRAME";
    }
  if (frames.empty() || frames == "0") return true;
  char* end;
  errno = 0;
  long n = strtol(frames.c_str(), &end, 10);
  if (*end || n < 0 || errno || n > INT_MAX) {
    bad_config("config_init_tracemalloc", (std::string(where) + ": invalid number of frames").c_str());
    return false;
  }
  Result<Value> start = import_attr(t, "_tracemalloc", "start");
  if (start.ok() && call(t, start.value(), small_int(n)).ok()) return true;
  fprintf(stderr, "Fatal Python error: init_interp_main: can't start tracemalloc\n");
  handle_exit(t);
  return false;
}

}  // namespace

// The exit status. A function of its own: nothing of the program's namespace may be left in main()'s frame when modules are taken down.
[[gnu::noinline]] static int run_program(Thread& t, const What& what) {
  int status = 0;
  return run_main(t, what, status).ok() ? status : handle_exit(t);
}

int main(int argc, char** argv) {
  setlocale(LC_CTYPE, "");
  signal(SIGPIPE, SIG_IGN);
  Config c;
  What what;
  int status = parse_options(argc, argv, c, what);
  if (status >= 0) return status;
  if ((status = configure(argv, c, what)) != 0) return status;
  Thread& t = start_core(c.hash_seed);
  t.native_base = static_cast<char*>(__builtin_frame_address(0));  // what lies above are the system's own frames, arguments and environment
  if (const char* s = getenv("KAA_STRESS")) {
    t.heap->stress_interval = static_cast<uint32_t>(atoi(s));
    t.heap->poison = t.heap->slow_free = true;
    t.heap->reconcile();
  }
  if (const char* s = getenv("KAA_VERIFY")) g_verify_every = static_cast<uint32_t>(atoi(s));
  for (const auto& [option, value] : c.x_options) {
    if (option == "lifecycle" && !value.empty()) kaa_report_start(*t.heap, value.c_str());
    if (option == "freelists" && value == "off") t.heap->keep_shells = false;
  }
  if (!init_sys(t, c).ok() || !boot_library(t, true).ok()) {
    fprintf(stderr, "kaa: start-up failed\n");
    if (exc_matches(t, KAA_TYPE(SystemExit))) return handle_exit(t);
    handle_exit(t);
    return 1;
  }
  if (!start_tracemalloc(t, c)) return 1;
  bool remote = !env(c, "PYTHON_DISABLE_REMOTE_DEBUG");
  for (const auto& [option, value] : c.x_options) remote &= option != "disable_remote_debug" && option != "disable-remote-debug";
  if (remote) remote_debug_enable(t);
  Result<Value> repl = new_native_function(t, &k_base_repl, nullptr, dict_get_str(interp().modules, NAME("sys")), NAME("sys"));
  if (!repl.ok() || !sys_set(t, "_baserepl", repl.value()).ok()) clear_exc(t);
  // What start-up left behind (locks of modules) dies before the program begins, whose tracing would see the callbacks.
  t.heap->reconcile();
  if (!run_finalizers(t).ok()) clear_exc(t);
  status = run_program(t, what);
  if (getenv("PYTHONINSPECT") && *getenv("PYTHONINSPECT") && !g_config.ignore_environment) g_config.inspect = 1;  // a program may ask for it, too
  if (g_config.inspect && what.kind != What::kStdin && stdin_is_interactive()) {
    g_config.inspect = 0;
    run_interactive_hook(t);
    status = run_interactive(t, true).ok() ? 0 : handle_exit(t);
  }
  if (shut_down(t, what.kind == What::kCommand ? "-c ..." : what.text.c_str())) status = 120;
  if (status == 130 + 256) {
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
    status = 130;
  }
  fflush(stdout);
#ifdef KAA_RECORD_PROFILE
  __llvm_profile_write_file();   // _exit() passes over the function that would do it
#endif
  _exit(status & 0xFF);
}
