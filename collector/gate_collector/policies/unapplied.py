"""Watches that every door follows the policy in force (措施未生效)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from gate_agent.contract.moment import format_utc
from gate_collector.alarms.book import AlarmKind, keep_to
from gate_collector.centre import Centre
from gate_collector.policies.acknowledged import Acknowledgement, Applied, acknowledgements
from gate_collector.policies.book import PolicyBook
from gate_collector.store.schema import GATE

WITHIN = timedelta(seconds=60)  # for a door that is heard; one that is not has an alarm of its own
_FOLLOWED = frozenset({Applied.SAME, Applied.PARTLY})


class PolicyWatch:
    """Looks now and then; a door that does not follow for a minute is an alarm."""

    def __init__(self, centre: Centre, book: PolicyBook) -> None:
        self._centre = centre
        self._book = book
        self._since: dict[str, tuple[int, datetime]] = {}  # door → version not followed, since when

    def round(self) -> None:
        """Raise the alarm of each such door, and clear what no longer holds."""
        version, now = self._book.in_force().version, self._centre.now
        with self._centre.engine.begin() as connection:
            online = select(GATE.c.gate).where(GATE.c.state == "online")
            heard = set(connection.execute(online).scalars())
            answers = acknowledgements(connection, version) if version else []
            lacking = {
                one.gate: one for one in answers if one.gate in heard and one.state not in _FOLLOWED
            }
            self._since = {gate: self._began(gate, version, now) for gate in lacking}
            details = {
                (AlarmKind.UNAPPLIED.value, gate): _told(one, version)
                for gate, one in lacking.items()
                if now - self._since[gate][1] >= WITHIN
            }
            keep_to(connection, frozenset({AlarmKind.UNAPPLIED.value}), details, format_utc(now))

    def _began(self, gate: str, version: int, now: datetime) -> tuple[int, datetime]:
        known = self._since.get(gate)
        return known if known is not None and known[0] == version else (version, now)


def _told(one: Acknowledgement, version: int) -> str:
    follows = "none" if one.version is None else f"version {one.version}, {one.hall_mode}"
    return f"expected version {version} to be followed, got {follows}"
