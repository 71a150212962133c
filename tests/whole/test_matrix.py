"""Every door, every method, everybody: exactly the codes of the contract, and no trace of those
who are refused.

Cases Z1 (the matrix), Z2 (no other method and no GET changes anything), Z5 and Z7 (roles are
judged at each request).
"""

import sqlite3

import pytest
from itsdangerous import URLSafeTimedSerializer

from tests.whole.conftest import FORM
from tests.whole.routes import ANYONE, METHODS, ROUTES, SIGNATURE
from tests.whole.sample_data import NIA, TOM
from tests.whole.shared_site import for_each

CLOSED = {name: door for name, door in ROUTES.items() if door.is_closed}
# A GET is answered with 200, but:
GET_CODES = {
    "accounts.choose_password": 403,  # no link was made
    "accounts.confirm_email": 403,  # no address was entered
    "accounts.enter_code": 303,  # no password was entered
    "audit.export_audit_archive": 404,  # no year is in an archive
    "blasts.compose_for_people": 404,  # no list is named
    "blasts.send_held_blast": 303,  # no text waits for its hours
    "groups.change_listed_people": 404,  # no list is named
    "health.report_readiness": 503,  # nobody sends in these tests
    "health.report_metrics": 404,  # no METRICS_TOKEN
    "well_known.show_security_contact": 404,  # no SECURITY_CONTACT
    "well_known.open_password_page": 302,  # on to the account
    "sandbox.open_phone_by_number": 422,  # no number was typed
    "sandbox.open_phone_with_text": 303,  # on to a phone
    "setup.complete_setup": 404,  # there are users
    "setup.enter_demo": 404,  # it is no demo
}
# A POST with nothing but the token: a form comes back with its errors (422), an act is done (303).
# (A form of a thing that is there keeps what it does not speak of, so it is saved as it was.)
FORMS = {
    "accounts.add_set",
    "accounts.change_own_phone",
    "accounts.add_user",
    "accounts.change_own_password",
    "accounts.change_own_theme",
    "accounts.confirm_sign_in",
    "blasts.compose_blast",
    "blasts.edit_draft",
    "blasts.exempt_pending_blast",
    "blasts.send_draft",
    "blasts.start_draft",
    "community.add_member",
    "community.import_file",
    "events.add_event",
    "events.add_registration",
    "groups.add_group",
    "groups.add_people",
    "inbox.send_manual_reply",
    "inbox.add_saved_reply",
    "inbox.edit_saved_reply",
    "keywords.add_keyword",
    "message_templates.add_template",
    "message_templates.edit_template",
    "notices.edit_chat",
    "notices.edit_chats",
    "people.add_field",
    "people.record_person_consent",
    "people.return_person_to_topic",
    "people.add_person_note",
    "people.add_person_number",
    "people.change_person_number",
    "sandbox.send_text_from_phone",
    "suppression.add_suppressed_number",
    "suppression.import_file",
    "suppression.import_fix",
    "community.import_fix",
    "events.import_file",
    "events.import_fix",
    "segments.add_segment",
    "sequences.add_people",
    "sequences.add_sequence",
    "sequences.edit_sequence",
    "series.edit_date",
    "series.edit_series",
    "series.repeat_blast",
    "segments.edit_segment",
    "switches.choose_features",
    "surveys.add_survey",
    "surveys.record_answer_correction",
    "texting_hours.add_blackout_day",
}
POST_CODES = dict.fromkeys(FORMS, 422) | {
    "blasts.autosave_draft": 200,
    "well_known.receive_csp_reports": 204,
    "blasts.preview_blast": 200,
    "segments.preview_typed_segment": 200,
    "setup.complete_setup": 404,
    "setup.enter_demo": 404,
    "setup.open_demo": 404,
    "setup.start_over": 404,
    "accounts.sign_in": 303,
    "accounts.ask_for_link": 200,  # there is no mail: it says whom to ask
    "accounts.choose_password": 403,
    "accounts.confirm_email": 403,
    "accounts.make_user_link": 200,  # a link is shown once, where it was made
    "inbox.report_writing": 204,
}
CHOSEN = {
    "blasts.compose_for_people": {"list": "community"},
    "groups.change_listed_people": {"list": "community"},
    "message_templates.restore_template_version": {"version": "1"},
    "notices.test_own_channel": {"channel": "browser"},
    "people.move_field": {"step": "up"},
    "sandbox.change_phone_behaviour": {"mood": "slow"},
    "blasts.confirm_grown_blast": {"people_count": "1"},
    "blasts.edit_draft": {"version": "1"},
    "series.confirm_date": {"people_count": "1"},
    "inbox.decide_possible_stop": {"question": "1", "verdict": "stay"},
}  # a button or a hidden field of its own for each
WRITTEN_BY_READING = ("audit_events",)  # a download leaves its line in the audit


