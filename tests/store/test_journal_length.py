"""A long journal costs nothing: starting and appending take what they take on an empty one.

The figures are printed (`pytest -s`); the bounds are wide, since a test machine has other work.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import HoldClosed, ModeApplied
from gate_agent.store.journal import Journal
from gate_agent.store.reader import JournalReader
from gate_agent.store.verify import rebuild, verify
from gate_agent.store.views import local_day
from store.shelf import KEY, NOON, REF, ZONE, hold, open_journal, passage, write

EVENTS, AT_ONCE = 40_000, 250
ROUNDS, APPENDS = 15, 200
WIDE = 1.6  # the promise is 1.1; it is measured in bench/ and in docs/reliability.md


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A journal of a month, and an empty one."""
    folder = tmp_path_factory.mktemp("length")
    long, empty = folder / "long.db", folder / "empty.db"
    with open_journal(long) as journal:
        mode = ModeApplied(policy_version=1, hall_mode=HallMode.OPEN, policy_sha256=REF)
        write(journal, mode, hold(0), _closed(0))
        for at in range(3, EVENTS, AT_ONCE):
            write(journal, *map(passage, range(at, min(at + AT_ONCE, EVENTS))))
        assert journal.head.sequence == EVENTS
    with open_journal(empty):
        pass
    os.sync()  # what follows is measured, and not the writing of all this
    return long, empty


def _closed(number: int) -> HoldClosed:
    return HoldClosed(
        hold_id=f"h-{number}",
        outcome="released",
        by="guard",
        disinfected=True,
        closed=format_utc(NOON.utc),
    )


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _start(path: Path) -> None:
    """Do with the journal what a starting gate does."""
    with open_journal(path), JournalReader(path, KEY) as reader:
        reader.open_holds()
        reader.last_policy()
        reader.last_report()
        reader.recent_passages(8)
        reader.counts(local_day(NOON.utc, ZONE))


def test_a_start_takes_as_long_as_on_an_empty_journal(pair: tuple[Path, Path]) -> None:
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for path, times in zip(pair, took, strict=True):
            times.append(_seconds(lambda path=path: _start(path)))  # type: ignore[misc]

    long, empty = map(median, took)
    print(f"start: {long * 1e3:.2f} ms after {EVENTS:,} events, {empty * 1e3:.2f} ms when empty")
    assert long < empty * WIDE + 0.005


def test_an_append_takes_as_long_as_on_an_empty_journal(pair: tuple[Path, Path]) -> None:
    took: tuple[list[float], list[float]] = ([], [])
    with open_journal(pair[0]) as long_one, open_journal(pair[1]) as empty_one:

        def append(journal: Journal, number: int) -> float:
            return _seconds(lambda: write(journal, passage(number)))

        for number in range(EVENTS, EVENTS + APPENDS):
            turns = list(zip((long_one, empty_one), took, strict=True))
            for journal, times in turns if number % 2 else reversed(turns):
                times.append(append(journal, number))

    long, empty = map(median, took)
    print(f"append: {long * 1e3:.3f} ms after {EVENTS:,} events, {empty * 1e3:.3f} ms when empty")
    assert long < empty * WIDE + 0.001


def test_verify_and_rebuild_stream_through_all_of_it(pair: tuple[Path, Path]) -> None:
    told: list[int] = []

    head = verify(pair[0], lambda done, _total: told.append(done))

    assert head.sequence >= EVENTS
    assert len(told) > EVENTS / 1000
    assert rebuild(pair[0], KEY, lambda _done, _total: None).equal
