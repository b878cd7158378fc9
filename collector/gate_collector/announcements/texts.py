"""The draft of an announcement, which somebody reads, changes and publishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo
from functools import partial

from gate_agent.contract.moment import on_clock, parse_utc
from gate_agent.contract.opening import said_hours, said_windows
from gate_agent.contract.policy import HallMode, Policy
from gate_agent.words import Lang, word
from gate_collector.announcements.course import Outlook
from gate_collector.centre import Centre

_Say = Callable[..., str]


def draft(centre: Centre, hall: Outlook, lang: Lang) -> str:
    """Return what the policy in force and those planned mean for the public, a paragraph a line."""
    policy, say = hall.policy, partial(word, lang=lang)
    mode = say(f"hall_mode.{policy.hall_mode}")
    if hall.since is None:
        lines = [say("announcement.now", hall=centre.name, mode=mode)]
    else:
        since = _moment(hall.since, centre.zone, say)
        lines = [say("announcement.from", date=since, hall=centre.name, mode=mode)]
    lines += [say(f"announcement.{policy.hall_mode}"), *_service(policy, say)]
    lines += changes(hall, centre.zone, lang)
    if policy.booking is not None:
        lines.append(
            say("announcement.booking", how=_in(lang, policy.booking.zh, policy.booking.en))
        )
    lines += [
        say("announcement.online", name=_in(lang, channel.zh, channel.en), url=channel.url)
        for channel in policy.online_channels
    ]
    lines.append(say("announcement.bring"))
    return "\n".join(filter(None, lines))


def changes(hall: Outlook, zone: tzinfo, lang: Lang) -> list[str]:
    """Return what is planned (预定变更), a paragraph for each time."""
    say, before, lines = partial(word, lang=lang), hall.policy.hall_mode, []
    for one in hall.coming:
        mode = one.policy.hall_mode
        key = "announcement.coming" if mode is not before else "announcement.adjusted"
        date = _moment(one.at, zone, say)
        head = say(key, date=date, mode=say(f"hall_mode.{mode}"))
        what = [say(f"announcement.{mode}")] if mode is not before else []
        lines.append(("" if lang == "zh" else " ").join((head, *what, *_service(one.policy, say))))
        before = mode
    return lines


def _service(policy: Policy, say: _Say) -> Iterator[str]:
    """Yield hours and windows, where anybody is served."""
    if policy.hall_mode in (HallMode.EMERGENCY, HallMode.CLOSED):
        return
    if hours := said_hours(policy.opening, say):
        yield say("announcement.hours", hours=hours)
    if windows := said_windows(policy.windows, say):
        yield say("announcement.windows", windows=windows)


def _moment(utc: str, zone: tzinfo, say: _Say) -> str:
    return on_clock(parse_utc(utc), zone).strftime(say("announcement.moment"))


def _in(lang: Lang, zh: str, en: str) -> str:
    return (en or zh) if lang == "en" else zh
