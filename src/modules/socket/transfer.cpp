// Sending and receiving, with and without control messages.
#include <limits.h>
#include <sys/uio.h>

#include <memory>
#include <vector>

#include "base/text_buffer.h"
#include "modules/incoming.h"
#include "modules/socket/socket.h"

namespace kaa {

namespace {

SocketObject* self_of(Args a) { return a.as<SocketObject>(0); }
#define FN(name) Result<Value> socket_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

FN(recv) {
  SocketObject* s = self_of(a);
  int64_t n = TRY(to_ssize(t, a[1])), flags = TRY(int_arg(t, a[2], 0));
  if (n < 0) return RAISE(ValueError, "negative buffersize in recv");
  Incoming in;
  TRY(in.get(t, static_cast<size_t>(n)));
  int64_t got = TRY(socket_call(t, s, false, [&] { return recv(s->fd, in.data(), in.size(), static_cast<int>(flags)); }));
  return in.take(t, static_cast<size_t>(got));
}
FN(recvfrom) {
  SocketObject* s = self_of(a);
  int64_t n = TRY(to_ssize(t, a[1])), flags = TRY(int_arg(t, a[2], 0));
  if (n < 0) return RAISE(ValueError, "negative buffersize in recvfrom");
  Incoming in;
  TRY(in.get(t, static_cast<size_t>(n)));
  Address addr;
  memset(&addr.s, 0, sizeof addr.s);
  int64_t got = TRY(socket_call(t, s, false, [&] {
    addr.size = sizeof addr.s;
    return recvfrom(s->fd, in.data(), in.size(), static_cast<int>(flags), addr.get(), &addr.size);
  }));
  Value out = TRY(in.take(t, static_cast<size_t>(got))), from = TRY(address_value(t, addr));
  return TRY(make_tuple(t, out, from));
}
// buffer, nbytes, flags of recv_into and recvfrom_into.
struct Into {
  BufferHold b;
  size_t n;
  int flags;
  Status get(Thread& t, Args a, const char* func) {
    Status got = b.get(t, a[1], true);
    if (!got.ok()) {
      if (!exc_matches(t, KAA_TYPE(TypeError)) && !exc_matches(t, KAA_TYPE(BufferError))) return Error{};
      clear_exc(t);
      return RAISE(TypeError, "%s() argument 1 must be read-write bytes-like object, not %T", func, a[1]);
    }
    int64_t wanted = a[2] ? TRY(to_ssize(t, a[2])) : 0;
    flags = static_cast<int>(TRY(int_arg(t, a[3], 0)));
    if (wanted < 0) return RAISE(ValueError, "negative buffersize in %s", func);
    n = wanted ? static_cast<size_t>(wanted) : b.size();
    if (n > b.size()) return RAISE(ValueError, wanted && func[4] == 'f' ? "nbytes is greater than the length of the buffer" : "buffer too small for requested bytes");
    return {};
  }
  char* data() { return const_cast<char*>(b.data()); }
};
FN(recv_into) {
  SocketObject* s = self_of(a);
  Into in;
  TRY(in.get(t, a, "recv_into"));
  return make_int(t, TRY(socket_call(t, s, false, [&] { return recv(s->fd, in.data(), in.n, in.flags); })));
}
FN(recvfrom_into) {
  SocketObject* s = self_of(a);
  Into in;
  TRY(in.get(t, a, "recvfrom_into"));
  Address addr;
  memset(&addr.s, 0, sizeof addr.s);
  int64_t got = TRY(socket_call(t, s, false, [&] { addr.size = sizeof addr.s; return recvfrom(s->fd, in.data(), in.n, in.flags, addr.get(), &addr.size); }));
  Value from = TRY(address_value(t, addr));
  return TRY(make_tuple(t, small_int(got), from));
}

FN(send) {
  SocketObject* s = self_of(a);
  BufferHold b;
  TRY(b.get(t, a[1]));
  int flags = static_cast<int>(TRY(int_arg(t, a[2], 0)));
  return make_int(t, TRY(socket_call(t, s, true, [&] { return send(s->fd, b.data(), b.size(), flags); })));
}
// The timeout counts for the whole.
FN(sendall) {
  SocketObject* s = self_of(a);
  BufferHold b;
  TRY(b.get(t, a[1]));
  int flags = static_cast<int>(TRY(int_arg(t, a[2], 0)));
  int64_t deadline = 0;
  bool limited = s->timeout > 0;
  if (limited && __builtin_add_overflow(monotonic_ns(), s->timeout, &deadline)) deadline = INT64_MAX;
  for (size_t at = 0; at < b.size();) {
    if (limited && at && deadline <= monotonic_ns()) return RAISE(TimeoutError, "timed out");
    at += static_cast<size_t>(TRY(socket_call(t, s, true, [&] { return send(s->fd, b.data() + at, b.size() - at, flags); }, deadline, limited)));
    TRY(safepoint(t));
  }
  return kNone;
}
FN(sendto) {
  SocketObject* s = self_of(a);
  uint32_t n = a.n - 1;
  if (n < 2 || n > 3) return RAISE(TypeError, "sendto() takes 2 or 3 arguments (%d given)", static_cast<int>(n));
  BufferHold b;
  TRY(b.get(t, a[1]));
  int flags = n == 3 ? TRY(to_cint(t, a[2])) : 0;
  Address addr;
  TRY(address_arg(t, s->family, a[n], "sendto", addr));
  return make_int(t, TRY(socket_call(t, s, true, [&] { return sendto(s->fd, b.data(), b.size(), flags, addr.get(), addr.size); })));
}

// ---- messages
// Several buffers; their owners are on the native stack with this.
struct Vector {
  Tuple* owners = nullptr;
  std::unique_ptr<BufferHold[]> holds;
  std::vector<iovec> parts;
  Status get(Thread& t, Tuple* items, bool writable) {
    owners = items;
    holds.reset(new BufferHold[items->size]);
    for (uint64_t i = 0; i < items->size; i++) {
      TRY(holds[i].get(t, items->items[i], writable));
      parts.push_back({const_cast<char*>(holds[i].data()), holds[i].size()});
    }
    if (parts.size() > IOV_MAX) return RAISE(OSError, "sendmsg() argument 1 is too long");
    return {};
  }
};
Result<Tuple*> sequence_arg(Thread& t, Value v, const char* message) {
  Result<Tuple*> r = tuple_from(t, v);
  if (r.ok() || !exc_matches(t, KAA_TYPE(TypeError))) return r;
  clear_exc(t);
  return RAISE(TypeError, "%s", message);
}

FN(sendmsg) {
  SocketObject* s = self_of(a);
  Tuple* buffers = TRY(sequence_arg(t, a[1], "sendmsg() argument 1 must be an iterable"));
  Vector v;
  TRY(v.get(t, buffers, false));
  Keep keep(buffers);
  std::vector<char> control;
  if (a[2]) {
    Tuple* items = TRY(sequence_arg(t, a[2], "sendmsg() argument 2 must be an iterable"));
    for (uint64_t i = 0; i < items->size; i++) {
      if (!is_tuple(items->items[i])) return RAISE(TypeError, "[sendmsg() ancillary data items]() argument must be 3-item tuple, not %T", items->items[i]);
      Tuple* item = items->items[i].as<Tuple>();
      if (item->size != 3)
        return RAISE(TypeError, "[sendmsg() ancillary data items]() argument must be tuple of length 3, not %ld", static_cast<int64_t>(item->size));
      int level = TRY(to_cint(t, item->items[0])), type = TRY(to_cint(t, item->items[1]));
      BufferHold data;
      TRY(data.get(t, item->items[2]));
      size_t at = control.size();
      control.resize(at + CMSG_SPACE(data.size()), 0);
      cmsghdr* h = reinterpret_cast<cmsghdr*>(control.data() + at);
      h->cmsg_len = CMSG_LEN(data.size());
      h->cmsg_level = level;
      h->cmsg_type = type;
      memcpy(CMSG_DATA(h), data.data(), data.size());
    }
  }
  int flags = static_cast<int>(TRY(int_arg(t, a[3], 0)));
  Address addr;
  msghdr msg{};
  if (a[4] && !a[4].is_none()) {
    TRY(address_arg(t, s->family, a[4], "sendmsg", addr));
    msg.msg_name = addr.get();
    msg.msg_namelen = addr.size;
  }
  msg.msg_iov = v.parts.data();
  msg.msg_iovlen = v.parts.size();
  if (!control.empty()) {
    msg.msg_control = control.data();
    msg.msg_controllen = control.size();
  }
  return make_int(t, TRY(socket_call(t, s, true, [&] { return sendmsg(s->fd, &msg, flags); })));
}

// Receives into the buffers; returns (data, ancillary data, flags, address), where make() gives the data from the number of bytes.
template <class M>
Result<Value> receive_message(Thread& t, SocketObject* s, iovec* parts, size_t count, Value ancillary_size, Value flags_value, M&& make) {
  int64_t room = ancillary_size ? TRY(to_ssize(t, ancillary_size)) : 0;
  int flags = static_cast<int>(TRY(int_arg(t, flags_value, 0)));
  if (room < 0 || room > 0x7FFFFFFF) return RAISE(ValueError, "invalid ancillary data buffer length");
  ByteBuilder control;
  if (room && !control.grow(static_cast<size_t>(room))) return raise_memory(t);
  Address addr;
  msghdr msg{};
  int64_t got = TRY(socket_call(t, s, false, [&] {
    memset(&addr.s, 0, sizeof addr.s);
    msg = {};
    msg.msg_name = addr.get();
    msg.msg_namelen = sizeof addr.s;
    msg.msg_iov = parts;
    msg.msg_iovlen = count;
    msg.msg_control = room ? const_cast<uint8_t*>(control.data()) : nullptr;
    msg.msg_controllen = static_cast<size_t>(room);
    return recvmsg(s->fd, &msg, flags);
  }));
  addr.size = msg.msg_namelen;
  List* items = TRY(new_list(t));
  if (msg.msg_controllen)
    for (cmsghdr* h = CMSG_FIRSTHDR(&msg); h; h = CMSG_NXTHDR(&msg, h)) {
      const uint8_t* data = CMSG_DATA(h);
      size_t n = h->cmsg_len - CMSG_LEN(0), most = static_cast<size_t>(control.data() + msg.msg_controllen - data);
      Value bytes = TRY(new_bytes(t, data, n < most ? n : most));
      Value item = TRY(make_tuple(t, small_int(h->cmsg_level), small_int(h->cmsg_type), bytes));
      TRY(list_append(t, items, item));
    }
  Value data = TRY(make(got)), from = TRY(address_value(t, addr));
  return TRY(make_tuple(t, data, Value(items), small_int(msg.msg_flags), from));
}
FN(recvmsg) {
  int64_t n = TRY(to_ssize(t, a[1]));
  if (n < 0) return RAISE(ValueError, "negative buffer size in recvmsg()");
  Incoming in;
  TRY(in.get(t, static_cast<size_t>(n)));
  iovec part{in.data(), in.size()};
  return receive_message(t, self_of(a), &part, 1, a[2], a[3], [&](int64_t got) { return in.take(t, static_cast<size_t>(got)); });
}
FN(recvmsg_into) {
  Tuple* buffers = TRY(sequence_arg(t, a[1], "recvmsg_into() argument 1 must be an iterable"));
  Keep k(buffers);
  Vector v;
  Status got = v.get(t, buffers, true);
  if (!got.ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError)) && !exc_matches(t, KAA_TYPE(BufferError))) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers");
  }
  return receive_message(t, self_of(a), v.parts.data(), v.parts.size(), a[2], a[3], [&](int64_t n) -> Result<Value> { return small_int(n); });
}

}  // namespace

