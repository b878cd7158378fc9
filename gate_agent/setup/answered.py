"""What a door is asked (问题): each with its default, and what can be made of an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gate_agent.config.model import DeviceSection, MqttSection
from gate_agent.contract.messages import Name
from gate_agent.devices.registry import all_models
from gate_agent.driver_api import DeviceKind
from gate_agent.errors import ConfigurationError
from gate_agent.provision.bundle import Bundle, BundleKind, read_bundle
from gate_agent.setup.asking import Answers, UnusableAnswer, yes_or_no
from gate_agent.setup.config_text import Changes, Value
from gate_agent.setup.looking import AT_EVERY_DOOR, Seen
from gate_agent.validation import device_faults

_NAME, _DEVICE = TypeAdapter(Name), TypeAdapter(DeviceSection)
_LOCAL = "mqtt://127.0.0.1:1883"
_LONGEST_NAME = 60
_NONE = "-"  # an empty answer is the default
Tree = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Which door is set up, with what keys."""

    id: str
    site: str
    bundle: Bundle | None


def ask_door(answers: Answers, known: Sequence[str], site: str) -> Door:
    """Ask for a bundle of keys, without one for hall and door; `known` are doors of this board."""
    bundles: list[Bundle] = []

    def bundle_in(answer: str) -> str:
        if answer:
            bundles[:] = [_door_bundle(Path(answer))]
        return answer

    answers.ask("bundle", "", bundle_in)
    if bundles:
        return Door(id=bundles[0].name, site=bundles[0].site, bundle=bundles[0])
    hall = answers.ask("site", site or "hall-01", _name)
    door = answers.ask("door", known[0] if known else "west-1f", _name)
    return Door(id=door, site=hall, bundle=None)


def ask_rest(answers: Answers, door: Door, before: Tree, seen: Sequence[Seen]) -> Changes:
    """Ask everything else; `before` is what the door's file says now. Return what is to be set."""

    def now(section: str, key: str, otherwise: str) -> str:
        return str(before.get(section, {}).get(key, otherwise))

    name = answers.ask("name", now("gate", "name", door.id), _shown_name)
    changes: dict[str, dict[str, Value]] = {
        "gate": {"site": door.site, "id": door.id, "name": name}
    }
    for kind in AT_EVERY_DOOR:
        parse = partial(_device, kind=kind, seen=seen)
        answer = answers.ask(kind.value, _device_before(before, kind, seen), parse)
        driver, _, port = answer.partition(" ")
        changes[kind.value] = {"driver": driver, "port": port}
    has_keys = door.bundle is not None or "ca_file" in before.get("mqtt", {})
    url = door.bundle.broker if door.bundle is not None else now("mqtt", "url", _LOCAL)
    changes["mqtt"] = {"url": answers.ask("broker", url, partial(_broker, tls=has_keys))}
    camera = answers.ask("camera", now("camera", "device", ""), _camera)
    if camera or before.get("camera", {}).get("device"):
        changes["camera"] = {"device": camera or None}
    signs_on = "yes" if before.get("web", {}).get("sign_on", True) else "no"
    changes["web"] = {"sign_on": answers.ask("sign_on", signs_on, yes_or_no) == "yes"}
    answers.end()
    return changes


def with_keys(door: Door, files: Path) -> Changes:
    """Return where the keys of a bundle are named, once they are in `files`."""
    return {
        "mqtt": {
            "ca_file": f"{files}/ca.crt",
            "cert_file": f"{files}/{door.id}.crt",
            "key_file": f"{files}/{door.id}.key",
        },
        "keys": {
            "site_key_file": f"{files}/site.key",
            "collector_public_key_file": f"{files}/collector.pub",
        },
        "signatures": {
            "key_file": f"{files}/signing.key",
            "warrant_file": f"{files}/signing.warrant",
            "roots_file": f"{files}/signers.pub",
        },
    }


def _door_bundle(path: Path) -> Bundle:
    try:
        bundle = read_bundle(path)
    except ConfigurationError as exc:
        raise UnusableAnswer("bundle", got=str(exc)) from exc
    if bundle.kind is not BundleKind.DOOR:
        raise UnusableAnswer("door_bundle", got=bundle.name)
    return bundle


def _name(answer: str) -> str:
    try:
        return _NAME.validate_python(answer)
    except ValidationError:
        raise UnusableAnswer("name_of_topic", got=answer) from None


def _shown_name(answer: str) -> str:
    if not 0 < len(answer) <= _LONGEST_NAME or not answer.isprintable():
        raise UnusableAnswer("shown_name", got=len(answer))
    return answer


def _device_before(before: Tree, kind: DeviceKind, seen: Sequence[Seen]) -> str:
    """Return the device that is configured, else the first of its kind that answered."""
    section = before.get(kind.value, {})
    if section.get("driver") and section.get("port"):
        return f"{section['driver']} {section['port']}"
    return next((f"{one.driver} {one.port}" for one in seen if one.kind is kind), "")


def _device(answer: str, *, kind: DeviceKind, seen: Sequence[Seen]) -> str:
    """Take the number of a device in the list, or `DRIVER PORT`."""
    if answer.isdecimal() and 0 < int(answer) <= len(seen):
        chosen = seen[int(answer) - 1]
        answer = f"{chosen.driver} {chosen.port}"
    driver, _, port = answer.partition(" ")
    port = port.strip()
    drivers = ", ".join(model.name for model in all_models() if model.kind is kind)
    if not port:
        raise UnusableAnswer("device", drivers=drivers, got=answer)
    try:
        section = _DEVICE.validate_json(json.dumps({"driver": driver, "port": port}))
    except ValidationError:
        raise UnusableAnswer("device", drivers=drivers, got=answer) from None
    if faults := device_faults(kind.value, section):
        raise UnusableAnswer("driver", drivers=drivers, got=faults[0].partition(": ")[2])
    return f"{driver} {port}"


def _broker(answer: str, *, tls: bool) -> str:
    url = answer if "://" in answer else f"{'mqtts' if tls else 'mqtt'}://{answer}"
    try:
        section = MqttSection(url=url)
        port = section.port
    except ValidationError:
        raise UnusableAnswer("broker", got=answer) from None
    if tls and not section.tls:
        raise UnusableAnswer("broker_tls", got=answer)
    if not 0 < port < 1 << 16:
        raise UnusableAnswer("broker", got=answer)
    return url


def _camera(answer: str) -> str:
    if answer == _NONE:
        return ""
    if answer and not re.fullmatch(r"/\S+", answer):
        raise UnusableAnswer("camera", got=answer)
    return answer
