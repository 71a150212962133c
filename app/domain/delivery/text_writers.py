"""Filling in one text for one person after the other."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from app.domain.texts.first_names import extract_first_name
from app.domain.texts.introductions import Introduction, name_organisation
from app.domain.texts.message_templates import (
    append_footer,
    build_name_values,
    fill_placeholders,
    find_name_placeholders,
)
from app.domain.texts.plain_letters import write_plain_name
from app.domain.texts.segments import SmsEncoding, measure_segments
from app.domain.texts.template_fields import FieldTexts, build_field_values
from app.domain.texts.text_cleaning import is_blank_text


class RenderedBody(NamedTuple):
    """A body as it would be sent; an empty one has 0 segments."""

    body: str
    encoding: str
    segments: int


FIRST_NAME_ONLY = frozenset({"first_name"})
EMPTY_BODY = RenderedBody("", SmsEncoding.GSM7.value, 0)
# The text of somebody with this name, who has this in the fields that the text names.
TextWriter = Callable[[str | None, FieldTexts], RenderedBody]
ValuesWriter = Callable[[Mapping[str, str]], RenderedBody]


def build_text_writer(
    template: str,
    footer: str | None,
    event_values: Mapping[str, str],
    *,
    plain_names: bool = False,
    field_names: tuple[str, ...] = (),
    introduction: Introduction | None = None,
) -> TextWriter:
    """Return a function from a person's name and fields to their body.

    It is EMPTY_BODY when it would be blank. `field_names`: the folded names of the fields.
    `introduction`: what the texts say as the first ones to their readers.
    """

    last_line = footer
    if introduction:
        last_line = footer or introduction.opt_out_line

    def write(values: Mapping[str, str]) -> RenderedBody:
        body = fill_placeholders(template, {**event_values, **values}, field_names).strip()
        if is_blank_text(body):
            return EMPTY_BODY
        if introduction:
            body = name_organisation(body, introduction.organisation_name)
        if last_line:
            body = append_footer(body, last_line)
        size = measure_segments(body)
        return RenderedBody(body, size.encoding.value, size.segments)

    used = find_name_placeholders(template)
    # The same text is rendered once, not 100,000 times: for everybody, or for each first name.
    if not used and not field_names:
        same_for_all = write({})
        return lambda name, texts: same_for_all
    write_for = _build_personal_writer(write, used, field_names, plain=plain_names)
    if plain_names:
        return lambda name, texts: write_for(write_plain_name(name) if name else name, texts)
    return write_for


def _build_personal_writer(
    write: ValuesWriter, used: frozenset[str], field_names: tuple[str, ...], *, plain: bool
) -> TextWriter:
    written: dict[tuple[str, FieldTexts], RenderedBody] = {}

    def write_for(name: str | None, texts: FieldTexts) -> RenderedBody:
        first_name = extract_first_name((name or "").strip()) if used else ""
        key = (first_name, texts)
        body = written.get(key)
        if body is None:
            fields = build_field_values(field_names, texts, plain=plain)
            body = written[key] = write({"first_name": first_name, **fields})
        return body

    def write_for_full_name(name: str | None, texts: FieldTexts) -> RenderedBody:
        fields = build_field_values(field_names, texts, plain=plain)
        return write({**build_name_values(name), **fields})

    return write_for if used <= FIRST_NAME_ONLY else write_for_full_name
