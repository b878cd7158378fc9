"""A fever from its flag to its end, as the doors' events tell it, for tests of a case."""

from __future__ import annotations

from datetime import datetime, timedelta

from collector.hall_of_doors import TEN, Door, ref
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    Decision,
    HoldIdentified,
    HoldNoted,
    HoldOpened,
    HoldState,
    HoldStep,
    NoteKind,
    Outcome,
    PassageDecided,
    Temperature,
)

OFFICE = "区疫情防控办"
NUMBER = "东疾控〔2026〕12号"
RARE = "欧阳龘靐齉爩阿卜杜拉赫曼穆罕默"  # 15 characters, of which fonts lack some
_LIMITS = {
    HoldState.ACKNOWLEDGED: 600.0,
    HoldState.RECHECKED: 600.0,
    HoldState.CONFIRMED: 300.0,
    HoldState.REPORTED: 7200.0,
    HoldState.TRANSFERRED: 7200.0,
}


def at(seconds: float) -> datetime:
    """Return so many seconds after ten."""
    return TEN + timedelta(seconds=seconds)


def step(
    door: Door, state: HoldState, seconds: float, *, by: str = "王值守", hold_id: str = "hold-1",
    brought: StepDetails | None = None,
) -> None:  # fmt: skip
    """Do a step so many seconds after ten."""
    details = (brought or StepDetails()).model_dump()
    door.say(
        HoldStep(
            hold_id=hold_id, step=state, by=by, at=format_utc(at(seconds)),
            deadline_s=_LIMITS.get(state), **details,
        ),
        at=at(seconds),
    )  # fmt: skip


def note(
    door: Door, kind: NoteKind, seconds: float, *, hold_id: str = "hold-1", by: str = "王值守",
    said: NoteDetails | None = None,
) -> None:  # fmt: skip
    """Note something so many seconds after ten."""
    details = (said or NoteDetails()).model_dump()
    record = HoldNoted(hold_id=hold_id, kind=kind, by=by, at=format_utc(at(seconds)), **details)
    door.say(record, at=at(seconds))


def opened_nameless(door: Door, hold_id: str = "hold-1") -> None:
    """Hold somebody of whom nobody knows who it is."""
    door.say(
        HoldOpened(
            hold_id=hold_id, passage_id="p-0", person_ref=None, category=Category.UNKNOWN,
            reason="elevated", surface_centi_c=3590, opened=format_utc(at(0)), deadline_s=15,
        ),
        at=at(0),
    )  # fmt: skip


def identified(
    door: Door, seconds: float, *, who: str = "feverish", hold_id: str = "hold-1",
    by: str = "王值守",
) -> None:  # fmt: skip
    """Tell who is held, with a registration and a phone."""
    door.say(
        HoldIdentified(
            hold_id=hold_id, passage_id="p-0", person_ref=ref(who), category=Category.VISITOR,
            registered=True, phone=True, companions=1, by=by, at=format_utc(at(seconds)),
        ),
        at=at(seconds),
    )  # fmt: skip


def decided(door: Door, seconds: float, *, who: str = "feverish") -> None:
    """Tell the passage of who is held anew, as the door does once it knows who that is."""
    read = Temperature(
        outcome=Outcome.ELEVATED, surface_centi_c=3590, score_centi_c=3612,
        threshold_centi_c=3540, ambient_centi_c=2210,
    )  # fmt: skip
    record = PassageDecided(
        passage_id="p-0", category=Category.VISITOR, person_ref=ref(who), decision=Decision.HOLD,
        reasons=("elevated",), temperature=read, started=format_utc(at(-4)),
        decided=format_utc(at(0)), registered=True, hall_mode=HallMode.OPEN, hold_id="hold-1",
    )  # fmt: skip
    door.say(record, at=at(seconds))


def confirmed(door: Door, *, hold_id: str = "hold-1", seconds: float = 120) -> None:
    """Bring a hold to a confirmed fever."""
    step(door, HoldState.ACKNOWLEDGED, 12, hold_id=hold_id)
    step(door, HoldState.RECHECKED, 60, hold_id=hold_id, brought=StepDetails(contact_centi_c=3840))
    step(door, HoldState.CONFIRMED, seconds, hold_id=hold_id)


def reported(door: Door, seconds: float, *, to: str = OFFICE, number: str | None = NUMBER) -> None:
    """Tell an office."""
    brought = StepDetails(to=to, office_reference=number)
    step(door, HoldState.REPORTED, seconds, brought=brought)


def ended(door: Door, seconds: float = 1800) -> None:
    """Hand the person over, disinfect, close."""
    brought = StepDetails(to="发热门诊", vehicle="负压救护车")
    step(door, HoldState.TRANSFERRED, seconds, brought=brought)
    note(door, NoteKind.DISINFECTED, seconds + 300)
    step(door, HoldState.CLOSED, seconds + 310)
    door.close("hold-1", "transferred", at=at(seconds + 310))
