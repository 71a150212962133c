"""What the tests of groups start with."""

import pytest

from app.core.db import db, write
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import ContactGroup, MembershipSource
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member


@pytest.fixture
def choir(app):
    """The group Choir with Zoë and Leo, who are members; gives its id."""
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia"), (MAX, None)):
            add_member(phone, name)
        with write():
            group = create_group(GroupInfo("Choir"))
            add_people_to_group(group.id, [ZOE, LEO], MembershipSource.HAND, "ada")
        return group.id


@pytest.fixture
def people_of(app):
    """The phones in a group now, in the order in which they came."""

    def read(group_id):
        with app.app_context():
            statement = db.text(
                "SELECT phone FROM group_members WHERE group_id = :id AND until IS NULL ORDER BY id"
            )
            phones = list(db.session.scalars(statement, {"id": group_id}))
            group = db.session.get(ContactGroup, group_id, populate_existing=True)
            assert group is None or group.member_count == len(phones)
            return phones

    return read
