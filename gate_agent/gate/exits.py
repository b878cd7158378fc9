"""The exit (出口): what stands there sees somebody leave, whoever it may be."""

from __future__ import annotations

from gate_agent.contract.identity import CARD_FAULTS, badge_ref
from gate_agent.contract.leaving_records import ExitMeans
from gate_agent.contract.policy import Policy
from gate_agent.contract.signals import BadgeRead, Card, CodeRead, SomebodyLeft
from gate_agent.domain.door import ExitSeen
from gate_agent.driver_api import Report
from gate_agent.gate.engine import Gate
from gate_agent.gate.identification import Identification
from gate_agent.store.keys import Keys

_MOST_AT_ONCE = 50  # of a counter that was asleep


class ExitWatch:
    """One door's exit device."""

    def __init__(self, gate: Gate, identification: Identification, keys: Keys) -> None:
        self._gate = gate
        self._identification = identification
        self._keys = keys

    def on_report(self, report: Report) -> None:
        """Take what it saw. Who cannot be named has left all the same, and is counted."""
        now, policy = self._gate.now(), self._gate.policy
        match report:
            case Card():
                self._left(ExitMeans.CARD, self._of_card(report, policy))
            case BadgeRead():
                self._left(ExitMeans.BADGE, badge_ref(report.number, self._keys.site))
            case CodeRead():
                self._left(ExitMeans.SCAN, None)
            case SomebodyLeft():
                for _ in range(min(report.count, _MOST_AT_ONCE)):
                    self._gate.take(ExitSeen(at=now, means=ExitMeans.BEAM))
            case _:  # a card that was refused is laid again
                return

    def _of_card(self, card: Card, policy: Policy) -> str | None:
        try:
            return self._identification.of(card, self._gate.now(), policy).person.person_ref
        except CARD_FAULTS:
            return None

    def _left(self, means: ExitMeans, person_ref: str | None) -> None:
        self._gate.take(ExitSeen(at=self._gate.now(), means=means, person_ref=person_ref))
