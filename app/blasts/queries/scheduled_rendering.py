"""The texts of a scheduled blast as its audience is now; of a test, the one text."""

from dataclasses import replace

from app.accounts.own_phone_queries import find_test_phone
from app.blasts.queries import audience
from app.blasts.queries.draft_tests import find_tested_language
from app.blasts.queries.field_fillings import load_filling
from app.blasts.queries.people_permission import get_stored_people
from app.blasts.queries.reader_loading import build_language_texts, load_blast_readers
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    render_in_languages,
    skip_too_long_texts,
)
from app.domain.time import reminder_timing
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
)


def render_scheduled_blast(blast: ScheduledMessage) -> RenderedBlast:
    """Return the texts of a due blast; of a test, one text or none without a test phone.

    Raises BlastEventNotFound and FieldNotTextable.
    """
    rendered = skip_too_long_texts(_render_for_audience(blast))
    if blast.test_mode:
        return _render_for_test_phone(rendered, blast)
    return rendered


def _render_for_audience(blast: ScheduledMessage) -> RenderedBlast:
    """Return the texts of a blast for everyone in its audience now."""
    registered_by = None
    if blast.event_reminder_id:
        registered_by = reminder_timing.compute_registration_cutoff(blast.scheduled_at)
    people_of = get_stored_people(blast)
    recipients = audience.fetch_recipients(blast.target, blast.event_id, registered_by, people_of)
    texts = build_language_texts(
        blast.message_body, blast.footer, blast.translations, blast.target, blast.event_id
    )
    return render_in_languages(
        recipients,
        texts,
        load_blast_readers(recipients, blast.translations),
        plain_names=blast.plain_names,
        filling=load_filling(recipients, blast.message_body, *blast.translations.values()),
    )


def _render_for_test_phone(rendered: RenderedBlast, blast: ScheduledMessage) -> RenderedBlast:
    """Return the text as the first of its readers gets it, for the test phone.

    Where no one reads the language of the test: as the first person of the audience.
    """
    phone = find_test_phone(blast.created_by)
    if phone is None:
        return replace(rendered, texts=())
    name = None
    filling, readers = rendered.filling, rendered.readers
    language = find_tested_language(blast.message_body, blast.translations)
    texts = rendered.texts_by_language.get(language) or rendered.sendable_texts
    if texts:
        first = texts[0]
        name, filling = first.name, filling.copy_for_phone(phone, first.phone)
        readers = readers.copy_for_phone(phone, first.phone)
    readers = replace(readers, languages={phone: language} if language else {})
    # Whoever put their own number there asks for the test.
    reason = find_suppression_reason(phone, PermissionPurpose.ANSWERING)
    test = render_in_languages(
        [BlastRecipient(name, phone, reason)],
        rendered.language_texts,
        readers,
        plain_names=blast.plain_names,
        filling=filling,
    )
    # The number is the user's, so a member's name never stands beside it.
    unnamed = tuple(text._replace(name=None) for text in test.texts)
    return replace(test, texts=unnamed, tested_as=name)
