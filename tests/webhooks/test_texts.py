"""Texts that come in: kept as they came; certain words are obeyed.

Cases W3, W9, W18, W20, W21, W22, W27.
"""

import pytest

from app.core.db import db, write
from app.delivery.models import Message
from app.suppression.models import UnsubscribedContact
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


def kept(app):
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


def test_w3_a_replayed_text_is_kept_and_obeyed_once(town):
    """W3: the same STOP a hundred times; in between they came back, and stay."""
    text(town, "STOP")
    minutes_pass(town)
    text(town, "START", sid=sid(2))
    assert {text(town, "STOP").status_code for _ in range(100)} == {200}
    assert opted_out(town) == {}
    assert verdicts(town) == ["opt_out", "return"]
    assert len(kept(town)) == 2


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
def test_w9_odd_texts_are_kept_as_they_came(town, body):
    """W9: with new and empty parameters beside them."""
    assert text(town, body, NewParameter="x", Empty="").status_code == 200
    assert [row.body for row in kept(town)] == [body]


def test_w9_repeated_parameters_are_signed_and_the_first_counts(town):
    """W9: as Twilio's own library signs them."""
    fields = [
        *FIELDS.items(),
        ("Body", "another"),
        ("Body", "Hi"),
        ("MediaUrl", "b"),
        ("MediaUrl", "a"),
    ]
    assert call(town, INBOUND, fields).status_code == 200
    assert [row.body for row in kept(town)] == ["Hi"]


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"%FF%FE", b"%ED%A0%80"])
def test_w9_bytes_that_are_no_text_are_refused(town, raw):
    """W9: Twilio sends UTF-8. No exception either."""
    answer = town.test_client().post(
        INBOUND, data=b"From=%2B13035550142&Body=" + raw, content_type=FORM
    )
    assert (answer.status_code, answer.data) == (403, b"")
    assert events(town) == []


def test_a_nul_in_a_text_is_left_out(town):
    """SQLite would end the text there."""
    assert text(town, "ST\x00OP").status_code == 200
    assert [row.body for row in kept(town)] == ["STOP"]
    assert opted_out(town) == {ZOE: "inbound"}


def test_w18_twilios_token_of_a_try_decides_nothing(town):
    """W18: two texts with the same token are two texts; one text twice is one."""
    token = {"I-Twilio-Idempotency-Token": "the-same"}
    for name, body in ((SID, "one"), (sid(2), "two"), (SID, "one")):
        call(town, INBOUND, FIELDS | {"MessageSid": name, "Body": body}, headers=token)
    assert [row.body for row in kept(town)] == ["one", "two"]


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


@pytest.mark.parametrize("body", ["STOP", "HELP", "START", "Hello"])
@pytest.mark.parametrize(("sender", "written"), STRANGERS.items())
def test_w20_a_text_from_no_phone_is_kept_for_people_and_answered_with_nothing(
    town, sender, written, body
):
    """W20: a short code, a name, another channel, we ourselves: neither obeyed nor answered."""
    answer = text(town, body, phone=sender)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert b"<Response></Response>" in answer.data
    assert verdicts(town) == ["stored"]
    assert opted_out(town) == {}
    assert [(row.phone, row.body) for row in kept(town)] == [(written, body)]
    assert count_of_texts_out(town) == 0


@pytest.mark.parametrize("sender", ["", "  ", "\x00", "\u200b"])
def test_w20_a_text_from_nobody_is_only_an_event(town, sender):
    """W20: there is nobody whose text it is."""
    assert text(town, "STOP", phone=sender).status_code == 200
    assert (verdicts(town), kept(town), opted_out(town)) == (["ignored"], [], {})


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
def test_w20_what_is_missing_or_strange_is_taken_as_it_is(town, change):
    """W20: no body, a count that is no number, no receiver."""
    fields = {name: value for name, value in (FIELDS | change).items() if value is not None}
    assert call(town, INBOUND, fields).status_code == 200
    assert verdicts(town) == ["stored"]
    assert [row.body for row in kept(town)] == [fields.get("Body", "")]


def test_two_texts_without_a_name_are_two(town):
    """Twilio names every text; should it not, none is taken for a repeat of another."""
    for body in ("STOP", "START"):
        text(town, body, sid="")
        minutes_pass(town)
    assert verdicts(town) == ["opt_out", "return"]


@pytest.mark.parametrize("body", [*OPT_OUTS, "ＳＴＯＰ", "STOP\u200b"])
def test_w21_a_certain_opt_out_is_obeyed_once(town, body):
    """W21: however it is spelled."""
    text(town, body)
    text(town, body)
    assert opted_out(town) == {ZOE: "inbound"}


@pytest.mark.parametrize("body", ["please stop by tomorrow", "stopwatch", "don't stop", "yes"])
def test_w21_normal_speech_is_only_kept(town, body):
    """W21: a word in a sentence means nothing."""
    text(town, body)
    assert opted_out(town) == {}
    assert verdicts(town) == ["stored"]


def test_w22_twilios_own_judgement_wins(town):
    """W22: it knows words and languages that we do not."""
    text(town, "ARRET", OptOutType="STOP")
    assert opted_out(town) == {ZOE: "inbound"}
    text(town, "AIDE", sid=sid(2), OptOutType="HELP")
    assert opted_out(town) == {ZOE: "inbound"}
    minutes_pass(town)
    text(town, "STOP", sid=sid(3), OptOutType="START")
    assert opted_out(town) == {}
    assert verdicts(town) == ["opt_out", "help", "return"]


def test_start_brings_back_who_left_by_text_but_not_who_was_put_there_by_hand(town):
    with town.app_context(), write():
        db.session.add(UnsubscribedContact(phone=LEO, source="manual"))
    text(town, "STOP")
    minutes_pass(town)
    text(town, "START", sid=sid(2))
    text(town, "START", sid=sid(3), phone=LEO)
    assert opted_out(town) == {LEO: "manual"}


def test_a_stop_skips_every_waiting_text_in_the_same_breath(town):
    with town.app_context(), write():
        db.session.add(
            Message(kind="blast", phone=ZOE, body="Hi", status="queued", carrier="twilio")
        )
    text(town, "STOP")
    with town.app_context():
        row = db.session.scalar(db.select(Message).where(Message.kind == "blast"))
    assert (row.status.value, row.reason) == ("skipped", "said_stop")


def test_a_stop_carries_the_name_we_knew(town):
    with town.app_context(), write():
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
    text(town, "STOP")
    with town.app_context():
        assert db.session.scalar(db.select(UnsubscribedContact.name)) == "Zoe"


def test_w27_we_answer_a_stop_with_nothing(town):
    """W27: Twilio confirms it; a text of ours would be one too many."""
    answer = text(town, "STOP")
    assert (answer.data.count(b"<Message"), count_of_texts_out(town)) == (0, 0)
