// Addresses between Python and C, and the resolution of host names in them.
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netdb.h>
#include <netpacket/packet.h>
#include <stddef.h>

#include "modules/socket/socket.h"

namespace kaa {

Error raise_gai(Thread& t, int code) {
  if (code == EAI_SYSTEM) return raise_os_error(t, errno);
  Value text = TRY(new_str(t, gai_strerror(code)));
  Value e = TRY(call(t, g_socket.gaierror, small_int(code), text));
  return raise_value(t, e);
}
Error raise_herror(Thread& t, int code) {
  Value text = TRY(new_str(t, hstrerror(code)));
  Value e = TRY(call(t, g_socket.herror, small_int(code), text));
  return raise_value(t, e);
}

Result<Bytes*> host_arg(Thread& t, Value v, const char* type_error) {
  Bytes* b;
  if (is_str(v)) {
    if (v.as<Str>()->is_ascii()) b = TRY(new_bytes(t, v.as<Str>()->data(), v.as<Str>()->length));
    else b = TRY(encode_str(t, v.as<Str>(), "idna", nullptr)).as<Bytes>();
  } else if (is_bytes(v)) {
    b = v.as<Bytes>();
  } else if (is_instance(v, KAA_TYPE(bytearray))) {
    ByteArray* x = v.as<ByteArray>();
    b = TRY(new_bytes(t, x->data, x->size));
  } else {
    return RAISE(TypeError, type_error, v);
  }
  if (memchr(b->data(), 0, b->size)) return RAISE(ValueError, "host name must not contain null character");
  return b;
}

Status resolve(Thread& t, Value host, int family, Address& out) {
  Bytes* name = TRY(host_arg(t, host, "str, bytes or bytearray expected, not %T"));
  Keep k(name);
  memset(&out.s, 0, sizeof out.s);
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = family;
  if (!name->size) {
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_PASSIVE;
    int err;
    {
      Blocking b(t);
      err = getaddrinfo(nullptr, "0", &hints, &found);
    }
    if (err) return raise_gai(t, err);
    if (found->ai_next && family == AF_UNSPEC) {
      freeaddrinfo(found);
      return RAISE(OSError, "wildcard resolved to multiple address");
    }
    memcpy(&out.s, found->ai_addr, found->ai_addrlen);
    out.size = found->ai_addrlen;
    freeaddrinfo(found);
    return {};
  }
  if (name->view() == "<broadcast>" || name->view() == "255.255.255.255") {
    if (family != AF_INET && family != AF_UNSPEC) return RAISE(OSError, "address family mismatched");
    sockaddr_in* in = reinterpret_cast<sockaddr_in*>(&out.s);
    in->sin_family = AF_INET;
    in->sin_addr.s_addr = INADDR_BROADCAST;
    out.size = sizeof *in;
    return {};
  }
  // Numbers need no resolver.
  if (family == AF_UNSPEC || family == AF_INET) {
    sockaddr_in* in = reinterpret_cast<sockaddr_in*>(&out.s);
    if (inet_pton(AF_INET, name->data(), &in->sin_addr) > 0) {
      in->sin_family = AF_INET;
      out.size = sizeof *in;
      return {};
    }
  }
  if ((family == AF_UNSPEC || family == AF_INET6) && !strchr(name->data(), '%')) {
    sockaddr_in6* in = reinterpret_cast<sockaddr_in6*>(&out.s);
    if (inet_pton(AF_INET6, name->data(), &in->sin6_addr) > 0) {
      in->sin6_family = AF_INET6;
      out.size = sizeof *in;
      return {};
    }
  }
  int err;
  {
    Blocking b(t);
    err = getaddrinfo(name->data(), nullptr, &hints, &found);
  }
  if (err) return raise_gai(t, err);
  memcpy(&out.s, found->ai_addr, found->ai_addrlen);
  out.size = found->ai_addrlen;
  freeaddrinfo(found);
  return {};
}

static Result<int> port_arg(Thread& t, Value v, const char* caller) {
  Value i = TRY(to_index(t, v));
  Result<int64_t> n = to_int64(t, i);
  if (!n.ok()) clear_exc(t);
  if (!n.ok() || n.value() < 0 || n.value() > 0xFFFF) return RAISE(OverflowError, "%s(): port must be 0-65535.", caller);
  return static_cast<int>(n.value());
}

static Status unix_address(Thread& t, Value v, Address& out) {
  sockaddr_un* un = reinterpret_cast<sockaddr_un*>(&out.s);
  BufferHold hold;
  std::string_view path;
  Bytes* encoded = nullptr;
  if (is_str(v)) {
    encoded = TRY(encode_fs(t, v.as<Str>()));
    path = encoded->view();
  } else {
    TRY(hold.get(t, v));
    path = hold.view();
  }
  // A name that begins with NUL is an abstract one, and is not terminated.
  bool abstract = !path.empty() && !path[0];
  if (path.size() > sizeof un->sun_path - (abstract ? 0 : 1)) return RAISE(OSError, "AF_UNIX path too long");
  un->sun_family = AF_UNIX;
  memcpy(un->sun_path, path.data(), path.size());
  out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract || path.empty() ? 0 : 1));
  Keep k(encoded ? Value(encoded) : kNone);
  return {};
}

