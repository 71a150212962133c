"""Looking texts up at the carrier: when, what follows when nothing is found, and which listed
text is the lost one.
"""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.blast_states import MessageStatus

UNSURE_AFTER = tuple(
    timedelta(seconds=each) for each in (30, 120, 600, 1800, 7200, 21600, 86400)
)
RECEIPT_AFTER = tuple(
    timedelta(seconds=each) for each in (600, 3600, 21600, 86400, 259200)
)
OFFSETS = {
    MessageStatus.UNKNOWN: UNSURE_AFTER,
    MessageStatus.ACCEPTED: RECEIPT_AFTER,
    MessageStatus.SENT: RECEIPT_AFTER,
}
# What a look-up can still teach us something about; the last two only when a person asks.
ASKED = (*OFFSETS, MessageStatus.NOT_SENT, MessageStatus.NO_RECEIPT)
WITHOUT_NEWS = {
    MessageStatus.UNKNOWN: MessageStatus.NOT_SENT,
    MessageStatus.ACCEPTED: MessageStatus.NO_RECEIPT,
    MessageStatus.SENT: MessageStatus.NO_RECEIPT,
}

# A listed text belongs to an attempt when it was made this close to it, on the carrier's clock.
# Its times are whole
# seconds (2 s), and it writes a text down a while after it has read the request (120 s).
BEFORE, AFTER = timedelta(seconds=2), timedelta(seconds=120)
# How far back a list is read, counted from the attempt.
FAR_ENOUGH = timedelta(minutes=5)

LOOK_UPS_AT_ONCE = 4
# How long until the carrier is asked again after it would not answer; that was no look-up.
AGAIN, NOT_ALLOWED, LONGEST = 60.0, 600.0, 3600.0

TRIAL = "Sent from your Twilio trial account - "
# Twilio's Smart Encoding makes plain characters of these; NFKC does the spaces, the ellipsis
# and the wide letters.
_PLAIN = str.maketrans(
    dict.fromkeys("«»“”„‟〝〞ʺˮ❝❞", '"')
    | dict.fromkeys("‘’‚‛ʻʼʽˈˊˋ´`❛❜′", "'")
    | dict.fromkeys("‐‑‒–—―−⁃˗", "-")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad")
)


def first_look_up(status: MessageStatus, moment: datetime) -> datetime | None:
    """When a text that came into `status` at `moment` is looked up first; None when there is
    nothing to look up.
    """
    return moment + OFFSETS[status][0] if status in OFFSETS else None


def next_look_up(
    status: MessageStatus, since: datetime, moment: datetime
) -> datetime | None:
    """When a text in doubt, or without a receipt, `since` then is looked up next after
    `moment`; None: no more.

    By the time, not by a count: what a person asks in between takes no look-up away, and a
    night without power does not bring seven at once.
    """
    return next(
        (since + each for each in OFFSETS.get(status, ()) if since + each > moment),
        None,
    )


def without_news(
    status: MessageStatus, since: datetime, moment: datetime
) -> MessageStatus | None:
    """What a text becomes by rule after a look-up at `moment` that found nothing; None while it
    stays as it is.
    """
    over = status in OFFSETS and moment >= since + OFFSETS[status][-1]
    return WITHOUT_NEWS[status] if over else None


def seconds_until_again(http_status: int | None, retry_after: float | None) -> float:
    """How long to leave a carrier alone that did not answer a look-up: never less than it asks
    for, up to an hour.
    """
    least = NOT_ALLOWED if http_status in (401, 403) else AGAIN
    return max(least, min(retry_after or 0.0, LONGEST))


@dataclass(frozen=True)
class Listed:
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
class Doubt:
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
class Match:
    """What a list says about some doubts: the texts that are theirs, and the doubts it shows
    nothing of.
    """

    found: tuple[tuple[Doubt, Listed], ...]
    missing: tuple[Doubt, ...]


def may_be(text: Listed, doubt: Doubt, skew: timedelta) -> bool:
    """Whether a listed text can be the one of an attempt.

    `skew`: how far the carrier's clock is ahead of ours.
    """
    ended = doubt.ended_at or doubt.started_at
    return (
        text.direction.startswith("outbound")
        and text.to == doubt.phone
        and doubt.sender in text.senders
        and doubt.started_at + skew - BEFORE <= text.created_at <= ended + skew + AFTER
        and same_words(text.body, doubt.body)
    )


def same_words(listed: str, ours: str) -> bool:
    """Whether the carrier's copy of a text can be ours: redacted, with the trial account's
    prefix, or made plain.
    """
    return not listed or _plain(listed.removeprefix(TRIAL)) == _plain(ours)


def _plain(body: str) -> str:
    return " ".join(
        unicodedata.normalize("NFKC", body.translate(_PLAIN)).translate(_PLAIN).split()
    )


def match(
    doubts: Sequence[Doubt],
    listed: Sequence[Listed],
    known: Collection[str],
    skew: timedelta,
) -> Match:
    """Which listed texts belong to which doubts. `known`: sids that are somebody's already.

    Doubts that could be the same text are judged together: as many texts as doubts are paired
    by time, any other number leaves all of them as they are, and so does an attempt that is
    still on the wire.
    """
    texts = {text.sid: text for text in listed if text.sid not in known}
    fits = {
        doubt: [text for text in texts.values() if may_be(text, doubt, skew)]
        for doubt in doubts
    }
    found = [pair for group in _groups(fits) for pair in _by_time(group, fits)]
    return Match(tuple(found), tuple(doubt for doubt in doubts if not fits[doubt]))


def _groups(fits: dict[Doubt, list[Listed]]) -> Iterator[list[Doubt]]:
    """Doubts that share a text, directly or through others."""
    left = [doubt for doubt in fits if fits[doubt]]
    while left:
        group, sids = [], {text.sid for text in fits[left[0]]}
        while more := [
            doubt for doubt in left if any(text.sid in sids for text in fits[doubt])
        ]:
            group += more
            left = [doubt for doubt in left if doubt not in more]
            sids |= {text.sid for doubt in more for text in fits[doubt]}
        yield group


def _by_time(
    group: list[Doubt], fits: dict[Doubt, list[Listed]]
) -> list[tuple[Doubt, Listed]]:
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
