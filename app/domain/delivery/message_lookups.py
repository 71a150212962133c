"""Looking texts up at the carrier: when, what follows when nothing is found, and which listed
text is the lost one.
"""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.delivery.message_statuses import MessageStatus

UNKNOWN_LOOKUP_DELAYS = tuple(
    timedelta(seconds=each) for each in (30, 120, 600, 1800, 7200, 21600, 86400)
)
MISSING_RECEIPT_LOOKUP_DELAYS = tuple(
    timedelta(seconds=each) for each in (600, 3600, 21600, 86400, 259200)
)
LOOKUP_DELAYS_BY_STATUS = {
    MessageStatus.UNKNOWN: UNKNOWN_LOOKUP_DELAYS,
    MessageStatus.ACCEPTED: MISSING_RECEIPT_LOOKUP_DELAYS,
    MessageStatus.SENT: MISSING_RECEIPT_LOOKUP_DELAYS,
}
# What a look-up can still teach us something about; the last two only when a person asks.
STATUSES_TO_LOOK_UP = (
    *LOOKUP_DELAYS_BY_STATUS,
    MessageStatus.NOT_SENT,
    MessageStatus.NO_RECEIPT,
)
STATUS_AFTER_LAST_LOOKUP = {
    MessageStatus.UNKNOWN: MessageStatus.NOT_SENT,
    MessageStatus.ACCEPTED: MessageStatus.NO_RECEIPT,
    MessageStatus.SENT: MessageStatus.NO_RECEIPT,
}

# A listed text belongs to an attempt when it was made this close to it, on the carrier's clock.
# Its times are whole
# seconds (2 s), and it writes a text down a while after it has read the request (120 s).
MATCH_TOLERANCE_BEFORE, MATCH_TOLERANCE_AFTER = (
    timedelta(seconds=2),
    timedelta(seconds=120),
)
# How far back a list is read, counted from the attempt.
LOOKUP_LOOKBACK = timedelta(minutes=5)

MAX_CONCURRENT_LOOKUPS = 4
# How long until the carrier is asked again after it would not answer; that was no look-up.
(
    LOOKUP_REFUSED_RETRY_SECONDS,
    LOOKUP_FORBIDDEN_RETRY_SECONDS,
    MAX_LOOKUP_RETRY_SECONDS,
) = 60.0, 600.0, 3600.0

TRIAL_ACCOUNT_PREFIX = "Sent from your Twilio trial account - "
# Twilio's Smart Encoding makes plain characters of these; NFKC does the spaces, the ellipsis
# and the wide letters.
_SMART_ENCODING_TABLE = str.maketrans(
    dict.fromkeys("«»“”„‟〝〞ʺˮ❝❞", '"')
    | dict.fromkeys("‘’‚‛ʻʼʽˈˊˋ´`❛❜′", "'")
    | dict.fromkeys("‐‑‒–—―−⁃˗", "-")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad")
)


def compute_first_lookup(status: MessageStatus, moment: datetime) -> datetime | None:
    """When a text that came into `status` at `moment` is looked up first; None when there is
    nothing to look up.
    """
    return (
        moment + LOOKUP_DELAYS_BY_STATUS[status][0] if status in LOOKUP_DELAYS_BY_STATUS else None
    )


def compute_next_lookup(
    status: MessageStatus, since: datetime, moment: datetime
) -> datetime | None:
    """When a text in doubt, or without a receipt, `since` then is looked up next after
    `moment`; None: no more.

    By the time, not by a count: what a person asks in between takes no look-up away, and a
    night without power does not bring seven at once.
    """
    return next(
        (since + each for each in LOOKUP_DELAYS_BY_STATUS.get(status, ()) if since + each > moment),
        None,
    )


def find_status_without_news(
    status: MessageStatus, since: datetime, moment: datetime
) -> MessageStatus | None:
    """What a text becomes by rule after a look-up at `moment` that found nothing; None while it
    stays as it is.
    """
    over = (
        status in LOOKUP_DELAYS_BY_STATUS and moment >= since + LOOKUP_DELAYS_BY_STATUS[status][-1]
    )
    return STATUS_AFTER_LAST_LOOKUP[status] if over else None


