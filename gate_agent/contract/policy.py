"""What the centre may set for its doors (防控措施): one versioned document, valid from a time.

The same document is a gate's `[policy] file` and the retained message on the policy topic.
Without one, the defaults below hold.
"""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gate_agent.contract.appointments import (
    Appointment,
    CancelledAppointment,
    Digest,
    QuotaPolicy,
)
from gate_agent.contract.guidance import Bulletin, FeverClinic
from gate_agent.contract.hall_times import HallMoment, HallTime
from gate_agent.contract.leading_group import Phone, Post, RestHours
from gate_agent.contract.opening import OpeningHours, Purpose, ServiceWindow, offered
from gate_agent.contract.setting import EnteredAt, Later, Narrowed, SettingGroup, StrictModel, shown

PersonRef = Annotated[Digest, Field(json_schema_extra={"x-person": True})]
LAST_VERSION = 2**53 - 1  # of a policy: what every reader of JSON takes as a whole number
PolicyVersion = Annotated[int, Field(strict=True, ge=0, le=LAST_VERSION)]


class HallMode(StrEnum):
    """Who may enter (大厅运行状态), from nobody to everybody."""

    EMERGENCY = "emergency"  # 应急关闭: nobody
    CLOSED = "closed"  # 封闭管理: duty staff only
    APPOINTMENT = "appointment"  # 预约入场: staff, booked visitors, green channel
    OPEN = "open"  # 全面开放

    def admits_more_than(self, other: HallMode) -> bool:
        """Whether people may enter under this mode who may not under the `other` one."""
        order = list(HallMode)
        return order.index(self) > order.index(other)


class PhoneRule(StrEnum):
    """Whether a visitor's mobile number is asked for before the decision."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class KnownPhone(StrEnum):
    """What a phone that is known from an earlier visit is worth."""

    CONFIRM = "confirm"  # one tap by the guard, who asks
    TRUST = "trust"  # it is taken without asking


class PrivacyNotice(StrictModel):
    """Why data is taken and how long it is kept (个人信息告知); its version is recorded."""

    version: int = Field(1, ge=1)
    zh: Annotated[str, Narrowed()] = Field(
        "为疫情防控，登记您的姓名、证件号码和手机号，加密保存，到期删除，不作他用。",
        min_length=1,
        max_length=500,
    )
    en: str = Field(
        "To control the epidemic we record your name, document number and mobile number: "
        "encrypted, deleted in time, used for nothing else.",
        max_length=800,
    )


class RegistrationPolicy(StrictModel):
    """Real-name registration (实名登记)."""

    phone: PhoneRule = Field(
        PhoneRule.REQUIRED,
        description="required: a visitor's passage waits for the phone; optional: it does not",
    )
    within_s: float = Field(
        120, ge=5, le=3600, description="how long a passage waits for the registration"
    )
    known_phone: KnownPhone = Field(
        KnownPhone.CONFIRM, description="a phone from an earlier visit: one tap, or none"
    )
    again_s: float = Field(
        600, ge=0, le=86400, description="the same person within this time is shown as such"
    )
    notice: Annotated[PrivacyNotice, shown(SettingGroup.PRIVACY)] = PrivacyNotice()


class MeasurementPolicy(StrictModel):
    """Measuring and pairing (测温). None leaves a value to the thermometer's profile."""

    alarm_centi_c: Annotated[int | None, Narrowed()] = Field(
        None,
        ge=3000,
        le=4500,
        description="a fixed threshold 报警阈值, at 24 °C ambient; null: it follows the people",
    )
    flag_permille: int = Field(
        50,
        ge=5,
        le=200,
        description="wanted flags per thousand healthy people: fewer flags, fewer fevers found",
    )
    doors_apart_centi_c: int = Field(
        60,
        ge=30,
        le=500,
        description="两门相差: doors whose people differ by more are doubtful; "
        "raise it where one entrance is out in the cold",
    )
    pair_within_s: float = Field(
        20, ge=2, le=120, description="card and measurement of one person come within this time"
    )
    window_s: float = Field(3, ge=1, le=30, description="a measurement ends after this time")


