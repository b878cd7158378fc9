"""The whole table of a passage: every event in every state, and what is asked of the world."""

from __future__ import annotations

from itertools import product

import pytest

from tree import tool

machine = tool("state_machine_doc")
STATES = (
    "idle", "lingering", "measuring", "measuring_card", "identified", "measured", "registering",
    "admitted", "denied", "rechecked", "by_hand", "ambiguous", "held_unknown", "held"
)  # fmt: skip
SETTLED = STATES[7:]
HELD = ("held_unknown", "held")
NO_PASSAGE = dict.fromkeys(("idle", "lingering"), "✗ not_found")


def row(usual: str, *others: dict[str, str], **named: str) -> dict[str, str]:
    cells = dict.fromkeys(STATES, usual)
    for other in (*others, named):
        cells |= other
    return cells


def measured(passage: str, named: str) -> dict[str, str]:
    """Say how a measurement ends: of an unknown person, and of A."""
    return row("=", idle=passage, measuring=passage, measuring_card=named, identified=named)


def decided(decision: str, *others: dict[str, str]) -> dict[str, str]:
    """Say how a verdict on whoever is at the door reads in each state."""
    unknown = ("measuring", "measured", "ambiguous", "held_unknown")
    name, colon, reasons = decision.partition(":")
    cells = {s: decision if s in unknown else f"{name} A{colon}{reasons}" for s in STATES}
    return row("", cells, NO_PASSAGE, *others)


def settled(cell: str) -> dict[str, str]:
    return dict.fromkeys(SETTLED, cell)


def held(cell: str) -> dict[str, str]:
    return dict.fromkeys(HELD, cell)


def taken_by_hand(passage: str, named: str) -> dict[str, str]:
    """Say how a contact reading ends a passage that is to be measured."""
    waiting = ("measuring_card", "identified", "rechecked", "by_hand")
    return row("✗ out_of_turn", NO_PASSAGE, dict.fromkeys(waiting, named), measuring=passage)


