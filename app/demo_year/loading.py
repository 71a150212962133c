"""Loads the demo into an empty database, and lets people write while somebody looks."""

from datetime import datetime, timedelta

from app.core.settings import current_settings
from app.delivery.carriers.sandbox_phone_storage import store_phone_texts
from app.demo_year.conversations import COMING_TEXTS
from app.demo_year.people import build_phone
from app.demo_year.year import play_year
from app.sandbox.actions.sandbox_phones import build_phone_text_row
from app.suppression.queries.sending_permission import find_suppression_reason


def load_demo_year(moment: datetime) -> None:
    """Write the year that ends at `moment`. Inside write(), into a database without users."""
    play_year(moment)
    queue_coming_texts(moment)


def queue_coming_texts(moment: datetime) -> None:
    """Let a dozen people write within the next quarter of an hour. Inside write().

    They come in through the sandbox and the webhooks, like every text of a practice phone.
    """
    sender = current_settings().sender
    rows = []
    for seconds, index, body in COMING_TEXTS:
        arrives_at = moment + timedelta(seconds=seconds)
        rows.append(build_phone_text_row(_find_textable_phone(index), sender, body, arrives_at))
    store_phone_texts(rows)


def _find_textable_phone(index: int) -> str:
    """Return the number of this person, or of the next one who has not opted out.

    Someone who got no text would answer nothing, and could not be answered.
    """
    phone = build_phone(index)
    return phone if find_suppression_reason(phone) is None else _find_textable_phone(index + 1)
