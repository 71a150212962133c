"""Where a text from a phone goes: the one order in which the rooms are asked. Inside write()."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.delivery.message_statuses import MessageKind
from app.domain.texts.text_intent import TextIntent, is_opt_in_when_opted_out
from app.inbox.actions import threads
from app.inbox.actions.threads import Said
from app.keywords.actions import keyword_text_handling as keywords
from app.organisation import queries as organisation
from app.suppression import queries as suppression
from app.surveys.actions import survey_text_handling as surveys
from app.surveys.actions.survey_text_handling import HandlerResult, InboundText
from app.webhooks.actions import opt_outs, swapped
from app.webhooks.actions.speaking import Outcome, say

KEPT = "stored"


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it was heard, and what it means.

    `twilio_said`: STOP, START or HELP where Twilio says so itself.
    """

    heard: InboundText
    meaning: TextIntent
    carrier: str
    twilio_said: str = ""

    @property
    def twilio_answered(self) -> bool:
        """Whether Twilio has confirmed it: after our own text there would be two."""
        return opt_outs.carrier_answers(self.carrier, self.twilio_said, self.heard.body)


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a text went: its verdict, its row, and what a search has to find of it and of its
    answers.
    """

    verdict: str
    message_id: int | None = None
    texts: Sequence[Said] = ()


def route(text: Text) -> Routed:
    """Obey, answer or record a text, or put it before a person; its thread knows of it in any
    case.
    """
    return _noted(
        text.heard,
        next(outcome for room in ORDER if (outcome := room(text)) is not None),
    )


def put_before_a_person(heard: InboundText) -> Routed:
    """Whatever it says: only a person reads it."""
    return _noted(heard, Outcome(KEPT, needs_person=""))


def _noted(heard: InboundText, outcome: Outcome) -> Routed:
    texts = [Said(heard.message_id, heard.body), *outcome.answers]
    needs = outcome.needs_person is not None
    threads.came_in(
        heard.phone, texts, heard.moment, needs_reply=needs, why=outcome.why
    )
    return Routed(outcome.verdict, heard.message_id, texts)


def _opt_out(text: Text) -> Outcome | None:
    if text.meaning is not TextIntent.LEAVE:
        return None
    outcome = opt_outs.leave(text.heard, confirmed=text.twilio_answered)
    if text.carrier == "twilio" and (
        start := swapped.near(text.heard, swapped.RETURNED)
    ):
        swapped.wait_for(start)
        swapped.ask(text.heard, start)
    return outcome


def _return(text: Text) -> Outcome | None:
    if text.meaning is not TextIntent.RETURN:
        return None
    if text.carrier == "twilio" and (stop := swapped.near(text.heard, swapped.LEFT)):
        swapped.ask(text.heard, stop)
        return Outcome(swapped.WAITS)
    return opt_outs.come_back(text.heard, welcomed=text.twilio_answered)


def _help(text: Text) -> Outcome | None:
    if text.meaning is not TextIntent.HELP:
        return None
    replies = organisation.choose_help_replies(
        text.carrier, text.twilio_said, text.heard.body
    )
    return say(text.heard, HandlerResult("help", replies), MessageKind.SYSTEM)


def _valid_answer(text: Text) -> Outcome | None:
    doubtful = text.meaning is TextIntent.MAYBE_LEAVE
    return _said(
        text,
        surveys.handle_survey_answer(text.heard, only_valid=True, doubtful=doubtful),
        MessageKind.SURVEY,
    )


def _perhaps_opt_out(text: Text) -> Outcome | None:
    if text.meaning is not TextIntent.MAYBE_LEAVE or suppression.has_opted_out(
        text.heard.phone
    ):
        return None
    return opt_outs.ask(text.heard)


def _survey_word(text: Text) -> Outcome | None:
    return _said(text, surveys.start_survey_by_keyword(text.heard), MessageKind.SURVEY)


def _keyword(text: Text) -> Outcome | None:
    return _said(text, keywords.handle_keyword_text(text.heard), MessageKind.KEYWORD)


def _return_by_yes(text: Text) -> Outcome | None:
    """YES, and nothing else has claimed it: it brings back whoever has opted out."""
    if not is_opt_in_when_opted_out(text.heard.body) or not suppression.has_opted_out(
        text.heard.phone
    ):
        return None
    return opt_outs.come_back(text.heard, welcomed=text.twilio_answered)


def _other_answer(text: Text) -> Outcome | None:
    return _said(
        text,
        surveys.handle_survey_answer(text.heard, only_valid=False),
        MessageKind.SURVEY,
    )


def _inbox(text: Text) -> Outcome:
    return Outcome(KEPT, needs_person="")


def _said(text: Text, taken: HandlerResult | None, kind: MessageKind) -> Outcome | None:
    return None if taken is None else say(text.heard, taken, kind)


# The first room that takes a text has it.
ORDER: tuple[Callable[[Text], Outcome | None], ...] = (
    _opt_out,
    _return,
    _help,
    _valid_answer,
    _perhaps_opt_out,
    _survey_word,
    _keyword,
    _return_by_yes,
    _other_answer,
    _inbox,
)
