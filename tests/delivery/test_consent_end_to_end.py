"""With recorded consent demanded, the rehearsal, the stored rows and the carrier's requests agree:
grants for an event, opt-outs, open STOP questions and one phone in two spellings.
"""

from collections import Counter

import pytest

from app.blasts.queries.audience import render_draft
from app.community.actions import create_member
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.phones.phone_number import PhoneNumber
from app.events.actions.registrations import create_registration
from app.events.models import Event
from app.keywords.actions import keyword_rules
from app.keywords.models import KeywordAction
from app.organisation.models import Organisation
from app.suppression.actions.consent_events import build_event_scope, grant_consent
from app.suppression.models import ConsentMethod, SuppressedContact
from tests.blasts.helpers import send_blast
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    get_log,
    list_messages,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.visit import Visitor

PUBLIC = "https://sms.example.org"
DOUBTFUL = "who is this?? stop texting me or I call my lawyer"
BODY, FOOTER = "Hi {first_name|friend}, see you there.", "Reply STOP to opt out."
KIM, RAY, IDA = "+13035550151", "+13035550152", "+13035550153"
# Two phones of Buenos Aires, as people write them and as the carrier may call them.
ASHA_TYPED, ASHA_SENDER = "+54 9 11 2345-6789", "+541123456789"
BRUNO_TYPED, BRUNO_SENDER = "+54 11 2345-6700", "+5491123456700"
ASHA, BRUNO = PhoneNumber.parse(ASHA_TYPED).e164, PhoneNumber.parse(BRUNO_TYPED).e164


@pytest.fixture
def town(make_app, twilio):
    """An app with a community, a picnic that has them all registered, and a keyword for it.

    Zoë agreed to everything, Leo, Asha and Ida to the picnic; Mia, Bruno, Kim and Ray agreed before
    they left or the number died, and nobody asked Max.
    """
    app = make_app(**twilio_settings(twilio, public_base_url=PUBLIC))
    people = [ZOE, LEO, MIA, MAX, KIM, RAY, ASHA, BRUNO]
    with app.app_context(), write() as session:
        session.execute(db.update(Organisation).values(consent_required=True))
        session.add(picnic := Event(title="Picnic"))
        session.flush()
        for phone in people:
            create_member(None, phone)
            create_registration(picnic.id, None, phone)
        for phone in (ZOE, MIA, BRUNO, KIM, RAY):
            grant_consent(phone, ConsentMethod.FORM, "on paper", "ada")
        for phone in (LEO, ASHA):
            scope = build_event_scope(picnic.id)
            grant_consent(phone, ConsentMethod.VERBAL, "at the door", "sol", scope)
        session.add(SuppressedContact(phone=RAY, category="hard_fail"))
        keyword = keyword_rules.KeywordInfo(
            "PICNIC", "You are on the list.", action=KeywordAction.ADD_TO_EVENT, event_id=picnic.id
        )
        keyword_rules.create_keyword_rule(keyword, [], "ada")
    return app


def write_in(app, twilio):
    """Mia leaves, Bruno leaves in the other spelling, Kim perhaps, Ida comes by a keyword."""
    texts = [(MIA, "STOP"), (BRUNO_SENDER, "STOP"), (KIM, DOUBTFUL), (IDA, "Picnic")]
    # Asha registers once more, and her phone has the other spelling this time.
    for phone, body in (*texts, (ASHA_SENDER, "Picnic")):
        assert twilio.text_in(app, PUBLIC, phone, body) == 200


def rehearse(app, target, event_id):
    with app.app_context():
        rehearsed = render_draft(BlastDraft(BODY, FOOTER, target, event_id, "UTC"))
    return (
        Counter((text.phone, text.body) for text in rehearsed.sendable_texts),
        rehearsed.skip_reason_counts,
    )


def send_and_compare(app, twilio, target, event_id):
    """Send a blast; return who got it, and why the others did not."""
    texts, left_out = rehearse(app, target, event_id)
    twilio.requests.clear()
    fields = {"message_body": BODY, "target": target.value}
    if event_id:
        fields["event_id"] = str(event_id)
    blast_id = send_blast(Visitor(app), **fields)
    wait_until_ended(app, blast_id)
    rows = list_messages(app, get_log(app, blast_id).id)
    skipped = {row.phone: row.reason for row in rows if row.status == "skipped"}
    sent = [row for row in rows if row.status != "skipped"]
    assert Counter((row.phone, row.body) for row in sent) == texts
    assert Counter((request.to, request.body) for request in twilio.requests) == texts
    assert Counter(skipped.values()) == Counter({r.value: n for r, n in left_out.items()})
    assert_everybody_accounted_for(app)
    return {row.phone for row in sent}, skipped


def test_rehearsal_rows_and_requests_agree_where_consent_is_demanded(town, twilio, background):
    write_in(town, twilio)
    background(town)
    # Answers to their texts need no consent; the one who left has no answer of a keyword.
    wait_until(
        lambda: (
            {row.phone for row in list_messages(town) if row.status == "accepted"} >= {IDA, ASHA}
        ),
        "the answers to leave",
    )
    no_to_all = {
        MIA: "said_stop",
        BRUNO: "said_stop",
        KIM: "maybe_stop",
        RAY: "number_dead",
        MAX: "no_consent",
    }
    got, skipped = send_and_compare(town, twilio, BlastTarget.COMMUNITY, None)
    assert got == {ZOE}
    assert skipped == no_to_all | {LEO: "no_consent", ASHA: "no_consent"}
    got, skipped = send_and_compare(town, twilio, BlastTarget.EVENT, 1)
    assert got == {ZOE, LEO, ASHA, IDA}
    assert skipped == no_to_all
    with town.app_context():
        phones = set(db.session.scalars(db.select(Message.phone)))
    assert phones.isdisjoint({ASHA_SENDER, BRUNO_SENDER} - {ASHA, BRUNO})
