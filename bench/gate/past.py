"""A journal with a long past, made by the journal itself and receipted to its end."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gate_agent.config.keyfile import make_key
from gate_agent.contract.messages import Receipt
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import Category, Decision, Outcome, PassageDecided, Temperature
from gate_agent.host.clock import SystemClock
from gate_agent.store.journal import Draft, Journal

_AT_ONCE = 5000
_DAYS = 100


def write_past(folder: Path, *, site: str, gate: str, events: int) -> None:
    """Make `journal.sqlite` in `folder` with so many decided passages over a hundred days."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    now = clock.now()
    with Journal.open(
        folder / "journal.sqlite",
        site=site,
        gate=gate,
        clock=clock,
        zone=ZoneInfo("Asia/Shanghai"),
        key=make_key(folder / "store.key"),
    ) as journal:
        for first in range(0, events, _AT_ONCE):
            written = threading.Event()
            batch = range(first, min(first + _AT_ONCE, events))
            drafts = [draft(number, events, now) for number in batch]
            journal.append(drafts, lambda _, written=written: written.set())  # type: ignore[misc]
            written.wait()
        head = journal.head
        time = format_utc(now.utc)
        journal.save_receipt(
            Receipt(epoch=head.epoch, upto=head.sequence, link=head.link.hex(), time=time)
        )


def draft(number: int, total: int, now: Moment) -> Draft:
    """Return one passage of those, at its place in the hundred days."""
    utc = now.utc - timedelta(days=_DAYS) * ((total - number) / total)
    at = Moment(utc=utc, boot_ns=number + 1)
    record = PassageDecided(
        passage_id=f"past-{number}",
        category=Category.STAFF,
        person_ref=f"{number % 997:064x}",
        decision=Decision.ADMIT,
        reasons=(),
        temperature=Temperature(
            outcome=Outcome.NORMAL,
            surface_centi_c=3450,
            ambient_centi_c=2400,
            score_centi_c=3450,
            threshold_centi_c=3730,
            samples=5,
            profile="spot-forehead/1",
        ),
        started=format_utc(utc),
        decided=format_utc(utc),
        registered=False,
        hall_mode=HallMode.OPEN,
    )
    return Draft(record=record, at=at)
