// SSLContext: settings, certificates, and what connections are made from.
#define OPENSSL_SUPPRESS_DEPRECATED 1  // DH parameters
#include <openssl/dh.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <string.h>

#include <string>
#include <vector>

#include "modules/openssl/ssl.h"
#include "runtime/audit.h"
#include "runtime/codecs_api.h"
#include "types/int.h"
#include "types/objmodel.h"

namespace kaa::ssl {

namespace {

enum { kTls = 2, kClient = 16, kServer = 17 };
constexpr int kMinimum = -2, kMaximum = -1;

SslContext* self_of(Args a) { return a.as<SslContext>(0); }
SslContext* context_of(Value v) { return v.as<SslContext>(); }

// Public keys of authorities whose private keys are known to others, by the SHA-256 of their SubjectPublicKeyInfo: the list of CPython 3.14.10.
constexpr const char* k_distrusted_keys[] = {
    "43bffa19d6ef651451f6841e019931e96f6f2eaeff28ab4b6f1ce4576de2717b", "49dd353dc2b919a3770645117d0e60c16115e7d1bc259eefe734b00ea434fe5f",
    "5c0660a2b164910d8ff589c18e14552e9e0ec237dcefe2cb736d41a4811f81a0", "63ecefee431d49523bc1136c4e72d0206a477086caf606cd5cf025686c109cf8",
    "92c063d67e8f14db71d288e11266ffdaf69cbf115f7bab14f3bc2f68d25e0e30", "e0254c7fcdc265e2f0f8a428dabb75ab4ae039b4872d62f5ee57f0877d5a8a41",
    "ebed6475c2c2d80fcb199f3fe8dd6e6b3ce60b77eb15d4e42c3dec0c6f5b5105", "ec4ffa1ad0ac88081314b7aaffef6a91f97cd57291bb5ba686c5415f5eb4f6b6",
};
bool is_distrusted(X509* cert) {
  unsigned char* key = nullptr;
  int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &key);
  if (n <= 0) return false;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(key, static_cast<size_t>(n), digest);
  OPENSSL_free(key);
  char hex[2 * sizeof digest + 1];
  for (size_t i = 0; i < sizeof digest; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  for (const char* known : k_distrusted_keys) if (!strcmp(hex, known)) return true;
  return false;
}
// Asked for each certificate of a chain.
int on_certificate(int good, X509_STORE_CTX* chain) {
  X509* cert = good ? X509_STORE_CTX_get_current_cert(chain) : nullptr;
  if (!cert || !is_distrusted(cert)) return good;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_REJECTED);
  return 0;
}
void set_verification(SslContext* c, int mode) { SSL_CTX_set_verify(c->ctx, mode, on_certificate); }

Result<Value> context_new(Thread& t, Args a) {
  int protocol = TRY(to_cint(t, a[1]));
  const SSL_METHOD* method = protocol == kTls ? TLS_method() : protocol == kClient ? TLS_client_method() : protocol == kServer ? TLS_server_method() : nullptr;
  const char* old = nullptr;
  if (protocol == kTls) old = "ssl.PROTOCOL_TLS is deprecated";
  int version = protocol == 3 ? TLS1_VERSION : protocol == 4 ? TLS1_1_VERSION : protocol == 5 ? TLS1_2_VERSION : 0;
  if (version) {
    method = TLS_method();
    old = protocol == 3 ? "ssl.PROTOCOL_TLSv1 is deprecated" : protocol == 4 ? "ssl.PROTOCOL_TLSv1_1 is deprecated" : "ssl.PROTOCOL_TLSv1_2 is deprecated";
  }
  if (!method) return RAISE(ValueError, "invalid or unsupported protocol version %d", protocol);
  if (old) TRY(warn(t, KAA_TYPE(DeprecationWarning), 2, "%s", old));
  SslContext* c = TRY(alloc_as<SslContext>(t, a.as<Type>(0)));
  c->ctx = SSL_CTX_new(method);
  if (!c->ctx) return raise_ssl_queue(t);
  c->protocol = protocol;
  c->host_flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
  SSL_CTX_set_app_data(c->ctx, c);
  if (version) {
    SSL_CTX_set_min_proto_version(c->ctx, version);
    SSL_CTX_set_max_proto_version(c->ctx, version);
  }
  set_verification(c, protocol == kClient ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE);
  c->check_hostname = protocol == kClient;
  SSL_CTX_set_options(c->ctx, (SSL_OP_ALL & ~SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS) | SSL_OP_NO_SSLv3 | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_clear_options(c->ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (!SSL_CTX_set_cipher_list(c->ctx, "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM")) return raise_ssl_queue(t);
  if (!version && protocol != kTls) SSL_CTX_set_min_proto_version(c->ctx, TLS1_2_VERSION);
  SSL_CTX_set_mode(c->ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_session_id_context(c->ctx, reinterpret_cast<const unsigned char*>("Kaa"), 3);
  X509_VERIFY_PARAM* param = SSL_CTX_get0_param(c->ctx);
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_TRUSTED_FIRST);
  X509_VERIFY_PARAM_set_hostflags(param, c->host_flags);
  SSL_CTX_set_post_handshake_auth(c->ctx, 0);
  return c;
}

// ---- certificates
// The password of a private key: a value, or what a callable gives.
struct Password {
  Thread* t;
  Value callable, kept;
  std::string text;
  bool failed = false;
  Status set(Thread& th, Value v, const char* wrong) {
    if (is_str(v)) {
      Utf8 u;
      TRY(str_utf8(th, v.as<Str>(), u));
      text = u.view();
    } else if (is_bytes(v) || (v.is_object() && is_instance(v, KAA_TYPE(bytearray)))) {
      BufferHold b;
      TRY(b.get(th, v));
      text = b.view();
    } else {
      return raise(th, KAA_TYPE(TypeError), "%s", wrong);
    }
    if (text.size() > 1024) return raise(th, KAA_TYPE(ValueError), "password cannot be longer than %d bytes", 1024);
    return {};
  }
};
int password_callback(char* buffer, int size, int, void* data) {
  Password* p = static_cast<Password*>(data);
  LibraryCallback in;
  if (p->callable) {
    Result<Value> v = call(in.t, p->callable);
    if (!v.ok() || !p->set(in.t, v.value(), "password callback must return a string").ok()) {
      p->failed = true;
      return -1;
    }
  }
  if (static_cast<int>(p->text.size()) > size) {
    raise(in.t, KAA_TYPE(ValueError), "password cannot be longer than %d bytes", size);
    p->failed = true;
    return -1;
  }
  memcpy(buffer, p->text.data(), p->text.size());
  return static_cast<int>(p->text.size());
}
Error file_error(Thread& t, int e) {
  if (e) {
    ERR_clear_error();
    return raise_os_error(t, e);
  }
  return raise_ssl_queue(t);
}
Result<Value> context_load_cert_chain(Thread& t, Args a) {
  SslContext* c = self_of(a);
  PathArg cert, key;
  auto path = [&](Value v, PathArg& out, const char* what) -> Status {
    Status s = fs_path(t, v, out);
    if (s.ok() || !exc_matches(t, KAA_TYPE(TypeError))) return s;
    clear_exc(t);
    return RAISE(TypeError, "%s should be a valid filesystem path", what);
  };
  TRY(path(a[1], cert, "certfile"));
  bool own_key = a[2] && !a[2].is_none();
  if (own_key) TRY(path(a[2], key, "keyfile"));
  Password password{&t};
  pem_password_cb* before = SSL_CTX_get_default_passwd_cb(c->ctx);
  void* before_data = SSL_CTX_get_default_passwd_cb_userdata(c->ctx);
  if (a[3] && !a[3].is_none()) {
    if (is_callable(a[3])) password.callable = a[3];
    else TRY(password.set(t, a[3], "password should be a string or callable"));
    SSL_CTX_set_default_passwd_cb(c->ctx, password_callback);
    SSL_CTX_set_default_passwd_cb_userdata(c->ctx, &password);
  }
  int ok, saved;
  {
    Blocking b(t);
    ERR_clear_error();
    errno = 0;
    ok = SSL_CTX_use_certificate_chain_file(c->ctx, cert.c_str());
    if (ok == 1) ok = SSL_CTX_use_PrivateKey_file(c->ctx, own_key ? key.c_str() : cert.c_str(), SSL_FILETYPE_PEM);
    saved = errno;
    if (ok == 1) {
      saved = 0;
      ok = SSL_CTX_check_private_key(c->ctx);
    }
  }
  SSL_CTX_set_default_passwd_cb(c->ctx, before);
  SSL_CTX_set_default_passwd_cb_userdata(c->ctx, before_data);
  if (password.failed) {
    ERR_clear_error();
    return Error{};
  }
  if (ok != 1) return file_error(t, saved);
  return kNone;
}
Status add_ca_data(Thread& t, SslContext* c, std::string_view data, bool der) {
  if (data.empty()) return RAISE(ValueError, "Empty certificate data");
  if (data.size() > INT32_MAX) return RAISE(OverflowError, "Certificate data is too long.");
  BIO* bio = BIO_new_mem_buf(data.data(), static_cast<int>(data.size()));
  X509_STORE* store = SSL_CTX_get_cert_store(c->ctx);
  int loaded = 0;
  bool failed = false;
  bool clean = false;
  for (;;) {
    if (der && loaded && BIO_pending(bio) == 0) {
      clean = true;
      break;
    }
    X509* cert = der ? d2i_X509_bio(bio, nullptr) : PEM_read_bio_X509(bio, nullptr, [](char*, int, int, void*) { return 0; }, nullptr);
    if (!cert) break;
    int ok = X509_STORE_add_cert(store, cert);
    X509_free(cert);
    if (!ok) {
      unsigned long e = ERR_peek_last_error();
      if (ERR_GET_LIB(e) != ERR_LIB_X509 || ERR_GET_REASON(e) != X509_R_CERT_ALREADY_IN_HASH_TABLE) {
        failed = true;
        break;
      }
      ERR_clear_error();
    }
    loaded++;
  }
  BIO_free(bio);
  if (failed) return raise_ssl_queue(t);
  unsigned long e = ERR_peek_last_error();
  if (!loaded)
    return raise_ssl(t, state().SSLError, 0, der ? "not enough data: cadata does not contain a certificate" : "no start line: cadata does not contain a certificate", 0);
  if (clean || (!der && ERR_GET_LIB(e) == ERR_LIB_PEM && ERR_GET_REASON(e) == PEM_R_NO_START_LINE)) {
    ERR_clear_error();
    return {};
  }
  return raise_ssl_queue(t);
}
Result<Value> context_load_verify_locations(Thread& t, Args a) {
  SslContext* c = self_of(a);
  auto given = [&](uint32_t i) { return a[i] && !a[i].is_none(); };
  if (!given(1) && !given(2) && !given(3)) return RAISE(TypeError, "cafile, capath and cadata cannot be all omitted");
  PathArg file, path;
  if (given(1) && !fs_path(t, a[1], file).ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "cafile should be a valid filesystem path");
  }
  if (given(2) && !fs_path(t, a[2], path).ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "capath should be a valid filesystem path");
  }
  if (given(3)) {
    if (is_str(a[3])) {
      if (!a.as<Str>(3)->is_ascii()) return RAISE(TypeError, "cadata should be an ASCII string or a bytes-like object");
      TRY(add_ca_data(t, c, a.as<Str>(3)->ascii(), false));
    } else if (has_buffer(a[3])) {
      BufferHold b;
      TRY(b.get(t, a[3]));
      TRY(add_ca_data(t, c, b.view(), true));
    } else {
      return RAISE(TypeError, "cadata should be an ASCII string or a bytes-like object");
    }
  }
  if (given(1) || given(2)) {
    int ok, saved;
    {
      Blocking b(t);
      ERR_clear_error();
      errno = 0;
      ok = SSL_CTX_load_verify_locations(c->ctx, given(1) ? file.c_str() : nullptr, given(2) ? path.c_str() : nullptr);
      saved = errno;
    }
    if (ok != 1) return file_error(t, saved);
  }
  return kNone;
}
Result<Value> context_set_default_verify_paths(Thread& t, Args a) {
  if (!SSL_CTX_set_default_verify_paths(self_of(a)->ctx)) return raise_ssl_queue(t);
  return kNone;
}
Result<Value> context_load_dh_params(Thread& t, Args a) {
  PathArg path;
  TRY(fs_path(t, a[1], path));
  TRY(audit(t, "open", a[1], NAME("rb"), small_int(0)));
  FILE* f = fopen(path.c_str(), "rb");
  if (!f) return raise_os_error(t, errno, a[1]);
  ERR_clear_error();
  errno = 0;
  DH* dh = PEM_read_DHparams(f, nullptr, nullptr, nullptr);
  int saved = errno;
  fclose(f);
  if (!dh) return file_error(t, ERR_peek_last_error() ? 0 : saved);
  int ok = static_cast<int>(SSL_CTX_set_tmp_dh(self_of(a)->ctx, dh));
  DH_free(dh);
  if (!ok) return raise_ssl_queue(t);
  return kNone;
}
Result<Value> context_cert_store_stats(Thread& t, Args a) {
  STACK_OF(X509_OBJECT)* objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(self_of(a)->ctx));
  int x509 = 0, crl = 0, ca = 0;
  for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
    X509_OBJECT* o = sk_X509_OBJECT_value(objects, i);
    if (X509_OBJECT_get_type(o) == X509_LU_X509) {
      x509++;
      if (X509_check_ca(X509_OBJECT_get0_X509(o))) ca++;
    } else if (X509_OBJECT_get_type(o) == X509_LU_CRL) {
      crl++;
    }
  }
  Dict* d = TRY(new_dict(t));
  TRY(dict_set_str(t, d, "x509", small_int(x509)));
  TRY(dict_set_str(t, d, "crl", small_int(crl)));
  TRY(dict_set_str(t, d, "x509_ca", small_int(ca)));
  return d;
}
Result<Value> context_get_ca_certs(Thread& t, Args a) {
  bool der = a[1] && TRY(truth(t, a[1]));
  List* l = TRY(new_list(t));
  STACK_OF(X509_OBJECT)* objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(self_of(a)->ctx));
  for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
    X509_OBJECT* o = sk_X509_OBJECT_value(objects, i);
    if (X509_OBJECT_get_type(o) != X509_LU_X509 || !X509_check_ca(X509_OBJECT_get0_X509(o))) continue;
    X509* cert = X509_OBJECT_get0_X509(o);
    TRY(list_append(t, l, TRY(der ? certificate_der(t, cert) : certificate_dict(t, cert))));
  }
  return l;
}

