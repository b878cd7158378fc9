"""Puts the guard screen together: routes, page, static files, shield, OpenAPI."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gate_agent.contract.contact_reading import COLDEST_CENTI_C, HOTTEST_CENTI_C
from gate_agent.gate.ports import Desk, DutyDesk, ThermometerDesk
from gate_agent.host.supervision import Parts
from gate_agent.http.grants import Granted, granted, take_in
from gate_agent.http.hosts import host_name, is_address, is_loopback
from gate_agent.http.openapi import build_document
from gate_agent.http.shield import Shield
from gate_agent.http.static_files import static_files
from gate_agent.http.tries import install_waiting
from gate_agent.web.answers import ANSWERS, TAGS, install_answers
from gate_agent.web.auth import WhoAsks
from gate_agent.web.duty_routes import duty_routes
from gate_agent.web.entry_routes import entry_routes
from gate_agent.web.grants import AT_THE_BOARD, SCHEMES
from gate_agent.web.page_routes import page_routes
from gate_agent.web.reveal_routes import reveal_routes
from gate_agent.web.routes import STREAM_MODELS, build_routes
from gate_agent.web.session_routes import session_routes
from gate_agent.web.signon import SignOn
from gate_agent.web.sse import Screens
from gate_agent.web.staff_routes import staff_routes
from gate_agent.web.thermometer_routes import thermometer_routes
from gate_agent.web.visitor import visitor_routes
from gate_agent.words import word

_HERE = Path(__file__).parent
_MOST_BODY_BYTES = 16 * 1024
_STATIC = "/static"
_LINKED = ("/", "/visitor", "/enter")  # another page may link to these, and read nothing


def create_app(
    desk: Desk,
    duties: DutyDesk,
    thermometer: ThermometerDesk,
    *,
    version: str,
    host: str,
    port: int,
    sign_on: SignOn | None = None,
    parts: Parts | None = None,
    name: str = "",
    phones_reach: str = "",
) -> FastAPI:
    """Return the application; `app.state.screens` is its `Screens`, to end the streams.

    `name`: of the host in the address that browsers use, where it is not the one bound.

    `phones_reach`: the address by which visitors' own phones reach these pages, if they do.

    Without `sign_on`, whoever sits at the board acts, in the name the page says. Raises
    UndeclaredError when a route does not say whom it is open to.
    """
    # FastAPI would load a second pydantic (1.5 MB, 80 ms) only to ask whether a model is of it.
    sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
    shown_host = f"[{host}]" if ":" in host else host
    app = FastAPI(
        title="Gate",
        summary="One door of a public hall: what its guard screen reads and asks.",
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    screens = Screens(sign_on=sign_on is not None)
    app.state.screens = screens
    pages = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )
    pages.globals |= {"word": word, "contact_range": (COLDEST_CENTI_C, HOTTEST_CENTI_C)}
    routes: list[Granted] = []
    install_answers(app)
    install_waiting(app)
    app.add_middleware(WhoAsks, sessions=None if sign_on is None else sign_on.sessions)
    app.add_middleware(
        Shield,
        known_host=_known_host(host, name),
        behind_proxy=bool(name),
        linked=_LINKED.__contains__,
        most_body_bytes=_MOST_BODY_BYTES,
    )
    for room in (
        build_routes(desk, screens, parts),
        page_routes(desk, pages),
        visitor_routes(desk, screens, pages, phones_reach),
        entry_routes(desk, pages, phones_reach),
        duty_routes(desk, duties),
        thermometer_routes(desk, thermometer),
        session_routes(sign_on),
        *([] if sign_on is None else [staff_routes(sign_on), reveal_routes(sign_on)]),
        build_document(
            app,
            lambda: routes,
            grant=AT_THE_BOARD,
            schemes={} if sign_on is None else SCHEMES,
            servers=[{"url": f"http://{shown_host}:{port}"}],
            tags=TAGS,
            answers=ANSWERS,
            models=STREAM_MODELS,
        ),
    ):
        take_in(app, room)
    app.mount(_STATIC, static_files(_HERE / "static", "door", "visitor"), name="static")
    app.state.granted = routes
    routes += granted(app, public=frozenset({_STATIC}))
    return app


def _known_host(bound: str, name: str) -> Callable[[str], bool]:
    """Return how our own name is known: by `name`, and beyond loopback by any address.

    Only a name can be rebound to this machine; an address is what the browser connected to.
    """
    is_here = is_loopback(f"[{bound}]" if ":" in bound else bound)

    def known(host: str) -> bool:
        by_name = bool(name) and (host_name(host) or "").lower() == name.lower()
        return by_name or is_loopback(host) or (not is_here and is_address(host))

    return known
