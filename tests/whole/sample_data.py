"""A furnished site: one of everything that an address can name, so that every door of it can
be tried.
"""

import hashlib
import io
import re
import sqlite3
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from app.accounts.actions.permission_set_changes import SetContent, add_permission_set
from app.accounts.models import AppUser
from app.audiences.segment_models import Segment
from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.draft_storage import DraftWriter, TypedDraft, create_draft
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control, blast_scheduling
from app.delivery.models import MessageLog
from app.domain.accounts.permissions import Permission
from app.domain.accounts.roles import Role
from app.domain.accounts.scope import UNLIMITED_SCOPE
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.notices.chat_shapes import ChatShape
from app.domain.notices.notice_kinds import NoticeChannel, NoticeKind
from app.domain.notices.notice_sentences import build_test
from app.domain.profiles.field_types import FieldType
from app.domain.recurrence.recurrence_rules import RecurrenceKind, RecurrenceRule
from app.domain.texts.template_purposes import TemplatePurpose
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.inbox.models import SavedReply
from app.keywords.actions import keyword_rules
from app.keywords.models import KeywordRule
from app.message_templates.actions.template_editing import TemplateValues, create_template
from app.notices.actions.chat_changes import add_chat
from app.notices.actions.notice_storing import Addressee, News, store_notice
from app.people.models import PersonNote
from app.profiles.field_models import PersonField
from app.profiles.queries.person_lookup import find_public_ids
from app.series.actions.series_editing import SeriesTiming, start_series
from app.series.queries.series_records import list_pending_occurrences
from app.surveys.models import SurveyFlow, SurveySession
from app.texting_hours.models import BlackoutDay
from app.trash.actions.keeping import Deletion, keep_in_trash
from app.trash.models import TrashKind
from tests.sample_people import LEO, MAX, MIA, PASSWORD, ZOE
from tests.sample_rows import add_dead_number, add_inbound_text, add_member, add_opt_out
from tests.sample_sequences import add_sequence
from tests.visit import Visitor

SHEET = b"name,phone\nUma,303 555 0150\nBad,12\n"
NIA, TOM = (
    "nia",
    "tom",
)  # Nia must change her password; Tom is there to be edited and deleted
CHOIR_RULE = '{"items":[{"kind":"in_group","ref":1}],"join":"all"}'


def fill_sample_data(app) -> dict[str, dict[str, str]]:
    """Put one of everything into the database of `app`; gives what stands for the placeholders
    of each endpoint.
    """
    with app.app_context():
        _people()
        waiting, ended = _blast(hours=2), _blast(hours=3)
        with write():
            blast_scheduling.cancel_scheduled_blast(ended)
        running, faulty = _running(), _running()
        with write():
            blast_control.pause_blasts_for_fault(
                MessageLog.id == faulty, "The sender cannot send texts.", 21606
            )
        with write():
            reading = frozenset({Permission.SEE_PEOPLE})
            add_permission_set(SetContent("Reads only", reading, UNLIMITED_SCOPE))
        with write():
            typed = TypedDraft([("message_body", "Hi"), ("target", "community")])
            sol = db.session.scalar(db.select(AppUser.id).where(AppUser.username == "sol"))
            create_draft("a-draft-of-sols", typed, DraftWriter(sol, "sol"))
        with write():
            values = TemplateValues("Choir", TemplatePurpose.BLAST, {"en": "Hi", "es": "Hola"})
            create_template(values, "ada")
            keyword_rules.create_keyword_rule(
                keyword_rules.KeywordInfo("HOURS", "9 to 5"), ["WHEN"], "sol"
            )
        add_sequence("Choir", [ZOE])
        series_day = _series(_blast(hours=4))
        _notices()
        zoe = add_member(ZOE, "Zoë").id
        public_ids = find_public_ids([ZOE, LEO])
        tom = db.session.scalar(db.select(AppUser.id).where(AppUser.username == TOM))
    import_id = _import(app)
    opt_outs = {"import_id": _import(app, "/suppression/import")}
    coming = {"import_id": _import(app, "/events/1/import")}
    _trash(app)
    _close(app)
    values = {
        "log_id": str(running),
        "scheduled_id": str(waiting),
        "draft_id": "1",
        "member_id": str(zoe),
        "user_id": str(tom),
        "set_id": "1",
        "login_id": "999",
        "import_id": import_id,
        "event_id": "1",
        "rid": "1",
        "group_id": "1",
        "field_id": "1",
        "segment_id": "1",
        "template_id": "1",
        "series_id": "1",
        "sequence_id": "1",
        "person_id": "1",
        "day_id": "1",
        "day": series_day,
        "digits": ZOE[1:],
        "public_id": public_ids[ZOE],
        "year": "2024",
        "other_public_id": public_ids[LEO],
        "note_id": "1",
        "rule_id": "1",
        "survey_id": "1",
        "session_id": "1",
        "thread_id": "1",
        "reply_id": "1",
        "item_id": "1",
        "line": "3",
        "kind": "suppressed",
        "id": "1",
        "ref": "0" * 32,
        "filename": "css/base.css",
        "notice_id": "1",
        "webhook_id": "1",
    }
    rooms = {"suppression": opt_outs, "events": coming}
    return {
        "": values,
        "people.download_held_data": {"kind": "json"},
        "faulty": {"log_id": str(faulty)},
        "ended": {"scheduled_id": str(ended)},
    } | rooms


