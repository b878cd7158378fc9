"""A new door is guided until it knows its own normal; what came out is recorded once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gate.at_work import NOBODY, AtWork, at_work
from gate_agent.contract.records import ThermometerCommissioned
from gate_agent.domain.commissioning import WANTED
from gate_agent.domain.door import HandMeasured
from gate_agent.gate.screen_state import CommissioningView
from gate_agent.gate.thermometer import ThermometerKeeper
from gate_agent.testing import FakeClock

_READS_HIGH = 3560
_WAITS_FOR_A_PHONE = {"version": 1}


async def measured_by_both(door: AtWork, card: int) -> None:
    """Let somebody be measured, lay a card, and be measured by hand while they register."""
    door.measure(_READS_HIGH - 10 * (card % 3), 6)
    door.lay(card)
    passage_id = door.passage.passage_id
    reading = HandMeasured(
        at=door.desk.now(), passage_id=passage_id, contact_centi_c=3640 + card, by="guard-1"
    )
    await door.desk.request(reading)
    await door.register(passage_id, phone="13800138000")
    door.measure(NOBODY, 15)
    door.passes(25)
    door.measure(NOBODY, 1)


def told(door: AtWork) -> list[ThermometerCommissioned]:
    return [one for one in door.records if isinstance(one, ThermometerCommissioned)]


def test_five_people_measured_by_both_end_it_and_it_is_recorded_once(tmp_path: Path) -> None:
    clock = FakeClock()

    async def first() -> None:
        with at_work(tmp_path, clock, _WAITS_FOR_A_PHONE) as door:
            keeper = ThermometerKeeper(door.gate, reader=door.reader)
            for card in range(1, WANTED + 1):
                await keeper.look()
                seen = keeper.view()
                assert seen.commissioning == CommissioningView(both=card - 1, wanted=WANTED)
                assert seen.commissioned is None
                await measured_by_both(door, card)
            await keeper.look()
            await door.durable()
            (record,) = told(door)
            assert (record.both, record.people) == (WANTED, WANTED)
            assert record.contact_centi_c == 3643
            assert abs(record.baseline_centi_c - _READS_HIGH) <= 20
            assert record.profile_centi_c < record.baseline_centi_c
            shown = keeper.view()
            assert shown.commissioning is None
            assert shown.commissioned is not None
            assert shown.commissioned.baseline_centi_c == record.baseline_centi_c

    async def again() -> None:
        with at_work(tmp_path, clock, _WAITS_FOR_A_PHONE) as door:
            keeper = ThermometerKeeper(door.gate, reader=door.reader)
            await keeper.look()
            await door.durable()
            assert len(told(door)) == 1
            assert keeper.view().commissioned is not None

    asyncio.run(first())
    asyncio.run(again())
