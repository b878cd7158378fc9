"""Passwords and PINs, kept as argon2id hashes: at door and centre with the same parameters.

One check takes 19 MiB (OWASP's second choice of parameters), so whoever offers checks to strangers
does one at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Of no password: what an unknown account is held against, so that it takes as long as a known one.
_DECOY = (
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def kept_of(password: str) -> str:
    """Return the hash that is stored in a password's place."""
    return _hasher().hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Tell whether a password fits the stored hash; nothing fits None."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 as _hasher

    try:
        return _hasher().verify(_DECOY if kept is None else kept, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Tell whether a stored hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(kept)


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 loaded when the first one signs on

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
