"""No path sends a blast above its sender's limit that no admin approved, forged posts included."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from app.accounts.models import AppUser
from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.actions.gone_blasts import release_gone_blast
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_scheduling
from app.delivery.actions.blast_messages import claim_scheduled_blast
from app.delivery.models import MessageLog
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from tests.approvals.helpers import (
    count_logs,
    get_blast,
    get_decide_fields,
    limit_user,
    list_requests,
    release,
    send_above_limit,
    set_price,
)
from tests.blasts.helpers import get_review_fields, send_blast
from tests.blasts.test_drafts import type_again
from tests.sample_rows import add_members

IN_A_DAY = timedelta(days=1)


@pytest.fixture
def waiting(app, visit, copied_steps):
    """A blast of Sol's for tomorrow, which waits."""
    return copied_steps.take(app, plan_blast, visit)


def plan_blast(app, visit):
    due = now() + IN_A_DAY
    return send_above_limit(
        app,
        visit,
        send_mode="later",
        schedule_date=f"{due:%Y-%m-%d}",
        schedule_time=f"{due:%H:%M}",
        timezone="UTC",
    )


def edit(visit, blast_id, who, **changes):
    """Change a scheduled blast, to be sent now, and confirm the changes."""
    draft = visit(f"/blasts/scheduled/{blast_id}/edit", who, _="").location
    visit(draft, who, **type_again(visit, draft, who, **changes))
    fields = get_review_fields(visit(f"{draft}/review", who)) | {"confirm": "1"}
    return visit(f"{draft}/send", who, **fields)


def approve(visit, blast_id):
    """Ada approves what the page shows."""
    page = visit(f"/blasts/scheduled/{blast_id}", "ada")
    url = f"/blasts/scheduled/{blast_id}/approve"
    return visit(url, "ada", **get_decide_fields(page, "/approve"))


def test_a_forged_post_of_the_sender_changes_nothing(app, visit, waiting):
    for path, fields in [
        ("approve", {"request_id": "1"}),
        ("decline", {"request_id": "1"}),
        ("confirm", {"people_count": "6"}),
        ("any-hour", {"reason": "It can't wait."}),
        ("delete", {}),
    ]:
        visit.post(f"/blasts/scheduled/{waiting}/{path}", "sol", **fields)
        blast = get_blast(app, waiting)
        assert (blast.approval, blast.status) == ("waiting", "pending"), path
        assert release(app, 3 * IN_A_DAY) == 0, path


def test_confirming_a_held_one_anew_is_no_approval(app, visit, waiting):
    with app.app_context(), write():
        blast_scheduling.hold_scheduled_blast(waiting, "The list grew.")
    visit.post(f"/blasts/scheduled/{waiting}/confirm", "sol", people_count="6")
    assert get_blast(app, waiting).held_reason is None
    assert release(app, 3 * IN_A_DAY) == 0


def test_no_claim_takes_it_but_for_texts_that_were_sent_already(app, waiting):
    with app.app_context():
        with write():
            assert not claim_scheduled_blast(waiting, now())
        # Reconcile found its texts in the carrier's list: never twice comes first.
        assert release_gone_blast(waiting)
        assert db.session.scalar(db.select(MessageLog.status)) == "paused"


def test_send_now_asks_again_and_the_former_request_is_withdrawn(app, visit, waiting):
    approve(visit, waiting)
    edit(visit, waiting, "sol", send_mode="now")
    assert get_blast(app, waiting).approval == "waiting"
    assert [request.state for request in list_requests(app)] == ["approved", "asked"]
    answer = visit(f"/blasts/scheduled/{waiting}/approve", "ada", request_id="1")
    assert "edited meanwhile" in visit(answer.location, "ada").words
    assert release(app) == 0


def test_an_edit_below_the_limit_needs_no_approval(app, visit, waiting):
    with app.app_context(), write() as session:
        session.delete(session.scalar(db.select(CommunityMember).limit(1)))
    edit(visit, waiting, "sol", message_body="For five of us.")
    assert get_blast(app, waiting).approval is None
    assert [request.state for request in list_requests(app)] == ["withdrawn"]
    assert release(app) == 1


def test_an_admin_without_a_limit_who_edits_it_answers_for_it(app, visit, waiting):
    edit(visit, waiting, "ada", message_body="At noon.")
    blast = get_blast(app, waiting)
    assert (blast.approval, blast.created_by) == (None, "ada")
    assert release(app) == 1


def test_sol_who_edits_a_blast_of_ada_is_asked_about(app, visit):
    with app.app_context():
        add_members(6)
    limit_user(app, max_people=5)
    blast_id = send_blast(visit, "ada")
    assert get_blast(app, blast_id).approval is None
    edit(visit, blast_id, "sol", message_body="At noon.")
    assert get_blast(app, blast_id).approval == "waiting"
    assert release(app) == 0


def test_undo_and_sending_the_same_text_again_asks_again(app, visit):
    blast_id = send_above_limit(app, visit)
    draft = visit.post(f"/blasts/scheduled/{blast_id}/undo", "sol").location
    assert get_blast(app, blast_id).status == "cancelled"
    fields = get_review_fields(visit(f"{draft}/review", "sol")) | {"confirm": "1"}
    visit(f"{draft}/send", "sol", **fields)
    assert [request.state for request in list_requests(app)][-1] == "asked"
    assert release(app) == 0


def test_small_blasts_of_one_day_add_up_to_the_money_of_the_day(app, visit):
    set_price(app, Decimal("0.5"))
    with app.app_context():
        add_members(4)
    limit_user(app, max_money_a_day=Decimal(5))
    first, second = (send_blast(visit, "sol", message_body=f"Picnic {n}") for n in (1, 2))
    assert (get_blast(app, first).approval, get_blast(app, second).approval) == (None, None)
    page = visit(f"/blasts/scheduled/{send_blast(visit, 'sol', message_body='Picnic 3')}", "sol")
    reason = "Sol can spend up to $5.00 a day without approval. $4.00 of it was confirmed today."
    assert reason in page.words
    # What was canceled cost nothing.
    visit.post(f"/blasts/scheduled/{second}/cancel", "sol")
    assert get_blast(app, send_blast(visit, "sol", message_body="Picnic 4")).approval == "waiting"
    assert release(app) == 1


def test_money_that_cannot_be_compared_is_not_let_through(app, visit):
    with app.app_context():
        add_members(1)
    limit_user(app, max_money_a_day=Decimal(5))
    blast_id = send_blast(visit, "sol")
    assert "no price per segment is set" in visit(f"/blasts/scheduled/{blast_id}", "sol").words
    assert release(app) == 0
    assert count_logs(app) == 0


def test_tests_of_ones_own_never_wait(app, visit):
    with app.app_context():
        add_members(6)
    limit_user(app, max_people=0)
    draft = BlastDraft("Hi", None, BlastTarget.COMMUNITY, None, "UTC", is_test=True)
    with app.app_context(), write():
        test_id = confirm_blast(draft, None, "sol", now())
    assert release(app) == 1
    assert get_blast(app, test_id).approval is None
    assert get_blast(app, send_blast(visit, "sol")).approval == "waiting"


def test_a_new_name_makes_no_one_the_approver_of_their_own_blast(app, visit, waiting):
    with app.app_context(), write() as session:
        sol = AppUser.username == "sol"
        session.execute(update(AppUser).where(sol).values(username="sol2", role="admin"))
    answer = visit(f"/blasts/scheduled/{waiting}/approve", "sol2", request_id="1")
    assert "Only an admin other than its sender" in visit(answer.location, "sol2").words
    assert get_blast(app, waiting).approval == "waiting"
