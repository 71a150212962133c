"""What the heading of a spreadsheet's column tells about the column, in many languages."""

import re
import unicodedata
from enum import StrEnum

from app.domain.texts.unicode_categories import remove_categories

# Where "NumeroDeMovil" has its word boundaries.
CAMEL_CASE_PATTERN = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
# Accents and format characters. Enclosing marks (Me) stay.
REMOVED_CATEGORIES = frozenset({"Mn", "Cf"})


class ColumnKind(StrEnum):
    """What a column holds, as far as an import needs it. The values are stored."""

    PHONE = "phone"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    IGNORED = "nothing"

    @property
    def label(self) -> str:
        """The kind as pages show it."""
        return COLUMN_KIND_LABELS[self]


COLUMN_KIND_LABELS = {
    ColumnKind.PHONE: "Phone number",
    ColumnKind.NAME: "Full name",
    ColumnKind.FIRST_NAME: "First name",
    ColumnKind.LAST_NAME: "Last name",
    ColumnKind.IGNORED: "Do not import",
}


def fold_heading(heading: str) -> str:
    """Return a heading as lower-case words without accents and punctuation.

    "Número  de MÓVIL*" and "NumeroDeMovil" both give "numero de movil".
    """
    separated = CAMEL_CASE_PATTERN.sub(" ", unicodedata.normalize("NFKC", heading))
    decomposed = unicodedata.normalize("NFKD", separated.casefold())
    letters = remove_categories(decomposed, REMOVED_CATEGORIES)
    words = "".join(map(_replace_punctuation, unicodedata.normalize("NFC", letters)))
    return " ".join(words.split())


def _replace_punctuation(character: str) -> str:
    return character if character.isalnum() else " "


def _fold_phrases(phrases: str) -> frozenset[str]:
    return frozenset(map(fold_heading, phrases.split("|")))


# A heading with one of these inside is about a phone: "Mobiltelefonnummer", "Phone 1 - Value",
# "Número de teléfono".
PHONE_STEMS = _fold_phrases(
    "phone|telefon|téléphon|telefoon|telefòn|telephon|mobile|mobil|handy|celular|cellul"
    "|rufnummer|puhelin|gsm|msisdn|"
    "телефон|мобил|τηλέφων|κινητό|电话|電話|手机|手機|携帯|전화|휴대|핸드폰|هاتف|جوال|موبايل|טלפון|נייד|फोन|मोबाइल|"
    "điện thoại|komórk|โทรศัพท์"
)
PHONE_WORDS = _fold_phrases("tel|cell|cel|mob|ph|móvil|portable|fon|sms|telf|тел|моб")
# A landline can seldom receive texts: another phone column is preferred to it.
LANDLINE_WORDS = _fold_phrases(
    "home|work|office|business|landline|fax|emergency|festnetz|privat|büro|geschäftlich|dienstlich|"
    "casa|trabajo|oficina|fijo|domicile|bureau|travail|fixe|thuis|werk|lavoro|ufficio|fisso"
    "|trabalho|fixo"
)
ID_WORDS = _fold_phrases(
    "id|ids|no|nr|nummer|number|num|nº|account|member number|membership|customer|kunde|card"
    "|code|ref|zip"
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
    """Return what the heading says that the column holds, or None when it says nothing of use."""
    folded = fold_heading(heading)
    words = set(folded.split())
    # "Phonetic name" is how a name is pronounced, and contains "phone".
    if "phonetic" in words:
        return None
    if words & PHONE_WORDS or any(stem in folded for stem in PHONE_STEMS):
        return ColumnKind.PHONE
    if folded in FIRST_NAME_HEADINGS:
        return ColumnKind.FIRST_NAME
    if folded in LAST_NAME_HEADINGS:
        return ColumnKind.LAST_NAME
    if folded in FULL_NAME_HEADINGS:
        return ColumnKind.NAME
    if "name" in words and not words & NON_PERSON_WORDS:
        return _find_english_name_kind(words)
    return None


def _find_english_name_kind(words: set[str]) -> ColumnKind:
    """Return the kind of a longer heading, such as "Member's first name (as on the card)"."""
    if words & {"first", "given"}:
        return ColumnKind.FIRST_NAME
    if words & {"last", "family"}:
        return ColumnKind.LAST_NAME
    return ColumnKind.NAME


def is_landline_heading(heading: str) -> bool:
    """Whether the heading of a phone column says that the phones are landlines."""
    return not LANDLINE_WORDS.isdisjoint(fold_heading(heading).split())


def is_id_heading(heading: str) -> bool:
    """Whether a heading says that its numbers are no phones: a member number, a postcode."""
    if heading.strip() == "#":
        return True
    return not ID_WORDS.isdisjoint(fold_heading(heading).split())
