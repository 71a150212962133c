"""A group that only admins text: every way by which Sol could text all of its people is closed."""

from urllib.parse import urlencode

import pytest

from app.audiences.actions.segment_editing import SegmentInfo, create_segment
from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import Joiner, SegmentRule
from app.groups.models import ContactGroup, GroupTexters
from tests.blasts.helpers import compose_fields, list_scheduled_blasts, release_blasts, send_blast
from tests.sample_people import ZOE

ONLY_ADMINS = "Only admins can text this group."


@pytest.fixture
def board(app, visit, choir, copied_steps):
    """The choir is for admins; Ada texted it, which she paused before the second text left."""
    return copied_steps.take(app, text_board, visit, choir)


def text_board(app, visit, choir):
    with app.app_context(), write() as session:
        session.get(ContactGroup, choir).who_may_text = GroupTexters.ADMINS
    send_blast(visit, "ada", target="audience", include=[f"group:{choir}"])
    release_blasts(app)
    with app.app_context(), write() as session:
        log = session.query(MessageLog).one()
        log.status, log.pause_reason = "paused", "person"
        session.query(Message).filter_by(phone=ZOE).update({"status": "delivered"})
        rule = SegmentRule(Joiner.ALL, (Condition(ConditionKind.NO_REPLY_TO_BLAST, log.id),))
        singers = SegmentRule(Joiner.ALL, (Condition(ConditionKind.IN_GROUP, choir),))
        found = {}
        for name, segment_rule in (("silent", rule), ("singers", singers)):
            info = SegmentInfo(name, None, segment_rule, name)
            found[name] = create_segment(info, "ada").id
        schedule = session.query(ScheduledMessage).one()
        return {"group": choir, "log": log.id, "scheduled": schedule.id} | found


def test_no_audience_of_a_blast_reaches_the_group(app, visit, board):
    results = {"audience": "results", "log_id": str(board["log"]), "outcome": "no_reply"}
    for audience in (
        {"target": "audience", "include": [f"group:{board['group']}"]},
        {"target": "audience", "include": ["everybody", f"group:{board['group']}"]},
        {"target": "audience", "include": [f"segment:{board['singers']}"]},
        {"target": "audience", "include": [f"segment:{board['silent']}"]},
        {"target": "audience", "include": [f"results:{board['log']}:no_reply"]},
        {"target": "community", **results},
    ):
        page = visit("/blasts/new", "sol", **compose_fields(**audience))
        assert page.status_code == 422, audience
        assert ONLY_ADMINS in page.words, audience
    again = visit(f"/blasts/new?again={board['scheduled']}", "sol")
    assert again.status_code == 200
    assert len(list_scheduled_blasts(app)) == 1


LISTS = [
    {"list": "group", "list_id": "{group}", "everyone": "1"},
    {"list": "group", "list_id": "{group}", "membership_ids": ["1"]},
    {"list": "blast", "list_id": "{log}"},
    {"list": "blast", "list_id": "{log}", "state": "no_reply"},
    {"list": "community", "everyone": "1", "filter": "in_group.{group}"},
    {"list": "community", "everyone": "1", "group": "{group}"},
    {"list": "community", "everyone": "1", "filter": "no_reply_to_blast.{log}"},
]


def test_no_list_of_its_people_is_texted_or_put_into_a_group(app, visit, board):
    for named in LISTS:
        fields = {}
        for name, value in named.items():
            fields[name] = value.format(**board) if isinstance(value, str) else value
        assert visit("/blasts/new/people", "sol", **fields).status_code == 403, named
        assert visit("/groups/people", "sol", **fields).status_code == 403, named
        assert (
            visit("/blasts/new/people?" + urlencode(fields, doseq=True), "sol").status_code == 403
        ), named
        assert visit("/blasts/new/people", "ada", **fields, follow=True).status_code == 200, named


def test_what_waits_of_a_blast_to_it_is_sent_by_admins_alone(app, visit, board):
    url = f"/blasts/logs/{board['log']}"
    page = visit(url, "sol")
    assert "Resume" not in page.words
    assert "Text all" not in page.words
    assert visit(f"{url}/resume", "sol", csrf="1").status_code == 403
    assert visit(f"{url}/send-again?state=failed", "sol").status_code == 403
    assert visit(f"{url}/send-again", "sol", state="failed", confirm="1").status_code == 403
    confirmed = visit(f"/blasts/scheduled/{board['scheduled']}/confirm", "sol", people_count="2")
    assert confirmed.status_code == 303
    with app.app_context():
        assert db.session.get(MessageLog, board["log"]).status == "paused"
    assert visit(f"{url}/resume", "ada", csrf="1").status_code == 303
    with app.app_context():
        assert db.session.get(MessageLog, board["log"]).status != "paused"
