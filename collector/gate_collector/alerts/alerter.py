"""Looks twice a second for what somebody must be told, and tells it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, func, select

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.records import Severity
from gate_agent.host.supervision import Parts
from gate_agent.words import word
from gate_collector.alarms.book import AlarmKind, alarms_after, raise_alarm
from gate_collector.alerts.book import HOLDS, REPORTED, TESTED, Alert, AlertBook, AlertState
from gate_collector.alerts.causes import PAST, Came, Cause, From, of_alarm, of_event
from gate_collector.alerts.channels import Messenger, Recipient, order
from gate_collector.centre import Centre
from gate_collector.store.doors import door_names
from gate_collector.store.schema import EVENT, GATE, HOLD, NOTABLE, STREAM

EVERY_S = 0.5
_ROUNDS = 3  # how often everybody on the list is told
_LOOK_BACK = 500  # rows that are looked at again: several writers commit out of order
_LATE_S = 60.0  # what comes later is told as late
_SETTLES_S = 30.0  # so long may what came after a late event be awaited
_UNANSWERED_IS_FINE = (REPORTED, PAST)
_AT_ONCE = 4  # a service that hangs must not hold up another alert


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
        self._base_url = base_url.rstrip("/")
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="alert")
        if people:
            self._pool.submit(messenger.ready).add_done_callback(self._tell_fault)
        self._seen_event, self._seen_alarm = self._heads()
        self._known: set[str] = set()
        self._done: set[int] = set()  # of the newest events
        self._awaiting: set[int] = set()  # late ones, whose door still sends what came after

    @property
    def people(self) -> Sequence[Recipient]:
        """Who can be told."""
        return self._people

    def round(self) -> None:
        """Open what is new, tell what is due."""
        self._look()
        within_s = self._centre.policy().punctuality.answer_within_s
        for alert in self._shelf.claim(self._centre.now, within_s):
            self._pool.submit(self._tell, alert).add_done_callback(self._tell_fault)

    def test(self, by: str) -> None:
        """Send a test to the leader on duty: answered or passed on like any other."""
        now = self._centre.now
        text = word("alert.test", by=by)
        self._open(Cause(key=f"test:{now.isoformat()}", kind=TESTED, gate="", subject="",
                         text=text, quiet=False))  # fmt: skip

    def tell(self, cause: Cause) -> None:
        """Send what other rooms want told; whether somebody has to answer is its kind's to say."""
        self._open(cause)

    def close(self) -> None:
        """End after what is being sent."""
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
        for row, came in news:
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
            return Came(contact_centi_c=contact)
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
        if cause.key not in self._known:
            self._shelf.open(cause, self._centre.now)
            self._known.add(cause.key)

    def _tell(self, alert: Alert) -> None:
        people = order(self._people, self._centre.policy().on_duty(self._centre.now))
        if alert.step >= _ROUNDS * len(people):
            self._shelf.end(alert, AlertState.UNANSWERED)
            return
        person = people[alert.step % len(people)]
        needs_answer = alert.kind not in _UNANSWERED_IS_FINE
        url = f"{self._base_url}/answer/{alert.token}"
        link = f"\n{word('alert.answer', url=url)}" if needs_answer else ""
        door = self._centre.door_names()[alert.gate]
        title = word("alert.title_person" if alert.kind in HOLDS else "alert.title", door=door)
        if alert.kind == REPORTED:
            title = word("nav.reports")
        began = self._centre.clock.now()
        tries = self._messenger.tell(person, title.strip(), alert.text + link)
        ended = self._centre.clock.now()
        took_ms = round(ended.seconds_since(began) * 1000)
        self._shelf.told(alert, person.name, tries, ended.utc, took_ms)
        if not needs_answer and any(one.sent for one in tries):
            self._shelf.end(alert, AlertState.OVER)

    def _tell_fault(self, done: Future[None]) -> None:
        if not done.cancelled() and (fault := done.exception()) is not None:
            self._parts.failed("sender", fault)
