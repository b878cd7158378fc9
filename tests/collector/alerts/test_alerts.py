"""Alerts: to the duty leader within two seconds, answered or passed on, every try kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from children import wait_until
from collector.days import LED
from collector.duty import UNDER_LOAD_S, WITHIN_S, on_duty
from collector.served_centre import centre_of
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import HoldOverdue, HoldState
from gate_agent.errors import ConfigurationError
from gate_agent.host.clock import SystemClock
from gate_agent.host.supervision import Parts
from gate_collector.alarms.book import clear_alarm, raise_alarm
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.channels import AppriseMessenger, Recipient, load_recipients
from gate_collector.schedule import Schedule


def _token(text: str) -> str:
    found = re.search(r"https://hall.example/answer/([0-9a-f]{40})", text)
    assert found, text
    return found[1]


def test_a_hold_reaches_the_leader_on_duty_within_two_seconds(store: str) -> None:
    clock = SystemClock()
    with on_duty(store) as duty:
        AppriseMessenger().tell(Recipient(name="x", urls=(duty.deputy.url,)), "warm", "up")
        parts = Parts(clock)
        clerk = Schedule("clerk", {"alerts": duty.alerter.round}, every_s=0.5, parts=parts)
        clerk.start()
        try:
            before = clock.now()
            duty.hall.west.hold("hold-1")
            wait_until(lambda: duty.leader.messages, "the leader to be told")
        finally:
            clerk.close()

    came, title, text = duty.leader.messages[0]
    took_s = came.seconds_since(before)
    print(f"event stored and told: {took_s:.2f} s")  # two seconds on a quiet machine
    assert took_s < UNDER_LOAD_S
    assert title == "大厅报警 west-1f"
    assert "体温偏高（体表 37.9 ℃）" in text
    assert "请立即确认现场已安置" in text


def test_the_text_gives_nobodys_name_or_reference(store: str) -> None:
    with on_duty(store) as duty:
        duty.hall.west.hold("hold-1", who="someone")
        duty.hall.settle()
        duty.until(1)

    assert not re.search(r"[0-9a-f]{64}|someone", " ".join(duty.leader.texts))


def test_nobody_answers_and_it_is_passed_on_along_the_list(store: str) -> None:
    with on_duty(store) as duty:
        duty.hall.west.hold("hold-1")
        duty.hall.settle()
        duty.until(1)
        duty.hall.clock.advance(WITHIN_S - 1)
        duty.alerter.round()
        assert len(duty.tries()) == 1
        duty.hall.clock.advance(1)
        duty.until(2)

        assert duty.tries() == [("李主任", "json", True), ("张副主任", "json", True)]
        for tries in range(3, 7):
            duty.hall.clock.advance(WITHIN_S)
            duty.until(tries)
        duty.hall.clock.advance(WITHIN_S)
        duty.alerter.round()
        wait_until(lambda: duty.states() == [("hold", "unanswered")], "the end of the list")


def test_an_answer_by_the_link_ends_it(store: str) -> None:
    with on_duty(store) as duty:
        duty.hall.west.hold("hold-1")
        duty.hall.settle()
        duty.until(1)

        assert not duty.shelf.answer("0" * 40, "x", duty.hall.clock.utc)
        assert duty.shelf.answer(_token(duty.leader.texts[0]), "李主任", duty.hall.clock.utc)
        duty.hall.clock.advance(10 * WITHIN_S)
        duty.alerter.round()

        assert duty.states() == [("hold", "answered")]
        assert len(duty.tries()) == 1


def test_a_telephone_out_of_order_is_kept_and_the_next_person_is_told(store: str) -> None:
    with on_duty(store) as duty:
        duty.leader.out_of_order = True
        duty.hall.west.hold("hold-1")
        duty.hall.settle()
        duty.until(1)
        duty.hall.clock.advance(1)
        duty.until(2)

        assert duty.tries() == [("李主任", "json", False), ("张副主任", "json", True)]
        assert duty.leader.tries == 1


def test_an_alarm_that_flickers_is_told_once(store: str) -> None:
    with on_duty(store) as duty:
        for _ in range(3):  # of a kind that the hall's own watch neither raises nor clears
            with duty.hall.engine.begin() as connection:
                raise_alarm(connection, "refused", "west-1f", "x", format_utc(duty.hall.clock.utc))
            duty.until(1)
            with duty.hall.engine.begin() as connection:
                clear_alarm(connection, "refused", "west-1f", format_utc(duty.hall.clock.utc))
            duty.hall.clock.advance(30)

        duty.alerter.round()

        assert [state for _, state in duty.states()] == ["over", "quiet", "quiet"]
        assert len(duty.tries()) == 1


def test_two_held_people_are_two_alerts_and_one_event_is_never_two(store: str) -> None:
    with on_duty(store) as duty:
        duty.hall.west.hold("hold-1")
        duty.hall.west.hold("hold-2", who="another")
        for escalation in (1, 2):
            overdue = HoldOverdue(
                hold_id="hold-1", state=HoldState.FLAGGED, due_s=15, escalation=escalation
            )
            duty.hall.west.say(overdue)
        duty.hall.settle()
        duty.until(3)
        again = Alerter(
            centre_of(duty.hall, lambda: LED), duty.shelf, people=(), messenger=AppriseMessenger(),
            base_url="https://hall.example",
        )  # fmt: skip
        again.round()
        again.close()

        assert [kind for kind, _ in duty.states()] == ["hold", "hold", "overdue"]


def test_a_drill_rings_nobody(store: str) -> None:
    with on_duty(store) as duty:
        duty.hall.west.hold("drill", drill=True)
        duty.hall.settle()
        duty.alerter.round()
        duty.hall.clock.advance(WITHIN_S)
        duty.alerter.round()

        assert duty.states() == [("hold", "drill")]
        assert (duty.tries(), duty.leader.tries) == ([], 0)


def test_a_hold_that_was_closed_meanwhile_is_passed_on_no_further(store: str) -> None:
    with on_duty(store) as duty:
        duty.hall.west.hold("hold-1")
        duty.hall.settle()
        duty.until(1)
        duty.hall.west.close("hold-1")
        duty.hall.settle()
        duty.hall.clock.advance(WITHIN_S)
        duty.alerter.round()

        assert duty.states() == [("hold", "over")]


def test_the_file_of_channels_is_private_and_sound(tmp_path: Path) -> None:
    file = tmp_path / "channels.toml"
    file.write_text('[[person]]\nname = "李主任"\nurls = ["json://127.0.0.1/"]\n', encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="0600"):
        load_recipients(file)

    file.chmod(0o600)
    assert [person.name for person in load_recipients(file)] == ["李主任"]
    file.write_text('[[person]]\nname = "李主任"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="urls"):
        load_recipients(file)
    assert load_recipients(None) == ()