// ---- ciphers, curves, protocols
Result<Value> context_set_ciphers(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "set_ciphers() argument must be str, not %T", a[1]);
  Utf8 u;
  TRY(str_utf8(t, a.as<Str>(1), u));
  if (!SSL_CTX_set_cipher_list(self_of(a)->ctx, u.data)) {
    ERR_clear_error();
    return raise_value(t, TRY(call(t, state().SSLError.get(), TRY(new_str(t, "No cipher can be selected.")))));
  }
  return kNone;
}
Result<Value> cipher_dict(Thread& t, const SSL_CIPHER* c) {
  Dict* d = TRY(new_dict(t));
  auto text = [&](const char* key, const char* v) -> Status { return dict_set_str(t, d, key, v ? Value(TRY(new_str(t, v))) : kNone); };
  char description[512];
  SSL_CIPHER_description(c, description, sizeof description - 1);
  size_t n = strlen(description);
  if (n && description[n - 1] == '\n') description[n - 1] = 0;
  int algorithm_bits, strength = SSL_CIPHER_get_bits(c, &algorithm_bits);
  auto nid = [](int v) -> const char* { return v == NID_undef ? nullptr : OBJ_nid2ln(v); };
  TRY(dict_set_str(t, d, "id", small_int(SSL_CIPHER_get_id(c))));
  TRY(text("name", SSL_CIPHER_get_name(c)));
  TRY(text("protocol", SSL_CIPHER_get_version(c)));
  TRY(text("description", description));
  TRY(dict_set_str(t, d, "strength_bits", small_int(strength)));
  TRY(dict_set_str(t, d, "alg_bits", small_int(algorithm_bits)));
  TRY(dict_set_str(t, d, "aead", Value::from_bool(SSL_CIPHER_is_aead(c))));
  TRY(text("symmetric", nid(SSL_CIPHER_get_cipher_nid(c))));
  TRY(text("digest", nid(SSL_CIPHER_get_digest_nid(c))));
  TRY(text("kea", nid(SSL_CIPHER_get_kx_nid(c))));
  TRY(text("auth", nid(SSL_CIPHER_get_auth_nid(c))));
  return d;
}
Result<Value> context_get_ciphers(Thread& t, Args a) {
  SSL* ssl = SSL_new(self_of(a)->ctx);
  if (!ssl) return raise_ssl_queue(t);
  STACK_OF(SSL_CIPHER)* ciphers = SSL_get_ciphers(ssl);
  Result<Value> r = [&]() -> Result<Value> {
    List* l = TRY(new_list(t));
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) TRY(list_append(t, l, TRY(cipher_dict(t, sk_SSL_CIPHER_value(ciphers, i)))));
    return l;
  }();
  SSL_free(ssl);
  return r;
}
Result<Value> context_set_ecdh_curve(Thread& t, Args a) {
  PathArg name;
  TRY(fs_path(t, a[1], name));
  int nid = OBJ_sn2nid(name.c_str());
  if (!nid) return RAISE(ValueError, "unknown elliptic curve name %R", a[1]);
  if (!SSL_CTX_set1_groups(self_of(a)->ctx, &nid, 1)) return raise_ssl_queue(t);
  return kNone;
}
int select_alpn(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned n, void* data) {
  SslContext* c = static_cast<SslContext*>(data);
  if (!c->alpn) return SSL_TLSEXT_ERR_NOACK;
  int r = SSL_select_next_proto(const_cast<unsigned char**>(out), size, c->alpn, c->alpn_size, in, n);
  return r == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}
