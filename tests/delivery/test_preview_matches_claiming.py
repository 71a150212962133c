"""For any community, what the rehearsal said is what the carrier is asked to send: the same
people, texts and parts.
"""

from hypothesis import HealthCheck, given, settings

from app.blasts.queries.audience import render_draft
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.segments import measure_segments
from tests.blasts.test_rehearsal_pages import TEMPLATES, TOWNS, start_anew
from tests.delivery.helpers import (
    get_schedule,
    list_messages,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.twilio_server import TwilioServer

FOOTER = "Reply STOP to opt out."


def test_what_was_rehearsed_is_what_the_carrier_is_asked_to_send(make_app, background):
    with TwilioServer() as twilio:
        app = make_app(**twilio_settings(twilio))
        background(app)
        _for_any_town(app, twilio)


def _for_any_town(app, twilio):
    @given(sending_app=TOWNS, template=TEMPLATES)
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def agree(sending_app, template):
        start_anew(app, **sending_app | {"to_event": False})
        twilio.requests.clear()
        with app.app_context():
            draft = BlastDraft(template, FOOTER, BlastTarget.COMMUNITY, None, "UTC")
            rehearsed = render_draft(draft)
        blast_id = start_blast(app, template, footer=FOOTER)
        if rehearsed.recipient_count:
            wait_until_ended(app, blast_id)
        else:
            wait_until(lambda: get_schedule(app, blast_id).status == "failed", "the blast to fail")
        expected = sorted((text.phone, text.body) for text in rehearsed.sendable_texts)
        assert sorted((request.to, request.body) for request in twilio.requests) == expected
        assert (
            sum(measure_segments(request.body).segments for request in twilio.requests)
            == rehearsed.segment_count
        )
        skipped = [row for row in list_messages(app) if row.status == "skipped"]
        assert len(skipped) == sum(rehearsed.skip_reason_counts.values())

    agree()
