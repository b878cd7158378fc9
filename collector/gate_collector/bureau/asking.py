"""Asks every hall at once: one that does not answer keeps no other from doing what was asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from gate_agent.contract.moment import NS_PER_S
from gate_agent.errors import GateError
from gate_agent.host.clock import Clock
from gate_collector.centre import Centre
from gate_collector.policies.book import PolicyBook

WITHIN_S = 10.0
NO_ANSWER = "no answer"
_MOST_QUESTIONS, _MOST_ORDERS = 4, 12  # under way at one hall
_T = TypeVar("_T")


class AskedHall(Protocol):
    """A hall as the bureau knows it, whether it runs or not."""

    @property
    def site(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def url(self) -> str:
        """Where people reach it."""

    @property
    def doors(self) -> Sequence[str]:
        """Its doors, where its file names them."""

    @property
    def is_up(self) -> bool:
        """Whether it runs."""

    @property
    def failing(self) -> str:
        """Why it does not run, or which part of it fails; empty when all is well."""

    def asked(self, ask: Callable[[Centre, PolicyBook], _T]) -> _T:
        """Return what is asked of its centre and its book. Raises GateError while it is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HallAnswer(Generic[_T]):
    """What one hall answered; `fault` says why it is none."""

    hall: AskedHall
    value: _T | None = None
    fault: str = ""


class HallAsker:
    """Asks the halls of a bureau. Safe to use from any thread."""

    def __init__(
        self, halls: Sequence[AskedHall], clock: Clock, *, within_s: float = WITHIN_S
    ) -> None:
        """A question that is not answered within this time is given up; it may still be done."""
        self.halls = halls
        self._clock = clock
        self._within_s = within_s
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()  # by hall: of one that hangs, no more than some

    def each(
        self, ask: Callable[[Centre, PolicyBook], _T], *, is_order: bool = False
    ) -> list[HallAnswer[_T]]:
        """Return what each answers, in order.

        Who has left several questions unanswered is asked no more for a while, but for an order.
        """
        answers: dict[str, HallAnswer[_T]] = {}

        def one(hall: AskedHall) -> None:
            try:
                answers[hall.site] = HallAnswer(hall=hall, value=hall.asked(ask))
            except GateError as exc:
                answers[hall.site] = HallAnswer(hall=hall, fault=str(exc))
            except Exception as exc:  # noqa: BLE001 whatever its store raises, it is told
                answers[hall.site] = HallAnswer(hall=hall, fault=type(exc).__name__)
            finally:
                with self._lock:
                    self._under_way[hall.site] -= 1

        most = _MOST_ORDERS if is_order else _MOST_QUESTIONS
        asked = []
        for hall in self.halls:
            with self._lock:
                if self._under_way[hall.site] >= most:
                    continue
                self._under_way[hall.site] += 1
            thread = threading.Thread(
                target=one, args=(hall,), name=f"ask {hall.site}", daemon=True
            )
            thread.start()
            asked.append(thread)
        until_ns = self._clock.now().plus_s(self._within_s)
        for thread in asked:
            thread.join(max(0.0, (until_ns - self._clock.now().boot_ns) / NS_PER_S))
        return [
            answers.get(hall.site) or HallAnswer(hall=hall, fault=NO_ANSWER) for hall in self.halls
        ]
