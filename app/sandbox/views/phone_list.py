"""All the practice phones: pick one, be a stranger, let the crowd answer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.community.queries import SearchResultPage
from app.community.queries import paginate_members as community_page
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.pagination import list_params
from app.domain.texts.plurals import pluralize
from app.organisation.queries import get_organisation_region
from app.sandbox import actions, queries
from app.sandbox.forms import (
    BEHAVIOUR_LABELS,
    OpenPhoneForm,
    SimulatedRepliesForm,
    StrangerTextForm,
)
from app.sandbox.views.blueprint import bp, dispatch_text_or_flash, get_sender_number

REPLY_TIME_TEXT = "30 seconds"


@bp.get("")
@roles_required(*ALL_ROLES)
def list_phones() -> ResponseReturnValue:
    """Everybody whose phone can be played."""
    return _render_phone_list()


@bp.get("/open")
@roles_required(*ALL_ROLES)
def open_phone_by_number() -> ResponseReturnValue:
    """The phone of whoever has the number that was typed."""
    form = OpenPhoneForm(request.args)
    if form.validate():
        return redirect(url_for("sandbox.show_phone", digits=form.phone.phone.e164[1:]), 303)
    return _render_phone_list(open_form=form), 422


@bp.get("/try")
@roles_required(*ALL_ROLES)
def open_phone_with_text() -> ResponseReturnValue:
    """A phone on which `text` is typed already: the one that was played last, or somebody's of
    the community.
    """
    known = queries.list_recent_phones("") or queries.list_phone_rows(
        [(row.phone, row.name) for row in _load_member_page().rows[:1]]
    )
    digits = known[0].digits if known else queries.generate_unknown_number()[1:]
    return redirect(
        url_for("sandbox.show_phone", digits=digits, text=request.args.get("text", "")),
        303,
    )


@bp.post("/working")
@roles_required(*ALL_ROLES)
def reset_all_phones() -> ResponseReturnValue:
    """All phones work again."""
    with audited_write("sandbox.all_working", current_username()) as trace:
        trace.details["phones"] = actions.reset_phone_behaviours()
    flash("All phones work again.", "success")
    return redirect(url_for("sandbox.list_phones"), 303)


@bp.post("/stranger")
@roles_required(*ALL_ROLES)
def send_text_from_stranger() -> ResponseReturnValue:
    """Somebody writes whose number nobody here knows."""
    form, number = StrangerTextForm(), queries.generate_unknown_number()
    if not form.validate():
        return _render_phone_list(stranger_form=form), 422
    with audited_write("sandbox.stranger", current_username()) as trace:
        trace.about = sid = actions.queue_text_from_phone(
            number, get_sender_number(), str(form.body.data)
        )
    dispatch_text_or_flash(sid)
    return redirect(url_for("sandbox.show_phone", digits=number[1:]), 303)


@bp.post("/crowd")
@roles_required(*ALL_ROLES)
def simulate_replies() -> ResponseReturnValue:
    """Some of the people who have a blast answer it, one after the other."""
    form = SimulatedRepliesForm()
    if not form.validate():
        return _render_phone_list(replies_form=form), 422
    with audited_write("sandbox.crowd", current_username()) as trace:
        count = actions.queue_simulated_replies(
            form.blast_id, form.reply_shares, get_sender_number(), now()
        )
        trace.about, trace.details = f"blast {form.blast_id}", {"answers": count}
    flash(*_describe_reply_count(count))
    return redirect(url_for("sandbox.list_phones"), 303)


def _describe_reply_count(count: int) -> tuple[str, str]:
    if not count:
        return (
            "No phone has got this blast yet. Wait until it is delivered, then let them answer.",
            "info",
        )
    return (
        f"{pluralize(count, 'phone')} {'answers' if count == 1 else 'answer'} within {REPLY_TIME_TEXT}.",
        "success",
    )


def _load_member_page() -> SearchResultPage:
    return community_page(list_params(("name",), "name"), get_organisation_region())


def _render_phone_list(
    open_form: OpenPhoneForm | None = None,
    stranger_form: StrangerTextForm | None = None,
    replies_form: SimulatedRepliesForm | None = None,
) -> str:
    page = _load_member_page()
    return render_template(
        "sandbox/phones.html",
        page=page,
        everybody=queries.list_phone_rows([(member.phone, member.name) for member in page.rows]),
        recent=queries.list_recent_phones(page.search) if page.number == 1 else [],
        open_form=open_form or OpenPhoneForm(formdata=None),
        stranger_form=stranger_form or StrangerTextForm(formdata=None),
        replies_form=replies_form or SimulatedRepliesForm(formdata=None),
        pending_count=queries.count_pending_replies(),
        changed_count=queries.count_changed_phones(),
        behaviour_labels=BEHAVIOUR_LABELS,
    )
