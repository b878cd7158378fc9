"""The alerts as they are kept: opened once a cause, claimed by one worker, answered by a link."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, and_, or_, select

from gate_agent.contract.moment import format_utc
from gate_collector.alerts.causes import Cause
from gate_collector.alerts.channels import TryResult
from gate_collector.alerts.ending import (
    NEVER,
    STANDS,
    EndingState,
    end_what_is_over,
    take_up_duplicates,
)
from gate_collector.alerts.kinds import (
    TOLD_ONCE,
    UNANSWERED_IS_FINE,
    AlertSort,
    AlertState,
    sort_of,
)
from gate_collector.alerts.replies import ReplyLink, answer, has_it, keep_link, read_link, token_of
from gate_collector.store.dialect import insert_for
from gate_collector.store.schema_office import ALERT, ATTEMPT

QUIET = timedelta(minutes=10)
LONGEST_WAIT_S = 60.0  # after a try that reached nobody
ANSWERS = "answers"  # the secret of the links with which people answer
_OPEN_HALL = EndingState()
_T = TypeVar("_T")
_Tries = dict[int, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert that is due to be told."""

    id: int
    key: str
    kind: str
    gate: str
    text: str
    opened: str
    step: int
    reached: frozenset[str] = frozenset()  # whom it reached already
    rungs_reached: int = 0  # how often somebody was

    @property
    def sort(self) -> AlertSort:
        """Whom it concerns."""
        return sort_of(self.kind, self.gate)


class AlertBook:
    """Reads and writes the alerts; `secret` makes the tokens, so that only their hash is kept."""

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine = engine
        self._secret = secret

    def open(self, cause: Cause, now: datetime) -> None:
        """Open an alert for `cause`, unless there is one.

        A duplicate is kept, and waits until the quiet time after the first one is over; a drill is
        kept, and told to nobody.
        """
        topic = f"{cause.kind}:{cause.gate}"
        recent = select(ALERT.c.id).where(
            ALERT.c.topic == topic,
            ALERT.c.opened > format_utc(now - QUIET),
            ALERT.c.opened <= format_utc(now),  # or after: the clock was set back
            ALERT.c.state.not_in((AlertState.QUIET.value, AlertState.DRILL.value)),
        )
        with self._engine.begin() as connection:
            if connection.execute(select(ALERT.c.id).where(ALERT.c.key == cause.key)).first():
                return
            state, next_at = AlertState.OPEN, format_utc(now)
            if cause.drill:
                state, next_at = AlertState.DRILL, NEVER
            elif cause.quiet and connection.execute(recent).first() is not None:
                state, next_at = AlertState.QUIET, format_utc(now + QUIET)
            row = {
                "key": cause.key,
                "topic": topic,
                "kind": cause.kind,
                "gate": cause.gate,
                "subject": cause.subject,
                "text": cause.text["zh"],
                "text_en": cause.text["en"],
                "opened": format_utc(now),
                "state": state.value,
                "step": 0,
                "next_at": next_at,
            }
            connection.execute(insert_for(self._engine)(ALERT).values(row).on_conflict_do_nothing())

    def claim(
        self,
        now: datetime,
        answer_within_s: float,
        may_go: Callable[[Alert], bool] = lambda _alert: True,
        *,
        hall: EndingState = _OPEN_HALL,
        in_flight: Collection[int] = (),
    ) -> list[Alert]:
        """Take what is due to be told: each is handed out once, and again if nobody answers.

        Of each door the oldest first, then of each the next one; what may not go waits. What is
        settled is ended first. A rung whose telling left no trace is told again: the centre ended
        in the middle of it, unless it is `in_flight` here.
        """
        again = format_utc(now + timedelta(seconds=answer_within_s))
        claimed = []
        with self._engine.begin() as connection:
            end_what_is_over(connection, hall, format_utc(now))
            take_up_duplicates(connection, format_utc(now))
            due = _due(connection, now, answer_within_s)
            tries = _tries(connection, [row.id for row in due])
            for row in in_turn(due, lambda row: str(row.gate)):
                alert = _read(row, tries[row.id], in_flight)
                if not may_go(alert):
                    continue
                taken = connection.execute(
                    ALERT.update()
                    .where(
                        ALERT.c.id == row.id,
                        ALERT.c.step == row.step,
                        ALERT.c.next_at == row.next_at,
                    )
                    .values(step=alert.step + 1, next_at=again)
                )
                if taken.rowcount == 1:
                    claimed.append(alert)
        return claimed

    def told(
        self, alert: Alert, person: str, tries: Sequence[TryResult], at: datetime, *, took_ms: int
    ) -> None:
        """Record how telling one person went."""
        with self._engine.begin() as connection:
            for one in tries:
                row = {
                    "alert_id": alert.id,
                    "at": format_utc(at),
                    "person": person,
                    "channel": one.channel,
                    "sent": one.sent,
                    "took_ms": took_ms,
                    "step": alert.step,
                }
                connection.execute(ATTEMPT.insert().values(row))

    def due_again(self, alert: Alert, at: datetime) -> None:
        """Let an alert be due at this time, for the next rung."""
        self._change(alert, {"next_at": format_utc(at)})

    def is_known(self, alert: Alert, now: datetime) -> None:
        """Tell an alert no further whose rung was reached, where that is all it needs."""
        if alert.kind in UNANSWERED_IS_FINE:
            self.end(alert, AlertState.OVER, now)
        elif alert.kind in TOLD_ONCE:
            self._change(alert, {"next_at": NEVER})

    def end(self, alert: Alert, state: AlertState, now: datetime) -> None:
        """Close an alert in `state`: it needs no answer, or nobody is left to be told."""
        ended = format_utc(now) if state is AlertState.OVER else None
        self._change(alert, {"state": state.value, "next_at": NEVER, "ended": ended})

    def settle(self, kind: str, standing: str | None, now: datetime) -> None:
        """End the alerts of this kind but the one with this key: what they ask for is done."""
        with self._engine.begin() as connection:
            connection.execute(
                ALERT.update()
                .where(
                    ALERT.c.kind == kind, ALERT.c.key != (standing or ""), ALERT.c.state.in_(STANDS)
                )
                .values(state=AlertState.OVER.value, next_at=NEVER, ended=format_utc(now))
            )

    def link(self, alert: Alert, person: str, now: datetime) -> str:
        """Return the token with which this person answers this alert, and nothing else."""
        token = token_of(self._secret, alert.key, person)
        with self._engine.begin() as connection:
            keep_link(connection, alert.id, token, person, format_utc(now))
        return token

    def link_of(self, token: str, now: datetime) -> ReplyLink | None:
        """Return what a token opens; None for one that nobody was sent."""
        with self._engine.connect() as connection:
            return read_link(connection, token, now)

    def answer(self, token: str, by: str, now: datetime) -> bool:
        """Answer the alert of this token; tell whether there is one, and its time is not over.

        Whom the link was sent to is who answers, whatever name is given. Who taps late, when the
        alert is over, has it all the same: that is recorded, and changes nothing else.
        """
        with self._engine.begin() as connection:
            link = read_link(connection, token, now)
            if link is None or link.is_expired:
                return False
            who, at = link.person or by, format_utc(now)
            if not answer(connection, link.alert.id, by=who, role="", at=at):
                has_it(connection, link.alert.id, by=who, role="", at=at)
        return True

    def _change(self, alert: Alert, values: dict[str, object]) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                ALERT.update()
                .where(ALERT.c.id == alert.id, ALERT.c.state == AlertState.OPEN.value)
                .values(values)
            )


