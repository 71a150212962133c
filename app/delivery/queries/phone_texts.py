"""The texts to and from one phone number."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    exists,
    func,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from app.core.column_types import UtcDateTime
from app.core.db import db
from app.delivery.last_text_models import LastText
from app.delivery.models import Message, MessageLog
from app.domain.accounts.phone_codes import hide_code
from app.domain.delivery.message_statuses import MessageDirection, MessageStatus
from app.domain.texts.media_labels import describe_wordless_text
from app.domain.texts.text_cleaning import is_blank_text

# A number may have thousands of texts: the names in the newest of them are enough.
MAX_TEXTS_READ_FOR_NAMES = 500


class PhoneText(NamedTuple):
    """A text, and what its page shows of the blast it belongs to (None: of no blast)."""

    message: Message
    blast_body: str | None
    event_title: str | None
    is_test: bool | None
    blast_name: str | None


# In the order of PhoneText.
_SELECTED_COLUMNS = (
    Message,
    MessageLog.message_body,
    MessageLog.event_title,
    MessageLog.test_mode,
    MessageLog.name,
)


def select_was_texted(phone_column: Any) -> ColumnElement[bool]:
    """Return whether any text was made for the phone in this column, for any select."""
    text = aliased(Message)
    is_to_them = text.direction == MessageDirection.OUTBOUND
    is_text = and_(is_to_them, text.status != MessageStatus.SKIPPED)
    has_text = exists().where(text.phone == phone_column, is_text).correlate_except(text)
    # Nearly everyone has a row here, which is found ten times as quickly as their texts.
    is_known = exists().where(LastText.phone == phone_column).correlate_except(LastText)
    return or_(is_known, has_text)


def list_phone_texts(phones: Sequence[str], limit: int, offset: int) -> tuple[list[PhoneText], int]:
    """Return some of these numbers' texts, the newest first, and how many they have.

    The count is 0 when no text is returned.
    """
    # One statement for both: the count walks the index of the number that the rows walk too.
    total = _select_text_count(phones).scalar_subquery()
    statement = (
        select(*_SELECTED_COLUMNS, total.label("total"))
        .join_from(Message, MessageLog, isouter=True)
        .where(_is_of(phones))
        .order_by(Message.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = db.session.execute(statement).all()
    texts = [PhoneText(*row[:5]) for row in rows]
    if not rows:
        return texts, 0
    return texts, rows[0].total


def count_phone_texts(phones: Sequence[str]) -> int:
    """Return how many texts went to these numbers or came from them."""
    return db.session.scalar(_select_text_count(phones)) or 0


def _select_text_count(phones: Sequence[str]) -> Select[int]:
    return select(func.count()).select_from(Message).where(_is_of(phones))


def _is_of(phones: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition for texts of these numbers; of one along the index in its order."""
    if len(phones) == 1:
        return Message.phone == phones[0]
    return Message.phone.in_(phones)


def list_newest_texts(phone: str, carrier: str, limit: int) -> Sequence[Message]:
    """Return this number's newest texts over one carrier, the newest first."""
    statement = select(Message).where(Message.phone == phone, Message.carrier == carrier)
    return db.session.scalars(statement.order_by(Message.id.desc()).limit(limit)).all()


def is_text_being_sent(phone: str) -> bool:
    """Whether a text to this number is being handed to the carrier at this moment."""
    statement = select(Message.id).where(
        Message.phone == phone, Message.status == MessageStatus.SUBMITTING
    )
    return db.session.scalar(statement.limit(1)) is not None


def select_text_names(phone: str) -> Select[Any]:
    """Select (id, name, title, created_at) of each name in this number's newest texts."""
    statement = select(Message.id, Message.name, Message.created_at).where(Message.phone == phone)
    newest = statement.order_by(Message.id.desc()).limit(MAX_TEXTS_READ_FOR_NAMES).subquery()
    id_ = func.max(newest.c.id).label("id")
    title = type_coerce(null(), String).label("title")
    created_at = type_coerce(func.max(newest.c.created_at), UtcDateTime()).label("created_at")
    names = select(id_, newest.c.name, title, created_at).where(newest.c.name.is_not(None))
    return names.group_by(newest.c.name)


def select_message_ids(phone: str) -> Select[int]:
    """Select the ids of this number's texts."""
    return select(Message.id).where(Message.phone == phone)


def select_provider_sids(phone: str) -> Select[str | None]:
    """Select what the carrier calls this number's texts."""
    return select(Message.provider_sid).where(Message.phone == phone)


def list_texts_before(phones: Sequence[str], limit: int, before_id: int | None) -> list[PhoneText]:
    """Return these numbers' newest texts, or those older than a message, the newest first.

    Of one number it is one walk along its index.
    """
    statement = (
        select(*_SELECTED_COLUMNS)
        .join_from(Message, MessageLog, isouter=True)
        .where(_is_of(phones))
        .order_by(Message.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        statement = statement.where(Message.id < before_id)
    rows = db.session.execute(statement.execution_options(populate_existing=True))
    return [PhoneText(*row[:5]) for row in rows]


class TextPreview(NamedTuple):
    """The beginning of a text, or what came without words, and whether it is one of ours."""

    beginning: str
    is_outbound: bool


def add_text_preview(rows: Select[Any], message_id: ColumnElement[Any], length: int) -> Select[Any]:
    """Add the columns that build_text_preview() takes; `message_id`: a column of `rows`.

    All are NULL where there is no such message. `length`: of the beginning, in characters.
    """
    beginning = func.substr(Message.body, 1, length)
    rows = rows.outerjoin(Message, Message.id == message_id)
    return rows.add_columns(beginning, Message.direction, Message.media)


def build_text_preview(
    beginning: str | None, direction: MessageDirection | None, media: str | None
) -> TextPreview | None:
    """Return the preview of the columns that add_text_preview() added; None without a message."""
    if beginning is None:
        return None
    is_outbound = direction is MessageDirection.OUTBOUND
    if is_outbound:
        beginning = hide_code(beginning)
    elif is_blank_text(beginning):
        beginning = describe_wordless_text(media)
    return TextPreview(beginning, is_outbound)


def select_newest_by_phone(message_ids: FromClause) -> Select[str, int]:
    """Select (phone, id) of the newest message of each phone among `message_ids`.

    `message_ids`: a table whose first column holds the ids.
    """
    id_column = next(iter(message_ids.c))
    return (
        select(Message.phone, func.max(Message.id).label("id"))
        .join_from(message_ids, Message, Message.id == id_column)
        .group_by(Message.phone)
    )
