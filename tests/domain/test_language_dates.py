"""Dates and times in the language of the reader of a text."""

from datetime import date, datetime, time

import pytest

from app.domain.texts.segments import GSM7_CHARACTERS
from app.domain.texts.text_languages import LANGUAGE_NAMES
from app.domain.time.language_dates import LanguageDateStyle, get_text_date_style
from app.domain.time.reminder_timing import EventSchedule, build_event_values

DAY = date(2026, 12, 5)  # a Saturday
THIS_YEAR = date(2026, 11, 28)
LAST_YEAR = date(2025, 12, 31)
EVENING = time(18, 30)
# Haitians and Hmong of the United States write English dates where we know no words of their own.
LANGUAGES_WITH_ENGLISH_DATES = {"en", "hmn"}
# Latin letters, without Vietnamese and Yoruba, which cannot be written without their marks.
PLAIN_LANGUAGES = [
    *("cs", "da", "de", "es", "et", "fi", "fil", "fr", "fr-CA", "hr", "ht", "hu", "id", "it", "ku"),
    *("lt", "lv", "ms", "nl", "no", "pl", "pt", "pt-BR", "ro", "sk", "so", "sv", "sw", "tl", "tr"),
]


@pytest.mark.parametrize(
    ("language", "region", "day", "clock"),
    [
        ("en", "US", "Sat, Dec 5", "6:30 PM"),
        ("en", "GB", "Sat 5 Dec", "18:30"),
        ("es", "US", "sab, 5 dic", "6:30 p.m."),
        ("es", "ES", "sab, 5 dic", "18:30"),
        ("es-MX", "US", "sab, 5 dic", "6:30 p.m."),
        ("fr", "FR", "sam. 5 déc.", "18:30"),
        ("fr-CA", "CA", "sam. 5 déc.", "6 h 30 p.m."),
        ("ht", "US", "sam 5 des", "6:30 PM"),
        ("de", "DE", "Sa., 5. Dez.", "18:30"),
        ("pt-BR", "BR", "sab., 5 de dez.", "18:30"),
        ("pl", "PL", "sob., 5 gru", "18:30"),
        ("vi", "US", "Thứ 7, 5 thg 12", "6:30 CH"),
        ("zh-Hans", "US", "12月5日周六", "下午6:30"),
        ("zh-Hant", "TW", "12月5日週六", "18:30"),
        ("ko", "US", "12월 5일 (토)", "오후 6:30"),
        ("ar", "US", "السبت، 5 ديسمبر", "6:30 م"),
        ("ru", "RU", "сб, 5 дек.", "18:30"),
        ("hmn", "US", "Sat, Dec 5", "6:30 PM"),
        ("xx", "US", "Sat, Dec 5", "6:30 PM"),
    ],
)
def test_a_day_and_a_time_are_written_as_the_reader_says_them(language, region, day, clock):
    style = get_text_date_style(language, region)
    assert (style.format_day(DAY, today=THIS_YEAR), style.format_clock(EVENING)) == (day, clock)


def test_another_year_is_named():
    assert get_text_date_style("es", "US").format_day(DAY, today=LAST_YEAR) == "sab, 5 dic 2026"
    assert get_text_date_style("ja", "JP").format_day(DAY, today=LAST_YEAR) == "2026年12月5日(土)"


@pytest.mark.parametrize(
    ("clock", "written"),
    [(time(0, 0), "12:00 a.m."), (time(12, 5), "12:05 p.m."), (time(9, 0), "9:00 a.m.")],
)
def test_twelve_hours_begin_with_twelve(clock, written):
    assert get_text_date_style("es", "US").format_clock(clock) == written


@pytest.mark.parametrize("language", sorted(LANGUAGE_NAMES.keys() - LANGUAGES_WITH_ENGLISH_DATES))
def test_every_language_of_a_text_has_its_own_days_and_months(language):
    style = get_text_date_style(language, "US")
    assert isinstance(style, LanguageDateStyle)
    assert (len(set(style.weekdays)), len(set(style.months))) == (7, 12)
    days = {style.format_day(date(2026, month, 5), today=THIS_YEAR) for month in range(1, 13)}
    assert len(days) == 12
    assert style.format_clock(time(6, 30)) != style.format_clock(EVENING)


@pytest.mark.parametrize("language", PLAIN_LANGUAGES)
def test_dates_in_latin_letters_leave_160_characters_to_a_segment(language):
    """An á of "sáb" alone would leave 70."""
    for region in ("US", "DE"):
        style = get_text_date_style(language, region)
        for number in range(365):
            day = date.fromordinal(DAY.toordinal() + number)
            text = style.format_day(day, today=LAST_YEAR) + style.format_clock(EVENING)
            assert GSM7_CHARACTERS.issuperset(text)


def test_an_event_is_filled_in_in_the_language_of_the_text():
    picnic = EventSchedule(DAY, "18:30", "America/Denver")
    moment = datetime.fromisoformat("2026-11-28T18:00:00+00:00")
    values = build_event_values("Picnic", picnic, "Town hall", moment, "US", "es")
    assert values["event_date"] == values["due_date"] == "sab, 5 dic"
    assert (values["event_time"], values["days_until"]) == ("6:30 p.m.", "7")
