"""The door's bench judges by its budgets, and its long past is a real journal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from bench.gate.__main__ import report
from bench.gate.disk import sync_us
from bench.gate.measure import BARE, EMPTY, LONG, Figures, quantile
from bench.gate.past import write_past
from gate_agent.store.reader import JournalReader
from gate_agent.store.verify import verify


def figures(**changes: float) -> Figures:
    values = {"empty": 2000.0, "long": 2100.0, "start": 1.0, "idle": 0.5, "pss": 60.0} | changes
    return Figures(
        latency_us={BARE: [700.0], EMPTY: [values["empty"]], LONG: [values["long"]]},
        start_s={EMPTY: [values["start"]], LONG: [values["start"]]},
        idle_percent=values["idle"],
        pss_mb=values["pss"],
        sync_us=[150.0],
    )


def judged(measured: Figures) -> tuple[int, str]:
    out = io.StringIO()
    return report(measured, Console(file=out, width=120)), out.getvalue()


def test_budgets_that_are_kept_end_with_0() -> None:
    code, told = judged(figures())

    assert code == 0
    assert told.count(" kept") == 6
    assert "2250 µs" in told, "three times the bare loop and one sync"


@pytest.mark.parametrize(
    "change",
    [{"empty": 2251.0}, {"long": 2201.0}, {"start": 1.51}, {"idle": 1.1}, {"pss": 70.5}],
)
def test_one_missed_budget_ends_with_1(change: dict[str, float]) -> None:
    code, told = judged(figures(**change))

    assert code == 1
    assert "MISSED" in told


def test_a_quantile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(1, 101)]

    assert [quantile(values, share) for share in (0.5, 0.95, 0.99)] == [51, 96, 100]


def test_the_long_past_is_a_journal_that_verifies_and_is_receipted(tmp_path: Path) -> None:
    write_past(tmp_path, site="bench", gate="long", events=300)

    head = verify(tmp_path / "journal.sqlite", lambda _done, _all: None)
    assert head.sequence == 300
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        receipt = reader.receipt()
    assert receipt is not None
    assert (receipt.upto, receipt.link) == (300, head.link.hex())


def test_a_sync_takes_time(tmp_path: Path) -> None:
    assert sync_us(tmp_path) > 0
