"""Home Assistant is told of a door where the site wants it, and of nobody; or nothing is left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined

from children import wait_until
from gate_agent.contract.door_figures import DoorFigures
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import DeviceState
from gate_agent.contract.thermometer import Trust
from gate_agent.uplink.discovery import Beside, Discovery
from uplink.conftest import Mosquitto
from uplink.ear import TOPICS, Ear
from uplink.home_assistant import expect_discovery
from uplink.uplink_door import Door

CONFIG = "homeassistant/device/hall-01/west-1f/config"
FIGURES = DoorFigures(
    gate="west-1f",
    time="2026-11-23T06:12:31.482Z",
    hall_mode=HallMode.APPOINTMENT,
    clock=ClockQuality.SYNCED,
    writable=True,
    devices={"thermometer": DeviceState.OK, "id_reader": DeviceState.LOST},
    thermometer=Trust.DOUBTFUL,
    holds_open=1,
    holds_overdue=0,
    admitted=212,
    denied=3,
    held=2,
    inside=41,
)


def discovery(
    folder: Path, prefix: str | None, figures: Callable[[], DoorFigures] = lambda: FIGURES
) -> Discovery:
    return Discovery(
        prefix,
        topics=TOPICS,
        name="一层西侧出入口",
        version="0.4.0",
        figures=figures,
        kept=folder / "discovery.json",
    )


async def told(mosquitto: Mosquitto, folder: Path, beside: Beside) -> dict[str, bytes]:
    """Return what is retained after a door was there; its goodbye is after all it said."""
    async with Door(folder / "door", mosquitto.port) as door:
        await door.connect(beside).reaches("connected")
    return retained(mosquitto)


def retained(mosquitto: Mosquitto) -> dict[str, bytes]:
    with Ear(mosquitto.port, hears="#") as ear:
        ear.tell("last/word", b"x", retain=False)
        wait_until(lambda: ear.heard and ear.heard[-1].topic == "last/word", "the last word")
        return {one.topic: one.payload for one in ear.heard if one.retained}


def rendered(template: str, payload: bytes) -> str:
    made = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 no page
    return made.from_string(template).render(value_json=json.loads(payload))


def test_what_is_told_is_what_home_assistant_takes_and_each_entity_reads_its_state(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    kept = asyncio.run(told(mosquitto, tmp_path, discovery(tmp_path, "homeassistant")))

    tree: dict[str, Any] = json.loads(kept[CONFIG])
    expect_discovery(CONFIG, tree)
    states = {}
    for key, entity in tree["components"].items():
        payload = kept[entity.get("state_topic", tree["state_topic"])]
        states[key] = rendered(entity["value_template"], payload)
        for one in entity.get("availability", ()):
            assert rendered(one["value_template"], kept[one["topic"]]) == "offline"  # it hung up
        if "options" in entity:
            assert states[key] in entity["options"]
    assert states == {
        "online": "OFF",
        "hall_mode": "appointment",
        "thermometer": "doubtful",
        "device-thermometer": "ok",
        "device-id_reader": "lost",
        "holds_open": "1",
        "holds_overdue": "0",
        "hold": "ON",
        "admitted": "212",
        "denied": "3",
        "held": "2",
        "inside": "41",
        "unkept": "OFF",
        "clock": "OFF",
    }
    assert tree["components"]["inside"]["name"] == "在馆人数 People inside"


@pytest.mark.parametrize("now", [None, "hall/ha"])
def test_what_is_switched_off_or_has_another_prefix_is_taken_back(
    mosquitto: Mosquitto, tmp_path: Path, now: str | None
) -> None:
    before = asyncio.run(told(mosquitto, tmp_path, discovery(tmp_path, "homeassistant")))
    assert {CONFIG, TOPICS.figures} <= set(before)

    after = asyncio.run(told(mosquitto, tmp_path, discovery(tmp_path, now)))

    assert CONFIG not in after
    assert (TOPICS.figures in after) is (now is not None)
    assert ("hall/ha/device/hall-01/west-1f/config" in after) is (now is not None)


def test_what_could_not_be_taken_back_is_at_the_next_connection(tmp_path: Path) -> None:
    said: list[tuple[str, bytes]] = []
    discovery(tmp_path, "homeassistant").connected(lambda *one: said.append(one))
    for _ in range(2):  # the line is cut before anything proves that the broker has it
        said.clear()
        discovery(tmp_path, None).connected(lambda *one: said.append(one))
        assert sorted(said) == [(TOPICS.figures, b""), (CONFIG, b"")]

    proved = discovery(tmp_path, None)
    proved.connected(lambda *one: said.append(one))
    proved.beat(lambda *one: said.append(one))
    said.clear()
    discovery(tmp_path, None).connected(lambda *one: said.append(one))
    assert said == []


@pytest.mark.parametrize("kept", [b"", b"{}", b"[1", b"\xff"])
def test_a_spoilt_note_of_what_is_retained_stops_nothing(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "discovery.json").write_bytes(kept)
    said: list[tuple[str, bytes]] = []

    discovery(tmp_path, "homeassistant").connected(lambda *one: said.append(one))

    assert [topic for topic, _ in said] == [CONFIG, TOPICS.figures]


def test_a_door_that_was_asked_for_nothing_retains_nothing_more(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    kept = asyncio.run(told(mosquitto, tmp_path, discovery(tmp_path, None)))

    assert set(kept) == {TOPICS.state}
    assert not (tmp_path / "discovery.json").exists()


def test_no_figure_can_hold_a_person() -> None:
    """Every field is a number, a word of a list, or says which door and when."""
    schema = DoorFigures.model_json_schema()
    free = {
        name
        for name, field in schema["properties"].items()
        if field.get("type") == "string" and "pattern" not in field
    }

    assert free <= {"time"}
    assert set(schema["properties"]) & {"by", "name", "person", "person_ref", "phone"} == set()
