"""Registrations go from the centre when their time has come, or when asked; the chain holds."""

from __future__ import annotations

import os
import socket
import stat
from io import BytesIO
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from sqlalchemy import Engine

from children import Child, free_port, listens, program, wait_until
from cli.commands import Said, command
from collector.recorded_gates import GATE, Event, Gate, hold, passage
from collector.running_centre import Centre
from doorfiles import write_collector
from gate_agent.config.keyfile import make_key
from gate_agent.contract.identity import person_ref
from gate_agent.contract.records import PersonRegistered
from gate_agent.host.spool import SpoolRequest
from gate_agent.store.seal import seal_registration
from gate_collector.ledger.verify import export, verify
from gate_collector.retention.retention import Retention
from gate_collector.store.opening import open_store
from gate_collector.store.place import sole_writer
from gate_collector.store.schema import PURGED

DAY_S = 24 * 3600.0
SITE_KEY = b"s" * 32
PUBLIC = bytes(PrivateKey(bytes(range(32))).public_key)


def card(person: int) -> str:
    return f"1101011990030{person:05d}"


def registered(person: int) -> PersonRegistered:
    sealed, identity = seal_registration({"number": card(person)}, PUBLIC)
    return PersonRegistered(
        passage_id=f"p-{person}",
        person_ref=person_ref(card(person), SITE_KEY),
        sealed=sealed,
        key_id=identity,
    )


def retention(centre: Centre, days: int = 30) -> Retention:
    return Retention(write=centre.ingest.write, clock=centre.clock, days=days, spool=None)


def fresh(centre: Centre, gate: Gate) -> Event:
    """Return an event that the gate records now: its clock agrees with ours."""
    return gate.append(passage(len(gate.events) + 1), centre.clock.utc)


def with_bodies(centre: Centre) -> list[int]:
    rows = centre.rows(type=PersonRegistered.TYPE)
    return [row.sequence for row in rows if row.body is not None]


def test_registrations_go_after_thirty_days_and_nothing_else_does(centre: Centre) -> None:
    gate = Gate()
    gate.append(passage(1))
    for person in range(3):
        gate.append(registered(person))
    gate.append(hold(1))
    centre.take(*gate.events)

    centre.clock.advance(29.9 * DAY_S)
    centre.take(fresh(centre, gate))
    assert retention(centre).retain() == 0

    centre.clock.advance(0.2 * DAY_S)
    centre.take(fresh(centre, gate))
    assert retention(centre).retain() == 3

    assert with_bodies(centre) == []
    assert [row.sequence for row in centre.rows() if row.body is None] == [2, 3, 4]
    (proof,) = centre.rows(PURGED)
    assert (proof.cause, proof.redacted, proof.gate) == ("retention", 3, GATE)
    assert (proof.first_sequence, proof.last_sequence) == (2, 4)
    assert bytes(proof.link_before) == gate.events[0].link
    assert bytes(proof.link_after) == gate.events[3].link


def test_the_chain_verifies_and_the_export_says_what_was_redacted(centre: Centre) -> None:
    gate = Gate()
    for person in range(2):
        gate.append(registered(person))
    centre.take(*gate.events)
    centre.clock.advance(31 * DAY_S)
    centre.take(fresh(centre, gate))
    retention(centre).retain()

    (line,) = verify(centre.engine, GATE)
    assert line.endswith(f"last 3 link {gate.link.hex()}")
    out = BytesIO()
    export(centre.engine, GATE, out)
    assert [b"redacted" in line for line in out.getvalue().splitlines()] == [True, True, False]


@pytest.mark.parametrize("days", [31, 400])
def test_a_collector_whose_clock_jumps_removes_nothing(centre: Centre, days: int) -> None:
    gate = Gate()
    gate.append(registered(0))
    centre.take(*gate.events)
    centre.clock.step(days * DAY_S)
    assert retention(centre).retain() == 0

    centre.take(gate.append(passage(2)))  # its gate's clock did not jump
    assert retention(centre).retain() == 0
    assert with_bodies(centre) == [1]


def test_what_a_gate_recorded_with_a_wrong_clock_is_not_old(centre: Centre) -> None:
    gate = Gate()
    centre.clock.step(400 * DAY_S)
    gate.append(registered(0))  # as if 400 days ago
    centre.take(*gate.events, fresh(centre, gate))

    assert retention(centre).retain() == 0
    assert with_bodies(centre) == [1]


