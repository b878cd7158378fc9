"""Makes docs/state-machine.md by stepping the machine itself through every state and event."""  # noqa: INP001 a script, not a package

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from gate_agent.contract.contact_states import next_states
from gate_agent.contract.identity import Person, Secret
from gate_agent.contract.moment import NS_PER_S, Moment
from gate_agent.contract.policy import HallMode, HoldPolicy, Policy
from gate_agent.contract.records import Category, ContactState, Decision, HoldState
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import CardType, Reading
from gate_agent.domain.door import (
    CardUnreadable,
    CodeShown,
    DoorEvent,
    DoorState,
    GroupTold,
    GuardOverrode,
    HandMeasured,
    HoldStepped,
    Ids,
    PassageDismissed,
    PersonIdentified,
    PolicyChanged,
    ReadingTaken,
    RegistrationGiven,
    SymptomsDeclared,
    ThermometerChanged,
    TimePassed,
    TrustChanged,
    passage_due_ns,
    step,
)
from gate_agent.domain.effects import Effect, StepRefused, WriteEvent
from gate_agent.domain.hold import due_after_s, next_steps
from gate_agent.domain.passage import Idle, PassageState, Settled
from gate_agent.domain.temperature import PROFILES
from tools.generated import ROOT, Generated
from tools.state_machine_text import EFFECTS, HEAD, TAIL

NOON = Moment(utc=datetime(2026, 11, 24, 4, tzinfo=UTC), boot_ns=3600 * NS_PER_S)
PASSAGE, HOLD = "t-1", "t-2"  # the ids in every state below
NORMAL, FEVER, COLD, FAULTY, EMPTY = 3420, 3850, 3200, 4280, 2400


def later(at: Moment, seconds: float) -> Moment:
    """Return the moment `seconds` after `at`."""
    return Moment(utc=at.utc + timedelta(seconds=seconds), boot_ns=at.plus_s(seconds))


def person(letter: str, category: Category = Category.VISITOR) -> Person:
    """Return a person whose reference is all of one hex letter."""
    return Person(
        category=category,
        person_ref=letter * 64,
        card_type=CardType.RESIDENT,
        name=Secret("张三"),
        number=Secret("11010519491231002X"),
    )


# --- events: each gives what happens from a moment on, at this door -----------------------------

Happening = Callable[[DoorState, Moment], Sequence[DoorEvent]]


class Case(NamedTuple):
    """One row of the table."""

    zh: str
    en: str
    happens: Happening


def readings(*surfaces: int, ambient: int = 2400) -> Happening:
    """Return readings a tenth of a second apart, by default at 24 °C ambient."""
    return lambda _door, at: [
        ReadingTaken(
            at=later(at, n / 10), reading=Reading(surface_centi_c=surface, ambient_centi_c=ambient)
        )
        for n, surface in enumerate(surfaces)
    ]


def once(event: Callable[..., DoorEvent], **content: object) -> Happening:
    """Return one event of this class."""
    return lambda _door, at: [event(at=at, **content)]


def card(letter: str) -> Happening:
    """Return a card being laid."""
    return once(PersonIdentified, person=person(letter))


def override(decision: Decision, reason: str = "测试") -> Happening:
    """Return the guard overruling."""
    return once(GuardOverrode, passage_id=PASSAGE, decision=decision, by="guard-1", reason=reason)


def registration(phone: Secret | None) -> Happening:
    """Return the guard registering."""
    details = RegistrationDetails(phone=phone, purpose="社保")
    return once(RegistrationGiven, passage_id=PASSAGE, details=details)


def by_hand(contact_centi_c: int) -> Happening:
    """Return the guard measuring with the contact thermometer."""
    return once(HandMeasured, passage_id=PASSAGE, contact_centi_c=contact_centi_c, by="guard-1")


def _due(door: DoorState, at: Moment) -> Sequence[DoorEvent]:
    due_ns = passage_due_ns(door)
    return [TimePassed(at=later(at, 0 if due_ns is None else (due_ns - at.boot_ns) / NS_PER_S))]


