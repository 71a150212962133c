"""Check-ins of people with another number, of two who are one, and of who is erased."""

from datetime import date

from app.check_ins.models import CheckIn
from app.check_ins.queries.streaks import find_streak
from app.core.clock import now
from app.core.db import db, write
from app.domain.time.streak_days import Streak
from app.people.actions.number_change import add_number, change_number
from app.people.actions.person_erasure import erase_person_data, find_embedded_mentions
from app.profiles.models import PhoneKind
from app.profiles.queries.person_lookup import find_person_of_phone
from tests.check_ins.check_in_helpers import create_check_in_keyword, text_on
from tests.sample_people import LEO, ZOE

NEW = "+13035550177"


def count_check_ins():
    return db.session.scalar(db.select(db.func.count()).select_from(CheckIn))


def test_a_new_number_keeps_the_streak(shop):
    create_check_in_keyword()
    for day in (1, 2):
        text_on(day)
    # The new number has the second day already, and the third.
    text_on(2, phone=NEW)
    text_on(3, phone=NEW)
    with write():
        change_number(ZOE, NEW, now())
    assert find_streak(ZOE) is None
    assert find_streak(NEW) == Streak(date(2026, 5, 3), 3, 3)
    assert count_check_ins() == 3
    text_on(4, phone=NEW)
    assert find_streak(NEW).run_days == 4


def test_both_numbers_of_a_person_make_one_streak(shop):
    create_check_in_keyword()
    text_on(1)
    with write():
        add_number(find_person_of_phone(ZOE), NEW, PhoneKind.MOBILE)
    text_on(2, phone=NEW)
    assert find_streak(ZOE).run_days == 2
    assert find_streak(NEW) is None


def test_who_is_erased_has_no_check_ins_and_others_keep_theirs(shop):
    create_check_in_keyword()
    text_on(1)
    text_on(1, phone=LEO)
    mentions = find_embedded_mentions(ZOE)
    with write():
        erase_person_data(ZOE, mentions, "ada", now())
    assert find_streak(ZOE) is None
    assert count_check_ins() == 1
    assert find_streak(LEO) is not None
