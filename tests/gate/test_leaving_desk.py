"""A real gate knows after a restart who is inside, as it did before."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gate.at_work import NORMAL, PHONE_OPTIONAL, at_work
from gate_agent.contract.records import ExitMeans, PersonLeft
from gate_agent.domain.door import DeparturesTold, ExitSeen
from gate_agent.domain.inside import Inside
from gate_agent.gate.inside_view import inside_view
from gate_agent.testing import FakeClock


def test_who_is_inside_is_known_again_after_a_restart(tmp_path: Path) -> None:
    clock, before = FakeClock(), Inside()

    async def first() -> None:
        nonlocal before
        with at_work(tmp_path, clock, policy=PHONE_OPTIONAL) as door:
            for card in (1, 2, 3):
                door.comes(NORMAL, card)
            gone = door.gate.door.inside.entered[1].person_ref
            door.gate.take(ExitSeen(at=door.desk.now(), means=ExitMeans.CARD, person_ref=gone))
            told = DeparturesTold(at=door.desk.now(), count=1, by="guard-1")
            await door.desk.request(told)
            await door.durable()
            before = door.gate.door.inside
            assert (len(before.entered), before.count) == (2, 1)
            assert sum(isinstance(record, PersonLeft) for record in door.records) == 2

    async def again() -> None:
        with at_work(tmp_path, clock, policy=PHONE_OPTIONAL) as door:
            after = door.gate.door.inside
            assert [one.passage_id for one in after.entered] == [
                one.passage_id for one in before.entered
            ]
            assert (after.count, after.unnamed_left) == (1, 1)
            shown = inside_view(after, door.desk.now(), door.reader)
            assert [one.person is not None for one in shown.people] == [True, True]

    asyncio.run(first())
    asyncio.run(again())
