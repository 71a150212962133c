"""Ada hides the pages of what nobody uses; whatever texts people by itself is never hidden."""

import pytest

from app.audit.models import AuditEvent
from app.core.db import db, write
from app.keywords.models import KeywordRule
from app.organisation.models import Organisation
from app.switches.switchable_features import FEATURES
from tests.select_recorder import record_selects

PAGE = "/settings/features"
EVERYTHING = {feature.name: "y" for feature in FEATURES}
ADDRESSES = {
    "groups": "/groups",
    "segments": "/segments",
    "events": "/events",
    "surveys": "/surveys",
    "keywords": "/keywords",
    "sequences": "/sequences",
    "series": "/blasts/series",
    "calendar": "/calendar",
}


@pytest.fixture
def quiet(app, visit):
    """Nothing runs by itself: no keyword is on."""
    visit("/", "ada")
    with app.app_context(), write():
        db.session.execute(db.update(KeywordRule).values(is_active=False))
    return app


def save(visit, *hidden):
    """Post the form with the boxes of these features unchecked."""
    return visit(PAGE, "ada", **{name: "y" for name in EVERYTHING if name not in hidden})


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_is_switched_off_has_no_pages_and_no_menu_entry(quiet, visit, name):
    assert f'href="{ADDRESSES[name]}"' in visit("/blasts/logs", "ada").text
    assert save(visit, name).status_code == 303
    for who in ("ada", "sol"):
        page = visit(ADDRESSES[name], who)
        assert page.status_code == 404
        assert "switched off" in page.text
        assert "An admin can switch this on again" in page.text
    assert f'href="{ADDRESSES[name]}"' not in visit("/blasts/logs", "ada").text
    assert visit(PAGE, "ada").status_code == 200
    save(visit)
    assert visit(ADDRESSES[name], "sol").status_code == 200


def test_what_runs_by_itself_is_not_hidden(app, visit):
    visit("/", "ada")
    with app.app_context(), write():
        db.session.execute(db.delete(KeywordRule))
        db.session.add(KeywordRule(keyword="CHOIR", response_body="At seven"))
    answer = save(visit, "keywords", "calendar")
    assert answer.status_code == 422
    assert "Still on: 1 keyword. Switch off every keyword first." in answer.text
    assert visit("/keywords", "ada").status_code == 200
    with app.app_context():
        assert db.session.get(Organisation, 1).switched_off == ""


def test_it_is_in_the_audit_and_costs_no_statement(quiet, visit):
    with record_selects(quiet) as before:
        visit("/events", "ada")
    save(visit, "calendar")
    with record_selects(quiet) as after:
        visit("/events", "ada")
    assert len(after) == len(before)
    with quiet.app_context():
        event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event.verb == "settings.changed"
        assert '"switched_off": ["", "calendar"]' in event.details


def test_only_admins_switch(visit):
    assert visit(PAGE, "sol").status_code == 403


def test_strangers_are_asked_to_sign_in_first(quiet, visit):
    save(visit, "events")
    assert quiet.test_client().get("/events").status_code in (302, 303, 401)
