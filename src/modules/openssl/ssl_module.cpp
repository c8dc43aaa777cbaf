// The module _ssl: errors, certificates, constants.
#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <string>

#include "modules/new_exception.h"
#include "modules/openssl/ssl.h"
#include "runtime/codecs_api.h"
#include "types/objmodel.h"

namespace kaa::ssl {

State& state() {
  static auto* s = new State;
  return *s;
}

namespace {

// The library's names for reasons are their texts in capitals: "no start line" is NO_START_LINE.
std::string constant_name(const char* text) {
  std::string out;
  for (; *text; text++) out.push_back(*text >= 'a' && *text <= 'z' ? static_cast<char>(*text - 32) : *text == ' ' || *text == '-' || *text == '/' ? '_' : *text);
  return out;
}
const char* library_name(int lib) {
  switch (lib) {
    case ERR_LIB_SSL: return "SSL";
    case ERR_LIB_X509: return "X509";
    case ERR_LIB_X509V3: return "X509V3";
    case ERR_LIB_PEM: return "PEM";
    case ERR_LIB_ASN1: return "ASN1";
    case ERR_LIB_BIO: return "BIO";
    case ERR_LIB_EVP: return "EVP";
    case ERR_LIB_EC: return "EC";
    case ERR_LIB_RSA: return "RSA";
    case ERR_LIB_DH: return "DH";
    case ERR_LIB_CONF: return "CONF";
    case ERR_LIB_CRYPTO: return "CRYPTO";
    case ERR_LIB_RAND: return "RAND";
    case ERR_LIB_PKCS12: return "PKCS12";
    case ERR_LIB_PROV: return "PROV";
    case ERR_LIB_SYS: return "SYS";
    default: return nullptr;
  }
}

Result<Value> error_str(Thread& t, Args a) {
  Opt text = TRY(lookup_attr(t, a[0], intern_name("strerror")));
  if (text && is_str(text.v)) return text.v;
  Value args = TRY(get_attr(t, a[0], intern_name("args")));
  return TRY(str(t, args));
}

}  // namespace

Error raise_ssl(Thread& t, Type* type, int number, const char* given, unsigned long code, SslSocket* s) {
  const char* reason_text = code ? ERR_reason_error_string(code) : nullptr;
  std::string reason = reason_text ? constant_name(reason_text) : "";
  const char* lib = code ? library_name(ERR_GET_LIB(code)) : nullptr;
  std::string text = given ? given : reason_text ? reason_text : "unknown error";
  std::string verify;
  long verify_code = 0;
  Value verify_message = kNone;
  if (type == state().SSLCertVerificationError.get() && s) {
    verify_code = SSL_get_verify_result(s->ssl);
    if (verify_code == X509_V_ERR_HOSTNAME_MISMATCH || verify_code == X509_V_ERR_IP_ADDRESS_MISMATCH) {
      Value name = or_none(s->server_hostname.value());
      Str* m = TRY(str_format(t, "%s mismatch, certificate is not valid for '%S'.", verify_code == X509_V_ERR_HOSTNAME_MISMATCH ? "Hostname" : "IP address", name));
      verify_message = m;
      verify = m->ascii();
    } else {
      const char* m = X509_verify_cert_error_string(verify_code);
      verify_message = m ? Value(TRY(new_str(t, m))) : kNone;
      verify = m ? m : "";
    }
  }
  std::string message;
  if (lib && !reason.empty()) message = "[" + std::string(lib) + ": " + reason + "] " + text;
  else if (lib) message = "[" + std::string(lib) + "] " + text;
  else message = text;
  if (!verify.empty()) message += ": " + verify;
  message += " (_ssl.c:1)";
  ERR_clear_error();
  Value e = TRY(call(t, type, small_int(number), TRY(new_str(t, message))));
  TRY(set_attr(t, e, intern_name("reason"), reason.empty() ? kNone : Value(TRY(new_str(t, reason)))));
  TRY(set_attr(t, e, intern_name("library"), lib ? Value(TRY(new_str(t, lib))) : kNone));
  if (s && type == state().SSLCertVerificationError.get()) {
    TRY(set_attr(t, e, intern_name("verify_code"), small_int(verify_code)));
    TRY(set_attr(t, e, intern_name("verify_message"), verify_message));
  }
  return raise_value(t, e);
}
Error raise_ssl_queue(Thread& t) {
  unsigned long code = ERR_peek_last_error();
  return raise_ssl(t, state().SSLError, static_cast<int>(ERR_GET_REASON(code)), nullptr, code);
}
Error raise_ssl_result(Thread& t, SslSocket* s, int ret, int error, int saved_errno) {
  State& st = state();
  unsigned long code = ERR_peek_last_error();
  switch (error) {
    case SSL_ERROR_ZERO_RETURN: return raise_ssl(t, st.SSLZeroReturnError, kErrorZeroReturn, "TLS/SSL connection has been closed (EOF)", code, s);
    case SSL_ERROR_WANT_READ: return raise_ssl(t, st.SSLWantReadError, kErrorWantRead, "The operation did not complete (read)", code, s);
    case SSL_ERROR_WANT_WRITE: return raise_ssl(t, st.SSLWantWriteError, kErrorWantWrite, "The operation did not complete (write)", code, s);
    case SSL_ERROR_WANT_X509_LOOKUP: return raise_ssl(t, st.SSLError, kErrorX509Lookup, "The operation did not complete (X509 lookup)", code, s);
    case SSL_ERROR_WANT_CONNECT: return raise_ssl(t, st.SSLError, kErrorWantConnect, "The operation did not complete (connect)", code, s);
    case SSL_ERROR_SYSCALL:
      if (code) return raise_ssl(t, st.SSLSyscallError, kErrorSyscall, nullptr, code, s);
      if (ret == 0 || (!saved_errno && s->socket)) return raise_ssl(t, st.SSLEOFError, kErrorEof, "EOF occurred in violation of protocol", 0, s);
      if (s->socket && saved_errno) {
        ERR_clear_error();
        return raise_os_error(t, saved_errno);
      }
      return raise_ssl(t, s->socket ? st.SSLSyscallError : st.SSLEOFError, s->socket ? kErrorSyscall : kErrorEof, s->socket ? "Some I/O error occurred" : "EOF occurred in violation of protocol", 0, s);
    case SSL_ERROR_SSL: {
      if (!code) return raise_ssl(t, st.SSLError, kErrorSsl, "A failure in the SSL library occurred", 0, s);
      int reason = ERR_GET_REASON(code);
      bool own = ERR_GET_LIB(code) == ERR_LIB_SSL;
      if (own && reason == SSL_R_CERTIFICATE_VERIFY_FAILED) return raise_ssl(t, st.SSLCertVerificationError, kErrorSsl, nullptr, code, s);
      if (own && reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return raise_ssl(t, st.SSLEOFError, kErrorEof, "EOF occurred in violation of protocol", code, s);
      return raise_ssl(t, st.SSLError, kErrorSsl, nullptr, code, s);
    }
    default: return raise_ssl(t, st.SSLError, kErrorInvalid, "Invalid error code", code, s);
  }
}

// ---- certificates
namespace {

Result<Value> object_name(Thread& t, const ASN1_OBJECT* o) {
  int nid = OBJ_obj2nid(o);
  if (nid != NID_undef) return TRY(new_str(t, OBJ_nid2ln(nid)));
  char buffer[256];
  OBJ_obj2txt(buffer, sizeof buffer, o, 1);
  return TRY(new_str(t, buffer));
}
Result<Value> asn1_text(Thread& t, const ASN1_STRING* s) {
  unsigned char* p = nullptr;
  int n = ASN1_STRING_to_UTF8(&p, s);
  if (n < 0) return raise_ssl_queue(t);
  Result<Value> v = decode_bytes(t, {reinterpret_cast<char*>(p), static_cast<size_t>(n)}, nullptr, "strict");
  OPENSSL_free(p);
  return v;
}
// What fn(BIO*) prints.
template <class F>
std::string printed(F&& fn) {
  BIO* bio = BIO_new(BIO_s_mem());
  fn(bio);
  char* p;
  long n = BIO_get_mem_data(bio, &p);
  std::string s(p, static_cast<size_t>(n));
  BIO_free(bio);
  return s;
}

Result<Value> alt_names(Thread& t, X509* cert) {
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(cert, NID_subject_alt_name, nullptr, nullptr));
  if (!names) return kNone;
  Result<Value> r = [&]() -> Result<Value> {
    List* l = TRY(new_list(t));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
      GENERAL_NAME* n = sk_GENERAL_NAME_value(names, i);
      const char* kind = nullptr;
      Value value;
      auto ia5 = [&](const ASN1_STRING* s) -> Result<Value> {
        return decode_bytes(t, {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)), static_cast<size_t>(ASN1_STRING_length(s))}, nullptr, "strict");
      };
      switch (n->type) {
        case GEN_DIRNAME: kind = "DirName"; value = TRY(name_tuple(t, n->d.dirn)); break;
        case GEN_EMAIL: kind = "email"; value = TRY(ia5(n->d.rfc822Name)); break;
        case GEN_DNS: kind = "DNS"; value = TRY(ia5(n->d.dNSName)); break;
        case GEN_URI: kind = "URI"; value = TRY(ia5(n->d.uniformResourceIdentifier)); break;
        case GEN_RID: {
          kind = "Registered ID";
          char buffer[256];
          OBJ_obj2txt(buffer, sizeof buffer, n->d.rid, 0);
          value = TRY(new_str(t, buffer));
          break;
        }
        case GEN_IPADD: {
          kind = "IP Address";
          const unsigned char* p = n->d.ip->data;
          char buffer[64];
          if (n->d.ip->length == 4) snprintf(buffer, sizeof buffer, "%d.%d.%d.%d", p[0], p[1], p[2], p[3]);
          else if (n->d.ip->length == 16)
            snprintf(buffer, sizeof buffer, "%X:%X:%X:%X:%X:%X:%X:%X", p[0] << 8 | p[1], p[2] << 8 | p[3], p[4] << 8 | p[5], p[6] << 8 | p[7], p[8] << 8 | p[9],
                     p[10] << 8 | p[11], p[12] << 8 | p[13], p[14] << 8 | p[15]);
          else
            snprintf(buffer, sizeof buffer, "<invalid>");
          value = TRY(new_str(t, buffer));
          break;
        }
        default: {
          std::string s = printed([&](BIO* b) { GENERAL_NAME_print(b, n); });
          size_t colon = s.find(':');
          if (colon == s.npos) continue;
          TRY(list_append(t, l, TRY(make_tuple(t, TRY(new_str(t, s.substr(0, colon))), TRY(new_str(t, s.substr(colon + 1)))))));
          continue;
        }
      }
      TRY(list_append(t, l, TRY(make_tuple(t, TRY(new_str(t, kind)), value))));
    }
    return TRY(tuple_of(t, l->items, l->size));
  }();
  GENERAL_NAMES_free(names);
  return r;
}
// Addresses of a service in the certificate; none: None.
Result<Value> access_info(Thread& t, X509* cert, int nid) {
  auto* info = static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(cert, NID_info_access, nullptr, nullptr));
  if (!info) return kNone;
  Result<Value> r = [&]() -> Result<Value> {
    List* l = TRY(new_list(t));
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(info); i++) {
      ACCESS_DESCRIPTION* d = sk_ACCESS_DESCRIPTION_value(info, i);
      if (OBJ_obj2nid(d->method) != nid || d->location->type != GEN_URI) continue;
      ASN1_IA5STRING* uri = d->location->d.uniformResourceIdentifier;
      TRY(list_append(t, l, TRY(new_str(t, {reinterpret_cast<char*>(uri->data), static_cast<size_t>(uri->length)}))));
    }
    return l->size ? Value(TRY(tuple_of(t, l->items, l->size))) : kNone;
  }();
  AUTHORITY_INFO_ACCESS_free(info);
  return r;
}
Result<Value> crl_points(Thread& t, X509* cert) {
  auto* points = static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(cert, NID_crl_distribution_points, nullptr, nullptr));
  if (!points) return kNone;
  Result<Value> r = [&]() -> Result<Value> {
    List* l = TRY(new_list(t));
    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
      DIST_POINT* p = sk_DIST_POINT_value(points, i);
      if (!p->distpoint) continue;
      GENERAL_NAMES* names = p->distpoint->name.fullname;
      for (int j = 0; j < sk_GENERAL_NAME_num(names); j++) {
        GENERAL_NAME* n = sk_GENERAL_NAME_value(names, j);
        if (n->type != GEN_URI) continue;
        ASN1_IA5STRING* uri = n->d.uniformResourceIdentifier;
        TRY(list_append(t, l, TRY(new_str(t, {reinterpret_cast<char*>(uri->data), static_cast<size_t>(uri->length)}))));
      }
    }
    return l->size ? Value(TRY(tuple_of(t, l->items, l->size))) : kNone;
  }();
  CRL_DIST_POINTS_free(points);
  return r;
}

}  // namespace

