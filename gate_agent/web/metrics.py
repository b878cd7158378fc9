"""/metrics for Prometheus, read from the snapshot when it is asked for: no second truth."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gate_agent.contract.moment import ClockQuality, parse_utc
from gate_agent.contract.records import DeviceState
from gate_agent.gate.ports import Desk
from gate_agent.gate.screen_state import ScreenState
from gate_agent.host.clock import SystemClock
from gate_agent.host.kernel_clock import ask_kernel
from gate_agent.host.supervision import Parts
from gate_agent.host.support import rtc_apart_s
from gate_agent.host.wear import written_bytes
from gate_agent.web.sse import Screens

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_UPLINK_STATES = ("connecting", "connected", "refused", "unheard")


def build_registry(desk: Desk, screens: Screens, parts: Parts | None = None) -> CollectorRegistry:
    """Return a registry of our own: the gate's figures and this process's."""
    registry = CollectorRegistry(auto_describe=False)
    _Process(registry=registry)
    registry.register(_GateCollector(desk, screens, parts))
    return registry


def render(registry: CollectorRegistry) -> bytes:
    """Return the text that Prometheus scrapes."""
    return generate_latest(registry)


class _Process(ProcessCollector):
    """This process's own figures, also where /proc shows processes and nothing else."""

    def _boot_time(self) -> float:
        return SystemClock().now().booted.timestamp()


class _GateCollector(Collector):
    def __init__(self, desk: Desk, screens: Screens, parts: Parts | None) -> None:
        self._desk = desk
        self._parts = parts
        self._screens = screens

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: the desk's gauges are known when they are read."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Read the gate as it is now."""
        snapshot = self._desk.snapshot()
        yield from _people(snapshot)
        yield from _devices(snapshot)
        yield from _keeping(snapshot)
        yield _gauge("gate_screens_attached", "Screens on the live stream", self._screens.attached)
        failures = CounterMetricFamily(
            "gate_part_failures", "How often a task of the daemon failed", labels=("part",)
        )
        for part, times in sorted({} if self._parts is None else self._parts.counts.items()):
            failures.add_metric((part,), times)
        yield failures
        for name, value in sorted(self._desk.gauges().items()):
            clean = re.sub("[^a-zA-Z0-9_]", "_", name)
            yield _gauge(f"gate_{clean.removeprefix('gate_')}", "Told by the gate", value)


def _people(snapshot: ScreenState) -> Iterator[Metric]:
    gate = snapshot.gate
    info = GaugeMetricFamily(
        "gate_info", "Which door this is", labels=("site", "gate", "version", "hall_mode")
    )
    info.add_metric((gate.site, gate.id, gate.version, snapshot.hall_mode), 1)
    yield info
    passages = GaugeMetricFamily(
        "gate_passages_today", "Passages of the local day", labels=("category", "decision")
    )
    for count in snapshot.today.passages:
        passages.add_metric((count.category, count.decision), count.count)
    yield passages
    yield _gauge("gate_holds_opened_today", "Holds opened", snapshot.today.holds_opened)
    yield _gauge("gate_holds_open", "Open holds, drills too", len(snapshot.holds))
    overdue = sum(1 for hold in snapshot.holds if hold.overdue)
    yield _gauge("gate_holds_overdue", "Open holds with a missed deadline", overdue)


def _devices(snapshot: ScreenState) -> Iterator[Metric]:
    states = GaugeMetricFamily(
        "gate_device_state", "1 for the state a device is in", labels=("device", "driver", "state")
    )
    faults = CounterMetricFamily(
        "gate_device_counts", "What the line counted, by cause", labels=("device", "cause")
    )
    for name, device in snapshot.devices.items():
        for state in DeviceState:
            states.add_metric((name, device.driver, state), float(device.state is state))
        for cause, count in device.counters.items():
            faults.add_metric((name, cause), count)
    yield states
    yield faults


def _keeping(snapshot: ScreenState) -> Iterator[Metric]:
    journal, uplink = snapshot.journal, snapshot.uplink
    yield _gauge("gate_journal_writable", "1 while events are kept", journal.writable)
    yield _gauge("gate_journal_sequence", "Last committed sequence", journal.sequence)
    states = GaugeMetricFamily("gate_uplink_state", "1 for the uplink's state", labels=("state",))
    for state in _UPLINK_STATES:
        states.add_metric((state,), float(uplink.state == state))
    yield states
    yield _gauge("gate_uplink_pending", "Events without a receipt", uplink.pending)
    yield _gauge("gate_uplink_oldest_pending_seconds", "Age of the oldest", uplink.oldest_pending_s)
    if uplink.certificate_until is not None:
        until = parse_utc(uplink.certificate_until).timestamp()
        yield _gauge("gate_certificate_expires_timestamp_seconds", "End of the link's TLS", until)
    yield _gauge("gate_uplink_receipted", "Sequence receipted by the centre", uplink.receipted)
    disbelieved = CounterMetricFamily(
        "gate_messages_disbelieved", "Messages with a wrong signature, or brought again"
    )
    disbelieved.add_metric((), uplink.disbelieved)
    yield disbelieved
    synced = snapshot.clock is ClockQuality.SYNCED
    yield _gauge("gate_clock_synced", "1 while the wall clock is synchronised", synced)
    if (kernel := ask_kernel()) is not None:
        error_s = kernel.error_us / 1e6
        yield _gauge("gate_clock_error_seconds", "At most so far from the right time", error_s)
    if (apart_s := rtc_apart_s(parse_utc(snapshot.time))) is not None:
        yield _gauge("gate_rtc_apart_seconds", "The battery's clock less the wall clock", apart_s)
    written = CounterMetricFamily(
        "gate_disk_written_bytes", "What this daemon wrote to disks: a memory card's wear"
    )
    written.add_metric((), written_bytes())
    yield written


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))
