"""A file that opens with a password in any browser, and nowhere else (口令密封文件).

One HTML page: AES-256-GCM over the content, the key from the password by PBKDF2-HMAC-SHA-256. Its
form is told in docs/decisions/0012 so that others can open it; `examples/open_contacts.py` does.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gate_agent.words import Lang, word

FORMAT = "gate-sealed/1"
ITERATIONS = 600_000  # OWASP's figure; the password alone has 79 bits
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another, or is told alike
_GROUPS, _OF = 4, 4
_HERE = Path(__file__).parent
_WORD = re.compile("%(?P<key>[a-z_.]+) (?P<lang>zh|en)%")


@dataclass(frozen=True, slots=True)
class SealedList:
    """A file and what opens it; the password is told once and kept nowhere."""

    page: str
    password: str

    @property
    def sha256(self) -> str:
        """Return what tells this file from any other."""
        return sha256(self.page.encode()).hexdigest()


def seal(content: Mapping[str, object], headline: str) -> SealedList:
    """Return `content` as a page; `headline` stands on it in clear and names nobody."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 seldom wanted

    password, salt, nonce = _password(), os.urandom(16), os.urandom(12)
    text = json.dumps(content, ensure_ascii=False).encode()
    box = {
        "format": FORMAT,
        "kdf": "PBKDF2-HMAC-SHA-256",
        "iterations": ITERATIONS,
        "salt": _b64(salt),
        "cipher": "AES-256-GCM",
        "nonce": _b64(nonce),
        "text": _b64(AESGCM(_key(password, salt)).encrypt(nonce, text, FORMAT.encode())),
    }
    return SealedList(_page(box, headline), password)


def _password() -> str:
    """Return a password that can be told over the telephone."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_OF)) for _ in range(_GROUPS))
    return "-".join(groups)


def _key(password: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 as above
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC  # noqa: PLC0415 as above

    plain = password.replace("-", "").encode()
    return PBKDF2HMAC(SHA256(), 32, salt, ITERATIONS).derive(plain)


def _page(box: dict[str, object], headline: str) -> str:
    """Return the page: it loads nothing and sends nothing, and runs its own script alone."""
    script, style = (_HERE / "opener.js").read_text(), (_HERE / "opener.css").read_text()
    parts = {
        "%SCRIPT-HASH%": _b64(sha256(script.encode()).digest()),
        "%STYLE-HASH%": _b64(sha256(style.encode()).digest()),
        "%HEADLINE%": html.escape(headline),
        "%STYLE%": style,
        "%SCRIPT%": script,
        "%BOX%": json.dumps(box),
    }
    page = _WORD.sub(_say, (_HERE / "opener.html").read_text())
    for mark, part in parts.items():
        page = page.replace(mark, part)
    return page


def _say(mark: re.Match[str]) -> str:
    """Return the word for %key zh% or %key en%."""
    lang: Lang = "en" if mark["lang"] == "en" else "zh"
    return html.escape(word(mark["key"], lang))


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
