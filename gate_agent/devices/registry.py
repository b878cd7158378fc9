"""Finds device models by entry point (`gate_agent.drivers`); never by import."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from gate_agent.driver_api import Model
from gate_agent.errors import ConfigurationError

GROUP = "gate_agent.drivers"


def find_model(name: str) -> Model:
    """Return the model `name`, or what `pkg.mod:ATTRIBUTE` names.

    Raises ConfigurationError that lists the known ones.
    """
    if ":" in name:
        return _load_by_path(name)
    for point in _points():
        if point.name == name:
            return _model(point.load(), name)
    known = ", ".join(sorted(point.name for point in _points())) or "none installed"
    raise ConfigurationError([f"expected a driver ({known}) or pkg.mod:MODEL, got {name!r}"])


def all_models() -> list[Model]:
    """Return every installed model, by name."""
    return sorted((_model(p.load(), p.name) for p in _points()), key=lambda model: model.name)


def _points() -> list[EntryPoint]:
    return list(entry_points(group=GROUP))


def _load_by_path(name: str) -> Model:
    module, _, attribute = name.partition(":")
    try:
        loaded = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as exc:
        raise ConfigurationError([f"expected pkg.mod:MODEL, got {name!r}: {exc}"]) from exc
    return _model(loaded, name)


def _model(loaded: object, name: str) -> Model:
    if not isinstance(loaded, Model):
        got = type(loaded).__name__
        raise ConfigurationError([f"expected {name!r} to name a driver's Model, got a {got}"])
    return loaded