Status address_arg(Thread& t, int family, Value v, const char* caller, Address& out) {
  memset(&out.s, 0, sizeof out.s);
  Tuple* u = is_tuple(v) ? v.as<Tuple>() : nullptr;
  switch (family) {
    case AF_UNIX: return unix_address(t, v, out);
    case AF_INET: {
      if (!u) return RAISE(TypeError, "%s(): AF_INET address must be tuple, not %T", caller, v);
      if (u->size != 2) return RAISE(TypeError, "AF_INET address must be a pair (host, port)");
      Bytes* host = TRY(host_arg(t, u->items[0], "str, bytes or bytearray expected, not %T"));
      int port = TRY(port_arg(t, u->items[1], caller));
      TRY(resolve(t, host, AF_INET, out));
      sockaddr_in* in = reinterpret_cast<sockaddr_in*>(&out.s);
      in->sin_family = AF_INET;
      in->sin_port = htons(static_cast<uint16_t>(port));
      out.size = sizeof *in;
      return {};
    }
    case AF_INET6: {
      if (!u) return RAISE(TypeError, "%s(): AF_INET6 address must be tuple, not %T", caller, v);
      if (u->size < 2 || u->size > 4) return RAISE(TypeError, "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])");
      Bytes* host = TRY(host_arg(t, u->items[0], "str, bytes or bytearray expected, not %T"));
      int port = TRY(port_arg(t, u->items[1], caller));
      uint64_t flow = u->size > 2 ? TRY(to_uint64_mask(t, u->items[2])) : 0, scope = u->size > 3 ? TRY(to_uint64_mask(t, u->items[3])) : 0;
      if (flow > 0xFFFFF) return RAISE(OverflowError, "%s(): flowinfo must be 0-1048575.", caller);
      TRY(resolve(t, host, AF_INET6, out));
      sockaddr_in6* in = reinterpret_cast<sockaddr_in6*>(&out.s);
      in->sin6_family = AF_INET6;
      in->sin6_port = htons(static_cast<uint16_t>(port));
      in->sin6_flowinfo = htonl(static_cast<uint32_t>(flow));
      if (u->size > 3) in->sin6_scope_id = static_cast<uint32_t>(scope);
      out.size = sizeof *in;
      return {};
    }
    case AF_NETLINK: {
      if (!u) return RAISE(TypeError, "%s(): AF_NETLINK address must be tuple, not %T", caller, v);
      if (u->size != 2) return RAISE(TypeError, "AF_NETLINK address must be a pair (pid, groups)");
      sockaddr_nl* nl = reinterpret_cast<sockaddr_nl*>(&out.s);
      nl->nl_family = AF_NETLINK;
      nl->nl_pid = static_cast<uint32_t>(TRY(to_uint64_mask(t, u->items[0])));
      nl->nl_groups = static_cast<uint32_t>(TRY(to_uint64_mask(t, u->items[1])));
      out.size = sizeof *nl;
      return {};
    }
    case AF_VSOCK: {
      if (!u || u->size != 2) return RAISE(TypeError, "getsockaddrarg: AF_VSOCK address must be tuple, not %T", v);
      sockaddr_vm* vm = reinterpret_cast<sockaddr_vm*>(&out.s);
      vm->svm_family = AF_VSOCK;
      vm->svm_cid = static_cast<uint32_t>(TRY(to_uint64_mask(t, u->items[0])));
      vm->svm_port = static_cast<uint32_t>(TRY(to_uint64_mask(t, u->items[1])));
      out.size = sizeof *vm;
      return {};
    }
    case AF_PACKET: {
      if (!u) return RAISE(TypeError, "%s(): AF_PACKET address must be tuple, not %T", caller, v);
      if (u->size < 2 || u->size > 5) return RAISE(TypeError, "AF_PACKET address must be a tuple of two to five elements");
      sockaddr_ll* ll = reinterpret_cast<sockaddr_ll*>(&out.s);
      Bytes* name = TRY(fs_bytes(t, u->items[0]));
      Keep k(name);
      int proto = TRY(to_cint(t, u->items[1]));
      if (proto < 0 || proto > 0xFFFF) return RAISE(OverflowError, "%s(): proto must be 0-65535.", caller);
      ll->sll_ifindex = static_cast<int>(if_nametoindex(name->data()));
      if (!ll->sll_ifindex) return raise_os_error(t, errno);
      ll->sll_family = AF_PACKET;
      ll->sll_protocol = htons(static_cast<uint16_t>(proto));
      ll->sll_pkttype = static_cast<unsigned char>(u->size > 2 ? TRY(to_cint(t, u->items[2])) : 0);
      ll->sll_hatype = static_cast<unsigned short>(u->size > 3 ? TRY(to_cint(t, u->items[3])) : 0);
      if (u->size > 4) {
        BufferHold hw;
        TRY(hw.get(t, u->items[4]));
        if (hw.size() > 8) return RAISE(ValueError, "Hardware address must be 8 bytes or less");
        memcpy(ll->sll_addr, hw.data(), hw.size());
        ll->sll_halen = static_cast<unsigned char>(hw.size());
      }
      out.size = sizeof *ll;
      return {};
    }
    default: return RAISE(OSError, "%s(): bad family", caller);
  }
}

