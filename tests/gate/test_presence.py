"""Nobody sees an alarm: said once when it begins, and once when it is over."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gate.at_work import AtWork, at_work
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import Absence, Record, ScreenAttended, ScreenUnattended
from gate_agent.gate.attendance import NO_SCREEN_S, UNTOUCHED_S, Attendance
from gate_agent.testing import FakeClock


def test_thirty_seconds_without_a_screen_are_told_once_and_so_is_its_return() -> None:
    clock, screens = FakeClock(), [0]
    began = clock.now()
    presence = Attendance(lambda: screens[0], began)
    told: list[Record] = []
    for _ in range(int(NO_SCREEN_S) + 30):
        told += presence.look(clock.advance(1))

    since = format_utc(began.utc)
    assert told == [ScreenUnattended(cause=Absence.NO_SCREEN, since=since)]
    assert list(presence.absences) == [Absence.NO_SCREEN]

    screens[0] = 1
    assert presence.look(clock.advance(1)) == [
        ScreenAttended(cause=Absence.NO_SCREEN, away_s=NO_SCREEN_S + 31)
    ]
    assert presence.look(clock.advance(1)) == []
    assert list(presence.absences) == []


def test_a_screen_that_nobody_touches_in_a_shift_is_told() -> None:
    clock = FakeClock()
    presence = Attendance(lambda: 1, clock.now())
    clock.advance(UNTOUCHED_S - 1)
    assert presence.look(clock.now()) == []
    touched_at = clock.advance(0)
    assert presence.touched(touched_at) == []

    assert presence.look(clock.advance(UNTOUCHED_S - 1)) == []
    assert presence.look(clock.advance(1)) == [
        ScreenUnattended(cause=Absence.UNTOUCHED, since=format_utc(touched_at.utc))
    ]
    assert presence.touched(clock.advance(5)) == [
        ScreenAttended(cause=Absence.UNTOUCHED, away_s=UNTOUCHED_S + 5)
    ]


def absences(door: AtWork) -> list[Record]:
    return [
        record for record in door.records if isinstance(record, ScreenUnattended | ScreenAttended)
    ]


def test_a_real_gate_counts_guard_screens_and_no_visitors_display(tmp_path: Path) -> None:
    clock = FakeClock()

    async def story() -> None:
        with at_work(tmp_path, clock) as door:
            with door.gate.live.subscribe():
                clock.advance(NO_SCREEN_S + 1)
                await door.ticker.tick()
            with door.gate.live.subscribe(watched=False):
                clock.advance(NO_SCREEN_S)
                await door.ticker.tick()
            with door.gate.live.subscribe():
                await door.ticker.tick()
            await door.durable()
            assert [record.TYPE for record in absences(door)] == [
                "gate.screen.unattended.v1",
                "gate.screen.attended.v1",
            ]

    asyncio.run(story())
