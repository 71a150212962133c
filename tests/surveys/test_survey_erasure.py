"""Somebody who answered surveys asks to be erased: what names them goes, what was counted stays."""

from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from tests.sample_people import LEO, ZOE


def test_names_numbers_and_words_go_and_counts_stay(visit, make_survey, text, rows):
    survey = make_survey(
        SurveyQuestion("Coming?", QuestionType.YES_NO),
        SurveyQuestion("Your name?", QuestionType.NAME),
        SurveyQuestion("Anything else?"),
    )
    text.get_replies(ZOE, "picnic", "yes", "Zoë Hernández", "call +13035550142", name="Zoë")
    text.get_replies(LEO, "picnic", "yes", "Leo", "nothing")
    make_survey("Why?", word="LUNCH")
    text(ZOE, "lunch")
    done = visit.post(f"/people/{ZOE[1:]}/erase", "ada")
    assert done.status_code == 303
    sessions = rows("sessions")
    assert [row.phone[0] for row in sessions] == ["#", "+", "#"]
    assert [row.name for row in sessions][::2] == [None, None]
    assert [row.status.value for row in sessions] == [
        "completed",
        "completed",
        "stopped",
    ]
    own_answers = [row for row in rows("answers") if row.session_id != 2]
    assert [(row.state.value, row.body, row.value) for row in own_answers] == [
        ("answered", "", "yes"),
        ("answered", "", None),
        ("answered", "", None),
    ]
    page = visit(f"/surveys/{survey}", "sol")
    assert "Zoë" not in page.words
    assert "Yes 2 · 100%" in page.words
    assert visit(f"/surveys/{survey}/sessions/1", "sol").status_code == 200
    assert visit(f"/surveys/{survey}/answers?question=2", "sol").status_code == 200
