"""The alerts as they are kept: opened once a cause, claimed by one worker, answered by a token."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import Connection, Engine, select

from gate_agent.contract.moment import format_utc
from gate_collector.alerts.causes import Cause
from gate_collector.alerts.channels import Sent
from gate_collector.store.dialect import insert_for
from gate_collector.store.schema import ALARM, HOLD
from gate_collector.store.schema_office import ALERT, ATTEMPT

QUIET = timedelta(minutes=10)
OVERDUE = "overdue"
HOLDS = ("hold", OVERDUE, "confirmed", "left")  # kinds whose subject is a hold
TESTED, REPORTED = "test", "zero_report"
NEVER = "9999"
_T = TypeVar("_T")
ANSWERS = "answers"  # the secret of the links with which people answer


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"  # 待应答
    ANSWERED = "answered"  # 已应答
    OVER = "over"  # 已消除: its cause ended before anybody answered
    QUIET = "quiet"  # 重复: one of its kind and door was told a moment ago
    UNANSWERED = "unanswered"  # 无人应答: everybody on the list was told, as often as we try


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert that is due to be told."""

    id: int
    kind: str
    gate: str
    text: str
    step: int
    token: str


class AlertBook:
    """Reads and writes the alerts; `secret` makes the tokens, so that only their hash is kept."""

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine = engine
        self._secret = secret

    def open(self, cause: Cause, now: datetime) -> None:
        """Open an alert for `cause`, unless there is one; a duplicate is kept, and stays quiet."""
        topic = f"{cause.kind}:{cause.gate}"
        recent = select(ALERT.c.id).where(
            ALERT.c.topic == topic,
            ALERT.c.opened > format_utc(now - QUIET),
            ALERT.c.state != AlertState.QUIET.value,
        )
        with self._engine.begin() as connection:
            if connection.execute(select(ALERT.c.id).where(ALERT.c.key == cause.key)).first():
                return
            duplicate = cause.quiet and connection.execute(recent).first() is not None
            row = {
                "key": cause.key,
                "topic": topic,
                "kind": cause.kind,
                "gate": cause.gate,
                "subject": cause.subject,
                "text": cause.text,
                "opened": format_utc(now),
                "state": (AlertState.QUIET if duplicate else AlertState.OPEN).value,
                "step": 0,
                "next_at": NEVER if duplicate else format_utc(now),
                "token_sha256": self._hash(self._token(cause.key)),
            }
            connection.execute(insert_for(self._engine)(ALERT).values(row).on_conflict_do_nothing())

    def claim(
        self,
        now: datetime,
        answer_within_s: float,
        may_go: Callable[[int], bool] = lambda _step: True,
    ) -> list[Alert]:
        """Take what is due to be told: each is handed out once, and again if nobody answers.

        Of each door the oldest first, then of each the next one; what may not go waits.
        """
        again = format_utc(now + timedelta(seconds=answer_within_s))
        claimed = []
        with self._engine.begin() as connection:
            self._end_what_is_over(connection, format_utc(now))
            due = connection.execute(
                select(ALERT)
                .where(ALERT.c.state == AlertState.OPEN.value, ALERT.c.next_at <= format_utc(now))
                .order_by(ALERT.c.id)
            ).all()
            for row in in_turn(due, lambda row: str(row.gate)):
                if not may_go(row.step):
                    continue
                token = self._token(row.key)
                taken = connection.execute(
                    ALERT.update()
                    .where(ALERT.c.id == row.id, ALERT.c.step == row.step)
                    .values(step=row.step + 1, next_at=again, token_sha256=self._hash(token))
                )
                if taken.rowcount == 1:
                    claimed.append(
                        Alert(
                            id=row.id,
                            kind=row.kind,
                            gate=row.gate,
                            text=row.text,
                            step=row.step,
                            token=token,
                        )
                    )
        return claimed

    def told(
        self,
        alert: Alert,
        person: str,
        tries: Sequence[Sent],
        at: datetime,
        *,
        took_ms: int,
        wait_s: float,
    ) -> None:
        """Record how telling went; what reached nobody is due again later, for the next person."""
        with self._engine.begin() as connection:
            for one in tries:
                row = {
                    "alert_id": alert.id,
                    "at": format_utc(at),
                    "person": person,
                    "channel": one.channel,
                    "sent": one.sent,
                    "took_ms": took_ms,
                }
                connection.execute(ATTEMPT.insert().values(row))
            if not any(one.sent for one in tries):
                retry = format_utc(at + timedelta(seconds=wait_s))
                connection.execute(
                    ALERT.update()
                    .where(ALERT.c.id == alert.id, ALERT.c.state == AlertState.OPEN.value)
                    .values(next_at=retry)
                )

    def end(self, alert: Alert, state: AlertState) -> None:
        """Close an alert in `state`: it needs no answer, or nobody is left to be told."""
        with self._engine.begin() as connection:
            connection.execute(
                ALERT.update()
                .where(ALERT.c.id == alert.id, ALERT.c.state == AlertState.OPEN.value)
                .values(state=state.value, next_at=NEVER)
            )

    def answer(self, token: str, by: str, now: datetime) -> bool:
        """Answer the alert of this token; return whether there is one. The first answer counts."""
        alert = ALERT.c.token_sha256 == self._hash(token)
        waiting = ALERT.c.state.in_((AlertState.OPEN.value, AlertState.UNANSWERED.value))
        with self._engine.begin() as connection:
            if connection.execute(select(ALERT.c.id).where(alert)).first() is None:
                return False
            connection.execute(
                ALERT.update()
                .where(alert, waiting)
                .values(
                    state=AlertState.ANSWERED.value,
                    answered=format_utc(now),
                    answered_by=by,
                    next_at=NEVER,
                )
            )
        return True

    def of_token(self, token: str) -> dict[str, object] | None:
        """Return the alert of this token, for the page behind its link."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(ALERT).where(ALERT.c.token_sha256 == self._hash(token))
            ).mappings().first()  # fmt: skip
        return None if row is None else dict(row)

    def _token(self, key: str) -> str:
        """Return the token of a cause: nobody without the secret can make one."""
        return hmac.digest(self._secret, f"alert:{key}".encode(), "sha256").hex()[:40]

    def _hash(self, token: str) -> str:
        return sha256(token.encode()).hexdigest()

    def _end_what_is_over(self, connection: Connection, now: str) -> None:
        is_open = ALERT.c.state == AlertState.OPEN.value
        closed = select(HOLD.c.hold_id).where(HOLD.c.state == "closed")
        cleared = select(ALARM.c.id).where(ALARM.c.cleared.is_not(None))
        rows = connection.execute(
            select(ALERT.c.id, ALERT.c.kind, ALERT.c.gate, ALERT.c.subject, ALERT.c.key).where(
                is_open,
                (ALERT.c.step > 0) | (ALERT.c.kind == OVERDUE),
                ALERT.c.next_at <= now,
                ALERT.c.subject != "",
            )
        ).all()
        for row in rows:
            this = HOLD.c.gate == row.gate, HOLD.c.hold_id == row.subject
            if row.kind == OVERDUE:  # what was overdue is done
                over = select(HOLD.c.hold_id).where(
                    *this, HOLD.c.state != row.key.rpartition(":")[2]
                )
            elif row.kind in HOLDS:
                over = closed.where(*this)
            else:
                over = cleared.where(ALARM.c.id == int(row.subject))
            if connection.execute(over).first() is not None:
                connection.execute(
                    ALERT.update()
                    .where(ALERT.c.id == row.id)
                    .values(state=AlertState.OVER.value, next_at=NEVER)
                )


def in_turn(items: Sequence[_T], door: Callable[[_T], str]) -> list[_T]:
    """Order items so that each door's first comes before any door's second."""
    before = Counter[str]()
    turns = []
    for item in items:
        turns.append((before[door(item)], item))
        before[door(item)] += 1
    return [item for _, item in sorted(turns, key=lambda turn: turn[0])]
