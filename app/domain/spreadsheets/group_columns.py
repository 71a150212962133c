"""A column that names the groups of each person: "Choir; Youth"."""

import re

GROUP_HEADINGS = frozenset({"group", "groups"})
MAX_GROUP_NAME_LENGTH = 80
SEPARATOR_PATTERN = re.compile(r"[;,|\n]")


def parse_group_names(cell: str) -> list[str]:
    """Return the names in a cell, each once; one that is too long for a name is left out."""
    names = [" ".join(part.split()) for part in SEPARATOR_PATTERN.split(cell)]
    return [name for name in dict.fromkeys(names) if 0 < len(name) <= MAX_GROUP_NAME_LENGTH]
