"""What a replay tells, one line each: stable, so that versions can be compared."""

from __future__ import annotations

from gate_agent.capture.replay import DeviceTold, Told
from gate_agent.contract.moment import Moment, format_utc
from gate_agent.contract.records import PassageDecided
from gate_agent.contract.signals import (
    BadgeRead,
    Card,
    CardRefused,
    CodeRead,
    OutputState,
    Reading,
    SomebodyLeft,
)
from gate_agent.domain.door import TrustChanged


def line(at: Moment, output: Told) -> str:
    """Return the line for one thing that was told."""
    return f"{format_utc(at.utc)} {_words(output)}".rstrip()


def _words(output: Told) -> str:
    match output:
        case Reading():
            values = {
                "surface": output.surface_centi_c,
                "ambient": output.ambient_centi_c,
                "body": output.body_centi_c,
            }
            return "reading " + _celsius(values)
        case Card():
            return f"card {output.card_type} …{output.number[-4:]}"
        case CardRefused():
            return f"card refused {output.why}"
        case DeviceTold():
            return f"device {output.device} {output.state} {output.cause}"
        case TrustChanged():
            return "thermometer " + ("trusted" if output.trusted else "not trusted")
        case PassageDecided():
            seen = output.temperature
            values = {"surface": seen.surface_centi_c, "score": seen.score_centi_c}
            reasons = ",".join(output.reasons) or "-"
            measured = f"{seen.outcome} {_celsius(values)}".rstrip()
            return f"decided {output.decision} {output.category} {reasons} {measured}"
        case BadgeRead() | CodeRead() | SomebodyLeft() | OutputState():
            return type(output).__name__
        case _:
            return f"event {output.TYPE} {output.subject or ''}"


def _celsius(values: dict[str, int | None]) -> str:
    return " ".join(f"{name} {v / 100:.2f}" for name, v in values.items() if v is not None)
