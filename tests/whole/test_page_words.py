"""Words that pages never use, in templates and in the sentences of the code (docs/words.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "app/templates"
CARRIER_CODES = ROOT / "app/domain/delivery/carrier_codes.csv"

# A pattern and what to write instead.
FORBIDDEN = {
    r"nobody|no-one": "no one",
    r"whoever": "anyone who",
    r"somebody": "someone, a person",
    r"by (?:itself|themselves)": "automatically",
    r"put (?:it )?right": "fix, corrected",
    r"(?:has|have|had) left": "was sent",
    r"leaves": "is sent",
    r"goes out": "is sent",
    r"stands|how they stand": "is, is listed, status",
    r"may stay empty": "optional",
    r"(?-i:Empty: )": "Leave blank for …, Default: …",
    r"mended": "fixed",
    r"practi[sc]e with|practise": "try it out",
    r"what be(?:comes|came|come) of": "status",
    r"waits for your yes": "not imported yet",
    r"signs(?! (?:in|out|up|them))": "characters",
    r"\d parts?|parts a|parts (?:of|for)|[0-9]+ parts|per part": "segments",
    r"in doubt": "unconfirmed",
    r"organisations?|organised?|recognised?|apologis\w+|analys(?:e|ed|ing)": "organization …",
    r"colours?|neighbours?|favourites?|behaviours?|honours?|licences?": "color, license …",
    r"cancell(?:ed|ing)|labell(?:ed|ing)|travell(?:ed|ing)|centres?|grey": "canceled, center …",
    r"programmes?|catalogues?|cheques?|whilst|learnt|spelt": "program, catalog, check …",
    r"taken? back|made anew|begin anew": "undone, rebuilt, start over",
    r"said STOP": "opted out, texted STOP",
    r"(?:put|puts) (?:\S+ ){0,3}on the (?:do-not-text )?list": "added to the list",
    r"tak(?:e|en|es) (?:\S+ ){0,3}off the (?:do-not-text )?list": "removed from the list",
    r"phone compan(?:y|ies)|the carrier's list": "carrier, Twilio's list",
    r"has at most|leave it empty": "can have up to, leave it blank",
    r"goes? on|gone on": "continues",
    r"(?-i:beg[aiu]n|begins|beginning)": "started, starts",
    r"no (?:\w+ )?any more|not (?:\w+ )?any more": "no longer",
    r"with(?:out)? a call of|calls? of Twilio": "requests from Twilio",
    r"cannot get texts|can't get texts": "can't receive texts",
    r"written down|write down": "recorded",
    r"the chosen (?:ones|people)": "the selected people",
}
FORBIDDEN_PATTERN = re.compile(
    "|".join(rf"\b(?:{pattern})(?:\b|(?<=\s))" for pattern in FORBIDDEN), re.IGNORECASE
)
# Folders and files whose words have not been gone over yet: the list only shrinks.
NOT_YET: tuple[str, ...] = ()
# Words of people and machines, tables, and code that no page shows.
NOT_PAGES = re.compile(
    r"app/(?:demo|migrations/m\d|domain/(?:opt_outs|surveys/answer_|spreadsheets|texts/(?:own|machine))"
    r"|templates/pieces\.html|.*/sql/|.*/sql\.py)"
)
READ_ATTRIBUTES = re.compile(
    r'\b(?:title|alt|placeholder|aria-label|aria-description|data-l|data-confirm\S*)="([^"]*)"'
)
ENDPOINT_PATTERN = re.compile(r"[a-z_./]+")
SQL_STATEMENT = re.compile(r"\s*(?:SELECT|UPDATE|INSERT|DELETE|FROM|WHERE|AND|PRAGMA)\b")
SILENT_CALLS = frozenset({"debug", "info", "warning", "error", "exception", "PreparedStatement"})


def list_template_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what people read in a template, with its line."""
    source = path.read_text()
    for line, kind, value in Environment().lex(source):
        if kind == "string" and not ENDPOINT_PATTERN.fullmatch(value[1:-1]):
            yield line, value[1:-1]
    # Expressions and tags become blanks of the same size: the lines stay where they are.
    markup = re.sub(r"\{[{%#].*?[}%#]\}", blank_out, source, flags=re.DOTALL)
    for match in READ_ATTRIBUTES.finditer(markup):
        yield source[: match.start()].count("\n") + 1, match[1]
    text = re.sub(r"<[^>]*>", blank_out, markup, flags=re.DOTALL)
    for match in re.finditer(r"\S(?:[^\S\n]?\n?[^\S\n]*\S)*", text):
        yield source[: match.start()].count("\n") + 1, match[0]


def blank_out(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def list_code_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module that could be on a page, with their lines."""
    tree = ast.parse(path.read_text())
    silent = {id(node) for node in find_silent_nodes(tree)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        is_sentence = is_text and (" " in node.value.strip() or node.value.istitle())
        if is_sentence and id(node) not in silent and not SQL_STATEMENT.match(node.value):
            yield node.lineno, node.value


def find_silent_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the constants of docstrings, log lines and statements."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in SILENT_CALLS:
                yield from ast.walk(node)


def list_table_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the rows of a table of sentences, with their lines."""
    yield from enumerate(path.read_text().splitlines(), start=1)


STRING_READERS = {
    ".html": list_template_strings,
    ".py": list_code_strings,
    ".csv": list_table_strings,
}


def list_faults(path: Path) -> list[str]:
    name = str(path.relative_to(ROOT))
    if NOT_PAGES.match(name):
        return []
    strings = STRING_READERS[path.suffix](path)
    faults = []
    for line, text in strings:
        words = " ".join(text.split())
        if match := FORBIDDEN_PATTERN.search(words):
            faults.append(f"{name}:{line}: “{match[0]}” in: {words[:110]}")
    return faults


def is_excused(name: str) -> bool:
    return name.startswith(NOT_YET)


def list_sources() -> list[Path]:
    return [
        *sorted(TEMPLATES.rglob("*.html")),
        *sorted((ROOT / "app").rglob("*.py")),
        CARRIER_CODES,
    ]


def test_pages_use_none_of_the_forbidden_words():
    faults = [
        fault
        for path in list_sources()
        if not is_excused(str(path.relative_to(ROOT)))
        for fault in list_faults(path)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "text",
    [
        "Nobody is here.",
        "Empty: 10.",
        "2 parts a person",
        "It leaves at once.",
        "Your organisation",
        "2 texts were cancelled.",
        "Practice licences",
        "Migration 7 was taken back.",
    ],
)
def test_the_pattern_finds_what_it_is_for(text):
    assert FORBIDDEN_PATTERN.search(text)


@pytest.mark.parametrize("text", ["Sign in", "12 characters left", "This part of town", "Leave"])
def test_ordinary_words_are_allowed(text):
    assert not FORBIDDEN_PATTERN.search(text)
