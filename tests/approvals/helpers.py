"""Steps that tests of approvals repeat: limit Sol, send as Sol, read the code on a phone."""

import re
from datetime import timedelta

from sqlalchemy import select, update

from app.accounts.models import AppUser, SenderLimit
from app.accounts.queries import find_user_by_name
from app.approvals.models import BlastApproval
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.organisation.models import Organisation
from tests.blasts.helpers import send_blast
from tests.sample_rows import add_members

ADA_PHONE = "+13035550177"
CODE = re.compile(r"Reply (\d{6}) to approve: (.*)\n\n(.*)", re.DOTALL)


def limit_user(app, username="sol", **values):
    """Let the blasts of a user wait above this size; Ada has a phone of her own."""
    with app.app_context(), write() as session:
        user_id = find_user_by_name(username).id
        session.add(SenderLimit(user_id=user_id, **values))
        ada = AppUser.username == "ada"
        session.execute(update(AppUser).where(ada).values(phone=ADA_PHONE))


def set_price(app, price):
    """What a segment costs."""
    with app.app_context(), write() as session:
        session.execute(update(Organisation).values(price_per_segment=price))


def send_above_limit(app, visit, people=6, max_people=5, **changes):
    """Sol sends to more people than Sol may; return the id of the blast, which waits."""
    with app.app_context():
        add_members(people)
    limit_user(app, max_people=max_people)
    return send_blast(visit, "sol", **changes)


def get_blast(app, blast_id):
    """The scheduled blast as it is now."""
    with app.app_context():
        return db.session.get(ScheduledMessage, blast_id)


def list_requests(app):
    """What was asked, in order."""
    with app.app_context():
        return db.session.scalars(select(BlastApproval).order_by(BlastApproval.id)).all()


def list_texts(app, phone=ADA_PHONE):
    """The texts that a phone got, in order."""
    with app.app_context():
        statement = select(Message.body).where(
            Message.phone == phone, Message.direction == "outbound"
        )
        return db.session.scalars(statement.order_by(Message.id)).all()


def read_code(app, phone=ADA_PHONE):
    """The last code that a phone got."""
    codes = [match[1] for match in map(CODE.match, list_texts(app, phone)) if match]
    return codes[-1]


def release(app, later=timedelta(minutes=1)):
    """Release what is due then; return how many blasts that were."""
    with app.app_context():
        return release_due_blasts(now() + later)


def count_logs(app):
    """How many blasts were released."""
    with app.app_context():
        return len(db.session.scalars(select(MessageLog.id)).all())


def get_decide_fields(page, action):
    """What the form of a decision on the page would send."""
    form = next(form for form in page.forms if form["attrs"].get("action", "").endswith(action))
    return dict(form["fields"])
