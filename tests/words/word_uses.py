"""Where the sources speak of words: which keys they name, and what is Chinese outside the table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gate_agent.words import WORDS
from tree import ROOT

ROOTS = ("gate_agent", "collector/gate_collector", "drivers/gate_drivers")
SUFFIXES = (".py", ".js", ".html")
_KEY = r"[a-z_0-9]+\.[^\"'`$~{}\n]*"
_LITERAL = re.compile(rf"""(["'`])({_KEY})\1""")
_PREFIX = re.compile(rf"""["'`]({_KEY})(?:\$?\{{|["'] ~)""")
_ASKED = re.compile(rf"""\b(?:word|inBoth|recorded|both|marked)\(\s*(["'`])({_KEY})\1""")
_SECTION = re.compile(r"""\b(?:keysOf|choose|choice|section)\(["']([a-z_]+)["']""")
_MARK = re.compile(r"%([a-z_.]+) (?:zh|en)%")  # the page that opens a sealed list has its own
_SECTIONS = {key.partition(".")[0] for key in WORDS}


@dataclass(frozen=True)
class Use:
    """A key, or what a key begins with, in a file."""

    path: str
    text: str
    whole: bool
    asked: bool = False  # by a call that looks it up

    @property
    def keys(self) -> set[str]:
        """Every key of the table that is meant."""
        if self.whole:
            return {self.text} & set(WORDS)
        return {key for key in WORDS if key.startswith(self.text)}


def sources() -> Iterator[Path]:
    for root in ROOTS:
        for path in sorted((ROOT / root).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                yield path


def uses() -> Iterator[Use]:
    """Yield what looks like a key whose section is one of the table's."""
    for path in sources():
        name, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        for match in _ASKED.finditer(text):
            yield Use(name, match.group(2), whole=match.group(2)[-1] != ".", asked=True)
        found = [(match.group(2), True) for match in _LITERAL.finditer(text)]
        found += [(match.group(1), True) for match in _MARK.finditer(text)]
        found += [(match.group(1), False) for match in _PREFIX.finditer(text)]
        found += [(f"{match.group(1)}.", False) for match in _SECTION.finditer(text)]
        for key, whole in found:
            if key.partition(".")[0] in _SECTIONS:
                yield Use(name, key, whole)


def chinese_in(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each line of `path` with a Chinese letter or 、 that is no comment and no docstring."""
    text = path.read_text(encoding="utf-8")
    lines = _python(text) if path.suffix == ".py" else enumerate(_bare(text).splitlines(), 1)
    for number, line in lines:
        if any("\u4e00" <= letter <= "\u9fff" or letter == "、" for letter in line):
            yield number, line.strip()


def _bare(text: str) -> str:
    """Return a script or a template without its comments, line for line."""
    blank = re.compile(r"/\*.*?\*/|<!--.*?-->|\{#.*?#\}|(?<![:\"'`])//[^\n]*", re.DOTALL)
    return blank.sub(lambda match: "\n" * match.group().count("\n"), text)


def _python(text: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(text)
    told: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as words):  # a docstring, also of a constant
                told.add(id(words))
            case ast.keyword(arg="description" | "help" | "summary", value=value):
                told.update(id(inner) for inner in ast.walk(value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value
