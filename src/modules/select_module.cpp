// select: waiting for descriptors with select, poll and epoll. Timeouts are kept over interruptions.
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include <vector>

#include "base/text_buffer.h"
#include "modules/posix/sys_util.h"
#include "runtime/weakrefs.h"

namespace kaa {

namespace {

// The time left of a wait: milliseconds or nanoseconds, negative for ever.
class Deadline {
 public:
  explicit Deadline(int64_t ns) : ns_(ns), end_(0) {
    if (ns >= 0 && __builtin_add_overflow(monotonic_ns(), ns, &end_)) end_ = INT64_MAX;
  }
  int64_t left() const { return ns_; }
  // After an interruption.
  void update() {
    if (ns_ < 0) return;
    ns_ = end_ - monotonic_ns();
    if (ns_ < 0) ns_ = 0;
  }
  int milliseconds() const {
    if (ns_ < 0) return -1;
    int64_t ms = ns_ / 1000000 + (ns_ % 1000000 != 0);
    return ms > INT_MAX ? INT_MAX : static_cast<int>(ms);
  }
 private:
  int64_t ns_, end_;
};

// ---- select()
struct SelectSet {
  List* objects = nullptr;   // copies: the caller's list may change while fileno() runs
  std::vector<int> fds;
  Status get(Thread& t, Value v, int* top) {
    if (!is_list(v) && !is_tuple(v) && !type_of(v)->dunder(D_iter) && !type_of(v)->dunder(D_getitem))
      return RAISE(TypeError, "arguments 1-3 must be sequences");
    objects = TRY(new_list(t));
    return iterate(t, v, [&](Value o) -> Status {
      int fd = TRY(fd_arg(t, o));
      if (fd >= FD_SETSIZE) return RAISE(ValueError, "filedescriptor out of range in select()");
      if (fd > *top) *top = fd;
      TRY(list_append(t, objects, o));
      fds.push_back(fd);
      return {};
    });
  }
  void fill(fd_set* s) const {
    FD_ZERO(s);
    for (int fd : fds) FD_SET(fd, s);
  }
  Result<Value> ready(Thread& t, const fd_set* s) const {
    List* l = TRY(new_list(t));
    for (size_t i = 0; i < fds.size(); i++)
      if (FD_ISSET(fds[i], s)) TRY(list_append(t, l, objects->items[i]));
    return l;
  }
};

Result<Value> select_select(Thread& t, Args a) {
  int64_t ns = -1;
  if (a[3] && !a[3].is_none()) {
    if (!is_float(a[3]) && !type_of(a[3])->dunder(D_index)) return RAISE(TypeError, "timeout must be a float or None");
    ns = TRY(time_arg(t, a[3], Rounding::kTimeout));
    if (ns < 0) return RAISE(ValueError, "timeout must be non-negative");
  }
  if (ns) TRY(settle_before_wait(t));
  SelectSet sets[3];
  int top = -1;
  for (uint32_t i = 0; i < 3; i++) TRY(sets[i].get(t, a[i], &top));
  fd_set ready[3];
  Deadline d(ns);
  for (;;) {
    for (int i = 0; i < 3; i++) sets[i].fill(&ready[i]);
    timeval tv{d.left() / 1000000000, d.left() % 1000000000 / 1000};
    SysResult r = blocking_once(t, [&] { return select(top + 1, &ready[0], &ready[1], &ready[2], d.left() < 0 ? nullptr : &tv); });
    if (!r.failed()) break;
    if (r.err != EINTR) return raise_os_error(t, r.err);
    TRY(safepoint(t));
    d.update();
  }
  Value x = TRY(sets[0].ready(t, &ready[0])), y = TRY(sets[1].ready(t, &ready[1])), z = TRY(sets[2].ready(t, &ready[2]));
  return TRY(make_tuple(t, x, y, z));
}

// ---- poll objects
struct PollObject : Object {
  Field<Dict*> events;   // descriptor: mask
  bool running;
  template <class F> void each_field(F&& f) { f(events); }
};
Type* g_poll_type;  // immortal

Result<uint16_t> mask_arg(Thread& t, Value v, uint16_t fallback) {
  if (!v) return fallback;
  Value i = TRY(to_index(t, v));
  if (TRY(compare_bool(t, CompareOp::LT, i, small_int(0)))) return RAISE(ValueError, "Cannot convert negative int");
  Result<int64_t> n = to_int64(t, i);
  if (!n.ok()) clear_exc(t);
  if (!n.ok() || n.value() > 0xFFFF) return RAISE(OverflowError, "Python int too large for C unsigned short");
  return static_cast<uint16_t>(n.value());
}
Result<Value> poll_register(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[1]));
  uint16_t mask = TRY(mask_arg(t, a[2], POLLIN | POLLPRI | POLLOUT));
  TRY(dict_set(t, a.as<PollObject>(0)->events, small_int(fd), small_int(mask)));
  return kNone;
}
Result<Value> poll_modify(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[1]));
  uint16_t mask = TRY(mask_arg(t, a[2], 0));
  Dict* d = a.as<PollObject>(0)->events;
  Opt known = TRY(dict_get(t, d, small_int(fd)));
  if (!known) return raise_os_error(t, ENOENT);
  TRY(dict_set(t, d, small_int(fd), small_int(mask)));
  return kNone;
}
Result<Value> poll_unregister(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[1]));
  Opt known = TRY(dict_pop(t, a.as<PollObject>(0)->events, small_int(fd)));
  if (!known) return raise_class(t, KAA_TYPE(KeyError), small_int(fd));
  return kNone;
}
// Milliseconds as int or float; None or negative: for ever. In nanoseconds.
Result<int64_t> poll_timeout(Thread& t, Value v) {
  if (!v || v.is_none()) return -1;
  double ms;
  if (is_float(v)) {
    ms = float_value(v);
    if (isnan(ms)) return RAISE(ValueError, "Invalid value NaN (not a number)");
    ms = ms < 0 ? floor(ms) : ceil(ms);
  } else {
    if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "timeout must be an integer or None");
    Value i = TRY(to_index(t, v));
    Result<int64_t> n = to_int64(t, i);
    if (!n.ok()) {
      clear_exc(t);
      return RAISE(OverflowError, "timestamp out of range for C PyTime_t");
    }
    ms = static_cast<double>(n.value());
  }
  if (!(fabs(ms) < 9.2e12)) return RAISE(OverflowError, "timestamp out of range for C PyTime_t");
  if (ms > INT_MAX) return RAISE(OverflowError, "timeout is too large");
  return ms < 0 ? -1 : static_cast<int64_t>(ms) * 1000000;
}
Result<Value> poll_poll(Thread& t, Args a) {
  PollObject* p = a.as<PollObject>(0);
  Deadline d(TRY(poll_timeout(t, a[1])));
  if (d.left()) TRY(settle_before_wait(t));
  if (p->running) return RAISE(RuntimeError, "concurrent poll() invocation");
  std::vector<pollfd> fds;
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(p->events, &pos))
    fds.push_back({static_cast<int>(e->key.as_int()), static_cast<short>(e->value.as_int()), 0});
  for (;;) {
    p->running = true;
    SysResult r = blocking_once(t, [&] { return poll(fds.data(), fds.size(), d.milliseconds()); });
    p->running = false;
    if (!r.failed()) break;
    if (r.err != EINTR) return raise_os_error(t, r.err);
    TRY(safepoint(t));
    d.update();
  }
  List* l = TRY(new_list(t));
  for (const pollfd& f : fds) {
    if (!f.revents) continue;
    Value pair = TRY(make_tuple(t, small_int(f.fd), small_int(static_cast<uint16_t>(f.revents))));
    TRY(list_append(t, l, pair));
  }
  return l;
}
const MethodDef k_poll_methods[] = {
    {"register", poll_register, "($self, fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)", "Adds a descriptor."},
    {"modify", poll_modify, "($self, fd, eventmask, /)", "Changes the events of a descriptor."},
    {"unregister", poll_unregister, "($self, fd, /)", "Removes a descriptor."},
    {"poll", poll_poll, "($self, timeout=None, /)", "Waits; returns a list of (descriptor, events). The timeout is in milliseconds."},
};
const TypeSpec k_poll_spec = {.methods = k_poll_methods, .layout = &kLayout<PollObject>, .flags = kTypeDisallowInstantiation};

