// _SSLSocket: a connection over a socket or a pair of BIOs; MemoryBIO; sessions.
#include "modules/openssl/ssl.h"

#include <errno.h>
#include <poll.h>

#include "modules/incoming.h"
#include "runtime/codecs_api.h"
#include "runtime/weakrefs.h"
#include "types/bytes.h"
#include "types/int.h"
#include "types/objmodel.h"

namespace kaa::ssl {

namespace {

SslSocket* self_of(Args a) { return a.as<SslSocket>(0); }
SslSocket* socket_of(Value v) { return v.as<SslSocket>(); }

// The socket underneath, or null for a connection over BIOs. An error when it is gone.
Result<Opt> underlying(Thread& t, SslSocket* s) {
  if (!s->socket) return Opt{};
  Value v = weakref_live(t, s->socket.value().as<WeakRef>());
  if (!v || v.as<SocketObject>()->fd < 0) return raise_ssl(t, state().SSLError, kErrorNoSocket, "Underlying socket connection gone", 0);
  return Opt{v};
}

enum class Wait { kReady, kTimedOut, kClosed, kNonBlocking };
Result<Wait> wait_for(Thread& t, Value sock, bool writing, int64_t deadline) {
  SocketObject* s = sock.as<SocketObject>();
  if (s->timeout == 0) return Wait::kNonBlocking;
  for (;;) {
    if (s->fd < 0) return Wait::kClosed;
    if (s->timeout < 0) {
      pollfd p{s->fd, static_cast<short>(writing ? POLLOUT : POLLIN), 0};
      int n;
      {
        Blocking b(t);
        n = poll(&p, 1, -1);
      }
      if (n > 0) return Wait::kReady;
      if (n < 0 && errno != EINTR) return raise_os_error(t, errno);
      TRY(safepoint(t));
      continue;
    }
    bool timed_out = false;
    SysResult r = TRY(socket_wait(t, s, writing, &timed_out, deadline, s->timeout > 0));
    if (timed_out) return Wait::kTimedOut;
    if (!r.failed()) return Wait::kReady;
    return raise_os_error(t, r.err);
  }
}

// Runs step() -> int (the library's result, > 0: done) until it is done or fails, waiting for the socket where it has to.
template <class F>
Result<int> run(Thread& t, SslSocket* s, const char* timeout_message, F&& step) {
  Opt sock = TRY(underlying(t, s));
  Keep keep(sock ? sock.v : kNone);
  int64_t deadline = 0;
  if (sock) {
    SocketObject* o = sock.v.as<SocketObject>();
    BIO_set_nbio(SSL_get_rbio(s->ssl), o->timeout >= 0);
    BIO_set_nbio(SSL_get_wbio(s->ssl), o->timeout >= 0);
    if (o->timeout > 0 && __builtin_add_overflow(monotonic_ns(), o->timeout, &deadline)) deadline = INT64_MAX;
  }
  for (;;) {
    int r, error, saved;
    unsigned long queued;
    {
      SslCall call(t, s);
      ERR_clear_error();
      errno = 0;
      r = step();
      saved = errno;
      error = SSL_get_error(s->ssl, r);
      queued = ERR_peek_last_error();
    }
    (void)queued;
    if (s->callback_error) {
      Value e = s->callback_error;
      s->callback_error.clear();
      ERR_clear_error();
      restore_exc(t, e);
      return Error{};
    }
    TRY(safepoint(t));
    if (r > 0) return r;
    if (error == SSL_ERROR_ZERO_RETURN && SSL_get_shutdown(s->ssl) == SSL_RECEIVED_SHUTDOWN) return raise_ssl_result(t, s, r, error, saved);
    if (sock && (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)) {
      Wait w = TRY(wait_for(t, sock.v, error == SSL_ERROR_WANT_WRITE, deadline));
      if (w == Wait::kTimedOut) return RAISE(TimeoutError, "%s", timeout_message);
      if (w == Wait::kClosed) return raise_ssl(t, state().SSLError, kErrorNoSocket, "Underlying socket has been closed.", 0);
      if (w == Wait::kReady) continue;
    }
    return raise_ssl_result(t, s, r, error, saved);
  }
}

Result<Value> socket_do_handshake(Thread& t, Args a) {
  SslSocket* s = self_of(a);
  TRY(run(t, s, "_ssl.c: The handshake operation timed out", [&] { return SSL_do_handshake(s->ssl); }));
  return kNone;
}
Result<Value> socket_write(Thread& t, Args a) {
  SslSocket* s = self_of(a);
  BufferHold b;
  TRY(b.get(t, a[1]));
  size_t n = 0;
  TRY(run(t, s, "The write operation timed out", [&] { return SSL_write_ex(s->ssl, b.data() ? b.data() : "", b.size(), &n); }));
  return make_uint(t, n);
}
// read(size[, buffer])
Result<Value> socket_read(Thread& t, Args a) {
  SslSocket* s = self_of(a);
  if (a.n < 2 || a.n > 3) return RAISE(TypeError, "_ssl._SSLSocket.read requires 1 to 2 arguments");
  int64_t size = TRY(to_int64(t, a[1]));
  TRY(underlying(t, s));
  BufferHold b;
  Incoming own;
  char* to;
  if (a[2]) {
    TRY(b.get(t, a[2], true));
    to = static_cast<char*>(b.b.data);
    if (size <= 0 || size > static_cast<int64_t>(b.size())) size = static_cast<int64_t>(b.size());
    if (size == 0) return small_int(0);
  } else {
    if (size < 0) return RAISE(ValueError, "size should not be negative");
    if (size == 0) return interp().empty_bytes;
    TRY(own.get(t, static_cast<size_t>(size)));
    to = own.data();
  }
  // A thread that waits for data must not keep another one from sending: it waits outside the object's mutex.
  Opt sock = TRY(underlying(t, s));
  if (sock && sock.v.as<SocketObject>()->timeout < 0) {
    bool pending;
    {
      SslCall call(t, s);
      pending = SSL_has_pending(s->ssl);
    }
    if (!pending && TRY(wait_for(t, sock.v, false, 0)) == Wait::kClosed) return raise_ssl(t, state().SSLError, kErrorNoSocket, "Underlying socket has been closed.", 0);
  }
  size_t n = 0;
  bool closed = false;
  Result<int> r = run(t, s, "The read operation timed out", [&]() -> int {
    int ok = SSL_read_ex(s->ssl, to, static_cast<size_t>(size), &n);
    if (!ok && SSL_get_error(s->ssl, ok) == SSL_ERROR_ZERO_RETURN && SSL_get_shutdown(s->ssl) == SSL_RECEIVED_SHUTDOWN) {
      closed = true;  // the end, as of any stream
      return 1;
    }
    return ok;
  });
  if (!r.ok()) return Error{};
  if (closed) n = 0;
  if (a[2]) return make_uint(t, n);
  return own.take(t, n);
}
Result<Value> socket_pending(Thread& t, Args a) { return make_int(t, SSL_pending(self_of(a)->ssl)); }
Result<Value> socket_shutdown(Thread& t, Args a) {
  SslSocket* s = self_of(a);
  Opt sock = TRY(underlying(t, s));
  int zeros = 0;
  Result<int> r = run(t, s, "The read operation timed out", [&]() -> int {
    // After our own close_notify, what the other side still sends is not read: it may never stop.
    if (s->shutdown_seen_zero) SSL_set_read_ahead(s->ssl, 0);
    int v = SSL_shutdown(s->ssl);
    if (v == 0 && ++zeros <= 1) {
      s->shutdown_seen_zero = true;
      v = SSL_shutdown(s->ssl);
      if (v == 0) return 1;
    }
    return v == 0 ? 1 : v;
  });
  if (!r.ok()) return Error{};
  if (sock) return sock.v;
  return kNone;
}

// ---- what is known about the connection
Result<Value> cipher_tuple(Thread& t, const SSL_CIPHER* c) {
  const char *name = SSL_CIPHER_get_name(c), *version = SSL_CIPHER_get_version(c);
  return TRY(make_tuple(t, name ? Value(TRY(new_str(t, name))) : kNone, version ? Value(TRY(new_str(t, version))) : kNone, small_int(SSL_CIPHER_get_bits(c, nullptr))));
}
Result<Value> socket_cipher(Thread& t, Args a) {
  const SSL_CIPHER* c = SSL_get_current_cipher(self_of(a)->ssl);
  return c ? cipher_tuple(t, c) : Result<Value>(kNone);
}
Result<Value> socket_shared_ciphers(Thread& t, Args a) {
  SSL* ssl = self_of(a)->ssl;
  STACK_OF(SSL_CIPHER)* theirs = SSL_get_client_ciphers(ssl);
  if (!theirs) return kNone;
  STACK_OF(SSL_CIPHER)* ours = SSL_get_ciphers(ssl);
  List* l = TRY(new_list(t));
  for (int i = 0; i < sk_SSL_CIPHER_num(theirs); i++) {
    const SSL_CIPHER* c = sk_SSL_CIPHER_value(theirs, i);
    if (sk_SSL_CIPHER_find(ours, c) < 0) continue;
    TRY(list_append(t, l, TRY(cipher_tuple(t, c))));
  }
  return l;
}
Result<Value> socket_compression(Thread& t, Args a) {
  const COMP_METHOD* m = SSL_get_current_compression(self_of(a)->ssl);
  if (!m || COMP_get_type(m) == NID_undef) return kNone;
  const char* name = OBJ_nid2sn(COMP_get_type(m));
  if (!name) return kNone;
  return TRY(new_str(t, name));
}
Result<Value> socket_version(Thread& t, Args a) {
  if (!SSL_is_init_finished(self_of(a)->ssl)) return kNone;
  const char* v = SSL_get_version(self_of(a)->ssl);
  if (!strcmp(v, "unknown")) return kNone;
  return TRY(new_str(t, v));
}
Result<Value> socket_alpn(Thread& t, Args a) {
  const unsigned char* p;
  unsigned n;
  SSL_get0_alpn_selected(self_of(a)->ssl, &p, &n);
  if (!p) return kNone;
  return decode_bytes(t, {reinterpret_cast<const char*>(p), n}, nullptr, nullptr);
}
Result<Value> empty_dict(Thread& t) { return TRY(new_dict(t)); }
Result<Value> socket_getpeercert(Thread& t, Args a) {
  SslSocket* s = self_of(a);
  bool der = a[1] && TRY(truth(t, a[1]));
  if (!SSL_is_init_finished(s->ssl)) return RAISE(ValueError, "handshake not done yet");
  X509* cert = SSL_get1_peer_certificate(s->ssl);
  if (!cert) return kNone;
  Result<Value> r = kNone;
  if (der) r = certificate_der(t, cert);
  else if (!(SSL_CTX_get_verify_mode(SSL_get_SSL_CTX(s->ssl)) & SSL_VERIFY_PEER)) r = empty_dict(t);
  else r = certificate_dict(t, cert);
  X509_free(cert);
  return r;
}
Result<Value> chain_list(Thread& t, STACK_OF(X509)* chain, X509* first) {
  if (!chain && !first) return kNone;
  List* l = TRY(new_list(t));
  if (first) TRY(list_append(t, l, TRY(new_certificate(t, first))));
  for (int i = 0; i < sk_X509_num(chain); i++) TRY(list_append(t, l, TRY(new_certificate(t, sk_X509_value(chain, i)))));
  return l;
}
Result<Value> socket_verified_chain(Thread& t, Args a) { return chain_list(t, SSL_get0_verified_chain(self_of(a)->ssl), nullptr); }
Result<Value> socket_unverified_chain(Thread& t, Args a) {
  SSL* ssl = self_of(a)->ssl;
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  // A server's view lacks the peer's own, which alone is there when a session was resumed.
  X509* own = SSL_is_server(ssl) ? SSL_get1_peer_certificate(ssl) : nullptr;
  Result<Value> r = chain_list(t, chain, own);
  X509_free(own);
  return r;
}
Result<Value> socket_channel_binding(Thread& t, Args a) {
  SslSocket* s = self_of(a);
  if (a[1] && !(is_str(a[1]) && str_equal_ascii(a.as<Str>(1), "tls-unique"))) return RAISE(ValueError, "'%S' channel binding type not implemented", a[1]);
  char buffer[128];
  size_t n;
  if (SSL_session_reused(s->ssl) ^ !s->server_side) n = SSL_get_finished(s->ssl, buffer, sizeof buffer);
  else n = SSL_get_peer_finished(s->ssl, buffer, sizeof buffer);
  if (!n) return kNone;
  return TRY(new_bytes(t, buffer, n));
}
Result<Value> socket_post_handshake(Thread& t, Args a) {
  if (!SSL_verify_client_post_handshake(self_of(a)->ssl)) return raise_ssl_queue(t);
  return kNone;
}

Result<Value> get_context(Thread&, Value v) { return socket_of(v)->context.value(); }
Status put_context(Thread& t, Value self, Value v) {
  SslSocket* s = socket_of(self);
  if (!v || !is_context(v)) return RAISE(TypeError, "The value must be a SSLContext");
  s->context.set(v.as<SslContext>());
  SSL_set_SSL_CTX(s->ssl, v.as<SslContext>()->ctx);
  return {};
}
Result<Value> get_server_side(Thread&, Value v) { return Value::from_bool(socket_of(v)->server_side); }
Result<Value> get_server_hostname(Thread&, Value v) { return or_none(socket_of(v)->server_hostname.value()); }
Result<Value> get_owner(Thread& t, Value v) {
  if (!socket_of(v)->owner) return kNone;
  return or_none(weakref_live(t, socket_of(v)->owner.value().as<WeakRef>()));
}
Status put_owner(Thread& t, Value self, Value v) {
  if (!v || v.is_none()) socket_of(self)->owner.clear();
  else socket_of(self)->owner.set(TRY(make_weakref(t, KAA_TYPE(weakref), v, Value())));
  return {};
}
Result<Value> get_session(Thread& t, Value v) {
  SSL_SESSION* session = SSL_get1_session(socket_of(v)->ssl);
  if (!session) return kNone;
  Result<SslSession*> s = alloc_as<SslSession>(t, state().session_type);
  if (!s.ok()) {
    SSL_SESSION_free(session);
    return Error{};
  }
  s.value()->session = session;
  s.value()->context.set(socket_of(v)->context);
  return s.value();
}
Status put_session(Thread& t, Value self, Value v) {
  SslSocket* s = socket_of(self);
  if (!v || !is_instance(v, state().session_type)) return RAISE(TypeError, "Value is not a SSLSession.");
  SslSession* session = v.as<SslSession>();
  if (SSL_CTX* theirs = session->context->ctx; theirs != s->context->ctx) return RAISE(ValueError, "Session refers to a different SSLContext.");
  if (s->server_side) return RAISE(ValueError, "Cannot set session for server-side SSLSocket.");
  if (SSL_is_init_finished(s->ssl)) return RAISE(ValueError, "Cannot set session after handshake.");
  // By way of its bytes: the library marks a session that its connection left without saying goodbye, and a plain copy has the mark, too.
  unsigned char* bytes = nullptr;
  int n = i2d_SSL_SESSION(session->session, &bytes);
  const unsigned char* p = bytes;
  SSL_SESSION* copy = n > 0 ? d2i_SSL_SESSION(nullptr, &p, n) : nullptr;
  OPENSSL_free(bytes);
  int ok = copy && SSL_set_session(s->ssl, copy);
  SSL_SESSION_free(copy);
  if (!ok) return raise_ssl_queue(t);
  return {};
}
template <Status (*set)(Thread&, Value, Value)> Status undeletable(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "attribute cannot be deleted");
  return set(t, self, v);
}
Result<Value> get_session_reused(Thread&, Value v) { return Value::from_bool(SSL_session_reused(socket_of(v)->ssl)); }

constexpr MethodDef k_methods[] = {
    {"do_handshake", socket_do_handshake, "($self, /)", "Shakes hands."},
    {"write", socket_write, "($self, b, /)", "Writes; how much was written."},
    {"read", socket_read, nullptr, "read(size, [buffer])"},
    {"pending", socket_pending, "($self, /)", "How much can be read at once."},
    {"shutdown", socket_shutdown, "($self, /)", "Ends the encrypted part."},
    {"cipher", socket_cipher, "($self, /)", nullptr},
    {"shared_ciphers", socket_shared_ciphers, "($self, /)", nullptr},
    {"compression", socket_compression, "($self, /)", nullptr},
    {"version", socket_version, "($self, /)", nullptr},
    {"selected_alpn_protocol", socket_alpn, "($self, /)", nullptr},
    {"getpeercert", socket_getpeercert, "($self, der=False, /)", nullptr},
    {"get_verified_chain", socket_verified_chain, "($self, /)", nullptr},
    {"get_unverified_chain", socket_unverified_chain, "($self, /)", nullptr},
    {"get_channel_binding", socket_channel_binding, "($self, /, cb_type='tls-unique')", nullptr},
    {"verify_client_post_handshake", socket_post_handshake, "($self, /)", nullptr},
};
constexpr GetSetDef k_getsets[] = {
    {"context", get_context, undeletable<put_context>, nullptr}, {"server_side", get_server_side, nullptr, nullptr}, {"server_hostname", get_server_hostname, nullptr, nullptr},
    {"owner", get_owner, undeletable<put_owner>, nullptr}, {"session", get_session, undeletable<put_session>, nullptr}, {"session_reused", get_session_reused, nullptr, nullptr},
};

// ---- server name indication
int on_server_name(SSL* ssl, int* alert, void* data) {
  SslContext* c = static_cast<SslContext*>(data);
  SslSocket* s = static_cast<SslSocket*>(SSL_get_app_data(ssl));
  LibraryCallback in;
  Thread& t = in.t;
  Value f = c->sni_callback;
  if (!f || f.is_none() || !s) return SSL_TLSEXT_ERR_OK;
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  Value owner = s->owner ? weakref_live(t, s->owner.value().as<WeakRef>()) : s->socket ? weakref_live(t, s->socket.value().as<WeakRef>()) : Value();
  *alert = SSL_AD_HANDSHAKE_FAILURE;
  if (!owner) return SSL_TLSEXT_ERR_ALERT_FATAL;
  Result<Value> r = [&]() -> Result<Value> {
    Value text = kNone;
    if (name) text = TRY(decode_bytes(t, name, "ascii", nullptr));
    return call(t, f, owner, text, c);
  }();
  if (!r.ok()) {
    write_unraisable(t, f);
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  if (r.value().is_none()) return SSL_TLSEXT_ERR_OK;
  Result<int> n = to_cint(t, r.value());
  if (!n.ok()) {
    write_unraisable(t, r.value());
    *alert = SSL_AD_INTERNAL_ERROR;
  } else {
    *alert = n.value();
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// ---- MemoryBIO
MemoryBio* bio_of(Args a) { return a.as<MemoryBio>(0); }
Result<Value> bio_new(Thread& t, Args a) {
  MemoryBio* b = TRY(alloc_as<MemoryBio>(t, a.as<Type>(0)));
  b->bio = BIO_new(BIO_s_mem());
  if (!b->bio) return raise_ssl(t, state().SSLError, 0, "failed to allocate BIO", 0);
  BIO_set_retry_read(b->bio);
  BIO_set_mem_eof_return(b->bio, -1);
  return b;
}
Result<Value> bio_read(Thread& t, Args a) {
  int n = a[1] ? TRY(to_cint(t, a[1])) : -1;
  int available = static_cast<int>(BIO_ctrl_pending(bio_of(a)->bio));
  if (n < 0 || n > available) n = available;
  Bytes* out = TRY(new_bytes(t, n ? nullptr : "", static_cast<size_t>(n)));
  if (!n) return out;
  int got = BIO_read(bio_of(a)->bio, out->data(), n);
  if (got < 0) return raise_ssl_queue(t);
  return got == n ? Result<Value>(out) : Result<Value>(TRY(new_bytes(t, out->data(), static_cast<size_t>(got))));
}
Result<Value> bio_write(Thread& t, Args a) {
  MemoryBio* b = bio_of(a);
  BufferHold in;
  TRY(in.get(t, a[1]));
  if (in.size() > INT32_MAX) return RAISE(OverflowError, "string longer than %d bytes", INT32_MAX);
  if (b->eof_written) return raise_ssl(t, state().SSLError, 0, "cannot write() after write_eof()", 0);
  int n = in.size() ? BIO_write(b->bio, in.data(), static_cast<int>(in.size())) : 0;
  if (n < 0) return raise_ssl_queue(t);
  return small_int(n);
}
Result<Value> bio_write_eof(Thread&, Args a) {
  bio_of(a)->eof_written = true;
  BIO_clear_retry_flags(bio_of(a)->bio);
  BIO_set_mem_eof_return(bio_of(a)->bio, 0);
  return kNone;
}
Result<Value> get_bio_pending(Thread& t, Value v) { return make_uint(t, BIO_ctrl_pending(v.as<MemoryBio>()->bio)); }
Result<Value> get_bio_eof(Thread&, Value v) { return Value::from_bool(v.as<MemoryBio>()->eof_written && BIO_ctrl_pending(v.as<MemoryBio>()->bio) == 0); }
constexpr MethodDef k_bio_methods[] = {
    {"__new__", bio_new, "($cls)", nullptr, MethodKind::kNew},
    {"read", bio_read, "($self, size=-1, /)", "Takes bytes out."},
    {"write", bio_write, "($self, b, /)", "Puts bytes in."},
    {"write_eof", bio_write_eof, "($self, /)", "Nothing more comes."},
};
constexpr GetSetDef k_bio_getsets[] = {{"pending", get_bio_pending, nullptr, "How many bytes there are."}, {"eof", get_bio_eof, nullptr, "Whether the end is reached."}};

// ---- sessions
SSL_SESSION* session_of(Value v) { return v.as<SslSession>()->session; }
template <bool wanted> Result<Value> session_equal(Thread&, Args a) {
  if (!is_instance(a[1], state().session_type)) return kNotImplemented;
  unsigned n, m;
  const unsigned char *x = SSL_SESSION_get_id(session_of(a[0]), &n), *y = SSL_SESSION_get_id(session_of(a[1]), &m);
  return Value::from_bool((n == m && !memcmp(x, y, n)) == wanted);
}
Result<Value> get_session_id(Thread& t, Value v) {
  unsigned n;
  const unsigned char* p = SSL_SESSION_get_id(session_of(v), &n);
  return TRY(new_bytes(t, n ? static_cast<const void*>(p) : "", n));
}
Result<Value> get_session_time(Thread& t, Value v) { return make_int(t, SSL_SESSION_get_time(session_of(v))); }
Result<Value> get_session_timeout(Thread& t, Value v) { return make_int(t, SSL_SESSION_get_timeout(session_of(v))); }
Result<Value> get_session_hint(Thread& t, Value v) { return make_uint(t, SSL_SESSION_get_ticket_lifetime_hint(session_of(v))); }
Result<Value> get_session_has_ticket(Thread&, Value v) { return Value::from_bool(SSL_SESSION_has_ticket(session_of(v))); }
constexpr MethodDef k_session_methods[] = {{"__eq__", session_equal<true>, "($self, value, /)", nullptr}, {"__ne__", session_equal<false>, "($self, value, /)", nullptr}};
constexpr GetSetDef k_session_getsets[] = {{"id", get_session_id, nullptr, nullptr}, {"time", get_session_time, nullptr, nullptr}, {"timeout", get_session_timeout, nullptr, nullptr},
                                           {"ticket_lifetime_hint", get_session_hint, nullptr, nullptr}, {"has_ticket", get_session_has_ticket, nullptr, nullptr}};

// The name of the other side, which its certificate must carry: an address or a host name.
Status set_hostname(Thread& t, SslSocket* s, Value name) {
  if (!name || name.is_none()) return {};
  Value ascii = name;
  if (is_str(name)) ascii = TRY(encode_str(t, name.as<Str>(), name.as<Str>()->is_ascii() ? "ascii" : "idna", nullptr));
  std::string_view text = ascii.as<Bytes>()->view();
  if (text.empty() || text[0] == '.') return RAISE(ValueError, "server_hostname cannot be an empty string or start with a leading dot.");
  if (memchr(text.data(), 0, text.size())) return RAISE(TypeError, "embedded null character");
  s->server_hostname.set(TRY(decode_bytes(t, text, "ascii", nullptr)));
  Keep keep(ascii);
  ASN1_OCTET_STRING* ip = a2i_IPADDRESS(ascii.as<Bytes>()->data());
  ERR_clear_error();
  bool ok = true;
  if (!ip) ok = SSL_set_tlsext_host_name(s->ssl, ascii.as<Bytes>()->data());
  if (ok && s->context->check_hostname) {
    X509_VERIFY_PARAM* p = SSL_get0_param(s->ssl);
    ok = ip ? X509_VERIFY_PARAM_set1_ip(p, ASN1_STRING_get0_data(ip), static_cast<size_t>(ASN1_STRING_length(ip)))
            : X509_VERIFY_PARAM_set1_host(p, ascii.as<Bytes>()->data(), ascii.as<Bytes>()->size);
  }
  ASN1_OCTET_STRING_free(ip);
  return ok ? Status() : Status(raise_ssl_queue(t));
}

}  // namespace

void set_sni(SslContext* c) {
  bool on = c->sni_callback && !c->sni_callback.value().is_none();
  int (*callback)(SSL*, int*, void*) = on ? on_server_name : nullptr;
  SSL_CTX_set_tlsext_servername_callback(c->ctx, callback);
  SSL_CTX_set_tlsext_servername_arg(c->ctx, c);
}

Result<Value> new_ssl_socket(Thread& t, SslContext* c, Value sock, MemoryBio* in, MemoryBio* out, bool server_side, Value hostname, Value owner, Value session) {
  if (c->protocol == 16 && server_side) return raise_ssl(t, state().SSLError, 0, "Cannot create a server socket with a PROTOCOL_TLS_CLIENT context", 0);
  if (c->protocol == 17 && !server_side) return raise_ssl(t, state().SSLError, 0, "Cannot create a client socket with a PROTOCOL_TLS_SERVER context", 0);
  if (server_side && hostname && !hostname.is_none()) return RAISE(ValueError, "server_hostname can only be specified in client mode");
  if (server_side && session && !session.is_none()) return RAISE(ValueError, "session can only be specified in client mode");
  SslSocket* s = TRY(alloc_as<SslSocket>(t, state().socket_type));
  s->context.init(c);
  s->server_side = server_side;
  s->mutex = new pthread_mutex_t PTHREAD_MUTEX_INITIALIZER;
  ERR_clear_error();
  s->ssl = SSL_new(c->ctx);
  if (!s->ssl) return raise_ssl_queue(t);
  SSL_set_app_data(s->ssl, s);
  if (sock) {
    SSL_set_fd(s->ssl, sock.as<SocketObject>()->fd);
  } else {
    s->in_bio.set(in);
    s->out_bio.set(out);
    BIO_up_ref(in->bio);
    BIO_up_ref(out->bio);
    SSL_set_bio(s->ssl, in->bio, out->bio);
  }
  SSL_set_mode(s->ssl, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);  // a write passes on all of its data, not a record of 16 KiB
  if (sock) SSL_clear_mode(s->ssl, SSL_MODE_AUTO_RETRY);  // run() asks again, and waits without the mutex
  if (c->post_handshake_auth) {
    if (!server_side) {
      SSL_set_post_handshake_auth(s->ssl, 1);
    } else {
      int mode = SSL_get_verify_mode(s->ssl);
      if (mode & SSL_VERIFY_PEER) SSL_set_verify(s->ssl, mode | SSL_VERIFY_POST_HANDSHAKE, nullptr);
    }
  }
  if (hostname && !hostname.is_none()) TRY(set_hostname(t, s, hostname));
  if (server_side) {
    SSL_set_accept_state(s->ssl);
  } else {
    SSL_set_connect_state(s->ssl);
    SSL_set_session_id_context(s->ssl, nullptr, 0);  // of no use to a client, and OpenSSL 3.0 misses it in the session of a pre-shared key
  }
  if (sock) s->socket.set(TRY(make_weakref(t, KAA_TYPE(weakref), sock, Value())));
  if (owner && !owner.is_none()) TRY(put_owner(t, s, owner));
  if (session && !session.is_none()) TRY(put_session(t, s, session));
  return s;
}

}  // namespace kaa::ssl
namespace kaa {
template <> struct LayoutTraits<ssl::SslSocket> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ssl::SslSocket* s) {
    if (s->ssl) {
      SSL_set_app_data(s->ssl, nullptr);
      SSL_set_msg_callback(s->ssl, nullptr);
      SSL_free(s->ssl);
    }
    delete s->mutex;
  }
};
template <> struct LayoutTraits<ssl::MemoryBio> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ssl::MemoryBio* b) { BIO_free_all(b->bio); }
};
template <> struct LayoutTraits<ssl::SslSession> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ssl::SslSession* s) { SSL_SESSION_free(s->session); }
};
namespace ssl {
extern const TypeSpec k_socket_spec = {.methods = k_methods, .getsets = k_getsets, .layout = &kLayout<SslSocket>, .flags = kTypeDisallowInstantiation | kTypeWeakrefable};
extern const TypeSpec k_bio_spec = {.methods = k_bio_methods, .getsets = k_bio_getsets, .layout = &kLayout<MemoryBio>};
extern const TypeSpec k_session_spec = {.methods = k_session_methods, .getsets = k_session_getsets, .layout = &kLayout<SslSession>, .flags = kTypeDisallowInstantiation,
                                        .unhashable = "_ssl.SSLSession"};
}
}  // namespace kaa
