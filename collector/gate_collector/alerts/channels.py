"""Whom an alert goes to, by which service: Apprise for WeCom, DingTalk, Feishu, mail and SMS."""

from __future__ import annotations

import logging
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import Field

from gate_agent.config.load import load_config
from gate_agent.config.model import Section
from gate_agent.contract.policy import RotaEntry
from gate_agent.errors import ConfigurationError
from gate_collector.alerts.robots import ROBOTS, tell_robot

_LOG = logging.getLogger(__name__)
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Recipient(Section):
    """One person of the duty list, as the rota names them."""

    name: str = Field(min_length=1, max_length=40)
    urls: tuple[str, ...] = Field(min_length=1, description="Apprise addresses")


class Recipients(Section):
    """The file of channels: who is told, in the order of escalation."""

    person: tuple[Recipient, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class TryResult:
    """How one try over one service went."""

    channel: str
    sent: bool


class Messenger(Protocol):
    """Tells one person something."""

    def ready(self) -> None:
        """Load what telling needs, so that the first alert is as quick as the next."""
        ...

    def tell(self, recipient: Recipient, title: str, text: str) -> Sequence[TryResult]:
        """Try every address of this person."""
        ...


class AppriseMessenger:
    """Sends by Apprise, which is imported where there is somebody to tell."""

    def ready(self) -> None:
        """Import Apprise now: with 140 services that takes seconds from a cold disk."""
        import apprise  # noqa: PLC0415 as the line above says

        apprise.Apprise()

    def tell(self, recipient: Recipient, title: str, text: str) -> Sequence[TryResult]:
        """Try every address of this person."""
        import apprise  # noqa: PLC0415 as above

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log addresses
        replies = []
        for url in recipient.urls:
            kind = url.partition(":")[0]
            try:
                if kind in ROBOTS:
                    plugin = apprise.Apprise.instantiate(url)
                    sent = plugin is not None and tell_robot(url, plugin, title, text)
                else:
                    service = apprise.Apprise()
                    sent = service.add(url) and bool(service.notify(body=text, title=title))
            except Exception as exc:  # noqa: BLE001 the next address, and the next person, are tried
                _LOG.error("%s could not be told: %s", kind, type(exc).__name__)
                sent = False
            replies.append(TryResult(kind, sent))
        return replies


def load_recipients(path: Path | None) -> tuple[Recipient, ...]:
    """Return the people in the file; nobody without one. Raises ConfigurationError."""
    if path is None:
        return ()
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as exc:
        raise ConfigurationError([f"{path}: expected a file of channels, got: {exc}"]) from exc
    if mode & _OPEN_TO_OTHERS:
        raise ConfigurationError([f"{path}: expected mode 0600, got {mode:04o}"])
    return load_config(path, Recipients).person


def order(people: Sequence[Recipient], leader: RotaEntry | None) -> list[Recipient]:
    """Return who is told first, and to whom it is passed on: the leader on duty, then the list."""
    first = [person for person in people if leader is not None and person.name == leader.leader]
    return first + [person for person in people if person not in first]
