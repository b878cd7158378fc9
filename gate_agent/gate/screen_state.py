"""What a screen may know of the gate right now: the body of `/api/v1/state`.

Masked before it gets here: no whole name, number or phone stands in a snapshot.
"""

from __future__ import annotations

from enum import StrEnum

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.hold_records import NoteDetails, StepDetails
from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.opening import GREEN_CHANNEL
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    ContactState,
    Decision,
    DeviceState,
    HoldState,
    NoteKind,
    PassageCount,
    Temperature,
)
from gate_agent.contract.thermometer import Doubt, Trust
from gate_agent.gate.alarms import AlarmCounts, AlarmView


class Phase(StrEnum):
    """Where the passage at the door stands."""

    MEASURING = "measuring"  # 测温中
    IDENTIFIED = "identified"  # 已刷证，待测温
    MEASURED = "measured"  # 已测温，待刷证
    REGISTERING = "registering"  # 待登记
    GATHERING = "gathering"  # 等候同行
    SETTLED = "settled"  # 已有结论


class Green(StrEnum):
    """Why somebody comes by the green channel (绿色通道)."""

    LIST = "list"  # 名单
    GUARD = "guard"  # a guard's word


class GateView(FrozenModel):
    """Which door this is."""

    site: str
    id: str
    name: str
    timezone: str
    version: str


class PersonView(FrozenModel):
    """A person, masked: 张* and 110***********002X."""

    name: str
    number: str


class EnteredView(FrozenModel):
    """What a visitor typed (自助填写), masked; the guard confirms it or takes it back."""

    phone: str | None
    purpose: str | None


class PassageView(FrozenModel):
    """A passage, at the spot or at the desk."""

    passage_id: str
    phase: Phase
    started: str
    category: Category
    person: PersonView | None
    temperature: Temperature | None
    known_phone: str | None = None  # masked; from an earlier visit, to be confirmed
    # watched 复测名单, again 刚来过, other_door 另一入口刚到, recheck_there 另一入口要复测
    flags: tuple[str, ...] = ()
    waits_for: tuple[str, ...]  # of card, temperature, registration, companions, departure
    deadline_s: float | None  # seconds left for what it waits for
    decision: Decision | None
    reasons: tuple[str, ...]
    hold_id: str | None
    gate_open: bool  # true only after the admission is durable
    needs_hand: bool = False  # only the contact thermometer brings it on (人工测温)
    companions: int = 0  # 随行 n 人
    companions_ready: int = 0  # of them, who wait for nothing but the others
    with_passage: str | None = None  # of whom this companion came with
    unsure: bool = False  # named by time alone: the card may be another's
    by_order: bool = False  # a companion whose typed name is theirs by the order of coming alone
    card_asked: bool = False  # and whose it is decides what comes: the guard is asked
    green: Green | None = None  # 绿色通道: goes first
    entered: EnteredView | None = None


class NoteView(NoteDetails):
    """What was done for a held person beside the steps."""

    kind: NoteKind
    at: str
    by: str


class StepView(StepDetails):
    """A step that was done for a held person, with what it brought."""

    step: HoldState
    at: str
    by: str


class ContactView(FrozenModel):
    """A close contact (密切接触者) that is not at an end, or whose hold is open."""

    contact_id: str
    hold_id: str
    person: PersonView | None
    category: Category
    passed: str
    apart_s: float
    state: ContactState
    next_states: tuple[ContactState, ...]


class CallView(FrozenModel):
    """Whom the guard calls: a post, and its duty telephone."""

    post: str
    phone: str


class HoldView(FrozenModel):
    """An open hold; the alarm rings while its state is `flagged` or it is overdue."""

    hold_id: str
    passage_id: str
    state: HoldState
    category: Category
    reason: str
    person: PersonView | None
    surface_centi_c: int | None
    contact_centi_c: int | None
    contact_line_centi_c: int  # fever from here on: the line of the time of that reading
    asks_again: bool = False  # it is far below the forehead: a second reading is asked for
    opened: str
    due_s: float | None  # seconds left for the next step, negative when overdue
    overdue: int  # how often this state was overdue
    next_steps: tuple[HoldState, ...]
    drill: bool
    notes: tuple[NoteView, ...] = ()
    steps: tuple[StepView, ...] = ()
    disinfected: bool = False
    escalates_to: CallView | None = None  # whom the missed deadline went to
    cleared_at: str | None = None  # the other door that found this person healthy since
    place: str | None = None  # 厅内发现: where
    ordered_by: str | None = None  # 中心平台发起: who there


class OtherHoldView(FrozenModel):
    """An open hold of another door (另一入口的暂留), as it told it."""

    gate: str
    name: str  # what people call that door
    hold_id: str
    person: PersonView | None  # where this door has registered them
    category: Category
    reason: str
    state: str
    surface_centi_c: int | None
    contact_centi_c: int | None
    opened: str
    overdue: int
    can_answer: bool  # nobody has acknowledged it yet: the guard here may, for the colleague
    answered_here: bool


class OtherDoorView(FrozenModel):
    """Another door (另一出入口), as far as this one hears of it."""

    gate: str
    name: str
    is_live: bool  # it was heard of late
    holds: int  # open there


