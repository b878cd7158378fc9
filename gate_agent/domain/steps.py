"""Sudden steps (突变) of the instrument, seen in the newest people's scores.

A step down is followed on the scores alone: the threshold only falls with it. A step up is followed
where the contact thermometer agrees, since a feverish queue looks the same to a forehead sensor.
"""

from __future__ import annotations

from collections.abc import Sequence

PROOFS_LEAST = 3  # that many flagged people proven healthy, within TOGETHER people
TOGETHER = 10
FALL_LEAST = 11  # people after a step down: fewer may have come from the cold together
SURE = 2  # margins (at 5 %: 1.6 deviations each) that a fall is beyond chance


def since_fall(scores: Sequence[int], margin: int) -> int:
    """Return the place of the first person after the newest step down; 0 without one.

    It is where the means before and after differ most clearly. Nobody counts for more than a
    margin from the middle: a few cold foreheads are no step.
    """
    if len(scores) <= FALL_LEAST:
        return 0
    middle, people = median(scores), len(scores)
    held = [min(max(score - middle, -margin), margin) for score in scores]
    total, newest = sum(held), 0
    first, clearest = 0, float((SURE * margin) ** 2)
    for count in range(1, people):
        newest += held[-count]
        apart = (total - newest) * count - newest * (people - count)
        clear = apart * apart / (people * count * (people - count))
        if apart > 0 and clear > clearest:
            first, clearest = people - count, clear
    return first if first <= people - FALL_LEAST else 0


def since_rise(scores: Sequence[int], found_healthy: Sequence[bool], margin: int) -> int:
    """Return the place of the first person after the newest step up; 0 without one.

    `found_healthy`: who was flagged, and the contact thermometer said healthy. Chance brings three
    together as well: the people since then must stand half a margin higher.
    """
    places = [place for place, healthy in enumerate(found_healthy) if healthy]
    for one, third in zip(places, places[PROOFS_LEAST - 1 :], strict=False):
        if third - one < TOGETHER:
            first = min(one, max(0, len(scores) - TOGETHER))
            before = scores[:first]
            if not before or 2 * (median(scores[first:]) - median(before)) >= margin:
                return first
    return 0


def median(values: Sequence[int]) -> int:
    """Return the middle value; of two middle ones, their mean rounded down."""
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) // 2
