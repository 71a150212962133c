"""When a text may be sent to a number: zones, windows and changes of the clocks, as tables."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from phonenumbers import PhoneNumber, timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from app.domain.quiet_hours.hold_judge import MAX_HOLD, Hold, HoldJudge
from app.domain.quiet_hours.number_zones import find_number_zones
from app.domain.quiet_hours.state_hours import find_state, load_state_hours
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.quiet_hours.texting_hours import (
    DayWindow,
    TextHoldReason,
    TextingHours,
    build_default_windows,
)
from tests.speed_limits import limit_seconds

BLAST = TextPurpose.BLAST
MINUTE = timedelta(minutes=1)
DENVER, NEW_YORK, LOS_ANGELES = "+13035550142", "+12125550142", "+13235550142"
PHOENIX, INDIANA, LORD_HOWE, APIA = "+19285550142", "+18125550142", "+61265632000", "+68534567"
KATHMANDU, KIRIBATI = "+97714123456", "+68675012345"
# Both zones of South Dakota: Mountain and Central.
SOUTH_DAKOTA, NO_NUMBER, TOLL_FREE = "+16055550142", "+999", "+18005550142"


def utc(text):
    """Return the moment of "2026-11-28 04:20" in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def every_day(opens, closes):
    """Return windows of every purpose from "08:00" to "21:00" on each day."""
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (opens, closes))
    return dict.fromkeys(build_default_windows(), (DayWindow(start, end),) * 7)


def make_hours(zone="America/Denver", windows=None, **changes):
    """Return hours that are on, from 8 to 21 unless `windows` says otherwise."""
    changes = {"is_on": True, "region": "US"} | changes
    return TextingHours(zone=zone, windows=windows or build_default_windows(), **changes)


def find_hold(phone, moment, hours=None, purpose=BLAST):
    """Return what the judge of a moment says of one number."""
    return HoldJudge(hours or make_hours(), utc(moment)).find_hold(phone, purpose)


@pytest.mark.parametrize(
    ("phone", "moment", "until"),
    [
        # 20:59 in Denver and 21:00; 7:59 and 8:00 on the next day
        (DENVER, "2026-11-28 03:59", None),
        (DENVER, "2026-11-28 04:00", "2026-11-28 15:00"),
        (DENVER, "2026-11-28 14:59", "2026-11-28 15:00"),
        (DENVER, "2026-11-28 15:00", None),
        # New York sleeps while Los Angeles does not
        (NEW_YORK, "2026-11-28 04:20", "2026-11-28 13:00"),
        (LOS_ANGELES, "2026-11-28 04:20", None),
        # Arizona keeps its clocks: in July it is as late as in Los Angeles
        (PHOENIX, "2026-07-01 14:30", "2026-07-01 15:00"),
        (PHOENIX, "2026-12-01 14:30", "2026-12-01 15:00"),
        (DENVER, "2026-07-01 14:30", None),
        (INDIANA, "2026-07-01 11:30", "2026-07-01 12:00"),
        # both zones must be open: 8 AM Mountain is 9 AM Central, 9 PM Central 8 PM Mountain
        (SOUTH_DAKOTA, "2026-12-01 14:30", "2026-12-01 15:00"),
        (SOUTH_DAKOTA, "2026-12-02 03:00", "2026-12-02 15:00"),
        # a quarter of an hour, half an hour, the other side of the date line
        (KATHMANDU, "2026-12-01 02:14", "2026-12-01 02:15"),
        (LORD_HOWE, "2026-11-30 20:59", "2026-11-30 21:00"),
        (APIA, "2026-11-30 18:59", "2026-11-30 19:00"),
        # Tarawa +12 and Kiritimati +14: from 8 in the one to 21 in the other
        (KIRIBATI, "2026-11-30 19:59", "2026-11-30 20:00"),
        (KIRIBATI, "2026-12-01 07:00", "2026-12-01 20:00"),
        # no zone known: 10 to 20 on the organisation's clocks
        (NO_NUMBER, "2026-11-28 16:59", "2026-11-28 17:00"),
        (NO_NUMBER, "2026-11-29 02:59", None),
        (NO_NUMBER, "2026-11-29 03:00", "2026-11-29 17:00"),
    ],
)
def test_a_text_waits_until_every_zone_of_its_number_is_open(phone, moment, until):
    expected = Hold(utc(until), TextHoldReason.QUIET_HOURS) if until else None
    assert find_hold(phone, moment) == expected


