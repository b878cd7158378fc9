"""The collector's configuration: one TOML file; unknown keys are refused."""

from __future__ import annotations

from pydantic import Field

from gate_agent.config.model import MqttSection, Section, WebSection
from gate_agent.messages import Name


class CollectorSection(Section):
    """Which hall this collects for."""

    site: Name = Field(description="the hall, as in the gates' configuration")
    timezone: str = Field("Asia/Shanghai", description="IANA name, for the day")


class StoreSection(Section):
    """Where events are kept."""

    url: str = Field(
        pattern=r"^(sqlite:///.+|postgresql\+psycopg://.+)$",
        description="sqlite:///FILE or postgresql+psycopg://user@host/database",
    )


class CollectorConfig(Section):
    """The whole file."""

    collector: CollectorSection
    mqtt: MqttSection
    store: StoreSection
    web: WebSection = WebSection(port=8090)
