"""A database in which every page has something to show: people, and blasts and imports in every
state.

Made through the real doors and sent by the real engine to pretend phones: pages show nothing
that cannot happen.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from logging import getLogger
from pathlib import Path

from sqlalchemy import update

from app import create_app, demo, scheduler
from app.accounts.models import AppUser
from app.check_ins.actions.check_in_recording import CheckInSource, record_check_in
from app.core.clock import now
from app.core.column_types import datetime_from_db
from app.core.db import db, write
from app.core.settings import Settings
from app.delivery.actions import blast_control
from app.delivery.models import Message, MessageLog
from app.delivery.queries.blast_list import find_running_blasts
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.roles import Role
from app.domain.delivery.message_statuses import ScheduledBlastStatus
from app.domain.texts.template_purposes import TemplatePurpose
from app.events.models import Event
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import GroupMembership, MembershipSource
from app.imports.models import Import
from app.inbox.queries.threads import find_thread_by_phone
from app.keywords.actions import keyword_rules
from app.keywords.models import KeywordRule
from app.message_templates.actions.template_editing import TemplateValues, create_template
from app.migrations.migration_runner import migrate_database
from app.organisation.models import Organisation
from app.sequences.actions.person_control import end_person
from app.suppression.models import SuppressedContact
from app.surveys.models import SurveySession
from tests.browser.sample_lists import add_lists
from tests.browser.sample_series import add_series
from tests.gunicorn_server import wait_until
from tests.sample_people import PASSWORD, create_test_users
from tests.sample_sequences import add_sequence
from tests.surveys.survey_conversations import SurveyConversations
from tests.visit import Visitor

# When the first person of the choir was added: the group's page offers to undo it.
ADDED_AT = "2026-01-05 10:00:00.000000"
PICNIC = (
    "Hi {first_name|friend}, the Spring Picnic is Saturday 11am at City Park. Bring a dish to"
    " share! Reply YES to come."
)
CLOSED = (
    "The office stays closed on Monday because of the snow. See you on Tuesday,"
    " {first_name|everybody}!"
)
CLINIC = (
    "{first_name|Hello}, free flu shots on Thursday from 3 to 6 pm at 12 River Street. No papers"
    " needed."
)
PARKING = (
    "Parking moves to the north lot tomorrow, {first_name|friend}. The south lot is being paved"
    " until Friday."
)
WRONG = "Choir practice starts at 19:30 tonight, half an hour later than usual."
SHEET = """First name,Last name,Mobile phone,E-mail
Zoë,Hernández,(303) 555-0110,zoe@example.org
Ingrid,Bergström,303 555 0181,ingrid@example.org
Samuel,Osei,+1 720 555 0182,
Rosa,,212-555-0183,rosa@example.org
Tom,,123,tom@example.org
Lena,Fischer,415 555 0184 ext. 7,
Omar,Haddad,none,omar@example.org
Nora,Quinn,303 555 0181,
Paul,Weber,,paul@example.org
Iris,Novak,312 555 0185,
"""
TEMPLATE_TEXT = "Hi {first_name|friend}, supper is at six tonight."
MOODS = {
    3: "landline",
    8: "unreachable",
    12: "refused",
    20: "no_receipt",
    30: "no_receipt",
}
MISREAD = 27  # whom a survey did not understand
READS_ZOE = demo.make_demo_phone(0)[1:]


@dataclass(frozen=True)
class Filled:
    """The database and the ids of what stands in it, by the names that addresses use."""

    database: Path
    finished: int
    doubtful: int
    running: int
    faulty: int
    stopped: int
    scheduled: int
    expired: int
    checked: int
    imported: int
    people: int
    user: int
    event: int = 0
    keyword: int = 0
    survey: int = 0
    talk: int = 0
    doubtful_talk: int = 0
    stranger: int = 0
    misread: int = 0
    picnic: int = 0
    session: int = 0
    series_day: str = ""
    sequence: int = 0


def fill(database: Path) -> Filled:
    """Make the database. Takes a few seconds: the blasts are really sent."""
    migrate_database(database, getLogger(__name__))
    app = create_app(_settings(database, send_rate=2000.0))
    create_test_users(app)
    with app.app_context(), write():
        _settle_in()
    visit = Visitor(app)
    _play(visit)
    # Before any blast: a text answers what was asked last, and these answers are of hours ago.
    _answers(app)
    _work(app, lambda: _everyday(app, visit))
    slow = create_app(_settings(database, send_rate=12.0))
    _work(slow, lambda: _troubles(slow, Visitor(slow)))
    _later(app, visit)
    series_day = add_series(app)
    sequence = _sequence(app)
    _check_ins(app)
    _misread(visit)
    ids = _imports(app, visit) | _ids(app)
    _doubts(app, ids["doubtful"])
    with app.app_context():
        db.engine.dispose()
    return Filled(database, **ids, series_day=series_day, sequence=sequence)


def _settings(database: Path, **more) -> Settings:
    return Settings(
        secret_key="a-key-for-tests-0123456789",
        app_env="test",
        database_url=f"sqlite:///{database}",
        public_base_url="http://127.0.0.1",
        log_format="text",
        undo_seconds=0,
        admin_test_phone="+13035550199",
        **more,
    )


def _work(app, do):
    """Do something while the engine runs."""
    background = scheduler.start_background_jobs(app)
    try:
        do()
    finally:
        background.stop()


def _settle_in():
    """A price, a colleague, and the made-up community."""
    db.session.get(Organisation, 1).price_per_segment = Decimal("0.0079")
    db.session.add(mia := AppUser(username="mia", role=Role.SOCIAL_MANAGER, session_key="c" * 32))
    mia.set_password(PASSWORD)
    mia.must_change_password = True
    demo.load_demo_data()
    texts = {"en": TEMPLATE_TEXT, "es": "Hola {first_name}, la cena es hoy a las seis."}
    create_template(TemplateValues("Supper tonight", TemplatePurpose.BLAST, texts), "ada")
    choir = create_group(GroupInfo("Choir", "Wednesdays at 7 PM.", owner_id=1))
    phones = [demo.make_demo_phone(n) for n in range(9)]
    add_people_to_group(choir.id, phones, MembershipSource.HAND, "ada")
    first = GroupMembership.phone == phones[0]
    statement = update(GroupMembership).where(first).values(since=datetime_from_db(ADDED_AT))
    db.session.execute(statement)
    create_group(GroupInfo("Church council of the whole valley and its friends"))
    add_lists(choir.id)


def _play(visit):
    """Some phones have their moods."""
    for n, mood in MOODS.items():
        visit(f"/sandbox/{demo.make_demo_phone(n)[1:]}/mood", "ada", mood=mood)


def _everyday(app, visit):
    """Two finished blasts, a test, and people who write back."""
    _blast(visit, "sol", CLINIC, target="event", event_id=str(_event(app)))
    _ended(app)
    _blast(visit, "ada", PICNIC)
    _ended(app)
    for body in ("YES", "We are 2 adults and 3 kids 🎉", "What can I bring?"):
        visit(f"/sandbox/{READS_ZOE}/text", "ada", body=body)
    visit(f"/sandbox/{demo.make_demo_phone(5)[1:]}/text", "ada", body="STOP")
    _keywords(app)
    _blast(visit, "ada", WRONG, send_mode="test")
    _ended(app)


def _keywords(app):
    """One more keyword that is off, one whose time is over, and one with a long word; some were
    used.
    """
    with app.app_context(), write():
        keyword_rules.create_keyword_rule(
            keyword_rules.KeywordInfo(
                "SNOW", "We are closed today because of the snow.", is_active=False
            ),
            [],
            "ada",
        )
        keyword_rules.create_keyword_rule(
            keyword_rules.KeywordInfo(
                "SUMMER", "Camp is full.", active_until=now() - timedelta(days=80)
            ),
            ["CAMP"],
            "sol",
        )
        keyword_rules.create_keyword_rule(
            keyword_rules.KeywordInfo("DONAUDAMPFSCHIFFFAHRTSGESELLSCHAFTSFEST", "Ahoi!"),
            [],
            "sol",
        )
        used = db.update(KeywordRule).where(KeywordRule.keyword.in_(["HOURS", "JOIN"]))
        db.session.execute(
            used.values(match_count=1214, last_matched_at=now() - timedelta(hours=3))
        )


def _troubles(app, visit):
    """One blast stopped halfway, one paused by a fault, one paused by a person."""
    _blast(visit, "sol", PARKING)
    visit.post(f"/blasts/logs/{_begun(app)}/cancel", "sol")
    _blast(visit, "ada", WRONG)
    begun = _begun(app)
    with app.app_context(), write():
        blast_control.pause_blasts_for_fault(
            MessageLog.id == begun, "Twilio does not accept the sender.", 21606
        )
    _blast(visit, "ada", CLOSED)
    visit.post(f"/blasts/logs/{_begun(app)}/pause", "ada")


def _later(app, visit):
    """One blast waits, one was cancelled, one was too late."""
    soon = (now() + timedelta(days=2)).date().isoformat()
    when = {"send_mode": "later", "schedule_date": soon, "timezone": "America/Denver"}
    for body, time in ((PICNIC, "17:00"), (CLINIC, "08:30"), (CLOSED, "12:00")):
        _blast(visit, "ada", body, schedule_time=time, **when)
    *_, first, second, third = _schedules(app)
    fields = {"message_body": PICNIC, "target": "community", "send_mode": "later"}
    visit("/blasts/drafts", "sol", **fields | {"schedule_time": "25:00"})
    visit("/blasts/drafts/1", "sol", **fields | {"send_mode": "now", "version": "1"})
    visit.post(f"/blasts/scheduled/{first.id}/edit", "ada")
    visit.post(f"/blasts/scheduled/{second.id}/cancel", "ada")
    with app.app_context(), write() as session:
        late = session.get(ScheduledMessage, third.id)
        late.status, late.error_message = (
            ScheduledBlastStatus.EXPIRED,
            "SMS Admin was not running when it was due.",
        )


def _sequence(app):
    """A sequence of three steps with people in it, one of whom it ended for."""
    phones = [demo.make_demo_phone(n) for n in range(6)]
    with app.app_context():
        sequence_id = add_sequence("Welcome", phones)
        with write():
            end_person(sequence_id, 1, now())
    return sequence_id


def _check_ins(app):
    """The first person of the demo has checked in for three days, by two things."""
    with app.app_context():
        for days, name in ((2, "WALK"), (1, "WALK"), (0, "How was your day?")):
            with write():
                moment = now() - timedelta(days=days)
                record_check_in(CheckInSource(name), demo.make_demo_phone(0), moment)


def _doubts(app, log_id):
    """Of some texts of a finished blast nobody knows whether they left; one was not sent, one a
    person has left.
    """
    later, earlier = now() + timedelta(hours=2), now() - timedelta(hours=1)
    states = [
        ("unknown", cause, {"look_up_at": later, "lookups": 4})
        for cause in ("no_answer", "carrier_fault")
    ]
    states += [
        ("not_sent", "no_name", {"lookups": 7}),
        ("unknown", "process_stopped", {"left_at": now()}),
    ]
    with app.app_context(), write() as session:
        texts = session.scalars(
            db.select(Message).where(Message.message_log_id == log_id).order_by(Message.id)
        )
        for row, (status, reason, more) in zip(texts.all(), states, strict=False):
            row.status, row.reason, row.submitted_at = status, reason, earlier
            row.provider_sid = row.sent_at = row.delivered_at = row.failed_at = None
            for name, value in more.items():
                setattr(row, name, value)


def _answers(app):
    """Many answered the survey of the picnic: most to the end, some with nonsense, one is in
    the middle.
    """
    text = SurveyConversations(app, now() - timedelta(hours=3))
    food = ("1", "cake", "only us", "C", "b", "salad")
    for n in range(20):
        name = demo.MEMBER_NAMES[n]
        said = (
            ("no",)
            if n % 6 == 5
            else (
                "👍" if n % 4 else "yes",
                str(1 + n * 7 % 5),
                food[n % 6],
                name or "skip",
            )
        )
        for body in ("picnic", *said[: 2 if n == 7 else None]):
            text(demo.make_demo_phone(n), body, seconds=20, name=name)
    for n, nonsense in (
        (21, ("2 adults and 3 kids", "five or six", "we will see")),
        (22, ("what?",)),
    ):
        for body in ("picnic", "yes", *nonsense):
            text(demo.make_demo_phone(n), body, seconds=20, name=demo.MEMBER_NAMES[n])


def _misread(visit):
    """One has just answered what the survey does not understand, but a person does."""
    for body in ("picnic", "yes", "We are 2 adults and 3 kids 🎉"):
        visit(f"/sandbox/{demo.make_demo_phone(MISREAD)[1:]}/text", "ada", body=body)


def _imports(app, visit):
    """One import waits for its confirmation, one is done."""
    ids = {}
    for name, sheet in (
        ("imported", SHEET.replace("-018", "-019").replace(" 018", " 019")),
        ("checked", SHEET),
    ):
        file = {"file": (BytesIO(sheet.encode()), "members-2026.csv")}
        visit("/community/import", "ada", files=file)
        with app.app_context():
            ids[name] = db.session.scalar(db.select(db.func.max(Import.id)))
        if name == "imported":
            visit.post(f"/community/import/{ids[name]}/confirm", "ada")
    return ids


def _blast(visit, who, body, **fields):
    form = {
        "message_body": body,
        "target": "community",
        "send_mode": "now",
        "include_unsubscribe": "y",
    } | fields
    token = visit("/blasts/new", who).fields()["client_token"]
    review = visit("/blasts/new", who, **form, client_token=token)
    if "send_mode" in fields and fields["send_mode"] == "test":
        return
    seen = review.fields()["seen_count"]
    sent = visit(
        "/blasts/new",
        who,
        **form,
        client_token=token,
        confirm="1",
        seen_count=seen,
        people_count=seen,
    )
    assert sent.status_code == 303, sent.words


def _ended(app):
    """Wait until everything is sent and every receipt that will come is in."""

    def quiet():
        with app.app_context():
            if find_running_blasts() or _open_schedules():
                return False
            return not db.session.scalar(
                db.text(
                    "SELECT count(*) FROM sandbox_messages WHERE NOT from_phone AND next_at IS NOT"
                    " NULL"
                )
            )

    wait_until(quiet, "the blast to end")


def _begun(app):
    """Wait until some texts of the newest blast are delivered; its log's id."""

    def some():
        with app.app_context():
            log = db.session.scalar(db.select(MessageLog).order_by(MessageLog.id.desc()).limit(1))
            fresh = not _open_schedules() and log.status == "processing" and log.success_count > 9
            return log.id if fresh else None

    return wait_until(some, "the blast to begin")


