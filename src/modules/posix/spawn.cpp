// posix_spawn and posix_spawnp.
#include <sched.h>
#include <spawn.h>

#include "modules/posix/posix.h"
#include "modules/signal_module.h"
#include "runtime/audit.h"

extern char** environ;

namespace kaa {

namespace {

enum { kOpen, kClose, kDup2, kCloseFrom };

struct Actions {
  posix_spawn_file_actions_t v;
  bool made = false;
  ~Actions() { if (made) posix_spawn_file_actions_destroy(&v); }
};
struct Attributes {
  posix_spawnattr_t v;
  Attributes() { posix_spawnattr_init(&v); }
  ~Attributes() { posix_spawnattr_destroy(&v); }
};

Error from_code(Thread& t, int err) { return raise_os_error(t, err); }

// `keep` holds the path bytes until the call.
Status file_actions(Thread& t, Value list, Actions& out, List* keep) {
  Tuple* items = TRY(tuple_from(t, list));
  if (int err = posix_spawn_file_actions_init(&out.v)) { from_code(t, err); return Error{}; }
  out.made = true;
  for (uint64_t i = 0; i < items->size; i++) {
    Value item = items->items[i];
    if (!is_tuple(item) || !item.as<Tuple>()->size) return RAISE(TypeError, "Each file_actions element must be a non-empty tuple");
    Tuple* u = item.as<Tuple>();
    int kind = TRY(to_cint(t, u->items[0])), err = 0;
    switch (kind) {
      case kOpen: {
        if (u->size != 5) return RAISE(TypeError, "A open file_action tuple must have 5 elements");
        int fd = TRY(to_cint(t, u->items[1])), flags = TRY(to_cint(t, u->items[3]));
        uint64_t mode = TRY(to_uint64_mask(t, u->items[4]));
        Bytes* path = TRY(fs_bytes(t, u->items[2]));
        TRY(list_append(t, keep, path));
        err = posix_spawn_file_actions_addopen(&out.v, fd, path->data(), flags, static_cast<mode_t>(mode));
        break;
      }
      case kClose:
        if (u->size != 2) return RAISE(TypeError, "A close file_action tuple must have 2 elements");
        err = posix_spawn_file_actions_addclose(&out.v, TRY(to_cint(t, u->items[1])));
        break;
      case kDup2: {
        if (u->size != 3) return RAISE(TypeError, "A dup2 file_action tuple must have 3 elements");
        int x = TRY(to_cint(t, u->items[1])), y = TRY(to_cint(t, u->items[2]));
        err = posix_spawn_file_actions_adddup2(&out.v, x, y);
        break;
      }
      case kCloseFrom:
        if (u->size != 2) return RAISE(TypeError, "A closefrom file_action tuple must have 2 elements");
        err = posix_spawn_file_actions_addclosefrom_np(&out.v, TRY(to_cint(t, u->items[1])));
        break;
      default: return RAISE(TypeError, "Unknown file_actions identifier");
    }
    if (err) return from_code(t, err);
  }
  return {};
}

// a: path, argv, env, file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler
Result<Value> spawn(Thread& t, Args a, bool search, const char* func) {
  OsPath path;
  TRY(path_arg(t, a[0], {func, "path"}, path));
  if (!is_list(a[1]) && !is_tuple(a[1])) return RAISE(TypeError, "%s: argv must be a tuple or list", func);
  StringVector argv, envp;
  int64_t n = TRY(length(t, a[1]));
  if (!n) return RAISE(ValueError, "%s: argv must not be empty", func);
  if (!a[2].is_none() && (!type_of(a[2])->dunder(D_getitem))) return RAISE(TypeError, "%s: environment must be a mapping object or None", func);
  TRY(argv.from_sequence(t, a[1]));
  if (!argv.get()[0][0]) return RAISE(ValueError, "%s: argv first element cannot be empty", func);
  if (!a[2].is_none()) TRY(envp.from_environment(t, a[2]));
  List* keep = TRY(new_list(t));
  Keep k(keep);
  Actions actions;
  if (a[3] && !a[3].is_none()) TRY(file_actions(t, a[3], actions, keep));
  Attributes attr;
  short flags = 0;
  if (a[4] && !a[4].is_none()) {
    if (int err = posix_spawnattr_setpgroup(&attr.v, TRY(to_cint(t, a[4])))) return from_code(t, err);
    flags |= POSIX_SPAWN_SETPGROUP;
  }
  if (TRY(bool_arg(t, a[5], false))) flags |= POSIX_SPAWN_RESETIDS;
  if (TRY(bool_arg(t, a[6], false))) flags |= POSIX_SPAWN_SETSID;
  sigset_t set;
  if (a[7]) {
    TRY(sigset_arg(t, a[7], &set));
    posix_spawnattr_setsigmask(&attr.v, &set);
    flags |= POSIX_SPAWN_SETSIGMASK;
  }
  if (a[8]) {
    TRY(sigset_arg(t, a[8], &set));
    posix_spawnattr_setsigdefault(&attr.v, &set);
    flags |= POSIX_SPAWN_SETSIGDEF;
  }
  if (a[9] && !a[9].is_none()) {
    if (!is_tuple(a[9])) return RAISE(TypeError, "%s: scheduler must be a tuple or None", func);
    if (a.as<Tuple>(9)->size != 2) return RAISE(TypeError, "A scheduler tuple must have two elements");
    Value policy = a.as<Tuple>(9)->items[0], param = a.as<Tuple>(9)->items[1];
    if (type_of(param) != g_posix.sched_param) return RAISE(TypeError, "must have a sched_param object");
    if (!policy.is_none()) {
      posix_spawnattr_setschedpolicy(&attr.v, TRY(to_cint(t, policy)));
      flags |= POSIX_SPAWN_SETSCHEDULER;
    }
    sched_param p{TRY(to_cint(t, param.as<Tuple>()->items[0]))};
    posix_spawnattr_setschedparam(&attr.v, &p);
    flags |= POSIX_SPAWN_SETSCHEDPARAM;
  }
  posix_spawnattr_setflags(&attr.v, flags);
  TRY(audit(t, "os.posix_spawn", a[0], a[1], a[2]));
  pid_t pid;
  int err;
  {
    Blocking b(t);
    char* const* env = a[2].is_none() ? environ : envp.get();
    err = (search ? posix_spawnp : posix_spawn)(&pid, path.c_str(), actions.made ? &actions.v : nullptr, &attr.v, argv.get(), env);
  }
  if (err) return path.error(t, err);
  return small_int(pid);
}
Result<Value> posix_spawn_(Thread& t, Args a) { return spawn(t, a, false, "posix_spawn"); }
Result<Value> posix_spawnp_(Thread& t, Args a) { return spawn(t, a, true, "posix_spawnp"); }

#define SIG "(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)"
const MethodDef k_functions[] = {
    {"posix_spawn", posix_spawn_, SIG, "Starts a program in a new process; returns its id.", MethodKind::kFunction},
    {"posix_spawnp", posix_spawnp_, SIG, "Starts a program, found by PATH, in a new process; returns its id.", MethodKind::kFunction},
};

}  // namespace

Status posix_add_spawn(Thread& t, Module* m) { return add_functions(t, m, k_functions); }

}  // namespace kaa
