"""What a screen may know: everything of the door, and nobody's name or number."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.at_work import FEVER, NORMAL, AtWork, in_loop
from gate_agent.contract.records import Decision
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.errors import Invalid, NotFound, OutOfTurn
from gate_agent.gate.screen_state import Phase

CARD = synthetic_card(7)
PHONE = "13800138000"
ASKS_PHONE = {"version": 1, "purposes": ["社保", "税务"]}


@in_loop
async def test_nobodys_name_number_or_phone_is_in_a_snapshot_or_an_event(tmp_path: Path) -> None:
    door = AtWork(tmp_path, policy=ASKS_PHONE)
    shown = []

    def look() -> None:
        shown.append(door.seen.model_dump_json())

    door.lay(CARD)
    look()
    door.measure(NORMAL)
    assert door.passage.phase is Phase.REGISTERING
    look()
    await door.register(door.passage.passage_id, phone=PHONE, purpose="社保")
    look()
    door.clear()
    door.lay(CARD)
    door.measure(FEVER)
    await door.durable()
    look()
    bodies = [event.body for event in door.reader.after(0, 1000)]

    for secret in (CARD.name, CARD.number, PHONE):
        assert all(secret not in text for text in shown)
        assert all(secret.encode() not in body for body in bodies if body)
    person = door.passage.person
    assert person
    assert person.name == CARD.name[0] + "*" * (len(CARD.name) - 1)
    assert person.number == f"{CARD.number[:3]}***********{CARD.number[-4:]}"
    await door.end()
    everything = b"".join(path.read_bytes() for path in door.path.parent.iterdir())
    for secret in (CARD.name, CARD.number, PHONE):
        assert secret.encode() not in everything, "not on the disk of a stolen board either"


@in_loop
async def test_a_phone_that_was_given_is_known_at_the_next_visit(tmp_path: Path) -> None:
    door = AtWork(tmp_path, policy=ASKS_PHONE)
    door.lay(CARD)
    door.measure(NORMAL)
    await door.register(door.passage.passage_id, phone="138 0013 8000", purpose=None)
    door.clear()

    door.lay(CARD)
    door.measure(NORMAL)

    assert door.passage.known_phone == "138****8000"
    await door.register(door.passage.passage_id, phone=None, purpose=None)
    assert door.passage.decision is Decision.ADMIT
    await door.end()


@in_loop
async def test_the_day_the_devices_and_the_last_passages_are_shown(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    for card in range(10):
        door.lay(card)
        door.measure(NORMAL)
        door.clear()
    await door.durable()

    seen = door.seen

    assert len(seen.recent) == 8
    assert [line.count for line in seen.today.passages] == [10]
    assert seen.today.day == "2026-11-24"
    assert seen.devices["thermometer"].counters == {"checksum": 2}
    assert all(line.person and "*" in line.person.name for line in seen.recent)
    await door.end()


@in_loop
async def test_skin_is_shown_only_while_somebody_stands_there(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    assert door.seen.live_centi_c is None

    door.look(NORMAL)
    assert door.seen.live_centi_c == NORMAL
    door.wait(2)

    assert door.seen.live_centi_c is None
    await door.end()


@pytest.mark.parametrize("phone", ["12345", "+1 212 55 0100", "110105194912310020"])
@in_loop
async def test_what_is_no_mobile_number_is_refused_without_being_repeated(
    phone: str, tmp_path: Path
) -> None:
    door = AtWork(tmp_path, policy=ASKS_PHONE)
    door.lay(CARD)
    door.measure(NORMAL)

    with pytest.raises(Invalid) as refused:
        await door.register(door.passage.passage_id, phone=phone, purpose=None)

    assert phone not in str(refused.value)
    assert door.passage.phase is Phase.REGISTERING
    await door.end()


@in_loop
async def test_requests_at_the_wrong_door_time_or_with_a_wrong_value_are_told_apart(
    tmp_path: Path,
) -> None:
    door = AtWork(tmp_path, policy=ASKS_PHONE)
    door.lay(CARD)
    passage = door.passage.passage_id

    with pytest.raises(NotFound):
        await door.register("elsewhere-1", phone=PHONE, purpose=None)
    with pytest.raises(OutOfTurn):
        await door.register(passage, phone=PHONE, purpose=None)
    with pytest.raises(NotFound):
        await door.acknowledge("none")
    door.measure(NORMAL)
    with pytest.raises(Invalid, match="one of 社保, 税务"):
        await door.register(passage, phone=PHONE, purpose="公安")
    with pytest.raises(Invalid):
        await door.register(passage, phone=None, purpose=None)

    await door.durable()
    assert door.told("passage.decided") == []
    await door.end()


@in_loop
async def test_a_disk_that_cannot_be_read_shows_the_last_known_day(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    door.lay(1)
    door.measure(NORMAL)
    await door.durable()
    before = door.seen.recent
    door.clear()
    door.lay(2)
    door.measure(NORMAL)
    await door.durable()

    door.reader.close()

    assert door.seen.recent == before
    assert door.passage.decision is Decision.ADMIT
    assert await door.desk.events_after(0, 10) == ()
    await door.gate.stop("test")
    door.journal.close()
