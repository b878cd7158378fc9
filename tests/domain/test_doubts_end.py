"""A doubt whose card it is ends with what it comes of: it does not go on along the queue."""

from __future__ import annotations

import pytest

from domain.benches import NORMAL, PHONE
from domain.named import FLAG, Named
from gate_agent.contract.policy import Policy
from gate_agent.domain.door import CardUnreadable, RegistrationGiven

EACH_S = 5  # from one person to the next: a busy door
NAMES = "bdef0123456789"


def comes(bench: Named, letter: str, card: str, *, registers: bool) -> bool:
    """Let the next person step up, lay a card first or then; return whether it is in doubt."""
    if card == "first":
        bench.card(letter, phone=PHONE)
    bench.steady(NORMAL)
    if card == "there":
        bench.card(letter, phone=PHONE)
    passage_id = bench.door.passage.passage_id or ""
    state = bench.place(passage_id)
    assert state.person is not None
    if registers:
        bench.take(RegistrationGiven(at=bench.now, passage_id=passage_id))
    bench.nobody_for(EACH_S - 0.5)
    return state.unsure and not state.early


@pytest.mark.parametrize("registers", [True, False], ids=["registers", "waits at the desk"])
@pytest.mark.parametrize("card", ["there", "first"])
@pytest.mark.parametrize("begins", ["nameless", "stepped away"])
def test_a_doubt_puts_nobody_in_doubt_for_longer_than_cards_are_paired(
    *, begins: str, card: str, registers: bool
) -> None:
    bench = Named()
    bench.set(policy=Policy())
    if begins == "nameless":
        bench.take(CardUnreadable(at=bench.now, fault="shape"))
    else:  # then the card may be of who comes next
        bench.steady(NORMAL)
        bench.nobody_for(2)
        bench.card("a", phone=PHONE)
        bench.take(RegistrationGiven(at=bench.now, passage_id="t-1"))
        bench.nobody_for(1)
    doubts = [comes(bench, letter, card, registers=registers) for letter in NAMES]

    within = int(bench.door.policy.measurement.pair_within_s / EACH_S)
    assert any(doubts)
    assert not any(doubts[within + 1 :])


@pytest.mark.parametrize("card", ["there", "first"])
def test_who_waits_without_a_card_keeps_the_others_in_doubt_as_long(card: str) -> None:
    bench = Named()
    bench.set(policy=Policy())
    bench.steady(FLAG)
    bench.nobody_for(25)
    doubts = [comes(bench, letter, card, registers=True) for letter in NAMES]
    assert all(doubts)

    bench.type_document("t-1", "a")
    bench.nobody_for(20)
    assert not comes(bench, "c", "there", registers=True)
