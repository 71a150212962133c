"""A blast to the choir goes to the choir: written, reviewed, sent, and shown as such."""

from datetime import timedelta

from app.blasts.actions.due_blasts import GROUP_RESTRICTED_ERROR, release_due_blasts
from app.blasts.queries import audience_counts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.events.models import Event, EventRegistration
from app.groups.actions import group_editing
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import ContactGroup, GroupTexters, MembershipSource
from tests.blasts.helpers import (
    close_finished_blasts,
    compose_fields,
    get_review_fields,
    list_messages,
    open_review,
    press_button,
    release_blasts,
    send_blast,
    set_message_status,
)
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_members, add_opt_out, make_phone

UMA = "+13035550150"
TOMORROW = {"send_mode": "later", "timezone": "UTC"}


def later_fields():
    due = now() + timedelta(days=1)
    return TOMORROW | {"schedule_date": f"{due:%Y-%m-%d}", "schedule_time": f"{due:%H:%M}"}


def release_tomorrow(app):
    with app.app_context():
        return release_due_blasts(now() + timedelta(days=1))


def to_group(choir, **changes):
    return {"target": "audience", "include": [f"group:{choir}"]} | changes


def test_compose_offers_groups_and_knows_how_many_they_are(visit, choir):
    page = visit("/blasts/new", "sol")
    assert "Groups and other lists" in page.words
    assert "Choir 2 people" in page.words
    assert "People of an event" not in page.words
    page = visit(f"/blasts/new?group_id={choir}", "sol")
    assert "To: Choir (group)" in page.words
    page = visit("/blasts/preview", "sol", **compose_fields(**to_group(choir)))
    assert "2 people" in page.words
    assert "Hi Zoë," in page.words


def test_compose_counts_nobody_who_has_just_opted_out(app, visit, choir, monkeypatch):
    """Also where the machine is slow: only counts of large audiences are kept."""
    monkeypatch.setattr(audience_counts, "SLOW_READ_SECONDS", 0)
    assert "To: Choir (group) · 2 people" in visit(f"/blasts/new?group_id={choir}", "sol").words
    with app.app_context():
        add_opt_out(LEO)
    assert "To: Choir (group) · 1 person" in visit(f"/blasts/new?group_id={choir}", "sol").words


def test_the_review_names_the_group_and_why_people_are_skipped(app, visit, choir):
    with app.app_context():
        add_opt_out(LEO)
    page = open_review(visit, "sol", **to_group(choir))
    assert "To: Choir (group)" in page.words
    assert "Send to 1 person" in page.words
    assert "Opted out" in page.words
    assert get_review_fields(page)["include"] == f"group:{choir}"


def test_a_blast_to_the_choir_goes_to_the_choir_once_each_and_says_so(app, visit, choir):
    """Mia is a member too; Uma is known from an event only; Zoë stands in both lists."""
    with app.app_context(), write() as session:
        session.add(event := Event(title="Picnic"))
        session.flush()
        for name, phone in (("Uma Rao", UMA), ("Zoe H", ZOE)):
            session.add(EventRegistration(event_id=event.id, name=name, phone=phone))
        add_people_to_group(choir, [UMA, ZOE], MembershipSource.HAND, "sol")
    scheduled_id = send_blast(visit, "sol", **to_group(choir))
    words = visit(f"/blasts/scheduled/{scheduled_id}", "sol").words
    assert "Group: Choir" in words
    log_id = release_blasts(app)
    texts = {row.phone: row.body for row in list_messages(app)}
    assert {phone: body.split(",")[0] for phone, body in texts.items()} == {
        ZOE: "Hi Zoë",
        LEO: "Hi Leo",
        UMA: "Hi Uma",
    }
    for address in (f"/blasts/logs/{log_id}", "/blasts/logs?state=sending"):
        assert "Group: Choir" in visit(address, "sol").words, address
    assert "the picnic is at eleven" in visit(f"/groups/{choir}", "sol").words
    with app.app_context():
        log = db.session.get(MessageLog, log_id)
        assert (log.target, log.event_id, log.audience_id) == ("audience", None, 1)
        with write():
            db.session.execute(db.update(MessageLog).values(status="sent"))
            group_editing.delete_group(choir)
    assert "Group: Choir" in visit(f"/blasts/logs/{log_id}", "sol").words
    page = visit(f"/blasts/new?again={scheduled_id}", "sol")
    assert "Choose who gets it" in page.words


