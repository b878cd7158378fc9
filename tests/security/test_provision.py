"""`gate-agent provision`: made once, added to, renewed; every file is its owner's alone."""

from __future__ import annotations

import stat
import subprocess
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from children import program
from gate_agent.config.keyfile import load_key, load_public_key, public_half
from gate_agent.errors import ConfigurationError
from gate_agent.provision import Site
from gate_agent.store.seal import key_id
from security.secured_hall import GATES, SITE, provision, today


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_one_command_makes_a_whole_site(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    command = [str(program("gate-agent")), "provision", "--out", str(folder), "--site", SITE]
    command += ["--gate", "west-1f", "--gate", "central-2f", "--broker", "broker.hall.example"]

    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert "west-1f.crt until" in shown
    for gate in GATES:
        names = {path.name for path in (folder / gate).iterdir()}
        assert names == {
            "ca.crt", f"{gate}.crt", f"{gate}.key", "site.key", "collector.pub", f"{gate}.toml",
            "signing.key", "signing.warrant", "signers.pub",
        }  # fmt: skip
    sections = tomllib.loads((folder / "west-1f" / "west-1f.toml").read_text(encoding="utf-8"))
    assert sections["mqtt"]["url"] == "mqtts://broker.hall.example:8883"
    assert {path.name for path in (folder / "broker").iterdir()} == {
        "ca.crt", "broker.crt", "broker.key", "gate.acl", "gate.conf", "unit.conf", "revoked.crl",
    }  # fmt: skip


def test_every_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")

    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_worker_is_known_by_its_own_name_and_struck_off_alone(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    before = _tree(folder / "collector")
    (name,) = _certificate(folder / "collector" / "collector-w1.crt").subject
    rules = (folder / "broker" / "gate.acl").read_text(encoding="utf-8")

    assert name.value == "collector-hall-01-w1"
    assert "\nuser collector-hall-01-w1\ntopic read" in rules
    provision(folder, revoke=["collector-w1"])
    after = _tree(folder / "collector")
    assert {path for path in before if after[path] != before[path]} == {
        "collector-w1.crt",
        "collector-w1.key",
    }
    revoked = x509.load_pem_x509_crl((folder / "broker" / "revoked.crl").read_bytes())
    assert len(list(revoked)) == 1
    with pytest.raises(ConfigurationError, match="worker"):
        Site.open(folder, site=SITE, gates=(), brokers=(), workers=["W 1"], now=today())


def test_both_doors_share_the_sites_key_and_no_other(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")

    west, central = (folder / gate for gate in GATES)
    assert load_key(west / "site.key") == load_key(central / "site.key")
    assert load_public_key(west / "collector.pub") == load_public_key(central / "collector.pub")
    assert (west / "west-1f.key").read_bytes() != (central / "central-2f.key").read_bytes()


def test_what_opens_registrations_is_on_no_gate_and_no_broker(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    secret = (folder / "authority" / "registrations.key").read_bytes().strip()
    ca_key = (folder / "authority" / "ca.key").read_bytes().strip()
    signers = (folder / "authority" / "signers.key").read_bytes().strip()

    for name, content in _tree(folder).items():
        if name.startswith(("west-1f", "central-2f", "broker")):
            assert secret not in content
            assert ca_key not in content
            assert signers not in content


def test_a_second_run_changes_nothing_but_what_is_new(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    before = _tree(folder)

    added = Site.open(folder, site=None, gates=["north-3f"], brokers=[], now=today())
    made = added.write(days=90, renew=False)

    after = _tree(folder)
    changed = {name for name in before if after[name] != before[name]}
    assert changed <= {"site.json", "INSTALL.txt", "broker/revoked.crl"}
    assert [line.split("/")[-1].split()[0] for line in made] == ["signing.warrant", "north-3f.crt"]
    assert {name.split("/")[0] for name in set(after) - set(before)} == {"north-3f"}


def test_a_renewal_issues_every_certificate_anew_and_keeps_the_keys_of_the_site(
    tmp_path: Path,
) -> None:
    folder = provision(tmp_path / "hall", days=10)
    before = _tree(folder)

    provision(folder, days=90, renew=True)

    after = _tree(folder)
    for name in ("broker/broker", "collector/collector", "west-1f/west-1f"):
        assert after[f"{name}.crt"] != before[f"{name}.crt"]
        left = _certificate(folder / f"{name}.crt").not_valid_after_utc - today()
        assert left > timedelta(days=89)
    for name in ("authority/ca.crt", "authority/site.key", "authority/registrations.key"):
        assert after[name] == before[name]


def test_a_ca_near_its_end_is_renewed_so_that_old_certificates_stay_good(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall", now=today() - timedelta(days=3600), days=3640)
    old_ca, old = _certificate(folder / "authority" / "ca.crt"), folder / "west-1f" / "west-1f.crt"
    kept = _certificate(old)

    provision(folder, days=365, renew=True)

    ca = _certificate(folder / "west-1f" / "ca.crt")
    assert ca.not_valid_after_utc > old_ca.not_valid_after_utc + timedelta(days=3000)
    kept.verify_directly_issued_by(ca)
    _certificate(old).verify_directly_issued_by(old_ca)


def test_certificates_say_what_they_are_for(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")

    usages = {
        name: _certificate(folder / name / f"{name}.crt")
        .extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        .value
        for name in ("broker", "collector", "west-1f")
    }

    assert list(usages["broker"]) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert list(usages["west-1f"]) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert list(usages["collector"]) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    ca = _certificate(folder / "authority" / "ca.crt")
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_a_broker_of_two_names_is_reached_as_either(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")

    Site.open(folder, site=None, gates=[], brokers=["broker.hall.example"], now=today()).write(
        days=90, renew=False
    )

    names = _certificate(folder / "broker" / "broker.crt").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == ["broker.hall.example"]
    assert [str(ip) for ip in names.value.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("site", "gates", "brokers", "fault"),
    [
        (None, ["west-1f"], ["b"], "--site: expected it at the first run"),
        ("hall-01", [], ["b"], "--gate: expected it at the first run"),
        ("hall-01", ["west-1f"], [], "--broker: expected it at the first run"),
        ("Hall 1", ["west-1f"], ["b"], "--site: expected a-z"),
        ("hall-01", ["collector"], ["b"], "--gate: expected a door's name"),
        ("hall-01", ["collector-hall-01"], ["b"], "--gate: expected a door's name"),
        ("hall-01", ["../x"], ["b"], "--gate: expected a door's name"),
        ("hall-01", ["+"], ["b"], "--gate: expected a door's name"),
        ("hall-01", ["west-1f"], ["b\nacl"], "--broker: expected a host name"),
    ],
)
def test_what_cannot_be_provisioned_is_named(
    tmp_path: Path, site: str | None, gates: list[str], brokers: list[str], fault: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Site.open(tmp_path / "x", site=site, gates=gates, brokers=brokers, now=today())

    assert any(fault in line for line in refused.value.faults)
    assert not (tmp_path / "x").exists()


def test_the_folder_of_another_site_is_left_alone(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")

    with pytest.raises(ConfigurationError, match="expected hall-01, whose folder this is"):
        Site.open(folder, site="hall-02", gates=[], brokers=[], now=today())


def test_only_a_gate_that_has_a_certificate_can_be_revoked(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    site = Site.open(folder, site=None, gates=[], brokers=[], now=today())

    with pytest.raises(ConfigurationError, match="--revoke"):
        site.revoke("north-3f")


def test_a_rotated_pair_leaves_the_old_one_with_the_centre(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    old = load_public_key(folder / "west-1f" / "collector.pub")

    site = Site.open(folder, site=None, gates=[], brokers=[], now=today())
    site.rotate("registrations")
    site.write(days=90, renew=False)

    new = load_public_key(folder / "west-1f" / "collector.pub")
    assert new != old
    keys = {key_id(public_half(load_key(p))) for p in (folder / "collector").glob("reg*.key")}
    assert keys == {key_id(old), key_id(new)}
    assert len(list((folder / "authority").glob("registrations*.key"))) == 2


def test_a_rotated_site_key_is_new_at_every_door(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    old = load_key(folder / "west-1f" / "site.key")

    site = Site.open(folder, site=None, gates=[], brokers=[], now=today())
    site.rotate("site")
    site.write(days=90, renew=False)

    west, central = (load_key(folder / gate / "site.key") for gate in GATES)
    assert west == central != old
    with pytest.raises(ConfigurationError, match="--rotate"):
        site.rotate("broker")


def test_a_stolen_boards_signing_key_is_replaced_and_no_others(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    before = _tree(folder)

    provision(folder, revoke=["west-1f"])

    after = _tree(folder)
    changed = {name for name in before if after[name] != before[name] and "sign" in name}
    assert changed == {"west-1f/signing.key", "west-1f/signing.warrant"}


def test_a_new_key_that_vouches_is_brought_beside_the_old_one(tmp_path: Path) -> None:
    folder = provision(tmp_path / "hall")
    before = (folder / "west-1f" / "signers.pub").read_text().split()

    site = Site.open(folder, site=None, gates=[], brokers=[], now=today())
    site.rotate("signers")
    site.write(days=90, renew=False)

    after = (folder / "west-1f" / "signers.pub").read_text().split()
    assert (len(after), after[1:]) == (2, before)
