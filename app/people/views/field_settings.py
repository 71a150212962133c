"""Settings > Fields: what an organisation knows of its people beside name and number."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audiences.actions.admin_reserve import reserve_audiences_of_field
from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import UniqueViolation
from app.delivery.actions.field_renaming import rename_field_in_waiting_blasts
from app.domain.accounts.permissions import Permission
from app.domain.accounts.roles import Role
from app.domain.profiles.field_types import (
    FIELD_CLASS_LABELS,
    FIELD_TYPE_LABELS,
    may_see_field,
)
from app.domain.texts.plurals import pluralize
from app.people.queries.field_uses import (
    FieldUse,
    describe_text_uses,
    describe_uses,
    list_field_uses,
    list_text_uses,
)
from app.people.views.blueprint import bp
from app.profiles.actions import field_editing as actions
from app.profiles.field_models import PersonField
from app.profiles.forms.field_form import PersonFieldForm, build_field_form_data
from app.profiles.queries.field_records import (
    count_values,
    count_values_by_field,
    find_field,
    list_all_fields,
)
from app.sequences.actions.renamed_fields import rename_field_in_sequences
from app.series.actions.field_renames import rename_field_in_series

STEPS = {"up": -1, "down": 1}


class FieldInUse(Exception):
    """A blast, a segment or an import names the field: it must stay."""

    def __init__(self, uses: list[FieldUse]) -> None:
        super().__init__(f"{len(uses)} things name it")
        self.uses = uses


@bp.get("/settings/fields")
@permission_required(Permission.MANAGE_PEOPLE)
def list_fields() -> ResponseReturnValue:
    """List the fields in their order, with how many people have a value."""
    fields = list_all_fields()
    return render_template(
        "fields/list.html",
        fields=[field for field in fields if field.archived_at is None],
        archived=[field for field in fields if field.archived_at is not None],
        counts=count_values_by_field(),
        type_labels=FIELD_TYPE_LABELS,
        class_labels=FIELD_CLASS_LABELS,
    )


@bp.route("/settings/fields/add", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def add_field() -> ResponseReturnValue:
    """Show the form of a new field, and create it."""
    form = PersonFieldForm()
    if form.validate_on_submit():
        try:
            with audited_write("field.added", current_username()) as trace:
                row = actions.create_field(form.field_info)
                trace.about = f"field {row.id}"
                trace.details = {"title": row.name, "class": row.field_class.value}
        except UniqueViolation:
            form.add_taken_error()
        else:
            flash(f"{row.name} was added.", "success")
            return redirect(url_for("people.list_fields"), 303)
    return render_template("fields/add.html", form=form), 422 if form.errors else 200


@bp.route("/settings/fields/<int:field_id>", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def edit_field(field_id: int) -> ResponseReturnValue:
    """Rename a field, change its class or its choices."""
    field = _get_field_or_404(field_id)
    form = PersonFieldForm(field, describe_text_uses, data=build_field_form_data(field))
    if form.validate_on_submit():
        try:
            flash(_save_field(field_id, form), "success")
        except UniqueViolation:
            form.add_taken_error()
        except FieldInUse:
            # A blast was scheduled in this very moment: the form says which.
            form.validate()
        else:
            return redirect(url_for("people.list_fields"), 303)
    page = render_template(
        "fields/edit.html",
        form=form,
        field=field,
        count=count_values(field_id),
        type_label=FIELD_TYPE_LABELS[field.field_type],
    )
    return page, 422 if form.errors else 200


def _save_field(field_id: int, form: PersonFieldForm) -> str:
    """Store what was typed, and give the field its new name in texts that wait."""
    info, blast_count = form.field_info, 0
    with audited_write("field.changed", current_username()) as trace:
        row = actions.get_field_for_update(field_id)
        old_name, was_public = row.name, row.is_public
        changed = actions.update_field(field_id, info)
        if was_public and not row.is_public and list_text_uses(row):
            raise FieldInUse([])
        if "class" in changed and not may_see_field(row.field_class, Role.SOCIAL_MANAGER):
            reserve_audiences_of_field(field_id)
        if "name" in changed:
            blast_count = rename_field_in_waiting_blasts(old_name, info.name)
            rename_field_in_series(old_name, info.name)
            rename_field_in_sequences(old_name, info.name)
        trace.about = f"field {field_id}"
        trace.details = {"title": info.name, "changed": changed}
        if "name" in changed:
            trace.details["renamed"] = [old_name, info.name]
    if not blast_count:
        return "Saved."
    texts = pluralize(blast_count, "scheduled blast has", "scheduled blasts have")
    return f"Saved. {texts} the new name in the text."


@bp.post("/settings/fields/<int:field_id>/move")
@permission_required(Permission.MANAGE_PEOPLE)
def move_field(field_id: int) -> ResponseReturnValue:
    """Move a field up or down in the order of forms and exports."""
    _get_field_or_404(field_id)
    step = STEPS.get(request.form.get("step", "")) or abort(400)
    with audited_write("field.changed", current_username()) as trace:
        row = actions.move_field(field_id, step)
        trace.about = f"field {field_id}"
        trace.details = {"title": row.name, "changed": ["position"]}
    return redirect(url_for("people.list_fields", _anchor=f"field-{field_id}"), 303)


@bp.post("/settings/fields/<int:field_id>/archive")
@permission_required(Permission.MANAGE_PEOPLE)
def archive_field(field_id: int) -> ResponseReturnValue:
    """Archive a field: people keep what they have in it, and it is shown nowhere."""
    return _end_field(field_id, "archived", actions.archive_field)


@bp.post("/settings/fields/<int:field_id>/restore")
@permission_required(Permission.MANAGE_PEOPLE)
def restore_field(field_id: int) -> ResponseReturnValue:
    """Bring an archived field back."""
    with audited_write("field.restored", current_username()) as trace:
        row = actions.restore_field(field_id)
        trace.about = f"field {field_id}"
        trace.details = {"title": row.name}
    flash(f"{row.name} was restored.", "success")
    return redirect(url_for("people.list_fields"), 303)


@bp.route("/settings/fields/<int:field_id>/delete", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def delete_field(field_id: int) -> ResponseReturnValue:
    """Say what is lost (GET); delete a field with what everybody has in it (POST)."""
    if request.method == "POST":
        return _end_field(field_id, "deleted", actions.delete_field)
    field = _get_field_or_404(field_id)
    return render_template(
        "fields/delete.html",
        field=field,
        count=count_values(field_id),
        uses=list_field_uses(field),
        type_label=FIELD_TYPE_LABELS[field.field_type],
    )


def _end_field(
    field_id: int, participle: str, end: Callable[[int], PersonField]
) -> ResponseReturnValue:
    """Archive or delete a field, unless something names it."""
    try:
        with audited_write(f"field.{participle}", current_username()) as trace:
            row = actions.get_field_for_update(field_id)
            uses = list_field_uses(row)
            if uses:
                raise FieldInUse(uses)
            trace.about = f"field {field_id}"
            trace.details = {"title": row.name, "people": count_values(field_id)}
            name = end(field_id).name
    except FieldInUse as error:
        flash(f"Not {participle}: {describe_uses(error.uses)}.", "error")
        return redirect(url_for("people.edit_field", field_id=field_id), 303)
    flash(f"{name} was {participle}.", "success")
    return redirect(url_for("people.list_fields"), 303)


def _get_field_or_404(field_id: int) -> PersonField:
    return find_field(field_id) or abort(404)
