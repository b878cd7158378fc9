"""`gate-collector verify` and `export` as processes: what they prove, and what they find."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update

from cli.commands import command
from collector.recorded_gates import GATE, Gate, passage
from collector.running_centre import Centre, bodies
from doorfiles import write_collector
from gate_agent.contract.records import PersonRegistered
from gate_agent.host.spool import SpoolRequest
from gate_collector.ledger.verify import BrokenStream, verify
from gate_collector.retention.retention import purge_asked
from gate_collector.store.schema import EVENT, PASSAGE
from project.record_samples import SAMPLES


@pytest.fixture
def config(store: str, tmp_path: Path) -> Path:
    return write_collector(tmp_path, {"store": {"url": store}})


def _run(config: Path, *arguments: str) -> tuple[int, bytes, str]:
    said = command("gate-collector", arguments[0], "--config", config, *arguments[1:])
    return said.code, said.out.encode(), said.err


def _change(engine: Engine, number: int, **values: object) -> None:
    with engine.begin() as connection:
        of = EVENT.c.sequence == number
        changed = connection.execute(update(EVENT).where(of).values(**values))
        assert changed.rowcount == 1


def test_verify_and_export_give_back_what_came(config: Path, centre: Centre) -> None:
    old, new, other = Gate(), Gate(epoch="c" * 32), Gate("central-2f")
    centre.take(*old.passages(3), *other.passages(2))
    centre.clock.advance(1)
    centre.take(*new.passages(4))

    code, said, _ = _run(config, "verify")
    assert code == 0
    assert said.decode().splitlines() == [
        f"central-2f epoch {other.epoch} events 2 last 2 link {other.link.hex()}",
        f"{GATE} epoch {old.epoch} events 3 last 3 link {old.link.hex()}",
        f"{GATE} epoch {new.epoch} events 4 last 4 link {new.link.hex()}",
    ]
    code, said, _ = _run(config, "verify", "--gate", "central-2f")
    assert said.decode().startswith("central-2f epoch ")
    assert said.decode().count("\n") == 1

    code, exported, _ = _run(config, "export", "--gate", GATE)
    assert code == 0
    assert exported == b"\n".join(bodies([*old.events, *new.events])) + b"\n"


def test_a_redacted_event_keeps_its_place_and_the_chain_still_verifies(
    config: Path, centre: Centre, engine: Engine
) -> None:
    gate = Gate()
    registered = next(one for one in SAMPLES if isinstance(one, PersonRegistered))
    events = [*gate.passages(1), gate.append(registered), gate.append(passage(3))]
    centre.take(*events)
    digest = bytes(centre.rows()[1].bodysha256).hex()

    with engine.begin() as connection:
        request = SpoolRequest(id="1", person_ref=registered.person_ref)
        assert purge_asked(connection, centre.clock.now().utc, request) == 1

    assert _run(config, "verify")[0] == 0
    code, exported, _ = _run(config, "export", "--gate", GATE)
    lines = exported.splitlines()
    assert code == 0
    assert [lines[0], lines[2]] == [events[0].body, events[2].body]
    assert json.loads(lines[1]) == {"redacted": True, "sequence": 2, "bodysha256": digest}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"body": b"{}"}, "its body is not the one that was received"),
        ({"bodysha256": bytes(32)}, "its body is not the one that was received"),
        ({"bodysha256": bytes(32), "body": None}, "its link does not follow from its body"),
        ({"link": bytes(32)}, "its link does not follow from its body"),
        ({"prevlink": bytes(32)}, "it does not follow the event before it"),
        ({"sequence": 40}, "it is missing, the next is 4"),
    ],
)
def test_the_first_bad_event_is_named(
    centre: Centre, engine: Engine, change: dict[str, object], why: str
) -> None:
    gate = Gate()
    centre.take(*gate.passages(5))

    _change(engine, 3, **change)

    with pytest.raises(BrokenStream) as found:
        list(verify(engine, GATE))
    assert found.value.faults[0] == f"{GATE} epoch {gate.epoch} event 3: {why}"
    if "sequence" not in change:  # what follows it is as it was
        assert len(found.value.faults) == 1


def test_no_bad_event_hides_another_of_its_epoch_or_of_the_next(
    centre: Centre, engine: Engine
) -> None:
    old, new = Gate(), Gate(epoch="c" * 32)
    centre.take(*old.passages(60))
    centre.clock.advance(1)
    centre.take(*new.passages(50))
    _change(engine, 55, prevlink=bytes(32))
    of_old, of_new = (EVENT.c.epoch == one.epoch for one in (old, new))
    with engine.begin() as connection:
        for where, values in (
            ((of_old, EVENT.c.sequence == 3), {"link": bytes(32)}),
            ((of_old, EVENT.c.sequence == 9), {"severity": "urgent"}),
            ((of_new, EVENT.c.sequence == 2), {"severity": "urgent"}),
            ((of_new, EVENT.c.sequence > 20), {"body": b"{}"}),
        ):
            connection.execute(update(EVENT).where(*where).values(**values))

    with pytest.raises(BrokenStream) as found:
        list(verify(engine, GATE))

    severity = "its column severity says other than its body"
    is_other = "its body is not the one that was received"
    assert list(found.value.faults) == [
        f"{GATE} epoch {old.epoch} event 3: its link does not follow from its body",
        f"{GATE} epoch {old.epoch} event 9: {severity}",
        f"{GATE} epoch {old.epoch} event 55: it does not follow the event before it",
        f"{GATE} epoch {new.epoch} event 2: {severity}",
        *(f"{GATE} epoch {new.epoch} event {number}: {is_other}" for number in range(21, 40)),
        f"{GATE} epoch {new.epoch}: expected no bad event, got 11 more",
    ]


def test_an_epoch_that_is_whole_is_told_beside_one_that_is_not(
    centre: Centre, engine: Engine
) -> None:
    old, new = Gate(), Gate(epoch="c" * 32)
    centre.take(*old.passages(3))
    centre.clock.advance(1)
    centre.take(*new.passages(2))
    _change(engine, 3, link=bytes(32))

    lines = verify(engine, GATE)

    assert next(lines) == f"epoch {new.epoch} events 2 last 2 link {new.link.hex()}"
    with pytest.raises(BrokenStream):
        next(lines)


def test_a_broken_chain_ends_with_1_and_every_fault_of_every_door(
    config: Path, centre: Centre, engine: Engine
) -> None:
    gate, other = Gate("central-2f"), Gate()
    centre.take(*gate.passages(3), *other.passages(2))
    _change(engine, 3, body=b"{}")
    with engine.begin() as connection:
        connection.execute(delete(PASSAGE).where(PASSAGE.c.gate == GATE))

    code, said, error = _run(config, "verify")

    assert code == 1
    assert said.decode().startswith(f"{GATE} epoch {other.epoch} events 2 last 2 link ")
    told = error.splitlines()
    assert re.fullmatch(r"gate-collector: expected a sound store, got \d+ faults:", told[0])
    assert f"  central-2f epoch {gate.epoch} event 3: its body is not the one" in error
    assert f"  {GATE} view passage: expected ('{GATE}', 'p1'), got none" in told


def test_a_doors_export_is_held_against_the_centre(
    config: Path, centre: Centre, tmp_path: Path
) -> None:
    gate = Gate()
    centre.take(*gate.passages(2))
    export = tmp_path / "west.ndjson"
    export.write_bytes(b"".join(body + b"\n" for body in bodies(gate.events)))
    assert _run(config, "verify", "--against", str(export))[0] == 0

    gate.passages(1)
    export.write_bytes(b"".join(body + b"\n" for body in bodies(gate.events)))
    code, _, error = _run(config, "verify", "--against", str(export))

    assert code == 1
    assert f"{GATE} epoch {gate.epoch} event 3: the door has it, and it is not here" in error
