"""The compose page and its live part: people, segments and the text as each one reads it."""

import threading
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audiences.queries.audience_overlap import count_overlap, describe_overlap
from app.audiences.queries.reached_parts import is_audience_reached
from app.blasts.forms.audience_fields import translate_audience_fields
from app.blasts.forms.compose import ComposeForm
from app.blasts.models import StoredDraft
from app.blasts.queries.compose_preview import (
    ComposePreview,
    PreviewRequest,
    build_compose_preview,
)
from app.blasts.queries.field_fillings import list_field_chips
from app.blasts.queries.results_audience import describe_results_audience
from app.blasts.views.blueprint import bp
from app.core.access import permission_required
from app.core.permission_checks import is_reached
from app.core.scope_conditions import get_list_scope
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.template_chips import EVENT_CHIPS, NAME_CHIPS, ORGANISATION_CHIPS
from app.domain.texts.template_purposes import TemplatePurpose
from app.domain.texts.whole_numbers import parse_id, parse_whole_number
from app.events.queries import events
from app.message_templates.queries.translation_choices import load_translation_choices
from app.organisation import queries as organisation

MAX_POSITION_DIGITS = 7
BUSY_RETRY_SECONDS = "1"

# Users whose preview is being computed in this process: at most one at a time for each.
_busy_users: set[int] = set()
_busy_users_lock = threading.Lock()


@dataclass(frozen=True)
class AudienceLine:
    """What stands after "To:": whom the text is for, without their number.

    `overlap`: how many people are on each list, and on several.
    """

    label: str
    is_chosen: bool = True
    overlap: str = ""


@dataclass(frozen=True)
class ComposePlace:
    """The draft that a compose page shows; without one the page is of a new blast.

    `edited`: the scheduled blast that the draft changes. `note`: what is said above the form.
    """

    draft: StoredDraft | None = None
    edited: ScheduledMessage | None = None
    note: str = ""

    @property
    def action_url(self) -> str:
        """Where the form is sent: it stores the draft, and shows the review."""
        if self.draft is None:
            return url_for("blasts.start_draft")
        return url_for("blasts.edit_draft", draft_id=self.draft.id)


NEW_PLACE = ComposePlace()
UNREACHED_LINE = AudienceLine("Choose people of your groups and events", is_chosen=False)


def render_compose_page(
    form: ComposeForm, place: ComposePlace = NEW_PLACE, *, shows_lists: bool = False
) -> str:
    """Return the page of a form with everything that was typed; `shows_lists`: unfolded."""
    form.load_choices()
    live = _build_live_context(form, place.action_url)
    return render_template(
        "blasts/compose.html",
        form=form,
        place=place,
        shows_lists=shows_lists,
        footer=organisation.get_organisation().footer.strip(),
        texts=load_translation_choices(
            list(form.translation_fields),
            (TemplatePurpose.BLAST, TemplatePurpose.REMINDER),
            first_language=form.first_language,
            tokens=[*NAME_CHIPS, *ORGANISATION_CHIPS, *list_field_chips()],
            event_tokens=EVENT_CHIPS if form.has_event_choices else (),
            action=live["edit_url"],
        ),
        **live,
    )


@bp.post("/preview")
@permission_required(Permission.SEND_TEXTS)
def preview_blast() -> ResponseReturnValue:
    """Return the live part of the compose page for what is typed; nothing is stored."""
    user_id = current_user.id
    with _busy_users_lock:
        if user_id in _busy_users:
            return Response(status=429, headers={"Retry-After": BUSY_RETRY_SECONDS})
        _busy_users.add(user_id)
    try:
        form = ComposeForm(translate_audience_fields(request.form))
        context = _build_live_context(form, _find_action_url())
        return render_template("blasts/_preview.html", form=form, **context)
    finally:
        with _busy_users_lock:
            _busy_users.discard(user_id)


def _find_action_url() -> str:
    """Return where the form of the page that asks for its preview is sent."""
    draft_id = parse_id(request.form.get("draft_id", ""))
    if draft_id is None:
        return NEW_PLACE.action_url
    return url_for("blasts.edit_draft", draft_id=draft_id)


def _build_live_context(form: ComposeForm, action_url: str) -> dict[str, Any]:
    may_show = _is_audience_reached(form)
    return {
        "line": _describe_audience_line(form) if may_show else UNREACHED_LINE,
        "preview": _build_preview(form) if may_show else ComposePreview(0, 0),
        "edit_url": f"{action_url}?edit=1",
    }


def _is_audience_reached(form: ComposeForm) -> bool:
    """Whether the user may be shown which of their people read the text, and how many others."""
    if get_list_scope().is_everybody:
        return True
    if form.is_for_results:
        return form.selected_results is not None
    if not form.is_for_lists:
        is_for_event = form.target.data == BlastTarget.EVENT
        return is_for_event and is_reached("event_id", form.selected_event_id or 0)
    return is_audience_reached(form.chosen_lists)


def _build_preview(form: ComposeForm) -> ComposePreview:
    is_for_event = form.target.data == BlastTarget.EVENT and not form.is_for_results
    return build_compose_preview(
        PreviewRequest(
            form.draft_target,
            form.selected_event_id if is_for_event else None,
            form.previewed_people,
            form.message_body.data or "",
            form.selected_footer,
            bool(form.plain_names.data),
            _parse_position(),
            form.translations,
        )
    )


def _describe_audience_line(form: ComposeForm) -> AudienceLine:
    """Return whom the draft is for, and how many that are, on one line."""
    if problem := form.people_problem:
        return AudienceLine(problem, is_chosen=False)
    if form.is_for_results:
        results_of = form.selected_results
        described = describe_results_audience(results_of) if results_of else None
        if described is None:
            return AudienceLine("Choose who gets it", is_chosen=False)
        return AudienceLine(described.label)
    if form.is_for_lists:
        return _describe_lists(form)
    if form.target.data != BlastTarget.EVENT:
        return AudienceLine("Everybody in the community")
    event = events.find_event(form.selected_event_id)
    if event is None:
        return AudienceLine("Choose an event", is_chosen=False)
    return AudienceLine(event.title)


def _describe_lists(form: ComposeForm) -> AudienceLine:
    audience = form.chosen_lists
    if not audience.rule.included:
        return AudienceLine("Choose who gets it", is_chosen=False)
    overlap = describe_overlap(audience, count_overlap(audience))
    return AudienceLine(audience.addressee, overlap=overlap)


def _parse_position() -> int:
    """Return which person reads the preview, from 0; the buttons send it."""
    return parse_whole_number(request.form.get("person", ""), MAX_POSITION_DIGITS) or 0
