"""Who has a number already, before it is given to somebody else."""

from dataclasses import dataclass

from app.events.queries.contact_names import find_display_names
from app.profiles.queries.person_lookup import find_person_of_phone


@dataclass(frozen=True)
class NumberHolder:
    """Somebody who has a number, or had it, with the name that pages show."""

    person_id: int
    public_id: str
    name: str


def find_named_holder(phone: str, person_id: int) -> NumberHolder | None:
    """Return who else has this number, by name; None when it is free.

    A number without a name is free: often somebody texts from their new number first.
    """
    person = find_person_of_phone(phone)
    if person is None or person.id == person_id:
        return None
    phones = person.numbers
    names = find_display_names(phones)
    name = next((names[phone] for phone in phones if names.get(phone)), None)
    return NumberHolder(person.id, person.public_id, name) if name else None
