"""A guard who never tires: types phones, measures by hand and goes through holds, by the screen."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

from gate_agent.emulation.people import Arrival

_FEVER_CENTI_C = 3730
_OK = 200
_STEPS_UP_S = 0.5  # nobody is measured, read and asked in less
State = dict[str, Any]


def ask(port: int, path: str, body: dict[str, object] | None = None) -> State:
    """GET `path`, or POST `body` there; {} when there is no good answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        if body is None:
            connection.request("GET", path)
        else:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        state: State = json.loads(content) if answer.status == _OK else {}
    except (OSError, HTTPException, ValueError):
        return {}
    else:
        return state
    finally:
        connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardPace:
    """How quick the guard is, in seconds."""

    looks_every_s: float = 0.25
    types_for_s: float = 1.0
    steps_after_s: float = 2.5


class RobotGuard:
    """Works at one door's screen."""

    def __init__(
        self,
        port: int,
        *,
        post: str,
        on_state: Callable[[State], None],
        pace: GuardPace | None = None,
        finds_fevers: bool = True,
    ) -> None:
        self._port = port
        self._pace = pace or GuardPace()
        self._post = post
        self._finds_fevers = finds_fevers
        self._on_state = on_state
        self._seen: dict[str, float] = {}  # what waits for a hand, and since when
        self._phones = 0
        self._families: deque[tuple[float, int]] = deque()  # when they came, and how many more
        self._met: set[str] = set()

    def expect(self, arrival: Arrival) -> None:
        """See somebody come, with others right behind."""
        if arrival.companions:
            now = asyncio.get_running_loop().time()
            self._families.append((now, arrival.companions))

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            state = await asyncio.to_thread(ask, self._port, "/api/v1/state")
            if state:
                self._on_state(state)
                await self._work(state)
            await asyncio.sleep(self._pace.looks_every_s)

    async def _work(self, state: State) -> None:
        waiting: dict[str, tuple[float, str, dict[str, object]]] = {}
        here = [place for place in (state["passage"], *state["desk"]) if place]
        for passage in here:
            if passage["needs_hand"]:
                path = f"/api/v1/passages/{passage['passage_id']}/hand"
                read: dict[str, object] = {
                    "contact_centi_c": 3640 + self._phones % 4,
                    "by": self._post,
                }
                waiting[path] = self._pace.steps_after_s, path, read
            if passage["phase"] != "registering":
                continue
            await self._ask_for_the_others(passage["passage_id"])
            path = f"/api/v1/passages/{passage['passage_id']}/registration"
            purpose = state["purposes"][self._phones % len(state["purposes"])]
            body = {"phone": f"138{self._phones % 10**8:08d}", "purpose": purpose}
            waiting[path] = self._pace.types_for_s, path, body
        for hold in state["holds"]:
            if hold["next_steps"]:
                path = f"/api/v1/holds/{hold['hold_id']}/steps"
                waiting[f"{path} {hold['state']}"] = (
                    self._pace.steps_after_s,
                    path,
                    self._step(hold),
                )
        now = asyncio.get_running_loop().time()
        self._seen = {what: self._seen.get(what, now) for what in waiting}
        for what, (after_s, path, body) in waiting.items():
            if now - self._seen[what] >= after_s:
                await asyncio.to_thread(ask, self._port, path, body)
                self._phones += 1

    async def _ask_for_the_others(self, passage_id: str) -> None:
        """Say how many go in with who registers now, where that is who was seen with others."""
        if passage_id in self._met:
            return
        self._met.add(passage_id)
        now = asyncio.get_running_loop().time()
        if self._families and now - self._families[0][0] > _STEPS_UP_S:
            _, companions = self._families.popleft()
            body: dict[str, object] = {"companions": companions, "by": self._post}
            await asyncio.to_thread(ask, self._port, f"/api/v1/passages/{passage_id}/group", body)

    def _step(self, hold: State) -> dict[str, object]:
        """Return the usual next step; every other contact reading finds a fever, or none does."""
        step = hold["next_steps"][0]
        contact = hold["contact_centi_c"]
        if step == "confirmed" and contact is not None and contact < _FEVER_CENTI_C:
            step = "released"
        body: dict[str, object] = {"step": step, "by": self._post}
        if step == "rechecked":
            fever = self._finds_fevers and not self._phones % 2
            body["contact_centi_c"] = 3840 if fever else 3660
        if step == "released" and hold["asks_again"]:  # far below the forehead: once more
            body["contact_centi_c"] = contact
        if step in ("reported", "transferred"):
            body["to"] = "区疫情防控办" if step == "reported" else "120 救护车"
        if step == "closed":
            body["disinfected"] = True
        return body
