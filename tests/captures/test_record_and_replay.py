"""A door is recorded while it works; the capture, played back, comes to the same decisions."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from devices.watching import plugged
from doorfiles import write_door
from gate.at_work import AtWork
from gate_agent.capture.file_format import CaptureEntry, CaptureError, Device, parse_capture
from gate_agent.capture.record import record
from gate_agent.capture.replay import DeviceTold, Differences, Told, replay
from gate_agent.cli import app
from gate_agent.config.keyfile import load_key
from gate_agent.config.load import load_config, load_policy
from gate_agent.config.model import GateConfig
from gate_agent.contract.identity import person_ref
from gate_agent.contract.records import DeviceState, PassageDecided
from gate_agent.driver_api import Card, Reading, Report
from gate_agent.emulation.people import Arrival, Crowd, synthetic_card
from gate_agent.emulation.scenario import play
from gate_agent.errors import ConfigurationError
from gate_agent.host.clock import SystemClock
from gate_agent.testing import eventually
from gate_drivers.card_readers.sam_uart.emulator import SamUartEmulator
from gate_drivers.thermometers.gy_614v3.emulator import Gy614V3Emulator

STAFF = synthetic_card(7_000_001)


def people() -> list[Arrival]:
    """Return a visitor, staff, somebody feverish, somebody cold, and one in a hurry."""
    some = list(islice(Crowd(5, fever_share=0, cold_share=0, early_lift_share=0), 5))
    return [
        replace(some[0], card=replace(cards(some[0]), name="欧阳金丝雀")),
        replace(some[1], card=STAFF, kind="staff"),
        replace(some[2], surface_centi_c=3900, kind="feverish"),
        replace(some[3], surface_centi_c=3180, kind="cold"),
        replace(some[4], card_stays_s=0.2, kind="early_lift"),
    ]


def cards(arrival: Arrival) -> Card:
    assert arrival.card is not None
    return arrival.card


def verdicts(records: list[PassageDecided]) -> list[tuple[object, ...]]:
    return [
        (r.decision, r.category, r.reasons, r.temperature.outcome, r.temperature.surface_centi_c)
        for r in records
    ]


class Recorded:
    """One door at work with people before it, all of it recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "door.jsonl"
        self.policy = {"version": 1, "registration": {"phone": "optional"}}
        self.config = load_config(write_door(folder), GateConfig)
        self.live: list[PassageDecided] = []
        self.reports: list[Report] = []

    async def run(self, arrivals: list[Arrival], *, unplug: bool = False) -> None:
        door = AtWork(self.folder, SystemClock(), self.policy)
        sight, desk, stop = Gy614V3Emulator(), SamUartEmulator(), asyncio.Event()

        def take(report: Report) -> None:
            self.reports.append(report)
            door.gate.on_report(report)

        async with (
            plugged(Path(self.config.thermometer.port), sight) as line,
            plugged(Path(self.config.id_reader.port), desk),
            asyncio.TaskGroup() as group,
        ):
            recording = group.create_task(
                record(
                    self.config,
                    self.out,
                    clock=SystemClock(),
                    stop=stop,
                    say=lambda _line: None,
                    on_report=take,
                    on_change=door.gate.on_device,
                )
            )
            await eventually(lambda: len(self.reports) > 3, 10, "readings")
            await play(arrivals, sight, desk)
            if unplug:
                line.unplug()
                await asyncio.sleep(0.3)
                line.replug()
                await play(arrivals[:1], sight, desk)
            await asyncio.sleep(0.5)
            stop.set()
            await recording
        await door.durable()
        self.live = [
            told
            for event in door.told("passage.decided")
            if isinstance(told := event.record(), PassageDecided)
        ]
        await door.end()

    def replayed(self) -> tuple[list[Told], Differences]:
        told: list[Told] = []
        policy = load_policy(self.folder / "given.json")
        with self.out.open(encoding="utf-8") as lines:
            differences = replay(
                self.config, policy, parse_capture(lines), lambda _at, what: told.append(what)
            )
        return told, differences


def with_roster(recorded: Recorded) -> None:
    """Put the staff card on the roster, under the key that the door makes on its first start."""
    journal = recorded.config.journal.path.parent

    async def first_start() -> None:
        door = AtWork(recorded.folder, SystemClock(), recorded.policy)
        await door.end()

    asyncio.run(first_start())
    ref = person_ref(STAFF.number, load_key(journal / "site.key"))
    recorded.policy = {**recorded.policy, "roster": [{"person_ref": ref}]}
    write_door(recorded.folder, {"policy": {"file": recorded.folder / "given.json"}})
    recorded.config = load_config(recorded.folder / "gate.toml", GateConfig)


