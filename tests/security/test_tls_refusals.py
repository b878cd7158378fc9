"""A certificate that does not hold is refused with a clear word, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gate_agent.config.model import MqttSection
from gate_agent.contract.records import AgentStopped
from gate_agent.contract.signed import CENTRE
from gate_agent.host.clock import SystemClock
from gate_agent.store.journal import Draft, Journal
from gate_agent.store.reader import JournalReader
from gate_agent.testing import eventually
from gate_agent.uplink.publisher import Uplink
from gate_collector.ingest.broker import Broker
from gate_collector.ingest.writer import Ingest
from gate_collector.store.opening import open_store
from security.secured_hall import GATES, SITE, Hall, expired, hall, not_yet_valid, provision
from signatures import unsigned

GATE = GATES[0]
ZONE = ZoneInfo("Asia/Shanghai")
CLOCK = SystemClock()
Spoil = Callable[[Hall], MqttSection]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path) as found:
        yield found


@asynccontextmanager
async def gate(folder: Path, section: MqttSection) -> AsyncIterator[tuple[Uplink, Journal]]:
    """A gate's journal with three events in it, and its uplink, running."""
    path = folder / "journal.sqlite"
    with (
        Journal.open(path, site=SITE, gate=GATE, clock=CLOCK, zone=ZONE, key=bytes(32)) as journal,
        JournalReader(path) as reader,
    ):
        uplink = Uplink(
            section=section,
            site=SITE,
            gate=GATE,
            journal=journal,
            reader=reader,
            clock=CLOCK,
            signatures=unsigned(GATE, folder),
            version="0",
            devices=dict,
            on_policy=lambda _: None,
            on_change=lambda: None,
        )
        for reason in "abc":
            journal.append([Draft(record=AgentStopped(reason=reason), at=CLOCK.now())])
        async with asyncio.TaskGroup() as group:
            running = group.create_task(uplink.run())
            yield uplink, journal
            running.cancel()


@asynccontextmanager
async def collector(folder: Path, section: MqttSection) -> AsyncIterator[Broker]:
    engine = open_store(f"sqlite:///{folder}/collector.sqlite")
    broker = Broker(section, site=SITE, clock=CLOCK, signatures=unsigned(CENTRE, folder))
    ingest = Ingest(
        engine,
        site=SITE,
        zone=ZONE,
        clock=CLOCK,
        publish=broker.tell,
        hearing=lambda: broker.hearing,
    )
    ingest.start()
    broker.start(ingest.offer)
    try:
        yield broker
    finally:
        await asyncio.to_thread(broker.close)
        await asyncio.to_thread(ingest.close)
        engine.dispose()


def _expired(hall: Hall) -> MqttSection:
    expired(hall.folder, GATE)
    return hall.section(GATE)


def _future(hall: Hall) -> MqttSection:
    not_yet_valid(hall.folder, GATE)
    return hall.section(GATE)


def _of_another_site(hall: Hall) -> MqttSection:
    other = provision(hall.folder.parent / "other")
    return hall.section(GATE, of=other)


def _without(hall: Hall) -> MqttSection:
    section = hall.section(GATE)
    return section.model_copy(update={"cert_file": None, "key_file": None})


def _open_to_all(hall: Hall) -> MqttSection:
    section = hall.section(GATE)
    assert section.key_file is not None
    section.key_file.chmod(0o644)
    return section


@pytest.mark.parametrize(
    ("spoil", "words", "brokers"),
    [
        (_expired, "cert_file expired on", "certificate verify failed"),
        (_future, "cert_file not valid before", "certificate verify failed"),
        (_of_another_site, "this client's certificate", "certificate verify failed"),
        (_without, "certificate", "peer did not return a certificate"),
        (_open_to_all, "expected mode 0600", ""),
    ],
)
def test_a_refused_gate_says_why_and_delivers_once_it_is_repaired(
    started: Hall, tmp_path: Path, spoil: Spoil, words: str, brokers: str
) -> None:
    good = started.section(GATE)

    async def scenario() -> None:
        async with collector(tmp_path, started.section("collector")):
            async with gate(tmp_path, spoil(started)) as (uplink, journal):
                await eventually(lambda: words in uplink.status.cause)
                await eventually(lambda: journal.head.sequence == 3)
                assert uplink.status.receipted == 0
                assert uplink.status.pending == 3
            if good.key_file is not None:
                good.key_file.chmod(0o600)
            provision(started.folder, renew=True)
            async with gate(tmp_path, good) as (uplink, journal):
                await eventually(lambda: uplink.status.receipted == 6)

    asyncio.run(scenario())
    assert brokers in started.broker.said


