"""The page "Do not text": who gets no texts, and why."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import act
from app.domain.permission import LEFT_OUT_WORDS, Role
from app.domain.phone import pretty
from app.kit.access import needs, who
from app.kit.db import Taken
from app.kit.pages import asked
from app.suppression import actions, queries
from app.suppression.forms import AddForm

bp = Blueprint("suppression", __name__)


@bp.get("/suppression")
@needs(Role.ADMIN)
def everyone() -> ResponseReturnValue:
    """Both lists as one."""
    wanted = asked(queries.SORTS, "since", "desc")
    return render_template("suppression/everyone.html", page=queries.page(wanted), our_number=_our_number())


@bp.route("/suppression/add", methods=["GET", "POST"])
@needs(Role.ADMIN)
def add() -> ResponseReturnValue:
    """By hand, for somebody who asked in another way than by text."""
    form = AddForm()
    if form.validate_on_submit():
        try:
            with act("suppression.added", who()) as trace:
                row = actions.add_by_hand(form.name.data, form.phone.phone.e164, form.reason.data or None, who())
                trace.about = _ending(row.phone)
        except Taken:
            form.phone.errors = [*form.phone.errors, "This number is on the list already."]
        else:
            flash(f"{form.phone.phone.pretty} gets no more texts.", "success")
            return redirect(url_for("suppression.everyone"), 303)
    return render_template("suppression/add.html", form=form), 422 if form.errors else 200


@bp.post("/suppression/<kind>/<int:id>/delete")
@needs(Role.ADMIN)
def delete(kind: str, id: int) -> ResponseReturnValue:
    """Off the list, unless only the phone's owner can do that."""
    try:
        with act("suppression.removed", who()) as trace:
            entry = actions.remove(kind, id, who())
            trace.about, trace.details = _ending(entry.phone), {"why": entry.why, "source": entry.source}
    except actions.Gone:
        abort(404)
    except actions.OnlyThey:
        flash(f"Only they can undo this, by texting START to {_our_number()}.", "error")
    else:
        flash(_taken_off(entry.phone), "success")
    return redirect(url_for("suppression.everyone"), 303)


def _taken_off(phone: str) -> str:
    """A number may stand on both lists; then it is still left out."""
    still = queries.is_left_out(phone)
    if still:
        return f"That is taken off. {pretty(phone)} is still left out: {LEFT_OUT_WORDS[still][0].lower()}."
    return f"{pretty(phone)} is off the list and may be texted again."


def _our_number() -> str:
    """The number people text."""
    return pretty(current_app.extensions["settings"].sender)


def _ending(phone: str) -> str:
    """Enough to recognise a number in the audit, too little to text it."""
    return f"number ending in {phone[-4:]}"
