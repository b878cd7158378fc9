"""A page that was opened before: it may restrict at once, and it lets nobody in."""

from __future__ import annotations

from collections.abc import Iterator
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
