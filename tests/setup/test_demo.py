"""The sample contacts: numbers that are fictional, and no change the second time."""

from sqlalchemy import func, select

from app import demo
from app.community.models import CommunityMember
from app.core.db import db, write
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.phone_number import PhoneNumber
from app.events.models import Event, EventRegistration
from app.suppression.actions.opt_outs import lift_opt_outs
from app.suppression.queries.sending_permission import (
    find_suppression_reason,
    find_suppression_reasons,
)


def count_rows():
    """Return the number of members, events and registrations."""
    return [
        db.session.scalar(select(func.count()).select_from(t))
        for t in (CommunityMember, Event, EventRegistration)
    ]


def test_there_are_sixty_people_two_events_and_some_who_must_not_be_texted(shop):
    with write():
        assert demo.load_demo_data() == 60
    assert count_rows() == [60, 2, 41]
    phones = db.session.scalars(select(CommunityMember.phone)).all()
    reasons = sorted(find_suppression_reasons(phones).values())
    assert reasons == [SkipReason.MAYBE_STOP, SkipReason.NUMBER_DEAD] + [SkipReason.SAID_STOP] * 3
    assert db.session.scalar(select(func.count()).where(CommunityMember.name.is_(None))) == 4


def test_all_numbers_are_valid_and_nobodys(shop):
    with write():
        demo.load_demo_data()
    phones = {
        *db.session.scalars(select(CommunityMember.phone)),
        *db.session.scalars(select(EventRegistration.phone)),
    }
    assert len(phones) == 64
    assert all(
        phone[5:10] == "55501" and PhoneNumber.parse(phone).e164 == phone for phone in phones
    )


def test_the_second_time_changes_nothing(shop):
    with write():
        demo.load_demo_data()
    with write():
        lift_opt_outs(demo.make_demo_phone(3))
    before = count_rows()
    with write():
        assert demo.load_demo_data() == 0
    assert count_rows() == before
    assert find_suppression_reason(demo.make_demo_phone(3)) is None


def test_people_who_are_there_already_stay_as_they_are(shop):
    with write() as session:
        session.add(CommunityMember(name="Really Zoë", phone=demo.make_demo_phone(3)))
    with write():
        assert demo.load_demo_data() == 59
    assert find_suppression_reason(demo.make_demo_phone(3)) is None
