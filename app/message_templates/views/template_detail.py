"""The page of one template: its texts, its history, restoring and deleting."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import NotFound
from app.domain.accounts.permissions import Permission
from app.domain.opt_outs.notice_templates import find_standing_reply
from app.domain.texts.text_languages import name_language
from app.domain.texts.whole_numbers import parse_id
from app.message_templates.actions import template_editing
from app.message_templates.queries.template_records import find_template_texts, list_versions
from app.message_templates.views.blueprint import bp
from app.message_templates.views.notice_rights import require_notice_right
from app.message_templates.views.template_labels import (
    build_history,
    list_previews,
    name_settings_language,
)


@bp.get("/<int:template_id>")
@permission_required(Permission.SEE_TEXTS)
def show_template(template_id: int) -> ResponseReturnValue:
    """Show a template as its readers see it, and every text that it has had."""
    row = find_template_texts(template_id) or abort(404)
    return render_template(
        "message_templates/template.html",
        row=row,
        template=row.template,
        previews=list_previews(row),
        history=build_history(row, list(list_versions(template_id))),
        notice=find_standing_reply(row.template.seed_key),
        settings_language=name_settings_language(row.template),
    )


@bp.post("/<int:template_id>/restore")
@permission_required(Permission.EDIT_TEMPLATES)
def restore_template_version(template_id: int) -> ResponseReturnValue:
    """Use the text of an earlier version again, as a new version."""
    row = find_template_texts(template_id) or abort(404)
    require_notice_right(row.template)
    try:
        with audited_write("template.restored", current_username()) as trace:
            trace.about = f"template {template_id}"
            version_id = parse_id(request.form.get("version", "")) or 0
            language = template_editing.restore_version(template_id, version_id, current_username())
    except NotFound:
        abort(404)
    flash(f"The {name_language(language)} text was restored.", "success")
    return redirect(url_for("message_templates.show_template", template_id=template_id), 303)


@bp.post("/<int:template_id>/delete")
@permission_required(Permission.DELETE_THINGS)
def remove_template(template_id: int) -> ResponseReturnValue:
    """Delete a template; only admins may. What was made from it stays."""
    try:
        with audited_write("template.deleted", current_username()) as trace:
            trace.about = f"template {template_id}"
            template = template_editing.delete_template(template_id, current_username())
            trace.details = {"template": template.name}
    except NotFound:
        abort(404)
    flash(f"“{template.name}” was deleted. Texts made from it are kept.", "success")
    return redirect(url_for("message_templates.list_templates"), 303)