Result<Value> make_ip_text(Thread& t, const sockaddr* a, socklen_t size) {
  char text[NI_MAXHOST];
  if (int err = getnameinfo(a, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST)) return raise_gai(t, err);
  return TRY(new_str(t, text));
}

Result<Value> address_value(Thread& t, const Address& a) {
  if (!a.size) return kNone;
  switch (a.s.ss_family) {
    case AF_INET: {
      const sockaddr_in* in = reinterpret_cast<const sockaddr_in*>(&a.s);
      Value host = TRY(make_ip_text(t, a.get(), sizeof *in));
      return TRY(make_tuple(t, host, small_int(ntohs(in->sin_port))));
    }
    case AF_INET6: {
      const sockaddr_in6* in = reinterpret_cast<const sockaddr_in6*>(&a.s);
      char text[INET6_ADDRSTRLEN];
      Value host = TRY(new_str(t, inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof text)));  // the scope has a place of its own in the tuple
      return TRY(make_tuple(t, host, small_int(ntohs(in->sin6_port)), small_int(ntohl(in->sin6_flowinfo)), small_int(in->sin6_scope_id)));
    }
    case AF_UNIX: {
      const sockaddr_un* un = reinterpret_cast<const sockaddr_un*>(&a.s);
      size_t n = a.size > offsetof(sockaddr_un, sun_path) ? a.size - offsetof(sockaddr_un, sun_path) : 0;
      if (n && !un->sun_path[0]) return TRY(new_bytes(t, un->sun_path, n));
      return TRY(decode_fs(t, {un->sun_path, strnlen(un->sun_path, n)}));
    }
    case AF_NETLINK: {
      const sockaddr_nl* nl = reinterpret_cast<const sockaddr_nl*>(&a.s);
      return TRY(make_tuple(t, small_int(nl->nl_pid), small_int(nl->nl_groups)));
    }
    case AF_VSOCK: {
      const sockaddr_vm* vm = reinterpret_cast<const sockaddr_vm*>(&a.s);
      return TRY(make_tuple(t, small_int(vm->svm_cid), small_int(vm->svm_port)));
    }
    case AF_PACKET: {
      const sockaddr_ll* ll = reinterpret_cast<const sockaddr_ll*>(&a.s);
      char name[IF_NAMESIZE] = "";
      if (ll->sll_ifindex) if_indextoname(static_cast<unsigned>(ll->sll_ifindex), name);
      Value n = TRY(decode_fs(t, name)), hw = TRY(new_bytes(t, ll->sll_addr, ll->sll_halen < 8 ? ll->sll_halen : 8));
      return TRY(make_tuple(t, n, small_int(ntohs(ll->sll_protocol)), small_int(ll->sll_pkttype), small_int(ll->sll_hatype), hw));
    }
    default: {
      // Unknown families: the number and the raw bytes.
      Value raw = TRY(new_bytes(t, a.get()->sa_data, a.size > 2 ? a.size - 2 : 0));
      return TRY(make_tuple(t, small_int(a.s.ss_family), raw));
    }
  }
}

}  // namespace kaa
