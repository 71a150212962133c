"""What stays in the database of texts that moved into the archive of their year."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.db import Model


class ArchivedCount(Model):
    """How many texts of a blast, of one status, are in the archive of a year.

    Counted in the transaction that deletes them here, so that a blast's page adds up.
    """

    __tablename__ = "archived_counts"
    __column_classes__ = ColumnClasses(administrative="status")

    message_log_id: Mapped[int] = mapped_column(
        ForeignKey("message_logs.id", ondelete="CASCADE"), primary_key=True
    )
    year: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(20), primary_key=True)
    texts: Mapped[int]
    segments: Mapped[int]
