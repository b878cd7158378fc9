"""Tells receipts after the commit, and sees that the retained one is the newest.

Two workers may commit one after the other and publish the other way round: then the broker keeps
the older receipt. So whoever told one looks at the store again once the broker has it. If somebody
stamped a later one meanwhile, that one is told: the last to publish sees the last commit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from gate_agent.contract.messages import Receipt
from gate_collector.ingest.chain import Stream
from gate_collector.ingest.chains import keep, load_beyond, lock, newest, receipt_of
from gate_collector.store.bulk import in_parts
from gate_collector.store.dialect import snapshot

# Publish a receipt of a gate; return how to ask whether the broker has it, None if it did not go.
Heard = Callable[[], bool]
Publish = Callable[[str, Receipt], Heard | None]


class ReceiptBook:
    """What one process told, until the broker has it and the store knows no later one."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._open: dict[str, tuple[str, Heard | None]] = {}  # by gate: its time, and the answer

    def tell(self, stream: Stream) -> None:
        """Publish the receipt of a chain that is committed."""
        self._open[stream.gate] = stream.told, self._publish(stream.gate, receipt_of(stream))

    def settle(self, engine: Engine) -> None:
        """Look at what was told, and tell the later one where there is one."""
        there = [gate for gate, (_, heard) in self._open.items() if heard is None or heard()]
        if not there:
            return
        with snapshot(engine) as connection:
            for stream in newest(connection, there):
                time, heard = self._open[stream.gate]
                if heard is not None and stream.told == time:
                    del self._open[stream.gate]
                else:
                    load_beyond(connection, stream)
                    self.tell(stream)

    def tell_all(self, engine: Engine, now: Callable[[], datetime]) -> None:
        """Tell every gate how it stands, stamped anew: the store may be an older one, restored."""
        with engine.connect() as connection:
            keys = [(stream.gate, stream.epoch) for stream in newest(connection)]
        for part in in_parts(keys):
            with engine.begin() as connection:
                streams = list(lock(connection, part, now()).values())
                keep(connection, streams)
                for stream in streams:
                    load_beyond(connection, stream)
            for stream in streams:
                self.tell(stream)
