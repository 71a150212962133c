"""The texts of a blast in all its languages, and who of its audience reads which of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from app.core.clock import now
from app.core.settings import current_settings
from app.delivery.queries.introduced_phones import find_introduced_phones
from app.domain.delivery.blast_readers import NO_READERS, BlastReaders
from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.language_texts import LanguageText
from app.domain.delivery.message_statuses import BlastTarget
from app.events.queries import events
from app.organisation import queries as organisations
from app.profiles.queries.reader_languages import load_reader_languages


def load_blast_readers(
    recipients: Iterable[BlastRecipient] | None,
    translations: Mapping[str, str],
    moment: datetime | None = None,
) -> BlastReaders:
    """Return what decides which text these people get; `moment`: when (UTC, default now).

    `recipients`: None for a large audience, of whose people more is read than is needed.
    One statement for their languages, only where there are translations; one for whom an
    introduction has reached, only where the organisation sends introductions.
    """
    organisation = organisations.get_organisation()
    days = organisation.introduction_days
    if not translations and days is None:
        return NO_READERS
    phones = None
    if recipients is not None:
        phones = [person.phone for person in recipients if person.has_text]
    languages = load_reader_languages(phones) if translations else {}
    introduced = None
    if days is not None:
        since = (moment or now()) - timedelta(days=days)
        introduced = find_introduced_phones(phones, since, current_settings().carrier)
    return BlastReaders(languages, introduced, organisation.language)


def build_language_texts(
    body: str,
    footer: str | None,
    translations: Mapping[str, str],
    target: BlastTarget,
    event_id: int | None,
    moment: datetime | None = None,
) -> dict[str | None, LanguageText]:
    """Return the text of a blast in each language; the body, in the organisation's, is at None.

    `moment`: when it is sent (UTC, default now). A translation has the opt-out line of its
    language where the body has one.
    """
    lines = organisations.get_opt_out_lines()
    values = get_blast_placeholders(target, event_id, moment)
    texts: dict[str | None, LanguageText] = {
        None: LanguageText(body, footer, values, lines.choose(None))
    }
    for tag, text in translations.items():
        line = lines.choose(tag)
        values = get_blast_placeholders(target, event_id, moment, tag)
        texts[tag] = LanguageText(text, line if footer else None, values, line)
    return texts


def get_blast_placeholders(
    target: BlastTarget,
    event_id: int | None,
    moment: datetime | None = None,
    language: str | None = None,
) -> dict[str, str]:
    """Return what is the same in all texts: the organisation's values, and those of the event.

    `moment`: when the blast is sent (UTC, default now). `language`: of the text, whose dates are
    written so (BCP 47, default the organisation's).
    """
    values = organisations.get_text_values()
    if target == BlastTarget.EVENT and event_id is not None:
        values |= events.build_event_placeholders(event_id, moment, language)
    return values
