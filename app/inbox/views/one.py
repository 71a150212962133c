"""One conversation: its page, its live part, and the reply."""

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.domain.texts.message_templates import NAME_PLACEHOLDERS, fill_template
from app.inbox import queries
from app.inbox.actions import talking
from app.inbox.forms import AssignForm, ReplyForm, new_token
from app.inbox.models import Thread
from app.inbox.views import room
from app.inbox.views.listing import listed
from app.inbox.views.room import bp
from app.suppression.queries import history, open_question

INSERTED = [
    (f"{{{token}|friend}}", label)
    for token, label in NAME_PLACEHOLDERS.items()
    if token == "first_name"
]


def found(thread_id: int) -> Thread:
    """The thread of an address."""
    return queries.thread(thread_id) or abort(404)


@bp.get("/<int:thread_id>")
@roles_required(*ALL_ROLES)
def one(thread_id: int) -> ResponseReturnValue:
    """What was said, and room for an answer. Looking changes nothing."""
    form = ReplyForm(formdata=None)
    form.client_token.data = new_token()
    return page(found(thread_id), form)


def page(thread: Thread, form: ReplyForm) -> str:
    """The page of a conversation, with whatever has been typed into its form."""
    person = queries.person(thread.phone)
    name = person.names[0] if person.names else queries.name_of(thread.phone)
    return render_template(
        "inbox/one.html",
        thread=thread,
        talk=queries.conversation(thread, _before()),
        person=person,
        name=name,
        clocks=person.about.clocks(now()),
        why_not=queries.why_not(thread.phone),
        question=open_question(thread.phone),
        consent=next(iter(history(thread.phone, 1)), None),
        form=form,
        assign=AssignForm(formdata=None, to=thread.assigned_to or ""),
        saved=[
            (each, fill_template(each.body, name)) for each in queries.saved_replies()
        ],
        tokens=INSERTED,
        **listed(thread.id),
    )


def _before() -> int | None:
    typed = request.args.get("before", "")
    return (
        int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
    )


@bp.get("/<int:thread_id>/live")
@roles_required(*ALL_ROLES, json=True)
def one_live(thread_id: int) -> ResponseReturnValue:
    """The newest texts as they are now; 204 when they are what `mark` says."""
    thread = found(thread_id)
    talk, why = queries.conversation(thread), queries.why_not(thread.phone)
    could = request.args.get("box", "")
    if request.args.get("mark") == talk.mark and could == box(why):
        return "", 204
    return render_template(
        "inbox/_live.html",
        thread=thread,
        talk=talk,
        changed=could != box(why),
        could=could,
    )


@bp.app_template_filter("inbox_box")
def box(why: queries.WhyNot | None) -> str:
    """What a page remembers of whether they may be written to, so that it can say when that has
    changed.
    """
    return why.reason if why else ""


@bp.post("/<int:thread_id>/reply")
@roles_required(*ALL_ROLES)
def reply(thread_id: int) -> ResponseReturnValue:
    """Send it; or, with one of the saved replies chosen, put that into the box."""
    thread, form = found(thread_id), ReplyForm()
    form.name = queries.name_of(thread.phone)
    if chosen := _chosen():
        form.body.data = "\n".join(
            filter(None, [form.body.data, fill_template(chosen, form.name)])
        )
        return page(thread, form)
    if not form.validate():
        return page(thread, form), 422
    try:
        _send(thread, form)
    except talking.NotTexted as error:
        form.body.errors = [
            *form.body.errors,
            f"{error.why.words}. {error.why.what_to_do}",
        ]
        return page(thread, form), 422
    return room.to_thread(thread_id)


def _chosen() -> str | None:
    typed = request.form.get("saved", "")
    row = (
        queries.saved_reply(int(typed))
        if typed.isascii() and typed.isdigit() and len(typed) < 19
        else None
    )
    return row.body if row else None


def _send(thread: Thread, form: ReplyForm) -> None:
    written = talking.Reply(form.filled, form.name, form.token, current_username())
    with audited_write("thread.replied", current_username()) as trace:
        trace.about = f"thread {thread.id}"
        trace.details["new"] = talking.reply(thread.id, written, now())
    flash("Your reply is on its way.", "success")
