"""The fever bench takes the study's quirks, and its figures are those of their definition."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.fever import figures
from bench.fever.data import DataError, read
from bench.fever.door import Comer, Door
from bench.fever.sudden import over
from bench.fever.verdicts import Verdict
from bench_fever.study_files import header, person, write_study
from gate_agent.domain.limits import recompute
from gate_agent.domain.profile import PROFILES
from tree import ROOT

FACE = PROFILES["array-face-max"]
LABELLED = st.lists(st.tuples(st.integers(3400, 3700), st.booleans()), min_size=2, max_size=40)


def test_the_reader_takes_both_groups_in_the_order_in_which_people_came(tmp_path: Path) -> None:
    write_study(tmp_path, people=20)

    people = read(tmp_path)

    assert len(people) == 42
    assert [p.at for p in people] == sorted(p.at for p in people)
    assert {p.group for p in people} == {1, 2}
    assert sum(not p.skin for p in people) == 2
    first = next(p for p in people if p.skin)
    assert first.skin["face max"] - first.skin["forehead max"] in (59, 60, 61)
    assert first.oral == 3690


def test_a_typing_error_is_no_temperature(tmp_path: Path) -> None:
    rows = [*header(), person(1, 369.0, 36.0), person(2, 36.9, 3.6), person(3, 36.9, 36.0)]
    for name in ("FLIR_group1.csv", "FLIR_group2.csv"):
        (tmp_path / name).write_text("\r\n".join(rows), encoding="utf-8-sig")

    people = read(tmp_path)

    assert len(people) == 4
    assert sorted(len(p.skin) for p in people) == [0, 0, 3, 3]


@pytest.mark.parametrize(
    ("content", "told"), [("", "three header rows"), ("a\nb\nc\nd\n", "the column aveOralM")]
)
def test_another_file_is_refused_with_what_was_expected(
    tmp_path: Path, content: str, told: str
) -> None:
    (tmp_path / "FLIR_group1.csv").write_text(content)

    with pytest.raises(DataError, match=told):
        read(tmp_path)


@given(LABELLED)
def test_the_auc_is_the_share_of_pairs_in_the_right_order(people: list[tuple[int, bool]]) -> None:
    hot = [score for score, fever in people if fever]
    cool = [score for score, fever in people if not fever]
    if not hot or not cool:
        return
    pairs = [(h > c) + (h == c) / 2 for h, c in product(hot, cool)]

    score = np.array([s for s, _ in people], dtype=float)
    fever = np.array([f for _, f in people])

    assert figures.auc(score, fever) == pytest.approx(sum(pairs) / len(pairs))
    low, high = figures.auc_interval(score, fever, times=20)
    assert 0 <= low <= high <= 1


def test_the_best_cut_and_what_a_flag_is_worth() -> None:
    score = np.array([1.0, 2.0, 3.0, 4.0])
    fever = np.array([False, False, True, True])

    assert figures.best_cut(score, fever) == 3
    assert figures.at(score, fever, 2.0) == figures.Quality(1.0, 0.5)
    assert figures.Quality(0.94, 0.94).ppv(0.01) == pytest.approx(0.137, abs=0.001)
    assert figures.se_at_sp(np.arange(100.0), np.arange(100) >= 90, 0.95) == 1.0


def test_a_recovery_is_counted_in_people_and_may_never_come() -> None:
    assert over([1.0] * 7 + [0.05] * 10, 0.1) == 7
    assert over([1.0] * 20, 0.1) == float("inf")


def test_the_door_of_the_bench_decides_with_the_products_rule() -> None:
    door = Door(FACE)
    told = door.measure_all([Comer(3600 + n % 40, 2500, 3680) for n in range(30)], 60)
    told += door.measure_all([Comer(3750, 2500, 3850)] * 8, 60)

    assert all(recompute(t) is t.outcome for t in told)
    assert door.memory.usual(FACE, round(door.now_s * 1e9)).baseline < 3640


def test_it_prints_every_table_and_draws_the_picture(tmp_path: Path) -> None:
    write_study(tmp_path)

    ran = bench(tmp_path, "--quick", "--plot", tmp_path / "out.png")

    assert ran.returncode == 0, ran.stderr
    assert "122 people, 20 with oral >= 37.5 °C" in ran.stdout
    for name in ("face max", "forehead max", "forehead centre"):
        assert ran.stdout.count(name) >= 8
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_a_budget_is_met_between_its_limits_only() -> None:
    assert Verdict("AUC", 0.97, least=0.97).met
    assert not Verdict("AUC", 0.969, least=0.97).met
    assert not Verdict("leak", 0.95, least=0.87, most=0.89).met
    assert not Verdict("people", float("inf"), most=15).met


def test_it_says_what_is_wrong_with_the_folder(tmp_path: Path) -> None:
    ran = bench(tmp_path)

    assert ran.returncode == 1
    assert "No such file" in ran.stderr


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.fever", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
