"""Large imports are confirmed and undone in slices: here each slice is two rows."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app import scheduler
from app.accounts.models import AppUser
from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.events.actions.events import delete_event_and_registrations
from app.events.models import Event
from app.groups.models import ContactGroup
from app.imports.actions import import_running
from app.imports.actions.import_running import run_imports
from app.imports.models import Import
from app.imports.queries.field_imports import list_open_imports_with_field
from app.imports.views import import_completion, import_undoing, upload_and_check
from app.people.actions.person_erasure import erase_person_data, find_embedded_mentions
from app.profiles.actions.field_editing import delete_field
from app.profiles.field_models import PersonField
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.models import INBOUND_SOURCE
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.suppression_entries import PAUSE_END_HEADING
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out, make_phone

ROOT = Path(__file__).resolve().parents[2]
BEN, AMY, OPTED_OUT = make_phone(60), make_phone(61), make_phone(62)
FILE = (
    "Name,Mobile,Home phone,Idioma,DOB,Voice,Groups,OK to text,Remarks\n"
    f"Zoë,{ZOE},{make_phone(80)},es,3/14/1990,Alto,Choir,yes,Sings well\n"
    f"Leo,{LEO},,fr,,Bass,Choir; Youth,yes,\n"
    f"Mia,{MIA},,es,1/2/1991,Alto,Youth,,Late\n"
    f"Ben,{BEN},{make_phone(81)},,,Tenor,,yes,\n"
    f"Leo again,{LEO},,,,,Elders,,\n"
    f"Amy,{AMY},,es,,Alto,Choir,yes,Plays\n"
    f"Out,{OPTED_OUT},,,,,,no,\n"
    "Nobody,12,,,,,,,\n"
)
ROWS = f"Mia,{MIA},\nAmy,{AMY},\nBen,{BEN},\n"
CHOICES = {"headings": "1", "columns_shown": "1", "column_5": "field:new", "column_8": "note"}
DECISION = {"agreed": "written", "create_groups": "1", "replace_values": "1", "overwrite": "1"}
STATE = {
    "members": "SELECT phone, name FROM community_members",
    "values": "SELECT phone, person_fields.name, value FROM person_values"
    " JOIN person_phones USING (person_id) JOIN person_fields ON person_fields.id = field_id",
    "phones": "SELECT a.phone, b.phone, b.rank FROM person_phones a"
    " JOIN person_phones b USING (person_id)",
    "details": "SELECT phone, language, birthday FROM people"
    " JOIN person_phones ON person_id = people.id",
    "groups": "SELECT name, phone, until IS NULL, source FROM group_members"
    " JOIN groups ON groups.id = group_id",
    "notes": "SELECT phone, body, created_by FROM person_notes",
    "consent": "SELECT phone, act, method, evidence, actor, scope FROM consent_events",
    "opt-outs": "SELECT phone, source, reason, ends_at FROM unsubscribed_contacts",
    "imports": "SELECT state, added_count, changed_count, renamed_count, same_count, bad_count,"
    " left_out_count, opted_out_count, stored_as, value_counts, undone_at IS NULL FROM imports",
    "rows": "SELECT line, name, phone, verdict, name_before, language, birthday, second_phone,"
    " language_before, birthday_before, person_id IS NULL FROM import_rows",
    "audit": "SELECT verb, who, about, details FROM audit_events WHERE verb NOT LIKE '%_started'",
}
RUN = """
import sys
from pathlib import Path
from app import create_app
from app.imports.actions import import_running
from tests.bench.bench_app import settings

import_running.MAX_SLICE_ROWS = import_running.MIN_SLICE_ROWS = 2
app = create_app(settings(Path(sys.argv[1]), smsadmin_failpoint=sys.argv[2]))
with app.app_context():
    import_running.run_imports(lambda: False)
