"""What fails in a simulated hall, and what comes of it at a door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.simulate.script import EMPTY_CENTI_C, Fault, What
from gate_agent.contract.moment import NS_PER_S, ClockQuality, format_utc
from gate_agent.contract.records import ClockSynced, DeviceState
from gate_agent.contract.signals import Reading
from gate_agent.domain.door import ReadingTaken, TrustChanged
from gate_agent.domain.passage import OpenPassage

if TYPE_CHECKING:
    from bench.simulate.hall import Hall, Place

_SYNCED_AFTER_S = 600


@dataclass(slots=True)
class Broken:
    """What does not work at a door now; counts, since two faults may overlap."""

    thermometer: int = 0
    trust: int = 0
    reader: int = 0
    line: int = 0
    centre: int = 0
    down: int = 0
    guard_until_ns: int = 0
    line_mended_ns: int = 0
    waiting: tuple[str, ...] = ()  # who was seen, and not decided on, when the door went down
    waited: bool = False  # events waited at the door


def begin(hall: Hall, place: Place, fault: Fault) -> None:
    """Let it fail."""
    broken, door = place.broken, place.door
    match fault.what:
        case What.THERMOMETER:
            broken.thermometer += 1
            if broken.thermometer == 1 and not broken.down:
                door.device("thermometer", DeviceState.LOST)
        case What.TRUST:
            broken.trust += 1
            _trust(hall, place)
        case What.READER:
            broken.reader += 1
            if broken.reader == 1 and not broken.down:
                door.device("id_reader", DeviceState.LOST)
        case What.LINE:
            broken.line += 1
            if broken.line == 1:
                hall.lines.disconnect(place)
        case What.CENTRE:
            broken.centre += 1
        case What.RESTART | What.REBOOT:
            if not broken.down:
                broken.waiting = _waiting(place)
            broken.down += 1
            hall.lines.disconnect(place)
        case What.CLOCK:
            if not broken.down:
                door.set_clock(fault.size, ClockQuality.STEPPED)
                hall.after(_SYNCED_AFTER_S, synchronise, hall, place)
        case What.GUARD:
            until_ns = hall.now_ns + round(fault.for_s * NS_PER_S)
            broken.guard_until_ns = max(broken.guard_until_ns, until_ns)


def end(hall: Hall, place: Place, fault: Fault) -> None:
    """Let it be well again."""
    broken, door = place.broken, place.door
    match fault.what:
        case What.THERMOMETER:
            broken.thermometer -= 1
            if not broken.thermometer and not broken.down:
                door.device("thermometer", DeviceState.OK)
                _see_nobody(hall, place)
        case What.TRUST:
            broken.trust -= 1
            _trust(hall, place)
        case What.READER:
            broken.reader -= 1
            if not broken.reader and not broken.down:
                door.device("id_reader", DeviceState.OK)
        case What.LINE:
            broken.line -= 1
            if not broken.line:
                broken.line_mended_ns = hall.now_ns
                if not broken.down:
                    hall.lines.connect(place)
        case What.CENTRE:
            broken.centre -= 1
        case What.RESTART | What.REBOOT:
            broken.down -= 1
            if not broken.down:
                _start(hall, place, reboots=fault.what is What.REBOOT)
        case What.CLOCK | What.GUARD:
            pass


def _see_nobody(hall: Hall, place: Place) -> None:
    """A thermometer that is back sees an empty spot ten times a second: once says as much."""
    if place.spot is None:
        reading = Reading(surface_centi_c=EMPTY_CENTI_C, ambient_centi_c=EMPTY_CENTI_C)
        hall.take(place, lambda at: ReadingTaken(at=at, reading=reading))


def synchronise(hall: Hall, place: Place) -> None:
    """A time service sets the clock right."""
    clock = place.door.clock
    clock.true_ns = hall.now_ns
    if place.broken.down or not clock.off_s:
        return
    place.door.set_clock(-clock.off_s, ClockQuality.SYNCED)
    booted = format_utc(clock.now().booted)
    place.door.keep(ClockSynced(boot=clock.boot_id, booted=booted))


def _waiting(place: Place) -> tuple[str, ...]:
    states = (place.door.door.passage, *place.door.door.desk)
    return tuple(one.passage_id for one in states if isinstance(one, OpenPassage))


def _trust(hall: Hall, place: Place) -> None:
    trusted = not place.broken.trust
    if place.door.door.thermometer_trusted is not trusted:
        hall.take(place, lambda at: TrustChanged(at=at, trusted=trusted))


def _start(hall: Hall, place: Place, *, reboots: bool) -> None:
    """The daemon is up again, after a reboot on a clock that begins anew."""
    door, broken = place.door, place.broken
    if reboots:
        door.clock.boot += 1
        door.clock.booted_ns = hall.now_ns - 30 * NS_PER_S
    place.armed_ns = None
    door.start()
    hall.interrupted(place)
    for device, is_lost in (("id_reader", broken.reader), ("thermometer", broken.thermometer)):
        if not is_lost:
            door.device(device, DeviceState.OK)
    if not broken.thermometer:
        _see_nobody(hall, place)
    if broken.trust:
        _trust(hall, place)
    broken.line_mended_ns = hall.now_ns
    if not broken.line:
        hall.lines.connect(place)
