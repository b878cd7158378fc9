"""What the gate records: the `data` of every event type, as pure models.

The domain speaks in these; `gate_agent.messages` wraps them into the published body. A reader
ignores fields it does not know; a changed meaning gets a new type (`.v2`).
Personal data stands in `PersonRegistered.sealed` and nowhere else.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from gate_agent.domain.policy import HallMode

Utc = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Ref = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Severity(StrEnum):
    """Which lane an event takes: urgent overtakes any backlog (急事急报)."""

    ROUTINE = "routine"
    URGENT = "urgent"


class Category(StrEnum):
    """Who passes: one of the two kinds of person, or not known yet."""

    VISITOR = "visitor"
    STAFF = "staff"
    UNKNOWN = "unknown"


class Decision(StrEnum):
    """How a passage ended."""

    ADMIT = "admit"  # 放行
    DENY = "deny"  # 劝返
    RECHECK = "recheck"  # 复测: come again, measured anew
    HOLD = "hold"  # 暂留
    AMBIGUOUS = "ambiguous"  # two people in one window: both are measured again


class Outcome(StrEnum):
    """What a measurement says."""

    NORMAL = "normal"
    ELEVATED = "elevated"
    LOW = "low"
    UNUSABLE = "unusable"


class DeviceState(StrEnum):
    """What the supervisor knows of a device."""

    OK = "ok"
    STALE = "stale"
    LOST = "lost"


class HoldState(StrEnum):
    """Where a hold stands (暂留处置)."""

    FLAGGED = "flagged"  # 已触发
    ACKNOWLEDGED = "acknowledged"  # 已响应
    RECHECKED = "rechecked"  # 已复测
    CONFIRMED = "confirmed"  # 已确认
    REPORTED = "reported"  # 已上报
    TRANSFERRED = "transferred"  # 已移送
    RELEASED = "released"  # 已解除
    LEFT = "left"  # 已离开
    CLOSED = "closed"  # 已结案


class Record(BaseModel):
    """Base of every event's data. `TYPE` is its name; `SEVERITY` its lane."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    TYPE: ClassVar[str]
    SEVERITY: ClassVar[Severity] = Severity.ROUTINE

    @property
    def severity(self) -> Severity:
        """The lane of this one; a type may decide by its content."""
        return self.SEVERITY

    @property
    def subject(self) -> str | None:
        """What the event is about, as CloudEvents `subject`."""
        return None


class Temperature(BaseModel):
    """One measurement, with everything needed to decide again. Hundredths of °C."""

    model_config = ConfigDict(frozen=True)
    outcome: Outcome
    reason: str | None = Field(None, description="why it is unusable or low")
    surface_centi_c: int | None = Field(None, description="体表温度: as measured, never edited")
    ambient_centi_c: int | None = Field(None, description="环境温度")
    body_centi_c: int | None = Field(None, description="the vendor's own estimate, not used")
    score_centi_c: int | None = Field(None, description="surface less slope × (ambient − 24 °C)")
    threshold_centi_c: int | None = Field(None, description="报警阈值 the score was held against")
    slope_permille: int = Field(0, description="ambient slope, thousandths of °C per °C")
    lowest_centi_c: int | None = None
    highest_centi_c: int | None = None
    samples: int = Field(0, ge=0, description="readings in the stable part")
    profile: str = Field("", description="profile and its version, such as spot-forehead/1")


class PassageDecided(Record):
    """One person's attempt came to its outcome (通行结论)."""

    TYPE: ClassVar[str] = "gate.passage.decided.v1"
    passage_id: str
    category: Category
    person_ref: Ref | None
    decision: Decision
    reasons: tuple[str, ...]
    temperature: Temperature
    started: Utc
    decided: Utc
    registered: bool
    hall_mode: HallMode
    hold_id: str | None = None
    by: str | None = Field(None, description="who overrode, where a guard did")

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id


class PersonRegistered(Record):
    """A visitor was registered (实名登记). `sealed` opens with the collector's key alone."""

    TYPE: ClassVar[str] = "gate.person.registered.v1"
    passage_id: str
    person_ref: Ref
    sealed: str = Field(description="base64 of an X25519 sealed box over a JSON object")
    key_id: str = Field(description="first 16 hex digits of SHA-256 of the collector's public key")

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id


class HoldOpened(Record):
    """A person is asked to stay (暂留)."""

    TYPE: ClassVar[str] = "gate.hold.opened.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    hold_id: str
    passage_id: str
    person_ref: Ref | None
    category: Category
    reason: str = Field(description="elevated | declared_symptoms | guard")
    surface_centi_c: int | None
    opened: Utc
    deadline_s: float = Field(description="seconds in which it must be acknowledged")

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id


class HoldStep(Record):
    """Somebody did the next step of a hold."""

    TYPE: ClassVar[str] = "gate.hold.step.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    hold_id: str
    step: HoldState
    by: str
    at: Utc
    contact_centi_c: int | None = Field(None, description="contact thermometer (接触式测温)")
    to: str | None = Field(None, description="whom it was reported or handed over to")
    note: str | None = None
    deadline_s: float | None = Field(None, description="seconds in which the next step is due")

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id


class HoldOverdue(Record):
    """A step of a hold was not done in its time; it escalates (升级)."""

    TYPE: ClassVar[str] = "gate.hold.overdue.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    hold_id: str
    state: HoldState
    due_s: float = Field(description="the deadline that was missed, in seconds")
    escalation: int = Field(ge=1, description="how often this state was overdue")

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id


