"""Until when certificates hold, when that is told, and what `check` says of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_agent.config.model import MqttSection
from gate_agent.errors import ConfigurationError
from gate_agent.host import tls
from gate_agent.provision.authority import Authority
from security.secured_hall import GATES, provision, today

GATE = GATES[0]


def _section(folder: Path, gate: str = GATE) -> MqttSection:
    home = folder / gate
    return MqttSection(
        url="mqtts://127.0.0.1:8883",
        ca_file=home / "ca.crt",
        cert_file=home / f"{gate}.crt",
        key_file=home / f"{gate}.key",
    )


@settings(max_examples=20, deadline=None)
@given(
    now=st.datetimes(datetime(1951, 1, 2), datetime(2090, 1, 1)),  # noqa: DTZ001 UTC below
    days=st.integers(1, 3000),
)
def test_dates_are_read_as_the_library_reads_them(
    tmp_path_factory: pytest.TempPathFactory, now: datetime, days: int
) -> None:
    began = now.replace(microsecond=0, tzinfo=UTC)
    root = Authority.make("hall-01", began)
    issued = Authority(root.certificate, root.key).client("west-1f", began, days)
    path = tmp_path_factory.mktemp("dates") / "x.crt"
    path.write_bytes(issued.certificate)

    read = tls.read_validity(path)

    theirs = x509.load_pem_x509_certificate(issued.certificate)
    assert (read.since, read.until) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nnot base64 at all\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.crt"
    path.write_text(text, encoding="ascii")

    with pytest.raises(ConfigurationError, match="expected a PEM certificate"):
        tls.read_validity(path)


@settings(max_examples=300)
@given(der=st.binary(max_size=80))
def test_no_bytes_make_the_reader_fail_otherwise(
    tmp_path_factory: pytest.TempPathFactory, der: bytes
) -> None:
    import ssl  # noqa: PLC0415 for one line

    path = tmp_path_factory.getbasetemp() / "fuzz.crt"
    path.write_text(ssl.DER_cert_to_PEM_cert(der), encoding="ascii")

    with pytest.raises(ConfigurationError):
        tls.read_validity(path)


def test_an_expiry_is_told_once_at_30_7_and_1_days_and_at_its_end(tmp_path: Path) -> None:
    section = _section(provision(tmp_path / "hall", days=90))
    watch = tls.CertificateWatch(section)
    until = watch.until
    assert until is not None

    told = [
        hours
        for hours in range(40 * 24, -48, -1)
        if watch.warning(until - timedelta(hours=hours)) is not None
    ]

    assert told == [30 * 24, 7 * 24, 24, 0]
    assert watch.shown(until - timedelta(days=31)) == ""
    assert "expires in 2.0 days" in watch.shown(until - timedelta(days=2))
    assert "expires 2.0 days ago" in watch.shown(until + timedelta(days=2))


def test_a_renewed_file_is_seen(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall", days=20)
    watch = tls.CertificateWatch(_section(folder))
    assert watch.warning(today()) is not None

    provision(folder, days=90, renew=True)

    assert watch.until is not None
    assert watch.until > today() + timedelta(days=80)
    assert watch.shown(today()) == ""


def test_check_says_whose_certificate_it_is_and_by_whom(tmp_path: Path) -> None:
    folder, other = provision(tmp_path / "hall"), provision(tmp_path / "other")
    good = _section(folder)
    swapped = _section(folder, GATES[1])
    foreign = good.model_copy(update={"ca_file": other / GATE / "ca.crt"})

    assert tls.warnings(good, GATE, today()) == []
    assert any(
        "expected a certificate of west-1f" in w for w in tls.warnings(swapped, GATE, today())
    )
    assert any("by the CA in ca_file" in w for w in tls.warnings(foreign, GATE, today()))
    late = today() + timedelta(days=85)
    assert any("cert_file: a certificate expires in" in w for w in tls.warnings(good, GATE, late))
    later = today() + timedelta(days=100)
    assert any("cert_file: expired on" in w for w in tls.warnings(good, GATE, later))


def test_a_plain_line_has_nothing_to_warn_of() -> None:
    section = MqttSection(url="mqtt://127.0.0.1:1883")

    assert tls.warnings(section, GATE, today()) == []
    assert tls.CertificateWatch(section).until is None
