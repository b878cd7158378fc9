"""The whole table of a passage: every event in every state, and what is asked of the world."""

from __future__ import annotations

from itertools import product

import pytest

from tree import tool

machine = tool("state_machine_doc")
SPOT = (
    "idle", "lingering", "measuring", "measuring_card", "identified", "measured", "registering",
    "admitted", "denied", "rechecked", "by_hand", "ambiguous", "held_unknown", "held"
)  # fmt: skip
FREE, BUSY = ("waits_card", "waits_release"), ("waits_phone", "waits_hand")  # of the spot
GROUP = ("gathering", "waits_group")  # at the spot, and at the desk
STATES = (*SPOT, "waits_card", "waits_phone", "waits_hand", "waits_release", *GROUP)
SETTLED = SPOT[7:]
HELD = ("held_unknown", "held")
PRESENT = ("registering", "admitted", "denied", "rechecked", "by_hand", "held")  # and known
NO_PASSAGE = dict.fromkeys(("idle", "lingering"), "✗ not_found")


def row(usual: str, *others: dict[str, str], **named: str) -> dict[str, str]:
    cells = dict.fromkeys(STATES, usual)
    for other in (*others, named):
        cells |= other
    return cells


def spot(cell: str, measuring: str | None = None) -> dict[str, str]:
    """Say what comes of it at the spot while somebody waits at the desk."""
    return dict.fromkeys(FREE, cell) | dict.fromkeys(BUSY, measuring or cell)


def measured(passage: str, named: str) -> dict[str, str]:
    """Say how a measurement ends: of an unknown person, and of A."""
    return row(
        "=", spot(passage), idle=passage, measuring=passage, measuring_card=named, identified=named
    )


def untrusted(cells: dict[str, str]) -> dict[str, str]:
    return cells | {"waits_hand": "recheck: thermometer_untrusted"}


def decided(decision: str, *others: dict[str, str]) -> dict[str, str]:
    """Say how a verdict on whoever is at the door reads in each state."""
    unknown = ("measuring", "measured", "ambiguous", "held_unknown")
    name, colon, reasons = decision.partition(":")
    known = f"{name} A{colon}{reasons}"
    cells = {s: decision if s in unknown else known for s in SPOT}
    cells |= dict.fromkeys(BUSY, f"= · desk: {known}") | {"waits_card": f"= · desk: {decision}"}
    return row("✗ out_of_turn", cells, NO_PASSAGE, *others)


def settled(cell: str) -> dict[str, str]:
    return dict.fromkeys(SETTLED, cell)


def held(cell: str) -> dict[str, str]:
    return dict.fromkeys(HELD, cell)


def taken_by_hand(passage: str, named: str) -> dict[str, str]:
    """Say how a contact reading ends a passage that is to be measured."""
    waiting = ("measuring_card", "identified", "rechecked", "by_hand")
    return row(
        "=",
        NO_PASSAGE,
        dict.fromkeys(waiting, named),
        dict.fromkeys(("measuring", "ambiguous"), passage),
        waits_hand=f"= · desk: {named}",
    )


