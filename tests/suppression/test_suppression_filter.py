"""Ada narrows the do-not-text list, takes it away as a file, brings one in, and takes many
lines off at once.
"""

import csv
import io
from datetime import timedelta

import pytest

from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.time.pause_days import compute_pause_end
from app.suppression.actions.opt_outs import add_manual_opt_out, record_opt_out
from app.suppression.actions.pauses import NewPause, set_pause
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable
from app.suppression.models import (
    ConsentEvent,
    SuppressionCategory,
    UnsubscribedContact,
)
from app.suppression.pause_models import ReplacedPause
from app.suppression.queries.sending_permission import find_suppression_reasons
from tests import sample_rows
from tests.sample_people import LEO, MAX, MIA, ZOE

NAMES = {"Zoë", "Leo", "Max", "Mia"}


@pytest.fixture
def listed(app):
    """Zoë texted STOP, Leo was put there by hand long ago, Max came from an event, Mia's number
    is dead.
    """
    with app.app_context():
        sample_rows.add_member(MIA, "Mia")
        with write():
            record_opt_out(ZOE, source="inbound", reason="Texted STOP", name="Zoë")
            add_manual_opt_out("Leo", LEO, "Asked at the door").created_at = now() - timedelta(
                days=400
            )
            record_opt_out(MAX, source="event:3", name="Max")
            mark_number_undeliverable(MIA, reason="No such number any more")
        sample_rows.add_dead_number("+13035550177", SuppressionCategory.SOFT_FAIL)
    return app


NARROWED = [
    ("why=said_stop", {"Zoë", "Leo", "Max"}),
    ("why=number_dead", {"Mia"}),
    ("source=inbound", {"Zoë"}),
    ("source=manual", {"Leo"}),
    ("source=event", {"Max"}),
    ("source=message_failure", {"Mia"}),
    ("why=said_stop&source=message_failure", set()),
    ("since={today}", {"Zoë", "Max", "Mia"}),
    ("since=2020-01-01", NAMES),
    ("why=anything&source=users&since=yesterday", NAMES),
    ("why=said_stop&search=leo", {"Leo"}),
]


def test_the_list_is_narrowed_by_reason_source_and_day(visit, listed):
    for asked, shown in NARROWED:
        page = visit(
            "/suppression?" + asked.format(today=(now() - timedelta(days=1)).date()), "ada"
        )
        assert page.status_code == 200, asked
        table = page.text.partition("<tbody>")[2]
        assert {name for name in NAMES if f">{name}<" in table} == shown, asked
        assert "555 0177" not in page.words, asked


def test_a_dead_number_is_shown_under_the_name_we_know(visit, listed):
    with listed.app_context():
        sample_rows.add_dead_number("+13035550199")
        with write() as session:
            session.add(
                Message(
                    phone="+13035550199",
                    name="Old friend",
                    kind="blast",
                    status="undelivered",
                    body="Hi",
                )
            )
    words = visit("/suppression", "ada").words
    assert "Mia" in words
    assert "Old friend" in words


def test_a_page_of_a_narrowed_list_leads_to_the_next_of_it(visit, listed):
    page = visit("/suppression?why=said_stop&per_page=2", "ada")
    assert "1–2 of 3" in page.words
    assert "why=said_stop&amp;per_page=2&amp;page=2" in page.text


def test_the_export_has_every_column_and_the_part_that_is_shown(visit, listed):
    with listed.app_context():
        listed_names = list(
            csv.DictReader(io.StringIO(visit("/suppression/export", "ada").text.lstrip("\ufeff")))
        )
    assert {row["name"] for row in listed_names} == NAMES
    zoe = next(row for row in listed_names if row["name"] == "Zoë")
    assert (zoe["phone"], zoe["why"], zoe["source"], zoe["reason"]) == (
        ZOE,
        "Opted out",
        "inbound",
        "Texted STOP",
    )
    part = visit("/suppression/export?why=number_dead", "ada").text
    assert MIA in part
    assert ZOE not in part
    assert visit("/suppression/export", "sol").status_code == 403


def test_many_are_taken_off_at_once_but_for_what_only_they_can_undo(visit, listed):
    lines = [
        "unsubscribed:1",
        "unsubscribed:2",
        "suppressed:1",
        "unsubscribed:99",
        "users:1",
        "x",
    ]
    done = visit("/suppression/bulk-delete", "ada", lines=lines, next="/suppression?page=1")
    assert (done.status_code, done.location) == (303, "/suppression?page=1")
    words = visit("/suppression", "ada").words
    assert "2 numbers were removed from the list." in words
    assert "1 opted out by text: only they can undo this, by texting START" in words
    with listed.app_context():
        assert set(find_suppression_reasons([ZOE, LEO, MAX, MIA])) == {ZOE, MAX}
        event = db.session.scalars(
            db.select(AuditEvent).where(AuditEvent.verb == "suppression.removed_many")
        ).one()
        assert '"count": 2' in event.details
    assert 'value="unsubscribed:1"' not in visit("/suppression", "ada").text


def test_nobody_chosen_is_said(visit, listed):
    visit.post("/suppression/bulk-delete", "ada")
    assert "Select at least one number first." in visit("/suppression", "ada").words


