"""Who waits at this door (等候中的人), kept beside the journal: nobody is lost without a word.

Nothing is journalled of a passage until it is decided. Whom the daemon was still waiting for when
it ended is to be measured again (复测, `interrupted`), says its next start. No name is in here.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.moment import Moment, format_utc, parse_utc
from gate_agent.contract.record import Category, Decision, Ref, Utc
from gate_agent.contract.records import Temperature
from gate_agent.domain.door import DoorState, PassagesInterrupted
from gate_agent.domain.group import who
from gate_agent.domain.passage import Attempt, OpenPassage
from gate_agent.gate.engine import Gate, Stage
from gate_agent.gate.restored import known_person, unnamed_person
from gate_agent.host.clock import Clock
from gate_agent.host.files import write_whole
from gate_agent.host.trouble import Trouble
from gate_agent.store.reader import JournalReader

_LOG = logging.getLogger(__name__)


class WaitingPlace(FrozenModel):
    """Somebody who was not decided on yet."""

    passage_id: str
    started: Utc
    category: Category
    person_ref: Ref | None
    temperature: Temperature | None
    companions: int
    with_passage: str | None
    unsure: bool


_MOST_BYTES = 64 * 1024
_PLACES = TypeAdapter(tuple[WaitingPlace, ...])


class WaitingBook:
    """What a restart must know of those who wait. Everything in the event loop."""

    def __init__(self, gate: Gate, *, reader: JournalReader, clock: Clock, kept: Path) -> None:
        self._gate = gate
        self._reader = reader
        self._clock = clock
        self._kept = kept
        self._places: dict[str, WaitingPlace] = {}
        self._seen: tuple[object, ...] = ()
        self._written = b""
        self._size = _MOST_BYTES  # whole at the first time
        self._trouble = Trouble(_LOG, "who waits is kept again")

    def begin(self) -> None:
        """Close what was waited for at the end before, and keep from now on who waits."""
        now = self._clock.now()
        self._places = {place.passage_id: place for place in self._read()}
        left = tuple(
            self._attempt(place, now) for place in self._places.values() if not self._is_told(place)
        )
        self._gate.tell_others(self._tell)
        if left:
            self._gate.take(PassagesInterrupted(at=now, attempts=left))
        else:
            self._tell(self._gate.door, "durable")

    def _tell(self, door: DoorState, stage: Stage) -> None:
        """Who comes is kept at once; who goes is let go of once the event of it is on the disk."""
        if stage == "made":
            if _is_as_before(self._seen, seen := _seen(door)):
                return  # most readings
            self._seen = seen
            kept = self._places | _waiting(door)
        else:
            newest = _waiting(self._gate.door)
            before = _waiting(door).keys() | newest.keys()
            kept = {key: place for key, place in self._places.items() if key in before} | newest
        if kept != self._places or not self._written:
            self._places = kept
            self._write()

    def _is_told(self, place: WaitingPlace) -> bool:
        """Whether the journal says what became of them; a contact reading since may be news."""
        decided = self._reader.passage(place.passage_id)
        if decided is None:
            return False
        contact = None if place.temperature is None else place.temperature.contact_centi_c
        is_news = contact is not None and decided.temperature.contact_centi_c is None
        return not is_news or decided.decision is Decision.ADMIT

    def _attempt(self, place: WaitingPlace, now: Moment) -> Attempt:
        person, _ = known_person(self._reader, place.person_ref, place.category)
        if person is None and place.person_ref is not None:
            person = unnamed_person(place.person_ref, place.category)
        return Attempt(
            passage_id=place.passage_id,
            started=replace(now, utc=parse_utc(place.started)),
            person=person,
            temperature=place.temperature,
            companions=place.companions,
            adult=place.with_passage,
            unsure=place.unsure,
        )

    def _read(self) -> tuple[WaitingPlace, ...]:
        """Return what was kept last; a line that the power cut short is as none."""
        try:
            lines = self._kept.read_bytes().splitlines()
        except FileNotFoundError:
            return ()
        except OSError:
            lines = [b""]
        for line in reversed(lines):
            with suppress(ValidationError):
                return _PLACES.validate_json(line)
        if lines:
            _LOG.warning("who waited before the start cannot be read")
        return ()

    def _write(self) -> None:
        """Write it; a disk that takes nothing costs only what a restart would know.

        A line more, most times: a new file for each would make the journal's next commit dearer.
        """
        content = _PLACES.dump_json(tuple(self._places.values())) + b"\n"
        if content == self._written:
            return
        self._size += len(content)
        try:
            if self._size > _MOST_BYTES:
                write_whole(self._kept, content, synced=False)
                self._size = len(content)
            else:
                descriptor = os.open(self._kept, os.O_WRONLY | os.O_APPEND)
                with os.fdopen(descriptor, "wb", buffering=0) as out:
                    out.write(content)
        except OSError as exc:
            self._written = b""
            self._size = _MOST_BYTES  # what is there may be cut short: whole, the next time
            self._trouble.met("who waits cannot be kept: %s", exc)
        else:
            self._written = content
            self._trouble.well()


def _seen(door: DoorState) -> tuple[object, ...]:
    spot = door.passage
    return door.desk, type(spot), spot.passage_id, spot.person, spot.temperature


def _is_as_before(before: Iterable[object], now: Iterable[object]) -> bool:
    return all(one is other for one, other in zip(before, now, strict=True)) if before else False


def _waiting(door: DoorState) -> dict[str, WaitingPlace]:
    """Return who is seen or waits, and is not decided on."""
    return {
        place.passage_id: _place(place)
        for place in (door.passage, *door.desk)
        if isinstance(place, OpenPassage)
    }


def _place(state: OpenPassage) -> WaitingPlace:
    person = who(state)
    return WaitingPlace(
        passage_id=state.passage_id,
        started=format_utc(state.started.utc),
        category=Category.UNKNOWN if person is None else person.category,
        person_ref=None if state.person is None else state.person.person_ref,
        temperature=state.temperature,
        companions=state.companions,
        with_passage=state.adult,
        unsure=state.unsure,
    )
