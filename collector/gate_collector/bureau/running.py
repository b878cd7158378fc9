"""A bureau put together: every hall beside the others, its own store, one listener."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio.to_thread
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from gate_agent.contract.policy import Policy
from gate_agent.host import core_dumps
from gate_agent.host.clock import Clock, SystemClock
from gate_agent.host.supervision import Parts
from gate_agent.http.listen import listen
from gate_agent.version import program_version
from gate_agent.words import both
from gate_collector.bureau.by_host import ByHost
from gate_collector.bureau.carried import CarriedHall
from gate_collector.bureau.desk import BureauDesk
from gate_collector.bureau.looking import HallWatch
from gate_collector.bureau.site import HallAwayPages, create_bureau
from gate_collector.bureau.validation import Bureau, sound_bureau
from gate_collector.centre import Centre
from gate_collector.process import Process
from gate_collector.roles.accounts import Accounts
from gate_collector.schedule import Schedule
from gate_collector.site import SiteAccess
from gate_collector.store.opening import open_to_run
from gate_collector.store.place import place_at

_CLERK_S = 5.0
_BUREAU = "bureau"  # in the place of a site's id, which no topic of ours has
_LOG = logging.getLogger(__name__)


def run_bureau(config_file: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises ConfigurationError or StorageError before it starts."""
    bureau = sound_bureau(config_file)
    core_dumps.forbid()
    web = bureau.config.web
    with listen(web.host, web.port) as listener, carrying(bureau, config_file) as (app, parts):
        sites = ", ".join(one.site for one in bureau.sites)
        Process(parts, lambda: True, sites).serve(app, listener, web)


@contextmanager
def carrying(bureau: Bureau, config_file: Path) -> Iterator[tuple[ASGIApp, Parts]]:
    """Carry every hall as long as this lasts; yield what serves them all, and our own parts.

    Raises StorageError: the bureau's own store cannot be opened, or another process has it.
    """
    clock = SystemClock()
    parts, of_halls = Parts(clock), Parts(clock)
    engine = open_to_run(bureau.config.store.url, _LOG.warning, config_file=config_file)
    try:
        with place_at(engine, "collector"):
            halls = [CarriedHall(file, of_halls) for file in bureau.sites]
            watch = HallWatch(halls, clock, of_halls)
            centre = _centre(bureau, engine, clock)
            desk = BureauDesk(centre, halls, watch, lambda: parts.told)
            accounts = Accounts(desk.centre)
            _tell_first_code(accounts)
            clerk = Schedule(
                "clerk", {"reports": desk.book.make_due}, every_s=_CLERK_S, parts=parts
            )
            with _started(halls, desk.watch, clerk):
                yield _application(bureau, desk, halls, accounts), parts
    finally:
        engine.dispose()


def _centre(bureau: Bureau, engine: Engine, clock: Clock) -> Centre:
    own = bureau.config.bureau
    return Centre(
        engine=engine, clock=clock, zone=ZoneInfo(own.timezone), site=_BUREAU,
        name=own.name, unit=own.unit, policy=Policy,
    )  # fmt: skip


def _application(
    bureau: Bureau, desk: BureauDesk, halls: list[CarriedHall], accounts: Accounts
) -> ASGIApp:
    url = bureau.config.web.url
    door = SiteAccess(
        sign_on=True, secure=url.startswith("https:"), url=url.rstrip("/"), names=bureau.names
    )
    app, pages = create_bureau(desk, accounts, door, program_version())
    by_host = ByHost(app, halls, lambda hall: HallAwayPages(hall, pages))
    return _Roomy(by_host, 1 + len(halls))


class _Roomy:
    """ASGI: as many threads as each of so many programs would have: one hall takes no other's."""

    def __init__(self, app: ASGIApp, programs: int) -> None:
        self._app = app
        self._programs = programs
        self._is_set = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_set:
            anyio.to_thread.current_default_thread_limiter().total_tokens *= self._programs
            self._is_set = True
        await self._app(scope, receive, send)


@contextmanager
def _started(halls: list[CarriedHall], watch: HallWatch, clerk: Schedule) -> Iterator[None]:
    for hall in halls:
        hall.start()
    watch.start()
    clerk.start()
    try:
        yield
    finally:
        clerk.close()
        watch.close()
        for hall in halls:
            hall.close()
        for hall in halls:
            hall.join()


def _tell_first_code(accounts: Accounts) -> None:
    if accounts.first_code:
        texts = both("terminal.first_start"), both("terminal.one_time_code"), accounts.first_code
        _LOG.warning("%s: %s: %s %s", _BUREAU, *texts)
