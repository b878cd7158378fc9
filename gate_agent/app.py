"""The daemon: opens its journal, lets the door work on it, and ends in order."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent.config.load import digest
from gate_agent.config.model import GateConfig
from gate_agent.door import DoorProgram
from gate_agent.host import core_dumps, systemd
from gate_agent.host.clock import SystemClock
from gate_agent.host.supervision import Parts, keep, tell_what_is_raised
from gate_agent.http.listen import listen
from gate_agent.store.errors import NotAJournal
from gate_agent.store.journal import Journal
from gate_agent.store.keys import Keys, resolve_keys
from gate_agent.store.reader import JournalReader
from gate_agent.validation import sound_config

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
        self._zone = ZoneInfo(config.gate.timezone)

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
        config = self._config
        with listen(config.web.host, config.web.port) as listener:
            keys = resolve_keys(config.keys, config.journal.path.parent)
            with (
                self._opened(keys) as journal,
                JournalReader(
                    config.journal.path, keys.store, partial(self._condemn, journal)
                ) as reader,
            ):
                for name in keys.made:
                    _LOG.warning("made %s beside the journal: to be provisioned by the site", name)
                door = DoorProgram(
                    config,
                    keys=keys,
                    journal=journal,
                    reader=reader,
                    clock=self._clock,
                    zone=self._zone,
                )
                door.start(config_sha256=self._config_sha256)
                await self._work(door, journal, listener)
        return self._replaced

    def _opened(self, keys: Keys) -> Journal:
        config = self._config
        journal = Journal.open(
            config.journal.path,
            site=config.gate.site,
            gate=config.gate.id,
            clock=self._clock,
            zone=self._zone,
            key=keys.store,
            replace_damaged=True,
        )
        loop = asyncio.get_running_loop()
        journal.on_replaced(partial(loop.call_soon_threadsafe, self._begin_anew))
        return journal

    async def _work(self, door: DoorProgram, journal: Journal, listener: socket.socket) -> None:
        """Let the door work until the stop; what told of it ends last."""
        async with asyncio.TaskGroup() as group:
            doing = [group.create_task(work) for work in door.doing()]
            telling = [group.create_task(work) for work in door.telling(listener)]
            tell_what_is_raised(asyncio.get_running_loop(), door.parts)
            feed = partial(self._watchdog, journal, door.parts)
            telling.append(group.create_task(keep("watchdog", feed, door.parts)))
            self._take_signals()
            gc.collect()
            gc.freeze()  # what the daemon is made of: a collection need not walk it again
            gc.enable()
            systemd.notify("READY=1")
            _LOG.info("door %s is up", self._config.gate.id)
            await self._stop.wait()
            if not self._replaced:
                systemd.notify("STOPPING=1")
            for task in doing:
                task.cancel()
            await asyncio.wait(doing, timeout=_ENDS_WITHIN_S)  # their last word before ours
            await door.gate.stop(self._reason)
            if not self._replaced:
                await door.last_words()
            for task in telling:
                task.cancel()

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

    async def _watchdog(self, journal: Journal, parts: Parts) -> None:
        """Feed the manager's watchdog while the loop turns, events are kept and parts work."""
        period_s = systemd.watchdog_period_s()
        while period_s is not None and journal.alive:
            if not parts.is_stuck:
                systemd.notify("WATCHDOG=1")
            await asyncio.sleep(period_s)
