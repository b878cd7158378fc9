"""Names typed for companions: by a card, by what is left, or by the order of coming alone."""

from __future__ import annotations

from dataclasses import replace

from domain.benches import FEVER, NORMAL, somebody
from domain.test_group import CHILD, Family, family
from gate_agent.contract.identity import Companion, Secret
from gate_agent.contract.records import ByHand, HoldIdentified, HoldOpened
from gate_agent.domain.door import PersonIdentified

OTHER = Companion(name=Secret("李小五"))


def names(bench: Family) -> dict[str, tuple[str, bool]]:
    """Return what each companion is registered as, and whether that is said to be unsure."""
    return {
        one.registration.passage_id: (
            one.registration.person.name.reveal(),
            bench.newest(one.registration.passage_id).unsure,
        )
        for one in bench.registrations
        if one.registration.with_passage
    }


def test_names_by_the_order_of_coming_alone_are_said_to_be_unsure() -> None:
    bench = family(2)
    bench.registers(CHILD, OTHER)
    first, second = bench.comes(), bench.comes()

    assert names(bench) == {first: ("李小四", True), second: ("李小五", True)}
    assert not bench.door.strangers, "no card is in doubt for that"


def test_one_name_of_two_companions_may_be_of_either() -> None:
    bench = family(2)
    bench.registers(CHILD)
    first, second = bench.comes(), bench.comes()

    assert names(bench) == {first: ("李小四", True), second: ("", False)}


def test_the_one_name_of_the_one_companion_is_sure() -> None:
    bench = family(1)
    bench.registers(CHILD)
    child = bench.comes()

    assert names(bench) == {child: ("李小四", False)}


def test_a_card_tells_whose_name_is_left() -> None:
    bench = family(2)
    bench.registers(CHILD, Companion(name=somebody("b").name))
    first = bench.comes()
    bench.nobody_for(1.3)
    bench.card("b")
    bench.steady(NORMAL)
    second = bench.door.passage.passage_id or ""

    assert names(bench) == {first: ("李小四", False), second: ("张三", True)}


def test_a_held_child_by_the_order_of_coming_is_unsure_until_a_document_is_typed() -> None:
    bench = family(2)
    bench.registers(CHILD, OTHER)
    held = bench.comes(FEVER)
    (opened,) = [one for one in bench.records if isinstance(one, HoldOpened)]
    assert opened.unsure
    typed = replace(somebody("c"), by_hand=ByHand(reason="no_card", by="g"))
    bench.take(PersonIdentified(at=bench.now, person=typed, passage_id=held))
    known = [one for one in bench.records if isinstance(one, HoldIdentified)][-1]

    assert (known.person_ref, known.unsure) == ("c" * 64, False)
