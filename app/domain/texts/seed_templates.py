"""The templates that come with the program, in English and Spanish.

Those for notices are in app/domain/opt_outs/notice_templates.py.

The Spanish ones are written without á, í, ó and ú, which would leave 70 characters to a segment
instead of 160: each is correct as it is ("Responda OK" because "SÍ" needs its accent).
"""

from dataclasses import dataclass

from app.domain.texts.template_purposes import TemplatePurpose

_DATE_AND_PLACE_LINES = "{event_date} {event_time}\n{event_place}"


@dataclass(frozen=True)
class SeedTemplate:
    """A template of the program. `key` stays the same whatever users call it."""

    key: str
    name: str
    purpose: TemplatePurpose
    english: str
    spanish: str
    french: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The texts that there are, by language."""
        texts = {"en": self.english, "es": self.spanish, "fr": self.french}
        return {language: text for language, text in texts.items() if text}


SEED_TEMPLATES = (
    SeedTemplate(
        "event_in_7_days",
        "Event in 7 days",
        TemplatePurpose.REMINDER,
        f"Reminder: {{event_title}} is in one week.\n{_DATE_AND_PLACE_LINES}",
        f"Recordatorio: falta una semana para {{event_title}}.\n{_DATE_AND_PLACE_LINES}",
    ),
    SeedTemplate(
        "event_tomorrow",
        "Event tomorrow",
        TemplatePurpose.REMINDER,
        f"See you tomorrow: {{event_title}}.\n{_DATE_AND_PLACE_LINES}",
        f"Nos vemos mañana: {{event_title}}.\n{_DATE_AND_PLACE_LINES}",
    ),
    SeedTemplate(
        "missed_you",
        "We missed you",
        TemplatePurpose.REMINDER,
        "Hi{if first_name} {first_name}{end}, we missed you at {event_title}. We hope to see you "
        "next time!",
        "Hola{if first_name} {first_name}{end}, le extrañamos en {event_title}. ¡Esperamos verle "
        "pronto!",
    ),
    SeedTemplate(
        "overdue",
        "Overdue",
        TemplatePurpose.REMINDER,
        "Hi{if first_name} {first_name}{end}, {event_title} was due {due_date}. Questions? Just "
        "reply to this text.",
        "Hola{if first_name} {first_name}{end}, {event_title} era para el {due_date}. "
        "¿Preguntas? Responda a este mensaje.",
    ),
    SeedTemplate(
        "welcome",
        "Welcome",
        TemplatePurpose.BLAST,
        "Welcome{if first_name}, {first_name}{end}! Thank you for joining {org_name}. We text you "
        "news and reminders.",
        "Hola{if first_name} {first_name}{end}, gracias por unirse a {org_name}. Le enviaremos "
        "noticias y avisos.",
    ),
    SeedTemplate(
        "birthday",
        "Birthday",
        TemplatePurpose.BLAST,
        "Happy birthday{if first_name}, {first_name}{end}! Everyone at {org_name} wishes you a "
        "wonderful day.",
        "¡Feliz cumpleaños{if first_name}, {first_name}{end}! Con cariño, {org_name}.",
    ),
    SeedTemplate(
        "event_cancelled",
        "Event canceled",
        TemplatePurpose.BLAST,
        "{event_title} on {event_date} is canceled. We are sorry. Questions? Just reply to this "
        "text.",
        "Se cancela {event_title} del {event_date}. Lo sentimos. ¿Preguntas? Responda a este "
        "mensaje.",
    ),
    SeedTemplate(
        "event_moved",
        "Event moved",
        TemplatePurpose.BLAST,
        f"{{event_title}} has moved. Please note the new details:\n{_DATE_AND_PLACE_LINES}",
        f"Cambio de planes para {{event_title}}. Ahora es:\n{_DATE_AND_PLACE_LINES}",
    ),
    SeedTemplate(
        "emergency_closing",
        "Emergency closing",
        TemplatePurpose.BLAST,
        "{org_name} is closed today because of an emergency. Please do not come in. We will text "
        "you when we reopen.",
        "{org_name} cierra hoy por una emergencia. Por favor, no venga. Le avisaremos cuando "
        "abramos de nuevo.",
    ),
    SeedTemplate(
        "appointment",
        "Appointment",
        TemplatePurpose.REMINDER,
        "Hi{if first_name} {first_name}{end}, your appointment is on {event_date} {event_time}.\n"
        "{event_place}\nReply OK to confirm.",
        "Hola{if first_name} {first_name}{end}, su cita es el {event_date} {event_time}.\n"
        "{event_place}\nResponda OK para confirmar.",
    ),
)
