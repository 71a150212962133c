"""Tables of words and phrases, as text files beside the rules that use them."""

from pathlib import Path


def load_word_table(file: Path) -> dict[str, list[str]]:
    """Return the entries of a table by their kind, in order.

    A line is "kind: entry, entry"; lines that begin with "#" say why. Read once, at import: the
    rules must not touch the disk.
    """
    entries: dict[str, list[str]] = {}
    for kind, line in _list_lines(file):
        entries.setdefault(kind, []).extend(filter(None, map(str.strip, line.split(","))))
    return entries


def load_pattern_table(file: Path) -> dict[str, str]:
    """Return the patterns of a table by their kind, joined to one; a line is "kind: pattern"."""
    patterns: dict[str, list[str]] = {}
    for kind, line in _list_lines(file):
        patterns.setdefault(kind, []).append(f"(?:{line})")
    return {kind: "|".join(lines) for kind, lines in patterns.items()}


def _list_lines(file: Path) -> list[tuple[str, str]]:
    lines = file.read_text(encoding="utf-8").splitlines()
    parts = [line.partition(": ") for line in lines if not line.startswith("#")]
    return [(kind, line.strip()) for kind, colon, line in parts if colon]
