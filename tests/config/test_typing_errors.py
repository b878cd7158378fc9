"""A typing error in a file is told: the key as it is typed, the one that was meant, the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate_agent.config.load import load_config, load_policy
from gate_agent.config.model import GateConfig
from gate_agent.errors import ConfigurationError

_POLICY = '{\n "version": 3,\n "hold": {\n  %s\n },\n "purposes": ["社保"]\n}\n'
# How a key of the hold is typed → how it is told, and what is told to be meant.
KEYS = {
    "acknowlege_s": ("acknowlege_s", "acknowledge_s perhaps"),
    "ACKNOWLEDGE_S": ("ACKNOWLEDGE_S", "acknowledge_s perhaps"),
    "acknowledge-s": ("acknowledge-s", "acknowledge_s perhaps"),
    "acknowledge_s ": (r"'acknowledge_s\u0020'", "acknowledge_s perhaps"),
    "acknowledge_s\u00a0": (r"'acknowledge_s\u00a0'", "acknowledge_s perhaps"),
    "\u3000report_s": (r"'\u00a0report_s'", "report_s perhaps"),
    "\u0430cknowledge_s": (r"'\u0430cknowledge_s'", "acknowledge_s perhaps"),  # Cyrillic
    "ｒｅｐｏｒｔ_s": ("'ｒｅｐｏｒｔ_s'", "report_s perhaps"),
    "report_s\u200b": (r"'report_s\u200b'", "report_s perhaps"),
    "事项": ("?", "one of acknowledge_s, "),
    "110105194912310021": ("?", "one of acknowledge_s, "),
}
VALUES = {
    '"report_s": 9, "report_s": 8': "hold.report_s: expected each key once, got it twice",
    '"report_s": NaN': "hold.report_s: expected a number, got NaN",
    '"report_s": -Infinity': "hold.report_s: expected a number, got -Infinity",
    '"report_s": 99999999999999999999': "hold.report_s: expected a number of at most 63 bits",
    '"report_s": "9"': "hold.report_s: expected a valid number, got '9'",
}


def _faults(folder: Path, document: bytes) -> tuple[str, ...]:
    (folder / "policy.json").write_bytes(document)
    with pytest.raises(ConfigurationError) as refused:
        load_policy(folder / "policy.json")
    return refused.value.faults


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_a_policy_file_is_told_as_it_is_typed(key: str, tmp_path: Path) -> None:
    seen, meant = KEYS[key]

    (fault,) = _faults(tmp_path, (_POLICY % f'"{key}": 9').encode())

    place = f"{tmp_path}/policy.json:4: hold.{seen}: expected a known key: "
    assert fault.startswith(place + meant)


@pytest.mark.parametrize("line", VALUES)
def test_a_value_of_a_policy_file_is_told_at_its_place(line: str, tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, (_POLICY % line).encode())

    assert fault.startswith(f"{tmp_path}/policy.json:4: {VALUES[line]}")


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, (_POLICY % '"report_s": 9').encode("gb18030"))

    assert fault == (
        f"{tmp_path}/policy.json:6: expected UTF-8, "
        "got byte 63, as of GB18030 (ANSI): save it as UTF-8"
    )


def test_below_what_holds_people_no_odd_key_is_told(tmp_path: Path) -> None:
    (fault, *_) = _faults(tmp_path, '{"roster": [{"张三": true,\n "on_duty": true}]}'.encode())

    assert "张三" not in fault
    assert fault.startswith(f"{tmp_path}/policy.json:1: ")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ('"名称" = "x"', "gate.?: expected a known key: one of "),
        ('"site " = "x"', r"gate.'site\u0020': expected a known key: site perhaps"),
        ('SITE = "x"', "gate.SITE: expected a known key: site perhaps"),
        ('id = "a"\nid = "b"', "expected TOML, got Cannot overwrite a value"),
    ],
)
def test_a_key_of_a_configuration_is_told_likewise(typed: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text(f"[gate]\n{typed}\n", encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load_config(path, GateConfig)

    line = 2 + typed.count("\n")
    assert any(fault.startswith(f"{path}:{line}: {told}") for fault in refused.value.faults), (
        refused.value.faults
    )
