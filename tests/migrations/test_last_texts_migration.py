"""0049_last_texts: the table begins with what all texts of before say."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

TEXT = (
    "INSERT INTO messages (kind, phone, body, status, created_at, submitted_at) "
    "VALUES ('{}', '{}', 'Hi', '{}', '2026-05-{} 09:00:00', {})"
)
ZOE, LEO = "+13035550001", "+13035550002"


def test_the_newest_text_that_counts_is_in_the_table(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 48)
    texts = (
        TEXT.format("blast", ZOE, "delivered", "01", "NULL"),
        TEXT.format("reply", ZOE, "sent", "02", "'2026-05-03 08:00:00'"),
        TEXT.format("blast", ZOE, "failed", "04", "NULL"),
        TEXT.format("keyword", LEO, "delivered", "05", "NULL"),
    )
    run_sql(path, *texts)
    migrate_database(path, QUIET, find_migrations()[:49])
    read = "SELECT phone, texted_at FROM last_texts"
    assert run_sql(path, read) == [(ZOE, "2026-05-03 08:00:00")]
    revert_migration(path, 49, QUIET)
    assert run_sql(path, "SELECT 1 FROM sqlite_master WHERE name LIKE '%last_text%'") == []
