"""The tables of the centre's rooms; they are made with the store's own."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint

from gate_collector.store.schema import METADATA

MERGED = Table(  # daily reports of the hall (每日零报告): a version is never changed
    "merged_report",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("made", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("abnormal", Integer, nullable=False),
    Column("sha256", Text, nullable=False),  # of `document`, told by the page and its interface
    Column("document", Text, nullable=False),
)
POLICY = Table(  # every policy that was ever issued (防控措施), and who wanted it why
    "policy",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("valid_from", Text),
    Column("issued", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("hall_mode", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # what a gate's `mode.applied` must say
    Column("document", Text, nullable=False),  # the exact text that is published
)
ANNOUNCEMENT = Table(  # what the public was told (公告), as it was published
    "announcement",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("hall_mode", Text, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("facts", Text, nullable=False),  # of the policy: others want another announcement
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
)
ALERT = Table(  # what somebody must be told (告警), and whether they answered
    "alert",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # one alert for one cause
    Column("topic", Text, nullable=False),  # kind and door: what is quiet for a while after one
    Column("kind", Text, nullable=False),
    Column("gate", Text, nullable=False),
    Column("subject", Text, nullable=False),  # a hold, an alarm's number, or nothing
    Column("text", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("step", Integer, nullable=False),  # how many people were told
    Column("next_at", Text, nullable=False),
    Column("token_sha256", Text),  # of an earlier version's link, which is among `alert_link`
    Column("answered", Text),
    Column("answered_by", Text),
    Column("ended", Text),
    Column("text_en", Text),  # NULL: an earlier version's
)
Index("alert_due", ALERT.c.state, ALERT.c.next_at)
Index("alert_topic", ALERT.c.topic, ALERT.c.opened)
ATTEMPT = Table(  # every try to tell somebody, whether it came through or not
    "attempt",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("alert_id", Integer, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("channel", Text, nullable=False),  # the service alone: its address holds secrets
    Column("sent", Boolean, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Column("step", Integer),  # which rung of the ladder it was of; NULL: an earlier version's
)
ALERT_LINK = Table(  # with what somebody answers on a telephone: for one alert, and one person
    "alert_link",
    METADATA,
    Column("token_sha256", Text, primary_key=True),
    Column("alert_id", Integer, nullable=False, index=True),
    Column("person", Text, nullable=False),  # empty: whoever opens it is asked
    Column("made", Text, nullable=False),
)
ALERT_REPLY = Table(  # who has an alert, and what people wrote of it: only ever added to
    "alert_reply",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("alert_id", Integer, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),  # empty: by the link, without a session
    Column("text", Text, nullable=False),  # empty: 我已收到
)
JUDGED = (
    Table(  # what the office said of a close contact (密切接触者): every word, the newest counts
        "contact_judged",
        METADATA,
        Column("id", Integer, primary_key=True),
        Column("gate", Text, nullable=False),
        Column("hold_id", Text, nullable=False),
        Column("person_ref", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("reason", Text, nullable=False),
    )
)
Index("judged_hold", JUDGED.c.gate, JUDGED.c.hold_id)
FOLLOWED = Table(  # the daily follow-up of who is observed (随访): only ever added to
    "contact_followed",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("gate", Text, nullable=False),
    Column("hold_id", Text, nullable=False),
    Column("person_ref", Text, nullable=False),
    Column("day", Text, nullable=False),  # by the hall's clock
    Column("place", Text, nullable=False),
    Column("health", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("at", Text, nullable=False),
)
Index("followed_hold", FOLLOWED.c.gate, FOLLOWED.c.hold_id)
KNOWN_NAME = Table(  # names that no registration brings: staff, and who is booked; sealed as those
    "known_name",
    METADATA,
    Column("person_ref", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # roster | appointments
    Column("sealed", Text, nullable=False),
    Column("until", Text),  # since when nobody needs it; NULL: it is on the roster
)
Index("known_name_until", KNOWN_NAME.c.until)
BOOKING_CODE = Table(  # 预约码 to be printed again: a policy holds its digest alone
    "booking_code",
    METADATA,
    Column("code_sha256", Text, primary_key=True),
    Column("sealed", Text, nullable=False),  # opens with the site's key
    Column("until", Text),  # when the appointment is over; NULL: a standing right of way
)
FOUND_ORDER = Table(  # what the centre asked of a door (厅内发现); its answer is the door's event
    "found_order",
    METADATA,
    Column("order_id", Text, primary_key=True),
    Column("gate", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("person_ref", Text),
    Column("category", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("expires", Text, nullable=False),
)
Index("found_order_made", FOUND_ORDER.c.made)
DISTRICT = Table(  # 区防疫部门已接报, where the hall's office did the calling: only ever added to
    "district_told",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("gate", Text, nullable=False),
    Column("hold_id", Text, nullable=False),
    Column("told", Text, nullable=False),  # when, as the office says
    Column("to", Text, nullable=False),  # one of the offices that are offered
    Column("taken_by", Text, nullable=False),  # who took it there: surname and title
    Column("reference", Text, nullable=False),  # 受理编号; empty: not given yet
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("recorded", Text, nullable=False),
)
Index("district_hold", DISTRICT.c.gate, DISTRICT.c.hold_id)
PAPER = Table(  # 初报、续报、终报 of a case, as they were issued: never changed, never removed
    "case_paper",
    METADATA,
    Column("gate", Text, primary_key=True),
    Column("hold_id", Text, primary_key=True),
    Column("serial", Integer, primary_key=True, autoincrement=False),  # of this hold's papers
    Column("case_number", Text, nullable=False),  # 西1F-20261130-01: given with the first paper
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False),  # of its kind
    Column("issued", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of `document`: what was touched is not shown
    Column("document", Text, nullable=False),
    UniqueConstraint("case_number", "kind", "number"),
)
ACCOUNT = Table(  # who may sign on, as what
    "account",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),  # argon2id
    Column("made", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
)
SESSION = Table(
    "session",
    METADATA,
    Column("token_sha256", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("begun", Text, nullable=False),
    Column("seen", Text, nullable=False),
)
LOOK = Table(  # every look at personal data, and every change of an account: only ever added to
    "look",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),  # a reference or an account, never a name or number
    Column("why", Text, nullable=False),
)
API_KEY = Table(  # what a program signs on with (接口密钥): reads the interface, and nothing else
    "api_key",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("key_sha256", Text, nullable=False, unique=True),
    Column("made", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
)
ERASURE = Table(  # who asked for a person to be forgotten (删除本人信息); carried out when `done`
    "erasure",
    METADATA,
    Column("request", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("person_ref", Text, nullable=False),
    Column("done", Text),
)
DAY_ENTRY = Table(  # what a clerk entered for a day's report (补充登记): only ever added to
    "day_entry",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("day", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("corrects", Integer),  # the entry in whose place this one stands: one at most
)
Index("day_entry_day", DAY_ENTRY.c.day)
Index("day_entry_corrects", DAY_ENTRY.c.corrects, unique=True)
