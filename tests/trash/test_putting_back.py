"""What Ada deletes is in the trash for 30 days, and comes back row for row."""

import sqlite3

import pytest

from app.accounts.models import AppUser
from app.community.models import CommunityMember
from app.core.db import db
from app.core.settings import current_settings
from app.events.models import Event
from app.keywords.models import KeywordRule
from app.surveys.actions.trigger_words import fold_stored_words
from app.surveys.models import SurveyFlow
from app.trash.models import TrashItem, TrashRow
from tests.sample_people import ZOE
from tests.whole.sample_data import fill_sample_data

NOT_COMPARED = ("trash_", "audit_", "sessions", "people", "community_search", "sqlite_")
# What does not come back, and why: see docs/decisions/0063-a-trash-of-its-own.md.
CHANGED_COLUMNS = {
    "users": ("password_hash", "session_key", "disabled_at", "last_seen_at"),
    "survey_sessions": ("status", "ended_at"),
}
KINDS = {
    "member": ("/community/{}/delete", CommunityMember, {"phone": ZOE}),
    "event": ("/events/{}/delete", Event, {"title": "Spring picnic"}),
    "survey": ("/surveys/{}/delete", SurveyFlow, {"name": "Who comes"}),
    "keyword": ("/keywords/{}/delete", KeywordRule, {"keyword": "HOURS"}),
    "user": ("/users/{}/delete", AppUser, {"username": "tom"}),
}


@pytest.fixture
def site(app):
    """A site with one of everything; Zoe is in the choir, Max registered for the picnic."""
    fill_sample_data(app)
    with app.app_context():
        fold_stored_words()
    return app


def read_rows(app):
    """Every row of every table but those of the trash, the audit and what is only derived."""
    with app.app_context():
        path = current_settings().database_path
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    rows = {}
    for (name,) in names:
        if not name.startswith(NOT_COMPARED):
            rows[name] = [
                {
                    column: value
                    for column, value in zip(row.keys(), row, strict=True)
                    if column not in ("updated_at", *CHANGED_COLUMNS.get(name, ()))
                }
                for row in connection.execute(f"SELECT * FROM {name}")
            ]
            rows[name].sort(key=repr)
    connection.close()
    return rows


def delete(visit, app, kind):
    """Ada deletes the thing of a kind; gives the id of its item in the trash."""
    address, model, values = KINDS[kind]
    with app.app_context():
        thing_id = db.session.scalar(db.select(model.id).filter_by(**values))
    page = visit.post(address.format(thing_id), "ada")
    assert page.status_code == 303, page.words
    with app.app_context():
        return db.session.scalar(db.select(db.func.max(TrashItem.id)))


def put_back(visit, item_id, user="ada"):
    """Ada puts an item back; gives the page that she is shown."""
    visit.post(f"/trash/{item_id}/put-back", user)
    return visit("/trash", user)


def test_what_was_deleted_comes_back_row_for_row(site, visit):
    before = read_rows(site)
    for kind in KINDS:
        item_id = delete(visit, site, kind)
        assert read_rows(site) != before
        assert "put back" in put_back(visit, item_id).words
        after = read_rows(site)
        for table in before:
            assert after[table] == before[table], (kind, table)
    with site.app_context():
        # The keyword that was there before.
        assert set(db.session.scalars(db.select(TrashRow.item_id))) == {1}
