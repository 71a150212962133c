"""Writing a blast in several languages: the texts are kept, checked, reviewed and carried on."""

import csv
import html
import re

import pytest
import time_machine

from app.accounts.models import AppUser
from app.blasts.actions.due_blasts import release_due_blasts
from app.blasts.models import StoredDraft
from app.core.clock import now
from app.core.db import db, write
from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.actions.template_editing import TemplateValues, create_template
from app.profiles.models import Person, PersonPhone
from tests.blasts.helpers import (
    AT_NOON,
    COMPOSE_URL,
    LATER,
    compose_fields,
    get_form_fields,
    get_review_fields,
    list_messages,
    list_scheduled_blasts,
    release_blasts,
    send_blast,
)
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member

DRAFTS = "/blasts/drafts"
TEXT_BOX = re.compile(r'<textarea[^>]* name="translation-([\w-]+)"[^>]*>\s*([^<]*)</textarea>')
SPANISH = "Hola {first_name|amigo}, el picnic es a las once."
BOTH = {"translation-es": SPANISH}


def set_language(phone, language):
    """Give a person of the community a language, as an import does."""
    with write() as session:
        phones = db.select(PersonPhone.person_id).where(PersonPhone.phone == phone)
        session.execute(db.update(Person).where(Person.id.in_(phones)).values(language=language))


@pytest.fixture(autouse=True)
def people(app):
    """Zoë, whose language is not known, and Mia, who reads Spanish."""
    with time_machine.travel(AT_NOON, tick=False):
        with app.app_context():
            add_member(ZOE, "Zoë")
            add_member(MIA, "Mía")
            set_language(MIA, "es")
        yield


def read_translations(page):
    """Return what stands in the boxes of the further languages, by language."""
    return {tag: html.unescape(text).strip() for tag, text in TEXT_BOX.findall(page.text)}


def compose(visit, who="ada", **changes):
    return visit(COMPOSE_URL, who, **compose_fields(**changes))


def test_a_language_is_added_kept_and_removed_without_scripts(visit):
    page = visit(COMPOSE_URL, "ada")
    assert "Add a language" in page.words
    assert "Spanish · 1 person" in page.words
    page = compose(visit, edit="1", add_language="1", new_language="es")
    assert "English text" in page.words
    assert "Spanish text" in page.words
    page = compose(visit, edit="1", **BOTH)
    assert read_translations(page) == {"es": SPANISH}
    page = compose(visit, edit="1", remove_language="es", **BOTH)
    assert read_translations(page) == {}
    assert "Spanish text" not in page.words


def test_what_is_no_other_language_adds_no_text(visit):
    for tag in ["", "xx", "en", "es-MX", "<b>"]:
        page = compose(visit, edit="1", add_language="1", new_language=tag)
        assert page.status_code == 200, tag
        assert read_translations(page) == {}, tag


def test_errors_stand_beside_the_text_that_has_them(visit):
    for text, error in [
        ("  ", "Write the Spanish text, or remove it."),
        ("Hola {apodo}", "Spanish text: "),
        ("x" * 1601, "Spanish text: This text has 1,601 characters."),
    ]:
        page = compose(visit, **{"translation-es": text})
        assert page.status_code == 422, text
        assert error in page.words, text
        assert read_translations(page) == {"es": text.strip()}, text


def test_the_organisations_own_language_is_the_first_text(visit):
    page = compose(visit, **{"translation-en": "Hello"})
    assert page.status_code == 422
    assert "The first text is in this language. Remove this one." in page.words


def test_a_draft_keeps_every_text_and_sends_each_reader_their_own(app, visit):
    token = get_form_fields(visit(COMPOSE_URL, "sol"), "compose")["client_token"]
    fields = compose_fields(client_token=token, **BOTH)
    draft = visit(DRAFTS, "sol", **fields).location.removesuffix("/review")
    with app.app_context():
        stored = dict(db.session.query(StoredDraft).one().typed_fields)
    assert stored["translation-es"] == SPANISH
    assert read_translations(visit(draft, "sol")) == {"es": SPANISH}
    review = visit(f"{draft}/review", "sol")
    sent = visit(f"{draft}/send", "sol", **get_review_fields(review), confirm="1")
    assert sent.status_code == 303, sent.words
    assert list_scheduled_blasts(app)[0].translations == {"es": SPANISH}
    release_blasts(app)
    texts = {row.phone: row.body for row in list_messages(app)}
    assert texts[MIA].startswith("Hola Mía, el picnic es a las once.")
    assert texts[ZOE].startswith("Hi Zoë, the picnic is at eleven.")


