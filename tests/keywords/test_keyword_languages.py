"""Words with which people say which language they read."""

import pytest

from app.core.db import db, write
from app.profiles.actions.detail_editing import update_person_details
from app.profiles.models import LanguageSource
from app.profiles.queries.person_lookup import find_person_of_phone
from tests.keywords.keyword_helpers import create_keyword, get_replies, receive_text
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
