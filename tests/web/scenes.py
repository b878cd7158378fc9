"""Snapshots of a door, one for each thing a guard may see. All people are invented."""

from __future__ import annotations

from gate_agent.contract.moment import ClockQuality
from gate_agent.contract.policy import HallMode, Notice, OnlineChannel, Policy
from gate_agent.contract.records import (
    Category,
    Decision,
    DeviceState,
    Outcome,
    PassageCount,
    Temperature,
)
from gate_agent.contract.thermometer import Doubt, Trust
from gate_agent.gate.screen_state import (
    CheckView,
    CommissioningView,
    DeviceView,
    GateView,
    Green,
    InsideElsewhere,
    InsideLine,
    InsideView,
    JournalView,
    OtherDoorView,
    PassageLine,
    PassageView,
    PersonView,
    Phase,
    ScreenState,
    ThermometerView,
    TodayView,
    UplinkView,
)

ZHANG = PersonView(name="张*", number="110***********002X")
OUYANG = PersonView(name="欧***", number="430***********1234")
PURPOSES = ("综合窗口", "社保", "不动产", "公安", "税务", "其他")


def warm(surface_centi_c: int, outcome: Outcome = Outcome.NORMAL) -> Temperature:
    return Temperature(
        outcome=outcome,
        reason=None,
        surface_centi_c=surface_centi_c,
        ambient_centi_c=2510,
        body_centi_c=None,
        score_centi_c=surface_centi_c - 19,
        threshold_centi_c=3730,
        slope_permille=170,
        lowest_centi_c=surface_centi_c - 8,
        highest_centi_c=surface_centi_c + 4,
        samples=7,
        profile="spot-forehead/1",
    )


def idle() -> ScreenState:
    decided = (Decision.ADMIT,) * 4 + (Decision.RECHECK, Decision.ADMIT, Decision.DENY)
    recent = tuple(
        PassageLine(
            passage_id=f"ab12-{900 - n}",
            sequence=4200 - n,
            decided=f"2026-11-24T06:{50 - n:02d}:13.000Z",
            category=Category.STAFF if n == 2 else Category.VISITOR,
            decision=decision,
            reasons={
                Decision.RECHECK: ("cold_skin",),
                Decision.DENY: ("registration_timeout",),
            }.get(decision, ()),
            person=ZHANG if n % 2 else OUYANG,
            surface_centi_c=None if decision is Decision.DENY else 3642 - n * 3,
        )
        for n, decision in enumerate(decided)
    )
    return ScreenState(
        gate=GateView(
            site="dongcheng",
            id="west-1f",
            name="一层西侧出入口",
            timezone="Asia/Shanghai",
            version="0.1.0",
        ),
        time="2026-11-24T06:51:07.000Z",
        hall_mode=HallMode.OPEN,
        policy_version=3,
        clock=ClockQuality.SYNCED,
        live_centi_c=None,
        passage=None,
        holds=(),
        recent=recent,
        today=TodayView(
            day="2026-11-24",
            passages=(
                PassageCount(category=Category.VISITOR, decision=Decision.ADMIT, count=412),
                PassageCount(category=Category.STAFF, decision=Decision.ADMIT, count=86),
                PassageCount(category=Category.VISITOR, decision=Decision.DENY, count=3),
                PassageCount(category=Category.VISITOR, decision=Decision.RECHECK, count=21),
                PassageCount(category=Category.UNKNOWN, decision=Decision.AMBIGUOUS, count=2),
                PassageCount(category=Category.VISITOR, decision=Decision.HOLD, count=1),
            ),
            holds_opened=1,
        ),
        devices={
            "thermometer": DeviceView(
                driver="gy-614v3", state=DeviceState.OK, cause="", counters={"checksum": 2}
            ),
            "id_reader": DeviceView(
                driver="sam-uart", state=DeviceState.OK, cause="", counters={"noise": 0}
            ),
        },
        journal=JournalView(epoch="0" * 32, sequence=4200, writable=True, cause=""),
        uplink=UplinkView(
            state="connected", cause="", pending=0, oldest_pending_s=0.0, receipted=4200
        ),
        purposes=PURPOSES,
        phone_required=True,
        others=(OtherDoorView(gate="central-2f", name="二层中央出入口", is_live=True, holds=0),),
    )