class TellLeaders(StrEnum):
    """When the leaders are told of somebody whom the forehead flagged."""

    CONFIRMED = "confirmed"  # by the contact thermometer, beyond the rail, or not answered in time
    FLAGGED = "flagged"  # at once, each flag


class HoldPolicy(StrictModel):
    """Deadlines of a hold (暂留), in seconds; and what the contact thermometer decides."""

    acknowledge_s: float = Field(15, ge=1, le=3600, description="flagged → acknowledged")
    recheck_s: float = Field(600, ge=1, le=7200, description="acknowledged → rechecked")
    decide_s: float = Field(600, ge=1, le=7200, description="rechecked → confirmed or released")
    report_s: float = Field(300, ge=1, le=7200, description="confirmed → reported (急事急报)")
    transfer_s: float = Field(7200, ge=1, le=86400, description="reported → transferred (移送)")
    close_s: float = Field(7200, ge=1, le=86400, description="transferred or left → closed")
    contact_line_centi_c: Annotated[int, Later()] = Field(
        3730, ge=3600, le=3850, description="体温计 from here on is fever; below it, released"
    )
    cleared_for_s: Annotated[float, Later()] = Field(
        3600,
        ge=0,
        le=43200,
        description="so long a flag below the rail asks nothing new of whom the contact "
        "thermometer cleared 已用体温计核对",
    )
    tell_leaders: Annotated[TellLeaders, Later()] = Field(
        TellLeaders.CONFIRMED, description="declared symptoms are told at once in any case"
    )


class ContactsPolicy(StrictModel):
    """Who is proposed as a close contact (密切接触者): by time at this door; and what follows."""

    before_s: float = Field(300, ge=0, le=7200, description="passed so long before the hold")
    after_s: float = Field(300, ge=0, le=7200, description="passed so long after it")
    most: int = Field(30, ge=0, le=200, description="the nearest in time, no more than these")
    observe_days: Annotated[int, Later()] = Field(
        14, ge=1, le=60, description="asked after each day, so long after the last contact 随访"
    )


class RetentionPolicy(StrictModel):
    """How long personal data stays (保存期限). The centre's own limit is its configuration's."""

    gate_days: int = Field(
        14, ge=1, le=90, description="names, numbers, phones at a door; at most a day longer"
    )


class RosterEntry(StrictModel):
    """One member of staff (工作人员), named only by the keyed hash of the card number."""

    person_ref: Digest
    on_duty: bool = Field(default=True, description="may enter while the hall is closed")


class Notice(StrictModel):
    """A text for the visitors' displays (宣传引导)."""

    zh: Annotated[str, Narrowed()] = Field(min_length=1, max_length=2000)
    en: str = Field("", max_length=2000)


class OnlineChannel(StrictModel):
    """Where the business can be done online (网上办), shown with its QR code."""

    zh: str = Field(min_length=1, max_length=60)
    en: str = Field("", max_length=120)
    url: str = Field(
        pattern=r"^https?://[!-~]+$", max_length=500, examples=["https://example.org/"]
    )


class CallEntry(StrictModel):
    """Whom a hold is reported to: a post and its duty telephone, never a private one."""

    post: str = Field(min_length=1, max_length=40, description="e.g. 区疫情防控办, 带班领导, 120")
    phone: Phone


class RotaEntry(StrictModel):
    """Who leads a shift (值班表): a post or title such as 李主任, and the duty telephone."""

    leader: str = Field(min_length=1, max_length=40)
    phone: Phone
    valid_from: HallMoment
    valid_until: HallMoment


class Area(StrictModel):
    """A place that is disinfected (消毒), aired (通风), or both."""

    name: str = Field(min_length=1, max_length=40)
    disinfect: bool = True
    air: bool = False


class AreaDoor(StrictModel):
    """An area that is at this door, and not at every one (区域所在出入口)."""

    area: str = Field(min_length=1, max_length=40)
    door: str = Field(min_length=1, max_length=64, description="what people call it, or its id")


