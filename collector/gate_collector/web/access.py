"""The four roles and what each may open. Pure, but for who acts now, which a request carries."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field


class Role(StrEnum):
    """What somebody is at the centre."""

    OFFICE = "office"  # 办公室
    LEADER = "leader"  # 带班领导
    AUDITOR = "auditor"  # 审计: reads everything but names
    MAINTAINER = "maintainer"  # 运维: no person, neither by name nor by reference


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed on."""

    name: str
    role: Role
    csrf: str


Record = Callable[[str, str, str], None]  # what was looked at or done, of whom, why
NOBODY = Session("", Role.OFFICE, "")  # without sign-on: whoever sits at this machine
CURRENT: ContextVar[Session] = ContextVar("session", default=NOBODY)

_EVERYBODY = frozenset(Role)
_READERS = frozenset({Role.OFFICE, Role.LEADER, Role.AUDITOR})
_ACTORS = frozenset({Role.OFFICE, Role.LEADER})
_RULES: tuple[tuple[str, str, frozenset[Role]], ...] = (  # the first that fits counts
    ("POST", "/sign-off", _EVERYBODY),
    ("GET", "/accounts", frozenset({Role.MAINTAINER})),
    ("POST", "/accounts", frozenset({Role.MAINTAINER})),
    ("GET", "/looks", frozenset({Role.AUDITOR})),
    ("POST", "/ledger/alarms", frozenset({Role.LEADER, Role.MAINTAINER})),
    ("POST", "/api/v1/reveal", _ACTORS),
    ("POST", "/api/v1/search", _READERS),
    ("GET", "/contacts", _READERS),
    ("POST", "/contacts", _ACTORS),
    ("GET", "/api/v1/events", _READERS),
    ("GET", "/api/v1/holds", _READERS),
    ("GET", "/events", _READERS),
    ("GET", "/quarantine", _READERS),
    ("GET", "/policy/", _READERS),  # the documents hold references
    ("POST", "/retention/run", frozenset({Role.OFFICE, Role.MAINTAINER})),
    ("POST", "/retention/erase", frozenset({Role.OFFICE})),
    ("POST", "/policy/mode", _ACTORS),
    ("POST", "/policy", frozenset({Role.OFFICE})),
    ("POST", "/reports", frozenset({Role.OFFICE})),
    ("POST", "/alerts/test", frozenset({Role.OFFICE, Role.MAINTAINER})),
    ("GET", "/", _EVERYBODY),
)
_OPEN = ("/healthz", "/static/", "/sign-on", "/answer/")


def is_open(path: str) -> bool:
    """Whether a path needs nobody to be signed on: an alert's link answers from any telephone."""
    return path.startswith(_OPEN)


def may(role: Role, method: str, path: str) -> bool:
    """Whether this role may do this."""
    method = "GET" if method == "HEAD" else method
    for known, prefix, roles in _RULES:
        if known == method and path.startswith(prefix):
            return role in roles
    return False


def _acting(typed: str) -> str:
    """Return who acts: whoever is signed on, whatever the form says."""
    return CURRENT.get().name or typed


By = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_acting)]
