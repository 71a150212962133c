"""What the pages of people's fields, numbers, segments and topics show in the filled database."""

from datetime import date

from app import demo
from app.accounts.actions.permission_set_changes import SetContent, add_permission_set
from app.audiences.actions.segment_editing import SegmentInfo, create_segment
from app.core.db import db
from app.domain.accounts.permissions import Permission
from app.domain.accounts.scope import UNLIMITED_SCOPE
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import ConditionGroup, Joiner, SegmentRule
from app.domain.profiles.field_types import FieldClass, FieldType
from app.domain.profiles.field_values import ValueContext
from app.groups.models import ContactGroup
from app.profiles.actions.field_editing import FieldInfo, create_field
from app.profiles.actions.phone_ownership import add_phone
from app.profiles.actions.value_storing import set_person_values
from app.profiles.models import PhoneKind
from app.profiles.queries.person_lookup import find_person_of_phone
from app.suppression.actions.topic_leaves import leave_topic
from app.suppression.topic_models import TopicLeaveSource

HAS_EVERYTHING = demo.make_demo_phone(0)
SECOND_NUMBER = "+13035550188"
ANOTHER_PERSON = demo.make_demo_phone(1)[1:]
VALUES = ("Alto", "1998-06-14", "3", "Yes", "Peanuts; and every kind of tree nut, even in traces")


def add_lists(choir_id: int) -> None:
    """Add fields of each type, a person who has all of them, a segment, a topic and a set."""
    _add_segment(choir_id)
    fields = [create_field(info) for info in _list_fields()]
    values = {field.id: value for field, value in zip(fields, VALUES, strict=True)}
    person = find_person_of_phone(HAS_EVERYTHING)
    set_person_values(person.id, fields, values, ValueContext("US", date(2026, 11, 28)))
    add_phone(person.id, SECOND_NUMBER, PhoneKind.MOBILE)
    db.session.get(ContactGroup, choir_id).is_topic = True
    leave_topic(HAS_EVERYTHING, choir_id, TopicLeaveSource.INBOUND, evidence="STOP CHOIR")
    reading = frozenset({Permission.SEE_PEOPLE})
    add_permission_set(SetContent("Reads only", reading, UNLIMITED_SCOPE))


def _list_fields() -> list[FieldInfo]:
    return [
        FieldInfo("Voice part", FieldType.CHOICE, FieldClass.PUBLIC, ("Soprano", "Alto", "Bass")),
        FieldInfo("Member since", FieldType.DATE),
        FieldInfo("Seats in the car", FieldType.NUMBER),
        FieldInfo("Can drive", FieldType.YES_NO, FieldClass.PUBLIC),
        FieldInfo("Allergies", FieldType.TEXT, FieldClass.SENSITIVE),
    ]


def _add_segment(choir_id: int) -> None:
    """A segment of two levels."""
    choir = Condition(ConditionKind.IN_GROUP, choir_id)
    spanish = Condition(ConditionKind.LANGUAGE_IS, value="es")
    quiet = Condition(ConditionKind.TEXTED_LAST_DAYS, value="7", is_negated=True)
    rule = SegmentRule(Joiner.ANY, (choir, ConditionGroup(Joiner.ALL, (spanish, quiet))))
    info = SegmentInfo("Choir, and Spanish speakers", "For rehearsals.", rule, "")
    create_segment(info, "sol")
