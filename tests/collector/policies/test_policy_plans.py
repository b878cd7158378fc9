"""What waits for its time: no edit brings it forward, drops it, or hides what counts till then."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.hall_of_doors import TEN, Hall, hall
from collector.served_centre import app_of, book_of, centre_of, serving
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.policy_document import digest, read_policy
from gate_agent.contract.records import ModeApplied
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.policies import PolicyKeeper
from gate_collector.policies.book import Change, PlanUndone, PolicyBook

_TOMORROW = TEN + timedelta(days=1)
_WHO = {"by": "王科长", "why": "演习"}
_SHEET = "带班领导,值班电话,开始,结束\n李主任,13800000000,2026-12-01 08:00,2026-12-01 20:00\n"
_ROTA = {"content": base64.b64encode(_SHEET.encode()).decode()}
_EDITS: list[tuple[str, dict[str, Any], str]] = [
    ("/policy/rules", {"settings": {"hold.recheck_s": "300"}}, "hold"),
    (
        "/policy/appointments",
        {"number": synthetic_card(7).number, "green_channel": True},
        "appointments",
    ),
    ("/policy/sheets/rota", _ROTA, "rota"),
]


class _Broker:
    """What a broker retains of the one topic."""

    retained = b""

    def __call__(self, _topic: str, document: bytes) -> bool:
        self.retained = document
        return True

    @property
    def mode(self) -> HallMode:
        return read_policy(self.retained).policy.hall_mode


def _emergency_with_a_plan(one: Hall, broker: _Broker) -> PolicyBook:
    book = book_of(one, broker)
    book.issue(lambda _: {"hall_mode": "emergency"}, by="王", why="起火", at_once=True)
    book.issue(lambda _: {"hall_mode": "open"}, by="李", why="复业", valid_from=_TOMORROW)
    return book


@pytest.mark.parametrize(("path", "asked", "part"), _EDITS)
def test_an_edit_counts_at_once_and_leaves_the_mode_and_the_plan(
    tmp_path: Path, path: str, asked: dict[str, Any], part: str
) -> None:
    broker = _Broker()
    with hall(tmp_path) as one:
        book = _emergency_with_a_plan(one, broker)
        before = book.in_force()
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            body = _WHO | asked | {"base": 2}
            if "sheets" in path:
                body["seen"] = client.post(path, json=body).json()["look"]["seen"]
            answer = client.post(path, json=body)
            page = client.get("/policy?lang=en").text

        now = book.in_force()
        assert (answer.status_code, answer.json()["version"], now.version) == (201, 3, 3)
        assert (now.hall_mode, broker.mode) == (HallMode.EMERGENCY, HallMode.EMERGENCY)
        assert getattr(now, part) != getattr(before, part)
        (plan,) = book.waiting()
        assert (plan.version, plan.hall_mode, plan.by, plan.why) == (4, "open", "李", "复业")
        assert "version 4 waits for its time" in page
        assert f'data-comes="{format_utc(_TOMORROW)}"' in page
        assert page.count("(waits)") == 1, "version 2 waits no more"
        assert page.count("(superseded") == 1

        one.clock.advance(24 * 3600)
        then = book.in_force()
        assert (then.version, then.hall_mode) == (4, HallMode.OPEN)
        assert getattr(then, part) == getattr(now, part)


def test_an_edit_of_what_a_plan_sets_is_refused_with_its_number(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        book = book_of(one)
        book.issue(lambda _: {"purposes": ["税务"]}, by="a", why="b", valid_from=_TOMORROW)

        with pytest.raises(PlanUndone, match="version 1, which waits, got purposes"):
            book.issue(lambda _: {"purposes": ["社保"]}, by="a", why="b")
        assert book.newest().version == 1
        with serving(app_of(centre_of(one, book.in_force), book)) as client:
            client.post("/policy/rules", json=_WHO | {
                "settings": {"hold.recheck_s": "300"}, "valid_from": "2027-01-01T08:00", "base": 1,
            })  # fmt: skip
            told = client.post("/policy/rules", json=_WHO | {
                "settings": {"hold.recheck_s": "500"}, "base": 2,
            })  # fmt: skip

    assert (told.status_code, told.json()["error"]["code"]) == (409, "plan_undone")


def test_an_edit_of_one_setting_of_a_part_undoes_no_other_of_a_plan(tmp_path: Path) -> None:
    def hold(**settings: object) -> Change:
        return lambda old: {"hold": old.hold.model_dump() | settings}

    with hall(tmp_path) as one:
        book = book_of(one)
        plan = hold(recheck_s=300, report_s=60)
        book.issue(plan, by="a", why="b", valid_from=_TOMORROW)

        with pytest.raises(PlanUndone, match=r"got hold\.recheck_s"):
            book.issue(hold(recheck_s=500), by="a", why="b")
        book.issue(hold(transfer_s=90), by="a", why="b")

        then = book.at(_TOMORROW).hold
        assert (then.recheck_s, then.report_s, then.transfer_s) == (300, 60, 90)


def test_plans_come_true_one_after_the_other_in_whatever_order_they_were_made(
    tmp_path: Path,
) -> None:
    with hall(tmp_path) as one:
        book = book_of(one)
        later = _TOMORROW + timedelta(days=1)
        book.issue(lambda _: {"hall_mode": "open"}, by="a", why="b", valid_from=later)
        book.issue(lambda _: {"hall_mode": "closed"}, by="a", why="b", valid_from=_TOMORROW)

        assert [plan.hall_mode for plan in book.waiting()] == ["closed", "open"]
        modes = []
        for _ in range(3):
            modes.append(book.in_force().hall_mode.value)
            one.clock.advance(24 * 3600)
    assert modes == ["open", "closed", "open"]


def test_a_door_that_returns_hears_what_counts_and_the_plan_from_its_time_on(
    tmp_path: Path,
) -> None:
    broker = _Broker()
    with hall(tmp_path) as one:
        book = _emergency_with_a_plan(one, broker)
        restarted = book_of(one, broker)
        for centre in (book, restarted):
            centre.keep_published()
            keeper = PolicyKeeper(file=None, beside=tmp_path)
            keeper.offer(broker.retained)
            keeper.due(one.clock.now().utc)
            assert keeper.current.policy.hall_mode is HallMode.EMERGENCY

        one.clock.advance(24 * 3600)
        restarted.keep_published()
    assert (broker.mode, restarted.published) == (HallMode.OPEN, 2)


def _applied(version: int, mode: HallMode) -> ModeApplied:
    return ModeApplied(
        policy_version=version, hall_mode=mode, policy_sha256=digest(b"of the lost days")
    )


def test_after_a_restore_a_version_is_above_every_doors(store: str) -> None:
    with hall(store) as one:
        book = book_of(one)
        one.west.say(_applied(9, HallMode.OPEN))
        one.central.say(_applied(7, HallMode.CLOSED))
        one.settle()

        book.issue(lambda _: {"hall_mode": "emergency"}, by="a", why="b", at_once=True)

        assert book.in_force().version == 10


def test_an_emergency_is_issued_again_above_a_door_that_is_heard_later(store: str) -> None:
    broker = _Broker()
    with hall(store) as one:
        book = _emergency_with_a_plan(one, broker)
        one.west.say(_applied(1, HallMode.OPEN))
        one.central.say(_applied(8, HallMode.OPEN))
        one.settle()

        book.keep_published()
        book.keep_published()

        assert (book.in_force().version, book.in_force().hall_mode) == (9, HallMode.EMERGENCY)
        assert read_policy(broker.retained).policy == book.in_force()
        assert [(plan.version, plan.hall_mode) for plan in book.waiting()] == [(10, "open")]
        assert (book.issues()[1].by, book.issues()[1].why) == ("王", "起火")
