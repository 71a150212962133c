"""Who comes: registered, taken off, put on the do-not-text list, found, downloaded.

The community is another pool.
"""

import json
from urllib.parse import urlencode

import pytest

from app.audit.models import AuditEvent
from app.community.models import CommunityMember
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.phones.phone_number import format_phone_number
from app.events.queries import registration_export
from app.suppression.models import UnsubscribedContact
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number, add_member, add_opt_out
from tests.visit import Visitor

NASTY = ["=1+1", "+1", "-2", "@SUM(A1)", "'quoted'", 'a "b", c', "Zoë, Ann; Mia|x"]
BAD_NUMBERS = [
    ("", "Enter a phone number"),
    ("+14155552671 ext 5", "extension"),
    ("911", "short code"),
    ("+15555550100", "No phone can have"),
]


@pytest.fixture
def picnic(make_event):
    """Zoë, Leo, Mia and Max without a name come to the picnic; Zoë alone to the clinic."""
    make_event("Flu clinic", (ZOE, "Zoë"))
    return make_event(
        "Picnic", (ZOE, "Zoë O'Hara"), (LEO, "leo 100%"), (MIA, "Mia_Chen \\ Ruiz"), MAX
    )


@pytest.mark.parametrize("who", ["ada", "sol"])
def test_both_roles_register_somebody_in_any_spelling(
    visit, make_event, read_registrations, read_last_audit_event, who
):
    id = make_event("Picnic")
    page = visit(
        f"/events/{id}/register",
        who,
        name="  Zoë \u202eHernández\u200b",
        phone="(303) 555-0142",
    )
    assert (page.status_code, page.location) == (303, f"/events/{id}")
    assert read_registrations(id) == {ZOE: "Zoë Hernández"}
    *act, details = read_last_audit_event()
    assert act == ["registration.added", who, f"event {id}, registration 1"]
    assert details["names"] == "Zoë Hernández"


def test_one_after_the_other(visit, make_event):
    id = make_event("Picnic")
    page = visit(f"/events/{id}/register", "sol", name="", phone=ZOE, next_one="1")
    assert page.location == f"/events/{id}/register"
    assert f"{format_phone_number(ZOE)} was registered." in visit(page.location, "sol").words


def test_a_number_registered_already_is_said_beside_the_field(visit, picnic, read_registrations):
    page = visit(f"/events/{picnic}/register", "sol", name="Zoe again", phone="+1 303.555.0142")
    assert page.status_code == 422
    assert "Someone with this number is registered already." in page.words
    assert 'value="+1 303.555.0142"' in page.text
    assert 'value="Zoe again"' in page.text
    assert read_registrations(picnic)[ZOE] == "Zoë O'Hara"


def test_a_bad_number_is_said_beside_the_field(visit, make_event, read_registrations):
    for phone, words in BAD_NUMBERS:
        id = make_event("Picnic")
        page = visit(f"/events/{id}/register", "sol", name="Zoë", phone=phone)
        assert page.status_code == 422, phone
        assert words in page.words, phone
        assert 'value="Zoë"' in page.text, phone
        assert read_registrations(id) == {}, phone


def test_our_own_number_comes_to_nothing(make_app):
    visit = Visitor(
        make_app(
            twilio_account_sid="AC1",
            twilio_auth_token="t",
            twilio_from_number="+13035550100",
        )
    )
    visit("/events/add", "ada", title="Picnic")
    page = visit("/events/1/register", "ada", name="Us", phone="303 555 0100")
    assert page.status_code == 422
    assert "the number your texts come from" in page.words


def test_whoever_gets_no_texts_is_registered_and_it_is_said(app, visit, make_event):
    id = make_event("Picnic", LEO)
    with app.app_context():
        add_opt_out(ZOE)
        add_dead_number(LEO)
    page = visit(f"/events/{id}/register", "sol", name="Zoë", phone=ZOE, follow=True)
    assert "Zoë was registered. They won't get texts. Opted out." in page.words
    assert "Invalid number" in page.words


