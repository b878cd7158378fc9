"""The read interface: events as they were published, holds, reports; keys for programs."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from collector.days import DAY, LED, quiet_day
from collector.hall_of_doors import Hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.records import AgentStopped
from gate_collector.reports.versions import make_due
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role

_PASSWORD = "correct horse battery"


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one))) as opened:
        yield opened


def test_events_are_paged_by_number_and_a_gap_is_seen(one: Hall, client: httpx.Client) -> None:
    one.west.passage()
    one.west.body(AgentStopped(reason="kept back"))
    one.west.passage()
    one.settle()
    (stream,) = client.get("/api/v1/events").json()["streams"]
    path = f"/api/v1/events/{stream['gate']}/{stream['epoch']}"

    first = client.get(path, params={"limit": 1}).json()
    second = client.get(path, params={"after": first["next"]}).json()

    assert (stream["upto"], stream["events"]) == (1, 2)
    assert [int(event["sequence"]) for event in first["events"] + second["events"]] == [1, 3]
    assert first["events"][0]["specversion"] == "1.0"
    assert client.get(path, params={"after": 3}).json() == {"events": [], "next": 3}
    assert client.get(path, params={"limit": 0}).status_code == 422


def test_holds_and_reports_are_read(one: Hall, client: httpx.Client) -> None:
    quiet_day(one)
    one.west.hold("hold-1")
    make_due(centre_of(one, lambda: LED))
    one.settle()

    holds = client.get("/api/v1/holds").json()["holds"]
    told = client.get(f"/api/v1/reports/{DAY}").json()

    assert [(held["hold_id"], held["state"]) for held in holds] == [("hold-1", "flagged")]
    assert (told["report"]["day"], told["report"]["version"], told["newest"]) == (DAY, 1, 1)
    assert client.get("/api/v1/reports/2020-01-01").status_code == 404


def test_a_key_reads_and_does_nothing_else(one: Hall) -> None:
    accounts = Accounts(centre_of(one))
    accounts.make("运维", Role.MAINTAINER, _PASSWORD)
    with serving(app_of(centre_of(one), accounts=accounts)) as client:
        client.post("/sign-on", json={"name": "运维", "password": _PASSWORD})
        session = accounts.session(client.cookies["gate_collector"])
        assert session is not None
        token = {"X-CSRF": session.csrf}
        key = client.post("/accounts/keys", json={"name": "bi"}, headers=token).json()["key"]
        assert key not in client.get("/accounts").text
        own = dict(client.cookies)
        client.cookies.clear()
        bearer = {"Authorization": f"Bearer {key}"}

        for path in ("/metrics", "/api/v1/overview", "/api/v1/holds", "/api/v1/openapi.json"):
            assert client.get(path, headers=bearer).status_code == 200
        assert client.get("/contacts", headers=bearer).status_code == 303
        searched = client.post("/api/v1/search", json={"who": "x" * 18}, headers=bearer)
        assert searched.status_code == 401
        assert client.get("/api/v1/holds", headers={"Authorization": "Bearer x"}).status_code == 401

        client.cookies.update(own)
        client.post("/accounts/keys/disable", json={"name": "bi"}, headers=token)
        client.cookies.clear()
        assert client.get("/api/v1/holds", headers=bearer).status_code == 401