Result<Value> context_set_alpn(Thread& t, Args a) {
  SslContext* c = self_of(a);
  BufferHold b;
  TRY(b.get(t, a[1]));
  free(c->alpn);
  c->alpn = static_cast<uint8_t*>(malloc(b.size() + 1));
  if (!c->alpn) return raise_memory(t);
  memcpy(c->alpn, b.data(), b.size());
  c->alpn_size = static_cast<unsigned>(b.size());
  if (SSL_CTX_set_alpn_protos(c->ctx, c->alpn, c->alpn_size)) return raise_memory(t);
  SSL_CTX_set_alpn_select_cb(c->ctx, select_alpn, c);
  return kNone;
}
Result<Value> context_session_stats(Thread& t, Args a) {
  SSL_CTX* x = self_of(a)->ctx;
  Dict* d = TRY(new_dict(t));
  struct { const char* key; long v; } rows[] = {
      {"number", SSL_CTX_sess_number(x)}, {"connect", SSL_CTX_sess_connect(x)}, {"connect_good", SSL_CTX_sess_connect_good(x)},
      {"connect_renegotiate", SSL_CTX_sess_connect_renegotiate(x)}, {"accept", SSL_CTX_sess_accept(x)}, {"accept_good", SSL_CTX_sess_accept_good(x)},
      {"accept_renegotiate", SSL_CTX_sess_accept_renegotiate(x)}, {"hits", SSL_CTX_sess_hits(x)}, {"misses", SSL_CTX_sess_misses(x)},
      {"timeouts", SSL_CTX_sess_timeouts(x)}, {"cache_full", SSL_CTX_sess_cache_full(x)}};
  for (auto& r : rows) TRY(dict_set_str(t, d, r.key, small_int(r.v)));
  return d;
}

