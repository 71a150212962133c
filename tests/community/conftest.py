"""What the community's tests look at."""

import pytest

from app.community.models import CommunityMember
from app.core.db import db
from tests.visit import Page


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
            return db.session.scalar(
                db.select(CommunityMember.id).where(CommunityMember.phone == phone)
            )

    return read


LINE = "---------------------------a-line-between-fields"


@pytest.fixture
def upload(visit):
    """Ada uploads a file; gives the page she is shown, or the redirect to it.

    The form is written by hand: the test client would put a large one into a file of its own
    and leave it open.
    """

    def send(data, name="people.csv", follow=True):
        data = data.encode() if isinstance(data, str) else data
        head = (
            f"--{LINE}\r\nContent-Disposition: form-data;"
            f' name="csrf_token"\r\n\r\n{visit.token("ada")}\r\n'
        )
        head += (
            f'--{LINE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        )
        body = head.encode() + data + f"\r\n--{LINE}--\r\n".encode()
        kind = f"multipart/form-data; boundary={LINE}"
        browser = visit.browser("ada")
        return Page(
            browser.post(
                "/community/import",
                data=body,
                content_type=kind,
                follow_redirects=follow,
            )
        )

    return send


@pytest.fixture
def address_of(upload):
    """Ada uploads a file; gives the address of its check page."""

    def send(data, name="people.csv"):
        page = upload(data, name, follow=False)
        assert page.status_code == 303, page.words
        return page.location

    return send
