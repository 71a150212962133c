"""The list of keywords, and adding one."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import UniqueViolation
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.keywords import queries
from app.keywords.actions import keyword_rules as actions
from app.keywords.forms.keyword_form import KeywordForm
from app.keywords.views.blueprint import bp
from app.keywords.views.keyword_editing import build_keyword_form_context
from app.keywords.views.keyword_labels import list_built_in_keywords
from app.keywords.views.keyword_templates import add_chosen_template


@bp.get("")
@permission_required(Permission.SEE_REPLIES, for_everybody=True)
def list_keywords() -> ResponseReturnValue:
    """List all keywords, and the words that are built in."""
    page = queries.paginate_keywords(list_params(queries.KEYWORD_SORT_KEYS, "keyword"))
    return render_template("keywords/list.html", page=page, built_in=list_built_in_keywords())


@bp.route("/add", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_REPLIES, for_everybody=True)
def add_keyword() -> ResponseReturnValue:
    form = KeywordForm()
    if not add_chosen_template(form) and form.validate_on_submit():
        try:
            with audited_write("keyword.added", current_username()) as trace:
                row = actions.create_keyword_rule(
                    form.keyword_info, form.folded_aliases, current_username()
                )
                trace.about = f"keyword {row.id}"
                trace.details = {"keyword": row.keyword}
        except UniqueViolation:
            form.add_taken_errors()
        else:
            flash(f"{row.keyword} was added.", "success")
            return redirect(url_for("keywords.list_keywords"), 303)
    page = render_template("keywords/add.html", form=form, **build_keyword_form_context())
    return page, 422 if form.errors else 200
