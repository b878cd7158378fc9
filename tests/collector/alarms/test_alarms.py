"""Alarms: raised once, told until cleared; what silence, lateness and contradictions raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from collector.recorded_gates import BEGAN, GATE, SITE, Gate, hold
from collector.running_centre import Centre
from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import DeviceState
from gate_agent.host.tls import WARN_DAYS
from gate_agent.words import WORDS, word
from gate_collector.alarms.book import (
    Alarm,
    AlarmKind,
    alarms_after,
    clear_alarm,
    raise_alarm,
    standing,
)
from gate_collector.alarms.watch import Hearing
from gate_collector.alerts.causes import of_alarm
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.ingest.disbelieved import Disbelieved


def test_an_alarm_that_stands_is_not_raised_twice_and_a_cleared_one_is(engine: Engine) -> None:
    with engine.begin() as connection:
        raise_alarm(connection, "gap", GATE, "first", "2026-11-24T02:00:00.000Z")
        raise_alarm(connection, "gap", GATE, "second", "2026-11-24T02:00:09.000Z")
        (one,) = standing(connection)

        assert (one.since, one.detail) == ("2026-11-24T02:00:00.000Z", "second")
        assert clear_alarm(connection, "gap", GATE, "2026-11-24T02:01:00.000Z")
        assert not clear_alarm(connection, "gap", GATE, "2026-11-24T02:01:01.000Z")
        assert standing(connection) == []
        raise_alarm(connection, "gap", GATE, "third", "2026-11-24T02:02:00.000Z")
        (again,) = standing(connection)
        assert again.id > one.id
        assert [a.id for a in alarms_after(connection, one.id)] == [again.id]
        assert [a.cleared is None for a in alarms_after(connection, 0)] == [False, True]


def test_a_gate_without_heartbeat_is_silent_until_it_is_heard(centre: Centre) -> None:
    gate = Gate()
    centre.take(gate.says(at=BEGAN))

    centre.look(30)
    assert centre.standing() == set()
    centre.look(10)
    assert centre.standing() == {("silent", GATE)}
    centre.take(gate.says(at=BEGAN + timedelta(seconds=41)))
    centre.look()
    assert centre.standing() == set()


def test_what_the_broker_remembers_is_no_heartbeat(centre: Centre) -> None:
    gate = Gate()
    centre.take(gate.says(at=BEGAN))
    centre.look(50)
    assert centre.standing() == {("silent", GATE)}

    centre.take(gate.says(at=BEGAN, retained=True))
    centre.look()

    assert centre.standing() == {("silent", GATE)}


def test_nobody_is_silent_while_the_collector_itself_was_deaf(centre: Centre) -> None:
    centre.take(Gate().says(at=BEGAN))

    centre.hearing = Hearing(connected=False, since=BEGAN)
    centre.look(100)
    assert centre.standing() == {("deaf", "")}
    centre.hearing = Hearing(connected=True, since=BEGAN + timedelta(seconds=100))
    centre.look()
    assert centre.standing() == set()
    centre.look(40)
    assert centre.standing() == {("silent", GATE)}


def test_a_stopped_gate_is_not_silent_and_a_lost_one_is_lost(centre: Centre) -> None:
    west, central = Gate(), Gate("central-2f")
    centre.take(west.says(at=BEGAN, state="stopped"), central.says(at=BEGAN, state="lost"))

    centre.look(100)

    assert centre.standing() == {("lost", "central-2f")}


@pytest.mark.parametrize(
    ("trust", "doubts", "rings"),
    [
        ("trusted", (), False),
        ("doubtful", ("check_overdue", "warming_up"), False),
        ("doubtful", ("check_overdue", "elsewhere"), True),
        ("doubtful", ("shifted",), True),
        ("not_trusted", ("frozen",), True),
        ("not_trusted", ("a doubt of tomorrow",), True),
    ],
)
def test_a_thermometer_that_drifts_or_is_not_trusted_is_told_until_it_is_well(
    centre: Centre, trust: str, doubts: tuple[str, ...], *, rings: bool
) -> None:
    gate = Gate()
    centre.take(gate.says(at=BEGAN, thermometer={"trust": trust, "doubts": doubts}))
    centre.look()
    assert centre.standing() == ({("trust", GATE)} if rings else set())
    assert [alarm.detail for alarm in centre.alarms] == [", ".join((trust, *doubts))] * rings

    centre.take(gate.says(at=BEGAN + timedelta(seconds=1), thermometer={"trust": "trusted"}))
    centre.look()

    assert centre.standing() == set()


def test_a_certificate_that_ends_soon_is_told_until_it_is_renewed(centre: Centre) -> None:
    gate = Gate()

    def told(days: float, state: str = "online") -> list[tuple[str, str]]:
        until = format_utc(centre.clock.now().utc + timedelta(days=days))
        centre.take(gate.says(at=centre.clock.now().utc, certificate_until=until, state=state))
        centre.look()
        return [(alarm.kind, alarm.detail.split(" (")[0]) for alarm in centre.alarms]

    assert told(WARN_DAYS[0] + 0.1) == []
    assert told(WARN_DAYS[0]) == [("certificate", "a certificate ends within 30 days")]
    assert told(0.9) == [("certificate", "a certificate ends within 1 days")]
    assert told(-0.1) == [("certificate", "a certificate ended")]
    assert told(700) == []
    assert told(5, "stopped") == []


def test_a_certificate_that_ends_on_no_day_is_not_read_and_the_watch_goes_on(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    said = Gate().says(at=BEGAN, certificate_until="2026-12-31T00:00:00.000Z", oldest_pending_s=61)
    centre.take(replace(said, payload=said.payload.replace(b"2026-12-31T", b"2026-13-45T")))
    centre.look()

    assert centre.standing() == {("late", GATE)}
    assert f"a state of {GATE}: not read: certificate_until" in caplog.text


def test_every_alarm_says_to_leaders_what_it_asks_for() -> None:
    for kind in AlarmKind:
        alarm = Alarm(id=1, kind=kind, gate=GATE, since="", detail="", cleared=None)
        assert of_alarm(alarm, GATE).text["zh"] == word(f"alarm_do.{kind}", door=GATE)
        assert f"alarm_do.{kind}" in WORDS


def test_an_alarm_of_a_kind_that_has_no_words_is_told_all_the_same() -> None:
    alarm = Alarm(id=1, kind="odd", gate=GATE, since="", detail="", cleared=None)

    assert of_alarm(alarm, "一层西侧出入口").text["zh"] == "一层西侧出入口告警：odd"


def test_an_event_that_waits_too_long_is_late(centre: Centre) -> None:
    gate = Gate()
    centre.take(gate.says(at=BEGAN, oldest_pending_s=61))
    centre.look()
    assert centre.standing() == {("late", GATE)}

    centre.take(gate.says(at=BEGAN + timedelta(seconds=2), oldest_pending_s=0.2))
    centre.look()

    assert centre.standing() == set()


def test_a_device_that_is_not_well_is_named(centre: Centre) -> None:
    devices = [("thermometer", DeviceState.LOST), ("id_reader", DeviceState.OK)]
    centre.take(Gate().says(at=BEGAN, devices=devices))

    centre.look()

    assert [(a.kind, a.detail) for a in centre.alarms] == [("device", "thermometer lost")]


def test_a_gap_is_an_alarm_only_once_its_events_do_not_come(centre: Centre) -> None:
    events = Gate().passages(6)
    centre.take(events[0], events[2], events[5])
    centre.look()
    assert centre.standing() == set()

    centre.look(31)
    (gap,) = centre.alarms
    assert (gap.kind, gap.detail.split(" of ")[0]) == ("gap", "event 2")
    centre.take(events[1])
    centre.look()
    assert centre.standing() == set()
    centre.look(31)
    assert centre.standing() == {("gap", GATE)}


def test_a_restored_journal_is_found_by_its_heartbeat(centre: Centre) -> None:
    gate = Gate()
    centre.take(*gate.passages(9), gate.says(at=BEGAN))
    centre.take(gate.says(at=BEGAN, state="lost"))

    centre.take(gate.twin(4).says(at=BEGAN + timedelta(minutes=5)))

    assert ("rewound", GATE) in centre.standing()


def test_events_that_overtook_a_heartbeat_by_another_worker_are_no_restored_journal(
    centre: Centre,
) -> None:
    gate = Gate()
    gate.passages(3)
    centre.take(gate.says(at=BEGAN), *gate.events)
    said = gate.says(at=BEGAN + timedelta(seconds=3, milliseconds=500))

    centre.take(*gate.passages(2))
    centre.take(said)

    assert centre.standing() == set()


def test_a_restored_journal_is_told_by_an_event_that_was_recorded_before(centre: Centre) -> None:
    gate = Gate()
    gate.passages(2)
    centre.take(gate.says(at=BEGAN + timedelta(seconds=2)), *gate.events, *gate.passages(3))

    centre.take(gate.twin(4).says(at=BEGAN + timedelta(minutes=5)))

    (alarm,) = centre.alarms
    assert (alarm.kind, alarm.gate) == ("rewound", GATE)
    assert "expected event 5 or later" in alarm.detail


def test_a_heartbeat_that_comes_once_more_is_no_restored_journal(centre: Centre) -> None:
    gate = Gate()
    gate.passages(3)
    first, will = gate.says(at=BEGAN), gate.says(at=BEGAN - timedelta(seconds=9), state="lost")
    centre.take(first, *gate.events, *gate.passages(4), gate.says(at=BEGAN + timedelta(seconds=9)))

    centre.take(first, will, first)

    assert centre.standing() == set()


def test_a_state_that_was_retained_before_queued_events_is_no_restored_journal(
    centre: Centre,
) -> None:
    gate = Gate()
    gate.passages(2)
    centre.take(gate.says(at=BEGAN), *gate.events)
    retained = gate.says(at=BEGAN + timedelta(seconds=10), retained=True)

    centre.take(*gate.passages(6), retained)

    assert centre.standing() == set()


def test_a_heartbeat_with_another_link_is_a_cloned_or_forged_journal(centre: Centre) -> None:
    gate = Gate()
    gate.passages(4)
    twin = gate.twin(3)
    twin.append(hold(4))
    centre.take(*gate.events, gate.says(at=BEGAN))

    centre.take(twin.says(at=BEGAN + timedelta(seconds=10)))

    assert ("mismatch", GATE) in centre.standing()


@pytest.mark.parametrize("payload", [b"", b"{}", b'{"state":"online"}', b"\xff\xfe"])
def test_a_state_that_is_none_is_refused_and_changes_nothing(
    centre: Centre, payload: bytes
) -> None:
    gate = Gate()
    centre.take(gate.says(at=BEGAN))

    centre.take(ArrivedMessage(f"gate/v1/hall-01/{GATE}/state", payload))
    centre.look()

    assert centre.standing() == {("refused", GATE)}


def test_what_is_not_believed_is_told_of_each_door_once_however_much_is_brought(
    centre: Centre,
) -> None:
    gate, written = Gate(), 0
    centre.take(*gate.passages(1))

    def write(work: Callable[[Connection], None]) -> None:
        nonlocal written
        written += 1
        centre.ingest.write(work)

    told = Disbelieved(write, centre.clock)
    for _ in range(1000):
        told.tell(Topics(site=SITE, gate=GATE).state, "brought again")
    assert written == 1
    for stranger in range(1000):
        told.tell(Topics(site=SITE, gate=f"stranger-{stranger}").state, "unsigned")
    assert written <= 260
    centre.settle()
    assert centre.standing() == {(AlarmKind.REFUSED, GATE), (AlarmKind.REFUSED, "")}

    before = written
    centre.clock.advance(11)
    told.tell(Topics(site=SITE, gate=GATE).state, "brought again")
    assert written == before + 1
