// sys.remote_exec. The system decides who may write to another process.
#include "modules/remote_debug.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "modules/code_builtins.h"
#include "modules/import.h"
#include "modules/remote_debugging/process.h"
#include "runtime/audit.h"
#include "runtime/call.h"
#include "runtime/codecs_api.h"
#include "runtime/remote_debug.h"

namespace kaa {

RemoteDebug g_remote_debug{"Kaa remote exec", pyc_magic(), nullptr, {}};

namespace {

Status read_file(Thread& t, const char* path, std::string& out) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return raise_os_error(t, errno, TRY(decode_fs(t, path)));
  char buffer[8192];
  ssize_t n;
  while ((n = read(fd, buffer, sizeof buffer)) > 0) out.append(buffer, static_cast<size_t>(n));
  int error = errno;
  close(fd);
  return n < 0 ? Status(raise_os_error(t, error)) : Status();
}
// The script has a namespace of its own.
Status run_script(Thread& t, const std::string& path) {
  Str* name = TRY(decode_fs(t, path));
  TRY(audit(t, "cpython.remote_debugger_script", name));
  std::string bytes, text;
  TRY(read_file(t, path.c_str(), bytes));
  TRY(decode_source_bytes(t, bytes, name, text, true));
  Code* code = TRY(compile_utf8(t, text, name, CompileMode::kExec, 0, -1));
  Dict* ns = TRY(new_dict(t));
  TRY(dict_set_str(t, ns, "__builtins__", interp().builtins));
  TRY(run_code(t, code, ns, ns));
  return {};
}
Status take_script(Thread& t) {
  uint32_t asked = t.poll.fetch_and(0x00FFFFFFu, std::memory_order_acquire);
  if (!(asked & kPollRemote)) return {};
  std::string path(g_remote_debug.script, strnlen(g_remote_debug.script, sizeof g_remote_debug.script));
  if (g_remote_debug.poll && !run_script(t, path).ok()) write_unraisable(t, Value());
  return {};
}

Error no_access(Thread& t, int error) {
  if (error == EFAULT) return RAISE(RuntimeError, "Failed to find the remote process's runtime: it is not this build of Kaa");
  return raise_os_error(t, error);
}

}  // namespace

void remote_debug_enable(Thread& t) {
  g_remote_debug.poll = &t.poll;
  g_remote_hook = take_script;
}

Result<Value> sys_is_remote_debug_enabled(Thread&, Args) { return Value::from_bool(g_remote_debug.poll != nullptr); }

Result<Value> sys_remote_exec(Thread& t, Args a) {
  int pid = TRY(to_cint(t, a[0]));
  PathArg path;
  TRY(fs_path(t, a[1], path));
  TRY(audit(t, "sys.remote_exec", small_int(pid), path.object));
  if (!g_remote_debug.poll) return RAISE(RuntimeError, "Remote debugging is not enabled");
  std::string script(path.view());
  if (access(script.c_str(), F_OK | R_OK) != 0) {
    if (errno == ENOENT) return RAISE(FileNotFoundError, "Script file does not exist: %s", script.c_str());
    if (errno == EACCES) return RAISE(PermissionError, "Script file cannot be read: %s", script.c_str());
    return raise_os_error(t, errno, path.object);
  }
  if (script.size() >= sizeof g_remote_debug.script) return RAISE(ValueError, "Script path is too long");
  remote::Process p(pid);
  if (int error = p.attach()) return no_access(t, error);
  RemoteDebug* there = p.there(&g_remote_debug);
  char* poll;
  if (!p.peek(&there->poll, &poll, sizeof poll)) return no_access(t, p.error());
  if (!poll) return RAISE(RuntimeError, "Remote debugging is not enabled in the remote process");
  uint8_t bits = kPollRemote >> 24;
  if (!p.write(there->script, script.c_str(), script.size() + 1) || !p.write(poll + 3, &bits, 1)) return no_access(t, p.error());
  return kNone;
}

}  // namespace kaa