AWAY = (EMPTY,) * 13  # 1.2 s: longer than GONE_AFTER_S
EVENTS: dict[str, Case] = {
    "skin": Case("一个皮肤读数", "one reading of skin", readings(NORMAL)),
    "empty": Case("一个环境读数", "one reading without", readings(EMPTY)),
    "normal": Case("测得正常", "5 steady readings, 34.20", readings(*[NORMAL] * 5)),
    "fever": Case("测得偏高", "5 steady readings, 38.50", readings(*[FEVER] * 5)),
    "cold": Case("皮肤太凉", "5 steady readings, 32.00", readings(*[COLD] * 5)),
    "air": Case(
        "环境温度超范围", "5 steady readings, 37.90 in 60.00", readings(*[3790] * 5, ambient=6000)
    ),
    "faulty": Case("读数异常", "5 steady readings, 42.80", readings(*[FAULTY] * 5)),
    "shaky": Case("读数不稳", "unsteady for 3 s", readings(*[NORMAL, NORMAL + 50] * 16)),
    "away": Case("人走开", "no skin for 1.2 s", readings(*AWAY)),
    "next": Case("换人", "no skin for 1.2 s, then skin", readings(*AWAY, NORMAL)),
    "card": Case("刷证（甲）", "card of A", card("a")),
    "other": Case("刷证（乙）", "card of B", card("b")),
    "unreadable": Case(
        "证号有误", "card with a faulty number", once(CardUnreadable, fault="check_character")
    ),
    "code": Case("扫码", "code shown", once(CodeShown, phone=Secret("+8613800138000"))),
    "registers": Case("登记", "registration", registration(Secret("+8613800138000"))),
    "no_phone": Case("登记无手机", "registration, no phone", registration(None)),
    "group": Case(
        "随行 1 人",
        "one goes in with them",
        once(GroupTold, passage_id=PASSAGE, companions=1, by="guard-1"),
    ),
    "split": Case(
        "分开放行",
        "the group is split",
        once(GroupTold, passage_id=PASSAGE, companions=0, by="guard-1", reason="测试"),
    ),
    "symptoms": Case(
        "申报症状",
        "symptoms declared",
        lambda door, at: [
            SymptomsDeclared(at=at, passage_id=door.passage.passage_id, by="guard-1", note="发热")
        ],
    ),
    "admit": Case("更改为放行", "overrule: admit", override(Decision.ADMIT)),
    "admit_why": Case("无理由放行", "overrule: admit, no reason", override(Decision.ADMIT, "")),
    "deny": Case("更改为劝返", "overrule: deny", override(Decision.DENY)),
    "recheck": Case("更改为复测", "overrule: recheck", override(Decision.RECHECK)),
    "hold": Case("更改为暂留", "overrule: hold", override(Decision.HOLD)),
    "dismissed": Case("人已离开", "dismissed", once(PassageDismissed, passage_id=PASSAGE)),
    "stranger": Case(
        "别的通行", "dismissed, another passage", once(PassageDismissed, passage_id="t-99")
    ),
    "hand": Case("体温计正常", "36.50 by hand", by_hand(3650)),
    "hand_fever": Case("体温计发热", "37.30 by hand", by_hand(3730)),
    "distrust": Case("测温仪不可信", "thermometer not trusted", once(TrustChanged, trusted=False)),
    "lost": Case("测温仪失联", "thermometer lost", once(ThermometerChanged, usable=False)),
    "back": Case("测温仪恢复", "thermometer back", once(ThermometerChanged, usable=True)),
    "policy": Case(
        "新防控措施",
        "policy changed",
        once(PolicyChanged, policy=Policy(version=2, hall_mode=HallMode.EMERGENCY)),
    ),
    "acknowledged": Case(
        "响应暂留",
        "hold acknowledged",
        once(HoldStepped, hold_id=HOLD, step=HoldState.ACKNOWLEDGED, by="guard-1"),
    ),
    "due": Case("到时", "the passage's deadline", _due),
}

# --- states: each reached from an idle door by events --------------------------------------------

IDLE = DoorState(Idle(), (), Policy(), PROFILES["spot-forehead"], True, Ids("t"))  # noqa: FBT003


class Scene(NamedTuple):
    """One column of the table: a door in this state, and the moment after."""

    zh: str
    en: str
    door: DoorState
    now: Moment


def run(
    door: DoorState, at: Moment, *happenings: Happening
) -> tuple[DoorState, Moment, tuple[Effect, ...]]:
    """Let things happen one after the other, each 0.1 s after what came before."""
    effects: tuple[Effect, ...] = ()
    for happens in happenings:
        for event in happens(door, at):
            done = step(door, event)
            door, at, effects = done.door, event.at, (*effects, *done.effects)
        at = later(at, 0.1)
    return door, at, effects


def _scene(zh: str, en: str, *names: str) -> Scene:
    door, now, _ = run(IDLE, NOON, *(EVENTS[name].happens for name in names))
    return Scene(zh, en, door, now)


