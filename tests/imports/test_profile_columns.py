"""Columns beside name and number: mapped, checked, written, exported and taken back."""

import io
import json
import re
from datetime import date

import openpyxl
import pytest

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.csv_files import stream_csv
from app.core.db import db, write
from app.domain.phones.phone_erasure import PhoneErasure
from app.events.models import Event
from app.groups.models import ContactGroup, GroupMembership, GroupTexters
from app.imports.actions.erasure import erase_phone
from app.imports.models import Import, ImportRow
from app.people.models import PersonNote
from app.profiles.actions.field_editing import FieldInfo, archive_field, create_field
from app.profiles.field_models import PersonField, PersonValue
from app.profiles.models import PersonPhone
from app.profiles.queries.person_lookup import find_person_of_phone
from app.suppression.models import ConsentEvent
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.blasts.helpers import get_form_fields
from tests.sample_field_values import FieldValue, set_listed_values
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out

FILE = (
    "Name,Mobile,Home phone,Idioma,DOB,Voice,Size,Joined,Fee,Vegan,OK to text,Remarks\n"
    'Zoë,3035550142,3035550199,Español,3/14/1990,Alto,M,2020-02-29,"1,200.50",yes,yes,Sings well\n'
    "Leo,3035550143,3035550143,Klingon,13/31/1990,Bass,,31.02.2020,abc,maybe,no,\n"
    "Mia,3035550144,12,fr,2099-01-01,Alto, L ,1/13/2021,5,no,,\n"
)
NEW_FIELDS = {
    "headings": "1",
    "columns_shown": "1",
    "column_5": "field:new",
    "field_type_5": "choice",
    "field_class_5": "public",
    "column_6": "field:new",
    "field_name_6": "T-shirt size",
    "column_7": "field:new",
    "field_type_7": "date",
    "column_8": "field:new",
    "field_type_8": "number",
    "column_9": "field:new",
    "field_type_9": "yes_no",
    "field_class_9": "sensitive",
    "column_11": "note",
}


def read_values(phone):
    """What the person of a number has in the fields: {name: (value, sort value)}."""
    rows = db.session.execute(
        db.select(PersonField.name, PersonValue.value, PersonValue.sort_value)
        .join(PersonValue, PersonValue.field_id == PersonField.id)
        .join(PersonPhone, PersonPhone.person_id == PersonValue.person_id)
        .where(PersonPhone.phone == phone)
    )
    return {name: (value, sort_value) for name, value, sort_value in rows}


def add_field(name, *phones_and_values, **info):
    with write():
        field = create_field(FieldInfo(name, **info))
        set_listed_values(
            [
                FieldValue(phone, field.id, value, value.lower())
                for phone, value in phones_and_values
            ]
        )
        return field.id


def check_with(visit, send, text, **choice):
    """Ada uploads a file and chooses columns; gives the address of its check."""
    address = send(text).location
    page = visit(address, "ada", **choice)
    assert page.status_code == 303, page.words
    return address


def test_columns_are_guessed_by_their_headings_and_nothing_new_is_made(app, visit, send):
    with app.app_context():
        add_field("voice")
    page = visit(send(FILE).location, "ada")
    for kind in ("second_phone", "language", "opt_status", "field:1"):
        assert f'<option value="{kind}" selected>' in page.text, kind
    assert "Second phones are taken from “Home phone”." in page.words
    # Of the three dates of birth one can be read.
    assert "6 columns are not imported: “DOB”, “Size”, “Joined”, “Fee”, “Vegan” …" in page.words
    assert "New field Joined (text)" in page.words


