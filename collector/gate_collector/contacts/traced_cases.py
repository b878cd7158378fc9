"""Cases as they were traced last: a case is traced again once something came that may change it.

A trace reads the passages of a day and their bodies. A report, its preview and the morning's list
ask for every case of the store, of which nearly all are as they were. So a case is kept with what
the store says of it in a row or two, and let go when an event comes from around its time, when
somebody says something of its contacts, or when a time that was in doubt is put right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, and_, func, select

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import ContactsPolicy
from gate_agent.contract.records import ContactListed, ContactUpdated
from gate_collector.contacts.trace import INSIDE, Case, trace
from gate_collector.live.inside import STAYS
from gate_collector.store.dialect import snapshot
from gate_collector.store.records import read_record
from gate_collector.store.schema import DOUBTED, EVENT, HOLD, NOTABLE
from gate_collector.store.schema_office import JUDGED

_HOUR = len("2026-11-24T02")
_MARGIN = timedelta(minutes=5)  # of two writers, the later may be the first to be seen
_READ_OF_HOLD = ("state", "stepped", "passage_id", "person_ref", "reason", "opened", "outcome",
                 "drill")  # fmt: skip
_READ: dict[str, Callable[[str], ContactListed | ContactUpdated | None]] = {
    ContactListed.TYPE: partial(read_record, ContactListed),
    ContactUpdated.TYPE: partial(read_record, ContactUpdated),
}
Key = tuple[str, str]  # door and hold


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: tuple[Any, ...]
    case: Case


class TracedCases:
    """The cases of one store. Safe to use from any thread: one traces, the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Key, _Kept] = {}
        self._looked: datetime | None = None
        self._rules: tuple[Any, ...] = ()

    def of(
        self, engine: Engine, keys: Sequence[Key], policy: ContactsPolicy, now: datetime
    ) -> list[Case]:
        """Return these cases as they stand now, in this order; what is none is left out."""
        cases = []
        with self._lock:
            with snapshot(engine) as connection:
                self._let_go(connection, policy, now)
                marks, held = _marks(connection), _newest_holds(connection)
            for key in keys:
                mark = marks.get(key, ())
                kept = self._kept.get(key)
                if kept is None or kept.mark != mark:
                    case = trace(engine, *key, policy)
                    if case is None:
                        continue
                    kept = self._kept[key] = _Kept(mark, case)
                cases.append(_with_holds(kept.case, held))
            self._looked = now
        return cases

    def _let_go(self, connection: Connection, policy: ContactsPolicy, now: datetime) -> None:
        """Forget the cases that what came since the last look may change."""
        corrected = connection.execute(select(func.count(DOUBTED.c.booted))).scalar_one()
        rules = (policy, corrected)
        if self._looked is None or now < self._looked or rules != self._rules:
            self._kept.clear()
            self._rules = rules
            return
        came = EVENT.c.stored >= format_utc(self._looked - _MARGIN)
        hour = func.substr(EVENT.c.time, 1, _HOUR)
        hours = set(connection.execute(select(hour).where(came).distinct()).scalars())
        named = _told_of(connection, came)
        reach = INSIDE + STAYS + timedelta(seconds=policy.before_s + policy.after_s)
        for key, kept in list(self._kept.items()):
            if key in named or _is_touched(kept.case, hours, reach):
                del self._kept[key]


def _is_touched(case: Case, hours: Collection[str], reach: timedelta) -> bool:
    opened = parse_utc(case.opened)
    since, until = (format_utc(at)[:_HOUR] for at in (opened - reach, opened + reach))
    return any(since <= hour <= until for hour in hours)


def _told_of(connection: Connection, came: Any) -> set[Key]:
    """Return the holds of whose contacts a door said something, be it days after."""
    same = and_(*(EVENT.c[key] == NOTABLE.c[key] for key in ("gate", "epoch", "sequence")))
    rows = connection.execute(
        select(NOTABLE.c.gate, NOTABLE.c.type, NOTABLE.c.data)
        .select_from(EVENT.join(NOTABLE, same))
        .where(came, NOTABLE.c.type.in_(_READ))
    )
    said = ((row.gate, _READ[row.type](row.data)) for row in rows)
    return {(gate, one.hold_id) for gate, one in said if one is not None}


def _marks(connection: Connection) -> dict[Key, tuple[Any, ...]]:
    """Return what the hold's own row says, and the number of the office's last word, by hold."""
    judged = {
        (gate, hold_id): last
        for gate, hold_id, last in connection.execute(
            select(JUDGED.c.gate, JUDGED.c.hold_id, func.max(JUDGED.c.id)).group_by(
                JUDGED.c.gate, JUDGED.c.hold_id
            )
        )
    }
    columns = [HOLD.c[name] for name in _READ_OF_HOLD]
    rows = connection.execute(select(HOLD.c.gate, HOLD.c.hold_id, *columns))
    return {(row[0], row[1]): (*row[2:], judged.get((row[0], row[1]))) for row in rows}


def _newest_holds(connection: Connection) -> dict[str, tuple[str, Key]]:
    """Return the newest hold of each person who was ever held, and when it was."""
    rows = connection.execute(
        select(HOLD.c.person_ref, HOLD.c.opened, HOLD.c.gate, HOLD.c.hold_id)
        .where(HOLD.c.person_ref.is_not(None), HOLD.c.opened.is_not(None), HOLD.c.drill.is_(False))
        .order_by(HOLD.c.opened)
    )
    return {row.person_ref: (row.opened, (row.gate, row.hold_id)) for row in rows}


def _with_holds(case: Case, held: dict[str, tuple[str, Key]]) -> Case:
    """Return a case whose contacts are told as held who were so since it was traced."""
    since = format_utc(parse_utc(case.opened) - INSIDE)
    contacts = []
    for near in case.contacts:
        opened, key = held.get(near.person_ref, ("", None))
        own = key if opened >= since else None
        contacts.append(near if near.held == own else replace(near, held=own))
    return replace(case, contacts=tuple(contacts))


_OF_STORES: WeakKeyDictionary[Engine, TracedCases] = WeakKeyDictionary()
_GUARD = threading.Lock()


def traced_cases(engine: Engine) -> TracedCases:
    """Return the cases that this process knows of a store."""
    with _GUARD:
        return _OF_STORES.setdefault(engine, TracedCases())
