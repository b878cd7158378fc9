"""The page of a person who was searched: passages and holds, as lists; never a name.

A list is filtered by its address, and no address may say who is looked at. So it holds a token:
the reference, encrypted, for whoever searched and for an hour.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from gate_agent.contract.moment import format_utc, parse_utc
from gate_agent.http.grants import Routes
from gate_agent.words import Lang
from gate_collector.centre import Centre
from gate_collector.live.held_list import HELD, holds
from gate_collector.live.passages import PASSAGES, passed
from gate_collector.roles.grants import READERS
from gate_collector.roles.session import acting
from gate_collector.store.schema import HOLD, PASSAGE
from gate_collector.store.secret import secret_of
from gate_collector.web.pages import Pages

LASTS = timedelta(hours=1)
_NAME = "found persons"
_BETWEEN = "\0"
Token = Annotated[str, Path(pattern="^[A-Za-z0-9_=-]{1,600}$")]


def token_of(secret: bytes, ref: str, who: str, now: datetime) -> str:
    """Return what stands for a person in an address, for whoever searched."""
    text = _BETWEEN.join((ref, format_utc(now), who))
    return urlsafe_b64encode(SecretBox(secret).encrypt(text.encode())).decode()


def ref_of(secret: bytes, token: str, who: str, now: datetime) -> str | None:
    """Return who is meant; None for a token that is over, another's, or none of ours."""
    try:
        text = SecretBox(secret).decrypt(urlsafe_b64decode(token)).decode()
    except (CryptoError, ValueError):
        return None
    ref, made, searcher = text.split(_BETWEEN, 2)
    return ref if searcher == who and now - parse_utc(made) <= LASTS else None


def found_at(centre: Centre, ref: str) -> str:
    """Return where the page of a person is, for who acts now."""
    secret = secret_of(centre.engine, _NAME)
    return f"/found/{token_of(secret, ref, acting().name, centre.now)}"


def build_person(centre: Centre, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = Routes(tags=["hall"])

    @routes.get("/found/{token}", dependencies=[READERS], include_in_schema=False)
    def page(request: Request, token: Token, lang: Lang = "zh") -> Response:
        """Return passages and holds of who was searched; without them once the search is old."""
        ref = ref_of(secret_of(centre.engine, _NAME), token, acting().name, centre.now)
        if ref is None:
            return pages.show("person.html", lang, 410, person_ref=None)
        asked = pages.asked(request)
        of_person = passed(None, None, centre.zone).where(PASSAGE.c.person_ref == ref)
        with centre.engine.connect() as connection:
            lists = [
                HELD.read(connection, holds().where(HOLD.c.person_ref == ref), asked),
                PASSAGES.read(connection, of_person, asked),
            ]
        return pages.lists("person.html", lang, asked, lists, person_ref=ref)

    return routes
