"""Every file that a configuration names is judged before anything starts, all of them at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from doorfiles import Changes, write_collector, write_door
from gate_agent.config.keyfile import KEY_BYTES, make_key
from gate_agent.config.model import GateConfig
from gate_agent.errors import ConfigurationError, StorageError
from gate_agent.store.staff import StaffBook
from gate_agent.validation import sound_config
from gate_collector.app import run_collector
from gate_collector.config import CollectorConfig
from gate_collector.validation import sound_collector
from security.secured_hall import SITE, provision

MORE = {
    "policy.json": "{}",
    "channels.toml": '[[person]]\nname = "李主任"\nurls = ["json://localhost"]\n',
}
LINK = {"ca_file": "ca.crt", "cert_file": "{}.crt", "key_file": "{}.key"}
SIGNING = {
    "key_file": "signing.key",
    "warrant_file": "signing.warrant",
    "roots_file": "signers.pub",
}
NAMED: dict[str, Changes] = {
    "west-1f": {
        "keys": {
            "site_key_file": "site.key",
            "collector_public_key_file": "collector.pub",
            "store_key_file": "store.key",
        },
    },
    "collector": {
        "keys": {"site_key_file": "site.key", "registrations_key_file": "registrations.key"},
        "alerts": {"channels_file": "channels.toml"},
    },
}
MODELS: dict[str, type[BaseModel]] = {"west-1f": GateConfig, "collector": CollectorConfig}
JUDGES: dict[str, Callable[[Path], object]] = {
    "west-1f": lambda path: sound_config(path, all_files=True),
    "collector": sound_collector,
}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return provision(tmp_path_factory.mktemp("site"))


def changes_of(who: str) -> dict[str, dict[str, Any]]:
    link = {name: file.format(who) for name, file in LINK.items()}
    web = {name: file for name, file in link.items() if name != "ca_file"}
    named = {section: dict(values or {}) for section, values in NAMED[who].items()}
    return named | {
        "mqtt": {"url": "mqtts://127.0.0.1:1", **link},
        "web": {"port": 1, **web},
        "signatures": SIGNING,
        "policy": {"file": "policy.json"},
    }


def written(who: str, papers: Path, folder: Path) -> Path:
    """Write a whole configuration that names every file it can, and those files, sound."""
    shutil.copytree(papers / who, folder, dirs_exist_ok=True)
    for name, text in MORE.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)
    make_key(folder / "store.key")
    write = write_door if who == "west-1f" else write_collector
    return write(folder, changes_of(who))


def faults_of(who: str, path: Path) -> tuple[str, ...]:
    try:
        JUDGES[who](path)
    except ConfigurationError as exc:
        return exc.faults
    return ()


def settings(model: type[BaseModel]) -> set[tuple[str, str]]:
    return {
        (name, setting)
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for setting in field.annotation.model_fields
        if setting == "file" or setting.endswith("_file")
    }


SETTINGS = [(who, *one) for who, model in MODELS.items() for one in sorted(settings(model))]
BROKEN = None, b"", b"\xff\xfe \xe5\xbc", b'[[chanels]]\nname = "x"\n'


@pytest.mark.parametrize("who", MODELS)
def test_sound_files_are_sound(who: str, papers: Path, tmp_path: Path) -> None:
    assert faults_of(who, written(who, papers, tmp_path)) == ()


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("who", MODELS)
def test_a_file_that_is_not_what_it_should_be_is_a_fault(
    who: str, content: bytes | None, papers: Path, tmp_path: Path
) -> None:
    path = written(who, papers, tmp_path)
    for section, setting in sorted(settings(MODELS[who])):
        file = tmp_path / changes_of(who)[section][setting]
        sound = file.read_bytes()
        file.unlink()
        if content is not None:
            file.write_bytes(content)
            file.chmod(0o600)

        told = faults_of(who, path)

        assert [fault for fault in told if f": {section}" in fault], (section, setting)
        file.write_bytes(sound)
        file.chmod(0o600)


@pytest.mark.parametrize(
    ("who", "file"),
    [
        (who, changes_of(who)[section][setting])
        for who, section, setting in SETTINGS
        if setting not in ("ca_file", "cert_file", "file", "warrant_file", "roots_file")
        and "public" not in setting
    ],
)
def test_a_secret_that_others_may_read_is_a_fault(
    who: str, file: str, papers: Path, tmp_path: Path
) -> None:
    path = written(who, papers, tmp_path)
    (tmp_path / file).chmod(0o644)

    assert [fault for fault in faults_of(who, path) if "0644" in fault]


def test_every_faulty_file_is_told_at_once(papers: Path, tmp_path: Path) -> None:
    for who, model in MODELS.items():
        home = tmp_path / who
        path = written(who, papers, home)
        for section, setting in settings(model):
            (home / changes_of(who)[section][setting]).write_bytes(b"\x00")

        told = {fault.split(": ")[1].split(".")[0] for fault in faults_of(who, path)}

        assert told == {section for section, _ in settings(model)}


def test_what_is_wrong_keeps_the_collector_from_its_store(papers: Path, tmp_path: Path) -> None:
    for section, setting in sorted(settings(CollectorConfig)):
        home = tmp_path / f"{section}.{setting}"
        path = written("collector", papers, home)
        (home / changes_of("collector")[section][setting]).write_bytes(b"\x00")

        with pytest.raises(ConfigurationError):
            run_collector(path)

        assert not list(home.glob("collector.sqlite*"))


def test_a_door_measures_without_the_centre_and_is_checked_all_the_same(
    papers: Path, tmp_path: Path
) -> None:
    path = written("west-1f", papers, tmp_path)
    (tmp_path / "ca.crt").write_bytes(b"")
    journal = tmp_path / "journal" / "journal.sqlite"
    journal.parent.mkdir(mode=0o700)
    journal.with_name(f"{journal.name}.staff.json").write_text("{", encoding="utf-8")

    assert sound_config(path).gate.site == SITE
    ca_file, accounts = faults_of("west-1f", path)
    assert "mqtt: expected CAs in ca_file" in ca_file
    assert "expected the staff's accounts" in accounts
    with pytest.raises(StorageError, match="staff"):
        StaffBook(journal).accounts()


def test_a_key_beside_the_journal_is_looked_at_too(tmp_path: Path) -> None:
    path = write_door(tmp_path)
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "site.key").write_text("5a" * KEY_BYTES, encoding="ascii")
    (tmp_path / "journal" / "site.key").chmod(0o644)

    (fault,) = faults_of("west-1f", path)

    assert "keys.site_key_file" in fault
    assert "0644" in fault
