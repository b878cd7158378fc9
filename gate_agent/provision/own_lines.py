"""Keeps what a site wrote into the broker's files (本站自己的行) when they are made anew.

What is the site's own is told from what we made the last time: a line that we did not write stays,
one of ours that the site changed or took away stays so. In rules (ACL) a line belongs to the user
above it: it stays there, and goes with a user who was revoked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_KEY = re.compile(r"[^\s=]+")
Lines = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedLines:
    """A file to write, and which lines of it are the site's own."""

    text: str
    own: tuple[str, ...]


def merged_settings(now: Lines, was: Lines | None, made: Lines) -> MergedLines:
    """Return settings (`key value`, `key=value`) as made, with the site's own kept.

    `now` is what lies there, `was` what we made the last time: None where nobody kept that.
    """
    ours = {*(was or ()), *made}
    own = [line for line in now if line.strip() and line not in ours]
    gone = [line for line in (was or made) if line not in now]
    text, rest = [], list(own)
    for line in made:
        edited = next((it for it in rest if line not in now and _key(it) == _key(line)), None)
        if edited is not None and any(_key(it) == _key(line) for it in gone):
            rest.remove(edited)
            text.append(edited)
        elif was is None or line not in gone or not line.strip():
            text.append(line)
    return MergedLines(text=_joined([*text, *([""] if rest else []), *rest]), own=tuple(own))


def merged_rules(now: Lines, was: Lines | None, made: Lines) -> MergedLines:
    """Return access rules as made, with the site's own kept, each with its user."""
    ours, before = {*(was or ()), *made}, dict(_users(was or ()))
    known, lies_there = dict(_users(made)), _users(now)
    own: dict[str, list[str]] = {}
    for user, lines in lies_there:
        if user in known or user not in before:
            own.setdefault(user, []).extend(
                line for line in lines if line.strip() and line != user and line not in ours
            )
    there = {user: {line for who, lines in lies_there if who == user for line in lines}
             for user, _ in lies_there}  # fmt: skip
    text: list[str] = []
    for user, lines in known.items():
        taken = {line for line in before.get(user, ()) if line not in there.get(user, ())}
        if user in taken:
            continue  # the site wants nobody of this name
        text += [line for line in lines if line not in taken or _is_remark(line)]
        text += own.pop(user, [])
    for user, lines in own.items():  # users of the site's own
        text += ["", user, *lines]
    kept = [line for _, lines in lies_there for line in lines if line.strip() and line not in ours]
    return MergedLines(text=_joined(text), own=tuple(line for line in kept if line in text))


def _users(lines: Lines) -> list[tuple[str, list[str]]]:
    """Return the lines of each user, as they stand; remarks above a user are that user's."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    remarks: list[str] = []
    for line in lines:
        if line.startswith("user "):
            parts.append((line, [*remarks, line]))
            remarks = []
        elif _is_remark(line):
            remarks.append(line)
        else:
            parts[-1][1].extend([*remarks, line])
            remarks = []
    parts[-1][1].extend(remarks)
    return parts


def _is_remark(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _key(line: str) -> str:
    word = _KEY.match(line.strip())
    return word[0] if word else ""


def _joined(lines: Lines) -> str:
    return "\n".join(lines) + "\n"
