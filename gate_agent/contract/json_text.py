"""Reads JSON that another program wrote: text with one meaning, or none. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from gate_agent.errors import ContractError

_DEEPEST = 32
_NAME = re.compile("[a-z_]{1,40}")  # of ours; another one may be of a person
# A text that does not end is one token up to the end, so that a scan is one pass.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


def read_json(document: bytes) -> Any:
    """Return the value in `document`.

    Raises ContractError, which names no content: it is not UTF-8 (a byte order mark is no JSON),
    not whole, has a key twice in one object, a number that is none, or too many levels.
    """
    try:
        value = json.loads(
            document.decode(), object_pairs_hook=_each_once, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise ContractError("expected UTF-8, got other bytes") from None
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno}, column {exc.colno}"
        raise ContractError(f"expected JSON, got something else at {where}") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # a number of thousands of digits
        raise ContractError("expected numbers, got one that is too long") from None
    _look_at_depth(value, 0)
    return value


def outermost(document: bytes) -> list[tuple[str, str]]:
    """Return keys and plain values of the outermost object, as far as they can be made out.

    For what must be heard although `read_json` refuses it: nothing is told of what is broken, a
    key may come twice, and values are told as they are written, texts without their quotes.
    """
    text = document.decode(errors="replace").replace("\0", "")
    pairs: list[tuple[str, str]] = []
    depth, key, before = 0, "", ""
    for part in _TOKEN.findall(text):
        if part in "{[":
            depth += 1
        elif part in "}]":
            depth -= 1
        elif part == ":":
            key = before
        elif depth == 1 and before == ":" and key.startswith('"'):
            pairs.append((_plain(key), _plain(part)))
        before = part
    return pairs


def _plain(part: str) -> str:
    """Return a text without quotes and escapes, anything else as it is."""
    try:
        return str(json.loads(part)) if part.startswith('"') else part
    except ValueError:
        return part


def _look_at_depth(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise _too_deep()
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _look_at_depth(inner, depth + 1)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        name = twice if _NAME.fullmatch(twice) else "one"
        raise ContractError(f"expected each key once, got {name} twice")
    return made


def _no_number(_: str) -> float:
    raise ContractError("expected numbers, got NaN or Infinity")


def _too_deep() -> ContractError:
    return ContractError(f"expected at most {_DEEPEST} levels, got more")
