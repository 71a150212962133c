"""The texts of due steps, written by the functions that write blasts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.blasts.queries.field_fillings import load_filling
from app.blasts.queries.reader_loading import build_language_texts, load_blast_readers
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    RenderedText,
    count_segments_with,
    render_in_languages,
    skip_too_long_texts,
)
from app.domain.delivery.message_statuses import BlastTarget
from app.events.queries.contact_names import find_display_names
from app.message_templates.queries.template_texts import find_version_of_text
from app.sequences.models import SequenceStep


def render_step(
    step: SequenceStep,
    footer: str | None,
    event_id: int | None,
    phones: Sequence[str],
    moment: datetime,
) -> dict[str, RenderedText]:
    """Return the text of a step for each of these numbers, each in the language of its reader.

    `event_id`: the event whose values it may name. A text that would be empty or too long has a
    reason to be skipped. Raises FieldNotTextable.
    """
    blast = skip_too_long_texts(_render(step, footer, event_id, phones, moment))
    return {text.phone: text for text in blast.texts}


def count_step_segments(
    step: SequenceStep,
    footer: str | None,
    event_id: int | None,
    phones: Sequence[str],
    moment: datetime,
) -> int:
    """Return the segments of a step for these numbers, to none of whom it is the first text."""
    blast = _render(step, footer, event_id, phones, moment)
    return count_segments_with(
        blast, blast.sendable_texts, blast.language_texts, has_introductions=False
    )


def _render(
    step: SequenceStep,
    footer: str | None,
    event_id: int | None,
    phones: Sequence[str],
    moment: datetime,
) -> RenderedBlast:
    names = find_display_names(list(phones))
    recipients = [BlastRecipient(names.get(phone), phone, None) for phone in phones]
    # An event's values only where an event started it; others have nothing to fill in.
    target = BlastTarget.COMMUNITY if event_id is None else BlastTarget.EVENT
    texts = build_language_texts(step.body, footer, step.translations, target, event_id, moment)
    return render_in_languages(
        recipients,
        texts,
        load_blast_readers(recipients, step.translations),
        filling=load_filling(recipients, step.body, *step.translations.values()),
    )


def find_step_versions(step: SequenceStep) -> Mapping[str | None, int | None]:
    """Return the template version of a step's text by its language; the body's is at None."""
    versions = {None: find_version_of_text(step.body)}
    translated = {tag: find_version_of_text(text) for tag, text in step.translations.items()}
    return versions | translated
