"""Every door has its sign, every sign stands in the table, and the table stands in the docs."""

import re
from pathlib import Path

import pytest

from app.core.permission_checks import Entrance
from app.domain.accounts.permissions import Permission
from tests.whole.routes import ADMIN, ANYONE, ROUTES, SIGNATURE, SIGNED_IN

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "addresses.md").read_text()
# "send texts" for a permission
WORDS = {permission: permission.replace("_", " ") for permission in Permission} | {
    ANYONE: "anyone",
    SIGNED_IN: "signed in",
    ADMIN: "admin",
    SIGNATURE: "whoever signs with our account's key",
}
NEEDS = {permission: permission for permission in Permission} | {
    ANYONE: Entrance.PUBLIC,
    SIGNATURE: Entrance.PUBLIC,
    ADMIN: Entrance.ADMIN,
    SIGNED_IN: Entrance.SIGNED_IN,
}
ADDED_BY_FLASK = {"HEAD", "OPTIONS"}


@pytest.fixture
def rules(app):
    return {rule.endpoint: rule for rule in app.url_map.iter_rules()}


def test_every_door_stands_in_the_table_with_its_methods(app):
    there = {rule.endpoint: set(rule.methods) - ADDED_BY_FLASK for rule in app.url_map.iter_rules()}
    assert there == {endpoint: set(door.methods) for endpoint, door in ROUTES.items()}


def test_an_endpoint_has_one_address(app, rules):
    assert len(rules) == len(list(app.url_map.iter_rules()))


def test_every_door_has_the_sign_that_the_table_says(app):
    views = {name: view for name, view in app.view_functions.items() if name != "static"}
    assert {name: getattr(view, "needs", "no sign") for name, view in views.items()} == {
        name: NEEDS[ROUTES[name].who] for name in views
    }


def test_the_doors_that_programs_poll_answer_them_without_a_page(app):
    polled = {
        name for name, view in app.view_functions.items() if getattr(view, "speaks_json", False)
    }
    assert polled == {name for name, door in ROUTES.items() if door.polled}


def test_doors_are_closed_to_limited_users_and_without_numbers_where_the_table_says_so(app):
    for flag in ("with_numbers", "for_everybody"):
        there = {name for name, view in app.view_functions.items() if getattr(view, flag, False)}
        assert there == {name for name, door in ROUTES.items() if getattr(door, flag)}


def test_only_signed_doors_are_free_of_the_forms_token(app, rules):
    """A token guards every form; the carrier has none, so its doors stand on the signature."""
    csrf = app.extensions["csrf"]
    free = {
        name
        for name, view in app.view_functions.items()
        if f"{view.__module__}.{view.__name__}" in _exempt(csrf)
    }
    free |= {
        name for name in rules if name.split(".")[0] in {bp.name for bp in csrf._exempt_blueprints}
    }
    # Browsers report by themselves what our policy forbids, without a page's token.
    free.discard("well_known.receive_csp_reports")
    assert free == {name for name, door in ROUTES.items() if door.who == SIGNATURE}


def _exempt(csrf):
    return csrf._exempt_views


def test_the_page_says_what_the_table_says(rules):
    written = set(re.findall(r"^\| `([^`]+)` \| ([A-Z ]+) \| ([^|]+?) \|$", PAGE, re.M))
    assert written == {
        (
            _address(rules[endpoint]),
            " ".join(door.methods),
            WORDS[door.who] + _list_words(door),
        )
        for endpoint, door in ROUTES.items()
    }


def _list_words(door):
    words = {"with numbers": door.with_numbers, "everybody": door.for_everybody}
    words["polled"] = door.polled
    return "".join(f", {word}" for word, is_meant in words.items() if is_meant)


def _shorten(name):
    return "<id>" if name.endswith("id") else f"<{name}>"


def _address(rule):
    return re.sub(
        r"<(?:\w+:)?(\w+)>",
        # A person's public id is none that counts up.
        lambda name: f"<{name[1]}>" if name[1].endswith("public_id") else _shorten(name[1]),
        rule.rule,
    )
