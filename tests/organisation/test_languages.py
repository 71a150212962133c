"""Ada chooses the languages of texts, and what the first text to a number says."""

import re

import pytest

from app.core.db import write
from app.organisation import queries
from tests.organisation.test_settings import ALL, row, save


def read_selected(page, name):
    """The value that a page shows as chosen in a select."""
    options = page.text.partition(f'name="{name}"')[2].partition("</select>")[0]
    return re.search(r'<option selected value="([^"]*)"', options)[1]


def test_the_language_of_texts_is_kept_and_dates_follow_it(visit, app):
    assert read_selected(visit("/settings", "ada"), "language") == "en"
    assert save(visit, language="es").status_code == 303
    save(visit)
    assert row(app).language == "es", "a form without the field changes nothing"
    with app.app_context():
        assert queries.get_organisation_language() == "es"


def test_a_line_in_another_language_is_added_with_its_standard_words(visit, app):
    page = visit("/settings", "ada", add_footer="1", **ALL)
    fields = page.fields()
    assert page.status_code == 200
    assert read_selected(page, "footers-0-language") == "es"
    assert fields["footers-0-line"] == "Responda STOP para cancelar."
    assert fields["organisation"] == "Riverside Community"
    saved = save(visit, **{"footers-0-language": "es", "footers-0-line": "Mande STOP para salir."})
    assert saved.status_code == 303
    save(visit)
    assert row(app).footers == {"es": "Mande STOP para salir."}
    with app.app_context():
        lines = queries.get_opt_out_lines()
        assert lines.choose("es-MX") == "Mande STOP para salir."
        assert lines.choose("fr") == "Répondez STOP pour vous désabonner."
        assert lines.choose("so") == lines.choose(None) == "Reply STOP to opt out."
    save(visit, **{"footers-0-language": "es", "footers-0-line": ""})
    assert row(app).footers == {}


def test_the_standard_line_follows_the_language_and_a_second_one_can_be_cleared(visit, app):
    own = {"footers-0-language": "es", "footers-0-line": "Mande STOP para salir."}
    save(visit, **own)
    page = save(visit, language="es", **own)
    assert "There is a second opt-out line in Spanish. Clear one." in page.words
    save(visit, language="es", **(own | {"footers-0-line": ""}))
    assert (row(app).footer, row(app).footers) == ("Responda STOP para cancelar.", {})
    save(visit, language="fr", footer="Text STOP.")
    assert row(app).footer == "Text STOP.", "words of their own stay"


def test_first_texts_say_who_writes_once_an_admin_says_so(visit, app):
    fields = visit("/settings", "ada").fields()
    assert (fields["introduction"], fields["introduction_days"]) == ("off", "30")
    save(visit, introduction="on", introduction_days="14")
    save(visit)
    assert row(app).introduction_days == 14
    save(visit, introduction="off", introduction_days="anything")
    assert row(app).introduction_days is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"language": "xx"}, "Choose a language from the list."),
        ({"introduction": "often"}, "Choose what is added to a first text."),
        ({"introduction": "on", "introduction_days": "0"}, "Enter a whole number from 1 to 365."),
        ({"introduction": "on", "introduction_days": "366"}, "Enter a whole number from 1 to 365."),
        ({"introduction": "on", "introduction_days": "often"}, "Enter a whole number from 1 to"),
        (
            {"footers-0-language": "es", "footers-0-line": "Responda ALTO para salir."},
            "Include the word STOP",
        ),
        (
            {"footers-0-language": "en", "footers-0-line": "Text STOP."},
            "There is a second opt-out line in English. Clear one.",
        ),
        ({"footers-0-language": "xx", "footers-0-line": "Text STOP."}, "Choose a language."),
        (
            {"footers-0-language": "es", "footers-0-line": "STOP" + "." * 160},
            "This line can have up to 160 characters.",
        ),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(visit, app, wrong, said):
    page = save(visit, **wrong)
    assert page.status_code == 422
    assert said in page.words
    kept = row(app)
    assert (kept.language, kept.footers, kept.introduction_days) == ("en", {}, None)


def test_an_organisation_of_before_sends_what_it_sent_before(app):
    with app.app_context(), write():
        kept = queries.get_organisation()
        assert (kept.language, kept.footers, kept.introduction_days) == ("en", {}, None)
