"""Personal data goes at its end (个人信息清除), at the centre: after its days, or when asked for.

Only the sealed bodies of registrations hold any, and what lies in quarantine may. Body by body they
go; digest and link stay, so the chain verifies, and a row in `purged` proves which were removed
between which links.

Days pass by two clocks: an event is old when the centre stored it and its gate recorded it long
ago, and nothing goes unless a gate's clock agreed with ours within the last day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    delete,
    func,
    literal_column,
    select,
    true,
    update,
)

from gate_agent.contract.json_text import read_json
from gate_agent.contract.messages import LINK_0, parse_body
from gate_agent.contract.moment import NS_PER_S, format_utc
from gate_agent.contract.records import PersonRegistered, PurgeCause
from gate_agent.errors import ContractError, StorageError
from gate_agent.host.clock import Clock
from gate_agent.host.spool import Spool, SpoolRequest
from gate_collector.roles.known_names import forget_names
from gate_collector.store.dialect import sqlite_file
from gate_collector.store.schema import EVENT, PURGED, QUARANTINE, SEALED
from gate_collector.store.schema_office import BOOKING_CODE

MOST_AT_ONCE = 500  # registrations of one transaction
_AGREES_WITHIN_MS = 3600 * 1000
_RETAIN_EVERY_NS = 3600 * NS_PER_S
_ANSWER_WITHIN_S = 30
_LOG = logging.getLogger(__name__)
_SEALED = literal_column(SEALED, Boolean)  # in the words of its index
Write = Callable[[Callable[[Connection], int]], "Future[int]"]


@dataclass(slots=True, kw_only=True)
class Retention:
    """What must go from the centre's store. `write` does work in a transaction of its writer."""

    write: Write
    clock: Clock
    days: int
    spool: Spool | None
    _due_ns: int = 0

    def asked(self) -> None:
        """Carry out what was asked for."""
        for request in [] if self.spool is None else self.spool.waiting():
            self.carry_out(request)

    def due(self) -> None:
        """Remove what is past its days; looked for once an hour."""
        now = self.clock.now()
        if now.boot_ns >= self._due_ns:
            self._due_ns = now.boot_ns + _RETAIN_EVERY_NS
            self.retain()

    def retain(self) -> int:
        """Remove what is past its days; return how many registrations."""
        now = self.clock.now().utc
        return self._all(lambda connection: purge_old(connection, now, self.days))

    def carry_out(self, request: SpoolRequest) -> int:
        """Remove what was asked for; return how many registrations."""
        now = self.clock.now().utc
        removed = self._all(lambda connection: purge_asked(connection, now, request))
        if self.spool is not None:
            self.spool.done(request)
        _LOG.info("personal data removed on request: %d registrations", removed)
        return removed

    def _all(self, part: Callable[[Connection], int]) -> int:
        total = 0
        while True:
            try:
                removed = self.write(part).result(_ANSWER_WITHIN_S)
            except TimeoutError as exc:
                expected = f"the writer's answer within {_ANSWER_WITHIN_S} s"
                raise StorageError(f"expected {expected}, got none") from exc
            total += removed
            if removed < MOST_AT_ONCE:
                return total


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRegistrations:
    """The registrations that are here: how many, since when, how many are past their days.

    Nothing goes while no gate's clock agrees with ours: then `confirmed` is false.
    """

    count: int
    oldest: str | None
    due: int
    confirmed: bool


def purge_old(connection: Connection, now: datetime, days: int) -> int:
    """Remove registrations that are more than `days` old by both clocks, if ours is believed."""
    if not is_confirmed(connection, now):
        return 0
    before = format_utc(now - timedelta(days=days))
    _empty_aside(connection, QUARANTINE.c.at < before, None)
    forget_names(connection, before=before)
    connection.execute(delete(BOOKING_CODE).where(BOOKING_CODE.c.until < before))
    old = _old(now, days)
    old_rows = connection.execute(
        select(EVENT.c.gate, EVENT.c.epoch, EVENT.c.sequence)
        .where(old)
        .order_by(EVENT.c.stored)  # as their index lies: in the key's order all years are read
        .limit(MOST_AT_ONCE)
    )
    return _purge(connection, sorted(old_rows), now, PurgeCause.RETENTION, None)


def purge_asked(connection: Connection, now: datetime, request: SpoolRequest) -> int:
    """Remove what a request names: one person's registrations, or everybody's."""
    ref = request.person_ref
    cause = PurgeCause.WIPE if ref is None else PurgeCause.REQUEST
    _empty_aside(connection, true(), ref)
    forget_names(connection, ref=ref)
    rows = (row for row in _sealed(connection) if ref is None or ref in _refs(row.body))
    asked_rows = [row for row, _ in zip(rows, range(MOST_AT_ONCE), strict=False)]
    return _purge(connection, asked_rows, now, cause, request.id)


