"""Telephones that fail: each is real and on the line. Every try is kept, somebody is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from children import wait_until
from collector.days import LED
from collector.duty import Duty, on_duty
from collector.phone import Phone
from collector.served_centre import centre_of
from gate_agent.host.clock import SystemClock
from gate_collector.alerts.alerter import Alerter
from gate_collector.alerts.channels import AppriseMessenger, Recipient
from gate_collector.store.schema_office import ATTEMPT

_GIVEN_UP_S = 30  # Apprise waits 4 s for an answer; the machine may be loaded


@pytest.fixture
def duty(store: str) -> Iterator[Duty]:
    with on_duty(store) as one:
        yield one


def _took_ms(duty: Duty) -> list[int]:
    with duty.hall.engine.connect() as connection:
        return list(connection.execute(select(ATTEMPT.c.took_ms).order_by(ATTEMPT.c.id)).scalars())


def test_a_telephone_that_never_answers_is_given_up_and_holds_up_nobody(duty: Duty) -> None:
    clock = SystemClock()
    duty.leader.silent = True
    duty.hall.west.hold("hold-1")
    duty.hall.settle()
    duty.alerter.round()
    wait_until(lambda: duty.leader.tries, "the silent telephone to be rung")
    duty.alerter.test("王科长")  # while the first is still waited for
    before = clock.now()
    duty.until(2)
    assert clock.now().seconds_since(before) < _GIVEN_UP_S
    duty.hall.clock.advance(60)
    duty.until(4)

    assert (
        sorted(duty.tries()) == [("张副主任", "json", True)] * 2 + [("李主任", "json", False)] * 2
    )
    assert {kind for kind, _ in duty.states()} == {"hold", "test"}


def test_an_error_is_tried_again_until_it_is_over(duty: Duty) -> None:
    alone = Alerter(
        centre_of(duty.hall, lambda: LED), duty.shelf, messenger=AppriseMessenger(),
        people=(Recipient(name="李主任", urls=(duty.leader.url,)),), base_url="http://hall.example",
    )  # fmt: skip
    duty.alerter.close()
    duty.alerter = alone
    duty.leader.out_of_order = True
    duty.hall.west.hold("hold-1")
    duty.hall.settle()
    duty.until(1)
    duty.hall.clock.advance(1)
    duty.until(2)
    duty.hall.clock.advance(1)
    duty.alerter.round()
    assert len(duty.tries()) == 2  # the second time it waits longer
    duty.leader.out_of_order = False
    duty.hall.clock.advance(1)
    duty.until(3)
    alone.close()

    assert [sent for _, _, sent in duty.tries()] == [False, False, True]
    assert duty.states() == [("hold", "open")]
    assert len(duty.leader.texts) == 1


def test_nobody_at_the_other_end_is_kept_and_the_second_address_rings(duty: Duty) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = f"json://127.0.0.1:{probe.getsockname()[1]}/"
    with Phone() as second:
        duty.alerter.close()
        duty.alerter = Alerter(
            centre_of(duty.hall, lambda: LED), duty.shelf, messenger=AppriseMessenger(),
            people=(Recipient(name="李主任", urls=(nobody, second.url, "no-such-service://x")),),
            base_url="http://hall.example",
        )  # fmt: skip
        duty.hall.west.hold("hold-1")
        duty.hall.settle()
        duty.until(3)

        assert duty.tries() == [
            ("李主任", "json", False), ("李主任", "json", True),
            ("李主任", "no-such-service", False),
        ]  # fmt: skip
        duty.hall.clock.advance(5)
        duty.alerter.round()
        assert len(second.texts) == 1
    assert len(_took_ms(duty)) == 3
