"""The camera at a door: pictures of holds, codes, and that nothing depends on it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from gate.at_work import FEVER, NORMAL, AtWork, in_loop
from gate_agent.config.model import CameraSection
from gate_agent.contract.records import DeviceState
from gate_agent.domain.events import DrillStarted
from gate_agent.errors import StorageError
from gate_agent.testing import FakeClock, eventually
from gate_agent.vision.pictures import Pictures
from gate_agent.vision.watcher import Watcher
from vision.films import HEIGHT, WIDTH, film

ASKS_PHONE: dict[str, object] = {"version": 1, "registration": {"phone": "required"}}
KEY = bytes(range(32))
WITHIN_S = 60


class Filmed:
    """A door at work with a camera."""

    def __init__(self, folder: Path, device: Path, policy: dict[str, object] | None = None) -> None:
        self.clock = FakeClock()
        self.door = AtWork(folder, self.clock, policy)
        self.pictures = Pictures(folder / "pictures", KEY)
        self.told: list[DeviceState] = []
        self.watcher = Watcher(
            CameraSection(device=str(device)),
            gate=self.door.gate,
            clock=self.clock,
            pictures=self.pictures,
            on_change=lambda state, _cause: self.told.append(state),
        )

    async def is_in_state(self, state: DeviceState) -> None:
        await eventually(lambda: self.watcher.camera.state is state, WITHIN_S, f"camera {state}")

    async def tells(self, kind: str) -> dict[str, object]:
        await eventually(lambda: self.door.told(kind), WITHIN_S, kind)
        return self.door.told(kind)[-1].data


@asynccontextmanager
async def filmed(
    folder: Path, device: Path, policy: dict[str, object] | None = None
) -> AsyncIterator[Filmed]:
    one = Filmed(folder, device, policy)
    async with asyncio.TaskGroup() as group:
        working = group.create_task(one.watcher.run())
        try:
            yield one
        finally:
            working.cancel()
    await one.door.end()


@in_loop
async def test_a_hold_has_its_picture_and_a_thief_has_none(tmp_path: Path) -> None:
    async with filmed(tmp_path, film(tmp_path / "film.avi")) as one:
        await one.is_in_state(DeviceState.OK)

        one.door.measure(FEVER)
        told = await one.tells("snapshot.taken")

        jpeg = one.pictures.of(str(told["hold_id"]))
        assert jpeg is not None
        assert len(jpeg) == told["bytes"]
        shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        assert shown.shape == (HEIGHT, WIDTH, 3)
        (kept,) = (tmp_path / "pictures").iterdir()
        assert kept.stat().st_mode & 0o777 == 0o600
        assert jpeg[:20] not in kept.read_bytes()
        with pytest.raises(StorageError):
            Pictures(tmp_path / "pictures", bytes(32)).of(str(told["hold_id"]))


@in_loop
async def test_a_drill_takes_no_picture(tmp_path: Path) -> None:
    async with filmed(tmp_path, film(tmp_path / "film.avi")) as one:
        await one.is_in_state(DeviceState.OK)

        await one.door.gate.request(DrillStarted(at=one.clock.now(), by="guard-1"))
        one.door.measure(FEVER)
        told = await one.tells("snapshot.taken")

        drill, hold = one.door.told("hold.opened")
        assert drill.drill
        assert told["hold_id"] == hold.data["hold_id"]
        assert len(one.door.told("snapshot.taken")) == 1


@in_loop
async def test_a_phone_shown_as_a_code_is_there_to_be_confirmed(tmp_path: Path) -> None:
    device = film(tmp_path / "film.avi", code="GATE-R:13800138000")
    async with filmed(tmp_path, device, ASKS_PHONE) as one:
        one.door.lay(1)
        one.door.measure(NORMAL)

        await one.door.sees(
            lambda seen: seen.passage is not None and seen.passage.known_phone == "138****8000",
            WITHIN_S,
        )
        await one.door.register(one.door.passage.passage_id, phone=None, purpose=None)
        assert one.door.passage.decision == "admit"


@in_loop
async def test_a_missing_camera_is_said_and_the_door_goes_on(tmp_path: Path) -> None:
    async with filmed(tmp_path, tmp_path / "no-camera.avi") as one:
        await one.is_in_state(DeviceState.LOST)

        one.door.lay(1)
        one.door.measure(NORMAL)

        assert one.door.passage.decision == "admit"
        assert "expected a free camera, got none" in one.watcher.camera.cause
        assert one.told == [DeviceState.LOST]


@in_loop
async def test_a_frozen_picture_is_no_living_one(tmp_path: Path) -> None:
    async with filmed(tmp_path, film(tmp_path / "film.avi", frozen=True)) as one:
        await one.is_in_state(DeviceState.OK)

        one.clock.advance(11)

        await one.is_in_state(DeviceState.STALE)
        assert "frozen" in one.watcher.camera.cause


def test_pictures_go_after_their_days_and_all_of_them_at_once_when_asked(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path, KEY)
    now = datetime(2026, 11, 24, 4, tzinfo=UTC)
    for age in (0, 2, 4):
        pictures.keep(f"h-{age}", b"jpeg", now - timedelta(days=age))
    (tmp_path / "somebody-elses.file").touch()

    assert pictures.purge(now, days=3) == 1
    assert [pictures.of(f"h-{age}") for age in (0, 2, 4)] == [b"jpeg", b"jpeg", None]
    assert pictures.remove(["h-2", "h-9"]) == 1
    assert pictures.clear() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["somebody-elses.file"]


def test_a_door_without_a_camera_never_loads_opencv() -> None:
    code = "import gate_agent.app, sys; sys.exit('cv2' in sys.modules or 'numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