def kept(connection: Connection, now: datetime, days: int) -> KeptRegistrations:
    """Return what is kept now."""
    registrations = select(func.count(), func.min(EVENT.c.stored))
    count, oldest = connection.execute(registrations.where(_SEALED)).one()
    due = connection.execute(select(func.count()).where(_old(now, days))).scalar_one()
    return KeptRegistrations(
        count=count, oldest=oldest, due=due, confirmed=is_confirmed(connection, now)
    )


def directly(engine: Engine) -> Write:
    """Return a function that does work in its own transaction, for when no other writer runs."""

    def write(work: Callable[[Connection], int]) -> Future[int]:
        done: Future[int] = Future()
        with engine.begin() as connection:
            result = work(connection)
        done.set_result(result)
        return done

    return write


def _old(now: datetime, days: int) -> ColumnElement[bool]:
    before = format_utc(now - timedelta(days=days))
    return _SEALED & (EVENT.c.stored < before) & (EVENT.c.time < before)


def _empty_aside(connection: Connection, which: ColumnElement[bool], ref: str | None) -> None:
    """Empty what in quarantine is a registration, this person's or anybody's, or cannot be read."""
    columns = select(QUARANTINE.c.id, QUARANTINE.c.body).where(which, QUARANTINE.c.body != b"")
    for number, body in connection.execute(columns).all():
        if (ref is None or ref.encode() in body) and _may_name(bytes(body)):
            gone = QUARANTINE.update().where(QUARANTINE.c.id == number)
            connection.execute(gone.values(body=b""))


def _may_name(body: bytes) -> bool:
    try:
        tree = read_json(body, odd_numbers="mark")
    except ContractError:
        return True
    return not isinstance(tree, dict) or tree.get("type") == PersonRegistered.TYPE


def _sealed(connection: Connection) -> Iterator[Any]:
    last = ("", "", 0)
    key = (EVENT.c.gate, EVENT.c.epoch, EVENT.c.sequence)
    while True:
        gate, epoch, sequence = last
        beyond = (EVENT.c.gate > gate) | (
            (EVENT.c.gate == gate)
            & ((EVENT.c.epoch > epoch) | ((EVENT.c.epoch == epoch) & (EVENT.c.sequence > sequence)))
        )
        rows = connection.execute(
            select(*key, EVENT.c.body).where(_SEALED & beyond).order_by(*key).limit(MOST_AT_ONCE)
        ).all()
        yield from rows
        if len(rows) < MOST_AT_ONCE:
            return
        last = (rows[-1].gate, rows[-1].epoch, rows[-1].sequence)


def _refs(body: bytes) -> tuple[str | None, ...]:
    """Return whom a registration names: a companion's also names whom they came with."""
    try:
        record = parse_body(bytes(body)).record()
    except ContractError:
        return ()
    if not isinstance(record, PersonRegistered):
        return ()
    return record.person_ref, record.with_ref


def is_confirmed(connection: Connection, now: datetime) -> bool:
    """Tell whether an event that came within the last day was recorded about when it came."""
    newest = connection.execute(
        select(EVENT.c.late_ms)
        .where(
            EVENT.c.stored >= format_utc(now - timedelta(days=1)),
            EVENT.c.stored <= format_utc(now),
            EVENT.c.historical.is_(False),
            EVENT.c.late_ms.is_not(None),
        )
        .order_by(EVENT.c.stored.desc(), EVENT.c.gate, EVENT.c.epoch, EVENT.c.sequence.desc())
        .limit(1)  # of one batch always the same: many have one time
    ).scalar()
    return newest is not None and abs(newest) <= _AGREES_WITHIN_MS


def _purge(
    connection: Connection, rows: list[Any], now: datetime, cause: PurgeCause, request: str | None
) -> int:
    for (gate, epoch), group in groupby(rows, key=lambda row: (row.gate, row.epoch)):
        sequences = [row.sequence for row in group]
        stream = (EVENT.c.gate == gate) & (EVENT.c.epoch == epoch)
        connection.execute(
            update(EVENT).where(stream & EVENT.c.sequence.in_(sequences)).values(body=None)
        )
        first, last = sequences[0], sequences[-1]
        links = {
            row.sequence: bytes(row.link)
            for row in connection.execute(
                select(EVENT.c.sequence, EVENT.c.link).where(
                    stream & EVENT.c.sequence.in_((first - 1, last))
                )
            )
        }
        connection.execute(
            PURGED.insert().values(
                at=format_utc(now),
                cause=cause.value,
                request=request,
                gate=gate,
                epoch=epoch,
                redacted=len(sequences),
                first_sequence=first,
                last_sequence=last,
                link_before=links.get(first - 1, LINK_0),
                link_after=links[last],
            )
        )
    return len(rows)


def spool_of(url: str) -> Spool | None:
    """Return where requests for a running collector lie; None where it needs none."""
    path = sqlite_file(url)
    return None if path is None else Spool(path)
