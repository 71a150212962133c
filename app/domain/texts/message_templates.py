"""Message templates: the placeholders in a text, and filling them in for one person."""

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from app.domain.texts.first_names import extract_first_name, is_no_name
from app.domain.texts.template_fields import NO_FIELDS, TemplateFields, fold_field_name

DEFAULT_OPT_OUT_FOOTER = "Reply STOP to opt out."
# {name} is another spelling of {full_name}, which pages do not offer.
NAME_PLACEHOLDERS: dict[str, str] = {
    "first_name": "First name",
    "name": "Full name",
    "full_name": "Full name",
}
# Only in texts about an event. Their values are the same for everybody who comes to it.
EVENT_PLACEHOLDERS: dict[str, str] = {
    "event_title": "Event",
    "event_date": "Date",
    "event_time": "Time",
    "event_place": "Place",
}
ALL_PLACEHOLDERS = {**NAME_PLACEHOLDERS, **EVENT_PLACEHOLDERS}

PLACEHOLDER_PATTERN = re.compile(r"\{([^{}]*)\}")
# In a template whose placeholders are replaced by NUL: braces inside braces.
NESTED_BRACES_PATTERN = re.compile(r"\{[^{}]*\{|\}[^{}]*\}|\{\s*\0|\0\s*\}")
MAX_SHOWN_LENGTH = 40
MAX_TOKENS_LISTED = 12
# How alike a misspelt placeholder must be to suggest the right one (difflib's own default).
SUGGESTION_CUTOFF = 0.6


class TemplatePiece(NamedTuple):
    """A stretch of plain text, or a placeholder with its fallback (None when it has none)."""

    text: str
    placeholder: str | None = None
    fallback: str | None = None


def list_template_problems(
    template: str, *, of_event: bool = False, fields: TemplateFields = NO_FIELDS
) -> list[str]:
    """Return why the template cannot be filled in, one sentence each; [] when it can.

    `of_event`: whether it goes to the people of an event, so that the event's placeholders have
    values. `fields`: the fields of people, also those that texts may not name.
    """
    problems = []
    for written in dict.fromkeys(PLACEHOLDER_PATTERN.findall(template)):
        problem = _find_placeholder_problem(written, fields, of_event=of_event)
        if problem:
            problems.append(problem)
    text = PLACEHOLDER_PATTERN.sub("\0", template)
    if NESTED_BRACES_PATTERN.search(text):
        problems.append(
            "Write placeholders with one brace on each side, like {first_name}, and not inside"
            " each other."
        )
    elif "{" in text or "}" in text:
        problems.append(
            "A brace { or } is unmatched. Placeholders look like {first_name}; other braces"
            " cannot be sent."
        )
    return problems


def fill_template(template: str, name: str | None, event: Mapping[str, str] | None = None) -> str:
    """Return the text for one person. Never raises.

    `event` maps the event's placeholders to their values. A missing value leaves the fallback,
    or nothing; then one space beside it goes too, the one before, or after it at the start of a
    line. Filled in a single pass: braces inside a name stay as they are.
    """
    return fill_placeholders(template, {**(event or {}), **build_name_values(name)})


def fill_placeholders(
    template: str, values: Mapping[str, str], field_names: tuple[str, ...] = ()
) -> str:
    """Return the text with these values in it, as fill_template() says.

    `field_names`: the folded names of the fields whose placeholders are filled in too.
    """
    pieces: list[str] = []
    is_line_start = True
    skips_next_space = False
    for piece in split_template(template, field_names):
        text = piece.text
        if piece.placeholder is not None:
            text = values.get(piece.placeholder) or piece.fallback or ""
        elif skips_next_space:
            text = text.removeprefix(" ")
        skips_next_space = False
        if text:
            pieces.append(text)
            is_line_start = text.endswith("\n")
        elif piece.placeholder is not None:
            skips_next_space = is_line_start
            if pieces:
                pieces[-1] = pieces[-1].removesuffix(" ")
    return "".join(pieces)


def has_name_placeholders(template: str) -> bool:
    """Whether the text calls people by their names."""
    return bool(find_name_placeholders(template))


def find_name_placeholders(template: str) -> frozenset[str]:
    """Return which placeholders of names the text has."""
    return _find_placeholders(template).intersection(NAME_PLACEHOLDERS)


def has_first_name_placeholder(template: str) -> bool:
    """Whether the text calls people by their first name."""
    return "first_name" in _find_placeholders(template)