def test_the_two_pools_stay_apart(app, visit, make_event, read_registrations):
    with app.app_context():
        add_member(LEO, "Leo of the community")
    id = make_event("Picnic")
    visit(f"/events/{id}/register", "sol", name="Leo", phone=LEO)
    visit(f"/events/{id}/register", "sol", name="Zoë", phone=ZOE)
    with app.app_context():
        assert db.session.execute(db.select(CommunityMember.phone, CommunityMember.name)).all() == [
            (LEO, "Leo of the community")
        ]
    visit.post(f"/events/{id}/unregister/1", "sol")
    assert read_registrations(id) == {ZOE: "Zoë"}
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(CommunityMember)) == 1


def test_sol_takes_somebody_off_one_event_only(
    visit, picnic, read_registrations, find_registration_id, read_last_audit_event
):
    rid = find_registration_id(picnic, ZOE)
    page = visit(
        f"/events/{picnic}/unregister/{rid}",
        "sol",
        next=f"/events/{picnic}?page=1&search=z",
    )
    assert (page.status_code, page.location) == (
        303,
        f"/events/{picnic}?page=1&search=z",
    )
    assert ZOE not in read_registrations(picnic)
    assert ZOE in read_registrations(1)
    assert read_last_audit_event() == (
        "registration.removed",
        "sol",
        f"event {picnic}, registration {rid}",
        {},
    )
    assert visit.post(f"/events/{picnic}/unregister/{rid}", "sol").status_code == 404


def test_a_registration_of_another_event_is_not_there(
    visit, picnic, read_registrations, find_registration_id
):
    rid = find_registration_id(1, ZOE)
    assert visit.post(f"/events/{picnic}/unregister/{rid}", "ada").status_code == 404
    assert visit.post(f"/events/{picnic}/registrations/{rid}/unsubscribe", "ada").status_code == 404
    assert read_registrations(1) == {ZOE: "Zoë"}


def test_the_way_back_never_leads_away(visit, picnic):
    assert (
        visit(f"/events/{picnic}/unregister/2", "sol", next="https://evil.example").location
        == f"/events/{picnic}"
    )


def test_unsubscribing_puts_them_on_the_list_and_skips_what_is_queued(
    app, visit, picnic, find_registration_id, read_last_audit_event
):
    with app.app_context(), write() as session:
        session.add(Message(kind="blast", phone=ZOE, body="Hi", status="queued"))
        session.add(Message(kind="blast", phone=LEO, body="Hi", status="queued"))
    rid = find_registration_id(picnic, ZOE)
    page = visit(f"/events/{picnic}/registrations/{rid}/unsubscribe", "sol", _="", follow=True)
    assert "Zoë O'Hara won't get any more texts." in page.words
    assert "Opted out" in page.words
    *act, details = read_last_audit_event()
    assert act == ["registration.unsubscribed", "sol", f"event {picnic}, registration {rid}"]
    assert details["names"] == "Zoë O'Hara"
    with app.app_context():
        row = db.session.scalar(db.select(UnsubscribedContact))
        assert (row.phone, row.source, row.name) == (
            ZOE,
            f"event:{picnic}",
            "Zoë O'Hara",
        )
        states = {
            phone: state
            for phone, state in db.session.execute(db.select(Message.phone, Message.status))
        }
        assert states == {ZOE: "skipped", LEO: "queued"}
    again = visit(f"/events/{picnic}/registrations/{rid}/unsubscribe", "sol", _="", follow=True)
    assert "Zoë O'Hara is already on the do-not-text list." in again.words


ALL = [ZOE, LEO, MIA, MAX]
FINDS = [
    (
        [ZOE],
        [
            "zoë",
            "ZOË",
            "o'h",
            "'",
            "(303) 555-0142",
            "+1 303.555.0142",
            "0142",
            "٠١٤٢",
            "13035550142",
        ],
    ),
    ([LEO], ["LEO", "%", "100%", "0%", "43"]),
    ([MIA], ["_", "\\", "a_c", "ruiz"]),
    (ALL, ["5550", "303", "\x00", "  "]),
    ([], ['"', "+", "nobody", "zo%", "x" * 10_000, "leo 0142", "null"]),
]
FOUND = {search: phones for phones, searches in FINDS for search in searches}


