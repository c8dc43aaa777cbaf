// The type socket: making, connecting, options. Sending and receiving are in transfer.cpp.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <vector>

#include "modules/socket/socket.h"
#include "runtime/audit.h"
#include "runtime/warnings.h"

namespace kaa {

SocketState g_socket;

template <> struct LayoutTraits<SocketObject> {
  static constexpr Death death = Death::kCustom;
  static bool needs_finalizer(SocketObject* s) { return s->fd >= 0; }
  static void destroy(SocketObject* s) { if (s->fd >= 0) close(s->fd); }
};

Result<SysResult> socket_wait(Thread& t, SocketObject* s, bool writing, bool* timed_out, int64_t deadline, bool have_deadline) {
  if (s->fd < 0) return SysResult{};  // the call itself will say so
  for (;;) {
    int64_t left = have_deadline ? deadline - monotonic_ns() : s->timeout;
    if (left < 0) left = 0;
    timespec ts = to_timespec(left);
    pollfd p{s->fd, static_cast<short>(writing ? POLLOUT : POLLIN), 0};
    SysResult r = blocking_once(t, [&] { return ppoll(&p, 1, &ts, nullptr); });
    if (!r.failed()) {
      *timed_out = r.value == 0;
      return r;
    }
    if (r.err != EINTR) return r;
    TRY(safepoint(t));
  }
}

namespace {

SocketObject* self_of(Args a) { return a.as<SocketObject>(0); }
#define FN(name) Result<Value> socket_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

Status set_nonblocking(Thread& t, int fd, bool on) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return raise_os_error(t, errno);
  int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (wanted != flags && fcntl(fd, F_SETFL, wanted) < 0) return raise_os_error(t, errno);
  return {};
}
Status start(Thread& t, SocketObject* s, int fd, int family, int type, int proto) {
  s->fd = fd;
  s->family = family;
  s->type = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
  s->proto = proto;
  if (type & SOCK_NONBLOCK) {
    s->timeout = 0;
  } else {
    s->timeout = g_socket.default_timeout;
    if (s->timeout >= 0) TRY(set_nonblocking(t, fd, true));
  }
  return {};
}

FN(new) {
  SocketObject* s = TRY(alloc_as<SocketObject>(t, a.as<Type>(0)));
  s->fd = -1;
  s->timeout = -1;
  return s;
}
FN(init) {
  SocketObject* s = self_of(a);
  int family = static_cast<int>(TRY(int_arg(t, a[1], -1))), type = static_cast<int>(TRY(int_arg(t, a[2], -1)));
  int proto = static_cast<int>(TRY(int_arg(t, a[3], -1)));
  Value given = a[4];
  TRY(audit(t, "socket.__new__", s, small_int(family), small_int(type), small_int(proto)));
  if (given && !given.is_none()) {
    int fd = TRY(to_cint(t, given));
    if (fd < 0) return RAISE(ValueError, "negative file descriptor");
    Address addr;
    memset(&addr.s, 0, sizeof addr.s);
    if (getsockname(fd, addr.get(), &addr.size) < 0) {
      if (family == -1 || errno == EBADF || errno == ENOTSOCK) return raise_os_error(t, errno);
    } else if (family == -1) {
      family = addr.s.ss_family;
    }
    socklen_t n = sizeof(int);
    if (type == -1 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) < 0) return raise_os_error(t, errno);
    n = sizeof(int);
    if (proto == -1 && getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &proto, &n) < 0) return raise_os_error(t, errno);
    TRY(start(t, s, fd, family, type, proto));
    return kNone;
  }
  if (family == -1) family = AF_INET;
  if (type == -1) type = SOCK_STREAM;
  if (proto == -1) proto = 0;
  int64_t fd = TRY(checked_call(t, [&] { return socket(family, type | SOCK_CLOEXEC, proto); }));
  TRY(start(t, s, static_cast<int>(fd), family, type, proto));
  return kNone;
}
FN(repr) {
  SocketObject* s = self_of(a);
  return TRY(str_format(t, "<socket object, fd=%d, family=%d, type=%d, proto=%d>", s->fd, s->family, s->type, s->proto));
}
FN(del) {
  SocketObject* s = self_of(a);
  if (s->fd < 0) return kNone;
  Status w = resource_warning(t, a[0], "unclosed %R", a[0]);
  if (!w.ok()) write_unraisable(t, a[0]);
  if (s->fd >= 0) close(s->fd);
  s->fd = -1;
  return kNone;
}
FN(close) {
  SocketObject* s = self_of(a);
  int fd = s->fd;
  if (fd < 0) return kNone;
  s->fd = -1;
  SysResult r = blocking_once(t, [&] { return close(fd); });
  if (r.failed() && r.err != ECONNRESET) return raise_os_error(t, r.err);
  return kNone;
}
FN(detach) {
  int fd = self_of(a)->fd;
  self_of(a)->fd = -1;
  return small_int(fd);
}
FN(fileno) { return small_int(self_of(a)->fd); }

