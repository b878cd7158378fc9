"""Measuring by hand and the daily check over a real server."""

from __future__ import annotations

import httpx

from gate_agent.gate.errors import OutOfTurn
from web.scripted_desk import Asked
from web.served_door import Served


def test_what_the_guard_measures_reaches_the_keeper(served: Served, client: httpx.Client) -> None:
    by_hand = {"contact_centi_c": 3650, "by": "guard-1"}
    checked = {"reference": "blackbody", "reference_centi_c": 3700, "by": "guard-1"}

    answers = [
        client.post("/api/v1/passages/ab12-901/hand", json=by_hand),
        client.post("/api/v1/thermometer/reference", json={}),
        client.post("/api/v1/thermometer/checks", json=checked),
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 200]
    assert answers[2].json()["passed"] is True
    assert answers[2].json()["difference_centi_c"] == 12
    assert served.asked() == [
        Asked(
            what="measure_by_hand",
            about="ab12-901",
            details={"contact_centi_c": 3650, "by": "guard-1"},
        )
    ]
    assert served.desk.thermometer.asked == [
        ("reference",),
        ("check", "blackbody", 3700, "guard-1"),
    ]


def test_a_reading_that_no_body_has_does_not_reach_it(served: Served, client: httpx.Client) -> None:
    cold = client.post(
        "/api/v1/passages/ab12-901/hand", json={"contact_centi_c": 3399, "by": "guard-1"}
    )
    decimal = client.post(
        "/api/v1/thermometer/checks",
        json={"reference": "contact", "reference_centi_c": 36.6, "by": "guard-1"},
    )

    assert (cold.status_code, decimal.status_code) == (422, 422)
    assert served.asked() == []
    assert served.desk.thermometer.asked == []


def test_a_refusal_says_what_was_expected(served: Served, client: httpx.Client) -> None:
    served.desk.thermometer.refusal = OutOfTurn(expected="a steady reading", got="none")

    answer = client.post(
        "/api/v1/thermometer/checks",
        json={"reference": "contact", "reference_centi_c": 3660, "by": "guard-1"},
    )

    assert answer.status_code == 409
    assert answer.json()["error"]["expected"] == "a steady reading"