@pytest.mark.parametrize(
    ("zone", "windows", "moment", "until"),
    [
        # 02:30 is skipped on 8 March: the first minute that exists is 03:00
        ("America/Denver", ("02:30", "05:00"), "2026-03-08 08:59", "2026-03-08 09:00"),
        ("America/Denver", ("02:30", "05:00"), "2026-03-08 09:00", None),
        # the window falls into the gap: it is closed that day
        ("America/Denver", ("02:10", "02:50"), "2026-03-08 08:59", "2026-03-09 08:10"),
        # 01:30 to 01:59 comes twice on 1 November, closed between
        ("America/Denver", ("01:30", "02:00"), "2026-11-01 07:59", None),
        ("America/Denver", ("01:30", "02:00"), "2026-11-01 08:00", "2026-11-01 08:30"),
        ("America/Denver", ("01:30", "02:00"), "2026-11-01 09:00", "2026-11-02 08:30"),
        # Lord Howe Island moves by half an hour
        ("Australia/Lord_Howe", ("02:15", "04:00"), "2026-10-03 15:29", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", ("01:45", "01:55"), "2026-04-04 14:55", "2026-04-04 15:15"),
        # midnight itself is skipped in Cairo
        ("Africa/Cairo", ("00:00", "01:30"), "2026-04-23 21:59", "2026-04-23 22:00"),
        # Samoa had no 30 December 2011 at all
        ("Pacific/Apia", ("08:00", "21:00"), "2011-12-30 07:30", "2011-12-30 18:00"),
        ("Pacific/Kiritimati", ("08:00", "21:00"), "2026-11-27 17:59", "2026-11-27 18:00"),
        ("Etc/GMT+12", ("08:00", "21:00"), "2026-11-28 09:00", "2026-11-28 20:00"),
        # a zone that the tables do not have (any more) counts as UTC
        ("Mars/Olympus", ("08:00", "21:00"), "2026-11-28 07:00", "2026-11-28 08:00"),
    ],
)
def test_hours_are_those_of_the_clocks_when_they_change(zone, windows, moment, until):
    hours = make_hours(zone, every_day(*windows), narrow_window=DayWindow(0, 1440))
    expected = Hold(utc(until), TextHoldReason.QUIET_HOURS) if until else None
    assert find_hold(NO_NUMBER, moment, hours) == expected


def test_replies_and_emergencies_are_sent_at_any_hour_and_so_is_all_while_hours_are_off():
    night = "2026-11-28 09:00"
    assert find_hold(DENVER, night, purpose=TextPurpose.REPLY) is None
    assert find_hold(DENVER, night, purpose=TextPurpose.EMERGENCY) is None
    assert find_hold(DENVER, night, purpose=TextPurpose.SURVEY) is not None
    assert find_hold(DENVER, night, make_hours(is_on=False)) is None


def test_a_blackout_day_is_one_of_the_readers_calendar():
    christmas = make_hours(blackout_days=frozenset({date(2026, 12, 25)}))
    # 23 December, 20:00 in Denver; on the 24th it is night; on the 25th it is noon
    assert find_hold(DENVER, "2026-12-24 03:00", christmas) is None
    assert find_hold(DENVER, "2026-12-25 05:00", christmas) == Hold(
        utc("2026-12-26 15:00"), TextHoldReason.BLACKOUT_DAY
    )
    assert find_hold(DENVER, "2026-12-24 09:00", christmas).why == TextHoldReason.QUIET_HOURS
    # in Apia the 25th is over while it lasts in Denver
    assert find_hold(APIA, "2026-12-25 20:00", christmas) is None
    # a month without texts is judged again in two weeks
    closed = frozenset(date(2026, 12, 1) + timedelta(days=day) for day in range(31))
    hold = find_hold(DENVER, "2026-12-02 18:00", make_hours(blackout_days=closed))
    assert hold == Hold(utc("2026-12-02 18:00") + MAX_HOLD, TextHoldReason.BLACKOUT_DAY)


@pytest.mark.parametrize(
    ("phone", "moment", "until"),
    [
        # Florida to 20, Rhode Island at weekends from 10 to 17, Texas on Sundays from 12
        ("+13055550142", "2026-11-28 01:30", "2026-11-28 13:00"),
        ("+14015550142", "2026-11-28 14:30", "2026-11-28 15:00"),
        ("+14015550142", "2026-11-28 22:30", "2026-11-29 15:00"),
        ("+15125550142", "2026-11-29 16:00", "2026-11-29 18:00"),
        # Alabama has no hours of its own
        ("+12055550142", "2026-11-28 02:30", None),
    ],
)
def test_hours_of_states_count_where_the_switch_is_on(phone, moment, until):
    expected = Hold(utc(until), TextHoldReason.QUIET_HOURS) if until else None
    assert find_hold(phone, moment, make_hours(uses_state_hours=True)) == expected
    assert find_hold(phone, moment) is None


def test_a_number_whose_zones_are_never_open_at_once_is_texted_in_the_narrow_hours():
    short = make_hours(windows=every_day("10:00", "11:00"))
    assert find_hold(TOLL_FREE, "2026-11-28 09:00", short) == Hold(
        utc("2026-11-28 17:00"), TextHoldReason.QUIET_HOURS
    )
    # hours that do not overlap with the narrow ones at all count alone
    evening = make_hours(windows=every_day("20:30", "21:00"))
    assert find_hold(NO_NUMBER, "2026-11-28 09:00", evening).until == utc("2026-11-29 03:30")


def pick_phone(chance):
    """Return a number that begins like one of the library's zones, or any other digits."""
    prefix = chance.choice(ZONE_PREFIXES)
    if chance.random() < 0.1:
        prefix = str(chance.randrange(10**6))
    length = 11 if prefix.startswith("1") else chance.randrange(9, 13)
    return "+" + prefix + "".join(chance.choices("0123456789", k=max(0, length - len(prefix))))


def list_zones(phone):
    """Return the zones that the library itself names, or []."""
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(phone, None))
    except phonenumbers.NumberParseException:
        return []
    return [zone for zone in zones if zone != "Etc/Unknown"]


