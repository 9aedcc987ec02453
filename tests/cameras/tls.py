"""TLS for the stand-ins: certificates of their own, or by an authority of the test's."""

from __future__ import annotations

import datetime
import socket
import ssl
import tempfile
from http.server import ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from labeler.simulator.certificate import Certificate


def with_tls(server: socket.socket, certificate: Certificate) -> ssl.SSLSocket:
    """The listening socket; each handshake is made when that connection is first read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        chain, key = Path(folder) / "chain.pem", Path(folder) / "key.pem"
        chain.write_bytes(certificate.certificate)
        key.write_bytes(certificate.key)
        context.load_cert_chain(chain, key)
    return context.wrap_socket(server, server_side=True, do_handshake_on_connect=False)


class QuietServer(ThreadingHTTPServer):
    """Says nothing of clients that turn round at the sight of its certificate."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Not on stderr."""


class Authority:
    """Makes certificates that a computer with authority.pem among its CAs believes."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("Test authority")
        own = _begun(self._name, self._name, self._key.public_key(), is_ca=True)
        self.pem = _pem(own.sign(self._key, hashes.SHA256()))

    def certificate(self, host: str = "127.0.0.1") -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        made = _begun(_named(host), self._name, key.public_key(), is_ca=False)
        made = made.add_extension(names, critical=False)
        return Certificate(
            _pem(made.sign(self._key, hashes.SHA256())),
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )


def dated(name: str, begins: int, ends: int) -> Certificate:
    """A robot's own certificate, good between these days from now on."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _begun(_named(name), _named(name), key.public_key(), is_ca=True, days=(begins, ends))
    return Certificate(
        _pem(made.sign(key, hashes.SHA256())),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    *,
    is_ca: bool,
    days: tuple[int, int] = (-1, 1),
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
