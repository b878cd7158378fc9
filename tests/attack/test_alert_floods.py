"""Told means told; nobody's flood keeps another door's alert from the leader."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from children import wait_until
from collector.days import LED
from collector.duty import Duty, on_duty
from collector.hall_of_doors import SITE, TEN, hall
from collector.served_centre import centre_of
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import HoldOverdue, HoldState
from gate_collector.alarms.book import AlarmKind, raise_alarm, standing
from gate_collector.alarms.watch import GAP_AT_LAST_S, Hearing, watch
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.channels import AppriseMessenger, Recipient
from gate_collector.alerts.pace import AddressPace, SpanCounter
from gate_collector.ingest.arrival import ArrivedMessage

_PLENTY = 120
_ADDRESS = {
    "wecombot": "wecombot://abc-def/?at={url}",
    "dingtalk": "dingtalk://secret1@token1/?at={url}",
    "feishu": "feishu://token-1/?at={url}",
}


@contextmanager
def _robot(answer: bytes) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A group chat's service that answers 200 and this; yield its address and what it heard."""
    heard: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/send", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_ANSWERS = {
    b'{"errcode":0,"errmsg":"ok"}': True,
    b'{"code":0,"StatusCode":0,"msg":"success"}': True,
    b'{"errcode":310000,"errmsg":"keywords not in content"}': False,
    b'{"errcode":93000,"errmsg":"invalid webhook url"}': False,
    b'{"errcode":45009,"errmsg":"api freq out of limit"}': False,
    b'{"code":9499,"msg":"too many request"}': False,
    b'{"errcode":"0"}': False,
    b"{}": False,
    b"": False,
    b"<html>login</html>": False,
    b"[" * 9999: False,
}


@pytest.mark.parametrize("kind", _ADDRESS)
@pytest.mark.parametrize("answer", _ANSWERS)
def test_sent_is_what_the_robot_took(kind: str, answer: bytes) -> None:
    with _robot(answer) as (url, heard):
        who = Recipient(name="李主任", urls=(_ADDRESS[kind].format(url=url),))
        (sent,) = AppriseMessenger().tell(who, "大厅报警", "西门暂留一人" * 400)

    assert (sent.channel, sent.sent) == (kind, _ANSWERS[answer])
    ((path, body),) = heard
    assert "西门暂留一人" in json.dumps(json.loads(body), ensure_ascii=False)
    assert ("sign=" in path) == (kind == "dingtalk")
    assert kind != "wecombot" or len(json.loads(body)["text"]["content"].encode()) <= 2048


def test_who_is_not_reached_is_not_waited_for(store: str) -> None:
    with on_duty(store) as duty, _robot(b'{"errcode":93000}') as (url, _):
        people = (Recipient(name="李主任", urls=(_ADDRESS["wecombot"].format(url=url),)),
                  Recipient(name="张副主任", urls=(duty.deputy.url,)))  # fmt: skip
        centre, messenger = centre_of(duty.hall, lambda: LED), AppriseMessenger()
        duty.alerter = Alerter(
            centre, duty.shelf, people=people, messenger=messenger, base_url="https://hall.example"
        )
        duty.hall.west.hold("hold-1")
        duty.hall.settle()
        duty.until(2)  # the clock stands still
        duty.alerter.close()
        assert duty.tries()[:2] == [("李主任", "wecombot", False), ("张副主任", "json", True)]


def test_one_doors_flood_delays_no_other_door(store: str) -> None:
    with on_duty(store) as duty:
        for number in range(_PLENTY):
            duty.hall.west.hold(f"hold-{number}", who=f"w{number}")
        duty.hall.central.hold("hold-c")
        duty.hall.settle()
        wait_until(lambda: _round(duty) and _told_of(duty, "central-2f"), "the other door's hold")

        assert len(duty.leader.messages) <= 2
        wait_until(
            lambda: _round(duty) and "不再逐条通知" in " ".join(duty.leader.texts), "the rest"
        )
        assert len([kind for kind, _ in duty.states()]) == 10 + 1 + 1
        assert len(duty.leader.messages) <= 4


