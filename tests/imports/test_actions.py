"""An upload's way, for any list: laid down, compared, confirmed once, or thrown away."""

import threading
from datetime import timedelta

import pytest

from app.community.models import CommunityMember
from app.core import csv_files
from app.core.clock import now
from app.core.db import NotFound, db, write
from app.events.models import Event, EventRegistration
from app.imports import actions, queries
from app.imports.actions import upload_storage
from app.imports.models import ImportRow, RowVerdict
from tests.cast import LEO, MIA, ZOE
from tests.makers import member, said_stop

COMMUNITY = actions.ImportTarget("community", CommunityMember.__table__)
FILE = b"name,phone\nZo\xc3\xab,3035550142\nLeo,3035550143\nTom,123\nZoe,+13035550142\n"


RULES = actions.PhoneNumberRules("US", {})


def staged(data=FILE, target=COMMUNITY, consent=None):
    reading = actions.parse_spreadsheet(data, "US")
    upload = actions.StoredUpload("people.csv", upload_storage.store_upload(data), "ada", consent)
    upload_storage.store_upload_rows(upload.stored_as, reading.rows)
    with write():
        row = actions.create_import(upload, reading, target)
    checked_through(row, target)
    return row.id


def checked_through(row, target=COMMUNITY):
    while row.checked_rows < row.row_count:
        piece = actions.check_next_rows(row, queries.parse_import_layout(row).columns, RULES)
        with write():
            actions.store_checked_rows(row.id, piece, target)


def read_again(data, choice):
    return actions.parse_sheet_as_chosen(
        csv_files.read_spreadsheet(data, choice.encoding), choice, "US"
    )


def confirmed(import_id, target=COMMUNITY, **more):
    with write():
        return actions.apply_import(import_id, target, **({"overwrite_names": False} | more))


def phones(column):
    return list(db.session.scalars(db.select(column).order_by(column)))


def test_staging_judges_every_row_and_touches_nobody(shop):
    member(ZOE)
    said_stop(LEO)
    row = queries.find_import(staged(), "community")
    assert queries.count_rows_by_filter(row) == {
        "bad": 1,
        "new": 1,
        "changed": 1,
        "repeated": 1,
        "left_out": 1,
    }
    assert phones(CommunityMember.phone) == [ZOE]


def test_the_list_may_change_between_check_and_confirm(shop):
    import_id = staged()
    member(ZOE, "Zoë H.")
    done = confirmed(import_id)
    assert (
        done.added_count,
        done.changed_count,
        done.suppressed_count,
        done.bad_count,
    ) == (
        1,
        0,
        0,
        1,
    )
    row = queries.find_import(import_id, "community")
    assert (row.added_count, row.same_count, row.bad_count, row.stored_as) == (
        1,
        1,
        1,
        None,
    )


def test_an_import_ends_once(shop):
    import_id = staged()
    confirmed(import_id)
    for again in (
        lambda: actions.apply_import(import_id, COMMUNITY, overwrite_names=True),
        lambda: actions.discard_import(import_id, "community"),
        lambda: actions.restart_import_check(
            import_id, actions.parse_spreadsheet(FILE, "US"), COMMUNITY
        ),
    ):
        with pytest.raises(actions.ImportAlreadyEnded), write():
            again()


def test_an_import_belongs_to_its_list(shop):
    import_id = staged()
    elsewhere = actions.ImportTarget("event:1", CommunityMember.__table__)
    with pytest.raises(actions.ImportAlreadyEnded):
        confirmed(import_id, elsewhere)
    assert queries.find_import(import_id, "event:1") is None


def test_another_list_with_columns_of_its_own(shop):
    """Registrations of one event: the same number at another event is somebody else's row."""
    with write() as session:
        session.add_all([picnic := Event(title="Picnic"), clinic := Event(title="Clinic")])
        session.flush()
        session.add(EventRegistration(event_id=clinic.id, name="Z.", phone=ZOE))
        session.add(EventRegistration(event_id=picnic.id, name=None, phone=LEO))
    target = actions.ImportTarget(
        f"event:{picnic.id}", EventRegistration.__table__, {"event_id": picnic.id}
    )
    import_id = staged(target=target)
    assert queries.count_rows_by_filter(queries.find_import(import_id, target.pool)) == {
        "bad": 1,
        "new": 1,
        "changed": 1,
        "repeated": 1,
    }
    done = confirmed(import_id, target)
    assert (done.added_count, done.changed_count) == (1, 1)
    rows = db.session.execute(
        db.select(EventRegistration.event_id, EventRegistration.phone, EventRegistration.name)
    ).all()
    assert {tuple(row) for row in rows} == {
        (clinic.id, ZOE, "Z."),
        (picnic.id, ZOE, "Zoë"),
        (picnic.id, LEO, "Leo"),
    }


def test_imports_at_the_same_time_are_a_union_b13(app):
    """Eight admins confirm overlapping files at once: everybody is on the list once, nobody
    sees an error.
    """
    files = [
        b"phone\n" + b"".join(b"+1303%d\n" % (4000000 + n) for n in range(start, start + 60))
        for start in range(8)
    ]
    with app.app_context():
        ids = [staged(file) for file in files]
    added = []

    def press(import_id):
        with app.app_context():
            added.append(confirmed(import_id).added_count)

    threads = [threading.Thread(target=press, args=(import_id,)) for import_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert sum(added) == len(phones(CommunityMember.phone)) == 67


def test_reading_a_file_again_replaces_its_rows(shop):
    import_id = staged(b"Zo\xeb;3035550142;Riverside\nLeo;3035550143;\n")
    choice = actions.ColumnChoice(
        ["nothing", "phone", "name"], has_headings=False, encoding="cp1250"
    )
    reading = read_again(b"Zo\xeb;3035550142;Riverside\n", choice)
    upload_storage.store_upload_rows(
        queries.find_import(import_id, "community").stored_as, reading.rows
    )
    with write():
        row = actions.restart_import_check(import_id, reading, COMMUNITY)
    checked_through(row)
    rows = db.session.scalars(db.select(ImportRow)).all()
    assert [(row.name, row.phone, row.verdict) for row in rows] == [
        ("Riverside", ZOE, RowVerdict.NEW)
    ]
    assert queries.find_import(import_id, "community").encoding == "cp1250"


def test_the_rows_of_old_imports_are_forgotten(shop):
    old, done = staged(), staged(b"phone\n3035550144\n")
    confirmed(done)
    with write():
        actions.delete_expired_imports(now() + timedelta(seconds=1), now() + timedelta(seconds=1))
    assert phones(ImportRow.phone) == []
    assert phones(CommunityMember.phone) == [MIA]
    assert queries.find_import(old, "community").state == "abandoned"
    assert queries.find_import(done, "community").state == "done"


@pytest.mark.parametrize("name", [None, "", "../../sms.db", "0" * 32, "x" * 32])
def test_only_kept_files_can_be_fetched(shop, name):
    with pytest.raises(NotFound):
        upload_storage.read_upload(name)
    upload_storage.delete_upload(name)


def test_bad_rows_with_odd_signs_can_be_kept_and_shown(shop):
    row = queries.find_import(staged(b"name,phone\nN\0L,3035550142\nLeo,3035550143\n"), "community")
    ((name, phone, problem),) = queries.iterate_bad_rows(row)
    assert (name, phone) == ("N\N{REPLACEMENT CHARACTER}L", "3035550142")
    assert "no text can have" in problem
    assert "".join(phone for phone in phones(ImportRow.phone) if phone) == LEO