class DutiesPolicy(StrictModel):
    """Disinfection and airing (消毒通风): where, how often, and by when (local times)."""

    areas: tuple[Area, ...] = (
        Area(name="出入口门"),
        Area(name="自助终端"),
        Area(name="办事大厅", air=True),
        Area(name="卫生间", air=True),
    )
    due_at: tuple[HallTime, ...] = Field(
        (time(10, 0), time(14, 0), time(17, 30)),
        min_length=1,
        description="by each of these times one more round is done: as many as a day needs, ≥ 3",
    )
    apart_s: Annotated[float, Later()] = Field(
        1800, ge=60, le=14400, description="what is done sooner after a round is the same round"
    )
    only_at: Annotated[tuple[AreaDoor, ...], Later()] = Field(
        (), description="areas that only some doors have; any other is at every door"
    )

    def areas_of(self, *names: str) -> tuple[Area, ...]:
        """Return the areas of the door that is called one of these."""
        bound = {one.area for one in self.only_at}
        here = {one.area for one in self.only_at if one.door in names}
        return tuple(area for area in self.areas if area.name not in bound - here)


class SupplyItem(StrictModel):
    """One kind of supply (物资), and the stock under which it is called low."""

    item: str = Field(min_length=1, max_length=40)
    unit: str = Field("", max_length=10)
    low: int = Field(0, ge=0, le=1_000_000)


class PunctualityPolicy(StrictModel):
    """What counts as late (迟报), in seconds; the centre judges by it."""

    urgent_within_s: float = Field(
        10, ge=1, le=3600, description="an urgent event, from the door's record to the centre's"
    )
    routine_within_s: float = Field(600, ge=1, le=86400, description="any other event, likewise")
    report_within_s: float = Field(
        900, ge=10, le=43200, description="a door's daily report, after daily_report_at"
    )
    answer_within_s: float = Field(
        120, ge=5, le=3600, description="an alert not acknowledged by then goes to the next leader"
    )