def test_a_robot_is_told_no_more_often_than_it_takes(tmp_path: Path) -> None:
    with on_duty(f"sqlite:///{tmp_path}/centre.sqlite") as duty:
        now = duty.hall.clock.utc
        for number in range(_PLENTY):
            duty.alerter.test(f"{number}")
            duty.hall.clock.advance(0.001)
            duty.alerter.round()
        wait_until(lambda: len(duty.leader.messages) >= 18, "as many as a minute takes")
        assert len(duty.leader.messages) == 18
        assert duty.hall.clock.utc - now < timedelta(seconds=2)
        duty.hall.clock.advance(61)
        wait_until(lambda: _round(duty) and len(duty.leader.messages) >= 19, "the rest")
        assert max(text.count("https://") for text in duty.leader.texts) > 1


def test_a_clock_that_is_set_back_keeps_nobody_from_being_told() -> None:
    pace, crowd = AddressPace(), SpanCounter(timedelta(hours=1))
    for _ in range(18):
        pace.told(["robot"], TEN)
        crowd.count("west-1f", TEN)
    assert not pace.may(["robot"], TEN)

    earlier = TEN - timedelta(days=1)
    assert pace.may(["robot"], earlier)
    assert crowd.count("west-1f", earlier) == 1


def test_many_doors_that_are_silent_are_one_message(store: str) -> None:
    with on_duty(store) as duty:
        at = format_utc(duty.hall.clock.utc)
        with duty.hall.engine.begin() as connection:
            for number in range(200):
                raise_alarm(connection, AlarmKind.SILENT, f"door-{number}", "no heartbeat", at)
        for _ in range(20):
            duty.alerter.round()
        wait_until(lambda: "多个出入口" in " ".join(duty.leader.texts), "the one for all")
        assert len(duty.states()) == 6 + 1
        assert len(duty.leader.messages) <= 3


def test_what_was_overdue_and_is_done_rings_nobody(store: str) -> None:
    overdue = HoldOverdue(hold_id="hold-1", state=HoldState.FLAGGED, due_s=15, escalation=1)
    with on_duty(store) as duty:
        duty.hall.west.hold("hold-1")
        duty.hall.west.say(overdue)
        duty.hall.west.step("hold-1", HoldState.ACKNOWLEDGED)
        duty.hall.settle()
        duty.until(1)
        duty.alerter.round()
        assert duty.states() == [("hold", "over")]

        again = HoldOverdue(hold_id="hold-1", state=HoldState.ACKNOWLEDGED, due_s=600, escalation=1)
        duty.hall.west.say(again)
        duty.hall.settle()
        duty.until(2)
        duty.hall.west.step("hold-1", HoldState.RECHECKED)
        duty.hall.settle()
        duty.hall.clock.advance(LED.punctuality.answer_within_s)
        duty.alerter.round()
        assert ("overdue", "over") in duty.states()


@pytest.mark.parametrize(
    ("routine", "waits_s", "later_s", "told"),
    [(False, 9.0, 31, False), (False, 0.0, 31, True), (True, 9.0, 31, True),
     (False, 9.0, GAP_AT_LAST_S + 1, True), (True, 9.0, 5, False)],
)  # fmt: skip
def test_a_gap_is_told_when_nothing_may_have_overtaken_it(
    tmp_path: Path,
    *,
    routine: bool,
    waits_s: float,
    later_s: float,
    told: bool,
) -> None:
    with hall(tmp_path) as one:
        one.west.passage()
        one.west.body(HoldOverdue(hold_id="h", state=HoldState.FLAGGED, due_s=1, escalation=1))
        if routine:
            one.west.passage()
        else:
            late = HoldOverdue(hold_id="h", state=HoldState.FLAGGED, due_s=1, escalation=2)
            topic = f"gate/v1/{SITE}/west-1f/event/urgent"
            one.ingest.offer(ArrivedMessage(topic, one.west.body(late)))
        one.west.heartbeat(pending=1, oldest_s=waits_s)
        one.settle()
        one.clock.advance(later_s)
        with one.engine.begin() as connection:
            watch(connection, Hearing(connected=True, since=TEN), one.clock.utc)
            kinds = {alarm.kind for alarm in standing(connection)}
        assert (AlarmKind.GAP in kinds) is told


def _round(duty: Duty) -> bool:
    duty.alerter.round()
    return True


def _told_of(duty: Duty, door: str) -> bool:
    return any(door in title or door in text for _, title, text in duty.leader.messages)
