"""Who has an alert, and what people wrote of it (应答与备注): by a link, or on the page."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from gate_agent.contract.moment import parse_utc
from gate_collector.alerts.ending import NEVER
from gate_collector.alerts.kinds import AlertState
from gate_collector.store.dialect import insert_for
from gate_collector.store.schema_office import ALERT, ALERT_LINK, ALERT_REPLY

LASTS = timedelta(hours=48)  # of a link, from the last time that it was sent
WAITING = (AlertState.OPEN.value, AlertState.UNANSWERED.value)
_TAKES_AN_ANSWER = (*WAITING, AlertState.ANSWERED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLink:
    """What a token opens: one alert, for one person."""

    alert: Any
    person: str  # empty: whoever opens it is asked
    is_expired: bool


def token_of(secret: bytes, key: str, person: str) -> str:
    """Return the token of one person for one cause: nobody without the secret can make one."""
    return hmac.digest(secret, f"alert:{key}\0{person}".encode(), "sha256").hex()[:40]


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode()).hexdigest()


def keep_link(connection: Connection, alert_id: int, token: str, person: str, at: str) -> None:
    """Let a token open an alert from now on, for as long as a link lasts."""
    row = {"token_sha256": hash_of(token), "alert_id": alert_id, "person": person, "made": at}
    connection.execute(
        insert_for(connection.engine)(ALERT_LINK)
        .values(row)
        .on_conflict_do_update(index_elements=["token_sha256"], set_={"made": at})
    )


def read_link(connection: Connection, token: str, now: datetime) -> ReplyLink | None:
    """Return what a token opens; None for one that nobody was sent."""
    row = connection.execute(
        select(ALERT, ALERT_LINK.c.person, ALERT_LINK.c.made)
        .join(ALERT_LINK, ALERT_LINK.c.alert_id == ALERT.c.id)
        .where(ALERT_LINK.c.token_sha256 == hash_of(token))
    ).first()
    if row is None:
        return None
    expired = now - parse_utc(row.made) > LASTS
    return ReplyLink(alert=row, person=row.person, is_expired=expired)


def answer(connection: Connection, alert_id: int, *, by: str, role: str, at: str) -> bool:
    """Record that somebody has an alert; tell whether it still takes an answer.

    The first answer counts: it is passed on no further. Each further person is recorded once.
    """
    state = connection.execute(select(ALERT.c.state).where(ALERT.c.id == alert_id)).scalar()
    if state not in _TAKES_AN_ANSWER:
        return False
    has_it(connection, alert_id, by=by, role=role, at=at)
    connection.execute(
        ALERT.update()
        .where(ALERT.c.id == alert_id, ALERT.c.state.in_(WAITING))
        .values(state=AlertState.ANSWERED.value, answered=at, answered_by=by, next_at=NEVER)
    )
    return True


def has_it(connection: Connection, alert_id: int, *, by: str, role: str, at: str) -> None:
    """Record once that somebody has an alert, also one that is over."""
    again = select(ALERT_REPLY.c.id).where(
        ALERT_REPLY.c.alert_id == alert_id, ALERT_REPLY.c.by == by, ALERT_REPLY.c.text == ""
    )
    if connection.execute(again).first() is None:
        reply(connection, alert_id, by=by, role=role, at=at)


def reply(
    connection: Connection, alert_id: int, *, by: str, role: str, at: str, text: str = ""
) -> None:
    """Keep what somebody wrote of an alert, for good; empty: that they have it."""
    row = {"alert_id": alert_id, "at": at, "by": by, "role": role, "text": text}
    connection.execute(ALERT_REPLY.insert().values(row))
