"""The library of templates: searched, filtered, sorted, in pages."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.list_order import build_list_order
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.domain.texts.name_folding import fold_name
from app.domain.texts.plurals import pluralize
from app.domain.texts.template_purposes import TemplatePurpose
from app.domain.texts.text_languages import get_language_order
from app.message_templates.models import MessageTemplate, MessageTemplateVersion
from app.message_templates.queries.template_records import attach_texts, is_current_version

TEMPLATE_SORT_KEYS = ("name", "uses", "used")


class TemplateListPage(ListPage):
    """A page of the library."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 template, 20 templates."""
        return pluralize(self.total, "template")


def paginate_templates(
    params: ListParams, purpose: TemplatePurpose | None = None, language: str = ""
) -> TemplateListPage:
    """Return a page of the templates, of one purpose or in one language where these are given."""
    conditions: list[ColumnElement[bool]] = [MessageTemplate.archived_at.is_(None)]
    if purpose is not None:
        conditions.append(MessageTemplate.purpose == purpose)
    if language:
        conditions.append(_has_text(MessageTemplateVersion.language == language))
    if params.search:
        conditions.append(_build_search_condition(params.search))
    total = count_rows(MessageTemplate, *conditions)
    params = clamp_to_last_page(total, params)
    page = select(MessageTemplate).where(*conditions).order_by(*_build_order(params))
    templates = db.session.scalars(page.offset(params.offset).limit(params.per_page)).all()
    return TemplateListPage(attach_texts(templates), total, params)


def list_used_languages() -> list[str]:
    """Return the languages in which there are texts, the default one first."""
    statement = (
        select(MessageTemplateVersion.language)
        .join(MessageTemplate, MessageTemplate.id == MessageTemplateVersion.template_id)
        .where(
            MessageTemplate.archived_at.is_(None),
            MessageTemplateVersion.body != "",
            is_current_version(),
        )
        .distinct()
    )
    return sorted(db.session.scalars(statement), key=get_language_order)


def _has_text(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(MessageTemplateVersion.id)
        .where(
            MessageTemplateVersion.template_id == MessageTemplate.id,
            MessageTemplateVersion.body != "",
            condition,
            is_current_version(),
        )
        .correlate(MessageTemplate)
        .exists()
    )


def _build_search_condition(search: str) -> ColumnElement[bool]:
    """Build the condition that the name, or a text, has what was searched in it."""
    return or_(
        MessageTemplate.folded_name.contains(fold_name(search) or search, autoescape=True),
        _has_text(MessageTemplateVersion.body.icontains(search, autoescape=True)),
    )


def _build_order(params: ListParams) -> list[ColumnElement[Any]]:
    columns: dict[str, Any] = {
        "name": MessageTemplate.folded_name,
        "uses": MessageTemplate.usage_count,
        "used": MessageTemplate.last_used_at,
    }
    return build_list_order(columns, params, MessageTemplate.folded_name)
