"""A name stands for one thing: public classes, files, and what the code may not be called."""

import ast
import re
from collections import defaultdict

from tests.whole.sources import read_sources

# Every feature may have these; what they hold is said by the package.
REPEATED_FILES = {
    "__init__",
    "__main__",
    "actions",
    "blueprint",
    "forms",
    "models",
    "queries",
    "sql",
    "views",
    "erasure",
}
PREPOSITIONS_TEXT = """
of in on at by with without for after before about around near beside here there so what who
whom which why when where how these those this that their theirs mine ours our own some any
anything anybody everybody everyone everything nobody somebody other another again no never
still only really perhaps twice together apart along past one each same
"""
PREPOSITIONS = set(PREPOSITIONS_TEXT.split())
PRONOUNS_TEXT = """
found each said here there mine theirs ours asked known told taken these those many others it
them they own whole both heard seen way ways whose why about kept made wanted given so_far
shown
"""
PRONOUNS = set(PRONOUNS_TEXT.split())
METAPHORS = re.compile(
    r"\b(rooms?|doors?|furniture|law book|postman|house rules?|(the|our) house)\b"
)


def test_no_public_class_name_stands_for_two_classes():
    places = defaultdict(list)
    for source in read_sources():
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(source.name)
    twice = {name: files for name, files in places.items() if len(set(files)) > 1}
    assert twice == {}


def test_no_file_name_stands_for_two_things():
    """Within a feature a noun may have a file in each layer; two features share none."""
    features = defaultdict(set)
    for source in read_sources():
        stem = source.module.rsplit(".", 1)[-1]
        if not source.name.endswith("__init__.py") and stem not in REPEATED_FILES:
            features[stem].add(source.feature)
    assert {stem: sorted(names) for stem, names in features.items() if len(names) > 1} == {}


def test_functions_begin_with_a_verb():
    """Or with a predicate's word; never with a preposition, a pronoun or a question word."""
    odd = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in read_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("__")
        and "_" in node.name.strip("_")
        and node.name.strip("_").split("_")[0] in PREPOSITIONS
        and not node.name.strip("_").startswith(("on_", "as_", "with_"))
    ]
    assert odd == []


def test_locals_are_nouns():
    """Columns of tables and fields of forms are called what the contract calls them."""
    odd = [
        f"{source.name}:{node.lineno} {node.id}"
        for source in read_sources()
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in PRONOUNS
    ]
    assert odd == []


def test_docstrings_and_comments_use_no_metaphor():
    lines = [
        f"{source.name}:{number} {line.strip()}"
        for source in read_sources()
        for number, line in enumerate(source.text.splitlines(), 1)
        if ('"""' in line or line.strip().startswith("#"))
        and METAPHORS.search(line.lower())
        and "room for" not in line
    ]
    assert lines == []
