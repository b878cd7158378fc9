"""Signing on and off, the accounts, the record of looks, and the reveal of a name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from gate_agent.contract.moment import format_utc
from gate_agent.host.clock import Clock
from gate_agent.http.answers import refusal, refused
from gate_agent.http.grants import Routes
from gate_agent.http.tries import Tries, remember, try_of
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.roles import lists
from gate_collector.roles.accounts import IDLE, SHORTEST_PASSWORD, Accounts, Denied, longest
from gate_collector.roles.closed import BACK_TO
from gate_collector.roles.grants import ACTORS, COOKIE, EVERY_ROLE, PUBLIC, only
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.middleware import token_of
from gate_collector.roles.reveal import Opened, open_texts, reveal
from gate_collector.roles.session import By, Role
from gate_collector.store.schema_office import ACCOUNT, LOOK
from gate_collector.web.done import Done, done_at
from gate_collector.web.pages import Pages

_FREE, _LONGEST_WAIT_S = 5, 300.0  # wrong tries in a row; how long the next one waits at most
_MAINTAINER = only(Role.MAINTAINER)
_T = TypeVar("_T")
Name = Annotated[str, Field(min_length=1, max_length=40)]
Password = Annotated[str, Field(min_length=SHORTEST_PASSWORD, max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Credentials(_Body):
    """Who signs on."""

    name: Name
    password: str = Field(min_length=1, max_length=200)


class First(_Body):
    """The first account."""

    code: str = Field(max_length=40)
    name: Name
    password: Password


class NewAccount(_Body):
    """One more account."""

    name: Name
    role: Role
    password: Password


class NewPassword(_Body):
    """Another password for an account."""

    name: Name
    password: Password


class Named(_Body):
    """An account."""

    name: Name


class Key(BaseModel):
    """A program's key, told this once."""

    key: str


class Registrations(BaseModel):
    """What a person's registrations say; none when they are gone."""

    registrations: list[Opened]


class Texts(BaseModel):
    """What was written freely in one event, by its field; none when it is gone."""

    texts: dict[str, list[str]]


class TextsOrder(_Body):
    """Whose text is opened: an event's, by whom and why."""

    gate: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")
    epoch: str = Field(pattern="^[0-9a-f]{32}$")
    sequence: int = Field(ge=1, le=2**62)
    by: By
    why: str = Field(min_length=4, max_length=400)


class RevealOrder(_Body):
    """Whose registration is opened, by whom and why."""

    person_ref: str = Field(pattern="^[0-9a-f]{64}$")
    by: By
    why: str = Field(min_length=4, max_length=400)


def build_sign_on(pages: Pages, accounts: Accounts, clock: Clock, *, secure: bool) -> APIRouter:
    """Return the routes of sessions."""
    routes = Routes(tags=["people"])
    tries = Tries(clock, free=_FREE, longest_s=_LONGEST_WAIT_S)

    @routes.get("/sign-on", dependencies=[PUBLIC], include_in_schema=False)
    def page(
        to: Annotated[str, Query(pattern=f"^(/|{BACK_TO.pattern})$")] = "/", lang: Lang = "zh"
    ) -> HTMLResponse:
        """Return the form; who signs on is brought to where they wanted to go."""
        return pages.show("sign_on.html", lang, first=bool(accounts.first_code), to=to)

    @routes.post("/sign-on", dependencies=[PUBLIC], status_code=201, response_model=Done)
    async def on(request: Request, entry: Credentials) -> Response:
        """Sign on."""
        one = try_of(request, entry.name, await run_in_threadpool(accounts.kept_of, entry.name))
        token = await tries.check(
            one, lambda: _none_if_denied(accounts.sign_on, entry.name, entry.password)
        )
        if token is None:
            return refusal(403, code="wrong", expected="a name and its password", got="another")
        answer = done_at("/")
        began = await run_in_threadpool(accounts.session, token)
        lasts = longest(began.role) if began else IDLE
        answer.set_cookie(
            COOKIE, token, max_age=int(lasts.total_seconds()), httponly=True, secure=secure,
            samesite="strict",
        )  # fmt: skip
        if not one.browser:
            kept = await run_in_threadpool(accounts.kept_of, entry.name)
            remember(answer, entry.name, kept or "", path="/sign-on", secure=secure)
        return answer

    @routes.post("/sign-on/first", dependencies=[PUBLIC], status_code=201, response_model=Done)
    async def first(request: Request, asked: First) -> Response:
        """Make the first account with the code that the collector told."""
        made = await tries.check(
            try_of(request, "", None),
            lambda: _none_if_denied(accounts.begin, asked.code, asked.name, asked.password),
        )
        if made is None:
            return refusal(403, code="code", expected="the code of the first start", got="another")
        return done_at("/sign-on")

    @routes.post("/sign-off", dependencies=[EVERY_ROLE], status_code=201, response_model=Done)
    def off(request: Request) -> Response:
        """Sign off; nothing of the session stays in the browser."""
        token = token_of(request.headers)
        if token is not None:
            accounts.sign_off(token)
        answer = done_at("/sign-on")
        answer.delete_cookie(COOKIE)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    return routes