NOT_OURS = row("✗ not_found")
NOT_NOW = row("✗ out_of_turn", NO_PASSAGE)
TABLE: dict[str, dict[str, str]] = {
    "skin": row("=", idle="measuring", identified="measuring A"),
    "empty": row("="),
    "normal": measured("measured", "registering A"),
    "fever": measured("hold: elevated", "hold A: elevated"),
    "cold": measured("recheck: cold_skin", "recheck A: cold_skin"),
    "faulty": measured("recheck: instrument_error", "recheck A: instrument_error"),
    "shaky": measured("recheck: unstable", "recheck A: unstable"),
    "away": row("=", settled("idle"), by_hand="=", measuring="idle", measuring_card="identified A"),
    "next": row(
        "=",
        settled("new measuring"),
        by_hand="=",
        idle="measuring",
        lingering="measuring",
        measuring="new measuring",
        identified="measuring A",
        measured="ambiguous: two_people",
    ),
    "card": row(
        "=",
        idle="identified A",
        lingering="identified A",
        measuring="measuring A",
        measured="registering A",
        by_hand="=",
        ambiguous="new identified A",
        held_unknown="hold A: elevated",
    ),
    "other": row(
        "new identified B",
        idle="identified B",
        lingering="identified B",
        measuring="measuring B",
        measuring_card="ambiguous: two_cards",
        identified="ambiguous: two_cards",
        measured="registering B",
        registering="=",
        by_hand="=",
        held_unknown="hold B: elevated",
    ),
    "unreadable": row(
        "new recheck: card_fault",
        idle="recheck: card_fault",
        lingering="recheck: card_fault",
        measuring="recheck: card_fault",
        measured="recheck: card_fault",
        measuring_card="ambiguous: two_cards",
        identified="ambiguous: two_cards",
        registering="=",
        by_hand="=",
        held_unknown="=",
        held="=",
    ),
    "code": row("="),
    "registers": row("✗ out_of_turn", NO_PASSAGE, registering="admit A: normal"),
    "no_phone": row("✗ out_of_turn", NO_PASSAGE, registering="✗ invalid"),
    "symptoms": decided(
        "hold: declared_symptoms, 发热",
        dict.fromkeys(("idle", "lingering"), "hold: declared_symptoms, 发热"),
        held("="),
    ),
    "admit": row(
        "✗ out_of_turn",
        NO_PASSAGE,
        measured="admit: guard, 测试",
        registering="admit A: guard, 测试",
        denied="admit A: guard, 测试",
        rechecked="admit A: guard, 测试",
        by_hand="✗ out_of_turn",
    ),
    "admit_why": row(
        "✗ invalid", NO_PASSAGE, held("✗ out_of_turn"), admitted="✗ out_of_turn",
        ambiguous="✗ out_of_turn",
    ),
    "deny": decided(
        "deny: guard, 测试", dict.fromkeys((*HELD, "admitted", "denied"), "✗ out_of_turn")
    ),
    "recheck": decided(
        "recheck: guard, 测试",
        dict.fromkeys((*HELD, "admitted", "rechecked", "by_hand"), "✗ out_of_turn"),
    ),
    "hold": decided("hold: guard, 测试", held("✗ out_of_turn")),
    "dismissed": row("idle", NO_PASSAGE),
    "stranger": NOT_OURS,
    "hand": taken_by_hand("measured", "registering A"),
    "hand_fever": taken_by_hand("hold: elevated", "hold A: elevated"),
    "distrust": row("=", measured="recheck: thermometer_untrusted"),
    "lost": row(
        "=",
        measuring="recheck: thermometer_lost",
        measuring_card="recheck A: thermometer_lost",
        identified="recheck A: thermometer_lost",
        measured="recheck: thermometer_lost",
    ),
    "back": row("="),
    "policy": row("="),
    "acknowledged": row("✗ not_found", held("=")),
    "due": row(
        "idle",
        idle="=",
        lingering="=",
        measuring="recheck: too_few",
        measuring_card="recheck A: too_few",
        identified="recheck A: no_temperature",
        measured="recheck: no_card",
        registering="deny A: registration_timeout",
    ),
}  # fmt: skip
NOTES = {
    ("away", "measuring"): 1,
    ("next", "measuring"): 1,
    **{("card", s): 1 for s in ("measuring_card", "identified", "registering", "by_hand")},
    **{("other", state): 1 for state in ("registering", "by_hand")},
    **{("unreadable", state): 1 for state in STATES},
    **{("code", state): 1 for state in ("idle", "lingering", *SETTLED)},
    **{("symptoms", state): 1 for state in HELD},
}


def expected_effects(event: str, state: str, cell: str) -> tuple[str, ...]:
    """Reckon the effects from the outcome: they follow from it, and from nothing else."""
    notes = ("Note",) * NOTES.get((event, state), 0)
    if event == "acknowledged" and state in HELD:
        return ("hold.step",)
    if event == "dismissed" and cell == "idle" and state not in SETTLED:
        return ("Refuse", "passage.decided")
    decision, _, reasons = cell.removeprefix("new ").partition(":")
    registers = ("Register",) * (decision.endswith(" A") and state != "admitted")
    if event in ("card", "other") and state == "held_unknown":
        return ("Register", "passage.decided")
    if not reasons:
        return notes
    match decision.split()[0]:
        case "admit":
            return (*registers, "passage.decided", "Admit")
        case "hold":
            return ("Alarm", "hold.opened", *registers, "passage.decided")
        case _:
            return ("Refuse", "passage.decided", *notes)


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(machine.EVENTS)
    assert set(STATES) == set(machine.STATES)
    assert all(set(cells) == set(STATES) for cells in TABLE.values())


@pytest.mark.parametrize(("event", "state"), list(product(TABLE, STATES)))
def test_every_event_in_every_state_has_its_outcome_and_its_effects(event: str, state: str) -> None:
    cell, effects = machine.result(machine.STATES[state], machine.EVENTS[event])

    assert cell == TABLE[event][state]
    assert machine.kinds(effects) == expected_effects(event, state, cell)


def test_the_document_says_what_the_machine_does() -> None:
    assert machine.FILES.stale() == []
