"""Server-sent events of the centre: looked at once a second, and ended where nobody may hear."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request

EVERY_S = 1.0
_MOST_LOOKS = 60  # then the page asks again: who has no session any more is sent to sign on


async def looked_at(
    request: Request, name: str, look: Callable[[], dict[str, Any]], stands: Callable[[], bool]
) -> AsyncIterator[str]:
    """Yield what `look` returns as events of this name, while the request's session stands."""
    yield "retry: 1000\n\n"
    for _ in range(_MOST_LOOKS):
        if await request.is_disconnected() or not await asyncio.to_thread(stands):
            return
        looked = await asyncio.to_thread(look)
        yield f"event: {name}\ndata: {json.dumps(looked, ensure_ascii=False)}\n\n"
        await asyncio.sleep(EVERY_S)