class PassageLine(FrozenModel):
    """One of the last passages."""

    passage_id: str
    sequence: int
    decided: str
    category: Category
    decision: Decision
    reasons: tuple[str, ...]
    person: PersonView | None
    surface_centi_c: int | None


class TodayView(FrozenModel):
    """Counts of the local day."""

    day: str
    passages: tuple[PassageCount, ...]
    holds_opened: int
    staff_present: int = 0  # admitted here today 到岗; the other door counts its own
    staff: int = 0  # on the roster
    first_visit_ms: int | None = None  # 95th percentile from card to admission
    repeat_visit_ms: int | None = None


class NoticeView(FrozenModel):
    """What a visitor is told before data is taken (个人信息告知)."""

    version: int
    zh: str
    en: str


class DeviceView(FrozenModel):
    """One device, as the supervisor knows it."""

    driver: str
    state: DeviceState
    cause: str
    counters: dict[str, int]


class JournalView(FrozenModel):
    """Whether what happens is being kept."""

    epoch: str
    sequence: int
    writable: bool  # false: doors by hand; the gate stays shut until it is true again
    cause: str
    full: bool = False  # 已满: holds are kept, passages are dropped and counted
    dropped: int = 0  # how many were, since the start
    free_bytes: int | None = None
    hours_left: float | None = None  # until the disk is full, at the measured rate


class UplinkView(FrozenModel):
    """The way to the centre. `unheard`: the broker takes events, nobody reads them."""

    state: str  # connecting | connected | refused | unheard
    cause: str
    pending: int
    oldest_pending_s: float
    receipted: int
    certificate_until: str | None = None  # when the first of the link's certificates expires
    has_twin: bool = False  # another board speaks in this door's name
    disbelieved: int = 0  # messages with a wrong signature, or brought again; since the start


class CheckView(FrozenModel):
    """A daily check (每日校验), as it was recorded."""

    at: str
    by: str
    reference: str
    difference_centi_c: int
    tolerance_centi_c: int
    passed: bool


class CommissioningView(FrozenModel):
    """A new door learns its own normal (启用新门): people whom both thermometers measured."""

    both: int
    wanted: int
    by_hand: bool = False  # and nobody is let in on its word till then


class CommissionedView(FrozenModel):
    """What came out of it."""

    baseline_centi_c: int
    profile_centi_c: int
    contact_centi_c: int | None
    both: int
    people: int
    flagged: int
    at: str


class ThermometerView(FrozenModel):
    """Whether the thermometer can be believed (测温仪可信度), and what is usual at this door."""

    trust: Trust
    doubts: tuple[Doubt, ...]
    by_hand: bool  # 一律用体温计测量: nobody is let in on the thermometer's word
    lost_s: float | None  # for how long nobody is screened by it
    check: CheckView | None  # the newest
    check_due: bool
    checking_s: float | None  # 校验中: the door is not listening for so many seconds more
    baseline_centi_c: int
    baseline_people: int
    threshold_centi_c: int
    commissioning: CommissioningView | None = None  # while the door is new
    commissioned: CommissionedView | None = None


class InsideLine(FrozenModel):
    """Somebody who was let in here and was not seen leaving (未见离场)."""

    passage_id: str
    person: PersonView | None
    category: Category
    since: str
    inside_s: float


class InsideElsewhere(FrozenModel):
    """Somebody whom another door let in today (另一入口进入), and this one did not."""

    entry: str  # how a tap names them
    person: PersonView | None  # where this door knows them
    door: str
    since: str


class InsideView(FrozenModel):
    """Who is inside as far as this door knows (在馆人员): the body of `/api/v1/inside`."""

    count: int
    unnamed_left: int  # of whom nobody knows who they were
    people: tuple[InsideLine, ...]  # longest first; who left uncounted by name is among them
    elsewhere: tuple[InsideElsewhere, ...] = ()  # newest first; who left is among them


class ScreenState(FrozenModel):
    """Everything the guard screen shows."""

    gate: GateView
    time: str
    hall_mode: HallMode
    policy_version: int
    clock: ClockQuality
    live_centi_c: int | None  # the newest reading, when somebody stands there
    passage: PassageView | None  # of who stands at the spot, or stood there last
    holds: tuple[HoldView, ...]
    recent: tuple[PassageLine, ...]
    today: TodayView
    devices: dict[str, DeviceView]
    journal: JournalView
    uplink: UplinkView
    purposes: tuple[str, ...]
    green_purpose: str = GREEN_CHANNEL  # offered beside them to who comes by it
    phone_required: bool
    alarms: tuple[AlarmView, ...] = ()
    alarm_counts: AlarmCounts | None = None
    contacts: tuple[ContactView, ...] = ()
    calls: tuple[CallView, ...] = ()
    thermometer: ThermometerView | None = None
    notice: NoticeView | None = None
    inside: int = 0  # let in here, and not seen leaving here 在馆
    elsewhere: tuple[OtherHoldView, ...] = ()
    others: tuple[OtherDoorView, ...] = ()
    desk: tuple[PassageView, ...] = ()  # who waits at the desk 等候台, oldest first
