"""What a replay tells, one line each: stable, so that versions can be compared."""

from __future__ import annotations

from gate_agent.capture.replay import DeviceTold, Told
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import PassageDecided
from gate_agent.contract.signals import Card, CardRefused, Reading
from gate_agent.domain.door import TrustChanged


def line(at: Moment, told: Told) -> str:
    """Return the line for one thing that was told."""
    return f"{format_utc(at.utc)} {_words(told)}".rstrip()


def _words(told: Told) -> str:
    match told:
        case Reading():
            values = {
                "surface": told.surface_centi_c,
                "ambient": told.ambient_centi_c,
                "body": told.body_centi_c,
            }
            return "reading " + _celsius(values)
        case Card():
            return f"card {told.card_type} …{told.number[-4:]}"
        case CardRefused():
            return f"card refused {told.why}"
        case DeviceTold():
            return f"device {told.device} {told.state} {told.cause}"
        case TrustChanged():
            return "thermometer " + ("trusted" if told.trusted else "not trusted")
        case PassageDecided():
            seen = told.temperature
            values = {"surface": seen.surface_centi_c, "score": seen.score_centi_c}
            reasons = ",".join(told.reasons) or "-"
            measured = f"{seen.outcome} {_celsius(values)}".rstrip()
            return f"decided {told.decision} {told.category} {reasons} {measured}"
        case _:
            return f"event {told.TYPE} {told.subject or ''}"


def _celsius(values: dict[str, int | None]) -> str:
    return " ".join(f"{name} {v / 100:.2f}" for name, v in values.items() if v is not None)
