"""A door keeps the centre's anchors in its journal: each once, over a restart, none to come."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.at_work import AtWork, in_loop
from gate_agent.contract.anchor import AnchorKept, ChainEnd
from gate_agent.gate.anchors import AnchorKeeper
from gate_agent.store.errors import BrokenChain
from gate_agent.store.verify import verify
from store.shelf import GATE, SITE, ZONE, open_journal, write

TODAY = "2026-11-24"


def told(day: str, made: str = "") -> bytes:
    end = {"gate": "central-2f", "epoch": "a" * 32, "sequence": 7, "link": "ab" * 32}
    made = made or f"{day}T10:15:00.000Z"
    return json.dumps({"day": day, "made": made, "ends": [end]}).encode()


@in_loop
async def test_each_is_kept_once_also_over_a_restart_and_none_to_come(
    tmp_path: Path,
) -> None:
    door = AtWork(tmp_path)
    today = door.gate.now().utc.astimezone(ZONE).date().isoformat()

    def keeper() -> AnchorKeeper:
        return AnchorKeeper(door.gate, kept=tmp_path / "anchor.json", zone=ZONE)

    first = keeper()
    for payload in (b"half", told("2026-11-01"), told(today), told(today), told("2026-11-02")):
        first.hear(payload)
    first.hear(told("2999-01-01"))
    first.hear(told("2026-11-01", made="2999-01-01T10:15:00.000Z"))
    keeper().hear(told(today))
    keeper().hear(told("2026-11-01", made=f"{today}T10:15:00.001Z"))  # its report was corrected

    await door.durable()
    kept = [event.data for event in door.told("anchor.kept")]
    assert [one["day"] for one in kept] == ["2026-11-01", today, "2026-11-01"]
    assert kept[1]["ends"] == json.loads(told(today))["ends"]
    await door.end()


@pytest.mark.parametrize(("link", "is_sound"), [(None, True), ("ab" * 32, False)])
def test_a_journal_is_held_against_the_anchors_that_are_kept_in_it(
    tmp_path: Path, link: str | None, *, is_sound: bool
) -> None:
    path = tmp_path / "journal.sqlite"
    journal = open_journal(path)
    (first,) = write(journal, AnchorKept(day=TODAY, made=f"{TODAY}T10:00:00.000Z", ends=()))
    end = ChainEnd(
        gate=GATE, epoch=journal.epoch, sequence=first.sequence, link=link or first.link.hex()
    )
    write(journal, AnchorKept(day=TODAY, made=f"{TODAY}T11:00:00.000Z", ends=(end,)))
    journal.close()

    if is_sound:
        assert verify(path, lambda *_: None, whose=(SITE, GATE)).sequence == 2
    else:
        with pytest.raises(BrokenChain, match="it was another when it was told to be durable"):
            verify(path, lambda *_: None)
