"""What an alert says: by how much, in whole words, and at which door by the name people know."""

from __future__ import annotations

import re

import pytest

from collector.hall_of_doors import TEN
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import TellLeaders
from gate_agent.contract.records import (
    Category,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    Record,
)
from gate_collector.alerts.causes import Came, From, of_event

_WEST = From(gate="west-1f", door="一层西侧出入口", epoch="a" * 32)
_AT = format_utc(TEN)


def _text(record: Record, came: Came | None = None) -> str:
    cause = of_event(_WEST, record.TYPE, record.model_dump_json(), came or Came())
    assert cause is not None
    assert cause.gate == "west-1f"
    assert "west-1f" not in cause.text["zh"]
    assert not re.search("[\u3400-\u9fff]", cause.text["en"].replace(_WEST.door, "")), cause.text
    return cause.text["zh"]


def _opened(**more: object) -> HoldOpened:
    told = {
        "hold_id": "h", "passage_id": "p", "person_ref": None, "category": Category.VISITOR,
        "reason": "elevated", "surface_centi_c": 3479, "opened": _AT, "deadline_s": 15,
    }  # fmt: skip
    return HoldOpened.model_validate(told | more)


@pytest.mark.parametrize(
    ("more", "came", "why"),
    [
        ({"over_centi_c": 62}, None, "体温偏高：高出警戒线 0.6 ℃（体表 34.8）"),
        ({"over_centi_c": 0}, None, "体温偏高：高出警戒线 0.0 ℃（体表 34.8）"),
        ({}, None, "体温偏高（体表 34.8 ℃）"),  # over another limit, or of an older door
        ({"contact_centi_c": 3840}, None, "体温偏高：体温计 38.4 ℃"),
        ({"over_centi_c": 62}, Came(contact_centi_c=3840), "体温偏高：体温计 38.4 ℃"),
        ({"surface_centi_c": None, "reason": "declared_symptoms"}, None, "申报症状"),
    ],
)
def test_a_hold_is_told_by_how_far_it_lies_over_the_line(
    more: dict[str, object], came: Came | None, why: str
) -> None:
    text = _text(_opened(**more), came)

    assert text == f"一层西侧出入口暂留一人。{why}。请立即确认现场已安置、复测，并准备上报。"


@pytest.mark.parametrize(
    ("more", "confirmed", "flagged"),
    [
        ({"beyond_rail": False}, False, True),  # a forehead's flag is the guard's
        ({"beyond_rail": True}, True, True),
        ({"beyond_rail": None}, True, True),  # an older door does not say
        ({"beyond_rail": False, "reason": "declared_symptoms"}, True, True),
        ({"beyond_rail": False, "reason": "guard"}, True, True),
    ],
)
def test_a_flag_below_the_rail_is_silent_unless_leaders_are_told_of_each(
    more: dict[str, object], *, confirmed: bool, flagged: bool
) -> None:
    held = _opened(**more).model_dump_json()

    told = {tell: of_event(_WEST, HoldOpened.TYPE, held, tell=tell) for tell in TellLeaders}

    assert {tell: cause is not None for tell, cause in told.items()} == {
        TellLeaders.CONFIRMED: confirmed,
        TellLeaders.FLAGGED: flagged,
    }


def test_a_confirmed_fever_is_told_with_the_thermometers_value() -> None:
    confirmed = HoldStep(hold_id="h", step=HoldState.CONFIRMED, by="guard", at=_AT)

    assert "已确认发热：体温计 38.4 ℃。" in _text(confirmed, Came(contact_centi_c=3840))
    assert "已确认发热。" in _text(confirmed)


def test_a_missed_step_is_told_in_minutes() -> None:
    late = HoldOverdue(hold_id="h", state=HoldState.RECHECKED, due_s=600, escalation=1)

    assert "停在“已复测”已过 10 分钟。" in _text(late)
