"""Who was admitted at one door is told to the other, while it is news."""

from __future__ import annotations

from dataclasses import replace

from collector.recorded_gates import BEGAN, Gate, passage
from collector.running_centre import Centre
from gate_agent.contract.messages import PersonSeen
from gate_agent.contract.moment import format_utc
from gate_agent.contract.records import Decision

REF = "ab" * 32


def test_an_admission_is_told_once_and_nothing_else(centre: Centre) -> None:
    gate = Gate()
    admitted = gate.append(passage(1).model_copy(update={"person_ref": REF}))
    denied = gate.append(passage(2, Decision.DENY).model_copy(update={"person_ref": REF}))
    nobody = gate.append(passage(3))

    centre.take(admitted, denied, nobody)
    centre.take(admitted)  # again, as after a lost receipt

    assert centre.seen == [PersonSeen(person_ref=REF, gate="west-1f", time=format_utc(BEGAN))]


def test_what_waited_at_a_gate_is_no_news(centre: Centre) -> None:
    late = Gate().append(passage(1).model_copy(update={"person_ref": REF}))

    centre.take(replace(late.message, historical=True))

    assert centre.seen == []
