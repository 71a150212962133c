"""The templates that come with the program: one segment each, and never over a user's own."""

from datetime import date

import pytest

from app.core.db import db, write
from app.domain.opt_outs.notice_templates import NOTICE_TEMPLATES
from app.domain.texts.message_templates import DEFAULT_OPT_OUT_FOOTER, append_footer
from app.domain.texts.seed_templates import SEED_TEMPLATES
from app.domain.texts.segments import SmsEncoding, measure_segments
from app.domain.texts.template_problems import list_template_problems
from app.domain.texts.template_purposes import EVENT_PURPOSES
from app.domain.texts.template_samples import build_sample_values, fill_sample
from app.domain.time.reminder_timing import DEFAULT_REMINDER_STEPS
from app.message_templates.actions.seeding import store_missing_seeds
from app.message_templates.actions.template_editing import (
    TemplateValues,
    create_template,
    delete_template,
    save_template,
)
from app.message_templates.models import MessageTemplate, MessageTemplateVersion
from tests.message_templates.test_use import make_template

LONG_VALUES = {
    **build_sample_values(date(2026, 11, 25), "US"),
    "first_name": "Alessandra",
    "event_title": "Flu shots for families",
    "event_place": "Riverside Town Hall",
    "org_name": "Riverside Community Church",
}


@pytest.mark.parametrize("seed", SEED_TEMPLATES, ids=lambda seed: seed.key)
def test_each_is_one_plain_segment_with_the_opt_out_line(seed):
    for body in (seed.english, seed.spanish):
        assert seed.purpose in EVENT_PURPOSES
        assert list_template_problems(body, of_event=True) == []
        for values in (LONG_VALUES, LONG_VALUES | {"first_name": ""}):
            text = append_footer(fill_sample(body, values), DEFAULT_OPT_OUT_FOOTER)
            size = measure_segments(text)
            assert (size.encoding, size.segments) == (SmsEncoding.GSM7, 1), text
            assert "  " not in text
            assert " ," not in text


def test_the_usual_reminders_are_two_of_them():
    bodies = {seed.english for seed in SEED_TEMPLATES}
    assert {step.body for step in DEFAULT_REMINDER_STEPS if step.is_on} <= bodies


def read_bodies(name):
    statement = (
        db.select(MessageTemplateVersion.body)
        .join(MessageTemplate, MessageTemplate.id == MessageTemplateVersion.template_id)
        .where(MessageTemplate.name == name)
        .order_by(MessageTemplateVersion.id)
    )
    return db.session.scalars(statement).all()


def test_a_start_stores_each_once_and_keeps_what_users_made_of_them(shop, monkeypatch):
    with write():
        own = TemplateValues("BIRTHDAY", SEED_TEMPLATES[0].purpose, {"en": "Our own"})
        create_template(own, "ada")
    store_missing_seeds()
    every_seed = [*SEED_TEMPLATES, *NOTICE_TEMPLATES]
    assert db.session.query(MessageTemplate).count() == len(every_seed)
    assert read_bodies("BIRTHDAY") == ["Our own"]
    ids = dict(db.session.execute(db.select(MessageTemplate.seed_key, MessageTemplate.id)).all())
    with write():
        changed = TemplateValues("Hello", SEED_TEMPLATES[0].purpose, {"en": "Hi there"})
        save_template(ids["welcome"], changed, 1, "sol")
        delete_template(ids["overdue"], "ada")
    first = SEED_TEMPLATES[0]
    newer = [*SEED_TEMPLATES[1:], type(first)(first.key, "X", first.purpose, "New", first.spanish)]
    monkeypatch.setattr("app.message_templates.actions.seeding.SEED_TEMPLATES", newer)
    store_missing_seeds()
    store_missing_seeds()
    assert read_bodies("Hello")[-1] == ""
    assert read_bodies(first.name)[-1] == "New"
    assert len(read_bodies(first.name)) == 3
    assert make_template("Something new")
