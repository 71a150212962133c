"""A person's topics and pauses: shown on their page, and written down by both roles."""

import pytest

from app.core.db import write
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import ContactGroup, MembershipSource
from app.suppression.queries.left_topics import list_left_topics
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.sample_people import ZOE
from tests.sample_rows import add_member


@pytest.fixture
def choir(app):
    """The topic Choir with Zoë; gives its id."""
    with app.app_context():
        add_member(ZOE, "Zoë")
        with write() as session:
            group = ContactGroup(name="Choir", is_topic=True)
            session.add(group)
            session.flush()
            add_people_to_group(group.id, [ZOE], MembershipSource.HAND, "ada")
            return group.id


def test_both_roles_note_a_leave_and_how_they_came_back(app, visit, choir):
    url = visit.find_person_page(ZOE)
    assert "Topics Groups whose texts they can stop" in visit(url, "sol").words
    assert visit.post(f"{url}/topics/{choir}/leave", "sol").status_code == 303
    words = visit(url, "sol").words
    assert "Left this topic" in words
    assert "They get blasts to the community and their groups, but not those to Choir" in words
    assert "Left the topic Choir “Added by" in words
    back = f"{url}/topics/{choir}/return"
    page = visit(back, "sol", **{f"topic-{choir}-agreed": "verbal", f"topic-{choir}-evidence": ""})
    assert page.status_code == 422
    assert "Enter when and how they said so." in page.words
    filled = {f"topic-{choir}-agreed": "verbal", f"topic-{choir}-evidence": "Told us on May 3"}
    assert visit(back, "sol", **filled).status_code == 303
    words = visit(url, "ada").words
    assert "Came back to the topic Choir “Told us on May 3” in person or by phone" in words
    with app.app_context():
        assert list_left_topics(ZOE) == []


def test_a_pause_by_hand_has_a_day_and_an_admin_ends_it(app, visit, choir):
    url = visit.find_person_page(ZOE)
    assert visit(f"{url}/pause", "sol", days="30").status_code == 303
    assert visit(f"{url}/pause", "sol", days="7").status_code == 303
    words = visit(url, "ada").words
    assert "No. Paused" in words
    assert "Paused until " in words
    assert "Paused until " in visit("/suppression?why=paused", "ada").words
    assert visit.post(f"{url}/take-off", "ada").status_code == 303
    with app.app_context():
        assert find_suppression_reason(ZOE) is None
    assert "Pause ended" in visit(url, "ada").words


def test_the_form_of_a_group_makes_it_a_topic_unless_its_name_means_all_texts(visit, choir):
    fields = {"name": "Alerts", "color": "teal", "who_may_text": "everyone", "is_topic": "y"}
    page = visit("/groups/add", "ada", **fields)
    assert page.status_code == 422
    assert "STOP ALERTS stops all texts, so give it another name." in page.words
    assert visit("/groups/add", "ada", **fields | {"name": "Youth"}).status_code == 303
    assert "Topic: people can stop its texts" in visit("/groups/2", "sol").words
    assert "Youth Topic" in visit("/groups", "sol").words