// A name as nested tuples: of sets of pairs (attribute, value).
Result<Value> name_tuple(Thread& t, const X509_NAME* name) {
  List *all = TRY(new_list(t)), *set = TRY(new_list(t));
  int last = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); i++) {
    X509_NAME_ENTRY* e = X509_NAME_get_entry(name, i);
    if (last >= 0 && X509_NAME_ENTRY_set(e) != last) {
      TRY(list_append(t, all, TRY(tuple_of(t, set->items, set->size))));
      set = TRY(new_list(t));
    }
    last = X509_NAME_ENTRY_set(e);
    Value key = TRY(object_name(t, X509_NAME_ENTRY_get_object(e)));
    TRY(list_append(t, set, TRY(make_tuple(t, key, TRY(asn1_text(t, X509_NAME_ENTRY_get_data(e)))))));
  }
  if (set->size) TRY(list_append(t, all, TRY(tuple_of(t, set->items, set->size))));
  return TRY(tuple_of(t, all->items, all->size));
}
Result<Value> certificate_dict(Thread& t, X509* cert) {
  Dict* d = TRY(new_dict(t));
  TRY(dict_set_str(t, d, "subject", TRY(name_tuple(t, X509_get_subject_name(cert)))));
  TRY(dict_set_str(t, d, "issuer", TRY(name_tuple(t, X509_get_issuer_name(cert)))));
  TRY(dict_set_str(t, d, "version", small_int(X509_get_version(cert) + 1)));
  TRY(dict_set_str(t, d, "serialNumber", TRY(new_str(t, printed([&](BIO* b) { i2a_ASN1_INTEGER(b, X509_get_serialNumber(cert)); })))));
  TRY(dict_set_str(t, d, "notBefore", TRY(new_str(t, printed([&](BIO* b) { ASN1_TIME_print(b, X509_get0_notBefore(cert)); })))));
  TRY(dict_set_str(t, d, "notAfter", TRY(new_str(t, printed([&](BIO* b) { ASN1_TIME_print(b, X509_get0_notAfter(cert)); })))));
  auto add = [&](const char* key, Value v) -> Status { return v.is_none() ? Status() : dict_set_str(t, d, key, v); };
  TRY(add("subjectAltName", TRY(alt_names(t, cert))));
  TRY(add("OCSP", TRY(access_info(t, cert, NID_ad_OCSP))));
  TRY(add("caIssuers", TRY(access_info(t, cert, NID_ad_ca_issuers))));
  TRY(add("crlDistributionPoints", TRY(crl_points(t, cert))));
  return d;
}
Result<Value> certificate_der(Thread& t, X509* cert) {
  unsigned char* p = nullptr;
  int n = i2d_X509(cert, &p);
  if (n < 0) return raise_ssl_queue(t);
  Result<Bytes*> b = new_bytes(t, p, static_cast<size_t>(n));
  OPENSSL_free(p);
  return TRY(b);
}
Result<Value> new_certificate(Thread& t, X509* cert) {
  CertificateObject* c = TRY(alloc_as<CertificateObject>(t, state().certificate_type));
  X509_up_ref(cert);
  c->cert = cert;
  return c;
}

