"""Nasty words, numbers and files, through every door. Cases B15, B17, B18, B23, B24,
B25, B27, H3.
"""

import csv
import io
import itertools
import re

import pytest

from app.accounts.models import AppUser
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.phones.phone_number import format_phone_number
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup
from app.imports.models import Import, ImportRow
from app.inbox.models import ReplyWriter, SavedReply, Thread
from app.keywords.models import KeywordRule
from app.organisation.queries import get_organisation
from app.people.models import PersonNote
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.models import SuppressedContact
from app.surveys.models import SurveyFlow, SurveySession
from tests.sample_people import MAX, ZOE
from tests.sample_rows import make_phone
from tests.whole.routes import ANYONE, ROUTES
from tests.whole.shared_site import for_each
from tests.whole.test_matrix import expected

PAGES = [name for name, door in ROUTES.items() if "GET" in door.methods and door.is_closed]
POSTS = [
    name
    for name, door in ROUTES.items()
    if "POST" in door.methods and (door.is_closed or door.who == ANYONE)
]
FORMULAS = [
    "=1+1",
    "+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
]
NAMES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onfocus="alert(1)',
    "' autofocus x='",
    "{{7*7}}",
    "{% raw %}",
    "%s %(x)s",
    '"; DROP TABLE community_members',
    "O'Brien",
    "Null",
    "👨‍👩‍👧‍👦 🏳️‍🌈 🇺🇦",
    "שלום عليكم",
    "a" + "\u0301" * 50,
    "</title></textarea><blink>",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;amp;",
]
RUNS = (
    "<script>alert",
    "<img src=x",
    '" onfocus="alert',
    "' autofocus",
    'href="javascript',
    "<blink>",
    ">49<",
)
WILD = [
    "0",
    "-1",
    "1e9",
    "1000000000",
    "abc",
    "%00",
    "%2525",
    "_",
    "%5C",
    "'",
    "%22",
    "x" * 10_000,
    "%FF%FE",
    "９",
]
# One of each kind; 16 words on every page take 11 s.
WILDEST = ("-1", "%00", "x" * 10_000, "%FF%FE")
LISTS = ("search", "page", "per_page", "sort", "dir", "state", "show", "who", "when", "q", "since")
CHOICES = (
    "audience",
    "outcome",
    "log_id",
    "event",
    "event_id",
    "answer",
    "before",
    "fixed",
    "open",
)
CODE = "493015"


@pytest.fixture
def site(site):
    """The filled site; whatever it has no number for has number 1."""
    site.values = site.values | {"": {"line": "1"} | site.values[""]}
    return site


def fill(app, names):
    """These names wherever a name, a title, a reason or a note can stand; the first of them
    names the organisation.
    """
    with app.app_context(), write() as session:
        get_organisation().name = names[0]
        session.query(Event).update({"title": names[1], "place": names[2 % len(names)]})
        session.query(KeywordRule).update({"response_body": names[1]})
        session.query(MessageLog).update(
            {"event_title": names[0], "message_body": names[1], "name": names[1]}
        )
        session.query(ScheduledMessage).update({"message_body": names[0], "name": names[1]})
        session.query(AppUser).update({"display_name": names[1]})
        session.query(SavedReply).update({"title": names[1], "body": names[0]})
        session.query(SurveyFlow).update({"name": names[1], "intro_message": names[0]})
        session.query(SurveySession).update({"name": names[1]})
        session.query(Import).update({"file_name": names[1], "consent": names[0]})
        session.query(ImportRow).update({"name": names[1], "reason": names[0]})
        session.query(ContactGroup).update({"name": names[1], "description": names[0]})
        session.query(Thread).update({"assigned_to": "sol"})
        session.add(ReplyWriter(thread_id=1, username="sol", written_at=now()))
        for number, name in enumerate(names):
            phone = make_phone(500 + number)
            session.add(CommunityMember(name=name, phone=phone))
            session.add(EventRegistration(event_id=1, name=name, phone=phone))
            session.add(PersonNote(phone=ZOE, body=name, created_by="sol"))
            session.add(
                SuppressedContact(phone=make_phone(700 + number), category="hard_fail", reason=name)
            )
            record_opt_out(
                make_phone(900 + number),
                source="manual",
                reason=name,
                name=name,
                actor="ada",
            )
        texts = session.scalars(db.select(Message).order_by(Message.id)).all()
        for number, row in enumerate(texts):
            row.name, row.body, row.error_message = (
                names[(number + more) % len(names)] for more in range(3)
            )
        code = {
            "kind": "test",
            "status": "sent",
            "body": f"{CODE} is your SMS Admin code. It works",
        }
        session.add(newest := Message(phone=ZOE, **code))
        session.flush()
        session.query(Thread).update({"last_message_id": newest.id})


def test_b15_no_cell_of_any_export_is_a_formula(site):
    """B15: every door that gives a CSV, whatever stands in names, titles, reasons, texts and
    errors.
    """
    fill(site.app, FORMULAS + NAMES)
    exports = quoted = 0
    for endpoint in PAGES:
        answer = site.visit.browser("ada").get(site.address(endpoint))
        if answer.mimetype != "text/csv":
            continue
        exports += 1
        text = answer.get_data(as_text=True).removeprefix("\ufeff")
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        dangerous = [cell for cell in cells if cell.lstrip(" ")[:1] in tuple("=+-@\t\r\n")]
        # A number in E.164 cannot do harm, and other programs would import an apostrophe.
        assert [cell for cell in dangerous if not re.fullmatch(r"\+\d{7,15}", cell)] == []
        quoted += sum(cell.startswith("'") for cell in cells)
        assert "\n" not in answer.headers["Content-Disposition"]
    assert exports >= 3
    assert quoted >= 2 * len(FORMULAS)


