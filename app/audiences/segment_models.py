"""Segments: saved rules that say which people are meant. Who that is, is read anew each time."""

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.core.column_types import (
    add_updated_at_trigger,
    long_text,
    primary_key,
    timestamp_default_now,
    timestamp_on_update,
)
from app.core.db import Model
from app.domain.texts.name_folding import fold_name

MAX_SEGMENT_NAME_LENGTH = 80
MAX_SEGMENT_DESCRIPTION_LENGTH = 300


class Segment(Model):
    """A rule with a name. `rule`: its JSON (app/domain/audiences/segment_json.py).

    `sentence` is how the rule read when it was saved; pages make it anew, for things are renamed.
    """

    __tablename__ = "segments"
    __table_args__ = (
        CheckConstraint("length(trim(name)) > 0", name="name"),
        CheckConstraint("json_valid(rule)", name="rule"),
    )

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(String(MAX_SEGMENT_NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(MAX_SEGMENT_NAME_LENGTH * 2), unique=True)
    description: Mapped[str | None] = mapped_column(String(MAX_SEGMENT_DESCRIPTION_LENGTH))
    rule: Mapped[long_text]
    sentence: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[timestamp_default_now]
    updated_at: Mapped[timestamp_on_update]

    @validates("name")
    def _set_name(self, key: str, name: str) -> str:
        self.folded_name = fold_segment_name(name)
        return name


def fold_segment_name(name: str) -> str:
    """Return a segment's name as it is compared, without capitals and accents."""
    return fold_name(name) or name.strip().lower()


add_updated_at_trigger(Segment, "name", "description", "rule")
