r"""Lines of text by one regular expression, with named groups (no I/O).

::

    T=36.42C A=25.10C*5F\r\n

The groups that mean something: `temperature`, `ambient`, `badge`, `code`, and `check`, two hex
digits that end what they check: all of the line before the group, or the group `checked`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from gate_agent.driver_api.framing import sum8, xor8

GROUPS = ("temperature", "ambient", "badge", "code", "check", "checked")
_ZERO_KELVIN = Decimal("273.15")
_UNITS: Mapping[str, Callable[[Decimal], Decimal]] = {
    "celsius": lambda number: number * 100,
    "tenths": lambda number: number * 10,
    "hundredths": lambda number: number,
    "fahrenheit": lambda number: (number - 32) * 500 / 9,
    "kelvin": lambda number: (number - _ZERO_KELVIN) * 100,
}
_BACK: Mapping[str, Callable[[Decimal], Decimal]] = {
    "celsius": lambda centi: centi / 100,
    "tenths": lambda centi: centi / 10,
    "hundredths": lambda centi: centi,
    "fahrenheit": lambda centi: centi * 9 / 500 + 32,
    "kelvin": lambda centi: centi / 100 + _ZERO_KELVIN,
}
_CHECKS: Mapping[str, Callable[[bytes], int]] = {"sum": sum8, "xor": xor8}
_MOST_CENTI_C = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSaid:
    """What one line says; None for what it does not."""

    temperature_centi_c: int | None = None
    ambient_centi_c: int | None = None
    badge: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineForm:
    """How a device's lines look. `check` is none, sum or xor."""

    pattern: re.Pattern[str]
    unit: str
    check: str

    def parse(self, line: bytes) -> LineSaid | None:
        """Return what `line` says; None where it does not fit, or fails its check."""
        try:
            matched = self.pattern.fullmatch(line.decode())
        except UnicodeDecodeError:
            return None
        if matched is None or not self._is_sound(matched):
            return None
        groups = matched.groupdict()
        try:
            return LineSaid(
                temperature_centi_c=self._centi_c(groups.get("temperature")),
                ambient_centi_c=self._centi_c(groups.get("ambient")),
                badge=groups.get("badge"),
                code=groups.get("code"),
            )
        except (InvalidOperation, OverflowError):
            return None

    def encode(self, sample: str, values: Mapping[str, object]) -> bytes:
        """Return `sample`, which fits, with these values in place of its own."""
        matched = self.pattern.fullmatch(sample)
        if matched is None:
            raise ValueError("expected a sample that fits the pattern, got another")
        places = {
            name: matched.span(name)
            for name in self.pattern.groupindex
            if name in values and matched[name] is not None
        }
        line, at = "", 0
        for name, (start, end) in sorted(places.items(), key=lambda place: place[1]):
            line += sample[at:start] + self._written(values[name], sample[start:end])
            at = end
        return self._checked(line + sample[at:]).encode()

    def _written(self, value: object, like: str) -> str:
        if not isinstance(value, int):
            return str(value)
        decimals = len(like.partition(".")[2])
        number = _BACK[self.unit](Decimal(value))
        width = f"0{len(like)}" if like.startswith(("0", "+0")) else ""
        return f"{number:{width}.{decimals}f}"

    def _checked(self, line: str) -> str:
        """Return the line with its check made right."""
        matched = self.pattern.fullmatch(line) if self.check in _CHECKS else None
        if matched is None:
            return line
        start, end = matched.span("check")
        return line[:start] + f"{self._sum(matched):02X}" + line[end:]

    def _is_sound(self, matched: re.Match[str]) -> bool:
        if self.check not in _CHECKS:
            return True
        try:
            return int(matched["check"], 16) == self._sum(matched)
        except ValueError:
            return False

    def _sum(self, matched: re.Match[str]) -> int:
        groups = matched.groupdict()
        checked = groups.get("checked")
        text = matched.string[: matched.start("check")] if checked is None else checked
        return _CHECKS[self.check](text.encode())

    def _centi_c(self, text: str | None) -> int | None:
        if text is None:
            return None
        number = Decimal(text.strip())
        centi = round(_UNITS[self.unit](number))
        if abs(centi) > _MOST_CENTI_C:
            raise OverflowError
        return centi
