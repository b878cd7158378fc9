"""Several people at a real door: `gate-agent run`, bytes on its lines, taps over HTTP.

Each story is one of issue 13 (Seen): it was seen on real processes, and let a fever in, lost
people, or kept the healthy out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser.real_door import RealDoor
from children import wait_until
from gate_agent.domain.passage import SAME_CARD_S
from gate_agent.driver_api import Card, CardType
from gate_agent.emulation.people import synthetic_card

NORMAL, BRIM, FLAG, FEVER, NOBODY = 3420, 3430, 3590, 3860, 2400
READ_S = 1.2
GONE_S = 1.4  # a second without skin, and a reading or two


class Door(RealDoor):
    """A real door whose people overlap."""

    def shows(self, surface_centi_c: int, for_s: float, ambient_centi_c: int = 2400) -> None:
        """Let the thermometer see this for so long; people and lines work in real time."""
        self._do(self._show(surface_centi_c, for_s, ambient_centi_c)).result(for_s + 5)

    async def _show(self, surface_centi_c: int, for_s: float, ambient_centi_c: int) -> None:
        self._thermometer.show(surface_centi_c=surface_centi_c, ambient_centi_c=ambient_centi_c)
        await asyncio.sleep(for_s)

    def lays(self, card: int | Card, fault: str | None = None) -> None:
        """Lay a card for as long as a reader takes; the reader may refuse it."""
        if fault is not None:
            self._reader.inject(fault, times=3)
        self._do(self._lay(card)).result(READ_S + 5)

    async def _lay(self, card: int | Card) -> None:
        self._reader.place(synthetic_card(card) if isinstance(card, int) else card)
        await asyncio.sleep(READ_S)
        self._reader.lift()

    def unplugs(self) -> None:
        """Pull the thermometer's plug until the door knows it, and plug it in again."""
        self._loop.call_soon_threadsafe(self._sight.unplug)
        wait_until(lambda: self._state_of_it() == "lost", "the thermometer to be missed")
        self._loop.call_soon_threadsafe(self._sight.replug)
        wait_until(lambda: self._state_of_it() == "ok", "the thermometer to be back")

    def _state_of_it(self) -> str:
        return str(self.state()["devices"]["thermometer"]["state"])

    def taps(self, path: str, body: dict[str, object]) -> int:
        """Do what a guard's tap does; return the status."""
        return httpx.post(f"{self.url}/api/v1/{path}", json=body, timeout=60).status_code

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of the journal's events of this type."""
        return [e["data"] for e in self.events() if e["type"] == f"gate.{kind}.v1"]

    def registers(self, passage_id: str) -> int:
        return self.taps(f"passages/{passage_id}/registration", {"phone": "13812345678"})

    def decisions(self) -> list[str]:
        return [str(one["decision"]) for one in self.told("passage.decided")]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with Door(tmp_path) as one:
        yield one


def waits(door: Door, phase: str) -> str:
    """Wait until somebody is in this phase; return the passage."""
    found: list[str] = []

    def seen() -> bool:
        state = door.state()
        places = [state["passage"], *state.get("desk", ())]
        found[:] = [one["passage_id"] for one in places if one and one["phase"] == phase]
        return bool(found)

    wait_until(seen, f"somebody in {phase}")
    return found[0]


def held(door: Door) -> dict[str, Any]:
    wait_until(lambda: door.state()["holds"], "a hold")
    return dict(door.state()["holds"][0])


@pytest.mark.parametrize("first", ["face", "card"])
def test_a_fever_that_shows_late_is_held(door: Door, first: str) -> None:
    if first == "card":
        door.lays(1)
    door.shows(BRIM, 0.8)
    door.shows(FEVER, 2.0)
    if first == "face":
        door.lays(1)

    assert held(door)["reason"] == "elevated"
    assert "admit" not in door.decisions()


