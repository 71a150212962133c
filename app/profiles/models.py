"""People, and the phone numbers that each of them has or had."""

from datetime import date
from enum import StrEnum

from sqlalchemy import DDL, CheckConstraint, Date, ForeignKey, Index, String, event, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    build_e164_check,
    e164,
    enum_column,
    primary_key,
    timestamp,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs, HeldBy

PUBLIC_ID_SQL = "lower(hex(randomblob(8)))"
# Whatever writes a number into one of these tables makes it known. Texts are among them because
# a blast can go to a list that was pasted.
TABLES_WITH_PEOPLE = (
    "community_members",
    "event_registrations",
    "group_members",
    "threads",
    "unsubscribed_contacts",
    "suppressed_contacts",
    "messages",
    "stop_questions",
    "person_notes",
    "sequence_people",
)


# Whoever is written into one of these is on a list today.
TABLES_OF_LISTS = ("community_members", "event_registrations", "group_members")


class PhoneKind(StrEnum):
    """What a number is, as the person says: a landline gets no texts."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    OTHER = "other"


class LanguageSource(StrEnum):
    """How the language of a person was learnt."""

    IMPORT = "import"
    KEYWORD = "keyword"
    SURVEY = "survey"
    USER = "user"


class Person(Model):
    """Somebody whose number we know. `public_id` stands in addresses, so that no number does.

    Names stay where they were written: at the community, at registrations, at texts.
    """

    __tablename__ = "people"
    __column_classes__ = ColumnClasses(
        others=PERSONAL,
        personal="public_id language language_source_name",
        sensitive="birthday",
    )
    __held_as__ = HeldAs("Language and birthday", "id", HeldBy.PERSON)
    __table_args__ = (
        Index(
            "ix_people_birthday",
            text("substr(birthday, 6)"),
            sqlite_where=text("birthday IS NOT NULL"),
        ),
        Index("ix_people_language", "language", sqlite_where=text("language IS NOT NULL")),
    )

    id: Mapped[primary_key]
    public_id: Mapped[str] = mapped_column(
        String(16), unique=True, server_default=text(f"({PUBLIC_ID_SQL})")
    )
    # BCP 47, such as "es"
    language: Mapped[str | None] = mapped_column(String(8))
    # How it was learnt; of a keyword or survey its name, too. Null: before this was kept.
    language_source: Mapped[LanguageSource | None] = mapped_column(
        enum_column(LanguageSource, name="language_source")
    )
    language_source_name: Mapped[str | None] = mapped_column(String(120))
    language_set_at: Mapped[timestamp | None]
    birthday: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[timestamp_default_now]


class PersonPhone(Model):
    """A number and the one person who has it, or had it when `until` is set.

    Everything else is joined by the number. `rank` 1 is texted; higher ranks follow when a
    carrier has refused the first for good.
    """

    __tablename__ = "person_phones"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="phone")
    __held_as__ = HeldAs("Their numbers")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        CheckConstraint("rank >= 1", name="rank"),
        Index("ix_person_phones_person_id", "person_id", "until", "rank", "phone"),
        # Whether anybody has a second number is asked once for each list of people.
        Index(
            "ix_person_phones_second",
            "person_id",
            sqlite_where=text("rank > 1 AND until IS NULL"),
        ),
    )

    id: Mapped[primary_key]
    phone: Mapped[e164] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    rank: Mapped[int] = mapped_column(default=1, server_default="1")
    kind: Mapped[PhoneKind] = mapped_column(
        enum_column(PhoneKind, name="kind"),
        default=PhoneKind.MOBILE,
        server_default=PhoneKind.MOBILE,
    )
    since: Mapped[timestamp_default_now]
    until: Mapped[timestamp | None]


# A thread may be with a short code or a name, and an erased number is "#…": those are no people.
# The look-up comes first: most rows are about a number that is known, and end there.
_IS_NEW_PHONE = (
    "NOT EXISTS (SELECT 1 FROM person_phones WHERE phone = new.phone) AND "
    "new.phone GLOB '+[1-9]*' AND new.phone NOT GLOB '*[^+0-9]*' AND length(new.phone) <= 16"
)
_ADD_PERSON = (
    f"INSERT INTO people (public_id) VALUES ({PUBLIC_ID_SQL}); "
    "INSERT INTO person_phones (phone, person_id) VALUES (new.phone, last_insert_rowid());"
)


def build_person_ddl(table: str) -> tuple[str, str]:
    """Return the two triggers that give each number of a table its person."""
    return (
        f"CREATE TRIGGER {table}_person_insert AFTER INSERT ON {table} "
        f"WHEN {_IS_NEW_PHONE} BEGIN {_ADD_PERSON} END",
        f"CREATE TRIGGER {table}_person_update AFTER UPDATE OF phone ON {table} "
        f"WHEN {_IS_NEW_PHONE} BEGIN {_ADD_PERSON} END",
    )


def build_given_up_ddl(table: str) -> str:
    """Return the trigger for a number that its person gave up and that comes onto a list again.

    Carriers give such numbers to strangers, who must not get the page, the fields and the name of
    the person before them.
    """
    return (
        f"CREATE TRIGGER {table}_given_up_number AFTER INSERT ON {table} "
        "WHEN EXISTS (SELECT 1 FROM person_phones "
        "WHERE phone = new.phone AND until IS NOT NULL) BEGIN "
        f"INSERT INTO people (public_id) VALUES ({PUBLIC_ID_SQL}); "
        "UPDATE person_phones SET person_id = last_insert_rowid(), rank = 1, kind = 'mobile', "
        "since = CURRENT_TIMESTAMP, until = NULL WHERE phone = new.phone; END"
    )


# On the metadata, not on a table: all tables must be there before a trigger follows them.
for _table in TABLES_WITH_PEOPLE:
    for _statement in build_person_ddl(_table):
        event.listen(Person.metadata, "after_create", DDL(_statement))
for _table in TABLES_OF_LISTS:
    event.listen(Person.metadata, "after_create", DDL(build_given_up_ddl(_table)))
