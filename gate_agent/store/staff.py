"""Who may sign on at this door (值守人员账号): codes, names, roles, argon2 hashes of their PINs.

One small file beside the journal, its owner's alone; command and daemon change it under a lock.
No account is there by default: the first is made with a one-time code that the daemon says at its
start.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gate_agent.contract.access_records import GuardRole
from gate_agent.errors import ConfigurationError, StorageError
from gate_agent.host.files import write_whole
from gate_agent.host.passwords import kept_of

PIN_DIGITS = (6, 12)
MOST_ACCOUNTS = 200
_PIN = re.compile(r"[0-9]{6,12}")
_NAME = re.compile(r"[^\x00-\x1f<>&]{1,20}")
_PREFIX = {GuardRole.GUARD: "g", GuardRole.SUPERVISOR: "s", GuardRole.MAINTAINER: "m"}
_STEPS = ("01234567890123456789", "98765432109876543210")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One who may sign on. Events carry the code; the name stays on this board."""

    code: str
    name: str
    role: GuardRole
    pin_hash: str
    disabled: bool = False

    def __repr__(self) -> str:
        """Return the code alone."""
        return f"Account({self.code})"


class StaffBook:
    """The accounts of one door."""

    def __init__(self, journal: Path) -> None:
        """Take the journal's file; the accounts lie beside it."""
        self._path = journal.with_name(f"{journal.name}.staff.json")
        self._mark: tuple[int, int] | None = None
        self._accounts: tuple[Account, ...] = ()

    def accounts(self) -> tuple[Account, ...]:
        """Return every account; the file is read again when it was changed. Raises StorageError."""
        try:
            status = self._path.stat()
            mark = status.st_mtime_ns, status.st_ino
            if mark != self._mark:
                self._accounts = _parse(self._path.read_bytes())
                self._mark = mark
        except FileNotFoundError:
            self._mark, self._accounts = None, ()
        except (OSError, ValueError, KeyError, TypeError) as exc:
            what = f"expected the staff's accounts, got: {type(exc).__name__}"
            raise StorageError(f"{self._path}: {what}") from exc
        return self._accounts

    def active(self, code: str) -> Account | None:
        """Return an account that may sign on now."""
        accounts = (a for a in self.accounts() if a.code == code and not a.disabled)
        return next(accounts, None)

    def add(self, *, name: str, role: GuardRole, pin: str) -> Account:
        """Add an account. Raises ConfigurationError: a name or PIN that cannot be."""
        name = name.strip()
        if not _NAME.fullmatch(name):
            raise ConfigurationError(["name: expected 1 to 20 characters, got another text"])
        hashed = kept_of(checked_pin(pin))
        with self._changing() as accounts:
            if len(accounts) >= MOST_ACCOUNTS:
                raise ConfigurationError([f"staff: expected at most {MOST_ACCOUNTS}, got one more"])
            used = [int(a.code[1:]) for a in accounts if a.role is role]
            code = f"{_PREFIX[role]}{max(used, default=0) + 1:02d}"
            account = Account(code=code, name=name, role=role, pin_hash=hashed)
            accounts.append(account)
        return account

    def disable(self, code: str) -> Account:
        """Let an account sign on no more. Raises ConfigurationError for an unknown one."""
        return self._change(code, lambda account: replace(account, disabled=True))

    def set_pin(self, code: str, pin: str) -> Account:
        """Give an account another PIN, and let it sign on."""
        hashed = kept_of(checked_pin(pin))
        return self._change(code, lambda a: replace(a, pin_hash=hashed, disabled=False))

    def _change(self, code: str, change: Callable[[Account], Account]) -> Account:
        with self._changing() as accounts:
            for at, account in enumerate(accounts):
                if account.code == code:
                    accounts[at] = change(account)
                    return accounts[at]
        raise ConfigurationError([f"code: expected a code of the list, got {code[:8]!r}"])

    @contextmanager
    def _changing(self) -> Iterator[list[Account]]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            accounts = list(self.accounts())
            yield accounts
            kept = json.dumps([asdict(account) for account in accounts], ensure_ascii=False)
            write_whole(self._path, kept.encode())
        finally:
            os.close(lock)


def checked_pin(pin: str) -> str:
    """Return a PIN that is not among the first anybody tries. Raises ConfigurationError."""
    if not _PIN.fullmatch(pin):
        raise ConfigurationError(["pin: expected 6 to 12 digits, got another text"])
    repeats = any(pin == (pin[:n] * len(pin))[: len(pin)] for n in (1, 2, 3))
    if repeats or any(pin in steps for steps in _STEPS):
        raise ConfigurationError(["pin: expected one that is hard to guess, got a row or a repeat"])
    return pin


def one_time_code() -> str:
    """Return a code for the first account: 8 digits, as a person can type them."""
    return f"{secrets.randbelow(10**8):08d}"


def _parse(content: bytes) -> tuple[Account, ...]:
    return tuple(Account(**{**row, "role": GuardRole(row["role"])}) for row in json.loads(content))
