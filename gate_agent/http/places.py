"""How many streams may run at once, and how many of them for one who asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gate_agent.http.answers import refusal


class Places:
    """A bound for all, and a lower one for each: nobody has every place."""

    def __init__(self, most: int, *, of_one: int) -> None:
        """Take how many there are, and how many of them one may have."""
        self._most = most
        self._of_one = of_one
        self._taken = Counter[str]()

    @property
    def taken(self) -> int:
        """How many are taken."""
        return self._taken.total()

    def is_there_one(self, who: str) -> bool:
        """Whether there is one more for this one."""
        return self.taken < self._most and self._taken[who] < self._of_one

    @contextmanager
    def one_for(self, who: str) -> Iterator[None]:
        """Take a place while the block runs."""
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            self._taken += Counter()  # who holds none is forgotten


class InPlace(Response):
    """A stream that holds a place while it runs, or the refusal when there is none."""

    def __init__(self, stream: Response, places: Places, *, who: str) -> None:
        """Take the stream, and where who asks for it has a place."""
        super().__init__()
        self._stream = stream
        self._places = places
        self._who = who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream to the end, if there is a place."""
        if not self._places.is_there_one(self._who):
            refused = refusal(503, code="too_many", expected="a stream less", got="one more")
            await refused(scope, receive, send)
            return
        with self._places.one_for(self._who):
            await self._stream(scope, receive, send)
