"""A screen on the hall's network: only with sign-on, by address, and nothing to a stranger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from doorfiles import write_door
from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.contract.access_records import GuardRole
from gate_agent.errors import ConfigurationError
from gate_agent.host.clock import SystemClock
from gate_agent.store.staff import StaffBook
from gate_agent.web.app import create_app
from gate_agent.web.signon import SignOn
from security.signing import PIN, ScriptedAccess
from web.scripted_desk import ScriptedDesk

HERE = "http://10.0.0.5:8080"


def from_another_machine(folder: Path, do: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Let `do` talk to a screen that is bound to the hall's network."""

    async def talk() -> None:
        book, desk = StaffBook(folder / "j"), ScriptedDesk()
        book.add(name="王卫", role=GuardRole.GUARD, pin=PIN)
        app = create_app(
            desk,
            desk.duties,
            desk.thermometer,
            version="0",
            host="10.0.0.5",
            port=8080,
            sign_on=SignOn(book, SystemClock(), ScriptedAccess()),
        )
        transport = httpx.ASGITransport(app=app, client=("10.0.0.77", 40000))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            await do(client)

    asyncio.run(talk())


def test_a_stranger_reads_the_names_to_sign_on_by_and_no_more(tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        for path in ("/api/v1/state", "/api/v1/stream", "/api/v1/duties", "/api/v1/openapi.json"):
            assert (await client.get(path)).status_code == 401, path
        session = await client.get("/api/v1/session")
        assert [person["name"] for person in session.json()["people"]] == ["王卫"]

    from_another_machine(tmp_path, do)


def test_who_is_signed_on_reads_and_acts(tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        begun = await client.post("/api/v1/session", json={"code": "g01", "pin": PIN})
        assert begun.status_code == 200
        assert (await client.get("/api/v1/state")).status_code == 200
        headers = {"X-Gate-CSRF": begun.json()["csrf"], "Origin": HERE}
        done = await client.post(
            "/api/v1/symptoms", json={"passage_id": None, "by": "x"}, headers=headers
        )
        assert done.status_code == 200

    from_another_machine(tmp_path, do)


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.5.evil.example", "hall.local", ""])
def test_a_name_may_have_been_rebound_and_is_refused(tmp_path: Path, host: str) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        for path in ("/", "/api/v1/session"):
            assert (await client.get(path, headers={"Host": host})).status_code == 400

    from_another_machine(tmp_path, do)


def test_another_origin_is_refused_here_too(tmp_path: Path) -> None:
    async def do(client: httpx.AsyncClient) -> None:
        for origin in ("http://10.0.0.6:8080", "https://10.0.0.5:8080", "null"):
            body = {"code": "g01", "pin": PIN}
            answer = await client.post("/api/v1/session", json=body, headers={"Origin": origin})
            assert answer.status_code == 403

    from_another_machine(tmp_path, do)


def test_an_address_beyond_loopback_needs_sign_on(tmp_path: Path) -> None:
    web = {"host": "10.0.0.5", "sign_on": True}
    assert load_config(write_door(tmp_path, {"web": web}), GateConfig).web.host == "10.0.0.5"

    for sign_on, host, fault in (
        (False, "10.0.0.5", "expected a loopback address"),
        (False, "0.0.0.0", "expected a loopback address"),  # noqa: S104 a setting that is refused
        (True, "gate.example", "expected an address"),
    ):
        config = write_door(tmp_path, {"web": {"host": host, "sign_on": sign_on}})
        with pytest.raises(ConfigurationError, match=rf"web\.host: {fault}"):
            load_config(config, GateConfig)
