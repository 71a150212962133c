"""Saved replies: the list, added, changed, deleted."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import act
from app.domain.permission import Role
from app.inbox import queries
from app.inbox.actions import saved
from app.inbox.forms import TAKEN, SavedReplyForm
from app.inbox.views.one import INSERTED
from app.inbox.views.room import bp
from app.kit.access import BOTH, needs, who
from app.kit.db import Taken


@bp.get("/replies")
@needs(*BOTH)
def replies() -> ResponseReturnValue:
    """All of them."""
    return render_template("inbox/replies.html", replies=queries.saved_replies())


@bp.route("/replies/add", methods=["GET", "POST"])
@needs(*BOTH)
def reply_add() -> ResponseReturnValue:
    """One more."""
    form = SavedReplyForm()
    if form.validate_on_submit():
        try:
            with act("saved_reply.added", who()) as trace:
                trace.about = str(
                    saved.add(str(form.title.data), str(form.body.data), who())
                )
        except Taken:
            form.title.errors = [*form.title.errors, TAKEN]
        else:
            return _kept()
    return render_template(
        "inbox/reply.html", form=form, reply_id=None, tokens=INSERTED
    ), 422 if form.errors else 200


@bp.route("/replies/<int:reply_id>/edit", methods=["GET", "POST"])
@needs(*BOTH)
def reply_edit(reply_id: int) -> ResponseReturnValue:
    """Another title or text."""
    form = SavedReplyForm(obj=queries.saved_reply(reply_id) or abort(404))
    if form.validate_on_submit():
        try:
            with act("saved_reply.changed", who()) as trace:
                trace.about = str(reply_id)
                saved.change(reply_id, str(form.title.data), str(form.body.data))
        except Taken:
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
@needs(Role.ADMIN)
def reply_delete(reply_id: int) -> ResponseReturnValue:
    """One less."""
    with act("saved_reply.deleted", who()) as trace:
        trace.about = str(reply_id)
        if not saved.remove(reply_id):
            abort(404)
    flash("The saved reply is deleted.", "success")
    return redirect(url_for("inbox.replies"), 303)
