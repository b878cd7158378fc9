"""Alarms that stand until a person has looked into them (解除告警): who, when, why, and again."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine

from collector.hall_of_doors import Hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.contract.records import AgentStopped
from gate_collector.alarms.book import Alarm, cleared_by_hand, standing
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role

_PASSWORD = "correct horse battery"


@pytest.fixture
def client(one: Hall) -> Iterator[httpx.Client]:
    with serving(app_of(centre_of(one))) as opened:
        yield opened


def _forge(one: Hall, reason: str) -> None:
    """Say another event of number 1 than the one that is there."""
    one.west.sequence, one.west.link = 0, bytes(32)
    one.west.say(AgentStopped(reason=reason))
    one.settle()


def _stands(engine: Engine) -> list[Alarm]:
    with engine.connect() as connection:
        return standing(connection)


def _clear(
    client: httpx.Client, alarm: Alarm, *, by: str = "李主任", **more: str
) -> httpx.Response:
    asked = {"by": by, "why": "已停用该出入口并取证", "seen": alarm.detail} | more
    return client.post(f"/ledger/alarms/{alarm.id}/clear", json=asked)


def test_it_is_cleared_with_who_and_why_and_comes_again_when_it_happens_again(
    one: Hall, client: httpx.Client
) -> None:
    one.west.passage()
    one.settle()
    _forge(one, "forged")
    (alarm,) = _stands(one.engine)

    assert _clear(client, alarm).status_code == 201

    assert _stands(one.engine) == []
    with one.engine.connect() as connection:
        (cleared,) = connection.execute(cleared_by_hand())
    assert (cleared.kind, cleared.by, cleared.role) == ("mismatch", "李主任", "office")
    page = client.get("/ledger").text
    assert "已停用该出入口并取证" in page
    assert "未解除的告警" not in page

    _forge(one, "forged once more")
    (again,) = _stands(one.engine)
    assert again.id != alarm.id


def test_what_was_raised_again_since_it_was_seen_is_not_cleared_unseen(
    one: Hall, client: httpx.Client
) -> None:
    one.west.passage()
    one.west.passage()
    one.settle()
    _forge(one, "forged")
    (seen,) = _stands(one.engine)
    one.west.say(AgentStopped(reason="number 2, forged too"))
    one.settle()

    answer = _clear(client, seen)

    assert answer.status_code == 409
    assert "raised again" in answer.json()["error"]["got"]
    assert [alarm.id for alarm in _stands(one.engine)] == [seen.id]


def test_what_ends_by_itself_and_what_ended_is_not_cleared_by_hand(
    one: Hall, client: httpx.Client
) -> None:
    one.west.heartbeat()
    one.settle()
    one.clock.advance(60)
    one.west.passage()
    one.settle()
    (silent,) = _stands(one.engine)
    assert silent.kind == "silent"

    assert _clear(client, silent).status_code == 409

    _forge(one, "forged")
    mismatch = next(alarm for alarm in _stands(one.engine) if alarm.kind == "mismatch")
    assert _clear(client, mismatch, why="。").status_code == 422
    assert _clear(client, mismatch).status_code == 201
    assert _clear(client, mismatch).status_code == 409


@pytest.mark.parametrize("role", list(Role))
def test_only_the_leader_and_the_maintainer_clear(one: Hall, role: Role) -> None:
    one.west.passage()
    one.settle()
    _forge(one, "forged")
    (alarm,) = _stands(one.engine)
    accounts = Accounts(centre_of(one))
    accounts.make("张三", role, _PASSWORD)
    with serving(app_of(centre_of(one), accounts=accounts)) as client:
        client.post("/sign-on", json={"name": "张三", "password": _PASSWORD})
        session = accounts.session(client.cookies["gate_collector"])
        assert session is not None
        client.headers["X-CSRF"] = session.csrf
        may = role in (Role.LEADER, Role.MAINTAINER)

        offered = "解除告警" in client.get("/ledger").text
        status = _clear(client, alarm, by="somebody else").status_code

    assert (offered, status) == ((True, 201) if may else (False, 403))
    with one.engine.connect() as connection:
        assert [(c.by, c.role) for c in connection.execute(cleared_by_hand())] == (
            [("张三", role.value)] if may else []
        )
