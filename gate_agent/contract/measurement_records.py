"""What is recorded of measuring (测温): what was read, against what, and what it says."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.numbers import Centi, Real, Whole
from gate_agent.contract.record import Id, Outcome, Record, Severity, Utc

Reference = Literal["contact", "blackbody"]
Found = Literal["apart", "together", "other_untrusted"]


class Temperature(FrozenModel):
    """One measurement, with everything needed to decide again. Hundredths of °C."""

    outcome: Outcome
    reason: str | None = Field(None, description="why it is unusable or low")
    surface_centi_c: Centi | None = Field(None, description="体表温度: as measured, never edited")
    ambient_centi_c: Centi | None = Field(None, description="环境温度")
    body_centi_c: Centi | None = Field(None, description="the vendor's own estimate")
    score_centi_c: Centi | None = Field(None, description="value less slope × (ambient − 24 °C)")
    threshold_centi_c: Centi | None = Field(None, description="报警阈值 the score was held against")
    slope_permille: Whole = Field(0, description="ambient slope, thousandths of °C per °C")
    lowest_centi_c: Centi | None = None
    highest_centi_c: Centi | None = None
    samples: Whole = Field(0, ge=0, description="readings in the stable part")
    profile: str = Field("", description="profile and its version, such as spot-forehead/3")
    # what follows tells the outcome again, from the event alone: domain.limits.recompute
    rule: str = Field("", description="how it was decided, and its version, such as adaptive/1")
    decides_on: Literal["surface", "body"] = Field("surface", description="which one is the value")
    readings: Whole = Field(0, ge=0, description="readings in the whole window")
    baseline_centi_c: Centi | None = Field(None, description="基线: the score that was usual then")
    baseline_people: Whole = Field(0, ge=0, description="newest people it rests on, at most 30")
    baseline_source: Literal["people", "memory", "model", ""] = Field(
        "", description="people alone, or filled up from this door's memory or the profile's model"
    )
    margin_centi_c: Centi | None = Field(
        None, description="threshold less baseline; null where the centre fixed the threshold"
    )
    ceiling_centi_c: Centi | None = Field(
        None, description="a score from here on is elevated whatever the baseline"
    )
    low_centi_c: Centi | None = Field(None, description="a score below is low")
    rail_centi_c: Centi | None = Field(
        None, description="绝对上限: a raw value from here on is elevated whatever the ambient"
    )
    contact_centi_c: Centi | None = Field(
        None, description="人工测温: the contact thermometer; where it is there, it decides"
    )
    contact_threshold_centi_c: Centi | None = Field(None, description="elevated from here on")
    contact_by: str | None = Field(None, description="who measured by hand")
    contact_at: Utc | None = Field(
        None, description="when, where it was read at an earlier passage (已用体温计核对)"
    )
    error_above_centi_c: Centi = Field(
        4250, description="a raw value above is the instrument's error"
    )


class ContactRead(Record):
    """Somebody was measured with the contact thermometer (人工测温).

    Where no verdict of that moment, and no step of a hold, tells it: none is lost.
    """

    TYPE: ClassVar[str] = "gate.passage.measured.v1"
    passage_id: Id
    hold_id: Id | None = Field(None, description="the hold it was read in, where it moved no step")
    contact_centi_c: Centi
    contact_threshold_centi_c: Centi = Field(description="fever from here on, when it was read")
    by: str
    at: Utc

    @property
    def subject(self) -> str:
        """The passage."""
        return self.passage_id

    @property
    def severity(self) -> Severity:
        """What is read in a hold is urgent."""
        return Severity.ROUTINE if self.hold_id is None else Severity.URGENT


class CheckDetails(FrozenModel):
    """What a check is made with, one definition for tap, event and record."""

    reference: Reference
    reference_centi_c: Centi = Field(description="what the black body or the contact reading says")


class ThermometerChecked(CheckDetails, Record):
    """The thermometer was held against a reference (每日校验)."""

    TYPE: ClassVar[str] = "gate.thermometer.checked.v1"
    measured_centi_c: Centi = Field(description="what the thermometer says of it")
    surface_centi_c: Centi = Field(description="体表温度: as measured, never edited")
    ambient_centi_c: Centi | None = None
    difference_centi_c: Centi
    tolerance_centi_c: Centi = Field(ge=0)
    passed: bool
    failed_in_row: Whole = Field(0, ge=0, description="how many failed since one passed")
    by: str
    at: Utc
    profile: str = ""

    @property
    def severity(self) -> Severity:
        """A failed check is urgent."""
        return Severity.ROUTINE if self.passed else Severity.URGENT


class ThermometerCommissioned(Record):
    """A new door knows its own normal (启用新门): by people whom both thermometers measured."""

    TYPE: ClassVar[str] = "gate.thermometer.commissioned.v1"
    profile: str
    baseline_centi_c: Centi = Field(description="what is usual at this door: the middle score")
    profile_centi_c: Centi = Field(description="what the profile says is usual")
    contact_centi_c: Centi | None = Field(
        description="the middle contact reading of the healthy; null: nobody was measured by hand"
    )
    both: Whole = Field(ge=0, description="healthy people whom both thermometers measured")
    people: Whole = Field(ge=0, description="how many people passed till then")
    flagged: Whole = Field(ge=0, description="how many of them were stopped by the forehead")
    at: Utc

    @property
    def subject(self) -> str:
        """The profile."""
        return self.profile


class ThermometerCompared(Record):
    """The levels (人群水平) of two doors came apart, or are together again (两门比对)."""

    TYPE: ClassVar[str] = "gate.thermometer.compared.v1"
    other: str = Field(description="the other door")
    found: Found
    level_centi_c: Centi | None = Field(description="the middle score of our newest people")
    people: Whole = Field(ge=0, description="how many they are")
    other_level_centi_c: Centi | None = Field(description="of the other door, as it told")
    other_people: Whole = Field(ge=0)
    limit_centi_c: Centi | None = Field(
        description="apart if they differ by more; null where nothing was compared"
    )
    profile: str
    at: Utc

    @property
    def subject(self) -> str:
        """The other door."""
        return self.other

    @property
    def is_apart(self) -> bool:
        """What follows from the figures alone; `found` says the same."""
        ours, theirs, limit = self.level_centi_c, self.other_level_centi_c, self.limit_centi_c
        if ours is None or theirs is None or limit is None:
            return False
        return abs(ours - theirs) > limit


class CoverageLost(Record):
    """Nobody can be screened by the thermometer: people are measured by hand (测温中断)."""

    TYPE: ClassVar[str] = "gate.coverage.lost.v1"
    SEVERITY: ClassVar[Severity] = Severity.URGENT
    reasons: tuple[str, ...] = Field(description="thermometer_lost, or what speaks against it")
    since: Utc


class CoverageRestored(Record):
    """The thermometer screens again (测温恢复)."""

    TYPE: ClassVar[str] = "gate.coverage.restored.v1"
    since: Utc = Field(description="when it was lost")
    lost_s: Real = Field(ge=0, description="for how long")
