"""People who may be the same one: members with the same name and another number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.community.member_phones import find_members_named
from app.domain.texts.name_folding import fold_name
from app.profiles.queries.kept_apart import find_people_kept_apart
from app.profiles.queries.person_lookup import PersonProfile, find_public_ids

MAX_CANDIDATES = 3


@dataclass(frozen=True)
class SamePersonCandidate:
    """A member with the same name, who may be the same person."""

    name: str
    phone: str
    public_id: str


def find_same_person_candidates(
    person: PersonProfile, names: Collection[str]
) -> Sequence[SamePersonCandidate]:
    """Return the members with one of these names and another number, whom no user has kept apart.

    A first name alone says nothing: only names of two words and more count.
    """
    folded_names = set()
    for name in names:
        if len(name.split()) > 1 and (folded := fold_name(name)):
            folded_names.add(folded)
    if not folded_names:
        return []
    own_phones = person.numbers
    members = find_members_named(folded_names, own_phones, MAX_CANDIDATES)
    if not members:
        return []
    public_ids = find_public_ids([phone for _, phone in members])
    apart = find_people_kept_apart(person.id)
    candidates = []
    for member_name, phone in members:
        public_id = public_ids.get(phone)
        if public_id is not None and public_id not in apart:
            candidates.append(SamePersonCandidate(member_name, phone, public_id))
    return candidates
