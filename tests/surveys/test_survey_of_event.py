"""A survey of an event, twelve phones: the results and the registrations are right."""

from app.core.db import write
from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.suppression.actions.opt_outs import record_opt_out
from app.surveys.actions import survey_text_handling
from tests.sample_rows import make_phone

COMING = SurveyQuestion(
    "Are you coming?", QuestionType.YES_NO, branches={"no": END_WITHOUT_REGISTRATION}
)
MANY = SurveyQuestion("How many?", QuestionType.NUMBER, low=1, high=20)
NAME = SurveyQuestion("Your name?", QuestionType.NAME)
COMES = {
    0: ("yes", "2", "Ann"),
    1: ("sí", "four", "Bob"),
    2: ("👍", "1", "Cleo"),
    3: ("Ok", "5 people", "I'm Dee"),
}
COMES |= {4: ("oui", "3", "Eve"), 5: ("yep", "2", "skip")}
NO = {6: ("no",), 7: ("No gracias",), 8: ("👎",)}
NONSENSE = {
    9: ("banana", "what?", "hm"),
    10: ("yes", "a few", "some", "2 adults and 3 kids"),
}
STOPS = {11: ("yes",)}


def test_twelve_phones_two_with_nonsense_one_with_stop(
    app, visit, make_survey, make_event, text, rows
):
    event = make_event("Spring picnic")
    survey = make_survey(COMING, MANY, NAME, linked_event_id=event)
    everybody = COMES | NO | NONSENSE | STOPS
    for n in everybody:
        text(make_phone(n), "picnic", seconds=1)
    for place in range(4):  # all at the same time
        for n, answers_given in everybody.items():
            if place < len(answers_given):
                text(make_phone(n), answers_given[place], seconds=15)
    with app.app_context(), write():
        record_opt_out(make_phone(11), source="inbound", reason="Texted STOP")
        survey_text_handling.stop_surveys_of_phone(make_phone(11), text.moment)
    coming = {row.phone: row.name for row in rows("registrations")}
    names = ["Ann", "Bob", "Cleo", "Dee", "Eve", None]
    assert coming == {make_phone(n): name for n, name in enumerate(names)}
    flow = rows("survey", survey)
    assert (flow.start_count, flow.completion_count) == (12, 9)
    page = visit(f"/surveys/{survey}", "sol")
    for words in (
        "Yes 8 · 73% No 3 · 27%",
        "17 in total, 2.8 on average",
        "Finished 9 · 75%",
        "Needs review 2",
        "Opted out 1",
    ):
        assert words in page.words
    assert "6 people" in visit(f"/events/{event}", "sol").words