class HoldClosed(Record):
    """A hold came to its end (结案), with an outcome."""

    TYPE: ClassVar[str] = "gate.hold.closed.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    hold_id: str
    outcome: str = Field(description="released | transferred | left")
    by: str
    disinfected: bool = Field(description="the spot was disinfected (终末消毒)")
    closed: Utc
    note: str | None = None

    @property
    def subject(self) -> str:
        """The hold."""
        return self.hold_id


class AgentStarted(Record):
    """The daemon came up."""

    TYPE: ClassVar[str] = "gate.agent.started.v1"
    version: str
    boot: str
    config_sha256: str
    policy_version: int


class AgentStopped(Record):
    """The daemon was stopped on purpose; a kill leaves none of these."""

    TYPE: ClassVar[str] = "gate.agent.stopped.v1"
    reason: str


class DeviceChanged(Record):
    """A device was lost or came back: once when lost, once when back."""

    TYPE: ClassVar[str] = "gate.device.changed.v1"
    device: str
    driver: str
    state: DeviceState
    cause: str = Field("", description="what the supervisor saw; no personal data")
    counters: dict[str, int] = Field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """A lost device is urgent, its return is not."""
        return Severity.ROUTINE if self.state is DeviceState.OK else Severity.URGENT

    @property
    def subject(self) -> str:
        """The device."""
        return self.device


class ClockStepped(Record):
    """The wall clock jumped against the clock that never steps."""

    TYPE: ClassVar[str] = "gate.clock.stepped.v1"
    step_ms: int = Field(description="how far it jumped; negative is backwards")


class ClockSynced(Record):
    """The wall clock is right now: what this boot recorded before gets its corrected time.

    The corrected time of an event of `boot` is `booted` + its `bootns`; `time` stays as it was.
    """

    TYPE: ClassVar[str] = "gate.clock.synced.v1"
    boot: str = Field(pattern="^[0-9a-f]{32}$")
    booted: Utc = Field(description="when this boot began, by the synchronised clock")

    @property
    def subject(self) -> str:
        """The boot."""
        return self.boot


class StoreState(StrEnum):
    """How the journal's disk stands (存储)."""

    OK = "ok"
    FILLING = "filling"  # 将满: `hours_left` says how long it lasts
    FULL = "full"  # 已满: only holds are written, into the reserve


class StoreChanged(Record):
    """The journal's disk is filling up, full, or well again after commits failed."""

    TYPE: ClassVar[str] = "gate.store.changed.v1"
    state: StoreState
    cause: str = Field("", description="what the disk said; when well again, what it had said")
    since: Utc | None = Field(None, description="when well again: since when commits failed")
    free_bytes: int = Field(ge=0)
    hours_left: float | None = Field(None, description="at the measured rate; null when unknown")

    @property
    def severity(self) -> Severity:
        """A full disk is urgent."""
        return Severity.URGENT if self.state is StoreState.FULL else Severity.ROUTINE


class EventsDropped(Record):
    """Passages that could not be kept: counted, never numbered. A hold is never among them."""

    TYPE: ClassVar[str] = "gate.events.dropped.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    count: int = Field(ge=1)
    types: dict[str, int] = Field(description="how many of each event type")
    since: Utc = Field(description="when the first of them occurred")
    until: Utc = Field(description="when the last of them occurred")
    cause: str


class JournalReplaced(Record):
    """The journal was damaged: its file is kept aside, and a new epoch begins with this event."""

    TYPE: ClassVar[str] = "gate.journal.replaced.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    cause: str
    kept_as: str = Field(description="name of the damaged file, in the journal's folder")
    previous_epoch: str | None = Field(None, description="null when it could not be read")
    previous_sequence: int | None = Field(None, ge=0, description="the last that was readable")


class ModeApplied(Record):
    """A policy took effect at this door (大厅运行状态)."""

    TYPE: ClassVar[str] = "gate.mode.applied.v1"
    policy_version: int
    hall_mode: HallMode
    policy_sha256: str


class PassageCount(BaseModel):
    """How many passages of one kind came to one outcome."""

    model_config = ConfigDict(frozen=True)
    category: Category
    decision: Decision
    count: int = Field(ge=0)


class DailyReport(Record):
    """The day at this door (每日零报告): written also when every count is zero."""

    TYPE: ClassVar[str] = "gate.report.daily.v1"
    day: str = Field(pattern=r"^\d{4}-\d\d-\d\d$", description="local date")
    since: Utc
    until: Utc
    passages: tuple[PassageCount, ...]
    admitted: int = Field(ge=0)
    holds_opened: int = Field(ge=0)
    holds_closed: int = Field(ge=0)
    holds_open: int = Field(ge=0)
    device_lost_s: dict[str, int] = Field(description="seconds without each device in the span")
    first_sequence: int = Field(ge=0)
    last_sequence: int = Field(ge=0)

    @property
    def subject(self) -> str:
        """The day."""
        return self.day


RECORDS: tuple[type[Record], ...] = (
    AgentStarted, AgentStopped, DeviceChanged, ClockStepped, ClockSynced, ModeApplied,
    StoreChanged, EventsDropped, JournalReplaced,
    PassageDecided, PersonRegistered,
    HoldOpened, HoldStep, HoldOverdue, HoldClosed, DailyReport,
)  # fmt: skip
BY_TYPE: dict[str, type[Record]] = {record.TYPE: record for record in RECORDS}