def _trash(app) -> None:
    """A keyword in the trash."""
    with app.app_context(), write():
        rule = keyword_rules.create_keyword_rule(
            keyword_rules.KeywordInfo("PARKING", "Behind the hall"), [], "sol"
        )
        keep_in_trash(Deletion(TrashKind.KEYWORD, "PARKING", "sol", None), KeywordRule, [rule.id])
        keyword_rules.delete_keyword_rule(rule.id)


def _series(scheduled_id: int) -> str:
    """Let a blast repeat every day; return its first date."""
    today = now().date()
    every_day = RecurrenceRule(RecurrenceKind.WEEKLY, weekdays=tuple(range(7)))
    with write():
        timing = SeriesTiming(every_day, today, "23:59")
        series = start_series(scheduled_id, timing, "sol", now())
        return list_pending_occurrences([series.id])[series.id].occurs_on.isoformat()


def _people() -> None:
    nia = AppUser(
        username=NIA,
        role=Role.SOCIAL_MANAGER,
        session_key="c" * 32,
        must_change_password=True,
    )
    tom = AppUser(username=TOM, role=Role.ADMIN, session_key="d" * 32)
    for person in (nia, tom):
        person.set_password(PASSWORD)
    for phone, name in ((LEO, "Leo"), (MIA, "Mia"), (MAX, "Max")):
        add_member(phone, name)
    add_opt_out(LEO)
    with write() as session:
        session.add(PersonField(name="Voice", field_type=FieldType.TEXT))
    add_dead_number(MIA)
    with write() as session:
        session.add_all([nia, tom, event := Event(title="Spring picnic")])
        session.flush()
        session.add(EventRegistration(event_id=event.id, phone=MAX))
        asked = '["Coming?"]'
        session.add(
            survey := SurveyFlow(name="Who comes", trigger_keyword="PICNIC", questions_json=asked)
        )
        session.flush()
        session.add(SurveySession(survey_id=survey.id, phone=MAX, questions_json=asked))
        session.add(PersonNote(phone=ZOE, body="Chairs the choir", created_by="sol"))
        session.add(group := ContactGroup(name="Choir"))
        session.flush()
        session.add(GroupMembership(group_id=group.id, phone=ZOE))
        session.add(Segment(name="Altos", rule=CHOIR_RULE))
        session.add(BlackoutDay(day=date(2099, 12, 25), name="Christmas"))
        session.add(SavedReply(title="Thanks", body="Thank you, {first_name|friend}!"))
    add_inbound_text(ZOE, "Is there parking?")


def _notices() -> None:
    """A chat at a port where nobody listens, and a notice to the first user."""
    with write() as session:
        values = {"name": "Team", "shape": ChatShape.SLACK, "kinds": "blast_paused"}
        add_chat(values | {"url": "http://127.0.0.1:9/hook"})
        first = session.scalar(db.select(db.func.min(AppUser.id)))
        news = News(NoticeKind.TEST, build_test(), "test")
        store_notice(news, Addressee(NoticeChannel.BROWSER, first), now())


def _blast(hours: float | None = None) -> int:
    due = now() + timedelta(hours=hours) if hours else None
    with write():
        return confirm_blast(
            BlastDraft(
                "Hello {first_name|friend}",
                None,
                BlastTarget.COMMUNITY,
                None,
                "UTC",
                due,
            ),
            None,
            "ada",
            now(),
        )


def _running() -> int:
    """A blast that is being sent: released, and nobody sends it."""
    _blast()
    release_due_blasts(now() + timedelta(minutes=1))
    return db.session.scalar(db.select(db.func.max(MessageLog.id)))


def _import(app, address: str = "/community/import") -> str:
    page = Visitor(app)(address, "ada", files={"file": (io.BytesIO(SHEET), "people.csv")})
    return re.search(r"/import/(\d+)", page.location).group(1)


def _close(app) -> None:
    """The last connection closes, so all is in the one file that tests copy."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


_LAST_SEEN: dict[tuple[Path, int], tuple[int, dict[str, tuple[int, str]]]] = {}


# When users were here last and what their next page says: every page may write them.
NOTED_OF_VISITS = {"sessions": ("seen_at", "flashes"), "users": ("last_seen_at",)}


def snapshot(database: Path, *, without: tuple[str, ...] = ()) -> dict[str, tuple[int, str]]:
    """Each table's number of rows and a sum of what is in them."""
    # By its inode too: another file may have taken the place of this one.
    file = (database, database.stat().st_ino)
    connection = _connect(*file)
    # SQLite changes this number for a connection whenever another one has committed something,
    # so a file that nobody wrote to is not read again: 3,000 readings took 6 s.
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    last_version, tables = _LAST_SEEN.get(file, (None, {}))
    if version != last_version:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        tables = {name: _sum(connection, name) for (name,) in names}
        _LAST_SEEN[file] = (version, tables)
    return {name: rows for name, rows in tables.items() if name not in without}


@cache
def _connect(database: Path, _inode: int) -> sqlite3.Connection:
    """The one connection that watches this file for the whole run."""
    return sqlite3.connect(database)


def _sum(connection: sqlite3.Connection, table: str) -> tuple[int, str]:
    noted = NOTED_OF_VISITS.get(table, ())
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(f'"{column}"' for column in columns if column not in noted)
    rows = connection.execute(f"SELECT {chosen} FROM {table}").fetchall()
    return len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()
