"""Words with which people say which language they read."""

from datetime import date

import pytest

from app.core.db import db, write
from app.domain.texts.template_purposes import TemplatePurpose
from app.keywords.models import KeywordAction
from app.message_templates.actions.template_editing import (
    TemplateValues,
    create_template,
    save_template,
)
from app.profiles.actions.detail_editing import update_person_details
from app.profiles.models import LanguageSource
from app.profiles.queries.person_lookup import find_person_of_phone
from tests.keywords.keyword_helpers import create_event, create_keyword, get_replies, receive_text
from tests.sample_people import ZOE
from tests.sample_rows import add_member
from tests.visit import Visitor

KEYWORD = {
    "keyword": "espanol",
    "match_kind": "whole",
    "response_body": "",
    "action": "none",
    "is_active": "1",
}


@pytest.fixture
def shop(app):
    """An app in whose context Zoe texts."""
    with app.app_context():
        add_member(ZOE, "Zoe")
        yield app


def find_zoe():
    db.session.expire_all()
    return find_person_of_phone(ZOE)


def test_who_texts_the_word_reads_its_language_from_then_on(shop):
    create_keyword("ESPANOL", "Le escribimos en español.", sets_language="es")
    assert get_replies("Español") == ["Le escribimos en español."]
    zoe = find_zoe()
    assert (zoe.language, zoe.language_source) == ("es", LanguageSource.KEYWORD)
    assert zoe.language_source_name == "ESPANOL"
    assert zoe.language_set_at is not None


def test_a_word_without_a_reply_sets_the_language_and_needs_nobody(shop):
    create_keyword("ENGLISH", None, sets_language="en")
    result = receive_text("english")
    assert (result.replies, result.needs_person) == ([], "")
    assert find_zoe().language == "en"


def test_what_they_say_comes_before_what_was_entered_and_a_user_may_change_it(shop):
    with write():
        update_person_details(find_person_of_phone(ZOE).id, "fr", None)
    assert find_zoe().language_source is LanguageSource.USER
    create_keyword("ESPANOL", "Hola", sets_language="es")
    receive_text("ESPANOL")
    assert find_zoe().language == "es"
    page = Visitor(shop)("/people/" + find_zoe().public_id, "ada")
    assert "Spanish, from the keyword ESPANOL" in page.words
    with write():
        update_person_details(find_person_of_phone(ZOE).id, "en", None)
    zoe = find_zoe()
    assert (zoe.language_source, zoe.language_source_name) == (LanguageSource.USER, None)


def test_the_language_is_chosen_on_the_form_and_said_in_the_list(visit, app):
    page = visit("/keywords/add", "sol", sets_language="xx", **KEYWORD)
    assert page.status_code == 422
    assert "Choose a language from the list." in page.words
    assert visit("/keywords/add", "sol", sets_language="es", **KEYWORD).status_code == 303
    assert "Sets their language to Spanish" in visit("/keywords", "sol").words
    assert '<option selected value="es">Spanish' in visit("/keywords/1/edit", "sol").text


TEMPLATE = {
    "en": "Doors open {event_date} {event_time}. {org_name}",
    "es": "Abrimos el {event_date} {event_time}. {org_name}",
}


@pytest.fixture
def template_id(shop):
    """A template for keywords in English and Spanish; gives its id."""
    with write():
        values = TemplateValues("Doors", TemplatePurpose.KEYWORD, TEMPLATE)
        return create_template(values, "sol")


def test_the_text_of_a_template_is_answered_in_the_readers_language(shop, template_id):
    event_id = create_event(date=date(2032, 12, 4), start_time="18:30")
    more = {"action": KeywordAction.ADD_TO_EVENT, "event_id": event_id}
    create_keyword("DOORS", TEMPLATE["en"], **more)
    create_keyword("PUERTAS", TEMPLATE["en"], sets_language="es", **more)
    [english] = get_replies("doors")
    result = receive_text("puertas")
    assert english == "Doors open Sat, Dec 4, 2032 6:30 PM. Riverside Community"
    assert result.replies == ["Abrimos el sab, 4 dic 2032 6:30 p.m.. Riverside Community"]
    assert list(result.template_versions.values()) == [2]
    assert get_replies("doors") == result.replies


def test_an_older_text_and_a_changed_one_stay_what_they_are(shop, template_id):
    with write():
        update_person_details(find_person_of_phone(ZOE).id, "es", None)
    create_keyword("OLD", "We open at nine.")
    create_keyword("CHANGED", TEMPLATE["en"] + "!", action=KeywordAction.SUBSCRIBE)
    with write():
        values = TemplateValues("Open", TemplatePurpose.KEYWORD, {"en": "We open at nine."})
        other_id = create_template(values, "sol")
        newer = TemplateValues(
            "Open", TemplatePurpose.KEYWORD, {"en": "We open at ten.", "es": "Abrimos a las diez."}
        )
        save_template(other_id, newer, 1, "sol")
    result = receive_text("OLD")
    assert (result.replies, len(result.template_versions)) == (["We open at nine."], 1)
    assert receive_text("CHANGED").template_versions == {}


@pytest.mark.parametrize("spanish", ["Hola, cantas {Voice part}.", "Nos vemos el {event_date}."])
def test_a_translation_that_cannot_be_filled_in_is_not_sent(shop, spanish):
    with write():
        update_person_details(find_person_of_phone(ZOE).id, "es", None)
        texts = {"en": "Welcome.", "es": spanish}
        create_template(TemplateValues("Welcome", TemplatePurpose.BLAST, texts), "sol")
    create_keyword("HELLO", "Welcome.")
    assert get_replies("HELLO") == ["Welcome."]


def test_the_form_offers_templates_and_adds_one_without_scripts(shop, template_id):
    visit = Visitor(shop)
    assert "Doors" in visit("/keywords/add", "sol").words
    typed = KEYWORD | {"response_body": "Hello", "template_version": "1"}
    page = visit("/keywords/add", "sol", **typed)
    assert page.status_code == 200
    assert f"Hello\n{TEMPLATE['en']}" in page.text
    assert "espanol" in page.text
