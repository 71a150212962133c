"""0028_person_fields: a step back drops fields and values, and people stay."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, run_sql


def test_a_step_back_drops_fields_and_values_and_people_stay(tmp_path):
    path = tmp_path / "sms.db"
    migrate_database(path, QUIET, find_migrations()[:28])
    run_sql(path, "INSERT INTO community_members (name, phone) VALUES ('Zoe', '+12025550101')")
    run_sql(
        path,
        "INSERT INTO person_fields (id, name, folded_name, type, class, position) "
        "VALUES (1, 'Diet', 'diet', 'text', 'public', 1)",
    )
    run_sql(
        path,
        "INSERT INTO person_values (person_id, field_id, value, sort_value) "
        "SELECT id, 1, 'Vegan', 'vegan' FROM people",
    )
    assert run_sql(path, "SELECT value FROM person_values") == [("Vegan",)]
    revert_migration(path, 28, QUIET)
    tables = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'person_%' ORDER BY name"
    )
    assert run_sql(path, tables) == [("person_notes",), ("person_phones",)]
    migrate_database(path, QUIET, find_migrations()[:28])
    assert run_sql(path, "SELECT * FROM person_fields") == []
