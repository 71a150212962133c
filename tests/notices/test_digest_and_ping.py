"""The summary of the morning, and the dead man's switch."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import now
from app.core.db import write
from app.delivery.engine_models import Lease
from app.domain.notices.notice_kinds import NoticeChannel, NoticeKind
from app.notices.actions.choice_changes import store_choices
from app.notices.sending.health_ping import HealthPing, add_fail, find_ping_outcome
from app.scheduler import BackgroundJobs
from tests.chat_server import run_chat_server
from tests.notices.conftest import find_user
from tests.sample_people import ZOE
from tests.sample_rows import add_inbound_text, add_member

DENVER = ZoneInfo("America/Denver")


def find_next_morning():
    """Tomorrow at eight in Denver, in UTC: what happened today is its yesterday."""
    tomorrow = datetime.now(DENVER).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(8), DENVER).astimezone(UTC)


def test_ada_gets_a_summary_each_morning_with_numbers_alone(app, staff, mail_server):
    morning = find_next_morning()
    yesterday = morning - timedelta(days=1)
    with app.app_context():
        add_member(ZOE, "Zoë Quill")
        add_inbound_text(ZOE, "Is there parking?")
        with write():
            store_choices(find_user("ada"), {(NoticeKind.DIGEST, NoticeChannel.MAIL): True})
    staff.poll(morning - timedelta(minutes=1))
    assert staff.list("ada", kind="digest") == []
    for minutes in (0, 15, 60):
        staff.poll(morning + timedelta(minutes=minutes))
    staff.send(morning)
    (mail,) = mail_server.mails
    assert mail["Subject"] == f"Summary of {yesterday:%B} {yesterday.day}"
    words = mail.get_content()
    for line in (
        "Delivered: 0",
        "New people: 1",
        "need a reply: 1",
        "No backup has been made yet.",
    ):
        assert line in words
    assert not any(private in words for private in ("Zoë", "Quill", "5550142", "parking"))
    staff.poll(morning + timedelta(days=1))
    assert len(staff.list("ada", kind="digest")) == 2
    assert staff.list("sol", kind="digest") == []


def test_a_summary_that_missed_the_morning_waits_for_the_next(app, staff):
    with app.app_context(), write():
        store_choices(find_user("ada"), {(NoticeKind.DIGEST, NoticeChannel.MAIL): True})
    staff.poll(find_next_morning() + timedelta(hours=5))
    assert staff.list("ada", kind="digest") == []


def test_ping_url_hears_whether_texts_are_sent(make_app):
    with run_chat_server() as server:
        app = make_app(ping_url=server.address + "/abc?rid=1")
        ping = HealthPing()
        with app.app_context():
            # Nobody leads in this test, so nothing is sent.
            ping.ping(now())
            assert find_ping_outcome()[0] == "ok"
            server.status = 500
            ping.ping(now())
            assert find_ping_outcome()[0] == "http_500"
    assert [path for _, path, _, _ in server.requests] == ["/abc/fail?rid=1"] * 2
    with app.app_context():
        ping.ping(now())
        assert find_ping_outcome()[0] == "unreachable"


def test_ping_url_hears_from_the_process_that_leads_alone(make_app):
    with run_chat_server() as server:
        app = make_app(ping_url=server.address + "/abc")
        BackgroundJobs(app, lambda: True).jobs.ping()
        assert server.requests == []
        with app.app_context():
            with write() as session:
                session.add(Lease(name="engine", holder="1-a", epoch=1, beat_at=now()))
            HealthPing().ping(now())
    assert [path for _, path, _, _ in server.requests] == ["/abc"]


@pytest.mark.parametrize(
    ("url", "failed"),
    [
        ("https://hc-ping.com/1", "https://hc-ping.com/1/fail"),
        ("https://hc-ping.com/1/", "https://hc-ping.com/1/fail"),
        ("https://x.org/p?key=1", "https://x.org/p/fail?key=1"),
    ],
)
def test_the_address_of_trouble(url, failed):
    assert add_fail(url) == failed