FN(accept) {
  SocketObject* s = self_of(a);
  Address addr;
  int64_t fd = TRY(socket_call(t, s, false, [&] { addr.size = sizeof addr.s; return accept4(s->fd, addr.get(), &addr.size, SOCK_CLOEXEC); }));
  Result<Value> name = address_value(t, addr);
  if (!name.ok()) { close(static_cast<int>(fd)); return Error{}; }
  return TRY(make_tuple(t, small_int(fd), name.value()));
}
FN(bind) {
  SocketObject* s = self_of(a);
  Address addr;
  TRY(address_arg(t, s->family, a[1], "bind", addr));
  TRY(audit(t, "socket.bind", s, a[1]));
  TRY(checked_call(t, [&] { return bind(s->fd, addr.get(), addr.size); }));
  return kNone;
}

// Connects; returns the errno instead of raising. An interrupted connect goes on in the background: wait until it is done.
Result<int> connect_to(Thread& t, SocketObject* s, const Address& addr, bool* timed_out) {
  SysResult r = blocking_once(t, [&] { return connect(s->fd, addr.get(), addr.size); });
  if (!r.failed()) return 0;
  bool wait = r.err == EINTR ? s->timeout != 0 : s->timeout > 0 && r.err == EINPROGRESS;
  if (r.err == EINTR) TRY(safepoint(t));
  if (!wait) return r.err;
  int64_t deadline = 0;
  bool limited = s->timeout > 0;
  if (limited && __builtin_add_overflow(monotonic_ns(), s->timeout, &deadline)) deadline = INT64_MAX;
  if (!limited) deadline = INT64_MAX;
  SysResult w = TRY(socket_wait(t, s, true, timed_out, deadline, true));
  if (w.failed()) return w.err;
  if (*timed_out) return ETIMEDOUT;
  int err = 0;
  socklen_t n = sizeof err;
  if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &err, &n) < 0) return errno;
  return err == EISCONN ? 0 : err;
}
FN(connect) {
  SocketObject* s = self_of(a);
  Address addr;
  TRY(address_arg(t, s->family, a[1], "connect", addr));
  bool timed_out = false;
  int err = TRY(connect_to(t, s, addr, &timed_out));
  if (timed_out) return RAISE(TimeoutError, "timed out");
  if (err) return raise_os_error(t, err);
  return kNone;
}
FN(connect_ex) {
  SocketObject* s = self_of(a);
  Address addr;
  TRY(address_arg(t, s->family, a[1], "connect_ex", addr));
  bool timed_out = false;
  int err = TRY(connect_to(t, s, addr, &timed_out));
  return small_int(timed_out ? EWOULDBLOCK : err);
}
FN(listen) {
  SocketObject* s = self_of(a);
  int64_t backlog = TRY(int_arg(t, a[1], 128));
  if (backlog < 0) backlog = 0;
  TRY(checked_call(t, [&] { return listen(s->fd, static_cast<int>(backlog)); }));
  return kNone;
}
FN(getsockname) {
  Address addr;
  memset(&addr.s, 0, sizeof addr.s);
  if (getsockname(self_of(a)->fd, addr.get(), &addr.size) < 0) return raise_os_error(t, errno);
  return address_value(t, addr);
}
FN(getpeername) {
  Address addr;
  memset(&addr.s, 0, sizeof addr.s);
  if (getpeername(self_of(a)->fd, addr.get(), &addr.size) < 0) return raise_os_error(t, errno);
  return address_value(t, addr);
}
FN(shutdown) {
  int how = TRY(to_cint(t, a[1])), fd = self_of(a)->fd;
  TRY(checked_call(t, [&] { return shutdown(fd, how); }));
  return kNone;
}

