"""What Ada deletes is in the trash for 30 days, and comes back row for row."""

import sqlite3
from datetime import timedelta

import pytest

from app.accounts.models import AppUser, LoginSession
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.core.settings import current_settings
from app.delivery.models import Message
from app.domain.phones.phone_erasure import PhoneErasure, generate_erasure_mark
from app.events.models import Event, EventRegistration
from app.keywords.models import KeywordRule
from app.retention.actions.retention_run import run_retention
from app.sequences.models import Sequence
from app.sequences.progress_models import SequencePerson
from app.suppression.actions.erased_numbers import record_erased_number
from app.suppression.queries.sending_permission import has_opted_out
from app.surveys.actions.trigger_words import fold_stored_words
from app.surveys.models import SurveyFlow, TriggerWord
from app.trash.actions.forgetting import erase_phone
from app.trash.models import TrashItem, TrashRow
from tests.sample_people import MAX, ZOE
from tests.sample_rows import add_member, add_opt_out
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


def test_the_audit_says_what_was_put_back_and_what_is_gone_for_good(site, visit):
    for kind in KINDS:
        put_back(visit, delete(visit, site, kind))
    visit.post(f"/trash/{delete(visit, site, 'event')}/delete", "ada")
    visit.post(f"/trash/{delete(visit, site, 'member')}/delete", "ada")
    words = visit("/audit", "ada").words
    for name in ("Zoë", "Spring picnic", "“Who comes”", "“HOURS”", "tom"):
        assert f"put back {name} from the trash" in words, words
    assert "deleted Spring picnic in the trash for good" in words
    assert "deleted people in the trash for good" in words


def count_rows(app, model):
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(model))


def test_a_stop_said_meanwhile_stays_and_nothing_is_texted(site, visit):
    """Whoever comes back from the trash is who they are now: opted out."""
    texts = count_rows(site, Message)
    item_id = delete(visit, site, "member")
    with site.app_context():
        add_opt_out(ZOE)
    put_back(visit, item_id)
    with site.app_context():
        assert has_opted_out(ZOE)
        assert db.session.scalar(db.select(CommunityMember.id).filter_by(phone=ZOE))
    assert count_rows(site, Message) == texts


def test_whoever_was_added_anew_keeps_the_new_entry(site, visit):
    item_id = delete(visit, site, "member")
    with site.app_context():
        add_member(ZOE, "Zoe Anew")
    assert "there again" in put_back(visit, item_id).words
    with site.app_context():
        assert db.session.scalar(db.select(CommunityMember.name).filter_by(phone=ZOE)) == "Zoe Anew"
        # It stays in the trash: nothing is lost.
        assert db.session.get(TrashItem, item_id)


def test_a_word_that_starts_something_else_refuses_and_keeps(site, visit):
    item_id = delete(visit, site, "keyword")
    with site.app_context(), write() as session:
        session.add(KeywordRule(keyword="WHEN", response_body="Soon"))
    before = read_rows(site)
    page = put_back(visit, item_id)
    assert page.status_code == 200
    with site.app_context():
        words = db.session.execute(db.select(TriggerWord.word, TriggerWord.keyword_rule_id)).all()
        assert len({word for word, _ in words}) == len(words)
    # The main word is free, so the keyword is back; its other word stays with the newer one.
    assert len(read_rows(site)["keyword_rules"]) == len(before["keyword_rules"]) + 1
    assert "left out" in page.words


def test_an_event_keeps_its_number_and_a_taken_number_of_a_registration_is_replaced(site, visit):
    """SQLite gives the id of the last registration again: Max is registered for his own event."""
    item_id = delete(visit, site, "event")
    with site.app_context(), write() as session:
        session.add(other := Event(title="Something else"))
        session.flush()
        assert other.id == 2
        session.add(EventRegistration(event_id=2, phone=ZOE))
    put_back(visit, item_id)
    with site.app_context():
        rows = db.session.execute(
            db.select(Event.id, EventRegistration.id, EventRegistration.phone)
            .join(EventRegistration)
            .order_by(Event.id)
        ).all()
        assert rows == [(1, 2, MAX), (2, 1, ZOE)]


def test_no_sequence_starts_for_whoever_is_registered_again(site, visit):
    with site.app_context(), write() as session:
        session.execute(
            db.update(Sequence).values(
                state="active", trigger_kind="registered", is_any_event=True, group_id=None
            )
        )
    before = count_rows(site, SequencePerson)
    put_back(visit, delete(visit, site, "event"))
    assert count_rows(site, SequencePerson) == before


def test_whoever_is_erased_leaves_the_trash(site, visit):
    item_id = delete(visit, site, "member")
    event_id = delete(visit, site, "event")
    for phone, count in ((ZOE, 2), (MAX, 1)):
        erasure = PhoneErasure(phone, generate_erasure_mark(), "ada", now())
        with site.app_context(), write():
            assert erase_phone(erasure) == {"trash_rows": count}
    with site.app_context():
        # Zoe was alone in hers, so her name went, too; the event is there without Max.
        assert db.session.get(TrashItem, item_id) is None
        assert db.session.get(TrashItem, event_id).name == "Spring picnic"
        assert "+1" not in "".join(db.session.scalars(db.select(TrashRow.row)))


def test_a_number_that_was_erased_since_is_left_out_whatever_brought_it(site, visit):
    item_id = delete(visit, site, "member")
    with site.app_context(), write():
        record_erased_number(ZOE, said_stop=True, by="ada")
    put_back(visit, item_id)
    with site.app_context():
        assert not db.session.scalar(db.select(CommunityMember.id).filter_by(phone=ZOE))


def test_a_user_comes_back_disabled_and_without_a_password(site, visit):
    put_back(visit, delete(visit, site, "user"))
    with site.app_context():
        tom = db.session.scalar(db.select(AppUser).filter_by(username="tom"))
        assert tom.disabled_at
        assert not tom.password_hash
        assert not db.session.scalar(db.select(LoginSession.id).filter_by(user_id=tom.id))
    # Only admins see users in the trash; a social manager may not open it at all.
    assert visit("/trash", "sol").status_code == 403


def test_after_30_days_it_is_gone_and_an_admin_can_do_it_at_once(site, visit):
    delete(visit, site, "survey")
    with site.app_context():
        for days, is_kept in ((29, True), (31, False)):
            with write():
                moment = now() - timedelta(days=days)
                db.session.execute(db.update(TrashItem).values(deleted_at=moment))
            run_retention(lambda: False)
            assert bool(db.session.scalar(db.select(db.func.count(TrashRow.id)))) is is_kept
        assert not db.session.scalar(db.select(db.func.count(TrashItem.id)))
    item_id = delete(visit, site, "keyword")
    assert visit.post(f"/trash/{item_id}/delete", "ada").status_code == 303
    page = visit("/trash", "ada")
    assert "The trash is empty" in page.words


def test_undo_beside_the_message_puts_it_back_and_stays_on_the_list(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoe")
    visit.post("/community/1/delete", "ada")
    page = visit("/community", "ada")
    assert "Zoe was deleted. You can put it back from the trash for 30 days." in page.words
    (form,) = [form for form in page.forms if "put-back" in form["attrs"].get("action", "")]
    fields = dict(form["fields"])
    assert fields["next"] == "/community"
    answer = visit(form["attrs"]["action"], "ada", **fields)
    assert (answer.status_code, answer.location) == (303, "/community")
    again = visit("/community", "ada")
    assert "Zoe was put back." in again.words
    assert "put-back" not in again.text
    with app.app_context():
        assert db.session.query(CommunityMember).count() == 1
