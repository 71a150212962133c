"""A blast in several languages: each reader gets the text in theirs, others the body."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import text

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.queries.audience import render_draft
from app.blasts.queries.audience_counts import SMALL_AUDIENCE
from app.blasts.queries.blast_review import review_blast
from app.blasts.queries.compose_preview import PreviewRequest, build_compose_preview
from app.blasts.queries.review_notices import ReviewButton, ReviewRequest
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import MessageLog
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.actions.template_editing import TemplateValues, create_template
from app.message_templates.models import MessageTemplate, MessageTemplateVersion
from app.organisation.queries import get_organisation
from tests.blasts.helpers import list_messages, release_blasts, set_message_status
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member, add_members, add_opt_out, make_phone

BODY = "Hi {first_name|friend}, the picnic is at eleven."
SPANISH = "Hola {first_name}, la merienda es a las once."
FOOTER = "Reply STOP to opt out."
SPANISH_FOOTER = "Responda STOP para cancelar."


def set_language(phone, language):
    """Give the person of a number a language. Inside write()."""
    with write() as session:
        session.execute(
            text(
                "UPDATE people SET language = :language WHERE id = "
                "(SELECT person_id FROM person_phones WHERE phone = :phone)"
            ),
            {"language": language, "phone": phone},
        )


def set_organisation(**columns):
    with write() as session:
        row = get_organisation()
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)


def fill_town(app):
    """Zoë reads English, Leo Spanish of Mexico, Mia Vietnamese; Max's language is not known."""
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia"), (MAX, "Max")):
            add_member(phone, name)
        for phone, language in ((ZOE, "en"), (LEO, "es-MX"), (MIA, "vi")):
            set_language(phone, language)


def draft(**changes):
    values = {
        "body": BODY,
        "footer": FOOTER,
        "target": BlastTarget.COMMUNITY,
        "event_id": None,
        "timezone": "UTC",
        "translations": {"es": SPANISH},
    }
    return BlastDraft(**(values | changes))


def confirm(app, blast):
    with app.app_context(), write():
        return confirm_blast(blast, None, "ada", now())


def read_bodies(app):
    return {row.phone: (row.language, row.is_introduction, row.body) for row in list_messages(app)}


def test_each_reader_gets_the_text_in_their_language(app):
    fill_town(app)
    confirm(app, draft())
    release_blasts(app)
    picnic = "the picnic is at eleven.\nReply STOP to opt out."
    assert read_bodies(app) == {
        ZOE: (None, False, f"Hi Zoë, {picnic}"),
        LEO: (
            "es",
            False,
            "Hola Leo, la merienda es a las once.\nResponda STOP para cancelar.",
        ),
        MIA: (None, False, f"Hi Mia, {picnic}"),
        MAX: (None, False, f"Hi Max, {picnic}"),
    }


def test_the_first_text_to_a_number_says_who_writes_until_the_days_are_over(app):
    fill_town(app)
    with app.app_context():
        set_organisation(name="Ohr", introduction_days=30)
    confirm(app, draft(footer=None))
    release_blasts(app)
    assert read_bodies(app) == {
        ZOE: (None, True, f"Ohr: Hi Zoë, the picnic is at eleven.\n{FOOTER}"),
        LEO: ("es", True, f"Ohr: Hola Leo, la merienda es a las once.\n{SPANISH_FOOTER}"),
        MIA: (None, True, f"Ohr: Hi Mia, the picnic is at eleven.\n{FOOTER}"),
        MAX: (None, True, f"Ohr: Hi Max, the picnic is at eleven.\n{FOOTER}"),
    }
    # Leo's was sent, Mia's failed, Max's left 31 days ago.
    for phone, status in ((LEO, "delivered"), (MIA, "failed"), (MAX, "sent")):
        set_message_status(app, phone, status)
    with app.app_context(), write() as session:
        session.execute(text("UPDATE messages SET created_at = '2020-01-01' WHERE name = 'Max'"))
    confirm(app, draft(body="Ohr sings.", footer=None, translations={}))
    release_blasts(app)
    assert [(row.name, row.is_introduction, row.body) for row in list_messages(app)[4:]] == [
        ("Zoë", True, f"Ohr sings.\n{FOOTER}"),
        ("Leo", False, "Ohr sings."),
        ("Mia", True, f"Ohr sings.\n{FOOTER}"),
        ("Max", True, f"Ohr sings.\n{FOOTER}"),
    ]


def test_a_blast_for_later_is_reviewed_as_first_texts_are_then(app):
    fill_town(app)
    with app.app_context():
        set_organisation(name="Ohr", introduction_days=30)
    confirm(app, draft())
    release_blasts(app)
    for phone in (ZOE, LEO, MIA, MAX):
        set_message_status(app, phone, "delivered")
    with app.app_context():
        for days, is_first in ((29, False), (31, True)):
            later = render_draft(draft(send_at=now() + timedelta(days=days)))
            assert {text.is_introduction for text in later.texts} == {is_first}


