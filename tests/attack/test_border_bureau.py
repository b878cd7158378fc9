"""Every route of a bureau × every value that breaks programs: none fails, whoever signed on."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from attack.test_border import faults_of
from collector.bureau.standing import bureau_of
from collector.days import DAY
from collector.served_centre import serving
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.grants import CALLERS
from gate_collector.roles.session import Role
from route_table import lines

_PASSWORD = "correct horse battery"
_SIGNED = {"by": "王科长", "why": "按通知办理"}
_TAKES = {  # who may, and what somebody really sends
    "/accounts": (Role.MAINTAINER, {"name": "李", "role": "leader", "password": _PASSWORD}),
    "/accounts/password": (Role.MAINTAINER, {"name": "李", "password": _PASSWORD}),
    "/accounts/disable": (Role.MAINTAINER, {"name": "李"}),
    "/accounts/keys": (Role.MAINTAINER, {"name": "大屏"}),
    "/accounts/keys/disable": (Role.MAINTAINER, {"name": "大屏"}),
    "/emergency": (Role.LEADER, _SIGNED),
    "/reports/{day}/merge": (Role.OFFICE, _SIGNED),
    "/sign-on": (Role.OFFICE, {"name": "李", "password": _PASSWORD}),
    "/sign-on/first": (Role.OFFICE, {"code": "0" * 16, "name": "李", "password": _PASSWORD}),
    "/sign-off": (Role.AUDITOR, {}),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with bureau_of(tmp_path_factory.mktemp("bureau"), "区政务服务中心", "城东分中心") as made:
        yield made


def _headers(app: FastAPI, role: Role) -> dict[str, str]:
    accounts = Accounts(app.state.desk.centre)
    name = f"{role.value} of the test"
    if accounts.kept_of(name) is None:
        accounts.make(name, role, _PASSWORD)
    token = accounts.sign_on(name, _PASSWORD)
    session = accounts.session(token)
    assert session is not None
    return {"Cookie": f"gate_collector={token}", "X-CSRF": session.csrf}


def test_every_route_that_takes_something_is_here() -> None:
    taken = {line.path for line in lines("bureau", CALLERS) if line.method == "POST"}

    assert set(_TAKES) == taken


@pytest.mark.parametrize("path", _TAKES)
def test_nothing_that_is_sent_makes_the_bureau_fail(app: FastAPI, path: str, share: int) -> None:
    role, body = _TAKES[path]
    with serving(app) as client:
        found = faults_of(client, path.format(day=DAY), body, share, **_headers(app, role))

    assert found == []


def test_a_number_in_a_path_may_be_of_any_size(app: FastAPI) -> None:
    with serving(app) as client:
        client.headers.update(_headers(app, Role.OFFICE))
        for path in ("/emergency/{}", f"/reports/{DAY}?version={{}}", "/reports/{}"):
            for number in (-1, 2**31, 2**63, 10**30, "9" * 5000, "1e9", "٣"):
                assert _status(client, path.format(number)) < 500, (path, number)


def _status(client: httpx.Client, path: str) -> int:
    return client.get(path).status_code