def build_accounts(centre: Centre, pages: Pages, accounts: Accounts, keys: ApiKeys) -> APIRouter:
    """Return the routes of accounts and of programs' keys."""
    routes = Routes(tags=["people"])

    @routes.get("/accounts", dependencies=[_MAINTAINER], include_in_schema=False)
    def listed(request: Request, lang: Lang = "zh") -> Response:
        """Return the accounts."""
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            shown = [
                lists.ACCOUNTS.read(connection, lists.accounts(), asked),
                lists.KEYS.read(connection, lists.keys(), asked),
            ]
            names = connection.execute(select(ACCOUNT.c.name).order_by(ACCOUNT.c.name)).scalars()
            every = list(names)
        return pages.lists("accounts.html", lang, asked, shown, every=every, roles=list(Role))

    @routes.post("/accounts", dependencies=[_MAINTAINER], status_code=201, response_model=Done)
    def make(asked: NewAccount) -> Response:
        """Make an account."""
        try:
            accounts.make(asked.name, asked.role, asked.password)
        except Denied as exc:
            return _denied(exc)
        return done_at("/accounts")

    @routes.post(
        "/accounts/password", dependencies=[_MAINTAINER], status_code=201, response_model=Done
    )
    def password(asked: NewPassword) -> Response:
        """Give an account another password; a disabled one may sign on again."""
        try:
            accounts.set_password(asked.name, asked.password)
        except Denied as exc:
            return _denied(exc)
        return done_at("/accounts")

    @routes.post(
        "/accounts/disable", dependencies=[_MAINTAINER], status_code=201, response_model=Done
    )
    def disable(asked: Named) -> Response:
        """Disable an account; never the last maintainer's."""
        try:
            accounts.disable(asked.name)
        except Denied as exc:
            return _denied(exc)
        return done_at("/accounts")

    @routes.post("/accounts/keys", dependencies=[_MAINTAINER], status_code=201, response_model=Key)
    def make_key(asked: Named) -> Response:
        """Make a key for a program; the answer tells it, this once."""
        try:
            return JSONResponse({"key": keys.make(asked.name)}, status_code=201)
        except Denied as exc:
            return _denied(exc)

    @routes.post(
        "/accounts/keys/disable", dependencies=[_MAINTAINER], status_code=201, response_model=Done
    )
    def disable_key(asked: Named) -> JSONResponse:
        """Disable a key."""
        keys.disable(asked.name)
        return done_at("/accounts")

    return routes


def build_reveal(
    centre: Centre, accounts: Accounts, private: bytes | None, *, days: int
) -> APIRouter:
    """Return the routes that open what is sealed: a name, a text; not after `days`."""
    routes = Routes(tags=["people"])

    @routes.post("/api/v1/reveal", dependencies=[ACTORS], response_model=Registrations)
    def revealed(asked: RevealOrder) -> Response:
        """Open a person's registrations; who looked and why is recorded before anything is."""
        if private is None:
            expected = "keys.registrations_key_file in the collector's configuration"
            return refusal(409, code="no_key", expected=expected, got="none")
        accounts.record("reveal", asked.person_ref, f"{asked.by}: {asked.why}")
        registrations = reveal(centre.engine, asked.person_ref, private)
        answer = [one.model_dump(mode="json", exclude_unset=True) for one in registrations]
        return JSONResponse({"registrations": answer})

    @routes.post("/api/v1/reveal/texts", dependencies=[ACTORS], response_model=Texts)
    def texts(asked: TextsOrder) -> Response:
        """Open what was written freely in an event; who looked and why is recorded before it is."""
        if private is None:
            expected = "keys.registrations_key_file in the collector's configuration"
            return refusal(409, code="no_key", expected=expected, got="none")
        event = f"{asked.gate}/{asked.epoch}/{asked.sequence}"
        accounts.record("reveal_text", event, f"{asked.by}: {asked.why}")
        since = format_utc(centre.now - timedelta(days=days))
        where = asked.gate, asked.epoch, asked.sequence
        return JSONResponse({"texts": open_texts(centre.engine, *where, private, since=since)})

    return routes


def build_looks(centre: Centre, pages: Pages) -> APIRouter:
    """Return the page of the record of looks."""
    routes = Routes(tags=["people"])

    @routes.get("/looks", dependencies=[only(Role.AUDITOR)], include_in_schema=False)
    def looks(request: Request, lang: Lang = "zh") -> Response:
        """Return who looked at whom, why."""
        asked = pages.asked(request)
        with centre.engine.connect() as connection:
            view = lists.LOOKS.read(connection, select(LOOK), asked)
        return pages.lists("looks.html", lang, asked, [view])

    return routes


def _none_if_denied(do: Callable[..., _T], *arguments: str) -> _T | None:
    try:
        return do(*arguments)
    except Denied:
        return None


def _denied(exc: Denied) -> JSONResponse:
    return refused(403, exc, code=exc.code)
