"""Which text of a blast somebody reads: a translation in their language, or the body."""

from collections.abc import Collection, Iterable, Iterator

# Norwegian Bokmål is Norwegian, and Tagalog is what Filipino is called in many files.
SAME_LANGUAGES = {"nb": "no", "nn": "no", "tl": "fil"}


def choose_translation(language: str | None, tags: Collection[str]) -> str | None:
    """Return which of these translations is for a reader of `language`; None: the body.

    Tags are of BCP 47. A reader of es-MX reads es, and one of pt reads pt-BR where there is no pt;
    one of zh-Hans never reads zh-Hant.
    """
    if not language:
        return None
    by_folded_tag = {_fold_tag(tag): tag for tag in tags}
    folded = _fold_tag(language)
    tag = next(filter(None, map(by_folded_tag.get, _iterate_ranges(folded))), None)
    if tag is not None or "-" in folded:
        return tag
    # Whose country or script is not known reads any of the language.
    variants = sorted(other for other in by_folded_tag if other.startswith(f"{folded}-"))
    return by_folded_tag[variants[0]] if variants else None


def is_same_language(language: str, tag: str) -> bool:
    """Whether who reads `language` reads a text in `tag` as their own."""
    return choose_translation(language, [tag]) is not None


def join_texts(body: str, translations: Iterable[str]) -> str:
    """Return all texts of a blast in one, to look for what any of them names."""
    return "\n".join([body, *translations])


def _fold_tag(tag: str) -> str:
    """Return a tag in small letters, with one spelling for what two codes name."""
    folded = tag.casefold().replace("_", "-")
    language, dash, rest = folded.partition("-")
    return f"{SAME_LANGUAGES.get(language, language)}{dash}{rest}"


def _iterate_ranges(language: str) -> Iterator[str]:
    """Yield the tag, then without its last subtags: zh-hant-tw, zh-hant, zh (RFC 4647, 3.4)."""
    subtags = language.split("-")
    for length in range(len(subtags), 0, -1):
        yield "-".join(subtags[:length])
