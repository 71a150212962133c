"""A plain reading of a segment's rule: whom it means, asked of one made-up person after another."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from app.audiences.queries.condition_context import ConditionContext
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import RulePool
from app.domain.profiles.field_values import compute_sort_value, fold_value
from tests.audiences.made_up_people import ARCHIVED_GROUP, FIELD_TYPES

KIND = ConditionKind
SINCE_KINDS = ("blast", "reply", "reminder")
NEVER_LEFT = ("skipped", "cancelled", "expired", "not_sent")
FAILED = ("failed", "undelivered", "opted_out")


@dataclass(frozen=True)
class PlainReading:
    """Reads rules on one day. `deleted`: the (kind, id) of what rules name and is not there."""

    context: ConditionContext
    deleted: frozenset

    def means(self, rule, person):
        """Whether a person of the pool is one for whom all, or any, items hold."""
        results = [self.holds(item, person) for item in rule.items]
        is_meant = all(results) if rule.joiner == "all" else any(results)
        is_whole = not rule.references & self.deleted
        return is_whole and is_meant and is_in_pool(rule.among, person)

    def holds(self, item, person, is_left_out=False):
        """Whether an item holds. `is_left_out`: for whom it holds is not meant."""
        is_left_out = is_left_out != item.is_negated
        if isinstance(item, Condition):
            return self.fulfils(item, person, is_left_out) != item.is_negated
        inner = [self.holds(row, person, is_left_out) for row in item.conditions]
        return (all(inner) if item.joiner == "all" else any(inner)) != item.is_negated

    def fulfils(self, condition, person, is_left_out):
        """Whether a person fulfils a condition, negated or not."""
        if condition.kind is KIND.IN_GROUP:
            # No one is in an archived group, but who is left out for being in it stays left out.
            is_counted = condition.ref_id != ARCHIVED_GROUP or is_left_out
            return condition.ref_id in person["groups"] and is_counted
        family = condition.kind.value.split("_")[0]
        return getattr(self, f"read_{family}")(condition, person, condition.value)

    @property
    def today(self):
        """The organization's day."""
        return self.context.days.today

    def find_day(self, moment):
        """Return the day of a moment on the organization's clocks."""
        return moment.astimezone(ZoneInfo(self.context.days.zone)).date()

    def is_since(self, moment, days):
        """Whether a moment is today or on one of so many days before."""
        return self.find_day(moment) >= self.today - timedelta(days=int(days or 0))

    def is_near(self, day, value, is_ahead, is_yearly):
        """Whether a day, or one of its anniversaries, is today or within so many days."""
        days = range(int(value) + 1) if is_ahead else range(-int(value), 1)
        near = [self.today + timedelta(days=count) for count in days]
        if not is_yearly:
            return day in near
        return any(find_anniversary(day, one.year) == one for one in near)

    def read_field(self, condition, person, value):
        number, kind = condition.ref_id, condition.kind
        if person["is_former_number"] or number not in person["fields"]:
            return False
        field_type, values = FIELD_TYPES[number], self.context.values
        stored = compute_sort_value(field_type, person["fields"][number], values)
        if kind is KIND.FIELD_HAS_VALUE or stored is None:
            return kind is KIND.FIELD_HAS_VALUE
        if kind is KIND.FIELD_IS:
            return stored == compute_sort_value(field_type, value, values)
        if kind is KIND.FIELD_CONTAINS:
            return field_type in ("text", "choice") and fold_value(value) in stored
        if kind in (KIND.FIELD_LESS, KIND.FIELD_MORE):
            is_number = field_type == "number"
            is_less = kind is KIND.FIELD_LESS
            return is_number and (stored < float(value) if is_less else stored > float(value))
        return field_type == "date" and self.compare_day(kind, date.fromisoformat(stored), value)

    def compare_day(self, kind, day, value):
        """Whether a day fulfils a condition about dates."""
        if kind is KIND.FIELD_BEFORE:
            return day < date.fromisoformat(value)
        if kind is KIND.FIELD_AFTER:
            return day > date.fromisoformat(value)
        return self.is_near(day, value, "next" in kind, is_yearly="anniversary" in kind)

    def read_event(self, condition, person, value):
        if condition.ref_id not in person["events"]:
            return False
        answer, has_come = person["events"][condition.ref_id]
        return {
            KIND.EVENT_REGISTERED: True,
            KIND.EVENT_COMING: answer in (None, "coming"),
            KIND.EVENT_MAYBE: answer == "maybe",
            KIND.EVENT_NOT_COMING: answer == "not_coming",
            KIND.EVENT_CAME: has_come,
            KIND.EVENT_DID_NOT_COME: not has_come,
        }[condition.kind]

    def read_survey(self, condition, person, value):
        if not person["survey"]:
            return False
        status, answer = person["survey"]
        counts = status != "restarted" and condition.question == 0
        folded = fold_value(answer)
        return {
            KIND.SURVEY_FINISHED: status == "completed",
            KIND.SURVEY_NOT_FINISHED: status != "completed",
            KIND.SURVEY_ANSWER_IS: counts and folded == fold_value(value),
            KIND.SURVEY_ANSWER_CONTAINS: counts and fold_value(value) in folded,
        }[condition.kind]

    def read_replied(self, condition, person, value):
        if condition.kind is KIND.REPLIED_TO_BLAST:
            return person["blast"] == "yes"
        return person["wrote_at"] is not None and self.is_since(person["wrote_at"], value)

    def read_no(self, condition, person, value):
        return person["blast"] == "silent"

    def read_last(self, condition, person, value):
        left = [row for row in person["texts"] if row[1] not in NEVER_LEFT and row[0] != "test"]
        wanted = {
            KIND.LAST_TEXT_DELIVERED: ("delivered",),
            KIND.LAST_TEXT_FAILED: FAILED,
            KIND.LAST_TEXT_UNCONFIRMED: ("unknown",),
        }[condition.kind]
        return bool(left) and left[-1][1] in wanted

    def read_texted(self, condition, person, value):
        return any(
            kind in SINCE_KINDS
            and status not in (*FAILED, *NEVER_LEFT)
            and self.is_since(moment, value)
            for kind, status, moment in person["texts"]
        )

    def read_joined(self, condition, person, value):
        if not person["is_member"]:
            return False
        day = self.find_day(person["joined"])
        if condition.kind is KIND.JOINED_BEFORE:
            return day < date.fromisoformat(value)
        if condition.kind is KIND.JOINED_AFTER:
            return day > date.fromisoformat(value)
        return self.is_since(person["joined"], value)

    def read_checked(self, condition, person, value):
        return self.is_checked_since(person, value)

    def read_check(self, condition, person, value):
        return bool(person["check_ins"]) and not self.is_checked_since(person, value)

    def is_checked_since(self, person, days):
        """Whether somebody checked in today or on one of so many days before."""
        first = self.today - timedelta(days=int(days))
        return any(day >= first for day in person["check_ins"])

    def read_streak(self, condition, person, value):
        """Whether the days up to today, or to yesterday, are so many without a gap."""
        day = self.today
        if day not in person["check_ins"]:
            day -= timedelta(days=1)
        return all(day - timedelta(days=ago) in person["check_ins"] for ago in range(int(value)))

    def read_language(self, condition, person, value):
        return not person["is_former_number"] and person["language"] == value

    def read_birthday(self, condition, person, value):
        day = None if person["is_former_number"] else person["birthday"]
        if day is None or condition.kind is KIND.BIRTHDAY_MONTH:
            return day is not None and day.month == int(value)
        return self.is_near(day, value, condition.kind is KIND.BIRTHDAY_NEXT_DAYS, is_yearly=True)


def is_in_pool(among, person):
    """Whether a rule looks at a person at all."""
    if person["is_erased"]:
        return False
    if person["is_member"] or among is RulePool.COMMUNITY:
        return person["is_member"]
    return bool(person["groups"] - {ARCHIVED_GROUP} or person["events"])


def find_anniversary(day, year):
    """Return the day of a year on which a day has its anniversary."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
