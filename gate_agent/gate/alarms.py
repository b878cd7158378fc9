"""Which alarms stand (报警), how grave, and how often they came: the same for every screen.

Priorities after IEC 60601-1-8: high for a person nobody answers for, medium and low otherwise; a
fault of the gate is a technical alarm and never high. What comes and goes (抖动) is shown once,
steadily, with its count. A person's alarm is never suppressed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.moment import NS_PER_S, ClockQuality, Moment, format_utc
from gate_agent.contract.records import ContactState, DeviceState, HoldState
from gate_agent.domain.contact import Contact
from gate_agent.domain.hold import Hold
from gate_agent.domain.neighbours import Neighbour

CHATTER_S = 60  # an alarm back within this time may be chattering
CHATTERS_AFTER = 3  # comings within it; from then on it stands until it was quiet for as long
SHIFT_S = 8 * 3600  # what is counted: the last shift's length
_SOON_S = 60  # a long deadline this near is worth a look
_LONG_S = 180
_UPLINK_LATE_S = 60
_GOOD_CLOCKS = (ClockQuality.SYNCED, ClockQuality.HOLDOVER)


class Priority(StrEnum):
    """How soon somebody must act: now, soon, when there is time."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class AlarmView(FrozenModel):
    """One alarm that stands. A screen sounds it anew when `rung` has grown, and only then."""

    id: str
    priority: Priority
    technical: bool  # a fault of the gate, not a person
    what: str  # flagged | overdue | due_soon | contacts | lost | stale | policy | journal | …
    about: str  # a hold or a device; empty where there is but one
    since: str
    rung: int
    times: int  # how often it came within the time of chatter
    chatters: bool


