"""All the practice phones: pick one, be a stranger, let the crowd answer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.community.queries import SearchResultPage
from app.community.queries import page as community_page
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.pagination import list_params
from app.domain.delivery.cost_estimate import format_count
from app.organisation.queries import region
from app.sandbox import actions, queries
from app.sandbox.forms import MOODS, CrowdForm, StrangerForm, StrangersTextForm
from app.sandbox.views.room import bp, bring_in, our_number

WITHIN = "30 seconds"


@bp.get("")
@roles_required(*ALL_ROLES)
def phones() -> ResponseReturnValue:
    """Everybody whose phone can be played."""
    return _phones()


@bp.get("/open")
@roles_required(*ALL_ROLES)
def open_phone() -> ResponseReturnValue:
    """The phone of whoever has the number that was typed."""
    form = StrangerForm(request.args)
    if form.validate():
        return redirect(url_for("sandbox.phone", digits=form.phone.phone.e164[1:]), 303)
    return _phones(opened=form), 422


@bp.get("/try")
@roles_required(*ALL_ROLES)
def try_words() -> ResponseReturnValue:
    """A phone on which `text` is typed already: the one that was played last, or somebody's of
    the community.
    """
    known = queries.recent("") or queries.lines(
        [(row.phone, row.name) for row in _community().rows[:1]]
    )
    digits = known[0].digits if known else queries.stranger()[1:]
    return redirect(
        url_for("sandbox.phone", digits=digits, text=request.args.get("text", "")), 303
    )


@bp.post("/working")
@roles_required(*ALL_ROLES)
def all_working() -> ResponseReturnValue:
    """All phones work again."""
    with audited_write("sandbox.all_working", current_username()) as trace:
        trace.details["phones"] = actions.everybody_works()
    flash("All phones work again.", "success")
    return redirect(url_for("sandbox.phones"), 303)


@bp.post("/stranger")
@roles_required(*ALL_ROLES)
def stranger() -> ResponseReturnValue:
    """Somebody writes whose number nobody here knows."""
    form, number = StrangersTextForm(), queries.stranger()
    if not form.validate():
        return _phones(stranger=form), 422
    with audited_write("sandbox.stranger", current_username()) as trace:
        trace.about = sid = actions.write_back(
            number, our_number(), str(form.body.data)
        )
    bring_in(sid)
    return redirect(url_for("sandbox.phone", digits=number[1:]), 303)


@bp.post("/crowd")
@roles_required(*ALL_ROLES)
def crowd() -> ResponseReturnValue:
    """Some of the people who have a blast answer it, one after the other."""
    form = CrowdForm()
    if not form.validate():
        return _phones(crowd=form), 422
    with audited_write("sandbox.crowd", current_username()) as trace:
        count = actions.crowd_answers(form.log, form.parts, our_number(), now())
        trace.about, trace.details = f"blast {form.log}", {"answers": count}
    flash(*_answering(count))
    return redirect(url_for("sandbox.phones"), 303)


def _answering(count: int) -> tuple[str, str]:
    if not count:
        return (
            "No phone has got this blast yet. Wait until it is delivered, then let them answer.",
            "info",
        )
    return (
        f"{format_count(count, 'phone')} {'answers' if count == 1 else 'answer'} within {WITHIN}.",
        "success",
    )


def _community() -> SearchResultPage:
    return community_page(list_params(("name",), "name"), region())


def _phones(
    opened: StrangerForm | None = None,
    stranger: StrangersTextForm | None = None,
    crowd: CrowdForm | None = None,
) -> str:
    page = _community()
    return render_template(
        "sandbox/phones.html",
        page=page,
        everybody=queries.lines([(member.phone, member.name) for member in page.rows]),
        recent=queries.recent(page.search) if page.number == 1 else [],
        form=opened or StrangerForm(formdata=None),
        stranger=stranger or StrangersTextForm(formdata=None),
        crowd=crowd or CrowdForm(formdata=None),
        to_come=queries.to_come(),
        changed=queries.changed_moods(),
        moods=MOODS,
    )