"""


@pytest.fixture
def in_slices(monkeypatch):
    """Slices of two rows, which no request writes: the tests write them one by one."""
    for name in ("MAX_SLICE_ROWS", "MIN_SLICE_ROWS"):
        monkeypatch.setattr(import_running, name, 2)
    monkeypatch.setattr(import_running, "MIN_PAUSE_SECONDS", 0)
    for module, name in (
        (import_completion, "CONFIRM_SECONDS"),
        (import_undoing, "CONFIRM_SECONDS"),
        (upload_and_check, "PAGE_SECONDS"),
    ):
        monkeypatch.setattr(module, name, -1)


def write_slices(app, count=1):
    """Write so many slices, each by a runner that knows nothing of the ones before."""
    with app.app_context():
        for _ in range(count):
            answers = iter([False, False])
            run_imports(lambda answers=answers: next(answers, True))


def finish(app):
    """Write the rest one by one; return how many slices that took."""
    for count in range(40):
        with app.app_context():
            if not db.session.scalar(db.select(Import.id).where(Import.progress.is_not(None))):
                return count
        write_slices(app)
    raise AssertionError("the import does not end")


def prepare(app, visit, send):
    """Zoë is there with another name and language, Leo without a name; Ben said STOP. Upload."""
    with app.app_context():
        add_member(ZOE, "Z.")
        add_member(LEO)
        add_opt_out(BEN)
        with write() as session:
            session.execute(text("UPDATE people SET language = 'en'"))
    address = send(FILE).location
    visit(address, "ada", **CHOICES)
    return address


def read_state(app):
    """All that an import writes, without ids and times."""
    with app.app_context():
        return {
            name: sorted(map(repr, db.session.execute(text(sql)).all()))
            for name, sql in STATE.items()
        }


def import_and_undo(app, visit, address):
    """The state after the import and after its undo."""
    states = []
    for act in ("confirm", "undo"):
        visit.post(f"{address}/{act}", "ada", **DECISION)
        finish(app)
        states.append(read_state(app))
    return states


def test_slices_write_and_undo_what_one_transaction_would(app, visit, send, request):
    """Each slice by a new runner, as after a kill."""
    address = prepare(app, visit, send)
    path = app.extensions["settings"].database_path
    with app.app_context():
        db.engine.dispose()
    shutil.copy(path, path.with_name("before.db"))
    at_once = import_and_undo(app, visit, address)
    assert len(at_once[0]["members"]) == 5
    assert at_once[0]["values"]
    with app.app_context():
        db.engine.dispose()
    shutil.copy(path.with_name("before.db"), path)
    request.getfixturevalue("in_slices")
    for whole, sliced in zip(at_once, import_and_undo(app, visit, address), strict=True):
        for name in STATE:
            assert sliced[name] == whole[name], name


def test_confirming_twice_shows_the_progress_and_starts_nothing(app, visit, send, in_slices):
    address = prepare(app, visit, send)
    assert visit.post(f"{address}/confirm", "ada", **DECISION).status_code == 303
    write_slices(app, 2)
    page = visit(f"{address}/confirm", "ada", follow=True, **DECISION)
    assert page.headings == ["Importing"]
    assert "2 of 8 rows imported" in page.words
    assert "reaches only the people who are already imported" in page.words
    assert "Importing" in visit("/community/import", "ada").words
    for act in ("undo", "abandon", "line/9"):
        visit(f"{address}/{act}", "ada", name="Z", phone=ZOE)
    assert visit(address, "ada").headings == ["Importing"]
    finish(app)
    assert visit(address, "ada").headings == ["Imported"]
    # The second row is written after Ada's request, and names her by her id as well.
    with app.app_context():
        ada = db.session.scalar(db.select(AppUser.id).where(AppUser.username == "ada"))
        acts = db.select(AuditEvent.verb, AuditEvent.who, AuditEvent.user_id)
        acts = acts.where(AuditEvent.verb.startswith("members.import")).order_by(AuditEvent.id)
        assert [tuple(act) for act in db.session.execute(acts)] == [
            ("members.import_started", "ada", ada),
            ("members.imported", "ada", ada),
        ]


@pytest.mark.slow
def test_killed_after_and_within_slices_it_is_continued(app, visit, send, in_slices):
    """kill -9 within the second slice of the people, and after the first one of the undo."""
    address = prepare(app, visit, send)
    for act, point in (("confirm", "import_added:2"), ("undo", "import_slice:1")):
        visit.post(f"{address}/{act}", "ada", **DECISION)
        died = subprocess.run(
            [sys.executable, "-c", RUN, app.extensions["settings"].database_path, point],
            cwd=ROOT,
            capture_output=True,
            timeout=300,
        )
        assert died.returncode == 137, died.stderr.decode()
        assert finish(app) > 1
    state = read_state(app)
    assert len(state["members"]) == 2
    assert state["values"] == []
    assert [row for row in state["groups"] if ", 1, " in row] == []


def test_a_stop_between_two_slices_holds(app, visit, send, in_slices):
    """By somebody whom a slice has added, and by somebody whom none has yet."""
    address = prepare(app, visit, send)
    visit.post(f"{address}/confirm", "ada", **DECISION)
    write_slices(app, 2)
    with app.app_context(), write():
        for phone in (ZOE, AMY):
            record_opt_out(phone, source=INBOUND_SOURCE)
    finish(app)
    visit.post(f"{address}/undo", "ada")
    finish(app)
    with app.app_context():
        assert find_suppression_reason(ZOE) == find_suppression_reason(AMY) == "said_stop"
    consent = read_state(app)["consent"]
    assert not [row for row in consent if AMY in row and "granted" in row]


def test_opt_outs_of_the_file_come_before_its_first_person(app, visit, send, in_slices):
    """Else a blast between two slices could reach who is in one row and says no in another."""
    address = send(f"name,phone,status\nZoë,{ZOE},ok\nLeo,{LEO},Unsubscribed\n" + ROWS).location
    visit.post(f"{address}/confirm", "ada", agreed="written")
    write_slices(app)
    assert read_state(app)["members"] == []
    with app.app_context():
        assert find_suppression_reason(LEO) == "said_stop"
    finish(app)
    assert len(read_state(app)["members"]) == 4


def test_what_is_deleted_between_two_slices_gets_nothing_more(app, visit, send, in_slices):
    """A field, a group, and somebody who is erased; the next slices go on without them."""
    address = prepare(app, visit, send)
    visit.post(f"{address}/confirm", "ada", **DECISION)
    write_slices(app, 2)
    with app.app_context():
        field = db.session.scalar(db.select(PersonField))
        # So the pages do not offer to delete it.
        assert list_open_imports_with_field(field.id)
        mentions = find_embedded_mentions(AMY)
        with write() as session:
            delete_field(field.id)
            session.execute(db.delete(ContactGroup).where(ContactGroup.name == "Choir"))
            erase_person_data(AMY, mentions, "ada", now())
    add_more_people(app)
    finish(app)
    state = read_state(app)
    assert state["values"] == []
    assert not [row for row in state["groups"] if "Choir" in row]
    assert not [row for rows in state.values() for row in rows if AMY in row]
    assert [row for row in state["members"] if MIA in row] == [f"('{MIA}', 'Mia')"]
    assert visit(address, "ada").headings == ["Imported"]


def add_more_people(app):
    """Somebody else adds two people of the file meanwhile, as a second import would."""
    with app.app_context():
        for phone in (MIA, BEN):
            add_member(phone)


def test_an_event_that_is_deleted_between_two_slices_ends_its_import(app, visit, send, in_slices):
    with app.app_context(), write() as session:
        session.add(Event(title="Picnic"))
    address = send(f"name,phone\nZoë,{ZOE}\n" + ROWS, room="/events/1/import").location
    visit.post(f"{address}/confirm", "ada", agreed="written")
    write_slices(app, 2)
    with app.app_context(), write():
        delete_event_and_registrations(1)
    assert finish(app) == 1
    assert "'abandoned'" in read_state(app)["imports"][0]


def test_an_import_that_cannot_go_on_stops_no_other(app, visit, send, in_slices):
    """What the first one has decided cannot be read any more, as from a damaged disk."""
    broken = prepare(app, visit, send)
    visit.post(f"{broken}/confirm", "ada", **DECISION)
    with app.app_context(), write() as session:
        session.execute(text("UPDATE imports SET progress = '{}'"))
    address = send(ROWS).location
    visit(address, "ada", **{"columns_shown": "1"})
    visit.post(f"{address}/confirm", "ada", **DECISION)
    with app.app_context():
        run_imports(lambda: False)
    assert visit(address, "ada").headings == ["Imported"]


def test_the_scheduler_goes_on_with_it_and_so_does_its_page(
    app, visit, send, in_slices, monkeypatch
):
    """The do-not-text list, with a pause of our own export: the file is needed to the end."""
    sheet = f"phone,name,{PAUSE_END_HEADING}\n{ZOE},,\n{LEO},,2099-01-01 00:00:00\n{MIA},,\n"
    with app.app_context():
        add_member(ZOE)
    address = send(sheet, room="/suppression/import").location
    visit.post(f"{address}/confirm", "ada")
    page = visit(address, "ada")
    assert "still reaches the people who are not on the list yet" in page.words
    scheduler.BackgroundJobs(app, lambda: True).jobs.run_imports()
    assert visit(address, "ada").headings == ["Imported"]
    opt_outs = read_state(app)["opt-outs"]
    assert [row for row in opt_outs if "2099" in row and LEO in row]
    assert len(opt_outs) == 3
    visit.post(f"{address}/undo", "ada")
    monkeypatch.setattr(upload_and_check, "PAGE_SECONDS", 5)
    assert visit(address, "ada").headings == ["Undone"]
    assert read_state(app)["opt-outs"] == []
    folder = app.extensions["settings"].database_path.parent / "uploads"
    assert list(folder.iterdir()) == []
