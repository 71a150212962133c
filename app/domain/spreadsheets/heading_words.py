"""The words that head the columns of people's spreadsheets, folded, in many languages."""

import re
import unicodedata

from app.domain.texts.unicode_categories import remove_categories

# Where "NumeroDeMovil" has its word boundaries.
CAMEL_CASE_PATTERN = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
# Accents and format characters. Enclosing marks (Me) stay.
REMOVED_CATEGORIES = frozenset({"Mn", "Cf"})
# A longer heading is a question or a mistake; its beginning tells enough.
MAX_HEADING_CHARACTERS = 200


def fold_heading(heading: str) -> str:
    """Return a heading as lower-case words without accents and punctuation.

    "Número  de MÓVIL*" and "NumeroDeMovil" both give "numero de movil".
    """
    normalized = unicodedata.normalize("NFKC", heading[:MAX_HEADING_CHARACTERS])
    separated = CAMEL_CASE_PATTERN.sub(" ", normalized)
    decomposed = unicodedata.normalize("NFKD", separated.casefold())
    letters = remove_categories(decomposed, REMOVED_CATEGORIES)
    words = "".join(map(_replace_punctuation, unicodedata.normalize("NFC", letters)))
    return " ".join(words.split())


def _replace_punctuation(character: str) -> str:
    return character if character.isalnum() else " "


def fold_phrases(phrases: str) -> frozenset[str]:
    """Return the folded phrases of a list that bars separate."""
    return frozenset(map(fold_heading, phrases.split("|")))


# A heading with one of these inside is about a phone: "Mobiltelefonnummer", "Phone 1 - Value",
# "Número de teléfono".
PHONE_STEMS = fold_phrases(
    "phone|telefon|téléphon|telefoon|telefòn|telephon|mobile|mobil|handy|celular|cellul"
    "|rufnummer|puhelin|gsm|msisdn|whatsapp|"
    "телефон|мобил|τηλέφων|κινητό|电话|電話|手机|手機|携帯|전화|휴대|핸드폰|هاتف|جوال|موبايل|טלפון|נייד|फोन|मोबाइल|"
    "điện thoại|komórk|โทรศัพท์|มือถือ"
)
PHONE_WORDS = fold_phrases("tel|cell|cel|mob|ph|móvil|portable|fon|sms|telf|tlf|тел|моб")
MOBILE_STEMS = fold_phrases(
    "mobile|mobil|handy|celular|cellul|gsm|msisdn|whatsapp|мобил|κινητό|手机|手機|携帯|휴대|핸드폰"
    "|جوال|موبايل|נייד|मोबाइल|komórk|มือถือ|iphone"
)
MOBILE_WORDS = fold_phrases("cell|cel|mob|móvil|portable|sms|text|texts|моб|natel")
# A landline can seldom receive texts: another phone column is preferred to it.
LANDLINE_WORDS = fold_phrases(
    "home|work|office|business|landline|fixed|house|day|evening|festnetz|privat|büro"
    "|geschäftlich|dienstlich|arbeit|"
    "casa|trabajo|oficina|fijo|particular|domicile|bureau|travail|fixe|thuis|werk|lavoro|ufficio"
    "|fisso|trabalho|fixo|residencial|company|main|telefon privat|car|daytime"
)
NON_TEXT_WORDS = fold_phrases("fax|telefax|pager|isdn|telex|tty|tdd|radio|callback|faxnummer")
OTHER_PERSON_WORDS = fold_phrases(
    "emergency|parent|parents|mother|mothers|father|fathers|mom|moms|mum|mums|dad|dads|guardian"
    "|guardians|spouse|spouses|partner|wife|husband|kin|secretary|assistant|school|church|doctor"
    "|physician|referee|reference|employer|notfall|notfallkontakt|eltern|mutter|vater|emergencia"
    "|madre|padre|tutor|urgence|mère|père|noodgeval|ouder|emergenza|emergência|mãe|pai|ice"
)
SECOND_CHOICE_WORDS = fold_phrases(
    "other|primary|secondary|alternate|alternative|alt|second|third|additional|andere|weitere|zweite|otro"
    "|otra|alternativo|secundario|autre|secondaire|altro|outro|overig|2|3|4|5|6"
)
# Before the digits of a national number.
COUNTRY_WORDS = fold_phrases(
    "country|countrycode|landesvorwahl|ländervorwahl|landeskennzahl|land|staat|país|pays|paese"
    "|kraj|страна|国家|国|국가|isd|ddi|cc|dialcode|nation|maa|ülke|zemlja|ország"
)
AREA_WORDS = fold_phrases("area|areacode|ortsvorwahl|ddd|lada|std|netzkennzahl|kengetal|citycode")
CODE_WORDS = fold_phrases(
    "code|prefix|vorwahl|indicatif|prefijo|prefisso|prefixo|código|kod|landnummer|calling|dial"
    "|dialling|dialing|clave|kierunkowy|predvolba"
)
LABEL_WORDS = fold_phrases("type|label|kind|art|typ|tipo|etiqueta|libellé|etichetta|soort")
DATE_WORDS = fold_phrases(
    "date|birthday|birthdate|dob|born|birth|geburtsdatum|geburtstag|datum|fecha|naissance|data"
    "|created|updated|timestamp|zeitstempel|time|zip|zipcode|plz|postcode|postal|year|age"
)
ID_WORDS = fold_phrases(
    "id|ids|no|nr|nummer|number|num|nº|account|member number|membership|customer|kunde|card"
    "|code|ref|zip"
)

