"""Columns in which a file says who wants no texts: "Unsubscribed", "OK to text: no", a date."""

import re
from collections.abc import Collection, Sequence
from enum import Enum

from app.domain.spreadsheets.column_samples import SampledTable
from app.domain.spreadsheets.heading_words import fold_heading, fold_phrases

MAX_STATUS_CHARACTERS = 60
TAG_SEPARATOR_PATTERN = re.compile(r"\s*[;,|/]\s*")


class OptPolarity(Enum):
    """How the cells of a column are read.

    OUT: a cell that is filled and not "no" says no texts ("Opted out: yes", "Opt-out date").
    CONSENT: "no" says no texts ("OK to text: no"). STATUS: only words like "Unsubscribed" do.
    """

    OUT = "out"
    CONSENT = "consent"
    STATUS = "status"


# Values that say it by themselves, whatever the column is called.
OUT_VALUES = fold_phrases(
    "unsubscribed|unsubscribe|unsub|opted out|opt out|optedout|optout|opt-out|sms opt out"
    "|opted out of sms|opted out of texts|stop|stopped|stopall|stop all|do not text"
    "|do not contact|do not message|do not sms|do not call|do not disturb|dont text|dnc|dnt"
    "|dnd|no text|no texts|no sms|no texting|no text messages|no messages|not subscribed"
    "|non subscribed|nonsubscribed|never text|blacklisted|suppressed|no consent|not consented"
    "|consent withdrawn|consent revoked|opted-out|unsubscribed by user|wants no texts"
    "|abgemeldet|abbestellt|keine sms|keine nachrichten|nicht kontaktieren|widerrufen"
    "|widersprochen|desuscrito|desuscrita|dado de baja|dada de baja|baja|no contactar"
    "|no enviar|no mensajes|cancelado|cancelada|no desea mensajes|désabonné|désabonnée"
    "|désinscrit|désinscrite|ne pas contacter|pas de sms|stop sms|uitgeschreven|afgemeld|geen sms"
    "|descadastrado|descadastrada|cancelou|não contatar|não enviar|disiscritto|disiscritta"
    "|non contattare|отписан|отписана|отписался|отписалась|не писать|відписаний|відписана"
    "|退订|已退订|退訂|已退訂|配信停止|수신거부|wypisany|wypisana|odhlášen|odhlášena|avregistrerad"
    "|avslutad|afmeldt|avmeldt|leiratkozott|dezabonat|abonelikten çıktı|إلغاء الاشتراك"
)
NO_VALUES = fold_phrases(
    "no|n|false|0|off|nein|non|nee|nao|não|нет|ні|nie|ne|nej|nei|ei|hayır|否|いいえ|아니요|لا|לא"
    "|no thanks|no thank you|nope|opted out|out|declined|refused|denied|revoked|withdrawn"
    "|disabled|inactive|not allowed|unchecked"
) | {"✗", "✘", "❌", "☐"}
# Cells of an OUT column that say nothing against texts, beside those that say no.
NOTHING_VALUES = fold_phrases(
    "never|none|null|n a|na|nil|unknown|subscribed|subscribe|active|opted in|opt in|optin|in"
    "|allowed|ok|okay|yes to texts|nan|keine|nunca|jamais|mai"
)

