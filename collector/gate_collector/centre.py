"""What the centre's rooms share: the store, the time, the hall, and the policy in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
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
    sign: Callable[[str, bytes], str | None] = lambda _topic, _payload: None

    @property
    def now(self) -> datetime:
        """The present time, UTC."""
        return self.clock.now().utc

    @property
    def today(self) -> ReportDay:
        """The day to which the present time belongs."""
        return day_at(self.now, self.policy().daily_report_at, self.zone)

    def day(self, day: date) -> ReportDay:
        """Return the day of this date."""
        return report_day(day, self.policy().daily_report_at, self.zone)

    def door_names(self) -> DoorNames:
        """Return what people call the doors, by their ids."""
        with self.engine.connect() as connection:
            return door_names(connection)
