// What sys.stderr is before the io module can be used: importlib says with -v what it imports, the first modules included.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "modules/sys_module.h"
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {
namespace {

struct PrinterObject : Object {
  int fd;
  template <class F> void each_field(F&&) {}
};
Type* g_printer_type;  // a native type: immortal

Result<Value> printer_write(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "write() argument must be str, not %T", a[1]);
  Value bytes = TRY(call_method(t, a[1], NAME("encode"), NAME("utf-8"), NAME("backslashreplace")));
  std::string text(bytes.as<Bytes>()->view());
  for (size_t done = 0; done < text.size();) {
    ssize_t n = write(a.as<PrinterObject>(0)->fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) {
      TRY(safepoint(t));
      continue;
    }
    if (n < 0) return raise_os_error(t, errno);
    done += static_cast<size_t>(n);
  }
  return small_int(static_cast<int64_t>(text.size()));
}
Result<Value> printer_nothing(Thread&, Args) { return kNone; }
Result<Value> printer_fileno(Thread&, Args a) { return small_int(a.as<PrinterObject>(0)->fd); }
Result<Value> printer_isatty(Thread&, Args a) { return Value::from_bool(isatty(a.as<PrinterObject>(0)->fd)); }

const MethodDef k_methods[] = {
    {"write", printer_write, "($self, text, /)", "Writes to the file descriptor."},
    {"flush", printer_nothing, "($self, /)", "There is no buffer."},
    {"close", printer_nothing, "($self, /)", "Does nothing."},
    {"fileno", printer_fileno, "($self, /)", "The file descriptor."},
    {"isatty", printer_isatty, "($self, /)", "Whether it is a terminal."},
};
const GetSetDef k_getsets[] = {
    {"closed", [](Thread&, Value) -> Result<Value> { return kFalse; }, nullptr, nullptr},
    {"name", [](Thread&, Value) -> Result<Value> { return NAME("<stderr>"); }, nullptr, nullptr},
    {"mode", [](Thread&, Value) -> Result<Value> { return NAME("w"); }, nullptr, nullptr},
    {"encoding", [](Thread&, Value) -> Result<Value> { return kNone; }, nullptr, nullptr},
};
const TypeSpec k_spec = {.doc = "A file for messages before there are files.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<PrinterObject>, .flags = kTypeDisallowInstantiation};

}  // namespace

Status set_early_stderr(Thread& t) {
  if (fcntl(2, F_GETFD) < 0) return sys_set(t, "stderr", kNone);
  if (!g_printer_type) g_printer_type = TRY(make_native_type(t, "stderrprinter", nullptr, k_spec));
  PrinterObject* o = TRY(alloc_as<PrinterObject>(t, g_printer_type));
  o->fd = 2;
  return sys_set(t, "stderr", o);
}

}  // namespace kaa
