"""What the daemon records of itself: life, devices, clock, disk, policy, screens."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from gate_agent.contract.numbers import Real, Whole
from gate_agent.contract.policy import HallMode, PolicyVersion
from gate_agent.contract.record import DeviceState, Record, Severity, Utc


class AgentStarted(Record):
    """The daemon came up."""

    TYPE: ClassVar[str] = "gate.agent.started.v1"
    version: str
    boot: str
    config_sha256: str
    policy_version: PolicyVersion


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
    counters: dict[str, Whole] = Field(default_factory=dict)

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
    step_ms: Whole = Field(description="how far it jumped; negative is backwards")


class ClockSynced(Record):
    """The wall clock is synchronised now; events of this boot from before get a corrected time.

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
    """How the journal's disk stands, or its file (存储)."""

    OK = "ok"
    FILLING = "filling"  # 将满: `hours_left` says how long it lasts
    FULL = "full"  # 已满: only holds are written, into the reserve
    PLANTED = (
        "planted"  # 被植入: somebody's SQL was in the file, `cause` names it; it was taken out
    )


class StoreChanged(Record):
    """The journal's disk is filling up, full, or well again; or SQL was planted in its file."""

    TYPE: ClassVar[str] = "gate.store.changed.v1"
    state: StoreState
    cause: str = Field("", description="what the disk said; when well again, what it had said")
    since: Utc | None = Field(
        None, description="when well again: since when commits failed; planted: when it was seen"
    )
    free_bytes: Whole = Field(ge=0)
    hours_left: Real | None = Field(None, description="at the measured rate; null when unknown")

    @property
    def severity(self) -> Severity:
        """A full disk is urgent, and so is what somebody planted."""
        is_urgent = self.state in (StoreState.FULL, StoreState.PLANTED)
        return Severity.URGENT if is_urgent else Severity.ROUTINE


class EventsDropped(Record):
    """Passages that could not be kept: counted, never numbered. A hold is never among them."""

    TYPE: ClassVar[str] = "gate.events.dropped.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    count: Whole = Field(ge=1)
    types: dict[str, Whole] = Field(description="how many of each event type")
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
    previous_sequence: Whole | None = Field(None, ge=0, description="the last that was readable")


class ModeApplied(Record):
    """A policy took effect at this door (大厅运行状态)."""

    TYPE: ClassVar[str] = "gate.mode.applied.v1"
    policy_version: PolicyVersion
    hall_mode: HallMode
    policy_sha256: str = Field(description="of the document's bytes, as they came")
    unread: tuple[str, ...] = Field(
        (), description="what of the document this version does not know or cannot read"
    )


class Absence(StrEnum):
    """Why nobody would see an alarm."""

    NO_SCREEN = "no_screen"  # 没有值守界面在线
    UNTOUCHED = "untouched"  # 一个班次无人操作


class ScreenUnattended(Record):
    """An alarm would not be seen: no guard screen is attached, or nobody touches it."""

    TYPE: ClassVar[str] = "gate.screen.unattended.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    cause: Absence
    since: Utc

    @property
    def subject(self) -> str:
        """The cause."""
        return self.cause


class ScreenAttended(Record):
    """Somebody is at the guard screen again."""

    TYPE: ClassVar[str] = "gate.screen.attended.v1"
    cause: Absence
    away_s: Real = Field(ge=0, description="how long nobody was")

    @property
    def subject(self) -> str:
        """The cause that is over."""
        return self.cause