FIRST_NAME_HEADINGS = fold_phrases(
    "first name|firstname|first|given name|given names|givenname|given|forename|forenames"
    "|christian name|vorname|fname|f name|rufname|"
    "vornamen|prénom|prénoms|nombres|primer nombre|nombre de pila|primeiro nome|nome próprio"
    "|voornaam|imię|имя|jméno|"
    "meno|keresztnév|förnamn|fornavn|fornavne|etunimi|eesnimi|vārds|vardas|prenume|ime|ad"
    "|adı|名|名字|nama depan|ім'я|prenom usuel|roepnaam|tilltalsnamn"
)
LAST_NAME_HEADINGS = fold_phrases(
    "last name|lastname|last|surname|surnames|family name|familyname|second name|nachname"
    "|familienname|zuname|lname|l name|"
    "nom de famille|nom d'usage|apellido|apellidos|primer apellido|apellido paterno|sobrenome"
    "|apelido|cognome|achternaam|nazwisko|фамилия|příjmení|"
    "priezvisko|vezetéknév|efternamn|etternavn|efternavn|sukunimi|prezime|soyad|soyadı"
    "|soyisim|perekonnanimi|"
    "nume de familie|pavardė|uzvārds|姓|성|nama belakang|прізвище|επώνυμο"
)
FULL_NAME_HEADINGS = fold_phrases(
    "name|names|full name|fullname|complete name|contact|contact name|person|member"
    "|participant|guest|attendee|volunteer|student|"
    "vollständiger name|vor und nachname|kontakt|nom|nom complet|nom et prénom|prénom et nom"
    "|nom prénom|nombre|"
    "nombre completo|nombre y apellido|nombre y apellidos|nome|nome completo|nome e cognome"
    "|naam|volledige naam|"
    "imię i nazwisko|фио|ф и о|имя и фамилия|полное имя|jméno a příjmení|celé jméno|név"
    "|teljes név|namn|navn|nimi|nume|"
    "nume complet|nume și prenume|ime i prezime|ad soyad|adı soyadı|isim|isim soyisim|nama"
    "|nama lengkap|tên|"
    "họ tên|họ và tên|姓名|名前|氏名|お名前|이름|성명|성함|الاسم|اسم|الاسم الكامل|שם|שם מלא|नाम"
    "|ชื่อ|ชื่อ นามสกุล|ονοματεπώνυμο|όνομα|піб|alumno|miembro|participante|mitglied|teilnehmer"
)
# Words of longer headings: "Apellidos y Nombres", "Member's first name (as on the card)".
FIRST_NAME_WORDS = fold_phrases(
    "fname|firstname|forename|forenames|givenname|vorname|vornamen|prénom|prénoms|nombres|voornaam"
    "|voornamen|imię|имя|имени|jméno|förnamn|fornavn|etunimi|keresztnév|prenume|primeiro"
)
LAST_NAME_WORDS = fold_phrases(
    "lname|lastname|surname|surnames|familyname|nachname|nachnamen|familienname|zuname|apellido"
    "|apellidos|sobrenome|apelido|cognome|achternaam|nazwisko|фамилия|příjmení|priezvisko"
    "|efternamn|etternavn|efternavn|sukunimi|vezetéknév|famille"
)
# In English these are ordinary words: "first" is a name beside "name", and not in "First visit".
FIRST_NAME_ADJECTIVES = fold_phrases("first|given|christian")
LAST_NAME_ADJECTIVES = fold_phrases("last|family")
NAME_WORDS = fold_phrases("name|names|nombre|nombres|nom|noms|nome|naam|namen|namn|navn|név|имя")
PERSON_WORDS = fold_phrases(
    "member|members|person|people|contact|contacts|guest|participant|attendee|student|volunteer"
    "|donor|subscriber|client|customer|player|mitglied|kontakt|miembro|membre|the|s|your|legal"
)
# Names of somebody or something else than the person with the phone.
NON_PERSON_WORDS = fold_phrases(
    "company|organisation|organization|org|business|employer|school|group|team|user|username"
    "|file|event|street|city|emergency|parent|parents|mother|father|spouse|guardian|middle|yomi"
    "|prefix|suffix|list|campaign|tag|village|maiden|birth|geburtsname|mädchenname|ledig|jeune"
    "|soltera|solteira|nubile|rodné|materno|segundo|second|domain|product|course|class|device"
    "|carrier|bank|pet|country|county|state|town|church|manager|leader|owner|assistant|empresa"
    "|firma|société|entreprise|azienda|organisatie|escuela|schule|école|bedrijf|phonetic|kana"
    "|furigana|segundonombre|title|job|partner|wife|husband|address|sender|campus|ministry"
)
# Better than no name at all.
WEAK_NAME_WORDS = fold_phrases(
    "account|household|family|display|preferred|goes|nick|nickname|known|spitzname|apodo|surnom"
    "|child|childs|kid|kids|familie|hogar|foyer|called|alias|username"
)
