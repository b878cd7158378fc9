"""Every setting of the policy has a name and an explanation, and every number its unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gate_agent.contract.policy import Policy
from gate_agent.words import WORDS

COUNTED_IN_NOTHING = {"policy.version", "policy.registration.notice.version", "policy.supplies.low"}
SCHEMA = Policy.model_json_schema()


def settings() -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from _below("policy", SCHEMA)


def _below(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, field in node.get("properties", {}).items():
        key = f"{path}.{name}"
        yield key, field
        for inner in _nodes(field):
            yield from _below(key, inner)


def _nodes(field: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in field:
        yield SCHEMA["$defs"][field["$ref"].rpartition("/")[2]]
    for part in (*field.get("anyOf", ()), *([field["items"]] if "items" in field else [])):
        yield from _nodes(part)


def _is_number(field: Mapping[str, Any]) -> bool:
    return any(
        part.get("type") in ("integer", "number") for part in (field, *field.get("anyOf", ()))
    )


def test_every_setting_has_a_label_and_a_help_text() -> None:
    names = {name for name, _ in settings()}

    assert len(names) > 70
    assert {f"{name}.{part}" for name in names for part in ("label", "help")} <= set(WORDS)


def test_every_number_has_its_unit_or_counts_nothing_that_has_one() -> None:
    numbers = {name for name, field in settings() if _is_number(field)}

    assert numbers - COUNTED_IN_NOTHING == {
        key.removesuffix(".unit") for key in WORDS if key.startswith("policy.") and
        key.endswith(".unit")
    }  # fmt: skip


def test_no_word_is_of_a_setting_that_is_not_there() -> None:
    known = {"policy", *(name for name, _ in settings())}

    assert {key.rpartition(".")[0] for key in WORDS if key.startswith("policy.")} == known
