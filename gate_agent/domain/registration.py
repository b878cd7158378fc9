"""What a guard typed for a visitor (实名登记) is judged before it is used."""

from __future__ import annotations

from dataclasses import replace

from gate_agent.contract.identity import (
    Companion,
    NumberFault,
    PhoneFault,
    Secret,
    check_number,
    check_phone,
    normalise_number,
)
from gate_agent.contract.policy import Policy
from gate_agent.contract.registration import RegistrationDetails
from gate_agent.contract.signals import CardType
from gate_agent.domain.effects import StepRefused


def checked(details: RegistrationDetails, policy: Policy) -> RegistrationDetails:
    """Return the details as they are kept. Raises StepRefused, with no character of them."""
    if details.purpose is not None and policy.purposes and details.purpose not in policy.purposes:
        raise StepRefused("invalid", f"one of {', '.join(policy.purposes)}", "another purpose")
    return replace(
        details,
        phone=_phone(details.phone),
        companions=tuple(_companion(one) for one in details.companions),
    )


def _phone(typed: Secret | None) -> Secret | None:
    if typed is None or not typed.reveal():
        return None
    try:
        return Secret(check_phone(typed.reveal()))
    except PhoneFault:
        raise StepRefused("invalid", "a mobile number of mainland China", "another") from None


def _companion(typed: Companion) -> Companion:
    """Check a companion's number where one was typed: a child may have none at hand."""
    if typed.number is None:
        return typed
    number = normalise_number(typed.number.reveal())
    try:
        check_number(CardType.RESIDENT, number)
    except NumberFault as fault:
        raise StepRefused("invalid", fault.expected, fault.got) from None
    return replace(typed, number=Secret(number))