def test_another_group_never_becomes_everybody(app, visit, choir):
    with app.app_context(), write() as session:
        session.add(ContactGroup(id=2, name="Board", who_may_text=GroupTexters.ADMINS))
        session.add(ContactGroup(id=3, name="Old", archived_at=now()))
    for who, changes, sentence in [
        ("ada", {"include": []}, "Choose at least one list"),
        ("ada", {"include": ["group:99"]}, "One of the lists was deleted."),
        ("ada", {"include": ["group:everybody"]}, "One of the lists does not exist."),
        ("sol", {"include": ["group:2"]}, "Board: Only admins can text this group."),
        ("ada", {"include": ["group:3"]}, "“Old” is archived or deleted."),
        ("ada", {"target": "groups"}, "Choose who gets it."),
        ("ada", {"target": "group", "group_id": "everybody"}, "does not exist."),
    ]:
        page = visit("/blasts/new", who, **compose_fields(**to_group(choir, **changes)))
        assert page.status_code == 422, who
        assert sentence in page.words, who
        assert list_messages(app) == [], who


ONLY_ADMINS = "Only admins can text this group."


def restrict_to_admins(app, group_id):
    with app.app_context(), write():
        statement = db.update(ContactGroup).where(ContactGroup.id == group_id)
        db.session.execute(statement.values(who_may_text=GroupTexters.ADMINS))


def deliver_blasts(app):
    release_blasts(app)
    for phone in (ZOE, LEO):
        set_message_status(app, phone, "delivered", submitted_at=now())
    close_finished_blasts(app)


def results_of(log_id, **changes):
    return {"audience": "results", "log_id": str(log_id), "outcome": "everyone"} | changes


def test_whoever_may_not_text_a_group_may_not_text_the_results_of_its_blasts(app, visit, choir):
    """Of a blast to the choir, and of a blast to its results."""
    restrict_to_admins(app, choir)
    send_blast(visit, "ada", **to_group(choir))
    for log_id in (1, 2):
        deliver_blasts(app)
        fields = results_of(log_id)
        page = visit(f"/blasts/logs/{log_id}", "ada")
        assert "Text the 2 who did not answer" in page.words
        assert "Text the 2" not in visit(f"/blasts/logs/{log_id}", "sol").words
        address = f"/blasts/new?audience=results&log_id={log_id}&outcome=everyone"
        assert f"To: {ONLY_ADMINS}" in visit(address, "sol").words
        preview = visit("/blasts/preview", "sol", **compose_fields(**fields))
        assert ONLY_ADMINS in preview.words
        assert "Zoë" not in preview.words
        for press in ({}, {"confirm": "1"}, {"send_test": "1"}):
            answer = visit("/blasts/new", "sol", **compose_fields(**fields, **press))
            assert answer.status_code == 422
            assert ONLY_ADMINS in answer.words
        with app.app_context():
            count = db.session.scalar(db.select(db.func.count(ScheduledMessage.id)))
        assert count == log_id
        send_blast(visit, "ada", message_body=f"Again {log_id}", **fields)


def test_a_group_that_becomes_the_admins_gets_nothing_of_what_sol_scheduled(app, visit, choir):
    first_id = send_blast(visit, "sol", **to_group(choir))
    deliver_blasts(app)
    sols = [
        send_blast(visit, "sol", message_body="Once more", **to_group(choir), **later_fields()),
        send_blast(visit, "sol", message_body="And you?", **results_of(1), **later_fields()),
    ]
    adas = send_blast(visit, "ada", message_body="From Ada", **results_of(1), **later_fields())
    restrict_to_admins(app, choir)
    assert release_tomorrow(app) == 1
    with app.app_context():
        rows = {row.id: row for row in db.session.scalars(db.select(ScheduledMessage))}
    assert {id_: str(row.status) for id_, row in rows.items()} == {
        first_id: "sent",
        sols[0]: "failed",
        sols[1]: "failed",
        adas: "processing",
    }
    assert rows[sols[0]].error_message == GROUP_RESTRICTED_ERROR


