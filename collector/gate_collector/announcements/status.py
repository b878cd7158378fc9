"""What anybody may know of the hall now (公众状态页): nothing about a person or a door."""

from __future__ import annotations

from pydantic import BaseModel

from gate_agent.contract.moment import format_utc
from gate_agent.contract.policy import HallMode
from gate_agent.words import Lang
from gate_collector.announcements.book import in_force
from gate_collector.announcements.texts import draft
from gate_collector.centre import Centre


class PublicText(BaseModel):
    """The announcement in both languages."""

    zh: str
    en: str


class PublicStatus(BaseModel):
    """The hall as the public is told of it."""

    hall: str
    hall_mode: HallMode
    time: str  # at which this holds
    text: PublicText
    published: str | None  # when somebody published this text; null: made from the policy


def status(centre: Centre) -> PublicStatus:
    """Return it. A change is said at once, also before somebody has published a text for it."""
    policy = centre.policy()
    with centre.engine.connect() as connection:
        newest = in_force(connection, policy)
    if newest is not None:
        zh, en, published = newest.zh, newest.en or draft(centre, "en"), newest.at
    else:
        zh, en, published = draft(centre, "zh"), draft(centre, "en"), None
    return PublicStatus(
        hall=centre.name, hall_mode=policy.hall_mode, time=format_utc(centre.now),
        text=PublicText(zh=zh, en=en), published=published,
    )  # fmt: skip


def paragraphs(shown: PublicStatus, lang: Lang) -> list[str]:
    """Return the text's lines in one language."""
    return (shown.text.en if lang == "en" else shown.text.zh).splitlines()
