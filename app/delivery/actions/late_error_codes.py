"""Give a text that failed without a code the one that a later receipt has. Inside write()."""

from typing import Any, Protocol

from app.delivery.sql.status_updates import FILL_ERROR_CODE
from app.domain.delivery.carrier_error_codes import CarrierErrorCode


class FailureNews(Protocol):
    """News that a message failed, with the carrier's code and words for it, if any."""

    @property
    def message_id(self) -> int: ...
    @property
    def attempt_number(self) -> int | None: ...
    @property
    def code(self) -> int | None: ...
    @property
    def error_message(self) -> str | None: ...


def fill_error_code(news: FailureNews, error_code: CarrierErrorCode) -> tuple[Any, ...] | None:
    """Store the code of news whose message failed without one.

    Returns the columns of UpdatedMessage, and None when nothing changed: the first code counts.
    """
    # News without an attempt is about the message as a whole, and nothing was said of it before.
    if not news.code or not error_code.code or news.attempt_number is None:
        return None
    return FILL_ERROR_CODE.fetch_first_row(
        message_id=news.message_id,
        attempt_number=news.attempt_number,
        error_number=error_code.code,
        error_text=news.error_message or error_code.description,
    )
