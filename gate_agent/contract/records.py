"""What the gate records: the `data` of every event type, as pure models.

The domain speaks in these; `contract.messages` wraps them into the published body. A reader ignores
fields it does not know; a changed meaning gets a new type (`.v2`).
Personal data stands in `PersonRegistered.sealed` and nowhere else.

Whoever reads records imports them from here; each subject's stand in a file of their own.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gate_agent.contract.access_records import PersonRevealed, ShiftChanged, StaffChanged
from gate_agent.contract.agent_records import (
    Absence,
    AgentStarted,
    AgentStopped,
    ClockStepped,
    ClockSynced,
    DeviceChanged,
    EventsDropped,
    JournalReplaced,
    ModeApplied,
    ScreenAttended,
    ScreenUnattended,
    StoreChanged,
    StoreState,
)
from gate_agent.contract.anchor import AnchorKept
from gate_agent.contract.contact_records import (
    ContactEntry,
    ContactListed,
    ContactState,
    ContactUpdated,
)
from gate_agent.contract.duty_records import (
    DutyDone,
    Round,
    RoundCount,
    ShiftNoted,
    Stock,
    SuppliesCounted,
)
from gate_agent.contract.free_text import FREE
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.hold_records import (
    HoldAnswered,
    HoldClosed,
    HoldIdentified,
    HoldNoted,
    HoldOpened,
    HoldOverdue,
    HoldStep,
    NoteKind,
)
from gate_agent.contract.leaving_records import ExitMeans, PersonLeft
from gate_agent.contract.measurement_records import (
    ContactRead,
    CoverageLost,
    CoverageRestored,
    Temperature,
    ThermometerChecked,
    ThermometerCommissioned,
    ThermometerCompared,
)
from gate_agent.contract.numbers import Whole
from gate_agent.contract.order_records import OrderAnswered
from gate_agent.contract.passage_marks import AppointmentMade, PassageMarked
from gate_agent.contract.policy import HallMode
from gate_agent.contract.privacy_records import DataPurged, PurgeCause
from gate_agent.contract.record import (
    ByHand,
    Category,
    Day,
    Decision,
    DeviceState,
    HoldState,
    Id,
    Outcome,
    Record,
    Ref,
    Severity,
    Utc,
)
from gate_agent.contract.snapshot_records import SnapshotTaken, SnapshotViewed

__all__ = [
    "BY_TYPE",
    "RECORDS",
    "Absence",
    "AgentStarted",
    "AgentStopped",
    "AnchorKept",
    "AppointmentMade",
    "ByHand",
    "Category",
    "ClockStepped",
    "ClockSynced",
    "ContactEntry",
    "ContactListed",
    "ContactRead",
    "ContactState",
    "ContactUpdated",
    "CoverageLost",
    "CoverageRestored",
    "DailyReport",
    "DataPurged",
    "Decision",
    "DeviceChanged",
    "DeviceState",
    "DutyDone",
    "EventsDropped",
    "ExitMeans",
    "HoldAnswered",
    "HoldClosed",
    "HoldIdentified",
    "HoldNoted",
    "HoldOpened",
    "HoldOverdue",
    "HoldState",
    "HoldStep",
    "JournalReplaced",
    "ModeApplied",
    "NoteKind",
    "Outcome",
    "PassageCount",
    "PassageDecided",
    "PassageGrouped",
    "PassageLeft",
    "PassageMarked",
    "PersonLeft",
    "PersonRegistered",
    "PersonRevealed",
    "PurgeCause",
    "Record",
    "Ref",
    "Round",
    "RoundCount",
    "ScreenAttended",
    "ScreenUnattended",
    "Severity",
    "ShiftChanged",
    "ShiftNoted",
    "SnapshotTaken",
    "SnapshotViewed",
    "StaffChanged",
    "Stock",
    "StoreChanged",
    "StoreState",
    "SuppliesCounted",
    "Temperature",
    "ThermometerChecked",
    "ThermometerCommissioned",
    "ThermometerCompared",
    "Utc",
]


class PassageDecided(Record):
    """One person's attempt came to its outcome (通行结论)."""

    TYPE: ClassVar[str] = "gate.passage.decided.v1"
    passage_id: Id
    category: Category
    person_ref: Ref | None
    decision: Decision
    reasons: tuple[str, ...] = Field(
        json_schema_extra=FREE, description="codes, and what the guard wrote"
    )
    temperature: Temperature
    started: Utc
    decided: Utc
    registered: bool
    hall_mode: HallMode
    hold_id: Id | None = None
    by: str | None = Field(None, description="who overrode, where a guard did")
    by_hand: ByHand | None = Field(None, description="where no reader read the document")
    repeat_visit: bool = Field(default=False, description="known here from an earlier visit")
    registration_ms: Whole | None = Field(
        None, description="from card to admission of a registered visitor; null for others"
    )
    green_channel: bool | None = Field(
        None, description="绿色通道: came by it; null: this door does not mark it"
    )
    companions: Whole = Field(0, ge=0, description="随行 n 人: who go in with this person")
    with_passage: Id | None = Field(
        None, description="随行: the passage of whom this companion came with"
    )
    unsure: bool = Field(
        default=False,
        description="named by time alone: the card may be another's (证件未核对), or a typed name "
        "is theirs by the order of coming alone; clears nobody",
    )

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id


