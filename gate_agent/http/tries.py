"""Tries to sign on (登录尝试): strangers are slowed, and the right person is not kept out by them.

Wrong tries count for the place they come from: a network, or a browser that this account signed on
at before, which has a place of its own. After a few, each next try from there waits, twice as long
each time. All strangers together have so many tries a day for an account; known browsers do not
need them. Where these are used up, a second allowance is left, of which each network has a few and
what surrounds it a part: who used up the first cannot use up that. A try counts before it is
checked, and one is checked at a time.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import TypeVar

from fastapi import FastAPI, Request
from starlette.responses import Response

from gate_agent.contract.moment import NS_PER_S
from gate_agent.errors import GateError
from gate_agent.host.clock import Clock
from gate_agent.http.allowances import Allowances
from gate_agent.http.answers import refusal
from gate_agent.http.networks import around_of, network_of
from gate_agent.http.places import Places

AT_ONCE, A_DAY = 30, 600  # tries of strangers for one account
LEFT = 200  # beside them, at once and a day: each network has OF_ONE, what is around it a part
OF_ONE = 3
_OF_24, _OF_48 = 160, 24  # a hall is a /24, with others in it; of a /48 one may have all
MOST_IN_A_DAY = AT_ONCE + A_DAY + 2 * LEFT  # in any 24 hours, from wherever
_MOST_PLACES, _MOST_NETWORKS, _BUCKETS = 4096, 16_384, 4096
_WAITING, _KNOWN_WAITING = 64, 8  # a check takes some 50 ms
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
    network: str
    browser: str = ""


class Tries:
    """The tries at one server, in memory and bounded; used in its event loop only."""

    def __init__(self, clock: Clock, *, free: int, longest_s: float) -> None:
        """Take how many wrong tries are free in a row, and how long the next waits at most."""
        self._clock = clock
        self._free = free
        self._longest_s = longest_s
        self._wrong: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()
        self._common = Allowances[int](at_once=AT_ONCE, a_day=A_DAY, most=_BUCKETS)
        self._left = Allowances[int](at_once=LEFT, a_day=LEFT, most=_BUCKETS)
        self._of_one = Allowances[int](at_once=OF_ONE, a_day=OF_ONE, most=_MOST_NETWORKS)
        self._of_24 = Allowances[int](at_once=_OF_24, a_day=_OF_24, most=_MOST_NETWORKS)
        self._of_48 = Allowances[int](at_once=_OF_48, a_day=_OF_48, most=_MOST_NETWORKS)
        self._salt = secrets.token_bytes(16)  # nobody finds two names of one bucket
        self._strangers = Places(_WAITING, of_one=1)
        self._known = Places(_KNOWN_WAITING, of_one=1)
        self._one_stranger = asyncio.Semaphore(1)  # before a known browser there is one at most
        self._one_at_a_time = asyncio.Semaphore(1)

    async def check(self, one: Try, verify: Callable[[], _T | None]) -> _T | None:
        """Return what `verify` returns in a thread: None for a wrong try. Raises Wait."""
        place = one.account, one.browser or one.network
        places = self._known if one.browser else self._strangers
        wait_ns, spends = self._next(one, place)
        if wait_ns > 0:
            raise Wait(wait_ns / NS_PER_S)
        if not places.is_there_one(place[1]):
            raise Wait(1)
        now = self._count(place)
        for allowances, key in spends:
            allowances.spend(key, now)
        with places.one_for(place[1]):
            async with nullcontext() if one.browser else self._one_stranger, self._one_at_a_time:
                verified = await asyncio.to_thread(verify)
        if verified is not None:
            self._wrong.pop(place, None)
            for allowances, key in spends:
                allowances.give_back(key)
        return verified

    def _next(
        self, one: Try, place: tuple[str, str]
    ) -> tuple[int, list[tuple[Allowances[int], int]]]:
        """Return how long a try waits, and what it is taken from."""
        now = self._clock.now().boot_ns
        _, until = self._wrong.get(place, (0, 0))
        if one.browser:
            return until - now, []
        bucket = self._key(one.account) % _BUCKETS
        if self._common.wait_ns(bucket, now) <= 0:
            return until - now, [(self._common, bucket)]
        around = around_of(one.network)
        left = [
            (self._left, bucket),
            (self._of_one, self._key(str(bucket), one.network)),
            (self._of_48 if ":" in around else self._of_24, self._key(str(bucket), around)),
        ]
        left_ns = max(allowances.wait_ns(key, now) for allowances, key in left)
        return max(until - now, min(left_ns, self._common.wait_ns(bucket, now))), left

    def _count(self, place: tuple[str, str]) -> int:
        """Count a try as wrong until it is known to be right; return the time."""
        count = self._wrong.pop(place, (0, 0))[0] + 1
        wait_s = 0.0
        if count >= self._free:
            wait_s = min(self._longest_s, 2.0 ** min(count - self._free, 30))
        now = self._clock.now()
        self._wrong[place] = count, now.plus_s(wait_s)
        if len(self._wrong) > _MOST_PLACES:
            self._wrong.popitem(last=False)
        return now.boot_ns

    def _key(self, *of_what: str) -> int:
        digest = blake2b("\0".join(of_what).encode(), key=self._salt, digest_size=8).digest()
        return int.from_bytes(digest)


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
    return Try(account, network_of(source_of(request)), nonce if is_known else "")


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
