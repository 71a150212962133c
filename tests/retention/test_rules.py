"""An admin chooses how long what is kept, sees what would go, and at night it goes."""

from datetime import timedelta

from app.backups.backup_retention import find_kept_counts
from app.core.clock import now
from app.core.db import db, write
from app.core.settings import current_settings
from app.delivery.models import Message, MessageLog
from app.domain.delivery.message_statuses import MessageStatus
from app.inbox.actions.thread_updates import record_outbound_text
from app.migrations.backup_names import BackupReason, format_backup_timestamp
from app.retention.actions.retention_run import run_retention
from app.retention.actions.rule_changes import store_rules
from app.retention.models import RetentionKind
from app.retention.queries.retention_rules import find_retention_days, find_rule, preview_removal
from tests.sample_people import LEO, ZOE

YEAR = 365
OLD_WORDS, NEW_WORDS = "Zoe, your cello is ready", "See you on Sunday"


def never():
    return False


def add_text(phone, body, days_ago, **more):
    values = {"kind": "reply", "status": MessageStatus.DELIVERED, **more}
    with write() as session:
        text = Message(
            phone=phone, body=body, created_at=now() - timedelta(days=days_ago), **values
        )
        session.add(text)
        session.flush()
        return text.id


def read_bodies():
    db.session.rollback()
    return {text.id: text.body for text in db.session.query(Message)}


def test_nothing_goes_without_a_rule(app):
    with app.app_context():
        text_id = add_text(ZOE, OLD_WORDS, 4000)
        run_retention(never)
        assert read_bodies() == {text_id: OLD_WORDS}
        assert find_retention_days(RetentionKind.TEXT_WORDS) is None
        assert find_retention_days(RetentionKind.CARRIER_CALLS) == 30


def test_old_words_go_and_what_waits_or_is_in_doubt_stays(app):
    with app.app_context():
        old = add_text(ZOE, OLD_WORDS, 400)
        kept = {
            add_text(ZOE, NEW_WORDS, 100): NEW_WORDS,
            add_text(LEO, "waits", 400, status=MessageStatus.QUEUED): "waits",
            add_text(LEO, "doubt", 400, status=MessageStatus.UNKNOWN): "doubt",
            add_text(LEO, "[erased]", 400): "[erased]",
        }
        with write():
            store_rules({RetentionKind.TEXT_WORDS: YEAR})
        run_retention(never)
        assert read_bodies() == {old: "[removed after 12 months]"} | kept
        assert find_rule(RetentionKind.TEXT_WORDS).removed_count == 1


def test_the_search_of_the_inbox_forgets_them(app):
    with app.app_context():
        text_id = add_text(ZOE, OLD_WORDS, 400)
        with write():
            record_outbound_text(ZOE, text_id, OLD_WORDS, now())
            store_rules({RetentionKind.TEXT_WORDS: YEAR})
    with app.app_context():
        run_retention(never)
        left = db.session.execute(
            db.text("SELECT count(*) FROM inbox_search WHERE inbox_search MATCH :word"),
            {"word": "cello"},
        )
        assert left.scalar() == 0


def test_removed_words_are_never_sent_again(app):
    """Who failed a year ago is not sent the mark that stands there now."""
    from app.delivery.queries.resendable_messages import list_actionable_message_ids

    with app.app_context():
        with write() as session:
            log = MessageLog(message_body="Hi", target="community", status="sent")
            session.add(log)
            session.flush()
            log_id = log.id
        more = {"message_log_id": log_id, "status": MessageStatus.FAILED, "kind": "blast"}
        text_id = add_text(ZOE, "Hi", 400, **more)
        assert list_actionable_message_ids(log_id, "failed") == [text_id]
        with write():
            store_rules({RetentionKind.TEXT_WORDS: YEAR})
        run_retention(never)
        assert list_actionable_message_ids(log_id, "failed") == []


def test_the_page_says_what_would_go_before_it_is_saved(app, visit):
    with app.app_context():
        add_text(ZOE, OLD_WORDS, 400)
    page = visit("/settings/retention", "ada")
    fields = {
        "text_words": "365",
        "carrier_calls": "30",
        "sign_ins": "0",
        "drafts": "0",
        "practice_texts": "0",
        "audit": "0",
        "backups": "35",
        "archive": "0",
    }
    shown = visit.post("/settings/retention", "ada", **fields)
    assert shown.status_code == 200
    assert "Words of texts: 1 text, the oldest from" in " ".join(shown.text.split())
    with app.app_context():
        assert find_rule(RetentionKind.TEXT_WORDS) is None
    confirmed = fields | {
        "confirmed": ",".join(
            f"{kind.value}={fields[kind.value]}" for kind in RetentionKind if kind.value in fields
        )
    }
    assert visit.post("/settings/retention", "ada", **confirmed).status_code == 303
    with app.app_context():
        assert find_rule(RetentionKind.TEXT_WORDS).days == YEAR
    assert page.status_code == 200


def test_another_choice_is_shown_anew_and_an_unknown_one_refused(app, visit):
    with app.app_context():
        add_text(ZOE, OLD_WORDS, 400)
    fields = {"text_words": "90", "carrier_calls": "30", "sign_ins": "0", "drafts": "0"}
    fields |= {"practice_texts": "0", "archive": "0", "confirmed": "text_words=365"}
    assert visit.post("/settings/retention", "ada", **fields).status_code == 200
    assert visit.post("/settings/retention", "ada", **{**fields, "drafts": "1"}).status_code == 422
    with app.app_context():
        assert find_rule(RetentionKind.TEXT_WORDS) is None


def test_nightly_backups_are_counted_and_kept_by_their_number(app):
    with app.app_context():
        settings = current_settings()
        settings.backup_path.mkdir(exist_ok=True)
        for days in range(1, 11):
            stamp = format_backup_timestamp(now() - timedelta(days=days))
            name = f"{settings.database_path.stem}-{stamp}-nightly.db.gz"
            (settings.backup_path / name).touch()
        assert preview_removal(RetentionKind.BACKUPS, 35).count == 0
        assert preview_removal(RetentionKind.BACKUPS, 7).count == 3
        assert find_kept_counts()[BackupReason.NIGHTLY] == 35
        with write():
            store_rules({RetentionKind.BACKUPS: 7})
        assert find_kept_counts()[BackupReason.NIGHTLY] == 7
