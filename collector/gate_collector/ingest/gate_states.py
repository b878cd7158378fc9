"""What the gates say of themselves: birth, heartbeat, will, held against what we know."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from gate_agent.contract.messages import LINK_0, GateState, parse_state
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import DeviceState
from gate_agent.contract.thermometer import Doubt, Trust
from gate_agent.contract.wire import Parsed
from gate_agent.errors import ContractError
from gate_collector.alarms.book import AlarmKind, raise_alarm
from gate_collector.ingest.arrival import ArrivedMessage, Key, gate_in
from gate_collector.store.dialect import insert_for
from gate_collector.store.doors import door_of
from gate_collector.store.schema import EVENT, GATE, STREAM

_ROUNDED = timedelta(seconds=1)  # between two times of one gate: more than a rounding
_DRIFTS = frozenset({Doubt.ELSEWHERE, Doubt.SHIFTED})  # doubts that nobody at the door can see
_LOG = logging.getLogger(__name__)


def keep_state(connection: Connection, message: ArrivedMessage, now: datetime) -> Key | None:
    """Keep the newest state of a gate; raise what contradicts its events or its last state.

    Return its chain where it was told that more of it is here than there is: the store lost it.
    """
    gate = gate_in(message.topic)
    try:
        parsed = parse_state(message.payload)
        state = parsed.value
        stated = parse_utc(state.time)
        ends = state.certificate_until and format_utc(parse_utc(state.certificate_until))
    except (ContractError, ValueError) as exc:
        _LOG.warning("a state was refused: %s", exc)
        if gate:
            why = f"expected a state, got what is none: {exc}"
            door = door_of(connection, gate)
            raise_alarm(connection, AlarmKind.REFUSED, door, why, format_utc(now))
        return None
    if not gate:
        return None
    if parsed.unread:
        _LOG.warning("a state of %s: not read: %s", gate, ", ".join(parsed.unread))
    before = connection.execute(select(GATE).where(GATE.c.gate == gate)).first()
    seen = now
    if message.retained:  # the broker's memory: the gate may be silent since
        seen = max(min(stated, now), parse_utc(before.seen) if before else min(stated, now))
    is_will = state.state == "lost"  # it says how it was when the connection began
    if not is_will:
        _compare(connection, state, before, _Said(gate, message.retained, now))
    row = {
        "gate": gate,
        "seen": format_utc(seen),
        "told": before.told if is_will and before else state.time,
        "certificate_until": ends,
        "payload": state.model_dump_json(),
    } | said_by(parsed)
    insert: Any = insert_for(connection.engine)(GATE)
    connection.execute(insert.values(row).on_conflict_do_update(index_elements=["gate"], set_=row))
    return None if is_will else _lost(connection, gate, state)


def _lost(connection: Connection, gate: str, state: GateState) -> Key | None:
    """Return the chain where it ends here before what was receipted (a replica that lost it)."""
    chain = STREAM.c.gate == gate, STREAM.c.epoch == state.epoch
    upto = connection.execute(select(STREAM.c.upto).where(*chain)).scalar() or 0
    receipted = state.sequence - state.pending
    if receipted <= upto:
        return None
    lost = f"{upto + 1} to {receipted} of epoch {state.epoch}"
    _LOG.error("%s: events %s were receipted and are gone: asked for again", gate, lost)
    return gate, state.epoch


def said_by(parsed: Parsed[GateState]) -> dict[str, Any]:
    """Return what a state says, in the columns that show it."""
    state = parsed.value
    return {
        "state": state.state,
        "epoch": state.epoch,
        "sequence": state.sequence,
        "oldest_pending_s": state.oldest_pending_s,
        "troubled": ", ".join(
            f"{name} {it.value}" for name, it in state.devices.items() if it is not DeviceState.OK
        ),
        "doubted": _doubted(parsed),
    }


def _doubted(parsed: Parsed[GateState]) -> str:
    """Return what speaks against the thermometer: all of it is at a door's own screen."""
    thermometer = parsed.value.thermometer
    if thermometer is None:
        return "unread" if "thermometer" in parsed.unread else ""
    if thermometer.trust is not Trust.NOT_TRUSTED and _DRIFTS.isdisjoint(thermometer.doubts):
        return ""
    return ", ".join((thermometer.trust, *thermometer.doubts))


