"""A user's rights, read back as one sentence."""

import pytest

from app.domain.accounts.permission_words import (
    OFFERED_SETS,
    PERMISSION_LABELS,
    UserRights,
    describe_rights,
)
from app.domain.accounts.permissions import (
    DEFAULT_PERMISSIONS,
    PERMISSIONS_FOR_EVERYBODY,
    PERMISSIONS_WITH_NUMBERS,
    Permission,
    resolve_permissions,
)


def rights(*permissions, groups=None, events=None, people=None, money=None):
    allowed = resolve_permissions(permissions, reaches_everybody=groups is None)
    return UserRights(allowed, groups, events, people, money)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            rights(Permission.SEND_TEXTS, groups=["Youth"], events=[], people=200, money="$10"),
            "Ana may text Youth, up to 200 people, $10 a day, and see no numbers.",
        ),
        (rights(*Permission), "Ana may do everything."),
        (rights(*Permission, people=0), "Ana may do everything, after approval only."),
        (rights(), "Ana may sign in, and do nothing else."),
        (
            rights(Permission.ANSWER_PEOPLE, Permission.SEE_NUMBERS),
            "Ana may answer people.",
        ),
        (
            rights(Permission.ANSWER_PEOPLE, groups=["Choir", "Youth"], events=["Picnic"]),
            "Ana may answer people and see no numbers. "
            "They reach Choir, Youth and the people of Picnic.",
        ),
        (
            rights(Permission.SEND_TEXTS, Permission.SEE_NUMBERS, groups=[], events=[]),
            "Ana may text no one yet.",
        ),
        (
            rights(Permission.MANAGE_EVENTS, Permission.SEE_NUMBERS, events=["Picnic"]),
            "Ana may edit Picnic.",
        ),
        (
            rights(*DEFAULT_PERMISSIONS),
            "Ana may text everybody, answer people, put people into groups, edit templates, "
            "edit keywords and surveys, and edit events.",
        ),
    ],
)
def test_the_sentence_says_what_ana_may(given, sentence):
    assert describe_rights("Ana", given) == sentence


def test_every_permission_has_one_box():
    assert set(PERMISSION_LABELS) == set(Permission)
    assert len(set(PERMISSION_LABELS.values())) == len(Permission)


@pytest.mark.parametrize("offer", OFFERED_SETS.values(), ids=lambda offer: offer.name)
def test_what_is_offered_can_be_saved_as_it_is(offer):
    assert not offer.permissions & PERMISSIONS_WITH_NUMBERS
    assert offer.reaches_everybody or not offer.permissions & PERMISSIONS_FOR_EVERYBODY
    allowed = resolve_permissions(offer.permissions, reaches_everybody=offer.reaches_everybody)
    assert offer.permissions <= allowed
