"""What devices tell the door. Defined here, seen by drivers as driver_api."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class CardType(StrEnum):
    """The kinds of document (证件): the first four an ID-card reader reads, the rest a guard."""

    RESIDENT = "resident"  # 居民身份证
    HMT_PERMIT = "hmt_permit"  # 港澳台居民居住证
    FOREIGNER_2017 = "foreigner_2017"  # 外国人永久居留身份证 2017
    FOREIGNER_2023 = "foreigner_2023"  # 外国人永久居留身份证 2023
    PASSPORT = "passport"  # 护照
    HM_TRAVEL = "hm_travel"  # 港澳居民来往内地通行证
    TAIWAN_TRAVEL = "taiwan_travel"  # 台湾居民来往大陆通行证
    MILITARY = "military"  # 军人证件
    OTHER = "other"  # 其他证件


READER_CARDS = (
    CardType.RESIDENT,
    CardType.HMT_PERMIT,
    CardType.FOREIGNER_2017,
    CardType.FOREIGNER_2023,
)
"""Whose numbers have a shape of their own: a mistyped one is noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One temperature report (读数), in hundredths of a degree Celsius, as the frame says it.

    `body_centi_c` is the vendor's own estimate of body temperature where the device gives one.
    """

    surface_centi_c: int
    ambient_centi_c: int | None = None
    body_centi_c: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One ID card was read (读到一张证). Personal data: never printed whole.

    Only what registration needs leaves the driver; address, birth, photo and the rest stay in it.
    """

    card_type: CardType
    name: str = field(repr=False)
    number: str = field(repr=False)
    country: str = field(default="", repr=False)  # ISO 3166-1 alpha-3, of who issued it; "": China

    def __repr__(self) -> str:
        """Return the card without its owner: the last four of the number only."""
        return f"Card({self.card_type}, …{self.number[-4:]})"


class Unread(StrEnum):
    """Why a reader gives nothing of a card that lies on it."""

    NOT_READ = "card_not_read"  # 读不出
    UNKNOWN_KIND = "card_unknown_kind"  # 固件不识此证: its firmware is older than this kind of card


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRefused:
    """A card lies on the reader and was refused twice: whose it is, the guard must type."""

    why: Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeRead:
    """A badge (工作证) was held to a reader: its number as printed, in the reader's own form."""

    number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRead:
    """A code was scanned (扫码): its text, whatever it says."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SomebodyLeft:
    """An exit (出口) saw people leave, whoever they were."""

    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputState:
    """The contacts (继电器) of a board that are closed, as read back from it."""

    closed: frozenset[int]
