// What the modules about the operating system share: interruptible system calls, path and descriptor arguments, tables of constants.
#pragma once
#include <errno.h>
#include <time.h>

#include "runtime/codecs_api.h"
#include "runtime/api.h"

namespace kaa {

// ---- system calls
struct SysResult {
  int64_t value = 0;
  int err = 0;          // errno when value is negative, else 0
  bool failed() const { return value < 0; }
};
// One blocking call, without repetition. fn must not touch the heap.
template <class F>
SysResult blocking_once(Thread& t, F&& fn) {
  SysResult r;
  Blocking b(t);
  r.value = static_cast<int64_t>(fn());
  r.err = r.value < 0 ? errno : 0;
  return r;
}
// Repeats an interrupted call once the signal handlers have run (PEP 475); fails if a handler raised.
template <class F>
Result<SysResult> blocking_call(Thread& t, F&& fn) {
  TRY(safepoint(t));  // a signal that came before must not wait for the end of the call
  for (;;) {
    SysResult r = blocking_once(t, fn);
    if (!r.failed() || r.err != EINTR) return r;
    TRY(safepoint(t));
  }
}
// The usual case: raises OSError without a file name for a negative result.
template <class F>
Result<int64_t> checked_call(Thread& t, F&& fn) {
  SysResult r = TRY(blocking_call(t, fn));
  if (r.failed()) return raise_os_error(t, r.err);
  return r.value;
}
// None for success of a call that cannot block for long.
inline Result<Value> none_or_errno(Thread& t, int r) {
  if (r < 0) return raise_os_error(t, errno);
  return kNone;
}

// ---- arguments
// str, bytes or os.PathLike; where allowed also a descriptor or None. `object` is what error messages name.
struct PathSpec { const char* func; const char* arg; bool nullable = false, allow_fd = false; };
class OsPath {
 public:
  const char* c_str() const { return bytes_ ? bytes_->data() : "."; }   // "." when none was given
  std::string_view view() const { return bytes_ ? bytes_->view() : std::string_view("."); }
  int fd = -1;
  bool is_fd = false, is_none = false, is_bytes = false;
  Value object;
  Result<Value> result(Thread& t, std::string_view name) const;  // text from the system, in the kind of the argument
  Error error(Thread& t, int err) const { return raise_os_error(t, err, object); }

 private:
  friend Status path_arg(Thread&, Value, const PathSpec&, OsPath&);
  Bytes* bytes_ = nullptr;
};
Status path_arg(Thread& t, Value v, const PathSpec& spec, OsPath& out);  // v empty: None where nullable
// os.fspath(): str, bytes, or what __fspath__ returns.
Result<Value> os_fspath(Thread& t, Value v);
// str, bytes or PathLike as bytes in the filesystem encoding (what os.fsencode gives).
Result<Bytes*> fs_bytes(Thread& t, Value v);                // ValueError "embedded null byte"
Result<int> dir_fd_arg(Thread& t, Value v);                 // empty or None: AT_FDCWD
Result<int> fd_arg(Thread& t, Value v);                     // an int, or an object with fileno()
Result<int64_t> int_arg(Thread& t, Value v, int64_t fallback);  // a C int; empty: fallback
Result<bool> bool_arg(Thread& t, Value v, bool fallback);
Result<uint32_t> uid_arg(Thread& t, Value v, const char* what);  // what: "uid" or "gid"; -1 is 0xFFFFFFFF
Result<Value> uid_value(Thread& t, uint32_t id);            // -1 for 0xFFFFFFFF
Status check_dir_fd(Thread& t, const char* func, const OsPath& p, int dir_fd);
Status check_follow(Thread& t, const char* func, const OsPath& p, int dir_fd, bool follow);

// ---- time. Nanoseconds since an epoch, or a duration.
enum class Rounding : uint8_t { kFloor, kCeiling, kHalfEven, kTimeout };  // kTimeout: away from zero
Result<int64_t> time_arg(Thread& t, Value v, Rounding r);   // seconds, int or float; OverflowError, ValueError for NaN
inline timespec to_timespec(int64_t ns) {
  int64_t s = ns / 1000000000, n = ns % 1000000000;
  if (n < 0) { s--; n += 1000000000; }
  return {s, n};
}
int64_t monotonic_ns();

// ---- module contents
struct Constant { const char* name; int64_t value; };
Status add_constants(Thread& t, Module* m, const Constant* c, size_t n);
template <size_t N> Status add_constants(Thread& t, Module* m, const Constant (&c)[N]) { return add_constants(t, m, c, N); }
Status add_functions(Thread& t, Module* m, Rows<MethodDef> rows);
// A new exception class "module.Name" derived from base.
Result<Type*> make_exception(Thread& t, const char* qualified, Type* base, const char* doc);

}  // namespace kaa
