"""Texts that come in: kept as they came; certain words are obeyed.

Cases W3, W9, W18, W20, W21, W22, W27.
"""

import pytest
from sqlalchemy import delete

from app.core.db import db, write
from app.delivery.models import Message
from app.suppression.models import UnsubscribedContact
from app.webhooks.models import WebhookEvent
from tests.sample_people import LEO, ZOE
from tests.webhooks.calls import (
    ACCOUNT,
    FORM,
    INBOUND,
    OURS,
    SID,
    call,
    events,
    minutes_pass,
    opted_out,
    sid,
    text,
    verdicts,
)

OPT_OUTS = [
    "STOP",
    "stop.",
    " Stop ",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
]
FIELDS = {
    "MessageSid": SID,
    "AccountSid": ACCOUNT,
    "From": ZOE,
    "To": OURS,
    "Body": "Hi",
}


def list_inbound_texts(app):
    """The texts that came in, in order."""
    with app.app_context():
        return db.session.scalars(
            db.select(Message).where(Message.direction == "inbound").order_by(Message.id)
        ).all()


def count_of_texts_out(app):
    """How many texts we made."""
    with app.app_context():
        return db.session.scalar(
            db.select(db.func.count(Message.id)).where(Message.direction == "outbound")
        )


# case W3 of docs/cases.md
def test_a_replayed_text_is_kept_and_obeyed_once(twilio_app):
    """W3: the same STOP a hundred times; in between they came back, and stay."""
    text(twilio_app, "STOP")
    minutes_pass(twilio_app)
    text(twilio_app, "START", sid=sid(2))
    assert {text(twilio_app, "STOP").status_code for _ in range(100)} == {200}
    assert opted_out(twilio_app) == {}
    assert verdicts(twilio_app) == ["opt_out", "return"]
    assert len(list_inbound_texts(twilio_app)) == 2


# case W9 of docs/cases.md
@pytest.mark.parametrize(
    "body",
    [
        "",
        "  spaces \n lines\t",
        "1+1=2 & more",
        "🎉" * 1600,
        "a\r\nb",
        "%2B%00",
        "ＳＴＯＰ it",
    ],
)
def test_odd_texts_are_kept_as_they_came(twilio_app, body):
    """W9: with new and empty parameters beside them."""
    assert text(twilio_app, body, NewParameter="x", Empty="").status_code == 200
    assert [row.body for row in list_inbound_texts(twilio_app)] == [body]


# case W9 of docs/cases.md
def test_repeated_parameters_are_signed_and_the_first_counts(twilio_app):
    """W9: as Twilio's own library signs them."""
    fields = [
        *FIELDS.items(),
        ("Body", "another"),
        ("Body", "Hi"),
        ("MediaUrl", "b"),
        ("MediaUrl", "a"),
    ]
    assert call(twilio_app, INBOUND, fields).status_code == 200
    assert [row.body for row in list_inbound_texts(twilio_app)] == ["Hi"]


# case W9 of docs/cases.md
@pytest.mark.parametrize("raw", [b"\xff\xfe", b"%FF%FE", b"%ED%A0%80"])
def test_bytes_that_are_no_text_are_refused(twilio_app, raw):
    """W9: Twilio sends UTF-8. No exception either."""
    answer = twilio_app.test_client().post(
        INBOUND, data=b"From=%2B13035550142&Body=" + raw, content_type=FORM
    )
    assert (answer.status_code, answer.data) == (403, b"")
    assert events(twilio_app) == []


def test_a_nul_in_a_text_is_left_out(twilio_app):
    """SQLite would end the text there."""
    assert text(twilio_app, "ST\x00OP").status_code == 200
    assert [row.body for row in list_inbound_texts(twilio_app)] == ["STOP"]
    assert opted_out(twilio_app) == {ZOE: "inbound"}


