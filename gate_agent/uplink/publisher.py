"""Brings every event to the centre: publishes, hears receipts, sends again what is missing.

PUBACK is flow control; the collector's receipt is delivery. Everything here runs in the event
loop: the journal's writer and paho's thread only call into it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gate_agent.clock import Clock
from gate_agent.config.model import MqttSection
from gate_agent.domain.records import DeviceState, Severity
from gate_agent.errors import StorageError, UplinkError
from gate_agent.messages import LINK_0, ContractError, GateState, Receipt, Topics, parse_receipt
from gate_agent.moment import format_utc, parse_utc
from gate_agent.store.journal import Journal, Stored
from gate_agent.store.reader import JournalReader
from gate_agent.tls import CertificateWatch
from gate_agent.uplink.lanes import Lanes, Outgoing
from gate_agent.uplink.mqtt import Link, Will, named

HEARTBEAT_S = 10.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.25, 2.0
_STALLED_S, _LONGEST_STALL_S = 10.0, 60.0  # receipts without progress: send again
_ASK_AGAIN_S, _LONGEST_ASK_S = 2.0, 30.0  # refused or unheard: one event, to see
_GOODBYE_S = 2.0
_BATCH = 64
_FOR_STATES = 2  # of what the broker takes at once
_UNHEARD = 0x10  # PUBACK: no matching subscribers (MQTT 5 §3.4.2.1)
_FAILURE = 0x80

_LOG = logging.getLogger(__name__)
State = Literal["connecting", "connected", "refused", "unheard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkStatus:
    """How the way to the centre is. `pending` events have no receipt yet.

    `certificate_until`: when the first of the link's certificates expires.
    """

    state: State
    cause: str
    pending: int
    oldest_pending_s: float
    receipted: int
    certificate_until: datetime | None = None


class Uplink:
    """One gate's way to the centre."""

    def __init__(
        self,
        *,
        section: MqttSection,
        site: str,
        gate: str,
        journal: Journal,
        reader: JournalReader,
        clock: Clock,
        version: str,
        devices: Callable[[], dict[str, DeviceState]],
        on_policy: Callable[[bytes], None],
        on_change: Callable[[], None],
    ) -> None:
        self._section = section
        self._topics = Topics(site=site, gate=gate)
        # With a certificate the broker knows us by the name in it: both say the same.
        self._client_id = gate if section.cert_file else f"gate-{site}-{gate}"
        self._certificates = CertificateWatch(section)
        self._journal = journal
        self._reader = reader
        self._clock = clock
        self._version = version
        self._devices = devices
        self._on_policy = on_policy
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._lanes = Lanes(section.window)
        self._link: Link | None = None
        self._sent: dict[int, int] = {}  # message id → sequence
        self._state: State = "connecting"
        self._cause = ""
        self._asking_s = 0.0  # > 0: nothing but one event goes, after so long
        self._retry: asyncio.TimerHandle | None = None
        self._stall_s = _STALLED_S
        self._oldest: tuple[int, float] = (0, 0.0)  # first pending sequence, its UTC timestamp
        self._goodbye_mid = -1
        self._goodbye_heard = asyncio.Event()
        receipt = journal.receipt
        self._receipted = 0
        if receipt is not None and receipt.epoch == journal.epoch:
            self._receipted = receipt.upto
            self._lanes.receipted(receipt.upto, receipt.ranges)
        journal.subscribe(self._committed)

    @property
    def status(self) -> UplinkStatus:
        """How it is now."""
        pending = max(0, self._journal.head.sequence - self._receipted)
        return UplinkStatus(
            state=self._state,
            cause=self._cause or self._certificates.shown(self._clock.now().utc),
            pending=pending,
            oldest_pending_s=self._oldest_pending_s() if pending else 0.0,
            receipted=self._receipted,
            certificate_until=self._certificates.until,
        )

    def notify_state(self) -> None:
        """Tell the centre at once: a device changed."""
        self._publish_state("online")

    async def run(self) -> None:
        """Connect, publish, reconnect, until cancelled; then say that we stopped."""
        wait_s = _FIRST_WAIT_S
        while True:
            link = Link(
                self._section,
                client_id=self._client_id,
                will=Will(topic=self._topics.state, payload=self._state_bytes("lost")),
                clock=self._clock,
                on_message=self._on_message,
                on_acknowledged=self._on_acknowledged,
            )
            try:
                window = await link.open()
                wait_s = _FIRST_WAIT_S
                why = await self._connected(link, window)
            except UplinkError as exc:
                why = str(exc)
            except asyncio.CancelledError:
                await self._goodbye(link)
                raise
            finally:
                self._link = None
                await link.close()
            self._set("refused" if "refused" in why else "connecting", why)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    async def _connected(self, link: Link, window: int) -> str:
        """Work while the connection lasts; return why it ended."""
        self._link = link
        self._lanes.window = max(1, min(self._section.window, window - _FOR_STATES))
        self._lanes.rewind()
        self._sent.clear()
        self._ask_no_more()
        self._set("connected", "")
        self._publish_state("online")
        self._warn_of_certificates()
        await link.subscribe(self._topics.receipt, self._topics.policy)
        self._pump()
        async with asyncio.TaskGroup() as group:
            beating = [group.create_task(self._beat()), group.create_task(self._mend())]
            why = await link.ended()
            for task in beating:
                task.cancel()
        return why

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            self._publish_state("online")
            self._warn_of_certificates()
            self._on_change()

    def _warn_of_certificates(self) -> None:
        warning = self._certificates.warning(self._clock.now().utc)
        if warning is not None:
            _LOG.warning("uplink: %s", warning)

    async def _mend(self) -> None:
        """Send again what has no receipt, when receipts make no progress though all was sent."""
        while True:
            before = self._receipted
            await asyncio.sleep(self._stall_s)
            pending = self._journal.head.sequence - self._receipted
            if self._receipted != before or not pending:
                self._stall_s = _STALLED_S
            elif self._lanes.is_drained and not self._asking_s:
                _LOG.info("no receipt for %d events in %g s: sent again", pending, self._stall_s)
                self._stall_s = min(2 * self._stall_s, _LONGEST_STALL_S)
                self._lanes.rewind()
                self._pump()

    async def _goodbye(self, link: Link) -> None:
        if self._link is None:
            return
        self._goodbye_mid = link.publish(
            self._topics.state, self._state_bytes("stopped"), retain=True
        )
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self._goodbye_heard.wait()
        except TimeoutError:
            return

    # --- events -------------------------------------------------------------------------------

    def _committed(self, stored: tuple[Stored, ...]) -> None:
        """In the journal's writer thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._fresh, stored)

    def _fresh(self, stored: tuple[Stored, ...]) -> None:
        for event in stored:
            self._lanes.fresh(Outgoing(event.sequence, event.severity, event.body))
        self._pump()

    def _pump(self) -> None:
        """Publish what may go now."""
        link, lanes = self._link, self._lanes
        if link is None or (self._asking_s and self._retry is not None):
            return
        while True:
            if (wanted := lanes.wanted()) is not None:
                self._read(*wanted)
            event = lanes.take()
            if event is None:
                if lanes.wanted() is None:
                    return
                continue
            mid = link.publish(self._topics.event(event.severity), event.body)
            self._sent[mid] = event.sequence
            if self._asking_s:
                return  # one event, to see whether it is taken now

    def _read(self, severity: Severity, after: int) -> None:
        try:
            found = self._reader.after(after, _BATCH, severity)
        except StorageError as exc:
            _LOG.warning("the backlog cannot be read: %s", exc)
            found = []
        events = [Outgoing(e.sequence, e.severity, e.body) for e in found if e.body is not None]
        self._lanes.fill(severity, events, whole=len(found) < _BATCH)

    def _on_acknowledged(self, mid: int, code: int) -> None:
        if mid == self._goodbye_mid:
            self._goodbye_heard.set()
        sequence = self._sent.pop(mid, None)
        if sequence is None:
            return  # a state, or of an earlier connection
        self._lanes.acknowledged(sequence)
        if code >= _FAILURE:
            topic = f"publishing below gate/v1/{self._topics.site}/{self._topics.gate}/event"
            self._ask_later("refused", f"expected leave for {topic}, got {named(code)}")
        elif code == _UNHEARD:
            self._ask_later("unheard", f"expected a collector, got {named(code)}")
        elif self._asking_s:
            self._ask_no_more()
            self._set("connected", "")
        self._pump()

    def _ask_later(self, state: State, cause: str) -> None:
        """Nothing is delivered this way: try one event after a while, and not the backlog."""
        self._set(state, cause)
        if self._retry is None:
            self._asking_s = min(max(_ASK_AGAIN_S, 2 * self._asking_s), _LONGEST_ASK_S)
            self._retry = self._loop.call_later(self._asking_s, self._ask_again)

    def _ask_again(self) -> None:
        self._retry = None
        self._lanes.rewind()
        self._pump()

    def _ask_no_more(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._asking_s = 0.0

    # --- what comes ---------------------------------------------------------------------------

    def _on_message(self, topic: str, payload: bytes) -> None:
        if topic == self._topics.policy:
            if payload:
                self._on_policy(payload)
        elif topic == self._topics.receipt and payload:
            self._on_receipt(payload)

    def _on_receipt(self, payload: bytes) -> None:
        try:
            receipt = parse_receipt(payload)
        except ContractError as exc:
            _LOG.warning("a receipt was refused: %s", exc)
            return
        if receipt.epoch != self._journal.epoch:
            return  # of the journal before this one
        if not self._is_ours(receipt):
            self._set("refused", f"expected a receipt of our chain, got another at {receipt.upto}")
            return
        if receipt.upto < self._receipted:
            return  # an old one; the collector's restored backup is found by its own alarm
        if self._asking_s:  # somebody listens
            self._ask_no_more()
            self._lanes.receipted(receipt.upto, receipt.ranges)
            self._lanes.rewind()
        self._set("connected", "")
        self._receipted = receipt.upto
        self._lanes.receipted(receipt.upto, receipt.ranges)
        self._journal.save_receipt(receipt)
        self._pump()
        self._on_change()

    def _is_ours(self, receipt: Receipt) -> bool:
        if receipt.upto == 0:
            return receipt.link == LINK_0.hex()
        try:
            event = self._reader.event(receipt.upto)
        except StorageError:
            return False
        return event is not None and event.link.hex() == receipt.link

    # --- state --------------------------------------------------------------------------------

    def _set(self, state: State, cause: str) -> None:
        if (state, cause) != (self._state, self._cause):
            if state != self._state:
                _LOG.info("uplink %s %s", state, cause)
            self._state, self._cause = state, cause
            self._on_change()

    def _publish_state(self, state: Literal["online"]) -> None:
        if self._link is not None:
            self._link.publish(self._topics.state, self._state_bytes(state), retain=True)

    def _state_bytes(self, state: Literal["online", "stopped", "lost"]) -> bytes:
        head, status = self._journal.head, self.status
        until = status.certificate_until
        return GateState(
            state=state,
            epoch=head.epoch,
            sequence=head.sequence,
            link=head.link.hex(),
            pending=status.pending,
            oldest_pending_s=status.oldest_pending_s,
            clock=self._clock.quality(),
            devices=self._devices(),
            version=self._version,
            time=format_utc(self._clock.now().utc),
            certificate_until=None if until is None else format_utc(until),
        ).encode()

    def _oldest_pending_s(self) -> float:
        first = self._receipted + 1
        if self._oldest[0] != first:
            try:
                time = self._reader.oldest_time(self._receipted)
            except StorageError:
                return 0.0
            if time is None:
                return 0.0
            self._oldest = first, parse_utc(time).timestamp()
        return max(0.0, round(self._clock.now().utc.timestamp() - self._oldest[1], 3))
