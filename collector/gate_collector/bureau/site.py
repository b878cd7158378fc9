"""The bureau's own application, and the page of a hall that does not run."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from gate_agent.http.answers import refusal
from gate_agent.http.grants import Granted, granted, take_in
from gate_agent.http.openapi import build_document
from gate_agent.http.shield import Shield
from gate_agent.http.static_files import static_files
from gate_agent.words import Lang
from gate_collector.bureau.carried import CarriedHall
from gate_collector.bureau.desk import BureauDesk
from gate_collector.bureau.report_routes import build_bureau_reports
from gate_collector.bureau.routes import build_halls
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.grants import PROGRAMS, SCHEMES, Reader
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.routes import build_accounts, build_looks, build_sign_on
from gate_collector.site import STATIC, SiteAccess, frame, guard, shielded
from gate_collector.web.pages import HERE, Nav, Pages
from gate_collector.web.refusals import ANSWERS, TAGS

BUREAU_NAV: Nav = (
    ("/", "halls.html"),
    ("/reports", "bureau_reports.html"),
    ("/accounts", "accounts.html"),
    ("/looks", "looks.html"),
)
_AGAIN_S = "5"


def create_bureau(
    desk: BureauDesk, accounts: Accounts, door: SiteAccess, version: str
) -> tuple[FastAPI, Pages]:
    """Return the bureau's application, and its pages.

    Raises UndeclaredError when a route does not say whom it is open to.
    """
    app = frame(version, title="Gate bureau", summary="All halls of a bureau at one look.")
    centre = desk.centre
    routes: list[Granted] = []
    keys = ApiKeys(centre, accounts)
    pages = Pages(centre.zone, Reader(lambda: routes), dict, lambda: centre.now, BUREAU_NAV)
    guard(app, pages, accounts, keys, door)
    for room in (
        build_halls(desk, pages, accounts.record),
        build_bureau_reports(desk, pages),
        build_accounts(centre, pages, accounts, keys),
        build_looks(centre, pages),
        build_sign_on(pages, accounts, centre.clock, secure=door.secure),
        build_document(
            app,
            lambda: routes,
            grant=PROGRAMS,
            schemes=SCHEMES,
            servers=[{"url": door.url or "/"}],
            tags={"halls": "All halls now, and the emergency of all"}
            | {name: TAGS[name] for name in ("reports", "people")},
            answers=ANSWERS,
        ),
    ):
        take_in(app, room)
    app.state.granted = routes
    routes += granted(app, public=frozenset({STATIC}))
    return app, pages


class HallAwayPages:
    """ASGI: what a hall's name answers while the hall does not run: 503, behind its own shield."""

    def __init__(self, hall: CarriedHall, pages: Pages) -> None:
        self._hall = hall
        self._pages = pages
        names = SiteAccess(sign_on=True, names=hall.file.names)
        pages_of = Router(
            [Mount(STATIC, static_files(HERE / "static", "centre"))], default=self._answer
        )
        self._guarded: ASGIApp = Shield(pages_of, **shielded(names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._guarded(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        answer = await run_in_threadpool(self._told, request)
        answer.headers["Retry-After"] = _AGAIN_S
        await answer(scope, receive, send)

    def _told(self, request: Request) -> Response:
        cause = self._hall.failing
        if request.url.path == "/healthz":
            return JSONResponse({"status": "failing", "cause": cause}, status_code=503)
        if "text/html" in request.headers.get("accept", ""):
            lang: Lang = "en" if request.query_params.get("lang") == "en" else "zh"
            return self._pages.show("hall_away.html", lang, 503, hall=self._hall.name)
        return refusal(503, code="away", expected="this hall to run", got="one that does not")
