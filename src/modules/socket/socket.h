// The parts of the module _socket.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "modules/posix/sys_util.h"

namespace kaa {

struct SocketObject : Object {
  int fd;                // -1: closed
  int family, type, proto;
  int64_t timeout;       // nanoseconds; negative: wait for ever; 0: do not wait
  template <class F> void each_field(F&&) {}
};

struct SocketState {
  Type *socket, *gaierror, *herror;
  int64_t default_timeout = -1;
};
extern SocketState g_socket;   // immortal, or rooted, types

// A socket address of any family.
struct Address {
  sockaddr_storage s;
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&s); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&s); }
};
// A Python address for a socket of a family. `caller` stands in messages: "connect".
Status address_arg(Thread& t, int family, Value v, const char* caller, Address& out);
Result<Value> address_value(Thread& t, const Address& a);     // size 0: None
Status resolve(Thread& t, Value host, int family, Address& out);  // a host name, "" or "<broadcast>" (address.cpp)
// Host names: str (idna), bytes or bytearray.
Result<Bytes*> host_arg(Thread& t, Value v, const char* type_error);
Error raise_gai(Thread& t, int code);
Error raise_herror(Thread& t, int code);
Result<Value> make_ip_text(Thread& t, const sockaddr* a, socklen_t size);
// Runs freeaddrinfo and the like.
Status socket_add_type(Thread& t, Module* m);       // object.cpp, with transfers in transfer.cpp
Status socket_add_names(Thread& t, Module* m);      // names.cpp
Status socket_add_constants(Thread& t, Module* m);  // constants.cpp
Result<Value> new_socket(Thread& t, int fd, int family, int type, int proto);
// Waits, if the socket has a timeout, until it is ready, and calls fn; repeats when interrupted or not ready. connect: fn reports with getsockopt.
Result<SysResult> socket_wait(Thread& t, SocketObject* s, bool writing, bool* timed_out, int64_t deadline, bool have_deadline);
template <class F>
Result<int64_t> socket_call(Thread& t, SocketObject* s, bool writing, F&& fn, int64_t deadline = 0, bool have_deadline = false) {
  if (s->timeout > 0 && !have_deadline) {
    if (__builtin_add_overflow(monotonic_ns(), s->timeout, &deadline)) deadline = INT64_MAX;
    have_deadline = true;
  }
  for (;;) {
    if (s->timeout > 0) {
      bool timed_out = false;
      SysResult w = TRY(socket_wait(t, s, writing, &timed_out, deadline, have_deadline));
      if (w.failed()) return raise_os_error(t, w.err);
      if (timed_out) return RAISE(TimeoutError, "timed out");
    }
    SysResult r = TRY(blocking_call(t, fn));
    if (!r.failed()) return r.value;
    if (s->timeout > 0 && (r.err == EWOULDBLOCK || r.err == EAGAIN)) continue;
    return raise_os_error(t, r.err);
  }
}

extern const MethodDef k_socket_transfers[];  // transfer.cpp
extern const uint32_t k_socket_transfer_count;
Result<Value> socket_cmsg_len(Thread& t, Args a);
Result<Value> socket_cmsg_space(Thread& t, Args a);

}  // namespace kaa
