"""A door whose guards sign on: accounts, a clock set by hand, and what was recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from gate_agent.contract.access_records import GuardRole, Look, PersonRevealed
from gate_agent.contract.records import Record, SnapshotViewed
from gate_agent.gate.errors import JournalUnavailable, NotFound
from gate_agent.gate.ports import Revealed
from gate_agent.store.staff import StaffBook
from gate_agent.testing import FakeClock
from gate_agent.web.signon import SignOn
from web.served_door import Served

PIN, OTHER_PIN = "274916", "583027"
REF = "ab" * 32


class ScriptedAccess:
    """Plays the gate's part: notes what is recorded, knows one person."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.writable = True

    async def record(self, *records: Record) -> None:
        await asyncio.sleep(0)
        if not self.writable:
            raise JournalUnavailable(expected="a durable record", got="none yet")
        self.records += records

    async def reveal(self, passage_id: str, look: Look) -> Revealed:
        if passage_id != "p-1":
            raise NotFound(expected="a passage whose person is known here", got="none")
        await self.record(
            PersonRevealed(passage_id=passage_id, person_ref=REF, **look.model_dump())
        )
        return Revealed(name="张三", number="11010119900307721X", phone="+8613912345678")

    async def picture(self, hold_id: str, look: Look) -> bytes:
        if hold_id != "h-1":
            raise NotFound(expected="a hold whose picture is still kept", got="none")
        await self.record(SnapshotViewed(hold_id=hold_id, **look.model_dump()))
        return b"\xff\xd8picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    served: Served
    book: StaffBook
    clock: FakeClock
    access: ScriptedAccess

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        with httpx.Client(base_url=self.served.url, timeout=60) as client:
            yield Browser(client)

    def lapse(self, seconds: float) -> None:
        """Let time pass, and sessions end whose time is over."""
        sign_on = self.served.sign_on
        assert sign_on is not None
        self.served.do(lambda _: self.clock.advance(seconds))
        self.served.do(lambda _: sign_on.sessions.lapsed())

    def recorded(self, kind: type[Record]) -> list[Any]:
        records = self.served.do(lambda _: list(self.access.records))
        return [record for record in records if isinstance(record, kind)]


class Browser:
    """One browser at the screen: keeps its cookie, sends its token."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.csrf = ""

    def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        if self.csrf:
            headers.setdefault("X-Gate-CSRF", self.csrf)
        return self.client.post(path, json=body, headers=headers)

    def sign_on(self, code: str, pin: str = PIN) -> httpx.Response:
        answer = self.post("/api/v1/session", {"code": code, "pin": pin})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    def who(self) -> Any:
        return self.client.get("/api/v1/session").json()["signed_on"]


@cache  # hashing costs time and memory, on purpose
def _staff() -> str:
    with TemporaryDirectory() as folder:
        book = StaffBook(Path(folder) / "j")
        book.add(name="王卫", role=GuardRole.GUARD, pin=PIN)
        book.add(name="李管", role=GuardRole.SUPERVISOR, pin=PIN)
        book.add(name="赵修", role=GuardRole.MAINTAINER, pin=PIN)
        return (Path(folder) / "j.staff.json").read_text(encoding="utf-8")


@contextmanager
def door(folder: Path, *, staffed: bool = True) -> Iterator[Door]:
    """A served screen with sign-on; a guard g01, a supervisor s01, a maintainer m01."""
    book, clock, access = StaffBook(folder / "journal.sqlite"), FakeClock(), ScriptedAccess()
    if staffed:
        kept = folder / "journal.sqlite.staff.json"
        kept.write_text(_staff(), encoding="utf-8")
        kept.chmod(0o600)
    sign_on = SignOn(book, clock, access)
    with Served(sign_on) as served:
        yield Door(served=served, book=book, clock=clock, access=access)
