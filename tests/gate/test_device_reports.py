"""Badges, codes and exits at a door: what each does, and that nothing that is seen is dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.at_work import NORMAL, PHONE_OPTIONAL, AtWork, at_work, in_loop
from gate_agent.contract.identity import badge_ref, typed_ref
from gate_agent.contract.leaving_records import ExitMeans
from gate_agent.contract.records import Category, Decision, PersonLeft
from gate_agent.driver_api import BadgeRead, CardRefused, CodeRead, Report, SomebodyLeft, Unread
from gate_agent.emulation.people import synthetic_card
from gate_agent.gate.exits import ExitWatch
from gate_agent.gate.identification import Identification
from gate_agent.testing import FakeClock

BADGE = "0006547886"
KEY = bytes(range(32))


@in_loop
async def test_a_badge_on_the_roster_is_staff_and_measured_as_everybody(tmp_path: Path) -> None:
    with at_work(tmp_path, FakeClock(), policy=PHONE_OPTIONAL) as first:
        roster = [{"person_ref": badge_ref(BADGE, first.keys.site)}]
    with at_work(tmp_path, FakeClock(), policy={**PHONE_OPTIONAL, "roster": roster}) as door:
        door.measure(NORMAL, 6)
        door.gate.on_report(BadgeRead(number=BADGE))
        door.measure(NORMAL, 2)
        await door.durable()

        verdict = door.verdicts[-1]
        assert (verdict.category, verdict.decision) == (Category.STAFF, Decision.ADMIT)
        assert verdict.person_ref == badge_ref(BADGE, door.keys.site)
        assert BADGE.encode() not in b"".join(e.body or b"" for e in door.reader.after(0, 1000))


@in_loop
async def test_a_badge_that_nobody_knows_lets_nobody_in_and_is_seen(tmp_path: Path) -> None:
    with at_work(tmp_path, FakeClock(), policy=PHONE_OPTIONAL) as door:
        door.measure(NORMAL, 6)
        door.gate.on_report(BadgeRead(number="0000000001"))
        door.measure(NORMAL, 2)
        await door.durable()

        assert Decision.ADMIT not in [verdict.decision for verdict in door.verdicts]
        assert door.gate.counts()["note_card_fault_badge_unknown"] == 1


@in_loop
async def test_a_foreign_code_is_counted_and_changes_nothing(tmp_path: Path) -> None:
    with at_work(tmp_path, FakeClock(), policy=PHONE_OPTIONAL) as door:
        door.measure(NORMAL, 6)
        before = door.gate.door
        door.gate.on_report(CodeRead(text="https://example.org/x"))

        assert door.gate.door is before
        assert door.gate.counts()["unused_coderead"] == 1
        door.gate.on_report(CodeRead(text="GATE-R:13800138000"))
        assert door.gate.door is not before


def exit_of(door: AtWork) -> ExitWatch:
    return ExitWatch(door.gate, Identification(door.keys, door.reader), door.keys)


@in_loop
@pytest.mark.parametrize(
    ("seen", "means", "named"),
    [
        (synthetic_card(1), ExitMeans.CARD, True),
        (BadgeRead(number=BADGE), ExitMeans.BADGE, True),
        (CodeRead(text="anything"), ExitMeans.SCAN, False),
        (SomebodyLeft(), ExitMeans.BEAM, False),
    ],
)
async def test_whatever_stands_at_the_exit_writes_who_left(
    seen: Report, means: ExitMeans, *, named: bool, tmp_path: Path
) -> None:
    with at_work(tmp_path, FakeClock(), policy=PHONE_OPTIONAL) as door:
        door.comes(NORMAL, 1)
        exit_of(door).on_report(seen)
        await door.durable()

        (left,) = [record for record in door.records if isinstance(record, PersonLeft)]
        assert left.means is means
        assert (left.person_ref is not None) is named
        assert door.gate.door.inside.count == (1 if seen == BadgeRead(number=BADGE) else 0)


@in_loop
async def test_a_faulty_card_at_the_exit_left_too_and_one_that_was_refused_comes_again(
    tmp_path: Path,
) -> None:
    with at_work(tmp_path, FakeClock(), policy=PHONE_OPTIONAL) as door:
        watch = exit_of(door)
        watch.on_report(CardRefused(why=Unread.NOT_READ))
        watch.on_report(SomebodyLeft(count=3))
        await door.durable()

        left = [record for record in door.records if isinstance(record, PersonLeft)]
        assert [(one.means, one.count) for one in left] == [(ExitMeans.BEAM, 1)] * 3


def test_a_badge_is_typed_as_it_is_read_and_is_no_card() -> None:
    assert typed_ref(f"badge:{BADGE}", KEY) == badge_ref("6547886", KEY)
    assert typed_ref(BADGE, KEY) != badge_ref(BADGE, KEY)