def test_one_person_is_forgotten_at_both_doors_and_the_others_stay(centre: Centre) -> None:
    west, central = Gate(), Gate("central-2f", "c" * 32)
    for gate in (west, central):
        for person in (1, 2, 1):
            gate.append(registered(person))
        centre.take(*gate.events)

    request = SpoolRequest(id="r1", person_ref=person_ref(card(1), SITE_KEY))
    assert retention(centre).carry_out(request) == 4

    assert with_bodies(centre) == [2, 2]
    assert {(row.gate, row.redacted, row.request) for row in centre.rows(PURGED)} == {
        ("west-1f", 2, "r1"),
        ("central-2f", 2, "r1"),
    }


def test_everybody_is_forgotten_in_parts(centre: Centre) -> None:
    gate = Gate()
    for person in range(1100):
        gate.append(registered(person % 7))
    centre.take(*gate.events)

    assert retention(centre).carry_out(SpoolRequest(id="w", person_ref=None)) == 1100

    assert with_bodies(centre) == []
    assert [row.redacted for row in centre.rows(PURGED)] == [500, 500, 100]
    assert list(verify(centre.engine, GATE))


def test_an_event_that_comes_again_does_not_bring_its_body_back(centre: Centre) -> None:
    gate = Gate()
    gate.append(registered(1))
    centre.take(*gate.events)
    retention(centre).carry_out(SpoolRequest(id="w", person_ref=None))

    centre.take(*gate.events)

    assert with_bodies(centre) == []
    assert centre.receipt.upto == 1


def _config(folder: Path, engine: Engine) -> Path:
    key = folder / "site.key"
    if not key.exists():
        make_key(key)
        key.write_text(SITE_KEY.hex(), encoding="ascii")
    url = engine.url.render_as_string(hide_password=False)
    return write_collector(folder, {"store": {"url": url}, "keys": {"site_key_file": key}})


def _people(what: str, config: Path, typed: str) -> Said:
    return command("gate-collector", "people", what, "--config", config, typed=typed)


def test_the_command_forgets_one_person_without_a_collector(engine: Engine, tmp_path: Path) -> None:
    gate = Gate()
    for person in (1, 2):
        gate.append(registered(person))
    with Centre(engine) as centre:
        centre.take(*gate.events)

    done = _people("erase", _config(tmp_path, engine), f"{card(1)}\n")

    assert done.code == 0, done.err
    assert "registrations 1" in done.out
    assert card(1) not in done.out + done.err
    with Centre(engine) as centre:
        assert with_bodies(centre) == [2]


def test_a_wipe_wants_the_sites_name(engine: Engine, tmp_path: Path) -> None:
    gate = Gate()
    gate.append(registered(1))
    with Centre(engine) as centre:
        centre.take(*gate.events)
    config = _config(tmp_path, engine)

    refused, done = _people("wipe", config, "yes\n"), _people("wipe", config, "hall-01\n")

    assert refused.code == 2
    assert "nothing was removed" in refused.err
    assert "registrations 1" in done.out


def test_a_sqlite_store_is_its_owners_alone_and_has_one_collector(tmp_path: Path) -> None:
    path = tmp_path / "collector.sqlite"
    url = f"sqlite:///{path}"
    open_store(url).dispose()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with sole_writer(url) as first, sole_writer(url) as second:
        assert first == ""
        assert f"process {os.getpid()} on {socket.gethostname()}, since 20" in second


def test_the_command_hands_the_request_to_a_running_collector(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'collector.sqlite'}"
    engine = open_store(url)
    gate = Gate()
    for person in (1, 2):
        gate.append(registered(person))
    with Centre(engine) as centre:
        centre.take(*gate.events)
    port = free_port()
    config = _config(tmp_path, engine)
    config.write_text(config.read_text(encoding="utf-8").replace("port = 1", f"port = {port}"))

    with Child(tmp_path / "log", program("gate-collector"), "run", "--config", config) as running:
        running.start()
        wait_until(lambda: listens(port) or not running.runs, "a collector that listens")
        done = _people("erase", config, f"{card(1)}\n")
        assert running.stop() == 0, running.said

    assert done.code == 0, done.err
    assert "registrations 1" in done.out
    assert "on request: 1 registrations" in running.said
    with Centre(engine) as centre:
        assert with_bodies(centre) == [2]
    engine.dispose()
