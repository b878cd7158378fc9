"""What a guard typed for a visitor (实名登记) is judged before it is used."""

from __future__ import annotations

from datetime import date

from gate_agent.contract.identity import (
    CARD_FAULTS,
    Companion,
    Secret,
    check_number,
    normalise_number,
)
from gate_agent.contract.names import check_name
from gate_agent.contract.opening import GREEN_CHANNEL
from gate_agent.contract.phone import PhoneFault, check_phone
from gate_agent.contract.policy import Policy
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import CardType
from gate_agent.domain.changed import replace
from gate_agent.domain.effects import StepRefused


def checked(
    details: RegistrationDetails, policy: Policy, today: date, *, is_green: bool = False
) -> RegistrationDetails:
    """Return the details, checked. Raises StepRefused, with no character of them."""
    offered = (*policy.offered, *((GREEN_CHANNEL,) if is_green else ()))
    if details.purpose is not None and policy.purposes and details.purpose not in offered:
        raise StepRefused("invalid", f"one of {', '.join(offered)}", "another purpose")
    return replace(
        details,
        phone=_phone(details),
        companions=tuple(_companion(one, today) for one in details.companions),
    )


def _phone(details: RegistrationDetails) -> Secret | None:
    typed = details.phone
    if typed is None or not typed.reveal():
        return None
    try:
        return Secret(check_phone(typed.reveal(), landline=details.landline_because is not None))
    except PhoneFault as fault:
        raise StepRefused("invalid", fault.expected, "another") from None


def _companion(typed: Companion, today: date) -> Companion:
    """Check a companion's name, and the number where one was typed: a child may have none."""
    try:
        named = replace(typed, name=Secret(check_name(typed.name.reveal())))
        if typed.number is None:
            return named
        number = normalise_number(typed.number.reveal())
        check_number(CardType.RESIDENT, number, today=today)
    except CARD_FAULTS as fault:
        raise StepRefused("invalid", fault.expected, fault.got) from None
    return replace(named, number=Secret(number))
