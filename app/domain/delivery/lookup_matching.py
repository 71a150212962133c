"""Which texts of the carrier's list belong to attempts whose reply we never got."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.phones.phone_renumbering import canonicalize_phone

# A listed text belongs to an attempt when it was created this close to it, on the carrier's
# clock: its times are whole seconds (2 s), and it stores a text a while after it has read the
# request (120 s).
MATCH_TOLERANCE_BEFORE = timedelta(seconds=2)
MATCH_TOLERANCE_AFTER = timedelta(seconds=120)

TRIAL_ACCOUNT_PREFIX = "Sent from your Twilio trial account - "
# Twilio's Smart Encoding replaces these by plain characters. NFKC does the same for the spaces,
# the ellipsis and the wide letters.
_SMART_ENCODING_TABLE = str.maketrans(
    dict.fromkeys("«»“”„‟〝〞ʺˮ❝❞", '"')
    | dict.fromkeys("‘’‚‛ʻʼʽˈˊˋ´`❛❜′", "'")
    | dict.fromkeys("‐‑‒–—―−⁃˗", "-")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad")
)


@dataclass(frozen=True)
class CarrierMessage:
    """One text as the carrier lists it.

    `created_at` is on the carrier's clock, in whole seconds. `senders`: the number or name that
    sent it, and the messaging service, as far as there are any; `from_number` is the first alone.
    `media_count`: how many pictures and other files came with it. `price`: what the carrier
    charged, as it writes it ("-0.00750"); None until it says.
    """

    sid: str
    status: str
    direction: str
    to: str
    senders: frozenset[str]
    body: str
    created_at: datetime
    error_code: int | None = None
    from_number: str = ""
    media_count: int = 0
    price: str | None = None

    @property
    def is_inbound(self) -> bool:
        """Whether somebody sent it to us."""
        return self.direction == "inbound"


@dataclass(frozen=True)
class UncertainAttempt:
    """One attempt whose reply we never got. `ended_at` is None while the call is in flight."""

    attempt_id: int
    message_id: int
    number: int
    phone: str
    sender: str
    body: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class LookupMatch:
    """What a list tells about some attempts: those with their texts, and those without any."""

    matched: tuple[tuple[UncertainAttempt, CarrierMessage], ...]
    missing: tuple[UncertainAttempt, ...]


# The listed texts that each attempt may have sent.
CandidateTexts = Mapping[UncertainAttempt, Sequence[CarrierMessage]]


def is_possible_match(
    message: CarrierMessage, attempt: UncertainAttempt, clock_skew: timedelta
) -> bool:
    """Whether a listed text may be the one that the attempt sent.

    `clock_skew` is how far the carrier's clock is ahead of ours.
    """
    if not message.direction.startswith("outbound"):
        return False
    # The carrier may list a number in another of its spellings than the one we gave.
    if canonicalize_phone(message.to) != canonicalize_phone(attempt.phone):
        return False
    if attempt.sender not in message.senders:
        return False
    earliest = attempt.started_at + clock_skew - MATCH_TOLERANCE_BEFORE
    latest = (attempt.ended_at or attempt.started_at) + clock_skew + MATCH_TOLERANCE_AFTER
    return earliest <= message.created_at <= latest and is_same_body(message.body, attempt.body)


def is_same_body(listed_body: str, our_body: str) -> bool:
    """Whether the carrier's copy of a body may be ours.

    It may be redacted (empty), have the prefix of a trial account, or be made plain.
    """
    if not listed_body:
        return True
    listed_body = listed_body.removeprefix(TRIAL_ACCOUNT_PREFIX)
    return fold_body(listed_body) == fold_body(our_body)


def fold_body(body: str) -> str:
    """Return the body as Smart Encoding and redelivery leave it, with single spaces."""
    plain = unicodedata.normalize("NFKC", body.translate(_SMART_ENCODING_TABLE))
    # Once more: NFKC makes some of these characters out of wide and small forms.
    return " ".join(plain.translate(_SMART_ENCODING_TABLE).split())


def match_carrier_messages(
    attempts: Sequence[UncertainAttempt],
    listed: Sequence[CarrierMessage],
    stored_sids: Collection[str],
    clock_skew: timedelta,
) -> LookupMatch:
    """Return which listed texts belong to which attempts.

    Texts with one of `stored_sids` belong to other messages already. Attempts that may have sent
    the same text are judged together: when there are as many texts as attempts they are paired
    by time. Any other number leaves all of them undecided, and so does an attempt in flight.
    """
    unclaimed = {message.sid: message for message in listed if message.sid not in stored_sids}
    candidates: dict[UncertainAttempt, list[CarrierMessage]] = {}
    missing = []
    for attempt in attempts:
        candidates[attempt] = []
        for message in unclaimed.values():
            if is_possible_match(message, attempt, clock_skew):
                candidates[attempt].append(message)
        if not candidates[attempt]:
            missing.append(attempt)
    matched: list[tuple[UncertainAttempt, CarrierMessage]] = []
    for group in _group_attempts(candidates):
        matched += _pair_by_time(group, candidates)
    return LookupMatch(tuple(matched), tuple(missing))


def _group_attempts(candidates: CandidateTexts) -> Iterator[list[UncertainAttempt]]:
    """Yield the attempts that share a candidate text, directly or through others."""
    remaining = [attempt for attempt in candidates if candidates[attempt]]
    while remaining:
        group = [remaining.pop(0)]
        # The group grows while it is walked through, until nothing shares a text with it.
        for member in group:
            for attempt in remaining.copy():
                if _share_text(attempt, member, candidates):
                    remaining.remove(attempt)
                    group.append(attempt)
        yield group


def _share_text(
    attempt: UncertainAttempt, other: UncertainAttempt, candidates: CandidateTexts
) -> bool:
    sids = {message.sid for message in candidates[other]}
    return any(message.sid in sids for message in candidates[attempt])


def _pair_by_time(
    group: Sequence[UncertainAttempt], candidates: CandidateTexts
) -> list[tuple[UncertainAttempt, CarrierMessage]]:
    """Return the group's pairs in order of time, or none when they are not certain."""
    messages: set[CarrierMessage] = set()
    for attempt in group:
        messages.update(candidates[attempt])
    if len(messages) != len(group) or any(attempt.ended_at is None for attempt in group):
        return []
    pairs = list(
        zip(
            sorted(group, key=lambda attempt: (attempt.started_at, attempt.attempt_id)),
            sorted(messages, key=lambda message: (message.created_at, message.sid)),
            strict=True,
        )
    )
    if any(message not in candidates[attempt] for attempt, message in pairs):
        return []
    return pairs
