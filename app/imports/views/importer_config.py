"""The list an import is for, as pages need it, and the addresses of an import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_login import current_user

from app.core.clock import now
from app.domain.accounts.permissions import Permission
from app.domain.profiles.field_values import ValueContext
from app.domain.spreadsheets.field_columns import KnownField
from app.domain.spreadsheets.profile_columns import ProfileContext
from app.imports.actions.import_lists import ImportList
from app.imports.actions.import_target import ImportTarget
from app.imports.actions.row_checking import PhoneNumberRules
from app.organisation import queries as organisation
from app.profiles.queries.field_records import list_fields

URL_STEPS = ("check", "again", "confirm", "abandon", "bad_rows", "undo")


@dataclass(frozen=True)
class ImporterConfig:
    """A list, and where its importer is.

    `home_url` is the page of the list, `home_label` the text of links to it. `url_values` are
    the values of its addresses, such as {"event_id": 12}. `refused_numbers` are numbers that nobody
    on the list may have, each with the sentence why. `note` is a further sentence of the first
    page.
    """

    endpoint_prefix: str
    import_list: ImportList
    home_url: str
    home_label: str
    refused_numbers: Mapping[str, str] = field(default_factory=dict)
    url_values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def target(self) -> ImportTarget:
        """The table of the list."""
        return self.import_list.target


@dataclass(frozen=True)
class ImportUrls:
    """The addresses of one import, and what else templates need of its list."""

    home: str
    home_label: str
    upload: str
    gets_texts: bool = True
    note: str = ""
    check: str = ""
    again: str = ""
    confirm: str = ""
    abandon: str = ""
    bad_rows: str = ""
    undo: str = ""

    def build_fix_url(self, line: int) -> str:
        """Return the address that corrects the row of this line."""
        return f"{self.check}/line/{line}"


def build_import_urls(importer: ImporterConfig, import_id: int | None = None) -> ImportUrls:
    """Return the addresses of one import, or those that need none."""
    urls = {}
    if import_id is not None:
        for step in URL_STEPS:
            urls[step] = url_for(
                f"{importer.endpoint_prefix}_{step}",
                import_id=import_id,
                **importer.url_values,
            )
    return ImportUrls(
        home=importer.home_url,
        home_label=importer.home_label,
        upload=url_for(f"{importer.endpoint_prefix}_file", **importer.url_values),
        gets_texts=importer.target.gets_texts,
        note=importer.note,
        **urls,
    )


def build_phone_rules(importer: ImporterConfig) -> PhoneNumberRules:
    """Return how the numbers and the other cells of a file for this list are judged."""
    return PhoneNumberRules(
        organisation.get_organisation_region(),
        importer.refused_numbers,
        wants_opt_outs=not importer.target.gets_texts,
        values=_build_value_context() if importer.target.gets_texts else None,
    )


def build_profile_context(importer: ImporterConfig) -> ProfileContext | None:
    """Return the fields that the user can fill from a file; None where a list has none.

    The do-not-text list keeps names and numbers only.
    """
    if not importer.target.gets_texts:
        return None
    fields = []
    for row in list_fields(current_user.role):
        fields.append(KnownField(row.id, row.name, row.field_type, tuple(row.choice_list)))
    can_create = current_user.may(Permission.MANAGE_PEOPLE)
    return ProfileContext(_build_value_context(), fields, can_create=can_create)


def _build_value_context() -> ValueContext:
    return ValueContext(organisation.get_organisation_region(), now().date())
