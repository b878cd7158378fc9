"""Run by the code of f8c5a59: what its door and its centre make of what a later version sends.

python asked_of_f8c5a59.py QUESTION < what is given, JSON > the answer, JSON
"""
# mypy: ignore-errors

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import gate_agent
from gate_agent.clock import SystemClock
from gate_agent.demo.site import lay_out as demo
from gate_agent.domain.policy import Policy
from gate_agent.errors import GateError
from gate_agent.gate.policies import PolicyKeeper, mode_applied
from gate_agent.messages import (
    LINK_0,
    Header,
    encode_body,
    parse_receipt,
    parse_seen,
    parse_state,
)
from gate_agent.moment import ClockQuality, Moment
from gate_collector.alarms import standing
from gate_collector.arrival import Message
from gate_collector.ingest import Ingest
from gate_collector.policies.acknowledged import acknowledgements
from gate_collector.policies.book import PolicyBook
from gate_collector.schema import QUARANTINE, open_store
from gate_collector.watch import Hearing

SITE = "hall-01"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def policy(document: str) -> dict[str, object]:
    """Offer a policy to a door: the mode it follows, and the event by which it tells so."""
    with tempfile.TemporaryDirectory() as name:
        keeper = PolicyKeeper(file=None, beside=Path(name))
        try:
            assert keeper.offer(document.encode())
        except GateError as exc:
            return {"refused": str(exc)}
        applied = keeper.due(NOW)
        assert PolicyKeeper(file=None, beside=Path(name)).current == applied
    at = Moment(utc=NOW, boot_ns=10**9)
    header = Header(
        site=SITE, gate="west-1f", epoch="a" * 32, sequence=1, prev_link=LINK_0, occurred=at,
        recorded=at, boot_id="b" * 32, clock=ClockQuality.SYNCED,
    )  # fmt: skip
    body = encode_body(header, mode_applied(applied)).decode()
    return {"mode": applied.hall_mode, "acknowledges": body}


def others(receipts: list[str], states: list[str], seen: list[str]) -> list[str]:
    """Let a door read what else comes to it; return what it makes of each."""
    return [
        *(str(parse_receipt(one.encode()).upto) for one in receipts),
        *(parse_state(one.encode()).state for one in states),
        *(parse_seen(one.encode()).gate for one in seen),
    ]


def issue(store: str, mode: str) -> str:
    """Let a centre issue a policy of this mode; return the document that it publishes."""
    told = []
    engine = open_store(store)
    book = PolicyBook(
        engine, site=SITE, clock=SystemClock(), first=Policy(),
        publish=lambda _topic, document: told.append(document.decode()) is None,
    )  # fmt: skip
    book.issue(lambda _: {"hall_mode": mode}, by="王科长", why="升级", at_once=True)
    engine.dispose()
    return told[-1]


def take(store: str, messages: list[list[str]]) -> dict[str, object]:
    """Let a centre take messages; return what it receipted, and what it thinks of the doors."""
    engine, receipts = open_store(store), {}
    ingest = Ingest(
        engine, site=SITE, zone=ZoneInfo("Asia/Shanghai"), clock=SystemClock(),
        publish=lambda gate, receipt: receipts.update({gate: receipt.upto}),
        hearing=lambda: Hearing(connected=True, since=NOW),
    )  # fmt: skip
    ingest.start()
    for topic, payload in messages:
        ingest.offer(Message(topic, payload.encode()))
    ingest.close()
    with engine.connect() as connection:
        found = {
            "receipts": receipts,
            "refused": [row.why for row in connection.execute(QUARANTINE.select())],
            "alarms": sorted({alarm.kind for alarm in standing(connection)}),
            "acknowledged": {one.gate: one.state for one in acknowledgements(connection, 1)},
        }
    engine.dispose()
    return found


def lay_out(folder: str) -> dict[str, int]:
    """Write a hall's configuration as this version does; return its ports."""
    site = demo(Path(folder))
    return {"broker": site.broker_port, "collector": site.collector_port}


if __name__ == "__main__":
    answer = globals()[sys.argv[1]](**json.load(sys.stdin))
    print(json.dumps({"by": gate_agent.__file__, "answer": answer}))
