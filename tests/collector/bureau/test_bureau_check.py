"""A bureau's file: what two halls share, and must not, is named before anything starts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.bureau.bureau_files import NAMES, bureau_file, with_changes
from gate_agent.errors import ConfigurationError
from gate_collector.bureau.config import is_bureau
from gate_collector.bureau.validation import sound_bureau
from gate_collector.cli import app

_PORT = 1


def _checked(path: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as told:
        sound_bureau(path)
    return list(told.value.faults)


def test_a_sound_bureau_has_its_halls_in_order_and_paths_of_its_own_folder(tmp_path: Path) -> None:
    bureau = sound_bureau(bureau_file(tmp_path, _PORT, 3))

    assert [one.site for one in bureau.sites] == ["hall-01", "hall-02", "hall-03"]
    assert [one.config.collector.name for one in bureau.sites] == list(NAMES)
    assert bureau.sites[1].config.store.url == f"sqlite:///{tmp_path / '2' / 'store.sqlite'}"
    assert bureau.config.store.url == f"sqlite:///{tmp_path / 'bureau.sqlite'}"
    assert bureau.sites[2].names == {"hall-3.example"}


def _same_store(folder: Path) -> None:
    with_changes(folder / "2" / "centre.toml", {"store.sqlite": "../1/store.sqlite"})
    with_changes(folder / "1" / "centre.toml", {"store.sqlite": f"/{folder}/1/store.sqlite"[1:]})
    with_changes(folder / "2" / "centre.toml", {"../1/store.sqlite": f"{folder}/1/store.sqlite"})


def _bureaus_store(folder: Path) -> None:
    with_changes(folder / "2" / "centre.toml", {"store.sqlite": f"{folder}/bureau.sqlite"})


def _same_key(folder: Path) -> None:
    shutil.copy(folder / "1" / "site.key", folder / "2" / "site.key")


def _same_file_twice(folder: Path) -> None:
    with_changes(folder / "bureau.toml", {'"2/centre.toml"': '"1/centre.toml"'})


def _changed(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: void(with_changes(folder / "2" / "centre.toml", {old: new}))


def void(_: object) -> None:
    """Return nothing."""


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        (_changed('"hall-02"', '"hall-01"'), "a site"),
        (_changed(NAMES[1], NAMES[0]), "a name"),
        (_changed(NAMES[1], "区政务服务局"), "a name"),
        (_same_store, "a store"),
        (_bureaus_store, "a store"),
        (_changed("http://hall-2.example", "https://HALL-1.example"), "an address"),
        (_changed("http://hall-2.example", "http://bureau.example:8090"), "an address"),
        (_same_key, "a key"),
        (_same_file_twice, "a site"),
    ],
    ids=["site", "name", "bureaus-name", "store", "bureaus-store", "address", "bureaus-address",
         "key", "file"],
)  # fmt: skip
def test_what_two_share_and_must_not_is_named(
    tmp_path: Path, change: Callable[[Path], None], shared: str
) -> None:
    path = bureau_file(tmp_path, _PORT)
    change(tmp_path)

    faults = _checked(path)

    assert any(f"bureau.sites: expected {shared} of its own" in fault for fault in faults), faults
    key = (tmp_path / "1" / "site.key").read_text(encoding="ascii").strip()
    assert not any(key in fault for fault in faults)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("2/centre.toml", "sign_on = true", "sign_on = false", "web.sign_on: expected true"),
        ("bureau.toml", "sign_on = true", "sign_on = false", "web.sign_on: expected true"),
        ("2/centre.toml", '"http://hall-2.example"', '"http://127.0.0.1:9"', "web.base_url"),
        ("bureau.toml", 'base_url = "http://bureau.example"\n', "", "web.base_url"),
        ("2/centre.toml", '"hall-02"', '"Hall 2"', "collector.site"),
        ("bureau.toml", "unit =", "unti =", "unti"),
        ("bureau.toml", "2/centre.toml", "3/centre.toml", "3/centre.toml"),
    ],
)
def test_every_other_fault_is_named_with_its_file(
    tmp_path: Path, file: str, old: str, new: str, fault: str
) -> None:
    path = bureau_file(tmp_path, _PORT)
    with_changes(tmp_path / file, {old: new})

    assert any(fault in one for one in _checked(path))


def test_the_command_checks_a_bureau_and_each_of_its_halls(tmp_path: Path) -> None:
    path = bureau_file(tmp_path, _PORT)

    sound = CliRunner().invoke(app, ["check", "--config", str(path)])

    assert sound.exit_code == 0, sound.output
    assert "bureau of hall-01, hall-02" in sound.output
    assert "site hall-01" in sound.output
    assert CliRunner().invoke(app, ["migrate", "--config", str(path)]).exit_code == 0
    saved = CliRunner().invoke(app, ["backup", "--config", str(path), "--out", f"{tmp_path}/b"])
    assert saved.exit_code == 0, saved.output


def test_a_hall_alone_is_no_bureau(tmp_path: Path) -> None:
    path = bureau_file(tmp_path, _PORT)

    assert is_bureau(path)
    assert not is_bureau(tmp_path / "1" / "centre.toml")
    assert not is_bureau(tmp_path / "none.toml")
