// _remote_debugging: what runs in another process of Kaa, or in this one. Read by Reader, without touching the heap; made into Python's objects here.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "modules/native_new.h"
#include "modules/remote_debugging/reader.h"
#include "modules/posix/sys_util.h"
#include "runtime/codecs_api.h"
#include "types/structseq.h"

namespace kaa {
namespace remote {

struct RemoteUnwinder : Object {
  int32_t pid;                 // 0: __init__ was not called
  Threads threads;
  template <class F> void each_field(F&&) {}
};

namespace {

const StructSeqField k_frame_fields[] = {{"filename", "Source code filename"}, {"lineno", "Line number"}, {"funcname", "Function name"}, kStructSeqEnd};
const StructSeqField k_coro_fields[] = {{"call_stack", "Coroutine call stack"}, {"task_name", "Task name"}, kStructSeqEnd};
const StructSeqField k_task_fields[] = {
    {"task_id", "Task ID (memory address)"}, {"task_name", "Task name"}, {"coroutine_stack", "Coroutine call stack"}, {"awaited_by", "Tasks awaiting this task"}, kStructSeqEnd};
const StructSeqField k_thread_fields[] = {{"thread_id", "Thread ID"}, {"frame_info", "Frame information"}, kStructSeqEnd};
const StructSeqField k_awaited_fields[] = {{"thread_id", "Thread ID"}, {"awaited_by", "List of tasks awaited by this thread"}, kStructSeqEnd};
const StructSeqDef k_frame_def = {"_remote_debugging.FrameInfo", "Information about a frame", k_frame_fields, 3};
const StructSeqDef k_coro_def = {"_remote_debugging.CoroInfo", "Information about a coroutine", k_coro_fields, 2};
const StructSeqDef k_task_def = {"_remote_debugging.TaskInfo", "Information about an asyncio task", k_task_fields, 4};
const StructSeqDef k_thread_def = {"_remote_debugging.ThreadInfo", "Information about a thread", k_thread_fields, 2};
const StructSeqDef k_awaited_def = {"_remote_debugging.AwaitedInfo", "Information about what a thread is awaiting", k_awaited_fields, 2};
Type *g_frame, *g_coro, *g_task, *g_thread, *g_awaited;  // immortal

// ---- what was read as objects

class Maker {
 public:
  Maker(Thread& t, List* texts) : t_(t), texts_(texts) {}
  Result<Value> threads(const std::vector<ThreadInfo>& all) {
    List* out = TRY(new_list(t_));
    for (const ThreadInfo& i : all) TRY(append(out, g_thread, small_int(i.id), TRY(frames(i.frames))));
    return out;
  }
  Result<Value> awaited(const std::vector<ThreadInfo>& all) {
    List* out = TRY(new_list(t_));
    for (const ThreadInfo& i : all) {
      List* tasks = TRY(new_list(t_));
      for (const TaskInfo& task : i.tasks) TRY(add_task(tasks, task));
      TRY(append(out, g_awaited, small_int(i.id), tasks));
    }
    return out;
  }

