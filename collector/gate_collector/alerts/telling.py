"""Tells people over their services, each beside the others, and gives up on one that hangs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, Queue
from threading import Lock, Thread

from gate_agent.host.clock import Clock
from gate_agent.host.supervision import Parts
from gate_agent.words import word
from gate_collector.alerts.book import Alert, AlertBook
from gate_collector.alerts.channels import Messenger, Recipient, TryResult
from gate_collector.alerts.kinds import (
    EMERGENCY,
    REPORTED,
    TOLD_TO_ALL,
    UNANSWERED_IS_FINE,
    AlertSort,
)
from gate_collector.store.doors import DoorNames

GIVEN_UP_S = 30.0  # a service may drip: each of its bytes is soon, and there is no end
_MOST_STUCK = 2  # of one person's services: no more threads wait for it
_BESIDE = 2  # messages to each person at a time


@dataclass(slots=True, kw_only=True)
class RungTold:
    """How telling one rung of an alert goes: who is being told, of whom one must be reached."""

    alert: Alert
    waiting: set[str]
    awaited: frozenset[str]
    retry_s: float  # after which the next rung is told, where nobody awaited was reached
    reached: set[str] = field(default_factory=set)
    is_due_again: bool = False


class Teller:
    """Sends what the alerter says, and keeps how it went. Nobody waits for another's service."""

    def __init__(
        self,
        book: AlertBook,
        messenger: Messenger,
        clock: Clock,
        *,
        base_url: str,
        parts: Parts,
        given_up_s: float = GIVEN_UP_S,
    ) -> None:
        self._book = book
        self._messenger = messenger
        self._clock = clock
        self._base_url = base_url
        self._parts = parts
        self._given_up_s = given_up_s
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._lock = Lock()
        self._rungs: dict[int, RungTold] = {}
        self._stuck: Counter[str] = Counter()

    def ready(self) -> None:
        """Load what telling needs, beside whatever else is done."""
        self._submit("", self._messenger.ready)

    @property
    def in_flight(self) -> frozenset[int]:
        """The alerts that somebody is being told of now."""
        with self._lock:
            return frozenset(self._rungs)

    def begin(self, rungs: Sequence[RungTold]) -> None:
        """Begin to tell these alerts, before anybody of theirs is."""
        with self._lock:
            self._rungs |= {one.alert.id: one for one in rungs}

    def tell(self, person: Recipient, lot: Sequence[Alert], names: DoorNames) -> None:
        """Tell one person what is due, in one message, as soon as a thread of theirs is free."""
        self._submit(person.name, self._tell, person, lot, names)

    def close(self) -> None:
        """Stop, once the messages that are being sent are out, or are given up."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools.values():
            pool.shutdown()

    def _submit(self, whose: str, do: Callable[..., None], *given: object) -> None:
        pool = self._pools.get(whose) or ThreadPoolExecutor(_BESIDE, thread_name_prefix="alert")
        self._pools[whose] = pool
        pool.submit(do, *given).add_done_callback(self._tell_fault)

    def _tell(self, person: Recipient, lot: Sequence[Alert], names: DoorNames) -> None:
        titles = dict.fromkeys(_title(alert, names[alert.gate]) for alert in lot)
        text = "\n\n".join(alert.text + self._link(alert, person.name) for alert in lot)
        began = self._clock.now()
        tries = self._sent(person, " · ".join(titles), text)
        ended = self._clock.now()
        took_ms = round(ended.seconds_since(began) * 1000)
        for alert in lot:
            self._book.told(alert, person.name, tries, ended.utc, took_ms=took_ms)
            self._reckon(alert, person.name, is_reached=any(one.sent for one in tries))

    def _sent(self, person: Recipient, title: str, text: str) -> Sequence[TryResult]:
        """Tell a person; a service that does not end in time counts as not reached."""
        failed = [TryResult(url.partition(":")[0], sent=False) for url in person.urls]
        came: Queue[Sequence[TryResult]] = Queue()
        late: list[bool] = []

        def call() -> None:
            tries: Sequence[TryResult] = failed
            try:
                tries = self._messenger.tell(person, title, text)
            except Exception as exc:  # noqa: BLE001 whatever it is, it is told
                self._parts.failed("sender", exc)
            with self._lock:
                came.put(tries)
                self._stuck[person.name] -= len(late)

        with self._lock:
            if self._stuck[person.name] >= _MOST_STUCK:
                return failed
        Thread(target=call, name="alert-service", daemon=True).start()
        with suppress(Empty):
            return came.get(timeout=self._given_up_s)
        with self._lock:
            if not came.empty():
                return came.get()
            late.append(True)
            self._stuck[person.name] += 1
            return failed

    def _reckon(self, alert: Alert, person: str, *, is_reached: bool) -> None:
        """Take into account that one person was told; the last of a rung says what follows."""
        now = self._clock.now().utc
        with self._lock:
            rung = self._rungs.get(alert.id)
            if rung is None:
                return
            rung.waiting.discard(person)
            if is_reached:
                rung.reached.add(person)
            is_failed = not rung.is_due_again and not rung.awaited & (rung.waiting | rung.reached)
            rung.is_due_again = rung.is_due_again or is_failed
            is_finished = not rung.waiting
        all_know = rung.awaited <= rung.reached or (rung.reached and alert.kind not in TOLD_TO_ALL)
        try:
            if is_failed:
                self._book.due_again(alert, now + timedelta(seconds=rung.retry_s))
            if is_finished and all_know:
                self._book.is_known(alert, now)
        finally:
            self._end(alert, rung, is_finished=is_finished)

    def _end(self, alert: Alert, rung: RungTold, *, is_finished: bool) -> None:
        """Let a rung be in flight until what follows from it is kept, and the next one after it."""
        with self._lock:
            if is_finished and self._rungs.get(alert.id) is rung:
                del self._rungs[alert.id]

    def _link(self, alert: Alert, person: str) -> str:
        if alert.kind in UNANSWERED_IS_FINE:
            return ""
        token = self._book.link(alert, person, self._clock.now().utc)
        return f"\n{word('alert.answer', url=f'{self._base_url}/answer/{token}')}"

    def _tell_fault(self, done: Future[None]) -> None:
        if not done.cancelled() and (fault := done.exception()) is not None:
            self._parts.failed("sender", fault)


def _title(alert: Alert, door: str) -> str:
    if alert.kind == REPORTED:
        return word("nav.reports")
    if alert.kind == EMERGENCY:
        return word("hall_mode.emergency")
    keys = {AlertSort.PEOPLE: "alert.title_person", AlertSort.HALL: "alert.title_hall"}
    return word(keys.get(alert.sort, "alert.title"), door=door).strip()
