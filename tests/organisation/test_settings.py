"""Ada changes the organisation's settings."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import db, write
from app.organisation import queries
from app.organisation.forms.settings_form import build_country_choices
from app.suppression.actions.consent_events import grant_consent
from app.suppression.actions.opt_outs import lift_opt_outs, record_opt_out
from tests import sample_rows
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.visit import Visitor

ALL = {
    "organisation": "Riverside Community",
    "timezone": "America/Denver",
    "region": "US",
    "currency": "USD",
    "price_per_segment": "",
    "footer": "Reply STOP to opt out.",
    "undo_seconds": "",
}


def save(visit, **changes):
    """Post the settings form."""
    return visit("/settings", "ada", **(ALL | changes))


def row(app):
    """The organisation's row, read afresh."""
    with app.app_context():
        return queries.get_organisation()


def test_settings_are_for_admins(visit):
    assert visit("/settings", "sol").status_code == 403
    assert visit("/settings", "sol", **ALL).status_code == 403


def test_everything_that_is_changed_is_kept(visit, app):
    page = save(
        visit,
        organisation="Río Verde e.V.",
        timezone="Europe/Berlin",
        region="DE",
        currency="eur",
        price_per_segment="0,0790",
        footer="Antworte STOP zum Abmelden.",
        undo_seconds="30",
    )
    assert (page.status_code, page.location) == (303, "/settings")
    kept = row(app)
    assert (kept.name, kept.timezone, kept.region, kept.currency) == (
        "Río Verde e.V.",
        "Europe/Berlin",
        "DE",
        "EUR",
    )
    assert (kept.price_per_segment, kept.footer, kept.undo_seconds) == (
        Decimal("0.0790"),
        "Antworte STOP zum Abmelden.",
        30,
    )
    shown = visit("/settings", "ada")
    for value in ("0.0790", "Río Verde e.V.", "Germany (+49)"):
        assert value in shown.text
    assert "Settings saved." in shown.words
    assert "such as €0.0079." in shown.words
    assert "Three letters, such as EUR." in shown.words


def test_empty_price_and_undo_mean_unknown_and_the_servers_own(visit, app):
    save(visit, price_per_segment="0.01", undo_seconds="0")
    with app.app_context():
        assert queries.get_undo_seconds() == 0
    save(visit)
    assert (row(app).price_per_segment, row(app).undo_seconds) == (None, None)
    with app.app_context():
        assert queries.get_undo_seconds() == 10


def test_what_the_form_does_not_have_stays(visit, app):
    save(visit, currency="CHF", undo_seconds="20")
    page = visit(
        "/settings",
        "ada",
        organisation="New",
        timezone="UTC",
        price_per_segment="1",
        footer="STOP ends it",
    )
    assert page.status_code == 303
    assert (row(app).currency, row(app).undo_seconds, row(app).region) == (
        "CHF",
        20,
        "US",
    )


def test_the_three_answers_are_ours_until_the_organisation_writes_its_own(visit, app):
    assert "Riverside Community: you have opted out" in visit("/settings", "ada").text
    save(
        visit,
        help_reply="Riverside, 303 555 0100.\r\nSTOP ends it.",
        stop_reply="  Bye. ",
        start_reply="",
    )
    assert (row(app).help_reply, row(app).stop_reply) == (
        "Riverside, 303 555 0100.\nSTOP ends it.",
        "Bye.",
    )
    with app.app_context():
        assert queries.get_start_reply().startswith(
            "Riverside Community: you will get our texts again."
        )
        assert queries.get_stop_reply() == "Bye."
    save(visit, help_reply="", stop_reply="")
    assert (row(app).help_reply, row(app).stop_reply) == (None, None)


def test_who_answers_help_is_said_once_and_twilio_does_at_first(visit, app):
    assert visit("/settings", "ada").fields()["helper"] == "twilio"
    save(visit, helper="us")
    assert row(app).answers_help is True
    save(visit)
    assert row(app).answers_help is True, "a form without the field changes nothing"
    save(visit, helper="twilio")
    assert row(app).answers_help is False


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"organisation": ""}, "Enter the name of your organization."),
        ({"organisation": "x" * 101}, "up to 100 characters"),
        ({"timezone": "Nowhere"}, "Choose a time zone"),
        ({"region": "XX"}, "Choose a country"),
        ({"currency": "Euro"}, "three letters"),
        ({"currency": "€€€"}, "three letters"),
        ({"price_per_segment": "free"}, "Enter a price such as 0.0079"),
        ({"price_per_segment": "-1"}, "costs from 0 to 10"),
        ({"price_per_segment": "11"}, "costs from 0 to 10"),
        ({"price_per_segment": "NaN"}, "costs from 0 to 10"),
        ({"price_per_segment": "1e-999999"}, "at most ten digits"),
        ({"footer": "Bye"}, "Include the word STOP"),
        ({"footer": "unstoppable"}, "Include the word STOP"),
        ({"footer": "STOP" + "x" * 160}, "up to 160 characters"),
        ({"stop_reply": "x" * 321}, "up to 320 characters"),
        (
            {"start_reply": "Hello {first_name}"},
            "Placeholders can’t be filled in here",
        ),
        ({"help_reply": "Call us"}, "Include the word STOP"),
        ({"help_reply": "STOP" + "x" * 480}, "up to 480 characters"),
        ({"helper": "nobody"}, "Choose who replies to HELP"),
        ({"undo_seconds": "-1"}, "whole number from 0 to 3600"),
        ({"undo_seconds": "1.5"}, "whole number from 0 to 3600"),
        ({"undo_seconds": "٣"}, "whole number from 0 to 3600"),
        ({"undo_seconds": "99999"}, "whole number from 0 to 3600"),
    ],
)
def test_every_mistake_is_said_beside_its_field_and_nothing_is_lost(visit, app, wrong, said):
    page = save(visit, **({"organisation": "Kept as typed"} | wrong))
    assert page.status_code == 422
    assert said in page.words
    name, typed = next(iter(wrong.items()))
    if name not in {"timezone", "region", "helper"} and typed.isascii() and "\n" not in typed:
        assert f'value="{typed}"' in page.text or f">\n{typed}</textarea>" in page.text.replace(
            "\r", ""
        )
    assert row(app).name == "Riverside Community"


