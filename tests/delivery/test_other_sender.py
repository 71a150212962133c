"""The number we send from has changed since a blast was confirmed: it leaves from the new one,
and the rows say so.
"""

from tests.delivery.town import (
    blast,
    ended,
    everybody_is_accounted_for,
    log_of,
    rows,
    schedule,
    twilio_settings,
)
from tests.sample_rows import add_members
from tests.twilio_server import TwilioServer

OLD, NEW = "+13035550100", "+13035550111"


def test_what_is_left_after_a_change_of_number_leaves_from_the_new_one(make_app, background):
    with TwilioServer() as twilio:
        old = make_app(**twilio_settings(twilio, twilio_from_number=OLD))
        with old.app_context():
            add_members(3)
        wanted = blast(old)
        assert schedule(old, wanted).sender == OLD
        new = make_app(**twilio_settings(twilio, twilio_from_number=NEW))
        background(new)
        ended(new, wanted)
        assert {each.sender for each in twilio.requests} == {NEW}
        assert {row.sender for row in rows(new)} == {log_of(new, wanted).sender} == {NEW}
        everybody_is_accounted_for(new, twilio)
