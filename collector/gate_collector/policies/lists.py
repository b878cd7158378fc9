"""The lists of the policy's page (防控措施): every version, and what each door has applied."""

from __future__ import annotations

from typing import Any

from gate_agent.contract.policy import HallMode
from gate_agent.words import Lang, word
from gate_collector.policies.acknowledged import Applied
from gate_collector.policies.book import FILE
from gate_collector.store.schema_office import POLICY
from gate_collector.web.lists import Column, ColumnKind, Listing, section

_MODES = tuple(HallMode)


def _by(row: Any, lang: Lang) -> str:
    return word("policy_page.by_file", lang) if row.by == FILE else str(row.by)


VERSIONS = Listing(
    name="versions",
    title="policy_page.versions",
    columns=(
        Column("version", "column.version", ColumnKind.NUMBER, of=POLICY.c.version,
               href=lambda row: f"/policy/versions/{row.version}"),
        Column("hall_mode", "column.mode", ColumnKind.WORD, of=POLICY.c.hall_mode, filters=True,
               words=section("hall_mode"), choices=_MODES),
        Column("issued", "policy_page.issued", ColumnKind.TIME, of=POLICY.c.issued, filters=True),
        Column("valid_from", "policy_page.takes_effect", ColumnKind.TIME, of=POLICY.c.valid_from),
        Column("by", "column.by", of=POLICY.c.by, says=_by),
        Column("why", "column.reason", of=POLICY.c.why, sorts=False),
    ),
    order="-version",
    page=20,
    empty="policy_page.built_in",
)  # fmt: skip
DOORS = Listing(
    name="doors",
    title="policy_page.acknowledged",
    columns=(
        Column("gate", "column.door", ColumnKind.DOOR, filters=True),
        Column("state", "policy_page.acknowledged", ColumnKind.WORD, filters=True,
               words=section("applied")),
        Column("version", "column.version", ColumnKind.NUMBER),
        Column("hall_mode", "column.mode", ColumnKind.WORD, words=section("hall_mode")),
        Column("at", "column.at", ColumnKind.TIME),
    ),
    order="gate",
    page=20,
    empty="policy_page.no_door",
    bad=lambda door: door.state is not Applied.SAME,
    marks=lambda door: {"door": door.gate, "applied": door.state},
)  # fmt: skip
