"""Saved replies: the list, added, changed, deleted."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.db import UniqueViolation
from app.domain.delivery.skip_reasons import Role
from app.inbox import queries
from app.inbox.actions import saved
from app.inbox.forms import TAKEN, SavedReplyForm
from app.inbox.views.one import INSERTED
from app.inbox.views.room import bp


@bp.get("/replies")
@roles_required(*ALL_ROLES)
def replies() -> ResponseReturnValue:
    """All of them."""
    return render_template("inbox/replies.html", replies=queries.saved_replies())


@bp.route("/replies/add", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def reply_add() -> ResponseReturnValue:
    """One more."""
    form = SavedReplyForm()
    if form.validate_on_submit():
        try:
            with audited_write("saved_reply.added", current_username()) as trace:
                trace.about = str(
                    saved.add(
                        str(form.title.data), str(form.body.data), current_username()
                    )
                )
        except UniqueViolation:
            form.title.errors = [*form.title.errors, TAKEN]
        else:
            return _kept()
    return render_template(
        "inbox/reply.html", form=form, reply_id=None, tokens=INSERTED
    ), 422 if form.errors else 200


@bp.route("/replies/<int:reply_id>/edit", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def reply_edit(reply_id: int) -> ResponseReturnValue:
    """Another title or text."""
    form = SavedReplyForm(obj=queries.saved_reply(reply_id) or abort(404))
    if form.validate_on_submit():
        try:
            with audited_write("saved_reply.changed", current_username()) as trace:
                trace.about = str(reply_id)
                saved.change(reply_id, str(form.title.data), str(form.body.data))
        except UniqueViolation:
            form.title.errors = [*form.title.errors, TAKEN]
        except saved.Gone:
            abort(404)
        else:
            return _kept()
    page = render_template(
        "inbox/reply.html", form=form, reply_id=reply_id, tokens=INSERTED
    )
    return page, 422 if form.errors else 200


def _kept() -> ResponseReturnValue:
    flash("The reply is kept.", "success")
    return redirect(url_for("inbox.replies"), 303)


@bp.post("/replies/<int:reply_id>/delete")
@roles_required(Role.ADMIN)
def reply_delete(reply_id: int) -> ResponseReturnValue:
    """One less."""
    with audited_write("saved_reply.deleted", current_username()) as trace:
        trace.about = str(reply_id)
        if not saved.remove(reply_id):
            abort(404)
    flash("The saved reply is deleted.", "success")
    return redirect(url_for("inbox.replies"), 303)
