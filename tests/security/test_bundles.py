"""A door's keys in one file: put in place whole and verified, or not at all."""

from __future__ import annotations

import json
import os
import pwd
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.commands import Said, command
from doorfiles import write_door
from gate_agent.errors import ConfigurationError
from gate_agent.provision import Site
from gate_agent.provision.bundle import Bundle, read_bundle
from gate_agent.provision.installing import KeyPlace, install
from security.secured_hall import provision, today

DOOR_FILES = {
    "ca.crt", "west-1f.crt", "west-1f.key", "site.key", "collector.pub", "west-1f.toml",
    "signing.key", "signing.warrant", "signers.pub",
}  # fmt: skip


def bundled(folder: Path, *names: str, readers: tuple[str, ...] = ()) -> Path:
    """Provision a site with bundles for these names; return its folder."""
    provision(folder)
    site = Site.open(folder, site=None, gates=[], brokers=[], readers=readers, now=today())
    for name in names:
        site.bundle(name)
    site.write(days=90, renew=False)
    return folder


def put(bundle: Path, folder: Path, *options: str) -> Said:
    return command("gate-agent", "keys", "install", bundle, "--to", folder, *options)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def changed(bundle: Path, change: Callable[[dict[str, Any]], object], *, seal: bool = True) -> Path:
    """Write a bundle anew with something else in it, its digest right or not."""
    content = json.loads(bundle.read_bytes())
    change(content)
    if seal:
        content = json.loads(Bundle.model_validate(content).encode())
    bundle.write_text(json.dumps(content), encoding="utf-8")
    return bundle


def test_one_file_has_all_that_a_door_needs_and_the_door_is_sound_with_it(tmp_path: Path) -> None:
    shown = command(
        "gate-agent", "provision", "--out", tmp_path / "hall", "--site", "hall-01", "--gate",
        "west-1f", "--broker", "broker.hall.example", "--bundle", "west-1f",
    )  # fmt: skip
    bundle = tmp_path / "hall/west-1f.bundle"
    keys = tmp_path / "keys"

    said = put(bundle, keys)

    assert (shown.code, said.code, said.err) == (0, 0, "")
    assert f"gate-agent keys install {bundle.name}" in shown.out
    assert "hall-01/west-1f: keys verified and in place 密钥已核对并就位" in said.out
    assert set(tree(keys)) == DOOR_FILES
    assert read_bundle(bundle).broker == "mqtts://broker.hall.example:8883"
    door = write_door(
        tmp_path,
        {
            "mqtt": {
                "url": read_bundle(bundle).broker,
                "ca_file": keys / "ca.crt",
                "cert_file": keys / "west-1f.crt",
                "key_file": keys / "west-1f.key",
            },
            "keys": {
                "site_key_file": keys / "site.key",
                "collector_public_key_file": keys / "collector.pub",
            },
            "signatures": {
                "key_file": keys / "signing.key",
                "warrant_file": keys / "signing.warrant",
                "roots_file": keys / "signers.pub",
            },
        },
    )
    assert command("gate-agent", "check", "--config", door).code == 1  # devices alone are silent


def test_what_is_put_in_place_is_its_owners_alone(tmp_path: Path) -> None:
    bundle = bundled(tmp_path / "hall", "west-1f") / "west-1f.bundle"
    user = pwd.getpwuid(os.geteuid()).pw_name

    assert put(bundle, tmp_path / "keys", "--owner", user).code == 0

    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.owner() == user


def test_they_are_given_to_the_service(tmp_path: Path) -> None:
    bundle = bundled(tmp_path / "hall", "west-1f") / "west-1f.bundle"
    user = "daemon" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    assert put(bundle, tmp_path / "keys", "--owner", user).code == 0
    unknown = put(bundle, tmp_path / "other", "--owner", "nobody-of-this-name")

    assert {path.owner() for path in (tmp_path / "keys").iterdir()} == {user}
    assert unknown.code == 2
    assert "expected the user nobody-of-this-name" in unknown.err
    assert not (tmp_path / "other").exists()


def test_a_renewal_is_put_beside_and_the_keys_before_it_stay(tmp_path: Path) -> None:
    folder = bundled(tmp_path / "hall", "west-1f")
    bundle, keys = folder / "west-1f.bundle", tmp_path / "keys"
    put(bundle, keys)
    (keys / "web.crt").write_text("the site's own\n", encoding="ascii")
    before = tree(keys)

    provision(folder, renew=True)  # its bundle is made anew with it
    said = put(bundle, keys)

    assert tree(keys)["web.crt"] == before["web.crt"]
    assert tree(keys)["west-1f.crt"] != before["west-1f.crt"]
    assert tree(keys)["west-1f.crt"] == (folder / "west-1f/west-1f.crt").read_bytes()
    assert tree(tmp_path / ".keys.was") == before
    assert f"{tmp_path}/.keys.was: those before them" in said.out


def _flip_site_key(content: dict[str, Any]) -> None:
    key = content["files"]["site.key"]
    content["files"]["site.key"] = ("0" if key[0] != "0" else "1") + key[1:]


def _of_another_door(name: str) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        other = json.loads(Path(content["_hall"]).joinpath("central-2f.bundle").read_bytes())
        content["files"][name.replace("central-2f", "west-1f")] = other["files"][name]

    return change


