"""The export: safe to open, whole, and taken back unchanged."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit.models import AuditEvent
from app.community import queries
from app.community.models import CommunityMember
from app.core.db import db, write
from app.domain.texts.text_cleaning import clean_name
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member, add_members

NASTY = [
    "=1+1",
    "+1",
    "-2",
    "@SUM(A1)",
    '=HYPERLINK("http://x")',
    "'=1",
    "'quoted'",
    'a "b", c',
]
NASTY += ["Zoë, Ann; Mia|x", "x\ty"]


# case B15
def test_an_export_is_a_download_that_no_spreadsheet_runs(app, visit):
    with app.app_context():
        add_member(ZOE, "=cmd|' /C calc'!A0")
        add_member(LEO)
    page = visit("/community/export", "ada")
    headers = page.response.headers
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"].startswith('attachment; filename="community-')
    assert headers["X-Content-Type-Options"] == "nosniff"
    # A number has no apostrophe: other programs keep it.
    rows = [f"""\"'=cmd|' /C calc'!A0","{ZOE}\"""", f'"","{LEO}"']
    assert page.text == "\r\n".join(["\ufeffname,phone", *rows, ""])
    with app.app_context():
        act = db.session.scalar(db.select(AuditEvent).where(AuditEvent.verb == "members.exported"))
        assert json.loads(act.details) == {"count": 2}


def test_an_empty_list_is_its_headings(visit):
    assert visit("/community/export", "ada").text == "\ufeffname,phone\r\n"


def test_only_admins_export(visit):
    assert visit("/community/export", "sol").status_code == 403


def test_slices_leave_nobody_out(app, visit, monkeypatch):
    monkeypatch.setattr(queries, "EXPORT_BATCH_ROWS", 7)
    with app.app_context():
        add_members(50)
    assert len(visit("/community/export", "ada").text.splitlines()) == 51


def _refill(app, names):
    """A list of people with these names, as if each had been typed in."""
    with app.app_context(), write() as session:
        session.execute(db.text("DELETE FROM community_members"))
        cleaned = (clean_name(name) for name in names)
        people = [{"name": name, "phone": f"+1303{4000000 + n}"} for n, name in enumerate(cleaned)]
        session.execute(db.insert(CommunityMember), people)


def _round_trip(app, visit, address_of, names):
    _refill(app, names)
    before = visit("/community/export", "ada").text
    with app.app_context(), write() as session:
        session.execute(db.text("DELETE FROM community_members"))
    visit.post(address_of(before) + "/confirm", "ada")
    assert visit("/community/export", "ada").text == before


# case B16
def test_a_thousand_nasty_names_come_back_byte_for_byte(app, visit, address_of):
    """B16: export, import onto an empty list, export."""
    _round_trip(
        app,
        visit,
        address_of,
        [f"{name} {n}" if n % 3 else f"{name}{n}" for n in range(100) for name in NASTY],
    )


NAMES = st.lists(st.text(max_size=60), min_size=1, max_size=12)


# case B16
@settings(max_examples=10)
@given(names=NAMES)
def test_any_names_come_back_byte_for_byte(app, visit, address_of, names):
    _round_trip(app, visit, address_of, names)
