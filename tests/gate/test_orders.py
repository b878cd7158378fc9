"""A real gate does what the centre asks once: over a repeat, a restart, a disk in trouble."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from gate.at_work import AtWork, at_work, in_loop
from gate_agent.contract.found_orders import FoundOrder, FoundOrders, HallPlace
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import AgentStopped, HoldOpened
from gate_agent.gate.orders import OrderTaker
from gate_agent.store.journal import Draft
from gate_agent.store.writer import MOST_WAITING
from gate_agent.testing import FakeClock

_DOOR = "west-1f"


def asked(door: AtWork, *ids: str, gate: str = _DOOR) -> bytes:
    now = door.gate.now()
    orders = tuple(
        FoundOrder(
            order_id=one * 32,
            place=HallPlace.WAITING,
            by="王主任",
            made=format_utc(now.utc),
            expires=format_utc(now.utc + timedelta(seconds=600)),
        )
        for one in ids
    )
    return FoundOrders(gate=gate, orders=orders).encode()


def taker(door: AtWork) -> OrderTaker:
    return OrderTaker(door.gate, _DOOR, door.reader)


def opened(door: AtWork) -> int:
    return sum(isinstance(record, HoldOpened) for record in door.records)


def test_an_order_is_done_once_also_over_a_restart_and_the_guard_sees_where(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    payload = b""

    async def first() -> None:
        nonlocal payload
        with at_work(tmp_path, clock) as door:
            payload = asked(door, "a")
            for one in (b"", b"{", asked(door, "b", gate="central-2f"), payload, payload):
                taker(door).hear(one)
            await door.durable()
            assert opened(door) == 1

    async def again() -> None:
        with at_work(tmp_path, clock) as door:
            taker(door).hear(payload)
            await door.durable()
            (hold,) = door.desk.snapshot().holds
            assert (hold.place, hold.ordered_by) == ("等候区", "王主任")
            assert opened(door) == 1
            taker(door).hear(asked(door, "a", "c"))
            await door.durable()
            assert opened(door) == 2

    asyncio.run(first())
    asyncio.run(again())


@in_loop
async def test_what_the_journal_could_not_take_is_done_when_it_comes_again(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    await door.durable()
    with door.disk_in_trouble():
        filler = Draft(record=AgentStopped(reason="filler"), at=door.clock.now())
        door.journal.append([filler] * MOST_WAITING)
        taker(door).hear(asked(door, "a"))
        assert door.gate.door.holds == ()
    await door.durable()
    taker(door).hear(asked(door, "a"))
    await door.durable()

    assert opened(door) == 1
    await door.end()