def test_a_fever_that_shows_while_the_phone_is_typed_is_held(door: Door) -> None:
    door.lays(1)
    door.shows(NORMAL, 0.2)
    passage_id = waits(door, "registering")
    door.shows(FEVER, 3.0)

    assert held(door)["passage_id"] == passage_id


def test_whoever_comes_while_somebody_registers_is_seen(door: Door) -> None:
    door.lays(1)
    door.shows(NORMAL, 0.2)
    waiting = waits(door, "registering")
    door.shows(NOBODY, GONE_S)
    for _ in range(3):
        door.shows(NORMAL, 0.2)
        door.shows(NOBODY, GONE_S)
    door.shows(FEVER, 2.6)
    door.lays(2)

    assert held(door)["passage_id"] != waiting
    assert door.registers(waiting) == 200
    assert len(door.told("passage.left") + door.told("passage.decided")) >= 5
    admitted = [one for one in door.told("passage.decided") if one["decision"] == "admit"]
    assert [one["passage_id"] for one in admitted] == [waiting]


def test_a_healthy_person_who_was_flagged_goes_in_after_one_contact_reading(door: Door) -> None:
    door.lays(1)
    door.shows(FLAG, 0.2)
    hold = held(door)
    reading = {"contact_centi_c": 3660, "by": "guard-1"}
    assert door.taps(f"passages/{hold['passage_id']}/hand", reading) in (200, 204)
    assert door.registers(waits(door, "registering")) == 200
    door.shows(FLAG, 1.0)
    door.shows(NOBODY, SAME_CARD_S + 1)  # sooner, it may have been handed back
    door.lays(1)
    door.shows(FLAG, 0.2)
    assert door.registers(waits(door, "registering")) == 200

    admitted = [one for one in door.told("passage.decided") if one["decision"] == "admit"]
    assert [one["temperature"]["contact_centi_c"] for one in admitted] == [3660, 3660]
    assert "cleared_by_contact" in admitted[1]["reasons"]
    assert len(door.told("hold.opened")) == 1


def test_who_stands_there_while_the_thermometer_is_lost_and_back_is_held_once(door: Door) -> None:
    door.shows(FEVER, 1.0)
    held(door)
    door.unplugs()
    door.shows(FEVER, 2.0)

    assert len(door.told("hold.opened")) == 1


def test_who_is_held_before_the_card_gets_a_name_a_phone_and_companions(door: Door) -> None:
    door.shows(FEVER, 1.0)
    hold = held(door)
    assert hold["person"] is None
    door.lays(1)
    door.shows(FEVER, 0.2)
    companion: dict[str, object] = {"phone": "13812345678", "companions": [{"name": "小明"}]}
    assert door.taps(f"passages/{hold['passage_id']}/registration", companion) == 200

    card, typed = door.told("hold.identified")
    decided = door.told("passage.decided")[-1]
    assert card["person_ref"] == typed["person_ref"] == decided["person_ref"] is not None
    assert (typed["phone"], typed["companions"]) == (True, 1)
    assert [one["companions"] for one in door.told("person.registered")] == [0, 1]
    assert held(door)["person"] is not None


def test_a_child_is_measured_held_and_counted_like_anyone(door: Door) -> None:
    door.lays(1)
    door.shows(NORMAL, 0.2)
    adult = waits(door, "registering")
    assert door.taps(f"passages/{adult}/group", {"companions": 1, "by": "guard-1"}) == 200
    door.shows(NOBODY, GONE_S)
    door.shows(FEVER, 2.0)
    hold = held(door)
    child = hold["passage_id"]
    (opened,) = door.told("hold.opened")
    assert opened["with_passage"] == adult
    assert door.registers(adult) == 200
    assert "admit" not in door.decisions()
    reading = {"contact_centi_c": 3660, "by": "guard-1"}
    assert door.taps(f"passages/{child}/hand", reading) in (200, 204)

    admitted = [one for one in door.told("passage.decided") if one["decision"] == "admit"]
    assert [one["passage_id"] for one in admitted] == [adult, child]
    assert [one["with_passage"] for one in admitted] == [None, adult]
    assert admitted[1]["person_ref"] == opened["person_ref"] is not None
    assert {one["with_passage"] for one in door.told("person.registered")} == {None, adult}
    counted = [(one["decision"], one["count"]) for one in door.state()["today"]["passages"]]
    assert ("admit", 2) in counted


