"""Adding a template, and editing one."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import ChangedMeanwhile, NotFound, UniqueViolation
from app.core.form_fields import add_error
from app.core.user_names import name_user
from app.domain.accounts.permissions import Permission
from app.domain.opt_outs.notice_templates import NOTICE_PLACEHOLDERS
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.domain.texts.template_chips import EVENT_CHIPS, NAME_CHIPS, ORGANISATION_CHIPS
from app.message_templates.actions import template_editing
from app.message_templates.forms.template_form import (
    NAME_TAKEN_ERROR,
    TemplateForm,
    build_new_template_form_data,
    build_template_form_data,
)
from app.message_templates.queries.template_records import TemplateTexts, find_template_texts
from app.message_templates.views.blueprint import bp
from app.message_templates.views.notice_rights import require_notice_right
from app.profiles.queries.field_records import list_public_fields

ADD_LANGUAGE_BUTTON = "add_language"


@bp.route("/add", methods=["GET", "POST"])
@permission_required(Permission.EDIT_TEMPLATES)
def add_template() -> ResponseReturnValue:
    """Add a template; ?body= and ?purpose= fill the form, so that a text can be saved."""
    purpose = request.args.get("purpose", "")
    body = request.args.get("body", "")[:MAX_MESSAGE_CHARACTERS]
    form = TemplateForm(data=build_new_template_form_data(purpose, body))
    if ADD_LANGUAGE_BUTTON in request.form:
        form.add_language()
    elif form.validate_on_submit():
        try:
            with audited_write("template.added", current_username()) as trace:
                template_id = template_editing.create_template(
                    form.template_values, current_username()
                )
                trace.about = f"template {template_id}"
        except UniqueViolation:
            add_error(form.name, NAME_TAKEN_ERROR)
        else:
            return _redirect_after_save(template_id)
    return _render_form(form)


@bp.route("/<int:template_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.EDIT_TEMPLATES)
def edit_template(template_id: int) -> ResponseReturnValue:
    """Change a template; each changed text becomes a new version."""
    row = find_template_texts(template_id) or abort(404)
    notice = require_notice_right(row.template)
    form = TemplateForm(data=build_template_form_data(row))
    form.make_notice(notice)
    other: TemplateTexts | None = None
    if ADD_LANGUAGE_BUTTON in request.form:
        form.add_language()
    elif form.validate_on_submit():
        try:
            _save_template(template_id, form)
        except UniqueViolation:
            add_error(form.name, NAME_TAKEN_ERROR)
        except NotFound:
            abort(404)
        except ChangedMeanwhile:
            # What was typed stays in the form; saving it again is then a decision.
            other = find_template_texts(template_id) or abort(404)
            form.form_errors.append(_describe_other_change(other))
            form.revision.data = str(other.template.revision)
        else:
            return _redirect_after_save(template_id)
    return _render_form(form, row, other)


def _save_template(template_id: int, form: TemplateForm) -> None:
    with audited_write("template.changed", current_username()) as trace:
        trace.about = f"template {template_id}"
        changed = template_editing.save_template(
            template_id, form.template_values, form.seen_revision, current_username()
        )
        trace.details = {"languages": changed}


def _describe_other_change(other: TemplateTexts) -> str:
    who = name_user(other.template.updated_by or "")
    return f"{who} changed this template while you were editing it. Compare, then save yours again."


def _redirect_after_save(template_id: int) -> ResponseReturnValue:
    flash("Saved.", "success")
    return redirect(url_for("message_templates.show_template", template_id=template_id), 303)


def _render_form(
    form: TemplateForm, row: TemplateTexts | None = None, other: TemplateTexts | None = None
) -> ResponseReturnValue:
    fields = [(f"{{{field.name}}}", field.name) for field in list_public_fields()]
    tokens = [*NAME_CHIPS, *ORGANISATION_CHIPS, *fields]
    if form.notice is not None:
        own_tokens = NOTICE_PLACEHOLDERS.get(form.notice, ())
        tokens = [*ORGANISATION_CHIPS, *((f"{{{name}}}", name.title()) for name in own_tokens)]
    page = render_template(
        "message_templates/form.html",
        form=form,
        row=row,
        other=other,
        tokens=tokens,
        event_tokens=EVENT_CHIPS,
    )
    return page, 422 if form.errors else 200
