"""The duties in memory for the web layer's tests: shows what it is told, notes what it is asked."""

from __future__ import annotations

from gate_agent.contract.records import DutyDone, Round, ShiftNoted
from gate_agent.domain.duties import DutyTap, SupplyTold
from gate_agent.gate.duties_view import DutiesView, LeaderView, RoundView, SupplyView
from gate_agent.gate.errors import RequestRefused

LEADER = LeaderView(post="李主任", phone="010-55550101")


def duties(done: int = 2, due: int = 2, masks: int | None = 80) -> DutiesView:
    kinds = [("出入口门", Round.DISINFECTED), ("自助终端", Round.DISINFECTED)]
    kinds += [("办事大厅", Round.DISINFECTED), ("办事大厅", Round.AIRED)]
    return DutiesView(
        rounds=tuple(
            RoundView(area=area, kind=kind, done=done, needed=3, due=due, last=None)
            for area, kind in kinds
        ),
        masks_sealed=1,
        supplies=(
            SupplyView(item="医用口罩", unit="只", stock=masks, used=20, low=(masks or 0) < 100),
            SupplyView(item="体温计", unit="支", stock=4, used=0, low=False),
        ),
        leader=LEADER,
    )


class ScriptedDuties:
    """Plays the duty book."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.shown: DutiesView | None = duties()
        self.asked: list[tuple[object, ...]] = []
        self.refusal: RequestRefused | None = None

    def view(self) -> DutiesView | None:
        return self.shown

    async def request(self, tap: DutyTap) -> None:
        match tap:
            case DutyDone():
                self._ask(tap.area, tap.kind, tap.by)
            case SupplyTold():
                self._ask(tap.item, tap.counted, tap.change, tap.by)
            case ShiftNoted():
                self._ask(tap.text, tap.by)

    def _ask(self, *details: object) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(details)