class Policy(StrictModel):
    """The whole document. A file with an unknown key is refused: a typing error is never a rule.

    A document from the wire is read leniently instead: `contract.policy_document`.
    """

    version: Annotated[PolicyVersion, Narrowed(), shown(SettingGroup.HALL, EnteredAt.ISSUE)] = (
        Field(0, description="grows with every change; 0 is built in")
    )
    valid_from: Annotated[HallMoment | None, shown(SettingGroup.HALL, EnteredAt.ISSUE)] = Field(
        None, description="applied from this time on"
    )
    hall_mode: Annotated[HallMode, shown(SettingGroup.HALL, EnteredAt.MODE)] = HallMode.OPEN
    registration: Annotated[RegistrationPolicy, shown(SettingGroup.PEOPLE)] = RegistrationPolicy()
    measurement: Annotated[MeasurementPolicy, shown(SettingGroup.MEASURING)] = MeasurementPolicy()
    hold: Annotated[HoldPolicy, shown(SettingGroup.HOLD)] = HoldPolicy()
    contacts: Annotated[ContactsPolicy, shown(SettingGroup.CONTACTS)] = ContactsPolicy()
    retention: Annotated[RetentionPolicy, shown(SettingGroup.PRIVACY)] = RetentionPolicy()
    roster: Annotated[tuple[RosterEntry, ...], shown(SettingGroup.PEOPLE, EnteredAt.SHEET)] = ()
    appointments: Annotated[
        tuple[Appointment, ...], shown(SettingGroup.PEOPLE, EnteredAt.SHEET)
    ] = ()
    cancelled: Annotated[
        tuple[CancelledAppointment, ...], Later(), shown(SettingGroup.PEOPLE, EnteredAt.SHEET)
    ] = Field((), description="appointments that were cancelled, and why 已取消的预约")
    watch: Annotated[tuple[PersonRef, ...], shown(SettingGroup.PEOPLE)] = Field(
        (), description="person_refs to be measured again by hand 复测名单"
    )
    notices: Annotated[tuple[Notice, ...], shown(SettingGroup.NOTICES)] = ()
    purposes: Annotated[tuple[Purpose, ...], Narrowed(), shown(SettingGroup.HALL)] = Field(
        ("综合窗口", "社保", "不动产", "公安", "税务", "其他"),
        description="windows a visitor can come for, as buttons on the guard screen",
    )
    opening: Annotated[tuple[OpeningHours, ...], Later(), shown(SettingGroup.HALL)] = Field(
        (), description="when the hall serves 服务时间: shown to visitors and announced"
    )
    windows: Annotated[tuple[ServiceWindow, ...], Later(), shown(SettingGroup.HALL)] = Field(
        (), description="which windows serve 部分窗口: their purposes alone can be come for"
    )
    tips: Annotated[tuple[Notice, ...], shown(SettingGroup.NOTICES)] = Field(
        (), description="health tips for the visitors' displays"
    )
    bulletins: Annotated[tuple[Bulletin, ...], Later(), shown(SettingGroup.NOTICES)] = Field(
        (), description="what the authorities tell, with source and time, on visitors' displays"
    )
    clinics: Annotated[tuple[FeverClinic, ...], Later(), shown(SettingGroup.NOTICES)] = Field(
        (), description="where to see a doctor 就医指南: shown where somebody waits or turns back"
    )
    online_channels: Annotated[tuple[OnlineChannel, ...], shown(SettingGroup.NOTICES)] = ()
    booking: Annotated[Notice | None, shown(SettingGroup.NOTICES)] = Field(
        None, description="how to make an appointment 预约方式"
    )
    calls: Annotated[tuple[CallEntry, ...], shown(SettingGroup.HOLD)] = Field(
        (), description="in the order in which they are called"
    )
    rota: Annotated[tuple[RotaEntry, ...], shown(SettingGroup.DUTIES)] = Field(
        (), description="duty leaders 值班表"
    )
    posts: Annotated[tuple[Post, ...], Later(), shown(SettingGroup.DUTIES)] = Field(
        (), description="the leading group 领导小组: whom an alert goes to after the leader on duty"
    )
    rest_hours: Annotated[RestHours | None, Later(), shown(SettingGroup.DUTIES)] = Field(
        None, description="when alerts of equipment wait 免打扰时段; those of people never do"
    )
    duties: Annotated[DutiesPolicy, shown(SettingGroup.DUTIES)] = DutiesPolicy()
    supplies: Annotated[tuple[SupplyItem, ...], shown(SettingGroup.SUPPLIES)] = (
        SupplyItem(item="医用口罩", unit="只", low=100),
        SupplyItem(item="消毒酒精", unit="瓶", low=5),
        SupplyItem(item="一次性手套", unit="副", low=100),
        SupplyItem(item="体温计", unit="支", low=2),
        SupplyItem(item="消毒液", unit="桶", low=3),
        SupplyItem(item="防护服", unit="套", low=5),
        SupplyItem(item="护目镜", unit="副", low=5),
        SupplyItem(item="医疗箱", unit="个", low=1),
    )
    daily_report_at: Annotated[HallTime, shown(SettingGroup.PUNCTUALITY)] = Field(
        time(18, 0), description="local time of the daily report 零报告"
    )
    quotas: Annotated[QuotaPolicy, shown(SettingGroup.PEOPLE)] = QuotaPolicy()
    punctuality: Annotated[PunctualityPolicy, shown(SettingGroup.PUNCTUALITY)] = PunctualityPolicy()

    @property
    def offered(self) -> tuple[Purpose, ...]:
        """What somebody can come for now."""
        return offered(self.purposes, self.windows)

    def on_duty(self, now: datetime) -> RotaEntry | None:
        """Return the shift that covers `now`; the one that began last, where two do."""
        covering = [entry for entry in self.rota if entry.valid_from <= now < entry.valid_until]
        return max(covering, key=lambda entry: entry.valid_from, default=None)
