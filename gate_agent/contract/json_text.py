"""Reads JSON that another program made: the one place for what its bytes may do to us. Pure.

What not every reader of JSON reads alike is refused: a key twice (one reader takes the first,
another the last), NaN, halves of characters, another encoding than UTF-8; and so are more levels or
bytes than anything of ours has. A test lets nobody else call `json.loads`.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from functools import partial
from typing import Any, Final, Literal

from gate_agent.errors import ContractError

DEEPEST = 32
LARGEST = 8 * 1024 * 1024  # a province's roster
WIDEST = 2**63  # what a store's whole number holds
_NAME = re.compile("[a-z_]{1,40}")  # of ours; another one may be of a person
# A text that does not end is one token up to the end, so that a scan is one pass.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_LOOKED_AT = frozenset({int, float, list})


class ForeignJsonError(ContractError):
    """The bytes are no JSON of ours; says nothing of what stood in them."""

    def __init__(self, expected: str, got: str, *, is_text: bool = False) -> None:
        """`is_text`: what is wrong is a text in it, and not its form."""
        super().__init__(f"expected {expected}, got {got}")
        self.is_text = is_text


class _OddNumber:
    """Stands for a number that is not finite, or too wide: no field of ours takes it."""

    __slots__ = ()

    def __deepcopy__(self, _: object) -> _OddNumber:
        return self

    def __repr__(self) -> str:
        return "ODD_NUMBER"


ODD_NUMBER: Final = _OddNumber()


def read_json(
    document: bytes | str,
    *,
    most_bytes: int = LARGEST,
    odd_numbers: Literal["refuse", "mark"] = "refuse",
) -> Any:
    """Return what JSON says. Raises ForeignJsonError, and nothing else, whatever the bytes.

    `mark`: a number that is not finite, or has more than 63 bits, comes as ODD_NUMBER, so that it
    spoils the field that it stands in, and not the message.
    """
    marks = odd_numbers == "mark"
    if len(document) > most_bytes:
        raise ForeignJsonError(f"at most {most_bytes} bytes", "more")
    try:
        text = document if isinstance(document, str) else document.decode()
        tree = json.loads(text, object_pairs_hook=partial(_each_once, marks))
        tree = _fit(tree, marks=marks)
    except RecursionError:
        raise _too_deep() from None
    except ForeignJsonError:
        raise
    except UnicodeDecodeError:
        raise ForeignJsonError("UTF-8", "other bytes") from None
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno}, column {exc.colno}"
        raise ForeignJsonError("JSON", f"something else at {where}") from None
    except ValueError:
        raise ForeignJsonError("numbers", "one that is too long") from None
    if text.count("[") + text.count("{") > DEEPEST:
        _look(tree, 0)
    if "\\u" in text:
        _look_for_halves(tree)
    return tree


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


def _each_once(marks: bool, pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # noqa: FBT001 of a partial
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        name = twice if _NAME.fullmatch(twice) else "one"
        raise ForeignJsonError("each key once", f"{name} twice")
    for key, value in pairs:
        if type(value) in _LOOKED_AT:
            made[key] = _fit(value, marks=marks)
    return made


def _fit(value: Any, *, marks: bool) -> Any:
    """Return a value whose numbers any store holds; what is in its objects was looked at."""
    if isinstance(value, list):
        return [_fit(inner, marks=marks) if type(inner) in _LOOKED_AT else inner for inner in value]
    if isinstance(value, float):
        fits = math.isfinite(value)
    else:
        fits = not isinstance(value, int) or -WIDEST <= value < WIDEST
    if fits:
        return value
    if marks:
        return ODD_NUMBER
    raise ForeignJsonError("a number of at most 63 bits", "another")


def _look(value: Any, depth: int) -> None:
    if not isinstance(value, dict | list):
        return
    if depth == DEEPEST:
        raise _too_deep()
    for inner in value.values() if isinstance(value, dict) else value:
        _look(inner, depth + 1)


def _look_for_halves(tree: Any) -> None:
    try:
        json.dumps(tree, ensure_ascii=False, default=repr).encode()
    except UnicodeEncodeError:
        raise ForeignJsonError("whole characters", "halves", is_text=True) from None


def _too_deep() -> ForeignJsonError:
    return ForeignJsonError(f"at most {DEEPEST} levels", "more")
