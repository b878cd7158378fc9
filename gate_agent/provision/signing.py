"""The site's signing keys: one that vouches, kept with the CA, and one of each door and the centre.

Nobody needs the keys of the others: each shows, beside what it signs, the site's warrant for its
own. A new warrant of the same name ends the one before it, wherever it is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from gate_agent.config.keyfile import load_key, make_key
from gate_agent.contract.moment import format_utc
from gate_agent.contract.signed import Warrant
from gate_agent.host.keys import issue_warrant, public_signing_key

ROOT, KEY, WARRANT, ROOTS = "signers.key", "signing.key", "signing.warrant", "signers.pub"
Put = Callable[[Path, bytes], None]


def write_signing(
    home: Path, folders: Iterable[tuple[str, Path]], *, site: str, now: datetime, renew: bool,
    put: Put,
) -> list[str]:  # fmt: skip
    """Make what is missing, and with `renew` every key anew; return what was made."""
    made = []
    if not (home / ROOT).exists():
        make_key(home / ROOT)
        made.append(str(home / ROOT))
    root = load_key(home / ROOT)
    others = sorted(path for path in home.glob("signers-*.key"))  # still out there
    publics = [public_signing_key(key) for key in (root, *map(load_key, others))]
    for name, folder in folders:
        put(folder / ROOTS, b"".join(key.hex().encode() + b"\n" for key in publics))
        key, warrant = folder / KEY, folder / WARRANT
        if renew or not (key.exists() and warrant.exists()):
            key.unlink(missing_ok=True)
            public = public_signing_key(make_key(key)).hex()
            issued = Warrant(site=site, name=name, key=public, issued=format_utc(now))
            put(warrant, issue_warrant(root, issued).encode())
            made.append(f"{warrant} since {issued.issued}")
    return made
