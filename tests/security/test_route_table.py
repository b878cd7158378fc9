"""Every route of a running door × everybody who may ask, against the table in docs/security.md."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from gate_agent.contract.access_records import GuardRole
from gate_agent.http.grants import YES
from gate_agent.web.grants import ANYWHERE, CALLERS
from route_table import lines
from security.signing import Browser, door

_TABLE = lines("door", CALLERS)
_CODES = {GuardRole.GUARD: "g01", GuardRole.SUPERVISOR: "s01", GuardRole.MAINTAINER: "m01"}


def _let_in(answer: httpx.Response) -> bool:
    """Whether the route itself answered, be it that the empty request is no good."""
    return answer.status_code not in (401, 403) or answer.json()["error"]["code"] not in (
        "sign_on", "role", "csrf",
    )  # fmt: skip


@pytest.mark.parametrize("caller", CALLERS)
def test_each_route_lets_in_whom_the_document_says(tmp_path: Path, caller: str) -> None:
    last = sorted(_TABLE, key=lambda line: line.path.endswith(("/session", "/session/end")))
    where = "127.0.0.9" if caller == ANYWHERE else "127.0.0.1"  # the board itself is .1 alone
    transport = httpx.HTTPTransport(local_address=where)
    with (
        door(tmp_path) as gate,
        httpx.Client(base_url=gate.served.url, transport=transport, timeout=60) as client,
    ):
        browser = Browser(client)
        if caller in _CODES:
            assert browser.sign_on(_CODES[GuardRole(caller)]).status_code == 200
        headers = {"X-Gate-CSRF": browser.csrf}
        told = {line.name: _let_in(line.asked_of(client, headers)) for line in last}

    assert told == {line.name: line.admits[caller] == YES for line in _TABLE}