// ---- connections
Result<Value> hostname_argument(Thread& t, Value v) {
  if (!v || v.is_none()) return kNone;
  if (is_bytes(v) || is_str(v)) return v;
  return RAISE(TypeError, "server_hostname must be str, bytes or None, not %T", v);
}
Result<Value> context_wrap_socket(Thread& t, Args a) {
  if (!is_instance(a[1], g_socket.socket)) return RAISE(TypeError, "_wrap_socket() argument 'sock' must be _socket.socket, not %T", a[1]);
  bool server = TRY(truth(t, a[2]));
  return new_ssl_socket(t, self_of(a), a[1], nullptr, nullptr, server, TRY(hostname_argument(t, a[3])), a[4], a[5]);
}
Result<Value> context_wrap_bio(Thread& t, Args a) {
  for (uint32_t i : {1u, 2u})
    if (!is_instance(a[i], state().bio_type)) return RAISE(TypeError, "_wrap_bio() argument '%s' must be _ssl.MemoryBIO, not %T", i == 1 ? "incoming" : "outgoing", a[i]);
  bool server = TRY(truth(t, a[3]));
  return new_ssl_socket(t, self_of(a), Value(), a.as<MemoryBio>(1), a.as<MemoryBio>(2), server, TRY(hostname_argument(t, a[4])), a[5], a[6]);
}

