"""The roles, and who acts now, which a request carries."""

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
    DISPLAY = "display"  # 大屏: a screen on a wall; the live page, and nothing else


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed on, or a program with its key."""

    name: str
    role: Role
    csrf: str
    is_program: bool = False


Record = Callable[[str, str, str], None]  # what was looked at or done, of whom, why
THIS_MACHINE = Session("", Role.OFFICE, "")  # without sign-on: whoever sits at this machine
CURRENT: ContextVar[Session | None] = ContextVar("session", default=None)
STANDS: ContextVar[Callable[[], bool]] = ContextVar("stands", default=lambda: True)


def acting() -> Session:
    """Return who acts now; what no request asked for, this machine does."""
    return CURRENT.get() or THIS_MACHINE


def still_stands() -> Callable[[], bool]:
    """Return a function that tells whether this request's session still runs, for long answers."""
    return STANDS.get()


def _acting(typed: str) -> str:
    """Return who acts: whoever is signed on, whatever the form says."""
    return acting().name or typed


By = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_acting)]
