"""Names of months and weekdays in English, Spanish and French, as they stand in texts."""

import unicodedata

# What a name may begin with, without accents; the longer of two comes first where both fit.
MONTH_STARTS = (
    ("jan", "ene"),
    ("feb", "fev"),
    ("mar",),
    ("apr", "abr", "avr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "ago", "aou"),
    ("sep",),
    ("oct",),
    ("nov",),
    ("dec", "dic"),
)
WEEKDAY_STARTS = (
    ("mon", "lun"),
    ("tue", "mar"),
    ("wed", "mie", "mer"),
    ("thu", "jue", "jeu"),
    ("fri", "vie", "ven"),
    ("sat", "sab", "sam"),
    ("sun", "dom", "dim"),
)
MONTH_PATTERN = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|enero|febrero|marzo|abr(?:il)?|mayo|junio|julio|ago(?:sto)?|sep?tiembre|octubre"
    r"|noviembre|dic(?:iembre)?"
    r"|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre"
    r"|d[ée]cembre)"
)
WEEKDAY_PATTERN = (
    r"(?:mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?"
    r"|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
)


def find_month(name: str) -> int:
    """Return the number of a month, 1 to 12, by its name in any of these languages."""
    return _find_start(name, MONTH_STARTS) + 1


def find_weekday(name: str) -> int:
    """Return the number of a weekday, 0 for Monday, by its name in any of these languages."""
    return _find_start(name, WEEKDAY_STARTS)


def _find_start(name: str, starts_by_number: tuple[tuple[str, ...], ...]) -> int:
    letters = unicodedata.normalize("NFD", name.lower())
    plain_name = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return next(
        number for number, starts in enumerate(starts_by_number) if plain_name.startswith(starts)
    )
