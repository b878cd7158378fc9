"""Screens hear what was committed, in order; a slow one is let go and never holds up the door."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gate.at_work import FEVER, NORMAL, AtWork, in_loop
from gate_agent.gate.ports import LiveEvent
from gate_agent.gate.subscriptions import QUEUE_LIMIT, ScreenQueue, Subscriptions


def event(number: int) -> LiveEvent:
    return LiveEvent(sequence=number, body=b"{}")


async def all_of(ear: ScreenQueue) -> list[int | None]:
    return [None if what is None else what.sequence async for what in ear]


@in_loop
async def test_changes_are_merged_while_a_screen_is_slow_and_events_are_not() -> None:
    live = Subscriptions()
    with live.subscribe() as ear:
        for number in (1, 2, 3):
            live.tell()
            live.tell([event(number)])
        live.close()

        assert await all_of(ear) == [1, 2, 3, None]


@in_loop
async def test_a_screen_too_far_behind_is_let_go_and_the_others_hear_on() -> None:
    live = Subscriptions()
    with live.subscribe() as slow, live.subscribe() as quick:
        for number in range(QUEUE_LIMIT):
            live.tell([event(number)])
        hearing = asyncio.ensure_future(anext(aiter(quick)))
        assert await hearing == event(0)

        live.tell([event(QUEUE_LIMIT)])

        assert await all_of(slow) == [None], "it ends; the screen comes back and asks"
        assert len(live) == 2
    assert len(live) == 0


@in_loop
async def test_a_screen_that_comes_as_the_daemon_stops_ends_at_once() -> None:
    live = Subscriptions()
    live.close()

    with live.subscribe() as ear:
        assert await all_of(ear) == []


@in_loop
async def test_an_alarm_is_heard_with_no_name_in_it(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    with door.desk.subscribe() as ear:
        door.lay(1)
        door.measure(FEVER)
        await door.durable()
        await door.end()
        heard = [what for what in [told async for told in ear] if what is not None]

    types = [what.body.split(b'"type":"', 1)[1].split(b'"', 1)[0] for what in heard]
    assert b"gate.hold.opened.v1" in types
    assert [what.sequence for what in heard] == sorted(what.sequence for what in heard)


@in_loop
async def test_a_screen_that_comes_back_gets_what_it_missed(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    door.lay(1)
    door.measure(NORMAL)
    await door.durable()
    last = door.seen.journal.sequence

    missed = await door.desk.events_after(last - 2, 100)
    first = await door.desk.events_after(0, 1)

    assert [what.sequence for what in missed] == [last - 1, last]
    assert [what.sequence for what in first] == [1]
    await door.end()
