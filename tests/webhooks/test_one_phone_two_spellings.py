"""One phone in two spellings is one person: on lists, for opt-outs, in conversations.

Case P04 of the people's cases, and its siblings in other countries.
"""

import pytest

from app.community.actions import create_member
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.phones.phone_renumbering import canonicalize_phone
from app.inbox.models import Thread
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.webhooks.calls import minutes_pass, sid, text

# What a list has, and what the carrier may call the same phone.
SPELLINGS = [
    ("+54 9 11 2345-6789", "+541123456789"),
    ("+54 11 2345-6789", "+5491123456789"),
    ("+54 351 412-3456", "+5493514123456"),
    ("+52 55 1234 5678", "+5215512345678"),
    ("+55 11 98765-4321", "+551187654321"),
    ("+225 07 08 12 34 56", "+22508123456"),
    ("+229 01 97 12 34 56", "+22997123456"),
    ("+241 66 12 34 56", "+24106123456"),
    ("+84 70 123 4567", "+841201234567"),
]


@pytest.mark.parametrize(("listed", "sender"), SPELLINGS)
def test_a_stop_of_either_spelling_counts_for_both(twilio_app, listed, sender):
    phone = PhoneNumber.parse(listed).e164
    with twilio_app.app_context(), write():
        create_member("Asha Rao", phone)
    text(twilio_app, "Hello", phone=sender, sid=sid(1))
    text(twilio_app, "STOP", phone=sender, sid=sid(2))
    with twilio_app.app_context():
        assert find_suppression_reason(phone) == "said_stop"
        assert db.session.scalars(db.select(Thread.phone)).all() == [phone]
        assert set(db.session.scalars(db.select(Message.phone))) == {phone}
    minutes_pass(twilio_app)
    text(twilio_app, "START", phone=phone, sid=sid(3))
    with twilio_app.app_context():
        assert find_suppression_reason(canonicalize_phone(sender)) is None


def test_the_second_spelling_is_no_second_member(visit):
    visit("/community/add", "ada", name="Asha", phone="+54 9 11 2345-6789")
    page = visit("/community/add", "ada", name="Asha Rao", phone="+54 11 2345-6789")
    assert "Someone in the community already has this number." in page.words
    assert "Asha" in visit("/people/541123456789", "ada").words
    assert "Asha" in visit("/community?search=11 2345 6789", "ada").words


@pytest.mark.parametrize(
    "phone",
    ["+13035550142", "+541143210000x", "+52", "+54", "MGabc", "32665", "", "+4912345678901"],
)
def test_other_senders_stay_as_they_are(phone):
    assert canonicalize_phone(phone) == phone


@pytest.mark.parametrize(("listed", "sender"), SPELLINGS)
def test_a_spelling_is_canonical_or_refused_when_it_is_typed(listed, sender):
    for written in (listed, sender):
        try:
            read = PhoneNumber.parse(written).e164
        except InvalidPhoneNumber as error:
            read = PhoneNumber.parse(error.sentence.rpartition(": ")[2]).e164
        assert read == PhoneNumber.parse(listed).e164
