"""The daemon put together: one task group, one order of starting and stopping."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent import __version__
from gate_agent.config.load import digest
from gate_agent.config.model import GateConfig
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import DeviceState
from gate_agent.devices.supervisor import Supervisor
from gate_agent.gate.access import AccessCounter
from gate_agent.gate.duties import DutyBook
from gate_agent.gate.engine import THERMOMETER, Gate
from gate_agent.gate.guard_desk import GuardCounter
from gate_agent.gate.identification import Identification
from gate_agent.gate.other_doors import Elsewhere
from gate_agent.gate.policies import PolicyKeeper
from gate_agent.gate.retention import Retention
from gate_agent.gate.screen_state import UplinkView
from gate_agent.gate.screen_state_builder import Watched
from gate_agent.gate.thermometer import ThermometerKeeper
from gate_agent.gate.ticker import Ticker
from gate_agent.host import core_dumps, systemd
from gate_agent.host.clock import SystemClock
from gate_agent.http.listen import listen
from gate_agent.store.errors import NotAJournal
from gate_agent.store.journal import Journal
from gate_agent.store.keys import resolve_keys
from gate_agent.store.reader import JournalReader
from gate_agent.store.staff import StaffBook
from gate_agent.uplink.publisher import Uplink
from gate_agent.validation import device_sections, sound_config
from gate_agent.vision.pictures import Pictures
from gate_agent.vision.watcher import Watcher
from gate_agent.web.app import create_app
from gate_agent.web.server import serve
from gate_agent.web.signon import SignOn

_LAST_WORDS_S = 2.0  # how long a stopping gate waits for the centre to have heard it
_ENDS_WITHIN_S = 2.0  # what is stopped may hang in a device; the stop is recorded all the same

_LOG = logging.getLogger(__name__)


def run_gate(config_file: Path) -> None:
    """Run the gate of `config_file` until SIGTERM or SIGINT; begin anew on a replaced journal.

    Raises ConfigurationError or StorageError before anything has started.
    """
    config = sound_config(config_file)
    core_dumps.forbid()
    while _Daemon(config, digest(config_file)).ends_to_begin_anew():
        _LOG.warning("door %s begins anew on its new journal", config.gate.id)


class _Daemon:
    def __init__(self, config: GateConfig, config_sha256: str) -> None:
        self._config = config
        self._config_sha256 = config_sha256
        self._clock = SystemClock()
        self._stop = asyncio.Event()
        self._reason = "asked to"
        self._replaced = self._condemned = False
        self._uplink_changed = asyncio.Event()

    def ends_to_begin_anew(self) -> bool:
        """Run, and tell whether to run again: on a journal that took a damaged one's place."""
        try:
            return asyncio.run(self.run())
        except NotAJournal:
            if not self._condemned:
                raise
            return True

    async def run(self) -> bool:
        """Run until asked to stop; tell whether the journal was replaced, and all begins anew."""
        config, clock = self._config, self._clock
        folder = config.journal.path.parent
        zone = ZoneInfo(config.gate.timezone)
        with listen(config.web.host, config.web.port) as listener:
            keys = resolve_keys(config.keys, folder)
            keeper = PolicyKeeper(file=config.policy.file, beside=folder)
            with (
                Journal.open(
                    config.journal.path,
                    site=config.gate.site,
                    gate=config.gate.id,
                    clock=clock,
                    zone=zone,
                    key=keys.store,
                    replace_damaged=True,
                ) as journal,
                JournalReader(
                    config.journal.path, keys.store, partial(self._condemn, journal)
                ) as reader,
            ):
                for name in keys.made:
                    _LOG.warning("made %s beside the journal: to be provisioned by the site", name)
                elsewhere = Elsewhere(config.gate.id, clock)
                identification = Identification(keys, reader, elsewhere)
                gate = Gate(
                    config=config,
                    keys=keys,
                    identification=identification,
                    journal=journal,
                    reader=reader,
                    clock=clock,
                    keeper=keeper,
                    version=__version__,
                )
                loop = asyncio.get_running_loop()
                journal.on_replaced(partial(loop.call_soon_threadsafe, self._begin_anew))
                thermometer = ThermometerKeeper(gate, reader=reader, others=elsewhere.thermometers)
                ticker = Ticker(gate, journal=journal, reader=reader, clock=clock, zone=zone)
                retention = Retention(
                    journal=journal,
                    reader=reader,
                    clock=clock,
                    zone=zone,
                    days=lambda: gate.policy.retention.gate_days,
                )
                supervisors = {
                    name: Supervisor(
                        device=name,
                        section=section,
                        clock=clock,
                        on_report=thermometer.on_report,
                        on_change=partial(self._device_changed, gate, thermometer, name),
                    )
                    for name, section in device_sections(config).items()
                }
                self._uplink = Uplink(
                    section=config.mqtt,
                    site=config.gate.site,
                    gate=config.gate.id,
                    journal=journal,
                    reader=reader,
                    clock=clock,
                    version=__version__,
                    devices=lambda: {
                        name: supervisor.state or DeviceState.LOST
                        for name, supervisor in supervisors.items()
                    },
                    on_policy=gate.on_policy,
                    on_seen=elsewhere.hear,
                    on_door=elsewhere.hear_door,
                    thermometer=thermometer.state,
                    on_change=partial(self._uplink_told, gate),
                )
                pictures = Pictures(folder / "pictures", keys.store)
                watched: dict[str, Watched] = {**supervisors}
                watcher = self._camera(gate, pictures)
                if watcher is not None:
                    watched["camera"] = watcher.camera
                gate.watch(watched, self._uplink_view)
                gate.start(config_sha256=self._config_sha256)
                sign_on = self._sign_on(AccessCounter(gate, reader=reader, picture_of=pictures.of))
                app = create_app(
                    GuardCounter(
                        gate,
                        ticker=ticker,
                        reader=reader,
                        identification=identification,
                        thermometer=thermometer,
                    ),
                    DutyBook(gate, reader=reader, zone=zone),
                    thermometer,
                    version=__version__,
                    host=config.web.host,
                    port=config.web.port,
                    sign_on=sign_on,
                )
                async with asyncio.TaskGroup() as group:
                    doing = [group.create_task(s.run()) for s in supervisors.values()]
                    beside = [ticker.run(), retention.run(), thermometer.run()]
                    if watcher is not None:
                        beside.append(watcher.run())
                    if sign_on is not None:
                        beside.append(sign_on.run())
                    doing += [group.create_task(work) for work in beside]
                    telling = [
                        group.create_task(self._uplink.run()),
                        group.create_task(serve(app, listener)),
                        group.create_task(self._watchdog(journal)),
                    ]
                    self._take_signals()
                    gc.freeze()  # what the daemon is made of: a collection need not walk it again
                    systemd.notify("READY=1")
                    _LOG.info("door %s is up", config.gate.id)
                    await self._stop.wait()
                    if not self._replaced:
                        systemd.notify("STOPPING=1")
                    for task in doing:
                        task.cancel()
                    await asyncio.wait(doing, timeout=_ENDS_WITHIN_S)  # their last word before ours
                    await gate.stop(self._reason)
                    if not self._replaced:
                        await self._last_words()
                    for task in telling:
                        task.cancel()
        return self._replaced

    def _camera(self, gate: Gate, pictures: Pictures) -> Watcher | None:
        section = self._config.camera
        if section.device is None:
            return None
        changed = partial(gate.on_device, "camera")
        return Watcher(section, gate=gate, clock=self._clock, pictures=pictures, on_change=changed)

    def _sign_on(self, desk: AccessCounter) -> SignOn | None:
        if not self._config.web.sign_on:
            return None
        return SignOn(StaffBook(self._config.journal.path), self._clock, desk)

    def _take_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked, number.name)

    def _asked(self, name: str) -> None:
        self._reason = name
        self._stop.set()

    def _condemn(self, journal: Journal, cause: str) -> None:
        self._condemned = True
        journal.condemn(cause)

    def _begin_anew(self) -> None:
        self._replaced = True
        self._asked("journal replaced")

    def _device_changed(
        self,
        gate: Gate,
        thermometer: ThermometerKeeper,
        name: str,
        state: DeviceState,
        cause: str,
    ) -> None:
        if name == THERMOMETER and state is DeviceState.LOST:
            thermometer.on_gone()
        gate.on_device(name, state, cause)
        self._uplink.notify_state()

    def _uplink_told(self, gate: Gate) -> None:
        self._uplink_changed.set()
        gate.changed()

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
        )

    async def _last_words(self) -> None:
        """Give the centre a moment to receipt the end; the journal keeps what it did not."""
        try:
            async with asyncio.timeout(_LAST_WORDS_S):
                while self._uplink.status.state == "connected" and self._uplink.status.pending:
                    self._uplink_changed.clear()
                    await self._uplink_changed.wait()
        except TimeoutError:
            return

    async def _watchdog(self, journal: Journal) -> None:
        """Feed the manager's watchdog while the loop turns and the journal's writer lives."""
        period_s = systemd.watchdog_period_s()
        while period_s is not None and journal.alive:
            systemd.notify("WATCHDOG=1")
            await asyncio.sleep(period_s)
