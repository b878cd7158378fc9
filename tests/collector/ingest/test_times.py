"""A door whose clock is a day off, and then synchronised: what counts, and what it had said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from collector.days import LED
from collector.hall_of_doors import SITE, TEN, Hall, hall, ref
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.messages import parse_body
from gate_agent.contract.moment import ClockQuality, format_utc, parse_utc
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import AgentStopped, ClockSynced, HoldState
from gate_collector.contacts.trace import trace
from gate_collector.ingest.corrected_times import MOST_AT_ONCE, Corrector
from gate_collector.ledger.proof import faults_of
from gate_collector.ledger.read import read_ledger
from gate_collector.live.now import charts
from gate_collector.live.overview import overview
from gate_collector.reports.evidence import gather
from gate_collector.retention.retention import is_confirmed
from gate_collector.store.schema import DOUBTED, EVENT, HOLD, PASSAGE

_ZONE = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_NEAR = ContactsPolicy(before_s=300, after_s=300)


@pytest.fixture
def one(store: str) -> Iterator[Hall]:
    with hall(store) as opened:
        opened.west.off, opened.west.clock = -_DAY, ClockQuality.UNSYNCED
        yield opened


def _synchronise(one: Hall) -> None:
    """Let the west door's clock be right, and the centre do what becomes due."""
    one.west.off, one.west.clock = timedelta(), ClockQuality.SYNCED
    one.west.say(ClockSynced(boot="b" * 32, booted=one.west.booted))
    one.settle()
    Corrector(one.ingest.write, _ZONE).round()


def _late(one: Hall) -> list[int | None]:
    with one.engine.connect() as connection:
        rows = connection.execute(select(EVENT.c.late_ms).order_by(EVENT.c.sequence))
        return list(rows.scalars())


def test_how_late_is_reckoned_from_what_is_kept_and_not_from_more(one: Hall) -> None:
    one.west.off, one.west.clock = timedelta(), ClockQuality.SYNCED
    one.clock.step(0.408_700)  # microseconds that `stored` does not say
    for _ in range(3):
        one.west.passage()
    one.settle()

    with one.engine.connect() as connection:
        rows = connection.execute(select(EVENT.c.stored, EVENT.c.body, EVENT.c.late_ms)).all()
        kept = [
            (parse_utc(row.stored) - parse_utc(parse_body(row.body).recordedtime), row.late_ms)
            for row in rows
        ]
    assert kept == [(timedelta(milliseconds=late), late) for _, late in kept]
    assert len(kept) == 3
    assert list(faults_of(one.engine, one.west.gate, site=SITE, zone=_ZONE)) == []


def _wait_at_the_door(one: Hall, minutes: float) -> None:
    """Let one passage wait at the west door for its connection."""
    one.west.passage(at=one.west.utc)
    one.settle()
    body = one.west.body(AgentStopped(reason="power"))
    one.clock.advance(60 * minutes)
    one.west.send(body, historical=True)
    one.settle()


def test_a_passage_counts_on_its_true_day_and_hour_and_the_door_s_word_is_kept(one: Hall) -> None:
    one.west.passage(who="somebody", at=one.west.utc - timedelta(hours=2))
    one.clock.advance(60)
    _synchronise(one)

    with one.engine.connect() as connection:
        row = connection.execute(select(PASSAGE)).one()
        said = connection.execute(select(DOUBTED)).one()
    today = next(
        bar for bar in charts(centre_of(one))["day"] if bar["at"] == "7"
    )  # it began at 7:59:56

    assert (row.day, row.decided) == ("2026-11-24", format_utc(TEN - timedelta(hours=2)))
    assert row.started == format_utc(TEN - timedelta(hours=2, seconds=4))
    assert today["counts"] == [1]
    assert said.said == format_utc(TEN - _DAY - timedelta(hours=2))


def test_until_it_is_known_a_live_event_counts_as_of_its_arrival(one: Hall) -> None:
    one.west.passage()
    one.west.hold("hold-1")
    one.settle()
    one.clock.advance(5)

    told = overview(centre_of(one))
    (lane,) = (lane for lane in read_ledger(centre_of(one)).lanes if lane.severity == "routine")

    (west,) = told["gates"]
    assert sum(count["count"] for count in west["counts"]) == 2
    assert [hold["due_s"] for hold in west["holds"]] == [10]
    assert (lane.of, lane.late, lane.undated) == (0, 0, 2)
    assert told["lateness"]["of"] == 0


def test_how_late_is_known_once_the_clock_is(one: Hall) -> None:
    _wait_at_the_door(one, minutes=120)
    assert _late(one) == [None, None]
    with one.engine.connect() as connection:
        assert not is_confirmed(connection, one.clock.utc)

    _synchronise(one)

    assert _late(one) == [0, 7_200_000, 0]
    ledger = read_ledger(centre_of(one))
    assert [lane.undated for lane in ledger.lanes] == [0, 0]
    assert [event.sequence for event in ledger.late] == [2]
    assert [report.day for report in ledger.reports] == []


