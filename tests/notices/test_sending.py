"""Notices leave by e-mail, chat and text: each once, again after a failure, never to the wrong."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.fault_notices import build_notice, store_alert
from app.delivery.models import Message
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.delivery.message_statuses import MessageKind
from app.domain.notices.chat_shapes import ChatShape, find_url_problem
from app.domain.notices.notice_kinds import NOTICE_RULES, NoticeChannel, NoticeKind
from app.domain.notices.notice_sentences import build_test, build_text_digest
from app.notices.actions.chat_changes import add_chat
from app.notices.actions.choice_changes import store_choices
from app.notices.actions.notice_storing import Addressee, News, store_notice
from app.notices.models import Notice
from app.notices.sending.chat_posting import has_apprise
from app.notices.sending.http_posting import RequestFailed, send_request
from app.texting_hours.actions import build_default_setting
from app.texting_hours.models import TextingHoursMode
from tests.chat_server import run_chat_server
from tests.notices.conftest import ADA_MAIL, Staff, find_user
from tests.sample_people import ZOE
from tests.sample_rows import add_opt_out

NOON = datetime(2026, 11, 28, 19, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def chat_server():
    with run_chat_server() as server:
        yield server


def pause_blast(app, cause="The sender cannot send texts."):
    with app.app_context(), write():
        store_alert(build_notice(AlertEvent.BLAST_PAUSED, cause, "Choose another.", now()))


def add_team(app, server, shape="generic", path="/hook"):
    with app.app_context(), write():
        url = server.address + path
        values = {"name": "Team", "shape": ChatShape(shape), "url": url, "kinds": "blast_paused"}
        return add_chat(values).id


def states(app, channel):
    """(state, attempts, error) of each notice of a channel."""
    with app.app_context():
        rows = db.session.scalars(db.select(Notice).filter_by(channel=channel).order_by(Notice.id))
        return [(row.state.value, row.attempts, row.error) for row in rows]


def test_ada_gets_an_e_mail_about_a_fault_once(app, staff, mail_server):
    pause_blast(app)
    staff.poll()
    for _ in range(2):
        staff.send()
    (mail,) = mail_server.mails
    assert (mail["To"], mail["Subject"]) == (ADA_MAIL, "A blast is paused.")
    words = mail.get_content()
    assert "The sender cannot send texts. Choose another." in words
    assert "http://sms.example.org/blasts/logs" in words
    assert states(app, "mail") == [("sent", 1, None)]


def test_an_e_mail_that_was_not_taken_is_tried_again_and_given_up(app, staff, mail_server):
    mail_server.refusals = {"RCPT": "450 later"}
    pause_blast(app)
    staff.poll()
    start = now()
    waits = [0, 5, 11, 30, 80, 400, 410, 2000, 2400, 9000, 99000]
    for seconds in waits:
        staff.send(start + timedelta(seconds=seconds))
    assert states(app, "mail") == [("failed", 5, "refused")]
    assert len([line for line in mail_server.lines if line.startswith("rcpt")]) == 5


def test_an_address_that_does_not_exist_is_not_tried_again(app, staff, mail_server):
    mail_server.refusals = {"RCPT": "550 no"}
    pause_blast(app)
    staff.poll()
    staff.send()
    assert states(app, "mail") == [("failed", 1, "refused_address")]


def test_a_disabled_user_gets_no_e_mail_that_waited(app, staff, mail_server):
    pause_blast(app)
    staff.poll()
    with app.app_context(), write():
        find_user("ada").disabled_at = now()
    staff.send()
    assert mail_server.mails == []
    assert states(app, "mail") == [("skipped", 1, "user_off")]


def test_two_processes_send_one_e_mail(app, staff, mail_server):
    """Claimed by one guarded UPDATE."""
    pause_blast(app)
    staff.poll()
    threads = [threading.Thread(target=staff.send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail_server.mails) == 1


def test_a_process_that_dies_after_claiming_leaves_it_for_later(app, staff, mail_server):
    pause_blast(app)
    staff.poll()
    with app.app_context(), write() as session:
        row = session.scalars(db.select(Notice).filter_by(channel="mail")).one()
        row.attempts, row.due_at = 1, now() + timedelta(seconds=10)
    staff.send()
    assert mail_server.mails == []
    staff.send(now() + timedelta(seconds=11))
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize("shape", ["slack", "teams", "discord", "ntfy", "generic"])
def test_each_chat_hears_it_in_its_own_shape(app, staff, chat_server, shape):
    add_team(app, chat_server, shape)
    pause_blast(app)
    staff.poll()
    staff.send()
    ((method, path, headers, body),) = chat_server.requests
    assert (method, path) == ("POST", "/hook")
    words = "A blast is paused. The sender cannot send texts. Choose another."
    link = "http://sms.example.org/blasts/logs"
    if shape == "ntfy":
        assert (headers["Title"], headers["Click"]) == ("A blast is paused.", link)
        assert body == b"The sender cannot send texts. Choose another."
        return
    payload = json.loads(body)
    if shape == "slack":
        assert payload == {"text": f"{words}\n{link}"}
    elif shape == "discord":
        assert payload == {"content": f"{words}\n{link}", "allowed_mentions": {"parse": []}}
    elif shape == "generic":
        assert payload["event"] == "blast_paused"
        assert (payload["text"], payload["link"]) == (words, link)
    else:
        card = payload["attachments"][0]["content"]
        assert card["body"][0]["text"] == "A blast is paused."
        assert card["actions"][0]["url"] == link


@pytest.mark.parametrize(
    ("status", "word"), [(404, "http_404"), (302, "http_302"), (500, "http_500")]
)
def test_a_chat_that_refuses_or_redirects_is_tried_again(app, staff, chat_server, status, word):
    chat_server.status = status
    add_team(app, chat_server)
    pause_blast(app)
    staff.poll()
    staff.send()
    assert states(app, "chat") == [("queued", 1, word)]
    assert [path for _, path, _, _ in chat_server.requests] == ["/hook"]


def test_a_chat_that_is_alert_webhook_url_is_not_told_of_faults_twice(make_app, chat_server):
    app = make_app(alert_webhook_url=chat_server.address + "/hook")
    staff = Staff(app)
    staff.poll()
    add_team(app, chat_server)
    pause_blast(app)
    staff.poll()
    assert states(app, "chat") == []


def test_only_http_is_asked(tmp_path):
    (tmp_path / "secret").write_text("x")
    for url in (f"file://{tmp_path}/secret", "ftp://127.0.0.1/x", "http://127.0.0.1:9/x"):
        with pytest.raises(RequestFailed):
            send_request(url)


@pytest.mark.parametrize(
    ("shape", "url", "is_fine"),
    [
        ("slack", "https://hooks.slack.com/services/T/B/x", True),
        ("slack", "http://hooks.slack.com/services/T/B/x", False),
        ("generic", "http://127.0.0.1:8080/x", True),
        ("ntfy", "https://10.0.0.5/alerts", True),
        ("slack", "ftp://example.org/x", False),
        ("slack", "file:///etc/passwd", False),
        ("slack", "https://", False),
        ("slack", "https://example.org:99999/x", False),
        ("slack", "https://exa mple.org/x", False),
        ("slack", "https://example.org/\r\nX: y", False),
        ("apprise", "tgram://123/456", True),
        ("apprise", "nothing", False),
    ],
)
def test_addresses_of_chats_in_production(shape, url, is_fine):
    """An address that an admin gives is asked for alone, and its answer is shown to nobody."""
    assert (find_url_problem(ChatShape(shape), url, is_production=True) is None) is is_fine


def give_phone(app, username="ada"):
    """Give a user a verified phone, and let every kind come by text."""
    with app.app_context(), write():
        user = find_user(username)
        user.phone = ZOE
        kinds = [kind for kind, rule in NOTICE_RULES.items() if NoticeChannel.TEXT in rule.channels]
        store_choices(user, {(kind, NoticeChannel.TEXT): True for kind in kinds})


def queue_texts(app, count, at):
    with app.app_context(), write():
        ada = find_user("ada").id
        for number in range(count):
            news = News(NoticeKind.TEST, build_test(), f"{at}-{number}")
            store_notice(news, Addressee(NoticeChannel.TEXT, ada), at)


def list_texts(app):
    with app.app_context():
        return [
            (row.phone, row.body)
            for row in db.session.scalars(db.select(Message).filter_by(kind=MessageKind.TEST))
        ]


def test_what_waits_is_one_text_and_the_next_comes_a_quarter_of_an_hour_later(app, staff):
    give_phone(app)
    queue_texts(app, 2, NOON)
    staff.send(NOON)
    assert len(list_texts(app)) == 1
    later = NOON + timedelta(minutes=5)
    queue_texts(app, 1, later)
    staff.send(later)
    assert len(list_texts(app)) == 1
    staff.send(NOON + timedelta(minutes=15))
    ((phone, body), _) = list_texts(app)
    assert phone == ZOE
    assert body == (
        "SMS Admin: This is a test of notifications. This is a test of notifications. "
        "http://sms.example.org/notices"
    )


def test_ten_texts_a_day_and_no_more(app, staff):
    give_phone(app)
    for number in range(12):
        at = NOON + timedelta(minutes=16 * number)
        queue_texts(app, 1, at)
        staff.send(at)
    assert len(list_texts(app)) == 10
    assert [error for _, _, error in states(app, "text")][-2:] == ["day_limit", "day_limit"]


def test_a_text_waits_for_texting_hours_and_a_stop_ends_it(app, staff):
    give_phone(app)
    with app.app_context(), write() as session:
        session.add(build_default_setting(TextingHoursMode.ON))
    night = datetime(2026, 11, 29, 9, tzinfo=UTC)
    queue_texts(app, 1, night)
    staff.send(night)
    assert list_texts(app) == []
    with app.app_context():
        add_opt_out(ZOE)
    staff.send(night + DAY / 2)
    assert list_texts(app) == []
    assert states(app, "text") == [("skipped", 0, "opted_out")]


def test_many_notices_make_a_text_of_two_parts_at_most():
    body = build_text_digest(["A blast is paused, and more words."] * 20, "https://sms.example.org")
    assert body == "SMS Admin: 20 notifications. https://sms.example.org/notices"


def test_the_phone_that_delivery_alerts_is_not_texted_twice(make_app):
    app = make_app(admin_test_phone=ZOE)
    give_phone(app)
    staff = Staff(app)
    staff.poll()
    pause_blast(app)
    staff.poll()
    assert states(app, "text") == []


def test_apprise_is_no_part_of_the_program():
    assert not has_apprise()
