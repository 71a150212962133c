"""The do-not-text lists, consent events, STOP questions, and hashes of erased numbers."""

from enum import StrEnum
from typing import cast

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    build_e164_check,
    e164,
    enum_column,
    folded_person_name,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.core.held_data import HeldAs
from app.domain.phones.phone_renumbering import canonicalize_phone
from app.domain.texts.name_folding import fold_name

# Sources of an opt-out that the code compares with; others are import, community and event:<id>.
MANUAL_SOURCE = "manual"
INBOUND_SOURCE = "inbound"
CARRIER_SOURCE = "message_failure"
# A pause that the person texted, and one that a user set for them.
PAUSE_SOURCE = "pause"
MANUAL_PAUSE_SOURCE = "pause:manual"
PAUSE_SOURCES = (PAUSE_SOURCE, MANUAL_PAUSE_SOURCE)
# What a yes is about, where it is not about all texts.
EVENT_SCOPE_PREFIX = "event:"
SURVEY_SCOPE_PREFIX = "survey:"
TOPIC_SCOPE_PREFIX = "topic:"
# For some days only: it says nothing about their consent.
PAUSE_SCOPE = "pause"


class SuppressionCategory(StrEnum):
    """Why a number cannot be delivered to. A soft failure is temporary and suppresses nobody."""

    OPT_OUT = "opt_out"
    HARD_FAIL = "hard_fail"
    SOFT_FAIL = "soft_fail"


def _build_name_index(index_name: str, direction: str) -> Index:
    """Build the index of one direction of the order by name.

    Two indexes are needed because entries without a name come last in both directions.
    """
    columns = (
        "folded_name IS NULL",
        f"folded_name{direction}",
        f"id{direction}",
        "phone",
        "source",
        "created_at",
    )
    return Index(index_name, *map(text, columns))


class UnsubscribedContact(Model):
    """A person who opted out.

    `source`: manual, import, community, event:<id>, message_failure or inbound; pause and
    pause:manual until `ends_at`, when a job deletes the row.
    """

    __tablename__ = "unsubscribed_contacts"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        personal="phone name folded_name source",
        sensitive="reason",
    )
    __held_as__ = HeldAs("Do-not-text list")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        # Covering indexes: each holds every column that the page of its order reads, so that a
        # walk along it reads no row of the table.
        Index(
            "ix_unsubscribed_contacts_created_at",
            "created_at",
            "id",
            "folded_name",
            "phone",
            "source",
        ),
        Index(
            "ix_unsubscribed_contacts_phone", "phone", "id", "folded_name", "source", "created_at"
        ),
        Index("ix_unsubscribed_contacts_source", "source", "created_at", "folded_name", "phone"),
        _build_name_index("ix_unsubscribed_contacts_name", direction=""),
        _build_name_index("ix_unsubscribed_contacts_name_back", direction=" DESC"),
        Index(
            "ix_unsubscribed_contacts_ends_at",
            "ends_at",
            sqlite_where=text("ends_at IS NOT NULL"),
        ),
        CheckConstraint(
            "(ends_at IS NOT NULL) = (source IN ('pause', 'pause:manual'))", name="pause_ends"
        ),
    )

    id: Mapped[primary_key]
    name: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[e164] = mapped_column(unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(50), default="manual", server_default="manual")
    created_at: Mapped[timestamp_default_now]
    folded_name: Mapped[folded_person_name]
    ends_at: Mapped[timestamp | None]

    @validates("name")
    def _set_name(self, key: str, name: str | None) -> str | None:
        self.folded_name = fold_name(name)
        return name


class SuppressedContact(Model):
    """A number that cannot be delivered to. One row a number; what happened is in `messages`."""

    __tablename__ = "suppressed_contacts"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="source source_type",
        personal="phone reason",
    )
    __held_as__ = HeldAs("Number that cannot be reached")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        Index(
            "ix_suppressed_contacts_created_at", "created_at", "id", "phone", "category", "source"
        ),
        Index("ix_suppressed_contacts_phone", "phone", "id", "category", "source", "created_at"),
        Index("ix_suppressed_contacts_source", "source", "created_at", "category"),
        Index("ix_suppressed_contacts_source_message_log_id", "source_message_log_id"),
    )

    id: Mapped[primary_key]
    phone: Mapped[e164] = mapped_column(unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    category: Mapped[SuppressionCategory] = mapped_column(enum_column(SuppressionCategory))
    source: Mapped[str | None] = mapped_column(String(50))
    source_type: Mapped[str | None] = mapped_column(String(50))
    source_message_log_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_logs.id", ondelete="SET NULL")
    )
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]

    @validates("phone")
    def _set_phone(self, key: str, phone: str) -> str:
        """Store one spelling of a number, so that both spellings of it are held."""
        return canonicalize_phone("".join(phone.split()))


add_updated_at_trigger(
    SuppressedContact,
    "phone",
    "reason",
    "category",
    "source",
    "source_type",
    "source_message_log_id",
)


