"""The rehearsal as the review page tells it: the facts, the money, what deserves a second look."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from app.blasts.actions.blast_confirmation import BlastDraft
from app.blasts.forms.compose import describe_too_long_texts
from app.blasts.views.blast_labels import (
    describe_audience,
    format_people_count,
    format_segment_count,
)
from app.blasts.views.end_time_forecast import EndTimeForecast
from app.core.settings import current_settings
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    RenderedText,
    render_blast_texts,
)
from app.domain.delivery.cost_estimate import (
    compute_cost,
    compute_send_seconds,
    format_money,
    format_segment_price,
)
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.phones.phone_number import format_phone_number
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import (
    GSM7_CHARACTERS,
    GSM7_REPLACEMENTS,
    find_costly_characters,
    replace_costly_characters,
)
from app.domain.time import durations, local_times
from app.domain.time.durations import format_approximate_duration
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
    requested_page: int = 1

    @property
    def recipient_count(self) -> int:
        """How many people get it."""
        return self.rehearsal.recipient_count

    @cached_property
    def skipped_reasons(self) -> list[tuple[str, int, str]]:
        """(why, how many, what can be done) of those who get nothing, the most first."""
        counts = Counter(self.rehearsal.skip_reason_counts).most_common()
        return [
            (SKIP_REASON_LABELS[reason][0], count, SKIP_REASON_LABELS[reason][1])
            for reason, count in counts
        ]

    @property
    def skipped_count(self) -> int:
        """How many get nothing."""
        return len(self.rehearsal.texts) - self.recipient_count

    @cached_property
    def skipped_texts(self) -> list[RenderedText]:
        """The first of those who get nothing."""
        return [text for text in self.rehearsal.texts if text.skip_reason][:MAX_SKIPPED_NAMES_SHOWN]

    @property
    def page_count(self) -> int:
        """How many pages of texts there are."""
        return max(1, -(-self.recipient_count // TEXTS_PER_PAGE))

    @property
    def page_number(self) -> int:
        """The page that is shown."""
        return min(max(1, self.requested_page), self.page_count)

    @property
    def first_position(self) -> int:
        """The place of the page's first text."""
        return (self.page_number - 1) * TEXTS_PER_PAGE + 1

    @property
    def page_texts(self) -> Sequence[RenderedText]:
        """The texts of that page."""
        return self.rehearsal.sendable_texts[
            self.first_position - 1 : self.first_position - 1 + TEXTS_PER_PAGE
        ]

    @property
    def send_time_text(self) -> str:
        """The moment in words, with its zone."""
        if self.draft.send_at is None:
            undo = organisation.get_undo_seconds()
            return f"Now, after {undo} seconds to undo it" if undo else "Now"
        at = local_times.format_moment(self.draft.send_at, self.draft.timezone, now=self.moment)
        which = f", the {self.fold} time the clocks show it" if self.fold else ""
        return f"{at}, {self.draft.timezone}{which} ({durations.format_time_until(self.draft.send_at, self.moment)})"

    @property
    def send_time_short(self) -> str:
        """The moment alone, "" for now."""
        return (
            local_times.format_moment(self.draft.send_at, self.draft.timezone, now=self.moment)
            if self.draft.send_at
            else ""
        )

    @cached_property
    def end_forecast(self) -> EndTimeForecast | None:
        """What its end means; None when it has none."""
        draft, settings = self.draft, current_settings()
        if draft.not_after is None:
            return None
        start = draft.send_at or self.moment + timedelta(seconds=organisation.get_undo_seconds())
        return EndTimeForecast(
            draft.not_after,
            draft.timezone,
            self.end_fold,
            start,
            settings.effective_send_rate,
            self.rehearsal,
        )

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The list of facts above the texts."""
        settings = current_settings()
        event = events.find_event(self.draft.event_id)
        seconds = compute_send_seconds(self.rehearsal.segment_count, settings.effective_send_rate)
        return [
            (
                "Sent to",
                describe_audience(self.draft.target, event.title if event else None),
            ),
            ("From", format_phone_number(settings.sender)),
            *self._build_survey_fact(),
            ("When", self.send_time_text),
            ("Finishes after", format_approximate_duration(seconds)),
            *(self.end_forecast.facts if self.end_forecast else ()),
            ("Parts", self.segment_summary),
            *self._build_cost_facts(),
        ]

    def _build_survey_fact(self) -> list[tuple[str, str]]:
        asked = surveys.find_survey(self.draft.survey_id) if self.draft.survey_id else None
        return [("Whoever answers", f"begins the survey {asked.name}")] if asked else []

    @property
    def segment_summary(self) -> str:
        """ "150 parts: 1 part for 146 people, 2 parts for 2 people"."""
        spread = sorted(Counter(text.segments for text in self.rehearsal.sendable_texts).items())
        if len(spread) == 1:
            return f"{format_segment_count(self.rehearsal.segment_count)}, {spread[0][0]} a person"
        if len(spread) > 3:
            return f"{format_segment_count(self.rehearsal.segment_count)}, {spread[0][0]} to {spread[-1][0]} a person"
        shares = ", ".join(
            f"{format_segment_count(size)} for {format_people_count(count)}"
            for size, count in spread
        )
        return f"{format_segment_count(self.rehearsal.segment_count)}: {shares}"

    @property
    def segment_price(self) -> Decimal | None:
        """What one part costs; None while nobody has said it."""
        return organisation.get_organisation().price_per_segment

    def _build_cost_facts(self) -> Iterator[tuple[str, str]]:
        total = compute_cost(self.rehearsal.segment_count, self.segment_price)
        if self.segment_price is None or total is None:
            yield "Price per part", "not set yet"
        else:
            yield (
                "Price per part",
                format_segment_price(self.segment_price, organisation.get_organisation().currency),
            )
            yield "Cost about", self._format_amount(total)

    def _format_amount(self, amount: Decimal) -> str:
        return format_money(amount, organisation.get_organisation().currency)

    @cached_property
    def notices(self) -> list[ReviewNotice]:
        """What deserves a second look before this leaves."""
        if not self.recipient_count:
            return []
        return [
            *self._warn_about_end_time(),
            *self._warn_about_too_long_texts(),
            *self._warn_about_foreign_numbers(),
            *self._warn_about_costly_characters(),
            *self._warn_about_length(),
            *self._warn_about_missing_names(),
            *self._warn_about_missing_opt_out(),
        ]

    def _warn_about_end_time(self) -> Iterator[ReviewNotice]:
        if self.end_forecast and (warning := self.end_forecast.warning):
            yield ReviewNotice("warn", warning)

    def _warn_about_too_long_texts(self) -> Iterator[ReviewNotice]:
        """Whom their own name makes the text too long for: they are left out, unless somebody
        shortens it.
        """
        long = [text for text in self.rehearsal.texts if text.skip_reason is SkipReason.TOO_LONG]
        if long:
            them = "This person is" if len(long) == 1 else "They are"
            yield ReviewNotice(
                "warn",
                f"{describe_too_long_texts(long)} {them} left out. Shorten the text to reach everybody.",
            )

    def _warn_about_foreign_numbers(self) -> Iterator[ReviewNotice]:
        starts = Counter(
            text.phone[:COUNTRY_PREFIX_LENGTH] for text in self.rehearsal.sendable_texts
        )
        if words := organisation.describe_foreign_numbers(starts):
            yield ReviewNotice("info", words)

    def _warn_about_costly_characters(self) -> Iterator[ReviewNotice]:
        """Signs outside the plain alphabet, and what they cost.

        Names are not the writer's to change.
        """
        body = self.draft.body
        costly, odd = (
            [_describe_character(sign) for sign, _ in find_costly_characters(body)],
            _find_symbols(body),
        )
        if costly and (saved := self._estimate_saved_segments(replace_costly_characters(body))) > 0:
            yield ReviewNotice(
                "warn",
                self._describe_savings(costly, saved),
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
            and not text_cleaning.is_blank_text(bare)
            and (saved := self._estimate_saved_segments(bare)) > 0
        ):
            yield ReviewNotice("warn", self._describe_savings([*costly, *odd], saved))

    def _estimate_saved_segments(self, body: str) -> int:
        """How many parts fewer the same people would get with another text; of many people,
        told from the first.
        """
        some = self.rehearsal.sendable_texts[:SAVINGS_SAMPLE_SIZE]
        now = sum(text.segments for text in some)
        again = [BlastRecipient(text.name, text.phone, None) for text in some]
        then = render_blast_texts(
            again, body, self.draft.footer, self.rehearsal.event_values
        ).segment_count
        return round((now - then) * self.recipient_count / len(some))

    def _describe_savings(self, signs: list[str], saved: int) -> str:
        now = self.rehearsal.segment_count
        less = (
            f", about {self._format_amount(saved * self.segment_price)} less"
            if self.segment_price is not None
            else ""
        )
        named = " ".join(signs[:MAX_CHARACTERS_SHOWN]) + (
            " …" if len(signs) > MAX_CHARACTERS_SHOWN else ""
        )
        verb, them = ("makes", "it") if len(signs) == 1 else ("make", "them")
        rest = (
            f"{'about ' if self.recipient_count > SAVINGS_SAMPLE_SIZE else ''}{now - saved:,}{less}"
        )
        return f"{named} {verb} this text longer than it looks: {format_segment_count(now)}. Without {them}: {rest}."

    def _warn_about_length(self) -> Iterator[ReviewNotice]:
        longest = self.rehearsal.longest_text
        if longest and longest.segments > LONG_TEXT_SEGMENTS:
            yield ReviewNotice(
                "warn",
                f"This text is long: up to {longest.segments} parts a person, each of them paid for.",
            )

    def _warn_about_missing_names(self) -> Iterator[ReviewNotice]:
        nameless = [text for text in self.rehearsal.sendable_texts if not text.name]
        if not nameless or not message_templates.has_name_placeholders(self.draft.body):
            return
        who = f"{format_people_count(len(nameless))} {'has' if len(nameless) == 1 else 'have'} no name."
        if message_templates.has_name_without_fallback(self.draft.body):
            advice = "Give the placeholder a word for them, like {first_name|friend}."
            yield ReviewNotice(
                "warn", f"{who} They read: “{_shorten_text(nameless[0].body)}” {advice}"
            )
        else:
            yield ReviewNotice("info", f"{who} They read: “{_shorten_text(nameless[0].body)}”")

    def _warn_about_missing_opt_out(self) -> Iterator[ReviewNotice]:
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
    return [sign for sign in outside if not sign.isalpha() and not EMOJI_MODIFIERS.match(sign)]


def _describe_character(sign: str) -> str:
    names = {"\t": "a tab", "\u00a0": "a no-break space", "\u202f": "a narrow space"}
    return names.get(sign) or (f'"{sign}"' if sign.isprintable() else "an invisible sign")


def _shorten_text(body: str) -> str:
    line = " ".join(body.split())
    return line if len(line) <= 50 else line[:49].rstrip() + "…"