// ---- attributes
Result<Value> get_verify_mode(Thread&, Value v) {
  int mode = SSL_CTX_get_verify_mode(context_of(v)->ctx) & (SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
  return small_int(mode == SSL_VERIFY_NONE ? 0 : mode == SSL_VERIFY_PEER ? 1 : 2);
}
Status set_verify_mode(Thread& t, Value self, Value v) {
  SslContext* c = context_of(self);
  int n = TRY(to_cint(t, v));
  if (n < 0 || n > 2) return RAISE(ValueError, "invalid value for verify_mode");
  if (n == 0 && c->check_hostname) return RAISE(ValueError, "Cannot set verify_mode to CERT_NONE when check_hostname is enabled.");
  int mode = n == 0 ? SSL_VERIFY_NONE : n == 1 ? SSL_VERIFY_PEER : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  set_verification(c, mode);
  return {};
}
Result<Value> get_verify_flags(Thread& t, Value v) { return make_uint(t, X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(context_of(v)->ctx))); }
Status set_verify_flags(Thread& t, Value self, Value v) {
  uint64_t n = TRY(to_uint64(t, v));
  X509_VERIFY_PARAM* p = SSL_CTX_get0_param(context_of(self)->ctx);
  uint64_t now = X509_VERIFY_PARAM_get_flags(p);
  if (now & ~n) X509_VERIFY_PARAM_clear_flags(p, now & ~n);
  if (n & ~now) X509_VERIFY_PARAM_set_flags(p, n & ~now);
  return {};
}
Result<Value> get_options(Thread& t, Value v) { return make_uint(t, SSL_CTX_get_options(context_of(v)->ctx)); }
Status set_options(Thread& t, Value self, Value v) {
  Value i = TRY(to_index(t, v));
  if (int_is_negative(i)) return RAISE(ValueError, "Cannot convert negative int");
  uint64_t n = TRY(to_uint64(t, i)), now = SSL_CTX_get_options(context_of(self)->ctx);
  uint64_t versions = SSL_OP_NO_SSLv2 | SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;
  if (n & ~now & versions) TRY(warn(t, KAA_TYPE(DeprecationWarning), 2, "ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated"));
  if (now & ~n) SSL_CTX_clear_options(context_of(self)->ctx, now & ~n);
  if (n & ~now) SSL_CTX_set_options(context_of(self)->ctx, n & ~now);
  return {};
}
template <bool minimum> Result<Value> get_version(Thread&, Value v) {
  int n = static_cast<int>(minimum ? SSL_CTX_get_min_proto_version(context_of(v)->ctx) : SSL_CTX_get_max_proto_version(context_of(v)->ctx));
  return small_int(n ? n : minimum ? kMinimum : kMaximum);
}
template <bool minimum> Status set_version(Thread& t, Value self, Value v) {
  SslContext* c = context_of(self);
  int n = TRY(to_cint(t, v));
  if (c->protocol != kTls && c->protocol != kClient && c->protocol != kServer) return RAISE(ValueError, "The context's protocol doesn't support modification of highest and lowest version.");
  if (n == SSL3_VERSION || n == TLS1_VERSION || n == TLS1_1_VERSION)
    TRY(warn(t, KAA_TYPE(DeprecationWarning), 2, "%s is deprecated", n == SSL3_VERSION ? "ssl.TLSVersion.SSLv3" : n == TLS1_VERSION ? "ssl.TLSVersion.TLSv1" : "ssl.TLSVersion.TLSv1_1"));
  if (n != kMinimum && n != kMaximum && (n < SSL3_VERSION || n > TLS1_3_VERSION)) return RAISE(ValueError, "Unsupported TLS/SSL version 0x%x", static_cast<unsigned>(n));
  int real = n;
  if (minimum) real = n == kMinimum ? 0 : n == kMaximum ? TLS1_3_VERSION : n;
  else real = n == kMaximum ? 0 : n == kMinimum ? TLS1_VERSION : n;
  int ok = static_cast<int>(minimum ? SSL_CTX_set_min_proto_version(c->ctx, real) : SSL_CTX_set_max_proto_version(c->ctx, real));
  if (!ok) return RAISE(ValueError, "Unsupported protocol version 0x%x", static_cast<unsigned>(n));
  return {};
}
Result<Value> get_check_hostname(Thread&, Value v) { return Value::from_bool(context_of(v)->check_hostname); }
Status set_check_hostname(Thread& t, Value self, Value v) {
  SslContext* c = context_of(self);
  bool on = TRY(truth(t, v));
  if (on && SSL_CTX_get_verify_mode(c->ctx) == SSL_VERIFY_NONE) set_verification(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
  c->check_hostname = on;
  return {};
}
Result<Value> get_host_flags(Thread&, Value v) { return small_int(context_of(v)->host_flags); }
Status set_host_flags(Thread& t, Value self, Value v) {
  unsigned n = static_cast<unsigned>(TRY(to_uint64(t, v)));
  context_of(self)->host_flags = n;
  X509_VERIFY_PARAM_set_hostflags(SSL_CTX_get0_param(context_of(self)->ctx), n);
  return {};
}
Result<Value> get_num_tickets(Thread& t, Value v) { return make_uint(t, SSL_CTX_get_num_tickets(context_of(v)->ctx)); }
Status set_num_tickets(Thread& t, Value self, Value v) {
  int64_t n = TRY(to_int64(t, v));
  if (n < 0) return RAISE(ValueError, "value must be non-negative");
  if (context_of(self)->protocol != kServer) return RAISE(ValueError, "SSLContext is not a server context.");
  if (!SSL_CTX_set_num_tickets(context_of(self)->ctx, static_cast<size_t>(n))) return RAISE(ValueError, "failed to set num tickets.");
  return {};
}
Result<Value> get_pha(Thread&, Value v) { return Value::from_bool(context_of(v)->post_handshake_auth); }
Status set_pha(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "cannot delete attribute");
  context_of(self)->post_handshake_auth = TRY(truth(t, v));
  return {};
}
Result<Value> get_security_level(Thread&, Value v) { return small_int(SSL_CTX_get_security_level(context_of(v)->ctx)); }
Result<Value> get_protocol(Thread&, Value v) { return small_int(context_of(v)->protocol); }
Result<Value> get_sni(Thread&, Value v) { return or_none(context_of(v)->sni_callback.value()); }
Status put_sni(Thread& t, Value self, Value v) {
  SslContext* c = context_of(self);
  if (c->protocol == kClient) return RAISE(ValueError, "sni_callback cannot be set on TLS_CLIENT context");
  if (!v || (!v.is_none() && !is_callable(v))) {
    c->sni_callback.clear();
    set_sni(c);
    return RAISE(TypeError, "not a callable object");
  }
  c->sni_callback.set(v);
  set_sni(c);
  return {};
}
void on_message(int writing, int version, int type, const void* data, size_t n, SSL* ssl, void*) {
  SslSocket* s = static_cast<SslSocket*>(SSL_get_app_data(ssl));
  if (!s || !s->context->msg_callback || s->context->msg_callback.value().is_none()) return;
  LibraryCallback in;
  Thread& t = in.t;
  Value owner = s->owner ? weakref_live(t, s->owner.value().as<WeakRef>()) : Value(s);
  auto* bytes = static_cast<const uint8_t*>(data);
  int message = type == SSL3_RT_ALERT && n == 2 ? bytes[1] : type == SSL3_RT_HEADER && n >= 1 ? bytes[0] : type == SSL3_RT_CHANGE_CIPHER_SPEC ? 0x0101 : n ? bytes[0] : -1;
  Result<Value> r = [&]() -> Result<Value> {
    Value content = TRY(new_bytes(t, data, n));
    return call(t, s->context->msg_callback, owner ? owner : kNone, TRY(new_str(t, writing ? "write" : "read")), small_int(version), small_int(type), small_int(message), content);
  }();
  if (!r.ok()) s->callback_error.set(take_exc(t));
}
Result<Value> get_msg(Thread&, Value v) { return or_none(context_of(v)->msg_callback.value()); }
Status put_msg(Thread& t, Value self, Value v) {
  SslContext* c = context_of(self);
  if (!v || v.is_none()) {
    SSL_CTX_set_msg_callback(c->ctx, nullptr);
    c->msg_callback.clear();
    return {};
  }
  if (!is_callable(v)) return RAISE(TypeError, "%R is not callable.", v);
  c->msg_callback.set(v);
  SSL_CTX_set_msg_callback(c->ctx, on_message);
  return {};
}
void on_keylog(const SSL* ssl, const char* line) {
  SslContext* c = static_cast<SslContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (!c || !c->keylog) return;
  BIO_printf(c->keylog, "%s\n", line);
  (void)BIO_flush(c->keylog);
}
Result<Value> get_keylog(Thread&, Value v) { return or_none(context_of(v)->keylog_name.value()); }
Status put_keylog(Thread& t, Value self, Value v) {
  SslContext* c = context_of(self);
  SSL_CTX_set_keylog_callback(c->ctx, nullptr);
  if (c->keylog) BIO_free_all(c->keylog);
  c->keylog = nullptr;
  c->keylog_name.clear();
  if (!v || v.is_none()) return {};
  PathArg path;
  TRY(fs_path(t, v, path));
  FILE* f = fopen(path.c_str(), "ae");
  if (!f) return raise_os_error(t, errno, v);
  if (!ftell(f) && fseek(f, 0, SEEK_END) == 0 && ftell(f) == 0) fputs("# TLS secrets log file, generated by OpenSSL / Python\n", f);
  fflush(f);
  c->keylog = BIO_new_fp(f, BIO_CLOSE | BIO_FP_TEXT);
  c->keylog_name.set(v);
  SSL_CTX_set_keylog_callback(c->ctx, on_keylog);
  return {};
}

