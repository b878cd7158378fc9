"""What the visitors' display (引导屏) may know: what to do next, and nothing about anybody.

It faces the queue: no name, no number, no temperature, no word of a fever. Who is held is asked to
wait, in the same words as everybody who has to wait.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial

from gate_agent.contract.appointments import CancelReason
from gate_agent.contract.frozen import FrozenModel
from gate_agent.contract.guidance import Bulletin
from gate_agent.contract.moment import parse_utc
from gate_agent.contract.opening import said_hours, said_windows
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.contract.records import Decision, DeviceState
from gate_agent.gate.screen_state import PassageView, Phase, ScreenState
from gate_agent.words import LANGS, Lang, word


class Guide(StrEnum):
    """What the person in front of the display does next."""

    WELCOME = "welcome"  # 欢迎
    MEASURE = "measure"  # 请站好测温
    CARD = "card"  # 请刷身份证
    REGISTER = "register"  # 请登记
    WAIT = "wait"  # 请稍候
    GO = "go"  # 请进
    AGAIN = "again"  # 请稍后再测一次
    HAND = "hand"  # 请到工作人员处用体温计测量
    AWAY = "away"  # 今天不能入内: where to do it online
    ASK = "ask"  # 请听工作人员指引


class TextView(FrozenModel):
    """A text in both languages; the English one may be empty."""

    zh: str
    en: str


class VisitorView(FrozenModel):
    """Everything the visitors' display shows."""

    gate: str
    timezone: str
    time: str
    hall_mode: HallMode
    guide: Guide
    why: str  # a reason with words of its own, where away or again; "": those of the guide
    notices: tuple[TextView, ...]
    tips: tuple[TextView, ...]
    channels: tuple[TextView, ...]  # their QR codes: /visitor/channels/{n}.svg
    booking: TextView | None
    purposes: tuple[str, ...] = ()  # what one may come for now
    entry: int | None = None  # the number of the code by which who registers types it (自助填写)
    entry_by_phone: bool = False  # phones reach this door: the code may be scanned
    clinics: tuple[TextView, ...]  # 就医指南: to whoever waits or turns back, whatever the reason


_PHASES = {
    Phase.MEASURING: Guide.MEASURE,
    Phase.IDENTIFIED: Guide.MEASURE,
    Phase.MEASURED: Guide.CARD,
    Phase.REGISTERING: Guide.REGISTER,
}
_CANCELLED = frozenset(f"cancelled_{reason}" for reason in CancelReason)
_TOLD = frozenset({"no_appointment", "hall_closed", "emergency"}) | _CANCELLED
_AGAIN = frozenset({"cold_skin", "no_card", "two_cards", "two_people", "registration_timeout"})
_UNREAD = frozenset({"card_fault", "card_not_read", "card_unknown_kind"})
_READER = "id_reader"
_STOPPED = frozenset({Guide.AWAY, Guide.WAIT})  # who waits may wait for anything
_NEEDED = "thermometer", _READER  # a camera that is lost changes nothing for who comes
_CLOSED = {HallMode.CLOSED: "hall_closed", HallMode.EMERGENCY: "emergency"}


def visitor_view(snapshot: ScreenState, policy: Policy, entry: int | None = None) -> VisitorView:
    """Return what the display shows beside this state of the door."""
    guide, why = _guide(snapshot)
    booking = policy.booking
    return VisitorView(
        gate=snapshot.gate.name,
        timezone=snapshot.gate.timezone,
        time=snapshot.time,
        hall_mode=snapshot.hall_mode,
        guide=guide,
        why=why,
        notices=(
            *_opening(policy),
            *(TextView(zh=one.zh, en=one.en) for one in policy.notices),
            *_bulletins(policy, parse_utc(snapshot.time)),
        ),
        tips=tuple(TextView(zh=tip.zh, en=tip.en) for tip in policy.tips),
        channels=tuple(TextView(zh=one.zh, en=one.en) for one in policy.online_channels),
        booking=None if booking is None else TextView(zh=booking.zh, en=booking.en),
        purposes=snapshot.purposes,
        entry=entry,
        clinics=_clinics(policy) if guide in _STOPPED else (),
    )


