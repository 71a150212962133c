"""The texts of due steps, written by the functions that write blasts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.blasts.queries.field_fillings import load_filling
from app.blasts.queries.reader_loading import build_language_texts, load_blast_readers
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedText,
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
    names = find_display_names(list(phones))
    recipients = [BlastRecipient(names.get(phone), phone, None) for phone in phones]
    # An event's values only where an event started it; others have nothing to fill in.
    target = BlastTarget.COMMUNITY if event_id is None else BlastTarget.EVENT
    texts = build_language_texts(step.body, footer, step.translations, target, event_id, moment)
    rendered = render_in_languages(
        recipients,
        texts,
        load_blast_readers(recipients, step.translations),
        filling=load_filling(recipients, step.body, *step.translations.values()),
    )
    return {text.phone: text for text in skip_too_long_texts(rendered).texts}


def find_step_versions(step: SequenceStep) -> Mapping[str | None, int | None]:
    """Return the template version of a step's text by its language; the body's is at None."""
    versions = {None: find_version_of_text(step.body)}
    translated = {tag: find_version_of_text(text) for tag, text in step.translations.items()}
    return versions | translated
