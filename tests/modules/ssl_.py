# _ssl: a handshake over memory BIOs, sessions, certificates, errors; and a connection over sockets with two threads on each side.
import os
import socket
import ssl
import test
import threading

DATA = os.path.join(os.path.dirname(test.__file__), "certdata")
CERT, CA = os.path.join(DATA, "keycert3.pem"), os.path.join(DATA, "pycacert.pem")


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or text in str(e), (str(e), text)
        return e
    raise AssertionError(f"{exc.__name__} not raised")


def contexts():
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(CA)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERT)
    return client, server


def connect(client, server, hostname="localhost", session=None):
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c, s = client.wrap_bio(a, b, server_hostname=hostname, session=session), server.wrap_bio(b, a, server_side=True)
    done = set()
    for i in range(6):
        for o in (c, s):
            try:
                o.do_handshake()
                done.add(o)
            except ssl.SSLWantReadError as e:
                assert e.errno == ssl.SSL_ERROR_WANT_READ
    assert len(done) == 2
    return c, s


client, server = contexts()
assert client.check_hostname and client.verify_mode == ssl.CERT_REQUIRED and server.verify_mode == ssl.CERT_NONE
client.set_alpn_protocols(["x", "h2"])
server.set_alpn_protocols(["h2"])
names = []
server.sni_callback = lambda sock, name, context: names.append(name)
c, s = connect(client, server)
assert names == ["localhost"] and c.selected_alpn_protocol() == "h2" and c.version() == "TLSv1.3" and c.cipher()[2] >= 128
assert c.write(b"hello") == 5 and s.read(10) == b"hello" and s.write(b"answer") == 6
assert c.write(bytes(100_000)) == 100_000 and sum(len(s.read(20_000)) for i in range(7)) == 100_000  # in several records
buffer = bytearray(20)
assert c.read(20, buffer) == 6 and buffer[:6] == b"answer"
raises(ssl.SSLWantReadError, "The operation did not complete (read)", c.read, 1)
cert = c.getpeercert()
assert dict(x[0] for x in cert["subject"])["commonName"] == "localhost" and ("DNS", "localhost") in cert["subjectAltName"]
assert c.getpeercert(True) == ssl.PEM_cert_to_DER_cert(ssl.DER_cert_to_PEM_cert(c.getpeercert(True)))
again, _ = connect(client, server, session=c.session)
assert again.session_reused and not c.session_reused

e = raises(ssl.SSLCertVerificationError, "Hostname mismatch, certificate is not valid for 'example.org'.", connect, client, server, "example.org")
assert e.reason == "CERTIFICATE_VERIFY_FAILED" and e.library == "SSL" and e.verify_code == 62
e = raises(ssl.SSLCertVerificationError, "certificate verify failed", connect, ssl.create_default_context(), server)
raises(ssl.SSLError, "Cannot create a client socket with a PROTOCOL_TLS_SERVER context", server.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO())
raises(FileNotFoundError, None, server.load_cert_chain, "no such file")
raises(ssl.SSLError, "not enough data", client.load_verify_locations, cadata=b"broken")
raises(ssl.SSLError, "No cipher can be selected.", client.set_ciphers, "nonesuch")
raises(ValueError, "Cannot set verify_mode to CERT_NONE when check_hostname is enabled.", setattr, client, "verify_mode", ssl.CERT_NONE)
bio = ssl.MemoryBIO()
assert bio.write(b"abc") == 3 and bio.pending == 3 and bio.read(2) == b"ab" and not bio.eof
bio.write_eof()
raises(ssl.SSLError, "cannot write() after write_eof()", bio.write, b"x")
assert bio.read() == b"c" and bio.eof

# Sockets: one thread waits for data while another one of the same side sends.
listener = socket.create_server(("127.0.0.1", 0))
def serve():
    conn, _ = listener.accept()
    with server.wrap_socket(conn, server_side=True) as s:
        data = s.recv(100)
        s.sendall(data.upper())
        s.unwrap().close()
thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(listener.getsockname()) as raw:
    with client.wrap_socket(raw, server_hostname="localhost") as s:
        got = []
        reader = threading.Thread(target=lambda: got.append(s.recv(100)))
        reader.start()
        s.sendall(b"over the wire")
        reader.join()
        assert got == [b"OVER THE WIRE"]
        s.unwrap()
thread.join()
listener.close()