def import_file(visit, data):
    """Upload, and say yes; gives the last page."""
    page = visit("/suppression/import", "ada", files={"file": (io.BytesIO(data), "stop.csv")})
    assert page.status_code == 303, page.words
    checked = visit(page.location, "ada")
    visit.post(f"{page.location}/confirm", "ada")
    return checked, page.location


# case B14 of docs/cases.md
def test_numbers_from_a_file_are_never_texted_again_and_a_stop_stays_their_own(visit, listed):
    """B14: who is on the list keeps the line; the others get one, with a line in the ledger,
    and nothing leaves.
    """
    with listed.app_context(), write() as session:
        session.add(Message(phone="+13035550150", kind="blast", status="queued", body="Hi"))
    checked, _ = import_file(visit, f"name,phone\nUma,303 555 0150\nZoe,{ZOE}\nBad,12\n".encode())
    assert "Fix line 4" in checked.words
    with listed.app_context():
        uma = db.session.scalars(
            db.select(UnsubscribedContact).where(UnsubscribedContact.name == "Uma")
        ).one()
        assert (uma.phone, uma.source) == ("+13035550150", "import")
        zoe = db.session.scalars(
            db.select(UnsubscribedContact).where(UnsubscribedContact.phone == ZOE)
        ).one()
        assert (zoe.name, zoe.source) == ("Zoë", "inbound")
        lines = db.session.execute(
            db.select(ConsentEvent.phone, ConsentEvent.act).where(ConsentEvent.method == "import")
        )
        assert lines.all() == [("+13035550150", "withdrawn")]
        assert db.session.scalars(db.select(Message.status)).all() == ["skipped"]


def test_an_undone_import_leaves_whoever_has_texted_stop_since(visit, app):
    _, where = import_file(visit, b"name,phone\nUma,303 555 0150\nVal,303 555 0151\n")
    with app.app_context(), write():
        record_opt_out("+13035550151", source="inbound", reason="Texted STOP")
    visit.post(f"{where}/undo", "ada")
    with app.app_context():
        assert set(find_suppression_reasons(["+13035550150", "+13035550151"])) == {"+13035550151"}


def test_what_the_list_exports_it_imports_again(visit, listed):
    data = visit("/suppression/export", "ada").text.encode()
    with listed.app_context(), write():
        db.session.execute(db.delete(UnsubscribedContact))
    import_file(visit, data)
    with listed.app_context():
        assert set(db.session.scalars(db.select(UnsubscribedContact.phone))) == {
            ZOE,
            LEO,
            MAX,
            MIA,
        }


def test_an_opt_out_of_a_file_takes_the_place_of_a_pause(app, visit):
    pause = NewPause(LEO, compute_pause_end(now(), 30, "UTC"), evidence="Texted: PAUSE")
    with app.app_context(), write():
        assert set_pause(pause, now())
    _, address = import_file(visit, f"name,phone\nLeo,{LEO}\n".encode())
    with app.app_context():
        row = db.session.scalars(db.select(UnsubscribedContact)).one()
        assert (row.source, row.ends_at) == ("import", None)
        events = db.session.scalars(db.select(ConsentEvent).order_by(ConsentEvent.id)).all()
        assert [(event.act, event.scope) for event in events] == [
            ("withdrawn", "pause"),
            ("withdrawn", None),
        ]
    # The import is undone: the pause holds again, to its day.
    visit.post(f"{address}/undo", "ada")
    with app.app_context():
        row = db.session.scalars(db.select(UnsubscribedContact)).one()
        assert (row.phone, row.source, row.ends_at) == (LEO, "pause", pause.end.moment)
        assert db.session.scalars(db.select(ReplacedPause)).all() == []


def test_an_exported_pause_is_imported_again_as_a_pause_with_its_end(app, visit):
    end = compute_pause_end(now(), 30, "UTC")
    over = compute_pause_end(now() - timedelta(days=40), 30, "UTC")
    with app.app_context(), write():
        set_pause(NewPause(LEO, end, evidence="Texted: PAUSE"), now())
        set_pause(NewPause(MIA, over, actor="ada"), now())
        record_opt_out(ZOE, source="manual")
    exported = visit("/suppression/export", "ada").response.get_data()
    assert f"{end.moment:%Y-%m-%d %H:%M:%S}".encode() in exported
    # The list is there already: nothing changes.
    import_file(visit, exported)
    with app.app_context():
        rows = {row.phone: row.source for row in db.session.scalars(db.select(UnsubscribedContact))}
        assert rows == {LEO: "pause", MIA: "pause:manual", ZOE: "manual"}
        with write():
            db.session.execute(db.delete(UnsubscribedContact))
    _, address = import_file(visit, exported)
    with app.app_context():
        rows = db.session.scalars(db.select(UnsubscribedContact)).all()
        assert {(row.phone, row.source, row.ends_at) for row in rows} == {
            (LEO, "pause:manual", end.moment),
            (ZOE, "import", None),
        }
        assert find_suppression_reasons([LEO]) == {LEO: "paused"}
    visit.post(f"{address}/undo", "ada")
    with app.app_context():
        assert db.session.scalars(db.select(UnsubscribedContact)).all() == []
