"""`gate-agent people`: one person or everybody forgotten, with a daemon and without one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.commands import Said, command
from doorfiles import write_door
from gate_agent.contract.identity import person_ref
from gate_agent.contract.records import PurgeCause
from gate_agent.host.spool import Spool
from gate_agent.store.verify import verify
from gate_agent.vision.pictures import Pictures
from security.registered import KEYS, NUMBER, Gate, gate, number
from security.test_retention import purged


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A door whose journal and keys are those of `security.registered`."""
    for name, key in (("site.key", KEYS.site), ("store.key", KEYS.store)):
        (tmp_path / name).write_text(key.hex(), encoding="ascii")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "collector.pub").write_text(KEYS.collector_public.hex(), encoding="ascii")
    return write_door(tmp_path, {"journal": {"path": "west-1f.sqlite"}})


def people(what: str, config: Path, typed: str) -> Said:
    return command("gate-agent", "people", what, "--config", config, typed=typed)


def beside_a_daemon(found: Gate, act: Callable[[], Said]) -> str:
    """Run a command while the retention looks each moment, as a running daemon's does."""

    async def both() -> Said:
        running = asyncio.get_running_loop().run_in_executor(None, act)
        while not running.done():
            await found.retention.look()
            await asyncio.sleep(0.02)
        return await running

    done = asyncio.run(both())
    assert done.code == 0, done.err
    return done.out


def test_one_person_is_forgotten_and_the_others_stay(tmp_path: Path, config: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0, 1, 0)
        found.receipt()

        said = beside_a_daemon(found, lambda: people("erase", config, f"{NUMBER.lower()}\n"))

        assert "people 1, registrations 2" in said
        assert found.bodies() == [2]
        assert found.reader.person(person_ref(NUMBER, KEYS.site)) is None
        assert found.reader.person(person_ref(number(1), KEYS.site)) is not None
        (record,) = purged(found)
        assert (record.cause, record.people, record.redacted) == (PurgeCause.REQUEST, 1, 2)
        verify(found.journal.path, lambda _done, _all: None)


def test_the_same_without_a_daemon(tmp_path: Path, config: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0, 1)
        found.receipt()

    done = people("erase", config, f"{NUMBER}\n")

    assert done.code == 0, done.err
    assert "people 1, registrations 1" in done.out
    with gate(tmp_path) as found:
        assert found.bodies() == [2]
        assert Spool(found.journal.path).waiting() == []


def test_what_waits_for_a_receipt_goes_when_it_came_also_after_a_restart(
    tmp_path: Path, config: Path
) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        said = beside_a_daemon(found, lambda: people("erase", config, f"{NUMBER}\n"))
        assert "waiting 等待回执: 1 registrations" in said
        assert (found.bodies(), found.people()) == ([1], 0)

    with gate(tmp_path) as found:
        found.look()
        assert found.bodies() == [1]
        found.receipt()
        found.look()

        assert found.bodies() == []
        assert Spool(found.journal.path).waiting() == []
        assert [record.waiting for record in purged(found)] == [1, 1, 0]


def test_everybody_is_forgotten_once_the_doors_id_is_typed(tmp_path: Path, config: Path) -> None:
    with gate(tmp_path) as found:
        found.register(*range(300))
        found.receipt()

        said = beside_a_daemon(found, lambda: people("wipe", config, "west-1f\n"))

        assert "people 300, registrations 300" in said
        assert (found.bodies(), found.people()) == ([], 0)
        assert {record.cause for record in purged(found)} == {PurgeCause.WIPE}
        verify(found.journal.path, lambda _done, _all: None)


@pytest.mark.parametrize("typed", ["", "yes\n", "central-2f\n"])
def test_a_wipe_that_is_not_confirmed_removes_nothing(
    tmp_path: Path, config: Path, typed: str
) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        found.receipt()

    done = people("wipe", config, typed)

    assert done.code == 2
    assert "nothing was removed" in done.err
    with gate(tmp_path) as found:
        assert found.people() == 1


def test_a_number_is_never_an_argument_and_never_said_again(tmp_path: Path, config: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)

    refused = command("gate-agent", "people", "erase", "--config", config, "123")
    done = people("erase", config, f"{NUMBER}\n")

    assert refused.code == 2
    assert NUMBER not in done.out + done.err
    assert all(NUMBER not in path.read_text() for path in tmp_path.rglob("*.requests/*"))


def test_an_empty_number_is_refused(config: Path) -> None:
    done = people("erase", config, "\n")

    assert done.code == 2
    assert "expected a card number on standard input" in done.err


def test_a_stranger_is_recorded_as_nobody_removed(tmp_path: Path, config: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        found.receipt()

    done = people("erase", config, f"{number(7)}\n")

    assert "people 0, registrations 0" in done.out
    with gate(tmp_path) as found:
        assert found.people() == 1


def test_a_request_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
        folder = found.journal.path.with_name("west-1f.sqlite.requests")
        folder.mkdir()
        (folder / ".erase-half").write_text("ab", encoding="ascii")
        (folder / "notes").write_text("ab", encoding="ascii")

        found.look()

        assert found.people() == 1
        assert purged(found) == []
        assert Spool(found.journal.path).waiting() == []


def test_the_pictures_of_holds_go_with_everybody(tmp_path: Path, config: Path) -> None:
    with gate(tmp_path) as found:
        found.register(0)
    pictures = Pictures(tmp_path / "pictures", KEYS.store)
    pictures.keep("h-1", b"jpeg", datetime(2026, 11, 24, tzinfo=UTC))

    assert people("erase", config, NUMBER).code == 0
    assert pictures.of("h-1") == b"jpeg"  # of somebody else
    assert people("wipe", config, "west-1f").code == 0

    assert pictures.of("h-1") is None
