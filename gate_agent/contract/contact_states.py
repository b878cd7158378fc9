"""What may be said of a close contact (密切接触者) next: one table for door and centre."""

from __future__ import annotations

from gate_agent.contract.contact_records import ContactState

_S = ContactState
_NEXT: dict[ContactState, tuple[ContactState, ...]] = {
    _S.PROPOSED: (_S.CONFIRMED, _S.DISMISSED),
    _S.CONFIRMED: (_S.TRANSFERRED, _S.CLEARED, _S.DISMISSED),
    _S.DISMISSED: (),
    _S.TRANSFERRED: (),
    _S.CLEARED: (),
}


def next_states(state: ContactState) -> tuple[ContactState, ...]:
    """Return what may be said of a contact now; nothing more at its end."""
    return _NEXT[state]
