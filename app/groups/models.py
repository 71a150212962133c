"""Groups of people, and who belongs to them since when.

A membership is by phone, so that people known only from an event can be in a group too.
"""

from enum import StrEnum

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
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
    int_default_zero,
    primary_key,
    timestamp,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.core.held_data import HeldAs
from app.domain.texts.name_folding import fold_name

MAX_GROUP_NAME_LENGTH = 80
MAX_DESCRIPTION_LENGTH = 300


class GroupColor(StrEnum):
    """The color of a group's mark."""

    TEAL = "teal"
    BLUE = "blue"
    AMBER = "amber"
    GRAY = "gray"


class GroupTexters(StrEnum):
    """Who may send a blast to a group."""

    EVERYONE = "everyone"
    ADMINS = "admins"


class MembershipSource(StrEnum):
    """How somebody came into a group."""

    HAND = "hand"
    IMPORT = "import"
    BULK = "bulk"
    KEYWORD = "keyword"
    SURVEY = "survey"


class ContactGroup(Model):
    """A group of people, to which a blast can be sent.

    `member_count` is kept by triggers on the memberships. An archived group gets no blasts.
    """

    __tablename__ = "groups"
    __column_classes__ = ColumnClasses(administrative="name folded_name description")
    __table_args__ = (
        CheckConstraint("is_topic IN (0, 1)", name="is_topic"),
        CheckConstraint("length(trim(name)) > 0", name="name"),
        Index("ix_groups_owner_id", "owner_id"),
        # Surveys and old blasts name groups in JSON: the id of a deleted one is not given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(MAX_GROUP_NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(MAX_GROUP_NAME_LENGTH * 2), unique=True)
    description: Mapped[str | None] = mapped_column(String(MAX_DESCRIPTION_LENGTH))
    color: Mapped[GroupColor] = mapped_column(
        enum_column(GroupColor, name="color"),
        default=GroupColor.TEAL,
        server_default=GroupColor.TEAL,
    )
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    is_topic: Mapped[bool_default_false]
    who_may_text: Mapped[GroupTexters] = mapped_column(
        enum_column(GroupTexters, name="who_may_text"),
        default=GroupTexters.EVERYONE,
        server_default=GroupTexters.EVERYONE,
    )
    member_count: Mapped[int_default_zero]
    archived_at: Mapped[timestamp | None]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]

    @property
    def is_for_admins(self) -> bool:
        """Whether only admins may text the group, and change who is in it."""
        return self.who_may_text is GroupTexters.ADMINS

    @validates("name")
    def _set_name(self, key: str, name: str) -> str:
        self.folded_name = fold_group_name(name)
        return name


def fold_group_name(name: str) -> str:
    """Return a group's name as it is compared: "Chœur" and "choeur" are one group.

    A name of signs only, such as "★", is compared as it is.
    """
    return fold_name(name) or name.strip().lower()


class FormerGroupName(Model):
    """A name that a group had before it was renamed: STOP and that name still leaves the topic."""

    __tablename__ = "former_group_names"
    __column_classes__ = ColumnClasses(administrative="name folded_name")
    __table_args__ = (
        UniqueConstraint("folded_name", "group_id"),
        Index("ix_former_group_names_group_id", "group_id"),
    )

    id: Mapped[primary_key]
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(MAX_GROUP_NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(MAX_GROUP_NAME_LENGTH * 2))
    renamed_at: Mapped[timestamp_default_now]


class GroupMembership(Model):
    """One person in one group, by phone. `until` is null while they belong to it."""

    __tablename__ = "group_members"
    __column_classes__ = ColumnClasses(others=PERSONAL, administrative="added_by", personal="phone")
    __held_as__ = HeldAs("Groups, today and before")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        Index(
            "uq_group_members_open",
            "group_id",
            "phone",
            unique=True,
            sqlite_where=text("until IS NULL"),
        ),
        Index("ix_group_members_phone", "phone", "group_id", "until"),
        Index("ix_group_members_group_id", "group_id", "until", "phone"),
        Index(
            "ix_group_members_import_id",
            "import_id",
            sqlite_where=text("import_id IS NOT NULL"),
        ),
    )

    id: Mapped[primary_key]
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    phone: Mapped[e164]
    since: Mapped[timestamp_default_now]
    until: Mapped[timestamp | None]
    source: Mapped[MembershipSource] = mapped_column(
        enum_column(MembershipSource, name="source"),
        default=MembershipSource.HAND,
        server_default=MembershipSource.HAND,
    )
    added_by: Mapped[str | None] = mapped_column(String(80))
    # the import that added them, so that undoing it takes them out again
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id", ondelete="SET NULL"))


add_updated_at_trigger(
    ContactGroup,
    "name",
    "description",
    "color",
    "owner_id",
    "is_topic",
    "who_may_text",
    "archived_at",
)
# The list of groups shows how many people each has: counting 50 groups of 20,000 took 60 ms.
_ADD_ONE = "UPDATE groups SET member_count = member_count + 1 WHERE id = new.group_id;"
_TAKE_ONE = "UPDATE groups SET member_count = member_count - 1 WHERE id = old.group_id;"
MEMBER_COUNT_DDL = (
    "CREATE TRIGGER group_members_insert AFTER INSERT ON group_members "
    f"WHEN new.until IS NULL BEGIN {_ADD_ONE} END",
    "CREATE TRIGGER group_members_delete AFTER DELETE ON group_members "
    f"WHEN old.until IS NULL BEGIN {_TAKE_ONE} END",
    "CREATE TRIGGER group_members_open AFTER UPDATE OF until ON group_members "
    f"WHEN new.until IS NULL AND old.until IS NOT NULL BEGIN {_ADD_ONE} END",
    "CREATE TRIGGER group_members_close AFTER UPDATE OF until ON group_members "
    f"WHEN new.until IS NOT NULL AND old.until IS NULL BEGIN {_TAKE_ONE} END",
)
for _statement in MEMBER_COUNT_DDL:
    event.listen(GroupMembership.__table__, "after_create", DDL(_statement))
