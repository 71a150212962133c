"""Titles of blasts, chips of placeholders, plain letters and the forecast of segments."""

import pytest

from app.domain.delivery.blast_labels import format_blast_title
from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.name_groups import NameGrouper
from app.domain.delivery.segment_forecast import forecast_segments
from app.domain.delivery.text_writers import build_text_writer
from app.domain.texts.message_templates import find_name_placeholders, split_template
from app.domain.texts.plain_letters import write_plain_name
from app.domain.texts.template_chips import describe_chip
from app.domain.texts.template_fields import FieldFilling
from tests.one_language import render_blast_texts


@pytest.mark.parametrize(
    ("template", "label"),
    [
        ("{first_name|friend}", "First name or “friend”"),
        ("{name}", "Full name"),
        ("{ Event Date }", "Date"),
        ("{nope}", ""),
    ],
)
def test_a_chip_says_what_it_becomes(template, label):
    assert describe_chip(split_template(template)[0]) == label


def group(people, used, field_names=()):
    grouper = NameGrouper(used, field_names)
    for name, texts in people:
        grouper.add(name, texts)
    return grouper.groups


def test_a_title_is_the_own_name_or_the_first_words_and_never_made_up():
    assert format_blast_title("Hi {first_name|friend}", None, "Picnic, last call") == (
        "Picnic, last call"
    )
    reminder = "Reminder: {event_title} is on {event_date}."
    assert format_blast_title(reminder, "Picnic") == "Reminder: Picnic is on [Date]."
    assert format_blast_title(reminder) == "Reminder: [Event] is on [Date]."
    long = "Hi {first_name|friend}, the Spring Picnic is this Saturday at 11 in City Park, at noon"
    assert format_blast_title(long) == (
        "Hi friend, the Spring Picnic is this Saturday at 11 in City…"
    )


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Zoë Hernández", "Zoe Hernandez"),
        ("Müller", "Müller"),
        ("Łukasz", "Lukasz"),
        ("O’Brien", "O'Brien"),
        ("محمد", "محمد"),
        ("Zoë 李", "Zoë 李"),
    ],
)
def test_plain_letters_are_those_that_cost_nothing_more(name, plain):
    assert write_plain_name(name) == plain


def test_the_forecast_counts_as_the_review_does():
    """F5: what the counter says are the filled-in texts of the real audience."""
    names = ["Ada", "Zoë", "Zoë", "Łukasz Wójcik", None, "NULL", "[Bo]", "محمد", "Ann " * 20]
    voices = ["Alto", "Alt\no", None, "", "Médium", "[Bass]", " ", "Bass " * 30, "محمد"]
    phones = [f"+1303555{i:04}" for i in range(len(names))]
    texts = [(voice, None) for voice in voices]
    filling = FieldFilling(("voice part", "town"), dict(zip(phones, texts, strict=True)))
    for template in (
        "Hi {first_name|friend}" + "x" * 144,
        "{name}" + "€" * 60,
        "x" * 170,
        "é{name}",
        "Hi {first_name|friend}, {Voice_Part|singer} {town|here}",
        "{voice part}" + "x" * 154,
    ):
        used = find_name_placeholders(template)
        for plain_names in (False, True):
            options = {"plain_names": plain_names}
            recipients = map(BlastRecipient, names, phones, [None] * len(names))
            blast = render_blast_texts(recipients, template, "Stop", filling=filling, **options)
            write = build_text_writer(template, "Stop", {}, field_names=filling.names, **options)
            people = zip(names, texts, strict=True)
            forecast = forecast_segments([(group(people, used, filling.names), write)])
            assert forecast.segment_count == blast.segment_count
            assert forecast.people == blast.recipient_count


def test_the_forecast_says_whose_letters_cost_more():
    template = "Hi {first_name}, " + "x" * 100
    people = [("Ada", ())] * 49 + [("Zoë", ())] * 3
    write = build_text_writer(template, None, {})
    groups = group(people, find_name_placeholders(template))
    assert forecast_segments([(groups, write)]).describe() == (
        "1 segment for 49 people, 2 for 3 people with letters like ë"
    )


def test_a_text_that_needs_the_larger_alphabet_blames_no_names():
    template = "مرحبا {first_name}، " + "x" * 58
    people = [("Łu", ())] + [("Łukasz", ())] * 2
    write = build_text_writer(template, None, {})
    groups = group(people, find_name_placeholders(template))
    forecast = forecast_segments([(groups, write)])
    assert forecast.describe() == "1 segment for 1 person, 2 for 2 people"
