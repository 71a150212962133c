"""For any community and any group, what the rehearsal said is what the carrier is asked to send:
the same people, texts and segments.
"""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.queries.audience import render_draft
from app.core.clock import now
from app.core.db import write
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.segments import measure_segments
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import MembershipSource
from tests.audiences.audience_helpers import to_group
from tests.blasts.test_rehearsal_pages import TEMPLATES, TOWNS, start_anew
from tests.delivery.helpers import (
    get_schedule,
    list_messages,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.twilio_server import TwilioServer

FOOTER = "Reply STOP to opt out."


def make_choir(phones):
    """A group of these people, alone in the database; gives the audience of a blast to it."""
    with write() as session:
        session.execute(text("DELETE FROM groups"))
        group = create_group(GroupInfo("Choir"))
        add_people_to_group(group.id, phones, MembershipSource.HAND, "ada")
        return to_group(group.id)


def test_what_was_rehearsed_is_what_the_carrier_is_asked_to_send(make_app, background):
    with TwilioServer() as twilio:
        app = make_app(**twilio_settings(twilio))
        background(app)
        _for_any_town(app, twilio)


def _for_any_town(app, twilio):
    @given(sending_app=TOWNS, template=TEMPLATES, to_choir=st.booleans())
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def agree(sending_app, template, to_choir):
        start_anew(app, **sending_app | {"to_event": False})
        twilio.requests.clear()
        phones = [phone for phone, _ in sending_app["people"]]
        with app.app_context():
            draft = BlastDraft(template, FOOTER, BlastTarget.COMMUNITY, None, "UTC")
            if to_choir:
                choir = make_choir(phones[1::2])
                draft = replace(draft, target=BlastTarget.AUDIENCE, people_of=choir)
            rehearsed = render_draft(draft)
            with write():
                blast_id = confirm_blast(draft, None, "ada", now())
        if to_choir:
            assert {row.phone for row in rehearsed.texts} == set(phones[1::2])
        if rehearsed.recipient_count:
            wait_until_ended(app, blast_id)
        else:
            wait_until(lambda: get_schedule(app, blast_id).status == "failed", "the blast to fail")
        expected = sorted((row.phone, row.body) for row in rehearsed.sendable_texts)
        assert sorted((request.to, request.body) for request in twilio.requests) == expected
        assert (
            sum(measure_segments(request.body).segments for request in twilio.requests)
            == rehearsed.segment_count
        )
        skipped = [row for row in list_messages(app) if row.status == "skipped"]
        assert len(skipped) == sum(rehearsed.skip_reason_counts.values())

    agree()
