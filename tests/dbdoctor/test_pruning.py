"""Old copies go, and the last good ones never do."""

from datetime import UTC, datetime, timedelta

import pytest

from app.migrations.database_backups import format_backup_timestamp
from tests.migrations.sample_migrations import list_file_names

NOW = datetime.now(UTC)


@pytest.fixture
def make_copies(database):
    """Call `make_copies(40, 41)` for copies of so many days ago; returns their names."""
    folder = database.parent / "backups"
    folder.mkdir()

    def make(*ages, label=""):
        names = []
        for days in ages:
            timestamp = format_backup_timestamp(NOW - timedelta(days=days))
            names.append(f"sms-{label}{timestamp}.db")
            (folder / names[-1]).touch()
        return names

    return make


def test_old_copies_are_deleted_of_every_kind(doctor, database, make_copies):
    kept = make_copies(*range(10))
    make_copies(31, 40)
    make_copies(50, label="before-0007-")
    code, said = doctor("--prune", "30")
    assert (code, said) == (0, "Backups older than 30 days deleted: 3.\n")
    assert list_file_names(database.parent / "backups") == sorted(kept)


def test_after_a_month_without_a_copy_the_newest_seven_stay_and_it_is_said(
    doctor, database, make_copies
):
    copies = make_copies(*range(31, 43))
    code, said = doctor("--prune", "30")
    assert code == 1
    assert "There is no backup from the last two days." in said
    assert list_file_names(database.parent / "backups") == sorted(copies[:7])


def test_files_of_other_names_are_left_alone(doctor, database, make_copies):
    make_copies(*range(8))
    for name in ("mine.db", "sms-of-ada.db", "other-20200101T000000.000000Z.db"):
        (database.parent / "backups" / name).touch()
    doctor("--prune", "1")
    assert {"mine.db", "sms-of-ada.db"} < set(list_file_names(database.parent / "backups"))
    assert "other-20200101T000000.000000Z.db" in list_file_names(database.parent / "backups")


@pytest.mark.parametrize("days", ["soon", "-1", "1.5", "99999999999"])
def test_what_is_no_number_of_days_is_wrong_usage(doctor, days):
    with pytest.raises(SystemExit) as ended:
        doctor("--prune", days)
    assert ended.value.code == 2
