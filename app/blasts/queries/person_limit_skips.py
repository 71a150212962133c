"""Skip whoever got as many texts as one person may get."""

from datetime import datetime

from app.delivery.queries.person_text_counts import count_texts_of_everyone
from app.domain.delivery.blast_rendering import BlastRecipient
from app.sending_limits.queries.limit_rules import load_limit_rules


def limits_people() -> bool:
    """Whether the texts for one person are limited."""
    return load_limit_rules().limits_people


def skip_people_at_limit(
    recipients: list[BlastRecipient], moment: datetime
) -> list[BlastRecipient]:
    """Return them with those skipped who are at a limit on the day of `moment` (UTC).

    Texts that wait count as sent: of two blasts the first one counts for the second. Reads nothing
    where nothing is limited.
    """
    rules = load_limit_rules()
    limits = rules.get_person_limits(rules.get_day(moment))
    if limits is None:
        return recipients
    texts = count_texts_of_everyone(limits)
    checked = []
    for person in recipients:
        if person.skip_reason is None:
            person = person._replace(skip_reason=texts.find_skip_reason(person.phone, limits))
        checked.append(person)
    return checked