Result<Value> select_poll(Thread& t, Args) {
  Dict* d = TRY(new_dict(t));
  PollObject* p = TRY(alloc<PollObject>(t, g_poll_type->root));
  p->events.init(d);
  return p;
}

// ---- epoll objects
struct EpollObject : Object {
  int fd;   // -1: closed
  template <class F> void each_field(F&&) {}
};
}  // namespace
template <> struct LayoutTraits<EpollObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(EpollObject* e) { if (e->fd >= 0) close(e->fd); }
};
namespace {

Error closed_error(Thread& t) { return RAISE(ValueError, "I/O operation on closed epoll object"); }
#define EPOLL(var) EpollObject* var = a.as<EpollObject>(0); if (var->fd < 0) return closed_error(t)

Result<EpollObject*> make_epoll(Thread& t, Type* cls, int fd) {
  EpollObject* e = TRY(alloc_as<EpollObject>(t, cls));
  e->fd = -1;
  if (fd < 0) {
    int64_t made = TRY(checked_call(t, [] { return epoll_create1(EPOLL_CLOEXEC); }));
    fd = static_cast<int>(made);
  }
  e->fd = fd;
  return e;
}
Result<Value> epoll_new(Thread& t, Args a) {
  int64_t size = TRY(int_arg(t, a[1], -1)), flags = TRY(int_arg(t, a[2], 0));
  if (size != -1 && size <= 0) return RAISE(ValueError, "negative sizehint");
  if (flags && flags != EPOLL_CLOEXEC) return RAISE(OSError, "invalid flags");
  return make_epoll(t, a.as<Type>(0), -1);
}
Result<Value> epoll_fromfd(Thread& t, Args a) {
  int fd = TRY(to_cint(t, a[1]));
  return make_epoll(t, a.as<Type>(0), fd);
}
Result<Value> epoll_close(Thread& t, Args a) {
  EpollObject* e = a.as<EpollObject>(0);
  if (e->fd < 0) return kNone;
  int fd = e->fd;
  e->fd = -1;
  SysResult r = blocking_once(t, [&] { return close(fd); });
  if (r.failed()) return raise_os_error(t, r.err);
  return kNone;
}
Result<Value> epoll_fileno(Thread& t, Args a) { EPOLL(e); return small_int(e->fd); }
Result<Value> epoll_closed(Thread&, Value v) { return Value::from_bool(v.as<EpollObject>()->fd < 0); }
Result<Value> control(Thread& t, Args a, int op) {
  EPOLL(e);
  int fd = TRY(fd_arg(t, a[1]));
  epoll_event ev{};
  ev.events = op == EPOLL_CTL_DEL ? 0 : EPOLLIN | EPOLLPRI | EPOLLOUT;
  if (a[2]) {
    Value i = TRY(to_index(t, a[2]));
    ev.events = static_cast<uint32_t>(TRY(to_uint64_mask(t, i)));
  }
  ev.data.fd = fd;
  if (e->fd < 0) return closed_error(t);
  TRY(checked_call(t, [&] { return epoll_ctl(e->fd, op, fd, &ev); }));
  return kNone;
}
Result<Value> epoll_register(Thread& t, Args a) { return control(t, a, EPOLL_CTL_ADD); }
Result<Value> epoll_modify(Thread& t, Args a) { return control(t, a, EPOLL_CTL_MOD); }
Result<Value> epoll_unregister(Thread& t, Args a) { return control(t, a, EPOLL_CTL_DEL); }
Result<Value> epoll_poll(Thread& t, Args a) {
  EPOLL(e);
  int64_t ns = -1;
  if (a[1] && !a[1].is_none()) {
    if (!is_float(a[1]) && !type_of(a[1])->dunder(D_index)) return RAISE(TypeError, "timeout must be an integer or None");
    ns = TRY(time_arg(t, a[1], Rounding::kTimeout));
    if (ns / 1000000 > INT_MAX) return RAISE(OverflowError, "timeout is too large");
    if (ns < 0) ns = -1;
  }
  int64_t most = TRY(int_arg(t, a[2], -1));
  if (most == -1) most = FD_SETSIZE - 1;
  else if (most < 1) return RAISE(ValueError, "maxevents must be greater than 0, got %ld", most);
  ByteBuilder room;  // not a vector, which would touch all of what a program asks for
  auto* events = reinterpret_cast<epoll_event*>(room.grow(static_cast<size_t>(most) * sizeof(epoll_event)));
  if (!events) return raise_memory(t);
  Deadline d(ns);
  SysResult r;
  bool settled = !ns || !deaths_owed();
  for (;;) {
    if (e->fd < 0) return closed_error(t);
    int fd = e->fd;
    int wait = settled ? d.milliseconds() : 0;  // what is there already need not be waited for
    r = blocking_once(t, [&] { return epoll_wait(fd, events, static_cast<int>(most), wait); });
    if (!settled && r.value == 0) {
      settled = true;
      TRY(settle_before_wait(t));
      continue;
    }
    if (!r.failed()) break;
    if (r.err != EINTR) return raise_os_error(t, r.err);
    TRY(safepoint(t));
    d.update();
  }
  List* l = TRY(new_list(t, static_cast<size_t>(r.value)));
  for (int64_t i = 0; i < r.value; i++) {
    const epoll_event& ev = events[i];
    Value pair = TRY(make_tuple(t, small_int(ev.data.fd), small_int(ev.events)));
    TRY(list_append(t, l, pair));
  }
  return l;
}
Result<Value> epoll_enter(Thread& t, Args a) { EPOLL(e); (void)e; return a[0]; }
Result<Value> epoll_exit(Thread& t, Args a) { return call_method(t, a[0], NAME("close")); }

const MethodDef k_epoll_methods[] = {
    {"__new__", epoll_new, "($cls, sizehint=-1, flags=0)", nullptr, MethodKind::kNew},
    {"fromfd", epoll_fromfd, "($cls, fd, /)", "An epoll object of an open descriptor.", MethodKind::kClassMethod},
    {"close", epoll_close, "($self, /)", "Closes the descriptor."},
    {"fileno", epoll_fileno, "($self, /)", "The descriptor."},
    {"register", epoll_register, "($self, /, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)", "Adds a descriptor."},
    {"modify", epoll_modify, "($self, /, fd, eventmask)", "Changes the events of a descriptor."},
    {"unregister", epoll_unregister, "($self, /, fd)", "Removes a descriptor."},
    {"poll", epoll_poll, "($self, /, timeout=None, maxevents=-1)", "Waits; returns a list of (descriptor, events). The timeout is in seconds."},
    {"__enter__", epoll_enter, "($self, /)", nullptr},
    {"__exit__", epoll_exit, "($self, exc_type=None, exc_value=None, exc_tb=None, /)", nullptr},
};
const GetSetDef k_epoll_getsets[] = {{"closed", epoll_closed, nullptr, "True if the epoll handler is closed"}};
const TypeSpec k_epoll_spec = {.doc = "Waits for many descriptors.", .methods = k_epoll_methods, .getsets = k_epoll_getsets, .layout = &kLayout<EpollObject>};

const MethodDef k_functions[] = {
    {"select", select_select, "(rlist, wlist, xlist, timeout=None, /)", "Waits until descriptors are readable, writable or exceptional.", MethodKind::kFunction},
    {"poll", select_poll, "()", "A new poll object.", MethodKind::kFunction},
};
constexpr Constant k_constants[] = {
#define C(name) {#name, static_cast<int64_t>(name)},
    C(POLLIN) C(POLLPRI) C(POLLOUT) C(POLLERR) C(POLLHUP) C(POLLNVAL) C(POLLRDNORM) C(POLLRDBAND) C(POLLWRNORM) C(POLLWRBAND) C(POLLMSG) C(POLLRDHUP)
    C(EPOLLIN) C(EPOLLOUT) C(EPOLLPRI) C(EPOLLERR) C(EPOLLHUP) C(EPOLLRDHUP) C(EPOLLET) C(EPOLLONESHOT) C(EPOLLEXCLUSIVE) C(EPOLLWAKEUP)
    C(EPOLLRDNORM) C(EPOLLRDBAND) C(EPOLLWRNORM) C(EPOLLWRBAND) C(EPOLLMSG) C(EPOLL_CLOEXEC) C(PIPE_BUF)
#undef C
};

Status select_exec(Thread& t, Module* m) {
  g_poll_type = TRY(make_native_type(t, "select.poll", nullptr, k_poll_spec));
  Type* epoll = TRY(make_native_type(t, "select.epoll", nullptr, k_epoll_spec));
  TRY(module_add(t, m, "epoll", epoll));
  TRY(module_add(t, m, "error", KAA_TYPE(OSError)));
  return add_constants(t, m, k_constants);
}

}  // namespace

extern const ModuleDef select_module = {"select", "Waiting for input and output on several descriptors.", k_functions, select_exec};

}  // namespace kaa