def test_a_file_with_fields_is_checked_imported_and_undone(app, visit, send):
    with app.app_context():
        add_member(MIA, "Mia")
    address = check_with(visit, send, FILE, **NEW_FIELDS, column_4="birthday")
    page = visit(address, "ada")
    assert "5 fields are created: Voice, T-shirt size, Joined, Fee, Vegan" in page.words
    assert "1 person agreed to texts, as the file says." in page.words
    words = visit(f"{address}?show=bad_values", "ada").words
    # Leo opted out in the file: his cells are not read.
    assert "“12” is not a phone number, so Second phone stays as it is for Mia." in words
    assert "“2099-01-01” is not in the past, so Birthday stays as it is for Mia." in words
    assert "Leo" not in words.split("What happens")[1]
    page = visit.post(f"{address}/confirm", "ada")
    with app.app_context():
        zoe, mia = find_person_of_phone(ZOE), find_person_of_phone(MIA)
        assert (zoe.language, zoe.birthday) == ("es", date(1990, 3, 14))
        assert [record.phone for record in zoe.phones] == [ZOE, "+13035550199"]
        assert (mia.language, mia.birthday, len(mia.phones)) == ("fr", None, 1)
        assert read_values(ZOE) == {
            "Voice": ("Alto", "alto"),
            "T-shirt size": ("M", "m"),
            "Joined": ("2020-02-29", "2020-02-29"),
            "Fee": ("1,200.50", 1200.5),
            "Vegan": ("yes", "yes"),
        }
        assert read_values(MIA)["T-shirt size"] == (" L ", "l")
        # 1/13/2021 can only be a day in January.
        assert read_values(MIA)["Joined"] == ("1/13/2021", "2021-01-13")
        assert read_values(LEO) == {}
        field = db.session.scalar(db.select(PersonField).where(PersonField.name == "Voice"))
        assert (field.field_class, field.choice_list) == ("public", ["Alto", "Bass"])
        assert db.session.scalars(db.select(PersonNote.body)).all() == ["Sings well"]
        granted = db.select(ConsentEvent).where(ConsentEvent.act == "granted")
        (event,) = db.session.scalars(granted).all()
        assert (event.phone, event.method) == (ZOE, "import")
        assert event.evidence == "The file says “OK to text: yes”."
    assert "values saved 15" in visit(address, "ada").words
    visit.post(f"{address}/undo", "ada")
    with app.app_context():
        zoe, mia = find_person_of_phone(ZOE), find_person_of_phone(MIA)
        assert (zoe.language, zoe.birthday, mia.language) == (None, None, None)
        assert [record.phone for record in zoe.phones] == [ZOE]
        assert not db.session.scalar(db.select(db.func.count()).select_from(PersonValue))
        assert not db.session.scalar(db.select(db.func.count()).select_from(PersonNote))
        assert db.session.scalars(db.select(CommunityMember.phone)).all() == [MIA]


@pytest.mark.parametrize("replaces", [False, True])
def test_other_values_are_kept_unless_somebody_ticks_to_replace_them(app, visit, send, replaces):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
        add_field("Voice", (ZOE, "Bass"), (LEO, "Alto"))
        with write():
            db.session.execute(
                db.text("UPDATE people SET language = 'de', birthday = '1990-03-14'")
            )
    address = send(
        "name,phone,voice,language,dob\nZoë,3035550142,Alto,es,1990-03-14\n"
        "Leo,3035550143,Alto,de,1991-01-01\n"
    ).location
    page = visit(address, "ada")
    assert "Replace the 3 values that are different here" in page.words
    visit(f"{address}/confirm", "ada", **({"replace_values": "1"} if replaces else {"_": ""}))
    with app.app_context():
        zoe, leo = find_person_of_phone(ZOE), find_person_of_phone(LEO)
        assert read_values(ZOE)["Voice"][0] == ("Alto" if replaces else "Bass")
        assert zoe.language == ("es" if replaces else "de")
        assert leo.birthday == (date(1991, 1, 1) if replaces else date(1990, 3, 14))
        # Somebody changes one of them since.
        with write():
            db.session.execute(
                db.text("UPDATE people SET birthday = '1992-02-02' WHERE id = :id"), {"id": leo.id}
            )
    visit.post(f"{address}/undo", "ada")
    with app.app_context():
        assert [read_values(phone)["Voice"][0] for phone in (ZOE, LEO)] == ["Bass", "Alto"]
        zoe, leo = find_person_of_phone(ZOE), find_person_of_phone(LEO)
        assert (zoe.language, zoe.birthday) == ("de", date(1990, 3, 14))
        assert (leo.language, leo.birthday) == ("de", date(1992, 2, 2))


