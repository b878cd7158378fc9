"""No range of a policy narrows silently: a file that an earlier version took starts this one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate_agent.config.load import load_policy, load_policy_file
from gate_agent.contract.policy import Policy
from gate_agent.contract.setting import Narrowed
from gate_agent.contract.shape import steps
from gate_agent.errors import ConfigurationError
from gate_agent.gate.policies import PolicyKeeper, mode_applied

_FIRST = json.loads(Path(__file__).with_name("policy-f8c5a59.schema.json").read_text("utf-8"))
_NOW = Policy.model_json_schema()
_Path = tuple[str | int, ...]
_LEAST = "minimum", "exclusiveMinimum", "minLength", "minItems"
_MOST = "maximum", "exclusiveMaximum", "maxLength", "maxItems"


def _kinds(schema: Any, node: Any) -> Iterator[Any]:
    """Yield what may stand at a place, whatever it is called."""
    if "$ref" in node:
        yield from _kinds(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    elif "anyOf" in node or "allOf" in node:
        for part in node.get("anyOf") or node["allOf"]:
            yield from _kinds(schema, part)
    else:
        yield node


def _narrower(old: Any, new: Any, path: _Path) -> Iterator[_Path]:
    """Yield the paths at which the new schema takes less than the old one."""
    theirs = list(_kinds(_NOW, new))
    for before in _kinds(_FIRST, old):
        same = [one for one in theirs if one.get("type") == before.get("type")]
        if not same:
            yield path
            continue
        (now,) = same
        least = any(now.get(name, -1e99) > before.get(name, -1e99) for name in _LEAST
                    if now.get(name) != 0 or name in before)  # fmt: skip
        most = any(now.get(name, 1e99) < before.get(name, 1e99) for name in _MOST)
        forms = any(name in now and now[name] != before.get(name) for name in ("pattern", "format"))
        values = not {*before.get("enum", ())} <= {*now.get("enum", before.get("enum", ()))}
        more = not {*now.get("required", ())} <= {*before.get("required", ())}
        if least or most or forms or values or more:
            yield path
        for name, field in before.get("properties", {}).items():
            if name in now["properties"]:
                yield from _narrower(field, now["properties"][name], (*path, name))
            else:
                yield (*path, name)
        if "items" in before:
            yield from _narrower(before["items"], now["items"], (*path, 0))


def test_every_range_that_narrowed_since_the_first_version_is_marked() -> None:
    narrowed = set(_narrower(_FIRST, _NOW, ()))

    unmarked = {
        path
        for path in narrowed
        if not any(
            step.field is not None and Narrowed() in step.field.metadata
            for step in steps(Policy, path)
        )
    }
    assert len(narrowed) == 7, "expected those that are known"
    assert unmarked == set()


# What the first version took: what of it holds now, at which line it is told, what is told.
ONCE: dict[str, tuple[dict[str, Any], str, Any]] = {
    "purposes.0": ({"purposes": ["长" * 41, "社保"]}, "purposes", ("社保",)),
    "purposes.1": ({"purposes": ["社保", ""]}, "purposes", ("社保",)),
    "notices.0.zh": ({"notices": [{"zh": "", "en": "English only"}]}, "notices", ()),
    "tips.0.zh": ({"tips": [{"zh": ""}]}, "tips", ()),
    "booking.zh": ({"booking": {"zh": "", "en": "x"}}, "booking", None),
    "measurement.alarm_centi_c": (
        {"measurement": {"alarm_centi_c": 5000, "window_s": 4}},
        "measurement",
        Policy().measurement.model_copy(update={"window_s": 4.0}),
    ),
    "registration.notice.zh": (
        {"registration": {"notice": {"version": 2, "zh": ""}}},
        "registration",
        Policy().registration.model_copy(
            update={
                "notice": Policy().registration.notice.model_copy(update={"version": 2}),
            }
        ),
    ),
    "version": ({"version": 2**60}, "version", 0),
}


@pytest.mark.parametrize("path", ONCE)
def test_what_an_earlier_version_took_is_left_out_and_told(path: str, tmp_path: Path) -> None:
    changes, name, held = ONCE[path]
    file = tmp_path / "policy.json"
    document = {"version": 3, "hall_mode": "appointment"} | changes
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")

    given = load_policy_file(file)

    assert getattr(given.policy, name) == held
    assert given.policy.hall_mode == "appointment"
    (warning,) = given.warnings
    assert f": {path}: expected" in warning
    assert warning.startswith(f"{file}:")
    keeper = PolicyKeeper(file=file, beside=tmp_path)
    assert not keeper.is_read, "expected the guard's screen to say so"
    assert mode_applied(keeper.current).unread == given.unread != ()


def test_another_fault_beside_it_stops_as_ever_and_both_are_told(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"version": 3, "purposes": [""], "halmode": "open"}', encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load_policy(file)

    assert [fault.split(": ")[1] for fault in refused.value.faults] == ["purposes.0", "halmode"]