def _bulletins(policy: Policy, now: datetime) -> Iterator[TextView]:
    """Yield what the authorities tell now, each with its source."""
    for one in policy.bulletins:
        if one.is_shown(now):
            yield TextView(
                zh=_sourced(one.zh, one, "zh"), en=_sourced(one.en, one, "en") if one.en else ""
            )


def _sourced(text: str, one: Bulletin, lang: Lang) -> str:
    return f"{text}\n{word('visitor.source', lang, source=one.source, author=one.author).rstrip()}"


def _clinics(policy: Policy) -> tuple[TextView, ...]:
    """Return where to see a doctor: the same for everybody, so that it tells nothing of anybody."""
    return tuple(
        TextView(
            zh="\n".join(filter(None, (one.name, one.address, one.phone, one.way, one.hours))),
            en=one.en,
        )
        for one in policy.clinics
    )


def _opening(policy: Policy) -> tuple[TextView, ...]:
    """Return when the hall serves and which windows do, where the centre has said it."""
    both = {
        lang: "\n".join(
            filter(None, (said_hours(policy.opening, say), said_windows(policy.windows, say)))
        )
        for lang, say in ((lang, partial(word, lang=lang)) for lang in LANGS)
    }
    return (TextView(zh=both["zh"], en=both["en"]),) if both["zh"] else ()


def _guide(snapshot: ScreenState) -> tuple[Guide, str]:
    passage = snapshot.passage
    if passage is None:
        return _to_the_next(snapshot)
    match passage.decision:
        case None:
            return _undecided(passage, snapshot)
        case Decision.ADMIT:
            return (Guide.GO if passage.gate_open else Guide.WAIT), ""
        case Decision.DENY if "registration_timeout" not in passage.reasons:
            return Guide.AWAY, _told(passage.reasons, _TOLD)
        case Decision.RECHECK if passage.needs_hand:
            return Guide.HAND, ""
        case Decision.DENY | Decision.RECHECK | Decision.AMBIGUOUS:
            if unread := _told(passage.reasons, _UNREAD):
                return Guide.ASK, unread
            if _is_by_hand(snapshot):
                return Guide.HAND, ""
            return Guide.AGAIN, _told(passage.reasons, _AGAIN)
        case Decision.HOLD:
            return Guide.WAIT, ""


def _to_the_next(snapshot: ScreenState) -> tuple[Guide, str]:
    """Say what whoever comes next is to do: nobody stands there."""
    if snapshot.hall_mode in _CLOSED:
        return Guide.AWAY, _CLOSED[snapshot.hall_mode]
    if not snapshot.journal.writable:
        return Guide.ASK, ""
    if _is_by_hand(snapshot):
        return Guide.HAND, ""
    if snapshot.thermometer and snapshot.thermometer.checking_s is not None:
        return Guide.ASK, "checking"
    well = all(_is_well(snapshot, device) for device in _NEEDED)
    return (Guide.WELCOME if well else Guide.ASK), ""


def _undecided(passage: PassageView, snapshot: ScreenState) -> tuple[Guide, str]:
    """Say what who stands there is to do, where the door can still take it."""
    if snapshot.hall_mode is HallMode.EMERGENCY:
        return Guide.AWAY, "emergency"
    if passage.card_asked:
        return Guide.ASK, "card_asked"
    match passage.phase:
        case Phase.MEASURING | Phase.IDENTIFIED if _is_by_hand(snapshot):
            return Guide.HAND, ""
        case Phase.MEASURED if not _is_well(snapshot, _READER):
            return Guide.ASK, ""
        case Phase.GATHERING:
            return Guide.WAIT, "companions"
        case phase:
            return _PHASES[phase], ""


def _is_by_hand(snapshot: ScreenState) -> bool:
    """Whether the contact thermometer alone can let somebody in."""
    return snapshot.thermometer is not None and snapshot.thermometer.by_hand


def _is_well(snapshot: ScreenState, device: str) -> bool:
    """Whether a device works; one that this door does not have does."""
    known = snapshot.devices.get(device)
    return known is None or known.state is DeviceState.OK


def _told(reasons: Sequence[str], those: Collection[str]) -> str:
    """Return the first reason that the display has words for."""
    return next((reason for reason in reasons if reason in those), "")
