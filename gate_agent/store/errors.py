"""What can be wrong with a journal file; the class says what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from gate_agent.errors import StorageError


class JournalInUse(StorageError):  # noqa: N818 named after what is so
    """Another process holds this journal: a daemon that runs already."""


class JournalLocked(StorageError):  # noqa: N818 as above
    """Another program keeps the database locked for longer than we wait."""


class JournalForeign(StorageError):  # noqa: N818 as above
    """The journal belongs to another site or gate: this card was in another door."""


class OtherSchema(StorageError):  # noqa: N818 as above
    """Another version of this program wrote the journal; install that one."""


class OlderSchema(OtherSchema):
    """An older version wrote the journal; whoever opens it for writing brings it up."""


class NotAJournal(StorageError):  # noqa: N818 as above
    """The file is something else, or no longer a database."""


class JournalDamaged(NotAJournal):
    """A journal was here, and its file is torn, emptied or older than what was durable."""


class JournalFull(StorageError):  # noqa: N818 as above
    """Too many drafts wait for the disk; nothing of the refused call was taken."""


class BrokenChain(StorageError):  # noqa: N818 as above
    """The journal does not prove itself: `sequence` is the first bad event, `why` says how.

    `more` are lines about those after it.
    """

    def __init__(self, sequence: int, why: str, more: Sequence[str] = ()) -> None:
        self.sequence = sequence
        self.why = why
        self.more = tuple(more)
        super().__init__("\n  ".join([f"event {sequence}: {why}", *more]))
