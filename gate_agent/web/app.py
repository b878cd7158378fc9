"""Puts the guard screen together: routes, page, static files, shield, OpenAPI."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gate_agent.gate.ports import Desk, DutyDesk, ThermometerDesk
from gate_agent.http.hosts import is_address, is_loopback
from gate_agent.http.shield import Shield
from gate_agent.http.static_files import static_files
from gate_agent.web.answers import install_answers
from gate_agent.web.auth import Access
from gate_agent.web.duty_routes import duty_routes
from gate_agent.web.reveal_routes import reveal_routes
from gate_agent.web.routes import STREAM_MODELS, build_routes
from gate_agent.web.session_routes import session_routes
from gate_agent.web.signon import SignOn
from gate_agent.web.sse import Screens
from gate_agent.web.staff_routes import staff_routes
from gate_agent.web.thermometer_routes import thermometer_routes
from gate_agent.web.visitor import visitor_routes
from gate_agent.words import Lang, word

_HERE = Path(__file__).parent
_MOST_BODY_BYTES = 16 * 1024
_LINKED = ("/", "/visitor")  # another page may link to these, and read nothing


def create_app(
    desk: Desk,
    duties: DutyDesk,
    thermometer: ThermometerDesk,
    *,
    version: str,
    host: str,
    port: int,
    sign_on: SignOn | None = None,
) -> FastAPI:
    """Return the application; `app.state.screens` is its `Screens`, to end the streams.

    Without `sign_on`, whoever sits at the board acts, in the name the page says.
    """
    shown_host = f"[{host}]" if ":" in host else host
    app = FastAPI(
        title="Gate 闸口",
        summary="One door of a public hall: what its guard screen reads and asks.",
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    screens = Screens()
    app.state.screens = screens
    pages = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )
    pages.globals["word"] = word
    install_answers(app)
    if sign_on is not None:
        app.add_middleware(Access, sessions=sign_on.sessions)
    app.add_middleware(
        Shield,
        known_host=_known_host(host),
        linked=_LINKED.__contains__,
        most_body_bytes=_MOST_BODY_BYTES,
    )
    app.include_router(build_routes(desk, screens))
    app.include_router(visitor_routes(desk, screens, pages))
    app.include_router(duty_routes(duties))
    app.include_router(thermometer_routes(desk, thermometer))
    app.include_router(session_routes(sign_on))
    if sign_on is not None:
        app.include_router(staff_routes(sign_on))
        app.include_router(reveal_routes(sign_on))
    app.mount("/static", static_files(_HERE / "static", "door", "visitor"), name="static")

    page = pages.get_template("screen.html")
    servers = [{"url": f"http://{shown_host}:{port}"}]

    @app.get("/", include_in_schema=False)
    async def screen(lang: Lang = "zh") -> HTMLResponse:
        """Return the guard screen (值守界面); its words and figures come from its modules."""
        gate = desk.snapshot().gate
        return HTMLResponse(await asyncio.to_thread(page.render, lang=lang, gate=gate))

    @app.get("/api/v1/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, object]:
        """Return the OpenAPI document of this interface."""
        return _document(app, servers)

    return app


def _known_host(bound: str) -> Callable[[str], bool]:
    """Return how our own name is known: beyond loopback, by any address.

    Only a name can be rebound to this machine; an address is what the browser connected to.
    """
    if is_loopback(f"[{bound}]" if ":" in bound else bound):
        return is_loopback
    return lambda host: is_loopback(host) or is_address(host)


def _document(app: FastAPI, servers: list[dict[str, str]]) -> dict[str, object]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        routes=app.routes,
        servers=servers,
    )
    for model in STREAM_MODELS:
        document["components"]["schemas"][model.__name__] = model.model_json_schema()
    return document
