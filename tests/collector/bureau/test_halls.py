"""One line for each hall: what is not known is said so, and a hall that hangs stops no other."""

from __future__ import annotations

import threading
from pathlib import Path

from children import wait_until
from collector.bureau.standing import StandingHall, bureau_centre, standing
from collector.hall_of_doors import TEN
from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.host.supervision import Parts
from gate_collector.alarms.book import AlarmKind, raise_alarm
from gate_collector.bureau.asking import HallAsker
from gate_collector.bureau.desk import BureauDesk
from gate_collector.bureau.emergency import close_all
from gate_collector.bureau.halls import HallLine, HallReach
from gate_collector.bureau.looking import FRESH_S, HallWatch, HallWatcher

_NAMES = "区政务服务中心", "𠮷野䶮城西分中心", "城东分中心"


def _watcher(hall: StandingHall) -> HallWatcher:
    return HallWatcher(hall, hall.one.clock, Parts(hall.one.clock))


def _line(hall: StandingHall) -> HallLine:
    watcher = _watcher(hall)
    watcher.look()
    return watcher.line


def _alarm(hall: StandingHall, kind: AlarmKind, gate: str) -> None:
    with hall.one.engine.begin() as connection:
        raise_alarm(connection, kind, gate, "x", format_utc(TEN))


def test_a_line_counts_doors_holds_and_alarms_and_says_what_the_day_lacks(tmp_path: Path) -> None:
    with standing(tmp_path, _NAMES[0]) as (hall,):
        hall.doors = ("west-1f", "central-2f", "north-1f")
        hall.one.west.heartbeat(name="一层西侧")
        hall.one.central.heartbeat(name="二层中央")
        hall.one.west.hold("hold-1")
        hall.one.west.hold("drill-1", drill=True)
        hall.one.settle()
        _alarm(hall, AlarmKind.SILENT, "central-2f")
        _alarm(hall, AlarmKind.LATE, "west-1f")
        hall.one.clock.advance(60)

        line = _line(hall)

    assert (line.reach, line.name, line.cause) == (HallReach.READ, _NAMES[0], "")
    figures = line.figures
    assert figures is not None
    assert figures.hall_mode is HallMode.OPEN
    assert figures.doors == 3
    assert figures.silent == ("二层中央", "north-1f")
    assert (figures.holds, figures.overdue) == (1, 1)
    assert figures.alarms == {"late": 1, "silent": 1}
    assert figures.lacking.said("zh")
    assert len(figures.lacking.said("zh")) == len(figures.lacking.said("en"))


def test_a_hall_without_a_broker_does_not_know_its_doors(tmp_path: Path) -> None:
    with standing(tmp_path, _NAMES[0]) as (hall,):
        _alarm(hall, AlarmKind.DEAF, "")

        figures = _line(hall).figures

    assert figures is not None
    assert figures.silent is None


def test_a_hall_that_cannot_be_read_has_no_figure_at_all(tmp_path: Path) -> None:
    with standing(tmp_path, *_NAMES) as halls:
        halls[1].fault = OSError("disk of 张三")
        halls[2].is_up, halls[2].failing = False, "expected to be the only collector"
        lines = [_line(hall) for hall in halls]
        old = _watcher(halls[0])
        never = old.line
        old.look()
        fresh = old.line
        halls[0].one.clock.advance(FRESH_S + 1)
        stale = old.line

    assert [line.reach for line in lines] == [HallReach.READ, HallReach.UNREAD, HallReach.AWAY]
    assert [line.figures is None for line in lines] == [False, True, True]
    assert lines[1].cause == "OSError"
    assert [one.reach for one in (never, fresh, stale)] == [
        HallReach.UNREAD, HallReach.READ, HallReach.UNREAD,
    ]  # fmt: skip
    assert stale.figures is None


def test_a_hall_that_hangs_keeps_no_other_waiting(tmp_path: Path) -> None:
    with standing(tmp_path, *_NAMES[:2]) as halls:
        halls[0].hangs = threading.Event()
        clock = halls[0].one.clock
        watch = HallWatch(halls, clock, Parts(clock))
        watch.start()
        try:
            wait_until(lambda: watch.lines[1].reach is HallReach.READ, "the second to be read")
            hung = watch.lines[0]
        finally:
            halls[0].hangs.set()
            watch.close()

    assert (hung.reach, hung.figures) == (HallReach.UNREAD, None)


def test_an_emergency_closes_every_hall_in_the_name_of_who_asked(tmp_path: Path) -> None:
    looked: list[tuple[str, str, str]] = []
    with standing(tmp_path, *_NAMES) as halls, bureau_centre(tmp_path, halls[0].one) as centre:
        halls[1].is_up, halls[1].failing = False, "locked"
        desk = BureauDesk(centre, halls, HallWatch(halls, centre.clock, Parts(centre.clock)))

        number = desk.close_all(lambda *what: looked.append(what), by="局长", why="疫情响应")
        told = desk.order(number)
        modes = [hall.book.in_force().hall_mode for hall in halls]
        (issue,) = halls[0].book.issues()
        halls[1].is_up = True
        again = close_all(HallAsker(halls, centre.clock), by="局长", why="疫情响应")

    assert told is not None
    assert [(one.name, one.version, bool(one.fault)) for one in told.halls] == [
        (_NAMES[0], 1, False), (_NAMES[1], None, True), (_NAMES[2], 1, False),
    ]  # fmt: skip
    assert modes == [HallMode.EMERGENCY, HallMode.OPEN, HallMode.EMERGENCY]
    assert (issue.by, issue.why) == ("局长 · 区政务服务局", "疫情响应")
    assert looked == [("emergency", "", "局长: 疫情响应")]
    assert [one.version for one in again] == [1, 1, 1]  # who is closed stays so
    assert desk.order(number + 1) is None


def test_a_hall_that_does_not_answer_is_not_said_to_be_closed(tmp_path: Path) -> None:
    with standing(tmp_path, *_NAMES[:2]) as halls:
        halls[0].hangs = threading.Event()

        asker = HallAsker(halls, halls[0].one.clock, within_s=0.1)
        # it is asked for nothing more before long: no thread is left behind for each question
        asked = [asker.each(lambda centre, _book: centre.site) for _ in range(20)][-1]
        waiting = [one.name for one in threading.enumerate()].count("ask hall-01")
        told = close_all(asker, by="局长", why="疫情响应")
        halls[0].hangs.set()
        wait_until(lambda: halls[0].book.in_force().version, "it to close all the same")
        wait_until(lambda: asker.each(lambda centre, _: centre.site)[0].value, "its answers")

    assert [one.value for one in asked] == [None, "hall-02"]
    assert waiting == 4
    assert [(one.version, one.fault) for one in told] == [(None, "no answer"), (1, "")]
