"""Questions and their answers (问答): at a terminal, until one can be used, or from a file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from gate_agent.config.faults import nearest
from gate_agent.errors import ConfigurationError
from gate_agent.words import Lang, word

Say = Callable[[str], None]
Parse = Callable[[str], str]
QUESTIONS = (
    "bundle", "site", "door", "name", "thermometer", "id_reader", "broker", "camera", "sign_on",
)  # fmt: skip
YES_OR_NO = {"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no"}


class UnusableAnswer(Exception):  # noqa: N818 named after what is so
    """An answer that cannot be used; it says what was expected."""

    def __init__(self, expected: str, **values: object) -> None:
        self._key, self._values = f"setup_expected.{expected}", values
        super().__init__(self.said("en"))

    def said(self, lang: Lang) -> str:
        """Say what was expected."""
        return word(self._key, lang, **self._values)


class Answers(Protocol):
    """Where answers come from."""

    def ask(self, key: str, default: str, parse: Parse) -> str:
        """Return the answer to a question, as `parse` takes it."""
        ...

    def end(self) -> None:
        """Tell every answer that could not be used. Raises ConfigurationError."""
        ...


class TypedAnswers:
    """Somebody who sits there."""

    def __init__(self, lang: Lang, say: Say, read: Callable[[str], str]) -> None:
        self._lang, self._say, self._read = lang, say, read

    def ask(self, key: str, default: str, parse: Parse) -> str:
        """Ask until the answer can be used; an empty one is the default."""
        self._say("")
        self._say(word(f"setup.{key}", self._lang))
        while True:
            answer = self._read(f"[{default}] > ").strip() or default
            try:
                return parse(answer)
            except UnusableAnswer as exc:
                self._say(exc.said(self._lang))

    def end(self) -> None:
        """Nothing is left open."""


class AnswersFile:
    """A TOML file, one answer a line; what it does not answer stays as it is."""

    def __init__(self, path: Path, lang: Lang) -> None:
        """Raises ConfigurationError: no such file, no TOML, a question that nobody asks."""
        self._path, self._lang = path, lang
        try:
            tree = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as exc:
            raise ConfigurationError([f"{path}: expected answers as TOML, got: {exc}"]) from exc
        self._answers = {key: _text(value) for key, value in tree.items()}
        self._faults = [
            f"{path}: {key}: expected a known question: {nearest(key, QUESTIONS)}, got this one"
            for key in tree
            if key not in QUESTIONS
        ]

    def ask(self, key: str, default: str, parse: Parse) -> str:
        """Take what the file says; a fault is kept until the end, and the default taken."""
        answer = self._answers.get(key, default)
        try:
            return parse(answer)
        except UnusableAnswer as exc:
            self._faults.append(f"{self._path}: {key}: {exc.said(self._lang)}")
            return answer

    def end(self) -> None:
        """Tell every fault at once."""
        if self._faults:
            raise ConfigurationError(self._faults)


def language(environment: Mapping[str, str]) -> Lang:
    """Return the language somebody reads, by their locale (locale(7))."""
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next((name for name in names if name), "").startswith("zh") else "en"


def yes_or_no(answer: str) -> str:
    """Take a yes or a no, in either language."""
    own = {word(f"setup.{one}", "zh"): one for one in ("yes", "no")}
    if (known := (YES_OR_NO | own).get(answer.lower())) is None:
        raise UnusableAnswer("yes_or_no", got=answer)
    return known


def _text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
