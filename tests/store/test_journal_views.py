"""Views change with their event, and equal a replay after any history, restarts included."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import (
    Category,
    DailyReport,
    Decision,
    DeviceChanged,
    DeviceState,
    HoldClosed,
    HoldOverdue,
    HoldState,
    HoldStep,
    ModeApplied,
    Record,
)
from gate_agent.store.journal import Draft, Journal
from gate_agent.store.reader import JournalReader
from gate_agent.store.verify import rebuild, verify
from gate_agent.store.views import local_day
from gate_agent.testing import FakeClock
from store.shelf import KEY, NOON, REF, ZONE, hold, open_journal, passage, proven, raw, write

FEW = st.integers(1, 6)
NOON_TEXT = format_utc(NOON.utc)


def _steps(number: int, state: HoldState) -> Record:
    return HoldStep(hold_id=f"h-{number}", step=state, by="guard", at=NOON_TEXT, deadline_s=60)


def _report(day: int) -> Record:
    return DailyReport(
        day=f"2026-11-{day:02d}",
        since=NOON_TEXT,
        until=NOON_TEXT,
        passages=(),
        admitted=0,
        holds_opened=0,
        holds_closed=0,
        holds_open=0,
        device_lost_s={},
        first_sequence=0,
        last_sequence=0,
    )


RECORDS = st.one_of(
    st.builds(
        passage,
        FEW,
        st.sampled_from(Decision),
        category=st.sampled_from(Category),
        hold_id=st.none() | st.builds("h-{}".format, FEW),
    ),
    st.builds(hold, FEW, person_ref=st.none() | st.just(REF)),
    st.builds(_steps, FEW, st.sampled_from(HoldState)),
    st.builds(
        HoldOverdue,
        hold_id=st.builds("h-{}".format, FEW),
        state=st.sampled_from(HoldState),
        due_s=st.just(15.0),
        escalation=FEW,
    ),
    st.builds(
        HoldClosed,
        hold_id=st.builds("h-{}".format, FEW),
        outcome=st.just("released"),
        by=st.just("guard"),
        disinfected=st.booleans(),
        closed=st.just(NOON_TEXT),
    ),
    st.builds(
        DeviceChanged,
        device=st.sampled_from(["thermometer", "id_reader"]),
        driver=st.just("gy-614v3"),
        state=st.sampled_from(DeviceState),
    ),
    st.builds(
        ModeApplied,
        policy_version=FEW,
        hall_mode=st.sampled_from(HallMode),
        policy_sha256=st.just(REF),
    ),
    st.builds(_report, st.integers(1, 28)),
)


class Histories(RuleBasedStateMachine):
    """Any records, over days and restarts, against a plain reckoning and against the replay."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gate-views-"))
        self.path = self.folder / "gate.db"
        self.clock = FakeClock()
        self.journal: Journal = open_journal(self.path, clock=self.clock)
        self.verdicts: dict[str, tuple[str, str, str, bool]] = {}
        self.sequence = 0

    @rule(records=st.lists(st.tuples(RECORDS, st.booleans()), min_size=1, max_size=5))
    def append(self, records: list[tuple[Record, bool]]) -> None:
        now = self.clock.now()
        drafts = [Draft(record=record, at=now, drill=drill) for record, drill in records]
        write(self.journal, *drafts)
        self.sequence += len(drafts)
        day = local_day(now.utc, ZONE)
        for record, drill in records:
            if record.TYPE == "gate.passage.decided.v1":
                told = record.model_dump(mode="json")
                verdict = (day, told["category"], told["decision"], drill)
                self.verdicts[told["passage_id"]] = verdict

    @rule(hours=st.integers(-48, 48))
    def pass_or_step(self, hours: int) -> None:
        self.clock.step(3600 * hours)
        self.clock.advance(60)

    @rule()
    def restart(self) -> None:
        self.journal.close()
        self.journal = open_journal(self.path, clock=self.clock)

    @rule()
    def compare(self) -> None:
        result = rebuild(self.path, KEY, lambda _done, _total: None)

        assert result.differences == ()
        assert verify(self.path, lambda _done, _total: None) == self.journal.head
        assert len(proven(self.path)) == self.sequence

    @invariant()
    def each_passage_counts_once_by_its_newest_verdict(self) -> None:
        if not hasattr(self, "verdicts"):
            return
        due = Counter(verdict[:3] for verdict in self.verdicts.values() if not verdict[3])
        kept = raw(self.path, "SELECT day, category, decision, count FROM day_count WHERE count")
        assert {row[:3]: row[3] for row in kept} == dict(due)

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.journal.close()
            self.compare()
            shutil.rmtree(self.folder)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_views_and_event_are_one_transaction(tmp_path: Path) -> None:
    path = tmp_path / "gate.db"
    sql = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM passage)"
    seen: list[tuple[int, int]] = []
    with open_journal(path) as journal:
        journal.subscribe(lambda _stored: seen.extend(raw(path, sql)))
        for number in range(20):
            write(journal, passage(number))

    assert seen == [(number, number) for number in range(1, 21)]


def test_the_reader_shows_what_the_views_hold(tmp_path: Path) -> None:
    path = tmp_path / "gate.db"
    with open_journal(path) as journal, JournalReader(path, KEY) as reader:
        write(journal, passage(1), passage(2, Decision.HOLD, hold_id="h-2"), hold(2), hold(3))
        write(journal, _steps(2, HoldState.ACKNOWLEDGED), passage(1, Decision.DENY))
        write(
            journal,
            HoldClosed(
                hold_id="h-3", outcome="left", by="guard", disinfected=False, closed=NOON_TEXT
            ),
        )
        day = local_day(NOON.utc, ZONE)

        assert [(row.hold_id, row.state) for row in reader.open_holds()] == [
            ("h-2", HoldState.ACKNOWLEDGED)
        ]
        assert {(c.decision, c.count) for c in reader.counts(day)} == {
            (Decision.DENY, 1),
            (Decision.HOLD, 1),
        }
        assert reader.holds_opened(day) == 2
        newest = [(sequence, p.passage_id) for sequence, p in reader.recent_passages(5)]
        assert newest == [(6, "p-1"), (2, "p-2")]
