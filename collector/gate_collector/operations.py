"""What other programs ask a running centre: is it well, its figures, its overview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel

from gate_agent.http.grants import Routes
from gate_collector.centre import Centre
from gate_collector.ledger.figures import LedgerFigures
from gate_collector.ledger.read import read_ledger
from gate_collector.live.views import Overview
from gate_collector.roles.grants import PROGRAMS, PUBLIC

Look = Callable[[], dict[str, Any]]
_READ = {"silent_seconds": "silent_s"}  # in the overview, whose names others read too
Faults = Callable[[], Mapping[str, int]]


class CentreHealth(BaseModel):
    """Whether what comes can be stored, and every part works; if not, why."""

    status: Literal["ok", "failing"]
    cause: str


def build_operations(
    centre: Centre, look: Look, failing: Callable[[], str], faults: Faults
) -> APIRouter:
    """Return the routes; `look` gives the overview, `failing` what is wrong with us."""
    routes = Routes(tags=["operations"])
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Figures(look, faults))
    registry.register(LedgerFigures(lambda: read_ledger(centre)))

    @routes.get("/api/v1/overview", dependencies=[PROGRAMS], response_model=Overview)
    def overview() -> JSONResponse:
        """Return both doors: states, counts, holds, gaps, reports, lateness, alarms."""
        return JSONResponse(look())

    @routes.get("/healthz", dependencies=[PUBLIC], responses={503: {"model": CentreHealth}})
    def health(response: Response) -> CentreHealth:
        """Return 200 while what comes can be stored, and every part works."""
        cause = failing()
        response.status_code = 503 if cause else 200
        return CentreHealth(status="failing" if cause else "ok", cause=cause)

    @routes.get(
        "/metrics",
        dependencies=[PROGRAMS],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics() -> Response:
        """Return the figures for Prometheus."""
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return routes


class _Figures(Collector):
    def __init__(self, look: Look, faults: Faults) -> None:
        self._look = look
        self._faults = faults

    def collect(self) -> list[Metric]:
        """Read the overview as it is now."""
        overview = self._look()
        names = {
            "events": "Events stored",
            "upto": "Highest sequence with none missing below it",
            "head": "Last sequence the gate told",
            "pending": "Events the gate holds no receipt for",
            "silent_seconds": "Since the gate was heard",
        }
        samples: list[Metric] = []
        for name, text in names.items():
            family = GaugeMetricFamily(f"collector_gate_{name}", text, labels=("gate",))
            for gate in overview["gates"]:
                family.add_metric((gate["gate"],), gate[_READ.get(name, name)] or 0)
            samples.append(family)
        for name, what in (("missing", "Gaps in the chain"), ("holds", "Open holds")):
            family = GaugeMetricFamily(f"collector_gate_{name}", what, labels=("gate",))
            for gate in overview["gates"]:
                family.add_metric((gate["gate"],), len(gate[name]))
            samples.append(family)
        alarms = GaugeMetricFamily(
            "collector_alarm", "An alarm that stands", labels=("kind", "gate")
        )
        for alarm in overview["alarms"]:
            alarms.add_metric((alarm["alarm"], alarm["gate"]), 1)
        aside = GaugeMetricFamily(
            "collector_set_aside", "Messages in quarantine, all", value=overview["quarantined"]
        )
        parts = CounterMetricFamily(
            "collector_part_failures", "How often a thread or duty failed", labels=("part",)
        )
        for part, times in sorted(self._faults().items()):
            parts.add_metric((part,), times)
        return [*samples, alarms, aside, parts]
