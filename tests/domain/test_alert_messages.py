"""Alerts: two segments at most, GSM-7 characters only, and no personal data in the JSON."""

from datetime import UTC, datetime

import pytest

from app.domain.delivery.alert_messages import (
    PausedBlastAlert,
    build_alert_payload,
    build_alert_text,
)
from app.domain.texts.segments import SmsEncoding, measure_segments

BASE = "https://sms.example.org"
CAUSE = "The carriers filtered the text as unwanted."


def test_a_text_names_the_blast_the_cause_and_where_to_look():
    assert build_alert_text(
        "Hi {first_name|friend}, the picnic is at eleven.", [7], CAUSE, BASE + "/"
    ) == (
        'SMS Admin: the blast "Hi friend, the picnic is at..." is paused. '
        "The carriers filtered the text as unwanted. "
        "See what to do: https://sms.example.org/blasts/logs/7"
    )


def test_several_blasts_are_one_text_with_the_way_to_all_of_them():
    text = build_alert_text("Picnic", [7, 8, 9], CAUSE, BASE)
    assert text.startswith('SMS Admin: 3 blasts are paused, starting with the blast "Picnic". ')
    assert text.endswith("See what to do: https://sms.example.org/blasts/logs")


@pytest.mark.parametrize(
    "body",
    ["🎉" * 200, "“Fiesta” – mañana… ᗢ", "{first_name}", "[€^{|}~]" * 50, "日本語"],
)
@pytest.mark.parametrize("cause", [CAUSE, "x" * 300, "€" * 300, "Ω🎉" * 100, ""])
@pytest.mark.parametrize(
    "base",
    [BASE, "http://a-name-as-long-as-they-come." + "example." * 6 + "org:8443/sms"],
)
def test_whatever_it_says_it_is_two_plain_parts_at_most(body, cause, base):
    weight = measure_segments(build_alert_text(body, [123456], cause, base))
    assert weight.encoding == SmsEncoding.GSM7
    assert weight.segments <= 2


def test_a_blast_of_nothing_but_emoji_is_named_by_its_number():
    assert "blast 7 is paused" in build_alert_text("🎉🎉", [7], CAUSE, BASE)


def test_a_blast_of_an_event_is_named_by_it():
    text = build_alert_text("See you at {event_title}!", [7], CAUSE, BASE, "Picnic")
    assert 'the blast "See you at Picnic!" is paused' in text


def test_the_note_for_a_chat_room_has_what_people_and_programs_need():
    at = datetime(2026, 5, 8, 20, 45, 1, 5, tzinfo=UTC)
    assert build_alert_payload(
        PausedBlastAlert(7, CAUSE, "Write it differently.", 30007, at), BASE
    ) == {
        "event": "blast.paused",
        "blast": 7,
        "cause": CAUSE,
        "fix": "Write it differently.",
        "code": 30007,
        "at": "2026-05-08T20:45:01+00:00",
        "link": "https://sms.example.org/blasts/logs/7",
        "text": (
            f"Blast 7 is paused. {CAUSE} Write it differently."
            " https://sms.example.org/blasts/logs/7"
        ),
    }


def test_a_blast_that_was_deleted_meanwhile_leads_to_the_list():
    payload = build_alert_payload(
        PausedBlastAlert(None, CAUSE, "", None, datetime(2026, 5, 8, tzinfo=UTC)), BASE
    )
    assert (payload["blast"], payload["link"]) == (
        None,
        "https://sms.example.org/blasts/logs",
    )
