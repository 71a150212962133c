"""The number we send from has changed since a blast was confirmed: it leaves from the new one,
and the rows say so.
"""

from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    get_log,
    get_schedule,
    list_messages,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.sample_rows import add_members
from tests.twilio_server import TwilioServer

OLD, NEW = "+13035550100", "+13035550111"


def test_what_is_left_after_a_change_of_number_leaves_from_the_new_one(make_app, background):
    with TwilioServer() as twilio:
        old = make_app(**twilio_settings(twilio, twilio_from_number=OLD))
        with old.app_context():
            add_members(3)
        blast_id = start_blast(old)
        assert get_schedule(old, blast_id).sender == OLD
        new = make_app(**twilio_settings(twilio, twilio_from_number=NEW))
        background(new)
        wait_until_ended(new, blast_id)
        assert {request.sender for request in twilio.requests} == {NEW}
        assert (
            {row.sender for row in list_messages(new)} == {get_log(new, blast_id).sender} == {NEW}
        )
        assert_everybody_accounted_for(new, twilio)
