"""The table of one-time links by which people choose a password."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import enum_column, primary_key, timestamp, timestamp_default_now
from app.core.db import Model


class LinkKind(StrEnum):
    """What a link is for."""

    INVITE = "invite"
    RESET = "reset"


# How long a link can be used. An invitation waits for somebody who may be on holiday.
LINK_LIFETIMES = {LinkKind.INVITE: timedelta(days=7), LinkKind.RESET: timedelta(hours=24)}


class AccountLink(Model):
    """A link by which one user chooses a password, once, until it ends.

    The address holds a random token, the row only its hash: whoever reads the database cannot
    use it. A user has at most one that is not used.
    """

    __tablename__ = "account_links"
    __column_classes__ = ColumnClasses(administrative="kind", secret="token_hash")
    __table_args__ = (
        Index(
            "uq_account_links_unused", "user_id", unique=True, sqlite_where=text("used_at IS NULL")
        ),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(enum_column(LinkKind))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # null: by a command on the server, or because the user asked for it
    made_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[timestamp_default_now]
    ends_at: Mapped[timestamp]
    used_at: Mapped[timestamp | None]
