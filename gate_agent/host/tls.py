"""TLS to the broker: the context, until when its certificates hold, why it failed, in words.

Shared by gate and collector. Dates are read from the certificate's own bytes (RFC 5280 §4.1.2.5):
a daemon need not hold a whole X.509 library in memory for two of them.
"""

from __future__ import annotations

import contextlib
import ssl
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gate_agent.config.load import missing_files
from gate_agent.config.model import MqttSection, WebSection
from gate_agent.errors import ConfigurationError, UplinkError

WARN_DAYS = (30, 7, 1, 0)  # days left at which an expiry is told again; 0 is expired
_OF_OTHERS = 0o077
_SEQUENCE, _INTEGER, _VERSION = 0x30, 0x02, 0xA0
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_CENTURY_TURNS = 50  # UTCTime: 50 is 1950, 49 is 2049
_LONG_FORM = 0x80

# What OpenSSL says, as a check of ours or as an alert of the broker's: first match wins.
_WORDS = (
    ("alert certificate required", "the broker wants a certificate of this client: cert_file"),
    ("certificate_required", "the broker wants a certificate of this client: cert_file"),
    ("handshake failure", "the broker wants a certificate of this client: cert_file"),
    ("alert certificate expired", "the broker says that this client's certificate has expired"),
    ("alert certificate revoked", "the broker says that this client's certificate was revoked"),
    ("alert unknown ca", "the broker knows another CA than the one of this client's certificate"),
    ("alert bad certificate", "the broker takes this client's certificate for not valid"),
    ("not yet valid", "the broker's certificate is not valid yet: is this clock right?"),
    ("has expired", "the broker's certificate has expired, or this clock is ahead"),
    ("self-signed certificate", "the broker's certificate is of another CA than ca_file"),
    ("local issuer certificate", "the broker's certificate is of another CA than ca_file"),
    ("certificate signature failure", "the broker's certificate is of another CA than ca_file"),
    ("mismatch, certificate is not valid for", "the broker's certificate is for another name"),
    ("wrong version number", "the broker speaks no TLS at this port"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """From when to when a certificate holds."""

    since: datetime
    until: datetime

    def fault(self, now: datetime) -> str | None:
        """Return why it does not hold now; None if it does."""
        if now < self.since:
            return f"not valid before {self.since:%Y-%m-%d %H:%M}Z, this clock says {now:%Y-%m-%d}"
        if now >= self.until:
            return f"expired on {self.until:%Y-%m-%d %H:%M}Z, this clock says {now:%Y-%m-%d}"
        return None


def reload(context: ssl.SSLContext, section: MqttSection) -> None:
    """Use the certificate that lies on the disk now for the next connection; known CAs are kept.

    A file that is being replaced is left for the next time.
    """
    with contextlib.suppress(OSError):
        if section.ca_file is not None:
            context.load_verify_locations(section.ca_file)
        if section.cert_file is not None:
            context.load_cert_chain(section.cert_file, section.key_file)


def server_context(web: WebSection) -> ssl.SSLContext | None:
    """Return TLS as pages are served; None where they are not. Raises ConfigurationError."""
    cert_file, key_file = web.cert_file, web.key_file
    if cert_file is None or key_file is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authenticated_only(context)
    try:
        mode = stat.S_IMODE(key_file.stat().st_mode)
        if mode & _OF_OTHERS:
            raise ConfigurationError([f"web.key_file: expected mode 0600, got {mode:04o}"])
        context.load_cert_chain(cert_file, key_file)
    except OSError as exc:
        expected = "web.cert_file, web.key_file: expected a certificate and its key"
        raise ConfigurationError([f"{expected}, got: {exc}"]) from exc
    return context


def _authenticated_only(context: ssl.SSLContext) -> None:
    """Let nobody agree on a cipher that does not authenticate what it encrypts (AEAD)."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # TLS 1.3 has no others


def tls_context(section: MqttSection) -> ssl.SSLContext:
    """Return TLS as the section wants it: the site's own CA, our own certificate.

    Raises UplinkError that names the file.
    """
    try:
        context = ssl.create_default_context(cafile=section.ca_file)
    except OSError as exc:
        raise UplinkError(f"expected CAs in ca_file {section.ca_file}, got: {exc}") from exc
    _authenticated_only(context)
    if section.cert_file is not None and section.key_file is not None:
        try:
            mode = stat.S_IMODE(section.key_file.stat().st_mode)
            if mode & _OF_OTHERS:
                expected = f"mode 0600 of key_file {section.key_file}"
                raise UplinkError(f"expected {expected}, got {mode:04o}")
            context.load_cert_chain(section.cert_file, section.key_file)
        except OSError as exc:
            files = f"{section.cert_file} and {section.key_file}"
            raise UplinkError(f"expected a certificate and its key in {files}, got: {exc}") from exc
    return context


def link_faults(section: MqttSection) -> list[str]:
    """Return what is wrong in a section's files once all are there: see `missing_files`."""
    if not section.tls or missing_files(section):
        return []
    faults = []
    for others in ({"cert_file": None, "key_file": None}, {"ca_file": None}):
        try:
            tls_context(section.model_copy(update=others))
        except UplinkError as exc:
            faults.append(f"mqtt: {exc}")
    return faults


def page_faults(web: WebSection) -> list[str]:
    """Return what keeps pages from being served over TLS as the section wants it."""
    try:
        server_context(web)
    except ConfigurationError as exc:
        return list(exc.faults)
    return []


def in_words(text: str, section: MqttSection, now: datetime) -> str:
    """Return why a handshake failed: what OpenSSL meant by `text`, and what is wrong on our side.

    A broker that refuses our certificate may end the connection before its alert is read: then
    our own files are all there is to go by.
    """
    lower = text.lower()
    meant = next((words for seen, words in _WORDS if seen in lower), None)
    ours = [f"{name} {fault}" for name, held in validities(section) if (fault := held.fault(now))]
    if meant is None and not ours and section.tls and "connection" in lower:
        ours.append("if this lasts, the broker may not take this client's certificate or its CA")
    return "; ".join([text if meant is None else f"refused: {meant} ({text})", *ours])


def validities(section: MqttSection) -> list[tuple[str, Validity]]:
    """Return until when our own files hold, by their setting; what cannot be read is left out."""
    validities = []
    for name in ("ca_file", "cert_file"):
        path: Path | None = getattr(section, name)
        if path is not None:
            try:
                validities.append((name, read_validity(path)))
            except ConfigurationError:
                continue  # `tls_context` names it
    return validities


def warnings(section: MqttSection, known_as: str, now: datetime) -> list[str]:
    """Return what `check` tells of a section's certificates: whose, by whom, until when."""
    from cryptography import x509  # noqa: PLC0415 a command may load it, a daemon need not
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 as above
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 as above

    warnings = []
    for name, held in validities(section):
        fault = held.fault(now)
        if fault is not None:
            warnings.append(f"{name}: {fault}")
        elif warn_level(held.until, now) is not None:
            warnings.append(f"{name}: {expiry_text(held.until, now)}")
    if section.cert_file is None or section.ca_file is None:
        return warnings
    ours, ca = (
        x509.load_pem_x509_certificate(path.read_bytes())
        for path in (section.cert_file, section.ca_file)
    )
    names = [str(part.value) for part in ours.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [known_as]:
        warnings.append(f"cert_file: expected a certificate of {known_as}, got one of {names}")
    try:
        ours.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        warnings.append("cert_file: expected a certificate by the CA in ca_file, got another's")
    return warnings


class CertificateWatch:
    """Until when a section's files hold; they are read again when they were replaced."""

    def __init__(self, section: MqttSection) -> None:
        self._section = section
        self._paths = [path for path in (section.ca_file, section.cert_file) if path is not None]
        self._seen: list[tuple[int, int]] = []
        self._until: datetime | None = None
        self._warned: int | None = None

    @property
    def until(self) -> datetime | None:
        """When the first of them expires; None without any."""
        seen = [_mark(path) for path in self._paths]
        if seen != self._seen:
            self._seen = seen
            held = [validity.until for _, validity in validities(self._section)]
            self._until = min(held, default=None)
        return self._until

    def shown(self, now: datetime) -> str:
        """Return what a screen shows while the end is near; empty before."""
        until = self.until
        return "" if until is None or warn_level(until, now) is None else expiry_text(until, now)

    def warning(self, now: datetime) -> str | None:
        """Return what to tell now: once at each of `WARN_DAYS`."""
        until = self.until
        level = None if until is None else warn_level(until, now)
        before, self._warned = self._warned, level
        if until is None or level is None or (before is not None and before <= level):
            return None
        return expiry_text(until, now)


def warn_level(until: datetime, now: datetime) -> int | None:
    """Return the narrowest of `WARN_DAYS` that is reached; None while there is time."""
    left = until - now
    return min((days for days in WARN_DAYS if left <= timedelta(days=days)), default=None)


def expiry_text(until: datetime, now: datetime) -> str:
    """Say how long a certificate still holds, and what to do."""
    days = (until - now) / timedelta(days=1)
    how_long = f"in {days:.1f} days" if days > 0 else f"{-days:.1f} days ago"
    return f"a certificate expires {how_long} ({until:%Y-%m-%d}): gate-agent provision --renew"


def read_validity(path: Path) -> Validity:
    """Return the validity of the first certificate in a PEM file.

    Raises ConfigurationError: no such file, no certificate.
    """
    try:
        text = path.read_text(encoding="ascii")
        begin = text.index("-----BEGIN CERTIFICATE-----")
        end = text.index("-----END CERTIFICATE-----", begin) + len("-----END CERTIFICATE-----")
        return _validity(ssl.PEM_cert_to_DER_cert(text[begin:end]))
    except OSError as exc:
        raise ConfigurationError([f"{path}: expected a certificate, got: {exc.strerror}"]) from exc
    except (ValueError, IndexError) as exc:
        raise ConfigurationError([f"{path}: expected a PEM certificate, got none"]) from exc


def _mark(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _validity(der: bytes) -> Validity:
    """Walk to Certificate.tbsCertificate.validity, by tag and length; ValueError if it is not so.

    ::

        Certificate ::= SEQ { tbsCertificate SEQ { [0] version, serial INT, signature SEQ,
                              issuer SEQ, validity SEQ { notBefore, notAfter }, … } … }
    """
    _, certificate, _ = _take(der, _SEQUENCE)
    _, rest, _ = _take(certificate, _SEQUENCE)
    for tag in (_VERSION, _INTEGER, _SEQUENCE, _SEQUENCE):
        if tag == _VERSION and rest[0] != _VERSION:
            continue  # left out in version 1
        _, _, rest = _take(rest, tag)
    _, validity, _ = _take(rest, _SEQUENCE)
    kind, since, validity = _take(validity)
    other, until, _ = _take(validity)
    return Validity(since=_time(kind, since), until=_time(other, until))


def _take(der: bytes, tag: int | None = None) -> tuple[int, bytes, bytes]:
    """Return tag, content and what follows of the first element; ValueError if it is another."""
    kind, length, at = der[0], der[1], 2
    if tag is not None and kind != tag:
        raise ValueError(f"expected tag {tag:#x}, got {kind:#x}")
    if length >= _LONG_FORM:
        size = length - _LONG_FORM
        length, at = int.from_bytes(der[at : at + size], "big"), at + size
    if len(der) < at + length:
        raise ValueError(f"expected {length} bytes, got {len(der) - at}")
    return kind, der[at : at + length], der[at + length :]


def _time(kind: int, text: bytes) -> datetime:
    written = text.decode("ascii")
    if kind == _UTC_TIME:
        written = ("20" if int(written[:2]) < _CENTURY_TURNS else "19") + written
    elif kind != _GENERALIZED_TIME:
        raise ValueError(f"expected a time, got tag {kind:#x}")
    return datetime.strptime(written, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
