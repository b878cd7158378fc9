"""How a running door is, asked as its own screen asks: is anybody there, are its devices well."""

from __future__ import annotations

import re
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate_agent.config.load import load_config
from gate_agent.config.model import GateConfig
from gate_agent.contract.json_text import ForeignJsonError, read_json

_ANSWERS_WITHIN_S = 3
_INFO = re.compile(r'^gate_info\{.*version="([^"]*)".*\} 1', re.MULTILINE)
_HOLDS = re.compile(r"^gate_holds_open (\S+)$", re.MULTILINE)
_WELL = re.compile(r'^gate_device_state\{device="([^"]*)".*state="ok".*\} 1', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLook:
    """What a door says of itself."""

    version: str
    holds: int
    is_free: bool  # nobody stands there, and nobody waits
    is_healthy: bool
    well: frozenset[str]  # devices that are


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDoor:
    """One door of this board."""

    unit: str
    config_file: Path
    journal: Path
    address: str

    @classmethod
    def of_unit(cls, unit: str, config_file: Path) -> RunningDoor:
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
        """Ask it; None while it does not answer.

        A door that answers at one address of a hall alone tells its state to who is signed on; its
        figures it tells everybody, and who stands there is then not known.
        """
        health = _object(self.read("/healthz"))
        state = _object(self.read("/api/v1/state"))
        try:
            if "holds" in state:
                return from_state(state, health)
            return from_figures(self.read("/metrics").decode("utf-8"), health)
        except (KeyError, TypeError, AttributeError, ValueError):
            return None

    def read(self, path: str) -> bytes:
        """Return what stands there, also with a refusal; nothing where nobody answers."""
        context = None
        if self.address.startswith("https:"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False  # this board's own program: nothing is told to it
            context.verify_mode = ssl.CERT_NONE
        try:
            with urllib.request.urlopen(  # noqa: S310 http to this board
                f"{self.address}{path}", timeout=_ANSWERS_WITHIN_S, context=context
            ) as answer:
                content: bytes = answer.read()
        except urllib.error.HTTPError as exc:
            content = exc.read()
        except OSError:
            content = b""
        return content


def from_state(state: Any, health: Any) -> DoorLook:
    """Read what the door's own screen shows."""
    passage = state["passage"]
    waits = bool(state["desk"]) or bool(passage and passage["waits_for"])
    return DoorLook(
        version=state["gate"]["version"],
        holds=len(state["holds"]),
        is_free=not waits and state["live_centi_c"] is None,
        is_healthy=health["status"] == "ok",
        well=frozenset(name for name, it in state["devices"].items() if it["state"] == "ok"),
    )


def from_figures(text: str, health: Any) -> DoorLook:
    """Read the door's figures, where its state is for who is signed on."""
    (version,) = _INFO.findall(text)
    (holds,) = _HOLDS.findall(text)
    return DoorLook(
        version=version,
        holds=round(float(holds)),
        is_free=True,
        is_healthy=health["status"] == "ok",
        well=frozenset(_WELL.findall(text)),
    )


def _object(content: bytes) -> Any:
    try:
        read = read_json(content)
    except ForeignJsonError:
        return {}
    return read if isinstance(read, dict) else {}
