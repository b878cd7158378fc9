"""What the ledger says: values, and how they count. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gate_agent.contract.records import Severity
from gate_collector.alarms.book import Alarm, AlarmKind
from gate_collector.ledger.district import DistrictGap, DistrictReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Numbers that are missing (缺号) below one that is there or was told."""

    gate: str
    epoch: str
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many events are missing."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One message in quarantine (存疑记录), with the reason."""

    id: int
    gate: str
    epoch: str
    sequence: int
    why: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """How punctual one lane's events were in the span, from the door's record to ours."""

    severity: Severity
    limit_ms: int
    of: int
    late: int
    undated: int  # 时间存疑: the gate's clock was in doubt, so nobody knows
    p50_ms: int | None
    p95_ms: int | None
    worst_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEvent:
    """One event that came later than its lane's limit."""

    gate: str
    epoch: str
    sequence: int
    type: str
    time: str
    late_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A door that says it is online, and is not heard (静默)."""

    gate: str
    seen: str
    silent_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLoss:
    """An event in which a door itself tells of a loss: dropped, replaced, purged."""

    gate: str
    epoch: str
    sequence: int
    type: str
    time: str


class Punctual(StrEnum):
    """Whether a door's daily report came."""

    IN_TIME = "in_time"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReport:
    """One door's daily report that was due."""

    gate: str
    day: str
    due: str
    came: str | None
    state: Punctual
    epoch: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreported:
    """A hold of whose report to the district's office anything is lacking (区防疫部门接报)."""

    gate: str
    hold_id: str
    opened: str | None
    receipt: DistrictReceipt

    @property
    def is_missed(self) -> bool:
        """Whether nobody was told, or no number proves it."""
        return bool({DistrictGap.MISSING, DistrictGap.NUMBERLESS}.intersection(self.receipt.gaps))

    @property
    def is_late(self) -> bool:
        """Whether it was told after its time."""
        return DistrictGap.LATE in self.receipt.gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything found at one time, over the span since `since` where a span counts."""

    time: str
    since: str
    gates: tuple[str, ...]
    gaps: tuple[Gap, ...]
    aside: tuple[Aside, ...]  # the newest of `asides`
    asides: int
    lanes: tuple[Punctuality, ...]
    late: tuple[LateEvent, ...]
    silent: tuple[Silence, ...]
    told: tuple[ToldLoss, ...]  # the newest of `losses`
    losses: int
    alarms: tuple[Alarm, ...]
    reports: tuple[DueReport, ...]
    district: tuple[Unreported, ...] = ()

    @property
    def missed(self) -> int:
        """How much is missing (漏): events, reports, and what the district was not told."""
        untold = sum(one.is_missed for one in self.district)
        return sum(gap.count for gap in self.gaps) + len(self.missing_reports) + untold

    @property
    def concealed(self) -> int:
        """How much contradicts the chain (瞒), or was told to be lost."""
        rewound = sum(alarm.kind == AlarmKind.REWOUND for alarm in self.alarms)
        return self.asides + self.losses + rewound

    @property
    def delayed(self) -> int:
        """How much was late (迟): events, reports, doors that are silent now, the district told."""
        late_reports = sum(report.state is Punctual.LATE for report in self.reports)
        told_late = sum(one.is_late for one in self.district)
        return sum(lane.late for lane in self.lanes) + late_reports + len(self.silent) + told_late

    @property
    def undated(self) -> int:
        """Of how many events nobody knows whether they were late (未能核实)."""
        return sum(lane.undated for lane in self.lanes)

    @property
    def missing_reports(self) -> tuple[DueReport, ...]:
        """The reports that were due and never came."""
        return tuple(report for report in self.reports if report.state is Punctual.MISSING)
