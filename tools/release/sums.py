"""Checksums of a folder, and who vouches for them: an ssh key of whoever releases."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gate_agent.release.signature import IDENTITY, NAMESPACE, SIGNATURE, SUMS, digest
from tools.release.source import Unreleasable


def write_sums(folder: Path) -> Path:
    """Write the checksum of every file below `folder`, in the order of their names."""
    names = sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (SUMS, SIGNATURE)
    )
    listed = folder / SUMS
    listed.write_text("".join(f"{digest(folder / name)}  {name}\n" for name in names), "utf-8")
    return listed


def sign(folder: Path, key: Path) -> Path:
    """Sign a folder's checksums; an Ed25519 key makes the same signature every time."""
    signature = folder / SIGNATURE
    signature.unlink(missing_ok=True)
    said = subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, folder / SUMS],
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode or not signature.is_file():
        raise Unreleasable(f"expected to sign with {key.name}, got: {said.stderr.strip()}")
    return signature


def signers(key: Path) -> str:
    """Return the line by which a site trusts this key, ssh-keygen(1): allowed_signers."""
    public = key.with_name(f"{key.name}.pub").read_text(encoding="utf-8").split()
    return f'{IDENTITY} namespaces="{NAMESPACE}" {public[0]} {public[1]}\n'
