"""A typed time beyond a calendar's reach is told at its field, and is nowhere a fault of ours."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.hall_of_doors import ZONE, hall
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.words import LANGS, word
from gate_collector.policies.book import PolicyFault
from gate_collector.policies.form import local_time
from gate_collector.policies.sheets import rota

_BEYOND = ["0001-01-01T00:00", "9999-12-31T23:59", "1999-12-31T23:59", "2200-01-01T00:00"]
_SIGNED = {"by": "王科长", "why": "演习", "base": 0}
_KEY = {"keys": ["0" * 32]}
_ISSUES: list[tuple[str, dict[str, Any]]] = [
    ("/policy/mode", {"hall_mode": "closed"}),
    ("/policy/rules", {"settings": {"contacts.most": "29"}}),
    ("/policy/sheets/rota", {"content": base64.b64encode(b"x").decode()}),
    ("/policy/appointments", {"number": "11010119900307721X", "green_channel": True}),
    ("/policy/versions/1/again", {}),
    ("/appointments/cancel", _KEY | {"reason": "by_visitor"}),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with hall(Path(tmp_path_factory.mktemp("moments"))) as one:
        book = book_of(one)
        book.issue(lambda _: {}, by="王", why="第一版")
        with serving(app_of(centre_of(one, book.in_force), book)) as opened:
            yield opened


@pytest.mark.parametrize("typed", _BEYOND)
@pytest.mark.parametrize(("path", "more"), _ISSUES)
def test_a_time_from_which_nothing_can_hold_is_told_at_its_field(
    client: httpx.Client, path: str, more: dict[str, Any], typed: str
) -> None:
    answer = client.post(path, json=_SIGNED | more | {"base": 1, "valid_from": typed})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "valid_from")


@pytest.mark.parametrize("typed", _BEYOND)
def test_an_appointment_is_moved_within_reach_alone(client: httpx.Client, typed: str) -> None:
    asked = _SIGNED | {"key": "0" * 32, "begins": typed, "ends": typed}
    answer = client.post("/appointments/move", json=asked)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "times")


@pytest.mark.parametrize("typed", _BEYOND)
def test_a_sheets_line_names_the_column_of_such_a_time(typed: str) -> None:
    rows = f"带班领导,值班电话,开始,结束\n李主任,120,{typed},2026-12-01 20:00\n"
    with pytest.raises(PolicyFault) as refused:
        rota(rows.encode(), ZONE)

    (fault,) = refused.value.faults
    assert "开始" in fault


@pytest.mark.parametrize(
    "path",
    ["/reports/{}", "/reports/{}.json", "/retention/certificates/{}", "/reports/{}/preview",
     "/reports/{}/report.csv", "/api/v1/reports/{}", "/appointments/codes?day={}",
     "/contacts/due?day={}", "/policy?versions.from={}"],
)  # fmt: skip
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_calendars_ends_is_no_fault_of_ours(
    client: httpx.Client, path: str, day: str
) -> None:
    assert client.get(path.format(day)).status_code < 500


def test_what_a_page_says_of_such_a_time_it_says_in_both_languages() -> None:
    for code in ("valid_from", "times"):
        zh, en = (word(f"centre_refused.{code}", lang) for lang in LANGS)
        assert zh != en
    with pytest.raises(ValueError, match="year"):
        local_time("9999-12-31T23:59-14:00", ZONE)
