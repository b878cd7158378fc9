"""What tells Home Assistant of this door (智能家居发现), where the site wants it: figures, nobody.

Home Assistant's device discovery: one retained message at `<prefix>/device/<site>/<gate>/config`
names the device and its entities, and where each reads its state. An empty one there takes all of
them back. Which topics hold something of ours is kept beside the journal, so that what was
switched off, or has another prefix now, is removed at the next connection.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gate_agent.contract.door_figures import DoorFigures
from gate_agent.contract.json_text import ForeignJsonError, read_json
from gate_agent.contract.messages import Topics
from gate_agent.contract.policy import HallMode
from gate_agent.contract.records import DeviceState
from gate_agent.contract.thermometer import Trust
from gate_agent.host.files import write_whole
from gate_agent.words import LANGS, word

Retain = Callable[[str, bytes], None]
Tree = dict[str, Any]
_LOG = logging.getLogger(__name__)
HOME_ASSISTANT = "homeassistant"  # the prefix that Home Assistant listens at, unless told another
_ONLINE = "{{ 'online' if value_json.state == 'online' else 'offline' }}"
_QOS = 1


class Beside:
    """What a door retains at the broker beside its state: nothing."""

    def connected(self, retain: Retain) -> None:
        """Tell it at a new connection."""

    def beat(self, retain: Retain) -> None:
        """Tell it again: the connection lives, and figures change."""


def config_topic(prefix: str, topics: Topics) -> str:
    """Return where a door's entities are told; `topics` may be those of an access rule."""
    return f"{prefix}/device/{topics.site}/{topics.gate}/config"


class Discovery(Beside):
    """Retains a door's entities and figures, or takes them back."""

    def __init__(
        self,
        prefix: str | None,
        *,
        topics: Topics,
        name: str,
        version: str,
        figures: Callable[[], DoorFigures],
        kept: Path,
    ) -> None:
        self._topics = topics
        self._name = name
        self._version = version
        self._figures = figures
        self._kept = kept
        self._config = None if prefix is None else config_topic(prefix, topics)
        self._wanted = set() if self._config is None else {self._config, topics.figures}
        self._retained = self._read()

    def connected(self, retain: Retain) -> None:
        """Take back what is no more wanted, and tell what is.

        What is taken back is forgotten when the connection proved that it lives.
        """
        for topic in sorted(self._retained - self._wanted):
            retain(topic, b"")
        self._keep(self._retained | self._wanted)
        if self._config is not None:
            retain(self._config, self._entities(self._figures()))
            self.beat(retain)

    def beat(self, retain: Retain) -> None:
        """Tell the figures as they are now."""
        self._keep(self._wanted)
        if self._config is not None:
            retain(self._topics.figures, self._figures().encode())

    def _entities(self, now: DoorFigures) -> bytes:
        name, own = self._name, f"{self._topics.site}-{self._topics.gate}"
        entities = [*_entities(self._topics.state, now.devices)]
        tree = {
            "device": {
                "identifiers": [f"gate-agent-{own}"],
                "name": name,
                "manufacturer": "gate-agent",
                "model": _both("home_assistant.model"),
                "sw_version": self._version,
            },
            "origin": {"name": "gate-agent", "sw_version": self._version},
            "state_topic": self._topics.figures,
            "qos": _QOS,
            "components": {
                key: entity
                | {
                    "unique_id": f"gate-agent-{own}-{key}",
                    "default_entity_id": _entity_id(entity, self._topics.gate, key),
                    "name": _named(key),
                }
                | _when_online(key, self._topics.state)
                for key, entity in entities
            },
        }
        return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()

    def _read(self) -> set[str]:
        try:
            kept = read_json(self._kept.read_bytes())
        except FileNotFoundError:
            return set()
        except (OSError, ForeignJsonError) as exc:
            _LOG.warning("what is retained at the broker is not known: %s", type(exc).__name__)
            return set()
        return set(map(str, kept)) if isinstance(kept, list) else set()

    def _keep(self, topics: set[str]) -> None:
        if topics == self._retained:
            return
        try:
            write_whole(self._kept, json.dumps(sorted(topics)).encode())
        except OSError as exc:
            _LOG.warning("what is retained at the broker is not kept: %s", exc)
            return
        self._retained = topics


def _entity_id(entity: Tree, gate: str, key: str) -> str:
    """Return how automations name it: the two languages of its name would be spelt out."""
    return f"{entity['platform']}.gate_{gate}_{key}".replace("-", "_")


def _named(key: str) -> str:
    kind, _, device = key.partition("-")
    return _both(f"device_kind.{device}" if device else f"home_assistant.{kind}")


def _both(key: str) -> str:
    return " ".join(word(key, lang) for lang in LANGS)


def _when_online(key: str, state: str) -> Tree:
    """Return when an entity says something: all but `online` itself, which says it."""
    if key == "online":
        return {}
    return {"availability": [{"topic": state, "value_template": _ONLINE}]}


def _entities(state: str, devices: Iterable[str]) -> list[tuple[str, Tree]]:
    """Return every entity by its key."""
    return [
        (
            "online",
            _flag("value_json.state == 'online'", "connectivity") | {"state_topic": state},
        ),
        ("hall_mode", _one_of("hall_mode", HallMode)),
        ("thermometer", _one_of("thermometer", Trust)),
        *(
            (f"device-{one}", _one_of(f"devices['{one}']", DeviceState) | _DIAGNOSTIC)
            for one in devices
        ),
        ("holds_open", _count("holds_open", "measurement")),
        ("holds_overdue", _count("holds_overdue", "measurement")),
        ("hold", _flag("value_json.holds_open > 0", "problem")),
        ("admitted", _count("admitted", "total_increasing")),
        ("denied", _count("denied", "total_increasing")),
        ("held", _count("held", "total_increasing")),
        ("inside", _count("inside", "measurement")),
        ("unkept", _flag("not value_json.writable", "problem") | _DIAGNOSTIC),
        ("clock", _flag("value_json.clock != 'synced'", "problem") | _DIAGNOSTIC),
    ]


_DIAGNOSTIC: Tree = {"entity_category": "diagnostic"}


def _one_of(field: str, words: Iterable[str]) -> Tree:
    return {
        "platform": "sensor",
        "device_class": "enum",
        "options": [str(one) for one in words],
        "value_template": f"{{{{ value_json.{field} }}}}",
    }


def _count(field: str, kind: str) -> Tree:
    return {
        "platform": "sensor",
        "state_class": kind,
        "value_template": f"{{{{ value_json.{field} }}}}",
    }


def _flag(condition: str, kind: str) -> Tree:
    return {
        "platform": "binary_sensor",
        "device_class": kind,
        "value_template": f"{{{{ 'ON' if {condition} else 'OFF' }}}}",
    }
