"""Tries to sign on (登录尝试): strangers are slowed, and the right person is not kept out by them.

Wrong tries count for the place they come from: an address, or a browser that this account signed on
at before, which has a place of its own. After a few, each next try from there waits, twice as long
each time. All strangers together have so many tries a day for an account; known browsers do not
need them. A try counts before it is checked, and one is checked at a time.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import TypeVar

from fastapi import FastAPI, Request
from starlette.responses import Response

from gate_agent.contract.moment import NS_PER_S
from gate_agent.errors import GateError
from gate_agent.host.clock import Clock
from gate_agent.http.answers import refusal
from gate_agent.http.places import Places

AT_ONCE, A_DAY = 30, 720  # tries of strangers for one account
_REFILL_NS = 24 * 3600 * NS_PER_S // A_DAY
_MOST_PLACES, _BUCKETS = 4096, 4096
_WAITING, _KNOWN_WAITING = 4, 8
_KNOWN_FOR_S = 180 * 24 * 3600
_T = TypeVar("_T")


class Wait(GateError):  # noqa: N818 it is an answer
    """Too early for another try."""

    def __init__(self, seconds: float) -> None:
        """Take after how long the next try is taken."""
        super().__init__("expected a later try, got one now")
        self.seconds = max(1, math.ceil(seconds))


@dataclass(frozen=True, slots=True)
class Try:
    """One try: for which account, from where; `browser` only if the account knows it."""

    account: str
    source: str
    browser: str = ""


class Tries:
    """The tries at one server, in memory and bounded; used in its event loop only."""

    def __init__(self, clock: Clock, *, free: int, longest_s: float) -> None:
        """Take how many wrong tries are free in a row, and how long the next waits at most."""
        self._clock = clock
        self._free = free
        self._longest_s = longest_s
        self._wrong: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()
        self._spent: dict[int, int] = {}  # bucket → when all its tries are there again (ns)
        self._salt = secrets.token_bytes(16)  # nobody finds two names of one bucket
        self._strangers = Places(_WAITING, of_one=1)
        self._known = Places(_KNOWN_WAITING, of_one=1)
        self._one_at_a_time = asyncio.Semaphore(1)

    async def check(self, one: Try, verify: Callable[[], _T | None]) -> _T | None:
        """Return what `verify` returns in a thread: None for a wrong try. Raises Wait."""
        place = one.account, one.browser or one.source
        places, who = (self._known, place[1]) if one.browser else (self._strangers, one.source)
        wait_ns = self._wait_ns(one, place)
        if wait_ns > 0:
            raise Wait(wait_ns / NS_PER_S)
        if not places.is_there_one(who):
            raise Wait(1)
        self._count(one, place)
        with places.one_for(who):
            async with self._one_at_a_time:
                verified = await asyncio.to_thread(verify)
        if verified is not None:
            self._wrong.pop(place, None)
            self._spend(one, -_REFILL_NS)
        return verified

    def _wait_ns(self, one: Try, place: tuple[str, str]) -> int:
        now = self._clock.now().boot_ns
        _, until = self._wrong.get(place, (0, 0))
        if one.browser:
            return until - now
        full_at = self._spent.get(self._bucket(one.account), now)
        return max(until - now, full_at - now - (AT_ONCE - 1) * _REFILL_NS)

    def _count(self, one: Try, place: tuple[str, str]) -> None:
        count = self._wrong.pop(place, (0, 0))[0] + 1
        wait_s = 0.0
        if count >= self._free:
            wait_s = min(self._longest_s, 2.0 ** min(count - self._free, 30))
        self._wrong[place] = count, self._clock.now().plus_s(wait_s)
        if len(self._wrong) > _MOST_PLACES:
            self._wrong.popitem(last=False)
        self._spend(one, _REFILL_NS)

    def _spend(self, one: Try, ns: int) -> None:
        if not one.browser:
            bucket, now = self._bucket(one.account), self._clock.now().boot_ns
            self._spent[bucket] = max(self._spent.get(bucket, now), now) + ns

    def _bucket(self, account: str) -> int:
        digest = blake2b(account.encode(), key=self._salt, digest_size=8).digest()
        return int.from_bytes(digest) % _BUCKETS


def source_of(request: Request) -> str:
    """Return the address that a request comes from; nothing where nobody knows."""
    return request.client.host if request.client else ""


def try_of(request: Request, account: str, kept: str | None) -> Try:
    """Return the try that a request is; `kept` is the account's hash, which marks its browsers."""
    mark = request.cookies.get(_cookie(account), "")
    nonce, _, proof = mark.partition(".")
    is_known = kept is not None and hmac.compare_digest(
        proof.encode(), _proof(kept, nonce).encode()
    )
    return Try(account, source_of(request), nonce if is_known else "")


def remember(response: Response, account: str, kept: str, *, path: str, secure: bool) -> None:
    """Mark a browser as one where this account signed on; another password forgets it."""
    nonce = secrets.token_hex(16)
    response.set_cookie(
        _cookie(account),
        f"{nonce}.{_proof(kept, nonce)}",
        max_age=_KNOWN_FOR_S,
        path=path,
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def install_waiting(app: FastAPI) -> None:
    """Make every `Wait` of `app` an answer that says how long."""

    def answer(_: Request, exc: Exception) -> Response:
        seconds = exc.seconds if isinstance(exc, Wait) else 1
        waiting = refusal(429, code="wait", expected="a later try", got="one now")
        waiting.headers["Retry-After"] = str(seconds)
        return waiting

    app.add_exception_handler(Wait, answer)


def _cookie(account: str) -> str:
    return f"gate-known-{sha256(account.encode()).hexdigest()[:12]}"


def _proof(kept: str, nonce: str) -> str:
    return hmac.new(kept.encode(), nonce.encode(), sha256).hexdigest()
