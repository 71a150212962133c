"""People of an earlier blast as one list among others: included, left out, widened, refused."""

import pytest

from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import ContactGroup, GroupTexters, MembershipSource
from tests.blasts.helpers import (
    compose_fields,
    get_form_fields,
    open_review,
    release_blasts,
    send_blast,
)
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member


@pytest.fixture
def earlier(app, visit, copied_steps):
    """A finished blast to Choir: delivered to Zoë and Leo, failed for Mia. Max is in Youth."""
    return copied_steps.take(app, finish_blast, visit)


def finish_blast(app, visit):
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia"), (MAX, "Max")):
            add_member(phone, name)
        with write():
            for name, phones in (("Choir", [ZOE, LEO, MIA]), ("Youth", [MAX, LEO])):
                group = create_group(GroupInfo(name))
                add_people_to_group(group.id, phones, MembershipSource.HAND, "ada")
    send_blast(visit, target="audience", include=["group:1"], name="Rehearsal")
    log_id = release_blasts(app)
    with app.app_context(), write() as session:
        session.get_one(MessageLog, log_id).status = "sent"
        for row in session.scalars(db.select(Message)):
            row.status = "failed" if row.phone == MIA else "delivered"
    return log_id


def list_new_rows(app, earlier):
    with app.app_context():
        rows = db.session.scalars(db.select(Message).where(Message.message_log_id > earlier))
        return {row.phone: row.reason or str(row.status) for row in rows}


def test_they_are_offered_combined_reviewed_and_texted_once_each(app, visit, earlier):
    offered = visit("/blasts/new", "sol")
    assert f'value="results:{earlier}"' in offered.text
    assert "Earlier blasts Rehearsal" in offered.words
    fields = {"target": "audience", "include": ["group:2", f"results:{earlier}"]}
    fields |= {f"outcome_{earlier}": "failed", "exclude": [f"results:{earlier}:delivered"]}
    preview = visit("/blasts/preview", "sol", **compose_fields(**fields))
    assert "2 in Youth, 1 of the people “Rehearsal” did not reach: 3 people" in preview.words
    page = open_review(visit, "sol", **fields)
    sentence = "Youth and people “Rehearsal” did not reach, but not people who received “Rehearsal”"
    assert sentence in page.words
    assert "People who received “Rehearsal” : 1 person" in page.words
    # Back on the form, what was chosen is a list of its own.
    carried = get_form_fields(page, "review")
    assert carried["include"] == ["group:2", f"results:{earlier}:failed"]
    again = visit("/blasts/new", "sol", **carried, edit="1")
    assert "Earlier blasts People “Rehearsal” did not reach" in again.words
    send_blast(visit, "sol", **fields)
    log_id = release_blasts(app)
    assert list_new_rows(app, earlier) == {MAX: "queued", MIA: "queued"}
    assert sentence in visit(f"/blasts/logs/{log_id}", "sol").words


@pytest.mark.parametrize("freeze", [None, "y"])
def test_who_is_no_contact_any_more_is_skipped_unless_another_list_has_them(
    app, visit, earlier, freeze
):
    with app.app_context(), write() as session:
        session.execute(db.text("DELETE FROM community_members WHERE phone IN (:a, :b)"), {
            "a": ZOE, "b": LEO})  # fmt: skip
    fields = {"target": "audience", "include": [f"results:{earlier}:everyone", "group:2"]}
    page = open_review(visit, **fields, freeze=freeze)
    assert "No longer in your contacts" in page.words
    send_blast(visit, **fields, freeze=freeze)
    release_blasts(app)
    skipped = {} if freeze else {ZOE: "not_a_contact"}
    assert list_new_rows(app, earlier) == {LEO: "queued", MAX: "queued"} | skipped


def test_text_these_people_can_be_widened(visit, earlier):
    address = f"/blasts/new?audience=results&log_id={earlier}&outcome=failed"
    page = visit(address, "sol")
    assert "Add or leave out other lists" in page.words
    form = get_form_fields(page, "compose") | {"message_body": "Once more", "widen": "1"}
    wide = visit("/blasts/new?edit=1", "sol", **form)
    assert "Once more" in wide.text
    fields = get_form_fields(wide, "compose")
    assert (fields["target"], fields["include"]) == ("audience", f"results:{earlier}:failed")
    assert "To: People “Rehearsal” did not reach · 1 person" in wide.words


def test_people_of_a_blast_to_a_group_for_admins_are_for_admins(app, visit, earlier):
    with app.app_context(), write() as session:
        session.get_one(ContactGroup, 1).who_may_text = GroupTexters.ADMINS
    assert "Earlier blasts" not in visit("/blasts/new", "sol").words
    fields = compose_fields(target="audience", include=[f"results:{earlier}:everyone"])
    refused = visit("/blasts/new", "sol", **fields)
    assert refused.status_code == 422
    assert "Only admins can text this group." in refused.words
    for unknown in ("results:99:everyone", "results:1:nonsense", f"results:{earlier}"):
        fields["include"] = [unknown]
        assert visit("/blasts/new", "ada", **fields).status_code == 422, unknown
