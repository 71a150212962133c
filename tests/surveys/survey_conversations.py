"""People who text a survey, handled in the order of the router."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from app.core.db import write
from app.delivery.models import messages
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.surveys.actions.survey_text_handling import (
    handle_survey_answer,
    start_survey_by_keyword,
)

NOON = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)  # in Denver


class SurveyConversations:
    """Texts of people, a minute apart.

    `handled_texts`: the id and the body of every text that a survey took.
    """

    def __init__(self, app, moment=NOON):
        self.app = app
        self.moment = moment
        self.handled_texts = []

    def __call__(self, phone, body, *, seconds=60, name=None, doubtful=False):
        """Receive a text; the HandlerResult, or None when no survey took it."""
        self.moment += timedelta(seconds=seconds)
        with self.app.app_context(), write() as session:
            message_id = self._insert_message(session, phone, body)
            text = InboundText(phone, body, message_id, self.moment, name)
            result = self._handle_text(text, doubtful=doubtful)
        if result:
            self.handled_texts.append((message_id, body))
        return result

    @staticmethod
    def _insert_message(session, phone, body):
        row = {
            "direction": "inbound",
            "kind": "inbound",
            "status": "received",
            "phone": phone,
            "body": body,
        }
        statement = insert(messages).values(row).returning(messages.c.id)
        return session.execute(statement).scalar_one()

    @staticmethod
    def _handle_text(text, *, doubtful) -> HandlerResult | None:
        result = handle_survey_answer(text, only_valid=True, doubtful=doubtful)
        if result is None and not doubtful:
            result = start_survey_by_keyword(text)
        if result is None and not doubtful:
            result = handle_survey_answer(text, only_valid=False)
        return result

    def get_replies(self, phone, *bodies, **options):
        """Receive these texts; the replies to the last one, None when no survey took it."""
        result = None
        for body in bodies:
            result = self(phone, body, **options)
        return result.replies if result else None

    def wait(self, **time):
        """Let time pass before the next text."""
        self.moment += timedelta(**time)