NOT_OURS = row("✗ not_found")
NOT_NOW = row("✗ out_of_turn", NO_PASSAGE)
FEVERISH = dict.fromkeys(PRESENT[:-1], "hold A: elevated")
TABLE: dict[str, dict[str, str]] = {
    "skin": row("=", dict.fromkeys(FREE, "measuring"), idle="measuring", identified="measuring A"),
    "empty": row("="),
    "normal": untrusted(measured("measured", "registering A")),
    "fever": measured("hold: elevated", "hold A: elevated")
    | dict.fromkeys(("measured", "ambiguous"), "hold: elevated")
    | FEVERISH
    | {"lingering": "hold A: elevated"},
    "cold": untrusted(measured("recheck: cold_skin", "recheck A: cold_skin")),
    "air": untrusted(measured("recheck: ambient_range", "recheck A: ambient_range")),
    "faulty": untrusted(measured("recheck: instrument_error", "recheck A: instrument_error")),
    "shaky": untrusted(measured("recheck: unstable", "recheck A: unstable")),
    "away": row(
        "=",
        settled("idle"),
        spot("=", "idle"),
        by_hand="=",
        measuring="idle",
        measuring_card="identified A",
        held_unknown="idle · desk: hold: elevated",
        held="idle · desk: hold A: elevated",
    ),
    "next": row(
        "=",
        settled("new measuring"),
        spot("measuring", "new measuring"),
        idle="measuring",
        lingering="measuring",
        measuring="new measuring",
        identified="measuring A",
        measured="new measuring · desk: measured",
        registering="new measuring · desk: registering A",
        by_hand="new measuring · desk: recheck A: thermometer_untrusted",
        held_unknown="new measuring · desk: hold: elevated",
        held="new measuring · desk: hold A: elevated",
    ),
    "card": row(
        "=",
        idle="identified A",
        lingering="identified A",
        measuring="measuring A",
        measured="registering A",
        ambiguous="new identified A",
        held_unknown="hold A: elevated",
        waits_card="= · desk: registering A",
        waits_release="identified A",
    ),
    "other": row(
        "new identified B",
        dict.fromkeys((*PRESENT, "lingering"), "= · desk: identified B"),
        spot("identified B", "measuring B"),
        idle="identified B",
        measuring="measuring B",
        measuring_card="ambiguous: two_cards",
        identified="ambiguous: two_cards",
        measured="registering B",
        held_unknown="hold B: elevated",
        waits_card="= · desk: registering B",
    ),
    "unreadable": row(
        "new recheck: card_fault",
        dict.fromkeys(("registering", "by_hand", "waits_card"), "= · desk: recheck: card_fault"),
        dict.fromkeys((*BUSY, "waits_release"), "recheck: card_fault"),
        idle="recheck: card_fault",
        lingering="recheck: card_fault",
        measuring="recheck: card_fault",
        measured="recheck: card_fault",
        measuring_card="ambiguous: two_cards",
        identified="ambiguous: two_cards",
        held_unknown="=",
        held="=",
    ),
    "code": row("="),
    "registers": row(
        "✗ out_of_turn",
        NO_PASSAGE,
        dict.fromkeys(("held", "waits_release"), "="),
        registering="admit A: normal",
        waits_phone="= · desk: admit A: normal",
    ),
    "no_phone": row(
        "✗ out_of_turn",
        NO_PASSAGE,
        dict.fromkeys(("registering", "waits_phone"), "✗ invalid"),
        dict.fromkeys(("held", "waits_release"), "="),
    ),
    "symptoms": decided(
        "hold: declared_symptoms, 发热",
        spot("hold: declared_symptoms, 发热"),
        held("="),
        {"idle": "hold: declared_symptoms, 发热", "lingering": "hold A: declared_symptoms, 发热"},
    ),
    "admit": row(
        "✗ out_of_turn",
        NO_PASSAGE,
        measured="admit: guard, 测试",
        registering="admit A: guard, 测试",
        denied="admit A: guard, 测试",
        rechecked="admit A: guard, 测试",
        by_hand="✗ out_of_turn",
        waits_card="= · desk: admit: guard, 测试",
        waits_phone="= · desk: admit A: guard, 测试",
    ),
    "admit_why": row(
        "✗ invalid", NO_PASSAGE, held("✗ out_of_turn"), admitted="✗ out_of_turn",
        ambiguous="✗ out_of_turn", waits_release="✗ out_of_turn",
    ),
    "deny": decided(
        "deny: guard, 测试", dict.fromkeys((*HELD, "admitted", "denied"), "✗ out_of_turn")
    ),
    "recheck": decided(
        "recheck: guard, 测试",
        dict.fromkeys(
            (*HELD, "admitted", "rechecked", "by_hand", "waits_hand"), "✗ out_of_turn"
        ),
    ),
    "hold": decided("hold: guard, 测试", held("✗ out_of_turn")),
    "dismissed": row(
        "idle",
        NO_PASSAGE,
        dict.fromkeys((*BUSY, "waits_card"), "= · desk: empty"),
        held_unknown="idle · desk: hold: elevated",
        held="idle · desk: hold A: elevated",
        waits_release="✗ out_of_turn",
    ),
    "stranger": NOT_OURS,
    "hand": taken_by_hand("measured", "registering A")
    | dict.fromkeys(("admitted", "denied"), "✗ out_of_turn")
    | {
        "held_unknown": "measured",
        "held": "registering A",
        "waits_release": "= · desk: registering A",
    },
    "hand_fever": taken_by_hand("hold: elevated", "hold A: elevated")
    | {"measured": "hold: elevated", "waits_card": "= · desk: hold: elevated"}
    | dict.fromkeys(("registering", "admitted", "denied"), "hold A: elevated")
    | {"waits_phone": "= · desk: hold A: elevated"},
    "distrust": row(
        "=",
        measured="recheck: thermometer_untrusted",
        waits_card="= · desk: recheck: thermometer_untrusted",
    ),
    "lost": row(
        "=",
        dict.fromkeys(BUSY, "recheck: thermometer_lost"),
        lingering="idle",
        measuring="recheck: thermometer_lost",
        measuring_card="recheck A: thermometer_lost",
        identified="recheck A: thermometer_lost",
        measured="recheck: thermometer_lost",
        waits_card="= · desk: recheck: thermometer_lost",
    ),
    "back": row("="),
    "policy": row("="),
    "acknowledged": row("✗ not_found", held("="), waits_release="="),
    "due": row(
        "=",
        dict.fromkeys(("admitted", "denied", "rechecked", "by_hand"), "idle A"),
        ambiguous="idle",
        measuring="recheck: too_few",
        measuring_card="recheck A: too_few",
        identified="recheck A: no_temperature",
        measured="recheck: no_card",
        registering="deny A: registration_timeout",
        waits_card="= · desk: recheck: no_card",
        waits_phone="recheck: too_few",
        waits_hand="recheck: thermometer_untrusted",
    ),
}  # fmt: skip
NEW = "new measuring · desk: gathering A"
IN_A_GROUP: dict[str, tuple[str, str]] = {
    "skin": ("=", "measuring"),
    "next": (NEW, "measuring"),
    "normal": ("=", "admit: normal · desk: admit A: normal"),  # the companion, and all go in
    "fever": ("hold A: elevated", "hold: elevated"),
    "cold": ("=", "recheck: cold_skin"),
    "air": ("=", "recheck: ambient_range"),
    "faulty": ("=", "recheck: instrument_error"),
    "shaky": ("=", "recheck: unstable"),
    "other": ("= · desk: identified B", "identified B"),
    "unreadable": ("= · desk: recheck: card_fault", "recheck: card_fault"),
    "registers": ("✗ out_of_turn", "✗ out_of_turn"),
    "no_phone": ("✗ out_of_turn", "✗ out_of_turn"),
    "split": ("admit A: normal", "= · desk: admit A: normal"),
    "symptoms": ("hold A: declared_symptoms, 发热", "hold: declared_symptoms, 发热"),
    "admit": ("admit A: guard, 测试", "= · desk: admit A: guard, 测试"),
    "admit_why": ("✗ invalid", "✗ invalid"),
    "deny": ("deny A: guard, 测试", "= · desk: deny A: guard, 测试"),
    "recheck": ("recheck A: guard, 测试", "= · desk: recheck A: guard, 测试"),
    "hold": ("hold A: guard, 测试", "= · desk: hold A: guard, 测试"),
    "dismissed": ("idle", "= · desk: empty"),
    "stranger": ("✗ not_found", "✗ not_found"),
    "hand_fever": ("hold A: elevated", "= · desk: hold A: elevated"),
    "acknowledged": ("✗ not_found", "✗ not_found"),
    "due": ("recheck A: group_incomplete", "= · desk: recheck A: group_incomplete"),
}
TABLE["group"] = row(
    "=",
    NO_PASSAGE,
    dict.fromkeys(("admitted", "denied", "rechecked", "ambiguous"), "✗ out_of_turn"),
)
TABLE["split"] = dict(TABLE["group"])
for told in TABLE:
    TABLE[told] |= zip(GROUP, IN_A_GROUP.get(told, ("=", "=")), strict=True)
