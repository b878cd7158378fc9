"""The body of a request, checked once for every route: size, depth, numbers, text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from starlette.types import Message, Receive

from gate_agent.contract.json_text import ForeignJsonError, read_json
from gate_agent.contract.printable import in_one_form
from gate_agent.errors import GateError

_KIB, _MIB = 1024, 1024 * 1024


class Unfit(GateError):  # noqa: N818 it is an answer
    """A body that no route takes; says nothing of what stood in it."""

    def __init__(self, status: int, code: str, *, expected: str, got: str) -> None:
        """Take the answer's status and code, and what was expected."""
        super().__init__(f"expected {expected}, got {got}")
        self.status = status
        self.code = code


def too_large(most: int) -> Unfit:
    """Return that a body is larger than `most` bytes."""
    limit = f"{most // _MIB} MiB" if most >= _MIB else f"{most // _KIB} KiB"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return Unfit(status, "too_large", expected=f"at most {limit}", got="more")


def bounded(receive: Receive, most: int) -> Receive:
    """Return a `receive` that raises Unfit as soon as the body is more than `most` bytes."""
    length = 0

    async def received() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > most:
            raise too_large(most)
        return message

    return received


async def whole(receive: Receive) -> bytes:
    """Return the whole body."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` once, then what comes after it."""
    first: Iterable[Message] = iter(
        [{"type": "http.request", "body": body, "more_body": False}],
    )

    async def replayed() -> Message:
        for message in first:
            return message
        return await receive()

    return replayed


def checked(body: bytes) -> bytes:
    """Return a JSON body whose text is in one form. Raises Unfit."""
    if not body:
        return body
    try:
        return json.dumps(_clean(read_json(body)), ensure_ascii=False).encode()
    except ForeignJsonError as exc:
        code = "text" if exc.is_text else "invalid"
        expected, _, got = str(exc).removeprefix("expected ").partition(", got ")
        raise Unfit(HTTPStatus.UNPROCESSABLE_ENTITY, code, expected=expected, got=got) from None


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value


def _text(text: str) -> str:
    try:
        return in_one_form(text)
    except ValueError:
        raise ForeignJsonError("text that can be printed", "other text", is_text=True) from None
