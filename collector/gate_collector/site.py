"""The collector's page and interface, on loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gate_agent.http.hosts import is_loopback
from gate_agent.http.shield import Shield
from gate_agent.http.static_files import static_files
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.book import Shelf
from gate_collector.alerts.routes import build_alerts
from gate_collector.centre import Centre
from gate_collector.contacts.routes import build_contacts
from gate_collector.ledger.figures import LedgerFigures
from gate_collector.ledger.read import read_ledger
from gate_collector.ledger.routes import build_ledger
from gate_collector.live.routes import build_live
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.form import PolicyForm
from gate_collector.policies.routes import build_policies, build_policy_changes
from gate_collector.read_api import build_interface
from gate_collector.reports.routes import build_reports
from gate_collector.retention.erasure import PurgeDesk
from gate_collector.retention.routes import build_purge
from gate_collector.roles.accounts import Accounts
from gate_collector.roles.keys import ApiKeys
from gate_collector.roles.middleware import SignOn
from gate_collector.roles.routes import build_accounts, build_sign_on
from gate_collector.web.pages import HERE, Pages
from gate_collector.web.refusals import ANSWERS, install_answers

MOST_BODY_BYTES = 8 * 1024 * 1024  # a province's roster as a spreadsheet
Look = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Whether somebody must sign on, and by which names this server is reached."""

    sign_on: bool = False
    secure: bool = False  # behind TLS: the cookie goes over nothing else
    names: frozenset[str] = frozenset()

    def knows(self, host: str) -> bool:
        """Whether a Host header is ours."""
        name = host.rsplit(":", 1)[0] if host.rpartition(":")[2].isdigit() else host
        return is_loopback(host) or (self.sign_on and name.lower() in self.names)


def create_app(
    centre: Centre,
    look: Look,
    *,
    book: PolicyBook,
    shelf: Shelf,
    alerter: Alerter,
    accounts: Accounts,
    desk: PurgeDesk,
    door: Door,
    site_key: bytes | None,
    private: bytes | None = None,
    failing: Callable[[], str],
    version: str,
) -> FastAPI:
    """Return the application; `look` gives the overview, `failing` why nothing can be stored."""
    app = FastAPI(
        title="Gate collector 汇聚服务",
        version=version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        responses=ANSWERS,
    )
    install_answers(app)
    keys, pages = ApiKeys(centre, accounts), Pages(centre.zone)
    if door.sign_on:
        app.add_middleware(SignOn, accounts=accounts, keys=keys, closed=pages.closed)
    app.add_middleware(  # added last, asked first
        Shield,
        known_host=door.knows,
        linked=lambda _path: True,  # a message on a telephone links to any page
        most_body_bytes=MOST_BODY_BYTES,
        behind_proxy=door.sign_on,
    )
    app.mount("/static", static_files(HERE / "static"), name="static")
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Figures(look))
    registry.register(LedgerFigures(lambda: read_ledger(centre)))
    app.include_router(build_live(centre, pages, look, site_key, accounts.record))
    app.include_router(build_ledger(centre, pages))
    app.include_router(build_reports(centre, pages))
    app.include_router(build_contacts(centre, pages, accounts.record, private))
    app.include_router(build_purge(centre, pages, desk, site_key, accounts.record))
    app.include_router(build_interface(centre))
    app.include_router(build_accounts(centre, pages, accounts, keys, private))
    if door.sign_on:
        app.include_router(build_sign_on(pages, accounts, secure=door.secure))
    app.include_router(build_alerts(centre, pages, shelf, alerter))
    form = PolicyForm(centre.zone, site_key)
    app.include_router(build_policies(centre, pages, book, form))
    app.include_router(build_policy_changes(centre, book, form))

    @app.get("/api/v1/overview")
    def overview() -> JSONResponse:
        """Return both doors: states, counts, holds, gaps, reports, lateness, alarms."""
        return JSONResponse(look())

    @app.get("/healthz")
    def health() -> JSONResponse:
        """Return 200 while what comes can be stored."""
        cause = failing()
        body = {"status": "failing" if cause else "ok", "cause": cause}
        return JSONResponse(body, status_code=503 if cause else 200)

    @app.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics() -> Response:
        """Return the figures for Prometheus."""
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return app


class _Figures(Collector):
    def __init__(self, look: Look) -> None:
        self._look = look

    def collect(self) -> list[GaugeMetricFamily]:
        """Read the overview as it is now."""
        told = self._look()
        names = {
            "events": "Events stored",
            "upto": "Highest sequence with none missing below it",
            "head": "Last sequence the gate told",
            "pending": "Events the gate holds no receipt for",
            "silent_s": "Seconds since the gate was heard",
        }
        found = []
        for name, text in names.items():
            family = GaugeMetricFamily(f"collector_gate_{name}", text, labels=("gate",))
            for gate in told["gates"]:
                family.add_metric((gate["gate"],), gate[name] or 0)
            found.append(family)
        for name, what in (("missing", "Gaps in the chain"), ("holds", "Open holds")):
            family = GaugeMetricFamily(f"collector_gate_{name}", what, labels=("gate",))
            for gate in told["gates"]:
                family.add_metric((gate["gate"],), len(gate[name]))
            found.append(family)
        alarms = GaugeMetricFamily(
            "collector_alarm", "An alarm that stands", labels=("kind", "gate")
        )
        for alarm in told["alarms"]:
            alarms.add_metric((alarm["alarm"], alarm["gate"]), 1)
        aside = GaugeMetricFamily(
            "collector_quarantined", "Messages set aside", value=told["quarantined"]
        )
        return [*found, alarms, aside]