def test_a_renewed_certificate_is_shown_at_the_next_try(started: Hall, tmp_path: Path) -> None:
    expired(started.folder, GATE)

    async def scenario() -> None:
        async with (
            collector(tmp_path, started.section("collector")),
            gate(tmp_path, started.section(GATE)) as (uplink, _),
        ):
            await eventually(lambda: "expired" in uplink.status.cause)
            provision(started.folder, renew=True)
            await eventually(lambda: uplink.status.receipted == 3)
            assert uplink.status.certificate_until is not None

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (expired, "the broker's certificate has expired"),
        (not_yet_valid, "is not valid yet: is this clock right?"),
    ],
)
def test_a_broker_whose_certificate_does_not_hold_is_not_talked_to(
    started: Hall, tmp_path: Path, spoil: Callable[[Path, str], None], words: str
) -> None:
    spoil(started.folder, "broker")
    started.broker.kill()
    started.start()

    async def scenario() -> None:
        async with (
            gate(tmp_path, started.section(GATE)) as (uplink, _),
            collector(tmp_path, started.section("collector")) as centre,
        ):
            await eventually(lambda: words in uplink.status.cause)
            assert uplink.status.state == "refused"
            await eventually(lambda: words in centre.cause)

    asyncio.run(scenario())


def test_a_broker_of_another_site_is_not_talked_to(started: Hall, tmp_path: Path) -> None:
    other = provision(tmp_path / "other")
    section = started.section(GATE, of=other).model_copy(
        update={"ca_file": other / GATE / "ca.crt"}
    )

    async def scenario() -> None:
        async with gate(tmp_path, section) as (uplink, _):
            await eventually(lambda: "of another CA" in uplink.status.cause)

    asyncio.run(scenario())


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA"])
def test_the_broker_agrees_on_authenticated_ciphers_only(started: Hall, suite: str) -> None:
    section = started.section(GATE)
    assert section.cert_file is not None
    context = ssl.create_default_context(cafile=str(section.ca_file))
    context.load_cert_chain(section.cert_file, section.key_file)
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    def agreed() -> str:
        with (
            socket.create_connection((section.host, section.port), timeout=60) as plain,
            context.wrap_socket(plain, server_hostname=section.host) as line,
        ):
            cipher = line.cipher()
        return "" if cipher is None else cipher[0]

    assert "GCM" in agreed()
    context.set_ciphers(f"{suite}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        agreed()


def test_a_stolen_board_is_locked_out_and_its_successor_is_let_in(
    started: Hall, tmp_path: Path
) -> None:
    stolen = tmp_path / "stolen"
    (started.folder / GATE).rename(stolen)
    thief = started.section(GATE).model_copy(
        update={
            "ca_file": stolen / "ca.crt",
            "cert_file": stolen / f"{GATE}.crt",
            "key_file": stolen / f"{GATE}.key",
        }
    )
    provision(started.folder, revoke=[GATE])
    started.broker.kill()
    started.start()

    async def scenario() -> None:
        async with gate(tmp_path, thief) as (uplink, _):
            await eventually(lambda: "was revoked" in uplink.status.cause)
        async with (
            collector(tmp_path, started.section("collector")),
            gate(tmp_path, started.section(GATE)) as (uplink, _),
        ):
            await eventually(lambda: uplink.status.receipted == 6)

    asyncio.run(scenario())
    assert "certificate verify failed" in started.broker.said
