"""Looks twice a second for what somebody must be told, and tells it, rung by rung."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product

from gate_agent.contract.leading_group import Post
from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.host.supervision import Parts
from gate_agent.words import texts
from gate_collector.alerts.book import LONGEST_WAIT_S, QUIET, Alert, AlertBook
from gate_collector.alerts.causes import Cause
from gate_collector.alerts.channels import Messenger, Recipient
from gate_collector.alerts.ending import EndingState
from gate_collector.alerts.hall import changed_mode, rota_gap
from gate_collector.alerts.kinds import (
    FOLLOW,
    MANY,
    REPORTED,
    TESTED,
    TOLD_TO_ALL,
    AlertSort,
    AlertState,
    rests,
)
from gate_collector.alerts.ladder import Rung, everybody, ladder, office_first, unreachable
from gate_collector.alerts.news import News
from gate_collector.alerts.pace import AddressPace, SpanCounter
from gate_collector.alerts.telling import RungTold, Teller
from gate_collector.centre import Centre

EVERY_S = 0.5
_ROUNDS = 3  # how often everybody on the list is told
_MOST_AT_ONCE = 4  # alerts in one message: WeCom takes 2,048 bytes
_MOST_OF_A_DOOR, _MOST_OF_A_KIND = 10, 6  # within QUIET; one alert stands for the rest
_MOST_TRIES = 10  # to reach the last of those who must all know
_GIVES_UP = timedelta(days=1)  # on an alert that never reached anybody


class Alerter:
    """Opens alerts for what happened, and tells people until one answers, or it is settled."""

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
        self._centre = centre
        self._shelf = shelf
        self._people = people
        self.base_url = base_url.rstrip("/")
        self._teller = Teller(
            shelf, messenger, centre.clock, base_url=self.base_url,
            parts=parts or Parts(centre.clock),
        )  # fmt: skip
        if people:
            self._teller.ready()
        self._news = News(centre)
        self._known: set[str] = set()
        self._pace, self._crowd = AddressPace(), SpanCounter(QUIET)
        self._mode_of: int | None = None  # the version whose mode was looked at last

    @property
    def people(self) -> Sequence[Recipient]:
        """Who can be told."""
        return self._people

    def rungs(self, sort: AlertSort) -> list[Rung]:
        """Return who is told of an alert of this sort now, and to whom it is passed on."""
        policy = self._centre.policy()
        return ladder(self._people, policy.posts, policy.on_duty(self._centre.now), sort)

    @property
    def unreachable(self) -> list[Post]:
        """The posts of the leading group that nobody can be told at."""
        return unreachable(self._people, self._centre.policy().posts)

    @property
    def is_telling(self) -> bool:
        """Whether somebody is being told something now."""
        return bool(self._teller.in_flight)

    def round(self) -> None:
        """Open what is new, end what is settled, tell what is due."""
        self._look()
        now, policy = self._centre.now, self._centre.policy()
        within_s = policy.punctuality.answer_within_s
        turn = _Turn(self._people, policy, now, self._pace)
        hall = self._hall(policy, now)

        def may_go(alert: Alert) -> bool:
            return not (hall.is_resting and rests(alert.kind, alert.gate)) and turn.takes(alert)

        claimed = self._shelf.claim(
            now, within_s, may_go, hall=hall, in_flight=self._teller.in_flight
        )
        lots, begun = defaultdict[tuple[bool, str], list[Alert]](list), list[RungTold]()
        for alert in claimed:
            rung = turn.rung(alert)
            if rung is None:
                self._shelf.end(alert, AlertState.UNANSWERED, now)
            elif not rung.people:
                self._shelf.is_known(alert, now)
            else:
                begun.append(_begun(alert, rung, turn.size(alert)))
                for person in rung.people:
                    lots[alert.sort is AlertSort.PEOPLE, person.name].append(alert)
        self._teller.begin(begun)
        names = self._centre.door_names() if lots else None
        for is_of_people, person in product((True, False), self._people):  # a fever stands alone
            if names is not None and (lot := lots.get((is_of_people, person.name))):
                self._pace.told(person.urls, now)
                self._teller.tell(person, lot, names)

    def test(self, by: str) -> None:
        """Send a test to the leader on duty: answered or passed on like any other."""
        now = self._centre.now
        text = texts("alert.test", by=by)
        self._open(Cause(key=f"test:{now.isoformat()}", kind=TESTED, gate="", subject="",
                         text=text, quiet=False))  # fmt: skip

    def tell(self, cause: Cause) -> None:
        """Send a message of another room; its kind says whether somebody must answer."""
        self._open(cause)

    def close(self) -> None:
        """Stop, once the message that is being sent is out."""
        self._teller.close()

    def _look(self) -> None:
        for cause in self._news.causes():
            self._open(cause)

    def _hall(self, policy: Policy, now: datetime) -> EndingState:
        """Return the hall as it is, having opened what everybody must know of it."""
        if policy.version != self._mode_of:
            with self._centre.engine.connect() as connection:
                changed = changed_mode(connection, policy, now, self._centre.zone)
            if changed is not None:
                self._open(changed)
            self._mode_of = policy.version
        gap = rota_gap(policy, now, self._centre.zone)
        if gap is not None:
            self._open(gap)
        local = on_clock(now, self._centre.zone).time()
        return EndingState(
            mode=policy.hall_mode,
            gaps=frozenset({gap.key} if gap else ()),
            is_resting=policy.rest_hours is not None and policy.rest_hours.covers(local),
        )

    def _open(self, cause: Cause) -> None:
        if cause.key in self._known:
            return
        now = self._centre.now
        self._shelf.open(self._collected(cause, now) or cause, now)
        self._known.add(cause.key)

    def _collected(self, cause: Cause, now: datetime) -> Cause | None:
        """Return the one cause that stands for many: of one door, or of one kind at many doors."""
        if cause.kind in (TESTED, REPORTED, *TOLD_TO_ALL) or cause.drill:
            return None
        sort, most = (cause.kind, _MOST_OF_A_KIND) if cause.quiet else (cause.gate, _MOST_OF_A_DOOR)
        if self._crowd.count(f"{cause.quiet}:{sort}", now) <= most:
            return None
        names = self._centre.door_names()
        what = texts(f"alarm_kind.{cause.kind}") if cause.quiet else names[sort]
        return Cause(
            key=f"many:{sort}:{int(now.timestamp() // QUIET.total_seconds())}",
            kind=MANY,
            gate="" if cause.quiet else cause.gate,
            subject="",
            text=texts("alert.many_of_a_kind" if cause.quiet else "alert.many", n=most, what=what),
            quiet=False,
        )


class _Turn:
    """Who is told of what in one round, and how much each of them still takes."""

    def __init__(
        self, people: Sequence[Recipient], policy: Policy, now: datetime, pace: AddressPace
    ) -> None:
        self._now = now
        leader = policy.on_duty(now)
        self._rungs = {sort: ladder(people, policy.posts, leader, sort) for sort in AlertSort}
        self._office = office_first(people, policy.posts, leader)
        self._all = everybody(people, leader)
        self._room = {one.name: _MOST_AT_ONCE * pace.may(one.urls, now) for one in people}

    def size(self, alert: Alert) -> int:
        """Return how many rungs an alert climbs before it is told again."""
        return 1 if alert.kind in TOLD_TO_ALL else len(self._of(alert))

    def rung(self, alert: Alert) -> Rung | None:
        """Return who is told of an alert next; None: everybody was, as often as we try.

        What is told to all has a rung without anybody once all know.
        """
        if not self._all or self._is_spent(alert):
            return None
        if alert.kind in TOLD_TO_ALL:
            lacking = [one for one in self._all if one.name not in alert.reached]
            if alert.reached and alert.step >= _MOST_TRIES:
                lacking = []
            return Rung(tuple(lacking), frozenset(one.name for one in lacking))
        rungs = self._of(alert)
        return rungs[alert.step % len(rungs)]

    def takes(self, alert: Alert) -> bool:
        """Whether everybody who is next takes one more now; what may not go waits."""
        rung = self.rung(alert)
        if rung is None:
            return True
        if any(self._room[one.name] <= 0 for one in rung.people):
            return False
        for one in rung.people:
            self._room[one.name] -= 1
        return True

    def _of(self, alert: Alert) -> list[Rung]:
        return self._office if alert.kind == FOLLOW else self._rungs[alert.sort]

    def _is_spent(self, alert: Alert) -> bool:
        if alert.reached:
            is_climbing = alert.kind not in TOLD_TO_ALL
            return is_climbing and alert.rungs_reached >= _ROUNDS * self.size(alert)
        return self._now - parse_utc(alert.opened) > _GIVES_UP


def _begun(alert: Alert, rung: Rung, size: int) -> RungTold:
    """Return that a rung is being told; where it reaches nobody, the next one is told at once."""
    is_climbing = alert.step + 1 < size
    wait_s = 0.0 if is_climbing else min(LONGEST_WAIT_S, 2.0 ** min(alert.step, 9))
    return RungTold(
        alert=alert,
        waiting={one.name for one in rung.people},
        awaited=rung.awaited,
        retry_s=wait_s,
    )
