"""Records what 0.3.0 keeps, a journal and a store, with something in every table.

Run once, by that version's own code, from a worktree of its commit:

    PYTHONPATH=tests:. .venv/bin/python …/record_stores_6d374ae.py …/tests/versions/stores

What is recorded is never recorded again: it is what is out there.
"""
# mypy: ignore-errors

from __future__ import annotations

from httpx import Client
from recording import post, record

from collector.duty import Duty
from collector.hall_of_doors import ref


def office(client: Client, _duty: Duty) -> None:
    """Judge a contact, as that version asks for it."""
    near = {"person_ref": ref("near"), "state": "confirmed", "reason": "邻座"}
    post(client, "/contacts/west-1f/hold-1", **near)


if __name__ == "__main__":
    record("6d374ae", office)