class PassageLeft(Record):
    """Somebody was seen, and went before anything was decided (未判定离开)."""

    TYPE: ClassVar[str] = "gate.passage.left.v1"
    passage_id: Id
    temperature: Temperature
    started: Utc
    left: Utc

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id


class PassageGrouped(Record):
    """A guard said who go in together (随行): how many with this person, or with whom this one."""

    TYPE: ClassVar[str] = "gate.passage.grouped.v1"
    passage_id: Id
    companions: Whole = Field(ge=0, description="how many go in with this person from now on")
    was: Whole = Field(0, ge=0, description="how many it was before")
    with_passage: Id | None = Field(
        None, description="of a companion: whom this person came with; null: with nobody any more"
    )
    with_next: bool = Field(
        default=False, description="came with who comes to the spot next (与下一位同行)"
    )
    by: str
    reason: str | None = Field(
        None, json_schema_extra=FREE, description="why the group was split 分开放行"
    )
    at: Utc

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id


class PersonRegistered(Record):
    """A visitor was registered (实名登记). `sealed` opens with the collector's key alone."""

    TYPE: ClassVar[str] = "gate.person.registered.v1"
    passage_id: Id
    person_ref: Ref
    sealed: str = Field(description="base64 of an X25519 sealed box over a JSON object")
    key_id: str = Field(description="first 16 hex digits of SHA-256 of the collector's public key")
    by_hand: ByHand | None = Field(None, description="where no reader read the document")
    companions: Whole = Field(0, ge=0, description="随行人员: registered with this person")
    notice_version: Whole = Field(0, ge=0, description="which notice was shown 个人信息告知")
    by: str | None = Field(None, description="who registered, where somebody was signed on")
    with_passage: Id | None = Field(
        None, description="随行: the passage of whom this companion came with"
    )
    with_ref: Ref | None = Field(None, description="who that is, where it is known")

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id


class PassageCount(FrozenModel):
    """How many passages of one kind came to one outcome."""

    category: Category
    decision: Decision
    count: Whole = Field(ge=0)


class DailyReport(Record):
    """The day at this door (每日零报告): written also when every count is zero."""

    TYPE: ClassVar[str] = "gate.report.daily.v1"
    day: Day = Field(description="local date")
    since: Utc
    until: Utc
    passages: tuple[PassageCount, ...]
    admitted: Whole = Field(ge=0)
    holds_opened: Whole = Field(ge=0)
    holds_closed: Whole = Field(ge=0)
    holds_open: Whole = Field(ge=0)
    device_lost_s: dict[str, Whole] = Field(description="seconds without each device in the span")
    coverage_lost_s: Whole = Field(
        0, ge=0, description="seconds without a thermometer that can be believed (测温中断)"
    )
    rounds: tuple[RoundCount, ...] = Field((), description="消毒通风: all that the day needs")
    supplies: tuple[Stock, ...] = Field((), description="物资: as last counted")
    first_sequence: Whole = Field(ge=0)
    last_sequence: Whole = Field(ge=0)

    @property
    def subject(self) -> str:
        """The day."""
        return self.day


RECORDS: tuple[type[Record], ...] = (
    AgentStarted, AgentStopped, DeviceChanged, ClockStepped, ClockSynced, ModeApplied,
    StoreChanged, EventsDropped, JournalReplaced,
    ThermometerChecked, ThermometerCommissioned, ThermometerCompared,
    CoverageLost, CoverageRestored,
    PassageDecided, PassageLeft, PassageGrouped, PersonRegistered, PersonLeft,
    PassageMarked, ContactRead, AppointmentMade,
    HoldOpened, HoldIdentified, HoldStep, HoldNoted, HoldOverdue, HoldClosed,
    AnchorKept,
    HoldAnswered, OrderAnswered, ContactListed, ContactUpdated,
    ScreenUnattended, ScreenAttended,
    DutyDone, SuppliesCounted, ShiftNoted, DailyReport, DataPurged,
    ShiftChanged, StaffChanged, PersonRevealed, SnapshotTaken, SnapshotViewed,
)  # fmt: skip
BY_TYPE: dict[str, type[Record]] = {record.TYPE: record for record in RECORDS}
