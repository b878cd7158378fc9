"""The centre's real server on a free port, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

from collector.hall_of_doors import SITE, ZONE, Hall
from gate_agent.contract.policy import Policy
from gate_agent.http.grants import YES, Granted
from gate_agent.http.server import PageServer
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.channels import AppriseMessenger
from gate_collector.centre import Centre
from gate_collector.live.found_orders import OrderBook
from gate_collector.live.overview import overview
from gate_collector.policies.book import PolicyBook
from gate_collector.retention.erasure import PurgeDesk
from gate_collector.retention.retention import Retention, directly
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.session import Role
from gate_collector.site import SiteAccess, create_app

SITE_KEY = bytes(range(32))
_STARTS_WITHIN_S = 60


def centre_of(hall: Hall, policy: Callable[[], Policy] = Policy) -> Centre:
    """Return what the rooms of this hall share."""
    return Centre(engine=hall.engine, clock=hall.clock, zone=ZONE, site=SITE, policy=policy)


def book_of(hall: Hall, publish: Callable[[str, bytes], bool] | None = None) -> PolicyBook:
    """Return a book of policies whose broker takes everything, unless another is given."""
    return PolicyBook(
        hall.engine,
        site=SITE,
        clock=hall.clock,
        first=Policy(),
        publish=publish or (lambda _topic, _document: True),
    )


def orders_of(
    centre: Centre, publish: Callable[[str, bytes], bool] = lambda _topic, _payload: True
) -> OrderBook:
    """Return a book of orders whose broker takes everything, unless another is given."""
    return OrderBook(centre.engine, site=SITE, clock=centre.clock, publish=publish)


def desk_of(centre: Centre, days: int = 30) -> PurgeDesk:
    """Return who removes personal data, in transactions of its own."""
    write = directly(centre.engine)
    return PurgeDesk(centre, Retention(write=write, clock=centre.clock, days=days, spool=None))


def app_of(
    centre: Centre,
    book: PolicyBook | None = None,
    alerter: Alerter | None = None,
    accounts: Accounts | None = None,
    private: bytes | None = None,
) -> FastAPI:
    """Return the application as the collector puts it together."""
    if book is None:
        book = PolicyBook(
            centre.engine,
            site=SITE,
            clock=centre.clock,
            first=Policy(),
            publish=lambda _topic, _document: True,
        )

    def look() -> dict[str, object]:
        return overview(centre)

    shelf = AlertBook(centre.engine, SITE_KEY)
    if alerter is None:
        alerter = Alerter(
            centre, shelf, people=(), messenger=AppriseMessenger(), base_url="http://hall.example"
        )
    return create_app(
        centre,
        look,
        book=book,
        orders=orders_of(centre),
        shelf=shelf,
        alerter=alerter,
        accounts=accounts or Accounts(centre),
        desk=desk_of(centre),
        door=SiteAccess(
            sign_on=accounts is not None,
            names=frozenset({"hall.example"}),
            url="https://hall.example",
        ),
        private=private,
        site_key=SITE_KEY,
        failing=lambda: "",
        version="0.1.0",
    )


def open_to(app: FastAPI, method: str, path: str) -> set[Role]:
    """Return the roles that the route of this path declares; none if there is no route."""
    routes: list[Granted] = app.state.granted
    grants = [one.grant for one in routes if one.fits(method, path)]
    return {role for role in Role for grant in grants if grant.admits(role) == YES}


@contextmanager
def serving(app: ASGIApp) -> Iterator[httpx.Client]:
    """Serve `app`; yield a client whose base address it is."""
    listener = socket.create_server(("127.0.0.1", 0))
    loop, server = asyncio.new_event_loop(), PageServer(app)
    thread = threading.Thread(target=_run, args=(loop, server, listener), name="centre")
    thread.start()
    try:
        port = listener.getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_STARTS_WITHIN_S) as client:
            yield client
    finally:
        loop.call_soon_threadsafe(server.stopping.set)
        thread.join(_STARTS_WITHIN_S)
        listener.close()
        assert not thread.is_alive()


def _run(loop: asyncio.AbstractEventLoop, server: PageServer, listener: socket.socket) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(server.serve(sockets=[listener]))
