"""The visitors' display says what is true in each state, whatever is lost meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest

from gate_agent.contract.guidance import Bulletin, FeverClinic
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import Decision, DeviceState
from gate_agent.gate.screen_state import Phase, ScreenState, ThermometerView
from gate_agent.gate.visitor import Guide, TextView, visitor_view
from gate_agent.words import WORDS
from web import scenes

_OPEN = scenes.idle()
_NOT_TRUSTED = scenes.not_trusted().thermometer
assert _NOT_TRUSTED is not None
_HAND: ThermometerView = _NOT_TRUSTED
_SOUND = _HAND.model_copy(update={"by_hand": False})
_CHECKING = _SOUND.model_copy(update={"checking_s": 80.0})
_THERMOMETERS = {"sound": _SOUND, "by_hand": _HAND, "checking": _CHECKING}
_UNDECIDED = {  # with a sound door, and where the contact thermometer alone decides
    Phase.MEASURING: (Guide.MEASURE, Guide.HAND),
    Phase.IDENTIFIED: (Guide.MEASURE, Guide.HAND),
    Phase.MEASURED: (Guide.CARD, Guide.CARD),
    Phase.REGISTERING: (Guide.REGISTER, Guide.REGISTER),
    Phase.GATHERING: (Guide.WAIT, Guide.WAIT),
}


def door(
    *,
    thermometer: ThermometerView = _SOUND,
    mode: HallMode = HallMode.OPEN,
    lost: str | None = None,
    writable: bool = True,
) -> ScreenState:
    devices = dict(_OPEN.devices)
    if lost is not None:
        any_device = next(iter(devices.values()))
        devices[lost] = any_device.model_copy(update={"state": DeviceState.LOST})
    journal = _OPEN.journal.model_copy(update={"writable": writable})
    return _OPEN.model_copy(
        update={"thermometer": thermometer, "hall_mode": mode, "devices": devices,
                "journal": journal}
    )  # fmt: skip


def with_passage(base: ScreenState, phase: Phase, **more: object) -> ScreenState:
    return base.model_copy(update={"passage": scenes.passage(phase).model_copy(update=more)})


def says(state: ScreenState) -> tuple[Guide, str]:
    view = visitor_view(state, Policy())
    return view.guide, view.why


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (door(), (Guide.WELCOME, "")),
        (door(mode=HallMode.APPOINTMENT), (Guide.WELCOME, "")),
        (door(mode=HallMode.CLOSED, writable=False), (Guide.AWAY, "hall_closed")),
        (door(mode=HallMode.EMERGENCY, thermometer=_HAND), (Guide.AWAY, "emergency")),
        (door(thermometer=_HAND, lost="thermometer"), (Guide.HAND, "")),
        (door(thermometer=_HAND, writable=False), (Guide.ASK, "")),
        (door(thermometer=_CHECKING), (Guide.ASK, "checking")),
        (door(lost="id_reader"), (Guide.ASK, "")),
        (door(lost="camera"), (Guide.WELCOME, "")),
    ],
)
def test_who_comes_next_is_told_what_the_door_can_do(
    state: ScreenState, said: tuple[Guide, str]
) -> None:
    assert says(state) == said


@pytest.mark.parametrize(("phase", "kind"), list(product(_UNDECIDED, _THERMOMETERS)))
def test_who_stands_there_is_asked_for_nothing_that_cannot_be_done(phase: Phase, kind: str) -> None:
    state = with_passage(door(thermometer=_THERMOMETERS[kind]), phase)
    sound, by_hand = _UNDECIDED[phase]
    assert says(state)[0] is (by_hand if kind == "by_hand" else sound)
    assert says(state.model_copy(update={"hall_mode": HallMode.EMERGENCY})) == (
        Guide.AWAY,
        "emergency",
    )
    without = with_passage(door(thermometer=_THERMOMETERS[kind], lost="id_reader"), phase)
    assert says(without)[0] is (Guide.ASK if phase is Phase.MEASURED else says(state)[0])
    asked = with_passage(door(), phase, card_asked=True)
    assert says(asked) == (Guide.ASK, "card_asked")


@pytest.mark.parametrize(
    ("decision", "reasons", "more", "said"),
    [
        (Decision.ADMIT, (), {"gate_open": True}, (Guide.GO, "")),
        (Decision.ADMIT, (), {"gate_open": False}, (Guide.WAIT, "")),
        (Decision.HOLD, ("elevated",), {}, (Guide.WAIT, "")),
        (Decision.HOLD, ("declared_symptoms", "card_fault"), {}, (Guide.WAIT, "")),
        (Decision.DENY, ("no_appointment",), {}, (Guide.AWAY, "no_appointment")),
        (Decision.DENY, ("cancelled_epidemic",), {}, (Guide.AWAY, "cancelled_epidemic")),
        (Decision.DENY, ("sealed:0:x",), {}, (Guide.AWAY, "")),
        (Decision.DENY, ("registration_timeout",), {}, (Guide.AGAIN, "registration_timeout")),
        (Decision.RECHECK, ("cold_skin",), {}, (Guide.AGAIN, "cold_skin")),
        (Decision.RECHECK, ("unstable",), {}, (Guide.AGAIN, "")),
        (Decision.RECHECK, ("no_card",), {}, (Guide.AGAIN, "no_card")),
        (Decision.RECHECK, ("card_not_read",), {}, (Guide.ASK, "card_not_read")),
        (Decision.RECHECK, ("unstable", "card_fault"), {}, (Guide.ASK, "card_fault")),
        (Decision.RECHECK, ("thermometer_lost",), {"needs_hand": True}, (Guide.HAND, "")),
        (Decision.AMBIGUOUS, ("two_cards",), {}, (Guide.AGAIN, "two_cards")),
    ],
)
def test_a_verdict_is_told_in_words_that_hold(
    decision: Decision,
    reasons: tuple[str, ...],
    more: dict[str, object],
    said: tuple[Guide, str],
) -> None:
    verdict = {"decision": decision, "reasons": reasons, **more}
    assert says(with_passage(door(), Phase.SETTLED, **verdict)) == said

    guide, why = says(with_passage(door(thermometer=_HAND), Phase.SETTLED, **verdict))
    assert (guide, why) == ((Guide.HAND, "") if said[0] is Guide.AGAIN else said)
    assert f"guide.{guide}" in WORDS
    assert not why or f"guide_why.{why}" in WORDS


def test_a_bulletin_is_shown_with_its_source_and_within_its_time_alone() -> None:
    now = parse_utc(_OPEN.time)
    begin, end = now - timedelta(hours=1), now + timedelta(hours=1)
    tip = Bulletin(zh="戴好口罩", source="区疫情防控办", valid_from=begin, valid_until=end)
    policy = Policy(bulletins=(tip,))

    def at(moment: datetime) -> tuple[str, ...]:
        state = _OPEN.model_copy(update={"time": format_utc(moment)})
        return tuple(one.zh for one in visitor_view(state, policy).notices)

    assert at(begin) == at(now) == ("戴好口罩\n来源：区疫情防控办",)
    assert at(end) == at(begin - timedelta(seconds=1)) == ()


def test_whoever_waits_or_turns_back_sees_where_a_doctor_is_whatever_the_reason() -> None:
    clinic = FeverClinic(name="区人民医院", address="东街 1 号", phone="010-5550 0120")
    policy = Policy(clinics=(clinic,))
    held, waits = (
        with_passage(door(), Phase.SETTLED, decision=decision, gate_open=False)
        for decision in (Decision.HOLD, Decision.ADMIT)
    )
    shown = {visitor_view(state, policy) for state in (held, waits)}

    assert {view.clinics for view in shown} == {
        (TextView(zh="区人民医院\n东街 1 号\n010-5550 0120", en=""),)
    }
    assert len({view.model_dump_json() for view in shown}) == 1, "nobody sees who is held"
    assert visitor_view(door(), policy).clinics == ()
    assert visitor_view(door(mode=HallMode.CLOSED), policy).clinics != ()
