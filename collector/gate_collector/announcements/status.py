"""What anybody may know of the hall now (公众状态页): nothing about a person or a door."""

from __future__ import annotations

from pydantic import BaseModel, Field

from gate_agent.contract.policy import HallMode
from gate_agent.words import Lang
from gate_collector.announcements.book import in_force
from gate_collector.announcements.course import Outlook, Version, outlook
from gate_collector.announcements.texts import changes, draft
from gate_collector.centre import Centre


class PublicText(BaseModel):
    """A text in both languages."""

    zh: str
    en: str

    def said(self, lang: Lang) -> str:
        """Return the text in one language."""
        return self.en if lang == "en" else self.zh


class PlannedChange(BaseModel):
    """What will be so from a time on (预定变更)."""

    at: str
    hall_mode: HallMode
    text: PublicText


class PublicStatus(BaseModel):
    """The hall as the public is told of it."""

    hall: str
    hall_mode: HallMode
    since: str | None = Field(description="when the mode was set; null: nobody ever set one")
    time: str  # at which this holds
    text: PublicText
    published: str | None  # when somebody published this text; null: made from the policy
    published_en: str | None = Field(
        description="the same of the English text; null: made from the policy"
    )
    coming: list[PlannedChange] = Field(description="what is planned, the first first")

    def published_in(self, lang: Lang) -> str | None:
        """Return when somebody published the text of this language."""
        return self.published_en if lang == "en" else self.published

    def paragraphs(self, lang: Lang) -> list[str]:
        """Return the text's lines in one language."""
        return self.text.said(lang).splitlines()

    def planned(self, lang: Lang) -> list[str]:
        """Return what is planned, where the text was not made from it."""
        if self.published_in(lang) is None:
            return []
        return [one.text.said(lang) for one in self.coming]


def status(centre: Centre, version: Version) -> PublicStatus:
    """Return it. A change is said at once, also before somebody has published a text for it."""
    policy = centre.policy()
    with centre.engine.connect() as connection:
        hall = outlook(connection, policy, centre.now, version)
        newest = in_force(connection, hall)
    zh, en = newest and newest.zh, newest and newest.en
    return PublicStatus(
        hall=centre.name, hall_mode=policy.hall_mode, since=hall.since, time=hall.now,
        text=PublicText(zh=zh or draft(centre, hall, "zh"), en=en or draft(centre, hall, "en")),
        published=newest and newest.at,
        published_en=newest.at if newest and en else None,
        coming=_coming(centre, hall),
    )  # fmt: skip


def _coming(centre: Centre, hall: Outlook) -> list[PlannedChange]:
    zh, en = (changes(hall, centre.zone, lang) for lang in ("zh", "en"))
    return [
        PlannedChange(at=one.at, hall_mode=one.policy.hall_mode, text=PublicText(zh=a, en=b))
        for one, a, b in zip(hall.coming, zh, en, strict=True)
    ]
