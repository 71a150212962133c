"""The texts that help somebody to answer a question."""

from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion

HINT_BY_QUESTION_TYPE = {
    QuestionType.TEXT: "Please answer in words.",
    QuestionType.YES_NO: "Please answer YES or NO.",
    QuestionType.DATE: "Please answer with one day, such as 8 May.",
    QuestionType.NAME: "Please answer with your name.",
}


def build_hint(question: SurveyQuestion) -> str:
    """Return the survey's own hint, else the default one, and the commands that move on."""
    hint = question.hint.strip() or build_default_hint(question)
    if question.required:
        return f"{hint} Text DONE to leave."
    return f"{hint} Text SKIP to pass it, DONE to leave."


def build_default_hint(question: SurveyQuestion) -> str:
    """Return how a question of this type is answered."""
    if question.question_type is QuestionType.CHOICE:
        labels = question.choice_labels
        label_kind = "number" if labels[0] == "1" else "letter"
        return f"Please answer with one {label_kind} from {labels[0]} to {labels[-1]}."
    if question.question_type is QuestionType.NUMBER:
        return f"Please answer with one number{_describe_bounds(question)}, in digits."
    return HINT_BY_QUESTION_TYPE[question.question_type]


def build_nudge_text(question: SurveyQuestion) -> str:
    """Return the one reminder to a person who has not answered."""
    return (
        "We are still waiting for your answer. Text DONE to leave this survey."
        f"\n{question.message_text}"
    )


def _describe_bounds(question: SurveyQuestion) -> str:
    if question.low is not None and question.high is not None:
        return f" from {question.low} to {question.high}"
    if question.low is not None:
        return f" from {question.low} up"
    if question.high is not None:
        return f" up to {question.high}"
    return ""