def _due(connection: Connection, now: datetime, answer_within_s: float) -> Sequence[Any]:
    """Return what is due; also what waits longer than anything may: the clock was set back."""
    longest = max(answer_within_s, LONGEST_WAIT_S)
    beyond = format_utc(now + timedelta(seconds=longest + 1))
    is_due = or_(
        ALERT.c.next_at <= format_utc(now),
        and_(ALERT.c.next_at > beyond, ALERT.c.next_at < NEVER),
    )
    return connection.execute(
        select(ALERT).where(ALERT.c.state == AlertState.OPEN.value, is_due).order_by(ALERT.c.id)
    ).all()


def _tries(connection: Connection, alerts: Sequence[int]) -> _Tries:
    """Return what was tried so far of each of these."""
    tries: _Tries = defaultdict(list)
    columns = (ATTEMPT.c[name] for name in ("id", "alert_id", "step", "person", "sent"))
    if alerts:
        for one in connection.execute(select(*columns).where(ATTEMPT.c.alert_id.in_(alerts))):
            tries[one.alert_id].append(one)
    return tries


def _read(row: Any, tries: Sequence[Any], in_flight: Collection[int]) -> Alert:
    """Return an alert, and the rung it is due for: the last one again, if that left no trace."""
    known = {one.step for one in tries}
    is_lost = row.step > 0 and row.id not in in_flight and not known & {row.step - 1, None}
    sent = [one for one in tries if one.sent]
    return Alert(
        id=row.id,
        key=row.key,
        kind=row.kind,
        gate=row.gate,
        text=row.text,
        opened=row.opened,
        step=row.step - 1 if is_lost else row.step,
        reached=frozenset(one.person for one in sent),
        rungs_reached=len({one.id if one.step is None else -1 - one.step for one in sent}),
    )


def in_turn(items: Sequence[_T], door: Callable[[_T], str]) -> list[_T]:
    """Order items so that each door's first comes before any door's second."""
    before = Counter[str]()
    turns = []
    for item in items:
        turns.append((before[door(item)], item))
        before[door(item)] += 1
    return [item for _, item in sorted(turns, key=lambda turn: turn[0])]
