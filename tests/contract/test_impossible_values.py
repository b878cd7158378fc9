"""A time that no calendar has, and an id that fits in no address, are never taken from a wire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from gate_agent.contract.record import Record
from gate_agent.contract.wire import parse_tree
from gate_agent.errors import ContractError
from project.record_samples import SAMPLES

_TIME = re.compile(r"\d{4}-\d\d-\d\d(T.*Z)?")
_TIMES = (
    "2026-13-45T99:99:99.999Z",
    "2026-02-30T00:00:00.000Z",
    "2026-11-30T24:00:00.000Z",
    "2026-11-30T10:59:60.000Z",
    "0001-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
)
_IDS = ("a/b", "..", "", "a b", "号", "a\n", "a" * 81)
Path = tuple[str | int, ...]


def _texts(tree: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, dict | list):
        entries = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for key, value in entries:
            yield from _texts(value, (*path, key))


def _bad_values() -> Iterator[tuple[Record, Path, str]]:
    for record in SAMPLES:
        for path, text in _texts(record.model_dump(mode="json")):
            if _TIME.fullmatch(text):
                yield from ((record, path, bad[: len(text)]) for bad in _TIMES)
            elif str(path[-1]) in {"hold_id", "passage_id", "contact_id"}:
                yield from ((record, path, bad) for bad in _IDS)


_BAD = [one for one in _bad_values() if one[2] != "2026-11-30"]  # a day without its time is one


def test_there_is_something_to_spoil() -> None:
    assert len(_BAD) > 300
    assert len({type(record) for record, _, _ in _BAD}) > 20


@pytest.mark.parametrize("kind", sorted({type(record).__name__ for record, _, _ in _BAD}))
def test_it_is_left_out_or_the_record_is(kind: str) -> None:
    for record, path, bad in _BAD:
        if type(record).__name__ != kind:
            continue
        tree = record.model_dump(mode="json")
        place: Any = tree
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = bad
        try:
            read = parse_tree(type(record), tree)
        except ContractError:
            continue
        left = dict(_texts(read.value.model_dump(mode="json"))).get(path)
        assert left != bad, (path, bad)
