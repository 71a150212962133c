"""Random audiences, languages and first texts: what a plain reading of the rules says is what the
preview counts, the review shows, the rows hold, and the carrier is asked to send.
"""

import random
from datetime import timedelta

import pytest

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.queries.audience import render_draft
from app.blasts.queries.blast_review import review_blast
from app.blasts.queries.compose_preview import PreviewRequest, build_compose_preview
from app.blasts.queries.review_notices import ReviewRequest
from app.core.clock import now
from app.core.db import write
from app.delivery.models import Message
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.segments import measure_segments
from tests.blasts.test_languages import set_language, set_organisation
from tests.blasts.test_rehearsal_pages import start_anew
from tests.delivery.helpers import list_messages, twilio_settings, wait_until_ended
from tests.sample_rows import make_phone
from tests.twilio_server import TwilioServer

PHONES = [make_phone(number) for number in range(30)]
NAMES = ("Zoë", "Leo", "李小龍", None)
# What people read, and which translation that is.
LANGUAGES = {None: None, "en": None, "es": "es", "es-MX": "es", "vi": "vi", "zh-Hans": None}
BODIES = {
    None: ("Hi {first_name|friend}, it is at 7.", "Ohr: it is at 7.", "🎉" * 40),
    "es": ("Hola {first_name|amigo}, es a las siete.", "Ohr canta así hoy."),
    "vi": ("Chào {first_name}, lúc 7 giờ.",),
}
LINES = {
    None: "Reply STOP to opt out.",
    "es": "Responda STOP para cancelar.",
    "vi": "Trả lời STOP để ngừng nhận tin.",
}
DAYS = 30


class Town:
    """Who reads what, who was told lately who writes, and a blast to all of them."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.names = {phone: rng.choice(NAMES) for phone in rng.sample(PHONES, 12)}
        self.languages = {phone: rng.choice([*LANGUAGES]) for phone in self.names}
        some = sorted(self.names)
        self.introduced, self.tried, self.long_ago = (set(rng.sample(some, 4)) for _ in range(3))
        self.stopped = set(rng.sample(some, 2))
        self.days = rng.choice([DAYS, None])
        self.body = rng.choice(BODIES[None])
        tags = rng.sample(["es", "vi"], rng.randrange(3))
        self.translations = {tag: rng.choice(BODIES[tag]) for tag in sorted(tags)}
        self.footer = rng.choice([LINES[None], None])

    @property
    def draft(self):
        return BlastDraft(
            self.body,
            self.footer,
            BlastTarget.COMMUNITY,
            None,
            "UTC",
            translations=self.translations,
        )

    def read_texts(self):
        """Return (language, whether it is a first text, text) of each number that gets one."""
        return {phone: self._read_text(phone) for phone in self.names if phone not in self.stopped}

    def _read_text(self, phone):
        tag = LANGUAGES[self.languages[phone]]
        tag = tag if tag in self.translations else None
        template = self.translations.get(tag, self.body)
        fallback = {"es": "amigo", None: "friend", "vi": ""}[tag]
        words = template.replace("{first_name|friend}", "{first_name}")
        words = words.replace("{first_name|amigo}", "{first_name}")
        words = words.replace("{first_name}", self.names[phone] or fallback)
        # No space is left before a comma where there is no name.
        words = words.replace(" ,", ",")
        is_first = self.days is not None and phone not in self.introduced
        if is_first and "Ohr" not in words:
            words = f"Ohr: {words}"
        if is_first or self.footer:
            words = f"{words}\n{LINES[tag]}"
        return tag, is_first, words

    def store(self, app):
        """Make a database of it."""
        people = list(self.names.items())
        start_anew(app, people=people, stopped=self.stopped, dead=set(), to_event=False)
        with app.app_context():
            for phone, language in self.languages.items():
                set_language(phone, language)
            set_organisation(name="Ohr", introduction_days=self.days)
            with write() as session:
                for phones, status, age in (
                    (self.introduced, "delivered", DAYS - 1),
                    (self.tried - self.introduced, "failed", 1),
                    (self.long_ago - self.introduced, "sent", DAYS + 1),
                ):
                    for phone in phones:
                        session.add(
                            Message(
                                kind="blast",
                                phone=phone,
                                body="Ohr: Hi",
                                status=status,
                                is_introduction=True,
                                carrier="twilio",
                                created_at=now() - timedelta(days=age),
                            )
                        )


def check_pages(town, rendered):
    """What the review and the preview say is what the rendering has."""
    review = review_blast(ReviewRequest(town.draft, rendered, now()))
    texts = town.read_texts()
    if town.translations:
        people = [(share.tag, share.people) for share in review.languages]
        tags = [tag for tag, _, _ in texts.values()]
        assert people == [(tag, tags.count(tag)) for tag, _ in people]
        assert sum(share.segments for share in review.languages) == rendered.segment_count
    firsts = sum(is_first for _, is_first, _ in texts.values())
    assert (review.introduction.people if review.introduction else 0) == firsts
    preview = build_compose_preview(
        PreviewRequest(
            BlastTarget.COMMUNITY,
            None,
            None,
            town.body,
            town.footer,
            translations=town.translations,
        )
    )
    assert preview.people == len(texts)
    if town.translations:
        shown = [(part.tag, part.people, part.segments) for part in preview.languages]
        shares = {share.tag: (share.people, share.segments) for share in review.languages}
        assert shown == [(tag, *shares[tag]) for tag, _, _ in shown]


def send_random_blast(app, twilio, seed):
    """Review, confirm, release and send the blast of a random town."""
    town = Town(seed)
    town.store(app)
    twilio.requests.clear()
    with app.app_context():
        rendered = render_draft(town.draft)
        check_pages(town, rendered)
        with write():
            blast_id = confirm_blast(town.draft, None, "ada", now())
    expected = town.read_texts()
    found = {
        row.phone: (row.language, row.is_introduction, row.body) for row in rendered.sendable_texts
    }
    assert found == expected
    wait_until_ended(app, blast_id)
    rows = [row for row in list_messages(app) if row.message_log_id and row.status != "skipped"]
    assert {row.phone: (row.language, row.is_introduction, row.body) for row in rows} == expected
    bodies = {request.to: request.body for request in twilio.requests}
    assert bodies == {phone: words for phone, (_, _, words) in expected.items()}
    segments = sum(measure_segments(body).segments for body in bodies.values())
    assert segments == rendered.segment_count == sum(row.segments for row in rows)


def run(make_app, background, seeds):
    with TwilioServer() as twilio:
        app = make_app(**twilio_settings(twilio))
        background(app)
        for seed in seeds:
            send_random_blast(app, twilio, seed)


def test_readers_get_what_was_reviewed_in_their_language(make_app, background):
    run(make_app, background, range(4))


@pytest.mark.torture
def test_a_hundred_random_blasts_in_several_languages(make_app, background):
    run(make_app, background, range(4, 104))