def passage(
    phase: Phase,
    *,
    passage_id: str = "ab12-901",
    person: PersonView | None = ZHANG,
    temperature: Temperature | None = None,
    waits_for: tuple[str, ...] = (),
    deadline_s: float | None = None,
    decision: Decision | None = None,
    reasons: tuple[str, ...] = (),
    hold_id: str | None = None,
    gate_open: bool = False,
) -> PassageView:
    return PassageView(
        passage_id=passage_id,
        phase=phase,
        started="2026-11-24T06:51:00.000Z",
        category=Category.UNKNOWN if person is None else Category.VISITOR,
        person=person,
        temperature=temperature,
        waits_for=waits_for,
        deadline_s=deadline_s,
        decision=decision,
        reasons=reasons,
        hold_id=hold_id,
        gate_open=gate_open,
    )


def at_the_door(view: PassageView, *, live_centi_c: int | None = None) -> ScreenState:
    return idle().model_copy(update={"passage": view, "live_centi_c": live_centi_c})


def measuring() -> ScreenState:
    waits = ("temperature", "card")
    view = passage(Phase.MEASURING, person=None, waits_for=waits, deadline_s=18.6)
    return at_the_door(view, live_centi_c=3588)


def identified() -> ScreenState:
    return at_the_door(passage(Phase.IDENTIFIED, waits_for=("temperature",), deadline_s=19.2))


def measured() -> ScreenState:
    view = passage(
        Phase.MEASURED, person=None, temperature=warm(3642), waits_for=("card",), deadline_s=17
    )
    return at_the_door(view, live_centi_c=3640)


def registering(passage_id: str = "ab12-901") -> ScreenState:
    view = passage(
        Phase.REGISTERING,
        passage_id=passage_id,
        temperature=warm(3642),
        waits_for=("registration",),
        deadline_s=117,
    )
    return at_the_door(view)


def gathering() -> ScreenState:
    """A family: the adult is registered and waits, one child is measured, the next steps up."""
    adult = passage(Phase.GATHERING, person=ZHANG, temperature=warm(3642)).model_copy(
        update={"companions": 2, "companions_ready": 1, "deadline_s": 74.0}
    )
    child = passage(Phase.GATHERING, temperature=warm(3655)).model_copy(
        update={"passage_id": "ab12-902", "with_passage": adult.passage_id}
    )
    shown = at_the_door(adult)
    return shown.model_copy(update={"desk": (child,)})


def inside() -> InsideView:
    """Two people who were let in here, and one who left without a name."""
    people = tuple(
        InsideLine(
            passage_id=f"ab12-{n}",
            person=person,
            category=Category.VISITOR,
            since=f"2026-11-24T06:0{n}:13.000Z",
            inside_s=2980 - 60 * n,
        )
        for n, person in enumerate((ZHANG, OUYANG, ZHANG))
    )
    others = (
        InsideElsewhere(
            entry="0123456789abcdef",
            person=None,
            door="二层中央出入口",
            since="2026-11-24T06:20:13.000Z",
        ),
    )
    return InsideView(count=2, unnamed_left=1, people=people, elsewhere=others)


def settled(
    decision: Decision,
    *,
    reasons: tuple[str, ...] = (),
    surface_centi_c: int | None = 3642,
    gate_open: bool = False,
    person: PersonView | None = ZHANG,
    hold_id: str | None = None,
) -> ScreenState:
    measured_at = None if surface_centi_c is None else warm(surface_centi_c)
    view = passage(
        Phase.SETTLED,
        person=person,
        temperature=measured_at,
        waits_for=("departure",),
        deadline_s=None,
        decision=decision,
        reasons=reasons,
        hold_id=hold_id,
        gate_open=gate_open,
    )
    return at_the_door(view)


def admitted() -> ScreenState:
    return settled(Decision.ADMIT, gate_open=True)


def recording() -> ScreenState:
    return settled(Decision.ADMIT, gate_open=False)


def green() -> ScreenState:
    """Somebody registers at the spot; who comes by the green channel waits at the desk."""
    marked = passage(
        Phase.REGISTERING, person=OUYANG, temperature=warm(3655), deadline_s=96
    ).model_copy(
        update={"passage_id": "ab12-902", "waits_for": ("registration",), "green": Green.LIST}
    )
    waits = passage(Phase.MEASURED, person=None, temperature=warm(3610), deadline_s=12).model_copy(
        update={"passage_id": "ab12-903", "waits_for": ("card",)}
    )
    return registering().model_copy(update={"desk": (marked, waits)})


def new_door() -> ScreenState:
    """A new door, at which three people were measured by both."""
    view = not_trusted().thermometer
    assert view is not None
    start = CommissioningView(both=3, wanted=5, by_hand=True)
    changes = {
        "trust": Trust.TRUSTED, "doubts": (), "by_hand": False, "commissioning": start,
        "lost_s": None,
    }  # fmt: skip
    return idle().model_copy(update={"thermometer": view.model_copy(update=changes)})


