"""`gate-agent roster`: a CSV of card numbers becomes a roster that names nobody."""

from __future__ import annotations

import json
from pathlib import Path

from cli.commands import command
from doorfiles import write_door
from gate_agent.config.load import load_policy
from gate_agent.config.model import KeysSection
from gate_agent.contract.identity import person_ref
from gate_agent.store.keys import resolve_keys

ZHANG, LI = "11010519491231002X", "440524188001010014"


def roster(folder: Path, text: str) -> tuple[int, str, Path]:
    sheet, policy = folder / "staff.csv", folder / "policy.json"
    sheet.write_text(text, encoding="utf-8-sig")
    said = command(
        "gate-agent", "roster", "--config", write_door(folder), "--policy", policy, sheet
    )
    return said.code, said.out + said.err, policy


def test_staff_of_a_csv_stand_in_the_policy_as_keyed_hashes(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(json.dumps({"version": 4, "hall_mode": "closed"}))

    code, said, policy = roster(tmp_path, f"证件号码,值班\n{ZHANG.lower()},是\n{LI},否\n")

    found = load_policy(policy)
    site = resolve_keys(KeysSection(), tmp_path / "journal").site
    assert (code, found.version, found.hall_mode) == (0, 5, "closed")
    assert {entry.person_ref: entry.on_duty for entry in found.roster} == {
        person_ref(ZHANG, site): True,
        person_ref(LI, site): False,
    }
    assert ZHANG[:17] not in said + policy.read_text(encoding="utf-8")


def test_every_bad_line_is_named_without_a_digit_of_it_and_the_policy_stays(tmp_path: Path) -> None:
    code, said, policy = roster(tmp_path, f"{ZHANG},vielleicht\n110105194912310021\n{LI}\n")

    assert code == 2
    assert "line 1: expected yes or no" in said
    assert "line 2: expected the check character" in said
    assert "line 3" not in said
    assert "1101051949" not in said
    assert not policy.exists()


def test_a_sheet_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    sheet = tmp_path / "none.csv"

    said = command(
        *("gate-agent", "roster", "--config", write_door(tmp_path)),
        *("--policy", tmp_path / "policy.json", sheet),
    )

    assert said.code == 2
    assert f"{sheet}: expected a CSV in UTF-8, got: No such file or directory" in said.err


def test_an_empty_sheet_is_no_empty_roster(tmp_path: Path) -> None:
    code, said, policy = roster(tmp_path, "number,on_duty\n")

    assert code == 2
    assert "expected at least one card number" in said
    assert not policy.exists()
