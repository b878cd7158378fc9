"""SQLite and PostgreSQL, told the same, show the same: every page, every file, every answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from children import wait_until
from collector.days import DAY, LED, quiet_day
from collector.hall_of_doors import TEN, Hall, hall, ref
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.contact_records import ContactState
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import AgentStopped, EventsDropped, HoldState
from gate_collector.contacts.judging import judge
from gate_collector.contacts.trace import trace
from gate_collector.ingest.arrival import ArrivedMessage
from gate_collector.reports.versions import correct, make_due
from postgres import Cluster

_PATHS = (
    "/", "/ledger", "/reports", f"/reports/{DAY}", f"/reports/{DAY}/report.csv",
    f"/reports/{DAY}/report.json", "/contacts", "/contacts/due", "/contacts/west-1f/hold-1",
    "/contacts/west-1f/hold-1/contacts.csv", "/policy",
    "/policy/1.json", "/alerts", "/accounts", "/looks", "/retention", "/quarantine/1",
    "/api/v1/now", "/api/v1/charts", "/api/v1/overview", "/api/v1/events", "/api/v1/holds",
    f"/api/v1/reports/{DAY}", "/api/v1/policy", "/metrics",
)  # fmt: skip


# While the clock stands still each receipt is a millisecond later; how many there are is chance.
_RECEIPTED = re.compile(r'"touched":"[^"]*"')
_TOKEN = re.compile(r"/found/[\w=-]+")  # each search has another


def _busy_day(one: Hall) -> None:
    """Let the doors say something for every page, in an order that is no order."""
    quiet_day(one)
    for minutes in (9, 3, 7):
        one.central.passage(at=TEN + timedelta(minutes=minutes), who=f"near {minutes}")
    one.west.hold("hold-1", at=TEN + timedelta(minutes=5))
    one.west.step("hold-1", HoldState.ACKNOWLEDGED, at=TEN + timedelta(minutes=6))
    one.central.hold("hold-2", at=TEN + timedelta(minutes=5), who="another")
    one.central.step("hold-without-beginning", HoldState.ACKNOWLEDGED)
    one.west.body(AgentStopped(reason="kept back"))
    dropped = EventsDropped(
        count=2, types={}, since=format_utc(TEN), until=format_utc(TEN), cause="disk full"
    )
    one.west.say(dropped)
    one.central.send(b"no event")
    one.ingest.offer(ArrivedMessage("gate/v1/elsewhere", b"no event of a gate"))
    one.west.heartbeat(oldest_s=400)
    one.settle()
    centre = centre_of(one, lambda: LED)
    make_due(centre)
    correct(centre, TEN.date(), by="王科长", why="补报")
    case = trace(one.engine, "west-1f", "hold-1", LED.contacts)
    assert case is not None
    judge(
        one.engine, case, ref("near 3"), ContactState.CONFIRMED, by="王科长", at=TEN, reason="邻座"
    )


def _shown(store: str | Path) -> dict[str, str]:
    with hall(store) as one:
        _busy_day(one)
        book = book_of(one)
        book.issue(lambda _: {"hall_mode": HallMode.CLOSED}, by="王科长", why="演练")
        with serving(app_of(centre_of(one, lambda: LED), book)) as client:
            tested = client.post("/alerts/test", json={"by": "王科长"})
            assert tested.status_code == 409  # nobody to tell
            found = client.post("/api/v1/search", json={"who": ref("another")})
            streams = client.get("/api/v1/events").json()["streams"]
            events = [f"events/{stream['gate']}/{stream['epoch']}" for stream in streams]
            paths = [*_PATHS, *(f"/{path}" for path in events), f"/{events[0]}/1",
                     *(f"/api/v1/{path}" for path in events)]  # fmt: skip
            answers = {path: client.get(path) for path in paths} | {"search": found}
            answers["found"] = client.get(f"{found.json()['page']}?file=passages.csv")
    assert {path for path, answer in answers.items() if answer.status_code != 200} == set()
    return {
        path: "\n".join(
            _TOKEN.sub("", _RECEIPTED.sub("", line))
            for line in answer.text.splitlines()
            if not line.startswith(("# ", "process_"))
        )
        for path, answer in answers.items()
    }


def test_the_same_day_is_shown_the_same_by_both_stores(cluster: Cluster, tmp_path: Path) -> None:
    sqlite, postgresql = _shown(tmp_path), _shown(cluster.database())

    assert len(sqlite) > 25
    for path, text in sqlite.items():
        assert postgresql[path] == text, path


@pytest.fixture
def client(cluster: Cluster) -> Iterator[httpx.Client]:
    with hall(cluster.database()) as one:
        one.west.passage(who="near", at=TEN - timedelta(seconds=10))
        one.west.hold("hold-1")
        one.settle()
        with serving(app_of(centre_of(one), book_of(one))) as opened:
            yield opened


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/policy/mode", {"by": "王", "why": "\x00", "base": 0, "hall_mode": "closed"}),
        ("/contacts/west-1f/hold-1", {"by": "王\x00", "state": "confirmed",
                                      "people": [{"person_ref": ref("near"), "seen": 0}]}),
        ("/accounts", {"name": "\x00王", "role": "office", "password": "correct horse"}),
    ],
)  # fmt: skip
def test_a_text_that_postgresql_cannot_take_is_refused(
    client: httpx.Client, path: str, body: dict[str, object]
) -> None:
    answer = client.post(path, json=body)

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "text"
    assert "王" not in answer.text


def test_a_store_that_is_away_is_said_and_found_again(cluster: Cluster) -> None:
    with (
        hall(cluster.database()) as one,
        serving(app_of(centre_of(one))) as client,
    ):
        assert client.get("/ledger").status_code == 200
        cluster.stop()
        try:
            away = client.get("/ledger")
        finally:
            cluster.start()
        wait_until(lambda: client.get("/ledger").status_code == 200, "the store to be found again")

    assert away.status_code == 503
    assert away.json()["error"]["code"] == "store"
