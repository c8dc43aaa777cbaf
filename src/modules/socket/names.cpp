// Host names, services, protocols, interfaces, and numbers in network order.
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <unistd.h>

#include <vector>

#include "modules/socket/socket.h"
#include "runtime/audit.h"

namespace kaa {

namespace {

#define FN(name) Result<Value> socket_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

FN(gethostname) {
  TRY(audit(t, "socket.gethostname"));
  char text[1024];
  if (gethostname(text, sizeof text) < 0) return raise_os_error(t, errno);
  return TRY(decode_fs(t, text));
}
FN(sethostname) {
  Bytes* b = TRY(fs_bytes(t, a[0]));
  return none_or_errno(t, sethostname(b->data(), b->size));
}

FN(gethostbyname) {
  Bytes* name = TRY(host_arg(t, a[0], "gethostbyname() argument 1 must be str, bytes or bytearray, not %T"));
  Address addr;
  TRY(resolve(t, name, AF_INET, addr));
  return make_ip_text(t, addr.get(), sizeof(sockaddr_in));
}

// (name, aliases, addresses) of a host entry.
Result<Value> host_entry(Thread& t, hostent* h, int herr) {
  if (!h) return raise_herror(t, herr);
  List *aliases = TRY(new_list(t)), *addresses = TRY(new_list(t));
  for (char** p = h->h_aliases; p && *p; p++) {
    Value v = TRY(decode_fs(t, *p));
    TRY(list_append(t, aliases, v));
  }
  for (char** p = h->h_addr_list; p && *p; p++) {
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(h->h_addrtype, *p, text, sizeof text)) return RAISE(OSError, "unsupported address family");
    Value v = TRY(new_str(t, text));
    TRY(list_append(t, addresses, v));
  }
  Value name = TRY(decode_fs(t, h->h_name));
  return TRY(make_tuple(t, name, Value(aliases), Value(addresses)));
}
FN(gethostbyname_ex) {
  Bytes* name = TRY(host_arg(t, a[0], "gethostbyname_ex() argument 1 must be str, bytes or bytearray, not %T"));
  Keep k(name);
  Address addr;
  TRY(resolve(t, name, AF_INET, addr));
  std::vector<char> buf(16384);
  hostent h, *found = nullptr;
  int herr = 0;
  {
    Blocking b(t);
    gethostbyname_r(name->data(), &h, buf.data(), buf.size(), &found, &herr);
  }
  return host_entry(t, found, herr);
}
FN(gethostbyaddr) {
  Bytes* name = TRY(host_arg(t, a[0], "gethostbyaddr() argument 1 must be str, bytes or bytearray, not %T"));
  Address addr;
  TRY(resolve(t, name, AF_UNSPEC, addr));
  const void* raw = &reinterpret_cast<sockaddr_in*>(&addr.s)->sin_addr;
  socklen_t n = sizeof(in_addr);
  if (addr.s.ss_family == AF_INET6) {
    raw = &reinterpret_cast<sockaddr_in6*>(&addr.s)->sin6_addr;
    n = sizeof(in6_addr);
  }
  std::vector<char> buf(16384);
  hostent h, *found = nullptr;
  int herr = 0, family = addr.s.ss_family;
  {
    Blocking b(t);
    gethostbyaddr_r(raw, n, family, &h, buf.data(), buf.size(), &found, &herr);
  }
  return host_entry(t, found, herr);
}

Result<Bytes*> text_arg(Thread& t, Value v, const char* func, int position) {
  if (!is_str(v)) return RAISE(TypeError, "%s() argument %d must be str, not %T", func, position, v);
  Bytes* b = TRY(encode_fs(t, v.as<Str>()));
  if (memchr(b->data(), 0, b->size)) return RAISE(ValueError, "embedded null character");
  return b;
}
FN(getservbyname) {
  Bytes* name = TRY(text_arg(t, a[0], "getservbyname", 1));
  Keep k1(name);
  Bytes* proto = a[1] ? TRY(text_arg(t, a[1], "getservbyname", 2)) : nullptr;
  Keep k2(proto ? Value(proto) : kNone);
  servent* s = getservbyname(name->data(), proto ? proto->data() : nullptr);
  if (!s) return RAISE(OSError, "service/proto not found");
  return small_int(ntohs(static_cast<uint16_t>(s->s_port)));
}
FN(getservbyport) {
  int port = TRY(to_cint(t, a[0]));
  if (port < 0 || port > 0xFFFF) return RAISE(OverflowError, "getservbyport: port must be 0-65535.");
  Bytes* proto = a[1] ? TRY(text_arg(t, a[1], "getservbyport", 2)) : nullptr;
  Keep k(proto ? Value(proto) : kNone);
  servent* s = getservbyport(htons(static_cast<uint16_t>(port)), proto ? proto->data() : nullptr);
  if (!s) return RAISE(OSError, "port/proto not found");
  return TRY(decode_fs(t, s->s_name));
}
FN(getprotobyname) {
  Bytes* name = TRY(text_arg(t, a[0], "getprotobyname", 1));
  protoent* p = getprotobyname(name->data());
  if (!p) return RAISE(OSError, "protocol not found");
  return small_int(p->p_proto);
}

// Whether the idna codec leaves a name as it is: ASCII, in labels of 1 to 63 characters (the last may be empty).
bool is_plain_host(Str* s) {
  if (!s->is_ascii()) return false;
  std::string_view text = s->ascii();
  if (text.empty()) return true;
  for (size_t start = 0;;) {
    size_t dot = text.find('.', start), end = dot == std::string_view::npos ? text.size() : dot;
    if (end - start > 63 || (end == start && dot != std::string_view::npos)) return false;
    if (dot == std::string_view::npos) return true;
    start = dot + 1;
  }
}
FN(getaddrinfo) {
  Value host = a[0], port = a[1];
  int family = static_cast<int>(TRY(int_arg(t, a[2], 0))), type = static_cast<int>(TRY(int_arg(t, a[3], 0)));
  int proto = static_cast<int>(TRY(int_arg(t, a[4], 0))), flags = static_cast<int>(TRY(int_arg(t, a[5], 0)));
  Bytes *host_bytes = nullptr, *port_bytes = nullptr;
  if (is_str(host) && is_plain_host(host.as<Str>())) host_bytes = TRY(new_bytes(t, host.as<Str>()->data(), host.as<Str>()->length));
  else if (is_str(host)) host_bytes = TRY(encode_str(t, host.as<Str>(), "idna", nullptr)).as<Bytes>();
  else if (is_bytes(host)) host_bytes = host.as<Bytes>();
  else if (!host.is_none()) return RAISE(TypeError, "getaddrinfo() argument 1 must be string or None");
  if (is_int(port)) {
    Str* text = TRY(str(t, port));
    port_bytes = TRY(encode_fs(t, text));
  } else if (is_str(port)) {
    port_bytes = TRY(encode_fs(t, port.as<Str>()));
  } else if (is_bytes(port)) {
    port_bytes = port.as<Bytes>();
  } else if (!port.is_none()) {
    return RAISE(OSError, "Int or String expected");
  }
  Keep k1(host_bytes ? Value(host_bytes) : kNone), k2(port_bytes ? Value(port_bytes) : kNone);
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = family;
  hints.ai_socktype = type;
  hints.ai_protocol = proto;
  hints.ai_flags = flags;
  int err;
  {
    Blocking b(t);
    err = getaddrinfo(host_bytes ? host_bytes->data() : nullptr, port_bytes ? port_bytes->data() : nullptr, &hints, &found);
  }
  if (err) return raise_gai(t, err);
  auto collect = [&]() -> Result<Value> {
    List* l = TRY(new_list(t));
    for (addrinfo* r = found; r; r = r->ai_next) {
      Address addr;
      memcpy(&addr.s, r->ai_addr, r->ai_addrlen);
      addr.size = r->ai_addrlen;
      Value address = TRY(address_value(t, addr)), name = TRY(decode_fs(t, r->ai_canonname ? r->ai_canonname : ""));
      Value item = TRY(make_tuple(t, small_int(r->ai_family), small_int(r->ai_socktype), small_int(r->ai_protocol), name, address));
      TRY(list_append(t, l, item));
    }
    return l;
  };
  Result<Value> r = collect();
  freeaddrinfo(found);
  return r;
}

FN(getnameinfo) {
  int flags = TRY(to_cint(t, a[1]));
  if (!is_tuple(a[0])) return RAISE(TypeError, "getnameinfo() argument 1 must be a tuple");
  Tuple* u = a.as<Tuple>(0);
  if (u->size < 2 || u->size > 4) return RAISE(TypeError, "getnameinfo(): illegal sockaddr argument");
  Bytes* host = TRY(text_arg(t, u->items[0], "getnameinfo", 1));
  Keep k(host);
  int port = TRY(to_cint(t, u->items[1]));
  uint64_t flow = u->size > 2 ? TRY(to_uint64_mask(t, u->items[2])) : 0, scope = u->size > 3 ? TRY(to_uint64_mask(t, u->items[3])) : 0;
  if (flow > 0xFFFFF) return RAISE(OverflowError, "getnameinfo(): flowinfo must be 0-1048575.");
  char number[16];
  snprintf(number, sizeof number, "%d", port);
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICHOST;
  int err;
  {
    Blocking b(t);
    err = getaddrinfo(host->data(), number, &hints, &found);
  }
  if (err) return raise_gai(t, err);
  Address addr;
  memcpy(&addr.s, found->ai_addr, found->ai_addrlen);
  addr.size = found->ai_addrlen;
  bool several = found->ai_next;
  freeaddrinfo(found);
  if (several) return RAISE(OSError, "sockaddr resolved to multiple addresses");
  if (addr.s.ss_family == AF_INET) {
    if (u->size != 2) return RAISE(OSError, "IPv4 sockaddr must be 2 tuple");
  } else if (addr.s.ss_family == AF_INET6) {
    sockaddr_in6* in = reinterpret_cast<sockaddr_in6*>(&addr.s);
    in->sin6_flowinfo = htonl(static_cast<uint32_t>(flow));
    in->sin6_scope_id = static_cast<uint32_t>(scope);
  }
  char name[NI_MAXHOST], service[NI_MAXSERV];
  {
    Blocking b(t);
    err = getnameinfo(addr.get(), addr.size, name, sizeof name, service, sizeof service, flags);
  }
  if (err) return raise_gai(t, err);
  Value x = TRY(decode_fs(t, name)), y = TRY(decode_fs(t, service));
  return TRY(make_tuple(t, x, y));
}

// ---- numbers and packed addresses
Result<uint64_t> unsigned_arg(Thread& t, Value v, uint64_t most, const char* type) {
  Value i = TRY(to_index(t, v));
  if (TRY(compare_bool(t, CompareOp::LT, i, small_int(0)))) return RAISE(ValueError, "Cannot convert negative int");
  Result<uint64_t> n = to_uint64(t, i);
  if (!n.ok()) clear_exc(t);
  if (!n.ok() || n.value() > most) return RAISE(OverflowError, "Python int too large for C %s", type);
  return n.value();
}
FN(swap16) { return small_int(htons(static_cast<uint16_t>(TRY(unsigned_arg(t, a[0], 0xFFFF, "uint16_t"))))); }
FN(swap32) { return small_int(htonl(static_cast<uint32_t>(TRY(unsigned_arg(t, a[0], 0xFFFFFFFF, "uint32_t"))))); }

FN(inet_aton) {
  if (!is_str(a[0])) return RAISE(TypeError, "inet_aton() argument must be str, not %T", a[0]);
  Bytes* text = TRY(text_arg(t, a[0], "inet_aton", 1));
  in_addr out;
  if (!inet_aton(text->data(), &out)) return RAISE(OSError, "illegal IP address string passed to inet_aton");
  return TRY(new_bytes(t, &out, sizeof out));
}
FN(inet_ntoa) {
  BufferHold b;
  TRY(b.get(t, a[0]));
  if (b.size() != 4) return RAISE(OSError, "packed IP wrong length for inet_ntoa");
  char text[INET_ADDRSTRLEN];
  return TRY(new_str(t, inet_ntop(AF_INET, b.data(), text, sizeof text)));
}
FN(inet_pton) {
  int family = TRY(to_cint(t, a[0]));
  Bytes* text = TRY(text_arg(t, a[1], "inet_pton", 2));
  char out[sizeof(in6_addr)];
  int r = inet_pton(family, text->data(), out);
  if (r < 0) return raise_os_error(t, errno);
  if (!r) return RAISE(OSError, "illegal IP address string passed to inet_pton");
  return TRY(new_bytes(t, out, family == AF_INET ? 4 : 16));
}
FN(inet_ntop) {
  int family = TRY(to_cint(t, a[0]));
  BufferHold b;
  TRY(b.get(t, a[1]));
  if (family != AF_INET && family != AF_INET6) return RAISE(ValueError, "unknown address family %d", family);
  if (b.size() != (family == AF_INET ? 4u : 16u)) return RAISE(ValueError, "invalid length of packed IP address string");
  char text[INET6_ADDRSTRLEN];
  return TRY(new_str(t, inet_ntop(family, b.data(), text, sizeof text)));
}

FN(if_nameindex) {
  struct if_nameindex* all = if_nameindex();
  if (!all) return raise_os_error(t, errno);
  auto collect = [&]() -> Result<Value> {
    List* l = TRY(new_list(t));
    for (struct if_nameindex* p = all; p->if_index; p++) {
      Value name = TRY(decode_fs(t, p->if_name));
      Value item = TRY(make_tuple(t, small_int(p->if_index), name));
      TRY(list_append(t, l, item));
    }
    return l;
  };
  Result<Value> r = collect();
  if_freenameindex(all);
  return r;
}
FN(if_nametoindex) {
  Bytes* name = TRY(fs_bytes(t, a[0]));
  Keep k(name);
  unsigned i = if_nametoindex(name->data());
  if (!i) return raise_os_error(t, errno);
  return small_int(i);
}
FN(if_indextoname) {
  unsigned i = static_cast<unsigned>(TRY(unsigned_arg(t, a[0], 0xFFFFFFFF, "unsigned int")));
  char name[IF_NAMESIZE];
  if (!if_indextoname(i, name)) return raise_os_error(t, errno);
  return TRY(decode_fs(t, name));
}

#define ROW(name, sig, doc) {#name, socket_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(gethostname, "()", "The name of this host."),
    ROW(sethostname, "(name, /)", "Sets the name of this host."),
    ROW(gethostbyname, "(host, /)", "The IPv4 address of a host."),
    ROW(gethostbyname_ex, "(host, /)", "(name, aliases, addresses) of a host."),
    ROW(gethostbyaddr, "(host, /)", "(name, aliases, addresses) of a host by its address."),
    ROW(getservbyname, "(servicename, protocolname=<unrepresentable>, /)", "The port of a service."),
    ROW(getservbyport, "(port, protocolname=<unrepresentable>, /)", "The service of a port."),
    ROW(getprotobyname, "(name, /)", "The number of a protocol."),
    ROW(getaddrinfo, "(host, port, family=0, type=0, proto=0, flags=0)", "Addresses to connect to: (family, type, protocol, canonical name, address)."),
    ROW(getnameinfo, "(sockaddr, flags, /)", "(host, port) as text of an address."),
    {"htons", socket_swap16, "(integer, /)", "A 16-bit number in network order.", MethodKind::kFunction},
    {"ntohs", socket_swap16, "(integer, /)", "A 16-bit number from network order.", MethodKind::kFunction},
    {"htonl", socket_swap32, "(integer, /)", "A 32-bit number in network order.", MethodKind::kFunction},
    {"ntohl", socket_swap32, "(integer, /)", "A 32-bit number from network order.", MethodKind::kFunction},
    ROW(inet_aton, "(ip_addr, /)", "An IPv4 address as four bytes."),
    ROW(inet_ntoa, "(packed_ip, /)", "Four bytes as an IPv4 address."),
    ROW(inet_pton, "(af, ip, /)", "An address as bytes."),
    ROW(inet_ntop, "(af, packed_ip, /)", "Bytes as an address."),
    ROW(if_nameindex, "()", "The network interfaces: (index, name)."),
    ROW(if_nametoindex, "(oname, /)", "The index of an interface."),
    ROW(if_indextoname, "(if_index, /)", "The name of an interface."),
};

}  // namespace

Status socket_add_names(Thread& t, Module* m) { return add_functions(t, m, k_functions); }

}  // namespace kaa