def test_a_zone_by_an_older_name_is_accepted_and_offered_again(visit, app):
    save(visit, timezone="US/Mountain")
    assert row(app).timezone == "US/Mountain"
    assert 'value="US/Mountain"' in visit("/settings", "ada").text


def test_the_audit_knows_before_and_after_of_what_changed_and_nothing_else(visit, app):
    save(visit, price_per_segment="0.0079", region="CA")
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
    assert (event.who, event.verb) == ("ada", "settings.changed")
    assert json.loads(event.details) == {
        "region": ["US", "CA"],
        "price_per_segment": [None, "0.0079"],
    }


def test_the_servers_own_settings_are_shown_to_paste_at_twilio(visit):
    page = visit("/settings", "ada")
    for shown in (
        "practice phones",
        "http://sms.example.org/webhooks/twilio/inbound",
        "http://sms.example.org/webhooks/twilio/status",
        "Segments per second 50",
    ):
        assert shown in page.words


def test_no_secret_is_shown(make_app):
    app = make_app(
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token="t" * 32,
        twilio_from_number="+13035550100",
    )
    page = Visitor(app)("/settings", "ada")
    assert "real phones" in page.words
    assert "+1 303 555 0100" in page.words
    assert "t" * 32 not in page.text


def test_every_country_with_phones_has_a_name():
    assert build_country_choices()["US"] == "United States (+1)"
    assert len(build_country_choices()) > 240
    assert [
        region for region, name in build_country_choices().items() if name.startswith(f"{region} (")
    ] == []


class TestWhoGetsTexts:
    def test_everybody_until_an_admin_says_otherwise(self, visit, app):
        assert row(app).consent_required is False
        assert visit("/settings", "ada").fields()["whom"] == "everybody"

    def test_only_people_with_a_recorded_yes(self, visit, app):
        save(visit, whom="agreed")
        assert row(app).consent_required is True
        assert visit("/settings", "ada").fields()["whom"] == "agreed"
        save(visit)  # a form that does not say changes nothing
        assert row(app).consent_required is True
        save(visit, whom="everybody")
        assert row(app).consent_required is False
        with app.app_context():
            acts = db.session.scalars(
                select(AuditEvent.details).where(AuditEvent.verb == "settings.changed")
            ).all()
        changes = [json.loads(details or "{}").get("consent_required") for details in acts]
        assert changes == [[False, True], None, [True, False]]

    def test_the_page_says_of_how_many_a_yes_is_recorded(self, visit, app):
        assert "Your community has no people yet." in visit("/settings", "ada").words
        with app.app_context():
            for phone in (ZOE, LEO, MIA, MAX):
                sample_rows.add_member(phone)
            with write():
                grant_consent(ZOE, "form", "On paper", "ada")
                grant_consent(LEO, "form", "On paper", "ada")
                record_opt_out(LEO, source="inbound")
                lift_opt_outs(MIA, evidence="Texted: START")
                grant_consent("+13035550177", "form", "Not on the list", "ada")
        words = visit("/settings", "ada").words
        assert "Consent on file for 2 of 4 people in the community." in words
        assert "We recommend texting only people with recorded consent" in words

    def test_another_word_is_refused_beside_the_field(self, visit, app):
        page = save(visit, whom="nobody")
        assert page.status_code == 422
        assert "Choose who gets texts." in page.words
        assert row(app).consent_required is False


def test_a_standing_reply_shows_its_text_and_is_kept_only_when_it_is_changed(visit, app):
    page = visit("/settings", "ada")
    assert "Riverside Community: you will get our texts again." in page.text
    standard = (
        "Riverside Community: you will get our texts again. Reply HELP for help, STOP to opt out. "
    )
    save(visit, start_reply=standard + "Msg & data rates may apply.", stop_reply="You are out.")
    kept = row(app)
    assert (kept.start_reply, kept.stop_reply, kept.help_reply) == (None, "You are out.", None)
    save(visit, organisation="Riverside Church", stop_reply="")
    assert row(app).stop_reply is None
    assert "Riverside Church: you have opted out" in visit("/settings", "ada").text


def test_the_sections_are_listed_and_can_be_reached(visit):
    text = visit("/settings", "ada").text
    for section in ("organization", "sending", "replies", "consent", "twilio", "data"):
        assert f'href="#{section}"' in text
        assert f'id="{section}"' in text
