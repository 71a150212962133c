"""A blast that expired because the machine was off is told like a paused one (R7)."""

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.db import db
from app.delivery.alert_models import Alert
from tests.delivery.helpers import add_phones, list_messages, start_blast, twilio_settings
from tests.sample_people import ZOE
from tests.visit import Visitor

ADA_PHONE = "+13035550199"


def test_an_expired_blast_is_told_by_alert_by_text_and_on_home(make_app, twilio):
    app = make_app(**twilio_settings(twilio), admin_test_phone=ADA_PHONE)
    add_phones(app, ZOE)
    blast_id = start_blast(app, "Choir at six", in_seconds=-3 * 3600)
    with app.app_context():
        release_due_blasts()
        alerts = [(row.event, row.words) for row in db.session.scalars(db.select(Alert))]
    assert [event for event, _ in alerts] == ["blast.expired"]
    assert "3 hours late" in alerts[0][1]
    (text,) = list_messages(app)
    assert text.phone == ADA_PHONE
    assert "was not sent" in text.body
    page = Visitor(app)("/", "ada")
    assert "Not sent in time: " in page.text
    assert f"/blasts/scheduled/{blast_id}" in page.text
