"""Changing and deleting a keyword."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import UniqueViolation
from app.core.local_formats import get_display_timezone
from app.core.settings import current_settings
from app.domain.accounts.permissions import Permission
from app.domain.texts.template_chips import EVENT_CHIPS, ORGANISATION_CHIPS
from app.keywords import queries
from app.keywords.actions import keyword_rules as actions
from app.keywords.forms.keyword_form import KeywordForm
from app.keywords.forms.keyword_form_data import build_keyword_form_data
from app.keywords.models import KeywordRule
from app.keywords.views.blueprint import bp
from app.keywords.views.keyword_labels import describe_group_problem
from app.keywords.views.keyword_templates import add_chosen_template, list_reply_templates
from app.trash.actions.keeping import Deletion, keep_in_trash
from app.trash.deletion_message import flash_deletion
from app.trash.models import TrashKind

NAME_TOKENS = [("{first_name|friend}", "First name"), *ORGANISATION_CHIPS]


def build_keyword_form_context() -> dict[str, Any]:
    """Return what the fields of a keyword need besides the form."""
    return {
        "tokens": NAME_TOKENS,
        "event_tokens": EVENT_CHIPS,
        "zone": get_display_timezone(),
        "templates": list_reply_templates(),
    }


@bp.route("/<int:rule_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_REPLIES, for_everybody=True)
def edit_keyword(rule_id: int) -> ResponseReturnValue:
    """Change a keyword; admins can delete it here."""
    rule = queries.find_keyword_rule(rule_id) or abort(404)
    values = build_keyword_form_data(rule, queries.find_keyword_aliases(rule))
    form = KeywordForm(rule_id, data=values)
    if not add_chosen_template(form) and form.validate_on_submit():
        try:
            with audited_write("keyword.changed", current_username()) as trace:
                trace.about = f"keyword {rule_id}"
                changed_fields = actions.update_keyword_rule(
                    rule_id, form.keyword_info, form.folded_aliases
                )
                trace.details = {"changed": changed_fields}
        except UniqueViolation:
            form.add_taken_errors()
        else:
            flash("Saved.", "success")
            return redirect(url_for("keywords.list_keywords"), 303)
    page = render_template(
        "keywords/edit.html",
        form=form,
        rule=rule,
        group_problem=describe_group_problem(rule),
        has_practice_phones=current_settings().carrier == "sandbox",
        **build_keyword_form_context(),
    )
    return page, 422 if form.errors else 200


@bp.post("/<int:rule_id>/delete")
@permission_required(Permission.DELETE_THINGS, for_everybody=True)
def delete_keyword(rule_id: int) -> ResponseReturnValue:
    """Delete a keyword; all its words are free again."""
    with audited_write("keyword.deleted", current_username()) as trace:
        rule = actions.get_keyword_rule_for_update(rule_id)
        deletion = Deletion(TrashKind.KEYWORD, rule.keyword, trace.who, trace.user_id)
        item_id = keep_in_trash(deletion, KeywordRule, [rule_id])
        row = actions.delete_keyword_rule(rule_id)
        trace.about = f"keyword {rule_id}"
        trace.details = {"keyword": row.keyword, "uses": row.match_count}
    sentence = f"{row.keyword} was deleted. Texts with this word now go to your inbox."
    flash_deletion(sentence, item_id)
    return redirect(url_for("keywords.list_keywords"), 303)
