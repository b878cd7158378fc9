"""What is worth an alert, and what it says: what is needed now, and nobody's name. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gate_agent.contract.policy import TellLeaders
from gate_agent.contract.records import (
    BY_TYPE,
    EventsDropped,
    HoldOpened,
    HoldOverdue,
    HoldState,
    HoldStep,
    JournalReplaced,
    Record,
    StoreChanged,
    StoreState,
)
from gate_agent.words import WORDS, Texts, texts
from gate_collector.alarms.book import Alarm, AlarmKind
from gate_collector.alerts.kinds import CONFIRMED, LEFT, PAST
from gate_collector.web.spans import spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason to tell somebody."""

    key: str
    kind: str
    gate: str
    subject: str
    text: Texts
    quiet: bool = True  # another of this kind and door waits for the first one's quiet time
    drill: bool = False  # 演练: kept, and told to nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """How late an urgent event came, and how its hold stands meanwhile."""

    is_late: bool = False
    late_s: float | None = None  # None: nobody knows
    hold: str | None = None
    outcome: str | None = None
    contact_centi_c: int | None = None  # what the contact thermometer said meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """The door that an event comes from: its id, its name, and its journal's epoch."""

    gate: str
    door: str
    epoch: str


_AS_IT_HAPPENED = Came()


def of_event(
    origin: From,
    kind: str,
    data: str,
    came: Came = _AS_IT_HAPPENED,
    *,
    tell: TellLeaders = TellLeaders.CONFIRMED,
) -> Cause | None:
    """Return the cause in an urgent event, None for one that needs nobody at once.

    A forehead's flag below the rail is the guard's, unless the policy has leaders told of each.

    What comes late calls nobody to a hold that is closed meanwhile, nor to a step that is done: it
    says once what was. A hold that is open still calls, and says how late the word came.
    """
    model = BY_TYPE.get(kind)
    if model is None:
        return None
    record = model.model_validate_json(data)
    if isinstance(record, HoldOpened) and not _is_told(record, tell):
        return None
    if isinstance(record, HoldOverdue) and came.hold not in (None, HoldState.CLOSED, record.state):
        return None  # what was overdue is done
    cause = _of_record(origin, record, came)
    if cause is None or not came.is_late:
        return cause
    if came.hold == HoldState.CLOSED and not cause.quiet:
        return _past(origin, cause, came)
    return replace(cause, text=texts("alert.came_late", text=cause.text, late=_late(came)))


def _is_told(held: HoldOpened, tell: TellLeaders) -> bool:
    """Whether leaders are told at once: also of what an older door does not say."""
    by_forehead = held.reason == "elevated" and held.beyond_rail is False
    return tell is TellLeaders.FLAGGED or not by_forehead


def _past(origin: From, cause: Cause, came: Came) -> Cause:
    outcome = texts(f"hold_state.{came.outcome or HoldState.CLOSED}")
    return Cause(
        key=f"hold:{cause.gate}:{cause.subject}:{PAST}",
        kind=PAST,
        gate=cause.gate,
        subject="",
        text=texts("alert.past", door=origin.door, outcome=outcome, late=_late(came)),
    )


def _late(came: Came) -> Texts:
    if came.late_s is None:
        return texts("alert.late_unknown")
    return texts("alert.late_by", span=spans(max(60, came.late_s)))


def _of_record(origin: From, record: Record, came: Came) -> Cause | None:
    door = origin.door
    match record:
        case HoldOpened() as held:
            return _of_hold(origin, held.hold_id, "hold",
                            texts("alert.hold", door=door, why=_why(held, came)))  # fmt: skip
        case HoldOverdue() as late:
            state = texts(f"hold_state.{late.state}")
            text = texts("alert.overdue", door=door, state=state, span=spans(late.due_s))
            return _of_hold(origin, late.hold_id, f"overdue:{late.state}", text)
        case HoldStep(step=HoldState.CONFIRMED, hold_id=hold_id):
            measured = came.contact_centi_c or record.contact_centi_c
            reading = measured and texts("alert.confirmed_contact", contact=_tenths(measured))
            return _of_hold(origin, hold_id, CONFIRMED,
                            texts("alert.confirmed", door=door, contact=reading or ""))  # fmt: skip
        case HoldStep(step=HoldState.LEFT, hold_id=hold_id):
            return _of_hold(origin, hold_id, LEFT, texts("alert.left", door=door))
        case EventsDropped() as dropped:
            return Cause(
                key=f"dropped:{origin.gate}:{origin.epoch}:{dropped.since}",
                kind="dropped",
                gate=origin.gate,
                subject="",
                text=texts("alert.dropped", door=door, n=dropped.count),
            )
        case JournalReplaced() as replaced:
            return Cause(
                key=f"replaced:{origin.gate}:{origin.epoch}:{replaced.kept_as}",
                kind="replaced",
                gate=origin.gate,
                subject="",
                text=texts("alert.replaced", door=door),
            )
        case StoreChanged(state=StoreState.PLANTED) as changed:
            return Cause(
                key=f"planted:{origin.gate}:{origin.epoch}:{changed.since}",
                kind=AlarmKind.PLANTED,
                gate=origin.gate,
                subject="",
                text=texts("alert.planted", door=door),
            )
        case _:
            return None


def _why(held: HoldOpened, came: Came) -> Texts:
    """Say why somebody is held: by how much, which a raw skin temperature does not tell."""
    reason = texts(f"reason.{held.reason}")
    contact, skin = came.contact_centi_c or held.contact_centi_c, held.surface_centi_c
    if contact is not None:
        return texts("alert.contact", reason=reason, contact=_tenths(contact))
    if skin is None:
        return reason
    if held.over_centi_c is None:
        return texts("alert.surface", reason=reason, surface=_tenths(skin))
    over = _tenths(held.over_centi_c)
    return texts("alert.over", reason=reason, over=over, surface=_tenths(skin))


def _tenths(centi_c: int) -> str:
    return f"{centi_c / 100:.1f}"


def of_alarm(alarm: Alarm, door: str) -> Cause:
    """Return the cause for an alert in an alarm; `door` is the name of its door."""
    key = f"alarm_do.{alarm.kind}"
    return Cause(
        key=f"alarm:{alarm.id}",
        kind=alarm.kind,
        gate=alarm.gate,
        subject=str(alarm.id),
        text=texts(key if key in WORDS else "alarm_do.other", kind=alarm.kind,
                   door=door or texts("ledger.hall")),
    )  # fmt: skip


def _of_hold(origin: From, hold_id: str, what: str, text: Texts) -> Cause:
    return Cause(
        key=f"hold:{origin.gate}:{hold_id}:{what}",
        kind=what.partition(":")[0],
        gate=origin.gate,
        subject=hold_id,
        text=text,
        quiet=False,  # another held person is never a duplicate
    )
