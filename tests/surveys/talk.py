"""People who text, heard as the router hears them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from app.core.db import write
from app.delivery.models import messages
from app.domain.texts.inbound_text import InboundText
from app.surveys.actions import survey_text_handling

NOON = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)  # in Denver


class Town:
    """People who text, a minute apart, heard as the router hears them."""

    def __init__(self, app, moment=NOON):
        self.app, self.moment = app, moment
        self.taken = []  # (the text's row, what it said) of every text that a survey took

    def __call__(self, phone, body, *, seconds=60, name=None, doubtful=False):
        self.moment += timedelta(seconds=seconds)
        with self.app.app_context(), write() as session:
            row = {
                "direction": "inbound",
                "kind": "inbound",
                "status": "received",
                "phone": phone,
                "body": body,
            }
            made = session.execute(
                insert(messages).values(row).returning(messages.c.id)
            ).scalar_one()
            heard = InboundText(phone, body, made, self.moment, name)
            taken = (
                survey_text_handling.handle_survey_answer(heard, only_valid=True, doubtful=doubtful)
                or (None if doubtful else survey_text_handling.start_survey_by_keyword(heard))
                or (
                    None
                    if doubtful
                    else survey_text_handling.handle_survey_answer(heard, only_valid=False)
                )
            )
        if taken:
            self.taken.append((made, body))
        return taken

    def says(self, phone, *bodies, **more):
        """The replies to the last of these texts."""
        taken = [self(phone, body, **more) for body in bodies][-1]
        return taken.replies if taken else None

    def wait(self, **time):
        self.moment += timedelta(**time)