def expected(endpoint, method):
    return (GET_CODES if method == "GET" else POST_CODES).get(
        endpoint, 200 if method == "GET" else 303
    )


@for_each(CLOSED)
def test_a_stranger_is_sent_to_the_sign_in_page_and_leaves_no_trace(site, endpoint):
    site.visit.token("")
    before = site.snapshot()
    for method in ROUTES[endpoint].methods:
        answer = site.open(method, endpoint, "")
        if ROUTES[endpoint].polled:
            assert (answer.status_code, answer.mimetype) == (401, "application/json")
        else:
            assert answer.status_code == 302
            assert answer.location.startswith("/login?next=%2F")
    assert site.snapshot() == before


# The one that may change something comes last.
@for_each(sorted(CLOSED, key=lambda name: name == "accounts.change_own_password"))
def test_whoever_must_change_the_password_gets_no_further(site, endpoint):
    site.visit.token(NIA)
    before = site.snapshot()
    for method in ROUTES[endpoint].methods:
        answer = site.open(method, endpoint, NIA)
        if endpoint == "accounts.change_own_password":
            assert answer.status_code == expected(endpoint, method)
        elif ROUTES[endpoint].polled:
            assert answer.status_code == 401
        else:
            assert (answer.status_code, answer.location) == (302, "/account/password")
    if endpoint != "accounts.change_own_password":
        assert site.snapshot() == before


@for_each([name for name, door in CLOSED.items() if not door.is_open_to_managers])
def test_a_social_manager_is_refused_what_is_for_admins(site, endpoint):
    site.visit.token("sol")
    before = site.snapshot()
    for method in ROUTES[endpoint].methods:
        assert site.open(method, endpoint, "sol").status_code == 403
    assert site.snapshot() == before


@for_each([name for name, door in ROUTES.items() if "POST" in door.methods])
def test_a_post_without_the_forms_token_does_nothing(site, endpoint):
    if endpoint == "well_known.receive_csp_reports":
        return  # browsers send them without a form; they only write a line into the log
    refusal = 403 if ROUTES[endpoint].who == SIGNATURE else 400
    for who in ("", NIA, "sol", "ada"):
        site.visit.browser(who)
        before = site.snapshot()
        assert site.open("POST", endpoint, who, token=False).status_code == refusal
        assert site.snapshot() == before


def list_users(endpoint):
    """Return who may come in."""
    return ("sol", "ada") if CLOSED[endpoint].is_open_to_managers else ("ada",)


@for_each([name for name, door in CLOSED.items() if "GET" in door.methods])
def test_whoever_may_look_does(site, endpoint):
    for who in list_users(endpoint):
        answer = site.open("GET", endpoint, who)
        assert answer.status_code == expected(endpoint, "GET"), answer.get_data(as_text=True)[:2000]


@pytest.mark.parametrize(
    ("endpoint", "who"),
    [
        (endpoint, who)
        for endpoint, door in CLOSED.items()
        for who in list_users(endpoint)
        if "POST" in door.methods
    ],
)
def test_whoever_may_act_does(site, endpoint, who):
    answer = site.open("POST", endpoint, who, **CHOSEN.get(endpoint, {}))
    assert answer.status_code == expected(endpoint, "POST"), answer.get_data(as_text=True)[:2000]


@pytest.mark.parametrize(
    "endpoint",
    [name for name, door in ROUTES.items() if door.who in (ANYONE, SIGNATURE)],
)
def test_open_doors_are_open_to_everybody(site, endpoint):
    for who in ("", NIA, "sol", "ada"):
        signed_in = bool(who)
        for method in ROUTES[endpoint].methods:
            wanted = 403 if ROUTES[endpoint].who == SIGNATURE else expected(endpoint, method)
            if endpoint == "accounts.sign_in":
                wanted = 303 if signed_in else (200 if method == "GET" else 422)
            assert site.open(method, endpoint, who).status_code == wanted


@for_each(ROUTES)
def test_z2_other_methods_are_refused_and_change_nothing(site, endpoint):
    form = {"data": {"csrf_token": site.visit.token("ada")}, "content_type": FORM}
    address = site.address(endpoint)
    allowed = set(site.app.url_map.bind("localhost").allowed_methods(address))
    before = site.snapshot(without=WRITTEN_BY_READING)
    # In JSON: the page takes a while; test_errors looks at it.
    wants = {"Accept": "application/json"}
    for method in (method for method in (*METHODS, "TRACE") if method not in allowed):
        answer = site.send(method, address, "ada", headers=wants, **form)
        assert (answer.status_code, method) == (405, method)
        assert set(answer.headers["Allow"].split(", ")) == allowed
    assert site.send("OPTIONS", address, "ada").status_code in (200, 400, 403, 404)
    if "GET" in ROUTES[endpoint].methods:
        assert (
            site.send("HEAD", address, "ada").status_code
            == site.open("GET", endpoint, "ada").status_code
        )
    assert site.snapshot(without=WRITTEN_BY_READING) == before


