"""Who is told of an alert, and to whom it is passed on: the posts of the leading group."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collector.switchboard import DEPUTY, GROUP, HANDS, HEAD, LEADER, OFFICE, PEOPLE, POSTS, SHIFT
from gate_agent.contract.leading_group import Post, PostRank
from gate_agent.contract.policy import CallEntry
from gate_collector.alerts.channels import Recipient
from gate_collector.alerts.kinds import AlertSort
from gate_collector.alerts.ladder import Rung, calls, everybody, ladder, unreachable

_OTHER = Recipient(name="孙科长", urls=("json://9/",))


def _names(rungs: Sequence[Rung]) -> list[list[str]]:
    return [[one.name for one in rung.people] for rung in rungs]


@pytest.mark.parametrize(
    ("sort", "first"), [(AlertSort.PEOPLE, []), (AlertSort.EQUIPMENT, [[HANDS]])]
)
def test_it_climbs_from_the_leader_to_the_head_with_the_office_beside(
    sort: AlertSort, first: list[list[str]]
) -> None:
    rungs = ladder(PEOPLE, POSTS, SHIFT, sort)

    assert _names(rungs) == [*first, [LEADER, OFFICE], [DEPUTY], [HEAD]]
    assert rungs[len(first)].awaited == {LEADER}  # that the office has it is not enough


def test_without_posts_it_goes_along_the_file_the_leader_first() -> None:
    people = (PEOPLE[2], PEOPLE[0])

    assert _names(ladder(people, (), SHIFT)) == [[LEADER], [DEPUTY]]
    assert _names(ladder(people, (), None)) == [[DEPUTY], [LEADER]]


def test_nobody_of_the_file_is_left_out_whom_no_post_names() -> None:
    assert _names(ladder((*PEOPLE, _OTHER), POSTS, SHIFT))[-1] == ["孙科长"]


def test_a_shift_without_a_leader_begins_with_the_office() -> None:
    (first, *rest) = ladder(PEOPLE, POSTS, None)

    assert _names([first]) == [[OFFICE]]
    assert first.awaited == {OFFICE}
    assert _names(rest) == [[DEPUTY], [HEAD], [LEADER]]


def test_who_leads_today_and_is_deputy_too_is_no_rung_of_their_own() -> None:
    today = SHIFT.model_copy(update={"leader": DEPUTY})

    assert _names(ladder(PEOPLE, POSTS, today)) == [[DEPUTY, OFFICE], [HEAD], [LEADER]]


def test_one_address_under_two_names_is_told_once() -> None:
    shared = (PEOPLE[0], Recipient(name=OFFICE, urls=PEOPLE[0].urls), *PEOPLE[2:])

    (first, *_) = ladder(shared, POSTS, SHIFT)

    assert _names([first]) == [[LEADER]]
    assert first.awaited == {LEADER}
    assert len(everybody(shared, SHIFT)) == 4


def test_a_group_of_members_alone_leaves_the_file_as_it_is() -> None:
    member = Post(post="组员", name=LEADER, phone=SHIFT.phone, rank=PostRank.MEMBER)

    assert _names(ladder(PEOPLE[:1], (member,), None)) == [[LEADER]]


def test_a_post_is_reached_by_its_own_name_too_and_one_without_an_address_is_told() -> None:
    by_post = Recipient(name="组长", urls=("json://7/",))
    people = (PEOPLE[0], by_post)

    assert _names(ladder(people, POSTS, SHIFT)) == [[LEADER], ["组长"]]
    assert [post.name for post in unreachable(people, POSTS)] == [DEPUTY, OFFICE, HANDS]


def test_whom_to_ring_comes_from_rota_call_list_and_posts_and_never_oneself() -> None:
    policy = GROUP.model_copy(update={"calls": (CallEntry(post="区疫情防控办", phone="12345"),)})

    fever = calls(policy, SHIFT, AlertSort.PEOPLE, "zh", but=DEPUTY)
    cable = calls(policy, SHIFT, AlertSort.EQUIPMENT, "zh")

    assert [(one.name or one.post) for one in fever] == [LEADER, "区疫情防控办", OFFICE, HEAD]
    assert [one.name for one in cable] == [HANDS, LEADER, OFFICE, DEPUTY, HEAD]
    assert fever[0].dialled == "01055500101"
