"""One of every record, as a gate may write it: for whatever must hold of all of them."""

from __future__ import annotations

from gate_agent.contract import records
from gate_agent.contract.access_records import GuardRole, ShiftChange, StaffChange
from gate_agent.contract.order_records import OrderAnswered
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import Category, Decision, DeviceState, HoldState, Record

REF = "ab" * 32
UTC_TEXT = "2026-11-23T06:12:31.482Z"
SAMPLES: tuple[Record, ...] = (
    records.AgentStarted(version="0.1.0", boot="cd" * 16, config_sha256=REF, policy_version=3),
    records.AgentStopped(reason="SIGTERM"),
    records.DeviceChanged(
        device="thermometer", driver="gy-614v3", state=DeviceState.LOST, cause="hang-up"
    ),
    records.DeviceChanged(
        device="thermometer", driver="gy-614v3", state=DeviceState.OK, counters={"noise": 2}
    ),
    records.ClockStepped(step_ms=-86_400_000),
    records.ClockSynced(boot="cd" * 16, booted=UTC_TEXT),
    records.StoreChanged(state=records.StoreState.FULL, cause="disk is full", free_bytes=0),
    records.StoreChanged(state=records.StoreState.FILLING, free_bytes=10**8, hours_left=30.5),
    records.EventsDropped(
        count=3,
        types={"gate.passage.decided.v1": 3},
        since=UTC_TEXT,
        until=UTC_TEXT,
        cause="disk is full",
    ),
    records.JournalReplaced(cause="file is not a database", kept_as="gate.db.damaged-1"),
    records.AnchorKept(day="2026-11-23", made=UTC_TEXT, ends=()),
    OrderAnswered(order_id="ab" * 16, hold_id="7f3a-9", by="王主任", made=UTC_TEXT, at=UTC_TEXT),
    records.ThermometerCommissioned(
        profile="spot-forehead/1",
        baseline_centi_c=3605,
        profile_centi_c=3420,
        contact_centi_c=3660,
        both=5,
        people=11,
        flagged=4,
        at=UTC_TEXT,
    ),
    records.ModeApplied(policy_version=3, hall_mode=HallMode.OPEN, policy_sha256=REF),
    records.PassageDecided(
        passage_id="7f3a-1",
        category=Category.VISITOR,
        person_ref=REF,
        decision=Decision.HOLD,
        reasons=("elevated",),
        temperature=records.Temperature(
            outcome=records.Outcome.ELEVATED,
            surface_centi_c=3815,
            ambient_centi_c=2100,
            samples=6,
        ),
        started=UTC_TEXT,
        decided=UTC_TEXT,
        registered=True,
        hall_mode=HallMode.OPEN,
        hold_id="7f3a-2",
    ),
    records.PassageLeft(
        passage_id="7f3a-0",
        temperature=records.Temperature(outcome=records.Outcome.UNUSABLE, reason="not_measured"),
        started=UTC_TEXT,
        left=UTC_TEXT,
    ),
    records.PersonLeft(
        person_ref=REF, means=records.ExitMeans.CARD, at=UTC_TEXT, entered=UTC_TEXT, inside_s=1800
    ),
    records.PassageGrouped(passage_id="7f3a-1", companions=2, was=0, by="guard-1", at=UTC_TEXT),
    records.PassageMarked(
        passage_id="7f3a-1", green_channel=True, reason="老年人", by="guard-1", at=UTC_TEXT
    ),
    records.ContactRead(
        passage_id="7f3a-1",
        contact_centi_c=3650,
        contact_threshold_centi_c=3730,
        by="guard-1",
        at=UTC_TEXT,
    ),
    records.AppointmentMade(passage_id="7f3a-1", person_ref=REF, by="guard-1", at=UTC_TEXT),
    records.PersonRegistered(
        passage_id="7f3a-1", person_ref=REF, sealed="c2VhbGVk", key_id="00112233aabbccdd"
    ),
    records.HoldOpened(
        hold_id="7f3a-2",
        passage_id="7f3a-1",
        person_ref=None,
        category=Category.UNKNOWN,
        reason="elevated",
        surface_centi_c=3815,
        opened=UTC_TEXT,
        deadline_s=15,
    ),
    records.HoldIdentified(
        hold_id="7f3a-2",
        passage_id="7f3a-1",
        person_ref=REF,
        category=Category.VISITOR,
        registered=True,
        phone=True,
        companions=1,
        by="guard-1",
        at=UTC_TEXT,
    ),
    records.HoldAnswered(gate="east", hold_id="7f3a-2", by="g", at=UTC_TEXT),
    records.HoldStep(
        hold_id="7f3a-2",
        step=HoldState.RECHECKED,
        by="guard",
        at=UTC_TEXT,
        contact_centi_c=3720,
        deadline_s=600,
    ),
    records.HoldNoted(
        hold_id="7f3a-2",
        kind=records.NoteKind.CALLED,
        by="guard-1",
        at=UTC_TEXT,
        to="区疫情防控办",
        answered=False,
    ),
    records.ContactListed(
        hold_id="7f3a-2",
        listed=UTC_TEXT,
        contacts=(
            records.ContactEntry(
                contact_id="7f3a-2-c1",
                passage_id="7f3a-0",
                person_ref=REF,
                category=Category.VISITOR,
                passed=UTC_TEXT,
                apart_s=-42.5,
            ),
        ),
    ),
    records.ContactUpdated(
        contact_id="7f3a-2-c1",
        hold_id="7f3a-2",
        state=records.ContactState.DISMISSED,
        by="guard-1",
        at=UTC_TEXT,
        reason="隔着玻璃",
    ),
    records.ScreenUnattended(cause=records.Absence.NO_SCREEN, since=UTC_TEXT),
    records.ScreenAttended(cause=records.Absence.NO_SCREEN, away_s=41.5),
    records.HoldOverdue(hold_id="7f3a-2", state=HoldState.FLAGGED, due_s=15, escalation=1),
    records.HoldClosed(
        hold_id="7f3a-2", outcome="released", by="guard", disinfected=True, closed=UTC_TEXT
    ),
    records.ThermometerChecked(
        reference="contact",
        reference_centi_c=3660,
        measured_centi_c=3672,
        surface_centi_c=3434,
        ambient_centi_c=2380,
        difference_centi_c=12,
        tolerance_centi_c=88,
        passed=True,
        by="guard-1",
        at=UTC_TEXT,
        profile="spot-forehead/3",
    ),
    records.ThermometerCompared(
        other="central-2f",
        found="apart",
        level_centi_c=3375,
        people=40,
        other_level_centi_c=3455,
        other_people=90,
        limit_centi_c=60,
        profile="spot-forehead/3",
        at=UTC_TEXT,
    ),
    records.CoverageLost(reasons=("frozen",), since=UTC_TEXT),
    records.CoverageRestored(since=UTC_TEXT, lost_s=312.5),
    records.DutyDone(area="出入口门", kind=records.Round.DISINFECTED, by="guard-1", at=UTC_TEXT),
    records.ShiftNoted(text="消毒液已领", by="guard-1", at=UTC_TEXT),
    records.SuppliesCounted(
        item="医用口罩", stock=80, change=-20, low=True, by="guard-1", at=UTC_TEXT
    ),
    records.ShiftChanged(
        change=ShiftChange.STARTED, by="g01", role=GuardRole.GUARD, on_duty=("g01",)
    ),
    records.StaffChanged(change=StaffChange.ADDED, code="g02", role=GuardRole.GUARD, by="s01"),
    records.SnapshotTaken(hold_id="7f3a-2", sha256="ab" * 32, bytes=40_000),
    records.SnapshotViewed(hold_id="7f3a-2", by="s-1", role=GuardRole.SUPERVISOR, reason="复核"),
    records.PersonRevealed(
        passage_id="7f3a-1", person_ref=REF, by="s01", role=GuardRole.SUPERVISOR, reason="发热上报"
    ),
    records.DataPurged(
        cause=records.PurgeCause.RETENTION,
        retention_days=14,
        people=2,
        redacted=2,
        first_sequence=7,
        last_sequence=9,
        link_before=REF,
        link_after=REF,
    ),
    records.DailyReport(
        day="2026-11-23",
        since=UTC_TEXT,
        until=UTC_TEXT,
        passages=(records.PassageCount(category=Category.STAFF, decision=Decision.ADMIT, count=0),),
        admitted=0,
        holds_opened=0,
        holds_closed=0,
        holds_open=0,
        device_lost_s={"thermometer": 0},
        rounds=(
            records.RoundCount(area="出入口门", kind=records.Round.DISINFECTED, done=2, needed=3),
        ),
        supplies=(records.Stock(item="医用口罩", stock=None, used=0, low=True),),
        first_sequence=1,
        last_sequence=9,
    ),
)
