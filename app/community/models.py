"""Community members, and the search table that finds them by name or digits."""

from sqlalchemy import DDL, CheckConstraint, Index, String, event, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.core.column_classes import PERSONAL, ColumnClasses
from app.core.column_types import (
    build_e164_check,
    e164,
    folded_person_name,
    primary_key,
    timestamp_default_now,
)
from app.core.db import Model
from app.core.held_data import HeldAs
from app.domain.texts.name_folding import fold_name


class CommunityMember(Model):
    """A person who receives community blasts."""

    __tablename__ = "community_members"
    __column_classes__ = ColumnClasses(others=PERSONAL, personal="name phone folded_name")
    __held_as__ = HeldAs("Community")
    __table_args__ = (
        CheckConstraint(build_e164_check(), name="phone_is_e164"),
        # Each order of the list has an index that also carries what is searched, so that no
        # search reads the table: 14 ms instead of 100 ms for 100,000 members. Names come last
        # where there is none; the id makes the order total.
        Index(
            "ix_community_members_name",
            text("folded_name IS NULL"),
            "folded_name",
            "id",
            "phone",
        ),
        Index("ix_community_members_phone", "phone", "folded_name"),
        Index("ix_community_members_created_at", "created_at", "id", "folded_name", "phone"),
    )

    id: Mapped[primary_key]
    name: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[e164] = mapped_column(unique=True)
    created_at: Mapped[timestamp_default_now]
    folded_name: Mapped[folded_person_name]

    @validates("name")
    def _set_name(self, key: str, name: str | None) -> str | None:
        self.folded_name = fold_name(name)
        return name


# What other programs insert has no folded name yet: it is the name in small letters then.
_INSERT_SEARCHED = (
    "INSERT INTO community_search(rowid, folded_name, phone) "
    "VALUES (new.id, coalesce(new.folded_name, lower(new.name)), new.phone);"
)
_DELETE_SEARCHED = (
    "INSERT INTO community_search(community_search, rowid, folded_name, phone) "
    "VALUES ('delete', old.id, coalesce(old.folded_name, lower(old.name)), old.phone);"
)
_FILL_FOLDED_NAME = (
    "UPDATE community_members SET folded_name = lower(new.name) "
    "WHERE id = new.id AND new.folded_name IS NULL AND new.name IS NOT NULL;"
)
MEMBER_SEARCH_DDL = (
    "CREATE VIRTUAL TABLE community_search USING fts5(folded_name, phone, "
    "content='community_members', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER community_search_insert AFTER INSERT ON community_members "
    f"BEGIN {_INSERT_SEARCHED} {_FILL_FOLDED_NAME} END",
    "CREATE TRIGGER community_search_delete AFTER DELETE ON community_members "
    f"BEGIN {_DELETE_SEARCHED} END",
    "CREATE TRIGGER community_search_update AFTER UPDATE OF folded_name, phone "
    f"ON community_members BEGIN {_DELETE_SEARCHED} {_INSERT_SEARCHED} END",
)
for _statement in MEMBER_SEARCH_DDL:
    event.listen(CommunityMember.__table__, "after_create", DDL(_statement))
