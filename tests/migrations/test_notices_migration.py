"""0065_notices: users are told of what needs them, and of nothing that was before."""

from app.migrations.migration_runner import revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql


def test_0065_notices_begin_empty_and_go_with_all_choices(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 65)
    assert run_sql(path, "SELECT * FROM notice_progress") == []
    run_sql(
        path,
        "INSERT INTO chat_webhooks (name, shape, url, kinds) "
        "VALUES ('Team', 'slack', 'https://hooks.example.org/x', 'blast_paused')",
    )
    revert_migration(path, 65, QUIET)
    names = "SELECT name FROM sqlite_master WHERE name LIKE '%notice%' OR name LIKE '%chat%'"
    assert run_sql(path, names) == []
