"""The thermometer's keeper (测温仪监护): watches what it says, and says when it is not believed.

Readings pass through here on their way to the door, untouched. Once a second it is asked whether
they can be believed; while they cannot, the door measures by hand and coverage is lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from gate_agent.contract.measurement_records import (
    CoverageLost,
    CoverageRestored,
    ThermometerChecked,
)
from gate_agent.contract.moment import NS_PER_S, Moment, format_utc, parse_utc
from gate_agent.contract.signals import Reading
from gate_agent.contract.thermometer import Doubt, ThermometerState, Trust
from gate_agent.domain.commissioning import WANTED, commissioning, is_known
from gate_agent.domain.door import DoorState, TrustChanged
from gate_agent.domain.effects import StepRefused
from gate_agent.domain.limits import limits
from gate_agent.domain.other_door import level_of, restored_comparison
from gate_agent.domain.passage import NOBODY
from gate_agent.domain.thermometer_check import ReferenceHeld, check
from gate_agent.domain.thermometer_health import ThermometerHealth, Watch, health, made_ns
from gate_agent.driver_api import Report
from gate_agent.gate.engine import Gate
from gate_agent.gate.errors import RequestRefused, refused
from gate_agent.gate.keeping import kept
from gate_agent.gate.screen_state import (
    CheckView,
    CommissionedView,
    CommissioningView,
    ThermometerView,
)
from gate_agent.host.supervision import unwatched
from gate_agent.store.reader import JournalReader

LOOK_S = 1.0
LOST_AFTER_S = 5.0  # a line that comes back at once lost nothing
CHECK_S = 120.0  # as long as a reference may stand before the thermometer
GOES_WITHIN_S = 30.0  # who held a reference; later whoever stands there is a person as any
_KEPT_S, _MOST_KEPT = 5, 100  # readings that a check compares

THERMOMETER_LOST = "thermometer_lost"


class ThermometerKeeper:
    """One door's thermometer. Implements `gate.ports.ThermometerDesk`; used in the event loop."""

    def __init__(
        self,
        gate: Gate,
        *,
        reader: JournalReader,
        others: Callable[[], Mapping[str, ThermometerState]] = dict,
    ) -> None:
        """Take up what the journal knows; `others`: how the other doors' thermometers are now."""
        self._gate = gate
        self._others = others
        self._watch = Watch()
        self._newest: deque[tuple[int, Reading]] = deque(maxlen=_MOST_KEPT)
        self._checks = reader.checks()
        self._checking_until_ns = self._goes_until_ns = 0
        self._reference = NOBODY
        lost = reader.coverage_lost()
        self._lost: Moment | None = None if lost is None else _moment_of(lost, gate.now())
        self._compared = restored_comparison(reader.compared(), gate.now())
        self._uncovered_ns: int | None = None
        self._health = ThermometerHealth(())
        self.turned: Callable[[], None] = unwatched

    # --- from the device --------------------------------------------------------------------

    def on_report(self, report: Report) -> None:
        """Pass on what the thermometer reports; a reference is nobody's passage."""
        if isinstance(report, Reading):
            now = self._gate.now()
            self._watch = self._watch.after(report, now.boot_ns)
            self._newest.append((now.boot_ns, report))
            if self._is_reference(report, now):
                return
        self._gate.on_report(report)

    def _is_reference(self, reading: Reading, now: Moment) -> bool:
        """Whether this is of a reference, or of who held it and has not gone since."""
        checking = now.boot_ns < self._checking_until_ns
        if not checking and (now.boot_ns >= self._goes_until_ns or self._reference.is_gone(now)):
            self._goes_until_ns = 0
            return False
        skin = self._gate.door.profile.sees_skin(reading)
        self._reference = self._reference.after(reading, skin=skin, at=now, kept=1)
        return skin

    def on_gone(self) -> None:
        """The line is down: it may have been the power, and it warms up again."""
        self._watch = Watch()

    # --- once a second ----------------------------------------------------------------------

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.turned()
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Ask whether it can be believed, and do what follows."""
        now, door = self._gate.now(), self._gate.door
        self._compare(now)
        health_now = health(
            self._watch,
            door.memory,
            self._checks,
            profile=door.profile,
            now=now,
            apart=self._compared.doubted(self._checks.blackbody, now),
            flag_permille=door.policy.measurement.flag_permille,
        )
        changed, self._health = health_now != self._health, health_now
        trusted = health_now.trust is not Trust.NOT_TRUSTED
        if trusted != door.thermometer_trusted:
            try:
                await self._gate.request(TrustChanged(at=now, trusted=trusted))
            except RequestRefused:
                return  # the journal cannot write now: asked again in a second
        self._cover(self._gate.now())
        if changed:
            self._gate.changed()

    def _compare(self, now: Moment) -> None:
        """Hold our people beside the other doors' (两门比对); record when that finds another."""
        compared, comparison = self._compared.after(
            self.state(),
            self._others(),
            limit_centi_c=self._gate.policy.measurement.doors_apart_centi_c,
            now=now,
        )
        if comparison is None or self._gate.keep([comparison], now):
            self._compared = compared

    def _cover(self, now: Moment) -> None:
        """Record where the time without a believable thermometer begins and ends (测温中断)."""
        if not self._gate.door.measures_by_hand:
            self._uncovered_ns = None
            lost = self._lost
            if lost is None:
                return
            record = CoverageRestored(
                since=format_utc(lost.utc), lost_s=round(max(0.0, now.seconds_since(lost)), 3)
            )
            if self._gate.keep([record], now):
                self._lost = None
            return
        began_ns = self._uncovered_ns = self._uncovered_ns or now.boot_ns
        if self._lost is None and now.boot_ns - began_ns >= LOST_AFTER_S * NS_PER_S:
            record_lost = CoverageLost(reasons=self._reasons(), since=format_utc(now.utc))
            if self._gate.keep([record_lost], now):
                self._lost = now

    def _reasons(self) -> tuple[str, ...]:
        lost = () if self._gate.door.thermometer_usable else (THERMOMETER_LOST,)
        return (*lost, *self._health.doubts)

    # --- the guard --------------------------------------------------------------------------

    def begin_check(self) -> None:
        """The reference is held before the thermometer: what it sees is nobody's passage."""
        self._checking_until_ns = self._gate.now().plus_s(CHECK_S)
        self._reference = NOBODY
        self._newest.clear()
        self._gate.changed()

    async def check(self, held: ReferenceHeld) -> ThermometerChecked:
        """Compare what the thermometer sees now with the reference, and record it (每日校验)."""
        now, door = held.at, self._gate.door
        newest_ns = now.plus_s(-_KEPT_S)
        try:
            checked = check(
                held,
                [reading for at_ns, reading in self._newest if at_ns >= newest_ns],
                profile=door.profile,
                usual=door.memory.usual(door.profile, now.boot_ns),
                failed_before=self._checks.failed_in_row,
            )
        except StepRefused as exc:
            raise refused(exc) from None
        await kept(self._gate, [checked], now)
        self._checks = self._checks.after(checked)
        self._checking_until_ns = 0
        self._goes_until_ns = self._gate.now().plus_s(GOES_WITHIN_S)
        await self.look()
        return checked

    def state(self) -> ThermometerState:
        """Return what the other doors, and the centre, are told of it."""
        now, door = self._gate.now(), self._gate.door
        since_ns = made_ns(self._checks.blackbody, now)
        level, people = level_of(door.memory, door.profile, since_ns=since_ns, now_ns=now.boot_ns)
        return ThermometerState(
            trust=self._health.trust,
            doubts=self._health.doubts,
            profile=door.profile.label,
            level_centi_c=level,
            people=people,
        )

    def view(self) -> ThermometerView:
        """Return what a screen shows of it."""
        now, door = self._gate.now(), self._gate.door
        usual = door.memory.usual(door.profile, now.boot_ns)
        learnt = door.memory.learnt_of(door.profile)
        newest, left_ns = self._checks.newest, self._checking_until_ns - now.boot_ns
        return ThermometerView(
            trust=self._health.trust,
            doubts=self._health.doubts,
            by_hand=door.measures_by_hand,
            lost_s=None if self._lost is None else max(0.0, now.seconds_since(self._lost)),
            check=None
            if newest is None
            else CheckView.model_validate(newest.model_dump(include=set(CheckView.model_fields))),
            check_due=Doubt.CHECK_OVERDUE in self._health.doubts,
            checking_s=round(left_ns / NS_PER_S, 1) if left_ns > 0 else None,
            baseline_centi_c=usual.baseline,
            baseline_people=usual.people,
            threshold_centi_c=limits(door.profile, door.policy.measurement, usual).threshold,
            commissioning=_start(door, now),
            commissioned=None
            if learnt is None
            else CommissionedView.model_validate(learnt[0].model_dump(exclude={"profile"})),
        )


def _start(door: DoorState, now: Moment) -> CommissioningView | None:
    """Return how far a new door is; None for one that knows its own normal."""
    if is_known(door.memory, door.profile, now.boot_ns):
        return None
    progress = commissioning(door.memory, door.profile, now.boot_ns)
    return CommissioningView(both=len(progress.both), wanted=WANTED, by_hand=door.guided)


def _moment_of(lost: CoverageLost, now: Moment) -> Moment:
    """Return when it was lost, on the clock of this boot: what the wall clocks say."""
    since = parse_utc(lost.since)
    ago_s = max(0.0, (now.utc - since).total_seconds())
    return Moment(utc=since, boot_ns=now.plus_s(-ago_s))
