"""The draft of an announcement, which somebody reads, changes and publishes."""

from __future__ import annotations

from functools import partial

from gate_agent.contract.moment import on_clock
from gate_agent.contract.opening import said_hours, said_windows
from gate_agent.contract.policy import HallMode
from gate_agent.words import Lang, word
from gate_collector.centre import Centre


def draft(centre: Centre, lang: Lang) -> str:
    """Return what the policy in force means for the public, a paragraph a line."""
    policy, say = centre.policy(), partial(word, lang=lang)
    at = on_clock(centre.now, centre.zone).strftime(say("announcement.moment"))
    mode = say(f"hall_mode.{policy.hall_mode}")
    lines = [say("announcement.from", date=at, hall=centre.name, mode=mode)]
    lines.append(say(f"announcement.{policy.hall_mode}"))
    if policy.hall_mode is not HallMode.EMERGENCY:
        if hours := said_hours(policy.opening, say):
            lines.append(say("announcement.hours", hours=hours))
        if windows := said_windows(policy.windows, say):
            lines.append(say("announcement.windows", windows=windows))
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


def _in(lang: Lang, zh: str, en: str) -> str:
    return (en or zh) if lang == "en" else zh
