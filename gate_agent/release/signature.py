"""Is a release from whom we trust, and whole: `SHA256SUMS` and its ssh signature, without a net.

The trusted keys stand in an `allowed_signers` file, ssh-keygen(1): one of the site's own,
/etc/gate-agent/release-signers, never the one that a release brings.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

from gate_agent.release.errors import ReleaseRefused

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
IDENTITY, NAMESPACE = "release@gate-agent", "gate-agent-release"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")
_AT_ONCE = 1024 * 1024


def verify(folder: Path, signers: Path) -> None:
    """Raise ReleaseRefused unless `signers` vouch for each file below `folder`, and no other."""
    if not signers.is_file():
        raise ReleaseRefused(f"{signers}: expected the keys of who may release, got no such file")
    listed, signature = folder / SUMS, folder / SIGNATURE
    for needed in (listed, signature):
        if not needed.is_file():
            raise ReleaseRefused(f"{folder.name}: expected {needed.name}, got none")
    content = listed.read_bytes()
    _vouch(content, signature, signers)
    compare(folder, content.decode("utf-8"))


def compare(folder: Path, sums: str) -> None:
    """Raise ReleaseRefused unless the files below `folder` are those that `sums` lists."""
    wanted: dict[str, str] = {}
    for line in sums.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise ReleaseRefused(f"{SUMS}: expected a checksum and a name in each line")
        wanted[match[2]] = match[1]
    there = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    } - {SUMS, SIGNATURE}
    for name in sorted(there ^ wanted.keys()):
        raise ReleaseRefused(f"{name}: expected what {SUMS} lists, got more or less than that")
    for name, checksum in wanted.items():
        if (folder / name).is_symlink() or digest(folder / name) != checksum:
            raise ReleaseRefused(f"{name}: expected checksum {checksum[:12]}…, got another")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    summed = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_AT_ONCE):
            summed.update(part)
    return summed.hexdigest()


def _vouch(content: bytes, signature: Path, signers: Path) -> None:
    command = ("ssh-keygen", "-Y", "verify", "-f", signers, "-I", IDENTITY, "-n", NAMESPACE)
    try:
        verdict = subprocess.run(
            [*command, "-s", signature], input=content, capture_output=True, check=False
        )
    except OSError as exc:
        raise ReleaseRefused(f"expected ssh-keygen (openssh-client), got: {exc.strerror}") from exc
    if verdict.returncode:
        said = (verdict.stderr or verdict.stdout).decode("utf-8", "replace").strip()
        reason = said.splitlines()[-1] if said else "no reason"
        raise ReleaseRefused(f"{SIGNATURE}: expected a signature that {signers} knows: {reason}")
