"""People with one to three numbers, refusals at random, kill -9 at random: one text a person.

Half of the deaths are between the refusal and the row that follows it (T5), which one transaction
stores.
"""

import random
import time

import pytest

from app.core.db import db, write
from app.domain.delivery.message_statuses import MessageStatus
from app.profiles.models import PersonPhone
from tests.delivery.helpers import (
    assert_everybody_accounted_for,
    list_messages,
    serve_through_twilio,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.person_numbers import give_numbers
from tests.sample_rows import add_member, make_phone

pytestmark = [pytest.mark.slow, pytest.mark.torture]
PEOPLE, RATE, KILLS = 40, 300, 12
FAILPOINT = "SMSADMIN_FAILPOINT"
WORKS, REFUSED, LANDLINE = "works", "refused at once", "a landline, says a receipt"
UNSETTLED = {MessageStatus.QUEUED, MessageStatus.SUBMITTING}


class Town:
    """People by their numbers, and what becomes of a text to each number."""

    def __init__(self, app, twilio, dice):
        self.app, self.twilio, self.dice = app, twilio, dice
        self.numbers, self.fates = {}, {}
        self.told = set()
        twilio.answer(delay=0.02)
        with app.app_context():
            for place in range(PEOPLE):
                self._add_person(place)

    def _add_person(self, place):
        phones = [make_phone(3 * place + n) for n in range(self.dice.randint(1, 3))]
        for phone in phones[: self.dice.randint(1, len(phones))]:
            add_member(phone)
        person_id = give_numbers(*phones)
        self.numbers[person_id] = phones
        for phone in phones:
            fate = self.dice.choice((WORKS, WORKS, REFUSED, LANDLINE))
            self.fates[phone] = fate
            if fate == REFUSED:
                self.twilio.answer(to=phone, status=400, code=21614, delay=0.02)

    def tell_of_new_texts(self, url):
        """Send the receipt of each text that the carrier took; return whether any was new."""
        new = [sent for sent in self.twilio.requests if sent.sid and sent.sid not in self.told]
        for sent in new:
            self.told.add(sent.sid)
            is_landline = self.fates[sent.to] == LANDLINE
            status, code = ("undelivered", 30006) if is_landline else ("delivered", None)
            answers = self.twilio.send_callbacks(url, (status,), to=sent.to, code=code)
            assert set(answers) == {204}
        return bool(new)

    def check(self, log_id):
        """Nobody twice; everybody in a named state; who could be reached for certain was."""
        rows = {row.phone: row for row in list_messages(self.app, log_id)}
        assert all(row.status not in UNSETTLED for row in rows.values())
        for phones in self.numbers.values():
            taken = [sent.to for sent in self.twilio.requests if sent.sid and sent.to in phones]
            assert len(taken) == len(set(taken)), "a number twice"
            assert len([phone for phone in taken if self.fates[phone] == WORKS]) <= 1
            states = {rows[phone].status for phone in phones if phone in rows}
            is_doubtful = states & {MessageStatus.UNKNOWN, MessageStatus.NOT_SENT}
            can_be_reached = any(self.fates[phone] == WORKS for phone in phones)
            if can_be_reached and not is_doubtful:
                assert MessageStatus.DELIVERED in states
            if is_doubtful:
                assert MessageStatus.DELIVERED not in states


def test_each_person_gets_one_text_whatever_refuses_it_and_whoever_dies(make_app, database, twilio):
    dice = random.Random()
    app = make_app(**twilio_settings(twilio, scheduler_enabled=False))
    town = Town(app, twilio, dice)
    server = serve_through_twilio(database, twilio, SEND_RATE=str(RATE), SEND_CONCURRENCY="8")
    server.start()
    try:
        for number in range(KILLS):
            town.twilio.requests.clear()
            town.told.clear()
            _make_alive_again(app)
            if number % 2:
                log = _die_between_rows(app, server, number)
            else:
                log = _kill_at_any_moment(app, server, number, dice)
            while town.tell_of_new_texts(server.url):
                wait_until_ended(app, number + 1, 60)
            town.check(log.id)
            assert_everybody_accounted_for(app)
    finally:
        server.stop()


def _kill_at_any_moment(app, server, number, dice):
    blast_id = start_blast(app, f"Blast {number}")
    time.sleep(dice.uniform(0.1, 0.6))  # the moment of the kill is what is tested
    server.kill()
    server.start()
    return wait_until_ended(app, blast_id, 60)


def _die_between_rows(app, server, number):
    """Let each worker die at its third text that follows to another number."""
    server.stop()
    server.environment[FAILPOINT] = "T5:3"
    server.start()
    log = wait_until_ended(app, start_blast(app, f"Blast {number}"), 90)
    # Whose refusal was not stored is in doubt, and never followed.
    assert MessageStatus.UNKNOWN in {row.status for row in list_messages(app, log.id)}
    server.stop()
    del server.environment[FAILPOINT]
    server.start()
    return log


def _make_alive_again(app):
    """Forget which numbers do not work, so that the next blast tries them anew."""
    with app.app_context(), write() as session:
        session.execute(db.text("DELETE FROM suppressed_contacts"))
        session.execute(db.update(PersonPhone).values(until=None))
