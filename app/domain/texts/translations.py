"""Which text of a blast somebody reads: a translation in their language, or the body."""

from collections.abc import Collection, Iterable, Iterator


def choose_translation(language: str | None, tags: Collection[str]) -> str | None:
    """Return which of these translations is for a reader of `language`; None: the body.

    Tags are of BCP 47. A reader of es-MX reads es; one of zh-Hans never reads zh-Hant.
    """
    if not language:
        return None
    by_folded_tag = {tag.casefold(): tag for tag in tags}
    return next(filter(None, map(by_folded_tag.get, _iterate_ranges(language))), None)


def is_same_language(language: str, tag: str) -> bool:
    """Whether who reads `language` reads a text in `tag` as their own."""
    return choose_translation(language, [tag]) is not None


def join_texts(body: str, translations: Iterable[str]) -> str:
    """Return all texts of a blast in one, to look for what any of them names."""
    return "\n".join([body, *translations])


def _iterate_ranges(language: str) -> Iterator[str]:
    """Yield the tag, then without its last subtags: zh-hant-tw, zh-hant, zh (RFC 4647, 3.4)."""
    subtags = language.casefold().replace("_", "-").split("-")
    for length in range(len(subtags), 0, -1):
        yield "-".join(subtags[:length])
