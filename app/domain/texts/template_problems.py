"""Why a template cannot be filled in, in sentences that name the place."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.domain.texts.template_fields import NO_FIELDS, TemplateFields, fold_field_name
from app.domain.texts.template_pieces import (
    ALL_PLACEHOLDERS,
    CONDITION_END,
    DATE_PLACEHOLDERS,
    EVENT_PLACEHOLDERS,
    NAME_PLACEHOLDERS,
    ORGANISATION_PLACEHOLDERS,
    PLACEHOLDER_PATTERN,
    TemplateToken,
    find_placeholder,
    iterate_tokens,
)

# In a template whose placeholders are replaced by NUL: braces inside braces.
NESTED_BRACES_PATTERN = re.compile(r"\{[^{}]*\{|\}[^{}]*\}|\{\s*\0|\0\s*\}")
MAX_SHOWN_LENGTH = 40
MAX_TOKENS_LISTED = 12
# How alike a misspelt placeholder must be to suggest the right one (difflib's own default).
SUGGESTION_CUTOFF = 0.6
BRACES_NESTED_ERROR = (
    "Write placeholders with one brace on each side, like {first_name}, and not inside each other."
)
BRACE_UNMATCHED_ERROR = (
    "A brace { or } is unmatched. Placeholders look like {first_name}; other braces cannot be sent."
)


class TemplateContext(NamedTuple):
    """What a text is about.

    `of_event`: whether it goes to the people of an event, so that the event's placeholders have
    values. `has_date`: whether that event has a date. `fields`: the fields of people, also those
    that texts may not name.
    """

    of_event: bool
    has_date: bool
    fields: TemplateFields


def list_template_problems(
    template: str,
    *,
    of_event: bool = False,
    has_date: bool = True,
    fields: TemplateFields = NO_FIELDS,
) -> list[str]:
    """Return why the template cannot be filled in, one sentence each; [] when it can.

    The arguments are those of TemplateContext.
    """
    purpose = TemplateContext(of_event, has_date, fields)
    # Each is said once, however often it is written.
    problems = dict.fromkeys(_iterate_token_problems(template, purpose))
    text = PLACEHOLDER_PATTERN.sub("\0", template)
    if NESTED_BRACES_PATTERN.search(text):
        problems[BRACES_NESTED_ERROR] = None
    elif "{" in text or "}" in text:
        problems[BRACE_UNMATCHED_ERROR] = None
    return list(problems)


def _iterate_token_problems(template: str, purpose: TemplateContext) -> Iterator[str]:
    open_condition = None
    for token in iterate_tokens(template):
        if token.kind == "end":
            open_condition = None
        elif token.kind == "if":
            if open_condition is not None:
                place = _describe_place(template, open_condition)
                yield f"Write {{end}} after {place}, before the next {{if …}}."
            open_condition = token
            yield from _iterate_condition_problems(token, purpose)
        else:
            yield from _iterate_placeholder_problems(template, token, purpose)
    if open_condition is not None:
        place = _describe_place(template, open_condition)
        yield f"{place} is not closed. Write {{end}} after the words that depend on it."


def _describe_place(template: str, token: TemplateToken) -> str:
    """Return "{if first_name}", with the line where the text has several."""
    written = f"{{if {_shorten(token.name)}}}"
    if "\n" not in template:
        return written
    line = template.count("\n", 0, token.start) + 1
    return f"{written} on line {line}"


def _iterate_condition_problems(token: TemplateToken, purpose: TemplateContext) -> Iterator[str]:
    placeholder = find_placeholder(token.name, purpose.fields)
    if placeholder in NAME_PLACEHOLDERS and "|" not in token.name:
        return
    is_built_in = placeholder in ALL_PLACEHOLDERS
    field = None if is_built_in else purpose.fields.get(fold_field_name(token.name))
    if field is None:
        yield (
            f"{{if {_shorten(token.name)}}} asks for what isn't known of a person. Use "
            "{if first_name}, or a field that can be put in texts."
        )
    elif field.problem:
        yield field.problem


def _iterate_placeholder_problems(
    template: str, token: TemplateToken, purpose: TemplateContext
) -> Iterator[str]:
    placeholder = find_placeholder(token.name, purpose.fields)
    if placeholder not in ALL_PLACEHOLDERS:
        field = purpose.fields.get(fold_field_name(token.name.partition("|")[0]))
        if field is None and token.name.strip().casefold() == CONDITION_END:
            yield "{end} closes nothing. Write {if first_name} before the words that depend on it."
        elif field is None:
            yield _explain_unknown_placeholder(token.name, _list_tokens(purpose))
        elif field.problem:
            yield field.problem
    elif placeholder in EVENT_PLACEHOLDERS and not purpose.of_event:
        yield (
            f"{{{placeholder}}} can only be filled in for people of an event. Choose an event, "
            "or remove it."
        )
    elif placeholder in DATE_PLACEHOLDERS and not purpose.has_date:
        yield (
            f"{{{placeholder}}} needs a date, and this event has none yet. Add the date, or "
            "remove it from the text."
        )


def _list_tokens(purpose: TemplateContext) -> dict[str, str]:
    """Return what can be written between braces, by its spelling with underscores."""
    offered = {**NAME_PLACEHOLDERS, **ORGANISATION_PLACEHOLDERS}
    built_in = ALL_PLACEHOLDERS if purpose.of_event else offered
    tokens = dict(zip(built_in, built_in, strict=True))
    for folded_name, field in purpose.fields.items():
        if not field.problem:
            tokens[folded_name.replace(" ", "_")] = field.name
    return tokens


def _explain_unknown_placeholder(written: str, available: Mapping[str, str]) -> str:
    name = written.partition("|")[0].strip()
    if not name:
        return "There is nothing between the braces {}. Placeholders look like {first_name}."
    label = _shorten(name)
    spelling = re.sub(r"[\s-]+", "_", name[:MAX_SHOWN_LENGTH].casefold())
    suggestions = difflib.get_close_matches(spelling, available, n=1, cutoff=SUGGESTION_CUTOFF)
    if suggestions:
        return f"{{{label}}} is not a placeholder. Did you mean {{{available[suggestions[0]]}}}?"
    tokens = [f"{{{token}}}" for token in available.values()][:MAX_TOKENS_LISTED]
    return f"{{{label}}} is not a placeholder. Use {', '.join(tokens[:-1])} or {tokens[-1]}."


def _shorten(name: str) -> str:
    return name if len(name) <= MAX_SHOWN_LENGTH else name[: MAX_SHOWN_LENGTH - 1] + "…"