def test_what_is_exported_comes_back_byte_for_byte(app, visit, send):
    values = ["=1+1", " two  blanks ", '“quoted” "twice"', "line\nbreak", "0042", "'it", "; | ,"]
    phones = [f"+130355501{n:02}" for n in range(len(values))]
    with app.app_context():
        add_field("Mobile")
        add_field("Voice part")
        with write() as session:
            session.add(ContactGroup(name="Old choir", archived_at=now()))
    groups = ["", "Old choir", "Chœur & ★; Old choir", "+1 club", "=1+1", "'it", "0042"]
    rows = [(f"P{n}", phone, groups[n], values[n], "Alto") for n, phone in enumerate(phones)]
    text = "".join(stream_csv(("name", "phone", "groups", "Mobile", "Voice part"), rows))
    address = send(text).location
    words = visit(address, "ada").words
    assert "Old choir is archived. It gets these people, and no blasts" in words
    visit(f"{address}/confirm", "ada", create_groups="1")
    with app.app_context():
        stored = [read_values(phone) for phone in phones]
        assert [row["Mobile"][0] for row in stored] == values
        assert {row["Voice part"] for row in stored} == {("Alto", "alto")}
    exported = visit("/community/export", "ada").text
    with app.app_context(), write():
        db.session.execute(db.text("DELETE FROM community_members"))
        db.session.execute(db.text("DELETE FROM person_values"))
        db.session.execute(db.text("DELETE FROM group_members"))
    visit.post(f"{send(exported).location}/confirm", "ada")
    assert visit("/community/export", "ada").text == exported
    assert '"P2","+13035550102","Chœur & ★; Old choir"' in exported


def test_a_choice_that_cannot_be_is_said_beside_its_column_and_keeps_what_was_typed(
    app, visit, send
):
    with app.app_context():
        add_field("Diet")
    address = send("name,phone,Town,Role\nZoë,3035550142,Rome,Choir\nLeo,3035550143,,\n").location
    for fields, sentence in (
        ({"field_name_2": "diet"}, "There is already a field “Diet”."),
        ({"field_name_2": "phone"}, "Every person already has “phone”."),
        ({"field_name_2": "{x}"}, "A name can't contain { } or |"),
        ({"field_name_2": "Role", "column_3": "field:new"}, "Two columns go into “Role”."),
        ({"column_2": "field:99"}, "This field no longer exists."),
        (
            {"column_2": "language", "column_3": "language"},
            "Choose “Language” for one column only.",
        ),
        (
            {"column_2": "birthday", "column_3": "birthday"},
            "Choose “Birthday” for one column only.",
        ),
        (
            {"column_2": "second_phone", "column_3": "second_phone"},
            "Choose “Second phone” for one column only.",
        ),
    ):
        choice = {"headings": "1", "column_2": "field:new", "field_type_2": "date"} | fields
        page = visit(address, "ada", **choice)
        assert page.status_code == 422, fields
        assert sentence in page.words, page.words
        if "field_name_2" in fields:
            assert f'value="{fields["field_name_2"]}"' in page.text
            assert '<option value="date" selected>' in page.text
        assert 'id="column_2-error"' in page.text or 'id="column_3-error"' in page.text
    many = "name,phone,Town\n" + "".join(f"P{n},30355501{n:02},T{n}\n" for n in range(40))
    page = visit(
        send(many).location, "ada", headings="1", column_2="field:new", field_type_2="choice"
    )
    assert "“Town” has more than 30 different values. Choose Text." in page.words


def test_columns_that_are_changed_and_not_read_again_are_read_before_the_import(app, visit, send):
    """Without JavaScript, too: both buttons send one form."""
    address = send("name,phone,Town\nZoë,3035550142,Rome\n").location
    fields = visit(address, "ada").fields(4)
    assert fields["columns_shown"] == "1"
    page = visit(f"{address}/confirm", "ada", **fields, column_2="field:new", follow=True)
    assert "The columns changed, so the file was read again." in page.words
    assert "1 field is created: Town" in page.words
    page = visit(f"{address}/confirm", "ada", **fields, column_2="field:new", follow=True)
    assert "1 person was imported, and 1 value was saved." in page.words


