"""The lists of who may sign on (账号), of programs' keys, and of every look (查看记录)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, select

from gate_agent.words import WORDS, Lang, word
from gate_collector.kept_words import in_words
from gate_collector.roles.session import Role
from gate_collector.store.schema_office import ACCOUNT, API_KEY, LOOK
from gate_collector.web.lists import Column, ColumnKind, Listing, section

_PART = 20
_LOOKED = (
    "search", "contacts", "contact_names", "appointments", "codes", "round_codes", "reveal",
    "inside", "found", "reveal_text", "paper", "erase", "retention run", "export", "first account",
    "account made", "password set", "account disabled", "key made", "key disabled", "emergency",
)  # fmt: skip
_ROLES = tuple(Role)
_STATES = ("enabled", "disabled")


def _why(row: Any, lang: Lang) -> str:
    """Return why, in words where a code was kept: by what was searched, as what, how many."""
    if row.what == "codes" and row.why.isdecimal():
        return word("looks.cards", lang, n=row.why)
    is_role = row.what == "account made"
    key = f"centre_role.{row.why}" if is_role else f"looked_by.{row.why}"
    return word(key, lang) if key in WORDS else in_words(row.why, lang)


def _state(table: Any) -> Any:
    return case((table.c.disabled, "disabled"), else_="enabled").label("state")


def accounts() -> Select[Any]:
    """Return the question for the accounts; never for a password."""
    return select(ACCOUNT.c.name, ACCOUNT.c.role, ACCOUNT.c.made, _state(ACCOUNT))


def keys() -> Select[Any]:
    """Return the question for the programs' keys; never for a key."""
    return select(API_KEY.c.name, API_KEY.c.made, _state(API_KEY))


ACCOUNTS = Listing(
    name="accounts",
    title="nav.accounts",
    columns=(
        Column("name", "column.name", of=ACCOUNT.c.name),
        Column("role", "column.role", ColumnKind.WORD, of=ACCOUNT.c.role, filters=True,
               words=section("centre_role"), choices=_ROLES),
        Column("made", "accounts.made", ColumnKind.TIME, of=ACCOUNT.c.made, filters=True),
        Column("state", "column.state", ColumnKind.WORD, of=_state(ACCOUNT), filters=True,
               words=section("accounts"), choices=_STATES),
    ),
    order="name",
    page=_PART,
)  # fmt: skip
KEYS = Listing(
    name="keys",
    title="accounts.keys",
    columns=(
        Column("name", "accounts.program", of=API_KEY.c.name),
        Column("made", "accounts.made", ColumnKind.TIME, of=API_KEY.c.made),
        Column("state", "column.state", ColumnKind.WORD, of=_state(API_KEY), filters=True,
               words=section("accounts"), choices=_STATES),
    ),
    order="name",
    page=_PART,
)  # fmt: skip
LOOKS = Listing(
    name="looks",
    title="nav.looks",
    columns=(
        Column("at", "column.at", ColumnKind.TIME, of=LOOK.c.at, filters=True),
        Column("who", "column.who", of=LOOK.c.who),
        Column("role", "column.role", ColumnKind.WORD, of=LOOK.c.role, filters=True,
               words=section("centre_role"), choices=_ROLES),
        Column("what", "looks.what", ColumnKind.WORD, of=LOOK.c.what, filters=True,
               words=section("looked"), choices=_LOOKED),
        Column("subject", "looks.subject", of=LOOK.c.subject),
        Column("why", "column.reason", of=LOOK.c.why, sorts=False, says=_why),
    ),
    order="-at",
    then=(LOOK.c.id.desc(),),
)  # fmt: skip
