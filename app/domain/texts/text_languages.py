"""The languages that texts are written in, and those that people read, by their BCP 47 tags."""

DEFAULT_LANGUAGE = "en"
# RFC 5646, 4.4.1: what every tag in use fits into.
LANGUAGE_TAG_LENGTH = 35
# In the order of their English names, as pages list them.
LANGUAGE_NAMES = {
    "am": "Amharic",
    "ar": "Arabic",
    "hy": "Armenian",
    "bn": "Bengali",
    "my": "Burmese",
    "zh-Hans": "Chinese (simplified)",
    "zh-Hant": "Chinese (traditional)",
    "hr": "Croatian",
    "cs": "Czech",
    "da": "Danish",
    "nl": "Dutch",
    "en": "English",
    "et": "Estonian",
    "fil": "Filipino",
    "fi": "Finnish",
    "fr": "French",
    "fr-CA": "French (Canada)",
    "ka": "Georgian",
    "de": "German",
    "el": "Greek",
    "gu": "Gujarati",
    "ht": "Haitian Creole",
    "he": "Hebrew",
    "hi": "Hindi",
    "hmn": "Hmong",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "km": "Khmer",
    "ko": "Korean",
    "ku": "Kurdish",
    "lo": "Lao",
    "lv": "Latvian",
    "lt": "Lithuanian",
    "ms": "Malay",
    "ne": "Nepali",
    "no": "Norwegian",
    "ps": "Pashto",
    "fa": "Persian",
    "pl": "Polish",
    "pt": "Portuguese",
    "pt-BR": "Portuguese (Brazil)",
    "pa": "Punjabi",
    "ro": "Romanian",
    "ru": "Russian",
    "sr": "Serbian",
    "sk": "Slovak",
    "so": "Somali",
    "es": "Spanish",
    "sw": "Swahili",
    "sv": "Swedish",
    "tl": "Tagalog",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "ti": "Tigrinya",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "yi": "Yiddish",
    "yo": "Yoruba",
}
# People read these too. No text is written in them: there are no words for their dates.
READ_LANGUAGE_NAMES = {
    "sq": "Albanian",
    "bs": "Bosnian",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "zh": "Chinese",
    "ha": "Hausa",
    "ig": "Igbo",
    "ga": "Irish",
    "ml": "Malayalam",
    "nb": "Norwegian",
    "om": "Oromo",
    "si": "Sinhala",
    "sl": "Slovenian",
    "cy": "Welsh",
    "zu": "Zulu",
}


def is_language(tag: str) -> bool:
    """Whether this is the tag of a language that a text can be written in."""
    return tag in LANGUAGE_NAMES


def name_language(tag: str) -> str:
    """Return what pages call a language: "Spanish"; an unknown tag as it is."""
    return LANGUAGE_NAMES.get(tag) or READ_LANGUAGE_NAMES.get(tag, tag)


def get_language_order(tag: str) -> tuple[bool, str]:
    """Return the key that sorts languages: the default one first, the others by their names."""
    return tag != DEFAULT_LANGUAGE, name_language(tag)
