"""The names that the sentences of rules need, asked of the owners: one statement a kind at most."""

from collections.abc import Callable, Collection, Iterable, Mapping

from sqlalchemy import Select, literal, select, union_all

from app.core.db import db
from app.core.permission_checks import is_reached
from app.core.scope_conditions import get_list_scope
from app.delivery.queries.admin_audiences import find_blasts_for_admins
from app.delivery.queries.blast_names import find_sent_blast_names
from app.domain.accounts.roles import Role
from app.domain.audiences.condition_phrases import RuleNames
from app.domain.audiences.conditions import ReferenceKind
from app.domain.profiles.field_types import may_see_field
from app.domain.profiles.language_names import LANGUAGE_SPELLINGS
from app.domain.texts.text_languages import name_language
from app.domain.time.date_styles import get_date_style
from app.events.queries.events import find_event_titles
from app.groups.queries.group_conditions import select_marked_group_names
from app.organisation import queries as organisation
from app.profiles.queries.field_records import find_field_classes, select_field_names
from app.surveys.queries.surveys import find_survey_names

Reference = tuple[ReferenceKind, int]
LANGUAGES = {code: name_language(code) for code in LANGUAGE_SPELLINGS}
NAME_FINDERS: dict[ReferenceKind, Callable[[list[int]], Mapping[int, str]]] = {
    ReferenceKind.EVENT: find_event_titles,
    ReferenceKind.SURVEY: find_survey_names,
    ReferenceKind.BLAST: find_sent_blast_names,
}
# By which argument addresses name such a thing; fields belong to no group or event.
REFERENCE_ARGUMENTS = {
    ReferenceKind.GROUP: "group_id",
    ReferenceKind.EVENT: "event_id",
    ReferenceKind.SURVEY: "survey_id",
    ReferenceKind.BLAST: "log_id",
}
# Most rules name both of these: one statement reads them.
NAME_SELECTS: dict[ReferenceKind, Callable[[list[int]], Select[int, str]]] = {
    ReferenceKind.GROUP: select_marked_group_names,
    ReferenceKind.FIELD: select_field_names,
}


def load_rule_names(references: Iterable[Reference], gone: Collection[Reference] = ()) -> RuleNames:
    """Return the names of what rules refer to; what was deleted is missing.

    `gone`: references to things that were deleted, whatever has their id now.
    """
    ids_by_kind: dict[ReferenceKind, list[int]] = {}
    for kind, ref_id in sorted(set(references) - set(gone)):
        ids_by_kind.setdefault(kind, []).append(ref_id)
    names = _find_common_names(ids_by_kind)
    for kind, find_names in NAME_FINDERS.items():
        ids = ids_by_kind.get(kind)
        for ref_id, name in find_names(ids).items() if ids else ():
            names[kind, ref_id] = f"“{name}”" if kind is ReferenceKind.BLAST else name
    region = organisation.get_organisation_region()
    return RuleNames(names, LANGUAGES, get_date_style(region))


def _find_common_names(ids_by_kind: Mapping[ReferenceKind, list[int]]) -> dict[Reference, str]:
    """Return the names of groups and fields, in one statement for both."""
    selects = []
    for kind, select_names in NAME_SELECTS.items():
        if kind in ids_by_kind:
            rows = select_names(ids_by_kind[kind]).subquery()
            selects.append(select(literal(kind.value), rows.c.id, rows.c.name))
    if not selects:
        return {}
    rows_of_all = db.session.execute(union_all(*selects))
    return {(ReferenceKind(kind), ref_id): name for kind, ref_id, name in rows_of_all}


def _is_reached(kind: ReferenceKind, ref_id: int) -> bool:
    argument = REFERENCE_ARGUMENTS.get(kind)
    if argument is None or get_list_scope().is_unlimited:
        return True
    return is_reached(argument, ref_id)


def find_hidden_references(references: Iterable[Reference], role: Role) -> set[Reference]:
    """Return what of these a user with this role must not ask: whose people tell too much.

    That is a sensitive field, and a blast to people who were chosen by one. Groups, events,
    surveys and blasts outside of what the user who asks reaches, too.
    """
    if role == Role.ADMIN:
        return set()
    ids_by_kind: dict[ReferenceKind, list[int]] = {}
    hidden: set[Reference] = set()
    for kind, ref_id in references:
        ids_by_kind.setdefault(kind, []).append(ref_id)
        if not _is_reached(kind, ref_id):
            hidden.add((kind, ref_id))
    field_ids = ids_by_kind.get(ReferenceKind.FIELD, [])
    for field_id, field_class in (find_field_classes(field_ids) if field_ids else {}).items():
        if not may_see_field(field_class, role):
            hidden.add((ReferenceKind.FIELD, field_id))
    for log_id in find_blasts_for_admins(ids_by_kind.get(ReferenceKind.BLAST, [])):
        hidden.add((ReferenceKind.BLAST, log_id))
    return hidden