// ---- pre-shared keys
unsigned psk_client(SSL* ssl, const char* hint, char* identity, unsigned max_identity, unsigned char* psk, unsigned max_psk) {
  SslSocket* s = static_cast<SslSocket*>(SSL_get_app_data(ssl));
  LibraryCallback in;
  Thread& t = in.t;
  Result<unsigned> r = [&]() -> Result<unsigned> {
    Value v = TRY(call(t, s->context->psk_client, hint && *hint ? Value(TRY(new_str(t, hint))) : kNone));
    Value name, key;
    if (is_tuple(v) && v.as<Tuple>()->size == 2) {
      name = v.as<Tuple>()->items[0];
      key = v.as<Tuple>()->items[1];
    } else {
      return RAISE(TypeError, "psk callback must return a tuple");
    }
    BufferHold b;
    TRY(b.get(t, key));
    if (b.size() > max_psk) return 0u;
    if (!name.is_none()) {
      Utf8 u;
      if (!is_str(name)) return RAISE(TypeError, "identity must be str or None");
      TRY(str_utf8(t, name.as<Str>(), u));
      if (u.size + 1 > max_identity) return 0u;
      memcpy(identity, u.data, u.size + 1);
    } else {
      identity[0] = 0;
    }
    memcpy(psk, b.data(), b.size());
    return static_cast<unsigned>(b.size());
  }();
  if (r.ok()) return r.value();
  write_unraisable(t, s->context->psk_client);
  return 0;
}
unsigned psk_server(SSL* ssl, const char* identity, unsigned char* psk, unsigned max_psk) {
  SslSocket* s = static_cast<SslSocket*>(SSL_get_app_data(ssl));
  LibraryCallback in;
  Thread& t = in.t;
  Result<unsigned> r = [&]() -> Result<unsigned> {
    Value v = TRY(call(t, s->context->psk_server, identity && *identity ? Value(TRY(new_str(t, identity))) : kNone));
    BufferHold b;
    TRY(b.get(t, v));
    if (b.size() > max_psk) return 0u;
    memcpy(psk, b.data(), b.size());
    return static_cast<unsigned>(b.size());
  }();
  if (r.ok()) return r.value();
  write_unraisable(t, s->context->psk_server);
  return 0;
}
Result<Value> context_set_psk_client(Thread& t, Args a) {
  SslContext* c = self_of(a);
  if (c->protocol == kServer) return raise_ssl(t, state().SSLError, 0, "Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context", 0);
  if (!a[1].is_none() && !is_callable(a[1])) return RAISE(TypeError, "callback must be callable");
  c->psk_client.set(a[1]);
  SSL_CTX_set_psk_client_callback(c->ctx, a[1].is_none() ? nullptr : psk_client);
  return kNone;
}
Result<Value> context_set_psk_server(Thread& t, Args a) {
  SslContext* c = self_of(a);
  if (c->protocol == kClient) return raise_ssl(t, state().SSLError, 0, "Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context", 0);
  if (!a[1].is_none() && !is_callable(a[1])) return RAISE(TypeError, "callback must be callable");
  Utf8 hint;
  if (a[2] && !a[2].is_none()) {
    if (!is_str(a[2])) return RAISE(TypeError, "set_psk_server_callback() argument 'identity_hint' must be str or None, not %T", a[2]);
    TRY(str_utf8(t, a.as<Str>(2), hint));
  }
  if (!SSL_CTX_use_psk_identity_hint(c->ctx, hint.data ? hint.data : "")) return raise_ssl(t, state().SSLError, 0, "failed to set identity hint", 0);
  c->psk_server.set(a[1]);
  SSL_CTX_set_psk_server_callback(c->ctx, a[1].is_none() ? nullptr : psk_server);
  return kNone;
}

