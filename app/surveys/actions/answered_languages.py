"""Learning a person's language from their answer to a question about it. Inside write()."""

from datetime import datetime

from app.domain.profiles.language_names import find_mentioned_language
from app.domain.surveys.survey_state_machine import AnswerRecord, AnswerState
from app.profiles.actions.language_learning import learn_language
from app.profiles.models import LanguageSource
from app.surveys import sql
from app.surveys.queries.session_snapshots import SessionSnapshot


def learn_answered_language(
    session: SessionSnapshot, record: AnswerRecord, moment: datetime
) -> None:
    """Set the person's language to the one that an answer names; one that names none sets none."""
    question = session.state.questions[record.position]
    if not question.sets_language or record.state is not AnswerState.ANSWERED:
        return
    language = find_mentioned_language(record.value or "")
    if language is None:
        return
    name = str(sql.SELECT_SURVEY_NAME.fetch_value(b_survey_id=session.survey_id) or "")
    learn_language(session.phone, language, LanguageSource.SURVEY, name, moment)
