"""Where keys come from and who may read them; and that no memory of ours is dumped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from nacl.public import PrivateKey

from gate_agent.config.keyfile import load_key, load_public_key, make_key
from gate_agent.config.model import KeysSection
from gate_agent.errors import ConfigurationError
from gate_agent.store.keys import resolve_keys, unprovisioned
from gate_agent.store.seal import key_id, open_sealed, seal_registration
from tree import text

NAMES = ("site.key", "store.key", "collector.pub")


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What systemd hands over: files of mode 0440, in a folder it names."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    for number, name in enumerate(NAMES, start=1):
        (folder / name).write_text(f"{number:064x}\n", encoding="ascii")
        (folder / name).chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


def test_systemds_credentials_are_taken_where_nothing_is_named(
    tmp_path: Path, credentials: Path
) -> None:
    keys = resolve_keys(KeysSection(), tmp_path / "beside")

    assert (keys.site[-1], keys.store[-1], keys.collector_public[-1]) == (1, 2, 3)
    assert keys.made == ()
    assert list((tmp_path / "beside").iterdir()) == []
    assert unprovisioned(KeysSection()) == ()
    assert credentials.exists()


def test_a_named_file_wins_over_a_credential(tmp_path: Path, credentials: Path) -> None:
    own = make_key(tmp_path / "own.key")

    keys = resolve_keys(KeysSection(site_key_file=tmp_path / "own.key"), tmp_path / "beside")

    assert keys.site == own
    assert credentials.exists()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o620, 0o700])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "site.key"
    make_key(path)
    path.chmod(mode)

    with pytest.raises(ConfigurationError, match=f"expected mode 0600, got {mode:04o}"):
        load_key(path)


def test_a_credential_that_may_be_written_is_refused(tmp_path: Path, credentials: Path) -> None:
    (credentials / "site.key").chmod(0o660)

    with pytest.raises(ConfigurationError, match="0660"):
        resolve_keys(KeysSection(), tmp_path)


def test_a_public_key_that_others_may_replace_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "collector.pub"
    path.write_text("00" * 32, encoding="ascii")
    path.chmod(0o646)

    with pytest.raises(ConfigurationError, match="only its owner may write"):
        load_public_key(path)


def test_a_registration_names_the_key_that_opens_it_so_that_keys_can_change() -> None:
    old, new = PrivateKey.generate(), PrivateKey.generate()
    sealed = [
        seal_registration({"name": name}, bytes(pair.public_key))
        for name, pair in (("before", old), ("after", new))
    ]

    ring = {key_id(bytes(pair.public_key)): bytes(pair) for pair in (old, new)}
    opened = [open_sealed(box, ring[identity])["name"] for box, identity in sealed]

    assert opened == ["before", "after"]


def test_a_process_that_forbids_it_leaves_no_dump() -> None:
    script = """
import ctypes, resource
from gate_agent.host import core_dumps
core_dumps.forbid()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
"""
    shown = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout

    assert shown.split() == ["0", "0", "0"]


@pytest.mark.parametrize("unit", ["gate-agent@.service", "gate-collector.service"])
def test_the_units_forbid_dumps_and_hide_new_files(unit: str) -> None:
    lines = text(f"systemd/{unit}").splitlines()

    assert "LimitCORE=0" in lines
    assert "UMask=0077" in lines
