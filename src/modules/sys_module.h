// The sys module and the configuration that start-up gives it.
#pragma once
#include <string>
#include <vector>

#include "runtime/api.h"

namespace kaa {

// What the command line and the environment decide. Texts are UTF-8 with surrogateescape.
struct Config {
  int debug = 0, inspect = 0, interactive = 0, optimize = 0, dont_write_bytecode = 0, no_user_site = 0, no_site = 0, ignore_environment = 0, verbose = 0,
      bytes_warning = 0, quiet = 0, isolated = 0, dev_mode = 0, utf8_mode = 0, safe_path = 0, unbuffered = 0, warn_default_encoding = 0, thread_inherit_context = 0, context_aware_warnings = 0;
  bool faulthandler = false;
  bool ascii_arguments = false;          // sys.argv is ASCII with surrogateescape: the C locale without UTF-8 mode
  int cpu_count = -1;                    // what os.cpu_count() says; -1: what there is
  int import_time = 0;                   // 1: print what imports cost, 2: cached modules, too
  int64_t hash_seed = -1;                // -1: random
  int64_t int_max_str_digits = 4300;
  std::string executable, base_executable, prefix, exec_prefix, base_prefix, base_exec_prefix, stdlib;
  std::vector<std::string> argv, orig_argv, warn_options, path;
  std::vector<std::pair<std::string, std::string>> x_options;  // second empty: True
  std::vector<bool> x_has_value;
  std::string pycache_prefix, check_hash_based_pycs = "default";
  std::string path_0;                    // what the program put first into sys.path
  bool has_path_0 = false;
};
extern Config g_config;

// Puts the sys module into sys.modules, complete but for what importlib and the io module add.
Status init_sys(Thread& t, const Config& c);
Status set_early_stderr(Thread& t);                  // sys.stderr, for as long as there are no files
Status print_exception(Thread& t, Value e);         // on sys.stderr, as sys.__excepthook__ does
Value sys_get(const char* name);                    // sys.<name>, or empty
Status sys_set(Thread& t, const char* name, Value v);

}  // namespace kaa
