"""What happens at a door, as values; `domain.door.step` takes them one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate_agent.contract.contact_records import JudgementDetails
from gate_agent.contract.door_told import DoorTold
from gate_agent.contract.found_orders import FoundOrder
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.leaving_records import ExitMeans
from gate_agent.contract.moment import Moment
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import ContactState, Decision, HoldState, NoteKind, PassageDecided
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import Reading

if TYPE_CHECKING:
    from gate_agent.domain.passage import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonIdentified:
    """A sound card was laid (刷证). `known_phone`: from an earlier visit inside retention."""

    at: Moment
    person: Person
    known_phone: Secret | None = None
    passage_id: str | None = None  # whose it is, where a guard typed it for somebody who waits


@dataclass(frozen=True, slots=True, kw_only=True)
class CardUnreadable:
    """A card names nobody: it was refused, or says what cannot be; `fault` is why, in a word."""

    at: Moment
    fault: str
    reason: str = "card_fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeShown:
    """A code was shown (扫码): a registration's phone, or an appointment's (预约码)."""

    at: Moment
    phone: Secret | None = None
    appointment_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTaken:
    """The thermometer reported (读数)."""

    at: Moment
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationGiven:
    """The guard typed what registration asks for."""

    at: Moment
    passage_id: str
    details: RegistrationDetails = field(default_factory=RegistrationDetails)
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomsDeclared:
    """Somebody at the door declares symptoms (申报症状).

    `passage_id`: of whom the guard saw; None where somebody stands there and no passage is shown.
    """

    at: Moment
    passage_id: str | None
    by: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundInside:
    """Somebody inside the hall is ill (厅内发现): whom this door let in, or nobody knows who."""

    at: Moment
    place: str
    by: str
    passage_id: str | None = None  # of the entry, where the person is known
    entry: str | None = None  # or of another door's, as the list of who is inside has it
    person_ref: str | None = None  # whom that is of
    person: Person | None = None  # who that is, as far as this door remembers


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrdered:
    """The centre asks for the same (中心平台发起): `place` in words, `person` as known here."""

    at: Moment
    order: FoundOrder
    place: str
    person: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardOverrode:
    """The guard overrules (更改结论)."""

    at: Moment
    passage_id: str
    decision: Decision
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageDismissed:
    """The person went away, says the guard (人已离开)."""

    at: Moment
    passage_id: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTold:
    """So many go in with this person (随行 n 人); fewer than before needs a reason (分开放行)."""

    at: Moment
    passage_id: str
    companions: int
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionTold:
    """This person came with `adult` (是同行), a passage; None: with nobody (不是同行).

    `with_next`: with who comes to the spot next (与下一位同行): a child who went first.
    """

    at: Moment
    passage_id: str
    adult: str | None
    by: str
    with_next: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionCame:
    """One of a group is here whom the thermometer does not see (随行人员已到): lost, untrusted."""

    at: Moment
    adult: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenGiven:
    """The guard lets this person come by the green channel (绿色通道); no reason: no more."""

    at: Moment
    passage_id: str
    reason: str | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentGiven:
    """The guard books this person, who came without an appointment (现场补预约)."""

    at: Moment
    passage_id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardJudged:
    """The guard says whether the card that named this person is theirs (是他的证件)."""

    at: Moment
    passage_id: str
    theirs: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermometerChanged:
    """The thermometer can, or can no longer, be trusted."""

    at: Moment
    usable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChanged:
    """What the thermometer says can be believed, or no longer; it is measured all the same."""

    at: Moment
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMeasured:
    """The guard measured the person with the contact thermometer (人工测温)."""

    at: Moment
    passage_id: str
    contact_centi_c: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged:
    """Another policy is in force; running deadlines stay."""

    at: Moment
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStepped:
    """Somebody did the next step of a hold (暂留处置)."""

    at: Moment
    hold_id: str
    step: HoldState
    by: str
    details: StepDetails = field(default_factory=StepDetails)
    disinfected: bool = False
    line_centi_c: int | None = None  # of the reading, where it was taken before; else the one now


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken:
    """Something was done for a held person beside the steps, such as a call."""

    at: Moment
    hold_id: str
    kind: NoteKind
    by: str
    details: NoteDetails = field(default_factory=NoteDetails)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitSeen:
    """A device at an exit (出口) saw somebody leave; who, where it reads cards or codes."""

    at: Moment
    means: ExitMeans
    person_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeparturesTold:
    """A guard saw so many leave (离场)."""

    at: Moment
    count: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStarted:
    """A hold is practised (演练): nobody stands there, nothing is counted."""

    at: Moment
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsFound:
    """The journal was looked through for passages near this hold."""

    at: Moment
    hold_id: str
    passages: tuple[PassageDecided, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactJudged:
    """Somebody judged a close contact (密切接触者)."""

    at: Moment
    contact_id: str
    state: ContactState
    by: str
    details: JudgementDetails = field(default_factory=JudgementDetails)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDoorHeard:
    """Another door told what stands there, or came or went (另一入口); None: nothing new."""

    at: Moment
    gate: str
    told: DoorTold | None
    is_live: bool
    answered: tuple[str, ...] = ()  # holds of ours that a guard there acknowledged
    freed_ours: tuple[str, ...] = ()  # holds of ours whose people were found well there since
    freed: tuple[str, ...] = ()  # holds there that this door let go before a restart


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHoldAnswered:
    """The guard here acknowledges a hold of another door for the colleague (代为响应)."""

    at: Moment
    gate: str
    hold_id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagesInterrupted:
    """These were waiting when the daemon ended (重启中断); nobody knows where they stand now."""

    at: Moment
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """Nothing happened until now; what is due is done."""

    at: Moment


GuardEvent = (
    RegistrationGiven
    | SymptomsDeclared
    | GuardOverrode
    | PassageDismissed
    | HandMeasured
    | GroupTold
    | CompanionTold
    | CompanionCame
    | CardJudged
    | GreenGiven
    | AppointmentGiven
    | HoldStepped
    | NoteTaken
    | DeparturesTold
    | FoundInside
    | DrillStarted
    | ContactJudged
    | OtherHoldAnswered
)
DoorEvent = (
    GuardEvent
    | PersonIdentified
    | CardUnreadable
    | CodeShown
    | ExitSeen
    | FoundOrdered
    | ReadingTaken
    | ThermometerChanged
    | TrustChanged
    | PolicyChanged
    | ContactsFound
    | OtherDoorHeard
    | PassagesInterrupted
    | TimePassed
)
