"""The rehearsal: who gets which text, and who is left out."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.texts.message_templates import DEFAULT_OPT_OUT_FOOTER
from app.domain.texts.segments import measure_segments
from tests.one_language import render_blast_texts

ZOE = BlastRecipient("Zoe Example", "+13035550142", None)
UNNAMED = BlastRecipient(None, "+13035550143", None)
GONE = BlastRecipient("Max", "+13035550144", SkipReason.SAID_STOP)

PEOPLE = st.builds(
    BlastRecipient,
    st.none() | st.sampled_from(["Zoe", "Zoë 🎉", "{name}", " ", "x" * 1700]),
    st.integers(100, 115).map(lambda last: f"+13035550{last}"),
    st.none() | st.sampled_from([SkipReason.SAID_STOP, SkipReason.NUMBER_DEAD]),
)
TEMPLATES = st.sampled_from(
    [
        "Hi {first_name|friend}",
        "{name}",
        "See you at 6",
        "",
        " \u200b",
        "Hi {name} – soon",
        "{nope}",
    ]
)


def test_everybody_gets_their_own_text_with_the_opt_out_line():
    rehearsal = render_blast_texts(
        [ZOE, UNNAMED, GONE], "Hi {first_name|friend}", DEFAULT_OPT_OUT_FOOTER
    )
    assert [(text.phone, text.body, text.skip_reason) for text in rehearsal.texts] == [
        (ZOE.phone, "Hi Zoe\nReply STOP to opt out.", None),
        (UNNAMED.phone, "Hi friend\nReply STOP to opt out.", None),
        (GONE.phone, "", SkipReason.SAID_STOP),
    ]
    assert rehearsal.recipient_count == 2
    assert rehearsal.segment_count == 2
    assert rehearsal.skip_reason_counts == {SkipReason.SAID_STOP: 1}


def test_one_number_gets_one_text_under_the_first_name_known():
    pool = [
        UNNAMED,
        ZOE,
        BlastRecipient("Ada", UNNAMED.phone, None),
        BlastRecipient("Late", UNNAMED.phone, None),
        ZOE,
    ]
    rehearsal = render_blast_texts(pool, "Hi {name|you}", None)
    assert [(text.phone, text.body) for text in rehearsal.texts] == [
        (UNNAMED.phone, "Hi Ada"),
        (ZOE.phone, "Hi Zoe Example"),
    ]
    assert rehearsal.duplicates == 3


def test_a_reason_to_leave_a_number_out_holds_for_all_who_have_it():
    rehearsal = render_blast_texts(
        [ZOE, BlastRecipient("Zo", ZOE.phone, SkipReason.NUMBER_DEAD)], "Hi", None
    )
    assert [(text.name, text.skip_reason) for text in rehearsal.texts] == [
        ("Zoe Example", SkipReason.NUMBER_DEAD)
    ]


def test_a_text_that_would_be_empty_is_not_sent_and_the_footer_does_not_fill_it():
    rehearsal = render_blast_texts([ZOE, UNNAMED], "{first_name}", DEFAULT_OPT_OUT_FOOTER)
    assert [(text.body, text.segments, text.skip_reason) for text in rehearsal.texts] == [
        ("Zoe\nReply STOP to opt out.", 1, None),
        ("", 0, SkipReason.EMPTY_TEXT),
    ]


def test_longest_shortest_and_too_long_are_judged_after_filling_in():
    long = BlastRecipient("x" * 1590, "+13035550150", None)
    rehearsal = render_blast_texts([ZOE, long, GONE], "Hi, dear {name}", None)
    assert rehearsal.longest_text.phone == long.phone
    assert rehearsal.shortest_text.phone == ZOE.phone
    assert rehearsal.too_long_texts == ()
    assert [
        text.phone
        for text in render_blast_texts([ZOE, long], "Hi, my dear {name}", None).too_long_texts
    ] == [long.phone]


def test_nobody_is_an_audience_too():
    rehearsal = render_blast_texts([], "Hi {name}", DEFAULT_OPT_OUT_FOOTER)
    assert (
        rehearsal.texts,
        rehearsal.recipient_count,
        rehearsal.segment_count,
        rehearsal.duplicates,
    ) == ((), 0, 0, 0)
    assert rehearsal.longest_text is rehearsal.shortest_text is None
    assert render_blast_texts([GONE], "Hi", None).longest_text is None


@given(
    st.lists(PEOPLE, max_size=40),
    TEMPLATES,
    st.none() | st.just(DEFAULT_OPT_OUT_FOOTER),
)
def test_who_gets_it_and_who_is_left_out_and_repeats_are_the_pool(pool, template, footer):
    rehearsal = render_blast_texts(iter(pool), template, footer)
    assert rehearsal.recipient_count + sum(
        rehearsal.skip_reason_counts.values()
    ) + rehearsal.duplicates == len(pool)
    assert [text.phone for text in rehearsal.texts] == list(
        dict.fromkeys(person.phone for person in pool)
    )
    assert rehearsal.segment_count == sum(
        measure_segments(text.body).segments for text in rehearsal.sendable_texts
    )
    for text in rehearsal.texts:
        assert (text.skip_reason is None) == bool(text.body)
        assert (text.segments > 0) == bool(text.body)


@given(st.lists(PEOPLE, max_size=40))
def test_nobody_who_said_stop_anywhere_in_the_pool_is_texted(pool):
    barred = {person.phone for person in pool if person.skip_reason}
    rehearsal = render_blast_texts(pool, "Hi", None)
    assert not barred & {text.phone for text in rehearsal.sendable_texts}
    assert (
        Counter(text.skip_reason for text in rehearsal.texts if text.skip_reason)
        == rehearsal.skip_reason_counts
    )
