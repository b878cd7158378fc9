"""Seals what a guard wrote freely (自由文字) before it is recorded; at home it can be read again.

In clear stays a word that a screen offers, a post of the policy, and a file's number in its own
field. The rest goes to the centre in a box; a copy under the door's own key lies beside the
journal, as long as people do, so that the next shift reads its note.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from gate_agent.contract.free_text import sealed_box, sealed_text, with_texts
from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.contract.policy import Policy
from gate_agent.errors import StorageError
from gate_agent.host.files import write_whole
from gate_agent.host.trouble import Trouble
from gate_agent.store.journal import Draft
from gate_agent.store.keys import Keys
from gate_agent.store.seal import StoreBox, seal_registration
from gate_agent.words import WORDS

FILE = "texts.box"
_CODES = "reason"
_OFFERED = (  # what a tap records of a word that the screen offers
    "override_reason", "contact_reason", "reported_to", "handed_to", "vehicle", "left_how",
    "symptom", "look_reason", "split_reason", "hall_place", "green_reason",
)  # fmt: skip
_MOST = 2000  # texts; the oldest go first
_LOG = logging.getLogger(__name__)


@cache
def _words() -> frozenset[str]:
    """Return every code and every text that our own screens record."""
    parts = {key: key.partition(".") for key in WORDS}
    codes = {name for section, _, name in parts.values() if section == _CODES}
    offered = {WORDS.word(key) for key, way in parts.items() if way[0] in _OFFERED}
    return frozenset(codes | offered | {WORDS.word("term.duty_leader")})


class Sealing:
    """Seals free text for the centre, and keeps it under the door's key. In the event loop."""

    def __init__(self, keys: Keys, kept: Path, policy: Callable[[], Policy]) -> None:
        self._public = keys.collector_public
        self._box = StoreBox(keys.store)
        self._file = kept
        self._policy = policy
        self._texts: dict[str, tuple[str, str]] = self._read()  # by digest: text, since when
        self._trouble = Trouble(_LOG, "what was written is kept for the next start again")

    def drafts(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Return the drafts with their free texts sealed."""
        before = len(self._texts)
        sealed = []
        for draft in drafts:
            at = draft.at.utc
            record = with_texts(draft.record, partial(self._sealed, at))
            sealed.append(draft if record is draft.record else replace(draft, record=record))
        if len(self._texts) != before:
            self._keep()
        return sealed

    def opened(self, text: str) -> str:
        """Return a text as this door may read it: its own, or that it is sealed (已封存)."""
        if sealed_box(text) is None:
            return text
        return self._texts.get(_digest(text), (WORDS.word("term.sealed"), ""))[0]

    def _sealed(self, at: datetime, text: str) -> str:
        policy = self._policy()
        posts = (*(one.post for one in policy.calls), *(one.leader for one in policy.rota))
        if text in _words() or text in posts or sealed_box(text):
            return text
        box, key_id = seal_registration({"text": text}, self._public)
        sealed = sealed_text(key_id, box)
        self._texts[_digest(sealed)] = text, format_utc(at)
        return sealed

    def forget(self, before: datetime) -> None:
        """Forget what was written until then, as people are forgotten."""
        fresh = {key: one for key, one in self._texts.items() if parse_utc(one[1]) > before}
        if len(fresh) != len(self._texts):
            self._texts = fresh
            self._keep()

    def _keep(self) -> None:
        self._texts = dict(list(self._texts.items())[-_MOST:])
        sealed = self._box.encrypt(json.dumps(self._texts).encode())
        try:
            write_whole(self._file, sealed, synced=False)
        except OSError as exc:
            self._trouble.met("what was written cannot be kept for the next start: %s", exc)
        else:
            self._trouble.well()

    def _read(self) -> dict[str, tuple[str, str]]:
        try:
            tree = json.loads(self._box.decrypt(self._file.read_bytes()))
        except FileNotFoundError:
            return {}
        except (OSError, StorageError, ValueError) as exc:
            _LOG.warning("what was written before the start cannot be read: %s", exc)
            return {}
        return {key: (text, since) for key, (text, since) in tree.items()}


def _digest(sealed: str) -> str:
    return sha256(sealed.encode()).hexdigest()
