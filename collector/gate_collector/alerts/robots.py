"""Robots of group chats (群机器人): sent is what they took, and not what they answered 200 to.

WeCom, DingTalk and Feishu answer 200 to everything, and say in the body whether the message was
taken: not by a robot that was removed, without its keyword, or as the 21st of a minute. Apprise
reads the address; what it does not read is the answer.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from gate_agent.contract.json_text import read_json
from gate_agent.errors import ContractError

ROBOTS = frozenset({"wecombot", "dingtalk", "feishu"})
_WITHIN_S = 10.0
_MOST_BYTES = 64 * 1024
_LONGEST = {"wecombot": 2048}  # bytes of a text; the others take ten times as much
_CODES = ("errcode", "code", "StatusCode")


def tell_robot(url: str, plugin: Any, title: str, text: str) -> bool:
    """Tell a robot; return whether it took the message. `plugin` is what Apprise made of `url`.

    `?at=https://…` in the address names a service of the site's own (政务微信, 专有钉钉).
    """
    parts = urlsplit(url)
    kind, at = parts.scheme, parse_qs(parts.query).get("at", [""])[0]
    said = f"{title}\n{text}".encode()[: _LONGEST.get(kind, 20_000)].decode(errors="ignore")
    where = (at or _address(kind, plugin)) + _signed(kind, plugin, has_query="?" in (at or "?"))
    if urlsplit(where).scheme not in ("https", "http"):
        return False
    form = "msg_type" if kind == "feishu" else "msgtype"
    content = {"content": {"text": said}} if kind == "feishu" else {"text": {"content": said}}
    body = json.dumps({form: "text", **content}).encode()
    asked = Request(where, body, {"Content-Type": "application/json"})  # noqa: S310 http(s), above
    try:
        with urlopen(asked, timeout=_WITHIN_S) as answer:  # noqa: S310 as above
            return _was_taken(answer.read(_MOST_BYTES))
    except (URLError, OSError, ValueError):
        return False


def _address(kind: str, plugin: Any) -> str:
    if kind == "wecombot":
        return str(plugin.api_url)
    return str(plugin.notify_url.format(token=plugin.token))


def _signed(kind: str, plugin: Any, *, has_query: bool) -> str:
    """Return what a DingTalk robot with a secret wants beside its token, already escaped."""
    if kind != "dingtalk" or not plugin.secret:
        return ""
    timestamp, signature = plugin.get_signature()
    return f"{'&' if has_query else '?'}timestamp={timestamp}&sign={signature}"


def _was_taken(answer: bytes) -> bool:
    """Whether a robot says that all is well, in one of the ways in which they say it."""
    try:
        reply = read_json(answer)
    except ContractError:
        return False
    codes = [reply[name] for name in _CODES if name in reply] if isinstance(reply, dict) else []
    return bool(codes) and all(code == 0 for code in codes)
