"""What of a policy concerns the public: other facts want another announcement. Pure."""

from __future__ import annotations

from functools import partial

from gate_agent.contract.opening import said_hours, said_windows
from gate_agent.contract.policy import Policy
from gate_agent.words import word


def facts(policy: Policy) -> str:
    """Return it, as an announcement keeps what it was made from."""
    say = partial(word, lang="zh")
    return "\n".join(
        (policy.hall_mode.value, said_hours(policy.opening, say), said_windows(policy.windows, say))
    )
