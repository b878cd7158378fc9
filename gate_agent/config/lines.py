"""On which line of a file a value stands, asked once the file is known to be at fault. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from gate_agent.contract.json_text import WIDEST

Path = Sequence[str | int]
LineOf = Callable[[Path], int | None]
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_NO_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})  # which Python's reader takes
_MOST_LINES = 1000  # more than any file of ours has; what stands further down is told without


def toml_lines(text: str) -> LineOf:
    """Return what tells where a path of this TOML begins, as far as it is there.

    TOML's own parser is asked: the first lines of a file are TOML as well, up to each statement's
    end, so that a value begins after the last end before it is there.
    """
    lines = [f"{line}\n" for line in text.split("\n")[:_MOST_LINES]]

    @cache
    def tree(count: int) -> tuple[int, dict[str, Any]]:
        """Return how many of the first `count` lines are whole statements, and what they say."""
        while count:
            try:
                return count, tomllib.loads("".join(lines[:count]))
            except tomllib.TOMLDecodeError:
                count -= 1
        return 0, {}

    def line_of(path: Path) -> int | None:
        for depth in range(len(path), 0, -1):  # what is missing is missing in what is around it
            part = path[:depth]
            if _is_in(tree(len(lines))[1], part):
                end = bisect_left(range(len(lines)), 1, key=lambda n: _is_in(tree(n)[1], part))
                return tree(end - 1)[0] + 1
        return None

    return line_of


def json_lines(text: str) -> LineOf:
    """Return what tells where a path of this JSON, which is whole, begins."""
    starts = {place.path: place.start for place in _places(text)}

    def line_of(path: Path) -> int | None:
        near = (starts.get(tuple(path[:depth])) for depth in range(len(path), 0, -1))
        start = next((start for start in near if start is not None), None)
        return None if start is None else text.count("\n", 0, start) + 1

    return line_of


def json_oddities(text: str) -> Iterator[tuple[tuple[str | int, ...], int, str]]:
    """Yield path, line and fault of what not every reader of JSON reads alike.

    Nothing of a text that is not whole.
    """
    try:
        places = list(_places(text))
    except (ValueError, LookupError, RecursionError):
        return
    seen: set[Path] = set()
    for place in places:
        line = text.count("\n", 0, place.start) + 1
        if place.path in seen:
            yield place.path, line, "expected each key once, got it twice"
        seen.add(place.path)
        if place.value in _NO_NUMBERS:
            yield place.path, line, f"expected a number, got {place.value}"
        elif place.value.lstrip("-").isdecimal() and not -WIDEST <= int(place.value) < WIDEST:
            yield place.path, line, "expected a number of at most 63 bits, got another"


class _Place(NamedTuple):
    path: tuple[str | int, ...]
    start: int  # of its key, or of the entry of a list
    value: str  # its first token


def _places(text: str) -> Iterator[_Place]:
    """Yield what is in a JSON text, in its order. Raises LookupError, ValueError for another."""
    tokens = [(at.start(), at[0]) for at in _TOKEN.finditer(text)]

    def value(at: int, path: tuple[str | int, ...]) -> Generator[_Place, None, int]:
        """Yield what is in a value; return the token after it."""
        opening, at = tokens[at][1], at + 1
        if opening not in "{[":
            return at
        index = 0
        while tokens[at][1] not in "}]":
            part = json.loads(tokens[at][1]) if opening == "{" else index
            start, at = tokens[at][0], at + 2 if opening == "{" else at
            yield _Place((*path, part), start, tokens[at][1])
            at = yield from value(at, (*path, part))
            at += tokens[at][1] == ","
            index += 1
        return at + 1

    yield from value(0, ())


def _is_in(tree: Any, path: Path) -> bool:
    for part in path:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
