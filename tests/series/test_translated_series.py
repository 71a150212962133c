"""A series in two languages: its rule page, one date with its own text, and what is sent."""

import pytest
import time_machine

from app.core.db import db, write
from app.delivery.actions.field_renaming import rename_field_in_waiting_blasts
from app.delivery.models import Message
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.profiles.field_types import FieldClass
from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.actions.template_editing import TemplateValues, create_template
from app.message_templates.queries.template_records import find_template_texts
from app.profiles.models import Person
from app.series.actions.field_renames import rename_field_in_series
from app.series.models import BlastSeries, SeriesOccurrence
from tests.blasts.helpers import get_form_fields
from tests.profiles.conftest import add_field
from tests.sample_rows import add_members, make_phone
from tests.series.helpers import FIRST_SUNDAY, START, WEEK, pass_time
from tests.series.test_series_pages import schedule_for_sunday, start_on_page

ENGLISH = "Worship is at ten."
SPANISH = "El culto es a las diez."
PAGE = "/blasts/series/1"


@pytest.fixture(autouse=True)
def series(app, visit):
    """A series to two people, of whom the second reads Spanish."""
    with time_machine.travel(START, tick=False):
        with app.app_context():
            add_members(2)
            with write() as session:
                session.execute(db.update(Person).where(Person.id == 2).values(language="es"))
            blast = schedule_for_sunday(translations={"es": SPANISH})
        start_on_page(visit, blast)
        yield


def read_stored(app, model):
    with app.app_context():
        return db.session.scalars(db.select(model).order_by(model.id.desc())).first()


def release(app, moment):
    """Send what is due; return the texts by phone."""
    with app.app_context():
        pass_time(moment)
        log_id = db.session.scalar(db.select(db.func.max(Message.message_log_id)))
        rows = db.session.scalars(db.select(Message).where(Message.message_log_id == log_id))
        return {row.phone: row.body for row in rows}


def edit_date(visit, day, **changes):
    address = f"{PAGE}/dates/{day}/edit"
    fields = {"body": ENGLISH, "translation-es": SPANISH} | changes
    return visit(address, "ada", **fields)


def test_every_date_has_both_texts(app, visit):
    words = visit(PAGE, "ada").words
    assert "English" in words
    assert SPANISH in words
    texts = {make_phone(0): ENGLISH, make_phone(1): SPANISH}
    assert release(app, FIRST_SUNDAY) == texts
    assert read_stored(app, ScheduledMessage).translations == {"es": SPANISH}
    assert release(app, FIRST_SUNDAY + WEEK) == texts


def test_one_date_has_its_own_texts_and_gives_them_back(app, visit):
    page = edit_date(visit, "2026-11-29", add_language="1", new_language="fr")
    assert "French text" in page.words
    page = edit_date(visit, "2026-11-29", **{"translation-es": ""})
    assert page.status_code == 422
    assert "Write the Spanish text, or remove it." in page.words
    edit_date(visit, "2026-11-29", body="At eleven.", **{"translation-es": "A las once."})
    assert read_stored(app, SeriesOccurrence).translations == {"es": "A las once."}
    assert read_stored(app, ScheduledMessage).translations == {"es": "A las once."}
    edit_date(visit, "2026-11-29", reset="1")
    assert read_stored(app, SeriesOccurrence).body is None
    assert read_stored(app, ScheduledMessage).translations == {"es": SPANISH}


def test_the_rule_page_changes_both_texts_after_a_look_at_them(app, visit):
    address = f"{PAGE}/edit"
    fields = get_form_fields(visit(address, "ada"), "edit")
    typed = fields | {"body": "At noon.", "translation-es": "Al mediodia."}
    check = visit(address, "ada", **typed)
    assert "Al mediodia." in check.words
    visit(address, "ada", **get_form_fields(check, "check"), step="start")
    assert read_stored(app, BlastSeries).translations == {"es": "Al mediodia."}
    assert read_stored(app, ScheduledMessage).translations == {"es": "Al mediodia."}
    page = visit(address, "ada", **typed, remove_language="es")
    assert "Spanish text" not in page.words


def test_a_renamed_field_is_renamed_in_every_text(app, visit):
    with app.app_context():
        add_field("Voz", field_class=FieldClass.PUBLIC)
    text = "Cantas {Voz|con todos}."
    answer = edit_date(visit, "2026-11-29", **{"translation-es": text})
    assert answer.status_code == 303, answer.words
    with app.app_context(), write():
        assert rename_field_in_waiting_blasts("Voz", "Parte") == 1
        rename_field_in_series("Voz", "Parte")
    renamed = {"es": "Cantas {Parte|con todos}."}
    assert read_stored(app, ScheduledMessage).translations == renamed
    assert read_stored(app, SeriesOccurrence).translations == renamed


def test_a_template_fills_in_both_texts_of_one_date(app, visit):
    with app.app_context(), write():
        texts = {"en": "See you at noon.", "es": "Nos vemos a las doce."}
        template = create_template(TemplateValues("Noon", TemplatePurpose.BLAST, texts), "ada")
        version = find_template_texts(template).texts["en"].id
    page = edit_date(visit, "2026-11-29", **{"use-body": str(version)})
    assert page.status_code == 200
    for text in (*texts.values(), ENGLISH, SPANISH):
        assert text in page.words
