"""A people script: what it says is what the devices see, and what it cannot mean is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulation.test_scenario import Stage
from gate_agent.emulation.people import Arrival
from gate_agent.emulation.scenario import play
from gate_agent.emulation.script import read_people
from gate_agent.errors import ConfigurationError
from gate_agent.testing import run_virtual

HEAD = "at_s,door,who,skin,hat_s,card,card_after_s,stays_s,gap_s,with\n"
EXAMPLE = Path(__file__).parents[2] / "config" / "people.example.csv"


def people(folder: Path, *lines: str, gate: str = "west-1f", head: str = HEAD) -> list[Arrival]:
    file = folder / "people.csv"
    file.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return read_people(file, gate)


def faults(folder: Path, *lines: str, head: str = HEAD) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        people(folder, *lines, head=head)
    return [fault.partition("people.csv:")[2] for fault in refused.value.faults]


def test_what_is_left_empty_is_as_usual(tmp_path: Path) -> None:
    (wang,) = people(tmp_path, "wang,34.25", head="who,skin\n")

    assert (wang.surface_centi_c, wang.kind, wang.hat_s, wang.at_s) == (3425, "visitor", 0, None)
    assert (wang.card_delay_s, wang.stays_s, wang.gap_s) == (0.4, 2.6, 1.3)
    assert wang.card is not None


def test_who_comes_again_lays_the_same_card_and_others_another(tmp_path: Path) -> None:
    first, other, again = people(tmp_path, *(f",,{who},34,,,,,," for who in ("a", "b", "a")))

    assert first.card == again.card != other.card


def test_a_door_sees_its_own_people_and_those_of_no_door(tmp_path: Path) -> None:
    lines = ",west-1f,a,34,,,,,,", ",central-2f,b,35,,,,,,", ",,c,36,,,,,,"

    assert [one.surface_centi_c for one in people(tmp_path, *lines)] == [3400, 3600]


def test_companions_are_counted_with_their_adult_and_need_no_card(tmp_path: Path) -> None:
    adult, child, other = people(
        tmp_path, ",,li,34,,,,,,", ",,son,34,,,,,,li", ",,wife,34,,read,,,,li"
    )

    assert (adult.kind, adult.companions) == ("family", 2)
    assert (child.kind, child.card) == ("child", None)
    assert other.card is not None


def test_a_hat_comes_off_and_a_late_card_is_laid_while_the_next_one_stands_there(
    tmp_path: Path,
) -> None:
    script = people(tmp_path, ",,a,38.6,1,,5,3,1.5,", "6,,b,34.1,,none,,2,,")
    stage = Stage()

    run_virtual(play(script, stage, stage))

    assert stage.seen == [
        (0.0, "show", (3430, 2400)),
        (1.0, "show", (3860, 2400)),
        (3.0, "show", (2400, 2400)),
        (5.0, "place", script[0].card),
        (6.0, "show", (3410, 2400)),
        (6.8, "lift", None),
        (6.8, "lift", None),
        (8.0, "show", (2400, 2400)),
    ]


def test_an_early_card_lies_there_before_its_person_steps_up(tmp_path: Path) -> None:
    script = people(tmp_path, ",,a,34,,,-2,1,0,")
    stage = Stage()

    run_virtual(play(script, stage, stage))

    assert [(at, what) for at, what, _ in stage.seen][:3] == [
        (0.0, "place"),
        (1.8, "lift"),
        (1.8, "lift"),
    ]
    assert (2.0, "show", (3400, 2400)) in stage.seen


def test_every_fault_is_named_with_its_line_and_column(tmp_path: Path) -> None:
    assert faults(
        tmp_path,
        ",,wang,342,,,,,,",
        "# a note",
        ",,,34,,lent,,,,",
        "9,,li,34,,,,,,",
        "5,,zhao,34,-1,,,,,nobody",
        "short,line",
    ) == [
        "2: skin: expected 20 to 45, got 342",
        "4: who: expected a name for this person, any word, got nothing",
        "4: card: expected one of read, faulty, hasty, none, got lent",
        "6: hat_s: expected 0 to 60, got -1",
        "6: with: expected who came on a line before, got nobody",
        "6: at_s: expected no earlier than 9, got 5",
        "7: expected 10 columns, got 2",
    ]


def test_a_head_of_other_columns_is_refused(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, "34,wang,1", head="skin,who,hat\n")
    assert told.startswith("1: expected columns of at_s, door,")
    assert faults(tmp_path, head="") == ["1: expected a line of column names, got none"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.csv: expected a people script"):
        read_people(tmp_path / "none.csv", "west-1f")


def test_the_example_plays_all_of_it_at_both_doors() -> None:
    west, central = (read_people(EXAMPLE, gate) for gate in ("west-1f", "central-2f"))

    assert {one.kind for one in west} == {"visitor", "family", "child"}
    assert any(one.hat_s and one.surface_centi_c > 3800 for one in west)
    assert west[0].card == west[-1].card
    assert any(one.card_delay_s < 0 for one in central)
