"""A question that asks which language people read."""

import pytest

from app.core.db import db, write
from app.domain.surveys.question_definitions import (
    QuestionType,
    SurveyQuestion,
    parse_questions,
    serialize_questions,
)
from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.actions.template_editing import TemplateValues, create_template
from app.profiles.models import LanguageSource
from app.profiles.queries.person_lookup import find_person_of_phone
from app.surveys.models import SurveyFlow
from tests.sample_people import LEO, MIA, ZOE

CHOICE = SurveyQuestion(
    "Which language do you read?",
    QuestionType.CHOICE,
    choices=("English", "Español", "Another one"),
    sets_language=True,
)
WORDS = SurveyQuestion("Which language do you read?", sets_language=True)
FORM = {
    "name": "Languages",
    "trigger_keyword": "LANGUAGE",
    "questions-0-prompt": "Which language do you read?",
    "questions-0-kind": "choice",
    "questions-0-sets_language": "y",
}


@pytest.fixture
def find_person(app):
    """Call it for the person of a phone."""

    def find(phone):
        with app.app_context():
            return find_person_of_phone(phone)

    return find


def test_the_answer_is_the_language_of_the_next_texts(make_survey, text, find_person):
    make_survey(CHOICE, SurveyQuestion("Anything else?"))
    text.get_replies(ZOE, "picnic", "2")
    zoe = find_person(ZOE)
    assert (zoe.language, zoe.language_source) == ("es", LanguageSource.SURVEY)
    text.get_replies(LEO, "picnic", "english")
    assert find_person(LEO).language == "en"
    text.get_replies(MIA, "picnic", "another one")
    assert find_person(MIA).language is None


@pytest.mark.parametrize(
    ("answer", "language"),
    [("Spanish please", "es"), ("Tiếng Việt", "vi"), ("it", None), ("English and Spanish", None)],
)
def test_free_words_count_where_they_name_one_language(
    make_survey, text, find_person, answer, language
):
    make_survey(WORDS)
    text.get_replies(ZOE, "picnic", answer)
    assert find_person(ZOE).language == language


def test_a_question_keeps_that_it_sets_the_language():
    assert parse_questions(serialize_questions([CHOICE, WORDS])) == (CHOICE, WORDS)


def test_choices_must_name_a_language_and_other_types_never_set_one(visit, app):
    page = visit("/surveys/add", "sol", **{"questions-0-choices": "Red\nBlue", **FORM})
    assert page.status_code == 422
    assert "None of these is a language, such as Spanish or Español." in page.words
    page = visit("/surveys/add", "sol", **{"questions-0-choices": "English\nEspañol", **FORM})
    assert page.status_code == 303
    number = {**FORM, "name": "Age", "trigger_keyword": "AGE", "questions-0-kind": "number"}
    assert visit("/surveys/add", "sol", **number).status_code == 303
    with app.app_context():
        rows = db.session.scalars(db.select(SurveyFlow).order_by(SurveyFlow.id))
        kept = [parse_questions(row.questions_json)[0].sets_language for row in rows]
    assert kept == [True, False]


TEXTS = {
    "Welcome!": "Bienvenidos.",
    "Which language do you read?": "En que idioma lee?",
    "Will you come?": "Viene usted?",
    "See you there.": "Nos vemos.",
}


@pytest.fixture
def spanish_templates(app):
    """A template for surveys of each of TEXTS, in English and Spanish."""
    with app.app_context(), write():
        for english, spanish in TEXTS.items():
            values = TemplateValues(english, TemplatePurpose.SURVEY, {"en": english, "es": spanish})
            create_template(values, "sol")


@pytest.mark.usefixtures("spanish_templates")
def test_questions_from_templates_are_asked_in_the_readers_language(make_survey, text):
    coming = SurveyQuestion("Will you come?", QuestionType.YES_NO)
    words = {"intro_message": "Welcome!", "completion_message": "See you there."}
    make_survey(CHOICE, coming, **words)
    opening = text(ZOE, "picnic")
    assert opening.replies[0].startswith("Welcome!\nWhich language do you read?\n1 English")
    assert list(opening.template_versions.values()) == [1]
    asked = text(ZOE, "Español")
    assert asked.replies == ["Viene usted? Responda SI o NO."]
    assert list(asked.template_versions.values()) == [6]
    unclear = text.get_replies(ZOE, "quizas")
    assert unclear[0].startswith("Por favor responda SI o NO. Escriba SALTAR para omitirla,")
    done = text(ZOE, "sí")
    assert (done.replies, list(done.template_versions.values())) == (["Nos vemos."], [8])
    again = text.get_replies(ZOE, "picnic", seconds=60)
    assert again[0].startswith("Bienvenidos.\nEn que idioma lee?\n1 English")
    assert again[0].endswith("\nEscriba LISTO para salir de la encuesta.")


@pytest.mark.usefixtures("spanish_templates")
def test_the_builder_adds_a_template_to_the_text_beside_the_button(visit):
    typed = {**FORM, "questions-0-choices": "English\nEspañol", "use-questions-0-prompt": "5"}
    page = visit("/surveys/add", "sol", **typed)
    assert page.status_code == 200
    assert "Which language do you read?\nWill you come?" in page.text
    page = visit("/surveys/add", "sol", **{**FORM, "use-intro_message": "1"})
    assert "Welcome!</textarea>" in page.text
