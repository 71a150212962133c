"""What a survey says beside its own questions, in the languages whose commands it understands.

The words are of GSM-7, so that a question in plain letters keeps 160 characters to a segment.
"""

from collections.abc import Mapping
from enum import StrEnum

from app.domain.texts.text_languages import DEFAULT_LANGUAGE
from app.domain.texts.translations import choose_translation


class SurveyPhrase(StrEnum):
    """What can be said."""

    YES_OR_NO = "yes_or_no"
    HOW_TO_LEAVE = "how_to_leave"
    MAY_LEAVE = "may_leave"
    MAY_SKIP = "may_skip"
    NUDGE = "nudge"
    LEFT = "left"
    HANDED_OVER = "handed_over"
    COMPLETED = "completed"
    FIRST_QUESTION = "first_question"
    NEEDS_ANSWER = "needs_answer"
    STARTING_AGAIN = "starting_again"
    WELCOME_BACK = "welcome_back"
    ANSWER_IN_WORDS = "answer_in_words"
    ANSWER_YES_OR_NO = "answer_yes_or_no"
    ANSWER_WITH_DAY = "answer_with_day"
    ANSWER_WITH_NAME = "answer_with_name"
    ANSWER_WITH_DIGIT = "answer_with_digit"
    ANSWER_WITH_LETTER = "answer_with_letter"
    ANSWER_WITH_NUMBER = "answer_with_number"
    NUMBER_BETWEEN = "number_between"
    NUMBER_FROM = "number_from"
    NUMBER_TO = "number_to"