// ---- timeouts
Result<int64_t> timeout_arg(Thread& t, Value v) {
  if (v.is_none()) return -1;
  int64_t ns = TRY(time_arg(t, v, Rounding::kTimeout));
  if (ns < 0) return RAISE(ValueError, "Timeout value out of range");
  return ns;
}
Result<Value> timeout_value(Thread& t, int64_t ns) {
  if (ns < 0) return kNone;
  return make_float(t, static_cast<double>(ns) / 1e9);
}
Result<Value> set_timeout(Thread& t, SocketObject* s, int64_t ns) {
  s->timeout = ns;
  if (s->fd >= 0) TRY(set_nonblocking(t, s->fd, ns >= 0));
  else return raise_os_error(t, EBADF);
  return kNone;
}
FN(settimeout) { return set_timeout(t, self_of(a), TRY(timeout_arg(t, a[1]))); }
FN(gettimeout) { return timeout_value(t, self_of(a)->timeout); }
FN(setblocking) { return set_timeout(t, self_of(a), TRY(truth(t, a[1])) ? -1 : 0); }
FN(getblocking) { return Value::from_bool(self_of(a)->timeout != 0); }

// ---- options
FN(setsockopt) {
  int fd = self_of(a)->fd, level = TRY(to_cint(t, a[1])), option = TRY(to_cint(t, a[2]));
  Value v = a[3];
  if (a[4]) {
    if (!v.is_none()) return RAISE(TypeError, "setsockopt() argument 3 must be None, not %T", v);
    uint64_t n = TRY(to_uint64(t, a[4]));
    return none_or_errno(t, setsockopt(fd, level, option, nullptr, static_cast<socklen_t>(n)));
  }
  if (is_int(v)) {
    int n = TRY(to_cint(t, v));
    return none_or_errno(t, setsockopt(fd, level, option, &n, sizeof n));
  }
  BufferHold b;
  TRY(b.get(t, v));
  return none_or_errno(t, setsockopt(fd, level, option, b.data(), static_cast<socklen_t>(b.size())));
}
FN(getsockopt) {
  int fd = self_of(a)->fd, level = TRY(to_cint(t, a[1])), option = TRY(to_cint(t, a[2]));
  int64_t size = TRY(int_arg(t, a[3], 0));
  if (!size) {
    int v = 0;
    socklen_t n = sizeof v;
    if (getsockopt(fd, level, option, &v, &n) < 0) return raise_os_error(t, errno);
    return small_int(v);
  }
  if (size < 0 || size > 1024) return RAISE(OSError, "getsockopt buflen out of range");
  char buf[1024];
  socklen_t n = static_cast<socklen_t>(size);
  if (getsockopt(fd, level, option, buf, &n) < 0) return raise_os_error(t, errno);
  return TRY(new_bytes(t, buf, n));
}

Result<Value> get_family(Thread&, Value v) { return small_int(v.as<SocketObject>()->family); }
Result<Value> get_type(Thread&, Value v) { return small_int(v.as<SocketObject>()->type); }
Result<Value> get_proto(Thread&, Value v) { return small_int(v.as<SocketObject>()->proto); }
Result<Value> get_timeout(Thread& t, Value v) { return timeout_value(t, v.as<SocketObject>()->timeout); }

const MethodDef k_methods[] = {
    {"__new__", socket_new, "($cls, family=-1, type=-1, proto=-1, fileno=None)", nullptr, MethodKind::kNew},
    {"__init__", socket_init, "($self, /, family=-1, type=-1, proto=-1, fileno=None)", "Initialize self.  See help(type(self)) for accurate signature."},
    {"__repr__", socket_repr, "($self, /)", "Return repr(self)."},
    {"__del__", socket_del, "($self, /)", "Called when the instance is about to be destroyed."},
    {"_accept", socket_accept, "($self, /)", "Waits for a connection: (descriptor, address)."},
    {"bind", socket_bind, "($self, address, /)", "Gives the socket a local address."},
    {"close", socket_close, "($self, /)", "Closes the socket."},
    {"connect", socket_connect, "($self, address, /)", "Connects to an address."},
    {"connect_ex", socket_connect_ex, "($self, address, /)", "Connects to an address; returns the error number."},
    {"detach", socket_detach, "($self, /)", "Closes the object without closing its descriptor, which is returned."},
    {"fileno", socket_fileno, "($self, /)", "The descriptor; -1 when closed."},
    {"getpeername", socket_getpeername, "($self, /)", "The address of the other end."},
    {"getsockname", socket_getsockname, "($self, /)", "The local address."},
    {"getsockopt", socket_getsockopt, "($self, level, option, buffersize=0, /)", "The value of an option."},
    {"setsockopt", socket_setsockopt, "($self, level, option, value, optlen=<unrepresentable>, /)", "Sets an option."},
    {"listen", socket_listen, "($self, backlog=128, /)", "Makes the socket accept connections."},
    {"setblocking", socket_setblocking, "($self, flag, /)", "True: wait for ever; False: never."},
    {"getblocking", socket_getblocking, "($self, /)", "Whether calls wait."},
    {"settimeout", socket_settimeout, "($self, timeout, /)", "How long calls wait, in seconds; None: for ever."},
    {"gettimeout", socket_gettimeout, "($self, /)", "How long calls wait."},
    {"shutdown", socket_shutdown, "($self, how, /)", "Ends one or both directions of the connection."},
};
const GetSetDef k_getsets[] = {
    {"family", get_family, nullptr, "the socket family"},
    {"type", get_type, nullptr, "the socket type"},
    {"proto", get_proto, nullptr, "the socket protocol"},
    {"timeout", get_timeout, nullptr, "the socket timeout"},
};