def test_a_hold_and_its_clock_are_where_they_belong(one: Hall) -> None:
    one.west.hold("hold-1")
    one.west.step("hold-1", HoldState.ACKNOWLEDGED)
    one.settle()
    one.clock.advance(30)
    one.west.close("hold-1")
    _synchronise(one)

    with one.engine.connect() as connection:
        row = connection.execute(select(HOLD)).one()

    assert (row.opened, row.closed) == (
        format_utc(TEN), format_utc(TEN + timedelta(seconds=30)),
    )  # fmt: skip
    assert row.since == format_utc(TEN)
    assert row.state == "closed"


def test_who_was_near_is_found_by_the_corrected_time(one: Hall) -> None:
    one.central.passage(who="at the other door", at=TEN - timedelta(seconds=60))
    one.west.passage(who="at this door", at=one.west.utc - timedelta(seconds=30))
    one.west.hold("hold-1")
    _synchronise(one)

    case = trace(one.engine, "west-1f", "hold-1", _NEAR)

    assert case is not None
    near = {one.person_ref: (one.apart_s, one.said) for one in case.contacts}
    assert near == {
        ref("at the other door"): (-60, None),
        ref("at this door"): (-30, format_utc(TEN - _DAY - timedelta(seconds=30))),
    }


def test_the_pages_show_the_door_s_own_time_beside_it(one: Hall) -> None:
    one.west.passage(who="near")
    one.west.hold("hold-1")
    one.settle()
    with serving(app_of(centre_of(one, lambda: LED))) as client:
        path = f"/events/west-1f/{one.west.epoch}"
        before = client.get(path).text
        _synchronise(one)
        after = client.get(path).text
        event = client.get(f"{path}/1").text
        case = client.get("/contacts/west-1f/hold-1").text
        ledger = client.get("/ledger").text

    assert before.count("时间存疑") == 3
    assert after.count("data-own-time") == 3
    for page in (after, event, case):
        assert "2026-11-23 10:00:00" in page
        assert "已更正" in page
    assert "时间存疑" in ledger


def test_a_report_counts_by_the_corrected_hour_and_says_what_is_undated(one: Hall) -> None:
    one.west.passage()
    one.settle()
    day = TEN.date()
    before = gather(centre_of(one, lambda: LED), day, version=1, by="clock")
    _synchronise(one)

    after = gather(centre_of(one, lambda: LED), day, version=2, by="clock")

    assert [door.undated for door in (*before.doors, *after.doors)] == [1, 0]
    assert [(line.hour, line.count) for line in after.doors[0].counts] == [(9, 1)]
    punctual = next(check for check in before.checks if check.key == "punctual")
    assert "未能核实 1 件" in punctual.zh


def test_what_comes_after_its_synchronisation_is_corrected_at_once(one: Hall) -> None:
    body = one.west.body(AgentStopped(reason="power"))
    one.clock.advance(600)
    _synchronise(one)

    one.west.send(body, historical=True)
    one.settle()

    assert _late(one) == [600_000, 0]


def test_a_long_past_is_corrected_in_parts(one: Hall) -> None:
    for _ in range(MOST_AT_ONCE + 1):
        one.west.passage()
    one.clock.advance(60)
    _synchronise(one)

    with one.engine.connect() as connection:
        left = connection.execute(select(DOUBTED).where(DOUBTED.c.booted.is_(None))).all()
        decided = set(connection.execute(select(PASSAGE.c.decided)).scalars())
    assert left == []
    assert decided == {format_utc(TEN)}


def test_a_boot_that_no_calendar_has_stops_nothing(one: Hall) -> None:
    one.west.passage()
    one.central.off, one.central.clock = -_DAY, ClockQuality.UNSYNCED
    one.central.passage()
    one.clock.advance(60)
    synced = one.central.body(ClockSynced(boot="b" * 32, booted=format_utc(TEN)))
    one.central.send(synced.replace(b'"booted":"2026', b'"booted":"9999'))
    _synchronise(one)

    with one.engine.connect() as connection:
        times = {row.gate: row.decided for row in connection.execute(select(PASSAGE))}
    assert times["west-1f"] == format_utc(TEN)


def test_a_clock_that_is_believed_is_never_touched(one: Hall) -> None:
    one.west.off, one.west.clock = timedelta(minutes=3), ClockQuality.HOLDOVER
    one.west.passage()
    _synchronise(one)

    with one.engine.connect() as connection:
        assert connection.execute(select(DOUBTED)).all() == []
        assert connection.execute(select(PASSAGE.c.decided)).scalar() == format_utc(
            TEN + timedelta(minutes=3)
        )
