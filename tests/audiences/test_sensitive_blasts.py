"""Ada texts the people of a segment over a sensitive field: what Sol may see of it.

The blast itself, its figures and its buttons; never who is in it, by any page, list or filter.
"""

import pytest

from app.audiences.actions.segment_editing import (
    SegmentInfo,
    create_segment,
    update_segment,
)
from app.audiences.queries.segment_records import find_segment
from app.audiences.segment_models import Segment
from app.blasts.queries.gone_lists import describe_missed_lists
from app.core.db import write
from app.delivery.models import Message, MessageLog
from app.domain.accounts.permissions import Permission, resolve_permissions
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import Joiner, SegmentRule
from app.domain.profiles.field_types import FieldClass
from tests.accounts.test_permission_sets import give_set
from tests.blasts.helpers import compose_fields, list_scheduled_blasts, release_blasts, send_blast
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member

ONLY_ADMINS = "Only admins see who got this blast"
URL = "/blasts/logs/1"


def send_to_segment(app, visit, field_class=FieldClass.SENSITIVE):
    """Zoë has a value in the field; Ada texts all who have one."""
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
        field_id = add_field("Care", field_class=field_class)
        set_value(ZOE, field_id, "Needs a ride")
        rule = SegmentRule(Joiner.ALL, (Condition(ConditionKind.FIELD_HAS_VALUE, field_id),))
        with write():
            segment = create_segment(SegmentInfo("Rides", None, rule, "Care has a value"), "ada")
            segment_id = segment.id
    send_blast(visit, "ada", target="audience", include=[f"segment:{segment_id}"])
    release_blasts(app)
    with app.app_context(), write() as session:
        session.query(Message).update({"status": "delivered"})
        session.query(MessageLog).update({"status": "sent"})
    return field_id, segment_id


def is_hidden_from_sol(visit):
    """Whether Sol sees no name of the blast's people, on any page of it."""
    page = visit(URL, "sol")
    states = [visit(f"{URL}?state={name}", "sol") for name in ("delivered", "no_reply", "all")]
    pages = [page, *states, visit(f"{URL}?search=zo", "sol"), visit(f"{URL}/live", "sol")]
    names = ["Zoë" in shown.text or ZOE in shown.text for shown in pages]
    assert len(set(names[:-1])) == 1, names
    return ONLY_ADMINS in page.words and not any(names)


def test_sol_sees_the_blast_and_not_its_people(app, visit, copied_steps):
    copied_steps.take(app, send_to_segment, visit)
    assert is_hidden_from_sol(visit)
    page = visit(URL, "sol")
    assert "1 of 1" in page.words
    assert "Text the" not in page.words
    assert visit(f"{URL}/status", "sol").json["delivered"] == 1
    for address in (URL, "/blasts/logs", "/blasts/scheduled"):
        assert "Rides" not in visit(address, "sol").words
    assert "Rides" in visit(URL, "ada").words
    assert "Zoë" in visit(f"{URL}?state=all", "ada").words


def test_neither_compose_nor_a_note_names_the_segment_to_sol(app, visit, copied_steps):
    _, segment_id = copied_steps.take(app, send_to_segment, visit)
    part = f"segment:{segment_id}"
    for lists in ({"include": [part]}, {"include": ["everybody"], "exclude": [part]}):
        page = visit("/blasts/new", "sol", **compose_fields(target="audience", **lists))
        assert page.status_code == 422
        assert "A segment for admins: Only admins can use this segment" in page.words
        assert "Rides" not in page.words
    with app.app_context(), write() as session:
        audience_id = session.query(MessageLog).one().audience_id
        session.query(Segment).delete()
    with app.app_context():
        missed = describe_missed_lists(audience_id)
    assert missed.startswith("“A segment for admins” is deleted")


def test_no_other_way_leads_sol_to_the_people(app, visit, copied_steps):
    copied_steps.take(app, send_to_segment, visit)
    for address in ("/blasts/new/people", "/groups/people"):
        assert visit(f"{address}?list=blast&list_id=1&state=delivered", "sol").status_code == 403
    for kind in ("no_reply_to_blast", "!no_reply_to_blast", "replied_to_blast"):
        listed = visit(f"/community?filter={kind}.1", "sol")
        assert "Zoë" not in listed.text
        assert "Leo" not in listed.text
        assert "Zoë" in visit("/community?filter=no_reply_to_blast.1", "ada").text
    added = visit("/community?add=replies", "sol")
    assert "Hi" not in [option for option in added.text.split("<option")]
    results = {"audience": "results", "log_id": "1", "outcome": "no_reply"}
    for audience in (
        {"target": "community", **results},
        {"target": "audience", "include": ["results:1:no_reply"]},
        {"target": "audience", "include": ["everybody"], "exclude": ["results:1:no_reply"]},
    ):
        page = visit("/blasts/new", "sol", **compose_fields(**audience))
        assert page.status_code == 422, audience
    assert visit(f"{URL}/export", "sol").status_code == 403
    assert visit(f"{URL}/send-again?state=failed", "sol").status_code == 403


def test_a_set_that_may_export_does_not_export_its_people(app, visit, copied_steps):
    copied_steps.take(app, send_to_segment, visit)
    give_set(app, resolve_permissions(set(Permission), reaches_everybody=True))
    assert visit(f"{URL}/export", "sol").status_code == 403
    assert "Zoë" in visit(f"{URL}/export", "ada").text


def test_a_segment_of_its_people_is_hidden_too(app, visit, copied_steps):
    copied_steps.take(app, send_to_segment, visit)
    rule = SegmentRule(Joiner.ALL, (Condition(ConditionKind.NO_REPLY_TO_BLAST, 1),))
    with app.app_context(), write():
        segment_id = create_segment(SegmentInfo("Silent", None, rule, "Silent"), "ada").id
    assert visit(f"/segments/{segment_id}", "sol").status_code == 403
    assert visit(f"/segments/{segment_id}", "ada").status_code == 200
    assert "Silent" not in visit("/segments", "sol").words


@pytest.mark.parametrize("change", ["deleted", "edited"])
def test_it_stays_hidden_when_the_segment_is_gone_or_another(app, visit, copied_steps, change):
    _, segment_id = copied_steps.take(app, send_to_segment, visit)
    if change == "deleted":
        assert visit(f"/segments/{segment_id}/delete", "ada", csrf="1").status_code == 303
        assert visit(f"/segments/{segment_id}", "ada").status_code == 404
    else:
        rule = SegmentRule(Joiner.ALL, (Condition(ConditionKind.TEXTED_TODAY),))
        with app.app_context(), write():
            seen_at = find_segment(segment_id).updated_at
            update_segment(segment_id, SegmentInfo("Rides", None, rule, "Today"), seen_at)
    assert is_hidden_from_sol(visit)


def test_it_is_hidden_once_the_field_becomes_sensitive_and_stays_so(app, visit):
    field_id, _ = send_to_segment(app, visit, FieldClass.ADMINISTRATIVE)
    assert not is_hidden_from_sol(visit)
    form = visit(f"/settings/fields/{field_id}", "ada").fields()
    for field_class in ("sensitive", "public"):
        saved = visit(
            f"/settings/fields/{field_id}", "ada", **(form | {"field_class": field_class})
        )
        assert saved.status_code == 303
        assert is_hidden_from_sol(visit)
    assert len(list_scheduled_blasts(app)) == 1
