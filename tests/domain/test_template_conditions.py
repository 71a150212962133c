"""Words that depend on a condition, and the placeholders of the organisation and of days."""

import pytest

from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.installation_rules import build_body_pattern
from app.domain.profiles.field_types import FieldClass
from app.domain.texts.field_mentions import find_field_names, rename_field
from app.domain.texts.message_templates import (
    fill_placeholders,
    fill_template,
    has_name_placeholders,
    has_name_without_fallback,
)
from app.domain.texts.segments import measure_segments
from app.domain.texts.template_chips import describe_template
from app.domain.texts.template_fields import FieldFilling, TemplateField
from app.domain.texts.template_problems import list_template_problems
from tests.one_language import render_blast_texts

FIELDS = {
    "voice part": TemplateField("Voice part"),
    "diagnosis": TemplateField("Diagnosis", FieldClass.SENSITIVE),
    "end": TemplateField("End"),
}
HELLO = "Hi{if first_name} {first_name}{end}, welcome."
CHOIR = "Supper at six. {if Voice part}{Voice part}: rehearsal at five. {end}Bring tea."


@pytest.mark.parametrize(
    ("template", "name", "text"),
    [
        (HELLO, "Zoe Hale", "Hi Zoe, welcome."),
        (HELLO, None, "Hi, welcome."),
        (HELLO, "NULL", "Hi, welcome."),
        ("{IF First name}Dear {first_name}{End}\nHello", "Zoe", "Dear Zoe\nHello"),
        ("Hi {if first_name}{first_name}{end}, welcome.", None, "Hi, welcome."),
        ("Hi {if first_name}{first_name}{end} friend", None, "Hi friend"),
        ("Hi {if first_name}{first_name} {end}friend", None, "Hi friend"),
        ("One.\n{if first_name}Two.{end} Three.", None, "One.\nThree."),
        ("{if name}A{end} B {if name}C{end} D", None, "B D"),
        ("{if first_name}{first_name|x}{end}", "Zoe", "Zoe"),
        # What cannot be accepted is never in the way of a text.
        ("{if first_name}open", "Zoe", "open"),
        ("{end}Hi", "Zoe", "{end}Hi"),
        ("{if nonsense}Hi{end}", "Zoe", "{if nonsense}Hi"),
    ],
)
def test_words_are_there_only_for_those_who_have_a_value(template, name, text):
    assert fill_template(template, name) == text


def test_a_public_field_is_a_condition_too():
    names = find_field_names(CHOIR)
    assert names == ("voice part",)
    with_part = fill_placeholders(CHOIR, {"voice part": "Alto"}, names)
    assert with_part == "Supper at six. Alto: rehearsal at five. Bring tea."
    assert fill_placeholders(CHOIR, {}, names) == "Supper at six. Bring tea."


def test_a_field_that_is_only_asked_for_is_a_field_of_the_text():
    template = "Hi.{if Voice part} See you at rehearsal.{end}"
    people = [
        BlastRecipient("Zoe", "+13035550142", None),
        BlastRecipient(None, "+13035550143", None),
    ]
    filling = FieldFilling(find_field_names(template), {"+13035550142": ("Alto",)})
    blast = render_blast_texts(people, template, None, filling=filling)
    assert [text.body for text in blast.texts] == ["Hi. See you at rehearsal.", "Hi."]
    assert [text.segments for text in blast.texts] == [1, 1]


def test_segments_are_those_of_the_text_that_is_sent():
    template = "x" * 150 + "{if first_name} {first_name}, see you there{end}"
    people = [
        BlastRecipient("Zoe", "+13035550142", None),
        BlastRecipient(None, "+13035550143", None),
    ]
    blast = render_blast_texts(people, template, None)
    assert [text.segments for text in blast.texts] == [2, 1]
    assert blast.segment_count == sum(measure_segments(text.body).segments for text in blast.texts)


def test_a_name_under_its_condition_needs_no_fallback():
    assert not has_name_without_fallback(HELLO)
    assert has_name_without_fallback(HELLO + " {first_name}")
    assert has_name_placeholders("{if first_name}Hi{end}")


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{if first_name}Hi", "{if first_name} is not closed. Write {end} after the words"),
        ("Hi\n{if first_name}Hi", "{if first_name} on line 2 is not closed."),
        (
            "{if name}a {if first_name}b{end}",
            "Write {end} after {if name}, before the next {if …}.",
        ),
        ("{if event_place}Hi{end}", "{if event_place} asks for what isn't known of a person."),
        ("{if shoe size}Hi{end}", "{if shoe size} asks for what isn't known of a person."),
        ("{if first_name|x}Hi{end}", "asks for what isn't known of a person."),
        ("{if Diagnosis}Hi{end}", "Only admins see Diagnosis"),
        ("{if }Hi", "{if} is not a placeholder."),
    ],
)
def test_a_condition_that_cannot_be_decided_is_named(template, sentence):
    assert any(
        sentence in problem for problem in list_template_problems(template, fields=FIELDS)
    ), list_template_problems(template, fields=FIELDS)


def test_an_end_that_closes_nothing_is_named_unless_a_field_is_called_so():
    assert "{end} closes nothing" in list_template_problems("Hi {end}")[0]
    assert list_template_problems("Until {end}", fields=FIELDS) == []
    assert list_template_problems(HELLO + CHOIR, fields=FIELDS) == []


def test_days_need_a_date():
    template = "In {days_until} days, {due_date}"
    assert list_template_problems(template, of_event=True) == []
    assert "needs a date" in list_template_problems(template, of_event=True, has_date=False)[0]
    assert "for people of an event" in list_template_problems(template)[0]
    assert list_template_problems("From {org_name}") == []
    assert fill_template("From {Org name}", None, {"org_name": "Riverside"}) == "From Riverside"


def test_a_renamed_field_is_renamed_in_conditions_too():
    assert rename_field(CHOIR, "voice part", "Voice") == CHOIR.replace("Voice part", "Voice")


def test_titles_and_patterns_know_conditions():
    assert describe_template(HELLO) == "Hi [First name], welcome."
    pattern = build_body_pattern(HELLO + " We meet on Sunday at ten.", None)
    assert pattern.fullmatch("Hi, welcome. We meet on Sunday at ten.")
    assert pattern.fullmatch("Hi Zoe, welcome. We meet on Sunday at ten.")
