"""The first text to a number: it says who writes, and how to opt out."""

import re
from functools import lru_cache
from typing import NamedTuple

# What a new organization starts with: a first text again after a month without one.
DEFAULT_INTRODUCTION_DAYS = 30


class Introduction(NamedTuple):
    """What a first text says beside its own words, in the language of its reader.

    `opt_out_line` is for a text that has no footer.
    """

    organisation_name: str
    opt_out_line: str


def name_organisation(body: str, name: str) -> str:
    """Return the text with "<name>: " before it, unless it has the name in it already."""
    clean_name = name.strip()
    if not clean_name or _compile_name(clean_name).search(body):
        return body
    return f"{clean_name}: {body}"


def drop_introduction(text: str, introduction: Introduction) -> str:
    """Return a text without what it says as a first text, or would say as one."""
    bare = text.removeprefix(f"{introduction.organisation_name.strip()}: ")
    return bare.removesuffix(f"\n{introduction.opt_out_line.strip()}")


@lru_cache(maxsize=16)
def _compile_name(name: str) -> re.Pattern[str]:
    # As words of its own: "graceful" does not name Grace. Chinese or Thai has no spaces between
    # words, so only letters of alphabets that have them tell.
    words = re.sub(r"(?:\\\s)+", r"\\s+", re.escape(name))
    words = re.sub("['’]", "['’]", words)
    letter = r"[0-9A-Za-z\u00aa-\u058f]"
    return re.compile(rf"(?<!{letter}){words}(?!{letter})", re.IGNORECASE)
