"""One day of the calendar: how many texts each person gets, and everything that is sent."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.calendar.queries.day_texts import DayTexts, count_day_texts
from app.calendar.views.blueprint import bp
from app.calendar.views.calendar_days import build_span, get_today, load_sends, plan_span
from app.core.access import permission_required
from app.core.clock import now
from app.core.settings import current_settings
from app.domain.accounts.permissions import Permission
from app.domain.time.local_times import MAX_YEARS_AHEAD
from app.events.queries.contact_names import find_display_names
from app.profiles.queries.person_lookup import find_public_ids

# So many texts on one day are many: said on top of the page.
MANY_TEXTS = 3
MAX_LISTED_PEOPLE = 20


class BusyPerson(NamedTuple):
    """Somebody who gets many texts on a day; `url` is their page, or ""."""

    name: str | None
    phone: str
    url: str
    text_count: int


@bp.get("/days/<day>")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def show_day(day: str) -> ResponseReturnValue:
    """Show a day from today on; one that is over leads to today."""
    chosen = _parse_day(day)
    today = get_today(now())
    if chosen < today:
        return redirect(_link_day(today))
    last_day = today.replace(day=1, year=today.year + MAX_YEARS_AHEAD)
    if chosen > last_day:
        abort(404)
    span = plan_span(chosen, chosen)
    planned = load_sends(span)
    texts = count_day_texts(current_settings().carrier, span, planned)
    return render_template(
        "calendar/day.html",
        span=build_span(chosen, chosen, planned),
        texts=texts,
        many_count=sum(people for count, people in texts.people.items() if count >= MANY_TEXTS),
        many_texts=MANY_TEXTS,
        busy_people=_list_busy_people(texts),
        month_url=url_for("calendar.show_month", month=f"{chosen:%Y-%m}"),
        previous_url=_link_day(chosen - timedelta(days=1)) if chosen > today else "",
        next_url=_link_day(chosen + timedelta(days=1)) if chosen < last_day else "",
    )


def _parse_day(text: str) -> date:
    """Return the day of the address, YYYY-MM-DD; aborts with 404 where it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    # Python reads other spellings of ISO 8601 too: each day has one address.
    return day if day.isoformat() == text else abort(404)


def _link_day(day: date) -> str:
    return url_for("calendar.show_day", day=day.isoformat())


def _list_busy_people(texts: DayTexts) -> Sequence[BusyPerson]:
    """Return those who get many texts, the most first, for admins.

    Others may not see who is meant by a segment that asks a sensitive field.
    """
    if not current_user.is_admin:
        return ()
    busiest = texts.list_busiest(MANY_TEXTS, MAX_LISTED_PEOPLE)
    phones = [phone for phone, _ in busiest]
    if not phones:
        return ()
    names, public_ids = find_display_names(phones), find_public_ids(phones)
    people = []
    for phone, text_count in busiest:
        public_id = public_ids.get(phone)
        url = url_for("people.show_person", public_id=public_id) if public_id else ""
        people.append(BusyPerson(names.get(phone), phone, url, text_count))
    return people