// ---- module functions about sockets
FN(socketpair) {
  int family = static_cast<int>(TRY(int_arg(t, a[0], AF_UNIX))), type = static_cast<int>(TRY(int_arg(t, a[1], SOCK_STREAM)));
  int proto = static_cast<int>(TRY(int_arg(t, a[2], 0))), fds[2];
  TRY(checked_call(t, [&] { return socketpair(family, type | SOCK_CLOEXEC, proto, fds); }));
  Result<Value> x = new_socket(t, fds[0], family, type, proto), y = new_socket(t, fds[1], family, type, proto);
  if (!x.ok() || !y.ok()) return Error{};
  return TRY(make_tuple(t, x.value(), y.value()));
}
FN(close_fd) {
  int fd = TRY(to_cint(t, a[0]));
  SysResult r = blocking_once(t, [&] { return close(fd); });
  if (r.failed() && r.err != ECONNRESET) return raise_os_error(t, r.err);
  return kNone;
}
FN(dup_fd) {
  int fd = fcntl(TRY(to_cint(t, a[0])), F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return raise_os_error(t, errno);
  return small_int(fd);
}
FN(getdefaulttimeout) { return timeout_value(t, g_socket.default_timeout); }
FN(setdefaulttimeout) {
  g_socket.default_timeout = TRY(timeout_arg(t, a[0]));
  return kNone;
}
const MethodDef k_functions[] = {
    {"socketpair", socket_socketpair, "(family=AF_UNIX, type=SOCK_STREAM, proto=0, /)", "Two sockets connected to each other.", MethodKind::kFunction},
    {"close", socket_close_fd, "(fd, /)", "Closes a socket's descriptor.", MethodKind::kFunction},
    {"dup", socket_dup_fd, "(fd, /)", "A duplicate of a socket's descriptor.", MethodKind::kFunction},
    {"getdefaulttimeout", socket_getdefaulttimeout, "()", "The timeout that new sockets get.", MethodKind::kFunction},
    {"setdefaulttimeout", socket_setdefaulttimeout, "(timeout, /)", "Sets the timeout that new sockets get.", MethodKind::kFunction},
    {"CMSG_LEN", socket_cmsg_len, "(length, /)", "The bytes of a control message, without padding at its end.", MethodKind::kFunction},
    {"CMSG_SPACE", socket_cmsg_space, "(length, /)", "The room that a control message takes.", MethodKind::kFunction},
};

}  // namespace

Result<Value> new_socket(Thread& t, int fd, int family, int type, int proto) {
  Result<SocketObject*> s = alloc_as<SocketObject>(t, g_socket.socket);
  if (!s.ok()) { close(fd); return Error{}; }
  s.value()->fd = -1;
  TRY(start(t, s.value(), fd, family, type, proto));
  return s.value();
}

Status socket_add_type(Thread& t, Module* m) {
  if (!g_socket.socket) {
    static std::vector<MethodDef> rows(k_methods, k_methods + sizeof(k_methods) / sizeof(MethodDef));
    rows.insert(rows.end(), k_socket_transfers, k_socket_transfers + k_socket_transfer_count);
    static TypeSpec spec = {.doc = "An endpoint of communication; use socket.socket instead.", .getsets = k_getsets, .layout = &kLayout<SocketObject>, .flags = kTypeBase};
    spec.methods.data = rows.data();
    spec.methods.size = static_cast<uint32_t>(rows.size());
    g_socket.socket = TRY(make_native_type(t, "_socket.socket", nullptr, spec));
  }
  TRY(module_add(t, m, "socket", g_socket.socket));
  TRY(module_add(t, m, "SocketType", g_socket.socket));
  return add_functions(t, m, k_functions);
}

}  // namespace kaa