@dataclass(frozen=True, slots=True)
class _Said:
    """Whose state it is, and how it came."""

    gate: str
    retained: bool
    now: datetime


def _compare(connection: Connection, state: GateState, before: Any, said: _Said) -> None:
    gate, at = said.gate, format_utc(said.now)
    link, after = _known(connection, gate, state)
    if link is not None and link.hex() != state.link:
        why = f"event {state.sequence} of epoch {state.epoch} has another link here"
        raise_alarm(connection, AlarmKind.MISMATCH, gate, f"{why}: {_CLONED}", at)
    if not said.retained and _is_back(connection, gate, state, before):
        why = f"epoch {state.epoch} speaks again after epoch {before.epoch}: two boards, one name"
        raise_alarm(connection, AlarmKind.TWINS, gate, why, at)
    # What is retained comes with the subscription, after events that were queued meanwhile.
    least = 0 if said.retained else _least(state, before, after)
    if state.sequence < least:
        why = f"expected event {least} or later of epoch {state.epoch}, got {state.sequence}"
        raise_alarm(connection, AlarmKind.REWOUND, gate, f"{why}: {_RESTORED}", at)


def _is_back(connection: Connection, gate: str, state: GateState, before: Any) -> bool:
    """Whether a journal speaks again after another took its place: no door goes back to one."""
    if before is None or before.epoch == state.epoch:
        return False
    spans = select(func.min(EVENT.c.stored), func.max(EVENT.c.stored)).where(EVENT.c.gate == gate)
    ours, theirs = (  # of two that began in one batch, the one that spoke last took the place
        tuple(connection.execute(spans.where(EVENT.c.epoch == epoch)).one())
        for epoch in (state.epoch, before.epoch)
    )
    return None not in (*ours, *theirs) and ours < theirs


_CLONED = "a cloned or forged journal"
_RESTORED = "a restored journal"


def _known(connection: Connection, gate: str, state: GateState) -> tuple[bytes | None, Any]:
    """Return the link of the event that is the gate's last, and what follows it, if they are here.

    Mostly it is the last one here, too: then one row tells, and no month is asked.
    """
    stream = STREAM.c.gate == gate, STREAM.c.epoch == state.epoch
    chain = connection.execute(select(STREAM).where(*stream)).first()
    if chain is not None and chain.upto == chain.events == state.sequence:
        return bytes(chain.link), None
    columns = [EVENT.c[name] for name in ("sequence", "link", "stored", "late_ms")]
    rows = connection.execute(
        select(*columns)
        .where(
            EVENT.c.gate == gate,
            EVENT.c.epoch == state.epoch,
            EVENT.c.sequence >= state.sequence,
        )
        .order_by(EVENT.c.sequence)
        .limit(2)
    ).all()
    links = {0: LINK_0} | {row.sequence: bytes(row.link) for row in rows}
    after = next((row for row in rows if row.sequence > state.sequence), None)
    return links.get(state.sequence), after


def _least(state: GateState, before: Any, after: Any) -> int:
    """Return the number that the gate must have reached when it said this.

    A state that the broker brings once more is not newer than the newest, and proves nothing; nor
    does an event that was recorded after the state, and came before it by another worker.
    """
    if before is None or before.epoch != state.epoch or before.told >= state.time:
        return 0
    said: int = before.sequence
    if after is not None and after.late_ms is not None:
        recorded = parse_utc(after.stored) - timedelta(milliseconds=after.late_ms)
        if recorded + _ROUNDED < parse_utc(state.time):
            return max(said, int(after.sequence))
    return said
