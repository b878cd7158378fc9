"""Whom the other door admitted just now stands beside the person here."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gate.at_work import at_work
from gate_agent.config.model import KeysSection
from gate_agent.contract.identity import person_ref
from gate_agent.contract.messages import PersonSeen
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.other_doors import OtherDoors
from gate_agent.store.keys import resolve_keys
from gate_agent.testing import FakeClock

CARD = synthetic_card(1)
TIME = "2026-11-24T02:00:00.000Z"


def seen(ref: str, gate: str = "central-2f") -> bytes:
    return PersonSeen(person_ref=ref, gate=gate, time=TIME).encode()


def test_who_was_at_the_other_door_is_shown_as_such(tmp_path: Path) -> None:
    async def go() -> None:
        clock = FakeClock()
        ref = person_ref(CARD.number, resolve_keys(KeysSection(), tmp_path / "journal").site)
        elsewhere = OtherDoors("west-1f", clock)
        with at_work(tmp_path, clock, elsewhere=elsewhere) as door:
            elsewhere.hear(seen(ref))
            door.gate.on_report(CARD)

            shown = door.gate.snapshot().passage

            assert shown is not None
            assert shown.flags == ("other_door",)

    asyncio.run(go())


def test_only_what_another_door_saw_of_late_counts() -> None:
    clock = FakeClock()
    elsewhere = OtherDoors("west-1f", clock)
    elsewhere.hear(seen("a" * 64))
    elsewhere.hear(seen("b" * 64, gate="west-1f"))
    elsewhere.hear(b"no json")

    clock.advance(600)
    assert elsewhere.was_seen("a" * 64, within_s=600)
    assert not elsewhere.was_seen("b" * 64, within_s=600)
    assert not elsewhere.was_seen("c" * 64, within_s=600)
    clock.step(-86_400)
    clock.advance(1)
    assert not elsewhere.was_seen("a" * 64, within_s=600)
