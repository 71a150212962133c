"""Saved replies: the list, add, edit, delete."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import NotFound, UniqueViolation
from app.core.form_fields import add_error
from app.domain.accounts.permissions import Permission
from app.inbox.actions import saved_replies
from app.inbox.forms import DUPLICATE_TITLE_ERROR, SavedReplyForm
from app.inbox.queries.saved_replies import find_saved_replies, find_saved_reply
from app.inbox.views.blueprint import bp
from app.inbox.views.conversation_detail import REPLY_PLACEHOLDERS


@bp.get("/replies")
@permission_required(Permission.ANSWER_PEOPLE)
def list_saved_replies() -> ResponseReturnValue:
    """Show all saved replies, by title."""
    return render_template("inbox/saved_replies.html", replies=find_saved_replies())


@bp.route("/replies/add", methods=["GET", "POST"])
@permission_required(Permission.ANSWER_PEOPLE)
def add_saved_reply() -> ResponseReturnValue:
    """Add a saved reply, or show the form for it."""
    form = SavedReplyForm()
    if form.validate_on_submit():
        try:
            _create_reply(form)
        except UniqueViolation:
            add_error(form.title, DUPLICATE_TITLE_ERROR)
        else:
            return _redirect_after_save()
    return _render_form(form)


@bp.route("/replies/<int:reply_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.ANSWER_PEOPLE)
def edit_saved_reply(reply_id: int) -> ResponseReturnValue:
    """Change the title or the text of a saved reply."""
    form = SavedReplyForm(obj=find_saved_reply(reply_id) or abort(404))
    if form.validate_on_submit():
        try:
            _update_reply(reply_id, form)
        except UniqueViolation:
            add_error(form.title, DUPLICATE_TITLE_ERROR)
        except NotFound:
            abort(404)
        else:
            return _redirect_after_save()
    return _render_form(form, reply_id)


def _create_reply(form: SavedReplyForm) -> None:
    with audited_write("saved_reply.added", current_username()) as trace:
        reply_id = saved_replies.create_saved_reply(
            str(form.title.data), str(form.body.data), current_username()
        )
        trace.about = str(reply_id)


def _update_reply(reply_id: int, form: SavedReplyForm) -> None:
    with audited_write("saved_reply.changed", current_username()) as trace:
        trace.about = str(reply_id)
        saved_replies.update_saved_reply(reply_id, str(form.title.data), str(form.body.data))


def _render_form(form: SavedReplyForm, reply_id: int | None = None) -> ResponseReturnValue:
    page = render_template(
        "inbox/saved_reply_form.html", form=form, reply_id=reply_id, tokens=REPLY_PLACEHOLDERS
    )
    return page, 422 if form.errors else 200


def _redirect_after_save() -> ResponseReturnValue:
    flash("Saved.", "success")
    return redirect(url_for("inbox.list_saved_replies"), 303)


@bp.post("/replies/<int:reply_id>/delete")
@permission_required(Permission.DELETE_THINGS)
def remove_saved_reply(reply_id: int) -> ResponseReturnValue:
    """Delete a saved reply; only admins may."""
    with audited_write("saved_reply.deleted", current_username()) as trace:
        trace.about = str(reply_id)
        if not saved_replies.delete_saved_reply(reply_id):
            abort(404)
    flash("Deleted.", "success")
    return redirect(url_for("inbox.list_saved_replies"), 303)