 private:
  template <class... V>
  Status append(List* out, Type* type, V... values) {
    Value items[] = {Value(values)...};
    Tuple* u = TRY(new_structseq(t_, type));
    for (uint32_t i = 0; i < sizeof...(V); i++) structseq_set(u, i, items[i]);
    return list_append(t_, out, u);
  }
  Result<Value> text(const Text& s) { return TRY(str_from_ucs(t_, s.kind, s.data.data(), s.data.size() / static_cast<size_t>(s.kind))); }
  Result<Value> frames(const Frames& all) {
    List* out = TRY(new_list(t_));
    for (const FrameInfo& f : all) {
      CodeInfo& c = *f.code;
      if (c.row < 0) {
        TRY(list_append(t_, texts_, TRY(text(c.filename))));
        TRY(list_append(t_, texts_, TRY(text(c.name))));
        c.row = static_cast<int64_t>(texts_->size) - 2;
      }
      TRY(append(out, g_frame, texts_->items[c.row], f.line < 0 ? kNone : small_int(f.line), texts_->items[c.row + 1]));
    }
    return out;
  }
  Status add_coro(List* out, const Frames& all, const asyncio::Task* task) {
    Value id = TRY(make_uint(t_, reinterpret_cast<uintptr_t>(task)));
    return append(out, g_coro, TRY(frames(all)), id);
  }
  Status add_task(List* out, const TaskInfo& task) {
    Value id = TRY(make_uint(t_, reinterpret_cast<uintptr_t>(task.task)));
    Value name = TRY(text(task.name));
    List *own = TRY(new_list(t_)), *waiters = TRY(new_list(t_));
    TRY(add_coro(own, task.frames, task.task));
    for (const CoroInfo& c : task.awaited_by) TRY(add_coro(waiters, c.frames, c.task));
    return append(out, g_task, id, name, own, waiters);
  }
  Thread& t_;
  List* texts_;  // file and name of each code object
};

// ---- errors

// Raises with the exception that is being raised already as the context.
template <class... A>
Error raise_over(Thread& t, Type* type, const char* format, A... args) {
  Value before = take_exc(t);
  Keep keep(before);
  static_cast<void>(raise(t, type, format, args...));
  Value e = take_exc(t);
  e.as<BaseException>()->context.set(before);
  restore_exc(t, e);
  return Error{};
}
Error not_found(Thread& t, int pid) {
  return RAISE(RuntimeError, "Failed to find the PyRuntime section in process %d on Linux platform: it does not run this build of Kaa", pid);
}
// Whoever may not see the process's map may not read its memory.
Status may_look(Thread& t, int pid) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  int error = errno;
  if (fd >= 0) {
    close(fd);
    return {};
  }
  Str* name = TRY(decode_fs(t, path));
  static_cast<void>(raise_os_error(t, error, name));
  if (error != ENOENT) return Error{};
  static_cast<void>(raise_over(t, KAA_TYPE(OSError), "Cannot open process memory map file '%s' for PID %d section search: No such file or directory", path, pid));
  return raise_over(t, KAA_TYPE(RuntimeError), "Failed to find the PyRuntime section in process %d on Linux platform", pid);
}
Error failed(Thread& t, const Process& p, const Reader& r) {
  switch (r.trouble()) {
    case Trouble::kLimit: return RAISE(RuntimeError, "Too many %s (possible infinite loop)", r.what());
    case Trouble::kNoAsyncio: return RAISE(RuntimeError, "AsyncioDebug section not available");
    case Trouble::kSystem: return raise_os_error(t, p.error());
    default: return RAISE(RuntimeError, "The memory of process %d changed while it was read", p.pid());
  }
}

// ---- RemoteUnwinder

typedef bool (*Read)(Reader&, const RemoteUnwinder&, std::vector<ThreadInfo>&);

Result<Value> look(Thread& t, Args a, bool awaited, Read read) {
  constexpr int kTries = 20, kTriesOfLimits = 2;  // what changes meanwhile may look like an endless chain
  RemoteUnwinder* u = a.as<RemoteUnwinder>(0);
  Process p(u->pid);
  if (!u->pid) return not_found(t, 0);
  if (int error = p.attach()) return error == EFAULT ? not_found(t, u->pid) : raise_os_error(t, error);
  Reader reader(p);
  reader.freshen();
  std::vector<ThreadInfo> found;
  for (int i = 0; !read(reader, *u, found); i++) {
    int tries = reader.trouble() == Trouble::kTorn ? kTries : reader.trouble() == Trouble::kLimit ? kTriesOfLimits : 0;
    if (i >= tries) return failed(t, p, reader);
    TRY(safepoint(t));  // if it is this process that changes, another thread may go on
    reader.restart();
    found.clear();
  }
  List* texts = TRY(new_list(t));
  Keep keep(texts);
  Maker make(t, texts);
  return awaited ? make.awaited(found) : make.threads(found);
}
Result<Value> get_stack_trace(Thread& t, Args a) {
  return look(t, a, false, [](Reader& r, const RemoteUnwinder& u, std::vector<ThreadInfo>& out) { return r.stacks(u.threads, out); });
}
Result<Value> get_all_awaited_by(Thread& t, Args a) {
  return look(t, a, true, [](Reader& r, const RemoteUnwinder&, std::vector<ThreadInfo>& out) { return r.all_tasks(out); });
}
Result<Value> get_async_stack_trace(Thread& t, Args a) {
  return look(t, a, true, [](Reader& r, const RemoteUnwinder&, std::vector<ThreadInfo>& out) { return r.running_tasks(out); });
}

constexpr const char* kInitSig = "($self, /, pid, *, all_threads=False, only_active_thread=False, debug=False)";
const MethodDef k_init_sig{"RemoteUnwinder", static_cast<NativeFn>(nullptr), kInitSig, nullptr, MethodKind::kMethod};

Result<Value> unwinder_new(Thread& t, Args a, Tuple*) {
  if (!a.n || !is_type(a[0])) return RAISE(TypeError, "RemoteUnwinder.__new__(): not enough arguments");
  return TRY(alloc_as<RemoteUnwinder>(t, a.as<Type>(0)));
}
Result<Value> unwinder_init(Thread& t, Args a, Tuple* kwnames) {
  static const Signature* const sig = parse_signature(t, k_init_sig);
  Value v[5];
  TRY(bind_raw(t, "RemoteUnwinder", *sig, a, kwnames, v, nullptr, nullptr));
  int pid = TRY(to_cint(t, v[1]));
  bool all = TRY(bool_arg(t, v[2], false)), active = TRY(bool_arg(t, v[3], false));
  TRY(bool_arg(t, v[4], false));  // debug: errors have all their causes anyway
  if (all && active) return RAISE(ValueError, "all_threads and only_active_thread cannot both be True");
  TRY(may_look(t, pid));
  Process p(pid);
  if (int error = p.attach()) return error == EFAULT || error == ESRCH ? not_found(t, pid) : raise_os_error(t, error);
  RemoteUnwinder* u = v[0].as<RemoteUnwinder>();
  u->pid = pid;
  u->threads = all ? Threads::kAll : active ? Threads::kActive : Threads::kMain;
  return kNone;
}

const MethodDef k_methods[] = {
    {"__new__", unwinder_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", unwinder_init, kInitSig, "Initialize self.  See help(type(self)) for accurate signature."},
    {"get_stack_trace", get_stack_trace, "($self, /)",
     "A list of ThreadInfo: of the main thread, of all threads (all_threads), or of the one whose turn it is (only_active_thread).\n\nThe innermost frame comes first; "
     "the last is the one that native code has called."},
    {"get_all_awaited_by", get_all_awaited_by, "($self, /)",
     "A list of AwaitedInfo: the tasks of each thread, the main one first, and of threads that have ended (thread_id 0), with the stacks of the tasks and of those "
     "that wait for them."},
    {"get_async_stack_trace", get_async_stack_trace, "($self, /)",
     "A list of AwaitedInfo: for each thread that runs a task, this task and all that wait for it, directly or not."},
};

}  // namespace
}  // namespace remote

template <> struct LayoutTraits<remote::RemoteUnwinder> { static constexpr Death death = Death::kPlain; };

namespace remote {
namespace {
const TypeSpec k_unwinder_spec = {.doc = "RemoteUnwinder(pid): what runs in another process of the same build.", .methods = k_methods, .layout = &kLayout<RemoteUnwinder>};

Status exec(Thread& t, Module* m) {
  TRY(module_add(t, m, "RemoteUnwinder", TRY(make_native_type(t, "_remote_debugging.RemoteUnwinder", nullptr, k_unwinder_spec))));
  struct Row { const char* name; Type*& type; const StructSeqDef& def; };
  for (const Row& r : {Row{"FrameInfo", g_frame, k_frame_def}, {"CoroInfo", g_coro, k_coro_def}, {"TaskInfo", g_task, k_task_def}, {"ThreadInfo", g_thread, k_thread_def},
                       {"AwaitedInfo", g_awaited, k_awaited_def}}) {
    r.type = TRY(make_structseq(t, r.def));
    TRY(module_add(t, m, r.name, r.type));
  }
  return module_add(t, m, "PROCESS_VM_READV_SUPPORTED", small_int(1));
}
}  // namespace
}  // namespace remote

extern const ModuleDef _remote_debugging_module = {.name = "_remote_debugging", .doc = nullptr, .functions = {}, .exec = remote::exec};

}  // namespace kaa
