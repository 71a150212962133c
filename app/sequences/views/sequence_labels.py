"""Sequences in words on pages: what starts them, when their steps are due, how their texts read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.core.clock import now
from app.core.local_formats import format_clock, get_display_region, get_display_timezone
from app.domain.sequences.sequence_states import EVENT_TRIGGERS
from app.domain.sequences.sequence_words import (
    describe_condition,
    describe_repetition,
    describe_step_time,
    describe_trigger,
)
from app.domain.texts.message_templates import append_footer
from app.domain.texts.segments import measure_segments
from app.domain.texts.template_samples import build_sample_values, fill_sample
from app.domain.texts.text_languages import name_language
from app.domain.time.local_times import get_local_date
from app.events.queries.events import find_event_titles
from app.groups.queries.group_records import find_group_names
from app.organisation import queries as organisation
from app.profiles.queries.field_records import find_field_names
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep
from app.sequences.queries.step_condition_names import find_condition_names, read_condition
from app.surveys.queries.surveys import find_survey_names

UNREADABLE_CONDITION = "a condition that this version cannot read"


@dataclass(frozen=True)
class StepText:
    """A text of a step as a made-up person reads it, and its size. `tag`: its language."""

    tag: str
    language: str
    text: str
    segments: int


@dataclass(frozen=True)
class StepLabel:
    """A step in words: its number, when it is due, for whom, and its texts by language.

    `condition`: "they are in “Choir”"; "" where everyone gets it.
    """

    step: SequenceStep
    number: int
    time: str
    condition: str
    texts: Sequence[StepText]


def describe_triggers(sequences: Sequence[SequenceRow]) -> dict[int, str]:
    """Return what starts each of these sequences, by its id."""
    groups = find_group_names(_list_ids(sequences, "group_id"))
    events = find_event_titles(_list_ids(sequences, "event_id"))
    surveys = find_survey_names(_list_ids(sequences, "survey_id"))
    fields = find_field_names(_list_ids(sequences, "field_id"))
    labels = {}
    for row in sequences:
        name = (
            groups.get(row.group_id or 0)
            or events.get(row.event_id or 0)
            or surveys.get(row.survey_id or 0)
            or fields.get(row.field_id or 0)
        )
        label = f"“{name}”" if name else None
        if row.is_any_event and row.trigger_kind in EVENT_TRIGGERS:
            label = "any event"
        labels[row.id] = describe_trigger(
            row.trigger_kind, label, row.trigger_days, row.trigger_count
        )
    return labels


def _list_ids(sequences: Sequence[SequenceRow], column: str) -> Collection[int]:
    ids = {getattr(row, column) for row in sequences}
    return ids - {None}


def describe_steps(sequence: SequenceRow, steps: Sequence[SequenceStep]) -> list[StepLabel]:
    """Return the steps of a sequence in words, numbered from 1."""
    values = build_text_values()
    phrases = describe_conditions(steps)
    labels = []
    for number, step in enumerate(steps, 1):
        time = describe_step_time(
            step.delay_days,
            step.time_of_day,
            sequence.trigger_kind,
            is_first=number == 1,
            format_clock=format_clock,
        )
        time += describe_repetition(step.repeat_days, phrases.get(step.until_condition or "", ""))
        condition = phrases.get(step.condition or "", "")
        texts = list_step_texts(step.body, step.translations, sequence.footer, values)
        labels.append(StepLabel(step, number, time, condition, texts))
    return labels


def describe_conditions(steps: Sequence[SequenceStep]) -> dict[str, str]:
    """Return the conditions of these steps as phrases, by their JSON."""
    texts = {step.condition for step in steps} | {step.until_condition for step in steps}
    conditions = {text: read_condition(text) for text in texts if text}
    names = find_condition_names(list(filter(None, conditions.values())))
    phrases = {}
    for text, condition in conditions.items():
        if condition is None:
            phrases[text] = UNREADABLE_CONDITION
        else:
            phrases[text] = describe_condition(condition, names.get(condition))
    return phrases


def build_text_values() -> dict[str, str]:
    """Return what a made-up person's texts are filled in with."""
    today = get_local_date(get_display_timezone(), now())
    return {**build_sample_values(today, get_display_region()), **organisation.get_text_values()}


def list_step_texts(
    body: str, translations: Mapping[str, str] | None, footer: str | None, values: dict[str, str]
) -> list[StepText]:
    """Return how a text reads in each language, the organisation's first, with its opt-out line."""
    language = organisation.get_organisation_language()
    lines = organisation.get_opt_out_lines()
    texts = []
    for tag, template in {language: body, **(translations or {})}.items():
        line = footer if tag == language else lines.choose(tag)
        text = append_footer(fill_sample(template, values), (footer and line) or "")
        texts.append(StepText(tag, name_language(tag), text, measure_segments(text).segments))
    return texts
