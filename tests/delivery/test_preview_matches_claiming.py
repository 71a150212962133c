"""For any community and any lists, what the rehearsal said is what the carrier is asked to send:
the same people, texts and segments.
"""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.queries.audience import render_draft
from app.blasts.queries.field_fillings import FieldNotTextable
from app.core.clock import now
from app.core.db import write
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.segments import measure_segments
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import MembershipSource
from tests.blasts.test_rehearsal_pages import PHONES, TEMPLATES, TOWNS, start_anew
from tests.delivery.helpers import (
    get_schedule,
    list_messages,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.twilio_server import TwilioServer

FOOTER = "Reply STOP to opt out."


SOME_PHONES = st.sets(st.sampled_from(PHONES), max_size=25)
# Groups of members and of others; the band is left out.
LISTS = st.none() | st.fixed_dictionaries(
    {
        "choir": SOME_PHONES,
        "youth": SOME_PHONES,
        "band": SOME_PHONES,
        "is_for_everybody": st.booleans(),
        "is_frozen": st.booleans(),
    }
)


def make_audience(lists):
    """The three groups, alone in the database; gives the audience of a blast to them."""
    groups = [name for name in ("choir", "youth", "band") if lists[name]]
    with write() as session:
        session.execute(text("DELETE FROM groups"))
        ids = {}
        for name in groups:
            group = create_group(GroupInfo(name.title()))
            add_people_to_group(group.id, lists[name], MembershipSource.HAND, "ada")
            ids[name] = AudiencePart(PartKind.GROUP, group.id)
    included = [ids[name] for name in ("choir", "youth") if name in ids]
    if lists["is_for_everybody"] or not included:
        included.append(AudiencePart(PartKind.EVERYBODY))
    excluded = [ids["band"]] if "band" in ids else []
    rule = AudienceRule(tuple(included), tuple(excluded))
    return ChosenAudience(rule, is_frozen=lists["is_frozen"])


def read_audience(lists, members):
    """The numbers of the audience, as one would count them by hand."""
    meant = lists["choir"] | lists["youth"]
    if lists["is_for_everybody"] or not meant:
        meant = meant | set(members)
    return meant - lists["band"]


def test_what_was_rehearsed_is_what_the_carrier_is_asked_to_send(make_app, background):
    with TwilioServer() as twilio:
        app = make_app(**twilio_settings(twilio))
        background(app)
        _for_any_town(app, twilio)


def _for_any_town(app, twilio):
    @given(sending_app=TOWNS, template=TEMPLATES, lists=LISTS)
    @settings(max_examples=15)
    def agree(sending_app, template, lists):
        start_anew(app, **sending_app | {"to_event": False})
        twilio.requests.clear()
        phones = [phone for phone, _ in sending_app["people"]]
        with app.app_context():
            draft = BlastDraft(template, FOOTER, BlastTarget.COMMUNITY, None, "UTC")
            if lists:
                audience = make_audience(lists)
                draft = replace(draft, target=BlastTarget.AUDIENCE, people_of=audience)
            try:
                rehearsed = render_draft(draft)
            except FieldNotTextable:
                # The compose form refuses a placeholder that is none.
                return
            with write():
                shown = [(row.phone, row.name) for row in rehearsed.texts]
                blast_id = confirm_blast(draft, None, "ada", now(), shown_people=shown)
        expected_phones = read_audience(lists, phones) if lists else set(phones)
        assert {row.phone for row in rehearsed.texts} == expected_phones
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
