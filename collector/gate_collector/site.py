"""The collector's page and interface, on loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from gate_agent.http.grants import Granted, granted, take_in
from gate_agent.http.hosts import is_loopback
from gate_agent.http.openapi import build_document
from gate_agent.http.shield import Shield
from gate_agent.http.static_files import static_files
from gate_agent.http.tries import install_waiting
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.answer_routes import build_answers
from gate_collector.alerts.book import AlertBook
from gate_collector.alerts.routes import build_alerts
from gate_collector.announcements.routes import build_announcements
from gate_collector.appointments.routes import build_appointments
from gate_collector.cases.routes import CaseNow, build_cases
from gate_collector.centre import Centre
from gate_collector.contacts.routes import build_contacts
from gate_collector.ledger.routes import build_ledger
from gate_collector.live.found_orders import OrderBook
from gate_collector.live.inside_routes import build_inside
from gate_collector.live.passages import build_passages
from gate_collector.live.routes import build_live
from gate_collector.operations import Faults, Look, build_operations
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.form import PolicyForm
from gate_collector.policies.routes import build_policies, build_policy_changes
from gate_collector.policies.trial_routes import build_trial
from gate_collector.policies.version_routes import build_versions
from gate_collector.read_api import build_interface
from gate_collector.reports.round_routes import build_rounds
from gate_collector.reports.routes import build_reports
from gate_collector.reports.versions import conclusion
from gate_collector.retention.erasure import PurgeDesk
from gate_collector.retention.routes import build_purge
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.closed import install_closed
from gate_collector.roles.grants import PROGRAMS, SCHEMES, Reader
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.middleware import WhoAsks
from gate_collector.roles.routes import (
    build_accounts,
    build_looks,
    build_reveal,
    build_sign_on,
)
from gate_collector.web.pages import HERE, Pages
from gate_collector.web.refusals import ANSWERS, TAGS, install_answers

MOST_BODY_BYTES = 8 * 1024 * 1024  # a province's roster as a spreadsheet
STATIC = "/static"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAccess:
    """Whether somebody must sign on, and by which names this server is reached."""

    sign_on: bool = False
    secure: bool = False  # behind TLS: the cookie goes over nothing else
    names: frozenset[str] = frozenset()
    url: str = ""  # where people reach it

    def knows(self, host: str) -> bool:
        """Whether a Host header is ours."""
        name = host.rsplit(":", 1)[0] if host.rpartition(":")[2].isdigit() else host
        return is_loopback(host) or (self.sign_on and name.lower() in self.names)


def frame(version: str, *, title: str, summary: str) -> FastAPI:
    """Return an application without routes."""
    return FastAPI(
        title=title,
        summary=summary,
        version=version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )


def guard(app: FastAPI, pages: Pages, accounts: Accounts, keys: ApiKeys, door: SiteAccess) -> None:
    """Let nothing come to the routes of `app` but through the shield, and tell who asks."""
    install_answers(app)
    install_closed(app, pages)
    install_waiting(app)
    app.add_middleware(WhoAsks, accounts=accounts, keys=keys, sign_on=door.sign_on)
    app.add_middleware(Shield, **shielded(door))  # added last, asked first
    app.mount(STATIC, static_files(HERE / "static", "centre"), name="static")


def shielded(door: SiteAccess) -> dict[str, Any]:
    """Return how the shield of a server that is reached so is set."""
    return {
        "known_host": door.knows,
        "linked": lambda _path: True,  # a message on a telephone links to any page
        "most_body_bytes": MOST_BODY_BYTES,
        "behind_proxy": door.sign_on,
        "asks_by_form": True,  # a list is filtered without any script
    }


def create_app(
    centre: Centre,
    look: Look,
    *,
    book: PolicyBook,
    orders: OrderBook,
    shelf: AlertBook,
    alerter: Alerter,
    accounts: Accounts,
    desk: PurgeDesk,
    door: SiteAccess,
    site_key: bytes | None,
    private: bytes | None = None,
    failing: Callable[[], str],
    faults: Faults = dict,
    version: str,
) -> FastAPI:
    """Return the application; `look` gives the overview, `failing` what is wrong with us.

    `faults` tells how often each part failed. Raises UndeclaredError when a route does not say
    whom it is open to.
    """
    app = frame(
        version,
        title="Gate collector",
        summary="The centre of a public hall: both doors, cases, reports, policy.",
    )
    routes: list[Granted] = []
    keys, pages = (
        ApiKeys(centre, accounts),
        Pages(centre.zone, Reader(lambda: routes), centre.door_names, lambda: centre.now),
    )
    guard(app, pages, accounts, keys, door)
    form = PolicyForm(centre.zone, site_key)
    for room in (
        build_live(centre, pages, look, site_key, accounts.record),
        build_inside(
            centre, pages, orders, site_key=site_key, private=private, record=accounts.record
        ),
        build_passages(centre, pages),
        build_ledger(centre, pages),
        build_reports(
            centre, pages, lambda report: alerter.tell(conclusion(report, alerter.base_url))
        ),
        build_rounds(centre, pages, accounts.record, door.url),
        build_contacts(centre, pages, accounts.record, private),
        build_cases(centre, pages, private, accounts.record, days=desk.retention.days),
        build_purge(centre, pages, desk, site_key, accounts.record),
        build_interface(centre),
        build_accounts(centre, pages, accounts, keys),
        build_reveal(centre, accounts, private, days=desk.retention.days),
        build_looks(centre, pages),
        *(
            [build_sign_on(pages, accounts, centre.clock, secure=door.secure)]
            if door.sign_on
            else []
        ),
        build_alerts(centre, pages, alerter),
        build_answers(centre, pages, shelf),
        build_policies(centre, pages, book, form),
        build_policy_changes(centre, book, form, private),
        build_appointments(
            centre, pages, book, site_key=site_key, private=private, record=accounts.record
        ),
        build_versions(centre, pages, book, form),
        build_trial(centre, pages, book),
        build_announcements(centre, pages, book.version, door.url),
        build_operations(centre, look, failing, faults),
        build_document(
            app,
            lambda: routes,
            grant=PROGRAMS,
            schemes=SCHEMES if door.sign_on else {},
            servers=[{"url": door.url or "/"}],
            tags=TAGS,
            models=(CaseNow,),
            answers=ANSWERS,
        ),
    ):
        take_in(app, room)
    app.state.granted = routes
    routes += granted(app, public=frozenset({STATIC}))
    return app