namespace {

X509* cert_of(Value v) { return v.as<CertificateObject>()->cert; }
Result<Value> certificate_public_bytes(Thread& t, Args a) {
  int format = a[1] ? TRY(to_cint(t, a[1])) : 1;
  if (format == 2) return certificate_der(t, cert_of(a[0]));
  if (format != 1) return RAISE(ValueError, "Unsupported format");
  return TRY(new_str(t, printed([&](BIO* b) { PEM_write_bio_X509(b, cert_of(a[0])); })));
}
Result<Value> certificate_info(Thread& t, Args a) { return certificate_dict(t, cert_of(a[0])); }
Result<Value> certificate_repr(Thread& t, Args a) {
  std::string s = printed([&](BIO* b) { X509_NAME_print_ex(b, X509_get_subject_name(cert_of(a[0])), 0, XN_FLAG_RFC2253); });
  return TRY(str_format(t, "<_ssl.Certificate '%s'>", s.c_str()));
}
Result<Value> certificate_hash(Thread& t, Args a) { return make_int(t, static_cast<int64_t>(X509_subject_name_hash(cert_of(a[0])) & INT64_MAX)); }
template <bool wanted> Result<Value> certificate_equal(Thread&, Args a) {
  if (!is_instance(a[1], state().certificate_type)) return kNotImplemented;
  return Value::from_bool((X509_cmp(cert_of(a[0]), cert_of(a[1])) == 0) == wanted);
}
constexpr MethodDef k_certificate_methods[] = {
    {"public_bytes", certificate_public_bytes, "($self, /, format=Encoding.PEM)", nullptr}, {"get_info", certificate_info, "($self, /)", nullptr},
    {"__repr__", certificate_repr, "($self, /)", nullptr}, {"__hash__", certificate_hash, "($self, /)", nullptr},
    {"__eq__", certificate_equal<true>, "($self, value, /)", nullptr}, {"__ne__", certificate_equal<false>, "($self, value, /)", nullptr}};

// ---- functions
Result<Value> m_test_decode_cert(Thread& t, Args a) {
  PathArg path;
  TRY(fs_path(t, a[0], path));
  BIO* bio = BIO_new_file(path.c_str(), "r");
  if (!bio) return raise_ssl(t, state().SSLError, 0, "Can't open file", 0);
  X509* cert = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (!cert) return raise_ssl(t, state().SSLError, 0, "Error decoding PEM-encoded file", 0);
  Result<Value> r = certificate_dict(t, cert);
  X509_free(cert);
  return r;
}
Result<Value> m_rand_add(Thread& t, Args a) {
  Utf8 u;
  BufferHold b;
  double entropy = TRY(to_double(t, a[1]));
  if (is_str(a[0])) {
    TRY(str_utf8(t, a.as<Str>(0), u));
    RAND_add(u.data, static_cast<int>(u.size), entropy);
  } else {
    TRY(b.get(t, a[0]));
    RAND_add(b.data(), static_cast<int>(b.size()), entropy);
  }
  return kNone;
}
Result<Value> m_rand_bytes(Thread& t, Args a) {
  int n = TRY(to_cint(t, a[0]));
  if (n < 0) return RAISE(ValueError, "num must be positive");
  Bytes* b = TRY(new_bytes(t, n ? nullptr : "", static_cast<size_t>(n)));
  if (n && RAND_bytes(reinterpret_cast<unsigned char*>(b->data()), n) != 1) return raise_ssl_queue(t);
  return b;
}
Result<Value> m_rand_status(Thread&, Args) { return Value::from_bool(RAND_status()); }
Result<Value> m_default_paths(Thread& t, Args) {
  auto text = [&](const char* s) -> Result<Value> { return s ? Result<Value>(TRY(decode_fs(t, s))) : Result<Value>(kNone); };
  return TRY(make_tuple(t, TRY(text(X509_get_default_cert_file_env())), TRY(text(X509_get_default_cert_file())), TRY(text(X509_get_default_cert_dir_env())),
                        TRY(text(X509_get_default_cert_dir()))));
}
Result<Value> object_tuple(Thread& t, ASN1_OBJECT* o) {
  int nid = OBJ_obj2nid(o);
  if (nid == NID_undef) return RAISE(ValueError, "Unknown object");
  const char *sn = OBJ_nid2sn(nid), *ln = OBJ_nid2ln(nid);
  char oid[256];
  int n = OBJ_obj2txt(oid, sizeof oid, o, 1);
  return TRY(make_tuple(t, small_int(nid), sn ? Value(TRY(new_str(t, sn))) : kNone, ln ? Value(TRY(new_str(t, ln))) : kNone, n > 0 ? Value(TRY(new_str(t, oid))) : kNone));
}
Result<Value> m_txt2obj(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "txt2obj() argument 'txt' must be str, not %T", a[0]);
  bool name = a[1] && TRY(truth(t, a[1]));
  Utf8 u;
  TRY(str_utf8(t, a.as<Str>(0), u));
  ASN1_OBJECT* o = OBJ_txt2obj(u.data, name ? 0 : 1);
  if (!o) {
    ERR_clear_error();
    return RAISE(ValueError, "unknown object '%.100s'", u.data);
  }
  Result<Value> r = object_tuple(t, o);
  ASN1_OBJECT_free(o);
  return r;
}
Result<Value> m_nid2obj(Thread& t, Args a) {
  int nid = TRY(to_cint(t, a[0]));
  if (nid < NID_undef) return RAISE(ValueError, "NID must be positive.");
  ASN1_OBJECT* o = OBJ_nid2obj(nid);
  if (!o) {
    ERR_clear_error();
    return RAISE(ValueError, "unknown NID %d", nid);
  }
  return object_tuple(t, o);
}
constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_functions[] = {
    {"_test_decode_cert", m_test_decode_cert, "(path, /)", nullptr, kF}, {"RAND_add", m_rand_add, "(string, entropy, /)", nullptr, kF},
    {"RAND_bytes", m_rand_bytes, "(n, /)", nullptr, kF}, {"RAND_status", m_rand_status, "()", nullptr, kF},
    {"get_default_verify_paths", m_default_paths, "()", nullptr, kF}, {"txt2obj", m_txt2obj, "(txt, name=False)", nullptr, kF}, {"nid2obj", m_nid2obj, "(nid, /)", nullptr, kF}};