OUT_PHRASES = (
    "unsubscri",
    "unsub ",
    "opt out",
    "opted out",
    "optout",
    "optedout",
    "do not text",
    "do not contact",
    "do not message",
    "do not sms",
    "do not call",
    "dont text",
    "don t text",
    "no text",
    "no sms",
    "dnc",
    "dnt",
    "dnd",
    "blacklist",
    "blocklist",
    "suppressed",
    "stop date",
    "stopped",
    "texts stopped",
    "abgemeldet",
    "abmeld",
    "keine sms",
    "nicht kontaktieren",
    "desuscri",
    "fecha de baja",
    "no contactar",
    "desabon",
    "desinscri",
    "ne pas contacter",
    "uitgeschreven",
    "afmeld",
    "descadastr",
    "nao contatar",
    "disiscri",
    "отписан",
    "退订",
    "退訂",
    "配信停止",
    "수신거부",
)
CONSENT_PHRASES = (
    "opt in",
    "opted in",
    "optin",
    "optedin",
    "consent",
    "permission",
    "ok to text",
    "okay to text",
    "can text",
    "may text",
    "can we text",
    "may we text",
    "text ok",
    "text okay",
    "texts ok",
    "texting ok",
    "sms ok",
    "receive text",
    "receive sms",
    "receive texts",
    "receives texts",
    "wants text",
    "want text",
    "accepts sms",
    "accepts text",
    "accepts marketing",
    "accept sms",
    "allow text",
    "allow sms",
    "allows text",
    "sms allowed",
    "texts allowed",
    "agree",
    "text me",
    "texting",
    "text messages",
    "text alerts",
    "sms alerts",
    "sms marketing",
    "send texts",
    "send sms",
    "subscribed",
    "subscribe to",
    "einwilligung",
    "zustimmung",
    "sms erlaubt",
    "sms erwunscht",
    "consentimiento",
    "acepta",
    "recibir mensajes",
    "recibir sms",
    "desea recibir",
    "consentement",
    "accepte",
    "recevoir",
    "toestemming",
    "consentimento",
    "aceita",
    "receber",
    "consenso",
    "accetta",
    "согласие",
    "zgoda",
    "souhlas",
    "samtycke",
    "samtykke",
)
# "Text?" above yes and no; above numbers it is the phone.
CONSENT_HEADINGS = fold_phrases("text|texts|sms|texting|whatsapp|sms ok|mensajes|mensajes de texto")
STATUS_PHRASES = ("status", "estado", "statut", "estatus", "preference", "stato", "preferenc")
# Consent to something else than texts.
OTHER_CONSENT_WORDS = fold_phrases(
    "email|emails|mail|mails|e|newsletter|fax|post|postal|photo|photos|foto|fotos|image|picture"
    "|media|medical|video|directory|trip|treatment|correo|courriel|parental|cookies|print|letter"
)
TEXT_WORDS = fold_phrases("sms|text|texts|texting|mobile|phone|all|mensajes")


def find_heading_polarity(heading: str) -> OptPolarity | None:
    """Return how the cells under a heading are read, None when it is about something else."""
    folded = fold_heading(heading)
    words = frozenset(folded.split())
    if words & OTHER_CONSENT_WORDS and not words & (TEXT_WORDS - {"all"}):
        return None
    if any(phrase in f"{folded} " for phrase in OUT_PHRASES):
        return OptPolarity.OUT
    if folded in CONSENT_HEADINGS or any(phrase in folded for phrase in CONSENT_PHRASES):
        return OptPolarity.CONSENT
    if any(phrase in folded for phrase in STATUS_PHRASES):
        return OptPolarity.STATUS
    return None


def wants_no_texts(cell: str, polarity: OptPolarity) -> bool:
    """Whether a cell of a status column says that its person wants no texts."""
    text = cell.strip()
    if not text or len(text) > MAX_STATUS_CHARACTERS:
        return False
    value = fold_heading(text) or text
    if value in OUT_VALUES or _has_opt_out_tag(text):
        return True
    if polarity is OptPolarity.CONSENT:
        return value in NO_VALUES
    if polarity is OptPolarity.OUT:
        # A date, a reason or a yes; a dash and the like have no word.
        return value not in NO_VALUES | NOTHING_VALUES and any(map(str.isalnum, text))
    return False


def _has_opt_out_tag(text: str) -> bool:
    """Whether one of several tags of a cell says it: "choir; do not text"."""
    tags = TAG_SEPARATOR_PATTERN.split(text)
    return len(tags) > 1 and any(fold_heading(tag) in OUT_VALUES for tag in tags)


def get_column_polarity(heading: str) -> OptPolarity:
    """Return how to read the cells of a column that was chosen as a status."""
    return find_heading_polarity(heading) or OptPolarity.STATUS


def find_opt_status_columns(table: SampledTable, taken: Collection[int]) -> list[int]:
    """Return the columns in which at least one cell says that its person wants no texts."""
    columns = []
    for index, heading in enumerate(table.headings):
        if index not in taken and _is_opt_status_column(table, index, heading):
            columns.append(index)
    return columns


def _is_opt_status_column(table: SampledTable, index: int, heading: str) -> bool:
    polarity = find_heading_polarity(heading)
    words = frozenset(fold_heading(heading).split())
    if polarity is None and words & OTHER_CONSENT_WORDS:
        return False
    if polarity is OptPolarity.OUT:
        return any(wants_no_texts(cell, polarity) for cell in _list_cells(table.rows, index))
    values = table.find_distinct_values(index)
    return any(wants_no_texts(value, polarity or OptPolarity.STATUS) for value in values)


def _list_cells(rows: Sequence[Sequence[str]], index: int) -> set[str]:
    return {cells[index] for cells in rows if index < len(cells) and cells[index]}