def has_name_without_fallback(template: str) -> bool:
    """Whether somebody without a name would get a text with a gap in it."""
    for piece in split_template(template):
        if piece.placeholder in NAME_PLACEHOLDERS and piece.fallback is None:
            return True
    return False


def has_event_placeholders(template: str) -> bool:
    """Whether the text mentions its event, to be filled in when it is sent."""
    return not _find_placeholders(template).isdisjoint(EVENT_PLACEHOLDERS)


def _find_placeholders(template: str) -> frozenset[str]:
    return frozenset(piece.placeholder for piece in split_template(template) if piece.placeholder)


def append_footer(body: str, footer: str) -> str:
    """Return the body with the opt-out line on a line of its own, unless it contains it."""
    line = footer.strip()
    if not line or line.casefold() in body.casefold():
        return body
    return f"{body}\n{line}" if body else line


# Cached: a blast fills one template for up to 100,000 people.
@lru_cache(maxsize=64)
def split_template(template: str, field_names: tuple[str, ...] = ()) -> tuple[TemplatePiece, ...]:
    """Return the template cut at its known placeholders; an unknown one stays plain text.

    `field_names`: folded names of fields, which are known too.
    """
    return tuple(_iterate_pieces(template, field_names))


def _iterate_pieces(template: str, field_names: tuple[str, ...]) -> Iterator[TemplatePiece]:
    start = 0
    for match in PLACEHOLDER_PATTERN.finditer(template):
        placeholder = find_placeholder(match[1], field_names)
        if placeholder is None:
            continue
        if match.start() > start:
            yield TemplatePiece(template[start : match.start()])
        _, bar, fallback = match[1].partition("|")
        yield TemplatePiece("", placeholder, fallback.strip() if bar else None)
        start = match.end()
    if start < len(template):
        yield TemplatePiece(template[start:])


def find_placeholder(written: str, field_names: tuple[str, ...] = ()) -> str | None:
    """Return the placeholder that is written between braces, in any spelling, or None."""
    written_name = written.partition("|")[0].strip()
    name = re.sub(r"\s+", "_", written_name.casefold())
    if name in ALL_PLACEHOLDERS:
        return name
    folded = fold_field_name(written_name) if field_names else ""
    return folded if folded in field_names else None


def _find_placeholder_problem(
    written: str, fields: TemplateFields, *, of_event: bool
) -> str | None:
    placeholder = find_placeholder(written)
    if placeholder is None:
        field = fields.get(fold_field_name(written.partition("|")[0]))
        if field is not None:
            return field.problem or None
        return _explain_unknown_placeholder(written, _list_tokens(fields, of_event=of_event))
    if placeholder in EVENT_PLACEHOLDERS and not of_event:
        return (
            f"{{{placeholder}}} can only be filled in for people of an event. Choose an event, "
            "or remove it."
        )
    return None


def _list_tokens(fields: TemplateFields, *, of_event: bool) -> dict[str, str]:
    """Return what can be written between braces, by its spelling with underscores."""
    built_in = ALL_PLACEHOLDERS if of_event else NAME_PLACEHOLDERS
    tokens = dict(zip(built_in, built_in, strict=True))
    for folded_name, field in fields.items():
        if not field.problem:
            tokens[folded_name.replace(" ", "_")] = field.name
    return tokens


def _explain_unknown_placeholder(written: str, available: Mapping[str, str]) -> str:
    name = written.partition("|")[0].strip()
    if not name:
        return "There is nothing between the braces {}. Placeholders look like {first_name}."
    label = name
    if len(name) > MAX_SHOWN_LENGTH:
        label = name[: MAX_SHOWN_LENGTH - 1] + "…"
    spelling = re.sub(r"[\s-]+", "_", name[:MAX_SHOWN_LENGTH].casefold())
    suggestions = difflib.get_close_matches(spelling, available, n=1, cutoff=SUGGESTION_CUTOFF)
    if suggestions:
        return f"{{{label}}} is not a placeholder. Did you mean {{{available[suggestions[0]]}}}?"
    tokens = [f"{{{token}}}" for token in available.values()][:MAX_TOKENS_LISTED]
    return f"{{{label}}} is not a placeholder. Use {', '.join(tokens[:-1])} or {tokens[-1]}."


def build_name_values(name: str | None) -> dict[str, str]:
    """Return what the placeholders of a person's name are filled with; {} without a name."""
    full_name = (name or "").strip()
    first_name = extract_first_name(full_name)
    # "NULL", "#N/A", "-": what a spreadsheet has where a name is missing.
    if not first_name and is_no_name(full_name):
        return {}
    return {"name": full_name, "full_name": full_name, "first_name": first_name}
