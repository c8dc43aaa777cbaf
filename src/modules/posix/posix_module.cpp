// posix: the operating system's calls. The functions are in the files of this folder, by topic (posix.h).
#include "modules/posix/posix.h"

namespace kaa {

static Status posix_exec(Thread& t, Module* m) {
  TRY(posix_add_constants(t, m));
  TRY(posix_add_stat(t, m));
  TRY(posix_add_scandir(t, m));
  TRY(posix_add_paths(t, m));
  TRY(posix_add_pathops(t, m));
  TRY(posix_add_files(t, m));
  TRY(posix_add_fileio(t, m));
  TRY(posix_add_env(t, m));
  TRY(posix_add_ids(t, m));
  TRY(posix_add_process(t, m));
  TRY(posix_add_spawn(t, m));
  TRY(posix_add_sched(t, m));
  TRY(posix_add_tty(t, m));
  return {};
}

extern const ModuleDef posix_module = {"posix", "Calls of the operating system; use the module os instead.", {}, posix_exec};

}  // namespace kaa
