"""A real gate knows after a restart who is inside, as it did before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gate.at_work import NORMAL, PHONE_OPTIONAL, AtWork, at_work, in_loop
from gate_agent.contract.messages import PersonSeen
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import ByHand, ExitMeans, PersonLeft
from gate_agent.domain.door import DeparturesTold, ExitSeen, FoundInside, GroupTold
from gate_agent.domain.inside import Inside
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.errors import RequestRefused
from gate_agent.gate.inside_view import inside_view
from gate_agent.gate.other_doors import OtherDoors
from gate_agent.gate.ports import DocumentTyped
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


@in_loop
async def test_whom_the_other_door_let_in_can_be_picked_and_is_held_under_their_name(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    elsewhere = OtherDoors("west-1f", clock)
    door = AtWork(tmp_path, clock, elsewhere=elsewhere)
    for card in (1, 2):  # known here from earlier
        door.comes(NORMAL, card)
    mine, other = (one.person_ref for one in door.gate.door.inside.entered)
    door.gate.take(ExitSeen(at=door.desk.now(), means=ExitMeans.CARD, person_ref=other))
    await door.durable()
    clock.advance(3600)
    time = format_utc(clock.now().utc)
    for ref in (mine, other, "ab" * 32):
        elsewhere.hear(PersonSeen(person_ref=ref, gate="central-2f", time=time).encode())

    stranger, known = door.desk.inside().elsewhere
    assert (stranger.person, stranger.door, stranger.since) == (None, "central-2f", time)
    assert known.person is not None
    for line in (known, stranger):
        at = door.desk.now()
        await door.desk.request(FoundInside(at=at, place="窗口", by="guard-1", entry=line.entry))
    with pytest.raises(RequestRefused):
        await door.desk.request(
            FoundInside(at=door.desk.now(), place="窗口", by="guard-1", entry="0" * 16)
        )

    assert [one.person_ref for one in door.gate.door.holds] == [other, "ab" * 32]
    assert [one.person is not None for one in door.gate.door.desk] == [True, False]
    await door.end()


@in_loop
async def test_who_a_companion_found_inside_was_before_a_document_is_known_after_a_restart(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock, policy={"version": 1})
    door.lay(1)
    door.measure(NORMAL)
    adult = door.passage.passage_id
    group = GroupTold(at=door.desk.now(), passage_id=adult, companions=1, by="guard-1")
    await door.desk.request(group)
    door.clear()
    door.measure(NORMAL)
    child = door.passage.passage_id
    await door.register(adult, phone="13800138000")
    ill = FoundInside(at=door.desk.now(), place="窗口", by="guard-1", passage_id=child)
    await door.desk.request(ill)
    (hold,) = door.gate.door.holds
    by_hand = ByHand(reason="no_card", by="guard-1")
    document = DocumentTyped(
        at=door.gate.now(), card=synthetic_card(2), by_hand=by_hand, passage_id=hold.passage_id
    )
    await door.desk.request(document)
    await door.durable()
    (named,) = door.gate.door.holds
    assert (named.known_as, named.person_ref != hold.person_ref) == (hold.person_ref, True)
    await door.end()

    door = AtWork(tmp_path, clock, policy={"version": 1})
    (after,) = door.gate.door.holds
    assert (after.known_as, after.person_ref) == (hold.person_ref, named.person_ref)
    await door.end()
