"""Learning a person's language from their answer to a question about it. Inside write()."""

from app.domain.profiles.language_names import find_mentioned_language
from app.domain.surveys.question_definitions import SurveyQuestion
from app.domain.surveys.survey_state_machine import AnswerRecord, AnswerState
from app.domain.texts.inbound_text import InboundText
from app.profiles.actions.language_learning import learn_language
from app.profiles.models import LanguageSource
from app.surveys import sql


def learn_answered_language(
    question: SurveyQuestion, record: AnswerRecord | None, survey_id: int, text: InboundText
) -> bool:
    """Set the person's language to the one that an answer names; whether it names one."""
    if record is None or record.state is not AnswerState.ANSWERED or not question.sets_language:
        return False
    language = find_mentioned_language(record.value or "")
    if language is None:
        return False
    name = str(sql.SELECT_SURVEY_NAME.fetch_value(b_survey_id=survey_id) or "")
    learn_language(text.phone, language, LanguageSource.SURVEY, name, text.moment)
    return True
