"""Signs what we say, and judges who said what we hear (签名): Ed25519, by PyNaCl.

A name that once signed is never believed without a signature again, nor by an older key, nor is an
older word of a door than the last: `Known` keeps that over a restart. How one is treated that never
signed is `signatures.unsigned`.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from gate_agent.config.keyfile import KEY_BYTES, load_key
from gate_agent.config.load import missing_files
from gate_agent.config.model import SignaturesSection, Unsigned
from gate_agent.contract.json_text import read_json
from gate_agent.contract.signed import (
    CENTRE,
    Signature,
    Stamp,
    Warrant,
    is_state,
    message_to_sign,
    owner_of,
    parse_signature,
    parse_stamp,
    warrant_to_sign,
)
from gate_agent.errors import ConfigurationError, ContractError, StorageError
from gate_agent.host.files import write_whole
from gate_agent.host.stamps import StampCounter
from gate_agent.host.trouble import Trouble

_LOG = logging.getLogger(__name__)
_MOST_TOPICS = 2000  # two of each door
_MOST_NAMES = 1000  # doors of a site, by whom the site vouched: no stranger makes one


_OLD_MS = 60_000  # younger ones a broker may bring twice after a cut, and nobody need be told
_KEPT_EACH_MS = 600_000  # of heartbeats: how far back a restart may remember
_TRIED_EACH = 50  # messages: a store that is away is not asked at each
AGAIN = ""  # no fault, and nothing new


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest word on a topic."""

    issued: str  # of the key that signed it
    stamp: Stamp

    def __str__(self) -> str:
        return f"{self.issued} {self.stamp}"


class Known(Protocol):
    """What was heard last: of a name since when its newest key is good, of a topic which word."""

    def read(self) -> dict[str, str]:
        """Return what was kept."""

    def keep(self, names: dict[str, str]) -> None:
        """Keep it. Raises OSError, StorageError."""