_ENGLISH = {
    SurveyPhrase.YES_OR_NO: "Reply YES or NO.",
    SurveyPhrase.HOW_TO_LEAVE: "Text DONE to leave this survey.",
    SurveyPhrase.MAY_LEAVE: "Text DONE to leave.",
    SurveyPhrase.MAY_SKIP: "Text SKIP to pass it, DONE to leave.",
    SurveyPhrase.NUDGE: "We are still waiting for your answer.",
    SurveyPhrase.LEFT: "You ended the survey. Your answers are saved. You will still get our other "
    "texts. To stop those too, reply with the word STOP.",
    SurveyPhrase.HANDED_OVER: "Thank you. A person will read your answers and get back to you.",
    SurveyPhrase.COMPLETED: "Thank you, that was the last question.",
    SurveyPhrase.FIRST_QUESTION: "This is the first question.",
    SurveyPhrase.NEEDS_ANSWER: "This question needs an answer.",
    SurveyPhrase.STARTING_AGAIN: "Starting again.",
    SurveyPhrase.WELCOME_BACK: "Welcome back. This is where you were.",
    SurveyPhrase.ANSWER_IN_WORDS: "Please answer in words.",
    SurveyPhrase.ANSWER_YES_OR_NO: "Please answer YES or NO.",
    SurveyPhrase.ANSWER_WITH_DAY: "Please answer with one day, such as 8 May.",
    SurveyPhrase.ANSWER_WITH_NAME: "Please answer with your name.",
    SurveyPhrase.ANSWER_WITH_DIGIT: "Please answer with one number from {first} to {last}.",
    SurveyPhrase.ANSWER_WITH_LETTER: "Please answer with one letter from {first} to {last}.",
    SurveyPhrase.ANSWER_WITH_NUMBER: "Please answer with one number{bounds}, in digits.",
    SurveyPhrase.NUMBER_BETWEEN: " from {first} to {last}",
    SurveyPhrase.NUMBER_FROM: " from {first} up",
    SurveyPhrase.NUMBER_TO: " up to {last}",
}
_SPANISH = {
    SurveyPhrase.YES_OR_NO: "Responda SI o NO.",
    SurveyPhrase.HOW_TO_LEAVE: "Escriba LISTO para salir de la encuesta.",
    SurveyPhrase.MAY_LEAVE: "Escriba LISTO para salir.",
    SurveyPhrase.MAY_SKIP: "Escriba SALTAR para omitirla, LISTO para salir.",
    SurveyPhrase.NUDGE: "Seguimos esperando su respuesta.",
    SurveyPhrase.LEFT: "Ha salido de la encuesta. Guardamos sus respuestas. Le seguiremos enviando "
    "otros mensajes. Para no recibir ninguno, responda STOP.",
    SurveyPhrase.HANDED_OVER: "Gracias. Una persona lee sus respuestas y le contesta pronto.",
    SurveyPhrase.COMPLETED: "Gracias por sus respuestas.",
    SurveyPhrase.FIRST_QUESTION: "Esta es la primera pregunta.",
    SurveyPhrase.NEEDS_ANSWER: "Esta pregunta necesita una respuesta.",
    SurveyPhrase.STARTING_AGAIN: "Empezamos de nuevo.",
    SurveyPhrase.WELCOME_BACK: "Hola de nuevo. Seguimos donde estaba.",
    SurveyPhrase.ANSWER_IN_WORDS: "Por favor responda con palabras.",
    SurveyPhrase.ANSWER_YES_OR_NO: "Por favor responda SI o NO.",
    SurveyPhrase.ANSWER_WITH_DAY: "Por favor responda con una fecha, como 8 de mayo.",
    SurveyPhrase.ANSWER_WITH_NAME: "Por favor responda con su nombre.",
    SurveyPhrase.ANSWER_WITH_DIGIT: "Por favor responda con una cifra, de {first} a {last}.",
    SurveyPhrase.ANSWER_WITH_LETTER: "Por favor responda con una letra, de {first} a {last}.",
    SurveyPhrase.ANSWER_WITH_NUMBER: "Por favor responda con una cifra{bounds}.",
    SurveyPhrase.NUMBER_BETWEEN: " de {first} a {last}",
    SurveyPhrase.NUMBER_FROM: " desde {first}",
    SurveyPhrase.NUMBER_TO: " hasta {last}",
}
_FRENCH = {
    SurveyPhrase.YES_OR_NO: "Répondez OUI ou NON.",
    SurveyPhrase.HOW_TO_LEAVE: "Envoyez FINI pour quitter le questionnaire.",
    SurveyPhrase.MAY_LEAVE: "Envoyez FINI pour quitter.",
    SurveyPhrase.MAY_SKIP: "Envoyez PASSER pour la sauter, FINI pour quitter.",
    SurveyPhrase.NUDGE: "Nous attendons encore votre réponse.",
    SurveyPhrase.LEFT: "Vous avez quitté le questionnaire. Vos réponses sont gardées. Vous "
    "recevrez encore nos autres SMS. Pour ne plus en recevoir, répondez STOP.",
    SurveyPhrase.HANDED_OVER: "Merci. Une personne lira vos réponses et vous écrira.",
    SurveyPhrase.COMPLETED: "Merci, c'était la dernière question.",
    SurveyPhrase.FIRST_QUESTION: "C'est la première question.",
    SurveyPhrase.NEEDS_ANSWER: "Cette question demande une réponse.",
    SurveyPhrase.STARTING_AGAIN: "On recommence.",
    SurveyPhrase.WELCOME_BACK: "Bon retour. Vous en étiez ici.",
    SurveyPhrase.ANSWER_IN_WORDS: "Veuillez répondre avec des mots.",
    SurveyPhrase.ANSWER_YES_OR_NO: "Veuillez répondre OUI ou NON.",
    SurveyPhrase.ANSWER_WITH_DAY: "Veuillez répondre par une date, comme 8 mai.",
    SurveyPhrase.ANSWER_WITH_NAME: "Veuillez répondre par votre nom.",
    SurveyPhrase.ANSWER_WITH_DIGIT: "Veuillez répondre par un chiffre de {first} à {last}.",
    SurveyPhrase.ANSWER_WITH_LETTER: "Veuillez répondre par une lettre de {first} à {last}.",
    SurveyPhrase.ANSWER_WITH_NUMBER: "Veuillez répondre par un nombre{bounds}, en chiffres.",
    SurveyPhrase.NUMBER_BETWEEN: " de {first} à {last}",
    SurveyPhrase.NUMBER_FROM: " à partir de {first}",
    SurveyPhrase.NUMBER_TO: " jusqu'à {last}",
}
SURVEY_WORDS: Mapping[str, Mapping[SurveyPhrase, str]] = {
    "en": _ENGLISH,
    "es": _SPANISH,
    "fr": _FRENCH,
}
# A question that has one of these says itself how it is answered.
YES_WORDS = {"en": "YES", "es": "SI", "fr": "OUI"}


def say(phrase: SurveyPhrase, language: str = DEFAULT_LANGUAGE) -> str:
    """Return a phrase in a language (BCP 47), in English where it has none."""
    return SURVEY_WORDS[find_survey_language(language)][phrase]


def find_survey_language(language: str) -> str:
    """Return the language of the phrases for a text in this language."""
    return choose_translation(language, SURVEY_WORDS) or DEFAULT_LANGUAGE
