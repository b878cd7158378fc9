"""Pictures of holds (抓拍), each an encrypted file beside the journal; the first thing to go."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from gate_agent.errors import StorageError
from gate_agent.host.files import write_whole
from gate_agent.store.seal import StoreBox

_NAME = re.compile(r"(?P<time>\d{8}T\d{6})-(?P<hold>[0-9A-Za-z-]{1,80})\.picture")
_STAMP = "%Y%m%dT%H%M%S"


class Pictures:
    """The folder of pictures. Every call is short; from any thread."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """`key` is the store key: a thief of the card has no picture."""
        self._folder = folder
        self._box = StoreBox(key)

    def keep(self, hold_id: str, jpeg: bytes, utc: datetime) -> None:
        """Keep the picture of a hold. StorageError if the disk does not take it."""
        path = self._folder / f"{utc:{_STAMP}}-{hold_id}.picture"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(path, self._box.encrypt(jpeg))
        except OSError as exc:
            raise StorageError(f"expected to keep a picture, got: {exc.strerror}") from exc

    def of(self, hold_id: str) -> bytes | None:
        """Return the picture of a hold as JPEG, None if there is none any more."""
        for path, label in self._all():
            if label["hold"] == hold_id:
                try:
                    return self._box.decrypt(path.read_bytes())
                except FileNotFoundError:
                    return None
        return None

    def purge(self, now: datetime, days: int) -> int:
        """Remove what is older than `days`; return how many went. For a clock that is right."""
        before = f"{now - timedelta(days=days):{_STAMP}}"
        return self._remove([path for path, label in self._all() if label["time"] < before])

    def remove(self, hold_ids: Collection[str]) -> int:
        """Remove the pictures of these holds; return how many went."""
        return self._remove([path for path, label in self._all() if label["hold"] in hold_ids])

    def clear(self) -> int:
        """Remove every picture: the disk is full, or the epidemic is over."""
        return self._remove([path for path, _ in self._all()])

    def _all(self) -> list[tuple[Path, re.Match[str]]]:
        if not self._folder.is_dir():
            return []
        named = ((path, _NAME.fullmatch(path.name)) for path in sorted(self._folder.iterdir()))
        return [(path, label) for path, label in named if label is not None]

    def _remove(self, paths: list[Path]) -> int:
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)
