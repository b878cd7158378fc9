"""The tables of the centre's rooms; they are made with the store's own."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text

from gate_collector.schema import METADATA

MERGED = Table(  # daily reports of the hall (每日零报告): a version is never changed
    "merged_report",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("made", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("abnormal", Integer, nullable=False),
    Column("sha256", Text, nullable=False),  # of `document`, printed on the page
    Column("document", Text, nullable=False),
)
POLICY = Table(  # every policy that was ever issued (策略), and who wanted it why
    "policy",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("valid_from", Text),
    Column("issued", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("hall_mode", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # what a gate's `mode.applied` must say
    Column("document", Text, nullable=False),  # the exact text that is published
)
