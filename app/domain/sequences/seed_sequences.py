"""The sequences that come with the program, in English and Spanish; each is off at first.

The Spanish texts are written without á, í, ó and ú, which would leave 70 characters to a segment
instead of 160: each is correct as it is.
"""

from dataclasses import dataclass

from app.domain.sequences.sequence_states import SequenceTrigger

_HELLO = "Hi{if first_name} {first_name}{end}"
_HOLA = "Hola{if first_name} {first_name}{end}"


@dataclass(frozen=True)
class SeedStep:
    """One text: so many days after the one before, at HH:MM or, without it, at once."""

    delay_days: int
    time_of_day: str | None
    english: str
    spanish: str
    repeat_days: int | None = None


@dataclass(frozen=True)
class SeedSequence:
    """A sequence of the program. `key` stays the same whatever users call it.

    `trigger_days`: of a date, `trigger_count`: of check-ins.
    """

    key: str
    name: str
    description: str
    trigger: SequenceTrigger
    steps: tuple[SeedStep, ...]
    trigger_days: int = 0
    trigger_count: int = 1
    stops_on_reply: bool = False


SEED_SEQUENCES = (
    SeedSequence(
        "welcome_series",
        "Welcome series",
        "Three texts for people who join a group.",
        SequenceTrigger.GROUP,
        (
            SeedStep(
                0,
                None,
                "Welcome{if first_name}, {first_name}{end}! Thank you for joining {org_name}. We "
                "text you news and reminders.",
                f"{_HOLA}, gracias por unirse a {{org_name}}. Le enviaremos noticias y avisos.",
            ),
            SeedStep(
                3,
                "10:00",
                f"{_HELLO}, do you have any questions about {{org_name}}? Just reply to this text.",
                f"{_HOLA}, ¿tiene preguntas sobre {{org_name}}? Responda a este mensaje.",
            ),
            SeedStep(
                14,
                "10:00",
                f"{_HELLO}, we are glad that you are with us. Is there anything we can do for "
                "you? Just reply.",
                f"{_HOLA}, nos alegra tenerle con nosotros. Si necesita algo, responda a este "
                "mensaje.",
            ),
        ),
    ),
    SeedSequence(
        "daily_reminder",
        "Daily reminder",
        "One text each morning, such as about medicine or an exercise. Add people by hand, and "
        "end it for each of them.",
        SequenceTrigger.HAND,
        (
            SeedStep(
                0,
                "09:00",
                f"{_HELLO}, this is your daily reminder from {{org_name}}. You can do it!",
                f"{_HOLA}, este es su recordatorio diario de {{org_name}}. ¡Usted puede!",
                repeat_days=1,
            ),
        ),
    ),
    SeedSequence(
        "streak_celebration",
        "Streak celebration",
        "For people who check in by text seven days in a row.",
        SequenceTrigger.STREAK,
        (
            SeedStep(
                0,
                None,
                "{streak} days in a row{if first_name}, {first_name}{end}! Well done. Keep it up!",
                "¡{streak} seguidos{if first_name}, {first_name}{end}! ¡Excelente, siga adelante!",
            ),
        ),
        trigger_count=7,
    ),
    SeedSequence(
        "encouragement",
        "Encouragement after a miss",
        "For people who checked in by text and then missed two days. It ends when they check in.",
        SequenceTrigger.MISSED_CHECK_IN,
        (
            SeedStep(
                0,
                "10:00",
                f"{_HELLO}, we missed your check-in. Every day is a new start: check in today!",
                f"{_HOLA}, nos falta su respuesta. Cada mañana es un nuevo comienzo: ¡responda "
                "hoy!",
            ),
            SeedStep(
                4,
                "10:00",
                f"{_HELLO}, we are thinking of you. Reply to this text if we can help.",
                f"{_HOLA}, pensamos en usted. Responda a este mensaje si necesita ayuda.",
            ),
        ),
        trigger_count=2,
    ),
    SeedSequence(
        "overdue_reminder",
        "Overdue reminder",
        "Every three days after a date in a field, such as a due date. It ends when they reply, or "
        "when the date is changed or removed.",
        SequenceTrigger.DATE_FIELD,
        (
            SeedStep(
                0,
                "10:00",
                f"{_HELLO}, a friendly reminder from {{org_name}}: your date has passed. "
                "Questions? Just reply to this text.",
                f"{_HOLA}, un recordatorio de {{org_name}}: su fecha ya ha pasado. ¿Preguntas? "
                "Responda a este mensaje.",
                repeat_days=3,
            ),
        ),
        trigger_days=1,
        stops_on_reply=True,
    ),
)
