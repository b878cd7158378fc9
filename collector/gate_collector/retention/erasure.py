"""Erasure on request (删除本人信息): written down first, carried out over a restart."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select

from gate_agent.contract.moment import format_utc
from gate_agent.host.spool import SpoolRequest
from gate_collector.centre import Centre
from gate_collector.retention.retention import KeptRegistrations, Retention, kept
from gate_collector.roles.session import acting
from gate_collector.store.schema_office import ERASURE


@dataclass(frozen=True, slots=True)
class PurgeDesk:
    """Takes requests of the office, and has them carried out by the store's one writer."""

    centre: Centre
    retention: Retention

    def kept(self) -> KeptRegistrations:
        """Return what is kept now."""
        with self.centre.engine.connect() as connection:
            return kept(connection, self.centre.now, self.retention.days)

    def erase(self, ref: str, by: str, why: str) -> str:
        """Forget one person here; return the request's id."""
        request = SpoolRequest(id=secrets.token_hex(8), person_ref=ref)
        row = {"request": request.id, "at": format_utc(self.centre.now), "by": by,
               "role": acting().role.value, "why": why, "person_ref": ref}  # fmt: skip
        with self.centre.engine.begin() as connection:
            connection.execute(ERASURE.insert().values(row))
        self._carry_out(request)
        return request.id

    def resume(self) -> None:
        """Carry out what was asked for and not done: the collector was stopped meanwhile."""
        with self.centre.engine.connect() as connection:
            unfinished = select(ERASURE.c.request, ERASURE.c.person_ref).where(
                ERASURE.c.done.is_(None)
            )
            asked = connection.execute(unfinished).all()
        for row in asked:
            self._carry_out(SpoolRequest(id=row.request, person_ref=row.person_ref))

    def _carry_out(self, request: SpoolRequest) -> None:
        self.retention.carry_out(request)
        done = {"done": format_utc(self.centre.now)}
        with self.centre.engine.begin() as connection:
            connection.execute(ERASURE.update().where(ERASURE.c.request == request.id).values(done))
