"""Who must not be texted, and how numbers come on the two lists and off them."""

from itertools import product

import pytest
from sqlalchemy import func, select

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import NotFound, UniqueViolation, db, write
from app.domain.delivery.skip_reasons import SkipReason
from app.organisation import queries as organisation
from app.suppression.actions.opt_outs import add_manual_opt_out, lift_opt_outs, record_opt_out
from app.suppression.actions.stop_questions import open_stop_question
from app.suppression.actions.suppression_removal import OnlyOwnerCanOptIn, remove_suppression_entry
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable
from app.suppression.models import (
    ConsentAct,
    ConsentEvent,
    SuppressedContact,
    SuppressionCategory,
    UnsubscribedContact,
)
from app.suppression.queries.sending_permission import (
    find_suppression_reason,
    find_suppression_reasons,
    select_suppression_reason,
)
from tests import sample_rows
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.suppression.permission_rule import expect_skip_reason

OPT_OUT, HARD, SOFT = (
    SuppressionCategory.OPT_OUT,
    SuppressionCategory.HARD_FAIL,
    SuppressionCategory.SOFT_FAIL,
)


def source(phone):
    """The source of a number's opt-out."""
    return db.session.scalar(
        select(UnsubscribedContact.source).where(UnsubscribedContact.phone == phone)
    )


@pytest.mark.parametrize("demanded", [True, False])
def test_sql_and_the_law_book_give_the_same_reason(shop, demanded):
    """Each combination is of a person of its own."""
    with write():
        organisation.get_organisation().consent_required = demanded
    laws = {}
    combinations = product(
        [True, False], [None, OPT_OUT, HARD, SOFT], [None, *ConsentAct], [True, False]
    )
    for number, (stop, category, last_word, asked) in enumerate(combinations, 1000):
        phone = f"+1303555{number}"
        add_person(phone, stop, category, last_word, asked)
        laws[phone] = expect_skip_reason(
            stop, category, maybe_stop=asked, consent_required=demanded, last_word=last_word
        )
    reason = select_suppression_reason(CommunityMember.phone)
    in_sql = dict(db.session.execute(select(CommunityMember.phone, reason)).all())
    assert in_sql == laws
    assert {type(found) for found in in_sql.values()} == {SkipReason, type(None)}
    assert {phone: find_suppression_reason(phone) for phone in laws} == laws


def add_person(phone, stop, category, last_word, asked):
    """Add a member of whom this is known."""
    sample_rows.add_member(phone, "Zoe")
    if stop:
        sample_rows.add_opt_out(phone)
    if category:
        sample_rows.add_dead_number(phone, category)
    with write() as session:
        if last_word:
            session.add(ConsentEvent(phone=phone, act=last_word, method="start"))
        if asked:
            open_stop_question(phone, None, "wrong number", now())


def test_the_reason_can_filter_and_count_and_look_at_its_own_tables(shop):
    sample_rows.add_member(ZOE)
    sample_rows.add_member(LEO)
    sample_rows.add_opt_out(ZOE)
    why = select_suppression_reason(CommunityMember.phone)
    assert db.session.scalars(select(CommunityMember.phone).where(why.is_(None))).all() == [LEO]
    assert db.session.scalars(
        select(CommunityMember.phone).where(why == SkipReason.SAID_STOP)
    ).all() == [ZOE]
    own = select(
        UnsubscribedContact.phone,
        select_suppression_reason(UnsubscribedContact.phone),
    )
    assert db.session.execute(own).all() == [(ZOE, SkipReason.SAID_STOP)]


def test_a_large_audience_is_judged_through_the_unique_indexes(shop):
    statement = select(
        CommunityMember.phone,
        select_suppression_reason(CommunityMember.phone).label("why"),
    )
    compiled = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    plan = [
        row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
    ]
    searches = [line for line in plan if "SEARCH" in line and "organisation" not in line]
    # Whether there are any open questions, pauses or second numbers is asked once.
    whether = (
        "ix_stop_questions_decide_by",
        "ix_unsubscribed_contacts_ends_at",
        "ix_person_phones_second",
    )
    searches = [line for line in searches if not any(name in line for name in whether)]
    assert len(searches) >= 5
    assert all("INDEX" in line and ("phone=?" in line or "_id=?" in line) for line in searches)


def test_reasons_for_many_numbers_name_only_those_left_out(shop):
    phones = [sample_rows.make_phone(n) for n in range(1200)]
    sample_rows.add_opt_out(phones[3])
    sample_rows.add_dead_number(phones[700])
    sample_rows.add_dead_number(phones[1100], SOFT)
    assert find_suppression_reasons(phones) == {
        phones[3]: SkipReason.SAID_STOP,
        phones[700]: SkipReason.NUMBER_DEAD,
    }
    assert find_suppression_reasons([]) == {}


