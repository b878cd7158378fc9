"""To which day a hold belongs: to that of the passage which it ended, so that one day tells both.

Who steps up a second before the cut and is held a second after it is one person of one day. A hold
that ended no passage (found inside 馆内发现) belongs to the day in which it was opened.
"""

from __future__ import annotations

from sqlalchemy import and_, func

from gate_collector.store.schema import HOLD, PASSAGE

HELD = HOLD.outerjoin(
    PASSAGE,
    and_(
        PASSAGE.c.gate == HOLD.c.gate,
        PASSAGE.c.passage_id == HOLD.c.passage_id,
        PASSAGE.c.hold_id == HOLD.c.hold_id,
    ),
)
BEGAN = func.coalesce(PASSAGE.c.started, HOLD.c.opened)
