"""The duties over a real server."""

from __future__ import annotations

import httpx

from gate_agent.contract.records import Round
from gate_agent.gate.duties_view import DutiesView
from gate_agent.gate.errors import Invalid
from web.served_door import Served


def test_the_duties_are_the_book_s_view(served: Served, client: httpx.Client) -> None:
    answer = client.get("/api/v1/duties")

    assert DutiesView.model_validate_json(answer.content) == served.duties.shown


def test_a_book_that_cannot_be_read_is_no_empty_book(served: Served, client: httpx.Client) -> None:
    served.duties.shown = None

    answer = client.get("/api/v1/duties")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "journal_unavailable"


def test_what_the_guard_ticks_reaches_the_book(served: Served, client: httpx.Client) -> None:
    round_done = {"area": "出入口门", "kind": "disinfected", "by": "guard-1"}
    used = {"item": "医用口罩", "change": -5, "by": "guard-1"}

    note = {"text": "消毒液已领", "by": "guard-1"}

    answers = [
        client.post("/api/v1/duties/rounds", json=round_done),
        client.post("/api/v1/duties/supplies", json=used),
        client.post("/api/v1/duties/notes", json=note),
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert served.duties.asked == [
        ("出入口门", Round.DISINFECTED, "guard-1"),
        ("医用口罩", None, -5, "guard-1"),
        ("消毒液已领", "guard-1"),
    ]


def test_a_refusal_names_the_field_or_what_was_expected(
    served: Served, client: httpx.Client
) -> None:
    bad_kind = {"area": "出入口门", "kind": "swept", "by": "guard-1"}

    field = client.post("/api/v1/duties/rounds", json=bad_kind)
    served.duties.refusal = Invalid(expected="one of 出入口门", got="another area")
    other = client.post("/api/v1/duties/rounds", json=bad_kind | {"kind": "aired"})

    assert field.status_code == 422
    assert field.json()["error"]["got"].startswith("kind: ")
    assert other.json()["error"]["expected"] == "one of 出入口门"
