"""All sandbox phones: open one, write as a stranger, simulate replies to a blast."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.community.queries import paginate_members
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.pagination import SearchResultPage, list_params
from app.delivery.carriers.sandbox_phone_storage import (
    count_changed_phones,
    count_pending_replies,
    reset_phone_behaviours,
)
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.organisation.queries import get_organisation_region
from app.sandbox.actions.sandbox_phones import queue_text_from_phone
from app.sandbox.actions.simulated_replies import queue_simulated_replies
from app.sandbox.forms import (
    BEHAVIOUR_LABELS,
    OpenPhoneForm,
    SimulatedRepliesForm,
    StrangerTextForm,
)
from app.sandbox.queries.sandbox_phones import (
    generate_unknown_number,
    list_phone_rows,
    list_recent_phones,
)
from app.sandbox.views.blueprint import bp, dispatch_text_or_flash, get_sender_number

REPLY_TIME_TEXT = "30 seconds"


@bp.get("")
@permission_required(Permission.SEND_TEXTS, for_everybody=True, with_numbers=True)
def list_phones() -> ResponseReturnValue:
    """List everybody whose phone can be opened."""
    return _render_phone_list()


@bp.get("/open")
@permission_required(Permission.SEND_TEXTS, for_everybody=True, with_numbers=True)
def open_phone_by_number() -> ResponseReturnValue:
    """Open the phone with the number that was typed."""
    form = OpenPhoneForm(request.args)
    if form.validate():
        return redirect(url_for("sandbox.show_phone", digits=form.phone.phone.e164[1:]), 303)
    return _render_phone_list(open_form=form), 422


@bp.get("/try")
@permission_required(Permission.SEND_TEXTS, for_everybody=True, with_numbers=True)
def open_phone_with_text() -> ResponseReturnValue:
    """Open a phone on which the parameter `text` is typed already."""
    text = request.args.get("text", "")
    digits = _choose_phone()[1:]
    return redirect(url_for("sandbox.show_phone", digits=digits, text=text), 303)


def _choose_phone() -> str:
    """Return the phone that was used last, else a member's, else an unknown number."""
    recent = list_recent_phones("")
    if recent:
        return recent[0].phone
    members = _load_member_page().rows
    if members:
        return str(members[0].phone)
    return generate_unknown_number()


@bp.post("/working")
@permission_required(Permission.SEND_TEXTS, for_everybody=True, with_numbers=True)
def reset_all_phones() -> ResponseReturnValue:
    """Let every phone work again."""
    with audited_write("sandbox.all_working", current_username()) as trace:
        trace.details["phones"] = reset_phone_behaviours()
    flash("All phones reset.", "success")
    return redirect(url_for("sandbox.list_phones"), 303)


@bp.post("/stranger")
@permission_required(Permission.SEND_TEXTS, for_everybody=True, with_numbers=True)
def send_text_from_stranger() -> ResponseReturnValue:
    """Send a text from a number that is on no list."""
    form = StrangerTextForm()
    if not form.validate():
        return _render_phone_list(stranger_form=form), 422
    number = generate_unknown_number()
    with audited_write("sandbox.stranger", current_username()) as trace:
        sid = queue_text_from_phone(number, get_sender_number(), str(form.body.data))
        trace.about = sid
    dispatch_text_or_flash(sid)
    return redirect(url_for("sandbox.show_phone", digits=number[1:]), 303)


@bp.post("/crowd")
@permission_required(Permission.SEND_TEXTS, for_everybody=True, with_numbers=True)
def simulate_replies() -> ResponseReturnValue:
    """Let some of the people who have a blast reply to it, one after the other."""
    form = SimulatedRepliesForm()
    if not form.validate():
        return _render_phone_list(replies_form=form), 422
    with audited_write("sandbox.crowd", current_username()) as trace:
        count = queue_simulated_replies(
            form.blast_id, form.reply_shares, get_sender_number(), now()
        )
        trace.about = f"blast {form.blast_id}"
        trace.details = {"answers": count}
    _flash_reply_count(count)
    return redirect(url_for("sandbox.list_phones"), 303)


def _flash_reply_count(count: int) -> None:
    if count == 0:
        flash(
            "No phone has received this blast yet. Wait for delivery, then simulate replies.",
            "info",
        )
        return
    verb = "answers" if count == 1 else "answer"
    flash(f"{pluralize(count, 'phone')} {verb} within {REPLY_TIME_TEXT}.", "success")


def _load_member_page() -> SearchResultPage:
    return paginate_members(list_params(("name",), "name"), get_organisation_region())


def _render_phone_list(
    open_form: OpenPhoneForm | None = None,
    stranger_form: StrangerTextForm | None = None,
    replies_form: SimulatedRepliesForm | None = None,
) -> str:
    page = _load_member_page()
    recent = []
    if page.number == 1:
        recent = list_recent_phones(page.search)
    return render_template(
        "sandbox/phones.html",
        page=page,
        everybody=list_phone_rows([(member.phone, member.name) for member in page.rows]),
        recent=recent,
        open_form=open_form or OpenPhoneForm(formdata=None),
        stranger_form=stranger_form or StrangerTextForm(formdata=None),
        replies_form=replies_form or SimulatedRepliesForm(formdata=None),
        pending_count=count_pending_replies(),
        changed_count=count_changed_phones(),
        behaviour_labels=BEHAVIOUR_LABELS,
    )
