"""Looks twice a second for what somebody must be told, and tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import Severity
from gate_agent.host.supervision import Parts
from gate_agent.words import word
from gate_collector.alarms.book import AlarmKind, alarms_after, raise_alarm
from gate_collector.alerts.book import (
    HOLDS,
    QUIET,
    REPORTED,
    TESTED,
    Alert,
    AlertBook,
    AlertState,
    in_turn,
)
from gate_collector.alerts.causes import PAST, Came, Cause, From, of_alarm, of_event
from gate_collector.alerts.channels import Messenger, Recipient, order
from gate_collector.alerts.pace import Crowd, Pace
from gate_collector.centre import Centre
from gate_collector.store.doors import door_names
from gate_collector.store.schema import EVENT, GATE, HOLD, NOTABLE, STREAM

EVERY_S = 0.5
_ROUNDS = 3  # how often everybody on the list is told
_LOOK_BACK = 500  # rows that are looked at again: several writers commit out of order
_MOST_AT_ONCE = 4  # alerts in one message: WeCom takes 2,048 bytes
_MOST_OF_A_DOOR, _MOST_OF_A_KIND = 10, 6  # within QUIET; one alert stands for the rest
_LATE_S = 60.0  # what comes later is told as late
_SETTLES_S = 30.0  # so long may what came after a late event be awaited
_UNANSWERED_IS_FINE = (REPORTED, PAST)
_SENDERS = 4  # a service that hangs must not hold up another alert


class Alerter:
    """Opens alerts for what happened, and tells people until one answers."""

    def __init__(
        self,
        centre: Centre,
        shelf: AlertBook,
        *,
        people: Sequence[Recipient],
        messenger: Messenger,
        base_url: str,
        parts: Parts | None = None,
    ) -> None:
        self._parts = parts or Parts(centre.clock)
        self._centre = centre
        self._shelf = shelf
        self._people = people
        self._messenger = messenger
        self.base_url = base_url.rstrip("/")
        self._pool = ThreadPoolExecutor(_SENDERS, thread_name_prefix="alert")
        if people:
            self._pool.submit(messenger.ready).add_done_callback(self._tell_fault)
        self._seen_event, self._seen_alarm = self._heads()
        self._known: set[str] = set()
        self._pace, self._crowd = Pace(), Crowd(QUIET)
        self._done: set[int] = set()  # of the newest events
        self._awaiting: set[int] = set()  # late ones, whose door still sends what came after

    @property
    def people(self) -> Sequence[Recipient]:
        """Who can be told."""
        return self._people

    def round(self) -> None:
        """Open what is new, tell what is due."""
        self._look()
        now, within_s = self._centre.now, self._centre.policy().punctuality.answer_within_s
        people = order(self._people, self._centre.policy().on_duty(now))
        rounds, lots = _ROUNDS * len(people), defaultdict[str, list[Alert]](list)
        room = {one.name: _MOST_AT_ONCE * self._pace.may(one.urls, now) for one in people}

        def may_go(step: int) -> bool:
            if step >= rounds:
                return True
            name = people[step % len(people)].name
            room[name] -= 1
            return room[name] >= 0

        for alert in self._shelf.claim(now, within_s, may_go):
            if alert.step >= rounds:
                self._shelf.end(alert, AlertState.UNANSWERED)
            else:
                lots[people[alert.step % len(people)].name].append(alert)
        for person in people:
            if lot := lots.get(person.name):
                self._pace.told(person.urls, now)
                doing = self._pool.submit(self._tell, person, lot, len(people))
                doing.add_done_callback(self._tell_fault)

    def test(self, by: str) -> None:
        """Send a test to the leader on duty: answered or passed on like any other."""
        now = self._centre.now
        text = word("alert.test", by=by)
        self._open(Cause(key=f"test:{now.isoformat()}", kind=TESTED, gate="", subject="",
                         text=text, quiet=False))  # fmt: skip

    def tell(self, cause: Cause) -> None:
        """Send a message of another room; its kind says whether somebody must answer."""
        self._open(cause)

    def close(self) -> None:
        """Stop, once the message that is being sent is out."""
        self._pool.shutdown(cancel_futures=True)

    def _heads(self) -> tuple[int, int]:
        """Start a little before the newest: what came while nobody looked is still told."""
        with self._centre.engine.connect() as connection:
            newest = connection.execute(select(func.max(NOTABLE.c.id))).scalar() or 0
        return max(0, newest - _LOOK_BACK), 0

    def _look(self) -> None:
        with self._centre.engine.connect() as connection:
            newest = NOTABLE.c.id > self._seen_event - _LOOK_BACK
            rows = connection.execute(
                select(NOTABLE)
                .where(
                    NOTABLE.c.severity == Severity.URGENT.value,
                    newest | NOTABLE.c.id.in_(self._awaiting),
                    NOTABLE.c.drill.is_(False),
                )
                .order_by(NOTABLE.c.id)
            ).all()
            news = [(row, self._came(connection, row)) for row in rows if row.id not in self._done]
            alarms = alarms_after(connection, self._seen_alarm)
            names = door_names(connection)
        self._awaiting = {row.id for row, came in news if came is None}
        tell = self._centre.policy().hold.tell_leaders
        for row, came in in_turn(news, lambda new: new[0].gate):
            self._seen_event = max(self._seen_event, row.id)
            if came is not None:
                origin = From(gate=row.gate, door=names[row.gate], epoch=row.epoch)
                try:
                    cause = of_event(origin, row.type, row.data, came, tell=tell)
                except Exception as exc:  # noqa: BLE001 the other events must be told
                    self._set_aside(row, exc)
                    cause = None
                if cause is not None:
                    self._open(cause)
                self._done.add(row.id)
        self._done = {done for done in self._done if done > self._seen_event - _LOOK_BACK}
        for alarm in alarms:
            if alarm.cleared is None:
                self._open(of_alarm(alarm, names[alarm.gate]))
            self._seen_alarm = max(self._seen_alarm, alarm.id)

    def _came(self, connection: Connection, row: Any) -> Came | None:
        """Return how an event came; None while its door still sends what came after a late one."""
        event = connection.execute(
            select(EVENT.c.historical, EVENT.c.late_ms, EVENT.c.stored).where(
                EVENT.c.gate == row.gate,
                EVENT.c.epoch == row.epoch,
                EVENT.c.sequence == row.sequence,
            )
        ).first()
        held = connection.execute(
            select(HOLD.c.state, HOLD.c.outcome, HOLD.c.contact_centi_c).where(
                HOLD.c.gate == row.gate, HOLD.c.hold_id == row.subject
            )
        ).first()
        contact = held and held.contact_centi_c
        if event is None or not (event.historical or (event.late_ms or 0) > _LATE_S * 1000):
            return Came(hold=held and held.state, contact_centi_c=contact)
        behind = connection.execute(
            select(STREAM.c.upto)
            .join(GATE, (GATE.c.gate == STREAM.c.gate) & (GATE.c.epoch == STREAM.c.epoch))
            .where(
                STREAM.c.gate == row.gate,
                STREAM.c.epoch == row.epoch,
                STREAM.c.upto < GATE.c.sequence,
            )
        ).first()
        waited_s = (self._centre.now - parse_utc(event.stored)).total_seconds()
        if behind is not None and waited_s < _SETTLES_S:
            return None
        return Came(
            is_late=True,
            late_s=None if event.late_ms is None else event.late_ms / 1000,
            hold=held and held.state,
            outcome=held and held.outcome,
            contact_centi_c=contact,
        )

    def _set_aside(self, row: Any, exc: Exception) -> None:
        """Say that an event cannot be told, whatever is wrong with it."""
        why = f"event {row.sequence} of epoch {row.epoch} cannot be told: {type(exc).__name__}"
        with self._centre.engine.begin() as connection:
            at = format_utc(self._centre.now)
            raise_alarm(connection, AlarmKind.UNREAD, row.gate, why, at)

    def _open(self, cause: Cause) -> None:
        if cause.key in self._known:
            return
        now = self._centre.now
        self._shelf.open(self._collected(cause, now) or cause, now)
        self._known.add(cause.key)

    def _collected(self, cause: Cause, now: datetime) -> Cause | None:
        """Return the one cause that stands for many: of one door, or of one kind at many doors."""
        if cause.kind in (TESTED, REPORTED):
            return None
        sort, most = (cause.kind, _MOST_OF_A_KIND) if cause.quiet else (cause.gate, _MOST_OF_A_DOOR)
        if self._crowd.count(f"{cause.quiet}:{sort}", now) <= most:
            return None
        what = word(f"alarm_kind.{cause.kind}") if cause.quiet else self._centre.door_names()[sort]
        return Cause(
            key=f"many:{sort}:{int(now.timestamp() // QUIET.total_seconds())}",
            kind="many",
            gate="" if cause.quiet else cause.gate,
            subject="",
            text=word("alert.many_of_a_kind" if cause.quiet else "alert.many", n=most, what=what),
            quiet=False,
        )

    def _tell(self, person: Recipient, lot: Sequence[Alert], people: int) -> None:
        """Tell one person what is due, in one message."""
        names = self._centre.door_names()
        titles = dict.fromkeys(_title(alert, names[alert.gate]) for alert in lot)
        text = "\n\n".join(alert.text + self._link(alert) for alert in lot)
        began = self._centre.clock.now()
        tries = self._messenger.tell(person, " · ".join(titles), text)
        ended = self._centre.clock.now()
        took_ms = round(ended.seconds_since(began) * 1000)
        for alert in lot:
            wait_s = 0.0 if alert.step + 1 < people else min(60.0, 2.0**alert.step)
            entry = (alert, person.name, tries, ended.utc)
            self._shelf.told(*entry, took_ms=took_ms, wait_s=wait_s)
            if alert.kind in _UNANSWERED_IS_FINE and any(one.sent for one in tries):
                self._shelf.end(alert, AlertState.OVER)

    def _link(self, alert: Alert) -> str:
        if alert.kind in _UNANSWERED_IS_FINE:
            return ""
        return f"\n{word('alert.answer', url=f'{self.base_url}/answer/{alert.token}')}"

    def _tell_fault(self, done: Future[None]) -> None:
        if not done.cancelled() and (fault := done.exception()) is not None:
            self._parts.failed("sender", fault)


def _title(alert: Alert, door: str) -> str:
    if alert.kind == REPORTED:
        return word("nav.reports")
    key = "alert.title_person" if alert.kind in HOLDS else "alert.title"
    return word(key, door=door).strip()
