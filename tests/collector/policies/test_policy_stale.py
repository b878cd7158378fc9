"""A page that was opened before: it may restrict at once, and it lets nobody in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.hall_of_doors import hall
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.policy import HallMode
from gate_collector.policies.book import PolicyBook

_STALE, _FRESH = 1, 2
_LATER = "2026-12-24T08:00"
_REFUSED = (409, "outdated")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, PolicyBook]]:
    with hall(Path(tmp_path_factory.mktemp("stale"))) as one:
        book = book_of(one)
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            yield client, book


def _issued(book: PolicyBook, mode: HallMode) -> int:
    what = {"hall_mode": mode.value}
    return book.issue(lambda _: what, by="李", why="别处", at_once=True).version


def _asked(client: httpx.Client, mode: HallMode, **more: Any) -> tuple[int, str]:
    asked = {"by": "王科长", "why": "演习", "hall_mode": mode.value, **more}
    answer = client.post("/policy/mode", json=asked)
    return answer.status_code, answer.json().get("error", {}).get("code", "")


@pytest.mark.parametrize("now", HallMode)
@pytest.mark.parametrize("wanted", HallMode)
def test_a_stale_page_restricts_at_once_and_permits_nothing(
    opened: tuple[httpx.Client, PolicyBook], now: HallMode, wanted: HallMode
) -> None:
    client, book = opened
    stale = _issued(book, HallMode.OPEN)
    newest = _issued(book, now)
    order = list(HallMode)
    permits = order.index(wanted) > order.index(now)

    for base in ({"base": stale}, {}):
        assert _asked(client, wanted, **base) == (_REFUSED if permits else (201, ""))
        assert book.in_force().hall_mode is (now if permits else wanted)
        newest = _issued(book, now)
    assert _asked(client, wanted, base=newest) == (201, "")


@pytest.mark.parametrize("wanted", HallMode)
def test_a_stale_page_plans_nothing(
    opened: tuple[httpx.Client, PolicyBook], wanted: HallMode
) -> None:
    client, book = opened
    stale = _issued(book, HallMode.OPEN)
    _issued(book, HallMode.CLOSED)

    for base in ({"base": stale}, {}):
        assert _asked(client, wanted, valid_from=_LATER, **base) == _REFUSED


def test_saying_a_mode_again_from_a_stale_page_ends_no_plan_but_an_emergency_does(
    opened: tuple[httpx.Client, PolicyBook],
) -> None:
    client, book = opened
    stale = _issued(book, HallMode.OPEN)
    assert _asked(client, HallMode.CLOSED, valid_from=_LATER, base=stale) == (201, "")

    assert _asked(client, HallMode.OPEN, base=stale) == _REFUSED
    assert book.waiting()
    assert _asked(client, HallMode.EMERGENCY, base=stale) == (201, "")
    assert not book.waiting()


_SHEET = "带班领导,值班电话,开始,结束\n李主任,13800000000,2026-12-01 08:00,2026-12-01 20:00\n"
_CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("/policy/rules", {"settings": {"hold.recheck_s": "300"}}),
    ("/policy/sheets/rota", {}),
    ("/policy/versions/1/again", {}),
    ("/policy/mode", {"hall_mode": "open"}),
]


@pytest.mark.parametrize(("path", "asked"), _CHANGES)
def test_a_page_that_names_no_version_or_one_that_a_plan_replaced_changes_nothing(
    tmp_path: Path, path: str, asked: dict[str, Any]
) -> None:
    with hall(tmp_path) as one:
        book = book_of(one)
        for change in ({"purposes": ["税务"]}, {"purposes": ["社保"], "hall_mode": "closed"}):
            book.issue(lambda _, it=change: it, by="李", why="别处")  # type: ignore[misc]
        tomorrow = one.clock.utc + timedelta(days=1)
        book.issue(lambda _: {"contacts": {"most": 29}}, by="李", why="明起", valid_from=tomorrow)
        opened = {"base": 3, "in_force": 2}
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            body = {"by": "王科长", "why": "演习", **asked}
            if "sheets" in path:
                body["content"] = base64.b64encode(_SHEET.encode()).decode()
                body["seen"] = client.post(path, json=body).json()["look"]["seen"]
            of_none = client.post(path, json=body)
            one.clock.advance(25 * 3600)
            stale = client.post(path, json=body | opened)
            fresh = client.post(path, json=body | {"base": 3, "in_force": 3})

    refused = [(answer.status_code, answer.json()["error"]["code"]) for answer in (of_none, stale)]
    assert refused == [_REFUSED, _REFUSED]
    assert fresh.status_code == 201


def test_an_emergency_is_issued_also_while_others_issue_beside_it(
    opened: tuple[httpx.Client, PolicyBook], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, book = opened
    _issued(book, HallMode.OPEN)
    waiting, others = book.in_force, iter(range(3))

    def beside_another() -> Any:
        policy = waiting()
        if next(others, None) is not None:
            _issued(book, HallMode.OPEN)
        return policy

    monkeypatch.setattr(book, "in_force", beside_another)

    assert _asked(client, HallMode.EMERGENCY) == (201, "")
    monkeypatch.undo()
    assert book.in_force().hall_mode is HallMode.EMERGENCY
