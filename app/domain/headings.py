"""What the heading of a spreadsheet's column says about the column, in the languages people
write them.
"""

import re
import unicodedata
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, as far as we care."""

    PHONE = "phone"
    NAME = "name"
    FIRST = "first_name"
    LAST = "last_name"
    NOTHING = "nothing"

    @property
    def words(self) -> str:
        """The kind as pages say it."""
        return KIND_WORDS[self]


KIND_WORDS = {
    Kind.PHONE: "Phone number",
    Kind.NAME: "Full name",
    Kind.FIRST: "First name",
    Kind.LAST: "Last name",
    Kind.NOTHING: "Do not import",
}


def folded(heading: str) -> str:
    """A heading as plain lower-case words: 'Número  de MÓVIL*', 'NumeroDeMovil' both give
    'numero de movil'.
    """
    spelt = re.sub(
        r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", unicodedata.normalize("NFKC", heading)
    )
    signs = (
        sign
        for sign in unicodedata.normalize("NFKD", spelt.casefold())
        if not _is_mark(sign)
    )
    plain = unicodedata.normalize("NFC", "".join(signs))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) in {"Mn", "Cf"}


def _all(text: str) -> frozenset[str]:
    return frozenset(folded(phrase) for phrase in text.split("|"))


# A heading with one of these inside is about a phone: "Mobiltelefonnummer", "Phone 1 - Value",
# "Número de teléfono".
PHONE_STEMS = _all(
    "phone|telefon|téléphon|telefoon|telefòn|telephon|mobile|mobil|handy|celular|cellul|rufnummer|puhelin|gsm|msisdn|"
    "телефон|мобил|τηλέφων|κινητό|电话|電話|手机|手機|携帯|전화|휴대|핸드폰|هاتف|جوال|موبايل|טלפון|נייד|फोन|मोबाइल|"
    "điện thoại|komórk|โทรศัพท์"
)
PHONE_WORDS = _all("tel|cell|cel|mob|ph|móvil|portable|fon|sms|telf|тел|моб")
# Such phones are seldom in a pocket: another phone column is preferred to them.
LANDLINE_WORDS = _all(
    "home|work|office|business|landline|fax|emergency|festnetz|privat|büro|geschäftlich|dienstlich|"
    "casa|trabajo|oficina|fijo|domicile|bureau|travail|fixe|thuis|werk|lavoro|ufficio|fisso|trabalho|fixo"
)
ID_WORDS = _all(
    "id|ids|no|nr|nummer|number|num|nº|account|member number|membership|customer|kunde|card|code|ref|zip"
)

FIRST_NAMES = _all(
    "first name|firstname|first|given name|given names|givenname|given|forename|forenames|christian name|vorname|"
    "vornamen|prénom|prénoms|nombres|primer nombre|nombre de pila|primeiro nome|nome próprio|voornaam|imię|имя|jméno|"
    "meno|keresztnév|förnamn|fornavn|fornavne|etunimi|eesnimi|vārds|vardas|prenume|ime|ad|adı|名|名字|nama depan|ім'я"
)
LAST_NAMES = _all(
    "last name|lastname|last|surname|surnames|family name|familyname|second name|nachname|familienname|zuname|"
    "nom de famille|apellido|apellidos|primer apellido|sobrenome|apelido|cognome|achternaam|nazwisko|фамилия|příjmení|"
    "priezvisko|vezetéknév|efternamn|etternavn|efternavn|sukunimi|prezime|soyad|soyadı|soyisim|perekonnanimi|"
    "nume de familie|姓|성|nama belakang|прізвище|επώνυμο"
)
NAMES = _all(
    "name|names|full name|fullname|complete name|contact|contact name|person|member|participant|guest|"
    "vollständiger name|vor und nachname|kontakt|nom|nom complet|nom et prénom|prénom et nom|nom prénom|nombre|"
    "nombre completo|nombre y apellido|nombre y apellidos|nome|nome completo|nome e cognome|naam|volledige naam|"
    "imię i nazwisko|фио|ф и о|имя и фамилия|полное имя|jméno a příjmení|celé jméno|név|teljes név|namn|navn|nimi|nume|"
    "nume complet|nume și prenume|ime i prezime|ad soyad|adı soyadı|isim|isim soyisim|nama|nama lengkap|tên|"
    "họ tên|họ và tên|姓名|名前|氏名|お名前|이름|성명|성함|الاسم|اسم|الاسم الكامل|שם|שם מלא|नाम|ονοματεπώνυμο|όνομα|піб"
)
NOT_A_PERSON = _all(
    "company|organisation|organization|org|business|employer|school|group|team|user|username|nick|nickname|file|event|"
    "street|city|emergency|parent|mother|father|spouse|middle|yomi|prefix|suffix|list|campaign|tag|village"
)


def kind_of(heading: str) -> Kind | None:
    """What a heading says its column holds; None when it says nothing we know."""
    plain = folded(heading)
    words = set(plain.split())
    if "phonetic" in words:  # how a name is spoken; "phone" is in it
        return None
    if words & PHONE_WORDS or any(stem in plain for stem in PHONE_STEMS):
        return Kind.PHONE
    for kind, phrases in (
        (Kind.FIRST, FIRST_NAMES),
        (Kind.LAST, LAST_NAMES),
        (Kind.NAME, NAMES),
    ):
        if plain in phrases:
            return kind
    return (
        _english_name(words) if "name" in words and not words & NOT_A_PERSON else None
    )


def _english_name(words: set[str]) -> Kind:
    """ "Member's first name (as on the card)" and the like."""
    if words & {"first", "given"}:
        return Kind.FIRST
    return Kind.LAST if words & {"last", "family"} else Kind.NAME


def is_landline(heading: str) -> bool:
    """Whether a phone heading says that the phone stands on a desk."""
    return bool(set(folded(heading).split()) & LANDLINE_WORDS)


def is_id(heading: str) -> bool:
    """Whether a heading says that its numbers are numbers of something else."""
    return heading.strip() == "#" or bool(set(folded(heading).split()) & ID_WORDS)