def compute_lookup_retry_seconds(http_status: int | None, retry_after: float | None) -> float:
    """How long to leave a carrier alone that did not answer a look-up: never less than it asks
    for, up to an hour.
    """
    least = (
        LOOKUP_FORBIDDEN_RETRY_SECONDS
        if http_status in (401, 403)
        else LOOKUP_REFUSED_RETRY_SECONDS
    )
    return max(least, min(retry_after or 0.0, MAX_LOOKUP_RETRY_SECONDS))


@dataclass(frozen=True)
class CarrierMessage:
    """One text as the carrier shows it.

    `created_at` is on the carrier's clock, in whole seconds.
    """

    sid: str
    status: str
    direction: str
    to: str
    senders: frozenset[str]
    body: str
    created_at: datetime
    error_code: int | None = None


@dataclass(frozen=True)
class UncertainAttempt:
    """One attempt whose answer we never got. `ended_at` None: it is still on the wire."""

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
    """What a list says about some doubts: the texts that are theirs, and the doubts it shows
    nothing of.
    """

    matched: tuple[tuple[UncertainAttempt, CarrierMessage], ...]
    missing: tuple[UncertainAttempt, ...]


def is_possible_match(text: CarrierMessage, doubt: UncertainAttempt, skew: timedelta) -> bool:
    """Whether a listed text can be the one of an attempt.

    `skew`: how far the carrier's clock is ahead of ours.
    """
    ended = doubt.ended_at or doubt.started_at
    return (
        text.direction.startswith("outbound")
        and text.to == doubt.phone
        and doubt.sender in text.senders
        and doubt.started_at + skew - MATCH_TOLERANCE_BEFORE
        <= text.created_at
        <= ended + skew + MATCH_TOLERANCE_AFTER
        and is_same_body(text.body, doubt.body)
    )


def is_same_body(listed: str, ours: str) -> bool:
    """Whether the carrier's copy of a text can be ours: redacted, with the trial account's
    prefix, or made plain.
    """
    return not listed or _fold_body(listed.removeprefix(TRIAL_ACCOUNT_PREFIX)) == _fold_body(ours)


def _fold_body(body: str) -> str:
    return " ".join(
        unicodedata.normalize("NFKC", body.translate(_SMART_ENCODING_TABLE))
        .translate(_SMART_ENCODING_TABLE)
        .split()
    )


def match_carrier_messages(
    doubts: Sequence[UncertainAttempt],
    listed: Sequence[CarrierMessage],
    known: Collection[str],
    skew: timedelta,
) -> LookupMatch:
    """Which listed texts belong to which doubts. `known`: sids that are somebody's already.

    Doubts that could be the same text are judged together: as many texts as doubts are paired
    by time, any other number leaves all of them as they are, and so does an attempt that is
    still on the wire.
    """
    texts = {text.sid: text for text in listed if text.sid not in known}
    fits = {
        doubt: [text for text in texts.values() if is_possible_match(text, doubt, skew)]
        for doubt in doubts
    }
    found = [pair for group in _group_attempts(fits) for pair in _pair_by_time(group, fits)]
    return LookupMatch(tuple(found), tuple(doubt for doubt in doubts if not fits[doubt]))


def _group_attempts(
    fits: dict[UncertainAttempt, list[CarrierMessage]],
) -> Iterator[list[UncertainAttempt]]:
    """Doubts that share a text, directly or through others."""
    left = [doubt for doubt in fits if fits[doubt]]
    while left:
        group, sids = [], {text.sid for text in fits[left[0]]}
        while more := [doubt for doubt in left if any(text.sid in sids for text in fits[doubt])]:
            group += more
            left = [doubt for doubt in left if doubt not in more]
            sids |= {text.sid for doubt in more for text in fits[doubt]}
        yield group


def _pair_by_time(
    group: list[UncertainAttempt], fits: dict[UncertainAttempt, list[CarrierMessage]]
) -> list[tuple[UncertainAttempt, CarrierMessage]]:
    texts = {text for doubt in group for text in fits[doubt]}
    if len(texts) != len(group) or any(doubt.ended_at is None for doubt in group):
        return []
    pairs = list(
        zip(
            sorted(group, key=lambda doubt: (doubt.started_at, doubt.attempt_id)),
            sorted(texts, key=lambda text: (text.created_at, text.sid)),
            strict=True,
        )
    )
    return pairs if all(text in fits[doubt] for doubt, text in pairs) else []
