"""A newer centre's policy at this door: what can be read holds, what cannot is told, never fine."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.at_work import NORMAL, AtWork, in_loop
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode, KnownPhone, PhoneRule, Policy
from gate_agent.contract.policy_document import encode_policy, read_policy
from gate_agent.contract.records import Decision
from gate_agent.errors import ContractError
from gate_agent.testing import FakeClock
from tree import text

_WHOLE: dict[str, Any] = json.loads(text("config/policy.example.json")) | {
    "version": 7, "hall_mode": "emergency", "watch": ["4" * 64],
}  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def _changed(**parts: object) -> bytes:
    """Return the whole policy with parts replaced; a dict is laid over the one that is there."""
    told = json.loads(json.dumps(_WHOLE))
    for name, part in parts.items():
        both = isinstance(part, dict) and isinstance(told.get(name), dict)
        told[name] = told[name] | part if both else part
    return json.dumps(told).encode()


def _places(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if not isinstance(tree, dict | list):
        return [path]
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return [path, *(place for key, part in inside for place in _places(part, (*path, key)))]


_PLACES = [place for place in _places(_WHOLE) if place not in ((), ("version",), ("hall_mode",))]


@given(
    changes=st.lists(st.tuples(st.sampled_from(_PLACES), _JSON), min_size=1, max_size=4),
    beside=st.booleans(),
)
def test_whatever_else_a_policy_says_an_emergency_closes_the_door(
    *, changes: list[tuple[tuple[str | int, ...], object]], beside: bool
) -> None:
    told = json.loads(json.dumps(_WHOLE))
    for place, value in changes:
        node = told
        try:
            for part in place[:-1]:
                node = node[part]
            node[f"{place[-1]}_new" if beside and isinstance(node, dict) else place[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # another change took it away
    document = json.dumps(told).encode()

    found = read_policy(document)

    assert (found.policy.version, found.policy.hall_mode) == (7, HallMode.EMERGENCY)
    assert found.sha256 == sha256(document).hexdigest()


def test_what_a_newer_version_added_is_left_out_and_told() -> None:
    told = _changed(
        escort={"after_s": 30},
        hold={"whisper": "confirmed", "acknowledge_s": 42},
        roster=[{"person_ref": "1" * 64, "floors": [1, 2]}],
    )

    found = read_policy(told)

    assert found.unread == ()
    assert sorted(found.unknown) == ["escort", "hold.whisper", "roster.*.floors"]
    assert found.policy.hold.acknowledge_s == 42
    assert [entry.person_ref for entry in found.policy.roster] == ["1" * 64]


def test_deadlines_that_can_be_read_hold_beside_one_that_cannot() -> None:
    found = read_policy(_changed(hold={"acknowledge_s": 30, "recheck_s": "soon", "close_s": -1}))

    hold = found.policy.hold
    assert (hold.acknowledge_s, hold.report_s) == (30, 300)
    assert (hold.recheck_s, hold.close_s) == (600, 7200), "what no version ever changes"
    assert sorted(found.unread) == ["hold.close_s", "hold.recheck_s"]


def test_a_value_that_is_not_known_is_read_as_the_strictest() -> None:
    found = read_policy(
        _changed(hall_mode="weekend", registration={"phone": "sms", "known_phone": "voice"})
    )

    assert found.policy.hall_mode is HallMode.EMERGENCY
    assert found.policy.registration.phone is PhoneRule.REQUIRED
    assert found.policy.registration.known_phone is KnownPhone.CONFIRM
    assert sorted(found.unread) == ["hall_mode", "registration.known_phone", "registration.phone"]


def test_a_mode_that_is_not_said_is_not_taken_for_open() -> None:
    found = read_policy(b'{"version": 7}')

    assert (found.policy.hall_mode, found.unread) == (HallMode.EMERGENCY, ("hall_mode",))


@pytest.mark.parametrize(
    ("part", "broken"),
    [
        ("appointments", {"person_ref": "2" * 64, "valid_until": "next week"}),
        ("appointments", {"person_ref": "2" * 64, "green_channel": "on tuesdays"}),
        ("roster", {"person_ref": "2" * 64, "on_duty": "at night"}),
        ("roster", "2" * 64),
    ],
)
def test_half_of_a_right_is_no_right(part: str, broken: object) -> None:
    found = read_policy(_changed(**{part: [broken, {"person_ref": "3" * 64}]}))

    assert [entry.person_ref for entry in getattr(found.policy, part)] == ["3" * 64]
    assert {path.split(".")[0] for path in found.unread} == {part}


def test_a_time_that_cannot_be_read_holds_back_everything_but_an_emergency() -> None:
    with pytest.raises(ContractError, match="valid_from"):
        read_policy(_changed(hall_mode="open", valid_from="Monday"))

    assert read_policy(_changed(valid_from="Monday")).policy.valid_from is None


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"7", b"{", b"\xff", b'{"version": "seven"}', b'{"version": -1}', b"[" * 99_999],
)
def test_what_is_no_policy_is_refused(document: bytes) -> None:
    with pytest.raises(ContractError):
        read_policy(document)


def test_a_path_is_told_without_what_somebody_may_have_written_there() -> None:
    found = read_policy(_changed(**{"张三 138": 1, "hold": {"x" * 99: 1}}))

    assert sorted(found.unknown) == ["?", "hold.?"]


@in_loop
async def test_a_newer_centres_emergency_closes_the_door_and_is_acknowledged(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    document = json.dumps(
        json.loads(encode_policy(Policy(version=2, hall_mode=HallMode.EMERGENCY)))
        | {"escort": {"after_s": 30}, "calls": [{"post": "120", "pager": 7}]},
        indent=1,
    ).encode()

    door.gate.on_policy(document)
    door.lay(1)
    door.measure(NORMAL)

    assert door.passage.decision is Decision.DENY
    assert [alarm.what for alarm in door.seen.alarms] == ["policy"]
    await door.durable()
    applied = door.told("mode.applied")[-1].data
    assert applied["policy_sha256"] == sha256(document).hexdigest()
    assert applied["unread"] == ["calls.*", "calls.*.pager", "escort"]
    door.die()

    door = AtWork(tmp_path, clock)
    assert door.seen.hall_mode is HallMode.EMERGENCY
    await door.durable()
    assert door.told("mode.applied")[-1].data == applied, "a restart is no other policy"
    assert len(door.told("mode.applied")) == 2
    await door.end()


@in_loop
async def test_a_mode_of_a_newer_centre_lets_nobody_in_until_one_comes_that_is_known(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    later = format_utc(clock.utc + timedelta(hours=1))

    def seen() -> tuple[HallMode, bool]:
        shown = door.seen
        return shown.hall_mode, "policy" in {alarm.what for alarm in shown.alarms}

    door.gate.on_policy(_changed(hall_mode="weekend", valid_from=later))
    assert seen() == (HallMode.OPEN, False)
    clock.advance(3601)
    await door.ticker.tick()

    assert seen() == (HallMode.EMERGENCY, True)
    door.gate.on_policy(_changed(version=8, hall_mode="open"))
    assert seen() == (HallMode.OPEN, False)
    await door.end()
