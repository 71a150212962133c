"""Fields of people in texts: which may be named, and what they are filled in with."""

import pytest

from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.profiles.field_names import find_field_name_problem
from app.domain.profiles.field_types import FieldClass
from app.domain.texts.field_mentions import find_field_names, rename_field
from app.domain.texts.message_templates import list_template_problems
from app.domain.texts.template_fields import FieldFilling, TemplateField
from tests.one_language import render_blast_texts

FIELDS = {
    "voice part": TemplateField("Voice part"),
    "membership fee": TemplateField("Membership fee", FieldClass.ADMINISTRATIVE),
    "diagnosis": TemplateField("Diagnosis", FieldClass.SENSITIVE),
    "old": TemplateField("Old", is_archived=True),
}
ZOE, LEO = "+13035550142", "+13035550143"


def render(template, voice=None, **options):
    """Return the text of Zoë with this voice part."""
    filling = FieldFilling(("voice part",), {ZOE: (voice,)} if voice else {})
    people = [BlastRecipient("Zoë", ZOE, None)]
    (text,) = render_blast_texts(people, template, None, filling=filling, **options).texts
    return text


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("Hi {Voice part|singer}, {voice_part}", None),
        (
            "Pay {membership fee}.",
            "Membership fee may not be put in texts. Change that in Settings > Fields.",
        ),
        (
            "{DIAGNOSIS|x}",
            "Only admins see Diagnosis, so it can't be put in texts. Change that in "
            "Settings > Fields.",
        ),
        (
            "{old}",
            "Old is archived, so it can't be put in texts. Restore it in Settings > Fields.",
        ),
        ("{voice parts}", "{voice parts} is not a placeholder. Did you mean {Voice part}?"),
        ("{diagnosi}", "Use {first_name}, {name}, {full_name}, {org_name} or {Voice part}."),
    ],
)
def test_only_public_fields_can_be_put_in_texts(template, problem):
    problems = list_template_problems(template, fields=FIELDS)
    assert len(problems) == (problem is not None)
    assert not problem or problem in problems[0]


@pytest.mark.parametrize(
    ("template", "voice", "filled"),
    [
        ("Hi {Voice part|singer}!", "Alto", "Hi Alto!"),
        ("Hi { VOICE_part | dear singer }!", None, "Hi dear singer!"),
        ("Hi {voice part}, come", None, "Hi, come"),
        ("{first_name|friend}: {voice part}", "Médium", "Zoë: Médium"),
        ("Hi {voice part}!", " Al\u202eto\r\n\x07 2 ", "Hi Alto 2!"),
        ("Hi {voice part|singer}!", "\u200b", "Hi singer!"),
        ("Hi {voice part}!", "{first_name}", "Hi {first_name}!"),
        ("Hi {town}!", "Alto", "Hi {town}!"),
    ],
)
def test_a_field_is_filled_in_as_names_are(template, voice, filled):
    assert render(template, voice).body == filled


def test_values_may_be_sent_in_plain_letters():
    assert render("{voice part}", "Chœur", plain_names=True).body == "Choeur"


def test_a_value_that_makes_a_text_too_long_is_found_as_a_long_name_is():
    filling = FieldFilling(("voice part",), {ZOE: ("x" * 1600,), LEO: ("Alto",)})
    people = [BlastRecipient(None, phone, None) for phone in (ZOE, LEO)]
    blast = render_blast_texts(people, "You sing {voice part}", None, filling=filling)
    assert [text.phone for text in blast.too_long_texts] == [ZOE]
    assert render("{voice part}").skip_reason is SkipReason.EMPTY_TEXT


def test_a_text_tells_which_fields_it_names_and_follows_a_new_name():
    template = "Hi {first_name|x}, {Voice_Part | singer} {voice part} {Town} {event date} {}"
    assert find_field_names(template) == ("voice part", "town")
    assert rename_field(template, "VOICE PART", "Voice") == (
        "Hi {first_name|x}, {Voice| singer} {Voice} {Town} {event date} {}"
    )


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Voice part", ""),
        ("", "Give the field a name."),
        ("x" * 61, "Use at most 60 characters."),
        ("a|b", "A name can't contain { } or |: they surround placeholders in texts."),
        ("★", "Use at least one letter or digit."),
        ("First name", "{first_name} is a placeholder already. Choose another name."),
        ("EVENT_Date", "{event_date} is a placeholder already. Choose another name."),
        ("Birthday", "Every person already has “Birthday”. Choose another name."),
    ],
)
def test_a_field_has_a_name_of_its_own(name, problem):
    assert find_field_name_problem(name) == problem
