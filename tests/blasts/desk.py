"""What the tests of blasts' pages do again and again: fill in the form, read the review page,
release, settle.
"""

import html
import re
from datetime import timedelta

from sqlalchemy import text

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control
from app.delivery.models import Message, MessageLog, ScheduledMessage
from app.events.models import Event, EventRegistration

NEW = "/blasts/new"
WRITTEN = {
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


def written(**changes):
    """What somebody fills in; None leaves a field away."""
    return {name: value for name, value in (WRITTEN | changes).items() if value is not None}


def fields_of(page, form_id):
    """What a form would send."""
    return next(dict(form["fields"]) for form in page.forms if form["attrs"].get("id") == form_id)


def hidden(page):
    """What the review page's form would send."""
    return fields_of(page, "review")


def reviewed(visit, who="ada", **changes):
    """The review page of a text."""
    page = visit(NEW, who, **written(**changes))
    assert page.status_code == 200, page.words
    return page


def pressed(visit, shown, who="ada", **more):
    """A button of the review page: everything it carries, and the button's own field."""
    return visit(NEW, who, **(hidden(shown) | more))


def sent(visit, who="ada", **changes):
    """Write, check, confirm: the id of the scheduled blast."""
    page = reviewed(visit, who, **changes)
    typed = {"people_count": hidden(page)["seen_count"]} if "people_count" in hidden(page) else {}
    answer = pressed(visit, page, who, confirm="1", **typed)
    assert answer.status_code == 303, answer.words
    return int(answer.location.rsplit("/", 1)[1])


def release(app, later=timedelta(minutes=1)):
    """Release what is due a minute from now; the id of the newest log."""
    with app.app_context():
        release_due_blasts(now() + later)
        return db.session.scalar(db.select(MessageLog.id).order_by(MessageLog.id.desc()).limit(1))


def settle(app, phone, status, **columns):
    """What became of one text, as the engine would store it."""
    values = {"status": status, **columns}
    changes = ", ".join(f"{name} = :{name}" for name in values)
    with app.app_context(), write() as session:
        session.execute(
            text(f"UPDATE messages SET {changes} WHERE phone = :phone"),
            {"phone": phone, **values},
        )


def close(app):
    """End what has nothing left to send, as the engine does."""
    with app.app_context(), write():
        blast_control.close_finished_blasts(now())


def all_scheduled(app):
    """Every scheduled blast."""
    with app.app_context():
        return db.session.scalars(db.select(ScheduledMessage).order_by(ScheduledMessage.id)).all()


def all_rows(app):
    """Every text, in id order."""
    with app.app_context():
        return db.session.scalars(db.select(Message).order_by(Message.id)).all()


def event(app, title, *phones):
    """An event with these people registered; its id."""
    with app.app_context(), write() as session:
        session.add(found := Event(title=title))
        session.flush()
        session.add_all(
            EventRegistration(event_id=found.id, phone=phone, name=None) for phone in phones
        )
        return found.id


def one_line(page):
    """The HTML of a page with every run of white space as one space."""
    return " ".join(page.text.split())


TEXT_CELL = re.compile(
    r'<td class="said" dir="auto">(.*?)</td>\s*<td data-l="Parts" class="n">(\d+)</td>',
    re.DOTALL,
)


def texts_on(page):
    """(text, parts) of each person on a review page, in order."""
    return [(html.unescape(body), int(parts)) for body, parts in TEXT_CELL.findall(page.text)]