def test_who_falls_ill_inside_is_held_and_who_leaves_is_counted(door: Door) -> None:
    door.lays(1)
    door.shows(NORMAL, 0.2)
    entry = waits(door, "registering")
    assert door.registers(entry) == 200
    inside = httpx.get(f"{door.url}/api/v1/inside", timeout=60).json()
    assert [one["passage_id"] for one in inside["people"]] == [entry]
    ill: dict[str, object] = {"passage_id": entry, "place": "等候区", "by": "guard-1"}
    assert door.taps("found", ill) == 200
    assert door.taps("departures", {"count": 1, "by": "guard-1"}) == 200

    hold = held(door)
    assert (hold["reason"], hold["person"] is not None) == ("found_inside", True)
    (opened,) = door.told("hold.opened")
    (decided,) = door.told("passage.decided")
    assert (opened["place"], opened["person_ref"]) == ("等候区", decided["person_ref"])
    (left,) = door.told("person.left")
    assert (left["means"], left["count"], left["person_ref"]) == ("guard", 1, None)
    assert door.state()["inside"] == 0


def test_what_no_instrument_and_no_card_can_mean_lets_nobody_in(door: Door) -> None:
    door.shows(3790, 1.5, ambient_centi_c=6000)  # an ambient in which no instrument works
    door.lays(1)
    door.shows(NOBODY, GONE_S)
    assert door.told("passage.decided")[-1]["temperature"]["outcome"] == "unusable"

    for _ in range(2):
        door.shows(NORMAL, 0.6)
        door.lays(2, fault="not_read")
        door.shows(NOBODY, GONE_S)
    assert ["card_not_read"] in [one["reasons"] for one in door.told("passage.decided")]

    number = synthetic_card(3).number
    for name in ("   ", "\uffff\uffff", "\ufffd\ufffd", "\u202e\u202d"):
        door.shows(NORMAL, 0.6)
        door.lays(Card(card_type=CardType.RESIDENT, name=name, number=number))
        door.shows(NOBODY, GONE_S)
    assert set(door.decisions()) <= {"recheck", "ambiguous"}
    assert door.told("person.registered") == []
    assert door.state()["holds"] == []


def test_a_number_names_one_person_of_one_country_and_stays_sealed(door: Door) -> None:
    def typed(country: str, name: str) -> str:
        door.shows(NORMAL, 0.6)
        person: dict[str, object] = {
            "document": "passport", "country": country, "name": name, "number": "123456789",
            "reason": "other_document", "by": "guard-1",
        }  # fmt: skip
        assert door.taps("persons", person) == 200
        return waits(door, "registering")

    def registers(passage_id: str, phone: str) -> int:
        return door.taps(f"passages/{passage_id}/registration", {"phone": phone})

    first = typed("USA", "MARY SMITH")
    assert registers(first, "138OO138OOO") == 422
    assert registers(first, "+85251234567") == 200
    door.shows(NOBODY, GONE_S)
    second = typed("FRA", "JEANNE MARTIN")
    place = next(p for p in (door.state()["passage"], *door.state()["desk"]) if p)
    assert place["known_phone"] is None
    assert registers(second, "14912345678") == 200
    door.shows(NOBODY, GONE_S)

    refs = [one["person_ref"] for one in door.told("passage.decided")]
    assert len(refs) == len(set(refs)) == 2
    door.shows(NORMAL, 0.6)
    door.lays(5)
    third = waits(door, "registering")
    why: dict[str, object] = {
        "decision": "recheck",
        "by": "guard-1",
        "reason": "她说电话是13912345678",
    }
    assert door.taps(f"passages/{third}/override", why) == 200
    assert "13912345678" not in str(door.events())
