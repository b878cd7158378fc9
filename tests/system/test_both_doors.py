"""Two real doors and a real broker with its rules, the centre away: they act as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from children import wait_promptly, wait_until
from doorfiles import Changes
from security.secured_hall import GATES, Hall, hall
from system.test_people_at_once import FLAG, GONE_S, NOBODY, NORMAL, Door, held, waits

WITHIN_S = 2.0  # issue 13.5


@dataclass
class TwoDoors:
    west: Door
    central: Door
    hall: Hall


def at(hall: Hall, gate: str) -> Changes:
    """Return how this door stands in the hall: its papers, its keys, the site's."""
    section, home = hall.section(gate), hall.folder / gate
    return {
        "gate": {"id": gate, "name": f"入口 {gate}"},
        "mqtt": {
            "url": section.url,
            "ca_file": section.ca_file,
            "cert_file": section.cert_file,
            "key_file": section.key_file,
        },
        "keys": {
            "site_key_file": home / "site.key",
            "collector_public_key_file": home / "collector.pub",
        },
    }


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[TwoDoors]:
    with hall(tmp_path) as one, ExitStack() as stack:
        west, central = (
            stack.enter_context(Door(tmp_path / f"door-{gate}", at(one, gate))) for gate in GATES
        )
        both = TwoDoors(west, central, one)
        wait_until(lambda: connected(west) and connected(central), "the broker")
        yield both


def connected(door: Door) -> bool:
    # with no collector the broker says that nobody listens: it is there all the same
    return door.state()["uplink"]["state"] in ("connected", "unheard")


def elsewhere(door: Door) -> list[dict[str, Any]]:
    return list(door.state()["elsewhere"])


def restart(door: Door) -> None:
    door.gate.kill()
    door.gate.start()
    wait_until(door.is_up, "the door to be back")


def test_who_is_held_at_one_door_is_known_answered_and_stopped_at_the_other(
    doors: TwoDoors,
) -> None:
    west, central = doors.west, doors.central
    west.lays(1)
    west.shows(FLAG, 0.2)
    hold = held(west)
    west.shows(NOBODY, 0.1)
    everybody = west.gate, central.gate, doors.hall.broker
    wait_promptly(lambda: elsewhere(central), "the hold at the other door", WITHIN_S, *everybody)
    (there,) = elsewhere(central)
    assert (there["hold_id"], there["gate"], there["name"]) == (
        hold["hold_id"],
        "west-1f",
        "入口 west-1f",
    )
    assert there["can_answer"]

    answer = f"doors/west-1f/holds/{hold['hold_id']}/answer"
    assert central.taps(answer, {"by": "guard-2"}) == 200
    wait_promptly(lambda: held(west)["state"] == "acknowledged", "the answer", WITHIN_S, *everybody)
    assert central.taps(answer, {"by": "guard-2"}) == 409
    assert held(west)["steps"][0]["by"] == "central-2f"
    assert central.told("hold.answered")[0]["by"] == "guard-2"

    doors.hall.broker.kill()  # and both doors: what was told is known all the same
    restart(central)
    assert [one["hold_id"] for one in elsewhere(central)] == [hold["hold_id"]]
    central.lays(1)
    central.shows(NORMAL, 0.2)
    stopped = held(central)
    assert stopped["hold_id"] != hold["hold_id"]
    opened = central.told("hold.opened")[0]
    assert opened["elsewhere"] == f"west-1f/{hold['hold_id']}"
    assert "admit" not in central.decisions()

    reading = {"contact_centi_c": 3660, "by": "guard-2"}
    assert central.taps(f"passages/{stopped['passage_id']}/hand", reading) == 204
    assert central.registers(waits(central, "registering")) == 200
    assert central.decisions()[-1] == "admit"
    central.shows(NOBODY, GONE_S)

    restart(west)
    doors.hall.start()
    wait_until(lambda: held(west).get("cleared_at"), "that they are healthy")
    wait_until(lambda: len(elsewhere(central)) == 1, "one hold there")
    assert elsewhere(central)[0]["state"] == "acknowledged"