class AlarmCounts(FrozenModel):
    """Alarms of the last eight hours (EEMUA 191): how many asked for somebody."""

    since: str
    high: int = 0
    medium: int = 0
    low: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that is wrong now. `level` grows where it got worse."""

    priority: Priority
    technical: bool
    what: str
    about: str = ""
    level: int = 0

    @property
    def key(self) -> str:
        """What tells this matter from another one, whatever its level."""
        return ":".join(filter(None, (self.what, self.about)))


def of_people(holds: Iterable[Hold], contacts: Iterable[Contact], now: Moment) -> Iterator[Matter]:
    """Yield what held persons and their contacts wait for."""
    for hold in holds:
        about, flagged = hold.hold_id, hold.state is HoldState.FLAGGED
        if flagged or hold.overdue:
            what = "flagged" if flagged else "overdue"
            yield Matter(
                priority=Priority.HIGH,
                technical=False,
                what=what,
                about=about,
                level=hold.overdue,
            )
        elif (
            hold.due_ns is not None
            and (hold.due_s or 0) >= _LONG_S
            and hold.due_ns - now.boot_ns <= _SOON_S * NS_PER_S
        ):
            yield Matter(priority=Priority.MEDIUM, technical=False, what="due_soon", about=about)
    waiting = {one.hold_id for one in contacts if one.state is ContactState.PROPOSED}
    for hold_id in sorted(waiting):
        yield Matter(priority=Priority.LOW, technical=False, what="contacts", about=hold_id)


def of_other_doors(
    neighbours: Iterable[Neighbour], answers: Collection[tuple[str, str]]
) -> Iterator[Matter]:
    """Yield the holds of other doors that nobody answered; a missed deadline rings here first."""
    for one in neighbours:
        for hold in one.told.holds:
            waits = hold.state == HoldState.FLAGGED and (one.gate, hold.hold_id) not in answers
            if waits:
                yield Matter(
                    priority=Priority.HIGH if hold.overdue else Priority.MEDIUM,
                    technical=False,
                    what="other_door",
                    about=f"{one.gate}/{hold.hold_id}",
                    level=hold.overdue,
                )


def of_the_gate(
    *,
    devices: Iterable[tuple[str, DeviceState]],
    thermometer_trusted: bool,
    journal_writable: bool,
    uplink_state: str,
    oldest_pending_s: float,
    clock: ClockQuality,
    policy_read: bool,
    parts: Iterable[str] = (),
) -> Iterator[Matter]:
    """Yield what is wrong with the gate itself, gravest first; `parts` of the program fail."""
    if not journal_writable:
        yield Matter(priority=Priority.MEDIUM, technical=True, what="journal")
    for name, state in devices:
        if state is not DeviceState.OK:
            yield Matter(priority=Priority.MEDIUM, technical=True, what=state, about=name)
    if not thermometer_trusted:
        yield Matter(
            priority=Priority.MEDIUM, technical=True, what="untrusted", about="thermometer"
        )
    if not policy_read:
        yield Matter(priority=Priority.MEDIUM, technical=True, what="policy")
    if uplink_state == "twin":
        yield Matter(priority=Priority.MEDIUM, technical=True, what="twin")
    if any(parts):
        yield Matter(priority=Priority.MEDIUM, technical=True, what="part")
    late = uplink_state != "connected" and oldest_pending_s >= _UPLINK_LATE_S
    if late or uplink_state == "refused":
        yield Matter(priority=Priority.LOW, technical=True, what="uplink")
    if clock not in _GOOD_CLOCKS:
        yield Matter(priority=Priority.LOW, technical=True, what="clock")


@dataclass(slots=True, kw_only=True)
class _Known:
    standing: Matter
    since: str
    came_ns: list[int]
    rung: int
    ended_ns: int | None  # None while it stands

    def comings(self, now_ns: int) -> int:
        """Return how often it came within the time of chatter."""
        self.came_ns = [at for at in self.came_ns if now_ns - at < CHATTER_S * NS_PER_S]
        return len(self.came_ns)


class AlarmBook:
    """Remembers what stood, so that nothing rings twice for one cause."""

    def __init__(self, now: Moment) -> None:
        self._known: dict[str, _Known] = {}
        self._rung: list[tuple[int, Priority | None]] = []  # None: suppressed
        self._began = now

    def look(self, standing: Iterable[Matter], now: Moment) -> tuple[AlarmView, ...]:
        """Compare what is wrong at this moment with what was; return the alarms, gravest first."""
        here = {one.key: one for one in standing}
        for key, one in here.items():
            self._come(key, one, now)
        for key, known in list(self._known.items()):
            if key in here:
                continue
            if known.ended_ns is None:
                known.ended_ns = now.boot_ns
            if now.boot_ns - known.ended_ns >= CHATTER_S * NS_PER_S:
                del self._known[key]
        shown = (self._view(key, known, now) for key, known in self._known.items())
        order = list(Priority)
        return tuple(
            sorted(
                (view for view in shown if view.id in here or view.chatters),
                key=lambda view: (order.index(view.priority), view.technical),
            )
        )

    def counts(self, now: Moment) -> AlarmCounts:
        """Return how many alarms rang in the last shift's length."""
        start_ns = now.boot_ns - SHIFT_S * NS_PER_S
        self._rung = [(at, what) for at, what in self._rung if at >= start_ns]
        rang = [what for _, what in self._rung]
        return AlarmCounts(
            since=format_utc(self._began.utc),
            high=rang.count(Priority.HIGH),
            medium=rang.count(Priority.MEDIUM),
            low=rang.count(Priority.LOW),
            suppressed=rang.count(None),
        )

    def _come(self, key: str, one: Matter, now: Moment) -> None:
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _Known(
                standing=one, since=format_utc(now.utc), came_ns=[], rung=0, ended_ns=now.boot_ns
            )
        worse = one.level > known.standing.level
        if known.ended_ns is not None:
            known.came_ns.append(now.boot_ns)
            known.ended_ns = None
            if one.technical and known.comings(now.boot_ns) > CHATTERS_AFTER:
                self._rung.append((now.boot_ns, None))
            else:
                known.rung += 1
                self._rung.append((now.boot_ns, one.priority))
        elif worse:
            known.rung += 1
            self._rung.append((now.boot_ns, one.priority))
        known.standing = one

    def _view(self, key: str, known: _Known, now: Moment) -> AlarmView:
        one = known.standing
        times = known.comings(now.boot_ns)
        return AlarmView(
            id=key,
            priority=one.priority,
            technical=one.technical,
            what=one.what,
            about=one.about,
            since=known.since,
            rung=known.rung,
            times=times,
            chatters=one.technical and times > CHATTERS_AFTER,
        )
