"""Placeholders, and text that may be stored."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.texts.message_templates import (
    DEFAULT_OPT_OUT_FOOTER,
    NAME_PLACEHOLDERS,
    append_footer,
    fill_template,
    has_event_placeholders,
    has_name_placeholders,
    has_name_without_fallback,
    list_template_problems,
)

BRACED = st.text(st.sampled_from("{}|_ \nnamefirstlu01"), max_size=40)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("Hi {first_name}!", "Hi Zoe!"),
        ("Hi {name}!", "Hi Zoe Example!"),
        ("Hi {full_name}!", "Hi Zoe Example!"),
        ("Hi { first_name }!", "Hi Zoe!"),
        ("Hi { First Name }!", "Hi Zoe!"),
        ("Hi {FIRST_NAME}!", "Hi Zoe!"),
        ("Hi {first_name|friend}!", "Hi Zoe!"),
        ("{name}{name}", "Zoe ExampleZoe Example"),
        ("%(name)s $name {{7*7", "%(name)s $name {{7*7"),
        ("no names at all", "no names at all"),
        ("", ""),
    ],
)
def test_a_text_is_filled_in_for_zoe(template, filled):
    assert fill_template(template, "Zoe Example") == filled


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("Hi {first_name|friend}!", "Hi friend!"),
        ("Hi { first_name | dear friend }!", "Hi dear friend!"),
        ("Hi {first_name}, come", "Hi, come"),
        ("Hi {first_name|}, come", "Hi, come"),
        ("Hi  {first_name}, come", "Hi , come"),
        ("{first_name} come", "come"),
        ("Dear\n{first_name} come", "Dear\ncome"),
        ("Hi {first_name} {name}!", "Hi!"),
        ("{name}", ""),
    ],
)
@pytest.mark.parametrize("name", [None, "", "  "])
def test_without_a_name_the_fallback_stands_in_or_the_space_goes_too(template, filled, name):
    assert fill_template(template, name) == filled


@pytest.mark.parametrize(
    "name",
    ["{name}", "{first_name|x}", "{0.__class__}", "%s", "\\1", "\\g<0>", "{{7*7}}"],
)
def test_a_name_is_never_read_as_a_template(name):
    assert fill_template("Hi {name}!", name) == f"Hi {name}!"


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        (
            "Hi {frist_name}",
            "{frist_name} is not a placeholder. Did you mean {first_name}?",
        ),
        (
            "Hi {First-Name}",
            "{First-Name} is not a placeholder. Did you mean {first_name}?",
        ),
        (
            "Hi {unknown}",
            "{unknown} is not a placeholder. Use {first_name}, {name}, {full_name} or {org_name}.",
        ),
        ("Hi {0.__class__}", "{0.__class__} is not a placeholder."),
        ("Hi ${x}", "{x} is not a placeholder."),
        ("Hi {unknown|friend}", "{unknown} is not a placeholder."),
        ("Hi {}", "There is nothing between the braces"),
        ("Hi {|friend}", "There is nothing between the braces"),
        ("Hi {first_name", "is unmatched"),
        ("Hi first_name}", "is unmatched"),
        ("Hi {{first_name}}", "not inside each other"),
        ("Hi {name|{first_name}}", "not inside each other"),
    ],
)
def test_a_template_that_cannot_be_filled_in_says_why(template, sentence):
    assert any(sentence in problem for problem in list_template_problems(template))


@pytest.mark.parametrize(
    "template",
    [
        "",
        "Hi",
        "Hi {name}",
        "{ First Name | you }",
        "100 %",
        "%(x)s",
        "a | b",
        "Hi {full_name|}",
    ],
)
def test_a_good_template_has_no_problem(template):
    assert list_template_problems(template) == []


def test_the_event_s_placeholders_need_an_event():
    """B19: known ones are filled in, unknown ones named, whomever the text is for."""
    assert list_template_problems("{event_title} {Event Place|here}", of_event=True) == []
    assert list_template_problems("{event_title}") == [
        "{event_title} can only be filled in for people of an event. Choose an event, or remove it."
    ]
    (problem,) = list_template_problems("{venue}", of_event=True)
    assert "{event_place}, {days_until}, {days_since} or {due_date}." in problem


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{event_title} {event_place|here}", "Picnic here"),
        ("{event_title}\n{event_date} {event_time}\nBye", "Picnic\nFri 8 May\nBye"),
        ("{first_name}, {event_title}", "Zoe, Picnic"),
    ],
)
def test_a_text_is_filled_in_for_an_event(template, filled):
    assert (
        fill_template(template, "Zoe", {"event_title": "Picnic", "event_date": "Fri 8 May"})
        == filled
    )


def test_a_title_is_never_read_as_a_template():
    """B19: once, and nothing of it again."""
    assert fill_template(
        "{event_title}", "Zoe", {"event_title": "{name} {event_title} {0.__class__}"}
    ) == ("{name} {event_title} {0.__class__}")


def test_what_is_said_of_an_event_is_the_same_for_everybody():
    assert has_event_placeholders("On {event_date}")
    assert not has_event_placeholders("Hi {name}")
    assert not has_name_placeholders("On {event_date}")
    assert not has_name_without_fallback("On {event_date}")


def test_a_long_unknown_token_is_named_in_short_and_each_only_once():
    problems = list_template_problems("{" + "x" * 5000 + "}{nope}{nope}")
    assert len(problems) == 2
    assert len(problems[0]) < 150


@given(BRACED, st.none() | st.text(max_size=20))
def test_filling_in_never_fails(template, name):
    assert isinstance(fill_template(template, name), str)
    assert isinstance(list_template_problems(template), list)


@given(BRACED)
@example("{name}")
@example("{first_name}")
def test_filling_in_happens_once(template):
    if list_template_problems(template) == []:
        marked = fill_template(template, "Ω")
        assert fill_template(template, "X{name}") == marked.replace("Ω", "X{name}")


@given(BRACED)
def test_a_good_template_leaves_no_brace_behind(template):
    if list_template_problems(template) == []:
        assert not set("{}") & set(fill_template(template, "Zoe") + fill_template(template, None))


def test_templates_that_differ_from_person_to_person_are_known():
    assert has_name_placeholders("Hi {name}")
    assert not has_name_placeholders("Hi {nobody}")
    assert has_name_without_fallback("Hi {name}, {first_name|friend}")
    assert not has_name_without_fallback("Hi {first_name|friend}{name|}")


def test_every_token_to_insert_can_be_filled_in():
    for token in NAME_PLACEHOLDERS:
        assert fill_template(f"{{{token}}}", "Zoe") == "Zoe"


def test_the_opt_out_line_is_added_once_on_its_own_line():
    assert (
        append_footer("See you at 6", DEFAULT_OPT_OUT_FOOTER)
        == "See you at 6\nReply STOP to opt out."
    )
    assert (
        append_footer("See you. reply stop to OPT OUT.", DEFAULT_OPT_OUT_FOOTER)
        == "See you. reply stop to OPT OUT."
    )
    assert append_footer("See you", "  ") == "See you"
    assert append_footer("", DEFAULT_OPT_OUT_FOOTER) == DEFAULT_OPT_OUT_FOOTER