class KnownInFile:
    """`Known` in a file, whole or as it was."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """Return what was kept; a file that cannot be read is nobody known."""
        try:
            tree = read_json(self._path.read_bytes())
        except (OSError, ContractError):
            return {}
        return {str(k): str(v) for k, v in tree.items()} if isinstance(tree, dict) else {}

    def keep(self, names: dict[str, str]) -> None:
        """Keep it, durably."""
        write_whole(self._path, json.dumps(names, sort_keys=True).encode())


class Signer:
    """Our own key, and the warrant that says it is ours."""

    def __init__(self, private: bytes, warrant: bytes, vouched: bytes) -> None:
        self._key = SigningKey(private)
        self._warrant, self._vouched = warrant, vouched

    def sign(self, topic: str, payload: bytes, stamp: Stamp | None = None) -> str:
        """Return the signature to send beside `payload`."""
        signature = self._key.sign(message_to_sign(topic, payload, stamp)).signature
        return Signature(self._warrant, self._vouched, signature, stamp).encode()


class Signatures:
    """What one end signs, and whom it believes."""

    def __init__(
        self,
        section: SignaturesSection,
        *,
        site: str,
        name: str,
        known: Known,
        stamps: StampCounter | None = None,
    ) -> None:
        """`stamps` number what a door says. Raises ConfigurationError with every fault."""
        self._site, self._unsigned = site, section.unsigned
        self._roots = load_roots(section.roots_file)
        self._signer = load_signer(section, site=site, name=name)
        self._known = known
        self._stamps = stamps
        kept = known.read()
        self._names = {name: since for name, since in kept.items() if "/" not in name}
        self._newest = _newest_in(kept)
        self._kept_at = {topic: newest.stamp.at for topic, newest in self._newest.items()}
        self._unkept = 0
        self._trouble = Trouble(_LOG, "who signs is kept again")
        self._vouched: OrderedDict[bytes, Warrant] = OrderedDict()
        self.refused = 0  # how many messages were not believed, since the start

    def sign(self, topic: str, payload: bytes) -> str | None:
        """Return the signature of what we say; None without a key."""
        if self._signer is None:
            return None
        stamps = None if owner_of(topic) == CENTRE else self._stamps
        return self._signer.sign(topic, payload, None if stamps is None else stamps.next())

    def sign_will(self, topic: str, payload: bytes) -> str | None:
        """Return the signature of what the broker shall say of us; a new connection begins."""
        if self._signer is None:
            return None
        stamp = None if self._stamps is None else self._stamps.connect()
        return self._signer.sign(topic, payload, stamp)

    def fault_of(self, topic: str, payload: bytes, signature: str | None) -> str | None:
        """Return why a message must not be believed; None where it may be.

        AGAIN is for one that says nothing new, which nobody need be told of.
        """
        fault = self._fault_of(topic, payload, signature)
        self.refused += bool(fault)
        return fault

    def _fault_of(self, topic: str, payload: bytes, signature: str | None) -> str | None:
        owner = owner_of(topic)
        if signature is None or not self._roots:
            if self._unsigned is Unsigned.ACCEPT or (
                self._unsigned is Unsigned.UNTIL_SIGNED and owner not in self._names
            ):
                return None
            return f"expected {owner}'s signature, got none"
        try:
            parsed = parse_signature(signature)
            warrant = self._warrant(parsed)
            VerifyKey(bytes.fromhex(warrant.key)).verify(
                message_to_sign(topic, payload, parsed.stamp), parsed.signature
            )
        except (ContractError, CryptoError, ValueError):
            return f"expected {owner}'s signature, got one that is not good"
        if (warrant.site, warrant.name) != (self._site, owner):
            return f"expected {owner}'s signature, got another's"
        return self._older_key(warrant) or self._older_word(topic, warrant, parsed.stamp)

    def _warrant(self, signed: Signature) -> Warrant:
        """Return the warrant once the site vouches for it; each is asked about once."""
        id_of = signed.warrant + signed.vouched
        if (known := self._vouched.get(id_of)) is not None:
            return known
        for root in self._roots:
            try:
                VerifyKey(root).verify(warrant_to_sign(signed.warrant), signed.vouched)
            except CryptoError:
                continue
            self._vouched[id_of] = signed.by
            if len(self._vouched) > _MOST_NAMES:
                self._vouched.popitem(last=False)
            return self._vouched[id_of]
        raise ContractError("signature: expected a warrant of this site, got another")

    def _older_key(self, warrant: Warrant) -> str | None:
        since = self._names.get(warrant.name, "")
        if warrant.issued < since:
            return f"expected {warrant.name}'s key of {since} or later, got an older one"
        if warrant.issued > since or self._unkept:
            self._names[warrant.name] = warrant.issued
            self._keep()
        return None

    def _older_word(self, topic: str, warrant: Warrant, stamp: Stamp | None) -> str | None:
        """Return why a door's word does not count any more; remember the newest."""
        newest = self._newest.get(topic)
        if stamp is None:
            is_older = newest is not None and newest.issued == warrant.issued
            return f"expected a stamp of {warrant.name}, got none" if is_older else None
        if newest is None or newest.issued < warrant.issued or newest.stamp.at < stamp.at:
            return self._remember(topic, _Newest(warrant.issued, stamp), newest)
        if stamp.is_will:  # what ended is told while nothing of a later connection is here
            return None if stamp.connection == newest.stamp.connection else AGAIN
        if stamp == newest.stamp:
            return AGAIN if is_state(topic) else None  # retained, and whole
        if newest.stamp.at - stamp.at < _OLD_MS:
            return AGAIN
        return f"expected what {warrant.name} said last, got an older word of it"

    def _remember(self, topic: str, newest: _Newest, before: _Newest | None) -> str | None:
        if before is None and len(self._newest) >= _MOST_TOPICS:
            return f"expected at most {_MOST_TOPICS} topics, got another"
        self._newest[topic] = newest
        is_due = newest.stamp.at - self._kept_at.get(topic, 0) >= _KEPT_EACH_MS
        if is_due or not is_state(topic) or self._unkept:
            self._kept_at[topic] = newest.stamp.at
            self._keep()
        return None

    def _keep(self) -> None:
        """What cannot be kept now is kept with a later message: a full disk stops no policy."""
        if self._unkept > 1:
            self._unkept -= 1
            return
        try:
            self._known.keep(self._names | {topic: str(it) for topic, it in self._newest.items()})
        except (OSError, StorageError) as exc:
            self._trouble.met("who signs cannot be kept: %s", type(exc).__name__)
            self._unkept = _TRIED_EACH
        else:
            self._unkept = 0
            self._trouble.well()


