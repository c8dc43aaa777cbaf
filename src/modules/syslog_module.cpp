// syslog: the system's log.
#include <syslog.h>

#include <string>

#include "modules/posix/sys_util.h"
#include "runtime/audit.h"

namespace kaa {

namespace {

bool g_open = false;
std::string g_ident;   // openlog keeps the pointer

Status open_log(Thread& t, Value ident, Value option, Value facility) {
  int64_t o = option ? TRY(to_int64(t, option)) : 0, f = facility ? TRY(to_int64(t, facility)) : LOG_USER;
  std::string name;
  if (ident && !ident.is_none()) {
    if (!is_str(ident)) return RAISE(TypeError, "openlog() argument 1 must be str, not %T", ident);
    Bytes* b = TRY(fs_bytes(t, ident));
    name.assign(b->data(), b->size);
  } else {
    // The name of the program: sys.argv[0] without its folder.
    Value argv = dict_get_str(interp().sys_dict, NAME("argv"));
    if (argv && is_list(argv) && argv.as<List>()->size && is_str(argv.as<List>()->items[0])) {
      Bytes* b = TRY(encode_fs(t, argv.as<List>()->items[0].as<Str>()));
      name.assign(b->data(), b->size);
      size_t slash = name.rfind('/');
      if (slash != std::string::npos) name.erase(0, slash + 1);
    }
  }
  TRY(audit(t, "syslog.openlog", ident && !ident.is_none() ? ident : name.empty() ? kNone : Value(TRY(new_str(t, name))), small_int(o), small_int(f)));
  closelog();
  g_ident = name;
  openlog(g_ident.empty() ? nullptr : g_ident.c_str(), static_cast<int>(o), static_cast<int>(f));
  g_open = true;
  return {};
}

Result<Value> syslog_openlog(Thread& t, Args a) { TRY(open_log(t, a[0], a[1], a[2])); return kNone; }
Result<Value> syslog_closelog(Thread& t, Args) {
  TRY(audit(t, "syslog.closelog"));
  if (g_open) closelog();
  g_open = false;
  return kNone;
}
Result<Value> syslog_syslog(Thread& t, Args a) {
  if (a.n < 1 || a.n > 2) return RAISE(TypeError, "syslog.syslog requires 1 to 2 arguments");
  int priority = LOG_INFO;
  if (a.n == 2) priority = TRY(to_cint(t, a[0]));
  Value text = a[a.n - 1];
  if (!is_str(text)) return RAISE(TypeError, "syslog() argument %d must be str, not %T", static_cast<int>(a.n), text);
  Bytes* b = TRY(fs_bytes(t, text));
  Keep k(b);
  TRY(audit(t, "syslog.syslog", small_int(priority), text));
  if (!g_open) TRY(open_log(t, Value(), Value(), Value()));
  Blocking hold(t);
  syslog(priority, "%s", b->data());
  return kNone;
}
Result<Value> syslog_setlogmask(Thread& t, Args a) { 
  int mask = TRY(to_cint(t, a[0]));
  TRY(audit(t, "syslog.setlogmask", small_int(mask)));
  return small_int(setlogmask(mask));
}
// LOG_MASK() and LOG_UPTO() of any number, as the processor shifts.
int bit_of(unsigned priority) { return static_cast<int>(1u << (priority & 31)); }
Result<Value> syslog_mask(Thread& t, Args a) { return small_int(bit_of(static_cast<unsigned>(TRY(to_cint(t, a[0]))))); }
Result<Value> syslog_upto(Thread& t, Args a) { return small_int(static_cast<int>(static_cast<unsigned>(bit_of(static_cast<unsigned>(TRY(to_cint(t, a[0]))) + 1)) - 1)); }

const MethodDef k_functions[] = {
    {"openlog", syslog_openlog, "(ident=<unrepresentable>, logoption=0, facility=LOG_USER)", "Sets how messages are logged.", MethodKind::kFunction},
    {"closelog", syslog_closelog, "()", "Puts back how messages are logged.", MethodKind::kFunction},
    {"syslog", syslog_syslog, nullptr, "Logs a message: syslog([priority,] message).", MethodKind::kFunction},
    {"setlogmask", syslog_setlogmask, "(maskpri, /)", "Sets which priorities are logged; returns the former mask.", MethodKind::kFunction},
    {"LOG_MASK", syslog_mask, "(pri, /)", "The mask of one priority.", MethodKind::kFunction},
    {"LOG_UPTO", syslog_upto, "(pri, /)", "The mask of all priorities up to one.", MethodKind::kFunction},
};
constexpr Constant k_constants[] = {
#define C(name) {#name, name},
    C(LOG_EMERG) C(LOG_ALERT) C(LOG_CRIT) C(LOG_ERR) C(LOG_WARNING) C(LOG_NOTICE) C(LOG_INFO) C(LOG_DEBUG) C(LOG_PID) C(LOG_CONS) C(LOG_NDELAY)
    C(LOG_ODELAY) C(LOG_NOWAIT) C(LOG_PERROR) C(LOG_KERN) C(LOG_USER) C(LOG_MAIL) C(LOG_DAEMON) C(LOG_AUTH) C(LOG_LPR) C(LOG_LOCAL0) C(LOG_LOCAL1)
    C(LOG_LOCAL2) C(LOG_LOCAL3) C(LOG_LOCAL4) C(LOG_LOCAL5) C(LOG_LOCAL6) C(LOG_LOCAL7) C(LOG_SYSLOG) C(LOG_CRON) C(LOG_UUCP) C(LOG_NEWS)
    C(LOG_AUTHPRIV) C(LOG_FTP)
#undef C
};
Status syslog_exec(Thread& t, Module* m) { return add_constants(t, m, k_constants); }

}  // namespace

extern const ModuleDef syslog_module = {"syslog", "The system's log.", k_functions, syslog_exec};

}  // namespace kaa
