"""`gate-agent roster`: staff from a CSV into a policy file; no card number is kept or told."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gate_agent.cli.options import ConfigFile
from gate_agent.config.load import load_config, load_policy, parse_policy
from gate_agent.config.model import GateConfig
from gate_agent.contract.identity import (
    NumberFault,
    check_any_card,
    is_badge,
    normalise_number,
    typed_ref,
)
from gate_agent.errors import ConfigurationError
from gate_agent.store.keys import resolve_keys
from gate_agent.words import both

_YES, _NO = ("", "1", "yes", "true", "是", "在岗"), ("0", "no", "false", "否", "不在岗")


def roster(
    config: ConfigFile,
    csv_file: Annotated[
        Path, typer.Argument(metavar="CSV", help="UTF-8, columns number,on_duty (证件号码,值班).")
    ],
    policy: Annotated[
        Path, typer.Option(metavar="FILE", help="The policy file to write into; made if missing.")
    ],
) -> None:
    """Put staff from a CSV into a policy file, as keyed hashes. 花名册."""
    gate = load_config(config, GateConfig)
    site_key = resolve_keys(gate.keys, gate.journal.path.parent).site
    document = _document(policy)
    document["roster"] = _entries(csv_file, site_key)
    document["version"] = int(document.get("version", 0)) + 1
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    parse_policy(text.encode(), source=str(policy))
    draft = policy.with_name(f".{policy.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(policy)
    staff = both("terminal.staff", n=len(document["roster"]))
    typer.echo(f"{policy}: {staff}, {both('terminal.version', n=document['version'])}")


def _document(policy: Path) -> dict[str, Any]:
    """Return what is in the file, once it holds by itself."""
    if not policy.exists():
        return {}
    load_policy(policy)
    tree: dict[str, Any] = json.loads(policy.read_text(encoding="utf-8"))
    return tree


def _entries(csv_file: Path, site_key: bytes) -> list[dict[str, object]]:
    """Return the roster; ConfigurationError names every bad line, and no number."""
    try:
        lines = list(csv.reader(csv_file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as exc:
        got = exc.strerror if isinstance(exc, OSError) else "other bytes"
        raise ConfigurationError([f"{csv_file}: expected a CSV in UTF-8, got: {got}"]) from exc
    entries: dict[str, bool] = {}
    faults: list[str] = []
    for number, cells in enumerate(lines, start=1):
        cells = [cell.strip() for cell in cells] + ["", ""]  # noqa: PLW2901 at least two
        if not cells[0] or (number == 1 and not any(c.isdigit() for c in cells[0])):
            continue  # an empty line, or the headings
        duty = cells[1].lower()
        if duty not in (*_YES, *_NO):
            expected = both("terminal.yes_or_no")
            faults.append(f"{csv_file}: line {number}: expected {expected}, got another word")
        elif (fault := _fault(cells[0])) is not None:
            faults.append(f"{csv_file}: line {number}: {fault}")
        else:
            entries[typed_ref(cells[0], site_key)] = duty in _YES
    if not entries and not faults:
        faults.append(f"{csv_file}: expected at least one card number, got none")
    if faults:
        raise ConfigurationError(faults)
    return [{"person_ref": ref, "on_duty": duty} for ref, duty in sorted(entries.items())]


def _fault(text: str) -> str | None:
    """Return what is wrong with a number, no digit of it."""
    if is_badge(text):
        return None
    try:
        check_any_card(normalise_number(text))
    except NumberFault as fault:
        return str(fault)
    return None
