"""What an alarm tells is said in words: no key of ours stands on a page, but as code."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest

from collector.hall_of_doors import hall
from collector.recorded_gates import BEGAN, GATE, Gate, hold, passage
from collector.running_centre import Centre
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.record import DeviceState
from gate_agent.contract.thermometer import Doubt, ThermometerState, Trust
from gate_agent.words import LANGS, WORDS
from gate_collector.alarms.book import Alarm, AlarmKind, raise_alarm
from gate_collector.alarms.said import said
from gate_collector.alarms.watch import Hearing
from gate_collector.reports.versions import MISSING

_AT, _A, _B = "2026-11-24T02:00:00.000Z", "a" * 32, "b" * 32
DETAILS: dict[str, tuple[str, ...]] = {  # whatever one of a kind may tell, and what stays code
    AlarmKind.FAILING: ("sender: OSError",),
    AlarmKind.DEAF: (f"no connection to the broker since {_AT}",),
    AlarmKind.SILENT: (f"no heartbeat since {_AT}",),
    AlarmKind.LOST: (f"the broker lost its connection, seen {_AT}",),
    AlarmKind.LATE: ("an event waits for its receipt longer than 60 s",),
    AlarmKind.GAP: (f"event 5 of epoch {_A} does not come",),
    AlarmKind.DEVICE: tuple(
        f"thermometer {state}, id_reader {state}"
        for state in DeviceState
        if state is not DeviceState.OK
    ),
    AlarmKind.TRUST: (
        "unread",
        *(f"{trust}, {doubt}, warming_up" for trust in Trust for doubt in Doubt),
    ),
    AlarmKind.CERTIFICATE: (
        "a certificate ends within 7 days (2026-12-01): gate-agent provision --renew",
        "a certificate ended (2026-11-20): gate-agent provision --renew",
    ),
    AlarmKind.MISMATCH: (
        f"event 5 of epoch {_A} has another link here: a cloned or forged journal",
        *(
            f"event 5 of epoch {_A}: {key.partition('.')[2]}"
            for key in WORDS
            if key.startswith("set_aside.")
        ),
    ),
    AlarmKind.TWINS: (f"epoch {_A} speaks again after epoch {_B}: two boards, one name",),
    AlarmKind.RIVAL: (f"process 7 on centre.example, since {_AT}", "a process that left no word"),
    AlarmKind.REWOUND: (f"expected event 9 or later of epoch {_A}, got 3: a restored journal",),
    AlarmKind.REFUSED: ("expected a state, got what is none: GateState: pending: missing",),
    AlarmKind.PLANTED: ("trigger keeps_out on event, view passage, and 2 more",),
    AlarmKind.UNREAD: (
        "gate.hold.opened.v1: not read: data.category",
        "gate.lamp.lit.v1: not read: type",
        f"event 5 of epoch {_A} cannot be told: KeyError",
    ),
    AlarmKind.UNAPPLIED: (
        "expected version 5 to be followed, got none",
        *(f"expected version 5 to be followed, got version 3, {mode}" for mode in HallMode),
    ),
    MISSING: ("the daily report of 2026-11-24 is missing",),
}
ALL_CODE = {AlarmKind.FAILING, AlarmKind.REFUSED}
_KEYS = {
    part
    for key in WORDS
    if (part := key.partition(".")[2]) and "_" in part and part == part.lower()
} | {str(one) for kind in (DeviceState, Trust, Doubt) for one in kind}


def _alarm(kind: str, detail: str) -> Alarm:
    return Alarm(id=1, kind=kind, gate=GATE, since=_AT, detail=detail, cleared=None)


def _read(page: str) -> set[str]:
    """Return the words in letters that a reader sees, outside what stands as code."""
    for part in ("<script.*?</script>", "<style.*?</style>", "<code>.*?</code>", "<[^>]*>"):
        page = re.sub(part, " ", page, flags=re.DOTALL)
    return set(re.findall(r"[a-z][a-z_.]+", html.unescape(page)))


def test_every_kind_of_alarm_is_looked_at() -> None:
    assert set(DETAILS) == {*AlarmKind, MISSING}


@pytest.mark.parametrize("kind", DETAILS)
@pytest.mark.parametrize("lang", LANGS)
def test_what_has_a_word_is_said_in_it(kind: str, lang: str) -> None:
    for detail in DETAILS[kind]:
        read = said(_alarm(kind, detail), "zh" if lang == "zh" else "en", lambda _: "10:00:00")

        assert bool(read.text) != (kind in ALL_CODE), detail
        if lang == "zh":
            assert not re.search("[a-z]", read.text), read.text
        assert "{" not in read.text
        assert bool(read.text or read.code)


def test_a_detail_of_another_version_stands_as_code() -> None:
    odd = said(_alarm(AlarmKind.SILENT, "asleep since noon"), "zh", str)

    assert (odd.text, odd.code) == ("", "asleep since noon")


def test_no_page_shows_a_key_that_has_a_word(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.west.passage()
        one.settle()
        one.ingest.close()  # its watch would clear them
        with one.engine.begin() as connection:
            for kind, details in DETAILS.items():
                for number, detail in enumerate(details):
                    raise_alarm(connection, kind, f"door-{number}", detail, _AT)
        with serving(app_of(centre_of(one))) as client:
            for path in ("/ledger", "/reports", "/alerts", "/contacts", "/retention", "/looks"):
                seen = _read(client.get(path).text)

                assert not _KEYS & seen, (path, _KEYS & seen)
            assert "测温仪 失联" in client.get("/ledger").text


def test_whatever_is_raised_has_a_known_form(centre: Centre) -> None:
    """The forms are those that the watch and the ingest write: looked at as they come."""
    west = Gate()
    centre.take(
        west.says(
            at=BEGAN,
            devices=[("thermometer", DeviceState.STALE), ("id_reader", DeviceState.LOST)],
            thermometer=ThermometerState(trust=Trust.NOT_TRUSTED, doubts=(Doubt.CHECK_OVERDUE,)),
            certificate_until=format_utc(BEGAN + timedelta(days=3)),
            oldest_pending_s=100.0,
        )
    )
    centre.look()
    events = [west.append(record) for record in (passage(1), hold(2), passage(3))]
    centre.take(events[0], events[2])
    centre.look(1000)
    raised = {alarm.kind: alarm for alarm in centre.alarms}
    centre.hearing = Hearing(connected=False, since=BEGAN)
    centre.look(20)
    raised |= {alarm.kind: alarm for alarm in centre.alarms}

    assert set(raised) >= {"device", "trust", "certificate", "late", "gap", "silent", "deaf"}
    for alarm in raised.values():
        assert said(alarm, "zh", lambda _: "10:00").text, alarm.detail
