"""An upload's way, for any list: laid down, compared, confirmed once, or thrown away."""

import threading
from datetime import timedelta

import pytest

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import NotFound, db, write
from app.core.spreadsheets import read_spreadsheet
from app.events.models import Event, EventRegistration
from app.imports.actions import import_completion, row_checking, row_staging, upload_storage
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.actions.spreadsheet_parsing import (
    ColumnChoice,
    parse_sheet_as_chosen,
    parse_spreadsheet,
)
from app.imports.models import ImportRow, RowVerdict
from app.imports.queries import import_records, import_rows
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out

COMMUNITY = ImportTarget("community", CommunityMember.__table__)
FILE = b"name,phone\nZo\xc3\xab,3035550142\nLeo,3035550143\nTom,123\nZoe,+13035550142\n"


RULES = row_checking.PhoneNumberRules("US", {})


def stage_import(data=FILE, target=COMMUNITY, consent=None):
    reading = parse_spreadsheet(data, "US")
    stored_as = upload_storage.store_upload(data)
    upload = row_staging.StoredUpload("people.csv", stored_as, "ada", consent)
    upload_storage.store_upload_rows(upload.stored_as, reading.rows)
    with write():
        row = row_staging.create_import(upload, reading, target)
    check_all_rows(row, target)
    return row.id


def check_all_rows(row, target=COMMUNITY):
    while row.checked_rows < row.row_count:
        columns = import_records.parse_import_layout(row).columns
        row_slice = row_checking.check_next_rows(row, columns, RULES)
        with write():
            row_staging.store_checked_rows(row.id, row_slice, target)


def parse_as_chosen(data, choice):
    return parse_sheet_as_chosen(read_spreadsheet(data, choice.encoding), choice, "US")


def confirm_import(import_id, target=COMMUNITY):
    with write():
        return import_completion.apply_import(import_id, target)


def list_values(column):
    return list(db.session.scalars(db.select(column).order_by(column)))


def test_staging_judges_every_row_and_touches_nobody(shop):
    add_member(ZOE)
    add_opt_out(LEO)
    row = import_records.find_import(stage_import(), "community")
    assert import_rows.count_rows_by_filter(row) == {
        "bad": 1,
        "new": 1,
        "changed": 1,
        "repeated": 1,
        "left_out": 1,
    }
    assert list_values(CommunityMember.phone) == [ZOE]


def test_the_list_may_change_between_check_and_confirm(shop):
    import_id = stage_import()
    add_member(ZOE, "Zoë H.")
    done = confirm_import(import_id)
    assert (done.added, done.changed, done.suppressed) == (1, 0, 0)
    row = import_records.find_import(import_id, "community")
    assert (row.added_count, row.same_count, row.bad_count, row.stored_as) == (
        1,
        1,
        1,
        None,
    )


def test_an_import_ends_once(shop):
    import_id = stage_import()
    confirm_import(import_id)
    for again in (
        lambda: import_completion.apply_import(import_id, COMMUNITY),
        lambda: import_completion.discard_import(import_id, "community"),
        lambda: row_staging.restart_import_check(
            import_id, parse_spreadsheet(FILE, "US"), COMMUNITY
        ),
    ):
        with pytest.raises(ImportAlreadyEnded), write():
            again()


def test_an_import_belongs_to_its_list(shop):
    import_id = stage_import()
    elsewhere = ImportTarget("event:1", CommunityMember.__table__)
    with pytest.raises(ImportAlreadyEnded):
        confirm_import(import_id, elsewhere)
    assert import_records.find_import(import_id, "event:1") is None


def test_another_list_with_columns_of_its_own(shop):
    """Registrations of one event: the same number at another event is somebody else's row."""
    with write() as session:
        session.add_all([picnic := Event(title="Picnic"), clinic := Event(title="Clinic")])
        session.flush()
        session.add(EventRegistration(event_id=clinic.id, name="Z.", phone=ZOE))
        session.add(EventRegistration(event_id=picnic.id, name=None, phone=LEO))
    target = ImportTarget(
        f"event:{picnic.id}", EventRegistration.__table__, {"event_id": picnic.id}
    )
    import_id = stage_import(target=target)
    assert import_rows.count_rows_by_filter(import_records.find_import(import_id, target.pool)) == {
        "bad": 1,
        "new": 1,
        "changed": 1,
        "repeated": 1,
    }
    done = confirm_import(import_id, target)
    assert (done.added, done.changed) == (1, 1)
    rows = db.session.execute(
        db.select(EventRegistration.event_id, EventRegistration.phone, EventRegistration.name)
    ).all()
    assert {tuple(row) for row in rows} == {
        (clinic.id, ZOE, "Z."),
        (picnic.id, ZOE, "Zoë"),
        (picnic.id, LEO, "Leo"),
    }


# case B13
def test_imports_at_the_same_time_are_a_union(app):
    """Eight admins confirm overlapping files at once: everybody is on the list once, nobody
    sees an error.
    """
    files = [
        b"phone\n" + b"".join(b"+1303%d\n" % (4000000 + n) for n in range(start, start + 60))
        for start in range(8)
    ]
    with app.app_context():
        ids = [stage_import(file) for file in files]
    added = []

    def press(import_id):
        with app.app_context():
            added.append(confirm_import(import_id).added)

    threads = [threading.Thread(target=press, args=(import_id,)) for import_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert sum(added) == len(list_values(CommunityMember.phone)) == 67


def test_reading_a_file_again_replaces_its_rows(shop):
    import_id = stage_import(b"Zo\xeb;3035550142;Riverside\nLeo;3035550143;\n")
    choice = ColumnChoice(["nothing", "phone", "name"], has_headings=False, encoding="cp1250")
    reading = parse_as_chosen(b"Zo\xeb;3035550142;Riverside\n", choice)
    upload_storage.store_upload_rows(
        import_records.find_import(import_id, "community").stored_as, reading.rows
    )
    with write():
        row = row_staging.restart_import_check(import_id, reading, COMMUNITY)
    check_all_rows(row)
    rows = db.session.scalars(db.select(ImportRow)).all()
    assert [(row.name, row.phone, row.verdict) for row in rows] == [
        ("Riverside", ZOE, RowVerdict.NEW)
    ]
    assert import_records.find_import(import_id, "community").encoding == "cp1250"


def test_the_rows_of_old_imports_are_forgotten(shop):
    old, done = stage_import(), stage_import(b"phone\n3035550144\n")
    confirm_import(done)
    with write():
        in_a_second = now() + timedelta(seconds=1)
        import_completion.delete_expired_imports(in_a_second, in_a_second)
    assert list_values(ImportRow.phone) == []
    assert list_values(CommunityMember.phone) == [MIA]
    assert import_records.find_import(old, "community").state == "abandoned"
    assert import_records.find_import(done, "community").state == "done"


@pytest.mark.parametrize("name", [None, "", "../../sms.db", "0" * 32, "x" * 32])
def test_only_kept_files_can_be_fetched(shop, name):
    with pytest.raises(NotFound):
        upload_storage.read_upload(name)
    upload_storage.delete_upload(name)


def test_bad_rows_with_odd_signs_can_be_kept_and_shown(shop):
    import_id = stage_import(b"name,phone\nN\0L,3035550142\nLeo,3035550143\n")
    row = import_records.find_import(import_id, "community")
    ((_, (name, phone, problem)),) = import_rows.fetch_bad_rows(row, 0)
    assert (name, phone) == ("N\N{REPLACEMENT CHARACTER}L", "3035550142")
    assert "no text can have" in problem
    assert "".join(phone for phone in list_values(ImportRow.phone) if phone) == LEO
