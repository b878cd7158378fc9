"""One door put together: each part is made of those above it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from gate_agent.config.model import GateConfig
from gate_agent.contract.messages import Topics
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import DeviceState
from gate_agent.devices.supervisor import Supervisor
from gate_agent.driver_api import DeviceKind, Report
from gate_agent.gate.access import AccessCounter
from gate_agent.gate.anchors import AnchorKeeper
from gate_agent.gate.between_doors import BetweenDoors
from gate_agent.gate.duties import DutyBook
from gate_agent.gate.engine import THERMOMETER, Gate
from gate_agent.gate.exits import ExitWatch
from gate_agent.gate.figures import door_figures
from gate_agent.gate.guard_desk import GuardDesk
from gate_agent.gate.identification import Identification
from gate_agent.gate.orders import OrderTaker
from gate_agent.gate.other_doors import OtherDoors
from gate_agent.gate.outputs import OutputKeeper
from gate_agent.gate.policies import PolicyKeeper
from gate_agent.gate.retention import GateRetention
from gate_agent.gate.screen_state import UplinkView
from gate_agent.gate.thermometer import ThermometerKeeper
from gate_agent.gate.ticker import Ticker
from gate_agent.gate.waiting import WaitingBook
from gate_agent.gate.watched import Watched
from gate_agent.host.clock import Clock
from gate_agent.host.keys import KnownInFile, Signatures
from gate_agent.host.stamps import StampCounter
from gate_agent.host.supervision import Parts, keep
from gate_agent.host.tls import server_context
from gate_agent.store.journal import Journal
from gate_agent.store.keys import Keys
from gate_agent.store.reader import JournalReader
from gate_agent.store.staff import StaffBook
from gate_agent.uplink.discovery import Discovery
from gate_agent.uplink.publisher import Uplink
from gate_agent.validation import device_sections
from gate_agent.version import program_version
from gate_agent.vision.pictures import Pictures
from gate_agent.vision.watcher import Watcher
from gate_agent.web.app import create_app
from gate_agent.web.server import serve
from gate_agent.web.signon import SignOn

_LAST_WORDS_S = 2.0  # how long a stopping gate waits for the centre to have heard it
_TICKS_WITHIN_S = 60.0
_REMOVES_WITHIN_S = 3600.0  # a long journal on a slow card
Work = Coroutine[None, None, None]


class _Runs(Protocol):
    async def run(self) -> None: ...


class DoorProgram:
    """Everything that works at one door, over a journal that is open."""

    def __init__(
        self,
        config: GateConfig,
        *,
        keys: Keys,
        journal: Journal,
        reader: JournalReader,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._config = config
        self._keys = keys
        self._journal = journal
        self._reader = reader
        self._clock = clock
        self._zone = zone
        self._folder = config.journal.path.parent
        self.parts = Parts(clock)
        self._tls = server_context(config.web)
        self._uplink_changed = asyncio.Event()
        self._elsewhere = OtherDoors(config.gate.id, clock)
        self._identification = Identification(keys, reader, self._elsewhere)
        self.gate = self._make_gate()
        self._thermometer = ThermometerKeeper(
            self.gate, reader=reader, others=self._elsewhere.thermometers
        )
        self._ticker = Ticker(self.gate, journal=journal, reader=reader, clock=clock, zone=zone)
        self._retention = self._make_retention()
        self._supervisors = self._make_supervisors()
        self._outputs = self._make_outputs()
        self._uplink = self._make_uplink()
        self._pictures = Pictures(self._folder / "pictures", keys.store)
        self._watcher = self._make_watcher()
        self.gate.watch(self._watched(), self._uplink_view)
        self.gate.screen.parts = lambda: self.parts.failing
        self._sign_on = self._make_sign_on()
        self._between = BetweenDoors(
            self.gate,
            config.gate,
            clock,
            kept=self._folder / "other-doors.json",
            publish=self._uplink.tell_doors,
        )
        self._between.begin()
        self._orders = OrderTaker(self.gate, config.gate.id, self._reader)
        kept = self._folder / "waiting.json"
        self._waiting = WaitingBook(self.gate, reader=reader, clock=clock, kept=kept)
        self._anchors = AnchorKeeper(self.gate, kept=self._folder / "anchor.json", zone=zone)
        self._first_pages: FastAPI | None = self._app()  # what is wrong with them stops the start

    def start(self, *, config_sha256: str) -> None:
        """Record that the daemon is up, and what became of whom it was waiting for at its end."""
        self.gate.start(config_sha256=config_sha256)
        self._waiting.begin()

    def doing(self) -> list[Work]:
        """What works at the door, and says its last word before the door does."""
        beside: dict[str, _Runs | None] = {
            "ticker": self._ticker,
            "retention": self._retention,
            "judgement": self._thermometer,
            "camera": self._watcher,
            "sign_on": self._sign_on,
        }
        self._watch_turns()
        working = {**self._supervisors, **beside}
        return [keep(name, it.run, self.parts) for name, it in working.items() if it is not None]

    def _watch_turns(self) -> None:
        """Let the manager's watchdog be fed only while each of these loops makes its turns.

        What waits for others (a broker, a name server, a browser) is none of them: another start
        would help nobody. The ticker waits for nothing; the others for a disk, which may take long,
        or for a driver that should end and does not.
        """
        parts, ticks = self.parts, partial(self.parts.turned, "ticker", _TICKS_WITHIN_S)
        self._ticker.turned = ticks
        self._retention.turned = partial(parts.turned, "retention", _REMOVES_WITHIN_S)
        self._thermometer.turned = partial(parts.turned, "judgement")
        for name, supervisor in self._supervisors.items():
            supervisor.turned = partial(parts.turned, name)
        if self._sign_on is not None:
            self._sign_on.turned = partial(parts.turned, "sign_on")

    def telling(self, listener: socket.socket) -> list[Work]:
        """What tells others of it, to the end."""

        async def serve_pages() -> None:
            web, copy = self._config.web, listener.dup()  # which it closes: the next has another
            pages, self._first_pages = self._first_pages or self._app(), None
            await serve(pages, copy, tls=self._tls, proxies=web.proxies)

        telling = {"uplink": self._uplink.run, "pages": serve_pages}
        return [keep(name, work, self.parts) for name, work in telling.items()]

    async def last_words(self) -> None:
        """Give the centre a moment to receipt the end; the journal keeps what it did not."""
        try:
            async with asyncio.timeout(_LAST_WORDS_S):
                while self._uplink.status.state == "connected" and self._uplink.status.pending:
                    self._uplink_changed.clear()
                    await self._uplink_changed.wait()
        except TimeoutError:
            return

    def _make_gate(self) -> Gate:
        return Gate(
            config=self._config,
            keys=self._keys,
            identification=self._identification,
            journal=self._journal,
            reader=self._reader,
            clock=self._clock,
            keeper=PolicyKeeper(
                file=self._config.policy.file,
                beside=self._folder,
                last=self._reader.last_policy(),
            ),
            version=program_version(),
        )

    def _make_retention(self) -> GateRetention:
        return GateRetention(
            journal=self._journal,
            reader=self._reader,
            clock=self._clock,
            zone=self._zone,
            days=lambda: self.gate.policy.retention.gate_days,
            forget=self.gate.sealing.forget,
        )

    def _make_supervisors(self) -> dict[str, Supervisor]:
        takers: dict[str, Callable[[Report], None]] = {
            DeviceKind.EXIT: ExitWatch(self.gate, self._identification, self._keys).on_report,
            DeviceKind.OUTPUT: self._output_told,
        }
        return {
            name: Supervisor(
                device=name,
                section=section,
                clock=self._clock,
                on_report=takers.get(name, self._thermometer.on_report),
                on_change=partial(self._device_changed, name),
            )
            for name, section in device_sections(self._config).items()
        }

    def _output_told(self, report: Report) -> None:
        if self._outputs is not None:
            self._outputs.on_report(report)

    def _make_outputs(self) -> OutputKeeper | None:
        section = self._config.output
        if section is None:
            return None
        want = self._supervisors[DeviceKind.OUTPUT].want
        return OutputKeeper(self.gate, section, want, is_kept=lambda: self._journal.healthy)

    def _make_uplink(self) -> Uplink:
        return Uplink(
            section=self._config.mqtt,
            site=self._config.gate.site,
            gate=self._config.gate.id,
            name=self._config.gate.name,
            journal=self._journal,
            reader=self._reader,
            clock=self._clock,
            signatures=Signatures(
                self._config.signatures,
                site=self._config.gate.site,
                name=self._config.gate.id,
                known=KnownInFile(self._folder / "signers.json"),
                stamps=StampCounter(self._folder / "said", self._clock),
            ),
            version=program_version(),
            devices=self._device_states,
            on_policy=self.gate.on_policy,
            on_seen=self._elsewhere.hear,
            on_door=self._hear_door,
            thermometer=self._thermometer.state,
            on_change=self._uplink_told,
            beside=self._make_discovery(),
        )

    def _make_discovery(self) -> Discovery:
        door = self._config.gate
        return Discovery(
            self._config.mqtt.discovery_prefix,
            topics=Topics(site=door.site, gate=door.id),
            name=door.name,
            version=program_version(),
            figures=lambda: door_figures(
                self.gate.snapshot(), self._device_states(), self._thermometer.state()
            ),
            kept=self._folder / "discovery.json",
        )

    def _make_watcher(self) -> Watcher | None:
        section = self._config.camera
        if section.device is None:
            return None
        changed = partial(self.gate.on_device, "camera")
        return Watcher(
            section,
            gate=self.gate,
            clock=self._clock,
            pictures=self._pictures,
            on_change=changed,
        )

    def _make_sign_on(self) -> SignOn | None:
        if not self._config.web.sign_on:
            return None
        desk = AccessCounter(self.gate, reader=self._reader, picture_of=self._pictures.of)
        secure = self._config.web.url.startswith("https:")
        return SignOn(StaffBook(self._config.journal.path), self._clock, desk, secure=secure)

    def _app(self) -> FastAPI:
        counter = GuardDesk(
            self.gate,
            ticker=self._ticker,
            reader=self._reader,
            identification=self._identification,
            thermometer=self._thermometer,
            elsewhere=self._elsewhere,
        )
        return create_app(
            counter,
            DutyBook(self.gate, reader=self._reader, zone=self._zone),
            self._thermometer,
            version=program_version(),
            host=self._config.web.host,
            port=self._config.web.port,
            sign_on=self._sign_on,
            parts=self.parts,
            name=self._config.web.name,
            phones_reach=self._config.web.phones_reach,
        )

    def _watched(self) -> dict[str, Watched]:
        camera = {} if self._watcher is None else {"camera": self._watcher.camera}
        return {**self._supervisors, **camera}

    def _device_states(self) -> dict[str, DeviceState]:
        return {
            name: supervisor.state or DeviceState.LOST
            for name, supervisor in self._supervisors.items()
        }

    def _device_changed(self, name: str, state: DeviceState, cause: str) -> None:
        if name == THERMOMETER and state is DeviceState.LOST:
            self._thermometer.on_gone()
        self.gate.on_device(name, state, cause)
        self._uplink.notify_state()

    def _hear_door(self, topic: str, payload: bytes) -> None:
        if topic.endswith("/door"):
            self._between.hear(topic, payload)
        elif topic.endswith("/orders"):
            self._orders.hear(payload)
        elif topic.endswith("/anchor"):
            self._anchors.hear(payload)
        elif (life := self._elsewhere.hear_door(topic, payload)) is not None:
            self._between.lives(life[0], is_live=life[1])

    def _uplink_told(self) -> None:
        self._uplink_changed.set()
        if self._uplink.status.state == "connecting":
            self._between.alone()
        self._between.look()
        self.gate.changed()

    def _uplink_view(self) -> UplinkView:
        status = self._uplink.status
        until = status.certificate_until
        return UplinkView(
            state=status.state,
            cause=status.cause,
            pending=status.pending,
            oldest_pending_s=status.oldest_pending_s,
            receipted=status.receipted,
            certificate_until=None if until is None else format_utc(until),
            has_twin=status.has_twin,
            disbelieved=status.disbelieved,
        )