Result<Type*> error_class(Thread& t, const char* name, Value base, Value second = Value()) {
  Value bases = second ? TRY(make_tuple(t, base, second)) : TRY(make_tuple(t, base));
  Dict* ns = TRY(new_dict(t));
  TRY(dict_set_str(t, ns, "__module__", TRY(new_str(t, "ssl"))));
  return TRY(call(t, KAA_TYPE(type), TRY(new_str(t, name)), bases, ns)).as<Type>();
}
constexpr MethodDef k_error_rows[] = {{"__str__", error_str, "($self, /)", nullptr}};

Status exec(Thread& t, Module* m) {
  State& s = state();
  if (!s.context_type) {
    static const TypeSpec k_error_spec = {.methods = k_error_rows, .layout = KAA_TYPE(OSError)->layout, .flags = kTypeBase | kTypeHasDict | kTypeException};
    s.SSLError = TRY(make_native_type(t, "ssl.SSLError", KAA_TYPE(OSError), k_error_spec));
    s.SSLZeroReturnError = TRY(error_class(t, "SSLZeroReturnError", s.SSLError.get()));
    s.SSLWantReadError = TRY(error_class(t, "SSLWantReadError", s.SSLError.get()));
    s.SSLWantWriteError = TRY(error_class(t, "SSLWantWriteError", s.SSLError.get()));
    s.SSLSyscallError = TRY(error_class(t, "SSLSyscallError", s.SSLError.get()));
    s.SSLEOFError = TRY(error_class(t, "SSLEOFError", s.SSLError.get()));
    s.SSLCertVerificationError = TRY(error_class(t, "SSLCertVerificationError", s.SSLError.get(), KAA_TYPE(ValueError)));
    s.context_type = TRY(make_native_type(t, "_ssl._SSLContext", nullptr, k_context_spec));
    s.socket_type = TRY(make_native_type(t, "_ssl._SSLSocket", nullptr, k_socket_spec));
    s.bio_type = TRY(make_native_type(t, "_ssl.MemoryBIO", nullptr, k_bio_spec));
    s.session_type = TRY(make_native_type(t, "_ssl.SSLSession", nullptr, k_session_spec));
    s.certificate_type = TRY(make_native_type(t, "_ssl.Certificate", nullptr, k_certificate_spec));
    TRY(import_module(t, "_socket"));
  }
#define E(name) TRY(module_add(t, m, #name, s.name.get()))
  E(SSLError);
  E(SSLZeroReturnError);
  E(SSLWantReadError);
  E(SSLWantWriteError);
  E(SSLSyscallError);
  E(SSLEOFError);
  E(SSLCertVerificationError);
#undef E
  TRY(module_add(t, m, "_SSLContext", s.context_type));
  TRY(module_add(t, m, "_SSLSocket", s.socket_type));
  TRY(module_add(t, m, "MemoryBIO", s.bio_type));
  TRY(module_add(t, m, "SSLSession", s.session_type));
  TRY(module_add(t, m, "Certificate", s.certificate_type));
  struct { const char* name; int64_t value; } numbers[] = {
#define K(name, value) {#name, value},
#include "modules/openssl/ssl_constants.inc"
#undef K
      {"OP_NO_SSLv2", 0}, {"OP_NO_SSLv3", SSL_OP_NO_SSLv3}, {"OP_NO_TLSv1", SSL_OP_NO_TLSv1}, {"OP_NO_TLSv1_1", SSL_OP_NO_TLSv1_1}, {"OP_NO_TLSv1_2", SSL_OP_NO_TLSv1_2},
      {"OP_NO_TLSv1_3", SSL_OP_NO_TLSv1_3}, {"OPENSSL_VERSION_NUMBER", static_cast<int64_t>(OpenSSL_version_num())}};
  for (auto& n : numbers) TRY(module_add(t, m, n.name, small_int(n.value)));
  struct { const char* name; bool value; } flags[] = {{"HAS_SNI", true}, {"HAS_ECDH", true}, {"HAS_NPN", false}, {"HAS_ALPN", true}, {"HAS_SSLv2", false}, {"HAS_SSLv3", false},
      {"HAS_TLSv1", true}, {"HAS_TLSv1_1", true}, {"HAS_TLSv1_2", true}, {"HAS_TLSv1_3", true}, {"HAS_PSK", true}, {"HAS_PHA", true}, {"HAS_TLS_UNIQUE", true}};
  for (auto& f : flags) TRY(module_add(t, m, f.name, Value::from_bool(f.value)));
  auto version = [&](unsigned long v) -> Result<Value> {
    return TRY(make_tuple(t, small_int(v >> 28 & 15), small_int(v >> 20 & 255), small_int(v >> 12 & 255), small_int(v >> 4 & 255), small_int(v & 15)));
  };
  TRY(module_add(t, m, "OPENSSL_VERSION_INFO", TRY(version(OpenSSL_version_num()))));
  TRY(module_add(t, m, "_OPENSSL_API_VERSION", TRY(version(OPENSSL_VERSION_NUMBER))));
  TRY(module_add(t, m, "OPENSSL_VERSION", TRY(new_str(t, OpenSSL_version(OPENSSL_VERSION)))));
  return module_add(t, m, "_DEFAULT_CIPHERS", TRY(new_str(t, "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM")));
}

}  // namespace

}  // namespace kaa::ssl
namespace kaa {
template <> struct LayoutTraits<ssl::CertificateObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ssl::CertificateObject* c) { X509_free(c->cert); }
};
namespace ssl {
extern const TypeSpec k_certificate_spec = {.methods = k_certificate_methods, .layout = &kLayout<CertificateObject>, .flags = kTypeDisallowInstantiation};
}
extern const ModuleDef _ssl_module = {.name = "_ssl", .doc = "TLS by OpenSSL.", .functions = ssl::k_functions, .exec = ssl::exec};
}
