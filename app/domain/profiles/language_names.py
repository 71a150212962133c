"""The languages that people speak: their codes (BCP 47), and what files call them."""

from collections.abc import Iterable
from functools import cache

from app.domain.spreadsheets.heading_words import fold_heading
from app.domain.texts.text_languages import name_language

MAX_LANGUAGE_CHARACTERS = 40
# Shorter names are words of other languages too, and count only alone.
MIN_MENTIONED_CHARACTERS = 4
# The English name first, which pages show; then the own name, and those in Spanish, French, German.
LANGUAGE_SPELLINGS = {
    "am": "Amharic|አማርኛ|amárico|amharique",
    "ar": "Arabic|العربية|árabe|arabe|Arabisch",
    "bg": "Bulgarian|български|búlgaro|bulgare",
    "bn": "Bengali|বাংলা|bengalí|bangla|Bengalisch",
    "bs": "Bosnian|bosanski|bosnio|bosniaque",
    "ca": "Catalan|català|catalán|Katalanisch",
    "cs": "Czech|čeština|česky|checo|tchèque|Tschechisch",
    "cy": "Welsh|Cymraeg|galés|gallois",
    "da": "Danish|dansk|danés|danois|Dänisch",
    "de": "German|Deutsch|alemán|allemand|tedesco|ger|deu",
    "el": "Greek|ελληνικά|griego|grec|Griechisch",
    "en": "English|inglés|anglais|Englisch|inglese|inglês|eng",
    "es": "Spanish|español|castellano|espagnol|Spanisch|spagnolo|espanhol|spa|esp",
    "et": "Estonian|eesti|estonio|estonien",
    "fa": "Persian|فارسی|Farsi|persa|persan|Dari",
    "fi": "Finnish|suomi|finés|finlandés|finnois|Finnisch",
    "fil": "Filipino|Tagalog|filipina|Pilipino",
    "fr": "French|français|francés|Französisch|francese|francês|fra|fre",
    "ga": "Irish|Gaeilge|irlandés|irlandais",
    "gu": "Gujarati|ગુજરાતી|guyaratí|gujarâtî",
    "ha": "Hausa",
    "he": "Hebrew|עברית|hebreo|hébreu|Hebräisch",
    "hi": "Hindi|हिन्दी|हिंदी",
    "hmn": "Hmong|Hmoob",
    "hr": "Croatian|hrvatski|croata|croate|Kroatisch",
    "ht": "Haitian Creole|Kreyòl|Kreyòl ayisyen|Haitian|Creole|créole haïtien|criollo haitiano",
    "hu": "Hungarian|magyar|húngaro|hongrois|Ungarisch",
    "hy": "Armenian|հայերեն|armenio|arménien",
    "id": "Indonesian|Bahasa Indonesia|indonesio|indonésien",
    "ig": "Igbo",
    "it": "Italian|italiano|italien|Italienisch|ita",
    "ja": "Japanese|日本語|japonés|japonais|Japanisch",
    "ka": "Georgian|ქართული|georgiano|géorgien",
    "km": "Khmer|ខ្មែរ|Cambodian|camboyano",
    "ko": "Korean|한국어|coreano|coréen|Koreanisch",
    "ku": "Kurdish|kurdî|kurdo|kurde|Kurdisch",
    "lo": "Lao|ລາວ|Laotian",
    "lt": "Lithuanian|lietuvių|lituano|lituanien",
    "lv": "Latvian|latviešu|letón|letton",
    "ml": "Malayalam|മലയാളം",
    "ms": "Malay|Bahasa Melayu|malayo|malais",
    "my": "Burmese|မြန်မာ|birmano|birman",
    "nb": "Norwegian|norsk|noruego|norvégien|Norwegisch|nor|nn",
    "ne": "Nepali|नेपाली|nepalí|népalais",
    "nl": "Dutch|Nederlands|neerlandés|holandés|néerlandais|Niederländisch|Holländisch",
    "om": "Oromo|Afaan Oromoo",
    "pa": "Punjabi|ਪੰਜਾਬੀ|Panjabi|panyabí",
    "pl": "Polish|polski|polaco|polonais|Polnisch",
    "ps": "Pashto|پښتو|pastún|pachto",
    "pt": "Portuguese|português|portugués|portugais|Portugiesisch|por",
    "ro": "Romanian|română|rumano|roumain|Rumänisch",
    "ru": "Russian|русский|ruso|russe|Russisch",
    "si": "Sinhala|සිංහල|cingalés",
    "sk": "Slovak|slovenčina|eslovaco|slovaque|Slowakisch",
    "sl": "Slovenian|slovenščina|Slovene|esloveno|slovène",
    "so": "Somali|Soomaali|somalí",
    "sq": "Albanian|shqip|albanés|albanais|Albanisch",
    "sr": "Serbian|српски|srpski|serbio|serbe|Serbisch",
    "sv": "Swedish|svenska|sueco|suédois|Schwedisch",
    "sw": "Swahili|Kiswahili|suajili",
    "ta": "Tamil|தமிழ்|tamoul",
    "te": "Telugu|తెలుగు|télougou",
    "th": "Thai|ไทย|tailandés|thaï|Thailändisch",
    "ti": "Tigrinya|ትግርኛ|tigriña",
    "tr": "Turkish|Türkçe|turco|turc|Türkisch",
    "uk": "Ukrainian|українська|ucraniano|ukrainien|Ukrainisch",
    "ur": "Urdu|اردو|ourdou",
    "vi": "Vietnamese|Tiếng Việt|vietnamita|vietnamien|Vietnamesisch|viet",
    "yi": "Yiddish|ייִדיש|yidis",
    "yo": "Yoruba|Yorùbá",
    "zh": "Chinese|中文|汉语|漢語|Mandarin|Cantonese|粵語|chino|chinois|Chinesisch|mandarín",
    "zh-Hans": "Chinese (simplified)|简体中文|Simplified Chinese|chino simplificado|zh-CN",
    "zh-Hant": "Chinese (traditional)|繁體中文|Traditional Chinese|chino tradicional|zh-TW",
    "zu": "Zulu|isiZulu|zulú",
}


