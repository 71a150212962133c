"""The templates for standing replies: what they must say, and who may change them."""

import pytest

from app.core.db import db, write
from app.domain.opt_outs.default_replies import StandingReply
from app.domain.opt_outs.notice_templates import (
    NOTICE_TEMPLATES,
    find_standing_reply,
    list_notice_problems,
)
from app.message_templates.actions.seeding import store_missing_seeds
from app.message_templates.models import MessageTemplate
from app.organisation.models import Organisation


@pytest.fixture
def notice_urls(app):
    """The addresses of the templates for notices by what they are for."""
    with app.app_context():
        store_missing_seeds()
        rows = db.session.scalars(db.select(MessageTemplate)).all()
        return {find_standing_reply(row.seed_key): f"/templates/{row.id}" for row in rows}


def edit(visit, url, language, body, who="ada"):
    fields = visit(f"{url}/edit", "ada").fields()
    return visit(
        f"{url}/edit",
        who,
        **{
            "name": fields["name"],
            "revision": fields["revision"],
            "purpose": "system",
            "is_active": "y",
            "texts-0-language": language,
            "texts-0-body": body,
        },
    )


def test_each_comes_with_words_that_may_be_sent():
    for seed in NOTICE_TEMPLATES:
        reply = find_standing_reply(seed.key)
        for body in seed.texts.values():
            assert list_notice_problems(reply, body) == []
    assert "en" not in NOTICE_TEMPLATES[0].texts


@pytest.mark.parametrize(
    ("reply", "body", "said"),
    [
        (StandingReply.HELP, "Call us.", "Include the word STOP"),
        (StandingReply.STOP, "Bye {first_name}", "Names can’t be filled in here"),
        (StandingReply.STOP, "Bye until {day}", "{day} is not a placeholder"),
        (StandingReply.PAUSE, "x" * 481, "This text can have up to 480 characters."),
    ],
)
def test_what_cannot_be_sent_is_said(reply, body, said):
    assert any(said in problem for problem in list_notice_problems(reply, body))


def test_an_admin_writes_a_reply_in_another_language_and_sol_reads_it(visit, notice_urls):
    url = notice_urls[StandingReply.PAUSE]
    assert edit(visit, url, "vi", "Tam dung den {day}. STOP.").status_code == 303
    page = visit(url, "sol")
    assert "Tam dung den [Day]. STOP." in page.words
    assert "Edit" not in page.words.split("Pause confirmed")[1].split("History")[0]
    assert edit(visit, url, "vi", "No.", who="sol").status_code == 403
    version = {"version": "1"}
    assert visit(f"{url}/restore", "sol", **version).status_code == 403
    assert "Notices" in visit("/templates?purpose=system", "sol").words


def test_the_organisations_own_language_is_written_on_the_settings_page(visit, app, notice_urls):
    url = notice_urls[StandingReply.HELP]
    assert "Your English reply is in Settings." in visit(url, "ada").words
    page = edit(visit, url, "en", "Call us. STOP ends it.")
    assert page.status_code == 422
    assert "Your English reply is in Settings. Remove this one." in page.words
    with app.app_context(), write():
        db.session.execute(db.update(Organisation).values(language="es"))
    assert edit(visit, url, "en", "Call us. STOP ends it.").status_code == 303


def test_users_make_no_notices_of_their_own(visit):
    made = {"name": "Mine", "texts-0-language": "en", "texts-0-body": "Hi", "is_active": "y"}
    assert visit("/templates/add", "ada", purpose="system", **made).status_code == 422
    assert visit("/templates/add", "ada", purpose="keyword", **made).status_code == 303