# case W18 of docs/cases.md
def test_twilios_token_of_a_try_decides_nothing(twilio_app):
    """W18: two texts with the same token are two texts; one text twice is one."""
    token = {"I-Twilio-Idempotency-Token": "the-same"}
    for name, body in ((SID, "one"), (sid(2), "two"), (SID, "one")):
        call(twilio_app, INBOUND, FIELDS | {"MessageSid": name, "Body": body}, headers=token)
    assert [row.body for row in list_inbound_texts(twilio_app)] == ["one", "two"]


STRANGERS = {
    "32665": "32665",
    "BANKNAME": "BANKNAME",
    "whatsapp:+13035550142": "whatsap…+13035550142",
    "Anonymous": "Anonymous",
    "+": "+",
    "+1303555014²": "+1303555014²",
    "#erased": "erased",
    "A\nB\u202eC": "A B C",
    OURS: OURS,
}


# case W20 of docs/cases.md
@pytest.mark.parametrize("body", ["STOP", "HELP", "START", "Hello"])
@pytest.mark.parametrize(("sender", "written"), STRANGERS.items())
def test_a_text_from_no_phone_is_kept_for_people_and_answered_with_nothing(
    twilio_app, sender, written, body
):
    """W20: a short code, a name, another channel, we ourselves: neither obeyed nor answered.

    Only the STOP of a person's phone is, whatever channel it comes over.
    """
    is_stop_of_phone = sender.startswith("whatsapp:") and body == "STOP"
    answer = text(twilio_app, body, phone=sender)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert b"<Response></Response>" in answer.data
    assert verdicts(twilio_app) == ["opt_out" if is_stop_of_phone else "stored"]
    assert opted_out(twilio_app) == ({ZOE: "inbound"} if is_stop_of_phone else {})
    assert [(row.phone, row.body) for row in list_inbound_texts(twilio_app)] == [(written, body)]
    assert count_of_texts_out(twilio_app) == 0


# case W20 of docs/cases.md
@pytest.mark.parametrize("sender", ["", "  ", "\x00", "\u200b"])
def test_a_text_from_nobody_is_only_an_event(twilio_app, sender):
    """W20: there is nobody whose text it is."""
    assert text(twilio_app, "STOP", phone=sender).status_code == 200
    assert (verdicts(twilio_app), list_inbound_texts(twilio_app), opted_out(twilio_app)) == (
        ["ignored"],
        [],
        {},
    )


# case W20 of docs/cases.md
@pytest.mark.parametrize(
    "change",
    [
        {"Body": None},
        {"NumMedia": "abc"},
        {"NumMedia": None},
        {"To": ""},
        {"To": "x" * 90},
    ],
)
def test_what_is_missing_or_strange_is_taken_as_it_is(twilio_app, change):
    """W20: no body, a count that is no number, no receiver."""
    fields = {name: value for name, value in (FIELDS | change).items() if value is not None}
    assert call(twilio_app, INBOUND, fields).status_code == 200
    assert verdicts(twilio_app) == ["stored"]
    assert [row.body for row in list_inbound_texts(twilio_app)] == [fields.get("Body", "")]


def test_signed_texts_without_account_name_or_sender_are_refused(twilio_app):
    """F23: of a captured call others can be cut with the same signature, but not complete ones."""
    for missing, code in {"AccountSid": 403, "MessageSid": 400, "From": 400}.items():
        fields = {name: value for name, value in FIELDS.items() if name != missing}
        assert call(twilio_app, INBOUND, fields | {"Body": "STOP"}).status_code == code, missing
    for name in ("", "SM", SID[:-1], SID + "NumMedia0"):
        assert text(twilio_app, "STOP", sid=name).status_code == 400, name
    captured = [("AccountSid", ACCOUNT), ("Body", "hello"), ("From", ZOE), ("MessageSid", SID)]
    joined = "".join(name + value for name, value in captured)
    assert call(twilio_app, INBOUND, [(joined, "")]).status_code == 403
    assert (verdicts(twilio_app), opted_out(twilio_app)) == ([], {})


