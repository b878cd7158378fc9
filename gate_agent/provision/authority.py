"""A hall's own certificate authority (私有 CA): issues, renews and revokes. X.509 by cryptography.

P-256 keys; a leaf lives two years, the CA ten; what is revoked stands in one list for the broker.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS = 3650
_BEFORE = timedelta(days=1)  # a clock that is a little behind still takes a new certificate


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IssuedCertificate:
    """A certificate and its private key, PEM."""

    certificate: bytes
    key: bytes
    serial: int
    until: datetime


class Authority:
    """The CA of one site."""

    def __init__(self, certificate: bytes, key: bytes) -> None:
        """Take the PEM of the CA's certificate and private key. ValueError if they are not."""
        loaded = serialization.load_pem_private_key(key, password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise ValueError("expected a P-256 private key, got another kind")  # noqa: TRY004 a file's fault
        self._key = loaded
        self._certificate = x509.load_pem_x509_certificate(certificate)

    @property
    def until(self) -> datetime:
        """When the CA itself expires: no certificate outlives it."""
        return self._certificate.not_valid_after_utc

    @classmethod
    def make(cls, site: str, now: datetime) -> IssuedCertificate:
        """Return a new CA for a site."""
        return _root(f"{site} gate CA", ec.generate_private_key(ec.SECP256R1()), now)

    def renewed(self, now: datetime) -> IssuedCertificate:
        """Return the CA with new dates, the same name and key: what it issued stays good."""
        name = self._certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        return _root(str(name), self._key, now)

    def client(self, name: str, now: datetime, days: int) -> IssuedCertificate:
        """Return a certificate by which `name` is known to the broker."""
        return self._issue(name, (), ExtendedKeyUsageOID.CLIENT_AUTH, now, days)

    def server(self, hosts: Sequence[str], now: datetime, days: int) -> IssuedCertificate:
        """Return a certificate for a server that is reached as any of `hosts`."""
        return self._issue(hosts[0], hosts, ExtendedKeyUsageOID.SERVER_AUTH, now, days)

    def revocations(self, serials: Iterable[int], now: datetime) -> bytes:
        """Return the signed list (CRL) of what must not be let in; it holds as long as the CA.

        An expired list would lock every gate out, so it has no shorter life of its own.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._certificate.subject)
            .last_update(now - _BEFORE)
            .next_update(self.until)
        )
        for serial in serials:
            revoked = x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=now)
            builder = builder.add_revoked_certificate(revoked.build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _issue(
        self,
        name: str,
        hosts: Sequence[str],
        usage: x509.ObjectIdentifier,
        now: datetime,
        days: int,
    ) -> IssuedCertificate:
        key = ec.generate_private_key(ec.SECP256R1())
        until = min(now + timedelta(days=days), self.until)
        builder = (
            _draft(name, key.public_key(), now, until)
            .issuer_name(self._certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(certifies=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        if hosts:
            names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        return _signed(builder, self._key, key)


def _root(name: str, key: ec.EllipticCurvePrivateKey, now: datetime) -> IssuedCertificate:
    builder = (
        _draft(name, key.public_key(), now, now + timedelta(days=CA_DAYS))
        .issuer_name(_name(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certifies=True), critical=True)
    )
    return _signed(builder, key, key)


def _draft(
    name: str, public: ec.EllipticCurvePublicKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _signed(
    builder: x509.CertificateBuilder,
    by: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePrivateKey,
) -> IssuedCertificate:
    certificate = builder.sign(by, hashes.SHA256())
    return IssuedCertificate(
        certificate=certificate.public_bytes(serialization.Encoding.PEM),
        key=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        serial=certificate.serial_number,
        until=certificate.not_valid_after_utc,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        key_cert_sign=certifies,
        crl_sign=certifies,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