Result<Value> socket_cmsg_len(Thread& t, Args a) {
  int64_t n = TRY(to_ssize(t, a[0]));
  if (n < 0 || n > 0x7FFFFFFF - static_cast<int64_t>(CMSG_LEN(0))) return RAISE(OverflowError, "CMSG_LEN() argument out of range");
  return make_uint(t, CMSG_LEN(static_cast<size_t>(n)));
}
Result<Value> socket_cmsg_space(Thread& t, Args a) {
  int64_t n = TRY(to_ssize(t, a[0]));
  if (n < 0 || n > 0x7FFFFFFF - static_cast<int64_t>(CMSG_SPACE(1))) return RAISE(OverflowError, "CMSG_SPACE() argument out of range");
  return make_uint(t, CMSG_SPACE(static_cast<size_t>(n)));
}

const MethodDef k_socket_transfers[] = {
    {"recv", socket_recv, "($self, bufsize, flags=0, /)", "Receives at most bufsize bytes."},
    {"recvfrom", socket_recvfrom, "($self, bufsize, flags=0, /)", "Receives bytes: (bytes, address of the sender)."},
    {"recv_into", socket_recv_into, "($self, /, buffer, nbytes=0, flags=0)", "Receives into a buffer; returns how many bytes."},
    {"recvfrom_into", socket_recvfrom_into, "($self, /, buffer, nbytes=0, flags=0)", "Receives into a buffer: (how many bytes, address)."},
    {"send", socket_send, "($self, data, flags=0, /)", "Sends bytes; returns how many were sent."},
    {"sendall", socket_sendall, "($self, data, flags=0, /)", "Sends all bytes."},
    {"sendto", socket_sendto, nullptr, "Sends bytes to an address: sendto(data[, flags], address)."},
    {"sendmsg", socket_sendmsg, "($self, buffers, ancdata=<unrepresentable>, flags=0, address=None, /)", "Sends buffers with control messages."},
    {"recvmsg", socket_recvmsg, "($self, bufsize, ancbufsize=0, flags=0, /)", "Receives bytes and control messages: (bytes, messages, flags, address)."},
    {"recvmsg_into", socket_recvmsg_into, "($self, buffers, ancbufsize=0, flags=0, /)", "Like recvmsg(), into buffers: (how many bytes, messages, flags, address)."},
};
const uint32_t k_socket_transfer_count = sizeof(k_socket_transfers) / sizeof(MethodDef);

}  // namespace kaa
