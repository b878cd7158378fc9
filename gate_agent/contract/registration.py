"""What a visitor is asked beside the document (实名登记), one definition from tap to seal."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from gate_agent.contract.identity import Companion, Secret


class LandlineReason(StrEnum):
    """Why a visitor is registered with a landline (座机)."""

    NO_MOBILE = "no_mobile"  # 没有手机
    OFFICE = "office"  # 单位电话
    FAMILY = "family"  # 家人电话


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationDetails:
    """What the guard asked for; all of it is sealed for the centre, none stands in clear."""

    phone: Secret | None = None
    landline_because: LandlineReason | None = None
    purpose: str | None = None
    companions: tuple[Companion, ...] = ()

    def to_be_sealed(self) -> dict[str, object]:
        """Return every field as it goes under the seal, personal data unveiled."""
        return _unveiled_fields(self)


def _unveiled_fields(whole: RegistrationDetails | Companion) -> dict[str, object]:
    return {field.name: _unveiled(getattr(whole, field.name)) for field in fields(whole)}


def _unveiled(value: object) -> object:
    match value:
        case Secret():
            return value.reveal()
        case Companion():
            return _unveiled_fields(value)
        case tuple():
            return [_unveiled(one) for one in value]
        case _:
            return value
