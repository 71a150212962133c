"""0052_check_ins: nothing of before counts as a check-in, and the way back forgets them."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

KEYWORD = "INSERT INTO keyword_rules (keyword, response_body) VALUES ('WALK', 'Well done!')"
CHECK_IN = (
    "INSERT INTO check_ins (phone, day, keyword_rule_id, source_name) "
    "VALUES ('+13035550001', '2026-05-01', 1, 'WALK')"
)


def test_a_keyword_of_before_is_no_check_in_and_a_deleted_one_keeps_its_check_ins(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 51)
    run_sql(path, KEYWORD)
    migrate_database(path, QUIET, find_migrations()[:52])
    assert run_sql(path, "SELECT counts_as_check_in FROM keyword_rules") == [(0,)]
    run_sql(path, CHECK_IN, "PRAGMA foreign_keys = ON", "DELETE FROM keyword_rules")
    read = "SELECT keyword_rule_id, source_name FROM check_ins"
    assert run_sql(path, read) == [(None, "WALK")]
    revert_migration(path, 52, QUIET)
    assert run_sql(path, "SELECT 1 FROM sqlite_master WHERE name LIKE '%check_in%'") == []
