"""Tells the halls of a bureau apart by the name that was asked for; each answers for itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gate_agent.http.hosts import host_name
from gate_collector.bureau.carried import CarriedHall


class ByHost:
    """ASGI: a hall's pages by its names, the bureau's by every other, which its shield checks."""

    def __init__(
        self,
        bureau: ASGIApp,
        halls: Sequence[CarriedHall],
        away: Callable[[CarriedHall], ASGIApp],
    ) -> None:
        """`away` makes the pages of a hall that does not run."""
        self._bureau = bureau
        self._halls = {name: hall for hall in halls for name in hall.file.names}
        self._away = {hall.site: away(hall) for hall in halls}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to whom it is for."""
        await self._whose(scope)(scope, receive, send)

    def _whose(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._bureau
        name = host_name(Headers(scope=scope).get("host", "")) or ""
        hall = self._halls.get(name.lower())
        if hall is None:
            return self._bureau
        return hall.app or self._away[hall.site]
