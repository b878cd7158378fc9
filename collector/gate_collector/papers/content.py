"""What is known of a case, as a page shows it and a paper keeps it: codes, no text of a person.

It is kept as JSON: a new field gets a default. No name, number or reference of a person stands in
it, so a paper outlives what is removed; where the person went, by what, and the office's number are
opened when a paper is issued. Pure.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from gate_collector.ledger.district import DistrictGap, DistrictReceipt
from gate_collector.store.doors import doer


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class PaperKind(StrEnum):
    """Which report of a case this is."""

    FIRST = "first"  # 初报
    FOLLOW_UP = "follow_up"  # 续报
    FINAL = "final"  # 终报


class LineSort(StrEnum):
    """What a line of the timeline is."""

    OPENED = "opened"
    IDENTIFIED = "identified"
    STEP = "step"
    NOTE = "note"
    OVERDUE = "overdue"
    CLOSED = "closed"
    READ = "read"  # by the contact thermometer, and no step of this hold
    JOINED = "joined"  # another hold of the same person became part of it 并案
    ANSWERED = "answered"  # at another door, for the colleague
    LISTED = "listed"  # contacts
    PHOTO = "photo"
    PHOTO_SEEN = "photo_seen"
    DISTRICT = "district"  # the office's own record


class Detail(_Part):
    """One thing that a line brings."""

    name: str = Field(description="a word of step_detail")
    text: str = ""
    is_word: bool = Field(default=False, description="`text` is a word's key")
    is_sealed: bool = False


class TimelineLine(_Part):
    """One line of the timeline: what, when, by whom, and how late."""

    sort: LineSort
    word: str = Field(description="the word's key")
    at: str
    said: str | None = Field(None, description="by the door's own clock, where that was in doubt")
    is_certain: bool = True
    gate: str = ""
    by: str = ""
    details: tuple[Detail, ...] = ()
    took_s: float | None = Field(None, description="since the step before; null: nobody knows")
    within_s: float | None = Field(None, description="in which it was due")
    late_ms: int | None = Field(None, description="on its way to the centre")
    epoch: str = ""
    sequence: int = 0

    @property
    def over_s(self) -> float | None:
        """By how much it was over its limit; 0 in time, None where nobody knows or none was set."""
        if self.took_s is None or self.within_s is None:
            return None
        return max(0.0, self.took_s - self.within_s)

    @property
    def is_sealed(self) -> bool:
        """Whether anything of it is sealed."""
        return any(one.is_sealed for one in self.details)


class HoldReading(_Part):
    """One reading of the held person, with what it was held against. Hundredths of °C."""

    at: str
    is_certain: bool = Field(default=True, description="whether anybody knows when it was")
    gate: str
    is_contact: bool = Field(description="by the contact thermometer 体温计")
    surface_centi_c: int | None = None
    judged_centi_c: int | None = None
    limit_centi_c: int | None = None
    ambient_centi_c: int | None = None
    contact_centi_c: int | None = None
    outcome: str | None = None
    by: str = ""

    @property
    def value_centi_c(self) -> int | None:
        """What the thermometer said."""
        return self.contact_centi_c if self.is_contact else self.surface_centi_c


class HeldPerson(_Part):
    """What is known of who is held, without who it is."""

    category: str = "unknown"
    is_named: bool = False
    is_unsure: bool = Field(default=False, description="the card may be another's 证件未核对")
    is_registered: bool = False
    has_phone: bool = False
    companions: int = 0


class CaseFacts(_Part):
    """A case as it is known at a time."""

    gate: str
    door: str
    hold_id: str
    opened: str
    is_opened_certain: bool = True
    reason: str
    state: str
    outcome: str | None = None
    closed: str | None = None
    is_drill: bool = False
    entered: str | None = None
    person: HeldPerson = HeldPerson()
    lines: tuple[TimelineLine, ...] = ()
    measured: tuple[HoldReading, ...] = ()
    district: DistrictReceipt = DistrictReceipt()
    contacts: dict[str, int] = Field(default_factory=dict)
    symptoms: tuple[str, ...] | None = Field(None, description="null: nobody asked")
    symptoms_sealed: bool = False
    is_counselled: bool = False
    is_disinfected: bool = False
    handed_to: str | None = None
    vehicle: str | None = None
    is_handed_over: bool = False
    doors: dict[str, str] = Field(default_factory=dict, description="what people call the doors")

    def called(self, gate: str) -> str:
        """Return what people call a door."""
        return self.doors.get(gate, gate)

    def did(self, by: str) -> str:
        """Return who did something, by a door's name where a door did it; empty: nobody says."""
        return doer(by, self.doors)

    @property
    def is_closed(self) -> bool:
        """Whether it came to its end."""
        return self.state == "closed"

    @property
    def contact_centi_c(self) -> int | None:
        """The newest reading of the contact thermometer."""
        read = [one.contact_centi_c for one in self.measured if one.contact_centi_c is not None]
        return read[-1] if read else None

    @property
    def highest_centi_c(self) -> int | None:
        """The highest reading of the contact thermometer."""
        read = [one.contact_centi_c for one in self.measured if one.contact_centi_c is not None]
        return max(read, default=None)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return what is still unknown or not done (尚未掌握), as keys of its words."""
        person, left = self.person, self.outcome == "left" or self.state == "left"
        lacking = {
            "identity": not person.is_named,
            "unsure": person.is_named and person.is_unsure,
            "registration": person.category != "staff" and not person.is_registered,
            "phone": person.category != "staff" and not person.has_phone,
            "contact_reading": self.contact_centi_c is None,
            "symptoms": self.symptoms is None,
            "district": self.district.is_needed and not self.district.told,
            "reference": DistrictGap.NUMBERLESS in self.district.gaps,
            "contacts": bool(self.contacts.get("proposed")),
            "handed_to": self.district.is_needed and not self.is_handed_over and not left
            and self.outcome != "released" and self.state != "released",
            "whereabouts": left,
            "disinfected": not self.is_disinfected,
            "outcome": not self.is_closed,
            "times": not all(line.is_certain for line in self.lines)
            or not all(one.is_certain for one in self.measured),
        }  # fmt: skip
        return tuple(name for name, it_is in lacking.items() if it_is)


class CasePaper(_Part):
    """One report of a case, as it was issued."""

    unit: str
    hall: str
    case_number: str
    kind: PaperKind
    number: int = Field(ge=1, description="of its kind")
    serial: int = Field(ge=1, description="of all papers of this case")
    issued: str
    by: str
    statement: str = ""
    leader: str | None = Field(None, description="带班领导 when it was issued")
    facts: CaseFacts

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return what this paper cannot say (尚未掌握): also what was written and stayed sealed."""
        facts, known = self.facts, self.facts.unknown
        lacking = {
            "handed_to": facts.is_handed_over and not facts.handed_to,
            "vehicle": facts.is_handed_over and not facts.vehicle,
            "reference": bool(facts.district.told) and not facts.district.reference,
        }
        return (*known, *(name for name, it_is in lacking.items() if it_is and name not in known))
