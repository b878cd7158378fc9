"""The ledger for Prometheus; config/prometheus/ has the rules that watch it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gate_collector.ledger.findings import Ledger, Punctual


class LedgerFigures(Collector):
    """Reads the ledger at each scrape."""

    def __init__(self, look: Callable[[], Ledger]) -> None:
        self._look = look

    def describe(self) -> list[GaugeMetricFamily]:
        """Describe nothing: the store is not asked before somebody scrapes."""
        return []

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the figures as they are now."""
        ledger = self._look()
        missing = Counter[str]()
        for gap in ledger.gaps:
            missing[gap.gate] += gap.count
        aside = Counter(item.gate for item in ledger.aside)
        losses = Counter(item.gate for item in ledger.told)
        silent = Counter(item.gate for item in ledger.silent)
        gone = Counter(item.gate for item in ledger.missing_reports)
        late = Counter(item.gate for item in ledger.reports if item.state is Punctual.LATE)
        doors = (
            ("collector_missing_events", "Numbers missing in the journals", missing),
            ("collector_reports_missing", "Daily reports of seven days that never came", gone),
            ("collector_quarantined", "Messages in quarantine, the newest 200", aside),
            ("collector_losses_told", "Losses that a door told of in 24 h", losses),
            ("collector_gate_silent", "1 for a door that is not heard", silent),
            ("collector_reports_late", "Daily reports of seven days that came late", late),
        )
        samples = []
        for name, text, counted in doors:
            family = GaugeMetricFamily(name, text, labels=("gate",))
            strangers = sum(count for gate, count in counted.items() if gate not in ledger.gates)
            for gate in ledger.gates:
                family.add_metric((gate,), counted[gate])
            if strangers:  # whoever says so: their names are no labels
                family.add_metric(("",), strangers)
            samples.append(family)
        return [*samples, *_lanes(ledger)]


def _lanes(ledger: Ledger) -> list[GaugeMetricFamily]:
    late = GaugeMetricFamily(
        "collector_late_events", "Events of 24 h later than their limit", labels=("lane",)
    )
    undated = GaugeMetricFamily(
        "collector_undated_events",
        "Events of 24 h whose gate's clock was in doubt",
        labels=("lane",),
    )
    seconds = GaugeMetricFamily(
        "collector_lateness_seconds",
        "From the door's record to ours, of this share",
        labels=("lane", "share"),
    )
    for lane in ledger.lanes:
        late.add_metric((lane.severity,), lane.late)
        undated.add_metric((lane.severity,), lane.undated)
        shares = ("0.5", lane.p50_ms), ("0.95", lane.p95_ms), ("1", lane.worst_ms)
        for share, value_ms in shares:
            if value_ms is not None:
                seconds.add_metric((lane.severity, share), value_ms / 1000)
    return [late, undated, seconds]