def test_a_field_that_changed_since_is_said_and_nobody_is_imported(app, visit, send):
    with app.app_context():
        diet = add_field("Diet", (LEO, "Kosher"))
        add_member(LEO, "Leonard")
        with write() as session:
            session.add(ContactGroup(name="Choir"))
    text = "name,phone,Diet,Town,groups\nZoë,3035550142,Vegan,Rome,Youth\nLeo,3035550143,,,\n"
    address = check_with(visit, send, text, headings="1", column_3="field:new")
    with app.app_context(), write():
        create_field(FieldInfo("Town"))
    chosen = {"agreed": "written", "group_id": "1", "overwrite": "1", "create_groups_shown": "1"}
    page = visit(f"{address}/confirm", "ada", **chosen)
    assert page.status_code == 422
    assert "There is now a field “Town”." in page.words
    again = visit(address, "ada", headings="1", column_3="nothing", **chosen, follow=True)
    # Read again with another column, and the other choices are still there.
    for choices in (page.text, again.text):
        assert '<option value="written" selected>' in choices
        assert '<option value="1" selected>' in choices
        assert re.search(r'name="overwrite"[^>]*checked', choices)
        assert not re.search(r'name="create_groups"[^>]*checked', choices)
    assert '<option value="field:new" selected>' not in again.text
    # The rows of another kind, or a row that is fixed: the choices are still there.
    fields = get_form_fields(again, "confirm") | chosen
    shown = visit(address, "ada", **fields, show="same")
    assert "show=same" in shown.location
    assert shown.location.endswith("#rows")
    assert '<option value="written" selected>' in visit(shown.location, "ada").text
    with app.app_context(), write():
        archive_field(diet)
    address = send(text).location
    assert '<option value="field:1"' not in visit(address, "ada").text
    with app.app_context():
        assert db.session.scalars(db.select(CommunityMember.phone)).all() == [LEO]


def test_a_second_phone_of_somebody_else_is_left_out(app, visit, send):
    with app.app_context():
        add_member(MIA, "Mia")
    text = (
        "name,mobile,home phone\nZoë,3035550142,3035550144\nLeo,3035550143,3035550142\n"
        "Ann,3035550146,3035550190\nBen,3035550147,3035550190\n"
    )
    address = send(text).location
    words = visit(f"{address}?show=bad_values", "ada").words
    for name in ("Zoë", "Leo", "Ben"):
        assert f"is the number of someone else, so Second phone stays empty for {name}." in words
    visit.post(f"{address}/confirm", "ada")
    with app.app_context():
        assert len(find_person_of_phone("+13035550146").phones) == 2
        assert len(find_person_of_phone("+13035550147").phones) == 1
        with write():
            erase_phone(PhoneErasure("+13035550190", "#0123456789abcdef012", "ada", now()))
        texts = db.session.execute(db.select(ImportRow.second_phone, ImportRow.value_problems))
        assert "5550190" not in str(texts.all())


def test_undo_leaves_the_second_phone_that_opted_out(app, visit, send):
    """A STOP of one number stops all of the person: undo must not let them be texted again."""
    second, other = "+13035550199", "+13035550198"
    text = "name,mobile,home phone\nZoë,3035550142,3035550199\nLeo,3035550143,3035550198\n"
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
    address = send(text).location
    visit.post(f"{address}/confirm", "ada")
    with app.app_context():
        add_opt_out(second)
    visit.post(f"{address}/undo", "ada")
    with app.app_context():
        assert find_suppression_reason(ZOE) == find_suppression_reason(second) == "said_stop"
        assert find_person_of_phone(second).numbers == [ZOE, second]
        assert find_person_of_phone(other) is None


