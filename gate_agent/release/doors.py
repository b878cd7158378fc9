"""How a running door is, asked as its own screen asks: is anybody there, are its devices well."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig

_ANSWERS_WITHIN_S = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLook:
    """What a door says of itself."""

    version: str
    holds: int
    is_free: bool  # nobody stands there, and nobody waits
    is_healthy: bool
    well: frozenset[str]  # devices that are


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One door of this board."""

    unit: str
    config_file: Path
    journal: Path
    address: str

    @classmethod
    def of_unit(cls, unit: str, config_file: Path) -> Door:
        """Read where this door answers. Raises ConfigurationError."""
        config = load_config(config_file, GateConfig)
        scheme = "http" if config.web.cert_file is None else "https"
        host = "127.0.0.1" if config.web.is_everywhere else config.web.host
        return cls(
            unit=unit,
            config_file=config_file,
            journal=config.journal.path,
            address=f"{scheme}://{f'[{host}]' if ':' in host else host}:{config.web.port}",
        )

    def now(self) -> DoorLook | None:
        """Ask it; None while it does not answer."""
        state = self._get("/api/v1/state")
        health = self._get("/healthz")
        if state is None or health is None:
            return None
        try:
            return _read(state, health)
        except (KeyError, TypeError, AttributeError):
            return None

    def _get(self, path: str) -> Any:
        context = None
        if self.address.startswith("https:"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False  # this board's own program: nothing is told to it
            context.verify_mode = ssl.CERT_NONE
        try:
            with urllib.request.urlopen(  # noqa: S310 http to this board
                f"{self.address}{path}", timeout=_ANSWERS_WITHIN_S, context=context
            ) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as exc:
            try:
                return json.load(exc)
            except ValueError:
                return None
        except (OSError, ValueError):
            return None


def _read(state: Any, health: Any) -> DoorLook:
    passage = state["passage"]
    waits = bool(state["desk"]) or bool(passage and passage["waits_for"])
    return DoorLook(
        version=state["gate"]["version"],
        holds=len(state["holds"]),
        is_free=not waits and state["live_centi_c"] is None,
        is_healthy=health["status"] == "ok",
        well=frozenset(name for name, it in state["devices"].items() if it["state"] == "ok"),
    )
