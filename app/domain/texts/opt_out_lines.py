"""The line of a text that says how to opt out, in the language of its reader.

STOP itself is never translated: carriers obey this word in every language. Lines in Latin letters
are of GSM-7 where that is correct, for they are added to thousands of texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.texts.message_templates import DEFAULT_OPT_OUT_FOOTER
from app.domain.texts.text_languages import DEFAULT_LANGUAGE

BUILT_IN_LINES: Mapping[str, str] = {
    "ar": "أرسل STOP لإلغاء الاشتراك.",
    "zh-Hans": "回复 STOP 退订。",
    "zh-Hant": "回覆 STOP 取消訂閱。",
    "nl": "Antwoord STOP om af te melden.",
    DEFAULT_LANGUAGE: DEFAULT_OPT_OUT_FOOTER,
    "fil": "Mag-reply ng STOP para tumigil.",
    "tl": "Mag-reply ng STOP para tumigil.",
    "fr": "Répondez STOP pour vous désabonner.",
    "de": "STOP antworten zum Abmelden.",
    "ht": "Reponn STOP pou w sispann resevwa yo.",
    "it": "Rispondi STOP per annullare.",
    "ja": "配信停止は STOP と返信。",
    "ko": "수신 거부: STOP 회신",
    "pl": "Odpisz STOP, aby zrezygnować.",
    "pt": "Responda STOP para cancelar.",
    "ru": "Ответьте STOP, чтобы отписаться.",
    "es": "Responda STOP para cancelar.",
    "uk": "Надішліть STOP, щоб відписатися.",
    "vi": "Trả lời STOP để ngừng nhận tin.",
}


@dataclass(frozen=True)
class OptOutLines:
    """The lines of an organisation.

    `line` is in its own `language`; `other_lines` are what it wrote in others, by their tags.
    """

    line: str
    language: str = DEFAULT_LANGUAGE
    other_lines: Mapping[str, str] = field(default_factory=dict)

    def choose(self, language: str | None) -> str:
        """Return the line for a text in a language (BCP 47); None: the organisation's.

        Its own line comes before the built-in one, "es" before nothing for es-MX, and the
        organisation's line is for languages that have none.
        """
        if language is None or language == self.language:
            return self.line
        for tag in (language, language.partition("-")[0]):
            line = self.other_lines.get(tag) or BUILT_IN_LINES.get(tag)
            if line:
                return self.line if tag == self.language else line
        return self.line


def follow_language(line: str, before: str, after: str) -> str:
    """Return the line of an organisation whose own language (BCP 47) changes.

    The standard one of before becomes that of the new language; words of its own stay.
    """
    if before == after or line.strip() != BUILT_IN_LINES.get(before):
        return line
    return BUILT_IN_LINES.get(after, line)