def test_a_row_that_is_fixed_keeps_its_other_cells(app, visit, send):
    text = "name,phone,language,groups,OK to text\n"
    text += "Zoë,12,es,Choir,yes\nLeo,13,,,no\nMia,3035550144,,,\n"
    address = send(text).location
    visit(f"{address}/line/2", "ada", name="Zoë", phone="303 555 0142")
    visit(f"{address}/line/3", "ada", name="Leo", phone="303 555 0143")
    with app.app_context():
        rows = db.session.scalars(db.select(ImportRow).order_by(ImportRow.line)).all()
        assert [str(row.verdict) for row in rows] == ["new", "opted_out", "new"]
        assert (rows[0].language, rows[0].group_names) == ("es", "Choir")
        assert rows[0].opted_in == "The file says “OK to text: yes”."


def test_a_workbook_gives_its_dates_and_numbers(app, visit, send):
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["name", "phone", "Joined", "Age"])
    book.active.append(["Zoë", "3035550142", date(2020, 2, 29), 41])
    book.save(data)
    address = send(data.getvalue(), name="people.xlsx").location
    choice = {"headings": "1", "column_2": "field:new", "column_3": "field:new"}
    visit(address, "ada", **choice)
    visit.post(f"{address}/confirm", "ada")
    with app.app_context():
        values = read_values(ZOE)
        assert values["Joined"][1] == "2020-02-29"
        assert values["Age"] == ("41", 41)


def test_a_social_manager_fills_fields_and_groups_at_an_event_and_makes_none(app, visit, send):
    with app.app_context(), write() as session:
        session.add(ContactGroup(name="Choir"))
        session.add(ContactGroup(name="Board", who_may_text=GroupTexters.ADMINS))
        session.execute(db.text("INSERT INTO events (title) VALUES ('Picnic')"))
        create_field(FieldInfo("Diet"))
        create_field(FieldInfo("Health", field_class="sensitive"))
    text = (
        "name,phone,Diet,Health,Town,groups\nZoë,3035550142,Vegan,Asthma,Rome,Choir; Board; Youth\n"
    )
    address = send(text, room="/events/1/import", who="sol").location
    page = visit(address, "sol")
    assert "The file puts people into Choir ." in page.words
    assert "Only admins can put people into Board" in page.words
    assert "The file names groups that do not exist: Youth . Only admins can create" in page.words
    assert "Board</option>" not in page.text
    assert "Health</option>" not in page.text
    assert "New field" not in page.words
    page = visit(address, "sol", headings="1", column_4="field:new")
    assert "Only an admin can make a new field." in page.words
    visit(f"{address}/confirm", "sol", create_groups="1", group_id="2")
    with app.app_context():
        assert read_values(ZOE) == {"Diet": ("Vegan", "vegan")}
        names = db.session.scalars(db.select(ContactGroup.name).join(GroupMembership))
        assert names.all() == ["Choir"]
    visit.post(f"{address}/undo", "ada")
    with app.app_context():
        assert db.session.get(ContactGroup, 1).member_count == 0


def test_the_do_not_text_list_keeps_names_and_numbers_only(app, visit, send):
    text = "name,phone,language\nZoë,3035550142,es\n"
    page = visit(send(text, room="/suppression/import").location, "ada")
    assert 'value="language"' not in page.text
    with app.app_context():
        kinds = json.loads(db.session.scalar(db.select(Import.columns)))["kinds"]
        assert kinds == ["name", "phone", "nothing"]


def test_a_file_with_a_sensitive_column_is_seen_by_admins_only(app, visit, send):
    with app.app_context(), write() as session:
        create_field(FieldInfo("Health", field_class="sensitive"))
        session.add(Event(title="Picnic"))
    room = "/events/1/import"
    text = "name,phone,Health\nZoë,3035550142,Asthma\nBad,12,Gout\n"
    address = send(text, room=room).location
    assert visit(room, "sol").status_code == 200
    # Before the import and after it.
    for _ in range(2):
        assert "Gout" in visit(f"{address}/bad-rows", "ada").text
        for page in (address, f"{address}/bad-rows"):
            assert visit(page, "sol").status_code == 403
        assert visit.post(f"{address}/confirm", "sol").status_code == 403
        visit.post(f"{address}/confirm", "ada")
    address = send(text, room=room, who="sol").location
    assert visit(address, "sol").status_code == 200
