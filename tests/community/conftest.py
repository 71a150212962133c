"""What the community's tests look at."""

import io

import pytest

from app.community.models import CommunityMember
from app.kit.db import db


@pytest.fixture
def on_the_list(app):
    """Everybody on the list now: {phone: name}."""

    def read():
        with app.app_context():
            rows = db.session.execute(
                db.select(CommunityMember.phone, CommunityMember.name).order_by(CommunityMember.id)
            )
            return {phone: name for phone, name in rows}

    return read


@pytest.fixture
def id_of(app):
    """The id of the member with this number."""

    def read(phone):
        with app.app_context():
            return db.session.scalar(db.select(CommunityMember.id).where(CommunityMember.phone == phone))

    return read


@pytest.fixture
def upload(visit):
    """Ada uploads a file; gives the page she is shown, or the redirect to it."""

    def send(data, name="people.csv", who="ada", follow=True):
        data = data.encode() if isinstance(data, str) else data
        return visit("/community/import", who, files={"file": (io.BytesIO(data), name)}, follow=follow)

    return send


@pytest.fixture
def address_of(upload):
    """Ada uploads a file; gives the address of its check page."""

    def send(data, name="people.csv"):
        page = upload(data, name, follow=False)
        assert page.status_code == 303, page.words
        return page.location

    return send
