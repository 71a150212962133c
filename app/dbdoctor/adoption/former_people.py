"""Users, people, events, opt-outs and suppressed numbers of the first design."""

import os
import secrets
from zoneinfo import available_timezones

import phonenumbers
from dotenv import dotenv_values

from app.core.settings import PROJECT_ROOT
from app.dbdoctor.adoption.former_database import read_date, read_moment, read_phone, read_text
from app.dbdoctor.adoption.row_writer import BAD_NUMBER, RowWriter
from app.domain.delivery.country_currencies import get_country_currency

ORGANISATION_NAME = "My organization"
ROLES = {"admin", "social_manager"}
CATEGORIES = {"opt_out", "hard_fail", "soft_fail"}
MAX_NAME_LENGTH = 100
MAX_SOURCE_LENGTH = 50


def write_organisation(writer: RowWriter) -> None:
    """Write the row of the organisation, which the first design had in its environment."""
    environ = {**dotenv_values(PROJECT_ROOT / ".env"), **os.environ}
    zone, region = environ.get("APP_TIMEZONE") or "UTC", environ.get("DEFAULT_REGION") or "US"
    if zone not in available_timezones():
        zone = "UTC"
    if region not in phonenumbers.SUPPORTED_REGIONS:
        region = "US"
    values = {
        "id": 1,
        "name": ORGANISATION_NAME,
        "timezone": zone,
        "region": region,
        "currency": get_country_currency(region),
    }
    writer.insert_row("organisation", values, "organization (give it its name in Settings)", 1)


def write_people(writer: RowWriter) -> None:
    """Write users, members, events with their registrations, and who must not be texted."""
    _write_users(writer)
    _write_people(writer, "community_members", "community members")
    _write_events(writer)
    _write_people(writer, "event_registrations", "registrations", "event_id")
    _write_opt_outs(writer)


def _write_users(writer: RowWriter) -> None:
    for row in writer.former.list_rows("users"):
        role = row.get("role")
        values = {
            "id": row["id"],
            "username": read_text(row["username"], 80) or f"user {row['id']}",
            "password_hash": row["password_hash"] or "",
            # An unknown word must not become an admin.
            "role": role if role in ROLES else "social_manager",
            "must_change_password": bool(row.get("must_change_password")),
            "session_key": secrets.token_hex(16),
            "created_at": writer.read_created_at(row),
        }
        writer.insert_row("users", values, "users", row["id"])
        if row.get("phone"):
            reason = "each user verifies their own number anew"
            writer.report.record_left("phones of users", reason, row["id"])


def _write_people(writer: RowWriter, table: str, things: str, *more: str) -> None:
    for row in writer.former.list_rows(table):
        phone = read_phone(row)
        if phone is None:
            writer.report.record_left(things, BAD_NUMBER, row["id"])
            continue
        values = {
            "id": row["id"],
            "name": read_text(row.get("name"), MAX_NAME_LENGTH),
            "phone": phone,
            "created_at": writer.read_created_at(row),
        }
        writer.insert_row(table, values | {name: row[name] for name in more}, things, row["id"])


def _write_events(writer: RowWriter) -> None:
    for row in writer.former.list_rows("events"):
        values = {
            "id": row["id"],
            "title": read_text(row["title"], 200) or f"Event {row['id']}",
            "date": read_date(row.get("date")),
            "created_at": writer.read_created_at(row),
        }
        writer.insert_row("events", values, "events", row["id"])


def _write_opt_outs(writer: RowWriter) -> None:
    for row in writer.former.list_rows("unsubscribed_contacts"):
        phone = read_phone(row)
        if phone is None:
            # Nobody with such a number can be added either, so nothing is lost with it.
            writer.report.record_left("opt-outs", BAD_NUMBER, row["id"])
            continue
        values = {
            "id": row["id"],
            "name": read_text(row.get("name"), MAX_NAME_LENGTH),
            "phone": phone,
            "reason": row.get("reason"),
            "source": read_text(row.get("source"), MAX_SOURCE_LENGTH) or "manual",
            "created_at": writer.read_created_at(row),
        }
        writer.insert_row("unsubscribed_contacts", values, "opt-outs", row["id"])


def write_suppressions(writer: RowWriter) -> None:
    """Write the suppressed numbers, after the blasts that some of them name."""
    things = "suppressed numbers"
    for row in writer.former.list_rows("suppressed_contacts"):
        phone = read_phone(row)
        category = row.get("category")
        if phone is None:
            writer.report.record_left(things, BAD_NUMBER, row["id"])
            continue
        created_at = writer.read_created_at(row)
        values = {
            "id": row["id"],
            "phone": phone,
            "reason": row.get("reason"),
            # An unknown word still means: do not text.
            "category": category if category in CATEGORIES else "opt_out",
            "source": read_text(row.get("source"), MAX_SOURCE_LENGTH),
            "source_type": read_text(row.get("source_type"), MAX_SOURCE_LENGTH),
            "source_message_log_id": writer.find_id(
                "message_logs", row.get("source_message_log_id")
            ),
            "created_at": created_at,
            "updated_at": read_moment(row.get("updated_at"), created_at),
        }
        writer.insert_row("suppressed_contacts", values, things, row["id"])
