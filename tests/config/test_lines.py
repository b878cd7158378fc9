"""Where in a file a value stands, whatever form the file is written in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_agent.config.lines import json_lines, toml_lines
from gate_agent.config.load import load_config, load_policy
from gate_agent.config.model import GateConfig
from gate_agent.errors import ConfigurationError
from tree import ROOT

_TOML = '''# a comment
[gate]
site = "[hall]"  # = no table

name = """
[web]
port = 1
"""
[thermometer]
options = { a = 1, b = { c = 2 } }
other.dotted.key = [
  1,
  # 2,
  3,
]
[[person]]
name = "甲"
[[person]]
name = "乙"
  urls = ["x"]
[gate.sub]
"quoted key" = 1'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("gate",), 2),
        (("gate", "site"), 3),
        (("gate", "name"), 5),
        (("gate", "missing"), 2),
        (("thermometer", "options", "b", "c"), 10),
        (("thermometer", "other", "dotted", "key", 1), 11),
        (("person", 0, "name"), 17),
        (("person", 1), 18),
        (("person", 1, "urls", 0), 20),
        (("gate", "sub", "quoted key"), 22),
        (("web",), None),
    ],
)
def test_a_value_in_toml_stands_where_its_statement_begins(
    path: tuple[str | int, ...], line: int | None
) -> None:
    assert toml_lines(_TOML)(path) == line
    assert toml_lines(_TOML.replace("\n", "\r\n"))(path) == line


_KEYS = st.text(min_size=1, max_size=6) | st.sampled_from(['{"', "a\\", "[", "，"])
_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(tree=st.dictionaries(_KEYS, _TREES, min_size=1), plain=st.booleans())
def test_a_value_in_json_stands_on_the_line_it_is_written_on(
    *, tree: dict[str, object], plain: bool
) -> None:
    text = json.dumps(tree, indent=2, ensure_ascii=not plain)
    line_of = json_lines(text)
    lines = text.split("\n")
    line = 1

    def walk(part: object, path: tuple[str | int, ...]) -> None:
        nonlocal line
        items = part.items() if isinstance(part, dict) else enumerate(part)  # type: ignore[arg-type]
        for key, value in items:
            line += 1
            assert line_of((*path, key)) == line
            if isinstance(key, str):
                assert lines[line - 1].lstrip().startswith(json.dumps(key, ensure_ascii=not plain))
            if isinstance(value, dict | list) and value:
                walk(value, (*path, key))
                line += 1

    walk(tree, ())
    assert json_lines(json.dumps(tree))((next(iter(tree)),)) == 1


def test_every_key_of_the_shipped_example_misspelt_is_told_on_its_line(tmp_path: Path) -> None:
    """A letter more in each key, one at a time: file, line and the key that was meant are named."""
    lines = (ROOT / "config/gate.example.toml").read_text(encoding="utf-8").split("\n")
    path = tmp_path / "gate.toml"
    found = 0
    for number, line in enumerate(lines, start=1):
        key, equals, _ = line.partition(" = ")
        if not equals or key.startswith(("#", " ")):
            continue
        found += 1
        misspelt = [*lines]
        misspelt[number - 1] = f"{key}s{line[len(key) :]}"
        path.write_text("\n".join(misspelt), encoding="utf-8")

        with pytest.raises(ConfigurationError) as refused:
            load_config(path, GateConfig)

        told = [f for f in refused.value.faults if "expected a known key" in f]
        assert len(told) == 1
        assert told[0].startswith(f"{path}:{number}: ")
        assert f"{key}s: expected a known key: {key} perhaps" in told[0]
    assert found > 10


def test_a_fault_of_a_policy_file_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(
        '{"version": 1,\n "hold": {\n  "report_s": 0,\n  "acknowlege_s": 9},\n'
        ' "watch": ["4444",\n  "张三"]}',
        encoding="utf-8",
    )

    with pytest.raises(ConfigurationError) as refused:
        load_policy(path)

    assert [fault.removeprefix(f"{path}:").split(": expected")[0] for fault in (
        refused.value.faults
    )] == ["3: hold.report_s", "4: hold.acknowlege_s", "5: watch.0", "6: watch.1"]  # fmt: skip
    assert "acknowledge_s perhaps" in refused.value.faults[1]
    assert "张三" not in str(refused.value)


def test_a_policy_that_is_no_json_says_where_it_ends_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text('{"version": 1,\n "hall_mode" "open"}', encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"policy.json: expected JSON, got .* line 2"):
        load_policy(path)
