"""0042_blast_drafts: drafts outlive the users who wrote them."""

from app.migrations.migration_runner import revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql


def test_a_draft_outlives_its_writer(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 42)
    user = "INSERT INTO users (username, password_hash, session_key) VALUES ('sol', '!', 'k')"
    draft = (
        "INSERT INTO blast_drafts (client_token, created_by_id, created_by, fields, updated_by, "
        "updated_at) VALUES ('a', 1, 'sol', '[]', 'sol', '2026-05-06')"
    )
    run_sql(path, user, draft, "PRAGMA foreign_keys = ON", "DELETE FROM users")
    read = "SELECT created_by_id, created_by, version FROM blast_drafts"
    assert run_sql(path, read) == [(None, "sol", 1)]
    revert_migration(path, 42, QUIET)
    assert run_sql(path, "SELECT 1 FROM sqlite_master WHERE name = 'blast_drafts'") == []
