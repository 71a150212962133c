"""Helpers of the tests of check-ins: keywords that count, and texts of a day."""

from datetime import UTC, datetime

from app.core.db import write
from app.keywords.actions.keyword_text_handling import handle_keyword_text
from tests.keywords.keyword_helpers import build_inbound_text, create_keyword
from tests.sample_people import ZOE


def create_check_in_keyword(word="WALK", answer="Well done!", **more):
    """Create a keyword that counts as a check-in; returns its id."""
    return create_keyword(word, answer, counts_as_check_in=True, **more)


def text_on(day, body="walk", phone=ZOE, hour=18):
    """Text a word at an hour (UTC) of a day of May 2026; returns the replies."""
    moment = datetime(2026, 5, day, hour, tzinfo=UTC)
    with write():
        return handle_keyword_text(build_inbound_text(body, phone=phone, moment=moment)).replies
