"""Closes every hall of a bureau at once (全局应急关闭), in the name of who asks for it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from gate_agent.contract.policy import HallMode
from gate_collector.bureau.asking import HallAsker
from gate_collector.centre import Centre
from gate_collector.policies.book import PolicyBook
from gate_collector.policies.desk import PolicyDesk


class HallClosed(BaseModel):
    """What became of it in one hall."""

    site: str
    name: str
    version: int | None = Field(description="of its policy; null: nobody knows whether it is shut")
    fault: str = Field(description="why not; empty where it is")


def close_all(asker: HallAsker, *, by: str, why: str) -> list[HallClosed]:
    """Issue an emergency in each hall's book, under its own next number; tell what became of it.

    A hall that is in an emergency stays as it is. One that does not answer may still close.
    """

    def close(centre: Centre, book: PolicyBook) -> int:
        in_force = book.in_force()
        if in_force.hall_mode is HallMode.EMERGENCY:
            return in_force.version
        return PolicyDesk(centre, book).shut(by=by, why=why).version

    return [
        HallClosed(site=one.hall.site, name=one.hall.name, version=one.value, fault=one.fault)
        for one in asker.each(close, is_order=True)
    ]