def test_a_replay_decides_as_the_door_did_and_nobody_is_in_it(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    with_roster(recorded)

    asyncio.run(recorded.run(people()))
    told, differences = recorded.replayed()

    replayed = [what for what in told if isinstance(what, PassageDecided)]
    assert verdicts(replayed) == verdicts(recorded.live)
    assert len(replayed) >= len(people())
    readings = [report for report in recorded.reports if isinstance(report, Reading)]
    assert [what for what in told if isinstance(what, Reading)] == readings
    laid = [report for report in recorded.reports if isinstance(report, Card)]
    shown = [what for what in told if isinstance(what, Card)]
    assert [laid.index(card) for card in laid] == [shown.index(card) for card in shown]
    assert differences == Differences()
    nobody_is_in(recorded.out)


def nobody_is_in(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for arrival in people():
        for personal in (cards(arrival).number, cards(arrival).name):
            assert personal not in text
            assert personal.encode("utf-16-le").hex() not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_pulled_plug_is_replayed_too(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)

    asyncio.run(recorded.run(people()[:1], unplug=True))
    told, differences = recorded.replayed()

    states = [
        what.state for what in told if isinstance(what, DeviceTold) and "therm" in what.device
    ]
    assert [s for s in states if s is not DeviceState.STALE].count(DeviceState.LOST) == 1
    replayed = [what for what in told if isinstance(what, PassageDecided)]
    assert verdicts(replayed) == verdicts(recorded.live)
    assert differences == Differences()


def test_the_commands_record_and_replay(tmp_path: Path) -> None:
    config, out = write_door(tmp_path), tmp_path / "door.jsonl"
    run = CliRunner().invoke

    done = run(app, ["capture", "--config", str(config), "--out", str(out), "--seconds", "0.3"])
    assert done.exit_code == 0, done.output
    assert "no such port" in done.output
    played = run(app, ["replay", "--config", str(config), "--capture", str(out)])
    assert played.exit_code == 0, played.output
    assert "device thermometer lost" in played.output
    again = run(app, ["capture", "--config", str(config), "--out", str(out), "--seconds", "0.3"])
    assert isinstance(again.exception, CaptureError)
    assert "expected a new file, got: File exists" in str(again.exception)
    missing = run(app, ["replay", "--config", str(config), "--capture", str(tmp_path / "none")])
    assert "expected a capture, got: No such file" in str(missing.exception)


def test_a_disk_that_takes_no_more_ends_the_capture_and_is_told(tmp_path: Path) -> None:
    config, out = write_door(tmp_path), tmp_path / "door.jsonl"
    program = str(Path(sys.executable).with_name("gate-agent"))
    capture = [program, "capture", "--config", str(config), "--out", str(out), "--seconds", "60"]

    done = subprocess.run(
        ["prlimit", "--fsize=300", *capture], check=False, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert done.stderr == "gate-agent: expected to write the capture, got: File too large\n"
    assert out.stat().st_size <= 300


def test_a_reader_whose_traffic_cannot_be_redacted_is_not_recorded(tmp_path: Path) -> None:
    path = write_door(tmp_path, {"id_reader": {"driver": "captures.bare:READER"}})

    async def main() -> None:
        await record(
            load_config(path, GateConfig),
            tmp_path / "out",
            clock=SystemClock(),
            stop=asyncio.Event(),
            say=print,
        )

    with pytest.raises(ConfigurationError) as caught:
        asyncio.run(main())
    assert caught.value.faults == (
        (
            "id_reader.driver: expected a driver that takes the person out of its traffic "
            "(Model.redact), got bare"
        ),
    )
    assert not (tmp_path / "out").exists()


def change(
    entries: list[CaptureEntry], alter: Callable[[CaptureEntry], CaptureEntry | None]
) -> list[CaptureEntry]:
    return [changed for entry in entries if (changed := alter(entry)) is not None]


def test_a_driver_that_asks_otherwise_than_when_it_was_recorded_is_told_of(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    asyncio.run(recorded.run(people()[:1]))
    with recorded.out.open(encoding="utf-8") as lines:
        head, entries = parse_capture(lines)
    told: list[Told] = []

    def alter(entry: CaptureEntry) -> CaptureEntry | None:
        if entry.what == "sent" and entry.device == "thermometer":
            return entry.model_copy(update={"hex": "00"})
        return entry

    policy = load_policy(recorded.folder / "given.json")
    differences = replay(
        recorded.config,
        policy,
        (head, change(entries, alter)),
        lambda _at, what: told.append(what),
    )

    assert differences == Differences(questions=3)
    assert verdicts([w for w in told if isinstance(w, PassageDecided)]) == verdicts(recorded.live)


def test_the_head_tells_the_door_its_devices_and_a_profile_both_must_be_known(
    tmp_path: Path,
) -> None:
    recorded = Recorded(tmp_path)
    asyncio.run(recorded.run([]))
    with recorded.out.open(encoding="utf-8") as lines:
        head, entries = parse_capture(lines)
    unknown = head.model_copy(update={"profile": "elbow"})
    other = head.model_copy(update={"devices": {"thermometer": Device(driver="x")}})

    assert (head.capture, head.site, head.gate) == (1, "hall-01", "west-1f")
    assert {name: device.driver for name, device in head.devices.items()} == {
        "thermometer": "gy-614v3",
        "id_reader": "sam-uart",
    }
    policy = load_policy(recorded.folder / "given.json")

    for changed, error, told in (
        (unknown, CaptureError, r"expected a profile \(spot-forehead, .*, got 'elbow'"),
        (other, ConfigurationError, r"expected a driver \(.*gy-614v3, .*, got 'x'"),
    ):
        with pytest.raises(error, match=told):
            replay(recorded.config, policy, (changed, entries), lambda _at, _what: None)
