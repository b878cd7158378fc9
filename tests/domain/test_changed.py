"""`changed.replace` is `dataclasses.replace` for the states of a door."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import gate_agent.domain
from gate_agent.contract.moment import Moment
from gate_agent.domain.changed import replace
from gate_agent.testing import FakeClock


def states() -> Iterator[type]:
    """Yield every dataclass of the domain."""
    for module in pkgutil.iter_modules(gate_agent.domain.__path__):
        name = f"gate_agent.domain.{module.name}"
        for one in vars(importlib.import_module(name)).values():
            if isinstance(one, type) and one.__module__ == name and dataclasses.is_dataclass(one):
                yield one


@pytest.mark.parametrize("kind", list(states()))
def test_any_field_of_any_state_changes_alone(kind: type) -> None:
    names = [field.name for field in dataclasses.fields(kind)]
    before: Any = object.__new__(kind)
    for name in names:
        object.__setattr__(before, name, f"old {name}")

    for name in names:
        after = replace(before, **{name: "new"})
        assert {n: getattr(after, n) for n in names} == {
            n: "new" if n == name else f"old {n}" for n in names
        }
        assert getattr(before, name) == f"old {name}"


def test_a_copy_equals_the_librarys() -> None:
    now: Moment = FakeClock().now()
    assert replace(now, boot_ns=7) == dataclasses.replace(now, boot_ns=7)
    assert hash(replace(now)) == hash(now)


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a field, got 'bot_ns'"):
        replace(FakeClock().now(), bot_ns=7)  # type: ignore[call-arg]
