"""Actions for many members at once: delete, put on the do-not-text list, export."""

from collections.abc import Callable, Iterator, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write, build_name_details, format_ids
from app.community import queries
from app.community.deleted_members import move_members_to_trash
from app.community.forms import MemberSelection, read_member_selection
from app.community.views.blueprint import bp
from app.community.views.member_export import send_members_as_csv
from app.core.access import current_username, parse_local_path, permission_required
from app.core.recent_sign_in import guarded_download
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.suppression.actions.opt_outs import record_opt_out
from app.trash.deletion_message import flash_deletion

# So many opt-outs a transaction: nothing else can be written while one is open.
OPT_OUTS_PER_WRITE = 1_000
NOBODY_CHOSEN = "Select at least one person first."


@bp.post("/community/bulk-delete")
@permission_required(Permission.MANAGE_PEOPLE)
def delete_selected_members() -> ResponseReturnValue:
    """Delete the selected members; for a whole list, ask first."""
    return _act_on_selection(
        _delete_members,
        "Delete {people}?",
        "They are removed from the community. Message history is kept. You can put them back for"
        " 30 days.",
        "Delete {people}",
    )


@bp.post("/community/bulk-do-not-text")
@permission_required(Permission.UPDATE_PEOPLE)
def unsubscribe_selected_members() -> ResponseReturnValue:
    """Put the selected members on the do-not-text list; for a whole list, ask first."""
    return _act_on_selection(
        _unsubscribe_members,
        "Stop texting {people}?",
        "They are added to the do-not-text list and skipped in every blast from now on.",
        "Add {people} to the list",
    )


@bp.post("/community/bulk-export")
@permission_required(Permission.EXPORT)
@guarded_download
def export_selected_members() -> ResponseReturnValue:
    """Download the selected members as a CSV file."""
    selection = read_member_selection(request.form)
    if not selection.ids:
        return _refuse_empty_selection()
    return send_members_as_csv(selection.ids)


def _act_on_selection(
    act: Callable[[Sequence[int]], None], question: str, consequence: str, label: str
) -> ResponseReturnValue:
    """Do `act`, which says what it did, for the selection, or show the page that asks first."""
    selection = read_member_selection(request.form)
    if not selection.ids:
        return _refuse_empty_selection()
    if selection.is_everyone and not request.form.get("confirm"):
        return _render_question(selection, question, consequence, label)
    act(selection.ids)
    return redirect(_get_return_url(), 303)


def _refuse_empty_selection() -> ResponseReturnValue:
    flash(NOBODY_CHOSEN, "error")
    return redirect(_get_return_url(), 303)


def _render_question(
    selection: MemberSelection, question: str, consequence: str, label: str
) -> str:
    """Ask before an act on many members, with everything that was chosen."""
    people = pluralize(len(selection.ids), "person", "people")
    return render_template(
        "community/bulk_question.html",
        question=question.format(people=people),
        consequence=consequence,
        label=label.format(people=people),
        fields=selection.fields,
        return_url=_get_return_url(),
    )


def _delete_members(member_ids: Sequence[int]) -> None:
    """Delete the chosen members, with their line in the audit."""
    with audited_write("members.deleted", current_username()) as trace:
        people = queries.find_names_and_phones(member_ids)
        count, item_id = move_members_to_trash(member_ids, trace.who, trace.user_id)
        trace.about = format_ids(member_ids)
        trace.details = {"count": count, **build_name_details(people)}
    verb = "was" if count == 1 else "were"
    flash_deletion(f"{pluralize(count, 'person', 'people')} {verb} deleted.", item_id)


def _unsubscribe_members(member_ids: Sequence[int]) -> None:
    count = sum(map(_unsubscribe_batch, _split_batches(member_ids)))
    people = pluralize(count, "person is", "people are")
    known_count = len(member_ids) - count
    more = f" {known_count:,} already were." if known_count else ""
    flash(f"{people} now on the do-not-text list.{more}", "success")


def _split_batches(member_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(member_ids), OPT_OUTS_PER_WRITE):
        yield member_ids[start : start + OPT_OUTS_PER_WRITE]


def _unsubscribe_batch(member_ids: Sequence[int]) -> int:
    """Record the opt-outs of some members, and return how many are new."""
    actor = current_username()
    with audited_write("members.unsubscribed", actor) as trace:
        people = queries.find_names_and_phones(member_ids)
        count = 0
        for name, phone in people:
            count += record_opt_out(phone, source="community", name=name, actor=actor)
        trace.about = format_ids(member_ids)
        trace.details = {"count": count, **build_name_details(people)}
    return count


def _get_return_url() -> str:
    return parse_local_path(request.form.get("next")) or url_for("community.list_members")
