"""The library: a template is added, found, edited in each language, restored and deleted."""

import re

from app.core.db import write
from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.actions.template_editing import TemplateValues, create_template
from app.message_templates.actions.template_use import count_template_use
from app.message_templates.models import MessageTemplate, MessageTemplateVersion

ENGLISH = "Hi {first_name|friend}, choir is moved."
SPANISH = "Hola {first_name}, el coro cambia de lugar."


def fields(name="Choir", purpose="blast", **texts):
    """The posted form of a template; `texts` are by language."""
    posted = {"name": name, "purpose": purpose, "is_active": "y", "revision": "1"}
    for number, (language, body) in enumerate((texts or {"en": ENGLISH}).items()):
        posted |= {f"texts-{number}-language": language, f"texts-{number}-body": body}
    return posted


def add(visit, who="sol", **written):
    """Add a template and return its id."""
    answer = visit("/templates/add", who, **fields(**written))
    return int(re.search(r"/templates/(\d+)$", answer.location)[1])


def versions(app):
    with app.app_context():
        rows = MessageTemplateVersion.query.order_by(MessageTemplateVersion.id).all()
        return [(row.language, row.number, row.body) for row in rows]


def test_an_empty_library_says_what_it_is_for(visit):
    page = visit("/templates", "sol")
    assert "Save a text once" in page.words
    assert "Search names and texts" not in page.text


def test_a_template_is_shown_as_a_person_reads_it_with_its_size(visit):
    template_id = add(visit, en=ENGLISH, es=SPANISH)
    page = visit(f"/templates/{template_id}", "ada")
    assert "Hi Maria, choir is moved." in page.words
    assert "Hola Maria, el coro cambia de lugar." in page.words
    assert "Reply STOP to opt out." in page.words
    assert page.words.count("1 segment") == 2
    library = visit("/templates", "sol").words
    assert "English, Spanish" in library
    assert "Not used yet" in library
    assert "1 template" in library


def test_the_library_is_searched_and_filtered(visit):
    add(visit, en=ENGLISH, es=SPANISH)
    add(visit, name="Snow day", purpose="reply", en="We are closed.")
    for address, has_choir, has_snow in (
        ("?search=choir", True, False),
        ("?search=CLOSED", False, True),
        ("?purpose=reply", False, True),
        ("?language=es", True, False),
        ("?language=xx&purpose=none", True, True),
        ("?search=zebra", False, False),
    ):
        words = visit(f"/templates{address}", "sol").words
        assert ("Maria, choir" in words, "Snow day" in words) == (has_choir, has_snow), address


def test_what_cannot_be_saved_is_named_beside_its_field_and_stays_typed(visit, app):
    add(visit)
    for wrong, sentence in (
        (fields(name=" "), "Enter a name."),
        (fields(name="CHOIR"), "Another template has this name."),
        (fields(name="x" * 81), "A name can have up to 80 characters."),
        (fields(name="B", purpose="party"), "Choose what it is used for."),
        (fields(name="B", en=" "), "Write a text first."),
        (fields(name="B", en="x" * 1601), "This text has 1,601 characters."),
        (fields(name="B", en="Hi {frist_name}"), "Did you mean {first_name}?"),
        (fields(name="B", purpose="reply", en="{event_title}"), "can only be filled in"),
        (fields(name="B", tlh="Qapla"), "Choose a language."),
        (fields(name="B") | {"texts-0-remove": "y"}, "in at least one language."),
    ):
        page = visit("/templates/add", "sol", **wrong)
        assert page.status_code == 422, sentence
        assert sentence in page.words
        assert (wrong.get("texts-0-body") or "").strip()[:40] in page.text
    assert len(versions(app)) == 1


def test_an_edit_adds_a_version_only_in_the_language_that_changed(visit, app):
    template_id = add(visit, en=ENGLISH, es=SPANISH)
    visit(f"/templates/{template_id}/edit", "ada", **fields(en=ENGLISH, es="Hola a todos."))
    assert versions(app) == [
        ("en", 1, ENGLISH),
        ("es", 1, SPANISH),
        ("es", 2, "Hola a todos."),
    ]
    page = visit(f"/templates/{template_id}", "sol").words
    assert "Changed Spanish" in page
    assert "Added English" in page


def test_a_language_is_added_removed_and_restored(visit, app):
    template_id = add(visit)
    address = f"/templates/{template_id}/edit"
    grown = visit(address, "sol", **fields(), add_language="1")
    assert grown.status_code == 200
    assert 'name="texts-1-body"' in grown.text
    visit(address, "sol", **fields(en=ENGLISH, es=SPANISH))
    removed = fields(en=ENGLISH, es=SPANISH) | {"texts-1-remove": "y", "revision": "2"}
    visit(address, "sol", **removed)
    assert versions(app)[-1] == ("es", 2, "")
    assert "Removed Spanish" in visit(f"/templates/{template_id}", "sol").words
    with app.app_context():
        old = MessageTemplateVersion.query.filter_by(language="es", number=1).one().id
    visit(f"/templates/{template_id}/restore", "sol", version=str(old))
    assert versions(app)[-1] == ("es", 3, SPANISH)
    assert visit(f"/templates/{template_id}/restore", "sol", version="99").status_code == 404


def test_of_two_people_who_edit_at_once_the_second_is_shown_the_first_and_loses_nothing(visit, app):
    template_id = add(visit)
    address = f"/templates/{template_id}/edit"
    visit(address, "ada", **fields(en="What Ada wrote"))
    page = visit(address, "sol", **fields(en="What Sol wrote"))
    assert page.status_code == 422
    assert "changed this template while you were editing it" in page.words
    assert "What Ada wrote" in page.words
    assert "What Sol wrote" in page.words
    again = fields(en="What Sol wrote") | {"revision": page.fields()["revision"]}
    assert visit(address, "sol", **again).status_code == 303
    assert versions(app)[-1] == ("en", 3, "What Sol wrote")


def test_only_admins_delete_and_what_was_used_keeps_its_versions(visit, app):
    used, unused = add(visit), add(visit, name="Never sent", en="Other")
    with app.app_context(), write():
        count_template_use(1, MessageTemplate.query.first().created_at)
    assert visit(f"/templates/{used}/delete", "sol", x="1").status_code == 403
    for template_id in (used, unused):
        assert visit(f"/templates/{template_id}/delete", "ada", x="1").status_code == 303
        assert visit(f"/templates/{template_id}", "ada").status_code == 404
    assert versions(app) == [("en", 1, ENGLISH)]
    assert add(visit), "its name is free again"
    assert "deleted the template" in visit("/audit", "ada").words


def test_a_template_with_nothing_but_an_emoji_and_a_right_to_left_name_is_shown(app, visit):
    with app.app_context(), write():
        values = TemplateValues("تذكير", TemplatePurpose.REPLY, {"ar": "نراكم 🎉"})
        create_template(values, "ada")
    page = visit("/templates", "sol")
    assert "تذكير" in page.words
    assert "1 segment" in page.words
