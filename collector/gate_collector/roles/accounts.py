"""Accounts and sessions: argon2id, tokens of which the hash is kept, no default account."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from threading import Lock

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.errors import AskedInVain
from gate_agent.host.passwords import fits, is_outdated, kept_of
from gate_collector.centre import Centre
from gate_collector.roles.session import Role, Session, acting
from gate_collector.store.schema_office import ACCOUNT, LOOK, SESSION

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
LONGEST_OF_A_DISPLAY = timedelta(days=90)  # nobody is at a wall to sign on; it sees no person
SHORTEST_PASSWORD = 10


class Denied(AskedInVain):
    """What was asked is denied; `code` says why in a word, and never whether a name is known."""


class Accounts:
    """The accounts of one centre. Safe to use from any thread."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._lock = Lock()
        self._code = secrets.token_hex(8) if self._is_first() else ""

    @property
    def first_code(self) -> str:
        """The one-time code that makes the first account; empty once there is one."""
        if self._code and not self._is_first():  # another worker made it
            self._code = ""
        return self._code

    def begin(self, code: str, name: str, password: str) -> bool:
        """Make the first account, a maintainer's, with the code; True. Raises Denied."""
        with self._lock:
            known = self.first_code
            if not known or not secrets.compare_digest(code.encode(), known.encode()):
                raise Denied("code", "expected the code that the collector told at its first start")
            self._make(name, Role.MAINTAINER, password)
            self._record(Session(name, Role.MAINTAINER, ""), "first account", name, "")
            self._code = ""
        return True

    def make(self, name: str, role: Role, password: str) -> None:
        """Make an account. Raises Denied when the name is taken."""
        self._make(name, role, password)
        self.record("account made", name, role.value)

    def _make(self, name: str, role: Role, password: str) -> None:
        row = {"name": name, "role": role.value, "password": kept_of(password),
               "made": format_utc(self._centre.now), "disabled": False}  # fmt: skip
        try:
            with self._centre.engine.begin() as connection:
                connection.execute(ACCOUNT.insert().values(row))
        except IntegrityError:
            raise Denied("taken", "expected a name that is free, got one that is taken") from None

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password, and let it sign on; its sessions end now.

        Raises Denied for an unknown one.
        """
        new = {"password": kept_of(password), "disabled": False}
        with self._centre.engine.begin() as connection:
            account = ACCOUNT.update().where(ACCOUNT.c.name == name)
            if not connection.execute(account.values(new)).rowcount:
                raise Denied("unknown", "expected an account, got none of this name")
            connection.execute(delete(SESSION).where(SESSION.c.name == name))
        self.record("password set", name, "")

    def disable(self, name: str) -> None:
        """Disable an account; its sessions end now. Raises Denied for the last maintainer's."""
        maintainers = select(ACCOUNT.c.name).where(
            ACCOUNT.c.role == Role.MAINTAINER.value, ACCOUNT.c.disabled.is_(False)
        )
        with self._centre.engine.begin() as connection:
            if connection.execute(maintainers).scalars().all() == [name]:
                raise Denied("last", "expected another maintainer, got the last one")
            connection.execute(ACCOUNT.update().where(ACCOUNT.c.name == name).values(disabled=True))
            connection.execute(delete(SESSION).where(SESSION.c.name == name))
        self.record("account disabled", name, "")

    def kept_of(self, name: str) -> str | None:
        """Return the hash of an account's password; None for one that may not sign on."""
        with self._centre.engine.connect() as connection:
            return connection.execute(
                select(ACCOUNT.c.password).where(
                    ACCOUNT.c.name == name, ACCOUNT.c.disabled.is_(False)
                )
            ).scalar()

    def sign_on(self, name: str, password: str) -> str:
        """Return the token of a new session. Raises Denied. It costs time and memory."""
        kept = self.kept_of(name)
        if not fits(kept, password) or kept is None:
            raise Denied("wrong", "expected a name and its password, got another")
        token = secrets.token_hex(32)
        now = format_utc(self._centre.now)
        row = {"token_sha256": hashed(token), "name": name, "csrf": secrets.token_hex(16),
               "begun": now, "seen": now}  # fmt: skip
        with self._centre.engine.begin() as connection:
            connection.execute(SESSION.insert().values(row))
            if is_outdated(kept):
                account = ACCOUNT.update().where(ACCOUNT.c.name == name, ACCOUNT.c.password == kept)
                connection.execute(account.values(password=kept_of(password)))
        return token

    def session(self, token: str) -> Session | None:
        """Return who holds this token, if the session still runs."""
        now = self._centre.now
        token_row = SESSION.c.token_sha256 == hashed(token)
        with self._centre.engine.begin() as connection:
            row = connection.execute(
                select(SESSION, ACCOUNT.c.role)
                .join(ACCOUNT, ACCOUNT.c.name == SESSION.c.name)
                .where(token_row, ACCOUNT.c.disabled.is_(False))
            ).first()
            if row is None:
                return None
            seen, begun = parse_utc(row.seen), parse_utc(row.begun)
            if now - seen > IDLE or now - begun > longest(Role(row.role)):
                connection.execute(delete(SESSION).where(token_row))
                return None
            if now - seen > timedelta(minutes=1):
                connection.execute(SESSION.update().where(token_row).values(seen=format_utc(now)))
        return Session(row.name, Role(row.role), row.csrf)

    def sign_off(self, token: str) -> None:
        """End a session, at the server."""
        with self._centre.engine.begin() as connection:
            connection.execute(delete(SESSION).where(SESSION.c.token_sha256 == hashed(token)))

    def record(self, what: str, subject: str, why: str) -> None:
        """Record that whoever acts now looked at something, or changed an account."""
        self._record(acting(), what, subject, why)

    def _record(self, who: Session, what: str, subject: str, why: str) -> None:
        row = {"at": format_utc(self._centre.now), "who": who.name, "role": who.role.value,
               "what": what, "subject": subject, "why": why}  # fmt: skip
        with self._centre.engine.begin() as connection:
            connection.execute(LOOK.insert().values(row))

    def _is_first(self) -> bool:
        with self._centre.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(ACCOUNT)).scalar_one() == 0


def longest(role: Role) -> timedelta:
    """Return after how long somebody of this role must sign on again, whatever they do."""
    return LONGEST_OF_A_DISPLAY if role is Role.DISPLAY else LONGEST


def hashed(token: str) -> str:
    """Return the hash that is stored in a token's place."""
    return sha256(token.encode()).hexdigest()
