"""Steps that tests of blasts' pages repeat: fill in the form, review, send, release."""

import html
import re
from datetime import timedelta

from sqlalchemy import text

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.events.models import Event, EventRegistration

COMPOSE_URL = "/blasts/new"
DEFAULT_FIELDS = {
    "message_body": "Hi {first_name|friend}, the picnic is at eleven.",
    "target": "community",
    "send_mode": "now",
    "include_unsubscribe": "y",
}
LATER = {
    "send_mode": "later",
    "schedule_date": "2026-05-08",
    "schedule_time": "20:45",
    "timezone": "America/Denver",
}
AT_NOON = "2026-05-06 12:00:00+00:00"  # Wednesday, 06:00 in Denver


def compose_fields(**changes):
    """Return the fields of a compose form; None leaves a field out."""
    return {name: value for name, value in (DEFAULT_FIELDS | changes).items() if value is not None}


def get_form_fields(page, form_id):
    """Return what a form of the page would send."""
    form = next(form for form in page.forms if form["attrs"].get("id") == form_id)
    values = {}
    for name, value in form["fields"]:
        values.setdefault(name, []).append(value)
    return {name: value[0] if len(value) == 1 else value for name, value in values.items()}


def get_review_fields(page):
    """Return what the review page's form would send."""
    return get_form_fields(page, "review")


def open_review(visit, who="ada", **changes):
    """Return the review page of a text."""
    page = visit(COMPOSE_URL, who, **compose_fields(**changes))
    assert page.status_code == 200, page.words
    return page


def press_button(visit, page, /, who="ada", **fields):
    """Press a button of the review page: send its form with the button's own fields."""
    return visit(COMPOSE_URL, who, **(get_review_fields(page) | fields))


def send_blast(visit, who="ada", **changes):
    """Write, review and confirm a blast; return the id of the scheduled blast."""
    page = open_review(visit, who, **changes)
    fields = get_review_fields(page)
    typed = {}
    if "people_count" in fields:
        typed["people_count"] = fields["seen_count"]
    answer = press_button(visit, page, who, confirm="1", **typed)
    assert answer.status_code == 303, answer.words
    return int(answer.location.rsplit("/", 1)[1])


def release_blasts(app, later=timedelta(minutes=1)):
    """Release what is due a minute from now; return the id of the newest log."""
    with app.app_context():
        release_due_blasts(now() + later)
        return db.session.scalar(db.select(MessageLog.id).order_by(MessageLog.id.desc()).limit(1))


def set_message_status(app, phone, status, **columns):
    """Store what became of one text, as the engine would."""
    values = {"status": status, **columns}
    changes = ", ".join(f"{name} = :{name}" for name in values)
    with app.app_context(), write() as session:
        session.execute(
            text(f"UPDATE messages SET {changes} WHERE phone = :phone"),
            {"phone": phone, **values},
        )


def close_finished_blasts(app):
    """End what has nothing left to send, as the engine does."""
    with app.app_context(), write():
        blast_control.close_finished_blasts(now())


def list_scheduled_blasts(app):
    """Return every scheduled blast."""
    with app.app_context():
        return db.session.scalars(db.select(ScheduledMessage).order_by(ScheduledMessage.id)).all()


def list_messages(app):
    """Return every text, in id order."""
    with app.app_context():
        return db.session.scalars(db.select(Message).order_by(Message.id)).all()


def create_event(app, title, *phones):
    """Create an event with these people registered; return its id."""
    with app.app_context(), write() as session:
        session.add(row := Event(title=title))
        session.flush()
        session.add_all(
            EventRegistration(event_id=row.id, phone=phone, name=None) for phone in phones
        )
        return row.id


def get_one_line_html(page):
    """Return the HTML of a page with every run of white space as one space."""
    return " ".join(page.text.split())


TEXT_CELL = re.compile(
    r'<td class="said" dir="auto">(.*?)</td>\s*<td data-l="Segments" class="n">(\d+)</td>',
    re.DOTALL,
)


def read_review_texts(page):
    """Return (text, segments) of each person on a review page, in order."""
    return [(html.unescape(body), int(parts)) for body, parts in TEXT_CELL.findall(page.text)]
