"""A case has every reading of its person, once: of each passage, of two holds that became one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from collector.hall_of_doors import hall
from collector.served_centre import app_of, centre_of, serving
from domain.benches import FEVER, NOON, NORMAL, PHONE, Bench, new_door
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import HoldOpened, HoldState, NoteKind, Record
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.domain.door import (
    DoorEvent,
    HandMeasured,
    HoldStepped,
    NoteTaken,
    RegistrationGiven,
    SymptomsDeclared,
)
from gate_agent.domain.effects import Effects, WriteEvent
from gate_collector.cases.gathered import gather_case
from gate_collector.papers.content import CaseFacts, LineSort

_GUARD = "王值守"


@dataclass
class _Door(Bench):
    """A real door, and when it recorded what."""

    recorded: list[tuple[datetime, Record]] = field(default_factory=list)

    def take(self, event: DoorEvent) -> Effects:
        effects = super().take(event)
        written = (one.record for one in effects if isinstance(one, WriteEvent))
        self.recorded += [(self.now.utc, record) for record in written]
        return effects

    @property
    def here(self) -> str:
        return self.door.passage.passage_id or ""

    @property
    def held(self) -> list[str]:
        return [record.hold_id for _, record in self.recorded if isinstance(record, HoldOpened)]

    def hand(self, contact: int) -> None:
        self.wait(7)
        passage_id = self.here
        self.take(
            HandMeasured(at=self.now, passage_id=passage_id, contact_centi_c=contact, by=_GUARD)
        )


def _held_twice() -> _Door:
    """Play who is held for symptoms, walks off, is held without a name, and lays the card."""
    door = _Door(new_door(Policy()))
    door.card()
    door.steady(NORMAL)
    door.hand(3640)  # while they register
    door.take(SymptomsDeclared(at=door.now, passage_id=door.here, by=_GUARD))
    door.hand(3650)
    door.hand(3660)
    door.nobody_for(2)
    door.steady(FEVER)
    door.hand(3550)  # far below the forehead: one reading more is asked for
    asked = NoteDetails(symptoms=("咳嗽",))
    door.take(
        NoteTaken(
            at=door.now, hold_id=door.held[1], kind=NoteKind.SYMPTOMS, by=_GUARD, details=asked
        )
    )
    door.card()
    return door


def _well(door: _Door) -> None:
    """Let them be found well, be read once more while they register, and go in."""
    door.hand(3670)
    door.take(
        HoldStepped(
            at=door.now, hold_id=door.held[0], step=HoldState.RELEASED, by=_GUARD,
            details=StepDetails(contact_centi_c=3670),
        )
    )  # fmt: skip
    door.hand(3680)
    phone = RegistrationDetails(phone=PHONE)
    door.take(RegistrationGiven(at=door.now, passage_id=door.here, details=phone, by=_GUARD))


def _pages(tmp_path: Path, door: _Door, seed: int | None) -> tuple[CaseFacts, CaseFacts, str, str]:
    """Return both cases, the page of the first and its paper, after its events came in an order."""
    with hall(tmp_path, now=NOON.utc + timedelta(hours=1)) as one:
        bodies = [one.west.body(record, at=at) for at, record in door.recorded]
        if seed is not None:
            Random(seed).shuffle(bodies)  # noqa: S311 no secret
        for body in bodies:
            one.west.send(body)
        one.settle()
        kept, gone = (gather_case(centre_of(one), "west-1f", hold_id) for hold_id in door.held)
        path = f"/cases/west-1f/{door.held[0]}"
        with serving(app_of(centre_of(one))) as client:
            page = client.get(path).text
            asked = {"by": _GUARD, "kind": "first"}
            assert client.post(f"{path}/papers", json=asked).status_code == 201
            paper = client.get(f"{path}/papers/1").text
    assert kept is not None
    assert gone is not None
    return kept.facts, gone.facts, page, paper


def _lines(facts: CaseFacts, *sorts: LineSort) -> list[tuple[str, str]]:
    return [
        (line.sort, detail.text)
        for line in facts.lines
        if line.sort in sorts
        for detail in line.details
        if detail.name == "contact_centi_c"
    ]


def _by_contact(facts: CaseFacts) -> list[int | None]:
    return [one.contact_centi_c for one in facts.measured if one.is_contact]


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_a_case_lists_each_contact_reading_of_two_holds_that_became_one(
    tmp_path: Path, seed: int | None
) -> None:
    door = _held_twice()
    assert len(door.held) == 2
    assert len(door.door.holds) == 1
    _well(door)

    kept, gone, page, paper = _pages(tmp_path, door, seed)

    assert _lines(kept, LineSort.READ, LineSort.STEP) == [
        ("read", "36.40 ℃"),
        ("step", "36.50 ℃"),
        ("read", "36.60 ℃"),
        ("read", "35.50 ℃"),
        ("read", "36.70 ℃"),
        ("step", "36.70 ℃"),
        ("read", "36.80 ℃"),
    ]
    assert _by_contact(kept) == [3640, 3650, 3660, 3550, 3670, 3680]
    assert {one.surface_centi_c for one in kept.measured if not one.is_contact} == {NORMAL, FEVER}
    assert [line.sort for line in kept.lines].count(LineSort.JOINED) == 1
    assert kept.symptoms == ("咳嗽",)
    assert _lines(gone, LineSort.STEP) == [("step", "35.50 ℃")]
    assert gone.lines[-1].details[0].text == "case_page.into"
    for shown in (page, paper):
        assert shown.count("36.80 ℃") >= 2
        assert shown.count("人工测温") == 5
        assert "同一人的另一暂留并入本案" in shown


def test_what_a_hold_took_over_from_another_is_one_reading(tmp_path: Path) -> None:
    door = _Door(new_door(Policy()))
    door.card()
    door.steady(NORMAL)
    door.take(SymptomsDeclared(at=door.now, passage_id=door.here, by=_GUARD))
    door.nobody_for(2)
    door.steady(FEVER)
    door.hand(3550)
    door.wait(9)
    door.card()
    (hold,) = door.door.holds
    assert hold.state is HoldState.RECHECKED  # by the steps of the other

    kept, _, _, _ = _pages(tmp_path, door, None)

    assert _by_contact(kept) == [3550]
    assert _lines(kept, LineSort.READ, LineSort.STEP) == [("read", "35.50 ℃"), ("step", "35.50 ℃")]
