// _ssl: what its files share.
//
// An SSL object of the library is used by one thread at a time: calls that may wait let the interpreter's lock go first and take the object's own mutex then (SslCall), so that a
// callback, which takes the interpreter's lock back, cannot lock itself out.
#pragma once
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>

#include "modules/library_callback.h"
#include "modules/socket/socket.h"
#include "runtime/api.h"

namespace kaa::ssl {

struct SslContext : Object {
  SSL_CTX* ctx;
  Field<> sni_callback, msg_callback, psk_client, psk_server, keylog_name;
  BIO* keylog;
  uint8_t* alpn;
  unsigned alpn_size, host_flags;
  int protocol;
  bool check_hostname, post_handshake_auth;
  template <class F> void each_field(F&& f) { f(sni_callback); f(msg_callback); f(psk_client); f(psk_server); f(keylog_name); }
};
struct SslSocket : Object {
  SSL* ssl;
  Field<> socket, owner;          // weak references; socket empty: it works on BIOs
  Field<SslContext*> context;
  Field<> server_hostname, in_bio, out_bio;
  Field<> callback_error;         // an exception of a callback, to be raised when the library comes back
  pthread_mutex_t* mutex;
  bool server_side, shutdown_seen_zero;
  template <class F> void each_field(F&& f) { f(socket); f(owner); f(context); f(server_hostname); f(in_bio); f(out_bio); f(callback_error); }
};
struct MemoryBio : Object {
  BIO* bio;
  bool eof_written;
};
struct SslSession : Object {
  SSL_SESSION* session;
  Field<SslContext*> context;
  template <class F> void each_field(F&& f) { f(context); }
};
struct CertificateObject : Object {
  X509* cert;
};

struct State {
  Type *context_type = nullptr, *socket_type = nullptr, *bio_type = nullptr, *session_type = nullptr, *certificate_type = nullptr;
  Root<Type*> SSLError, SSLZeroReturnError, SSLWantReadError, SSLWantWriteError, SSLSyscallError, SSLEOFError, SSLCertVerificationError;
};
State& state();

enum ErrorNumber { kErrorNone, kErrorSsl, kErrorWantRead, kErrorWantWrite, kErrorX509Lookup, kErrorSyscall, kErrorZeroReturn, kErrorWantConnect, kErrorEof, kErrorNoSocket, kErrorInvalid };

// An SSLError of this class. `code`: of the library's error queue, 0: none; text null: the library's.
Error raise_ssl(Thread& t, Type* type, int number, const char* text, unsigned long code, SslSocket* s = nullptr);
Error raise_ssl_queue(Thread& t);                       // for the library's last error
Error raise_ssl_result(Thread& t, SslSocket* s, int ret, int error, int saved_errno);  // what SSL_get_error said

// A call of the library on an SSL object.
class SslCall {
 public:
  SslCall(Thread& t, SslSocket* s) : blocking_(t), s_(s) { pthread_mutex_lock(s->mutex); }
  ~SslCall() { pthread_mutex_unlock(s_->mutex); }
 private:
  Blocking blocking_;
  SslSocket* s_;
};

Result<Value> new_ssl_socket(Thread& t, SslContext* c, Value sock, MemoryBio* in, MemoryBio* out, bool server_side, Value hostname, Value owner, Value session);
Result<Value> certificate_dict(Thread& t, X509* cert);
Result<Value> certificate_der(Thread& t, X509* cert);
Result<Value> new_certificate(Thread& t, X509* cert);     // takes a reference of its own
Result<Value> name_tuple(Thread& t, const X509_NAME* name);
void set_sni(SslContext* c);
inline bool is_context(Value v) { return is_instance(v, state().context_type); }

extern const TypeSpec k_context_spec, k_socket_spec, k_bio_spec, k_session_spec, k_certificate_spec;

}  // namespace kaa::ssl