@for_each([name for name, door in ROUTES.items() if "GET" in door.methods])
def test_z2_no_header_and_no_query_makes_a_get_anything_else(site, endpoint):
    site.visit.token("ada")
    before = site.snapshot(without=WRITTEN_BY_READING)
    overridden = {
        "X-HTTP-Method-Override": "POST",
        "X-HTTP-Method": "DELETE",
        "X-Method-Override": "PUT",
    }
    answer = site.send("GET", f"{site.address(endpoint)}?_method=POST", "ada", headers=overridden)
    # Whoever is signed in is led on from the sign-in page.
    wanted = 303 if endpoint == "accounts.sign_in" else expected(endpoint, "GET")
    assert answer.status_code == wanted
    assert site.snapshot(without=WRITTEN_BY_READING) == before


@pytest.mark.parametrize("address", ["/community", "/users", "/suppression"])
def test_no_query_leads_the_links_of_a_list_away(site, address):
    page = site.visit(
        f"{address}?per_page=1&_external=1&_scheme=javascript&_anchor=x&_method=GET",
        "ada",
    )
    assert page.status_code == 200
    assert "javascript:" not in page.text


def test_z2_reading_everything_changes_nothing(site):
    for who in ("", NIA, "sol", "ada"):
        site.visit.browser(who)
    before = site.snapshot(without=WRITTEN_BY_READING)
    for endpoint, door in ROUTES.items():
        for who in ("", NIA, "sol", "ada"):
            if "GET" in door.methods:
                assert site.open("GET", endpoint, who).status_code in (
                    200,
                    302,
                    303,
                    401,
                    403,
                    404,
                    422,
                    503,
                )
    assert site.snapshot(without=WRITTEN_BY_READING) == before


@pytest.mark.parametrize(
    ("who", "address"),
    [("", "/login"), ("sol", "/account/password"), ("ada", "/users/add")],
)
def test_the_token_that_these_tests_send_is_the_one_of_the_forms(site, who, address):
    """The visitor makes it without drawing a page."""
    token = site.visit.token(who)
    seal = URLSafeTimedSerializer(site.app.secret_key, salt="wtf-csrf-token")
    assert seal.loads(site.visit(address, who).fields()["csrf_token"]) == seal.loads(token)


def test_after_a_fault_only_an_admin_resumes(site):
    address = site.address("blasts.resume_sent_blast", "faulty")
    assert site.visit.post(address, "sol").status_code == 403
    assert site.visit.post(address, "ada").status_code == 303


@pytest.mark.parametrize("ended", [False, True])
def test_a_blast_is_deleted_from_the_list_only_once_it_has_ended(site, ended):
    site.visit.token("ada")
    before = site.snapshot()["scheduled_messages"]
    address = site.address("blasts.delete_ended_blast", "ended" if ended else "")
    assert site.visit.post(address, "ada").status_code == 303
    assert (site.snapshot()["scheduled_messages"] != before) is ended


def change(site, statement, *values):
    connection = sqlite3.connect(site.database, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(statement, values)
    connection.close()


def test_z5_a_role_that_changes_is_judged_at_the_next_request(site):
    assert site.visit("/users", TOM).status_code == 200
    change(site, "UPDATE users SET role = 'social_manager' WHERE username = ?", TOM)
    assert site.visit("/users", TOM).status_code == 403
    change(site, "UPDATE users SET role = 'admin' WHERE username = ?", TOM)
    assert site.visit("/users", TOM).status_code == 200
    change(site, "DELETE FROM users WHERE username = ?", TOM)
    assert site.visit("/users", TOM).location.startswith("/login")


@pytest.mark.parametrize(
    "role",
    ["root", *(pytest.param(role, marks=pytest.mark.torture) for role in ("", "ADMIN"))],
)
def test_z7_a_word_that_is_no_role_opens_no_door(site, role):
    site.visit.token(TOM)
    change(site, "UPDATE users SET role = ? WHERE username = ?", role, TOM)
    before = site.snapshot()
    for endpoint, door in CLOSED.items():
        for method in door.methods:
            assert (site.open(method, endpoint, TOM).status_code, endpoint) == (
                403,
                endpoint,
            )
    assert site.snapshot() == before


def test_what_is_not_there_is_not_there_for_whoever_may_look(site):
    for address in (
        "/nothing",
        "/users/999/edit",
        "/blasts/logs/0",
        "/blasts/logs/99999999999999999999",
        "/community/-1",
    ):
        assert site.visit(address, "ada").status_code == 404
    assert site.visit("/users/999/edit", "sol").status_code == 403
    assert site.visit("/users/999/edit").status_code == 302
