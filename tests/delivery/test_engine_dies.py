"""A fault inside the engine: it restarts, nobody is texted twice, no text stays in flight."""

import pytest

from app import scheduler
from tests.delivery.helpers import (
    add_phones,
    assert_everybody_accounted_for,
    count_statuses,
    get_schedule,
    list_messages,
    start_blast,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MIA, ZOE


class Faulty:
    """The real carrier, but what it does with one phone's text ends in `trouble`: once, before
    or after it was sent.
    """

    def __init__(self, carrier, phone, trouble, *, after):
        self.carrier, self.phone, self.trouble, self.after = (
            carrier,
            phone,
            trouble,
            after,
        )

    def __getattr__(self, name):
        return getattr(self.carrier, name)

    async def send(self, to, *text):
        if to != self.phone:
            return await self.carrier.send(to, *text)
        if self.after:
            await self.carrier.send(to, *text)
        raise self.trouble("injected")


@pytest.fixture
def engine(sending_app):
    """Make the background jobs of a process, not started yet."""
    background = scheduler.BackgroundJobs(sending_app, lambda: True)
    yield background
    background.stop()


def with_a_fault(background, trouble, *, after):
    """Give the engine a carrier that fails with Leo's text; the next one it makes works."""
    make, carriers = background.engine.make_carrier, []

    def next_carrier():
        carriers.append(make())
        return (
            Faulty(carriers[0], LEO, trouble, after=after) if len(carriers) == 1 else carriers[-1]
        )

    background.engine.make_carrier = next_carrier
    background.start()
    return carriers


@pytest.mark.parametrize("after", [False, True])
def test_a_fault_of_ours_with_one_text_leaves_that_text_in_doubt(
    sending_app, twilio, engine, after
):
    """F42: the loop goes on; the text is not sent again, because it may have left."""
    add_phones(sending_app, ZOE, LEO, MIA)
    carriers = with_a_fault(engine, RuntimeError, after=after)
    log = wait_until_ended(sending_app, start_blast(sending_app))
    assert count_statuses(sending_app, log.id) == {"accepted": 2, "unknown": 1}
    assert len(carriers) == 1
    assert len(twilio.sent_to(LEO)) == after
    assert_everybody_accounted_for(sending_app, twilio)


@pytest.mark.parametrize("after", [False, True])
def test_an_engine_that_dies_in_mid_blast_is_started_again_and_goes_on(
    sending_app, twilio, engine, after
):
    """F42: the thread ends, as nothing may catch a SystemExit; the next tick starts another,
    which leads anew.
    """
    add_phones(sending_app, ZOE, LEO, MIA)
    carriers = with_a_fault(engine, SystemExit, after=after)
    blast_id = start_blast(sending_app)
    log = wait_until_ended(sending_app, blast_id)
    wait_until(
        lambda: get_schedule(sending_app, blast_id).status == "sent", "the schedule to say so"
    )
    assert len(carriers) == 2
    row_by_phone = {
        row.phone: (row.status.value, row.reason, row.attempts)
        for row in list_messages(sending_app, log.id)
    }
    assert row_by_phone[LEO] == ("unknown", "process_stopped", 1)
    assert {row_by_phone[ZOE][0], row_by_phone[MIA][0]} <= {"accepted", "unknown"}
    assert len(twilio.sent_to(LEO)) == after
    assert_everybody_accounted_for(sending_app, twilio)
    twilio.send_callbacks(sending_app, ("delivered",))
    assert count_statuses(sending_app, log.id)["delivered"] == len(twilio.requests) >= 1 + after
