"""Brings every event to the centre: publishes, hears receipts, sends again what is missing.

PUBACK is flow control; the collector's receipt is delivery. Everything here runs in the event
loop; the journal's writer thread only calls into it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from gate_agent.config.model import MqttSection
from gate_agent.contract.messages import Range, Topics, parse_receipt
from gate_agent.contract.moment import NS_PER_S
from gate_agent.contract.policy_parts import Rest
from gate_agent.contract.records import DeviceState
from gate_agent.contract.thermometer import ThermometerState
from gate_agent.errors import ContractError, StorageError, UplinkError
from gate_agent.host.clock import Clock
from gate_agent.host.keys import Signatures
from gate_agent.host.tls import CertificateWatch
from gate_agent.host.trouble import Trouble
from gate_agent.store.journal import Journal, Stored
from gate_agent.store.reader import JournalReader
from gate_agent.uplink.discovery import Beside
from gate_agent.uplink.flow import Flow
from gate_agent.uplink.lanes import Lane, Lanes, Outgoing
from gate_agent.uplink.mqtt import MqttLink, Will, named
from gate_agent.uplink.policy_parts import PolicyParts
from gate_agent.uplink.rivals import Rivals
from gate_agent.uplink.standing import Delivered, State, UplinkStatus

HEARTBEAT_S = 10.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.25, 1.0
_LOOK_EVERY_S = 1.0
_DEAD_AFTER_S = 8.0  # something was sent and nothing is acknowledged: the line is dead
_STALLED_S, _LONGEST_STALL_S = 10.0, 60.0  # receipts without progress: send again
_REPEAT_S = 2.0  # not more often because a collector that is back told its receipt again
_ASK_AGAIN_S, _LONGEST_ASK_S = 2.0, 30.0  # refused or unheard: one event, to see
_GOODBYE_S = 2.0
_BATCH = 64
_BUSY_NS = 2 * NS_PER_S  # after an event: history goes slowly
_FOR_STATES = 2  # of what the broker takes at once
_UNHEARD = 0x10  # PUBACK: no matching subscribers (MQTT 5 §3.4.2.1)
_FAILURE = 0x80

_LOG = logging.getLogger(__name__)


class Uplink:
    """One gate's way to the centre."""

    def __init__(
        self,
        *,
        section: MqttSection,
        site: str,
        gate: str,
        name: str | None = None,
        journal: Journal,
        reader: JournalReader,
        clock: Clock,
        signatures: Signatures,
        version: str,
        devices: Callable[[], dict[str, DeviceState]],
        on_policy: Callable[[bytes], Rest | None],
        on_seen: Callable[[bytes], None] = lambda _payload: None,
        on_door: Callable[[str, bytes], None] = lambda _topic, _payload: None,
        thermometer: Callable[[], ThermometerState | None] = lambda: None,
        on_change: Callable[[], None],
        beside: Beside | None = None,
    ) -> None:
        self._beside = beside or Beside()
        self._section = section
        self._topics = Topics(site=site, gate=gate)
        # With a certificate the broker knows us by the name in it: both say the same.
        self._client_id = gate if section.cert_file else f"gate-{site}-{gate}"
        self._certificates = CertificateWatch(section)
        self._journal = journal
        self._reader = reader
        self._clock = clock
        self._signatures = signatures
        self._policy = PolicyParts(self._topics, on_policy, self._now_ns)
        self._on_seen = on_seen
        self._on_door = on_door
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._lanes = Lanes(journal.head.sequence)
        self._flow = Flow(section.window)
        self._link: MqttLink | None = None
        self._rivals = Rivals()
        self._sent: set[int] = set()  # message ids of events
        self._state: State = "connecting"
        self._cause = ""
        self._unread = Trouble(_LOG, "the backlog can be read again")
        self._asking_s = 0.0  # > 0: nothing but one event goes, after so long
        self._retry: asyncio.TimerHandle | None = None
        self._stall_s = _STALLED_S
        self._rewound_ns = 0
        self._busy_until_ns = 0
        self._told: tuple[int, tuple[Range, ...]] = (0, ())
        self._for_doors: bytes | None = None
        self._goodbye_mid: int | None = None
        self._goodbye_heard = asyncio.Event()
        self._standing = Delivered(
            journal=journal,
            reader=reader,
            clock=clock,
            version=version,
            devices=devices,
            thermometer=thermometer,
            certificates=self._certificates,
            name=name,
        )
        if (receipt := self._standing.receipt) is not None:
            self._lanes.receipted(receipt.upto, receipt.ranges)
        journal.subscribe(self._committed)

    @property
    def status(self) -> UplinkStatus:
        """How it is now."""
        standing, trouble = self._standing, self._link.trouble if self._link else ""
        return UplinkStatus(
            state=self._state,
            cause=self._cause or trouble or self._certificates.shown(self._clock.now().utc),
            pending=standing.pending,
            oldest_pending_s=standing.oldest_pending_s(),
            receipted=standing.receipted,
            certificate_until=self._certificates.until,
            has_twin=self._rivals.is_there(self._now_ns()),
            disbelieved=self._signatures.refused,
        )

    def tell_doors(self, payload: bytes) -> None:
        """Tell the other doors, now and at every connection."""
        self._for_doors = payload
        self._retain(self._topics.door, payload)

    def notify_state(self) -> None:
        """Tell the centre at once: a device changed."""
        self._retain(self._topics.state, self._standing.encode("online"))

    async def run(self) -> None:
        """Connect, publish, reconnect, until cancelled; then say that we stopped."""
        wait_s = _FIRST_WAIT_S
        while True:
            link = MqttLink(
                self._section,
                client_id=self._client_id,
                will=Will(topic=self._topics.state, payload=self._standing.encode("lost")),
                clock=self._clock,
                signatures=self._signatures,
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
            somebody_said = why.replace("Connection refused", "")  # nobody listens: no refusal
            self._set("refused" if "refused" in somebody_said else "connecting", why)
            wait_s = self._rivals.next_s(wait_s, was_taken=link.was_taken, now_ns=self._now_ns())
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    async def _connected(self, link: MqttLink, window: int) -> str:
        """Work while the connection lasts; return why it ended."""
        self._link = link
        self._flow = Flow(max(1, min(self._section.window, window - _FOR_STATES)))
        self._sent.clear()
        self._rewind()
        self._ask_no_more()
        self._set("connected", "")
        every = replace(self._topics, gate="+")
        heard = (*self._topics.of_centre, every.door)
        link.subscribe(*heard, live=every.state, own=self._topics.state)
        self.notify_state()
        if self._for_doors is not None:
            self._retain(self._topics.door, self._for_doors)
        self._beside.connected(self._retain)
        self._pump()
        self._policy.begin(link)
        async with asyncio.TaskGroup() as group:
            beating = [group.create_task(self._beat()), group.create_task(self._watch(link))]
            why = await link.ended()
            for task in beating:
                task.cancel()
        return why

    async def _beat(self) -> None:
        while True:
            if warning := self._certificates.warning(self._clock.now().utc):
                _LOG.warning("uplink: %s", warning)
            await asyncio.sleep(HEARTBEAT_S)
            self.notify_state()
            self._beside.beat(self._retain)
            self._on_change()

    async def _watch(self, link: MqttLink) -> None:
        """Give up a line that acknowledges nothing; send again what gets no receipt."""
        standing = self._standing
        idle_ns, receipted = self._now_ns(), standing.receipted
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self._policy.look()
            now_ns = self._now_ns()
            if self._flow.waits_ns(now_ns) > _DEAD_AFTER_S * NS_PER_S:
                link.end(f"nothing was acknowledged for {_DEAD_AFTER_S:g} s")
            pending = standing.pending
            if standing.receipted != receipted or not pending:
                idle_ns, receipted = now_ns, standing.receipted
                self._stall_s = _STALLED_S
            elif now_ns - idle_ns > self._stall_s * NS_PER_S and not self._asking_s:
                if not self._is_idle:
                    continue
                _LOG.info("no receipt for %d events in %g s: sent again", pending, self._stall_s)
                self._stall_s = min(2 * self._stall_s, _LONGEST_STALL_S)
                idle_ns = now_ns
                self._rewind()
                self._pump()

    async def _goodbye(self, link: MqttLink) -> None:
        if self._link is None:
            return
        said = self._standing.encode("stopped")
        self._goodbye_mid = link.publish(self._topics.state, said, retain=True)
        link.flush()
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
        self._busy_until_ns = self._now_ns() + _BUSY_NS
        for event in stored:
            self._lanes.fresh(Outgoing(event.sequence, event.severity, event.body))
        self._pump()

    def _pump(self) -> None:
        """Publish what may go now."""
        link, lanes = self._link, self._lanes
        if link is None or (self._asking_s and self._retry is not None):
            return
        now_ns = self._now_ns()
        lanes.is_busy = now_ns < self._busy_until_ns
        while True:
            if (lane := lanes.wanted()) is not None:
                self._read(lane)
            if not self._flow.has_urgent_room:
                break
            event = lanes.take(routine=self._flow.has_room)
            if event is None:
                if lanes.wanted() is None:
                    break
                continue
            topic = self._topics.event(event.severity)
            mid = link.publish(topic, event.body, historical=lanes.is_history(event))
            if mid is None:  # more than the broker takes: the others go on
                continue
            self._sent.add(mid)
            self._flow.sent(mid, len(event.body), now_ns)
            if self._asking_s:
                break  # one event, to see whether it is taken now
        link.flush()

    def _read(self, lane: Lane) -> None:
        try:
            batch = self._reader.after(lane.seen, _BATCH, lane.severity)
            self._unread.well()
        except StorageError as exc:
            self._unread.met("the backlog cannot be read: %s", exc)
            batch = []
        events = [Outgoing(e.sequence, e.severity, e.body) for e in batch if e.body is not None]
        self._lanes.fill(lane, events, whole=len(batch) < _BATCH)

    @property
    def _is_idle(self) -> bool:
        return not self._sent and self._lanes.is_idle

    def _rewind(self) -> None:
        self._rewound_ns = self._now_ns()
        self._lanes.rewind(self._journal.head.sequence)

    def _on_acknowledged(self, sequences: list[tuple[int, int]]) -> None:
        now_ns = self._now_ns()
        for mid, code in sequences:
            self._flow.acknowledged(mid, now_ns)
            if mid == self._goodbye_mid:
                self._goodbye_heard.set()
            if mid in self._sent:  # an event, not a state
                self._sent.discard(mid)
                self._judge(code)
        self._pump()

    def _judge(self, code: int) -> None:
        """See from a PUBACK whether events are taken, and whether somebody listens."""
        if code >= _FAILURE:
            topic = f"publishing below gate/v1/{self._topics.site}/{self._topics.gate}/event"
            self._ask_later("refused", f"expected leave for {topic}, got {named(code)}")
        elif code == _UNHEARD:
            self._ask_later("unheard", f"expected a collector, got {named(code)}")
        elif self._asking_s and self._retry is None:
            self._ask_no_more()
            self._set("connected", "")

    def _ask_later(self, state: State, cause: str) -> None:
        """Nothing is delivered this way: try one event after a while, and not the backlog."""
        self._set(state, cause)
        if self._retry is None:
            self._asking_s = min(max(_ASK_AGAIN_S, 2 * self._asking_s), _LONGEST_ASK_S)
            self._retry = self._loop.call_later(self._asking_s, self._ask_again)

    def _ask_again(self) -> None:
        self._retry = None
        self._rewind()
        self._pump()

    def _ask_no_more(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._asking_s = 0.0

    # --- what comes ---------------------------------------------------------------------------

    def _on_message(self, topic: str, payload: bytes) -> None:
        if payload and self._policy.hear(topic, payload):
            return
        if topic == self._topics.seen:
            self._on_seen(payload)
        elif topic == self._topics.receipt and payload:
            self._on_receipt(payload)
        elif topic == self._topics.state:
            self._rivals.hear(payload, self._journal.epoch)
        elif topic.endswith(("/state", "/door", "/anchor", "/orders")):
            self._on_door(topic, payload)

    def _on_receipt(self, payload: bytes) -> None:
        try:
            receipt = parse_receipt(payload)
        except ContractError as exc:
            _LOG.warning("a receipt was refused: %s", exc)
            return
        if receipt.epoch != self._journal.epoch:
            return  # of the journal before this one
        standing = self._standing
        if not standing.is_ours(receipt):
            self._set("refused", f"expected a receipt of our chain, got another at {receipt.upto}")
            return
        if not standing.is_news(receipt):
            return
        before, self._told = self._told, (receipt.upto, receipt.ranges)
        lost = standing.take(receipt)
        self._lanes.receipted(receipt.upto, receipt.ranges)
        since_ns = self._now_ns() - self._rewound_ns
        again = before == self._told and self._is_idle and since_ns > _REPEAT_S * NS_PER_S
        if lost or again or self._asking_s:  # a collector is there, and has no more than this
            self._ask_no_more()
            self._rewind()
        self._set("connected", "")
        self._journal.save_receipt(receipt)
        self._pump()
        self._on_change()

    # --- state --------------------------------------------------------------------------------

    def _set(self, state: State, cause: str) -> None:
        if (state, cause) != (self._state, self._cause):
            if state != self._state:
                _LOG.info("uplink %s %s", state, cause)
            self._state, self._cause = state, cause
            self._on_change()

    def _retain(self, topic: str, payload: bytes) -> None:
        if self._link is not None:
            if (mid := self._link.publish(topic, payload, retain=True)) is not None:
                self._flow.sent(mid, len(payload), self._now_ns())
            self._link.flush()

    def _now_ns(self) -> int:
        return self._clock.now().boot_ns
