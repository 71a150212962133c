"""Words by which files say who wants no texts: in cells, and in the headings above them."""

from app.domain.spreadsheets.heading_words import fold_phrases

# Values that say it by themselves, whatever the column is called.
OUT_VALUES = fold_phrases(
    "invalid number|texts paused"
    "|unsubscribed|unsubscribe|unsub|opted out|opt out|optedout|optout|opt-out|sms opt out"
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
    "|e mail only|email only|mail only|post only|letters only|calls only|phone calls only"
    "|landline only"
    "|nur e mail|nur post|solo correo|sólo correo|email seulement|solo email|tylko e mail"
    "|退订|已退订|退訂|已退訂|配信停止|수신거부|wypisany|wypisana|odhlášen|odhlášena|avregistrerad"
    "|avslutad|afmeldt|avmeldt|leiratkozott|dezabonat|abonelikten çıktı|إلغاء الاشتراك"
)
# Said by themselves, they are a yes to texts: of a status of texts, or below "OK to text?".
OPTED_IN_VALUES = fold_phrases(
    "subscribed|opted in|optin|opt in|opted-in|consented|consent given|granted|agreed|agrees"
    "|accepted|allowed|ok to text|yes to texts|ok|okay|yes please|explicit|suscrito|suscrita"
    "|acepta|aceptado|abonné|abonnée|inscrit|inscrite|angemeldet|einverstanden|zugestimmt"
    "|aangemeld|iscritto|iscritta|inscrito|inscrita"
)
NO_VALUES = fold_phrases(
    "no|n|false|0|off|nein|non|nee|nao|não|нет|ні|nie|ne|nej|nei|ei|hayır|否|いいえ|아니요|لا|לא"
    "|no thanks|no thank you|nope|opted out|out|declined|refused|denied|revoked|withdrawn"
    "|disabled|inactive|not allowed|unchecked"
    "|希望しない|希望しません|いらない|不要|拒否|同意しない|不同意|不接受|不希望|拒绝|拒絕"
    "|거부|동의안함|비동의"
) | {"✗", "✘", "❌", "☐"}
# An answer to "May we text you?" that begins with one is a no: "Non merci".
NO_WORDS = fold_phrases("no|non|nein|nao|não|nee|нет|nie|nej|nei|nope|not|never|hayır")
NO_OBJECTIONS = fold_phrases(
    "no problem|no problems|no objection|no objections|no preference|no limit|no restrictions"
    "|no worries|not yet|not asked|not sure|not specified|not answered|no answer|no response"
)
# Whether somebody is a member still.
ACTIVE_HEADINGS = fold_phrases(
    "active|is active|active member|aktiv|activo|activa|actif|attivo|ativo|actief|aktywny"
)
LANDLINE_VALUES = fold_phrases(
    "landline|land line|fixed line|fixedline|fixed|festnetz|fijo|fixe|fisso|fixo|vast|stacjonarny"
)
# Cells of an OUT column that say nothing against texts, beside those that say no.
NOTHING_VALUES = fold_phrases(
    "never|none|null|n a|na|nil|unknown|subscribed|subscribe|active|opted in|opt in|optin|in"
    "|allowed|ok|okay|yes to texts|nan|keine|nunca|jamais|mai"
)

# Values of a status of texts after which nothing is delivered.
DEAD_VALUES = fold_phrases(
    "bounced|hard bounce|hard bounced|bounce|cleaned|undeliverable|undelivered|blocked|failed"
    "|invalid|disconnected|wrong number|inactive|disabled|removed|deleted"
)
# Values of the status of a person that do not forbid texts, and after which few are wanted.
DOUBTFUL_VALUES = DEAD_VALUES | fold_phrases(
    "deceased|died|dead|passed away|former|former member|left|moved|moved away|resigned|archived"
    "|cancelled|canceled|withdrawn|expelled|inaktiv|verstorben|ausgetreten|verzogen|gekündigt"
    "|inactivo|inactiva|fallecido|fallecida|inactif|inactive|décédé|décédée|parti|partie"
    "|inativo|inativa|falecido|falecida|inattivo|inattiva|deceduto|deceduta|niet actief"
    "|overleden|nieaktywny|nieaktywna|zmarły|zmarła|неактивен|умер|умерла|逝去|退会|已故"
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
    "接收",
    "短信",
    "簡訊",
    "配信",
    "メッセージ",
    "同意",
    "수신",
    "동의",
    "문자",
    "рассылк",
    "رسائل",
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