_DAMAGE: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "cert": (_of_another_door("central-2f.crt"), "expected a certificate and its key"),
    "warrant": (_of_another_door("signing.warrant"), "signatures.key_file: "),
    "short key": (
        lambda told: told["files"].update({"site.key": "5a\n"}),
        "keys.site_key_file: site.key: expected 64 hexadecimal digits",
    ),
    "lacking": (lambda told: told["files"].pop("collector.pub"), "expected collector.pub"),
    "no roots": (
        lambda told: told["files"].update({"signers.pub": "x\n"}), "signatures.roots_file: "
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", _DAMAGE)
def test_what_is_not_whole_changes_nothing(tmp_path: Path, damage: str) -> None:
    folder = bundled(tmp_path / "hall", "west-1f", "central-2f")
    keys, bundle = tmp_path / "keys", folder / "west-1f.bundle"
    put(bundle, keys)
    before = tree(keys)
    change, fault = _DAMAGE[damage]

    def changes(content: dict[str, Any]) -> None:
        content["_hall"] = str(folder)
        change(content)
        del content["_hall"]

    said = put(changed(bundle, changes), keys)

    assert said.code == 2
    assert fault in said.err
    assert tree(keys) == before
    assert {path.name for path in tmp_path.iterdir()} == {"hall", "keys"}


def test_a_digit_that_was_damaged_on_its_way_is_found(tmp_path: Path) -> None:
    bundle = bundled(tmp_path / "hall", "west-1f") / "west-1f.bundle"

    said = put(changed(bundle, _flip_site_key, seal=False), tmp_path / "keys")

    assert said.code == 2
    assert "damaged on its way" in said.err
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "got another file, or a part of one"),
        (b'{"format": "gate-agent-keys/1"}', "got another file, or a part of one"),
        (b"x" * (1 << 21), "got a file of 2097152 bytes"),
        (None, "got: No such file or directory"),
    ],
)
def test_another_file_is_no_bundle(tmp_path: Path, content: bytes | None, fault: str) -> None:
    path = tmp_path / "stick.bundle"
    if content is not None:
        path.write_bytes(content)

    said = put(path, tmp_path / "keys")

    assert (said.code, said.out) == (2, "")
    assert fault in said.err


def test_a_file_cannot_be_named_out_of_its_folder(tmp_path: Path) -> None:
    bundle = bundled(tmp_path / "hall", "west-1f") / "west-1f.bundle"

    said = put(
        changed(bundle, lambda told: told["files"].update({"../x": "y"}), seal=False),
        tmp_path / "keys",
    )

    assert said.code == 2
    assert not (tmp_path / "x").exists()


def test_an_ended_certificate_is_not_put_in_place(tmp_path: Path) -> None:
    bundle = read_bundle(bundled(tmp_path / "hall", "west-1f") / "west-1f.bundle")
    place = KeyPlace(folder=tmp_path / "keys", owner=None)

    with pytest.raises(ConfigurationError, match="expired on"):
        install(bundle, place, today() + timedelta(days=100))

    assert not (tmp_path / "keys").exists()


def test_the_keys_of_another_door_are_not_overwritten_by_mistake(tmp_path: Path) -> None:
    folder = bundled(tmp_path / "hall", "west-1f", "central-2f")
    keys = tmp_path / "keys"
    put(folder / "central-2f.bundle", keys)

    said = put(folder / "west-1f.bundle", keys)

    assert said.code == 2
    assert "expected the keys of west-1f or none, got those of central-2f" in said.err
    assert put(folder / "west-1f.bundle", keys, "--replace").code == 0
    assert set(tree(keys)) == DOOR_FILES


def test_the_centre_and_a_reader_have_their_own(tmp_path: Path) -> None:
    folder = bundled(tmp_path / "hall", "collector", "reader-acme", readers=("acme",))

    centre = put(folder / "collector.bundle", tmp_path / "collector-keys")
    reader = put(folder / "reader-acme.bundle", tmp_path / "reader-acme")
    nowhere = command("gate-agent", "keys", "install", folder / "reader-acme.bundle")

    assert (centre.code, reader.code, nowhere.code) == (0, 0, 2)
    assert "--to: expected a folder for the certificate of reader-acme" in nowhere.err
    assert set(tree(tmp_path / "reader-acme")) == {"ca.crt", "reader-acme.crt", "reader-acme.key"}
    for name in ("registrations.key", "collector.crt", "collector-w1.crt", "signing.key"):
        assert name in tree(tmp_path / "collector-keys")


def test_only_what_has_a_folder_of_its_own_is_bundled(tmp_path: Path) -> None:
    site = Site.open(provision(tmp_path / "hall"), site=None, gates=[], brokers=[], now=today())

    for name in ("broker", "authority", "north-3f", "reader-acme"):
        with pytest.raises(ConfigurationError, match="--bundle: expected one of west-1f"):
            site.bundle(name)


def test_a_folder_that_may_not_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    bundle = bundled(tmp_path / "hall", "west-1f") / "west-1f.bundle"

    said = put(bundle, Path("/proc/keys"))

    assert said.code == 2
    assert "/proc/keys: expected to write there as " in said.err
    assert "nothing was changed" in said.err