@cache
def _list_codes_by_name() -> dict[str, str]:
    codes = {fold_heading(code): code for code in LANGUAGE_SPELLINGS}
    for code, names in LANGUAGE_SPELLINGS.items():
        for name in names.split("|"):
            codes[fold_heading(name)] = code
    return codes


def parse_language(text: str) -> str | None:
    """Return the code of the language that a text names ("Español", "es-MX"), or None."""
    if len(text) > MAX_LANGUAGE_CHARACTERS:
        return None
    codes = _list_codes_by_name()
    folded = fold_heading(text)
    if folded in codes:
        return codes[folded]
    # "es-MX" and "Spanish (Mexico)" are Spanish; "Spanish, English" has the first one first.
    first = folded.split(maxsplit=1)[:1]
    return codes.get(first[0]) if first else None


def find_mentioned_language(text: str) -> str | None:
    """Return the code of the one language that somebody names ("Spanish please"), or None.

    Codes of two letters count for nothing: "it", "so" and "hi" are words.
    """
    folded = f" {fold_heading(text)} "
    mentioned = set()
    for name, code in _list_codes_by_name().items():
        is_name = len(name) >= MIN_MENTIONED_CHARACTERS or not name.isascii()
        if is_name and (f" {name} " in folded or folded.strip() == name):
            mentioned.add(code)
    # "Chinese (traditional)" names Chinese too.
    exact_codes = {code for code in mentioned if not _has_more_exact_code(code, mentioned)}
    return exact_codes.pop() if len(exact_codes) == 1 else None


def _has_more_exact_code(code: str, codes: Iterable[str]) -> bool:
    return any(other.startswith(f"{code}-") for other in codes)


def list_language_choices() -> dict[str, str]:
    """Return the names of all languages by their codes, in the order of the names."""
    return {code: name_language(code) for code in sorted(LANGUAGE_SPELLINGS, key=name_language)}