constexpr MethodDef k_methods[] = {
    {"__new__", context_new, "($cls, protocol, /)", nullptr, MethodKind::kNew},
    {"_set_alpn_protocols", context_set_alpn, "($self, protos, /)", nullptr},
    {"_wrap_socket", context_wrap_socket, "($self, /, sock, server_side, server_hostname=None, *, owner=None, session=None)", nullptr},
    {"_wrap_bio", context_wrap_bio, "($self, /, incoming, outgoing, server_side, server_hostname=None, *, owner=None, session=None)", nullptr},
    {"cert_store_stats", context_cert_store_stats, "($self, /)", "How many certificates and revocation lists are loaded."},
    {"get_ca_certs", context_get_ca_certs, "($self, /, binary_form=False)", "The loaded certificates of authorities."},
    {"get_ciphers", context_get_ciphers, "($self, /)", "The enabled ciphers."},
    {"load_cert_chain", context_load_cert_chain, "($self, /, certfile, keyfile=None, password=None)", "Loads one's own certificate and private key."},
    {"load_dh_params", context_load_dh_params, "($self, path, /)", "Loads parameters for Diffie-Hellman."},
    {"load_verify_locations", context_load_verify_locations, "($self, /, cafile=None, capath=None, cadata=None)", "Loads certificates of authorities."},
    {"session_stats", context_session_stats, "($self, /)", "Counts of sessions."},
    {"set_ciphers", context_set_ciphers, "($self, cipherlist, /)", "Sets the ciphers that may be used."},
    {"set_default_verify_paths", context_set_default_verify_paths, "($self, /)", "Loads the authorities of the system."},
    {"set_ecdh_curve", context_set_ecdh_curve, "($self, name, /)", "Sets the curve for Diffie-Hellman."},
    {"set_psk_client_callback", context_set_psk_client, "($self, /, callback)", nullptr},
    {"set_psk_server_callback", context_set_psk_server, "($self, /, callback, identity_hint=None)", nullptr},
};
template <Status (*set)(Thread&, Value, Value)> Status undeletable(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "attribute cannot be deleted");
  return set(t, self, v);
}
constexpr GetSetDef k_getsets[] = {
    {"_host_flags", get_host_flags, undeletable<set_host_flags>, nullptr},
    {"_msg_callback", get_msg, undeletable<put_msg>, nullptr},
    {"check_hostname", get_check_hostname, undeletable<set_check_hostname>, nullptr},
    {"keylog_filename", get_keylog, undeletable<put_keylog>, nullptr},
    {"maximum_version", get_version<false>, undeletable<set_version<false>>, nullptr},
    {"minimum_version", get_version<true>, undeletable<set_version<true>>, nullptr},
    {"num_tickets", get_num_tickets, undeletable<set_num_tickets>, nullptr},
    {"options", get_options, undeletable<set_options>, nullptr},
    {"post_handshake_auth", get_pha, undeletable<set_pha>, nullptr},
    {"protocol", get_protocol, nullptr, nullptr},
    {"security_level", get_security_level, nullptr, nullptr},
    {"sni_callback", get_sni, undeletable<put_sni>, nullptr},
    {"verify_flags", get_verify_flags, undeletable<set_verify_flags>, nullptr},
    {"verify_mode", get_verify_mode, undeletable<set_verify_mode>, nullptr},
};

}  // namespace

}  // namespace kaa::ssl
namespace kaa {
template <> struct LayoutTraits<ssl::SslContext> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ssl::SslContext* c) {
    if (c->ctx) {
      SSL_CTX_set_app_data(c->ctx, nullptr);
      SSL_CTX_set_alpn_select_cb(c->ctx, nullptr, nullptr);
      SSL_CTX_set_tlsext_servername_callback(c->ctx, nullptr);
      SSL_CTX_free(c->ctx);
    }
    if (c->keylog) BIO_free_all(c->keylog);
    free(c->alpn);
  }
};
namespace ssl {
extern const TypeSpec k_context_spec = {.methods = k_methods, .getsets = k_getsets, .layout = &kLayout<SslContext>, .flags = kTypeBase};
}
}  // namespace kaa
