"""What the heading of a spreadsheet's column says about the column, in the languages people
write them.
"""

import re
import unicodedata
from enum import StrEnum


class ColumnKind(StrEnum):
    """What a column holds, as far as we care."""

    PHONE = "phone"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    IGNORED = "nothing"

    @property
    def label(self) -> str:
        """The kind as pages say it."""
        return COLUMN_KIND_LABELS[self]


COLUMN_KIND_LABELS = {
    ColumnKind.PHONE: "Phone number",
    ColumnKind.NAME: "Full name",
    ColumnKind.FIRST_NAME: "First name",
    ColumnKind.LAST_NAME: "Last name",
    ColumnKind.IGNORED: "Do not import",
}


def fold_heading(heading: str) -> str:
    """A heading as plain lower-case words: 'Número  de MÓVIL*', 'NumeroDeMovil' both give
    'numero de movil'.
    """
    spelt = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", unicodedata.normalize("NFKC", heading))
    signs = (
        sign
        for sign in unicodedata.normalize("NFKD", spelt.casefold())
        if not _is_accent_or_format(sign)
    )
    plain = unicodedata.normalize("NFC", "".join(signs))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


def _is_accent_or_format(sign: str) -> bool:
    return unicodedata.category(sign) in {"Mn", "Cf"}


def _fold_phrases(text: str) -> frozenset[str]:
    return frozenset(fold_heading(phrase) for phrase in text.split("|"))


# A heading with one of these inside is about a phone: "Mobiltelefonnummer", "Phone 1 - Value",
# "Número de teléfono".
PHONE_STEMS = _fold_phrases(
    "phone|telefon|téléphon|telefoon|telefòn|telephon|mobile|mobil|handy|celular|cellul"
    "|rufnummer|puhelin|gsm|msisdn|"
    "телефон|мобил|τηλέφων|κινητό|电话|電話|手机|手機|携帯|전화|휴대|핸드폰|هاتف|جوال|موبايل|טלפון|נייד|फोन|मोबाइल|"
    "điện thoại|komórk|โทรศัพท์"
)
PHONE_WORDS = _fold_phrases("tel|cell|cel|mob|ph|móvil|portable|fon|sms|telf|тел|моб")
# Such phones are seldom in a pocket: another phone column is preferred to them.
LANDLINE_WORDS = _fold_phrases(
    "home|work|office|business|landline|fax|emergency|festnetz|privat|büro|geschäftlich|dienstlich|"
    "casa|trabajo|oficina|fijo|domicile|bureau|travail|fixe|thuis|werk|lavoro|ufficio|fisso"
    "|trabalho|fixo"
)
ID_WORDS = _fold_phrases(
    (
        "id|ids|no|nr|nummer|number|num|nº|account|member number|membership|customer|kunde|card"
        "|code|ref|zip"
    )
)

FIRST_NAME_HEADINGS = _fold_phrases(
    "first name|firstname|first|given name|given names|givenname|given|forename|forenames"
    "|christian name|vorname|"
    "vornamen|prénom|prénoms|nombres|primer nombre|nombre de pila|primeiro nome|nome próprio"
    "|voornaam|imię|имя|jméno|"
    "meno|keresztnév|förnamn|fornavn|fornavne|etunimi|eesnimi|vārds|vardas|prenume|ime|ad"
    "|adı|名|名字|nama depan|ім'я"
)
LAST_NAME_HEADINGS = _fold_phrases(
    "last name|lastname|last|surname|surnames|family name|familyname|second name|nachname"
    "|familienname|zuname|"
    "nom de famille|apellido|apellidos|primer apellido|sobrenome|apelido|cognome|achternaam"
    "|nazwisko|фамилия|příjmení|"
    "priezvisko|vezetéknév|efternamn|etternavn|efternavn|sukunimi|prezime|soyad|soyadı"
    "|soyisim|perekonnanimi|"
    "nume de familie|姓|성|nama belakang|прізвище|επώνυμο"
)
FULL_NAME_HEADINGS = _fold_phrases(
    "name|names|full name|fullname|complete name|contact|contact name|person|member"
    "|participant|guest|"
    "vollständiger name|vor und nachname|kontakt|nom|nom complet|nom et prénom|prénom et nom"
    "|nom prénom|nombre|"
    "nombre completo|nombre y apellido|nombre y apellidos|nome|nome completo|nome e cognome"
    "|naam|volledige naam|"
    "imię i nazwisko|фио|ф и о|имя и фамилия|полное имя|jméno a příjmení|celé jméno|név"
    "|teljes név|namn|navn|nimi|nume|"
    "nume complet|nume și prenume|ime i prezime|ad soyad|adı soyadı|isim|isim soyisim|nama"
    "|nama lengkap|tên|"
    "họ tên|họ và tên|姓名|名前|氏名|お名前|이름|성명|성함|الاسم|اسم|الاسم الكامل|שם|שם מלא|नाम"
    "|ονοματεπώνυμο|όνομα|піб"
)
NON_PERSON_WORDS = _fold_phrases(
    "company|organisation|organization|org|business|employer|school|group|team|user|username"
    "|nick|nickname|file|event|"
    "street|city|emergency|parent|mother|father|spouse|middle|yomi|prefix|suffix|list"
    "|campaign|tag|village"
)


def find_column_kind(heading: str) -> ColumnKind | None:
    """What a heading says its column holds; None when it says nothing we know."""
    plain = fold_heading(heading)
    words = set(plain.split())
    if "phonetic" in words:  # how a name is spoken; "phone" is in it
        return None
    if words & PHONE_WORDS or any(stem in plain for stem in PHONE_STEMS):
        return ColumnKind.PHONE
    for kind, phrases in (
        (ColumnKind.FIRST_NAME, FIRST_NAME_HEADINGS),
        (ColumnKind.LAST_NAME, LAST_NAME_HEADINGS),
        (ColumnKind.NAME, FULL_NAME_HEADINGS),
    ):
        if plain in phrases:
            return kind
    return (
        _find_english_name_kind(words) if "name" in words and not words & NON_PERSON_WORDS else None
    )


def _find_english_name_kind(words: set[str]) -> ColumnKind:
    """ "Member's first name (as on the card)" and the like."""
    if words & {"first", "given"}:
        return ColumnKind.FIRST_NAME
    return ColumnKind.LAST_NAME if words & {"last", "family"} else ColumnKind.NAME


def is_landline_heading(heading: str) -> bool:
    """Whether a phone heading says that the phone stands on a desk."""
    return bool(set(fold_heading(heading).split()) & LANDLINE_WORDS)


def is_id_heading(heading: str) -> bool:
    """Whether a heading says that its numbers are numbers of something else."""
    return heading.strip() == "#" or bool(set(fold_heading(heading).split()) & ID_WORDS)
