"""A template is used in a blast: the text knows its version, and its use is counted once."""

from datetime import timedelta

import pytest

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_scheduling
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.template_purposes import TemplatePurpose
from app.events.models import Event
from app.message_templates.actions.template_editing import (
    TemplateValues,
    create_template,
    delete_template,
    save_template,
)
from app.message_templates.models import MessageTemplate, MessageTemplateVersion
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_inbound_text, add_member

BODY = "Hi {first_name|friend}, choir is moved."


def make_template(name="Choir", purpose=TemplatePurpose.BLAST, **texts):
    """Store a template and return its id."""
    with write():
        return create_template(TemplateValues(name, purpose, texts or {"en": BODY}), "ada")


def confirm(body, is_test=False):
    """Confirm a blast to the community and return its id."""
    draft = BlastDraft(body, None, BlastTarget.COMMUNITY, None, "UTC", is_test=is_test)
    with write():
        return confirm_blast(draft, None, "sol", now())


def release():
    release_due_blasts(now() + timedelta(minutes=1))
    db.session.expire_all()


def get_template():
    db.session.expire_all()
    return db.session.get(MessageTemplate, 1)


def test_every_row_of_a_blast_knows_its_version_and_the_use_is_counted_when_it_is_sent(shop):
    add_member(ZOE, "Zoe")
    add_member(LEO, "Leo")
    make_template(en=BODY, es="Hola")
    blast_id = confirm(f"  {BODY}\n")
    assert db.session.get(ScheduledMessage, blast_id).template_version_id == 1
    assert get_template().usage_count == 0
    release()
    assert db.session.scalar(db.select(MessageLog.template_version_id)) == 1
    assert db.session.scalars(db.select(Message.template_version_id)).all() == [1, 1]
    template = get_template()
    assert (template.usage_count, template.updated_by) == (1, None)
    assert template.last_used_at is not None


@pytest.mark.parametrize("body", [BODY + " Bring tea.", "Something else"])
def test_a_text_that_was_changed_is_of_no_template(shop, body):
    add_member(ZOE, "Zoe")
    make_template()
    confirm(body)
    release()
    assert db.session.scalars(db.select(Message.template_version_id)).all() == [None]
    assert get_template().usage_count == 0


def test_what_was_sent_keeps_the_version_that_it_was_made_from(shop):
    add_member(ZOE, "Zoe")
    make_template()
    confirm(BODY)
    with write():
        values = TemplateValues("Choir", TemplatePurpose.BLAST, {"en": "Another text"})
        save_template(1, values, 1, "sol")
    release()
    log = db.session.scalars(db.select(MessageLog)).one()
    assert (log.message_body, log.template_version_id) == (BODY, 1)


def test_a_blast_whose_template_is_deleted_meanwhile_still_leaves(shop):
    add_member(ZOE, "Zoe")
    make_template()
    confirm(BODY)
    with write():
        delete_template(1, "ada")
    release()
    assert db.session.scalar(db.select(Message.template_version_id)) == 1
    template = get_template()
    assert (template.usage_count, template.archived_at is None) == (1, False)


def test_a_scheduled_blast_that_gets_another_text_is_of_another_template(shop):
    make_template()
    make_template("Second", en="Second text")
    blast_id = confirm(BODY)
    row = db.session.get(ScheduledMessage, blast_id)
    spec = blast_scheduling.BlastSpec(
        "Second text", None, row.target, None, "", "sandbox", False, False, "UTC", None, "sol"
    )
    with write():
        blast_scheduling.reschedule_blast(blast_id, spec, now())
    db.session.expire_all()
    assert db.session.get(ScheduledMessage, blast_id).template_version_id == 2


def test_the_page_of_a_sent_blast_names_its_template(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoe")
        make_template("Choir moved")
        confirm(BODY)
        confirm("Something else")
        release()
    page = visit("/blasts/logs/1", "sol")
    assert "Text from the template Choir moved" in page.words
    assert 'href="/templates/1"' in page.text
    assert "Text from the template" not in visit("/blasts/logs/2", "sol").words
    with app.app_context(), write():
        delete_template(1, "ada")
    assert "“Choir moved” , which was deleted" in visit("/blasts/logs/1", "sol").words


def test_compose_begins_with_a_template_and_offers_those_for_blasts(app, visit):
    with app.app_context():
        make_template(en=BODY, es="Hola a todos")
        make_template("Parking", TemplatePurpose.REPLY, en="Behind the church")
    page = visit("/blasts/new?template=1", "sol")
    assert BODY in page.text
    assert "Choir · Spanish" in page.words
    assert "Parking" not in page.words
    assert "Hola a todos</textarea>" in visit("/blasts/new?template=1&language=es", "sol").text
    for gone in ("9", "x", ""):
        assert visit(f"/blasts/new?template={gone}", "sol").status_code == 404


def test_templates_for_replies_are_in_the_menu_of_saved_replies_filled_in(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoe Hale")
        make_template("Parking", TemplatePurpose.REPLY, en="Hi {first_name}, park at {org_name}.")
        thread_id = add_inbound_text(ZOE, "Where do I park?")
    address = f"/inbox/{thread_id}"
    filled = "Hi Zoe, park at Riverside Community."
    page = visit(address, "sol")
    assert f'data-insert="{filled}"' in page.text
    chosen = visit(f"{address}/reply", "sol", body="", template_version="1")
    assert f"{filled}</textarea>" in chosen.text
    assert visit(f"{address}/reply", "sol", body=filled).status_code == 303
    with app.app_context():
        text = db.session.scalars(db.select(Message).order_by(Message.id.desc())).first()
        assert (text.body, text.template_version_id) == (filled, 1)
        assert get_template().usage_count == 1
    visit(f"{address}/reply", "sol", body=f"{filled} Bye.")
    with app.app_context():
        assert get_template().usage_count == 1


def test_a_reminder_picks_a_template_and_says_when_it_was_deleted(app, visit):
    body = "See you at {event_title}, {event_date}."
    with app.app_context():
        make_template("Near", TemplatePurpose.REMINDER, en=body)
        with write() as session:
            session.add(Event(title="Picnic", date=now().date() + timedelta(days=9)))
    steps = {
        "steps-0-step_id": "",
        "steps-0-number": "1",
        "steps-0-side": "before",
        "steps-0-time_of_day": "10:00",
        "steps-0-body": "",
        "steps-0-is_on": "y",
    }
    address = "/events/1/reminders"
    assert "Near" in visit(address, "sol").words
    page = visit(address, "sol", **steps, **{"use-steps-0-body": "1"})
    assert f"{body}</textarea>" in page.text
    visit(address, "sol", **(steps | {"steps-0-body": body}))
    with app.app_context():
        blast = db.session.scalars(db.select(ScheduledMessage)).one()
        assert (blast.status, blast.template_version_id) == ("pending", 1)
        with write():
            delete_template(1, "ada")
        blast_id = blast.id
    for place in (address, f"/blasts/scheduled/{blast_id}"):
        assert "“Near” , which was deleted" in visit(place, "sol").words


def test_without_scripts_the_menu_adds_a_template_below_what_is_typed(app, visit):
    with app.app_context():
        make_template()
        version = db.session.scalar(db.select(MessageTemplateVersion.id))
    for chosen, text in ((str(version), f"Typed\n{BODY}"), ("99", "Typed"), ("x", "Typed")):
        page = visit("/blasts/new?edit=1", "sol", message_body="Typed", template_version=chosen)
        assert f"{text}</textarea>" in page.text
