"""Runs a list of inputs; makes a failing list small: the same breach with fewer of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from bench.simulate.door import Rules
from bench.simulate.hall import Hall
from bench.simulate.rules import Breach
from bench.simulate.script import DAY_S, Input
from gate_agent.domain.door import DoorEvent, step
from gate_agent.domain.effects import Effects

_MOST_RUNS = 400
_MEMORY = Path("/dev/shm")  # noqa: S108 a disk in memory: what lies there is nobody's
Trace = Callable[[float, str, DoorEvent, Effects], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to."""

    breach: Breach | None
    people: int
    frames: int
    events: int
    holds: int
    admitted: int
    contacts: int
    misnamed: int
    misnamed_holds: int
    sure_in_family: int
    unsure: int
    asked: int
    found_inside: int
    not_theirs: int
    freed_since: int
    departures: int
    drills: int
    took_s: float
    hall_s: float


def run(script: Sequence[Input], rules: Rules = step, trace: Trace | None = None) -> Outcome:
    """Let it happen, in a hall of its own."""
    began = process_time()
    quick = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="hall-", dir=quick) as folder:
        hall = Hall(Path(folder), script, rules)
        if trace is not None:
            for place in hall.places:
                place.door.told = lambda *of: trace(hall.now_s, *of)
        breach = None
        try:
            hall.play()
        except Breach as exc:
            breach = exc
        finally:
            hall.close()
        return Outcome(
            breach=breach,
            people=hall.people,
            frames=hall.frames,
            events=sum(place.door.events for place in hall.places),
            holds=hall.judge.held,
            admitted=hall.judge.admitted,
            contacts=hall.judge.contacts,
            misnamed=hall.judge.misnamed,
            misnamed_holds=hall.judge.misnamed_holds,
            sure_in_family=hall.judge.sure_in_family,
            unsure=hall.judge.unsure,
            asked=hall.judge.asked,
            found_inside=hall.judge.found_inside,
            not_theirs=hall.keying.not_theirs,
            freed_since=hall.keying.freed_since,
            departures=hall.keying.departures,
            drills=hall.keying.drills,
            took_s=process_time() - began,
            hall_s=hall.now_s,
        )


def shrunk(
    script: Sequence[Input],
    breach: Breach,
    rules: Rules = step,
    *,
    progress: Callable[[int, int], None] = lambda _runs, _left: None,
) -> tuple[Input, ...]:
    """Return a list that is breached in the same way, from which nothing more can be taken.

    Delta debugging (Zeller, Hildebrandt 2002): large parts first, then one after the other until
    each of them is needed.
    """
    kept = [one for one in script if one.at_s <= breach.at_s]
    runs, size = 0, len(kept)

    def still(tried: list[Input]) -> bool:
        nonlocal runs
        runs += 1
        got = run(tried, rules).breach
        progress(runs, len(tried))
        return got is not None and got.rule is breach.rule

    for last_s in (3600.0, DAY_S):  # most often what was long ago has no part in it
        tried = [one for one in kept if one.at_s > breach.at_s - last_s]
        if still(tried):
            kept, size = tried, len(tried)
            break
    while runs < _MOST_RUNS:
        size, before, at = max(1, size // 2), len(kept), 0
        while at < len(kept) and runs < _MOST_RUNS:
            tried = kept[:at] + kept[at + size :]
            if tried and still(tried):
                kept = tried
            else:
                at += size
        if size == 1 and len(kept) == before:
            break
    return tuple(kept)


def day_of(at_s: float) -> int:
    """Return the day of the script, from 1."""
    return int(at_s // DAY_S) + 1
