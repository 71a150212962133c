"""The list of keywords, and a new one."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.db import UniqueViolation
from app.core.pagination import list_params
from app.keywords import queries
from app.keywords.actions import rules as actions
from app.keywords.forms import KeywordForm
from app.keywords.views.one import fields
from app.keywords.views.room import bp
from app.keywords.views.words import built_in


@bp.get("")
@roles_required(*ALL_ROLES)
def everything() -> ResponseReturnValue:
    """Every keyword with how often it was used, and the words that are built in."""
    page = queries.page(list_params(queries.SORTS, "keyword"))
    return render_template("keywords/everything.html", page=page, built_in=built_in())


@bp.route("/add", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def add() -> ResponseReturnValue:
    """A new keyword."""
    form = KeywordForm()
    if form.validate_on_submit():
        try:
            with audited_write("keyword.added", current_username()) as trace:
                row = actions.add(form.rule, form.other_words, current_username())
                trace.about, trace.details = (
                    f"keyword {row.id}",
                    {"keyword": row.keyword},
                )
        except UniqueViolation:
            form.say_taken()
        else:
            flash(f"{row.keyword} is added.", "success")
            return redirect(url_for("keywords.everything"), 303)
    return render_template(
        "keywords/add.html", form=form, **fields()
    ), 422 if form.errors else 200