def test_a_test_reads_as_the_first_person_of_the_audience(app):
    fill_town(app)
    with app.app_context():
        set_organisation(name="Ohr", introduction_days=30)
    confirm(app, draft(is_test=True, footer=None))
    release_blasts(app)
    (row,) = list_messages(app)
    assert (row.kind, row.is_introduction) == ("test", True)
    assert row.body == f"Ohr: Hi Zoë, the picnic is at eleven.\n{FOOTER}"


def test_a_blast_with_translations_is_sent(app, background):
    fill_town(app)
    background(app)
    confirm(app, draft())
    release_blasts(app)
    wait_until(lambda: all(row.provider_sid for row in list_messages(app)), "all texts")
    with app.app_context():
        texts = db.session.execute(text("SELECT phone, body FROM sandbox_messages")).all()
    assert dict(texts) == {row.phone: row.body for row in list_messages(app)}


def test_the_review_says_who_reads_what_and_which_language_is_missing(app):
    fill_town(app)
    with app.app_context():
        set_organisation(name="Ohr", introduction_days=30, price_per_segment=Decimal("0.01"))
        blast = draft(translations={"es": SPANISH + " á" * 15, "fr": "Bonjour"}, footer=None)
        rendered = render_draft(blast)
        review = review_blast(ReviewRequest(blast, rendered, now()))
    assert [share.summary for share in review.languages] == [
        "English: 3 people, 3 segments, about $0.03",
        "French: 0 people, 0 segments, about $0.00",
        "Spanish: 1 person, 2 segments, about $0.02",
    ]
    shown = [share.shown.name if share.shown else None for share in review.languages]
    assert sorted(shown, key=str) == ["Leo", None, "Zoë"]
    assert [missing.sentence for missing in review.missing_languages] == [
        "1 person reads Vietnamese. They get the English text."
    ]
    assert (review.introduction.people, review.introduction.added_segments) == (4, 1)
    (notice,) = [notice for notice in review.notices if "Spanish" in notice.text]
    assert notice.button == ReviewButton(
        "Write the Spanish text without accents", "plain_letters", "es"
    )
    assert notice.text == (
        "Spanish: The letter á doubles the cost: 2 segments instead of 1, about $0.01 more."
    )


def test_the_preview_counts_each_language_as_the_review_does(app):
    fill_town(app)
    with app.app_context():
        set_organisation(name="Ohr", introduction_days=30, price_per_segment=Decimal("0.01"))
        translations = {"es": SPANISH + " á" * 15, "vi": "{gibberish}"}
        request = PreviewRequest(
            BlastTarget.COMMUNITY, None, None, BODY, None, person=1, translations=translations
        )
        preview = build_compose_preview(request)
        spanish = {"es": translations["es"]}
        rendered = render_draft(draft(translations=spanish, footer=None))
    assert preview.sizes == (
        "English: 1 segment for 2 people · Spanish: 2 segments for 1 person · Vietnamese: 1 person"
    )
    assert (preview.people, preview.cost) == (4, "about $0.04")
    assert preview.reader.text == rendered.sendable_texts[1].body
    assert [(fix.field, fix.value, fix.label) for fix in preview.fixes] == [
        ("plain_letters", "es", "Write without accents: 1 segment ($0.01) less")
    ]


def test_a_large_audience_is_counted_as_the_review_does(app):
    count = SMALL_AUDIENCE + 20
    with app.app_context():
        add_members(count)
        set_organisation(introduction_days=30)
        for position in (3, count - 1):
            set_language(make_phone(position), "es")
        add_opt_out(make_phone(count - 2))
        request = PreviewRequest(
            BlastTarget.COMMUNITY, None, None, BODY, FOOTER, translations={"es": SPANISH * 3}
        )
        preview = build_compose_preview(request)
        rendered = render_draft(draft(translations={"es": SPANISH * 3}))
    texts = rendered.texts_by_language
    assert [(row.tag, row.people, row.segments) for row in preview.languages] == [
        (tag, len(texts[tag]), sum(text.segments for text in texts[tag])) for tag in (None, "es")
    ]
    assert (preview.people, preview.skipped, len(texts["es"])) == (count - 1, 1, 2)


def test_each_row_names_the_template_version_of_its_own_text(app):
    fill_town(app)
    texts = {"en": BODY, "es": SPANISH}
    with app.app_context(), write():
        values = TemplateValues("Picnic", TemplatePurpose.BLAST, texts)
        template_id = create_template(values, "ada")
    confirm(app, draft())
    log_id = release_blasts(app)
    with app.app_context():
        rows = MessageTemplateVersion.query.filter_by(template_id=template_id)
        versions = {row.language: row.id for row in rows}
        log = db.session.get_one(MessageLog, log_id)
        assert (log.translations, log.template_version_id) == ({"es": SPANISH}, versions["en"])
        assert db.session.get_one(MessageTemplate, template_id).usage_count == 1
    found = {row.phone: row.template_version_id for row in list_messages(app)}
    assert found == dict.fromkeys((ZOE, MIA, MAX), versions["en"]) | {LEO: versions["es"]}
