"""0055_learnt_languages: how languages were learnt comes into a database in use, and out of it."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

PERSON = "INSERT INTO people (language) VALUES ('es')"
KEYWORD = "INSERT INTO keyword_rules (keyword, response_body) VALUES ('ESPANOL', 'Hola')"
MOVE_BACK = "UPDATE keyword_rules SET updated_at = '2020-01-01', sets_language = 'en'"


def test_0055_says_nothing_about_languages_of_before_and_goes_back(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 54)
    run_sql(path, PERSON, KEYWORD)
    migrate_database(path, QUIET, find_migrations()[:55])
    assert run_sql(path, "SELECT language, language_source FROM people") == [("es", None)]
    run_sql(path, MOVE_BACK, "UPDATE keyword_rules SET sets_language = 'es'")
    assert run_sql(path, "SELECT updated_at > '2026' FROM keyword_rules") == [(1,)]
    revert_migration(path, 55, QUIET)
    assert run_sql(path, "SELECT language FROM people") == [("es",)]
    assert run_sql(path, "SELECT keyword FROM keyword_rules") == [("ESPANOL",)]
