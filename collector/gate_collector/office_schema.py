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