HELD_NOW = ("CallGuard", "hold.opened", "SealRegistration", "passage.decided")
COMPANIONS = {  # whoever comes while a group gathers is a companion: no card, and registered
    "normal": ("SealRegistration", "passage.decided") * 2 + ("Admit",) * 2,
    "fever": HELD_NOW,
}
SAME = (
    "measuring_card", "registering", "admitted", "denied", "rechecked", "by_hand", "identified",
    "held", *BUSY, *GROUP,
)  # fmt: skip
NOTES = {
    **{("card", state): 1 for state in SAME},
    **{("unreadable", state): 1 for state in STATES},
    **{("code", state): 1 for state in ("idle", "lingering", *SETTLED, *FREE, "waits_group")},
    **{("symptoms", state): 1 for state in HELD},
}


def expected_effects(event: str, state: str, cell: str) -> tuple[str, ...]:
    """Reckon the effects from the outcome: they follow from it, and from nothing else."""
    notes = ("Note",) * NOTES.get((event, state), 0)
    if state == "waits_group" and event in COMPANIONS:
        return COMPANIONS[event]
    if event in ("group", "split") and not cell.startswith("✗"):
        return (
            "passage.grouped",
            *("SealRegistration", "passage.decided", "Admit") * (cell != "="),
        )
    if event == "acknowledged" and cell == "=":
        return ("hold.step",)
    if event.startswith("hand") and state in (*HELD, "waits_release"):
        return ("hold.step",) * 3 + ("FindContacts",) * (event == "hand_fever")
    if event in ("away", "next") and state in ("measuring", *BUSY):
        return ("passage.left",)
    if event in ("away", "next"):
        return notes
    if event == "dismissed" and cell in ("idle", "= · desk: empty"):
        undecided = state not in (*SETTLED, "waits_hand")
        return ("Refuse", "passage.decided") * undecided
    decision, _, reasons = (
        cell.removeprefix("= · desk: ").removeprefix("new ").partition(" · ")[0].partition(":")
    )
    registers = ("SealRegistration",) * (decision.endswith(" A") and state != "admitted")
    if (event in ("card", "other") and state == "held_unknown") or (
        event in ("registers", "no_phone") and cell == "="
    ):
        return ("SealRegistration", "hold.identified", "passage.decided")
    if event == "hand" and not reasons and not cell.startswith("✗"):
        return ("passage.measured",)
    if not reasons:
        return notes
    match decision.split()[0]:
        case "admit":
            return (*registers, "passage.decided", "Admit")
        case "hold":
            return ("CallGuard", "hold.opened", *registers, "passage.decided")
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


def test_a_stable_fever_stops_whoever_stands_there_in_every_state() -> None:
    """There is no deaf state: only who is held already is not held again."""
    stops = {
        s: machine.result(scene, machine.EVENTS["fever"])[0] for s, scene in machine.STATES.items()
    }

    assert {state for state, cell in stops.items() if "hold" not in cell} == set(HELD)


def test_the_document_says_what_the_machine_does() -> None:
    assert machine.FILES.stale() == []
