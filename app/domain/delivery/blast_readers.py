"""What decides which of a blast's texts somebody reads: their language, and whether it is new."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.domain.texts.translations import choose_translation


# A NamedTuple because a blast asks for one with each of up to 100,000 people.
class ReaderKind(NamedTuple):
    """Who gets the same text, but for names: `language` is the tag of a translation, or None.

    `is_introduction`: their text says who writes, and how to opt out.
    """

    language: str | None = None
    is_introduction: bool = False


USUAL_READER = ReaderKind()


@dataclass(frozen=True)
class BlastReaders:
    """The people of one blast, by number.

    `languages`: what they read (BCP 47), where that is known and matters. `introduced`: whom an
    introduction has reached lately; None: no text is an introduction. `body_language`: what the
    body is in.
    """

    languages: Mapping[str, str] = field(default_factory=dict)
    introduced: Collection[str] | None = None
    body_language: str = ""

    @property
    def are_usual(self) -> bool:
        """Whether all of them get the body, and none a first text."""
        return not self.languages and self.introduced is None

    def build_kind_chooser(self, tags: Collection[str]) -> Callable[[str], ReaderKind] | None:
        """Return a function from a number to the kind of its reader; `tags`: the translations.

        None: all are USUAL_READER.
        """
        introduced = self.introduced
        read_tags = self._list_read_tags(tags)
        if introduced is None and not read_tags:
            return None
        get_tag = read_tags.get
        usual_kinds = {tag: ReaderKind(tag) for tag in (None, *tags)}
        if introduced is None:
            return lambda phone: usual_kinds[get_tag(phone)]
        new_kinds = {tag: ReaderKind(tag, is_introduction=True) for tag in usual_kinds}
        return lambda phone: (usual_kinds if phone in introduced else new_kinds)[get_tag(phone)]

    def copy_for_phone(self, phone: str, other_phone: str) -> "BlastReaders":
        """Return the same for a test to `phone`, as the person of `other_phone` reads it."""
        language = self.languages.get(other_phone)
        introduced = self.introduced
        if introduced is not None:
            introduced = {phone} if other_phone in introduced else set()
        languages = {phone: language} if language else {}
        return BlastReaders(languages, introduced, self.body_language)

    def _list_read_tags(self, tags: Collection[str]) -> dict[str, str]:
        """Return the translation of each number that reads one."""
        if not tags:
            return {}
        # The body is one of the choices: where it is in French of Canada, its readers get it
        # rather than a translation into French.
        choices = (*tags, self.body_language) if self.body_language else tags
        chosen = {
            language: tag
            for language in set(self.languages.values())
            if (tag := choose_translation(language, choices)) in tags
        }
        return {
            phone: tag
            for phone, language in self.languages.items()
            if (tag := chosen.get(language))
        }


NO_READERS = BlastReaders()
