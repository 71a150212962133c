"""The audit in sentences: each verb of the program has one, and things go by their names."""

import json
import re

import pytest
from lxml import html

from app.audit.actions import audited_write
from app.audit.models import AuditEvent
from app.audit.sentences import MISSING_NAMES, VERB_SENTENCES
from app.audit.verb_kinds import VERB_KINDS
from app.core.db import write
from app.core.settings import PROJECT_ROOT
from app.delivery.models import MessageLog
from app.domain.delivery.alert_messages import AlertEvent
from app.events.models import Event, EventRegistration
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_inbound_text, add_member

SOURCE = "".join(path.read_text() for path in (PROJECT_ROOT / "app").rglob("*.py"))
IMPORTED_LISTS = ("members", "registrations", "suppression")


def list_verbs():
    """Every verb that the program writes."""
    verbs = set(re.findall(r'\baudited_write\(\s*"([^"]+)"', SOURCE))
    verbs |= set(re.findall(r'\brecord_(?:automatic_event|demo_act)\(\s*"([^"]+)"', SOURCE))
    verbs |= set(re.findall(r'"((?:blast|thread)\.[a-z_]+)"', SOURCE))
    verbs |= {event.value for event in AlertEvent}
    for prefix in IMPORTED_LISTS:
        verbs |= {f"{prefix}.imported", f"{prefix}.import_undone"}
        verbs |= {f"{prefix}.import_started", f"{prefix}.import_undo_started"}
    return sorted(verbs)


@pytest.mark.parametrize("verb", list_verbs())
def test_every_verb_of_the_program_has_a_sentence_and_a_kind(verb):
    assert verb in VERB_SENTENCES
    kinds = [name for name, (_, starts) in VERB_KINDS.items() if verb.startswith(starts)]
    assert kinds or verb in ("calls.refused", "database.damaged")


def test_every_sentence_can_be_read_when_nothing_is_known_of_the_row(visit, app):
    verbs = sorted(VERB_SENTENCES)
    with app.app_context(), write() as session:
        session.add_all(AuditEvent(who="ada", verb=verb) for verb in verbs)
    pages = [visit(f"/audit?per_page=200&page={page}", "ada") for page in (1, 2)]
    trees = [html.fromstring(page.text) for page in pages]
    rows = [
        row.text_content()
        for tree in trees
        for row in tree.findall(".//ul[@class='card audit']/li")
    ]
    rows = [" ".join(row.split()) for row in rows]
    # The newest is first.
    for verb, words in zip(reversed(verbs), rows, strict=True):
        plain = re.split(r"\{\w+\}", VERB_SENTENCES[verb])
        assert f"Ada {plain[0].strip()}" in words
        assert not re.search(r"[{}]", words)
        assert verb not in words or verb == "sign_in"


def test_placeholders_without_a_thing_have_words():
    words = set(re.findall(r"\{(\w+)\}", " ".join(VERB_SENTENCES.values())))
    things = {
        "blast",
        "event",
        "survey",
        "keyword",
        "group",
        "field",
        "segment",
        "sequence",
        "series",
        "template",
    }
    assert words - things <= MISSING_NAMES.keys()


@pytest.fixture
def known(app):
    """Zoë is a member, is registered for the picnic, wrote, and got a blast with a name."""
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
        add_inbound_text(ZOE, "Hello")
        with write() as session:
            session.add(event := Event(title="Spring picnic"))
            session.add(
                MessageLog(message_body="Hi all", target="community", name="Picnic reminder")
            )
            session.flush()
            session.add(EventRegistration(event_id=event.id, phone=LEO, name="Leo"))
    return app


@pytest.mark.parametrize(
    ("verb", "about", "sentence", "url"),
    [
        ("blast.paused", "blast 1", "Ada paused the blast “Picnic reminder”", "/blasts/logs/1"),
        ("thread.read", "thread 1", "Ada read the conversation with Zoë Hernández", "/inbox/1"),
        ("member.changed", "1", "Ada edited Zoë Hernández", "/people/"),
        (
            "registration.added",
            "event 1, registration 1",
            "Ada registered Leo for “Spring picnic”",
            "/events/1",
        ),
    ],
)
def test_things_go_by_their_names_and_lead_to_their_pages(visit, known, verb, about, sentence, url):
    with known.app_context(), audited_write(verb, "ada") as entry:
        entry.about = about
    page = visit("/audit", "ada")
    assert sentence in page.words
    url = visit.find_person_page(ZOE) if url == "/people/" else url
    assert f'href="{url}"' in page.text


def test_what_is_gone_keeps_the_name_that_the_row_kept(visit, app):
    with app.app_context(), write() as session:
        for verb, about, details in (
            ("event.deleted", "event 9", {"title": "Old picnic"}),
            ("members.deleted", "1, 2", {"count": 2, "names": "Ana, Bo"}),
            ("thread.read", "thread 99", {}),
            ("suppression.removed_many", None, {"count": 1}),
        ):
            session.add(AuditEvent(who="ada", verb=verb, about=about, details=json.dumps(details)))
    words = visit("/audit", "ada").words
    for sentence in (
        "deleted the event Old picnic",
        "deleted Ana, Bo",
        "read the conversation with a person",
        "removed 1 number from the do-not-text list",
    ):
        assert sentence in words


def test_one_kind_of_acts(visit, app):
    with app.app_context(), write() as session:
        session.add(AuditEvent(who="ada", verb="blast.paused", about="blast 9"))
        session.add(AuditEvent(who="ada", verb="sandbox.wrote", about="SM12345"))
    words = visit("/audit?kind=practice", "ada").words
    assert "texted from a practice phone" in words
    assert "paused" not in words
    assert "paused" in visit("/audit?kind=rockets", "ada").words
