"""HELP, STOP, START, pauses and topics are answered in the language of whoever texts."""

import pytest

from app.core.db import db, write
from app.delivery.models import Message
from app.domain.texts.template_purposes import TemplatePurpose
from app.groups.models import ContactGroup
from app.message_templates.actions.template_editing import TemplateValues, create_template
from app.message_templates.models import MessageTemplate
from app.organisation.models import Organisation
from app.profiles.models import Person
from tests.sample_people import ZOE
from tests.sample_rows import add_member
from tests.webhooks.calls import ACCOUNT, INBOUND, OURS, call, minutes_pass, sid


@pytest.fixture
def ask(sandbox_app):
    """Call `ask(body, language)`: Zoe, who reads this language, texts; the replies to it."""
    with sandbox_app.app_context():
        add_member(ZOE, "Zoe")
        with write() as session:
            session.add(ContactGroup(name="Choir", is_topic=True))
    count = 0

    def text_and_read(body, language=None):
        nonlocal count
        count += 1
        with sandbox_app.app_context(), write():
            db.session.execute(db.update(Person).values(language=language))
        fields = {"MessageSid": sid(count), "AccountSid": ACCOUNT, "From": ZOE, "To": OURS}
        key = sandbox_app.extensions["settings"].webhook_keys[0]
        answer = call(sandbox_app, INBOUND, fields | {"Body": body}, token=key)
        assert answer.status_code == 200
        minutes_pass(sandbox_app)
        with sandbox_app.app_context():
            outbound = db.select(Message.body).where(Message.direction == "outbound")
            return list(db.session.scalars(outbound.order_by(Message.id)))[-1]

    text_and_read.app = sandbox_app
    return text_and_read


# What Zoe texts, her language, and how the reply begins. A number gets five replies in a row.
HELP_CASES = [
    ("HELP", None, "Riverside Community: news and updates."),
    ("HELP", "es", "Riverside Community: noticias y avisos."),
    ("AYUDA", None, "Riverside Community: noticias y avisos."),
    ("HELP", "fr-CA", "Riverside Community: nouvelles et rappels."),
    ("HELP", "vi", "Riverside Community: news and updates."),
]
TOPIC_CASES = [
    ("STOP CHOIR", "es", "Ya no le llegan mensajes de Choir."),
    ("JOIN CHOIR", "fr", "You will get Choir texts again."),
    ("STOP CHOIR", "fr", "Vous ne recevrez plus les SMS Choir."),
]
STOP_CASES = [
    ("PAUSE 30", "es", "Sin mensajes hasta el "),
    ("START", "es", "Riverside Community: le enviaremos mensajes de nuevo."),
    ("please stop texting me", "es", "Riverside Community: you have opted out"),
    ("START", "fr", "Riverside Community: vous recevrez de nouveau nos SMS."),
    ("STOP", "es", "Riverside Community: ya no le enviaremos mensajes."),
]


@pytest.mark.parametrize("cases", [HELP_CASES, TOPIC_CASES, STOP_CASES])
def test_it_is_the_language_of_the_words_else_of_the_person(ask, cases):
    for body, language, start in cases:
        assert ask(body, language).startswith(start), (body, language)


def test_an_organisation_that_writes_spanish_answers_so_to_whom_it_does_not_know(ask):
    with ask.app.app_context(), write():
        db.session.execute(db.update(Organisation).values(language="es"))
    assert ask("HELP").startswith("Riverside Community: noticias y avisos.")
    assert ask("HELP", "en").startswith("Riverside Community: news and updates.")


def test_the_own_reply_of_the_settings_is_for_readers_of_the_organisations_language(ask):
    with ask.app.app_context(), write():
        db.session.execute(db.update(Organisation).values(help_reply="Call us. STOP ends it."))
    assert ask("HELP") == ask("HELP", "en") == ask("HELP", "vi") == "Call us. STOP ends it."
    assert ask("HELP", "es").startswith("Riverside Community: noticias y avisos.")


def test_a_template_has_the_words_in_any_language_and_is_named_and_counted(ask):
    texts = {"vi": "{org_name}: HELP. STOP de ngung.", "es": "{org_name} le ayuda. STOP."}
    with ask.app.app_context(), write():
        db.session.execute(db.delete(MessageTemplate))
        values = TemplateValues("Reply to HELP", TemplatePurpose.SYSTEM, texts)
        create_template(values, None, "reply_help")
    assert ask("HELP", "vi") == "Riverside Community: HELP. STOP de ngung."
    assert ask("HELP", "es") == "Riverside Community le ayuda. STOP."
    assert ask("HELP", "fr").startswith("Riverside Community: nouvelles et rappels.")
    with ask.app.app_context():
        versions = list(db.session.scalars(db.select(Message.template_version_id)))
        assert sorted(filter(None, versions)) == [1, 2]
        template = db.session.scalars(db.select(MessageTemplate)).one()
        assert (template.usage_count, template.last_used_at is not None) == (2, True)


def test_a_template_of_a_pause_says_the_day_in_its_language(ask):
    with ask.app.app_context(), write():
        values = TemplateValues("Pause", TemplatePurpose.SYSTEM, {"vi": "Nghi den {day}. STOP."})
        create_template(values, None, "reply_pause")
    assert ask("PAUSE 30", "vi").startswith("Nghi den ")
    assert "{day}" not in ask("PAUSE 20", "vi")
