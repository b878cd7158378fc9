"""Takes events as they come, commits them in batches, and only then gives receipts.

One thread writes. What cannot be taken goes into quarantine with the reason: nothing that came
is thrown away, and nothing bad is counted as delivered.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from queue import Empty, Queue
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.exc import SQLAlchemyError

from gate_agent.clock import Clock
from gate_agent.errors import StorageError
from gate_agent.messages import (
    ContractError,
    Envelope,
    GateState,
    Receipt,
    gate_of_topic,
    link_after,
    parse_body,
    parse_state,
)
from gate_agent.moment import format_utc, parse_utc
from gate_collector.chain import Stream
from gate_collector.schema import EVENT, GATE, QUARANTINE, STREAM, insert_for
from gate_collector.views import apply

MOST_WAITING = 20_000
_MOST_AT_ONCE = 500
_RETRY_S = 1.0
_LOG = logging.getLogger(__name__)
Publish = Callable[[str, Receipt], None]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came."""

    topic: str
    payload: bytes


class Ingest:
    """The one writer of the store. `publish(gate, receipt)` is called after each commit."""

    def __init__(
        self, engine: Engine, *, site: str, zone: ZoneInfo, clock: Clock, publish: Publish
    ) -> None:
        self._engine = engine
        self._insert = insert_for(engine)
        self._site = site
        self._zone = zone
        self._clock = clock
        self._publish = publish
        self._queue: Queue[Message | None] = Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._closing = threading.Event()
        self._streams: dict[tuple[str, str], Stream] = {}
        self.failing = ""
        try:
            self._load()
        except SQLAlchemyError as exc:
            raise StorageError(f"expected to read the store, got: {type(exc).__name__}") from exc

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the writer works."""
        return self._thread.is_alive()

    def offer(self, message: Message) -> None:
        """Hand over a message, from any thread; waits while too many wait (back-pressure)."""
        self._queue.put(message)

    def close(self) -> None:
        """Write what waits, and end."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join(10)

    def receipts(self) -> list[tuple[str, Receipt]]:
        """Return the present receipt of each gate's newest epoch, to be told after a connect."""
        newest: dict[str, Stream] = {}
        for stream in list(self._streams.values()):  # in the order they were touched first
            newest[stream.gate] = stream
        return [(gate, self._receipt(stream)) for gate, stream in newest.items()]

    # --- the writer ---------------------------------------------------------------------------

    def _run(self) -> None:
        while not (self._closing.is_set() and self._queue.empty()):
            batch = self._batch()
            if batch:
                self._store(batch)

    def _batch(self) -> list[Message]:
        first = self._queue.get()
        batch = [] if first is None else [first]
        try:
            while len(batch) < _MOST_AT_ONCE:
                message = self._queue.get_nowait()
                if message is not None:
                    batch.append(message)
        except Empty:
            pass
        return batch

    def _store(self, batch: list[Message]) -> None:
        """Commit a batch, however often it takes; then give receipts."""
        while True:
            try:
                with self._engine.begin() as connection:
                    touched = self._take_all(connection, batch)
            except SQLAlchemyError as exc:
                self.failing = type(exc).__name__
                _LOG.error("a commit failed, tried again: %s", self.failing)
                self._load_again()
                if self._closing.wait(_RETRY_S):
                    return
                continue
            self.failing = ""
            for stream in touched:
                self._publish(stream.gate, self._receipt(stream))
            return

    def _take_all(self, connection: Connection, batch: Iterable[Message]) -> list[Stream]:
        touched: dict[int, Stream] = {}
        for message in batch:
            if message.topic.endswith("/state"):
                self._take_state(connection, message)
                continue
            stream = self._take(connection, message)
            if stream is not None:
                touched[id(stream)] = stream
        for stream in touched.values():
            row = {
                "gate": stream.gate,
                "epoch": stream.epoch,
                "upto": stream.upto,
                "link": stream.link,
                "events": stream.events,
                "touched": format_utc(self._clock.now().utc),
            }
            statement = self._insert(STREAM).values(row)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["gate", "epoch"], set_=row)
            )
        return list(touched.values())

    def _take(self, connection: Connection, message: Message) -> Stream | None:
        """Take one event; return its stream, which a receipt is due for."""
        try:
            gate = gate_of_topic(message.topic)
            told = parse_body(message.payload)
            record = told.record()
        except ContractError as exc:
            gate = message.topic.split("/")[3] if message.topic.count("/") >= 3 else ""  # noqa: PLR2004
            self._quarantine(connection, gate, "", 0, str(exc), message.payload)
            return None
        if (told.site, told.gate) != (self._site, gate):
            why = f"expected an event of {self._site}/{gate}, got {told.site}/{told.gate}"
            self._quarantine(connection, gate, told.epoch, told.number, why, message.payload)
            return None
        key = told.gate, told.epoch
        stream = self._streams.setdefault(key, Stream(*key))
        prevlink = bytes.fromhex(told.prevlink)
        link = link_after(prevlink, sha256(message.payload).digest())
        if stream.knows(told.number):
            if self._link_of(connection, told) != link:
                why = "another event of this number is here: a cloned or forged journal"
                self._quarantine(connection, *key, told.number, why, message.payload)
            return stream
        self._insert_event(connection, told, message.payload, prevlink, link)
        broken = stream.add(told.number, prevlink, link)
        for sequence in broken:
            self._set_aside(connection, stream, sequence)
        if told.number not in broken and record is not None:
            apply(connection, told, record, self._zone)
        return stream

    def _insert_event(
        self, connection: Connection, told: Envelope, body: bytes, prevlink: bytes, link: bytes
    ) -> None:
        now = self._clock.now().utc
        late_ms = round((now - parse_utc(told.recordedtime)).total_seconds() * 1000)
        row = {
            "gate": told.gate,
            "epoch": told.epoch,
            "sequence": told.number,
            "type": told.type,
            "severity": told.severity.value,
            "time": told.time,
            "stored": format_utc(now),
            "late_ms": max(-(2**31), min(late_ms, 2**31 - 1)),
            "body": body,
            "prevlink": prevlink,
            "link": link,
        }
        connection.execute(self._insert(EVENT).values(row).on_conflict_do_nothing())

    def _set_aside(self, connection: Connection, stream: Stream, sequence: int) -> None:
        """Move an event that does not follow the one before it into quarantine."""
        of = (
            EVENT.c.gate == stream.gate,
            EVENT.c.epoch == stream.epoch,
            EVENT.c.sequence == sequence,
        )
        body = connection.execute(select(EVENT.c.body).where(*of)).scalar_one()
        connection.execute(delete(EVENT).where(*of))
        why = "it does not follow the event before it: the chain is broken"
        self._quarantine(connection, stream.gate, stream.epoch, sequence, why, body)

    def _quarantine(  # noqa: PLR0917 one row
        self, connection: Connection, gate: str, epoch: str, sequence: int, why: str, body: bytes
    ) -> None:
        _LOG.warning("quarantine: %s event %d: %s", gate, sequence, why)
        row = {
            "gate": gate,
            "epoch": epoch,
            "sequence": sequence,
            "why": why,
            "at": format_utc(self._clock.now().utc),
            "body": body,
            "bodysha256": sha256(body).digest(),
        }
        connection.execute(self._insert(QUARANTINE).values(row).on_conflict_do_nothing())

    def _take_state(self, connection: Connection, message: Message) -> None:
        try:
            gate, state = gate_of_topic(message.topic), parse_state(message.payload)
        except ContractError as exc:
            _LOG.warning("a state was refused: %s", exc)
            return
        self._keep_state(connection, gate, state)

    def _keep_state(self, connection: Connection, gate: str, state: GateState) -> None:
        row = {
            "gate": gate,
            "state": state.state,
            "seen": format_utc(self._clock.now().utc),
            "payload": state.model_dump_json(),
        }
        statement = self._insert(GATE).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=["gate"], set_=row))

    def _link_of(self, connection: Connection, told: Envelope) -> bytes | None:
        return connection.execute(
            select(EVENT.c.link).where(
                EVENT.c.gate == told.gate,
                EVENT.c.epoch == told.epoch,
                EVENT.c.sequence == told.number,
            )
        ).scalar()

    def _receipt(self, stream: Stream) -> Receipt:
        ranges, missing = stream.ranges()
        return Receipt(
            epoch=stream.epoch,
            upto=stream.upto,
            link=stream.link.hex(),
            ranges=ranges,
            missing=missing,
            time=format_utc(self._clock.now().utc),
        )

    def _load(self) -> None:
        """Read how far each chain is whole, and what lies beyond."""
        streams: dict[tuple[str, str], Stream] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(select(STREAM).order_by(STREAM.c.touched)):
                stream = Stream(row.gate, row.epoch, row.upto, bytes(row.link), row.events)
                beyond = select(EVENT.c.sequence, EVENT.c.prevlink, EVENT.c.link).where(
                    EVENT.c.gate == row.gate,
                    EVENT.c.epoch == row.epoch,
                    EVENT.c.sequence > row.upto,
                )
                for sequence, prevlink, link in connection.execute(beyond):
                    stream.beyond[sequence] = bytes(prevlink), bytes(link)
                streams[row.gate, row.epoch] = stream
        self._streams = streams

    def _load_again(self) -> None:
        """Forget what a failed transaction had taken."""
        try:
            self._load()
        except SQLAlchemyError as exc:
            _LOG.warning("the store cannot be read: %s", type(exc).__name__)
