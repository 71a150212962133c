"""How the year begins: the organisation, its users, its first list, its keywords and surveys."""

import csv
import io

from app.accounts import queries as users
from app.accounts.actions.user_changes import create_demo_user
from app.accounts.models import AppUser
from app.community.views.member_import import MEMBER_IMPORT_TARGET
from app.demo_year.blast_texts import ADMIN, MANAGER, ORGANISATION_NAME, TIME_ZONE
from app.demo_year.conversations import SAVED_REPLIES
from app.demo_year.demo_acts import record_demo_act
from app.demo_year.people import DemoMember
from app.demo_year.programme import (
    KEYWORDS,
    PANTRY_KEYWORD,
    PANTRY_QUESTIONS,
    PANTRY_SURVEY_NAME,
    PANTRY_THANKS,
    PANTRY_WELCOME,
)
from app.domain.accounts.roles import Role
from app.imports.actions import row_staging, upload_storage
from app.imports.actions.import_completion import apply_import
from app.imports.actions.import_consent import ImportedConsent
from app.imports.actions.import_decision import ImportDecision
from app.imports.actions.row_checking import PhoneNumberRules, check_next_rows
from app.imports.actions.spreadsheet_parsing import parse_spreadsheet
from app.imports.models import Import
from app.imports.queries.import_records import parse_import_layout
from app.inbox.actions.saved_replies import create_missing_saved_reply
from app.keywords.actions.keyword_rules import create_keyword_rule
from app.message_templates.actions.seeding import store_seeds
from app.organisation.actions import create_demo_organisation
from app.suppression.models import ConsentMethod
from app.surveys.actions import surveys
from app.texting_hours.actions import create_default_hours

REGION = "US"
CONSENT_EVIDENCE = "Membership form, signed when they joined"
UNFINISHED_SHEET = (
    DemoMember("Ingrid Bergström", "(303) 555-0190"),
    DemoMember("Samuel Osei", "720-555-0191"),
    DemoMember("Rosa Delgado", "970 555 0192"),
    DemoMember("Tom Prescott", "555-019"),
    DemoMember("Lena Fischer", "303 555 0194 ext. 7"),
    DemoMember("Omar Haddad", "none"),
)


def create_users() -> AppUser:
    """Create the two users, of whom no one knows a password, and return the admin."""
    create_demo_organisation(ORGANISATION_NAME, TIME_ZONE, REGION)
    create_default_hours()
    admin = create_demo_user(*ADMIN, Role.ADMIN)
    record_demo_act("setup.finished", ADMIN[0], "")
    create_demo_user(*MANAGER, Role.SOCIAL_MANAGER)
    record_demo_act("user.added", ADMIN[0], MANAGER[0], {"role": "Social manager"})
    return admin


def find_demo_admin() -> AppUser | None:
    """Return the admin of the demo."""
    return users.find_user_by_name(ADMIN[0])


def create_programme() -> int:
    """Create keywords, replies, templates and the survey about the pantry; return its id."""
    store_seeds()
    for rule, aliases in KEYWORDS:
        row = create_keyword_rule(rule, list(aliases), ADMIN[0])
        details = {"keyword": row.keyword}
        record_demo_act("keyword.added", ADMIN[0], f"keyword {row.id}", details)
    for title, body in SAVED_REPLIES:
        create_missing_saved_reply(title, body)
    info = surveys.SurveyInfo(
        PANTRY_SURVEY_NAME, PANTRY_KEYWORD, PANTRY_WELCOME, PANTRY_QUESTIONS, PANTRY_THANKS, None
    )
    survey = surveys.create_survey(info)
    record_demo_act("survey.added", ADMIN[0], f"survey {survey.id}")
    return survey.id


def import_first_list(people: list[DemoMember]) -> None:
    """Import the spreadsheet with which it all began."""
    row = _start_import("members.csv", people)
    stored_as = row.stored_as
    consent = ImportedConsent(ConsentMethod.IMPORT, CONSENT_EVIDENCE)
    written = apply_import(row.id, MEMBER_IMPORT_TARGET, ImportDecision(consent=consent))
    upload_storage.delete_upload(stored_as)
    record_demo_act("members.imported", ADMIN[0], "members.csv", {"added": written.added})


def start_unfinished_import() -> None:
    """Upload a spreadsheet with some faults, which is still to be confirmed."""
    _start_import("newcomers-lunch.csv", list(UNFINISHED_SHEET))


def _start_import(file_name: str, people: list[DemoMember]) -> Import:
    """Store a file and check its rows, as an upload does."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["Name", "Mobile phone"])
    for person in people:
        writer.writerow([person.name or "", person.phone])
    data = sheet.getvalue().encode()
    parsed = parse_spreadsheet(data, REGION)
    stored_as = upload_storage.store_upload(data)
    upload_storage.store_upload_rows(stored_as, parsed.rows)
    upload = row_staging.StoredUpload(file_name, stored_as, ADMIN[0], CONSENT_EVIDENCE)
    row = row_staging.create_import(upload, parsed, MEMBER_IMPORT_TARGET)
    columns = parse_import_layout(row).columns
    row_slice = check_next_rows(row, columns, PhoneNumberRules(REGION, {}))
    row_staging.store_checked_rows(row.id, row_slice, MEMBER_IMPORT_TARGET)
    return row
