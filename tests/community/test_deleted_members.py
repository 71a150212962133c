"""The audit says who a deleted member was, never their number, and forgets them on request."""

import json

import pytest

from app.audit.actions import MAX_NAMES, audited_write, build_name_details, format_ids
from app.audit.models import AuditEvent
from app.core.db import db
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member


def _read_row(row):
    return json.loads(row.details or "{}") | json.loads(row.people)


@pytest.fixture
def read_rows(app):
    def read():
        """Return (verb, people and details) of what was deleted, the oldest first."""
        with app.app_context():
            rows = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id))
            return [(row.verb, _read_row(row)) for row in rows if "deleted" in row.verb]

    return read


@pytest.fixture
def members(app):
    """Three members, one of them without a name; their ids are 1 to 3."""
    with app.app_context():
        for phone, name in ((ZOE, "Zoë Example"), (LEO, None), (MIA, "Mia")):
            add_member(phone, name)


@pytest.mark.usefixtures("members")
def test_the_page_says_who_was_deleted_and_no_number(visit, read_rows):
    for number in (1, 2):
        visit.post(f"/community/{number}/delete", "ada")
    words = visit("/audit", "ada").words
    assert "Zoë Example" in words
    assert f"a person without a name, number ending in {LEO[-4:]}" in words
    for _, details in read_rows():
        assert ZOE not in json.dumps(details)
        assert details["hashes"][0] not in words


@pytest.mark.usefixtures("members")
def test_many_who_are_deleted_at_once_are_named(visit, read_rows):
    visit("/community/bulk-delete", "ada", member_ids=["1", "3"])
    [(verb, details)] = read_rows()
    assert (verb, details["count"], details["names"]) == ("members.deleted", 2, "Zoë Example, Mia")


def test_a_long_list_is_cut_and_counted(app, visit, read_rows):
    with app.app_context():
        for number in range(MAX_NAMES + 5):
            add_member(f"+1303555{1000 + number}", f"Person {number}")
    ids = [str(number) for number in range(1, MAX_NAMES + 6)]
    visit("/community/bulk-delete", "ada", member_ids=ids)
    [(_, details)] = read_rows()
    assert details["names"].endswith(f"Person {MAX_NAMES - 1}, 5 more")
    assert len(details["hashes"]) == MAX_NAMES
    with app.app_context():
        about = db.session.scalar(
            db.select(AuditEvent.about).where(AuditEvent.verb == "members.deleted")
        )
    assert about == f"{', '.join(ids[:MAX_NAMES])} and 5 more"


def test_the_audit_row_of_100000_people_is_short(app):
    with app.app_context():
        with audited_write("members.deleted", "ada") as trace:
            trace.about = format_ids(range(1_000_000, 1_100_000))
            trace.details = build_name_details([("Zoë " * 25, ZOE)] * 100_000)
        row = db.session.scalars(db.select(AuditEvent)).one()
    assert row.about.endswith("1000019 and 99,980 more")
    assert len(row.about + row.people) < 10_000


@pytest.mark.usefixtures("members")
def test_whoever_asks_to_be_erased_is_erased_there_too(visit, read_rows):
    visit("/community/bulk-delete", "ada", member_ids=["1", "3"])
    visit.post("/community/2/delete", "ada")
    visit.post(f"/people/{ZOE[1:]}/erase", "ada")
    [(_, both), (_, other)] = read_rows()
    assert both == {"count": 2, "names": "erased"}
    assert other["names"].startswith("a person without a name")
