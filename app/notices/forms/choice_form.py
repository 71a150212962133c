"""The table of kinds and channels of one user, as checkboxes of one name."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import request

from app.domain.notices.notice_kinds import (
    EVERY_CHANNEL,
    NOTICE_RULES,
    NoticeChannel,
    NoticeKind,
)
from app.notices.queries.readers import Reader, may_hear

CHECKBOX_NAME = "on"
CHANNEL_LABELS = {
    NoticeChannel.BROWSER: "Here",
    NoticeChannel.MAIL: "E-mail",
    NoticeChannel.TEXT: "Text",
}


class ChoiceBox(NamedTuple):
    """One checkbox: its value, its label, and whether it is ticked. Without a value: none."""

    value: str
    label: str
    is_on: bool


class ChoiceRow(NamedTuple):
    """One kind with its checkboxes, in the order of the channels."""

    label: str
    hint: str
    boxes: Sequence[ChoiceBox]


def build_choice_rows(reader: Reader) -> list[ChoiceRow]:
    """Return a row for each kind that the user may hear."""
    rows = []
    for kind, rule in NOTICE_RULES.items():
        if may_hear(reader.user, kind):
            boxes = [_build_box(reader, kind, channel) for channel in EVERY_CHANNEL]
            rows.append(ChoiceRow(rule.label, rule.hint, boxes))
    return rows


def _build_box(reader: Reader, kind: NoticeKind, channel: NoticeChannel) -> ChoiceBox:
    rule, label = NOTICE_RULES[kind], CHANNEL_LABELS[channel]
    if channel not in rule.channels:
        return ChoiceBox("", label, is_on=False)
    return ChoiceBox(f"{kind.value}:{channel.value}", label, reader.wants(kind, channel))


def read_choices(reader: Reader) -> Mapping[tuple[NoticeKind, NoticeChannel], bool]:
    """Return what was posted: on or off for every checkbox that the user was shown."""
    # Checkboxes of one name: a browser sends only those that are ticked.
    ticked = set(request.form.getlist(CHECKBOX_NAME))
    choices = {}
    for kind, rule in NOTICE_RULES.items():
        if may_hear(reader.user, kind):
            for channel in rule.channels:
                choices[kind, channel] = f"{kind.value}:{channel.value}" in ticked
    return choices
