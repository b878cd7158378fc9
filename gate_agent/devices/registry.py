"""Finds device models by entry point (`gate_agent.drivers`); never by import.

A driver's package may be somebody else's, and may have been written for another version of the
product: what cannot be loaded is named, and nothing else suffers by it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from gate_agent.config.model import DeviceSection
from gate_agent.driver_api import API_VERSION, Model, Options, OptionsFault
from gate_agent.errors import ConfigurationError

GROUP = "gate_agent.drivers"


class DriverUnusableError(ConfigurationError):
    """A driver is installed and cannot be used here: its package is to be mended or updated."""


def find_model(name: str) -> Model:
    """Return the model `name`, or what `pkg.mod:ATTRIBUTE` names.

    Raises ConfigurationError that lists the known ones; DriverUnusableError for one that is there.
    """
    if ":" in name:
        return _load_by_path(name)
    points = [point for point in _points() if point.name == name]
    if len(points) > 1:
        where = " and ".join(sorted(point.value for point in points))
        raise ConfigurationError([f"expected one driver called {name!r}, got {where}"])
    if points:
        return _load(points[0])
    known = ", ".join(sorted(point.name for point in _points())) or "none installed"
    raise ConfigurationError([f"expected a driver ({known}) or pkg.mod:MODEL, got {name!r}"])


def parse_options(model: Model, section: DeviceSection) -> Options:
    """Return the section's options as the driver has them. Raises ConfigurationError."""
    try:
        return model.parse_options(section.options)
    except OptionsFault as exc:
        raise ConfigurationError([f"options of {model.name}: {exc}"]) from exc


def all_models() -> list[Model]:
    """Return every installed model that can be used, by name."""
    models, _ = installed()
    return models


def installed() -> tuple[list[Model], list[str]]:
    """Return every installed model by name, and what is wrong with those that cannot be used."""
    models: list[Model] = []
    faults: list[str] = []
    for point in sorted(_points(), key=lambda one: one.name):
        try:
            models.append(find_model(point.name))
        except ConfigurationError as exc:
            faults += exc.faults
    return models, faults


def _points() -> list[EntryPoint]:
    return list(entry_points(group=GROUP))


def _load(point: EntryPoint) -> Model:
    try:
        loaded = point.load()
    except Exception as exc:
        why = f"{type(exc).__name__}: {exc}"
        expected = f"expected the driver {point.name} to load"
        raise DriverUnusableError([f"{expected}, got {why}"]) from exc
    return _model(loaded, point.name)


def _load_by_path(name: str) -> Model:
    module, _, attribute = name.partition(":")
    try:
        loaded = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as exc:
        raise ConfigurationError([f"expected pkg.mod:MODEL, got {name!r}: {exc}"]) from exc
    except Exception as exc:
        why = f"{type(exc).__name__}: {exc}"
        raise DriverUnusableError([f"expected the driver {name} to load, got {why}"]) from exc
    return _model(loaded, name)


def _model(loaded: object, name: str) -> Model:
    if not isinstance(loaded, Model):
        got = type(loaded).__name__
        raise ConfigurationError([f"expected {name!r} to name a driver's Model, got a {got}"])
    if loaded.api != API_VERSION:
        expected = f"expected the driver {name} to be of driver API {API_VERSION}"
        raise DriverUnusableError([f"{expected}, got {loaded.api}: update its package"])
    return loaded
