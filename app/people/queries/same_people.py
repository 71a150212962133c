"""People who may be the same one: contacts with the same name and another number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.audiences.queries.scope_phones import list_reached_phones
from app.community.member_phones import find_members_named
from app.domain.texts.name_folding import fold_name
from app.events.queries.contact_names import find_registrations_named
from app.profiles.queries.kept_apart import find_people_kept_apart
from app.profiles.queries.person_lookup import PersonProfile, find_public_ids

MAX_CANDIDATES = 3


@dataclass(frozen=True)
class SamePersonCandidate:
    """A contact with the same name, who may be the same person."""

    name: str
    phone: str
    public_id: str


def find_same_person_candidates(
    person: PersonProfile, names: Collection[str]
) -> Sequence[SamePersonCandidate]:
    """Return the contacts with one of these names and another number, whom no user has kept apart.

    Members, and people known from events, groups and conversations. A first name alone says
    nothing: only names of two words and more count.
    """
    full_names = {name for name in names if len(name.split()) > 1}
    folded_names = set(filter(None, map(fold_name, full_names)))
    if not folded_names:
        return []
    own_phones = person.numbers
    namesakes = find_members_named(folded_names, own_phones, MAX_CANDIDATES)
    namesakes += find_registrations_named(full_names | folded_names, own_phones, MAX_CANDIDATES)
    names_by_phone = {phone: name for name, phone in reversed(namesakes)}
    # Namesakes outside of what the user who asks reaches are nobody's business.
    reached = list_reached_phones(names_by_phone)
    names_by_phone = {phone: names_by_phone[phone] for phone in reached}
    if not names_by_phone:
        return []
    apart = find_people_kept_apart(person.id)
    candidates: dict[str, SamePersonCandidate] = {}
    for phone, public_id in find_public_ids(list(names_by_phone)).items():
        if public_id not in apart:
            candidate = SamePersonCandidate(names_by_phone[phone], phone, public_id)
            candidates.setdefault(public_id, candidate)
    return list(candidates.values())[:MAX_CANDIDATES]
