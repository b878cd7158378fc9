"""The anchor of a day: a past that was written anew at the centre, every hash of it, is found."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from collector.hall_of_doors import SITE, TEN, ZONE, Hall, hall
from collector.served_centre import centre_of
from gate_agent.config.keyfile import load_key
from gate_agent.contract.anchor import AnchorKept, DayAnchor, parse_anchor
from gate_agent.contract.messages import Topics
from gate_agent.contract.policy import Policy
from gate_agent.contract.records import AgentStopped
from gate_agent.contract.signed import CENTRE
from gate_agent.provision.signing import KEY
from gate_collector.ledger.against import NoExport
from gate_collector.ledger.anchors import anchor_of, faults_at, faults_of_paper, read_anchors
from gate_collector.ledger.proof import faults_of, faults_of_hall
from gate_collector.ledger.verify import verify
from gate_collector.reports.versions import AnchorTeller, _make, correct
from signatures import SigningSite

DAYS = 7


def _week(one: Hall, *, hidden: int | None = None) -> tuple[list[DayAnchor], list[bytes]]:
    """Let a week pass, one stop a day; return its anchors, and the central door's journal."""
    anchors: list[DayAnchor] = []
    journal: list[bytes] = []
    for day in range(DAYS):
        one.west.say(AgentStopped(reason="of another" if day == hidden else f"of day {day}"))
        one.settle()
        anchors.append(anchor_of(centre_of(one, Policy), f"2026-11-{16 + day}"))
        if hidden is None:  # who writes the past anew has no door that keeps his anchors
            journal.append(one.central.body(AnchorKept.model_validate(anchors[-1].model_dump())))
            one.central.send(journal[-1])
            one.settle()
        one.clock.advance(86_400)
    return anchors, journal


def _sound(one: Hall) -> list[str]:
    for gate in ("west-1f", "central-2f"):
        list(verify(one.engine, gate))
    told = list(faults_of(one.engine, "west-1f", site=SITE, zone=ZONE))
    return told + list(faults_of_hall(one.engine))


def _held_against(one: Hall, lines: list[bytes]) -> list[str]:
    anchors = [anchor for anchor, _ in read_anchors(lines)]
    with one.engine.connect() as connection:
        return list(faults_at(connection, anchors))


@pytest.fixture
def honest(tmp_path: Path) -> Iterator[tuple[Hall, list[DayAnchor], list[bytes]]]:
    (tmp_path / "honest").mkdir()
    with hall(tmp_path / "honest") as one:
        yield one, *_week(one)


def test_a_week_that_was_written_anew_with_every_hash_is_found_against_a_doors_journal_and_paper(
    honest: tuple[Hall, list[DayAnchor], list[bytes]], tmp_path: Path
) -> None:
    one, anchors, journal = honest
    assert _sound(one) == []
    assert _held_against(one, journal) == []

    with hall(tmp_path) as forged:
        _week(forged, hidden=2)
        assert [fault for fault in _sound(forged) if "central" not in fault] == []
        for lines in (journal, [anchor.encode() for anchor in anchors]):
            found = [fault for fault in _held_against(forged, lines) if "west-1f" in fault]
            assert len(found) == DAYS - 2, found
            assert all("what came before was written anew" in fault for fault in found)
            assert "event 3: it was another on 2026-11-18" in found[0]


def test_what_was_cut_off_or_taken_away_whole_is_found(
    honest: tuple[Hall, list[DayAnchor], list[bytes]], tmp_path: Path
) -> None:
    _, anchors, _ = honest
    with hall(tmp_path) as empty:
        found = _held_against(empty, [anchors[-1].encode()])
    assert len(found) == 2
    assert all(fault.endswith("it was here on 2026-11-22, and is gone") for fault in found)


def test_the_centres_own_verification_uses_what_doors_and_reports_keep(
    honest: tuple[Hall, list[DayAnchor], list[bytes]],
) -> None:
    one, anchors, _ = honest
    wrong = json.loads(anchors[0].encode())
    wrong["ends"][0]["link"] = "ab" * 32
    one.central.say(AnchorKept.model_validate(wrong))
    one.settle()
    assert any("written anew" in fault for fault in faults_of_hall(one.engine))


def test_the_report_carries_the_anchor_signed_and_paper_proves_by_whom(tmp_path: Path) -> None:
    site = SigningSite(tmp_path / "keys", CENTRE, "west-1f")
    ours, other = site.of(CENTRE), SigningSite(tmp_path / "others", CENTRE).of(CENTRE)
    with hall(tmp_path) as one:
        one.west.say(AgentStopped(reason="x"))
        one.settle()
        made: list[str] = []
        for signatures in (ours, other):
            centre = dataclasses.replace(centre_of(one, Policy), sign=signatures.sign)
            day = (TEN + timedelta(days=len(made))).date()
            made.append(_make(centre, day, version=1, by="clock").anchor)
        doors = _Doors()
        AnchorTeller(centre_of(one, Policy), doors.hear).round()
        (told,) = doors.told

    key = load_key(site.folder / CENTRE / KEY)
    assert told == parse_anchor(made[1].encode()).encode()
    paper = [read_anchors([text.encode()]) for text in made]
    assert list(faults_of_paper(paper[0], site=SITE, key=key)) == []
    (fault,) = faults_of_paper(paper[1], site=SITE, key=key)
    assert fault.endswith("expected this centre's signature, got another")
    topic = Topics(site=SITE, gate="+").anchor
    assert ours.fault_of(topic, told, ours.sign(topic, told)) is None


class _Doors:
    """What the broker takes for them, while it is there."""

    def __init__(self) -> None:
        self.told: list[bytes] = []
        self.are_there = True

    def hear(self, _topic: str, payload: bytes) -> bool:
        if self.are_there:
            self.told.append(payload)
        return self.are_there


def test_the_anchor_of_a_corrected_report_is_told_at_once_and_again_to_a_new_broker(
    tmp_path: Path,
) -> None:
    doors = _Doors()
    with hall(tmp_path) as one:
        centre = centre_of(one, Policy)
        teller = AnchorTeller(centre, doors.hear)
        teller.round()
        assert doors.told == []

        for back in (1, 0):
            _make(centre, (TEN - timedelta(days=back)).date(), version=1, by="clock")
            one.clock.advance(60)
        teller.round()
        one.west.say(AgentStopped(reason="x"))
        one.settle()
        yesterday = (TEN - timedelta(days=1)).date()
        correct(centre, yesterday, by="l01", why="x")
        doors.are_there = False
        teller.round()
        doors.are_there = True
        for _ in range(2):
            teller.round()
        teller.anew()

    first, corrected, again = (parse_anchor(one) for one in doors.told)
    assert (first.day, corrected.day) == (TEN.date().isoformat(), yesterday.isoformat())
    assert corrected.made > first.made
    assert len(corrected.ends) > len(first.ends)
    assert again == corrected


@pytest.mark.parametrize("text", [b"", b"[]", b'{"ends": 7}', b"half a", b'{"type": "x"}'])
def test_a_file_without_an_anchor_is_refused(text: bytes) -> None:
    with pytest.raises(NoExport):
        read_anchors([text])
