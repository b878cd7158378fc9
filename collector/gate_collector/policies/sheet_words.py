"""What is wrong with a sheet, in both languages: whoever hands one in may read either."""

from __future__ import annotations

from gate_agent.words import texts


def said(key: str, **values: object) -> str:
    """Return a fault, Chinese first."""
    return " ".join(texts(f"sheet_fault.{key}", **values).values())


def at_line(number: int, fault: str, where: str = "line") -> str:
    """Return a fault with its line."""
    return f"{said(where, n=number)}：{fault}"
