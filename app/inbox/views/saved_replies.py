"""Saved replies: the list, added, changed, deleted."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.db import NotFound, UniqueViolation
from app.domain.accounts.roles import Role
from app.inbox.actions import saved_replies
from app.inbox.forms import DUPLICATE_TITLE_ERROR, SavedReplyForm
from app.inbox.queries.saved_replies import find_saved_replies, find_saved_reply
from app.inbox.views.blueprint import bp
from app.inbox.views.conversation_detail import REPLY_PLACEHOLDERS


@bp.get("/replies")
@roles_required(*ALL_ROLES)
def list_saved_replies() -> ResponseReturnValue:
    """All of them."""
    return render_template("inbox/replies.html", replies=find_saved_replies())


@bp.route("/replies/add", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def add_saved_reply() -> ResponseReturnValue:
    """One more."""
    form = SavedReplyForm()
    if form.validate_on_submit():
        try:
            with audited_write("saved_reply.added", current_username()) as trace:
                trace.about = str(
                    saved_replies.create_saved_reply(
                        str(form.title.data), str(form.body.data), current_username()
                    )
                )
        except UniqueViolation:
            form.title.errors = [*form.title.errors, DUPLICATE_TITLE_ERROR]
        else:
            return _redirect_after_save()
    return render_template(
        "inbox/reply.html", form=form, reply_id=None, tokens=REPLY_PLACEHOLDERS
    ), 422 if form.errors else 200


@bp.route("/replies/<int:reply_id>/edit", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def edit_saved_reply(reply_id: int) -> ResponseReturnValue:
    """Another title or text."""
    form = SavedReplyForm(obj=find_saved_reply(reply_id) or abort(404))
    if form.validate_on_submit():
        try:
            with audited_write("saved_reply.changed", current_username()) as trace:
                trace.about = str(reply_id)
                saved_replies.update_saved_reply(
                    reply_id, str(form.title.data), str(form.body.data)
                )
        except UniqueViolation:
            form.title.errors = [*form.title.errors, DUPLICATE_TITLE_ERROR]
        except NotFound:
            abort(404)
        else:
            return _redirect_after_save()
    page = render_template(
        "inbox/reply.html", form=form, reply_id=reply_id, tokens=REPLY_PLACEHOLDERS
    )
    return page, 422 if form.errors else 200


def _redirect_after_save() -> ResponseReturnValue:
    flash("The reply is kept.", "success")
    return redirect(url_for("inbox.list_saved_replies"), 303)


@bp.post("/replies/<int:reply_id>/delete")
@roles_required(Role.ADMIN)
def remove_saved_reply(reply_id: int) -> ResponseReturnValue:
    """One less."""
    with audited_write("saved_reply.deleted", current_username()) as trace:
        trace.about = str(reply_id)
        if not saved_replies.delete_saved_reply(reply_id):
            abort(404)
    flash("The saved reply is deleted.", "success")
    return redirect(url_for("inbox.list_saved_replies"), 303)