@pytest.fixture
def nasty_site(site):
    """The site, with nasty names wherever a name can be."""
    fill(site.app, NAMES)
    return site


@for_each(PAGES, fixture="nasty_site")
def test_b17_nasty_names_are_shown_and_never_run(site, endpoint):
    """B17: every page with all of them at once: text, attributes, titles.

    (The visitor finds inline handlers, too.)
    """
    page = site.visit(site.address(endpoint), "ada")
    assert page.status_code == expected(endpoint, "GET")
    if page.response.mimetype == "text/html":
        assert [bad for bad in RUNS if bad in page.text] == []
    # Only its phone shows a code that proves that somebody holds the phone.
    assert endpoint.startswith("sandbox.") or CODE not in page.text


def test_b17_they_are_kept_as_they_were_written_and_can_be_read(site):
    """B17: word for word on the lists."""
    fill(site.app, NAMES)
    for endpoint in (
        "community.list_members",
        "events.show_event",
        "suppression.list_suppressed_numbers",
        "people.show_person",
    ):
        words = site.visit(f"{site.address(endpoint)}?per_page=200", "ada").words
        assert [name for name in NAMES if " ".join(name.split()) not in words] == [], endpoint


def check_wild_words(site, endpoint, queries):
    """Ask a page with each of these queries: a page, and nothing leaks."""
    address, code = site.address(endpoint), expected(endpoint, "GET")
    for query in queries:
        answer = site.send("GET", f"{address}?{query}", "ada")
        # A number that is one opens its practice phone.
        assert answer.status_code in {code, 200, 303, 422}, query[:60]
        assert b"scrypt:" not in answer.get_data()


def mix_words(names, words, count):
    """Return `count` queries in which all these parameters have one of the words each."""
    takes = [itertools.islice(itertools.cycle(words), start, None) for start in range(count)]
    return [
        "&".join(f"{name}={word}" for name, word in zip(names, take, strict=False))
        for take in takes
    ]


def repeat_words(names, words):
    """Return for each word a query in which all these parameters have it."""
    return ["&".join(f"{name}={word}" for name in names) for word in words]


@for_each(PAGES)
def test_b23_b25_wild_words_in_a_list_break_no_page(site, endpoint):
    """B23 and B25: searches that look like patterns, pages and orders that do not exist."""
    check_wild_words(site, endpoint, mix_words(LISTS, WILDEST, 2))


@pytest.mark.torture
@for_each(PAGES)
def test_b23_b25_each_wild_word_everywhere_breaks_no_page(site, endpoint):
    words = [*WILD, "__class__", "password_hash"]
    check_wild_words(site, endpoint, repeat_words(LISTS, words) + repeat_words(CHOICES, words))


@for_each(PAGES)
def test_b23_b25_wild_words_in_a_choice_break_no_page(site, endpoint):
    """B23 and B25: filters and prefilled fields that do not exist."""
    check_wild_words(site, endpoint, mix_words(CHOICES, ("%00", "x" * 10_000, "９"), 1))


# A notification that is gone leads back to the list, which says so.
@for_each([name for name in (*PAGES, *POSTS) if name != "notices.open_notice"])
def test_b24_an_id_that_is_none_is_not_found(site, endpoint):
    """B24: too large for the database, zero, below zero, in digits of another script."""
    values = site.values
    usual = values[""] | values.get(endpoint, {})
    ids = [name for name in site.rules[endpoint].arguments if name.endswith("id") and name != "sid"]
    method = "GET" if endpoint in PAGES else "POST"
    # In JSON: a page takes a while, and test_errors looks at it.
    more = {"headers": {"Accept": "application/json"}}
    if method == "POST":
        more["data"] = {"csrf_token": site.visit.token("ada")}
    for argument in ids:
        for wrong in ("99999999999999999999", "0", "-1", "١٢", "1e3", "%00"):
            site.values = {"": usual | {argument: "7654321"}}
            address = site.address(endpoint).replace("7654321", wrong)
            site.values = values
            assert site.send(method, address, "ada", **more).status_code == 404, address


@pytest.mark.parametrize("endpoint", POSTS)
def test_b18_half_a_letter_is_no_fault_of_ours_and_is_not_kept(site, endpoint):
    """B18: a lone surrogate in every field of every form: refused or cleaned, never a fault."""
    half = "%ED%A0%80"
    names = (
        "name",
        "title",
        "phone",
        "body",
        "message_body",
        "reason",
        "note",
        "username",
        "password",
        "place",
        "q",
    )
    body = "&".join(
        [
            f"csrf_token={site.visit.token('ada')}",
            *(f"{name}=x{half}{name}" for name in names),
        ]
    )
    kind = {"content_type": "application/x-www-form-urlencoded"}
    assert site.send("POST", site.address(endpoint), "ada", data=body, **kind).status_code < 500
    with site.app.app_context():
        names = db.session.scalars(db.select(CommunityMember.name)).all()
    assert [
        name for name in names if name and any("\ud800" <= sign <= "\udfff" for sign in name)
    ] == []


@for_each(POSTS)
def test_b27_a_form_of_600_kb_is_too_large(site, endpoint):
    """B27: fields that are sent without a file have a limit of their own."""
    before = site.snapshot()
    answer = site.open("POST", endpoint, "ada", name="x" * 600_000)
    assert answer.status_code == 413
    assert site.snapshot() == before


def test_the_numbers_of_the_cast_are_shown_in_one_spelling_everywhere(site):
    """P1, the other way round: whichever page shows a number, it is grouped the same."""
    for endpoint in ("community.list_members", "events.show_event"):
        assert format_phone_number(MAX) in site.visit(site.address(endpoint), "ada").words
