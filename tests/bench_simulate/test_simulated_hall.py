"""A simulated hall: all holds in the product's, and each of the older rules is found out in it."""

from __future__ import annotations

from typing import Any

import pytest

from bench.simulate.__main__ import main
from bench.simulate.door import Rules
from bench.simulate.rules import Rule
from bench.simulate.runs import run, shrunk
from bench.simulate.script import Card, Fault, Input, Plan, Somebody, Visit, What
from bench_simulate.older_rules import (
    a_drill_finds_contacts,
    a_no_is_forgotten,
    any_card_names_surely,
    blind_while_registering,
    departures_are_nobodys,
    first_verdict_stands,
    holds_stay_at_their_door,
    holds_stay_nameless,
    nobody_is_found_inside,
    released_is_flagged_again,
    restart_forgets_who_waits,
    whoever_comes_laid_the_card,
)

FEVER_LET_BY = {Rule.FEVER_WENT_IN, Rule.FEVER_WENT_BY}
OLDER: dict[str, tuple[Rules, set[Rule]]] = {
    "evidence after the first verdict is ignored": (first_verdict_stands, FEVER_LET_BY),
    "blind while registering": (
        blind_while_registering,
        FEVER_LET_BY | {Rule.UNRECORDED, Rule.CLEARED_ANOTHER, Rule.SURELY_ANOTHERS},
    ),
    "a released one is flagged again": (released_is_flagged_again, {Rule.SECOND_READING}),
    "holds are not shared": (holds_stay_at_their_door, {Rule.HELD_ELSEWHERE}),
    "a restart forgets who waits": (restart_forgets_who_waits, {Rule.UNRECORDED}),
    "a hold stays nameless": (holds_stay_nameless, {Rule.NAMELESS}),
    "a drill finds contacts": (a_drill_finds_contacts, {Rule.PRACTISED}),
    "departures are nobody's": (departures_are_nobodys, {Rule.LEFT}),
    "nobody is found inside": (nobody_is_found_inside, {Rule.NOT_FOUND}),
}


def test_a_day_holds_and_everybody_is_decided_on() -> None:
    outcome = run(Plan(days=1, seed=3, people=150).inputs())

    assert outcome.breach is None
    assert outcome.admitted > 130
    assert outcome.holds > 5


@pytest.mark.parametrize("older", OLDER)
def test_an_older_rule_is_found_out(older: str) -> None:
    rules, found = OLDER[older]

    faults = 60 if rules is restart_forgets_who_waits else 0
    outcome = run(Plan(days=1, seed=1, faults=faults).inputs(), rules)

    assert outcome.breach is not None
    assert outcome.breach.rule in found


def somebody(letter: str, **more: Any) -> Somebody:
    return Somebody(ref=letter * 64, body_centi_c=3660, **more)


def visit(number: str, at_s: float, one: Somebody) -> Visit:
    return Visit(number=number, at_s=at_s, door=0, people=(one,), gap_s=1.2, guard_s=5)


ANOTHERS_CARD = (  # somebody cleared comes again, and lays the card when a fever stands there
    visit("0", 3600, somebody("a", skin_centi_c=3545)),
    visit("1", 4200, somebody("a", skin_centi_c=3450, stays_s=1.5, card_after_s=6)),
    visit("2", 4202, somebody("b", skin_centi_c=3545, stays_s=4, card=Card.NONE)),
)


def test_anothers_card_lets_nobody_go_and_the_older_rule_is_found_out() -> None:
    assert run(ANOTHERS_CARD).breach is None

    breach = run(ANOTHERS_CARD, any_card_names_surely).breach

    assert breach is not None
    assert breach.rule is Rule.SURELY_ANOTHERS


NOT_THEIRS = (  # the card of somebody cleared, laid over the shoulder of who is held in front
    visit("0", 3600, somebody("c", skin_centi_c=3545)),
    visit("1", 4200, somebody("a", skin_centi_c=3450, stays_s=6)),
    visit("2", 4201, somebody("b", skin_centi_c=3545, stays_s=20, card=Card.NONE)),
    visit("3", 4202, somebody("c", skin_centi_c=3450, over_s=2)),
)


def test_a_no_of_the_guard_stands_and_the_older_rule_is_found_out() -> None:
    outcome = run(NOT_THEIRS)
    assert outcome.breach is None
    assert (outcome.not_theirs, outcome.freed_since) == (1, 1)

    breach = run(NOT_THEIRS, a_no_is_forgotten).breach

    assert breach is not None
    assert breach.rule is Rule.NAMED_AGAIN


def family(number: str, at_s: float, *cards: Card, **more: Any) -> Visit:
    people = tuple(
        somebody("abcdef"[n], skin_centi_c=3450, card=card) for n, card in enumerate(cards)
    )
    return Visit(number=number, at_s=at_s, door=0, people=people, gap_s=1.5, guard_s=5, **more)


LOST = Fault(number="f", what=What.THERMOMETER, at_s=3590, for_s=900, door=0)


@pytest.mark.parametrize(
    "script",
    [
        (family("two adults", 3600, Card.READ, Card.READ, Card.NONE),),
        (family("child first", 3600, Card.READ, Card.NONE, child_first=True),),
        (LOST, family("by hand", 3600, Card.READ, Card.NONE, Card.NONE)),
    ],
    ids=lambda script: script[-1].number,
)
def test_families_of_each_kind_get_in_together(script: tuple[Input, ...]) -> None:
    outcome = run(script)

    assert outcome.breach is None
    assert outcome.admitted == outcome.people


LAID_OVER = (  # behind others, somebody lays the card over the shoulder of who steps in front
    visit("0", 3600, somebody("a", skin_centi_c=3450)),
    visit("1", 3601, somebody("b", skin_centi_c=3450, card_after_s=6)),
    visit("2", 3602, somebody("c", skin_centi_c=3450, over_s=2)),
)


def test_a_card_laid_over_anothers_shoulder_is_not_surely_theirs_who_stands_in_front() -> None:
    assert run(LAID_OVER).breach is None

    breach = run(LAID_OVER, whoever_comes_laid_the_card).breach

    assert breach is not None
    assert breach.rule is Rule.SURELY_ANOTHERS


def test_a_breach_is_played_again_and_made_small() -> None:
    script = Plan(days=1, seed=4, people=120, faults=4).inputs()
    first = run(script, first_verdict_stands).breach
    again = run(script, first_verdict_stands).breach
    assert first is not None
    assert (str(again), again and again.at_s) == (str(first), first.at_s)

    small = shrunk(script, first, first_verdict_stands)

    assert len(small) <= 3
    assert any(isinstance(one, Visit) and one.people[0].hat_s > 0 for one in small)
    left = run(small, first_verdict_stands).breach
    assert left is not None
    assert left.rule is first.rule
    for one in small:
        without = run([other for other in small if other is not one], first_verdict_stands).breach
        assert without is None or without.rule is not first.rule


def test_the_same_seed_is_the_same_day_and_another_is_another() -> None:
    def drawn(seed: int) -> tuple[Input, ...]:
        return Plan(days=2, seed=seed, people=50).inputs()

    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6)


def test_the_command_says_what_held_and_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--days", "1", "--seed", "3", "--people", "20"]) == 0

    assert "1 days, 2" in (told := capsys.readouterr().out)
    assert "all held" in told
