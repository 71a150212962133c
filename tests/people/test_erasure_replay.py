"""A person who was erased stays erased when a copy from before takes the database's place."""

from app.audit.models import AuditEvent
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.core.settings import current_settings
from app.dbdoctor.known_phones import list_known_phones
from app.people.actions.erasure_replay import replay_erasures
from app.people.actions.person_erasure import erase_person_data, find_embedded_mentions
from app.suppression.actions.erased_numbers import filter_erased_opt_outs
from app.suppression.models import ErasedNumber
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member, add_opt_out


def replay():
    return replay_erasures(lambda: list_known_phones(current_settings().database_path))


def erase(phone):
    mentions = find_embedded_mentions(phone)
    with write():
        erase_person_data(phone, mentions, "ada", now())


def test_whom_a_restored_copy_brings_back_is_erased_again(shop):
    """R17: the person was back, and texted by the next blast."""
    add_member(ZOE, "Zoe")
    add_member(LEO, "Leo")
    add_opt_out(ZOE)
    erase(ZOE)
    assert replay() == 0
    # The copy knows nothing of it: the row of the erasure is gone, the person is there.
    with write() as session:
        session.execute(db.delete(ErasedNumber))
    add_member(ZOE, "Zoe")
    assert replay() == 1
    assert db.session.scalars(db.select(CommunityMember.phone)).all() == [LEO]
    assert filter_erased_opt_outs([ZOE, LEO]) == [ZOE]
    verbs = db.session.scalars(db.select(AuditEvent.verb)).all()
    assert "person.erased" in verbs
    assert replay() == 0


def test_who_is_not_in_the_copy_stays_out_of_later_imports(shop):
    add_member(ZOE, "Zoe")
    add_opt_out(ZOE)
    erase(ZOE)
    replay()
    with write() as session:
        session.execute(db.delete(ErasedNumber))
    assert replay() == 0
    assert filter_erased_opt_outs([ZOE]) == [ZOE]
