"""The document of the next version: what was changed, and all that a newer centre said beside it.

Two versions of the centre may take turns at one store. The older one knows fewer settings: those
that it does not know, and values that it cannot read, go on as they are until somebody sets them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from gate_agent.contract.policy import Policy
from gate_agent.contract.policy_document import without_later


def next_document(
    before: Mapping[str, Any], old: Policy, new: Policy, given: Collection[str]
) -> bytes:
    """Return the bytes of `new`, which was made from `old`, which was read from `before`.

    What is `given` is set, also where it is what `old` was read as.
    """
    read, set_ = old.model_dump(mode="json"), new.model_dump(mode="json")
    return to_json(without_later(_carried(before, read, set_, new, given), new))


def _carried(
    before: Mapping[str, Any],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    model: BaseModel,
    given: Collection[str] = (),
) -> dict[str, Any]:
    carried: dict[str, Any] = {}
    for name, value in new.items():
        part, was = getattr(model, name), before.get(name)
        if isinstance(part, BaseModel) and isinstance(was, dict):
            carried[name] = _carried(was, old.get(name) or {}, value, part)
        elif name in before and name not in given and old.get(name) == value:
            carried[name] = was
        else:
            carried[name] = value
    known = type(model).model_fields
    return carried | {name: value for name, value in before.items() if name not in known}
