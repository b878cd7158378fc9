"""What a merged report says. It is kept as JSON: a new field gets a default. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from gate_agent.contract.duty_records import Disinfectant, Round, RoundCount, Stock
from gate_agent.contract.records import Category, Decision
from gate_collector.day import in_order
from gate_collector.ledger.district import DistrictReceipt
from gate_collector.reports.office import OfficeDay


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReportVerdict(StrEnum):
    """What the evidence says of one thing; unknown is never fine."""

    PROVED = "proved"  # 已证明
    LACKING = "lacking"  # 不符
    UNKNOWN = "unknown"  # 无记录


class Check(_Part):
    """One thing a zero report must prove."""

    key: str
    verdict: ReportVerdict
    zh: str
    en: str


class HourCount(_Part):
    """Passages of one kind and outcome in one hour of the day."""

    hour: int = Field(ge=0, le=23)
    category: Category
    decision: Decision
    count: int = Field(ge=1)


class DueRound(_Part):
    """One due time of an area, and the round that met it; none: it was missed, or is not due."""

    due: str
    at: str | None = None
    by: str = ""
    method: Disinfectant | None = None
    late_min: int = 0
    is_entered: bool = Field(default=False, description="补登: by a clerk, not at the door")
    is_scanned: bool = Field(default=False, description="扫码: by who did it, not at the door")


class AreaDay(_Part):
    """One kind of round in one area of a door."""

    area: str
    kind: Round
    dues: tuple[DueRound, ...] = ()

    @property
    def done(self) -> int:
        """How many due times were met."""
        return sum(due.at is not None for due in self.dues)

    def missed(self, now: str) -> list[DueRound]:
        """Return what was due by then and was not done."""
        return [due for due in self.dues if due.at is None and due.due <= now]


class DoorDay(_Part):
    """One door's day, as the centre holds it."""

    gate: str
    name: str = Field("", description="what people call it; empty if it never told")
    came: str | None = Field(description="when its own report was stored; null if it never came")
    late: bool = False
    since: str
    until: str
    first_sequence: int = 0
    last_sequence: int = 0
    missing_events: int = Field(0, description="numbers of the span that are not here")
    joined: bool = Field(default=True, description="the span begins where the day before ended")
    aside: int = Field(0, description="messages in quarantine that came in the span")
    agrees: bool | None = Field(None, description="our own count equals the door's")
    counts: tuple[HourCount, ...] = ()
    device_lost_s: dict[str, int] = Field(default_factory=dict)
    coverage_lost_s: int = Field(0, description="no thermometer that could be believed: by hand")
    uncovered_s: int = Field(0, description="测温中断: so long was the thermometer not trusted")
    down_s: int = Field(0, description="at most so long was the daemon down")
    rounds: tuple[RoundCount, ...] = Field((), description="as the door itself counted them")
    areas: tuple[AreaDay, ...] | None = Field(None, description="null: an earlier version")
    green: int | None = Field(None, description="绿色通道; null: this door does not count it")
    supplies: tuple[Stock, ...] = ()
    thermometer_checks: int | None = Field(None, description="null: not recorded by this version")
    late_urgent: int = 0
    late_routine: int = 0
    late_p95_ms: int | None = None
    dated: int | None = Field(None, description="of so many it is known; null: an earlier version")
    undated: int = Field(0, description="the clock was in doubt, so how late is not known")

    @property
    def called(self) -> str:
        """What the report calls this door."""
        return self.name or self.gate

    @property
    def is_dated(self) -> bool:
        """Whether it is known of anything when it came: else nothing is known to be in time."""
        return self.dated != 0 or not self.undated

    @property
    def met(self) -> list[DueRound]:
        """The due times that were met, of all areas."""
        return [due for area in self.areas or () for due in area.dues if due.at is not None]

    @property
    def methods(self) -> dict[Disinfectant, int]:
        """How many rounds were done with what, as far as that was told."""
        by_method = Counter(due.method for due in self.met)
        return {method: by_method[method] for method in Disinfectant if by_method[method]}

    def missed(self, now: str) -> int:
        """Return how many rounds were due by then and not done."""
        return sum(len(area.missed(now)) for area in self.areas or ())

    def total(self, *, category: Category | None = None, decision: Decision | None = None) -> int:
        """Return how many passages there were, of this kind and outcome where given."""
        return sum(
            line.count
            for line in self.counts
            if category in (None, line.category) and decision in (None, line.decision)
        )


class HoldLine(_Part):
    """One hold of the day (暂留), without a name."""

    gate: str
    hold_id: str
    opened: str
    category: str
    reason: str
    surface_centi_c: int | None
    contact_centi_c: int | None
    state: str
    outcome: str | None
    closed: str | None
    overdue: int = Field(description="how often a step was not done in its time")
    office_reference: str | None = Field(
        None, description="受理编号: the newest that the district's office gave"
    )

    @property
    def is_released(self) -> bool:
        """Whether they were found well and let go, or the hold is one with another: no case."""
        return self.outcome in ("released", "closed")

    district: DistrictReceipt = Field(
        DistrictReceipt(), description="区防疫部门接报: of a hold that needs it"
    )


