"""The versions that halls run: what schemas each makes, by which commit its files are kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version; the newest is recorded before the next is named here."""

    journal: int  # schema of a door's journal
    store: str  # revision of the centre's store
    commit: str | None = None  # its files lie in `stores` and `messages` under this name


# The schemas in a row are never changed: a new schema is a new row, with a version of its own
# (decision 0019). In their order.
RELEASES = {
    "0.1.0": Release(journal=1, store="0001", commit="f8c5a59"),
    "0.3.0": Release(journal=2, store="0003", commit="6d374ae"),
    "0.4.0": Release(journal=2, store="0010", commit="69d6e72"),
}
KEPT = {one.commit: one for one in RELEASES.values() if one.commit is not None}
FIRST = next(iter(KEPT))  # it refused what it did not know
