"""A policy file is taken as it is meant, or refused: no slip is guessed at; the wire is lenient."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gate_agent.config.load import load_policy
from gate_agent.contract.leading_group import RestHours
from gate_agent.contract.moment import on_clock
from gate_agent.contract.policy import Policy
from gate_agent.contract.policy_document import read_policy
from gate_agent.errors import ConfigurationError

_SHIFT = {"leader": "李主任", "phone": "120", "valid_until": "2026-12-02T08:00:00+08:00"}
_OPENING = "opens", "closes"
SLIPS: dict[str, dict[str, Any]] = {
    "daily_report_at: an offset": {"daily_report_at": "18:00+08:00"},
    "daily_report_at: UTC": {"daily_report_at": "18:00Z"},
    "daily_report_at: seconds": {"daily_report_at": 64800},
    "daily_report_at: seconds as text": {"daily_report_at": "64800"},
    "duties.due_at.1: UTC": {"duties": {"due_at": ["10:00", "14:00Z", "17:30"]}},
    "contacts.most: a truth": {"contacts": {"most": True}},
    "hold.recheck_s: text": {"hold": {"recheck_s": "600"}},
    "hold.contact_line_centi_c: text": {"hold": {"contact_line_centi_c": "3_730"}},
    "roster.0.on_duty: a number": {"roster": [{"person_ref": "a" * 64, "on_duty": 1}]},
    "rota.0.valid_from: a number": {"rota": [_SHIFT | {"valid_from": 0}]},
    "rota.0.valid_from: a number as text": {"rota": [_SHIFT | {"valid_from": "1"}]},
    "rota.0.valid_from: no offset": {"rota": [_SHIFT | {"valid_from": "2026-12-01T08:00:00"}]},
    "rota.0.valid_until: the calendar's end": {
        "rota": [
            _SHIFT
            | {
                "valid_from": "2026-12-01T08:00:00+08:00",
                "valid_until": "9999-12-31T23:59:59-10:00",
            }
        ]
    },
    "valid_from: a number": {"valid_from": 1796083200},
    "quotas.days.0.day: a number": {"quotas": {"days": [{"day": "20787", "most": 5}]}},
}


WANTED: dict[str, tuple[dict[str, Any], str]] = {
    "calls.0.phone": (
        {"calls": [{"post": "a", "phone": "x"}]}, "expected text such as 010-5550 0120, got"),
    "rota.0.phone": (
        {"rota": [_SHIFT | {"phone": "x", "valid_from": "2026-12-01T08:00:00+08:00"}]},
        "expected text such as 010-5550 0120, got"),
    "online_channels.0.url": (
        {"online_channels": [{"zh": "a", "url": "x"}]},
        "expected text such as https://example.org/, got"),
    "roster.0.person_ref": ({"roster": [{"person_ref": "x"}]}, "expected a person_ref, got"),
    "watch.0": ({"watch": ["x"]}, "expected person_refs to be measured again by hand"),
    "duties.due_at.0": ({"duties": {"due_at": ["25:00"]}}, "expected in a valid time format"),
}  # fmt: skip


@pytest.mark.parametrize("place", WANTED)
def test_what_is_expected_of_a_value_is_said_of_that_very_value(place: str, tmp_path: Path) -> None:
    tree, wanted = WANTED[place]
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({"version": 3} | tree), encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load_policy(file)

    (fault,) = refused.value.faults
    assert f" {place}: {wanted}" in fault


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_at_its_place(slip: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({"version": 3} | SLIPS[slip]), encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load_policy(file)

    (fault,) = refused.value.faults
    assert f" {slip.partition(':')[0]}: " in fault


@pytest.mark.parametrize("slip", SLIPS)
def test_from_the_wire_it_is_named_and_closes_the_door_all_the_same(slip: str) -> None:
    document = {"version": 3, "hall_mode": "emergency"} | SLIPS[slip]

    read = read_policy(json.dumps(document).encode())

    assert read.policy.hall_mode == "emergency"
    assert read.unread
    assert read.policy.daily_report_at == time(18)


def test_every_time_of_day_in_a_policy_is_of_the_halls_clock() -> None:
    """A field with another type of time would be one that can kill what compares it."""
    schema = json.dumps(Policy.model_json_schema())
    assert schema.count('"format": "time"') == len(
        [Policy().daily_report_at, Policy().duties.due_at, *_OPENING, *RestHours.model_fields]
    )


def test_a_broken_clocks_last_day_is_shown_as_it_is() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert on_clock(last, ZoneInfo("Asia/Shanghai")) == last