STATES: dict[str, Scene] = {
    "idle": _scene("空闲", "idle"),
    "lingering": _scene("空闲，人未走", "idle, A still there", "card", "normal", "deny", "due"),
    "measuring": _scene("测温中", "measuring", "skin", "skin"),
    "measuring_card": _scene("测温中，已刷证", "measuring A", "card", "skin", "skin"),
    "identified": _scene("待测温", "identified (A)", "card"),
    "measured": _scene("待刷证", "measured", "normal"),
    "registering": _scene("待登记", "registering A", "card", "normal"),
    "gathering": _scene(
        "等候同行（甲）", "gathering (A with one)", "card", "normal", "group", "registers"
    ),
    "admitted": _scene("已放行", "admitted A", "card", "normal", "registers"),
    "denied": _scene("已劝返", "denied A", "card", "normal", "deny"),
    "rechecked": _scene("需复测", "recheck of A", "card", "cold"),
    "by_hand": _scene("待体温计测量", "by hand, A", "distrust", "card", "normal"),
    "ambiguous": _scene("两人，需复测", "ambiguous", "card", "skin", "other"),
    "held_unknown": _scene("暂留，未识别", "hold, no card", "fever"),
    "held": _scene("暂留（甲）", "hold of A", "card", "fever"),
    "waits_card": _scene("台：待刷证", "desk: measured", "normal", "next", "away"),
    "waits_phone": _scene("台：待登记", "desk: registering A", "card", "normal", "next"),
    "waits_group": _scene(
        "台：等候同行（甲）",
        "desk: gathering (A with one)",
        "card",
        "normal",
        "group",
        "registers",
        "next",
        "away",
    ),
    "waits_hand": _scene(
        "台：待体温计测量", "desk: by hand, A", "distrust", "card", "normal", "next"
    ),
    "waits_release": _scene("台：暂留（甲）", "desk: hold of A", "card", "fever", "away"),
}


def result(scene: Scene, case: Case) -> tuple[str, tuple[Effect, ...]]:
    """Return where the event leads, in short, and the effects.

    `=` no change of state · `state` · `decision: reasons` · `new …` another passage begins ·
    `desk: …` who waits at the desk from then on · `✗ code` the guard's request is refused.
    """
    try:
        door, _, effects = run(scene.door, scene.now, case.happens)
    except StepRefused as refused:
        return f"✗ {refused.code}", ()
    before, after = scene.door.passage, door.passage
    name = _name(after)
    if before.passage_id == after.passage_id and _name(before) == name:
        name = "="
    elif after.passage_id is not None and before.passage_id not in (None, after.passage_id):
        name = f"new {name}"
    waiting = [_name(place) for place in door.desk]
    if waiting == [_name(place) for place in scene.door.desk]:
        return name, effects
    return f"{name} · desk: {', '.join(waiting) or 'empty'}", effects


def _name(state: PassageState) -> str:
    whose = "" if state.person is None else f" {state.person.person_ref[0].upper()}"
    if isinstance(state, Settled):
        return f"{state.decision}{whose}: {', '.join(state.reasons) or 'normal'}"
    return type(state).__name__.lower() + whose


# --- the document --------------------------------------------------------------------------------

STEP_ZH = {
    HoldState.FLAGGED: "待响应",
    HoldState.ACKNOWLEDGED: "已响应",
    HoldState.RECHECKED: "已复测",
    HoldState.CONFIRMED: "已确认",
    HoldState.REPORTED: "已上报",
    HoldState.TRANSFERRED: "已移送",
    HoldState.RELEASED: "已解除",
    HoldState.LEFT: "已离开",
    HoldState.CLOSED: "已结案",
}
MUST_BRING = {
    HoldState.RECHECKED: "a contact reading (体温计)",
    HoldState.REPORTED: "to whom",
    HoldState.RELEASED: "a contact reading, its own or the recheck's",
    HoldState.TRANSFERRED: "to whom",
    HoldState.CLOSED: "the spot disinfected (终末消毒)",
}


def document() -> str:
    """Return the text of docs/state-machine.md."""
    columns = [f"{scene.zh}<br>{scene.en}" for scene in STATES.values()]
    passages = (
        [f"{case.zh}<br>{case.en}", *(result(scene, case)[0] for scene in STATES.values())]
        for case in EVENTS.values()
    )
    steps = [state for state in HoldState if state is not HoldState.FLAGGED]
    holds = (
        [
            f"{STEP_ZH[state]}<br>{state}",
            *("→" if to in next_steps(state) else "✗" for to in steps),
            _seconds(due_after_s(state, HoldPolicy())),
        ]
        for state in HoldState
    )
    brings = (
        [
            f"{STEP_ZH[to]} {to}",
            "who did it; " + MUST_BRING[to] if to in MUST_BRING else "who did it",
        ]
        for to in steps
    )
    return "\n".join(
        (
            HEAD,
            *_table(["event", *columns], passages),
            EFFECTS,
            *_table(
                ["state", *(f"{STEP_ZH[to]}<br>{to}" for to in steps), "next step due in"], holds
            ),
            "",
            *_table(["step", "must bring"], brings),
            TAIL.format(contacts=_contacts()),
        )
    )


def _contacts() -> str:
    """Return what may be said of a contact, state by state."""
    moves = ((state, " or ".join(next_states(state))) for state in ContactState)
    return "; ".join(f"{state} → {to}" for state, to in moves if to)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:g} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def kinds(effects: Iterable[Effect]) -> tuple[str, ...]:
    """Return effects in short: the type of a record for a Write, the class for the others."""
    return tuple(
        effect.record.TYPE.removeprefix("gate.").removesuffix(".v1")
        if isinstance(effect, WriteEvent)
        else type(effect).__name__
        for effect in effects
    )


FILES = Generated(folder=ROOT / "docs", made=lambda: {"state-machine.md": document()})

if __name__ == "__main__":
    sys.exit(FILES.main())
