"""The rehearsal as the review page tells it: the facts, the money, what deserves a second look."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from flask import current_app

from app.blasts.actions.blast_confirmation import BlastDraft
from app.blasts.forms.compose import describe_too_long_texts
from app.blasts.views.blast_labels import (
    describe_audience,
    format_people_count,
    format_segment_count,
)
from app.blasts.views.end_time_forecast import EndTimeForecast
from app.core.settings import Settings
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    RenderedText,
    render_blast_texts,
)
from app.domain.delivery.cost_estimate import (
    compute_cost,
    compute_send_seconds,
    format_approximate_duration,
    format_money,
    format_segment_price,
)
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.phones.phone_number import format_phone_number
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.domain.texts import message_templates
from app.domain.texts.segments import (
    GSM7_CHARACTERS,
    GSM7_REPLACEMENTS,
    find_costly_characters,
    replace_costly_characters,
)
from app.domain.time import local_times
from app.events import queries as events
from app.organisation import queries as organisation
from app.surveys import queries as surveys

(
    TEXTS_PER_PAGE,
    MAX_SKIPPED_NAMES_SHOWN,
    MAX_CHARACTERS_SHOWN,
    LONG_TEXT_SEGMENTS,
    SAVINGS_SAMPLE_SIZE,
) = 25, 100, 8, 4, 5000
EMOJI_MODIFIERS = re.compile(
    "[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]"
)  # what joins or colours an emoji is not named by itself


@dataclass(frozen=True)
class ReviewNotice:
    """Something worth a second look.

    `button`: (label, field, value) of what puts it right at once.
    """

    kind: str
    text: str
    button: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class BlastReview:
    """Everything the review page shows of one draft.

    `fold`, `end_fold`: which of two equal times was chosen ("first", "second"), "" when there
    is one. `number`: the page of texts.
    """

    draft: BlastDraft
    rehearsal: RenderedBlast
    moment: datetime
    fold: str = ""
    end_fold: str = ""
    number: int = 1

    @property
    def people(self) -> int:
        """How many people get it."""
        return self.rehearsal.people

    @cached_property
    def left_out(self) -> list[tuple[str, int, str]]:
        """(why, how many, what can be done) of those who get nothing, the most first."""
        counts = Counter(self.rehearsal.left_out_counts).most_common()
        return [
            (SKIP_REASON_LABELS[reason][0], count, SKIP_REASON_LABELS[reason][1])
            for reason, count in counts
        ]

    @property
    def left_out_people(self) -> int:
        """How many get nothing."""
        return len(self.rehearsal.texts) - self.people

    @cached_property
    def names(self) -> list[RenderedText]:
        """The first of those who get nothing."""
        return [text for text in self.rehearsal.texts if text.left_out][
            :MAX_SKIPPED_NAMES_SHOWN
        ]

    @property
    def pages(self) -> int:
        """How many pages of texts there are."""
        return max(1, -(-self.people // TEXTS_PER_PAGE))

    @property
    def page(self) -> int:
        """The page that is shown."""
        return min(max(1, self.number), self.pages)

    @property
    def first(self) -> int:
        """The place of the page's first text."""
        return (self.page - 1) * TEXTS_PER_PAGE + 1

    @property
    def texts(self) -> Sequence[RenderedText]:
        """The texts of that page."""
        return self.rehearsal.sendable[self.first - 1 : self.first - 1 + TEXTS_PER_PAGE]

    @property
    def when(self) -> str:
        """The moment in words, with its zone."""
        if self.draft.due is None:
            undo = organisation.get_undo_seconds()
            return f"Now, after {undo} seconds to undo it" if undo else "Now"
        at = local_times.format_moment(
            self.draft.due, self.draft.timezone, now=self.moment
        )
        which = f", the {self.fold} time the clocks show it" if self.fold else ""
        return f"{at}, {self.draft.timezone}{which} ({local_times.format_time_until(self.draft.due, self.moment)})"

    @property
    def due_in_words(self) -> str:
        """The moment alone, "" for now."""
        return (
            local_times.format_moment(
                self.draft.due, self.draft.timezone, now=self.moment
            )
            if self.draft.due
            else ""
        )

    @cached_property
    def ending(self) -> EndTimeForecast | None:
        """What its end means; None when it has none."""
        draft, settings = self.draft, current_app.extensions["settings"]
        if draft.not_after is None:
            return None
        start = draft.due or self.moment + timedelta(
            seconds=organisation.get_undo_seconds()
        )
        return EndTimeForecast(
            draft.not_after,
            draft.timezone,
            self.end_fold,
            start,
            settings.rate,
            self.rehearsal,
        )

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The list of facts above the texts."""
        settings: Settings = current_app.extensions["settings"]
        event = events.find_event(self.draft.event_id)
        seconds = compute_send_seconds(self.rehearsal.segments, settings.rate)
        return [
            (
                "Sent to",
                describe_audience(self.draft.target, event.title if event else None),
            ),
            ("From", format_phone_number(settings.sender)),
            *self._survey(),
            ("When", self.when),
            ("Finishes after", format_approximate_duration(seconds)),
            *(self.ending.facts if self.ending else ()),
            ("Parts", self.weight),
            *self._money(),
        ]

    def _survey(self) -> list[tuple[str, str]]:
        asked = (
            surveys.find_survey(self.draft.survey_id) if self.draft.survey_id else None
        )
        return [("Whoever answers", f"begins the survey {asked.name}")] if asked else []

    @property
    def weight(self) -> str:
        """ "150 parts: 1 part for 146 people, 2 parts for 2 people"."""
        spread = sorted(
            Counter(text.segments for text in self.rehearsal.sendable).items()
        )
        if len(spread) == 1:
            return f"{format_segment_count(self.rehearsal.segments)}, {spread[0][0]} a person"
        if len(spread) > 3:
            return f"{format_segment_count(self.rehearsal.segments)}, {spread[0][0]} to {spread[-1][0]} a person"
        shares = ", ".join(
            f"{format_segment_count(size)} for {format_people_count(count)}"
            for size, count in spread
        )
        return f"{format_segment_count(self.rehearsal.segments)}: {shares}"

    @property
    def price(self) -> Decimal | None:
        """What one part costs; None while nobody has said it."""
        return organisation.get_organisation().price_per_segment

    def _money(self) -> Iterator[tuple[str, str]]:
        total = compute_cost(self.rehearsal.segments, self.price)
        if self.price is None or total is None:
            yield "Price per part", "not set yet"
        else:
            yield (
                "Price per part",
                format_segment_price(
                    self.price, organisation.get_organisation().currency
                ),
            )
            yield "Cost about", self._amount(total)

    def _amount(self, amount: Decimal) -> str:
        return format_money(amount, organisation.get_organisation().currency)

    @cached_property
    def advice(self) -> list[ReviewNotice]:
        """What deserves a second look before this leaves."""
        if not self.people:
            return []
        return [
            *self._about_the_end(),
            *self._about_too_long(),
            *self._about_abroad(),
            *self._about_letters(),
            *self._about_length(),
            *self._about_names(),
            *self._about_stopping(),
        ]

    def _about_the_end(self) -> Iterator[ReviewNotice]:
        if self.ending and (warning := self.ending.warning):
            yield ReviewNotice("warn", warning)

    def _about_too_long(self) -> Iterator[ReviewNotice]:
        """Whom their own name makes the text too long for: they are left out, unless somebody
        shortens it.
        """
        long = [
            text
            for text in self.rehearsal.texts
            if text.left_out is SkipReason.TOO_LONG
        ]
        if long:
            them = "This person is" if len(long) == 1 else "They are"
            yield ReviewNotice(
                "warn",
                f"{describe_too_long_texts(long)} {them} left out. Shorten the text to reach everybody.",
            )

    def _about_abroad(self) -> Iterator[ReviewNotice]:
        starts = Counter(
            text.phone[:COUNTRY_PREFIX_LENGTH] for text in self.rehearsal.sendable
        )
        if words := organisation.describe_foreign_numbers(starts):
            yield ReviewNotice("info", words)

    def _about_letters(self) -> Iterator[ReviewNotice]:
        """Signs outside the plain alphabet, and what they cost.

        Names are not the writer's to change.
        """
        body = self.draft.body
        costly, odd = (
            [_describe_character(sign) for sign, _ in find_costly_characters(body)],
            _find_symbols(body),
        )
        if costly and (saved := self._saved(replace_costly_characters(body))) > 0:
            yield ReviewNotice(
                "warn",
                self._dearer(costly, saved),
                ("Replace with plain characters", "plain", "1"),
            )
            return
        bare = "".join(
            sign
            for sign in replace_costly_characters(body)
            if sign not in odd and not EMOJI_MODIFIERS.match(sign)
        )
        if (
            odd
            and not message_templates.is_blank_text(bare)
            and (saved := self._saved(bare)) > 0
        ):
            yield ReviewNotice("warn", self._dearer([*costly, *odd], saved))

    def _saved(self, body: str) -> int:
        """How many parts fewer the same people would get with another text; of many people,
        told from the first.
        """
        some = self.rehearsal.sendable[:SAVINGS_SAMPLE_SIZE]
        now = sum(text.segments for text in some)
        again = [BlastRecipient(text.name, text.phone, None) for text in some]
        then = render_blast_texts(
            again, body, self.draft.footer, self.rehearsal.event
        ).segments
        return round((now - then) * self.people / len(some))

    def _dearer(self, signs: list[str], saved: int) -> str:
        now = self.rehearsal.segments
        less = (
            f", about {self._amount(saved * self.price)} less"
            if self.price is not None
            else ""
        )
        named = " ".join(signs[:MAX_CHARACTERS_SHOWN]) + (
            " …" if len(signs) > MAX_CHARACTERS_SHOWN else ""
        )
        verb, them = ("makes", "it") if len(signs) == 1 else ("make", "them")
        rest = f"{'about ' if self.people > SAVINGS_SAMPLE_SIZE else ''}{now - saved:,}{less}"
        return f"{named} {verb} this text longer than it looks: {format_segment_count(now)}. Without {them}: {rest}."

    def _about_length(self) -> Iterator[ReviewNotice]:
        longest = self.rehearsal.longest
        if longest and longest.segments > LONG_TEXT_SEGMENTS:
            yield ReviewNotice(
                "warn",
                f"This text is long: up to {longest.segments} parts a person, each of them paid for.",
            )

    def _about_names(self) -> Iterator[ReviewNotice]:
        nameless = [text for text in self.rehearsal.sendable if not text.name]
        if not nameless or not message_templates.has_name_placeholders(self.draft.body):
            return
        who = f"{format_people_count(len(nameless))} {'has' if len(nameless) == 1 else 'have'} no name."
        if message_templates.has_name_without_fallback(self.draft.body):
            advice = "Give the placeholder a word for them, like {first_name|friend}."
            yield ReviewNotice(
                "warn", f"{who} They read: “{_shorten_text(nameless[0].body)}” {advice}"
            )
        else:
            yield ReviewNotice(
                "info", f"{who} They read: “{_shorten_text(nameless[0].body)}”"
            )

    def _about_stopping(self) -> Iterator[ReviewNotice]:
        if self.draft.footer is None and "stop" not in self.draft.body.casefold():
            footer = organisation.get_organisation().footer.strip()
            button = (f"Add “{footer}”", "include_unsubscribe", "y") if footer else None
            yield ReviewNotice(
                "warn",
                "The text does not say how to stop getting texts. People expect it.",
                button,
            )


def _find_symbols(body: str) -> list[str]:
    """Emoji and other signs outside the plain alphabet with no plain form.

    Letters are not for us to judge.
    """
    outside = (
        sign
        for sign in dict.fromkeys(body)
        if sign not in GSM7_CHARACTERS and sign not in GSM7_REPLACEMENTS
    )
    return [
        sign
        for sign in outside
        if not sign.isalpha() and not EMOJI_MODIFIERS.match(sign)
    ]


def _describe_character(sign: str) -> str:
    names = {"\t": "a tab", "\u00a0": "a no-break space", "\u202f": "a narrow space"}
    return names.get(sign) or (
        f'"{sign}"' if sign.isprintable() else "an invisible sign"
    )


def _shorten_text(body: str) -> str:
    line = " ".join(body.split())
    return line if len(line) <= 50 else line[:49].rstrip() + "…"
