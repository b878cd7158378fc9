"""What each door has applied: its newest `mode.applied`, beside what the centre issued."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from gate_agent.domain.records import ModeApplied
from gate_collector.ledger.read import gates
from gate_collector.office_schema import POLICY
from gate_collector.schema import NOTABLE


class Applied(StrEnum):
    """How a door's policy compares with ours."""

    SAME = "same"  # 已生效
    WAITING = "waiting"  # 未确认
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


def acknowledgements(connection: Connection, in_force: int) -> list[Acknowledgement]:
    """Return every door's answer, compared with the version in force."""
    return [_of(connection, gate, in_force) for gate in gates(connection)]


def _of(connection: Connection, gate: str, in_force: int) -> Acknowledgement:
    row = connection.execute(
        select(NOTABLE.c.data, NOTABLE.c.time)
        .where(NOTABLE.c.gate == gate, NOTABLE.c.type == ModeApplied.TYPE)
        .order_by(NOTABLE.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        state = Applied.UNKNOWN
        return Acknowledgement(gate=gate, state=state, version=None, hall_mode=None, at=None)
    told = ModeApplied.model_validate_json(row.data)
    ours = connection.execute(
        select(POLICY.c.sha256).where(POLICY.c.version == told.policy_version)
    ).scalar()
    if told.policy_version < in_force:
        state = Applied.WAITING
    elif ours is None or ours != told.policy_sha256:
        state = Applied.DIFFERS
    else:
        state = Applied.SAME
    return Acknowledgement(
        gate=gate,
        state=state,
        version=told.policy_version,
        hall_mode=told.hall_mode.value,
        at=row.time,
    )