def _newest_in(kept: dict[str, str]) -> dict[str, _Newest]:
    """Return the newest word on each topic, as it was kept."""
    newest = {}
    for topic, text in kept.items():
        issued, _, said = text.partition(" ")
        if "/" in topic:
            with suppress(ContractError):
                newest[topic] = _Newest(issued, parse_stamp(said))
    return newest


def load_roots(path: Path | None) -> tuple[bytes, ...]:
    """Return the public keys in a file, one a line. Raises ConfigurationError."""
    if path is None:
        return ()
    try:
        roots = tuple(bytes.fromhex(line) for line in path.read_text("ascii").split())
    except (OSError, ValueError) as exc:
        raise ConfigurationError([f"{path}: expected public keys in hex, got another"]) from exc
    if not roots or any(len(root) != KEY_BYTES for root in roots):
        raise ConfigurationError([f"{path}: expected public keys of 32 bytes, got another"])
    return roots


def load_signer(section: SignaturesSection, *, site: str, name: str) -> Signer | None:
    """Return our key with its warrant, None where none is configured. Raises ConfigurationError."""
    if section.key_file is None or section.warrant_file is None:
        return None
    private = load_key(section.key_file)
    try:
        warrant, vouched = read_warrant(section.warrant_file)
        signer = Signature(warrant, vouched, b"").by
    except (OSError, ValueError, ContractError) as exc:
        raise ConfigurationError([f"{section.warrant_file}: expected a warrant: {exc}"]) from exc
    if (signer.site, signer.name) != (site, name):
        expected = f"expected the warrant of {name} at {site}"
        raise ConfigurationError([f"{section.warrant_file}: {expected}, got {signer.name}'s"])
    if signer.key != bytes(SigningKey(private).verify_key).hex():
        expected = f"{section.warrant_file}: expected the warrant of key_file"
        raise ConfigurationError([f"{expected}, got another's"])
    return Signer(private, warrant, vouched)


def signature_faults(section: SignaturesSection, *, site: str | None, name: str) -> list[str]:
    """Return what is wrong in a section's files once all are there: see `missing_files`.

    Without `site`, which is a fault by itself, nobody can tell whose the warrant should be.
    """
    if missing_files(section):
        return []
    faults: list[str] = []
    try:
        load_roots(section.roots_file)
    except ConfigurationError as exc:
        faults += [f"signatures.roots_file: {fault}" for fault in exc.faults]
    try:
        if site is not None:
            load_signer(section, site=site, name=name)
    except ConfigurationError as exc:
        faults += [f"signatures.key_file: {fault}" for fault in exc.faults]
    return faults


def read_warrant(path: Path) -> tuple[bytes, bytes]:
    """Return a warrant and the site's signature of it. Raises OSError, ContractError."""
    signature = parse_signature(f"{path.read_text('ascii').strip()}.")
    return signature.warrant, signature.vouched


def issue_warrant(root: bytes, warrant: Warrant) -> str:
    """Return the text of a warrant's file, for which `root` vouches."""
    said = warrant.model_dump_json().encode()
    vouched = SigningKey(root).sign(warrant_to_sign(said)).signature
    return Signature(said, vouched, b"").encode().rstrip(".") + "\n"


def public_signing_key(private: bytes) -> bytes:
    """Return the public half."""
    return bytes(SigningKey(private).verify_key)
