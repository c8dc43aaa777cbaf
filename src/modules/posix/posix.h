// The parts of the module posix, each adding its functions.
#pragma once
#include <fcntl.h>

#include "modules/posix/sys_util.h"
#include "types/structseq.h"

namespace kaa {

struct PosixState {
  Type *stat_result, *statvfs_result, *terminal_size, *times_result, *uname_result, *waitid_result, *sched_param, *dir_entry, *scandir_iterator;
};
extern PosixState g_posix;  // immortal types

Status posix_add_constants(Thread& t, Module* m);   // constants.cpp
Status posix_add_stat(Thread& t, Module* m);        // stat.cpp: stat, statvfs
Status posix_add_scandir(Thread& t, Module* m);     // scandir.cpp: scandir, listdir
Status posix_add_paths(Thread& t, Module* m);       // paths.cpp: names and directories
Status posix_add_pathops(Thread& t, Module* m);     // pathops.cpp: path text
Status posix_add_files(Thread& t, Module* m);       // files.cpp: descriptors
Status posix_add_fileio(Thread& t, Module* m);      // fileio.cpp: vectored, positioned and special input and output
Status posix_add_env(Thread& t, Module* m);         // env.cpp: environment, system names, limits
Status posix_add_ids(Thread& t, Module* m);         // ids.cpp: users, groups, sessions
Status posix_add_process(Thread& t, Module* m);     // process.cpp: fork, exec, wait
Status posix_add_spawn(Thread& t, Module* m);       // spawn.cpp
Status posix_add_sched(Thread& t, Module* m);       // sched.cpp
Status posix_add_tty(Thread& t, Module* m);         // tty.cpp

// A directory's descriptor as audit hooks see it: -1 for none.
inline Value audited_fd(int dir_fd) { return small_int(dir_fd == AT_FDCWD ? -1 : dir_fd); }
Result<Value> make_stat_result(Thread& t, const struct stat& st);
Result<Value> stat_at(Thread& t, const char* func, Value path, Value dir_fd, bool follow);

// argv and envp for exec: bytes objects kept alive by `owner`, pointers in malloc memory.
class StringVector {
 public:
  ~StringVector();
  StringVector() = default;
  StringVector(const StringVector&) = delete;
  Status from_sequence(Thread& t, Value sequence);      // each str, bytes or PathLike
  Status from_environment(Thread& t, Value mapping);    // "key=value"
  char* const* get() const { return items_; }
  size_t size() const { return size_; }
 private:
  Status reserve(Thread& t, size_t n);
  char** items_ = nullptr;
  size_t size_ = 0;
  List* owner_ = nullptr;   // on the native stack with the vector itself
};

// fork hooks (os.register_at_fork) and the state of the interpreter around fork().
void fork_before(Thread& t);
void fork_after_parent(Thread& t);
void fork_after_child(Thread& t);
Status warn_about_fork_with_threads(Thread& t, const char* name);

}  // namespace kaa
