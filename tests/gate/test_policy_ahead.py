"""What is urgent of a large policy counts before the rest is here; what permits waits for it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from gate.at_work import AtWork, in_loop
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.policy_document import digest, encode_policy
from gate_agent.contract.policy_parts import Assembly, Rest, SentDocument, read_urgent, sent_form
from gate_agent.contract.wire import validated
from gate_agent.errors import ContractError
from gate_agent.gate.policies import MOST_STEPS, PolicyKeeper
from gate_agent.testing import FakeClock


def large(version: int, mode: str, *, report_s: int = 300, people: int = 500) -> bytes:
    roster = [{"person_ref": sha256(str(one).encode()).hexdigest()} for one in range(people)]
    tree = {"version": version, "hall_mode": mode, "roster": roster, "hold": {"report_s": report_s}}
    return encode_policy(validated(Policy, tree))


def sent(document: bytes, largest: int = 64_000) -> SentDocument:
    made = sent_form(document, largest)
    assert made.parts
    return made


def applied(door: AtWork) -> list[tuple[object, ...]]:
    names = ("policy_version", "hall_mode", "policy_sha256", "unread")
    return [tuple(event.data[name] for name in names) for event in door.told("mode.applied")][1:]


@pytest.mark.parametrize("largest", [1000, 8192, 64_000])
def test_a_document_is_put_together_of_its_parts_alone(largest: int) -> None:
    document, other = large(2, "closed"), large(3, "closed")
    made = sent(document, largest)
    rest = read_urgent(made.urgent)[1]
    assert rest is not None
    assembly = Assembly(rest)

    assert len(made.urgent) < 1000
    assert all(len(part) <= largest for part in made.parts)
    assert not assembly.take(sent(other, largest).parts[0])
    for number, part in enumerate(made.parts):
        assert assembly.wanted == number
        assert assembly.take(part)
    assert assembly.wanted is None
    assert assembly.whole() == document


def test_parts_that_make_another_document_are_none() -> None:
    made = sent(large(2, "closed"))
    rest = Rest(sha256="ab" * 32, parts=1)
    assembly = Assembly(rest)
    assembly.take(rest.sha256.encode() + made.parts[0][64:])
    with pytest.raises(ContractError, match="expected parts of one document"):
        assembly.whole()

    broken = Assembly(rest)
    broken.take(rest.sha256.encode() + b"nothing that was compressed")
    with pytest.raises(ContractError, match="expected compressed parts"):
        broken.whole()


@in_loop
async def test_the_stricter_mode_and_the_deadlines_count_at_once_and_all_else_with_the_rest(
    tmp_path: Path,
) -> None:
    door = AtWork(tmp_path)
    document = large(2, "closed", report_s=60)

    rest = door.gate.on_policy(sent(document).urgent)

    assert rest is not None
    assert door.seen.hall_mode is HallMode.CLOSED
    assert door.gate.policy.hold.report_s == 60
    assert door.gate.policy.roster == ()
    assert door.gate.on_policy(sent(document).urgent) == rest, "heard again at every connection"
    assert door.gate.on_policy(document) is None
    assert len(door.gate.policy.roster) == 500
    await door.durable()
    assert applied(door) == [
        (2, "closed", digest(document), ["rest"]),
        (2, "closed", digest(document), []),
    ]
    assert door.gate.on_policy(sent(document).urgent) is None
    await door.end()


@in_loop
async def test_what_opens_waits_for_the_rest_also_over_a_restart(tmp_path: Path) -> None:
    door = AtWork(tmp_path)
    door.gate.on_policy(sent(large(2, "closed")).urgent)
    door.gate.on_policy(sent(large(3, "open", report_s=99)).urgent)
    await door.durable()
    door.die()

    door = AtWork(tmp_path)
    assert (door.seen.hall_mode, door.gate.policy.hold.report_s) == (HallMode.CLOSED, 99)
    await door.durable()
    assert [line[:2] for line in applied(door)] == [(2, "closed"), (3, "closed")]
    door.gate.on_policy(large(3, "open", report_s=99))
    assert door.seen.hall_mode is HallMode.OPEN
    door.die()
    assert AtWork(tmp_path).seen.hall_mode is HallMode.OPEN


@in_loop
async def test_an_emergency_counts_whole_though_it_is_long_and_going_back_heals(
    tmp_path: Path,
) -> None:
    door = AtWork(tmp_path)
    door.gate.on_policy(large(2, "open"))

    door.gate.on_policy(sent(large(3, "emergency")).urgent)
    closed = door.seen.hall_mode
    door.gate.on_policy(sent(large(4, "open")).urgent)
    between = door.seen.hall_mode
    door.gate.on_policy(large(4, "open"))

    assert (closed, between) == (HallMode.EMERGENCY, HallMode.EMERGENCY)
    assert door.seen.hall_mode is HallMode.OPEN
    await door.end()


def test_a_head_is_bounded_and_no_older_one_counts(tmp_path: Path) -> None:
    keeper, now = PolicyKeeper(file=None, beside=tmp_path), FakeClock().utc
    keeper.offer(large(5, "open"))
    keeper.due(now)

    assert keeper.take(sent(large(4, "emergency")).urgent) is None
    assert keeper.take(sent(large(5, "emergency")).urgent) is None
    assert keeper.due(now) is None
    with pytest.raises(ContractError, match=f"at most {MOST_STEPS} steps"):
        keeper.take(sent(large(2**50, "closed")).urgent)
    assert keeper.take(sent(large(2**50, "emergency")).urgent) is not None
    due = keeper.due(now)
    assert due is not None
    assert (due.policy.version, due.policy.hall_mode) == (6, HallMode.EMERGENCY)
    again = PolicyKeeper(file=None, beside=tmp_path)
    assert again.current.policy == due.policy


@pytest.mark.parametrize("rest", [{}, {"sha256": "zz", "parts": 1}, {"sha256": "ab" * 32}, 7])
def test_an_emergency_whose_rest_cannot_be_read_closes_and_any_other_is_refused(
    tmp_path: Path, rest: object
) -> None:
    keeper, now = PolicyKeeper(file=None, beside=tmp_path), FakeClock().utc

    with pytest.raises(ContractError):
        keeper.take(json.dumps({"version": 2, "hall_mode": "closed", "rest": rest}).encode())
    assert not keeper.is_read
    keeper.take(json.dumps({"version": 2, "hall_mode": "emergency", "rest": rest}).encode())

    due = keeper.due(now)
    assert due is not None
    assert due.policy.hall_mode is HallMode.EMERGENCY
