"""A policy is applied when its time comes, kept over a restart, and never an older one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gate.at_work import NORMAL, AtWork, in_loop
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import Decision, ModeApplied
from gate_agent.gate.policies import MOST_STEPS, PolicyKeeper
from gate_agent.testing import FakeClock


def document(version: int, mode: str = "open", valid_from: datetime | None = None) -> bytes:
    told: dict[str, object] = {
        "version": version,
        "hall_mode": mode,
        "registration": {"phone": "optional"},
    }
    if valid_from is not None:
        told["valid_from"] = format_utc(valid_from)
    return json.dumps(told).encode()


def applied(door: AtWork) -> list[tuple[object, object]]:
    told = door.told("mode.applied")
    return [(event.data["policy_version"], event.data["hall_mode"]) for event in told]


@in_loop
async def test_the_centres_policy_counts_at_once_and_is_recorded(tmp_path: Path) -> None:
    door = AtWork(tmp_path)

    door.gate.on_policy(document(2, "emergency"))
    door.lay(1)
    door.measure(NORMAL)

    assert door.seen.hall_mode is HallMode.EMERGENCY
    assert door.passage.decision is Decision.DENY
    await door.durable()
    assert applied(door) == [(1, "open"), (2, "emergency")]
    await door.end()


@in_loop
async def test_an_older_policy_and_the_same_again_change_nothing(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    door.gate.on_policy(document(5, "closed"))

    door.gate.on_policy(document(4, "open"))
    door.gate.on_policy(document(5, "open"))

    assert door.seen.hall_mode is HallMode.CLOSED
    await door.durable()
    assert applied(door) == [(1, "open"), (5, "closed")]
    await door.end()


@in_loop
async def test_a_policy_that_cannot_be_used_is_counted_and_the_old_one_stays(
    tmp_path: Path,
) -> None:
    door = AtWork(tmp_path)

    for unusable in (b"", b"[]", b'{"version": "nine", "hall_mode": "closed"}', b"\xff" * 99):
        door.gate.on_policy(unusable)

    assert door.gate.counts()["policy_refused"] == 4
    assert door.seen.policy_version == 1
    assert [alarm.what for alarm in door.seen.alarms] == ["policy"]
    door.gate.on_policy(document(2))
    assert door.seen.alarms == ()
    await door.end()


@in_loop
async def test_a_policy_that_cannot_be_kept_is_not_applied_either(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    (door.path.parent / ".policy.next.json.new").mkdir()

    door.gate.on_policy(document(2, "closed"))
    await door.ticker.tick()

    assert door.gate.counts()["policy_refused"] == 1
    assert door.seen.policy_version == 1
    await door.end()


@in_loop
async def test_a_policy_waits_for_its_time_and_the_tick_applies_it(tmp_path: Path) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.gate.on_policy(document(2, "closed", clock.utc + timedelta(hours=1)))
    await door.ticker.tick()
    before = door.seen.hall_mode

    clock.advance(3600)
    await door.ticker.tick()

    assert (before, door.seen.hall_mode) == (HallMode.OPEN, HallMode.CLOSED)
    await door.end()


@in_loop
async def test_over_a_restart_the_one_in_force_holds_and_the_next_one_waits(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    door = AtWork(tmp_path, clock)
    door.gate.on_policy(document(2, "emergency"))
    door.gate.on_policy(document(3, "open", clock.utc + timedelta(hours=1)))
    await door.durable()
    door.die()

    door = AtWork(tmp_path, clock)
    mode = door.seen.hall_mode
    assert mode is HallMode.EMERGENCY, "not the installer's file: hall open"
    await door.durable()
    assert applied(door) == [(1, "open"), (2, "emergency")], "a restart is no change of mode"
    assert door.told("agent.started")[-1].data["policy_version"] == 2

    clock.advance(3601)
    await door.ticker.tick()
    assert door.seen.hall_mode is HallMode.OPEN
    await door.durable()
    assert applied(door)[-1] == (3, "open")
    await door.end()


def test_a_newer_file_of_the_installer_wins_over_what_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(document(1))
    keeper = PolicyKeeper(file=file, beside=tmp_path)
    keeper.offer(document(2, "closed"))
    keeper.due(datetime(2026, 11, 24, tzinfo=UTC))
    file.write_bytes(document(7, "appointment"))

    assert PolicyKeeper(file=file, beside=tmp_path).current.policy.hall_mode is HallMode.APPOINTMENT


def test_a_kept_policy_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_bytes(b"half a docu")

    keeper = PolicyKeeper(file=None, beside=tmp_path)

    assert keeper.current.policy.version == 0
    assert (tmp_path / "policy.unreadable").read_bytes() == b"half a docu"


@in_loop
async def test_a_door_that_lost_its_policy_keeps_its_mode_until_the_centre_sends_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    door = AtWork(tmp_path)
    door.gate.on_policy(document(2, "emergency"))
    await door.durable()
    kept = door.path.parent / "policy.json"
    door.die()
    kept.write_bytes(b"half a docu")

    for _ in range(2):  # it is as lost at the start after the next
        door = AtWork(tmp_path)
        assert door.seen.hall_mode is HallMode.EMERGENCY, "not the installer's file: hall open"
        assert "policy" in {alarm.what for alarm in door.seen.alarms}
        await door.durable()
        assert applied(door)[-1] == (1, "emergency")
        assert len(applied(door)) == 3
        door.die()
    assert caplog.text.count("policy.json cannot be read") == 1

    door = AtWork(tmp_path)
    door.gate.on_policy(document(2, "open"))
    assert door.seen.hall_mode is HallMode.OPEN
    assert door.seen.alarms == ()
    await door.end()


@in_loop
async def test_a_version_that_ends_all_others_and_one_that_no_database_counts_are_refused(
    tmp_path: Path,
) -> None:
    door = AtWork(tmp_path)

    for version in (2**62, 2**63, 2**64, 10**30, 1 + MOST_STEPS + 1):
        door.gate.on_policy(document(version, "closed"))
    door.gate.on_policy(document(1 + MOST_STEPS, "emergency"))

    await door.durable()
    assert applied(door) == [(1, "open"), (1 + MOST_STEPS, "emergency")]
    await door.end()


def test_a_version_before_the_last_that_was_in_force_comes_never_back(tmp_path: Path) -> None:
    last = ModeApplied(policy_version=7, hall_mode=HallMode.CLOSED, policy_sha256="ab" * 32)
    keeper = PolicyKeeper(file=None, beside=tmp_path, last=last)  # its kept policy is lost

    assert not keeper.offer(document(6))
    assert keeper.offer(document(7, "closed"))
