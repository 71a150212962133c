"""Requests for approval, the codes that were texted for them, and what each sender confirmed."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_classes import ColumnClasses
from app.core.column_types import enum_column, int_default_zero, primary_key, timestamp
from app.core.db import Model
from app.domain.delivery.approval_states import DecisionChannel, RequestState


class BlastApproval(Model):
    """One request to approve a scheduled blast as it was then; editing the blast asks anew.

    `cost` is in the organisation's currency; null: no price was known.
    """

    __tablename__ = "blast_approvals"
    __column_classes__ = ColumnClasses(administrative="why text_hash asked_by decided_by reason")
    __table_args__ = (
        CheckConstraint(
            "(state IN ('approved', 'declined')) = (decided_by IS NOT NULL) "
            "AND (decided_by IS NULL) = (decided_how IS NULL)",
            name="decided",
        ),
        Index("ix_blast_approvals_scheduled_id", "scheduled_id"),
        # Two presses at the same time ask once.
        Index(
            "uq_blast_approvals_asked",
            "scheduled_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[primary_key]
    scheduled_id: Mapped[int] = mapped_column(
        ForeignKey("scheduled_messages.id", ondelete="CASCADE")
    )
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    # which limit it is above, as a sentence
    why: Mapped[str] = mapped_column(String(200))
    people: Mapped[int]
    segments: Mapped[int]
    cost: Mapped[Decimal | None]
    # of the text, its people and what is filled in, not of its times
    text_hash: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[timestamp]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[timestamp | None]
    decided_how: Mapped[DecisionChannel | None] = mapped_column(enum_column(DecisionChannel))
    # why it was declined
    reason: Mapped[str | None] = mapped_column(String(300))
    # when admins were told that its time has come
    overdue_told_at: Mapped[timestamp | None]
    # the sender, whatever they are called now; null: deleted
    asked_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )


class ApprovalCode(Model):
    """The code that one admin was texted for one request. Only its keyed hash is stored."""

    __tablename__ = "approval_codes"
    __column_classes__ = ColumnClasses(secret="code_hash")
    __table_args__ = (UniqueConstraint("approval_id", "user_id"),)

    id: Mapped[primary_key]
    approval_id: Mapped[int] = mapped_column(ForeignKey("blast_approvals.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[timestamp]
    used_at: Mapped[timestamp | None]
    # wrong codes from this admin's phone; five end the code
    wrong_tries: Mapped[int_default_zero]


class BlastConfirmation(Model):
    """How many texts a user confirmed with one blast, for the limit of money a day.

    `segments` and not an amount: the price may be corrected on the same day.
    """

    __tablename__ = "blast_confirmations"
    __column_classes__ = ColumnClasses(administrative="username")
    __table_args__ = (Index("ix_blast_confirmations_username", "username", "confirmed_at"),)

    id: Mapped[primary_key]
    # null: the blast was deleted from the list
    scheduled_id: Mapped[int | None] = mapped_column(
        ForeignKey("scheduled_messages.id", ondelete="SET NULL"), unique=True
    )
    username: Mapped[str] = mapped_column(String(80))
    confirmed_at: Mapped[timestamp]
    people: Mapped[int]
    segments: Mapped[int]
    # whatever they are called now; null: deleted
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