# case W21 of docs/cases.md
@pytest.mark.parametrize("body", [*OPT_OUTS, "ＳＴＯＰ", "STOP\u200b"])
def test_a_certain_opt_out_is_obeyed_once(twilio_app, body):
    """W21: however it is spelled."""
    text(twilio_app, body)
    text(twilio_app, body)
    assert opted_out(twilio_app) == {ZOE: "inbound"}


# case W21 of docs/cases.md
@pytest.mark.parametrize("body", ["please stop by tomorrow", "stopwatch", "don't stop", "yes"])
def test_normal_speech_is_only_kept(twilio_app, body):
    """W21: a word in a sentence means nothing."""
    text(twilio_app, body)
    assert opted_out(twilio_app) == {}
    assert verdicts(twilio_app) == ["stored"]


# case W22 of docs/cases.md
def test_twilios_own_judgement_wins(twilio_app):
    """W22: it knows words and languages that we do not."""
    text(twilio_app, "ARRET", OptOutType="STOP")
    assert opted_out(twilio_app) == {ZOE: "inbound"}
    text(twilio_app, "AIDE", sid=sid(2), OptOutType="HELP")
    assert opted_out(twilio_app) == {ZOE: "inbound"}
    minutes_pass(twilio_app)
    text(twilio_app, "STOP", sid=sid(3), OptOutType="START")
    assert opted_out(twilio_app) == {}
    assert verdicts(twilio_app) == ["opt_out", "help", "return"]


def test_start_brings_back_who_left_by_text_but_not_who_was_put_there_by_hand(twilio_app):
    with twilio_app.app_context(), write():
        db.session.add(UnsubscribedContact(phone=LEO, source="manual"))
    text(twilio_app, "STOP")
    minutes_pass(twilio_app)
    text(twilio_app, "START", sid=sid(2))
    text(twilio_app, "START", sid=sid(3), phone=LEO)
    assert opted_out(twilio_app) == {LEO: "manual"}


def test_a_stop_skips_every_waiting_text_in_the_same_breath(twilio_app):
    with twilio_app.app_context(), write():
        db.session.add(
            Message(kind="blast", phone=ZOE, body="Hi", status="queued", carrier="twilio")
        )
    text(twilio_app, "STOP")
    with twilio_app.app_context():
        row = db.session.scalar(db.select(Message).where(Message.kind == "blast"))
    assert (row.status.value, row.reason) == ("skipped", "said_stop")


def test_a_stop_carries_the_name_we_knew(twilio_app):
    with twilio_app.app_context(), write():
        db.session.add(
            Message(
                kind="blast",
                phone=ZOE,
                name="Zoe",
                body="Hi",
                status="sent",
                carrier="twilio",
            )
        )
    text(twilio_app, "STOP")
    with twilio_app.app_context():
        assert db.session.scalar(db.select(UnsubscribedContact.name)) == "Zoe"


# case W27 of docs/cases.md
def test_we_answer_a_stop_with_nothing(twilio_app):
    """W27: Twilio confirms it; a text of ours would be one too many."""
    answer = text(twilio_app, "STOP")
    assert (answer.data.count(b"<Message"), count_of_texts_out(twilio_app)) == (0, 0)


# case F23 of the security cases
def test_a_call_that_is_repeated_after_its_event_was_forgotten_is_a_repeat(twilio_app):
    """After 30 days the event is gone and the text is not: 200, and nothing twice."""
    text(twilio_app, "STOP")
    with twilio_app.app_context(), write() as session:
        session.execute(delete(WebhookEvent))
    assert text(twilio_app, "STOP").status_code == 200
    assert len(list_inbound_texts(twilio_app)) == 1
    assert set(opted_out(twilio_app)) == {ZOE}
    assert verdicts(twilio_app) == []