def test_a_search_takes_letters_literally_and_digits_in_any_spelling(visit, picnic):
    for search in FOUND:
        page = visit(f"/events/{picnic}?" + urlencode({"search": search, "sort": "phone"}), "sol")
        assert page.status_code == 200, search
        assert [phone for phone in ALL if f">{format_phone_number(phone)}<" in page.text] == FOUND[
            search
        ], search


def test_it_can_be_sorted_and_turned_over(visit, picnic):
    for query, phones in [
        ("", [LEO, MIA, ZOE, MAX]),
        ("sort=name&dir=desc", [ZOE, MIA, LEO, MAX]),
        ("sort=phone&dir=desc", [MAX, MIA, LEO, ZOE]),
        ("sort=created_at", [ZOE, LEO, MIA, MAX]),
        ("sort=phone&per_page=1&page=2", [LEO]),
        ("sort=phone&per_page=3&page=99", [MAX]),
        (
            "sort=__class__&dir=x&page=-1&per_page=1e9&_method=POST&_external=1&endpoint=x",
            [LEO, MIA, ZOE, MAX],
        ),
    ]:
        text = visit(f"/events/{picnic}?{query}", "sol").text
        shown = sorted((text.find(f">{format_phone_number(phone)}<"), phone) for phone in ALL)
        assert [phone for place, phone in shown if place >= 0] == phones, query


def test_nobody_registered_says_what_to_do(visit, make_event):
    page = visit(f"/events/{make_event('Picnic')}", "sol")
    assert "No one is registered yet." in page.words
    assert "Add a person" in page.words
    assert "Search names" not in page.text
    page = visit(f"/events/{make_event('Clinic', ZOE)}?search=nobody", "sol")
    assert "No one registered matches that." in page.words


# case B15
def test_an_export_is_a_download_that_no_spreadsheet_runs(app, visit, make_event):
    id = make_event("Picnic / “Zoë”", (ZOE, "=cmd|' /C calc'!A0"), LEO)
    make_event("Clinic", MIA)
    page = visit(f"/events/{id}/export", "ada")
    headers = page.response.headers
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"].startswith('attachment; filename="Picnic - -Zo-')
    # A number has no apostrophe: other programs keep it.
    rows = [f"""\"'=cmd|' /C calc'!A0","{ZOE}\"""", f'"","{LEO}"']
    assert page.text == "\r\n".join(["\ufeffname,phone", *rows, ""])
    with app.app_context():
        act = db.session.scalar(
            db.select(AuditEvent).where(AuditEvent.verb == "registrations.exported")
        )
        assert (act.about, json.loads(act.details)) == (f"event {id}", {"count": 2})


def test_slices_leave_nobody_out(visit, make_event, monkeypatch):
    monkeypatch.setattr(registration_export, "EXPORT_BATCH_ROWS", 3)
    id = make_event("Picnic", *[(f"+1303400{n:04}", f"{NASTY[n % 7]} {n}") for n in range(20)])
    assert len(visit(f"/events/{id}/export", "ada").text.splitlines()) == 21


def test_only_admins_export(visit, picnic):
    assert visit(f"/events/{picnic}/export", "sol").status_code == 403
    assert "Export" not in visit(f"/events/{picnic}", "sol").words
    assert "Export" in visit(f"/events/{picnic}", "ada").words


def test_no_link_of_the_page_leads_nowhere(app, visit, picnic):
    """Where registrations are imported is said only where there is such a door."""
    for who in ("ada", "sol"):
        link = f'href="/events/{picnic}/import"'
        answer = visit(f"/events/{picnic}/import", who).status_code
        assert (link in visit(f"/events/{picnic}", who).text) is (answer == 200)
