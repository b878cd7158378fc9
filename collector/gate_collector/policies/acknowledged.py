"""What each door has applied: its newest `mode.applied`, beside what the centre issued."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select

from gate_agent.contract.records import ModeApplied
from gate_collector.ledger.read import gates
from gate_collector.store.records import read_record
from gate_collector.store.schema import NOTABLE
from gate_collector.store.schema_office import POLICY


class Applied(StrEnum):
    """How a door's policy compares with ours."""

    SAME = "same"  # 已生效
    WAITING = "waiting"  # 未确认
    PARTLY = "partly"  # 部分生效: the door does not know or cannot read all of it
    DIFFERS = "differs"  # 不一致: the same number, another content
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One door's answer."""

    gate: str
    state: Applied
    version: int | None
    hall_mode: str | None
    at: str | None
    unread: tuple[str, ...] = ()


def acknowledgements(connection: Connection, in_force: int) -> list[Acknowledgement]:
    """Return every door's answer, compared with the version in force."""
    digests: dict[int, str] = {
        row.version: row.sha256
        for row in connection.execute(select(POLICY.c.version, POLICY.c.sha256))
    }
    modes = newest_modes(connection)
    return [_of(gate, modes.get(gate), digests, in_force) for gate in gates(connection)]


def newest_modes(connection: Connection) -> dict[str, tuple[ModeApplied, str]]:
    """Return what each door applied last, and when."""
    newest = (
        select(func.max(NOTABLE.c.id))
        .where(NOTABLE.c.type == ModeApplied.TYPE)
        .group_by(NOTABLE.c.gate)
    )
    rows = connection.execute(
        select(NOTABLE.c.gate, NOTABLE.c.data, NOTABLE.c.time).where(NOTABLE.c.id.in_(newest))
    )
    return {
        row.gate: (record, row.time)
        for row in rows
        if (record := read_record(ModeApplied, row.data)) is not None
    }


def _of(
    gate: str, applied: tuple[ModeApplied, str] | None, digests: dict[int, str], in_force: int
) -> Acknowledgement:
    if applied is None:
        state = Applied.UNKNOWN
        return Acknowledgement(gate=gate, state=state, version=None, hall_mode=None, at=None)
    applied_mode, at = applied
    ours = digests.get(applied_mode.policy_version)
    if applied_mode.policy_version < in_force:
        state = Applied.WAITING
    elif ours is None or ours != applied_mode.policy_sha256:
        state = Applied.DIFFERS
    elif applied_mode.unread:
        state = Applied.PARTLY
    else:
        state = Applied.SAME
    return Acknowledgement(
        gate=gate,
        state=state,
        version=applied_mode.policy_version,
        hall_mode=applied_mode.hall_mode.value,
        at=at,
        unread=applied_mode.unread,
    )
