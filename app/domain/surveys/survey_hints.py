"""The texts that help somebody to answer a question."""

from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.domain.surveys.survey_words import SurveyPhrase, say

HINT_BY_QUESTION_TYPE = {
    QuestionType.TEXT: SurveyPhrase.ANSWER_IN_WORDS,
    QuestionType.YES_NO: SurveyPhrase.ANSWER_YES_OR_NO,
    QuestionType.DATE: SurveyPhrase.ANSWER_WITH_DAY,
    QuestionType.NAME: SurveyPhrase.ANSWER_WITH_NAME,
}


def build_hint(question: SurveyQuestion) -> str:
    """Return the survey's own hint, else the default one, and the commands that move on."""
    hint = question.hint.strip() or build_default_hint(question)
    commands = SurveyPhrase.MAY_LEAVE if question.required else SurveyPhrase.MAY_SKIP
    return f"{hint} {say(commands, question.language)}"


def build_default_hint(question: SurveyQuestion) -> str:
    """Return how a question of this type is answered."""
    if question.question_type is QuestionType.CHOICE:
        labels = question.choice_labels
        phrase = SurveyPhrase.ANSWER_WITH_LETTER
        if labels[0] == "1":
            phrase = SurveyPhrase.ANSWER_WITH_DIGIT
        return say(phrase, question.language).format(first=labels[0], last=labels[-1])
    if question.question_type is QuestionType.NUMBER:
        bounds = _describe_bounds(question)
        return say(SurveyPhrase.ANSWER_WITH_NUMBER, question.language).format(bounds=bounds)
    return say(HINT_BY_QUESTION_TYPE[question.question_type], question.language)


def build_nudge_text(question: SurveyQuestion) -> str:
    """Return the one reminder to a person who has not answered."""
    waiting = say(SurveyPhrase.NUDGE, question.language)
    leaving = say(SurveyPhrase.HOW_TO_LEAVE, question.language)
    return f"{waiting} {leaving}\n{question.message_text}"


def _describe_bounds(question: SurveyQuestion) -> str:
    if question.low is None and question.high is None:
        return ""
    phrase = SurveyPhrase.NUMBER_BETWEEN
    if question.high is None:
        phrase = SurveyPhrase.NUMBER_FROM
    elif question.low is None:
        phrase = SurveyPhrase.NUMBER_TO
    return say(phrase, question.language).format(first=question.low, last=question.high)
