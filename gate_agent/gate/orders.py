"""Takes what the centre asks of this door (指令): brings each order to the pure door."""

from __future__ import annotations

import logging

from gate_agent.contract.found_orders import parse_orders
from gate_agent.domain.door import FoundOrdered
from gate_agent.errors import ContractError, StorageError
from gate_agent.gate.engine import Gate
from gate_agent.gate.restored import known_person
from gate_agent.store.reader import JournalReader
from gate_agent.words import WORDS

_LOG = logging.getLogger(__name__)


class OrderTaker:
    """Hears the centre's orders, which come again until they are answered."""

    def __init__(self, gate: Gate, name: str, reader: JournalReader) -> None:
        """`name`: this door's own; what another is asked is none of ours."""
        self._gate = gate
        self._name = name
        self._reader = reader

    def hear(self, payload: bytes) -> None:
        """Take what the centre asks now; an empty message asks nothing."""
        if not payload:
            return
        try:
            asked = parse_orders(payload)
        except ContractError as exc:
            _LOG.warning("the centre's orders were refused: %s", exc)
            return
        if asked.gate != self._name:
            _LOG.warning("expected orders for %s, got another door's", self._name)
            return
        for order in asked.orders:
            if order.order_id in self._gate.door.answered:
                continue
            try:
                person, _ = known_person(self._reader, order.person_ref, order.category)
            except StorageError:
                person = None  # the hold is not less for a name that cannot be read
            place = WORDS.word(f"hall_place.{order.place}")
            at = self._gate.now()
            self._gate.take(FoundOrdered(at=at, order=order, place=place, person=person))
