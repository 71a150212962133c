"""A survey as one person reads it: its texts in their language, where these are of templates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.domain.surveys.question_definitions import SurveyQuestion
from app.domain.surveys.survey_state_machine import SurveyState
from app.message_templates.queries.reader_texts import (
    ReaderText,
    choose_text_for_reader,
    find_versions_of_replies,
)
from app.organisation import queries as organisation
from app.profiles.queries.reader_languages import find_reader_language


@dataclass(frozen=True)
class ReaderTexts:
    """The texts of a survey that are of templates, by what the survey itself says.

    `language`: of texts that are of none (BCP 47).
    """

    language: str
    texts: Mapping[str, ReaderText] = field(default_factory=dict)

    def translate(self, text: str) -> str:
        """Return what the person reads instead of a text of the survey."""
        return self.texts[text].body if text in self.texts else text

    def translate_question(self, question: SurveyQuestion) -> SurveyQuestion:
        """Return the question as the person reads it; its choices stay as they are."""
        text = self.texts.get(question.prompt)
        language = text.language if text else None
        return replace(
            question,
            prompt=self.translate(question.prompt),
            hint=self.translate(question.hint),
            language=language or self.language,
        )

    def translate_state(self, state: SurveyState) -> SurveyState:
        """Return where they are, with questions and closing text as they read them."""
        questions = tuple(map(self.translate_question, state.questions))
        return replace(state, questions=questions, completion=self.translate(state.completion))

    def find_versions(self, replies: Mapping[str, str]) -> dict[str, int]:
        """Return the version of each reply that has the words of a template.

        `replies`: what is texted, with the words before they were filled in.
        """
        versions = {}
        for filled, words in replies.items():
            version_id = self._find_version(words)
            if version_id is not None:
                versions[filled] = version_id
        return versions

    def _find_version(self, words: str) -> int | None:
        versions = (text.version_id for text in self.texts.values() if text.body in words)
        return next(versions, None)


def load_reader_texts(
    phone: str, questions: Iterable[SurveyQuestion], *others: str | None
) -> ReaderTexts:
    """Return the texts of a survey for the person of a number. Mostly one statement.

    `others`: its introduction and closing text.
    """
    bodies = [body for question in questions for body in (question.prompt, question.hint)]
    bodies += filter(None, others)
    found_texts = find_versions_of_replies(map(str.strip, bodies))
    language = organisation.read_language()
    if not found_texts:
        return ReaderTexts(language)
    reader_language = find_reader_language(phone)
    texts = {
        body: choose_text_for_reader(text, reader_language) for body, text in found_texts.items()
    }
    return ReaderTexts(language, texts)