def _open_schedules():
    due = (
        ScheduledMessage.status == ScheduledBlastStatus.PENDING,
        ScheduledMessage.scheduled_at <= now(),
    )
    return db.session.scalar(db.select(db.func.count()).select_from(ScheduledMessage).where(*due))


def _schedules(app):
    with app.app_context():
        return db.session.scalars(db.select(ScheduledMessage).order_by(ScheduledMessage.id)).all()


def _event(app):
    with app.app_context():
        return db.session.scalar(db.select(Event.id).where(Event.title == "Flu clinic"))


def _ids(app):
    with app.app_context():
        logs = {
            log.message_body: log.id
            for log in db.session.scalars(db.select(MessageLog).where(~MessageLog.test_mode))
        }
        single = db.select(ScheduledMessage).where(ScheduledMessage.series_id.is_(None))
        waiting = {each.status: each.id for each in db.session.scalars(single)}
        assert db.session.scalar(db.select(db.func.count()).select_from(SuppressedContact))
        return {
            "finished": logs[PICNIC],
            "doubtful": logs[CLINIC],
            "running": logs[CLOSED],
            "faulty": logs[WRONG],
            "stopped": logs[PARKING],
            "scheduled": waiting[ScheduledBlastStatus.PENDING],
            "expired": waiting[ScheduledBlastStatus.EXPIRED],
            "people": 1,
            "user": 3,
            "survey": 1,
            "event": db.session.scalar(db.select(Event.id).where(Event.title == "Flu clinic")),
            "keyword": db.session.scalar(
                db.select(KeywordRule.id).where(KeywordRule.keyword == "FLU")
            ),
            "picnic": db.session.scalar(
                db.select(Event.id).where(Event.title == "Spring picnic at City Park")
            ),
            "session": db.session.scalar(
                db.select(SurveySession.id)
                .where(SurveySession.survey_id == 1)
                .order_by(SurveySession.id.desc())
            ),
            "talk": _thread(demo.make_demo_phone(6)),
            "doubtful_talk": _thread(demo.make_demo_phone(24)),
            "stranger": _thread(demo.UNKNOWN_SENDER_PHONE),
            "misread": _thread(demo.make_demo_phone(MISREAD)),
        }


def _thread(phone):
    return find_thread_by_phone(phone).id
