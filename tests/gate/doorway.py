"""A real gate in this process: engine, journal, clock set by hand; people walk up to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent.config.model import GateConfig
from gate_agent.domain.records import DeviceState, PassageDecided, Record
from gate_agent.domain.signals import Reading
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.elsewhere import Elsewhere
from gate_agent.gate.engine import THERMOMETER, Gate
from gate_agent.gate.identification import Identification
from gate_agent.gate.policies import PolicyKeeper
from gate_agent.messages import parse_body
from gate_agent.store.journal import Journal
from gate_agent.store.keys import resolve_keys
from gate_agent.store.reader import JournalReader
from gate_agent.testing import FakeClock, eventually

ZONE = ZoneInfo("Asia/Shanghai")
PHONE_OPTIONAL: Mapping[str, object] = {"registration": {"phone": "optional"}}


class Port:
    """A device as a supervisor shows it."""

    state = DeviceState.OK
    cause = ""
    driver_name = "none"
    counters: dict[str, int] = {}  # noqa: RUF012 nothing is counted here


class Doorway:
    """One gate with its journal."""

    def __init__(
        self, gate: Gate, journal: Journal, reader: JournalReader, clock: FakeClock
    ) -> None:
        self.gate = gate
        self.journal = journal
        self.reader = reader
        self.clock = clock
        self.zone = ZONE

    def read(self, surface: int, times: int = 1, ambient: int = 2400) -> None:
        for _ in range(times):
            self.clock.advance(0.1)
            self.gate.on_report(Reading(surface_centi_c=surface, ambient_centi_c=ambient))

    def comes(self, surface: int, card: int | None = None, ambient: int = 2400) -> None:
        """Let somebody come, be measured, lay a card, and go."""
        self.read(surface, 6, ambient)
        if card is not None:
            self.gate.on_report(synthetic_card(card))
        self.read(ambient, 15, ambient)
        self.clock.advance(25)
        self.read(ambient, 1, ambient)

    async def settled(self) -> None:
        """Wait until what was told is durable."""
        await asyncio.sleep(0)
        done = asyncio.get_running_loop().create_future()
        self.gate.keep([], self.clock.now(), lambda: done.set_result(None))
        await eventually(done.done, what="a commit")

    def records(self) -> list[Record]:
        return [
            record
            for event in self.reader.after(0, 100_000)
            if event.body is not None and (record := parse_body(event.body).record()) is not None
        ]

    def verdicts(self) -> list[PassageDecided]:
        return [record for record in self.records() if isinstance(record, PassageDecided)]


def config(folder: Path, profile: str) -> GateConfig:
    return GateConfig.model_validate(
        {
            "gate": {"site": "hall", "id": "west-1f", "name": "一层西门"},
            "thermometer": {"driver": "none", "port": "/dev/null", "profile": profile},
            "id_reader": {"driver": "none", "port": "/dev/null"},
            "mqtt": {"url": "mqtt://localhost"},
            "journal": {"path": str(folder / "journal.db")},
        }
    )


@contextmanager
def doorway(
    folder: Path,
    clock: FakeClock,
    profile: str = "spot-forehead",
    rules: Mapping[str, object] = PHONE_OPTIONAL,
    elsewhere: Elsewhere | None = None,
) -> Iterator[Doorway]:
    """Open the gate in `folder`; call it again for a restart. Inside a running loop."""
    settings = config(folder, profile)
    policy = folder / "rules.json"
    policy.write_text(json.dumps(rules), encoding="utf-8")
    keys = resolve_keys(settings.keys, folder)
    with (
        Journal.open(
            settings.journal.path,
            site="hall",
            gate="west-1f",
            clock=clock,
            zone=ZONE,
            key=keys.store,
        ) as journal,
        JournalReader(settings.journal.path, keys.store) as reader,
    ):
        gate = Gate(
            config=settings,
            keys=keys,
            identification=Identification(keys, reader, elsewhere),
            journal=journal,
            reader=reader,
            clock=clock,
            keeper=PolicyKeeper(file=policy, beside=folder),
            version="0",
        )
        gate.watch({THERMOMETER: Port()})
        gate.start(config_sha256="0" * 64)
        gate.on_device(THERMOMETER, DeviceState.OK, "")
        yield Doorway(gate, journal, reader, clock)
