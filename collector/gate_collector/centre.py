"""What the centre's rooms share: the store, the time, the hall, and the policy in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from gate_agent.contract.policy import Policy
from gate_agent.host.clock import Clock
from gate_agent.words import word
from gate_collector.day import ReportDay, day_at, report_day
from gate_collector.store.doors import DoorNames, door_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """One hall's centre, for whoever reads or writes beside the ingest."""

    engine: Engine
    clock: Clock
    zone: ZoneInfo
    site: str
    name: str = word("hall.name")
    unit: str = word("hall.unit")
    policy: Callable[[], Policy]
    policy_then: Callable[[datetime], Policy] | None = None  # None: it never changed
    sign: Callable[[str, bytes], str | None] = lambda _topic, _payload: None

    @property
    def now(self) -> datetime:
        """The present time, UTC."""
        return self.clock.now().utc

    @property
    def today(self) -> ReportDay:
        """The day to which the present time belongs."""
        return day_at(self.now, self._cut, self.zone)

    def day(self, day: date) -> ReportDay:
        """Return the day of this date, as the policy of that time cut it."""
        return report_day(day, self._cut)

    def policy_at(self, moment: datetime) -> Policy:
        """Return the policy that was in force then; of what is to come, the one in force now."""
        if self.policy_then is None:
            return self.policy()
        return self.policy_then(min(moment, self.now))

    def _cut(self, day: date) -> datetime:
        """Return when the day of a date ends: a change of the cut counts that came before it."""
        planned = self.policy_at(datetime.combine(day, time(), tzinfo=self.zone)).daily_report_at
        at = datetime.combine(day, planned, tzinfo=self.zone)
        return datetime.combine(day, self.policy_at(at).daily_report_at, tzinfo=self.zone)

    def door_names(self) -> DoorNames:
        """Return what people call the doors, by their ids."""
        with self.engine.connect() as connection:
            return door_names(connection)