def test_an_opt_out_is_news_only_once(shop):
    with write():
        assert record_opt_out(ZOE, source="inbound", reason="Texted STOP", name="Zoe")
    with write():
        assert not record_opt_out(ZOE, source="message_failure")
    assert source(ZOE) == "inbound"


@pytest.mark.parametrize(
    ("before", "after"),
    [("import", "inbound"), ("event:3", "inbound"), ("manual", "manual")],
)
def test_the_persons_own_stop_outweighs_what_others_noted_but_not_an_admins_hand(
    shop, before, after
):
    with write():
        record_opt_out(ZOE, source=before)
        assert not record_opt_out(ZOE, source="inbound", reason="Texted STOP")
    assert source(ZOE) == after


@pytest.mark.parametrize("before", ["inbound", "import", "community", "event:3", "message_failure"])
def test_start_lifts_every_opt_out_but_a_manual_one(shop, before):
    with write():
        record_opt_out(ZOE, source=before)
        record_opt_out(LEO, source="manual")
        assert lift_opt_outs(ZOE)
        assert not lift_opt_outs(LEO)
        assert not lift_opt_outs(MIA)
    assert find_suppression_reasons([ZOE, LEO]) == {LEO: SkipReason.SAID_STOP}
    with write():
        assert lift_opt_outs(LEO, manual_too=True)
    assert find_suppression_reason(LEO) is None


def test_start_lifts_an_opt_out_on_the_other_list_and_never_a_dead_number(shop):
    sample_rows.add_dead_number(ZOE, OPT_OUT)
    sample_rows.add_dead_number(LEO, HARD)
    with write():
        assert lift_opt_outs(ZOE)
        assert not lift_opt_outs(LEO)
    assert find_suppression_reasons([ZOE, LEO]) == {LEO: SkipReason.NUMBER_DEAD}


def test_a_number_dies_once_and_a_soft_failure_may_become_a_hard_one(shop):
    sample_rows.add_dead_number(LEO, SOFT)
    sample_rows.add_dead_number(MIA, OPT_OUT)
    with write():
        assert mark_number_undeliverable(ZOE, reason="no such number")
        assert not mark_number_undeliverable(ZOE, reason="no such number")
        assert mark_number_undeliverable(LEO, reason="no such number")
        assert not mark_number_undeliverable(MIA, reason="no such number")
    assert find_suppression_reasons([ZOE, LEO, MIA]) == {
        ZOE: SkipReason.NUMBER_DEAD,
        LEO: SkipReason.NUMBER_DEAD,
        MIA: SkipReason.SAID_STOP,
    }


def test_by_hand_a_number_goes_on_once(shop):
    with write():
        add_manual_opt_out("Max", MAX, "asked at the door")
    with pytest.raises(UniqueViolation), write():
        add_manual_opt_out(None, MAX, None)
    assert source(MAX) == "manual"


@pytest.mark.parametrize("source", ["inbound", "message_failure"])
def test_what_came_from_the_phone_nobody_takes_off_by_hand(shop, source):
    with write():
        record_opt_out(ZOE, source=source)
    row = db.session.scalars(select(UnsubscribedContact.id)).one()
    with pytest.raises(OnlyOwnerCanOptIn), write():
        remove_suppression_entry("unsubscribed", row)
    assert find_suppression_reason(ZOE) == SkipReason.SAID_STOP


def test_a_dead_number_may_get_another_chance(shop):
    with write():
        mark_number_undeliverable(ZOE, reason="no such number")
    row = db.session.scalars(select(SuppressedContact.id)).one()
    with write():
        assert remove_suppression_entry("suppressed", row).phone == ZOE
    assert find_suppression_reason(ZOE) is None


@pytest.mark.parametrize("kind", ["unsubscribed", "suppressed", "users", ""])
def test_a_row_that_is_not_there_is_gone(shop, kind):
    with pytest.raises(NotFound), write():
        remove_suppression_entry(kind, 1)


def test_a_soft_failure_is_not_on_the_list_and_cannot_be_taken_off_it(shop):
    sample_rows.add_dead_number(ZOE, SOFT)
    with pytest.raises(NotFound), write():
        remove_suppression_entry("suppressed", 1)


def test_reasons_are_counted_in_one_statement(shop):
    for phone in (ZOE, LEO, MIA, MAX):
        sample_rows.add_member(phone)
    sample_rows.add_opt_out(ZOE)
    sample_rows.add_dead_number(LEO)
    why = select_suppression_reason(CommunityMember.phone).label("why")
    counts = select(why, func.count()).select_from(CommunityMember).group_by(why)
    assert dict(db.session.execute(counts).all()) == {
        None: 2,
        SkipReason.SAID_STOP: 1,
        SkipReason.NUMBER_DEAD: 1,
    }