def is_open(moment, zones, windows):
    """Whether the clocks of every zone show an open minute."""
    for zone in zones:
        local = moment.astimezone(ZoneInfo(zone))
        window = windows[local.weekday()]
        if window is None or not window.opens <= local.hour * 60 + local.minute < window.closes:
            return False
    return True


ZONE_PREFIXES = sorted(TIMEZONE_DATA)
STEP = timedelta(minutes=15)


def test_what_is_sent_is_inside_the_hours_of_every_zone_and_what_waits_waits_no_longer():
    chance = random.Random(13)
    for _ in range(150):
        phone = pick_phone(chance)
        opens = chance.randrange(0, 1200, 15)
        window = DayWindow(opens, chance.randrange(opens + 60, 1441, 15))
        week = (*(chance.choice((window, window, None)) for _ in range(6)), window)
        hours = make_hours(windows={BLAST: week}, narrow_window=DayWindow(0, 1440))
        moment = utc("2026-01-01 00:00") + chance.randrange(365 * 1440) * MINUTE
        zones = list_zones(phone)
        assert sorted(find_number_zones(phone)) == sorted(zones), phone
        hold = HoldJudge(hours, moment).find_hold(phone, BLAST)
        if not zones or not any(is_open(moment + n * STEP, zones, week) for n in range(1344)):
            zones = ["America/Denver"]
        assert (hold is None) == is_open(moment, zones, week), (phone, moment, week)
        if hold:
            assert is_open(hold.until, zones, week), (phone, moment, hold)
            assert HoldJudge(hours, hold.until).find_hold(phone, BLAST) is None
            step = moment
            while step < hold.until:
                assert not is_open(step, zones, week), (phone, moment, hold)
                step += STEP
            assert not is_open(hold.until - MINUTE, zones, week)


def test_the_zones_of_a_north_american_number_follow_from_its_first_seven_digits():
    chance = random.Random(7)
    for _ in range(300):
        prefix = f"+1{chance.randrange(200, 1000)}{chance.randrange(200, 1000)}"
        phones = {prefix + f"{chance.randrange(10_000):04}" for _ in range(3)}
        assert len({frozenset(list_zones(phone)) for phone in phones}) == 1
        assert set(find_number_zones(phones.pop())) == set(list_zones(prefix + "2345"))


@pytest.mark.torture
def test_states_are_those_of_the_librarys_area_codes():
    """The geocoder takes 98 MiB and a second, so the table is compared in `make torture` only."""
    from phonenumbers import geocoder  # noqa: TID251 -- loaded by this test only

    states = {hours.name: hours.state for hours in load_state_hours().values()}
    for area in range(200, 1000):
        number = PhoneNumber(country_code=1, national_number=area * 10**7 + 2345678)
        place = geocoder.description_for_number(number, "en")
        named = states.get(place, place.rsplit(", ", 1)[-1])
        expected = named if named in states.values() else ""
        assert find_state(f"+1{area}2345678") == expected, (area, place)
    assert find_state("+442079460142") == ""


def test_a_judgement_takes_a_few_microseconds_at_most():
    """3 µs is the limit; it is 0.4, so that a busy machine does not fail it."""
    judge = HoldJudge(make_hours(uses_state_hours=True), utc("2026-11-28 04:20"))
    phones = [f"+1{area}555{line:04}" for area in (212, 303, 305, 323) for line in range(2500)]
    for phone in phones:
        judge.find_hold(phone, BLAST)
    with limit_seconds(3e-6 * len(phones)):
        for phone in phones:
            judge.find_hold(phone, BLAST)
