"""A blast above its sender's limit waits until an admin approves or declines it on its page."""

from datetime import timedelta

from app.accounts.models import AppUser
from app.core.db import write
from tests.approvals.helpers import (
    count_logs,
    get_blast,
    get_decide_fields,
    limit_user,
    list_requests,
    list_texts,
    release,
    send_above_limit,
)
from tests.blasts.helpers import send_blast
from tests.sample_rows import add_members


def decide(visit, blast_id, action="approve", who="ada", **fields):
    """Press a button of the page; it sends what the page showed."""
    url = f"/blasts/scheduled/{blast_id}"
    sent = get_decide_fields(visit(url, who), f"/{action}") | fields
    return visit(f"{url}/{action}", who, **sent)


def test_above_the_limit_it_waits_is_approved_and_sent_once(app, visit):
    blast_id = send_above_limit(app, visit)
    assert get_blast(app, blast_id).approval == "waiting"
    assert release(app) == 0
    page = visit(f"/blasts/scheduled/{blast_id}", "sol")
    assert "Sol can text up to 5 people without approval." in page.words
    assert "Ada can approve it here" in page.words
    assert "Approve and send" not in page.words
    assert "Waits for approval" in visit("/blasts/scheduled", "sol").words
    assert decide(visit, blast_id).status_code == 303
    blast = get_blast(app, blast_id)
    assert (blast.approval, blast.confirmed_count) == ("approved", 6)
    assert release(app) == 1
    assert release(app) == 0
    assert count_logs(app) == 1
    (request,) = list_requests(app)
    assert (request.state, request.decided_by, request.decided_how) == ("approved", "ada", "page")


def test_at_the_limit_and_for_others_nothing_waits(app, visit):
    blast_id = send_above_limit(app, visit, people=5)
    assert get_blast(app, blast_id).approval is None
    assert release(app) == 1
    assert list_requests(app) == []


def test_a_declined_blast_is_never_sent_and_shows_the_reason(app, visit):
    blast_id = send_above_limit(app, visit)
    decide(visit, blast_id, "decline", reason="The picnic is off.")
    assert release(app, timedelta(days=3)) == 0
    page = visit(f"/blasts/scheduled/{blast_id}", "sol")
    assert "Declined by Ada" in page.words
    assert "The picnic is off." in page.words
    answer = visit(f"/blasts/scheduled/{blast_id}/approve", "ada", request_id="1")
    assert "Already declined by Ada." in visit(answer.location, "ada").words
    assert get_blast(app, blast_id).approval == "declined"


def test_no_one_approves_their_own_blast_and_only_admins_do(app, visit):
    blast_id = send_above_limit(app, visit)
    sent = {"request_id": "1"}
    assert visit(f"/blasts/scheduled/{blast_id}/approve", "sol", **sent).status_code == 403
    with app.app_context(), write() as session:
        session.execute(AppUser.__table__.update().values(role="admin"))
    answer = visit(f"/blasts/scheduled/{blast_id}/approve", "sol", **sent)
    assert (
        "Only an admin other than its sender can decide this."
        in visit(answer.location, "sol").words
    )
    assert get_blast(app, blast_id).approval == "waiting"


def test_admins_with_a_phone_get_the_text_as_its_first_reader_does(app, visit):
    send_above_limit(app, visit)
    (text,) = list_texts(app)
    head, _, body = text.partition("\n\n")
    assert head.endswith("to approve: 6 people, 6 segments, by Sol.")
    assert body.startswith("Hi Person")


def test_the_growth_of_the_list_after_approval_is_asked_again(app, visit):
    blast_id = send_above_limit(app, visit, people=20)
    decide(visit, blast_id)
    with app.app_context():
        add_members(3, start=100)
    assert release(app) == 0
    assert get_blast(app, blast_id).approval == "waiting"
    page = visit(f"/blasts/scheduled/{blast_id}", "ada")
    assert "It was approved for 20 people and would go to 23 now." in page.words
    decide(visit, blast_id)
    assert release(app) == 1


def test_ten_percent_more_people_are_covered(app, visit):
    blast_id = send_above_limit(app, visit, people=20)
    decide(visit, blast_id)
    with app.app_context():
        add_members(2, start=100)
    assert release(app) == 1


def test_a_limit_set_while_it_waits_counts_at_its_release(app, visit):
    with app.app_context():
        add_members(6)
    blast_id = send_blast(visit, "sol")
    limit_user(app, max_people=5)
    assert release(app) == 0
    assert get_blast(app, blast_id).approval == "waiting"
