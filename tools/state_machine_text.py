"""What docs/state-machine.md says beside its tables."""  # noqa: INP001 no package

from __future__ import annotations

HEAD = """# State machines (状态机)

Made by `tools/state_machine_doc.py`, which steps the machine itself; do not edit. The rules are
in `gate_agent/domain/`: pure, every deadline on the clock that never steps.

## A passage (通行)

What each event does in each state, with the built-in policy: open hall, phone required, the
thermometer sound. A and B are two visitors. The first columns are of who stands at the spot
(测温点), the last of who waits at the desk (等候台) while the spot is free, or somebody else's.
`=` the state stays · `new` another passage begins · `desk:` who waits from then on · `✗` the
guard's request is refused, and nothing is done. Presence unbroken is the same person: whoever was
judged, and shows a stable reading above the line while still there, is held. Whoever comes while a
group gathers (等候同行) is a companion (随行人员), who needs no card: all go in together.
"""
EFFECTS = """
What leaves the machine, in this order, as one journal transaction:

| outcome | effects |
|---|---|
| admit 放行 | Register (a visitor) · Write passage.decided · Admit, after the commit |
| deny 劝返, recheck 复测, ambiguous | Refuse, at once · Write passage.decided |
| hold 暂留 | CallGuard, at once · Write hold.opened · Register (an identified visitor) · \
Write passage.decided |
| a held person's card afterwards | Register (a visitor) · Write passage.decided, which takes the \
place of the one before |
| an exit 离场 | Write person.left; CallGuard first where an open hold names who left |
| what was not expected | Note, counted |

## A hold (暂留)

What each step leads to. A refused step leaves the hold as it is.
"""
TAIL = """
Each missed deadline writes hold.overdue, rings again, and is armed anew with the same length; it
names whom it escalates to, at each miss the next of the policy's `calls`.
Until it is released, a hold stands: whoever it is on is held again at the next card, however
cool the skin is by then.

A note (hold.noted: call 电话联系, symptoms 症状询问, counselling 心理疏导, disinfection 终末消毒)
may be taken in every state and moves neither step nor deadline; a noted disinfection lets the hold
be closed. A drill (演练) is a hold of nobody: the same steps, marked, never counted.

### Close contacts (密切接触者)

When a hold is confirmed, reported and transferred, who passed this door within the policy's
`contacts` of its opening is proposed (contact.listed), nearest first, nobody twice. Each is judged
(contact.updated): {contacts}. Dismissed and cleared need a reason. A contact outlives its hold
until it is at an end.
"""
