"""What the live page and its readers are told, as models: OpenAPI, and the pages' types.

What a door says of itself is kept as it says it: a later door may know states that this centre does
not, so those are plain texts.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

from gate_agent.contract.found_orders import HallPlace
from gate_agent.contract.order_records import OrderRefusal
from gate_agent.contract.policy import HallMode
from gate_collector.live.found_orders import OrderState


class CountedPassages(BaseModel):
    """Passages of one kind and outcome today."""

    category: str
    decision: str
    count: int


class OpenHold(BaseModel):
    """A hold (暂留) that is not closed, without a person."""

    hold_id: str
    state: str
    category: str | None
    reason: str | None
    opened: str | None
    surface_centi_c: int | None
    contact_centi_c: int | None
    overdue: int
    drill: bool
    due_s: float | None  # until the next step, negative when late


class InsidePerson(BaseModel):
    """Somebody who is inside, by reference."""

    person_ref: str
    gate: str
    name: str  # of the door
    category: str
    entered: str
    inside_s: int


class HallInside(BaseModel):
    """Who is inside now (在馆人员): let in at any door, and not seen leaving at any."""

    time: str
    count: int
    unnamed_in: int
    unnamed_left: int
    left_by: dict[str, int]  # how many each kind of exit saw leave
    by_category: dict[str, int]
    people: list[InsidePerson]


class NamedPerson(BaseModel):
    """Who somebody inside is."""

    person_ref: str
    name: str
    phone: str | None


class NamedInside(BaseModel):
    """The names of who is inside, as far as they are registered."""

    people: list[NamedPerson]


class FoundOrderLine(BaseModel):
    """What a door was asked (厅内发现), and what became of it."""

    order_id: str
    gate: str
    name: str  # of the door
    person_ref: str | None
    place: HallPlace
    by: str
    made: str
    state: OrderState
    hold_id: str | None
    refusal: OrderRefusal | None


class Believed(BaseModel):
    """What a door says of its thermometer, and of the people it has just seen."""

    model_config = ConfigDict(extra="allow")
    trust: str
    doubts: list[str] = []


class DoorView(BaseModel):
    """One door, as it was heard last, and what is stored of it."""

    gate: str
    name: str
    state: str
    silent_s: float | None
    seen: str | None
    pending: int
    oldest_pending_s: float
    clock: str | None
    devices: dict[str, str]
    thermometer: Believed | None
    version: str | None
    head: int
    epoch: str | None
    upto: int
    link: str | None
    events: int
    missing: list[list[int]]
    counts: list[CountedPassages]
    holds: list[OpenHold]
    reported: dict[str, JsonValue] | None  # its report of the newest day that is over


class Lateness(BaseModel):
    """How late the newest events were, from the door's record to ours."""

    p50_ms: int | None
    p95_ms: int | None
    of: int


class AlarmLine(BaseModel):
    """An alarm that stands."""

    id: int
    alarm: str
    gate: str
    since: str
    detail: str


class Overview(BaseModel):
    """Both doors at one look."""

    site: str
    time: str
    day: str  # whose report will tell of what is seen now
    since: str  # when that day began
    gates: list[DoorView]
    lateness: Lateness
    alarms: list[AlarmLine]
    quarantined: int


class DoorNow(DoorView):
    """One door with what the live page draws of it."""

    flow: list[int]  # passages in each span of `flow_s`, the newest last
    flow_s: int
    queue_p95_s: float | None
    hall_mode: str | None  # what the door has applied
    policy_version: int | None


class OnDuty(BaseModel):
    """Who leads now (带班领导)."""

    leader: str
    phone: str


class HallNow(Overview):
    """The data of a `now` event in the stream: the overview with mode, flow and queue time."""

    gates: list[DoorNow]  # type: ignore[assignment]  # each with more than the overview tells
    hall_mode: HallMode
    policy_version: int
    leader: OnDuty | None


class Bar(BaseModel):
    """One bar of a chart: the doors' passages, in the order of `gates`, and all holds.

    `day` and `hour` are what the list of these passages is asked for.
    """

    at: str
    counts: list[int]
    holds: int
    day: str
    hour: int | None


class Charts(BaseModel):
    """Today by the hour and seven days by the day."""

    gates: list[str]
    names: list[str]
    day: list[Bar]
    week: list[Bar]


class FoundPassage(BaseModel):
    """A passage of the person who was searched."""

    gate: str
    name: str
    decided: str
    category: str
    decision: str
    hold_id: str | None


class FoundHold(BaseModel):
    """A hold of the person who was searched."""

    gate: str
    name: str
    hold_id: str
    opened: str | None
    state: str
    outcome: str | None


class Found(BaseModel):
    """What is stored of a person; never a name."""

    person_ref: str
    page: str  # where all of it is listed, for who searched
    passages: list[FoundPassage]
    holds: list[FoundHold]


class HoldRecord(BaseModel):
    """A hold as other programs read it; the person by reference alone."""

    gate: str
    hold_id: str
    state: str
    passage_id: str | None
    person_ref: str | None
    category: str | None
    reason: str | None
    opened: str | None
    outcome: str | None
    closed: str | None
    surface_centi_c: int | None
    contact_centi_c: int | None
    overdue: int
    drill: bool


class HoldRecords(BaseModel):
    """The newest holds, open and closed."""

    holds: list[HoldRecord]
