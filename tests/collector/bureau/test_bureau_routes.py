"""Every route of a running bureau × everybody who may ask; what a bureau has no route for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from collector.bureau.standing import bureau_of
from collector.roles.test_route_table import headers_of, let_in
from collector.served_centre import serving
from gate_agent.http.grants import YES
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.grants import CALLERS, NOBODY
from gate_collector.roles.session import Role
from route_table import lines

_TABLE = lines("bureau", CALLERS)
_PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with bureau_of(tmp_path_factory.mktemp("bureau"), "区政务服务中心", "城东分中心") as made:
        yield made


@pytest.mark.parametrize("caller", CALLERS)
def test_each_route_lets_in_whom_the_document_says(app: FastAPI, caller: str) -> None:
    centre = app.state.desk.centre
    accounts = Accounts(centre)
    with serving(app) as client:
        headers = headers_of(centre, accounts, caller)
        last = sorted(_TABLE, key=lambda line: line.path == "/sign-off")
        told = {line.name: let_in(line.asked_of(client, headers)) for line in last}

    assert told == {line.name: line.admits[caller] == YES for line in _TABLE}


def _maintainer(app: FastAPI) -> dict[str, str]:
    centre = app.state.desk.centre
    accounts = Accounts(centre)
    accounts.make("运维", Role.MAINTAINER, _PASSWORD)
    return {"Cookie": f"gate_collector={accounts.sign_on('运维', _PASSWORD)}"}


def test_no_route_of_a_bureau_leads_to_a_person(app: FastAPI) -> None:
    paths = {one.path for one in app.state.granted}

    assert not [path for path in paths if any(
        word in path for word in ("reveal", "contact", "case", "person", "search", "inside")
    )]  # fmt: skip
    with serving(app) as client:
        document = client.get("/api/v1/openapi.json", headers=_maintainer(app)).text
    assert "/api/v1/halls" in document
    assert "person_ref" not in document


def test_only_the_leader_closes_all_halls() -> None:
    admits = {line.name: line.admits for line in _TABLE}["POST /emergency"]

    assert [caller for caller in CALLERS if admits[caller] == YES] == [Role.LEADER]
    assert admits[NOBODY] != YES


def test_who_closes_all_halls_is_told_what_became_of_it_in_each(app: FastAPI) -> None:
    centre = app.state.desk.centre
    accounts = Accounts(centre)
    accounts.make("局长", Role.LEADER, _PASSWORD)
    token = accounts.sign_on("局长", _PASSWORD)
    session = accounts.session(token)
    assert session is not None
    headers = {"Cookie": f"gate_collector={token}", "X-CSRF": session.csrf}
    app.state.desk.halls[1].is_up = False
    order = {"by": "别人", "why": "疫情响应"}
    try:
        with serving(app) as client:
            forged = client.post("/emergency", json=order, headers={"Cookie": headers["Cookie"]})
            made = client.post("/emergency", json=order, headers=headers)
            page = client.get(made.json()["location"], headers=headers).text
            none = client.get("/emergency/999", headers=headers)
    finally:
        app.state.desk.halls[1].is_up = True

    assert forged.status_code == 403
    assert made.status_code == 201
    assert "局长" in page
    assert "别人" not in page
    assert page.count("未确认关闭") == 1
    assert page.count("已发布（第 1 版防控措施）") == 1
    assert none.status_code == 404
