"""The library of templates."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.access import permission_required
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.domain.texts.template_purposes import PURPOSE_LABELS, TemplatePurpose
from app.domain.texts.text_languages import name_language
from app.message_templates.queries.template_list import (
    TEMPLATE_SORT_KEYS,
    list_used_languages,
    paginate_templates,
)
from app.message_templates.queries.template_records import has_templates
from app.message_templates.views.blueprint import bp

Chip = tuple[str, str, bool]


@bp.get("")
@permission_required(Permission.SEE_TEXTS)
def list_templates() -> ResponseReturnValue:
    """List the templates, of one purpose or in one language where the address says so."""
    params = list_params(TEMPLATE_SORT_KEYS, "name")
    purpose = _get_purpose()
    languages = list_used_languages()
    language = request.args.get("language", "")
    language = language if language in languages else ""
    return render_template(
        "message_templates/list.html",
        page=paginate_templates(params, purpose, language),
        has_any=has_templates(),
        purpose=purpose or "",
        language=language,
        purpose_chips=_build_purpose_chips(purpose, language),
        language_choices=[(tag, name_language(tag)) for tag in languages],
    )


def _get_purpose() -> TemplatePurpose | None:
    written = request.args.get("purpose", "")
    return TemplatePurpose(written) if written in set(TemplatePurpose) else None


def _build_purpose_chips(current: TemplatePurpose | None, language: str) -> list[Chip]:
    """Return the filter by purpose: label, address, and whether it is the one in use."""
    filters: dict[str, Any] = {
        "language": language or None,
        "search": request.args.get("search") or None,
    }
    chips = [("All", url_for("message_templates.list_templates", **filters), current is None)]
    for purpose in TemplatePurpose:
        url = url_for("message_templates.list_templates", purpose=purpose.value, **filters)
        chips.append((PURPOSE_LABELS[purpose], url, purpose is current))
    return chips
