"""A real gate finds close contacts in its journal, and takes notes and contacts over a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

from domain.benches import FEVER, NORMAL
from gate.at_work import AtWork, at_work
from gate_agent.contract.contact_records import JudgementDetails
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.records import (
    ContactListed,
    ContactState,
    HoldState,
    NoteKind,
    PassageDecided,
)
from gate_agent.domain.door import ContactJudged, DrillStarted, HoldStepped, NoteTaken
from gate_agent.testing import FakeClock


async def confirm(door: AtWork) -> str:
    hold_id = door.gate.snapshot().holds[0].hold_id
    for step in (HoldState.ACKNOWLEDGED, HoldState.RECHECKED, HoldState.CONFIRMED):
        await door.gate.request(
            HoldStepped(
                at=door.gate.now(),
                hold_id=hold_id,
                step=step,
                by="guard-1",
                details=StepDetails(contact_centi_c=3790),
            )
        )
    await door.durable()
    return hold_id


async def fever_among_others(door: AtWork) -> str:
    for card in (1, 2):
        door.comes(NORMAL, card)
        await door.durable()
    door.comes(FEVER, 3)
    await door.durable()
    door.comes(NORMAL, 4)
    await door.durable()
    return await confirm(door)


def test_a_confirmed_fever_lists_who_passed_near_it_and_not_himself(tmp_path: Path) -> None:
    async def story() -> None:
        with at_work(tmp_path, FakeClock()) as door:
            hold_id = await fever_among_others(door)

            (listed,) = [record for record in door.records if isinstance(record, ContactListed)]
            held = {v.person_ref for v in door.verdicts if v.hold_id is not None}
            others = {v.person_ref for v in door.verdicts} - held
            assert {entry.person_ref for entry in listed.contacts} == others
            assert sorted(entry.apart_s > 0 for entry in listed.contacts) == [False, False, True]
            shown = door.gate.snapshot().contacts
            assert {contact.hold_id for contact in shown} == {hold_id}
            assert all("*" in contact.person.name for contact in shown if contact.person)
            assert "contacts" in [alarm.what for alarm in door.gate.snapshot().alarms]

    asyncio.run(story())


def test_notes_contacts_and_steps_are_there_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()

    async def before() -> tuple[object, ...]:
        with at_work(tmp_path, clock) as door:
            hold_id = await fever_among_others(door)
            for answered in (False, True):
                await door.gate.request(
                    NoteTaken(
                        at=door.gate.now(),
                        hold_id=hold_id,
                        kind=NoteKind.CALLED,
                        by="guard-1",
                        details=NoteDetails(to="区疫情防控办", answered=answered),
                    )
                )
            first = door.gate.snapshot().contacts[0].contact_id
            await door.gate.request(
                ContactJudged(
                    at=door.gate.now(),
                    contact_id=first,
                    state=ContactState.DISMISSED,
                    by="guard-1",
                    details=JudgementDetails(reason="隔着玻璃"),
                )
            )
            shown = door.gate.snapshot()
            return shown.holds[0].notes, shown.contacts, shown.holds[0].steps

    async def after() -> tuple[object, ...]:
        with at_work(tmp_path, clock) as door:
            shown = door.gate.snapshot()
            return shown.holds[0].notes, shown.contacts, shown.holds[0].steps

    kept = asyncio.run(before())
    assert [len(part) for part in kept] == [2, 3, 3]  # type: ignore[arg-type]
    assert asyncio.run(after()) == kept


def test_a_drill_is_kept_marked_and_counts_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        with at_work(tmp_path, FakeClock()) as door:
            await door.gate.request(DrillStarted(at=door.gate.now(), by="guard-1"))
            await door.durable()

            shown = door.gate.snapshot()
            assert [hold.drill for hold in shown.holds] == [True]
            assert shown.today.holds_opened == 0
            assert not [r for r in door.records if isinstance(r, PassageDecided)]
            bodies = [event.body or b"" for event in door.reader.after(0, 100)]
            assert any(b'"gate.hold.opened.v1"' in b and b'"drill":true' in b for b in bodies)

    asyncio.run(story())
