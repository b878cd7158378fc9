"""Whom a route is open to: said in the line that names its path, asked before a body is read.

A route that does not say it stops the start. What pages offer, what the interface documents and
the table in docs/security.md are read from the same declarations.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.params import Depends
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Match, Mount
from starlette.types import Receive, Scope, Send

from gate_agent.errors import GateError
from gate_agent.http.bodies import checked, replay, whole
from gate_agent.words import both

YES, NO = "✓", "–"  # in the table
READING = ("GET", "HEAD")
_API = "/api/v1"  # before the paths that other programs use
_LONG = 64 * 1024  # bytes of a body that are not checked in the loop
Security = list[dict[str, list[str]]]


class UndeclaredError(GateError):
    """A route does not say whom it is open to, or says it twice."""


class Grant(ABC):
    """Whom a route is open to; carried by a route as a dependency."""

    async def __call__(self) -> None:  # noqa: B027 to be called by FastAPI, which finds nothing
        """Do nothing: `enter` was asked before the request's body was looked at."""

    @abstractmethod
    async def enter(self, scope: Scope, receive: Receive) -> Receive:
        """Let a request in: return what its body is read from, or raise what answers it."""

    def security(self, method: str) -> Security:  # noqa: ARG002 whatever it is
        """Return what a request of this method must bring, as OpenAPI says it."""
        return []

    @abstractmethod
    def admits(self, caller: str) -> str:
        """Return whether this kind of caller may, as the table in docs/security.md says it."""


class GrantedRoute(APIRoute):
    """A route with exactly one grant among its own dependencies."""

    @property
    def grant(self) -> Grant:
        """Whom this route is open to. Raises UndeclaredError."""
        grants = [one.dependency for one in self.dependencies if isinstance(one.dependency, Grant)]
        if len(grants) != 1:
            raise UndeclaredError(
                f"{self.path}: expected one grant beside the path, got {len(grants)}"
            )
        return grants[0]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the grant; then check the body, and ask the route."""
        receive = await self.grant.enter(scope, receive)
        if scope["method"] not in READING:
            body = await whole(receive)
            if len(body) > _LONG:
                body = await asyncio.to_thread(checked, body)
            elif body:
                body = checked(body)
            receive = replay(body, receive)
        await super().handle(scope, receive, send)


def operation_id(route: APIRoute) -> str:
    """Return the name that a generated client calls: of method and path, which others rely on.

    The name of our function may change with any release, these with the version in the path.
    """
    path = re.sub(r"\{(\w+)\}", r"by_\1", route.path_format.removeprefix(_API))
    return re.sub(r"\W+", "_", f"{min(route.methods or ()).lower()}{path}").strip("_")


class Routes(APIRouter):
    """The routes of a room. It has no grant to give them: each says its own, beside its path."""

    def __init__(
        self,
        *,
        prefix: str = "",
        tags: list[str | Enum] | None = None,
        responses: dict[int | str, dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(
            prefix=prefix,
            tags=tags,
            responses=responses,
            route_class=GrantedRoute,
            generate_unique_id_function=operation_id,
        )


@dataclass(frozen=True, slots=True)
class Granted:
    """One route with what it declares."""

    route: RouteContext
    grant: Grant

    @property
    def path(self) -> str:
        """Its path, with its parameters' names in braces."""
        return self.route.path_format or ""

    @property
    def methods(self) -> list[str]:
        """Its methods, in order."""
        return sorted(self.route.methods or ())

    def fits(self, method: str, path: str) -> bool:
        """Whether a request of this method and path is this route's."""
        scope = {"type": "http", "method": method, "path": path.partition("?")[0]}
        return bool(self.route.matches(scope)[0] is Match.FULL)


def take_in(outer: FastAPI | APIRouter, room: APIRouter) -> None:
    """Take the routes of `room` as they are: FastAPI's own way makes each anew, at every start.

    What `outer` says of its routes (a prefix, tags, answers) does not come to them.
    """
    outer.routes.extend(room.routes)


def granted(app: FastAPI, *, public: frozenset[str]) -> list[Granted]:
    """Return every route. Raises UndeclaredError for one without a grant, or a strange mount."""
    return list(_granted(app, public))


def _granted(app: FastAPI, public: frozenset[str]) -> Iterator[Granted]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, GrantedRoute):
            yield Granted(context, route.grant)
        elif not (isinstance(route, Mount) and route.path in public):
            raise UndeclaredError(f"{context.path}: expected one grant beside the path, got none")


def table(routes: list[Granted], callers: dict[str, str]) -> str:
    """Return a Markdown table: a line for each method and path, a column for each caller.

    `callers` has the keys of their words.
    """
    lines = [["route", *map(both, callers.values())], ["---"] * (len(callers) + 1)]
    for one in sorted(routes, key=lambda route: (route.path, route.methods)):
        shown = f"`{' '.join(one.methods)} {one.path}`"
        lines.append([shown, *(one.grant.admits(caller) for caller in callers)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def declared(grant: Grant) -> Depends:
    """Return a grant as a route carries it."""
    return Depends(grant)
