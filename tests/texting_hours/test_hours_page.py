"""Ada sets at which hours texts are sent, and on which days none is."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.quiet_hours.texting_hours import DEFAULT_WINDOW, DayWindow
from app.texting_hours.actions import create_default_hours
from app.texting_hours.queries import load_texting_hours
from tests.select_recorder import record_selects
from tests.visit import Visitor

PAGE = "/settings/texting-hours"


def load(app, carrier="twilio"):
    """Return the hours for texts of a carrier."""
    with app.app_context():
        return load_texting_hours(carrier)


def read_form(visit):
    """Return the fields of the hours as the page shows them."""
    page = visit(PAGE, "ada")
    form = next(form for form in page.forms if form["attrs"].get("id") == "hours")
    return dict(form["fields"])


def save(visit, **changes):
    """Post the form as the page shows it, with changes."""
    return visit(PAGE, "ada", **(read_form(visit) | changes))


def read_audit(app):
    """Return the details of what was done to the hours, the newest last."""
    with app.app_context():
        chosen = select(AuditEvent.details).where(AuditEvent.verb == "texting_hours.changed")
        return [json.loads(details) for details in db.session.scalars(chosen)]


def test_only_admins_see_them_and_until_one_chooses_texts_are_sent_at_any_hour(visit, app):
    assert visit(PAGE, "sol").status_code == 403
    page = visit(PAGE, "ada")
    assert "Texts are sent at any hour." in page.words
    assert read_form(visit)["blast_friday_opens"] == "08:00"
    assert not load(app).is_on


def test_a_new_organisation_keeps_to_the_usual_hours_when_texts_are_real(visit, app):
    with app.app_context(), write():
        create_default_hours()
    assert load(app, "twilio").is_on
    assert not load(app, "sandbox").is_on
    words = visit(PAGE, "ada").words
    assert "Practice mode: practice texts are sent at any hour." in words
    assert "Texts are sent 8 AM to 9 PM where the reader lives." in words


def test_hours_are_saved_by_purpose_and_day_and_the_audit_knows_before_and_after(visit, app):
    page = save(
        visit,
        mode="on",
        blast_monday_opens="9:30 AM",
        blast_friday_closes="16:00",
        blast_saturday_opens="",
        blast_saturday_closes="",
        survey_sunday_opens="00:00",
        survey_sunday_closes="00:00",
        narrow_opens="11:00",
        uses_state_hours="y",
    )
    assert (page.status_code, page.location) == (303, PAGE)
    hours = load(app, "sandbox")
    assert hours.is_on
    assert hours.uses_state_hours
    assert hours.narrow_window == DayWindow(660, 1200)
    assert hours.windows[TextPurpose.BLAST] == (
        *[DayWindow(570, 1260)] * 4,
        DayWindow(480, 960),
        None,
        DEFAULT_WINDOW,
    )
    assert hours.windows[TextPurpose.REMINDER] == (DEFAULT_WINDOW,) * 7
    assert hours.windows[TextPurpose.SURVEY][6] == DayWindow(0, 1440)
    words = visit(PAGE, "ada").words
    assert (
        "Blasts are sent 9:30 AM to 9 PM, Friday 8 AM to 4 PM, not on Saturday, Sunday 8 AM to "
        "9 PM where the reader lives." in words
    )
    assert "Surveys are sent 8 AM to 9 PM, Sunday at any hour where the reader lives." in words
    save(visit, mode="off")
    assert not load(app).is_on
    first, second = read_audit(app)
    assert first["hours"] == ["not chosen", "on"]
    assert first["unknown zones"] == ["not chosen", "11 AM to 8 PM"]
    assert second == {"hours": ["on", "off"]}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mode": "sometimes"}, "Choose whether texts keep to these hours."),
        ({"blast_friday_opens": "soon"}, "Enter a time, such as 6:30 PM."),
        ({"blast_friday_closes": "07:00"}, "Choose a time after 8 AM."),
        ({"blast_friday_closes": "08:00"}, "The end is not after the start."),
        ({"survey_sunday_closes": ""}, "Enter both times, or neither for a day without texts."),
        ({"narrow_opens": "", "narrow_closes": ""}, "Enter both times."),
        (
            {"narrow_opens": "21:00", "narrow_closes": "22:00"},
            "so these numbers would never get blasts.",
        ),
        (
            {
                f"reminder_{day}_{end}": ""
                for day in ("monday", "friday", "saturday", "sunday")
                for end in ("opens", "closes")
            },
            "Enter the hours of at least one day.",
        ),
        (
            {f"blast_{day}_closes": "09:00" for day in ("monday", "friday", "saturday", "sunday")}
            | {"uses_state_hours": "y", "narrow_opens": "08:00"},
            "Blasts would never be sent to people in Connecticut, Kentucky, Rhode Island and 1 "
            "more state",
        ),
    ],
)
def test_hours_that_cannot_be_kept_are_refused_beside_their_field(visit, app, wrong, said):
    page = save(visit, **wrong)
    assert page.status_code == 422
    assert said in page.words
    name, typed = next(iter(wrong.items()))
    if name != "mode":
        assert f'name="{name}" type="time" value="{typed}"' in page.text
    assert not load(app).is_on


def add_day(visit, day, name="Christmas Day"):
    """Post the form of a day without texts."""
    return visit(f"{PAGE}/days", "ada", day=day, name=name)


def test_days_without_texts_are_added_and_removed(visit, app):
    save(visit)
    day = now().date() + timedelta(days=20)
    assert add_day(visit, day.isoformat(), "عيد الميلاد").status_code == 303
    assert load(app).blackout_days == {day}
    page = visit(PAGE, "ada")
    assert "عيد الميلاد" in page.words
    assert "is on the list already" in add_day(visit, day.isoformat()).words
    assert visit("/settings/texting-hours/days/1/delete", "sol", x="1").status_code == 403
    assert visit("/settings/texting-hours/days/1/delete", "ada", x="1").status_code == 303
    assert visit("/settings/texting-hours/days/1/delete", "ada", x="1").status_code == 404
    assert load(app).blackout_days == set()


def test_days_that_make_no_sense_are_refused(visit):
    today = now().date()
    assert "That day has passed." in add_day(visit, "2020-01-01").words
    assert "Enter a date, such as" in add_day(visit, "Christmas").words
    assert "3 years away" in add_day(visit, (today + timedelta(days=2000)).isoformat()).words
    assert "Enter a name" in add_day(visit, (today + timedelta(days=3)).isoformat(), " ").words
    for number in range(13):
        day = (today + timedelta(days=30 + number)).isoformat()
        assert add_day(visit, day, f"Retreat {number}").status_code == 303
    page = add_day(visit, (today + timedelta(days=43)).isoformat())
    assert "Up to 13 days in a row can be without texts" in page.words


def test_hours_are_read_in_two_statements(visit, app):
    save(visit)
    with app.app_context(), record_selects(app) as statements:
        load_texting_hours("twilio")
    assert len(statements) <= 2


def test_home_asks_an_admin_of_an_organisation_of_before_to_choose(make_app):
    app = make_app(
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="a-token",
        twilio_from_number="+13035550100",
    )
    visit = Visitor(app)
    asked = "Choose at which hours texts are sent"
    assert asked in visit("/", "ada").words
    assert asked not in visit("/", "sol").words
    save(visit, mode="off")
    assert asked not in visit("/", "ada").words


def test_the_holidays_of_the_country_are_added_at_once(visit, app):
    save(visit)
    button = "Add the US federal holidays of the next 12 months"
    assert button in visit(PAGE, "ada").words
    assert visit(f"{PAGE}/holidays", "sol", x="1").status_code == 403
    page = visit(f"{PAGE}/holidays", "ada", follow=True, x="1")
    assert "11 holidays added." in page.words
    assert "Thanksgiving Day" in page.words
    assert button not in page.words
    assert len(load(app).blackout_days) == 11
    assert "No holiday added." in visit(f"{PAGE}/holidays", "ada", follow=True, x="1").words
