"""Tables of permission sets: what their users may do, and for which groups and events."""

import json
from collections.abc import Iterable

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import (
    add_updated_at_trigger,
    bool_default_false,
    primary_key,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.accounts.permissions import (
    Permission,
    parse_permissions,
    resolve_permissions,
)


class PermissionSet(Model):
    """What its users may do. A user who has one is judged by it alone.

    `permissions`: a JSON list of the words that an admin chose. `reaches_everybody`: it counts
    for the whole community, and its groups do not matter; `all_events`: its events do not.
    """

    __tablename__ = "permission_sets"
    __column_classes__ = ColumnClasses(administrative="name permissions")
    __table_args__ = (
        CheckConstraint(
            "json_valid(permissions) AND json_type(permissions) = 'array'", name="is_list"
        ),
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(80, collation="NOCASE"), unique=True)
    permissions: Mapped[str] = mapped_column(Text)
    reaches_everybody: Mapped[bool_default_false]
    all_events: Mapped[bool_default_false]
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]

    @property
    def chosen(self) -> frozenset[Permission]:
        """What an admin chose. Text that is no list, written by hand, permits nothing."""
        try:
            words = json.loads(self.permissions)
        except ValueError:
            return frozenset()
        return parse_permissions(words if isinstance(words, list) else [])

    @property
    def allowed(self) -> frozenset[Permission]:
        """What its users may do: what was chosen and what that implies."""
        return resolve_permissions(self.chosen, reaches_everybody=self.reaches_everybody)

    def choose(self, permissions: Iterable[Permission]) -> None:
        """Store what an admin chose."""
        self.permissions = json.dumps(sorted(permissions))


class PermissionSetGroup(Model):
    """A group that a set reaches. A deleted group leaves it: fewer people, never more."""

    __tablename__ = "permission_set_groups"
    __column_classes__ = ColumnClasses()

    permission_set_id: Mapped[int] = mapped_column(
        ForeignKey("permission_sets.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(
        ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PermissionSetEvent(Model):
    """An event that a set reaches."""

    __tablename__ = "permission_set_events"
    __column_classes__ = ColumnClasses()

    permission_set_id: Mapped[int] = mapped_column(
        ForeignKey("permission_sets.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, index=True
    )


add_updated_at_trigger(PermissionSet, "name", "permissions", "reaches_everybody", "all_events")