class HoldStepOfDay(_Part):
    """What was done with a hold in the day."""

    at: str
    step: str
    reference: str = Field("", description="受理编号, where the district's office gave one")


class CarriedHold(HoldLine):
    """A hold of an earlier day that was open when this one began (前期转入)."""

    steps: tuple[HoldStepOfDay, ...] = Field((), description="in this day alone")


class OpenContacts(_Part):
    """The close contacts of one hold whom nobody has judged, asked after, or ended, yet."""

    gate: str
    hold_id: str
    opened: str
    count: int = Field(description="待确认")
    unfollowed: int = Field(
        0, description="缺随访: whom nobody asked after on a day until this one"
    )
    unended: int = Field(0, description="期满待解除: observed to the end, which nobody said")


class ContactsDay(_Part):
    """What a report says of close contacts: people, each counted once over all cases."""

    contacts: dict[str, int] = Field(default_factory=dict, description="密切接触者 by state")
    contacts_open: tuple[OpenContacts, ...] = Field((), description="待确认、缺随访, case by case")
    unjudged: int | None = Field(None, description="people; null: an earlier version made it")
    unfollowed: int | None = Field(None, description="people; null: an earlier version made it")
    unended: int = 0

    @property
    def lacking(self) -> dict[str, tuple[int, int]]:
        """What is lacking of how many people, in how many cases; what nobody lacks left out."""
        columns = {
            "unjudged": ([one.count for one in self.contacts_open], self.unjudged),
            "unfollowed": ([one.unfollowed for one in self.contacts_open], self.unfollowed),
            "unended": ([one.unended for one in self.contacts_open], self.unended),
        }
        return {
            name: (sum(each) if people is None else people, sum(map(bool, each)))
            for name, (each, people) in columns.items()
            if any(each)
        }


class MergedReport(ContactsDay):
    """Both doors' day in one document."""

    site: str
    name: str
    unit: str
    day: str
    since: str = Field("", description="when the day began; empty: an earlier version made it")
    until: str = Field("", description="the cut: what came later belongs to the next day")
    first_hour: int = Field(0, ge=0, le=23, description="the hour of the cut")
    version: int = Field(ge=0, description="0: a preview, never kept")
    made: str
    by: str = Field(description="who made this version; 'clock' when it was due")
    why: str = ""
    policy_version: int
    leaders: tuple[str, ...] = ()
    doors: tuple[DoorDay, ...]
    holds: tuple[HoldLine, ...] = ()
    carried: tuple[CarriedHold, ...] = Field((), description="前期转入: open at the begin")
    open_before: int = Field(0, description="so many an earlier version told in their place")
    office: OfficeDay | None = Field(None, description="null: an earlier version made it")
    checks: tuple[Check, ...] = ()
    anchor: str = Field("", description="每日锚点: a DayAnchor as JSON, and the centre's signature")

    @property
    def complete(self) -> bool:
        """Whether every check is proved."""
        return all(check.verdict is ReportVerdict.PROVED for check in self.checks)

    @property
    def green(self) -> int | None:
        """How many came by the green channel; None where no door counts it."""
        counted = [door.green for door in self.doors if door.green is not None]
        return sum(counted) if counted else None

    @property
    def abnormal(self) -> int:
        """How many holds were no mere alarm: transferred, left, or open in any part of the day."""
        return self.open_before + sum(not line.is_released for line in self.told_holds)

    @property
    def told_holds(self) -> tuple[HoldLine, ...]:
        """The holds that this report answers for: of its day, and carried over."""
        return (*self.carried, *self.holds)

    @property
    def still_open(self) -> int:
        """How many of them were not closed when it was made."""
        return self.by_outcome(None) + self.open_before

    def called(self, gate: str) -> str:
        """Return what this report calls a door."""
        return next((door.called for door in self.doors if door.gate == gate), gate)

    def by_outcome(self, outcome: str | None) -> int:
        """Return how many holds ended so; None for those still open."""
        return sum(line.outcome == outcome for line in self.told_holds)

    def hours(self) -> list[int]:
        """Return the hours in which anybody passed, as they follow each other in this day."""
        hours = {line.hour for door in self.doors for line in door.counts}
        return in_order(hours, self.first_hour)


def rounds_of(doors: Iterable[DoorDay]) -> list[RoundCount]:
    """Return the rounds of each area over all doors: an area belongs to the hall."""
    counts: dict[tuple[str, str], RoundCount] = {}
    for line in (line for door in doors for line in door.rounds):
        known = counts.get((line.area, line.kind))
        counts[line.area, line.kind] = RoundCount(
            area=line.area,
            kind=line.kind,
            done=line.done + (known.done if known else 0),
            needed=max(line.needed, known.needed if known else 0),
        )
    return list(counts.values())
