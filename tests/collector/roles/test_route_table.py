"""Every route of a running centre × everybody who may ask, against the table in docs/security.md."""  # noqa: E501

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from collector.hall_of_doors import Hall, hall
from collector.served_centre import app_of, centre_of, serving
from gate_agent.http.grants import YES
from gate_collector.centre import Centre
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.grants import CALLERS, NOBODY, PROGRAM
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.session import Role
from route_table import Line, lines
from tree import tool

_PASSWORD = "correct horse battery"
_TABLE = lines("centre", CALLERS)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as opened:
        yield opened


def let_in(answer: httpx.Response) -> bool:
    """Whether the route itself answered, be it that the empty request is no good."""
    if answer.status_code == 303:
        assert answer.headers["location"].partition("?")[0] == "/sign-on"
        return False
    return not (
        answer.status_code in (401, 403)
        and ("不能打开此页" in answer.text or '"sign_on"' in answer.text or '"role"' in answer.text)
    )


def headers_of(centre: Centre, accounts: Accounts, caller: str) -> dict[str, str]:
    """Return what somebody of this kind sends, signed on with an account of their own."""
    if caller == NOBODY:
        return {}
    if caller == PROGRAM:
        return {"Authorization": f"Bearer {ApiKeys(centre, accounts).make('bi')}"}
    accounts.make(caller, Role(caller), _PASSWORD)
    token = accounts.sign_on(caller, _PASSWORD)
    session = accounts.session(token)
    assert session is not None
    return {"Cookie": f"gate_collector={token}", "X-CSRF": session.csrf}


@pytest.mark.parametrize("caller", CALLERS)
def test_each_route_lets_in_whom_the_document_says(one: Hall, caller: str) -> None:
    centre = centre_of(one)
    accounts = Accounts(centre)
    with serving(app_of(centre, accounts=accounts)) as client:
        headers = headers_of(centre, accounts, caller)

        def may(line: Line) -> bool:
            return let_in(line.asked_of(client, headers))

        last = sorted(_TABLE, key=lambda line: line.path == "/sign-off")
        told = {line.name: may(line) for line in last}

    assert told == {line.name: line.admits[caller] == YES for line in _TABLE}


def test_the_document_has_every_route_as_it_is_declared() -> None:
    assert tool("roles_doc").FILES.stale() == []


def test_a_table_that_is_not_what_the_routes_declare_is_found(tmp_path: Path) -> None:
    generator = tool("roles_doc").FILES
    generator.write(tmp_path)
    document = tmp_path / "security.md"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("`GET /looks` | –", "`GET /looks` | ✓"), encoding="utf-8")

    assert generator.stale(tmp_path) == ["security.md"]