def test_a_change_of_one_translation_is_a_change_of_the_draft(app, visit):
    token = get_form_fields(visit(COMPOSE_URL, "sol"), "compose")["client_token"]
    fields = compose_fields(client_token=token, **BOTH)
    draft = visit(DRAFTS, "sol", **fields).location.removesuffix("/review")
    visit(draft, "sol", **fields | {"translation-es": "Hola a todos"}, version="1", save="1")
    page = visit(draft, "sol", **fields | {"translation-es": "Buenas"}, version="1", save="1")
    assert page.status_code == 409
    assert "Buenas" in page.words
    assert "Hola a todos" in page.words


def test_a_review_that_was_shown_with_other_translations_sends_nothing(app, visit):
    page = compose(visit, **BOTH)
    fields = get_review_fields(page) | {"translation-es": "Hola", "confirm": "1"}
    answer = visit(COMPOSE_URL, "ada", **fields)
    assert answer.status_code == 422
    assert list_scheduled_blasts(app) == []


def test_copies_changes_and_undo_carry_the_translations(app, visit):
    scheduled = send_blast(visit, **LATER, **BOTH)
    page = visit(f"{COMPOSE_URL}?again={scheduled}", "ada")
    assert read_translations(page) == {"es": SPANISH}
    draft = visit(f"/blasts/scheduled/{scheduled}/edit", "ada", _="").location
    assert read_translations(visit(draft, "ada")) == {"es": SPANISH}


def test_each_text_says_who_reads_it_and_how_long_it_is(visit):
    page = compose(visit, edit="1", **BOTH)
    assert page.words.count("1 segment for 1 person") == 2
    page = compose(visit, edit="1", **{"translation-vi": "Chao ban"})
    assert "No one who gets this blast reads Vietnamese." in page.words


def test_the_review_shows_each_text_with_its_readers_and_who_has_none(app, visit):
    with app.app_context():
        add_member(LEO, "Léo")
        set_language(LEO, "fr")
    page = compose(visit, **BOTH)
    assert "Texts by language English 2 people, 2 segments" in page.words
    assert "Spanish 1 person, 1 segment" in page.words
    assert "Hola Mía, el picnic es a las once." in page.words
    assert "1 person reads French. They get the English text." in page.words
    assert "Texts by language" not in compose(visit).words


def test_a_test_comes_in_each_language(app, visit):
    with app.app_context(), write():
        db.session.query(AppUser).filter_by(username="sol").update({"phone": "+13035550188"})
    typed = BOTH | {"send_mode": "test", "client_token": "pressed twice"}
    answer = compose(visit, "sol", **typed)
    assert answer.status_code == 303, answer.words
    assert compose(visit, "sol", **typed).status_code == 303
    release_blasts(app)
    texts = [(row.phone, row.body.split(",")[0]) for row in list_messages(app)]
    assert texts == [("+13035550188", "Hi Zoë"), ("+13035550188", "Hola Mía")]
    for path in ("/blasts/logs/2", "/blasts/scheduled/2"):
        words = visit(path, "sol", follow=True).words
        assert words.count("Responda STOP para cancelar.") == 1
        assert "English" not in words


def test_the_pages_of_a_blast_show_every_text(app, visit):
    scheduled = send_blast(visit, **LATER, **BOTH)
    words = visit(f"/blasts/scheduled/{scheduled}", "ada").words
    for said in ("English · 1 person", "Spanish · 1 person", "Responda STOP para cancelar."):
        assert said in words
    with app.app_context(), time_machine.travel("2026-05-09 03:00:00+00:00", tick=False):
        release_due_blasts(now())
    words = visit("/blasts/logs/1", "ada").words
    for said in ("English · 1 person", "Spanish · 1 person", "el picnic es a las once"):
        assert said in words
    table = csv.DictReader(visit("/blasts/logs/1/export", "ada").text.splitlines())
    assert sorted(row["language"] for row in table) == ["", "es"]


def test_a_blast_that_begins_with_a_template_has_the_languages_that_people_read(app, visit):
    texts = {"en": "See you at noon.", "es": "Nos vemos a las doce.", "fr": "Rendez-vous."}
    with app.app_context(), write():
        template = create_template(TemplateValues("Noon", TemplatePurpose.BLAST, texts), "ada")
    page = visit(f"{COMPOSE_URL}?template={template}", "ada")
    assert "See you at noon." in page.words
    assert read_translations(page) == {"es": texts["es"]}
    page = visit(f"{COMPOSE_URL}?template={template}&language=es", "ada")
    assert read_translations(page) == {}
    assert texts["es"] in page.words
    added = {"message_body": texts["en"], "edit": "1", "add_language": "1", "new_language": "fr"}
    assert read_translations(compose(visit, **added)) == {"fr": texts["fr"]}
