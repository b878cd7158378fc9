"""The parts of a setup: a file's text, which lines there are, what a unit is opened for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.setup import drop_ins
from gate_agent.setup.asking import language
from gate_agent.setup.config_text import with_values
from gate_agent.setup.looking import lines_of
from tree import text

EXAMPLE = text("config/gate.example.toml")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_written_so_that_it_is_read_the_same(value: str) -> None:
    changed = with_values(EXAMPLE, {"gate": {"name": value}})

    assert tomllib.loads(changed)["gate"]["name"] == value


def test_one_value_changes_one_line_and_remarks_stay() -> None:
    changed = with_values(EXAMPLE, {"mqtt": {"url": "mqtts://b"}, "web": {"sign_on": False}})

    differ = [
        (old, new)
        for old, new in zip(EXAMPLE.splitlines(), changed.splitlines(), strict=True)
        if old != new
    ]
    assert differ == [
        ('url = "mqtt://127.0.0.1:1883"', 'url = "mqtts://b"'),
        ("sign_on = true", "sign_on = false"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '\n[gate]\nid = "x"\n'),
        ("[web]\nport = 1\n", '[web]\nport = 1\n\n[gate]\nid = "x"\n'),
        ("[gate]  # ours\nid='y' # was\n", '[gate]  # ours\nid="x" # was\n'),
        ("[gate]\nsite = 's'\n\n[web]\n", "[gate]\nsite = 's'\nid = \"x\"\n\n[web]\n"),
        ("[gate]\n# id = 'y'\n", "[gate]\n# id = 'y'\nid = \"x\"\n"),
        ('[gate]\nid = "a#b"\n[gate.x]\nid = "z"\n', '[gate]\nid = "x"\n[gate.x]\nid = "z"\n'),
        ('[gate]\nid = "x"\n', '[gate]\nid = "x"\n'),
    ],
)
def test_a_value_goes_where_it_belongs(before: str, after: str) -> None:
    assert with_values(before, {"gate": {"id": "x"}}) == after


@pytest.mark.parametrize(
    "before", ['gate.id = "y"\n', 'gate = { id = "y" }\n', '[gate]\nid = """\ny"""\n']
)
def test_what_is_written_otherwise_is_refused_and_not_spoilt(before: str) -> None:
    with pytest.raises(ValueError, match=r"expected sections as \[name\]"):
        with_values(before, {"gate": {"id": "x"}})


def test_a_line_that_is_no_more_goes() -> None:
    before = '[camera]\ndevice = "/dev/video0"  # front\ndays = 3\n'

    assert with_values(before, {"camera": {"device": None}}) == "[camera]\ndays = 3\n"


def test_every_line_is_known_once_by_the_name_that_stays(tmp_path: Path) -> None:
    for name in ("ttyUSB0", "ttyUSB1", "ttyS0", "sda"):
        (tmp_path / name).touch()
    for name, target in (("gate/thermometer", "ttyUSB0"), ("serial/by-path/a", "ttyUSB0"),
                         ("serial/by-path/b", "ttyUSB1"), ("serial/by-id/c", "ttyUSB1"),
                         ("serial/by-id/gone", "ttyUSB9")):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(tmp_path / target)

    names = [str(path.relative_to(tmp_path)) for path in lines_of(tmp_path)]

    assert names == ["gate/thermometer", "serial/by-path/b", "ttyS0"]


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_locales(environment: dict[str, str], lang: str) -> None:
    assert language(environment) == lang


def test_an_addition_of_the_sites_own_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "camera.conf").write_text("[Service]\nNice=5\n", encoding="utf-8")

    assert not drop_ins.write(tmp_path, [])

    assert (tmp_path / "camera.conf").exists()
    (hid,) = [one for one in drop_ins.DROP_INS if one.name == "hid"]
    assert drop_ins.write(tmp_path, [hid])
    assert not drop_ins.write(tmp_path, [hid])
    assert drop_ins.write(tmp_path, [])
    assert {path.name for path in tmp_path.iterdir()} == {"camera.conf"}