def test_an_empty_group_is_said_before_anything_is_sent(app, visit, choir):
    with app.app_context(), write() as session:
        session.add(ContactGroup(id=2, name="Empty"))
    page = visit("/blasts/new", "ada", **compose_fields(**to_group(2)))
    assert page.status_code == 422
    assert "no one is in this group" in page.words


def test_an_archived_group_gets_nothing_when_its_blast_is_due(app, visit, choir):
    scheduled_id = send_blast(visit, **to_group(choir), **later_fields())
    page = visit(f"/groups/{choir}/archive", "ada", _="", follow=True)
    assert "1 scheduled blast to it will reach no one, unless you restore it first." in page.words
    page = visit(f"/blasts/scheduled/{scheduled_id}", "sol")
    assert "“Choir” is archived or deleted, so no one will get this." in page.words
    assert release_tomorrow(app) == 0
    with app.app_context():
        row = db.session.get(ScheduledMessage, scheduled_id)
        assert row.status == "failed"
        assert row.error_message == ("“Choir” is archived or deleted, so no texts were sent.")
    assert list_messages(app) == []


def test_a_group_that_is_gone_between_review_and_yes_gets_nothing(app, visit, choir):
    page = open_review(visit, **to_group(choir))
    visit.post(f"/groups/{choir}/delete", "ada")
    answer = press_button(visit, page, confirm="1")
    assert answer.status_code == 422
    assert "One of the lists was deleted." in answer.words
    with app.app_context():
        assert db.session.scalars(db.select(ScheduledMessage)).all() == []


def test_whoever_opts_out_or_leaves_before_it_is_due_gets_nothing(app, visit, choir, people_of):
    send_blast(visit, **to_group(choir), **later_fields())
    with app.app_context():
        add_opt_out(ZOE)
        with write():
            add_people_to_group(choir, [MIA, MAX], MembershipSource.BULK, "ada")
    visit.post(f"/people/{LEO[1:]}/groups/{choir}/remove", "ada")
    assert release_tomorrow(app) == 1
    rows = {row.phone: str(row.status) for row in list_messages(app)}
    assert rows == {ZOE: "skipped", MIA: "queued", MAX: "queued"}


def test_a_group_that_grew_is_held_for_a_person(app, visit, choir):
    scheduled_id = send_blast(visit, **to_group(choir), **later_fields())
    with app.app_context():
        add_members(20, start=200)
        with write():
            phones = [make_phone(number) for number in range(200, 220)]
            add_people_to_group(choir, phones, MembershipSource.BULK, "ada")
    assert release_tomorrow(app) == 0
    page = visit(f"/blasts/scheduled/{scheduled_id}", "ada")
    assert "confirmed for 2 people" in page.words
    # What only admins may text, only admins confirm.
    restrict_to_admins(app, choir)
    page = visit(f"/blasts/scheduled/{scheduled_id}", "sol")
    assert ONLY_ADMINS in page.words
    assert "Send to 22 people now" not in page.words
    confirm_url = f"/blasts/scheduled/{scheduled_id}/confirm"
    assert ONLY_ADMINS in visit(confirm_url, "sol", people_count="22", follow=True).words
    with app.app_context():
        assert release_due_blasts(now() + timedelta(days=1)) == 0
    visit(confirm_url, "ada", people_count="22")
    with app.app_context():
        assert release_due_blasts(now()) == 1
    assert len(list_messages(app)) == 22


def test_home_and_the_list_of_scheduled_blasts_name_the_group(visit, choir):
    send_blast(visit, **to_group(choir), **later_fields())
    for address in ("/", "/blasts/scheduled", f"/groups/{choir}"):
        assert "Choir" in visit(address, "sol").words, address
    assert "Group: Choir" in visit("/", "sol").words
