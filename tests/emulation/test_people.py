"""Invented people: the same for a seed, of every kind, and nobody twice."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from gate_agent.contract.identity import check_number
from gate_agent.emulation.people import AS_IN_A_HALL, Arrival, Crowd, Kind, synthetic_card

STAFF = [synthetic_card(n) for n in range(12)]


def first(count: int, seed: int = 1, **shares: float) -> list[Arrival]:
    return list(islice(Crowd(seed, staff=STAFF, **shares), count))  # type: ignore[arg-type]


def test_the_same_people_come_for_the_same_seed_and_others_for_another() -> None:
    assert first(300) == first(300)
    assert first(300) != first(300, seed=2)


def test_two_doors_see_different_visitors() -> None:
    west, central = (
        {a.card.number for a in first(500, seed) if a.card and a.card not in STAFF}
        for seed in (1, 2)
    )

    assert not west & central


def test_every_kind_of_person_comes_about_as_often_as_asked() -> None:
    kinds = Counter(arrival.kind for arrival in first(4000))

    lively = first(4000, **AS_IN_A_HALL)
    assert set(kinds) | {arrival.kind for arrival in lively} == set(
        Kind.__args__  # type: ignore[attr-defined]
    )
    assert 0.04 < kinds["feverish"] / 4000 < 0.08
    assert 0.04 < kinds["cold"] / 4000 < 0.08
    assert 0.03 < kinds["early_lift"] / 4000 < 0.07
    assert 0.16 < kinds["staff"] / 4000 < 0.26


def test_each_kind_is_seen_as_what_it_is() -> None:
    for arrival in first(2000):
        surface = arrival.surface_centi_c
        match arrival.kind:
            case "feverish":
                assert surface >= 3800
            case "cold":
                assert 3100 < surface < 3300
            case _:
                assert 3300 < surface < 3500
        assert arrival.card_stays_s < 0.6 or arrival.kind != "early_lift"  # a read takes so long
        assert arrival.card in STAFF or arrival.kind != "staff"


def test_a_crowd_may_be_of_one_kind_only() -> None:
    assert {a.kind for a in first(50, fever_share=1)} == {"feverish"}
    well = first(50, fever_share=0, cold_share=0, early_lift_share=0, staff_share=0)
    assert {a.kind for a in well} == {"visitor"}


def test_every_invented_card_has_a_sound_number_that_was_never_issued_and_is_its_own() -> None:
    cards = [synthetic_card(n) for n in range(30_000)]

    assert len({card.number for card in cards}) == len(cards)
    for card in cards[::7]:
        check_number(card.card_type, card.number)
        assert card.number.startswith("999999")
        assert 2 <= len(card.name) <= 3
