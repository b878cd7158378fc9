"""The body of a request, checked once for every route: size, depth, numbers, text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from starlette.types import Message, Receive

from gate_agent.contract.printable import in_one_form
from gate_agent.errors import GateError

_DEEPEST = 32
_WIDEST = 2**63  # what a store's whole number holds
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
    """Return a JSON body whose text is in one form. Raises Unfit.

    What is no JSON comes back as it is: the route refuses it.
    """
    try:
        told = json.loads(body, object_pairs_hook=_each_once, parse_constant=_no_number)
        return json.dumps(_clean(told, 0), ensure_ascii=False).encode()
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        return body


def _clean(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise _too_deep()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(key): _clean(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner, depth + 1) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise _too_wide()
    if isinstance(value, int) and not -_WIDEST <= value < _WIDEST:
        raise _too_wide()
    return value


def _text(text: str) -> str:
    try:
        return in_one_form(text)
    except ValueError:
        raise Unfit(422, "text", expected="text that can be printed", got="other text") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unfit(422, "invalid", expected="each key once", got="one twice")
    return made


def _no_number(_: str) -> float:
    raise _too_wide()


def _too_wide() -> Unfit:
    return Unfit(422, "invalid", expected="a number of at most 63 bits", got="another")


def _too_deep() -> Unfit:
    return Unfit(422, "invalid", expected=f"at most {_DEEPEST} levels", got="more")