def denied() -> ScreenState:
    return settled(Decision.DENY, reasons=("no_appointment",))


def rechecked() -> ScreenState:
    return settled(Decision.RECHECK, reasons=("cold_skin",), surface_centi_c=3251)


def device_lost(device: str = "thermometer") -> ScreenState:
    snapshot = idle()
    lost = snapshot.devices[device].model_copy(
        update={"state": DeviceState.LOST, "cause": "port gone"}
    )
    return snapshot.model_copy(update={"devices": snapshot.devices | {device: lost}})


def journal_failing(snapshot: ScreenState | None = None) -> ScreenState:
    shown = recording() if snapshot is None else snapshot
    journal = shown.journal.model_copy(update={"writable": False, "cause": "disk full"})
    return shown.model_copy(update={"journal": journal})


def uplink_down() -> ScreenState:
    uplink = UplinkView(
        state="connecting",
        cause="connection refused",
        pending=1312,
        oldest_pending_s=4210.0,
        receipted=2888,
    )
    return idle().model_copy(update={"uplink": uplink, "clock": ClockQuality.UNSYNCED})


POLICY = Policy(
    notices=(
        Notice(
            zh="请佩戴口罩，配合测温登记。",
            en="Please wear a mask, and let us measure and register you.",
        ),
    ),
    tips=(Notice(zh="勤洗手，多通风，少聚集。", en="Wash hands, air rooms, avoid crowds."),),
    online_channels=(
        OnlineChannel(
            zh="政务服务网", en="Government services", url="https://zwfw.example.gov.cn/dongcheng"
        ),
        OnlineChannel(zh="社保网上办", en="Social security", url="https://rs.example.gov.cn/apply"),
        OnlineChannel(zh="电子税务局", en="Tax online", url="https://tax.example.gov.cn/"),
    ),
    booking=Notice(
        zh="电话 010-8900 1000，或在“政务服务网”选择日期", en="call 010-8900 1000, or online"
    ),
)


def not_trusted(snapshot: ScreenState | None = None) -> ScreenState:
    """A thermometer whose readings do not change: everybody is measured by hand."""
    thermometer = ThermometerView(
        trust=Trust.NOT_TRUSTED,
        doubts=(Doubt.FROZEN,),
        by_hand=True,
        lost_s=312.0,
        check=CheckView(
            at="2026-11-24T00:32:00.000Z",
            by="guard-1",
            reference="contact",
            difference_centi_c=12,
            tolerance_centi_c=30,
            passed=True,
        ),
        check_due=False,
        checking_s=None,
        baseline_centi_c=3412,
        baseline_people=30,
        threshold_centi_c=3730,
    )
    return (snapshot or idle()).model_copy(update={"thermometer": thermometer})


def by_hand() -> ScreenState:
    """Somebody waits for the contact thermometer."""
    shown = settled(Decision.RECHECK, reasons=("thermometer_untrusted",), surface_centi_c=3655)
    assert shown.passage is not None
    waiting = shown.passage.model_copy(update={"needs_hand": True})
    return not_trusted(shown.model_copy(update={"passage": waiting}))


def busy() -> ScreenState:
    """One registers at the desk, one waits there for a card; the next is measured at the spot."""
    waiting = registering().passage, measured().passage
    desk = [one.model_copy(update={"passage_id": f"ab12-90{n}"}) for n, one in
            enumerate(filter(None, waiting), 1)]  # fmt: skip
    here = passage(Phase.MEASURING, passage_id="ab12-905", person=None, waits_for=("card",))
    return at_the_door(here, live_centi_c=3640).model_copy(update={"desk": tuple(desk)})


def in_mode(hall_mode: HallMode, snapshot: ScreenState | None = None) -> ScreenState:
    return (snapshot or idle()).model_copy(update={"hall_mode": hall_mode})


def visitors() -> dict[str, ScreenState]:
    """Return what the visitors' display may have to show."""
    held = settled(Decision.HOLD, reasons=("elevated",), surface_centi_c=3762, hold_id="ab12-902")
    return {
        "open": idle(),
        "appointment": in_mode(HallMode.APPOINTMENT),
        "closed": in_mode(HallMode.CLOSED),
        "emergency": in_mode(HallMode.EMERGENCY),
        "measure": measuring(),
        "card": measured(),
        "register": registering(),
        "go": admitted(),
        "again": rechecked(),
        "hand": by_hand(),
        "wait": held,
        "denied": in_mode(HallMode.APPOINTMENT, denied()),
        "ask": device_lost(),
    }
