"""What a blast says in one of its languages, before it is filled in for anyone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.delivery.blast_readers import ReaderKind
from app.domain.delivery.text_writers import TextWriter, build_text_writer
from app.domain.texts.introductions import Introduction
from app.domain.texts.message_templates import DEFAULT_OPT_OUT_FOOTER


@dataclass(frozen=True)
class LanguageText:
    """The text in one language. `footer`: the opt-out line below each text, or None.

    `values`: of the placeholders that are the same for all readers. `opt_out_line`: what a first
    text says where there is no footer.
    """

    body: str
    footer: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    opt_out_line: str = DEFAULT_OPT_OUT_FOOTER

    def build_writer(
        self,
        *,
        is_introduction: bool = False,
        plain_names: bool = False,
        field_names: tuple[str, ...] = (),
    ) -> TextWriter:
        """Return the function that fills the text in for one person after the other."""
        introduction = None
        if is_introduction:
            introduction = Introduction(self.values.get("org_name", ""), self.opt_out_line)
        return build_text_writer(
            self.body,
            self.footer,
            self.values,
            plain_names=plain_names,
            field_names=field_names,
            introduction=introduction,
        )


# The body is at None, each translation at its tag.
LanguageTexts = Mapping[str | None, LanguageText]


class KindWriters(dict[ReaderKind, TextWriter]):
    """The writer of each kind of readers, made when the first of them comes."""

    def __init__(
        self, texts: LanguageTexts, *, plain_names: bool = False, field_names: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.texts = texts
        self.plain_names = plain_names
        self.field_names = field_names

    def __missing__(self, kind: ReaderKind) -> TextWriter:
        """Make the writer of a kind that had no reader yet."""
        writer = self[kind] = self.texts[kind.language].build_writer(
            is_introduction=kind.is_introduction,
            plain_names=self.plain_names,
            field_names=self.field_names,
        )
        return writer
