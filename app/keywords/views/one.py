"""One keyword: changed, deleted."""

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.db import UniqueViolation
from app.core.template_filters import get_display_timezone
from app.domain.delivery.skip_reasons import Role
from app.domain.texts.message_templates import EVENT_PLACEHOLDERS
from app.keywords import queries
from app.keywords.actions import rules as actions
from app.keywords.forms import KeywordForm, as_typed
from app.keywords.views.room import bp

TOKENS = [("{first_name|friend}", "First name")]
TOKENS_OF_EVENT = [
    (f"{{{token}}}", label) for token, label in EVENT_PLACEHOLDERS.items()
]


def fields() -> dict[str, Any]:
    """What the fields of a keyword need besides the form."""
    return {
        "tokens": TOKENS,
        "event_tokens": TOKENS_OF_EVENT,
        "zone": get_display_timezone(),
    }


@bp.route("/<int:rule_id>/edit", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def edit(rule_id: int) -> ResponseReturnValue:
    """Another word, answer or effect; for admins also the way to delete it."""
    rule = queries.rule(rule_id) or abort(404)
    form = KeywordForm(
        rule_id, data=as_typed(rule, queries.aliases_of([rule_id]).get(rule_id, []))
    )
    if form.validate_on_submit():
        try:
            with audited_write("keyword.changed", current_username()) as trace:
                trace.about = f"keyword {rule_id}"
                trace.details = {
                    "changed": actions.change(rule_id, form.rule, form.other_words)
                }
        except UniqueViolation:
            form.say_taken()
        else:
            flash("Saved.", "success")
            return redirect(url_for("keywords.everything"), 303)
    practice = current_app.extensions["settings"].carrier == "sandbox"
    page = render_template(
        "keywords/edit.html", form=form, rule=rule, practice=practice, **fields()
    )
    return page, 422 if form.errors else 200


@bp.post("/<int:rule_id>/delete")
@roles_required(Role.ADMIN)
def delete(rule_id: int) -> ResponseReturnValue:
    """The keyword and all its words: they are free again."""
    with audited_write("keyword.deleted", current_username()) as trace:
        row = actions.remove(rule_id)
        trace.about, trace.details = (
            f"keyword {rule_id}",
            {"keyword": row.keyword, "uses": row.match_count},
        )
    flash(
        f"{row.keyword} is deleted. Whoever texts it now is answered by a person.",
        "success",
    )
    return redirect(url_for("keywords.everything"), 303)