class ConsentAct(StrEnum):
    """What somebody said about getting texts."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


class ConsentMethod(StrEnum):
    """How it was said."""

    IMPORT = "import"
    FORM = "form"
    KEYWORD = "keyword"
    STOP = "stop"
    START = "start"
    ADMIN = "admin"
    CARRIER = "carrier"
    TEXT = "text"
    VERBAL = "verbal"
    WRITTEN = "written"
    EMAIL = "email"
    WEB = "web"


class ConsentEvent(Model):
    """One event of a number's consent history.

    Append-only: triggers refuse changes and deletions, except the change that erases a phone.
    """

    __tablename__ = "consent_events"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="actor",
        personal="phone scope",
        sensitive="evidence",
    )
    __held_as__ = HeldAs("Consent ledger: each yes and each no")
    __table_args__ = (
        Index("ix_consent_events_phone", "phone", "id"),
        Index("ix_consent_events_import_id", "import_id"),
    )

    id: Mapped[primary_key]
    phone: Mapped[e164]
    act: Mapped[ConsentAct] = mapped_column(enum_column(ConsentAct))
    method: Mapped[ConsentMethod] = mapped_column(enum_column(ConsentMethod))
    # the question they agreed to, or the words they texted
    evidence: Mapped[str | None] = mapped_column(Text)
    # a username; null: the person themselves, or the carrier
    actor: Mapped[str | None] = mapped_column(String(80))
    import_id: Mapped[int | None]
    at: Mapped[timestamp_default_now]
    # "event:<id>", "survey:<id>", "topic:<id>": about this only; "pause": for some days;
    # null: about all texts
    scope: Mapped[str | None] = mapped_column(String(40))


class StopQuestion(Model):
    """A text that may mean STOP: nothing is sent to its number until a person decides, or
    `decide_by` has come.

    `verdict`: null while open, then "out" (the number is opted out) or "stay".
    """

    __tablename__ = "stop_questions"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="decided_by",
        personal="phone verdict",
        sensitive="body",
    )
    __held_as__ = HeldAs("Texts that may have meant STOP")
    __table_args__ = (
        CheckConstraint(build_e164_check() + " OR phone GLOB '#*'", name="phone_is_e164"),
        CheckConstraint(
            "verdict IN ('out', 'stay') AND decided_at IS NOT NULL OR verdict IS NULL",
            name="verdict",
        ),
        Index("uq_stop_questions_open", "phone", unique=True, sqlite_where=text("verdict IS NULL")),
        Index("ix_stop_questions_phone", "phone", "id"),
        Index("ix_stop_questions_decide_by", "decide_by", sqlite_where=text("verdict IS NULL")),
        Index("ix_stop_questions_message_id", "message_id"),
    )

    id: Mapped[primary_key]
    phone: Mapped[e164]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    body: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[timestamp_default_now]
    decide_by: Mapped[timestamp]
    verdict: Mapped[str | None] = mapped_column(String(10))
    decided_at: Mapped[timestamp | None]
    # a username; null: the person's later text, or nobody decided before the deadline
    decided_by: Mapped[str | None] = mapped_column(String(80))


class ErasedNumber(Model):
    """A person who was erased on request.

    The hash is all that is left, so that no later import revives them.
    """

    __tablename__ = "erased_numbers"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        administrative="erased_by",
        personal="phone_hash",
    )

    id: Mapped[primary_key]
    phone_hash: Mapped[str] = mapped_column(String(64), unique=True)
    opted_out: Mapped[bool_default_false]
    erased_by: Mapped[str] = mapped_column(String(80))
    erased_at: Mapped[timestamp_default_now]


# Erasing a person replaces their number by a hash ("#…"), and may change nothing else.
CONSENT_TRIGGERS_DDL = (
    "CREATE TRIGGER consent_events_no_update BEFORE UPDATE ON consent_events "
    "WHEN new.phone NOT GLOB '#*' OR new.act <> old.act OR new.method <> old.method "
    "OR new.at <> old.at OR new.scope IS NOT old.scope "
    "BEGIN SELECT RAISE(ABORT, 'consent_events is append-only'); END",
    "CREATE TRIGGER consent_events_no_delete BEFORE DELETE ON consent_events "
    "BEGIN SELECT RAISE(ABORT, 'consent_events is append-only'); END",
)
# What other programs insert has no folded name yet: it is the name in small letters then.
FOLDED_NAME_DDL = (
    "CREATE TRIGGER unsubscribed_contacts_fold AFTER INSERT ON unsubscribed_contacts "
    "WHEN new.folded_name IS NULL AND new.name IS NOT NULL BEGIN "
    "UPDATE unsubscribed_contacts SET folded_name = lower(new.name) WHERE id = new.id; END"
)
event.listen(UnsubscribedContact.__table__, "after_create", DDL(FOLDED_NAME_DDL))
for _statement in CONSENT_TRIGGERS_DDL:
    event.listen(ConsentEvent.__table__, "after_create", DDL(_statement))


unsubscribed_contacts = cast("Table", UnsubscribedContact.__table__)
suppressed_contacts = cast("Table", SuppressedContact.__table__)
consent_events = cast("Table", ConsentEvent.__table__)
stop_questions = cast("Table", StopQuestion.__table__)
erased_numbers = cast("Table", ErasedNumber.__table__)
