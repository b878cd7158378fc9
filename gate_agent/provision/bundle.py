"""One file with everything a door, the centre or a reader needs (密钥包): made, and read again.

JSON: who it is for, the broker's address, each file by its name, and a digest over all of it, since
a damaged digit of a site's key would name everybody otherwise and nothing would say so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationError

from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.messages import Name
from gate_agent.errors import ConfigurationError

FORMAT = "gate-agent-keys/1"
SUFFIX = ".bundle"
LARGEST = 1 << 20  # bytes; a door's is about 8 kB
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,99}$")]


class BundleKind(StrEnum):
    """Whom a bundle is for."""

    DOOR = "door"
    COLLECTOR = "collector"
    LISTENER = "listener"  # a reader, or a display


class Bundle(FrozenModel):
    """The file."""

    model_config = ConfigDict(extra="forbid")
    format: str = FORMAT
    kind: BundleKind
    site: Name
    name: Name  # the door; for a collector `collector`, for a reader `reader-NAME`
    known_as: Name  # the name in its certificate
    broker: Annotated[str, Field(pattern=r"^mqtts://[0-9A-Za-z.:\[\]-]+$")]  # its address
    made: str
    files: Mapping[FileName, str]
    sha256: str = ""

    @property
    def digest(self) -> str:
        """The digest over everything but itself."""
        whole = self.model_dump(mode="json", exclude={"sha256"})
        return sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def encode(self) -> bytes:
        """Return the bytes of the file."""
        sealed = self.model_copy(update={"sha256": self.digest})
        return sealed.model_dump_json(indent=1).encode() + b"\n"


def files_in(folder: Path) -> dict[str, str]:
    """Return what lies in a provisioned folder, as a bundle carries it."""
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    }


def read_bundle(path: Path) -> Bundle:
    """Return the bundle in `path`. Raises ConfigurationError: none, another's, a damaged one."""
    expected = f"{path}: expected a bundle that `gate-agent provision --bundle` wrote"
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigurationError([f"{expected}, got a file of {path.stat().st_size} bytes"])
        content = path.read_bytes()
    except OSError as exc:
        raise ConfigurationError([f"{expected}, got: {exc.strerror}"]) from exc
    try:
        bundle = Bundle.model_validate_json(content)
    except ValidationError:  # its text may hold a key
        raise ConfigurationError([f"{expected}, got another file, or a part of one"]) from None
    if bundle.format != FORMAT:
        got = f"got {bundle.format[:40]!r}: of a newer version"
        raise ConfigurationError([f"{path}: expected {FORMAT}, {got}"])
    if bundle.sha256 != bundle.digest:
        raise ConfigurationError(
            [f"{expected}, got one that was damaged on its way: copy it again"]
        )
    return bundle
