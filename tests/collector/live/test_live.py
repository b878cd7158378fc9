"""The live page: what is now at both doors, drawn, searched, and honest about a dead stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from collector.hall_of_doors import TEN, Hall, hall, ref
from collector.served_centre import SITE_KEY, app_of, book_of, centre_of, serving
from gate_agent.contract.identity import person_ref
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import ModeApplied
from gate_agent.contract.thermometer import Doubt, ThermometerState, Trust
from gate_agent.emulation.people import synthetic_card
from gate_collector.live.person import ref_of, token_of
from gate_collector.live.search import Unsearchable, reference
from gate_collector.live.views import Charts, Found, HallNow, HoldRecords, Overview


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one, book_of(one).in_force))) as opened:
        yield opened


def _gate(told: dict[str, Any], name: str) -> dict[str, Any]:
    return next(gate for gate in told["gates"] if gate["gate"] == name)


def test_flow_queue_and_mode_of_each_door(one: Hall, client: httpx.Client) -> None:
    for minutes in (1, 2, 7):
        one.west.passage(at=TEN - timedelta(minutes=minutes), took_s=10 * minutes)
    one.west.passage(at=TEN - timedelta(minutes=1), drill=True)
    one.west.say(ModeApplied(policy_version=3, hall_mode=HallMode.CLOSED, policy_sha256="0" * 64))
    one.settle()

    west = _gate(client.get("/api/v1/now").json(), "west-1f")

    assert (west["flow"][-2:], sum(west["flow"])) == ([1, 2], 3)
    assert west["queue_p95_s"] == 70
    assert (west["hall_mode"], west["policy_version"]) == ("closed", 3)


def test_what_is_told_is_what_the_interface_says_field_by_field(
    one: Hall, client: httpx.Client
) -> None:
    one.west.passage(who="someone")
    one.west.hold("hold-1")
    one.west.heartbeat(
        thermometer=ThermometerState(trust=Trust.DOUBTFUL, doubts=(Doubt.ELSEWHERE,))
    )
    one.settle()
    one.clock.advance(2)
    one.settle()
    who = {"who": ref("someone")}
    told: dict[type[BaseModel], httpx.Response] = {
        Overview: client.get("/api/v1/overview"),
        HallNow: client.get("/api/v1/now"),
        Charts: client.get("/api/v1/charts"),
        HoldRecords: client.get("/api/v1/holds"),
        Found: client.post("/api/v1/search", json=who),
    }
    assert _gate(told[HallNow].json(), "west-1f")["holds"]
    assert told[HallNow].json()["alarms"]
    assert told[Found].json()["passages"]

    for model, answer in told.items():
        assert model.model_validate(answer.json()).model_dump(mode="json") == answer.json()


def test_no_proxy_is_to_keep_what_the_stream_says(client: httpx.Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    streams = [path for path, does in paths.items() if "text/event-stream" in str(does)]

    assert set(streams) == {"/api/v1/stream", "/api/v1/cases/{gate}/{hold_id}/stream"}
    for path in streams:
        with client.stream("GET", path.format(gate="west-1f", hold_id="hold-1")) as answer:
            assert answer.headers["x-accel-buffering"] == "no"


def test_the_overview_that_others_read_stays_as_it_was(one: Hall, client: httpx.Client) -> None:
    one.west.passage()
    one.settle()

    told = client.get("/api/v1/overview").json()

    assert "flow" not in _gate(told, "west-1f")
    assert {"site", "time", "day", "gates", "lateness", "alarms"} <= told.keys()


def test_the_charts_tell_today_by_the_hour_and_seven_days(one: Hall, client: httpx.Client) -> None:
    one.west.passage()
    one.central.hold("hold-1")
    one.west.passage(at=TEN - timedelta(days=2))
    one.settle()

    told = client.get("/api/v1/charts").json()

    assert told["gates"] == ["central-2f", "west-1f"]
    nine = next(bar for bar in told["day"] if bar["at"] == "9")
    assert (nine["counts"], nine["holds"]) == ([1, 1], 1)  # they stepped up at 9:59:56
    assert [bar["counts"] for bar in told["week"]][-3:] == [[0, 1], [0, 0], [1, 1]]


def test_a_person_is_found_by_number_or_reference(one: Hall, client: httpx.Client) -> None:
    number = synthetic_card(1).number
    known = person_ref(number, SITE_KEY)
    assert reference(number.lower(), SITE_KEY) == reference(known.upper(), None) == known
    one.west.passage(who="someone")
    one.central.hold("hold-1", who="someone")
    one.settle()

    found = client.post("/api/v1/search", json={"who": ref("someone")}).json()

    assert {row["gate"] for row in found["passages"]} == {"west-1f", "central-2f"}
    assert [row["hold_id"] for row in found["holds"]] == ["hold-1"]
    assert client.post("/api/v1/search", json={"who": number}).json()["passages"] == []


def test_who_was_found_is_listed_for_who_searched_and_for_an_hour(tmp_path: Path) -> None:
    with hall(tmp_path) as one, serving(app_of(centre_of(one))) as client:
        for minutes in range(213):
            one.west.passage(who="someone", at=TEN - timedelta(minutes=minutes))
            one.west.passage(who="another", at=TEN - timedelta(minutes=minutes))
        one.central.hold("hold-1", who="someone")
        one.settle()
        page = client.post("/api/v1/search", json={"who": ref("someone")}).json()["page"]
        asked = f"{page}?passages.rows=200&passages.gate=west-1f"
        first, second = (client.get(f"{asked}&passages.page={n}").text for n in (1, 2))
        file = client.get(f"{page}?passages.gate=west-1f&file=passages.csv").text
        holds = client.get(f"{page}?file=held.csv").text
        forged = client.get(page[:-6] + "AAAAA=").status_code
        one.clock.advance(3601)
        late = client.get(page)

    assert (first.count("<time "), second.count("<time ")) == (201, 14)
    assert len(file.splitlines()) == 214
    assert len(holds.splitlines()) == 2
    assert ref("someone") not in page
    assert (forged, late.status_code) == (410, 410)
    assert "查询结果已过期" in late.text


def test_a_token_of_a_search_is_its_searchers_own() -> None:
    secret = bytes(range(32))
    token = token_of(secret, ref("someone"), "王科长", TEN)

    assert ref_of(secret, token, "王科长", TEN) == ref("someone")
    assert ref_of(secret, token, "李科长", TEN) is None
    assert ref_of(bytes(32), token, "王科长", TEN) is None
    assert ref_of(secret, "=", "王科长", TEN) is None


def test_a_part_of_a_number_is_refused_and_not_echoed(client: httpx.Client) -> None:
    answer = client.post("/api/v1/search", json={"who": "1101"})

    assert answer.status_code == 422
    assert "1101" not in answer.text
    assert client.get("/api/v1/search?who=1101").status_code == 405
    with pytest.raises(Unsearchable):
        reference(synthetic_card(1).number, None)
