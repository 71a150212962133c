"""What the review page shows is what is sent: for any community, event and text, the people,
texts and parts agree.
"""

import re
from datetime import date
from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.community.models import CommunityMember
from app.core.db import write
from app.domain.profiles.field_types import FieldClass, FieldType
from app.domain.profiles.field_values import ValueContext
from app.events.models import Event, EventRegistration
from app.profiles.actions.field_editing import FieldInfo, create_field
from app.suppression.models import (
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)
from tests.blasts.helpers import (
    COMPOSE_URL,
    compose_fields,
    get_review_fields,
    list_messages,
    press_button,
    read_review_texts,
    release_blasts,
)
from tests.sample_field_values import build_field_value, set_listed_values
from tests.sample_rows import make_phone

PHONES = [make_phone(n) for n in range(60)]
NAMES = st.none() | st.sampled_from(
    [
        "Zoë Hernández",
        "Leo",
        "Lovelace, Ada",
        "{name}",
        "李小龍",
        "👩‍👩‍👧 Family",
        "O'Brien <b>",
        "Zo\u200dë",
        "a" * 100,
    ]
)
# By their number first, or nearly all communities would be tiny and fit on one page of texts.
PEOPLE = st.integers(1, 60).flatmap(lambda size: st.tuples(*[NAMES] * size))
PEOPLE = PEOPLE.map(lambda names: list(zip(PHONES, names, strict=False)))
PIECES = st.sampled_from(
    [
        "Hi ",
        "{first_name|friend}",
        "{name}",
        "{Full Name|you all}",
        "{voice part|singer}",
        "{Voice_Part}",
        " ",
        "\n",
        "the picnic – “at eleven”",
        "🎉",
        "€" * 30,
        "a" * 140,
        "Ünïcödé ",
        "Reply STOP to opt out.",
        "<script>",
        "%s ${x}",
    ]
)
VOICES = ("Alto", "", "Zoë\r\n {name}", "🎉" * 20, "\u200b", "<b>", "x" * 200)
TEMPLATES = st.lists(PIECES, min_size=1, max_size=6).map("".join)


SOME = st.sets(st.sampled_from(PHONES), max_size=10)
TOWNS = st.fixed_dictionaries(
    {"people": PEOPLE, "stopped": SOME, "dead": SOME, "to_event": st.booleans()}
)


@given(town=TOWNS, template=TEMPLATES, footer=st.booleans())
@settings(max_examples=15)
def test_what_is_shown_is_what_is_sent(app, visit, town, template, footer):
    start_anew(app, **town)
    fields = compose_fields(
        message_body=template,
        target="event" if town["to_event"] else "community",
        event_id="1",
    )
    if not footer:
        del fields["include_unsubscribe"]
    page = visit(COMPOSE_URL, "ada", **fields)
    if page.status_code == 422:  # nobody to text, or nothing to say
        assert 'name="confirm"' not in page.text
        return
    shown = _all_texts(visit, page)
    left_out = (
        page.words.partition(" skipped Why")[0].split()[-2] if " skipped Why" in page.words else "0"
    )
    # Not the entry of the menu, which is called so too.
    parts = re.search(r" Segments (\d[\d,]*)", page.words)[1]
    answer = press_button(
        visit, page, confirm="1", people_count=get_review_fields(page)["seen_count"]
    )
    assert answer.status_code == 303
    release_blasts(app)
    rows = list_messages(app)
    assert [(row.body, row.segments) for row in rows if row.status == "queued"] == shown
    assert len([row for row in rows if row.status == "skipped"]) == int(left_out)
    assert sum(row.segments for row in rows) == int(parts.replace(",", ""))
    assert len(rows) == len(town["people"])


def _all_texts(visit, page):
    """Every text of the review, page by page."""
    people = int(get_review_fields(page)["seen_count"])
    shown = read_review_texts(page)
    for number in range(2, -(-people // 25) + 1):
        shown += read_review_texts(press_button(visit, page, page=str(number)))
    return shown


def start_anew(app, people, stopped, dead, to_event):
    """A database with just these people, in the community or at event 1."""
    tables = (
        "messages",
        "scheduled_messages",
        "message_logs",
        "event_registrations",
        "events",
    )
    more = (
        "people",
        "person_fields",
        "community_members",
        "unsubscribed_contacts",
        "suppressed_contacts",
    )
    with app.app_context(), write() as session:
        for table in (*tables, *more):
            session.execute(text(f"DELETE FROM {table}"))
        session.add(Event(id=1, title="Spring picnic"))
        session.flush()
        for phone, name in people:
            if to_event:
                session.add(EventRegistration(event_id=1, phone=phone, name=name))
            else:
                session.add(CommunityMember(phone=phone, name=name))
        session.add_all(UnsubscribedContact(phone=phone) for phone in stopped)
        session.flush()
        _give_voice_parts(session, [phone for phone, _ in people])
        session.add_all(
            SuppressedContact(phone=phone, category=SuppressionCategory.HARD_FAIL) for phone in dead
        )


def _give_voice_parts(session, phones):
    """Most people sing, each something of their own."""
    create_field(FieldInfo("Voice part", field_class=FieldClass.PUBLIC))
    context = ValueContext("US", date(2026, 11, 28))
    field_id = session.scalar(text("SELECT id FROM person_fields"))
    voices = zip(phones, cycle(VOICES), strict=False)
    set_listed_values(
        build_field_value(phone, field_id, FieldType.TEXT, voice, context)
        for phone, voice in voices
        if voice
    )
