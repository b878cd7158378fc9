"""Keys of programs (接口密钥): told once, kept as a hash; they read, and see no person's name."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gate_agent.contract.moment import format_utc
from gate_collector.centre import Centre
from gate_collector.roles.accounts import Accounts, Denied, hashed
from gate_collector.roles.session import Role, Session
from gate_collector.store.schema_office import API_KEY

_PREFIX = "gate_"


class ApiKeys:
    """The keys of one centre."""

    def __init__(self, centre: Centre, accounts: Accounts) -> None:
        self._centre = centre
        self._accounts = accounts

    def make(self, name: str) -> str:
        """Return a new key; it is told this once. Raises Denied when the name is taken."""
        key = _PREFIX + secrets.token_urlsafe(32)
        row = {"name": name, "key_sha256": hashed(key), "made": format_utc(self._centre.now),
               "disabled": False}  # fmt: skip
        try:
            with self._centre.engine.begin() as connection:
                connection.execute(API_KEY.insert().values(row))
        except IntegrityError:
            raise Denied("taken", "expected a name that is free, got one that is taken") from None
        self._accounts.record("key made", name, "")
        return key

    def disable(self, name: str) -> None:
        """Disable a key, from now on."""
        with self._centre.engine.begin() as connection:
            connection.execute(API_KEY.update().where(API_KEY.c.name == name).values(disabled=True))
        self._accounts.record("key disabled", name, "")

    def session(self, key: str) -> Session | None:
        """Return the program that holds this key."""
        with self._centre.engine.connect() as connection:
            name = connection.execute(
                select(API_KEY.c.name).where(
                    API_KEY.c.key_sha256 == hashed(key), API_KEY.c.disabled.is_(False)
                )
            ).scalar()
        return None if name is None else Session(f"key {name}", Role.AUDITOR, "", is_program=True)
